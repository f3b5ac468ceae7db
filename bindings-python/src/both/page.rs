//! The page for the client, of a preview or of a recorded review.

use pollster::block_on;
use vcto::plan::Budget;
use vcto::report::{Page, Recorded};
use vcto::review::Review;
use vcto::{Estate, Result, Tenant};

/// What is shown, and of what.
pub struct Shown<'a> {
    /// The estate that was reviewed.
    pub estate: &'a Estate,
    /// Its review.
    pub review: &'a Review,
    /// What the reader calls the client.
    pub client: Option<&'a str>,
    /// What the next years cost.
    pub budget: Option<&'a Budget>,
}

/// In which form a page is written.
#[derive(Clone, Copy)]
pub enum Form {
    /// A document.
    Html,
    /// For a terminal.
    Text,
}

impl Shown<'_> {
    /// The page of a preview.
    pub fn preview(&self, form: Form) -> Result<String> {
        form.of(&self.page())
    }

    /// The page of a recorded review.
    pub fn recorded(&self, tenant: &Tenant, form: Form) -> Result<String> {
        let recorded = block_on(Recorded::of(tenant))?;
        form.of(&self.page().recorded(&recorded))
    }

    fn page(&self) -> Page<'_> {
        let page = Page::new(self.estate, self.review);
        let page = self.client.into_iter().fold(page, Page::client);
        self.budget.into_iter().fold(page, Page::budget)
    }
}

impl Form {
    fn of(self, page: &Page<'_>) -> Result<String> {
        match self {
            Self::Html => page.to_html(),
            Self::Text => page.to_text(),
        }
    }
}
