//! Where the ledgers of a practice are, and the keys that go with them.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::folder::{Folder, encoded};
use super::keys::LogKeys;
use super::lost::KeptMark;
use super::options::PracticeOptions;
use crate::error::{Error, ErrorKind, Result};
#[cfg(feature = "postgres")]
use crate::ledger::Server;
use crate::ledger::Storage;
use crate::time::Entropy;

/// Before the region in the name of an anchor log; no tenant's name has a `/`.
pub(super) const ANCHOR: &str = "anchor/";

/// A log and its keys.
pub(super) type Found = (Storage, LogKeys);

/// Where the ledgers are.
pub(super) enum Place {
    Folder(Folder),
    #[cfg(feature = "postgres")]
    Server(Server, Folder),
    Memory {
        origin: String,
        logs: Mutex<BTreeMap<String, Found>>,
    },
}

impl Place {
    /// A folder, or what a URL names.
    pub(super) fn open(place: &Path, options: &PracticeOptions) -> Result<Self> {
        match place.to_str() {
            Some(url) if url.contains("://") => at_server(url, options),
            _ => Folder::open(place, options.origin.as_deref(), &*options.entropy).map(Self::Folder),
        }
    }

    /// Gone with this value.
    pub(super) fn memory(options: &PracticeOptions) -> Self {
        let origin = options.origin.as_deref().unwrap_or("vcto.invalid/memory");
        Self::Memory {
            origin: origin.to_owned(),
            logs: Mutex::default(),
        }
    }

    /// The name of a log.
    pub(super) fn origin_of(&self, name: &str) -> String {
        let origin = match self {
            Self::Folder(folder) => &folder.origin,
            #[cfg(feature = "postgres")]
            Self::Server(_, folder) => &folder.origin,
            Self::Memory { origin, .. } => origin,
        };
        format!("{origin}/{name}")
    }

    /// The name of a region's anchor log.
    pub(super) fn anchor_origin(&self, region: &str) -> String {
        self.origin_of(&format!("{ANCHOR}{}", encoded(region)))
    }

    /// The names of the tenants, in order; also of those of which only the mark is left.
    pub(super) fn tenants(&self) -> Result<Vec<String>> {
        match self {
            Self::Folder(folder) => folder.tenants().map(in_order),
            #[cfg(feature = "postgres")]
            Self::Server(server, folder) => {
                let mut names = folder.marked_tenants()?;
                names.extend(tenants_of(server, folder)?);
                Ok(in_order(names))
            }
            Self::Memory { logs, .. } => Ok(locked(logs)
                .keys()
                .filter(|name| !name.contains('/'))
                .cloned()
                .collect()),
        }
    }

    /// The regions that have an anchor log, or a mark of one, in order.
    pub(super) fn regions(&self) -> Result<Vec<String>> {
        match self {
            Self::Folder(folder) => folder.regions().map(in_order),
            #[cfg(feature = "postgres")]
            Self::Server(server, folder) => {
                let mut regions = folder.marked_regions()?;
                regions.extend(regions_of(server, folder)?);
                Ok(in_order(regions))
            }
            Self::Memory { logs, .. } => Ok(locked(logs)
                .keys()
                .filter_map(|name| name.strip_prefix(ANCHOR).map(str::to_owned))
                .collect()),
        }
    }

    /// A region's anchor log; none where there is no such log and none is to be made.
    pub(super) fn anchor(
        &self,
        region: &str,
        make: bool,
        entropy: &Arc<dyn Entropy>,
    ) -> Result<Option<Found>> {
        match self {
            Self::Folder(folder) => {
                let place = folder.anchor(region);
                if !place.exists()? && !make {
                    return Ok(None);
                }
                let keys = place.keys(place.exists()?, entropy)?;
                Ok(Some((storage_at(place.log, place.mark)?, keys)))
            }
            #[cfg(feature = "postgres")]
            Self::Server(server, folder) => {
                let place = folder.anchor(region);
                let exists =
                    place.exists()? || regions_of(server, folder)?.iter().any(|known| known == region);
                if !exists && !make {
                    return Ok(None);
                }
                let keys = place.keys(exists, entropy)?;
                Ok(Some((server.log(&self.anchor_origin(region), place.mark), keys)))
            }
            Self::Memory { logs, .. } => {
                let name = format!("{ANCHOR}{region}");
                if make {
                    return in_memory(logs, &name, entropy).map(Some);
                }
                Ok(locked(logs).get(&name).cloned())
            }
        }
    }

