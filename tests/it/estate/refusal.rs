//! How refusals are compared.

use vcto::{Error, ErrorKind, Inventory};

use super::estate;

#[track_caller]
pub fn refused(
    result: vcto::Result<impl std::fmt::Debug>,
    kind: ErrorKind,
    place: &str,
    says: &str,
) -> Error {
    let error = result.expect_err("this input is not acceptable");
    assert_eq!(error.kind(), kind, "{error}");
    assert_eq!(error.place(), Some(place), "{error}");
    assert!(error.to_string().contains(says), "{error}");
    error
}

#[track_caller]
pub fn invalid(rest: &str, place: &str, says: &str) {
    refused(estate(rest), ErrorKind::InvalidInput, place, says);
}

#[track_caller]
pub fn unreadable(bytes: &[u8], place: &str, says: &str) {
    refused(Inventory::from_json(bytes), ErrorKind::InvalidInput, place, says);
    refused(Inventory::read(bytes), ErrorKind::InvalidInput, place, says);
}
