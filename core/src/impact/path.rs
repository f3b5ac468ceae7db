//! The shortest way from an asset to something it depends on.

use serde::Serialize;

use super::{ids, json, position};
use crate::error::Result;
use crate::estate::{AssetId, Graph, Topology};

/// A chain of dependencies, from the dependant to the dependency, both included. In JSON a list, or `null` for none.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(transparent)]
pub struct Path(pub Vec<AssetId>);

impl Path {
    /// The result as JSON.
    pub fn to_json(&self) -> String {
        json(self)
    }
}

/// The shortest chain of hard impact relations and group members by which `from` depends on `to`; of several the first by
/// ids. None when it does not depend on it. From an asset to itself it is that asset alone.
///
/// ```
/// use vcto::{Estate, Inventory, impact};
///
/// let estate = Estate::new(Inventory::from_json(br#"{"format": "vcto.inventory/1", "source": {"name": "crm"},
///     "assets": [{"id": "erp", "kind": "business_application"}, {"id": "sql", "kind": "database"}, {"id": "san", "kind": "storage"}],
///     "relations": [{"from": "erp", "to": "sql", "kind": "depends_on"}, {"from": "sql", "to": "san", "kind": "depends_on"}]}"#)?)?;
/// let path = impact::path(&estate, "erp", "san")?;
/// assert_eq!(path.unwrap().to_json(), r#"["erp","sql","san"]"#);
/// assert_eq!(impact::path(&estate, "san", "erp")?, None);
/// # Ok::<(), vcto::Error>(())
/// ```
///
/// # Errors
/// `not_found` for an unknown id.
pub fn path(of: &impl AsRef<Topology>, from: impl AsRef<str>, to: impl AsRef<str>) -> Result<Option<Path>> {
    let topology = of.as_ref();
    let from = position(topology, from.as_ref(), "impact.path")?;
    let to = position(topology, to.as_ref(), "impact.path")?;
    Ok(shortest(topology.graph(), from, to).map(|path| Path(ids(topology, &path))))
}

/// Not reached.
const FAR: u32 = u32::MAX;

pub(super) fn shortest(graph: &Graph, from: u32, to: u32) -> Option<Vec<u32>> {
    let steps = steps_to(graph, from, to);
    let left = |asset: u32| steps.get(asset as usize).copied().unwrap_or(FAR);
    let mut at = from;
    let mut path = vec![from];
    if left(from) == FAR {
        return None;
    }
    while let Some(nearer) = left(at).checked_sub(1) {
        at = graph
            .hard_dependencies(at)
            .iter()
            .copied()
            .filter(|next| left(*next) == nearer)
            .min()?;
        path.push(at);
    }
    Some(path)
}

/// How many steps lead from each asset to `to`, found backwards until `from` is reached.
fn steps_to(graph: &Graph, from: u32, to: u32) -> Vec<u32> {
    let mut steps = vec![FAR; graph.asset_count()];
    if let Some(slot) = steps.get_mut(to as usize) {
        *slot = 0;
    }
    let mut queue = vec![to];
    let mut next = 0;
    while let Some(asset) = queue.get(next).copied() {
        next += 1;
        if asset == from {
            break;
        }
        let further = steps.get(asset as usize).map_or(FAR, |steps| steps + 1);
        for dependant in graph.hard_dependants(asset) {
            if let Some(slot) = steps.get_mut(*dependant as usize)
                && *slot == FAR
            {
                *slot = further;
                queue.push(*dependant);
            }
        }
    }
    steps
}
