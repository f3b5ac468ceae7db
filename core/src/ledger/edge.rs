//! From storage to a tree that can be trusted as far as the log's own signature reaches.

use super::audit::{Evidence, Mark};
use super::chain::{KeyChain, is_rotation};
use super::checkpoint::Checkpoint;
use super::entry::{EntryType, LogId};
use super::header::Header;
use super::keys::KeyPurpose;
use super::session::Session;
use super::store::{Row, Store, StoredCheckpoint, Stray, Visit};
use super::tree::{Hash, TILE_WIDTH, TileId, Tree, edge_width, leaf_hash, levels_of, subtree_root};
use crate::error::{Error, ErrorKind, Result};

/// Rows that are read from a store at once.
pub(super) const PAGE: usize = 512;

/// The tree as stored, and the time of its last entry.
#[derive(Clone, Debug)]
pub(super) struct View {
    pub(super) tree: Tree,
    pub(super) last_time_us: u64,
    /// Whether others have handed the log over to another key since that was last asked.
    pub(super) has_rotated: bool,
    log_id: LogId,
}

impl View {
    /// Reads the right edge of the tree: as much as is needed to go on, whatever the size of the log.
    pub(super) fn load(store: &mut dyn Store, log_id: LogId) -> Result<Self> {
        let size = store.size()?;
        let tree = edge(store, log_id, size)?;
        let last_time_us = match size.checked_sub(1) {
            None => 0,
            Some(last) => row_header(&one_row(store, last)?, last, log_id)?.0.time_us,
        };
        Ok(Self {
            tree,
            last_time_us,
            has_rotated: false,
            log_id,
        })
    }

    /// Reads what was appended by others since.
    ///
    /// # Errors
    /// `rollback_detected` when the log has become shorter, `corrupt`.
    pub(super) fn advance(&mut self, store: &mut dyn Store) -> Result<()> {
        let size = store.size()?;
        if size < self.tree.size() {
            return Err(rolled_back(size, self.tree.size()));
        }
        while self.tree.size() < size {
            let rows = store.rows(self.tree.size(), PAGE)?;
            if rows.is_empty() {
                return Err(corrupt(self.tree.size(), "is missing"));
            }
            for row in rows {
                let (header, hash) = row_header(&row, self.tree.size(), self.log_id)?;
                self.last_time_us = self.last_time_us.max(header.time_us);
                self.has_rotated |= header.entry_type == EntryType::KEY_ROTATED;
                self.tree.push(hash);
            }
        }
        Ok(())
    }
}

impl Evidence for Box<dyn Store> {
    fn size(&mut self) -> Result<u64> {
        Store::size(&mut **self)
    }

    fn scan(&mut self, from: u64, limit: usize, visit: &mut Visit<'_>) -> Result<usize> {
        Store::scan(&mut **self, from, limit, visit)
    }

    fn scan_headers(&mut self, from: u64, limit: usize, visit: &mut Visit<'_>) -> Result<usize> {
        let rows = self.rows(from, limit)?;
        for row in &rows {
            if is_rotation(&row.header) {
                Store::scan(&mut **self, row.seq, 1, visit)?;
            } else {
                visit(row, None)?;
            }
        }
        Ok(rows.len())
    }

    fn tile(&mut self, id: TileId, _width: usize) -> Result<Option<Vec<Hash>>> {
        Store::tile(&mut **self, id)
    }

    fn has_partial_tiles(&self) -> bool {
        false
    }

    fn checkpoints(&mut self, from: u64, limit: usize) -> Result<Vec<StoredCheckpoint>> {
        Store::checkpoints(&mut **self, from, limit)
    }

    fn strays(&mut self) -> Result<Vec<Stray>> {
        Store::strays(&mut **self)
    }

    fn key_purposes(&mut self) -> Result<Vec<KeyPurpose>> {
        Ok(self.keys()?.into_iter().map(|key| key.purpose).collect())
    }

    fn mark(&mut self) -> Result<Mark> {
        Ok(Store::mark(&mut **self)?.map_or(Mark::Missing, Mark::Note))
    }
}

/// What the log has signed, as far as it is stored.
#[derive(Debug)]
pub(super) struct Signed {
    pub(super) newest: Option<Checkpoint>,
    pub(super) has_mark: bool,
}

/// Compares the stored tree with what the log has signed: the high-water mark and the newest stored checkpoint.
///
/// # Errors
/// `rollback_detected` when the log is shorter than it was, or has no mark although it must have one; `corrupt` when
/// its history is another than the signed one; `denied` when it has handed over to a key that is not at hand.
pub(super) fn check_signed(store: &mut dyn Store, view: &mut View, session: &Session) -> Result<Signed> {
    let mark = store.mark()?;
    let stored = store.last_checkpoint()?;
    // After those: a hand-over is stored before anything that the next key signs.
    let keys = &session.follow(store)?.chain;
    let mark = match mark {
        Some(note) => Some(verified(&note, keys, &mark_place(store)).map_err(bad_mark)?),
        None if session.options.accept_missing_mark => None,
        None => return Err(no_mark(view.tree.size())),
    };
    let stored = match stored {
        Some(stored) => Some(verified(&stored.note, keys, "newest checkpoint")?),
        None => None,
    };
    // Others may have appended and signed since the view was loaded; what they signed was stored before.
    view.advance(store)?;
    for checkpoint in [&mark, &stored].into_iter().flatten() {
        check_root(store, view, checkpoint)?;
    }
    let has_mark = mark.is_some();
    let newest = [mark, stored].into_iter().flatten().max_by_key(Checkpoint::size);
    Ok(Signed { newest, has_mark })
}

