//! The past of a tenant as its ledger tells it, in the form that the OSCAL documents are made of.

use std::collections::BTreeMap;

use crate::digest::hex;
use crate::error::{Error, ErrorKind, Result};
use crate::estate::{Estate, Inventory};
use crate::gate::{Happening, ReasonCode, SNAPSHOT, Told, told};
use crate::ledger::{Checkpoint, Entry};
use crate::oscal::history::{Event, History, LogStamp, Proposal, Reviewed, SignedText, Stamp, What};
use crate::practice::{REVIEWED, Reviewed as RecordedReview, Tenant};
use crate::review::Review;

/// How many entries are read at once.
const PAGE: u64 = 256;

/// Reads the ledger up to a checkpoint.
pub(super) async fn history(tenant: &Tenant, checkpoint: &Checkpoint) -> Result<History> {
    let ledger = tenant.ledger();
    let mut history = History {
        tenant: tenant.name().to_owned(),
        region: tenant.region().to_owned(),
        log: LogStamp {
            origin: ledger.origin().to_owned(),
            log_id: ledger.log_id().to_string(),
            size: checkpoint.size(),
            root_sha256: hex(checkpoint.root()),
            last_time: jiff::Timestamp::UNIX_EPOCH,
        },
        reviews: Vec::new(),
        estate: None,
        proposals: Vec::new(),
        events: Vec::new(),
    };
    let mut snapshot = None;
    let mut from = 0;
    while from < checkpoint.size() {
        let entries = ledger.entries(from..checkpoint.size().min(from + PAGE)).await?;
        for entry in entries {
            history.log.last_time = entry.time();
            if entry.entry_type() == SNAPSHOT {
                snapshot = Some(entry);
            } else {
                add(&mut history, &entry)?;
            }
        }
        from += PAGE;
    }
    if let Some(entry) = snapshot {
        history.estate = Some(Estate::new(Inventory::from_json(entry.payload())?)?);
    }
    Ok(history)
}

fn add(history: &mut History, entry: &Entry) -> Result<()> {
    let stamp = Stamp {
        seq: entry.seq(),
        time: entry.time(),
        leaf_sha256: hex(&entry.leaf_hash()),
    };
    if entry.entry_type() == REVIEWED {
        let record: RecordedReview = serde_json::from_slice(entry.payload()).map_err(|source| {
            Error::new(ErrorKind::Corrupt, "a recorded review cannot be read")
                .with("seq", entry.seq())
                .caused_by(source)
        })?;
        let review = Review::from_json(record.review.get().as_bytes())?;
        history.reviews.push(Reviewed {
            stamp,
            trigger: record.trigger.as_str().to_owned(),
            review,
        });
        return Ok(());
    }
    match told(entry)? {
        None => {}
        Some(Told::Proposed {
            id,
            change,
            digest,
            proposer,
            level,
            reach,
            takes_back,
            amends,
        }) => {
            if let Some((original, detail)) = amends {
                history.events.push(Event {
                    stamp: stamp.clone(),
                    proposal: original,
                    what: What::Other {
                        kind: "superseded",
                        detail,
                    },
                });
            }
            history.proposals.push(Proposal {
                stamp,
                id,
                change: *change,
                digest,
                proposer,
                level,
                reach,
                takes_back,
            });
        }
        Some(Told::Happened { proposal, what }) => {
            history.events.push(Event {
                stamp,
                proposal,
                what: event(what),
            });
        }
    }
    Ok(())
}

fn event(what: Happening) -> What {
    match what {
        Happening::Finished { status } => What::Finished {
            status: status.as_str().to_owned(),
        },
        Happening::Other { kind, detail } => What::Other { kind, detail },
        Happening::Started { operator, automatic } => What::Started { operator, automatic },
        Happening::Stated(stated) => {
            let code = stated.reason.as_deref().and_then(ReasonCode::of);
            What::Decided(SignedText {
                person: stated.person,
                role: stated.role,
                statement: stated.statement.to_owned(),
                reason_code: code.map(|code| code.as_str().to_owned()),
                key: stated.key,
                text: stated.text.into_bytes(),
                signature: stated.signature.into_bytes(),
            })
        }
    }
}

/// The persons who signed something, with the place and time of each statement: what a verifier needs to check them.
pub(super) fn statements(history: &History) -> BTreeMap<u64, (&Stamp, &SignedText)> {
    history
        .events
        .iter()
        .filter_map(|event| match &event.what {
            What::Decided(signature) => Some((event.stamp.seq, (&event.stamp, signature))),
            _ => None,
        })
        .collect()
}
