//! Public keys: Ed25519 in a file or an agent, on a security token, and passkeys.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use ed25519_dalek::VerifyingKey;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest as _, Sha256};

use super::wire::{Reader, put};
use super::{denied, malformed, unsupported};
use crate::error::{Error, ErrorKind, Result};
use crate::text::quoted;

/// A public key. Never weak: a key of small order, off the curve or in a non-canonical encoding is not read.
///
/// Written as OpenSSH does: the type and the base64 of the key; the comment is not part of it.
#[derive(Clone, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct PublicKey(pub(super) Material);

/// Where the private part of a key is.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[non_exhaustive]
pub enum KeyKind {
    /// `ssh-ed25519`: in a file or an agent.
    Ed25519,
    /// `sk-ssh-ed25519@openssh.com`: on a FIDO token, which is touched for every signature.
    SkEd25519,
    /// `sk-ecdsa-sha2-nistp256@openssh.com`: on a FIDO token, or the passkey of a browser. Read with the feature `passkey` only.
    SkEcdsaP256,
}

impl KeyKind {
    /// The type as it stands before the key.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ed25519 => "ssh-ed25519",
            Self::SkEd25519 => "sk-ssh-ed25519@openssh.com",
            Self::SkEcdsaP256 => "sk-ecdsa-sha2-nistp256@openssh.com",
        }
    }
}

#[derive(Clone, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub(super) enum Material {
    Ed25519([u8; 32]),
    SkEd25519([u8; 32], Arc<str>),
    /// The uncompressed point, `04 || X || Y`.
    #[cfg(feature = "passkey")]
    SkEcdsaP256([u8; 65], Arc<str>),
}

/// The curve's name in the blob of a key.
#[cfg(feature = "passkey")]
const CURVE: &[u8] = b"nistp256";
const MAX_KEY_LINE: usize = 8_192;
/// A domain has at most 253 characters, and `ssh:` with a name is shorter.
const MAX_APPLICATION: usize = 253;

impl PublicKey {
    /// The fingerprint as `ssh-keygen -l` shows it: `SHA256:` and 43 base64 digits.
    pub fn fingerprint(&self) -> String {
        format!(
            "SHA256:{}",
            STANDARD_NO_PAD.encode(Sha256::digest(self.to_blob()))
        )
    }

    /// Where the private part is.
    pub fn kind(&self) -> KeyKind {
        match &self.0 {
            Material::Ed25519(_) => KeyKind::Ed25519,
            Material::SkEd25519(..) => KeyKind::SkEd25519,
            #[cfg(feature = "passkey")]
            Material::SkEcdsaP256(..) => KeyKind::SkEcdsaP256,
        }
    }

    /// What a key on a token was made for: `ssh:`, or with a name behind it; of a passkey its relying party, a domain.
    pub fn application(&self) -> Option<&str> {
        match &self.0 {
            Material::Ed25519(_) => None,
            Material::SkEd25519(_, application) => Some(application),
            #[cfg(feature = "passkey")]
            Material::SkEcdsaP256(_, application) => Some(application),
        }
    }

    /// The key alone: the 32 bytes of Ed25519 (RFC 8032), or of P-256 the 65 of the uncompressed point.
    pub fn as_bytes(&self) -> &[u8] {
        match &self.0 {
            Material::Ed25519(bytes) | Material::SkEd25519(bytes, _) => bytes,
            #[cfg(feature = "passkey")]
            Material::SkEcdsaP256(point, _) => point,
        }
    }

    /// Takes the 32 bytes of an Ed25519 key (RFC 8032).
    ///
    /// # Errors
    /// `denied` when the bytes are no point of the curve, not in canonical form, or of small order.
    pub fn from_bytes(bytes: [u8; 32]) -> Result<Self> {
        check_ed25519(&bytes)?;
        Ok(Self(Material::Ed25519(bytes)))
    }

    /// A key that was made here.
    pub(super) fn of_valid(bytes: [u8; 32]) -> Self {
        Self(Material::Ed25519(bytes))
    }

    #[cfg(feature = "passkey")]
    pub(super) fn of_point(point: [u8; 65], application: &str) -> Result<Self> {
        check_application(application)?;
        // What a token was made for is no domain.
        if !application.starts_with("ssh:") {
            super::passkey::check_relying_party(application)?;
        }
        // Checks that it is a point of the curve, and not the one at infinity.
        p256::ecdsa::VerifyingKey::from_sec1_bytes(&point)
            .map_err(|_| denied("the key is no point of the curve"))?;
        Ok(Self(Material::SkEcdsaP256(point, Arc::from(application))))
    }

