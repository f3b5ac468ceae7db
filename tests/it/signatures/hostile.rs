//! Signatures that must not be accepted, each built by hand from the wire format.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use vcto::ErrorKind;
use vcto::gate::sshsig::{self, MemoryKey, PublicKey, Signature};

use super::NAMESPACE;

const TEXT: &[u8] = b"{\"v\":1,\"verdict\":\"approve\"}\n";

/// The fields of a signature, to be changed one by one.
struct Wire {
    magic: Vec<u8>,
    version: u32,
    key: Vec<u8>,
    namespace: Vec<u8>,
    reserved: Vec<u8>,
    hash: Vec<u8>,
    signature: Vec<u8>,
    tail: Vec<u8>,
}

fn string(bytes: &[u8]) -> Vec<u8> {
    let mut out = u32::try_from(bytes.len()).unwrap().to_be_bytes().to_vec();
    out.extend_from_slice(bytes);
    out
}

fn pair(kind: &[u8], bytes: &[u8]) -> Vec<u8> {
    [string(kind), string(bytes)].concat()
}

impl Wire {
    /// A signature that holds, taken apart.
    fn good() -> Self {
        let key = MemoryKey::from_seed(&[7; 32]);
        let blob = blob(&key.sign(NAMESPACE, TEXT).unwrap());
        Self {
            magic: b"SSHSIG".to_vec(),
            version: 1,
            key: pair(b"ssh-ed25519", key.public_key().as_bytes()),
            namespace: NAMESPACE.into(),
            reserved: Vec::new(),
            hash: b"sha512".to_vec(),
            signature: pair(b"ssh-ed25519", &blob[blob.len() - 64..]),
            tail: Vec::new(),
        }
    }

    fn blob(&self) -> Vec<u8> {
        [
            self.magic.clone(),
            self.version.to_be_bytes().to_vec(),
            string(&self.key),
            string(&self.namespace),
            string(&self.reserved),
            string(&self.hash),
            string(&self.signature),
            self.tail.clone(),
        ]
        .concat()
    }

    fn armour(&self) -> String {
        armour(&self.blob())
    }

    fn raw_signature(&self) -> [u8; 64] {
        self.signature[self.signature.len() - 64..].try_into().unwrap()
    }
}

fn armour(blob: &[u8]) -> String {
    let digits = STANDARD.encode(blob);
    let lines: Vec<&str> = digits
        .as_bytes()
        .chunks(70)
        .map(|line| std::str::from_utf8(line).unwrap())
        .collect();
    format!(
        "-----BEGIN SSH SIGNATURE-----\n{}\n-----END SSH SIGNATURE-----\n",
        lines.join("\n")
    )
}

fn blob(armoured: &str) -> Vec<u8> {
    let digits: String = armoured.lines().filter(|line| !line.starts_with('-')).collect();
    STANDARD.decode(digits).unwrap()
}

fn refused(armoured: &str, kind: ErrorKind, what: &str) {
    match sshsig::verify(armoured, NAMESPACE, TEXT) {
        Ok(key) => panic!("{what}: accepted, by {key:?}"),
        Err(error) => assert_eq!(error.kind(), kind, "{what}: {error}"),
    }
}

#[test]
fn the_signature_built_by_hand_holds() {
    let wire = Wire::good();
    assert!(sshsig::verify(&wire.armour(), NAMESPACE, TEXT).is_ok());
    let theirs = MemoryKey::from_seed(&[7; 32]).sign(NAMESPACE, TEXT).unwrap();
    assert_eq!(wire.armour(), theirs);
}

