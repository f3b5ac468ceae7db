//! The audit ledger: sealed typed records in an RFC 6962 log, one log per tenant.
//!
//! What is appended is durable when the receipt is there, has its place in a gapless sequence, and is committed to by a
//! signed tree head. Nobody needs this crate, nor a key, to check that: see `docs/auditing.md`. The formats are in
//! `docs/formats/ledger.md`.
//!
//! ```
//! use std::sync::Arc;
//! use vcto::ledger::{Condition, Draft, EntryType, Ledger, LedgerOptions, LocalKeyFile, Storage};
//! use vcto::time::{SystemClock, SystemEntropy};
//!
//! const NOTE: EntryType = EntryType(0x8000);
//!
//! # pollster::block_on(async {
//! let keys = Arc::new(LocalKeyFile::in_memory(&SystemEntropy)?);
//! let options = LedgerOptions::new(keys.clone(), keys, Arc::new(SystemClock), Arc::new(SystemEntropy));
//! let ledger = Ledger::create(&Storage::memory(), "example.org/halden", "eu", options).await?;
//!
//! let size = ledger.size().await?;
//! let draft = Draft::json(NOTE, &serde_json::json!({"text": "UPS battery replaced"}))?;
//! let receipts = ledger.append_all(vec![draft], Condition::SizeIs(size)).await?;
//! let seq = receipts[0].seq();
//! assert_eq!(ledger.entries(seq..).await?[0].payload(), br#"{"text":"UPS battery replaced"}"#);
//! # Ok::<(), vcto::Error>(())
//! # }).unwrap();
//! ```

mod anchor;
mod audit;
mod bundle;
mod chain;
mod checkpoint;
mod edge;
mod entry;
#[cfg(test)]
mod faults;
mod group;
mod handle;
mod header;
mod keys;
mod manifest;
mod note;
mod options;
mod proof;
mod reader;
mod seal;
mod select;
mod session;
mod signing;
mod store;
mod tiles;
mod tree;
mod verdict;
mod writer;

#[cfg(feature = "http")]
pub use anchor::WebhookAnchor;
pub use anchor::{
    Anchor, AnchorProof, AnchorRequest, AnchoredHead, Delivery, DeliveryOutcome, FileAnchor, Kept,
    KeptCheckpoint, SplitView,
};
pub(crate) use anchor::{AnchorLog, Candidate};
pub(crate) use bundle::{BundleFiles, verify_bundle_files};
pub use bundle::{TilePath, verify_bundle};
pub use checkpoint::Checkpoint;
pub use entry::{Condition, Draft, Entry, EntryType, Level, LogId, MAX_PAYLOAD, Receipt};
pub use handle::{Ledger, verify_storage};
pub use header::{Aead, Codec, HEADER_LEN, Header};
pub use keys::{KeyContext, KeyProvider, KeyPurpose, LocalKeyFile, Secret, Signer};
pub(crate) use manifest::{Sum, read_manifest, sum};
pub use note::{MAX_NOTE, MAX_SIGNATURES, SignedNote, VerifierKey};
pub use options::LedgerOptions;
pub use proof::{ConsistencyProof, EntryProof, verify_consistency, verify_inclusion};
pub use select::{Cursor, MAX_PAGE, Page, Selection};
pub(crate) use session::check_origin;
pub(crate) use signing::Succession;
#[cfg(feature = "postgres")]
pub(crate) use store::Server;
#[cfg(feature = "postgres")]
pub use store::postgres_schema;
#[cfg(test)]
pub(crate) use store::{Faults, with_faults};
pub use store::{Lease, Storage};
pub use tree::{Hash, Tree, empty_root, leaf_hash, node_hash};
pub use verdict::{
    Authenticity, Completeness, DomainCheck, DomainReplay, Erasure, Freshness, Integrity, Policy, Problem,
    Verification, VerifyOptions,
};
