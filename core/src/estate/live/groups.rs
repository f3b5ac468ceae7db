//! Requirement groups under edits: those of an asset are replaced together.

use std::collections::BTreeSet;

use hashbrown::HashMap;

use super::super::graph::{Class, Graph};
use super::super::topology::Topology;

/// The groups that were replaced, beside those of the base.
#[derive(Clone, Debug)]
pub(super) struct LiveGroups {
    /// The number of the first group that is not the base's.
    first: u32,
    /// By dependant, the groups that it has now instead of those of the base.
    replaced: HashMap<u32, Vec<u32>>,
    /// By number less `first`; none where it was replaced again.
    groups: Vec<Option<LiveGroup>>,
    /// By member, the groups with a spare among these.
    joined: HashMap<u32, BTreeSet<u32>>,
}

#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct LiveGroup {
    pub(super) asset: u32,
    /// Ascending, each once.
    pub(super) members: Vec<u32>,
    /// How many failed members fail the dependant.
    pub(super) quorum: u32,
}

impl LiveGroup {
    fn class(&self) -> Class {
        if self.quorum == 1 {
            Class::Needed
        } else {
            Class::Shared
        }
    }
}

impl LiveGroups {
    pub(super) fn new(base: &Topology) -> Self {
        Self {
            // INVARIANT: the builder holds the number of groups below u32::MAX.
            first: u32::try_from(base.graph().group_count()).unwrap_or(u32::MAX),
            replaced: HashMap::new(),
            groups: Vec::new(),
            joined: HashMap::new(),
        }
    }

    /// The groups of an asset.
    pub(super) fn of(&self, graph: &Graph, asset: u32) -> Vec<LiveGroup> {
        match self.replaced.get(&asset) {
            Some(numbers) => numbers
                .iter()
                .filter_map(|number| self.group(*number).cloned())
                .collect(),
            None => graph
                .groups_of(asset)
                .filter_map(|number| graph.group(number))
                .map(|group| LiveGroup {
                    asset,
                    members: group.members.to_vec(),
                    quorum: group.quorum,
                })
                .collect(),
        }
    }

    /// Puts these in the place of an asset's groups.
    pub(super) fn replace(&mut self, asset: u32, groups: Vec<LiveGroup>) {
        for number in self.replaced.remove(&asset).unwrap_or_default() {
            self.forget(number);
        }
        let mut numbers = Vec::with_capacity(groups.len());
        for group in groups {
            let index = u32::try_from(self.groups.len()).unwrap_or(u32::MAX);
            let number = self.first.saturating_add(index);
            if group.quorum > 1 {
                for member in &group.members {
                    self.joined.entry(*member).or_default().insert(number);
                }
            }
            self.groups.push(Some(group));
            numbers.push(number);
        }
        self.replaced.insert(asset, numbers);
    }

    fn forget(&mut self, number: u32) {
        let index = number.wrapping_sub(self.first) as usize;
        let Some(group) = self.groups.get_mut(index).and_then(Option::take) else {
            return;
        };
        for member in group.members {
            if let Some(joined) = self.joined.get_mut(&member) {
                joined.remove(&number);
            }
        }
    }

    fn group(&self, number: u32) -> Option<&LiveGroup> {
        let index = number.checked_sub(self.first)? as usize;
        self.groups.get(index)?.as_ref()
    }

    pub(super) fn joined<'l>(&'l self, graph: &'l Graph, member: u32) -> impl Iterator<Item = u32> + 'l {
        let stands = |number: &u32| {
            let owner = graph.group(*number).map(|group| group.asset);
            owner.is_some_and(|owner| !self.replaced.contains_key(&owner))
        };
        let base = graph.joined(member).iter().copied().filter(stands);
        base.chain(self.joined.get(&member).into_iter().flatten().copied())
    }

    pub(super) fn owner_at(&self, graph: &Graph, number: u32, failed: u32) -> Option<u32> {
        if number < self.first {
            return graph.owner_at(number, failed);
        }
        self.group(number)
            .filter(|group| group.quorum == failed)
            .map(|group| group.asset)
    }
}

/// What groups say of a member: alone it fails the dependant, or it does not.
pub(super) fn class_in(groups: &[LiveGroup], member: u32) -> Option<Class> {
    groups
        .iter()
        .filter(|group| group.members.binary_search(&member).is_ok())
        .map(LiveGroup::class)
        .min()
}
