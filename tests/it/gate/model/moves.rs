//! The transitions: what may happen, what it leaves on record, and where a faulty gate errs.

use super::faults::Invariant;
use super::machine::{Author, Facts, Kind, Level, Person, Phase, Proposal, Record, Say, Snapshot, Vote};
use super::world::{Move, Place, Refusal, Result, Said, Stepped, Terms, World};

impl World {
    /// The one transition function.
    pub fn step(&self, terms: &Terms, step: &Move) -> Result<Stepped> {
        let world = self.clone();
        match step {
            Move::Clock(time) => Ok(world.with(|world| world.clock = *time)),
            Move::Write(target, image) => Ok(world.with(|world| world.cells[*target].value = *image)),
            Move::Sight(target, sight) => Ok(world.with(|world| world.cells[*target].sight = *sight)),
            Move::Review(facts) => Ok(world.review(*facts)),
            Move::EndKey(who) => Ok(world.write(Record::KeyEnded(*who))),
            Move::Halt(on) => Ok(world.write(Record::Halted(*on))),
            Move::Freeze(on) => Ok(world.write(Record::Frozen(*on))),
            Move::Refuse => Ok(world.write(Record::Refused)),
            Move::Submit(kind, targets, by) => world.submit(terms, *kind, *targets, *by),
            Move::Amend(id, by) => world.amend(terms, *id, *by),
            Move::Expire(id) => world.expire(terms, *id),
            Move::Say(id, said) => world.say(terms, *id, said),
            Move::Withdraw(id, by) => world.withdraw(*id, *by),
            Move::Take(process, id) => world.take(terms, *process, *id),
            Move::Begin(process, id) => world.begin(terms, *process, *id),
            Move::Go(process, behaviour) => world.go(terms, *process, *behaviour),
            Move::Drop(process) => Ok(world.drop_execution(terms, *process)),
            Move::Die(process) => {
                let mut died = world.drop_execution(terms, *process);
                died.world.processes[*process].hand.clear();
                Ok(died)
            }
            Move::Doubt(process, id) => world.doubt(terms, *process, *id),
            Move::Settle(process, id) => world.settle(terms, *process, *id),
            Move::Copy => Ok(world.with(|world| world.copy = Some(Box::new(world.gate.clone())))),
            Move::Restore => world.restore(terms),
        }
    }

    fn with(mut self, change: impl FnOnce(&mut Self)) -> Stepped {
        change(&mut self);
        Stepped {
            world: self,
            record: None,
        }
    }

    fn review(self, facts: Facts) -> Stepped {
        let taken = self.now();
        self.write(Record::Snapshot(Snapshot { facts, taken }))
    }

    fn proposed(&self, terms: &Terms, kind: Kind, targets: [usize; 2], by: Author) -> Proposal {
        let at = self.now();
        let level = self.gate.level(kind, at, &terms.rules);
        let is_stopped = self.gate.halted || self.gate.frozen;
        Proposal {
            kind,
            targets,
            by,
            widened_by: None,
            // Whoever goes on when everything is to stop is asked why.
            level: if is_stopped { level.max(Level::L2) } else { level },
            facts: self.gate.snapshot.facts,
            revision: 0,
            ends: at + terms.rules.life,
            votes: Vec::new(),
            phase: Phase::Open,
            run: None,
            believed: false,
        }
    }

    /// Enough others can approve it.
    fn check_satisfiable(&self, proposal: &Proposal) -> Result<()> {
        let is_asked = proposal.level == Level::L2;
        if is_asked && self.gate.electorate(proposal, self.now()) < self.gate.quorum {
            return Err(Refusal::Denied);
        }
        Ok(())
    }

    fn submit(self, terms: &Terms, kind: Kind, targets: [usize; 2], by: Author) -> Result<Stepped> {
        let proposal = self.proposed(terms, kind, targets, by);
        self.check_satisfiable(&proposal)?;
        Ok(self.write(Record::Proposed(Box::new(proposal))))
    }

