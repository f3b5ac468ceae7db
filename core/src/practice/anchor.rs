//! Rounds of anchoring: every tenant's head into the anchor log of its region, and what does not fit what was anchored.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use super::open::Practice;
use crate::error::{Error, ErrorKind, Result};
use crate::ledger::{AnchorLog, Candidate, Checkpoint, Delivery, DeliveryOutcome, Lease, Ledger};

/// Only one process at a time has a round in a region.
const LEASE: &str = "anchor-round";

/// How a round is to be done. The default: heads of the logs that have grown.
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct AnchorOptions {
    heartbeat: Option<SignedDuration>,
}

impl AnchorOptions {
    /// Takes the head of a log that has not grown too, when its last one is as old as this: so that silence is attested, and
    /// the anchor log does not show by its rhythm who does much.
    pub fn heartbeat(mut self, interval: SignedDuration) -> Self {
        self.heartbeat = Some(interval);
        self
    }
}

/// What became of a tenant in a round.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum AnchorOutcome {
    /// Its head was taken.
    Anchored,
    /// It could not be looked at; the text says why.
    Failed,
    /// Its log does not begin with what was anchored: its history was written anew. Nothing was taken.
    Forked,
    /// The anchor log knows it, or its high-water mark is here, and there is no log of it any more.
    Missing,
    /// Its log has fewer entries than were anchored. Nothing was taken.
    Shorter,
    /// Its log is as it was when it was last taken, and no heartbeat was due.
    Unchanged,
}

/// A tenant in a round.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct TenantRound {
    /// The tenant.
    pub tenant: String,
    /// The region, as far as it is known.
    pub region: Option<String>,
    /// What became of it.
    pub outcome: AnchorOutcome,
    /// How many entries its log has.
    pub size: Option<u64>,
    /// How many of them the anchor log knew of before this round.
    pub anchored: Option<u64>,
    /// What is wrong.
    pub text: Option<String>,
}

/// A region in a round.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct RegionRound {
    /// The region.
    pub region: String,
    /// The name of its anchor log.
    pub origin: Option<String>,
    /// The signed checkpoint of its anchor log: the text to keep outside. None when the round did not come so far.
    pub checkpoint: Option<String>,
    /// The public key of its anchor log.
    pub key: Option<String>,
    /// How many entries the anchor log has.
    pub size: Option<u64>,
    /// What is wrong with the anchor log itself.
    pub text: Option<String>,
    /// The anchors outside, in the order in which they were registered.
    pub anchors: Vec<Delivery>,
}

/// What a round came to. Serialises to the document that all three languages return.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct AnchorRound {
    /// When, by the clock of the practice.
    pub at: Timestamp,
    /// The regions, in order.
    pub regions: Vec<RegionRound>,
    /// The tenants, in order of region and name.
    pub tenants: Vec<TenantRound>,
}

impl AnchorRound {
    /// Whether every region and every tenant came through, and every anchor outside has what it is owed.
    pub fn has_no_failure(&self) -> bool {
        let is_served =
            |told: &Delivery| matches!(told.outcome, DeliveryOutcome::Current | DeliveryOutcome::Kept);
        self.regions
            .iter()
            .all(|region| region.text.is_none() && region.anchors.iter().all(is_served))
            && self
                .tenants
                .iter()
                .all(|tenant| matches!(tenant.outcome, AnchorOutcome::Anchored | AnchorOutcome::Unchanged))
    }
}

impl Practice {
    /// One round: signs every tenant's log, compares it with the newest head that the anchor log of its region has of it, takes
    /// the new head, and signs the anchor log. What does not fit is told and not taken: a log that is missing, shorter than its
    /// anchored head, or of another history. Call it as often as the tail of a log may go unwatched; nothing here keeps time.
    ///
    /// One tenant or region that fails does not keep the others from being anchored: see
    /// [`AnchorRound::has_no_failure`].
    ///
    /// ```
    /// use vcto::practice::{AnchorOptions, Practice, PracticeOptions, TenantOptions};
    ///
    /// # pollster::block_on(async {
    /// let practice = Practice::in_memory(PracticeOptions::default());
    /// practice.create_tenant("halden", TenantOptions::region("eu")).await?;
    /// let round = practice.anchor(&AnchorOptions::default()).await?;
    /// assert!(round.has_no_failure());
    /// let to_keep_elsewhere = round.regions[0].checkpoint.as_deref();
    /// # assert!(to_keep_elsewhere.is_some());
    /// # Ok::<(), vcto::Error>(())
    /// # }).unwrap();
    /// ```
    ///
    /// # Errors
    /// `io`, `permission_denied`: the tenants could not be listed.
    pub async fn anchor(&self, options: &AnchorOptions) -> Result<AnchorRound> {
        self.round(options)
            .await
            .map_err(|error| error.during("practice.anchor"))
    }

