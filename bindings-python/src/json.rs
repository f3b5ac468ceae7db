//! The one bridge to Python's objects: JSON text from core's own types, read by `json.loads`.

use pyo3::inspect::PyStaticExpr;
use pyo3::prelude::*;
use pyo3::types::PyDict;
use pyo3::{CastError, type_hint_identifier, type_hint_subscript};
use serde::Serialize;

use crate::error::{Failure, Result};

/// Text that becomes a plain Python object on its way out.
pub struct Json(String);

impl Json {
    /// The JSON of a value of core.
    pub fn of(value: &impl Serialize) -> Result<Self> {
        serde_json::to_string(value)
            .map(Self)
            .map_err(|error| Failure::Core(vcto::Error::new(vcto::ErrorKind::Internal, error.to_string())))
    }

    /// Text that is JSON already.
    pub fn from_text(text: String) -> Self {
        Self(text)
    }

    fn load<'py>(self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        py.import("json")?.call_method1("loads", (self.0,))
    }
}

/// A caller's dictionary of a format of core.
pub struct Dictionary<'py>(Bound<'py, PyDict>);

impl Dictionary<'_> {
    /// Its JSON text. What has no JSON form, a NaN included, is refused.
    pub fn to_json(&self) -> Result<Vec<u8>> {
        let py = self.0.py();
        let options = PyDict::new(py);
        options.set_item("allow_nan", false)?;
        let text = py
            .import("json")?
            .call_method("dumps", (&self.0,), Some(&options))?;
        Ok(text.extract::<String>()?.into_bytes())
    }
}

impl<'a, 'py> FromPyObject<'a, 'py> for Dictionary<'py> {
    type Error = CastError<'a, 'py>;
    const INPUT_TYPE: PyStaticExpr = type_hint_subscript!(
        type_hint_identifier!("builtins", "dict"),
        type_hint_identifier!("builtins", "str"),
        type_hint_identifier!("typing", "Any")
    );

    fn extract(object: Borrowed<'a, 'py, PyAny>) -> std::result::Result<Self, Self::Error> {
        Ok(Self(object.cast::<PyDict>()?.to_owned()))
    }
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
