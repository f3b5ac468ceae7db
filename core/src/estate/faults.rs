//! What may be wrong between records: the words are the same whichever way an inventory is read.

use super::check::invalid;
use super::json::Under;
use crate::error::Error;
use crate::text::quoted;

/// A relation or requirement names this id.
pub(super) fn dangling(id: &str) -> Error {
    invalid(format!("no asset has the id {}", quoted(id))).remedy("add the asset, or take out what names it")
}

/// Two assets have this id: where they stand in the inventory.
pub(super) fn twice(id: &str, first: u32, second: u32) -> Error {
    invalid(format!(
        "the id {} belongs to /assets/{first} as well",
        quoted(id)
    ))
    .at(format!("/assets/{second}/id"))
    .remedy("an id is unique; merge the inventories of several sources with `source::read_all`")
}

/// No source says what an asset is.
pub(super) fn unstated() -> Error {
    invalid("no source says what it is: it stands only in a sheet of facts or answers")
        .remedy("read the sheet together with the inventory that it speaks of")
        .under("kind")
}

/// A relation has one end twice.
pub(super) fn to_itself() -> Error {
    invalid("an asset has no relation to itself").under("to")
}

/// A group has its own asset among its members.
pub(super) fn own_member() -> Error {
    invalid("an asset is no member of its own group")
}

/// What is wrong with a group that needs so many of so many distinct members.
pub(super) fn group(members: usize, needs: u32) -> Option<Error> {
    if members == 0 {
        return Some(invalid("a group without members").under("members"));
    }
    if needs == 0 {
        return Some(invalid("a group needs at least one of its members").under("needs"));
    }
    (needs as usize > members).then(|| {
        invalid(format!(
            "a group of {members} cannot need {needs}: a member that is named twice counts once"
        ))
        .under("needs")
    })
}

/// The relation at this place was stated as soft, and its dependency is in a group of the dependant.
pub(super) fn soft_member(from: &str, to: &str, at: u32) -> Error {
    let (from, to) = (quoted(from), quoted(to));
    invalid(format!(
        "{to} is in a group that {from} needs, and this relation says that {from} only degrades without it"
    ))
    .remedy("take the soft relation out, or take the member out of the group")
    .under("strength")
    .item(at as usize)
    .under("relations")
}
