//! What software and services say of the part that a machine plays. Names are vendors' words: `; ` separates them in a fact.

use std::ops::{BitOr, BitOrAssign};

use hashbrown::HashMap;

use crate::estate::{Asset, Scalar};

/// What a name says, as a set of flags.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(super) struct Marks(u64);

impl Marks {
    /// Answers for names of others.
    pub(super) const DNS_SERVER: Self = Self(1);
    /// Holds a directory.
    pub(super) const CONTROLLER: Self = Self(1 << 1);
    /// The engine of Microsoft SQL Server runs.
    pub(super) const SQL_RUNS: Self = Self(1 << 2);
    /// The engine of Microsoft SQL Server is installed.
    pub(super) const SQL_INSTALLED: Self = Self(1 << 3);
    /// A driver that connects to Microsoft SQL Server is installed.
    pub(super) const SQL_CLIENT: Self = Self(1 << 4);
    /// The services that run are recorded.
    pub(super) const SERVICES_KNOWN: Self = Self(1 << 5);
    /// Where the flags of backup products begin: three each.
    const BACKUP: usize = 6;

    pub(super) fn has(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// Whether software of this backup product protects the machine.
    pub(super) fn is_protected_by(self, product: usize) -> bool {
        self.has(Self::agent(product))
    }

    /// Whether the server of this backup product is here.
    pub(super) fn is_server_of(self, product: usize) -> bool {
        self.has(Self::server(product))
    }

    /// Whether a server of this backup product manages the software on the machine.
    pub(super) fn is_managed_by(self, product: usize) -> bool {
        self.has(Self::managed(product))
    }

    fn agent(product: usize) -> Self {
        Self(1 << (Self::BACKUP + 3 * product))
    }

    fn managed(product: usize) -> Self {
        Self(1 << (Self::BACKUP + 3 * product + 1))
    }

    fn server(product: usize) -> Self {
        Self(1 << (Self::BACKUP + 3 * product + 2))
    }
}

impl BitOr for Marks {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl BitOrAssign for Marks {
    fn bitor_assign(&mut self, other: Self) {
        self.0 |= other.0;
    }
}

/// A backup product with a server of its own at the client.
pub(super) struct Product {
    pub(super) name: &'static str,
    /// Words of the name by which any part of it is known.
    known_by: &'static str,
    /// Each: all words that the name of an agent has.
    agent: &'static [&'static [&'static str]],
    /// Each: all words that the name of the server has.
    server: &'static [&'static [&'static str]],
    /// Parts that are installed elsewhere too.
    not_server: &'static [&'static str],
    /// Names of services: agent, what a server installs to manage it, server.
    services: [&'static [&'static str]; 3],
    /// Makers of appliances that are the server.
    makers: &'static [&'static str],
}

/// The products, by name. INVARIANT: at most 19, three flags each.
pub(super) const PRODUCTS: &[Product] = &[
    Product {
        name: "Acronis",
        known_by: "acronis",
        agent: &[&["agent"], &["cyber protect"]],
        server: &[&["management server"], &["storage node"]],
        not_server: &[],
        services: [&["mms"], &[], &["ams"]],
        makers: &[],
    },
    Product {
        name: "Altaro",
        known_by: "altaro",
        agent: &[&["agent"]],
        server: &[&["vm backup"]],
        not_server: &["agent", "console"],
        services: [&[], &["altaro.agent.exe"], &[]],
        makers: &[],
    },
    Product {
        name: "Arcserve UDP",
        known_by: "arcserve",
        agent: &[&["agent"]],
        server: &[&["recovery point server"]],
        not_server: &[],
        services: [&[], &[], &[]],
        makers: &[],
    },
    Product {
        name: "Backup Exec",
        known_by: "backup exec",
        agent: &[&["agent"]],
        server: &[&["backup exec"]],
        not_server: &["agent", "console", "administration"],
        services: [&["backupexecagentaccelerator"], &[], &["backupexecjobengine"]],
        makers: &[],
    },
    Product {
        name: "Commvault",
        known_by: "commvault",
        agent: &[&["agent"], &["file system"]],
        server: &[&["commserve"]],
        not_server: &[],
        services: [&[], &[], &[]],
        makers: &[],
    },
    Product {
        name: "Datto",
        known_by: "datto",
        agent: &[&["windows agent"], &["linux agent"]],
        server: &[],
        not_server: &[],
        services: [&["dattobackupagentservice"], &[], &[]],
        makers: &["datto"],
    },
    Product {
        name: "NAKIVO",
        known_by: "nakivo",
        agent: &[&["transporter"]],
        server: &[&["director"], &["backup & replication"]],
        not_server: &["transporter"],
        services: [&[], &[], &[]],
        makers: &[],
    },
    Product {
        name: "Synology Active Backup",
        known_by: "active backup for business",
        agent: &[&["agent"]],
        server: &[],
        not_server: &[],
        services: [&[], &[], &[]],
        makers: &["synology"],
    },
    Product {
        name: "Veeam",
        known_by: "veeam",
        agent: &[&["agent for"], &["endpoint backup"]],
        server: &[
            &["backup & replication server"],
            &["backup and replication server"],
        ],
        not_server: &["console", "plug-in"],
        services: [
            &["veeamendpointbackupsvc"],
            &["veeamdeploysvc", "veeam installer service"],
            &["veeambackupsvc"],
        ],
        makers: &[],
    },
];

/// Names that were looked at: the same software is on many machines.
#[derive(Default)]
pub(super) struct Marker<'a> {
    software: HashMap<&'a str, Marks>,
    services: HashMap<&'a str, Marks>,
}

