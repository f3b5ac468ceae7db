//! The keys by which JSON is told: those of the first objects, of which a part of the file is enough.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// At most this many keys are looked at.
const MAX: usize = 200;

/// How deep objects are looked into: a list of pages of records.
const MAX_DEPTH: usize = 4;

/// What the beginning of a document shows.
#[derive(Debug, Default)]
pub(super) struct Keys {
    /// The keys of the document or of its first element, and those of its first record, in this order.
    pub(super) names: Vec<String>,
}

impl Keys {
    /// Looks at the beginning of a document; what is cut off or malformed ends it.
    pub(super) fn of(text: &[u8]) -> Self {
        let mut keys = Self::default();
        let mut reader = serde_json::Deserializer::from_slice(text);
        let look = Look {
            keys: &mut keys,
            depth: MAX_DEPTH,
        };
        // An error is the end of what can be seen, or of what needs to be.
        let _ = look.deserialize(&mut reader);
        keys
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.names.iter().any(|known| known == name)
    }

    /// The key with which the first object begins.
    pub(super) fn first(&self) -> Option<&str> {
        self.names.first().map(String::as_str)
    }
}

struct Look<'k> {
    keys: &'k mut Keys,
    depth: usize,
}

impl<'de> DeserializeSeed<'de> for Look<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Look<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list or an object")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        if self.depth == 0 {
            return Err(A::Error::custom("too deep"));
        }
        let first = Look {
            keys: self.keys,
            depth: self.depth - 1,
        };
        if items.next_element_seed(first)?.is_some() {
            return Err(A::Error::custom("seen enough"));
        }
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(name) = map.next_key::<String>()? {
            if self.keys.names.len() >= MAX || self.depth == 0 {
                return Err(A::Error::custom("seen enough"));
            }
            let inside = name == "results";
            self.keys.names.push(name);
            if inside {
                map.next_value_seed(Look {
                    keys: self.keys,
                    depth: self.depth - 1,
                })?;
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(text: &str) -> Vec<String> {
        Keys::of(text.as_bytes()).names
    }

    #[test]
    fn the_keys_of_page_and_record_are_seen_in_a_part_of_the_file() {
        assert_eq!(names(r#"{"a": [1, {"x": 2}], "b": "c"#), ["a", "b"]);
        assert_eq!(names(r#"[{"id": 1, "url": "x"}, {"other": 1}]"#), ["id", "url"]);
        assert_eq!(
            names(r#"[{"cursor": {"name": 1}, "results": [{"deviceId": 1}, {"x": 1}], "z": 1}]"#),
            ["cursor", "results", "deviceId"]
        );
        assert_eq!(names("{"), Vec::<String>::new());
        assert_eq!(names(&"[".repeat(100_000)), Vec::<String>::new());
        assert_eq!(names(&"{\"results\":".repeat(100_000)).len(), MAX_DEPTH);
    }
}
