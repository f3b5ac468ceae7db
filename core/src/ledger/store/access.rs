//! How this process uses the database of a log: to write, or only to read what lies there without changing it.
//!
//! SQLite shares what it knows of an open file among all connections of a process, so that one which must not write would
//! make others unable to; and closing any descriptor of the file drops the locks of the process. So one process either
//! works on a log or reads it as evidence.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use rusqlite::Connection;

use super::place::with_suffix;
use super::schema;
use crate::error::{Error, ErrorKind, Result};

/// What a connection holds on to, for as long as it is open.
pub(super) struct Access {
    _used: Used,
    /// The files that are read as if nobody wrote them, as they were.
    still: Option<(PathBuf, [Stamp; 3])>,
    _copy: Option<PrivateCopy>,
}

impl Access {
    /// For a connection that may write.
    pub(super) fn write(file: FileIdentity) -> Result<Self> {
        let used = Used::new(file, Use::Work).ok_or_else(|| {
            Error::new(
                ErrorKind::Busy,
                "this process is verifying the log without opening it",
            )
            .remedy("open it when the verification has ended")
        })?;
        Ok(Self {
            _used: used,
            still: None,
            _copy: None,
        })
    }

    /// A connection that changes no file of the log and makes none beside them; none where this process works on the log.
    pub(super) fn read(file: FileIdentity, database: &Path) -> Result<Option<(Connection, Self)>> {
        // Elsewhere it cannot be told which files are one.
        let Some(used) = Used::new(file, Use::Evidence).filter(|_| cfg!(unix)) else {
            return Ok(None);
        };
        let stamps = stamps(database);
        let [_, wal, journal] = &stamps;
        let (connection, still, copy) = if !wal.has_content() && !journal.has_content() {
            let connection = schema::open_unchanged(database, "immutable")?;
            (connection, Some((database.to_owned(), stamps)), None)
        } else if !journal.has_content() && with_suffix(database, "-shm").exists() {
            (schema::open_unchanged(database, "readonly_shm")?, None, None)
        } else {
            let copy = PrivateCopy::of(database)?;
            let connection = schema::open(&copy.database())?;
            (connection, Some((database.to_owned(), stamps)), Some(copy))
        };
        let access = Self {
            _used: used,
            still,
            _copy: copy,
        };
        Ok(Some((connection, access)))
    }

    /// Whether nobody has written the files since, as far as that would not be seen.
    pub(super) fn is_as_it_was(&self) -> bool {
        match &self.still {
            Some((database, before)) => stamps(database) == *before,
            None => true,
        }
    }
}

/// When a file was last written, and how long it is; none where there is none.
#[derive(Debug, Eq, PartialEq)]
struct Stamp(Option<(u64, Option<SystemTime>)>);

impl Stamp {
    fn of(path: &Path) -> Self {
        let found = fs::metadata(path).ok();
        Self(found.map(|found| (found.len(), found.modified().ok())))
    }

    fn has_content(&self) -> bool {
        self.0.is_some_and(|(length, _)| length > 0)
    }
}

/// Of the database, its write-ahead log and its journal.
fn stamps(database: &Path) -> [Stamp; 3] {
    ["", "-wal", "-journal"].map(|suffix| Stamp::of(&with_suffix(database, suffix)))
}

/// What a process does with a file; how many connections do.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Use {
    Work,
    Evidence,
}

static USES: Mutex<BTreeMap<FileIdentity, (Use, usize)>> = Mutex::new(BTreeMap::new());

fn uses() -> MutexGuard<'static, BTreeMap<FileIdentity, (Use, usize)>> {
    USES.lock().unwrap_or_else(PoisonError::into_inner)
}

struct Used(FileIdentity);

impl Used {
    /// None where the file is used otherwise.
    fn new(file: FileIdentity, way: Use) -> Option<Self> {
        let mut uses = uses();
        let (present, count) = uses.entry(file).or_insert((way, 0));
        if *present != way {
            return None;
        }
        *count += 1;
        Some(Self(file))
    }
}

impl Drop for Used {
    fn drop(&mut self) {
        let mut uses = uses();
        if let Some((_, count)) = uses.get_mut(&self.0) {
            *count -= 1;
            if *count == 0 {
                uses.remove(&self.0);
            }
        }
    }
}

/// A copy of a database with what a crash left beside it, in a folder of this process; gone when it is dropped.
struct PrivateCopy(PathBuf);

static COPIES: AtomicU64 = AtomicU64::new(0);

impl PrivateCopy {
    fn of(database: &Path) -> Result<Self> {
        let copy = Self(Self::folder()?);
        for suffix in ["", "-wal", "-journal"] {
            let (from, to) = (
                with_suffix(database, suffix),
                with_suffix(&copy.database(), suffix),
            );
            match fs::copy(&from, &to) {
                Err(source) if source.kind() == std::io::ErrorKind::NotFound && !suffix.is_empty() => {}
                Err(source) => {
                    return Err(Error::io(source, format!("{} to {}", from.display(), to.display())).remedy(
                        "a log that was not closed is verified on a copy in the folder for temporary files (`TMPDIR`)",
                    ));
                }
                Ok(_) => make_writable(&to)?,
            }
        }
        Ok(copy)
    }

    fn database(&self) -> PathBuf {
        self.0.join("ledger.db")
    }

    /// A new folder that others cannot read. Its contents are sealed as the log's are.
    fn folder() -> Result<PathBuf> {
        loop {
            let number = COPIES.fetch_add(1, Ordering::Relaxed);
            let name = format!("vcto-verify-{}-{number}", std::process::id());
            let path = std::env::temp_dir().join(name);
            let mut builder = fs::DirBuilder::new();
            #[cfg(unix)]
            std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
            match builder.create(&path) {
                Ok(()) => return Ok(path),
                // Left by a process of this number, or put there.
                Err(source) if source.kind() == std::io::ErrorKind::AlreadyExists => {}
                Err(source) => return Err(Error::io(source, path.display())),
            }
        }
    }
}

impl Drop for PrivateCopy {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// What is copied from a medium that may not be written may not be written either.
fn make_writable(path: &Path) -> Result<()> {
    let fail = |source| Error::io(source, path.display());
    let mut permissions = fs::metadata(path).map_err(fail)?.permissions();
    #[cfg(unix)]
    std::os::unix::fs::PermissionsExt::set_mode(&mut permissions, 0o600);
    #[cfg(not(unix))]
    permissions.set_readonly(false);
    fs::set_permissions(path, permissions).map_err(fail)
}

#[cfg(unix)]
pub(super) type FileIdentity = (u64, u64);

#[cfg(unix)]
pub(super) fn file_identity(path: &Path) -> Option<FileIdentity> {
    use std::os::unix::fs::MetadataExt;
    fs::metadata(path).ok().map(|file| (file.dev(), file.ino()))
}

#[cfg(not(unix))]
pub(super) type FileIdentity = ();

#[cfg(not(unix))]
pub(super) fn file_identity(path: &Path) -> Option<FileIdentity> {
    path.exists().then_some(())
}
