//! How many assets reach each asset, for all of them: columns of bits swept through the components.

#![expect(
    clippy::indexing_slicing,
    reason = "rows are component numbers and columns positions in a block, all below the lengths allocated for them"
)]

use super::bits::{Bits, COLUMNS};
use crate::estate::{Condensation, Graph};

/// Blocks between two calls of the progress function.
const STRIDE: usize = 16;

/// How many other assets reach each asset over hard edges, by position.
///
/// Exact. The components of the graph are taken 512 at a time as columns of bits; each row's bits are pushed on to the
/// components it depends on, dependants first, visiting only rows that are reached, and counted when the row is left. The
/// columns stand in the order of a forest (every component below the nearest one it depends on), so that those which reach
/// the same rows share blocks. A component that depends on just one other is no column of its own: whatever it reaches
/// beyond itself that one reaches too, so it adds to its weight. So trees and chains take linear time.
///
/// `progress` hears how many columns of how many are done, and can stop the work.
pub(super) fn ancestors<E>(
    graph: &Graph,
    mut progress: impl FnMut(usize, usize) -> Result<(), E>,
) -> Result<Vec<u32>, E> {
    let rows = Rows::of(graph);
    let mut sweep = Sweep::new(&rows, graph.condensation());
    let (light, heavy) = sweep.columns();
    let count = light.len() + heavy.len();
    let blocks = light.chunks(COLUMNS).chain(heavy.chunks(COLUMNS));
    let mut done = 0;
    for (number, block) in blocks.enumerate() {
        if number % STRIDE == 0 {
            progress(done, count)?;
        }
        sweep.block(block);
        done += block.len();
    }
    progress(count, count)?;
    let condensation = graph.condensation();
    Ok((0_u32..)
        .zip(0..graph.asset_count())
        .map(|(asset, _)| sweep.totals[condensation.of(asset) as usize] - 1)
        .collect())
}

/// The components as a graph without cycles. INVARIANT: ends are above their row, since dependants have lower numbers.
struct Rows {
    /// Components that row r depends on: `ends[bounds[r]..bounds[r + 1]]`, ascending, each once.
    bounds: Vec<u32>,
    ends: Vec<u32>,
}

impl Rows {
    fn of(graph: &Graph) -> Self {
        let condensation = graph.condensation();
        let mut rows = Self {
            bounds: Vec::with_capacity(condensation.count() + 1),
            ends: Vec::with_capacity(graph.link_count()),
        };
        rows.bounds.push(0);
        let mut own = Vec::new();
        for (row, assets) in (0_u32..).zip(condensation.components()) {
            for asset in assets {
                let on = graph
                    .hard_dependencies(*asset)
                    .iter()
                    .map(|on| condensation.of(*on));
                own.extend(on.filter(|on| *on != row));
            }
            own.sort_unstable();
            own.dedup();
            rows.ends.append(&mut own);
            // INVARIANT: edges are below u32::MAX in number.
            rows.bounds
                .push(u32::try_from(rows.ends.len()).unwrap_or(u32::MAX));
        }
        rows
    }

    fn count(&self) -> usize {
        self.bounds.len() - 1
    }

    fn ends(&self, row: usize) -> &[u32] {
        &self.ends[self.bounds[row] as usize..self.bounds[row + 1] as usize]
    }

    /// The rows in the order of the forest: each before those that lean on it.
    fn forest(&self) -> Vec<u32> {
        let count = self.count();
        let mut size = vec![1_u32; count];
        for row in 0..count {
            if let Some(below) = self.ends(row).first() {
                size[*below as usize] += size[row];
            }
        }
        let mut place = vec![0_u32; count];
        let mut used = vec![1_u32; count];
        let mut trees = 0;
        for row in (0..count).rev() {
            let (start, used) = match self.ends(row).first() {
                Some(below) => (place[*below as usize], &mut used[*below as usize]),
                None => (0, &mut trees),
            };
            place[row] = start + *used;
            *used += size[row];
        }
        let mut forest = vec![0_u32; count];
        for (row, place) in (0_u32..).zip(place) {
            forest[place as usize] = row;
        }
        forest
    }
}

