//! What a host asks of the gate, as sequences of the machine's moves; and what should come of it. The real gate is held to
//! this, record by record.

use super::faults::Faults;
use super::machine::{
    Author, Facts, Gate, Kind, Level, NEVER, Person, Phase, Record, Rules, Say, Snapshot, Time,
};
use super::ruling::Edit;
use super::run::{ActKey, Image, Way};
use super::world::{Behaviour, Move, Place, Refusal, Said, Sight, TARGETS, Terms, World};

/// One thing that a host asks, or that happens outside.
#[derive(Clone, Debug)]
pub struct Command {
    pub what: What,
    /// After so many records, the last of which is durable and not yet known to the one who asked, the call is dropped.
    pub crash: Option<usize>,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum What {
    Advance(Time),
    SetBack(Time),
    Review(usize, Facts),
    Write(usize, Image),
    Sight(usize, Sight),
    Behave(usize, Way, Behaviour),
    Submit(usize, Kind, [usize; 2], Author),
    Amend(usize, usize, Author),
    Sign(usize, usize, Signing),
    Withdraw(usize, usize, Author),
    /// Takes what may be executed, and keeps it.
    Take(usize, usize),
    /// Executes what was taken, and stops for a while at a place inside the executor.
    Execute(usize, usize, Option<usize>),
    Continue(usize, Option<usize>),
    Resume(usize, usize),
    Probe(usize, usize),
    /// Somebody stops everything.
    Halt(usize),
    /// The rules are changed.
    Rule(usize, Edit),
    /// The process ends, and another one begins in its place.
    Kill(usize),
}

/// A person drafts a text, signs it, and it is handed in.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Signing {
    pub who: Person,
    pub say: Say,
    pub form: Form,
    /// Drafted and handed in by a value that was kept since it was submitted.
    pub kept: bool,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Form {
    Right,
    /// Signed by somebody else's key.
    WrongKey,
    /// Of another change, rightly signed.
    Altered,
    /// Drafted for another, and signed by an author.
    Author(Person),
    /// The last text that was taken, once more.
    Again,
}

/// The machine, and what is arranged for it.
#[derive(Clone, Debug)]
pub struct Reference {
    pub world: World,
    pub terms: Terms,
    /// How the executor behaves at each target, forth and back.
    pub behaviours: [[Behaviour; 2]; TARGETS],
    /// What the last text that was taken says, for each proposal.
    pub taken: Vec<Option<Say>>,
    /// The process that keeps the value that it got when it submitted, for each proposal of level 2.
    pub kept: Vec<Option<usize>>,
}

/// What comes of a command.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Outcome {
    /// It was done, and the proposal is then so.
    Done(&'static str),
    /// It is refused: denied, stale, expired, consumed.
    Refused,
    Busy,
    /// There is no such method on the value that the gate gives.
    NoWay,
    /// It stopped inside the executor.
    Paused,
    /// It was dropped.
    Crashed,
}

/// A command, worked out.
#[derive(Clone, Debug)]
pub struct Performed {
    pub after: Reference,
    pub outcome: Outcome,
    /// What is recorded, and the world after each record.
    pub records: Vec<(Record, World)>,
}

/// Why a script ends early.
enum Stop {
    Refused(Refusal),
    Crashed,
}

type Result<T> = std::result::Result<T, Stop>;

/// A command on its way through the machine.
struct Script {
    now: Reference,
    crash: Option<usize>,
    records: Vec<(Record, World)>,
}

/// Carol's key ends then. No sum of the steps of the clock is equal to it, or to any other border.
pub const CAROL_ENDS: Time = 1_000;

/// By what the clock may move, in minutes.
pub const STEPS_OF_TIME: [Time; 4] = [35, 140, 770, 1_505];

impl Reference {
    pub fn new() -> Self {
        let snapshot = Snapshot {
            facts: Facts::default(),
            taken: 0,
        };
        Self {
            world: World::new(Gate::new(2, snapshot, [NEVER, NEVER, CAROL_ENDS, NEVER])),
            terms: Terms {
                rules: Rules {
                    decision: 24 * 60,
                    life: 48 * 60,
                    fresh: 60,
                    recent: 24 * 60,
                },
                faults: Faults::default(),
            },
            behaviours: [[Behaviour::Works; 2]; TARGETS],
            taken: Vec::new(),
            kept: Vec::new(),
        }
    }

