//! From an inventory to a snapshot: everything is checked, then brought into its one order.

use super::asset::{Asset, AssetId};
use super::check;
use super::faults;
use super::graph::{Graph, GraphBuilder};
use super::index::Index;
use super::inventory::{Inventory, Source};
use super::json::Under;
use super::order::arrange;
use super::relation::{Relation, RelationKind, Requirement, Strength};
use crate::error::Result;

/// Checks an inventory and brings it into order.
pub(super) fn freeze(mut inventory: Inventory) -> Result<(Inventory, Graph)> {
    check::counts(&inventory)?;
    check::source(&inventory.source)?;
    check::assets(&inventory.assets)?;
    inventory.relations.iter_mut().for_each(check::settle_relation);
    let index = Index::new(&inventory.assets)?;
    let pairs = pairs(&inventory.relations, &index)?;
    let groups = groups(&inventory.requirements, &index)?;
    no_soft_members(&inventory.relations, &pairs, &groups)?;
    let graph = graph(&inventory, &pairs, &groups)?;

    let order = index.into_order();
    inventory.assets.iter_mut().for_each(check::settle);
    arrange(&mut inventory.assets, order);
    settle_relations(&mut inventory.relations, &pairs);
    settle_requirements(&mut inventory.requirements, groups, &inventory.assets);
    settle_source(&mut inventory.source);
    Ok((inventory, graph))
}

/// The ends of a relation as positions in the order of the ids, and where it stands in the inventory.
#[derive(Clone, Copy, Debug)]
struct Pair {
    from: u32,
    to: u32,
    at: u32,
}

/// A requirement with positions in the order of the ids.
#[derive(Debug, Eq, Ord, PartialEq, PartialOrd)]
struct Group {
    asset: u32,
    members: Vec<u32>,
    needs: u32,
}

/// The ends of all relations, in the order that relations have in a snapshot.
fn pairs(relations: &[Relation], index: &Index<'_>) -> Result<Vec<Pair>> {
    let mut pairs = Vec::with_capacity(relations.len());
    for (at, relation) in (0..).zip(relations) {
        let pair = pair(relation, at, index).item(at as usize).under("relations")?;
        pairs.push(pair);
    }
    let relation = |pair: &Pair| relations.get(pair.at as usize);
    pairs.sort_unstable_by(|a, b| {
        (a.from, a.to)
            .cmp(&(b.from, b.to))
            .then_with(|| relation(a).cmp(&relation(b)))
            .then_with(|| a.at.cmp(&b.at))
    });
    Ok(pairs)
}

fn pair(relation: &Relation, at: u32, index: &Index<'_>) -> Result<Pair> {
    check::relation(relation)?;
    let from = end(&relation.from, index).under("from")?;
    let to = end(&relation.to, index).under("to")?;
    if from == to {
        return Err(faults::to_itself());
    }
    Ok(Pair { from, to, at })
}

fn end(id: &AssetId, index: &Index<'_>) -> Result<u32> {
    index.position(id).ok_or_else(|| faults::dangling(id.as_str()))
}

fn groups(requirements: &[Requirement], index: &Index<'_>) -> Result<Vec<Group>> {
    let mut groups = Vec::with_capacity(requirements.len());
    for (at, requirement) in requirements.iter().enumerate() {
        let group = group(requirement, index).item(at).under("requirements")?;
        groups.push(group);
    }
    Ok(groups)
}

fn group(requirement: &Requirement, index: &Index<'_>) -> Result<Group> {
    let asset = end(&requirement.asset, index).under("asset")?;
    let mut members = Vec::with_capacity(requirement.members.len());
    for (at, member) in requirement.members.iter().enumerate() {
        let member = end(member, index).and_then(|member| {
            if member == asset {
                return Err(faults::own_member());
            }
            Ok(member)
        });
        members.push(member.item(at).under("members")?);
    }
    members.sort_unstable();
    members.dedup();
    let needs = requirement.needs;
    if let Some(fault) = faults::group(members.len(), needs) {
        return Err(fault);
    }
    Ok(Group {
        asset,
        members,
        needs,
    })
}

