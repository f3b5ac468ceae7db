//! Anchor logs hand over too: what the folder outside follows and refuses, and the evidence that it leaves.

use std::fs;
use std::path::Path;

use pollster::block_on;
use vcto::ErrorKind;
use vcto::ledger::{
    Checkpoint, Completeness, DeliveryOutcome, EntryType, FileAnchor, Level, SplitView, VerifyOptions,
};
use vcto::practice::AnchorRound;
use vcto::proof::verify_bundle;

use super::super::anchor::{Yard, kept, round, work};
use super::super::outside::{self, with_file};
use super::super::people;
use super::{beat, key_of, script};

const ORIGIN: &str = "msp.example/vcto/anchor/eu";

fn files(anchor: &Path, beginning: &str) -> Vec<String> {
    let mut names = outside::files(anchor);
    names.retain(|name| name.starts_with(beginning));
    names
}

fn delivered(round: &AnchorRound) -> (DeliveryOutcome, String) {
    let told = &round.regions[0].anchors[0];
    (told.outcome, told.text.clone().unwrap_or_default())
}

#[test]
fn an_anchor_log_that_handed_over_is_followed_by_the_folder_outside_and_by_proofs_from_before_and_after() {
    block_on(async {
        let yard = Yard::new();
        let (practice, dir) = with_file(&yard).await;
        let elsewhere = yard.open().await;
        let tenant = practice.create_tenant("halden", people()).await.unwrap();
        let there = elsewhere.tenant("halden").await.unwrap();
        let receipt = {
            let draft = vcto::ledger::Draft::json(EntryType::FIRST_FREE, &"a").unwrap();
            there.ledger().append(draft).await.unwrap()
        };
        assert!(round(&practice).await.has_no_failure());
        assert_eq!(there.level(&receipt).await.unwrap(), Level::Anchored);
        let first = practice.anchor_log("eu").await.unwrap().verifier_key().clone();
        let before = yard.dir.path().join("before");
        assert!(tenant.prove(&before).await.unwrap().anchored);

        let second = practice.rotate_anchor_key("eu").await.unwrap();
        assert_ne!(first, second);
        // Nothing new is outside yet: a proof leads to a checkpoint of the key before.
        let between = yard.dir.path().join("between");
        tenant.prove(&between).await.unwrap();
        work(&tenant, 1).await;
        let told = beat(&yard, &practice).await;
        assert!(told.has_no_failure(), "{told:?}");
        assert_eq!(told.regions[0].key, Some(second.to_string()));
        assert!(Checkpoint::verify(kept(&told).as_bytes(), &second).is_ok());
        assert_eq!(files(&dir, "handover-").len(), 1);
        assert_eq!(
            files(&dir, "log.vkey").len() + files(&dir, "0").len(),
            3,
            "{:?}",
            files(&dir, "")
        );
        let after = yard.dir.path().join("after");
        tenant.prove(&after).await.unwrap();
        // Who had it open before sees what the new key has signed.
        let draft = vcto::ledger::Draft::json(EntryType::FIRST_FREE, &"b").unwrap();
        let receipt = there.ledger().append(draft).await.unwrap();
        assert!(beat(&yard, &practice).await.has_no_failure());
        assert_eq!(there.level(&receipt).await.unwrap(), Level::Anchored);
        assert!(beat(&yard, &elsewhere).await.has_no_failure());

        let kept = FileAnchor::new("x", &dir).kept(ORIGIN).unwrap();
        for key in [&first, &second] {
            let outside = kept.iter().fold(VerifyOptions::default(), |options, kept| {
                options.kept_anchor(&kept.note, kept.since)
            });
            let outside = outside.anchor_key(key.clone());
            assert_eq!(
                tenant.verify(&outside).await.unwrap().completeness,
                Completeness::Ok
            );
            for proof in [&before, &between, &after] {
                // The oldest proof knows nothing of the second key.
                if proof == &before && key == &second {
                    continue;
                }
                let report = verify_bundle(proof, &outside).unwrap();
                assert!(report.has_no_failure(), "{report:?}");
                assert_eq!(report.completeness, Completeness::Ok, "{}", proof.display());
                let (passed, said) = script(proof);
                assert!(passed, "{said}");
            }
        }
        let stranger = VerifyOptions::default().anchor_key(key_of(&tenant));
        for report in [
            tenant.verify(&stranger).await.unwrap(),
            verify_bundle(&after, &stranger).unwrap(),
        ] {
            assert_eq!(report.completeness, Completeness::Failed, "{report:?}");
        }
        let log = practice.anchor_log("eu").await.unwrap();
        let report = log.verify(&VerifyOptions::default().key(first)).await.unwrap();
        assert!(
            report.has_no_failure() && report.problems.is_empty(),
            "{report:?}"
        );
    });
}

