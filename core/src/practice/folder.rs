//! Where a practice keeps its things.
//!
//! ```text
//! practice.json             who the practice is
//! keys/<tenant>.key         the tenant's key, mode 0600: destroying it destroys the content of the tenant's ledger
//! keys/<tenant>.key.<n>     the key that signs the tenant's ledger since its nth rotation
//! marks/<tenant>            the high-water mark of the tenant's ledger, outside of the folder of its database
//! tenants/<tenant>/         the tenant's ledger
//! anchors/<region>/         the anchor log of a region; its key is keys/anchor.<region>.key, its mark marks/anchor.<region>
//! ```
//!
//! A practice in a database has only `keys` and `marks` in a folder; who it is and the ledgers are in the database.
//!
//! A region is written with `%` and two digits for each byte but a-z, 0-9 and `-`, so that no region leaves its place.

use std::collections::BTreeSet;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use serde::{Deserialize, Serialize};

use super::keys::LogKeys;
use crate::digest::hex;
use crate::error::{Error, ErrorKind, Result};
use crate::gate::is_name;
use crate::ledger::check_origin;
use crate::text::quoted;
use crate::time::Entropy;

/// The name of the format of `practice.json`.
const FORMAT: &str = "vcto.practice/1";

/// The largest `practice.json` that is read, in bytes.
const MAX_FILE: u64 = 64 * 1024;

/// A practice's folder.
#[derive(Clone, Debug)]
pub(super) struct Folder {
    root: PathBuf,
    pub(super) origin: String,
}

/// Where an anchor log is.
#[derive(Clone, Debug)]
pub(super) struct AnchorPlace {
    pub(super) log: PathBuf,
    pub(super) key: PathBuf,
    pub(super) mark: PathBuf,
}

/// `practice.json`.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Identity {
    format: String,
    /// 32 hexadecimal digits.
    id: String,
    /// Before the name of a tenant it names the tenant's ledger.
    origin: String,
}

impl Folder {
    /// Opens a practice, or begins one in a folder that is empty or not there.
    pub(super) fn open(root: &Path, origin: Option<&str>, entropy: &dyn Entropy) -> Result<Self> {
        let file = root.join("practice.json");
        origin.map_or(Ok(()), check_practice)?;
        if !exists(&file)? {
            begin(root, &file, origin, entropy)?;
        }
        let identity = read(&file)?;
        check_known(&identity, origin).map_err(|error| error.at(file.display().to_string()))?;
        Ok(Self {
            root: root.to_owned(),
            origin: identity.origin,
        })
    }

    /// The folder of a practice in a database, for its keys and marks: within `base`, named by the practice's id. `known` is
    /// what the database says of who the practice is.
    #[cfg(feature = "postgres")]
    pub(super) fn beside(base: &Path, known: &str, origin: Option<&str>) -> Result<Self> {
        let identity = parse(known.as_bytes())?;
        let is_id = identity.id.len() == 32 && identity.id.bytes().all(|byte| byte.is_ascii_hexdigit());
        if !is_id {
            return Err(Error::new(
                ErrorKind::Corrupt,
                "the id of the practice is not one",
            ));
        }
        check_known(&identity, origin)?;
        let root = base.join(&identity.id);
        for folder in ["", "keys", "marks"] {
            make_private(&root.join(folder))?;
        }
        sync_folder(&root)?;
        Ok(Self {
            root,
            origin: identity.origin,
        })
    }

    pub(super) fn key(&self, tenant: &str) -> PathBuf {
        self.root.join("keys").join(format!("{tenant}.key"))
    }

    pub(super) fn ledger(&self, tenant: &str) -> PathBuf {
        self.root.join("tenants").join(tenant)
    }

    pub(super) fn mark(&self, tenant: &str) -> PathBuf {
        self.root.join("marks").join(tenant)
    }

    /// Where the anchor log of a region is.
    pub(super) fn anchor(&self, region: &str) -> AnchorPlace {
        let region = encoded(region);
        AnchorPlace {
            log: self.root.join("anchors").join(&region),
            key: self.root.join("keys").join(format!("anchor.{region}.key")),
            mark: self.root.join("marks").join(format!("anchor.{region}")),
        }
    }

    /// The regions that have an anchor log, or a mark of one that is gone.
    pub(super) fn regions(&self) -> Result<BTreeSet<String>> {
        let there = names_in(&self.root.join("anchors"))?;
        let mut regions = self.marked_regions()?;
        regions.extend(there.iter().filter_map(|name| decoded(name)));
        Ok(regions)
    }

    /// The regions of whose anchor log there is a mark.
    pub(super) fn marked_regions(&self) -> Result<BTreeSet<String>> {
        let region = |name: String| decoded(name.strip_prefix("anchor.")?);
        let marks = names_in(&self.root.join("marks"))?;
        Ok(marks.into_iter().filter_map(region).collect())
    }

