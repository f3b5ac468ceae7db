//! Until when products are supported: catalogues, and how a text finds its release in them.

mod catalogue;
mod endoflife;
mod matcher;
mod milestone;
mod table;
mod words;

pub use catalogue::{Catalogue, Cycle, Product};
pub use matcher::Match;
pub use milestone::{Milestones, Support, When};

pub(crate) use milestone::days_between;
