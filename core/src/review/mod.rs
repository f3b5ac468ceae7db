//! What is wrong with an estate, what is due, and what nobody knows: rules, findings with their evidence, recommendations.

mod advice;
mod analyzers;
mod calendar;
mod context;
mod coverage;
mod debt;
mod document;
mod facts;
mod finding;
mod grave;
mod hosting;
mod life;
pub mod lifecycle;
mod matrix;
mod outcome;
mod processors;
mod questions;
mod reviewer;
mod rule;
mod settings;
#[cfg(feature = "report")]
mod stops;
mod summary;
mod verdict;
mod waiver;

pub use advice::{ARCHITECTURE, Advice, DOCUMENTATION};
pub use calendar::{Band, Calendar, Ending, NotRecorded, Statement};
pub use context::Context;
pub use coverage::{Coverage, LayerCoverage};
pub use debt::{Debt, Grade, Interest, KindOfDebt, Principal, Ratio, Remaining, Risk};
pub use document::{CatalogueInfo, FORMAT, Review, RuleResult};
pub use finding::{Evidence, Finding, Reach, Read, finding_id, inputs_digest};
pub use life::Life;
pub use matrix::{Cell, Cells, Column, ColumnResult, Devices, Matrix, Row};
pub use outcome::{DebtKind, Outcome, Pillar, Severity, Tally};
pub use processors::Processors;
pub use questions::{Ask, Question, Want};
pub use reviewer::Reviewer;
pub use rule::{Analyzer, Reads, Rule};
pub use settings::Settings;
pub use verdict::{Draft, Gap, Subject, Verdict, Verdicts};
pub use waiver::{
    RequestedWaiver, WaivedBy, Waiver, WaiverEntry, WaiverOf, WaiverState, Waivers, WaiversTaken, Withheld,
};

pub use crate::change::{FindingId, Recommendation};
pub(crate) use advice::recommendation_id;
pub(crate) use analyzers::REPLACED_FOR_WINDOWS_11;
#[cfg(feature = "report")]
pub(crate) use coverage::people_stated;
pub(crate) use debt::money;
pub(crate) use facts::earliest;
#[cfg(feature = "report")]
pub(crate) use hosting::hosts;
pub(crate) use life::is_retired;
#[cfg(feature = "report")]
pub(crate) use stops::{Shared, Stop};
