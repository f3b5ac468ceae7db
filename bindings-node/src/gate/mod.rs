//! The values of the gate: a change on its way, what came of a decision, an execution.

use std::sync::Arc;

use napi::bindgen_prelude::*;
use napi_derive::napi;
use pollster::block_on;
use vcto::gate::{
    Approval, Automatic, Decided, DecisionOptions, HumanOnly, Notify, Resumed, Routed, Settled, Staged,
};
use vcto::{Actor, Tenant};

use crate::error::OrThrow;
use crate::json::{self, word};
use crate::promise::promise;
use crate::slot::Slot;

/// A change as it came back from the gate: one of four classes, by its level.
pub type AnyStaged = Either4<StagedApproval, StagedAutomatic, StagedHumanOnly, StagedNotify>;
/// What a proposal is now.
pub type AnyResumed =
    Either7<Approved, Finished, InDoubt, StagedApproval, StagedAutomatic, StagedHumanOnly, StagedNotify>;
type AnyDecided = Either3<Approved, Rejected, Waiting>;
type AnySettled = Either<Finished, InDoubt>;
/// What is signed, or the signature: bytes or text.
pub type Said = Either<Uint8Array, String>;

/// The class for a level.
pub fn staged(tenant: &Tenant, routed: Routed) -> AnyStaged {
    match routed {
        Routed::Approval(staged) => Either4::A(StagedApproval::new(tenant, staged)),
        Routed::Automatic(staged) => Either4::B(StagedAutomatic::new(tenant, staged)),
        Routed::HumanOnly(staged) => Either4::C(StagedHumanOnly::new(tenant, staged)),
        Routed::Notify(staged) => Either4::D(StagedNotify::new(tenant, staged)),
    }
}

/// The class for what the ledger says.
pub fn resumed(tenant: &Tenant, resumed: Resumed) -> AnyResumed {
    match resumed {
        Resumed::Approved(approved) => Either7::A(Approved::new(tenant, approved)),
        Resumed::Finished(finished) => Either7::B(Finished::new(tenant, finished)),
        Resumed::InDoubt(in_doubt) => Either7::C(InDoubt::new(tenant, in_doubt)),
        Resumed::Routed(routed) => match staged(tenant, routed) {
            Either4::A(staged) => Either7::D(staged),
            Either4::B(staged) => Either7::E(staged),
            Either4::C(staged) => Either7::F(staged),
            Either4::D(staged) => Either7::G(staged),
        },
    }
}

fn settled(tenant: &Tenant, settled: Settled) -> AnySettled {
    match settled {
        Settled::Finished(finished) => Either::A(Finished::new(tenant, finished)),
        Settled::InDoubt(in_doubt) => Either::B(InDoubt::new(tenant, in_doubt)),
    }
}

