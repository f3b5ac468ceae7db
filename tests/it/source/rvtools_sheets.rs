//! RVTools: a workbook with every sheet that is read.

use vcto::estate::{Estate, Inventory};

use super::book::Book;
use super::rvtools_rows::{notes, read};

/// `from kind to` of each relation, in order.
fn relations(inventory: &Inventory) -> Vec<String> {
    let relations = inventory.relations.iter();
    let mut all: Vec<_> = relations
        .map(|relation| {
            let short = |id: &str| id.replace("rvtools:", "");
            format!(
                "{} {} {}",
                short(relation.from.as_str()),
                relation.kind,
                short(relation.to.as_str())
            )
        })
        .collect();
    all.sort();
    all
}

/// A vCenter with a bit of everything.
fn full() -> Book {
    Book::new()
        .texts(
            "vInfo",
            &[
                &[
                    "VM",
                    "VM UUID",
                    "VM ID",
                    "Host",
                    "Cluster",
                    "Datacenter",
                    "VI SDK UUID",
                    "Path",
                ],
                &["a", "u-1", "vm-1", "esx1", "C1", "DC", "v", "[ds1] a/a.vmx"],
                &["b", "u-2", "vm-2", "", "C1", "DC", "v", ""],
                &["t", "u-3", "vm-3", "esx9", "C1", "DC", "v", ""],
            ],
        )
        .texts(
            "vHost",
            &[
                &[
                    "Host",
                    "Cluster",
                    "Datacenter",
                    "VI SDK UUID",
                    "# CPU",
                    "# Memory",
                    "ESX Version",
                    "Vendor",
                    "Service tag",
                ],
                &[
                    "esx1",
                    "C1",
                    "DC",
                    "v",
                    "2",
                    "262144",
                    "VMware ESXi 7.0.3 build-1",
                    "HPE",
                    "CZ1",
                ],
                &["esx1", "C1", "DC", "v", "2", "1", "", "", ""],
                &["", "C1", "DC", "v", "2", "1", "", "", ""],
            ],
        )
        .texts(
            "vCluster",
            &[
                &["Name", "NumHosts", "HA enabled", "VI SDK UUID"],
                &["C1", "2", "True", "v"],
                &["C2", "0", "False", "v"],
            ],
        )
        .texts(
            "vDatastore",
            &[
                &["Name", "Capacity MiB", "Free MiB", "Object ID", "VI SDK UUID"],
                &["ds1", "1024", "100", "datastore-1", "v"],
                &["twin", "1", "1", "datastore-2", "v"],
                &["twin", "2", "2", "datastore-3", "v"],
            ],
        )
        .texts(
            "vDisk",
            &[
                &[
                    "VM",
                    "VM UUID",
                    "VM ID",
                    "VI SDK UUID",
                    "Disk",
                    "Capacity MiB",
                    "Raw",
                    "Disk Path",
                ],
                &[
                    "a",
                    "u-1",
                    "vm-1",
                    "v",
                    "Hard disk 1",
                    "100",
                    "False",
                    "[ds1] a/a.vmdk",
                ],
                &[
                    "renamed",
                    "",
                    "vm-1",
                    "v",
                    "Hard disk 2",
                    "50.5",
                    "True",
                    "[twin] a/b.vmdk",
                ],
                &[
                    "b",
                    "u-2",
                    "vm-2",
                    "v",
                    "Hard disk 1",
                    "",
                    "False",
                    "[gone] b/b.vmdk",
                ],
                &["a", "", "", "v", "Hard disk 1", "7", "", ""],
                &["z", "u-9", "", "v", "Hard disk 1", "7", "", ""],
            ],
        )
        .texts(
            "vPartition",
            &[
                &[
                    "VM",
                    "VM UUID",
                    "VI SDK UUID",
                    "Disk",
                    "Capacity MiB",
                    "Consumed MiB",
                ],
                &["a", "u-1", "v", "C:\\", "90", "60"],
                &["a", "u-1", "v", "D:\\", "10", "1"],
            ],
        )
        .texts(
            "vNetwork",
            &[
                &[
                    "VM",
                    "VM UUID",
                    "VI SDK UUID",
                    "Datacenter",
                    "Network",
                    "Switch",
                    "Connected",
                    "Mac Address",
                ],
                &[
                    "a",
                    "u-1",
                    "v",
                    "DC",
                    "LAN",
                    "vSwitch0",
                    "True",
                    "00:50:56:AA:00:02",
                ],
                &[
                    "a",
                    "u-1",
                    "v",
                    "DC",
                    "LAN",
                    "vSwitch0",
                    "True",
                    "00:50:56:AA:00:01",
                ],
                &[
                    "a",
                    "u-1",
                    "v",
                    "DC",
                    "DMZ",
                    "vSwitch0",
                    "False",
                    "00:50:56:AA:00:03",
                ],
            ],
        )
        .texts(
            "vTools",
            &[
                &["VM", "VM UUID", "VI SDK UUID", "Tools", "Tools Version"],
                &["a", "u-1", "v", "toolsOld", "11333"],
            ],
        )
        .texts(
            "vMetaData",
            &[
                &[
                    "RVTools major version",
                    "RVTools version",
                    "xlsx creation datetime",
                    "Server",
                ],
                &["4.7", "4.7.1.4", "2026-11-20 06:00:00", "vc.halden.example"],
            ],
        )
}

