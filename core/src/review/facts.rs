//! Reads facts as dates, numbers, texts and answers, without losing what is unknown or in dispute.

use jiff::civil::Date;
use rust_decimal::Decimal;

use crate::estate::{Asset, Scalar};

/// What is said of a fact, read as one type.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Reading<T> {
    /// Nobody says anything.
    Absent,
    /// The values that sources state, each once, ascending; at least one.
    Known(Vec<T>),
    /// The sources know that they do not know.
    Unknown,
    /// Some value is not of this type.
    Unreadable,
}

impl<T: Ord> Reading<T> {
    /// Reads every stated value; one that cannot be read spoils the fact.
    pub(super) fn of<'a>(asset: &'a Asset, fact: &str, read: impl Fn(&'a Scalar) -> Option<T>) -> Self {
        let Some(fact) = asset.fact(fact) else {
            return Self::Absent;
        };
        let mut values = Vec::new();
        for stated in fact.values() {
            if stated.value == Scalar::Unknown {
                continue;
            }
            match read(&stated.value) {
                Some(value) => values.push(value),
                None => return Self::Unreadable,
            }
        }
        if values.is_empty() {
            return Self::Unknown;
        }
        values.sort();
        values.dedup();
        Self::Known(values)
    }

    /// The least of the stated values: of several dates the earliest, which is the one to plan with.
    pub(super) fn least(&self) -> Option<&T> {
        match self {
            Self::Known(values) => values.first(),
            _ => None,
        }
    }

    /// All stated values.
    pub(super) fn values(&self) -> &[T] {
        match self {
            Self::Known(values) => values,
            _ => &[],
        }
    }
}

pub(super) fn dates(asset: &Asset, fact: &str) -> Reading<Date> {
    Reading::of(asset, fact, Scalar::as_date)
}

/// The earliest of the days that sources state.
pub(crate) fn earliest(asset: &Asset, fact: &str) -> Option<Date> {
    dates(asset, fact).least().copied()
}

pub(super) fn numbers(asset: &Asset, fact: &str) -> Reading<Decimal> {
    Reading::of(asset, fact, Scalar::as_number)
}

pub(super) fn answers(asset: &Asset, fact: &str) -> Reading<bool> {
    Reading::of(asset, fact, Scalar::as_boolean)
}

/// Texts as they came, without space around them; a number is a text too, an empty text is none.
pub(super) fn texts(asset: &Asset, fact: &str) -> Reading<String> {
    Reading::of(asset, fact, |value| match value {
        Scalar::Text(text) => Some(text.raw().trim().to_owned()),
        Scalar::Number(number) => Some(number.to_string()),
        Scalar::Boolean(_) | Scalar::Unknown => None,
    })
    .filled()
}

impl Reading<String> {
    fn filled(self) -> Self {
        match self {
            Self::Known(mut values) => {
                values.retain(|value| !value.is_empty());
                if values.is_empty() {
                    Self::Unknown
                } else {
                    Self::Known(values)
                }
            }
            other => other,
        }
    }
}

/// A list written as one text: names apart by comma or semicolon, in lower case, each once, sorted. An empty text is a
/// list of none.
pub(super) fn lists(asset: &Asset, fact: &str) -> Reading<Vec<String>> {
    Reading::of(asset, fact, |value| {
        let text = value.as_text()?.raw();
        let mut names: Vec<String> = text
            .split([',', ';'])
            .map(|name| name.trim().to_lowercase())
            .filter(|name| !name.is_empty())
            .collect();
        names.sort();
        names.dedup();
        Some(names)
    })
}
