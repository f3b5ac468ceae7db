//! The sweeps over a cone: single failures first, then pairs of those that strain a group.

#![expect(
    clippy::indexing_slicing,
    reason = "rows are below the number of rows of the cone, columns below the length of the block"
)]

use std::collections::BTreeSet;

use hashbrown::HashMap;

use super::super::bits::{Bits, COLUMNS};
use super::cone::Cone;
use crate::error::{Error, ErrorKind, Result};
use crate::monitor::Monitor;

/// Entries of the traces of all candidates together: beyond that the pairs are refused.
const MOST_TRACES: usize = 1 << 26;

/// What single failures of the rows do.
pub(super) struct Singles {
    /// Rows whose failure alone fails the asset.
    pub(super) cuts: Vec<u32>,
    /// Rows that alone fail nothing that matters but strain some group, by class: rows of one class do the same to every
    /// group. INVARIANT: no class is empty; each ascends.
    pub(super) classes: Vec<Vec<u32>>,
}

/// Fails every row alone. `progress` hears how many of how many are done, and can stop the work.
pub(super) fn singles(cone: &Cone, progress: impl Fn(u64, u64) -> Result<()>) -> Result<Singles> {
    let count = cone.rows.len();
    let shared: BTreeSet<u32> = cone.members().iter().copied().collect();
    let mut bits = vec![Bits::NONE; count];
    let mut cuts = Vec::new();
    let mut signatures = Signatures::default();
    let rows: Vec<u32> = (0_u32..).zip(&cone.rows).map(|(row, _)| row).collect();
    for (number, block) in rows.chunks(COLUMNS).enumerate() {
        progress((number * COLUMNS) as u64, count as u64)?;
        let verdict = sweep(cone, block, &mut bits);
        let strained = cone.strained(&bits, &verdict).without(&verdict);
        cuts.extend(verdict.columns().filter_map(|column| block.get(column)));
        signatures.add(
            block,
            &strained,
            shared.iter().map(|row| (*row, &bits[*row as usize])),
        );
    }
    Ok(Singles {
        cuts,
        classes: signatures.classes(),
    })
}

/// Fails each row of the block in a column of its own; gives the columns in which the asset fails.
fn sweep(cone: &Cone, block: &[u32], bits: &mut [Bits]) -> Bits {
    bits.fill(Bits::NONE);
    let mut first = cone.rows.len();
    for (column, row) in block.iter().enumerate() {
        bits[*row as usize].set(column);
        first = first.min(*row as usize);
    }
    if first < cone.rows.len() {
        settle(cone, cone.run_start(first), bits);
    }
    cone.verdict(bits, |row| Some(row as usize))
}

/// Carries failures from each row to those that depend on it, from this row on.
fn settle(cone: &Cone, first: usize, bits: &mut [Bits]) {
    let from = cone.runs().partition_point(|run| run.start < first);
    for run in &cone.runs()[from..] {
        loop {
            let mut changed = false;
            for row in run.clone() {
                let failed = cone.fail(row, bits, |row| Some(row as usize));
                changed |= failed != bits[row];
                bits[row] = failed;
            }
            if !changed || run.len() == 1 {
                break;
            }
        }
    }
}

/// Groups columns by the set of shared rows they fail. Each set is a way through a tree of rows, so that equal sets end at
/// the same place and others never do.
#[derive(Default)]
struct Signatures {
    ways: HashMap<(u32, u32), u32>,
    ends: Vec<(u32, u32)>,
}

impl Signatures {
    /// Adds the columns of a block that are `wanted`. `shared` gives the shared rows, ascending.
    fn add<'b>(&mut self, block: &[u32], wanted: &Bits, shared: impl Iterator<Item = (u32, &'b Bits)>) {
        let mut at = vec![0_u32; block.len()];
        for (row, bits) in shared {
            for column in bits.and(wanted).columns() {
                let next = u32::try_from(self.ways.len() + 1).unwrap_or(u32::MAX);
                at[column] = *self.ways.entry((at[column], row)).or_insert(next);
            }
        }
        self.ends.extend(
            wanted
                .columns()
                .filter_map(|column| Some((at[column], *block.get(column)?))),
        );
    }

    fn classes(mut self) -> Vec<Vec<u32>> {
        self.ends.sort_unstable();
        let mut classes: Vec<Vec<u32>> = self
            .ends
            .chunk_by(|one, other| one.0 == other.0)
            .map(|class| class.iter().map(|(_, row)| *row).collect())
            .collect();
        classes.sort_unstable();
        classes
    }
}

