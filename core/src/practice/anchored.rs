//! A tenant as the anchor log of its region has it: verified against it, proved by it.

use super::tenant::Tenant;
use crate::error::{Error, ErrorKind, Result};
use crate::ledger::{AnchorProof, Checkpoint, Level, Receipt, Verification, VerifyOptions};

impl Tenant {
    /// Verifies the tenant's ledger, and compares it with the anchor log of its region: with the newest head that the anchor
    /// log has of it, and with the one under each [checkpoint that was kept outside](VerifyOptions::kept_anchor). With one of
    /// those that holds, `completeness` is `ok`; without, the anchor log can only show that something is missing.
    ///
    /// # Errors
    /// `io`, `cancelled`, `forked`: it could not be verified.
    pub async fn verify(&self, options: &VerifyOptions) -> Result<Verification> {
        let options = self
            .with_anchors(options)
            .await
            .map_err(|error| error.during("tenant.verify"))?;
        self.ledger().verify(&options).await
    }

    /// Shows the newest head of this tenant's log that is under the newest checkpoint that an anchor outside keeps, or, where
    /// there is none, under the newest checkpoint of the anchor log; none before the first round.
    ///
    /// # Errors
    /// `rollback_detected`, `corrupt` and the like from the anchor log.
    pub async fn anchor_proof(&self) -> Result<Option<AnchorProof>> {
        let Some(log) = self.practice().opened_anchor_log(self.region()).await? else {
            return Ok(None);
        };
        let checkpoint = match log.confirmed().await? {
            Some(checkpoint) => checkpoint,
            None => log.ledger().checkpoint().await?,
        };
        log.prove(self.name(), &checkpoint).await
    }

    /// How far an entry has come since its receipt was given: [`Level::Anchored`] once an anchor outside keeps a checkpoint over
    /// a head of this log that contains it. Signs the log where the entry is not under a checkpoint yet.
    ///
    /// # Errors
    /// As [`Ledger::include`](crate::ledger::Ledger::include); `rollback_detected`, `corrupt` and the like from the anchor log.
    pub async fn level(&self, receipt: &Receipt) -> Result<Level> {
        let included = self.ledger().include(receipt).await?;
        let log = self.practice().opened_anchor_log(self.region()).await?;
        let anchored = match log {
            Some(log) => log.anchored_size(self.name()).await?,
            None => 0,
        };
        Ok(if receipt.seq() < anchored {
            Level::Anchored
        } else {
            included.level()
        })
    }

    /// As [`level`](Self::level), for who has the place of an entry and not its receipt.
    ///
    /// # Errors
    /// `not_found` when there is no such entry; `corrupt`, with the detail `seq`, when it is not what was written; else as `level`.
    pub async fn level_of(&self, seq: u64) -> Result<Level> {
        let during = |error: Error| error.during("tenant.level");
        let entries = self
            .ledger()
            .entries_of(seq..=seq, |_| false)
            .await
            .map_err(during)?;
        match entries.first() {
            Some(entry) => self.level(&entry.receipt()).await.map_err(during),
            None => Err(during(Error::new(
                ErrorKind::NotFound,
                format!("the ledger has no entry {seq}"),
            ))),
        }
    }

    async fn with_anchors(&self, options: &VerifyOptions) -> Result<VerifyOptions> {
        let mut options = options.clone();
        let log = match self.practice().opened_anchor_log(self.region()).await {
            Ok(Some(log)) => log,
            Ok(None) if options.kept_anchors().is_empty() => return Ok(options),
            Ok(None) => {
                let text = format!("the anchor log of the region `{}` is missing", self.region());
                return Ok(options.anchor_problem(text));
            }
            Err(error) if is_finding(&error) => return Ok(options.anchor_problem(error.to_string())),
            Err(error) => return Err(error),
        };
        let now = match log.ledger().checkpoint().await {
            Ok(checkpoint) => checkpoint,
            Err(error) if is_finding(&error) => return Ok(options.anchor_problem(error.to_string())),
            Err(error) => return Err(error),
        };
        let keys = log.ledger().keys();
        if let Some(expected) = options.expected_anchor_key()
            && keys.keys().all(|key| key != expected)
        {
            let text = "the key that is to have signed the anchor log is none of it";
            return Ok(options.anchor_problem(text.to_owned()));
        }
        let mut newest: Option<Checkpoint> = None;
        for kept in options.kept_anchors().to_vec() {
            let checkpoint = keys
                .verify(kept.note.as_bytes())
                .map_err(|error| error.within("a checkpoint of the anchor log that was kept outside"));
            let found = match checkpoint {
                Ok(checkpoint) => log.contains(&checkpoint, &now).await.map(|()| checkpoint),
                Err(error) => Err(error),
            };
            match found {
                Ok(checkpoint) => {
                    newest = newest
                        .into_iter()
                        .chain([checkpoint])
                        .max_by_key(Checkpoint::size);
                }
                Err(error) if is_finding(&error) => options = options.anchor_problem(error.to_string()),
                Err(error) => return Err(error),
            }
        }
        for checkpoint in newest.into_iter().chain([now]) {
            options = match log.prove(self.name(), &checkpoint).await {
                Ok(Some(proof)) => options.anchor_proof(proof),
                Ok(None) => options,
                Err(error) if is_finding(&error) => options.anchor_problem(error.to_string()),
                Err(error) => return Err(error),
            };
        }
        Ok(options)
    }
}

/// Whether an error says something of a log, not of reading it.
fn is_finding(error: &Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::Corrupt | ErrorKind::Denied | ErrorKind::RollbackDetected | ErrorKind::Unavailable
    )
}
