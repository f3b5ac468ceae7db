//! OSCAL's data types: what a value must look like is checked when it is made, so that no document can hold a wrong one.
//!
//! Rules: NIST's JSON schema of OSCAL 1.2.3 (`TokenDatatype`, `StringDatatype`, `MarkupLineDatatype`,
//! `MarkupMultilineDatatype`, `DateTimeWithTimezoneDatatype`, `UUIDDatatype`).

use std::fmt;

use jiff::Timestamp;
use serde::{Serialize, Serializer};
use uuid::Uuid;

use crate::text::Markdown;

/// The namespace of every property that is not NIST's own.
pub(super) const NAMESPACE: &str = "urn:vcto:oscal:1";

/// A name-based UUID (version 5): the only kind here, since OSCAL accepts versions 4 and 5 and randomness has no place.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub(super) struct Id(Uuid);

impl Id {
    /// The namespace of a tenant: `uuid5(uuid5(URL, "urn:vcto:oscal:1/uuid/v1"), "tenant:" + id)`.
    pub(super) fn tenant(id: &str) -> Self {
        let root = Uuid::new_v5(&Uuid::NAMESPACE_URL, format!("{NAMESPACE}/uuid/v1").as_bytes());
        Self(Uuid::new_v5(&root, format!("tenant:{id}").as_bytes()))
    }

    /// The identity of an object in this namespace. Every part stands behind its length, so that `ab` + `c` and `a` + `bc`
    /// are two.
    pub(super) fn of(self, kind: &str, key: &[&str]) -> Self {
        let parts = key.iter().map(|part| format!(":{}:{part}", part.len()));
        let name: String = std::iter::once(kind.to_owned()).chain(parts).collect();
        Self(Uuid::new_v5(&self.0, name.as_bytes()))
    }

    /// The reference to a resource of the same document.
    pub(super) fn href(self) -> String {
        format!("#{self}")
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0.as_hyphenated(), f)
    }
}

impl Serialize for Id {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// A name of OSCAL's or ours: a letter or `_`, then letters, digits, `.`, `-`, `_`.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(transparent)]
pub(super) struct Token(String);

impl Token {
    /// Any text as a token: other characters become `_`, and a leading digit or sign gets a `_` before it.
    pub(super) fn of(text: &str) -> Self {
        let mut token: String = text
            .chars()
            .map(|c| {
                if c.is_alphanumeric() || matches!(c, '.' | '-' | '_') {
                    c
                } else {
                    '_'
                }
            })
            .collect();
        if !token.starts_with(|c: char| c.is_alphabetic() || c == '_') {
            token.insert(0, '_');
        }
        Self(token)
    }
}

/// One line of text: not empty, no white space at its ends, no line end in it.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(transparent)]
pub(super) struct Line(String);

impl Line {
    /// The text in one line; none when nothing is left of it. Control and bidirectional characters are escaped.
    pub(super) fn of(text: &str) -> Option<Self> {
        let line = crate::text::Plain(&folded(text)).to_string();
        (!line.is_empty()).then_some(Self(line))
    }

    /// The text in one line, or a dash where nothing is left of it.
    pub(super) fn or_dash(text: &str) -> Self {
        Self::of(text).unwrap_or_else(|| Self("-".to_owned()))
    }
}

/// A line of Markdown made of text from outside: nothing in it is active.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(transparent)]
pub(super) struct Markup(String);

impl Markup {
    /// The text, escaped and in one line; a dash where nothing is left of it.
    pub(super) fn of(text: &str) -> Self {
        let line = Markdown(&folded(text)).to_string();
        Self(if line.is_empty() { "-".to_owned() } else { line })
    }
}

/// A time in UTC, to the microsecond; a zone is mandatory in OSCAL.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) struct Time(pub(super) Timestamp);

impl Serialize for Time {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

/// White space of any kind as one space, none at the ends.
fn folded(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_frozen() {
        // Computed with Python's uuid.uuid5.
        let tenant = Id::tenant("halden");
        assert_eq!(tenant.to_string(), "ff045bad-7989-5823-a77b-15ffd2a54a4b");
        assert_eq!(
            tenant.of("asset", &["a", "b"]).to_string(),
            "ab705898-5d55-507c-b3bb-7dc0520f03f8"
        );
        assert_ne!(tenant.of("asset", &["ab", "c"]), tenant.of("asset", &["a", "bc"]));
        assert_ne!(
            tenant.of("asset", &["a"]),
            Id::tenant("other").of("asset", &["a"])
        );
    }

    #[test]
    fn hostile_text_becomes_a_lawful_value() {
        for text in [
            "",
            "   ",
            "\r\n",
            "\u{0}",
            " a \n b ",
            "<script>",
            "{{ insert: param }}",
            "\u{202e}x",
            "6.5",
            "A.8.9 x",
        ] {
            let line = Line::or_dash(text).0;
            assert!(
                !line.is_empty() && line.trim() == line && !line.contains('\n'),
                "{text:?}"
            );
            assert!(!Markup::of(text).0.contains('<'), "{text:?}");
            let token = Token::of(text).0;
            assert!(
                token.starts_with(|c: char| c.is_alphabetic() || c == '_'),
                "{text:?}"
            );
            assert!(
                token.chars().all(|c| c.is_alphanumeric() || "._-".contains(c)),
                "{text:?}"
            );
        }
    }
}
