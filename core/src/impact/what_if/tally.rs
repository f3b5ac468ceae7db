//! Counts: people, sites and services.

use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::prelude::ToPrimitive;
use serde::Serialize;

use super::ground::Ground;
use super::lines::{Line, Lines, State, Way};
use super::sets::run;
use crate::estate::{Asset, AssetId, AssetKind};

/// How many people a what-if touches, as far as the fact `people` of sites and services tells.
///
/// People of different sites are different people, those of different services may be the same. So the number is the larger
/// of two that are both certain: the sum over the sites whose way out is lost (of sites within a site the outer one alone),
/// and the largest number that one failed or cut off asset states. It is never too high where the facts are right.
///
/// In JSON `{"at_least", "degraded", "unknown", "unrecorded"}`.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, Serialize)]
pub struct PeopleAffected {
    /// At least so many people cannot work as before.
    pub at_least: u64,
    /// At least so many more work with something that got worse: what the largest number that one degraded asset states
    /// exceeds `at_least` by, since those who are stopped may be among them.
    pub degraded: u64,
    /// Of so many it cannot be told: the same two numbers over the other sites that have unknown assets, and over unknown
    /// services. Not in the other counts, though people may be.
    pub unknown: u64,
    /// So many sites that have lost their way out or have unknown assets, and so many touched or unknown services and
    /// applications, state no number: with theirs the other counts may be higher. Where it is not zero, a zero is none.
    pub unrecorded: usize,
}

/// What becomes of the assets of one site.
///
/// In JSON `{"site", "failed", "degraded", "cut_off", "unknown", "people", "way_out"}`.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct SiteEffect {
    /// The site.
    pub site: AssetId,
    /// Assets there that fail.
    pub failed: usize,
    /// Assets there that get worse.
    pub degraded: usize,
    /// Assets there that are cut off.
    pub cut_off: usize,
    /// Assets there of which it cannot be told.
    pub unknown: usize,
    /// How many people the site states, touched or not.
    pub people: Option<u64>,
    /// Whether the site still has a way out.
    pub way_out: WayOut,
}

/// The way out of a site, as far as the ways of its assets are recorded.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum WayOut {
    /// Some asset of the site has one.
    Kept,
    /// Some had one, and none that works has one now.
    Lost,
    /// No asset of the site had one that is recorded.
    NotRecorded,
    /// What is left may be one.
    Unknown,
}

/// A service, an application or another asset that states how many people work with it.
///
/// In JSON `{"service", "state", "people"}`.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct ServiceEffect {
    /// The service.
    pub service: AssetId,
    /// What becomes of it.
    pub state: State,
    /// How many people work with it; none where that is not recorded or disputed.
    pub people: Option<u64>,
}

/// How many people an asset states.
pub(in crate::impact) fn people(asset: &Asset) -> Option<u64> {
    asset.number("people")?.to_u64()
}

/// Whether people work with it as such.
pub(in crate::impact) fn is_service(asset: &Asset) -> bool {
    matches!(
        asset.kind,
        AssetKind::BusinessApplication | AssetKind::SaasSubscription | AssetKind::Service
    ) || (asset.kind != AssetKind::Site && asset.fact("people").is_some())
}

/// The services that are touched, by id.
pub(super) fn services(ground: &Ground, lines: &Lines) -> Vec<ServiceEffect> {
    let assets = ground.estate.assets();
    let is_service = |line: &&Line| {
        ground
            .traits
            .get(line.asset as usize)
            .is_some_and(|about| about.is_service())
    };
    lines
        .list
        .iter()
        .filter(is_service)
        .filter_map(|line| {
            let service = assets.get(line.asset as usize)?;
            Some(ServiceEffect {
                service: service.id.clone(),
                state: line.state,
                people: people(service),
            })
        })
        .collect()
}

/// The sites with assets that are touched, by position.
pub(super) fn sites(ground: &Ground, lines: &Lines) -> BTreeMap<u32, SiteEffect> {
    let mut counts = vec![[0_usize; 4]; ground.homes.count() as usize];
    for line in &lines.list {
        let counts = ground
            .homes
            .of(line.asset)
            .and_then(|set| counts.get_mut(set as usize));
        if let Some(count) = counts.and_then(|counts| counts.get_mut(line.state as usize)) {
            *count += 1;
        }
    }
    let mut sites: BTreeMap<u32, SiteEffect> = BTreeMap::new();
    for (set, counts) in (0..).zip(counts).filter(|(_, counts)| *counts != [0; 4]) {
        for site in ground.homes.items(set) {
            let Some(about) = ground.estate.assets().get(*site as usize) else {
                continue;
            };
            let effect = sites.entry(*site).or_insert_with(|| untouched(about));
            // In the order of the states.
            let [cut_off, degraded, failed, unknown] = counts;
            effect.cut_off += cut_off;
            effect.degraded += degraded;
            effect.failed += failed;
            effect.unknown += unknown;
        }
    }
    if !sites.is_empty() {
        ways_out(ground, lines, &mut sites);
    }
    sites
}

