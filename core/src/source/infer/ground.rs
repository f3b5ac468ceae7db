//! The ground on which methods stand: the assets with their places, addresses and marks, each worked out once.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use super::address::{self, Subnet};
use super::holders::{Basis, Held, Holder, Owners};
use super::marks::{Marker, Marks, items, texts};
use super::places::{Place, Places};
use crate::error::{Error, ErrorKind, Result};
use crate::estate::{Asset, AssetId, AssetKind, Inventory};
use crate::text::quoted;

/// An asset with more addresses than this holds none: a list that long tells where nothing is.
const MAX_ADDRESSES: usize = 1_024;

/// An asset that names more gateways or name servers than this names none.
pub(super) const MAX_NAMED: usize = 32;

/// An asset of which sources name more domains than this is in none.
pub(super) const MAX_DOMAINS: usize = 4;

/// The longest name of a domain.
const MAX_DOMAIN: usize = 253;

/// Words by which sources say that an asset is not in service, not any more or not yet.
const IDLE: &[&str] = &[
    "archived",
    "decommissioned",
    "decommissioning",
    "disposed",
    "in stock",
    "inventory",
    "lost",
    "planned",
    "removed",
    "retired",
    "scrapped",
    "sold",
    "spare",
    "staged",
    "stock",
    "stolen",
];

/// The assets in the order of their ids, and what is known of each by its position.
pub(super) struct Ground<'a> {
    assets: Vec<&'a Asset>,
    pub(super) places: Places,
    marks: Vec<Marks>,
    addresses: Vec<Vec<IpAddr>>,
    domains: Vec<Vec<String>>,
    idle: Vec<bool>,
    /// Which sites have an asset with an address in a subnet.
    subnets: BTreeMap<Subnet, BTreeSet<usize>>,
    /// From which public address a site was seen, and who was.
    exits: BTreeMap<usize, BTreeMap<IpAddr, Holder>>,
}

impl<'a> Ground<'a> {
    /// # Errors
    /// `invalid_input` for an id that is there twice.
    pub(super) fn of(inventory: &'a Inventory) -> Result<Self> {
        let mut assets: Vec<&Asset> = inventory.assets.iter().collect();
        assets.sort_by(|a, b| a.id.cmp(&b.id));
        if let Some([twice, _]) = assets
            .array_windows::<2>()
            .find(|[one, other]| one.id == other.id)
        {
            return Err(Error::new(
                ErrorKind::InvalidInput,
                format!("the id {} is there twice", quoted(twice.id.as_str())),
            ));
        }
        let places = Places::of(&assets, &inventory.relations);
        let mut marker = Marker::default();
        let mut ground = Self {
            marks: assets.iter().map(|asset| marker.of(asset)).collect(),
            addresses: assets.iter().map(|asset| addresses(asset)).collect(),
            domains: assets.iter().map(|asset| domains(asset)).collect(),
            idle: assets.iter().map(|asset| is_idle(asset)).collect(),
            assets,
            places,
            subnets: BTreeMap::new(),
            exits: BTreeMap::new(),
        };
        ground.fill_subnets();
        ground.fill_exits();
        Ok(ground)
    }

    fn fill_subnets(&mut self) {
        let mut subnets: BTreeMap<Subnet, BTreeSet<usize>> = BTreeMap::new();
        for at in 0..self.assets.len() {
            let Place::At(site) = self.places.of_asset(at) else {
                continue;
            };
            for address in self
                .own_addresses(at)
                .iter()
                .filter(|own| address::is_local(**own))
            {
                subnets.entry(Subnet::of(*address)).or_default().insert(site);
            }
        }
        self.subnets = subnets;
    }

