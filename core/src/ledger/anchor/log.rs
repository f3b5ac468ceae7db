//! The anchor log of a region: taking heads, finding them again, proving them.

use std::sync::{Arc, Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};

use super::head::{AnchoredHead, LogHead, NamedRecord};
use super::proof::AnchorProof;
use super::state::{AnchorCheck, KnownHead, State, forked, taken_back};
use crate::digest::hex;
use crate::error::{Error, ErrorKind, Result};
use crate::ledger::checkpoint::Checkpoint;
use crate::ledger::entry::{Condition, Draft, Entry, EntryType};
use crate::ledger::handle::Ledger;
use crate::ledger::options::LedgerOptions;
use crate::ledger::select::{Cursor, MAX_PAGE, Selection};
use crate::ledger::store::Storage;

/// The most drafts of one append.
const CHUNK: usize = 1_024;

/// An anchor log that is open. Clones are handles to the same one.
#[derive(Clone, Debug)]
pub(crate) struct AnchorLog(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    ledger: Ledger,
    state: Mutex<(Cursor, Arc<State>)>,
}

/// A head that is to be taken.
#[derive(Debug)]
pub(crate) struct Candidate {
    pub(crate) tenant: String,
    pub(crate) vkey: String,
    pub(crate) head: LogHead,
}

impl AnchorLog {
    /// Opens the anchor log of a region, or begins one.
    ///
    /// # Errors
    /// As [`Ledger::open`] and [`Ledger::create`]: `rollback_detected` when the log is gone and its high-water mark is not.
    pub(crate) async fn open_or_create(
        storage: &Storage,
        origin: &str,
        region: &str,
        options: LedgerOptions,
    ) -> Result<Self> {
        let options = options.policy(Arc::new(AnchorCheck));
        let ledger = match Ledger::open(storage, options.clone()).await {
            Err(error) if error.kind() == ErrorKind::NotFound => {
                Ledger::create(storage, origin, region, options).await?
            }
            other => other?,
        };
        Ok(Self::of(ledger))
    }

    /// Opens the anchor log of a region.
    ///
    /// # Errors
    /// As [`Ledger::open`].
    pub(crate) async fn open(storage: &Storage, options: LedgerOptions) -> Result<Self> {
        Ok(Self::of(
            Ledger::open(storage, options.policy(Arc::new(AnchorCheck))).await?,
        ))
    }

    fn of(ledger: Ledger) -> Self {
        let state = Mutex::new((ledger.start(), Arc::default()));
        Self(Arc::new(Inner { ledger, state }))
    }

    /// The log.
    pub(crate) fn ledger(&self) -> &Ledger {
        &self.0.ledger
    }

    /// The names of the tenants that ever had a head.
    pub(crate) async fn tenants(&self) -> Result<Vec<String>> {
        Ok(self.state().await?.tenants.keys().cloned().collect())
    }

    /// The newest head of a tenant's log.
    pub(crate) async fn last(&self, tenant: &str) -> Result<Option<KnownHead>> {
        let state = self.state().await?;
        Ok(state.tenants.get(tenant).and_then(|known| known.last.clone()))
    }

    /// Compares a tenant's log, which is open, with its newest head.
    ///
    /// # Errors
    /// `rollback_detected` when it is shorter, `corrupt` when its history is another.
    pub(crate) async fn compare(&self, tenant: &str, ledger: &Ledger, checkpoint: &Checkpoint) -> Result<()> {
        let Some(last) = self.last(tenant).await? else {
            return Ok(());
        };
        if checkpoint.size() < last.size {
            return Err(taken_back(tenant, checkpoint.size(), last.size));
        }
        let proof = ledger.prove_consistency(last.size, checkpoint.size()).await?;
        proof
            .verify(&last.root, checkpoint.root())
            .map_err(|_| forked(tenant, last.size))
    }

    /// Takes heads that were [compared](Self::compare): those that say something new, and, with a heartbeat, those whose last
    /// one is as old as that. Tells for each whether it was taken.
    ///
    /// # Errors
    /// `conflict` when others write to the anchor log meanwhile; `io` and the like.
    pub(crate) async fn take(
        &self,
        candidates: &[Candidate],
        at: Timestamp,
        heartbeat: Option<SignedDuration>,
    ) -> Result<Vec<bool>> {
        let state = self.state().await?;
        let mut drafts = Vec::new();
        let mut taken = Vec::new();
        for candidate in candidates {
            let known = state.tenants.get(&candidate.tenant);
            let head = &candidate.head;
            if known.is_none_or(|known| known.blinded.last() != Some(&head.blinded)) {
                drafts.push(NamedRecord::draft(&candidate.tenant, &candidate.vkey, head)?);
            }
            let is_due = known.and_then(|known| known.last.as_ref()).is_none_or(|last| {
                last.size != head.checkpoint.size()
                    || heartbeat.is_some_and(|interval| at.duration_since(last.at) >= interval)
            });
            if is_due {
                drafts.push(anchored(head, at).draft()?);
            }
            taken.push(is_due);
        }
        self.append(drafts, state.size).await?;
        Ok(taken)
    }

    async fn append(&self, mut drafts: Vec<Draft>, mut size: u64) -> Result<()> {
        while !drafts.is_empty() {
            let rest = drafts.split_off(drafts.len().min(CHUNK));
            let chunk = std::mem::replace(&mut drafts, rest);
            let length = chunk.len() as u64;
            self.ledger()
                .append_reserved(chunk, Condition::SizeIs(size))
                .await?;
            size = size.saturating_add(length);
        }
        Ok(())
    }