fn untouched(site: &Asset) -> SiteEffect {
    SiteEffect {
        site: site.id.clone(),
        failed: 0,
        degraded: 0,
        cut_off: 0,
        unknown: 0,
        people: people(site),
        way_out: WayOut::NotRecorded,
    }
}

/// Says of each site whether any of its assets has a way out.
fn ways_out(ground: &Ground, lines: &Lines, sites: &mut BTreeMap<u32, SiteEffect>) {
    let mut best = vec![WayOut::NotRecorded; ground.homes.count() as usize];
    let mut told = lines.list.iter().peekable();
    for (asset, about) in (0..).zip(&ground.traits) {
        let line = told.next_if(|line| line.asset == asset);
        let homes = ground.homes.of(asset).and_then(|set| best.get_mut(set as usize));
        let Some(best) = homes.filter(|_| !about.is_outside()) else {
            continue;
        };
        let way = match lines.way(ground, asset) {
            Way::Unrecorded => continue,
            _ if line.is_some_and(Line::is_out) => WayOut::Lost,
            Way::Kept => WayOut::Kept,
            Way::Lost => WayOut::Lost,
            Way::Unsure => WayOut::Unknown,
        };
        *best = better(*best, way);
    }
    for (set, way) in (0..).zip(best) {
        for site in ground.homes.items(set) {
            if let Some(effect) = sites.get_mut(site) {
                effect.way_out = better(effect.way_out, way);
            }
        }
    }
}

/// What a site has, when some of its assets have the one and some the other.
fn better(one: WayOut, other: WayOut) -> WayOut {
    let rank = |way: &WayOut| match way {
        WayOut::NotRecorded => 0,
        WayOut::Lost => 1,
        WayOut::Unknown => 2,
        WayOut::Kept => 3,
    };
    std::cmp::max_by_key(one, other, rank)
}

/// The people, from what is said of sites and services.
pub(super) fn affected(
    ground: &Ground,
    sites: &BTreeMap<u32, SiteEffect>,
    services: &[ServiceEffect],
) -> PeopleAffected {
    let lost = |effect: &SiteEffect| effect.way_out == WayOut::Lost;
    let stopped = |state: State| matches!(state, State::CutOff | State::Failed);
    let most = |is: &dyn Fn(State) -> bool| {
        let people = services.iter().filter(|service| is(service.state));
        people.filter_map(|service| service.people).max().unwrap_or(0)
    };
    let at_least = sum(ground, sites, lost).max(most(&stopped));
    let unrecorded_sites = sites.values().filter(|site| site.wants_people());
    let unrecorded = services.iter().filter(|service| service.people.is_none());
    PeopleAffected {
        at_least,
        degraded: most(&|state| state == State::Degraded).saturating_sub(at_least),
        unknown: sum(ground, sites, |site| !lost(site) && site.unknown > 0)
            .max(most(&|state| state == State::Unknown)),
        unrecorded: unrecorded_sites.count() + unrecorded.count(),
    }
}

impl SiteEffect {
    /// Whether its people would count, and it states none.
    pub(super) fn wants_people(&self) -> bool {
        self.people.is_none() && (self.way_out == WayOut::Lost || self.unknown > 0)
    }
}

/// The people of these sites; a site within another of them does not count again.
fn sum(ground: &Ground, sites: &BTreeMap<u32, SiteEffect>, is: impl Fn(&SiteEffect) -> bool) -> u64 {
    let counted: BTreeMap<u32, u64> = sites
        .iter()
        .filter(|(_, effect)| is(effect))
        .filter_map(|(site, effect)| Some((*site, effect.people?)))
        .collect();
    let outer = counted
        .iter()
        .filter(|(site, _)| !is_within(ground, **site, &counted));
    outer.fold(0, |sum: u64, (_, people)| sum.saturating_add(*people))
}

/// Whether a site is in another of these.
fn is_within(ground: &Ground, site: u32, counted: &BTreeMap<u32, u64>) -> bool {
    let standing = ground.graph().standing();
    let mut seen = BTreeSet::from([site]);
    let mut queue = vec![site];
    while let Some(at) = queue.pop() {
        for (_, above) in run(&standing.located, at)
            .iter()
            .chain(run(&standing.members, at))
        {
            if seen.insert(*above) {
                if counted.contains_key(above) {
                    return true;
                }
                queue.push(*above);
            }
        }
    }
    false
}
