//! Which processors Windows 11 supports, told from the model text; what the table cannot tell is unknown.

use std::sync::LazyLock;

use jiff::civil::Date;
use serde::Deserialize;

use crate::digest::{Digest, Hasher};
use crate::error::{Error, ErrorKind, Result};
use crate::text::{Untrusted, quoted};

/// A table may be so large.
const BYTES: usize = 4 << 20;

/// At most so much of a model text is looked at.
const CHARS: usize = 256;

/// A table of processors. The format is in `docs/formats/lifecycle.md`.
///
/// ```
/// use vcto::review::Processors;
///
/// let table = Processors::curated();
/// assert_eq!(table.supports("Intel(R) Core(TM) i5-8250U CPU @ 1.60GHz"), Some(true));
/// assert_eq!(table.supports("Intel(R) Core(TM) i5-7500 CPU @ 3.40GHz"), Some(false));
/// assert_eq!(table.supports("Elbrus-8S"), None);
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Processors {
    rows: Vec<Row>,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Row {
    pub(super) name: String,
    /// Each of these must be there, one of the choices at least.
    required: Vec<Vec<String>>,
    /// None of these may be there.
    forbidden: Vec<String>,
    model: Model,
    pub(super) supported: bool,
    source: Untrusted<String>,
    as_of: Option<Date>,
    pub(super) digest: Digest,
}

/// What the model number must be.
#[derive(Clone, Debug, PartialEq)]
enum Model {
    Any,
    /// The generation of an Intel Core, between these.
    Generation(u32, u32),
    /// Letters, and a number between these.
    Number(String, u32, u32),
    /// One of these.
    OneOf(Vec<String>),
}

#[derive(Deserialize)]
struct Line {
    row: String,
    words: String,
    models: String,
    key: String,
    prefix: String,
    from: String,
    to: String,
    supported: String,
    source: String,
    as_of: String,
}

impl Processors {
    /// The table that comes with the crate: Microsoft's lists of supported processors, put into rules.
    pub fn curated() -> &'static Self {
        static CURATED: LazyLock<Processors> = LazyLock::new(|| {
            // The table is part of the crate, and a test reads it.
            Processors::from_csv(include_bytes!("../../data/windows11-processors.csv")).unwrap_or_default()
        });
        &CURATED
    }

    /// Reads a table. The first row that fits a text decides.
    ///
    /// # Errors
    /// `too_large` beyond 4 MiB, `invalid_input` with the line and row.
    pub fn from_csv(bytes: &[u8]) -> Result<Self> {
        if bytes.len() > BYTES {
            return Err(Error::new(
                ErrorKind::TooLarge,
                "a table of processors has at most 4 MiB",
            ));
        }
        let bytes = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
        let mut rows = Vec::new();
        for line in csv::Reader::from_reader(bytes).deserialize::<Line>() {
            let line = line.map_err(|source| {
                let at = source.position().map_or(0, csv::Position::line);
                Error::new(ErrorKind::InvalidInput, source.to_string()).at(format!("line {at}"))
            })?;
            let name = line.row.clone();
            rows.push(Row::read(line).map_err(|error| error.at(name))?);
        }
        Ok(Self { rows })
    }

    /// Whether Windows 11 supports the processor of this text; `None` where the table cannot tell.
    pub fn supports(&self, text: &str) -> Option<bool> {
        self.find(text).map(|row| row.supported)
    }

    /// The day of the oldest row that has one; none for the curated table.
    pub fn as_of(&self) -> Option<Date> {
        self.rows.iter().filter_map(|row| row.as_of).min()
    }

    /// The first row that fits.
    pub(super) fn find(&self, text: &str) -> Option<&Row> {
        let words = words(text);
        self.rows.iter().find(|row| row.fits(&words))
    }
}

impl Row {
    fn read(line: Line) -> Result<Self> {
        let bounds = || Ok::<_, Error>((number("from", &line.from, 0)?, number("to", &line.to, u32::MAX)?));
        let model = match (line.key.as_str(), line.models.as_str()) {
            ("", "") => Model::Any,
            ("", models) => Model::OneOf(models.split('/').map(str::to_lowercase).collect()),
            ("generation", "") => bounds().map(|(from, to)| Model::Generation(from, to))?,
            ("number", "") => {
                bounds().map(|(from, to)| Model::Number(line.prefix.to_lowercase(), from, to))?
            }
            _ => {
                return Err(invalid(
                    "`key` is `generation`, `number`, or empty beside `models`",
                ));
            }
        };
        let (mut required, mut forbidden) = (Vec::new(), Vec::new());
        for word in line.words.to_lowercase().split_whitespace() {
            match word.strip_prefix('-') {
                Some(word) => forbidden.push(word.to_owned()),
                None => required.push(word.split('/').map(str::to_owned).collect()),
            }
        }
        if required.is_empty() {
            return Err(invalid("a row needs a word that must be there"));
        }
        let mut hasher = Hasher::new("vcto processor row v1");
        for field in [&line.row, &line.words, &line.models, &line.key, &line.prefix] {
            hasher.field(field.as_bytes());
        }
        for field in [&line.from, &line.to, &line.supported, &line.source, &line.as_of] {
            hasher.field(field.as_bytes());
        }
        Ok(Self {
            name: line.row,
            required,
            forbidden,
            model,
            supported: match line.supported.as_str() {
                "yes" => true,
                "no" => false,
                other => {
                    return Err(invalid(format!(
                        "`supported` is `yes` or `no`, not {}",
                        quoted(other)
                    )));
                }
            },
            source: Untrusted::new(line.source),
            as_of: match line.as_of.as_str() {
                "" => None,
                day => Some(day.parse().map_err(|source: jiff::Error| {
                    invalid(format!("{} in `as_of` is no date", quoted(day))).caused_by(source)
                })?),
            },
            digest: hasher.finish(),
        })
    }

