//! The reviews and decisions of a tenant as OSCAL documents: assessment results, plan of action and milestones, assessment
//! plan. Every byte is a function of a prefix of the ledger.
//!
//! The mapping is described in `docs/formats/oscal.md`. The documents are valid under OSCAL 1.2.3, and under 1.1.3 with its
//! number in the stamp.

mod context;
mod controls;
mod course;
mod each;
mod export;
mod files;
pub(crate) mod history;
mod lexical;
mod log;
mod model;
mod plans;
mod results;
mod risks;
mod verify;

pub(crate) use export::documents;
pub(crate) use files::Files;
pub(crate) use log::decision_paths;
pub use verify::{Defect, verify};
