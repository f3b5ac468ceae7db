//! What the ledger holds of the gate, as the design has it: pure, small enough to try every state, and written without a look
//! at the gate's own code. The checker and the commands for the real gate share it.

use super::run::{Act, ActKey, Answer, Left, Look, Run, Seen, Status};

/// Minutes, or in the checker ticks.
pub type Time = i32;

/// What never comes.
pub const NEVER: Time = Time::MAX;

/// What people demand of every change.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct Rules {
    /// How long a decision holds.
    pub decision: Time,
    /// How long a proposal lives.
    pub life: Time,
    /// A snapshot not older than this allows level 0.
    pub fresh: Time,
    /// A snapshot not older than this allows level 1.
    pub recent: Time,
}

#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Level {
    L0,
    L1,
    L2,
    L3,
}

/// What is proposed.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Kind {
    /// Level 0 by itself.
    Note,
    /// Level 1 by itself.
    Tell,
    /// Level 2 by itself.
    Ask,
    /// Level 2, and its first step has no way back.
    AskOneWay,
    /// Level 3 by itself.
    Hand,
}

impl Kind {
    pub fn level(self) -> Level {
        match self {
            Self::Note => Level::L0,
            Self::Tell => Level::L1,
            Self::Ask | Self::AskOneWay => Level::L2,
            Self::Hand => Level::L3,
        }
    }

    pub fn has_undo(self, step: usize) -> bool {
        !(self == Self::AskOneWay && step == 0)
    }
}

/// What a snapshot says that changes rest on.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub struct Facts {
    /// The fact that every change reads.
    pub read: u8,
    /// How many things depend on each target: nothing, a few, very many.
    pub size: u8,
}

impl Facts {
    fn level(self) -> Level {
        match self.size {
            0 => Level::L0,
            1 => Level::L1,
            _ => Level::L3,
        }
    }
}

#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct Snapshot {
    pub facts: Facts,
    pub taken: Time,
}

/// Persons by number: all are in the register until their key ends. Others may propose.
pub type Person = usize;
pub const PERSONS: usize = 4;

#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Author {
    /// A program that is like nobody in the register.
    Service(usize),
    Person(Person),
}

/// A fold over the records.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct Gate {
    /// The latest time of a record.
    pub time: Time,
    pub snapshot: Snapshot,
    /// Until when the key of each person may sign.
    pub key_ends: [Time; PERSONS],
    pub halted: bool,
    pub frozen: bool,
    /// Distinct persons who must approve at level 2.
    pub quorum: usize,
    pub proposals: Vec<Proposal>,
}

#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct Proposal {
    pub kind: Kind,
    /// The places of its steps.
    pub targets: [usize; 2],
    pub by: Author,
    /// Who wrote it in this form, where that is another.
    pub widened_by: Option<Author>,
    pub level: Level,
    pub facts: Facts,
    /// How often what it rests on changed: a text names it.
    pub revision: u8,
    pub ends: Time,
    pub votes: Vec<Vote>,
    pub phase: Phase,
    pub run: Option<Run>,
    /// Of a faulty gate: it was approved at some time, and that is believed.
    pub believed: bool,
}

#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Vote {
    pub say: Say,
    pub who: Person,
    pub text: Text,
    pub until: Time,
}

/// What a signed text names.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Text {
    pub proposal: usize,
    pub revision: u8,
}

#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Say {
    Accept,
    Approve,
    Declined,
    Did,
    Reject,
}

#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Phase {
    Open,
    Started,
    Closed(End),
}

#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum End {
    Declined,
    Executed(Status),
    Expired,
    HumanDid,
    Rejected,
    Superseded,
    Withdrawn,
}

/// What is written.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Record {
    Decided(usize, Vote),
    Attested(usize, Vote),
    Done(usize, ActKey, Answer),
    Doubt(usize),
    ExpiredProposal(usize),
    ExpiredVotes(usize),
    Finished(usize, Status),
    Frozen(bool),
    Halted(bool),
    Intent(usize, ActKey),
    KeyEnded(Person),
    Left(usize, usize, Left),
    Probed(usize, ActKey, Seen),
    Proposed(Box<Proposal>),
    Reconciled(usize, Status),
    Refused,
    Snapshot(Snapshot),
    Stale(usize, Facts, Level),
    Started(usize, bool),
    Superseded(usize, Box<Proposal>),
    UndoBegun(usize),
    Verified(usize, ActKey, Look),
    Withdrawn(usize),
}

impl Gate {
    pub fn new(quorum: usize, snapshot: Snapshot, key_ends: [Time; PERSONS]) -> Self {
        Self {
            time: snapshot.taken,
            snapshot,
            key_ends,
            halted: false,
            frozen: false,
            quorum,
            proposals: Vec::new(),
        }
    }

    /// The level of a change now. An area or an action raises it, the reach does, and so do old data.
    pub fn level(&self, kind: Kind, at: Time, rules: &Rules) -> Level {
        let age = at - self.snapshot.taken;
        let by_age = if age < 0 || age > rules.recent {
            Level::L2
        } else if age > rules.fresh {
            Level::L1
        } else {
            Level::L0
        };
        kind.level().max(self.snapshot.facts.level()).max(by_age)
    }