    async fn round(&self, options: &AnchorOptions) -> Result<AnchorRound> {
        let mut round = AnchorRound {
            at: self.now(),
            regions: Vec::new(),
            tenants: Vec::new(),
        };
        let mut entered: BTreeMap<String, Result<Entered>> = BTreeMap::new();
        for region in self.place().regions()? {
            let region_entered = self.enter(&region).await;
            entered.insert(region, region_entered);
        }
        let mut present = BTreeSet::new();
        let mut lost = Vec::new();
        for name in self.tenants()? {
            match self.find_ledger(&name).await {
                Ok(None) => {
                    lost.push(name);
                    continue;
                }
                Err(error) => round.tenants.push(failed(&name, None, &error)),
                Ok(Some(ledger)) => {
                    let region = ledger.region().to_owned();
                    if !entered.contains_key(&region) {
                        let region_entered = self.enter(&region).await;
                        entered.insert(region.clone(), region_entered);
                    }
                    match entered.get_mut(&region) {
                        Some(Ok(entered)) => entered.look(&name, &ledger).await,
                        Some(Err(error)) => round.tenants.push(TenantRound {
                            outcome: AnchorOutcome::Failed,
                            ..failed(&name, Some(region), error)
                        }),
                        None => {}
                    }
                }
            }
            present.insert(name);
        }
        for (region, entered) in entered {
            let told = self.finish(region, entered, &present, &mut round, options).await;
            round.regions.push(told);
        }
        for name in lost {
            self.tell_lost(&name, &mut round);
        }
        round
            .tenants
            .sort_by(|a, b| (&a.region, &a.tenant).cmp(&(&b.region, &b.tenant)));
        Ok(round)
    }

    /// Names a tenant of which only the mark is left, where no anchor log has named it. What was never more than begun is passed
    /// over.
    fn tell_lost(&self, name: &str, round: &mut AnchorRound) {
        let error = self.absent(name);
        let is_told = round.tenants.iter().any(|told| told.tenant == name);
        if is_told || error.kind() == ErrorKind::NotFound {
            return;
        }
        let outcome = match error.kind() {
            ErrorKind::RollbackDetected => AnchorOutcome::Missing,
            _ => AnchorOutcome::Failed,
        };
        round.tenants.push(TenantRound {
            outcome,
            ..failed(name, None, &error)
        });
    }

    /// Opens the anchor log of a region, for this round alone: from here on nobody else takes heads, so that a log that is
    /// looked at now cannot be overtaken.
    async fn enter(&self, region: &str) -> Result<Entered> {
        let log = self.make_anchor_log(region).await?;
        let lease = log.ledger().try_lease(LEASE)?.ok_or_else(|| {
            Error::new(
                ErrorKind::Busy,
                format!("another process anchors the region `{region}` just now"),
            )
        })?;
        Ok(Entered {
            log,
            _lease: lease,
            candidates: Vec::new(),
            tenants: Vec::new(),
            refused: Vec::new(),
        })
    }

    /// Takes the heads of a region, signs its anchor log, and hands the checkpoint out.
    async fn finish(
        &self,
        region: String,
        entered: Result<Entered>,
        present: &BTreeSet<String>,
        round: &mut AnchorRound,
        options: &AnchorOptions,
    ) -> RegionRound {
        let mut told = RegionRound {
            region,
            origin: None,
            checkpoint: None,
            key: None,
            size: None,
            text: None,
            anchors: Vec::new(),
        };
        let mut entered = match entered {
            Ok(entered) => entered,
            Err(error) => {
                told.text = Some(error.to_string());
                return told;
            }
        };
        match entered.take(present, round.at, options).await {
            Ok(checkpoint) => {
                told.origin = Some(checkpoint.origin().to_owned());
                told.checkpoint = Some(checkpoint.note().to_owned());
                told.key = Some(entered.log.ledger().keys().at(checkpoint.size()).to_string());
                told.size = Some(checkpoint.size());
                let outside = self.anchors().outside().clone();
                match entered.log.deliver(&outside, &checkpoint, round.at).await {
                    Ok(anchors) => told.anchors = anchors,
                    Err(error) => told.text = Some(error.to_string()),
                }
            }
            Err(error) => {
                for tenant in &mut entered.tenants {
                    tenant.outcome = AnchorOutcome::Failed;
                    tenant.text = Some(error.to_string());
                }
                told.text = Some(error.to_string());
            }
        }
        round.tenants.append(&mut entered.tenants);
        round.tenants.append(&mut entered.refused);
        told
    }

