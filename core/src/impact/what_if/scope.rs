//! What cannot be told: assets that what fails may touch, by no relation that is recorded.

use std::collections::BTreeMap;

use super::ground::Ground;
use super::lines::{Gap, Line, Lines, Reason, State, Way};
use super::sets::NONE;
use super::traits::Traits;
use crate::estate::AssetKind;

/// What other assets have of one that fails.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
#[repr(usize)]
pub(super) enum Role {
    /// They are there.
    Place,
    /// They get out through it.
    WayOut,
    /// They are linked through it.
    Link,
    /// It feeds them.
    Power,
    /// They may need it.
    Service,
}

const ROLES: [Role; 5] = [Role::Place, Role::WayOut, Role::Link, Role::Power, Role::Service];

/// For each role a number.
type ByRole<T> = [T; ROLES.len()];

/// Where what is out may be missed.
#[derive(Debug, Default)]
pub(super) struct Scopes {
    /// By site, or `NONE` for everywhere: one asset for each role, a seed where there is one.
    causes: BTreeMap<u32, ByRole<u32>>,
    /// How many assets cannot be told because of it.
    untold: BTreeMap<u32, ByRole<usize>>,
    /// Those of them that have no site.
    placeless: ByRole<usize>,
    /// Assets at other sites that could not be told if they were here.
    pub(super) elsewhere: usize,
}

/// What serves nobody but its user, unless a relation says so; none.
pub(super) fn role(kind: &AssetKind) -> Option<Role> {
    match kind {
        AssetKind::BackupJob
        | AssetKind::Contract
        | AssetKind::Licence
        | AssetKind::Printer
        | AssetKind::UserAccount
        | AssetKind::Workstation => None,
        AssetKind::Other(word) if is_paper(word) => None,
        AssetKind::Site => Some(Role::Place),
        AssetKind::Circuit | AssetKind::Firewall | AssetKind::Provider | AssetKind::Router => {
            Some(Role::WayOut)
        }
        AssetKind::Network
        | AssetKind::PatchPanel
        | AssetKind::Subnet
        | AssetKind::Switch
        | AssetKind::WirelessAccessPoint => Some(Role::Link),
        AssetKind::Power => Some(Role::Power),
        _ => Some(Role::Service),
    }
}

/// Kinds of things that expire, and do not run.
fn is_paper(word: &str) -> bool {
    matches!(word, "app_secret" | "certificate" | "push_certificate")
}

/// Whether it runs at the client, so that something there could stop it.
pub(super) fn is_asked(kind: &AssetKind) -> bool {
    match kind {
        AssetKind::Circuit
        | AssetKind::Contract
        | AssetKind::Domain
        | AssetKind::Licence
        | AssetKind::Network
        | AssetKind::PatchPanel
        | AssetKind::Provider
        | AssetKind::Rack
        | AssetKind::SaasSubscription
        | AssetKind::Site
        | AssetKind::Subnet
        | AssetKind::UserAccount => false,
        AssetKind::Other(word) => !is_paper(word),
        _ => true,
    }
}

/// Whether it has no network port of its own: its dependencies say all.
pub(super) fn is_logical(kind: &AssetKind) -> bool {
    matches!(
        kind,
        AssetKind::BackupJob | AssetKind::BusinessApplication | AssetKind::Database | AssetKind::Service
    )
}

impl Scopes {
    /// Adds a line for each asset that cannot be told.
    pub(super) fn tell(ground: &Ground, seeds: &[u32], lines: &mut Lines) -> Self {
        let mut scopes = Self::default();
        scopes.fill(ground, seeds, lines);
        if scopes.causes.is_empty() {
            return scopes;
        }
        let anywhere = scopes.anywhere();
        let at_homes: Vec<ByRole<u32>> = (0..ground.homes.count())
            .map(|set| scopes.causes_at(ground.homes.items(set)))
            .collect();
        let mut counts = vec![ByRole::<usize>::default(); at_homes.len()];
        let mut told = lines.list.iter().map(|line| line.asset).peekable();
        let mut found = Vec::new();
        for (asset, about) in (0..).zip(&ground.traits) {
            if told.next_if_eq(&asset).is_some() || !about.is_asked() {
                continue;
            }
            let gap = |role| gap(ground, lines, asset, *about, role);
            let homes = ground.homes.of(asset).map(|set| set as usize);
            let causes = homes.map_or(Some(&anywhere), |set| at_homes.get(set));
            if let Some(reason) = causes.and_then(|causes| first(causes, gap)) {
                let count = homes.map_or(Some(&mut scopes.placeless), |set| counts.get_mut(set));
                for (count, role) in count.into_iter().flatten().zip(ROLES) {
                    *count += usize::from(gap(role).is_some());
                }
                found.push(Line {
                    asset,
                    state: State::Unknown,
                    stage: 0,
                    reason,
                });
            } else if first(&anywhere, gap).is_some() {
                scopes.elsewhere += 1;
            }
        }
        scopes.sum(ground, &counts);
        lines.list.extend(found);
        lines.list.sort_unstable_by_key(|line| line.asset);
        scopes
    }

