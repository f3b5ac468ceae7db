//! An executor cannot keep a permit for later.
use std::sync::Mutex;

use vcto::gate::{ActionDeclaration, Executor, Observation, Permit, StepContext, StepOutcome};

#[derive(Debug)]
pub struct Keeper {
    kept: Mutex<Option<Permit<'static>>>,
}

#[async_trait::async_trait]
impl Executor for Keeper {
    fn name(&self) -> &str {
        "keeper"
    }

    fn actions(&self) -> Vec<ActionDeclaration> {
        Vec::new()
    }

    async fn observe(&self, _: &StepContext) -> vcto::Result<Observation> {
        Ok(Observation::unknown())
    }

    async fn apply(&self, permit: Permit<'_>) -> StepOutcome {
        #[cfg(fails)]
        let _ = self.kept.lock().map(|mut kept| *kept = Some(permit)); //~ E0521
        #[cfg(not(fails))]
        let _ = self.kept.lock().map(|mut kept| *kept = None);
        StepOutcome::done()
    }

    async fn undo(&self, _: Permit<'_>) -> StepOutcome {
        StepOutcome::done()
    }
}
