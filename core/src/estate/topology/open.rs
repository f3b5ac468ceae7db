//! Reads the snapshot file `vcto.topology/1`. Nothing is believed: first the digest over all of it, then every rule that
//! a topology keeps, and no memory is taken for what the file does not hold.

use std::io::Read;
use std::sync::OnceLock;

use super::super::asset::{AssetKind, Criticality};
use super::super::bounds::{MAX_DOCUMENT, MAX_ID, MAX_RECORDS, MAX_WORD};
use super::super::graph::{Graph, RawGraph, RawGroups, Standing};
use super::arena::{Arena, Class};
use super::file::{CONTEXT, COUNTS, HEADER, MAGIC};
use super::{Ids, Topology};
use crate::digest::Digest;
use crate::error::{Error, ErrorKind, Result};

const DIGEST: usize = 32;
const AGAIN: &str = "write the snapshot again from the inventory";

impl Topology {
    /// Reads a snapshot file that [`to_snapshot`](Self::to_snapshot) wrote. The digest over the file is verified before
    /// anything in it is used, and then whatever a topology promises: bytes from outside are safe to read.
    ///
    /// The digest tells accidents, not forgery: whoever can write a file can write its digest. To tell that it is of a certain
    /// estate, compare [`estate_digest`](Self::estate_digest) only where the file itself is trusted.
    ///
    /// # Errors
    /// `corrupt` when bytes are not what was written, `invalid_input` with the section when they say what no snapshot says,
    /// `unsupported` for another version.
    pub fn from_snapshot(bytes: &[u8]) -> Result<Self> {
        open(bytes).map_err(|error| error.remedy(AGAIN).during("topology.from_snapshot"))
    }

    /// [`from_snapshot`](Self::from_snapshot) from a stream, such as a file.
    ///
    /// # Errors
    /// As `from_snapshot`, `too_large` beyond 16 GiB, and what reading gives: `io`, `permission_denied`.
    pub fn read_snapshot(input: impl Read) -> Result<Self> {
        let mut bytes = Vec::new();
        let read = input.take(MAX_DOCUMENT + 1).read_to_end(&mut bytes);
        read.map_err(|error| Error::io(error, "the snapshot").during("topology.read_snapshot"))?;
        if bytes.len() as u64 > MAX_DOCUMENT {
            let error = Error::new(
                ErrorKind::TooLarge,
                format!("the snapshot is longer than {MAX_DOCUMENT} bytes"),
            );
            return Err(error.during("topology.read_snapshot"));
        }
        Self::from_snapshot(&bytes)
    }
}

fn open(bytes: &[u8]) -> Result<Topology> {
    if !bytes.starts_with(MAGIC) {
        return Err(match bytes.strip_prefix(b"vcto.topology/") {
            Some(_) => Error::new(
                ErrorKind::Unsupported,
                "the snapshot is of another version, this one reads `vcto.topology/1`",
            ),
            None => Error::new(ErrorKind::InvalidInput, "this is no snapshot of a topology"),
        });
    }
    let body = bytes
        .split_last_chunk::<DIGEST>()
        .filter(|(body, digest)| Digest::of(CONTEXT, body).as_bytes() == *digest)
        .map(|(body, _)| body)
        .ok_or_else(|| corrupt("the digest at the end is not that of the bytes before it"))?;
    let (header, sections) = body
        .split_at_checked(HEADER)
        .ok_or_else(|| corrupt("the snapshot ends within its header"))?;
    let header = Header::of(header)?;
    if header.length() != Some(sections.len() as u64) {
        return Err(corrupt("the snapshot is not as long as its header says"));
    }
    let (arena, graph) = header.read(sections)?;
    let digest = OnceLock::new();
    if let Some(known) = header.digest {
        // It is empty: nobody else has it yet.
        let _ = digest.set(known);
    }
    Ok(Topology::with_digest(Ids::Arena(arena), graph, digest))
}

fn corrupt(message: &str) -> Error {
    Error::new(ErrorKind::Corrupt, message)
}

fn wrong(section: &str, message: &str) -> Error {
    Error::new(ErrorKind::InvalidInput, message).at(section)
}

