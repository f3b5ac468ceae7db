//! What an asset stands on, as rows for a sweep: dependencies first.

#![expect(
    clippy::indexing_slicing,
    reason = "rows are indices into the lists made here, positions are below the length of the marks"
)]

use std::ops::Range;

use super::super::bits::{Bits, at_least};
use crate::estate::Graph;

/// Everything that an asset depends on over hard edges, apart from the asset.
///
/// What it needs without any spare is *vital*: each such failure fails the asset, so it takes no part in the sweep. The
/// rest are rows.
pub(super) struct Cone {
    /// Positions of what the asset needs without a spare, the asset first.
    pub(super) vital: Vec<u32>,
    /// Positions of the rest. INVARIANT: dependencies first, but for cycles, which stand together.
    pub(super) rows: Vec<u32>,
    /// The rows in runs of which only the rows of one run can depend on later ones: a run of one row is no cycle.
    runs: Vec<Range<usize>>,
    /// Rows that row r needs: `needed[needed_bounds[r]..needed_bounds[r + 1]]`.
    needed: Vec<u32>,
    needed_bounds: Vec<usize>,
    /// Groups by owner: those of row r at `owned[r]..owned[r + 1]`, those of what is vital from `owned[rows.len()]` on.
    groups: Vec<Group>,
    owned: Vec<usize>,
    members: Vec<u32>,
}

/// A group with a spare. Members that are vital are left out: when one of them fails, all is decided.
struct Group {
    quorum: u32,
    members: Range<usize>,
}

/// The row of every asset in the cone at hand; reusable.
pub(super) struct Marks {
    /// [`NOT_IN`], [`VITAL`], [`ENTERED`], or the row plus 1. INVARIANT: between cones all are [`NOT_IN`].
    row: Box<[u32]>,
}

const NOT_IN: u32 = 0;
const VITAL: u32 = u32::MAX;
const ENTERED: u32 = u32::MAX - 1;

impl Marks {
    pub(super) fn new(graph: &Graph) -> Self {
        Self {
            row: vec![NOT_IN; graph.asset_count()].into(),
        }
    }

    fn row(&self, asset: u32) -> Option<u32> {
        match self.row[asset as usize] {
            NOT_IN | VITAL | ENTERED => None,
            row => Some(row - 1),
        }
    }
}

impl Cone {
    pub(super) fn new(graph: &Graph, asset: u32, marks: &mut Marks) -> Self {
        let vital = vital(graph, asset, marks);
        let rows = rest(graph, &vital, marks);
        let mut cone = Self {
            runs: runs(graph, &rows),
            needed: Vec::new(),
            needed_bounds: vec![0],
            groups: Vec::new(),
            owned: vec![0],
            members: Vec::new(),
            vital,
            rows,
        };
        for (row, asset) in (1_u32..).zip(&cone.rows) {
            marks.row[*asset as usize] = row;
        }
        for index in 0..cone.rows.len() {
            let asset = cone.rows[index];
            let needed = graph.needed_dependencies(asset).iter();
            cone.needed.extend(needed.filter_map(|on| marks.row(*on)));
            cone.needed_bounds.push(cone.needed.len());
            cone.add_groups(graph, asset, marks);
            cone.owned.push(cone.groups.len());
        }
        for index in 0..cone.vital.len() {
            cone.add_groups(graph, cone.vital[index], marks);
        }
        for asset in cone.vital.iter().chain(&cone.rows) {
            marks.row[*asset as usize] = NOT_IN;
        }
        cone
    }

    fn add_groups(&mut self, graph: &Graph, asset: u32, marks: &Marks) {
        for group in graph.groups_of(asset).filter_map(|number| graph.group(number)) {
            let start = self.members.len();
            self.members
                .extend(group.members.iter().filter_map(|member| marks.row(*member)));
            // A group without a spare is among what is needed.
            if group.quorum > 1 && self.members.len() - start >= group.quorum as usize {
                self.groups.push(Group {
                    quorum: group.quorum,
                    members: start..self.members.len(),
                });
            } else {
                self.members.truncate(start);
            }
        }
    }

    /// Runs of rows, in order.
    pub(super) fn runs(&self) -> &[Range<usize>] {
        &self.runs
    }

    /// The first row of the run that a row is in.
    pub(super) fn run_start(&self, row: usize) -> usize {
        let after = self.runs.partition_point(|run| run.start <= row);
        self.runs[after - 1].start
    }

    /// Rows that are members of a group.
    pub(super) fn members(&self) -> &[u32] {
        &self.members
    }

    /// Whether a row has a group of its own.
    pub(super) fn has_groups(&self, row: usize) -> bool {
        self.owned[row] < self.owned[row + 1]
    }

