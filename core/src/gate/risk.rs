//! From what is known of a change to its level: the maximum of independent bands. Total, monotone, and unknown is worst.

use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::executor::{ActionDeclaration, Reversibility};
use super::level::Level;
use super::policy::{Policy, ProcessArea, digest_of};
use super::together::Together;
use crate::digest::Digest;
use crate::error::Result;
use crate::estate::AssetId;
use crate::text::Plain;

/// Why a change has its level: what was looked at, and the band of each axis. Nothing in it comes from the proposer but the
/// names of area, targets and actions; it is recorded, and signed by its digest.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Risk {
    /// The maximum of the bands.
    pub level: Level,
    /// One for each axis, in the order of [`Axis`].
    pub bands: Vec<Band>,
    /// What was looked at.
    pub input: RiskInput,
}

/// What one axis demands.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Band {
    /// Which.
    pub axis: Axis,
    /// At least this level.
    pub level: Level,
    /// Why, for people.
    pub why: String,
}

impl fmt::Display for Band {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.why, self.level)
    }
}

/// What is looked at, each on its own.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Axis {
    /// How much may be touched besides.
    BlastRadius,
    /// Tags of the targets.
    Compliance,
    /// How complete and how old the data is.
    Confidence,
    /// Freezes and the kill switch.
    Context,
    /// The floor of the process area.
    Floor,
    /// Whether anybody would be told.
    Notice,
    /// Whether and how it can be taken back.
    Reversibility,
    /// How many assets are changed.
    Targets,
}

/// What the level is computed from.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct RiskInput {
    /// The area that the change names.
    pub area: String,
    /// Assets that others of them may take along: the union of what depends on the targets, directly or not. A target
    /// counts where it depends on another one. Absent where a target is not known.
    pub reach: Option<u64>,
    /// Assets that are changed or taken along: the union of the targets and their reach. Absent as `reach` is.
    pub touched: Option<u64>,
    /// With earlier changes of the same authors that nobody approved; absent where there are none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub with_earlier: Option<Together>,
    /// Each target once, in order of the identity.
    pub targets: Vec<Exposure>,
    /// Each step, in order.
    pub actions: Vec<ActionRisk>,
    /// Of the snapshot.
    pub data: DataQuality,
    /// Whether the kill switch is on.
    pub halted: bool,
    /// The freezes that hold the area now, in order of the name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub frozen: Vec<String>,
    /// Whether there is somebody who is told of what runs at level 1.
    pub has_notifier: bool,
}

/// One target.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Exposure {
    /// Which.
    pub asset: AssetId,
    /// What the last snapshot says of it; absent where it does not know it.
    pub known: Option<Known>,
}

/// What is known of a target.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Known {
    /// Other assets that depend on it, directly or not.
    pub dependants: u64,
    /// Whether it or a dependant is of the highest criticality, or of one that this version does not know.
    pub critical: bool,
    /// Whether any dependency of it or on it is recorded. None recorded is unknown, not safe.
    pub related: bool,
    /// Its compliance tags.
    pub tags: BTreeSet<String>,
}

/// One step.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct ActionRisk {
    /// The executor that the step names.
    pub executor: String,
    /// The action that the step names.
    pub action: String,
    /// What the registered executor declares of it; absent where it does not. For the way back: of the action that is
    /// taken back.
    pub declared: Option<ActionDeclaration>,
    /// The way back of the step.
    pub undo: UndoRisk,
}

/// The way back of a step.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum UndoRisk {
    /// The step names an undo that the executor declares.
    Declared,
    /// The step is itself the way back.
    IsUndo,
    /// The step names none.
    None,
    /// The step names one that the executor does not declare.
    Undeclared,
}

/// How far the inventory can be trusted.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct DataQuality {
    /// Seconds since the oldest of its sources was true; absent where one does not say, or says a time to come.
    pub age_s: Option<u64>,
    /// Whether every source holds everything in its scope.
    pub complete: bool,
}

