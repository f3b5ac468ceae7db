//! What need not be inferred: what is stated, what was inferred before, and what a person refused.

use std::collections::BTreeSet;

use super::ground::Ground;
use super::method::Method;
use crate::estate::{Inventory, RelationKind};

/// Relations that are there already, by the positions of their ends.
#[derive(Default)]
pub(super) struct Known {
    /// Stated, with any kind that carries impact, or by a group.
    impact: BTreeSet<(usize, usize)>,
    inferred: BTreeSet<(usize, usize, Method)>,
    refused: BTreeSet<(usize, usize, Option<Method>)>,
    /// Assets of which a host is stated.
    hosted: BTreeSet<usize>,
    /// Assets of which a backup is stated.
    backed_up: BTreeSet<usize>,
}

/// Why a relation is not inferred.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Because {
    Known,
    Refused,
}

impl Known {
    pub(super) fn of(ground: &Ground<'_>, inventory: &Inventory) -> Self {
        let mut known = Self::default();
        for relation in &inventory.relations {
            let (Some(from), Some(to)) = (ground.position(&relation.from), ground.position(&relation.to))
            else {
                continue;
            };
            let method = relation.inference().map(|method| method.raw().parse::<Method>());
            match (&relation.kind, method) {
                (RelationKind::UnrelatedTo, None) => {
                    known.refused.insert((from, to, None));
                }
                (RelationKind::UnrelatedTo, Some(Ok(method))) => {
                    known.refused.insert((from, to, Some(method)));
                }
                (_, Some(Ok(method))) => {
                    known.inferred.insert((from, to, method));
                }
                (_, Some(Err(_))) => {}
                (kind, None) => known.state(from, to, kind),
            }
        }
        for group in &inventory.requirements {
            let members = group.members.iter().filter_map(|member| ground.position(member));
            if let Some(from) = ground.position(&group.asset) {
                known.impact.extend(members.map(|to| (from, to)));
            }
        }
        known
    }

    fn state(&mut self, from: usize, to: usize, kind: &RelationKind) {
        if kind.carries_impact() {
            self.impact.insert((from, to));
        }
        match kind {
            RelationKind::HostedOn | RelationKind::RunsOn => {
                self.hosted.insert(from);
            }
            RelationKind::BackedUpBy => {
                self.backed_up.insert(from);
            }
            _ => {}
        }
    }

    /// Whether the answer of a method about this asset is stated, whatever the evidence says.
    pub(super) fn answers(&self, method: Method, from: usize) -> bool {
        match method {
            Method::Backup => self.backed_up.contains(&from),
            Method::Hosting => self.hosted.contains(&from),
            _ => false,
        }
    }

    /// Why this relation is not inferred, where it is not.
    pub(super) fn has(&self, method: Method, from: usize, to: usize) -> Option<Because> {
        let refused = |method| self.refused.contains(&(from, to, method));
        if refused(None) || refused(Some(method)) {
            return Some(Because::Refused);
        }
        let stated = method.kind().carries_impact() && self.impact.contains(&(from, to));
        (stated || self.inferred.contains(&(from, to, method))).then_some(Because::Known)
    }
}
