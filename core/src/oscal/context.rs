//! What all documents of one export share: identities, parties, the stamp.

use std::collections::{BTreeMap, BTreeSet};

use super::course::Courses;
use super::history::{History, Proposal, What};
use super::lexical::{Id, Line, Markup, NAMESPACE, Time, Token};
use super::model::{
    AssessmentAssets, Component, DocumentId, LoggedBy, Metadata, OSCAL_VERSION, Party, Platform, Prop,
    Resource, ResponsibleParty, Rlink, Role, Speaker, State, UsesComponent,
};
use crate::estate::AssetId;

/// Identities and names of one export.
pub(super) struct Context<'h> {
    pub(super) history: &'h History,
    pub(super) courses: Courses<'h>,
    ns: Id,
    /// Persons who signed something, each once.
    persons: BTreeSet<&'h str>,
    proposals: BTreeMap<&'h str, &'h Proposal>,
}

/// The roles that occur.
const ASSESSOR: &str = "assessor";
const APPROVER: &str = "approver";
const EXECUTOR: &str = "executor";
const PREPARED_FOR: &str = "prepared-for";

impl<'h> Context<'h> {
    pub(super) fn new(history: &'h History) -> Self {
        let persons = history
            .events
            .iter()
            .filter_map(|event| match &event.what {
                What::Decided(signature) => Some(signature.person.as_str()),
                _ => None,
            })
            .collect();
        Self {
            history,
            courses: Courses::new(history),
            ns: Id::tenant(&history.tenant),
            persons,
            proposals: history
                .proposals
                .iter()
                .map(|proposal| (proposal.id.as_str(), proposal))
                .collect(),
        }
    }

    /// The proposal with this identity.
    pub(super) fn proposal(&self, id: &str) -> Option<&'h Proposal> {
        self.proposals.get(id).copied()
    }

    /// The identity of an object of this tenant.
    pub(super) fn id(&self, kind: &str, key: &[&str]) -> Id {
        self.ns.of(kind, key)
    }

    /// The identity of a document: new for each prefix of the log, the same for the same.
    pub(super) fn document(&self, model: &str) -> Id {
        self.id(
            "document",
            &[
                model,
                &self.history.log.log_id,
                &self.history.log.size.to_string(),
            ],
        )
    }

    pub(super) fn engine(&self) -> Id {
        self.id("component", &["vcto"])
    }

    pub(super) fn provider(&self) -> Id {
        self.id("party", &["provider"])
    }

    fn client(&self) -> Id {
        self.id("party", &["client"])
    }

    pub(super) fn person(&self, name: &str) -> Id {
        self.id("person", &[name])
    }

    pub(super) fn asset(&self, asset: &AssetId) -> Id {
        self.id("asset", &[asset.as_str()])
    }

    pub(super) fn risk(&self, finding: &str) -> Id {
        self.id("risk", &[finding])
    }

    /// The stamp of a document, with the roles and persons that made its log entries.
    pub(super) fn metadata(&self, title: &str, speaking: impl IntoIterator<Item = LoggedBy>) -> Metadata {
        let log = &self.history.log;
        let mut speakers = BTreeSet::new();
        let mut roles = BTreeMap::from([(ASSESSOR, "Assessor"), (PREPARED_FOR, "Prepared for")]);
        for speaker in speaking {
            speakers.insert(speaker.party_uuid);
            match speaker.role {
                Speaker::Approver => roles.insert(APPROVER, "Approver"),
                Speaker::Executor => roles.insert(EXECUTOR, "Executor"),
            };
        }
        Metadata {
            title: Markup::of(&format!("{title}: {}", self.history.tenant)),
            last_modified: Time(log.last_time),
            version: Line::or_dash(&format!("ledger-{}", log.size)),
            oscal_version: OSCAL_VERSION,
            document_ids: vec![DocumentId {
                scheme: format!("{NAMESPACE}/ledger"),
                identifier: Line::or_dash(&log.origin),
            }],
            props: [
                Prop::ours("ledger-id", &log.log_id),
                Prop::ours("ledger-tree-size", &log.size.to_string()),
                Prop::ours("ledger-root-sha256", &log.root_sha256),
                Prop::ours("engine-version", env!("CARGO_PKG_VERSION")),
                Prop::ours("region", &self.history.region),
            ]
            .into_iter()
            .flatten()
            .collect(),
            roles: roles
                .into_iter()
                .map(|(id, title)| Role {
                    id: Token::of(id),
                    title: Markup::of(title),
                })
                .collect(),
            parties: self.parties(&speakers),
            responsible_parties: vec![
                ResponsibleParty {
                    role_id: Token::of(ASSESSOR),
                    party_uuids: vec![self.provider()],
                },
                ResponsibleParty {
                    role_id: Token::of(PREPARED_FOR),
                    party_uuids: vec![self.client()],
                },
            ],
        }
    }

    fn parties(&self, speakers: &BTreeSet<Id>) -> Vec<Party> {
        let party = |uuid, kind, name: &str| Party {
            uuid,
            r#type: kind,
            name: Line::or_dash(name),
        };
        let mut parties = vec![
            party(self.provider(), "organization", "Managed service provider"),
            party(self.client(), "organization", &self.history.tenant),
        ];
        parties.extend(
            self.persons
                .iter()
                .map(|name| party(self.person(name), "person", name))
                .filter(|party| speakers.contains(&party.uuid)),
        );
        parties
    }

    /// The engine as the tool that assesses, and the platform that it runs on.
    pub(super) fn assets(&self) -> AssessmentAssets {
        AssessmentAssets {
            components: vec![Component {
                uuid: self.engine(),
                r#type: "software",
                title: Markup::of("vcto"),
                description: Markup::of(
                    "Carries out the rules of the review, and keeps the gate and the ledger.",
                ),
                props: [Prop::nist("version", env!("CARGO_PKG_VERSION"))]
                    .into_iter()
                    .flatten()
                    .collect(),
                status: State { state: "operational" },
            }],
            assessment_platforms: vec![Platform {
                uuid: self.id("platform", &["vcto"]),
                title: Markup::of("vcto, embedded"),
                uses_components: vec![UsesComponent {
                    component_uuid: self.engine(),
                }],
            }],
        }
    }

    /// The name of an asset for people; its identity where it has none.
    pub(super) fn name_of(&self, asset: &AssetId) -> String {
        self.history
            .estate
            .as_ref()
            .and_then(|estate| estate.asset(asset.as_str()))
            .and_then(|asset| asset.name.as_ref())
            .map_or_else(|| asset.as_str().to_owned(), |name| name.raw().clone())
    }
}

/// A resource of the back matter with these files.
pub(super) fn resource(
    uuid: Id,
    title: &str,
    kind: &str,
    rlinks: impl IntoIterator<Item = Rlink>,
) -> Resource {
    Resource {
        uuid,
        title: Markup::of(title),
        description: None,
        props: Prop::nist("type", kind).into_iter().collect(),
        rlinks: rlinks.into_iter().collect(),
    }
}
