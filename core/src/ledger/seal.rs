//! Sealing: each entry has a key of its own, derived from its epoch's key, and its header commits to that key.

use std::sync::LazyLock;

use aes_gcm_siv::aead::KeyInit;
use aes_gcm_siv::{AeadInOut, Aes256GcmSiv, Nonce};
use blake3::Hasher;
use blake3::hazmat::{ContextKey, HasherExt, hash_derive_key_context};
use zeroize::Zeroizing;

use super::entry::LogId;
use super::header::{Aead, Header, TAG_LEN};
use super::keys::Secret;
use crate::error::{Error, ErrorKind, Result};

/// A log's keys, opened.
#[derive(Debug)]
pub(super) struct KeyRing {
    log_id: LogId,
    // INVARIANT: epoch n is at index n.
    epochs: Vec<Secret>,
    blinding: Secret,
}

impl KeyRing {
    pub(super) fn new(log_id: LogId, epochs: Vec<Secret>, blinding: Secret) -> Self {
        Self {
            log_id,
            epochs,
            blinding,
        }
    }

    /// The epoch under which new entries are sealed.
    pub(super) fn current_epoch(&self) -> u32 {
        u32::try_from(self.epochs.len().saturating_sub(1)).unwrap_or(u32::MAX)
    }

    /// What an idempotency key looks like in a header of this log. Never all zeros.
    pub(super) fn tag(&self, key: &str) -> [u8; 16] {
        let hash = blake3::keyed_hash(self.blinding.expose(), key.as_bytes());
        let mut tag = [0; 16];
        for (slot, byte) in tag.iter_mut().zip(hash.as_bytes()) {
            *slot = *byte;
        }
        if tag == [0; 16] { [0xff; 16] } else { tag }
    }

    /// What this log is called in an anchor log, in the present epoch. The key is derived, so that no idempotency key of a
    /// caller comes to the same.
    pub(super) fn blinded(&self) -> [u8; 32] {
        let key = Zeroizing::new(blake3::derive_key(
            "vcto ledger anchor v1",
            self.blinding.expose(),
        ));
        let epoch = self.current_epoch().to_be_bytes();
        *blake3::keyed_hash(&key, &[b"anchor".as_slice(), &epoch].concat()).as_bytes()
    }

    /// Seals a payload: fills the header's length, digest and commitment, and returns the ciphertext with its tag.
    pub(super) fn seal(&self, header: &mut Header, payload: &[u8]) -> Result<Vec<u8>> {
        let key = self.entry_key(header)?;
        header.aead = Aead::Aes256GcmSiv;
        header.key_commitment = commitment(&key);
        header.payload_len = sealed_len(payload)?;
        let mut buffer = Vec::with_capacity(payload.len() + TAG_LEN as usize);
        buffer.extend_from_slice(payload);
        Aes256GcmSiv::new((&*key).into())
            .encrypt_in_place(&Nonce::default(), &header.associated_data(), &mut buffer)
            .map_err(|_| {
                Error::new(ErrorKind::TooLarge, "the payload does not seal").during("ledger.seal")
            })?;
        header.ciphertext_digest = *blake3::hash(&buffer).as_bytes();
        Ok(buffer)
    }

    /// Opens a ciphertext: digest, key commitment and seal must all hold.
    pub(super) fn open(&self, header: &Header, ciphertext: Vec<u8>) -> Result<Vec<u8>> {
        check_digest(header, &ciphertext)?;
        if header.aead == Aead::Clear {
            return Ok(ciphertext);
        }
        let key = self.entry_key(header)?;
        if commitment(&key) != header.key_commitment {
            return Err(broken(
                header,
                "was sealed under another key than its header commits to",
            ));
        }
        let mut buffer = ciphertext;
        Aes256GcmSiv::new((&*key).into())
            .decrypt_in_place(&Nonce::default(), &header.associated_data(), &mut buffer)
            .map_err(|_| broken(header, "does not open: ciphertext or header were changed"))?;
        Ok(buffer)
    }

    fn entry_key(&self, header: &Header) -> Result<Zeroizing<[u8; 32]>> {
        if header.log_id != self.log_id {
            return Err(broken(header, "belongs to another log"));
        }
        let epoch = usize::try_from(header.epoch)
            .ok()
            .and_then(|epoch| self.epochs.get(epoch))
            .ok_or_else(|| broken(header, "names an epoch that was never opened"))?;
        Ok(entry_key(epoch, self.log_id, header.seq))
    }
}

/// Fills the header for a payload that stays readable to everybody.
pub(super) fn clear(header: &mut Header, payload: &[u8]) -> Result<()> {
    header.aead = Aead::Clear;
    header.key_commitment = [0; 32];
    header.payload_len = u32::try_from(payload.len())
        .map_err(|_| Error::new(ErrorKind::TooLarge, "the payload is too large"))?;
    header.ciphertext_digest = *blake3::hash(payload).as_bytes();
    Ok(())
}

