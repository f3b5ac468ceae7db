//! Facts: what sources say of the properties of an asset, with who said it and when.

use std::sync::Arc;

use jiff::Timestamp;
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
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Fact(Values);

/// INVARIANT: `Many` holds at least two; nearly all facts have one value, which then needs no list.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
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

    /// Changes every statement, sorts them and leaves out those that are equal to another.
    pub(super) fn settle(&mut self, change: impl Fn(&mut FactValue)) {
        match &mut self.0 {
            Values::One(value) => change(value),
            Values::Many(values) => {
                values.iter_mut().for_each(change);
                values.sort();
                values.dedup();
                values.shrink_to_fit();
                if values.len() == 1
                    && let Some(only) = values.pop()
                {
                    self.0 = Values::One(only);
                }
            }
        }
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
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct FactValue {
    /// What it says.
    pub value: Scalar,
    /// Who says it, when and how surely, where that is not what holds for the whole inventory. One origin is shared by
    /// all statements that were made together.
    pub origin: Option<Arc<Origin>>,
}

/// Where a statement comes from. What is absent is inherited from the inventory's source.
#[derive(Clone, Debug, Default, Eq, Ord, PartialEq, PartialOrd)]
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
#[derive(Clone, Debug, Default, Eq, Ord, PartialEq, PartialOrd)]
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

    pub(super) fn each_mut(&mut self) -> impl Iterator<Item = &mut Fact> {
        self.0.iter_mut().map(|(_, fact)| fact)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Facts in the order of their names; a name that stands twice comes back.
    pub(super) fn from_sorted(facts: Vec<(Arc<str>, Fact)>) -> Result<Self, Arc<str>> {
        let twice = facts.windows(2).find_map(|pair| match pair {
            [(one, _), (other, _)] if one == other => Some(Arc::clone(one)),
            _ => None,
        });
        match twice {
            Some(name) => Err(name),
            None => Ok(Self(facts)),
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fact_of_one_value_is_four_words() {
        // An estate has millions of them.
        static_assertions::assert_eq_size!(Fact, FactValue, [usize; 4]);
    }
}
