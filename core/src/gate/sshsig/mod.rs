//! OpenSSH signatures (SSHSIG): a strict reader and verifier, and a signer for demonstrations and tests.
//!
//! The format is OpenSSH's `PROTOCOL.sshsig`, version 1. Accepted is a part of what `ssh-keygen -Y verify` accepts: keys of
//! Ed25519, in files and on FIDO tokens, and with the feature `passkey` the passkeys of browsers; the hash SHA-512, an empty
//! reserved field, LF line ends, and not one byte more. What this module accepts, the stock tool accepts as well, so that an
//! outsider can check every approval without this crate.

mod key;
mod memory;
#[cfg(feature = "passkey")]
mod passkey;
mod proof;
mod wire;

use sha2::{Digest as _, Sha512};

pub use self::key::{KeyKind, PublicKey};
pub use self::memory::MemoryKey;
#[cfg(feature = "passkey")]
pub use self::passkey::{passkey_challenge, passkey_key, passkey_signature};
use self::proof::Proof;
use self::wire::{Reader, armour, dearmour, put};
use crate::error::{Error, ErrorKind, Result};
use crate::text::quoted;

/// Checks an armoured signature over these exact bytes in this namespace, and says whose key made it.
///
/// The bytes are never normalised: one changed byte, or another line end, is another message. Whose key it is proves
/// nothing by itself: look it up in [`AllowedSigners`](super::allowed_signers::AllowedSigners).
///
/// ```
/// use vcto::gate::sshsig;
/// use vcto::time::SystemEntropy;
///
/// let key = sshsig::MemoryKey::generate(&SystemEntropy)?;
/// let signature = key.sign("vcto-approval-v1", b"I agree\n")?;
/// assert_eq!(sshsig::verify(&signature, "vcto-approval-v1", b"I agree\n")?, key.public_key());
/// assert!(sshsig::verify(&signature, "vcto-approval-v1", b"I agree").is_err());
/// assert!(sshsig::verify(&signature, "git", b"I agree\n").is_err());
/// # Ok::<(), vcto::Error>(())
/// ```
///
/// # Errors
/// `invalid_input` when it is no signature of this format; `unsupported` for another version, hash or type of key; `denied`
/// when it is one, but not over this message, in another namespace, or by a weak key.
pub fn verify(armoured: &str, namespace: &str, message: &[u8]) -> Result<PublicKey> {
    Signature::parse(armoured)?.verify(namespace, message)
}

/// A signature that was read and not verified yet.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Signature {
    key: PublicKey,
    namespace: String,
    proof: Proof,
}

impl Signature {
    /// Reads the armour (`-----BEGIN SSH SIGNATURE-----` ...) without checking the signature.
    ///
    /// # Errors
    /// `invalid_input`, `unsupported` or, for a weak key, `denied`; see [`verify`].
    pub fn parse(armoured: &str) -> Result<Self> {
        let blob = dearmour(armoured)?;
        let mut reader = Reader(&blob);
        if reader.take(MAGIC.len())? != MAGIC {
            return Err(malformed("the signature does not begin with `SSHSIG`"));
        }
        match reader.number()? {
            1 => {}
            other => return Err(unsupported(format!("version {other} of SSHSIG is not supported"))),
        }
        let key = PublicKey::from_blob(reader.string()?)?;
        let namespace = std::str::from_utf8(reader.string()?)
            .ok()
            .filter(|text| is_namespace(text))
            .ok_or_else(|| malformed("the namespace is empty, too long, or not plain ASCII"))?
            .to_owned();
        if !reader.string()?.is_empty() {
            return Err(malformed("the reserved field is not empty"));
        }
        let hash = reader.string()?;
        if hash != HASH.as_bytes() {
            return Err(unsupported(format!(
                "the hash {} is not supported, only `{HASH}`",
                quoted(&String::from_utf8_lossy(hash))
            )));
        }
        let proof = Proof::from_blob(reader.string()?)?;
        reader.end()?;
        Ok(Self {
            key,
            namespace,
            proof,
        })
    }

    /// The key that the signature names.
    pub fn public_key(&self) -> &PublicKey {
        &self.key
    }

    /// The namespace that the signature names.
    pub fn namespace(&self) -> &str {
        &self.namespace
    }

    /// Checks the signature over these exact bytes in this namespace, and gives the key that made it.
    ///
    /// # Errors
    /// `denied` when it does not hold.
    pub fn verify(&self, namespace: &str, message: &[u8]) -> Result<PublicKey> {
        if self.namespace != namespace {
            return Err(denied(format!(
                "the signature is for the namespace {}, not for {}",
                quoted(&self.namespace),
                quoted(namespace)
            ))
            .remedy(format!("sign with `ssh-keygen -Y sign -n {namespace}`")));
        }
        self.proof.verify(&self.key, &signed_data(namespace, message))?;
        Ok(self.key.clone())
    }

    /// The armoured text, byte for byte as `ssh-keygen` writes it.
    pub fn to_armour(&self) -> String {
        let mut blob = Vec::from(MAGIC);
        blob.extend_from_slice(&1_u32.to_be_bytes());
        put(&mut blob, &self.key.to_blob());
        put(&mut blob, self.namespace.as_bytes());
        put(&mut blob, b"");
        put(&mut blob, HASH.as_bytes());
        put(&mut blob, &self.proof.to_blob());
        armour(&blob)
    }
}

const HASH: &str = "sha512";
const MAGIC: &[u8] = b"SSHSIG";
const MAX_NAMESPACE: usize = 128;

/// Whether a text can be a namespace here: 1 to 128 visible ASCII characters, without those that `allowed_signers` gives a
/// meaning.
pub(super) fn is_namespace(text: &str) -> bool {
    (1..=MAX_NAMESPACE).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_graphic() && !b"\"*?!,\\".contains(&byte))
}

/// The bytes that are signed: `PROTOCOL.sshsig`, "Blob format".
fn signed_data(namespace: &str, message: &[u8]) -> Vec<u8> {
    let mut data = Vec::from(MAGIC);
    put(&mut data, namespace.as_bytes());
    put(&mut data, b"");
    put(&mut data, HASH.as_bytes());
    put(&mut data, &Sha512::digest(message));
    data
}

fn malformed(message: &str) -> Error {
    Error::new(ErrorKind::InvalidInput, message).during("sshsig.read")
}

fn unsupported(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::Unsupported, message).during("sshsig.read")
}

fn denied(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::Denied, message).during("sshsig.verify")
}