#[test]
fn a_folder_outside_refuses_a_key_that_no_hand_over_leads_to_and_a_hand_over_that_is_another() {
    block_on(async {
        let yard = Yard::new();
        {
            let (practice, _) = with_file(&yard).await;
            practice.create_tenant("halden", people()).await.unwrap();
            assert!(beat(&yard, &practice).await.has_no_failure());
        }
        let backup = yard.backup("backup");
        let put_back = || {
            for part in ["anchors/eu", "marks/anchor.eu"] {
                yard.restore(&backup, part);
            }
        };
        let next_key = yard.root().join("keys/anchor.eu.key.1");
        {
            let (practice, _) = with_file(&yard).await;
            practice.rotate_anchor_key("eu").await.unwrap();
            assert!(beat(&yard, &practice).await.has_no_failure());
        }
        let before = files(&yard.dir.path().join("outside"), "");

        // The history without the hand-over.
        put_back();
        {
            let (practice, _) = with_file(&yard).await;
            let told = delivered(&beat(&yard, &practice).await);
            assert_eq!(told.0, DeliveryOutcome::Failed);
            assert!(
                told.1.contains("tells of its signing keys in another way"),
                "{}",
                told.1
            );
        }
        // Another hand-over, and the same one at another place.
        fs::rename(&next_key, yard.dir.path().join("aside")).unwrap();
        for round in 0..2 {
            put_back();
            let (practice, _) = with_file(&yard).await;
            if round == 1 {
                fs::remove_file(&next_key).unwrap();
                fs::rename(yard.dir.path().join("aside"), &next_key).unwrap();
                beat(&yard, &practice).await;
            }
            practice.rotate_anchor_key("eu").await.unwrap();
            let told = delivered(&beat(&yard, &practice).await);
            assert_eq!(told.0, DeliveryOutcome::Failed);
            assert!(
                told.1.contains("tells of its signing keys in another way"),
                "{}",
                told.1
            );
        }
        // All of it is gone: a new log has another key.
        fs::remove_dir_all(yard.root().join("anchors/eu")).unwrap();
        for file in ["marks/anchor.eu", "keys/anchor.eu.key", "keys/anchor.eu.key.1"] {
            fs::remove_file(yard.root().join(file)).unwrap();
        }
        let (practice, dir) = with_file(&yard).await;
        let told = delivered(&beat(&yard, &practice).await);
        assert!(told.1.contains("no hand-over leads"), "{}", told.1);
        assert_eq!(files(&dir, ""), before, "nothing was kept of any of it");
    });
}

#[test]
fn a_folder_that_comes_to_know_an_anchor_log_late_follows_from_the_key_that_it_saw_first() {
    block_on(async {
        let yard = Yard::new();
        let practice = yard.open().await;
        practice.create_tenant("halden", people()).await.unwrap();
        beat(&yard, &practice).await;
        let second = practice.rotate_anchor_key("eu").await.unwrap();
        let dir = yard.dir.path().join("outside");
        practice.register_anchor(FileAnchor::new("late", &dir)).unwrap();
        assert!(beat(&yard, &practice).await.has_no_failure());
        practice.rotate_anchor_key("eu").await.unwrap();
        assert!(beat(&yard, &practice).await.has_no_failure());
        let place = dir.join("msp.example%2Fvcto%2Fanchor%2Feu");
        let first = fs::read_to_string(place.join("log.vkey")).unwrap();
        assert_eq!(first, format!("{second}\n"));
        assert_eq!(files(&dir, "handover-").len(), 1);
    });
}

