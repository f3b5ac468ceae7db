//! One integration binary: everything through the public API.

mod attacks;
mod common;
mod estate;
mod executor;
mod gate;
mod impact;
mod ledger;
mod oscal;
mod permissions;
mod plan;
mod postgres;
mod practice;
mod proof;
mod report;
mod review;
mod signatures;
mod source;
mod tables;
mod types;
