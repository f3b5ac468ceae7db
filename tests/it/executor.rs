//! Work orders through a practice: staged, signed, written, withdrawn.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use pollster::block_on;
use serde_json::{Value, json};
use vcto::change::Change;
use vcto::estate::Inventory;
use vcto::executor::work_order::{State, WorkOrder, WorkOrders};
use vcto::gate::sshsig::MemoryKey;
use vcto::gate::{
    Approved, Decided, Execution, ExecutionStatus, NAMESPACE, Resumed, Routed, StepState, Verdict,
};
use vcto::practice::{Practice, PracticeOptions, Tenant, TenantOptions, Trigger};
use vcto::time::ManualClock;
use vcto::{Actor, ErrorKind, Estate};

const START: &str = "2026-11-22T08:00:00Z";

fn alice() -> MemoryKey {
    MemoryKey::from_seed(&[1; 32])
}

fn change(area: &str) -> Change {
    let step = |id: &str, target: &str| {
        json!({
            "id": id, "title": format!("Replace {target}"), "executor": "work_orders", "action": "work_order.create",
            "target": target, "parameters": {"instructions": "Order it\nFit it", "confirm": "It answers"},
            "undo": {"action": "work_order.withdraw"},
        })
    };
    let change = json!({
        "format": "vcto.change/1", "title": "Replace the edge", "reason": "Out of support", "area": area,
        "steps": [step("one", "fw-1"), step("two", "sw-1")],
        "reads": [{"asset": "fw-1", "fact": "os_name"}],
    });
    Change::from_json(change.to_string().as_bytes()).unwrap()
}

/// A practice in a folder with one tenant whose estate is recorded.
struct World {
    place: tempfile::TempDir,
    tenant: Tenant,
}

impl World {
    fn new() -> Self {
        let place = tempfile::tempdir().unwrap();
        let practice = open(place.path());
        let approvers = format!("alice {}", alice().public_key());
        let options = TenantOptions::region("eu").approvers(approvers);
        let tenant = block_on(practice.create_tenant("halden", options)).unwrap();
        let inventory = json!({
            "format": "vcto.inventory/1",
            "source": {"name": "crm", "captured_at": START, "complete": true},
            "assets": [
                {"id": "fw-1", "kind": "firewall", "name": "FW-LDS-01", "facts": {"os_name": "FortiOS 6.0", "secret": "x"}},
                {"id": "sw-1", "kind": "switch", "name": "SW-LDS-01"},
            ],
            "relations": [{"from": "sw-1", "to": "fw-1", "kind": "depends_on"}],
        });
        let inventory = Inventory::from_json(inventory.to_string().as_bytes()).unwrap();
        let estate = Estate::new(inventory).unwrap();
        block_on(tenant.review(&estate, "2026-11-22".parse().unwrap(), Trigger::Manual)).unwrap();
        Self { place, tenant }
    }

    fn orders(&self) -> PathBuf {
        self.place.path().join("orders")
    }

    /// Everything in the folder of the orders, by name.
    fn files(&self) -> BTreeMap<String, String> {
        let Ok(folder) = std::fs::read_dir(self.orders()) else {
            return BTreeMap::new();
        };
        folder
            .map(|entry| entry.unwrap().path())
            .map(|path| {
                let name = path.file_name().unwrap().to_string_lossy().into_owned();
                (name, std::fs::read_to_string(&path).unwrap())
            })
            .collect()
    }

    fn documents(&self) -> Vec<(PathBuf, WorkOrder)> {
        let files = self.files();
        let mut documents: Vec<_> = files
            .iter()
            .filter(|(name, _)| Path::new(name).extension().is_some_and(|ending| ending == "json"))
            .map(|(name, text)| {
                let order = WorkOrder::from_json(text.as_bytes()).unwrap();
                (self.orders().join(name), order)
            })
            .collect();
        documents.sort_by_key(|(_, order)| order.order().number);
        documents
    }

    fn execute(&self, area: &str) -> Execution {
        let routed = block_on(self.tenant.submit(change(area), &Actor::service("svc-review"))).unwrap();
        block_on(approved(routed).execute()).unwrap()
    }

    fn take_back(&self, execution: &Execution) -> Execution {
        let _ = self;
        let routed = block_on(execution.rollback()).unwrap();
        block_on(approved(routed).execute()).unwrap()
    }
}

