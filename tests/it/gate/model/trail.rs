//! The ledger of the real gate, read as JSON by nothing of the gate's: what stands in it must by itself bear out everything
//! that the executor did.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use pollster::block_on;
use serde_json::{Value, json};
use vcto::gate::RULES_AREA;
use vcto::practice::Tenant;

use super::commands::{CAROL_ENDS, Performed};
use super::lab::EffectOf;
use super::machine::{Gate, Record};
use super::ruling;
use super::stop::time_of;

const APPROVERS: u16 = 0x0103;
const PROPOSED: u16 = 0x0110;
const DECIDED: u16 = 0x0111;
const STALE: u16 = 0x0113;
const STARTED: u16 = 0x0120;
const INTENT: u16 = 0x0121;

/// Records of the gate, in order.
#[derive(Debug, Default)]
pub struct Trail {
    size: u64,
    records: Vec<(u16, Value)>,
    /// How many were there before the last command.
    before: usize,
}

/// The entries that a record of the model is.
fn entry_types(record: &Record) -> Vec<u16> {
    if let Some(types) = ruling::entry_types(record) {
        return types;
    }
    vec![match record {
        Record::Proposed(_) | Record::Superseded(..) => PROPOSED,
        Record::Decided(..) => DECIDED,
        Record::Refused => 0x0112,
        Record::Stale(..) => STALE,
        Record::ExpiredProposal(_) | Record::ExpiredVotes(_) => 0x0114,
        Record::Withdrawn(_) => 0x0115,
        Record::Attested(..) => 0x0116,
        Record::Started(..) => STARTED,
        Record::Intent(..) => INTENT,
        Record::Done(..) => 0x0122,
        Record::Probed(..) => 0x0123,
        Record::Verified(..) => 0x0124,
        Record::UndoBegun(_) => 0x0125,
        Record::Left(..) => 0x0126,
        Record::Doubt(_) => 0x0127,
        Record::Finished(..) => 0x0128,
        Record::Reconciled(..) => 0x0129,
        Record::Snapshot(_) => return Vec::new(),
        Record::Frozen(_) | Record::Halted(_) | Record::KeyEnded(_) => unreachable!("of the rules"),
    }]
}

impl Trail {
    pub fn read_on(&mut self, tenant: &Tenant) {
        self.before = self.records.len();
        self.read(tenant);
    }

    fn read(&mut self, tenant: &Tenant) {
        let entries = block_on(tenant.ledger().entries(self.size..)).unwrap();
        for entry in entries {
            self.size = entry.seq() + 1;
            let number = entry.entry_type().0;
            if (0x0100..0x0200).contains(&number) {
                let payload = serde_json::from_slice(entry.payload()).unwrap();
                self.records.push((number, payload));
            }
        }
    }

    /// Reads what a command recorded. What was dropped may still be written, by another thread.
    pub fn wait_for(&mut self, tenant: &Tenant, expected: &Performed) {
        let from = self.size;
        let entries = expected.records.iter().map(|(record, _)| match record {
            Record::Snapshot(_) => 2,
            _ => entry_types(record).len() as u64,
        });
        let enough = from + entries.sum::<u64>();
        self.read_on(tenant);
        for _ in 0..100_000 {
            if self.size >= enough {
                break;
            }
            std::thread::yield_now();
            self.read(tenant);
        }
        let types: Vec<u16> = self.records[self.before..]
            .iter()
            .map(|(number, _)| *number)
            .collect();
        let wanted: Vec<u16> = expected
            .records
            .iter()
            .flat_map(|(record, _)| entry_types(record))
            .collect();
        assert_eq!(hex(&types), hex(&wanted), "what is recorded");
    }

    /// The proposals, in order; changes of the rules are others.
    pub fn proposals(&self) -> impl Iterator<Item = &str> {
        self.of(PROPOSED)
            .filter(|(_, record)| record["change"]["area"] != RULES_AREA)
            .map(|(_, record)| record["proposal"].as_str().unwrap())
    }

    fn of(&self, wanted: u16) -> impl Iterator<Item = (usize, &Value)> {
        let records = self.records.iter().enumerate();
        records
            .filter(move |(_, (number, _))| *number == wanted)
            .map(|(at, (_, value))| (at, &value["record"]))
    }

    fn at(&self, place: usize) -> Timestamp {
        self.records[place].1["at"].as_str().unwrap().parse().unwrap()
    }

