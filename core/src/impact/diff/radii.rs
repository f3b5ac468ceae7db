//! Whose blast radius changed, and by how much.

#![expect(
    clippy::indexing_slicing,
    reason = "numbers are below the count of the union, components below that of their graph, columns below the length of the block"
)]

use super::super::bits::{Bits, COLUMNS};
use super::super::sweep::ancestors;
use super::RadiusChange;
use super::aligned::{Aligned, NONE, Side, flood};
use crate::error::Result;
use crate::estate::Graph;

/// So many times the size of the graph may be searched for the radii of single assets before all are swept.
const SEARCHES: usize = 4;

/// The assets that can be gained or lost as dependants.
pub(super) struct Columns {
    list: Vec<Column>,
    /// Whether the asset of a number is in one of them.
    inside: Vec<bool>,
}

/// Assets that are in one component in the old graph and in one in the new, and so reach the same.
struct Column {
    /// Their component in the old graph, or [`NONE`].
    old: u32,
    new: u32,
    /// How many they are, with those that change as they do.
    weight: u32,
}

impl Columns {
    /// What leads to an edge that only one side has: nothing else can reach more or less than before.
    pub(super) fn new(aligned: &Aligned<'_>) -> Self {
        let mut inside = vec![false; aligned.count()];
        for side in [&aligned.old, &aligned.new] {
            let graph = side.graph();
            for position in flood(graph, &side.changed.from, |asset| graph.hard_dependants(asset)) {
                inside[side.number(position) as usize] = true;
            }
        }
        let mut pairs: Vec<(u32, u32, u32)> = aligned
            .numbers()
            .filter(|number| inside[*number as usize])
            .map(|number| {
                (
                    component(&aligned.old, number),
                    component(&aligned.new, number),
                    number,
                )
            })
            .collect();
        // Near components stand on the same foundations: their blocks touch fewer rows.
        pairs.sort_unstable();
        let weights = weights(aligned, &pairs);
        let list = pairs
            .chunk_by(|one, other| (one.0, one.1) == (other.0, other.1))
            .filter_map(|equal| {
                let (old, new, _) = *equal.first()?;
                let weight = equal.iter().map(|(_, _, number)| weights[*number as usize]).sum();
                Some(Column { old, new, weight })
            })
            .filter(|column| column.weight > 0)
            .collect();
        Self { list, inside }
    }

    /// How many.
    pub(super) fn count(&self) -> usize {
        self.list.len()
    }
}

/// The component of a number on one side, or [`NONE`].
fn component(side: &Side<'_>, number: u32) -> u32 {
    side.position(number)
        .map_or(NONE, |position| side.graph().condensation().of(position))
}

/// How many assets each number stands for, dependants first.
///
/// An asset that needs just one other, the same in both graphs, is no column of its own: what it gains or loses beyond itself
/// that one does too. So a change below a tree or a chain is one column.
fn weights(aligned: &Aligned<'_>, columns: &[(u32, u32, u32)]) -> Vec<u32> {
    let mut weights = vec![0; aligned.count()];
    let mut differs = vec![false; aligned.count()];
    for side in [&aligned.old, &aligned.new] {
        for position in &side.changed.owners {
            differs[side.number(*position) as usize] = true;
        }
    }
    for (_, _, number) in columns {
        weights[*number as usize] = 1;
    }
    for (_, _, number) in columns.iter().filter(|(_, _, number)| !differs[*number as usize]) {
        if let Some(below) = only(&aligned.old, *number).filter(|_| only(&aligned.new, *number).is_some()) {
            let weight = std::mem::take(&mut weights[*number as usize]);
            weights[below as usize] += weight;
        }
    }
    weights
}

/// The one asset that a number needs, unless it is in a cycle.
fn only(side: &Side<'_>, number: u32) -> Option<u32> {
    let (graph, position) = (side.graph(), side.position(number)?);
    let condensation = graph.condensation();
    match graph.hard_dependencies(position) {
        [below] if condensation.assets(condensation.of(position)).len() == 1 => Some(side.number(*below)),
        _ => None,
    }
}

