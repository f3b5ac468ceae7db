//! A log as a folder of plain files that stock transparency-log tools read, and the check of such a folder.

mod export;
mod files;
mod import;
mod path;
mod read;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde::{Deserialize, Serialize};

pub(super) use export::export;
pub(crate) use files::BundleFiles;
pub(super) use import::import;
pub use path::TilePath;
pub use read::verify_bundle;
pub(crate) use read::verify_bundle_files;

use super::entry::LogId;
use super::keys::{KeyPurpose, Signer};
use super::manifest::{read_manifest, sign_manifest, sum};
use super::note::VerifierKey;
use super::store::{Identity, WrappedKey};
use crate::digest::hex;
use crate::error::{Error, ErrorKind, Result};

/// The first line of a manifest.
const BUNDLE_FORMAT: &str = "vcto.bundle/1";
const KEYS_FORMAT: &str = "vcto.keys/1";

const CHECKPOINT: &str = "checkpoint";
const KEYS: &str = "keys.json";
const MANIFEST: &str = "manifest";
const VKEY: &str = "log.vkey";

/// An entry in a bundle of entries: its length in two bytes, big-endian, and the header.
const STRIDE: usize = 2 + super::header::HEADER_LEN;
const LENGTH: [u8; 2] = [0, 127];

/// The content of `keys.json`: the log's keys as the customer's key wraps them.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Keys {
    format: String,
    log_id: String,
    origin: String,
    region: String,
    #[serde(rename = "keys")]
    list: Vec<Key>,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Key {
    purpose: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    epoch: Option<u32>,
    provider: String,
    wrapped: String,
    commitment: String,
}

fn keys_document(identity: &Identity, keys: &[WrappedKey]) -> Result<Vec<u8>> {
    let key = |key: &WrappedKey| {
        let (purpose, epoch) = match key.purpose {
            KeyPurpose::Blinding => ("blinding", None),
            KeyPurpose::Epoch(epoch) => ("epoch", Some(epoch)),
        };
        Key {
            purpose: purpose.to_owned(),
            epoch,
            provider: key.provider.clone(),
            wrapped: BASE64_STANDARD.encode(&key.wrapped),
            commitment: BASE64_STANDARD.encode(key.commitment),
        }
    };
    let document = Keys {
        format: KEYS_FORMAT.to_owned(),
        log_id: identity.log_id.to_string(),
        origin: identity.origin.clone(),
        region: identity.region.clone(),
        list: keys.iter().map(key).collect(),
    };
    let mut bytes = serde_json::to_vec_pretty(&document)
        .map_err(|source| Error::new(ErrorKind::Internal, "the keys do not serialise").caused_by(source))?;
    bytes.push(b'\n');
    Ok(bytes)
}

/// The log and its keys, as a `keys.json` states them.
fn read_keys(document: &[u8]) -> Result<(Identity, Vec<WrappedKey>)> {
    let corrupt = || {
        Error::new(
            ErrorKind::Corrupt,
            format!("`{KEYS}` is not of format `{KEYS_FORMAT}`"),
        )
        .during("ledger.keys")
    };
    let document: Keys = serde_json::from_slice(document).map_err(|source| corrupt().caused_by(source))?;
    let identity = Identity {
        log_id: crate::digest::unhex(&document.log_id)
            .map(LogId)
            .ok_or_else(corrupt)?,
        origin: document.origin,
        region: document.region,
    };
    let key = |key: Key| {
        let bytes = |text: &str| BASE64_STANDARD.decode(text).ok();
        Some(WrappedKey {
            purpose: match (key.purpose.as_str(), key.epoch) {
                ("blinding", None) => KeyPurpose::Blinding,
                ("epoch", Some(epoch)) => KeyPurpose::Epoch(epoch),
                _ => return None,
            },
            provider: key.provider,
            wrapped: bytes(&key.wrapped)?,
            commitment: bytes(&key.commitment)?.try_into().ok()?,
        })
    };
    let keys: Option<Vec<_>> = document.list.into_iter().map(key).collect();
    match keys {
        Some(keys) if document.format == KEYS_FORMAT => Ok((identity, keys)),
        _ => Err(corrupt()),
    }
}

/// A signed list of the files that the tree does not cover.
fn manifest(files: &[(&str, &[u8])], origin: &str, signer: &dyn Signer) -> Result<String> {
    let files: Vec<_> = files.iter().map(|(name, bytes)| (*name, sum(bytes))).collect();
    sign_manifest(BUNDLE_FORMAT, &files, origin, signer)
}

/// What is wrong with the files beside the records.
fn check_manifest(note: &[u8], files: &[(&str, &[u8])], key: &VerifierKey) -> Result<()> {
    let listed = read_manifest(note, BUNDLE_FORMAT, key)?;
    let changed = files.iter().find(|(name, bytes)| {
        !listed
            .iter()
            .any(|(listed, of)| listed == name && *of == sum(bytes))
    });
    let text = match changed {
        Some((name, _)) => format!("`{name}` is not the file that was exported"),
        None if listed.len() == files.len() => return Ok(()),
        None => "the manifest is not that of this bundle".to_owned(),
    };
    Err(Error::new(ErrorKind::Corrupt, text).during("ledger.manifest"))
}

/// Where a payload lies, by the BLAKE3 digest of its ciphertext.
fn payload_path(digest: &[u8; 32]) -> String {
    let name = hex(digest);
    let (folder, _) = name.split_at_checked(2).unwrap_or(("", ""));
    format!("payload/{folder}/{name}")
}
