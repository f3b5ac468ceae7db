//! How much memory loading takes.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use vcto::{Estate, Inventory};

const ASSETS: u64 = 100_000;
const VARIABLE: &str = "VCTO_TEST_LOAD";

/// An inventory of the size and shape of a large client: 100,000 assets with four facts, 3.5 relations each, hubs.
fn large() -> String {
    let kinds = [
        ("device", 40),
        ("service", 45),
        ("business_application", 60),
        ("virtual_machine", 80),
    ];
    let kind = |at: u64| {
        let share = at * 100 / ASSETS;
        kinds
            .iter()
            .find(|(_, end)| share < *end)
            .map_or("hypervisor_host", |(kind, _)| *kind)
    };
    let id = |at: u64| format!("{}-{at:08}", kind(at));
    let mut text = r#"{"format":"vcto.inventory/1","source":{"name":"large"},"assets":["#.to_owned();
    for at in 0..ASSETS {
        let separator = if at == 0 { "" } else { "," };
        write!(
            text,
            r#"{separator}{{"id":"{}","kind":"{}","name":"{} {at}.corp.example","criticality":"high","facts":{{"cpu_cores":{},"memory_gb":{}.5,"os_name":"Windows Server 2022","tags":"site-{},env:prod"}}}}"#,
            id(at), kind(at), kind(at), at % 32, at % 97, at % 211
        )
        .unwrap();
    }
    text.push_str("],\"relations\":[");
    let mut state = 42_u64;
    for at in 0..ASSETS * 7 / 2 {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        let from = at * 2 / 7;
        // Later assets are lower layers; a cube makes hubs of the last ones.
        let chance = (state >> 40) as f64 / f64::from(1_u32 << 24);
        let to = ASSETS - 1 - (chance.powi(3) * (ASSETS - 1 - from) as f64) as u64;
        if to != from {
            let separator = if text.ends_with('[') { "" } else { "," };
            write!(
                text,
                r#"{separator}{{"from":"{}","to":"{}","kind":"depends_on"}}"#,
                id(from),
                id(to)
            )
            .unwrap();
        }
    }
    text.push_str("]}");
    text
}

#[test]
fn a_large_inventory_takes_at_most_three_times_its_size() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("large.json");
    std::fs::write(&path, large()).unwrap();
    let size = std::fs::metadata(&path).unwrap().len();
    // A process of its own: this one holds other tests, and has held the text.
    let child = Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "estate::memory::load_what_the_variable_names",
            "--nocapture",
            "--test-threads=1",
        ])
        .env(VARIABLE, &path)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&child.stdout);
    assert!(child.status.success(), "{said}");
    let number = |name: &str| -> u64 {
        let (_, rest) = said
            .split_once(name)
            .unwrap_or_else(|| panic!("{name} in {said}"));
        rest.split_whitespace().next().unwrap().parse().unwrap()
    };
    assert_eq!(number("assets:"), ASSETS);
    assert!(number("touched:") > ASSETS / 100);
    let peak = number("peak kB:") * 1024;
    assert!(peak <= 3 * size, "{peak} bytes at most for a file of {size}");
}

/// The other process of the test above; on its own it loads a small file.
#[test]
fn load_what_the_variable_names() {
    let small = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(small.path(), super::SAMPLE).unwrap();
    let named = std::env::var_os(VARIABLE).map(PathBuf::from);
    let path: &Path = named.as_deref().unwrap_or(small.path());
    let estate = Estate::new(Inventory::read(std::fs::File::open(path).unwrap()).unwrap()).unwrap();
    assert!(estate.asset_count() >= 4);
    let graph = estate.graph();
    let positions = 0..u32::try_from(estate.asset_count()).unwrap();
    let hub = positions.max_by_key(|at| graph.dependants(*at).len()).unwrap();
    let radius = vcto::impact::blast_radius(&estate, estate.id(hub).unwrap()).unwrap();
    println!("assets: {} touched: {}", estate.asset_count(), radius.total);
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let peak = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))
        .unwrap();
    println!("peak kB: {}", peak.trim().trim_end_matches("kB"));
}
