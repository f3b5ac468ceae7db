//! What one cell says of an asset: a fact of the right type, a property, or relations.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use rust_decimal::Decimal;

use super::vocabulary::{self, Entry, Meaning, Takes};
use crate::error::{Error, ErrorKind, Result};
use crate::estate::bounds::{MAX_FACT_NAME, MAX_WORD};
use crate::estate::near;
use crate::estate::{AssetKind, Criticality, RelationKind, Scalar};
use crate::text::quoted;

/// What is stated of an asset.
#[derive(Debug, PartialEq)]
pub(in crate::source) enum Statement {
    Criticality(Criticality),
    Fact(String, Scalar),
    Kind(AssetKind),
    Name(String),
    /// A relation to these assets, as they are written.
    Relation(RelationKind, String),
}

/// The name of a fact as it is recorded: `Warranty end` is `warranty_end`.
///
/// # Errors
/// `invalid_input` for a name that is near to a known one and is none: a mistyped fact would be read by no rule.
pub(in crate::source) fn fact_name(written: &str) -> Result<String> {
    let name: String = written
        .trim()
        .chars()
        .map(|c| if c == ' ' || c == '-' { '_' } else { c })
        .flat_map(char::to_lowercase)
        .collect();
    if name.is_empty() || name.len() > MAX_FACT_NAME || name.contains('\0') {
        return Err(Error::new(
            ErrorKind::InvalidInput,
            format!("{} is no name of a fact", quoted(written)),
        )
        .remedy(format!("write 1 to {MAX_FACT_NAME} bytes without a NUL")));
    }
    if matches!(name.as_str(), "kind" | "name") || RelationKind::known(&name).is_some() {
        return Ok(name);
    }
    if vocabulary::entry(&name).is_none() {
        let names = vocabulary::all().iter().map(|entry| entry.name);
        if let Some(near) = near::closest(&name, names).first() {
            return Err(Error::new(
                ErrorKind::InvalidInput,
                format!("the fact {} is unknown", quoted(written)),
            )
            .remedy(format!("did you mean `{near}`?")));
        }
    }
    Ok(name)
}

/// What `text`, which is not empty, says under the name of a fact, property or kind of relation.
///
/// # Errors
/// `invalid_input` where it is not of the type that the name has.
pub(in crate::source) fn statement(name: &str, text: &str) -> Result<Statement> {
    match name {
        "criticality" => return criticality(text),
        "kind" => return kind(text).map(Statement::Kind),
        "name" => return Ok(Statement::Name(text.to_owned())),
        _ => {}
    }
    if let Some(kind) = RelationKind::known(name) {
        return Ok(Statement::Relation(kind, text.to_owned()));
    }
    let lower = text.to_lowercase();
    let entry = vocabulary::entry(name);
    let fact = |name: &str, value| Ok(Statement::Fact(name.to_owned(), value));
    if let Some((_, meaning)) = entry.and_then(|entry| entry.words.iter().find(|(word, _)| *word == lower)) {
        return match meaning {
            Meaning::Empty => fact(name, Scalar::from("")),
            Meaning::False(other) => fact(other, Scalar::Boolean(false)),
            Meaning::Never => fact(name, Scalar::Unknown),
        };
    }
    if matches!(lower.as_str(), "null" | "unknown") {
        return fact(name, Scalar::Unknown);
    }
    let value = match entry {
        Some(entry) => typed(entry, text, &lower)?,
        None => Scalar::from(text),
    };
    fact(name, value)
}

