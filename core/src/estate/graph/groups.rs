//! The requirement groups, and who is a member of which.

use super::Groups;
use super::build::{narrow, scatter};

/// A group before its members have their place. Ordered by dependant first.
#[derive(Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) struct Draft {
    pub(super) asset: u32,
    pub(super) members: Vec<u32>,
    pub(super) quorum: u32,
}

impl Groups {
    /// INVARIANT: the drafts are sorted, no two are equal, and their positions are below the number of assets.
    pub(super) fn of(drafts: &[Draft], assets: u32) -> Self {
        let mut bounds = vec![0_u32];
        let mut members = Vec::with_capacity(drafts.iter().map(|draft| draft.members.len()).sum());
        let mut joined = Vec::new();
        for (number, draft) in (0_u32..).zip(drafts) {
            members.extend_from_slice(&draft.members);
            bounds.push(narrow(members.len()));
            if draft.quorum > 1 {
                joined.extend(draft.members.iter().map(|member| (*member, number)));
            }
        }
        let (joined_bounds, joined) = if joined.is_empty() {
            (Box::default(), Vec::new())
        } else {
            scatter(&joined, assets as usize, |(member, _)| *member as usize)
        };
        Self {
            asset: drafts.iter().map(|draft| draft.asset).collect(),
            quorum: drafts.iter().map(|draft| draft.quorum).collect(),
            members: members.into(),
            bounds: bounds.into(),
            joined: joined.into_iter().map(|(_, group)| group).collect(),
            joined_bounds,
        }
    }

    /// The members of a group, ascending.
    pub(super) fn members_of(&self, number: u32) -> &[u32] {
        let index = number as usize;
        match (self.bounds.get(index), self.bounds.get(index + 1)) {
            (Some(start), Some(end)) => self
                .members
                .get(*start as usize..*end as usize)
                .unwrap_or_default(),
            _ => &[],
        }
    }

    /// Whether the group stands when one member fails.
    pub(super) fn has_spare(&self, number: u32) -> bool {
        self.quorum.get(number as usize).is_some_and(|quorum| *quorum > 1)
    }
}
