//! Executors and notifiers that are written in Python.

use std::cell::RefCell;
use std::fmt;

use async_trait::async_trait;
use pyo3::exceptions::PyException;
use pyo3::inspect::PyStaticExpr;
use pyo3::prelude::*;
use pyo3::type_hint_identifier;
use vcto::gate::{
    ActionDeclaration, Executor, MissedWindow, Notifier, Observation, ReviewDuty, StepContext, StepOutcome,
};
use vcto::text::Plain;
use vcto::{Error, ErrorKind};

use crate::both::lent::Lent;
use crate::both::{answer, options, told};
use crate::document::text_of;
use crate::error::{Raised, Result};
use crate::gate::{Never, no_copy};
use crate::json;

thread_local! {
    /// What interrupted an executor on this thread: Ctrl-C, `SystemExit`.
    static INTERRUPTED: RefCell<Option<PyErr>> = const { RefCell::new(None) };
}

/// Runs work in which executors of Python's may be called, without the interpreter's lock. What interrupts one of them
/// comes out when the work has ended: no further step is done, and what can be taken back is.
pub fn interruptible<T: Send>(py: Python<'_>, work: impl FnOnce() -> vcto::Result<T> + Send) -> Result<T> {
    let outcome = py.detach(work);
    match INTERRUPTED.take() {
        Some(error) => Err(Raised::Python(error)),
        None => Ok(outcome?),
    }
}

/// An object with the methods of `vcto.types.Executor`.
pub struct Written {
    name: String,
    actions: Vec<ActionDeclaration>,
    object: Py<PyAny>,
}

impl<'a, 'py> FromPyObject<'a, 'py> for Written {
    type Error = PyErr;
    const INPUT_TYPE: PyStaticExpr = type_hint_identifier!("vcto.types", "Executor");

    fn extract(object: Borrowed<'a, 'py, PyAny>) -> PyResult<Self> {
        let methods = ["actions", "observe", "apply", "undo"];
        if !object.hasattr("name")?
            || !methods
                .iter()
                .all(|method| object.hasattr(*method).unwrap_or(false))
        {
            let wanted = "an executor: an object with `name`, `actions()`, `observe(context)`, `apply(permit)`, `undo(permit)`";
            return Err(crate::given::wrong_type(object, wanted));
        }
        for method in methods {
            refuse_coroutine(&object.getattr(method)?, method)?;
        }
        let declared = text_of(&object.call_method0("actions")?).and_then(|text| options::actions(&text));
        Ok(Self {
            name: object.getattr("name")?.extract()?,
            actions: declared.map_err(|error| Raised::Core(error.during("practice.register")))?,
            object: object.to_owned().unbind(),
        })
    }
}

/// A coroutine would never be awaited.
pub fn refuse_coroutine(method: &Bound<'_, PyAny>, name: &str) -> Result<()> {
    let inspect = method.py().import("inspect")?;
    if inspect
        .call_method1("iscoroutinefunction", (method,))?
        .is_truthy()?
    {
        return Err(Raised::Core(
            Error::new(
                ErrorKind::InvalidInput,
                format!("`{name}` is a coroutine function"),
            )
            .remedy("calls block in Python: use `asyncio.run` inside of it")
            .during("practice.register"),
        ));
    }
    Ok(())
}

impl fmt::Debug for Written {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Written")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

#[async_trait]
impl Executor for Written {
    fn name(&self) -> &str {
        &self.name
    }

    fn actions(&self) -> Vec<ActionDeclaration> {
        self.actions.clone()
    }

    async fn observe(&self, context: &StepContext) -> vcto::Result<Observation> {
        answer::observation(Python::attach(|py| {
            let told = json::StepContext::of(py, &told::Context::of(context));
            told.map_err(PyErr::from)
                .and_then(|told| self.object.call_method1(py, "observe", (told,)))
                .map_or_else(
                    |error| Err(raised(py, &self.who(), error)),
                    |answer| text(answer.bind(py)),
                )
        }))
    }

    async fn apply(&self, permit: vcto::gate::Permit<'_>) -> StepOutcome {
        if INTERRUPTED.with_borrow(Option::is_some) {
            return StepOutcome::not_done("the process was interrupted");
        }
        self.perform("apply", permit)
    }

    async fn undo(&self, permit: vcto::gate::Permit<'_>) -> StepOutcome {
        self.perform("undo", permit)
    }
}

impl Written {
    fn perform(&self, method: &str, permit: vcto::gate::Permit<'_>) -> StepOutcome {
        let (lent, _loan) = Lent::of(permit);
        answer::outcome(Python::attach(|py| {
            match self.object.call_method1(py, method, (Permit(lent),)) {
                Ok(answer) => text(answer.bind(py)),
                Err(error) => Err(raised(py, &self.who(), error)),
            }
        }))
    }

    fn who(&self) -> String {
        format!("the executor `{}`", self.name)
    }
}

/// The permission to do one step once, lent for the call: after it every attribute raises `Consumed`.
#[pyclass(frozen, module = "vcto")]
pub struct Permit(Lent);

#[pymethods]
impl Permit {
    /// Everything that may be known of the step.
    #[getter]
    fn context(&self, py: Python<'_>) -> Result<json::StepContext> {
        json::StepContext::of(py, &told::Context::of(&*self.0.context()?))
    }