    /// What a host gets when it asks what a proposal is.
    pub fn word(&self, id: usize) -> &'static str {
        let proposal = &self.world.gate.proposals[id];
        match proposal.phase {
            Phase::Closed(end) => end.word(),
            Phase::Started => self.world.word(id).unwrap_or_default(),
            Phase::Open if self.world.is_approved(id) => "approved",
            Phase::Open => proposal.level.word(),
        }
    }

    pub fn behaviour(&self, id: usize, key: ActKey) -> Behaviour {
        let target = self.world.gate.proposals[id].targets[key.step];
        self.behaviours[target][usize::from(key.way == Way::Back)]
    }

    pub fn perform(&self, command: &Command) -> Performed {
        let mut script = Script {
            now: self.clone(),
            crash: command.crash,
            records: Vec::new(),
        };
        let outcome = match script.run(&command.what) {
            Ok(outcome) => outcome,
            Err(Stop::Crashed) => Outcome::Crashed,
            Err(Stop::Refused(Refusal::Busy)) => Outcome::Busy,
            Err(Stop::Refused(Refusal::Denied)) => Outcome::Refused,
            Err(Stop::Refused(Refusal::Senseless)) => Outcome::NoWay,
        };
        if outcome == Outcome::Crashed
            && let Some(process) = command.what.executes()
        {
            script.now.world = script
                .now
                .world
                .step(&self.terms, &Move::Drop(process))
                .map_or_else(|_| self.world.clone(), |stepped| stepped.world);
        }
        Performed {
            after: script.now,
            outcome,
            records: script.records,
        }
    }
}

impl Level {
    pub fn word(self) -> &'static str {
        match self {
            Self::L0 => "L0",
            Self::L1 => "L1",
            Self::L2 => "L2",
            Self::L3 => "L3",
        }
    }
}

impl What {
    /// The process that is asked.
    pub fn process(self) -> Option<usize> {
        match self {
            Self::Advance(_) | Self::SetBack(_) | Self::Write(..) | Self::Sight(..) | Self::Behave(..) => {
                None
            }
            Self::Review(process, _)
            | Self::Submit(process, ..)
            | Self::Amend(process, ..)
            | Self::Sign(process, ..)
            | Self::Withdraw(process, ..)
            | Self::Take(process, _)
            | Self::Execute(process, ..)
            | Self::Continue(process, _)
            | Self::Resume(process, _)
            | Self::Probe(process, _)
            | Self::Halt(process)
            | Self::Rule(process, _)
            | Self::Kill(process) => Some(process),
        }
    }

    /// The process whose execution, or settling, it is.
    pub fn executes(self) -> Option<usize> {
        match self {
            Self::Execute(process, ..) | Self::Continue(process, _) | Self::Probe(process, _) => {
                Some(process)
            }
            _ => None,
        }
    }
}

impl Script {
    fn make(&mut self, step: &Move) -> Result<Option<Record>> {
        let stepped = self
            .now
            .world
            .step(&self.now.terms, step)
            .map_err(Stop::Refused)?;
        self.now.world = stepped.world;
        let proposals = self.now.world.gate.proposals.len();
        self.now.taken.resize(proposals, None);
        self.now.kept.resize(proposals, None);
        if let Some(record) = &stepped.record {
            self.records.push((record.clone(), self.now.world.clone()));
            if self.crash == Some(self.records.len()) {
                return Err(Stop::Crashed);
            }
        }
        Ok(stepped.record)
    }

