//! What lies in a store beside the log: rows of entries that it does not have, keys of epochs that it did not open.

use std::collections::BTreeSet;

use super::findings::{About, Findings};
use super::{Evidence, is_finding};
use crate::error::Result;
use crate::ledger::keys::KeyPurpose;
use crate::ledger::store::Stray;

/// What can be done about it.
const REMEDY: &str = "the owner of the database removes it, or the log is exported and imported elsewhere";

/// Names what is there and belongs to nothing: the log would stop where it stands.
pub(super) fn find(evidence: &mut dyn Evidence, epoch: u32, findings: &mut Findings) -> Result<()> {
    match evidence.strays() {
        Ok(strays) => strays.into_iter().for_each(|stray| name(stray, findings)),
        Err(error) if is_finding(&error) => {
            let text = format!("what is stored beside the log cannot be read: {error}");
            findings.note(About::Integrity, None, text);
        }
        Err(error) => return Err(error),
    }
    let purposes = match evidence.key_purposes() {
        Err(error) if is_finding(&error) => {
            findings.note(About::Integrity, None, format!("the wrapped keys: {error}"));
            return Ok(());
        }
        other => other?,
    };
    let mut seen = BTreeSet::new();
    for purpose in purposes {
        let (number, what) = match purpose {
            KeyPurpose::Epoch(number) => (Some(number), format!("epoch {number}")),
            KeyPurpose::Blinding => (None, "blinding".to_owned()),
        };
        let wrong = if number.is_some_and(|number| number > epoch) {
            "which the log did not open"
        } else if seen.insert(number) {
            continue;
        } else {
            "and another one is"
        };
        let text =
            format!("a wrapped key for {what} is stored, {wrong}: the log does not open with it ({REMEDY})");
        findings.note(About::Integrity, None, text);
    }
    Ok(())
}

fn name(stray: Stray, findings: &mut Findings) {
    let (about, seq, what) = match stray {
        Stray::Checkpoint(size) => (
            About::Authenticity,
            None,
            format!("a checkpoint of {size} entries"),
        ),
        Stray::Payload(seq) => (
            About::Integrity,
            u64::try_from(seq).ok(),
            format!("a payload of entry {seq}"),
        ),
        Stray::Tile(id) => {
            let (level, index) = (id >> 56, id & 0x00ff_ffff_ffff_ffff);
            let first = u64::try_from(index).ok().zip(u32::try_from(level).ok());
            let first =
                first.and_then(|(index, level)| index.checked_shl(level.checked_add(1)?.checked_mul(8)?));
            (About::Integrity, first, format!("the tile {level}/{index}"))
        }
    };
    let text =
        format!("{what} is stored, and the log has none: it cannot go on where that stands ({REMEDY})");
    findings.note(about, seq, text);
}
