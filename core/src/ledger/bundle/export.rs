//! Writing a bundle: every entry is checked again on its way out.

use std::fs;
use std::path::Path;

use super::{
    CHECKPOINT, KEYS, LENGTH, MANIFEST, STRIDE, TilePath, VKEY, keys_document, manifest, payload_path,
};
use crate::error::{Error, ErrorKind, Result};
use crate::ledger::checkpoint::Checkpoint;
use crate::ledger::edge::{PAGE, corrupt, row_header};
use crate::ledger::seal::check_digest;
use crate::ledger::session::Session;
use crate::ledger::store::{Row, Store};
use crate::ledger::tree::{FullTile, TILE_WIDTH, Tree, edge_width, levels_of};

/// Writes the log up to this checkpoint into a folder that is new or empty.
pub(in crate::ledger) fn export(session: &Session, checkpoint: &Checkpoint, dir: &Path) -> Result<()> {
    prepare(dir)?;
    let mut store = session.storage.backend().connect()?;
    let mut export = Export {
        dir,
        tree: Tree::default(),
        full: Vec::new(),
        bundle: Vec::new(),
    };
    while export.tree.size() < checkpoint.size() {
        let from = export.tree.size();
        let limit = usize::try_from(checkpoint.size() - from)
            .unwrap_or(PAGE)
            .min(PAGE);
        store.scan(from, limit, &mut |row, ciphertext| {
            export.entry(session, row, ciphertext)
        })?;
        if export.tree.size() == from {
            return Err(corrupt(from, "is missing"));
        }
    }
    export.finish()?;
    if export.tree.root() != *checkpoint.root() {
        return Err(Error::new(
            ErrorKind::Corrupt,
            "the stored entries are not those that were signed",
        ));
    }
    finish(session, &mut *store, checkpoint, dir)
}

struct Export<'a> {
    dir: &'a Path,
    tree: Tree,
    full: Vec<FullTile>,
    /// The entries since the last full bundle.
    bundle: Vec<u8>,
}

impl Export<'_> {
    fn entry(&mut self, session: &Session, row: &Row, ciphertext: Option<&[u8]>) -> Result<()> {
        let seq = self.tree.size();
        let (header, hash) = row_header(row, seq, session.identity.log_id)?;
        let payload = ciphertext.ok_or_else(|| corrupt(seq, "has no payload"))?;
        check_digest(&header, payload)?;
        write(self.dir, &payload_path(&header.ciphertext_digest), payload)?;
        self.bundle.extend_from_slice(&LENGTH);
        self.bundle.extend_from_slice(&row.header);
        self.tree.push_filling(hash, &mut self.full);
        if self.bundle.len() == STRIDE * TILE_WIDTH {
            self.write_bundle(seq / TILE_WIDTH as u64)?;
        }
        for tile in std::mem::take(&mut self.full) {
            let path = TilePath::tile(tile.id.level, tile.id.index, TILE_WIDTH);
            write(self.dir, &path.to_string(), tile.hashes.as_flattened())?;
        }
        Ok(())
    }

    /// Writes what is not full.
    fn finish(&mut self) -> Result<()> {
        let size = self.tree.size();
        if !self.bundle.is_empty() {
            self.write_bundle(size / TILE_WIDTH as u64)?;
        }
        for level in (0u8..8).take(levels_of(size)) {
            let width = edge_width(size, level);
            if width > 0 {
                let index = (size >> (8 * u32::from(level))) / TILE_WIDTH as u64;
                let path = TilePath::tile(level, index, width);
                write(self.dir, &path.to_string(), self.tree.edge(level).as_flattened())?;
            }
        }
        Ok(())
    }

    fn write_bundle(&mut self, index: u64) -> Result<()> {
        let path = TilePath::entries(index, self.bundle.len() / STRIDE);
        write(self.dir, &path.to_string(), &self.bundle)?;
        self.bundle.clear();
        Ok(())
    }
}

/// The files beside the records; the checkpoint is last, so that a bundle that has one is whole.
fn finish(session: &Session, store: &mut dyn Store, checkpoint: &Checkpoint, dir: &Path) -> Result<()> {
    let keys = keys_document(&session.identity, &store.keys()?)?;
    // The log may have handed over since: the bundle ends with the checkpoint.
    let signing = session.signing_at(checkpoint.size());
    let chain: Vec<_> = signing.chain.keys().map(ToString::to_string).collect();
    let vkey = format!("{}\n", chain.join("\n"));
    let files: [(&str, &[u8]); 2] = [(KEYS, &keys), (VKEY, vkey.as_bytes())];
    for (name, bytes) in files {
        write(dir, name, bytes)?;
    }
    let manifest = manifest(&files, &session.identity.origin, &*signing.signer)?;
    write(dir, MANIFEST, manifest.as_bytes())?;
    write(dir, CHECKPOINT, checkpoint.note().as_bytes())
}

fn prepare(dir: &Path) -> Result<()> {
    let fail = |source| Error::io(source, dir.display());
    fs::create_dir_all(dir).map_err(fail)?;
    if fs::read_dir(dir).map_err(fail)?.next().is_some() {
        return Err(Error::new(ErrorKind::Conflict, "the folder is not empty").at(dir.display().to_string()));
    }
    Ok(())
}

fn write(dir: &Path, name: &str, bytes: &[u8]) -> Result<()> {
    let path = dir.join(name);
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent).map_err(|source| Error::io(source, parent.display()))?;
    }
    fs::write(&path, bytes).map_err(|source| Error::io(source, path.display()))
}
