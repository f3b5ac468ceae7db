//! Names that are near to a mistyped one.

/// At most this many characters of either text are compared: longer ones are only near when they start alike.
const COMPARED: usize = 64;

/// At most this many names are offered.
const OFFERED: usize = 3;

/// The names nearest to `wanted`, nearest first, then by name: at most three, and none that needs more edits than a
/// third of its length. Both sides are compared in lower case.
pub(crate) fn closest<'a>(wanted: &str, names: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let wanted = folded(wanted);
    let mut near: Vec<(usize, &str)> = names
        .into_iter()
        .filter_map(|name| {
            let other = folded(name);
            let allowed = (wanted.len().max(other.len()) / 3).max(1);
            let edits = if wanted.len().abs_diff(other.len()) > allowed {
                None
            } else {
                Some(distance(&wanted, &other))
            };
            edits.filter(|edits| *edits <= allowed).map(|edits| (edits, name))
        })
        .collect();
    near.sort_unstable();
    near.dedup();
    near.truncate(OFFERED);
    near.into_iter().map(|(_, name)| name).collect()
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
}
