//! A change that waits for people cannot be executed.
use vcto::gate::{Approval, Approved, Execution, Staged};

pub async fn run(staged: Staged<Approval>, approved: Approved) -> vcto::Result<Execution> {
    #[cfg(fails)]
    return staged.execute().await; //~ E0599
    #[cfg(not(fails))]
    return approved.execute().await;
}
