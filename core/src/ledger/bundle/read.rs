//! Checking a bundle: offline, without keys, without trust in any of its files.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use super::files::BundleFiles;
use super::{CHECKPOINT, KEYS, LENGTH, MANIFEST, STRIDE, TilePath, VKEY, check_manifest, payload_path};
use crate::error::{Error, ErrorKind, Result};
use crate::ledger::audit::{Claims, Evidence, Mark, audit};
use crate::ledger::chain::is_rotation;
use crate::ledger::checkpoint::Checkpoint;
use crate::ledger::entry::MAX_PAYLOAD;
use crate::ledger::header::Header;
use crate::ledger::note::{MAX_NOTE, VerifierKey};
use crate::ledger::store::{Row, StoredCheckpoint, Visit};
use crate::ledger::tree::{Hash, TILE_WIDTH, TileId, leaf_hash};
use crate::ledger::verdict::{Verification, VerifyOptions};

/// The largest `keys.json` that is read.
pub(super) const MAX_KEYS: u64 = 16 << 20;

/// Verifies a bundle: the same verdicts as [`Ledger::verify`](crate::ledger::Ledger::verify), from files alone.
///
/// Without [`VerifyOptions::key`] the authenticity is `self_signed` at best: the bundle is what the log that it names has
/// signed, but whether that is the right log is for the reader to know.
///
/// # Errors
/// `not_found` where there is no bundle, `corrupt` when its checkpoint cannot be read, `io`, `cancelled`.
pub fn verify_bundle(dir: impl AsRef<Path>, options: &VerifyOptions) -> Result<Verification> {
    verify_bundle_files(dir.as_ref(), options).map(|(verification, _)| verification)
}

/// As [`verify_bundle`]; and which files the bundle is made of.
pub(crate) fn verify_bundle_files(
    dir: &Path,
    options: &VerifyOptions,
) -> Result<(Verification, BundleFiles)> {
    verify(dir, options).map_err(|error| error.during("ledger.verify_bundle"))
}

fn verify(dir: &Path, options: &VerifyOptions) -> Result<(Verification, BundleFiles)> {
    let (mut bundle, claims) = open(dir)?;
    let verification = audit(&mut bundle, claims, options)?;
    Ok((verification, BundleFiles::new(bundle.size, bundle.payloads)))
}

/// The records of a bundle, and what the files beside them say.
pub(super) fn open(dir: &Path) -> Result<(Bundle, Claims<'static>)> {
    let note = read(&dir.join(CHECKPOINT), MAX_NOTE as u64)?.ok_or_else(|| {
        Error::new(ErrorKind::NotFound, "there is no ledger bundle here").at(dir.display().to_string())
    })?;
    let size = Checkpoint::size_unverified(&note).map_err(|error| error.within(CHECKPOINT))?;
    let note =
        String::from_utf8(note).map_err(|_| Error::new(ErrorKind::Corrupt, "the checkpoint is not UTF-8"))?;
    let mut before = Vec::new();
    let stated_keys = stated_keys(dir, &mut before)?;
    let claims = Claims {
        stated_keys,
        before,
        ..Claims::default()
    };
    let bundle = Bundle {
        dir: dir.to_owned(),
        size,
        note,
        payloads: Vec::new(),
    };
    Ok((bundle, claims))
}

/// Checks the files beside the records, and takes the log's keys from them. They are signed by the newest; that it is one of
/// the log is for the audit to say.
fn stated_keys(dir: &Path, before: &mut Vec<Error>) -> Result<Vec<VerifierKey>> {
    let keys = read(&dir.join(KEYS), MAX_KEYS)?.unwrap_or_default();
    let vkey = read(&dir.join(VKEY), MAX_NOTE as u64)?.unwrap_or_default();
    let manifest = read(&dir.join(MANIFEST), MAX_NOTE as u64)?.unwrap_or_default();
    let stated: Vec<VerifierKey> = std::str::from_utf8(&vkey)
        .ok()
        .and_then(|text| text.strip_suffix('\n'))
        .and_then(|text| text.split('\n').map(|key| key.parse().ok()).collect())
        .unwrap_or_default();
    if stated.is_empty() {
        before.push(Error::new(
            ErrorKind::Corrupt,
            format!("`{VKEY}` is missing or no key"),
        ));
    }
    if let Some(key) = stated.last()
        && let Err(error) = check_manifest(&manifest, &[(KEYS, &keys), (VKEY, &vkey)], key)
    {
        before.push(error.within(format!("`{MANIFEST}`")));
    }
    Ok(stated)
}

pub(super) struct Bundle {
    dir: PathBuf,
    pub(super) size: u64,
    pub(super) note: String,
    /// The digests of the payloads so far.
    payloads: Vec<[u8; 32]>,
}

