//! Days and times: `datetime` objects, or text such as `2026-11-22`.

use std::fmt::Display;
use std::str::FromStr;

use pyo3::prelude::*;
use pyo3::types::{PyDate, PyDateTime};

use crate::given::{Text, one_of};

one_of! {
    /// A day as the caller gave it.
    Day<'py>: "a day as a text like 2026-11-22, or a date" {
        /// Text, year first.
        Text(Text),
        /// A date object.
        Date(Bound<'py, PyDate>),
    }
}

one_of! {
    /// A time as the caller gave it.
    Moment<'py>: "a time as a text like 2026-11-22T08:00:00Z, or a datetime with its zone" {
        /// Text, RFC 3339.
        Text(Text),
        /// A datetime object.
        Time(Bound<'py, PyDateTime>),
    }
}

impl Moment<'_> {
    /// Its text.
    pub fn text(&self) -> crate::error::Result<String> {
        match self {
            Self::Text(Text(text)) => Ok(text.clone()),
            Self::Time(time) => Ok(time.call_method0("isoformat")?.extract()?),
        }
    }
}

impl Day<'_> {
    /// The day as core has it.
    pub fn parse<D: FromStr>(&self, operation: &'static str) -> crate::error::Result<D>
    where
        D::Err: Display,
    {
        let text = match self {
            Self::Text(Text(text)) => text.clone(),
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
