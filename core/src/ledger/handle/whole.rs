//! Work over the whole log, on a thread of its own: verifying it, writing it out.

use std::path::PathBuf;

use super::{Ledger, ended};
use crate::error::{Error, ErrorKind, Result};
use crate::ledger::audit::{Claims, audit};
use crate::ledger::bundle::export;
use crate::ledger::checkpoint::Checkpoint;
use crate::ledger::manifest::{Sum, sign_manifest};
use crate::ledger::store::Storage;
use crate::ledger::verdict::{Verification, VerifyOptions};

impl Ledger {
    /// Verifies the whole log, from the stored bytes alone, on a thread of its own.
    ///
    /// What is wrong with the log is in the verdicts.
    ///
    /// # Errors
    /// `io`, `cancelled`, `forked`: it could not be verified.
    pub async fn verify(&self, options: &VerifyOptions) -> Result<Verification> {
        // Signs what is new, where that is possible. Where not, the verdicts say why.
        let _ = self.checkpoint().await;
        let options = options.clone();
        self.job("ledger.verify", move |session| {
            let key = options
                .key
                .clone()
                .unwrap_or_else(|| session.signing().key.clone());
            let claims = Claims {
                key: Some(key),
                log_id: Some(session.identity.log_id),
                ring: Some(&session.ring),
                replay: session.options.policy.as_ref().map(|check| check.replay()),
                ..Claims::default()
            };
            audit(&mut session.storage.backend().connect()?, claims, &options)
        })
        .await
    }

    /// Writes the log into a folder that is new or empty, as plain files that stock transparency-log tools read: a bundle,
    /// for [`verify_bundle`](crate::ledger::verify_bundle). Every entry is checked on its way out. Returns the checkpoint up to
    /// which the bundle goes.
    ///
    /// # Errors
    /// `conflict` when the folder is not empty; `corrupt`, with the detail `seq`, at the first entry that is not what was
    /// written; `io`.
    pub async fn export(&self, dir: impl Into<PathBuf>) -> Result<Checkpoint> {
        let dir = dir.into();
        let checkpoint = self.checkpoint().await?;
        self.job("ledger.export", move |session| {
            export(session, &checkpoint, &dir)?;
            Ok(checkpoint)
        })
        .await
    }

    /// Signs a list of files as this log did at this checkpoint. See [`read_manifest`](crate::ledger::manifest::read_manifest).
    pub(crate) async fn sign_manifest(
        &self,
        checkpoint: &Checkpoint,
        format: &'static str,
        files: Vec<(String, Sum)>,
    ) -> Result<String> {
        let size = checkpoint.size();
        self.job("ledger.sign_manifest", move |session| {
            let files: Vec<_> = files.iter().map(|(name, sum)| (name.as_str(), *sum)).collect();
            sign_manifest(
                format,
                &files,
                &session.identity.origin,
                &*session.signing_at(size).signer,
            )
        })
        .await
    }
}

/// Verifies a stored log without opening it: needs no key, and works on a log that [`Ledger::open`] refuses.
///
/// Nothing that lies there is changed, so that a medium which cannot be written will do. A log in a folder that was not closed,
/// without the file `ledger.db-shm`, is verified on a copy in the folder for temporary files. A process that does this with a
/// log opens it after it has done.
///
///  Without [`VerifyOptions::key`] the authenticity is `self_signed` at best, and `policy` is
/// `not_checked`.
///
/// # Errors
/// `not_found`, `io`, `cancelled`; `busy` where another process writes it again and again; `corrupt` or `unsupported` when the store is none that this build reads.
pub fn verify_storage(storage: &Storage, options: &VerifyOptions) -> Result<Verification> {
    // On a thread of its own: the caller's may belong to an async runtime, in which a store must not wait.
    std::thread::scope(|scope| {
        let work = || evidence(storage, options);
        let thread = std::thread::Builder::new()
            .name("vcto-ledger-job".to_owned())
            .spawn_scoped(scope, work)
            .map_err(|source| Error::io(source, "thread"))?;
        thread.join().unwrap_or_else(|_| Err(ended()))
    })
    .map_err(|error| error.during("ledger.verify_storage"))
}

/// How often it is begun anew where somebody has written meanwhile.
const TRIES: usize = 3;

fn evidence(storage: &Storage, options: &VerifyOptions) -> Result<Verification> {
    for _ in 0..TRIES {
        let mut store = storage.backend().evidence()?;
        let told = audit(&mut store, Claims::default(), options);
        if store.is_as_it_was() {
            return told;
        }
    }
    Err(Error::new(
        ErrorKind::Busy,
        "the log was opened and written each time that it was read",
    )
    .remedy("verify it through the ledger that is open (`verify`), or a copy of it"))
}
