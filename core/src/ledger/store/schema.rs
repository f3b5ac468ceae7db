//! What the SQLite file of a log must look like, checked at every connection: engine, settings, tables, triggers.

use std::path::Path;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use crate::error::{Error, ErrorKind, Result};
use crate::text::quoted;

/// 3.51.3: earlier versions may lose committed transactions of a WAL that is reset.
const MIN_SQLITE: i32 = 3_051_003;

/// `VCTO` in the file's header.
const APPLICATION_ID: i64 = 0x5643_544f;
const USER_VERSION: i64 = 1;

/// Name and definition of everything in the schema, exactly as SQLite keeps it.
const SCHEMA: [(&str, &str); 17] = [
    (
        "checkpoint",
        "CREATE TABLE checkpoint (size INTEGER PRIMARY KEY, note TEXT NOT NULL) STRICT",
    ),
    (
        "entry",
        "CREATE TABLE entry (seq INTEGER PRIMARY KEY, header BLOB NOT NULL CHECK (length(header) = 127), \
         leaf_hash BLOB NOT NULL CHECK (length(leaf_hash) = 32)) STRICT",
    ),
    (
        "log",
        "CREATE TABLE log (id INTEGER PRIMARY KEY CHECK (id = 1), log_id BLOB NOT NULL CHECK (length(log_id) = 16), \
         origin TEXT NOT NULL, region TEXT NOT NULL) STRICT",
    ),
    (
        "payload",
        "CREATE TABLE payload (seq INTEGER PRIMARY KEY, ciphertext BLOB NOT NULL) STRICT",
    ),
    (
        "tile",
        "CREATE TABLE tile (id INTEGER PRIMARY KEY, hashes BLOB NOT NULL CHECK (length(hashes) = 8192)) STRICT",
    ),
    (
        "wrapped_key",
        "CREATE TABLE wrapped_key (id INTEGER PRIMARY KEY, purpose INTEGER NOT NULL, epoch INTEGER NOT NULL, \
         provider TEXT NOT NULL, wrapped BLOB NOT NULL, commitment BLOB NOT NULL CHECK (length(commitment) = 32)) STRICT",
    ),
    (
        "entry_idempotency",
        "CREATE UNIQUE INDEX entry_idempotency ON entry (substr(header, 112, 16)) \
         WHERE substr(header, 112, 16) <> zeroblob(16)",
    ),
    (
        "entry_gapless",
        "CREATE TRIGGER entry_gapless BEFORE INSERT ON entry \
         WHEN NEW.seq <> (SELECT ifnull(max(seq) + 1, 0) FROM entry) \
         BEGIN SELECT RAISE(ABORT, 'entries have no gap'); END",
    ),
    (
        "checkpoint_no_delete",
        "CREATE TRIGGER checkpoint_no_delete BEFORE DELETE ON checkpoint BEGIN SELECT RAISE(ABORT, 'append only'); END",
    ),
    (
        "checkpoint_no_update",
        "CREATE TRIGGER checkpoint_no_update BEFORE UPDATE ON checkpoint BEGIN SELECT RAISE(ABORT, 'append only'); END",
    ),
    (
        "entry_no_delete",
        "CREATE TRIGGER entry_no_delete BEFORE DELETE ON entry BEGIN SELECT RAISE(ABORT, 'append only'); END",
    ),
    (
        "entry_no_update",
        "CREATE TRIGGER entry_no_update BEFORE UPDATE ON entry BEGIN SELECT RAISE(ABORT, 'append only'); END",
    ),
    (
        "log_no_delete",
        "CREATE TRIGGER log_no_delete BEFORE DELETE ON log BEGIN SELECT RAISE(ABORT, 'append only'); END",
    ),
    (
        "log_no_update",
        "CREATE TRIGGER log_no_update BEFORE UPDATE ON log BEGIN SELECT RAISE(ABORT, 'append only'); END",
    ),
    (
        "payload_no_update",
        "CREATE TRIGGER payload_no_update BEFORE UPDATE ON payload BEGIN SELECT RAISE(ABORT, 'append only'); END",
    ),
    (
        "tile_no_delete",
        "CREATE TRIGGER tile_no_delete BEFORE DELETE ON tile BEGIN SELECT RAISE(ABORT, 'append only'); END",
    ),
    (
        "tile_no_update",
        "CREATE TRIGGER tile_no_update BEFORE UPDATE ON tile BEGIN SELECT RAISE(ABORT, 'append only'); END",
    ),
];

