//! What somebody wants changed of the rules, and the change that says so in whole documents.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::document::{Document, approvers, order};
use super::planned::{DOCUMENT, REPLACES};
use super::{Freeze, RULES_AREA, RULES_EXECUTOR, RULES_TARGET, Rules, way_out, words};
use crate::actor::Actor;
use crate::change::{Change, FORMAT, Step};
use crate::error::{Error, ErrorKind, Result};
use crate::estate::{AssetId, Scalar};
use crate::gate::approver::Approver;
use crate::gate::decision::check_reason;
use crate::gate::engine::Gate;
use crate::gate::policy::{Policy, ProcessArea};
use crate::gate::sshsig::PublicKey;
use crate::gate::state::{Setup, State};
use crate::text::{Plain, Untrusted, pointer_to, quoted};

/// What is to change of the rules of a tenant. What is not named stays as it is.
///
/// ```
/// use vcto::gate::{Approver, Policy, RulesEdit};
///
/// let key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAINdamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea";
/// let edit = RulesEdit::new()
///     .policy(Policy { approvals: 2, ..Policy::default() })
///     .add_approver(Approver::new("dora", key)?)
///     .revoke_key("SHA256:1Q0Bxt2xJ5kYzJ0Y0S1n8k3Yz0Zs6m9v3Q4d7bqT2cE");
/// # let _ = edit;
/// # Ok::<(), vcto::Error>(())
/// ```
///
/// The same can be read from JSON, where every part may be left out; of the policy only what is to differ is named:
///
/// ```
/// let edit: vcto::gate::RulesEdit = serde_json::from_str(
///     r#"{
///         "policy": {"approvals": 2, "blast_radius": {"l2": 20}},
///         "areas": [{"name": "firewall", "zone": "network", "floor": "L1", "analysis": "taken back exactly"}],
///         "remove_areas": ["server-room"],
///         "add_approvers": [{"person": "dora", "roles": ["owner"],
///             "key": "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAINdamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea"}],
///         "revoke_keys": ["SHA256:1Q0Bxt2xJ5kYzJ0Y0S1n8k3Yz0Zs6m9v3Q4d7bqT2cE"],
///         "freezes": [{"name": "year-end", "from": "2026-12-18T17:00:00Z", "until": "2027-01-04T06:00:00Z", "reason": "payroll"}],
///         "unfreeze": ["summer"],
///         "lift_halt": true
///     }"#,
/// )?;
/// # let _ = edit;
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[must_use = "an edit does nothing until it is submitted with `change_rules`"]
pub struct RulesEdit {
    policy: Option<PolicyEdit>,
    areas: Vec<ProcessArea>,
    remove_areas: Vec<String>,
    add_approvers: Vec<Approver>,
    revoke_keys: Vec<String>,
    freezes: Vec<Freeze>,
    unfreeze: Vec<String>,
    lift_halt: bool,
}

/// What is to differ of the policy.
#[derive(Clone, Debug, Deserialize)]
#[serde(from = "Map<String, Value>")]
enum PolicyEdit {
    Whole(Box<Policy>),
    /// The values that are named; the others stay.
    Values(Map<String, Value>),
}

impl From<Map<String, Value>> for PolicyEdit {
    fn from(values: Map<String, Value>) -> Self {
        Self::Values(values)
    }
}

impl PolicyEdit {
    /// The policy that follows one.
    fn over(&self, policy: &Policy) -> Result<Policy> {
        let values = match self {
            Self::Whole(policy) => return Ok(policy.as_ref().clone()),
            Self::Values(values) => values,
        };
        let mut next = policy.clone();
        for (name, value) in values {
            next = with_value(&next, name, value)?;
        }
        Ok(next)
    }
}

fn with_value(policy: &Policy, name: &str, value: &Value) -> Result<Policy> {
    let mut whole = serde_json::to_value(policy)
        .map_err(|source| Error::new(ErrorKind::Internal, "a policy does not serialise").caused_by(source))?;
    let unfit = |why: &str| {
        Err(Error::new(ErrorKind::InvalidInput, why)
            .at(format!("/policy{}", pointer_to(name)))
            .during("rules.edit"))
    };
    let Some(old) = whole.get_mut(name) else {
        return unfit("a policy has no such value");
    };
    match (old, value) {
        // Of a group of values too only what is to differ is named.
        (Value::Object(old), Value::Object(new)) => old.extend(new.clone()),
        (old, new) => *old = new.clone(),
    }
    serde_json::from_value(whole).or_else(|error| unfit(&Plain(&error.to_string()).to_string()))
}

