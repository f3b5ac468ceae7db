//! Ours and the stock tool accept each other's signatures, and write the same bytes.

use tempfile::tempdir;
use vcto::ErrorKind;
use vcto::gate::sshsig::{self, MemoryKey, Signature};
use vcto::time::SystemEntropy;

use super::{NAMESPACE, public, ssh_keygen, stock_key, stock_sign, stock_verifies};

const MESSAGES: [&[u8]; 5] = [b"", b"x", b"{\"v\":1}\n", b"\xff\xfe\0\r\n", &[7; 100_000]];

#[test]
fn what_the_stock_tool_signs_is_accepted_and_armoured_alike() {
    let folder = tempdir().unwrap();
    let line = stock_key(folder.path(), "alice", "ed25519");
    for message in MESSAGES {
        let armoured = stock_sign(folder.path(), "alice", NAMESPACE, message);
        assert_eq!(
            sshsig::verify(&armoured, NAMESPACE, message).unwrap(),
            public(&line)
        );
        assert_eq!(Signature::parse(&armoured).unwrap().to_armour(), armoured);
    }
}

#[test]
fn what_we_sign_the_stock_tool_accepts() {
    let folder = tempdir().unwrap();
    let key = MemoryKey::generate(&SystemEntropy).unwrap();
    let signers = format!("alice namespaces=\"{NAMESPACE}\" {}\n", key.public_key());
    for message in MESSAGES {
        let signature = key.sign(NAMESPACE, message).unwrap();
        let accepts = |namespace: &str, person: &str, message: &[u8]| {
            stock_verifies(
                folder.path(),
                &signers,
                person,
                namespace,
                None,
                &signature,
                message,
            )
        };
        assert!(accepts(NAMESPACE, "alice", message));
        assert!(!accepts("git", "alice", message));
        assert!(!accepts(NAMESPACE, "bob", message));
        assert!(!accepts(NAMESPACE, "alice", b"another text"));
    }
}

#[test]
fn the_same_key_signs_the_same_bytes_here_and_there() {
    let folder = tempdir().unwrap();
    let line = stock_key(folder.path(), "alice", "ed25519");
    let key = MemoryKey::from_seed(&seed_of(
        &std::fs::read_to_string(folder.path().join("alice")).unwrap(),
    ));
    assert_eq!(key.public_key(), public(&line));
    for message in MESSAGES {
        for namespace in [NAMESPACE, "git", "a@b.example"] {
            assert_eq!(
                key.sign(namespace, message).unwrap(),
                stock_sign(folder.path(), "alice", namespace, message)
            );
        }
    }
}

#[test]
fn the_fingerprint_is_the_stock_tools() {
    let folder = tempdir().unwrap();
    let line = stock_key(folder.path(), "alice", "ed25519");
    let shown = ssh_keygen(folder.path(), ["-l", "-f", "alice.pub"], b"").stdout;
    let shown = String::from_utf8(shown).unwrap();
    assert_eq!(shown.split(' ').nth(1).unwrap(), public(&line).fingerprint());
    assert_eq!(
        line.trim_end(),
        format!("{} alice", public(&line)),
        "written as it was read"
    );
}

#[test]
fn other_types_of_key_are_refused_by_name() {
    let folder = tempdir().unwrap();
    for (kind, name) in [("rsa", "ssh-rsa"), ("ecdsa", "ecdsa-sha2-nistp256")] {
        let line = stock_key(folder.path(), kind, kind);
        let armoured = stock_sign(folder.path(), kind, NAMESPACE, b"text");
        let refused = sshsig::verify(&armoured, NAMESPACE, b"text").unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::Unsupported);
        assert!(refused.to_string().contains(name), "{refused}");
        let refused = line.parse::<sshsig::PublicKey>().unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::Unsupported);
    }
}

#[test]
fn the_hash_sha256_is_refused_though_the_stock_tool_makes_it() {
    let folder = tempdir().unwrap();
    stock_key(folder.path(), "alice", "ed25519");
    let signed = ssh_keygen(
        folder.path(),
        [
            "-q",
            "-Y",
            "sign",
            "-f",
            "alice",
            "-n",
            NAMESPACE,
            "-O",
            "hashalg=sha256",
        ],
        b"text",
    );
    assert!(signed.status.success(), "{signed:?}");
    let armoured = String::from_utf8(signed.stdout).unwrap();
    let refused = sshsig::verify(&armoured, NAMESPACE, b"text").unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Unsupported);
    assert!(refused.to_string().contains("sha256"), "{refused}");
}

/// The seed out of an unencrypted OpenSSH private key file (`PROTOCOL.key`): 64 bytes behind the private section's two copies
/// of the public key, of which the first 32 are the seed.
fn seed_of(file: &str) -> [u8; 32] {
    use base64::Engine as _;
    let digits: String = file.lines().filter(|line| !line.starts_with('-')).collect();
    let bytes = base64::engine::general_purpose::STANDARD.decode(digits).unwrap();
    let mark = [&[0, 0, 0, 64][..]].concat();
    let at = bytes.windows(4).rposition(|window| window == mark).unwrap();
    bytes[at + 4..at + 36].try_into().unwrap()
}
