//! What each method takes for a sign, and what it does not.

use vcto::estate::{Asset, AssetKind, Confidence, Inventory, Relation, RelationKind, Strength};
use vcto::source::{self, Inference, Method};

pub fn asset(id: &str, kind: AssetKind, facts: &[(&str, &str)]) -> Asset {
    let named = Asset::new(id, kind).named(id.to_uppercase());
    facts
        .iter()
        .fold(named, |asset, (fact, value)| asset.with(fact, *value))
}

pub fn firewall(id: &str, addresses: &str) -> Asset {
    asset(id, AssetKind::Firewall, &[("addresses", addresses)])
}

pub fn pc(id: &str, facts: &[(&str, &str)]) -> Asset {
    asset(id, AssetKind::Workstation, facts)
}

pub fn server(id: &str, facts: &[(&str, &str)]) -> Asset {
    asset(id, AssetKind::Server, facts)
}

/// Assets by site; those under the empty name stand nowhere.
pub fn estate(sites: Vec<(&str, Vec<Asset>)>) -> Inventory {
    let mut inventory = Inventory::default();
    for (site, assets) in sites {
        if !site.is_empty() {
            inventory.assets.push(Asset::new(site, AssetKind::Site));
        }
        for asset in assets {
            if !site.is_empty() {
                let located = Relation::new(asset.id.clone(), site, RelationKind::LocatedAt);
                inventory.relations.push(located);
            }
            inventory.assets.push(asset);
        }
    }
    inventory
}

pub fn infer(inventory: &Inventory) -> Inference {
    source::infer(inventory).unwrap()
}

/// What a method infers, as `from to`.
pub fn found(inventory: &Inventory, method: Method) -> Vec<String> {
    infer(inventory)
        .relations
        .iter()
        .filter(|relation| relation.inference().is_some_and(|by| by.raw() == method.as_str()))
        .map(|relation| format!("{} {}", relation.from.as_str(), relation.to.as_str()))
        .collect()
}

/// Inferred, known, refused, ambiguous, unmatched, without evidence.
pub fn counts(inventory: &Inventory, method: Method) -> [u64; 6] {
    let inference = infer(inventory);
    let count = inference
        .methods
        .iter()
        .find(|count| count.method == method)
        .unwrap();
    [
        count.inferred,
        count.known,
        count.refused,
        count.ambiguous,
        count.unmatched,
        count.without_evidence,
    ]
}

#[test]
fn a_relation_is_soft_and_says_its_method_its_confidence_and_why() {
    let inventory = estate(vec![(
        "leeds",
        vec![
            firewall("fw", "203.0.113.7; 10.0.0.1"),
            pc("pc", &[("gateways", "10.0.0.1")]),
        ],
    )]);
    let inference = infer(&inventory);
    let [relation] = inference.relations.as_slice() else {
        panic!("{inference:?}");
    };
    assert_eq!(
        (&relation.kind, relation.strength),
        (&RelationKind::Uses, Strength::Soft)
    );
    assert_eq!(relation.confidence(), Some(Confidence::High));
    assert_eq!(
        relation.note().unwrap().raw(),
        "the default gateway of `PC` is 10.0.0.1, an address of `FW` at the same site"
    );
    assert_eq!(counts(&inventory, Method::Gateway), [1, 0, 0, 0, 0, 0]);
    assert_eq!(counts(&inventory, Method::Dns), [0, 0, 0, 0, 0, 1]);
}

#[test]
fn a_private_address_is_looked_for_at_the_site_and_nowhere_else() {
    let gateway = [("gateways", "192.168.1.1")];
    let inventory = estate(vec![
        (
            "leeds",
            vec![firewall("fw-l", "192.168.1.1"), pc("pc-l", &gateway)],
        ),
        (
            "york",
            vec![firewall("fw-y", "192.168.1.1"), pc("pc-y", &gateway)],
        ),
        // Its router is in no record.
        ("hull", vec![pc("pc-h", &gateway)]),
        ("", vec![pc("pc-0", &gateway)]),
    ]);
    assert_eq!(found(&inventory, Method::Gateway), ["pc-l fw-l", "pc-y fw-y"]);
    assert_eq!(counts(&inventory, Method::Gateway), [2, 0, 0, 1, 1, 0]);
}