fn verified(note: &str, keys: &KeyChain, what: &str) -> Result<Checkpoint> {
    keys.verify(note.as_bytes()).map_err(|error| error.within(what))
}

fn check_root(store: &mut dyn Store, view: &View, checkpoint: &Checkpoint) -> Result<()> {
    let (have, signed) = (view.tree.size(), checkpoint.size());
    if signed > have {
        return Err(rolled_back(have, signed));
    }
    let root = if signed == have {
        view.tree.root()
    } else {
        edge(store, view.log_id, signed)?.root()
    };
    if root == *checkpoint.root() {
        return Ok(());
    }
    let text = format!("the stored history of the first {signed} entries is not the one that was signed");
    Err(Error::new(ErrorKind::Corrupt, text)
        .remedy("`verify_storage` says where it differs")
        .during("ledger.open"))
}

/// The right edge of the tree at an earlier or the present size, from full tiles and the rows after them.
pub(super) fn edge(store: &mut dyn Store, log_id: LogId, size: u64) -> Result<Tree> {
    let mut levels = Vec::new();
    for level in 0u8..8 {
        if usize::from(level) >= levels_of(size) {
            break;
        }
        let complete = size >> (8 * u32::from(level));
        let first = complete - edge_width(size, level) as u64;
        levels.push(match level.checked_sub(1) {
            None => leaves(store, log_id, first, complete)?,
            Some(below) => (first..complete)
                .map(|index| Ok(subtree_root(&full_tile(store, TileId { level: below, index })?)))
                .collect::<Result<_>>()?,
        });
    }
    Tree::from_edge(size, levels)
        .ok_or_else(|| Error::new(ErrorKind::Internal, "the edge of the tree has a wrong width"))
}

/// A full tile from storage, with the right number of hashes.
pub(super) fn full_tile(store: &mut dyn Store, id: TileId) -> Result<Vec<Hash>> {
    let first = id
        .index
        .checked_shl(8 * (u32::from(id.level) + 1))
        .unwrap_or(u64::MAX);
    match store.tile(id)? {
        Some(hashes) if hashes.len() == TILE_WIDTH => Ok(hashes),
        Some(_) => Err(corrupt(first, "lies in a tile that has not 256 hashes")),
        None => Err(corrupt(first, "lies in a tile that is missing")),
    }
}

/// A row's header and leaf hash, checked against place, log and the stored leaf hash.
pub(super) fn row_header(row: &Row, seq: u64, log_id: LogId) -> Result<(Header, Hash)> {
    if row.seq != seq {
        return Err(corrupt(seq, "is missing"));
    }
    let header =
        Header::parse(&row.header).map_err(|error| error.at(format!("entry {seq}")).with("seq", seq))?;
    let hash = leaf_hash(&row.header);
    if header.seq != seq || header.log_id != log_id {
        return Err(corrupt(seq, "is another entry than its place says"));
    }
    if row.leaf_hash != hash {
        return Err(corrupt(seq, "has a header that is not the one that was hashed"));
    }
    Ok((header, hash))
}

fn leaves(store: &mut dyn Store, log_id: LogId, first: u64, end: u64) -> Result<Vec<Hash>> {
    let width = usize::try_from(end - first).unwrap_or(TILE_WIDTH);
    let rows = store.rows(first, width)?;
    if rows.len() != width {
        return Err(corrupt(first + rows.len() as u64, "is missing"));
    }
    (first..end)
        .zip(&rows)
        .map(|(seq, row)| Ok(row_header(row, seq, log_id)?.1))
        .collect()
}

fn one_row(store: &mut dyn Store, seq: u64) -> Result<Row> {
    store
        .rows(seq, 1)?
        .pop()
        .ok_or_else(|| corrupt(seq, "is missing"))
}

pub(super) fn corrupt(seq: u64, what: &str) -> Error {
    Error::new(ErrorKind::Corrupt, format!("entry {seq} {what}"))
        .with("seq", seq)
        .during("ledger.read")
}

pub(super) fn rolled_back(have: u64, expected: u64) -> Error {
    Error::new(
        ErrorKind::RollbackDetected,
        format!(
            "the log has {have} entries, and had {expected}: it was truncated or restored from an older copy"
        ),
    )
    .with("have", have)
    .with("expected", expected)
}

fn mark_place(store: &dyn Store) -> String {
    match store.mark_path() {
        Some(path) => format!("high-water mark {}", path.display()),
        None => "high-water mark".to_owned(),
    }
}

fn bad_mark(error: Error) -> Error {
    if error.kind() != ErrorKind::Corrupt {
        return error;
    }
    error.remedy(
        "put back the file as it was; where that is lost, compare the log with a receipt or a bundle, remove the file and \
         open the log with `accept_missing_mark`",
    )
}

fn no_mark(have: u64) -> Error {
    Error::new(
        ErrorKind::RollbackDetected,
        format!("the log has {have} entries and its high-water mark is missing: whether it was truncated cannot be told"),
    )
    .with("have", have)
    .remedy("restore the mark, or compare the log with a receipt or a bundle and open it with `accept_missing_mark`")
    .during("ledger.open")
}
