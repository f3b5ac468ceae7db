//! What the package brings in JavaScript, and calls from our threads to the caller's objects.

use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

use napi::JsValue;
use napi::bindgen_prelude::*;
use napi::threadsafe_function::{ThreadsafeCallContext, ThreadsafeFunction, ThreadsafeFunctionCallMode};
use napi_derive::napi;
use vcto::gate::StepContext;
use vcto::text::pointer_to;

use crate::executor::Permit;
use crate::json;

type TextOf = FunctionRef<Unknown<'static>, Vec<String>>;
type CallerOf = FunctionRef<FnArgs<(Object<'static>, String)>, Call<'static>>;
/// A method's name and what it is given.
type Parameters = FnArgs<(&'static str, Either<Object<'static>, Permit>)>;
/// Gives the text of the answer, or two texts, of which the first says what went wrong.
type Answer = PromiseRaw<'static, Vec<String>>;
type Call<'a> = Function<'a, Parameters, Answer>;
/// Does not keep the process alive.
type Threadsafe = ThreadsafeFunction<Asked, Answer, Parameters, Status, false, true>;

/// `text.js` and `executor.js`, for each thread of JavaScript its own.
struct Parts {
    text_of: TextOf,
    caller_of: CallerOf,
}

/// Takes over the parts that the package brings in JavaScript. Called once by the package.
#[napi(skip_typescript)]
pub fn install(
    env: &Env,
    text_of: Function<'_, Unknown<'static>, Vec<String>>,
    caller_of: Function<'_, FnArgs<(Object<'static>, String)>, Call<'static>>,
) -> Result<()> {
    let parts = Parts {
        text_of: text_of.create_ref()?,
        caller_of: caller_of.create_ref()?,
    };
    env.set_instance_data(parts, (), |_| ())
}

fn parts(env: &Env) -> Result<&Parts> {
    env.get_instance_data::<Parts>()?
        .map(|parts| &*parts)
        .ok_or_else(|| Error::from_reason("load the package, not the addon alone"))
}

/// A caller's value as JSON text. Outside: what code of the caller's threw on the way.
pub fn text_of(env: &Env, value: Unknown<'_>) -> Result<vcto::Result<Vec<u8>>> {
    let mut said = parts(env)?
        .text_of
        .borrow_back(env)?
        .call(lasting(env, &value).to_unknown())?
        .into_iter();
    let text = said.next().unwrap_or_default();
    let Some(remedy) = said.next() else {
        return Ok(Ok(text.into_bytes()));
    };
    let place: String = said.map(|key| pointer_to(&key)).collect();
    let mut error = vcto::Error::new(vcto::ErrorKind::InvalidInput, text);
    // A fault of the whole has no place in it.
    if !place.is_empty() {
        error = error.at(place);
    }
    Ok(Err(if remedy.is_empty() {
        error
    } else {
        error.remedy(remedy)
    }))
}

/// What a method of the caller's is given.
pub enum Subject {
    /// The context of a step.
    Context(Box<StepContext>),
    /// A duty to review, or what an anchor is to keep, as it is told.
    Told(serde_json::Value),
    /// A permit.
    Permit(Permit),
}

/// One call, on its way to the thread of JavaScript.
struct Asked {
    method: &'static str,
    subject: Subject,
}

/// Calls methods of one object of the caller's, from any thread but that of JavaScript.
pub struct Caller {
    threadsafe: Threadsafe,
    who: String,
}

impl Caller {
    /// Calls methods of this object; `who` names it in what is recorded.
    pub fn of(env: &Env, object: &Object<'_>, who: String) -> Result<Self> {
        let make = parts(env)?.caller_of.borrow_back(env)?;
        let call: Call<'static> = make.call((lasting(env, object), who.clone()).into())?;
        let threadsafe = call
            .build_threadsafe_function::<Asked>()
            .weak::<true>()
            .build_callback(|context: ThreadsafeCallContext<Asked>| {
                let env = &context.env;
                let subject = match context.value.subject {
                    Subject::Context(context) => Either::A(json::context(env, &context)?),
                    Subject::Told(told) => Either::A(json::plain(env, &told)?),
                    Subject::Permit(permit) => Either::B(permit),
                };
                let subject = match subject {
                    Either::A(object) => Either::A(lasting(env, &object)),
                    Either::B(permit) => Either::B(permit),
                };
                Ok((context.value.method, subject).into())
            })?;
        Ok(Self { threadsafe, who })
    }

    /// Calls a method and waits for its answer, or for its promise's: the JSON text, or what went wrong instead.
    pub fn call(&self, method: &'static str, subject: Subject) -> std::result::Result<Vec<u8>, String> {
        let (sender, receiver) = channel();
        let asked = Asked { method, subject };
        let mode = ThreadsafeFunctionCallMode::NonBlocking;
        let status = self
            .threadsafe
            .call_with_return_value(asked, mode, move |promise, _| {
                // Where there is no promise the sender is dropped: that is an answer too.
                if let Ok(promise) = promise {
                    let answered = promise.then(move |answer| {
                        sender.send(answer.value).ok();
                        Ok(())
                    });
                    answered.map(drop).ok();
                }
                Ok(())
            });
        let gone = Err(format!("{} is gone without an answer", self.who));
        if status != Status::Ok {
            return gone;
        }
        loop {
            match receiver.recv_timeout(PATIENCE) {
                Ok(answer) => return said(answer),
                Err(RecvTimeoutError::Timeout) if !self.threadsafe.aborted() => {}
                Err(_) => return gone,
            }
        }
    }
}

/// How often it is looked whether the thread of JavaScript is still there.
const PATIENCE: Duration = Duration::from_millis(250);

fn said(answer: Vec<String>) -> std::result::Result<Vec<u8>, String> {
    let is_answer = answer.len() == 1;
    let text = answer.into_iter().next().unwrap_or_default();
    if is_answer {
        Ok(text.into_bytes())
    } else {
        Err(text)
    }
}

/// The same value, which lives as long as the call in which it is used.
fn lasting<'a>(env: &Env, value: &impl JsValue<'a>) -> Object<'static> {
    Object::from_raw(env.raw(), value.raw())
}
