//! Budgets.

use std::path::Path;

use napi::JsValue;
use napi::bindgen_prelude::*;
use napi_derive::napi;
use vcto::plan::{self, PriceList};

use crate::both::options;
use crate::both::read::within;
use crate::caller::text_of;
use crate::error::OrThrow;
use crate::estate::{Estate, whole};
use crate::json;
use crate::promise::promise;
use crate::review::Review;

/// What a client may see of the years to come: what the provider pays itself has no place in it.
#[napi]
pub struct Budget(pub(crate) plan::Budget);

#[napi]
impl Budget {
    /// The day of the review that it rests on.
    #[napi(getter)]
    pub fn as_of(&self) -> String {
        self.0.as_of.to_string()
    }

    /// The digest of the estate.
    #[napi(getter)]
    pub fn estate(&self) -> String {
        self.0.estate.to_string()
    }

    /// The years, the first being that of the review.
    #[napi(getter, ts_return_type = "FiscalYear[]")]
    pub fn fiscal_years<'env>(&self, env: &'env Env, this: This<'_>) -> Result<Object<'env>> {
        json::kept(env, this, "fiscalYears", &self.0.fiscal_years)
    }

    /// Sums, one a year and currency, in that order.
    #[napi(getter, ts_return_type = "BudgetTotal[]")]
    pub fn totals<'env>(&self, env: &'env Env, this: This<'_>) -> Result<Object<'env>> {
        json::kept(env, this, "totals", &self.0.totals)
    }

    /// What goes into the sums: by year, then day, asset and item.
    #[napi(getter, ts_return_type = "BudgetLine[]")]
    pub fn lines<'env>(&self, env: &'env Env, this: This<'_>) -> Result<Object<'env>> {
        json::kept(env, this, "lines", &self.0.lines)
    }

    /// What has to be paid for and has no price: in no sum.
    #[napi(getter, ts_return_type = "UnpricedItem[]")]
    pub fn unpriced<'env>(&self, env: &'env Env, this: This<'_>) -> Result<Object<'env>> {
        json::kept(env, this, "unpriced", &self.0.unpriced)
    }

    /// Hardware of which nobody knows when it was bought: in no year.
    #[napi(getter, ts_return_type = "UndatedKind[]")]
    pub fn undated<'env>(&self, env: &'env Env, this: This<'_>) -> Result<Object<'env>> {
        json::kept(env, this, "undated", &self.0.undated)
    }

    /// Rows of the price list that priced nothing, by their lines.
    #[napi(getter, ts_return_type = "number[]")]
    pub fn unused<'env>(&self, env: &'env Env, this: This<'_>) -> Result<Object<'env>> {
        json::kept(env, this, "unused", &self.0.unused)
    }

    /// The document in the format `vcto.budget/1`: the same bytes in every language. Amounts are texts.
    #[napi]
    pub fn to_json(&self) -> String {
        self.0.to_json()
    }

    /// The sums for a terminal, with what is not in them. Text from outside is escaped.
    #[napi]
    pub fn to_text(&self) -> String {
        self.0.to_text()
    }

    /// The budget as a workbook of Excel. Texts can compute nothing, amounts are numbers.
    #[napi]
    pub fn to_xlsx(&self, env: &Env) -> Result<Buffer> {
        Ok(self.0.to_xlsx().or_throw(env)?.into())
    }
}

/// What only the provider may see: the client's edition, and what it costs the provider.
#[napi]
pub struct InternalBudget(plan::InternalBudget);

#[napi]
impl InternalBudget {
    /// What the client gets.
    #[napi(getter)]
    pub fn client(&self) -> Budget {
        Budget(self.0.client.clone())
    }

    /// One for each of the client's lines, in the same order.
    #[napi(getter, ts_return_type = "Cost[]")]
    pub fn costs<'env>(&self, env: &'env Env, this: This<'_>) -> Result<Object<'env>> {
        json::kept(env, this, "costs", &self.0.costs)
    }

    /// One for each of the client's totals, in the same order.
    #[napi(getter, ts_return_type = "CostTotal[]")]
    pub fn totals<'env>(&self, env: &'env Env, this: This<'_>) -> Result<Object<'env>> {
        json::kept(env, this, "totals", &self.0.totals)
    }

