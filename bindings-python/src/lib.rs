//! Python bindings of vcto: they carry calls to core and results back, and decide nothing.

mod error;
mod json;

use pyo3::prelude::*;

/// The extension module behind the package `vcto`.
#[pymodule]
mod _vcto {
    use pyo3::prelude::*;

    /// The version of the engine.
    #[pymodule_export]
    #[allow(non_upper_case_globals)]
    const __version__: &str = env!("CARGO_PKG_VERSION");

    /// The names of the kinds of error of core, to compare with the classes here.
    #[pyfunction]
    fn _error_kinds() -> Vec<&'static str> {
        vcto::ErrorKind::ALL.iter().map(|kind| kind.as_str()).collect()
    }

    #[pyfunction]
    fn _x() -> crate::error::Result<crate::json::BlastRadius> {
        Ok(crate::json::Json::of(&1)?.into())
    }
}