    fn amend(self, terms: &Terms, id: usize, by: Author) -> Result<Stepped> {
        let old = self.proposal(id)?.clone();
        if old.phase != Phase::Open || self.now() > old.ends {
            return Err(Refusal::Denied);
        }
        let mut next = self.proposed(terms, old.kind, old.targets, old.by);
        next.widened_by = old.widened_by.or((by != old.by).then_some(by));
        if next.widened_by.is_some_and(|other| other != by && old.by != by) {
            // One further author is all that the model counts.
            return Err(Refusal::Senseless);
        }
        self.check_satisfiable(&next)?;
        if terms.faults.votes_kept {
            next.votes = old.votes;
        }
        Ok(self.write(Record::Superseded(id, Box::new(next))))
    }

    /// What time has done to a proposal that waits: its own end, or that of votes.
    fn expire(mut self, terms: &Terms, id: usize) -> Result<Stepped> {
        let (now, proposal) = (self.now(), self.proposal(id)?);
        let is_open = proposal.phase == Phase::Open;
        let is_over = now > proposal.ends;
        let votes_over = proposal.votes.iter().any(|vote| now > vote.until);
        if is_open && is_over {
            self.shown = self.shown.max(now);
        }
        if !is_open || terms.faults.expiry_forgotten || terms.faults.no_expiry {
            return Ok(self.with(|_| {}));
        }
        Ok(if is_over {
            self.write(Record::ExpiredProposal(id))
        } else if votes_over {
            self.write(Record::ExpiredVotes(id))
        } else {
            self.with(|_| {})
        })
    }

    fn say(self, terms: &Terms, id: usize, said: &Said) -> Result<Stepped> {
        let (now, proposal) = (self.now(), self.proposal(id)?);
        let faults = &terms.faults;
        let attests = matches!(said.say, Say::Did | Say::Declined);
        let is_self = proposal.is_by(said.who) && !attests && !faults.self_vote;
        let names_other = said.text != proposal.text(id) && !faults.unbound;
        let is_over = now >= self.gate.key_ends[said.who];
        if said.forged || is_self || names_other || is_over {
            return Err(Refusal::Denied);
        }
        let in_time = proposal.phase == Phase::Open && now <= proposal.ends;
        let may = match said.say {
            Say::Approve | Say::Reject => in_time && proposal.level == Level::L2,
            Say::Did | Say::Declined => in_time && proposal.level == Level::L3,
            Say::Accept => {
                proposal.phase == Phase::Started && proposal.run.as_ref().is_some_and(|run| run.doubted)
            }
        };
        let counted = self.counted(terms, id, said.say);
        if !may || (counted.contains(&said.who) && !faults.double_vote) {
            return Err(Refusal::Denied);
        }
        let day = now + terms.rules.decision;
        let vote = Vote {
            say: said.say,
            who: said.who,
            text: said.text,
            until: if said.say == Say::Accept {
                day
            } else {
                day.min(proposal.ends)
            },
        };
        Ok(if attests {
            self.write(Record::Attested(id, vote))
        } else {
            self.write(Record::Decided(id, vote))
        })
    }

    /// Whom the gate counts, with its faults.
    pub(super) fn counted(&self, terms: &Terms, id: usize, say: Say) -> Vec<Person> {
        let (now, proposal) = (self.now(), &self.gate.proposals[id]);
        let faults = &terms.faults;
        let mut persons = Vec::new();
        for vote in proposal.votes.iter().filter(|vote| vote.say == say) {
            let is_bound = faults.unbound || vote.text == proposal.text(id);
            let in_time = faults.no_expiry || now <= vote.until;
            let in_force = faults.no_revocation || now < self.gate.key_ends[vote.who];
            let is_new = faults.double_vote || !persons.contains(&vote.who);
            let is_other = faults.self_vote || !proposal.is_by(vote.who);
            if is_bound && in_time && in_force && is_new && is_other {
                persons.push(vote.who);
            }
        }
        persons
    }

    fn withdraw(self, id: usize, by: Author) -> Result<Stepped> {
        let proposal = self.proposal(id)?;
        let is_author = proposal.by == by || proposal.widened_by == Some(by);
        if proposal.phase != Phase::Open || !is_author {
            return Err(Refusal::Denied);
        }
        Ok(self.write(Record::Withdrawn(id)))
    }

