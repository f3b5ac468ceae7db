//! The armour and the wire format of OpenSSH (RFC 4251, 5).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::malformed;
use crate::error::{Error, ErrorKind, Result};

const BEGIN: &str = "-----BEGIN SSH SIGNATURE-----";
const END: &str = "-----END SSH SIGNATURE-----";
/// Base64 digits a line, as `ssh-keygen` breaks them.
const LINE: usize = 70;
/// An Ed25519 signature with the longest namespace needs some 500 bytes of armour, a passkey's some 1,300.
const MAX_ARMOUR: usize = 4_096;

/// The armour around a blob, byte for byte as `ssh-keygen` writes it.
pub(super) fn armour(blob: &[u8]) -> String {
    let mut text = format!("{BEGIN}\n");
    for (at, digit) in STANDARD.encode(blob).chars().enumerate() {
        if at > 0 && at % LINE == 0 {
            text.push('\n');
        }
        text.push(digit);
    }
    text.push('\n');
    text.push_str(END);
    text.push('\n');
    text
}

/// The blob inside an armour.
pub(super) fn dearmour(armoured: &str) -> Result<Vec<u8>> {
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

/// Writes a string with its length.
pub(super) fn put(out: &mut Vec<u8>, bytes: &[u8]) {
    // What is put is bounded by this module to far less than 4 GiB.
    let length = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
    out.extend_from_slice(&length.to_be_bytes());
    out.extend_from_slice(bytes);
}

/// Reads the wire format. A length is believed only as far as there are bytes.
pub(super) struct Reader<'a>(pub(super) &'a [u8]);

impl<'a> Reader<'a> {
    pub(super) fn take(&mut self, length: usize) -> Result<&'a [u8]> {
        let (taken, rest) = self
            .0
            .split_at_checked(length)
            .ok_or_else(|| malformed("the key or signature is cut off"))?;
        self.0 = rest;
        Ok(taken)
    }

    pub(super) fn number(&mut self) -> Result<u32> {
        self.array().map(u32::from_be_bytes)
    }

    /// So many bytes, without a length before them.
    pub(super) fn array<const N: usize>(&mut self) -> Result<[u8; N]> {
        <[u8; N]>::try_from(self.take(N)?).map_err(|_| malformed("the key or signature is cut off"))
    }

    pub(super) fn string(&mut self) -> Result<&'a [u8]> {
        let length = self.number()?;
        self.take(usize::try_from(length).unwrap_or(usize::MAX))
    }

    pub(super) fn end(&self) -> Result<()> {
        if self.0.is_empty() {
            Ok(())
        } else {
            Err(malformed("there is data behind the end of the key or signature"))
        }
    }
}