fn typed(entry: &Entry, text: &str, lower: &str) -> Result<Scalar> {
    let refused = |why: &str| {
        Error::new(
            ErrorKind::InvalidInput,
            format!("{} is no answer for `{}`: {why}", quoted(text), entry.name),
        )
    };
    let wrong = || refused("it takes something else").remedy(format!("write {}", entry.form()));
    let too_large =
        || refused("the number is too large, or has too many digits").remedy("write at most 18 digits");
    match entry.takes {
        Takes::Boolean => boolean(lower).ok_or_else(wrong),
        Takes::Count => match number(text) {
            Some(number)
                if number.is_integer() && (Decimal::ZERO..=Decimal::from(u64::MAX)).contains(&number) =>
            {
                Ok(Scalar::Number(number))
            }
            None if is_number(text) => Err(too_large()),
            _ => Err(refused("a count is a whole number without separators").remedy("write 1250, say")),
        },
        Takes::Date => day(text).map(|day| Scalar::from(day.to_string())).ok_or_else(|| {
            refused("a date has the year first")
                .remedy("write 2027-01-12; set the column to text, or the spreadsheet rewrites dates")
        }),
        // All of them are amounts: below zero no rule and no sum would read them.
        Takes::Number => match number(text) {
            Some(number) if number < Decimal::ZERO => {
                Err(refused("an amount is not below zero").remedy("write 1234.50, say"))
            }
            Some(number) => Ok(Scalar::Number(number)),
            None if is_number(text) => Err(too_large()),
            None => Err(
                refused("a number has a decimal point, and no comma, space or unit")
                    .remedy("write 1234.50, say"),
            ),
        },
        Takes::OneOf(words) => words
            .iter()
            .find(|word| **word == lower)
            .map(|word| Scalar::from(*word))
            .ok_or_else(wrong),
        Takes::TextOrBoolean => Ok(boolean(lower).unwrap_or_else(|| Scalar::from(text))),
        Takes::List | Takes::Relation | Takes::Text => Ok(Scalar::from(text)),
    }
}

fn boolean(lower: &str) -> Option<Scalar> {
    match lower {
        "yes" | "true" => Some(Scalar::Boolean(true)),
        "no" | "false" => Some(Scalar::Boolean(false)),
        _ => None,
    }
}

/// Digits, with a sign and a decimal point where there are any. `12,5` and `1,250` are both refused: they look alike.
fn is_number(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let all = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    all(whole) && all(fraction)
}

/// A number that is written as one, and can be kept exactly.
fn number(text: &str) -> Option<Decimal> {
    if !is_number(text) {
        return None;
    }
    let number = Decimal::from_str_exact(text).ok()?.normalize();
    let fits = (Decimal::from(i64::MIN)..=Decimal::from(u64::MAX)).contains(&number);
    (fits || !number.is_integer()).then_some(number)
}

/// A day, or the day in UTC of a time with its zone.
fn day(text: &str) -> Option<Date> {
    if text.len() == 10 {
        return text.parse().ok();
    }
    let time: Timestamp = text.parse().ok()?;
    Some(TimeZone::UTC.to_datetime(time).date())
}

/// When somebody said something: the first moment of a day, or a time with its zone.
///
/// # Errors
/// `invalid_input` for anything else.
pub(in crate::source) fn moment(text: &str) -> Result<Timestamp> {
    let start = |day: Date| TimeZone::UTC.to_timestamp(day.at(0, 0, 0, 0)).ok();
    let time = match text.len() {
        10 => text.parse().ok().and_then(start),
        _ => text.parse().ok(),
    };
    time.ok_or_else(|| {
        Error::new(ErrorKind::InvalidInput, format!("{} is no date", quoted(text)))
            .remedy("write 2027-01-12; set the column to text, or the spreadsheet rewrites dates")
    })
}

fn criticality(text: &str) -> Result<Statement> {
    let lower = text.to_lowercase();
    Criticality::known(&lower)
        .map(Statement::Criticality)
        .ok_or_else(|| {
            let words: Vec<_> = Criticality::KNOWN.iter().map(Criticality::as_str).collect();
            Error::new(
                ErrorKind::InvalidInput,
                format!("the criticality {} is unknown", quoted(text)),
            )
            .remedy(format!("write one of {}", words.join(", ")))
        })
}

