//! The four levels of the gate, as data and as types.

use std::fmt;

use serde::{Deserialize, Serialize};

/// How much human a change needs. Ordered: a higher level permits less.
///
/// ```
/// use vcto::gate::Level;
///
/// assert!(Level::L0 < Level::L3);
/// assert_eq!(Level::L2.to_string(), "L2");
/// ```
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
pub enum Level {
    /// Runs without asking.
    L0,
    /// Runs without asking; somebody has the duty to review it afterwards.
    L1,
    /// Runs after signed approval.
    L2,
    /// A human does it, not this crate; what is kept is a signed attestation.
    L3,
}

impl Level {
    /// Every level, lowest first.
    pub const ALL: [Self; 4] = [Self::L0, Self::L1, Self::L2, Self::L3];

    /// The name as it stands in records and signed text.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::L0 => "L0",
            Self::L1 => "L1",
            Self::L2 => "L2",
            Self::L3 => "L3",
        }
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Marks a staged value of level [`L0`](Level::L0). Has no values.
#[derive(Debug)]
pub enum Automatic {}

/// Marks a staged value of level [`L1`](Level::L1). Has no values.
#[derive(Debug)]
pub enum Notify {}

/// Marks a staged value of level [`L2`](Level::L2). Has no values.
#[derive(Debug)]
pub enum Approval {}

/// Marks a staged value of level [`L3`](Level::L3). Has no values.
#[derive(Debug)]
pub enum HumanOnly {}

/// A level as a type. Sealed: the four markers of this module are all there are.
pub trait StagedLevel: sealed::Sealed {
    /// The level as data.
    const LEVEL: Level;
}

impl StagedLevel for Automatic {
    const LEVEL: Level = Level::L0;
}

impl StagedLevel for Notify {
    const LEVEL: Level = Level::L1;
}

impl StagedLevel for Approval {
    const LEVEL: Level = Level::L2;
}

impl StagedLevel for HumanOnly {
    const LEVEL: Level = Level::L3;
}

mod sealed {
    pub trait Sealed {}
    impl Sealed for super::Automatic {}
    impl Sealed for super::Notify {}
    impl Sealed for super::Approval {}
    impl Sealed for super::HumanOnly {}
}
