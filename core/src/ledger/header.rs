//! The leaf of the tree: a fixed header of 127 bytes that commits to the ciphertext. Format `vcto-entry/1`.

use std::fmt;

use jiff::Timestamp;

use super::entry::{EntryType, LogId};
use crate::error::{Error, ErrorKind, Result};

/// The length of a header, in bytes.
pub const HEADER_LEN: usize = 127;

const VERSION: u8 = 1;

/// The tag of AES-256-GCM-SIV, in bytes.
pub(super) const TAG_LEN: u32 = 16;

/// Entries live below 2^63, so that every store can count them.
pub(super) const MAX_SEQ: u64 = i64::MAX as u64;

/// How the payload was written, before sealing.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[non_exhaustive]
pub enum Codec {
    /// 0: bytes in a form that the entry type defines.
    Octets,
    /// 1: JSON.
    Json,
}

/// How the payload was sealed.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[non_exhaustive]
pub enum Aead {
    /// 0: not sealed. Only for entries of the ledger itself that must be readable without a key.
    Clear,
    /// 1: AES-256-GCM-SIV (RFC 8452).
    Aes256GcmSiv,
}

/// A decoded header. All numbers are big-endian in the bytes; the order of the fields is that of the bytes.
#[derive(Clone, Eq, PartialEq)]
pub struct Header {
    /// What the entry records. Never 0.
    pub entry_type: EntryType,
    /// The log, so that an entry of one log is none of another.
    pub log_id: LogId,
    /// The place in the log, from 0, below 2^63.
    pub seq: u64,
    /// The epoch key under which the payload is sealed.
    pub epoch: u32,
    /// Microseconds since 1970-01-01T00:00:00Z by the writer's clock.
    pub time_us: u64,
    /// The form of the payload.
    pub codec: Codec,
    /// How the payload is sealed.
    pub aead: Aead,
    /// The length of the ciphertext with its tag, in bytes.
    pub payload_len: u32,
    /// BLAKE3 of the ciphertext with its tag (plain hash mode, what `b3sum` prints).
    pub ciphertext_digest: [u8; 32],
    /// Commits to the entry's key; zeros for a clear payload.
    pub key_commitment: [u8; 32],
    /// The blinded idempotency key; zeros for none.
    pub idempotency_tag: [u8; 16],
}

impl Header {
    /// The 127 bytes.
    pub fn to_bytes(&self) -> [u8; HEADER_LEN] {
        let parts: [&[u8]; 13] = [
            &[VERSION],
            &self.entry_type.0.to_be_bytes(),
            &FLAGS.to_be_bytes(),
            &self.log_id.0,
            &self.seq.to_be_bytes(),
            &self.epoch.to_be_bytes(),
            &self.time_us.to_be_bytes(),
            &[self.codec.number()],
            &[self.aead.number()],
            &self.payload_len.to_be_bytes(),
            &self.ciphertext_digest,
            &self.key_commitment,
            &self.idempotency_tag,
        ];
        let mut out = [0; HEADER_LEN];
        let mut rest = out.as_mut_slice();
        for part in parts {
            // INVARIANT: the parts have 127 bytes together, so there is always room.
            let Some((slot, after)) = rest.split_at_mut_checked(part.len()) else {
                break;
            };
            slot.copy_from_slice(part);
            rest = after;
        }
        out
    }