    /// The tenants whose creation has begun, and those of which only the mark is left.
    pub(super) fn tenants(&self) -> Result<BTreeSet<String>> {
        let mut names = self.marked_tenants()?;
        let there = names_in(&self.root.join("tenants"))?;
        names.extend(there.into_iter().filter(|name| is_name(name)));
        Ok(names)
    }

    /// The tenants of whose ledger there is a mark.
    pub(super) fn marked_tenants(&self) -> Result<BTreeSet<String>> {
        let marks = names_in(&self.root.join("marks"))?;
        Ok(marks.into_iter().filter(|name| is_name(name)).collect())
    }

    /// Whether there is a ledger of the tenant.
    ///
    /// # Errors
    /// `unavailable` when it is there without its key: it is not gone, and another key would not open it.
    pub(super) fn has(&self, tenant: &str) -> Result<bool> {
        if !exists(&self.ledger(tenant))? {
            return Ok(false);
        }
        self.check_key(tenant).map(|()| true)
    }

    /// Refuses a ledger whose key is not here.
    pub(super) fn check_key(&self, tenant: &str) -> Result<()> {
        let key = self.key(tenant);
        if exists(&key)? {
            return Ok(());
        }
        Err(Error::new(
            ErrorKind::Unavailable,
            format!("the key of the tenant `{tenant}` is missing: what its ledger holds cannot be read"),
        )
        .at(key.display().to_string())
        .remedy("restore the key; where it was destroyed on purpose, `ledger::verify_storage` still verifies the log"))
    }
}

impl AnchorPlace {
    /// Whether anything of the log is there: all of it may be gone but its mark.
    pub(super) fn exists(&self) -> Result<bool> {
        Ok(exists(&self.log)? || exists(&self.mark)?)
    }

    /// The keys of the log; the first is made for a log that does not exist.
    ///
    /// # Errors
    /// `unavailable` when there is a log already and no key: another key would not open it.
    pub(super) fn keys(&self, log_exists: bool, entropy: &Arc<dyn Entropy>) -> Result<LogKeys> {
        if exists(&self.key)? {
            return LogKeys::open(self.key.clone(), entropy);
        }
        if log_exists {
            return Err(
                Error::new(ErrorKind::Unavailable, "the key of the anchor log is missing")
                    .at(self.key.display().to_string())
                    .remedy("restore the key"),
            );
        }
        if let Some(anchors) = self.log.parent() {
            make_private(anchors)?;
        }
        // Another process may make the same log just now.
        LogKeys::made(self.key.clone(), entropy)
    }
}

/// A region as a name of a file, and as a part of an origin.
pub(super) fn encoded(region: &str) -> String {
    const KEPT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-');
    // Where upper and lower case are one, two regions must not be: upper case is encoded too.
    region
        .split_inclusive(|c: char| c.is_ascii_uppercase())
        .flat_map(|part| {
            let (rest, upper) = match part.char_indices().next_back() {
                Some((at, c)) if c.is_ascii_uppercase() => (part.split_at(at).0, Some(c)),
                _ => (part, None),
            };
            let rest = utf8_percent_encode(rest, KEPT).to_string();
            [
                rest,
                upper.map_or_else(String::new, |c| format!("%{:02X}", u32::from(c))),
            ]
        })
        .collect()
}

/// The region that is written so.
pub(super) fn decoded(name: &str) -> Option<String> {
    let region = percent_decode_str(name).decode_utf8().ok()?.into_owned();
    (encoded(&region) == name).then_some(region)
}

/// The names in a folder; none where it is not there.
fn names_in(folder: &Path) -> Result<Vec<String>> {
    let entries = match fs::read_dir(folder) {
        Err(source) if source.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        other => other.map_err(|source| Error::io(source, folder.display()))?,
    };
    let mut names = Vec::new();
    for entry in entries {
        let entry = entry.map_err(|source| Error::io(source, folder.display()))?;
        names.extend(entry.file_name().into_string());
    }
    Ok(names)
}

fn exists(path: &Path) -> Result<bool> {
    path.try_exists()
        .map_err(|source| Error::io(source, path.display()))
}

