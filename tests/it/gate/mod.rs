//! Tests of `vcto::gate` through the public API.

mod decisions;
mod execution;
mod levels;
pub mod world;
