//! A change of the rules in words: what differs between what is in force and what is set, so that who signs reads the
//! difference and not two documents.

use std::collections::BTreeMap;
use std::fmt::Write;

use serde::Serialize;
use serde_json::Value;

use super::document::Document;
use super::freeze::Freeze;
use super::planned::is_of_the_rules;
use super::planned::planned;
use crate::change::Change;
use crate::error::{Error, ErrorKind, Result};
use crate::gate::approver::Approver;
use crate::gate::policy::{Policy, ProcessArea};
use crate::gate::state::Setup;
use crate::text::Plain;

/// The titles of the steps say what changes, in the gate's words. Who submits cannot call it something else.
pub(in crate::gate) fn check_titles(setup: &Setup, change: &Change) -> Result<()> {
    if !is_of_the_rules(change) {
        return Ok(());
    }
    for (at, (step, planned)) in change.steps.iter().zip(planned(change)?).enumerate() {
        let title = title(setup, &planned.document)?;
        if *step.title.raw() != title {
            return Err(Error::new(
                ErrorKind::InvalidInput,
                "the title of a step is not what the gate says of the difference",
            )
            .at(format!("/steps/{at}/title"))
            .remedy("let the gate make the change: `change_rules`"));
        }
    }
    Ok(())
}

/// What a document would change, on one line.
pub(super) fn title(setup: &Setup, document: &Document) -> Result<String> {
    let in_force = document.in_force(setup)?;
    let (subject, differences) = match (document, in_force) {
        (Document::Policy(new), Some(Document::Policy(old))) => ("the policy", policies(&old, new)?),
        (Document::Areas(new), Some(Document::Areas(old))) => ("the process areas", areas(&old, new)?),
        (Document::Approvers(new), Some(Document::Approvers(old))) => {
            ("the approvers", approvers(&old, new)?)
        }
        (Document::Freezes(new), Some(Document::Freezes(old))) => ("the freezes", freezes(&old, new)?),
        (Document::NoHalts(named), _) => {
            let words = named.iter().map(|seq| {
                let halt = setup.halts.iter().find(|halt| halt.seq == *seq);
                let halt = halt.map_or_else(String::new, |halt| format!(": {halt}"));
                format!("Lift the halt of entry {seq}{halt}")
            });
            return Ok(words.collect::<Vec<_>>().join("; "));
        }
        _ => {
            return Err(Error::new(
                ErrorKind::Internal,
                "two documents of different kinds",
            ));
        }
    };
    Ok(format!("Change {subject}: {}", differences.join("; ")))
}

fn policies(old: &Policy, new: &Policy) -> Result<Vec<String>> {
    differing(old, new)
}

fn areas(old: &[ProcessArea], new: &[ProcessArea]) -> Result<Vec<String>> {
    let describe = |area: &ProcessArea| {
        let roles = list(area.roles.iter());
        let zone = Plain(&area.zone);
        let ProcessArea {
            name,
            floor,
            approvals,
            ..
        } = area;
        format!("adds the area {name} (zone {zone}, floor {floor}, approvals {approvals}, roles {roles})")
    };
    compared(
        (old, new),
        |area| area.name.clone(),
        describe,
        |area| format!("removes the area {}", area.name),
        |area| format!("area {}", area.name),
    )
}

fn approvers(old: &[Approver], new: &[Approver]) -> Result<Vec<String>> {
    let named = |approver: &Approver| {
        format!(
            "{} with the key {}",
            approver.person(),
            approver.key().fingerprint()
        )
    };
    let describe = |approver: &Approver| {
        let side = match approver.side() {
            crate::gate::Party::Client => "client",
            crate::gate::Party::Msp => "provider",
        };
        let mut text = format!(
            "adds {}, {side}, roles {}",
            named(approver),
            list(approver.roles().iter())
        );
        for (word, at) in [
            ("from", approver.signer().valid_after()),
            ("until", approver.signer().valid_before()),
        ] {
            if let Some(at) = at {
                // INVARIANT: writing to a string does not fail.
                let _ = write!(text, ", valid {word} {at}");
            }
        }
        text
    };
    compared(
        (old, new),
        Approver::key,
        describe,
        |approver| format!("revokes {}", named(approver)),
        named,
    )
}

