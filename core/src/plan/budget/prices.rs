//! The price list that a caller brings. Format: `docs/formats/prices-csv.md`.

use std::fmt;
use std::path::Path;

use csv::{ReaderBuilder, StringRecord};
use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::Serialize;

use super::Item;
use crate::digest::{Digest, Hasher};
use crate::error::{Error, ErrorKind, Result};
use crate::estate::AssetKind;
use crate::file;
use crate::text::{Cell, quoted};

const MAX_BYTES: usize = 16 << 20;
const MAX_ROWS: usize = 100_000;
const MAX_FIELD: usize = 1_024;

const COLUMNS: [&str; 9] = [
    "match",
    "kind",
    "for",
    "term",
    "amount",
    "currency",
    "valid_until",
    "msp_cost",
    "note",
];

/// How often a price is paid.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Term {
    /// Each month.
    Month,
    /// Once.
    OneOff,
    /// Each year.
    Year,
}

impl Term {
    /// The word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Month => "month",
            Self::OneOff => "one_off",
            Self::Year => "year",
        }
    }
}

/// Prices by product or class. What the provider pays stays in here: it comes out in an
/// [`InternalBudget`](super::InternalBudget) only, and is not shown by `Debug`.
#[derive(Clone, Default)]
pub struct PriceList {
    pub(super) rows: Vec<Row>,
    digest: Option<Digest>,
}

/// One row.
#[derive(Clone)]
pub(super) struct Row {
    pub(super) line: u64,
    pub(super) matched: String,
    /// The words of it, in lower case; none: only the kind has to fit.
    pub(super) words: Vec<String>,
    pub(super) kind: Option<AssetKind>,
    pub(super) price_of: PriceOf,
    pub(super) term: Term,
    pub(super) amount: Decimal,
    pub(super) currency: String,
    pub(super) valid_until: Option<Date>,
    pub(super) cost: Option<Decimal>,
}

/// What a row prices.
#[derive(Clone, Copy, Eq, PartialEq)]
pub(super) enum PriceOf {
    /// One item.
    Item(Item),
    /// Any renewal.
    Renewal,
}

impl PriceOf {
    pub(super) fn fits(self, item: Item) -> bool {
        match self {
            Self::Item(own) => own == item,
            Self::Renewal => item.is_renewal(),
        }
    }
}

impl fmt::Debug for PriceList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PriceList({} rows)", self.rows.len())
    }
}

impl PriceList {
    /// Reads a list: CSV with the columns `match,kind,for,term,amount,currency,valid_until,msp_cost,note` in any order, of
    /// which `term`, `amount`, `currency` and one of `match` and `kind` have to be there. Separated by commas or semicolons.
    ///
    /// # Errors
    /// `too_large` beyond 16 MiB or 100,000 rows, `invalid_input` with line, column and remedy.
    pub fn from_csv(bytes: &[u8]) -> Result<Self> {
        read(bytes).map_err(|error| error.during("plan.prices"))
    }

    /// As [`from_csv`](Self::from_csv), from a file.
    ///
    /// # Errors
    /// As there, with the path before the place; and what opening a file fails with: `not_found`, `permission_denied`, `io`.
    pub fn read(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let bytes = file::read(path, MAX_BYTES as u64).map_err(|error| error.during("plan.prices"))?;
        Self::from_csv(&bytes).map_err(|error| error.within(path.display()))
    }

    /// How many rows it has.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Identifies what a client may know of it: all but what the provider pays, which a digest would let one guess.
    pub(super) fn digest(&self) -> Digest {
        self.digest
            .unwrap_or_else(|| Hasher::new("vcto price list v1").finish())
    }
}

