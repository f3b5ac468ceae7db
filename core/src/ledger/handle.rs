//! The handle that callers hold: it checks the process, hands orders to the threads, and awaits their answers.

use std::fmt;
use std::ops::RangeBounds;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Sender, channel};
use std::thread::JoinHandle;

use futures_channel::oneshot;

use super::anchor::LogHead;
use super::audit::{Claims, audit};
use super::bundle::{export, import};
use super::checkpoint::Checkpoint;
use super::entry::{Condition, Draft, Entry, EntryType, Level, LogId, Receipt};
use super::keys::Signer;
use super::manifest::{Sum, sign_manifest};
use super::note::VerifierKey;
use super::options::LedgerOptions;
use super::proof::{ConsistencyProof, EntryProof};
use super::reader::{Question, Reader};
use super::select::{Cursor, MAX_PAGE, Page, Selection, places};
use super::session::{self, Session};
use super::store::{Lease, Storage};
use super::tree::leaf_hash;
use super::verdict::{Verification, VerifyOptions};
use super::writer::{Order, Writer};
use crate::error::{Error, ErrorKind, Result};

/// The most drafts of one atomic append.
const MAX_DRAFTS: usize = 1_024;

/// A log that is open: append, read, prove, verify. Clones are handles to the same open log; the last one to go signs
/// what is unsigned and closes it.
///
/// All methods may be called from any thread and any async runtime, or none: they only wait for a channel. After a `fork`
/// every call in the child fails with `forked`; the child opens the log anew.
#[derive(Clone)]
pub struct Ledger(Arc<Open>);

struct Open {
    session: Arc<Session>,
    orders: Option<Sender<Order>>,
    questions: Option<Sender<Question>>,
    threads: Vec<JoinHandle<()>>,
    pid: u32,
}

impl Ledger {
    /// Makes a new log and opens it. The origin names the log everywhere, for ever: a URL without scheme is usual
    /// (`example.org/halden`). The log is bound to the region.
    ///
    /// # Errors
    /// `conflict` when there is a log already, `invalid_input` for an unfit origin or region, `io`.
    pub async fn create(
        storage: &Storage,
        origin: &str,
        region: &str,
        options: LedgerOptions,
    ) -> Result<Self> {
        let (storage, origin, region) = (storage.clone(), origin.to_owned(), region.to_owned());
        start(move || {
            session::create(&storage, &origin, &region, &options)?;
            Session::open(storage, options)
        })
        .await
        .map_err(|error| error.during("ledger.create"))
    }

    /// Opens a log, and compares it with what was signed.
    ///
    /// # Errors
    /// `not_found`; `rollback_detected` when it is shorter than its high-water mark (details `have` and `expected`);
    /// `corrupt` when its history is not the signed one; `denied` when a key does not open.
    pub async fn open(storage: &Storage, options: LedgerOptions) -> Result<Self> {
        let storage = storage.clone();
        start(move || Session::open(storage, options))
            .await
            .map_err(|error| error.during("ledger.open"))
    }

    /// Brings an exported bundle back as a log, for who holds its keys, and opens it: on another store, on another machine, or
    /// after a loss. Everything is verified first, as [`verify_bundle`](super::verify_bundle) does it and by the
    /// [rules](LedgerOptions::policy) too; then all of it is written, or nothing. Nothing is added: the next export gives the
    /// same bytes, and what is appended continues the checkpoint of the bundle.
    ///
    /// **Where the log went on after the export, this makes a second one** that signs with the same key: a fork, which every
    /// checkpoint, receipt or anchor of the part that is not in the bundle shows for ever. A bundle alone cannot tell. Give the
    /// newest of those that were kept with [`seen_checkpoint`](VerifyOptions::seen_checkpoint) or
    /// [`seen_receipt`](VerifyOptions::seen_receipt), and a bundle that lacks something is refused; and never open both.
    ///
    /// # Errors
    /// `corrupt` when a byte of it is not what was written, `denied` when the log did not sign it, when these are not its keys
    /// or when the rules forbid an entry, `rollback_detected` when it lacks something that was seen: each with the first
    /// problem, and the detail `seq` where it is about an entry. `conflict` when there is a log already: it is never written
    /// over. `not_found`, `io`, `cancelled`.
    pub async fn import(
        storage: &Storage,
        dir: impl Into<PathBuf>,
        options: LedgerOptions,
        verify: &VerifyOptions,
    ) -> Result<Self> {
        let (storage, dir, verify) = (storage.clone(), dir.into(), verify.clone());
        start(move || {
            import(&storage, &dir, &options, verify)?;
            Session::open(storage, options)
        })
        .await
        .map_err(|error| error.during("ledger.import"))
    }