fn freezes(old: &[Freeze], new: &[Freeze]) -> Result<Vec<String>> {
    let describe = |freeze: &Freeze| {
        let areas = match freeze.areas.len() {
            0 => "all areas".to_owned(),
            _ => list(freeze.areas.iter()),
        };
        let Freeze {
            name,
            from,
            until,
            reason,
            ..
        } = freeze;
        format!("adds the freeze {name} of {areas} from {from} until {until}: {reason}")
    };
    compared(
        (old, new),
        |freeze| freeze.name.clone(),
        describe,
        |freeze| format!("ends the freeze {}", freeze.name),
        |freeze| format!("freeze {}", freeze.name),
    )
}

/// What was removed, added and changed, in this order.
fn compared<T: PartialEq + Serialize, K: Ord>(
    (old, new): (&[T], &[T]),
    key: impl Fn(&T) -> K,
    added: impl Fn(&T) -> String,
    removed: impl Fn(&T) -> String,
    named: impl Fn(&T) -> String,
) -> Result<Vec<String>> {
    let before: BTreeMap<K, &T> = old.iter().map(|item| (key(item), item)).collect();
    let after: BTreeMap<K, &T> = new.iter().map(|item| (key(item), item)).collect();
    let gone = old.iter().filter(|item| !after.contains_key(&key(item)));
    let mut words: Vec<String> = gone.map(removed).collect();
    words.extend(
        new.iter()
            .filter(|item| !before.contains_key(&key(item)))
            .map(added),
    );
    for item in new {
        if let Some(was) = before.get(&key(item)).filter(|was| **was != item) {
            words.push(format!("{}: {}", named(item), differing(*was, item)?.join(", ")));
        }
    }
    Ok(words)
}

/// Each value that differs, with both.
fn differing<T: Serialize>(old: &T, new: &T) -> Result<Vec<String>> {
    let (old, new) = (values(old)?, values(new)?);
    let names: std::collections::BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    let shown = |values: &BTreeMap<String, String>, name: &String| {
        values.get(name).cloned().unwrap_or_else(|| "none".to_owned())
    };
    Ok(names
        .into_iter()
        .filter(|name| old.get(*name) != new.get(*name))
        .map(|name| match name.as_str() {
            // A text of pages says more in the document than here.
            "analysis" => "another analysis".to_owned(),
            _ => format!("{name} from {} to {}", shown(&old, name), shown(&new, name)),
        })
        .collect())
}

/// The values of a document by their names; those of an object within it by both.
fn values(document: &impl Serialize) -> Result<BTreeMap<String, String>> {
    let document = serde_json::to_value(document).map_err(|source| {
        Error::new(ErrorKind::Internal, "a document of the rules does not serialise").caused_by(source)
    })?;
    let mut values = BTreeMap::new();
    for (name, value) in document.as_object().into_iter().flatten() {
        match value {
            Value::Object(inner) => {
                values.extend(
                    inner
                        .iter()
                        .map(|(inner, value)| (format!("{name}.{inner}"), plain(value))),
                );
            }
            value => {
                values.insert(name.clone(), plain(value));
            }
        }
    }
    Ok(values)
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => Plain(text).to_string(),
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(plain_item).collect();
            list(items.iter())
        }
        value => value.to_string(),
    }
}

fn plain_item(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), |text| Plain(text).to_string())
}

fn list<'a>(items: impl Iterator<Item = &'a String>) -> String {
    let items: Vec<&str> = items.map(String::as_str).collect();
    if items.is_empty() {
        "none".to_owned()
    } else {
        items.join(" and ")
    }
}