/// A member of a group is no soft dependency of the same asset, unless that was only inferred: then the group absorbs it.
/// What is said of one pair acts as one, and hard wins, before that.
fn no_soft_members(relations: &[Relation], pairs: &[Pair], groups: &[Group]) -> Result<()> {
    let mut members: Vec<(u32, u32)> = groups
        .iter()
        .flat_map(|group| group.members.iter().map(|member| (group.asset, *member)))
        .collect();
    members.sort_unstable();
    let refused = pairs
        .chunk_by(|a, b| (a.from, a.to) == (b.from, b.to))
        .filter(|same| {
            same.first()
                .is_some_and(|pair| members.binary_search(&(pair.from, pair.to)).is_ok())
        })
        .filter_map(|same| stated_soft(relations, same))
        .min();
    match refused {
        None => Ok(()),
        Some(at) => {
            let ends = relations
                .get(at as usize)
                .map(|relation| (&relation.from, &relation.to));
            let (from, to) = ends.map_or_else(Default::default, |(from, to)| (from.as_str(), to.as_str()));
            Err(faults::soft_member(from, to, at))
        }
    }
}

/// Where the first stated relation of one pair stands, when the pair comes to a soft dependency.
fn stated_soft(relations: &[Relation], same: &[Pair]) -> Option<u32> {
    let impact = || {
        same.iter().filter_map(|pair| {
            let relation = relations.get(pair.at as usize)?;
            relation.kind.carries_impact().then_some((relation, pair.at))
        })
    };
    if impact().any(|(relation, _)| relation.strength == Strength::Hard) {
        return None;
    }
    impact()
        .filter(|(relation, _)| relation.inference().is_none())
        .map(|(_, at)| at)
        .min()
}

fn graph(inventory: &Inventory, pairs: &[Pair], groups: &[Group]) -> Result<Graph> {
    let mut builder = GraphBuilder::new(inventory.assets.len())?;
    for pair in pairs {
        let Some(relation) = inventory.relations.get(pair.at as usize) else {
            continue;
        };
        let Relation { kind, strength, .. } = relation;
        if relation.is_stated() {
            builder.relation(pair.from, pair.to, kind, *strength);
        } else {
            builder.guess(pair.from, pair.to, kind, *strength);
        }
    }
    for group in groups {
        builder.group(group.asset, group.members.clone(), group.needs);
    }
    builder.build()
}

/// Sorts the relations. What was said twice stands once; but each `connects_to` is a link of its own, since parallel
/// links are redundancy.
fn settle_relations(relations: &mut Vec<Relation>, pairs: &[Pair]) {
    let mut order = Vec::with_capacity(pairs.len());
    let mut repeated = Vec::new();
    let mut last: Option<&Relation> = None;
    for pair in pairs {
        let relation = relations.get(pair.at as usize);
        if relation == last && relation.is_some_and(|relation| relation.kind != RelationKind::ConnectsTo) {
            repeated.push(pair.at);
        } else {
            order.push(pair.at);
        }
        last = relation;
    }
    let kept = order.len();
    order.extend(repeated);
    arrange(relations, order);
    relations.truncate(kept);
    relations.shrink_to_fit();
}

fn settle_requirements(requirements: &mut Vec<Requirement>, mut groups: Vec<Group>, assets: &[Asset]) {
    groups.sort_unstable();
    groups.dedup();
    let id = |at: u32| assets.get(at as usize).map(|asset| asset.id.clone());
    *requirements = groups
        .into_iter()
        .filter_map(|group| {
            Some(Requirement {
                asset: id(group.asset)?,
                members: group.members.into_iter().filter_map(id).collect(),
                needs: group.needs,
            })
        })
        .collect();
}

fn settle_source(source: &mut Source) {
    settle_one_source(source);
    source.merged_from.iter_mut().for_each(settle_one_source);
    source.merged_from.sort();
    source.merged_from.dedup();
}

fn settle_one_source(source: &mut Source) {
    source.scopes.sort();
    source.scopes.dedup();
    source.notes.sort();
    source.notes.dedup();
}
