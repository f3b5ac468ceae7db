//! A provider and its clients.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use pollster::block_on;
use pyo3::prelude::*;
use vcto::monitor::Monitor;
use vcto::text::Plain;
use vcto::{PracticeOptions, TenantOptions};

use crate::anchor::Outside;
use crate::both::anchor;
use crate::both::page::Form;
use crate::both::read::{read, within, word};
use crate::both::waivers::reviewer;
use crate::both::{options, told};
use crate::budget::Budget;
use crate::day::Day;
use crate::error::Result;
use crate::estate::Estate;
use crate::executor::{Missed, Notify, Told, Written, interruptible};
use crate::gate::{AnyResumed, AnyStaged, Who};
use crate::given::{Text, one_of};
use crate::json::{
    AnchorRound, Approvers, Decisions, Dictionaries, Dictionary, Halt, Overrides, Pendings, Proved,
    RulesInForce, WorkReport,
};
use crate::ledger::{Ledger, how_to_verify};
use crate::monitor::{Progress, watch};
use crate::review::{Review, WaiversGiven};

/// A managed service provider: its clients, and the executors that it registered.
#[pyclass(frozen, module = "vcto")]
pub struct Practice(vcto::Practice);

/// Opens the practice in this folder, or begins one where the folder is empty or not there. `postgres://user@host/database` names
/// a database instead; `folder` is then where the keys of its tenants and the marks of their ledgers are, `~/.vcto` unless it
/// is said.
///
/// `operator` is who runs this process, the service `vcto` unless it is said: recorded with each execution, and never an
/// approver of it. `policy` is in the shape of `vcto.policy/1`; what it leaves out is as in the default, and it can only be
/// stricter. `notifier` is called as `notifier(duty)` with what ran at level 1, and `reviewer` is the person it tells: both or
/// none. Without them level 1 asks as level 2 does. With them `missed` may be given too: it is called as `missed(window)` when
/// the window of an approved change has passed and it was not started.
///
/// `accept_missing_mark` names tenants whose ledger is opened although its high-water mark is missing, and `anchor/<region>` for
/// the anchor log of a region: only for who has compared it with something that was kept elsewhere. It is recorded in the ledger,
/// which gets a new mark. A machine that opens a practice in a database for the first time needs it too.
#[pyfunction]
#[pyo3(signature = (directory, *, operator=None, origin=None, policy=None, notifier=None, reviewer=None, missed=None, folder=None, accept_missing_mark=None))]
#[expect(clippy::too_many_arguments, reason = "keywords in Python")]
pub fn open(
    py: Python<'_>,
    directory: PathBuf,
    operator: Option<Who<'_>>,
    origin: Option<String>,
    policy: Option<Dictionary<'_>>,
    notifier: Option<Notify>,
    reviewer: Option<String>,
    missed: Option<Missed>,
    folder: Option<PathBuf>,
    accept_missing_mark: Option<Vec<String>>,
) -> Result<Practice> {
    let options = options::with_folder(PracticeOptions::default(), folder);
    let mut options = options::without_marks(options, accept_missing_mark);
    if let Some(who) = operator {
        options = options.operator(who.actor("operator")?);
    }
    if let Some(origin) = origin {
        options = options.origin(origin);
    }
    if let Some(policy) = policy {
        options = options.policy(options::policy(&within("policy", policy.text())?)?);
    }
    let missed = missed.map(|Missed(callable)| callable);
    options = match (notifier, reviewer) {
        (Some(Notify(callable)), Some(reviewer)) => {
            options.notifier(Arc::new(Told::new(reviewer, callable, missed)))
        }
        (None, None) if missed.is_none() => options,
        _ => return Err(options::half_a_notifier().into()),
    };
    Ok(Practice(
        py.detach(|| block_on(vcto::Practice::open(directory, options)))?,
    ))
}

