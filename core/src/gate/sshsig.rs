//! OpenSSH signatures (SSHSIG): a strict reader and verifier, and a signer for demonstrations and tests.
//!
//! The format is OpenSSH's `PROTOCOL.sshsig`, version 1. Accepted is a part of what `ssh-keygen -Y verify` accepts: keys of
//! type `ssh-ed25519`, the hash SHA-512, an empty reserved field, LF line ends, and not one byte more. What this module
//! accepts, the stock tool accepts as well, so that an outsider can check every approval without this crate.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use ed25519_dalek::{Signer as _, SigningKey, VerifyingKey};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest as _, Sha256, Sha512};
use zeroize::Zeroizing;

use crate::error::{Error, ErrorKind, Result};
use crate::text::quoted;
use crate::time::Entropy;

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
    bytes: [u8; 64],
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
        let bytes = signature_from_blob(reader.string()?)?;
        reader.end()?;
        Ok(Self {
            key,
            namespace,
            bytes,
        })
    }

    /// The key that the signature names.
    pub fn public_key(&self) -> PublicKey {
        self.key
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
        let key = VerifyingKey::from_bytes(&self.key.0).map_err(|_| denied("the key is not valid"))?;
        // Strict: refuses small-order keys and nonces, a non-canonical S, and a nonce in another encoding.
        key.verify_strict(
            &signed_data(namespace, message),
            &ed25519_dalek::Signature::from_bytes(&self.bytes),
        )
        .map_err(|_| {
            denied("the signature does not fit the text").remedy("sign exactly the bytes that were drafted")
        })?;
        Ok(self.key)
    }

    /// The armoured text, byte for byte as `ssh-keygen` writes it.
    pub fn to_armour(&self) -> String {
        let mut signature = Vec::new();
        put(&mut signature, KEY_TYPE.as_bytes());
        put(&mut signature, &self.bytes);
        let mut blob = Vec::from(MAGIC);
        blob.extend_from_slice(&1_u32.to_be_bytes());
        put(&mut blob, &self.key.to_blob());
        put(&mut blob, self.namespace.as_bytes());
        put(&mut blob, b"");
        put(&mut blob, HASH.as_bytes());
        put(&mut blob, &signature);

        let mut text = format!("{BEGIN}\n");
        for (at, digit) in STANDARD.encode(blob).chars().enumerate() {
            if at > 0 && at % LINE == 0 {
                text.push('\n');
            }
            text.push(digit);
        }
        text.push_str("\n-----END SSH SIGNATURE-----\n");
        text
    }
}

/// The public part of an Ed25519 key. Never weak: a key of small order or in a non-canonical encoding is not read.
///
/// Written as OpenSSH does: `ssh-ed25519` and the base64 of the key; the comment is not part of it.
#[derive(Clone, Copy, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct PublicKey([u8; 32]);

impl PublicKey {
    /// The fingerprint as `ssh-keygen -l` shows it: `SHA256:` and 43 base64 digits.
    pub fn fingerprint(&self) -> String {
        format!(
            "SHA256:{}",
            STANDARD_NO_PAD.encode(Sha256::digest(self.to_blob()))
        )
    }

    /// The 32 bytes of the key (RFC 8032).
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Takes the 32 bytes of a key (RFC 8032).
    ///
    /// # Errors
    /// `denied` when the bytes are no point of the curve, not in canonical form, or of small order.
    pub fn from_bytes(bytes: [u8; 32]) -> Result<Self> {
        if !is_canonical(&bytes) {
            return Err(denied("the key is not in canonical form"));
        }
        match VerifyingKey::from_bytes(&bytes) {
            Ok(key) if !key.is_weak() => Ok(Self(bytes)),
            Ok(_) => Err(denied("the key is weak: of small order")),
            Err(_) => Err(denied("the key is no point of the curve")),
        }
    }

    fn from_blob(blob: &[u8]) -> Result<Self> {
        let mut reader = Reader(blob);
        expect_key_type(reader.string()?)?;
        let bytes =
            <[u8; 32]>::try_from(reader.string()?).map_err(|_| malformed("an Ed25519 key has 32 bytes"))?;
        reader.end()?;
        Self::from_bytes(bytes)
    }

    fn to_blob(self) -> Vec<u8> {
        let mut blob = Vec::new();
        put(&mut blob, KEY_TYPE.as_bytes());
        put(&mut blob, &self.0);
        blob
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{KEY_TYPE} {}", STANDARD.encode(self.to_blob()))
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
        expect_key_type(kind.as_bytes())?;
        let blob = STANDARD
            .decode(key)
            .map_err(|_| malformed("the public key is not base64").during("sshsig.key"))?;
        Self::from_blob(&blob)
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

/// A private key that lives in this process's memory, for demonstrations and tests.
///
/// People sign with `ssh-keygen`, an agent or a security token, whose keys this crate never sees. The key is wiped when the
/// value is dropped, is not shown, and cannot be written out.
pub struct MemoryKey(SigningKey);

impl MemoryKey {
    /// Makes a new key.
    ///
    /// # Errors
    /// `unavailable` when there is no entropy.
    pub fn generate(entropy: &dyn Entropy) -> Result<Self> {
        let mut seed = Zeroizing::new([0; 32]);
        entropy.fill(seed.as_mut_slice())?;
        Ok(Self::from_seed(&seed))
    }

    /// The key of this seed (RFC 8032, 5.1.5). Whoever knows the seed can sign.
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        Self(SigningKey::from_bytes(seed))
    }

    /// The public part.
    pub fn public_key(&self) -> PublicKey {
        PublicKey(self.0.verifying_key().to_bytes())
    }

    /// Signs as `ssh-keygen -Y sign -n NAMESPACE` does: the armoured text is the same byte for byte.
    ///
    /// # Errors
    /// `invalid_input` when the namespace is empty, longer than 128 bytes, or not plain ASCII.
    pub fn sign(&self, namespace: &str, message: &[u8]) -> Result<String> {
        if !is_namespace(namespace) {
            return Err(
                malformed("the namespace is empty, too long, or not plain ASCII").during("sshsig.sign")
            );
        }
        let signature = Signature {
            key: self.public_key(),
            namespace: namespace.to_owned(),
            bytes: self.0.sign(&signed_data(namespace, message)).to_bytes(),
        };
        Ok(signature.to_armour())
    }
}

impl fmt::Debug for MemoryKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MemoryKey({:?})", self.public_key())
    }
}

