//! Without a permit no executor does anything.
use vcto::WorkOrders;
use vcto::gate::{Executor, Permit, StepContext, StepOutcome};

pub async fn run(orders: &WorkOrders, context: &StepContext, permit: Permit<'_>) -> StepOutcome {
    let _ = context;
    #[cfg(fails)]
    return orders.apply(context).await; //~ E0308
    #[cfg(not(fails))]
    return orders.apply(permit).await;
}
