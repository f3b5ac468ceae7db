//! A small world to gate: an estate, people with keys, an executor whose target is a shared table.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use vcto::change::{Change, FORMAT, FactRef, Step, Undo};
use vcto::estate::{AssetId, Inventory, Scalar};
use vcto::gate::sshsig::MemoryKey;
use vcto::gate::{
    ActionDeclaration, Approved, Decided, Executor, Idempotency, NAMESPACE, Observation, Permit, ProposalId,
    Resumed, Reversibility, Routed, Staged, StepContext, StepOutcome, Verdict,
};
use vcto::practice::{Practice, PracticeOptions, Tenant, TenantOptions, Trigger};
use vcto::time::ManualClock;
use vcto::{Actor, Estate};

pub const START: &str = "2026-11-22T08:00:00Z";

/// A file server that three things depend on, a lone printer on a switch, a tower of sixty things on one rack.
pub fn inventory() -> serde_json::Value {
    let mut assets = vec![
        serde_json::json!({"id": "files", "kind": "server", "name": "FILES", "facts": {"os_name": "Windows Server 2016", "owner": "it"}}),
        serde_json::json!({"id": "erp", "kind": "business_application", "name": "ERP", "criticality": "critical"}),
        serde_json::json!({"id": "scan", "kind": "service"}),
        serde_json::json!({"id": "mail", "kind": "service"}),
        serde_json::json!({"id": "app-db", "kind": "database", "name": "APP DB"}),
        serde_json::json!({"id": "printer", "kind": "printer", "name": "PRN-1", "facts": {"owner": null}}),
        serde_json::json!({"id": "switch", "kind": "switch"}),
        serde_json::json!({"id": "lonely", "kind": "device"}),
        serde_json::json!({"id": "rack", "kind": "power"}),
    ];
    let mut relations = vec![
        serde_json::json!({"from": "scan", "to": "files", "kind": "depends_on"}),
        serde_json::json!({"from": "mail", "to": "files", "kind": "depends_on"}),
        serde_json::json!({"from": "erp", "to": "app-db", "kind": "depends_on"}),
        serde_json::json!({"from": "printer", "to": "switch", "kind": "depends_on"}),
    ];
    for n in 0..60 {
        assets.push(serde_json::json!({"id": format!("shelf-{n}"), "kind": "device"}));
        relations.push(serde_json::json!({"from": format!("shelf-{n}"), "to": "rack", "kind": "depends_on"}));
    }
    serde_json::json!({
        "format": "vcto.inventory/1",
        "source": {"name": "crm", "captured_at": START, "complete": true},
        "assets": assets,
        "relations": relations,
    })
}

pub fn estate_of(inventory: &serde_json::Value) -> Estate {
    Estate::new(Inventory::from_json(inventory.to_string().as_bytes()).unwrap()).unwrap()
}

/// What an executor does at a step instead of its work.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Fault {
    /// Says that nothing was done, truthfully.
    NotDone,
    /// Does it and loses the answer.
    UnknownDone,
    /// Does nothing and loses the answer.
    UnknownNotDone,
    /// Loses the answer, and the target cannot be read from then on.
    UnknownBlind,
    /// Panics before anything is done.
    Panic,
    /// Says that it is done, and did nothing.
    Lie,
}

/// The table that the executor writes: target to value; and a log of every call that had an effect.
#[derive(Debug, Default)]
pub struct Table {
    pub values: BTreeMap<String, String>,
    pub calls: Vec<String>,
    pub faults: BTreeMap<(String, &'static str), Fault>,
    pub blind: bool,
    pub keys: Vec<String>,
    /// Places inside the executor that were passed: a look, before an effect, after an effect.
    pub places: usize,
    /// At this place the executor never answers.
    pub stall_at: Option<usize>,
}

/// An executor on a [`Table`]: `set` writes a value, `clear` takes it back. `look` does nothing and can be taken back.
#[derive(Clone, Debug, Default)]
pub struct Lab(pub Arc<Mutex<Table>>);

impl Lab {
    pub fn fault(&self, step: &str, act: &'static str, fault: Fault) {
        self.0
            .lock()
            .unwrap()
            .faults
            .insert((step.to_owned(), act), fault);
    }

    pub fn calls(&self) -> Vec<String> {
        self.0.lock().unwrap().calls.clone()
    }

    pub fn value(&self, target: &str) -> Option<String> {
        self.0.lock().unwrap().values.get(target).cloned()
    }

