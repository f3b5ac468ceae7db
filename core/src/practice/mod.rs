//! A practice and its tenants: where everything comes together.

mod anchor;
mod anchors;
mod folder;
mod name;
mod open;
mod options;
mod place;
mod reviewed;
mod rules;
mod tenant;
mod tenants;
mod worker;

pub use anchor::{AnchorOptions, AnchorOutcome, AnchorRound, RegionRound, TenantRound};
pub use open::Practice;
pub use options::{PracticeOptions, TenantOptions};
pub(crate) use reviewed::{REVIEWED, Reviewed};
pub use tenant::{RecordedDecision, Tenant, Trigger};
