//! Nodes by part.

#![expect(
    clippy::indexing_slicing,
    reason = "labels are dense, bounds are prefix sums over the same entries"
)]

/// The nodes of every part, ascending.
#[derive(Clone, Debug)]
pub(in crate::impact) struct Members {
    bounds: Vec<usize>,
    nodes: Vec<u32>,
}

impl Members {
    pub(in crate::impact) fn of(part: &[u32], parts: usize) -> Self {
        let mut bounds = vec![0_usize; parts + 1];
        for own in part {
            bounds[*own as usize + 1] += 1;
        }
        for index in 1..bounds.len() {
            bounds[index] += bounds[index - 1];
        }
        let mut next = bounds.clone();
        let mut nodes = vec![0; part.len()];
        for (node, own) in (0_u32..).zip(part) {
            let slot = &mut next[*own as usize];
            nodes[*slot] = node;
            *slot += 1;
        }
        Self { bounds, nodes }
    }

    /// Every part.
    pub(in crate::impact) fn numbers(&self) -> impl Iterator<Item = u32> + use<> {
        (0_u32..).zip(1..self.bounds.len()).map(|(part, _)| part)
    }

    /// The nodes of a part.
    pub(in crate::impact) fn of_part(&self, part: u32) -> &[u32] {
        &self.nodes[self.bounds[part as usize]..self.bounds[part as usize + 1]]
    }
}

/// Numbers labels densely by their first appearance; gives how many there are.
pub(in crate::impact) fn dense(labels: &mut [u32]) -> usize {
    let mut number = vec![u32::MAX; labels.len()];
    let mut count = 0_u32;
    for label in labels {
        let slot = &mut number[*label as usize];
        if *slot == u32::MAX {
            *slot = count;
            count += 1;
        }
        *label = *slot;
    }
    count as usize
}
