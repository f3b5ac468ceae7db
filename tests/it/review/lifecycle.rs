//! The lifecycle catalogue: dates that are known from elsewhere, and texts of vendors with their traps.

use jiff::civil::Date;
use vcto::review::lifecycle::{Catalogue, Match, Support, When};

use super::day;
use crate::common;

fn imported() -> Option<Catalogue> {
    let path = common::shared("data/lifecycle/endoflife.json")?;
    let bytes = std::fs::read(path).expect("the shared lifecycle data");
    Some(Catalogue::from_endoflife_json(&bytes, day("2026-08-22")).expect("it reads"))
}

/// The cycle that a text means, or what else came out.
fn cycle(catalogue: &Catalogue, text: &str, versions: &[&str]) -> String {
    match catalogue.find(text, versions) {
        Match::Cycle { product, cycle, .. } => format!("{}/{}", product.id, cycle.id),
        Match::Ambiguous { product, cycles, .. } => {
            let ids: Vec<_> = cycles.iter().map(|cycle| cycle.id.as_str()).collect();
            format!("{}/{{{}}}", product.id, ids.join(" "))
        }
        Match::Conflict { product } => format!("{} conflict", product.id),
        Match::UnknownCycle { product } => format!("{}/?", product.id),
        Match::UnknownProduct => "?".to_owned(),
    }
}

/// Dates as the study of the table gives them for 2026-11-22: end of security support, end of the paid extension.
const SPOT_CHECKS: [(&str, &str, &str, Option<&str>); 13] = [
    ("windows-server", "2016", "2027-01-12", Some("2030-01-12")),
    ("mssqlserver", "13.0-sp3", "2026-07-14", Some("2029-07-17")),
    ("vmware-esxi", "7.0", "2025-10-02", None),
    ("vmware-esxi", "8.0", "2027-10-11", None),
    ("windows", "10-22h2", "2025-10-14", Some("2028-10-10")),
    ("rhel", "7", "2024-06-30", Some("2029-05-31")),
    ("ubuntu", "20.04", "2025-05-31", Some("2030-04-02")),
    ("debian", "10", "2024-06-30", None),
    ("msexchange", "2019", "2025-10-14", Some("2026-11-01")),
    ("dotnet", "8", "2026-11-10", None),
    ("postgresql", "14", "2026-11-12", None),
    ("windows-server", "2012-r2", "2023-10-10", Some("2026-10-13")),
    ("veeam-backup-and-replication", "12", "2027-02-01", None),
];

fn check(catalogue: &Catalogue) {
    for (product, id, end, extension) in SPOT_CHECKS {
        let found = catalogue.product(product).and_then(|product| product.cycle(id));
        let milestones = found.unwrap_or_else(|| panic!("{product}/{id}")).milestones;
        assert_eq!(milestones.security_end(), When::On(day(end)), "{product}/{id}");
        assert_eq!(
            milestones.extended_support.date(),
            extension.map(day),
            "{product}/{id}"
        );
    }
}

#[test]
fn the_curated_table_has_the_dates_that_are_known_from_elsewhere() {
    check(Catalogue::curated());
}

#[test]
fn the_whole_data_of_endoflife_date_loads_with_its_dates_and_its_three_kinds_of_end() {
    let Some(catalogue) = imported() else { return };
    check(&catalogue);
    assert_eq!(catalogue.products().len(), 464);
    let cycles = || catalogue.products().flat_map(|product| &product.cycles);
    assert_eq!(cycles().count(), 8_351);
    let past = |when: When| when.date().is_some_and(|end| end < day("2026-11-22"));
    // Debian's long-term support is security support here; its column of that name stands as active support.
    let ended = catalogue.products().flat_map(|product| {
        let debian = product.id == "debian";
        product.cycles.iter().map(move |cycle| match debian {
            true => cycle.milestones.end_of_active_support,
            false => cycle.milestones.end_of_security_support,
        })
    });
    assert_eq!(ended.filter(|when| past(*when)).count(), 6_250);
    let of = |wanted: When| {
        cycles()
            .filter(|cycle| cycle.milestones.end_of_security_support == wanted)
            .count()
    };
    assert_eq!(of(When::Ended) + of(When::Open), 1_123);
    assert!(of(When::Ended) > 0 && of(When::Open) > 0);
}

