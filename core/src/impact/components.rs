//! The condensation of an estate: components of assets that need each other, and what they need in turn.

use serde::ser::SerializeSeq;
use serde::{Serialize, Serializer};

use super::order::heights;
use super::parts::{Members, dense};
use super::{ids, json};
use crate::error::Result;
use crate::estate::{AssetId, Estate, Graph};

/// The strongly connected components over hard impact relations and group members, single assets included, and the acyclic
/// graph that they make. They are numbered from 0 by their first id.
///
/// In JSON a list of `{"assets", "layer", "depends_on"}`, by number.
#[derive(Clone, Debug)]
pub struct Components {
    estate: Estate,
    parts: Condensed,
}

/// Assets of which each needs each other, or one that is on no ring.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct Component {
    /// Its place in the list.
    #[serde(skip)]
    pub number: usize,
    /// Its assets, by id.
    pub assets: Vec<AssetId>,
    /// Its [layer](super::layers()): 0 where it needs no other component.
    pub layer: usize,
    /// The numbers of the components that it needs directly, ascending.
    pub depends_on: Vec<usize>,
}

/// The components of this estate. The search is Pearce's ("A space-efficient algorithm for finding strongly connected
/// components", 2016), in linear time.
///
/// ```
/// use vcto::{Estate, Inventory, impact};
///
/// let estate = Estate::new(Inventory::from_json(br#"{"format": "vcto.inventory/1", "source": {"name": "crm"},
///     "assets": [{"id": "dns", "kind": "service"}, {"id": "vm", "kind": "virtual_machine"}, {"id": "pc", "kind": "workstation"}],
///     "relations": [{"from": "dns", "to": "vm", "kind": "runs_on"}, {"from": "vm", "to": "dns", "kind": "uses"},
///                   {"from": "pc", "to": "dns", "kind": "uses"}]}"#)?)?;
/// let components = impact::components(&estate);
/// assert_eq!(components.of("vm"), Some(0));
/// assert_eq!(components.to_json(), r#"[{"assets":["dns","vm"],"layer":0,"depends_on":[]},{"assets":["pc"],"layer":1,"depends_on":[0]}]"#);
/// # Ok::<(), vcto::Error>(())
/// ```
pub fn components(estate: &Estate) -> Components {
    Components {
        estate: estate.clone(),
        parts: Condensed::of(estate.graph()),
    }
}

impl Components {
    /// How many components.
    pub fn count(&self) -> usize {
        self.parts.bounds.len() - 1
    }

    /// The number of the component of an asset; none for an unknown id.
    pub fn of(&self, asset: impl AsRef<str>) -> Option<usize> {
        let position = self.estate.index_of(asset.as_ref())?;
        self.parts
            .of
            .get(position as usize)
            .map(|number| *number as usize)
    }

    /// A component by number.
    pub fn component(&self, number: usize) -> Option<Component> {
        let parts = &self.parts;
        let on = parts
            .ends
            .get(*parts.bounds.get(number)?..*parts.bounds.get(number + 1)?)?;
        let assets = parts.members.of_part(u32::try_from(number).ok()?);
        let layer = parts.layers.get(*assets.first()? as usize)?;
        Some(Component {
            number,
            assets: ids(&self.estate, assets),
            layer: *layer as usize,
            depends_on: on.iter().map(|other| *other as usize).collect(),
        })
    }

    /// The components, by number.
    pub fn iter(&self) -> impl Iterator<Item = Component> {
        (0..self.count()).filter_map(|number| self.component(number))
    }

    /// The result as JSON.
    pub fn to_json(&self) -> String {
        json(self)
    }
}

impl Serialize for Components {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(Some(self.count()))?;
        for component in self.iter() {
            list.serialize_element(&component)?;
        }
        list.end()
    }
}

/// The components by position.
#[derive(Clone, Debug)]
pub(super) struct Condensed {
    /// The component of every asset.
    of: Vec<u32>,
    members: Members,
    /// The layer of every asset.
    layers: Vec<u32>,
    /// What every component needs directly, ascending: `ends[bounds[c]..bounds[c + 1]]`.
    bounds: Vec<usize>,
    ends: Vec<u32>,
}

impl Condensed {
    pub(super) fn of(graph: &Graph) -> Self {
        let condensation = graph.condensation();
        let assets = (0_u32..).zip(0..graph.asset_count());
        let mut of: Vec<u32> = assets.map(|(asset, _)| condensation.of(asset)).collect();
        let count = dense(&mut of);
        let members = Members::of(&of, count);
        let (mut bounds, mut ends) = (vec![0], Vec::new());
        let mut needs = Vec::new();
        for own in members.numbers() {
            let on = members.of_part(own).iter();
            let on = on.flat_map(|asset| graph.hard_dependencies(*asset));
            let on = on.filter_map(|on| of.get(*on as usize)).copied();
            needs.extend(on.filter(|other| *other != own));
            needs.sort_unstable();
            needs.dedup();
            ends.append(&mut needs);
            bounds.push(ends.len());
        }
        Self {
            layers: heights(graph),
            of,
            members,
            bounds,
            ends,
        }
    }

    /// How many assets each component has, and how many others it needs.
    #[cfg(test)]
    pub(super) fn sizes(&self) -> impl Iterator<Item = (usize, usize)> {
        let needs = self.bounds.array_windows().map(|[start, end]| end - start);
        let assets = self
            .members
            .numbers()
            .map(|part| self.members.of_part(part).len());
        assets.zip(needs)
    }
}
