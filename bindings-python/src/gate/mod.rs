//! The values of the gate: a change on its way, what came of a decision, an execution.

use std::sync::Arc;

use pollster::block_on;
use pyo3::exceptions::PyTypeError;
use pyo3::inspect::PyStaticExpr;
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedBytes;
use pyo3::type_hint_identifier;
use pyo3::types::PyBytes;
use vcto::gate::{
    Approval, Automatic, Decided, DecisionOptions, HumanOnly, Notify, Resumed, Routed, Settled, Staged,
};
use vcto::{Actor, Result as CoreResult, Tenant};

use crate::error::Result;
use crate::json::{Approvals, Bands, Change, Dictionary, Steps, word};
use crate::slot::Slot;

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

/// What a proposal is now.
#[derive(IntoPyObject)]
pub enum AnyResumed {
    /// It may start.
    Approved(Approved),
    /// It is over.
    Finished(Finished),
    /// It was started and did not end.
    InDoubt(InDoubt),
    /// It waits.
    Staged(AnyStaged),
}

/// What came of a decision.
#[derive(IntoPyObject)]
pub enum AnyDecided {
    /// There are enough approvals.
    Approved(Approved),
    /// It is rejected, for good.
    Rejected(Rejected),
    /// More approvals are needed.
    Waiting(Waiting),
}

/// What came of settling.
#[derive(IntoPyObject)]
#[expect(clippy::large_enum_variant, reason = "moved once, on its way out")]
pub enum AnySettled {
    /// It is over.
    Finished(Finished),
    /// It is still in doubt.
    InDoubt(InDoubt),
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

impl AnyResumed {
    /// The class for what the ledger says.
    pub fn of(tenant: &Tenant, resumed: Resumed) -> Self {
        match resumed {
            Resumed::Approved(approved) => Self::Approved(Approved::new(tenant, approved)),
            Resumed::Finished(finished) => Self::Finished(Finished::new(tenant, finished)),
            Resumed::InDoubt(in_doubt) => Self::InDoubt(InDoubt::new(tenant, in_doubt)),
            Resumed::Routed(routed) => Self::Staged(AnyStaged::of(tenant, routed)),
        }
    }
}

impl AnySettled {
    fn of(tenant: &Tenant, settled: Settled) -> Self {
        match settled {
            Settled::Finished(finished) => Self::Finished(Finished::new(tenant, finished)),
            Settled::InDoubt(in_doubt) => Self::InDoubt(InDoubt::new(tenant, in_doubt)),
        }
    }
}

/// What is signed, or the signature: bytes or text.
#[derive(FromPyObject)]
pub enum Said {
    /// Bytes.
    Bytes(PyBackedBytes),
    /// Text.
    Text(String),
}

impl Said {
    fn as_bytes(&self) -> &[u8] {
        match self {
            Self::Bytes(bytes) => bytes,
            Self::Text(text) => text.as_bytes(),
        }
    }
}

/// Who acts: the name of a service, or `{"type": "person", "name": ...}`.
#[derive(FromPyObject)]
pub enum Who<'py> {
    /// A service.
    Service(String),
    /// Any actor.
    Actor(Dictionary<'py>),
}

impl Who<'_> {
    /// The actor of core.
    pub fn actor(self) -> Result<Actor> {
        match self {
            Self::Service(name) => Ok(Actor::service(name)),
            Self::Actor(dictionary) => dictionary.read("by"),
        }
    }
}

/// What never comes back.
pub enum Never {}

impl<'py> IntoPyObject<'py> for Never {
    type Target = PyAny;
    type Output = Bound<'py, PyAny>;
    type Error = PyErr;
    const OUTPUT_TYPE: PyStaticExpr = type_hint_identifier!("typing", "NoReturn");

    fn into_pyobject(self, _: Python<'py>) -> PyResult<Self::Output> {
        match self {}
    }
}

/// Why a value of the gate has no copy.
fn no_copy() -> PyErr {
    PyTypeError::new_err(
        "a value of the gate is not copied or stored: `tenant.resume(id)` gives it again from the ledger",
    )
}

