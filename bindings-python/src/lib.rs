//! Python bindings of vcto: they carry calls to core and results back, and decide nothing.
#![allow(
    clippy::missing_errors_doc,
    clippy::needless_pass_by_value,
    missing_debug_implementations,
    reason = "what stands here is seen from Python"
)]

mod anchor;
mod both;
mod budget;
mod day;
mod document;
mod error;
mod estate;
mod executor;
mod gate;
mod given;
mod json;
mod ledger;
mod monitor;
mod passkey;
mod practice;
mod review;
mod source;
#[cfg(feature = "arrow")]
mod table;

use pyo3::prelude::*;

/// The extension module behind the package `vcto`.
#[pymodule]
mod _vcto {
    use pyo3::prelude::*;

    #[pymodule_export]
    use crate::anchor::{FileAnchor, WebhookAnchor, split_view};
    #[pymodule_export]
    use crate::budget::{Budget, InternalBudget, budget, internal_budget};
    #[pymodule_export]
    use crate::estate::{Estate, Inventory, Network};
    #[pymodule_export]
    use crate::executor::Permit;
    #[pymodule_export]
    use crate::gate::{
        Approved, Execution, Finished, InDoubt, Rejected, StagedApproval, StagedAutomatic, StagedHumanOnly,
        StagedNotify, Waiting,
    };
    #[pymodule_export]
    use crate::ledger::{Entries, Ledger, postgres_schema, verify_bundle};
    #[pymodule_export]
    use crate::passkey::{passkey_challenge, passkey_key, passkey_signature};
    #[pymodule_export]
    use crate::practice::{Practice, Tenant, WorkOrders, open};
    #[pymodule_export]
    use crate::review::{Review, review};
    #[pymodule_export]
    use crate::source::{infer, inferred_csv, read};
    #[cfg(feature = "arrow")]
    #[pymodule_export]
    use crate::table::Table;

    /// The version of the engine.
    #[pymodule_export]
    #[expect(non_upper_case_globals, reason = "Python's name for it")]
    const __version__: &str = env!("CARGO_PKG_VERSION");

    /// The names of the kinds of error of core.
    #[pyfunction]
    fn error_kinds() -> Vec<&'static str> {
        vcto::ErrorKind::ALL.iter().map(|kind| kind.as_str()).collect()
    }

    /// Whether an error of this kind is the gate's no, as against something that went wrong.
    #[pyfunction]
    fn is_refusal(kind: &str) -> bool {
        let mut kinds = vcto::ErrorKind::ALL.iter();
        kinds.any(|other| other.as_str() == kind && other.is_refusal())
    }
}
