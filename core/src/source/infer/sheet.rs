//! What was inferred as a sheet, to be confirmed or refused by people.

use crate::estate::{Confidence, Inventory, Relation, RelationKind};
use crate::text::csv_line;

use super::verdict::ANY;

/// The longest why that is written.
const MAX_WHY: usize = 2_048;

/// The columns.
pub(in crate::source) const COLUMNS: [&str; 9] = [
    "from",
    "to",
    "kind",
    "method",
    "confidence",
    "why",
    "verdict",
    "author",
    "at",
];

/// An `inferred.csv` of everything in an inventory that was inferred and of which nobody has decided yet: to be filled in
/// and read beside the inputs that it was inferred from. Format: `docs/formats/inferred-csv.md`.
///
/// Rows stand by method, dependency and dependant, so that what belongs together is decided together. Cells that a
/// spreadsheet would compute have an apostrophe before them.
///
/// ```
/// use vcto::estate::{Asset, AssetKind, Inventory};
/// use vcto::source::{self, Input, Reader};
///
/// let rmm = || Inventory {
///     assets: vec![
///         Asset::new("pc", AssetKind::Workstation).with("gateways", "10.0.0.1"),
///         Asset::new("fw", AssetKind::Firewall).with("addresses", "10.0.0.1"),
///     ],
///     ..Inventory::default()
/// };
/// let reader = Reader::new().infer(true);
/// let sheet = source::inferred_csv(&reader.read(rmm())?);
/// assert!(sheet.contains("\npc,fw,uses,gateway,medium,"));
///
/// let verdicts = Input::bytes("inferred.csv", "from,to,method,verdict,author\n*,fw,gateway,confirm,Jane\n");
/// let decided = reader.read_all([rmm().into(), verdicts])?;
/// assert!(decided.relations[0].is_stated());
/// # Ok::<(), vcto::Error>(())
/// ```
pub fn inferred_csv(inventory: &Inventory) -> String {
    let mut open: Vec<&Relation> = inventory
        .relations
        .iter()
        .filter(|relation| !relation.is_stated() && relation.kind != RelationKind::UnrelatedTo)
        .collect();
    open.sort_by(|a, b| {
        let key = |relation: &Relation| (relation.inference().cloned(), relation.to.clone());
        key(a).cmp(&key(b)).then_with(|| a.cmp(b))
    });
    open.dedup();
    let mut sheet = csv_line(COLUMNS);
    for relation in open {
        let method = relation.inference().map(|method| method.raw().as_str());
        let why = relation.note().map(|note| note.raw().as_str());
        sheet.push_str(&csv_line([
            escaped(relation.from.as_str()).as_str(),
            escaped(relation.to.as_str()).as_str(),
            relation.kind.as_str(),
            method.unwrap_or_default(),
            relation.confidence().map_or("", word),
            shortened(why.unwrap_or_default()),
            "",
            "",
            "",
        ]));
    }
    sheet
}

fn word(confidence: Confidence) -> &'static str {
    match confidence {
        Confidence::Low => "low",
        Confidence::Medium => "medium",
        Confidence::High => "high",
    }
}

/// An id that looks like what stands for every asset gets an apostrophe before it.
fn escaped(id: &str) -> String {
    let looks = id.trim_start_matches('\'') == ANY;
    if looks { format!("'{id}") } else { id.to_owned() }
}

/// What an end says: nothing for every asset.
pub(in crate::source) fn end(text: &str) -> Option<&str> {
    if text == ANY {
        return None;
    }
    let looks = text.trim_start_matches('\'') == ANY;
    text.strip_prefix('\'').filter(|_| looks).or(Some(text))
}

fn shortened(why: &str) -> &str {
    let mut end = MAX_WHY.min(why.len());
    while !why.is_char_boundary(end) {
        end -= 1;
    }
    why.get(..end).unwrap_or(why)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_asset_that_is_called_like_every_asset_is_told_from_it() {
        assert_eq!(end("*"), None);
        for id in ["*", "'*", "''*", "'a", "a*"] {
            assert_eq!(end(&escaped(id)), Some(id), "{id}");
        }
    }

    #[test]
    fn a_long_why_is_cut_between_characters() {
        let why = "é".repeat(2_000);
        assert_eq!(shortened(&why).len(), 2_048);
        assert_eq!(shortened(&why.replace('é', "aé")).chars().last(), Some('a'));
    }
}
