//! Relations and requirements of several inventories.

use std::collections::{BTreeMap, BTreeSet};

use crate::estate::{AssetId, Relation, RelationKind, Requirement};

/// All relations that any of the inventories has.
///
/// A link of the network may stand several times in one inventory: parallel cables. Told by several inventories it is the
/// same cables told again: as many are taken as the inventory has that has most, the earlier one among equals. So no
/// redundancy is invented. Other relations are taken once each.
pub(super) fn union(lists: Vec<Vec<Relation>>) -> Vec<Relation> {
    let mut links: BTreeMap<(AssetId, AssetId), Vec<Relation>> = BTreeMap::new();
    let mut others: BTreeSet<Relation> = BTreeSet::new();
    let mut all = Vec::new();
    for list in lists {
        let mut own: BTreeMap<(AssetId, AssetId), Vec<Relation>> = BTreeMap::new();
        for relation in list {
            if relation.kind == RelationKind::ConnectsTo {
                let mut ends = [relation.from.clone(), relation.to.clone()];
                ends.sort();
                let [low, high] = ends;
                own.entry((low, high)).or_default().push(relation);
            } else if others.insert(relation.clone()) {
                all.push(relation);
            }
        }
        for (ends, cables) in own {
            let known = links.entry(ends).or_default();
            if cables.len() > known.len() {
                *known = cables;
            }
        }
    }
    all.extend(links.into_values().flatten());
    all
}

/// Each requirement once: the order of the members and members that are named twice say nothing.
pub(super) fn distinct(requirements: &mut Vec<Requirement>) {
    let mut seen = BTreeSet::new();
    requirements.retain(|requirement| {
        let members: BTreeSet<AssetId> = requirement.members.iter().cloned().collect();
        seen.insert((requirement.asset.clone(), members, requirement.needs))
    });
}
