//! The keys that sign a log one after the other, and how one hands over to the next.

use serde::{Deserialize, Serialize};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;

use super::checkpoint::{Checkpoint, decimal};
use super::edge::{corrupt, edge, row_header};
use super::entry::{EntryType, LogId};
use super::header::{Aead, Header};
use super::keys::Signer;
use super::note::{SignedNote, VerifierKey, sign_by};
use super::seal::check_digest;
use super::session::Genesis;
use super::store::{Identity, Store};
use super::tree::Hash;
use crate::error::{Error, ErrorKind, Result};

/// The first line of what two keys sign when one follows the other.
const FORMAT: &str = "vcto.rotation/1";

/// The keys of a log, each from the size on that it signs.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct KeyChain {
    first: VerifierKey,
    later: Vec<Link>,
}

/// A key that took over.
#[derive(Clone, Debug, Eq, PartialEq)]
struct Link {
    /// The smallest size that it signs.
    from: u64,
    key: VerifierKey,
    /// The hand-over: a note that the key before and this one have signed.
    note: String,
}

/// The payload of a `key_rotated` entry.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Rotated {
    vkey: String,
    /// A signed note by the key before and the key after.
    handover: String,
}

impl KeyChain {
    pub(super) fn new(first: VerifierKey) -> Self {
        Self {
            first,
            later: Vec::new(),
        }
    }

    /// The chain from this key on, as these hand-overs show it. Says nothing of whether the entries that hold them are there.
    ///
    /// # Errors
    /// As [`follow_note`](Self::follow_note).
    pub(super) fn of_notes<'a>(first: VerifierKey, notes: impl IntoIterator<Item = &'a str>) -> Result<Self> {
        let mut chain = Self::new(first);
        for note in notes {
            chain.follow_note(note)?;
        }
        Ok(chain)
    }

    /// The key that signs a checkpoint of this size.
    pub(crate) fn at(&self, size: u64) -> &VerifierKey {
        let later = self.later.iter().rev().find(|link| link.from <= size);
        later.map_or(&self.first, |link| &link.key)
    }

    pub(crate) fn newest(&self) -> &VerifierKey {
        self.at(u64::MAX)
    }

    /// The smallest size that the newest key signs.
    pub(super) fn newest_from(&self) -> u64 {
        self.later.last().map_or(0, |link| link.from)
    }

    /// All keys, in the order in which they signed.
    pub(crate) fn keys(&self) -> impl Iterator<Item = &VerifierKey> {
        std::iter::once(&self.first).chain(self.later.iter().map(|link| &link.key))
    }

    /// The hand-overs in order, each as the note that two keys have signed.
    pub(crate) fn notes(&self) -> impl Iterator<Item = &str> {
        self.links().map(|(_, note)| note)
    }

    /// The hand-overs in order, each with the smallest size that the next key signs.
    pub(super) fn links(&self) -> impl Iterator<Item = (u64, &str)> {
        self.later.iter().map(|link| (link.from, link.note.as_str()))
    }

    /// How often the log has handed over.
    pub(super) fn handovers(&self) -> u64 {
        self.later.len() as u64
    }

    /// The same from this key on; none where it is none of the chain.
    pub(super) fn since(&self, key: &VerifierKey) -> Option<Self> {
        let at = self.keys().position(|known| known == key)?;
        Some(Self {
            first: key.clone(),
            later: self.later.iter().skip(at).cloned().collect(),
        })
    }

    /// Checks a checkpoint by the key that signs its size.
    ///
    /// # Errors
    /// As [`Checkpoint::verify`].
    pub(crate) fn verify(&self, note: &[u8]) -> Result<Checkpoint> {
        let size = Checkpoint::size_unverified(note)?;
        Checkpoint::verify(note, self.at(size))
    }

    /// The tag under which a store finds the rotation that would follow.
    pub(super) fn next_tag(&self, log_id: LogId) -> [u8; 16] {
        tag(log_id, self.handovers())
    }

    /// Takes the entry at `seq` that says which key follows; `root` is that of the entries before it.
    ///
    /// # Errors
    /// `denied` when the key before or the key after did not sign it, `corrupt` when it is of another form.
    pub(super) fn follow(&mut self, seq: u64, root: &Hash, payload: &[u8]) -> Result<()> {
        let rotated: Rotated = serde_json::from_slice(payload)
            .map_err(|source| wrong("the payload is not that of a rotation").caused_by(source))?;
        let next: VerifierKey = rotated.vkey.parse()?;
        self.take(seq, root, next, rotated.handover)
    }

    /// Takes a hand-over for what its text says.
    ///
    /// # Errors
    /// As [`follow`](Self::follow).
    pub(super) fn follow_note(&mut self, note: &str) -> Result<()> {
        let signed = SignedNote::parse(note.as_bytes())?;
        let (seq, root, next) = stated(signed.text()).ok_or_else(|| wrong("the note is no hand-over"))?;
        self.take(seq, &root, next, note.to_owned())
    }

    fn take(&mut self, seq: u64, root: &Hash, next: VerifierKey, note: String) -> Result<()> {
        let signed = SignedNote::parse(note.as_bytes())?;
        if signed.text() != text(&next, seq, root) {
            return Err(wrong("what was signed is not that this key follows here"));
        }
        if next.name() != self.first.name() || self.keys().any(|key| *key == next) {
            return Err(wrong("the key is that of another log, or was used before"));
        }
        let from = seq.saturating_add(1);
        if from <= self.newest_from() {
            return Err(wrong("the key before took over later than this"));
        }
        for key in [self.newest(), &next] {
            signed
                .verify(std::slice::from_ref(key))
                .map_err(|error| error.during("ledger.key_rotation"))?;
        }
        self.later.push(Link {
            from,
            key: next,
            note,
        });
        Ok(())
    }
}

