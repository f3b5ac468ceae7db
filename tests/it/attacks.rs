//! Attempts to get an effect without its record, twice, or on what nobody approved.

use std::collections::BTreeSet;
use std::pin::pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use async_trait::async_trait;
use pollster::block_on;
use serde_json::json;
use vcto::change::Change;
use vcto::estate::Inventory;
use vcto::gate::sshsig::MemoryKey;
use vcto::gate::{
    ActionDeclaration, Approved, Decided, ExecutionStatus, Executor, Idempotency, NAMESPACE, Observation,
    Permit, ProposalId, Resumed, Reversibility, Routed, StepContext, StepOutcome, Verdict,
};
use vcto::practice::{Practice, PracticeOptions, Tenant, TenantOptions, Trigger};
use vcto::time::ManualClock;
use vcto::{Actor, ErrorKind, Estate};

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
        let approvers: String = ["alice", "bob"]
            .iter()
            .map(|name| format!("{name} {}\n", person(name).public_key()))
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

struct Unpark(std::thread::Thread, AtomicUsize);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.1.fetch_add(1, Ordering::SeqCst);
        self.0.unpark();
    }
}

/// Polls a future so many times, then drops it wherever it is. `None`: it was dropped before its end.
fn dropped_after<T>(polls: usize, future: impl std::future::Future<Output = T>) -> Option<T> {
    let unpark = Arc::new(Unpark(std::thread::current(), AtomicUsize::new(0)));
    let waker = Waker::from(Arc::clone(&unpark));
    let mut context = Context::from_waker(&waker);
    let mut future = pin!(future);
    for _ in 0..polls {
        let before = unpark.1.load(Ordering::SeqCst);
        if let Poll::Ready(value) = future.as_mut().poll(&mut context) {
            return Some(value);
        }
        while unpark.1.load(Ordering::SeqCst) == before {
            std::thread::park_timeout(Duration::from_millis(200));
        }
    }
    None
}

#[test]
fn an_execution_that_is_dropped_anywhere_runs_no_step_twice_and_is_never_approved_again() {
    let world = World::new(true);
    let mut ends = BTreeSet::new();
    for polls in 0.. {
        assert!(polls < PAIRS, "it ends");
        let approved = world.approved(&[&format!("x{polls}"), &format!("y{polls}")]);
        let (id, before) = (approved.id(), world.calls().len());
        let whole = dropped_after(polls, approved.execute()).is_some();
        let after_drop = world.calls().len();
        let end = match block_on(world.reopened().resume(id)).unwrap() {
            Resumed::Approved(again) => {
                assert_eq!(after_drop, before, "dropped after {polls} polls");
                assert_eq!(
                    block_on(again.execute()).unwrap().status(),
                    ExecutionStatus::Succeeded
                );
                "approved"
            }
            Resumed::InDoubt(doubt) => {
                let _ = block_on(doubt.probe()).unwrap();
                assert_eq!(world.calls().len(), after_drop, "probing does nothing");
                "in doubt"
            }
            Resumed::Finished(_) => "finished",
            other => panic!("{other:?}"),
        };
        ends.insert(end);
        if whole {
            break;
        }
    }
    let calls = world.calls();
    assert_eq!(
        calls.iter().collect::<BTreeSet<_>>().len(),
        calls.len(),
        "no step twice"
    );
    assert_eq!(
        ends.into_iter().collect::<Vec<_>>(),
        ["approved", "finished", "in doubt"],
        "each is reached"
    );
    let verified = block_on(
        world
            .reopened()
            .ledger()
            .verify(&vcto::ledger::VerifyOptions::default()),
    )
    .unwrap();
    assert!(verified.has_no_failure(), "{verified:?}");
}