    /// Reads a header. Strict: one form for each header, nothing unknown is passed over.
    ///
    /// # Errors
    /// `unsupported` for a version, flag, codec or AEAD that this build does not know; `corrupt` for anything else that
    /// no writer writes.
    pub fn parse(bytes: &[u8]) -> Result<Self> {
        let bytes: &[u8; HEADER_LEN] = bytes
            .try_into()
            .map_err(|_| corrupt(format!("a header has 127 bytes, not {}", bytes.len())))?;
        let mut rest = bytes.as_slice();
        let [version] = take(&mut rest)?;
        if version != VERSION {
            return Err(unsupported("version", u64::from(version)));
        }
        let entry_type = EntryType(u16::from_be_bytes(take(&mut rest)?));
        let flags = u16::from_be_bytes(take(&mut rest)?);
        if flags != FLAGS {
            return Err(unsupported("flag set", u64::from(flags)));
        }
        let header = Self {
            entry_type,
            log_id: LogId(take(&mut rest)?),
            seq: u64::from_be_bytes(take(&mut rest)?),
            epoch: u32::from_be_bytes(take(&mut rest)?),
            time_us: u64::from_be_bytes(take(&mut rest)?),
            codec: Codec::from_number(u8::from_be_bytes(take(&mut rest)?))?,
            aead: Aead::from_number(u8::from_be_bytes(take(&mut rest)?))?,
            payload_len: u32::from_be_bytes(take(&mut rest)?),
            ciphertext_digest: take(&mut rest)?,
            key_commitment: take(&mut rest)?,
            idempotency_tag: take(&mut rest)?,
        };
        header.check()?;
        Ok(header)
    }

    /// The entry's time.
    pub fn time(&self) -> Timestamp {
        i64::try_from(self.time_us)
            .ok()
            .and_then(|at| Timestamp::from_microsecond(at).ok())
            .unwrap_or(Timestamp::MAX)
    }

    /// What the seal authenticates beside the payload: the header without the digest of the ciphertext, bytes 0..47 and
    /// 79..127.
    pub(super) fn associated_data(&self) -> [u8; ASSOCIATED_LEN] {
        let mut out = [0; ASSOCIATED_LEN];
        let bytes = self.to_bytes();
        let (before, rest) = bytes.split_at(DIGEST_AT);
        let (_, after) = rest.split_at(32);
        let (head, tail) = out.split_at_mut(DIGEST_AT);
        head.copy_from_slice(before);
        tail.copy_from_slice(after);
        out
    }

    fn check(&self) -> Result<()> {
        let clear = self.aead == Aead::Clear;
        if self.entry_type.0 == 0 {
            return Err(corrupt("entry type 0 is never written"));
        }
        if self.seq > MAX_SEQ {
            return Err(corrupt("the sequence number is not below 2^63"));
        }
        if self.time_us > MAX_TIME_US {
            return Err(corrupt("the time is beyond the year 9999"));
        }
        if clear != (self.key_commitment == [0; 32]) {
            return Err(corrupt(
                "a key commitment is there exactly when the payload is sealed",
            ));
        }
        if clear && !self.entry_type.is_reserved() {
            return Err(corrupt("only the ledger's own entries may be clear"));
        }
        if !clear && self.payload_len < TAG_LEN {
            return Err(corrupt("the ciphertext is shorter than its tag"));
        }
        Ok(())
    }
}

/// No flag is assigned.
const FLAGS: u16 = 0;

/// 9999-12-30T22:00:00.999999Z, the last microsecond of [`Timestamp`].
const MAX_TIME_US: u64 = 253_402_207_200_999_999;

/// Where the digest of the ciphertext begins.
const DIGEST_AT: usize = 47;
const ASSOCIATED_LEN: usize = HEADER_LEN - 32;

impl Codec {
    fn number(self) -> u8 {
        match self {
            Self::Octets => 0,
            Self::Json => 1,
        }
    }

    fn from_number(number: u8) -> Result<Self> {
        match number {
            0 => Ok(Self::Octets),
            1 => Ok(Self::Json),
            _ => Err(unsupported("payload codec", u64::from(number))),
        }
    }
}

impl Aead {
    fn number(self) -> u8 {
        match self {
            Self::Clear => 0,
            Self::Aes256GcmSiv => 1,
        }
    }

    fn from_number(number: u8) -> Result<Self> {
        match number {
            0 => Ok(Self::Clear),
            1 => Ok(Self::Aes256GcmSiv),
            _ => Err(unsupported("AEAD", u64::from(number))),
        }
    }
}

