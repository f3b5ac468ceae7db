//! The real gate beside the machine: two open practices over one file do what the commands say, and after each of them
//! everything that can be seen is what the machine says.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::atomic::{AtomicI32, Ordering};
use std::sync::{Arc, Mutex};

use pollster::block_on;
use proptest_state_machine::StateMachineTest;
use tempfile::TempDir;
use vcto::gate::{Policy, ProposalId};
use vcto::practice::{Practice, PracticeOptions, Tenant, TenantOptions, Trigger};

use super::calls::{self, Held, Means, Texts};
use super::commands::{CAROL_ENDS, Command, Outcome, Performed, Reference, What};
use super::estate::{inventory, target_value};
use super::lab::{Arm, Gatepost, Reviewer, Table};
use super::seen;
use super::stop::{Call, Driven, StopClock, drive, time_of};
use super::trail::Trail;
use crate::gate::world::{estate_of, key};

/// The persons of the model, by number.
pub const PEOPLE: [&str; 4] = ["alice", "bob", "carol", "dan"];

/// A process: its practice, and what it holds in memory.
pub struct Host {
    /// Dropped before the practice.
    under_way: Option<Call<Outcome>>,
    held: Rc<RefCell<Held>>,
    pub tenant: Tenant,
    _practice: Practice,
    clock: Arc<StopClock>,
    arm: Arm,
}

/// The gate and its world.
pub struct Real {
    pub reference: Reference,
    pub hosts: Vec<Host>,
    /// Only looks: it takes in by replay what the others write.
    pub watcher: Tenant,
    _watching: Practice,
    pub ids: Vec<ProposalId>,
    texts: Texts,
    pub trail: Trail,
    pub table: Arc<Mutex<Table>>,
    minutes: Arc<AtomicI32>,
    dir: TempDir,
}

fn signers() -> String {
    let end = time_of(CAROL_ENDS).strftime("%Y%m%d%H%M%SZ").to_string();
    PEOPLE
        .iter()
        .map(|person| {
            let options = match *person {
                "carol" => format!("valid-before=\"{end}\" "),
                _ => String::new(),
            };
            format!("{person} {options}{}\n", key(person).public_key())
        })
        .collect()
}

fn policy() -> Policy {
    Policy {
        approvals: 2,
        proposal_valid_s: 48 * 3_600,
        ..Policy::default()
    }
}

/// A file system in memory where there is one: the model kills processes, not disks.
fn folder() -> TempDir {
    tempfile::tempdir_in("/dev/shm").unwrap_or_else(|_| tempfile::tempdir().unwrap())
}

impl Real {
    pub fn new(reference: &Reference) -> Self {
        let dir = folder();
        let minutes = Arc::new(AtomicI32::new(0));
        let table = Arc::new(Mutex::new(Table::default()));
        block_on(async {
            let (practice, _, _) = opened(&dir, &minutes, &table).await;
            let options = TenantOptions::region("eu").approvers(signers()).policy(policy());
            let tenant = practice.create_tenant("halden", options).await.unwrap();
            review(&tenant, reference).await.unwrap();
        });
        let hosts = (0..2).map(|_| host(&dir, &minutes, &table)).collect();
        let (watching, watcher) = block_on(async {
            let (practice, _, _) = opened(&dir, &minutes, &table).await;
            let tenant = practice.tenant("halden").await.unwrap();
            (practice, tenant)
        });
        let mut trail = Trail::default();
        trail.read_on(&watcher);
        Self {
            reference: reference.clone(),
            hosts,
            watcher,
            _watching: watching,
            ids: Vec::new(),
            texts: Texts::default(),
            trail,
            table,
            minutes,
            dir,
        }
    }

    /// Everything as a process that opens the practice now has it.
    pub fn fresh(&self) -> (Practice, Tenant) {
        block_on(async {
            let (practice, _, _) = opened(&self.dir, &self.minutes, &self.table).await;
            let tenant = practice.tenant("halden").await.unwrap();
            (practice, tenant)
        })
    }

