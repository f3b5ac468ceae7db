//! What only a human may do has no way to be executed.
use vcto::gate::{Approved, Execution, HumanOnly, Staged};

pub async fn run(staged: Staged<HumanOnly>, approved: Approved) -> vcto::Result<Execution> {
    #[cfg(fails)]
    return staged.execute().await; //~ E0599
    #[cfg(not(fails))]
    return approved.execute().await;
}
