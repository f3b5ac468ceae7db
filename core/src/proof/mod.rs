//! Proof for an outsider: a folder with the ledger, the signed decisions and the OSCAL documents, and its check without keys.
//!
//! The folder is described in `docs/formats/proof.md`; `verify.sh` in it needs only stock tools.

mod anchor;
mod history;
mod import;
mod read;
mod script;
mod walk;
mod write;

pub use read::verify_bundle;
pub use write::Proved;

/// The first line of the manifest.
const FORMAT: &str = "vcto.proof/1";

const ALLOWED_SIGNERS: &str = "allowed_signers";
/// One line for each decision: its file, who signed, and when it was recorded (UTC), as `verify-time` wants it.
const INDEX: &str = "decisions/index";
const LEDGER: &str = "ledger";
const MANIFEST: &str = "manifest";
const OSCAL: &str = "oscal";
const SCRIPT: &str = "verify.sh";
