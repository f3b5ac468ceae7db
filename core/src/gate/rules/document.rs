//! What a step of a change of the rules sets: one whole document, in one form of text.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::freeze::{Freeze, check_freezes};
use super::planned::is_own_area;
use crate::digest::Digest;
use crate::error::{Error, ErrorKind, Result};
use crate::gate::approver::Approver;
use crate::gate::policy::{Policy, ProcessArea, check_areas, check_standard};
use crate::gate::record::{ApproversSet, AreasSet, FreezesSet, HaltLifted, PolicySet, Record, SetupRight};
use crate::gate::state::Setup;
use crate::text::Plain;

/// A whole document of the rules.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::gate) enum Document {
    /// All approvers in force, in order of person and key.
    Approvers(Vec<Approver>),
    /// All process areas, in order of the name.
    Areas(Vec<ProcessArea>),
    /// All freezes, in order of the name.
    Freezes(Vec<Freeze>),
    /// None of the halts that these entries made, in order.
    NoHalts(Vec<u64>),
    /// The policy.
    Policy(Policy),
}

/// The document of `lift_halt`.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Lift {
    halts: Vec<u64>,
}

impl Document {
    /// The actions of the executor, in order of the name.
    pub(super) const ACTIONS: [&'static str; 5] = [
        "lift_halt",
        "set_approvers",
        "set_areas",
        "set_freezes",
        "set_policy",
    ];

    /// The action that sets it.
    pub(in crate::gate) fn action(&self) -> &'static str {
        match self {
            Self::Approvers(_) => "set_approvers",
            Self::Areas(_) => "set_areas",
            Self::Freezes(_) => "set_freezes",
            Self::NoHalts(_) => "lift_halt",
            Self::Policy(_) => "set_policy",
        }
    }

    /// The text that stands in the step and is signed with it.
    pub(super) fn text(&self) -> Result<String> {
        let text = match self {
            Self::Approvers(approvers) => serde_json::to_string(approvers),
            Self::Areas(areas) => serde_json::to_string(areas),
            Self::Freezes(freezes) => serde_json::to_string(freezes),
            Self::NoHalts(halts) => serde_json::to_string(&Lift { halts: halts.clone() }),
            Self::Policy(policy) => serde_json::to_string(policy),
        };
        text.map_err(|source| {
            Error::new(ErrorKind::Internal, "a document of the rules does not serialise").caused_by(source)
        })
    }

    /// Reads the document of an action; only the form that [`text`](Self::text) writes is read.
    pub(super) fn read(action: &str, text: &str) -> Result<Self> {
        let document = match action {
            "lift_halt" => Self::NoHalts(parse::<Lift>(text)?.halts),
            "set_approvers" => Self::Approvers(parse(text)?),
            "set_areas" => Self::Areas(parse(text)?),
            "set_freezes" => Self::Freezes(parse(text)?),
            "set_policy" => Self::Policy(parse(text)?),
            _ => return Err(invalid("the gate has no such action")),
        };
        if document.text()? != text {
            return Err(invalid(
                "the document is not in the form in which the gate writes it",
            ));
        }
        Ok(document)
    }

    /// The document of this kind that is in force. Of the kill switch there is none while it is off.
    pub(super) fn in_force(&self, setup: &Setup) -> Result<Option<Self>> {
        Ok(match self {
            Self::Approvers(_) => Some(Self::Approvers(approvers(setup)?)),
            Self::Areas(_) => Some(Self::Areas(setup.areas()?.values().cloned().collect())),
            Self::Freezes(_) => Some(Self::Freezes(setup.freezes.as_ref().clone())),
            Self::NoHalts(_) => {
                let standing: Vec<u64> = setup.halts.iter().map(|halt| halt.seq).collect();
                (!standing.is_empty()).then_some(Self::NoHalts(standing))
            }
            Self::Policy(_) => Some(Self::Policy(setup.policy()?.as_ref().clone())),
        })
    }

    /// Names what a step takes the place of.
    pub(super) fn digest(&self) -> Result<Digest> {
        Ok(Digest::of("vcto rules document v1", self.text()?.as_bytes()))
    }

    /// Whether the rules in force are what it says.
    pub(super) fn is_in_force(&self, setup: &Setup) -> Result<bool> {
        Ok(match self {
            // Others may stand. Where all of them were replaced, there is still something to be said of them: else who stops
            // again would turn back all that was approved with it.
            Self::NoHalts(named) => !named.iter().any(|seq| is_known(setup, *seq)),
            document => document.in_force(setup)?.as_ref() == Some(document),
        })
    }

    /// Checks it, and puts it in force.
    ///
    /// # Errors
    /// `invalid_input` with the place, `too_large`; `stale` for a halt that is not in force; `denied` for a key of somebody else.
    pub(super) fn put(&self, setup: &mut Setup, seq: u64, at: Timestamp) -> Result<()> {
        match self {
            Self::Approvers(approvers) => {
                if !approvers.is_sorted_by(|one, other| order(one) < order(other)) {
                    return Err(invalid(
                        "approvers stand in order of person and key, each key once",
                    ));
                }
                let register = setup.register()?.followed_by(approvers, seq, at)?;
                setup.register = Some(Arc::new(register));
            }
            Self::Areas(areas) => {
                check_areas(areas)?;
                if !areas.is_sorted_by(|one, other| one.name < other.name) {
                    return Err(invalid("process areas stand in order of the name"));
                }
                check_standard(areas)?;
                setup.areas = Some(Arc::new(by_name(areas)));
            }
            Self::Freezes(freezes) => {
                let areas = setup.areas()?;
                check_freezes(freezes, |area| !is_own_area(area) && areas.contains_key(area))?;
                setup.freezes = Arc::new(freezes.clone());
            }
            Self::NoHalts(named) => {
                check_halts(setup, named)?;
                let mut halts = setup.halts.as_ref().clone();
                halts.retain(|halt| !named.contains(&halt.seq));
                setup.halts = Arc::new(halts);
                let mut replaced = setup.replaced_halts.as_ref().clone();
                replaced.retain(|seq| !named.contains(seq));
                setup.replaced_halts = Arc::new(replaced);
            }
            Self::Policy(policy) => {
                policy.check()?;
                setup.policy = Some(Arc::new(policy.clone()));
            }
        }
        Ok(())
    }

    /// The record that sets it.
    pub(super) fn record(self, right: SetupRight) -> Record {
        match self {
            Self::Approvers(approvers) => ApproversSet { right, approvers }.into(),
            Self::Areas(areas) => AreasSet { right, areas }.into(),
            Self::Freezes(freezes) => FreezesSet { right, freezes }.into(),
            Self::NoHalts(halts) => HaltLifted { right, halts }.into(),
            Self::Policy(policy) => PolicySet { right, policy }.into(),
        }
    }
}

