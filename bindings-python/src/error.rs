//! Errors of core as exceptions: the class is chosen by the kind's name in `vcto/errors.py`.

use pyo3::prelude::*;

/// What a call of this module fails with: an error of core, or one of Python's own.
pub enum Raised {
    /// Of core.
    Core(vcto::Error),
    /// Of the interpreter, or of the caller's own code.
    Python(PyErr),
}

/// The result of a call.
pub type Result<T> = std::result::Result<T, Raised>;

impl From<vcto::Error> for Raised {
    fn from(error: vcto::Error) -> Self {
        Self::Core(error)
    }
}

impl From<PyErr> for Raised {
    fn from(error: PyErr) -> Self {
        Self::Python(error)
    }
}

impl From<Raised> for PyErr {
    fn from(raised: Raised) -> Self {
        match raised {
            Raised::Core(error) => Python::attach(|py| exception(py, &error).unwrap_or_else(|other| other)),
            Raised::Python(error) => error,
        }
    }
}

fn exception(py: Python<'_>, error: &vcto::Error) -> PyResult<PyErr> {
    let context: serde_json::Map<_, _> = error
        .context()
        .map(|(key, value)| (key.to_owned(), value.into()))
        .collect();
    let details = serde_json::json!({
        "operation": error.operation(),
        "place": error.place(),
        "remedy": error.remedy_text(),
        "retryable": error.is_retryable(),
        "context": context,
    });
    py.import("vcto.errors")?
        .call_method1(
            "_from_core",
            (error.kind().as_str(), error.to_string(), details.to_string()),
        )
        .map(PyErr::from_value)
}