    /// A tenant that is to be made; its key is made with it.
    pub(super) fn to_make(&self, name: &str, entropy: &Arc<dyn Entropy>) -> Result<Found> {
        match self {
            Self::Folder(folder) => {
                // A ledger that lost its key is not given another one, nor one that is gone itself.
                if folder.mark(name).exists() {
                    folder.check_key(name)?;
                }
                folder.has(name)?;
                Ok((storage(folder, name)?, LogKeys::made(folder.key(name), entropy)?))
            }
            #[cfg(feature = "postgres")]
            Self::Server(server, folder) => {
                let is_there = tenants_of(server, folder)?.iter().any(|known| known == name);
                if is_there || folder.mark(name).exists() {
                    folder.check_key(name)?;
                }
                let storage = server.log(&self.origin_of(name), folder.mark(name));
                Ok((storage, LogKeys::made(folder.key(name), entropy)?))
            }
            Self::Memory { logs, .. } => in_memory(logs, name, entropy),
        }
    }

    /// A tenant whose ledger is not here, and whose key is.
    pub(super) fn to_bring_back(&self, name: &str, entropy: &Arc<dyn Entropy>) -> Result<Found> {
        let folder = self.folder().ok_or_else(|| {
            Error::new(
                ErrorKind::Unsupported,
                "a practice in memory keeps no key of a tenant that it does not have",
            )
        })?;
        folder.check_key(name)?;
        self.to_make(name, entropy)
    }

    /// The mark of a tenant's ledger; the name is one.
    pub(super) fn kept_mark(&self, name: &str) -> Result<Option<KeptMark>> {
        match self.folder() {
            Some(folder) => KeptMark::read(folder.mark(name)),
            None => Ok(None),
        }
    }

    /// Whether there is a mark of this log: that of a tenant, or `anchor/<region>`.
    pub(super) fn has_mark(&self, log: &str) -> bool {
        self.folder().is_none_or(|folder| match log.strip_prefix(ANCHOR) {
            Some(region) => folder.anchor(region).mark.exists(),
            None => folder.mark(log).exists(),
        })
    }

    /// The place of a tenant's ledger with its mark elsewhere.
    pub(super) fn storage_marked(&self, name: &str, mark: &Path) -> Result<Storage> {
        match self {
            Self::Folder(folder) => storage_at(folder.ledger(name), mark.to_owned()),
            #[cfg(feature = "postgres")]
            Self::Server(server, _) => Ok(server.log(&self.origin_of(name), mark.to_owned())),
            Self::Memory { .. } => Err(Error::new(ErrorKind::Internal, "a log in memory has no mark")),
        }
    }

    fn folder(&self) -> Option<&Folder> {
        match self {
            Self::Folder(folder) => Some(folder),
            #[cfg(feature = "postgres")]
            Self::Server(_, folder) => Some(folder),
            Self::Memory { .. } => None,
        }
    }

    /// A tenant that is there; the name is one.
    pub(super) fn existing(&self, name: &str, entropy: &Arc<dyn Entropy>) -> Result<Option<Found>> {
        match self {
            Self::Folder(folder) => {
                if !folder.has(name)? {
                    return Ok(None);
                }
                let keys = LogKeys::open(folder.key(name), entropy)?;
                Ok(Some((storage(folder, name)?, keys)))
            }
            #[cfg(feature = "postgres")]
            Self::Server(server, folder) => {
                if !tenants_of(server, folder)?.iter().any(|known| known == name) {
                    return Ok(None);
                }
                folder.check_key(name)?;
                let keys = LogKeys::open(folder.key(name), entropy)?;
                let storage = server.log(&self.origin_of(name), folder.mark(name));
                Ok(Some((storage, keys)))
            }
            Self::Memory { logs, .. } => Ok(locked(logs).get(name).cloned()),
        }
    }
}

