//! The budget: what has to be replaced, upgraded and renewed, by the client's fiscal year, at a price list's prices.
//!
//! What has no price is listed beside the sums, never inside; currencies are never added; each line says on what it rests.
//! What the service provider pays itself is in no type of the client's edition: only [`InternalBudget`] has it.

mod choose;
mod fiscal;
mod needs;
mod prices;
mod renewals;
mod spread;
mod text;
#[cfg(feature = "report")]
mod xlsx;

use std::collections::BTreeMap;

use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::Serialize;

pub use self::fiscal::FiscalYear;
pub use self::prices::{PriceList, Term};
use self::spread::Spread;
#[cfg(feature = "report")]
pub(crate) use self::text::shown;
use crate::change::{FactRef, FindingId};
use crate::digest::Digest;
use crate::error::{Error, ErrorKind, Result};
use crate::estate::{AssetId, AssetKind, Estate};
use crate::review::Review;
use crate::text::Untrusted;

/// The name of the format, first in every document.
pub const FORMAT: &str = "vcto.budget/1";

/// At most so many years.
const MAX_YEARS: u32 = 20;

/// What a client may see of the years to come. Format `vcto.budget/1`, `docs/formats/budget.md`.
///
/// It has no place for what the service provider pays:
/// ```compile_fail,E0609
/// fn leak(budget: vcto::plan::Budget) -> usize {
///     budget.costs.len()
/// }
/// ```
/// The edition for the provider has:
/// ```
/// fn margin(budget: vcto::plan::InternalBudget) -> usize {
///     budget.costs.len()
/// }
/// ```
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct Budget {
    /// [`FORMAT`].
    pub format: String,
    /// [`Edition::Client`].
    pub edition: Edition,
    /// The day of the review that it rests on.
    pub as_of: Date,
    /// The digest of the estate.
    pub estate: Digest,
    /// The digest of the price list, without what the provider pays.
    pub prices: Digest,
    /// The years, the first being that of the review.
    pub fiscal_years: Vec<FiscalYear>,
    /// Sums, one a year and currency, in that order.
    pub totals: Vec<Total>,
    /// What goes into the sums: by year, then day, asset and item.
    pub lines: Vec<Line>,
    /// What has to be paid for and has no price: in no sum.
    pub unpriced: Vec<Unpriced>,
    /// Hardware of which nobody knows when it was bought: in no year.
    pub undated: Vec<Undated>,
    /// Rows of the price list that priced nothing, by their lines.
    pub unused: Vec<u64>,
}

/// What only the provider may see: the client's edition, and what it costs the provider.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct InternalBudget {
    /// [`FORMAT`].
    pub format: String,
    /// [`Edition::Internal`].
    pub edition: Edition,
    /// What the client gets.
    pub client: Budget,
    /// One for each of the client's lines, in the same order.
    pub costs: Vec<Cost>,
    /// One for each of the client's totals, in the same order.
    pub totals: Vec<CostTotal>,
}

/// For whom a budget is.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Edition {
    /// Without what the provider pays.
    Client,
    /// With it.
    Internal,
}

/// A sum of one year in one currency.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct Total {
    /// The year's label.
    pub fiscal_year: String,
    /// ISO 4217.
    pub currency: String,
    /// Prices that are paid once.
    pub one_off: Decimal,
    /// Instalments of prices by the month or year.
    pub recurring: Decimal,
    /// Both.
    pub total: Decimal,
    /// Of the total, so much at prices that were no longer valid on the day.
    pub expired: Decimal,
    /// How many lines went in.
    pub lines: u64,
}

/// What is to be paid in one year for one item of one asset.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct Line {
    /// The year's label.
    pub fiscal_year: String,
    /// The first instalment in this year.
    pub date: Date,
    /// The asset.
    pub asset: AssetId,
    /// What people call it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<Untrusted<String>>,
    /// What it is.
    pub kind: AssetKind,
    /// What is paid for.
    pub item: Item,
    /// The same in words.
    pub what: Untrusted<String>,
    /// When it is needed: the last covered day, or the end of its planned life.
    pub due: Date,
    /// Whether that had passed on the day of the review: then it falls into the first year.
    pub overdue: bool,
    /// Instalments in this year.
    pub instalments: u32,
    /// All of them together.
    pub amount: Decimal,
    /// ISO 4217.
    pub currency: String,
    /// Where the price is from.
    pub price: Price,
    /// Why, in a sentence.
    pub because: Untrusted<String>,
    /// The findings that it rests on.
    pub findings: Vec<FindingId>,
    /// The facts that it rests on.
    pub facts: Vec<FactRef>,
}