    /// How many assets would be told if the role of this asset were recorded.
    pub(super) fn unlocks(&self, ground: &Ground, asset: u32, role: Role) -> usize {
        let at = |site: &u32| self.untold.get(site).and_then(|counts| counts.get(role as usize));
        match ground.homes.at(asset) {
            [] => at(&NONE).copied().unwrap_or(0),
            homes => {
                homes.iter().filter_map(at).sum::<usize>() + self.placeless.get(role as usize).unwrap_or(&0)
            }
        }
    }

    /// The assets that stand for what is out, each with its role.
    pub(super) fn causes(&self) -> impl Iterator<Item = (u32, Role)> {
        let all = self
            .causes
            .values()
            .flat_map(|causes| causes.iter().copied().zip(ROLES));
        all.filter(|(cause, _)| *cause != NONE)
    }

    fn fill(&mut self, ground: &Ground, seeds: &[u32], lines: &Lines) {
        let others = lines
            .list
            .iter()
            .filter(|line| line.is_out() && line.reason != Reason::Seed);
        let others = others
            .map(|line| line.asset)
            .filter(|asset| !ground.homes.at(*asset).is_empty());
        for asset in seeds.iter().copied().chain(others) {
            let Some(role) = ground
                .estate
                .assets()
                .get(asset as usize)
                .and_then(|about| role(&about.kind))
            else {
                continue;
            };
            let everywhere = [NONE];
            let homes = match ground.homes.at(asset) {
                [] => &everywhere,
                homes => homes,
            };
            for site in homes {
                let causes = self.causes.entry(*site).or_insert([NONE; ROLES.len()]);
                if let Some(slot) = causes.get_mut(role as usize).filter(|slot| **slot == NONE) {
                    *slot = asset;
                }
            }
        }
    }

    /// One cause for each role, wherever it is; places only touch what is at them.
    fn anywhere(&self) -> ByRole<u32> {
        let mut all = [NONE; ROLES.len()];
        for (cause, role) in self.causes() {
            if let Some(slot) = all.get_mut(role as usize).filter(|_| role != Role::Place) {
                *slot = cause.min(*slot);
            }
        }
        all
    }

    /// One cause for each role, for what is at these sites.
    fn causes_at(&self, homes: &[u32]) -> ByRole<u32> {
        let mut all = [NONE; ROLES.len()];
        for causes in homes
            .iter()
            .chain([&NONE])
            .filter_map(|site| self.causes.get(site))
        {
            for (slot, cause) in all.iter_mut().zip(causes) {
                *slot = if *slot == NONE { *cause } else { *slot };
            }
        }
        all
    }

    /// Takes the counts of each set of sites together by site.
    fn sum(&mut self, ground: &Ground, counts: &[ByRole<usize>]) {
        let everywhere = counts
            .iter()
            .chain([&self.placeless])
            .fold(ByRole::<usize>::default(), plus);
        self.untold.insert(NONE, everywhere);
        for (set, counts) in (0..).zip(counts) {
            for site in ground
                .homes
                .items(set)
                .iter()
                .filter(|site| self.causes.contains_key(site))
            {
                let sum = self.untold.entry(*site).or_default();
                *sum = plus(*sum, counts);
            }
        }
    }
}

fn plus(mut sum: ByRole<usize>, counts: &ByRole<usize>) -> ByRole<usize> {
    for (sum, count) in sum.iter_mut().zip(counts) {
        *sum += count;
    }
    sum
}

/// What is not recorded of an asset, for something that fails and may have this role for it.
fn gap(ground: &Ground, lines: &Lines, asset: u32, about: Traits, role: Role) -> Option<Gap> {
    let placed = || ground.places.of(asset).is_some();
    let dependencies_say_all = about.is_logical() && about.leans();
    let when = |open: bool, gap: Gap| open.then_some(gap);
    match role {
        Role::Place => Some(Gap::Place),
        Role::Power => when(!about.leans(), Gap::Dependency),
        _ if about.is_power() || dependencies_say_all => None,
        Role::Link => when(!placed(), Gap::Link),
        Role::Service => when(!about.leans() && !placed(), Gap::Dependency),
        Role::WayOut => match lines.way(ground, asset) {
            Way::Kept | Way::Lost => None,
            Way::Unrecorded => Some(Gap::WayOut),
            Way::Unsure => Some(Gap::Unsure),
        },
    }
}

/// The first cause that meets a gap.
fn first(causes: &ByRole<u32>, gap: impl Fn(Role) -> Option<Gap>) -> Option<Reason> {
    let mut causes = causes
        .iter()
        .copied()
        .zip(ROLES)
        .filter(|(cause, _)| *cause != NONE);
    causes.find_map(|(cause, role)| gap(role).map(|gap| Reason::Untold { cause, gap }))
}