fn open(place: &Path) -> Practice {
    let clock = Arc::new(ManualClock::new(START.parse().unwrap()));
    let options = PracticeOptions::default().clock(clock);
    let practice = block_on(Practice::open(place.join("practice"), options)).unwrap();
    practice.register(WorkOrders::new(place.join("orders"))).unwrap();
    practice
}

/// Goes the way that the level demands.
fn approved(routed: Routed) -> Approved {
    match routed {
        Routed::Automatic(staged) => block_on(staged.authorize()).unwrap(),
        Routed::Approval(staged) => {
            let text = staged.decision("alice", Verdict::Approve).unwrap();
            let signature = alice().sign(NAMESPACE, &text).unwrap();
            match block_on(staged.decide(&text, &signature)).unwrap() {
                Decided::Approved(approved) => approved,
                other => panic!("{other:?}"),
            }
        }
        other => panic!("{other:?}"),
    }
}

fn states(execution: &Execution) -> Vec<StepState> {
    execution.steps().iter().map(|step| step.state).collect()
}

#[test]
fn approved_steps_become_work_orders_that_name_the_signed_decision() {
    let world = World::new();
    let routed = block_on(
        world
            .tenant
            .submit(change("architecture-review"), &Actor::service("svc-review")),
    )
    .unwrap();
    assert!(matches!(routed, Routed::Approval(_)), "{routed:?}");
    let approved = approved(routed);
    assert!(world.files().is_empty(), "an approval writes nothing");
    let execution = block_on(approved.execute()).unwrap();
    assert_eq!(execution.status(), ExecutionStatus::HandedOver);
    assert_eq!(states(&execution), [StepState::HandedOver, StepState::HandedOver]);

    let documents = world.documents();
    assert_eq!((documents.len(), world.files().len()), (2, 4));
    let decision = &block_on(world.tenant.decisions()).unwrap()[0];
    for (at, (path, order)) in documents.iter().enumerate() {
        let ordered = order.order();
        assert_eq!(order.state(), State::Open);
        assert_eq!((ordered.number, ordered.of), (at + 1, 2));
        assert_eq!(ordered.tenant, "halden");
        assert_eq!(ordered.proposal, execution.id());
        assert_eq!(ordered.change.digest, execution.change().digest().unwrap());
        assert_eq!(ordered.step, execution.change().steps[at]);
        let [approval] = ordered.approvals.as_slice() else {
            panic!()
        };
        assert_eq!(
            (approval.person.as_str(), approval.decision),
            ("alice", decision.digest)
        );
        assert_eq!(
            path.file_stem().unwrap().to_str(),
            execution.steps()[at].receipt.as_deref()
        );
        let text = std::fs::read_to_string(path.with_extension("md")).unwrap();
        assert_eq!(text, order.to_markdown());
    }
    let asset = documents[0].1.order().asset.as_ref().unwrap();
    assert!(asset.fact("os_name").is_some(), "what the change reads");
    assert!(asset.fact("secret").is_none(), "and nothing else");
}

#[test]
fn the_way_back_needs_its_own_approval_and_withdraws_both() {
    let world = World::new();
    let execution = world.execute("architecture-review");
    let routed = block_on(execution.rollback()).unwrap();
    assert!(matches!(routed, Routed::Approval(_)), "{routed:?}");
    assert!(
        world
            .documents()
            .iter()
            .all(|(_, order)| order.state() == State::Open)
    );
    let back = block_on(approved(routed).execute()).unwrap();
    assert_eq!(back.status(), ExecutionStatus::RolledBack);
    for (path, order) in world.documents() {
        assert_eq!(order.state(), State::Withdrawn);
        assert_eq!(order.order().proposal, execution.id());
        assert_eq!(order.withdrawal().unwrap().proposal, back.id());
        assert_eq!(order.withdrawal().unwrap().approvals[0].person, "alice");
        let text = std::fs::read_to_string(path.with_extension("md")).unwrap();
        assert!(text.contains("WITHDRAWN"), "{text}");
    }
    assert_eq!(world.files().len(), 4, "nothing is deleted");
    let again = block_on(execution.rollback()).unwrap_err();
    assert!(
        matches!(again.kind(), ErrorKind::Denied | ErrorKind::Conflict),
        "{again}"
    );
}

