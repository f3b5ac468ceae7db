//! The network layer: which devices and links hold it together.

mod survey;
mod wires;

use serde::Serialize;

use super::{ids, json, position};
use crate::error::{Error, ErrorKind, Result};
use crate::estate::{AssetId, Estate, Links};
use crate::text::quoted;
pub(super) use survey::Survey;
use wires::Drawn;
pub(super) use wires::draw;

/// The network layer of an estate: its `connects_to` relations, undirected. A link to itself is left out; two links
/// between the same two assets are parallel, whichever way each was written.
///
/// All answers are computed once, when it is made, in linear time.
#[derive(Clone, Debug)]
pub struct Network {
    estate: Estate,
    drawn: Option<Drawn>,
    survey: Survey,
}

/// How to read the network layer for [`network_with`].
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct NetworkOptions {
    collapse: bool,
}

/// How a [`Network`] was read.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case", tag = "view")]
pub enum NetworkView {
    /// As it is recorded.
    Raw,
    /// With the devices that only pass through drawn as the wires they are.
    Collapsed {
        /// The devices that were drawn through, by id. They are not in the answers.
        collapsed: Vec<AssetId>,
        /// Patch panels and circuits that were not, by id: the record does not say what leads to what.
        kept: Vec<AssetId>,
    },
}

impl NetworkOptions {
    /// The network as it is recorded.
    pub fn new() -> Self {
        Self::default()
    }

    /// Draws patch panels and circuits through: one with links to exactly two others is a wire between them. Chains of
    /// such wires collapse to one; a chain carries as many parallel links as its thinnest place, and one that comes back
    /// to where it began carries none. A panel with links to more than two others is kept, since the record does not say
    /// which of its ports leads where; so are one with links to one other, and a ring of wires alone.
    ///
    /// A link through three panels is then one bridge and not four, and a panel is no weak point beside its cables.
    pub fn collapse_pass_through(mut self) -> Self {
        self.collapse = true;
        self
    }
}

/// A link without which its two ends are apart.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(transparent)]
pub struct Bridge(pub [AssetId; 2]);

/// The network layer of this estate.
///
/// ```
/// use vcto::{Estate, Inventory, impact};
///
/// let estate = Estate::new(Inventory::from_json(br#"{"format": "vcto.inventory/1", "source": {"name": "lldp"},
///     "assets": [{"id": "core", "kind": "switch"}, {"id": "floor-1", "kind": "switch"}, {"id": "fw", "kind": "firewall"}],
///     "relations": [{"from": "core", "to": "floor-1", "kind": "connects_to"}, {"from": "core", "to": "floor-1", "kind": "connects_to", "note": "second fibre"},
///                   {"from": "fw", "to": "core", "kind": "connects_to"}]}"#)?)?;
/// let network = impact::network(&estate);
/// assert_eq!(network.articulation_points()[0].as_str(), "core");
/// assert_eq!(network.bridges()[0].0[1].as_str(), "fw");
/// assert_eq!(network.separated_by("core")?, 1);
/// # Ok::<(), vcto::Error>(())
/// ```
pub fn network(estate: &Estate) -> Network {
    network_with(estate, &NetworkOptions::new())
}

/// [`network`] with options.
///
/// ```
/// use vcto::{Estate, Inventory, impact::{self, NetworkOptions}};
///
/// let estate = Estate::new(Inventory::from_json(br#"{"format": "vcto.inventory/1", "source": {"name": "netbox"},
///     "assets": [{"id": "core", "kind": "switch"}, {"id": "floor-1", "kind": "switch"}, {"id": "panel", "kind": "patch_panel"}],
///     "relations": [{"from": "core", "to": "panel", "kind": "connects_to"}, {"from": "panel", "to": "floor-1", "kind": "connects_to"}]}"#)?)?;
/// let network = impact::network_with(&estate, &NetworkOptions::new().collapse_pass_through());
/// assert_eq!(network.to_json(), r#"{"view":"collapsed","collapsed":["panel"],"kept":[],"articulation_points":[],"bridges":[["core","floor-1"]],"blocks":[["core","floor-1"]]}"#);
/// # Ok::<(), vcto::Error>(())
/// ```
pub fn network_with(estate: &Estate, options: &NetworkOptions) -> Network {
    let graph = estate.graph();
    let passes = |position: u32| {
        let asset = estate.assets().get(position as usize);
        asset.is_some_and(wires::passes_through)
    };
    let drawn = options.collapse.then(|| draw(graph, passes));
    let links = drawn.as_ref().map_or_else(|| graph.links(), |drawn| &drawn.links);
    Network {
        survey: Survey::of(links),
        estate: estate.clone(),
        drawn,
    }
}

