//! The subset of OSCAL that is written: the objects, in the order of NIST's schema, each array absent when it is empty.

use serde::Serialize;

use super::each::Each;
use super::lexical::{Id, Line, Markup, NAMESPACE, Time, Token};

/// The release whose rules hold; the documents are valid under 1.1.3 too, with its number in the stamp.
pub(super) const OSCAL_VERSION: &str = "1.2.3";

/// NIST's own namespace, that of properties without one.
pub(super) const NIST: &str = "http://csrc.nist.gov/ns/oscal";

macro_rules! objects {
    ($($(#[$doc:meta])* $name:ident $(<$life:lifetime>)? { $($(#[$attr:meta])* $field:ident: $ty:ty,)* })*) => {
        $(
            $(#[$doc])*
            #[derive(Serialize)]
            #[serde(rename_all = "kebab-case")]
            #[allow(clippy::struct_field_names, reason = "the names are NIST's")]
            pub(super) struct $name $(<$life>)? { $($(#[$attr])* pub(super) $field: $ty,)* }
        )*
    };
}

objects! {
    AssessmentResults<'a> {
        uuid: Id,
        metadata: Metadata,
        import_ap: Href,
        results: Each<'a, AssessmentResult<'a>>,
        back_matter: BackMatter<'a>,
    }
    AssessmentPlan<'a> {
        uuid: Id,
        metadata: Metadata,
        import_ssp: Href,
        reviewed_controls: ReviewedControls,
        #[serde(skip_serializing_if = "Vec::is_empty")]
        assessment_subjects: Vec<AssessmentSubject>,
        assessment_assets: AssessmentAssets,
        #[serde(skip_serializing_if = "Vec::is_empty")]
        tasks: Vec<Task>,
        back_matter: BackMatter<'a>,
    }
    ActionPlan<'a> {
        uuid: Id,
        metadata: Metadata,
        system_id: SystemId,
        local_definitions: LocalDefinitions<'a>,
        #[serde(skip_serializing_if = "Each::is_empty")]
        observations: Each<'a, Observation>,
        #[serde(skip_serializing_if = "Each::is_empty")]
        risks: Each<'a, Risk>,
        poam_items: Each<'a, PoamItem>,
        back_matter: BackMatter<'a>,
    }
    Metadata {
        title: Markup,
        last_modified: Time,
        version: Line,
        oscal_version: &'static str,
        document_ids: Vec<DocumentId>,
        #[serde(skip_serializing_if = "Vec::is_empty")]
        props: Vec<Prop>,
        roles: Vec<Role>,
        parties: Vec<Party>,
        #[serde(skip_serializing_if = "Vec::is_empty")]
        responsible_parties: Vec<ResponsibleParty>,
    }
    DocumentId { scheme: String, identifier: Line, }
    SystemId { identifier_type: String, id: Line, }
    Href { href: String, }
    Role { id: Token, title: Markup, }
    Party {
        uuid: Id,
        r#type: &'static str,
        name: Line,
    }
    ResponsibleParty { role_id: Token, party_uuids: Vec<Id>, }
    Prop {
        name: Token,
        #[serde(skip_serializing_if = "Option::is_none")]
        ns: Option<&'static str>,
        value: Line,
    }
    Link {
        href: String,
        rel: Token,
    }
    AssessmentResult<'a> {
        uuid: Id,
        title: Markup,
        description: Markup,
        start: Time,
        end: Time,
        #[serde(skip_serializing_if = "Vec::is_empty")]
        props: Vec<Prop>,
        #[serde(skip_serializing_if = "Option::is_none")]
        local_definitions: Option<LocalDefinitions<'a>>,
        reviewed_controls: ReviewedControls,
        assessment_log: AssessmentLog<'a>,
        #[serde(skip_serializing_if = "Each::is_empty")]
        observations: Each<'a, Observation>,
        #[serde(skip_serializing_if = "Each::is_empty")]
        risks: Each<'a, Risk>,
        #[serde(skip_serializing_if = "Each::is_empty")]
        findings: Each<'a, ControlFinding>,
    }
    LocalDefinitions<'a> {
        #[serde(skip_serializing_if = "Each::is_empty")]
        inventory_items: Each<'a, InventoryItem>,
        #[serde(skip_serializing_if = "Option::is_none")]
        assessment_assets: Option<AssessmentAssets>,
    }
    InventoryItem {
        uuid: Id,
        description: Markup,
        #[serde(skip_serializing_if = "Vec::is_empty")]
        props: Vec<Prop>,
    }
    AssessmentAssets { components: Vec<Component>, assessment_platforms: Vec<Platform>, }
    Component {
        uuid: Id,
        r#type: &'static str,
        title: Markup,
        description: Markup,
        #[serde(skip_serializing_if = "Vec::is_empty")]
        props: Vec<Prop>,
        status: State,
    }
    State { state: &'static str, }
    Platform { uuid: Id, title: Markup, uses_components: Vec<UsesComponent>, }
    UsesComponent { component_uuid: Id, }
    ReviewedControls { control_selections: Vec<ControlSelection>, control_objective_selections: Vec<ObjectiveSelection>, }
    ControlSelection { include_controls: Vec<ControlId>, }
    ControlId { control_id: Token, }
    ObjectiveSelection { include_objectives: Vec<ObjectiveId>, }
    ObjectiveId { objective_id: Token, }
    AssessmentSubject { r#type: &'static str, include_all: Empty, }
    Empty {}
    Task { uuid: Id, r#type: &'static str, title: Markup, description: Markup, }
    AssessmentLog<'a> { entries: Each<'a, LogEntry>, }
    Log { entries: Vec<LogEntry>, }
    LogEntry {
        uuid: Id,
        title: Markup,
        #[serde(skip_serializing_if = "Option::is_none")]
        description: Option<Markup>,
        start: Time,
        #[serde(skip_serializing_if = "Vec::is_empty")]
        props: Vec<Prop>,
        #[serde(skip_serializing_if = "Vec::is_empty")]
        links: Vec<Link>,
        #[serde(skip_serializing_if = "Vec::is_empty")]
        logged_by: Vec<LoggedBy>,
        #[serde(skip_serializing_if = "Option::is_none")]
        status_change: Option<&'static str>,
        #[serde(skip_serializing_if = "Vec::is_empty")]
        related_responses: Vec<RelatedResponse>,
    }
    RelatedResponse { response_uuid: Id, }
    Observation {
        uuid: Id,
        title: Markup,
        description: Markup,
        #[serde(skip_serializing_if = "Vec::is_empty")]
        props: Vec<Prop>,
        methods: Vec<&'static str>,
        types: Vec<&'static str>,
        origins: Vec<Origin>,
        #[serde(skip_serializing_if = "Vec::is_empty")]
        subjects: Vec<Subject>,
        relevant_evidence: Vec<RelevantEvidence>,
        collected: Time,
    }
    Origin { actors: Vec<OriginActor>, }
    OriginActor { r#type: &'static str, actor_uuid: Id, }
    Subject { subject_uuid: Id, r#type: &'static str, }
    RelevantEvidence { href: String, description: Markup, }
    Risk {
        uuid: Id,
        title: Markup,
        description: Markup,
        statement: Markup,
        #[serde(skip_serializing_if = "Vec::is_empty")]
        props: Vec<Prop>,
        status: &'static str,
        characterizations: Vec<Characterization>,
        #[serde(skip_serializing_if = "Option::is_none")]
        deadline: Option<Time>,
        #[serde(skip_serializing_if = "Vec::is_empty")]
        remediations: Vec<Response>,
        #[serde(skip_serializing_if = "Option::is_none")]
        risk_log: Option<Log>,
        related_observations: Vec<RelatedObservation>,
    }
    Characterization { origin: Origin, facets: Vec<Facet>, }
    Facet {
        name: Token,
        system: &'static str,
        value: Line,
        #[serde(skip_serializing_if = "Vec::is_empty")]
        props: Vec<Prop>,
    }
    Response {
        uuid: Id,
        lifecycle: &'static str,
        title: Markup,
        description: Markup,
        #[serde(skip_serializing_if = "Vec::is_empty")]
        props: Vec<Prop>,
        origins: Vec<Origin>,
    }
    RelatedObservation { observation_uuid: Id, }
    RelatedRisk { risk_uuid: Id, }
    ControlFinding {
        uuid: Id,
        title: Markup,
        description: Markup,
        #[serde(skip_serializing_if = "Vec::is_empty")]
        props: Vec<Prop>,
        target: Target,
        #[serde(skip_serializing_if = "Vec::is_empty")]
        related_observations: Vec<RelatedObservation>,
        #[serde(skip_serializing_if = "Vec::is_empty")]
        related_risks: Vec<RelatedRisk>,
    }
    Target { r#type: &'static str, target_id: Token, status: TargetStatus, }
    TargetStatus { state: &'static str, reason: &'static str, }
    PoamItem {
        uuid: Id,
        title: Markup,
        description: Markup,
        #[serde(skip_serializing_if = "Vec::is_empty")]
        props: Vec<Prop>,
        related_observations: Vec<RelatedObservation>,
        related_risks: Vec<RelatedRisk>,
    }
    BackMatter<'a> { resources: Each<'a, Resource>, }
    Resource {
        uuid: Id,
        title: Markup,
        #[serde(skip_serializing_if = "Option::is_none")]
        description: Option<Markup>,
        #[serde(skip_serializing_if = "Vec::is_empty")]
        props: Vec<Prop>,
        #[serde(skip_serializing_if = "Vec::is_empty")]
        rlinks: Vec<Rlink>,
    }
    Rlink {
        href: String,
        media_type: &'static str,
        #[serde(skip_serializing_if = "Vec::is_empty")]
        hashes: Vec<Hash>,
    }
    Hash { algorithm: &'static str, value: Line, }
}

/// Who made a log entry.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct LoggedBy {
    pub(super) party_uuid: Id,
    #[serde(rename = "role-id")]
    pub(super) role: Speaker,
}

/// In which role somebody made a log entry.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Speaker {
    Approver,
    Executor,
}

impl Prop {
    /// A property of ours; none where the value is empty.
    pub(super) fn ours(name: &str, value: &str) -> Option<Self> {
        Some(Self {
            name: Token::of(name),
            ns: Some(NAMESPACE),
            value: Line::of(value)?,
        })
    }

    /// A property of NIST's: the name must be one that NIST allows at that place.
    pub(super) fn nist(name: &str, value: &str) -> Option<Self> {
        Some(Self {
            name: Token::of(name),
            ns: None,
            value: Line::of(value)?,
        })
    }
}

impl Origin {
    /// Made by this tool: an analyzer or a model is a tool, never a party.
    pub(super) fn tool(component: Id) -> Self {
        Self {
            actors: vec![OriginActor {
                r#type: "tool",
                actor_uuid: component,
            }],
        }
    }

    /// Made by this person or organisation.
    pub(super) fn party(party: Id) -> Self {
        Self {
            actors: vec![OriginActor {
                r#type: "party",
                actor_uuid: party,
            }],
        }
    }
}
