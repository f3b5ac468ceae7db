//! The anchor logs of a practice in a database: several machines, and rounds at the same time.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use jiff::SignedDuration;
use pollster::block_on;
use postgres::{Client, NoTls};
use vcto::ErrorKind;
use vcto::ledger::{Anchor, AnchorRequest, Completeness, FileAnchor, Kept, Policy, VerifyOptions};
use vcto::practice::{AnchorOptions, AnchorOutcome, AnchorRound, Practice, PracticeOptions, TenantOptions};
use vcto::time::ManualClock;

use super::anchor::{Yard, round, work};
use super::people;
use crate::ledger::crash::{said, say, spawn_test};
use crate::postgres::database;

const ORIGIN: &str = "msp.example/vcto";

/// A machine that works for the practice: what it keeps lies in a folder of its own.
async fn machine(url: &str, folder: &Path, clock: &Arc<ManualClock>) -> Practice {
    let options = PracticeOptions::default().clock(clock.clone());
    Practice::open(url, options.origin(ORIGIN).folder(folder))
        .await
        .unwrap()
}

/// The folder that is named by the practice's id.
fn inner(folder: &Path) -> PathBuf {
    let mut entries = fs::read_dir(folder).unwrap();
    entries.next().unwrap().unwrap().path()
}

/// Brings the keys and marks of one machine to another.
fn bring(from: &Path, to: &Path) {
    for part in ["keys", "marks"] {
        for file in fs::read_dir(inner(from).join(part)).unwrap().map(Result::unwrap) {
            fs::copy(file.path(), inner(to).join(part).join(file.file_name())).unwrap();
        }
    }
}

fn outcomes(round: &AnchorRound) -> Vec<(&str, AnchorOutcome)> {
    let told = round.tenants.iter();
    told.map(|told| (told.tenant.as_str(), told.outcome)).collect()
}

#[test]
fn two_machines_anchor_in_turn_into_one_log_for_each_region() {
    let Some(url) = database() else { return };
    block_on(async {
        let yard = Yard::new();
        let folders = ["one", "two"].map(|name| yard.dir.path().join(name));
        let one = machine(&url, &folders[0], &yard.clock).await;
        let halden = one.create_tenant("halden", people()).await.unwrap();
        one.create_tenant("orme", TenantOptions::region("us"))
            .await
            .unwrap();
        let outside = FileAnchor::new("share", yard.dir.path().join("outside"));
        one.register_anchor(outside.clone()).unwrap();
        let first = round(&one).await;
        assert!(first.has_no_failure(), "{first:?}");
        assert_eq!(first.regions.len(), 2);

        let two = machine(&url, &folders[1], &yard.clock).await;
        two.register_anchor(outside.clone()).unwrap();
        bring(&folders[0], &folders[1]);
        assert_eq!(
            outcomes(&round(&two).await),
            [
                ("halden", AnchorOutcome::Unchanged),
                ("orme", AnchorOutcome::Unchanged)
            ]
        );
        for (number, practice) in [&two, &one, &two, &one].into_iter().enumerate() {
            work(&practice.tenant("halden").await.unwrap(), 1).await;
            yard.clock.advance(SignedDuration::from_secs(1));
            let told = round(practice).await;
            assert!(told.has_no_failure(), "{number}: {told:?}");
            assert_eq!(
                outcomes(&told),
                [
                    ("halden", AnchorOutcome::Anchored),
                    ("orme", AnchorOutcome::Unchanged)
                ]
            );
        }
        let kept = outside.kept("msp.example/vcto/anchor/eu").unwrap();
        assert_eq!(kept.len(), 5);
        for practice in [&one, &two] {
            let tenant = practice.tenant("halden").await.unwrap();
            let options = kept.iter().fold(VerifyOptions::default(), |options, kept| {
                options.kept_anchor(&kept.note, kept.since)
            });
            let report = tenant.verify(&options).await.unwrap();
            assert_eq!(
                (report.problems.as_slice(), report.completeness),
                ([].as_slice(), Completeness::Ok)
            );
            let log = practice.anchor_log("eu").await.unwrap();
            let report = log.verify(&VerifyOptions::default()).await.unwrap();
            assert_eq!(
                (report.problems.as_slice(), report.policy),
                ([].as_slice(), Policy::Ok)
            );
        }
        drop(halden);

        // A key that one machine rotated to is asked for on the other.
        let key = one.rotate_anchor_key("eu").await.unwrap();
        work(&two.tenant("halden").await.unwrap(), 1).await;
        yard.clock.advance(SignedDuration::from_secs(1));
        let lacking = round(&two).await;
        let text = lacking.regions[0].text.clone().unwrap();
        assert!(text.contains("anchor.eu.key.1"), "{text}");
        bring(&folders[0], &folders[1]);
        let told = round(&two).await;
        assert!(told.has_no_failure(), "{told:?}");
        assert_eq!(told.regions[0].key, Some(key.to_string()));
    });
}

