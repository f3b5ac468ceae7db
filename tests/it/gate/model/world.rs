//! The gate's machine in its world: people, processes that come and go, a clock, targets that change.

use super::faults::{Broken, Faults, Invariant};
use super::machine::{
    Author, End, Facts, Gate, Kind, Level, Person, Phase, Proposal, Record, Rules, Say, Text, Time,
};
use super::run::{ActKey, Answer, Image, Look, Next, STEPS, Seen, Status, Way};

/// How many processes there are.
pub const PROCESSES: usize = 2;

/// How many targets there are.
pub const TARGETS: usize = 4;

/// What somebody else writes into a target.
pub const FOREIGN: Image = Image::MAX;

#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct World {
    pub clock: Time,
    /// The latest time at which the gate found a proposal past its time, recorded or not.
    pub shown: Time,
    /// What the processes go by.
    pub gate: Gate,
    /// What a replay of the records gives.
    pub replayed: Gate,
    /// An older copy of the ledger.
    pub copy: Option<Box<Gate>>,
    pub cells: [Cell; TARGETS],
    pub processes: [Process; PROCESSES],
    /// What happened in truth, for each proposal.
    pub deeds: Vec<Deeds>,
    pub broken: Broken,
}

/// A target.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub struct Cell {
    /// Who wrote it; 0 for nobody.
    pub value: Image,
    pub sight: Sight,
}

#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub enum Sight {
    #[default]
    Clear,
    /// It cannot be seen whether an effect is there.
    Blind,
    /// To look fails.
    Down,
}

#[derive(Clone, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Process {
    /// The approvals that it holds, by proposal.
    pub hand: Vec<usize>,
    pub place: Place,
}

/// Where a process is. What it holds is gone when it ends.
#[derive(Clone, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Place {
    #[default]
    Idle,
    /// It has the lease, and asks to start. With the token alone, in a faulty gate.
    Leased(usize),
    /// Of a faulty gate: it has found that it may start, and will write it.
    Checked(usize, bool),
    /// What it found stale was recorded; the refusal is not.
    Refusing(usize),
    /// Between two calls.
    Running(usize),
    /// It looks at a target, before the intent.
    Looking(usize, ActKey),
    /// The intent is on record; the executor is called.
    Permitted(usize, ActKey),
    /// The executor has answered.
    Answered(usize, ActKey, Answer),
    /// Of a faulty gate: the executor has answered and nothing is on record.
    Unannounced(usize, ActKey, Answer),
    /// It looks whether there is an effect.
    Checking(usize, ActKey),
    /// It settles a doubt: the calls that are still to be looked at.
    Settling(usize, Vec<ActKey>),
}

/// What an executor does when it is called.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub enum Behaviour {
    #[default]
    Works,
    /// Says that nothing was done, truthfully.
    Refuses,
    /// Does it and loses the answer.
    LosesDone,
    /// Does nothing and loses the answer.
    LosesNothing,
    /// Does it and loses the answer, and the target cannot be seen from then on.
    Blinds,
    /// Panics before anything is done.
    Panics,
    /// Says that it is done, and did nothing.
    Lies,
}

/// What happened in truth with a proposal.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct Deeds {
    /// Once, or more often.
    pub starts: u8,
    pub authorised: bool,
    /// How often each call had its effect: once, or more often.
    pub effects: [u8; 2 * STEPS],
    /// The level and the quorum at which it was submitted.
    pub floor: (Level, usize),
}

/// Something that may happen.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub enum Move {
    /// The clock is set.
    Clock(Time),
    /// A snapshot with these facts is recorded.
    Review(Facts),
    EndKey(Person),
    Halt(bool),
    Freeze(bool),
    /// Somebody else writes a target.
    Write(usize, Image),
    /// A target can be seen, or not.
    Sight(usize, Sight),
    Submit(Kind, [usize; 2], Author),
    /// Somebody submits it anew in another form.
    Amend(usize, Author),
    /// What time has done to a proposal is recorded.
    Expire(usize),
    /// A signed text is handed in.
    Say(usize, Said),
    Withdraw(usize, Author),
    /// A process takes what it may execute.
    Take(usize, usize),
    /// A process asks to execute what it holds.
    Begin(usize, usize),
    /// A process goes on to its next place.
    Go(usize, Behaviour),
    /// An execution is dropped.
    Drop(usize),
    /// A process ends.
    Die(usize),
    /// A process finds what was started and nobody runs.
    Doubt(usize, usize),
    /// A process begins to settle a doubt.
    Settle(usize, usize),
    /// A refusal is recorded.
    Refuse,
    /// The ledger is copied, and later the copy is put in its place.
    Copy,
    Restore,
}

/// A signed text.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct Said {
    pub who: Person,
    pub say: Say,
    pub text: Text,
    /// Not by this person's key, or with a byte changed.
    pub forged: bool,
}

