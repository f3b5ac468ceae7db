//! The database of a practice: who the practice is, and which logs there are.

use super::super::Storage;
use super::Postgres;
use super::address::Address;
use super::session::{Session, get};
use crate::error::{Error, ErrorKind, Result};
use std::path::PathBuf;
use std::sync::Arc;

/// A database that holds the logs of one practice.
#[derive(Clone, Debug)]
pub(crate) struct Server(Address);

impl Server {
    /// Names a database; nothing is looked at yet.
    pub(crate) fn new(url: &str) -> Result<Self> {
        Address::parse(url).map(Self)
    }

    /// Who the practice is. What is there wins; otherwise this is put there.
    pub(crate) fn identity(&self, otherwise: String) -> Result<String> {
        self.ask(move |address| {
            let mut session = Session::open_or_set_up(address, "")?;
            session.execute(
                "INSERT INTO vcto.practice (id, identity) VALUES (1, $1) ON CONFLICT DO NOTHING",
                &[&otherwise],
            )?;
            get(&session.one("SELECT identity FROM vcto.practice", &[])?, 0)
        })
    }

    /// The names of the logs, in order.
    pub(crate) fn origins(&self) -> Result<Vec<String>> {
        self.ask(|address| {
            let mut session = Session::open(address, "")?;
            let rows = session.all("SELECT origin FROM vcto.origins() AS origin", &[])?;
            rows.iter().map(|row| get(row, 0)).collect()
        })
    }

    /// One of the logs.
    pub(crate) fn log(&self, origin: &str, mark: PathBuf) -> Storage {
        Storage(Arc::new(Postgres::at(self.0.clone(), origin, mark)))
    }

    /// On a thread of its own: the caller's may belong to an async runtime, in which nothing may wait.
    fn ask<T: Send>(&self, question: impl FnOnce(&Address) -> Result<T> + Send) -> Result<T> {
        std::thread::scope(|scope| {
            let asking = std::thread::Builder::new()
                .name("vcto-ledger-ask".to_owned())
                .spawn_scoped(scope, || question(&self.0))
                .map_err(|source| Error::io(source, "thread"))?;
            asking
                .join()
                .unwrap_or_else(|_| Err(Error::new(ErrorKind::Internal, "a thread of the ledger panicked")))
        })
    }
}
