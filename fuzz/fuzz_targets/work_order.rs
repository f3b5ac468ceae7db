//! `vcto.work-order/1`: what is read is written and read back alike, and has a Markdown form without active parts.
#![no_main]

use libfuzzer_sys::fuzz_target;
use vcto::executor::work_order::WorkOrder;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(order) = WorkOrder::from_json(bytes) {
        if let Ok(written) = order.to_json() {
            let again = WorkOrder::from_json(&written).expect("what was written reads back");
            assert_eq!(again.to_json().expect("within the bound"), written);
            assert_eq!(again.to_markdown(), order.to_markdown());
        }
        assert!(!order.to_markdown().contains(['<', '\0', '\r', '\u{202e}']));
    }
});
