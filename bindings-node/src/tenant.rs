//! A client: what is submitted, decided and executed for it, and what its ledger tells.

use napi::JsValue;
use napi::bindgen_prelude::*;
use napi_derive::napi;
use pollster::block_on;

use crate::both::options;
use crate::both::page::{Form, Shown};
use crate::both::read::word;
use crate::both::told;
use crate::both::waivers::reviewer;
use crate::caller::text_of;
use crate::estate::Estate;
use crate::gate::{actor, resumed, staged};
use crate::json;
use crate::ledger::Ledger;
use crate::promise::{promise, watched};
use crate::review::{PageOptions, Review, WaiversGiven, day, given};

/// How to review and record; a bare text is the day.
#[napi(object, object_to_js = false)]
pub struct TenantReviewOptions<'a> {
    /// The day as of which everything is judged: `2026-11-22`.
    pub as_of: String,
    /// What set it off; `manual` unless it is said.
    #[napi(ts_type = "'manual' | 'schedule' | 'event'")]
    pub trigger: Option<String>,
    /// Findings that people accepted for a time: the path or the text of a `waivers.csv`, or a list of waivers.
    #[napi(ts_type = "string | Uint8Array | Waiver[]")]
    pub waivers: Option<WaiversGiven<'a>>,
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

/// Who amends, and why.
#[napi(object, object_to_js = false)]
pub struct AmendOptions<'a> {
    /// The name of a service, or any actor.
    #[napi(ts_type = "string | Actor")]
    pub by: Either<String, Object<'a>>,
    /// A code, alone or with words behind it: `wrong_time: payroll week`.
    pub reason: String,
}

/// Who changes the rules, and why.
#[napi(object, object_to_js = false)]
pub struct ChangeRulesOptions<'a> {
    /// The name of a service, or any actor.
    #[napi(ts_type = "string | Actor")]
    pub by: Either<String, Object<'a>>,
    /// Why, on one line, for those who decide.
    pub reason: String,
}

/// How to start what is due.
#[napi(object, object_to_js = false)]
#[derive(Default)]
pub struct RunDueOptions<'a> {
    /// Stops the work between two executions.
    #[napi(ts_type = "AbortSignal")]
    pub signal: Option<Object<'a>>,
}

/// A client: the boundary of isolation, with a ledger of its own.
#[napi]
pub struct Tenant(pub(crate) vcto::Tenant);