const BEGIN: &str = "-----BEGIN SSH SIGNATURE-----";
const END: &str = "-----END SSH SIGNATURE-----";
const HASH: &str = "sha512";
const KEY_TYPE: &str = "ssh-ed25519";
/// Base64 digits a line, as `ssh-keygen` breaks them.
const LINE: usize = 70;
const MAGIC: &[u8] = b"SSHSIG";
/// An Ed25519 signature with the longest namespace needs some 500 bytes of armour.
const MAX_ARMOUR: usize = 4_096;
const MAX_KEY_LINE: usize = 8_192;
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

fn dearmour(armoured: &str) -> Result<Vec<u8>> {
    if armoured.len() > MAX_ARMOUR {
        return Err(Error::new(
            ErrorKind::TooLarge,
            "an armoured signature has at most 4,096 bytes",
        )
        .during("sshsig.read"));
    }
    if armoured.contains('\r') {
        return Err(malformed("the signature has CR line ends")
            .remedy("save it with LF line ends, as ssh-keygen does"));
    }
    let body = armoured
        .strip_prefix(BEGIN)
        .and_then(|rest| rest.strip_prefix('\n'))
        .ok_or_else(|| {
            malformed("the signature does not begin with `-----BEGIN SSH SIGNATURE-----`")
                .remedy("pass the content of the .sig file")
        })?;
    let body = body.strip_suffix('\n').unwrap_or(body);
    let body = body
        .strip_suffix(END)
        .and_then(|rest| rest.strip_suffix('\n'))
        .ok_or_else(|| malformed("the signature does not end with `-----END SSH SIGNATURE-----`"))?;
    let mut digits = String::with_capacity(body.len());
    for line in body.split('\n') {
        if line.is_empty() {
            return Err(malformed("there is an empty line in the signature"));
        }
        digits.push_str(line);
    }
    // The engine refuses foreign characters, missing padding and non-zero trailing bits.
    STANDARD
        .decode(digits)
        .map_err(|source| malformed("the signature is not base64").caused_by(source))
}

fn signature_from_blob(blob: &[u8]) -> Result<[u8; 64]> {
    let mut reader = Reader(blob);
    expect_key_type(reader.string()?)?;
    let signature =
        <[u8; 64]>::try_from(reader.string()?).map_err(|_| malformed("an Ed25519 signature has 64 bytes"))?;
    reader.end()?;
    Ok(signature)
}

fn expect_key_type(kind: &[u8]) -> Result<()> {
    if kind == KEY_TYPE.as_bytes() {
        return Ok(());
    }
    Err(unsupported(format!(
        "the type of key {} is not supported, only `{KEY_TYPE}`",
        quoted(&String::from_utf8_lossy(kind))
    ))
    .remedy("make a key with `ssh-keygen -t ed25519`"))
}

/// Whether the y coordinate is below 2^255 - 19; what is not has a second encoding.
fn is_canonical(bytes: &[u8; 32]) -> bool {
    let [low, middle @ .., high] = bytes;
    !(high & 0x7f == 0x7f && middle.iter().all(|byte| *byte == 0xff) && *low >= 0xed)
}

fn put(out: &mut Vec<u8>, bytes: &[u8]) {
    // What is put is bounded by this module to far less than 4 GiB.
    let length = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
    out.extend_from_slice(&length.to_be_bytes());
    out.extend_from_slice(bytes);
}

/// Reads the SSH wire format (RFC 4251, 5). A length is believed only as far as there are bytes.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, length: usize) -> Result<&'a [u8]> {
        let (taken, rest) = self
            .0
            .split_at_checked(length)
            .ok_or_else(|| malformed("the key or signature is cut off"))?;
        self.0 = rest;
        Ok(taken)
    }

    fn number(&mut self) -> Result<u32> {
        let bytes =
            <[u8; 4]>::try_from(self.take(4)?).map_err(|_| malformed("the key or signature is cut off"))?;
        Ok(u32::from_be_bytes(bytes))
    }

    fn string(&mut self) -> Result<&'a [u8]> {
        let length = self.number()?;
        self.take(usize::try_from(length).unwrap_or(usize::MAX))
    }

    fn end(&self) -> Result<()> {
        if self.0.is_empty() {
            Ok(())
        } else {
            Err(malformed("there is data behind the end of the key or signature"))
        }
    }
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