/// Settings of a connection: name, how it is set, what it then reads as.
const SETTINGS: [(&str, &str, &str); 9] = [
    ("busy_timeout", "10000", "10000"),
    ("cell_size_check", "ON", "1"),
    ("checkpoint_fullfsync", "ON", "1"),
    ("fullfsync", "ON", "1"),
    ("mmap_size", "0", "0"),
    ("recursive_triggers", "ON", "1"),
    ("journal_mode", "WAL", "wal"),
    ("synchronous", "FULL", "2"),
    ("temp_store", "MEMORY", "2"),
];

/// Settings of a connection that only reads, where not even a file beside the database may be made.
const READING: [(&str, &str, &str); 5] = [
    ("busy_timeout", "10000", "10000"),
    ("cell_size_check", "ON", "1"),
    ("mmap_size", "0", "0"),
    ("query_only", "ON", "1"),
    ("temp_store", "MEMORY", "2"),
];

/// Makes a new database file with its tables.
pub(super) fn create(path: &Path) -> Result<Connection> {
    let connection = connect(path, WRITE | OpenFlags::SQLITE_OPEN_CREATE, &SETTINGS)?;
    connection
        .pragma_update(None, "application_id", APPLICATION_ID)
        .map_err(failed)?;
    connection
        .pragma_update(None, "user_version", USER_VERSION)
        .map_err(failed)?;
    for (_, definition) in SCHEMA {
        connection.execute_batch(definition).map_err(failed)?;
    }
    Ok(connection)
}

/// Connects to a database file that is there, and checks that it is the one that this build writes.
pub(super) fn open(path: &Path) -> Result<Connection> {
    checked(connect(path, WRITE, &SETTINGS)?)
}

/// As [`open`], without changing a file or making one. `how` is `immutable`, where nobody writes the file and no
/// write-ahead log lies beside it, or `readonly_shm`, where both files of a write-ahead log do.
pub(super) fn open_unchanged(path: &Path, how: &str) -> Result<Connection> {
    let escaped = |byte: &u8| match char::from(*byte) {
        c if c.is_ascii_alphanumeric() || "/.-_".contains(c) => c.to_string(),
        _ => format!("%{byte:02x}"),
    };
    let path: String = path.as_os_str().as_encoded_bytes().iter().map(escaped).collect();
    let name = format!("file:{path}?{how}=1");
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI;
    let connection = connect(Path::new(&name), flags, &READING)?;
    connection
        .set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)
        .map_err(failed)?;
    checked(connection)
}

fn checked(connection: Connection) -> Result<Connection> {
    check_format(&connection)?;
    check_schema(&connection)?;
    Ok(connection)
}

const WRITE: OpenFlags = OpenFlags::SQLITE_OPEN_READ_WRITE;

fn connect(path: &Path, how: OpenFlags, settings: &[(&str, &str, &str)]) -> Result<Connection> {
    if rusqlite::version_number() < MIN_SQLITE {
        return Err(Error::new(
            ErrorKind::Unsupported,
            format!(
                "SQLite {} may lose committed data; 3.51.3 or newer is needed",
                rusqlite::version()
            ),
        ));
    }
    let flags = OpenFlags::SQLITE_OPEN_NO_MUTEX
        | OpenFlags::SQLITE_OPEN_PRIVATE_CACHE
        | OpenFlags::SQLITE_OPEN_EXRESCODE
        | how;
    let connection = Connection::open_with_flags(path, flags).map_err(failed)?;
    for (config, on) in [
        (DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true),
        // Else a statement is planned anew for each value that it is given.
        (DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true),
        (DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false),
        (DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER, true),
    ] {
        if connection.set_db_config(config, on).map_err(failed)? != on {
            return Err(Error::new(
                ErrorKind::Unsupported,
                "SQLite does not take a needed setting",
            ));
        }
    }
    for &(name, value, expected) in settings {
        set(&connection, name, value, expected)?;
    }
    Ok(connection)
}