#[test]
fn every_field_that_differs_is_refused() {
    let refuse = |kind: ErrorKind, what: &str, change: &dyn Fn(&mut Wire)| {
        let mut wire = Wire::good();
        change(&mut wire);
        refused(&wire.armour(), kind, what);
    };
    use ErrorKind::{Denied, InvalidInput, Unsupported};
    refuse(InvalidInput, "magic", &|w| w.magic = b"SSHSIH".to_vec());
    for version in [0, 2, 0x0100_0000, u32::MAX] {
        refuse(Unsupported, "version", &|w| w.version = version);
    }
    refuse(InvalidInput, "reserved", &|w| w.reserved = b"x".to_vec());
    for hash in [&b"sha256"[..], b"SHA512", b"", b"sha512\0", b"sha384"] {
        refuse(Unsupported, "hash", &|w| w.hash = hash.to_vec());
    }
    for namespace in [&b"git"[..], b"file", b"vcto-approval-v2", b"Vcto-approval-v1"] {
        refuse(Denied, "namespace", &|w| w.namespace = namespace.to_vec());
    }
    for namespace in [
        &b""[..],
        b"\xff",
        b"vcto-*",
        b"a\0b",
        b"vcto approval",
        &[b'n'; 129],
    ] {
        refuse(InvalidInput, "namespace", &|w| w.namespace = namespace.to_vec());
    }
    refuse(InvalidInput, "data behind the end", &|w| w.tail = vec![0]);
    refuse(InvalidInput, "data behind the key", &|w| w.key.push(0));
    refuse(InvalidInput, "data behind the signature", &|w| {
        w.signature.push(0)
    });
    for kind in [
        &b"ssh-rsa"[..],
        b"sk-ssh-ed25519-cert-v01@openssh.com",
        b"ssh-ed25519-cert-v01@openssh.com",
        b"",
    ] {
        refuse(Unsupported, "type of key", &|w| w.key = pair(kind, &w.key[19..]));
        let raw = Wire::good().raw_signature();
        refuse(Unsupported, "type of signature", &|w| {
            w.signature = pair(kind, &raw)
        });
    }
    for length in [0, 31, 33, 64] {
        refuse(InvalidInput, "length of key", &|w| {
            w.key = pair(b"ssh-ed25519", &vec![9; length])
        });
    }
    for length in [0, 63, 65, 128] {
        refuse(InvalidInput, "length of signature", &|w| {
            w.signature = pair(b"ssh-ed25519", &vec![9; length]);
        });
    }
    refuse(Denied, "another key", &|w| {
        let other = MemoryKey::from_seed(&[8; 32]).public_key();
        w.key = pair(b"ssh-ed25519", other.as_bytes());
    });
}

#[test]
fn every_length_that_lies_is_refused_without_being_believed() {
    let blob = Wire::good().blob();
    // Where the lengths stand: key, namespace, reserved, hash, signature, and the two inside key and signature.
    let mut places = Vec::new();
    let mut at = 10;
    while at < blob.len() {
        places.push(at);
        at += 4 + u32::from_be_bytes(blob[at..at + 4].try_into().unwrap()) as usize;
    }
    assert_eq!(places.len(), 5);
    for outer in [places[0], places[4]] {
        places.extend([outer + 4, outer + 4 + 15]);
    }
    for place in places {
        let told = u32::from_be_bytes(blob[place..place + 4].try_into().unwrap());
        for lie in [
            1 << 30,
            u32::MAX,
            0x7fff_ffff,
            told + 1,
            told.wrapping_sub(1),
            told + 4,
        ] {
            let mut changed = blob.clone();
            changed[place..place + 4].copy_from_slice(&lie.to_be_bytes());
            assert!(
                sshsig::verify(&armour(&changed), NAMESPACE, TEXT).is_err(),
                "{lie} at {place}"
            );
        }
    }
}

#[test]
fn no_prefix_and_no_changed_bit_of_the_blob_is_accepted() {
    let good = Wire::good().blob();
    for end in 0..good.len() {
        assert!(
            sshsig::verify(&armour(&good[..end]), NAMESPACE, TEXT).is_err(),
            "cut at {end}"
        );
    }
    for at in 0..good.len() {
        for bit in 0..8 {
            let mut changed = good.clone();
            changed[at] ^= 1 << bit;
            assert!(
                sshsig::verify(&armour(&changed), NAMESPACE, TEXT).is_err(),
                "bit {bit} of byte {at}"
            );
        }
    }
}