    /// The anchor log of a region as a ledger: to verify it, to export it, to keep its checkpoints and its key elsewhere.
    /// Nothing is appended to it but by [rounds](Self::anchor).
    ///
    /// # Errors
    /// `not_found` where there was no round yet; `rollback_detected`, `corrupt` and the like.
    pub async fn anchor_log(&self, region: &str) -> Result<Ledger> {
        let log = self.opened_anchor_log(region).await;
        let log = log.map_err(|error| error.during("practice.anchor_log"))?;
        log.map(|log| log.ledger().clone()).ok_or_else(|| {
            Error::new(ErrorKind::NotFound, "the region has no anchor log")
                .remedy("`Practice::anchor` makes one")
                .during("practice.anchor_log")
        })
    }
}

/// A region in a round that is under way.
struct Entered {
    log: AnchorLog,
    _lease: Lease,
    /// The heads that fit what was anchored, and what is told of their tenants, in the same order.
    candidates: Vec<Candidate>,
    tenants: Vec<TenantRound>,
    /// The tenants of whom nothing is taken.
    refused: Vec<TenantRound>,
}

impl Entered {
    /// Signs a tenant's log and compares it with its newest head.
    async fn look(&mut self, name: &str, ledger: &Ledger) {
        let mut told = TenantRound {
            tenant: name.to_owned(),
            region: Some(ledger.region().to_owned()),
            outcome: AnchorOutcome::Failed,
            size: None,
            anchored: None,
            text: None,
        };
        match self.candidate(name, ledger, &mut told).await {
            Ok(candidate) => {
                told.outcome = AnchorOutcome::Unchanged;
                self.candidates.push(candidate);
                self.tenants.push(told);
            }
            Err(error) => {
                told.text = Some(error.to_string());
                self.refused.push(told);
            }
        }
    }

    async fn candidate(&self, name: &str, ledger: &Ledger, told: &mut TenantRound) -> Result<Candidate> {
        told.anchored = self.log.last(name).await?.map(|last| last.size);
        let head = ledger.head().await?;
        told.size = Some(head.checkpoint.size());
        if let Err(error) = self.log.compare(name, ledger, &head.checkpoint).await {
            told.outcome = outcome_of(&error);
            return Err(error);
        }
        Ok(Candidate {
            tenant: name.to_owned(),
            vkey: ledger.verifier_key().to_string(),
            head,
        })
    }

    /// Takes the heads, names who is missing, and signs the anchor log.
    async fn take(
        &mut self,
        present: &BTreeSet<String>,
        at: Timestamp,
        options: &AnchorOptions,
    ) -> Result<Checkpoint> {
        for name in self.log.tenants().await? {
            if !present.contains(&name) {
                let last = self.log.last(&name).await?.map(|last| last.size);
                self.refused.push(missing(self.log.ledger().region(), name, last));
            }
        }
        let taken = self.log.take(&self.candidates, at, options.heartbeat).await?;
        for (told, _) in self.tenants.iter_mut().zip(taken).filter(|(_, taken)| *taken) {
            told.outcome = AnchorOutcome::Anchored;
        }
        self.log.ledger().checkpoint().await
    }
}

fn outcome_of(error: &Error) -> AnchorOutcome {
    match error.kind() {
        ErrorKind::RollbackDetected => AnchorOutcome::Shorter,
        ErrorKind::Corrupt => AnchorOutcome::Forked,
        _ => AnchorOutcome::Failed,
    }
}

/// A tenant whose log could not be compared with what was anchored of it.
fn failed(name: &str, region: Option<String>, error: &Error) -> TenantRound {
    TenantRound {
        tenant: name.to_owned(),
        region,
        outcome: match error.kind() {
            ErrorKind::RollbackDetected => AnchorOutcome::Shorter,
            _ => AnchorOutcome::Failed,
        },
        size: None,
        anchored: None,
        text: Some(error.to_string()),
    }
}

fn missing(region: &str, tenant: String, anchored: Option<u64>) -> TenantRound {
    TenantRound {
        text: Some(format!(
            "the log of the tenant `{tenant}` is missing; it had {} entries when it was anchored",
            anchored.unwrap_or(0)
        )),
        tenant,
        region: Some(region.to_owned()),
        outcome: AnchorOutcome::Missing,
        size: None,
        anchored,
    }
}
