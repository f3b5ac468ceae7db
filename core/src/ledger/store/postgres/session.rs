//! A connection to the database as vcto works: with the rights to insert and read, on one log, with durable commits.

use std::collections::BTreeMap;

use postgres::types::ToSql;
use postgres::{Client, Row, Statement};

use super::address::{Address, failed};
use crate::error::{Error, ErrorKind, Result};
use crate::ledger::entry::LogId;
use crate::text::quoted;

/// The tables, and who may do what with them. For whoever sets the database up.
pub(super) const SCHEMA: &str = include_str!("schema.sql");
const VERSION: i32 = 1;

/// 13: the oldest that its makers still kept when this was written has 14.
const MIN_SERVER: &str = "130000";

/// The lock under which tables and logs are made: `vcto` and a one.
pub(super) const CREATING: i64 = 0x7663_746f_0000_0001;

/// What the session is set to. Waiting for the write lock ends after 30 seconds, and so does a transaction whose client has
/// gone quiet: that is how the lock of a writer that was stopped becomes free.
const SETTINGS: &str = "SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL READ COMMITTED, READ WRITE; \
     SET synchronous_commit = on; SET lock_timeout = '30s'; SET idle_in_transaction_session_timeout = '30s'; \
     SET statement_timeout = '10min'; SET search_path = pg_catalog, pg_temp; SET row_security = on; \
     SET client_min_messages = warning; SET standard_conforming_strings = on";

/// What must hold of server, role, tables, rules and triggers: each line true.
const SHAPE: &str = "SELECT \
     current_setting('server_version_num')::int >= $1::text::int AND current_setting('fsync') = 'on' \
       AND current_setting('full_page_writes') = 'on', \
     (SELECT NOT rolsuper AND NOT rolbypassrls FROM pg_roles WHERE rolname = current_user), \
     NOT EXISTS (SELECT FROM pg_class c WHERE c.relnamespace = 'vcto'::regnamespace AND c.relkind = 'r' \
       AND has_table_privilege(c.oid, 'UPDATE, DELETE, TRUNCATE')), \
     (SELECT count(*) = 7 FROM pg_class c WHERE c.relnamespace = 'vcto'::regnamespace AND c.relrowsecurity), \
     (SELECT count(*) = 7 FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid \
       WHERE c.relnamespace = 'vcto'::regnamespace AND NOT t.tgisinternal AND t.tgenabled IN ('O', 'A'))";

/// A connection.
pub(super) struct Session {
    client: Client,
    prepared: BTreeMap<&'static str, Statement>,
}

impl Session {
    /// Connects for the log of this name. Whether there is one is not looked at.
    pub(super) fn open(address: &Address, origin: &str) -> Result<Self> {
        let mut session = Self::connect(address)?;
        session.work_as_app(address)?;
        session.one("SELECT set_config('vcto.origin', $1, false)", &[&origin])?;
        if let Some(log_id) = session.log_id()? {
            session.enter(log_id)?;
        }
        Ok(session)
    }

    /// Connects, and makes the tables where there are none and the login may.
    pub(super) fn open_or_set_up(address: &Address, origin: &str) -> Result<Self> {
        let mut session = Self::connect(address)?;
        if !session.is_set_up()? {
            session.set_up().map_err(|error| {
                error.at(address.to_string()).remedy(
                    "let the owner of the database run the statements of `ledger::postgres_schema`, and make the login \
                     a member of the role `vcto_app`",
                )
            })?;
        }
        drop(session);
        Self::open(address, origin)
    }

    fn connect(address: &Address) -> Result<Self> {
        let mut session = Self {
            client: address.connect()?,
            prepared: BTreeMap::new(),
        };
        session.run(SETTINGS)?;
        Ok(session)
    }

