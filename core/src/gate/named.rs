//! What may stand as a name in a record.

use crate::error::{Error, ErrorKind, Result};
use crate::text::{Plain, is_unsafe_to_show};

/// The longest name of an actor or a reviewer, in bytes.
pub(super) const MAX_NAME: usize = 128;

/// A name that a host gives must be nameable in a record and on a screen.
pub(crate) fn check_name(name: &str, place: &str) -> Result<()> {
    if (1..=MAX_NAME).contains(&name.len()) && Plain(name).to_string() == name {
        return Ok(());
    }
    Err(Error::new(
        ErrorKind::InvalidInput,
        "a name has 1 to 128 bytes and no control characters",
    )
    .at(place))
}

/// A name as names are compared: a second spelling is no second person. Case does not count, nor do blanks and what is not seen;
/// full-width letters are the plain ones. Letters of other scripts that look alike stay other letters.
pub(super) fn folded(name: &str) -> String {
    name.chars()
        .filter(|c| !c.is_whitespace() && !is_unseen(*c))
        .map(|c| match u32::from(c) {
            wide @ 0xff01..=0xff5e => char::from_u32(wide - 0xfee0).unwrap_or(c),
            _ => c,
        })
        .flat_map(char::to_lowercase)
        .collect()
}

/// Characters that are drawn as nothing (Unicode's `Default_Ignorable_Code_Point`): those that are not shown anywhere, and those
/// that are harmless on a page.
fn is_unseen(c: char) -> bool {
    is_unsafe_to_show(c)
        || matches!(c, '\u{ad}' | '\u{34f}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}' | '\u{180b}'..='\u{180f}'
            | '\u{206a}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{ffa0}' | '\u{fff0}'..='\u{fff8}'
            | '\u{e0080}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_spelling_of_a_name_is_the_same_name() {
        for spelled in [
            "Alice",
            "alice ",
            " alice",
            "alice\u{a0}",
            "al\u{ad}ice",
            "al\u{200b}ice",
            "\u{ff41}lice",
            "ALI CE",
            "alice\u{fe0f}",
        ] {
            assert_eq!(folded(spelled), "alice", "{spelled:?}");
        }
        for other in ["alic", "alice2", "\u{430}lice", "bob"] {
            assert_ne!(folded(other), "alice", "{other:?}");
        }
    }
}