    /// The newest checkpoint that some anchor outside keeps.
    pub(crate) async fn confirmed(&self) -> Result<Option<Checkpoint>> {
        let state = self.state().await?;
        let note = state.confirmed().map(|confirmed| confirmed.note.clone());
        note.map(|note| self.ledger().keys().verify(note.as_bytes()))
            .transpose()
    }

    /// How many entries of a tenant's log an anchor outside vouches for.
    pub(crate) async fn anchored_size(&self, tenant: &str) -> Result<u64> {
        let Some(checkpoint) = self.confirmed().await? else {
            return Ok(0);
        };
        let Some(proof) = self.prove(tenant, &checkpoint).await? else {
            return Ok(0);
        };
        let (head, _) = proof.verify_by(self.ledger().keys())?;
        Ok(head.size)
    }

    /// Whether this log contains a checkpoint that was kept outside.
    ///
    /// # Errors
    /// `rollback_detected` when it is shorter, `corrupt` when it is of another history.
    pub(crate) async fn contains(&self, kept: &Checkpoint, now: &Checkpoint) -> Result<()> {
        let region = self.ledger().region();
        if now.size() < kept.size() {
            return Err(shorter(region, now.size(), kept.size()));
        }
        let proof = self.ledger().prove_consistency(kept.size(), now.size()).await?;
        proof
            .verify(kept.root(), now.root())
            .map_err(|_| rewritten(region, kept.size()))
    }

    /// Proves the newest head of a tenant's log that lies under a checkpoint of the anchor log; none where none does.
    ///
    /// # Errors
    /// `rollback_detected` when the anchor log is shorter than the checkpoint, `corrupt` when it is of another history.
    pub(crate) async fn prove(&self, tenant: &str, checkpoint: &Checkpoint) -> Result<Option<AnchorProof>> {
        let size = self.ledger().size().await?;
        if size < checkpoint.size() {
            return Err(shorter(self.ledger().region(), size, checkpoint.size()));
        }
        let Some(seq) = self.newest_under(tenant, checkpoint.size()).await? else {
            return Ok(None);
        };
        let proof = self
            .ledger()
            .prove_under(seq, checkpoint.clone())
            .await
            .map_err(|error| match error.kind() {
                ErrorKind::Corrupt => rewritten(self.ledger().region(), checkpoint.size()),
                _ => error,
            })?;
        let entries = self.ledger().entries(seq..=seq).await?;
        let entry = entries
            .first()
            .ok_or_else(|| shorter(self.ledger().region(), seq, checkpoint.size()))?;
        let keys = self.ledger().keys();
        let handovers = keys.notes().map(str::to_owned).collect();
        let proof = AnchorProof::new(keys.at(0).clone(), entry.payload().to_vec(), proof);
        Ok(Some(proof.with_handovers(handovers)))
    }

    async fn newest_under(&self, tenant: &str, size: u64) -> Result<Option<u64>> {
        let state = self.state().await?;
        let Some(known) = state.tenants.get(tenant) else {
            return Ok(None);
        };
        let newest = known.last.as_ref().map(|last| last.seq);
        if newest.is_none_or(|seq| seq < size) {
            return Ok(newest);
        }
        let mut found = None;
        for blinded in &known.blinded {
            let selection = Selection::all()
                .types([EntryType::LOG_HEAD])
                .range(..size)
                .subject(hex(blinded));
            self.each(&selection, self.ledger().start(), |entry| {
                found = found.max(Some(entry.seq()));
                Ok(())
            })
            .await?;
        }
        Ok(found)
    }

    /// What the log says now.
    pub(super) async fn state(&self) -> Result<Arc<State>> {
        let (cursor, mut state) = self.kept().clone();
        let cursor = self
            .each(&Selection::all(), cursor, |entry| {
                Arc::make_mut(&mut state).apply(entry)
            })
            .await?;
        let mut kept = self.kept();
        if kept.1.size < state.size {
            *kept = (cursor, Arc::clone(&state));
        }
        Ok(state)
    }

    fn kept(&self) -> std::sync::MutexGuard<'_, (Cursor, Arc<State>)> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Shows every selected entry from the cursor on; the cursor behind them.
    async fn each(
        &self,
        selection: &Selection,
        mut cursor: Cursor,
        mut visit: impl FnMut(&Entry) -> Result<()>,
    ) -> Result<Cursor> {
        loop {
            let page = self.ledger().read_on(selection, &cursor, MAX_PAGE).await?;
            page.entries.iter().try_for_each(&mut visit)?;
            cursor = page.cursor;
            if page.is_end {
                return Ok(cursor);
            }
        }
    }
}

fn anchored(head: &LogHead, at: Timestamp) -> AnchoredHead {
    AnchoredHead {
        blinded: head.blinded,
        size: head.checkpoint.size(),
        root: *head.checkpoint.root(),
        at,
    }
}

fn shorter(region: &str, have: u64, expected: u64) -> Error {
    Error::new(
        ErrorKind::RollbackDetected,
        format!(
            "the anchor log of the region `{region}` has {have} entries, and a checkpoint that was kept outside says {expected}: it was truncated or replaced"
        ),
    )
    .with("have", have)
    .with("expected", expected)
    .during("ledger.anchor")
}

fn rewritten(region: &str, size: u64) -> Error {
    Error::new(
        ErrorKind::Corrupt,
        format!(
            "the anchor log of the region `{region}` does not begin with the {size} entries of a checkpoint that was kept outside: it was written anew"
        ),
    )
    .during("ledger.anchor")
}