    fn is_set_up(&mut self) -> Result<bool> {
        // Read from the catalogue: a name that is looked up may have been remembered from before the wait for the lock.
        self.one(
            "SELECT EXISTS (SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
             WHERE n.nspname = 'vcto' AND c.relname = 'format')",
            &[],
        )?
        .try_get(0)
        .map_err(|error| failed(&error))
    }

    /// Of several processes that begin at once one makes the tables.
    fn set_up(&mut self) -> Result<()> {
        self.run("BEGIN")?;
        self.one("SELECT pg_advisory_xact_lock($1)", &[&CREATING])?;
        if self.is_set_up()? {
            return self.run("ROLLBACK");
        }
        self.run(SCHEMA)?;
        self.run("COMMIT")
    }

    fn work_as_app(&mut self, address: &Address) -> Result<()> {
        if !self.is_set_up()? {
            return Err(Error::new(ErrorKind::NotFound, "there is no log here").at(address.to_string()));
        }
        self.run("SET ROLE vcto_app").map_err(|error| {
            error.remedy("make the login a member of the role `vcto_app`, that the owner of the tables made")
        })?;
        let version: i32 = get(&self.one("SELECT version FROM vcto.format", &[])?, 0)?;
        if version != VERSION {
            return Err(Error::new(
                ErrorKind::Unsupported,
                format!("version {version} of the ledger's tables is not known to this build"),
            )
            .at(address.to_string()));
        }
        let shape = self.one(SHAPE, &[&MIN_SERVER])?;
        for (at, what) in [
            "the server is older than PostgreSQL 13, or does not write durably (`fsync`, `full_page_writes`)",
            "the role `vcto_app` has more rights than it must have",
            "the role `vcto_app` may change what was written",
            "the rules that keep logs apart are not those of the format",
            "the triggers of the ledger's tables are not those of the format",
        ]
        .into_iter()
        .enumerate()
        {
            if get::<Option<bool>>(&shape, at)? != Some(true) {
                let kind = if at == 0 {
                    ErrorKind::Unsupported
                } else {
                    ErrorKind::Corrupt
                };
                return Err(Error::new(kind, what).at(address.to_string()));
            }
        }
        Ok(())
    }

    /// The log of the name that was said.
    pub(super) fn log_id(&mut self) -> Result<Option<LogId>> {
        let rows = self.all("SELECT log_id FROM vcto.log", &[])?;
        rows.first().map(|row| Ok(LogId(fixed(row, 0)?))).transpose()
    }

    /// From here on the session sees and writes the rows of this log.
    pub(super) fn enter(&mut self, log_id: LogId) -> Result<()> {
        self.one("SELECT set_config('vcto.log', $1, false)", &[&log_id.to_string()])
            .map(drop)
    }

    /// Several statements without values.
    pub(super) fn run(&mut self, statements: &str) -> Result<()> {
        self.client
            .batch_execute(statements)
            .map_err(|error| failed(&error))
    }

    pub(super) fn all(&mut self, sql: &'static str, values: &[&(dyn ToSql + Sync)]) -> Result<Vec<Row>> {
        let statement = self.prepare(sql)?;
        self.client
            .query(&statement, values)
            .map_err(|error| failed(&error))
    }

    pub(super) fn one(&mut self, sql: &'static str, values: &[&(dyn ToSql + Sync)]) -> Result<Row> {
        let statement = self.prepare(sql)?;
        self.client
            .query_one(&statement, values)
            .map_err(|error| failed(&error))
    }

    pub(super) fn execute(&mut self, sql: &'static str, values: &[&(dyn ToSql + Sync)]) -> Result<u64> {
        let statement = self.prepare(sql)?;
        self.client
            .execute(&statement, values)
            .map_err(|error| failed(&error))
    }

    fn prepare(&mut self, sql: &'static str) -> Result<Statement> {
        if let Some(statement) = self.prepared.get(sql) {
            return Ok(statement.clone());
        }
        let statement = self.client.prepare(sql).map_err(|error| failed(&error))?;
        self.prepared.insert(sql, statement.clone());
        Ok(statement)
    }
}

/// A column of a row.
pub(super) fn get<'a, T: postgres::types::FromSql<'a>>(row: &'a Row, at: usize) -> Result<T> {
    row.try_get(at).map_err(|error| {
        Error::new(
            ErrorKind::Corrupt,
            format!(
                "a stored value has the wrong type: {}",
                quoted(&error.to_string())
            ),
        )
    })
}

/// A column of so many bytes.
pub(super) fn fixed<const N: usize>(row: &Row, at: usize) -> Result<[u8; N]> {
    get::<&[u8]>(row, at)?
        .try_into()
        .map_err(|_| Error::new(ErrorKind::Corrupt, "a stored value has the wrong length"))
}
