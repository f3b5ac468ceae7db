//! Who only borrows an approval cannot spend it.
use vcto::gate::{Approved, Execution};

#[cfg(fails)]
type Given<'a> = &'a Approved;
#[cfg(not(fails))]
type Given<'a> = Approved;

pub async fn run(approved: Given<'_>) -> vcto::Result<Execution> {
    approved.execute().await //~ E0507
}
