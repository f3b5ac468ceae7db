//! The gate of one tenant at work: it follows the ledger, decides on what it finds there, and appends on that very place.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;

use super::apply::Transition;
use super::grounds::Present;
use super::id::ProposalId;
use super::named::MAX_NAME;
use super::notifier::{MissedWindow, Notifier};
use super::record::{Expired, ExpiredWhat, Record, Refused};
use super::registry::Registry;
use super::state::State;
use super::window::{expiry_of, missed_window};
use crate::actor::Actor;
use crate::error::{Error, ErrorKind, Result};
use crate::estate::{Estate, Inventory};
use crate::foreign::{awaited, guarded};
use crate::ledger::{Condition, Draft, Ledger};
use crate::time::Clock;

/// How many entries are read at once.
const PAGE: u64 = 256;

/// How often a decision is taken anew because others were faster, before the caller is asked to come back.
const MAX_TRIES: usize = 1_000;

/// The longest text of a refusal in the ledger, in bytes.
pub(super) const MAX_WHY: usize = 1_000;

/// A handle to the gate of a tenant. Not public: what is public are the values that it gives out.
#[derive(Clone)]
pub(crate) struct Gate(Arc<Inner>);

struct Inner {
    ledger: Ledger,
    registry: Arc<Registry>,
    clock: Arc<dyn Clock>,
    operator: Actor,
    notifier: Option<Arc<dyn Notifier>>,
    // INVARIANT: a fold over a prefix of the ledger; changed only by taking in entries that were read from it.
    state: Mutex<State>,
    estate: Mutex<Option<(u64, Estate)>>,
}

/// What came of a decision.
enum Prepared<T> {
    Nothing(T),
    Ready(Ready<T>),
}

/// A record that the state permits at its end.
struct Ready<T> {
    size: u64,
    at: Timestamp,
    draft: Draft,
    transition: Transition,
    given: T,
}

/// What a gate works with.
pub(crate) struct Means {
    pub(crate) registry: Arc<Registry>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) operator: Actor,
    pub(crate) notifier: Option<Arc<dyn Notifier>>,
}

impl Gate {
    /// Replays a ledger.
    ///
    /// # Errors
    /// What cannot be read or is not permitted in it.
    pub(crate) async fn open(ledger: Ledger, means: Means) -> Result<Self> {
        let gate = Self(Arc::new(Inner {
            state: Mutex::new(State::new(ledger.log_id())),
            ledger,
            registry: means.registry,
            clock: means.clock,
            operator: means.operator,
            notifier: means.notifier,
            estate: Mutex::new(None),
        }));
        gate.refresh().await?;
        Ok(gate)
    }

    pub(crate) fn ledger(&self) -> &Ledger {
        &self.0.ledger
    }

    pub(super) fn registry(&self) -> &Registry {
        &self.0.registry
    }

    pub(super) fn operator(&self) -> &Actor {
        &self.0.operator
    }

    pub(super) fn notifier(&self) -> Option<&Arc<dyn Notifier>> {
        self.0.notifier.as_ref()
    }

    /// Reads what was appended since.
    pub(crate) async fn refresh(&self) -> Result<()> {
        let size = self.0.ledger.size().await?;
        loop {
            let from = self.state().size();
            if from >= size {
                return Ok(());
            }
            let page = from..size.min(from + PAGE);
            let entries = self
                .0
                .ledger
                .entries_of(page, super::record::is_of_the_gate)
                .await?;
            let mut state = self.state();
            for entry in &entries {
                // Another task may have taken it in meanwhile.
                if entry.seq() >= state.size() {
                    state.take_in(entry)?;
                }
            }
            if entries.is_empty() && state.size() == from {
                return Err(
                    Error::new(ErrorKind::Corrupt, "an entry of the ledger is missing").with("seq", from),
                );
            }
        }
    }

    /// Reads from the present state.
    pub(crate) async fn read<T>(&self, read: impl FnOnce(&State, Timestamp) -> Result<T>) -> Result<T> {
        self.refresh().await?;
        self.peek(read)
    }

    /// Reads from the state as it was last seen.
    pub(super) fn peek<T>(&self, read: impl FnOnce(&State, Timestamp) -> Result<T>) -> Result<T> {
        let state = self.state();
        let at = self.now(&state);
        read(&state, at)
    }

