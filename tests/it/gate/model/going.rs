//! A process that executes, from place to place. Between two of them another process may act, or this one may end.

use super::machine::{Level, Phase, Record, Say};
use super::run::{Act, ActKey, Answer, Left, Look, Next, Seen, Status, Way};
use super::world::{Behaviour, Place, Refusal, Result, Stepped, Terms, World};

impl World {
    /// A process goes on to its next place.
    pub(super) fn go(self, terms: &Terms, process: usize, behaviour: Behaviour) -> Result<Stepped> {
        let place = self.processes[process].place.clone();
        match place {
            Place::Idle => Err(Refusal::Senseless),
            Place::Leased(id) => self.ask_to_start(terms, process, id),
            Place::Checked(id, duty) => {
                Ok(self.moved(process, Place::Running(id), Record::Started(id, duty)))
            }
            Place::Refusing(_) => Ok(self.moved(process, Place::Idle, Record::Refused)),
            Place::Running(id) => self.run_on(terms, process, id),
            Place::Looking(id, key) => self.looked(terms, process, id, key),
            Place::Permitted(id, key) => {
                let mut world = self;
                let answer = world.act(id, key, behaviour);
                let is_announced = world.run_has(id, key) || !terms.faults.late_intent;
                Ok(world.placed(
                    process,
                    if is_announced {
                        Place::Answered(id, key, answer)
                    } else {
                        Place::Unannounced(id, key, answer)
                    },
                ))
            }
            Place::Unannounced(id, key, answer) => {
                let next = Place::Answered(id, key, answer);
                Ok(self.moved(process, next, Record::Intent(id, key)))
            }
            Place::Answered(id, key, answer) => {
                Ok(self.moved(process, Place::Running(id), Record::Done(id, key, answer)))
            }
            Place::Checking(id, key) => {
                let record = self.checked(id, key);
                Ok(self.moved(process, Place::Running(id), record))
            }
            Place::Settling(id, open) => Ok(self.settle_on(process, id, &open)),
        }
    }

    fn placed(mut self, process: usize, place: Place) -> Stepped {
        self.processes[process].place = place;
        Stepped {
            world: self,
            record: None,
        }
    }

    fn moved(self, process: usize, place: Place, record: Record) -> Stepped {
        self.placed(process, place).world.write(record)
    }

    fn run_has(&self, id: usize, key: ActKey) -> bool {
        let run = self.gate.proposals[id].run.as_ref();
        run.is_some_and(|run| run.act(key).is_some())
    }

    /// The one point of authorisation.
    fn ask_to_start(mut self, terms: &Terms, process: usize, id: usize) -> Result<Stepped> {
        if self.now() > self.gate.proposals[id].ends {
            self.shown = self.shown.max(self.now());
        }
        let duty = self.gate.proposals[id].level == Level::L1 && !terms.faults.no_duty;
        let is_trusted = terms.faults.token_rules || self.gate.proposals[id].believed;
        let found = if is_trusted {
            Ok(None)
        } else {
            self.may_start(terms, id)
        };
        Ok(match found {
            Ok(None) if terms.faults.no_lock => self.placed(process, Place::Checked(id, duty)),
            Ok(None) => self.moved(process, Place::Running(id), Record::Started(id, duty)),
            Ok(Some(stale)) => self.moved(process, Place::Refusing(id), stale),
            Err(Refusal::Denied) if terms.faults.expiry_forgotten => self.placed(process, Place::Idle),
            Err(Refusal::Denied) => self.moved(process, Place::Idle, Record::Refused),
            Err(_) => self.placed(process, Place::Idle),
        })
    }

    /// Everything that is checked, in its order; what has changed since, when it has.
    fn may_start(&self, terms: &Terms, id: usize) -> Result<Option<Record>> {
        let (now, proposal, faults) = (self.now(), &self.gate.proposals[id], &terms.faults);
        if proposal.phase != Phase::Open || (now > proposal.ends && !faults.no_expiry) {
            return Err(Refusal::Denied);
        }
        // What may not start at all is not even looked at.
        let is_frozen = self.gate.frozen && !faults.freeze_ignored;
        let is_halted = self.gate.halted && !faults.halt_ignored;
        if is_frozen || is_halted {
            return Err(Refusal::Denied);
        }
        let facts = self.gate.snapshot.facts;
        let level = self.gate.level(proposal.kind, now, &terms.rules);
        if !faults.no_precondition && (facts != proposal.facts || level > proposal.level) {
            let level = if faults.level_falls {
                level
            } else {
                level.max(proposal.level)
            };
            return Ok(Some(Record::Stale(id, facts, level)));
        }
        let has_authority = match proposal.level {
            Level::L0 | Level::L1 => true,
            Level::L2 => self.counted(terms, id, Say::Approve).len() >= self.gate.quorum,
            Level::L3 => faults.l3_runs,
        };
        if !has_authority {
            return Err(Refusal::Denied);
        }
        if self.gate.is_target_held(id) {
            return Err(Refusal::Busy);
        }
        Ok(None)
    }

