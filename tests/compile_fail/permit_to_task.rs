//! A permit cannot go to a task that outlives the call.
use std::future::Future;

use vcto::gate::Permit;

fn spawn<F: Future + Send + 'static>(_: F) {}

async fn effect(_: Permit<'_>) {}

pub async fn apply(permit: Permit<'_>) {
    #[cfg(fails)]
    spawn(effect(permit)); //~ E0521
    #[cfg(not(fails))]
    {
        spawn(async {});
        effect(permit).await;
    }
}
