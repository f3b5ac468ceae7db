//! RVTools: small workbooks of our own for what the shared sample does not have.

use vcto::ErrorKind;
use vcto::estate::{Asset, AssetKind, Confidence, Estate, Inventory};
use vcto::source::{Format, Input, Reader};

use super::book::{Book, Cell};

pub(super) fn read(book: &Book) -> Inventory {
    try_read(book).unwrap()
}

fn try_read(book: &Book) -> vcto::Result<Inventory> {
    Reader::new()
        .format(Format::Rvtools)
        .read(Input::bytes("book.xlsx", book.bytes()))
}

fn machines(inventory: &Inventory) -> Vec<&Asset> {
    let assets = inventory.assets.iter();
    assets
        .filter(|asset| asset.kind == AssetKind::VirtualMachine)
        .collect()
}

pub(super) fn notes(inventory: &Inventory) -> Vec<String> {
    let notes = inventory.source.notes.iter();
    notes
        .map(|note| match &note.at {
            Some(at) => format!("{}: {}", at.raw(), note.text.raw()),
            None => note.text.raw().clone(),
        })
        .collect()
}

#[test]
fn columns_are_found_by_title_in_any_order_past_blank_and_unknown_ones() {
    let inventory = read(&Book::new().texts(
        "vinfo",
        &[
            &[],
            &["Memory", "", "Annotation", "vm uuid", "CPUs", "VM ", "Memory"],
            &[],
            &["4096", "x", "password: hunter2", "U-1", "2", "a", "1"],
        ],
    ));
    let [machine] = machines(&inventory)[..] else {
        panic!("one machine")
    };
    assert_eq!(machine.id.as_str(), "rvtools:vm:u-1");
    assert_eq!(machine.number("memory_mib").unwrap().to_string(), "4096");
    assert_eq!(machine.number("cpu_cores").unwrap().to_string(), "2");
    assert!(
        notes(&inventory)
            .contains(&"vInfo: `Memory`: the column is there twice; the first is read".to_owned())
    );
    assert!(!format!("{inventory:?}").contains("hunter2"));
}

#[test]
fn a_thousand_blank_rows_are_passed_over() {
    let mut rows = vec![
        ["VM", "VM UUID"].map(|title| Some(Cell::from(title))).into(),
        vec![Some("a".into()), Some("u-1".into())],
    ];
    rows.extend((0..1_000).map(|_| vec![None, Some(Cell::Inline(" ".to_owned()))]));
    rows.push(vec![Some("b".into()), Some("u-2".into())]);
    let inventory = read(&Book::new().sheet("vInfo", rows));
    assert_eq!(machines(&inventory).len(), 2);
}

#[test]
fn values_are_read_from_texts_and_from_cells() {
    let titles = [
        "VM",
        "VM UUID",
        "CPUs",
        "Creation date",
        "PowerOn",
        "Template",
        "Powerstate",
    ];
    let row = |uuid: &str, cells: [Cell; 5]| {
        let mut row = vec![Some(Cell::from("a")), Some(Cell::from(uuid))];
        row.extend(cells.map(Some));
        row
    };
    let mut book = Book::new().sheet(
        "vInfo",
        vec![
            titles.map(|title| Some(title.into())).into(),
            row(
                "u-1",
                [
                    "2".into(),
                    "2025/02/26 12:53:35".into(),
                    45714.5.into(),
                    false.into(),
                    "poweredOff".into(),
                ],
            ),
            row(
                "u-2",
                [
                    2.0.into(),
                    45714.5.into(),
                    "2025-02-26T12:00:00".into(),
                    "False".into(),
                    "suspended".into(),
                ],
            ),
            row(
                "u-3",
                [
                    "two".into(),
                    "soon".into(),
                    "-1".into(),
                    "maybe".into(),
                    "poweredOn".into(),
                ],
            ),
        ],
    );
    let inventory = read(&book);
    let [one, two, three] = machines(&inventory)[..] else {
        panic!("three machines")
    };
    let text = |asset: &Asset, fact: &str| asset.text(fact).map(|text| text.raw().clone());
    assert_eq!(text(one, "created_at").as_deref(), Some("2025-02-26T12:53:35"));
    assert_eq!(text(one, "powered_on_at").as_deref(), Some("2025-02-26T12:00:00"));
    assert_eq!(text(two, "created_at").as_deref(), Some("2025-02-26T12:00:00"));
    assert_eq!(
        (one.number("cpu_cores"), text(one, "power_state").as_deref()),
        (two.number("cpu_cores"), Some("off"))
    );
    assert_eq!(text(two, "power_state").as_deref(), Some("suspended"));
    assert_eq!(text(three, "power_state").as_deref(), Some("on"));
    assert!(three.fact("cpu_cores").is_none() && three.fact("created_at").is_none());
    let unread: Vec<_> = notes(&inventory)
        .into_iter()
        .filter(|note| note.contains("not a "))
        .collect();
    assert_eq!(
        unread,
        [
            "vInfo!C4: `CPUs` is `two`, not a number",
            "vInfo!D4: `Creation date` is `soon`, not a time",
            "vInfo!E4: `PowerOn` is `-1`, not a time"
        ]
    );
    book.epoch_1904 = true;
    let inventory = read(&book);
    assert_eq!(
        text(machines(&inventory)[1], "created_at").as_deref(),
        Some("2029-02-27T12:00:00")
    );
}

