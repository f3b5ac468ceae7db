//! What makes a change one of the rules, and the steps of it: nothing else may use the gate's own area, executor or target.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use super::document::Document;
use super::{RULES_AREA, RULES_EXECUTOR, RULES_TARGET};
use crate::change::{Change, Step};
use crate::digest::Digest;
use crate::error::{Error, ErrorKind, Result};
use crate::gate::level::Level;
use crate::gate::policy::ProcessArea;

/// The parameter with the document.
pub(super) const DOCUMENT: &str = "document";

/// The parameter with the digest of the document whose place it takes.
pub(super) const REPLACES: &str = "replaces";

/// One step of a change of the rules.
#[derive(Clone, Debug)]
pub(in crate::gate) struct Planned {
    pub(super) document: Document,
    /// The document whose place it takes; absent for the kill switch, which is named in the document.
    pub(super) replaces: Option<Digest>,
}

static AREA: LazyLock<ProcessArea> = LazyLock::new(|| {
    ProcessArea::new(
        RULES_AREA,
        "gate",
        Level::L2,
        "Who changes the rules of the gate can weaken every later decision. So it takes the strictest approval that the \
         rules in force ask for anywhere, by those who are registered before the change.",
    )
});

/// The area of changes of the rules. It is the gate's own, and the same for every tenant.
pub(in crate::gate) fn area() -> &'static ProcessArea {
    &AREA
}

pub(super) fn is_own_area(area: &str) -> bool {
    area == RULES_AREA
}

/// Whether a change is one of the rules.
pub(in crate::gate) fn is_of_the_rules(change: &Change) -> bool {
    is_own_area(&change.area)
}

/// Nothing but a change of the rules uses the gate's own executor and target.
///
/// # Errors
/// `invalid_input`, with the place.
pub(in crate::gate) fn check_reserved(change: &Change) -> Result<()> {
    if is_of_the_rules(change) {
        return planned(change).map(|_| ());
    }
    for (at, step) in change.steps.iter().enumerate() {
        for (name, value, reserved) in [
            ("executor", step.executor.as_str(), RULES_EXECUTOR),
            ("target", step.target.as_str(), RULES_TARGET),
        ] {
            if value == reserved {
                return Err(invalid(
                    &format!("`{reserved}` is for changes of the area `{RULES_AREA}`"),
                    format!("/steps/{at}/{name}"),
                ));
            }
        }
    }
    Ok(())
}

/// The steps of a change of the rules.
pub(super) fn planned(change: &Change) -> Result<Vec<Planned>> {
    if let Some(place) = [
        ("/reads", !change.reads.is_empty()),
        ("/cost", change.cost.is_some()),
    ]
    .iter()
    .find_map(|(place, is_there)| is_there.then_some(*place))
    {
        return Err(invalid(
            "a change of the rules rests on the rules in force, and costs nothing",
            place,
        ));
    }
    let mut actions = BTreeSet::new();
    let mut steps = Vec::new();
    for (at, step) in change.steps.iter().enumerate() {
        let planned = of_step(step).map_err(|error| at_step(error, at))?;
        if !actions.insert(planned.document.action()) {
            return Err(invalid("a document is set twice", format!("/steps/{at}/action")));
        }
        steps.push(planned);
    }
    Ok(steps)
}

/// One step of a change of the rules.
pub(super) fn of_step(step: &Step) -> Result<Planned> {
    if step.executor != RULES_EXECUTOR || step.target.as_str() != RULES_TARGET {
        return Err(invalid(
            &format!(
                "a change of the area `{RULES_AREA}` has only steps of `{RULES_EXECUTOR}` on `{RULES_TARGET}`"
            ),
            "/executor",
        ));
    }
    if step.undo.is_some() {
        return Err(invalid(
            "the way back from a change of the rules is another one",
            "/undo",
        ));
    }
    let text = |name: &str| step.parameters.get(name).and_then(|value| value.as_text());
    let document =
        text(DOCUMENT).ok_or_else(|| invalid("the document is missing", "/parameters/document"))?;
    let document = Document::read(&step.action, document.raw())?;
    let replaces = text(REPLACES)
        .map(|digest| digest.raw().parse::<Digest>())
        .transpose()?;
    let expected = match document {
        Document::NoHalts(_) => 1,
        _ => 2,
    };
    if step.parameters.len() != expected || replaces.is_some() != (expected == 2) {
        return Err(invalid(
            "a step names the document that it sets, and the digest of the one whose place it takes",
            "/parameters",
        ));
    }
    Ok(Planned { document, replaces })
}

fn at_step(error: Error, step: usize) -> Error {
    let place = format!("/steps/{step}{}", error.place().unwrap_or_default());
    error.at(place)
}

fn invalid(message: &str, place: impl Into<String>) -> Error {
    Error::new(ErrorKind::InvalidInput, message)
        .at(place)
        .during("rules.check")
}