    /// Passes a place, or stops there for ever.
    async fn pass(&self) {
        let stalls = {
            let mut table = self.0.lock().unwrap();
            table.places += 1;
            table.stall_at == Some(table.places)
        };
        if stalls {
            std::future::pending::<()>().await;
        }
    }

    fn act(&self, permit: &Permit<'_>, act: &'static str) -> StepOutcome {
        let step = permit.step();
        let mut table = self.0.lock().unwrap();
        let fault = table.faults.get(&(step.id.clone(), act)).copied();
        match fault {
            Some(Fault::NotDone) => return StepOutcome::not_done("it would not"),
            Some(Fault::UnknownNotDone) => return StepOutcome::unknown("the line went dead"),
            Some(Fault::Lie) => return StepOutcome::done(),
            Some(Fault::Panic) => {
                drop(table);
                panic!("the executor fell over");
            }
            Some(Fault::UnknownBlind) => table.blind = true,
            Some(Fault::UnknownDone) | None => {}
        }
        table.keys.push(permit.idempotency_key().to_owned());
        table.calls.push(format!("{act} {}", step.id));
        if act == "apply" {
            table
                .values
                .insert(step.target.as_str().to_owned(), step.id.clone());
        } else {
            table.values.remove(step.target.as_str());
        }
        match fault {
            Some(_) => StepOutcome::unknown("the line went dead"),
            None => StepOutcome::done().with_receipt(format!("receipt of {}", step.id)),
        }
    }
}

#[async_trait]
impl Executor for Lab {
    fn name(&self) -> &str {
        "lab"
    }

    fn actions(&self) -> Vec<ActionDeclaration> {
        use Reversibility::{Compensation, Exact, Irreversible, Verified};
        [
            ("set", Verified),
            ("exact", Exact),
            ("redo", Compensation),
            ("burn", Irreversible),
            ("clear", Exact),
        ]
        .map(|(name, reversibility)| ActionDeclaration::new(name, reversibility, Idempotency::Natural))
        .to_vec()
    }

    async fn observe(&self, context: &StepContext) -> vcto::Result<Observation> {
        self.pass().await;
        let table = self.0.lock().unwrap();
        if table.blind {
            return Ok(Observation::unknown());
        }
        let value = table.values.get(context.step().target.as_str());
        let there = value.is_some_and(|value| *value == context.step().id);
        let seen = if there {
            Observation::present()
        } else {
            Observation::absent()
        };
        // What somebody else wrote is neither.
        let seen = match value {
            Some(value) if !there && value.starts_with("foreign") => Observation::unknown(),
            _ => seen,
        };
        Ok(seen.with_image(value.map_or("-", String::as_str)))
    }

    async fn apply(&self, permit: Permit<'_>) -> StepOutcome {
        self.pass().await;
        let outcome = self.act(&permit, "apply");
        self.pass().await;
        outcome
    }

    async fn undo(&self, permit: Permit<'_>) -> StepOutcome {
        self.pass().await;
        let outcome = self.act(&permit, "undo");
        self.pass().await;
        outcome
    }
}

pub fn step(id: &str, action: &str, target: &str) -> Step {
    Step {
        id: id.to_owned(),
        title: format!("Step {id}").into(),
        executor: "lab".to_owned(),
        action: action.to_owned(),
        target: AssetId::from(target),
        parameters: BTreeMap::from([("value".to_owned(), Scalar::from(id))]),
        undo: Some(Undo {
            action: "clear".to_owned(),
            parameters: BTreeMap::new(),
        }),
    }
}

pub fn change(area: &str, steps: Vec<Step>) -> Change {
    Change {
        format: FORMAT.to_owned(),
        title: "Tidy up".into(),
        reason: "Because".into(),
        area: area.to_owned(),
        findings: Vec::new(),
        steps,
        reads: vec![FactRef {
            asset: AssetId::from("files"),
            fact: "os_name".to_owned(),
        }],
        not_before: None,
        not_after: None,
        cost: None,
    }
}

/// A change of the area `architecture-review`: level 2 by its floor.
pub fn level_2(targets: &[&str]) -> Change {
    let steps = (1..)
        .zip(targets)
        .map(|(n, target)| step(&format!("s{n}"), "set", target));
    change("architecture-review", steps.collect())
}

/// A practice in memory with one tenant, and the keys of its people.
pub struct World {
    pub clock: Arc<ManualClock>,
    pub lab: Lab,
    pub practice: Practice,
    pub tenant: Tenant,
}

pub fn key(person: &str) -> MemoryKey {
    let mut seed = [7; 32];
    for (slot, byte) in seed.iter_mut().zip(person.bytes()) {
        *slot = byte;
    }
    MemoryKey::from_seed(&seed)
}

pub fn signers(people: &[&str]) -> String {
    people
        .iter()
        .map(|person| format!("{person} {}\n", key(person).public_key()))
        .collect()
}

pub fn sign(person: &str, text: &[u8]) -> String {
    key(person).sign(NAMESPACE, text).unwrap()
}

pub fn by() -> Actor {
    Actor::service("svc-review")
}

impl World {
    pub async fn new() -> Self {
        let options = TenantOptions::region("eu").approvers(signers(&["alice", "bob", "carol"]));
        Self::with(PracticeOptions::default(), options).await
    }

