//! Random commands: what may sensibly be asked of the gate as the machine stands, and now and then what may not.

use proptest::prelude::*;
use proptest::sample::select;
use proptest::strategy::Union;
use proptest_state_machine::ReferenceStateMachine;

use super::commands::{Command, Form, Reference, STEPS_OF_TIME, Signing, What};
use super::machine::{Author, Facts, Kind, Level, PERSONS, Phase, Say, Time};
use super::ruling::{Edit, lasting};
use super::run::Way;
use super::world::{Behaviour, FOREIGN, PROCESSES, Place, Sight, TARGETS};

/// More proposals than this are not made in one walk.
const PROPOSALS: usize = 4;

type Choices = Vec<(u32, BoxedStrategy<What>)>;

impl ReferenceStateMachine for Reference {
    type State = Self;
    type Transition = Command;

    fn init_state() -> BoxedStrategy<Self> {
        Just(Self::new()).boxed()
    }

    fn transitions(state: &Self) -> BoxedStrategy<Command> {
        let mut choices = outside(state);
        choices.extend(ruled(state));
        choices.retain(|(weight, _)| *weight > 0);
        if state.world.gate.proposals.len() < PROPOSALS {
            choices.push((
                if state.world.gate.proposals.is_empty() {
                    60
                } else {
                    8
                },
                submits(state),
            ));
        }
        for id in 0..state.world.gate.proposals.len() {
            choices.extend(about(state, id));
        }
        for process in 0..PROCESSES {
            choices.extend(running(state, process));
        }
        Union::new_weighted(choices).prop_flat_map(crashing).boxed()
    }

    fn apply(state: Self, command: &Command) -> Self {
        state.perform(command).after
    }

    fn preconditions(state: &Self, command: &Command) -> bool {
        state.can(&command.what)
    }
}

/// Now and then a call is dropped, an execution more often.
fn crashing(what: What) -> BoxedStrategy<Command> {
    let crash = if !what.is_asked() {
        Just(None).boxed()
    } else if what.executes().is_some() {
        prop_oneof![4 => Just(None), 1 => (1usize..14).prop_map(Some)].boxed()
    } else {
        prop_oneof![30 => Just(None), 1 => (1usize..3).prop_map(Some)].boxed()
    };
    crash.prop_map(move |crash| Command { what, crash }).boxed()
}

impl What {
    /// Whether it is a call that somebody could drop.
    fn is_asked(self) -> bool {
        !matches!(
            self,
            Self::Advance(_)
                | Self::SetBack(_)
                | Self::Write(..)
                | Self::Sight(..)
                | Self::Behave(..)
                | Self::Rule(..)
                | Self::Kill(_)
        )
    }
}

impl Reference {
    fn can(&self, what: &What) -> bool {
        let (world, proposals) = (&self.world, &self.world.gate.proposals);
        let is_idle = |process: usize| world.processes[process].place == Place::Idle;
        match *what {
            What::Sign(process, id, signing) => id < proposals.len() && self.can_sign(process, id, signing),
            What::Amend(_, id, by) => {
                let fits = |proposal: &super::machine::Proposal| {
                    proposal.by == by || proposal.widened_by.is_none_or(|other| other == by)
                };
                proposals.get(id).is_some_and(fits)
            }
            What::Withdraw(_, id, _) | What::Take(_, id) | What::Resume(_, id) => id < proposals.len(),
            What::Execute(process, id, _) => is_idle(process) && world.processes[process].hand.contains(&id),
            What::Probe(process, id) => is_idle(process) && id < proposals.len(),
            What::Continue(process, _) => !is_idle(process),
            What::SetBack(by) => world.clock >= by,
            What::Halt(_) => !world.gate.halted,
            What::Rule(_, edit) => edit.fits(&world.gate),
            _ => true,
        }
    }

    fn can_sign(&self, process: usize, id: usize, signing: Signing) -> bool {
        let proposal = &self.world.gate.proposals[id];
        let has_kept = self.kept[id] == Some(process);
        let has_form = match signing.form {
            Form::Again => self.taken[id].is_some(),
            // An author may attest what they did.
            Form::Author(who) => {
                proposal.is_by(who) && who != signing.who && matches!(signing.say, Say::Approve | Say::Accept)
            }
            _ => true,
        };
        has_form && (!signing.kept || has_kept)
    }
}

fn process() -> BoxedStrategy<usize> {
    (0..PROCESSES).boxed()
}