one_of! {
    /// What may be registered.
    Registered<'py>: "`WorkOrders`, or an executor: an object with `name`, `actions()`, `observe(context)`, `apply(permit)`, `undo(permit)`" {
        /// The built-in one.
        WorkOrders(PyRef<'py, WorkOrders>),
        /// An object of Python's.
        Written(Written),
    }

    /// Who may approve.
    GivenApprovers<'py>: "the text of an `allowed_signers` file, or a list of dictionaries" {
        /// As lines.
        Text(Text),
        /// With parties and roles.
        Listed(Dictionaries<'py>),
    }
}

#[pymethods]
impl Practice {
    /// Registers an executor for all tenants: `WorkOrders`, or any object with the methods of `vcto.types.Executor`.
    fn register(&self, executor: Registered<'_>) -> Result<()> {
        match executor {
            Registered::WorkOrders(orders) => self.0.register(orders.0.clone())?,
            Registered::Written(written) => self.0.register(written)?,
        }
        Ok(())
    }

    /// Registers a place outside that keeps the checkpoints of the anchor logs: `FileAnchor`, `WebhookAnchor`, or any object with
    /// the members of `vcto.types.Anchor`.
    fn register_anchor(&self, anchor: Outside<'_>) -> Result<()> {
        match anchor {
            Outside::File(anchor) => self.0.register_anchor(anchor.inner.clone())?,
            Outside::Webhook(anchor) => self.0.register_anchor_shared(anchor.inner.clone())?,
            Outside::Written(anchor) => self.0.register_anchor(anchor)?,
        }
        Ok(())
    }

    /// One round: signs every tenant's log, compares it with what was anchored of it before, takes its new head into the anchor
    /// log of its region, and hands the checkpoint to the registered anchors. A log that is missing, shorter or of another
    /// history is told and not taken. With `heartbeat` a log that did not grow is taken too when its last head is as old.
    #[pyo3(signature = (*, heartbeat=None))]
    fn anchor(&self, py: Python<'_>, heartbeat: Option<Duration>) -> Result<AnchorRound> {
        let how = anchor::how(heartbeat)?;
        let round = interruptible(py, || block_on(self.0.anchor(&how)))?;
        AnchorRound::of(py, &anchor::Round::of(&round))
    }

    /// Hands the signing of a tenant's ledger over to a new key, in a file beside the first (`keys/<tenant>.key.1`), and gives its
    /// public key. It may be done at any time: the tenant stays open, here and in other processes. What was signed before stays
    /// valid, and any public key of the ledger verifies it as a whole. Other machines of a practice in a database need a copy of
    /// the new file: until then their appends raise `Unavailable`.
    fn rotate_tenant_key(&self, py: Python<'_>, name: &str) -> Result<String> {
        Ok(py
            .detach(|| block_on(self.0.rotate_tenant_key(name)))?
            .to_string())
    }

    /// As `rotate_tenant_key`, for the anchor log of a region: anchors learn of it with the next checkpoint.
    fn rotate_anchor_key(&self, py: Python<'_>, region: &str) -> Result<String> {
        Ok(py
            .detach(|| block_on(self.0.rotate_anchor_key(region)))?
            .to_string())
    }

    /// Makes a tenant and opens it. `approvers` is the text of an `allowed_signers` file, where the principal is the person,
    /// or a list of `{"person", "key"}` with `party`, `roles`, `valid_after` and `valid_before` where they are needed.
    /// `policy` is as in `open`. `areas` are process areas besides the standard ones, or in place of one of the same name:
    /// `{"name", "zone", "floor", "analysis"}`, with `approvals` and `roles`.
    #[pyo3(signature = (name, *, region, approvers=None, policy=None, areas=None))]
    fn create_tenant(
        &self,
        py: Python<'_>,
        name: &str,
        region: String,
        approvers: Option<GivenApprovers<'_>>,
        policy: Option<Dictionary<'_>>,
        areas: Option<Dictionaries<'_>>,
    ) -> Result<Tenant> {
        let mut options = TenantOptions::region(region);
        match approvers {
            Some(GivenApprovers::Text(Text(text))) => options = options.approvers(text),
            Some(GivenApprovers::Listed(list)) => {
                let approvers = options::approvers(&within("approvers", list.text())?)?;
                options = approvers.into_iter().fold(options, TenantOptions::approver);
            }
            None => {}
        }
        if let Some(policy) = policy {
            options = options.policy(options::policy(&within("policy", policy.text())?)?);
        }
        if let Some(areas) = areas {
            let areas = options::areas(&within("areas", areas.text())?)?;
            options = areas.into_iter().fold(options, TenantOptions::area);
        }
        Ok(Tenant(
            py.detach(|| block_on(self.0.create_tenant(name, options)))?,
        ))
    }

