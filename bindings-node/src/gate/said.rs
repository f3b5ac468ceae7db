//! What people and services hand to the gate.

use napi::bindgen_prelude::*;
use vcto::Actor;

use crate::json;

/// What is signed, or the signature: bytes or text.
pub type Said = Either<Uint8Array, String>;

/// The bytes of what was said.
pub fn bytes(said: Said) -> Vec<u8> {
    match said {
        Either::A(bytes) => bytes.to_vec(),
        Either::B(text) => text.into_bytes(),
    }
}

/// The actor of core: the name of a service, or `{type: 'person', name}`; `what` names the argument in an error.
pub fn actor(env: &Env, what: &str, by: Either<String, Object<'_>>) -> Result<vcto::Result<Actor>> {
    match by {
        Either::A(name) => Ok(Ok(Actor::service(name))),
        Either::B(object) => json::read(env, what, object),
    }
}
