//! `vcto.topology/1`: any bytes give a topology or a typed error, also under a right digest; what is read has one form. Bytes that
//! are an inventory are a topology exactly when they are an estate.
#![no_main]

use libfuzzer_sys::fuzz_target;
use vcto::digest::Digest;
use vcto::estate::Topology;
use vcto::{Estate, Inventory};

fuzz_target!(|bytes: &[u8]| {
    let mut sealed = bytes.to_vec();
    sealed.extend_from_slice(Digest::of("vcto topology v1", bytes).as_bytes());
    for bytes in [bytes, &sealed] {
        if let Ok(topology) = Topology::from_snapshot(bytes) {
            let mut written = Vec::new();
            topology.to_snapshot(&mut written).expect("memory takes it");
            assert_eq!(written, bytes);
        }
    }
    let estate = Inventory::read(bytes).and_then(Estate::new);
    let topology = Topology::read(bytes);
    assert_eq!(estate.is_ok(), topology.is_ok());
    if let (Ok(estate), Ok(topology)) = (estate, topology) {
        assert_eq!(estate.topology(), &topology);
    }
});
