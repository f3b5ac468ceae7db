//! The one bridge to Python's objects: JSON text from core's own types, read by `json.loads`.

use pyo3::inspect::PyStaticExpr;
use pyo3::prelude::*;
use pyo3::type_hint_identifier;
use serde::Serialize;

use crate::error::{Failure, Result};

/// Text that becomes a plain Python object on its way out.
pub struct Json(String);

impl Json {
    /// The JSON of a value of core.
    pub fn of(value: &impl Serialize) -> Result<Self> {
        serde_json::to_string(value).map(Self).map_err(|error| {
            Failure::Core(vcto::Error::new(
                vcto::ErrorKind::Internal,
                error.to_string(),
            ))
        })
    }

    /// Text that is JSON already.
    pub fn from_text(text: String) -> Self {
        Self(text)
    }

    fn load<'py>(self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        py.import("json")?.call_method1("loads", (self.0,))
    }
}

/// Reads a caller's object: text and bytes as they are, anything else through `json.dumps`.
pub fn text_of(value: &Bound<'_, PyAny>) -> Result<Vec<u8>> {
    if let Ok(text) = value.extract::<std::borrow::Cow<'_, str>>() {
        return Ok(text.into_owned().into_bytes());
    }
    if let Ok(bytes) = value.extract::<Vec<u8>>() {
        return Ok(bytes);
    }
    let dumped = value
        .py()
        .import("json")?
        .call_method1("dumps", (value,))?
        .extract::<String>()?;
    Ok(dumped.into_bytes())
}

/// Declares results by the name that they have in `vcto/types.py`, so that the stub names them.
macro_rules! shapes {
    ($($name:ident)*) => {$(
        #[doc = concat!("A `vcto.types.", stringify!($name), "`.")]
        pub struct $name(Json);

        impl From<Json> for $name {
            fn from(json: Json) -> Self {
                Self(json)
            }
        }

        impl<'py> IntoPyObject<'py> for $name {
            type Target = PyAny;
            type Output = Bound<'py, PyAny>;
            type Error = PyErr;
            const OUTPUT_TYPE: PyStaticExpr = type_hint_identifier!("vcto.types", stringify!($name));

            fn into_pyobject(self, py: Python<'py>) -> PyResult<Self::Output> {
                self.0.load(py)
            }
        }
    )*};
}

shapes! { BlastRadius }
