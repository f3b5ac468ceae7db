//! Passkeys: the assertion of a browser as an SSHSIG that stock `ssh-keygen -Y verify` accepts.
//!
//! The challenge of the assertion is the very data that an SSHSIG signs, so that nothing but the text that was drafted can have
//! been signed. The format is OpenSSH's `PROTOCOL.u2f`, "Web Authentication"; beyond what the stock tool asks for, the user must
//! have been verified, and the page must have been one of the relying party's own.
//!
//! A page could show one text and sign another: show it from your own server, without scripts of others, and show the digest on
//! a second device as well.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use p256::ecdsa::signature::Verifier as _;
use serde::Deserialize;
use sha2::{Digest as _, Sha256};

use super::key::{KeyKind, PublicKey};
use super::proof::{MORE_DATA, Proof, Stamp, does_not_fit};
use super::wire::{Reader, put};
use super::{Signature, denied, is_namespace, malformed, signed_data};
use crate::error::Result;
use crate::text::quoted;

pub(super) const SIGNATURE_TYPE: &[u8] = b"webauthn-sk-ecdsa-sha2-nistp256@openssh.com";

/// A public key of P-256 as a browser's `getPublicKey()` gives it (RFC 5480, DER), up to the point.
const SPKI: [u8; 26] = [
    0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86,
    0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00,
];
/// What the client data says that was done.
const KIND: &str = "webauthn.get";
const MAX_CLIENT_DATA: usize = 2_048;
const MAX_ORIGIN: usize = 512;
/// The relying party's hash, the flags and the counter.
const AUTHENTICATOR_DATA: usize = 37;

/// The challenge for `navigator.credentials.get`, with which a passkey signs this text in this namespace.
///
/// # Errors
/// `invalid_input` when the namespace is empty, longer than 128 bytes, or not plain ASCII.
pub fn passkey_challenge(namespace: &str, message: &[u8]) -> Result<Vec<u8>> {
    if is_namespace(namespace) {
        Ok(signed_data(namespace, message))
    } else {
        Err(malformed("the namespace is empty, too long, or not plain ASCII").during("sshsig.passkey"))
    }
}

/// The public key of a passkey, to register its person as an approver: the relying party (a domain), and what
/// `response.getPublicKey()` gave when the passkey was made with `alg: -7` (91 bytes), or the point alone (65 bytes).
///
/// # Errors
/// `invalid_input` when the domain or the form of the key is unfit; `denied` when it is no point of the curve.
pub fn passkey_key(relying_party: &str, public_key: &[u8]) -> Result<PublicKey> {
    let point = public_key.strip_prefix(&SPKI).unwrap_or(public_key);
    let point = <[u8; 65]>::try_from(point)
        .ok()
        .filter(|point| point.first() == Some(&4))
        .ok_or_else(|| {
            malformed("this is no public key of P-256")
                .remedy("make the passkey with `alg: -7`, and pass what `getPublicKey()` gives")
                .during("sshsig.passkey")
        })?;
    check_relying_party(relying_party).map_err(|error| error.during("sshsig.passkey"))?;
    PublicKey::of_point(point, relying_party)
}

/// Packs an assertion as an armoured signature: `authenticatorData`, `clientDataJSON` and `signature` of the response. Whether it
/// holds, and over which text, is checked where it is handed in.
///
/// # Errors
/// `invalid_input` when a part is unfit, or was made for another relying party than that of the key.
pub fn passkey_signature(
    key: &PublicKey,
    namespace: &str,
    authenticator_data: &[u8],
    client_data: &[u8],
    signature: &[u8],
) -> Result<String> {
    let packed = pack(key, namespace, authenticator_data, client_data, signature);
    packed.map_err(|error| error.during("sshsig.passkey"))
}

fn pack(
    key: &PublicKey,
    namespace: &str,
    authenticator_data: &[u8],
    client_data: &[u8],
    signature: &[u8],
) -> Result<String> {
    let relying_party = key
        .application()
        .filter(|_| key.kind() == KeyKind::SkEcdsaP256)
        .ok_or_else(|| malformed("the key is not that of a passkey"))?;
    if !is_namespace(namespace) {
        return Err(malformed("the namespace is empty, too long, or not plain ASCII"));
    }
    let mut reader = Reader(authenticator_data);
    let hash = reader.take(32)?;
    let [flags] = reader.array()?;
    let counter = reader.number()?;
    if hash != Sha256::digest(relying_party).as_slice() {
        return Err(malformed("the assertion was made for another relying party"));
    }
    if authenticator_data.len() != AUTHENTICATOR_DATA || flags & MORE_DATA != 0 {
        return Err(
            malformed("the authenticator added data that no signature here has")
                .remedy("ask for no extensions"),
        );
    }
    let parsed = p256::ecdsa::Signature::from_der(signature)
        .map_err(|_| malformed("the signature of the assertion is not in DER"))?;
    let (mut scalars, bytes) = ([0; 64], parsed.to_bytes());
    scalars
        .iter_mut()
        .zip(bytes.iter())
        .for_each(|(slot, byte)| *slot = *byte);
    let client: ClientData = client(client_data)?;
    let assertion = Assertion {
        origin: client.origin,
        client_data: client_data.to_vec(),
    };
    assertion.check_size()?;
    let signature = Signature {
        key: key.clone(),
        namespace: namespace.to_owned(),
        proof: Proof::Passkey(scalars, Stamp { flags, counter }, assertion),
    };
    Ok(signature.to_armour())
}

