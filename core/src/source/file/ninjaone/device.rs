//! A device as an asset: its kind, what the list says of it, and what reports say of it.

use jiff::Timestamp;
use serde_json::Value;

use super::class::{self, Class};
use super::doubts::Doubts;
use super::list;
use super::moment;
use super::protection::Protection;
use super::record::Record;
use super::reports::Reports;
use super::system::System;
use crate::estate::{Asset, AssetId, AssetKind, Confidence, FactValue};

/// What became of a device.
pub(super) struct Described {
    pub(super) asset: Asset,
    pub(super) contact: Option<Timestamp>,
    pub(super) doubts: Doubts,
    /// What it refers to, for its place.
    pub(super) references: Option<Record>,
}

/// Makes the asset. `antivirus_listed` when a product that the reports do not list is not there.
pub(super) fn describe(id: AssetId, record: &Record, reports: Reports, antivirus_listed: bool) -> Described {
    let Reports {
        mut doubts,
        network,
        programs,
        mut protection,
        storage,
        system,
    } = reports;
    let class = kind(record, &system, &mut doubts);
    let mut asset = Asset::new(id, class.kind.clone());
    asset.name = ["displayName", "systemName", "dnsName", "netbiosName"]
        .iter()
        .find_map(|field| record.text(field))
        .map(Into::into);
    let contact = state(&mut asset, record, &class, &mut doubts);
    let is_virtual = if class.guest {
        Some(true)
    } else {
        system.is_virtual()
    };
    list::boolean(&mut asset, "is_virtual", is_virtual);
    list::text(&mut asset, "dns_name", record.text("dnsName"));
    list::text(&mut asset, "netbios_name", record.text("netbiosName"));
    tags(&mut asset, record);
    let references = references(record, &mut doubts);
    if let Some(references) = &references {
        refer(&mut asset, references, &mut protection, &mut doubts);
    }
    network.tell(&mut asset, record, &mut doubts);
    system.tell(&mut asset, &mut doubts);
    storage.tell(&mut asset, &mut doubts);
    let agent = asset.boolean("rmm_agent") == Some(true);
    let listed = antivirus_listed && agent && class.reports_antivirus;
    protection.tell(&mut asset, &programs.software, listed);
    programs.tell(&mut asset, &mut doubts);
    Described {
        asset,
        contact,
        doubts,
        references,
    }
}

/// The kind: by the class, and closer by what the machine says of itself.
fn kind(record: &Record, system: &System, doubts: &mut Doubts) -> Class {
    let word = record.text("nodeClass");
    let Some(mut known) = word.as_deref().and_then(class::read) else {
        if let Some(word) = word {
            doubts.tally(
                "are classes that are not known: kept as `device`",
                word,
                &record.place,
            );
        }
        return Class {
            kind: AssetKind::Device,
            agent: None,
            guest: false,
            reports_antivirus: false,
        };
    };
    if known.kind == AssetKind::Server && system.is_virtual() == Some(true) {
        known.kind = AssetKind::VirtualMachine;
    }
    known
}

/// The state in the RMM; gives the last contact.
fn state(asset: &mut Asset, record: &Record, class: &Class, doubts: &mut Doubts) -> Option<Timestamp> {
    list::text(asset, "node_class", record.text("nodeClass"));
    list::text(asset, "rmm_uid", record.text("uid"));
    let status = record.text("approvalStatus").map(|status| status.to_lowercase());
    let retired = status.as_deref() == Some("decommissioned");
    let absent = retired || status.as_deref() == Some("staged");
    list::boolean(asset, "rmm_agent", class.agent.map(|agent| agent && !absent));
    if retired {
        asset.facts.add("status", "decommissioned");
    }
    if let Some(status) = &status
        && !["approved", "decommissioned", "pending", "staged"].contains(&status.as_str())
    {
        doubts.tally("are states of approval that are not known", status, &record.place);
    }
    list::text(asset, "rmm_status", status);
    list::boolean(asset, "offline", record.boolean("offline"));
    let contact = doubts.time(record, "lastContact");
    list::text(asset, "last_seen", contact.map(moment::day));
    contact
}

fn tags(asset: &mut Asset, record: &Record) {
    if let Some(Value::Array(tags)) = record.value("tags") {
        let tags: Vec<String> = tags.iter().filter_map(|tag| list::item(tag.as_str()?)).collect();
        list::add(asset, "tags", tags.iter().map(String::as_str));
    }
}

/// What a device refers to. PowerShell writes objects that are too deep for it as text.
fn references(record: &Record, doubts: &mut Doubts) -> Option<Record> {
    if let Some(Value::String(text)) = record.value("references")
        && text.starts_with("@{")
    {
        doubts.tally(
            "are cut off: save them with `ConvertTo-Json -Depth 10`",
            "references",
            &record.place,
        );
    }
    record.object("references")
}

/// Warranty, owner, role and backups.
fn refer(asset: &mut Asset, references: &Record, protection: &mut Protection, doubts: &mut Doubts) {
    if let Some(warranty) = references.object("warranty") {
        list::text(asset, "warranty_start", doubts.day(&warranty, "startDate"));
        list::text(asset, "warranty_end", doubts.day(&warranty, "endDate"));
        if let Some(day) = doubts.day(&warranty, "manufacturerFulfillmentDate") {
            // The day on which the maker shipped it stands for that on which it was bought.
            let value = FactValue::from(day).sure(Confidence::Medium);
            asset.facts.add("purchased", value);
        }
    }
    if let Some(owner) = references.object("assignedOwner") {
        list::text(asset, "owner", person(&owner));
    }
    let role = references.object("role").and_then(|role| role.text("name"));
    list::text(asset, "rmm_role", role);
    if let Some(usage) = references.object("backupUsage") {
        protection.usage(&usage, doubts);
    }
}

/// The name of a person, or else the address.
fn person(owner: &Record) -> Option<String> {
    let names = ["firstName", "lastName"]
        .iter()
        .filter_map(|field| owner.text(field));
    let name = names.collect::<Vec<_>>().join(" ");
    Some(name)
        .filter(|name| !name.is_empty())
        .or_else(|| owner.text("email"))
}
