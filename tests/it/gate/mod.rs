//! Tests of `vcto::gate` through the public API.

mod audit;
mod crash;
mod decisions;
mod execution;
mod handover;
mod levels;
mod names;
mod openssh;
mod parts;
pub mod world;
