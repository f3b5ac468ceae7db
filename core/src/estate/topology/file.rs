//! Writes the snapshot file `vcto.topology/1`: described in `docs/formats/topology.md`, fixed with the first release.

use std::io::Write;

use super::arena::Class;
use super::classes::Classes;
use super::{Ids, Topology};
use crate::digest::{Digest, Hasher};
use crate::error::{Error, Result};

/// The first bytes of a file, with the version.
pub(super) const MAGIC: &[u8; 16] = b"vcto.topology/1\n";

/// The role of the digest at the end of a file.
pub(super) const CONTEXT: &str = "vcto topology v1";

/// Bytes before the sections: magic, digest of the estate with its mark, counts.
pub(super) const HEADER: usize = 16 + 33 + 8 + 4 * COUNTS;

/// How many counts of 32 bits the header has.
pub(super) const COUNTS: usize = 12;

/// Bytes are handed on in blocks of about this size.
const BLOCK: usize = 64 * 1024;

impl Topology {
    /// Writes it as a snapshot file, which [`from_snapshot`](Self::from_snapshot) reads many times faster than an
    /// inventory is read. Equal topologies of estates with equal digests give equal bytes. The format is in
    /// `docs/formats/topology.md`.
    ///
    /// ```
    /// use vcto::{Estate, Inventory, estate::Topology};
    ///
    /// let estate = Estate::new(Inventory::from_json(br#"{"format": "vcto.inventory/1", "source": {"name": "crm"},
    ///     "assets": [{"id": "erp", "kind": "business_application"}]}"#)?)?;
    /// let mut file = Vec::new();
    /// estate.topology().to_snapshot(&mut file)?;
    /// let again = Topology::from_snapshot(&file)?;
    /// assert_eq!(&again, estate.topology());
    /// assert_eq!(again.estate_digest(), Some(estate.digest()));
    /// # Ok::<(), vcto::Error>(())
    /// ```
    ///
    /// # Errors
    /// What writing gives: `io`, `permission_denied`.
    pub fn to_snapshot(&self, output: impl Write) -> Result<()> {
        let mut writer = Writer {
            output,
            hasher: Hasher::new(CONTEXT),
            block: Vec::with_capacity(2 * BLOCK),
        };
        self.write(&mut writer)
            .and_then(|()| writer.finish())
            .map_err(|error| Error::io(error, "the snapshot").during("topology.to_snapshot"))
    }

    fn write(&self, writer: &mut Writer<impl Write>) -> std::io::Result<()> {
        let graph = self.graph();
        let (classes, class_of) = self.classes();
        let class_bytes = class_bytes(&classes);
        let groups = graph.raw_groups();
        let (links, guessed) = graph.raw_links();
        let standing = graph.standing();
        let lists = [
            &links,
            &guessed,
            &standing.hosted,
            &standing.located,
            &standing.members,
            &standing.inferred,
        ];
        let ids = || self.positions().filter_map(|at| self.id_text(at));
        writer.bytes(MAGIC)?;
        writer.digest(self.estate_digest())?;
        let length: u64 = ids().map(|id| id.len() as u64).sum();
        writer.bytes(&length.to_le_bytes())?;
        let counts = [
            self.asset_count(),
            classes.len(),
            class_bytes.len(),
            graph.link_count(),
            groups.assets.len(),
            groups.members.len(),
        ];
        let counts = counts.into_iter().chain(lists.iter().map(|list| list.len()));
        // INVARIANT: the builder of a graph holds all of these below 2^32.
        writer.words(counts.map(|count| u32::try_from(count).unwrap_or(u32::MAX)))?;
        writer.bytes(&class_bytes)?;
        for id in ids() {
            // INVARIANT: at most 4 KiB.
            let length = u16::try_from(id.len()).unwrap_or(u16::MAX);
            writer.bytes(&length.to_le_bytes())?;
        }
        for id in ids() {
            writer.bytes(id.as_bytes())?;
        }
        writer.words(class_of)?;
        writer.words(graph.raw_bounds().iter().copied())?;
        writer.words(graph.raw_ends().iter().copied())?;
        for kind in graph.raw_kinds() {
            writer.bytes(&[kind])?;
        }
        for list in [&groups.assets, &groups.quorums, &groups.sizes, &groups.members] {
            writer.words(list.iter().copied())?;
        }
        for list in lists {
            writer.words(list.iter().flat_map(|(a, b)| [*a, *b]))?;
        }
        Ok(())
    }

    /// What assets are, each once and in order, and for every asset its place among them.
    fn classes(&self) -> (Box<[Class]>, Vec<u32>) {
        if let Ids::Arena(arena) = &self.0.ids {
            return (arena.classes.clone(), arena.class.to_vec());
        }
        let mut classes = Classes::default();
        let mut class_of: Vec<u32> = self
            .positions()
            .filter_map(|at| Some(classes.number(self.kind(at)?.clone(), self.criticality(at).cloned())))
            .collect();
        let (classes, places) = classes.sorted();
        for class in &mut class_of {
            *class = places.get(*class as usize).copied().unwrap_or_default();
        }
        (classes, class_of)
    }
}

/// The words of every class, each behind its length; no criticality is an empty word.
fn class_bytes(classes: &[Class]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (kind, criticality) in classes {
        for word in [
            kind.as_str(),
            criticality.as_ref().map_or("", |word| word.as_str()),
        ] {
            // INVARIANT: a word has at most 128 bytes.
            bytes.push(u8::try_from(word.len()).unwrap_or(u8::MAX));
            bytes.extend_from_slice(word.as_bytes());
        }
    }
    bytes
}

struct Writer<W> {
    output: W,
    hasher: Hasher,
    block: Vec<u8>,
}

impl<W: Write> Writer<W> {
    fn words(&mut self, words: impl IntoIterator<Item = u32>) -> std::io::Result<()> {
        words
            .into_iter()
            .try_for_each(|word| self.bytes(&word.to_le_bytes()))
    }

    fn digest(&mut self, digest: Option<Digest>) -> std::io::Result<()> {
        self.bytes(&[u8::from(digest.is_some())])?;
        self.bytes(&digest.map_or([0; 32], |digest| *digest.as_bytes()))
    }

    fn bytes(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        self.block.extend_from_slice(bytes);
        if self.block.len() >= BLOCK {
            self.flush()?;
        }
        Ok(())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.hasher.update(&self.block);
        self.output.write_all(&self.block)?;
        self.block.clear();
        Ok(())
    }

    fn finish(mut self) -> std::io::Result<()> {
        self.flush()?;
        self.output.write_all(self.hasher.finish().as_bytes())?;
        self.output.flush()
    }
}
