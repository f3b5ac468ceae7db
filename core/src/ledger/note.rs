//! C2SP signed notes, Ed25519 signatures of type 0x01, and verifier keys in their text form.

use std::fmt;
use std::str::FromStr;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use ed25519_dalek::{Signature, VerifyingKey};
use sha2::{Digest, Sha256};

use super::keys::Signer;
use crate::error::{Error, ErrorKind, Result};
use crate::text::quoted;

/// The longest note that is read, in bytes. The format asks for at least 16 signatures of up to 5 kB.
pub const MAX_NOTE: usize = 128 << 10;

/// The most signatures that a note may carry.
pub const MAX_SIGNATURES: usize = 64;

/// The longest key name, in bytes.
pub(super) const MAX_NAME: usize = 255;

const ED25519: u8 = 0x01;

/// A text with the signatures under it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SignedNote {
    text: String,
    signatures: Vec<NoteSignature>,
}

#[derive(Clone, Debug, Eq, PartialEq)]
struct NoteSignature {
    name: String,
    key_id: [u8; 4],
    signature: Vec<u8>,
}

/// The public key of a log or a witness, with its name: `<name>+<key id>+<base64>`.
///
/// ```
/// use vcto::ledger::VerifierKey;
///
/// // From the documentation of Go's golang.org/x/mod/sumdb/note.
/// let text = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
/// let key: VerifierKey = text.parse()?;
/// assert_eq!(key.name(), "PeterNeumann");
/// assert_eq!(key.to_string(), text);
/// # Ok::<(), vcto::Error>(())
/// ```
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct VerifierKey {
    name: String,
    key_id: [u8; 4],
    public_key: [u8; 32],
}

impl SignedNote {
    /// Reads a note. Strict and bounded; proves nothing before [`verify`](Self::verify).
    ///
    /// # Errors
    /// `too_large` beyond [`MAX_NOTE`] bytes or [`MAX_SIGNATURES`] signatures, `corrupt` for anything that is not in
    /// the form of the specification.
    pub fn parse(bytes: &[u8]) -> Result<Self> {
        if bytes.len() > MAX_NOTE {
            return Err(refuse(ErrorKind::TooLarge, "the note has more than 128 KiB"));
        }
        let note = std::str::from_utf8(bytes).map_err(|_| corrupt("the note is not UTF-8"))?;
        if note.bytes().any(|byte| byte < 0x20 && byte != b'\n') {
            return Err(corrupt("the note has a control character"));
        }
        let (text, signatures) = note
            .rsplit_once("\n\n")
            .ok_or_else(|| corrupt("no blank line separates text and signatures"))?;
        let lines = signatures
            .strip_suffix('\n')
            .ok_or_else(|| corrupt("the last line has no end"))?;
        if lines.split('\n').count() > MAX_SIGNATURES {
            return Err(refuse(
                ErrorKind::TooLarge,
                "the note has more than 64 signatures",
            ));
        }
        let signatures = lines
            .split('\n')
            .map(NoteSignature::parse)
            .collect::<Result<_>>()?;
        Ok(Self {
            text: format!("{text}\n"),
            signatures,
        })
    }

    /// The signed text, with its final line end.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Checks the signatures of known keys; those of unknown keys are ignored.
    ///
    /// # Errors
    /// `denied` when no known key signed, or when one of them did and its signature does not hold.
    pub fn verify(&self, known: &[VerifierKey]) -> Result<()> {
        let mut verified = 0usize;
        for signature in &self.signatures {
            let by = |key: &&VerifierKey| key.name == signature.name && key.key_id == signature.key_id;
            let Some(key) = known.iter().find(by) else {
                continue;
            };
            if !key.holds(self.text.as_bytes(), &signature.signature) {
                return Err(refuse(
                    ErrorKind::Denied,
                    format!("the signature of {} does not hold", quoted(&key.name)),
                ));
            }
            verified += 1;
        }
        if verified == 0 {
            return Err(refuse(ErrorKind::Denied, "no known key has signed the note"));
        }
        Ok(())
    }
}

/// Signs a text as the log of this origin, and returns the whole note.
pub(super) fn sign(text: &str, origin: &str, signer: &dyn Signer) -> Result<String> {
    sign_by(text, origin, &[signer])
}

/// As [`sign`], with a signature of each of them.
pub(super) fn sign_by(text: &str, origin: &str, signers: &[&dyn Signer]) -> Result<String> {
    let mut note = format!("{text}\n");
    for signer in signers {
        note.push_str(&signature_line(text, origin, *signer)?);
    }
    Ok(note)
}

