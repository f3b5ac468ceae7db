//! The kill switch: anyone turns it on at once, only an approved change turns it off.

use std::fmt;

use jiff::Timestamp;
use serde::Serialize;

use super::apply::is_to_be_lifted;
use crate::actor::Actor;
use crate::error::{Error, ErrorKind, Result};
use crate::gate::decision::check_reason;
use crate::gate::engine::Gate;
use crate::gate::named::check_name;
use crate::gate::record::Halted;
use crate::text::Plain;

/// The kill switch of a tenant, on: one of the halts that stand, each until it is lifted.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Halt {
    /// The entry of the ledger that turned it on.
    pub seq: u64,
    /// Who.
    pub by: Actor,
    /// When.
    pub at: Timestamp,
    /// Why.
    pub why: String,
}

impl fmt::Display for Halt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} stopped all changes at {}: {}",
            Plain(&self.by.to_string()),
            self.at.strftime("%Y-%m-%dT%H:%M:%SZ"),
            Plain(&self.why)
        )
    }
}

/// Who stops must be nameable, and say why.
pub(super) fn check(by: &Actor, why: &str) -> Result<()> {
    check_name(by.name(), "by")?;
    check_reason(Some(why))
}

/// How many halts stand beside each other, each by another actor. One stops everything; the others are told by whom and why.
const MAX_HALTS: usize = 100;

/// One more can stand.
pub(super) fn check_room(halts: &[Halt]) -> Result<()> {
    if halts.len() < MAX_HALTS {
        return Ok(());
    }
    Err(Error::new(
        ErrorKind::TooLarge,
        "100 halts stand already: the kill switch is on, and nothing starts",
    )
    .remedy("a change of the rules lifts those that stand"))
}

impl Gate {
    /// Turns the kill switch on. A halt of the same actor that stands gives place to the new one. Where it has the same reason,
    /// and no change that would lift it waits, nothing is recorded again.
    pub(crate) async fn halt(&self, by: &Actor, why: &str) -> Result<Halt> {
        check(by, why).map_err(|error| error.during("gate.halt"))?;
        self.commit(|state, at| {
            let seq = state.size();
            let mut standing = state.setup.halts.iter();
            let same = standing.find(|halt| halt.by == *by && halt.why == why);
            if let Some(halt) = same.filter(|halt| !is_to_be_lifted(state, halt.seq)) {
                return Ok((None, halt.clone()));
            }
            let record = Halted {
                by: by.clone(),
                why: why.to_owned(),
            };
            let halt = Halt {
                seq,
                by: by.clone(),
                at,
                why: why.to_owned(),
            };
            Ok((Some(record.into()), halt))
        })
        .await
        .map_err(|error| error.during("gate.halt"))
    }
}
