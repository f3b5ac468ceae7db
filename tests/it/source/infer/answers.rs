//! Hosts, databases and backups; and what is not inferred because it is known or refused.

use vcto::estate::{Asset, AssetKind, Confidence, Relation, RelationKind, Requirement};
use vcto::source::{self, Method};
use vcto::{ErrorKind, Estate};

use super::cases::{asset, counts, estate, firewall, found, infer, pc, server};

#[test]
fn a_guest_runs_where_it_says_if_one_host_there_is_called_so() {
    let guest = |id: &str, host: &str| asset(id, AssetKind::VirtualMachine, &[("host", host)]);
    let inventory = estate(vec![
        (
            "leeds",
            vec![
                asset(
                    "hv-l",
                    AssetKind::HypervisorHost,
                    &[("dns_name", "hv01.leeds.example")],
                )
                .named("HV01"),
                guest("by-name", "hv01"),
                guest("by-dns-name", "HV01.leeds.example."),
                guest("gone", "HV09"),
                asset("by-cluster", AssetKind::VirtualMachine, &[("cluster", "prod")]),
                server("silent", &[]).with("is_virtual", true),
                server("metal", &[]).with("is_virtual", false),
                pc("hv", &[]).named("HV09"),
            ],
        ),
        (
            "york",
            vec![
                asset("hv-y", AssetKind::HypervisorHost, &[]).named("HV01"),
                guest("over-there", "HV01.leeds.example"),
            ],
        ),
        (
            "",
            vec![asset("prod", AssetKind::Cluster, &[]), guest("nowhere", "HV01")],
        ),
    ]);
    assert_eq!(
        found(&inventory, Method::Hosting),
        ["by-cluster prod", "by-dns-name hv-l", "by-name hv-l"]
    );
    assert_eq!(counts(&inventory, Method::Hosting), [3, 0, 0, 2, 1, 1]);
}

#[test]
fn a_data_source_names_its_server_and_a_driver_alone_is_hardly_a_sign() {
    let engine = ("services_running", "MSSQLSERVER");
    let driver = ("software", "Microsoft ODBC Driver 17 for SQL Server");
    let inventory = estate(vec![
        (
            "leeds",
            vec![
                server("sql", &[engine, ("addresses", "10.0.0.30"), driver]),
                pc("named", &[("database_servers", "tcp:SQL,1433; (local)")]),
                pc("by-address", &[("database_servers", "10.0.0.30\\SAGE")]),
                pc("driver", &[driver]),
                pc(
                    "studio",
                    &[("software", "Microsoft SQL Server Management Studio")],
                ),
                pc(
                    "own",
                    &[
                        ("services_running", "MSSQL$SQLEXPRESS"),
                        ("software", "Microsoft SQL Server 2019 (64-bit)"),
                    ],
                ),
            ],
        ),
        ("york", vec![pc("alone", &[driver])]),
    ]);
    let inference = infer(&inventory);
    let sure: Vec<_> = inference
        .relations
        .iter()
        .map(|relation| (relation.from.as_str(), relation.confidence().unwrap()))
        .collect();
    assert_eq!(
        sure,
        [
            ("by-address", Confidence::High),
            ("driver", Confidence::Low),
            ("named", Confidence::High),
        ]
    );
    let mut two = inventory;
    two.assets.push(server("sql-2", &[engine]));
    two.relations
        .push(Relation::new("sql-2", "leeds", RelationKind::LocatedAt));
    assert_eq!(counts(&two, Method::SqlClient), [2, 0, 0, 1, 1, 0]);
}

