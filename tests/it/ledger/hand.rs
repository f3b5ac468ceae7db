//! Somebody who has the database of a log and no key.

use std::path::{Path, PathBuf};

use postgres::{Client, NoTls};
use vcto::ledger::{Condition, Draft, leaf_hash};

use super::{Bench, note};
use crate::postgres::database;

/// Where the hand reaches.
pub enum Hand {
    File(PathBuf),
    Server(String),
}

/// What a statement returns first.
pub type Bytes = Vec<u8>;

impl Hand {
    /// Runs statements with the guards down, and puts the guards up again. `{log}` is what names the log in a list of columns
    /// or values, `{zeros:n}` that many bytes.
    pub fn change(&self, sql: &str) {
        match self {
            Self::File(dir) => super::verify::tamper(dir, |database| {
                let sql = spelled(sql, "", |count| format!("zeroblob({count})"));
                database
                    .execute_batch(&sql)
                    .unwrap_or_else(|error| panic!("{sql}: {error}"));
            }),
            Self::Server(url) => {
                let zeros = |count: &str| format!("decode(repeat('00', {count}), 'hex')");
                let sql = spelled(sql, "log_id, ", zeros);
                let guards = |verb: &str| {
                    ["entry", "payload", "tile", "checkpoint", "log"]
                        .map(|table| format!("ALTER TABLE vcto.{table} {verb} TRIGGER ALL;"))
                        .concat()
                };
                let (down, up) = (guards("DISABLE"), guards("ENABLE"));
                Self::client(url)
                    .batch_execute(&format!("{down} {sql}; {up}"))
                    .unwrap_or_else(|error| panic!("{sql}: {error:?}"));
            }
        }
    }

    fn client(url: &str) -> Client {
        let mut client = Client::connect(url, NoTls).unwrap();
        client
            .batch_execute("SET search_path = vcto, pg_catalog")
            .unwrap();
        client
    }

    /// The bytes in this column of the row.
    pub fn read(&self, table: &str, column: &str, row: &str) -> Bytes {
        let sql = format!("SELECT {column} FROM {table} WHERE {row}");
        match self {
            Self::File(dir) => {
                let database = rusqlite::Connection::open(dir.join("log/ledger.db")).unwrap();
                database
                    .query_row(&sql, [], |row| {
                        Ok(match row.get_ref(0)? {
                            rusqlite::types::ValueRef::Text(bytes)
                            | rusqlite::types::ValueRef::Blob(bytes) => bytes.to_vec(),
                            other => panic!("{other:?}"),
                        })
                    })
                    .unwrap()
            }
            Self::Server(url) => {
                let row = Self::client(url).query_one(&sql, &[]).unwrap();
                row.try_get(0)
                    .unwrap_or_else(|_| row.get::<_, String>(0).into_bytes())
            }
        }
    }

    /// Puts bytes into this column of the row.
    pub fn write(&self, table: &str, column: &str, row: &str, bytes: &[u8]) {
        let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        let value = match (self, column) {
            (Self::File(_), "note") => format!("CAST(x'{hex}' AS TEXT)"),
            (Self::File(_), _) => format!("x'{hex}'"),
            (Self::Server(_), "note") => format!("convert_from(decode('{hex}', 'hex'), 'UTF8')"),
            (Self::Server(_), _) => format!("decode('{hex}', 'hex')"),
        };
        self.change(&format!("UPDATE {table} SET {column} = {value} WHERE {row}"));
    }

    /// Puts another header into an entry, and its hash with it.
    pub fn put_header(&self, seq: u64, change: impl FnOnce(&mut Bytes)) {
        let row = format!("seq = {seq}");
        let mut header = self.read("entry", "header", &row);
        change(&mut header);
        self.write("entry", "header", &row, &header);
        self.write("entry", "leaf_hash", &row, &leaf_hash(&header));
    }
}

fn spelled(sql: &str, log: &str, zeros: impl Fn(&str) -> String) -> String {
    let sql = sql.replace("{log}", log);
    match sql.split_once("{zeros:") {
        Some((before, rest)) => {
            let (count, after) = rest.split_once('}').unwrap();
            format!("{before}{}{after}", zeros(count))
        }
        None => sql,
    }
}

/// Logs of so many entries, one in each kind of database, each in a folder of its own with its key and mark.
pub fn filled(count: u32, test: impl Fn(&Path, &Bench, &Hand)) {
    let fill = |bench: &Bench| {
        let ledger = bench.create();
        let drafts: Vec<Draft> = (0..count).map(note).collect();
        for group in drafts.chunks(100) {
            pollster::block_on(ledger.append_all(group.to_vec(), Condition::Any)).unwrap();
        }
    };
    let dir = tempfile::tempdir().unwrap();
    let bench = Bench::sqlite(dir.path());
    fill(&bench);
    test(dir.path(), &bench, &Hand::File(dir.path().to_owned()));
    let dir = tempfile::tempdir().unwrap();
    if let Some(url) = database() {
        let bench = Bench::postgres(dir.path(), &url);
        fill(&bench);
        test(dir.path(), &bench, &Hand::Server(url));
    }
}