    /// Opens a log with the key that signed it so far (in `options`), hands over to another key, and gives the log opened with
    /// that: by policy after so many years, or before a key leaves the house. The hand-over is an entry of the log, signed by both
    /// keys; what was signed before stays valid, and from there on the old key signs nothing that verifies.
    ///
    /// Make the new key durable first, and tell everybody who opens the log: whoever still has it open with the old key is
    /// refused with `denied` when it comes to signing, and from then on. Where this is interrupted, call it again: a log that has handed over
    /// to this key already is opened. A verifier who holds any key of the log follows its hand-overs.
    ///
    /// # Errors
    /// As [`open`](Self::open); `denied` when the old key does not sign the log, `corrupt` when the new one was used before.
    pub async fn rotate_signer(
        storage: &Storage,
        options: LedgerOptions,
        next: Arc<dyn Signer>,
    ) -> Result<Self> {
        let storage = storage.clone();
        let ledger = start(move || {
            let after = LedgerOptions {
                signer: Arc::clone(&next),
                ..options.clone()
            };
            match Session::open(storage.clone(), options) {
                Ok(before) => Writer::open(Arc::new(before))?.hand_over(&*next)?,
                Err(error) if error.kind() != ErrorKind::Denied => return Err(error),
                Err(_) => {}
            }
            Session::open(storage, after)
        })
        .await
        .map_err(|error| error.during("ledger.rotate_signer"))?;
        ledger.checkpoint().await?;
        Ok(ledger)
    }

    /// The log's identity.
    pub fn log_id(&self) -> LogId {
        self.0.session.identity.log_id
    }

    /// The log's name.
    pub fn origin(&self) -> &str {
        &self.0.session.identity.origin
    }

    /// The region to which the log is bound.
    pub fn region(&self) -> &str {
        &self.0.session.identity.region
    }

    /// The public key of the log. Give it to those who will verify.
    pub fn verifier_key(&self) -> &VerifierKey {
        &self.0.session.key
    }

    /// Appends one entry. When the future is ready the entry is durable and has its place; when it is dropped before,
    /// the entry may or may not have been written (an idempotency key tells later).
    ///
    /// # Errors
    /// As [`append_all`](Self::append_all).
    pub async fn append(&self, draft: Draft) -> Result<Receipt> {
        let receipts = self.append_all(vec![draft], Condition::Any).await?;
        receipts.into_iter().next().ok_or_else(|| {
            Error::new(ErrorKind::Internal, "an append without a receipt").during("ledger.append")
        })
    }

    /// Appends entries next to each other: all or none. 1 to 1,024.
    ///
    /// # Errors
    /// `denied` for a type of entry that the [check](LedgerOptions::policy) of this log reserves; `conflict` when the
    /// condition does not hold or an idempotency key was used for another content, `invalid_input`, `too_large`,
    /// `rollback_detected`, `corrupt`; `io` or `unavailable` when the store fails: whether the entries were written is then
    /// open until an append with the same idempotency keys, or reading, tells.
    pub async fn append_all(&self, drafts: Vec<Draft>, condition: Condition) -> Result<Vec<Receipt>> {
        if let Some(check) = &self.0.session.options.policy {
            drafts.iter().try_for_each(|draft| draft.check_free(&**check))?;
        }
        self.append_reserved(drafts, condition).await
    }

    /// As [`append_all`](Self::append_all), for those of this crate whose types of entry are reserved. Not public: what is
    /// written through it must pass the transition function of its domain first.
    pub(crate) async fn append_reserved(
        &self,
        drafts: Vec<Draft>,
        condition: Condition,
    ) -> Result<Vec<Receipt>> {
        if drafts.is_empty() || drafts.len() > MAX_DRAFTS {
            return Err(
                Error::new(ErrorKind::InvalidInput, "1 to 1,024 entries are appended at once")
                    .during("ledger.append"),
            );
        }
        drafts.iter().try_for_each(Draft::check)?;
        self.order(|reply| Order::Append {
            drafts,
            condition,
            reply,
        })
        .await
    }

