//! What each column asks of a device, and what its facts say to that.

use super::said::{said, switched};
use super::{Cell, Column};
use crate::estate::{Asset, AssetKind, Relation, RelationKind, Source};
use crate::review::analyzers::{backup_cell, warranty_cell};
use crate::review::context::Context;
use crate::review::facts::texts;
use crate::review::questions::Want;

/// What the records say of a device in a column, apart from what absence means.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(in crate::review) struct Sign {
    /// Something says that it is covered.
    pub(in crate::review) covered: bool,
    /// Something says that it is not: in words that end a sentence about the device.
    pub(in crate::review) gap: Option<&'static str>,
}

/// Whether a column is asked of a device.
#[derive(Clone, Copy, Eq, PartialEq)]
enum Asked {
    No,
    /// It depends on what is not recorded.
    Unknown,
    Yes,
}

/// The scopes by which a source says that it knows every device of a column; none where only the facts speak.
pub(in crate::review) fn scopes(column: Column) -> &'static [&'static str] {
    match column {
        Column::Agreement => &["agreement", "agreements", "covered_by"],
        Column::Backup => &["backup", "backup_job", "backed_up_by"],
        Column::Directory => &["directory", "domain_joined"],
        // A list of antivirus is none of EDR, and the other way round.
        Column::EndpointProtection => &["endpoint_protection"],
        Column::Rmm => &["rmm", "rmm_agent"],
        Column::Warranty => &[],
    }
}

/// The facts by which a device is known to a column.
pub(super) fn signs(column: Column) -> &'static [&'static str] {
    match column {
        Column::Agreement => &["agreement"],
        Column::Backup | Column::Warranty => &[],
        Column::Directory => &["directory", "domain"],
        Column::EndpointProtection => &["antivirus", "antivirus_state", "edr"],
        Column::Rmm => &["rmm_agent"],
    }
}

/// The name of the scope that stands in the evidence.
pub(in crate::review) fn scope(column: Column) -> &'static str {
    scopes(column).first().copied().unwrap_or_default()
}

/// Whether a source says that it holds everything in one of these scopes.
pub(in crate::review) fn is_complete(source: &Source, scopes: &[&str]) -> bool {
    let mut open = vec![source];
    while let Some(source) = open.pop() {
        let said = source.scopes.iter().filter(|scope| scope.complete).any(|scope| {
            scopes
                .iter()
                .any(|name| scope.name.raw().eq_ignore_ascii_case(name))
        });
        if said {
            return true;
        }
        open.extend(&source.merged_from);
    }
    false
}

/// What is a device: the rows of the matrix.
pub(super) fn is_device(kind: &AssetKind) -> bool {
    matches!(
        kind,
        AssetKind::Device
            | AssetKind::Firewall
            | AssetKind::HypervisorHost
            | AssetKind::Printer
            | AssetKind::Router
            | AssetKind::Server
            | AssetKind::Storage
            | AssetKind::Switch
            | AssetKind::VirtualMachine
            | AssetKind::WirelessAccessPoint
            | AssetKind::Workstation
    )
}

/// The cell of a device in a column. `absence`: whether a source knows every device of the column, so that what it does not
/// name is a gap.
pub(super) fn cell(context: &Context<'_>, column: Column, asset: &Asset, absence: bool) -> Cell {
    match column {
        Column::Backup => return backup_cell(context, asset, absence),
        Column::Warranty => return warranty_cell(context, asset),
        Column::Agreement | Column::Directory | Column::EndpointProtection | Column::Rmm => {}
    }
    let asked = asked(column, asset);
    if asked == Asked::No {
        return Cell::NotApplicable;
    }
    match judge(context, column, asset) {
        Sign {
            covered: true,
            gap: Some(_),
        } => Cell::Contradicted,
        Sign { covered: true, .. } => Cell::Covered,
        // Whether it should be covered is not known: that it is not, is then no gap.
        _ if asked == Asked::Unknown => Cell::Unknown,
        Sign { gap: Some(_), .. } => Cell::Gap,
        Sign { .. } if absence && !has_half_a_sign(column, asset) => match context.twin(column, asset) {
            // It may be the one that is covered, under another name.
            Some(_) => Cell::Unknown,
            None => Cell::Gap,
        },
        Sign { .. } => Cell::Unknown,
    }
}

