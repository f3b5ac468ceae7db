//! Anchoring: one log per region that holds the heads of its tenants' logs, and the places outside that keep its checkpoints.
//!
//! A log cannot show by itself that its tail was cut, or that it was there at all. So each region has an *anchor log*: at each
//! round it takes the size and root of every tenant's log, under a blinded name. Only the checkpoints of the anchor log go
//! outside, so what is kept there costs the same for one tenant and for a thousand, and tells nobody who the tenants are or how
//! much they do. The formats are in `docs/formats/ledger.md`, the reasons in decision 21.

mod file;
mod head;
mod log;
mod outbox;
mod outside;
mod proof;
mod split;
mod state;
#[cfg(feature = "http")]
mod webhook;

pub use file::{FileAnchor, KeptCheckpoint};
pub use head::AnchoredHead;
pub(crate) use head::LogHead;
pub(crate) use log::{AnchorLog, Candidate};
pub use outbox::{Delivery, DeliveryOutcome};
pub use outside::{Anchor, AnchorRequest, Kept};
pub use proof::AnchorProof;
pub use split::SplitView;
#[cfg(feature = "http")]
pub use webhook::WebhookAnchor;