#[test]
fn templates_placeholders_and_cluster_agents_are_left_out_and_counted() {
    let inventory = read(&Book::new().texts(
        "vInfo",
        &[
            &["VM", "VM UUID", "Template", "SRM Placeholder"],
            &["golden", "u-1", "True", "False"],
            &["replica", "u-2", "False", "True"],
            &["vCLS-0b4f", "u-3", "False", "False"],
            &["vCLS (7)", "u-4", "False", "False"],
            &["vclsx", "u-5", "False", "False"],
        ],
    ));
    assert_eq!(machines(&inventory).len(), 1);
    let notes = notes(&inventory);
    for left_out in [
        "vInfo: 1 templates are left out",
        "vInfo: 1 placeholders of Site Recovery Manager are left out",
        "vInfo: 2 agents of the cluster service (vCLS) are left out",
    ] {
        assert!(notes.contains(&left_out.to_owned()), "{notes:?}");
    }
    assert!(
        inventory
            .source
            .scopes
            .iter()
            .any(|scope| scope.name.raw() == "virtual_machine" && scope.complete)
    );
}

#[test]
fn names_repeat_and_the_vcenter_is_part_of_the_identity() {
    let inventory = read(&Book::new().texts(
        "vInfo",
        &[
            &["VM", "VM UUID", "VM ID", "VI SDK UUID"],
            &["web", "u-1", "vm-1", "v1"],
            &["web", "u-2", "vm-2", "v1"],
            &["web", "u-1", "vm-1", "v2"],
            &["clone", "u-1", "vm-9", "v1"],
            &["web", "", "vm-3", "v1"],
            &["web", "", "", "v1"],
            &["web", "", "", "v1"],
            &["", "", "", "v1"],
        ],
    ));
    let ids: Vec<_> = machines(&inventory)
        .iter()
        .map(|asset| asset.id.as_str())
        .collect();
    assert_eq!(
        ids,
        [
            "rvtools:vm:v1~u-1",
            "rvtools:vm:v1~u-2",
            "rvtools:vm:v2~u-1",
            "rvtools:vm_id:v1~vm-3",
            "rvtools:vm_name:v1~web",
            "rvtools:vm_name:v1~web~8"
        ]
    );
    let notes = notes(&inventory);
    assert!(
        notes.contains(&"vInfo!B5: the machine `clone` has the VM UUID of another row: left out".to_owned())
    );
    assert!(!inventory.source.scopes[0].complete);
    Estate::new(inventory).unwrap();
}

#[test]
fn older_titles_with_mb_are_read_as_mib_and_said() {
    let inventory = read(&Book::new().texts(
        "vInfo",
        &[
            &["VM", "VM UUID", "Provisioned MB", "In Use MB"],
            &["a", "u-1", "100", "60"],
        ],
    ));
    assert_eq!(
        machines(&inventory)[0]
            .number("disk_used_mib")
            .unwrap()
            .to_string(),
        "60"
    );
    let expected = "vInfo: `Provisioned MB`, `In Use MB`: read as MiB, as older versions of RVTools mean it";
    assert!(notes(&inventory).contains(&expected.to_owned()));
}

#[test]
fn a_column_under_its_own_title_is_preferred_to_one_under_an_older() {
    for titles in [
        ["VM", "VM UUID", "Provisioned MiB", "vInfoProvisioned"],
        ["VM", "VM UUID", "vInfoProvisioned", "Provisioned MiB"],
    ] {
        let own = titles
            .iter()
            .position(|title| *title == "Provisioned MiB")
            .unwrap();
        let mut row = ["a", "u-1", "7", "7"];
        row[own] = "42";
        let inventory = read(&Book::new().texts("vInfo", &[&titles, &row]));
        let provisioned = machines(&inventory)[0].number("provisioned_mib").unwrap();
        assert_eq!(provisioned.to_string(), "42");
        assert!(notes(&inventory).iter().all(|note| !note.contains("twice")));
    }
}

#[test]
fn a_work_alike_is_told_by_its_titles_and_believed_less() {
    let inventory = read(&Book::new().texts("vInfo", &[&["vm", "vm_uuid", "cpus"], &["a", "u-1", "2"]]));
    let machine = machines(&inventory)[0];
    let confidence = machine.fact("cpu_cores").unwrap().values()[0].confidence();
    assert_eq!(confidence, Some(Confidence::Low));
    assert!(notes(&inventory).iter().any(|note| note.contains("work-alike")));
    let own = read(&Book::new().texts(
        "vInfo",
        &[&["vInfoVMName", "vInfoUUID", "vInfoCPUs"], &["a", "u-1", "2"]],
    ));
    assert_eq!(
        machines(&own)[0].fact("cpu_cores").unwrap().values()[0].confidence(),
        None
    );
}

#[test]
fn a_sheet_without_its_identity_is_refused() {
    for (titles, missing) in [(["VM", "Host"], "VM UUID"), (["VM UUID", "Host"], "VM")] {
        let error = try_read(&Book::new().texts("vInfo", &[&titles, &["a", "b"]])).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
        assert_eq!(error.place(), Some("book.xlsx: vInfo"));
        assert!(
            error.to_string().contains(&format!("`{missing}` is missing")),
            "{error}"
        );
    }
}

#[test]
fn texts_that_the_format_cannot_hold_cost_only_themselves() {
    let long = "x".repeat(5_000);
    let inventory = read(&Book::new().texts(
        "vInfo",
        &[
            &["VM", "VM UUID", "Host", "CPUs"],
            &[&long, "u-1", &long, "99999999999999999999999"],
        ],
    ));
    let machine = machines(&inventory)[0];
    assert!(machine.name.is_none() && machine.fact("cpu_cores").is_none());
    assert_eq!(inventory.relations.len(), 1);
    Estate::new(inventory).unwrap();
}
