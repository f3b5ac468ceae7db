//! Reads a fact as "yes" or "no": what people and tools write where they name a thing or say that there is none.

use crate::estate::{Asset, Fact, Scalar};

/// What the statements of a fact come to: some say yes, some say no.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(super) struct Said {
    pub(super) yes: bool,
    pub(super) no: bool,
}

/// A name is a yes; an empty text, `none` and `no` are a no; a question mark says nothing.
pub(super) fn said(asset: &Asset, fact: &str) -> Said {
    gather(asset, fact, |text| match text {
        "" | "no" | "none" | "false" => Some(false),
        "?" | "-" | "n/a" | "unknown" => None,
        _ => Some(true),
    })
}

/// `on` is a yes, `off` a no; other words say nothing.
pub(super) fn switched(asset: &Asset, fact: &str) -> Said {
    gather(asset, fact, |text| match text {
        "on" => Some(true),
        "off" => Some(false),
        _ => None,
    })
}

fn gather(asset: &Asset, fact: &str, word: fn(&str) -> Option<bool>) -> Said {
    let mut said = Said::default();
    for stated in asset.fact(fact).into_iter().flat_map(Fact::values) {
        let answer = match &stated.value {
            Scalar::Boolean(answer) => Some(*answer),
            Scalar::Text(text) => word(&text.raw().trim().to_lowercase()),
            Scalar::Number(_) | Scalar::Unknown => None,
        };
        said.yes |= answer == Some(true);
        said.no |= answer == Some(false);
    }
    said
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::estate::AssetKind;

    #[test]
    fn a_name_is_a_yes_an_empty_one_a_no_and_a_question_mark_is_neither() {
        let read = |value: Scalar| {
            let said = said(&Asset::new("a", AssetKind::Server).with("x", value), "x");
            (said.yes, said.no)
        };
        assert_eq!(read(Scalar::from("Defender")), (true, false));
        assert_eq!(read(Scalar::from(true)), (true, false));
        assert_eq!(read(Scalar::from("  ")), (false, true));
        assert_eq!(read(Scalar::from("None")), (false, true));
        assert_eq!(read(Scalar::from(false)), (false, true));
        assert_eq!(read(Scalar::from("?")), (false, false));
        assert_eq!(read(Scalar::Unknown), (false, false));
        assert_eq!(read(Scalar::from(1_i64)), (false, false));
        let both = Asset::new("a", AssetKind::Server)
            .with("x", "on")
            .with("x", "OFF");
        assert_eq!(switched(&both, "x"), Said { yes: true, no: true });
    }
}