/// Where the log rotates, the kept checkpoint is under the key before the hand-over and the forged history's under the one after.
#[test]
fn a_fork_of_another_size_leaves_evidence_that_anybody_can_check() {
    for rotates in [false, true] {
        block_on(async {
            let yard = Yard::new();
            {
                let (practice, _) = with_file(&yard).await;
                practice.create_tenant("halden", people()).await.unwrap();
                assert!(beat(&yard, &practice).await.has_no_failure());
            }
            let backup = yard.backup("backup");
            let kept_last = {
                let (practice, _) = with_file(&yard).await;
                kept(&beat(&yard, &practice).await)
            };
            for part in ["anchors/eu", "marks/anchor.eu"] {
                yard.restore(&backup, part);
            }
            {
                let practice = yard.open().await;
                practice.create_tenant("pryce", people()).await.unwrap();
                beat(&yard, &practice).await;
                beat(&yard, &practice).await;
                if rotates {
                    practice.rotate_anchor_key("eu").await.unwrap();
                }
            }
            let (practice, dir) = with_file(&yard).await;
            let told = beat(&yard, &practice).await;
            for told in [&told, &beat(&yard, &practice).await] {
                let (outcome, text) = delivered(told);
                assert_eq!(outcome, DeliveryOutcome::Failed);
                assert!(text.contains("the evidence is kept"), "{text}");
            }
            let evidence = files(&dir, "split-view-");
            assert_eq!(evidence.len(), 1, "it is told once");
            assert!(files(&dir, "handover-").is_empty());
            let path = dir.join("msp.example%2Fvcto%2Fanchor%2Feu").join(&evidence[0]);
            let bytes = fs::read(path).unwrap();
            let split = SplitView::parse(&bytes).unwrap();
            let (one, other) = split.checkpoints();
            assert!(one.size() < other.size());
            assert_eq!(
                (one.note(), other.note()),
                (kept_last.as_str(), kept(&told).as_str())
            );
            assert_eq!(split.to_json().unwrap().into_bytes(), bytes);
            let has_handover = String::from_utf8_lossy(&bytes).contains("vcto.rotation/1");
            assert_eq!(has_handover, rotates);
            for at in 0..bytes.len() {
                let mut bad = bytes.clone();
                bad[at] ^= 1;
                if let Ok(read) = SplitView::parse(&bad) {
                    assert_eq!(read, split, "byte {at}: only what changes nothing passes");
                }
            }
        });
    }
}

#[test]
fn a_log_that_only_grew_is_no_evidence_against_anybody() {
    block_on(async {
        let yard = Yard::new();
        let practice = yard.open().await;
        practice.create_tenant("halden", people()).await.unwrap();
        let first = kept(&beat(&yard, &practice).await);
        let second = kept(&beat(&yard, &practice).await);
        let log = practice.anchor_log("eu").await.unwrap();
        let key = log.verifier_key();
        let read = |note: &String| Checkpoint::verify(note.as_bytes(), key).unwrap();
        let (before, now) = (read(&first), read(&second));
        let proof = log.prove_consistency(before.size(), now.size()).await.unwrap();
        assert!(proof.verify(before.root(), now.root()).is_ok());
        let mut other = *before.root();
        other[0] ^= 1;
        for (root, expected) in [
            (*before.root(), ErrorKind::InvalidInput),
            (other, ErrorKind::Corrupt),
        ] {
            let made = SplitView::of_sizes(key.clone(), &[], &first, &second, root, proof.hashes.clone());
            assert_eq!(made.unwrap_err().kind(), expected);
        }
    });
}
