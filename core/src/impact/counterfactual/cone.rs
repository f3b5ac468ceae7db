//! What an asset stands on, the asset included, with all its groups: rows for sweeps in which instances are added.

#![expect(
    clippy::indexing_slicing,
    reason = "rows are indices into the lists made here, positions are below the length of the marks"
)]

use std::ops::Range;

use crate::estate::Graph;

/// Everything that an asset depends on over hard edges, and the asset.
///
/// Unlike the cone of the cut sets it knows what is vital and what has no spare: an added instance can change both.
pub(super) struct Cone {
    /// Positions. INVARIANT: dependencies first, but for cycles, which stand together.
    pub(super) rows: Vec<u32>,
    /// The row of the asset.
    pub(super) top: u32,
    /// The rows in runs of which only the rows of one run can depend on later ones: a run of one row is no cycle.
    pub(super) runs: Vec<Range<usize>>,
    /// The run of every row.
    run_of: Vec<u32>,
    /// Rows that row r needs and that are in none of its groups.
    needs: Lists<u32>,
    /// Groups of row r.
    groups: Lists<Group>,
    members: Vec<u32>,
    /// Rows that depend on row r, each once.
    dependants: Lists<u32>,
    /// Whether a row is a member of a group.
    member: Vec<bool>,
}

/// A group, with or without a spare.
#[derive(Clone, Debug)]
pub(super) struct Group {
    /// How many failed members fail the owner.
    pub(super) quorum: u32,
    members: Range<usize>,
}

/// One list a row, one after another.
struct Lists<T> {
    items: Vec<T>,
    bounds: Vec<usize>,
}

impl<T> Lists<T> {
    fn new() -> Self {
        Self {
            items: Vec::new(),
            bounds: vec![0],
        }
    }

    fn close(&mut self) {
        self.bounds.push(self.items.len());
    }

    fn of(&self, row: u32) -> &[T] {
        &self.items[self.bounds[row as usize]..self.bounds[row as usize + 1]]
    }
}

/// The row of every asset in the cone at hand, plus 1; reusable. INVARIANT: between cones all are 0.
pub(super) struct Marks(Box<[u32]>);

const ENTERED: u32 = u32::MAX;

impl Marks {
    pub(super) fn new(graph: &Graph) -> Self {
        Self(vec![0; graph.asset_count()].into())
    }

    fn row(&self, asset: u32) -> Option<u32> {
        self.0[asset as usize].checked_sub(1)
    }
}

impl Cone {
    pub(super) fn new(graph: &Graph, asset: u32, marks: &mut Marks) -> Self {
        let rows = reached(graph, asset, marks);
        let (runs, run_of) = runs(graph, &rows);
        for (mark, asset) in (1_u32..).zip(&rows) {
            marks.0[*asset as usize] = mark;
        }
        let mut cone = Self {
            top: marks.row(asset).unwrap_or(0),
            runs,
            run_of,
            needs: Lists::new(),
            groups: Lists::new(),
            members: Vec::new(),
            dependants: Lists::new(),
            member: vec![false; rows.len()],
            rows,
        };
        for index in 0..cone.rows.len() {
            cone.add(graph, cone.rows[index], marks);
        }
        for asset in &cone.rows {
            marks.0[*asset as usize] = 0;
        }
        cone.turn();
        cone
    }

    /// Adds what one row depends on.
    fn add(&mut self, graph: &Graph, asset: u32, marks: &Marks) {
        let first = self.members.len();
        for group in graph.groups_of(asset).filter_map(|number| graph.group(number)) {
            let start = self.members.len();
            self.members
                .extend(group.members.iter().filter_map(|member| marks.row(*member)));
            self.groups.items.push(Group {
                quorum: group.quorum,
                members: start..self.members.len(),
            });
        }
        self.groups.close();
        let mut own = self.members[first..].to_vec();
        own.sort_unstable();
        for member in &own {
            self.member[*member as usize] = true;
        }
        let needed = graph.needed_dependencies(asset).iter();
        let plain = needed
            .filter_map(|on| marks.row(*on))
            .filter(|row| own.binary_search(row).is_err());
        self.needs.items.extend(plain);
        self.needs.close();
    }

