//! Lists as facts: one text, names separated by `; `.

use crate::estate::{Asset, Scalar};

/// The longest name in a list, in bytes.
const MAX_ITEM: usize = 256;

/// The longest list, in bytes: half of what a text may hold, since several sources may tell it.
const MAX_LIST: usize = 32 << 10;

/// Separates two names.
const BETWEEN: &str = "; ";

/// A name as it stands in a list: without what separates names, and without line ends. None where it is too long to be
/// a name.
pub(super) fn item(name: &str) -> Option<String> {
    let plain: String = name
        .chars()
        .map(|c| {
            if matches!(c, ',' | ';') || c.is_control() {
                ' '
            } else {
                c
            }
        })
        .collect();
    let words: Vec<&str> = plain.split_whitespace().collect();
    let item = words.join(" ");
    (!item.is_empty() && item.len() <= MAX_ITEM).then_some(item)
}

/// Adds a list as a fact; nothing where it is empty. Returns how many names had no room.
pub(super) fn add<'a>(asset: &mut Asset, fact: &str, items: impl IntoIterator<Item = &'a str>) -> usize {
    let (mut text, mut over) = (String::new(), 0);
    for item in items {
        if text.len() + BETWEEN.len() + item.len() > MAX_LIST {
            over += 1;
            continue;
        }
        if !text.is_empty() {
            text.push_str(BETWEEN);
        }
        text.push_str(item);
    }
    if !text.is_empty() {
        asset.facts.add(fact, text.as_str());
    }
    over
}

/// Adds a text where there is one.
pub(super) fn text(asset: &mut Asset, fact: &str, value: Option<impl Into<String>>) {
    if let Some(value) = value {
        asset.facts.add(fact, value.into());
    }
}

/// Adds a number where there is one.
pub(super) fn number(asset: &mut Asset, fact: &str, value: Option<u64>) {
    if let Some(value) = value {
        asset.facts.add(fact, Scalar::Number(value.into()));
    }
}

/// Adds an answer where there is one.
pub(super) fn boolean(asset: &mut Asset, fact: &str, value: Option<bool>) {
    if let Some(value) = value {
        asset.facts.add(fact, value);
    }
}

/// Bytes as MiB, rounded to the nearest.
pub(super) fn mib(bytes: u64) -> u64 {
    const HALF: u64 = 1 << 19;
    (bytes >> 20) + u64::from(bytes & ((1 << 20) - 1) >= HALF)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::estate::AssetKind;

    #[test]
    fn names_cannot_run_into_each_other() {
        assert_eq!(item(" A;B,\r\n C\u{0} ").as_deref(), Some("A B C"));
        assert_eq!(item(" ;,\n"), None);
        assert_eq!(item(&"x".repeat(257)), None);
    }

    #[test]
    fn a_list_has_a_bound_and_says_what_is_left_out() {
        let mut asset = Asset::new("a", AssetKind::Server);
        assert_eq!(add(&mut asset, "software", []), 0);
        assert!(asset.facts.is_empty());
        let long = "x".repeat(250);
        let over = add(&mut asset, "software", std::iter::repeat_n(long.as_str(), 200));
        let text = asset.text("software").unwrap().raw();
        assert!(text.len() <= MAX_LIST && over > 0);
        assert_eq!(text.split("; ").count() + over, 200);
    }

    #[test]
    fn mebibytes_are_rounded_to_the_nearest() {
        for (bytes, expected) in [
            (0, 0),
            (524_287, 0),
            (524_288, 1),
            (17_103_572_992, 16_311),
            (u64::MAX, 1 << 44),
        ] {
            assert_eq!(mib(bytes), expected, "{bytes}");
        }
    }
}
