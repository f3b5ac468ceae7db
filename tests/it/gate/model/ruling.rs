//! Changes of the rules as one command: submitted, approved by two, and executed at once. What the machine has as one record
//! is nine of the gate's.

use jiff::SignedDuration;
use vcto::gate::{Decided, ExecutionStatus, Freeze, NAMESPACE, Resumed, Routed, RulesEdit, Verdict};
use vcto::practice::Tenant;

use super::estate::actor;
use super::machine::{Author, Gate, NEVER, PERSONS, Person, Record};
use super::real::PEOPLE;
use super::stop::time_of;
use super::world::Move;
use crate::gate::world::key;

/// What is changed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Edit {
    /// The kill switch is turned off.
    Lift,
    /// A freeze of everything begins, or ends.
    Freeze(bool),
    /// A key is revoked.
    Revoke(Person),
}

impl Edit {
    pub fn step(self) -> Move {
        match self {
            Self::Lift => Move::Halt(false),
            Self::Freeze(on) => Move::Freeze(on),
            Self::Revoke(who) => Move::EndKey(who),
        }
    }

    /// Whether it changes anything, and leaves enough people who can change the rules again.
    pub fn fits(self, gate: &Gate) -> bool {
        match self {
            Self::Lift => gate.halted,
            Self::Freeze(on) => gate.frozen != on,
            Self::Revoke(who) => gate.key_ends[who] == NEVER && lasting(gate).count() > 2,
        }
    }

    fn edit(self) -> RulesEdit {
        const NAME: &str = "still";
        let edit = RulesEdit::new();
        match self {
            Self::Lift => edit.lift_halt(),
            Self::Freeze(true) => {
                let from = time_of(0);
                let until = from + SignedDuration::from_hours(24 * 400);
                edit.freeze(Freeze::new(NAME, from, until, "the annual accounts"))
            }
            Self::Freeze(false) => edit.unfreeze(NAME),
            Self::Revoke(who) => edit.revoke_key(key(PEOPLE[who]).public_key().fingerprint()),
        }
    }

    /// Makes the change, by way of the gate as every other.
    pub async fn set(self, tenant: &Tenant, gate: &Gate) {
        let by = actor(Author::Service(1_000));
        let routed = tenant.change_rules(self.edit(), "as agreed", &by).await.unwrap();
        let Routed::Approval(staged) = routed else {
            panic!("the rules are changed by an approval");
        };
        let id = staged.id();
        drop(staged);
        let others = lasting(gate).filter(|who| self != Self::Revoke(*who));
        for who in others.take(2) {
            let Resumed::Routed(Routed::Approval(staged)) = tenant.resume(id).await.unwrap() else {
                panic!("it waits for {}", PEOPLE[who]);
            };
            let text = staged.decision(PEOPLE[who], Verdict::Approve).unwrap();
            let signature = key(PEOPLE[who]).sign(NAMESPACE, &text).unwrap();
            match staged.decide(&text, signature).await.unwrap() {
                Decided::Waiting(_) => {}
                Decided::Approved(run) => {
                    let status = run.execute().await.unwrap().status();
                    assert_eq!(status, ExecutionStatus::Succeeded);
                    return;
                }
                Decided::Rejected => panic!("nobody rejected it"),
            }
        }
        panic!("two suffice");
    }
}

/// Whose key has no end.
pub fn lasting(gate: &Gate) -> impl Iterator<Item = Person> + '_ {
    (0..PERSONS).filter(|who| gate.key_ends[*who] == NEVER)
}

/// The entries that a record of the machine about the rules is; nothing for the others.
pub fn entry_types(record: &Record) -> Option<Vec<u16>> {
    let set = match record {
        Record::Halted(true) => return Some(vec![0x0105]),
        Record::Halted(false) => 0x0106,
        Record::Frozen(_) => 0x0104,
        Record::KeyEnded(_) => 0x0103,
        _ => return None,
    };
    Some(vec![
        0x0110, 0x0111, 0x0111, 0x0120, 0x0121, set, 0x0122, 0x0124, 0x0128,
    ])
}
