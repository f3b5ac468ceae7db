//! Makes a topology of an edited one.

use super::super::graph::{Class, EdgeKind, GraphBuilder, What};
use super::super::relation::{RelationKind, Strength};
use super::super::topology::{Arena, Topology};
use super::LiveGraph;
use crate::error::Result;

impl LiveGraph {
    /// The topology as it is now, on its own: linear in all of it. It is that of no estate whose digest is known.
    ///
    /// # Errors
    /// `too_large` where edges or links do not fit 32 bits.
    pub fn freeze(&self) -> Result<Topology> {
        let order = self.by_id();
        let mut places = vec![u32::MAX; self.base.asset_count() + self.added.len()];
        for (place, position) in (0_u32..).zip(&order) {
            if let Some(slot) = places.get_mut(*position as usize) {
                *slot = place;
            }
        }
        // What was removed has no place, and a builder passes it over.
        let place = |position: u32| places.get(position as usize).copied().unwrap_or(u32::MAX);
        let mut builder = GraphBuilder::new(order.len())?;
        for position in &order {
            self.freeze_edges(*position, place, &mut builder);
            for group in self.groups.of(self.graph(), *position) {
                let members: Vec<u32> = group.members.iter().map(|member| place(*member)).collect();
                let count = u32::try_from(members.len()).unwrap_or(u32::MAX);
                builder.group(
                    place(*position),
                    members,
                    (count + 1).saturating_sub(group.quorum),
                );
            }
        }
        self.freeze_rest(place, &mut builder);
        let arena = Arena::of(order.iter().filter_map(|position| {
            Some((
                self.id_text(*position)?,
                self.kind(*position)?,
                self.criticality(*position),
            ))
        }));
        Ok(Topology::of_arena(arena, builder.build()?))
    }

    fn freeze_edges(&self, from: u32, place: impl Fn(u32) -> u32, builder: &mut GraphBuilder) {
        let inferred = &self.graph().standing().inferred;
        for to in self.dependencies(from) {
            let Some(now) = self.pair(from, to) else { continue };
            // A member that was not listed comes back with its group.
            let Some(kind) = now.kind.relation() else { continue };
            let strength = if now.class == Class::Soft {
                Strength::Soft
            } else {
                Strength::Hard
            };
            let (pair, from, to) = ((from, to), place(from), place(to));
            let untouched = self.is_untouched(pair);
            if untouched && inferred.binary_search(&pair).is_ok() {
                builder.guess(from, to, &kind, strength);
            } else if untouched && !self.is_hosted(pair) && What::stated(Some(&kind), strength).hosts() {
                // Somebody stated something of the pair, and perhaps not that one carries the other.
                builder.guess(from, to, &kind, strength);
                builder.relation(from, to, &RelationKind::Uses, Strength::Soft);
            } else {
                builder.relation(from, to, &kind, strength);
            }
        }
    }

    /// What is not edited: the network, and what stands where.
    fn freeze_rest(&self, place: impl Fn(u32) -> u32, builder: &mut GraphBuilder) {
        let (links, guessed) = self.graph().raw_links();
        for (a, b) in links {
            builder.relation(place(a), place(b), &RelationKind::ConnectsTo, Strength::Hard);
        }
        for (a, b) in guessed {
            builder.guess(place(a), place(b), &RelationKind::ConnectsTo, Strength::Hard);
        }
        let standing = self.graph().standing();
        for (list, kind) in [
            (&standing.located, RelationKind::LocatedAt),
            (&standing.members, RelationKind::PartOf),
        ] {
            for (from, to) in list {
                builder.relation(place(*from), place(*to), &kind, Strength::Hard);
            }
        }
        // It stands there as long as what was said of the pair stands, of which this is a part.
        for (from, to) in standing.hosted.iter().filter(|pair| self.is_untouched(**pair)) {
            builder.relation(place(*from), place(*to), &RelationKind::RunsOn, Strength::Hard);
        }
    }

    fn is_hosted(&self, pair: (u32, u32)) -> bool {
        self.graph().standing().hosted.binary_search(&pair).is_ok()
    }

    /// Whether what the base says of a pair stands.
    fn is_untouched(&self, (from, to): (u32, u32)) -> bool {
        match self.out.get(&from).and_then(|row| row.get(&to)) {
            None => true,
            Some(now) => now.is_some_and(|now| !now.edited && now.kind != EdgeKind::Member),
        }
    }

    /// The positions of all assets in the order of their ids.
    fn by_id(&self) -> Vec<u32> {
        let mut order = Vec::with_capacity(self.asset_count());
        let mut added = self.positions.iter().peekable();
        for position in (0_u32..).take(self.base.asset_count()) {
            if self.removed.contains(&position) {
                continue;
            }
            let id = self.base.id_text(position).unwrap_or_default();
            while let Some((_, before)) = added.next_if(|(other, _)| other.as_str() < id) {
                order.push(*before);
            }
            order.push(position);
        }
        order.extend(added.map(|(_, position)| *position));
        order
    }
}
