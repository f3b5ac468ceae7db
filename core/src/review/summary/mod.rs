//! A review for people: what would stop the firm, what is due, what is unknown, what to do first.

mod html;
mod sections;
mod text;

use super::document::Review;

impl Review {
    /// A summary for a terminal. Coverage comes before any count; text from outside is escaped and shortened.
    pub fn to_text(&self) -> String {
        text::render(&sections::of(self))
    }

    /// A summary as a fragment of HTML for a notebook or a page: no script, no style, no links. Coverage comes before any
    /// count; text from outside is escaped and shortened.
    pub fn to_html(&self) -> String {
        html::render(&sections::of(self))
    }
}
