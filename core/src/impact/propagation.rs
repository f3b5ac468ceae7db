//! How failure spreads: counters on groups, reset through the list of what was touched.

use crate::estate::Graph;

/// Working memory for failures on one graph. A run costs the edges it touches, never the size of the graph.
///
/// Counting by group is Dowling and Gallier's algorithm for Horn clauses (1984): the least fixed point in linear time.
#[derive(Clone, Debug)]
pub(super) struct Propagation {
    /// INVARIANT: between runs `UP` everywhere but for what `failed` and `degraded` list.
    state: Box<[u8]>,
    /// Failed members of a group so far. INVARIANT: between runs 0 everywhere but for what `counted` lists.
    counts: Box<[u32]>,
    counted: Vec<u32>,
    /// In the order of failing, seeds first.
    failed: Vec<u32>,
    /// Where each round starts in `failed`: round 0 are the seeds, round r fails because of rounds before r.
    rounds: Vec<usize>,
    /// In the order of the distance from what failed.
    degraded: Vec<u32>,
    /// Where each distance starts in `degraded`.
    distances: Vec<usize>,
}

const UP: u8 = 0;
const FAILED: u8 = 1;
const DEGRADED: u8 = 2;

impl Propagation {
    pub(super) fn new(graph: &Graph) -> Self {
        Self {
            state: vec![UP; graph.asset_count()].into(),
            counts: vec![0; graph.group_count()].into(),
            counted: Vec::new(),
            failed: Vec::new(),
            rounds: Vec::new(),
            degraded: Vec::new(),
            distances: Vec::new(),
        }
    }

    /// Fails the seeds and what falls with them.
    pub(super) fn fail(&mut self, graph: &Graph, seeds: &[u32]) {
        self.reset();
        for seed in seeds {
            self.mark(*seed);
        }
        let mut next = 0;
        while next < self.failed.len() {
            self.rounds.push(next);
            let end = self.failed.len();
            while next < end {
                if let Some(asset) = self.failed.get(next).copied() {
                    self.spread(graph, asset);
                }
                next += 1;
            }
        }
    }

    /// After [`fail`](Self::fail): marks what still stands but leans, over any edge, on what failed.
    pub(super) fn degrade(&mut self, graph: &Graph) {
        let Self {
            state,
            failed,
            degraded,
            distances,
            ..
        } = self;
        let mut mark = |asset: &u32| match state.get_mut(*asset as usize) {
            Some(state) if *state == UP => {
                *state = DEGRADED;
                true
            }
            _ => false,
        };
        // Those that need it have failed: only members of groups with a spare and soft relations are left.
        for asset in failed.iter() {
            degraded.extend(graph.spared_dependants(*asset).iter().copied().filter(&mut mark));
        }
        let mut next = 0;
        while next < degraded.len() {
            distances.push(next);
            let end = degraded.len();
            while next < end {
                if let Some(asset) = degraded.get(next).copied() {
                    degraded.extend(graph.dependants(asset).iter().copied().filter(&mut mark));
                }
                next += 1;
            }
        }
    }

    /// What failed, in the order of failing.
    pub(super) fn failed(&self) -> &[u32] {
        &self.failed
    }

    /// What is degraded, in the order of the distance from what failed.
    pub(super) fn degraded(&self) -> &[u32] {
        &self.degraded
    }

    /// Whether an asset is among what failed.
    pub(super) fn is_failed(&self, asset: u32) -> bool {
        self.state.get(asset as usize) == Some(&FAILED)
    }

    /// What failed, with the round in which it did.
    pub(super) fn failed_by_round(&self) -> impl Iterator<Item = (u32, u32)> {
        staged(&self.failed, &self.rounds)
    }

    /// What is degraded, with the number of steps from what failed, less one.
    pub(super) fn degraded_by_distance(&self) -> impl Iterator<Item = (u32, u32)> {
        staged(&self.degraded, &self.distances)
    }

    fn spread(&mut self, graph: &Graph, asset: u32) {
        for dependant in graph.needed_dependants(asset) {
            self.mark(*dependant);
        }
        for number in graph.joined(asset) {
            let Some(count) = self.counts.get_mut(*number as usize) else {
                continue;
            };
            if *count == 0 {
                self.counted.push(*number);
            }
            *count += 1;
            if let Some(owner) = graph.owner_at(*number, *count) {
                self.mark(owner);
            }
        }
    }

    fn mark(&mut self, asset: u32) {
        if let Some(state) = self.state.get_mut(asset as usize)
            && *state == UP
        {
            *state = FAILED;
            self.failed.push(asset);
        }
    }

    fn reset(&mut self) {
        for asset in self.failed.drain(..).chain(self.degraded.drain(..)) {
            if let Some(state) = self.state.get_mut(asset as usize) {
                *state = UP;
            }
        }
        for number in self.counted.drain(..) {
            if let Some(count) = self.counts.get_mut(number as usize) {
                *count = 0;
            }
        }
        self.rounds.clear();
        self.distances.clear();
    }
}

/// Items with the number of the stage they stand in.
fn staged(items: &[u32], starts: &[usize]) -> impl Iterator<Item = (u32, u32)> {
    let ends = starts.iter().skip(1).copied().chain([items.len()]);
    (0_u32..)
        .zip(starts.iter().copied().zip(ends))
        .flat_map(move |(stage, (start, end))| {
            items
                .get(start..end)
                .unwrap_or_default()
                .iter()
                .map(move |item| (*item, stage))
        })
}
