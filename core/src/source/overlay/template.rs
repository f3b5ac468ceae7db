//! A `facts.csv` to fill in: what people know and tools do not.

use super::Names;
use super::vocabulary::{self, Entry, Takes, rank};
use crate::estate::{Asset, AssetKind, Estate, Fact};
use crate::text::csv_line;

/// A `facts.csv` to fill in (`docs/formats/facts-csv.md`): a row for each thing that people know, tools do not, and this
/// estate has not. Of services their criticality, owner, people and what they need, of sites people and hours, of circuits
/// carrier, route and terms, of what is paid by term its end. Rows that stay empty are passed over when it is read.
///
/// Services come first, then what the business depends on most. What the rules of a review ask for beyond that, its
/// [`questions`](crate::review::Review::questions) list.
///
/// ```
/// use vcto::{Estate, Inventory, source};
///
/// let inventory = Inventory::from_json(br#"{"format": "vcto.inventory/1", "source": {"name": "rmm"},
///     "assets": [{"id": "site:1", "kind": "site", "name": "Leeds", "facts": {"hours": "8 to 18"}}]}"#)?;
/// let template = source::facts_template(&Estate::new(inventory)?);
/// assert_eq!(template, "asset,fact,value,author,at\nLeeds,people,,,\n");
/// # Ok::<(), vcto::Error>(())
/// ```
pub fn facts_template(estate: &Estate) -> String {
    let mut assets: Vec<&Asset> = estate.assets().iter().collect();
    assets.sort_by_key(|asset| (place(&asset.kind), rank(asset.criticality.as_ref()), &asset.id));
    let names = Names::of(estate.assets());
    let mut template = csv_line(["asset", "fact", "value", "author", "at"]);
    for asset in assets {
        let missing = |entry: &&Entry| (entry.template)(&asset.kind) && !is_known(estate, asset, entry);
        for entry in vocabulary::all().iter().filter(missing) {
            template.push_str(&csv_line([label(&names, asset), entry.name, "", "", ""]));
        }
    }
    template
}

fn place(kind: &AssetKind) -> u8 {
    match kind {
        AssetKind::BusinessApplication | AssetKind::Service => 0,
        AssetKind::Site => 1,
        _ => 2,
    }
}

fn is_known(estate: &Estate, asset: &Asset, entry: &Entry) -> bool {
    if entry.name == "criticality" {
        return asset.criticality.is_some();
    }
    if entry.takes == Takes::Relation {
        let start = estate
            .relations()
            .partition_point(|relation| relation.from < asset.id);
        let own = estate.relations().iter().skip(start);
        return own
            .take_while(|relation| relation.from == asset.id)
            .any(|relation| relation.kind.as_str() == entry.name);
    }
    asset.fact(entry.name).is_some_and(Fact::is_known)
}

/// The name where it leads back to the asset, else the id.
fn label<'a>(names: &Names<'_>, asset: &'a Asset) -> &'a str {
    let id = asset.id.as_str();
    let name = asset.name.as_ref().map(|name| name.raw().trim());
    name.filter(|name| names.one(name) == Some(&asset.id))
        .unwrap_or(id)
}
