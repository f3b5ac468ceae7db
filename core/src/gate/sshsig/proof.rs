//! What a signature consists of, by the kind of key: read strictly, and checked over the data that was to be signed.

use ed25519_dalek::VerifyingKey;
use sha2::{Digest as _, Sha256};

use super::key::{Material, PublicKey, kind_of};
#[cfg(feature = "passkey")]
use super::passkey::{self, Assertion};
use super::wire::{Reader, put};
use super::{denied, malformed};
use crate::error::Result;

/// The bits of a token's flags (Web Authentication, 6.1, "Authenticator Data").
pub(super) const USER_PRESENT: u8 = 0x01;
#[cfg(feature = "passkey")]
pub(super) const USER_VERIFIED: u8 = 0x04;
/// Data of a new credential, and extensions: neither is in a signature of this format.
pub(super) const MORE_DATA: u8 = 0x40 | 0x80;

#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Proof {
    Ed25519([u8; 64]),
    SkEd25519([u8; 64], Stamp),
    /// `r || s`.
    #[cfg(feature = "passkey")]
    SkEcdsaP256([u8; 64], Stamp),
    #[cfg(feature = "passkey")]
    Passkey([u8; 64], Stamp, Assertion),
}

/// What a token adds to each signature.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Stamp {
    pub(super) flags: u8,
    pub(super) counter: u32,
}

impl Stamp {
    fn read(reader: &mut Reader<'_>) -> Result<Self> {
        let [flags] = reader.array()?;
        Ok(Self {
            flags,
            counter: reader.number()?,
        })
    }

    fn put(self, out: &mut Vec<u8>) {
        out.push(self.flags);
        out.extend_from_slice(&self.counter.to_be_bytes());
    }

    /// The bytes that a token signs: OpenSSH's `PROTOCOL.u2f`, "SSH U2F signatures".
    fn signed(self, application: &str, hash: &[u8]) -> Vec<u8> {
        let mut data = Sha256::digest(application).to_vec();
        self.put(&mut data);
        data.extend_from_slice(hash);
        data
    }

    fn check(self, needed: u8) -> Result<()> {
        if self.flags & USER_PRESENT == 0 {
            return Err(denied("nobody touched the token"));
        }
        if self.flags & needed != needed {
            return Err(denied("the device did not verify who used it").remedy("ask for user verification"));
        }
        if self.flags & MORE_DATA == 0 {
            Ok(())
        } else {
            Err(malformed("the token added data that no signature here has"))
        }
    }
}

impl Proof {
    /// Reads the signature part of a blob.
    pub(super) fn from_blob(blob: &[u8]) -> Result<Self> {
        let mut reader = Reader(blob);
        let word = reader.string()?;
        let proof = match word {
            b"ssh-ed25519" => Self::Ed25519(ed25519(&mut reader)?),
            b"sk-ssh-ed25519@openssh.com" => {
                Self::SkEd25519(ed25519(&mut reader)?, Stamp::read(&mut reader)?)
            }
            #[cfg(feature = "passkey")]
            b"sk-ecdsa-sha2-nistp256@openssh.com" => {
                Self::SkEcdsaP256(passkey::scalars(reader.string()?)?, Stamp::read(&mut reader)?)
            }
            #[cfg(feature = "passkey")]
            passkey::SIGNATURE_TYPE => Self::Passkey(
                passkey::scalars(reader.string()?)?,
                Stamp::read(&mut reader)?,
                Assertion::read(&mut reader)?,
            ),
            other => {
                kind_of(other)?;
                return Err(malformed("the signature is of a type that no key here makes"));
            }
        };
        reader.end()?;
        Ok(proof)
    }

    pub(super) fn to_blob(&self) -> Vec<u8> {
        let mut blob = Vec::new();
        match self {
            Self::Ed25519(bytes) => {
                put(&mut blob, b"ssh-ed25519");
                put(&mut blob, bytes);
            }
            Self::SkEd25519(bytes, stamp) => {
                put(&mut blob, b"sk-ssh-ed25519@openssh.com");
                put(&mut blob, bytes);
                stamp.put(&mut blob);
            }
            #[cfg(feature = "passkey")]
            Self::SkEcdsaP256(bytes, stamp) => {
                put(&mut blob, b"sk-ecdsa-sha2-nistp256@openssh.com");
                put(&mut blob, &passkey::to_scalars(bytes));
                stamp.put(&mut blob);
            }
            #[cfg(feature = "passkey")]
            Self::Passkey(bytes, stamp, assertion) => {
                put(&mut blob, passkey::SIGNATURE_TYPE);
                put(&mut blob, &passkey::to_scalars(bytes));
                stamp.put(&mut blob);
                assertion.put(&mut blob);
            }
        }
        blob
    }

    /// Checks it over the data that was to be signed.
    pub(super) fn verify(&self, key: &PublicKey, data: &[u8]) -> Result<()> {
        match (self, &key.0) {
            (Self::Ed25519(bytes), Material::Ed25519(key)) => verify_ed25519(key, bytes, data),
            (Self::SkEd25519(bytes, stamp), Material::SkEd25519(key, application)) => {
                stamp.check(0)?;
                verify_ed25519(key, bytes, &stamp.signed(application, &Sha256::digest(data)))
            }
            #[cfg(feature = "passkey")]
            (Self::SkEcdsaP256(bytes, stamp), Material::SkEcdsaP256(point, application)) => {
                stamp.check(0)?;
                let signed = stamp.signed(application, &Sha256::digest(data));
                passkey::verify_p256(point, bytes, &signed)
            }
            #[cfg(feature = "passkey")]
            (Self::Passkey(bytes, stamp, assertion), Material::SkEcdsaP256(point, application)) => {
                stamp.check(USER_VERIFIED)?;
                assertion.check(application, data)?;
                let signed = stamp.signed(application, &assertion.hash());
                passkey::verify_p256(point, bytes, &signed)
            }
            _ => Err(malformed("the signature is of another type than its key")),
        }
    }
}

fn ed25519(reader: &mut Reader<'_>) -> Result<[u8; 64]> {
    <[u8; 64]>::try_from(reader.string()?).map_err(|_| malformed("an Ed25519 signature has 64 bytes"))
}

fn verify_ed25519(key: &[u8; 32], bytes: &[u8; 64], data: &[u8]) -> Result<()> {
    let key = VerifyingKey::from_bytes(key).map_err(|_| denied("the key is not valid"))?;
    // Strict: refuses small-order keys and nonces, a non-canonical S, and a nonce in another encoding.
    key.verify_strict(data, &ed25519_dalek::Signature::from_bytes(bytes))
        .map_err(|_| does_not_fit())
}

pub(super) fn does_not_fit() -> crate::Error {
    denied("the signature does not fit the text").remedy("sign exactly the bytes that were drafted")
}
