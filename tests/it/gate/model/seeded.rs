//! Without a fault every invariant holds, and what should be reached is; each seeded fault breaks what it must. A model that
//! misses a fault would show nothing.

use std::collections::BTreeSet;

use super::check::{Budget, DRIFTED, Design, GROWN, HUGE, design, explore};
use super::faults::Faults;
use super::machine::{Facts, Kind};
use super::world::Behaviour;

/// Nothing is broken, and everything that should be reached is.
fn holds(design: Design, reached: &[&str]) {
    let label = format!("{:?} {:?}", design.kind, design.budget);
    let (broken, seen, states) = explore(design);
    assert_eq!(broken, BTreeSet::new(), "{label}");
    assert_eq!(seen, reached.iter().copied().collect(), "{label}");
    println!("{label}: {states} states");
}

/// A gate with this fault breaks exactly these.
fn breaks(kind: Kind, faults: Faults, budget: Budget, expected: &[&str]) {
    let mut design = design(kind, faults);
    design.budget = budget;
    design.behaviours = &[Behaviour::Works, Behaviour::Refuses];
    // One tick, and everything is past its time.
    design.terms.rules.life = 0;
    breaks_in(design, expected);
}

fn breaks_in(design: Design, expected: &[&str]) {
    let faults = design.terms.faults;
    let (broken, _, states) = explore(design);
    println!("{states} states");
    assert_eq!(broken, expected.iter().copied().collect(), "{faults:?}");
}

const ALL: &[&str] = &["S1", "S2", "S3"];

/// As [`holds`], at every level.
fn holds_at_every_level(
    budget: Budget,
    snapshots: &'static [Facts],
    behaviours: &'static [Behaviour],
    reached: &[&str],
) {
    for kind in [Kind::Note, Kind::Tell, Kind::Ask, Kind::Hand] {
        let design = Design {
            budget,
            snapshots,
            behaviours,
            ..design(kind, Faults::default())
        };
        holds(design, if kind == Kind::Hand { &[] } else { reached });
    }
}

const FOUR: &[Behaviour] = &[
    Behaviour::Works,
    Behaviour::Refuses,
    Behaviour::LosesDone,
    Behaviour::LosesNothing,
];

#[test]
fn every_invariant_holds_whatever_executors_do_and_whoever_dies() {
    let budget = Budget {
        crashes: 2,
        freezes: 1,
        halts: 1,
        keys: 1,
        reviews: 1,
        ticks: 2,
        ..Budget::default()
    };
    holds_at_every_level(budget, &[DRIFTED], FOUR, ALL);
}

#[test]
fn every_invariant_holds_over_amendments() {
    let budget = Budget {
        amends: 1,
        crashes: 1,
        keys: 1,
        ticks: 1,
        ..Budget::default()
    };
    holds_at_every_level(budget, &[], &[Behaviour::Works], &["S1", "S3"]);
}

#[test]
fn every_invariant_holds_over_a_clock_set_back_and_an_older_copy() {
    let budget = Budget {
        copies: 1,
        crashes: 1,
        keys: 1,
        set_back: 1,
        ticks: 2,
        ..Budget::default()
    };
    holds_at_every_level(budget, &[], &[Behaviour::Works], &["S1", "S3"]);
}

#[test]
fn every_invariant_holds_when_the_reach_grows_and_shrinks() {
    let budget = Budget {
        crashes: 1,
        reviews: 2,
        ticks: 1,
        ..Budget::default()
    };
    let facts: &[Facts] = &[DRIFTED, GROWN, HUGE, Facts { read: 0, size: 0 }];
    holds_at_every_level(budget, facts, &[Behaviour::Works, Behaviour::Refuses], ALL);
}

#[test]
#[ignore = "minutes: all surprises together; part of `make soak`"]
fn soak_every_invariant_holds_with_all_surprises_together() {
    let budget = Budget {
        amends: 1,
        crashes: 2,
        freezes: 1,
        halts: 1,
        keys: 1,
        reviews: 1,
        ticks: 2,
        ..Budget::default()
    };
    holds_at_every_level(budget, &[DRIFTED], FOUR, ALL);
}

/// What may happen before a start.
const BEFORE: Budget = Budget {
    amends: 0,
    copies: 0,
    crashes: 0,
    freezes: 0,
    halts: 0,
    keys: 1,
    reviews: 1,
    set_back: 0,
    ticks: 1,
};

const CALM: Budget = Budget {
    keys: 0,
    reviews: 0,
    ticks: 0,
    ..BEFORE
};