fn read(bytes: &[u8]) -> Result<PriceList> {
    if bytes.len() > MAX_BYTES {
        return Err(Error::new(ErrorKind::TooLarge, "a price list has at most 16 MiB"));
    }
    let bytes = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
    let head = bytes.split(|byte| *byte == b'\n').next().unwrap_or_default();
    // No title holds either: the one that stands there is the separator.
    let delimiter = if head.contains(&b';') { b';' } else { b',' };
    let mut reader = ReaderBuilder::new()
        .delimiter(delimiter)
        .trim(csv::Trim::All)
        .from_reader(bytes);
    let columns = Columns::of(reader.headers().map_err(broken)?)?;
    let (mut rows, mut hasher) = (Vec::new(), Hasher::new("vcto price list v1"));
    let mut record = StringRecord::new();
    while reader.read_record(&mut record).map_err(broken)? {
        if record.iter().all(str::is_empty) {
            continue;
        }
        if rows.len() >= MAX_ROWS {
            return Err(Error::new(
                ErrorKind::TooLarge,
                "a price list has at most 100,000 rows",
            ));
        }
        let line = record.position().map_or(0, csv::Position::line);
        rows.push(columns.row(&record, line, &mut hasher)?);
    }
    Ok(PriceList {
        rows,
        digest: Some(hasher.finish()),
    })
}

fn broken(source: csv::Error) -> Error {
    let line = source.position().map_or(0, csv::Position::line);
    Error::new(ErrorKind::InvalidInput, "the price list is not CSV, or not UTF-8")
        .at(format!("line {line}"))
        .remedy("save it as CSV UTF-8; each row has as many fields as the first")
        .caused_by(source)
}

/// Where each column stands.
struct Columns([Option<usize>; COLUMNS.len()]);

impl Columns {
    fn of(titles: &StringRecord) -> Result<Self> {
        let refuse = |what: String| {
            Err(Error::new(ErrorKind::InvalidInput, what)
                .at("line 1")
                .remedy(format!("the columns are {}", COLUMNS.join(","))))
        };
        let mut found = [None; COLUMNS.len()];
        for (at, title) in titles.iter().enumerate() {
            let title = title.to_ascii_lowercase();
            let known = COLUMNS.iter().position(|name| *name == title);
            match known.and_then(|known| found.get_mut(known)) {
                Some(slot @ None) => *slot = Some(at),
                Some(Some(_)) => return refuse(format!("the column `{title}` is there twice")),
                None if title.is_empty() => {}
                None => return refuse(format!("the column {} is unknown", quoted(&title))),
            }
        }
        let columns = Self(found);
        for needed in ["term", "amount", "currency"] {
            if columns.place(needed).is_none() {
                return refuse(format!("the column `{needed}` is missing"));
            }
        }
        if columns.place("match").is_none() && columns.place("kind").is_none() {
            return refuse("neither `match` nor `kind` is there".to_owned());
        }
        Ok(columns)
    }

    fn place(&self, name: &str) -> Option<usize> {
        let at = COLUMNS.iter().position(|column| *column == name)?;
        *self.0.get(at)?
    }

    fn row(&self, record: &StringRecord, line: u64, hasher: &mut Hasher) -> Result<Row> {
        let field = |name: &str| {
            let cell = self.place(name).and_then(|at| record.get(at)).unwrap_or_default();
            Cell::read(cell).into_owned()
        };
        let at = |name: &'static str| move |error: Error| error.at(format!("line {line}, `{name}`"));
        if let Some(long) = record.iter().position(|text| text.len() > MAX_FIELD) {
            return Err(Error::new(ErrorKind::TooLarge, "a field has at most 1,024 bytes")
                .at(format!("line {line}, field {}", long + 1)));
        }
        for name in COLUMNS.iter().filter(|name| **name != "msp_cost") {
            hasher.field(field(name).as_bytes());
        }
        let (matched, kind) = (field("match"), field("kind"));
        let matched = if matched == "*" { String::new() } else { matched };
        let kind = Some(kind).filter(|kind| !matches!(kind.as_str(), "" | "*"));
        let words = words(&matched);
        if words.is_empty() && (kind.is_none() || !matched.is_empty()) {
            return Err(at("match")(
                invalid("the row says neither which product nor which kind")
                    .remedy("write a model or product into `match`, or a kind into `kind`"),
            ));
        }
        let term = term(&field("term")).map_err(at("term"))?;
        Ok(Row {
            line,
            words,
            matched,
            kind: kind.map(|kind| AssetKind::from(kind.to_lowercase().as_str())),
            price_of: price_of(&field("for"), term).map_err(at("for"))?,
            term,
            amount: amount(&field("amount")).map_err(at("amount"))?,
            currency: currency(&field("currency")).map_err(at("currency"))?,
            valid_until: valid_until(&field("valid_until")).map_err(at("valid_until"))?,
            cost: match field("msp_cost").as_str() {
                "" => None,
                text => Some(amount(text).map_err(at("msp_cost"))?),
            },
        })
    }
}