    /// Whether a process is given what it may execute.
    fn take(self, terms: &Terms, process: usize, id: usize) -> Result<Stepped> {
        let (now, proposal) = (self.now(), self.proposal(id)?);
        let in_time = proposal.phase == Phase::Open && (now <= proposal.ends || terms.faults.no_expiry);
        let may = match proposal.level {
            Level::L0 | Level::L1 => true,
            Level::L2 => self.counted(terms, id, Say::Approve).len() >= self.gate.quorum,
            Level::L3 => terms.faults.l3_runs,
        };
        if !(in_time && may || proposal.believed) {
            return Err(Refusal::Denied);
        }
        Ok(self.with(|world| {
            let hand = &mut world.processes[process].hand;
            if !hand.contains(&id) {
                hand.push(id);
            }
        }))
    }

    fn begin(self, terms: &Terms, process: usize, id: usize) -> Result<Stepped> {
        let place = &self.processes[process].place;
        if *place != Place::Idle || !self.processes[process].hand.contains(&id) {
            return Err(Refusal::Senseless);
        }
        self.free(terms, id)?;
        Ok(self.with(|world| {
            world.processes[process].hand.retain(|held| *held != id);
            world.processes[process].place = Place::Leased(id);
        }))
    }

    /// Nobody else runs it or settles it.
    fn free(&self, terms: &Terms, id: usize) -> Result<()> {
        if self.holder(id).is_some() && !terms.faults.no_lock && !terms.faults.no_lease {
            return Err(Refusal::Busy);
        }
        Ok(())
    }

    fn drop_execution(self, terms: &Terms, process: usize) -> Stepped {
        self.with(|world| {
            let place = std::mem::take(&mut world.processes[process].place);
            if let (true, Some(id)) = (terms.faults.crash_approves, place.leases()) {
                let proposal = &mut world.gate.proposals[id];
                if proposal.phase == Phase::Started {
                    proposal.phase = Phase::Open;
                    proposal.run = None;
                    proposal.believed = true;
                }
            }
        })
    }

    fn doubt(self, terms: &Terms, process: usize, id: usize) -> Result<Stepped> {
        let proposal = self.proposal(id)?;
        let Some(run) = proposal.run.as_ref().filter(|_| proposal.phase == Phase::Started) else {
            return Ok(self.with(|_| {}));
        };
        let is_own = self.holder(id) == Some(process);
        let is_known = run.doubted;
        if is_own && (terms.faults.no_lock || terms.faults.no_lease) {
            return Err(Refusal::Busy);
        }
        self.free(terms, id)?;
        Ok(if is_known {
            self.with(|_| {})
        } else {
            self.write(Record::Doubt(id))
        })
    }

    fn settle(self, terms: &Terms, process: usize, id: usize) -> Result<Stepped> {
        if self.processes[process].place != Place::Idle {
            return Err(Refusal::Senseless);
        }
        self.free(terms, id)?;
        let proposal = self.proposal(id)?;
        let run = proposal.run.as_ref().filter(|run| run.doubted);
        let Some(run) = run.filter(|_| proposal.phase == Phase::Started) else {
            return Err(Refusal::Denied);
        };
        let open = run.open();
        Ok(self.with(|world| world.processes[process].place = Place::Settling(id, open)))
    }

    fn restore(self, terms: &Terms) -> Result<Stepped> {
        let copy = self.copy.clone().ok_or(Refusal::Senseless)?;
        if *copy == self.replayed {
            return Err(Refusal::Senseless);
        }
        if !terms.faults.no_anchor {
            return Err(Refusal::Denied);
        }
        let permits = |phase: Phase| phase == Phase::Open;
        Ok(self.with(|world| {
            let grown = copy
                .proposals
                .iter()
                .zip(&world.replayed.proposals)
                .any(|(old, new)| permits(old.phase) && !permits(new.phase));
            if grown {
                world.broken.add(Invariant::I11);
            }
            world.gate = (*copy).clone();
            world.replayed = (*copy).clone();
            world.processes = std::array::from_fn(|_| super::world::Process::default());
        }))
    }
}
