//! A practice and its tenants: where everything comes together.

mod anchor;
mod anchored;
mod anchors;
mod folder;
mod keys;
mod lost;
mod name;
mod open;
mod options;
mod place;
mod reviewed;
mod rotate;
mod rules;
mod tenant;
mod tenants;
mod worker;

pub use anchor::{AnchorOptions, AnchorOutcome, AnchorRound, RegionRound, TenantRound};
pub use open::Practice;
pub use options::{PracticeOptions, TenantOptions};
pub(crate) use reviewed::{REVIEWED, Reviewed};
pub use tenant::{RecordedDecision, Tenant, Trigger};