    /// Finds the dependants of every row.
    fn turn(&mut self) {
        let mut pairs = Vec::new();
        for row in self.numbers() {
            pairs.extend(self.needs(row).iter().map(|on| (*on, row)));
            let members = self.groups(row).iter().flat_map(|group| self.members(group));
            pairs.extend(members.map(|on| (*on, row)));
        }
        pairs.sort_unstable();
        pairs.dedup();
        let mut pairs = pairs.into_iter().peekable();
        for row in self.numbers() {
            while let Some((_, dependant)) = pairs.next_if(|(on, _)| *on == row) {
                self.dependants.items.push(dependant);
            }
            self.dependants.close();
        }
    }

    /// Every row.
    pub(super) fn numbers(&self) -> impl DoubleEndedIterator<Item = u32> + use<> {
        0..u32::try_from(self.rows.len()).unwrap_or(u32::MAX)
    }

    /// Rows that a row needs and that are in none of its groups.
    pub(super) fn needs(&self, row: u32) -> &[u32] {
        self.needs.of(row)
    }

    pub(super) fn groups(&self, row: u32) -> &[Group] {
        self.groups.of(row)
    }

    pub(super) fn members(&self, group: &Group) -> &[u32] {
        &self.members[group.members.clone()]
    }

    /// Rows that depend on a row.
    pub(super) fn dependants(&self, row: u32) -> &[u32] {
        self.dependants.of(row)
    }

    pub(super) fn is_member(&self, row: u32) -> bool {
        self.member[row as usize]
    }

    /// The run that a row is in.
    pub(super) fn run_of(&self, row: u32) -> usize {
        self.run_of[row as usize] as usize
    }

    /// The rows of these positions. Ascending as they are in the cone.
    pub(super) fn rows_of(&self, positions: &[u32]) -> Vec<u32> {
        let mut places: Vec<(u32, u32)> = self.rows.iter().copied().zip(0_u32..).collect();
        places.sort_unstable();
        let row = |position: &u32| {
            let place = places.binary_search_by_key(position, |(position, _)| *position);
            place.ok().map(|place| places[place].1)
        };
        let mut rows: Vec<u32> = positions.iter().filter_map(row).collect();
        rows.sort_unstable();
        rows
    }
}

/// The asset and what it depends on: dependencies first, each cycle together.
fn reached(graph: &Graph, asset: u32, marks: &mut Marks) -> Vec<u32> {
    let mut rows = Vec::new();
    let mut stack = vec![(asset, 0_usize)];
    marks.0[asset as usize] = ENTERED;
    while let Some((asset, next)) = stack.last_mut() {
        let asset = *asset;
        let Some(on) = graph.hard_dependencies(asset).get(*next).copied() else {
            stack.pop();
            rows.push(asset);
            continue;
        };
        *next += 1;
        let mark = &mut marks.0[on as usize];
        if *mark == 0 {
            *mark = ENTERED;
            stack.push((on, 0));
        }
    }
    // Within a cycle the order of leaving stays: few passes settle it.
    let condensation = graph.condensation();
    rows.sort_by_key(|asset| std::cmp::Reverse(condensation.of(*asset)));
    rows
}

fn runs(graph: &Graph, rows: &[u32]) -> (Vec<Range<usize>>, Vec<u32>) {
    let condensation = graph.condensation();
    let (mut runs, mut run_of) = (Vec::new(), Vec::with_capacity(rows.len()));
    let mut start = 0;
    let equal = rows.chunk_by(|one, other| condensation.of(*one) == condensation.of(*other));
    for (number, run) in (0_u32..).zip(equal) {
        run_of.extend(run.iter().map(|_| number));
        runs.push(start..start + run.len());
        start += run.len();
    }
    (runs, run_of)
}
