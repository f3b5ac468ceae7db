//! The one bridge to Python's objects: JSON text from core's own types, read by `json.loads`.

use pyo3::inspect::PyStaticExpr;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyTuple};
use pyo3::{CastError, type_hint_identifier, type_hint_subscript};
use serde::Serialize;

use crate::document::text_of;
use crate::error::{Raised, Result};

/// A caller's dictionary, in the JSON shape of a type of core.
pub struct Dictionary<'py>(Bound<'py, PyAny>);

/// A caller's list of such dictionaries.
pub struct Dictionaries<'py>(Bound<'py, PyAny>);

impl Dictionary<'_> {
    /// Its JSON text.
    pub fn text(&self) -> vcto::Result<Vec<u8>> {
        text_of(&self.0)
    }
}

impl Dictionaries<'_> {
    /// Its JSON text.
    pub fn text(&self) -> vcto::Result<Vec<u8>> {
        text_of(&self.0)
    }
}

impl<'a, 'py> FromPyObject<'a, 'py> for Dictionary<'py> {
    type Error = CastError<'a, 'py>;
    const INPUT_TYPE: PyStaticExpr = DICTIONARY;

    fn extract(object: Borrowed<'a, 'py, PyAny>) -> std::result::Result<Self, Self::Error> {
        Ok(Self(object.cast::<PyDict>()?.to_owned().into_any()))
    }
}

impl<'a, 'py> FromPyObject<'a, 'py> for Dictionaries<'py> {
    type Error = CastError<'a, 'py>;
    const INPUT_TYPE: PyStaticExpr =
        type_hint_subscript!(type_hint_identifier!("collections.abc", "Sequence"), DICTIONARY);

    fn extract(object: Borrowed<'a, 'py, PyAny>) -> std::result::Result<Self, Self::Error> {
        match object.cast::<PyTuple>() {
            Ok(tuple) => Ok(Self(tuple.to_owned().into_any())),
            Err(_) => Ok(Self(object.cast::<PyList>()?.to_owned().into_any())),
        }
    }
}

const DICTIONARY: PyStaticExpr = type_hint_subscript!(
    type_hint_identifier!("builtins", "dict"),
    type_hint_identifier!("builtins", "str"),
    type_hint_identifier!("typing", "Any")
);

/// The JSON text of a value of core.
fn text(value: &impl Serialize) -> Result<String> {
    serde_json::to_string(value)
        .map_err(|error| Raised::Core(vcto::Error::new(vcto::ErrorKind::Internal, error.to_string())))
}

/// A result that is made once and given many times.
pub trait Again {
    /// The same object once more.
    fn again(&self, py: Python<'_>) -> Self;
}

/// Declares results by the type that they have in `vcto/types.py`, so that the stub names it: a plain shape, or with
/// `in Type` a list of them. `records` gives objects whose fields are attributes too.
macro_rules! shapes {
    ($($loader:ident: $($name:ident $(in $list:ident)?),*;)*) => {$($(
        #[doc = concat!("`vcto.types.", stringify!($name), "`.")]
        pub struct $name(Py<PyAny>);

        impl $name {
            /// Carries a value of core over.
            pub fn of(py: Python<'_>, value: &impl Serialize) -> Result<Self> {
                let types = py.import("vcto.types")?;
                let shape = shapes!(@element $name $($list)?);
                let object = types.call_method1(stringify!($loader), (text(value)?, shape))?;
                Ok(Self(object.unbind()))
            }
        }

        impl Again for $name {
            fn again(&self, py: Python<'_>) -> Self {
                Self(self.0.clone_ref(py))
            }
        }

        impl<'py> IntoPyObject<'py> for $name {
            type Target = PyAny;
            type Output = Bound<'py, PyAny>;
            type Error = PyErr;
            const OUTPUT_TYPE: PyStaticExpr = shapes!(@hint $name $($list)?);

            fn into_pyobject(self, py: Python<'py>) -> PyResult<Self::Output> {
                Ok(self.0.into_bound(py))
            }
        }
    )*)*};
    (@element $name:ident) => { stringify!($name) };
    (@element $name:ident $element:ident) => { stringify!($element) };
    (@hint $name:ident) => { type_hint_identifier!("vcto.types", stringify!($name)) };
    (@hint $name:ident $element:ident) => {
        type_hint_subscript!(
            type_hint_identifier!("builtins", "list"),
            type_hint_identifier!("vcto.types", stringify!($element))
        )
    };
}

shapes! {
    _plain: Additions, AssetLists, BlastRadii, BlastRadius, Bridges, ClassRadii, ColdStart, Communities, Components, Counterfactuals, Dominators, Failure, FailureOdds, ImpactDiff, Inference, NetworkView, PairFailures, SingleFailures, WhatIf;
    _record: Actor, Amendment, AnchorRequest, AnchorRound, Approvals, Calendar, Change, Coverage, Debt, Halt, LedgerEntry, Matrix, MissedWindow, Proved, ReviewDue, ReviewDuty, Risk, RulesInForce, SplitView, Step,
        StepContext, Verification, WaiversTaken, WorkReport;
    _records: Approvers in Approver, Bands in Band, BudgetLines in BudgetLine, BudgetTotals in BudgetTotal, Costs in Cost, CostTotals in CostTotal,
        Decisions in Decision, Findings in Finding, FiscalYears in FiscalYear, Gaps in Gap, KeptCheckpoints in KeptCheckpoint, ObservedSteps in ObservedStep, Overrides in Override, Pendings in Pending, Questions in Question,
        Recommendations in Recommendation, Rules in RuleResult, Steps in StepReport, UndatedKinds in UndatedKind, UnpricedItems in UnpricedItem;
}