/// What is paid for.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Item {
    /// Renewal of a contract or circuit.
    Contract,
    /// Renewal of a domain, certificate or the like.
    Expiry,
    /// A new device for an old one.
    Replacement,
    /// Renewal of a subscription.
    Subscription,
    /// Renewal of the maker's support.
    Support,
    /// A newer release of an operating system or product.
    Upgrade,
    /// Extension of the hardware warranty.
    Warranty,
}

impl Item {
    /// The word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Contract => "contract",
            Self::Expiry => "expiry",
            Self::Replacement => "replacement",
            Self::Subscription => "subscription",
            Self::Support => "support",
            Self::Upgrade => "upgrade",
            Self::Warranty => "warranty",
        }
    }

    /// Whether it renews what is there.
    pub fn is_renewal(self) -> bool {
        !matches!(self, Self::Replacement | Self::Upgrade)
    }
}

/// The price of a line, and why it is this one.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct Price {
    /// A row of the list, or a fact of the asset.
    pub source: PriceSource,
    /// The line of the row in the list.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u64>,
    /// The text of the row, or the name of the fact.
    pub matched: Untrusted<String>,
    /// What of the asset it fitted: `model`, `product`, `name`, or `kind` where the row names only that.
    pub by: String,
    /// How often it is paid.
    pub term: Term,
    /// Each time.
    pub amount: Decimal,
    /// Last day on which the price is good.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub valid_until: Option<Date>,
    /// Whether that had passed on the day of the review.
    pub expired: bool,
    /// Other rows that fitted, less closely, by their lines: at most five.
    pub passed_over: Vec<u64>,
}

/// Where a price is from.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PriceSource {
    /// A fact of the asset itself, which goes before any list.
    Fact,
    /// The price list.
    List,
}

/// Something to be paid for that has no price.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct Unpriced {
    /// The year in which it is due.
    pub fiscal_year: String,
    /// The asset.
    pub asset: AssetId,
    /// What people call it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<Untrusted<String>>,
    /// What it is.
    pub kind: AssetKind,
    /// What is to be paid for.
    pub item: Item,
    /// The same in words.
    pub what: Untrusted<String>,
    /// When it is needed.
    pub due: Date,
    /// Whether that had passed on the day of the review.
    pub overdue: bool,
    /// Why there is no price.
    pub why: Why,
    /// The rows between which it could not be decided, by their lines.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub rows: Vec<u64>,
    /// Why it is needed, in a sentence.
    pub because: Untrusted<String>,
    /// The findings that it rests on.
    pub findings: Vec<FindingId>,
    /// The facts that it rests on.
    pub facts: Vec<FactRef>,
}

/// Why something has no price.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// Several rows fit equally well.
    Ambiguous,
    /// No row fits.
    NoPrice,
}

/// Hardware that cannot be put into a year.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct Undated {
    /// The kind of device.
    pub kind: AssetKind,
    /// How many of them have no day of purchase.
    pub count: u64,
    /// The first few, by id.
    pub examples: Vec<AssetId>,
}

/// What the provider pays for a line of the client's.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct Cost {
    /// All instalments of the year; absent where the price list does not say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cost: Option<Decimal>,
    /// What is left of the client's amount.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub margin: Option<Decimal>,
}

/// What the provider pays for a total of the client's.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct CostTotal {
    /// The year's label.
    pub fiscal_year: String,
    /// ISO 4217.
    pub currency: String,
    /// Cost of the lines of which it is known.
    pub cost: Decimal,
    /// What is left of the client's amounts of the same lines.
    pub margin: Decimal,
    /// Lines of which the cost is known...
    pub known: u64,
    /// ...of so many.
    pub total: u64,
}

/// How to plan.
#[derive(Clone, Debug, Eq, PartialEq)]
#[must_use]
pub struct BudgetOptions {
    fiscal_year_start: u8,
    years: u32,
    lifetimes: BTreeMap<AssetKind, u32>,
}

impl Default for BudgetOptions {
    /// Three calendar years; workstations, firewalls and access points live 5 years, servers, hosts, storage, switches and
    /// routers 7: what vendors of such plans commonly assume.
    fn default() -> Self {
        use AssetKind::{
            Firewall, HypervisorHost, Router, Server, Storage, Switch, WirelessAccessPoint, Workstation,
        };
        let five = [Firewall, WirelessAccessPoint, Workstation].map(|kind| (kind, 5));
        let seven = [HypervisorHost, Router, Server, Storage, Switch].map(|kind| (kind, 7));
        Self {
            fiscal_year_start: 1,
            years: 3,
            lifetimes: five.into_iter().chain(seven).collect(),
        }
    }
}