/// Length and digest of the stored payload against its header. Needs no key.
pub(super) fn check_digest(header: &Header, ciphertext: &[u8]) -> Result<()> {
    if usize::try_from(header.payload_len).ok() != Some(ciphertext.len())
        || *blake3::hash(ciphertext).as_bytes() != header.ciphertext_digest
    {
        return Err(broken(header, "has another payload than its header commits to"));
    }
    Ok(())
}

/// Commits to an epoch's key, in the log's genesis or in the entry that opens the epoch.
pub(super) fn epoch_commitment(key: &Secret) -> [u8; 32] {
    blake3::derive_key("vcto ledger key commit v1", key.expose())
}

/// `BLAKE3-keyed(epoch key, "vcto ledger entry v1" || log id || seq)`.
fn entry_key(epoch: &Secret, log_id: LogId, seq: u64) -> Zeroizing<[u8; 32]> {
    const USE: &[u8; 20] = b"vcto ledger entry v1";
    // In one piece: a hasher that is fed piece by piece costs more than the hash of so little.
    let mut text = [0; 44];
    let (name, rest) = text.split_at_mut(USE.len());
    let (log, number) = rest.split_at_mut(log_id.0.len());
    name.copy_from_slice(USE);
    log.copy_from_slice(&log_id.0);
    number.copy_from_slice(&seq.to_be_bytes());
    Zeroizing::new(*blake3::keyed_hash(epoch.expose(), &text).as_bytes())
}

/// `BLAKE3-derive(context, key)`, with the context hashed once for all entries.
fn commitment(key: &[u8; 32]) -> [u8; 32] {
    static CONTEXT: LazyLock<ContextKey> =
        LazyLock::new(|| hash_derive_key_context("vcto ledger dek commit v1"));
    *Hasher::new_from_context_key(&CONTEXT)
        .update(key)
        .finalize()
        .as_bytes()
}

fn sealed_len(payload: &[u8]) -> Result<u32> {
    u32::try_from(payload.len())
        .ok()
        .and_then(|length| length.checked_add(TAG_LEN))
        .ok_or_else(|| Error::new(ErrorKind::TooLarge, "the payload is too large").during("ledger.seal"))
}

fn broken(header: &Header, what: &str) -> Error {
    Error::new(ErrorKind::Corrupt, format!("entry {} {what}", header.seq))
        .with("seq", header.seq)
        .during("ledger.open_entry")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::entry::EntryType;
    use crate::ledger::session::blank;

    const LOG: LogId = LogId([5; 16]);

    fn ring() -> KeyRing {
        KeyRing::new(LOG, vec![Secret::new([1; 32])], Secret::new([2; 32]))
    }

    #[test]
    fn what_was_sealed_opens_and_nothing_else_does() {
        let ring = ring();
        let mut header = blank(EntryType(0x7f00), LOG, 3, 7);
        let ciphertext = ring.seal(&mut header, b"payload").unwrap();
        assert_eq!(ring.open(&header, ciphertext.clone()).unwrap(), b"payload");
        let stranger = KeyRing::new(LOG, vec![Secret::new([9; 32])], Secret::new([2; 32]));
        assert!(stranger.open(&header, ciphertext.clone()).is_err());
        let changes: [fn(&mut Header); 6] = [
            |header| header.seq += 1,
            |header| header.time_us += 1,
            |header| header.entry_type = EntryType(0x7f01),
            |header| header.log_id = LogId([6; 16]),
            |header| header.epoch = 1,
            |header| header.idempotency_tag = [1; 16],
        ];
        for change in changes {
            let mut other = header.clone();
            change(&mut other);
            assert_eq!(
                ring.open(&other, ciphertext.clone()).unwrap_err().kind(),
                ErrorKind::Corrupt
            );
        }
    }

    /// AES-GCM-SIV does not commit to its key: a ciphertext can be made that opens under two. The header's commitment
    /// decides, before anything is opened.
    #[test]
    fn a_header_that_commits_to_another_key_does_not_open_although_its_seal_would() {
        let ring = ring();
        let mut header = blank(EntryType(0x7f00), LOG, 3, 7);
        ring.seal(&mut header, b"payload").unwrap();
        header.key_commitment = [9; 32];
        let key = ring.entry_key(&header).unwrap();
        let mut ciphertext = b"payload".to_vec();
        Aes256GcmSiv::new((&*key).into())
            .encrypt_in_place(&Nonce::default(), &header.associated_data(), &mut ciphertext)
            .unwrap();
        header.ciphertext_digest = *blake3::hash(&ciphertext).as_bytes();
        let refused = ring.open(&header, ciphertext).unwrap_err();
        assert!(refused.message().contains("commits to"), "{refused}");
    }
}
