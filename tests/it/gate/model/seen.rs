//! Everything that can be seen of the real gate, beside the machine.

use std::collections::BTreeMap;

use pollster::block_on;
use vcto::gate::{Pending, ProposalId, Resumed};
use vcto::ledger::{Policy, VerifyOptions};
use vcto::practice::Tenant;

use super::calls::word;
use super::commands::{Performed, Reference};
use super::estate::{step_id, target_value};
use super::machine::{End, Level, Phase, Say};
use super::real::{PEOPLE, Real};
use super::run::{ActKey, STEPS, Way};
use super::world::World;

/// What waits: level, state, how many must approve, who did.
type Waiting = BTreeMap<usize, (&'static str, String, usize, Vec<String>)>;

/// What waits, as the machine has it.
fn waiting(world: &World) -> Waiting {
    let proposals = world.gate.proposals.iter().enumerate();
    proposals
        .filter_map(|(id, proposal)| {
            let state = world.word(id)?;
            let needed = if proposal.level == Level::L2 {
                world.gate.quorum
            } else {
                0
            };
            let persons = world.gate.valid(id, Say::Approve, world.now());
            let persons = persons.into_iter().map(|who| PEOPLE[who].to_owned()).collect();
            Some((id, (proposal.level.word(), state.to_owned(), needed, persons)))
        })
        .collect()
}

/// What waits, as an open practice has it.
fn pending(tenant: &Tenant, ids: &[ProposalId]) -> Waiting {
    let pending: Vec<Pending> = block_on(tenant.pending()).unwrap();
    assert!(pending.is_sorted_by_key(|entry| entry.expires_at));
    pending
        .into_iter()
        .map(|entry| {
            let id = ids.iter().position(|id| *id == entry.id).unwrap();
            let level = ["L0", "L1", "L2", "L3"]
                .into_iter()
                .find(|name| *name == entry.level.as_str())
                .unwrap();
            let state = entry.state.as_str().to_owned();
            (id, (level, state, entry.approvals_needed, entry.approved_by))
        })
        .collect()
}

/// In the middle of a command, after a record: the replay has what the machine has.
pub fn check_replay(watcher: &Tenant, ids: &[ProposalId], world: &World) {
    assert_eq!(pending(watcher, ids), waiting(world), "replayed after a record");
}

/// After a command. Only who acted is asked what it has: the other one stays as far as it has read, as processes do.
pub fn check(real: &mut Real, actor: Option<usize>, expected: &Performed) {
    let world = &expected.after.world;
    real.ids = real.trail.proposals().map(|id| id.parse().unwrap()).collect();
    if let Some(host) = actor.and_then(|process| real.hosts.get(process)) {
        assert_eq!(pending(&host.tenant, &real.ids), waiting(world), "live");
    }
    check_replayed(&real.watcher, &real.ids, world);
    check_effects(real, &expected.after);
    let table = real.table.lock().unwrap();
    real.trail.bears_out(&table.effects, &world.gate);
}

fn check_replayed(tenant: &Tenant, ids: &[ProposalId], world: &World) {
    assert_eq!(pending(tenant, ids), waiting(world), "replayed");
    check_over(tenant, ids, world);
}

/// What is over, and how far its steps came; also what is in doubt and known to be.
fn check_over(tenant: &Tenant, ids: &[ProposalId], world: &World) {
    let before = block_on(tenant.ledger().size()).unwrap();
    for (id, proposal) in world.gate.proposals.iter().enumerate() {
        let Phase::Closed(end) = proposal.phase else {
            continue;
        };
        let resumed = block_on(tenant.resume(ids[id])).unwrap();
        assert_eq!(word(&resumed), end.word());
        let Resumed::Finished(finished) = resumed else {
            panic!("{resumed:?} is over");
        };
        let execution = finished.execution();
        assert_eq!(execution.is_some(), matches!(end, End::Executed(_)));
        if let (Some(execution), Some(run)) = (execution, &proposal.run) {
            let steps: Vec<&str> = execution.steps().iter().map(|step| step.state.as_str()).collect();
            let wanted: Vec<&str> = (0..STEPS).map(|step| run.step_word(step)).collect();
            assert_eq!(steps, wanted);
            assert_eq!(execution.review_due().is_some(), run.duty);
        }
    }
    assert_eq!(
        block_on(tenant.ledger().size()).unwrap(),
        before,
        "to look changes nothing"
    );
}

/// What the executor did, counted outside.
fn check_effects(real: &Real, model: &Reference) {
    let table = real.table.lock().unwrap();
    for (at, (target, cell)) in table.targets.iter().zip(model.world.cells).enumerate() {
        assert_eq!(
            (&target.value, target.sight),
            (&target_value(cell.value, at), cell.sight)
        );
    }
    let mut wanted = Vec::new();
    for (id, deeds) in model.world.deeds.iter().enumerate() {
        let proposal = &model.world.gate.proposals[id];
        for key in ActKey::all() {
            let times = usize::from(deeds.effects[key.index()]);
            let act = if key.way == Way::Forth { "apply" } else { "undo" };
            let effect = (
                real.ids[id],
                step_id(proposal.kind, proposal.targets[key.step]),
                act,
            );
            wanted.extend(std::iter::repeat_n(effect, times));
        }
    }
    let mut effects = table.effects.clone();
    effects.sort();
    wanted.sort();
    assert_eq!(effects, wanted);
    assert!(
        super::faults::Invariant::ALL
            .iter()
            .all(|invariant| model.world.holds(*invariant))
    );
}

/// At the end: who opens the practice now has the same, and the ledger verifies, the policy with it.
pub fn verify(real: &Real) {
    let (_practice, fresh) = real.fresh();
    check_replayed(&fresh, &real.ids, &real.reference.world);
    let report = block_on(real.watcher.ledger().verify(&VerifyOptions::default())).unwrap();
    assert_eq!(report.policy, Policy::Ok, "{:?}", report.problems);
    assert!(report.has_no_failure(), "{:?}", report.problems);
}
