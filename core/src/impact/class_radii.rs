//! The blast radii of all assets counted by class, exact.

use std::collections::BTreeMap;

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use super::json;
use super::radii::RadiiOptions;
use super::sweep::{Classes, ancestors_by};
use crate::error::{Error, ErrorKind, Result};
use crate::estate::{Asset, AssetId, Estate};

/// How many classes are counted at most: each takes four bytes an asset.
const MOST_CLASSES: usize = 64;

/// How many other assets of each class reach each asset over hard impact relations.
///
/// In JSON `{id: {class: count}}`, by id and by class, without zeros.
#[derive(Clone, Debug)]
pub struct ClassRadii<C> {
    estate: Estate,
    /// The classes that occur, ascending.
    classes: Box<[C]>,
    /// Class by class of the first asset, then of the second, and so on.
    counts: Box<[u32]>,
}

impl<C: Ord> ClassRadii<C> {
    /// The classes that occur, ascending.
    pub fn classes(&self) -> &[C] {
        &self.classes
    }

    /// How many other assets of each class reach this one, by class, without zeros; none for an unknown id.
    pub fn counts(&self, asset: impl AsRef<str>) -> Option<impl Iterator<Item = (&C, usize)>> {
        let position = self.estate.index_of(asset.as_ref())? as usize;
        Some(self.row(position))
    }

    /// How many other assets of this class reach this one: 0 for a class that does not occur, none for an unknown id.
    pub fn count(&self, asset: impl AsRef<str>, class: &C) -> Option<usize> {
        self.counts(asset).map(|mut counts| {
            counts
                .find(|(one, _)| *one == class)
                .map_or(0, |(_, count)| count)
        })
    }

    /// Every asset with its counts, by id.
    pub fn iter(&self) -> impl Iterator<Item = (&AssetId, impl Iterator<Item = (&C, usize)>)> {
        self.estate
            .assets()
            .iter()
            .enumerate()
            .map(|(position, asset)| (&asset.id, self.row(position)))
    }

    fn row(&self, position: usize) -> impl Iterator<Item = (&C, usize)> {
        let start = position * self.classes.len();
        let row = self
            .counts
            .get(start..start + self.classes.len())
            .unwrap_or_default();
        self.classes
            .iter()
            .zip(row)
            .filter(|(_, count)| **count > 0)
            .map(|(class, count)| (class, *count as usize))
    }
}

impl<C: Ord + Serialize> ClassRadii<C> {
    /// The result as JSON. A class has to be a word or a number there.
    pub fn to_json(&self) -> String {
        json(self)
    }
}

impl<C: Ord + Serialize> Serialize for ClassRadii<C> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.estate.asset_count()))?;
        for (id, counts) in self.iter() {
            map.serialize_entry(id, &counts.collect::<BTreeMap<_, _>>())?;
        }
        map.end()
    }
}

/// The blast radii of all assets, exact, counted by class: by kind, by criticality, or by what else a class is said to be.
/// Assets of which it is `None` are counted nowhere. All classes are counted in one sweep, as those of
/// [`blast_radii`](super::blast_radii()).
///
/// ```
/// use vcto::{Estate, Inventory, impact};
///
/// let estate = Estate::new(Inventory::from_json(br#"{"format": "vcto.inventory/1", "source": {"name": "crm"},
///     "assets": [{"id": "erp", "kind": "business_application", "criticality": "critical"}, {"id": "sql", "kind": "database"},
///                {"id": "san", "kind": "storage"}],
///     "relations": [{"from": "erp", "to": "sql", "kind": "depends_on"}, {"from": "sql", "to": "san", "kind": "depends_on"}]}"#)?)?;
/// let options = impact::RadiiOptions::default();
/// let kinds = impact::blast_radii_by(&estate, &options, |asset| Some(asset.kind.clone()))?;
/// assert_eq!(kinds.to_json(), r#"{"erp":{},"san":{"business_application":1,"database":1},"sql":{"business_application":1}}"#);
/// let critical = impact::blast_radii_by(&estate, &options, |asset| asset.criticality.clone())?;
/// assert_eq!(critical.to_json(), r#"{"erp":{},"san":{"critical":1},"sql":{"critical":1}}"#);
/// # Ok::<(), vcto::Error>(())
/// ```
///
/// # Errors
/// `too_large` where there are more than 64 classes, `cancelled` when the monitor asks to stop.
pub fn blast_radii_by<C: Clone + Ord>(
    estate: &Estate,
    options: &RadiiOptions,
    class: impl Fn(&Asset) -> Option<C>,
) -> Result<ClassRadii<C>> {
    let of: Vec<Option<C>> = estate.assets().iter().map(class).collect();
    let mut numbers: BTreeMap<&C, u32> = of.iter().flatten().map(|class| (class, 0)).collect();
    if numbers.len() > MOST_CLASSES {
        return Err(Error::new(
            ErrorKind::TooLarge,
            format!("{} classes; at most {MOST_CLASSES} are counted", numbers.len()),
        )
        .remedy("put rare classes together into one, or give none for assets that need no count")
        .during("impact.blast_radii"));
    }
    for (number, slot) in (0..).zip(numbers.values_mut()) {
        *slot = number;
    }
    let classes = Classes {
        of: of
            .iter()
            .map(|class| class.as_ref().and_then(|class| numbers.get(class).copied()))
            .collect(),
        count: numbers.len(),
    };
    let counts = ancestors_by(estate.graph(), &classes, |done, total| options.tell(done, total))
        .map_err(|error| error.during("impact.blast_radii"))?;
    Ok(ClassRadii {
        estate: estate.clone(),
        classes: numbers.into_keys().cloned().collect(),
        counts: counts.into(),
    })
}