impl<'a> Marker<'a> {
    /// What all that is recorded of an asset says.
    pub(super) fn of(&mut self, asset: &'a Asset) -> Marks {
        let mut marks = Marks::default();
        for name in items(asset, "software") {
            marks |= *self.software.entry(name).or_insert_with(|| software(name));
        }
        for name in items(asset, "services_running") {
            marks |= Marks::SERVICES_KNOWN;
            marks |= *self.services.entry(name).or_insert_with(|| service(name));
        }
        let is_controller =
            texts(asset, "domain_role").any(|role| role.to_lowercase().contains("domain controller"));
        if is_controller {
            marks |= Marks::CONTROLLER;
        }
        for (at, product) in PRODUCTS.iter().enumerate() {
            if !product.makers.is_empty() && made_by(asset, product.makers) {
                marks |= Marks::server(at);
            }
        }
        for name in texts(asset, "backup_product").map(str::to_lowercase) {
            let known = PRODUCTS
                .iter()
                .position(|product| name.contains(product.known_by));
            if let Some(at) = known {
                marks |= Marks::agent(at);
            }
        }
        marks
    }
}

fn made_by(asset: &Asset, makers: &[&str]) -> bool {
    texts(asset, "manufacturer").any(|maker| {
        let maker = maker.to_lowercase();
        makers.iter().any(|known| maker.starts_with(known))
    })
}

/// The texts that any source states under a fact.
pub(super) fn texts<'a>(asset: &'a Asset, fact: &str) -> impl Iterator<Item = &'a str> {
    let values = asset.fact(fact).map_or(&[][..], |fact| fact.values());
    values.iter().filter_map(|stated| match &stated.value {
        Scalar::Text(text) => Some(text.raw().trim()).filter(|text| !text.is_empty()),
        Scalar::Boolean(_) | Scalar::Number(_) | Scalar::Unknown => None,
    })
}

/// The names in the lists that any source states under a fact.
pub(super) fn items<'a>(asset: &'a Asset, fact: &str) -> impl Iterator<Item = &'a str> {
    let names = texts(asset, fact).flat_map(|text| text.split([';', ',']));
    names.map(str::trim).filter(|name| !name.is_empty())
}

fn software(name: &str) -> Marks {
    let name = name.to_lowercase();
    let mut marks = Marks::default();
    if name.contains("sql server") {
        marks |= sql(&name);
    }
    let resolves = ["pi-hole", "simple dns plus", "technitium dns server"];
    if resolves.iter().any(|known| name.contains(known)) {
        marks |= Marks::DNS_SERVER;
    }
    for (at, product) in PRODUCTS.iter().enumerate() {
        if !name.contains(product.known_by) {
            continue;
        }
        let any = |parts: &[&[&str]]| {
            let mut parts = parts.iter();
            parts.any(|words| words.iter().all(|word| name.contains(word)))
        };
        if any(product.agent) {
            marks |= Marks::agent(at);
        }
        if any(product.server) && !product.not_server.iter().any(|word| name.contains(word)) {
            marks |= Marks::server(at);
        }
    }
    marks
}

/// Of the many parts of Microsoft SQL Server: tools, native clients and local databases make no server.
fn sql(name: &str) -> Marks {
    let connects = ["jdbc driver", "native client", "odbc driver", "ole db driver"];
    if connects.iter().any(|part| name.contains(part)) {
        return Marks::SQL_CLIENT;
    }
    if name.contains("database engine services") {
        return Marks::SQL_INSTALLED;
    }
    let Some(rest) = name.strip_prefix("microsoft sql server ") else {
        return Marks::default();
    };
    // `Microsoft SQL Server 2019 (64-bit)`, with or without its version behind it, and nothing else.
    let plain = rest.split_whitespace().all(|word| {
        matches!(word, "(64-bit)" | "r2" | "express" | "standard" | "enterprise")
            || word.chars().all(|c| c.is_ascii_digit() || c == '.')
    });
    if plain {
        Marks::SQL_INSTALLED
    } else {
        Marks::default()
    }
}

/// Instances that other products bring for themselves.
const OWN_INSTANCES: &[&str] = &["bkupexec", "microsoft##", "veeam"];

