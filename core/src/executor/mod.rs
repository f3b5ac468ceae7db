//! What may change the world: every mutating method takes a `Permit` of the gate.

pub mod work_order;
