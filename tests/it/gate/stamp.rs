//! What an approval rests on, value by value, and how an inventory that several sources made is judged.

use serde_json::{Value, json};
use vcto::ErrorKind;
use vcto::gate::{Axis, ExecutionStatus, Level, Routed};

use super::world::{START, World, change, inventory, step};

/// What becomes of a change of the switch that was approved before the estate was as it is made here.
async fn after(first: impl Fn(&mut Value), then: impl Fn(&mut Value)) -> Result<ExecutionStatus, ErrorKind> {
    let world = World::new().await;
    let mut estate = inventory();
    first(&mut estate);
    world.review(&estate).await;
    let run = world.approved_2(&["switch"]).await;
    then(&mut estate);
    world.review(&estate).await;
    let executed = run.execute().await;
    executed.map(|done| done.status()).map_err(|error| error.kind())
}

fn uses(estate: &mut Value, from: &str) {
    let relation = json!({"from": from, "to": "switch", "kind": "uses", "strength": "soft"});
    estate["relations"].as_array_mut().unwrap().push(relation);
}

/// What would run on worse is not taken along, and so is in no level: that it was there is part of what was approved.
#[test]
fn what_would_be_degraded_is_part_of_what_was_approved() {
    pollster::block_on(async {
        let first = |estate: &mut Value| uses(estate, "mail");
        assert_eq!(after(first, |_| {}).await, Ok(ExecutionStatus::Succeeded));
        let another = after(first, |estate| uses(estate, "scan")).await;
        assert_eq!(another, Err(ErrorKind::Stale));
    });
}

/// Two sources that say two things: it does not matter in which order they are read, nor how often one says it.
#[test]
fn the_order_of_the_sources_voids_nothing_and_another_value_does() {
    pollster::block_on(async {
        let said = |values: &'static [(&'static str, &'static str)]| {
            move |estate: &mut Value| {
                let stated = values
                    .iter()
                    .map(|(by, value)| json!({"value": value, "source": by}));
                estate["assets"][0]["facts"]["os_name"] = stated.collect();
            }
        };
        let two = said(&[("rmm", "2019"), ("crm", "2022")]);
        for same in [
            said(&[("crm", "2022"), ("rmm", "2019")]),
            said(&[("rmm", "2022"), ("crm", "2019")]),
            said(&[("a", "2019"), ("b", "2022"), ("c", "2019")]),
        ] {
            assert_eq!(after(&two, same).await, Ok(ExecutionStatus::Succeeded));
        }
        for other in [
            said(&[("rmm", "2019")]),
            said(&[("rmm", "2019"), ("crm", "2025")]),
        ] {
            assert_eq!(after(&two, other).await, Err(ErrorKind::Stale));
        }
    });
}

/// The bands that a small change gets over an estate.
async fn bands(edit: impl Fn(&mut Value)) -> (Level, Vec<Axis>) {
    let world = World::new().await;
    let mut estate = inventory();
    edit(&mut estate);
    world.review(&estate).await;
    match world
        .submit(change("documentation", vec![step("s1", "set", "printer")]))
        .await
    {
        Routed::Automatic(staged) => (staged.level(), Vec::new()),
        Routed::Approval(staged) => {
            let raised = staged.why().into_iter().filter(|band| band.level > Level::L0);
            (staged.level(), raised.map(|band| band.axis).collect())
        }
        other => panic!("{other:?}"),
    }
}

/// Without a notifier what would be told is approved.
#[test]
fn an_inventory_of_several_sources_is_as_old_as_the_oldest_and_as_complete_as_its_least_part() {
    pollster::block_on(async {
        let merged = |ages: [&str; 2], scopes: Value| {
            let sources = json!([
                {"name": "crm", "captured_at": ages[0], "complete": true},
                {"name": "rmm", "captured_at": ages[1], "complete": true, "scopes": scopes},
            ]);
            bands(move |estate| estate["source"]["merged_from"] = sources.clone())
        };
        let old = "2026-11-22T06:00:00Z";
        assert_eq!(merged([START, START], json!([])).await.0, Level::L0);
        for ages in [[old, START], [START, old]] {
            let (level, axes) = merged(ages, json!([])).await;
            assert!(
                level == Level::L2 && axes.contains(&Axis::Confidence),
                "{ages:?} {axes:?}"
            );
        }
        let scopes = |complete: bool| json!([{"name": "server", "complete": true}, {"name": "printer", "complete": complete}]);
        assert_eq!(merged([START, START], scopes(true)).await.0, Level::L0);
        let (level, axes) = merged([START, START], scopes(false)).await;
        assert!(level == Level::L2 && axes.contains(&Axis::Confidence), "{axes:?}");
    });
}

/// A word for how much depends on something that this version cannot rank is taken for the highest.
#[test]
fn a_criticality_that_is_not_known_is_the_highest() {
    pollster::block_on(async {
        for (word, expected) in [
            ("high", Level::L0),
            ("critical", Level::L2),
            ("tier-0", Level::L2),
        ] {
            for asset in [5, 6] {
                // The printer itself, and the switch, on which it depends: only what is touched counts.
                let (level, _) = bands(|estate| estate["assets"][asset]["criticality"] = word.into()).await;
                assert_eq!(
                    level,
                    if asset == 5 { expected } else { Level::L0 },
                    "{word} {asset}"
                );
            }
        }
    });
}