fn wrong(what: &str) -> Error {
    Error::new(ErrorKind::Corrupt, what).during("ledger.key_rotation")
}

/// The payload of the entry with which a key hands over at `seq`.
pub(super) fn handover(
    origin: &str,
    seq: u64,
    root: &Hash,
    old: &dyn Signer,
    new: &dyn Signer,
) -> Result<Vec<u8>> {
    let next = VerifierKey::new(origin, new.public_key(origin)?)?;
    let handover = sign_by(&text(&next, seq, root), origin, &[old, new])?;
    serde_json::to_vec(&Rotated {
        vkey: next.to_string(),
        handover,
    })
    .map_err(|source| Error::new(ErrorKind::Internal, "a rotation does not serialise").caused_by(source))
}

fn text(next: &VerifierKey, seq: u64, root: &Hash) -> String {
    let root = BASE64_STANDARD.encode(root);
    format!("{FORMAT}\n{}\n{seq}\n{root}\n{next}\n", next.name())
}

/// Place, root and next key, as the text of a hand-over states them.
fn stated(text: &str) -> Option<(u64, Hash, VerifierKey)> {
    let mut lines = text.strip_suffix('\n')?.split('\n');
    let (FORMAT, _, seq, root, next, None) = (
        lines.next()?,
        lines.next()?,
        lines.next()?,
        lines.next()?,
        lines.next()?,
        lines.next(),
    ) else {
        return None;
    };
    let root = BASE64_STANDARD.decode(root).ok()?;
    Some((decimal(seq)?, Hash::try_from(root).ok()?, next.parse().ok()?))
}

fn tag(log_id: LogId, number: u64) -> [u8; 16] {
    let text = [log_id.0.as_slice(), number.to_be_bytes().as_slice()].concat();
    let hash = blake3::derive_key("vcto ledger rotation tag v1", &text);
    let mut tag = [0; 16];
    for (slot, byte) in tag.iter_mut().zip(hash) {
        *slot = byte;
    }
    tag
}

/// Whether a stored header is that of a rotation. For those who do not read every payload.
pub(super) fn is_rotation(header: &[u8]) -> bool {
    header.get(1..3) == Some(EntryType::KEY_ROTATED.0.to_be_bytes().as_slice())
}

