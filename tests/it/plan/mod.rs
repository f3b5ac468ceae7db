//! Tests of `vcto::plan` through the public API.

mod budget;
mod prices;
mod workbook;

use vcto::estate::{Asset, AssetKind};
use vcto::plan::{self, Budget, BudgetOptions, InternalBudget, PriceList};
use vcto::review::Reviewer;
use vcto::{Estate, Inventory, Result};

const HEAD: &str = "match,kind,for,term,amount,currency,valid_until,msp_cost\n";

fn prices(rows: &str) -> PriceList {
    PriceList::from_csv(format!("{HEAD}{rows}\n").as_bytes()).expect("a price list")
}

fn estate(assets: Vec<Asset>) -> Estate {
    Estate::new(Inventory {
        assets,
        ..Inventory::default()
    })
    .expect("a sound estate")
}

/// As of 2026-11-22, three fiscal years from April.
fn try_budget(assets: Vec<Asset>, rows: &str) -> Result<Budget> {
    let estate = estate(assets);
    let review = Reviewer::standard().review(&estate, day("2026-11-22")).unwrap();
    plan::budget(&estate, &review, &prices(rows), &options())
}

fn budget(assets: Vec<Asset>, rows: &str) -> Budget {
    try_budget(assets, rows).expect("a budget")
}

fn internal(assets: Vec<Asset>, rows: &str) -> InternalBudget {
    let estate = estate(assets);
    let review = Reviewer::standard().review(&estate, day("2026-11-22")).unwrap();
    plan::internal_budget(&estate, &review, &prices(rows), &options()).expect("a budget")
}

fn options() -> BudgetOptions {
    BudgetOptions::default().fiscal_year_start(4)
}

fn day(text: &str) -> jiff::civil::Date {
    text.parse().expect("a date")
}

/// A PC bought on a day, of an operating system whose end lies beyond the years.
fn pc(id: &str, bought: &str) -> Asset {
    Asset::new(id, AssetKind::Workstation)
        .named(id)
        .with("manufacturer", "Dell")
        .with("model", "OptiPlex 7090")
        .with("os_name", "macOS")
        .with("purchased", bought)
}

/// `year item asset amount currency` of each line.
fn lines(budget: &Budget) -> Vec<String> {
    let shown = budget.lines.iter().map(|line| {
        format!(
            "{} {} {} {} {}",
            line.fiscal_year,
            line.item.as_str(),
            line.asset.as_str(),
            line.amount,
            line.currency
        )
    });
    shown.collect()
}

/// `year total currency` of each sum.
fn totals(budget: &Budget) -> Vec<String> {
    let shown = budget
        .totals
        .iter()
        .map(|total| format!("{} {} {}", total.fiscal_year, total.total, total.currency));
    shown.collect()
}
