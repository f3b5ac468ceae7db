//! Estates of which the truth is known: who really uses what is decided first, then what tools would report of it, with
//! everything that misleads. No code of the library takes part in the truth.

use std::collections::{BTreeMap, BTreeSet};

use super::dice::Dice;
use vcto::Inventory;
use vcto::estate::{Asset, AssetKind, Relation, RelationKind};

/// Dependant and dependency.
pub type Pair = (String, String);

/// An estate and its truth, by the name of the method that should find it.
pub struct World {
    pub inventory: Inventory,
    pub truth: BTreeMap<&'static str, BTreeSet<Pair>>,
}

/// How machines of a site come by names.
#[derive(Clone, Copy, PartialEq)]
pub enum Naming {
    /// The controllers of the domain, here and at headquarters.
    Controllers,
    /// The firewall passes questions on.
    Firewall,
    /// A resolver on the internet.
    Public,
}

/// Networks that very many offices have.
pub const COMMON: [&str; 4] = ["192.168.1", "192.168.0", "192.168.1", "10.0.0"];

/// How software is listed on most machines; none of it is a sign of anything.
pub const NOISE: &str = "7-Zip 23.01; Microsoft Edge 131.0; Microsoft SQL Server 2016 LocalDB; Microsoft SQL Server Management \
                     Studio - 18.12; Veeam Explorer for Microsoft Exchange";
pub const SERVICES: &str = "Dnscache; LanmanWorkstation; SQLWriter; W32Time";
pub const DRIVER: &str = "Microsoft ODBC Driver 17 for SQL Server 17.10";

pub struct Site {
    pub name: String,
    pub net: String,
    /// Seen from the internet.
    pub public: String,
    pub naming: Naming,
    /// What really passes on; none where it is not in any record.
    pub gateway: Option<String>,
    pub controllers: Vec<(String, String)>,
    pub hosts: Vec<String>,
    pub database: Option<(String, String)>,
    /// The address of a name server that is gone went to a server.
    pub reused: bool,
    /// The controller of a domain of the same name that has nothing to do with the other: a firm that was bought.
    pub twin: Option<(String, String)>,
}

pub struct Maker {
    pub dice: Dice,
    pub assets: Vec<Asset>,
    pub relations: Vec<Relation>,
    pub truth: BTreeMap<&'static str, BTreeSet<Pair>>,
    pub headquarters: Vec<(String, String)>,
    pub joined: Vec<(String, Option<String>)>,
    pub bought: bool,
    pub vault: String,
}

/// An estate of so many sites.
pub fn make(seed: u64, sites: usize) -> World {
    let methods = ["backup", "dns", "domain_join", "gateway", "hosting", "sql_client"];
    let mut maker = Maker {
        dice: Dice::new(seed),
        assets: Vec::new(),
        relations: Vec::new(),
        truth: methods.map(|method| (method, BTreeSet::new())).into(),
        headquarters: Vec::new(),
        joined: Vec::new(),
        bought: seed.is_multiple_of(4),
        vault: "vbr".to_owned(),
    };
    for number in 0..sites {
        maker.site(number);
    }
    maker.domain();
    if seed.is_multiple_of(3) {
        maker.bare();
    }
    World {
        inventory: Inventory {
            assets: maker.assets,
            relations: maker.relations,
            ..Inventory::default()
        },
        truth: maker.truth,
    }
}

impl Maker {
    pub fn at(&mut self, asset: Asset, site: &str) -> String {
        let id = asset.id.as_str().to_owned();
        self.relations
            .push(Relation::new(id.as_str(), site, RelationKind::LocatedAt));
        self.assets.push(asset);
        id
    }

    pub fn true_of(&mut self, method: &'static str, from: &str, to: &str) {
        let pairs = self.truth.get_mut(method).expect("a method");
        pairs.insert((from.to_owned(), to.to_owned()));
    }

