//! Edits. Each is checked whole before anything changes.

use std::collections::BTreeSet;

use super::super::asset::{Asset, AssetId};
use super::super::bounds::{MAX_MEMBERS, MAX_RECORDS};
use super::super::check::{self, invalid};
use super::super::faults;
use super::super::graph::{Class, EdgeKind};
use super::super::json::Under;
use super::super::relation::{RelationKind, Requirement, Strength};
use super::groups::{LiveGroup, class_in};
use super::{Added, LiveGraph, Merged};
use crate::error::{Error, ErrorKind, Result};
use crate::text::quoted;

impl LiveGraph {
    /// Adds an asset; its name and facts are not kept. Gives its position.
    ///
    /// # Errors
    /// `conflict` when there is one with this id, `invalid_input` or `too_large` for what no inventory has.
    pub fn add_asset(&mut self, asset: &Asset) -> Result<u32> {
        self.added_asset(asset)
            .map_err(|error| error.during("live.add_asset"))
    }

    fn added_asset(&mut self, asset: &Asset) -> Result<u32> {
        check::asset(asset)?;
        if self.index_of(asset.id.as_str()).is_some() {
            return Err(Error::new(
                ErrorKind::Conflict,
                format!("there is an asset with the id {}", quoted(asset.id.as_str())),
            )
            .remedy("an id is unique: remove that asset first, or give this one another"));
        }
        // Positions of removed assets are not given again, so they count.
        let taken = self.base.asset_count() + self.added.len();
        let position = u32::try_from(taken)
            .ok()
            .filter(|_| taken < MAX_RECORDS)
            .ok_or_else(|| {
                Error::new(ErrorKind::TooLarge, format!("more than {MAX_RECORDS} assets"))
                    .remedy("freeze it, and begin again with what that gives")
            })?;
        self.added.push(Added {
            id: asset.id.clone(),
            kind: asset.kind.clone(),
            criticality: asset.criticality.clone(),
        });
        self.positions.insert(asset.id.clone(), position);
        Ok(position)
    }

    /// Removes an asset, with its groups and all that is said of it and another.
    ///
    /// # Errors
    /// `not_found` for an unknown id, `conflict` while it is a member of a group.
    pub fn remove_asset(&mut self, id: impl AsRef<str>) -> Result<()> {
        let id = id.as_ref();
        let position = self.known(id, "live.remove_asset")?;
        let owner = self
            .dependants(position)
            .find(|owner| class_in(&self.groups.of(self.graph(), *owner), position).is_some());
        if let Some(owner) = owner.and_then(|owner| self.id(owner)) {
            let error = Error::new(
                ErrorKind::Conflict,
                format!(
                    "{} is a member of a group of {}",
                    quoted(id),
                    quoted(owner.as_str())
                ),
            );
            return Err(error
                .remedy("replace the groups of that asset first")
                .during("live.remove_asset"));
        }
        self.put_groups(position, Vec::new());
        let dependencies: Vec<u32> = self.dependencies(position).collect();
        for other in dependencies {
            self.put(position, other, None);
        }
        let dependants: Vec<u32> = self.dependants(position).collect();
        for other in dependants {
            self.put(other, position, None);
        }
        self.positions.remove(id);
        self.removed.insert(position);
        Ok(())
    }

    /// Says of a pair that one needs the other, instead of what was said of it so far. Groups of the dependant stay.
    ///
    /// # Errors
    /// `not_found` for an unknown id; `invalid_input` for a kind that carries no impact, an asset and itself, and a soft
    /// relation to a member of a group of the dependant.
    pub fn set_edge(
        &mut self,
        from: impl AsRef<str>,
        to: impl AsRef<str>,
        kind: &RelationKind,
        strength: Strength,
    ) -> Result<()> {
        const EDIT: &str = "live.set_edge";
        let (from_id, to_id) = (from.as_ref(), to.as_ref());
        let (from, to) = (self.known(from_id, EDIT)?, self.known(to_id, EDIT)?);
        let kind = EdgeKind::of(kind).ok_or_else(|| {
            invalid(format!("the kind {} carries no impact", quoted(kind.as_str()))).during(EDIT)
        })?;
        if from == to {
            return Err(faults::to_itself().during(EDIT));
        }
        let grouped = class_in(&self.groups.of(self.graph(), from), to);
        let class = match (grouped, strength) {
            (Some(_), Strength::Soft) => return Err(soft_member(from_id, to_id).during(EDIT)),
            (Some(class), Strength::Hard) => class,
            (None, Strength::Hard) => Class::Needed,
            (None, Strength::Soft) => Class::Soft,
        };
        let now = Merged {
            class,
            kind,
            edited: true,
        };
        self.put(from, to, Some(now));
        Ok(())
    }

