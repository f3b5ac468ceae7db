//! The blast radii of all assets at once, exact.

use std::convert::Infallible;

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use super::json;
use super::sweep::ancestors;
use crate::error::Result;
use crate::estate::{AssetId, Estate};
use crate::monitor::Monitor;

/// How many other assets reach each asset over hard impact relations: the `total` of its
/// [blast radius](super::blast_radius()).
///
/// In JSON `{id: total}`, by id.
#[derive(Clone, Debug)]
pub struct BlastRadii {
    estate: Estate,
    totals: Box<[u32]>,
}

impl BlastRadii {
    fn new(estate: &Estate, totals: Vec<u32>) -> Self {
        Self {
            estate: estate.clone(),
            totals: totals.into(),
        }
    }

    /// The total of one asset; none for an unknown id.
    pub fn total(&self, asset: impl AsRef<str>) -> Option<usize> {
        let position = self.estate.index_of(asset.as_ref())?;
        self.totals.get(position as usize).map(|total| *total as usize)
    }

    /// The totals in the order of [`Estate::assets`].
    pub fn totals(&self) -> &[u32] {
        &self.totals
    }

    /// Every asset with its total, by id.
    pub fn iter(&self) -> impl Iterator<Item = (&AssetId, usize)> {
        self.estate
            .assets()
            .iter()
            .zip(&self.totals)
            .map(|(asset, total)| (&asset.id, *total as usize))
    }

    /// The result as JSON.
    pub fn to_json(&self) -> String {
        json(self)
    }
}

impl Serialize for BlastRadii {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.totals.len()))?;
        for (id, total) in self.iter() {
            map.serialize_entry(id, &total)?;
        }
        map.end()
    }
}

/// How to compute [`blast_radii_with`] and [`blast_radii_by`](super::blast_radii_by()).
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct RadiiOptions {
    monitor: Monitor,
}

impl RadiiOptions {
    /// Watches the work: progress is told under `impact.blast_radii`.
    pub fn monitor(mut self, monitor: Monitor) -> Self {
        self.monitor = monitor;
        self
    }

    /// So many columns of so many are done.
    pub(super) fn tell(&self, done: usize, total: usize) -> Result<()> {
        self.monitor
            .report("impact.blast_radii", done as u64, Some(total as u64))
    }
}

/// The blast radii of all assets, exact.
///
/// ```
/// use vcto::{Estate, Inventory, impact};
///
/// let estate = Estate::new(Inventory::from_json(br#"{"format": "vcto.inventory/1", "source": {"name": "crm"},
///     "assets": [{"id": "erp", "kind": "business_application"}, {"id": "sql", "kind": "database"}, {"id": "san", "kind": "storage"}],
///     "relations": [{"from": "erp", "to": "sql", "kind": "depends_on"}, {"from": "sql", "to": "san", "kind": "depends_on"}]}"#)?)?;
/// assert_eq!(impact::blast_radii(&estate).to_json(), r#"{"erp":0,"san":2,"sql":1}"#);
/// # Ok::<(), vcto::Error>(())
/// ```
pub fn blast_radii(estate: &Estate) -> BlastRadii {
    match ancestors::<Infallible>(estate.graph(), |_, _| Ok(())) {
        Ok(totals) => BlastRadii::new(estate, totals),
        Err(never) => match never {},
    }
}

/// [`blast_radii`] with options.
///
/// # Errors
/// `cancelled` when the monitor asks to stop.
pub fn blast_radii_with(estate: &Estate, options: &RadiiOptions) -> Result<BlastRadii> {
    ancestors(estate.graph(), |done, total| options.tell(done, total))
        .map(|totals| BlastRadii::new(estate, totals))
        .map_err(|error| error.during("impact.blast_radii"))
}
