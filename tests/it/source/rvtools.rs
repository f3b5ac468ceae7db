//! RVTools: the shared sample with its known numbers.

use std::collections::BTreeSet;

use vcto::estate::{AssetKind, Confidence, RelationKind};
use vcto::source::{self, Format};

use crate::common;

const SAMPLE: &str = "data/rvtools/example1.xlsx";

#[test]
fn the_sample_has_eight_machines_and_the_partial_one() {
    let Some(path) = common::shared(SAMPLE) else {
        return;
    };
    let inventory = source::read(&path, None).unwrap();
    let machines: Vec<_> = inventory
        .assets
        .iter()
        .filter(|asset| asset.kind == AssetKind::VirtualMachine)
        .collect();
    assert_eq!(machines.len(), 9);
    let whole = machines
        .iter()
        .filter(|asset| asset.number("cpu_cores").is_some());
    assert_eq!(whole.count(), 8);
    let partial = machines
        .iter()
        .find(|asset| asset.label().raw() == &"vm-9")
        .unwrap();
    let said: Vec<_> = inventory
        .source
        .notes
        .iter()
        .filter(|note| note.asset.as_ref() == Some(&partial.id))
        .map(|note| note.text.raw().as_str())
        .collect();
    assert_eq!(
        said,
        [
            "no VM UUID: identified by its name, which may change and repeat",
            "no host is recorded"
        ]
    );
    assert!(
        inventory
            .relations
            .iter()
            .all(|relation| relation.from != partial.id)
    );
}

#[test]
fn the_running_system_comes_first_and_the_configured_one_stands_beside_it() {
    let Some(path) = common::shared(SAMPLE) else {
        return;
    };
    let inventory = source::read(&path, None).unwrap();
    let disagreeing: BTreeSet<_> = inventory
        .assets
        .iter()
        .filter(|asset| asset.fact("os_name").is_some_and(|fact| fact.disagrees()))
        .map(|asset| asset.label().raw().to_owned())
        .collect();
    // Read off example1.sheets.json.
    assert_eq!(disagreeing, BTreeSet::from(["vm-3", "vm-8"]));
    let third = inventory
        .assets
        .iter()
        .find(|asset| asset.label().raw() == &"vm-3")
        .unwrap();
    let said: Vec<_> = third
        .fact("os_name")
        .unwrap()
        .values()
        .iter()
        .map(|value| {
            (
                value.value.as_text().unwrap().raw().as_str(),
                value.source().unwrap().raw().as_str(),
            )
        })
        .collect();
    assert_eq!(
        said,
        [
            ("Debian GNU/Linux 9 (64-bit)", "RVTools: VMware Tools"),
            ("Debian GNU/Linux 7 (64-bit)", "RVTools: configuration file")
        ]
    );
}

#[test]
fn where_nothing_reports_what_runs_the_configuration_stands_alone_and_is_less_sure() {
    let Some(path) = common::shared(SAMPLE) else {
        return;
    };
    let inventory = source::read(&path, None).unwrap();
    let first = inventory
        .assets
        .iter()
        .find(|asset| asset.label().raw() == &"vm-1")
        .unwrap();
    let [value] = first.fact("os_name").unwrap().values() else {
        panic!("one value")
    };
    assert_eq!(value.value.as_text().unwrap().raw(), "Amazon Linux 2 (64-bit)");
    assert_eq!(value.confidence(), Some(Confidence::Medium));
    let known = inventory
        .assets
        .iter()
        .filter(|asset| asset.fact("os_name").is_some());
    assert_eq!(known.count(), 8);
}

#[test]
fn the_seven_hosts_are_in_one_cluster_and_machines_run_on_the_host_that_their_row_names() {
    let Some(path) = common::shared(SAMPLE) else {
        return;
    };
    let inventory = source::read(&path, Some(Format::Rvtools)).unwrap();
    let listed = inventory
        .assets
        .iter()
        .filter(|asset| asset.kind == AssetKind::HypervisorHost && asset.fact("cpu_model").is_some());
    assert_eq!(listed.count(), 7);
    let clusters: Vec<_> = inventory
        .assets
        .iter()
        .filter(|asset| asset.kind == AssetKind::Cluster)
        .collect();
    assert_eq!(clusters.len(), 1);
    let runs: Vec<_> = inventory
        .relations
        .iter()
        .filter(|relation| relation.kind == RelationKind::RunsOn)
        .collect();
    assert_eq!(runs.len(), 8);
    let on_one = runs
        .iter()
        .filter(|relation| relation.to.as_str() == "rvtools:host:10.5.126.198");
    assert_eq!(on_one.count(), 6);
}

/// Another reader of workbooks reads the same cells.
#[test]
fn facts_are_those_that_another_reader_finds_in_the_cells() {
    use calamine::{Data, Reader as _};
    let Some(path) = common::shared(SAMPLE) else {
        return;
    };
    let inventory = source::read(&path, None).unwrap();
    let mut workbook: calamine::Xlsx<_> = calamine::open_workbook(&path).unwrap();
    let range = workbook.worksheet_range("vInfo").unwrap();
    let mut rows = range.rows();
    let titles: Vec<String> = rows.next().unwrap().iter().map(ToString::to_string).collect();
    let column = |title: &str| titles.iter().position(|other| other == title).unwrap();
    let mut compared = 0;
    for row in rows.filter(|row| !matches!(row[column("VM UUID")], Data::Empty)) {
        let id = format!("rvtools:vm:{}", row[column("VM UUID")]);
        let asset = inventory
            .assets
            .iter()
            .find(|asset| asset.id.as_str() == id)
            .unwrap();
        for (title, fact) in [
            ("CPUs", "cpu_cores"),
            ("Memory", "memory_mib"),
            ("Provisioned MiB", "provisioned_mib"),
            ("In Use MiB", "disk_used_mib"),
            ("Total disk capacity MiB", "disk_mib"),
        ] {
            let Data::Float(expected) = row[column(title)] else {
                panic!("{title} is a number")
            };
            assert_eq!(
                asset.number(fact).unwrap().to_string(),
                expected.to_string(),
                "{id} {fact}"
            );
            compared += 1;
        }
        let Data::DateTime(created) = row[column("Creation date")] else {
            panic!("the creation date is a date cell")
        };
        let (year, month, day, hour, minute, ..) = created.to_ymd_hms_milli();
        let created = format!("{year}-{month:02}-{day:02}T{hour:02}:{minute:02}:");
        assert!(
            asset.text("created_at").unwrap().raw().starts_with(&created),
            "{created}"
        );
    }
    assert_eq!(compared, 8 * 5);
}
