//! What people and services hand to the gate.

use pyo3::prelude::*;
use pyo3::types::PyBytes;
use vcto::Actor;

use crate::both::read::{read, within};
use crate::given::{Text, one_of};
use crate::json::Dictionary;

one_of! {
    /// What is signed, or the signature: bytes or text.
    Said<'py>: "bytes or a text" {
        /// Bytes.
        Bytes(Bound<'py, PyBytes>),
        /// Text.
        Text(Text),
    }

    /// Who acts: the name of a service, or `{"type": "person", "name": ...}`.
    Who<'py>: "the name of a service, or {\"type\": \"person\", \"name\": ...}" {
        /// A service.
        Service(Text),
        /// Any actor.
        Actor(Dictionary<'py>),
    }
}

impl Said<'_> {
    /// The bytes, apart from the interpreter.
    pub fn bytes(self) -> Vec<u8> {
        match self {
            Self::Bytes(bytes) => bytes.as_bytes().to_vec(),
            Self::Text(Text(text)) => text.into_bytes(),
        }
    }
}

impl Who<'_> {
    /// The actor of core; `what` names the argument in an error.
    pub fn actor(self, what: &str) -> vcto::Result<Actor> {
        match self {
            Self::Service(Text(name)) => Ok(Actor::service(name)),
            Self::Actor(dictionary) => read(&within(what, dictionary.text())?, what),
        }
    }
}
