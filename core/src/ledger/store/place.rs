//! The folder of a log: names of its files, the fair lock of its writers, and leases.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{SendError, channel};
use std::time::Duration;

use super::Lease;
use super::mark::MarkFile;
use crate::error::{Error, ErrorKind, Result};

/// Names the files of a log.
#[derive(Clone, Debug)]
pub(super) struct Place {
    dir: PathBuf,
    mark: MarkFile,
}

impl Place {
    /// A log in this folder; its high-water mark lies in it too unless another path is named.
    pub(super) fn new(dir: PathBuf, mark: Option<PathBuf>) -> Self {
        let mark = MarkFile::new(mark.unwrap_or_else(|| dir.join("high-water")));
        Self { dir, mark }
    }

    pub(super) fn dir(&self) -> &Path {
        &self.dir
    }

    /// The database.
    pub(super) fn database(&self) -> PathBuf {
        self.dir.join("ledger.db")
    }

    /// The database while the log is being created.
    pub(super) fn unborn(&self) -> PathBuf {
        self.dir.join("ledger.db.new")
    }

    /// Takes the lock under which the log is written. Two locks make it fair: who waits for the second holds the first,
    /// so that who has just written queues behind.
    pub(super) fn lock(&self) -> Result<WriteLock> {
        let turn = acquire(&self.dir.join("ledger.turn"))?;
        let writer = acquire(&self.dir.join("ledger.lock"))?;
        drop(turn);
        Ok(WriteLock(writer))
    }

    /// Takes a lease if it is free.
    pub(super) fn lease(&self, name: &str) -> Result<Option<Lease>> {
        let dir = self.dir.join("leases");
        std::fs::create_dir_all(&dir).map_err(|source| Error::io(source, dir.display()))?;
        let path = dir.join(name);
        let fail = |source| Error::io(source, path.display());
        loop {
            let file = open_lock(&path)?;
            match file.try_lock() {
                Err(TryLockError::WouldBlock) => return Ok(None),
                Err(TryLockError::Error(source)) => return Err(fail(source)),
                Ok(()) => {}
            }
            // The holder before may have removed the file between our opening and locking it.
            if is_at(&file, &path) {
                let mut held = Held {
                    file,
                    path,
                    pid: std::process::id(),
                };
                held.note_holder()?;
                return Ok(Some(Lease::new(held)));
            }
        }
    }

    /// The high-water mark.
    pub(super) fn mark(&self) -> &MarkFile {
        &self.mark
    }
}

/// Refuses a database of which a part is something else than a file: SQLite would wait for a pipe.
pub(super) fn check_files(database: &Path) -> Result<()> {
    for suffix in ["", "-journal", "-shm", "-wal"] {
        match crate::file::check_regular(&with_suffix(database, suffix)) {
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            other => other?,
        }
    }
    Ok(())
}

/// The file beside this one that SQLite names so.
pub(super) fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

/// Held while the log is written. The files are opened for each lock anew: a lock belongs to the open file, which a
/// forked child shares, and a child must not keep a lock that its parent took later.
#[derive(Debug)]
pub(super) struct WriteLock(File);

impl Drop for WriteLock {
    fn drop(&mut self) {
        // Closing would not be enough where a child was forked meanwhile.
        let _ = self.0.unlock();
    }
}

#[derive(Debug)]
struct Held {
    file: File,
    path: PathBuf,
    pid: u32,
}

impl Held {
    /// Writes who holds it, for people who wonder.
    fn note_holder(&mut self) -> Result<()> {
        self.file
            .set_len(0)
            .and_then(|()| writeln!(self.file, "pid {}", self.pid))
            .map_err(|source| Error::io(source, self.path.display()))
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        // A forked child shares the lock with its parent and must leave it alone.
        if std::process::id() == self.pid {
            let _ = std::fs::remove_file(&self.path);
            let _ = self.file.unlock();
        }
    }
}

/// How long to wait for the lock.
const PATIENCE: Duration = Duration::from_secs(30);

/// Waits in the operating system's queue, which lets in by the order of coming: those who try again and again starve. It
/// knows no limit of time, so a thread waits there; where it comes too late, it lets the lock go again.
fn acquire(path: &Path) -> Result<File> {
    let fail = |source| Error::io(source, path.display());
    let file = open_lock(path)?;
    match file.try_lock() {
        Ok(()) => return Ok(file),
        Err(TryLockError::WouldBlock) => {}
        Err(TryLockError::Error(source)) => return Err(fail(source)),
    }
    let (tell, told) = channel();
    std::thread::Builder::new()
        .name("vcto-ledger-lock".to_owned())
        .spawn(move || {
            if let Err(SendError(Ok(file))) = tell.send(file.lock().map(|()| file)) {
                let _ = file.unlock();
            }
        })
        .map_err(|source| Error::io(source, "thread"))?;
    match told.recv_timeout(PATIENCE) {
        Ok(locked) => locked.map_err(fail),
        Err(_) => Err(Error::new(
            ErrorKind::Busy,
            "another process holds the log's write lock for more than 30 seconds",
        )
        .at(path.display().to_string())),
    }
}

fn open_lock(path: &Path) -> Result<File> {
    match crate::file::check_regular(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(path)
        .map_err(|source| Error::io(source, path.display()))
}

/// Whether the path still names this open file.
#[cfg(unix)]
fn is_at(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    match (file.metadata(), std::fs::metadata(path)) {
        (Ok(open), Ok(named)) => (open.dev(), open.ino()) == (named.dev(), named.ino()),
        _ => false,
    }
}

#[cfg(not(unix))]
fn is_at(_file: &File, _path: &Path) -> bool {
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a forked child has: the same open file, and another process id.
    #[test]
    fn a_forked_child_leaves_the_lease_of_its_parent_alone() {
        let dir = tempfile::tempdir().unwrap();
        let place = Place::new(dir.path().to_owned(), None);
        let path = dir.path().join("lease");
        let held = |pid| {
            let file = open_lock(&path).unwrap();
            file.lock().unwrap();
            Held {
                file,
                path: path.clone(),
                pid,
            }
        };
        let parents = held(std::process::id());
        let childs = Held {
            file: parents.file.try_clone().unwrap(),
            path: path.clone(),
            pid: std::process::id() + 1,
        };
        drop(childs);
        assert!(path.exists());
        let other = open_lock(&path).unwrap();
        assert!(matches!(other.try_lock(), Err(TryLockError::WouldBlock)));
        drop(parents);
        assert!(!path.exists());
        let lease = place.lease("lease").unwrap();
        assert!(lease.is_some() && place.lease("lease").unwrap().is_none());
    }
}
