//! Signatures of tokens and passkeys: made here as the hardware would, and put before the stock tool and ours.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ed25519_dalek::Signer as _;
use sha2::{Digest as _, Sha256, Sha512};
use tempfile::{TempDir, tempdir};
use vcto::ErrorKind;
use vcto::gate::sshsig::{
    self, KeyKind, PublicKey, Signature, passkey_challenge, passkey_key, passkey_signature,
};

use super::{NAMESPACE, public, stock_verifies};

const TEXT: &[u8] = b"{\"v\":1}\n";
pub const DOMAIN: &str = "msp.example";
pub const ORIGIN: &str = "https://gate.msp.example";
/// Somebody touched it; and it knows who.
const PRESENT: u8 = 0x01;
const VERIFIED: u8 = 0x04;

fn put(out: &mut Vec<u8>, bytes: &[u8]) {
    out.extend_from_slice(&u32::try_from(bytes.len()).unwrap().to_be_bytes());
    out.extend_from_slice(bytes);
}

fn blob(parts: &[&[u8]]) -> Vec<u8> {
    let mut out = Vec::new();
    parts.iter().for_each(|part| put(&mut out, part));
    out
}

/// `PROTOCOL.sshsig`: what is signed.
fn to_sign(namespace: &str, text: &[u8]) -> Vec<u8> {
    let mut data = b"SSHSIG".to_vec();
    data.extend(blob(&[
        namespace.as_bytes(),
        b"",
        b"sha512",
        &Sha512::digest(text),
    ]));
    data
}

/// `PROTOCOL.sshsig`: the armoured blob.
fn armoured(key: &[u8], namespace: &str, signature: &[u8]) -> String {
    let mut out = b"SSHSIG\0\0\0\x01".to_vec();
    out.extend(blob(&[key, namespace.as_bytes(), b"", b"sha512", signature]));
    let digits = STANDARD.encode(out);
    let lines: Vec<&str> = (0..digits.len().div_ceil(70))
        .map(|line| &digits[line * 70..digits.len().min(line * 70 + 70)])
        .collect();
    format!(
        "-----BEGIN SSH SIGNATURE-----\n{}\n-----END SSH SIGNATURE-----\n",
        lines.join("\n")
    )
}

/// `PROTOCOL.u2f`: what a token signs.
fn stamped(application: &str, flags: u8, counter: u32, data: &[u8]) -> Vec<u8> {
    let mut out = Sha256::digest(application).to_vec();
    out.push(flags);
    out.extend_from_slice(&counter.to_be_bytes());
    out.extend_from_slice(&Sha256::digest(data));
    out
}

/// A token with an Ed25519 key.
pub struct Token(ed25519_dalek::SigningKey);

impl Token {
    pub fn new() -> Self {
        Self(ed25519_dalek::SigningKey::from_bytes(&[9; 32]))
    }

    fn key(&self) -> Vec<u8> {
        let key = self.0.verifying_key().to_bytes();
        blob(&[b"sk-ssh-ed25519@openssh.com", &key, b"ssh:"])
    }

    pub fn line(&self) -> String {
        format!("sk-ssh-ed25519@openssh.com {}", STANDARD.encode(self.key()))
    }

    /// As the token signs a text when it is touched.
    pub fn sign_text(&self, text: &[u8]) -> String {
        self.sign_over(text, PRESENT, 7, 7)
    }

    fn sign(&self, flags: u8, counter: u32, told: u32) -> String {
        self.sign_over(TEXT, flags, counter, told)
    }

    /// As the token signs, with these flags; and what stands beside the signature as its counter.
    fn sign_over(&self, text: &[u8], flags: u8, counter: u32, told: u32) -> String {
        let data = stamped("ssh:", flags, counter, &to_sign(NAMESPACE, text));
        let mut signature = blob(&[b"sk-ssh-ed25519@openssh.com", &self.0.sign(&data).to_bytes()]);
        signature.push(flags);
        signature.extend_from_slice(&told.to_be_bytes());
        armoured(&self.key(), NAMESPACE, &signature)
    }
}

fn stock(folder: &TempDir, line: &str, signature: &str, text: &[u8]) -> bool {
    let signers = format!("alice {line}\n");
    stock_verifies(folder.path(), &signers, "alice", NAMESPACE, None, signature, text)
}

