//! Tests of `vcto::gate` through the public API.

mod amend;
mod attested;
mod audit;
mod crash;
mod decisions;
mod doubt;
mod evasions;
mod execution;
mod forged;
mod handover;
mod levels;
mod model;
mod names;
mod openssh;
mod parts;
mod passkey;
mod rules;
mod rules_people;
mod rules_proof;
mod rules_run;
mod rules_stop;
mod together;
mod worker;
pub mod world;
