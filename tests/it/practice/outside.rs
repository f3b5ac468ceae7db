//! Anchors outside: what they are owed, what they refuse, and what they leave behind.

use std::fs;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use jiff::SignedDuration;
use pollster::block_on;
use vcto::ErrorKind;
use vcto::ledger::{
    Anchor, AnchorRequest, Completeness, DeliveryOutcome, EntryType, FileAnchor, Integrity, Kept, Level,
    Policy, SplitView, VerifyOptions,
};
use vcto::practice::{AnchorOptions, AnchorRound, Practice};
use vcto::proof::verify_bundle;

use super::anchor::{Yard, round, work};
use super::people;

const ORIGIN: &str = "msp.example/vcto/anchor/eu";

/// An anchor that does what it is told, and remembers what it was handed.
#[derive(Debug, Default)]
struct Fake {
    says: Mutex<Vec<Says>>,
    handed: Mutex<Vec<(u64, u64, u32)>>,
    calls: AtomicUsize,
}

#[derive(Clone, Copy, Debug)]
enum Says {
    No(ErrorKind),
    After(u64),
    Panics,
    Yes,
}

impl Fake {
    fn says(&self, what: &[Says]) {
        *self.says.lock().unwrap() = what.iter().rev().copied().collect();
    }
}

#[derive(Clone, Debug)]
struct Shared(Arc<Fake>);

#[async_trait]
impl Anchor for Shared {
    fn name(&self) -> &str {
        "fake"
    }

    async fn keep(&self, request: &AnchorRequest) -> vcto::Result<Kept> {
        self.0.calls.fetch_add(1, Ordering::SeqCst);
        let says = self.0.says.lock().unwrap().pop().unwrap_or(Says::Yes);
        let error = |kind| vcto::Error::new(kind, "not now").during("fake");
        match says {
            Says::No(kind) => Err(error(kind)),
            Says::After(seconds) => Err(error(ErrorKind::Unavailable).with("retry_after", seconds)),
            Says::Panics => panic!("at the anchor"),
            Says::Yes => {
                let handed = (request.checkpoint.size(), request.confirmed, request.failures);
                self.0.handed.lock().unwrap().push(handed);
                Ok(Kept::answering("thanks"))
            }
        }
    }
}

fn told(round: &AnchorRound) -> Vec<(DeliveryOutcome, u64)> {
    round.regions[0]
        .anchors
        .iter()
        .map(|told| (told.outcome, told.confirmed))
        .collect()
}

