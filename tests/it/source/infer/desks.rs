//! What people work on, in the office and at home.

use vcto::estate::{Asset, AssetKind};

use super::world::{COMMON, DRIVER, Maker, NOISE, SERVICES, Site};

impl Maker {
    pub fn workstation(&mut self, site: &Site, number: usize) {
        let id = format!("{}-pc-{number:02}", site.name);
        let mut asset = Asset::new(id.as_str(), AssetKind::Workstation)
            .named(id.to_uppercase())
            .with("is_virtual", false)
            .with("services_running", SERVICES);
        let mut software = NOISE.to_owned();
        if self.dice.percent(5) {
            software += "; Veeam Backup & Replication Console";
        }
        // Saved to a disk on the desk, and to no server.
        if self.dice.percent(3) {
            software += "; Veeam Agent for Microsoft Windows 6.1";
        }
        let works = self.dice.percent(30) && site.database.is_some();
        if works || self.dice.percent(20) {
            software += "; ";
            software += DRIVER;
        }
        if works && self.dice.percent(50) {
            let (_, name) = site.database.as_ref().expect("a database");
            asset = asset.with("database_servers", format!("{name}\\SAGE; (local)"));
        }
        asset = asset.with("software", software);
        asset = match self.dice.below(10) {
            0 => asset.with("workgroup", "CORP"),
            1 => asset.with("domain", "lab.corp.example"),
            2 => asset.with("domain", "CORP"),
            _ => asset.with("domain", "corp.example."),
        };
        let joined = asset.fact("domain").is_some_and(|fact| {
            let text = fact.values()[0].value.as_text().expect("a text").raw().clone();
            text != "lab.corp.example"
        });
        match self.dice.below(20) {
            // An agent that reports no interfaces.
            0 => drop(self.at(asset, &site.name)),
            1 | 2 => self.at_home(site, asset),
            // Nobody says where it stands.
            3 => {
                let asset = self.office(site, asset, number);
                self.assets.push(asset);
                self.gateway_of(site, &id);
                self.names_of(site, &id);
            }
            _ => {
                let asset = self.office(site, asset, number);
                self.at(asset, &site.name);
                self.gateway_of(site, &id);
                self.names_of(site, &id);
            }
        }
        if joined {
            self.join(site, &id);
        }
        if let Some((database, _)) = site.database.as_ref().filter(|_| works) {
            self.true_of("sql_client", &id, database);
        }
    }

    /// A notebook that belongs to the office and is at home, behind a router that has a common network.
    fn at_home(&mut self, site: &Site, asset: Asset) {
        let home = COMMON[self.dice.below(COMMON.len())];
        let asset = asset
            .with("addresses", format!("{home}.{}", 100 + self.dice.below(100)))
            .with("gateways", format!("{home}.1"))
            .with("dns_servers", format!("{home}.1"));
        // Few agents do not say from where they report.
        let asset = if self.dice.percent(10) {
            asset
        } else {
            let public = format!("198.51.{}.{}", self.dice.below(250), self.dice.below(250));
            asset.with("public_address", public)
        };
        self.at(asset, &site.name);
    }

    fn office(&mut self, site: &Site, asset: Asset, number: usize) -> Asset {
        let mut addresses = format!("{}.{}", site.net, 100 + number);
        if self.dice.percent(10) {
            // Switches within the machine, which many machines have.
            addresses += "; 172.17.0.1; 192.168.137.1; fe80::1";
        }
        asset
            .with("addresses", addresses)
            .with("public_address", site.public.as_str())
    }
}
