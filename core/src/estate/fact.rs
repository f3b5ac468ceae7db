//! Facts: what sources say of the properties of an asset, with who said it and when.

use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::scalar::Scalar;
use crate::text::Untrusted;

/// Everything that sources say of one property of an asset: one value, or several where more than one source spoke.
///
/// In JSON a scalar, `null` (known to be unknown), `{"value", "source", "at", "confidence"}`, or a list of those.
///
/// ```
/// use vcto::estate::{Fact, FactValue};
///
/// let mut warranty = Fact::from("2027-03-31");
/// warranty.push(FactValue::from("2026-12-31").stated_by("rmm"));
/// assert!(warranty.disagrees() && warranty.agreed().is_none());
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Fact(Values);

/// INVARIANT: `Many` holds at least two; nearly all facts have one value, which then needs no list.
#[derive(Clone, Debug, PartialEq)]
enum Values {
    One(FactValue),
    Many(Vec<FactValue>),
}

impl Fact {
    /// A fact of one statement.
    pub fn new(value: impl Into<FactValue>) -> Self {
        Self(Values::One(value.into()))
    }

    /// A fact of these statements; `None` when there is none.
    pub fn from_values(values: impl IntoIterator<Item = FactValue>) -> Option<Self> {
        let mut values = values.into_iter();
        let mut fact = Self::new(values.next()?);
        fact.extend(values);
        Some(fact)
    }

    /// The statements, at least one. In an [`Estate`](crate::Estate) they are sorted and no two are equal.
    pub fn values(&self) -> &[FactValue] {
        match &self.0 {
            Values::One(value) => std::slice::from_ref(value),
            Values::Many(values) => values,
        }
    }

    /// Adds a statement.
    pub fn push(&mut self, value: FactValue) {
        match &mut self.0 {
            Values::One(first) => {
                let first = std::mem::replace(first, FactValue::from(Scalar::Unknown));
                self.0 = Values::Many(vec![first, value]);
            }
            Values::Many(values) => values.push(value),
        }
    }

    /// The value on which all statements agree; a source that knows that it does not know does not disagree.
    /// `None` when they disagree and when nothing is known.
    pub fn agreed(&self) -> Option<&Scalar> {
        let mut known = self.known();
        let first = known.next()?;
        known.all(|value| value == first).then_some(first)
    }

    /// Whether two sources state different values.
    pub fn disagrees(&self) -> bool {
        let mut known = self.known();
        known
            .next()
            .is_some_and(|first| known.any(|value| value != first))
    }

    /// Whether some source states a value.
    pub fn is_known(&self) -> bool {
        self.known().next().is_some()
    }

    fn known(&self) -> impl Iterator<Item = &Scalar> {
        self.values()
            .iter()
            .map(|value| &value.value)
            .filter(|value| **value != Scalar::Unknown)
    }
}

impl Extend<FactValue> for Fact {
    fn extend<I: IntoIterator<Item = FactValue>>(&mut self, values: I) {
        values.into_iter().for_each(|value| self.push(value));
    }
}

impl<T: Into<FactValue>> From<T> for Fact {
    fn from(value: T) -> Self {
        Self::new(value)
    }
}

/// One statement of one source.
#[derive(Clone, Debug, PartialEq)]
pub struct FactValue {
    /// What it says.
    pub value: Scalar,
    /// Who says it, when and how surely, where that is not what holds for the whole inventory. One origin is shared by
    /// all statements that were made together.
    pub origin: Option<Arc<Origin>>,
}

/// Where a statement comes from. What is absent is inherited from the inventory's source.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Origin {
    /// Who says it.
    pub source: Option<Untrusted<String>>,
    /// When it was true.
    pub at: Option<Timestamp>,
    /// How sure it is.
    pub confidence: Option<Confidence>,
}

impl FactValue {
    /// Names who says it.
    #[must_use]
    pub fn stated_by(self, source: impl Into<Untrusted<String>>) -> Self {
        let source = Some(source.into());
        self.changed(|origin| origin.source = source)
    }

    /// Says when it was true.
    #[must_use]
    pub fn at(self, at: Timestamp) -> Self {
        self.changed(|origin| origin.at = Some(at))
    }

    /// Says how sure it is.
    #[must_use]
    pub fn sure(self, confidence: Confidence) -> Self {
        self.changed(|origin| origin.confidence = Some(confidence))
    }

