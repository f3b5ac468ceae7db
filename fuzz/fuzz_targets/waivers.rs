//! `waivers.csv` and lists of waivers: any bytes give waivers or a typed error; what was read is written and read back the
//! same, and a review takes it, or says what it fits.
#![no_main]

use libfuzzer_sys::fuzz_target;
use vcto::review::{Review, Reviewer, Waivers};
use vcto::{ErrorKind, Estate, Inventory};

const RMM: &str = r#"{"format": "vcto.inventory/1", "source": {"name": "rmm"}, "assets": [
    {"id": "7", "kind": "storage", "name": "NAS-01", "facts": {"warranty_end": "2026-10-01"}},
    {"id": "8", "kind": "storage", "name": "NAS", "facts": {"warranty_end": "2026-10-01"}},
    {"id": "9", "kind": "server", "name": "nas", "facts": {"os_name": "Windows Server 2012 R2", "product": "Microsoft SQL Server 2012"}}]}"#;

fuzz_target!(|bytes: &[u8]| {
    for waivers in [Waivers::from_csv(bytes), Waivers::from_json(bytes)].into_iter().flatten() {
        let again = Waivers::from_csv(waivers.to_csv().as_bytes()).expect("what was written reads back");
        assert!(again.iter().eq(waivers.iter()));
        for waiver in waivers.iter() {
            assert!(waiver.at() <= waiver.until());
            assert_ne!(waiver.requested_by(), waiver.approved_by());
        }
        let count = waivers.iter().len();
        let estate = Estate::new(Inventory::from_json(RMM.as_bytes()).expect("an inventory")).expect("an estate");
        let day = "2026-11-22".parse().expect("a day");
        match Reviewer::standard().waivers(waivers).review(&estate, day) {
            Ok(review) => {
                let taken = review.waivers.as_ref().expect("what was taken");
                assert_eq!(taken.entries.len(), count);
                assert_eq!(Review::from_json(review.to_json().as_bytes()).expect("a review"), review);
            }
            Err(error) => assert_eq!(error.kind(), ErrorKind::Ambiguous),
        }
    }
});