    /// Brings a tenant back from the proof that `prove` wrote, or from the bundle of its ledger: on another machine, or after
    /// a loss. Its key must be in place. Everything is verified first, then all of it is written, or nothing. `key` and
    /// `checkpoint` are as in `Ledger.verify`: a proof that lacks something of the checkpoint is refused. A ledger that went on
    /// elsewhere after the proof was written forks by this.
    #[pyo3(signature = (name, directory, *, key=None, checkpoint=None, progress=None))]
    fn import_tenant(
        &self,
        py: Python<'_>,
        name: &str,
        directory: PathBuf,
        key: Option<&str>,
        checkpoint: Option<String>,
        progress: Option<Progress>,
    ) -> Result<Tenant> {
        let options = how_to_verify(key, checkpoint, false)?;
        let imported = watch(py, progress, |monitor| {
            block_on(self.0.import_tenant(name, &directory, &options.monitor(monitor)))
        })?;
        Ok(Tenant(imported))
    }

    /// Opens a tenant; never makes one.
    fn tenant(&self, py: Python<'_>, name: &str) -> Result<Tenant> {
        Ok(Tenant(py.detach(|| block_on(self.0.tenant(name)))?))
    }

    /// Starts what was approved for a window that has begun, for every tenant, and records what was missed. A tenant that
    /// cannot be worked on is in the report, and the others are worked on all the same. Call it again at `next`, and every few
    /// minutes besides.
    fn run_due(&self, py: Python<'_>) -> Result<WorkReport> {
        let report = interruptible(py, || block_on(self.0.run_due(&Monitor::default())))?;
        WorkReport::of(py, &told::Work::of(&report))
    }

    /// The names of the tenants, in order.
    fn tenants(&self, py: Python<'_>) -> Result<Vec<String>> {
        Ok(py.detach(|| self.0.tenants())?)
    }

    fn __repr__(&self) -> String {
        match self.0.tenants() {
            Ok(tenants) => format!("<Practice of {} tenants>", tenants.len()),
            Err(_) => "<Practice>".to_owned(),
        }
    }
}

/// A client: the boundary of isolation, with a ledger of its own.
#[pyclass(frozen, module = "vcto")]
pub struct Tenant(vcto::Tenant);

#[pymethods]
impl Tenant {
    /// Its name.
    #[getter]
    fn name(&self) -> &str {
        self.0.name()
    }

    /// The region to which its data belongs.
    #[getter]
    fn region(&self) -> &str {
        self.0.region()
    }

    /// Its ledger.
    #[getter]
    fn ledger(&self) -> Ledger {
        Ledger(self.0.clone())
    }