    /// The number of entries.
    ///
    /// # Errors
    /// `io`, `corrupt`, `rollback_detected`.
    pub async fn size(&self) -> Result<u64> {
        self.ask(|reply| Question::Size { reply }).await
    }

    /// Entries by sequence number, in order, as far as there are any; checked and opened.
    ///
    /// # Errors
    /// `corrupt`, with the detail `seq`, when an entry is not what was written; `io`, `rollback_detected`.
    pub async fn entries(&self, range: impl RangeBounds<u64>) -> Result<Vec<Entry>> {
        self.entries_of(range, |_| true).await
    }

    /// As [`entries`](Self::entries), with the payloads of the wanted types only; the others are empty. For those who follow
    /// the whole log and must not open what is large and not theirs.
    pub(crate) async fn entries_of(
        &self,
        range: impl RangeBounds<u64>,
        wants: fn(EntryType) -> bool,
    ) -> Result<Vec<Entry>> {
        self.ask(|reply| Question::Entries {
            range: places(&range),
            wants,
            reply,
        })
        .await
    }

    /// Where a reader begins that wants everything from the first entry on.
    pub fn start(&self) -> Cursor {
        Cursor::start(self.log_id())
    }

    /// Reads on from a cursor: a page of the selected entries that follow it, at most `limit` (1 to [`MAX_PAGE`](super::MAX_PAGE)), and the
    /// cursor behind them. A page may be empty although more follows: go on until it [is the end](Page::is_end). At the end
    /// of the log, the same cursor finds later what was appended meanwhile.
    ///
    /// ```
    /// # use std::sync::Arc;
    /// # use vcto::ledger::{Cursor, Draft, EntryType, Ledger, LedgerOptions, LocalKeyFile, Selection, Storage};
    /// # use vcto::time::{SystemClock, SystemEntropy};
    /// # pollster::block_on(async {
    /// # let keys = Arc::new(LocalKeyFile::in_memory(&SystemEntropy)?);
    /// # let options = LedgerOptions::new(keys.clone(), keys, Arc::new(SystemClock), Arc::new(SystemEntropy));
    /// # let ledger = Ledger::create(&Storage::memory(), "example.org/halden", "eu", options).await?;
    /// const SENT: EntryType = EntryType(0x8000);
    /// ledger.append(Draft::json(SENT, &"a")?).await?;
    /// let mut kept: String = ledger.start().to_string(); // out of the reader's own store
    /// loop {
    ///     let page = ledger.read_on(&Selection::all().types([SENT]), &kept.parse()?, 100).await?;
    ///     for entry in &page.entries {
    ///         assert_eq!(entry.payload(), br#""a""#); // work first,
    ///     }
    ///     kept = page.cursor.to_string(); // then keep the cursor: at least once
    ///     if page.is_end {
    ///         break;
    ///     }
    /// }
    /// # Ok::<(), vcto::Error>(())
    /// # }).unwrap();
    /// ```
    ///
    /// # Errors
    /// `invalid_input` for another limit and for a cursor of another log; `rollback_detected` when the log is not the one
    /// that was read so far; `corrupt`, with the detail `seq`; `io`.
    pub async fn read_on(&self, selection: &Selection, cursor: &Cursor, limit: usize) -> Result<Page> {
        if limit == 0 || limit > MAX_PAGE {
            return Err(Error::new(
                ErrorKind::InvalidInput,
                format!("a page has 1 to {MAX_PAGE} entries"),
            )
            .at("limit")
            .during("ledger.read"));
        }
        let (selection, cursor) = (selection.clone(), cursor.clone());
        self.ask(|reply| Question::Page {
            selection,
            cursor,
            limit,
            reply,
        })
        .await
        .map_err(|error| error.during("ledger.read"))
    }

    /// Signs the log as it is now: reads back what is new, signs size and root, raises the high-water mark. The log does
    /// this by itself too, when it is quiet, after 8,192 entries, and when it is closed.
    ///
    /// # Errors
    /// `io`, `corrupt`, `rollback_detected`, `unavailable`.
    pub async fn checkpoint(&self) -> Result<Checkpoint> {
        self.order(|reply| Order::Checkpoint { reply }).await
    }