impl fmt::Debug for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Folder(folder) => folder.fmt(f),
            #[cfg(feature = "postgres")]
            Self::Server(server, folder) => write!(f, "{server:?}, {folder:?}"),
            Self::Memory { .. } => f.write_str("memory"),
        }
    }
}

fn in_memory(logs: &Mutex<BTreeMap<String, Found>>, name: &str, entropy: &Arc<dyn Entropy>) -> Result<Found> {
    let mut logs = locked(logs);
    if !logs.contains_key(name) {
        let made = (Storage::memory(), LogKeys::in_memory(entropy)?);
        logs.insert(name.to_owned(), made);
    }
    let found = logs.get(name).cloned();
    found.ok_or_else(|| Error::new(ErrorKind::Internal, "a log in memory has no place"))
}

#[cfg(feature = "postgres")]
fn at_server(url: &str, options: &PracticeOptions) -> Result<Place> {
    use super::folder::{check_practice, draw};

    let server = Server::new(url)?;
    let base = options.folder.as_ref().ok_or_else(|| {
        Error::new(
            ErrorKind::InvalidInput,
            "a practice in a database needs a folder for the keys of its tenants and the marks of their ledgers",
        )
        .at("folder")
        .remedy("name it with `PracticeOptions::folder`")
    })?;
    let origin = options.origin.as_deref();
    origin.map_or(Ok(()), check_practice)?;
    let (_, new) = draw(origin, &*options.entropy)?;
    let folder = Folder::beside(base, &server.identity(new)?, origin)?;
    Ok(Place::Server(server, folder))
}

#[cfg(not(feature = "postgres"))]
fn at_server(_: &str, _: &PracticeOptions) -> Result<Place> {
    Err(Error::new(
        ErrorKind::Unsupported,
        "this build keeps practices in folders only",
    )
    .remedy("name a folder, or build with the feature `postgres`"))
}

/// The tenants of a practice in a database, in order of the name.
#[cfg(feature = "postgres")]
fn tenants_of(server: &Server, folder: &Folder) -> Result<Vec<String>> {
    let name = |origin: String| {
        let name = origin.strip_prefix(&folder.origin)?.strip_prefix('/')?;
        crate::gate::is_name(name).then(|| name.to_owned())
    };
    Ok(server.origins()?.into_iter().filter_map(name).collect())
}

/// The regions of a practice in a database that have an anchor log, in order.
#[cfg(feature = "postgres")]
fn regions_of(server: &Server, folder: &Folder) -> Result<Vec<String>> {
    let region = |origin: String| {
        let name = origin.strip_prefix(&folder.origin)?.strip_prefix('/')?;
        super::folder::decoded(name.strip_prefix(ANCHOR)?)
    };
    Ok(server.origins()?.into_iter().filter_map(region).collect())
}

fn storage(folder: &Folder, name: &str) -> Result<Storage> {
    storage_at(folder.ledger(name), folder.mark(name))
}

#[cfg(feature = "sqlite")]
#[expect(clippy::unnecessary_wraps, reason = "without the feature it fails")]
fn storage_at(log: PathBuf, mark: PathBuf) -> Result<Storage> {
    Ok(Storage::sqlite_with_mark(log, mark))
}

#[cfg(not(feature = "sqlite"))]
fn storage_at(_: PathBuf, _: PathBuf) -> Result<Storage> {
    Err(
        Error::new(ErrorKind::Unsupported, "this build has no store for files")
            .remedy("build with the feature `sqlite`"),
    )
}

fn in_order(names: BTreeSet<String>) -> Vec<String> {
    names.into_iter().collect()
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