#[test]
fn texts_of_vendors_find_their_release() {
    let texts: [(&str, &[&str], &str); 40] = [
        (
            "Microsoft Windows Server 2016 Standard",
            &["10.0.14393"],
            "windows-server/2016",
        ),
        (
            "Windows Server 2012 R2 Datacenter",
            &["6.3.9600"],
            "windows-server/2012-r2",
        ),
        ("Windows Server 2012", &[], "windows-server/2012"),
        (
            "Microsoft Windows Server 2012R2 (64-bit)",
            &[],
            "windows-server/2012-r2",
        ),
        ("Windows Server 2019 Standard", &["1809"], "windows-server/2019"),
        ("Windows Server, version 1809", &[], "windows-server/1809-sac"),
        ("Windows 10 Pro", &["10.0.19045"], "windows/10-22h2"),
        ("Windows 10 Pro", &["22H2", "19045.4291"], "windows/10-22h2"),
        ("Microsoft Windows 11 Pro", &["10.0.26100"], "windows/11-24h2-w"),
        ("Windows 11 Enterprise", &["23H2"], "windows/11-23h2-e"),
        ("Windows 10 Enterprise LTSC", &["21H2"], "windows/10-21h2-e-lts"),
        (
            "Windows 10 IoT Enterprise LTSC",
            &["10.0.19044"],
            "windows/10-21h2-iot-lts",
        ),
        ("Windows 7 Professional", &["6.1.7601"], "windows/7-sp1"),
        ("Windows 8.1 Pro", &[], "windows/8.1"),
        ("Microsoft SQL Server 2016 SP3", &[], "mssqlserver/13.0-sp3"),
        ("SQL Server 2008 R2 SP3", &[], "mssqlserver/10.50-sp3"),
        (
            "Microsoft SQL Server 2019 Express",
            &["15.0.4365.2"],
            "mssqlserver/15.0",
        ),
        ("Exchange Server 2019 CU14", &[], "msexchange/2019"),
        ("VMware ESXi 7.0.3 build-21930508", &[], "vmware-esxi/7.0"),
        ("VMware ESXi", &["8.0.2"], "vmware-esxi/8.0"),
        ("FortiOS v7.2.8,build1639", &[], "fortios/7.2"),
        ("FortiGate-60F", &["7.4.1"], "fortios/7.4"),
        ("PAN-OS 10.2.9-h1", &[], "pan-os/10.2"),
        (
            "Cisco IOS-XE Software, Version 17.09.04a",
            &[],
            "cisco-ios-xe/17.9",
        ),
        ("Debian GNU/Linux 9 (64-bit)", &[], "debian/9"),
        ("Debian GNU/Linux 12 kernel 6.1.0-18", &[], "debian/12"),
        ("Ubuntu 20.04.6 LTS", &[], "ubuntu/20.04"),
        ("Red Hat Enterprise Linux 9 (64-bit)", &[], "rhel/9"),
        ("CentOS Linux release 7.9.2009 (Core)", &[], "centos/7"),
        ("CentOS Stream 9", &[], "centos-stream/9"),
        ("Amazon Linux 2 (64-bit)", &[], "amazon-linux/2"),
        ("macOS 14.5 (Sonoma)", &[], "macos/14"),
        ("Mac OS X 10.15.7", &[], "macos/10.15"),
        ("iOS 17.5.1", &[], "ios/17"),
        ("Java 8 Update 351 (64-bit)", &[], "oracle-jdk/8"),
        ("Microsoft .NET Runtime - 8.0.11 (x64)", &[], "dotnet/8"),
        (".NET Framework 4.6.2", &[], "dotnetfx/4.6.2"),
        ("PostgreSQL 14.11", &[], "postgresql/14"),
        (
            "Veeam Backup & Replication 12.1",
            &[],
            "veeam-backup-and-replication/12",
        ),
        ("Microsoft Hyper-V Server 2019", &[], "hyper-v-server/2019"),
    ];
    for (text, versions, wanted) in texts {
        assert_eq!(
            cycle(Catalogue::curated(), text, versions),
            wanted,
            "{text} {versions:?}"
        );
    }
}