fn service(name: &str) -> Marks {
    let name = name.to_lowercase();
    let mut marks = Marks::default();
    match name.as_str() {
        "dns" | "dns server" | "named" | "bind9" | "unbound" | "pdns" | "pihole-ftl" => {
            marks |= Marks::DNS_SERVER;
        }
        "ntds" | "active directory domain services" => marks |= Marks::CONTROLLER,
        "mssqlserver" | "sql server (mssqlserver)" => marks |= Marks::SQL_RUNS,
        _ => {}
    }
    let instance = name
        .strip_prefix("mssql$")
        .or_else(|| name.strip_prefix("sql server (")?.strip_suffix(')'));
    if instance.is_some_and(|instance| !OWN_INSTANCES.iter().any(|own| instance.starts_with(own))) {
        marks |= Marks::SQL_RUNS;
    }
    for (at, product) in PRODUCTS.iter().enumerate() {
        let [agent, managed, server] = product.services;
        if agent.contains(&name.as_str()) {
            marks |= Marks::agent(at);
        }
        if managed.contains(&name.as_str()) {
            marks |= Marks::managed(at);
        }
        if server.contains(&name.as_str()) {
            marks |= Marks::server(at);
        }
    }
    marks
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::estate::AssetKind;

    #[test]
    fn every_product_has_its_flags_and_is_known_in_lower_case() {
        assert!(PRODUCTS.len() <= 19);
        assert!(PRODUCTS.windows(2).all(|pair| pair[0].name < pair[1].name));
        assert!(
            PRODUCTS
                .iter()
                .all(|product| product.known_by == product.known_by.to_lowercase())
        );
    }

    #[test]
    fn parts_of_sql_server_are_told_from_its_engine() {
        for (name, expected) in [
            ("Microsoft SQL Server 2019 (64-bit)", Marks::SQL_INSTALLED),
            (
                "Microsoft SQL Server 2019 (64-bit) 15.0.2000.5",
                Marks::SQL_INSTALLED,
            ),
            (
                "SQL Server 2022 Database Engine Services 16.0.1000.6",
                Marks::SQL_INSTALLED,
            ),
            (
                "Microsoft SQL Server 2012 Native Client 11.4.7462.6",
                Marks::SQL_CLIENT,
            ),
            ("Microsoft ODBC Driver 17 for SQL Server", Marks::SQL_CLIENT),
            ("Microsoft OLE DB Driver for SQL Server", Marks::SQL_CLIENT),
            (
                "Microsoft SQL Server Management Studio - 18.12.1",
                Marks::default(),
            ),
            ("Microsoft SQL Server 2016 LocalDB", Marks::default()),
            ("Microsoft SQL Server 2008 Setup Support Files", Marks::default()),
            ("SQL Server Browser for SQL Server 2019", Marks::default()),
            ("MySQL Server 8.0", Marks::default()),
        ] {
            assert_eq!(software(name), expected, "{name}");
        }
        for (name, runs) in [
            ("MSSQLSERVER", true),
            ("MSSQL$SAGE", true),
            ("SQL Server (SAGE)", true),
            ("MSSQL$VEEAMSQL2016", false),
            ("MSSQL$MICROSOFT##WID", false),
            ("SQLBrowser", false),
            ("SQLWriter", false),
        ] {
            assert_eq!(service(name).has(Marks::SQL_RUNS), runs, "{name}");
        }
    }

    #[test]
    fn the_client_of_a_service_is_not_its_server() {
        assert!(service("DNS").has(Marks::DNS_SERVER));
        assert!(service("DNS Server").has(Marks::DNS_SERVER));
        for name in ["Dnscache", "DNS Client", "systemd-resolved"] {
            assert_eq!(service(name), Marks::default(), "{name}");
        }
        let veeam = PRODUCTS
            .iter()
            .position(|product| product.name == "Veeam")
            .unwrap();
        for (name, agent, server) in [
            ("Veeam Agent for Microsoft Windows 6.1", true, false),
            ("Veeam Backup & Replication Server", false, true),
            ("Veeam Backup & Replication Console", false, false),
            ("Veeam Explorer for Microsoft Exchange", false, false),
        ] {
            let marks = software(name);
            assert_eq!(
                (marks.is_protected_by(veeam), marks.is_server_of(veeam)),
                (agent, server),
                "{name}"
            );
        }
    }

    #[test]
    fn all_that_is_recorded_of_a_machine_counts() {
        let asset = Asset::new("a", AssetKind::Server)
            .with("software", "7-Zip; Veeam Agent for Microsoft Windows")
            .with("services_running", "Dnscache; NTDS")
            .with("domain_role", "Primary Domain Controller");
        let marks = Marker::default().of(&asset);
        assert!(marks.has(Marks::CONTROLLER | Marks::SERVICES_KNOWN));
        assert!(marks.is_protected_by(PRODUCTS.len() - 1) && !marks.has(Marks::DNS_SERVER));
        let nas = Asset::new("nas", AssetKind::Storage).with("manufacturer", "Synology Inc.");
        assert!(Marker::default().of(&nas).is_server_of(7));
    }
}
