//! What can be wrong in a gate, one by one; and what must never be, in the words of the design.

/// Faults that are put into the machine on purpose.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fault of its own")]
pub struct Faults {
    /// A text about another proposal, or about what it rested on before, counts.
    pub unbound: bool,
    /// Who proposes may approve.
    pub self_vote: bool,
    /// Two votes of one person are two.
    pub double_vote: bool,
    /// Time is not looked at when it starts.
    pub no_expiry: bool,
    /// Whether keys are still in force is not looked at when it starts.
    pub no_revocation: bool,
    /// What was interrupted is approved again when the gate opens.
    pub crash_approves: bool,
    /// The intent is written after the effect.
    pub late_intent: bool,
    /// Who holds an `Approved` may start.
    pub token_rules: bool,
    /// What humans do is executed.
    pub l3_runs: bool,
    /// What it rests on is not looked at when it starts.
    pub no_precondition: bool,
    /// A start at level 1 records no duty to review.
    pub no_duty: bool,
    /// A way back counts as done though a step was left.
    pub false_rollback: bool,
    /// Two processes check and write as they come.
    pub no_lock: bool,
    /// An amended change keeps the votes of the one before.
    pub votes_kept: bool,
    /// Nobody shows that an execution runs.
    pub no_lease: bool,
    /// That a time was over is refused and not recorded.
    pub expiry_forgotten: bool,
    /// The kill switch does not stop a running execution.
    pub halt_ignored: bool,
    /// A freeze does not stop a start.
    pub freeze_ignored: bool,
    /// The level is that of the present, also where it has fallen.
    pub level_falls: bool,
    /// An older copy of the ledger is opened.
    pub no_anchor: bool,
}

macro_rules! invariants {
    ($($(#[doc = $doc:literal])* $name:ident,)*) => {
        /// What must always be.
        #[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
        pub enum Invariant { $($(#[doc = $doc])* $name,)* }

        impl Invariant {
            pub const ALL: &[Self] = &[$(Self::$name,)*];

        }
    };
}

invariants! {
    /// An effect is at level 0 or 1, or enough others approved this very change.
    I1,
    /// It starts before its time is over.
    I2,
    /// No effect twice.
    I3,
    /// A proposal starts once.
    I4,
    /// It starts on what it rests on.
    I5,
    /// What runs at level 1 has its duty to review on record.
    I6,
    /// What is said to be taken back, or not done, is not there.
    I7,
    /// What is over neither starts nor acts.
    I8,
    /// Start and intent are on record before the effect.
    I9,
    /// The replay of the records is the live state.
    I10,
    /// No part of the ledger permits more than the whole.
    I11,
    /// Level and quorum do not fall.
    I13,
    /// Nothing starts in a freeze, and nothing goes forth while the kill switch is on.
    I15,
}

/// Which invariants were broken on the way to a state.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub struct Broken(u16);

impl Broken {
    fn bit(invariant: Invariant) -> u16 {
        let at = Invariant::ALL.iter().position(|other| *other == invariant);
        1 << at.unwrap_or_default()
    }

    pub fn add(&mut self, invariant: Invariant) {
        self.0 |= Self::bit(invariant);
    }

    pub fn has(self, invariant: Invariant) -> bool {
        self.0 & Self::bit(invariant) != 0
    }
}
