//! The real gate and the machine, side by side, over random commands.

use std::cell::RefCell;
use std::collections::BTreeMap;

use proptest::test_runner::{Config, RngAlgorithm, TestError, TestRng, TestRunner};
use proptest_state_machine::{ReferenceStateMachine, StateMachineTest};

use super::commands::{Command, Form, Outcome, Performed, Reference, What};
use super::machine::Record;
use super::real::Real;

/// A seed, a number of walks, and the number of commands in the longest.
#[derive(Clone, Copy, Debug)]
struct Walks {
    seed: u64,
    cases: u32,
    longest: usize,
}

impl Walks {
    /// Does something with each walk. The smallest for which it fails is printed, with the seed.
    fn each(self, mut test: impl FnMut(Reference, Vec<Command>, Seen)) {
        let Self { seed, cases, longest } = self;
        let mut bytes = [0; 32];
        bytes[..8].copy_from_slice(&seed.to_le_bytes());
        let source = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
        let mut runner = TestRunner::new_with_rng(config(cases), source);
        let walks = Reference::sequential_strategy(longest / 3..longest);
        let test = RefCell::new(&mut test);
        let found = runner.run(&walks, |(initial, commands, seen)| {
            (test.borrow_mut())(initial, commands, seen);
            Ok(())
        });
        match found {
            Ok(()) => {}
            Err(TestError::Fail(why, (_, commands, _))) => {
                let listed: Vec<String> = commands.iter().map(|command| format!("  {command:?}")).collect();
                panic!("seed {seed}: {why}\n{}", listed.join("\n"));
            }
            Err(TestError::Abort(why)) => panic!("seed {seed}: {why}"),
        }
    }
}

/// Counts the commands of a walk that were tried, for the one who makes it smaller.
type Seen = Option<std::sync::Arc<std::sync::atomic::AtomicUsize>>;

fn config(cases: u32) -> Config {
    Config {
        cases,
        failure_persistence: None,
        max_shrink_iters: 500,
        ..Config::default()
    }
}

/// The walks of `make test`: the same in every run. Their seed is one whose walks come to much.
const SOME: Walks = Walks {
    seed: 3,
    cases: 170,
    longest: 45,
};

fn beside(walks: Walks) {
    walks.each(|initial, commands, seen| {
        Real::test_sequential(config(walks.cases), initial, commands, seen);
    });
}

#[test]
fn the_real_gate_does_what_the_machine_does() {
    beside(SOME);
}

#[test]
#[ignore = "minutes: thousands of walks from another seed each time; part of `make soak`"]
fn soak_the_real_gate_does_what_the_machine_does() {
    let seed = std::env::var("VCTO_MODEL_SEED").ok();
    let seed = seed.map_or_else(|| u64::from(std::process::id()), |seed| seed.parse().unwrap());
    println!("seed {seed}: VCTO_MODEL_SEED repeats it");
    beside(Walks {
        seed,
        cases: 3_000,
        longest: 60,
    });
}

/// What came of a command, in words to count.
fn words(command: &Command, performed: &Performed) -> Vec<String> {
    let first = |text: String| text.split(['(', ' ', '{']).next().unwrap_or_default().to_owned();
    let outcome = match performed.outcome {
        Outcome::Done(word) => word.to_owned(),
        other => format!("{other:?}"),
    };
    let asked = match command.what {
        What::Sign(_, _, signing) if matches!(signing.form, Form::Author(_)) => {
            "Sign by an author".to_owned()
        }
        What::Sign(_, _, signing) => format!("{:?} {:?}", signing.say, signing.form),
        what => first(format!("{what:?}")),
    };
    let recorded = performed.records.iter().map(|(record, _)| match record {
        Record::Finished(_, status) | Record::Reconciled(_, status) => {
            format!("{} {}", first(format!("{record:?}")), status.word())
        }
        Record::Left(_, _, why) => format!("Left {why:?}"),
        _ => first(format!("{record:?}")),
    });
    recorded.chain([format!("{asked}: {outcome}")]).collect()
}

/// Walks that come to nothing would show nothing.
#[test]
fn the_walks_come_to_everything() {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    SOME.each(|initial, commands, _| {
        let mut reference = initial;
        for command in commands {
            let performed = reference.perform(&command);
            for word in words(&command, &performed) {
                *counts.entry(word).or_default() += 1;
            }
            reference = performed.after;
        }
    });
    for (word, count) in &counts {
        println!("{count:6} {word}");
    }
    let missed: Vec<_> = WANTED
        .iter()
        .filter(|word| !counts.contains_key(**word))
        .collect();
    assert!(missed.is_empty(), "{missed:?}");
}

/// What the walks of `make test` must come to: records, and what became of commands.
const WANTED: &[&str] = &[
    "Attested",
    "Decided",
    "Done",
    "Doubt",
    "ExpiredProposal",
    "ExpiredVotes",
    "Finished not_done",
    "Finished rollback_conflict",
    "Finished rollback_failed",
    "Finished rolled_back",
    "Finished succeeded",
    "Frozen",
    "Halted",
    "Intent",
    "KeyEnded",
    "Left Conflict",
    "Left Failed",
    "Left NoUndo",
    "Probed",
    "Proposed",
    "Reconciled not_done",
    "Reconciled succeeded",
    "Refused",
    "Snapshot",
    "Stale",
    "Started",
    "Superseded",
    "UndoBegun",
    "Verified",
    "Withdrawn",
    "Accept Right: Busy",
    "Accept Right: accepted_as_is",
    "Approve Again: Refused",
    "Approve Altered: Refused",
    "Approve Right: Refused",
    "Approve WrongKey: Refused",
    "Continue: Crashed",
    "Continue: succeeded",
    "Execute: Busy",
    "Execute: Crashed",
    "Execute: Paused",
    "Execute: Refused",
    "Execute: in_doubt",
    "Kill: ",
    "Probe: Busy",
    "Probe: Crashed",
    "Resume: Busy",
    "SetBack: ",
    "Sign by an author: Refused",
];