    /// Makes a move; a denial is recorded.
    fn ask(&mut self, step: &Move) -> Result<Option<Record>> {
        match self.make(step) {
            Err(Stop::Refused(Refusal::Denied)) => {
                self.make(&Move::Refuse)?;
                Err(Stop::Refused(Refusal::Denied))
            }
            other => other,
        }
    }

    fn run(&mut self, what: &What) -> Result<Outcome> {
        match *what {
            What::Advance(by) => self.outside(&Move::Clock(self.now.world.clock + by)),
            What::SetBack(by) => self.outside(&Move::Clock(self.now.world.clock - by)),
            What::Review(_, facts) => self.outside(&Move::Review(facts)),
            What::Write(target, image) => self.outside(&Move::Write(target, image)),
            What::Sight(target, sight) => self.outside(&Move::Sight(target, sight)),
            What::Behave(target, way, behaviour) => {
                self.now.behaviours[target][usize::from(way == Way::Back)] = behaviour;
                Ok(Outcome::Done(""))
            }
            What::Submit(process, kind, targets, by) => {
                self.ask(&Move::Submit(kind, targets, by))?;
                Ok(self.proposed(process))
            }
            What::Amend(process, id, by) => {
                self.make(&Move::Expire(id))?;
                self.ask(&Move::Amend(id, by))?;
                Ok(self.proposed(process))
            }
            What::Sign(process, id, signing) => self.sign(process, id, signing),
            What::Withdraw(process, id, by) => {
                let found = self.resume(process, id)?;
                if !found.starts_with('L') {
                    return Ok(Outcome::NoWay);
                }
                self.ask(&Move::Withdraw(id, by))?;
                Ok(self.done(id))
            }
            What::Take(process, id) => {
                let found = self.resume(process, id)?;
                if !matches!(found, "approved" | "L0" | "L1") {
                    return Ok(Outcome::NoWay);
                }
                self.make(&Move::Take(process, id))?;
                Ok(self.done(id))
            }
            What::Execute(process, id, pause) => self.execute(process, id, pause),
            What::Continue(process, pause) => {
                let id = self
                    .place(process)
                    .leases()
                    .ok_or(Stop::Refused(Refusal::Senseless))?;
                self.go(process, id)?;
                self.go_on(process, id, pause)
            }
            What::Resume(process, id) => Ok(Outcome::Done(self.resume(process, id)?)),
            What::Probe(process, id) => self.probe(process, id),
            What::Halt(_) => self.outside(&Move::Halt(true)),
            What::Rule(_, edit) => self.outside(&edit.step()),
            What::Kill(process) => {
                let kept = self.now.kept.iter_mut().filter(|kept| **kept == Some(process));
                kept.for_each(|kept| *kept = None);
                self.outside(&Move::Die(process))
            }
        }
    }

    fn outside(&mut self, step: &Move) -> Result<Outcome> {
        self.make(step)?;
        Ok(Outcome::Done(""))
    }

    /// What is given for a new proposal; where people decide it is kept.
    fn proposed(&mut self, process: usize) -> Outcome {
        let id = self.now.world.gate.proposals.len() - 1;
        let word = self.now.word(id);
        if word == "L2" {
            self.now.kept[id] = Some(process);
        }
        Outcome::Done(word)
    }

    fn done(&self, id: usize) -> Outcome {
        Outcome::Done(self.now.word(id))
    }

    fn place(&self, process: usize) -> &Place {
        &self.now.world.processes[process].place
    }