/// The bytes of what was said.
fn bytes(said: Said) -> Vec<u8> {
    match said {
        Either::A(bytes) => bytes.to_vec(),
        Either::B(text) => text.into_bytes(),
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

/// Declares the classes of values that are spent once. Each has what can be said of the proposal, and its own methods.
macro_rules! tokens {
    ($(
        $(#[$doc:meta])*
        $name:ident holds $value:ty
        $(, started with $authorize:ident)? $(, taken back with $withdraw:ident)? { $($own:tt)* }
    )*) => {$(
        $(#[$doc])*
        #[napi]
        pub struct $name {
            slot: Arc<Slot<$value>>,
            id: String,
            level: &'static str,
            expires_at: String,
            change: vcto::change::Change,
            why: Vec<vcto::gate::Band>,
        }

        impl $name {
            /// Wraps a value of core.
            pub fn new(tenant: &Tenant, value: $value) -> Self {
                Self {
                    id: value.id().to_string(),
                    level: value.level().as_str(),
                    expires_at: value.expires_at().to_string(),
                    change: value.change().clone(),
                    why: value.why(),
                    slot: Arc::new(Slot::new(tenant.clone(), value)),
                }
            }
        }

        #[napi]
        impl $name {
            /// The proposal: `tenant.resume(id)` gives this value again.
            #[napi(getter)]
            pub fn id(&self) -> &str {
                &self.id
            }

            /// The level: `L0` to `L3`.
            #[napi(getter)]
            pub fn level(&self) -> &str {
                self.level
            }

            /// After this time it can no longer start.
            #[napi(getter)]
            pub fn expires_at(&self) -> &str {
                &self.expires_at
            }

            /// What is proposed, as it stands in the ledger.
            #[napi(getter, ts_return_type = "Change")]
            pub fn change<'env>(&self, env: &'env Env) -> Result<Object<'env>> {
                json::plain(env, &self.change)
            }

            /// Why it has its level: what demands it, the highest first.
            #[napi(getter, ts_return_type = "Band[]")]
            pub fn why<'env>(&self, env: &'env Env) -> Result<Object<'env>> {
                json::plain(env, &self.why)
            }

            /// Throws: a value of the gate is not copied or stored. `tenant.resume(id)` gives it again from the ledger.
            #[napi(js_name = "toJSON", ts_return_type = "never")]
            pub fn no_copy(&self, env: &Env) -> Result<()> {
                Err(vcto::Error::new(vcto::ErrorKind::Denied, "a value of the gate is not copied or stored")
                    .remedy("`tenant.resume(id)` gives it again from the ledger"))
                .or_throw(env)
            }

            $(
                /// What may run.
                #[napi(ts_return_type = "Promise<Approved>")]
                pub fn $authorize<'env>(&self, env: &'env Env) -> Result<Object<'env>> {
                    let slot = self.slot.clone();
                    promise(
                        env,
                        move || {
                            let approved = slot.spend(|staged| block_on(staged.authorize()))?;
                            Ok(Approved::new(slot.tenant(), approved))
                        },
                        |_, approved| Ok(approved),
                    )
                }
            )?

            $(
                /// Takes the proposal back; only its proposer may.
                #[napi(ts_args_type = "by: string | Actor", ts_return_type = "Promise<void>")]
                pub fn $withdraw<'env>(&self, env: &'env Env, by: Either<String, Object<'_>>) -> Result<Object<'env>> {
                    let (slot, by) = (self.slot.clone(), actor(env, by)?);
                    promise(
                        env,
                        move || slot.spend(|staged| block_on(staged.withdraw(&by))),
                        |_, ()| Ok(()),
                    )
                }
            )?

            $($own)*
        }
    )*};
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
            let time = |name: &str, text: Option<String>| text.map(|text| word(env, name, text)).transpose();
            let options = DecisionOptions {
                reason: details.reason,
                role: details.role,
                not_before: time("notBefore", details.not_before)?,
                not_after: time("notAfter", details.not_after)?,
                ..DecisionOptions::new(approver, word(env, "verdict", verdict)?)
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
    }

    /// A change that a human does: L3. There is no way to execute it.
    StagedHumanOnly holds Staged<HumanOnly>, taken back with withdraw {
        /// The exact bytes that the person signs who did it, or declines to.
        #[napi(ts_args_type = "person: string, what: 'did' | 'declined', details?: { note?: string }")]
        pub fn attestation(
            &self,
            env: &Env,
            person: String,
            what: String,
            details: Option<NoteDetails>,
        ) -> Result<Buffer> {
            let what = word(env, "what", what)?;
            let note = details.and_then(|details| details.note);
            let text = self.slot.read(|staged| staged.attestation(&person, what, note.as_deref()));
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

    /// A change that may be executed, as far as its history goes. Whether it still may is checked when it starts.
    Approved holds vcto::gate::Approved {
        /// Executes the change, as it stands in the ledger. Everything is checked anew, and the start is recorded first.
        #[napi(ts_return_type = "Promise<Execution>")]
        pub fn execute<'env>(&self, env: &'env Env) -> Result<Object<'env>> {
            let slot = self.slot.clone();
            promise(
                env,
                move || {
                    let execution = slot.spend(|approved| block_on(approved.execute()))?;
                    Ok(Execution::new(slot.tenant(), execution))
                },
                |_, execution| Ok(execution),
            )
        }

        /// The text with which a person objects before it starts.
        #[napi]
        pub fn objection(&self, env: &Env, approver: String, details: Option<ReasonDetails>) -> Result<Buffer> {
            let reason = details.and_then(|details| details.reason);
            let text = self.slot.read(|approved| approved.objection(&approver, reason.as_deref()));
            text.or_throw(env).map(Into::into)
        }

        /// Hands in a signed objection: the proposal is rejected although it was approved.
        #[napi(ts_return_type = "Promise<void>")]
        pub fn object<'env>(&self, env: &'env Env, text: Said, signature: Said) -> Result<Object<'env>> {
            let (slot, text, signature) = (self.slot.clone(), bytes(text), bytes(signature));
            promise(
                env,
                move || slot.spend(|approved| block_on(approved.object(text, signature))),
                |_, ()| Ok(()),
            )
        }
    }

    /// An execution that was interrupted, or lost an answer. It never runs on.
    InDoubt holds vcto::gate::InDoubt {
        /// The steps, as far as is known.
        #[napi(getter, ts_return_type = "StepReport[]")]
        pub fn steps<'env>(&self, env: &'env Env) -> Result<Object<'env>> {
            json::plain(env, &self.slot.read(|in_doubt| Ok(in_doubt.steps())).or_throw(env)?)
        }

        /// Looks at the targets; settles where everything turns out to be done, or nothing. Does nothing itself.
        #[napi(ts_return_type = "Promise<Finished | InDoubt>")]
        pub fn probe<'env>(&self, env: &'env Env) -> Result<Object<'env>> {
            let slot = self.slot.clone();
            promise(
                env,
                move || Ok(settled(slot.tenant(), slot.spend(|in_doubt| block_on(in_doubt.probe()))?)),
                |_, settled| Ok(settled),
            )
        }

        /// The text with which a person accepts what was left as it is.
        #[napi]
        pub fn acceptance(&self, env: &Env, approver: String, details: Option<ReasonDetails>) -> Result<Buffer> {
            let reason = details.and_then(|details| details.reason);
            let text = self.slot.read(|in_doubt| in_doubt.acceptance(&approver, reason.as_deref()));
            text.or_throw(env).map(Into::into)
        }

        /// Hands in a signed acceptance. With as many as the level needs the execution is over.
        #[napi(ts_return_type = "Promise<Finished | InDoubt>")]
        pub fn accept<'env>(&self, env: &'env Env, text: Said, signature: Said) -> Result<Object<'env>> {
            let (slot, text, signature) = (self.slot.clone(), bytes(text), bytes(signature));
            promise(
                env,
                move || {
                    let accepted = slot.spend(|in_doubt| block_on(in_doubt.accept(text, signature)))?;
                    Ok(settled(slot.tenant(), accepted))
                },
                |_, settled| Ok(settled),
            )
        }
    }
}