#[test]
fn where_nothing_is_placed_the_public_address_tells_the_site() {
    let seen = |asset: Asset, public: &str| asset.with("public_address", public);
    let gateway = [("gateways", "192.168.1.1")];
    let inventory = estate(vec![
        (
            "leeds",
            vec![seen(firewall("fw-l", "192.168.1.1"), "203.0.113.1")],
        ),
        ("york", vec![seen(firewall("fw-y", "192.168.1.1"), "203.0.113.2")]),
        (
            "",
            vec![
                seen(pc("pc-y", &gateway), "203.0.113.2"),
                seen(pc("pc-x", &gateway), "203.0.113.3"),
            ],
        ),
    ]);
    assert_eq!(found(&inventory, Method::Gateway), ["pc-y fw-y"]);
    let inference = infer(&inventory);
    assert_eq!(inference.relations[0].confidence(), Some(Confidence::Medium));
    assert_eq!(counts(&inventory, Method::Gateway)[3], 1);
}

#[test]
fn a_notebook_at_home_does_not_use_the_firewall_of_its_office() {
    let seen = |asset: Asset, public: &str| asset.with("public_address", public);
    let facts = [("gateways", "192.168.1.1"), ("dns_servers", "192.168.1.1")];
    let inventory = estate(vec![(
        "leeds",
        vec![
            seen(firewall("fw", "192.168.1.1"), "203.0.113.1"),
            seen(pc("here", &facts), "203.0.113.1"),
            seen(pc("home", &facts), "198.51.100.77"),
            pc("silent", &facts),
        ],
    )]);
    assert_eq!(found(&inventory, Method::Gateway), ["here fw", "silent fw"]);
    assert_eq!(found(&inventory, Method::Dns), ["here fw", "silent fw"]);
    let doubts = infer(&inventory).doubts;
    assert!(doubts.iter().all(|doubt| doubt.asset.as_str() == "home"));
    assert!(doubts[0].why.raw().contains("198.51.100.77"), "{doubts:?}");
}

#[test]
fn an_address_that_several_devices_share_is_not_guessed_and_they_are_named() {
    let inventory = estate(vec![(
        "leeds",
        vec![
            firewall("fw-a", "10.0.0.1; 10.0.0.2"),
            firewall("fw-b", "10.0.0.1; 10.0.0.3"),
            pc("pc", &[("gateways", "10.0.0.1")]),
            server("srv", &[("gateways", "10.0.0.2")]),
        ],
    )]);
    assert_eq!(found(&inventory, Method::Gateway), ["srv fw-a"]);
    let inference = infer(&inventory);
    let [doubt] = inference.doubts.as_slice() else {
        panic!("{inference:?}");
    };
    assert_eq!(
        doubt.why.raw(),
        "its default gateway 10.0.0.1 is an address of 2 devices: `FW-A`, `FW-B`"
    );
}

#[test]
fn what_does_not_pass_on_traffic_or_is_out_of_service_is_no_gateway() {
    let old = firewall("fw-old", "10.0.0.1").with("status", "Decommissioned");
    let inventory = estate(vec![(
        "leeds",
        vec![
            asset("prn", AssetKind::Printer, &[("addresses", "10.0.0.1")]),
            old.clone(),
            pc("pc", &[("gateways", "10.0.0.1")]),
        ],
    )]);
    assert_eq!(counts(&inventory, Method::Gateway), [0, 0, 0, 0, 1, 0]);
    let inventory = estate(vec![(
        "leeds",
        vec![
            asset("prn", AssetKind::Printer, &[("addresses", "10.0.0.1")]),
            old,
            firewall("fw", "10.0.0.1"),
            pc("pc", &[("gateways", "10.0.0.1")]),
            pc("sold", &[("gateways", "10.0.0.1"), ("status", "sold")]),
        ],
    )]);
    let inference = infer(&inventory);
    assert_eq!(found(&inventory, Method::Gateway), ["pc fw"]);
    assert_eq!(
        inference.relations[0].confidence(),
        Some(Confidence::Medium),
        "a printer claims it"
    );
}