    /// Who could approve what somebody proposes.
    pub fn electorate(&self, proposal: &Proposal, at: Time) -> usize {
        (0..PERSONS)
            .filter(|who| !proposal.is_by(*who) && at < self.key_ends[*who])
            .count()
    }

    /// Another proposal that runs on one of the targets.
    pub fn is_target_held(&self, id: usize) -> bool {
        let own = self.proposals[id].targets;
        let running = |other: &Proposal| other.phase == Phase::Started;
        (0..self.proposals.len())
            .filter(|other| *other != id)
            .map(|other| &self.proposals[other])
            .any(|other| running(other) && other.targets.iter().any(|target| own.contains(target)))
    }

    /// Takes in a record.
    pub fn apply(&mut self, at: Time, record: &Record) {
        self.time = self.time.max(at);
        match record {
            Record::Frozen(on) => self.frozen = *on,
            Record::Halted(on) => self.halted = *on,
            Record::KeyEnded(who) => self.key_ends[*who] = self.key_ends[*who].min(at),
            Record::Snapshot(snapshot) => self.snapshot = *snapshot,
            Record::Proposed(proposal) => self.proposals.push(Proposal::clone(proposal)),
            Record::Superseded(id, next) => {
                self.proposals[*id].phase = Phase::Closed(End::Superseded);
                self.proposals.push(Proposal::clone(next));
            }
            Record::Refused => {}
            Record::Decided(id, vote) => self.decided(*id, *vote, at),
            Record::Attested(id, vote) => {
                let did = vote.say == Say::Did;
                self.proposals[*id].votes.push(*vote);
                self.proposals[*id].phase = Phase::Closed(if did { End::HumanDid } else { End::Declined });
            }
            Record::ExpiredProposal(id) => self.proposals[*id].phase = Phase::Closed(End::Expired),
            Record::ExpiredVotes(id) => self.proposals[*id].votes.retain(|vote| at <= vote.until),
            Record::Withdrawn(id) => self.proposals[*id].phase = Phase::Closed(End::Withdrawn),
            Record::Stale(id, facts, level) => {
                let proposal = &mut self.proposals[*id];
                proposal.facts = *facts;
                proposal.level = *level;
                proposal.revision += 1;
                proposal.votes.clear();
            }
            Record::Started(id, duty) => {
                let proposal = &mut self.proposals[*id];
                proposal.phase = Phase::Started;
                proposal.run = Some(Run::new(*duty));
            }
            Record::Intent(id, ..)
            | Record::Done(id, ..)
            | Record::Probed(id, ..)
            | Record::Verified(id, ..)
            | Record::UndoBegun(id)
            | Record::Left(id, ..)
            | Record::Doubt(id)
            | Record::Finished(id, _)
            | Record::Reconciled(id, _) => self.ran(*id, record),
        }
    }

    fn decided(&mut self, id: usize, vote: Vote, at: Time) {
        self.proposals[id].votes.push(vote);
        match vote.say {
            Say::Reject => self.proposals[id].phase = Phase::Closed(End::Rejected),
            Say::Accept => {
                let is_asked = self.proposals[id].level == Level::L2;
                let needed = if is_asked { self.quorum } else { 1 };
                if self.valid(id, Say::Accept, at).len() >= needed {
                    self.end(id, Status::AcceptedAsIs);
                }
            }
            _ => {}
        }
    }

    fn ran(&mut self, id: usize, record: &Record) {
        match record {
            Record::Finished(_, status) | Record::Reconciled(_, status) => return self.end(id, *status),
            _ => {}
        }
        let Some(run) = self.proposals[id].run.as_mut() else {
            return;
        };
        match record {
            Record::Intent(_, act) => run.acts[act.index()] = Some(Act::default()),
            Record::Done(_, act, answer) => run.act_mut(*act).answer = Some(*answer),
            Record::Probed(_, act, seen) => run.act_mut(*act).probed = Some(*seen),
            Record::Verified(_, act, look) => run.act_mut(*act).after = Some(*look),
            Record::UndoBegun(_) => run.undoing = true,
            Record::Left(_, step, why) => run.left[*step] = Some(*why),
            Record::Doubt(_) => run.doubted = true,
            _ => {}
        }
    }

    fn end(&mut self, id: usize, status: Status) {
        self.proposals[id].phase = Phase::Closed(End::Executed(status));
    }

    /// The votes that count: of one kind, about this text, not past their time, by a key in force, one a person.
    pub fn valid(&self, id: usize, say: Say, at: Time) -> Vec<Person> {
        let proposal = &self.proposals[id];
        let mut persons = Vec::new();
        for vote in &proposal.votes {
            let names_it = vote.text == proposal.text(id);
            let in_force = at <= vote.until && at < self.key_ends[vote.who];
            let is_other = !proposal.is_by(vote.who);
            if vote.say == say && names_it && in_force && is_other && !persons.contains(&vote.who) {
                persons.push(vote.who);
            }
        }
        persons
    }
}

impl Proposal {
    /// Whether a person wrote it.
    pub fn is_by(&self, who: Person) -> bool {
        let who = Author::Person(who);
        self.by == who || self.widened_by == Some(who)
    }

    /// What a text about it names now.
    pub fn text(&self, id: usize) -> Text {
        Text {
            proposal: id,
            revision: self.revision,
        }
    }
}