impl Network {
    /// Assets without which their part of the network falls apart, by id.
    pub fn articulation_points(&self) -> Vec<AssetId> {
        let linked = self.links().linked();
        linked
            .iter()
            .zip(&self.survey.cuts)
            .filter(|(_, cuts)| **cuts)
            .filter_map(|(asset, _)| self.estate.id(*asset).cloned())
            .collect()
    }

    /// Links without which their part of the network falls apart: the two ends by id, and the links by their ends. A link
    /// beside a parallel one is none.
    pub fn bridges(&self) -> Vec<Bridge> {
        let id = |index: u32| self.id(index).cloned();
        self.survey
            .bridges
            .iter()
            .filter_map(|(a, b)| Some(Bridge([id(*a)?, id(*b)?])))
            .collect()
    }

    /// The two-connected components: the largest sets of assets of which no single one holds the others together, each by
    /// id, and the sets by their ids. A bridge is a block of two, and so are two assets with parallel links alone; two
    /// blocks share at most one asset, an articulation point.
    pub fn blocks(&self) -> Vec<Vec<AssetId>> {
        let mut blocks: Vec<&[u32]> = self.survey.blocks.iter().collect();
        blocks.sort_unstable();
        let named = |block: &[u32]| {
            block
                .iter()
                .filter_map(|index| self.id(*index).cloned())
                .collect()
        };
        blocks.into_iter().map(named).collect()
    }

    /// How many other assets of its part of the network end up outside the largest piece when this one goes. 0 for an
    /// asset that holds nothing together, and for one with no recorded link.
    ///
    /// # Errors
    /// `not_found` for an unknown id, `invalid_input` for an asset that was drawn through.
    pub fn separated_by(&self, asset: impl AsRef<str>) -> Result<usize> {
        let position = position(&self.estate, asset.as_ref(), "impact.separated_by")?;
        if let Some(drawn) = &self.drawn
            && drawn.collapsed.binary_search(&position).is_ok()
        {
            return Err(collapsed(asset.as_ref()));
        }
        let index = self.links().linked().binary_search(&position);
        let separated = index.ok().and_then(|index| self.survey.separated.get(index));
        Ok(separated.map_or(0, |count| *count as usize))
    }

    /// How many assets have a recorded link; in a collapsed view, one that was not drawn through.
    pub fn asset_count(&self) -> usize {
        self.links().linked().len()
    }

    /// How the network was read.
    pub fn view(&self) -> NetworkView {
        match &self.drawn {
            None => NetworkView::Raw,
            Some(drawn) => NetworkView::Collapsed {
                collapsed: ids(&self.estate, &drawn.collapsed),
                kept: ids(&self.estate, &drawn.kept),
            },
        }
    }

    /// `{"view", "articulation_points", "bridges", "blocks"}` as JSON, in a collapsed view with `collapsed` and `kept`.
    pub fn to_json(&self) -> String {
        #[derive(Serialize)]
        struct Shape {
            #[serde(flatten)]
            view: NetworkView,
            articulation_points: Vec<AssetId>,
            bridges: Vec<Bridge>,
            blocks: Vec<Vec<AssetId>>,
        }
        json(&Shape {
            view: self.view(),
            articulation_points: self.articulation_points(),
            bridges: self.bridges(),
            blocks: self.blocks(),
        })
    }

    fn links(&self) -> &Links {
        let drawn = self.drawn.as_ref().map(|drawn| &drawn.links);
        drawn.unwrap_or_else(|| self.estate.graph().links())
    }

    /// The asset of an index into the linked ones.
    fn id(&self, index: u32) -> Option<&AssetId> {
        self.estate.id(*self.links().linked().get(index as usize)?)
    }
}

fn collapsed(id: &str) -> Error {
    let message = format!("{} was drawn through as a wire", quoted(id));
    Error::new(ErrorKind::InvalidInput, message)
        .remedy("ask the raw view of the network, which is `network` without options")
        .during("impact.separated_by")
}