    /// Decides on the present state and appends the record on that very place: when others were faster, it decides anew.
    pub(super) async fn commit<T>(
        &self,
        mut decide: impl FnMut(&State, Timestamp) -> Result<(Option<Record>, T)> + Send,
    ) -> Result<T> {
        for attempt in 0..MAX_TRIES {
            // The first attempt is made on what was last seen: the append says whether that is the present.
            let is_fresh = attempt > 0;
            if is_fresh {
                self.refresh().await?;
            }
            let ready = match self.prepare(&mut decide) {
                Ok(Prepared::Ready(ready)) => ready,
                Ok(Prepared::Nothing(given)) if is_fresh => return Ok(given),
                Err(error) if is_fresh => return Err(error),
                Ok(Prepared::Nothing(_)) | Err(_) => continue,
            };
            let condition = Condition::SizeIs(ready.size);
            match self.0.ledger.append_reserved(vec![ready.draft], condition).await {
                Ok(receipts) => {
                    let mut state = self.state();
                    // Another task may have read it from the ledger meanwhile.
                    if let (Some(receipt), true) = (receipts.first(), state.size() == ready.size) {
                        state.take_in_own(ready.transition, ready.at, receipt);
                    }
                    return Ok(ready.given);
                }
                Err(error) if error.kind() == ErrorKind::Conflict => {}
                Err(error) => return Err(error),
            }
        }
        Err(Error::new(
            ErrorKind::Busy,
            "others write to this ledger all the time",
        ))
    }

    /// Decides on the state as it was last seen, and makes ready what is to be appended at its end.
    fn prepare<T>(
        &self,
        decide: &mut (impl FnMut(&State, Timestamp) -> Result<(Option<Record>, T)> + Send),
    ) -> Result<Prepared<T>> {
        let state = self.state();
        let at = self.now(&state);
        let (record, given) = decide(&state, at)?;
        let Some(record) = record else {
            return Ok(Prepared::Nothing(given));
        };
        Ok(Prepared::Ready(Ready {
            // INVARIANT: nothing is appended that the replay would not accept at this place.
            transition: state.apply(at, &record)?,
            draft: match record.execution() {
                // Where it is not this process that executes, there is no lease to rest on.
                Some(id) => record.draft(at)?.under(lease_name(*id)),
                None => record.draft(at)?,
            },
            size: state.size(),
            at,
            given,
        }))
    }

    /// Appends several records next to each other, all or none, on a state that permits them in this order.
    pub(super) async fn commit_all(&self, records: &[Record]) -> Result<()> {
        self.refresh().await?;
        let (size, drafts) = {
            let state = self.state();
            let at = self.now(&state);
            let mut after = state.clone();
            for record in records {
                let transition = after.apply(at, record)?;
                after.install(transition);
            }
            let drafts = records
                .iter()
                .map(|record| record.draft(at))
                .collect::<Result<Vec<_>>>()?;
            (state.size(), drafts)
        };
        self.0
            .ledger
            .append_reserved(drafts, Condition::SizeIs(size))
            .await?;
        self.refresh().await
    }

