//! Price lists and tables of processors: nothing panics, nothing runs away, and what a provider pays is not shown.
#![no_main]

use libfuzzer_sys::fuzz_target;
use vcto::plan::PriceList;
use vcto::review::Processors;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(list) = PriceList::from_csv(bytes) {
        assert_eq!(format!("{list:?}"), format!("PriceList({} rows)", list.len()));
    }
    let _ = Processors::from_csv(bytes);
    if let Ok(text) = std::str::from_utf8(bytes) {
        let _ = Processors::curated().supports(text);
    }
});
