//! What all documents of one export share: identities, parties, the stamp.

use std::collections::{BTreeMap, BTreeSet};

use super::history::{History, What};
use super::lexical::{Id, Line, Markup, NAMESPACE, Time, Token};
use super::model::{
    AssessmentAssets, Component, DocumentId, Hash, LogEntry, Metadata, OSCAL_VERSION, Party, Platform, Prop,
    Resource, ResponsibleParty, Rlink, Role, Speaker, State, UsesComponent,
};
use crate::estate::AssetId;

/// Identities and names of one export.
pub(super) struct Context<'h> {
    pub(super) history: &'h History,
    ns: Id,
    /// Persons who signed something, each once.
    persons: BTreeSet<&'h str>,
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
            ns: Id::tenant(&history.tenant),
            persons,
        }
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

    /// The stamp of a document, with the roles and persons that its log entries speak of.
    pub(super) fn metadata<'e>(
        &self,
        title: &str,
        entries: impl IntoIterator<Item = &'e LogEntry>,
    ) -> Metadata {
        let log = &self.history.log;
        let mut speakers = BTreeSet::new();
        let mut roles = BTreeMap::from([(ASSESSOR, "Assessor"), (PREPARED_FOR, "Prepared for")]);
        for speaker in entries.into_iter().flat_map(|entry| &entry.logged_by) {
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

/// A file that travels beside the documents.
#[derive(Clone, Debug)]
pub(super) struct SideFile {
    /// Relative, with `/`.
    pub(super) path: String,
    pub(super) bytes: Vec<u8>,
    pub(super) media_type: &'static str,
}

/// The side files of an export by path, and the resources that point at them.
#[derive(Debug, Default)]
pub(super) struct SideFiles(pub(super) BTreeMap<String, SideFile>);

impl SideFiles {
    /// Adds a file.
    pub(super) fn add(&mut self, path: String, bytes: Vec<u8>, media_type: &'static str) {
        self.0.insert(
            path.clone(),
            SideFile {
                path,
                bytes,
                media_type,
            },
        );
    }

    /// The link to a file that was added, with its hashes.
    pub(super) fn rlink(&self, path: &str) -> Option<Rlink> {
        let file = self.0.get(path)?;
        Some(Rlink {
            href: file.path.clone(),
            media_type: file.media_type,
            hashes: hashes(&file.bytes),
        })
    }
}

/// SHA-256 for consumers, BLAKE3 as the ledger has it.
fn hashes(bytes: &[u8]) -> Vec<Hash> {
    use sha2::Digest as _;
    let sha256 = crate::digest::hex(&sha2::Sha256::digest(bytes));
    let blake3 = blake3::hash(bytes).to_hex();
    vec![
        Hash {
            algorithm: "SHA-256",
            value: Line::or_dash(&sha256),
        },
        Hash {
            algorithm: "BLAKE3",
            value: Line::or_dash(blake3.as_str()),
        },
    ]
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
