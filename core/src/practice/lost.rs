//! Logs of which only the high-water mark is left: told from those that never were, and brought back beside the mark.

use std::path::{Path, PathBuf};

use super::name;
use super::open::Practice;
use super::place::Found;
use crate::error::{Error, ErrorKind, Result};
use crate::ledger::{Checkpoint, Ledger, VerifyOptions};

/// The largest checkpoint that is read, in bytes.
const MAX_NOTE: u64 = 64 * 1024;

/// A log's high-water mark, as it lies in the folder of the practice.
#[derive(Clone, Debug)]
pub(super) struct KeptMark {
    pub(super) path: PathBuf,
    pub(super) note: String,
    /// The entries that the log had, as the mark says. Who can write marks can write this; nothing is opened by it.
    pub(super) size: u64,
}

impl KeptMark {
    /// What is in this file, where there is one.
    ///
    /// # Errors
    /// `corrupt` when it is no checkpoint, `io`.
    pub(super) fn read(path: PathBuf) -> Result<Option<Self>> {
        let bytes = match crate::file::read(&path, MAX_NOTE) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            other => other?,
        };
        let unfit = |error: Error| {
            error
                .within(format!("high-water mark {}", path.display()))
                .remedy("put the file back as it was")
        };
        let size = Checkpoint::size_unverified(&bytes).map_err(unfit)?;
        let note =
            String::from_utf8(bytes).map_err(|_| unfit(Error::new(ErrorKind::Corrupt, "it is not UTF-8")))?;
        Ok(Some(Self { path, note, size }))
    }

    /// The error for a log that had this mark and is not there.
    pub(super) fn lost(&self, tenant: &str) -> Error {
        Error::new(
            ErrorKind::RollbackDetected,
            format!(
                "the ledger of the tenant `{tenant}` is gone: its high-water mark says that it had {} entries",
                self.size
            ),
        )
        .at(self.path.display().to_string())
        .with("have", 0)
        .with("expected", self.size)
        .remedy(
            "restore it from a backup, or bring it back from its proof with `import_tenant`; where its creation was \
             interrupted, `create_tenant` completes it",
        )
    }

    /// Refuses a bundle that ends before the mark.
    fn refuse_older(&self, bundle: &Path) -> Result<()> {
        let file = bundle.join("checkpoint");
        let note = crate::file::read(&file, MAX_NOTE)?;
        let have =
            Checkpoint::size_unverified(&note).map_err(|error| error.at(file.display().to_string()))?;
        if have >= self.size {
            return Ok(());
        }
        Err(Error::new(
            ErrorKind::RollbackDetected,
            format!(
                "the bundle has {have} entries, and the ledger had {} by its high-water mark",
                self.size
            ),
        )
        .at(self.path.display().to_string())
        .with("have", have)
        .with("expected", self.size)
        .remedy(
            "bring back a newer proof; where there is none and the entries behind it are given up, compare the proof with \
             what was kept elsewhere and move the mark away",
        ))
    }
}

impl Practice {
    /// The ledger of a tenant, whether the tenant can be worked with or not; none where there is no log.
    pub(super) async fn find_ledger(&self, name: &str) -> Result<Option<Ledger>> {
        if let Some(open) = self.opened(name) {
            return Ok(Some(open.ledger().clone()));
        }
        if name::check(name).is_err() {
            return Ok(None);
        }
        let Some((storage, keys)) = self.place().existing(name, &self.options().entropy)? else {
            return Ok(None);
        };
        match Ledger::open(&storage, self.ledger_options(name, &keys)).await {
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(self.with_remedy(name, error)),
            Ok(ledger) => Ok(Some(ledger)),
        }
    }

    /// Why a tenant that has no log is not opened: it is lost, half made, or never was.
    pub(super) fn absent(&self, name: &str) -> Error {
        let mark = match name::check(name) {
            Ok(()) => self.place().kept_mark(name),
            Err(_) => Ok(None),
        };
        match mark.and_then(|mark| Ok((mark, self.tenants()?))) {
            Err(error) => error,
            Ok((Some(mark), _)) => mark.lost(name),
            Ok((None, known)) if known.iter().any(|known| known == name) => name::unborn(name),
            Ok((None, known)) => name::not_found(name, &known),
        }
    }

    /// The mark of a tenant of which nothing else is left.
    pub(super) async fn lost(&self, name: &str) -> Result<Option<KeptMark>> {
        let mark = self.place().kept_mark(name)?;
        let is_there = mark.is_none() || self.find_ledger(name).await.map_or(true, |found| found.is_some());
        Ok(mark.filter(|_| !is_there))
    }

    /// Writes a verified bundle as the log of a tenant, and opens it.
    pub(super) async fn import_ledger(
        &self,
        name: &str,
        found: &Found,
        bundle: &Path,
        verify: &VerifyOptions,
    ) -> Result<Ledger> {
        let (storage, keys) = found;
        let Some(mark) = self.lost(name).await? else {
            return Ledger::import(storage, bundle, self.ledger_options(name, keys), verify).await;
        };
        mark.refuse_older(bundle)?;
        // The log is made with a mark of its own, which then takes the place of the kept one. Interrupted in between, it
        // opens with the kept one, which it contains.
        let staged = mark.path.with_extension("import");
        remove(&staged)?;
        let there = self.place().storage_marked(name, &staged)?;
        let verify = verify.clone().seen_checkpoint(mark.note);
        match Ledger::import(&there, bundle, self.ledger_options(name, keys), &verify).await {
            Ok(imported) => drop(imported),
            Err(error) => {
                let _ = remove(&staged);
                return Err(error);
            }
        }
        std::fs::rename(&staged, &mark.path).map_err(|source| Error::io(source, mark.path.display()))?;
        super::folder::sync_parent(&mark.path)?;
        Ledger::open(storage, self.ledger_options(name, keys)).await
    }
}

fn remove(path: &Path) -> Result<()> {
    match std::fs::remove_file(path) {
        Err(source) if source.kind() != std::io::ErrorKind::NotFound => {
            Err(Error::io(source, path.display()))
        }
        _ => Ok(()),
    }
}