fn steps_of_time() -> BoxedStrategy<Time> {
    let [shortest, short, long, longest] = STEPS_OF_TIME;
    prop_oneof![4 => Just(shortest), 3 => Just(short), 2 => Just(long), 1 => Just(longest)].boxed()
}

fn outside(state: &Reference) -> Choices {
    let facts = (
        prop_oneof![3 => Just(0u8), 1 => Just(1)],
        prop_oneof![12 => Just(0u8), 2 => Just(1), 1 => Just(2)],
    );
    let behaviours = prop_oneof![
        2 => Just(Behaviour::Works),
        3 => Just(Behaviour::Refuses),
        2 => Just(Behaviour::LosesDone),
        1 => Just(Behaviour::LosesNothing),
        1 => Just(Behaviour::Blinds),
        1 => Just(Behaviour::Panics),
        1 => Just(Behaviour::Lies),
    ];
    let ways = select(vec![Way::Forth, Way::Back]);
    let sights = prop_oneof![3 => Just(Sight::Clear), 1 => Just(Sight::Blind), 1 => Just(Sight::Down)];
    let same = state.world.gate.snapshot.facts;
    let proposals = &state.world.gate.proposals;
    let is_started = proposals.iter().any(|proposal| proposal.phase == Phase::Started);
    // What is left in doubt is often found late.
    let days = if is_started { 3 } else { 0 };
    let is_paused = state
        .world
        .processes
        .iter()
        .any(|process| process.place != Place::Idle);
    // Between two records of an execution somebody else may come.
    let others = if is_paused { 15 } else { 1 };
    vec![
        (days, Just(What::Advance(STEPS_OF_TIME[3])).boxed()),
        (4, steps_of_time().prop_map(What::Advance).boxed()),
        (1, steps_of_time().prop_map(What::SetBack).boxed()),
        (
            3,
            process()
                .prop_map(move |process| What::Review(process, same))
                .boxed(),
        ),
        (
            2,
            (process(), facts)
                .prop_map(|(process, (read, size))| What::Review(process, Facts { read, size }))
                .boxed(),
        ),
        (
            others,
            (0..TARGETS, prop_oneof![Just(0), Just(FOREIGN)])
                .prop_map(|(at, image)| What::Write(at, image))
                .boxed(),
        ),
        (
            others,
            (0..TARGETS, sights)
                .prop_map(|(at, sight)| What::Sight(at, sight))
                .boxed(),
        ),
        (
            12,
            (0..TARGETS, ways, behaviours)
                .prop_map(|(at, way, how)| What::Behave(at, way, how))
                .boxed(),
        ),
        (1, process().prop_map(What::Kill).boxed()),
    ]
}

/// Who stops everything, and who goes on; and who comes in between where something runs.
fn ruled(state: &Reference) -> Choices {
    let world = &state.world;
    let running = world
        .processes
        .iter()
        .filter_map(|process| process.place.leases());
    let first: Vec<usize> = running.map(|id| world.gate.proposals[id].targets[0]).collect();
    let people: Vec<_> = lasting(&world.gate).collect();
    let edits = [
        (20, vec![Edit::Lift]),
        (1, vec![Edit::Freeze(true)]),
        (20, vec![Edit::Freeze(false)]),
        (1, people.into_iter().map(Edit::Revoke).collect()),
    ];
    let mut choices: Choices = Vec::new();
    for (weight, mut edits) in edits {
        edits.retain(|edit| edit.fits(&world.gate));
        if !edits.is_empty() {
            let edits = (process(), select(edits)).prop_map(|(process, edit)| What::Rule(process, edit));
            choices.push((weight, edits.boxed()));
        }
    }
    if !world.gate.halted {
        let weight = if first.is_empty() { 1 } else { 2 };
        choices.push((weight, process().prop_map(What::Halt).boxed()));
    }
    if !first.is_empty() {
        let written = select(first).prop_map(|target| What::Write(target, FOREIGN));
        choices.push((5, written.boxed()));
    }
    choices
}

fn submits(state: &Reference) -> BoxedStrategy<What> {
    let service = Author::Service(state.world.gate.proposals.len());
    let kinds = prop_oneof![
        2 => Just(Kind::Note),
        2 => Just(Kind::Tell),
        6 => Just(Kind::Ask),
        2 => Just(Kind::AskOneWay),
        1 => Just(Kind::Hand),
    ];
    let pairs = select(vec![[0, 1], [1, 2], [2, 3], [3, 0]]);
    (process(), kinds, pairs, 0..2 * PERSONS)
        .prop_map(move |(process, kind, pair, who)| {
            // What a person submits without need of approval counts together with what they submitted before: tried elsewhere.
            let is_person = who < PERSONS && kind.level() == Level::L2;
            What::Submit(
                process,
                kind,
                pair,
                if is_person { Author::Person(who) } else { service },
            )
        })
        .boxed()
}

