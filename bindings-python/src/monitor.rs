//! Progress to a callable of Python's, and Ctrl-C back to core.

use std::sync::mpsc::{RecvTimeoutError, channel};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use pyo3::inspect::PyStaticExpr;
use pyo3::prelude::*;
use pyo3::type_hint_identifier;
use vcto::monitor::Monitor;

use crate::error::{Raised, Result};

/// A callable that is told of progress: `progress(stage, done, total)`, where `total` may be `None`.
pub struct Progress(Py<PyAny>);

impl<'a, 'py> FromPyObject<'a, 'py> for Progress {
    type Error = PyErr;
    const INPUT_TYPE: PyStaticExpr = type_hint_identifier!("vcto.types", "Progress");

    fn extract(object: Borrowed<'a, 'py, PyAny>) -> PyResult<Self> {
        Ok(Self(object.to_owned().unbind()))
    }
}

/// How long Ctrl-C may go unseen.
const GLANCE: Duration = Duration::from_millis(50);

/// Runs long work without the interpreter's lock, on a thread of its own: signals are seen on the thread that called. What `progress` raises, and Ctrl-C, stop the work and come out.
pub fn watch<T: Send>(
    py: Python<'_>,
    progress: Option<Progress>,
    work: impl FnOnce(Monitor) -> vcto::Result<T> + Send,
) -> Result<T> {
    let raised = Arc::new(Mutex::new(None));
    let own = Arc::new(OnceLock::<Monitor>::new());
    let (seen, stopped) = (raised.clone(), own.clone());
    let monitor = Monitor::new(move |step| {
        let told = Python::attach(|py| {
            progress.as_ref().map_or(Ok(()), |Progress(callable)| {
                callable.call1(py, (step.stage, step.done, step.total)).map(drop)
            })
        });
        if let Err(error) = told {
            *seen.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
            stopped.get().map(Monitor::cancel);
        }
    });
    own.set(monitor.clone()).ok();
    let interrupted = |error| {
        *raised.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
        own.get().map(Monitor::cancel);
    };
    let outcome = py.detach(|| beside(|| work(monitor), interrupted));
    match raised.lock().unwrap_or_else(PoisonError::into_inner).take() {
        Some(error) => Err(Raised::Python(error)),
        None => Ok(outcome?),
    }
}

/// Works on another thread, and looks for signals meanwhile.
fn beside<T: Send>(work: impl FnOnce() -> T + Send, interrupted: impl Fn(PyErr)) -> T {
    std::thread::scope(|scope| {
        let (done, waits) = channel::<()>();
        let worker = scope.spawn(move || {
            let outcome = work();
            drop(done);
            outcome
        });
        while waits.recv_timeout(GLANCE) == Err(RecvTimeoutError::Timeout) {
            if let Err(error) = signals() {
                interrupted(error);
            }
        }
        worker
            .join()
            .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}

/// Lets handlers of signals run; only the main thread has any to run.
fn signals() -> PyResult<()> {
    Python::attach(|py| {
        py.check_signals()?;
        Ok(())
    })
}
