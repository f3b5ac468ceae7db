//! A change that waits at the gate: one class for each level.

use std::sync::Arc;

use napi::bindgen_prelude::*;
use napi_derive::napi;
use pollster::block_on;
use vcto::Tenant;
use vcto::gate::{
    Approval, AttestationOptions, Automatic, Decided, DecisionOptions, HumanOnly, Notify, Routed, Staged,
};

use super::approved::Approved;
use super::decided::{AnyDecided, Rejected, Waiting};
use super::finished::Finished;
use super::said::{Said, actor, bytes};
use super::token::tokens;
use crate::both::about::About;
use crate::both::slot::Slot;
use crate::error::OrThrow;
use crate::json::{self, word};
use crate::promise::promise;

/// A change as it came back from the gate: one of four classes, by its level.
pub type AnyStaged = Either4<StagedApproval, StagedAutomatic, StagedHumanOnly, StagedNotify>;

/// The class for a level.
pub fn staged(tenant: &Tenant, routed: Routed) -> AnyStaged {
    match routed {
        Routed::Approval(staged) => Either4::A(StagedApproval::new(tenant, staged)),
        Routed::Automatic(staged) => Either4::B(StagedAutomatic::new(tenant, staged)),
        Routed::HumanOnly(staged) => Either4::C(StagedHumanOnly::new(tenant, staged)),
        Routed::Notify(staged) => Either4::D(StagedNotify::new(tenant, staged)),
    }
}

/// What a decision says beside its verdict.
#[napi(object, object_to_js = false)]
#[derive(Default)]
pub struct DecisionDetails {
    /// Why.
    pub reason: Option<String>,
    /// In which of their roles the person decides.
    pub role: Option<String>,
    /// The change may not start before this time.
    pub not_before: Option<String>,
    /// The change may not start after this time.
    pub not_after: Option<String>,
}

tokens! {
    /// A change that may run without asking: L0.
    StagedAutomatic holds Staged<Automatic>, started with authorize, taken back with withdraw {}

    /// A change that may run, and is reviewed afterwards: L1.
    StagedNotify holds Staged<Notify>, started with authorize, taken back with withdraw {}

    /// A change that waits for people: L2.
    StagedApproval holds Staged<Approval>, taken back with withdraw {
        /// The exact bytes to sign: `ssh-keygen -Y sign -n vcto-approval-v1`.
        #[napi(ts_args_type = "approver: string, verdict: 'approve' | 'reject', details?: DecisionDetails")]
        pub fn decision(
            &self,
            env: &Env,
            approver: String,
            verdict: String,
            details: Option<DecisionDetails>,
        ) -> Result<Buffer> {
            let details = details.unwrap_or_default();
            let time = |name: &str, text: Option<String>| text.map(|text| word(env, name, &text)).transpose();
            let options = DecisionOptions {
                reason: details.reason,
                role: details.role,
                not_before: time("notBefore", details.not_before)?,
                not_after: time("notAfter", details.not_after)?,
                ..DecisionOptions::new(approver, word(env, "verdict", &verdict)?)
            };
            let text = self.slot.read(|staged| staged.decision_with(options));
            text.or_throw(env).map(Into::into)
        }

        /// Hands in a signed decision: the bytes as they were drafted, and the armoured signature.
        #[napi(ts_return_type = "Promise<Approved | Rejected | Waiting>")]
        pub fn decide<'env>(&self, env: &'env Env, text: Said, signature: Said) -> Result<Object<'env>> {
            let (again, text, signature) = (self.again(), bytes(text), bytes(signature));
            promise(env, move || again.hand_in(&text, &signature), |_, decided| Ok(decided))
        }

        /// How many approvals it needs, and who has approved so far.
        #[napi(getter, ts_return_type = "Approvals")]
        pub fn approvals<'env>(&self, env: &'env Env) -> Result<Object<'env>> {
            json::result(env, &self.slot.read(Staged::approvals).or_throw(env)?)
        }
    }

    /// A change that a human does: L3. There is no way to execute it.
    StagedHumanOnly holds Staged<HumanOnly>, taken back with withdraw {
        /// The exact bytes that the person signs who did it, or declines to, until 30 days after `expiresAt`.
        #[napi(ts_args_type = "person: string, what: 'did' | 'declined', details?: AttestationDetails")]
        pub fn attestation(
            &self,
            env: &Env,
            person: String,
            what: String,
            details: Option<AttestationDetails>,
        ) -> Result<Buffer> {
            let details = details.unwrap_or_default();
            let done_at = details.done_at.map(|time| word(env, "doneAt", &time)).transpose()?;
            let options = AttestationOptions {
                note: details.note,
                done_at,
                ..AttestationOptions::new(person, word(env, "what", &what)?)
            };
            let text = self.slot.read(|staged| staged.attestation_with(options));
            text.or_throw(env).map(Into::into)
        }

        /// Hands in a signed attestation: it is kept, and the proposal is over.
        #[napi(ts_return_type = "Promise<Finished>")]
        pub fn attest<'env>(&self, env: &'env Env, text: Said, signature: Said) -> Result<Object<'env>> {
            let (slot, text, signature) = (self.slot.clone(), bytes(text), bytes(signature));
            promise(
                env,
                move || {
                    let finished = slot.spend(|staged| block_on(staged.attest(text, signature)))?;
                    Ok(Finished::new(slot.tenant(), finished))
                },
                |_, finished| Ok(finished),
            )
        }
    }
}

/// What an attestation says beside what was done.
#[derive(Default)]
#[napi(object, object_to_js = false)]
pub struct AttestationDetails {
    /// In words.
    pub note: Option<String>,
    /// When it was done, a whole second within the window of the change; just now where it is left out.
    pub done_at: Option<String>,
}

impl StagedApproval {
    fn hand_in(self, text: &[u8], signature: &[u8]) -> vcto::Result<AnyDecided> {
        let decided = self
            .slot
            .spend(|staged| block_on(staged.decide(text, signature)))?;
        Ok(match decided {
            Decided::Approved(approved) => Either3::A(Approved::new(self.slot.tenant(), approved)),
            Decided::Rejected => Either3::B(Rejected::new(self.about.id.clone())),
            Decided::Waiting(staged) => {
                let approvals = staged.approvals()?;
                self.slot.put(staged);
                Either3::C(Waiting::new(self, approvals))
            }
        })
    }

    /// The same value in one more object: whoever spends it first has it.
    pub fn again(&self) -> Self {
        Self {
            slot: self.slot.clone(),
            about: self.about.clone(),
        }
    }
}
