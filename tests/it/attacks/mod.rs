//! Attempts to get an effect without its record, twice, or on what nobody approved.

mod panics;
mod present;
mod running;

use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};

use async_trait::async_trait;
use pollster::block_on;
use serde_json::json;
use vcto::change::Change;
use vcto::estate::Inventory;
use vcto::gate::sshsig::MemoryKey;
use vcto::gate::{
    ActionDeclaration, Approved, Decided, Executor, Idempotency, NAMESPACE, Observation, Permit, ProposalId,
    Reversibility, Routed, StepContext, StepOutcome, Verdict,
};
use vcto::practice::{Practice, PracticeOptions, Tenant, TenantOptions, Trigger};
use vcto::time::ManualClock;
use vcto::{Actor, Estate};

const START: &str = "2026-11-22T08:00:00Z";
const PAIRS: usize = 400;

/// Counts calls; at its first it may do something else first.
#[derive(Debug, Default)]
struct Probe {
    calls: Mutex<Vec<String>>,
    reenter: Mutex<Option<(Tenant, ProposalId)>>,
    seen: Mutex<Vec<String>>,
    /// Pretends to wait once in each call, so that there is a place to be dropped at.
    naps: bool,
    approved_by: Mutex<Vec<String>>,
}

#[derive(Clone, Debug, Default)]
struct Lab(Arc<Probe>);

#[async_trait]
impl Executor for Lab {
    fn name(&self) -> &str {
        "lab"
    }

    fn actions(&self) -> Vec<ActionDeclaration> {
        vec![
            ActionDeclaration::new("set", Reversibility::Verified, Idempotency::Natural),
            ActionDeclaration::new("clear", Reversibility::Verified, Idempotency::Natural),
        ]
    }

    async fn observe(&self, context: &StepContext) -> vcto::Result<Observation> {
        let key = context
            .undoes()
            .map_or(context.idempotency_key(), |undoes| &undoes.idempotency_key)
            .to_owned();
        let calls = self.0.calls.lock().unwrap();
        let applied = calls
            .iter()
            .filter(|call| **call == format!("apply {key}"))
            .count();
        let undone = calls
            .iter()
            .filter(|call| **call == format!("undo {key}"))
            .count();
        Ok(if applied > undone {
            Observation::present()
        } else {
            Observation::absent()
        })
    }

    async fn apply(&self, permit: Permit<'_>) -> StepOutcome {
        if self.0.naps {
            Nap(false).await;
        }
        let reenter = self.0.reenter.lock().unwrap().take();
        if let Some((tenant, id)) = reenter {
            let say = |text: String| self.0.seen.lock().unwrap().push(text);
            say(format!(
                "{:?}",
                tenant.resume(id).await.map(|_| ()).map_err(|error| error.kind())
            ));
            say(format!(
                "{:?}",
                tenant
                    .pending()
                    .await
                    .map(|waiting| waiting.len())
                    .map_err(|error| error.kind())
            ));
        }
        let approved = permit.context().approved_by().iter().map(|by| by.person.clone());
        self.0.approved_by.lock().unwrap().extend(approved);
        self.0
            .calls
            .lock()
            .unwrap()
            .push(format!("apply {}", permit.idempotency_key()));
        if self.0.naps {
            Nap(false).await;
        }
        StepOutcome::done()
    }

    async fn undo(&self, permit: Permit<'_>) -> StepOutcome {
        let key = permit.context().undoes().unwrap().idempotency_key.clone();
        self.0.calls.lock().unwrap().push(format!("undo {key}"));
        StepOutcome::done()
    }
}

/// Is not ready at the first look.
struct Nap(bool);

impl std::future::Future for Nap {
    type Output = ();

