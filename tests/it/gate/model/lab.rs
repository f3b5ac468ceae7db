//! An executor for the real gate: targets that people can see, darken and write, and calls that do what they are told to.

use std::sync::{Arc, Mutex};
use std::task::Poll;

use async_trait::async_trait;
use vcto::gate::{
    ActionDeclaration, Executor, Idempotency, Notifier, Observation, Permit, ProposalId, Reversibility,
    ReviewDuty, StepContext, StepOutcome,
};

use super::world::{Behaviour, Sight, TARGETS};

/// What somebody else writes.
pub const FOREIGN_VALUE: &str = "foreign";

/// A target: who wrote it, and whether it can be seen.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Target {
    pub value: Option<String>,
    pub sight: Sight,
}

/// One effect: of which proposal, which step, `apply` or `undo`.
pub type EffectOf = (ProposalId, String, &'static str);

/// What all processes work on.
#[derive(Debug, Default)]
pub struct Table {
    pub targets: [Target; TARGETS],
    pub behaviours: [[Behaviour; 2]; TARGETS],
    pub effects: Vec<EffectOf>,
}

/// Where a process stops inside its executor.
#[derive(Debug, Default)]
pub struct Gatepost {
    /// After so many places.
    pub stop_in: Option<usize>,
    pub is_stopped: bool,
}

/// The executor of one process.
#[derive(Clone, Debug)]
pub struct Arm {
    pub table: Arc<Mutex<Table>>,
    pub post: Arc<Mutex<Gatepost>>,
}

impl Arm {
    pub fn is_stopped(&self) -> bool {
        self.post.lock().unwrap().is_stopped
    }

    /// Lets go on what is stopped, to stop again after so many places.
    pub fn release(&self, stop_in: Option<usize>) {
        *self.post.lock().unwrap() = Gatepost {
            stop_in,
            is_stopped: false,
        };
    }

    async fn pass(&self) {
        {
            let mut post = self.post.lock().unwrap();
            post.stop_in = post.stop_in.map(|places| places - 1);
            if post.stop_in != Some(0) {
                return;
            }
            (post.stop_in, post.is_stopped) = (None, true);
        }
        std::future::poll_fn(|_| {
            if self.is_stopped() {
                Poll::Pending
            } else {
                Poll::Ready(())
            }
        })
        .await;
    }

    fn act(&self, permit: &Permit<'_>, act: &'static str) -> StepOutcome {
        let step = permit.step();
        let at = place_of(step.target.as_str());
        let mut table = self.table.lock().unwrap();
        let behaviour = table.behaviours[at][usize::from(act == "undo")];
        if matches!(
            behaviour,
            Behaviour::Works | Behaviour::LosesDone | Behaviour::Blinds
        ) {
            let effect = (*permit.context().proposal(), step.id.clone(), act);
            table.effects.push(effect);
            table.targets[at].value = (act == "apply").then(|| step.id.clone());
        }
        if behaviour == Behaviour::Blinds {
            table.targets[at].sight = Sight::Blind;
        }
        drop(table);
        match behaviour {
            Behaviour::Works | Behaviour::Lies => StepOutcome::done(),
            Behaviour::Refuses => StepOutcome::not_done("it would not"),
            // Quieter than `panic!`: nothing is printed.
            Behaviour::Panics => std::panic::resume_unwind(Box::new("the executor fell over")),
            Behaviour::LosesDone | Behaviour::LosesNothing | Behaviour::Blinds => {
                StepOutcome::unknown("the line went dead")
            }
        }
    }
}

/// The number of a target.
pub fn place_of(target: &str) -> usize {
    target.trim_start_matches('t').parse().unwrap()
}

#[async_trait]
impl Executor for Arm {
    fn name(&self) -> &str {
        "lab"
    }

    fn actions(&self) -> Vec<ActionDeclaration> {
        [
            ("set", Reversibility::Verified),
            ("exact", Reversibility::Exact),
            ("burn", Reversibility::Irreversible),
            ("clear", Reversibility::Exact),
        ]
        .map(|(name, reversibility)| ActionDeclaration::new(name, reversibility, Idempotency::None))
        .to_vec()
    }

    async fn observe(&self, context: &StepContext) -> vcto::Result<Observation> {
        self.pass().await;
        let step = context.step();
        let target = self.table.lock().unwrap().targets[place_of(step.target.as_str())].clone();
        let value = target.value.as_deref();
        let seen = match (target.sight, value) {
            (Sight::Down, _) => {
                return Err(vcto::Error::new(
                    vcto::ErrorKind::Unavailable,
                    "it does not answer",
                ));
            }
            (Sight::Blind, _) => return Ok(Observation::unknown()),
            (Sight::Clear, Some(FOREIGN_VALUE)) => Observation::unknown(),
            (Sight::Clear, Some(value)) if value == step.id => Observation::present(),
            (Sight::Clear, _) => Observation::absent(),
        };
        Ok(seen.with_image(value.unwrap_or("-")))
    }

    async fn apply(&self, permit: Permit<'_>) -> StepOutcome {
        self.pass().await;
        let outcome = self.act(&permit, "apply");
        self.pass().await;
        outcome
    }

    async fn undo(&self, permit: Permit<'_>) -> StepOutcome {
        self.pass().await;
        let outcome = self.act(&permit, "undo");
        self.pass().await;
        outcome
    }
}

/// Somebody who reviews what ran at level 1.
#[derive(Debug)]
pub struct Reviewer;

#[async_trait]
impl Notifier for Reviewer {
    fn reviewer(&self) -> String {
        "erin".to_owned()
    }

    async fn notify(&self, _: &ReviewDuty) -> vcto::Result<()> {
        Ok(())
    }
}