#[test]
fn an_order_that_somebody_works_on_is_not_withdrawn() {
    type Touch = fn(&Path);
    let touches: [(&str, Touch); 3] = [
        ("noted on", |path| {
            let text = std::fs::read_to_string(path.with_extension("md")).unwrap();
            std::fs::write(path.with_extension("md"), text + "\nBen: ordered\n").unwrap();
        }),
        ("carried off", |path| {
            std::fs::remove_file(path).unwrap();
            std::fs::remove_file(path.with_extension("md")).unwrap();
        }),
        ("replaced", |path| std::fs::write(path, "{}").unwrap()),
    ];
    for (what, touch) in touches {
        let world = World::new();
        let execution = world.execute("architecture-review");
        let (first, _) = world.documents().remove(0);
        touch(&first);
        let before = std::fs::read_to_string(first.with_extension("md")).ok();
        let back = world.take_back(&execution);
        assert_eq!(back.status(), ExecutionStatus::RollbackConflict, "{what}");
        assert_eq!(
            std::fs::read_to_string(first.with_extension("md")).ok(),
            before,
            "{what}"
        );
        let withdrawn = world
            .files()
            .values()
            .filter_map(|text| WorkOrder::from_json(text.as_bytes()).ok())
            .filter(|order| order.state() == State::Withdrawn)
            .count();
        assert_eq!(withdrawn, 1, "{what}: the other one is withdrawn");
    }
}

#[test]
fn documentation_on_a_fresh_estate_runs_without_asking_and_back() {
    let world = World::new();
    let routed = block_on(
        world
            .tenant
            .submit(change("documentation"), &Actor::service("svc-review")),
    )
    .unwrap();
    let Routed::Automatic(staged) = routed else {
        panic!("{routed:?}")
    };
    let execution = block_on(block_on(staged.authorize()).unwrap().execute()).unwrap();
    assert_eq!(execution.status(), ExecutionStatus::HandedOver);
    assert!(
        world
            .documents()
            .iter()
            .all(|(_, order)| order.order().approvals.is_empty())
    );
    assert!(
        world
            .files()
            .values()
            .any(|text| text.contains("None is needed at this level"))
    );
    let back = world.take_back(&execution);
    assert_eq!(back.status(), ExecutionStatus::RolledBack);
}

#[test]
fn a_second_opening_executes_what_the_first_approved_once() {
    let world = World::new();
    let routed = block_on(
        world
            .tenant
            .submit(change("architecture-review"), &Actor::service("svc-review")),
    )
    .unwrap();
    let held = approved(routed);
    let id = held.id();
    let second = block_on(open(world.place.path()).tenant("halden")).unwrap();
    let Resumed::Approved(resumed) = block_on(second.resume(id)).unwrap() else {
        panic!()
    };
    assert_eq!(
        block_on(resumed.execute()).unwrap().status(),
        ExecutionStatus::HandedOver
    );
    let before = world.files();
    assert_eq!(block_on(held.execute()).unwrap_err().kind(), ErrorKind::Consumed);
    assert_eq!(world.files(), before);
}

#[test]
fn a_folder_that_cannot_be_written_leaves_nothing_and_takes_back_what_was_done() {
    let world = World::new();
    let routed = block_on(
        world
            .tenant
            .submit(change("architecture-review"), &Actor::service("svc-review")),
    )
    .unwrap();
    let approved = approved(routed);
    std::fs::write(world.orders(), "a file in its place").unwrap();
    let execution = block_on(approved.execute()).unwrap();
    assert_eq!(execution.status(), ExecutionStatus::NotDone);
    assert_eq!(
        std::fs::read_to_string(world.orders()).unwrap(),
        "a file in its place"
    );
}

#[test]
fn the_document_is_what_the_format_page_says() {
    let world = World::new();
    world.execute("architecture-review");
    let (path, _) = world.documents().remove(0);
    let text = std::fs::read_to_string(path).unwrap();
    assert!(text.ends_with("}\n") && text.matches('\n').count() == 1);
    let document: Value = serde_json::from_str(&text).unwrap();
    let page = include_str!("../../docs/formats/work-order.md");
    for (name, fields) in [("", &document), ("order", &document["order"])] {
        for field in fields.as_object().unwrap().keys() {
            assert!(
                page.contains(&format!("`{field}`")),
                "{name}/{field} is not described"
            );
        }
    }
    let order = [
        "{\"format\":",
        "\"id\":",
        "\"state\":",
        "\"withdrawal\":",
        "\"digest\":",
        "\"order\":",
    ];
    let places: Vec<usize> = order.iter().map(|key| text.find(key).unwrap()).collect();
    assert!(places.is_sorted(), "{places:?}");
}
