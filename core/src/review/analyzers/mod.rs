//! The analyzers that are built in.

mod ownership;

use std::sync::Arc;

use super::rule::Analyzer;

/// All of them, in the order in which they run.
pub(super) fn standard() -> Vec<Arc<dyn Analyzer>> {
    vec![Arc::new(ownership::Ownership)]
}
