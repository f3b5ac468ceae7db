//! What a practice demands: quorum, times, the borders of the risk bands; and the process areas with their floors.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::level::Level;
use super::rules::RULES_AREA;
use crate::digest::Digest;
use crate::error::{Error, ErrorKind, Result};
use crate::text::quoted;

/// The name of the format, first in every document.
pub const POLICY_FORMAT: &str = "vcto.policy/1";

/// What the gate demands of every change of a tenant. The default is the weakest that is accepted: a policy only raises.
///
/// ```
/// use vcto::gate::Policy;
///
/// let mut policy = Policy { approvals: 2, ..Policy::default() };
/// assert!(policy.check().is_ok());
/// policy.approvals = 0;
/// assert!(policy.check().is_err());
/// ```
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Policy {
    /// [`POLICY_FORMAT`].
    pub format: String,
    /// How many distinct persons with distinct keys must approve at level 2. At least 1.
    pub approvals: u32,
    /// Roles in which somebody must approve at level 2.
    #[serde(default)]
    pub roles: BTreeSet<String>,
    /// How long a decision that names no window is valid, in seconds. At most 24 hours.
    pub decision_valid_s: u32,
    /// How long a proposal lives, in seconds. At most 30 days.
    pub proposal_valid_s: u32,
    /// Within how many seconds a change of level 1 must be reviewed after it began. At most 7 days.
    pub review_within_s: u32,
    /// Borders of the band of the blast radius.
    pub blast_radius: BlastBands,
    /// More targets than this in one change are left to a human. At most 500.
    #[serde(default = "most_targets")]
    pub targets: u64,
    /// Inventory data not older than this, in seconds, and complete, allows level 0. At most 1 hour.
    pub fresh_s: u32,
    /// Inventory data not older than this, in seconds, allows level 1. At most 24 hours.
    pub recent_s: u32,
}

/// How much a change may touch at a level; above the last one only level 3 is left. What runs without approval is bounded by
/// all that it touches, what is approved by what it takes along.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct BlastBands {
    /// Assets that are touched beside one target: further targets, and what depends on any of them. At most 1.
    pub l0: u64,
    /// As `l0`. At most 5.
    pub l1: u64,
    /// Assets that depend on a target, however many are changed. At most 50.
    pub l2: u64,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            format: POLICY_FORMAT.to_owned(),
            approvals: 1,
            roles: BTreeSet::new(),
            decision_valid_s: 24 * 3_600,
            proposal_valid_s: 30 * 24 * 3_600,
            review_within_s: 7 * 24 * 3_600,
            blast_radius: BlastBands { l0: 1, l1: 5, l2: 50 },
            targets: most_targets(),
            fresh_s: 3_600,
            recent_s: 24 * 3_600,
        }
    }
}

impl Policy {
    /// Checks that the policy is well formed and nowhere weaker than the default.
    ///
    /// # Errors
    /// `unsupported` for another format; `invalid_input`, with the place as a JSON pointer.
    pub fn check(&self) -> Result<()> {
        let weakest = Self::default();
        if self.format != POLICY_FORMAT {
            return Err(Error::new(
                ErrorKind::Unsupported,
                format!("the format is not `{POLICY_FORMAT}`"),
            )
            .at("/format")
            .during("policy.check"));
        }
        let raised = [
            ("/approvals", (1..=MAX_APPROVALS).contains(&self.approvals)),
            (
                "/decision_valid_s",
                within(self.decision_valid_s, weakest.decision_valid_s),
            ),
            (
                "/proposal_valid_s",
                within(self.proposal_valid_s, weakest.proposal_valid_s),
            ),
            (
                "/review_within_s",
                within(self.review_within_s, weakest.review_within_s),
            ),
            (
                "/blast_radius/l0",
                self.blast_radius.l0 <= weakest.blast_radius.l0,
            ),
            (
                "/blast_radius/l1",
                self.blast_radius.l1 <= weakest.blast_radius.l1,
            ),
            (
                "/blast_radius/l2",
                self.blast_radius.l2 <= weakest.blast_radius.l2,
            ),
            ("/targets", self.targets <= weakest.targets),
            ("/fresh_s", self.fresh_s <= weakest.fresh_s),
            ("/recent_s", self.recent_s <= weakest.recent_s),
        ];
        if let Some((place, _)) = raised.iter().find(|(_, raised)| !raised) {
            return Err(invalid("a policy can only be stricter than the default", *place));
        }
        check_roles(&self.roles, "/roles")
    }