#[test]
fn a_tokens_signature_is_accepted_here_and_by_the_stock_tool() {
    let (folder, token) = (tempdir().unwrap(), Token::new());
    let key = public(&token.line());
    assert_eq!(
        (key.kind(), key.application()),
        (KeyKind::SkEd25519, Some("ssh:"))
    );
    assert_eq!(key.to_string(), token.line());
    for flags in [PRESENT, PRESENT | VERIFIED] {
        let signature = token.sign(flags, 7, 7);
        assert!(stock(&folder, &token.line(), &signature, TEXT));
        assert_eq!(sshsig::verify(&signature, NAMESPACE, TEXT).unwrap(), key);
        assert_eq!(Signature::parse(&signature).unwrap().to_armour(), signature);
        assert!(sshsig::verify(&signature, NAMESPACE, b"another text").is_err());
        assert!(sshsig::verify(&signature, "git", TEXT).is_err());
    }
    // A counter that was not signed, and a token that nobody touched.
    let recounted = token.sign(PRESENT, 7, 8);
    assert!(!stock(&folder, &token.line(), &recounted, TEXT));
    assert_eq!(
        sshsig::verify(&recounted, NAMESPACE, TEXT).unwrap_err().kind(),
        ErrorKind::Denied
    );
    let untouched = token.sign(VERIFIED, 7, 7);
    let refused = sshsig::verify(&untouched, NAMESPACE, TEXT).unwrap_err();
    assert!(refused.to_string().contains("touched"), "{refused}");
    for more in [0x40, 0x80] {
        assert!(sshsig::verify(&token.sign(PRESENT | more, 7, 7), NAMESPACE, TEXT).is_err());
    }
}

#[test]
fn a_tokens_signature_under_a_plain_key_and_the_other_way_round_is_refused() {
    let token = Token::new();
    let plain_key = blob(&[b"ssh-ed25519", &token.0.verifying_key().to_bytes()]);
    let plain = blob(&[
        b"ssh-ed25519",
        &token.0.sign(&to_sign(NAMESPACE, TEXT)).to_bytes(),
    ]);
    assert!(sshsig::verify(&armoured(&plain_key, NAMESPACE, &plain), NAMESPACE, TEXT).is_ok());
    assert!(sshsig::verify(&armoured(&token.key(), NAMESPACE, &plain), NAMESPACE, TEXT).is_err());
    let data = stamped("ssh:", PRESENT, 1, &to_sign(NAMESPACE, TEXT));
    let mut stamped = blob(&[b"sk-ssh-ed25519@openssh.com", &token.0.sign(&data).to_bytes()]);
    stamped.extend_from_slice(&[PRESENT, 0, 0, 0, 1]);
    assert!(sshsig::verify(&armoured(&token.key(), NAMESPACE, &stamped), NAMESPACE, TEXT).is_ok());
    assert!(sshsig::verify(&armoured(&plain_key, NAMESPACE, &stamped), NAMESPACE, TEXT).is_err());
}

/// A passkey of a browser.
pub struct Passkey(p256::ecdsa::SigningKey);

/// One assertion, of which each part can be changed before it is signed.
pub struct Assertion {
    pub flags: u8,
    pub kind: &'static str,
    pub challenge: Vec<u8>,
    pub origin: &'static str,
    /// The origin that stands beside the client data.
    pub told: &'static str,
    pub rest: &'static str,
    pub application: &'static str,
}

impl Default for Assertion {
    fn default() -> Self {
        Self {
            flags: PRESENT | VERIFIED,
            kind: "webauthn.get",
            challenge: passkey_challenge(NAMESPACE, TEXT).unwrap(),
            origin: ORIGIN,
            told: ORIGIN,
            rest: r#","crossOrigin":false}"#,
            application: DOMAIN,
        }
    }
}

impl Assertion {
    /// Over a text that the gate drafted.
    pub fn over(text: &[u8]) -> Self {
        Self {
            challenge: passkey_challenge(NAMESPACE, text).unwrap(),
            ..Self::default()
        }
    }

    fn client_data(&self) -> String {
        format!(
            r#"{{"type":"{}","challenge":"{}","origin":"{}"{}"#,
            self.kind,
            URL_SAFE_NO_PAD.encode(&self.challenge),
            self.origin,
            self.rest
        )
    }
}

