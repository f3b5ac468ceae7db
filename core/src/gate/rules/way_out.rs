//! That somebody can change the rules again: now, after each step of a change, and for as long as a proposal lives.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};

use super::RULES_AREA;
use crate::actor::Actor;
use crate::error::{Error, ErrorKind, Result};
use crate::gate::approver::Approver;
use crate::gate::state::Setup;

/// For how long those who can change the rules must stay able to: as long as a proposal lives.
const LASTING: SignedDuration = SignedDuration::from_hours(30 * 24);

/// INVARIANT: the gate never locks itself out. Those who are registered can meet the strictest quorum of these rules.
pub(super) fn check_way_out(setup: &Setup, excluded: &[&Actor], at: Timestamp) -> Result<()> {
    let quorum = setup.quorum(RULES_AREA)?;
    let eligible = setup.register()?.eligible(at, excluded);
    if quorum.can_be_met(&eligible) {
        return Ok(());
    }
    Err(denied(&format!(
        "nobody could change these rules again: {}",
        quorum.beside(&eligible)
    ))
    .remedy("register more approvers or roles first, or ask for less; the operator cannot approve"))
}

/// The first approvers suffice for all that the first rules ask for, also taken together, from now on and for 30 days: or these
/// rules could never change. Without any, they are still to come.
pub(in crate::gate) fn check_first(setup: &Setup, at: Timestamp) -> Result<()> {
    let approvers: Vec<&Approver> = setup.register()?.in_force().collect();
    let quorum = setup.quorum(RULES_AREA)?;
    if approvers.is_empty() {
        return Ok(());
    }
    if !quorum.can_be_met(&approvers) {
        let message = format!(
            "the policy and the areas ask for more than these approvers are: {}",
            quorum.beside(&approvers)
        );
        return Err(Error::new(ErrorKind::InvalidInput, message)
            .remedy("name more approvers or give them the roles, or ask for less")
            .at("/approvers"));
    }
    let Some(gap) = first_gap(setup, at)? else {
        return Ok(());
    };
    let message = format!(
        "at {gap} nobody could change the rules: {}",
        quorum.beside(&setup.register()?.eligible(gap, &[]))
    );
    Err(Error::new(ErrorKind::InvalidInput, message)
        .remedy("name approvers whose keys are valid now and for 30 days from now on, or have no end")
        .at("/approvers"))
}

/// A change leaves rules that can be changed at every moment of the next 30 days, or for no less long than those before it.
pub(super) fn check_lasting(before: &Setup, after: &Setup, at: Timestamp) -> Result<()> {
    let Some(gap) = first_gap(after, at)? else {
        return Ok(());
    };
    if first_gap(before, at)?.is_some_and(|before| before <= gap) {
        return Ok(());
    }
    let quorum = after.quorum(RULES_AREA)?;
    Err(denied(&format!(
        "at {gap}, within 30 days, nobody could change these rules again: {}",
        quorum.beside(&after.register()?.eligible(gap, &[]))
    ))
    .remedy("register approvers whose keys are valid now and last longer, or have no end"))
}

/// The first moment of the next 30 days at which those whose keys may sign then cannot change the rules.
fn first_gap(setup: &Setup, at: Timestamp) -> Result<Option<Timestamp>> {
    let until = at.saturating_add(LASTING).unwrap_or(Timestamp::MAX);
    let quorum = setup.quorum(RULES_AREA)?;
    let register = setup.register()?;
    // There are fewer than before only behind the last second of a key.
    let ends = register.in_force().filter_map(|approver| {
        let end = approver.signer().valid_before()?;
        end.checked_add(SignedDuration::from_secs(1)).ok()
    });
    let mut moments: BTreeSet<Timestamp> = ends.filter(|end| *end > at && *end <= until).collect();
    moments.insert(at);
    Ok(moments
        .into_iter()
        .find(|moment| !quorum.can_be_met(&register.eligible(*moment, &[]))))
}

fn denied(message: &str) -> Error {
    Error::new(ErrorKind::Denied, message)
}
