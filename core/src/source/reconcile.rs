//! Several inventories as one.

use crate::error::{Error, ErrorKind, Result};
use crate::estate::Inventory;

/// Makes one inventory of several.
pub(super) fn merge(inventories: Vec<Inventory>) -> Result<Inventory> {
    let mut inventories = inventories.into_iter();
    let first = inventories
        .next()
        .ok_or_else(|| Error::new(ErrorKind::InvalidInput, "nothing to read: no input was given"))?;
    Ok(inventories.fold(first, |mut all, one| {
        all.assets.extend(one.assets);
        all.relations.extend(one.relations);
        all.requirements.extend(one.requirements);
        all
    }))
}
