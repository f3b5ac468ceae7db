//! Many small changes of one author: counted without a look at each, and the same as with one.

use jiff::SignedDuration;
use vcto::Actor;
use vcto::gate::{Level, Routed};

use super::world::{World, change, step};

/// One change more of one author, on the same thing: what is touched stays one.
async fn again(world: &World, n: usize, by: &str) -> Level {
    let mut small = change("documentation", vec![step("s1", "set", "shelf-0")]);
    small.reason = format!("Reason {n}").into();
    small.reads.clear();
    match world.tenant.submit(small, &Actor::service(by)).await.unwrap() {
        Routed::Automatic(staged) => staged.level(),
        other => panic!("{other:?}"),
    }
}

async fn counted(world: &World) -> Vec<u64> {
    let proposed = world.recorded(0x0110).await;
    let input = |record: &serde_json::Value| record["record"]["grounds"]["risk"]["input"].clone();
    let together = proposed
        .iter()
        .map(|record| input(record)["with_earlier"].clone());
    together
        .map(|together| together["proposals"].as_u64().unwrap_or(0))
        .collect()
}

#[test]
fn what_one_author_may_still_run_is_counted_and_what_is_over_is_not() {
    pollster::block_on(async {
        let world = World::new().await;
        for n in 0..20 {
            assert_eq!(again(&world, n, "svc").await, Level::L0);
        }
        again(&world, 20, "another").await;
        assert_eq!(again(&world, 21, "SVC ").await, Level::L0);
        let all: Vec<u64> = (0..20).chain([0, 20]).collect();
        assert_eq!(counted(&world).await, all);
        // Past their end, recorded or not, they count no more.
        let first = world.tenant.pending().await.unwrap().remove(0).id;
        world.clock.advance(SignedDuration::from_hours(31 * 24));
        assert!(world.tenant.pending().await.unwrap().is_empty());
        let over = world.resume(first).await;
        assert!(matches!(over, vcto::gate::Resumed::Finished(_)));
        world.review(&super::world::inventory()).await;
        let mut late = change("documentation", vec![step("s1", "set", "shelf-0")]);
        late.reads.clear();
        let routed = world.tenant.submit(late, &Actor::service("svc")).await;
        assert!(routed.is_ok_and(|routed| !matches!(routed, Routed::HumanOnly(_))));
        assert_eq!(counted(&world).await.last(), Some(&0));
    });
}
