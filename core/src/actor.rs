//! Who acts.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::text::Plain;

/// Who did or asked for something. An approver is always a person whose signature was verified; an engine (an analyzer, a
/// model) and a service can propose, never approve.
///
/// ```
/// use vcto::Actor;
///
/// assert_eq!(Actor::service("svc-review").to_string(), "service svc-review");
/// ```
#[derive(Clone, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(
    rename_all = "snake_case",
    tag = "type",
    content = "name",
    deny_unknown_fields
)]
pub enum Actor {
    /// An analyzer or a model.
    Engine(String),
    /// A human.
    Person(String),
    /// A program with an identity of its own.
    Service(String),
}

impl Actor {
    /// An analyzer or a model.
    pub fn engine(name: impl Into<String>) -> Self {
        Self::Engine(name.into())
    }

    /// A human.
    pub fn person(name: impl Into<String>) -> Self {
        Self::Person(name.into())
    }

    /// A program with an identity of its own.
    pub fn service(name: impl Into<String>) -> Self {
        Self::Service(name.into())
    }

    /// The name without the kind.
    pub fn name(&self) -> &str {
        match self {
            Self::Engine(name) | Self::Person(name) | Self::Service(name) => name,
        }
    }
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match self {
            Self::Engine(_) => "engine",
            Self::Person(_) => "person",
            Self::Service(_) => "service",
        };
        write!(f, "{kind} {}", Plain(self.name()))
    }
}
