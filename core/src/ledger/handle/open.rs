//! From a place to an open log: made, opened, brought back, handed over to another key.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::channel;

use futures_channel::oneshot;

use super::{Ledger, Open, receive, spawn};
use crate::error::{ErrorKind, Result};
use crate::ledger::bundle::import;
use crate::ledger::keys::Signer;
use crate::ledger::options::LedgerOptions;
use crate::ledger::reader::Reader;
use crate::ledger::session::{self, Session};
use crate::ledger::store::Storage;
use crate::ledger::verdict::VerifyOptions;
use crate::ledger::writer::Writer;

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
    /// after a loss. Everything is verified first, as [`verify_bundle`](crate::ledger::verify_bundle) does it and by the
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
    /// keys; what was signed before stays valid, and from there on the old key signs nothing that
    /// verifies together with the hand-over. Who has it can still go on from a state before that: it verifies by the old key, and by
    /// no newer one.
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
                Ok(before) => Writer::open(Arc::new(before))?.hand_over(|_| Ok(next))?,
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
