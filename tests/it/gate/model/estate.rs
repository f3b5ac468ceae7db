//! The estate and the changes of the model as the real gate has them.

use serde_json::{Value, json};
use vcto::Actor;
use vcto::change::{Change, Undo};

use super::lab::FOREIGN_VALUE;
use super::machine::{Author, Kind, Snapshot};
use super::real::PEOPLE;
use super::run::Image;
use super::stop::time_of;
use super::world::{FOREIGN, TARGETS, label};
use crate::gate::world::{change, step};

/// How many things depend on each target, for each size of the model.
const DEPENDANTS: [usize; 3] = [0, 3, 60];

/// Four targets on one hub, and what depends on them.
pub fn inventory(snapshot: &Snapshot) -> Value {
    let system = ["Windows Server 2016", "Windows Server 2022"][usize::from(snapshot.facts.read)];
    let mut assets = vec![
        json!({"id": "files", "kind": "server", "facts": {"os_name": system}}),
        json!({"id": "hub", "kind": "switch"}),
    ];
    let mut relations = Vec::new();
    for target in 0..TARGETS {
        assets.push(json!({"id": format!("t{target}"), "kind": "device"}));
        relations.push(json!({"from": format!("t{target}"), "to": "hub", "kind": "depends_on"}));
    }
    for n in 0..DEPENDANTS[usize::from(snapshot.facts.size)] {
        assets.push(json!({"id": format!("d{n}"), "kind": "device"}));
        for target in 0..TARGETS {
            relations
                .push(json!({"from": format!("d{n}"), "to": format!("t{target}"), "kind": "depends_on"}));
        }
    }
    json!({
        "format": "vcto.inventory/1",
        "source": {"name": "crm", "captured_at": time_of(snapshot.taken).to_string(), "complete": true},
        "assets": assets,
        "relations": relations,
    })
}

fn name(kind: Kind) -> &'static str {
    match kind {
        Kind::Note => "note",
        Kind::Tell => "tell",
        Kind::Ask => "ask",
        Kind::AskOneWay => "way",
        Kind::Hand => "hand",
    }
}

/// The step of a kind at a target.
pub fn step_id(kind: Kind, target: usize) -> String {
    format!("{}-{target}", name(kind))
}

/// What stands in a target.
pub fn target_value(image: Image, target: usize) -> Option<String> {
    let kinds = [Kind::Note, Kind::Tell, Kind::Ask, Kind::AskOneWay, Kind::Hand];
    match image {
        0 => None,
        FOREIGN => Some(FOREIGN_VALUE.to_owned()),
        _ => {
            let kind = kinds.into_iter().find(|kind| label(*kind) == image).unwrap();
            Some(step_id(kind, target))
        }
    }
}

/// The change of a kind; a form of its own for each number.
pub fn change_of(kind: Kind, targets: [usize; 2], form: usize) -> Change {
    let (area, action) = match kind {
        Kind::Note => ("documentation", "set"),
        Kind::Tell => ("documentation", "exact"),
        Kind::Ask | Kind::AskOneWay => ("architecture-review", "set"),
        Kind::Hand => ("documentation", "burn"),
    };
    let steps = targets.iter().enumerate().map(|(at, target)| {
        let mut step = step(&step_id(kind, *target), action, &format!("t{target}"));
        let undo = Undo {
            action: "clear".to_owned(),
            parameters: step.parameters.clone(),
        };
        step.undo = kind.has_undo(at).then_some(undo);
        step
    });
    let mut change = change(area, steps.collect());
    change.title = format!("Tidy up, form {form}").into();
    change
}

pub fn actor(author: Author) -> Actor {
    match author {
        Author::Service(number) => Actor::service(format!("svc-{number}")),
        Author::Person(who) => Actor::person(PEOPLE[who]),
    }
}