/// What the sections hold, counted.
struct Header {
    digest: Option<Digest>,
    text: u64,
    assets: u32,
    classes: u32,
    class_bytes: u32,
    edges: u32,
    groups: u32,
    members: u32,
    /// Links, inferred links, hosted, located, within, inferred.
    lists: [u32; 6],
}

impl Header {
    fn of(bytes: &[u8]) -> Result<Self> {
        let mut rest = Rest(bytes.get(MAGIC.len()..).unwrap_or_default());
        let mark = rest.bytes(1)?.first().copied();
        let digest = *rest.chunks::<32>(1)?.first().unwrap_or(&[0; 32]);
        let digest = match (mark, digest) {
            (Some(0), digest) if digest == [0; 32] => None,
            (Some(1), digest) => Some(Digest::from_bytes(digest)),
            _ => {
                return Err(wrong(
                    "header",
                    "the digest of the estate is neither there nor absent",
                ));
            }
        };
        let text = rest
            .chunks::<8>(1)?
            .first()
            .map_or(0, |bytes| u64::from_le_bytes(*bytes));
        let counts = rest.words(COUNTS)?;
        let Some([assets, classes, class_bytes, edges, groups, members, lists @ ..]) =
            counts.first_chunk::<COUNTS>()
        else {
            return Err(corrupt("the snapshot ends within its header"));
        };
        // What follows counts assets and both ends of links in 32 bits.
        let [links, guessed, ..] = *lists;
        let both = (u64::from(links) + u64::from(guessed)) * 2;
        if *assets as usize > MAX_RECORDS || both >= u64::from(u32::MAX) {
            return Err(Error::new(
                ErrorKind::TooLarge,
                format!("more than {MAX_RECORDS} assets, or more links than 32 bits can number"),
            ));
        }
        Ok(Self {
            digest,
            text,
            assets: *assets,
            classes: *classes,
            class_bytes: *class_bytes,
            edges: *edges,
            groups: *groups,
            members: *members,
            lists: *lists,
        })
    }

    /// How many bytes the sections have together.
    fn length(&self) -> Option<u64> {
        let of = |count: u32, each: u64| u64::from(count) * each;
        let lists: u64 = self.lists.iter().map(|count| of(*count, 8)).sum();
        // Two bytes for the length of an id, four for its class, three bounds of four.
        let rest = of(self.assets, 18)
            + 4
            + of(self.class_bytes, 1)
            + of(self.edges, 5)
            + of(self.groups, 12)
            + of(self.members, 4)
            + lists;
        self.text.checked_add(rest)
    }

    /// INVARIANT: the sections are as long as the header says, so that whatever is taken is there.
    fn read(&self, sections: &[u8]) -> Result<(Arena, Graph)> {
        let mut rest = Rest(sections);
        let classes = classes(rest.bytes(self.class_bytes as usize)?, self.classes)?;
        let lengths = rest.chunks::<2>(self.assets as usize)?;
        let text = rest.bytes(usize::try_from(self.text).unwrap_or(usize::MAX))?;
        let arena = arena(text, lengths, rest.words(self.assets as usize)?.into(), classes)?;
        let bounds = rest.words(self.assets as usize * 3 + 1)?;
        let ends = rest.words(self.edges as usize)?;
        let kinds = rest.bytes(self.edges as usize)?.to_vec();
        let groups = RawGroups {
            assets: rest.words(self.groups as usize)?,
            quorums: rest.words(self.groups as usize)?,
            sizes: rest.words(self.groups as usize)?,
            members: rest.words(self.members as usize)?,
        };
        let mut pairs = self.lists.iter().map(|count| rest.pairs(*count as usize));
        let mut list = || pairs.next().unwrap_or_else(|| Ok(Vec::new()));
        let graph = RawGraph {
            assets: self.assets,
            bounds: bounds.into(),
            ends: ends.into(),
            kinds,
            groups,
            links: list()?,
            guessed: list()?,
            standing: Standing {
                hosted: list()?,
                located: list()?,
                members: list()?,
                inferred: list()?,
            },
        };
        Ok((arena, graph.checked()?))
    }
}

