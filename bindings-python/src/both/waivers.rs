//! Waivers as callers give them.

use std::path::PathBuf;

use vcto::Result;
use vcto::review::{Reviewer, Waivers};

use super::read::within;

/// What was given.
pub enum Given {
    /// A sheet.
    Csv(Vec<u8>),
    /// JSON text of a list, or why there is none.
    List(Result<Vec<u8>>),
    /// The path of a sheet.
    Path(PathBuf),
}

impl Given {
    /// A sheet, or the path of one: a path has no line end, and a sheet that says anything has.
    pub fn text(text: String) -> Self {
        if text.contains('\n') {
            Self::Csv(text.into_bytes())
        } else {
            Self::Path(text.into())
        }
    }

    fn read(self) -> Result<Waivers> {
        match self {
            Self::Csv(sheet) => Waivers::from_csv(&sheet),
            Self::List(text) => {
                let waivers = text.and_then(|text| Waivers::from_json(&text));
                within("waivers", waivers).map_err(|error| error.during("waivers.read"))
            }
            Self::Path(path) => Waivers::read(path),
        }
    }
}

/// The standard reviewer, with these waivers.
pub fn reviewer(waivers: Option<Given>) -> Result<Reviewer> {
    let reviewer = Reviewer::standard();
    Ok(match waivers {
        Some(given) => reviewer.waivers(given.read()?),
        None => reviewer,
    })
}
