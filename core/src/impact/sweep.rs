//! How many assets reach each asset, for all of them: columns of bits swept through the components.

#![expect(
    clippy::indexing_slicing,
    reason = "rows are component numbers and columns positions in a block, all below the lengths allocated for them"
)]

use super::bits::{Bits, COLUMNS};
use crate::estate::Graph;

/// Blocks between two calls of the progress function.
const STRIDE: usize = 16;

/// How many other assets reach each asset over hard edges, by position.
///
/// Exact. The components of the graph are taken 512 at a time as columns of bits; each row's bits are pushed on to the
/// components it depends on, dependants first, visiting only rows that are reached, and counted when the row is left. The
/// columns stand in the order of a forest (every component below the nearest one it depends on), so that those which reach
/// the same rows share blocks.
///
/// `progress` hears how many components of how many are done, and can stop the work.
pub(super) fn ancestors<E>(
    graph: &Graph,
    mut progress: impl FnMut(usize, usize) -> Result<(), E>,
) -> Result<Vec<u32>, E> {
    let rows = Rows::of(graph);
    let columns = rows.columns();
    let mut sweep = Sweep::new(&rows);
    for (number, block) in columns.chunks(COLUMNS).enumerate() {
        if number % STRIDE == 0 {
            progress(number * COLUMNS, columns.len())?;
        }
        sweep.block(block);
    }
    progress(columns.len(), columns.len())?;
    let condensation = graph.condensation();
    Ok((0..graph.asset_count())
        .zip(0_u32..)
        .map(|(_, asset)| sweep.totals[condensation.of(asset) as usize] - 1)
        .collect())
}

/// The components as a graph without cycles. INVARIANT: ends are above their row, since dependants have lower numbers.
struct Rows {
    /// Components that row r depends on: `ends[bounds[r]..bounds[r + 1]]`, ascending.
    bounds: Vec<u32>,
    ends: Vec<u32>,
    /// How many assets are in each component.
    weights: Vec<u32>,
    /// Whether any has more than one.
    weighted: bool,
}

impl Rows {
    fn of(graph: &Graph) -> Self {
        let condensation = graph.condensation();
        let count = condensation.count();
        let mut rows = Self {
            bounds: Vec::with_capacity(count + 1),
            ends: Vec::with_capacity(graph.link_count()),
            weights: Vec::with_capacity(count),
            weighted: count < graph.asset_count(),
        };
        rows.bounds.push(0);
        for (row, assets) in (0_u32..).zip(condensation.components()) {
            let start = rows.ends.len();
            for asset in assets {
                let on = graph.hard_dependencies(*asset).iter().map(|on| condensation.of(*on));
                rows.ends.extend(on.filter(|on| *on != row));
            }
            rows.ends[start..].sort_unstable();
            if assets.len() > 1 {
                let mut kept = start;
                for index in start..rows.ends.len() {
                    if kept == start || rows.ends[kept - 1] != rows.ends[index] {
                        rows.ends[kept] = rows.ends[index];
                        kept += 1;
                    }
                }
                rows.ends.truncate(kept);
            }
            // INVARIANT: edges and assets are below u32::MAX in number.
            rows.bounds.push(u32::try_from(rows.ends.len()).unwrap_or(u32::MAX));
            rows.weights.push(u32::try_from(assets.len()).unwrap_or(u32::MAX));
        }
        rows
    }

    fn ends(&self, row: usize) -> &[u32] {
        &self.ends[self.bounds[row] as usize..self.bounds[row + 1] as usize]
    }

    /// The rows in the order of the forest: each before those that lean on it.
    fn columns(&self) -> Vec<u32> {
        let count = self.weights.len();
        let mut size = vec![1_u32; count];
        for row in 0..count {
            if let Some(below) = self.ends(row).first() {
                size[*below as usize] += size[row];
            }
        }
        let mut place = vec![0_u32; count];
        let mut used = vec![1_u32; count];
        let mut next_tree = 0;
        for row in (0..count).rev() {
            place[row] = match self.ends(row).first().map(|below| *below as usize) {
                Some(below) => {
                    let place = place[below] + used[below];
                    used[below] += size[row];
                    place
                }
                None => {
                    let place = next_tree;
                    next_tree += size[row];
                    place
                }
            };
        }
        let mut columns = vec![0_u32; count];
        for (row, place) in (0_u32..).zip(place) {
            columns[place as usize] = row;
        }
        columns
    }
}

struct Sweep<'r> {
    rows: &'r Rows,
    /// INVARIANT: between blocks all bits are 0.
    bits: Vec<Bits>,
    /// Rows that hold a bit, one bit each. INVARIANT: between blocks all are 0.
    active: Vec<u64>,
    /// Assets that reach the row's component, its own included.
    totals: Vec<u32>,
    /// Columns of the block that stand for more than one asset, and how many more.
    heavy: Vec<(usize, u32)>,
}

impl<'r> Sweep<'r> {
    fn new(rows: &'r Rows) -> Self {
        let count = rows.weights.len();
        Self {
            rows,
            bits: vec![Bits::default(); count],
            active: vec![0; count.div_ceil(64)],
            totals: vec![0; count],
            heavy: Vec::new(),
        }
    }

    fn block(&mut self, columns: &[u32]) {
        let first = self.plant(columns);
        for group in first..self.active.len() {
            // A row pushes only to later rows, which may be in the same group.
            while self.active[group] != 0 {
                let row = group * 64 + self.active[group].trailing_zeros() as usize;
                self.active[group] &= self.active[group] - 1;
                self.pass(row);
            }
        }
    }

    /// Sets the columns' own bits; gives the first group of rows that holds one.
    fn plant(&mut self, columns: &[u32]) -> usize {
        self.heavy.clear();
        let mut first = self.active.len();
        for (column, row) in columns.iter().enumerate() {
            let row = *row as usize;
            self.bits[row].set(column);
            self.active[row / 64] |= 1 << (row % 64);
            first = first.min(row / 64);
            if self.rows.weighted && self.rows.weights[row] > 1 {
                self.heavy.push((column, self.rows.weights[row] - 1));
            }
        }
        first
    }

    /// Counts a row and hands its bits on.
    fn pass(&mut self, row: usize) {
        let bits = std::mem::take(&mut self.bits[row]);
        let mut count = bits.count();
        for (column, more) in &self.heavy {
            if bits.has(*column) {
                count += more;
            }
        }
        self.totals[row] += count;
        for end in self.rows.ends(row) {
            let end = *end as usize;
            self.bits[end].add(&bits);
            self.active[end / 64] |= 1 << (end % 64);
        }
    }
}