macro_rules! seeded {
    ($(fn $name:ident() { $fault:ident at $kind:ident with $budget:ident $({$($more:ident: $n:literal),*})? breaks [$($broken:literal),*] })*) => {$(
        #[test]
        fn $name() {
            let faults = Faults { $fault: true, ..Faults::default() };
            let budget = Budget { $($($more: $n,)*)? ..$budget };
            breaks(Kind::$kind, faults, budget, &[$($broken),*]);
        }
    )*};
}

seeded! {
    fn seeded_a_decision_is_not_bound_to_its_change() { unbound at Ask with CALM {amends: 1} breaks ["I1"] }
    fn seeded_the_proposer_may_vote() { self_vote at Ask with CALM breaks ["I1"] }
    fn seeded_the_same_voter_counts_twice() { double_vote at Ask with CALM breaks ["I1"] }
    fn seeded_no_expiry_check_at_start() { no_expiry at Note with BEFORE breaks ["I2"] }
    fn seeded_no_revocation_check_at_start() { no_revocation at Ask with BEFORE breaks ["I1"] }
    fn seeded_a_crash_reopens_as_approved() { crash_approves at Ask with BEFORE {crashes: 1, keys: 0} breaks ["I1", "I2", "I3", "I4", "I5", "I7", "I8", "I10"] }
    fn seeded_the_intent_is_written_after_the_effect() { late_intent at Note with CALM {crashes: 1} breaks ["I7", "I9"] }
    fn seeded_the_token_alone_is_the_authority_at_level_2() { token_rules at Ask with BEFORE breaks ["I1", "I2", "I3", "I4", "I5", "I7", "I8"] }
    fn seeded_the_token_alone_is_the_authority_at_level_0() { token_rules at Note with BEFORE breaks ["I2", "I3", "I4", "I5", "I7", "I8"] }
    fn seeded_what_humans_do_is_executed() { l3_runs at Hand with CALM breaks ["I1"] }
    fn seeded_no_precondition_check_at_start() { no_precondition at Note with BEFORE breaks ["I5"] }
    fn seeded_level_1_without_a_duty_on_record() { no_duty at Tell with CALM breaks ["I6"] }
    fn seeded_a_rollback_reports_success_though_an_undo_failed() { false_rollback at Note with CALM breaks ["I7"] }
    fn seeded_no_single_writer() { no_lock at Note with CALM breaks ["I3", "I4", "I7", "I8", "I9"] }
    fn seeded_an_amended_change_keeps_its_votes_and_the_binding_catches_it() { votes_kept at Ask with CALM {amends: 1} breaks [] }
    fn seeded_nobody_shows_that_an_execution_runs() { no_lease at Note with CALM breaks ["I7", "I8"] }
    fn seeded_an_expiry_is_refused_and_not_recorded() { expiry_forgotten at Note with BEFORE {set_back: 1} breaks ["I2"] }
    fn seeded_the_kill_switch_is_ignored() { halt_ignored at Note with CALM {halts: 1} breaks ["I15"] }
    fn seeded_a_freeze_is_ignored() { freeze_ignored at Note with CALM {freezes: 1} breaks ["I15"] }
    fn seeded_an_older_copy_is_opened() { no_anchor at Note with CALM {copies: 1} breaks ["I3", "I4", "I7", "I11"] }
}

#[test]
fn seeded_an_amended_change_keeps_its_votes_and_nothing_binds_them() {
    let faults = Faults {
        votes_kept: true,
        unbound: true,
        ..Faults::default()
    };
    breaks(Kind::Ask, faults, Budget { amends: 1, ..CALM }, &["I1"]);
}

#[test]
fn seeded_what_was_checked_is_written_later() {
    let faults = Faults {
        no_lock: true,
        ..Faults::default()
    };
    let mut alone = Design {
        budget: BEFORE,
        processes: 1,
        ..design(Kind::Ask, faults)
    };
    alone.terms.rules.life = 0;
    breaks_in(alone, &["I1", "I2", "I5", "I8"]);
}

#[test]
fn seeded_a_level_that_falls() {
    let faults = Faults {
        level_falls: true,
        ..Faults::default()
    };
    let falls = Design {
        budget: Budget { reviews: 1, ..CALM },
        before: GROWN,
        snapshots: &[Facts { read: 0, size: 0 }],
        ..design(Kind::Note, faults)
    };
    breaks_in(falls, &["I13"]);
}