impl RulesEdit {
    /// Nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Another policy.
    pub fn policy(mut self, policy: Policy) -> Self {
        self.policy = Some(PolicyEdit::Whole(Box::new(policy)));
        self
    }

    /// A process area: a new one, or in place of the one of its name.
    pub fn area(mut self, area: ProcessArea) -> Self {
        self.areas.push(area);
        self
    }

    /// No longer this process area: a change that names it is left to humans from then on. A standard area stays.
    pub fn remove_area(mut self, name: impl Into<String>) -> Self {
        self.remove_areas.push(name.into());
        self
    }

    /// One more key of a person who may approve what is submitted from then on; or other roles, another party or other
    /// times for a key that is registered.
    pub fn add_approver(mut self, approver: Approver) -> Self {
        self.add_approvers.push(approver);
        self
    }

    /// Revokes a key, named by its fingerprint (`SHA256:…`) or as it stands in a `.pub` file. Approvals that it signed and that
    /// did not start count no longer; what it signed before still verifies. It can never be the key of another person.
    pub fn revoke_key(mut self, key: impl Into<String>) -> Self {
        self.revoke_keys.push(key.into());
        self
    }

    /// A freeze: a new one, or in place of the one of its name.
    pub fn freeze(mut self, freeze: Freeze) -> Self {
        self.freezes.push(freeze);
        self
    }

    /// Ends a freeze.
    pub fn unfreeze(mut self, name: impl Into<String>) -> Self {
        self.unfreeze.push(name.into());
        self
    }

    /// Turns the kill switch off: all halts that stand when this is submitted, and no later one.
    pub fn lift_halt(mut self) -> Self {
        self.lift_halt = true;
        self
    }

    /// The change over the rules in force.
    pub(in crate::gate) fn change(
        &self,
        setup: &Setup,
        reason: &str,
        excluded: &[&Actor],
        at: Timestamp,
    ) -> Result<Change> {
        check_reason(Some(reason))?;
        let mut documents = Vec::new();
        for document in self.documents(setup)? {
            if !document.is_in_force(setup)? {
                documents.push(document);
            }
        }
        if documents.is_empty() {
            return Err(Error::new(
                ErrorKind::InvalidInput,
                "this changes nothing of the rules in force",
            ));
        }
        let steps = in_safe_order(setup, &documents, excluded, at)?;
        Ok(Change {
            format: FORMAT.to_owned(),
            title: Untrusted::new("Change the rules of the gate".to_owned()),
            reason: Untrusted::new(reason.to_owned()),
            area: RULES_AREA.to_owned(),
            findings: Vec::new(),
            steps: steps
                .iter()
                .map(|document| step(setup, document))
                .collect::<Result<_>>()?,
            reads: Vec::new(),
            not_before: None,
            not_after: None,
            cost: None,
        })
    }

    fn documents(&self, setup: &Setup) -> Result<Vec<Document>> {
        let mut documents = vec![Document::Approvers(self.next_approvers(setup)?)];
        if let Some(policy) = &self.policy {
            documents.push(Document::Policy(policy.over(setup.policy()?)?));
        }
        documents.push(Document::Areas(self.next_areas(setup)?));
        documents.push(Document::Freezes(self.next_freezes(setup)?));
        if self.lift_halt {
            let standing: Vec<u64> = setup.halts.iter().map(|halt| halt.seq).collect();
            if standing.is_empty() {
                return Err(missing("the kill switch is not on".to_owned()));
            }
            documents.push(Document::NoHalts(standing));
        }
        Ok(documents)
    }

    fn next_approvers(&self, setup: &Setup) -> Result<Vec<Approver>> {
        let mut by_key: BTreeMap<PublicKey, Approver> = approvers(setup)?
            .into_iter()
            .map(|approver| (approver.key(), approver))
            .collect();
        for wanted in &self.revoke_keys {
            let named = by_key.keys().find(|key| is_named(key, wanted)).cloned();
            let key = named.ok_or_else(|| {
                missing(format!("no approver has the key {} now", quoted(wanted))).remedy(
                    "name a key by its fingerprint, `SHA256:` and 43 characters, or as in its `.pub` file",
                )
            })?;
            by_key.remove(&key);
        }
        for approver in &self.add_approvers {
            let replaced = by_key.insert(approver.key(), approver.clone());
            if replaced.is_some_and(|old| old.person() != approver.person()) {
                return Err(Error::new(
                    ErrorKind::InvalidInput,
                    format!("the key {} is somebody else's", approver.key().fingerprint()),
                ));
            }
        }
        let mut approvers: Vec<Approver> = by_key.into_values().collect();
        approvers.sort_by(|one, other| order(one).cmp(&order(other)));
        Ok(approvers)
    }