    fn site(&mut self, number: usize) {
        let name = format!("site-{number:03}");
        self.assets
            .push(Asset::new(name.as_str(), AssetKind::Site).named(format!("Office {number}")));
        let first = number == 0;
        let common = COMMON[self.dice.below(COMMON.len())].to_owned();
        // Headquarters and some branches have networks of their own, between which there are routes.
        let routed = first || self.dice.percent(50);
        let mut site = Site {
            net: if routed {
                format!("10.{}.0", 10 + number % 200)
            } else {
                common
            },
            public: format!("203.{}.{}.2", number / 250, number % 250),
            naming: match self.dice.below(3) {
                _ if first => Naming::Controllers,
                0 if routed => Naming::Controllers,
                1 => Naming::Public,
                _ => Naming::Firewall,
            },
            gateway: None,
            controllers: Vec::new(),
            hosts: Vec::new(),
            database: None,
            reused: self.dice.percent(15),
            twin: None,
            name,
        };
        self.edge(&mut site, first);
        self.hosts(&mut site, number);
        self.controllers(&mut site, first);
        if self.bought && number == 7 {
            self.twin(&mut site);
        }
        self.database(&mut site);
        self.servers(&mut site, first);
        self.printers(&site);
        let count = 8 + self.dice.below(30);
        for number in 0..count {
            self.workstation(&site, number);
        }
    }

    /// What passes on, and what looks as if it did.
    fn edge(&mut self, site: &mut Site, first: bool) {
        let (name, net, public) = (site.name.clone(), site.net.clone(), site.public.clone());
        let lan = format!("{net}.1");
        let device = |id: String, kind: AssetKind, addresses: String| {
            Asset::new(id.as_str(), kind)
                .named(id.to_uppercase())
                .with("addresses", addresses)
        };
        match self.dice.below(10) {
            // The provider's router is in no record.
            0 | 1 if !first => {}
            // A pair that shares the address: which of the two passes on cannot be told.
            2 if !first => {
                for (unit, last) in [("a", 2), ("b", 3)] {
                    let id = format!("{name}-fw-{unit}");
                    let addresses = format!("{lan}; {net}.{last}");
                    self.at(device(id, AssetKind::Firewall, addresses), &name);
                }
                site.gateway = Some(format!("{name}-fw-a"));
            }
            3 => {
                let switch = device(format!("{name}-core"), AssetKind::Switch, lan.clone());
                site.gateway = Some(self.at(switch, &name));
            }
            _ => {
                let id = format!("{name}-fw");
                let firewall = device(id, AssetKind::Firewall, format!("{public}; {lan}"));
                site.gateway = Some(self.at(firewall.with("public_address", public), &name));
            }
        }
        if self.dice.percent(40) {
            let old = device(format!("{name}-fw-old"), AssetKind::Firewall, lan.clone());
            self.at(old.with("status", "Retired"), &name);
        }
        // A spare as it comes from the factory.
        if self.dice.percent(10) {
            let spare = device(
                format!("{name}-fw-spare"),
                AssetKind::Firewall,
                "192.168.1.1".to_owned(),
            );
            self.at(spare.with("status", "spare"), &name);
        }
    }

    fn hosts(&mut self, site: &mut Site, number: usize) {
        for unit in 0..=self.dice.below(2) {
            // Every office calls its hosts alike.
            let id = format!("{}-hv-{unit}", site.name);
            let host = Asset::new(id.as_str(), AssetKind::HypervisorHost)
                .named(format!("HV{unit:02}"))
                .with("dns_name", format!("hv{unit:02}.office{number}.corp.example"))
                .with("addresses", format!("{}.{}", site.net, 20 + unit))
                .with("public_address", site.public.as_str());
            site.hosts.push(self.at(host, &site.name));
        }
    }

    /// A virtual machine, which really runs on one of the hosts.
    fn guest(&mut self, site: &Site, asset: Asset) -> String {
        let unit = self.dice.below(site.hosts.len());
        let host = site.hosts[unit].clone();
        let named = |name: String| asset.clone().with("host", name);
        let asset = match self.dice.below(20) {
            // Nobody says where it runs.
            0..=3 => asset,
            4..=8 => named(format!("hv{unit:02}.office{}.corp.example", office(site))),
            // It has moved since.
            9 => named(format!("HV{:02}", 1 - unit.min(1))),
            _ => named(format!("HV{unit:02}")),
        };
        let id = self.at(asset.with("is_virtual", true), &site.name);
        self.true_of("hosting", &id, &host);
        id
    }