    /// Takes back what is said of a pair, and tells whether anything was. Groups of the dependant stay.
    ///
    /// # Errors
    /// `not_found` for an unknown id.
    pub fn remove_edge(&mut self, from: impl AsRef<str>, to: impl AsRef<str>) -> Result<bool> {
        const EDIT: &str = "live.remove_edge";
        let from = self.known(from.as_ref(), EDIT)?;
        let to = self.known(to.as_ref(), EDIT)?;
        let said = self
            .pair(from, to)
            .is_some_and(|now| now.kind != EdgeKind::Member);
        if said {
            let grouped = class_in(&self.groups.of(self.graph(), from), to);
            self.put(from, to, merged(grouped, None));
        }
        Ok(said)
    }

    /// Replaces the requirement groups of an asset; none takes them all away.
    ///
    /// # Errors
    /// `not_found` for an unknown id; `invalid_input` with the place for a group of another asset and for one that no
    /// inventory has; `too_large` for too many members.
    pub fn set_groups(&mut self, asset: impl AsRef<str>, groups: &[Requirement]) -> Result<()> {
        const EDIT: &str = "live.set_groups";
        let asset = asset.as_ref();
        let position = self.known(asset, EDIT)?;
        let mut checked = Vec::with_capacity(groups.len());
        for (at, group) in groups.iter().enumerate() {
            let group = self.checked(asset, position, group).item(at);
            checked.push(group.map_err(|error| error.during(EDIT))?);
        }
        self.put_groups(position, checked);
        Ok(())
    }

    fn checked(&self, asset: &str, position: u32, group: &Requirement) -> Result<LiveGroup> {
        if group.asset.as_str() != asset {
            return Err(invalid("the group is of another asset").under("asset"));
        }
        if group.members.len() > MAX_MEMBERS {
            let error = Error::new(ErrorKind::TooLarge, format!("more than {MAX_MEMBERS} members"));
            return Err(error.under("members"));
        }
        let member = |id: &AssetId| {
            let member = self
                .index_of(id.as_str())
                .ok_or_else(|| faults::dangling(id.as_str()))?;
            if member == position {
                return Err(faults::own_member());
            }
            if self
                .pair(position, member)
                .is_some_and(|now| now.class == Class::Soft)
            {
                return Err(soft_member(asset, id.as_str()));
            }
            Ok(member)
        };
        let members = group.members.iter().enumerate();
        let members: BTreeSet<u32> = members
            .map(|(at, id)| member(id).item(at).under("members"))
            .collect::<Result<_>>()?;
        match faults::group(members.len(), group.needs) {
            Some(fault) => Err(fault),
            None => Ok(LiveGroup {
                asset: position,
                // INVARIANT: needs lies between 1 and the number of members.
                quorum: u32::try_from(members.len()).unwrap_or(u32::MAX) - group.needs + 1,
                members: members.into_iter().collect(),
            }),
        }
    }

    fn put_groups(&mut self, asset: u32, groups: Vec<LiveGroup>) {
        let before = self.groups.of(self.graph(), asset);
        if before.is_empty() && groups.is_empty() {
            return;
        }
        let touched: BTreeSet<u32> = before
            .iter()
            .chain(&groups)
            .flat_map(|group| &group.members)
            .copied()
            .collect();
        for member in touched {
            let said = self
                .pair(asset, member)
                .filter(|now| now.kind != EdgeKind::Member);
            self.put(asset, member, merged(class_in(&groups, member), said));
        }
        self.groups.replace(asset, groups);
    }

    /// Puts down what is said of a pair, where that is not what the base says.
    fn put(&mut self, from: u32, to: u32, now: Option<Merged>) {
        let as_before = self.base_pair(from, to) == now;
        for (deltas, one, other) in [(&mut self.out, from, to), (&mut self.into, to, from)] {
            let row = deltas.entry(one).or_default();
            if as_before {
                row.remove(&other);
            } else {
                row.insert(other, now);
            }
            if row.is_empty() {
                deltas.remove(&one);
            }
        }
    }

    fn known(&self, id: &str, edit: &'static str) -> Result<u32> {
        self.index_of(id).ok_or_else(|| {
            Error::new(ErrorKind::NotFound, format!("no asset has the id {}", quoted(id))).during(edit)
        })
    }
}

/// What a group and a relation say together.
fn merged(grouped: Option<Class>, said: Option<Merged>) -> Option<Merged> {
    match (grouped, said) {
        (None, None) => None,
        (Some(class), said) => Some(Merged {
            class,
            kind: said.map_or(EdgeKind::Member, |said| said.kind),
            edited: said.is_some_and(|said| said.edited),
        }),
        (None, Some(said)) => Some(Merged {
            class: match said.class {
                Class::Needed | Class::Shared => Class::Needed,
                Class::Soft => Class::Soft,
            },
            ..said
        }),
    }
}

fn soft_member(from: &str, to: &str) -> Error {
    let (from, to) = (quoted(from), quoted(to));
    invalid(format!(
        "{to} cannot be in a group that {from} needs, and what {from} only degrades without"
    ))
    .remedy("take the soft relation out, or take the member out of the group")
}
