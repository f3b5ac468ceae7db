//! Confirmed relations that stand for each other, such as two controllers of a domain: any one of them is enough.

use std::collections::{BTreeMap, BTreeSet};

use super::method::Method;
use crate::estate::{AssetId, Inventory, Relation, Requirement, Strength};

/// Adds a group for each asset of which several alternatives were confirmed: it fails when all of them do. A group absorbs
/// other hard relations to its members: those that are needed for another reason get a group of their own.
pub(super) fn add(inventory: &mut Inventory, alternatives: &[(Relation, Method)]) {
    let mut members: BTreeMap<(&AssetId, Method), BTreeSet<&AssetId>> = BTreeMap::new();
    for (relation, method) in alternatives {
        members
            .entry((&relation.from, *method))
            .or_default()
            .insert(&relation.to);
    }
    members.retain(|_, members| members.len() > 1);
    let absorbed: BTreeSet<&Relation> = alternatives
        .iter()
        .filter(|(relation, method)| members.contains_key(&(&relation.from, *method)))
        .map(|(relation, _)| relation)
        .collect();
    let pairs: BTreeSet<(&AssetId, &AssetId)> = absorbed
        .iter()
        .map(|relation| (&relation.from, &relation.to))
        .collect();
    let alone: BTreeSet<(&AssetId, &AssetId)> = inventory
        .relations
        .iter()
        .filter(|relation| relation.is_stated() && relation.kind.carries_impact())
        .filter(|relation| relation.strength == Strength::Hard && !absorbed.contains(relation))
        .map(|relation| (&relation.from, &relation.to))
        .filter(|pair| pairs.contains(pair))
        .collect();
    let groups = members
        .into_iter()
        .map(|((asset, _), members)| (asset, members.into_iter().cloned().collect()));
    let single = alone
        .into_iter()
        .map(|(asset, member)| (asset, vec![member.clone()]));
    let groups: Vec<Requirement> = groups
        .chain(single)
        .map(|(asset, members): (&AssetId, Vec<AssetId>)| Requirement {
            asset: asset.clone(),
            members,
            needs: 1,
        })
        .collect();
    inventory.requirements.extend(groups);
}