/// Why something does not happen.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Refusal {
    /// Somebody else is at it: come back.
    Busy,
    /// It is not permitted: this is recorded.
    Denied,
    /// It cannot even be asked.
    Senseless,
}

/// What something led to.
#[derive(Clone, Debug)]
pub struct Stepped {
    pub world: World,
    pub record: Option<Record>,
}

pub type Result<T> = std::result::Result<T, Refusal>;

/// By what rules, and with what faults.
#[derive(Clone, Copy, Debug)]
pub struct Terms {
    pub rules: Rules,
    pub faults: Faults,
}

/// What the step of a kind writes.
pub fn label(kind: Kind) -> Image {
    match kind {
        Kind::Note => 1,
        Kind::Tell => 2,
        Kind::Ask => 3,
        Kind::AskOneWay => 4,
        Kind::Hand => 5,
    }
}

impl World {
    pub fn new(gate: Gate) -> Self {
        Self {
            clock: gate.time,
            shown: gate.time,
            replayed: gate.clone(),
            gate,
            copy: None,
            cells: [Cell::default(); TARGETS],
            processes: std::array::from_fn(|_| Process::default()),
            deeds: Vec::new(),
            broken: Broken::default(),
        }
    }

    /// The time by which the gate goes: never before what is recorded.
    pub fn now(&self) -> Time {
        self.clock.max(self.gate.time)
    }

    /// Whether an invariant held on the way here, and holds.
    pub fn holds(&self, invariant: Invariant) -> bool {
        let is_replayed = invariant != Invariant::I10 || self.gate == self.replayed;
        is_replayed && !self.broken.has(invariant)
    }

    pub fn proposal(&self, id: usize) -> Result<&Proposal> {
        self.gate.proposals.get(id).ok_or(Refusal::Senseless)
    }

    /// Writes a record, and notices what it breaks.
    pub fn write(mut self, record: Record) -> Stepped {
        let at = self.now();
        self.witness(at, &record);
        self.gate.apply(at, &record);
        self.replayed.apply(at, &record);
        if let Record::Proposed(proposal) | Record::Superseded(_, proposal) = &record {
            self.deeds.push(Deeds {
                starts: 0,
                authorised: false,
                effects: [0; 2 * STEPS],
                floor: (proposal.level, self.gate.quorum),
            });
        }
        Stepped {
            world: self,
            record: Some(record),
        }
    }

    fn breaks(&mut self, invariant: Invariant, is_broken: bool) {
        if is_broken {
            self.broken.add(invariant);
        }
    }

    fn witness(&mut self, at: Time, record: &Record) {
        match record {
            Record::Started(id, _) => self.witness_start(at, *id),
            Record::Intent(_, act) => self.breaks(Invariant::I15, act.way == Way::Forth && self.gate.halted),
            Record::Finished(id, status) | Record::Reconciled(id, status) => {
                let stands = (0..STEPS).any(|step| self.stands(*id, step));
                let says_not = matches!(status, Status::RolledBack | Status::NotDone);
                self.breaks(Invariant::I7, says_not && stands);
            }
            _ => {}
        }
    }

    /// Whether the effect of a step is there, and is this proposal's.
    fn stands(&self, id: usize, step: usize) -> bool {
        let proposal = &self.gate.proposals[id];
        let effects = &self.deeds[id].effects;
        let done = effects[ActKey::forth(step).index()] > effects[ActKey::back(step).index()];
        done && self.cells[proposal.targets[step]].value == label(proposal.kind)
    }

    fn witness_start(&mut self, at: Time, id: usize) {
        let proposal = self.gate.proposals[id].clone();
        let authorised = match proposal.level {
            Level::L0 | Level::L1 => true,
            Level::L2 => self.gate.valid(id, Say::Approve, at).len() >= self.gate.quorum,
            Level::L3 => false,
        };
        let deeds = &mut self.deeds[id];
        deeds.starts = (deeds.starts + 1).min(2);
        deeds.authorised = authorised;
        let (starts, floor) = (deeds.starts, deeds.floor);
        self.breaks(Invariant::I2, at.max(self.shown) > proposal.ends);
        self.breaks(Invariant::I4, starts > 1);
        self.breaks(Invariant::I5, proposal.facts != self.gate.snapshot.facts);
        self.breaks(Invariant::I8, matches!(proposal.phase, Phase::Closed(_)));
        self.breaks(
            Invariant::I13,
            proposal.level < floor.0 || self.gate.quorum < floor.1,
        );
        self.breaks(Invariant::I15, self.gate.frozen || self.gate.halted);
    }