impl BudgetOptions {
    /// The month in which the client's fiscal year begins, 1 to 12. Default: 1.
    pub fn fiscal_year_start(mut self, month: u8) -> Self {
        self.fiscal_year_start = month;
        self
    }

    /// How many years, the first being that of the review; 1 to 20. Default: 3.
    pub fn years(mut self, years: u32) -> Self {
        self.years = years;
        self
    }

    /// After how many years from its purchase hardware of this kind is to be replaced; 0: never by age.
    pub fn lifetime(mut self, kind: AssetKind, years: u32) -> Self {
        self.lifetimes.insert(kind, years);
        self
    }
}

/// The client's edition of the budget.
///
/// ```
/// use vcto::plan::{self, BudgetOptions, PriceList};
/// use vcto::{Estate, Inventory, review::Reviewer};
///
/// let inventory = Inventory::from_json(br#"{"format": "vcto.inventory/1", "source": {"name": "rmm"}, "assets": [
///     {"id": "pc-1", "kind": "workstation", "facts": {"model": "OptiPlex 7060", "purchased": "2022-03-01"}}]}"#)?;
/// let estate = Estate::new(inventory)?;
/// let review = Reviewer::standard().review(&estate, "2026-11-22".parse()?)?;
/// let prices = PriceList::from_csv(b"match,kind,for,term,amount,currency,valid_until,msp_cost\n\
///     ,workstation,replacement,one_off,950,GBP,2027-03-31,700\n")?;
/// let budget = plan::budget(&estate, &review, &prices, &BudgetOptions::default().fiscal_year_start(4))?;
/// let total = &budget.totals[0];
/// assert_eq!((total.fiscal_year.as_str(), total.total.to_string()), ("FY2026/27", "950".to_owned()));
/// assert!(!budget.to_json().contains("700"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// `conflict` where the review is of another estate, `invalid_input` for options out of bounds, `too_large` where a sum has
/// more digits than a decimal holds.
pub fn budget(
    estate: &Estate,
    review: &Review,
    prices: &PriceList,
    options: &BudgetOptions,
) -> Result<Budget> {
    spread(estate, review, prices, options).map(Spread::client)
}

/// The provider's edition of the budget, with what the price list says in `msp_cost`.
///
/// # Errors
/// As [`budget`].
pub fn internal_budget(
    estate: &Estate,
    review: &Review,
    prices: &PriceList,
    options: &BudgetOptions,
) -> Result<InternalBudget> {
    spread(estate, review, prices, options)
        .and_then(Spread::internal)
        .map_err(|error| error.during("plan.budget"))
}

fn spread(estate: &Estate, review: &Review, prices: &PriceList, options: &BudgetOptions) -> Result<Spread> {
    check(estate, review, options)
        .and_then(|()| Spread::new(estate, review, prices, options))
        .map_err(|error| error.during("plan.budget"))
}

fn check(estate: &Estate, review: &Review, options: &BudgetOptions) -> Result<()> {
    let refuse = |message: &str| Err(Error::new(ErrorKind::InvalidInput, message));
    if review.estate != estate.digest() {
        return Err(Error::new(ErrorKind::Conflict, "the review is of another estate"));
    }
    if !(1..=12).contains(&options.fiscal_year_start) {
        return refuse("the month in which a fiscal year begins is 1 to 12");
    }
    if !(1..=MAX_YEARS).contains(&options.years) {
        return refuse("a budget is of 1 to 20 years");
    }
    if options.lifetimes.values().any(|years| *years > 100) {
        return refuse("hardware lives at most 100 years");
    }
    Ok(())
}

impl Budget {
    /// The document: one JSON object in the order of the fields, without white space. Amounts are texts.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// The sums for a terminal, with what is not in them. Text from outside is escaped.
    pub fn to_text(&self) -> String {
        text::render(self)
    }

    /// A line a year, as in [`to_text`](Self::to_text).
    #[cfg(feature = "report")]
    pub(crate) fn years(&self) -> impl Iterator<Item = String> {
        text::years(self)
    }

    /// The budget as a workbook of Excel: the sums, the lines, and what is in no sum. Texts can compute nothing, amounts are
    /// numbers.
    ///
    /// # Errors
    /// `too_large` beyond the 1,048,575 rows that a sheet has.
    #[cfg(feature = "report")]
    pub fn to_xlsx(&self) -> Result<Vec<u8>> {
        xlsx::workbook(self, None)
    }
}

impl InternalBudget {
    /// The document: one JSON object in the order of the fields, without white space. Amounts are texts.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// As [`Budget::to_xlsx`], with cost and margin.
    ///
    /// # Errors
    /// As there.
    #[cfg(feature = "report")]
    pub fn to_xlsx(&self) -> Result<Vec<u8>> {
        xlsx::workbook(&self.client, Some(self))
    }
}