    /// What the gate says of a proposal, and records on seeing it.
    fn resume(&mut self, process: usize, id: usize) -> Result<&'static str> {
        self.make(&Move::Expire(id))?;
        self.make(&Move::Doubt(process, id))?;
        Ok(self.now.word(id))
    }

    fn sign(&mut self, process: usize, id: usize, signing: Signing) -> Result<Outcome> {
        let Signing { who, say, form, kept } = signing;
        let found = if kept { "L2" } else { self.resume(process, id)? };
        if kept {
            self.now.kept[id] = None;
        }
        let again = if form == Form::Again {
            self.now.taken[id]
        } else {
            None
        };
        let handed = again.unwrap_or(say);
        let has_way = match found {
            "L2" => form == Form::Again || matches!(say, Say::Approve | Say::Reject),
            "L3" => form == Form::Again || matches!(say, Say::Did | Say::Declined),
            // An objection is a rejection, or nothing.
            "approved" => handed == Say::Reject,
            "in_doubt" => form == Form::Again || say == Say::Accept,
            _ => false,
        };
        if !has_way {
            return Ok(Outcome::NoWay);
        }
        if form != Form::Again && !self.can_draft(id, who, say) {
            return Ok(Outcome::Refused);
        }
        self.make(&Move::Expire(id))?;
        let said = Said {
            who,
            say,
            text: self.now.world.gate.proposals[id].text(id),
            forged: form != Form::Right,
        };
        self.ask(&Move::Say(id, said))?;
        self.now.taken[id] = Some(say);
        Ok(self.done(id))
    }

    /// Whether the gate gives the text.
    fn can_draft(&self, id: usize, who: Person, say: Say) -> bool {
        let (world, proposal) = (&self.now.world, &self.now.world.gate.proposals[id]);
        let attests = matches!(say, Say::Did | Say::Declined);
        let in_time = say == Say::Accept || world.now() <= proposal.ends;
        let may = attests || !proposal.is_by(who);
        may && in_time && world.now() < world.gate.key_ends[who]
    }

    fn execute(&mut self, process: usize, id: usize, pause: Option<usize>) -> Result<Outcome> {
        let hand = &mut self.now.world.processes[process].hand;
        let held = hand.clone();
        hand.retain(|other| *other != id);
        if self.make(&Move::Expire(id))?.is_some() {
            return Ok(Outcome::Refused);
        }
        self.now.world.processes[process].hand = held;
        if let Err(stop) = self.make(&Move::Begin(process, id)) {
            self.now.world.processes[process]
                .hand
                .retain(|other| *other != id);
            return Err(stop);
        }
        let asked = self.make(&Move::Go(process, Behaviour::Works))?;
        match (asked, self.place(process)) {
            (None, Place::Idle) => return Ok(Outcome::Busy),
            (Some(_), Place::Idle) => return Ok(Outcome::Refused),
            (Some(_), Place::Refusing(_)) => {
                self.make(&Move::Go(process, Behaviour::Works))?;
                return Ok(Outcome::Refused);
            }
            _ => {}
        }
        self.go_on(process, id, pause)
    }

    /// Until it is over, or the executor was entered so often.
    fn go_on(&mut self, process: usize, id: usize, pause: Option<usize>) -> Result<Outcome> {
        let mut passed = 0;
        loop {
            let is_place = match self.place(process) {
                Place::Idle => return Ok(self.done(id)),
                Place::Looking(..) | Place::Permitted(..) | Place::Checking(..) => true,
                // Who panics does not come to the end of the call.
                Place::Answered(_, key, _) => self.now.behaviour(id, *key) != Behaviour::Panics,
                _ => false,
            };
            passed += usize::from(is_place);
            if is_place && Some(passed) == pause {
                return Ok(Outcome::Paused);
            }
            self.go(process, id)?;
        }
    }

    fn go(&mut self, process: usize, id: usize) -> Result<()> {
        let behaviour = match self.place(process) {
            Place::Permitted(_, key) => self.now.behaviour(id, *key),
            _ => Behaviour::Works,
        };
        self.make(&Move::Go(process, behaviour)).map(|_| ())
    }

    fn probe(&mut self, process: usize, id: usize) -> Result<Outcome> {
        if self.resume(process, id)? != "in_doubt" {
            return Ok(Outcome::NoWay);
        }
        self.make(&Move::Settle(process, id))?;
        while *self.place(process) != Place::Idle {
            self.make(&Move::Go(process, Behaviour::Works))?;
        }
        Ok(self.done(id))
    }
}