    fn controllers(&mut self, site: &mut Site, first: bool) {
        let count = if first {
            2
        } else {
            usize::from(site.naming == Naming::Controllers && self.dice.percent(30))
        };
        for unit in 0..count {
            let (id, address) = (
                format!("{}-dc-{unit}", site.name),
                format!("{}.{}", site.net, 10 + unit),
            );
            let mut asset = server(&id, site, &address).with("domain", "corp.example");
            asset = match self.dice.below(3) {
                0 => asset
                    .with("domain_role", "Primary Domain Controller")
                    .with("services_running", format!("{SERVICES}; NTDS; DNS")),
                1 => asset.with("services_running", format!("{SERVICES}; NTDS; DNS; Kdc")),
                _ => asset.with("domain_role", "Backup Domain Controller"),
            };
            let id = self.guest(site, asset);
            self.gateway_of(site, &id);
            site.controllers.push((id, address));
        }
        if first {
            self.headquarters = site.controllers.clone();
        }
        // The one before it, of which the record stayed.
        if self.dice.percent(30) {
            let id = format!("{}-dc-old", site.name);
            let old = server(&id, site, &format!("{}.9", site.net))
                .with("domain", "corp.example")
                .with("domain_role", "Backup Domain Controller")
                .with("status", "decommissioned");
            self.at(old, &site.name);
        }
    }

    /// The report of services was not exported, and not every machine says what part it plays.
    fn bare(&mut self) {
        for asset in &mut self.assets {
            asset.facts.remove("services_running");
            if self.dice.percent(20) {
                asset.facts.remove("domain_role");
            }
        }
    }

    fn twin(&mut self, site: &mut Site) {
        let (id, address) = (format!("{}-twin", site.name), format!("{}.11", site.net));
        let asset = server(&id, site, &address)
            .with("domain", "corp.example")
            .with("domain_role", "Primary Domain Controller");
        let id = self.at(asset, &site.name);
        site.twin = Some((id, address));
    }

    fn database(&mut self, site: &mut Site) {
        if !self.dice.percent(60) {
            return;
        }
        let (id, address) = (format!("{}-sql", site.name), format!("{}.30", site.net));
        let asset = server(&id, site, &address)
            .with("domain", "corp.example")
            .with(
                "software",
                format!("{NOISE}; Microsoft SQL Server 2019 (64-bit) 15.0; {DRIVER}"),
            )
            .with("services_running", format!("{SERVICES}; MSSQLSERVER"));
        let id = self.guest(site, asset);
        self.infrastructure(site, &id);
        let name = id.to_uppercase();
        site.database = Some((id, name));
    }

    /// Servers of other kinds, the vault among them.
    fn servers(&mut self, site: &mut Site, first: bool) {
        if first {
            let vault = self.vault.clone();
            let asset = server(&vault, site, &format!("{}.40", site.net))
                .with(
                    "software",
                    "Veeam Backup & Replication Server; Veeam Backup & Replication Console",
                )
                .with(
                    "services_running",
                    format!("{SERVICES}; VeeamBackupSvc; MSSQL$VEEAMSQL2016"),
                );
            self.at(asset, &site.name);
            self.gateway_of(site, &vault);
        }
        for unit in 0..=self.dice.below(3) {
            let id = format!("{}-srv-{unit}", site.name);
            let mut asset = server(&id, site, &format!("{}.{}", site.net, 50 + unit))
                .with("domain", "corp.example")
                .with("domain_role", "Member Server");
            let reused = unit == 0 && site.reused;
            if reused {
                asset = server(&id, site, &format!("{net}.50; {net}.9", net = site.net));
            }
            let saved = self.dice.percent(60);
            if !reused && self.dice.percent(70) {
                let managed = if saved { "; VeeamDeploySvc" } else { "" };
                asset = asset.with("services_running", format!("{SERVICES}{managed}"));
            }
            asset = asset.with(
                "software",
                if saved {
                    format!("{NOISE}; Veeam Agent for Microsoft Windows 6.1")
                } else {
                    NOISE.to_owned()
                },
            );
            let id = self.guest(site, asset);
            if saved {
                let vault = self.vault.clone();
                self.true_of("backup", &id, &vault);
            }
            self.infrastructure(site, &id);
        }
    }

