//! The one bridge to JavaScript's objects: JSON text from core's own types, read by `JSON.parse`.

use napi::bindgen_prelude::*;
use serde::Serialize;

use crate::error::OrThrow;

/// A value of core as a plain object, with the names of its format.
pub fn plain<'env>(env: &Env, value: &impl Serialize) -> Result<Object<'env>> {
    parse(env, text(env, value)?)
}

/// A result of core as a plain object; its own names in camelCase, names inside are those of the formats.
pub fn result<'env>(env: &Env, value: &impl Serialize) -> Result<Object<'env>> {
    let mut object = plain(env, value)?;
    for name in Object::keys(&object)? {
        let camel = camel_case(&name);
        if camel != name {
            let value: Unknown = object.get_named_property(&name)?;
            object.set_named_property(&camel, value)?;
            object.delete_named_property(&name)?;
        }
    }
    Ok(object)
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

/// A caller's text, or object as JSON text.
pub fn text_of(env: &Env, value: Either<String, Object>) -> Result<String> {
    match value {
        Either::A(text) => Ok(text),
        Either::B(object) => json(env)?
            .get_named_property::<Function<Object, String>>("stringify")?
            .call(object),
    }
}

fn text(env: &Env, value: &impl Serialize) -> Result<String> {
    serde_json::to_string(value)
        .map_err(|error| vcto::Error::new(vcto::ErrorKind::Internal, error.to_string()))
        .or_throw(env)
}

fn parse<'env>(env: &Env, text: String) -> Result<Object<'env>> {
    let object = json(env)?
        .get_named_property::<Function<String, Object>>("parse")?
        .call(text)?;
    Ok(Object::from_raw(env.raw(), object.raw()))
}

fn json(env: &Env) -> Result<Object<'_>> {
    env.get_global()?.get_named_property("JSON")
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
