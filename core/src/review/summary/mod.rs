//! A review for people: what would stop the firm, what is due, what is unknown, what to do first.

mod sections;
mod text;

use super::document::Review;

impl Review {
    /// A summary for a terminal. Coverage comes before any count; text from outside is escaped and shortened.
    pub fn to_text(&self) -> String {
        text::render(&sections::of(self))
    }
}
