//! A change that waits at the gate: one class for each level.

use std::sync::Arc;

use pollster::block_on;
use pyo3::prelude::*;
use pyo3::types::PyBytes;
use vcto::gate::{
    Approval, AttestationOptions, Automatic, Decided, DecisionOptions, HumanOnly, Notify, Routed, Staged,
};
use vcto::{Result as CoreResult, Tenant};

use super::approved::Approved;
use super::decided::{AnyDecided, Rejected, Waiting};
use super::finished::Finished;
use super::said::{Said, Who};
use super::token::{Never, no_copy, tokens};
use crate::both::about::About;
use crate::both::read::word;
use crate::both::slot::Slot;
use crate::error::Result;
use crate::json::{Actor, Amendment, Approvals, Bands, Change, Risk};

/// A change as it came back from the gate: one of four classes, by its level.
#[derive(IntoPyObject)]
pub enum AnyStaged {
    /// L2.
    Approval(StagedApproval),
    /// L0.
    Automatic(StagedAutomatic),
    /// L3.
    HumanOnly(StagedHumanOnly),
    /// L1.
    Notify(StagedNotify),
}

impl AnyStaged {
    /// The class for a level.
    pub fn of(tenant: &Tenant, routed: Routed) -> Self {
        match routed {
            Routed::Approval(staged) => Self::Approval(StagedApproval::new(tenant, staged)),
            Routed::Automatic(staged) => Self::Automatic(StagedAutomatic::new(tenant, staged)),
            Routed::HumanOnly(staged) => Self::HumanOnly(StagedHumanOnly::new(tenant, staged)),
            Routed::Notify(staged) => Self::Notify(StagedNotify::new(tenant, staged)),
        }
    }
}

tokens! {
    /// A change that may run without asking: L0.
    StagedAutomatic holds Staged<Automatic>, started with authorize, taken back with withdraw {}

    /// A change that may run, and is reviewed afterwards: L1.
    StagedNotify holds Staged<Notify>, started with authorize, taken back with withdraw {}

    /// A change that waits for people: L2.
    StagedApproval holds Staged<Approval>, taken back with withdraw {
        /// The exact bytes to sign: `ssh-keygen -Y sign -n vcto-approval-v1`. The verdict is `approve` or `reject`.
        #[pyo3(signature = (approver, verdict, *, reason=None, role=None, not_before=None, not_after=None))]
        #[expect(clippy::too_many_arguments, reason = "keywords in Python")]
        fn decision<'py>(
            &self,
            py: Python<'py>,
            approver: &str,
            verdict: &str,
            reason: Option<String>,
            role: Option<String>,
            not_before: Option<&str>,
            not_after: Option<&str>,
        ) -> Result<Bound<'py, PyBytes>> {
            let options = DecisionOptions {
                reason,
                role,
                not_before: not_before.map(|time| word(time, "not_before")).transpose()?,
                not_after: not_after.map(|time| word(time, "not_after")).transpose()?,
                ..DecisionOptions::new(approver, word(verdict, "verdict")?)
            };
            let text = py.detach(|| self.slot.read(|staged| staged.decision_with(options)))?;
            Ok(PyBytes::new(py, &text))
        }

        /// Hands in a signed decision: the bytes as they were drafted, and the armoured signature.
        fn decide(&self, py: Python<'_>, text: Said<'_>, signature: Said<'_>) -> Result<AnyDecided> {
            let (text, signature) = (text.bytes(), signature.bytes());
            Ok(py.detach(|| self.hand_in(&text, &signature))?)
        }

        /// How many approvals it needs, and who has approved so far.
        #[getter]
        fn approvals(&self, py: Python<'_>) -> Result<Approvals> {
            Approvals::of(py, &py.detach(|| self.slot.read(Staged::approvals))?)
        }

        /// Drafts, signs and hands in an approval. The signer is any callable that takes the bytes and gives the signature.
        #[pyo3(signature = (approver, *, signer, reason=None, role=None))]
        fn approve(
            &self,
            py: Python<'_>,
            approver: &str,
            signer: Bound<'_, PyAny>,
            reason: Option<String>,
            role: Option<String>,
        ) -> Result<AnyDecided> {
            let text = self.decision(py, approver, "approve", reason, role, None, None)?;
            let signature = signer.call1((&text,))?;
            self.decide(py, Said::Bytes(text), signature.extract()?)
        }
    }

    /// A change that a human does: L3. There is no way to execute it.
    StagedHumanOnly holds Staged<HumanOnly>, taken back with withdraw {
        /// The exact bytes that the person signs who did it, or declines to: `did` or `declined`. `done_at` says when it was done, a
        /// whole second within the window of the change; without it, just now. It can be said for 30 days after `expires_at`.
        #[pyo3(signature = (person, what, *, note=None, done_at=None))]
        fn attestation<'py>(
            &self,
            py: Python<'py>,
            person: &str,
            what: &str,
            note: Option<String>,
            done_at: Option<&str>,
        ) -> Result<Bound<'py, PyBytes>> {
            let options = AttestationOptions {
                note,
                done_at: done_at.map(|time| word(time, "done_at")).transpose()?,
                ..AttestationOptions::new(person, word(what, "what")?)
            };
            let text = py.detach(|| self.slot.read(|staged| staged.attestation_with(options)))?;
            Ok(PyBytes::new(py, &text))
        }

        /// Hands in a signed attestation: it is kept, and the proposal is over.
        fn attest(&self, py: Python<'_>, text: Said<'_>, signature: Said<'_>) -> Result<Finished> {
            let (text, signature) = (text.bytes(), signature.bytes());
            let finished = py.detach(|| self.slot.spend(|staged| block_on(staged.attest(text, signature))))?;
            Ok(Finished::new(self.slot.tenant(), finished))
        }
    }
}

impl StagedApproval {
    fn hand_in(&self, text: &[u8], signature: &[u8]) -> CoreResult<AnyDecided> {
        let tenant = self.slot.tenant();
        Ok(
            match self
                .slot
                .spend(|staged| block_on(staged.decide(text, signature)))?
            {
                Decided::Approved(approved) => AnyDecided::Approved(Approved::new(tenant, approved)),
                Decided::Rejected => AnyDecided::Rejected(Rejected::new(self.about.id.clone())),
                Decided::Waiting(staged) => {
                    let approvals = staged.approvals()?;
                    self.slot.put(staged);
                    AnyDecided::Waiting(Waiting::new(self.again(), approvals))
                }
            },
        )
    }

    /// The same value in one more object: whoever spends it first has it.
    pub fn again(&self) -> Self {
        Self {
            slot: self.slot.clone(),
            about: self.about.clone(),
        }
    }
}