/// What the records say of a device in a column.
pub(in crate::review) fn judge(context: &Context<'_>, column: Column, asset: &Asset) -> Sign {
    match column {
        Column::Agreement => agreement(context, asset),
        Column::Directory => directory(asset),
        Column::EndpointProtection => endpoint_protection(asset),
        Column::Rmm => {
            let agent = said(asset, "rmm_agent");
            Sign {
                covered: agent.yes,
                gap: agent.no.then_some("no managed agent reports from it"),
            }
        }
        Column::Backup | Column::Warranty => Sign::default(),
    }
}

fn agreement(context: &Context<'_>, asset: &Asset) -> Sign {
    let named = said(asset, "agreement");
    Sign {
        covered: named.yes || covering(context, asset).next().is_some(),
        gap: named.no.then_some("the records say that it is under none"),
    }
}

/// The relations to contracts that cover a device.
pub(in crate::review) fn covering<'a>(
    context: &Context<'a>,
    asset: &Asset,
) -> impl Iterator<Item = &'a Relation> + use<'a> {
    let estate = context.estate();
    context
        .outgoing_of(asset, RelationKind::CoveredBy)
        .filter(|relation| relation.is_stated())
        .filter(move |relation| {
            estate
                .asset(relation.to.as_str())
                .is_some_and(|contract| contract.kind == AssetKind::Contract)
        })
}

/// A workgroup is no sign: a machine that is joined to a directory in the cloud reports one too.
fn directory(asset: &Asset) -> Sign {
    let (directory, domain) = (said(asset, "directory"), said(asset, "domain"));
    Sign {
        covered: directory.yes || domain.yes,
        gap: directory
            .no
            .then_some("the records say that it is joined to none"),
    }
}

/// A product that is named without its state is no sign: it may be switched off.
fn endpoint_protection(asset: &Asset) -> Sign {
    let state = switched(asset, "antivirus_state");
    Sign {
        covered: state.yes || said(asset, "edr").yes,
        gap: if state.no {
            Some("its antivirus is off")
        } else {
            said(asset, "antivirus").no.then_some("no antivirus is on it")
        },
    }
}

/// Something is recorded that settles nothing: then absence is no gap.
fn has_half_a_sign(column: Column, asset: &Asset) -> bool {
    column == Column::EndpointProtection && said(asset, "antivirus").yes
}

/// What would settle the cell of a device; nothing where it may be one of which the column is not asked.
pub(in crate::review) fn wants(column: Column, asset: &Asset) -> Vec<Want> {
    let fact = match column {
        _ if asset.kind == AssetKind::Device && column != Column::Agreement => return Vec::new(),
        Column::Agreement => "agreement",
        Column::Backup | Column::Warranty => return Vec::new(),
        Column::Directory => "directory",
        Column::EndpointProtection => "antivirus_state",
        Column::Rmm => "rmm_agent",
    };
    let system = (asked(column, asset) == Asked::Unknown).then(|| Want::new(asset, "os_name"));
    [Want::new(asset, fact)].into_iter().chain(system).collect()
}

fn asked(column: Column, asset: &Asset) -> Asked {
    use AssetKind::{Device, HypervisorHost, Server, VirtualMachine, Workstation};
    match (column, &asset.kind) {
        (Column::Agreement, kind) if is_device(kind) => Asked::Yes,
        // A phone or a printer may be behind it.
        (Column::Directory | Column::EndpointProtection | Column::Rmm, Device) => Asked::Unknown,
        // Agents run on hosts of Windows; other hypervisors are watched from outside.
        (Column::Directory | Column::EndpointProtection | Column::Rmm, HypervisorHost)
        | (Column::Directory, Server | VirtualMachine) => runs_windows(asset),
        (Column::EndpointProtection | Column::Rmm, Server | VirtualMachine | Workstation)
        | (Column::Directory, Workstation) => Asked::Yes,
        _ => Asked::No,
    }
}

/// Where sources disagree, any Windows counts.
fn runs_windows(asset: &Asset) -> Asked {
    let systems = texts(asset, "os_name");
    let is_windows = |name: &String| {
        let name = name.to_lowercase();
        name.contains("windows") || name.contains("hyper-v")
    };
    match systems.values() {
        [] => Asked::Unknown,
        names if names.iter().any(is_windows) => Asked::Yes,
        _ => Asked::No,
    }
}
