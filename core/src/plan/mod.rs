//! What to do when, and what it will cost.

mod budget;

#[cfg(feature = "report")]
pub(crate) use budget::shown;
pub use budget::{
    Budget, BudgetOptions, Cost, CostTotal, Edition, FORMAT, FiscalYear, InternalBudget, Item, Line, Price,
    PriceList, PriceSource, Term, Total, Undated, Unpriced, Why, budget, internal_budget,
};
