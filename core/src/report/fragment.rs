//! A review as a fragment for a notebook: the sections of the page that need nothing but the review.

use maud::html;

use super::{coverage, due};
use crate::review::Review;

/// The coverage, the dates and the debt of a review, as on the page: no script, no style, no link.
///
/// ```
/// use vcto::{Estate, Inventory, report, review::Reviewer};
///
/// let inventory = Inventory::from_json(br#"{"format": "vcto.inventory/1", "source": {"name": "crm"}, "assets": []}"#)?;
/// let review = Reviewer::standard().review(&Estate::new(inventory)?, "2026-11-22".parse()?)?;
/// assert!(report::fragment(&review).starts_with("<article class=\"vcto-review\">"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn fragment(review: &Review) -> String {
    let markup = html! {
        article.vcto-review {
            h2 { "Architecture review as of " (review.as_of) }
            (coverage::of(review))
            (due::section(review))
            (due::debt(review))
        }
    };
    markup.into_string()
}