/// How many dependants an asset gained and lost.
#[derive(Clone, Copy, Default, Eq, PartialEq)]
struct Count {
    gained: u32,
    lost: u32,
}

/// The changes, by number. `progress` hears how many columns are done.
pub(super) fn radii(
    aligned: &Aligned<'_>,
    columns: &Columns,
    mut progress: impl FnMut(usize) -> Result<()>,
) -> Result<Vec<RadiusChange>> {
    let rows = rows(aligned);
    let mut counts = vec![Count::default(); rows.len()];
    let mut bits = vec![Bits::NONE; widest(aligned)];
    let mut held = vec![Bits::NONE; rows.len()];
    let (mut before, mut after) = (Sweep::new(aligned.old.graph()), Sweep::new(aligned.new.graph()));
    for (number, block) in columns.list.chunks(COLUMNS).enumerate() {
        progress(number * COLUMNS)?;
        before.block(block.iter().map(|column| column.old), &mut bits);
        for (slot, row) in held.iter_mut().zip(&rows) {
            *slot = before.row(&aligned.old, *row, &bits);
        }
        before.clear(&mut bits);
        after.block(block.iter().map(|column| column.new), &mut bits);
        for ((count, had), row) in counts.iter_mut().zip(&held).zip(&rows) {
            let has = after.row(&aligned.new, *row, &bits);
            if has != *had {
                count.gained += weigh(block, &has.without(had));
                count.lost += weigh(block, &had.without(&has));
            }
        }
        after.clear(&mut bits);
    }
    let counted: Vec<_> = rows.into_iter().zip(counts).collect();
    changes(aligned, columns, &counted, || progress(columns.count()))
}

/// What edges of one side alone lead down to: nothing else can gain or lose a dependant.
fn rows(aligned: &Aligned<'_>) -> Vec<u32> {
    let mut rows = Vec::new();
    for side in [&aligned.old, &aligned.new] {
        let graph = side.graph();
        let below = flood(graph, &side.changed.to, |asset| graph.hard_dependencies(asset));
        rows.extend(below.into_iter().map(|position| side.number(position)));
    }
    rows.sort_unstable();
    rows.dedup();
    rows
}

fn widest(aligned: &Aligned<'_>) -> usize {
    let components = |side: &Side<'_>| side.graph().condensation().count();
    components(&aligned.old).max(components(&aligned.new))
}

fn weigh(block: &[Column], bits: &Bits) -> u32 {
    bits.columns().map(|column| block[column].weight).sum()
}

/// Puts together what is told: the rows that gained or lost, and the assets of one side alone.
fn changes(
    aligned: &Aligned<'_>,
    columns: &Columns,
    rows: &[(u32, Count)],
    mut check: impl FnMut() -> Result<()>,
) -> Result<Vec<RadiusChange>> {
    let mut totals = Totals::new(aligned.new.graph());
    let mut rows = rows.iter().peekable();
    let mut changes = Vec::new();
    for number in aligned.numbers() {
        let row = rows.next_if(|(row, _)| *row == number);
        let mut count = row.map(|(_, count)| *count).unwrap_or_default();
        let (before, after) = match (aligned.old.position(number), aligned.new.position(number)) {
            (Some(_), Some(_)) if count == Count::default() => continue,
            (Some(_), Some(position)) => {
                let after = totals.of(position, &mut check)?;
                (
                    Some((after + count.lost).saturating_sub(count.gained)),
                    Some(after),
                )
            }
            // All edges to an asset of one side alone are changes: its dependants are all counted, and with them it itself
            // where it is in a column.
            (old, new) => {
                let own = u32::from(row.is_some() && columns.inside[number as usize]);
                count.gained = count.gained.saturating_sub(own * u32::from(new.is_some()));
                count.lost = count.lost.saturating_sub(own * u32::from(old.is_some()));
                (old.map(|_| count.lost), new.map(|_| count.gained))
            }
        };
        let wide = |count: u32| count as usize;
        changes.extend(aligned.id(number).map(|asset| RadiusChange {
            asset,
            before: before.map(wide),
            after: after.map(wide),
            gained: wide(count.gained),
            lost: wide(count.lost),
        }));
    }
    Ok(changes)
}