    fn run_on(self, terms: &Terms, process: usize, id: usize) -> Result<Stepped> {
        let Some(next) = self.next(id) else {
            return Ok(self.placed(process, Place::Idle));
        };
        let same = Place::Running(id);
        Ok(match next {
            Next::Call(key) => self.placed(process, Place::Looking(id, key)),
            Next::Probe(key) | Next::Verify(key) => self.placed(process, Place::Checking(id, key)),
            Next::TurnBack => self.moved(process, same, Record::UndoBegun(id)),
            Next::Leave(step, why) => self.moved(process, same, Record::Left(id, step, why)),
            Next::Doubt => self.moved(process, same, Record::Doubt(id)),
            Next::Stopped => self.placed(process, Place::Idle),
            Next::Finish(status) => {
                let is_failed = status == Status::RollbackFailed && terms.faults.false_rollback;
                let status = if is_failed { Status::RolledBack } else { status };
                self.moved(process, same, Record::Finished(id, status))
            }
            // It is only met where two run the same: an answer is the other's to record.
            Next::Wait => self.placed(process, Place::Idle),
        })
    }

    /// What was seen decides whether the executor is called.
    fn looked(self, terms: &Terms, process: usize, id: usize, key: ActKey) -> Result<Stepped> {
        let same = Place::Running(id);
        let is_halted = self.gate.halted && !terms.faults.halt_ignored;
        let record = match (key.way, self.look(id, key.step)) {
            (Way::Forth, None) => Record::UndoBegun(id),
            (Way::Forth, Some(look)) if look.seen == Seen::Present || is_halted => Record::UndoBegun(id),
            (Way::Back, None) => Record::Left(id, key.step, Left::Unreadable),
            (Way::Back, Some(look)) if look.seen == Seen::Absent => Record::Probed(id, key, Seen::Absent),
            (Way::Back, Some(look)) if self.conflicts(id, key.step, look) => {
                Record::Left(id, key.step, Left::Conflict)
            }
            _ if terms.faults.late_intent => return Ok(self.placed(process, Place::Permitted(id, key))),
            _ => return Ok(self.moved(process, Place::Permitted(id, key), Record::Intent(id, key))),
        };
        Ok(self.moved(process, same, record))
    }

    /// Whether somebody else wrote the target since the step.
    fn conflicts(&self, id: usize, step: usize, now: Look) -> bool {
        let run = self.gate.proposals[id].run.as_ref();
        let act = run.and_then(|run| run.act(ActKey::forth(step)));
        let after = act.and_then(|act: Act| act.after?.image);
        matches!((after, now.image), (Some(after), Some(now)) if after != now)
    }

    /// A look after a call: a check where there was an answer, a probe where there was none.
    fn checked(&self, id: usize, key: ActKey) -> Record {
        let look = self.look(id, key.step).unwrap_or(Look {
            seen: Seen::Unknown,
            image: None,
        });
        let run = self.gate.proposals[id].run.as_ref();
        let answer = run.and_then(|run| run.act(key)).and_then(|act| act.answer);
        if answer == Some(Answer::Done) {
            Record::Verified(id, key, look)
        } else {
            Record::Probed(id, key, look.seen)
        }
    }

    fn settle_on(self, process: usize, id: usize, open: &[ActKey]) -> Stepped {
        let proposal = &self.gate.proposals[id];
        let Some(run) = proposal.run.as_ref().filter(|_| proposal.phase == Phase::Started) else {
            return self.placed(process, Place::Idle);
        };
        match open {
            [key, rest @ ..] => {
                let record = self.checked(id, *key);
                self.moved(process, Place::Settling(id, rest.to_vec()), record)
            }
            [] => match run.settled() {
                Some(status) => self.moved(process, Place::Idle, Record::Reconciled(id, status)),
                None => self.placed(process, Place::Idle),
            },
        }
    }
}
