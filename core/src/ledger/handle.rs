//! The handle that callers hold: it checks the process, hands orders to the threads, and awaits their answers.

mod append;
mod open;
mod prove;
mod read;
mod whole;

use std::fmt;
use std::sync::Arc;
use std::sync::mpsc::Sender;
use std::thread::JoinHandle;

use futures_channel::oneshot;

pub use whole::verify_storage;

use super::chain::KeyChain;
use super::entry::LogId;
use super::note::VerifierKey;
use super::reader::Question;
use super::session::Session;
use super::store::Lease;
use super::writer::Order;
use crate::error::{Error, ErrorKind, Result};

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

    /// The public key of the log; after a hand-over the newest that this handle knows of. Give it to those who will verify.
    pub fn verifier_key(&self) -> &VerifierKey {
        &self.0.session.signing().key
    }

    /// The keys of the log, as far as this handle knows of them.
    pub(crate) fn keys(&self) -> &KeyChain {
        &self.0.session.signing().chain
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
    use crate::ledger::{Draft, EntryType, LedgerOptions, LocalKeyFile, Storage, VerifyOptions};
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