    /// The log as it signs itself now, for an anchor log.
    pub(crate) async fn head(&self) -> Result<LogHead> {
        let checkpoint = self.checkpoint().await?;
        let ring = &self.0.session.ring;
        Ok(LogHead {
            blinded: ring.blinded(),
            epoch: ring.current_epoch(),
            checkpoint,
        })
    }

    /// As [`prove_inclusion`](Self::prove_inclusion), under an earlier checkpoint of this log.
    ///
    /// # Errors
    /// `corrupt` when the checkpoint is of another history; `not_found` when the log is shorter than it, or the entry is not
    /// under it.
    pub(crate) async fn prove_under(&self, seq: u64, checkpoint: Checkpoint) -> Result<EntryProof> {
        self.ask(|reply| Question::Inclusion {
            seq,
            checkpoint,
            reply,
        })
        .await
    }

    /// Proves that an entry is in the log, to anybody who has the log's [public key](Self::verifier_key).
    ///
    /// # Errors
    /// `not_found`; else as [`checkpoint`](Self::checkpoint).
    pub async fn prove_inclusion(&self, seq: u64) -> Result<EntryProof> {
        let checkpoint = self.checkpoint().await?;
        self.ask(|reply| Question::Inclusion {
            seq,
            checkpoint,
            reply,
        })
        .await
    }

    /// Takes a receipt to the level [`Included`](Level::Included): signs the log where that entry is not under a checkpoint
    /// yet, proves that it is there, and gives the receipt anew. A receipt of that level or above is given back as it is.
    ///
    /// # Errors
    /// `invalid_input` for a receipt of another log; `rollback_detected` when the log has another entry at this place, or
    /// none: it is not the log that gave the receipt; else as [`prove_inclusion`](Self::prove_inclusion).
    pub async fn include(&self, receipt: &Receipt) -> Result<Receipt> {
        let during = |error: Error| error.during("ledger.include");
        if receipt.log_id() != self.log_id() {
            let message = "the receipt is of another log";
            return Err(during(Error::new(ErrorKind::InvalidInput, message).at("receipt")));
        }
        if receipt.level() >= Level::Included {
            return Ok(receipt.clone());
        }
        let gone = || {
            Error::new(
                ErrorKind::RollbackDetected,
                "the log does not have the entry of the receipt: it was rolled back or replaced",
            )
            .with("seq", receipt.seq())
        };
        let proof = match self.prove_inclusion(receipt.seq()).await {
            Err(error) if error.kind() == ErrorKind::NotFound => return Err(during(gone())),
            other => other.map_err(during)?,
        };
        let (header, _) = proof.verify(self.verifier_key()).map_err(during)?;
        if leaf_hash(&header.to_bytes()) != receipt.leaf_hash() {
            return Err(during(gone()));
        }
        Ok(Receipt {
            level: Level::Included,
            ..receipt.clone()
        })
    }

    /// Proves that the log at `new` entries begins with the log at `old` entries.
    ///
    /// # Errors
    /// `not_found` when the log never had these sizes; `io`, `corrupt`, `rollback_detected`.
    pub async fn prove_consistency(&self, old: u64, new: u64) -> Result<ConsistencyProof> {
        self.ask(|reply| Question::Consistency { old, new, reply }).await
    }

    /// Verifies the whole log, from the stored bytes alone, on a thread of its own.
    ///
    /// What is wrong with the log is in the verdicts.
    ///
    /// # Errors
    /// `io`, `cancelled`, `forked`: it could not be verified.
    pub async fn verify(&self, options: &VerifyOptions) -> Result<Verification> {
        // Signs what is new, where that is possible. Where not, the verdicts say why.
        let _ = self.checkpoint().await;
        let options = options.clone();
        self.job("ledger.verify", move |session| {
            let key = options.key.clone().unwrap_or_else(|| session.key.clone());
            let claims = Claims {
                key: Some(key),
                log_id: Some(session.identity.log_id),
                ring: Some(&session.ring),
                replay: session.options.policy.as_ref().map(|check| check.replay()),
                ..Claims::default()
            };
            audit(&mut session.storage.backend().connect()?, claims, &options)
        })
        .await
    }

