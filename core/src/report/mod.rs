//! What a client is shown: a review as one static page, and as a fragment for a notebook.
//!
//! The page has no script and asks for nothing: it can be mailed, printed, kept. Every number on it says where it is from:
//! `data-from` is a place in one of the documents (`review.json#/coverage/assets`), `data-ev` lists the findings that were
//! counted. Text from outside is escaped, and shortened where it is long.
//!
//! ```
//! use vcto::{Estate, Inventory, report::Page, review::Reviewer};
//!
//! let inventory = Inventory::from_json(br#"{"format": "vcto.inventory/1", "source": {"name": "crm"},
//!     "assets": [{"id": "erp", "kind": "business_application", "name": "<ERP>", "facts": {"owner": null}}]}"#)?;
//! let estate = Estate::new(inventory)?;
//! let review = Reviewer::standard().review(&estate, "2026-11-22".parse()?)?;
//! let html = Page::new(&estate, &review).client("Halden & Pryce LLP").to_html()?;
//! assert!(html.contains("Halden &amp; Pryce LLP") && !html.contains("<ERP>"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod budget;
mod coverage;
mod decisions;
mod due;
mod figure;
mod fragment;
mod frame;
mod human;
mod risks;
mod screen;
mod tree;
mod waivers;

pub use fragment::fragment;

use crate::error::Result;
use crate::estate::Estate;
use crate::gate::Pending;
use crate::ledger::{Verification, VerifyOptions};
use crate::plan::Budget;
use crate::practice::{RecordedDecision, Tenant};
use crate::review::Review;

/// The page for the client, in the order in which a reader needs it: what to decide, what could be seen, the top risks, what is
/// due, what it is worth, what it will cost, what people decided, and how to verify all that.
#[derive(Debug)]
#[must_use]
pub struct Page<'a> {
    estate: &'a Estate,
    review: &'a Review,
    client: Option<&'a str>,
    budget: Option<&'a Budget>,
    by_hand: Option<u64>,
    pending: Option<&'a [Pending]>,
    decisions: Option<&'a [RecordedDecision]>,
    verification: Option<&'a Verification>,
}

impl<'a> Page<'a> {
    /// A page of a review, and of the estate that was reviewed.
    pub fn new(estate: &'a Estate, review: &'a Review) -> Self {
        Self {
            estate,
            review,
            client: None,
            budget: None,
            by_hand: None,
            pending: None,
            decisions: None,
            verification: None,
        }
    }

    /// The name of the client, as the reader knows it.
    pub fn client(mut self, name: &'a str) -> Self {
        self.client = Some(name);
        self
    }

    /// What the next years cost, in the client's edition: [`plan::budget`](crate::plan::budget()).
    pub fn budget(mut self, budget: &'a Budget) -> Self {
        self.budget = Some(budget);
        self
    }

    /// How many relations people wrote by hand, where the caller knows it: an inventory does not.
    pub fn by_hand(mut self, relations: u64) -> Self {
        self.by_hand = Some(relations);
        self
    }

    /// What waits for people: [`Tenant::pending`](crate::Tenant::pending).
    pub fn pending(mut self, pending: &'a [Pending]) -> Self {
        self.pending = Some(pending);
        self
    }

    /// What people decided: [`Tenant::decisions`](crate::Tenant::decisions).
    pub fn decisions(mut self, decisions: &'a [RecordedDecision]) -> Self {
        self.decisions = Some(decisions);
        self
    }

    /// What a verification of the client's ledger said.
    pub fn verification(mut self, verification: &'a Verification) -> Self {
        self.verification = Some(verification);
        self
    }

    /// What waits, what people decided and what a verification said, in one.
    pub fn recorded(self, recorded: &'a Recorded) -> Self {
        self.pending(&recorded.pending)
            .decisions(&recorded.decisions)
            .verification(&recorded.verification)
    }

    /// The page: a whole HTML document.
    ///
    /// # Errors
    /// `conflict` where the review, or the budget, is of another estate.
    pub fn to_html(&self) -> Result<String> {
        frame::page(self).map_err(|error| error.during("report.page"))
    }

    /// The same for a terminal, in about one screen of 118 columns. Text from outside is escaped and shortened.
    ///
    /// # Errors
    /// `conflict` where the review, or the budget, is of another estate.
    pub fn to_text(&self) -> Result<String> {
        frame::check(self)
            .and_then(|()| screen::of(self))
            .map_err(|error| error.during("report.page"))
    }
}

/// What a client's ledger says just now, for the [page](Page::recorded) of a recorded review.
#[derive(Debug)]
pub struct Recorded {
    pending: Vec<Pending>,
    decisions: Vec<RecordedDecision>,
    verification: Verification,
}

impl Recorded {
    /// Reads what waits and what people decided, and verifies the ledger.
    ///
    /// # Errors
    /// `io` and the like from the ledger.
    pub async fn of(tenant: &Tenant) -> Result<Self> {
        Ok(Self {
            pending: tenant.pending().await?,
            decisions: tenant.decisions().await?,
            verification: tenant.ledger().verify(&VerifyOptions::default()).await?,
        })
    }
}
