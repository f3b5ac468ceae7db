//! What callers give where several types are good: an error says in one line what belongs there.

use std::time::Duration;

use pyo3::inspect::PyStaticExpr;
use pyo3::prelude::*;
use pyo3::type_hint_identifier;
use pyo3::types::PyString;

use crate::error::Raised;

/// Declares an argument that may be of several types, with the words for its error.
macro_rules! one_of {
    ($(
        $(#[$doc:meta])*
        $name:ident$(<$py:lifetime>)?: $wanted:literal { $($(#[$why:meta])* $variant:ident($type:ty),)* }
    )*) => {$(
        $(#[$doc])*
        pub enum $name$(<$py>)? { $($(#[$why])* $variant($type),)* }

        const _: () = {
            use pyo3::{Borrowed, FromPyObject, PyAny, PyErr, PyResult, type_hint_union};

            impl<'a, 'py> FromPyObject<'a, 'py> for $name$(<$py>)? {
                type Error = PyErr;
                const INPUT_TYPE: pyo3::inspect::PyStaticExpr =
                    type_hint_union!($(<$type as FromPyObject<'a, 'py>>::INPUT_TYPE),*);

                fn extract(object: Borrowed<'a, 'py, PyAny>) -> PyResult<Self> {
                    $(
                        match object.extract::<$type>().map_err(PyErr::from) {
                            Ok(given) => return Ok(Self::$variant(given)),
                            Err(error) => $crate::given::unless_other_type(object, error)?,
                        }
                    )*
                    Err($crate::given::wrong_type(object, $wanted))
                }
            }
        };
    )*};
}

pub(crate) use one_of;

/// A text. Half of a surrogate pair makes it `InvalidInput`.
pub struct Text(pub String);

impl<'a, 'py> FromPyObject<'a, 'py> for Text {
    type Error = PyErr;
    const INPUT_TYPE: PyStaticExpr = type_hint_identifier!("builtins", "str");

    fn extract(object: Borrowed<'a, 'py, PyAny>) -> PyResult<Self> {
        let text = object.cast::<PyString>()?;
        text.to_str().map(|text| Self(text.to_owned())).map_err(|_| {
            let fault = "half of a surrogate pair in a text";
            Raised::Core(vcto::Error::new(vcto::ErrorKind::InvalidInput, fault)).into()
        })
    }
}

/// A whole number from 0 on, or none where what was given is out of range: whoever takes it knows the argument's name.
pub struct Number(Option<u64>);

impl Number {
    /// The number as core has it.
    pub fn fit<T: TryFrom<u64>>(&self, place: &'static str) -> vcto::Result<T> {
        let fit = self.0.and_then(|number| T::try_from(number).ok());
        fit.ok_or_else(|| crate::both::wanted::out_of_range(place))
    }
}

impl<'a, 'py> FromPyObject<'a, 'py> for Number {
    type Error = PyErr;
    const INPUT_TYPE: PyStaticExpr = <u64 as FromPyObject>::INPUT_TYPE;

    fn extract(object: Borrowed<'a, 'py, PyAny>) -> PyResult<Self> {
        match object.extract::<u64>() {
            Err(error) if error.is_instance_of::<pyo3::exceptions::PyOverflowError>(object.py()) => {
                Ok(Self(None))
            }
            other => Ok(Self(Some(other?))),
        }
    }
}

/// A span of time, or none where it is negative.
pub struct Span(Option<Duration>);

impl Span {
    /// The span as core has it.
    pub fn fit(&self, place: &'static str) -> vcto::Result<Duration> {
        self.0.ok_or_else(|| {
            vcto::Error::new(vcto::ErrorKind::InvalidInput, "a span of time is not negative").at(place)
        })
    }
}

impl<'a, 'py> FromPyObject<'a, 'py> for Span {
    type Error = PyErr;
    const INPUT_TYPE: PyStaticExpr = type_hint_identifier!("datetime", "timedelta");

    fn extract(object: Borrowed<'a, 'py, PyAny>) -> PyResult<Self> {
        match object.extract::<Duration>() {
            Err(error) if error.is_instance_of::<pyo3::exceptions::PyValueError>(object.py()) => {
                Ok(Self(None))
            }
            other => Ok(Self(Some(other?))),
        }
    }
}

/// An object of the right type with a wrong value is not tried as another type.
pub fn unless_other_type(object: Borrowed<'_, '_, PyAny>, error: PyErr) -> PyResult<()> {
    if error.is_instance_of::<pyo3::exceptions::PyTypeError>(object.py()) {
        Ok(())
    } else {
        Err(error)
    }
}

/// The error for an object of no type that is good.
pub fn wrong_type(object: Borrowed<'_, '_, PyAny>, wanted: &str) -> PyErr {
    let name = crate::document::type_name(&object.to_owned());
    pyo3::exceptions::PyTypeError::new_err(format!("{wanted}, not {name}"))
}
