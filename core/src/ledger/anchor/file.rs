//! An anchor that is a folder: on another machine, another volume, a store that only takes what is new.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

use async_trait::async_trait;
use jiff::Timestamp;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::outside::{Anchor, AnchorRequest, Kept};
use super::split::SplitView;
use crate::digest::hex;
use crate::error::{Error, ErrorKind, Result};
use crate::ledger::chain::KeyChain;
use crate::ledger::checkpoint::Checkpoint;
use crate::ledger::note::{MAX_NOTE, VerifierKey};
use crate::ledger::store::sync_parent;

/// Of a file's name.
const ENDING: &str = ".checkpoint";
const VKEY: &str = "log.vkey";
const HANDOVER: &str = "handover-";

/// Keeps each checkpoint as a file of its own, and never writes over one. A history that contradicts what it keeps is refused;
/// where two signed checkpoints show it to anybody, they are left as evidence: [`SplitView`].
///
/// ```text
/// <folder>/<origin of the anchor log, percent-encoded>/
///     log.vkey                              the key that signed the first checkpoint
///     handover-00000000000000000041         from that key to the next, a note that both have signed; any other key is refused
///     00000000000000000042.checkpoint       the signed note, byte for byte
///     split-view-<size>-<root>.json         evidence, where there is any
/// ```
///
/// It is worth as much as the folder is out of reach of who could change the practice's: an account that may create files and
/// change none, a share of the client's, a volume that is written once.
#[derive(Clone, Debug)]
pub struct FileAnchor {
    name: String,
    dir: PathBuf,
}

/// A checkpoint of an anchor log that a folder keeps.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct KeptCheckpoint {
    /// The signed note.
    pub note: String,
    /// How many entries the anchor log had.
    pub size: u64,
    /// Since when the file is there, by the clock of its file system.
    pub since: Option<Timestamp>,
}

impl FileAnchor {
    /// An anchor of this name over this folder, which is created when it is first used.
    pub fn new(name: impl Into<String>, dir: impl Into<PathBuf>) -> Self {
        Self {
            name: name.into(),
            dir: dir.into(),
        }
    }

    /// What is kept of the anchor log of this origin, by size: what a verifier gives to
    /// [`kept_anchor`](crate::ledger::VerifyOptions::kept_anchor).
    ///
    /// # Errors
    /// `io`, `permission_denied`; `corrupt` for a file that is no checkpoint of this size.
    pub fn kept(&self, origin: &str) -> Result<Vec<KeptCheckpoint>> {
        let place = self.place(origin);
        let mut kept = Vec::new();
        for size in sizes(&place).map_err(during)? {
            let path = file_of(&place, size);
            let note = read(&path)?.ok_or_else(|| corrupt(&path, "is gone"))?;
            if Checkpoint::size_unverified(note.as_bytes()).ok() != Some(size) {
                return Err(corrupt(&path, "is no checkpoint of this size"));
            }
            let since = fs::metadata(&path).and_then(|found| found.modified()).ok();
            let since = since.and_then(|time| Timestamp::try_from(time).ok());
            kept.push(KeptCheckpoint { note, size, since });
        }
        Ok(kept)
    }

    fn place(&self, origin: &str) -> PathBuf {
        const KEPT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_');
        // The origin of an anchor log has a slash, so this is never a name with a meaning, such as `..`.
        self.dir.join(utf8_percent_encode(origin, KEPT).to_string())
    }

    async fn take(&self, request: &AnchorRequest) -> Result<Kept> {
        let checkpoint = &request.checkpoint;
        let place = self.place(checkpoint.origin());
        fs::create_dir_all(&place).map_err(|source| Error::io(source, place.display()))?;
        let keys = keys(&place, request)?;
        let path = file_of(&place, checkpoint.size());
        if let Some(note) = read(&path)? {
            let before = kept(&path, &note, &keys.all)?;
            if before.root() == checkpoint.root() {
                return Ok(Kept::silently());
            }
            let key = keys.all.at(checkpoint.size()).clone();
            let evidence = SplitView::new(key, before.note(), checkpoint.note())?;
            return Err(leave(&place, &evidence)?);
        }
        if let Some(newest) = sizes(&place)?.pop() {
            let path = file_of(&place, newest);
            let note = read(&path)?.ok_or_else(|| corrupt(&path, "is gone"))?;
            compare(&place, &kept(&path, &note, &keys.all)?, &keys.all, request).await?;
        }
        for (path, note) in &keys.new {
            write_new(path, note.as_bytes())?;
        }
        write_new(&path, checkpoint.note().as_bytes())?;
        Ok(Kept::silently())
    }
}