/// What an attestation says beside what was done.
#[napi(object, object_to_js = false)]
pub struct NoteDetails {
    /// In words.
    pub note: Option<String>,
}

/// Why a person objects or accepts.
#[napi(object, object_to_js = false)]
pub struct ReasonDetails {
    /// In words.
    pub reason: Option<String>,
}

impl StagedApproval {
    fn hand_in(self, text: &[u8], signature: &[u8]) -> vcto::Result<AnyDecided> {
        let decided = self
            .slot
            .spend(|staged| block_on(staged.decide(text, signature)))?;
        Ok(match decided {
            Decided::Approved(approved) => Either3::A(Approved::new(self.slot.tenant(), approved)),
            Decided::Rejected => Either3::B(Rejected { id: self.id }),
            Decided::Waiting(staged) => {
                let approvals = staged.approvals()?;
                self.slot.put(staged);
                Either3::C(Waiting {
                    staged: self,
                    approvals,
                })
            }
        })
    }

    /// The same value in one more object: whoever spends it first has it.
    fn again(&self) -> Self {
        Self {
            slot: self.slot.clone(),
            id: self.id.clone(),
            level: self.level,
            expires_at: self.expires_at.clone(),
            change: self.change.clone(),
            why: self.why.clone(),
        }
    }
}

/// A decision is recorded, and more approvals are needed.
#[napi]
pub struct Waiting {
    staged: StagedApproval,
    approvals: vcto::gate::Approvals,
}

