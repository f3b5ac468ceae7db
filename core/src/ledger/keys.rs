//! Who holds the keys: the customer's key that wraps a log's own keys, the key that signs checkpoints, and the key file.

use std::fmt;
use std::path::{Path, PathBuf};

use aes_gcm_siv::aead::KeyInit;
use aes_gcm_siv::{AeadInOut, Aes256GcmSiv, Nonce};
use async_trait::async_trait;
use ed25519_dalek::{Signer as _, SigningKey};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use super::entry::LogId;
use crate::error::{Error, ErrorKind, Result};
use crate::time::Entropy;

/// A secret key of 32 bytes. Wiped when dropped, never shown.
#[derive(Clone, Eq, PartialEq, Zeroize, ZeroizeOnDrop)]
pub struct Secret([u8; 32]);

impl Secret {
    /// Takes 32 bytes as a secret.
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Draws a secret.
    ///
    /// # Errors
    /// `unavailable` when there is no entropy.
    pub fn draw(entropy: &dyn Entropy) -> Result<Self> {
        let mut secret = Self([0; 32]);
        entropy.fill(&mut secret.0)?;
        Ok(secret)
    }

    /// The bytes, for the one who wraps them.
    pub fn expose(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

/// What a wrapped key is for. A provider binds it to the wrapped form, so that no wrapped key passes for another.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct KeyContext {
    /// The log's origin.
    pub origin: String,
    /// The region to which the log is bound.
    pub region: String,
    /// The log.
    pub log_id: LogId,
    /// The use of the key within the log.
    pub purpose: KeyPurpose,
}

/// The use of a log's key.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[non_exhaustive]
pub enum KeyPurpose {
    /// Blinds idempotency keys.
    Blinding,
    /// Seals the payloads of an epoch.
    Epoch(u32),
}

impl KeyContext {
    /// One form for each context, to authenticate beside the wrapped key.
    pub fn to_bytes(&self) -> Vec<u8> {
        let (kind, epoch) = match self.purpose {
            KeyPurpose::Blinding => (2u8, 0),
            KeyPurpose::Epoch(epoch) => (1, epoch),
        };
        let mut out = b"vcto ledger key context v1\n".to_vec();
        for text in [&self.origin, &self.region] {
            out.extend_from_slice(&(text.len() as u64).to_be_bytes());
            out.extend_from_slice(text.as_bytes());
        }
        out.extend_from_slice(&self.log_id.0);
        out.push(kind);
        out.extend_from_slice(&epoch.to_be_bytes());
        out
    }
}

/// Wraps a log's keys under a key of the customer. Who destroys that key erases the content of the log.
///
/// The ledger calls it on a thread of its own that has no async runtime: an implementation over one enters its own.
#[async_trait]
pub trait KeyProvider: fmt::Debug + Send + Sync {
    /// Names the provider and its key, for `keys.json` and error messages: `local-file:4f1c...`. No secret.
    fn describe(&self) -> String;

    /// Wraps a key for this context.
    ///
    /// # Errors
    /// `unavailable` when the provider cannot be asked now.
    async fn wrap(&self, context: &KeyContext, key: &Secret) -> Result<Vec<u8>>;

    /// Opens a wrapped key of this context.
    ///
    /// # Errors
    /// `denied` when it was wrapped under another key or for another context, `unavailable` when the provider cannot be
    /// asked now.
    async fn unwrap(&self, context: &KeyContext, wrapped: &[u8]) -> Result<Secret>;
}

/// Signs as the log: Ed25519 (RFC 8032).
pub trait Signer: fmt::Debug + Send + Sync {
    /// The public key with which logs of this origin are signed.
    ///
    /// # Errors
    /// `unavailable` when the key cannot be reached now.
    fn public_key(&self, origin: &str) -> Result<[u8; 32]>;

    /// Signs a message as the log of this origin.
    ///
    /// # Errors
    /// `unavailable` when the key cannot be reached now.
    fn sign(&self, origin: &str, message: &[u8]) -> Result<[u8; 64]>;
}

/// One secret in a file that only its owner may read: wraps log keys, and signs as logs.
///
/// From the secret are derived a wrapping key and, for each origin, a signing key. Use one file for the signing of a
/// practice and one for each tenant's wrapping, so that a tenant's content can be erased by destroying its file while
/// its log still signs.
#[derive(Clone)]
pub struct LocalKeyFile {
    secret: Secret,
    path: Option<PathBuf>,
    generation: u32,
}

impl LocalKeyFile {
    /// Draws a secret and writes it to a new file with mode 0600.
    ///
    /// # Errors
    /// `conflict` when there is a file already: it is never overwritten. `io`, `permission_denied`, `unavailable`.
    pub fn create(path: impl AsRef<Path>, entropy: &dyn Entropy) -> Result<Self> {
        let path = path.as_ref();
        let secret = Secret::draw(entropy)?;
        write_new(path, &secret).map_err(|error| error.during("ledger.create_key_file"))?;
        Ok(Self {
            secret,
            path: Some(path.to_owned()),
            generation: 0,
        })
    }

