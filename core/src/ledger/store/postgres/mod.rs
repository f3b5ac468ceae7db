//! The store in PostgreSQL: many logs in one database, many machines may write them.

mod address;
mod connection;
mod lease;
mod server;
mod session;

use std::path::PathBuf;

use super::mark::MarkFile;
use super::{Backend, Batches, Identity, Lease, Store, WrappedKey, purpose_numbers};
use crate::error::{Error, ErrorKind, Result};
use address::Address;
use connection::{Connection, insert};
use lease::Fences;
use session::Session;

pub(crate) use server::Server;

/// The statements that set a database up, for its owner to run: the schema `vcto` with its tables, triggers and rules, and the
/// role `vcto_app`. A login that is a member of that role is all that vcto needs then. Where the login of vcto itself owns the
/// database, the first log that is created sets it up.
#[must_use]
pub fn postgres_schema() -> &'static str {
    session::SCHEMA
}

/// See [`Storage::postgres`](super::Storage::postgres).
#[derive(Debug)]
pub(super) struct Postgres {
    address: Address,
    origin: String,
    mark: MarkFile,
    fences: Fences,
}

impl Postgres {
    pub(super) fn new(url: &str, origin: &str, mark: PathBuf) -> Result<Self> {
        Ok(Self::at(Address::parse(url)?, origin, mark))
    }

    fn at(address: Address, origin: &str, mark: PathBuf) -> Self {
        Self {
            address,
            origin: origin.to_owned(),
            mark: MarkFile::new(mark),
            fences: Fences::default(),
        }
    }

    fn log(&self) -> String {
        format!("{} in {}", self.origin, self.address)
    }
}

impl Backend for Postgres {
    fn create(
        &self,
        identity: &Identity,
        keys: &[WrappedKey],
        batches: &mut Batches<'_>,
        mark: &str,
    ) -> Result<()> {
        if identity.origin != self.origin {
            return Err(Error::new(
                ErrorKind::InvalidInput,
                "the storage was named for a log of another origin",
            )
            .at("origin"));
        }
        let mut session = Session::open_or_set_up(&self.address, &self.origin)?;
        // Of several processes one creates; a failure lets go of the connection and so of the transaction.
        session.run("BEGIN")?;
        session.one("SELECT pg_advisory_xact_lock($1)", &[&session::CREATING])?;
        if session.log_id()?.is_some() {
            return Err(Error::new(ErrorKind::Conflict, "there is a log already").at(self.log()));
        }
        if self.mark.read()?.is_some() {
            return Err(Error::new(
                ErrorKind::RollbackDetected,
                "a high-water mark is here without its log: the log was deleted or moved away",
            )
            .at(self.mark.path().display().to_string())
            .remedy("restore the log, or create the new one under another name"));
        }
        // From the commit on there is a log, and from here on its mark is in reach.
        self.mark.announce(mark)?;
        session.enter(identity.log_id)?;
        session.execute(
            "INSERT INTO vcto.log (origin, log_id, region) VALUES ($1, $2, $3)",
            &[&identity.origin, &identity.log_id.0.as_slice(), &identity.region],
        )?;
        for key in keys {
            let (purpose, epoch) = purpose_numbers(key.purpose);
            session.execute(
                "INSERT INTO vcto.wrapped_key (log_id, purpose, epoch, provider, wrapped, commitment) \
                 VALUES ($1, $2, $3, $4, $5, $6)",
                &[
                    &identity.log_id.0.as_slice(),
                    &purpose,
                    &epoch,
                    &key.provider,
                    &key.wrapped,
                    &key.commitment.as_slice(),
                ],
            )?;
        }
        while let Some(batch) = batches()? {
            insert(&mut session, identity.log_id, &batch)?;
        }
        session.run("COMMIT")?;
        self.mark.confirm(mark)
    }

    fn connect(&self) -> Result<Box<dyn Store>> {
        let mut session = Session::open(&self.address, &self.origin)?;
        let log_id = session
            .log_id()?
            .ok_or_else(|| Error::new(ErrorKind::NotFound, "there is no log here").at(self.log()))?;
        let mut log = Connection::new(session, log_id, self.mark.clone(), self.fences.clone());
        if let Some(first) = log.checkpoints(0, 1)?.first() {
            self.mark.confirm(&first.note)?;
        }
        Ok(Box::new(log))
    }

    fn lease(&self, name: &str) -> Result<Option<Lease>> {
        lease::take(&self.address, &self.origin, &self.fences, name)
    }
}
