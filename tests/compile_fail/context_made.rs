//! What a permit carries comes from the ledger: nobody else makes it.
use vcto::change::Step;
use vcto::gate::StepContext;

pub fn forge(context: StepContext, step: Step) -> StepContext {
    let _ = &step;
    #[cfg(fails)]
    #[rustfmt::skip]
    return StepContext { step, ..context }; //~ E0451
    #[cfg(not(fails))]
    return context;
}