    /// Identifies the policy: the digest of its JSON.
    ///
    /// # Errors
    /// `internal` when it does not serialise.
    pub fn digest(&self) -> Result<Digest> {
        digest_of("vcto policy v1", self)
    }
}

/// A part of the work of a practice, with the least human that every change in it needs. Areas are data: an embedding
/// service adds its own.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct ProcessArea {
    /// By which a change names it: lower-case letters, digits and `-`.
    pub name: String,
    /// The suite of areas to which it belongs.
    pub zone: String,
    /// The least level.
    pub floor: Level,
    /// Why this floor: the analysis that classified the area.
    pub analysis: String,
    /// At least so many approvals at level 2; the policy may demand more.
    #[serde(default = "one")]
    pub approvals: u32,
    /// Roles in which somebody must approve at level 2, besides those of the policy.
    #[serde(default)]
    pub roles: BTreeSet<String>,
}

impl ProcessArea {
    /// An area with this floor, one approval and no roles.
    pub fn new(
        name: impl Into<String>,
        zone: impl Into<String>,
        floor: Level,
        analysis: impl Into<String>,
    ) -> Self {
        Self {
            name: name.into(),
            zone: zone.into(),
            floor,
            analysis: analysis.into(),
            approvals: 1,
            roles: BTreeSet::new(),
        }
    }

    /// `architecture-review` and `documentation`: what every tenant has.
    pub fn standard() -> Vec<Self> {
        vec![
            Self::new(
                "architecture-review",
                "vc-suite",
                Level::L2,
                "Advice on architecture moves money, people and the continuity of a client's business; it rests on \
                 records that are incomplete, and its errors show late. Nothing of it runs without a signed approval.",
            ),
            Self::new(
                "documentation",
                "vc-suite",
                Level::L0,
                "Writing down what is known changes no system of the client and can be taken back exactly. The other \
                 bands still raise it.",
            ),
        ]
    }

    pub(super) fn check(&self) -> Result<()> {
        if !is_name(&self.name) {
            return Err(invalid(
                &format!(
                    "{} cannot name a process area: 1 to 64 of a-z, 0-9 and -",
                    quoted(&self.name)
                ),
                "/name",
            ));
        }
        if self.name == RULES_AREA {
            return Err(invalid(
                "the area of changes of the rules is the gate's own",
                "/name",
            ));
        }
        if self.zone.len() > MAX_TEXT || self.analysis.is_empty() || self.analysis.len() > MAX_TEXT {
            return Err(invalid(
                "an area needs an analysis of at most 4,096 bytes",
                "/analysis",
            ));
        }
        if !(1..=MAX_APPROVALS).contains(&self.approvals) {
            return Err(invalid("1 to 100 approvals", "/approvals"));
        }
        // INVARIANT: the areas that ship are never below their shipped floor, and stay where they belong.
        if let Some(standard) = Self::standard().iter().find(|area| area.name == self.name) {
            if self.floor < standard.floor {
                return Err(invalid(
                    "the floor of a standard area can only be raised",
                    "/floor",
                ));
            }
            if self.zone != standard.zone {
                return Err(invalid(
                    &format!("the zone of this standard area is `{}`", standard.zone),
                    "/zone",
                ));
            }
        }
        check_roles(&self.roles, "/roles")
    }
}

const MAX_APPROVALS: u32 = 100;
const MAX_AREAS: usize = 1_000;
const MAX_ROLES: usize = 32;
const MAX_TEXT: usize = 4_096;