/// Declares the classes of values that are spent once. Each has what can be said of the proposal, and its own methods.
macro_rules! tokens {
    ($(
        $(#[$doc:meta])*
        $name:ident holds $value:ty
        $(, started with $authorize:ident)? $(, taken back with $withdraw:ident)? { $($own:tt)* }
    )*) => {$(
        $(#[$doc])*
        #[pyclass(frozen, module = "vcto")]
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

        #[pymethods]
        impl $name {
            /// The proposal: `tenant.resume(id)` gives this value again.
            #[getter]
            fn id(&self) -> &str {
                &self.id
            }

            /// The level: `L0` to `L3`.
            #[getter]
            fn level(&self) -> &str {
                self.level
            }

            /// After this time it can no longer start.
            #[getter]
            fn expires_at(&self) -> &str {
                &self.expires_at
            }

            /// What is proposed, as it stands in the ledger.
            #[getter]
            fn change(&self, py: Python<'_>) -> Result<Change> {
                Change::of(py, &self.change)
            }

            /// Why it has its level: what demands it, the highest first.
            #[getter]
            fn why(&self, py: Python<'_>) -> Result<Bands> {
                Bands::of(py, &self.why)
            }

            fn __repr__(&self) -> String {
                format!("<{} {}>", stringify!($name), self.id)
            }

            fn __reduce__(&self) -> PyResult<Never> {
                Err(no_copy())
            }

            fn __reduce_ex__(&self, protocol: &Bound<'_, PyAny>) -> PyResult<Never> {
                let _ = protocol;
                Err(no_copy())
            }

            fn __copy__(&self) -> PyResult<Never> {
                Err(no_copy())
            }

            fn __deepcopy__(&self, memo: &Bound<'_, PyAny>) -> PyResult<Never> {
                let _ = memo;
                Err(no_copy())
            }

            $(
                /// What may run.
                fn $authorize(&self, py: Python<'_>) -> Result<Approved> {
                    let approved = py.detach(|| self.slot.spend(|staged| block_on(staged.authorize())))?;
                    Ok(Approved::new(self.slot.tenant(), approved))
                }
            )?

            $(
                /// Takes the proposal back; only its proposer may.
                fn $withdraw(&self, py: Python<'_>, by: Who<'_>) -> Result<()> {
                    let by = by.actor()?;
                    Ok(py.detach(|| self.slot.spend(|staged| block_on(staged.withdraw(&by))))?)
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
                not_before: not_before.map(|time| word("not_before", time)).transpose()?,
                not_after: not_after.map(|time| word("not_after", time)).transpose()?,
                ..DecisionOptions::new(approver, word("verdict", verdict)?)
            };
            let text = py.detach(|| self.slot.read(|staged| staged.decision_with(options)))?;
            Ok(PyBytes::new(py, &text))
        }

        /// Hands in a signed decision: the bytes as they were drafted, and the armoured signature.
        fn decide(&self, py: Python<'_>, text: Said, signature: Said) -> Result<AnyDecided> {
            Ok(py.detach(|| self.hand_in(text.as_bytes(), signature.as_bytes()))?)
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
            let signature: Said = signer.call1((&text,))?.extract()?;
            self.decide(py, Said::Bytes(text.into()), signature)
        }
    }

    /// A change that a human does: L3. There is no way to execute it.
    StagedHumanOnly holds Staged<HumanOnly>, taken back with withdraw {
        /// The exact bytes that the person signs who did it, or declines to: `did` or `declined`.
        #[pyo3(signature = (person, what, *, note=None))]
        fn attestation<'py>(
            &self,
            py: Python<'py>,
            person: &str,
            what: &str,
            note: Option<&str>,
        ) -> Result<Bound<'py, PyBytes>> {
            let what = word("what", what)?;
            let text = py.detach(|| self.slot.read(|staged| staged.attestation(person, what, note)))?;
            Ok(PyBytes::new(py, &text))
        }

        /// Hands in a signed attestation: it is kept, and the proposal is over.
        fn attest(&self, py: Python<'_>, text: Said, signature: Said) -> Result<Finished> {
            let (text, signature) = (text.as_bytes(), signature.as_bytes());
            let finished = py.detach(|| self.slot.spend(|staged| block_on(staged.attest(text, signature))))?;
            Ok(Finished::new(self.slot.tenant(), finished))
        }
    }

    /// A change that may be executed, as far as its history goes. Whether it still may is checked when it starts.
    Approved holds vcto::gate::Approved {
        /// Executes the change, as it stands in the ledger. Everything is checked anew, and the start is recorded first.
        fn execute(&self, py: Python<'_>) -> Result<Execution> {
            let execution = py.detach(|| self.slot.spend(|approved| block_on(approved.execute())))?;
            Ok(Execution::new(self.slot.tenant(), execution))
        }

        /// The text with which a person objects before it starts.
        #[pyo3(signature = (approver, *, reason=None))]
        fn objection<'py>(&self, py: Python<'py>, approver: &str, reason: Option<&str>) -> Result<Bound<'py, PyBytes>> {
            let text = py.detach(|| self.slot.read(|approved| approved.objection(approver, reason)))?;
            Ok(PyBytes::new(py, &text))
        }

        /// Hands in a signed objection: the proposal is rejected although it was approved.
        fn object(&self, py: Python<'_>, text: Said, signature: Said) -> Result<()> {
            let (text, signature) = (text.as_bytes(), signature.as_bytes());
            Ok(py.detach(|| self.slot.spend(|approved| block_on(approved.object(text, signature))))?)
        }
    }

    /// An execution that was interrupted, or lost an answer. It never runs on.
    InDoubt holds vcto::gate::InDoubt {
        /// The steps, as far as is known.
        #[getter]
        fn steps(&self, py: Python<'_>) -> Result<Steps> {
            Steps::of(py, &self.slot.read(|in_doubt| Ok(in_doubt.steps()))?)
        }

        /// Looks at the targets; settles where everything turns out to be done, or nothing. Does nothing itself.
        fn probe(&self, py: Python<'_>) -> Result<AnySettled> {
            let settled = py.detach(|| self.slot.spend(|in_doubt| block_on(in_doubt.probe())))?;
            Ok(AnySettled::of(self.slot.tenant(), settled))
        }

        /// The text with which a person accepts what was left as it is.
        #[pyo3(signature = (approver, *, reason=None))]
        fn acceptance<'py>(&self, py: Python<'py>, approver: &str, reason: Option<&str>) -> Result<Bound<'py, PyBytes>> {
            let text = py.detach(|| self.slot.read(|in_doubt| in_doubt.acceptance(approver, reason)))?;
            Ok(PyBytes::new(py, &text))
        }

        /// Hands in a signed acceptance. With as many as the level needs the execution is over.
        fn accept(&self, py: Python<'_>, text: Said, signature: Said) -> Result<AnySettled> {
            let (text, signature) = (text.as_bytes(), signature.as_bytes());
            let settled = py.detach(|| self.slot.spend(|in_doubt| block_on(in_doubt.accept(text, signature))))?;
            Ok(AnySettled::of(self.slot.tenant(), settled))
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
                Decided::Rejected => AnyDecided::Rejected(Rejected { id: self.id.clone() }),
                Decided::Waiting(staged) => {
                    let approvals = staged.approvals()?;
                    self.slot.put(staged);
                    AnyDecided::Waiting(Waiting {
                        staged: self.again(),
                        approvals,
                    })
                }
            },
        )
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
#[pyclass(frozen, module = "vcto")]
pub struct Waiting {
    staged: StagedApproval,
    approvals: vcto::gate::Approvals,
}