fn signature_line(text: &str, origin: &str, signer: &dyn Signer) -> Result<String> {
    let key = VerifierKey::new(origin, signer.public_key(origin)?)?;
    let signature = signer.sign(origin, text.as_bytes())?;
    if !key.holds(text.as_bytes(), &signature) {
        return Err(refuse(
            ErrorKind::Internal,
            "the signer's signature does not hold under its own key",
        ));
    }
    let blob = [key.key_id.as_slice(), signature.as_slice()].concat();
    Ok(format!("\u{2014} {origin} {}\n", BASE64_STANDARD.encode(blob)))
}

impl NoteSignature {
    fn parse(line: &str) -> Result<Self> {
        let (name, blob) = line
            .strip_prefix("\u{2014} ")
            .and_then(|rest| rest.split_once(' '))
            .ok_or_else(|| corrupt("a signature line has the form `\u{2014} <name> <base64>`"))?;
        check_name(name)?;
        let blob = BASE64_STANDARD
            .decode(blob)
            .map_err(|_| corrupt("a signature is not base64"))?;
        match blob.split_first_chunk::<4>() {
            Some((key_id, signature)) if !signature.is_empty() => Ok(Self {
                name: name.to_owned(),
                key_id: *key_id,
                signature: signature.to_owned(),
            }),
            _ => Err(corrupt("a signature is too short")),
        }
    }
}

impl VerifierKey {
    /// A key under a name.
    ///
    /// # Errors
    /// `invalid_input` when the name is empty, longer than 255 bytes, or has white space, a control character or `+`;
    /// or when the bytes are no Ed25519 public key.
    pub fn new(name: &str, public_key: [u8; 32]) -> Result<Self> {
        let invalid = |message: &str| Error::new(ErrorKind::InvalidInput, message).during("ledger.key");
        check_name(name).map_err(|error| invalid(error.message()))?;
        let weak = VerifyingKey::from_bytes(&public_key).map_or(true, |key| key.is_weak());
        if weak {
            return Err(invalid("these 32 bytes are no Ed25519 public key"));
        }
        let mut hasher = Sha256::new();
        hasher.update(name.as_bytes());
        hasher.update([b'\n', ED25519]);
        hasher.update(public_key);
        let [a, b, c, d, ..] = <[u8; 32]>::from(hasher.finalize());
        Ok(Self {
            name: name.to_owned(),
            key_id: [a, b, c, d],
            public_key,
        })
    }

    /// The name: for a log, its origin.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The 32 bytes of the key.
    pub fn public_key(&self) -> &[u8; 32] {
        &self.public_key
    }

    fn holds(&self, message: &[u8], signature: &[u8]) -> bool {
        let signature = <[u8; 64]>::try_from(signature).map(|bytes| Signature::from_bytes(&bytes));
        match (VerifyingKey::from_bytes(&self.public_key), signature) {
            (Ok(key), Ok(signature)) => key.verify_strict(message, &signature).is_ok(),
            _ => false,
        }
    }
}

impl fmt::Display for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let data = [&[ED25519], self.public_key.as_slice()].concat();
        write!(
            f,
            "{}+{}+{}",
            self.name,
            crate::digest::hex(&self.key_id),
            BASE64_STANDARD.encode(data)
        )
    }
}

impl FromStr for VerifierKey {
    type Err = Error;

    /// Strict: the key id must be that of the name and the key.
    fn from_str(text: &str) -> Result<Self> {
        let wrong = || {
            Error::new(
                ErrorKind::InvalidInput,
                format!(
                    "{} is not a verifier key: `<name>+<key id>+<base64 of 0x01 and 32 bytes>`",
                    quoted(text)
                ),
            )
            .during("ledger.key")
        };
        if text.len() > MAX_NAME + 64 {
            return Err(wrong());
        }
        let (name, rest) = text.split_once('+').ok_or_else(wrong)?;
        let (_, data) = rest.split_once('+').ok_or_else(wrong)?;
        let data = BASE64_STANDARD.decode(data).map_err(|_| wrong())?;
        let public_key = match data.split_first() {
            Some((&ED25519, key)) => key.try_into().map_err(|_| wrong())?,
            _ => return Err(wrong()),
        };
        let key = Self::new(name, public_key)?;
        if key.to_string() == text {
            Ok(key)
        } else {
            Err(wrong())
        }
    }
}

/// Key names and origins: not empty, at most 255 bytes, without white space, control characters and `+`.
pub(super) fn check_name(name: &str) -> Result<()> {
    if name.is_empty() || name.len() > MAX_NAME {
        return Err(corrupt("a key name has 1 to 255 bytes"));
    }
    if name
        .chars()
        .any(|c| c == '+' || c.is_whitespace() || c.is_control())
    {
        return Err(corrupt("a key name has no white space, control character or `+`"));
    }
    Ok(())
}

fn refuse(kind: ErrorKind, message: impl Into<String>) -> Error {
    Error::new(kind, message).during("ledger.note")
}

fn corrupt(message: &str) -> Error {
    refuse(ErrorKind::Corrupt, message)
}