impl Evidence for Bundle {
    fn size(&mut self) -> Result<u64> {
        Ok(self.size)
    }

    fn scan(&mut self, from: u64, limit: usize, visit: &mut Visit<'_>) -> Result<usize> {
        self.entries(from, limit, &mut |bundle, row| {
            let ciphertext = bundle.payload(row)?;
            visit(row, ciphertext.as_deref())
        })
    }

    fn scan_headers(&mut self, from: u64, limit: usize, visit: &mut Visit<'_>) -> Result<usize> {
        self.entries(from, limit, &mut |bundle, row| {
            let payload = if is_rotation(&row.header) {
                bundle.payload(row)?
            } else {
                None
            };
            visit(row, payload.as_deref())
        })
    }

    fn tile(&mut self, id: TileId, width: usize) -> Result<Option<Vec<Hash>>> {
        let path = TilePath::tile(id.level, id.index, width).to_string();
        let bytes = read(&self.dir.join(path), (width * 32) as u64)?;
        Ok(bytes
            .filter(|bytes| bytes.len() == width * 32)
            .map(|bytes| bytes.as_chunks().0.to_vec()))
    }

    fn has_partial_tiles(&self) -> bool {
        true
    }

    fn checkpoints(&mut self, from: u64, _limit: usize) -> Result<Vec<StoredCheckpoint>> {
        let one = StoredCheckpoint {
            size: self.size,
            note: self.note.clone(),
        };
        Ok(if from <= self.size { vec![one] } else { Vec::new() })
    }

    fn mark(&mut self) -> Result<Mark> {
        Ok(Mark::Foreign)
    }
}

impl Bundle {
    /// The rows from `from` on that lie in one bundle of entries, at most `limit`; how many.
    fn entries(
        &mut self,
        from: u64,
        limit: usize,
        visit: &mut dyn FnMut(&mut Self, &Row) -> Result<()>,
    ) -> Result<usize> {
        let index = from / TILE_WIDTH as u64;
        let start = index * TILE_WIDTH as u64;
        let width = usize::try_from(self.size - start)
            .unwrap_or(TILE_WIDTH)
            .min(TILE_WIDTH);
        let path = TilePath::entries(index, width).to_string();
        let bytes = read(&self.dir.join(&path), (STRIDE * width) as u64)?.unwrap_or_default();
        if bytes.len() > STRIDE * width {
            return Err(Error::new(
                ErrorKind::Corrupt,
                format!("`{path}` is longer than its {width} entries"),
            ));
        }
        let entries = (start..)
            .zip(bytes.chunks(STRIDE))
            .skip_while(|(seq, _)| *seq < from)
            .take(limit);
        let mut count = 0;
        for (seq, entry) in entries {
            let row = row(seq, entry);
            if let Ok(header) = Header::parse(&row.header) {
                self.payloads.push(header.ciphertext_digest);
            }
            visit(self, &row)?;
            count += 1;
        }
        Ok(count)
    }

    fn payload(&self, row: &Row) -> Result<Option<Vec<u8>>> {
        let Ok(header) = Header::parse(&row.header) else {
            return Ok(None);
        };
        read(
            &self.dir.join(payload_path(&header.ciphertext_digest)),
            u64::from(header.payload_len).min(MAX_PAYLOAD as u64 + 16),
        )
    }
}

/// An entry of a bundle of entries; without its header where the length before it is wrong.
fn row(seq: u64, entry: &[u8]) -> Row {
    let header = match entry.split_first_chunk::<2>() {
        Some((&LENGTH, header)) => header.to_vec(),
        _ => Vec::new(),
    };
    Row {
        seq,
        leaf_hash: leaf_hash(&header).to_vec(),
        header,
    }
}

/// A regular file of at most `limit` bytes; of a longer one, one byte more, so that it is not taken for the right one.
pub(super) fn read(path: &Path, limit: u64) -> Result<Option<Vec<u8>>> {
    let fail = |source| Error::io(source, path.display());
    // Looked at before it is opened: opening a named pipe waits for ever.
    if std::fs::metadata(path).is_ok_and(|found| !found.is_file()) {
        return Ok(None);
    }
    let file = match File::open(path) {
        Ok(file) => file,
        Err(source) if is_absent(&source) => return Ok(None),
        Err(source) => return Err(fail(source)),
    };
    let mut bytes = Vec::new();
    match file.take(limit.saturating_add(1)).read_to_end(&mut bytes) {
        Ok(_) => Ok(Some(bytes)),
        Err(source) if is_absent(&source) => Ok(None),
        Err(source) => Err(fail(source)),
    }
}

fn is_absent(source: &std::io::Error) -> bool {
    use std::io::ErrorKind as Kind;
    matches!(
        source.kind(),
        Kind::NotFound | Kind::NotADirectory | Kind::IsADirectory
    )
}
