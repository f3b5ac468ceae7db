//! Days: `datetime.date`, or text such as `2026-11-22`.

use std::fmt::Display;
use std::str::FromStr;

use pyo3::prelude::*;
use pyo3::types::PyDate;

/// A day as the caller gave it.
#[derive(FromPyObject)]
pub enum Day<'py> {
    /// Text, year first.
    Text(String),
    /// A date object.
    Date(Bound<'py, PyDate>),
}

impl Day<'_> {
    /// The day as core has it.
    pub fn parse<D: FromStr>(&self, operation: &'static str) -> crate::error::Result<D>
    where
        D::Err: Display,
    {
        let text = match self {
            Self::Text(text) => text.clone(),
            Self::Date(date) => date.call_method0("isoformat")?.extract()?,
        };
        text.parse().map_err(|error: D::Err| {
            vcto::Error::new(vcto::ErrorKind::InvalidInput, error.to_string())
                .at("as_of")
                .during(operation)
                .into()
        })
    }
}
