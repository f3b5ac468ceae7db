//! What a reader could not take over, collected and handed on: nothing is lost without a word.

use crate::estate::{AssetId, Note};
use crate::text::Untrusted;

/// At most this many notes are kept one by one; the others are counted.
const KEPT: usize = 1_000;

/// Notes in the order in which they were made.
#[derive(Debug, Default)]
pub(super) struct Notes {
    kept: Vec<Note>,
    more: usize,
    lost: usize,
}

impl Notes {
    /// Something at a place: a JSON pointer behind the file's name, `sheet!B7`, `line 7`.
    pub(super) fn add(&mut self, at: impl Into<String>, text: impl Into<String>) {
        self.push(at.into(), text.into(), None);
    }

    /// Something about an asset that was kept.
    pub(super) fn about(&mut self, asset: &AssetId, at: impl Into<String>, text: impl Into<String>) {
        self.push(at.into(), text.into(), Some(asset.clone()));
    }

    /// A record that was not taken over.
    pub(super) fn lost(&mut self, at: impl Into<String>, text: impl Into<String>) {
        self.lost += 1;
        self.push(at.into(), text.into(), None);
    }

    /// How many records were not taken over.
    pub(super) fn lost_records(&self) -> usize {
        self.lost
    }

    /// The notes, with a last one that counts those beyond the bound.
    pub(super) fn finish(mut self) -> Vec<Note> {
        if self.more > 0 {
            self.kept.push(Note {
                at: None,
                text: format!("{} more notes are not listed", self.more).into(),
                asset: None,
            });
        }
        self.kept
    }

    fn push(&mut self, at: String, text: String, asset: Option<AssetId>) {
        if self.kept.len() >= KEPT {
            self.more += 1;
            return;
        }
        self.kept.push(Note {
            at: Some(Untrusted::new(at)),
            text: Untrusted::new(text),
            asset,
        });
    }
}