#[pymethods]
impl Waiting {
    /// The proposal.
    #[getter]
    fn id(&self) -> &str {
        &self.staged.id
    }

    /// The change, for the next decision.
    #[getter]
    fn staged(&self) -> StagedApproval {
        self.staged.again()
    }

    /// How many approvals it needs, and who has approved so far.
    #[getter]
    fn approvals(&self, py: Python<'_>) -> Result<Approvals> {
        Approvals::of(py, &self.approvals)
    }

    fn __repr__(&self) -> String {
        format!("<Waiting {}>", self.staged.id)
    }
}

/// A change that was rejected, for good.
#[pyclass(frozen, module = "vcto")]
pub struct Rejected {
    id: String,
}

#[pymethods]
impl Rejected {
    /// The proposal.
    #[getter]
    fn id(&self) -> &str {
        &self.id
    }

    fn __repr__(&self) -> String {
        format!("<Rejected {}>", self.id)
    }
}

/// A proposal that is over.
#[pyclass(frozen, module = "vcto")]
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

#[pymethods]
impl Finished {
    /// The proposal.
    #[getter]
    fn id(&self) -> String {
        self.core.id().to_string()
    }

    /// How it ended.
    #[getter]
    fn outcome(&self) -> &'static str {
        self.core.outcome().as_str()
    }

    /// What was proposed.
    #[getter]
    fn change(&self, py: Python<'_>) -> Result<Change> {
        Change::of(py, self.core.change())
    }

    /// The execution, when there was one.
    #[getter]
    fn execution(&self) -> Option<Execution> {
        self.core
            .execution()
            .map(|execution| Execution::new(&self.tenant, execution))
    }

    fn __repr__(&self) -> String {
        format!("<Finished {}: {}>", self.core.id(), self.core.outcome().as_str())
    }
}

/// An execution as far as its ledger tells.
#[pyclass(frozen, module = "vcto")]
pub struct Execution {
    tenant: Tenant,
    core: vcto::gate::Execution,
}

impl Execution {
    fn new(tenant: &Tenant, core: vcto::gate::Execution) -> Self {
        Self {
            tenant: tenant.clone(),
            core,
        }
    }
}

#[pymethods]
impl Execution {
    /// The proposal that was executed.
    #[getter]
    fn id(&self) -> String {
        self.core.id().to_string()
    }

    /// How far it came: `succeeded`, `handed_over`, `rolled_back`, `in_doubt`, ...
    #[getter]
    fn status(&self) -> &'static str {
        self.core.status().as_str()
    }

    /// The steps, in order.
    #[getter]
    fn steps(&self, py: Python<'_>) -> Result<Steps> {
        Steps::of(py, &self.core.steps())
    }

    /// What was executed.
    #[getter]
    fn change(&self, py: Python<'_>) -> Result<Change> {
        Change::of(py, self.core.change())
    }

    /// When it began.
    #[getter]
    fn started_at(&self) -> Option<String> {
        self.core.started_at().map(|time| time.to_string())
    }

    /// When it ended.
    #[getter]
    fn ended_at(&self) -> Option<String> {
        self.core.ended_at().map(|time| time.to_string())
    }

    /// Stages the way back: a proposal of its own, with a level and approvals of its own.
    fn rollback(&self, py: Python<'_>) -> Result<AnyStaged> {
        let routed = py.detach(|| block_on(self.core.rollback()))?;
        Ok(AnyStaged::of(&self.tenant, routed))
    }

    fn __repr__(&self) -> String {
        format!("<Execution {}: {}>", self.core.id(), self.core.status())
    }
}