    /// What stays where it is tells from where its site is seen; what people carry home does not.
    fn fill_exits(&mut self) {
        let mut exits: BTreeMap<usize, BTreeMap<IpAddr, Holder>> = BTreeMap::new();
        for (at, asset) in self.assets.iter().enumerate() {
            let Place::At(site) = self.places.of_asset(at) else {
                continue;
            };
            if self.is_idle(at) || !(is_network_device(&asset.kind) || is_server(&asset.kind)) {
                continue;
            }
            let mut public = public_addresses(asset);
            if is_network_device(&asset.kind) {
                let own = self.own_addresses(at).iter().copied();
                public.extend(own.filter(|address| !address::is_local(*address)));
            }
            let of_site = exits.entry(site).or_default();
            for address in public {
                of_site.entry(address).or_default().add(at);
            }
        }
        self.exits = exits;
    }

    pub(super) fn len(&self) -> usize {
        self.assets.len()
    }

    /// The asset at a position.
    pub(super) fn asset(&self, at: usize) -> Option<&'a Asset> {
        self.assets.get(at).copied()
    }

    /// The position of an id.
    pub(super) fn position(&self, id: &AssetId) -> Option<usize> {
        self.assets.binary_search_by(|asset| asset.id.cmp(id)).ok()
    }

    pub(super) fn marks(&self, at: usize) -> Marks {
        self.marks.get(at).copied().unwrap_or_default()
    }

    /// The addresses that an asset holds, sorted.
    pub(super) fn own_addresses(&self, at: usize) -> &[IpAddr] {
        self.addresses.get(at).map_or(&[], Vec::as_slice)
    }

    /// The domains that it is joined to, in lower case: one mostly, and no more than [`MAX_DOMAINS`] and one.
    pub(super) fn domains(&self, at: usize) -> &[String] {
        self.domains.get(at).map_or(&[], Vec::as_slice)
    }

    /// Whether it is not in service.
    pub(super) fn is_idle(&self, at: usize) -> bool {
        self.idle.get(at).copied().unwrap_or_default()
    }

    /// What people call it, for a sentence.
    pub(super) fn label(&self, at: usize) -> String {
        self.asset(at)
            .map_or_else(String::new, |asset| quoted(asset.label().raw()))
    }

    /// The names of several, for a sentence.
    pub(super) fn labels(&self, holder: &Holder) -> String {
        let named: Vec<String> = holder.first().map(|at| self.label(at)).collect();
        match holder.count() - named.len() {
            0 => named.join(", "),
            more => format!("{} and {more} more", named.join(", ")),
        }
    }

    /// Addresses under a fact, other than its own; sorted, each once.
    pub(super) fn named_addresses(&self, at: usize, fact: &str) -> Vec<IpAddr> {
        let Some(asset) = self.asset(at) else {
            return Vec::new();
        };
        let own = self.own_addresses(at);
        let named: BTreeSet<IpAddr> = items(asset, fact)
            .filter_map(address::parse)
            .filter(|address| own.binary_search(address).is_err())
            .collect();
        named.into_iter().collect()
    }

    /// The addresses of all assets that are in service and that `plays` chooses.
    pub(super) fn owners(&self, plays: impl Fn(usize, &Asset) -> bool) -> Owners {
        let mut owners = Owners::default();
        for (at, asset) in self.assets.iter().enumerate() {
            if self.is_idle(at) || !plays(at, asset) {
                continue;
            }
            let place = self.places.of_asset(at);
            let public = public_addresses(asset);
            for address in self.own_addresses(at) {
                owners.add(at, *address, place, &public);
            }
        }
        owners
    }

    /// Who holds an address, as an asset sees it. An address that may be in use at several places is looked for where the
    /// asset is, and nowhere else.
    pub(super) fn holder<'o>(&self, owners: &'o Owners, from: usize, address: IpAddr) -> Held<'o> {
        if !address::is_local(address) {
            return owners.anywhere(address);
        }
        let near = match self.places.of_asset(from) {
            Place::At(site) => owners.at(site, address),
            Place::Several => return Held::Unplaced,
            Place::Unknown => {
                let public = self.asset(from).map(public_addresses).unwrap_or_default();
                owners.behind(&public, address)
            }
        };
        match near {
            Held::Nobody => self.holder_without_a_place(owners, from, address),
            near => near,
        }
    }

    /// Where one of the two has no place: an address is taken to be in use once only if nothing is known of a second site.
    fn holder_without_a_place<'o>(&self, owners: &'o Owners, from: usize, address: IpAddr) -> Held<'o> {
        let held = match self.places.of_asset(from) {
            Place::Unknown => owners.anywhere(address),
            Place::At(_) | Place::Several => owners.unplaced(address),
        };
        match held {
            Held::By(..) if self.places.count() > 1 => Held::Unplaced,
            Held::By(at, _) => Held::By(at, Basis::Only),
            other => other,
        }
    }

    /// The one site with assets in the subnet of an address; none where there are several, or none.
    pub(super) fn only_site_of(&self, address: IpAddr) -> Option<usize> {
        let sites = self.subnets.get(&Subnet::of(address))?;
        let mut sites = sites.iter();
        let first = sites.next()?;
        sites.next().is_none().then_some(*first)
    }

    /// The public address of an asset, where that is none from which its site is seen otherwise: it is somewhere else.
    pub(super) fn seen_elsewhere(&self, from: usize) -> Option<IpAddr> {
        let Place::At(site) = self.places.of_asset(from) else {
            return None;
        };
        let exits = self.exits.get(&site)?;
        let others = |holder: &Holder| holder.count() > 1 || holder.first().next() != Some(from);
        let public = public_addresses(self.asset(from)?);
        let first = public.first().copied()?;
        let at_home = public
            .iter()
            .any(|address| exits.get(address).is_some_and(others));
        // An asset has few public addresses: among so many exits there are some of others.
        let known = exits.values().take(public.len() + 1).any(others);
        (!at_home && known).then_some(first)
    }
}

