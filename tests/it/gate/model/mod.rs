//! A model of the gate, tried in every state by `stateright`, and put beside the real gate by random commands.
#![allow(dead_code, reason = "the commands for the real gate take the rest")]

mod check;
mod faults;
mod going;
mod machine;
mod moves;
mod run;
mod seeded;
mod world;