    /// The step that may be done, and in `undo` its `undo`.
    #[getter]
    fn step(&self, py: Python<'_>) -> Result<json::Step> {
        json::Step::of(py, self.0.context()?.step())
    }

    /// 64 hexadecimal digits: the same for the same step over every restart, and no other.
    #[getter]
    fn idempotency_key(&self) -> Result<String> {
        Ok(self.0.context()?.idempotency_key().to_owned())
    }

    #[expect(clippy::unused_self, reason = "Python's protocol")]
    fn __reduce__(&self) -> PyResult<Never> {
        Err(no_copy())
    }
}

/// A callable that is given a duty to review.
pub struct Notify(pub Py<PyAny>);

impl<'a, 'py> FromPyObject<'a, 'py> for Notify {
    type Error = PyErr;
    const INPUT_TYPE: PyStaticExpr = type_hint_identifier!("vcto.types", "Notifier");

    fn extract(object: Borrowed<'a, 'py, PyAny>) -> PyResult<Self> {
        if !object.is_callable() {
            return Err(crate::given::wrong_type(object, "a callable that takes a duty"));
        }
        refuse_coroutine(&object.to_owned(), "notifier")?;
        Ok(Self(object.to_owned().unbind()))
    }
}

/// A callable that is given a missed window.
pub struct Missed(pub Py<PyAny>);

impl<'a, 'py> FromPyObject<'a, 'py> for Missed {
    type Error = PyErr;
    const INPUT_TYPE: PyStaticExpr = type_hint_identifier!("vcto.types", "Missed");

    fn extract(object: Borrowed<'a, 'py, PyAny>) -> PyResult<Self> {
        if !object.is_callable() {
            return Err(crate::given::wrong_type(
                object,
                "a callable that takes a missed window",
            ));
        }
        refuse_coroutine(&object.to_owned(), "missed")?;
        Ok(Self(object.to_owned().unbind()))
    }
}

/// Tells somebody of their duty to review by a callable.
pub struct Told {
    reviewer: String,
    callable: Py<PyAny>,
    missed: Option<Py<PyAny>>,
}

impl Told {
    /// Tells this reviewer by a callable, and of missed windows by another one.
    pub fn new(reviewer: String, callable: Py<PyAny>, missed: Option<Py<PyAny>>) -> Self {
        Self {
            reviewer,
            callable,
            missed,
        }
    }
}

impl fmt::Debug for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Told")
            .field("reviewer", &self.reviewer)
            .finish_non_exhaustive()
    }
}

#[async_trait]
impl Notifier for Told {
    fn reviewer(&self) -> String {
        self.reviewer.clone()
    }

    async fn notify(&self, duty: &ReviewDuty) -> vcto::Result<()> {
        Python::attach(|py| {
            let told = json::ReviewDuty::of(py, &told::Duty::of(duty)).map_err(PyErr::from);
            match told.and_then(|told| self.callable.call1(py, (told,))) {
                Ok(_) => Ok(()),
                Err(error) => Err(Error::new(
                    ErrorKind::Unavailable,
                    raised(py, "the notifier", error),
                )),
            }
        })
    }

    async fn missed(&self, missed: &MissedWindow) -> vcto::Result<()> {
        let Some(callable) = &self.missed else {
            return Ok(());
        };
        Python::attach(|py| {
            let told = json::MissedWindow::of(py, &told::Missed::of(missed)).map_err(PyErr::from);
            match told.and_then(|told| callable.call1(py, (told,))) {
                Ok(_) => Ok(()),
                Err(error) => Err(Error::new(
                    ErrorKind::Unavailable,
                    raised(py, "what is told of missed windows", error),
                )),
            }
        })
    }
}

/// What is recorded of an exception; the logger `vcto` gets it whole.
pub fn raised(py: Python<'_>, who: &str, error: PyErr) -> String {
    let said = format!("{who} raised {}", shown(py, &error));
    if error.is_instance_of::<PyException>(py) {
        log(py, &said, &error);
    } else {
        INTERRUPTED.set(Some(error));
    }
    said
}

/// The JSON text of an answer, or what is wrong with it.
fn text(answer: &Bound<'_, PyAny>) -> std::result::Result<Vec<u8>, String> {
    text_of(answer).map_err(|error| format!("the answer of the executor is unfit: {error}"))
}

/// `ValueError: no such lamp`. What the exception says of itself may fail in its turn.
fn shown(py: Python<'_>, error: &PyErr) -> String {
    let value = error.value(py);
    let name = crate::document::type_name(value.as_any());
    match value.str() {
        Ok(said) if !said.is_empty().unwrap_or(true) => {
            let said: String = said.to_string_lossy().chars().take(SHOWN).collect();
            format!("{name}: {}", Plain(&said))
        }
        _ => name,
    }
}

/// So many characters of what an exception says are recorded.
const SHOWN: usize = 500;

/// Where logging fails there is nobody left to tell.
fn log(py: Python<'_>, said: &str, error: &PyErr) {
    let told = py
        .import("vcto.errors")
        .and_then(|errors| errors.call_method1("_log", (said, error.value(py))));
    if let Err(error) = told {
        error.write_unraisable(py, None);
    }
}