    /// The document in the format `vcto.budget/1`, edition `internal`. Amounts are texts.
    #[napi]
    pub fn to_json(&self) -> String {
        self.0.to_json()
    }

    /// As `Budget.toXlsx`, with cost and margin.
    #[napi]
    pub fn to_xlsx(&self, env: &Env) -> Result<Buffer> {
        Ok(self.0.to_xlsx().or_throw(env)?.into())
    }
}

/// How to plan.
#[napi(object, object_to_js = false)]
#[derive(Default)]
pub struct BudgetOptions<'a> {
    /// The month in which the client's fiscal year begins, 1 to 12. The default is 1.
    pub fiscal_year_start: Option<f64>,
    /// How many years, the first being that of the review. The default is 3.
    pub years: Option<f64>,
    /// After how many years from its purchase hardware of a kind is to be replaced; 0: never by age.
    #[napi(ts_type = "Record<string, number>")]
    pub lifetimes: Option<Object<'a>>,
}

/// A price list: the path of a file, or its text in UTF-8.
type Prices = Either<String, Uint8Array>;

/// The client's edition of the budget: replacements, upgrades and renewals by fiscal year, at the prices of a list
/// (`docs/formats/prices-csv.md`), a file or its text as bytes. What has no price stands beside the sums.
#[napi(
    ts_args_type = "estate: Estate, review: Review, prices: string | Uint8Array, options?: BudgetOptions | undefined | null",
    ts_return_type = "Promise<Budget>"
)]
pub fn budget<'env>(
    env: &'env Env,
    estate: ClassInstance<'_, Estate>,
    review: ClassInstance<'_, Review>,
    prices: Prices,
    options: Option<BudgetOptions<'_>>,
) -> Result<Object<'env>> {
    let given = given(env, prices, options)?;
    let (estate, review) = (estate.0.clone(), review.0.clone());
    let work = move || {
        let (prices, options) = given()?;
        plan::budget(&estate, &review, &prices, &options)
    };
    promise(env, work, |_, budget| Ok(Budget(budget)))
}

/// The provider's edition of the budget, with what the price list says in `msp_cost`: never for a client.
#[napi(
    ts_args_type = "estate: Estate, review: Review, prices: string | Uint8Array, options?: BudgetOptions | undefined | null",
    ts_return_type = "Promise<InternalBudget>"
)]
pub fn internal_budget<'env>(
    env: &'env Env,
    estate: ClassInstance<'_, Estate>,
    review: ClassInstance<'_, Review>,
    prices: Prices,
    options: Option<BudgetOptions<'_>>,
) -> Result<Object<'env>> {
    let given = given(env, prices, options)?;
    let (estate, review) = (estate.0.clone(), review.0.clone());
    let work = move || {
        let (prices, options) = given()?;
        plan::internal_budget(&estate, &review, &prices, &options)
    };
    promise(env, work, |_, budget| Ok(InternalBudget(budget)))
}

/// What gives the prices and the options of core, away from the interpreter.
fn given(
    env: &Env,
    prices: Prices,
    options: Option<BudgetOptions<'_>>,
) -> Result<impl FnOnce() -> vcto::Result<(PriceList, plan::BudgetOptions)> + Send + use<>> {
    let options = options.unwrap_or_default();
    let lifetimes = options
        .lifetimes
        .map(|lifetimes| text_of(env, lifetimes.to_unknown()));
    let lifetimes = lifetimes.transpose()?;
    let (start, years) = (options.fiscal_year_start.map(whole), options.years.map(whole));
    // Another thread must not read what JavaScript may change meanwhile.
    let prices = match prices {
        Either::A(path) => Either::A(path),
        Either::B(text) => Either::B(text.to_vec()),
    };
    Ok(move || {
        let lifetimes = lifetimes.map(|text| within("lifetimes", text)).transpose()?;
        let options = options::budget(start, years, lifetimes.as_deref())?;
        let prices = match prices {
            Either::A(path) => options::prices(Path::new(&path))?,
            Either::B(text) => PriceList::from_csv(&text)?,
        };
        Ok((prices, options))
    })
}
