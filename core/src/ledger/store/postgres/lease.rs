//! A lease in the database: a row with a fence, kept by a thread of its own for as long as the lease is held.

use std::collections::BTreeMap;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use super::super::Lease;
use super::address::Address;
use super::session::{Session, get};
use crate::error::{Error, ErrorKind, Result};

/// After so many seconds a lease that is not kept is free; and how often it is kept.
const LASTS: f64 = 20.0;
const KEEP: Duration = Duration::from_secs(5);

/// The fences of the leases that this process holds, by name; shared by all connections of one storage.
#[derive(Clone, Debug, Default)]
pub(super) struct Fences(Arc<Mutex<BTreeMap<String, i64>>>);

impl Fences {
    pub(super) fn of(&self, name: &str) -> Option<i64> {
        self.lock().get(name).copied()
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, i64>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Takes a lease if it is free. All of it happens on the thread that keeps it.
pub(super) fn take(address: &Address, origin: &str, fences: &Fences, name: &str) -> Result<Option<Lease>> {
    let (stop, stopped) = channel();
    let (tell, told) = channel();
    let keeper = Keeper {
        address: address.clone(),
        origin: origin.to_owned(),
        name: name.to_owned(),
    };
    let thread = std::thread::Builder::new()
        .name("vcto-ledger-lease".to_owned())
        .spawn(move || match keeper.take() {
            Ok((session, Some(fence))) => {
                if tell.send(Ok(Some(fence))).is_ok() {
                    keeper.keep(session, fence, &stopped);
                }
            }
            Ok((_, None)) => drop(tell.send(Ok(None))),
            Err(error) => drop(tell.send(Err(error))),
        })
        .map_err(|source| Error::io(source, "thread"))?;
    let answer = told
        .recv()
        .map_err(|_| Error::new(ErrorKind::Internal, "the thread of a lease has ended"))?;
    Ok(answer?.map(|fence| {
        fences.lock().insert(name.to_owned(), fence);
        Lease::new(Held {
            stop: Some(stop),
            thread: Some(thread),
            name: name.to_owned(),
            fence,
            fences: fences.clone(),
            pid: std::process::id(),
        })
    }))
}

/// What the thread of a lease knows.
struct Keeper {
    address: Address,
    origin: String,
    name: String,
}

impl Keeper {
    fn take(&self) -> Result<(Session, Option<i64>)> {
        let mut session = Session::open(&self.address, &self.origin)?;
        let holder = format!("pid {}", std::process::id());
        let taken = session.one(
            "SELECT vcto.take_lease($1, $2, $3)",
            &[&self.name, &holder, &LASTS],
        )?;
        let fence = get(&taken, 0)?;
        Ok((session, fence))
    }

    /// Keeps the lease until it is dropped. While the server is away it runs out, and the next append that rests on it
    /// learns whether somebody took it.
    fn keep(&self, session: Session, fence: i64, stopped: &Receiver<()>) {
        let mut session = Some(session);
        while stopped.recv_timeout(KEEP) == Err(RecvTimeoutError::Timeout) {
            let again = match session.take() {
                Some(session) => Ok(session),
                None => Session::open(&self.address, &self.origin),
            };
            session = again.ok().and_then(|mut session| {
                let kept = session.one(
                    "SELECT vcto.keep_lease($1, $2, $3)",
                    &[&self.name, &fence, &LASTS],
                );
                kept.is_ok().then_some(session)
            });
        }
        if let Some(mut session) = session {
            // Where this fails the lease runs out.
            let _ = session.one("SELECT vcto.drop_lease($1, $2)", &[&self.name, &fence]);
        }
    }
}

struct Held {
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
    name: String,
    fence: i64,
    fences: Fences,
    pid: u32,
}

impl Drop for Held {
    fn drop(&mut self) {
        let mut fences = self.fences.lock();
        if fences.get(&self.name) == Some(&self.fence) {
            fences.remove(&self.name);
        }
        drop(fences);
        self.stop = None;
        // In a forked child the thread does not exist.
        match self.thread.take() {
            Some(thread) if std::process::id() == self.pid => drop(thread.join()),
            thread => std::mem::forget(thread),
        }
    }
}
