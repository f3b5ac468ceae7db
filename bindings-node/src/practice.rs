//! A provider and its clients.

use napi::bindgen_prelude::*;
use napi_derive::napi;
use pollster::block_on;
use vcto::review::Reviewer;
use vcto::{Actor, PracticeOptions, TenantOptions};

use crate::error::OrThrow;
use crate::estate::Estate;
use crate::gate::{actor, resumed, staged};
use crate::json;
use crate::promise::{promise, watched};
use crate::review::{Review, day};

/// How to open a practice.
#[napi(object, object_to_js = false)]
#[derive(Default)]
pub struct OpenOptions {
    /// The service that runs this process: recorded with each execution, and never an approver of it.
    pub operator: Option<String>,
    /// The name under which this practice's ledgers are known, as a URL without scheme.
    pub origin: Option<String>,
}

/// A managed service provider: its clients, and the executors that it registered.
#[napi]
pub struct Practice(pub(crate) vcto::Practice);

/// Opens the practice in this folder, or begins one where the folder is empty or not there.
#[napi(ts_return_type = "Promise<Practice>")]
pub fn open(env: &Env, directory: String, options: Option<OpenOptions>) -> Result<Object<'_>> {
    let OpenOptions { operator, origin } = options.unwrap_or_default();
    let mut options = PracticeOptions::default();
    if let Some(name) = operator {
        options = options.operator(Actor::service(name));
    }
    if let Some(origin) = origin {
        options = options.origin(origin);
    }
    promise(
        env,
        move || block_on(vcto::Practice::open(directory, options)).map(Practice),
        |_, practice| Ok(practice),
    )
}

/// What a tenant is created with.
#[napi(object, object_to_js = false)]
pub struct CreateTenantOptions {
    /// The region to which its data belongs.
    pub region: String,
    /// The text of an `allowed_signers` file; the principal is the person.
    pub approvers: Option<String>,
}

#[napi]
impl Practice {
    /// Registers an executor for all tenants.
    #[napi]
    pub fn register(&self, env: &Env, executor: ClassInstance<'_, WorkOrders>) -> Result<()> {
        self.0.register(executor.0.clone()).or_throw(env)
    }

    /// Makes a tenant and opens it.
    #[napi(ts_return_type = "Promise<Tenant>")]
    pub fn create_tenant<'env>(
        &self,
        env: &'env Env,
        name: String,
        options: CreateTenantOptions,
    ) -> Result<Object<'env>> {
        let practice = self.0.clone();
        let mut made = TenantOptions::region(options.region);
        if let Some(text) = options.approvers {
            made = made.approvers(text);
        }
        promise(
            env,
            move || block_on(practice.create_tenant(&name, made)).map(Tenant),
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

    /// The names of the tenants, in order.
    #[napi(ts_return_type = "Promise<string[]>")]
    pub fn tenants<'env>(&self, env: &'env Env) -> Result<Object<'env>> {
        let practice = self.0.clone();
        promise(env, move || practice.tenants(), |_, names| Ok(names))
    }
}

/// How to review and record; a bare text is the day.
#[napi(object, object_to_js = false)]
pub struct TenantReviewOptions<'a> {
    /// The day as of which everything is judged: `2026-11-22`.
    pub as_of: String,
    /// What set it off; `manual` unless it is said.
    #[napi(ts_type = "'manual' | 'schedule' | 'event'")]
    pub trigger: Option<String>,
    /// Stops the work.
    #[napi(ts_type = "AbortSignal")]
    pub signal: Option<Object<'a>>,
}

/// How to submit; a bare text is the name of the service that does.
#[napi(object, object_to_js = false)]
pub struct SubmitOptions<'a> {
    /// The name of a service, or any actor.
    #[napi(ts_type = "string | Actor")]
    pub by: Either<String, Object<'a>>,
}

/// A client: the boundary of isolation, with a ledger of its own.
#[napi]
pub struct Tenant(pub(crate) vcto::Tenant);

#[napi]
impl Tenant {
    /// Its name.
    #[napi(getter)]
    pub fn name(&self) -> &str {
        self.0.name()
    }

    /// The region to which its data belongs.
    #[napi(getter)]
    pub fn region(&self) -> &str {
        self.0.region()
    }

    /// Its ledger.
    #[napi(getter)]
    pub fn ledger(&self) -> Ledger {
        Ledger(self.0.clone())
    }

