//! What can be said of what would stop the firm where nobody recorded a service: what most machines run on.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use super::questions::Question;
use crate::estate::{Asset, AssetId, AssetKind, Estate, RelationKind};
use crate::source::overlay::{Ask, NEEDED_BY};
use crate::text::{Untrusted, short_name};

/// So many hosts are told and asked about.
const HOSTS: usize = 5;

/// So many machines are named in a question.
const NAMED: usize = 4;

/// An asset that several machines run on.
#[derive(Debug)]
pub(crate) struct Host<'a> {
    asset: &'a Asset,
    machines: Vec<&'a Asset>,
    inferred: bool,
    /// Controllers of domains among the machines, and in the estate.
    controllers: (usize, usize),
}

/// The hosts with most machines; none where a service is recorded: then the rules speak.
pub(crate) fn hosts(estate: &Estate) -> Vec<Host<'_>> {
    let is_service =
        |asset: &Asset| matches!(asset.kind, AssetKind::BusinessApplication | AssetKind::Service);
    if estate.assets().iter().any(is_service) {
        return Vec::new();
    }
    let mut on: BTreeMap<&AssetId, (BTreeSet<&AssetId>, bool)> = BTreeMap::new();
    for relation in estate.relations() {
        if matches!(relation.kind, RelationKind::HostedOn | RelationKind::RunsOn) {
            let (machines, inferred) = on.entry(&relation.to).or_default();
            machines.insert(&relation.from);
            *inferred |= !relation.is_stated();
        }
    }
    let all = estate
        .assets()
        .iter()
        .filter(|asset| is_controller(asset))
        .count();
    let mut hosts: Vec<Host<'_>> = on
        .into_iter()
        .filter(|(_, (machines, _))| machines.len() > 1)
        .filter_map(|(host, (machines, inferred))| {
            let machines: Vec<&Asset> = machines
                .into_iter()
                .filter_map(|id| estate.asset(id.as_str()))
                .collect();
            let controllers = machines.iter().filter(|asset| is_controller(asset)).count();
            Some(Host {
                asset: estate.asset(host.as_str())?,
                machines,
                inferred,
                controllers: (controllers, all),
            })
        })
        .collect();
    // Stable: hosts of as many machines stay in the order of their ids.
    hosts.sort_by_key(|host| Reverse(host.machines.len()));
    hosts.truncate(HOSTS);
    hosts
}

/// Asked before all others: without services no rule can say what would stop the firm.
pub(super) fn questions(estate: &Estate) -> Vec<Question> {
    hosts(estate).iter().map(Host::question).collect()
}

fn is_controller(asset: &Asset) -> bool {
    let role = asset.text("domain_role");
    role.is_some_and(|role| role.raw().to_lowercase().contains("controller"))
}

impl Host<'_> {
    /// What is known, in one sentence without its end; names are escaped and shortened.
    pub(crate) fn sentence(&self) -> String {
        let among = match self.controllers {
            (0, _) => String::new(),
            (1, 1) => ", the only domain controller among them".to_owned(),
            (2, 2) => ", both domain controllers among them".to_owned(),
            (here, all) if here == all => format!(", all {all} domain controllers among them"),
            (here, all) => format!(", {here} of {all} domain controllers among them"),
        };
        let inferred = if self.inferred { " (inferred)" } else { "" };
        format!(
            "{} hosts {} machines{among}{inferred}: nobody recorded which services need them",
            short_name(self.asset.label().raw()),
            self.machines.len()
        )
    }

    fn question(&self) -> Question {
        let names = self.machines.iter().take(NAMED);
        let names: Vec<String> = names.map(|machine| short_name(machine.label().raw())).collect();
        let more = match self.machines.len().saturating_sub(NAMED) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        Question {
            question: Untrusted::new(format!(
                "{}. Which services does the firm live from that need this, or what runs on it: {}{more}? (names, separated by \
                 semicolons: each becomes a service that depends on it. Their criticality and people are asked next.)",
                self.sentence(),
                names.join(", ")
            )),
            ask: Ask::Owner,
            assets: vec![self.asset.id.clone()],
            name: Untrusted::new(short_name(self.asset.label().raw())),
            fact: NEEDED_BY.to_owned(),
            unlocks: 0,
            unlocks_together: 0,
            together_with: Vec::new(),
            rules: vec!["resilience.single_point".to_owned()],
        }
    }
}
