//! What can be started: the least fixed point from nothing, by the counters of Dowling and Gallier (1984).

#![expect(
    clippy::indexing_slicing,
    reason = "nodes and requirements are below the lengths of the lists made for them"
)]

use crate::estate::Graph;

/// What each node needs started before it starts: of each of its requirements, so many members.
#[derive(Default)]
pub(in crate::impact) struct Needs {
    nodes: usize,
    /// Whose requirement it is.
    owner: Vec<u32>,
    /// How many members it takes; 0 for one that is met anyway.
    wants: Vec<u32>,
    /// A member and the requirement it counts in.
    members: Vec<(u32, usize)>,
}

impl Needs {
    pub(in crate::impact) fn of(nodes: usize) -> Self {
        Self {
            nodes,
            ..Self::default()
        }
    }

    /// Requirement g is group g of the graph; those of what is needed without a spare come behind.
    pub(super) fn of_graph(graph: &Graph) -> Self {
        let mut needs = Self::of(graph.asset_count());
        for group in (0..).map_while(|number| graph.group(number)) {
            // A group without a spare is among what is needed.
            if group.quorum > 1 {
                let wants = narrow(group.members.len() + 1).saturating_sub(group.quorum);
                needs.add(group.asset, wants, group.members.iter().copied());
            } else {
                needs.add(group.asset, 0, []);
            }
        }
        for (asset, _) in (0_u32..).zip(0..graph.asset_count()) {
            for on in graph.needed_dependencies(asset) {
                needs.add(asset, 1, [*on]);
            }
        }
        needs
    }

    pub(in crate::impact) fn add(&mut self, owner: u32, wants: u32, members: impl IntoIterator<Item = u32>) {
        let number = self.owner.len();
        self.owner.push(owner);
        self.wants.push(wants);
        self.members
            .extend(members.into_iter().map(|member| (member, number)));
    }

    /// Puts the requirements at their members.
    pub(in crate::impact) fn settled(self) -> Settled {
        let mut bounds = vec![0_usize; self.nodes + 1];
        for (member, _) in &self.members {
            bounds[*member as usize + 1] += 1;
        }
        for index in 1..bounds.len() {
            bounds[index] += bounds[index - 1];
        }
        let mut next = bounds.clone();
        let mut counted_in = vec![0; self.members.len()];
        for (member, number) in &self.members {
            let slot = &mut next[*member as usize];
            counted_in[*slot] = *number;
            *slot += 1;
        }
        Settled {
            owner: self.owner,
            wants: self.wants,
            bounds,
            counted_in,
        }
    }
}

/// [`Needs`] with the requirements of every member: `counted_in[bounds[v]..bounds[v + 1]]`.
pub(in crate::impact) struct Settled {
    owner: Vec<u32>,
    wants: Vec<u32>,
    bounds: Vec<usize>,
    counted_in: Vec<usize>,
}

impl Settled {
    /// How many requirements.
    pub(in crate::impact) fn count(&self) -> usize {
        self.owner.len()
    }

    /// Whose requirement it is.
    pub(in crate::impact) fn owner(&self, requirement: usize) -> u32 {
        self.owner[requirement]
    }

    /// How many members it takes.
    pub(in crate::impact) fn wants(&self, requirement: usize) -> u32 {
        self.wants[requirement]
    }

    /// The requirements that a node is a member of.
    pub(in crate::impact) fn counted_in(&self, node: u32) -> &[usize] {
        &self.counted_in[self.bounds[node as usize]..self.bounds[node as usize + 1]]
    }
}

/// What is started so far, and what the others still lack.
pub(super) struct Start<'n> {
    needs: &'n Settled,
    started: Vec<bool>,
    /// How many unmet requirements a node has.
    lacking: Vec<u32>,
    /// How many more members each requirement wants.
    short: Vec<u32>,
    queue: Vec<u32>,
    left: usize,
}

impl<'n> Start<'n> {
    /// Starts everything that starts by itself.
    pub(super) fn from_nothing(needs: &'n Settled) -> Self {
        let nodes = needs.bounds.len() - 1;
        let mut start = Self {
            needs,
            started: vec![false; nodes],
            lacking: vec![0; nodes],
            short: needs.wants.clone(),
            queue: Vec::new(),
            left: nodes,
        };
        for (owner, wants) in needs.owner.iter().zip(&needs.wants) {
            start.lacking[*owner as usize] += u32::from(*wants > 0);
        }
        for (node, _) in (0_u32..).zip(0..nodes) {
            if start.lacking[node as usize] == 0 {
                start.put(node);
            }
        }
        start.spread();
        start
    }

    /// Starts a node by hand, and what follows from it. Whether it was not started yet.
    pub(super) fn by_hand(&mut self, node: u32) -> bool {
        let fresh = self.put(node);
        self.spread();
        fresh
    }

    pub(super) fn is_started(&self, node: u32) -> bool {
        self.started[node as usize]
    }

    /// How many are not started.
    pub(super) fn left(&self) -> usize {
        self.left
    }

    /// How many more members a requirement wants.
    pub(super) fn short(&self, requirement: usize) -> u32 {
        self.short[requirement]
    }

    fn put(&mut self, node: u32) -> bool {
        let fresh = !std::mem::replace(&mut self.started[node as usize], true);
        if fresh {
            self.left -= 1;
            self.queue.push(node);
        }
        fresh
    }

    fn spread(&mut self) {
        let needs = self.needs;
        while let Some(node) = self.queue.pop() {
            for number in needs.counted_in(node) {
                let short = &mut self.short[*number];
                let met = *short == 1;
                *short = short.saturating_sub(1);
                if met {
                    let owner = needs.owner[*number];
                    let lacking = &mut self.lacking[owner as usize];
                    *lacking -= 1;
                    if *lacking == 0 {
                        self.put(owner);
                    }
                }
            }
        }
    }
}

/// INVARIANT: a group has fewer members than there are assets, and these are below half of `u32::MAX`.
fn narrow(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