    /// Reviews an estate and records it: the snapshot, sealed, and the review.
    #[napi(ts_return_type = "Promise<Review>")]
    pub fn review<'env>(
        &self,
        env: &'env Env,
        estate: ClassInstance<'_, Estate>,
        options: Either<String, TenantReviewOptions<'_>>,
    ) -> Result<Object<'env>> {
        let (as_of, trigger, signal) = match options {
            Either::A(as_of) => (as_of, None, None),
            Either::B(options) => (options.as_of, options.trigger, options.signal),
        };
        let reviewer = Reviewer::standard().monitor(watched(env, signal)?);
        let (tenant, estate) = (self.0.clone(), estate.0.clone());
        promise(
            env,
            move || {
                let as_of = day(&as_of, "tenant.review")?;
                let trigger = json::named("trigger", trigger.unwrap_or_else(|| "manual".to_owned()))?;
                block_on(tenant.review_with(&reviewer, &estate, as_of, trigger)).map(Review)
            },
            |_, review| Ok(review),
        )
    }

    /// Submits a change: it is recorded and routed to its level.
    #[napi(
        ts_args_type = "change: Change, options: string | SubmitOptions",
        ts_return_type = "Promise<StagedApproval | StagedAutomatic | StagedHumanOnly | StagedNotify>"
    )]
    pub fn submit<'env>(
        &self,
        env: &'env Env,
        change: Object<'_>,
        options: Either<String, SubmitOptions<'_>>,
    ) -> Result<Object<'env>> {
        let by = match options {
            Either::A(name) => Actor::service(name),
            Either::B(options) => actor(env, options.by)?,
        };
        let (tenant, text) = (self.0.clone(), json::text_of(env, change)?);
        promise(
            env,
            move || {
                let change = vcto::change::Change::from_json(text.as_bytes())?;
                Ok(staged(&tenant, block_on(tenant.submit(change, &by))?))
            },
            |_, staged| Ok(staged),
        )
    }

    /// What is not over, the proposal whose time ends first before the others.
    #[napi(ts_return_type = "Promise<Pending[]>")]
    pub fn pending<'env>(&self, env: &'env Env) -> Result<Object<'env>> {
        let tenant = self.0.clone();
        promise(
            env,
            move || block_on(tenant.pending()),
            |env, pending| json::results(env, &pending),
        )
    }

    /// What a proposal is now, whoever staged it and whenever: derived from the ledger.
    #[napi(
        ts_return_type = "Promise<Approved | Finished | InDoubt | StagedApproval | StagedAutomatic | StagedHumanOnly | StagedNotify>"
    )]
    pub fn resume<'env>(&self, env: &'env Env, id: String) -> Result<Object<'env>> {
        let tenant = self.0.clone();
        promise(
            env,
            move || Ok(resumed(&tenant, block_on(tenant.resume(id.parse()?))?)),
            |_, resumed| Ok(resumed),
        )
    }

    /// Writes the proof into a folder: the ledger, every signed decision, the OSCAL documents, a signed manifest, and
    /// `verify.sh`, which needs only stock tools. Keep the checkpoint that it gives elsewhere.
    #[napi(ts_return_type = "Promise<Proved>")]
    pub fn prove<'env>(&self, env: &'env Env, directory: String) -> Result<Object<'env>> {
        let tenant = self.0.clone();
        promise(
            env,
            move || block_on(tenant.prove(directory)),
            |env, proved| {
                json::plain(
                    env,
                    &serde_json::json!({
                        "checkpoint": proved.checkpoint.note(),
                        "decisions": proved.decisions,
                        "oscal": proved.oscal,
                    }),
                )
            },
        )
    }
}

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
pub struct Ledger(vcto::Tenant);

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
            |env, verification| json::result(env, &verification),
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
        |env, verification| json::result(env, &verification),
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

/// Writes a work order per step into a folder, and can withdraw it.
#[napi]
pub struct WorkOrders(vcto::WorkOrders);

#[napi]
impl WorkOrders {
    /// Work orders in this folder; it is made with the first of them.
    #[napi(constructor)]
    pub fn new(folder: String) -> Self {
        Self(vcto::WorkOrders::new(folder))
    }

    /// Where the work orders are.
    #[napi(getter)]
    pub fn folder(&self) -> String {
        self.0.folder().display().to_string()
    }
}