#[test]
fn machines_run_on_hosts_in_clusters_and_depend_on_datastores() {
    let inventory = read(&full());
    assert_eq!(
        relations(&inventory),
        [
            "host:v~esx1 member_of cluster:v~DC~C1",
            "host:v~esx9 member_of cluster:v~DC~C1",
            "vm:v~u-1 connects_to network:v~DC~LAN",
            "vm:v~u-1 depends_on datastore:v~datastore-1",
            "vm:v~u-1 runs_on host:v~esx1",
            "vm:v~u-2 runs_on cluster:v~DC~C1",
            "vm:v~u-3 runs_on host:v~esx9"
        ]
    );
    assert_eq!(
        inventory.source.captured_at.unwrap().to_string(),
        "2026-11-20T06:00:00Z"
    );
    Estate::new(inventory).unwrap();
}

#[test]
fn facts_of_every_sheet_are_on_the_asset_that_they_are_about() {
    let inventory = read(&full());
    let facts = |id: &str| {
        let asset = inventory
            .assets
            .iter()
            .find(|asset| asset.id.as_str() == id)
            .unwrap();
        move |fact: &str| match asset.value(fact) {
            Some(value) => match (value.as_text(), value.as_number(), value.as_boolean()) {
                (Some(text), ..) => text.raw().clone(),
                (_, Some(number), _) => number.to_string(),
                (_, _, Some(answer)) => answer.to_string(),
                _ => "?".to_owned(),
            },
            None => String::new(),
        }
    };
    let machine = facts("rvtools:vm:v~u-1");
    assert_eq!(machine("disk_mib"), "150.5");
    assert_eq!(machine("raw_disk_count"), "1");
    assert_eq!(
        (machine("partition_count"), machine("partition_consumed_mib")),
        ("2".into(), "61".into())
    );
    assert_eq!(
        machine("mac_addresses"),
        "00:50:56:aa:00:01, 00:50:56:aa:00:02, 00:50:56:aa:00:03"
    );
    assert_eq!(machine("tools_state"), "toolsOld");
    let host = facts("rvtools:host:v~esx1");
    assert_eq!(
        (host("cpu_sockets"), host("memory_mib")),
        ("2".into(), "262144".into())
    );
    assert_eq!(
        (host("os_name"), host("serial")),
        ("VMware ESXi 7.0.3 build-1".into(), "CZ1".into())
    );
    assert_eq!(facts("rvtools:cluster:v~DC~C1")("ha_enabled"), "true");
    assert_eq!(facts("rvtools:cluster:v~C2")("host_count"), "0");
    assert_eq!(facts("rvtools:datastore:v~datastore-1")("free_mib"), "100");
    assert_eq!(facts("rvtools:network:v~DC~LAN")("virtual_switch"), "vSwitch0");
    // A disk without a size: no sum is told.
    assert_eq!(facts("rvtools:vm:v~u-2")("disk_mib"), "");
}

#[test]
fn rows_that_cannot_be_placed_are_noted() {
    let notes = notes(&read(&full()));
    for expected in [
        "vHost!3: the host `esx1` is there twice; the first row is read",
        "vHost!4: a host without a name is left out",
        "vInfo!3: no host is recorded, only the cluster",
        "vInfo!D4: the host `esx9` runs machines but is not in vHost",
        "vDisk!H3: 2 datastores are called `twin`",
        "vDisk!H4: the datastore `gone` is not in vDatastore",
        "vDisk: 1 rows have neither `VM UUID` nor `VM ID`: left out, since names of machines repeat",
        "vDisk: 1 rows belong to no machine of vInfo: left out",
    ] {
        assert!(notes.contains(&expected.to_owned()), "{expected}\n{notes:#?}");
    }
}