    fn perform(&mut self, command: &Command, expected: &Performed) -> Outcome {
        match command.what {
            What::Advance(_) | What::SetBack(_) => {
                self.minutes.store(expected.after.world.clock, Ordering::SeqCst);
            }
            What::Write(target, image) => {
                self.table.lock().unwrap().targets[target].value = target_value(image, target);
            }
            What::Sight(target, sight) => self.table.lock().unwrap().targets[target].sight = sight,
            What::Behave(..) => self.table.lock().unwrap().behaviours = expected.after.behaviours,
            // Whoever changes the rules dies elsewhere: `rules_run`.
            What::Rule(process, edit) => {
                let before = &self.reference.world.gate;
                block_on(edit.set(&self.hosts[process].tenant, before));
            }
            What::Kill(process) => {
                // The old one goes first: what it held is free when the new one opens.
                self.hosts[process].under_way = None;
                self.hosts[process] = host(&self.dir, &self.minutes, &self.table);
            }
            What::Continue(process, pause) => {
                let call = self.hosts[process].under_way.take().unwrap();
                self.hosts[process].arm.release(pause);
                return self.drive(process, call, true, command, expected);
            }
            what => {
                let process = what.process().unwrap();
                let host = &self.hosts[process];
                let means = Means {
                    tenant: host.tenant.clone(),
                    held: Rc::clone(&host.held),
                    texts: Rc::clone(&self.texts),
                    ids: self.ids.clone(),
                };
                let executes = matches!(what, What::Execute(..));
                if let What::Execute(_, _, pause) = what {
                    host.arm.release(pause);
                }
                let call = calls::call(means, what, &expected.after);
                return self.drive(process, call, executes, command, expected);
            }
        }
        Outcome::Done("")
    }

    fn drive(
        &mut self,
        process: usize,
        call: Call<Outcome>,
        executes: bool,
        command: &Command,
        expected: &Performed,
    ) -> Outcome {
        let host = &mut self.hosts[process];
        let (watcher, ids, before) = (&self.watcher, &self.ids, &self.reference.world);
        // After each record that is not the last; the last is looked at when the command is over.
        let look = |written: usize| match written.checked_sub(1) {
            None => seen::check_replay(watcher, ids, before),
            Some(at) => {
                let (_, world) = expected
                    .records
                    .get(at)
                    .expect("the machine writes no more records here");
                seen::check_replay(watcher, ids, world);
            }
        };
        let arm = executes.then_some(&host.arm);
        let driven = drive(call, &host.clock, arm, command.crash, look);
        if executes && !matches!(driven, Driven::Stopped(_)) {
            host.arm.release(None);
        }
        match driven {
            Driven::Done(outcome) => outcome,
            Driven::Stopped(call) => {
                host.under_way = Some(call);
                Outcome::Paused
            }
            Driven::Dropped => Outcome::Crashed,
        }
    }
}

impl StateMachineTest for Real {
    type SystemUnderTest = Self;
    type Reference = Reference;

    fn init_test(reference: &Reference) -> Self {
        Self::new(reference)
    }

    fn apply(mut real: Self, _: &Reference, command: Command) -> Self {
        let expected = real.reference.perform(&command);
        let outcome = real.perform(&command, &expected);
        real.trail.wait_for(&real.watcher, &expected);
        assert_eq!(outcome, expected.outcome, "{command:?}");
        real.reference = expected.after.clone();
        seen::check(&mut real, command.what.process(), &expected);
        real
    }

    fn teardown(mut real: Self, _: Reference) {
        for host in &mut real.hosts {
            host.under_way = None;
        }
        seen::verify(&real);
    }
}

async fn opened(
    dir: &TempDir,
    minutes: &Arc<AtomicI32>,
    table: &Arc<Mutex<Table>>,
) -> (Practice, Arc<StopClock>, Arm) {
    let clock = Arc::new(StopClock::new(Arc::clone(minutes)));
    let options = PracticeOptions::default()
        .clock(clock.clone())
        .notifier(Arc::new(Reviewer));
    let practice = Practice::open(dir.path().join("practice"), options)
        .await
        .unwrap();
    let arm = Arm {
        table: Arc::clone(table),
        post: Arc::new(Mutex::new(Gatepost::default())),
    };
    practice.register(arm.clone()).unwrap();
    (practice, clock, arm)
}

fn host(dir: &TempDir, minutes: &Arc<AtomicI32>, table: &Arc<Mutex<Table>>) -> Host {
    block_on(async {
        let (practice, clock, arm) = opened(dir, minutes, table).await;
        Host {
            under_way: None,
            held: Rc::default(),
            tenant: practice.tenant("halden").await.unwrap(),
            _practice: practice,
            clock,
            arm,
        }
    })
}

/// Records the snapshot that the model has.
pub async fn review(tenant: &Tenant, reference: &Reference) -> vcto::Result<()> {
    let estate = estate_of(&inventory(&reference.world.gate.snapshot));
    let as_of = "2026-11-22".parse().unwrap();
    tenant.review(&estate, as_of, Trigger::Manual).await.map(drop)
}