    /// Reads the secret from its file.
    ///
    /// # Errors
    /// `permission_denied` when others than the owner may read the file, `not_found`, `io`, `corrupt`.
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let secret = read(path).map_err(|error| error.during("ledger.open_key_file"))?;
        Ok(Self {
            secret,
            path: Some(path.to_owned()),
            generation: 0,
        })
    }

    /// Draws a secret that is in no file: for tests and demonstrations. What it wraps is lost with it.
    ///
    /// # Errors
    /// `unavailable` when there is no entropy.
    pub fn in_memory(entropy: &dyn Entropy) -> Result<Self> {
        Ok(Self {
            secret: Secret::draw(entropy)?,
            path: None,
            generation: 0,
        })
    }

    /// The same secret, signing with the key of this generation; 0 is the first. For
    /// [`rotate_signer`](super::Ledger::rotate_signer) without a second file: it bounds how long a signing key that was taken
    /// somewhere else than from the file is of use. A secret that was taken needs another file.
    #[must_use]
    pub fn generation(&self, generation: u32) -> Self {
        Self {
            generation,
            ..self.clone()
        }
    }

    fn wrapping(&self) -> Aes256GcmSiv {
        let key = Zeroizing::new(blake3::derive_key("vcto key file wrap v1", self.secret.expose()));
        Aes256GcmSiv::new((&*key).into())
    }

    fn signing(&self, origin: &str) -> SigningKey {
        let key = Zeroizing::new(blake3::derive_key("vcto key file sign v1", self.secret.expose()));
        let mut text = origin.as_bytes().to_vec();
        if self.generation > 0 {
            // No origin has a NUL.
            text.push(0);
            text.extend_from_slice(&self.generation.to_be_bytes());
        }
        let seed = Zeroizing::new(*blake3::keyed_hash(&key, &text).as_bytes());
        SigningKey::from_bytes(&seed)
    }

    /// The nonce follows from the context. The AEAD is misuse resistant: two keys wrapped for one context only show
    /// whether they are equal.
    fn nonce(context: &[u8]) -> Nonce {
        let digest = blake3::derive_key("vcto key file nonce v1", context);
        let mut nonce = Nonce::default();
        for (slot, byte) in nonce.iter_mut().zip(digest) {
            *slot = byte;
        }
        nonce
    }
}

impl fmt::Debug for LocalKeyFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LocalKeyFile")
            .field("path", &self.path)
            .field("generation", &self.generation)
            .finish_non_exhaustive()
    }
}

#[async_trait]
impl KeyProvider for LocalKeyFile {
    fn describe(&self) -> String {
        let name = blake3::derive_key("vcto key file name v1", self.secret.expose());
        let (short, _) = name.split_at(8);
        format!("local-file:{}", crate::digest::hex(short))
    }

    async fn wrap(&self, context: &KeyContext, key: &Secret) -> Result<Vec<u8>> {
        let context = context.to_bytes();
        let mut buffer = key.expose().to_vec();
        self.wrapping()
            .encrypt_in_place(&Self::nonce(&context), &context, &mut buffer)
            .map_err(|_| Error::new(ErrorKind::Internal, "a key does not wrap").during("ledger.wrap_key"))?;
        Ok(buffer)
    }

    async fn unwrap(&self, context: &KeyContext, wrapped: &[u8]) -> Result<Secret> {
        let context = context.to_bytes();
        let mut buffer = Zeroizing::new(wrapped.to_vec());
        let refused = || {
            Error::new(
                ErrorKind::Denied,
                format!(
                    "{} does not open this log's key: it is another key, or the wrapped key was changed",
                    self.describe()
                ),
            )
            .during("ledger.unwrap_key")
        };
        self.wrapping()
            .decrypt_in_place(&Self::nonce(&context), &context, &mut *buffer)
            .map_err(|_| refused())?;
        let bytes: Zeroizing<[u8; 32]> = Zeroizing::new(buffer.as_slice().try_into().map_err(|_| refused())?);
        Ok(Secret(*bytes))
    }
}

impl Signer for LocalKeyFile {
    fn public_key(&self, origin: &str) -> Result<[u8; 32]> {
        Ok(self.signing(origin).verifying_key().to_bytes())
    }

    fn sign(&self, origin: &str, message: &[u8]) -> Result<[u8; 64]> {
        Ok(self.signing(origin).sign(message).to_bytes())
    }
}

