//! What a human did at level 3 is attested, and looked at where somebody can look.

use vcto::ErrorKind;
use vcto::gate::{Attestation, Effect, HumanOnly, Outcome, Resumed, Routed, Staged};

use super::world::{World, change, sign, step};

const ATTESTED: u16 = 0x0116;

/// Level 3 by what it does; the second step is one that nobody here can look at.
async fn staged(world: &World) -> Staged<HumanOnly> {
    let mut steps = vec![
        step("s1", "burn", "printer"),
        step("s2", "set", "switch"),
        step("s3", "set", "files"),
    ];
    steps[1].executor = "nobody".to_owned();
    match world.submit(change("documentation", steps)).await {
        Routed::HumanOnly(staged) => staged,
        other => panic!("{other:?}"),
    }
}

fn write(world: &World, target: &str, value: &str) {
    let mut table = world.lab.0.lock().unwrap();
    table.values.insert(target.to_owned(), value.to_owned());
}

#[test]
fn what_a_human_did_is_looked_at_step_by_step() {
    pollster::block_on(async {
        let world = World::new().await;
        let staged = staged(&world).await;
        let id = staged.id();
        write(&world, "printer", "s1");
        let text = staged.attestation("alice", Attestation::Did, None).unwrap();
        let done = staged.attest(&text, sign("alice", &text)).await.unwrap();
        assert_eq!(done.outcome(), Outcome::HumanDid);
        let told = |finished: &vcto::gate::Finished| {
            let seen = finished.observed().iter();
            seen.map(|seen| (seen.step.clone(), seen.effect))
                .collect::<Vec<_>>()
        };
        let seen = [
            ("s1".to_owned(), Effect::Present),
            ("s3".to_owned(), Effect::Absent),
        ];
        assert_eq!(told(&done), seen, "the second has no executor here");
        let Resumed::Finished(again) = world.resume(id).await else {
            panic!("it is over");
        };
        assert_eq!(told(&again), seen, "it stands in the ledger");
        assert!(world.lab.calls().is_empty(), "looking changes nothing");
    });
}

#[test]
fn nothing_is_looked_at_for_what_was_declined_or_is_not_taken() {
    pollster::block_on(async {
        let world = World::new().await;
        let first = staged(&world).await;
        let (id, before) = (first.id(), world.lab.0.lock().unwrap().places);
        let text = first.attestation("alice", Attestation::Did, None).unwrap();
        let error = first.attest(&text, sign("bob", &text)).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Denied);
        let Resumed::Routed(Routed::HumanOnly(again)) = world.resume(id).await else {
            panic!("it waits");
        };
        let text = again
            .attestation("alice", Attestation::Declined, Some("too_risky"))
            .unwrap();
        let declined = again.attest(&text, sign("alice", &text)).await.unwrap();
        assert_eq!(declined.outcome(), Outcome::Declined);
        assert!(declined.observed().is_empty());
        assert_eq!(
            world.lab.0.lock().unwrap().places,
            before,
            "no executor was asked"
        );
        let recorded = world.recorded(ATTESTED).await;
        assert!(recorded[0]["record"].get("observed").is_none());
    });
}
