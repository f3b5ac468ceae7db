//! What stands where: on which host, at which place, in which whole.

/// Pairs of positions as somebody stated them, each list ascending and without repeats.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) struct Standing {
    /// What runs on or is hosted on what, over hard relations.
    pub(crate) hosted: Vec<(u32, u32)>,
    /// What is located where.
    pub(crate) located: Vec<(u32, u32)>,
    /// What is a member or a part of what.
    pub(crate) members: Vec<(u32, u32)>,
    /// What carries what by inference alone.
    pub(crate) inferred: Vec<(u32, u32)>,
}

impl Standing {
    /// Brings the lists into their order.
    pub(super) fn settled(mut self) -> Self {
        for list in [
            &mut self.hosted,
            &mut self.located,
            &mut self.members,
            &mut self.inferred,
        ] {
            list.sort_unstable();
            list.dedup();
            list.shrink_to_fit();
        }
        self
    }
}
