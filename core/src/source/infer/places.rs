//! Where assets are: the one site that their relations lead to.

use crate::estate::{Asset, AssetKind, Relation, RelationKind};

/// Where an asset is, as far as that is recorded.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(super) enum Place {
    /// At this site, given by the position of the asset that it is.
    At(usize),
    /// At several sites.
    Several,
    /// Nothing is recorded.
    #[default]
    Unknown,
}

impl Place {
    /// What two statements come to.
    fn with(self, other: Self) -> Self {
        match (self, other) {
            (Self::Unknown, place) | (place, Self::Unknown) => place,
            (Self::At(one), Self::At(two)) if one == two => self,
            _ => Self::Several,
        }
    }
}

/// The places of all assets.
#[derive(Debug)]
pub(super) struct Places {
    of: Vec<Place>,
    count: usize,
}

impl Places {
    /// Assets are given in the order of their ids.
    ///
    /// An asset is at the site that `located_at` leads to, over racks and rooms. What runs on something and of which no
    /// place is recorded is where that is.
    pub(super) fn of(assets: &[&Asset], relations: &[Relation]) -> Self {
        let position = |id| assets.binary_search_by(|asset| asset.id.cmp(id)).ok();
        let ends = |kinds: &[RelationKind]| {
            let stated = relations
                .iter()
                .filter(|relation| kinds.contains(&relation.kind) && relation.is_stated());
            let mut ends: Vec<(usize, usize)> = stated
                .filter_map(|relation| Some((position(&relation.to)?, position(&relation.from)?)))
                .collect();
            ends.sort_unstable();
            ends.dedup();
            ends
        };
        let mut of: Vec<Place> = assets
            .iter()
            .enumerate()
            .map(|(at, asset)| match asset.kind {
                AssetKind::Site => Place::At(at),
                _ => Place::Unknown,
            })
            .collect();
        let fixed = of.clone();
        spread(&mut of, &fixed, &ends(&[RelationKind::LocatedAt]));
        let located = of.clone();
        spread(
            &mut of,
            &located,
            &ends(&[RelationKind::HostedOn, RelationKind::RunsOn]),
        );
        let mut used: Vec<usize> = of
            .iter()
            .enumerate()
            .filter_map(|(at, place)| match place {
                Place::At(site) if *site != at => Some(*site),
                _ => None,
            })
            .collect();
        used.sort_unstable();
        used.dedup();
        Self {
            count: used.len(),
            of,
        }
    }

    pub(super) fn of_asset(&self, at: usize) -> Place {
        self.of.get(at).copied().unwrap_or_default()
    }

    /// How many sites something stands at.
    pub(super) fn count(&self) -> usize {
        self.count
    }
}

/// Hands places on along pairs of place and what is there, sorted. Those in `fixed` stay. A place changes twice at most,
/// so that each pair is looked at a few times however they run in circles.
fn spread(of: &mut [Place], fixed: &[Place], ends: &[(usize, usize)]) {
    let mut open: Vec<usize> = (0..of.len())
        .filter(|at| of.get(*at).is_some_and(|place| *place != Place::Unknown))
        .collect();
    while let Some(at) = open.pop() {
        let Some(place) = of.get(at).copied() else {
            continue;
        };
        let start = ends.partition_point(|(to, _)| *to < at);
        let there = ends
            .get(start..)
            .unwrap_or_default()
            .iter()
            .take_while(|(to, _)| *to == at);
        for (_, from) in there {
            let is_fixed = fixed.get(*from).is_some_and(|place| *place != Place::Unknown);
            let Some(known) = of.get_mut(*from).filter(|_| !is_fixed) else {
                continue;
            };
            let both = known.with(place);
            if both != *known {
                *known = both;
                open.push(*from);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rack_leads_to_its_site_and_a_guest_is_where_its_host_is() {
        let kinds = [
            ("a-site", AssetKind::Site),
            ("b-site", AssetKind::Site),
            ("c-campus", AssetKind::Site),
            ("guest", AssetKind::VirtualMachine),
            ("host", AssetKind::HypervisorHost),
            ("lost", AssetKind::Server),
            ("moved", AssetKind::Server),
            ("rack", AssetKind::Rack),
        ];
        let assets: Vec<Asset> = kinds.map(|(id, kind)| Asset::new(id, kind)).into();
        let at = |from: &str, to: &str| Relation::new(from, to, RelationKind::LocatedAt);
        let relations = [
            at("host", "rack"),
            at("rack", "a-site"),
            at("a-site", "c-campus"),
            at("host", "a-site"),
            at("moved", "a-site"),
            at("moved", "b-site"),
            at("rack", "nowhere"),
            Relation::new("guest", "host", RelationKind::RunsOn),
            Relation::new("host", "guest", RelationKind::RunsOn),
            Relation::new("lost", "host", RelationKind::RunsOn)
                .soft()
                .inferred_by("hosting"),
        ];
        let places = Places::of(&assets.iter().collect::<Vec<_>>(), &relations);
        let all: Vec<Place> = (0..assets.len()).map(|at| places.of_asset(at)).collect();
        assert_eq!(
            all,
            [
                Place::At(0),
                Place::At(1),
                Place::At(2),
                Place::At(0),
                Place::At(0),
                Place::Unknown,
                Place::Several,
                Place::At(0),
            ]
        );
        assert_eq!(places.count(), 1);
    }
}
