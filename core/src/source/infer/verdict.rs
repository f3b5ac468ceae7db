//! Verdicts of people on what was inferred, and how they stand in an inventory until they are carried out.

use std::fmt;

use crate::error::{Error, ErrorKind, Result};
use crate::estate::{AssetId, Inventory, Relation, RelationKind, near};
use crate::source::identity::{encode, unmint};
use crate::text::{Plain, quoted};

/// The source in the ids of ends that stand in a verdict.
const SOURCE: &str = "inferred";

/// What stands for everything.
pub(in crate::source) const ANY: &str = "*";

/// What a person says of an inferred relation.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(in crate::source) enum Decision {
    /// The dependant stops without it.
    Confirm,
    /// The dependant only gets worse.
    ConfirmSoft,
    /// There is no such relation.
    Refuse,
}

impl Decision {
    const ALL: [Self; 3] = [Self::Confirm, Self::ConfirmSoft, Self::Refuse];

    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Confirm => "confirm",
            Self::ConfirmSoft => "confirm_soft",
            Self::Refuse => "refuse",
        }
    }

    fn known(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|decision| decision.as_str() == word)
    }

    /// Reads the word of a person.
    ///
    /// # Errors
    /// `invalid_input` for another word.
    pub(in crate::source) fn read(text: &str) -> Result<Self> {
        let word = text.to_lowercase().replace([' ', '-'], "_");
        Self::known(&word).ok_or_else(|| {
            let words = || Self::ALL.iter().map(|decision| decision.as_str());
            let remedy = match near::closest(&word, words()).first() {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!(
                    "write {}, or nothing to decide later",
                    words().collect::<Vec<_>>().join(", ")
                ),
            };
            Error::new(
                ErrorKind::InvalidInput,
                format!("the verdict {} is unknown", quoted(text)),
            )
            .remedy(remedy)
        })
    }
}

/// A row of a sheet: which relations it speaks of, and what it says. What is `None` may be anything.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::source) struct Verdict {
    pub(in crate::source) line: u64,
    pub(in crate::source) from: Option<String>,
    pub(in crate::source) to: Option<String>,
    pub(in crate::source) kind: Option<RelationKind>,
    pub(in crate::source) method: Option<String>,
    pub(in crate::source) decision: Decision,
    /// Who decided, and when, where that is stated.
    pub(in crate::source) by: String,
    /// Why it was inferred, as the sheet says.
    pub(in crate::source) why: String,
    /// The sheet.
    pub(in crate::source) source: String,
}

impl Verdict {
    /// As a relation that stands for it, so that a sheet can be read on its own and carried out later. An estate refuses
    /// it: its ends are no assets.
    pub(in crate::source) fn stand_in(&self) -> Relation {
        let id = |end: Option<&String>| {
            let text = end.map(String::as_str).unwrap_or_default();
            AssetId::from(format!(
                "{SOURCE}:{}.{}:{}",
                self.line,
                self.decision.as_str(),
                encode(text)
            ))
        };
        let any = || RelationKind::Other(ANY.into());
        Relation::new(
            id(self.from.as_ref()),
            id(self.to.as_ref()),
            self.kind.clone().unwrap_or_else(any),
        )
        .soft()
        .inferred_by(self.method.as_deref().unwrap_or(ANY))
        .noted(format!("{}\n{}", self.by, self.why))
    }

    /// The verdict for which a relation stands.
    fn of(relation: &Relation, source: &str) -> Option<Self> {
        let (head, from) = unmint(relation.from.as_str(), SOURCE)?;
        let (other, to) = unmint(relation.to.as_str(), SOURCE)?;
        let (line, decision) = head.split_once('.').filter(|_| head == other)?;
        let some = |text: String| (!text.is_empty()).then_some(text);
        let said = |text: &str| (text != ANY).then(|| text.to_owned());
        let (by, why) = relation.note()?.raw().split_once('\n')?;
        Some(Self {
            line: line.parse().ok()?,
            from: some(from),
            to: some(to),
            kind: Some(relation.kind.clone()).filter(|kind| kind.as_str() != ANY),
            method: said(relation.inference()?.raw()),
            decision: Decision::known(decision)?,
            by: by.to_owned(),
            why: why.to_owned(),
            source: source.to_owned(),
        })
    }

    /// The sheet and the line.
    pub(super) fn place(&self) -> String {
        format!("{}: line {}", Plain(&self.source), self.line)
    }

    /// The remark on a relation that was decided: who and when, and why it was inferred.
    pub(super) fn remark(&self, why: &str) -> String {
        let verb = match self.decision {
            Decision::Confirm | Decision::ConfirmSoft => "confirmed",
            Decision::Refuse => "refused",
        };
        let by = if self.by.is_empty() {
            format!("in {}, line {}", Plain(&self.source), self.line)
        } else {
            self.by.clone()
        };
        if why.is_empty() {
            format!("{verb} {by}")
        } else {
            format!("{verb} {by}: {why}")
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` on {}", self.decision.as_str(), self.place())
    }
}

/// Takes the verdicts out of inventories.
pub(in crate::source) fn take(inventories: &mut [Inventory]) -> Vec<Verdict> {
    let mut verdicts = Vec::new();
    for inventory in inventories {
        let source = inventory.source.name.raw().clone();
        inventory.relations.retain(|relation| {
            let verdict = Verdict::of(relation, &source);
            let is_none = verdict.is_none();
            verdicts.extend(verdict);
            is_none
        });
    }
    verdicts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_verdict_comes_back_from_the_relation_that_stands_for_it() {
        let all = Verdict {
            line: 7,
            from: Some("PC: é\n*".to_owned()),
            to: None,
            kind: Some(RelationKind::Other("blesses".into())),
            method: Some("gateway".to_owned()),
            decision: Decision::ConfirmSoft,
            by: "by Jane on 2026-11-22".to_owned(),
            why: "two\nlines".to_owned(),
            source: "s".to_owned(),
        };
        let bare = Verdict {
            from: None,
            kind: None,
            method: None,
            by: String::new(),
            why: String::new(),
            ..all.clone()
        };
        for verdict in [all, bare] {
            assert_eq!(Verdict::of(&verdict.stand_in(), "s"), Some(verdict));
        }
        let plain = Relation::new("a", "b", RelationKind::Uses).noted("x\ny");
        assert_eq!(Verdict::of(&plain, "s"), None);
    }

    #[test]
    fn words_near_to_a_verdict_are_not_taken_for_one() {
        assert_eq!(Decision::read("Confirm Soft").unwrap(), Decision::ConfirmSoft);
        let error = Decision::read("confrim").unwrap_err();
        assert_eq!(error.remedy_text(), Some("did you mean `confirm`?"));
        assert!(Decision::read("yes").is_err());
    }
}