    /// Every effect is announced once, after a start that had the authority.
    pub fn bears_out(&self, effects: &[EffectOf], model: &Gate) {
        let mut starts: BTreeMap<&str, usize> = BTreeMap::new();
        for (place, started) in self.of(STARTED) {
            let id = started["proposal"].as_str().unwrap();
            assert_eq!(starts.insert(id, place), None, "{id} starts twice");
            self.check_start(id, place, started);
        }
        self.check_stopped();
        let mut announced = BTreeSet::new();
        for (place, intent) in self.of(INTENT) {
            let act = &intent["act"];
            let part = |name: &str| act[name].as_str().unwrap().to_owned();
            let call = (part("proposal"), part("step"), part("direction"));
            assert!(starts[call.0.as_str()] < place);
            assert!(announced.insert(call.clone()), "announced twice: {call:?}");
        }
        let mut seen = BTreeSet::new();
        for (proposal, step, direction) in effects {
            let effect = (proposal.to_string(), step.clone(), (*direction).to_owned());
            assert!(announced.contains(&effect), "unrecorded: {effect:?}");
            assert!(seen.insert(effect.clone()), "twice: {effect:?}");
        }
        assert_eq!(model.proposals.len(), self.proposals().count());
    }

    /// The level, and what people signed since what it rests on was last recorded.
    fn check_start(&self, id: &str, place: usize, started: &Value) {
        let grounds = |record: &Value| record["grounds"]["risk"]["level"].as_str().map(str::to_owned);
        let about = |record: &Value| record["proposal"] == id;
        let set: Vec<(usize, String)> = self
            .of(PROPOSED)
            .chain(self.of(STALE))
            .filter(|(at, record)| *at < place && about(record))
            .map(|(at, record)| (at, grounds(record).unwrap()))
            .collect();
        let level = set.iter().map(|(_, level)| level.as_str()).max().unwrap();
        let since = set.iter().map(|(at, _)| *at).max().unwrap();
        assert_eq!(
            started["review_due"].is_object(),
            level == "L1",
            "the duty to review"
        );
        match level {
            "L0" | "L1" => {}
            "L2" => {
                let persons = self.approvers(id, since..place);
                assert!(persons.len() >= 2, "{id} starts with {persons:?}");
            }
            _ => panic!("{id} is at {level} and starts"),
        }
    }

    /// Who approved, in time, with a key in force, and wrote nothing of it.
    fn approvers(&self, id: &str, places: std::ops::Range<usize>) -> BTreeSet<String> {
        let start = self.at(places.end);
        let (_, proposed) = self
            .of(PROPOSED)
            .find(|(_, record)| record["proposal"] == id)
            .unwrap();
        let is_author = |name: &str| {
            let name_of = |actor: &Value| actor["name"].as_str().map(str::to_owned);
            [&proposed["proposer"], &proposed["amends"]["by"]]
                .into_iter()
                .any(|actor| name_of(actor).as_deref() == Some(name))
        };
        self.of(DECIDED)
            .filter(|(at, record)| places.contains(at) && record["proposal"] == id)
            .map(|(_, record)| serde_json::from_str(record["decision"]["text"].as_str().unwrap()).unwrap())
            .filter(|text: &Value| text["verdict"] == "approve" && text["proposal"] == id)
            .filter(|text| text["not_after"].as_str().unwrap().parse::<Timestamp>().unwrap() >= start)
            .map(|text| text["approver"].as_str().unwrap().to_owned())
            .filter(|name| !is_author(name))
            .filter(|name| self.is_registered(name, places.end))
            .filter(|name| name != "carol" || start < time_of(CAROL_ENDS))
            .collect()
    }

    /// Whether a person is in the last register before a place.
    fn is_registered(&self, name: &str, place: usize) -> bool {
        let registers = self.of(APPROVERS).take_while(|(at, _)| *at < place);
        let (_, register) = registers.last().unwrap();
        let approvers = register["approvers"].as_array().unwrap();
        approvers.iter().any(|approver| approver["person"] == name)
    }

    /// INVARIANT: nothing but a change of the rules starts while the kill switch or a freeze is on, and no step goes forward.
    fn check_stopped(&self) {
        let (mut halted, mut frozen) = (false, false);
        let mut rules = BTreeSet::new();
        for (number, value) in &self.records {
            let record = &value["record"];
            match *number {
                0x0105 => halted = true,
                0x0106 => halted = false,
                0x0104 => frozen = record["freezes"] != json!([]),
                PROPOSED if record["change"]["area"] == RULES_AREA => {
                    rules.insert(record["proposal"].as_str());
                }
                STARTED if !rules.contains(&record["proposal"].as_str()) => {
                    assert!(!halted && !frozen, "{record}")
                }
                INTENT if !rules.contains(&record["act"]["proposal"].as_str()) => {
                    assert!(!halted || record["act"]["direction"] == "undo", "{record}");
                }
                _ => {}
            }
        }
    }
}

fn hex(types: &[u16]) -> Vec<String> {
    types.iter().map(|number| format!("{number:#06x}")).collect()
}