#[test]
fn no_changed_byte_of_the_armour_is_accepted() {
    let good = Wire::good().armour().into_bytes();
    let mut tried = 0;
    for at in 0..good.len() {
        for byte in (0..=255).filter(|byte| *byte != good[at]) {
            let mut changed = good.clone();
            changed[at] = byte;
            let Ok(text) = std::str::from_utf8(&changed) else {
                continue;
            };
            tried += 1;
            // Verifying each of them takes a minute; one that reads as another signature is verified.
            if let Ok(signature) = Signature::parse(text) {
                assert!(signature.verify(NAMESPACE, TEXT).is_err(), "{byte} at {at}");
            }
        }
    }
    assert!(tried > 30_000, "{tried}");
}

#[test]
fn no_changed_bit_of_the_text_is_accepted() {
    let good = Wire::good().armour();
    for at in 0..TEXT.len() {
        for bit in 0..8 {
            let mut changed = TEXT.to_vec();
            changed[at] ^= 1 << bit;
            let denied = sshsig::verify(&good, NAMESPACE, &changed).unwrap_err();
            assert_eq!(denied.kind(), ErrorKind::Denied);
        }
    }
    for changed in [
        [TEXT, b"\n"].concat(),
        TEXT[..TEXT.len() - 1].to_vec(),
        Vec::new(),
    ] {
        assert!(sshsig::verify(&good, NAMESPACE, &changed).is_err());
    }
}

#[test]
fn the_armour_is_exact() {
    let good = Wire::good().armour();
    let digits: String = good.lines().filter(|line| !line.starts_with('-')).collect();
    let with = |body: &str| format!("-----BEGIN SSH SIGNATURE-----\n{body}\n-----END SSH SIGNATURE-----\n");
    for accepted in [good.trim_end().to_owned(), with(&digits)] {
        assert!(sshsig::verify(&accepted, NAMESPACE, TEXT).is_ok(), "{accepted}");
    }
    for bad in [
        String::new(),
        "\n".to_owned(),
        format!("\n{good}"),
        format!(" {good}"),
        format!("\u{feff}{good}"),
        format!("{good}\n"),
        format!("{good}trailing"),
        format!("{good}{good}"),
        good.replace('\n', "\r\n"),
        good.replace('\n', "\r"),
        good.replacen('\n', "", 1),
        good.replacen('\n', "\n\n", 1),
        good.replacen('\n', "\n ", 2),
        good.replace("BEGIN SSH", "BEGIN  SSH"),
        good.replace("-----BEGIN", "----BEGIN"),
        good.replace("SSH SIGNATURE", "PGP SIGNATURE"),
        good.to_lowercase(),
        with(""),
        with(&format!("{digits}=")),
        with(&format!("{digits}====")),
        with(&format!("{digits}AA==")),
        with(&format!("{digits}\u{e9}")),
        with(&digits.replace('A', "-")),
    ] {
        refused(&bad, ErrorKind::InvalidInput, &bad);
    }
    refused(&with(&"A".repeat(1 << 20)), ErrorKind::TooLarge, "a megabyte");
}

#[test]
fn base64_has_one_form() {
    // In this namespace the last digit before the padding has bits that say nothing: they must be zero.
    let good = MemoryKey::from_seed(&[7; 32]).sign("git", TEXT).unwrap();
    assert!(sshsig::verify(&good, "git", TEXT).is_ok());
    let digits: String = good.lines().filter(|line| !line.starts_with('-')).collect();
    let stem = digits.trim_end_matches('=');
    assert_ne!(stem, digits);
    let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let place = alphabet.find(stem.chars().last().unwrap()).unwrap();
    let next = alphabet.as_bytes()[place + 1] as char;
    let spare = format!("{}{next}==", &stem[..stem.len() - 1]);
    let unpadded = stem.to_owned();
    for forged in [spare, unpadded] {
        let armoured = format!("-----BEGIN SSH SIGNATURE-----\n{forged}\n-----END SSH SIGNATURE-----\n");
        let error = sshsig::verify(&armoured, "git", TEXT).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput, "{forged}");
    }
}

/// RFC 8032: the order of the base point, little-endian.
const ORDER: [u8; 32] = [
    0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
];

