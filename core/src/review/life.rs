//! Whether an asset is in use, out of sight or out of service.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::context::Context;
use super::facts::{dates, texts};
use super::rule::Reads;
use crate::estate::{Asset, AssetKind};

/// The facts that say that an asset is out of service. A rule that declares the second leaves such assets out.
pub(super) const LIFE_FACTS: [&str; 2] = ["status", "rmm_status"];

pub(super) const STATUS: Reads = Reads::Fact(LIFE_FACTS[0]);
pub(super) const RMM_STATUS: Reads = Reads::Fact(LIFE_FACTS[1]);

/// What a rule reads that leaves out what is out of service: the facts that say so come last.
macro_rules! in_service {
    ($($read:expr),* $(,)?) => {
        [$($read,)* $crate::review::life::STATUS, $crate::review::life::RMM_STATUS]
    };
}

pub(super) use in_service;

/// Words for "it is no longer in service", as documentation and management systems write them.
const RETIRED: [&str; 6] = [
    "archived",
    "decommissioned",
    "disposed",
    "removed",
    "retired",
    "scrapped",
];

/// Whether an asset is in use. What is out of sight or out of service is counted apart, so that it neither hides nor
/// feigns a gap.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Life {
    /// Seen within the limit.
    Live,
    /// Out of service, and no source says otherwise.
    Retired,
    /// Not seen for longer than the limit.
    Stale,
    /// No source says when it was last seen, or only of days that have not come.
    Unknown,
}

impl Life {
    /// The word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Retired => "retired",
            Self::Stale => "stale",
            Self::Unknown => "unknown",
        }
    }
}

impl Context<'_> {
    /// Whether an asset is in use.
    pub fn life(&self, asset: &Asset) -> Life {
        if is_retired(asset) {
            return Life::Retired;
        }
        let limit = i64::from(self.settings().stale_after_days);
        // The latest sighting counts: one source that lost sight of it does not make it lost.
        let days = dates(asset, "last_seen");
        match days.values().iter().rev().find(|day| !self.is_ahead(**day)) {
            None => Life::Unknown,
            Some(day) if -self.days_to(*day) <= limit => Life::Live,
            Some(_) => Life::Stale,
        }
    }

    /// Whether a sighting on this day can be none: a clock was wrong. One day ahead is a time zone.
    pub(super) fn is_ahead(&self, day: Date) -> bool {
        self.days_to(day) > 1
    }
}

/// Whether a source says that it is out of service, and none that it is in service: where they disagree, every rule goes on
/// asking. What costs money or lets somebody in until it ends (a contract, a licence, a domain, an account) is never out of
/// service before that.
pub(crate) fn is_retired(asset: &Asset) -> bool {
    if ends_by_date(&asset.kind) {
        return false;
    }
    let mut retired = false;
    for fact in LIFE_FACTS {
        for word in texts(asset, fact).values() {
            if !RETIRED.contains(&word.to_lowercase().as_str()) {
                return false;
            }
            retired = true;
        }
    }
    retired
}

fn ends_by_date(kind: &AssetKind) -> bool {
    matches!(
        kind,
        AssetKind::AppSecret
            | AssetKind::Certificate
            | AssetKind::Circuit
            | AssetKind::Contract
            | AssetKind::Domain
            | AssetKind::Licence
            | AssetKind::PushCertificate
            | AssetKind::SaasSubscription
            | AssetKind::UserAccount
    )
}