/// A kind of asset: a known one, or another word that is not near to one.
///
/// # Errors
/// `invalid_input` for what looks like a mistyped kind: no rule would ask about it.
pub(in crate::source) fn kind(text: &str) -> Result<AssetKind> {
    let word = text.to_lowercase().replace([' ', '-'], "_");
    let kind = AssetKind::from(word.as_str());
    let AssetKind::Other(_) = &kind else {
        return Ok(kind);
    };
    let error = Error::new(
        ErrorKind::InvalidInput,
        format!("the kind of asset {} is unknown", quoted(text)),
    );
    let known = AssetKind::KNOWN.iter().map(AssetKind::as_str);
    if let Some(near) = near::closest(&word, known).first() {
        return Err(error.remedy(format!("did you mean `{near}`?")));
    }
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    if word.len() > MAX_WORD || kind.is_unstated() || !word.chars().all(plain) {
        return Err(error.remedy("write a word such as `business_application`, in letters, digits and `_`"));
    }
    Ok(kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fact(name: &str, text: &str) -> Option<Scalar> {
        match statement(name, text) {
            Ok(Statement::Fact(_, value)) => Some(value),
            _ => None,
        }
    }

    #[test]
    fn a_cell_becomes_what_its_fact_takes() {
        let number = |text: &str| Some(Scalar::Number(text.parse().unwrap()));
        for (name, text, value) in [
            ("warranty_end", "2027-01-12", Some(Scalar::from("2027-01-12"))),
            (
                "warranty_end",
                "2027-01-12T23:30:00-02:00",
                Some(Scalar::from("2027-01-13")),
            ),
            ("warranty_end", "unknown", Some(Scalar::Unknown)),
            ("warranty_end", "NULL", Some(Scalar::Unknown)),
            ("restore_tested", "Never", Some(Scalar::Unknown)),
            ("mfa", "Yes", Some(Scalar::Boolean(true))),
            ("mfa", "FALSE", Some(Scalar::Boolean(false))),
            ("people", "1250", number("1250")),
            ("replacement_cost", "1234.50", number("1234.5")),
            ("replacement_cost", "0", number("0")),
            ("os_build", "14393", Some(Scalar::from("14393"))),
            ("serial", "0012", Some(Scalar::from("0012"))),
            ("licensed", "yes", Some(Scalar::Boolean(true))),
            ("licensed", "E3", Some(Scalar::from("E3"))),
            ("backup_excludes", "none", Some(Scalar::from(""))),
            ("backup_last_result", "Warning", Some(Scalar::from("warning"))),
            ("colour", "yes", Some(Scalar::from("yes"))),
        ] {
            assert_eq!(fact(name, text), value, "{name} {text}");
        }
        assert_eq!(
            statement("extended_support_end", "none").unwrap(),
            Statement::Fact("extended_support".into(), Scalar::Boolean(false))
        );
        assert_eq!(
            statement("Depends_On".to_lowercase().as_str(), "SQL A; NAS").unwrap(),
            Statement::Relation(RelationKind::DependsOn, "SQL A; NAS".into())
        );
    }

    #[test]
    fn what_may_mean_two_things_is_refused_with_the_way_to_write_it() {
        for (name, text) in [
            ("remediation_cost", "-1000"),
            ("monthly_cost", "-10"),
            ("replacement_cost", "-0.5"),
            ("replacement_cost", "1,250"),
            ("replacement_cost", "12,5"),
            ("replacement_cost", "£12"),
            ("replacement_cost", "1e3"),
            ("replacement_cost", "1 250"),
            ("replacement_cost", "+5"),
            ("replacement_cost", ".5"),
            ("replacement_cost", "79228162514264337593543950336"),
            ("replacement_cost", "18446744073709551616"),
            ("people", "-1"),
            ("people", "1.5"),
            ("people", "about 20"),
            ("warranty_end", "12/01/2027"),
            ("warranty_end", "2027-13-01"),
            ("warranty_end", "0000-00-00"),
            ("warranty_end", "yes"),
            ("mfa", "1"),
            ("criticality", "urgent"),
            ("kind", "busines application"),
            ("kind", "<script>"),
            ("kind", "unstated"),
        ] {
            let error = statement(name, text).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidInput, "{name} {text}");
            assert!(error.remedy_text().is_some(), "{name} {text}");
        }
    }

    #[test]
    fn names_of_facts_are_folded_and_mistyped_ones_refused() {
        assert_eq!(fact_name(" Warranty End ").unwrap(), "warranty_end");
        assert_eq!(fact_name("Colour").unwrap(), "colour");
        let error = fact_name("waranty_end").unwrap_err();
        assert_eq!(error.remedy_text(), Some("did you mean `warranty_end`?"));
        assert!(fact_name(" ").is_err() && fact_name(&"x".repeat(300)).is_err());
    }

    #[test]
    fn kinds_are_known_words_or_new_ones() {
        assert_eq!(
            kind("Business Application").unwrap(),
            AssetKind::BusinessApplication
        );
        assert_eq!(kind("phone_system").unwrap().as_str(), "phone_system");
    }
}