    pub(super) fn from_blob(blob: &[u8]) -> Result<Self> {
        let mut reader = Reader(blob);
        let kind = kind_of(reader.string()?)?;
        let key = match kind {
            KeyKind::Ed25519 => Self::from_bytes(ed25519(&mut reader)?)?,
            KeyKind::SkEd25519 => {
                let bytes = ed25519(&mut reader)?;
                check_ed25519(&bytes)?;
                Self(Material::SkEd25519(bytes, application(&mut reader)?))
            }
            #[cfg(feature = "passkey")]
            KeyKind::SkEcdsaP256 => {
                if reader.string()? != CURVE {
                    return Err(malformed("the curve of the key is not nistp256"));
                }
                let point = <[u8; 65]>::try_from(reader.string()?)
                    .ok()
                    .filter(|point| point.first() == Some(&4))
                    .ok_or_else(|| malformed("a point of P-256 has 65 bytes, uncompressed"))?;
                Self::of_point(point, &application(&mut reader)?)?
            }
            #[cfg(not(feature = "passkey"))]
            KeyKind::SkEcdsaP256 => return Err(without_passkeys()),
        };
        reader.end()?;
        Ok(key)
    }

    pub(super) fn to_blob(&self) -> Vec<u8> {
        let mut blob = Vec::new();
        put(&mut blob, self.kind().as_str().as_bytes());
        match &self.0 {
            Material::Ed25519(bytes) => put(&mut blob, bytes),
            Material::SkEd25519(bytes, application) => {
                put(&mut blob, bytes);
                put(&mut blob, application.as_bytes());
            }
            #[cfg(feature = "passkey")]
            Material::SkEcdsaP256(point, application) => {
                put(&mut blob, CURVE);
                put(&mut blob, point);
                put(&mut blob, application.as_bytes());
            }
        }
        blob
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.kind().as_str(), STANDARD.encode(self.to_blob()))
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.fingerprint())
    }
}

impl FromStr for PublicKey {
    type Err = Error;

    /// Reads the line of a `.pub` file: type, key, and an optional comment that is dropped.
    fn from_str(text: &str) -> Result<Self> {
        if text.len() > MAX_KEY_LINE {
            return Err(Error::new(
                ErrorKind::TooLarge,
                "a line with a public key has at most 8,192 bytes",
            )
            .during("sshsig.key"));
        }
        let mut words = text.split_ascii_whitespace();
        let (Some(kind), Some(key)) = (words.next(), words.next()) else {
            return Err(malformed("a public key is written `ssh-ed25519 AAAA...`").during("sshsig.key"));
        };
        let kind = kind_of(kind.as_bytes())?;
        let blob = STANDARD
            .decode(key)
            .map_err(|_| malformed("the public key is not base64").during("sshsig.key"))?;
        let key = Self::from_blob(&blob)?;
        if key.kind() == kind {
            Ok(key)
        } else {
            Err(malformed("the type before the key is not that of the key").during("sshsig.key"))
        }
    }
}

impl Serialize for PublicKey {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for PublicKey {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// The kind of key that a type names.
pub(super) fn kind_of(word: &[u8]) -> Result<KeyKind> {
    let kinds = [KeyKind::Ed25519, KeyKind::SkEd25519, KeyKind::SkEcdsaP256];
    let kind = kinds.into_iter().find(|kind| kind.as_str().as_bytes() == word);
    #[cfg(not(feature = "passkey"))]
    if kind == Some(KeyKind::SkEcdsaP256) {
        return Err(without_passkeys());
    }
    kind.ok_or_else(|| {
        unsupported(format!(
            "the type of key {} is not supported, only `ssh-ed25519`, and those of tokens and passkeys",
            quoted(&String::from_utf8_lossy(word))
        ))
        .remedy("make a key with `ssh-keygen -t ed25519`, or on a token with `-t ed25519-sk`")
    })
}

#[cfg(not(feature = "passkey"))]
fn without_passkeys() -> Error {
    unsupported("keys of passkeys and of tokens without Ed25519 are not built in")
        .remedy("build with the feature `passkey`, or make a key with `ssh-keygen -t ed25519`")
}

fn ed25519(reader: &mut Reader<'_>) -> Result<[u8; 32]> {
    <[u8; 32]>::try_from(reader.string()?).map_err(|_| malformed("an Ed25519 key has 32 bytes"))
}

fn application(reader: &mut Reader<'_>) -> Result<Arc<str>> {
    let text = std::str::from_utf8(reader.string()?).map_err(|_| bad_application())?;
    check_application(text)?;
    Ok(Arc::from(text))
}

fn check_application(text: &str) -> Result<()> {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"-.:_@".contains(&byte);
    if (1..=MAX_APPLICATION).contains(&text.len()) && text.bytes().all(fits) {
        Ok(())
    } else {
        Err(bad_application())
    }
}

fn bad_application() -> Error {
    malformed("the application of a key has 1 to 253 letters, digits and `-.:_@`")
}

fn check_ed25519(bytes: &[u8; 32]) -> Result<()> {
    if !is_canonical(bytes) {
        return Err(denied("the key is not in canonical form"));
    }
    match VerifyingKey::from_bytes(bytes) {
        Ok(key) if !key.is_weak() => Ok(()),
        Ok(_) => Err(denied("the key is weak: of small order")),
        Err(_) => Err(denied("the key is no point of the curve")),
    }
}

/// Whether the y coordinate is below 2^255 - 19; what is not has a second encoding.
fn is_canonical(bytes: &[u8; 32]) -> bool {
    let [low, middle @ .., high] = bytes;
    !(high & 0x7f == 0x7f && middle.iter().all(|byte| *byte == 0xff) && *low >= 0xed)
}