    /// Reviews an estate and records it: the snapshot, sealed, and the review. `trigger` is `manual`, `schedule` or `event`;
    /// `waivers` are as in `vcto.review`, and stand in the record.
    #[pyo3(signature = (estate, as_of, trigger="manual", *, waivers=None, progress=None))]
    fn review(
        &self,
        py: Python<'_>,
        estate: PyRef<'_, Estate>,
        as_of: Day<'_>,
        trigger: &str,
        waivers: Option<WaiversGiven<'_>>,
        progress: Option<Progress>,
    ) -> Result<Review> {
        let (estate, as_of) = (estate.0.clone(), as_of.parse("tenant.review")?);
        let trigger = word(trigger, "trigger")?;
        let waivers = waivers.map(WaiversGiven::given);
        let review = watch(py, progress, |monitor| {
            let reviewer = reviewer(waivers)?.monitor(monitor);
            block_on(self.0.review_with(&reviewer, &estate, as_of, trigger))
        })?;
        Ok(Review::new(review))
    }

    /// Submits a change: it is recorded and routed to its level. `by` is the name of a service, or
    /// `{"type": "person", "name": ...}`.
    #[pyo3(signature = (change, by))]
    fn submit(&self, py: Python<'_>, change: Dictionary<'_>, by: Who<'_>) -> Result<AnyStaged> {
        let change = options::change(change.text())?;
        let by = by.actor("by")?;
        let routed = py.detach(|| block_on(self.0.submit(change, &by)))?;
        Ok(AnyStaged::of(&self.0, routed))
    }

    /// Puts a changed one in the place of a proposal that is open, which stays in the ledger. Every decision on it is a new one;
    /// who narrows it (fewer of the same steps, a window within the old one, less money) may still approve it, who widens it may not.
    /// `reason` is a code, alone or with words behind it: `wrong_time: payroll week`.
    fn amend(
        &self,
        py: Python<'_>,
        id: &str,
        change: Dictionary<'_>,
        by: Who<'_>,
        reason: &str,
    ) -> Result<AnyStaged> {
        let change = options::change(change.text())?;
        let (id, by) = (id.parse()?, by.actor("by")?);
        let routed = py.detach(|| block_on(self.0.amend(id, change, &by, reason)))?;
        Ok(AnyStaged::of(&self.0, routed))
    }

    /// Every time that a person decided otherwise than was proposed, in order: narrowed, widened, rejected, declined.
    fn overrides(&self, py: Python<'_>) -> Result<Overrides> {
        Overrides::of(py, &py.detach(|| block_on(self.0.overrides()))?)
    }

    /// The rules that the ledger has in force: policy, process areas, approvers (also those whose key is revoked), freezes, and
    /// the kill switch while it is on.
    fn rules(&self, py: Python<'_>) -> Result<RulesInForce> {
        RulesInForce::of(py, &py.detach(|| block_on(self.0.rules()))?)
    }

    /// Submits a change of the rules, always at level 2, by the strictest approval that the rules in force ask for anywhere and
    /// by those who are registered now. `edit` has any of `policy` (what it leaves out stays), `areas`, `remove_areas`,
    /// `add_approvers`, `revoke_keys` (fingerprints or public keys), `freezes` (`name`, `from`, `until`, `reason`, and `areas`
    /// unless it is all), `unfreeze`, `lift_halt`. The titles of its steps say what differs. It runs during a halt and a freeze.
    fn change_rules(
        &self,
        py: Python<'_>,
        edit: Dictionary<'_>,
        reason: &str,
        by: Who<'_>,
    ) -> Result<AnyStaged> {
        let text = within("edit", edit.text())?;
        let (edit, by) = (read(&text, "edit")?, by.actor("by")?);
        let routed = py.detach(|| block_on(self.0.change_rules(edit, reason, &by)))?;
        Ok(AnyStaged::of(&self.0, routed))
    }

    /// Turns the kill switch on, at once and by anybody: nothing starts, and what runs turns back before its next step. Only a
    /// change of the rules turns it off: `{"lift_halt": True}`.
    fn halt(&self, py: Python<'_>, by: Who<'_>, reason: &str) -> Result<Halt> {
        let by = by.actor("by")?;
        Halt::of(py, &py.detach(|| block_on(self.0.halt(&by, reason)))?)
    }

