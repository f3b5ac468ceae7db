//! What can be said of a proposal, kept beside the value that is spent.

use vcto::Actor;
use vcto::change::Change;
use vcto::gate::{Amendment, Approval, Approved, Automatic, Band, HumanOnly, InDoubt, Notify, Risk, Staged};

/// What can be said of a proposal, before and after its value was spent.
pub struct About {
    /// The proposal.
    pub id: String,
    /// The level.
    pub level: &'static str,
    /// After this time it can no longer start.
    pub expires_at: String,
    /// Who proposed it.
    pub proposer: Actor,
    /// Whose place it took, when it is an amended one.
    pub amendment: Option<Amendment>,
    /// What is proposed.
    pub change: Change,
    /// Identifies what is proposed.
    pub change_digest: String,
    /// What demands the level, the highest first.
    pub why: Vec<Band>,
    /// What the level was computed from.
    pub risk: Risk,
}

macro_rules! about {
    ($($value:ty),*) => {$(
        impl From<&$value> for About {
            fn from(value: &$value) -> Self {
                Self {
                    id: value.id().to_string(),
                    level: value.level().as_str(),
                    expires_at: value.expires_at().to_string(),
                    proposer: value.proposer().clone(),
                    amendment: value.amendment().cloned(),
                    change: value.change().clone(),
                    change_digest: value.change_digest().to_string(),
                    why: value.why(),
                    risk: value.risk().clone(),
                }
            }
        }
    )*};
}

about!(
    Approved,
    InDoubt,
    Staged<Approval>,
    Staged<Automatic>,
    Staged<HumanOnly>,
    Staged<Notify>
);
