//! Bringing a bundle back as a log: verified first, then written whole or not at all.

use std::path::Path;
use std::sync::Arc;

use super::read::{Bundle, MAX_KEYS, open, read};
use super::{KEYS, read_keys};
use crate::error::{Error, ErrorKind, Result};
use crate::ledger::audit::{Claims, Evidence, audit};
use crate::ledger::checkpoint::Checkpoint;
use crate::ledger::edge::{PAGE, corrupt, row_header};
use crate::ledger::header::Header;
use crate::ledger::note::VerifierKey;
use crate::ledger::options::LedgerOptions;
use crate::ledger::seal::check_digest;
use crate::ledger::session::{open_keys, sealed};
use crate::ledger::store::{Batch, Identity, Storage, StoredCheckpoint};
use crate::ledger::tree::Tree;
use crate::ledger::verdict::{Authenticity, Completeness, Freshness, Integrity, Verification, VerifyOptions};

/// About this much is written at once.
const BATCH_BYTES: u64 = 8 << 20;

/// Verifies the bundle by everything that is known, and makes a log of it.
pub(in crate::ledger) fn import(
    storage: &Storage,
    dir: &Path,
    options: &LedgerOptions,
    mut verify: VerifyOptions,
) -> Result<()> {
    verify.headers_only = false;
    let (mut bundle, claims) = open(dir)?;
    let origin = Checkpoint::origin_unverified(bundle.note.as_bytes())?;
    if verify.key.is_none() {
        verify.key = Some(VerifierKey::new(&origin, options.signer.public_key(&origin)?)?);
    }
    let handovers = claims.stated_keys.len().saturating_sub(1) as u64;
    let document = read(&dir.join(KEYS), MAX_KEYS)?.unwrap_or_default();
    let keys = read_keys(&document);
    let ring = match &keys {
        Ok((identity, keys)) => open_keys(identity, keys, options).map(Some),
        Err(_) => Ok(None),
    };
    let claims = Claims {
        ring: ring.as_ref().ok().and_then(Option::as_ref),
        replay: options.policy.as_ref().map(|check| check.replay()),
        log_id: keys.as_ref().ok().map(|(identity, _)| identity.log_id),
        ..claims
    };
    refuse(&audit(&mut bundle, claims, &verify)?)?;
    ring?;
    let (identity, keys) = keys?;
    let signer = match &options.succession {
        Some(succession) if handovers > 0 => succession.signer(handovers)?,
        _ => Arc::clone(&options.signer),
    };
    let signer = VerifierKey::new(&origin, signer.public_key(&origin)?)?;
    // The bundle may have been changed since it was verified: what is written is compared with the signed root once more.
    let checkpoint = Checkpoint::verify(bundle.note.as_bytes(), &signer)?;
    if identity.origin != origin {
        return Err(Error::new(
            ErrorKind::Corrupt,
            format!("`{KEYS}` is of another log"),
        ));
    }
    let mut import = Import {
        bundle,
        identity: &identity,
        checkpoint: &checkpoint,
        tree: Tree::default(),
    };
    let mut next = || import.batch();
    storage
        .backend()
        .create(&identity, &keys, &mut next, checkpoint.note())
}

/// What fails first, as the error that it is.
fn refuse(told: &Verification) -> Result<()> {
    let (kind, verdict) = if told.has_no_failure() {
        return Ok(());
    } else if told.integrity == Integrity::Failed {
        (ErrorKind::Corrupt, "integrity")
    } else if told.authenticity == Authenticity::Failed {
        (ErrorKind::Denied, "authenticity")
    } else if told.completeness == Completeness::Failed {
        (ErrorKind::RollbackDetected, "completeness")
    } else if told.freshness == Freshness::Stale {
        (ErrorKind::RollbackDetected, "freshness")
    } else {
        (ErrorKind::Denied, "policy")
    };
    let problem = told.problems.iter().find(|problem| problem.verdict == verdict);
    let text = problem.map_or("the bundle does not verify", |problem| &problem.text);
    let error = Error::new(kind, format!("the bundle is not brought back: {text}"));
    Err(match told.first_bad_index {
        Some(seq) => error.with("seq", seq),
        None => error,
    })
}

/// Reads the bundle from its first entry to its last.
struct Import<'a> {
    bundle: Bundle,
    identity: &'a Identity,
    checkpoint: &'a Checkpoint,
    tree: Tree,
}

impl Import<'_> {
    /// The next entries; with the last of them the checkpoint.
    fn batch(&mut self) -> Result<Option<Batch>> {
        let (from, size) = (self.tree.size(), self.checkpoint.size());
        if from == size {
            return Ok(None);
        }
        let mut batch = Batch::default();
        let limit = self.fitting(from)?;
        let Self {
            bundle,
            identity,
            tree,
            ..
        } = self;
        bundle.scan(from, limit, &mut |row, ciphertext| {
            let (header, hash) = row_header(row, tree.size(), identity.log_id)?;
            let payload = ciphertext.ok_or_else(|| corrupt(header.seq, "has no payload"))?;
            check_digest(&header, payload)?;
            tree.push_filling(hash, &mut batch.tiles);
            batch.entries.push(sealed(header, payload.to_vec()));
            Ok(())
        })?;
        if batch.entries.is_empty() {
            return Err(corrupt(from, "is missing"));
        }
        if self.tree.size() == size {
            if self.tree.root() != *self.checkpoint.root() {
                let text = "the entries of the bundle are not those that were signed";
                return Err(Error::new(ErrorKind::Corrupt, text));
            }
            batch.checkpoint = Some(StoredCheckpoint {
                size,
                note: self.checkpoint.note().to_owned(),
            });
        }
        Ok(Some(batch))
    }

    /// How many entries from here on are not too much at once.
    fn fitting(&mut self, from: u64) -> Result<usize> {
        let (mut bytes, mut count) = (0u64, 0usize);
        self.bundle.scan_headers(from, PAGE, &mut |row, _| {
            let length = Header::parse(&row.header).map_or(0, |header| u64::from(header.payload_len));
            bytes = bytes.saturating_add(length);
            count += usize::from(count == 0 || bytes <= BATCH_BYTES);
            Ok(())
        })?;
        Ok(count.max(1))
    }
}