#[test]
fn of_many_who_hold_the_same_approval_one_starts() {
    let world = World::new(false);
    let first = world.approved(&["a"]);
    let id = first.id();
    let mut holders = vec![first];
    for _ in 0..3 {
        let Resumed::Approved(again) = block_on(world.reopened().resume(id)).unwrap() else {
            panic!()
        };
        holders.push(again);
        let Resumed::Approved(again) = block_on(world.tenant.resume(id)).unwrap() else {
            panic!()
        };
        holders.push(again);
    }
    let ends: Vec<_> = std::thread::scope(|scope| {
        let threads: Vec<_> = holders
            .into_iter()
            .map(|held| {
                scope.spawn(|| {
                    block_on(held.execute())
                        .map(|execution| execution.status())
                        .map_err(|error| error.kind())
                })
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert_eq!(
        ends.iter()
            .filter(|end| **end == Ok(ExecutionStatus::Succeeded))
            .count(),
        1,
        "{ends:?}"
    );
    let refused = ends
        .iter()
        .filter(|end| matches!(end, Err(ErrorKind::Busy | ErrorKind::Consumed)))
        .count();
    assert_eq!(refused, ends.len() - 1, "{ends:?}");
    assert_eq!(world.calls().len(), 1);
}

#[test]
fn an_executor_that_calls_the_gate_neither_hangs_nor_gets_a_second_start() {
    let world = World::new(false);
    let approved = world.approved(&["a"]);
    *world.lab.0.reenter.lock().unwrap() = Some((world.tenant.clone(), approved.id()));
    assert_eq!(
        block_on(approved.execute()).unwrap().status(),
        ExecutionStatus::Succeeded
    );
    assert_eq!(*world.lab.0.seen.lock().unwrap(), ["Err(Busy)", "Ok(1)"]);
    assert_eq!(world.calls().len(), 1);
}

#[test]
fn a_clock_that_is_set_back_brings_nothing_to_life() {
    let world = World::new(false);
    let approved = world.approved(&["a"]);
    let id = approved.id();
    world.clock.advance(jiff::SignedDuration::from_hours(25));
    let late = block_on(approved.execute()).unwrap_err();
    assert!(
        matches!(late.kind(), ErrorKind::Expired | ErrorKind::Denied),
        "{late}"
    );
    world.clock.set(START.parse().unwrap());
    let again = block_on(world.reopened().resume(id)).unwrap();
    assert!(matches!(again, Resumed::Routed(Routed::Approval(_))), "{again:?}");
    world.clock.advance(jiff::SignedDuration::from_hours(24 * 400));
    let over = block_on(world.reopened().resume(id)).unwrap();
    assert!(matches!(over, Resumed::Finished(_)), "{over:?}");
    world.clock.set(START.parse().unwrap());
    assert!(matches!(
        block_on(world.reopened().resume(id)).unwrap(),
        Resumed::Finished(_)
    ));
    assert!(world.calls().is_empty());
}

#[test]
fn the_same_facts_are_the_same_in_the_next_process() {
    // Numbers at the edge of what JSON carries, read by the change: a stamp that a reopening changes would void approvals.
    let world = World::new(false);
    let id = world.approved(&["a"]).id();
    let Resumed::Approved(again) = block_on(world.reopened().resume(id)).unwrap() else {
        panic!()
    };
    assert_eq!(
        block_on(again.execute()).unwrap().status(),
        ExecutionStatus::Succeeded
    );
}

#[test]
fn a_target_that_is_replaced_under_the_same_name_voids_the_approval() {
    let world = World::new(false);
    let approved = world.approved(&["a"]);
    let mut other = inventory();
    other["assets"][0]["id"] = json!("a2");
    other["assets"][0]["name"] = json!("a");
    other["relations"][0]["from"] = json!("a2");
    record(&world.tenant, &other);
    let stale = block_on(approved.execute()).unwrap_err();
    assert_eq!(stale.kind(), ErrorKind::Stale);
    assert!(world.calls().is_empty());
}

#[test]
fn what_did_not_exist_and_then_does_voids_the_approval() {
    let world = World::new(false);
    let approved = world.approved(&["a"]);
    let mut more = inventory();
    more["assets"][0]["facts"]["absent"] = json!(null);
    record(&world.tenant, &more);
    assert_eq!(block_on(approved.execute()).unwrap_err().kind(), ErrorKind::Stale);
}

#[test]
fn two_approved_changes_of_one_target_do_not_run_together() {
    let world = World::new(true);
    let first = world.approved(&["a", "b"]);
    let second = world.approved(&["b"]);
    let first_id = first.id();
    // The first is dropped in the middle: it still holds its targets.
    let mut polls = 0;
    let mut first = Some(first);
    while let Some(held) = first.take() {
        polls += 1;
        if dropped_after(polls, held.execute()).is_some() {
            panic!("it was never in the middle");
        }
        match block_on(world.tenant.resume(first_id)).unwrap() {
            Resumed::Approved(again) => first = Some(again),
            Resumed::InDoubt(_) => {}
            other => panic!("{other:?}"),
        }
    }
    let before = world.calls().len();
    let busy = block_on(second.execute()).unwrap_err();
    assert_eq!(busy.kind(), ErrorKind::Busy, "{busy}");
    assert_eq!(world.calls().len(), before);
}

#[test]
fn a_change_without_bounds_is_refused_by_a_typed_error() {
    let world = World::new(false);
    let mut long = change("architecture-review", &["a"]);
    long.title = "x".repeat(5 << 20).into();
    let error = block_on(world.tenant.submit(long, &Actor::service("svc"))).unwrap_err();
    assert!(
        matches!(error.kind(), ErrorKind::TooLarge | ErrorKind::InvalidInput),
        "{error}"
    );
}

#[test]
fn refused_submissions_do_not_fill_the_ledger() {
    let world = World::new(false);
    let alone = Actor::person("alice");
    let before = block_on(world.tenant.ledger().size()).unwrap();
    let mut expired = change("architecture-review", &["a"]);
    expired.not_after = Some("2026-01-01T00:00:00Z".parse().unwrap());
    for _ in 0..100 {
        assert!(block_on(world.tenant.submit(expired.clone(), &alone)).is_err());
    }
    let after = block_on(world.tenant.ledger().size()).unwrap();
    assert!(after - before <= 60, "{} records of refusals", after - before);
}