/// The addresses that an asset holds, sorted, each once.
fn addresses(asset: &Asset) -> Vec<IpAddr> {
    let texts = items(asset, "addresses").chain(items(asset, "address"));
    let mut addresses: Vec<IpAddr> = texts.filter_map(address::parse).collect();
    addresses.sort_unstable();
    addresses.dedup();
    if addresses.len() > MAX_ADDRESSES {
        addresses.clear();
    }
    addresses.shrink_to_fit();
    addresses
}

fn domains(asset: &Asset) -> Vec<String> {
    let domains: BTreeSet<String> = texts(asset, "domain")
        .filter(|text| text.len() <= MAX_DOMAIN)
        .map(|text| text.trim_end_matches('.').to_lowercase())
        .filter(|domain| !matches!(domain.as_str(), "" | "workgroup" | "none" | "n/a"))
        .collect();
    domains.into_iter().take(MAX_DOMAINS + 1).collect()
}

/// From where it is seen on the internet.
fn public_addresses(asset: &Asset) -> Vec<IpAddr> {
    let public: BTreeSet<IpAddr> = items(asset, "public_address")
        .filter_map(address::parse)
        .filter(|address| !address::is_local(*address))
        .collect();
    public.into_iter().take(MAX_NAMED).collect()
}

/// Where sources disagree, it is in service.
fn is_idle(asset: &Asset) -> bool {
    let mut words = texts(asset, "status")
        .chain(texts(asset, "rmm_status").filter(|word| word.eq_ignore_ascii_case("decommissioned")))
        .map(|word| IDLE.contains(&word.to_lowercase().as_str()))
        .peekable();
    words.peek().is_some() && words.all(|idle| idle)
}

/// What passes on the traffic of others.
pub(super) fn is_network_device(kind: &AssetKind) -> bool {
    matches!(kind, AssetKind::Firewall | AssetKind::Router | AssetKind::Switch)
        || matches!(kind, AssetKind::Other(word) if &**word == "virtual_chassis")
}

/// What serves others, physical or not.
pub(super) fn is_server(kind: &AssetKind) -> bool {
    matches!(
        kind,
        AssetKind::HypervisorHost | AssetKind::Server | AssetKind::VirtualMachine
    )
}

/// What people or services work on, and of which an agent reports.
pub(super) fn is_machine(kind: &AssetKind) -> bool {
    is_server(kind) || *kind == AssetKind::Workstation
}
