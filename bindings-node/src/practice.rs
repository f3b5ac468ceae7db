//! A provider: what it registers, and its clients.

use napi::bindgen_prelude::*;
use napi_derive::napi;
use pollster::block_on;

use crate::anchor::{AnchorOptions, FileAnchor, WebhookAnchor, WrittenAnchor, seconds};
use crate::both::anchor;
use crate::both::told;
use crate::error::OrThrow;
use crate::executor::Written;
use crate::json;
use crate::ledger::VerifyOptions;
use crate::promise::{promise, watched};
use crate::setup::{CreateTenantOptions, OpenOptions, practice_options, tenant_options};
use crate::tenant::{RunDueOptions, Tenant};

/// A managed service provider: its clients, and the executors that it registered.
#[napi]
pub struct Practice(pub(crate) vcto::Practice);

/// Opens the practice in this folder, or begins one where the folder is empty or not there. `postgres://user@host/database` names
/// a database instead.
#[napi(ts_return_type = "Promise<Practice>")]
pub fn open<'env>(
    env: &'env Env,
    directory: String,
    options: Option<OpenOptions<'_>>,
) -> Result<Object<'env>> {
    let options = practice_options(env, options.unwrap_or_default())?;
    promise(
        env,
        move || block_on(vcto::Practice::open(directory, options?)).map(Practice),
        |_, practice| Ok(practice),
    )
}

#[napi]
impl Practice {
    /// Registers an executor for all tenants: `WorkOrders`, or any object with the methods of `Executor`.
    #[napi(ts_args_type = "executor: WorkOrders | Executor")]
    pub fn register(
        &self,
        env: &Env,
        executor: Either<ClassInstance<'_, WorkOrders>, Object<'_>>,
    ) -> Result<()> {
        match executor {
            Either::A(orders) => self.0.register(orders.0.clone()).or_throw(env),
            Either::B(object) => self.0.register(Written::of(env, &object)?).or_throw(env),
        }
    }

    /// Registers a place outside that keeps the checkpoints of the anchor logs: `FileAnchor`, `WebhookAnchor`, or any object with
    /// the members of `Anchor`.
    #[napi(ts_args_type = "anchor: FileAnchor | WebhookAnchor | Anchor")]
    pub fn register_anchor(
        &self,
        env: &Env,
        anchor: Either3<ClassInstance<'_, FileAnchor>, ClassInstance<'_, WebhookAnchor>, Object<'_>>,
    ) -> Result<()> {
        match anchor {
            Either3::A(anchor) => self.0.register_anchor(anchor.inner.clone()),
            Either3::B(anchor) => self.0.register_anchor_shared(anchor.inner.clone()),
            Either3::C(object) => self.0.register_anchor(WrittenAnchor::of(env, &object)?),
        }
        .or_throw(env)
    }

