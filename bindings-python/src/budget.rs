//! Budgets.

use std::path::PathBuf;

use pyo3::prelude::*;
use pyo3::types::PyBytes;
use vcto::plan::{self, BudgetOptions, PriceList};

use crate::both::options;
use crate::error::Result;
use crate::estate::Estate;
use crate::given::one_of;
use crate::json::{
    BudgetLines, BudgetTotals, CostTotals, Costs, Dictionary, FiscalYears, UndatedKinds, UnpricedItems,
};
use crate::review::Review;

/// What a client may see of the years to come: what the provider pays itself has no place in it.
#[pyclass(frozen, module = "vcto")]
pub struct Budget(pub plan::Budget);

#[pymethods]
impl Budget {
    /// The day of the review that it rests on.
    #[getter]
    fn as_of(&self) -> String {
        self.0.as_of.to_string()
    }

    /// The digest of the estate.
    #[getter]
    fn estate(&self) -> String {
        self.0.estate.to_string()
    }

    /// The years, the first being that of the review.
    #[getter]
    fn fiscal_years(&self, py: Python<'_>) -> Result<FiscalYears> {
        FiscalYears::of(py, &self.0.fiscal_years)
    }

    /// Sums, one a year and currency, in that order.
    #[getter]
    fn totals(&self, py: Python<'_>) -> Result<BudgetTotals> {
        BudgetTotals::of(py, &self.0.totals)
    }

    /// What goes into the sums: by year, then day, asset and item.
    #[getter]
    fn lines(&self, py: Python<'_>) -> Result<BudgetLines> {
        BudgetLines::of(py, &self.0.lines)
    }

    /// What has to be paid for and has no price: in no sum.
    #[getter]
    fn unpriced(&self, py: Python<'_>) -> Result<UnpricedItems> {
        UnpricedItems::of(py, &self.0.unpriced)
    }

    /// Hardware of which nobody knows when it was bought: in no year.
    #[getter]
    fn undated(&self, py: Python<'_>) -> Result<UndatedKinds> {
        UndatedKinds::of(py, &self.0.undated)
    }

    /// Rows of the price list that priced nothing, by their lines.
    #[getter]
    fn unused(&self) -> Vec<u64> {
        self.0.unused.clone()
    }

    /// The document in the format `vcto.budget/1`: the same bytes in every language. Amounts are texts.
    fn to_json(&self, py: Python<'_>) -> String {
        py.detach(|| self.0.to_json())
    }

    /// The sums for a terminal, with what is not in them. Text from outside is escaped.
    fn to_text(&self, py: Python<'_>) -> String {
        py.detach(|| self.0.to_text())
    }

    /// The budget as a workbook of Excel. Texts can compute nothing, amounts are numbers.
    fn to_xlsx<'py>(&self, py: Python<'py>) -> Result<Bound<'py, PyBytes>> {
        Ok(PyBytes::new(py, &py.detach(|| self.0.to_xlsx())?))
    }

    fn __repr__(&self) -> String {
        format!("<Budget as of {}: {} lines>", self.0.as_of, self.0.lines.len())
    }
}

/// What only the provider may see: the client's edition, and what it costs the provider.
#[pyclass(frozen, module = "vcto")]
pub struct InternalBudget(plan::InternalBudget);

#[pymethods]
impl InternalBudget {
    /// What the client gets.
    #[getter]
    fn client(&self) -> Budget {
        Budget(self.0.client.clone())
    }

    /// One for each of the client's lines, in the same order.
    #[getter]
    fn costs(&self, py: Python<'_>) -> Result<Costs> {
        Costs::of(py, &self.0.costs)
    }

    /// One for each of the client's totals, in the same order.
    #[getter]
    fn totals(&self, py: Python<'_>) -> Result<CostTotals> {
        CostTotals::of(py, &self.0.totals)
    }

    /// The document in the format `vcto.budget/1`, edition `internal`. Amounts are texts.
    fn to_json(&self, py: Python<'_>) -> String {
        py.detach(|| self.0.to_json())
    }

    /// As `Budget.to_xlsx`, with cost and margin.
    fn to_xlsx<'py>(&self, py: Python<'py>) -> Result<Bound<'py, PyBytes>> {
        Ok(PyBytes::new(py, &py.detach(|| self.0.to_xlsx())?))
    }

    fn __repr__(&self) -> String {
        let client = &self.0.client;
        format!(
            "<InternalBudget as of {}: {} lines>",
            client.as_of,
            client.lines.len()
        )
    }
}

one_of! {
    /// A price list: the path of a file, or its text as bytes.
    Prices<'py>: "the path of a price list, or its text as bytes" {
        /// Its text in UTF-8.
        Bytes(Bound<'py, PyBytes>),
        /// A file.
        Path(PathBuf),
    }
}

/// The prices and the options of core.
fn given(
    py: Python<'_>,
    prices: Prices<'_>,
    fiscal_year_start: i64,
    years: i64,
    lifetimes: Option<Dictionary<'_>>,
) -> Result<(PriceList, BudgetOptions)> {
    let lifetimes = lifetimes.map(|lifetimes| lifetimes.text()).transpose()?;
    let [start, years] = [fiscal_year_start, years].map(|number| Some(usize::try_from(number).unwrap_or(0)));
    let options = options::budget(start, years, lifetimes.as_deref())?;
    let prices = match prices {
        Prices::Bytes(text) => {
            let text = text.as_bytes();
            py.detach(|| PriceList::from_csv(text))?
        }
        Prices::Path(path) => py.detach(|| options::prices(&path))?,
    };
    Ok((prices, options))
}

/// The client's edition of the budget: replacements, upgrades and renewals by fiscal year, at the prices of a list
/// (`docs/formats/prices-csv.md`), a file or its text as bytes. What has no price stands beside the sums.
///
/// `fiscal_year_start` is a month, `lifetimes` says after how many years hardware of a kind is replaced.
#[pyfunction]
#[pyo3(signature = (estate, review, prices, *, fiscal_year_start=1, years=3, lifetimes=None))]
pub fn budget(
    py: Python<'_>,
    estate: PyRef<'_, Estate>,
    review: PyRef<'_, Review>,
    prices: Prices<'_>,
    fiscal_year_start: i64,
    years: i64,
    lifetimes: Option<Dictionary<'_>>,
) -> Result<Budget> {
    let (prices, options) = given(py, prices, fiscal_year_start, years, lifetimes)?;
    let (estate, review) = (&estate.0, &review.core);
    Ok(Budget(
        py.detach(|| plan::budget(estate, review, &prices, &options))?,
    ))
}

/// The provider's edition of the budget, with what the price list says in `msp_cost`: never for a client.
#[pyfunction]
#[pyo3(signature = (estate, review, prices, *, fiscal_year_start=1, years=3, lifetimes=None))]
pub fn internal_budget(
    py: Python<'_>,
    estate: PyRef<'_, Estate>,
    review: PyRef<'_, Review>,
    prices: Prices<'_>,
    fiscal_year_start: i64,
    years: i64,
    lifetimes: Option<Dictionary<'_>>,
) -> Result<InternalBudget> {
    let (prices, options) = given(py, prices, fiscal_year_start, years, lifetimes)?;
    let (estate, review) = (&estate.0, &review.core);
    Ok(InternalBudget(py.detach(|| {
        plan::internal_budget(estate, review, &prices, &options)
    })?))
}
