//! The human gate: what a change needs before it may run, and the record of its way.