    /// One round: signs every tenant's log, compares it with what was anchored of it before, takes its new head into the anchor
    /// log of its region, and hands the checkpoint to the registered anchors. A log that is missing, shorter or of another
    /// history is told and not taken.
    #[napi(ts_return_type = "Promise<AnchorRound>")]
    pub fn anchor<'env>(&self, env: &'env Env, options: Option<AnchorOptions>) -> Result<Object<'env>> {
        let practice = self.0.clone();
        let heartbeat = options.unwrap_or_default().heartbeat;
        promise(
            env,
            move || block_on(practice.anchor(&anchor::how(seconds(heartbeat, "heartbeat")?)?)),
            |env, round| json::result(env, &anchor::Round::of(&round)),
        )
    }

    /// Hands the signing of a tenant's ledger over to a new key, in a file beside the first (`keys/<tenant>.key.1`), and gives its
    /// public key. It may be done at any time: the tenant stays open, here and in other processes. What was signed before stays
    /// valid, and any public key of the ledger verifies it as a whole. Other machines of a practice in a database need a copy of
    /// the new file: until then their appends are `unavailable`.
    #[napi(ts_return_type = "Promise<string>")]
    pub fn rotate_tenant_key<'env>(&self, env: &'env Env, name: String) -> Result<Object<'env>> {
        let practice = self.0.clone();
        promise(
            env,
            move || block_on(practice.rotate_tenant_key(&name)),
            |_, key| Ok(key.to_string()),
        )
    }

    /// As `rotateTenantKey`, for the anchor log of a region: anchors learn of it with the next checkpoint.
    #[napi(ts_return_type = "Promise<string>")]
    pub fn rotate_anchor_key<'env>(&self, env: &'env Env, region: String) -> Result<Object<'env>> {
        let practice = self.0.clone();
        promise(
            env,
            move || block_on(practice.rotate_anchor_key(&region)),
            |_, key| Ok(key.to_string()),
        )
    }

    /// Makes a tenant and opens it.
    #[napi(ts_return_type = "Promise<Tenant>")]
    pub fn create_tenant<'env>(
        &self,
        env: &'env Env,
        name: String,
        options: CreateTenantOptions<'_>,
    ) -> Result<Object<'env>> {
        let (practice, options) = (self.0.clone(), tenant_options(env, options)?);
        promise(
            env,
            move || block_on(practice.create_tenant(&name, options?)).map(Tenant),
            |_, tenant| Ok(tenant),
        )
    }

    /// Brings a tenant back from the proof that `prove` wrote, or from the bundle of its ledger: on another machine, or after
    /// a loss. Its key must be in place. Everything is verified first, then all of it is written, or nothing. A proof that lacks
    /// something of the `checkpoint` is refused. A ledger that went on elsewhere after the proof was written forks by this.
    #[napi(ts_return_type = "Promise<Tenant>")]
    pub fn import_tenant<'env>(
        &self,
        env: &'env Env,
        name: String,
        directory: String,
        options: Option<VerifyOptions<'_>>,
    ) -> Result<Object<'env>> {
        let practice = self.0.clone();
        let options = options.unwrap_or_default().into_core(env)?;
        promise(
            env,
            move || block_on(practice.import_tenant(&name, directory, &options()?)).map(Tenant),
            |_, tenant| Ok(tenant),
        )
    }

    /// Opens a tenant; never makes one.
    #[napi(ts_return_type = "Promise<Tenant>")]
    pub fn tenant<'env>(&self, env: &'env Env, name: String) -> Result<Object<'env>> {
        let practice = self.0.clone();
        promise(
            env,
            move || block_on(practice.tenant(&name)).map(Tenant),
            |_, tenant| Ok(tenant),
        )
    }

    /// Starts what was approved for a window that has begun, for every tenant, and records what was missed. A tenant that
    /// cannot be worked on is in the report, and the others are worked on all the same. Call it again at `next`, and every few
    /// minutes besides. An abort stops it between two executions.
    #[napi(ts_return_type = "Promise<WorkReport>")]
    pub fn run_due<'env>(&self, env: &'env Env, options: Option<RunDueOptions<'_>>) -> Result<Object<'env>> {
        let practice = self.0.clone();
        let monitor = watched(env, options.unwrap_or_default().signal)?;
        promise(
            env,
            move || block_on(practice.run_due(&monitor)),
            |env, report| json::result(env, &told::Work::of(&report)),
        )
    }

    /// The names of the tenants, in order.
    #[napi(ts_return_type = "Promise<string[]>")]
    pub fn tenants<'env>(&self, env: &'env Env) -> Result<Object<'env>> {
        let practice = self.0.clone();
        promise(env, move || practice.tenants(), |_, names| Ok(names))
    }
}

/// Writes a work order per step into a folder, and can withdraw it.
#[napi]
pub struct WorkOrders(vcto::WorkOrders);

#[napi]
impl WorkOrders {
    /// Work orders in this folder; it is made with the first of them.
    #[napi(constructor, ts_args_type = "folder: string")]
    pub fn new(env: &Env, folder: Either<String, Unknown<'_>>) -> Result<Self> {
        match folder {
            Either::A(folder) => Ok(Self(vcto::WorkOrders::new(folder))),
            Either::B(_) => {
                let message = "the path of a folder belongs here";
                let error = vcto::Error::new(vcto::ErrorKind::InvalidInput, message);
                Err(error.during("work_orders.new")).or_throw(env)
            }
        }
    }

    /// Where the work orders are.
    #[napi(getter)]
    pub fn folder(&self) -> String {
        self.0.folder().display().to_string()
    }
}