impl Tenant {
    /// What writes a page, away from the interpreter.
    fn shown(
        &self,
        estate: &Estate,
        review: &Review,
        options: Option<Either<String, PageOptions<'_>>>,
        form: Form,
    ) -> impl FnOnce() -> vcto::Result<String> + Send + use<> {
        let (tenant, estate, review) = (self.0.clone(), estate.0.clone(), review.0.clone());
        let PageOptions { client, budget } = PageOptions::of(options);
        let budget = budget.map(|budget| budget.0.clone());
        move || {
            let shown = Shown {
                estate: &estate,
                review: &review,
                client: client.as_deref(),
                budget: budget.as_ref(),
            };
            shown.recorded(&tenant, form)
        }
    }
}

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
        let (as_of, trigger, waivers, signal) = match options {
            Either::A(as_of) => (as_of, None, None, None),
            Either::B(options) => (options.as_of, options.trigger, options.waivers, options.signal),
        };
        let (waivers, monitor) = (given(env, waivers)?, watched(env, signal)?);
        let (tenant, estate) = (self.0.clone(), estate.0.clone());
        promise(
            env,
            move || {
                let as_of = day(&as_of, "tenant.review")?;
                let trigger = word(trigger.as_deref().unwrap_or("manual"), "trigger")?;
                let reviewer = reviewer(waivers)?.monitor(monitor);
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
            Either::A(name) => Either::A(name),
            Either::B(options) => options.by,
        };
        let by = actor(env, "by", by)?;
        let (tenant, text) = (self.0.clone(), text_of(env, change.to_unknown())?);
        promise(
            env,
            move || {
                let change = options::change(text)?;
                Ok(staged(&tenant, block_on(tenant.submit(change, &by?))?))
            },
            |_, staged| Ok(staged),
        )
    }

    /// Puts a changed one in the place of a proposal that is open, which stays in the ledger. Every decision on it is a new one;
    /// who narrows it (fewer of the same steps, a window within the old one, less money) may still approve it, who widens it may not.
    /// `reason` is a code, alone or with words behind it: `wrong_time: payroll week`.
    #[napi(
        ts_args_type = "id: string, change: Change, options: AmendOptions",
        ts_return_type = "Promise<StagedApproval | StagedAutomatic | StagedHumanOnly | StagedNotify>"
    )]
    pub fn amend<'env>(
        &self,
        env: &'env Env,
        id: String,
        change: Object<'_>,
        options: AmendOptions<'_>,
    ) -> Result<Object<'env>> {
        let (by, reason) = (actor(env, "by", options.by)?, options.reason);
        let (tenant, text) = (self.0.clone(), text_of(env, change.to_unknown())?);
        promise(
            env,
            move || {
                let change = options::change(text)?;
                let amended = block_on(tenant.amend(id.parse()?, change, &by?, &reason))?;
                Ok(staged(&tenant, amended))
            },
            |_, staged| Ok(staged),
        )
    }

    /// Every time that a person decided otherwise than was proposed, in order: narrowed, widened, rejected, declined.
    #[napi(ts_return_type = "Promise<Override[]>")]
    pub fn overrides<'env>(&self, env: &'env Env) -> Result<Object<'env>> {
        let tenant = self.0.clone();
        promise(
            env,
            move || block_on(tenant.overrides()),
            |env, overrides| json::results(env, &overrides),
        )
    }

    /// The rules that the ledger has in force: policy, process areas, approvers (also those whose key is revoked), freezes, and
    /// the kill switch while it is on.
    #[napi(ts_return_type = "Promise<RulesInForce>")]
    pub fn rules<'env>(&self, env: &'env Env) -> Result<Object<'env>> {
        let tenant = self.0.clone();
        promise(
            env,
            move || block_on(tenant.rules()),
            |env, rules| json::result(env, &rules),
        )
    }

    /// Submits a change of the rules, always at level 2, by the strictest approval that the rules in force ask for anywhere and
    /// by those who are registered now. The titles of its steps say what differs. It runs during a halt and a freeze.
    #[napi(
        ts_args_type = "edit: RulesEdit, options: ChangeRulesOptions",
        ts_return_type = "Promise<StagedApproval | StagedAutomatic | StagedHumanOnly | StagedNotify>"
    )]
    pub fn change_rules<'env>(
        &self,
        env: &'env Env,
        edit: Object<'_>,
        options: ChangeRulesOptions<'_>,
    ) -> Result<Object<'env>> {
        let (by, reason) = (actor(env, "by", options.by)?, options.reason);
        let (tenant, edit) = (self.0.clone(), json::read(env, "edit", edit)?);
        promise(
            env,
            move || {
                let routed = block_on(tenant.change_rules(edit?, &reason, &by?))?;
                Ok(staged(&tenant, routed))
            },
            |_, staged| Ok(staged),
        )
    }

    /// Turns the kill switch on, at once and by anybody: nothing starts, and what runs turns back before its next step. Only a
    /// change of the rules turns it off: `{ lift_halt: true }`.
    #[napi(
        ts_args_type = "by: string | Actor, reason: string",
        ts_return_type = "Promise<Halt>"
    )]
    pub fn halt<'env>(
        &self,
        env: &'env Env,
        by: Either<String, Object<'_>>,
        reason: String,
    ) -> Result<Object<'env>> {
        let (tenant, by) = (self.0.clone(), actor(env, "by", by)?);
        promise(
            env,
            move || block_on(tenant.halt(&by?, &reason)),
            |env, halt| json::result(env, &halt),
        )
    }

    /// As `Practice.runDue`, for this tenant.
    #[napi(ts_return_type = "Promise<WorkReport>")]
    pub fn run_due<'env>(&self, env: &'env Env, options: Option<RunDueOptions<'_>>) -> Result<Object<'env>> {
        let tenant = self.0.clone();
        let monitor = watched(env, options.unwrap_or_default().signal)?;
        promise(
            env,
            move || block_on(tenant.run_due(&monitor)),
            |env, report| json::result(env, &told::Work::of(&report)),
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

    /// The page for the client of a recorded review: also what waits, what people decided, and how the ledger verifies.
    #[napi(ts_return_type = "Promise<string>")]
    pub fn page<'env>(
        &self,
        env: &'env Env,
        estate: ClassInstance<'_, Estate>,
        review: ClassInstance<'_, Review>,
        options: Option<Either<String, PageOptions<'_>>>,
    ) -> Result<Object<'env>> {
        let write = self.shown(&estate, &review, options, Form::Html);
        promise(env, write, |_, page| Ok(page))
    }

    /// That page as text for a terminal, in about one screen.
    #[napi(ts_return_type = "Promise<string>")]
    pub fn page_text<'env>(
        &self,
        env: &'env Env,
        estate: ClassInstance<'_, Estate>,
        review: ClassInstance<'_, Review>,
        options: Option<Either<String, PageOptions<'_>>>,
    ) -> Result<Object<'env>> {
        let write = self.shown(&estate, &review, options, Form::Text);
        promise(env, write, |_, page| Ok(page))
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

    /// Who may approve, as the ledger has them now.
    #[napi(ts_return_type = "Promise<Approver[]>")]
    pub fn approvers<'env>(&self, env: &'env Env) -> Result<Object<'env>> {
        let tenant = self.0.clone();
        promise(
            env,
            move || block_on(tenant.approvers()),
            |env, register| {
                let approvers: Vec<_> = register.in_force().collect();
                json::plain(env, &approvers)
            },
        )
    }

    /// Every signed statement of the ledger, in order: to show them, to verify them with other tools.
    #[napi(ts_return_type = "Promise<Decision[]>")]
    pub fn decisions<'env>(&self, env: &'env Env) -> Result<Object<'env>> {
        let tenant = self.0.clone();
        promise(
            env,
            move || block_on(tenant.decisions()),
            |env, decisions| {
                let decisions: Vec<_> = decisions.iter().map(told::Decision::of).collect();
                json::plain(env, &decisions)
            },
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
                        "anchored": proved.anchored,
                    }),
                )
            },
        )
    }
}