/// Sets, and reads back: SQLite passes over what it does not like.
fn set(connection: &Connection, name: &str, value: &str, expected: &str) -> Result<()> {
    connection
        .pragma_update_and_check(None, name, value, |_| Ok(()))
        .or_else(|error| match error {
            rusqlite::Error::QueryReturnedNoRows => Ok(()),
            error => Err(failed(error)),
        })?;
    let read = connection
        .pragma_query_value(None, name, |row| {
            Ok(match row.get_ref(0)? {
                rusqlite::types::ValueRef::Integer(number) => number.to_string(),
                other => other.as_str()?.to_owned(),
            })
        })
        .map_err(failed)?;
    if read == expected {
        return Ok(());
    }
    Err(Error::new(
        ErrorKind::Unsupported,
        format!(
            "SQLite does not take the setting {name}={value}: it stays {}",
            quoted(&read)
        ),
    ))
}

fn check_format(connection: &Connection) -> Result<()> {
    let number = |name| {
        connection
            .pragma_query_value(None, name, |row| row.get::<_, i64>(0))
            .map_err(failed)
    };
    if number("application_id")? != APPLICATION_ID {
        return Err(Error::new(ErrorKind::Corrupt, "this SQLite file is not a ledger"));
    }
    match number("user_version")? {
        USER_VERSION => Ok(()),
        other => Err(Error::new(
            ErrorKind::Unsupported,
            format!("version {other} of the ledger file is not known to this build"),
        )),
    }
}

fn check_schema(connection: &Connection) -> Result<()> {
    let mut found = Vec::new();
    let mut statement = connection
        .prepare("SELECT name, sql FROM sqlite_schema")
        .map_err(failed)?;
    let mut rows = statement.query([]).map_err(failed)?;
    while let Some(row) = rows.next().map_err(failed)? {
        if found.len() > SCHEMA.len() {
            break;
        }
        let name: String = row.get(0).map_err(failed)?;
        let sql: Option<String> = row.get(1).map_err(failed)?;
        found.push((name, sql.unwrap_or_default()));
    }
    found.sort();
    let mut expected: Vec<_> = SCHEMA.to_vec();
    expected.sort_unstable();
    let same = found.len() == expected.len()
        && found
            .iter()
            .zip(&expected)
            .all(|((name, sql), want)| (name.as_str(), sql.as_str()) == *want);
    if same {
        Ok(())
    } else {
        Err(Error::new(
            ErrorKind::Corrupt,
            "the tables or triggers of the ledger file are not those of its format",
        ))
    }
}

/// What a failure of SQLite means.
#[expect(clippy::needless_pass_by_value, reason = "used as `map_err(failed)`")]
pub(super) fn failed(error: rusqlite::Error) -> Error {
    use rusqlite::ErrorCode as Code;
    let kind = match &error {
        rusqlite::Error::SqliteFailure(failure, _) => match failure.code {
            Code::DatabaseBusy | Code::DatabaseLocked => ErrorKind::Busy,
            Code::ConstraintViolation
            | Code::DatabaseCorrupt
            | Code::NotADatabase
            | Code::SchemaChanged
            | Code::TypeMismatch
            | Code::Unknown => ErrorKind::Corrupt,
            Code::PermissionDenied | Code::ReadOnly | Code::AuthorizationForStatementDenied => {
                ErrorKind::PermissionDenied
            }
            Code::TooBig => ErrorKind::TooLarge,
            Code::OutOfMemory => ErrorKind::Unavailable,
            _ => ErrorKind::Io,
        },
        _ => ErrorKind::Corrupt,
    };
    let is_in_the_way = matches!(&error, rusqlite::Error::SqliteFailure(failure, _) if failure.code == Code::ConstraintViolation);
    let error = Error::new(kind, format!("SQLite: {}", quoted(&error.to_string())));
    if is_in_the_way {
        error.remedy(super::IN_THE_WAY)
    } else {
        error
    }
}