/// The pairs of classes of which one row each fail the asset together.
///
/// Only rows that depend on some group can fail for a pair and not for one of the two: they are swept again, for each class
/// as the one failure and all later classes as columns. What every other row does is known from the single failures.
pub(super) fn pairs(cone: &Cone, classes: &[Vec<u32>], monitor: &Monitor) -> Result<Vec<(usize, usize)>> {
    let view = View::new(cone);
    let heads: Vec<u32> = classes
        .iter()
        .filter_map(|class| class.first().copied())
        .collect();
    let traces = traces(cone, &view, &heads)?;
    let mut bits = vec![Bits::NONE; cone.rows.len()];
    let mut base = vec![Bits::NONE; view.rows.len()];
    let mut work = base.clone();
    let mut pairs = Vec::new();
    for (number, block) in heads.chunks(COLUMNS).enumerate() {
        sweep(cone, block, &mut bits);
        for (slot, row) in base.iter_mut().zip(&view.rows) {
            *slot = bits[*row as usize];
        }
        let start = number * COLUMNS;
        for (one, trace) in traces.iter().enumerate().take(start + block.len()) {
            monitor.check()?;
            work.copy_from_slice(&base);
            for index in trace {
                work[*index as usize] = Bits::ALL;
            }
            let verdict = view.settle(cone, &mut work);
            let later = |column: &usize| *column < block.len() && start + column > one;
            pairs.extend(
                verdict
                    .columns()
                    .filter(later)
                    .map(|column| (one, start + column)),
            );
        }
    }
    pairs.sort_unstable();
    Ok(pairs)
}

/// What each of these rows fails in the view when it fails alone.
fn traces(cone: &Cone, view: &View, heads: &[u32]) -> Result<Vec<Vec<u32>>> {
    let mut traces = vec![Vec::new(); heads.len()];
    let mut bits = vec![Bits::NONE; cone.rows.len()];
    let mut total = 0;
    for (block, traces) in heads.chunks(COLUMNS).zip(traces.chunks_mut(COLUMNS)) {
        sweep(cone, block, &mut bits);
        for (index, row) in (0_u32..).zip(&view.rows) {
            total += bits[*row as usize].count() as usize;
            if total > MOST_TRACES {
                return Err(Error::new(
                    ErrorKind::TooLarge,
                    "too many assets strain too many groups for pairs to be found",
                )
                .remedy("ask for cut sets of order 1"));
            }
            for column in bits[*row as usize].columns() {
                traces[column].push(index);
            }
        }
    }
    Ok(traces)
}

/// The rows that matter for pairs: members of groups, and all that depends on a group.
struct View {
    /// Rows of the cone, ascending.
    rows: Vec<u32>,
    /// The place in `rows` of each row of the cone; `u32::MAX` for none.
    place: Vec<u32>,
    /// Runs of the cone that depend on a group.
    runs: Vec<std::ops::Range<usize>>,
}

impl View {
    fn new(cone: &Cone) -> Self {
        let count = cone.rows.len();
        let mut grouped = vec![false; count];
        let mut runs = Vec::new();
        for run in cone.runs() {
            let grouped_run = run
                .clone()
                .any(|row| cone.has_groups(row) || cone.leans_on(row, |on| grouped[on]));
            if grouped_run {
                grouped[run.clone()].fill(true);
                runs.push(run.clone());
            }
        }
        let mut inside = grouped;
        for member in cone.members() {
            inside[*member as usize] = true;
        }
        let mut view = Self {
            rows: Vec::new(),
            place: vec![u32::MAX; count],
            runs,
        };
        for (row, inside) in (0_u32..).zip(inside) {
            if inside {
                view.place[row as usize] = u32::try_from(view.rows.len()).unwrap_or(u32::MAX);
                view.rows.push(row);
            }
        }
        view
    }

    /// Carries failures through the rows that depend on groups; gives the columns in which the asset fails.
    fn settle(&self, cone: &Cone, work: &mut [Bits]) -> Bits {
        // A row outside the view is not looked at: what it alone does to the rows inside is in them already.
        let at = |row: u32| self.place.get(row as usize).map(|place| *place as usize);
        for run in &self.runs {
            loop {
                let mut changed = false;
                for row in run.clone() {
                    let failed = cone.fail(row, work, at);
                    let slot = &mut work[self.place[row] as usize];
                    changed |= failed != *slot;
                    *slot = failed;
                }
                if !changed || run.len() == 1 {
                    break;
                }
            }
        }
        cone.verdict(work, at)
    }
}
