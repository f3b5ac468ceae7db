//! The keys of a log of a practice: the one that wraps and signs first, and those to which the signing was handed over.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use crate::error::{Error, ErrorKind, Result};
use crate::ledger::{LocalKeyFile, Signer, Succession};
use crate::time::Entropy;

/// The keys of one log. Clones are the same ones.
#[derive(Clone, Debug)]
pub(super) struct LogKeys {
    first: Arc<LocalKeyFile>,
    later: Later,
    entropy: Arc<dyn Entropy>,
}

/// Where the keys are that sign after the first.
#[derive(Clone, Debug)]
enum Later {
    /// In files beside that of the first, which has this name: `halden.key.1`, `halden.key.2`.
    Files(PathBuf),
    Memory(Arc<Mutex<Vec<Arc<LocalKeyFile>>>>),
}

impl LogKeys {
    /// The keys in this file and beside it.
    ///
    /// # Errors
    /// As [`LocalKeyFile::open`].
    pub(super) fn open(path: PathBuf, entropy: &Arc<dyn Entropy>) -> Result<Self> {
        let first = LocalKeyFile::open(&path)?;
        Ok(Self::of(first, Later::Files(path), entropy))
    }

    /// As [`open`](Self::open); the first key is made where there is none, and one that an interrupted creation left is taken.
    ///
    /// # Errors
    /// As [`LocalKeyFile::create`] and [`LocalKeyFile::open`].
    pub(super) fn made(path: PathBuf, entropy: &Arc<dyn Entropy>) -> Result<Self> {
        let first = made(&path, &**entropy)?;
        Ok(Self::of(first, Later::Files(path), entropy))
    }

    /// Keys that are in no file.
    ///
    /// # Errors
    /// As [`LocalKeyFile::in_memory`].
    pub(super) fn in_memory(entropy: &Arc<dyn Entropy>) -> Result<Self> {
        let first = LocalKeyFile::in_memory(&**entropy)?;
        Ok(Self::of(first, Later::Memory(Arc::default()), entropy))
    }

    fn of(first: LocalKeyFile, later: Later, entropy: &Arc<dyn Entropy>) -> Self {
        Self {
            first: Arc::new(first),
            later,
            entropy: Arc::clone(entropy),
        }
    }

    /// The key that wraps, and signs until it hands over.
    pub(super) fn first(&self) -> &Arc<LocalKeyFile> {
        &self.first
    }
}

impl Succession for LogKeys {
    fn signer(&self, handovers: u64) -> Result<Arc<dyn Signer>> {
        match &self.later {
            Later::Files(first) => {
                let path = numbered(first, handovers);
                match LocalKeyFile::open(&path) {
                    Err(error) if error.kind() == ErrorKind::NotFound => Err(missing(&path)),
                    other => Ok(Arc::new(other?)),
                }
            }
            Later::Memory(keys) => {
                let keys = keys.lock().unwrap_or_else(PoisonError::into_inner);
                let at = usize::try_from(handovers).unwrap_or(usize::MAX);
                match at.checked_sub(1).and_then(|at| keys.get(at)) {
                    Some(key) => Ok(Arc::clone(key) as _),
                    None => Err(Error::new(ErrorKind::Internal, "a signing key in memory is gone")),
                }
            }
        }
    }

    fn prepare(&self, handovers: u64) -> Result<Arc<dyn Signer>> {
        match &self.later {
            Later::Files(first) => Ok(Arc::new(made(&numbered(first, handovers), &*self.entropy)?)),
            Later::Memory(keys) => {
                let mut keys = keys.lock().unwrap_or_else(PoisonError::into_inner);
                if (keys.len() as u64) < handovers {
                    keys.push(Arc::new(LocalKeyFile::in_memory(&*self.entropy)?));
                }
                drop(keys);
                self.signer(handovers)
            }
        }
    }
}

/// Makes a key, durably; one that is there already is taken.
fn made(path: &Path, entropy: &dyn Entropy) -> Result<LocalKeyFile> {
    match LocalKeyFile::create(path, entropy) {
        Err(error) if error.kind() == ErrorKind::Conflict => LocalKeyFile::open(path),
        other => other,
    }
}

fn numbered(first: &Path, number: u64) -> PathBuf {
    let mut name = first.to_owned().into_os_string();
    name.push(format!(".{number}"));
    PathBuf::from(name)
}

fn missing(path: &Path) -> Error {
    Error::new(
        ErrorKind::Unavailable,
        "the key to which the ledger has handed its signing over is not here",
    )
    .at(path.display().to_string())
    .remedy("copy it from the machine on which the key was rotated, or restore it from a backup")
}