impl fmt::Debug for Header {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Header")
            .field("entry_type", &self.entry_type)
            .field("log_id", &self.log_id)
            .field("seq", &self.seq)
            .field("epoch", &self.epoch)
            .field("time", &self.time())
            .field("codec", &self.codec)
            .field("aead", &self.aead)
            .field("payload_len", &self.payload_len)
            .finish_non_exhaustive()
    }
}

fn take<const N: usize>(rest: &mut &[u8]) -> Result<[u8; N]> {
    let (head, tail) = rest
        .split_first_chunk::<N>()
        .ok_or_else(|| corrupt("the header is too short"))?;
    *rest = tail;
    Ok(*head)
}

fn corrupt(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::Corrupt, message).during("ledger.header")
}

fn unsupported(what: &str, number: u64) -> Error {
    Error::new(
        ErrorKind::Unsupported,
        format!("{what} {number} of a header is not known to this build"),
    )
    .during("ledger.header")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Header {
        Header {
            entry_type: EntryType(0x0102),
            log_id: LogId([0x10; 16]),
            seq: 0x0304_0506_0708_090a,
            epoch: 0x0b0c_0d0e,
            time_us: 0x0001_0203_0405_0607,
            codec: Codec::Json,
            aead: Aead::Aes256GcmSiv,
            payload_len: 0x1011_1213,
            ciphertext_digest: [0xd1; 32],
            key_commitment: [0xc0; 32],
            idempotency_tag: [0x1d; 16],
        }
    }

    #[test]
    fn the_bytes_are_in_the_order_and_form_of_the_format() {
        let expected = [
            "01",
            "0102",
            "0000",
            &"10".repeat(16),
            "030405060708090a",
            "0b0c0d0e",
            "0001020304050607",
            "01",
            "01",
            "10111213",
            &"d1".repeat(32),
            &"c0".repeat(32),
            &"1d".repeat(16),
        ]
        .concat();
        assert_eq!(crate::digest::hex(&sample().to_bytes()), expected);
        assert_eq!(Header::parse(&sample().to_bytes()).unwrap(), sample());
        let bytes = sample().to_bytes();
        assert_eq!(sample().associated_data()[..47], bytes[..47]);
        assert_eq!(sample().associated_data()[47..], bytes[79..]);
    }

    #[test]
    fn what_no_writer_writes_is_refused() {
        let good = sample().to_bytes();
        let set = |at: usize, byte: u8| {
            let mut bytes = good;
            bytes[at] = byte;
            Header::parse(&bytes).unwrap_err().kind()
        };
        assert_eq!(set(0, 0), ErrorKind::Unsupported);
        assert_eq!(set(3, 1), ErrorKind::Unsupported);
        assert_eq!(set(4, 1), ErrorKind::Unsupported);
        assert_eq!(set(21, 0x80), ErrorKind::Corrupt);
        assert_eq!(set(33, 0x80), ErrorKind::Corrupt);
        assert_eq!(set(41, 2), ErrorKind::Unsupported);
        assert_eq!(set(42, 9), ErrorKind::Unsupported);
        assert_eq!(set(42, 0), ErrorKind::Corrupt);
        assert!(Header::parse(&good[..126]).is_err());
        assert!(Header::parse(&[good.as_slice(), &[0]].concat()).is_err());
        for broken in [
            Header {
                entry_type: EntryType(0),
                ..sample()
            },
            Header {
                payload_len: 15,
                ..sample()
            },
            Header {
                key_commitment: [0; 32],
                ..sample()
            },
            Header {
                aead: Aead::Clear,
                key_commitment: [0; 32],
                ..sample()
            },
        ] {
            assert_eq!(
                Header::parse(&broken.to_bytes()).unwrap_err().kind(),
                ErrorKind::Corrupt
            );
        }
    }

    #[test]
    fn the_last_time_is_the_last_time_of_the_clock() {
        assert_eq!(
            u64::try_from(Timestamp::MAX.as_microsecond()).unwrap(),
            MAX_TIME_US
        );
    }
}
