//! The binary form of a snapshot that is hashed: described in `docs/formats/inventory.md`, fixed with the first release.

use super::asset::Asset;
use super::fact::{Confidence, FactValue};
use super::inventory::{Inventory, Source};
use super::relation::{Relation, Requirement, Strength};
use super::scalar::Scalar;
use crate::digest::{Digest, Hasher};

/// The role of the digest, with the version of the layout.
const CONTEXT: &str = "vcto estate v1";

/// Bytes are handed to the hash in blocks of about this size.
const BLOCK: usize = 64 * 1024;

/// The digest of a settled inventory.
pub(super) fn digest(inventory: &Inventory) -> Digest {
    let mut writer = Writer {
        hasher: Hasher::new(CONTEXT),
        block: Vec::with_capacity(2 * BLOCK),
    };
    writer.inventory(inventory);
    writer.flush(0);
    writer.hasher.finish()
}

struct Writer {
    hasher: Hasher,
    block: Vec<u8>,
}

impl Writer {
    fn inventory(&mut self, inventory: &Inventory) {
        self.source(&inventory.source);
        self.count(inventory.source.merged_from.len());
        for source in &inventory.source.merged_from {
            self.source(source);
        }
        self.count(inventory.assets.len());
        for asset in &inventory.assets {
            self.asset(asset);
            self.flush(BLOCK);
        }
        self.count(inventory.relations.len());
        for relation in &inventory.relations {
            self.relation(relation);
            self.flush(BLOCK);
        }
        self.count(inventory.requirements.len());
        for requirement in &inventory.requirements {
            self.requirement(requirement);
            self.flush(BLOCK);
        }
    }

    fn source(&mut self, source: &Source) {
        self.text(source.name.raw());
        self.option(source.captured_at, Self::time);
        self.byte(u8::from(source.complete));
        self.count(source.scopes.len());
        for scope in &source.scopes {
            self.text(scope.name.raw());
            self.byte(u8::from(scope.complete));
        }
        self.count(source.notes.len());
        for note in &source.notes {
            self.option(note.at.as_ref(), |writer, at| writer.text(at.raw()));
            self.text(note.text.raw());
            self.option(note.asset.as_ref(), |writer, id| writer.text(id.as_str()));
        }
    }

    fn asset(&mut self, asset: &Asset) {
        self.text(asset.id.as_str());
        self.text(asset.kind.as_str());
        self.option(asset.name.as_ref(), |writer, name| writer.text(name.raw()));
        self.option(asset.criticality.as_ref(), |writer, word| {
            writer.text(word.as_str());
        });
        self.count(asset.facts.len());
        for (name, fact) in asset.facts.iter() {
            self.text(name);
            self.count(fact.values().len());
            fact.values().iter().for_each(|value| self.value(value));
        }
    }

    fn value(&mut self, value: &FactValue) {
        match &value.value {
            Scalar::Unknown => self.byte(0),
            Scalar::Boolean(answer) => {
                self.byte(1);
                self.byte(u8::from(*answer));
            }
            Scalar::Number(number) => {
                self.byte(2);
                self.text(&number.to_string());
            }
            Scalar::Text(text) => {
                self.byte(3);
                self.text(text.raw());
            }
        }
        self.option(value.source(), |writer, name| writer.text(name.raw()));
        self.option(value.stated_at(), Self::time);
        self.option(value.confidence(), |writer, confidence| {
            writer.byte(rank(confidence));
        });
    }

    fn relation(&mut self, relation: &Relation) {
        self.text(relation.from.as_str());
        self.text(relation.to.as_str());
        self.text(relation.kind.as_str());
        self.byte(match relation.strength {
            Strength::Hard => 0,
            Strength::Soft => 1,
        });
        match (relation.inference(), relation.confidence()) {
            (Some(method), Some(confidence)) => {
                self.byte(2);
                self.text(method.raw());
                self.byte(rank(confidence));
            }
            (method, _) => self.option(method, |writer, method| writer.text(method.raw())),
        }
        self.option(relation.note(), |writer, note| writer.text(note.raw()));
    }

    fn requirement(&mut self, requirement: &Requirement) {
        self.text(requirement.asset.as_str());
        self.count(requirement.members.len());
        for member in &requirement.members {
            self.text(member.as_str());
        }
        self.block.extend_from_slice(&requirement.needs.to_le_bytes());
    }

    fn option<T>(&mut self, value: Option<T>, write: impl FnOnce(&mut Self, T)) {
        match value {
            None => self.byte(0),
            Some(value) => {
                self.byte(1);
                write(self, value);
            }
        }
    }

    fn time(&mut self, time: jiff::Timestamp) {
        self.block.extend_from_slice(&time.as_second().to_le_bytes());
        self.block
            .extend_from_slice(&time.subsec_nanosecond().to_le_bytes());
    }

    fn text(&mut self, text: &str) {
        self.count(text.len());
        self.block.extend_from_slice(text.as_bytes());
    }

    fn count(&mut self, count: usize) {
        self.block.extend_from_slice(&(count as u64).to_le_bytes());
    }

    fn byte(&mut self, byte: u8) {
        self.block.push(byte);
    }

    /// Hands the block to the hash when it is longer than `least`.
    fn flush(&mut self, least: usize) {
        if self.block.len() > least {
            self.hasher.update(&self.block);
            self.block.clear();
        }
    }
}

fn rank(confidence: Confidence) -> u8 {
    match confidence {
        Confidence::Low => 1,
        Confidence::Medium => 2,
        Confidence::High => 3,
    }
}