    /// As `Practice.run_due`, for this tenant.
    fn run_due(&self, py: Python<'_>) -> Result<WorkReport> {
        let report = interruptible(py, || block_on(self.0.run_due(&Monitor::default())))?;
        WorkReport::of(py, &told::Work::of(&report))
    }

    /// What is not over, the proposal whose time ends first before the others.
    fn pending(&self, py: Python<'_>) -> Result<Pendings> {
        let pending = py.detach(|| block_on(self.0.pending()))?;
        Pendings::of(py, &pending)
    }

    /// The page for the client of a recorded review: also what waits, what people decided, and how the ledger verifies.
    #[pyo3(signature = (estate, review, *, client=None, budget=None))]
    fn page(
        &self,
        py: Python<'_>,
        estate: PyRef<'_, Estate>,
        review: PyRef<'_, Review>,
        client: Option<&str>,
        budget: Option<PyRef<'_, Budget>>,
    ) -> Result<String> {
        let shown = review.shown(&estate, client, budget.as_deref());
        Ok(py.detach(|| shown.recorded(&self.0, Form::Html))?)
    }

    /// That page as text for a terminal, in about one screen.
    #[pyo3(signature = (estate, review, *, client=None, budget=None))]
    fn page_text(
        &self,
        py: Python<'_>,
        estate: PyRef<'_, Estate>,
        review: PyRef<'_, Review>,
        client: Option<&str>,
        budget: Option<PyRef<'_, Budget>>,
    ) -> Result<String> {
        let shown = review.shown(&estate, client, budget.as_deref());
        Ok(py.detach(|| shown.recorded(&self.0, Form::Text))?)
    }

    /// What a proposal is now, whoever staged it and whenever: derived from the ledger.
    fn resume(&self, py: Python<'_>, id: &str) -> Result<AnyResumed> {
        let id = id.parse()?;
        let resumed = py.detach(|| block_on(self.0.resume(id)))?;
        Ok(AnyResumed::of(&self.0, resumed))
    }

    /// Who may approve, as the ledger has them now.
    fn approvers(&self, py: Python<'_>) -> Result<Approvers> {
        let register = py.detach(|| block_on(self.0.approvers()))?;
        let approvers: Vec<_> = register.in_force().collect();
        Approvers::of(py, &approvers)
    }

    /// Every signed statement of the ledger, in order: to show them, to verify them with other tools.
    fn decisions(&self, py: Python<'_>) -> Result<Decisions> {
        let decisions = py.detach(|| block_on(self.0.decisions()))?;
        let decisions: Vec<_> = decisions.iter().map(told::Decision::of).collect();
        Decisions::of(py, &decisions)
    }

    /// Writes the proof into a folder: the ledger, every signed decision, the OSCAL documents, a signed manifest, and
    /// `verify.sh`, which needs only stock tools. Keep the checkpoint that it gives elsewhere.
    fn prove(&self, py: Python<'_>, directory: PathBuf) -> Result<Proved> {
        let proved = py.detach(|| block_on(self.0.prove(directory)))?;
        Proved::of(
            py,
            &serde_json::json!({
                "checkpoint": proved.checkpoint.note(),
                "decisions": proved.decisions,
                "oscal": proved.oscal,
                "anchored": proved.anchored,
            }),
        )
    }

    fn __repr__(&self) -> String {
        format!("<Tenant {}>", self.0.name())
    }
}

/// Writes a work order per step into a folder, and can withdraw it.
#[pyclass(frozen, module = "vcto")]
pub struct WorkOrders(vcto::WorkOrders);

#[pymethods]
impl WorkOrders {
    #[new]
    fn new(folder: PathBuf) -> Self {
        Self(vcto::WorkOrders::new(folder))
    }

    /// Where the work orders are.
    #[getter]
    fn folder(&self) -> PathBuf {
        self.0.folder().to_owned()
    }

    fn __repr__(&self) -> String {
        format!(
            "<WorkOrders in {}>",
            Plain(&self.0.folder().display().to_string())
        )
    }
}