#[test]
fn software_for_backup_leads_to_the_one_server_of_its_product() {
    let agent = ("software", "Veeam Agent for Microsoft Windows 6.1");
    let vault = ("services_running", "VeeamBackupSvc");
    let inventory = estate(vec![(
        "leeds",
        vec![
            server(
                "vbr",
                &[vault, ("software", "Veeam Backup & Replication Console")],
            ),
            server("managed", &[agent, ("services_running", "VeeamDeploySvc")]),
            server("agent", &[agent]),
            pc("console", &[("software", "Veeam Backup & Replication Console")]),
            server("cloud", &[("backup_product", "NinjaOne Backup")]),
            server("covered", &[agent]),
        ],
    )]);
    let mut inventory = inventory;
    inventory.assets.push(Asset::new("job", AssetKind::BackupJob));
    inventory
        .relations
        .push(Relation::new("covered", "job", RelationKind::BackedUpBy));
    let inference = infer(&inventory);
    let sure: Vec<_> = inference
        .relations
        .iter()
        .map(|relation| {
            (
                relation.from.as_str(),
                relation.to.as_str(),
                relation.confidence().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        sure,
        [
            ("agent", "vbr", Confidence::Low),
            ("managed", "vbr", Confidence::Medium)
        ]
    );
    assert_eq!(counts(&inventory, Method::Backup), [2, 1, 0, 0, 1, 2]);
    assert!(Estate::new(inventory).is_ok());
}

#[test]
fn what_is_stated_grouped_or_refused_is_not_inferred_again() {
    let facts = [("gateways", "10.0.0.1"), ("dns_servers", "10.0.0.1")];
    let plain = estate(vec![(
        "leeds",
        vec![
            firewall("fw", "10.0.0.1"),
            asset("spare", AssetKind::Storage, &[]),
            pc("pc", &facts),
        ],
    )]);
    assert_eq!(infer(&plain).relations.len(), 2);

    let mut stated = plain.clone();
    stated
        .relations
        .push(Relation::new("pc", "fw", RelationKind::DependsOn));
    assert_eq!(counts(&stated, Method::Gateway), [0, 1, 0, 0, 0, 0]);

    let mut grouped = plain.clone();
    grouped.requirements.push(Requirement {
        asset: "pc".into(),
        members: vec!["fw".into(), "spare".into()],
        needs: 1,
    });
    assert_eq!(counts(&grouped, Method::Gateway), [0, 1, 0, 0, 0, 0]);

    let refusal = Relation::new("pc", "fw", RelationKind::UnrelatedTo);
    let mut refused = plain.clone();
    refused.relations.push(refusal.clone());
    assert_eq!(counts(&refused, Method::Gateway), [0, 0, 1, 0, 0, 0]);
    assert_eq!(counts(&refused, Method::Dns), [0, 0, 1, 0, 0, 0]);

    let mut one = plain.clone();
    one.relations.push(refusal.inferred_by("dns"));
    assert_eq!(counts(&one, Method::Gateway), [1, 0, 0, 0, 0, 0]);
    assert_eq!(counts(&one, Method::Dns), [0, 0, 1, 0, 0, 0]);

    let mut again = plain.clone();
    again.relations.extend(infer(&plain).relations);
    assert!(infer(&again).relations.is_empty());
    assert_eq!(counts(&again, Method::Gateway), [0, 1, 0, 0, 0, 0]);
}

#[test]
fn reading_infers_only_where_it_is_asked_to_and_notes_what_it_did() {
    let inventory = || {
        estate(vec![(
            "leeds",
            vec![
                firewall("fw-a", "10.0.0.1"),
                firewall("fw-b", "10.0.0.1; 10.0.0.2"),
                pc("pc-1", &[("gateways", "10.0.0.1")]),
                pc("pc-2", &[("gateways", "10.0.0.2")]),
            ],
        )])
    };
    let plain = source::Reader::new().read(inventory()).unwrap();
    assert_eq!((plain.relations.len(), plain.source.notes.len()), (4, 0));
    let reader = source::Reader::new().infer(true);
    let single = reader.read(inventory()).unwrap();
    let several = reader.read_all([inventory()]).unwrap();
    assert_eq!(single, several);
    let estate = Estate::new(single).unwrap();
    assert_eq!(
        (estate.relation_count(), estate.inferred_relation_count()),
        (5, 1)
    );
    let notes: Vec<_> = estate
        .source()
        .notes
        .iter()
        .map(|note| note.text.raw().as_str())
        .collect();
    assert!(
        notes.contains(&"1 inferred, 1 in doubt and not guessed"),
        "{notes:?}"
    );
    assert!(notes.iter().any(|note| note.contains("`FW-A`, `FW-B`")));
    // An overlay and its inventory are joined first.
    let overlay = source::Input::bytes("by-hand.csv", "from,to,kind\nPC-2,FW-B,depends_on\n");
    let merged = reader
        .read_all([source::Input::from(inventory()), overlay])
        .unwrap();
    assert!(merged.relations.iter().all(Relation::is_stated));
}

#[test]
fn an_id_that_is_there_twice_is_refused() {
    let inventory = estate(vec![("", vec![pc("pc", &[]), pc("pc", &[])])]);
    let error = source::infer(&inventory).unwrap_err();
    assert_eq!(
        (error.kind(), error.operation()),
        (ErrorKind::InvalidInput, Some("source.infer"))
    );
}