    fn next_areas(&self, setup: &Setup) -> Result<Vec<ProcessArea>> {
        let mut areas = setup.areas()?.as_ref().clone();
        for name in &self.remove_areas {
            let removed = areas.remove(name);
            removed.ok_or_else(|| missing(format!("there is no process area {}", quoted(name))))?;
        }
        for area in &self.areas {
            areas.insert(area.name.clone(), area.clone());
        }
        Ok(areas.into_values().collect())
    }

    fn next_freezes(&self, setup: &Setup) -> Result<Vec<Freeze>> {
        let mut freezes: BTreeMap<String, Freeze> = setup
            .freezes
            .iter()
            .map(|freeze| (freeze.name.clone(), freeze.clone()))
            .collect();
        for name in &self.unfreeze {
            let ended = freezes.remove(name);
            ended.ok_or_else(|| missing(format!("there is no freeze {}", quoted(name))))?;
        }
        for freeze in &self.freezes {
            freezes.insert(freeze.name.clone(), freeze.clone());
        }
        Ok(freezes.into_values().collect())
    }
}

/// Whether a text names this key.
fn is_named(key: &PublicKey, text: &str) -> bool {
    key.fingerprint() == text || text.parse::<PublicKey>().is_ok_and(|named| named == *key)
}

/// An order of the steps after each of which the rules could still be changed, wherever a crash leaves them.
fn in_safe_order(
    setup: &Setup,
    documents: &[Document],
    excluded: &[&Actor],
    at: Timestamp,
) -> Result<Vec<Document>> {
    // What the quorum depends on is tried in every order; freezes name areas, and the halt is lifted last.
    const ORDERS: [[&str; 3]; 6] = [
        ["set_approvers", "set_policy", "set_areas"],
        ["set_approvers", "set_areas", "set_policy"],
        ["set_policy", "set_approvers", "set_areas"],
        ["set_policy", "set_areas", "set_approvers"],
        ["set_areas", "set_approvers", "set_policy"],
        ["set_areas", "set_policy", "set_approvers"],
    ];
    let mut first_refusal = None;
    for order in ORDERS {
        let place = |document: &Document| {
            let of_quorum = order.iter().position(|action| *action == document.action());
            of_quorum.unwrap_or(if matches!(document, Document::NoHalts(_)) {
                4
            } else {
                3
            })
        };
        let mut ordered = documents.to_vec();
        ordered.sort_by_key(place);
        match is_safe(setup, &ordered, excluded, at) {
            Ok(()) => return Ok(ordered),
            Err(error) => first_refusal = first_refusal.or(Some(error)),
        }
    }
    Err(first_refusal.unwrap_or_else(|| Error::new(ErrorKind::Internal, "no order was tried")))
}

fn is_safe(setup: &Setup, documents: &[Document], excluded: &[&Actor], at: Timestamp) -> Result<()> {
    let mut after = setup.clone();
    for document in documents {
        document.put(&mut after, u64::MAX, at)?;
        way_out::check_way_out(&after, excluded, at)?;
        way_out::check_lasting(setup, &after, at)?;
    }
    Ok(())
}

fn step(setup: &Setup, document: &Document) -> Result<Step> {
    let mut parameters = BTreeMap::from([(DOCUMENT.to_owned(), Scalar::from(document.text()?.as_str()))]);
    if let (Some(in_force), false) = (
        document.in_force(setup)?,
        matches!(document, Document::NoHalts(_)),
    ) {
        let digest = in_force.digest()?.to_string();
        parameters.insert(REPLACES.to_owned(), Scalar::from(digest.as_str()));
    }
    Ok(Step {
        id: document.action().replace('_', "-"),
        title: Untrusted::new(words::title(setup, document)?),
        executor: RULES_EXECUTOR.to_owned(),
        action: document.action().to_owned(),
        target: AssetId::from(RULES_TARGET),
        parameters,
        undo: None,
    })
}

fn missing(message: String) -> Error {
    Error::new(ErrorKind::NotFound, message).during("rules.edit")
}

impl Gate {
    /// The rules in force.
    pub(crate) async fn rules(&self) -> Result<Rules> {
        self.read(|state: &State, _| {
            let setup = &state.setup;
            Ok(Rules {
                policy: setup.policy()?.as_ref().clone(),
                areas: setup.areas()?.values().cloned().collect(),
                approvers: setup.register()?.as_ref().clone(),
                freezes: setup.freezes.as_ref().clone(),
                halts: setup.halts.as_ref().clone(),
            })
        })
        .await
        .map_err(|error| error.during("gate.rules"))
    }
}
