//! Tests of `vcto::gate` through the public API.

mod audit;
mod crash;
mod decisions;
mod execution;
mod levels;
mod openssh;
pub mod world;