    /// Whether any of what a row depends on satisfies this.
    pub(super) fn leans_on(&self, row: usize, holds: impl Fn(usize) -> bool) -> bool {
        let groups = &self.groups[self.owned[row]..self.owned[row + 1]];
        self.needs(row).iter().any(|on| holds(*on as usize))
            || groups
                .iter()
                .flat_map(|group| &self.members[group.members.clone()])
                .any(|on| holds(*on as usize))
    }

    fn needs(&self, row: usize) -> &[u32] {
        &self.needed[self.needed_bounds[row]..self.needed_bounds[row + 1]]
    }

    /// Adds to a row the columns in which something that it depends on fails it. `bits` is indexed by `at`.
    pub(super) fn fail(&self, row: usize, bits: &[Bits], at: impl Fn(u32) -> Option<usize>) -> Bits {
        let look = |on: &u32| at(*on).and_then(|index| bits.get(index));
        let mut failed = look(&u32::try_from(row).unwrap_or(u32::MAX))
            .copied()
            .unwrap_or_default();
        for needed in self.needs(row).iter().filter_map(look) {
            failed.add(needed);
        }
        for group in &self.groups[self.owned[row]..self.owned[row + 1]] {
            let members = self.members[group.members.clone()].iter().filter_map(look);
            failed.add(&at_least(group.quorum, members));
        }
        failed
    }

    /// The columns in which the asset fails.
    pub(super) fn verdict(&self, bits: &[Bits], at: impl Fn(u32) -> Option<usize>) -> Bits {
        let look = |on: &u32| at(*on).and_then(|index| bits.get(index));
        let mut failed = Bits::NONE;
        for group in &self.groups[self.owned[self.rows.len()]..] {
            let members = self.members[group.members.clone()].iter().filter_map(look);
            failed.add(&at_least(group.quorum, members));
        }
        failed
    }

    /// The columns that fail some member of a group and not its owner: alone they do nothing there, together they may.
    pub(super) fn strained(&self, bits: &[Bits], verdict: &Bits) -> Bits {
        let mut strained = Bits::NONE;
        let mut strain = |group: &Group, owner: &Bits| {
            let mut any = Bits::NONE;
            for member in &self.members[group.members.clone()] {
                any.add(&bits[*member as usize]);
            }
            strained.add(&any.without(owner));
        };
        for (row, owner) in bits.iter().enumerate().take(self.rows.len()) {
            for group in &self.groups[self.owned[row]..self.owned[row + 1]] {
                strain(group, owner);
            }
        }
        for group in &self.groups[self.owned[self.rows.len()]..] {
            strain(group, verdict);
        }
        strained
    }
}

/// The asset and all it needs without a spare.
fn vital(graph: &Graph, asset: u32, marks: &mut Marks) -> Vec<u32> {
    let mut vital = vec![asset];
    marks.row[asset as usize] = VITAL;
    let mut next = 0;
    while let Some(asset) = vital.get(next).copied() {
        next += 1;
        for on in graph.needed_dependencies(asset) {
            let mark = &mut marks.row[*on as usize];
            if *mark == NOT_IN {
                *mark = VITAL;
                vital.push(*on);
            }
        }
    }
    vital
}

/// What the vital assets depend on beyond each other: dependencies first, each cycle together.
fn rest(graph: &Graph, vital: &[u32], marks: &mut Marks) -> Vec<u32> {
    let mut rows = Vec::new();
    let mut stack: Vec<(u32, usize)> = Vec::new();
    for root in vital {
        stack.push((*root, 0));
        while let Some((asset, next)) = stack.last_mut() {
            let asset = *asset;
            if let Some(on) = graph.hard_dependencies(asset).get(*next).copied() {
                *next += 1;
                let mark = &mut marks.row[on as usize];
                if *mark == NOT_IN {
                    *mark = ENTERED;
                    stack.push((on, 0));
                }
                continue;
            }
            stack.pop();
            if marks.row[asset as usize] == ENTERED {
                rows.push(asset);
            }
        }
    }
    // Within a cycle the order of leaving stays: few passes settle it.
    let condensation = graph.condensation();
    rows.sort_by_key(|asset| std::cmp::Reverse(condensation.of(*asset)));
    rows
}

fn runs(graph: &Graph, rows: &[u32]) -> Vec<Range<usize>> {
    let condensation = graph.condensation();
    let mut start = 0;
    rows.chunk_by(|one, other| condensation.of(*one) == condensation.of(*other))
        .map(|run| {
            let range = start..start + run.len();
            start = range.end;
            range
        })
        .collect()
}
