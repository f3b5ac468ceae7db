//! Lifecycle tables, the data of endoflife.date, and texts that look for their release: nothing panics, nothing runs away.
#![no_main]

use libfuzzer_sys::fuzz_target;
use vcto::review::lifecycle::{Catalogue, Match};

fuzz_target!(|bytes: &[u8]| {
    let day = "2026-11-22".parse().expect("a day");
    let table = Catalogue::from_csv(bytes);
    let data = Catalogue::from_endoflife_json(bytes, day);
    for catalogue in [table, data].into_iter().flatten() {
        let _ = catalogue.digest();
        let layered = catalogue.over(Catalogue::curated());
        for cycle in layered.products().flat_map(|product| &product.cycles) {
            let milestones = cycle.milestones;
            assert!(milestones.risk(day, false).is_none_or(|risk| risk <= 100));
        }
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        let (name, version) = text.split_once('\n').unwrap_or((text, ""));
        if let Match::Ambiguous { cycles, .. } = Catalogue::curated().find(name, &[version]) {
            assert!(cycles.len() > 1);
        }
    }
});
