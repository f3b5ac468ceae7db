//! Hosting: a virtual machine that names its host or cluster runs there.

use std::collections::{BTreeMap, BTreeSet};

use super::ground::Ground;
use super::holders::Holder;
use super::judgement::Judgement;
use super::marks::texts;
use super::places::Place;
use crate::estate::{Asset, AssetKind, Confidence};
use crate::text::quoted;

/// The longest name that is compared.
const MAX_NAME: usize = 256;

/// Names of assets, whole or up to the first point, in lower case.
#[derive(Default)]
pub(super) struct Names {
    anywhere: BTreeMap<String, Holder>,
    at: BTreeMap<(usize, String), Holder>,
}

impl Names {
    /// The names of the assets that are in service and that `plays` chooses.
    pub(super) fn of(ground: &Ground<'_>, plays: impl Fn(&Asset) -> bool) -> Self {
        let mut names = Self::default();
        for at in 0..ground.len() {
            let Some(asset) = ground.asset(at) else { continue };
            if ground.is_idle(at) || !plays(asset) {
                continue;
            }
            let name = asset.name.as_ref().map(|name| name.raw().as_str());
            for name in name.into_iter().chain(texts(asset, "dns_name")) {
                let Some(name) = folded(name) else { continue };
                names.add(ground, at, short(&name));
                names.add(ground, at, &name);
            }
        }
        names
    }

    fn add(&mut self, ground: &Ground<'_>, at: usize, name: &str) {
        self.anywhere.entry(name.to_owned()).or_default().add(at);
        if let Place::At(site) = ground.places.of_asset(at) {
            self.at.entry((site, name.to_owned())).or_default().add(at);
        }
    }

    /// The only asset of a name, at the site of the asset that names it where there is one; or all that have it.
    pub(super) fn find(
        &self,
        ground: &Ground<'_>,
        from: usize,
        name: &str,
    ) -> Option<Result<usize, &Holder>> {
        let name = folded(name)?;
        let key = if self.anywhere.contains_key(&name) {
            name
        } else {
            short(&name).to_owned()
        };
        let all = self.anywhere.get(&key)?;
        if all.count() == 1 {
            return all.first().next().map(Ok);
        }
        let here = match ground.places.of_asset(from) {
            Place::At(site) => self.at.get(&(site, key)),
            Place::Several | Place::Unknown => None,
        };
        let only = here.filter(|here| here.count() == 1);
        Some(only.and_then(|only| only.first().next()).ok_or(all))
    }
}

fn folded(name: &str) -> Option<String> {
    let name = name.trim().trim_end_matches('.').to_lowercase();
    (!name.is_empty() && name.len() <= MAX_NAME).then_some(name)
}

/// A name up to the first point; an address stays whole.
fn short(name: &str) -> &str {
    if name.parse::<std::net::IpAddr>().is_ok() {
        return name;
    }
    name.split_once('.').map_or(name, |(first, _)| first)
}

/// Hosts and clusters by name.
pub(super) struct Hosts {
    hosts: Names,
    clusters: Names,
}

impl Hosts {
    pub(super) fn of(ground: &Ground<'_>) -> Self {
        let is_host = |asset: &Asset| {
            asset.kind == AssetKind::HypervisorHost
                || asset.kind == AssetKind::Server && asset.boolean("is_virtual") != Some(true)
        };
        Self {
            hosts: Names::of(ground, is_host),
            clusters: Names::of(ground, |asset| asset.kind == AssetKind::Cluster),
        }
    }

    pub(super) fn judge(&self, ground: &Ground<'_>, from: usize) -> Option<Judgement> {
        let asset = ground.asset(from)?;
        if asset.kind != AssetKind::VirtualMachine && asset.boolean("is_virtual") != Some(true) {
            return None;
        }
        let evidence = ["host", "cluster"].map(|fact| {
            let names: BTreeSet<&str> = texts(asset, fact).collect();
            names.into_iter().collect::<Vec<_>>()
        });
        let mut judgement = Judgement::new(evidence.iter().any(|names| !names.is_empty()));
        let [hosts, clusters] = evidence;
        for (names, known) in [(hosts, &self.hosts), (clusters, &self.clusters)] {
            match names.as_slice() {
                [] => {}
                [name] => one(ground, from, name, known, &mut judgement),
                [first, rest @ ..] if rest.iter().all(|name| name.eq_ignore_ascii_case(first)) => {
                    one(ground, from, first, known, &mut judgement);
                }
                several => judgement.doubt(format!("its sources name {} different hosts", several.len())),
            }
            // The host is closer than its cluster.
            if !judgement.guesses.is_empty() {
                break;
            }
        }
        Some(judgement)
    }
}

fn one(ground: &Ground<'_>, from: usize, name: &str, known: &Names, judgement: &mut Judgement) {
    let to = match known.find(ground, from, name) {
        None => return,
        Some(Ok(to)) if to == from => return,
        Some(Ok(to)) => to,
        Some(Err(several)) => {
            return judgement.doubt(format!(
                "it names {} as its host, and {} assets are called so: {}",
                quoted(name),
                several.count(),
                ground.labels(several)
            ));
        }
    };
    if let (Place::At(here), Place::At(there)) = (ground.places.of_asset(from), ground.places.of_asset(to))
        && here != there
    {
        return judgement.doubt(format!(
            "it names {} as its host, but {} stands at another site",
            quoted(name),
            ground.label(to)
        ));
    }
    let is_server = ground
        .asset(to)
        .is_some_and(|asset| asset.kind == AssetKind::Server);
    let (caveat, confidence) = if is_server {
        (", which is recorded as a server", Confidence::Medium)
    } else {
        ("", Confidence::High)
    };
    let why = format!(
        "{} says that it runs on {}, which is the name of {}{caveat}",
        ground.label(from),
        quoted(name),
        ground.label(to),
    );
    judgement.guess(to, confidence, why);
}
