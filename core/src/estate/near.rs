//! Names that are near to a mistyped one.

/// At most this many characters of either text are compared: longer ones are only near when they start alike.
const COMPARED: usize = 64;

/// At most this many names are offered.
const OFFERED: usize = 3;

/// At most this many names are offered for what people call things.
const MEANT: usize = 5;

/// At most this many characters of a name are looked through for a word.
const SEARCHED: usize = 256;

/// At most this many words of a text are looked for.
const WORDS: usize = 8;

/// A word of fewer characters is only looked for where a word of a name begins.
const INSIDE: usize = 3;

/// The names that somebody may have meant: first those that begin with the text, then the [closest] ones, then those that
/// have all its words. Within each the shortest or closest first, then by name; at most five.
pub(crate) fn meant<'a>(wanted: &str, names: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let typed = folded(wanted);
    let lower = lowered(wanted);
    let words: Vec<&str> = words(&lower).take(WORDS).collect();
    let mut ranked: Vec<(u8, usize, &str)> = names
        .into_iter()
        .filter_map(|name| {
            let other = lowered(name);
            if !words.is_empty() && other.starts_with(lower.trim()) {
                return Some((0, other.len(), name));
            }
            if let Some(edits) = edits_between(&typed, &folded(name)) {
                return Some((1, edits, name));
            }
            let has_all = !words.is_empty() && words.iter().all(|word| has(&other, word));
            has_all.then_some((2, other.len(), name))
        })
        .collect();
    ranked.sort_unstable();
    ranked.dedup();
    ranked.truncate(MEANT);
    ranked.into_iter().map(|(.., name)| name).collect()
}

fn lowered(text: &str) -> String {
    text.chars().take(SEARCHED).flat_map(char::to_lowercase).collect()
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
}

/// Whether a word of a name begins with this one, or a longer one stands anywhere in it.
fn has(name: &str, word: &str) -> bool {
    words(name).any(|other| other.starts_with(word)) || (word.len() >= INSIDE && name.contains(word))
}

/// The names nearest to `wanted`, nearest first, then by name: at most three, and none that needs more edits than a
/// third of its length. Both sides are compared in lower case.
pub(crate) fn closest<'a>(wanted: &str, names: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let wanted = folded(wanted);
    let mut near: Vec<(usize, &str)> = names
        .into_iter()
        .filter_map(|name| {
            let edits = edits_between(&wanted, &folded(name))?;
            Some((edits, name))
        })
        .collect();
    near.sort_unstable();
    near.dedup();
    near.truncate(OFFERED);
    near.into_iter().map(|(_, name)| name).collect()
}

/// How many edits lie between two texts, where it is at most a third of the longer one.
fn edits_between(wanted: &[char], other: &[char]) -> Option<usize> {
    let allowed = (wanted.len().max(other.len()) / 3).max(1);
    if wanted.len().abs_diff(other.len()) > allowed {
        return None;
    }
    Some(distance(wanted, other)).filter(|edits| *edits <= allowed)
}

fn folded(text: &str) -> Vec<char> {
    text.chars().flat_map(char::to_lowercase).take(COMPARED).collect()
}

/// Levenshtein's distance, by one row of the table.
fn distance(a: &[char], b: &[char]) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut diagonal = i;
        let mut left = i + 1;
        if let Some(first) = row.first_mut() {
            *first = left;
        }
        for (cell, y) in row.iter_mut().skip(1).zip(b) {
            let here = (diagonal + usize::from(x != y)).min(*cell + 1).min(left + 1);
            diagonal = *cell;
            left = here;
            *cell = here;
        }
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edits(a: &str, b: &str) -> usize {
        distance(&folded(a), &folded(b))
    }

    #[test]
    fn the_distance_is_the_textbook_one() {
        // Wagner and Fischer's example and its borders.
        assert_eq!(edits("kitten", "sitting"), 3);
        assert_eq!(edits("", "abc"), 3);
        assert_eq!(edits("abc", ""), 3);
        assert_eq!(edits("FLAW", "lawn"), 2);
    }

    #[test]
    fn near_names_come_first_and_far_ones_not_at_all() {
        let names = ["FW-LDS-01", "FW-LDS-02", "SQL-01"];
        assert_eq!(closest("fw-lds-1", names), ["FW-LDS-01", "FW-LDS-02"]);
        assert!(closest("printer", names).is_empty());
    }

    #[test]
    fn names_that_begin_with_what_was_typed_or_have_its_words_are_meant() {
        let names = [
            "SQL B",
            "SQL A",
            "MySQL reports",
            "File server",
            "Server, files",
            "SQX",
        ];
        assert_eq!(meant("sql", names), ["SQL A", "SQL B", "SQX", "MySQL reports"]);
        assert_eq!(meant("  SQL\n", names), ["SQL A", "SQL B", "MySQL reports"]);
        assert_eq!(meant("serv file", names), ["Server, files", "File server"]);
        assert!(
            meant("ql", names).is_empty(),
            "too short for the middle of a word"
        );
        for nothing in ["", " ", "-", "\u{202e}", "printer"] {
            assert!(meant(nothing, names).is_empty(), "{nothing:?}");
        }
    }

    #[test]
    fn neither_many_names_nor_long_ones_make_a_long_list() {
        let many: Vec<String> = (0..1_000).map(|at| format!("SQL {at:04}")).collect();
        let mut names: Vec<&str> = many.iter().map(String::as_str).collect();
        let first = meant("sql", names.iter().copied());
        assert_eq!(
            first,
            ["SQL 0000", "SQL 0001", "SQL 0002", "SQL 0003", "SQL 0004"]
        );
        names.reverse();
        assert_eq!(meant("sql", names), first, "whatever the order");
        let long = format!("sql{}", "x".repeat(100_000));
        assert_eq!(meant("sql", [long.as_str()]), [long.as_str()]);
        assert!(meant(&long, ["sql"]).is_empty());
    }
}
