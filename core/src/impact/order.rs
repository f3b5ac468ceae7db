//! Cycles, and layers from the foundations up.

use serde::Serialize;

use super::{ids, json};
use crate::estate::{AssetId, Graph, Topology};

/// Assets that need each other in a ring. In JSON a list of lists.
#[derive(Clone, Debug, Default, Eq, PartialEq, Serialize)]
#[serde(transparent)]
pub struct Cycles(pub Vec<Vec<AssetId>>);

/// Assets by how much stands below them. In JSON a list of lists.
#[derive(Clone, Debug, Default, Eq, PartialEq, Serialize)]
#[serde(transparent)]
pub struct Layers(pub Vec<Vec<AssetId>>);

impl Cycles {
    /// The result as JSON.
    pub fn to_json(&self) -> String {
        json(self)
    }
}

impl Layers {
    /// The result as JSON.
    pub fn to_json(&self) -> String {
        json(self)
    }
}

/// The groups of assets of which each needs each other, over hard impact relations and group members: two assets or more,
/// by id, and the groups by their first id. No asset is in two of them.
///
/// ```
/// use vcto::{Estate, Inventory, impact};
///
/// let estate = Estate::new(Inventory::from_json(br#"{"format": "vcto.inventory/1", "source": {"name": "crm"},
///     "assets": [{"id": "dns", "kind": "service"}, {"id": "vm", "kind": "virtual_machine"}, {"id": "pc", "kind": "workstation"}],
///     "relations": [{"from": "dns", "to": "vm", "kind": "runs_on"}, {"from": "vm", "to": "dns", "kind": "uses"},
///                   {"from": "pc", "to": "dns", "kind": "uses"}]}"#)?)?;
/// assert_eq!(impact::cycles(&estate).to_json(), r#"[["dns","vm"]]"#);
/// assert_eq!(impact::layers(&estate).to_json(), r#"[["dns","vm"],["pc"]]"#);
/// # Ok::<(), vcto::Error>(())
/// ```
pub fn cycles(of: &impl AsRef<Topology>) -> Cycles {
    let topology = of.as_ref();
    Cycles(
        cycle_positions(topology.graph())
            .into_iter()
            .map(|cycle| ids(topology, cycle))
            .collect(),
    )
}

/// All assets in layers: the first holds those that need nothing, each later one those that need something of the layer
/// below and nothing above it. Reads hard impact relations and group members; assets that need each other share a layer.
/// Within a layer by id.
pub fn layers(of: &impl AsRef<Topology>) -> Layers {
    let topology = of.as_ref();
    let heights = heights(topology.graph());
    let mut layers: Vec<Vec<AssetId>> = Vec::new();
    for (asset, height) in (0_u32..).zip(heights) {
        let height = height as usize;
        if layers.len() <= height {
            layers.resize_with(height + 1, Vec::new);
        }
        if let Some(layer) = layers.get_mut(height) {
            layer.extend(topology.id(asset));
        }
    }
    Layers(layers)
}

/// Components of more than one asset, by their first position.
pub(super) fn cycle_positions(graph: &Graph) -> Vec<&[u32]> {
    let condensation = graph.condensation();
    let mut cycles: Vec<&[u32]> = condensation
        .components()
        .filter(|assets| assets.len() > 1)
        .collect();
    cycles.sort_unstable();
    cycles
}

/// The layer of every asset by position.
pub(super) fn heights(graph: &Graph) -> Vec<u32> {
    let condensation = graph.condensation();
    let mut heights = vec![0_u32; graph.asset_count()];
    for assets in condensation.components().rev() {
        let Some(first) = assets.first() else { continue };
        let component = condensation.of(*first);
        let height = assets
            .iter()
            .flat_map(|asset| graph.hard_dependencies(*asset))
            .filter(|on| condensation.of(**on) != component)
            .filter_map(|on| heights.get(*on as usize))
            .max()
            .map_or(0, |below| below + 1);
        for asset in assets {
            if let Some(slot) = heights.get_mut(*asset as usize) {
                *slot = height;
            }
        }
    }
    heights
}