#[test]
fn the_scalar_has_one_form() {
    let mut wire = Wire::good();
    let mut raw = wire.raw_signature();
    let mut carry = 0;
    for (byte, add) in raw[32..].iter_mut().zip(ORDER) {
        let sum = u16::from(*byte) + u16::from(add) + carry;
        *byte = sum.to_le_bytes()[0];
        carry = sum >> 8;
    }
    assert_eq!(carry, 0, "S + L still fits into 32 bytes");
    wire.signature = pair(b"ssh-ed25519", &raw);
    refused(&wire.armour(), ErrorKind::Denied, "S + L");
}

/// Keys of order 1, 2, 4 and 8, in every encoding that decodes; with them one signature can fit many texts. From the
/// arithmetic of the curve: y = 1, y = -1, y = 0, and the two y of order 8, each with both signs, and y + p where it fits.
fn weak_keys() -> Vec<[u8; 32]> {
    let unhex = |text: &str| -> [u8; 32] {
        (0..32)
            .map(|at| u8::from_str_radix(&text[2 * at..2 * at + 2], 16).unwrap())
            .collect::<Vec<_>>()
            .try_into()
            .unwrap()
    };
    let minus_one = "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f";
    let p = "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f";
    let p_plus_one = "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f";
    let one = "0100000000000000000000000000000000000000000000000000000000000000";
    let zero = "0000000000000000000000000000000000000000000000000000000000000000";
    let order_8 = "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05";
    let order_8_too = "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a";
    let mut keys = Vec::new();
    for text in [minus_one, p, p_plus_one, one, zero, order_8, order_8_too] {
        let mut key = unhex(text);
        keys.push(key);
        key[31] |= 0x80;
        keys.push(key);
    }
    keys
}

#[test]
fn weak_keys_are_refused_wherever_they_come_from() {
    for key in weak_keys() {
        let denied = PublicKey::from_bytes(key).unwrap_err();
        assert_eq!(denied.kind(), ErrorKind::Denied, "{key:02x?}");
        let mut wire = Wire::good();
        wire.key = pair(b"ssh-ed25519", &key);
        // R = the identity and S = 0 fit every text under the key y = 1.
        let mut raw = [0; 64];
        raw[0] = 1;
        wire.signature = pair(b"ssh-ed25519", &raw);
        refused(&wire.armour(), ErrorKind::Denied, "a weak key");
        let line = format!("ssh-ed25519 {}", STANDARD.encode(pair(b"ssh-ed25519", &key)));
        assert_eq!(line.parse::<PublicKey>().unwrap_err().kind(), ErrorKind::Denied);
    }
}

#[test]
fn a_key_in_a_second_encoding_or_off_the_curve_is_refused() {
    // y = 3 is on the curve; y = 3 + p is the same point, written otherwise.
    let mut three = [0; 32];
    three[0] = 3;
    assert!(PublicKey::from_bytes(three).is_ok());
    let mut second = [0xff; 32];
    (second[0], second[31]) = (0xf0, 0x7f);
    assert_eq!(
        PublicKey::from_bytes(second).unwrap_err().kind(),
        ErrorKind::Denied
    );
    // y = 2 is on the curve's twist.
    let mut two = [0; 32];
    two[0] = 2;
    assert_eq!(PublicKey::from_bytes(two).unwrap_err().kind(), ErrorKind::Denied);
}

#[test]
fn a_nonce_of_small_order_is_refused() {
    for nonce in weak_keys() {
        let mut wire = Wire::good();
        let mut raw = wire.raw_signature();
        raw[..32].copy_from_slice(&nonce);
        wire.signature = pair(b"ssh-ed25519", &raw);
        refused(&wire.armour(), ErrorKind::Denied, "a weak nonce");
    }
}

#[test]
fn a_private_key_in_memory_does_not_show_itself() {
    let key = MemoryKey::from_seed(&[0x5a; 32]);
    let shown = format!("{key:?}");
    assert_eq!(shown, format!("MemoryKey({})", key.public_key().fingerprint()));
    for namespace in ["", "a b", "a*", "ä", &"n".repeat(129)] {
        assert!(key.sign(namespace, b"").is_err(), "{namespace}");
    }
    static_assertions::assert_not_impl_any!(MemoryKey: Clone, Copy, Default, serde::Serialize);
}