    /// As [`new`](Self::new), with its ledger and its key in a folder.
    pub async fn in_folder(dir: &std::path::Path) -> Self {
        let clock = Arc::new(ManualClock::new(START.parse().unwrap()));
        let practice = Practice::open(dir, PracticeOptions::default().clock(clock.clone()));
        let options = TenantOptions::region("eu").approvers(signers(&["alice", "bob", "carol"]));
        Self::of(clock, practice.await.unwrap(), options).await
    }

    pub async fn with(practice: PracticeOptions, tenant: TenantOptions) -> Self {
        let clock = Arc::new(ManualClock::new(START.parse().unwrap()));
        let practice = Practice::in_memory(practice.clock(clock.clone()));
        Self::of(clock, practice, tenant).await
    }

    /// A copy of this world's folder, opened, under the same clock.
    pub async fn elsewhere(&self, dir: &std::path::Path) -> Self {
        let options = PracticeOptions::default().clock(self.clock.clone());
        let practice = Practice::open(dir, options).await.unwrap();
        let lab = Lab::default();
        practice.register(lab.clone()).unwrap();
        Self {
            clock: self.clock.clone(),
            lab,
            tenant: practice.tenant("halden").await.unwrap(),
            practice,
        }
    }

    async fn of(clock: Arc<ManualClock>, practice: Practice, tenant: TenantOptions) -> Self {
        let lab = Lab::default();
        practice.register(lab.clone()).unwrap();
        let tenant = practice.create_tenant("halden", tenant).await.unwrap();
        let world = Self {
            clock,
            lab,
            practice,
            tenant,
        };
        world.review(&inventory()).await;
        world
    }

    pub async fn review(&self, inventory: &serde_json::Value) {
        let as_of = "2026-11-22".parse().unwrap();
        self.tenant
            .review(&estate_of(inventory), as_of, Trigger::Manual)
            .await
            .unwrap();
    }

    pub async fn submit(&self, change: Change) -> Routed {
        self.tenant.submit(change, &by()).await.unwrap()
    }

    pub async fn stage_2(&self, targets: &[&str]) -> Staged<vcto::gate::Approval> {
        approval(self.submit(level_2(targets)).await)
    }

    pub async fn approve(&self, staged: Staged<vcto::gate::Approval>, person: &str) -> vcto::Result<Decided> {
        let text = staged.decision(person, Verdict::Approve)?;
        staged.decide(&text, sign(person, &text)).await
    }

    pub async fn approved_2(&self, targets: &[&str]) -> Approved {
        let staged = self.stage_2(targets).await;
        match self.approve(staged, "alice").await.unwrap() {
            Decided::Approved(approved) => approved,
            other => panic!("{other:?}"),
        }
    }

    pub async fn resume(&self, id: ProposalId) -> Resumed {
        self.tenant.resume(id).await.unwrap()
    }

    /// What the ledger records of the gate, as entry types.
    pub async fn records(&self) -> Vec<u16> {
        let entries = self.tenant.ledger().entries(..).await.unwrap();
        let types = entries.iter().map(|entry| entry.entry_type().0);
        types.filter(|number| (0x0100..0x0200).contains(number)).collect()
    }

    /// The payloads of one kind of record.
    pub async fn recorded(&self, entry_type: u16) -> Vec<serde_json::Value> {
        let entries = self.tenant.ledger().entries(..).await.unwrap();
        let of_type = entries.iter().filter(|entry| entry.entry_type().0 == entry_type);
        of_type
            .map(|entry| serde_json::from_slice(entry.payload()).unwrap())
            .collect()
    }
}

pub const REFUSED: u16 = 0x0112;
pub const STALE: u16 = 0x0113;
pub const EXPIRED: u16 = 0x0114;
pub const STARTED: u16 = 0x0120;

pub fn approval(routed: Routed) -> Staged<vcto::gate::Approval> {
    match routed {
        Routed::Approval(staged) => staged,
        other => panic!("{other:?}"),
    }
}
