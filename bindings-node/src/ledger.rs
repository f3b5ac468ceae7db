//! The audit ledger of a tenant, and proofs of it.

use napi::bindgen_prelude::*;
use napi_derive::napi;
use pollster::block_on;

use crate::both::told::Verified;
use crate::json;
use crate::promise::{promise, watched};

/// How to verify, and what was kept elsewhere: without it authenticity is `self_signed` and completeness `unanchored` at best.
#[napi(object, object_to_js = false)]
#[derive(Default)]
pub struct VerifyOptions<'a> {
    /// The key that signs the checkpoints, as `verifierKey` gives it.
    pub key: Option<String>,
    /// A checkpoint of the log, as `prove` gives it.
    pub checkpoint: Option<String>,
    /// Stops the work.
    #[napi(ts_type = "AbortSignal")]
    pub signal: Option<Object<'a>>,
}

/// The audit ledger of a tenant.
#[napi]
pub struct Ledger(pub(crate) vcto::Tenant);

#[napi]
impl Ledger {
    /// The name under which the log is known.
    #[napi(getter)]
    pub fn origin(&self) -> &str {
        self.0.ledger().origin()
    }

    /// How many entries there are.
    #[napi(ts_return_type = "Promise<number>")]
    pub fn size<'env>(&self, env: &'env Env) -> Result<Object<'env>> {
        let tenant = self.0.clone();
        promise(
            env,
            move || block_on(tenant.ledger().size()),
            |_, size| i64::try_from(size).map_err(|error| Error::from_reason(error.to_string())),
        )
    }

    /// The key that signs its checkpoints. Keep it elsewhere.
    #[napi(getter)]
    pub fn verifier_key(&self) -> String {
        self.0.ledger().verifier_key().to_string()
    }

    /// Verifies every entry: one verdict for each question, never a bare "valid".
    #[napi(ts_return_type = "Promise<Verification>")]
    pub fn verify<'env>(&self, env: &'env Env, options: Option<VerifyOptions<'_>>) -> Result<Object<'env>> {
        let tenant = self.0.clone();
        let options = options.unwrap_or_default().into_core(env)?;
        promise(
            env,
            move || block_on(tenant.ledger().verify(&options()?)),
            |env, verification| json::result(env, &Verified::of(&verification)),
        )
    }
}

/// Verifies a proof that `prove` wrote, or the ledger bundle alone: the verdicts of `Ledger.verify`, without keys.
#[napi(ts_return_type = "Promise<Verification>")]
pub fn verify_bundle<'env>(
    env: &'env Env,
    directory: String,
    options: Option<VerifyOptions<'_>>,
) -> Result<Object<'env>> {
    let options = options.unwrap_or_default().into_core(env)?;
    promise(
        env,
        move || vcto::proof::verify_bundle(directory, &options()?),
        |env, verification| json::result(env, &Verified::of(&verification)),
    )
}

impl VerifyOptions<'_> {
    /// What makes the options of core, away from the interpreter.
    fn into_core(
        self,
        env: &Env,
    ) -> Result<impl FnOnce() -> vcto::Result<vcto::ledger::VerifyOptions> + Send + use<>> {
        let monitor = watched(env, self.signal)?;
        let (key, checkpoint) = (self.key, self.checkpoint);
        Ok(move || {
            let mut options = vcto::ledger::VerifyOptions::default().monitor(monitor);
            if let Some(key) = key {
                options = options.key(key.parse()?);
            }
            if let Some(note) = checkpoint {
                options = options.seen_checkpoint(note);
            }
            Ok(options)
        })
    }
}
