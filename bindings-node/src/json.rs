//! The one bridge to JavaScript's objects: JSON text from core's own types, read by `JSON.parse`.

use napi::JsValue;
use napi::bindgen_prelude::*;
use serde::Serialize;
use serde::de::DeserializeOwned;
use vcto::gate::StepContext;

use crate::both::read::within;
use crate::both::{self, told};
use crate::caller::text_of;
use crate::error::OrThrow;

/// A value of core as a plain object, with the names of its format.
pub fn plain<'env>(env: &Env, value: &impl Serialize) -> Result<Object<'env>> {
    let text = serde_json::to_string(value)
        .map_err(|error| vcto::Error::new(vcto::ErrorKind::Internal, error.to_string()))
        .or_throw(env)?;
    let parse: Function<'_, String, Object<'_>> = json(env)?.get_named_property("parse")?;
    Ok(detached(env, &parse.call(text)?))
}

/// A result of core as a plain object; its own names in camelCase, names inside are those of the formats.
pub fn result<'env>(env: &Env, value: &impl Serialize) -> Result<Object<'env>> {
    camel(env, &plain(env, value)?)
}

/// A list of results of core.
pub fn results<'env>(env: &Env, values: &[impl Serialize]) -> Result<Object<'env>> {
    let mut list = plain(env, &values)?;
    for at in 0..list.get_array_length()? {
        let one = camel(env, &list.get_element::<Object<'_>>(at)?)?;
        list.set_element(at, one)?;
    }
    Ok(list)
}

/// What a getter gives, made once: the second time it is a property of the object itself.
pub fn kept<'env>(
    env: &'env Env,
    mut this: This<'_>,
    name: &str,
    value: &impl Serialize,
) -> Result<Object<'env>> {
    let object = plain(env, value)?;
    let property = Property::new().with_utf8_name(name)?.with_value(&object);
    this.object.define_properties(&[property])?;
    Ok(object)
}

/// What an executor may know of a step; names that are not of a format in camelCase.
pub fn context<'env>(env: &Env, context: &StepContext) -> Result<Object<'env>> {
    let mut told = result(env, &told::Context::of(context))?;
    if context.undoes().is_some() {
        let undoes = camel(env, &told.get_named_property::<Object<'_>>("undoes")?)?;
        told.set_named_property("undoes", undoes)?;
    }
    Ok(told)
}

/// The value of core that a caller's object writes out; `what` names it in an error.
pub fn read<T: DeserializeOwned>(env: &Env, what: &str, object: Object<'_>) -> Result<vcto::Result<T>> {
    let text = text_of(env, object.to_unknown())?;
    Ok(within(what, text).and_then(|text| both::read::read(&text, what)))
}

/// The value of core that a word names: `approve`, `2026-11-22T08:00:00Z`; `what` names it in an error.
pub fn word<T: DeserializeOwned>(env: &Env, what: &str, text: &str) -> Result<T> {
    both::read::word(text, what).or_throw(env)
}

/// The same object, which lives as long as the call of which it is the result.
fn detached<'env>(env: &Env, object: &Object<'_>) -> Object<'env> {
    Object::from_raw(env.raw(), object.raw())
}

fn json(env: &Env) -> Result<Object<'_>> {
    env.get_global()?.get_named_property("JSON")
}

/// The same values under names in camelCase, in the same order.
fn camel<'env>(env: &Env, object: &Object<'_>) -> Result<Object<'env>> {
    let mut renamed = Object::new(env)?;
    for name in Object::keys(object)? {
        let value: Unknown<'_> = object.get_named_property(&name)?;
        renamed.set_named_property(&camel_case(&name), value)?;
    }
    Ok(detached(env, &renamed))
}

fn camel_case(name: &str) -> String {
    let mut words = name.split('_');
    let first = words.next().unwrap_or_default().to_owned();
    words.fold(first, |mut camel, word| {
        let mut letters = word.chars();
        camel.extend(letters.next().map(|letter| letter.to_ascii_uppercase()));
        camel.push_str(letters.as_str());
        camel
    })
}