/// Whether a halt stands, or only a later one by the same actor took its place.
fn is_known(setup: &Setup, seq: u64) -> bool {
    setup.halts.iter().any(|halt| halt.seq == seq) || setup.replaced_halts.contains(&seq)
}

/// Halts that are to be lifted are named in order, and stand, or stood until their own actors halted again: nobody voids the
/// lift of others' halts, and nobody's lift turns off a halt that it does not name.
pub(super) fn check_halts(setup: &Setup, named: &[u64]) -> Result<()> {
    if named.is_empty() || !named.is_sorted_by(|one, other| one < other) {
        return Err(invalid("halts stand in order of their entries, each once"));
    }
    if named.iter().all(|seq| is_known(setup, *seq)) {
        return Ok(());
    }
    Err(
        Error::new(ErrorKind::Stale, "a halt that is to be lifted does not stand")
            .remedy("read the rules anew, and submit a change that lifts the halts in force"),
    )
}

/// The approvers in force, in order of person and key.
pub(super) fn approvers(setup: &Setup) -> Result<Vec<Approver>> {
    let register = setup.register()?;
    let mut approvers: Vec<Approver> = register.in_force().cloned().collect();
    approvers.sort_by(|one, other| order(one).cmp(&order(other)));
    Ok(approvers)
}

pub(super) fn order(approver: &Approver) -> (&str, crate::gate::sshsig::PublicKey) {
    (approver.person(), approver.key())
}

pub(in crate::gate) fn by_name(areas: &[ProcessArea]) -> BTreeMap<String, ProcessArea> {
    areas
        .iter()
        .map(|area| (area.name.clone(), area.clone()))
        .collect()
}

fn parse<T: DeserializeOwned>(text: &str) -> Result<T> {
    serde_json::from_str(text).map_err(|source| {
        invalid(&format!(
            "not a document of the rules: {}",
            Plain(&source.to_string())
        ))
    })
}

fn invalid(message: &str) -> Error {
    Error::new(ErrorKind::InvalidInput, message)
        .at("/document")
        .during("rules.check")
}
