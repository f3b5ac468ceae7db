//! Two snapshots side by side: one number for every asset of either, in the order of the ids, and what changed of who
//! needs whom.

#![expect(
    clippy::indexing_slicing,
    reason = "positions are below the counts of their graph and numbers below that of the union, for which the lists are made"
)]

use std::cmp::Ordering;

use crate::estate::{AssetId, Estate, Graph};

/// In a list of positions or components: it is not there.
pub(super) const NONE: u32 = u32::MAX;

/// The two snapshots.
pub(super) struct Aligned<'e> {
    pub(super) old: Side<'e>,
    pub(super) new: Side<'e>,
}

/// One of them.
pub(super) struct Side<'e> {
    pub(super) estate: &'e Estate,
    /// The number of every position. INVARIANT: ascending, so that what is sorted by position is sorted by number.
    numbers: Vec<u32>,
    /// The position of every number, or [`NONE`].
    positions: Vec<u32>,
    pub(super) changed: Changed,
}

/// What only this side says, by position.
#[derive(Default)]
pub(super) struct Changed {
    /// Dependants of hard edges that the other side does not have.
    pub(super) from: Vec<u32>,
    /// The dependencies of these edges.
    pub(super) to: Vec<u32>,
    /// Assets that need something else than on the other side, or whose groups differ.
    pub(super) owners: Vec<u32>,
}

impl<'e> Aligned<'e> {
    /// Two passes over both snapshots.
    pub(super) fn new(old: &'e Estate, new: &'e Estate) -> Self {
        let mut aligned = Self {
            old: Side::new(old),
            new: Side::new(new),
        };
        aligned.number();
        aligned.compare();
        aligned
    }

    /// How many assets either has.
    pub(super) fn count(&self) -> usize {
        self.old.positions.len()
    }

    /// Every number.
    pub(super) fn numbers(&self) -> impl Iterator<Item = u32> + use<> {
        // INVARIANT: an estate has fewer than 2^31 assets.
        0..u32::try_from(self.count()).unwrap_or(NONE)
    }

    /// The id of a number.
    pub(super) fn id(&self, number: u32) -> Option<AssetId> {
        let id = |side: &Side<'_>| side.estate.id(side.position(number)?).cloned();
        id(&self.new).or_else(|| id(&self.old))
    }

    fn number(&mut self) {
        let (old, new) = (self.old.estate.assets(), self.new.estate.assets());
        let (mut before, mut after) = (0, 0);
        for number in 0.. {
            let first = match (old.get(before), new.get(after)) {
                (Some(one), Some(other)) => one.id.cmp(&other.id),
                (Some(_), None) => Ordering::Less,
                (None, Some(_)) => Ordering::Greater,
                (None, None) => return,
            };
            self.old.take(number, &mut before, first.is_le());
            self.new.take(number, &mut after, first.is_ge());
        }
    }

    fn compare(&mut self) {
        for number in self.numbers() {
            let (old, new) = (self.old.row(number), self.new.row(number));
            let (needed, shared) = (
                self.same(old.needed, new.needed),
                self.same(old.shared, new.shared),
            );
            if needed && shared && self.same_groups(number) {
                continue;
            }
            let (before, after) = (self.old.ends(number), self.new.ends(number));
            self.old.note(number, &before, &after);
            self.new.note(number, &after, &before);
        }
    }

    fn same(&self, old: &[u32], new: &[u32]) -> bool {
        old.len() == new.len()
            && old
                .iter()
                .zip(new)
                .all(|(one, other)| self.old.number(*one) == self.new.number(*other))
    }

    /// Whether the groups with a spare are the same. Those without are among what is needed.
    fn same_groups(&self, number: u32) -> bool {
        let mut old = self.old.groups(number);
        let mut new = self.new.groups(number);
        loop {
            match (old.next(), new.next()) {
                (None, None) => return true,
                (Some((quorum, members)), Some((other_quorum, others)))
                    if quorum == other_quorum && self.same(members, others) => {}
                _ => return false,
            }
        }
    }
}

/// Hard dependencies of one asset.
struct Row<'g> {
    needed: &'g [u32],
    shared: &'g [u32],
}

impl<'e> Side<'e> {
    fn new(estate: &'e Estate) -> Self {
        Self {
            estate,
            numbers: Vec::with_capacity(estate.asset_count()),
            positions: Vec::with_capacity(estate.asset_count()),
            changed: Changed::default(),
        }
    }

    pub(super) fn graph(&self) -> &'e Graph {
        self.estate.graph()
    }

    /// The number of a position of this side.
    pub(super) fn number(&self, position: u32) -> u32 {
        self.numbers[position as usize]
    }

    /// Where the asset of this number is on this side.
    pub(super) fn position(&self, number: u32) -> Option<u32> {
        self.positions
            .get(number as usize)
            .copied()
            .filter(|position| *position != NONE)
    }

    /// Gives the next number to the next asset of this side, or to none of it.
    fn take(&mut self, number: u32, next: &mut usize, has: bool) {
        if has {
            self.positions.push(u32::try_from(*next).unwrap_or(NONE));
            self.numbers.push(number);
            *next += 1;
        } else {
            self.positions.push(NONE);
        }
    }

    fn row(&self, number: u32) -> Row<'e> {
        let Some(position) = self.position(number) else {
            return Row {
                needed: &[],
                shared: &[],
            };
        };
        let needed = self.graph().needed_dependencies(position);
        let all = self.graph().hard_dependencies(position);
        Row {
            needed,
            shared: &all[needed.len()..],
        }
    }

    /// The numbers of the hard dependencies, ascending.
    fn ends(&self, number: u32) -> Vec<u32> {
        let row = self.row(number);
        let both = row.needed.iter().chain(row.shared);
        let mut ends: Vec<u32> = both.map(|on| self.number(*on)).collect();
        ends.sort_unstable();
        ends
    }

    /// Quorum and members of the groups with a spare.
    fn groups(&self, number: u32) -> impl Iterator<Item = (u32, &'e [u32])> + use<'e> {
        let graph = self.graph();
        self.position(number)
            .filter(|_| graph.group_count() > 0)
            .into_iter()
            .flat_map(|position| graph.groups_of(position))
            .filter_map(|group| graph.group(group))
            .filter(|group| group.quorum > 1)
            .map(|group| (group.quorum, group.members))
    }

    /// Notes an asset whose row differs, and the edges that only this side has.
    fn note(&mut self, number: u32, mine: &[u32], theirs: &[u32]) {
        let Some(position) = self.position(number) else {
            return;
        };
        self.changed.owners.push(position);
        let only = mine.iter().filter(|on| theirs.binary_search(on).is_err());
        let before = self.changed.to.len();
        let only = only.map(|on| self.positions[*on as usize]);
        self.changed.to.extend(only);
        if self.changed.to.len() > before {
            self.changed.from.push(position);
        }
    }
}

/// What these positions lead to, themselves included, each once, in the order of finding.
pub(super) fn flood<'g>(graph: &Graph, starts: &[u32], next: impl Fn(u32) -> &'g [u32]) -> Vec<u32> {
    let mut seen = vec![false; graph.asset_count()];
    let mut found = Vec::new();
    let mut reach = |positions: &[u32], found: &mut Vec<u32>| {
        for position in positions {
            if !std::mem::replace(&mut seen[*position as usize], true) {
                found.push(*position);
            }
        }
    };
    reach(starts, &mut found);
    let mut done = 0;
    while let Some(position) = found.get(done).copied() {
        done += 1;
        reach(next(position), &mut found);
    }
    found
}