    /// An executor is called.
    pub fn act(&mut self, id: usize, key: ActKey, behaviour: Behaviour) -> Answer {
        use Behaviour::{Blinds, Lies, LosesDone, LosesNothing, Panics, Refuses, Works};
        if matches!(behaviour, Works | LosesDone | Blinds) {
            self.take_effect(id, key);
        }
        let target = self.gate.proposals[id].targets[key.step];
        if behaviour == Blinds {
            self.cells[target].sight = Sight::Blind;
        }
        match behaviour {
            Works | Lies => Answer::Done,
            Refuses => Answer::NotDone,
            LosesDone | LosesNothing | Blinds | Panics => Answer::Unknown,
        }
    }

    fn take_effect(&mut self, id: usize, key: ActKey) {
        let proposal = self.gate.proposals[id].clone();
        let effects = &mut self.deeds[id].effects[key.index()];
        let twice = *effects > 0;
        *effects = (*effects + 1).min(2);
        let run = proposal.run.as_ref();
        let deeds = self.deeds[id];
        self.breaks(Invariant::I1, !deeds.authorised);
        self.breaks(Invariant::I3, twice);
        self.breaks(
            Invariant::I6,
            proposal.level == Level::L1 && !run.is_some_and(|run| run.duty),
        );
        self.breaks(Invariant::I8, matches!(proposal.phase, Phase::Closed(_)));
        let announced = run.is_some_and(|run| run.act(key).is_some());
        self.breaks(Invariant::I9, deeds.starts == 0 || !announced);
        self.cells[proposal.targets[key.step]].value = match key.way {
            Way::Forth => label(proposal.kind),
            Way::Back => 0,
        };
    }

    /// What is seen of a step's target; nothing when to look fails.
    pub fn look(&self, id: usize, step: usize) -> Option<Look> {
        let proposal = &self.gate.proposals[id];
        let cell = self.cells[proposal.targets[step]];
        let seen = match (cell.sight, cell.value) {
            (Sight::Down, _) => return None,
            (Sight::Blind, _) => {
                return Some(Look {
                    seen: Seen::Unknown,
                    image: None,
                });
            }
            (Sight::Clear, FOREIGN) => Seen::Unknown,
            (Sight::Clear, value) if value == label(proposal.kind) => Seen::Present,
            (Sight::Clear, _) => Seen::Absent,
        };
        Some(Look {
            seen,
            image: Some(cell.value),
        })
    }

    /// The process that runs a proposal or settles it.
    pub fn holder(&self, id: usize) -> Option<usize> {
        self.processes
            .iter()
            .position(|process| process.place.leases() == Some(id))
    }

    pub fn next(&self, id: usize) -> Option<Next> {
        let proposal = &self.gate.proposals[id];
        if proposal.phase != Phase::Started {
            return None;
        }
        let run = proposal.run.as_ref()?;
        Some(run.next(|step| proposal.kind.has_undo(step)))
    }

    /// What a proposal is now, in the words of what waits or is over.
    pub fn word(&self, id: usize) -> Option<&'static str> {
        let proposal = &self.gate.proposals[id];
        match proposal.phase {
            Phase::Open if self.now() > proposal.ends => None,
            Phase::Open if self.is_approved(id) => Some("approved"),
            Phase::Open => Some("staged"),
            Phase::Started if proposal.run.as_ref().is_some_and(|run| run.doubted) => Some("in_doubt"),
            Phase::Started => Some("running"),
            Phase::Closed(_) => None,
        }
    }

    pub fn is_approved(&self, id: usize) -> bool {
        let enough = self.gate.valid(id, Say::Approve, self.now()).len() >= self.gate.quorum;
        self.gate.proposals[id].level == Level::L2 && enough
    }
}

impl Place {
    /// The proposal whose lease a process holds here.
    pub fn leases(&self) -> Option<usize> {
        match self {
            Self::Idle | Self::Refusing(_) => None,
            Self::Leased(id)
            | Self::Checked(id, _)
            | Self::Running(id)
            | Self::Looking(id, _)
            | Self::Permitted(id, _)
            | Self::Answered(id, ..)
            | Self::Unannounced(id, ..)
            | Self::Checking(id, _)
            | Self::Settling(id, _) => Some(*id),
        }
    }
}

impl End {
    pub fn word(self) -> &'static str {
        match self {
            Self::Declined => "declined",
            Self::Executed(status) => status.word(),
            Self::Expired => "expired",
            Self::HumanDid => "human_did",
            Self::Rejected => "rejected",
            Self::Superseded => "superseded",
            Self::Withdrawn => "withdrawn",
        }
    }
}

impl Status {
    pub fn word(self) -> &'static str {
        match self {
            Self::AcceptedAsIs => "accepted_as_is",
            Self::NotDone => "not_done",
            Self::RollbackConflict => "rollback_conflict",
            Self::RollbackFailed => "rollback_failed",
            Self::RolledBack => "rolled_back",
            Self::RolledBackUnverified => "rolled_back_unverified",
            Self::Succeeded => "succeeded",
        }
    }
}