/// The names of the files that a folder outside keeps of the region's log, in order.
pub(super) fn files(anchor: &std::path::Path) -> Vec<String> {
    let place = anchor.join("msp.example%2Fvcto%2Fanchor%2Feu");
    let mut names: Vec<_> = fs::read_dir(place)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

pub(super) async fn with_file(yard: &Yard) -> (Practice, PathBuf) {
    let dir = yard.dir.path().join("outside");
    let practice = yard.open().await;
    practice
        .register_anchor(FileAnchor::new("client-share", &dir))
        .unwrap();
    (practice, dir)
}

#[test]
fn a_folder_outside_makes_tenants_complete_their_proofs_too_and_receipts_anchored() {
    block_on(async {
        let yard = Yard::new();
        let (practice, dir) = with_file(&yard).await;
        let tenant = practice.create_tenant("halden", people()).await.unwrap();
        let draft = vcto::ledger::Draft::json(EntryType::FIRST_FREE, &"a").unwrap();
        let receipt = tenant.ledger().append(draft).await.unwrap();
        assert_eq!(receipt.level(), Level::Durable);
        assert_eq!(tenant.level(&receipt).await.unwrap(), Level::Included);

        let first = round(&practice).await;
        assert!(first.has_no_failure(), "{first:?}");
        assert_eq!(told(&first), [(DeliveryOutcome::Kept, 3)]);
        assert_eq!(tenant.level(&receipt).await.unwrap(), Level::Anchored);
        let again = round(&practice).await;
        assert_eq!(told(&again), [(DeliveryOutcome::Current, 3)], "nothing is owed");
        work(&tenant, 1).await;
        let size = round(&practice).await.regions[0].size.unwrap();
        assert_eq!(
            files(&dir),
            [
                "00000000000000000003.checkpoint".to_owned(),
                format!("{size:020}.checkpoint"),
                "log.vkey".to_owned()
            ]
        );

        let anchor = FileAnchor::new("client-share", &dir);
        let kept = anchor.kept(ORIGIN).unwrap();
        assert_eq!(Some(&kept[0].note), first.regions[0].checkpoint.as_ref());
        let outside = kept.iter().fold(VerifyOptions::default(), |options, kept| {
            options.kept_anchor(&kept.note, kept.since)
        });
        assert_eq!(
            tenant.verify(&outside).await.unwrap().completeness,
            Completeness::Ok
        );
        let proof = yard.dir.path().join("proof");
        tenant.prove(&proof).await.unwrap();
        // A round that is not outside yet does not spoil the next proof.
        let report = verify_bundle(&proof, &outside).unwrap();
        assert!(report.has_no_failure(), "{report:?}");
        assert_eq!(report.completeness, Completeness::Ok);
        let log = practice.anchor_log("eu").await.unwrap();
        let report = log.verify(&VerifyOptions::default()).await.unwrap();
        assert_eq!((report.integrity, report.policy), (Integrity::Ok, Policy::Ok));
        // The file is the note as stock tools read it.
        let key = log.verifier_key();
        assert!(vcto::ledger::Checkpoint::verify(kept[1].note.as_bytes(), key).is_ok());
    });
}

/// Case 39.
#[test]
fn an_anchor_that_fails_is_tried_again_later_and_loses_nothing_it_has_confirmed() {
    block_on(async {
        let yard = Yard::new();
        let fake = Arc::new(Fake::default());
        let open = || async {
            let practice = yard.open().await;
            practice.register_anchor(Shared(Arc::clone(&fake))).unwrap();
            practice
        };
        let mut practice = open().await;
        let tenant = practice.create_tenant("halden", people()).await.unwrap();
        work(&tenant, 1).await;
        assert_eq!(told(&round(&practice).await), [(DeliveryOutcome::Kept, 3)]);
        work(&tenant, 1).await;
        drop(tenant);

        fake.says(&[
            Says::No(ErrorKind::Conflict),
            Says::Panics,
            Says::After(7_200),
            Says::No(ErrorKind::RollbackDetected),
            Says::Yes,
        ]);
        // Each failure waits longer; what was confirmed stands; a restart changes nothing.
        for wait in [60, 120, 7_200, 480] {
            let failed = round(&practice).await;
            assert_eq!(told(&failed), [(DeliveryOutcome::Failed, 3)]);
            assert!(!failed.has_no_failure());
            let next = failed.regions[0].anchors[0].next.unwrap();
            assert_eq!(next.duration_since(failed.at).as_secs(), wait);
            practice = open().await;
            let before = fake.calls.load(Ordering::SeqCst);
            yard.clock.advance(SignedDuration::from_secs(wait - 1));
            let waiting = round(&practice).await;
            assert_eq!(told(&waiting), [(DeliveryOutcome::Waiting, 3)]);
            assert!(!waiting.has_no_failure());
            // Appends do not care.
            work(&practice.tenant("halden").await.unwrap(), 1).await;
            assert_eq!(fake.calls.load(Ordering::SeqCst), before);
            yard.clock.advance(SignedDuration::from_secs(1));
        }
        let kept = round(&practice).await;
        assert!(kept.has_no_failure());
        let size = kept.regions[0].size.unwrap();
        assert_eq!(told(&kept), [(DeliveryOutcome::Kept, size)]);
        assert_eq!(*fake.handed.lock().unwrap(), [(3, 0, 0), (size, 3, 4)]);

        let log = practice.anchor_log("eu").await.unwrap();
        let entries = log.entries(..).await.unwrap();
        let payloads = |entry_type| {
            entries
                .iter()
                .filter(|entry| entry.entry_type() == entry_type)
                .map(|entry| serde_json::from_slice::<serde_json::Value>(entry.payload()).unwrap())
                .collect::<Vec<_>>()
        };
        let kinds: Vec<_> = payloads(EntryType::ANCHOR_FAILED)
            .iter()
            .map(|record| record["kind"].as_str().unwrap().to_owned())
            .collect();
        assert_eq!(
            kinds,
            ["conflict", "internal", "unavailable", "rollback_detected"]
        );
        let anchored = payloads(EntryType::ANCHORED);
        assert_eq!((anchored.len(), &anchored[1]["answer"]), (2, &"thanks".into()));
        let report = log.verify(&VerifyOptions::default()).await.unwrap();
        assert_eq!(report.policy, Policy::Ok);
    });
}

#[test]
fn one_anchor_that_fails_does_not_keep_the_checkpoint_from_another_and_names_are_taken_once() {
    block_on(async {
        let yard = Yard::new();
        let fake = Arc::new(Fake::default());
        fake.says(&[Says::Panics]);
        let practice = yard.open().await;
        practice.register_anchor(Shared(Arc::clone(&fake))).unwrap();
        let dir = yard.dir.path().join("outside");
        practice.register_anchor(FileAnchor::new("folder", &dir)).unwrap();
        let taken = practice.register_anchor(Shared(fake)).unwrap_err();
        assert_eq!(taken.kind(), ErrorKind::Conflict);
        for name in ["", "A", "a b", "-a", "../x"] {
            let refused = practice.register_anchor(FileAnchor::new(name, &dir)).unwrap_err();
            assert_eq!(refused.kind(), ErrorKind::InvalidInput, "{name:?}");
        }
        practice.create_tenant("halden", people()).await.unwrap();
        let told = round(&practice).await;
        let outcomes: Vec<_> = told.regions[0].anchors.iter().map(|told| told.outcome).collect();
        assert_eq!(outcomes, [DeliveryOutcome::Failed, DeliveryOutcome::Kept]);
        assert_eq!(files(&dir).len(), 2);
    });
}

/// Case 13: the anchor log is put back with its mark, and goes on differently.
#[test]
fn two_histories_of_one_size_leave_evidence_that_verifies_offline() {
    block_on(async {
        let yard = Yard::new();
        {
            let (practice, _) = with_file(&yard).await;
            practice.create_tenant("halden", people()).await.unwrap();
            round(&practice).await;
        }
        let backup = yard.backup("backup");
        let beat = AnchorOptions::default().heartbeat(SignedDuration::ZERO);
        let first = {
            let (practice, _) = with_file(&yard).await;
            yard.clock.advance(SignedDuration::from_secs(1));
            practice.anchor(&beat).await.unwrap()
        };
        assert!(first.has_no_failure());
        for part in ["anchors/eu", "marks/anchor.eu"] {
            yard.restore(&backup, part);
        }
        let (practice, dir) = with_file(&yard).await;
        let before = files(&dir);
        yard.clock.advance(SignedDuration::from_secs(1));
        let second = practice.anchor(&beat).await.unwrap();
        let size = second.regions[0].size;
        assert_eq!(size, first.regions[0].size, "the same size, another root");
        assert_eq!(told(&second)[0].0, DeliveryOutcome::Failed);

        let mut after = files(&dir);
        let evidence = after.remove(
            after
                .iter()
                .position(|name| name.starts_with("split-view-"))
                .unwrap(),
        );
        assert_eq!(after, before, "nothing was written over");
        let place = dir.join("msp.example%2Fvcto%2Fanchor%2Feu");
        let bytes = fs::read(place.join(&evidence)).unwrap();
        let split = SplitView::parse(&bytes).unwrap();
        let (one, other) = split.checkpoints();
        assert_eq!((Some(one.size()), Some(other.size())), (size, size));
        assert_ne!(one.root(), other.root());
        assert_eq!(
            Some(split.key().to_string()),
            second.regions[0].key,
            "it is the log's own key"
        );
        assert_eq!(Some(one.note().to_owned()), first.regions[0].checkpoint);
        for at in 0..bytes.len() {
            let mut bad = bytes.clone();
            bad[at] ^= 1;
            if let Ok(read) = SplitView::parse(&bad) {
                assert_eq!(read, split, "byte {at}: only what changes nothing passes");
            }
        }
        // The verdict over the tenant, with what is kept outside.
        let kept = FileAnchor::new("x", &dir).kept(ORIGIN).unwrap();
        let options = kept.iter().fold(VerifyOptions::default(), |options, kept| {
            options.kept_anchor(&kept.note, kept.since)
        });
        let tenant = practice.tenant("halden").await.unwrap();
        let report = tenant.verify(&options).await.unwrap();
        assert_eq!(report.completeness, Completeness::Failed);
        // Tried again it is found again, and the evidence is there once.
        yard.clock.advance(SignedDuration::from_hours(1));
        assert_eq!(
            told(&practice.anchor(&beat).await.unwrap())[0].0,
            DeliveryOutcome::Failed
        );
        let evidence = files(&dir)
            .iter()
            .filter(|name| name.starts_with("split"))
            .count();
        assert_eq!(evidence, 1);
    });
}

#[test]
fn a_folder_outside_refuses_a_shorter_log_another_history_and_another_key() {
    block_on(async {
        let yard = Yard::new();
        {
            let (practice, _) = with_file(&yard).await;
            practice.create_tenant("halden", people()).await.unwrap();
            round(&practice).await;
        }
        let backup = yard.backup("backup");
        let beat = AnchorOptions::default().heartbeat(SignedDuration::ZERO);
        let put_back = || {
            for part in ["anchors/eu", "marks/anchor.eu"] {
                yard.restore(&backup, part);
            }
        };
        {
            let (practice, _) = with_file(&yard).await;
            for _ in 0..4 {
                yard.clock.advance(SignedDuration::from_secs(1));
                assert!(practice.anchor(&beat).await.unwrap().has_no_failure());
            }
        }
        put_back();
        let text = |round: &AnchorRound| round.regions[0].anchors[0].text.clone().unwrap();
        let (practice, dir) = with_file(&yard).await;
        let before = files(&dir);
        yard.clock.advance(SignedDuration::from_secs(7));
        // Of a size that is not kept.
        practice.create_tenant("pryce", people()).await.unwrap();
        let shorter = round(&practice).await;
        assert!(
            text(&shorter).contains("truncated or restored"),
            "{}",
            text(&shorter)
        );
        for _ in 0..20 {
            yard.clock.advance(SignedDuration::from_hours(1));
            practice.anchor(&beat).await.unwrap();
        }
        yard.clock.advance(SignedDuration::from_hours(1));
        let longer = practice.anchor(&beat).await.unwrap();
        assert!(
            text(&longer).contains("the evidence is kept"),
            "{}",
            text(&longer)
        );
        let mut after = files(&dir);
        after.retain(|name| !name.starts_with("split-view-"));
        assert_eq!(after, before);
        drop(practice);

        // Everything of the anchor log is gone: a new one has another key.
        fs::remove_dir_all(yard.root().join("anchors/eu")).unwrap();
        fs::remove_file(yard.root().join("marks/anchor.eu")).unwrap();
        fs::remove_file(yard.root().join("keys/anchor.eu.key")).unwrap();
        let (practice, _) = with_file(&yard).await;
        let other = round(&practice).await;
        assert!(text(&other).contains("another key"), "{}", text(&other));
    });
}

#[test]
fn what_is_in_the_folder_and_is_no_checkpoint_is_told_and_left_alone() {
    block_on(async {
        let yard = Yard::new();
        let (practice, dir) = with_file(&yard).await;
        practice.create_tenant("halden", people()).await.unwrap();
        round(&practice).await;
        let anchor = FileAnchor::new("x", &dir);
        let path = dir.join("msp.example%2Fvcto%2Fanchor%2Feu/00000000000000000003.checkpoint");
        let good = fs::read(&path).unwrap();
        for bad in [&b""[..], b"\xff", &good[..good.len() - 1], &vec![b'x'; 1 << 20]] {
            fs::write(&path, bad).unwrap();
            assert!(anchor.kept(ORIGIN).is_err());
            let tenant = practice.tenant("halden").await.unwrap();
            work(&tenant, 1).await;
            yard.clock.advance(SignedDuration::from_hours(2));
            assert_eq!(told(&round(&practice).await)[0].0, DeliveryOutcome::Failed);
            assert_eq!(fs::read(&path).unwrap(), bad);
        }
        fs::write(&path, good).unwrap();
        yard.clock.advance(SignedDuration::from_hours(2));
        assert!(round(&practice).await.has_no_failure());
        assert!(anchor.kept("other.example/anchor/eu").unwrap().is_empty());
    });
}

/// Keeps one checkpoint in a folder.
#[test]
#[ignore = "a child process of another test"]
fn child_keeps_a_checkpoint() {
    let Some(dir) = std::env::var_os("VCTO_TEST_DIR") else {
        return;
    };
    block_on(async {
        let yard = Yard::new();
        let practice = yard.open().await;
        practice.create_tenant("halden", people()).await.unwrap();
        practice.register_anchor(FileAnchor::new("folder", dir)).unwrap();
        round(&practice).await;
    });
}

/// What is confirmed lasts: the content before it has its name, the name before it is told.
#[test]
fn what_a_folder_keeps_is_synced_before_it_is_named_and_its_name_after() {
    let dir = tempfile::tempdir().unwrap();
    let (kept, trace) = (dir.path().join("kept"), dir.path().join("trace"));
    fs::create_dir(&kept).unwrap();
    let mut command = std::process::Command::new("strace");
    command.args([
        "-f",
        "-y",
        "-qq",
        "-e",
        "trace=fsync,fdatasync,link,linkat,rename",
        "-o",
    ]);
    command.arg(&trace).arg(std::env::current_exe().unwrap());
    command.args([
        "--ignored",
        "--exact",
        "practice::outside::child_keeps_a_checkpoint",
    ]);
    let Ok(output) = command.env("VCTO_TEST_DIR", &kept).output() else {
        crate::common::not_run("needs strace");
        return;
    };
    assert!(output.status.success(), "{output:?}");
    let trace = fs::read_to_string(&trace).unwrap();
    let of = |line: &&str| line.contains(kept.to_str().unwrap());
    let calls: Vec<&str> = trace.lines().filter(of).collect();
    let links = calls.iter().enumerate().filter(|(_, call)| call.contains("link"));
    let mut notes = 0;
    for (at, link) in links {
        let new = link.split('"').nth(1).unwrap();
        let is_sync = |call: &&str, of: &str| call.contains("sync(") && call.contains(of);
        assert!(
            calls[..at].iter().any(|call| is_sync(call, &format!("<{new}>"))),
            "{link}: {calls:#?}"
        );
        let folder = PathBuf::from(new).parent().unwrap().display().to_string();
        assert!(
            calls[at..]
                .iter()
                .any(|call| is_sync(call, &format!("<{folder}>"))),
            "{link}: {calls:#?}"
        );
        notes += usize::from(new.contains(".checkpoint"));
    }
    assert!(notes > 0, "{calls:#?}");
}