struct Sweep<'r> {
    rows: &'r Rows,
    /// How many assets a column stands for: those of its component, and of those folded into it.
    weights: Vec<u32>,
    /// Rows before this one are reached by no other: they hold no bits.
    leaves: usize,
    /// From row `leaves` on. INVARIANT: between blocks all bits are 0.
    bits: Vec<Bits>,
    /// Rows from `leaves` on that hold a bit, one bit each. INVARIANT: between blocks all are 0.
    active: Vec<u64>,
    /// Assets that reach the row's component, its own included.
    totals: Vec<u32>,
    /// The weights of the columns of a block in binary, one plane a digit; empty where all are 1.
    planes: Vec<Bits>,
}

impl<'r> Sweep<'r> {
    fn new(rows: &'r Rows, condensation: &Condensation) -> Self {
        let leaves = condensation.leaves();
        Self {
            rows,
            // INVARIANT: assets are below u32::MAX in number.
            weights: condensation
                .components()
                .map(|assets| u32::try_from(assets.len()).unwrap_or(u32::MAX))
                .collect(),
            leaves,
            bits: Vec::new(),
            active: vec![0; (rows.count() - leaves).div_ceil(64)],
            totals: vec![0; rows.count()],
            planes: Vec::new(),
        }
    }

    /// The columns: those that stand for one asset, and those that stand for more.
    fn columns(&mut self) -> (Vec<u32>, Vec<u32>) {
        for row in 0..self.rows.count() {
            if let [only] = self.rows.ends(row) {
                self.weights[*only as usize] += self.weights[row];
                self.totals[row] += self.weights[row];
            }
        }
        let mut columns = self.rows.forest();
        columns.retain(|row| self.rows.ends(*row as usize).len() != 1);
        if !columns.is_empty() {
            self.bits = vec![Bits::NONE; self.rows.count() - self.leaves];
        }
        columns
            .into_iter()
            .partition(|row| self.weights[*row as usize] == 1)
    }

    fn block(&mut self, columns: &[u32]) {
        let first = self.plant(columns);
        for group in first..self.active.len() {
            // A row pushes only to later rows, which may be in the same group.
            while self.active[group] != 0 {
                let place = group * 64 + self.active[group].trailing_zeros() as usize;
                self.active[group] &= self.active[group] - 1;
                self.pass(place);
            }
        }
    }

    /// Sets the columns' own bits; gives the first group of rows that holds one.
    fn plant(&mut self, columns: &[u32]) -> usize {
        self.planes.clear();
        let mut first = self.active.len();
        for (column, number) in columns.iter().enumerate() {
            let row = *number as usize;
            let weight = self.weights[row];
            if weight > 1 {
                self.weigh(column, weight);
            }
            let own = [*number];
            let starts = if row < self.leaves {
                self.totals[row] += weight;
                self.rows.ends(row)
            } else {
                &own
            };
            for start in starts {
                let place = *start as usize - self.leaves;
                self.bits[place].set(column);
                self.active[place / 64] |= 1 << (place % 64);
                first = first.min(place / 64);
            }
        }
        first
    }

    fn weigh(&mut self, column: usize, weight: u32) {
        let digits = (u32::BITS - weight.leading_zeros()) as usize;
        if self.planes.len() < digits {
            self.planes.resize(digits, Bits::NONE);
        }
        for (digit, plane) in self.planes.iter_mut().enumerate() {
            if weight >> digit & 1 == 1 {
                plane.set(column);
            }
        }
    }

    /// Counts a row and hands its bits on.
    fn pass(&mut self, place: usize) {
        let bits = std::mem::take(&mut self.bits[place]);
        let row = self.leaves + place;
        self.totals[row] += if self.planes.is_empty() {
            bits.count()
        } else {
            (0_u32..)
                .zip(&self.planes)
                .map(|(digit, plane)| bits.and(plane).count() << digit)
                .sum()
        };
        for end in self.rows.ends(row) {
            let place = *end as usize - self.leaves;
            self.bits[place].add(&bits);
            self.active[place / 64] |= 1 << (place % 64);
        }
    }
}