#[test]
fn any_one_of_two_controllers_will_do_and_both_are_told() {
    let inventory = estate(vec![
        (
            "leeds",
            vec![
                server(
                    "dc-1",
                    &[
                        ("domain", "Halden.example"),
                        ("domain_role", "Primary Domain Controller"),
                        ("addresses", "10.0.0.10"),
                    ],
                ),
                server(
                    "rsat",
                    &[("domain", "halden.example"), ("domain_role", "Member Server")],
                ),
            ],
        ),
        (
            "york",
            vec![
                server(
                    "dc-2",
                    &[
                        ("domain", "halden.example."),
                        ("services_running", "DNS; NTDS; Dnscache"),
                    ],
                ),
                pc(
                    "full",
                    &[("domain", "HALDEN.EXAMPLE"), ("dns_servers", "10.0.0.10")],
                ),
                pc("short", &[("domain", "HALDEN")]),
                pc("child", &[("domain", "lab.halden.example")]),
                pc("group", &[("workgroup", "HALDEN")]),
            ],
        ),
    ]);
    assert_eq!(
        found(&inventory, Method::DomainJoin),
        [
            "full dc-1",
            "full dc-2",
            "rsat dc-1",
            "rsat dc-2",
            "short dc-1",
            "short dc-2"
        ]
    );
    let inference = infer(&inventory);
    let of = |from: &str, to: &str| {
        let mut relations = inference.relations.iter();
        let found = relations.find(|relation| {
            relation.from.as_str() == from
                && relation.to.as_str() == to
                && relation.kind == RelationKind::AuthenticatesWith
        });
        let found = found.unwrap();
        (found.confidence().unwrap(), found.note().unwrap().raw().clone())
    };
    let (confidence, why) = of("full", "dc-1");
    assert_eq!(confidence, Confidence::High);
    assert_eq!(
        why,
        "`FULL` is joined to the domain `halden.example`, of which `DC-1` is a controller, any one of 2, and asks it for names"
    );
    assert_eq!(of("full", "dc-2").0, Confidence::Medium);
    assert_eq!(of("short", "dc-1").0, Confidence::Low);
    assert_eq!(counts(&inventory, Method::DomainJoin), [6, 0, 0, 0, 1, 1]);
}

#[test]
fn a_short_name_that_two_domains_have_is_not_guessed() {
    let role = ("domain_role", "Primary Domain Controller");
    let inventory = estate(vec![(
        "",
        vec![
            server("dc-1", &[("domain", "corp.example"), role]),
            server("dc-2", &[("domain", "corp.test"), role]),
            pc("pc", &[("domain", "CORP")]),
        ],
    )]);
    assert_eq!(counts(&inventory, Method::DomainJoin), [0, 0, 0, 1, 0, 0]);
}

#[test]
fn a_name_server_is_one_that_can_answer() {
    let dns = |id: &str, addresses: &str| pc(id, &[("dns_servers", addresses)]);
    let inventory = estate(vec![(
        "leeds",
        vec![
            server(
                "named",
                &[("addresses", "10.0.0.10"), ("services_running", "DNS; Dnscache")],
            ),
            server(
                "files",
                &[
                    ("addresses", "10.0.0.11"),
                    ("services_running", "Dnscache; LanmanServer"),
                ],
            ),
            server("bare", &[("addresses", "10.0.0.12")]),
            asset("prn", AssetKind::Printer, &[("addresses", "10.0.0.13")]),
            firewall("fw", "10.0.0.1"),
            dns("pc-1", "10.0.0.10; 8.8.8.8"),
            dns("pc-2", "10.0.0.11; 10.0.0.13; 10.0.0.99"),
            dns("pc-3", "10.0.0.12"),
            dns("pc-4", "10.0.0.1; fec0:0:0:ffff::1; 127.0.0.1"),
            dns("pc-5", "fe80::1%4"),
        ],
    )]);
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
            ("pc-1", "named", Confidence::High),
            ("pc-3", "bare", Confidence::Low),
            ("pc-4", "fw", Confidence::Medium),
        ]
    );
    assert_eq!(
        inference.relations[0].note().unwrap().raw(),
        "`PC-1` asks 10.0.0.10 for names, any one of 2; that is an address of `NAMED`, which answers for names"
    );
    assert_eq!(counts(&inventory, Method::Dns), [3, 0, 0, 0, 1, 4]);
}

#[test]
fn a_name_server_at_another_site_counts_where_no_second_site_has_its_network() {
    let role = ("domain_role", "Primary Domain Controller");
    let far = |york: &str| {
        estate(vec![
            (
                "leeds",
                vec![server(
                    "dc",
                    &[("addresses", "10.1.0.10"), role, ("domain", "a.example")],
                )],
            ),
            (
                "york",
                vec![
                    pc(
                        "joined",
                        &[
                            ("addresses", york),
                            ("dns_servers", "10.1.0.10"),
                            ("domain", "a.example"),
                        ],
                    ),
                    pc(
                        "other",
                        &[("addresses", "10.7.0.9"), ("dns_servers", "10.1.0.10")],
                    ),
                ],
            ),
        ])
    };
    let routed = far("10.2.0.7");
    assert_eq!(found(&routed, Method::Dns), ["joined dc", "other dc"]);
    let sure: Vec<_> = infer(&routed)
        .relations
        .iter()
        .filter(|relation| relation.kind == RelationKind::Uses)
        .map(|relation| relation.confidence().unwrap())
        .collect();
    assert_eq!(sure, [Confidence::High, Confidence::Medium]);
    let overlapping = far("10.1.0.7");
    assert_eq!(counts(&overlapping, Method::Dns), [0, 0, 0, 2, 0, 1]);
}