/// The chain of a stored log that has handed over; none where it has not. Found without reading the log, each link checked by
/// its signatures.
///
/// # Errors
/// `corrupt`, `denied` for a link that does not hold.
pub(super) fn load(store: &mut dyn Store, identity: &Identity) -> Result<Option<KeyChain>> {
    let log_id = identity.log_id;
    if store.seq_of_tag(&tag(log_id, 0))?.is_none() {
        return Ok(None);
    }
    let (_, genesis) = clear_entry(store, 0, log_id)?;
    let genesis: Genesis = serde_json::from_slice(&genesis).map_err(|_| corrupt(0, "is no genesis"))?;
    let mut chain = KeyChain::new(genesis.vkey.parse()?);
    while let Some(seq) = store.seq_of_tag(&chain.next_tag(log_id))? {
        let (header, payload) = clear_entry(store, seq, log_id)?;
        if header.entry_type != EntryType::KEY_ROTATED {
            return Err(corrupt(seq, "is no rotation of the signing key"));
        }
        let root = edge(store, log_id, seq)?.root();
        chain
            .follow(seq, &root, &payload)
            .map_err(|error| error.with("seq", seq))?;
    }
    Ok(Some(chain))
}

/// Another key than that of the one who is asked signs the log.
pub(super) fn rotated() -> Error {
    Error::new(
        ErrorKind::Denied,
        "the log has handed over to another signing key",
    )
    .remedy("open it with the signer that it was rotated to")
    .during("ledger.sign")
}

fn clear_entry(store: &mut dyn Store, seq: u64, log_id: LogId) -> Result<(Header, Vec<u8>)> {
    let mut found = None;
    store.scan(seq, 1, &mut |row, payload| {
        let (header, _) = row_header(row, seq, log_id)?;
        let payload = payload.ok_or_else(|| corrupt(seq, "has no payload"))?;
        check_digest(&header, payload)?;
        found = (header.aead == Aead::Clear).then(|| (header, payload.to_vec()));
        Ok(())
    })?;
    found.ok_or_else(|| corrupt(seq, "is missing or sealed"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::keys::LocalKeyFile;
    use crate::time::SystemEntropy;

    const ORIGIN: &str = "example.org/x";

    fn key(signer: &LocalKeyFile) -> VerifierKey {
        VerifierKey::new(ORIGIN, signer.public_key(ORIGIN).unwrap()).unwrap()
    }

    #[test]
    fn only_what_both_keys_signed_for_this_place_is_followed() {
        let old = LocalKeyFile::in_memory(&SystemEntropy).unwrap();
        let (new, rogue) = (
            old.generation(1),
            LocalKeyFile::in_memory(&SystemEntropy).unwrap(),
        );
        let root = [7; 32];
        let payload = handover(ORIGIN, 5, &root, &old, &new).unwrap();
        let follow = |seq, root: &Hash, payload: &[u8]| {
            let mut chain = KeyChain::new(key(&old));
            chain.follow(seq, root, payload).map(|()| chain)
        };
        let chain = follow(5, &root, &payload).unwrap();
        assert_eq!((chain.at(5), chain.at(6)), (&key(&old), &key(&new)));
        assert_eq!(chain.newest(), &key(&new));

        assert!(follow(6, &root, &payload).is_err());
        assert!(follow(5, &[8; 32], &payload).is_err());
        // Signed by the new key alone, or in the name of the old one by another.
        let stolen = handover(ORIGIN, 5, &root, &rogue, &new).unwrap();
        assert_eq!(follow(5, &root, &stolen).unwrap_err().kind(), ErrorKind::Denied);
        // The old key agreed to another successor.
        let text = String::from_utf8(payload.clone()).unwrap();
        let swapped = text.replace(&key(&new).to_string(), &key(&rogue).to_string());
        assert!(follow(5, &root, swapped.as_bytes()).is_err());
        // The new key did not agree.
        let lines: Vec<&str> = text.split("\\n").collect();
        let [.., _by_new, end] = lines.as_slice() else {
            panic!("{text}")
        };
        let alone = [&lines[..lines.len() - 2], &[*end]].concat().join("\\n");
        assert_eq!(
            follow(5, &root, alone.as_bytes()).unwrap_err().kind(),
            ErrorKind::Denied
        );
        for bad in [
            text.replacen('{', r#"{"more":1,"#, 1),
            text.replace("vcto.rotation/1", "vcto.rotation/2"),
        ] {
            assert_eq!(
                follow(5, &root, bad.as_bytes()).unwrap_err().kind(),
                ErrorKind::Corrupt
            );
        }
        // No way back, and none in a circle.
        let mut chain = chain;
        for next in [&old, &new] {
            let back = handover(ORIGIN, 9, &root, &new, next).unwrap();
            assert_eq!(
                chain.follow(9, &root, &back).unwrap_err().kind(),
                ErrorKind::Corrupt
            );
        }
    }
}