impl Risk {
    /// Computes bands and level. An area that is not known is absent.
    pub(crate) fn assess(input: RiskInput, policy: &Policy, area: Option<&ProcessArea>) -> Self {
        let mut bands = vec![
            blast_radius(&input, policy),
            compliance(&input),
            confidence(&input, policy),
            context(&input),
            floor(&input, area),
            reversibility(&input),
            targets(&input, policy),
        ];
        let level = highest(&bands);
        bands.push(notice(&input, level));
        bands.sort_by_key(|band| band.axis);
        Self {
            level: highest(&bands),
            bands,
            input,
        }
    }

    /// Identifies the assessment: the digest of its JSON.
    pub(crate) fn digest(&self) -> Result<Digest> {
        digest_of("vcto risk v1", self)
    }
}

/// The tags of an asset that this version knows: in its fact `compliance`, separated by commas or spaces.
pub(crate) const COMPLIANCE_FACT: &str = "compliance";

/// Tags that leave a change of the asset to a human.
const HUMAN_ONLY_TAGS: [&str; 3] = ["backup_root", "identity_root", "multi_tenant"];

fn blast_radius(input: &RiskInput, policy: &Policy) -> Band {
    let (Some(reach), Some(touched)) = (input.reach, input.touched) else {
        return band(
            Axis::BlastRadius,
            Level::L3,
            "what else may be touched is not known",
        );
    };
    let borders = policy.blast_radius;
    let critical = input
        .targets
        .iter()
        .any(|target| target.known.as_ref().is_none_or(|known| known.critical));
    // Without an approval all that is touched counts; with one, what others are taken along.
    let by_count = match touched.saturating_sub(1) {
        n if n <= borders.l0 => Level::L0,
        n if n <= borders.l1 => Level::L1,
        _ if reach <= borders.l2 => Level::L2,
        _ => Level::L3,
    };
    let others = match reach {
        0 => "nothing is recorded that would be taken along".to_owned(),
        1 => "1 asset may be taken along".to_owned(),
        n => format!("{n} assets may be taken along"),
    };
    // What raised the band is said: with many targets that is their number.
    let why = if touched > reach && touched > 1 {
        format!("{touched} assets are touched, the targets with them; {others}")
    } else {
        others
    };
    if critical && by_count <= Level::L2 {
        let why = format!("a critical asset is touched; {why}");
        return band(Axis::BlastRadius, Level::L2, why);
    }
    match input.with_earlier.map(|earlier| with_earlier(earlier, policy)) {
        Some((level, why)) if level > by_count => band(Axis::BlastRadius, level, why),
        _ => band(Axis::BlastRadius, by_count, why),
    }
}

/// What runs without an approval is bounded by all that its authors touch so, in however many changes.
fn with_earlier(earlier: Together, policy: &Policy) -> (Level, String) {
    let borders = policy.blast_radius;
    let changes = match earlier.proposals {
        1 => "1 earlier change of its author that nobody approved".to_owned(),
        n => format!("{n} earlier changes of its author that nobody approved"),
    };
    let Some(touched) = earlier.touched else {
        return (
            Level::L2,
            format!("what it touches together with {changes} is not known"),
        );
    };
    let level = match touched.saturating_sub(1) {
        n if n <= borders.l0 => Level::L0,
        n if n <= borders.l1 => Level::L1,
        _ => Level::L2,
    };
    (
        level,
        format!("{touched} assets or more are touched together with {changes}"),
    )
}

fn compliance(input: &RiskInput) -> Band {
    let tags: BTreeSet<&str> = input
        .targets
        .iter()
        .filter_map(|target| target.known.as_ref())
        .flat_map(|known| known.tags.iter().map(String::as_str))
        .collect();
    let level = if tags.iter().any(|tag| HUMAN_ONLY_TAGS.contains(tag)) {
        Level::L3
    } else if tags.is_empty() {
        Level::L0
    } else {
        Level::L2
    };
    let listed: Vec<_> = tags.iter().map(|tag| Plain(tag).to_string()).collect();
    let why = match listed.as_slice() {
        [] => "no target has a compliance tag".to_owned(),
        tags => format!("targets are tagged {}", tags.join(", ")),
    };
    band(Axis::Compliance, level, why)
}