/// What a browser adds to a signature.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Assertion {
    origin: String,
    client_data: Vec<u8>,
}

/// The parts of `clientDataJSON` that say what was signed where (Web Authentication, 5.8.1). Others may follow; none of these
/// twice, so that no reader finds another one.
#[derive(Deserialize)]
struct ClientData {
    #[serde(rename = "type")]
    kind: String,
    challenge: String,
    origin: String,
    #[serde(default, rename = "crossOrigin")]
    cross_origin: bool,
}

fn client(bytes: &[u8]) -> Result<ClientData> {
    if bytes.len() > MAX_CLIENT_DATA {
        return Err(malformed(
            "the client data of an assertion has at most 2,048 bytes",
        ));
    }
    serde_json::from_slice(bytes).map_err(|_| malformed("the client data of the assertion cannot be read"))
}

impl Assertion {
    pub(super) fn read(reader: &mut Reader<'_>) -> Result<Self> {
        let origin =
            std::str::from_utf8(reader.string()?).map_err(|_| malformed("the origin is not UTF-8"))?;
        let assertion = Self {
            origin: origin.to_owned(),
            client_data: reader.string()?.to_vec(),
        };
        if !reader.string()?.is_empty() {
            return Err(malformed("the authenticator added extensions"));
        }
        assertion.check_size()?;
        Ok(assertion)
    }

    pub(super) fn put(&self, out: &mut Vec<u8>) {
        put(out, self.origin.as_bytes());
        put(out, &self.client_data);
        put(out, b"");
    }

    fn check_size(&self) -> Result<()> {
        if self.origin.len() <= MAX_ORIGIN && self.client_data.len() <= MAX_CLIENT_DATA {
            Ok(())
        } else {
            Err(malformed(
                "the origin or the client data of the assertion is too long",
            ))
        }
    }

    pub(super) fn hash(&self) -> Vec<u8> {
        Sha256::digest(&self.client_data).to_vec()
    }

    /// The data is what the browser was asked to sign, on a page of the relying party.
    pub(super) fn check(&self, relying_party: &str, data: &[u8]) -> Result<()> {
        // The order and the spelling are fixed (Web Authentication, 5.8.1.1): what is compared is what is signed.
        let challenge = URL_SAFE_NO_PAD.encode(data);
        let begin = format!(
            r#"{{"type":"{KIND}","challenge":"{challenge}","origin":"{}""#,
            self.origin
        );
        let rest = self.client_data.strip_prefix(begin.as_bytes());
        if self.origin.contains(['"', '\\'])
            || !rest.is_some_and(|rest| rest.starts_with(b",") || rest == b"}")
        {
            return Err(does_not_fit());
        }
        let client = client(&self.client_data)?;
        if client.kind != KIND || client.challenge != challenge {
            return Err(does_not_fit());
        }
        if client.origin != self.origin || client.cross_origin {
            return Err(denied("the assertion was made in a page of somebody else"));
        }
        if is_of(&self.origin, relying_party) {
            Ok(())
        } else {
            Err(denied(format!(
                "the page {} is not one of {}",
                quoted(&self.origin),
                quoted(relying_party)
            )))
        }
    }
}

/// Whether an origin belongs to a relying party: over TLS, on its domain or below it. For trying out, `localhost` needs no TLS.
fn is_of(origin: &str, relying_party: &str) -> bool {
    let (host, local) = match (origin.strip_prefix("https://"), origin.strip_prefix("http://")) {
        (Some(host), _) => (host, false),
        (None, Some(host)) => (host, true),
        (None, None) => return false,
    };
    let host = match host.split_once(':') {
        Some((host, port)) if is_port(port) => host,
        Some(_) => return false,
        None => host,
    };
    if local && (relying_party != "localhost" || host != "localhost") {
        return false;
    }
    let below = host
        .strip_suffix(relying_party)
        .and_then(|rest| rest.strip_suffix('.'));
    host == relying_party || (is_domain(host) && below.is_some_and(|label| !label.is_empty()))
}

fn is_port(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit()) && text.parse::<u16>().is_ok()
}