impl Passkey {
    pub fn new() -> Self {
        Self(p256::ecdsa::SigningKey::from_slice(&[5; 32]).unwrap())
    }

    fn point(&self) -> Vec<u8> {
        self.0.verifying_key().to_sec1_point(false).as_bytes().to_vec()
    }

    pub fn key(&self) -> PublicKey {
        passkey_key(DOMAIN, &self.point()).unwrap()
    }

    fn blob(&self) -> Vec<u8> {
        blob(&[
            b"sk-ecdsa-sha2-nistp256@openssh.com",
            b"nistp256",
            &self.point(),
            DOMAIN.as_bytes(),
        ])
    }

    fn signature_of(&self, assertion: &Assertion) -> p256::ecdsa::Signature {
        let client = assertion.client_data();
        self.0.sign(&stamped(
            assertion.application,
            assertion.flags,
            0,
            client.as_bytes(),
        ))
    }

    pub fn assert(&self, assertion: Assertion) -> String {
        self.sign(&assertion)
    }

    /// Packed by hand, so that what ours would not pack can be tried too.
    fn sign(&self, assertion: &Assertion) -> String {
        let signature = self.signature_of(assertion);
        let number = |bytes: &[u8]| {
            let digits: Vec<u8> = bytes.iter().copied().skip_while(|byte| *byte == 0).collect();
            let sign: &[u8] = if digits[0] & 0x80 == 0 { &[] } else { &[0] };
            [sign, &digits].concat()
        };
        let (r, s) = signature.split_bytes();
        let mut packed = blob(&[
            b"webauthn-sk-ecdsa-sha2-nistp256@openssh.com",
            &blob(&[&number(&r), &number(&s)]),
        ]);
        packed.push(assertion.flags);
        packed.extend_from_slice(&0_u32.to_be_bytes());
        packed.extend(blob(&[
            assertion.told.as_bytes(),
            assertion.client_data().as_bytes(),
            b"",
        ]));
        armoured(&self.blob(), NAMESPACE, &packed)
    }
}

#[test]
fn a_passkeys_assertion_is_accepted_here_and_by_the_stock_tool() {
    let (folder, passkey) = (tempdir().unwrap(), Passkey::new());
    let key = passkey.key();
    assert_eq!(
        (key.kind(), key.application()),
        (KeyKind::SkEcdsaP256, Some(DOMAIN))
    );
    assert_eq!(public(&key.to_string()), key);
    for rest in [
        "}",
        r#","crossOrigin":false}"#,
        r#","crossOrigin":false,"other_keys_can_be_added_here":"x"}"#,
    ] {
        let assertion = Assertion {
            rest,
            ..Assertion::default()
        };
        let signature = passkey.sign(&assertion);
        assert!(stock(&folder, &key.to_string(), &signature, TEXT), "{rest}");
        assert_eq!(sshsig::verify(&signature, NAMESPACE, TEXT).unwrap(), key);
        assert!(sshsig::verify(&signature, NAMESPACE, b"another text").is_err());

        // What ours packs from the parts that a browser gives is the same, byte for byte.
        let mut data = Sha256::digest(DOMAIN).to_vec();
        data.push(assertion.flags);
        data.extend_from_slice(&[0; 4]);
        let (client, der) = (assertion.client_data(), passkey.signature_of(&assertion).to_der());
        let packed = passkey_signature(&key, NAMESPACE, &data, client.as_bytes(), der.as_bytes());
        assert_eq!(packed.unwrap(), signature);
    }
}