/// What has not been taken yet.
struct Rest<'b>(&'b [u8]);

impl<'b> Rest<'b> {
    fn bytes(&mut self, count: usize) -> Result<&'b [u8]> {
        let (taken, rest) = self
            .0
            .split_at_checked(count)
            .ok_or_else(|| corrupt("the snapshot ends within a section"))?;
        self.0 = rest;
        Ok(taken)
    }

    fn chunks<const N: usize>(&mut self, count: usize) -> Result<&'b [[u8; N]]> {
        let bytes = self.bytes(count.saturating_mul(N))?;
        Ok(bytes.as_chunks::<N>().0)
    }

    fn words(&mut self, count: usize) -> Result<Vec<u32>> {
        let words = self.chunks::<4>(count)?;
        Ok(words.iter().map(|word| u32::from_le_bytes(*word)).collect())
    }

    fn pairs(&mut self, count: usize) -> Result<Vec<(u32, u32)>> {
        let words = self.chunks::<4>(count.saturating_mul(2))?;
        let pairs = words.as_chunks::<2>().0.iter();
        Ok(pairs
            .map(|[a, b]| (u32::from_le_bytes(*a), u32::from_le_bytes(*b)))
            .collect())
    }
}

/// Kinds with their criticalities: words, sorted, each once.
fn classes(bytes: &[u8], count: u32) -> Result<Box<[Class]>> {
    let mut rest = Rest(bytes);
    let mut classes: Vec<Class> = Vec::new();
    while !rest.0.is_empty() {
        let (kind, criticality) = (word(&mut rest)?, word(&mut rest)?);
        let kind = AssetKind::from(kind);
        let criticality = (!criticality.is_empty()).then(|| Criticality::from(criticality));
        let class = (kind, criticality);
        if class.0.as_str().is_empty() || class.0.is_unstated() {
            return Err(wrong("classes", "an asset without a kind"));
        }
        if classes.last().is_some_and(|last| *last >= class) {
            return Err(wrong("classes", "the kinds are out of order"));
        }
        classes.push(class);
    }
    if classes.len() != count as usize {
        return Err(wrong("classes", "not as many kinds as the header says"));
    }
    Ok(classes.into())
}

fn word<'b>(rest: &mut Rest<'b>) -> Result<&'b str> {
    let length = rest.bytes(1)?.first().copied().unwrap_or_default();
    let word = std::str::from_utf8(rest.bytes(usize::from(length))?).ok();
    word.filter(|word| word.len() <= MAX_WORD && !word.contains('\0'))
        .ok_or_else(|| wrong("classes", "a word is longer than the format has it, or no text"))
}

/// Ids that ascend, each once, with what each is.
fn arena(text: &[u8], lengths: &[[u8; 2]], class: Box<[u32]>, classes: Box<[Class]>) -> Result<Arena> {
    let text = std::str::from_utf8(text)
        .ok()
        .filter(|text| !text.contains('\0'))
        .ok_or_else(|| wrong("ids", "the ids are not UTF-8 without NUL"))?;
    let mut ends = Vec::with_capacity(lengths.len());
    let (mut last, mut rest, mut end) = ("", text, 0_u64);
    for length in lengths {
        let length = usize::from(u16::from_le_bytes(*length));
        let (id, behind) = rest
            .split_at_checked(length)
            .filter(|(id, _)| *id > last && id.len() <= MAX_ID)
            .ok_or_else(|| {
                wrong("ids", "an id is out of order, stands twice or is no text").with("asset", ends.len())
            })?;
        end += length as u64;
        ends.push(end);
        (last, rest) = (id, behind);
    }
    if !rest.is_empty() {
        return Err(wrong("ids", "there is text behind the last id"));
    }
    let mut used = vec![false; classes.len()];
    for number in &class {
        match used.get_mut(*number as usize) {
            Some(used) => *used = true,
            None => return Err(wrong("classes", "an asset of a kind that is not there")),
        }
    }
    if !used.iter().all(|used| *used) {
        return Err(wrong("classes", "a kind that no asset has"));
    }
    Ok(Arena {
        text: text.into(),
        ends: ends.into(),
        class,
        classes,
    })
}