    /// As [`commit`](Self::commit), for what rests on the estate as well.
    pub(super) async fn commit_on_estate<T>(
        &self,
        mut decide: impl FnMut(&Present<'_>) -> Result<(Option<Record>, T)> + Send,
    ) -> Result<T>
    where
        T: Send,
    {
        for _ in 0..MAX_TRIES {
            self.refresh().await?;
            let estate = self.estate().await?;
            let decided = self
                .commit(|state, at| {
                    if state.snapshot() != estate.as_ref().map(|(seq, _)| *seq) {
                        return Ok((None, None));
                    }
                    let present = Present {
                        state,
                        registry: &self.0.registry,
                        estate: estate.as_ref().map(|(_, estate)| estate),
                        has_notifier: self.0.notifier.is_some(),
                        at,
                    };
                    let (record, given) = decide(&present)?;
                    Ok((record, Some(given)))
                })
                .await?;
            // None: a newer snapshot came meanwhile.
            if let Some(given) = decided {
                return Ok(given);
            }
        }
        Err(Error::new(
            ErrorKind::Busy,
            "new snapshots of the estate come all the time",
        ))
    }

    /// The last snapshot of the estate, with its place in the log. Read from the ledger once.
    pub(super) async fn estate(&self) -> Result<Option<(u64, Estate)>> {
        let Some(seq) = self.state().snapshot() else {
            return Ok(None);
        };
        let held = self
            .0
            .estate
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        if let Some((held, estate)) = held
            && held == seq
        {
            return Ok(Some((seq, estate)));
        }
        let entries = self.0.ledger.entries(seq..=seq).await?;
        let entry = entries
            .first()
            .ok_or_else(|| Error::new(ErrorKind::Corrupt, "the snapshot of the estate is missing"))?;
        let estate = Estate::new(Inventory::from_json(entry.payload())?)
            .map_err(|error| error.with("seq", seq).during("gate.estate"))?;
        self.hold_estate(seq, estate.clone());
        Ok(Some((seq, estate)))
    }

    /// Keeps a snapshot that was just recorded, so that it need not be read back.
    pub(crate) fn hold_estate(&self, seq: u64, estate: Estate) {
        *self.0.estate.lock().unwrap_or_else(PoisonError::into_inner) = Some((seq, estate));
    }

    /// Records what time has done to a proposal since: its own end, or the end of approvals.
    pub(super) async fn expire(&self, id: &ProposalId) -> Result<Option<ExpiredWhat>> {
        Ok(self.expire_and_tell(id).await?.map(|(what, _)| what))
    }

    /// As [`expire`](Self::expire); also tells the notifier, and gives what it told, where an approved change missed its window.
    pub(super) async fn expire_and_tell(
        &self,
        id: &ProposalId,
    ) -> Result<Option<(ExpiredWhat, Option<MissedWindow>)>> {
        let expired = self
            .commit(|state, at| {
                let proposal = state.proposal(id)?;
                let Some(what) = expiry_of(proposal, at) else {
                    return Ok((None, None));
                };
                let missed = missed_window(state, proposal, what, at)?;
                let record = Expired { proposal: *id, what };
                Ok((Some(record.into()), Some((what, missed))))
            })
            .await?;
        if let (Some((_, Some(missed))), Some(notifier)) = (&expired, self.notifier()) {
            let told = awaited(|| notifier.missed(missed)).await;
            // Of what became of it nothing follows; an error is dropped under guard, since it is somebody else's value.
            guarded(|| drop(told));
        }
        Ok(expired)
    }

    /// Records a refusal, and hands the error on. What the caller got wrong in form is an error, not a refusal.
    pub(super) async fn refuse(
        &self,
        proposal: Option<&ProposalId>,
        operation: &'static str,
        by: Option<&str>,
        error: Error,
    ) -> Error {
        let recorded = self
            .commit(|state, at| {
                let known = proposal.and_then(|id| state.proposal(id).ok());
                if !known
                    .map_or(state.refusals, |proposal| proposal.refusals)
                    .has_room(at)
                {
                    return Ok((None, ()));
                }
                let record = Refused {
                    proposal: known.map(|proposal| proposal.id),
                    operation: operation.to_owned(),
                    by: by.map(|by| shortened(by, MAX_NAME)),
                    kind: error.kind().as_str().to_owned(),
                    why: shortened(&error.to_string(), MAX_WHY),
                };
                Ok((Some(record.into()), ()))
            })
            .await;
        match recorded {
            Ok(()) => error,
            // The refusal stands, recorded or not; that it could not be recorded is said too.
            Err(unrecorded) => error.with("not_recorded", unrecorded),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The clock's time in whole microseconds, never before what is recorded.
    fn now(&self, state: &State) -> Timestamp {
        let now = self.0.clock.now().as_microsecond();
        Timestamp::from_microsecond(now)
            .unwrap_or(Timestamp::MAX)
            .max(state.time())
    }
}

impl fmt::Debug for Gate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Gate")
            .field("ledger", &self.0.ledger)
            .finish_non_exhaustive()
    }
}

/// The lease of the one who executes a proposal.
pub(super) fn lease_name(id: ProposalId) -> String {
    format!("execution-{id}")
}

/// The beginning of a text, cut on a character border.
pub(super) fn shortened(text: &str, most: usize) -> String {
    let mut end = most.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.split_at_checked(end)
        .map_or_else(String::new, |(start, _)| start.to_owned())
}
