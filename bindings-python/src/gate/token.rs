//! What is alike in the values that are spent once.

use pyo3::exceptions::PyTypeError;
use pyo3::inspect::PyStaticExpr;
use pyo3::prelude::*;
use pyo3::type_hint_identifier;

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
pub fn no_copy() -> PyErr {
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
            about: Arc<About>,
        }

        impl $name {
            /// Wraps a value of core.
            pub fn new(tenant: &Tenant, value: $value) -> Self {
                Self {
                    about: Arc::new(About::from(&value)),
                    slot: Arc::new(Slot::new(tenant.clone(), value)),
                }
            }
        }

        #[pymethods]
        impl $name {
            /// The proposal: `tenant.resume(id)` gives this value again.
            #[getter]
            pub(super) fn id(&self) -> &str {
                &self.about.id
            }

            /// The level: `L0` to `L3`.
            #[getter]
            fn level(&self) -> &str {
                self.about.level
            }

            /// After this time it can no longer start.
            #[getter]
            fn expires_at(&self) -> &str {
                &self.about.expires_at
            }

            /// Who proposed it.
            #[getter]
            fn proposer(&self, py: Python<'_>) -> Result<Actor> {
                Actor::of(py, &self.about.proposer)
            }

            /// Whose place it took, when it is an amended one.
            #[getter]
            fn amendment(&self, py: Python<'_>) -> Result<Option<Amendment>> {
                self.about.amendment.as_ref().map(|amendment| Amendment::of(py, amendment)).transpose()
            }

            /// Identifies what is proposed.
            #[getter]
            fn change_digest(&self) -> &str {
                &self.about.change_digest
            }

            /// What its level was computed from.
            #[getter]
            fn risk(&self, py: Python<'_>) -> Result<Risk> {
                Risk::of(py, &self.about.risk)
            }

            /// What is proposed, as it stands in the ledger.
            #[getter]
            fn change(&self, py: Python<'_>) -> Result<Change> {
                Change::of(py, &self.about.change)
            }

            /// Why it has its level: what demands it, the highest first.
            #[getter]
            fn why(&self, py: Python<'_>) -> Result<Bands> {
                Bands::of(py, &self.about.why)
            }

            fn __repr__(&self) -> String {
                format!("<{} {}, {}>", stringify!($name), self.about.id, self.about.level)
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
                /// Takes the proposal back; only who proposed or widened it may.
                fn $withdraw(&self, py: Python<'_>, by: Who<'_>) -> Result<()> {
                    let by = by.actor("by")?;
                    Ok(py.detach(|| self.slot.spend(|staged| block_on(staged.withdraw(&by))))?)
                }
            )?

            $($own)*
        }
    )*};
}

pub(super) use tokens;
