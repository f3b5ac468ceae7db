#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

pub mod actor;
pub mod change;
pub mod digest;
pub mod error;
pub mod estate;
pub mod executor;
mod file;
mod foreign;
pub mod gate;
pub mod impact;
pub mod ledger;
pub mod monitor;
pub mod oscal;
pub mod plan;
pub mod practice;
pub mod proof;
#[cfg(feature = "report")]
pub mod report;
pub mod review;
pub mod source;
pub mod text;
pub mod time;

pub use actor::Actor;
pub use error::{Error, ErrorKind, Result};
pub use estate::{Estate, Inventory};
pub use executor::work_order::WorkOrders;
pub use practice::{Practice, PracticeOptions, Tenant, TenantOptions, Trigger};
pub use rust_decimal::Decimal;
