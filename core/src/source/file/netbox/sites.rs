//! Sites, racks and people.

use std::collections::{BTreeMap, BTreeSet};

use super::build::{self, Build};
use super::model::Model;
use super::record::Record;
use crate::estate::{AssetKind, RelationKind};

/// Regions nest at most this deep.
const MAX_REGIONS: usize = 16;

pub(super) fn sites(build: &mut Build<'_>) {
    let tables = build.tables;
    for (key, record) in tables.of(Model::Site) {
        let mut asset = build::asset(build, Model::Site, key, record, AssetKind::Site);
        build::text(&mut asset, "facility", record.text("facility"));
        build::text(&mut asset, "postal_address", record.text("physical_address"));
        build::text(&mut asset, "region", region(build, record));
        build.asset(asset);
    }
}

/// A region with those around it: `North America / United States / Ohio`.
fn region(build: &Build<'_>, site: &Record) -> Option<String> {
    let Some(mut at) = site
        .key("region")
        .and_then(|key| build.tables.find(Model::Region, key))
    else {
        return site.shown("region");
    };
    let mut names = Vec::new();
    while names.len() < MAX_REGIONS {
        names.extend(at.text("name"));
        match at
            .key("parent")
            .and_then(|key| build.tables.find(Model::Region, key))
        {
            Some(parent) => at = parent,
            None => break,
        }
    }
    names.reverse();
    (!names.is_empty()).then(|| names.join(" / "))
}

pub(super) fn racks(build: &mut Build<'_>) {
    let tables = build.tables;
    for (key, record) in tables.of(Model::Rack) {
        let mut asset = build::asset(build, Model::Rack, key, record, AssetKind::Rack);
        build::text(
            &mut asset,
            "location",
            build.name_of(record, "location", Model::Location),
        );
        build.asset(asset);
        build.link(
            (Model::Rack, key),
            record,
            "site",
            Model::Site,
            RelationKind::LocatedAt,
        );
    }
}

/// Who is responsible: names and roles, no addresses and telephone numbers. Where no tenant owns an asset, its primary
/// contact does.
pub(super) fn contacts(build: &mut Build<'_>) {
    let tables = build.tables;
    let mut people: BTreeMap<_, BTreeSet<(usize, String)>> = BTreeMap::new();
    for (_, record) in tables.of(Model::ContactAssignment) {
        let model = ["content_type", "object_type"]
            .iter()
            .find_map(|field| tables.content_type(record, field));
        let (Some(model), Some(key)) = (model, record.key("object_id")) else {
            continue;
        };
        let Some(name) = build.name_of(record, "contact", Model::Contact) else {
            continue;
        };
        let priority = record.choice("priority").unwrap_or_default();
        let rank = ["primary", "secondary", "tertiary"]
            .iter()
            .position(|known| *known == priority)
            .unwrap_or(usize::MAX);
        let role = build.name_of(record, "role", Model::ContactRole);
        let words: Vec<String> = role
            .into_iter()
            .chain((!priority.is_empty()).then_some(priority))
            .collect();
        let text = if words.is_empty() {
            name
        } else {
            format!("{name} ({})", words.join(" / "))
        };
        people
            .entry(build::id(model, key))
            .or_default()
            .insert((rank, text));
    }
    for (id, people) in people {
        let Some(asset) = build.asset_mut(&id) else {
            continue;
        };
        if let (Some((0, primary)), None) = (people.first(), asset.fact("owner")) {
            asset.facts.add("owner", primary.as_str());
        }
        let all: Vec<&str> = people.iter().map(|(_, text)| text.as_str()).collect();
        asset.facts.add("contacts", all.join("; "));
    }
}
