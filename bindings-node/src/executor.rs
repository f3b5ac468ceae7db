//! Executors and notifiers that are written in JavaScript.

use std::fmt;

use async_trait::async_trait;
use napi::ValueType;
use napi::bindgen_prelude::*;
use napi_derive::napi;
use vcto::gate::{
    ActionDeclaration, Executor, MissedWindow, Notifier, Observation, ReviewDuty, StepContext, StepOutcome,
};
use vcto::text::Plain;
use vcto::{Error, ErrorKind};

use crate::both::lent::Lent;
use crate::both::read::value;
use crate::both::{answer, options, told};
use crate::caller::{Caller, Subject, text_of};
use crate::error::OrThrow;
use crate::json;

/// An object with the methods of the interface `Executor`.
pub struct Written {
    name: String,
    actions: Vec<ActionDeclaration>,
    caller: Caller,
}

impl Written {
    /// Takes an object in: its name and its actions are read here and now.
    pub fn of(env: &Env, object: &Object<'_>) -> Result<Self> {
        let is_function = |name: &str| -> Result<bool> {
            let property: Unknown<'_> = object.get_named_property(name)?;
            Ok(property.get_type()? == ValueType::Function)
        };
        for method in ["actions", "observe", "apply", "undo"] {
            if !is_function(method)? {
                return Err(unfit(&format!("an executor has a method `{method}`"))).or_throw(env);
            }
        }
        let name: Unknown<'_> = object.get_named_property("name")?;
        if name.get_type()? != ValueType::String {
            return Err(unfit("an executor has a `name`")).or_throw(env);
        }
        let name: String = object.get_named_property("name")?;
        let declare: Function<'_, (), Unknown<'_>> = object.get_named_property("actions")?;
        let declared = text_of(env, declare.apply(object, ())?)?;
        let actions = declared.and_then(|text| options::actions(&text));
        Ok(Self {
            actions: actions
                .map_err(|error| error.during("practice.register"))
                .or_throw(env)?,
            caller: Caller::of(env, object, format!("the executor `{}`", Plain(&name)))?,
            name,
        })
    }
}

fn unfit(message: &str) -> vcto::Error {
    vcto::Error::new(vcto::ErrorKind::InvalidInput, message)
        .at("executor")
        .during("practice.register")
}

impl fmt::Debug for Written {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Written")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

#[async_trait]
impl Executor for Written {
    fn name(&self) -> &str {
        &self.name
    }

    fn actions(&self) -> Vec<ActionDeclaration> {
        self.actions.clone()
    }

    async fn observe(&self, context: &StepContext) -> vcto::Result<Observation> {
        answer::observation(
            self.caller
                .call("observe", Subject::Context(Box::new(context.clone()))),
        )
    }

    async fn apply(&self, permit: vcto::gate::Permit<'_>) -> StepOutcome {
        self.perform("apply", permit)
    }

    async fn undo(&self, permit: vcto::gate::Permit<'_>) -> StepOutcome {
        self.perform("undo", permit)
    }
}

impl Written {
    fn perform(&self, method: &'static str, permit: vcto::gate::Permit<'_>) -> StepOutcome {
        let (lent, _loan) = Lent::of(permit);
        answer::outcome(self.caller.call(method, Subject::Permit(Permit(lent))))
    }
}

/// The permission to do one step once, lent until the method's promise settles: after that every property throws.
#[napi]
pub struct Permit(Lent);

#[napi]
impl Permit {
    /// Everything that may be known of the step.
    #[napi(getter, ts_return_type = "StepContext")]
    pub fn context<'env>(&self, env: &'env Env) -> Result<Object<'env>> {
        json::context(env, &*self.0.context().or_throw(env)?)
    }

    /// The step that may be done, and in `undo` its `undo`.
    #[napi(getter, ts_return_type = "Step")]
    pub fn step<'env>(&self, env: &'env Env) -> Result<Object<'env>> {
        json::plain(env, self.0.context().or_throw(env)?.step())
    }

    /// 64 hexadecimal digits: the same for the same step over every restart, and no other.
    #[napi(getter)]
    pub fn idempotency_key(&self, env: &Env) -> Result<String> {
        Ok(self.0.context().or_throw(env)?.idempotency_key().to_owned())
    }
}

/// Tells somebody of their duty to review by a function.
pub struct Told {
    reviewer: String,
    caller: Caller,
    tells_missed: bool,
}

impl Told {
    /// Tells this reviewer by the method `notify` of an object, and where it has one, of missed windows by `missed`.
    pub fn of(env: &Env, reviewer: String, notifier: &Object<'_>, tells_missed: bool) -> Result<Self> {
        let caller = Caller::of(env, notifier, "the notifier".to_owned())?;
        Ok(Self {
            reviewer,
            caller,
            tells_missed,
        })
    }
}

impl fmt::Debug for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Told")
            .field("reviewer", &self.reviewer)
            .finish_non_exhaustive()
    }
}

#[async_trait]
impl Notifier for Told {
    fn reviewer(&self) -> String {
        self.reviewer.clone()
    }

    async fn notify(&self, duty: &ReviewDuty) -> vcto::Result<()> {
        let duty = value(&told::Duty::of(duty))?;
        let answer = self.caller.call("notify", Subject::Told(duty));
        answer
            .map(drop)
            .map_err(|why| Error::new(ErrorKind::Unavailable, why))
    }

    async fn missed(&self, missed: &MissedWindow) -> vcto::Result<()> {
        if !self.tells_missed {
            return Ok(());
        }
        let missed = value(&told::Missed::of(missed))?;
        let answer = self.caller.call("missed", Subject::Told(missed));
        answer
            .map(drop)
            .map_err(|why| Error::new(ErrorKind::Unavailable, why))
    }
}