#[async_trait]
impl Anchor for FileAnchor {
    fn name(&self) -> &str {
        &self.name
    }

    async fn keep(&self, request: &AnchorRequest) -> Result<Kept> {
        self.take(request).await.map_err(during)
    }
}

/// Whether one history holds both what is kept and what is new.
async fn compare(place: &Path, before: &Checkpoint, keys: &KeyChain, request: &AnchorRequest) -> Result<()> {
    let now = &request.checkpoint;
    let (old, new) = if before.size() < now.size() {
        (before, now)
    } else {
        (now, before)
    };
    let proof = match request.prove_consistency(old.size(), new.size()).await {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            return Err(Error::new(
                ErrorKind::RollbackDetected,
                format!(
                    "the anchor log has {} entries, and had {}: it was truncated or restored from an older copy",
                    now.size(),
                    before.size()
                ),
            )
            .with("have", now.size())
            .with("expected", before.size()));
        }
        other => other?,
    };
    if proof.verify(old.root(), new.root()).is_ok() {
        return Ok(());
    }
    if before.size() < now.size() {
        let root = request.root_at(before.size()).await?;
        let handovers: Vec<_> = keys.notes().map(str::to_owned).collect();
        let key = keys.at(0).clone();
        let evidence = SplitView::of_sizes(key, &handovers, before.note(), now.note(), root, proof.hashes);
        if let Ok(evidence) = evidence {
            return Err(leave(place, &evidence)?);
        }
    }
    Err(Error::new(
        ErrorKind::Corrupt,
        format!(
            "the anchor log does not hold the {} entries that are kept: its history was written anew",
            before.size()
        ),
    ))
}

/// Leaves the evidence, and says so.
fn leave(place: &Path, evidence: &SplitView) -> Result<Error> {
    let (before, _) = evidence.checkpoints();
    // However far the other history has grown, it is told once.
    let root = hex(evidence.other_root());
    let name = format!(
        "split-view-{}-{}.json",
        before.size(),
        root.get(..16).unwrap_or(&root)
    );
    let path = place.join(name);
    if read(&path)?.is_none() {
        write_new(&path, evidence.to_json()?.as_bytes())?;
    }
    Ok(Error::new(
        ErrorKind::Corrupt,
        format!(
            "the anchor log signed another history of its first {} entries before: the evidence is kept",
            before.size()
        ),
    )
    .at(path.display().to_string()))
}

/// The keys by which a folder believes an anchor log.
struct Keys {
    all: KeyChain,
    /// The hand-overs that are not kept yet, and where they belong.
    new: Vec<(PathBuf, String)>,
}

/// The folder belongs to the log whose key came first, and follows it to the keys to which that handed over.
fn keys(place: &Path, request: &AnchorRequest) -> Result<Keys> {
    let first = first_key(place, &request.key)?;
    let Some(all) = request.keys.since(&first) else {
        return Err(Error::new(
            ErrorKind::Denied,
            "the anchor log is signed by another key than the checkpoints that are kept, and no hand-over leads from one to the other",
        )
        .at(place.join(VKEY).display().to_string()));
    };
    let newest = sizes(place)?.pop().unwrap_or(0);
    let mut new = Vec::new();
    for (from, note) in all.links() {
        let path = place.join(format!("{HANDOVER}{:020}", from.saturating_sub(1)));
        match read(&path)? {
            Some(before) if before == note => {}
            // What is kept behind it was signed by the key that is said to have handed over before.
            None if from > newest => new.push((path, note.to_owned())),
            _ => return Err(rewritten(&path)),
        }
    }
    let known = all.handovers().saturating_sub(new.len() as u64);
    match numbers(place, HANDOVER, "")?.get(usize::try_from(known).unwrap_or(usize::MAX)) {
        None => Ok(Keys { all, new }),
        Some(lost) => Err(rewritten(&place.join(format!("{HANDOVER}{lost:020}")))),
    }
}

