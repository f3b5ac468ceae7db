//! What may stand as a name in a record.

use crate::error::{Error, ErrorKind, Result};
use crate::text::Plain;

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