/// Carries columns down one graph, dependants first, through the rows that are reached alone.
struct Sweep<'g> {
    graph: &'g Graph,
    /// Components that hold a bit and are still to pass it on, one bit each. INVARIANT: between blocks all are 0.
    active: Vec<u64>,
    /// Components that hold a bit.
    reached: Vec<u32>,
}

impl<'g> Sweep<'g> {
    fn new(graph: &'g Graph) -> Self {
        Self {
            graph,
            active: vec![0; graph.condensation().count().div_ceil(64)],
            reached: Vec::new(),
        }
    }

    /// Puts a column on each of these components; in `bits`, which was empty, stands what they reach.
    fn block(&mut self, columns: impl Iterator<Item = u32>, bits: &mut [Bits]) {
        let mut first = self.active.len();
        for (column, component) in columns.enumerate().filter(|(_, component)| *component != NONE) {
            bits[component as usize].set(column);
            first = first.min(self.wake(component));
        }
        for word in first..self.active.len() {
            // A component passes on to higher ones alone, which may be in the same word.
            while self.active[word] != 0 {
                let component = word * 64 + self.active[word].trailing_zeros() as usize;
                self.active[word] &= self.active[word] - 1;
                self.pass(component, bits);
            }
        }
    }

    fn wake(&mut self, component: u32) -> usize {
        let word = component as usize / 64;
        self.active[word] |= 1 << (component % 64);
        word
    }

    fn pass(&mut self, component: usize, bits: &mut [Bits]) {
        let condensation = self.graph.condensation();
        let own = bits[component];
        // INVARIANT: components are below u32::MAX in number.
        let number = u32::try_from(component).unwrap_or(NONE);
        self.reached.push(number);
        for asset in condensation.assets(number) {
            for on in self.graph.hard_dependencies(*asset) {
                let below = condensation.of(*on);
                if below != number {
                    bits[below as usize].add(&own);
                    self.wake(below);
                }
            }
        }
    }

    /// The columns that reach the asset of this number.
    fn row(&self, side: &Side<'_>, number: u32, bits: &[Bits]) -> Bits {
        side.position(number).map_or(Bits::NONE, |position| {
            bits[self.graph.condensation().of(position) as usize]
        })
    }

    /// Takes the bits away.
    fn clear(&mut self, bits: &mut [Bits]) {
        for component in self.reached.drain(..) {
            bits[component as usize] = Bits::NONE;
        }
    }
}

/// Blast radii by position: searched one by one until all at once are cheaper.
struct Totals<'g> {
    graph: &'g Graph,
    /// The search that last saw each asset.
    seen: Vec<u32>,
    search: u32,
    stack: Vec<u32>,
    /// How much more may be searched.
    left: usize,
    all: Option<Vec<u32>>,
}

impl<'g> Totals<'g> {
    fn new(graph: &'g Graph) -> Self {
        Self {
            graph,
            seen: vec![0; graph.asset_count()],
            search: 0,
            stack: Vec::new(),
            left: SEARCHES * (graph.asset_count() + graph.link_count()),
            all: None,
        }
    }

    fn of(&mut self, position: u32, mut check: impl FnMut() -> Result<()>) -> Result<u32> {
        if self.all.is_none()
            && let Some(total) = self.search(position)
        {
            return Ok(total);
        }
        let all = match self.all.take() {
            Some(all) => all,
            None => ancestors(self.graph, |_, _| check())?,
        };
        let total = all[position as usize];
        self.all = Some(all);
        Ok(total)
    }

    /// None when too much was searched.
    fn search(&mut self, position: u32) -> Option<u32> {
        self.search += 1;
        self.seen[position as usize] = self.search;
        self.stack.clear();
        self.stack.push(position);
        let mut total = 0;
        while let Some(asset) = self.stack.pop() {
            let dependants = self.graph.hard_dependants(asset);
            self.left = self.left.checked_sub(dependants.len() + 1)?;
            for dependant in dependants {
                let seen = &mut self.seen[*dependant as usize];
                if *seen != self.search {
                    *seen = self.search;
                    total += 1;
                    self.stack.push(*dependant);
                }
            }
        }
        Some(total)
    }
}
