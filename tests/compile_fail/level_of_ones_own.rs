//! There is no level but the four.
use vcto::gate::{Automatic, Level, StagedLevel};

pub enum Evil {}

#[cfg(fails)]
#[rustfmt::skip]
impl StagedLevel for Evil { //~ E0277
    const LEVEL: Level = Level::L0;
}

pub const LOWEST: Level = <Automatic as StagedLevel>::LEVEL;