/// What is asked about a proposal, most of it what fits.
fn about(state: &Reference, id: usize) -> Choices {
    let proposal = &state.world.gate.proposals[id];
    let others = Author::Service(100 + state.world.gate.proposals.len());
    let by = proposal.by;
    let mut choices = vec![
        (
            2,
            process()
                .prop_map(move |process| What::Resume(process, id))
                .boxed(),
        ),
        (
            1,
            (process(), prop_oneof![Just(by), Just(others)])
                .prop_map(move |(process, who)| What::Withdraw(process, id, who))
                .boxed(),
        ),
    ];
    let sign = |weight, say: Vec<Say>| (weight, signings(state, id, say));
    match (proposal.phase, proposal.level) {
        (Phase::Open, level) => {
            choices.extend(match level {
                Level::L2 if state.world.is_approved(id) => {
                    vec![sign(1, vec![Say::Approve]), sign(1, vec![Say::Reject])]
                }
                Level::L2 => vec![sign(24, vec![Say::Approve]), sign(1, vec![Say::Reject])],
                Level::L3 => vec![sign(4, vec![Say::Did, Say::Declined])],
                _ => Vec::new(),
            });
            let is_ready = level < Level::L2 || state.world.is_approved(id);
            choices.push((
                if is_ready { 16 } else { 1 },
                process().prop_map(move |process| What::Take(process, id)).boxed(),
            ));
            if proposal.widened_by.is_none() && state.world.gate.proposals.len() < PROPOSALS {
                choices.push((1, amends(proposal.kind, others, by, id)));
            }
        }
        (Phase::Started, _) => {
            choices.push((
                8,
                process()
                    .prop_map(move |process| What::Probe(process, id))
                    .boxed(),
            ));
            choices.push(sign(12, vec![Say::Accept]));
        }
        (Phase::Closed(_), _) => choices.push(sign(1, vec![Say::Approve, Say::Reject])),
    }
    choices
}

fn amends(kind: Kind, service: Author, by: Author, id: usize) -> BoxedStrategy<What> {
    let authors = if kind.level() == Level::L2 {
        vec![service, by, Author::Person(0), Author::Person(3)]
    } else {
        vec![service, by]
    };
    (process(), select(authors))
        .prop_map(move |(process, by)| What::Amend(process, id, by))
        .boxed()
}

fn signings(state: &Reference, id: usize, says: Vec<Say>) -> BoxedStrategy<What> {
    let author = match state.world.gate.proposals[id].by {
        Author::Person(who) => Form::Author(who),
        Author::Service(_) => Form::WrongKey,
    };
    let again = if state.taken[id].is_some() {
        Form::Again
    } else {
        Form::Altered
    };
    let form = prop_oneof![14 => Just(Form::Right), 1 => Just(Form::WrongKey), 1 => Just(Form::Altered), 1 => Just(author), 1 => Just(again)];
    let holder = state.kept[id];
    (process(), 0..PERSONS, select(says), form, 0..4)
        .prop_map(move |(process, who, say, form, kept)| {
            let keeps = holder.filter(|_| kept == 0 && matches!(say, Say::Approve | Say::Reject));
            let signing = Signing {
                who,
                say,
                form,
                kept: keeps.is_some(),
            };
            What::Sign(keeps.unwrap_or(process), id, signing)
        })
        .boxed()
}

/// What a process does with what it holds.
fn running(state: &Reference, process: usize) -> Choices {
    let own = &state.world.processes[process];
    let pause = prop_oneof![3 => Just(None), 2 => (1usize..10).prop_map(Some)];
    if own.place != Place::Idle {
        return vec![
            (
                30,
                pause
                    .prop_map(move |pause| What::Continue(process, pause))
                    .boxed(),
            ),
            (3, Just(What::Kill(process)).boxed()),
        ];
    }
    if own.hand.is_empty() {
        return Vec::new();
    }
    let held = select(own.hand.clone());
    vec![(
        30,
        (held, pause)
            .prop_map(move |(id, pause)| What::Execute(process, id, pause))
            .boxed(),
    )]
}