#[test]
fn a_tenant_and_an_anchor_log_that_were_cut_in_the_database_are_named() {
    let Some(url) = database() else { return };
    block_on(async {
        let yard = Yard::new();
        let folder = yard.dir.path().join("one");
        let earlier = yard.dir.path().join("earlier");
        let size = {
            let practice = machine(&url, &folder, &yard.clock).await;
            let tenant = practice.create_tenant("halden", people()).await.unwrap();
            practice.create_tenant("pryce", people()).await.unwrap();
            work(&tenant, 1).await;
            let size = tenant.ledger().checkpoint().await.unwrap().size();
            fs::copy(inner(&folder).join("marks/halden"), &earlier).unwrap();
            work(&tenant, 2).await;
            assert!(round(&practice).await.has_no_failure());
            size
        };
        let mut owner = Client::connect(&url, NoTls).unwrap();
        let mut cut = |origin: &str, size: u64| {
            owner
                .batch_execute(&format!(
                    "ALTER TABLE vcto.entry DISABLE TRIGGER ALL; ALTER TABLE vcto.checkpoint DISABLE TRIGGER ALL;
                     DELETE FROM vcto.entry e USING vcto.log l WHERE l.log_id = e.log_id AND l.origin = '{origin}' AND e.seq >= {size};
                     DELETE FROM vcto.checkpoint c USING vcto.log l WHERE l.log_id = c.log_id AND l.origin = '{origin}' AND c.size > {size};
                     ALTER TABLE vcto.entry ENABLE TRIGGER ALL; ALTER TABLE vcto.checkpoint ENABLE TRIGGER ALL"
                ))
                .unwrap();
        };
        cut("msp.example/vcto/halden", size);
        // The mark tells; where that was put back too, only the anchor log is left to tell.
        for (is_mark_put_back, why) in [(false, "and had"), (true, "when it was anchored")] {
            if is_mark_put_back {
                fs::copy(&earlier, inner(&folder).join("marks/halden")).unwrap();
            }
            let practice = machine(&url, &folder, &yard.clock).await;
            yard.clock.advance(SignedDuration::from_secs(1));
            let told = round(&practice).await;
            let [halden, pryce] = told.tenants.as_slice() else {
                panic!("{told:?}")
            };
            assert_eq!(pryce.outcome, AnchorOutcome::Unchanged, "{told:?}");
            assert_eq!(halden.outcome, AnchorOutcome::Shorter, "{told:?}");
            assert!(halden.text.as_deref().unwrap().contains(why), "{told:?}");
        }
        let practice = machine(&url, &folder, &yard.clock).await;
        let log = practice.anchor_log("eu").await.unwrap().size().await.unwrap();
        drop(practice);
        cut("msp.example/vcto/anchor/eu", log - 1);
        let practice = machine(&url, &folder, &yard.clock).await;
        let error = practice.anchor_log("eu").await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::RollbackDetected, "{error}");
        let told = round(&practice).await;
        assert!(
            told.regions[0]
                .text
                .as_deref()
                .unwrap()
                .contains("truncated or restored"),
            "{told:?}"
        );
        assert!(
            told.tenants
                .iter()
                .all(|tenant| tenant.outcome != AnchorOutcome::Anchored)
        );
    });
}

/// Says that it has a checkpoint, and waits until the file `go` is there.
#[derive(Debug)]
struct Patient(PathBuf);

