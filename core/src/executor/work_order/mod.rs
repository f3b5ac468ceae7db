//! Work orders as files: what a provider without a connected ticket system can hand to its people.

mod document;
mod folder;
mod markdown;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};

use async_trait::async_trait;
use serde::Serialize;

pub use document::{Approval, FORMAT, MAX_BYTES, Order, OrderedChange, State, Withdrawal, WorkOrder};

use crate::digest::Digest;
use crate::error::Result;
use crate::gate::{
    ActionDeclaration, Direction, Executor, Idempotency, Observation, Permit, Reversibility, StepContext,
    StepOutcome, Undoes,
};
use folder::{Files, Found, Seen, Touched};

/// Writes one work order a step into a folder: `NAME.json` (format `vcto.work-order/1`) for programs and `NAME.md` for people.
///
/// The action `work_order.create` ends in [`StepOutcome::HandedOver`]: the order is there, the work is not done. It is taken
/// back by `work_order.withdraw`, which marks both files as withdrawn and deletes nothing; files that somebody changed since
/// are left alone, and the way back ends in a conflict for a human to settle. Registered under the name `work_orders`.
///
/// A step may give these parameters; all others are listed in the order as they are:
/// `instructions` and `confirm` (texts, a line each), `priority` and `due`.
///
/// ```
/// use vcto::executor::work_order::WorkOrders;
/// use vcto::gate::{Executor, Reversibility};
///
/// let orders = WorkOrders::new("out/work-orders");
/// assert_eq!(orders.name(), "work_orders");
/// assert_eq!(orders.actions()[0].reversibility, Reversibility::Verified);
/// ```
#[derive(Clone, Debug)]
pub struct WorkOrders {
    folder: PathBuf,
}

/// The name under which [`WorkOrders`] is registered.
pub const EXECUTOR: &str = "work_orders";
/// Hands a step to people as a work order.
pub const CREATE: &str = "work_order.create";
/// Takes a work order back; only as the undo of [`CREATE`].
pub const WITHDRAW: &str = "work_order.withdraw";

impl WorkOrders {
    /// Work orders in this folder; it is made with the first of them.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self {
            folder: folder.into(),
        }
    }

    /// Where the work orders are.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The files of a step: where its order is, or will be.
    fn files(&self, context: &StepContext) -> Files {
        let given = context.undoes();
        let key = given.map_or(context.idempotency_key(), |undoes| &undoes.idempotency_key);
        // A name from a receipt is believed only when it carries the key, so that it cannot point elsewhere.
        let name = given
            .and_then(|undoes| undoes.receipt.as_deref())
            .filter(|name| folder::is_name_of(name, key))
            .map_or_else(
                || folder::name(context.tenant(), context.step().title.raw(), key),
                str::to_owned,
            );
        Files::new(&self.folder, name, key)
    }
}

#[async_trait]
impl Executor for WorkOrders {
    fn name(&self) -> &str {
        EXECUTOR
    }

    fn actions(&self) -> Vec<ActionDeclaration> {
        vec![
            ActionDeclaration::new(CREATE, Reversibility::Verified, Idempotency::Key).hands_over(),
            ActionDeclaration::new(WITHDRAW, Reversibility::Compensation, Idempotency::Natural),
        ]
    }

    /// Present: an open order is there. Absent: none was written, or it is withdrawn. Unknown: something else is in its
    /// place, or it was written and is gone, so that somebody may be at it.
    async fn observe(&self, context: &StepContext) -> Result<Observation> {
        let seen = self.files(context).read()?;
        let was_written = context.undoes().is_some_and(|undoes| undoes.receipt.is_some());
        let observation = match &seen.found {
            Found::Absent if was_written => Observation::unknown(),
            Found::Absent => Observation::absent(),
            Found::Foreign => Observation::unknown(),
            Found::Order(order, _) if order.state() == State::Withdrawn => Observation::absent(),
            Found::Order(..) => Observation::present(),
        };
        Ok(observation.with_image(image(&seen)))
    }

    async fn apply(&self, permit: Permit<'_>) -> StepOutcome {
        let context = permit.context();
        if context.direction() != Direction::Apply || context.step().action != CREATE {
            return StepOutcome::not_done(format!("the only action here is `{CREATE}`"));
        }
        create(&self.files(context), context).unwrap_or_else(|outcome| outcome)
    }

    async fn undo(&self, permit: Permit<'_>) -> StepOutcome {
        let context = permit.context();
        let undo = context.step().undo.as_ref();
        match context.undoes() {
            Some(undoes) if undo.is_some_and(|undo| undo.action == WITHDRAW) => {
                withdraw(&self.files(context), context, undoes).unwrap_or_else(|outcome| outcome)
            }
            _ => StepOutcome::not_done(format!("the only way back here is `{WITHDRAW}`")),
        }
    }
}

/// How a step ended, in both arms.
type Outcome = std::result::Result<StepOutcome, StepOutcome>;

fn create(files: &Files, context: &StepContext) -> Outcome {
    let not_done = |error: crate::Error| StepOutcome::not_done(error.to_string());
    let order = WorkOrder::of(context).map_err(not_done)?;
    match files.read().map_err(not_done)?.found {
        Found::Absent => files.write(&order)?,
        // The same request again: what it asks for is there, or half of it is.
        Found::Order(written, Touched::No) if written.is_same_as(&order) => {}
        Found::Order(written, Touched::Half) if written.is_same_as(&order) => files.write(&order)?,
        _ => {
            return Err(StepOutcome::not_done(format!(
                "the files of the work order `{}` are there and hold something else",
                files.name()
            )));
        }
    }
    Ok(StepOutcome::handed_over().with_receipt(files.name()))
}

fn withdraw(files: &Files, context: &StepContext, undoes: &Undoes) -> Outcome {
    let seen = files
        .read()
        .map_err(|error| StepOutcome::not_done(error.to_string()))?;
    let as_left = undoes.after.as_ref().is_none_or(|after| *after == image(&seen));
    match seen.found {
        Found::Order(order, _) if order.state() == State::Withdrawn => {}
        Found::Order(order, Touched::No | Touched::Half) if as_left => {
            files.write(&order.withdrawn_by(context))?;
        }
        // Never written: there is nothing to take back.
        Found::Absent if undoes.receipt.is_none() && as_left => {}
        Found::Absent => {
            return Err(StepOutcome::not_done(format!(
                "the work order `{}` is gone: somebody may be at it",
                files.name()
            )));
        }
        Found::Order(..) | Found::Foreign => {
            return Err(StepOutcome::not_done(format!(
                "the work order `{}` was changed by somebody since it was written",
                files.name()
            )));
        }
    }
    Ok(StepOutcome::done())
}

/// What the gate remembers and compares: the state and the digests of both files.
fn image(seen: &Seen) -> String {
    #[derive(Serialize)]
    struct Image {
        state: &'static str,
        json: Option<Digest>,
        markdown: Option<Digest>,
    }
    let image = Image {
        state: match &seen.found {
            Found::Absent => "absent",
            Found::Foreign => "foreign",
            Found::Order(_, Touched::Half) => "half",
            Found::Order(_, Touched::Yes) => "changed",
            Found::Order(order, Touched::No) => order.state().as_str(),
        },
        json: seen.json,
        markdown: seen.markdown,
    };
    // Three plain fields always serialise.
    serde_json::to_string(&image).unwrap_or_default()
}
