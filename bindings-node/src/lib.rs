//! Node bindings of vcto: they carry calls to core and results back, and decide nothing.
#![allow(
    clippy::missing_errors_doc,
    clippy::needless_pass_by_value,
    clippy::trivially_copy_pass_by_ref,
    missing_debug_implementations,
    reason = "what stands here is seen from JavaScript"
)]

// Nothing in it is of one language.
mod anchor;
#[path = "../../bindings-python/src/both/mod.rs"]
mod both;
mod budget;
mod caller;
mod error;
mod estate;
mod executor;
mod gate;
mod impact;
mod json;
mod ledger;
mod passkey;
mod practice;
mod promise;
mod review;
mod setup;
mod source;
mod tenant;

use napi_derive::napi;

/// The version of the engine.
#[napi]
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The names of the kinds of error of core: the values of `err.code`.
#[napi]
pub fn error_kinds() -> Vec<&'static str> {
    vcto::ErrorKind::ALL.iter().map(|kind| kind.as_str()).collect()
}