/// A hand-over contradicts one that is kept, or a checkpoint, or is not there any more.
fn rewritten(path: &Path) -> Error {
    Error::new(
        ErrorKind::Corrupt,
        "the anchor log tells of its signing keys in another way than before: its history was written anew",
    )
    .at(path.display().to_string())
}

/// The key that came first.
fn first_key(place: &Path, present: &VerifierKey) -> Result<VerifierKey> {
    let path = place.join(VKEY);
    match read(&path)? {
        Some(before) => {
            let key = before.strip_suffix('\n').and_then(|key| key.parse().ok());
            key.ok_or_else(|| corrupt(&path, "is no verifier key"))
        }
        None if sizes(place)?.is_empty() => {
            write_new(&path, format!("{present}\n").as_bytes())?;
            Ok(present.clone())
        }
        None => Err(corrupt(&path, "is gone")),
    }
}

fn kept(path: &Path, note: &str, keys: &KeyChain) -> Result<Checkpoint> {
    keys.verify(note.as_bytes())
        .map_err(|error| error.at(path.display().to_string()))
}

fn file_of(place: &Path, size: u64) -> PathBuf {
    place.join(format!("{size:020}{ENDING}"))
}

/// The sizes that are kept, in order.
fn sizes(place: &Path) -> Result<Vec<u64>> {
    numbers(place, "", ENDING)
}

/// The numbers in the names of files of one kind, in order.
fn numbers(place: &Path, beginning: &str, ending: &str) -> Result<Vec<u64>> {
    let fail = |source| Error::io(source, place.display());
    let entries = match fs::read_dir(place) {
        Err(source) if source.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        other => other.map_err(fail)?,
    };
    let mut numbers = Vec::new();
    for entry in entries {
        let name = entry.map_err(fail)?.file_name();
        let digits = name
            .to_str()
            .and_then(|name| name.strip_prefix(beginning)?.strip_suffix(ending));
        numbers.extend(
            digits
                .filter(|digits| digits.len() == 20)
                .and_then(|digits| digits.parse::<u64>().ok()),
        );
    }
    numbers.sort_unstable();
    Ok(numbers)
}

fn read(path: &Path) -> Result<Option<String>> {
    let bytes = match crate::file::read(path, 4 * MAX_NOTE as u64) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        other => other?,
    };
    String::from_utf8(bytes)
        .map(Some)
        .map_err(|_| corrupt(path, "is not UTF-8"))
}

/// A whole file under a name that is free, durable when it returns.
fn write_new(path: &Path, bytes: &[u8]) -> Result<()> {
    let fail = |source| Error::io(source, path.display());
    let mut new = path.as_os_str().to_owned();
    new.push(format!(".{}.new", std::process::id()));
    let new = PathBuf::from(new);
    match fs::remove_file(&new) {
        Err(source) if source.kind() != std::io::ErrorKind::NotFound => return Err(fail(source)),
        _ => {}
    }
    File::create_new(&new)
        .and_then(|mut file| file.write_all(bytes).and_then(|()| file.sync_all()))
        .map_err(fail)?;
    // A link is refused where the name is taken; a file system without links gets the look before.
    let linked = match fs::hard_link(&new, path) {
        Err(source) if source.kind() != std::io::ErrorKind::AlreadyExists && !path.exists() => {
            fs::rename(&new, path)
        }
        linked => {
            let _ = fs::remove_file(&new);
            linked
        }
    };
    linked.map_err(fail)?;
    sync_parent(path)
}

fn corrupt(path: &Path, what: &str) -> Error {
    Error::new(ErrorKind::Corrupt, format!("what is kept {what}")).at(path.display().to_string())
}

fn during(error: Error) -> Error {
    error.during("anchor.file")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_is_never_written_over() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("42.note");
        write_new(&path, b"first").unwrap();
        for later in [b"first".as_slice(), b"other", b""] {
            let refused = write_new(&path, later).unwrap_err();
            assert_eq!(refused.kind(), ErrorKind::Io, "{refused}");
            assert_eq!(fs::read(&path).unwrap(), b"first");
        }
        let names = fs::read_dir(dir.path()).unwrap().count();
        assert_eq!(names, 1, "nothing else is left");
    }
}
