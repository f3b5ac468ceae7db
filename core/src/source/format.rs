//! The formats that can be read, and their names.

use std::fmt;
use std::str::FromStr;

use crate::error::{Error, ErrorKind, Result};
use crate::estate::near;
use crate::text::quoted;

macro_rules! formats {
    ($($(#[$doc:meta])* $variant:ident = $name:literal, $what:literal;)*) => {
        /// A format that inventories can be read from. What each one gives: `docs/sources.md`.
        ///
        /// ```
        /// use vcto::source::Format;
        ///
        /// assert_eq!("rvtools".parse::<Format>()?, Format::Rvtools);
        /// let error = "netboks".parse::<Format>().unwrap_err();
        /// assert!(error.to_string().contains("did you mean `netbox`?"));
        /// # Ok::<(), vcto::Error>(())
        /// ```
        #[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
        #[non_exhaustive]
        pub enum Format { $($(#[$doc])* $variant,)* }

        impl Format {
            /// Every format, in the order of the names.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The name: what `format=` takes.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// What it is, in a few words.
            pub fn describe(self) -> &'static str {
                match self { $(Self::$variant => $what,)* }
            }
        }
    };
}

formats! {
    /// Facts that people write by hand: `asset,fact,value`, or a column a fact.
    Facts = "facts", "a facts.csv with the columns asset,fact,value, or asset and a column a fact";
    /// Verdicts of people on what was inferred: `from,to,kind,method,confidence,why,verdict`.
    Inferred = "inferred", "an inferred.csv with the columns from,to,verdict, and kind,method,why";
    /// NetBox: a dump by model, or pages of its REST API.
    Netbox = "netbox", "a NetBox dump or pages of its REST API (JSON)";
    /// NinjaOne: saved answers of its API, a folder or one file.
    Ninjaone = "ninjaone", "saved answers of the NinjaOne API: lists and reports (JSON)";
    /// The questions of a review, with the answers that people gave.
    Questions = "questions", "the questions.csv of a review, with answers";
    /// Relations that people write by hand: `from,to,kind,strength,note`.
    Relations = "relations", "a relations.csv with the columns from,to,kind,strength,note";
    /// RVTools: the workbook of all tabs.
    Rvtools = "rvtools", "an RVTools workbook (xlsx)";
    /// The own format `vcto.inventory/1`, as JSON or NDJSON.
    Vcto = "vcto", "a vcto.inventory/1 document (JSON or NDJSON)";
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Format {
    type Err = Error;

    /// Names are compared without regard to case.
    fn from_str(text: &str) -> Result<Self> {
        let name = text.trim().to_ascii_lowercase();
        if let Some(format) = Self::ALL.iter().find(|format| format.as_str() == name) {
            return Ok(*format);
        }
        let names = Self::ALL.iter().map(|format| format.as_str());
        let remedy = match near::closest(&name, names.clone()).first() {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("formats are {}", names.collect::<Vec<_>>().join(", ")),
        };
        Err(Error::new(
            ErrorKind::InvalidInput,
            format!("{} is not a format that can be read", quoted(text)),
        )
        .during("source.format")
        .remedy(remedy))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_are_listed_by_name_and_names_parse_back() {
        assert!(
            Format::ALL
                .windows(2)
                .all(|pair| pair[0].as_str() < pair[1].as_str())
        );
        for format in Format::ALL {
            assert_eq!(format.as_str().parse::<Format>().unwrap(), *format);
        }
    }

    #[test]
    fn a_name_without_a_near_one_lists_them_all() {
        let error = "salesforce".parse::<Format>().unwrap_err();
        assert!(
            error
                .remedy_text()
                .unwrap()
                .contains("facts, inferred, netbox, ninjaone, questions, relations, rvtools, vcto")
        );
    }
}
