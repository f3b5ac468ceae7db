//! The high-water mark: the newest checkpoint, in a file outside of the records.

use std::fs::File;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use super::sync_parent;
use crate::error::{Error, ErrorKind, Result};
use crate::ledger::note::MAX_NOTE;

/// The file of a log's mark.
#[derive(Clone, Debug)]
pub(super) struct MarkFile(PathBuf);

impl MarkFile {
    pub(super) fn new(path: PathBuf) -> Self {
        Self(path)
    }

    pub(super) fn path(&self) -> &Path {
        &self.0
    }

    /// The mark, where there is one.
    pub(super) fn read(&self) -> Result<Option<String>> {
        let fail = |source| Error::io(source, self.0.display());
        let file = match crate::file::open(&self.0) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            other => other?,
        };
        let mut bytes = Vec::new();
        file.take(MAX_NOTE as u64 + 1)
            .read_to_end(&mut bytes)
            .map_err(fail)?;
        let corrupt = || {
            Error::new(ErrorKind::Corrupt, "the high-water mark is not UTF-8")
                .at(self.0.display().to_string())
        };
        String::from_utf8(bytes).map(Some).map_err(|_| corrupt())
    }

    /// Replaces the mark: whole or not at all, and durable.
    pub(super) fn replace(&self, note: &str) -> Result<()> {
        let new = self.beside(".new");
        write(&new, note)?;
        self.put_in_place(&new)
    }

    /// Writes the mark of a log that is not there yet, under another name. See [`confirm`](Self::confirm).
    #[cfg(feature = "postgres")]
    pub(super) fn announce(&self, note: &str) -> Result<()> {
        write(&self.beside(".unborn"), note)?;
        sync_parent(&self.0)
    }

    /// Gives the announced mark its name, if it is the one that this log was made with. Without one there is nothing to do;
    /// a creation that was interrupted before this is completed by whoever opens the log first.
    #[cfg(feature = "postgres")]
    pub(super) fn confirm(&self, first: &str) -> Result<()> {
        let unborn = Self(self.beside(".unborn"));
        if self.0.exists() || unborn.read()?.is_none_or(|announced| announced != first) {
            return Ok(());
        }
        self.put_in_place(&unborn.0)
    }

    fn beside(&self, suffix: &str) -> PathBuf {
        let mut name = self.0.clone().into_os_string();
        name.push(suffix);
        PathBuf::from(name)
    }

    fn put_in_place(&self, from: &Path) -> Result<()> {
        std::fs::rename(from, &self.0).map_err(|source| Error::io(source, self.0.display()))?;
        sync_parent(&self.0)
    }
}

fn write(path: &Path, note: &str) -> Result<()> {
    // What a crash left behind is removed, not opened: it might be something else than a file.
    match std::fs::remove_file(path) {
        Err(source) if source.kind() != std::io::ErrorKind::NotFound => {
            return Err(Error::io(source, path.display()));
        }
        _ => {}
    }
    File::create_new(path)
        .and_then(|mut file| file.write_all(note.as_bytes()).and_then(|()| file.sync_all()))
        .map_err(|source| Error::io(source, path.display()))
}