    fn poll(mut self: std::pin::Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        if std::mem::replace(&mut self.0, true) {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        Poll::Pending
    }
}

fn person(name: &str) -> MemoryKey {
    let mut seed = [3; 32];
    seed[..name.len()].copy_from_slice(name.as_bytes());
    MemoryKey::from_seed(&seed)
}

/// Four servers, and pairs of servers to be spent one by one.
fn inventory() -> serde_json::Value {
    let mut inventory = json!({
        "format": "vcto.inventory/1",
        "source": {"name": "crm", "captured_at": START, "complete": true},
        "assets": [
            {"id": "a", "kind": "server", "facts": {"os_name": "x", "load": 0.123_456_789_012_345_67_f64, "size": 18_446_744_073_709_551_615_u64, "n": 1.10}},
            {"id": "b", "kind": "server"}, {"id": "c", "kind": "server"}, {"id": "d", "kind": "server"},
        ],
        "relations": [{"from": "a", "to": "b", "kind": "uses", "strength": "soft"}, {"from": "c", "to": "d", "kind": "uses", "strength": "soft"}],
    });
    for at in 0..PAIRS {
        let assets = inventory["assets"].as_array_mut().unwrap();
        assets.extend(["x", "y"].map(|side| json!({"id": format!("{side}{at}"), "kind": "server"})));
        let relations = inventory["relations"].as_array_mut().unwrap();
        relations.push(
            json!({"from": format!("x{at}"), "to": format!("y{at}"), "kind": "uses", "strength": "soft"}),
        );
    }
    inventory
}

fn change(area: &str, targets: &[&str]) -> Change {
    let steps: Vec<_> = targets
        .iter()
        .map(|target| {
            json!({"id": format!("s-{target}"), "title": "t", "executor": "lab", "action": "set", "target": target,
                   "undo": {"action": "clear"}})
        })
        .collect();
    let reads = ["os_name", "load", "size", "n", "absent"].map(|fact| json!({"asset": "a", "fact": fact}));
    let change = json!({"format": "vcto.change/1", "title": "t", "reason": "r", "area": area, "steps": steps, "reads": reads});
    Change::from_json(change.to_string().as_bytes()).unwrap()
}

struct World {
    place: tempfile::TempDir,
    clock: Arc<ManualClock>,
    lab: Lab,
    tenant: Tenant,
}

impl World {
    fn new(naps: bool) -> Self {
        let place = tempfile::tempdir().unwrap();
        let clock = Arc::new(ManualClock::new(START.parse().unwrap()));
        let lab = Lab(Arc::new(Probe {
            naps,
            ..Probe::default()
        }));
        let practice = open(place.path(), &clock, &lab);
        // Alice's key ends at ten.
        let valid = " valid-before=\"20261122100000Z\"";
        let approvers: String = [("alice", valid), ("bob", "")]
            .iter()
            .map(|(name, options)| format!("{name}{options} {}\n", person(name).public_key()))
            .collect();
        let tenant =
            block_on(practice.create_tenant("halden", TenantOptions::region("eu").approvers(approvers)))
                .unwrap();
        record(&tenant, &inventory());
        Self {
            place,
            clock,
            lab,
            tenant,
        }
    }

    fn submit(&self, area: &str, targets: &[&str]) -> Routed {
        block_on(self.tenant.submit(change(area, targets), &Actor::service("svc"))).unwrap()
    }

    fn approved(&self, targets: &[&str]) -> Approved {
        let Routed::Approval(staged) = self.submit("architecture-review", targets) else {
            panic!()
        };
        let text = staged.decision("alice", Verdict::Approve).unwrap();
        let signature = person("alice").sign(NAMESPACE, &text).unwrap();
        match block_on(staged.decide(&text, &signature)).unwrap() {
            Decided::Approved(approved) => approved,
            other => panic!("{other:?}"),
        }
    }

    fn calls(&self) -> Vec<String> {
        self.lab.0.calls.lock().unwrap().clone()
    }

    /// Another opening of the same folder, as another process would have it.
    fn reopened(&self) -> Tenant {
        block_on(open(self.place.path(), &self.clock, &self.lab).tenant("halden")).unwrap()
    }
}

fn record(tenant: &Tenant, inventory: &serde_json::Value) {
    let estate = Estate::new(Inventory::from_json(inventory.to_string().as_bytes()).unwrap()).unwrap();
    block_on(tenant.review(&estate, "2026-11-22".parse().unwrap(), Trigger::Manual)).unwrap();
}

fn open(place: &std::path::Path, clock: &Arc<ManualClock>, lab: &Lab) -> Practice {
    let options = PracticeOptions::default().clock(clock.clone());
    let practice = block_on(Practice::open(place, options)).unwrap();
    practice.register(lab.clone()).unwrap();
    practice
}