#[test]
fn what_is_not_certain_is_said_to_be_so() {
    let curated = Catalogue::curated();
    assert_eq!(cycle(curated, "FooOS 7", &[]), "?");
    assert_eq!(cycle(curated, "Other Linux (64-bit)", &[]), "?");
    assert_eq!(cycle(curated, "", &["10.0.14393"]), "?");
    assert_eq!(cycle(curated, "Cisco IOS", &["15.2"]), "?");
    assert_eq!(cycle(curated, "FortiOS 99.1", &[]), "fortios/?");
    assert_eq!(cycle(curated, "Debian GNU/Linux 12", &["9"]), "debian conflict");
    assert_eq!(
        cycle(curated, "Windows 11", &["24H2"]),
        "windows/{11-24h2-e 11-24h2-w}"
    );
    assert_eq!(
        cycle(curated, "Microsoft Windows Server 2019 or later (64-bit)", &[]),
        "windows-server/{1809-sac 1903-sac 1909-sac 2004-sac 2019 2022 2025 20h2-sac 23h2-ac}"
    );
    let sql = cycle(curated, "Microsoft SQL Server 2016", &[]);
    assert!(sql.contains("13.0-sp1") && sql.contains("13.0-sp3"), "{sql}");
}

#[test]
fn imported_names_do_not_take_texts_that_mean_something_else() {
    let Some(imported) = imported() else { return };
    let layered = Catalogue::curated().clone().over(&imported);
    for (text, wanted) in [
        ("Microsoft SQL Server 2019 Express", "mssqlserver/15.0"),
        ("Windows Server 2016", "windows-server/2016"),
        ("Alpine Linux 3.19.1", "alpine-linux/3.19"),
        ("openSUSE Leap 15.5", "opensuse/15.5"),
        ("Apache Kafka 3.6.1", "apache-kafka/3.6"),
    ] {
        assert_eq!(cycle(&layered, text, &[]), wanted, "{text}");
    }
}

#[test]
fn a_layer_above_hides_the_row_below_and_keeps_its_source() {
    let own = "product,title,names,without,edge,cycle,label,words,versions,general_availability,end_of_sales,\
               end_of_active_support,end_of_security_support,extended_support,end_of_life,source,as_of\n\
               windows-server,Windows Server,windows server,,,2016,Windows Server 2016,2016,,,,,2031-01-01,,,\
               our contract,2026-11-01\n";
    let layered = Catalogue::from_csv(own.as_bytes())
        .unwrap()
        .over(Catalogue::curated());
    let product = layered.product("windows-server").unwrap();
    let of = |id: &str| product.cycle(id).unwrap();
    assert_eq!(of("2016").milestones.security_end(), When::On(day("2031-01-01")));
    assert_eq!(of("2016").source.raw(), "our contract");
    assert_eq!(of("2019").source.raw(), "endoflife.date");
    assert_ne!(layered.digest(), Catalogue::curated().digest());
}

#[test]
fn the_risk_of_every_known_release_never_falls() {
    let Some(catalogue) = imported() else { return };
    let first: Date = day("2010-01-01");
    for cycle in catalogue.products().flat_map(|product| &product.cycles) {
        for extended in [false, true] {
            let mut last = None;
            for month in 0..350 {
                let date = first.checked_add(jiff::Span::new().days(month * 28)).unwrap();
                let risk = cycle.milestones.risk(date, extended);
                assert!(
                    risk >= last,
                    "{} on {date}: {last:?} then {risk:?}",
                    cycle.label.plain()
                );
                last = risk;
            }
        }
    }
}

#[test]
fn the_day_of_the_end_is_the_last_day_of_support() {
    let esxi = Catalogue::curated().product("vmware-esxi").unwrap();
    let milestones = esxi.cycle("8.0").unwrap().milestones;
    assert!(matches!(
        milestones.support(day("2027-10-11")),
        Support::Supported { .. }
    ));
    assert!(matches!(
        milestones.support(day("2027-10-12")),
        Support::Ended { .. }
    ));
}
