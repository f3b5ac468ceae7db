//! Whether an amended change asks for less than the one that it takes the place of.

use rust_decimal::Decimal;
use serde::{Serialize, Serializer};

use super::{Change, Money};

/// What an amended change asks for, beside the one that it takes the place of.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Extent {
    /// The very same.
    Same,
    /// Less, and nothing else: steps left out, a window within the other one, less money, more facts that must not change.
    Narrower,
    /// Something that the other one does not ask for.
    Wider,
}

impl Extent {
    /// The stable name, in `snake_case`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Same => "same",
            Self::Narrower => "narrower",
            Self::Wider => "wider",
        }
    }
}

impl Serialize for Extent {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl Change {
    /// What this change asks for beside `original`. It is narrower where it has some of the same steps in the same order, each
    /// unchanged; a window that begins no earlier and ends no later; the same cost or less; and reads at least the same facts.
    /// Any other difference, also one of title, reason, area or findings, makes it wider. What is narrower than a narrower
    /// one is narrower.
    ///
    /// ```
    /// use vcto::change::{Change, Extent};
    ///
    /// let text = br#"{"format": "vcto.change/1", "title": "Patch", "reason": "Old", "area": "documentation", "steps": [
    ///     {"id": "a", "title": "A", "executor": "e", "action": "x", "target": "one"},
    ///     {"id": "b", "title": "B", "executor": "e", "action": "x", "target": "two"}]}"#;
    /// let original = Change::from_json(text)?;
    /// let mut amended = original.clone();
    /// amended.steps.remove(1);
    /// assert_eq!(amended.extent_beside(&original), Extent::Narrower);
    /// assert_eq!(original.extent_beside(&amended), Extent::Wider);
    /// # Ok::<(), vcto::Error>(())
    /// ```
    pub fn extent_beside(&self, original: &Self) -> Extent {
        if self == original {
            return Extent::Same;
        }
        let narrower = self.has_the_words_of(original)
            && self.has_steps_of(original)
            && self.is_within_the_window_of(original)
            && costs_no_more(self.cost.as_ref(), original.cost.as_ref())
            && original.reads.iter().all(|read| self.reads.contains(read));
        if narrower { Extent::Narrower } else { Extent::Wider }
    }

    /// All that is neither steps, window, cost nor facts.
    fn has_the_words_of(&self, original: &Self) -> bool {
        self.format == original.format
            && self.title == original.title
            && self.reason == original.reason
            && self.area == original.area
            && self.findings == original.findings
    }

    fn has_steps_of(&self, original: &Self) -> bool {
        let mut others = original.steps.iter();
        self.steps.iter().all(|step| others.any(|other| other == step))
    }

    fn is_within_the_window_of(&self, original: &Self) -> bool {
        let begins_no_earlier = match (self.not_before, original.not_before) {
            (_, None) => true,
            (None, Some(_)) => false,
            (Some(own), Some(other)) => own >= other,
        };
        let ends_no_later = match (self.not_after, original.not_after) {
            (_, None) => true,
            (None, Some(_)) => false,
            (Some(own), Some(other)) => own <= other,
        };
        begins_no_earlier && ends_no_later
    }
}

/// No statement of a cost is none: neither gained nor dropped in passing.
fn costs_no_more(own: Option<&Money>, original: Option<&Money>) -> bool {
    match (own, original) {
        (None, None) => true,
        (Some(own), Some(original)) => {
            own.currency == original.currency && (Decimal::ZERO..=original.amount).contains(&own.amount)
                || own == original
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change() -> Change {
        let text = br#"{"format": "vcto.change/1", "title": "T", "reason": "R", "area": "documentation",
            "steps": [{"id": "a", "title": "S", "executor": "e", "action": "a", "target": "x"},
                      {"id": "b", "title": "S", "executor": "e", "action": "a", "target": "y"},
                      {"id": "c", "title": "S", "executor": "e", "action": "a", "target": "z"}],
            "reads": [{"asset": "x", "fact": "owner"}],
            "not_before": "2026-11-28T22:00:00Z", "not_after": "2026-11-29T02:00:00Z",
            "cost": {"amount": "100", "currency": "EUR"}}"#;
        Change::from_json(text).unwrap()
    }

    type Edit = fn(&mut Change);

    #[test]
    fn less_of_any_part_is_narrower_and_the_way_back_from_it_is_wider() {
        let less: [Edit; 8] = [
            |change| drop(change.steps.remove(0)),
            |change| drop(change.steps.drain(1..)),
            |change| drop(change.steps.remove(1)),
            |change| change.not_before = Some("2026-11-28T23:00:00Z".parse().unwrap()),
            |change| change.not_after = Some("2026-11-29T01:00:00Z".parse().unwrap()),
            |change| change.cost.as_mut().unwrap().amount = 99.into(),
            |change| change.cost.as_mut().unwrap().amount = 0.into(),
            |change| {
                let read = change.reads.first().unwrap().clone();
                let fact = "os_name".to_owned();
                change.reads.push(crate::change::FactRef { fact, ..read });
            },
        ];
        for edit in less {
            let mut amended = change();
            edit(&mut amended);
            assert_eq!(amended.extent_beside(&change()), Extent::Narrower, "{amended:?}");
            assert_eq!(change().extent_beside(&amended), Extent::Wider, "{amended:?}");
        }
        assert_eq!(change().extent_beside(&change()), Extent::Same);
    }

    #[test]
    fn anything_else_is_wider() {
        let more: [Edit; 15] = [
            |change| change.title = crate::text::Untrusted::new("U".to_owned()),
            |change| change.reason = crate::text::Untrusted::new("U".to_owned()),
            |change| change.area = "architecture-review".to_owned(),
            |change| change.findings.push(crate::change::FindingId("f".to_owned())),
            |change| change.steps.swap(0, 1),
            |change| change.steps[0].action = "b".to_owned(),
            |change| change.steps[1].target = "x".into(),
            |change| change.reads.clear(),
            |change| change.not_before = None,
            |change| change.not_after = None,
            |change| change.not_before = Some("2026-11-28T21:59:59Z".parse().unwrap()),
            |change| change.not_after = Some("2026-11-29T02:00:01Z".parse().unwrap()),
            |change| {
                change.not_before = Some("2026-12-05T22:00:00Z".parse().unwrap());
                change.not_after = Some("2026-12-06T02:00:00Z".parse().unwrap());
            },
            |change| change.cost = None,
            |change| change.cost.as_mut().unwrap().currency = "USD".to_owned(),
        ];
        for edit in more {
            let mut amended = change();
            edit(&mut amended);
            assert_eq!(amended.extent_beside(&change()), Extent::Wider, "{amended:?}");
        }
        let mut dearer = change();
        dearer.cost.as_mut().unwrap().amount = 101.into();
        assert_eq!(dearer.extent_beside(&change()), Extent::Wider);
        let mut negative = change();
        negative.cost.as_mut().unwrap().amount = Decimal::NEGATIVE_ONE;
        assert_eq!(negative.extent_beside(&change()), Extent::Wider);
    }
}