    fn printers(&mut self, site: &Site) {
        // One has the address that a name server once had, one that of the gateway in no record.
        let first = if site.reused { 201 } else { 9 };
        let mut addresses = vec![format!("{}.{first}", site.net), format!("{}.200", site.net)];
        if site.gateway.is_none() {
            addresses.push(format!("{}.1", site.net));
        }
        for (unit, address) in addresses.into_iter().enumerate() {
            let id = format!("{}-prn-{unit}", site.name);
            let printer = Asset::new(id.as_str(), AssetKind::Printer).with("addresses", address);
            self.at(printer, &site.name);
        }
    }

    /// What a machine in the office is told by the network, with its truth.
    fn infrastructure(&mut self, site: &Site, id: &str) {
        self.gateway_of(site, id);
        self.names_of(site, id);
        self.join(site, id);
    }

    pub fn gateway_of(&mut self, site: &Site, id: &str) {
        let lan = format!("{}.1", site.net);
        self.tell(id, "gateways", &lan);
        if let Some(gateway) = &site.gateway {
            self.true_of("gateway", id, gateway);
        }
    }

    pub fn names_of(&mut self, site: &Site, id: &str) {
        let lan = format!("{}.1", site.net);
        if let Some((twin, address)) = &site.twin {
            self.tell(id, "dns_servers", address);
            self.true_of("dns", id, twin);
            return;
        }
        match site.naming {
            Naming::Public => self.tell(id, "dns_servers", "8.8.8.8; 1.1.1.1"),
            Naming::Firewall => {
                self.tell(id, "dns_servers", &lan);
                if let Some(gateway) = &site.gateway {
                    self.true_of("dns", id, gateway);
                }
            }
            Naming::Controllers => {
                let mut servers = site.controllers.clone();
                servers.extend(self.headquarters.iter().take(2).cloned());
                servers.dedup();
                servers.truncate(2);
                let mut addresses: Vec<String> = servers.iter().map(|(_, address)| address.clone()).collect();
                // Nobody took out the address of the server that is gone; a printer has it now.
                if self.dice.percent(10) {
                    addresses.push(format!("{}.9", site.net));
                }
                self.tell(id, "dns_servers", &addresses.join("; "));
                for (server, _) in servers {
                    self.true_of("dns", id, &server);
                }
            }
        }
    }

    pub fn join(&mut self, site: &Site, id: &str) {
        let twin = site.twin.as_ref().map(|(twin, _)| twin.clone());
        self.joined.push((id.to_owned(), twin));
    }

    /// Any controller of the domain will do, wherever it is.
    fn domain(&mut self) {
        let is_controller =
            |asset: &&Asset| asset.id.as_str().contains("-dc-") && asset.fact("status").is_none();
        let controllers = self.assets.iter().filter(is_controller);
        let mut controllers: Vec<String> = controllers.map(|asset| asset.id.as_str().to_owned()).collect();
        if controllers.len() > 16 {
            // Estates of this size are only for the clock.
            controllers.clear();
        }
        for (id, twin) in std::mem::take(&mut self.joined) {
            let all = if twin.is_some() {
                Vec::new()
            } else {
                controllers.clone()
            };
            for controller in twin.iter().chain(&all) {
                self.true_of("domain_join", &id, controller);
            }
        }
    }

    fn tell(&mut self, id: &str, fact: &str, value: &str) {
        let mut assets = self.assets.iter_mut().rev();
        let asset = assets.find(|asset| asset.id.as_str() == id).expect("an asset");
        asset.facts.add(fact, value);
    }
}

fn office(site: &Site) -> usize {
    site.name.trim_start_matches("site-").parse().expect("a number")
}

fn server(id: &str, site: &Site, address: &str) -> Asset {
    Asset::new(id, AssetKind::Server)
        .named(id.to_uppercase())
        .with("addresses", address)
        .with("public_address", site.public.as_str())
}
