//! The ids of assets in one text, in their order, and beside each what the asset is.

use super::super::asset::{AssetKind, Criticality};
use super::classes::Classes;

/// What assets are: kind and criticality.
pub(super) type Class = (AssetKind, Option<Criticality>);

/// Ids in one text. INVARIANT: the ids ascend, each once; `ends` ascend on borders of characters up to the length of the
/// text; `class` has an entry an asset, below the number of `classes`, which are sorted, each once.
#[derive(Debug)]
pub(in crate::estate) struct Arena {
    pub(super) text: Box<str>,
    /// Where each id ends, and the next begins.
    pub(super) ends: Box<[u64]>,
    pub(super) class: Box<[u32]>,
    pub(super) classes: Box<[Class]>,
}

impl Arena {
    /// The arena of these assets. INVARIANT: their ids ascend, each once.
    pub(in crate::estate) fn of<'a>(
        assets: impl Iterator<Item = (&'a str, &'a AssetKind, Option<&'a Criticality>)>,
    ) -> Self {
        let (mut text, mut ends, mut class) = (String::new(), Vec::new(), Vec::new());
        let mut classes = Classes::default();
        for (id, kind, criticality) in assets {
            text.push_str(id);
            ends.push(text.len() as u64);
            class.push(classes.number(kind.clone(), criticality.cloned()));
        }
        let (classes, places) = classes.sorted();
        for class in &mut class {
            *class = places.get(*class as usize).copied().unwrap_or_default();
        }
        Self {
            text: text.into(),
            ends: ends.into(),
            class: class.into(),
            classes,
        }
    }

    pub(super) fn id(&self, position: u32) -> Option<&str> {
        at(&self.text, &self.ends, position)
    }

    pub(super) fn index_of(&self, id: &str) -> Option<u32> {
        let (mut low, mut high) = (0, u32::try_from(self.ends.len()).ok()?);
        while low < high {
            let middle = low + (high - low) / 2;
            match self.id(middle)?.cmp(id) {
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Equal => return Some(middle),
                std::cmp::Ordering::Greater => high = middle,
            }
        }
        None
    }

    pub(super) fn class(&self, position: u32) -> Option<&Class> {
        self.classes.get(*self.class.get(position as usize)? as usize)
    }
}

/// The text between two ends.
pub(super) fn at<'t>(text: &'t str, ends: &[u64], index: u32) -> Option<&'t str> {
    let index = index as usize;
    let start = match index.checked_sub(1) {
        Some(before) => *ends.get(before)?,
        None => 0,
    };
    let end = *ends.get(index)?;
    text.get(usize::try_from(start).ok()?..usize::try_from(end).ok()?)
}
