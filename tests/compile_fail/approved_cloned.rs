//! An approval cannot be copied.
use vcto::gate::{Approved, Execution};

pub async fn twice(approved: Approved) -> vcto::Result<Execution> {
    #[cfg(fails)]
    let approved = approved.clone(); //~ E0599
    approved.execute().await
}