/// The first line of a key file; the second is the secret in hexadecimal.
const FILE_HEAD: &str = "vcto.key/1";

/// The file appears whole or not at all, and never in the place of another.
fn write_new(path: &Path, secret: &Secret) -> Result<()> {
    let exists = || {
        Error::new(
            ErrorKind::Conflict,
            "there is a key file already; it is never overwritten",
        )
        .at(path.display().to_string())
    };
    if path.exists() {
        return Err(exists());
    }
    // A name of its own, so that two processes do not write one file.
    let own = blake3::derive_key("vcto key file part v1", secret.expose());
    let mut part = path.to_owned().into_os_string();
    part.push(format!(".{}", crate::digest::hex(own.split_at(8).0)));
    let part = PathBuf::from(part);
    let linked = write_part(&part, secret).and_then(|()| match std::fs::hard_link(&part, path) {
        Err(source) if source.kind() == std::io::ErrorKind::AlreadyExists => Err(exists()),
        other => other.map_err(|source| Error::io(source, path.display())),
    });
    // Left behind, it would be a key that nobody uses.
    let _ = std::fs::remove_file(&part);
    linked.and_then(|()| super::store::sync_parent(path))
}

fn write_part(part: &Path, secret: &Secret) -> Result<()> {
    use std::io::Write;
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let digits = Zeroizing::new(crate::digest::hex(secret.expose()));
    let text = Zeroizing::new(format!("{FILE_HEAD}\n{}\n", digits.as_str()));
    options
        .open(part)
        .and_then(|mut file| file.write_all(text.as_bytes()).and_then(|()| file.sync_all()))
        .map_err(|source| Error::io(source, part.display()))
}

fn read(path: &Path) -> Result<Secret> {
    use std::io::Read;
    let fail = |source| Error::io(source, path.display());
    let file = crate::file::open(path)?;
    check_mode(&file, path)?;
    let mut text = Zeroizing::new(String::with_capacity(128));
    file.take(128).read_to_string(&mut text).map_err(fail)?;
    text.strip_suffix('\n')
        .and_then(|text| text.split_once('\n'))
        .filter(|(head, _)| *head == FILE_HEAD)
        .and_then(|(_, digits)| crate::digest::unhex::<32>(digits))
        .map(Secret)
        .ok_or_else(|| {
            Error::new(
                ErrorKind::Corrupt,
                "this is not a key file of format `vcto.key/1`",
            )
            .at(path.display().to_string())
        })
}

#[cfg(unix)]
fn check_mode(file: &std::fs::File, path: &Path) -> Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let mode = file
        .metadata()
        .map_err(|source| Error::io(source, path.display()))?
        .permissions()
        .mode();
    if mode.trailing_zeros() >= 6 {
        // No bit for group and others.
        return Ok(());
    }
    Err(Error::new(
        ErrorKind::PermissionDenied,
        format!(
            "the key file may be used by others than its owner (mode {:03o})",
            mode & 0o777
        ),
    )
    .at(path.display().to_string())
    .remedy("chmod 600, and consider the key known"))
}

#[cfg(not(unix))]
fn check_mode(_file: &std::fs::File, _path: &Path) -> Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::SystemEntropy;

    fn context(purpose: KeyPurpose) -> KeyContext {
        KeyContext {
            origin: "example.org/a".to_owned(),
            region: "eu".to_owned(),
            log_id: LogId([7; 16]),
            purpose,
        }
    }

    #[test]
    fn a_wrapped_key_opens_only_under_its_file_and_for_its_context() {
        let file = LocalKeyFile::in_memory(&SystemEntropy).unwrap();
        let other = LocalKeyFile::in_memory(&SystemEntropy).unwrap();
        let key = Secret::draw(&SystemEntropy).unwrap();
        let wrapped = pollster::block_on(file.wrap(&context(KeyPurpose::Epoch(0)), &key)).unwrap();
        let open =
            |file: &LocalKeyFile, purpose| pollster::block_on(file.unwrap(&context(purpose), &wrapped));
        assert_eq!(open(&file, KeyPurpose::Epoch(0)).unwrap(), key);
        for refused in [
            open(&file, KeyPurpose::Epoch(1)),
            open(&file, KeyPurpose::Blinding),
            open(&other, KeyPurpose::Epoch(0)),
        ] {
            assert_eq!(refused.unwrap_err().kind(), ErrorKind::Denied);
        }
    }

    #[test]
    fn secrets_do_not_show_in_debug_output() {
        let file = LocalKeyFile {
            secret: Secret([0xab; 32]),
            path: None,
            generation: 0,
        };
        for text in [format!("{file:?}"), format!("{:?}", file.secret)] {
            assert!(!text.contains("ab") && !text.contains("171"), "{text}");
        }
    }
}
