//! An approval that is shared cannot be spent.
use std::sync::Arc;

use vcto::gate::{Approved, Execution};

#[cfg(fails)]
type Given = Arc<Approved>;
#[cfg(not(fails))]
type Given = Box<Approved>;

pub async fn run(approved: Given) -> vcto::Result<Execution> {
    approved.execute().await //~ E0507
}

pub fn uses(_: Arc<u8>) {}
