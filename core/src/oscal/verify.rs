//! What no schema checks: every reference of a document resolves to an object of the right type, and nothing is orphaned.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::error::{Error, ErrorKind, Result};
use crate::text::quoted;

/// One defect of a document.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Defect {
    /// Where: a JSON pointer.
    pub place: String,
    /// What is wrong.
    pub problem: String,
}

/// The most that a document may have, in bytes.
const MAX_DOCUMENT: usize = 256 * 1024 * 1024;

/// Checks the references of one OSCAL document (assessment results, plan of action and milestones, assessment plan). An empty
/// list means that every reference resolves to an object of the right type, that no identity is declared twice, and that no
/// observation, risk, resource, role or party stands alone. What NIST's schema checks is not repeated here.
///
/// ```
/// let defects = vcto::oscal::verify(br#"{"assessment-results": {"results": [
///     {"findings": [{"uuid": "6f1f6a3e-92a2-5f0d-8f0e-0b6d1c8a3f51",
///                    "related-risks": [{"risk-uuid": "00000000-0000-5000-8000-000000000000"}]}]}]}}"#)?;
/// assert_eq!(defects[0].place, "/assessment-results/results/0/findings/0/related-risks/0/risk-uuid");
/// # Ok::<(), vcto::Error>(())
/// ```
///
/// # Errors
/// `invalid_input` when the bytes are not a JSON object, `too_large` beyond 256 MiB.
pub fn verify(document: &[u8]) -> Result<Vec<Defect>> {
    if document.len() > MAX_DOCUMENT {
        return Err(
            Error::new(ErrorKind::TooLarge, "the document is larger than 256 MiB").during("oscal.verify"),
        );
    }
    let root: Value = serde_json::from_slice(document).map_err(|source| {
        Error::new(ErrorKind::InvalidInput, format!("not JSON: {source}")).during("oscal.verify")
    })?;
    if !root.is_object() {
        return Err(Error::new(ErrorKind::InvalidInput, "not a JSON object").during("oscal.verify"));
    }
    let mut survey = Survey::default();
    survey.walk(&root);
    Ok(survey.defects())
}

/// What a document declares and refers to.
#[derive(Default)]
struct Survey<'v> {
    /// Type and place of each declared identity.
    declared: BTreeMap<&'v str, (&'static str, String)>,
    roles: BTreeMap<&'v str, String>,
    /// Place, types that would be right, identity.
    references: Vec<(String, &'static [&'static str], &'v str)>,
    role_references: Vec<(String, &'v str)>,
    /// Observations that need not be referred to.
    standalone: BTreeSet<&'v str>,
    defects: Vec<Defect>,
}

/// An object that stands at a place and waits to be looked at. `list` is the name of the array that it stands in.
struct Visit<'v> {
    place: String,
    list: &'v str,
    value: &'v Value,
}

impl<'v> Survey<'v> {
    /// A stack of our own: the depth of a document from outside is not ours to choose.
    fn walk(&mut self, root: &'v Value) {
        let mut stack = vec![Visit {
            place: String::new(),
            list: "",
            value: root,
        }];
        while let Some(Visit { place, list, value }) = stack.pop() {
            match value {
                Value::Array(items) => {
                    stack.extend(items.iter().enumerate().rev().map(|(at, value)| Visit {
                        place: format!("{place}/{at}"),
                        list,
                        value,
                    }));
                }
                Value::Object(fields) => {
                    self.object(&place, list, fields);
                    stack.extend(fields.iter().rev().map(|(name, value)| Visit {
                        place: format!("{place}/{}", name.replace('~', "~0").replace('/', "~1")),
                        list: name,
                        value,
                    }));
                }
                _ => {}
            }
        }
    }

    fn object(&mut self, place: &str, list: &'v str, fields: &'v serde_json::Map<String, Value>) {
        if let (Some(kind), Some(uuid)) = (declares(list), text(fields, "uuid")) {
            if self.declared.insert(uuid, (kind, place.to_owned())).is_some() {
                self.defect(
                    format!("{place}/uuid"),
                    format!("{} is declared twice", quoted(uuid)),
                );
            }
            if kind == "observation" && is_discovery(fields) {
                self.standalone.insert(uuid);
            }
        }
        if list == "roles"
            && let Some(id) = text(fields, "id")
        {
            self.roles.insert(id, place.to_owned());
        }
        for (name, value) in fields {
            self.field(place, list, fields, name, value);
        }
    }