#[napi]
impl Waiting {
    /// The proposal.
    #[napi(getter)]
    pub fn id(&self) -> &str {
        &self.staged.id
    }

    /// The change, for the next decision.
    #[napi(getter)]
    pub fn staged(&self) -> StagedApproval {
        self.staged.again()
    }

    /// How many approvals it needs, and who has approved so far.
    #[napi(getter, ts_return_type = "Approvals")]
    pub fn approvals<'env>(&self, env: &'env Env) -> Result<Object<'env>> {
        json::result(env, &self.approvals)
    }
}

/// A change that was rejected, for good.
#[napi]
pub struct Rejected {
    id: String,
}

#[napi]
impl Rejected {
    /// The proposal.
    #[napi(getter)]
    pub fn id(&self) -> &str {
        &self.id
    }
}

/// A proposal that is over.
#[napi]
pub struct Finished {
    tenant: Tenant,
    core: vcto::gate::Finished,
}

impl Finished {
    fn new(tenant: &Tenant, core: vcto::gate::Finished) -> Self {
        Self {
            tenant: tenant.clone(),
            core,
        }
    }
}

#[napi]
impl Finished {
    /// The proposal.
    #[napi(getter)]
    pub fn id(&self) -> String {
        self.core.id().to_string()
    }

    /// How it ended.
    #[napi(getter)]
    pub fn outcome(&self) -> &'static str {
        self.core.outcome().as_str()
    }

    /// What was proposed.
    #[napi(getter, ts_return_type = "Change")]
    pub fn change<'env>(&self, env: &'env Env) -> Result<Object<'env>> {
        json::plain(env, self.core.change())
    }

    /// The execution, when there was one.
    #[napi(getter)]
    pub fn execution(&self) -> Option<Execution> {
        self.core
            .execution()
            .map(|execution| Execution::new(&self.tenant, execution))
    }
}

/// An execution as far as its ledger tells.
#[napi]
pub struct Execution {
    tenant: Tenant,
    core: Arc<vcto::gate::Execution>,
}

impl Execution {
    fn new(tenant: &Tenant, core: vcto::gate::Execution) -> Self {
        Self {
            tenant: tenant.clone(),
            core: Arc::new(core),
        }
    }
}

#[napi]
impl Execution {
    /// The proposal that was executed.
    #[napi(getter)]
    pub fn id(&self) -> String {
        self.core.id().to_string()
    }

    /// How far it came: `succeeded`, `handed_over`, `rolled_back`, `in_doubt`, ...
    #[napi(getter)]
    pub fn status(&self) -> &'static str {
        self.core.status().as_str()
    }

    /// The steps, in order.
    #[napi(getter, ts_return_type = "StepReport[]")]
    pub fn steps<'env>(&self, env: &'env Env) -> Result<Object<'env>> {
        json::plain(env, &self.core.steps())
    }

    /// What was executed.
    #[napi(getter, ts_return_type = "Change")]
    pub fn change<'env>(&self, env: &'env Env) -> Result<Object<'env>> {
        json::plain(env, self.core.change())
    }

    /// When it began.
    #[napi(getter)]
    pub fn started_at(&self) -> Option<String> {
        self.core.started_at().map(|time| time.to_string())
    }

    /// When it ended.
    #[napi(getter)]
    pub fn ended_at(&self) -> Option<String> {
        self.core.ended_at().map(|time| time.to_string())
    }

    /// Stages the way back: a proposal of its own, with a level and approvals of its own.
    #[napi(ts_return_type = "Promise<StagedApproval | StagedAutomatic | StagedHumanOnly | StagedNotify>")]
    pub fn rollback<'env>(&self, env: &'env Env) -> Result<Object<'env>> {
        let (tenant, core) = (self.tenant.clone(), self.core.clone());
        promise(
            env,
            move || Ok(staged(&tenant, block_on(core.rollback())?)),
            |_, staged| Ok(staged),
        )
    }
}

/// The actor of core: the name of a service, or `{type: 'person', name}`.
pub fn actor(env: &Env, by: Either<String, Object<'_>>) -> Result<Actor> {
    match by {
        Either::A(name) => Ok(Actor::service(name)),
        Either::B(object) => json::read(env, "by", object),
    }
}