    /// Writes the log into a folder that is new or empty, as plain files that stock transparency-log tools read: a bundle,
    /// for [`verify_bundle`](super::verify_bundle). Every entry is checked on its way out. Returns the checkpoint up to
    /// which the bundle goes.
    ///
    /// # Errors
    /// `conflict` when the folder is not empty; `corrupt`, with the detail `seq`, at the first entry that is not what was
    /// written; `io`.
    pub async fn export(&self, dir: impl Into<PathBuf>) -> Result<Checkpoint> {
        let dir = dir.into();
        let checkpoint = self.checkpoint().await?;
        self.job("ledger.export", move |session| {
            export(session, &checkpoint, &dir)?;
            Ok(checkpoint)
        })
        .await
    }

    /// Signs a list of files as this log. See [`read_manifest`](super::manifest::read_manifest).
    pub(crate) async fn sign_manifest(
        &self,
        format: &'static str,
        files: Vec<(String, Sum)>,
    ) -> Result<String> {
        self.job("ledger.sign_manifest", move |session| {
            let files: Vec<_> = files.iter().map(|(name, sum)| (name.as_str(), *sum)).collect();
            sign_manifest(format, &files, &session.identity.origin, &*session.options.signer)
        })
        .await
    }

    /// Takes a lease if it is free: at most one holder in all processes. It is free again when it is dropped or its
    /// process ends. The name has 1 to 64 ASCII letters, digits and hyphens.
    ///
    /// # Errors
    /// `invalid_input` for another name, `io`, `forked`.
    pub fn try_lease(&self, name: &str) -> Result<Option<Lease>> {
        self.check_process()?;
        let fits = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        if name.is_empty() || name.len() > 64 || !name.bytes().all(fits) {
            return Err(Error::new(
                ErrorKind::InvalidInput,
                "the name of a lease has 1 to 64 ASCII letters, digits and hyphens",
            )
            .during("ledger.lease"));
        }
        self.0
            .session
            .storage
            .backend()
            .lease(name)
            .map_err(|error| error.during("ledger.lease"))
    }

    fn check_process(&self) -> Result<()> {
        if std::process::id() == self.0.pid {
            return Ok(());
        }
        Err(
            Error::new(ErrorKind::Forked, "this ledger was opened before a fork")
                .remedy("open it again in this process"),
        )
    }

    /// Long work, beside the threads of the log.
    async fn job<T: Send + 'static>(
        &self,
        operation: &'static str,
        work: impl FnOnce(&Session) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.check_process()?;
        let (reply, answer) = oneshot::channel();
        let session = Arc::clone(&self.0.session);
        spawn("vcto-ledger-job", move || {
            let _ = reply.send(work(&session));
        })?;
        receive(true, answer)
            .await
            .map_err(|error| error.during(operation))
    }

    async fn order<T>(&self, order: impl FnOnce(oneshot::Sender<Result<T>>) -> Order) -> Result<T> {
        self.check_process()?;
        let (reply, answer) = oneshot::channel();
        let sent = self
            .0
            .orders
            .as_ref()
            .is_some_and(|orders| orders.send(order(reply)).is_ok());
        receive(sent, answer).await
    }

    async fn ask<T>(&self, question: impl FnOnce(oneshot::Sender<Result<T>>) -> Question) -> Result<T> {
        self.check_process()?;
        let (reply, answer) = oneshot::channel();
        let sent = self
            .0
            .questions
            .as_ref()
            .is_some_and(|questions| questions.send(question(reply)).is_ok());
        receive(sent, answer).await
    }
}

/// Verifies a stored log without opening it: needs no key, writes nothing, and works on a log that
/// [`Ledger::open`] refuses. Without [`VerifyOptions::key`] the authenticity is `self_signed` at best, and `policy` is
/// `not_checked`.
///
/// # Errors
/// `not_found`, `io`, `cancelled`; `corrupt` or `unsupported` when the store is none that this build reads.
pub fn verify_storage(storage: &Storage, options: &VerifyOptions) -> Result<Verification> {
    // On a thread of its own: the caller's may belong to an async runtime, in which a store must not wait.
    std::thread::scope(|scope| {
        let work = || {
            let mut store = storage.backend().connect()?;
            audit(&mut store, Claims::default(), options)
        };
        let thread = std::thread::Builder::new()
            .name("vcto-ledger-job".to_owned())
            .spawn_scoped(scope, work)
            .map_err(|source| Error::io(source, "thread"))?;
        thread.join().unwrap_or_else(|_| Err(ended()))
    })
    .map_err(|error| error.during("ledger.verify_storage"))
}

