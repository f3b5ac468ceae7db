//! Every state of the machine, within bounds, by `stateright`: without a fault every invariant holds, and each seeded fault
//! breaks those that it must.

use std::collections::BTreeSet;

use stateright::{Checker, Model, Property};

use super::faults::{Faults, Invariant};
use super::machine::{
    Author, End, Facts, Gate, Kind, Level, NEVER, PERSONS, Phase, Rules, Say, Snapshot, Text,
};
use super::run::Status;
use super::world::{Behaviour, Move, PROCESSES, Place, Said, Terms, World};

/// The proposer has number 0, and the fourth person is of no interest here.
const VOTERS: usize = 3;

/// How often what comes from outside may still happen.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub struct Budget {
    pub amends: u8,
    pub copies: u8,
    pub crashes: u8,
    pub freezes: u8,
    pub halts: u8,
    pub keys: u8,
    pub reviews: u8,
    pub set_back: u8,
    pub ticks: u8,
}

/// One proposal of a kind, in a world of bounded surprise.
#[derive(Clone, Debug)]
pub struct Design {
    pub kind: Kind,
    pub terms: Terms,
    pub budget: Budget,
    /// How many processes do something.
    pub processes: usize,
    /// What the snapshot says when it is submitted.
    pub before: Facts,
    /// What later ones may say.
    pub snapshots: &'static [Facts],
    pub behaviours: &'static [Behaviour],
}

#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct State {
    world: World,
    budget: Budget,
}

pub const DRIFTED: Facts = Facts { read: 1, size: 0 };
pub const GROWN: Facts = Facts { read: 0, size: 1 };
pub const HUGE: Facts = Facts { read: 0, size: 2 };

/// Decisions hold in the tick in which they are signed, proposals one more; data do not age.
pub const RULES: Rules = Rules {
    decision: 0,
    life: 1,
    fresh: NEVER,
    recent: NEVER,
};

macro_rules! properties {
    ($($name:ident)*) => {
        vec![
            $(Property::always(stringify!($name), |_: &Design, state: &State| state.world.holds(Invariant::$name)),)*
            Property::sometimes("S1", |_: &Design, state: &State| state.ended(Status::Succeeded)),
            Property::sometimes("S2", |_: &Design, state: &State| state.ended(Status::RolledBack)),
            Property::sometimes("S3", |_: &Design, state: &State| state.is_in_doubt()),
        ]
    };
}

impl Model for Design {
    type State = State;
    type Action = Move;

    fn init_states(&self) -> Vec<State> {
        let snapshot = Snapshot {
            facts: self.before,
            taken: 0,
        };
        let world = World::new(Gate::new(2, snapshot, [NEVER; PERSONS]));
        let submit = Move::Submit(self.kind, [0, 1], Author::Person(0));
        let submitted = world.step(&self.terms, &submit).unwrap();
        vec![State {
            world: submitted.world,
            budget: self.budget,
        }]
    }

    fn actions(&self, state: &State, actions: &mut Vec<Move>) {
        for id in 0..state.world.gate.proposals.len() {
            self.people(state, id, actions);
            actions.push(Move::Expire(id));
            for process in 0..self.processes {
                actions.push(Move::Take(process, id));
                actions.push(Move::Begin(process, id));
                // Without a lock two that run at once are enough to try.
                if !self.terms.faults.no_lock {
                    actions.push(Move::Doubt(process, id));
                    actions.push(Move::Settle(process, id));
                }
            }
        }
        for process in 0..PROCESSES {
            self.goes(state, process, actions);
        }
        self.surprises(state, actions);
    }

    fn next_state(&self, state: &State, step: Move) -> Option<State> {
        let mut world = state.world.step(&self.terms, &step).ok()?.world;
        // Two processes that change their names are the same.
        world.processes[..self.processes].sort();
        let budget = state.budget.after(&step, &state.world);
        let mut next = State { world, budget };
        if self.terms.faults == Faults::default() {
            next.forget();
        }
        (next != *state).then_some(next)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        properties!(I1 I2 I3 I4 I5 I6 I7 I8 I9 I10 I11 I13 I15)
    }
}

impl Design {
    /// What people do: they sign any text that ever was, and hand it in when they like.
    fn people(&self, state: &State, id: usize, actions: &mut Vec<Move>) {
        let proposal = &state.world.gate.proposals[id];
        let say = |who, say, text| {
            let forged = false;
            Move::Say(
                id,
                Said {
                    who,
                    say,
                    text,
                    forged,
                },
            )
        };
        let own = proposal.text(id);
        match (proposal.phase, proposal.level) {
            (Phase::Open, Level::L2) => {
                let texts = (0..=id).flat_map(|proposal| {
                    let last = state.world.gate.proposals[proposal].revision;
                    (0..=last).map(move |revision| Text { proposal, revision })
                });
                // More votes than count make no difference.
                if proposal.votes.len() < 2 {
                    for text in texts {
                        actions.extend((0..VOTERS).map(|who| say(who, Say::Approve, text)));
                    }
                }
                actions.push(say(2, Say::Reject, own));
            }
            (Phase::Open, Level::L3) => {
                actions.push(say(1, Say::Did, own));
                actions.push(say(1, Say::Declined, own));
            }
            (Phase::Started, _) => {
                let accepts = proposal.votes.iter().filter(|vote| vote.say == Say::Accept);
                if accepts.count() < 2 {
                    actions.extend((0..VOTERS).map(|who| say(who, Say::Accept, own)));
                }
            }
            _ => {}
        }
        if proposal.phase == Phase::Open {
            actions.push(Move::Withdraw(id, proposal.by));
            if state.budget.amends > 0 {
                actions.push(Move::Amend(id, proposal.by));
            }
        }
    }

