//! Errors of core as JavaScript errors: `code` is the kind's name.

use napi::bindgen_prelude::*;

/// The JavaScript error for an error of core, as what a call returns or a promise rejects with.
pub fn failure(env: &Env, error: &vcto::Error) -> Error {
    js_error(env, error).unwrap_or_else(|other| other)
}

fn js_error(env: &Env, error: &vcto::Error) -> Result<Error> {
    let mut object = env.create_error(Error::new(Status::GenericFailure, error.to_string()))?;
    object.set_named_property("code", error.kind().as_str())?;
    for (name, text) in [
        ("operation", error.operation()),
        ("place", error.place()),
        ("remedy", error.remedy_text()),
    ] {
        if let Some(text) = text {
            object.set_named_property(name, text)?;
        }
    }
    object.set_named_property("retryable", error.is_retryable())?;
    object.set_named_property("isRefusal", error.kind().is_refusal())?;
    let mut context = Object::new(env)?;
    for (key, value) in error.context() {
        context.set_named_property(key, value)?;
    }
    object.set_named_property("context", context)?;
    Ok(object.into_unknown(env)?.into())
}

/// Lets `?` work on results of core inside a call.
pub trait OrThrow<T> {
    /// The value, or the JavaScript error.
    fn or_throw(self, env: &Env) -> Result<T>;
}

impl<T> OrThrow<T> for vcto::Result<T> {
    fn or_throw(self, env: &Env) -> Result<T> {
        self.map_err(|error| failure(env, &error))
    }
}
