//! What a practice and a tenant are opened and created with.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

use crate::actor::Actor;
use crate::error::Result;
use crate::gate::allowed_signers::AllowedSigners;
use crate::gate::{Approver, Notifier, Policy, ProcessArea};
use crate::time::{Clock, Entropy, SystemClock, SystemEntropy};

/// What a [`Practice`](super::Practice) works with. The default: the machine's clock and entropy, the service `vcto` as
/// operator, no notifier, the default policy for new tenants.
#[derive(Clone, Debug)]
#[must_use]
pub struct PracticeOptions {
    pub(super) clock: Arc<dyn Clock>,
    pub(super) entropy: Arc<dyn Entropy>,
    pub(super) operator: Actor,
    pub(super) notifier: Option<Arc<dyn Notifier>>,
    pub(super) policy: Option<Policy>,
    pub(super) origin: Option<String>,
    pub(super) folder: Option<PathBuf>,
    pub(super) without_mark: BTreeSet<String>,
}

impl Default for PracticeOptions {
    fn default() -> Self {
        Self {
            clock: Arc::new(SystemClock),
            entropy: Arc::new(SystemEntropy),
            operator: Actor::service("vcto"),
            notifier: None,
            policy: None,
            origin: None,
            folder: None,
            without_mark: BTreeSet::new(),
        }
    }
}

impl PracticeOptions {
    /// Tells the time by this clock.
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// Draws keys from this source.
    pub fn entropy(mut self, entropy: Arc<dyn Entropy>) -> Self {
        self.entropy = entropy;
        self
    }

    /// Who runs this process: recorded with each execution, and never an approver of what it executes.
    pub fn operator(mut self, operator: Actor) -> Self {
        self.operator = operator;
        self
    }

    /// Who is told of what ran at level 1. Without a notifier such a change needs an approval.
    pub fn notifier(mut self, notifier: Arc<dyn Notifier>) -> Self {
        self.notifier = Some(notifier);
        self
    }

    /// The policy of this practice: new tenants get it, and a tenant whose ledger has another one in force is not opened.
    /// Without one, new tenants get the default, and any policy in force is taken as it is.
    pub fn policy(mut self, policy: Policy) -> Self {
        self.policy = Some(policy);
        self
    }

    /// The name under which this practice's ledgers are known, as a URL without scheme: `msp.example/vcto`. Kept when the
    /// practice is first opened; by default one is made up from its random id.
    pub fn origin(mut self, origin: impl Into<String>) -> Self {
        self.origin = Some(origin.into());
        self
    }

    /// Where a practice in a database keeps what must not lie there: the keys of its tenants and the marks of their ledgers,
    /// in a folder within this one that is named by the practice's id. Each machine needs a copy of the keys, and has marks of
    /// its own: a new one gets a copy of another's, or its first ones with [`accept_missing_mark`](Self::accept_missing_mark).
    /// A practice in a folder keeps them there and takes no notice.
    pub fn folder(mut self, folder: impl Into<PathBuf>) -> Self {
        self.folder = Some(folder.into());
        self
    }

    /// Opens the ledger of this tenant although its high-water mark is missing, and makes a new mark of what is there; the
    /// ledger gets an entry that says so. `anchor/<region>` names the anchor log of a region. Where there is a mark it counts as
    /// ever, so an option that is left in place accepts the next loss too: take it out again.
    ///
    /// Only for who has compared the log with something that was kept elsewhere, a checkpoint, a receipt or a bundle: without the
    /// mark a truncated log looks whole. It is needed where the mark was lost, and on a machine that opens a practice in a database
    /// for the first time.
    pub fn accept_missing_mark(mut self, tenant: impl Into<String>) -> Self {
        self.without_mark.insert(tenant.into());
        self
    }
}

/// What a tenant is created with. All of it becomes the first records of its ledger.
///
/// ```
/// use vcto::gate::{Approver, Party};
/// use vcto::practice::TenantOptions;
///
/// let key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAINdamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea";
/// let by_text = TenantOptions::region("eu").approvers(format!("alice {key}"));
/// let by_hand = TenantOptions::region("eu").approver(Approver::new("alice", key)?.party(Party::Client));
/// # let _ = (by_text, by_hand);
/// # Ok::<(), vcto::Error>(())
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct TenantOptions {
    pub(super) region: String,
    texts: Vec<String>,
    approvers: Vec<Approver>,
    pub(super) policy: Option<Policy>,
    pub(super) areas: Vec<ProcessArea>,
}

impl TenantOptions {
    /// A tenant whose data belongs to this region.
    pub fn region(region: impl Into<String>) -> Self {
        Self {
            region: region.into(),
            texts: Vec::new(),
            approvers: Vec::new(),
            policy: None,
            areas: Vec::new(),
        }
    }

    /// The approvers as the text of an `allowed_signers` file: the principal is the person, of the provider, without roles.
    pub fn approvers(mut self, allowed_signers: impl Into<String>) -> Self {
        self.texts.push(allowed_signers.into());
        self
    }

    /// One more approver, with a party and roles.
    pub fn approver(mut self, approver: Approver) -> Self {
        self.approvers.push(approver);
        self
    }

    /// A policy of its own, stricter than the default.
    pub fn policy(mut self, policy: Policy) -> Self {
        self.policy = Some(policy);
        self
    }

    /// One more process area, or a stricter form of a standard one.
    pub fn area(mut self, area: ProcessArea) -> Self {
        self.areas.push(area);
        self
    }

    /// All approvers, those of the texts first.
    pub(super) fn all_approvers(&self) -> Result<Vec<Approver>> {
        let mut all = Vec::new();
        for text in &self.texts {
            let signers: AllowedSigners = text.parse()?;
            for signer in &signers {
                all.push(Approver::from_signer(signer.clone())?);
            }
        }
        all.extend(self.approvers.iter().cloned());
        Ok(all)
    }
}