#[async_trait]
impl Anchor for Patient {
    fn name(&self) -> &str {
        "patient"
    }

    async fn keep(&self, request: &AnchorRequest) -> vcto::Result<Kept> {
        say(&format!("keeping {}", request.checkpoint.size()));
        while !self.0.join("go").exists() {
            std::thread::sleep(std::time::Duration::from_millis(10));
        }
        Ok(Kept::silently())
    }
}

/// The practice of a child: in the database that it is told, else in a folder.
async fn practice_of(dir: &Path, url: Option<&str>) -> Practice {
    match url {
        Some(url) => Practice::open(url, PracticeOptions::default().folder(dir.join("machine"))).await,
        None => Practice::open(dir.join("practice"), PracticeOptions::default()).await,
    }
    .unwrap()
}

/// One round that waits, then twenty.
#[test]
#[ignore = "a child process of another test"]
fn child_anchors() {
    let Some(dir) = std::env::var_os("VCTO_TEST_DIR").map(PathBuf::from) else {
        return;
    };
    let url = std::env::var("VCTO_TEST_URL").ok();
    block_on(async {
        let practice = practice_of(&dir, url.as_deref()).await;
        practice.register_anchor(Patient(dir)).unwrap();
        let told = round(&practice).await;
        assert!(told.has_no_failure(), "{told:?}");
        say("first");
        let busy = beats(&practice).await;
        say(&format!("busy {busy}"));
    });
}

/// Twenty rounds; how many of them found another under way.
async fn beats(practice: &Practice) -> usize {
    let beat = AnchorOptions::default().heartbeat(SignedDuration::ZERO);
    let mut busy = 0;
    for _ in 0..20 {
        let told = practice.anchor(&beat).await.unwrap();
        match told.regions[0].text.as_deref() {
            None => assert!(told.has_no_failure(), "{told:?}"),
            Some(text) => {
                assert!(text.contains("another process anchors"), "{text}");
                assert!(
                    told.tenants
                        .iter()
                        .all(|tenant| tenant.outcome == AnchorOutcome::Failed)
                );
                busy += 1;
            }
        }
    }
    busy
}

fn rounds_at_once(url: Option<&str>) {
    let dir = tempfile::tempdir().unwrap();
    block_on(async {
        let practice = practice_of(dir.path(), url).await;
        let tenant = practice.create_tenant("halden", people()).await.unwrap();
        work(&tenant, 1).await;
        let mut child = spawn_test("practice::anchor_server::child_anchors", dir.path(), url, "x");
        let mut lines = said(&mut child);
        let keeping = lines.next().unwrap();
        let size: u64 = keeping.strip_prefix("keeping ").unwrap().parse().unwrap();
        // While that round waits for its anchor, nothing is taken by another one; the tenant is worked with as ever.
        work(&tenant, 1).await;
        let told = round(&practice).await;
        let text = told.regions[0].text.as_deref().unwrap();
        assert!(text.contains("another process anchors the region `eu`"), "{text}");
        assert_eq!(outcomes(&told), [("halden", AnchorOutcome::Failed)]);
        let log = practice.anchor_log("eu").await.unwrap();
        assert_eq!(log.size().await.unwrap(), size);

        fs::write(dir.path().join("go"), "").unwrap();
        assert_eq!(lines.next().as_deref(), Some("first"));
        let busy = beats(&practice).await;
        let theirs = lines.next().unwrap();
        assert!(child.wait().unwrap().success());
        println!("{busy} of 20 rounds here were refused, there {theirs}");
        let report = log.verify(&VerifyOptions::default()).await.unwrap();
        assert_eq!(
            (report.problems.as_slice(), report.policy),
            ([].as_slice(), Policy::Ok)
        );
        let report = tenant.verify(&VerifyOptions::default()).await.unwrap();
        assert_eq!(report.problems, []);
    });
}

#[test]
fn of_rounds_of_two_processes_one_is_at_work_and_the_other_takes_nothing() {
    rounds_at_once(None);
}

#[test]
fn nor_in_a_database() {
    if let Some(url) = database() {
        rounds_at_once(Some(&url));
    }
}