#[test]
fn an_assertion_for_something_else_or_from_elsewhere_is_refused() {
    let (folder, passkey) = (tempdir().unwrap(), Passkey::new());
    let line = passkey.key().to_string();
    let base = Assertion::default;
    // With whether the stock tool takes it: it looks at neither the verification of the user nor the page.
    let cases = [
        (
            "not verified",
            Assertion {
                flags: PRESENT,
                ..base()
            },
            true,
        ),
        (
            "nobody there",
            Assertion {
                flags: VERIFIED,
                ..base()
            },
            true,
        ),
        (
            "another page",
            Assertion {
                origin: "https://evil.example",
                told: "https://evil.example",
                ..base()
            },
            true,
        ),
        (
            "without TLS",
            Assertion {
                origin: "http://msp.example",
                told: "http://msp.example",
                ..base()
            },
            true,
        ),
        (
            "in a frame",
            Assertion {
                rest: r#","crossOrigin":true}"#,
                ..base()
            },
            true,
        ),
        (
            "another origin told",
            Assertion {
                told: "https://msp.example",
                ..base()
            },
            false,
        ),
        (
            "another text",
            Assertion {
                challenge: to_sign(NAMESPACE, b"x"),
                ..base()
            },
            false,
        ),
        (
            "another namespace",
            Assertion {
                challenge: to_sign("git", TEXT),
                ..base()
            },
            false,
        ),
        (
            "the bare digest",
            Assertion {
                challenge: Sha256::digest(TEXT).to_vec(),
                ..base()
            },
            false,
        ),
        (
            "a new passkey",
            Assertion {
                kind: "webauthn.create",
                ..base()
            },
            false,
        ),
        (
            "another relying party",
            Assertion {
                application: "evil.example",
                ..base()
            },
            false,
        ),
        (
            "extensions",
            Assertion {
                flags: PRESENT | VERIFIED | 0x80,
                ..base()
            },
            false,
        ),
        (
            "a credential",
            Assertion {
                flags: PRESENT | VERIFIED | 0x40,
                ..base()
            },
            false,
        ),
        ("no object", Assertion { rest: "", ..base() }, true),
        (
            "a second challenge",
            Assertion {
                rest: r#","challenge":"eA"}"#,
                ..base()
            },
            true,
        ),
        (
            "a second type",
            Assertion {
                rest: r#","type":"webauthn.create"}"#,
                ..base()
            },
            true,
        ),
        (
            "a second origin",
            Assertion {
                rest: r#","origin":"https://evil.example"}"#,
                ..base()
            },
            true,
        ),
    ];
    for (what, assertion, by_stock) in cases {
        let signature = passkey.sign(&assertion);
        assert_eq!(stock(&folder, &line, &signature, TEXT), by_stock, "{what}");
        let refused = sshsig::verify(&signature, NAMESPACE, TEXT).unwrap_err();
        assert!(
            matches!(refused.kind(), ErrorKind::Denied | ErrorKind::InvalidInput),
            "{what}: {refused}"
        );
    }
    assert!(
        sshsig::verify(&passkey.sign(&base()), NAMESPACE, TEXT).is_ok(),
        "the twin"
    );
}

#[test]
fn no_changed_byte_of_a_passkeys_signature_is_accepted() {
    let passkey = Passkey::new();
    let signature = passkey.sign(&Assertion::default());
    let digits: String = signature.lines().filter(|line| !line.starts_with('-')).collect();
    let genuine = STANDARD.decode(digits).unwrap();
    for at in 0..genuine.len() {
        for bit in [0x01, 0x80] {
            let mut changed = genuine.clone();
            changed[at] ^= bit;
            let text = STANDARD.encode(changed);
            let text = format!("-----BEGIN SSH SIGNATURE-----\n{text}\n-----END SSH SIGNATURE-----\n");
            let verified = sshsig::verify(&text, NAMESPACE, TEXT);
            assert!(verified.is_err(), "byte {at}");
        }
    }
}

#[test]
fn keys_that_are_no_points_or_belong_to_no_domain_are_refused() {
    let point = Passkey::new().point();
    let mut off = point.clone();
    off[64] ^= 1;
    let mut compressed = point.clone();
    compressed[0] = 2;
    for (domain, bytes) in [
        (DOMAIN, &off[..]),
        (DOMAIN, &compressed[..33]),
        (DOMAIN, &point[..64]),
        (DOMAIN, &[0]),
        ("", &point),
        ("https://msp.example", &point),
        ("MSP.example", &point),
        ("msp.example:443", &point),
        ("msp..example", &point),
    ] {
        assert!(passkey_key(domain, bytes).is_err(), "{domain} {}", bytes.len());
    }
    // As a browser gives it: RFC 5480 around the point.
    let spki = STANDARD.decode("MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE").unwrap();
    let given = [spki.as_slice(), &point[1..]].concat();
    assert_eq!(passkey_key(DOMAIN, &given).unwrap(), Passkey::new().key());
}