    /// Who says it, where that is stated.
    pub fn source(&self) -> Option<&Untrusted<String>> {
        self.origin.as_ref()?.source.as_ref()
    }

    /// When it was true, where that is stated.
    pub fn stated_at(&self) -> Option<Timestamp> {
        self.origin.as_ref()?.at
    }

    /// How sure it is, where that is stated.
    pub fn confidence(&self) -> Option<Confidence> {
        self.origin.as_ref()?.confidence
    }

    fn changed(mut self, change: impl FnOnce(&mut Origin)) -> Self {
        change(Arc::make_mut(self.origin.get_or_insert_default()));
        self
    }
}

impl<T: Into<Scalar>> From<T> for FactValue {
    fn from(value: T) -> Self {
        Self {
            value: value.into(),
            origin: None,
        }
    }
}

/// How sure a statement is.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Confidence {
    /// A guess.
    Low,
    /// Inferred with some ground.
    Medium,
    /// Observed or stated by somebody who knows.
    High,
}

/// The facts of one asset, in the order of their names.
///
/// ```
/// use vcto::estate::Facts;
///
/// let mut facts = Facts::default();
/// facts.insert("cpu_cores", 8_i64);
/// facts.insert("os_name", "Windows Server 2016");
/// assert_eq!(facts.iter().map(|(name, _)| name).collect::<Vec<_>>(), ["cpu_cores", "os_name"]);
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Facts(Vec<(Arc<str>, Fact)>);

impl Facts {
    /// What is said under this name.
    pub fn get(&self, name: &str) -> Option<&Fact> {
        let at = self.position(name).ok()?;
        self.0.get(at).map(|(_, fact)| fact)
    }

    /// Replaces what is said under this name. Names may be shared between assets: pass clones of one `Arc<str>`.
    pub fn insert(&mut self, name: impl Into<Arc<str>>, fact: impl Into<Fact>) -> Option<Fact> {
        let (name, fact) = (name.into(), fact.into());
        match self.position(&name) {
            Ok(at) => self.0.get_mut(at).map(|(_, old)| std::mem::replace(old, fact)),
            Err(at) => {
                self.0.insert(at, (name, fact));
                None
            }
        }
    }

    /// Adds a statement under this name to those that are there.
    pub fn add(&mut self, name: impl Into<Arc<str>>, value: impl Into<FactValue>) {
        let (name, value) = (name.into(), value.into());
        match self.position(&name) {
            Ok(at) => {
                if let Some((_, fact)) = self.0.get_mut(at) {
                    fact.push(value);
                }
            }
            Err(at) => self.0.insert(at, (name, Fact::new(value))),
        }
    }

    /// Takes out what is said under this name.
    pub fn remove(&mut self, name: &str) -> Option<Fact> {
        let at = self.position(name).ok()?;
        Some(self.0.remove(at).1)
    }

    /// Names and facts, in the order of the names.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, &Fact)> {
        self.0.iter().map(|(name, fact)| (&**name, fact))
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn position(&self, name: &str) -> Result<usize, usize> {
        self.0.binary_search_by(|(other, _)| (**other).cmp(name))
    }
}

impl<N: Into<Arc<str>>, F: Into<Fact>> FromIterator<(N, F)> for Facts {
    /// The last of several facts of one name stays.
    fn from_iter<I: IntoIterator<Item = (N, F)>>(facts: I) -> Self {
        let mut all = Self::default();
        for (name, fact) in facts {
            all.insert(name, fact);
        }
        all
    }
}

impl Scalar {
    /// The text, when it is one.
    pub fn as_text(&self) -> Option<&Untrusted<String>> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The number, when it is one.
    pub fn as_number(&self) -> Option<Decimal> {
        match self {
            Self::Number(number) => Some(*number),
            _ => None,
        }
    }

    /// The answer, when it is yes or no.
    pub fn as_boolean(&self) -> Option<bool> {
        match self {
            Self::Boolean(answer) => Some(*answer),
            _ => None,
        }
    }

    /// The day, when it is a text that begins with one (`2026-11-22`, `2026-11-22T08:00:00Z`).
    pub fn as_date(&self) -> Option<Date> {
        let text = self.as_text()?.raw();
        let (day, rest) = text.split_at_checked(10)?;
        if !(rest.is_empty() || rest.starts_with(['T', 't', ' '])) {
            return None;
        }
        day.parse().ok()
    }
}
