//! Relations as far as a graph needs them, in nine bytes each.

use super::{Class, EdgeKind};
use crate::estate::relation::{RelationKind, Strength};

/// What one relation says, in a byte: a role, and whether it is soft or inferred.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct What(u8);

const KINDS: [EdgeKind; 5] = [
    EdgeKind::AuthenticatesWith,
    EdgeKind::DependsOn,
    EdgeKind::HostedOn,
    EdgeKind::RunsOn,
    EdgeKind::Uses,
];
/// The roles below are the places in [`KINDS`].
const ROLE: u8 = 0x0f;
const MEMBER: u8 = 5;
const LINK: u8 = 6;
const LOCATED: u8 = 7;
const WITHIN: u8 = 8;
const NOTHING: u8 = 9;
/// Of a member: its group has a spare.
const SPARED: u8 = 0x20;
const SOFT: u8 = 0x40;
const INFERRED: u8 = 0x80;

impl What {
    /// What a relation says that somebody stated. The kind is none where it is a word that this version does not know.
    pub(in crate::estate) fn stated(kind: Option<&RelationKind>, strength: Strength) -> Self {
        let role = match kind {
            None => NOTHING,
            Some(RelationKind::ConnectsTo) => LINK,
            Some(RelationKind::LocatedAt) => LOCATED,
            Some(RelationKind::MemberOf | RelationKind::PartOf) => WITHIN,
            Some(other) => EdgeKind::of(other).map_or(NOTHING, |kind| kind as u8),
        };
        let soft = if strength == Strength::Soft { SOFT } else { 0 };
        Self(role | soft)
    }

    /// What a relation says that a method inferred.
    pub(in crate::estate) fn inferred(kind: Option<&RelationKind>, strength: Strength) -> Self {
        Self(Self::stated(kind, strength).0 | INFERRED)
    }

    pub(super) fn member(spared: bool) -> Self {
        Self(if spared { MEMBER | SPARED } else { MEMBER })
    }

    pub(super) fn byte(self) -> u8 {
        self.0
    }

    pub(super) fn from_byte(byte: u8) -> Self {
        Self(byte)
    }

    /// Whether it says anything of impact, network or place.
    pub(in crate::estate) fn matters(self) -> bool {
        self.role() < NOTHING
    }

    pub(in crate::estate) fn is_stated(self) -> bool {
        self.0 & INFERRED == 0
    }

    pub(super) fn is_link(self) -> bool {
        self.role() == LINK
    }

    /// Whether it carries impact and its dependant fails.
    pub(in crate::estate) fn is_hard(self) -> bool {
        matches!(self.impact(), Some((Class::Needed, _)))
    }

    /// Whether it carries impact and its dependant only degrades.
    pub(in crate::estate) fn is_soft(self) -> bool {
        matches!(self.impact(), Some((Class::Soft, _)))
    }

    /// The edge of a relation that carries impact.
    pub(in crate::estate) fn impact(self) -> Option<(Class, EdgeKind)> {
        let class = if self.0 & SOFT == 0 {
            Class::Needed
        } else {
            Class::Soft
        };
        KINDS.get(usize::from(self.role())).map(|kind| (class, *kind))
    }

    /// The class of a member of a group.
    pub(super) fn member_class(self) -> Option<Class> {
        let class = if self.0 & SPARED == 0 {
            Class::Needed
        } else {
            Class::Shared
        };
        (self.role() == MEMBER).then_some(class)
    }

    /// Whether somebody stated that it carries the dependant.
    pub(in crate::estate) fn hosts(self) -> bool {
        let carried = matches!(
            self.impact(),
            Some((Class::Needed, EdgeKind::HostedOn | EdgeKind::RunsOn))
        );
        carried && self.is_stated()
    }

    /// Whether somebody stated that the dependant is there.
    pub(super) fn locates(self) -> bool {
        self.role() == LOCATED && self.is_stated()
    }

    /// Whether somebody stated that the dependant is within it.
    pub(super) fn encloses(self) -> bool {
        self.role() == WITHIN && self.is_stated()
    }

    fn role(self) -> u8 {
        self.0 & ROLE
    }
}

/// A list of relations by position.
#[derive(Clone, Debug, Default)]
pub(crate) struct Records {
    pub(super) from: Vec<u32>,
    to: Vec<u32>,
    what: Vec<What>,
}

impl Records {
    pub(in crate::estate) fn push(&mut self, from: u32, to: u32, what: What) {
        self.from.push(from);
        self.to.push(to);
        self.what.push(what);
    }

    pub(in crate::estate) fn len(&self) -> usize {
        self.from.len()
    }

    /// In the order in which they were pushed.
    pub(in crate::estate) fn iter(&self) -> impl Iterator<Item = (u32, u32, What)> {
        let ends = self.from.iter().zip(&self.to);
        ends.zip(&self.what).map(|((from, to), what)| (*from, *to, *what))
    }

    /// Puts other positions in the place of these.
    pub(in crate::estate) fn renumber(&mut self, place: impl Fn(u32) -> u32) {
        for end in self.from.iter_mut().chain(&mut self.to) {
            *end = place(*end);
        }
    }

    /// Leaves out what says nothing of impact, network or place.
    pub(in crate::estate) fn drop_rest(&mut self) {
        if self.what.iter().all(|what| what.matters()) {
            return;
        }
        let mut matters = self.what.iter().map(|what| what.matters());
        self.from.retain(|_| matters.next() == Some(true));
        let mut matters = self.what.iter().map(|what| what.matters());
        self.to.retain(|_| matters.next() == Some(true));
        self.what.retain(|what| what.matters());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_edge_kind_stands_where_its_number_says() {
        for (at, kind) in (0_u8..).zip(KINDS) {
            assert_eq!(kind as u8, at);
        }
        assert_eq!(EdgeKind::Member as u8, MEMBER);
    }

    #[test]
    fn every_kind_of_relation_keeps_what_it_says() {
        for kind in RelationKind::KNOWN {
            for strength in [Strength::Hard, Strength::Soft] {
                let what = What::stated(Some(kind), strength);
                let guess = What::inferred(Some(kind), strength);
                assert_eq!(what.impact().map(|(_, kind)| kind), EdgeKind::of(kind), "{kind}");
                assert_eq!(what.impact(), guess.impact());
                assert!(what.is_stated() && !guess.is_stated());
                assert_eq!(what.is_link(), *kind == RelationKind::ConnectsTo);
                assert!(!guess.hosts() && !guess.locates() && !guess.encloses());
                let hosts = matches!(kind, RelationKind::HostedOn | RelationKind::RunsOn);
                assert_eq!(what.hosts(), hosts && strength == Strength::Hard);
            }
        }
    }

    #[test]
    fn what_says_nothing_is_left_out_with_its_ends() {
        let mut records = Records::default();
        records.push(0, 1, What::stated(Some(&RelationKind::Uses), Strength::Hard));
        records.push(
            2,
            3,
            What::stated(Some(&RelationKind::BackedUpBy), Strength::Hard),
        );
        records.push(
            4,
            5,
            What::stated(Some(&RelationKind::ConnectsTo), Strength::Hard),
        );
        records.drop_rest();
        let left: Vec<_> = records.iter().map(|(from, to, _)| (from, to)).collect();
        assert_eq!(left, [(0, 1), (4, 5)]);
    }
}
