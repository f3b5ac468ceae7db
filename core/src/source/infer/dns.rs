//! Name servers: who holds the address that a machine asks, and whether that can answer.

use std::net::IpAddr;

use super::address;
use super::domain;
use super::ground::{Ground, MAX_NAMED, is_machine};
use super::holders::{Held, Owners};
use super::judgement::Judgement;
use super::marks::Marks;
use super::places::Place;
use crate::estate::{Asset, AssetKind, Confidence};

/// Why an asset may answer for names.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Part {
    /// The service runs, or it holds a directory.
    Server,
    /// A device at the edge passes questions on.
    Relay,
    /// A server of which nobody says what runs on it.
    Perhaps,
}

fn part(marks: Marks, asset: &Asset) -> Option<Part> {
    if marks.has(Marks::DNS_SERVER) || marks.has(Marks::CONTROLLER) {
        return Some(Part::Server);
    }
    match asset.kind {
        AssetKind::Firewall | AssetKind::Router => Some(Part::Relay),
        AssetKind::Server | AssetKind::VirtualMachine if !marks.has(Marks::SERVICES_KNOWN) => {
            Some(Part::Perhaps)
        }
        _ => None,
    }
}

/// Who may answer.
pub(super) struct Resolvers {
    /// All that may.
    any: Owners,
    /// Those that surely do: the only ones that are believed at another site.
    servers: Owners,
}

impl Resolvers {
    pub(super) fn of(ground: &Ground<'_>) -> Self {
        Self {
            any: ground.owners(|at, asset| part(ground.marks(at), asset).is_some()),
            servers: ground.owners(|at, asset| part(ground.marks(at), asset) == Some(Part::Server)),
        }
    }

    pub(super) fn judge(&self, ground: &Ground<'_>, from: usize) -> Option<Judgement> {
        let asset = ground.asset(from)?;
        let named = ground.named_addresses(from, "dns_servers");
        let mut judgement = Judgement::new(!named.is_empty());
        if named.is_empty() && !is_machine(&asset.kind) {
            return None;
        }
        if named.len() > MAX_NAMED {
            judgement.doubt(format!("it names {} name servers", named.len()));
            return Some(judgement);
        }
        let several = match named.len() {
            1 => String::new(),
            several => format!(", any one of {several}"),
        };
        for address in named {
            self.judge_one(ground, from, (address, &several), &mut judgement);
        }
        Some(judgement)
    }

    fn judge_one(
        &self,
        ground: &Ground<'_>,
        from: usize,
        (address, several): (IpAddr, &str),
        judgement: &mut Judgement,
    ) {
        let held = ground.holder(&self.any, from, address);
        let (to, is_near) = match held {
            Held::By(to, _) => (to, true),
            Held::Several(holder) => {
                return judgement.doubt(format!(
                    "its name server {address} is an address of {} assets: {}",
                    holder.count(),
                    ground.labels(holder)
                ));
            }
            Held::Nobody | Held::Unplaced => match (self.remote(ground, address), held) {
                (Ok(Some(to)), _) => (to, false),
                (Err(doubt), _) => return judgement.doubt(doubt),
                (Ok(None), Held::Unplaced) => {
                    return judgement.doubt(format!(
                        "its name server {address} may be in use at several sites, and the records do not say where it or \
                         the server stands"
                    ));
                }
                (Ok(None), _) => return,
            },
        };
        if to == from {
            return;
        }
        found(ground, (from, to), (address, several, is_near), judgement);
    }

    /// A server at another site, where the address can be meant from anywhere: no second site has its network.
    fn remote(&self, ground: &Ground<'_>, address: IpAddr) -> Result<Option<usize>, String> {
        let to = match self.servers.anywhere(address) {
            Held::By(to, _) => to,
            Held::Several(holder) => {
                return Err(format!(
                    "its name server {address} is an address of {} servers at other sites: {}",
                    holder.count(),
                    ground.labels(holder)
                ));
            }
            Held::Nobody | Held::Unplaced => return Ok(None),
        };
        let Place::At(site) = ground.places.of_asset(to) else {
            return Ok(None);
        };
        if address::is_local(address) && ground.only_site_of(address) != Some(site) {
            return Err(format!(
                "its name server {address} is an address of {} at another site, but several sites have that network",
                ground.label(to)
            ));
        }
        Ok(Some(to))
    }
}

fn found(
    ground: &Ground<'_>,
    (from, to): (usize, usize),
    (address, several, is_near): (IpAddr, &str, bool),
    judgement: &mut Judgement,
) {
    let Some(part) = ground.asset(to).and_then(|asset| part(ground.marks(to), asset)) else {
        return;
    };
    let same_domain = domain::share(ground, from, to);
    let away = ground.seen_elsewhere(from).filter(|_| address::is_local(address));
    if let Some(public) = away.filter(|_| !(part == Part::Server && same_domain)) {
        return judgement.doubt(format!(
            "its name server {address} is an address of {}, but it was last seen from {public}, where nothing else of \
             its site is",
            ground.label(to)
        ));
    }
    let (says, confidence) = match part {
        Part::Server if is_near || same_domain => ("answers for names", Confidence::High),
        Part::Server => ("answers for names at another site", Confidence::Medium),
        Part::Relay => ("can pass on questions for names", Confidence::Medium),
        Part::Perhaps => ("is a server of which no services are recorded", Confidence::Low),
    };
    let why = format!(
        "{} asks {address} for names{several}; that is an address of {}, which {says}",
        ground.label(from),
        ground.label(to),
    );
    judgement.guess(to, confidence, why);
}