/// The words of a text, in lower case, parted at everything that is no letter or digit.
pub(super) fn words(text: &str) -> Vec<String> {
    text.to_lowercase()
        .split(|letter: char| !letter.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

fn term(text: &str) -> Result<Term> {
    match text.to_lowercase().as_str() {
        "one_off" | "one-off" | "once" => Ok(Term::OneOff),
        "month" | "monthly" => Ok(Term::Month),
        "year" | "yearly" | "annual" => Ok(Term::Year),
        other => Err(invalid(format!("{} is no term", quoted(other))).remedy("write one_off, month or year")),
    }
}

/// Where nothing is said: what is paid once replaces, what is paid again and again renews.
fn price_of(text: &str, term: Term) -> Result<PriceOf> {
    Ok(match (text.to_lowercase().as_str(), term) {
        ("", Term::OneOff) | ("replacement", _) => PriceOf::Item(Item::Replacement),
        ("" | "renewal", _) => PriceOf::Renewal,
        ("contract", _) => PriceOf::Item(Item::Contract),
        ("expiry", _) => PriceOf::Item(Item::Expiry),
        ("subscription", _) => PriceOf::Item(Item::Subscription),
        ("support", _) => PriceOf::Item(Item::Support),
        ("upgrade", _) => PriceOf::Item(Item::Upgrade),
        ("warranty", _) => PriceOf::Item(Item::Warranty),
        (other, _) => {
            return Err(invalid(format!("{} is nothing that a row prices", quoted(other))).remedy(
                "write replacement, upgrade, renewal, warranty, support, subscription, contract or expiry",
            ));
        }
    })
}

/// Not negative, at most four decimals and twelve digits before them.
fn amount(text: &str) -> Result<Decimal> {
    let refuse = || {
        // The text may be what the provider pays: it is not repeated.
        invalid("the amount cannot be read")
            .remedy("write digits with a point, at most four decimals: 1200 or 1200.50; no thousands separator, no sign")
    };
    let plain = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let amount = Decimal::from_str_exact(text).map_err(|_| refuse())?;
    if !plain || amount.scale() > 4 || amount >= Decimal::from(1_000_000_000_000_i64) {
        return Err(refuse());
    }
    Ok(amount)
}

fn currency(text: &str) -> Result<String> {
    let code = text.to_ascii_uppercase();
    if code.len() == 3 && code.bytes().all(|letter| letter.is_ascii_uppercase()) {
        return Ok(code);
    }
    Err(invalid(format!("{} is no currency", quoted(text))).remedy("write its three letters: GBP, EUR, USD"))
}

fn valid_until(text: &str) -> Result<Option<Date>> {
    if text.is_empty() {
        return Ok(None);
    }
    let day = text.parse().map_err(|source: jiff::Error| {
        invalid(format!("{} is no date", quoted(text)))
            .remedy("write 2027-03-31")
            .caused_by(source)
    })?;
    Ok(Some(day))
}

fn invalid(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::InvalidInput, message)
}