fn confidence(input: &RiskInput, policy: &Policy) -> Band {
    let axis = Axis::Confidence;
    if let Some(unknown) = input.targets.iter().find(|target| target.known.is_none()) {
        let why = format!("the asset {:?} is not in the last snapshot", unknown.asset);
        return band(axis, Level::L3, why);
    }
    let unrelated = |target: &&Exposure| target.known.as_ref().is_some_and(|known| !known.related);
    if let Some(target) = input.targets.iter().find(unrelated) {
        let why = format!("no dependency of or on {:?} is recorded", target.asset);
        return band(axis, Level::L2, why);
    }
    match (input.data.age_s, input.data.complete) {
        (Some(age), true) if age <= u64::from(policy.fresh_s) => {
            band(axis, Level::L0, "the inventory is fresh and complete")
        }
        (Some(age), _) if age <= u64::from(policy.recent_s) => {
            band(axis, Level::L1, "the inventory is recent")
        }
        (Some(_), _) => band(axis, Level::L2, "the inventory is old"),
        (None, _) => band(axis, Level::L2, "the age of the inventory is not known"),
    }
}

fn context(input: &RiskInput) -> Band {
    // Neither is a property of the change: it can start when they are over, but not without having been seen.
    if input.halted {
        band(Axis::Context, Level::L2, "the kill switch is on")
    } else if let Some(name) = input.frozen.first() {
        band(
            Axis::Context,
            Level::L2,
            format!("the freeze {} holds", Plain(name)),
        )
    } else {
        band(Axis::Context, Level::L0, "nothing is frozen")
    }
}

fn floor(input: &RiskInput, area: Option<&ProcessArea>) -> Band {
    let name = Plain(&input.area);
    match area {
        Some(area) => band(Axis::Floor, area.floor, format!("the floor of the area {name}")),
        None => band(Axis::Floor, Level::L3, format!("the area {name} is not known")),
    }
}

/// With nobody to be told, what would only be told is asked.
fn notice(input: &RiskInput, level: Level) -> Band {
    if level == Level::L1 && !input.has_notifier {
        band(
            Axis::Notice,
            Level::L2,
            "there is no notifier, so nobody would be told afterwards",
        )
    } else {
        band(Axis::Notice, Level::L0, "nothing to add")
    }
}

fn reversibility(input: &RiskInput) -> Band {
    let worst = input
        .actions
        .iter()
        .map(|action| (way_back(action), action))
        .max_by_key(|((level, _), _)| *level);
    match worst {
        Some(((level, why), action)) => {
            let (executor, name) = (Plain(&action.executor), Plain(&action.action));
            band(Axis::Reversibility, level, format!("{executor}/{name}: {why}"))
        }
        None => band(Axis::Reversibility, Level::L3, "there is no step"),
    }
}

/// So many changes at once are more than a person sees through when they sign.
fn targets(input: &RiskInput, policy: &Policy) -> Band {
    let count = input.targets.len() as u64;
    let why = match count {
        1 => "1 asset is changed".to_owned(),
        count => format!("{count} assets are changed"),
    };
    let level = if count <= policy.targets {
        Level::L0
    } else {
        Level::L3
    };
    band(Axis::Targets, level, why)
}

fn way_back(action: &ActionRisk) -> (Level, &'static str) {
    let Some(declared) = &action.declared else {
        return (Level::L3, "not declared by a registered executor");
    };
    let (level, why) = match declared.reversibility {
        Reversibility::Verified => (Level::L0, "can be taken back exactly, as tested"),
        Reversibility::Exact => (Level::L1, "can be taken back exactly"),
        Reversibility::Compensation => (Level::L2, "can only be made up for"),
        Reversibility::Irreversible => (Level::L3, "cannot be taken back"),
    };
    match action.undo {
        UndoRisk::IsUndo => (level.min(Level::L2), "is itself the way back"),
        UndoRisk::None if level < Level::L2 => (Level::L2, "the step names no way back"),
        UndoRisk::Declared | UndoRisk::None => (level, why),
        UndoRisk::Undeclared => (Level::L3, "its way back is not declared by the executor"),
    }
}

fn band(axis: Axis, level: Level, why: impl Into<String>) -> Band {
    Band {
        axis,
        level,
        why: why.into(),
    }
}

fn highest(bands: &[Band]) -> Level {
    bands.iter().map(|band| band.level).max().unwrap_or(Level::L3)
}

#[cfg(test)]
mod tests;
