//! Single failures, 512 at a time, in a cone in which second instances stand.

#![expect(
    clippy::indexing_slicing,
    reason = "rows are below the number of rows of the cone, for which the lists are made, columns below the length of the block"
)]

use super::super::bits::{Bits, at_least};
use super::cone::{Cone, Group};

/// Which assets have a second instance.
pub(super) struct Added<'a> {
    /// By row.
    pub(super) rows: &'a [bool],
    /// Whether the instances stand on nothing that is recorded: no single failure of another asset fails them. If not, they
    /// need what the first ones need, and fail when these fail because of another asset.
    pub(super) apart: bool,
}

/// Working memory for one block of single failures after another.
pub(super) struct Sweep {
    bits: Vec<Bits>,
    /// Without an addition: what the block fails.
    base: Vec<Bits>,
    seeds: Vec<Bits>,
    /// Runs that are still to be settled, one bit each. INVARIANT: between sweeps all are 0.
    awake: Vec<u64>,
    /// Rows that may differ from `base`.
    touched: Vec<u32>,
    /// Rows that hold something in `base`, and those in `seeds`.
    filled: Vec<u32>,
    planted: Vec<u32>,
}

impl Sweep {
    pub(super) fn new(cone: &Cone) -> Self {
        let empty = vec![Bits::NONE; cone.rows.len()];
        Self {
            bits: empty.clone(),
            base: empty.clone(),
            seeds: empty,
            awake: vec![0; cone.runs.len().div_ceil(64)],
            touched: Vec::new(),
            filled: Vec::new(),
            planted: Vec::new(),
        }
    }

    /// Fails each row of the block in a column of its own, with these instances added; gives the columns in which the asset
    /// fails. Later calls of [`with`](Self::with) start from it.
    pub(super) fn start(&mut self, cone: &Cone, block: &[u32], added: &Added<'_>) -> Bits {
        for row in self.filled.drain(..) {
            self.base[row as usize] = Bits::NONE;
            self.bits[row as usize] = Bits::NONE;
        }
        for row in self.planted.drain(..) {
            self.seeds[row as usize] = Bits::NONE;
        }
        for (column, row) in block.iter().enumerate() {
            self.seeds[*row as usize].set(column);
            self.wake(cone, *row);
        }
        self.planted.extend_from_slice(block);
        self.settle(cone, added);
        std::mem::swap(&mut self.filled, &mut self.touched);
        for row in &self.filled {
            self.base[*row as usize] = self.bits[*row as usize];
        }
        self.bits[cone.top as usize]
    }

    /// The columns of the block that fail a row.
    pub(super) fn of(&self, row: u32) -> &Bits {
        &self.base[row as usize]
    }

    /// What changes when just this row has a second instance: the columns in which the asset fails then. `rows` is empty of
    /// marks, and is so again.
    pub(super) fn with(&mut self, cone: &Cone, row: u32, apart: bool, rows: &mut [bool]) -> Bits {
        rows[row as usize] = true;
        for dependant in cone.dependants(row) {
            self.wake(cone, *dependant);
        }
        self.settle(cone, &Added { rows, apart });
        rows[row as usize] = false;
        let failed = self.bits[cone.top as usize];
        for row in self.touched.drain(..) {
            self.bits[row as usize] = self.base[row as usize];
        }
        failed
    }

    fn wake(&mut self, cone: &Cone, row: u32) {
        let run = cone.run_of(row);
        self.awake[run / 64] |= 1 << (run % 64);
    }

    /// Settles the runs that are awake, dependencies first, and those above them that this changes.
    fn settle(&mut self, cone: &Cone, added: &Added<'_>) {
        for word in 0..self.awake.len() {
            while self.awake[word] != 0 {
                let run = word * 64 + self.awake[word].trailing_zeros() as usize;
                self.awake[word] &= self.awake[word] - 1;
                let rows = &cone.runs[run];
                self.settle_run(cone, rows.clone(), added);
                for row in cone.numbers().skip(rows.start).take(rows.len()) {
                    if self.bits[row as usize] == self.base[row as usize] {
                        continue;
                    }
                    self.touched.push(row);
                    for dependant in cone.dependants(row) {
                        if cone.run_of(*dependant) != run {
                            self.wake(cone, *dependant);
                        }
                    }
                }
            }
        }
    }

    /// The least fixed point of one run, from its own failures up.
    fn settle_run(&mut self, cone: &Cone, rows: std::ops::Range<usize>, added: &Added<'_>) {
        self.bits[rows.clone()].copy_from_slice(&self.seeds[rows.clone()]);
        loop {
            let mut changed = false;
            for row in cone.numbers().skip(rows.start).take(rows.len()) {
                let failed = fail(cone, row, &self.bits, added);
                changed |= failed != self.bits[row as usize];
                self.bits[row as usize] = failed;
            }
            if !changed || rows.len() == 1 {
                return;
            }
        }
    }
}

/// Adds to a row the columns in which something that it depends on fails it.
fn fail(cone: &Cone, row: u32, bits: &[Bits], added: &Added<'_>) -> Bits {
    let mut failed = bits[row as usize];
    for on in cone.needs(row) {
        // One of the two is needed: one that stands apart is up; one that does not fails with the first.
        if !(added.apart && added.rows[*on as usize]) {
            failed.add(&bits[*on as usize]);
        }
    }
    for group in cone.groups(row) {
        failed.add(&overrun(cone, group, bits, added));
    }
    failed
}

/// The columns in which a group keeps too few members. A second instance is one more member, and one more may fail.
fn overrun(cone: &Cone, group: &Group, bits: &[Bits], added: &Added<'_>) -> Bits {
    let members = cone.members(group);
    let has_second = |member: &&u32| added.rows[**member as usize];
    let more = members.iter().filter(has_second).count();
    if more == 0 {
        return at_least(group.quorum, members.iter().map(|row| &bits[*row as usize]));
    }
    let quorum = group
        .quorum
        .saturating_add(u32::try_from(more).unwrap_or(u32::MAX));
    let second = members.iter().filter(has_second).filter(|_| !added.apart);
    at_least(
        quorum,
        members.iter().chain(second).map(|row| &bits[*row as usize]),
    )
}
