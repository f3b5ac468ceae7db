//! A model of the gate, tried in every state by `stateright`, and put beside the real gate by random commands.

mod beside;
mod calls;
mod check;
mod commands;
mod estate;
mod faults;
mod going;
mod lab;
mod machine;
mod moves;
mod real;
mod ruling;
mod run;
mod seeded;
mod seen;
mod stop;
mod trail;
mod walk;
mod world;