/// Makes the folders and the file that says who the practice is. Of several processes that begin at once one wins.
fn begin(root: &Path, file: &Path, origin: Option<&str>, entropy: &dyn Entropy) -> Result<()> {
    if !is_empty(root)? {
        return Err(Error::new(
            ErrorKind::InvalidInput,
            "the folder holds something else than a practice",
        )
        .at(root.display().to_string())
        .remedy("name an empty folder, or one that is not there"));
    }
    for folder in ["", "keys", "marks", "tenants"] {
        make_private(&root.join(folder))?;
    }
    if has_entries(&root.join("tenants"))? {
        // Another process may have begun the practice and made a tenant meanwhile.
        return if exists(file)? {
            Ok(())
        } else {
            Err(nameless(file))
        };
    }
    let (id, text) = draw(origin, entropy)?;
    let draft = root.join(format!("practice.{id}.tmp"));
    write_durably(&draft, text.as_bytes())?;
    let linked = fs::hard_link(&draft, file);
    fs::remove_file(&draft).map_err(|source| Error::io(source, draft.display()))?;
    match linked {
        Err(source) if source.kind() != std::io::ErrorKind::AlreadyExists => {
            Err(Error::io(source, file.display()))
        }
        _ => sync_folder(root),
    }
}

/// A new practice: its id, and the text that says who it is.
pub(super) fn draw(origin: Option<&str>, entropy: &dyn Entropy) -> Result<(String, String)> {
    let mut id = [0; 16];
    entropy.fill(&mut id)?;
    let id = hex(&id);
    let identity = Identity {
        format: FORMAT.to_owned(),
        origin: origin.map_or_else(|| format!("vcto.invalid/{id}"), str::to_owned),
        id: id.clone(),
    };
    let mut text = serde_json::to_string(&identity).map_err(|source| {
        Error::new(ErrorKind::Internal, "an identity does not serialise").caused_by(source)
    })?;
    text.push('\n');
    Ok((id, text))
}

/// Whether this can be the name of a practice: with the longest name of a tenant behind it, it still names a log.
pub(super) fn check_practice(origin: &str) -> Result<()> {
    check_origin(origin)?;
    check_origin(&format!("{origin}/{}", "x".repeat(64)))
}

fn check_known(identity: &Identity, origin: Option<&str>) -> Result<()> {
    if origin.is_none_or(|origin| origin == identity.origin) {
        return Ok(());
    }
    Err(Error::new(
        ErrorKind::Conflict,
        format!("this practice is known as {}", quoted(&identity.origin)),
    ))
}

fn has_entries(folder: &Path) -> Result<bool> {
    let mut entries = fs::read_dir(folder).map_err(|source| Error::io(source, folder.display()))?;
    Ok(entries.next().is_some())
}

/// A practice with tenants is not given a new identity: their logs are known by the old one.
fn nameless(file: &Path) -> Error {
    Error::new(
        ErrorKind::Corrupt,
        "the file that says who the practice is is missing, and there are tenants",
    )
    .at(file.display().to_string())
    .remedy("restore it from a backup")
}

/// Whether a folder is not there, or holds at most what a practice that others begin just now holds.
fn is_empty(root: &Path) -> Result<bool> {
    let entries = match fs::read_dir(root) {
        Err(source) if source.kind() == std::io::ErrorKind::NotFound => return Ok(true),
        other => other.map_err(|source| Error::io(source, root.display()))?,
    };
    for entry in entries {
        let name = entry
            .map_err(|source| Error::io(source, root.display()))?
            .file_name();
        let name = name.to_string_lossy();
        let is_ours = matches!(&*name, "anchors" | "keys" | "marks" | "tenants" | "practice.json")
            || (name.starts_with("practice.") && name.ends_with(".tmp"));
        if !is_ours {
            return Ok(false);
        }
    }
    Ok(true)
}

fn read(file: &Path) -> Result<Identity> {
    let bytes = crate::file::read(file, MAX_FILE)?;
    parse(&bytes).map_err(|error| error.at(file.display().to_string()))
}

fn parse(bytes: &[u8]) -> Result<Identity> {
    let identity: Identity =
        serde_json::from_slice(bytes).map_err(|source| Error::new(ErrorKind::Corrupt, source.to_string()))?;
    if identity.format != FORMAT {
        return Err(Error::new(
            ErrorKind::Unsupported,
            format!("the format is not `{FORMAT}`"),
        ));
    }
    Ok(identity)
}

fn make_private(folder: &Path) -> Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder
        .create(folder)
        .map_err(|source| Error::io(source, folder.display()))
}

fn write_durably(path: &Path, bytes: &[u8]) -> Result<()> {
    let mut file = fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(path)
        .map_err(|source| Error::io(source, path.display()))?;
    file.write_all(bytes)
        .and_then(|()| file.sync_all())
        .map_err(|source| Error::io(source, path.display()))
}

/// Makes a renamed file durable.
pub(super) fn sync_parent(path: &Path) -> Result<()> {
    path.parent().map_or(Ok(()), sync_folder)
}

fn sync_folder(folder: &Path) -> Result<()> {
    #[cfg(unix)]
    fs::File::open(folder)
        .and_then(|folder| folder.sync_all())
        .map_err(|source| Error::io(source, folder.display()))?;
    #[cfg(not(unix))]
    let _ = folder;
    Ok(())
}