    fn field(
        &mut self,
        place: &str,
        list: &str,
        fields: &'v serde_json::Map<String, Value>,
        name: &'v str,
        value: &'v Value,
    ) {
        let here = format!("{place}/{name}");
        match (name, value) {
            ("role-id", Value::String(role)) => self.role_references.push((here, role)),
            ("href", Value::String(href)) => {
                if let Some(uuid) = href.strip_prefix('#') {
                    self.references.push((
                        here,
                        &["resource", "inventory-item", "component", "response"],
                        uuid,
                    ));
                }
            }
            ("subject-uuid", Value::String(uuid)) => match text(fields, "type").and_then(subject_type) {
                Some(kind) => self.references.push((here, kind, uuid)),
                None => self.defect(here, "the type of the subject is not known".to_owned()),
            },
            ("actor-uuid", Value::String(uuid)) => match text(fields, "type").and_then(actor_type) {
                Some(kind) => self.references.push((here, kind, uuid)),
                None => self.defect(here, "the type of the actor is not known".to_owned()),
            },
            ("party-uuids" | "member-of-organizations", Value::Array(uuids)) => {
                for (at, uuid) in uuids.iter().enumerate() {
                    if let Some(uuid) = uuid.as_str() {
                        self.references.push((format!("{here}/{at}"), &["party"], uuid));
                    }
                }
            }
            (_, Value::String(uuid)) if list != "rlinks" => {
                if let Some(kind) = refers(name) {
                    self.references.push((here, kind, uuid));
                }
            }
            _ => {}
        }
    }

    fn defects(mut self) -> Vec<Defect> {
        let mut used: BTreeSet<&str> = BTreeSet::new();
        for (place, kinds, uuid) in std::mem::take(&mut self.references) {
            match self.declared.get(uuid) {
                Some((kind, _)) if kinds.contains(kind) => {
                    used.insert(uuid);
                }
                Some((kind, _)) => {
                    self.defect(
                        place,
                        format!("refers to a {kind}, where a {} belongs", kinds.join(" or a ")),
                    );
                }
                None => self.defect(place, format!("{} is declared nowhere", quoted(uuid))),
            }
        }
        let mut used_roles: BTreeSet<&str> = BTreeSet::new();
        for (place, role) in std::mem::take(&mut self.role_references) {
            if self.roles.contains_key(role) {
                used_roles.insert(role);
            } else {
                self.defect(place, format!("the role {} is declared nowhere", quoted(role)));
            }
        }
        let orphans: Vec<Defect> = self
            .declared
            .iter()
            .filter(|(uuid, (kind, _))| {
                ORPHANS.contains(kind) && !used.contains(*uuid) && !self.standalone.contains(*uuid)
            })
            .map(|(_, (kind, place))| Defect {
                place: place.clone(),
                problem: format!("nothing refers to this {kind}"),
            })
            .collect();
        self.defects.extend(orphans);
        for (role, place) in std::mem::take(&mut self.roles) {
            if !used_roles.contains(role) {
                self.defect(place, format!("nobody has the role {}", quoted(role)));
            }
        }
        self.defects.sort();
        self.defects
    }

    fn defect(&mut self, place: String, problem: String) {
        self.defects.push(Defect { place, problem });
    }
}

/// Objects that mean nothing when nothing refers to them.
const ORPHANS: &[&str] = &["observation", "party", "resource"];

/// What an object with a `uuid` in this array is.
fn declares(list: &str) -> Option<&'static str> {
    Some(match list {
        "activities" => "activity",
        "assessment-platforms" => "assessment-platform",
        "components" => "component",
        "entries" => "log entry",
        "findings" => "finding",
        "inventory-items" => "inventory-item",
        "observations" => "observation",
        "parties" => "party",
        "poam-items" => "poam-item",
        "remediations" => "response",
        "resources" => "resource",
        "results" => "result",
        "risks" => "risk",
        "tasks" => "task",
        _ => return None,
    })
}

/// What a field with this name refers to.
fn refers(name: &str) -> Option<&'static [&'static str]> {
    Some(match name {
        "activity-uuid" => &["activity"],
        "component-uuid" => &["component"],
        "finding-uuid" => &["finding"],
        "observation-uuid" => &["observation"],
        "party-uuid" => &["party"],
        "response-uuid" => &["response"],
        "risk-uuid" => &["risk"],
        "task-uuid" => &["task"],
        _ => return None,
    })
}

fn subject_type(word: &str) -> Option<&'static [&'static str]> {
    Some(match word {
        "component" => &["component"],
        "inventory-item" => &["inventory-item"],
        "party" => &["party"],
        "resource" => &["resource"],
        _ => return None,
    })
}

fn actor_type(word: &str) -> Option<&'static [&'static str]> {
    Some(match word {
        "assessment-platform" => &["assessment-platform"],
        "party" => &["party"],
        "tool" => &["component"],
        _ => return None,
    })
}

fn text<'v>(fields: &'v serde_json::Map<String, Value>, name: &str) -> Option<&'v str> {
    fields.get(name)?.as_str()
}

fn is_discovery(fields: &serde_json::Map<String, Value>) -> bool {
    let types = fields.get("types").and_then(Value::as_array);
    types.is_some_and(|types| types.iter().any(|word| word == "discovery"))
}
