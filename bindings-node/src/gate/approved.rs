//! What may start, and what was started and did not end.

use std::sync::Arc;

use napi::bindgen_prelude::*;
use napi_derive::napi;
use pollster::block_on;
use vcto::Tenant;
use vcto::gate::Settled;

use super::finished::{Execution, Finished};
use super::said::{Said, bytes};
use super::token::tokens;
use crate::both::about::About;
use crate::both::slot::Slot;
use crate::error::OrThrow;
use crate::json;
use crate::promise::promise;

type AnySettled = Either<Finished, InDoubt>;

fn settled(tenant: &Tenant, settled: Settled) -> AnySettled {
    match settled {
        Settled::Finished(finished) => Either::A(Finished::new(tenant, finished)),
        Settled::InDoubt(in_doubt) => Either::B(InDoubt::new(tenant, in_doubt)),
    }
}

tokens! {
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

/// Why a person objects or accepts.
#[napi(object, object_to_js = false)]
pub struct ReasonDetails {
    /// In words.
    pub reason: Option<String>,
}