impl fmt::Debug for Ledger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ledger")
            .field("origin", &self.origin())
            .field("log_id", &self.log_id())
            .finish_non_exhaustive()
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.orders = None;
        self.questions = None;
        // In a forked child the threads do not exist; and no thread waits for itself.
        if std::process::id() != self.pid {
            std::mem::forget(std::mem::take(&mut self.threads));
            return;
        }
        let here = std::thread::current().id();
        for thread in self.threads.drain(..) {
            if thread.thread().id() != here {
                let _ = thread.join();
            }
        }
    }
}

/// Starts the threads of a ledger; the writer opens the log before the handle is there.
async fn start(open: impl FnOnce() -> Result<Session> + Send + 'static) -> Result<Ledger> {
    let (orders, incoming) = channel();
    let (ready, opened) = oneshot::channel();
    let writer = spawn("vcto-ledger-write", move || {
        let started = open().map(Arc::new).and_then(|session| {
            let writer = Writer::open(Arc::clone(&session))?;
            Ok((session, writer))
        });
        match started {
            Ok((session, writer)) => {
                if ready.send(Ok(session)).is_ok() {
                    writer.run(&incoming);
                }
            }
            Err(error) => {
                let _ = ready.send(Err(error));
            }
        }
    })?;
    let session: Arc<Session> = receive(true, opened).await?;
    let (questions, asked) = channel();
    let reader = Reader::new(Arc::clone(&session));
    let reader = spawn("vcto-ledger-read", move || reader.run(&asked))?;
    Ok(Ledger(Arc::new(Open {
        session,
        orders: Some(orders),
        questions: Some(questions),
        threads: vec![writer, reader],
        pid: std::process::id(),
    })))
}

fn spawn(name: &str, work: impl FnOnce() + Send + 'static) -> Result<JoinHandle<()>> {
    std::thread::Builder::new()
        .name(name.to_owned())
        .spawn(work)
        .map_err(|source| Error::io(source, "thread"))
}

async fn receive<T>(sent: bool, answer: oneshot::Receiver<Result<T>>) -> Result<T> {
    if !sent {
        return Err(ended());
    }
    answer.await.map_err(|_| ended())?
}

fn ended() -> Error {
    Error::new(ErrorKind::Internal, "the ledger's thread has ended")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::{EntryType, LocalKeyFile};
    use crate::time::{SystemClock, SystemEntropy};

    /// What a forked child has: the same memory, another process id, and none of the threads.
    #[test]
    fn in_a_forked_child_every_call_is_refused_and_dropping_does_not_wait() {
        let keys = Arc::new(LocalKeyFile::in_memory(&SystemEntropy).unwrap());
        let options = LedgerOptions::new(keys.clone(), keys, Arc::new(SystemClock), Arc::new(SystemEntropy));
        let mut ledger =
            pollster::block_on(Ledger::create(&Storage::memory(), "example.org/x", "eu", options)).unwrap();
        Arc::get_mut(&mut ledger.0).unwrap().pid = std::process::id() + 1;
        let draft = Draft::new(EntryType(0x7f00), Vec::new());
        let refused = [
            pollster::block_on(ledger.append(draft)).map(drop),
            pollster::block_on(ledger.size()).map(drop),
            pollster::block_on(ledger.entries(..)).map(drop),
            pollster::block_on(ledger.checkpoint()).map(drop),
            pollster::block_on(ledger.verify(&VerifyOptions::default())).map(drop),
            pollster::block_on(ledger.prove_inclusion(0)).map(drop),
            pollster::block_on(ledger.prove_consistency(1, 1)).map(drop),
            pollster::block_on(ledger.export("/nowhere")).map(drop),
            ledger.try_lease("x").map(drop),
        ];
        for result in refused {
            assert_eq!(result.unwrap_err().kind(), ErrorKind::Forked);
        }
        drop(ledger);
    }
}