    fn goes(&self, state: &State, process: usize, actions: &mut Vec<Move>) {
        let place = &state.world.processes[process].place;
        match place {
            Place::Idle => {}
            Place::Permitted(..) => {
                actions.extend(self.behaviours.iter().map(|how| Move::Go(process, *how)));
            }
            _ => actions.push(Move::Go(process, Behaviour::Works)),
        }
        let has_something = *place != Place::Idle || !state.world.processes[process].hand.is_empty();
        if state.budget.crashes > 0 && has_something {
            actions.push(Move::Die(process));
        }
    }

    /// What comes from outside. Time, facts, keys and freezes matter to what has not started only.
    fn surprises(&self, state: &State, actions: &mut Vec<Move>) {
        let (world, budget) = (&state.world, &state.budget);
        let gate = &world.gate;
        let waits = |phase: Phase| phase == Phase::Open;
        let any_waits = gate.proposals.iter().any(|proposal| waits(proposal.phase));
        if budget.halts > 0 {
            actions.push(Move::Halt(!gate.halted));
        }
        if budget.copies > 0 && world.copy.is_none() {
            actions.push(Move::Copy);
        }
        if budget.copies > 0 && world.copy.is_some() {
            actions.push(Move::Restore);
        }
        if !any_waits {
            return;
        }
        if budget.ticks > 0 {
            actions.push(Move::Clock(world.clock + 1));
        }
        if budget.set_back > 0 && world.clock > 0 {
            actions.push(Move::Clock(0));
        }
        if budget.reviews > 0 {
            let others = self
                .snapshots
                .iter()
                .filter(|facts| **facts != gate.snapshot.facts);
            actions.extend(others.map(|facts| Move::Review(*facts)));
        }
        if budget.keys > 0 {
            actions.push(Move::EndKey(1));
        }
        if budget.freezes > 0 {
            actions.push(Move::Freeze(!gate.frozen));
        }
    }
}

impl Budget {
    fn after(mut self, step: &Move, world: &World) -> Self {
        let spent = match step {
            Move::Amend(..) => &mut self.amends,
            Move::Restore => &mut self.copies,
            Move::Die(_) => &mut self.crashes,
            Move::Freeze(_) => &mut self.freezes,
            Move::Halt(_) => &mut self.halts,
            Move::EndKey(_) => &mut self.keys,
            Move::Review(_) => &mut self.reviews,
            Move::Clock(time) if *time < world.clock => &mut self.set_back,
            Move::Clock(_) => &mut self.ticks,
            _ => return self,
        };
        *spent -= 1;
        self
    }
}

impl State {
    /// Once nothing waits, nothing looks at what a start depends on: what differs in that alone is one state. Whoever accepts
    /// what an execution left can do so a little more often for it.
    fn forget(&mut self) {
        let world = &mut self.world;
        let is_settled = |gate: &Gate| {
            gate.proposals
                .iter()
                .all(|proposal| proposal.phase != Phase::Open)
        };
        if !is_settled(&world.gate) {
            return self.sort_votes();
        }
        self.budget = Budget {
            copies: self.budget.copies,
            crashes: self.budget.crashes,
            halts: self.budget.halts,
            ..Budget::default()
        };
        (world.clock, world.shown) = (0, 0);
        for gate in [&mut world.gate, &mut world.replayed] {
            gate.time = 0;
            gate.snapshot.facts = Facts::default();
            gate.snapshot.taken = 0;
            gate.key_ends = [NEVER; PERSONS];
            gate.frozen = false;
            for proposal in &mut gate.proposals {
                proposal.votes.retain(|vote| vote.say == Say::Accept);
                proposal.facts = Facts::default();
                proposal.revision = 0;
                proposal.ends = NEVER;
                for vote in &mut proposal.votes {
                    (vote.text.revision, vote.until) = (0, NEVER);
                }
                proposal.votes.sort();
            }
        }
    }

    /// In which order people voted makes no difference.
    fn sort_votes(&mut self) {
        let gates = [&mut self.world.gate, &mut self.world.replayed];
        for proposal in gates.into_iter().flat_map(|gate| &mut gate.proposals) {
            proposal.votes.sort();
        }
    }

    fn ended(&self, status: Status) -> bool {
        let end = Phase::Closed(End::Executed(status));
        self.world
            .gate
            .proposals
            .iter()
            .any(|proposal| proposal.phase == end)
    }

    fn is_in_doubt(&self) -> bool {
        let mut runs = self
            .world
            .gate
            .proposals
            .iter()
            .filter_map(|proposal| proposal.run.as_ref());
        runs.any(|run| run.doubted)
    }
}

/// A proposal of a kind in a world without surprises, by a gate with these faults.
pub fn design(kind: Kind, faults: Faults) -> Design {
    Design {
        kind,
        terms: Terms { rules: RULES, faults },
        budget: Budget::default(),
        processes: PROCESSES,
        before: Facts::default(),
        snapshots: &[DRIFTED],
        behaviours: &[
            Behaviour::Works,
            Behaviour::Refuses,
            Behaviour::LosesDone,
            Behaviour::LosesNothing,
        ],
    }
}

/// Tries everything; says what was broken, what was reached, and how many states there are.
pub fn explore(design: Design) -> (BTreeSet<&'static str>, BTreeSet<&'static str>, usize) {
    let checker = design.checker().threads(2).spawn_bfs().join();
    let found: BTreeSet<&'static str> = checker.discoveries().into_keys().collect();
    let (reached, broken) = found.into_iter().partition(|name| name.starts_with('S'));
    (broken, reached, checker.unique_state_count())
}
