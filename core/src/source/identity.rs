//! How importers mint the ids of assets: `source:kind:id`, parts percent-encoded. A name is never an identity.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use crate::digest::Digest;
use crate::estate::AssetId;

/// What stays as it is: letters, digits, and `-._`. So neither `:` nor `~` can come from a part.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_');

/// The longest part of an id. An id holds three of them at most.
const MAX_PART: usize = 1_024;

/// `source:kind:id`. A part beyond the bound is replaced by its digest. An id of several parts has them joined by `~`; empty parts are left out.
pub(super) fn mint<'a>(source: &str, kind: &str, parts: impl IntoIterator<Item = &'a str>) -> AssetId {
    let mut id = format!(
        "{}:{}:",
        utf8_percent_encode(source, ENCODED),
        utf8_percent_encode(kind, ENCODED)
    );
    let start = id.len();
    for part in parts.into_iter().filter(|part| !part.is_empty()) {
        if id.len() > start {
            id.push('~');
        }
        let encoded = utf8_percent_encode(part, ENCODED).to_string();
        if encoded.len() > MAX_PART {
            let digest = Digest::of("vcto source id part v1", part.as_bytes());
            id.push_str("~blake3.");
            id.push_str(&digest.hex());
        } else {
            id.push_str(&encoded);
        }
    }
    AssetId::from(id)
}

/// A part with everything encoded that could end it.
pub(super) fn encode(part: &str) -> impl std::fmt::Display {
    utf8_percent_encode(part, ENCODED)
}

/// The parts of `source:kind:id`, where `source` is the one that is asked for and the id has one part.
pub(super) fn unmint(id: &str, source: &str) -> Option<(String, String)> {
    let (kind, rest) = id.strip_prefix(source)?.strip_prefix(':')?.split_once(':')?;
    let decode = |part| {
        percent_decode_str(part)
            .decode_utf8()
            .ok()
            .map(std::borrow::Cow::into_owned)
    };
    Some((decode(kind)?, decode(rest)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_cannot_run_into_each_other() {
        assert_eq!(
            mint("netbox", "dcim.device", ["98"]).as_str(),
            "netbox:dcim.device:98"
        );
        assert_eq!(
            mint("s", "k", ["a~b", "", "c:d/é"]).as_str(),
            "s:k:a%7Eb~c%3Ad%2F%C3%A9"
        );
        assert_ne!(mint("s", "k", ["a~b"]), mint("s", "k", ["a", "b"]));
    }

    #[test]
    fn a_minted_id_comes_apart_again() {
        let id = format!("relations:7:{}", encode("SQL A: é"));
        assert_eq!(unmint(&id, "relations"), Some(("7".into(), "SQL A: é".into())));
        assert_eq!(unmint(&id, "relation"), None);
    }
}
