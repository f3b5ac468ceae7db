//! What is in doubt never runs again.
use vcto::gate::{InDoubt, Settled};

pub async fn again(doubt: InDoubt) -> vcto::Result<Settled> {
    #[cfg(fails)]
    return doubt.execute().await; //~ E0599
    #[cfg(not(fails))]
    return doubt.probe().await;
}
