//! How many assets reach each asset, for all of them and by class: columns of bits swept through the components.

#![expect(
    clippy::indexing_slicing,
    reason = "rows are component numbers and columns positions in a block, all below the lengths allocated for them"
)]

use super::bits::{Bits, COLUMNS};
use crate::estate::{Condensation, Graph};

/// Blocks between two calls of the progress function.
const STRIDE: usize = 16;

/// What assets are counted apart by.
pub(super) struct Classes {
    /// The class of every asset by position, below `count`; none for those that are not counted.
    pub(super) of: Vec<Option<u32>>,
    /// How many classes.
    pub(super) count: usize,
}

impl Classes {
    /// The classes in which this asset counts.
    fn of(&self, asset: u32) -> Option<usize> {
        self.of[asset as usize].map(|class| class as usize)
    }
}

/// How many other assets reach each asset over hard edges, by position.
///
/// `progress` hears how many columns of how many are done, and can stop the work.
pub(super) fn ancestors<E>(
    graph: &Graph,
    progress: impl FnMut(usize, usize) -> Result<(), E>,
) -> Result<Vec<u32>, E> {
    let all = Classes {
        of: vec![Some(0); graph.asset_count()],
        count: 1,
    };
    ancestors_by(graph, &all, progress)
}

/// How many other assets of each class reach each asset over hard edges: class by class of the first asset, then of the
/// second, and so on.
///
/// Exact. The components of the graph are taken 512 at a time as columns of bits; each row's bits are pushed on to the
/// components it depends on, dependants first, visiting only rows that are reached, and counted when the row is left. The
/// columns stand in the order of a forest (every component below the nearest one it depends on), so that those which reach
/// the same rows share blocks. A component that depends on just one other is no column of its own: whatever it reaches
/// beyond itself that one reaches too, so it adds to its weight. So trees and chains take linear time. Classes are masks over
/// the columns of a block, so all are counted in the same sweep.
pub(super) fn ancestors_by<E>(
    graph: &Graph,
    classes: &Classes,
    mut progress: impl FnMut(usize, usize) -> Result<(), E>,
) -> Result<Vec<u32>, E> {
    let rows = Rows::of(graph);
    let mut sweep = Sweep::new(&rows, graph.condensation(), classes);
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
    Ok(sweep.of_assets(graph, classes))
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
    /// How many classes.
    classes: usize,
    /// How many assets of each class a column stands for, `classes` entries a row: those of its component, and of those
    /// folded into it.
    weights: Vec<u32>,
    /// Rows before this one are reached by no other: they hold no bits.
    leaves: usize,
    /// From row `leaves` on. INVARIANT: between blocks all bits are 0.
    bits: Vec<Bits>,
    /// Rows from `leaves` on that hold a bit, one bit each. INVARIANT: between blocks all are 0.
    active: Vec<u64>,
    /// Assets of each class that reach the row's component, its own included; as `weights`.
    totals: Vec<u32>,
    /// The weights of the columns of a block; empty where all are 1 and of the only class.
    planes: Vec<Plane>,
}

/// The columns whose weight in a class has this binary digit.
struct Plane {
    class: usize,
    digit: u32,
    columns: Bits,
}

impl<'r> Sweep<'r> {
    fn new(rows: &'r Rows, condensation: &Condensation, classes: &Classes) -> Self {
        let leaves = condensation.leaves();
        let mut weights = vec![0; rows.count() * classes.count];
        for (row, assets) in condensation.components().enumerate() {
            for class in assets.iter().filter_map(|asset| classes.of(*asset)) {
                weights[row * classes.count + class] += 1;
            }
        }
        Self {
            rows,
            classes: classes.count,
            totals: vec![0; weights.len()],
            weights,
            leaves,
            bits: Vec::new(),
            active: vec![0; (rows.count() - leaves).div_ceil(64)],
            planes: Vec::new(),
        }
    }

    /// The entries of a row in `weights` and `totals`.
    fn entries(&self, row: usize) -> std::ops::Range<usize> {
        row * self.classes..(row + 1) * self.classes
    }

    /// How many assets a column stands for.
    fn weight(&self, row: u32) -> u32 {
        self.weights[self.entries(row as usize)].iter().sum()
    }

    /// The columns: those that stand for one asset, and those that stand for more. What stands for none is left out.
    fn columns(&mut self) -> (Vec<u32>, Vec<u32>) {
        for row in 0..self.rows.count() {
            if let [only] = self.rows.ends(row) {
                let below = *only as usize * self.classes;
                for (class, entry) in self.entries(row).enumerate() {
                    self.weights[below + class] += self.weights[entry];
                    self.totals[entry] += self.weights[entry];
                }
            }
        }
        let mut columns = self.rows.forest();
        columns.retain(|row| self.rows.ends(*row as usize).len() != 1 && self.weight(*row) > 0);
        if !columns.is_empty() {
            self.bits = vec![Bits::NONE; self.rows.count() - self.leaves];
        }
        columns.into_iter().partition(|row| self.weight(*row) == 1)
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
        let plain = self.classes == 1 && columns.first().is_some_and(|row| self.weight(*row) == 1);
        for (column, number) in columns.iter().enumerate() {
            let row = *number as usize;
            if !plain {
                self.weigh(column, row);
            }
            let own = [*number];
            let starts = if row < self.leaves {
                for entry in self.entries(row) {
                    self.totals[entry] += self.weights[entry];
                }
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

    /// Notes in the planes what a column stands for.
    fn weigh(&mut self, column: usize, row: usize) {
        for (class, entry) in self.entries(row).enumerate() {
            let mut rest = self.weights[entry];
            while rest != 0 {
                let digit = rest.trailing_zeros();
                rest &= rest - 1;
                let is_it = |plane: &&mut Plane| (plane.class, plane.digit) == (class, digit);
                if let Some(plane) = self.planes.iter_mut().find(is_it) {
                    plane.columns.set(column);
                } else {
                    let mut columns = Bits::NONE;
                    columns.set(column);
                    self.planes.push(Plane {
                        class,
                        digit,
                        columns,
                    });
                }
            }
        }
    }

    /// Counts a row and hands its bits on.
    fn pass(&mut self, place: usize) {
        let bits = std::mem::take(&mut self.bits[place]);
        let row = self.leaves + place;
        if self.planes.is_empty() {
            self.totals[row] += bits.count();
        }
        for plane in &self.planes {
            self.totals[row * self.classes + plane.class] += bits.and(&plane.columns).count() << plane.digit;
        }
        for end in self.rows.ends(row) {
            let place = *end as usize - self.leaves;
            self.bits[place].add(&bits);
            self.active[place / 64] |= 1 << (place % 64);
        }
    }

    /// The totals of every asset, itself not counted.
    fn of_assets(&self, graph: &Graph, classes: &Classes) -> Vec<u32> {
        let condensation = graph.condensation();
        let mut totals = Vec::with_capacity(graph.asset_count() * self.classes);
        for (asset, _) in (0_u32..).zip(0..graph.asset_count()) {
            let start = totals.len();
            let row = condensation.of(asset) as usize;
            totals.extend_from_slice(&self.totals[self.entries(row)]);
            if let Some(class) = classes.of(asset) {
                totals[start + class] -= 1;
            }
        }
        totals
    }
}