    fn fits(&self, words: &[String]) -> bool {
        let has = |word: &String| words.contains(word);
        self.required.iter().all(|choices| choices.iter().any(has))
            && !self.forbidden.iter().any(has)
            && match &self.model {
                Model::Any => true,
                Model::OneOf(models) => models.iter().any(has),
                Model::Generation(from, to) => words
                    .iter()
                    .find_map(|word| generation(word))
                    .is_some_and(|found| (*from..=*to).contains(&found)),
                Model::Number(prefix, from, to) => words
                    .iter()
                    .filter_map(|word| after(word, prefix))
                    .any(|found| (*from..=*to).contains(&found)),
            }
    }

    /// Who says so, and of when that is.
    pub(super) fn source(&self) -> String {
        match self.as_of {
            Some(day) => format!("{}, {day}", self.source.raw()),
            None => self.source.raw().clone(),
        }
    }
}

/// Lower case, parts at everything but letters and digits, without the clock rate and without words that say nothing.
fn words(text: &str) -> Vec<String> {
    let text: String = text.chars().take(CHARS).flat_map(char::to_lowercase).collect();
    let text = text.split('@').next().unwrap_or_default();
    let text = text.replace("(r)", " ").replace("(tm)", " ");
    text.split(|letter: char| !letter.is_alphanumeric())
        .filter(|word| !matches!(*word, "" | "cpu" | "processor"))
        .map(str::to_owned)
        .collect()
}

/// The number behind these letters: `g5400t` behind `g` is 5400.
fn after(word: &str, prefix: &str) -> Option<u32> {
    let rest = word.strip_prefix(prefix)?;
    let digits = rest.trim_end_matches(|letter: char| letter.is_ascii_alphabetic());
    digits.parse().ok()
}

/// The generation in the model number of an Intel Core: 10 in `1035g1` and `10210u`, 8 in `8250u`, 7 in `7y30`, 1 in `750`.
fn generation(word: &str) -> Option<u32> {
    let end = word
        .find(|letter: char| !letter.is_ascii_digit())
        .unwrap_or(word.len());
    let (digits, rest) = word.split_at_checked(end)?;
    let first = |count: usize| digits.get(..count)?.parse().ok();
    match digits.len() {
        1 if rest.starts_with('y') => first(1),
        3 => Some(1),
        // No Core of the first generation has four digits.
        4 if digits.starts_with('1') => first(2),
        4 => first(1),
        5 => first(2),
        _ => None,
    }
}

fn number(column: &str, text: &str, otherwise: u32) -> Result<u32> {
    match text {
        "" => Ok(otherwise),
        text => text.parse().map_err(|source: std::num::ParseIntError| {
            invalid(format!("{} in `{column}` is no number", quoted(text))).caused_by(source)
        }),
    }
}

fn invalid(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::InvalidInput, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_of_the_crate_is_whole() {
        let table = Processors::from_csv(include_bytes!("../../data/windows11-processors.csv")).unwrap();
        assert!(table.rows.len() > 40);
        // Its lists are of no one day: it must not claim one.
        assert_eq!(table.as_of(), None);
        assert_eq!(&table, Processors::curated());
    }

    #[test]
    fn a_row_that_cannot_be_read_is_refused_with_its_name() {
        let head = "row,words,models,key,prefix,from,to,supported,source,as_of\n";
        for line in [
            "a,,,,,,,yes,,",
            "a,-core,,,,,,yes,,",
            "a,core,,,,,,maybe,,",
            "a,core,,number,,ten,,yes,,",
            "a,core,7800x,number,,1,,yes,,",
            "a,core,,size,,1,,yes,,",
            "a,core,,,,,,yes,,soon",
        ] {
            let error = Processors::from_csv(format!("{head}{line}\n").as_bytes()).unwrap_err();
            assert_eq!(
                (error.kind(), error.place()),
                (ErrorKind::InvalidInput, Some("a")),
                "{line}"
            );
        }
        let error = Processors::from_csv(&vec![b' '; BYTES + 1]).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::TooLarge);
    }
}