/// 1 to 64 of `a-z`, `0-9` and `-`, beginning with a letter or digit.
pub(crate) fn is_name(text: &str) -> bool {
    (1..=64).contains(&text.len())
        && !text.starts_with('-')
        && text
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

/// Checks the areas of a tenant: each by itself, and that none is named twice.
pub(super) fn check_areas(areas: &[ProcessArea]) -> Result<()> {
    if areas.len() > MAX_AREAS {
        return Err(invalid("at most 1,000 process areas", "/areas"));
    }
    areas.iter().try_for_each(ProcessArea::check)?;
    let names: BTreeSet<&str> = areas.iter().map(|area| area.name.as_str()).collect();
    if names.len() == areas.len() {
        Ok(())
    } else {
        Err(invalid("a process area is named twice", "/areas"))
    }
}

/// INVARIANT: every tenant has the standard areas: a change in one that is gone would have no floor of its own.
pub(super) fn check_standard(areas: &[ProcessArea]) -> Result<()> {
    let missing = ProcessArea::standard()
        .into_iter()
        .find(|standard| areas.iter().all(|area| area.name != standard.name));
    match missing {
        Some(standard) => Err(invalid(
            &format!("the standard area `{}` cannot be removed", standard.name),
            "/areas",
        )
        .remedy("give it a higher floor, or freeze it")),
        None => Ok(()),
    }
}

pub(super) fn check_roles(roles: &BTreeSet<String>, place: &str) -> Result<()> {
    if roles.len() > MAX_ROLES {
        return Err(invalid("at most 32 roles", place));
    }
    match roles.iter().find(|role| !is_name(role)) {
        Some(bad) => Err(invalid(
            &format!("{} cannot name a role: 1 to 64 of a-z, 0-9 and -", quoted(bad)),
            place,
        )),
        None => Ok(()),
    }
}

/// The digest of a value's JSON, in the order of its fields.
pub(super) fn digest_of(context: &'static str, value: &impl Serialize) -> Result<Digest> {
    serde_json::to_vec(value)
        .map(|bytes| Digest::of(context, &bytes))
        .map_err(|source| Error::new(ErrorKind::Internal, "a record does not serialise").caused_by(source))
}

fn most_targets() -> u64 {
    500
}

fn one() -> u32 {
    1
}

fn within(value: u32, most: u32) -> bool {
    (1..=most).contains(&value)
}

fn invalid(message: &str, place: impl Into<String>) -> Error {
    Error::new(ErrorKind::InvalidInput, message)
        .at(place)
        .during("policy.check")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_policy_can_be_raised_in_every_part_and_lowered_in_none() {
        assert!(Policy::default().check().is_ok());
        let base = Policy::default;
        let cases = [
            (
                Policy {
                    approvals: 3,
                    ..base()
                },
                true,
            ),
            (
                Policy {
                    approvals: 0,
                    ..base()
                },
                false,
            ),
            (
                Policy {
                    decision_valid_s: 3_600,
                    ..base()
                },
                true,
            ),
            (
                Policy {
                    decision_valid_s: 24 * 3_600 + 1,
                    ..base()
                },
                false,
            ),
            (
                Policy {
                    proposal_valid_s: u32::MAX,
                    ..base()
                },
                false,
            ),
            (
                Policy {
                    blast_radius: BlastBands {
                        l2: 51,
                        ..base().blast_radius
                    },
                    ..base()
                },
                false,
            ),
            (
                Policy {
                    targets: 501,
                    ..base()
                },
                false,
            ),
            (Policy { targets: 0, ..base() }, true),
            (Policy { fresh_s: 0, ..base() }, true),
            (
                Policy {
                    recent_s: 24 * 3_600 + 1,
                    ..base()
                },
                false,
            ),
        ];
        for (policy, accepted) in cases {
            assert_eq!(policy.check().is_ok(), accepted, "{policy:?}");
        }
    }

    #[test]
    fn a_standard_area_keeps_its_floor() {
        for area in ProcessArea::standard() {
            assert!(area.check().is_ok());
        }
        let low = ProcessArea::new("architecture-review", "vc-suite", Level::L1, "because");
        assert!(low.check().is_err());
        let own = ProcessArea::new("firewall-rules", "network", Level::L1, "because");
        assert!(own.check().is_ok());
    }
}
