//! Names of tenants: safe as a folder, near ones suggested.

use crate::error::{Error, ErrorKind, Result};
use crate::gate::is_name;
use crate::text::quoted;

/// Checks the name of a tenant.
pub(super) fn check(name: &str) -> Result<()> {
    if is_name(name) && !is_reserved(name) {
        return Ok(());
    }
    Err(Error::new(
        ErrorKind::InvalidInput,
        format!("{} cannot name a tenant", quoted(name)),
    )
    .remedy("1 to 64 of a-z, 0-9 and -, beginning with a letter or digit"))
}

/// The error for a tenant that is not there.
pub(super) fn not_found(name: &str, known: &[String]) -> Error {
    let error = Error::new(
        ErrorKind::NotFound,
        format!("there is no tenant {}", quoted(name)),
    );
    let near: Vec<String> = near(name, known).iter().map(|name| quoted(name)).collect();
    match near.as_slice() {
        [] if known.is_empty() => error.remedy("the practice has no tenants; `create_tenant` makes one"),
        [] => error.remedy("`Practice::tenants` lists them"),
        near => error.remedy(format!("did you mean {}?", near.join(" or "))),
    }
}

/// The error for a tenant whose creation has begun and not ended.
pub(super) fn unborn(name: &str) -> Error {
    Error::new(
        ErrorKind::NotFound,
        format!("the creation of the tenant {} was interrupted", quoted(name)),
    )
    .remedy("`create_tenant` completes it")
}

/// At most three names that are hardly different: few edits away, or one begins with the other.
fn near<'a>(name: &str, known: &'a [String]) -> Vec<&'a str> {
    let mut ranked: Vec<(usize, &str)> = known
        .iter()
        .map(|other| (distance(name, other), other.as_str()))
        .filter(|(edits, other)| {
            let begins = !name.is_empty() && (other.starts_with(name) || name.starts_with(other));
            *edits <= 1 + name.len() / 4 || begins
        })
        .collect();
    ranked.sort_unstable();
    ranked.into_iter().take(3).map(|(_, other)| other).collect()
}

/// Levenshtein's distance, in bytes; both are bounded by what a name may be.
fn distance(a: &str, b: &str) -> usize {
    let a = a.as_bytes().get(..a.len().min(128)).unwrap_or_default();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (at, byte) in a.iter().enumerate() {
        let mut diagonal = at;
        let mut left = at + 1;
        for (cell, other) in row.iter_mut().skip(1).zip(b.bytes()) {
            let replaced = diagonal + usize::from(*byte != other);
            diagonal = *cell;
            left = replaced.min(*cell + 1).min(left + 1);
            *cell = left;
        }
        if let Some(first) = row.first_mut() {
            *first = at + 1;
        }
    }
    row.last().copied().unwrap_or_default()
}

/// Names that some file system takes for a device.
fn is_reserved(name: &str) -> bool {
    let numbered = |prefix: &str| {
        name.strip_prefix(prefix)
            .is_some_and(|rest| rest.len() == 1 && rest.bytes().all(|byte| byte.is_ascii_digit()))
    };
    matches!(name, "aux" | "con" | "nul" | "prn") || numbered("com") || numbered("lpt")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_names_pass() {
        for good in ["halden", "a", "7", "halden-pryce-2"] {
            assert!(check(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "-a",
            "A",
            "a/b",
            "..",
            "a.b",
            "a b",
            "h\u{e4}",
            "con",
            "com1",
            &"x".repeat(65),
        ] {
            assert!(check(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn the_distance_is_that_of_levenshtein() {
        for (a, b, expected) in [
            ("", "", 0),
            ("", "abc", 3),
            ("kitten", "sitting", 3),
            ("halden", "haldne", 2),
            ("flaw", "lawn", 2),
            ("same", "same", 0),
        ] {
            assert_eq!(distance(a, b), expected, "{a} {b}");
            assert_eq!(distance(b, a), expected, "{b} {a}");
        }
    }

    #[test]
    fn a_missing_tenant_names_near_ones() {
        let known = ["halden".to_owned(), "pryce".to_owned(), "halden-uk".to_owned()];
        let error = not_found("haldne", &known);
        assert_eq!(error.kind(), ErrorKind::NotFound);
        assert_eq!(error.remedy_text(), Some("did you mean `halden`?"));
        assert!(
            not_found("zzz", &known)
                .remedy_text()
                .is_some_and(|text| text.contains("tenants"))
        );
    }
}