/// A relying party is one domain, as browsers write it, and one that somebody can have. Whether it is a public suffix, below which
/// others are too, no list is asked.
pub(super) fn check_relying_party(text: &str) -> Result<()> {
    let last = text.rsplit('.').next().unwrap_or_default();
    let why = if text.contains([':', '/']) {
        "it stands without scheme, port and path, and is no address"
    } else if text.bytes().any(|byte| byte.is_ascii_uppercase()) {
        "it stands in lower case"
    } else if !is_domain(text) {
        "it is labels of `a-z`, `0-9` and `-` between dots, none of them empty"
    } else if last.bytes().all(|byte| byte.is_ascii_digit()) || last.starts_with("0x") {
        "an address is none"
    } else if !text.contains('.') && text != "localhost" {
        "a single label is nobody's, except `localhost`, to try it out"
    } else {
        return Ok(());
    };
    Err(malformed(&format!(
        "{} is no domain of a relying party: {why}",
        quoted(text)
    )))
}

/// A name in lower case, as browsers write it.
fn is_domain(text: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-.".contains(&byte);
    (1..=253).contains(&text.len())
        && text.bytes().all(fits)
        && text
            .split('.')
            .all(|label| !label.is_empty() && !label.starts_with('-') && !label.ends_with('-'))
}

/// `r` and `s` of a signature, each as 32 bytes: two numbers in the one form that RFC 4251 has for each.
pub(super) fn scalars(blob: &[u8]) -> Result<[u8; 64]> {
    let mut reader = Reader(blob);
    let (r, s) = (reader.string()?, reader.string()?);
    reader.end()?;
    let mut scalars = [0; 64];
    let (first, second) = scalars.split_at_mut(32);
    place(r, first)?;
    place(s, second)?;
    Ok(scalars)
}

/// Writes a positive number right-aligned.
fn place(number: &[u8], slot: &mut [u8]) -> Result<()> {
    let refuse = || Err(malformed("a number of the signature is not in its one form"));
    let digits = match number {
        [0, rest @ ..] if rest.first().is_some_and(|byte| byte & 0x80 != 0) => rest,
        [first, ..] if *first != 0 && first & 0x80 == 0 => number,
        _ => return refuse(),
    };
    let Some(lead) = slot.len().checked_sub(digits.len()) else {
        return refuse();
    };
    slot.iter_mut()
        .skip(lead)
        .zip(digits)
        .for_each(|(slot, byte)| *slot = *byte);
    Ok(())
}

pub(super) fn to_scalars(bytes: &[u8; 64]) -> Vec<u8> {
    let mut blob = Vec::new();
    let (r, s) = bytes.split_at(32);
    for scalar in [r, s] {
        let digits: Vec<u8> = scalar.iter().copied().skip_while(|byte| *byte == 0).collect();
        let is_high = digits.first().is_none_or(|byte| byte & 0x80 != 0);
        let number = if is_high {
            [&[0], digits.as_slice()].concat()
        } else {
            digits
        };
        put(&mut blob, &number);
    }
    blob
}

pub(super) fn verify_p256(point: &[u8; 65], scalars: &[u8; 64], data: &[u8]) -> Result<()> {
    let key =
        p256::ecdsa::VerifyingKey::from_sec1_bytes(point).map_err(|_| denied("the key is not valid"))?;
    // Refuses scalars of zero and above the order.
    let signature = p256::ecdsa::Signature::from_slice(scalars).map_err(|_| does_not_fit())?;
    key.verify(data, &signature).map_err(|_| does_not_fit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_belongs_to_its_domain_and_those_above() {
        for (origin, yes) in [
            ("https://msp.example", true),
            ("https://gate.msp.example", true),
            ("https://gate.msp.example:8443", true),
            ("http://msp.example", false),
            ("https://msp.example.evil.net", false),
            ("https://evilmsp.example", false),
            ("https://.msp.example", false),
            ("https://a@b.msp.example", false),
            ("https://msp.example:", false),
            ("https://msp.example:65536", false),
            ("https://msp.example:+1", false),
            ("https://msp.example/x", false),
            ("https://MSP.example", false),
            ("https://example", false),
        ] {
            assert_eq!(is_of(origin, "msp.example"), yes, "{origin}");
        }
        assert!(is_of("http://localhost:8080", "localhost"));
        assert!(!is_of("http://gate.localhost", "localhost"));
        assert!(!is_of("http://localhost.msp.example", "msp.example"));
    }

    #[test]
    fn numbers_have_one_form_and_come_back() {
        let mut bytes = [0; 64];
        (bytes[31], bytes[32], bytes[63]) = (0x80, 0x80, 1);
        let blob = to_scalars(&bytes);
        assert_eq!(scalars(&blob).unwrap(), bytes);
        let number = |bytes: &[u8]| {
            let mut blob = Vec::new();
            put(&mut blob, bytes);
            put(&mut blob, &[1]);
            blob
        };
        for bad in [&[][..], &[0], &[0, 1], &[0x80], &[0, 0, 0x80], &[1; 33]] {
            assert!(scalars(&number(bad)).is_err(), "{bad:?}");
        }
        assert!(scalars(&number(&[0x7f])).is_ok());
    }
}
