//! A proposal that is over, and an execution as far as its ledger tells.

use std::sync::Arc;

use napi::bindgen_prelude::*;
use napi_derive::napi;
use pollster::block_on;
use vcto::Tenant;

use super::staged::staged;
use crate::both::told::ReviewDue;
use crate::json;
use crate::promise::promise;

/// A proposal that is over.
#[napi]
pub struct Finished {
    tenant: Tenant,
    core: vcto::gate::Finished,
}

impl Finished {
    /// Wraps a value of core.
    pub fn new(tenant: &Tenant, core: vcto::gate::Finished) -> Self {
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

    /// The proposal that took its place, when it was amended.
    #[napi(getter)]
    pub fn superseded_by(&self) -> Option<String> {
        self.core.superseded_by().map(|id| id.to_string())
    }

    /// Whose place it took, when it is an amended one.
    #[napi(getter, ts_return_type = "Amendment | null")]
    pub fn amendment<'env>(&self, env: &'env Env) -> Result<Option<Object<'env>>> {
        self.core
            .amendment()
            .map(|amendment| json::plain(env, amendment))
            .transpose()
    }

    /// What the registered executors saw at the targets when a person attested that they did it. A step is left out where no
    /// executor could look.
    #[napi(getter, ts_return_type = "ObservedStep[]")]
    pub fn observed<'env>(&self, env: &'env Env) -> Result<Object<'env>> {
        json::plain(env, &self.core.observed())
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
    /// Wraps a value of core.
    pub fn new(tenant: &Tenant, core: vcto::gate::Execution) -> Self {
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

    /// Who ran it.
    #[napi(getter, ts_return_type = "Actor | null")]
    pub fn operator<'env>(&self, env: &'env Env) -> Result<Option<Object<'env>>> {
        self.core
            .operator()
            .map(|operator| json::plain(env, operator))
            .transpose()
    }

    /// At level 1: who must review it, and until when.
    #[napi(getter, ts_return_type = "ReviewDue | null")]
    pub fn review_due<'env>(&self, env: &'env Env) -> Result<Option<Object<'env>>> {
        let due = self.core.review_due().map(ReviewDue::of);
        due.map(|due| json::plain(env, &due)).transpose()
    }

    /// Whether what was approved came about: done, or in the hands of those who do it; of a way back, taken back.
    #[napi(getter)]
    pub fn came_about(&self) -> bool {
        self.core.came_about()
    }

    /// Whether telling who must review failed. The duty stands all the same.
    #[napi(getter)]
    pub fn is_reviewer_untold(&self) -> bool {
        self.core.is_reviewer_untold()
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
