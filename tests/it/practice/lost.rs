//! Ledgers of which only the high-water mark is left, and ledgers that lost it.

use std::fs;
use std::path::{Path, PathBuf};

use pollster::block_on;
use vcto::ErrorKind;
use vcto::ledger::{Checkpoint, VerifyOptions};
use vcto::practice::{AnchorOutcome, Practice, PracticeOptions};

use super::anchor::{Yard, round, work};
use super::{options, people};
use crate::postgres::database;

/// A detail of an error.
fn detail(error: &vcto::Error, key: &str) -> Option<u64> {
    let (_, value) = error.context().find(|(name, _)| *name == key)?;
    value.parse().ok()
}

/// The size and the text under a mark, read by hand.
fn mark(yard: &Yard) -> (u64, String) {
    let note = fs::read_to_string(yard.root().join("marks/halden")).unwrap();
    (note.lines().nth(1).unwrap().parse().unwrap(), note)
}

/// Takes the database away, or the whole folder.
fn lose(yard: &Yard, all: bool) {
    let folder = yard.root().join("tenants/halden");
    if all {
        return fs::remove_dir_all(folder).unwrap();
    }
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path
            .file_name()
            .unwrap()
            .to_str()
            .unwrap()
            .starts_with("ledger.db")
        {
            fs::remove_file(path).unwrap();
        }
    }
}

fn files(root: &Path) -> Vec<PathBuf> {
    let mut all = Vec::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path.clone());
            }
            all.push(path);
        }
    }
    all.sort();
    all
}

/// Case 11, before the first round too.
#[test]
fn a_tenant_of_which_only_the_mark_is_left_is_lost_and_not_unknown() {
    for all in [true, false] {
        block_on(async {
            let yard = Yard::new();
            drop(yard.open().await.create_tenant("halden", people()).await.unwrap());
            let (size, _) = mark(&yard);
            lose(&yard, all);
            let before = files(&yard.root());
            let practice = yard.open().await;
            assert_eq!(practice.tenants().unwrap(), ["halden"]);
            let error = practice.tenant("halden").await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::RollbackDetected, "{error}");
            assert_eq!(
                (detail(&error, "have"), detail(&error, "expected")),
                (Some(0), Some(size))
            );
            assert!(error.remedy_text().unwrap().contains("`import_tenant`"));
            assert_eq!(files(&yard.root()), before, "looking leaves nothing behind");

            let told = round(&practice).await;
            assert!(!told.has_no_failure());
            let lost = &told.tenants[0];
            assert_eq!(
                (lost.tenant.as_str(), lost.outcome),
                ("halden", AnchorOutcome::Missing)
            );
            assert!(lost.text.as_deref().unwrap().contains("is gone"), "{lost:?}");

            let error = practice.create_tenant("halden", people()).await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::RollbackDetected, "{error}");
            // Nor does a new key come in the place of the one that its backup needs.
            let key = yard.root().join("keys/halden.key");
            fs::remove_file(&key).unwrap();
            let error = practice.create_tenant("halden", people()).await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Unavailable, "{error}");
            assert!(!key.exists());
        });
    }
}

#[test]
fn a_tenant_that_was_anchored_and_is_lost_is_told_once_with_what_was_anchored() {
    block_on(async {
        let yard = Yard::new();
        {
            let practice = yard.open().await;
            practice.create_tenant("halden", people()).await.unwrap();
            round(&practice).await;
        }
        lose(&yard, true);
        let told = round(&yard.open().await).await;
        assert_eq!(told.tenants.len(), 1, "{told:?}");
        assert_eq!(told.tenants[0].outcome, AnchorOutcome::Missing);
        assert!(told.tenants[0].anchored.is_some());
    });
}

#[test]
fn an_interrupted_creation_does_not_suggest_its_own_name() {
    block_on(async {
        let yard = Yard::new();
        let practice = yard.open().await;
        fs::create_dir(yard.root().join("tenants/halden")).unwrap();
        fs::write(yard.root().join("keys/halden.key"), "").unwrap();
        let error = practice.create_tenant("haldne", people()).await;
        drop(error.unwrap());
        fs::copy(
            yard.root().join("keys/haldne.key"),
            yard.root().join("keys/halden.key"),
        )
        .unwrap();
        let error = practice.tenant("halden").await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotFound, "{error}");
        assert_eq!(error.remedy_text(), Some("`create_tenant` completes it"));
    });
}

#[test]
fn a_lost_tenant_comes_back_beside_its_mark_from_a_proof_that_reaches_it_and_from_no_older_one() {
    for all in [true, false] {
        block_on(async {
            let yard = Yard::new();
            let (old, new) = (yard.dir.path().join("old"), yard.dir.path().join("new"));
            let size;
            {
                let practice = yard.open().await;
                let tenant = practice.create_tenant("halden", people()).await.unwrap();
                tenant.prove(&old).await.unwrap();
                work(&tenant, 3).await;
                let proved = tenant.prove(&new).await.unwrap();
                size = proved.checkpoint.size();
            }
            let (marked, note) = mark(&yard);
            assert_eq!(marked, size);
            lose(&yard, all);
            if !all {
                // Left by a process that was killed: it is of the lost database, and no part of what comes back.
                fs::write(yard.root().join("tenants/halden/ledger.db-wal"), "rubbish").unwrap();
            }
            let before = files(&yard.root());
            let practice = yard.open().await;
            let verify = VerifyOptions::default();
            let error = practice.import_tenant("halden", &old, &verify).await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::RollbackDetected, "{error}");
            let old_note = fs::read(old.join("ledger/checkpoint")).unwrap();
            let have: u64 = String::from_utf8(old_note)
                .unwrap()
                .lines()
                .nth(1)
                .unwrap()
                .parse()
                .unwrap();
            assert_eq!(
                (detail(&error, "have"), detail(&error, "expected")),
                (Some(have), Some(size))
            );
            assert_eq!(files(&yard.root()), before, "nothing is left behind");
            assert_eq!(mark(&yard).1, note);

            // One that claims the size and is not under the signature is refused too.
            let forged = old.join("ledger/checkpoint");
            let text = fs::read_to_string(&forged).unwrap();
            fs::write(
                &forged,
                text.replacen(&format!("\n{have}\n"), &format!("\n{size}\n"), 1),
            )
            .unwrap();
            assert!(practice.import_tenant("halden", &old, &verify).await.is_err());
            assert_eq!(files(&yard.root()), before, "nothing is left behind");

            let tenant = practice.import_tenant("halden", &new, &verify).await.unwrap();
            assert_eq!(tenant.ledger().size().await.unwrap(), size);
            work(&tenant, 1).await;
            tenant.ledger().checkpoint().await.unwrap();
            let (marked, note) = mark(&yard);
            assert_eq!(marked, size + 1, "the mark of the practice goes on");
            assert!(Checkpoint::verify(note.as_bytes(), tenant.ledger().verifier_key()).is_ok());
            assert!(!yard.root().join("marks/halden.import").exists());
            drop((tenant, practice));
            let again = yard.open().await;
            drop(again.tenant("halden").await.unwrap());
            let error = again.import_tenant("halden", &new, &verify).await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Conflict, "{error}");
        });
    }
}

#[test]
fn a_proof_of_another_history_does_not_come_in_beside_a_mark() {
    block_on(async {
        let yard = Yard::new();
        let proof = yard.dir.path().join("proof");
        let fork = Yard::new();
        {
            let practice = yard.open().await;
            drop(practice.create_tenant("halden", people()).await.unwrap());
        }
        yard.copy_to(&fork);
        fork.clock.advance(jiff::SignedDuration::from_secs(1));
        for (yard, count) in [(&yard, 1), (&fork, 5)] {
            let practice = yard.open().await;
            let tenant = practice.tenant("halden").await.unwrap();
            work(&tenant, count).await;
            tenant.ledger().checkpoint().await.unwrap();
            if count == 5 {
                tenant.prove(&proof).await.unwrap();
            }
        }
        lose(&yard, true);
        let practice = yard.open().await;
        let refused = practice
            .import_tenant("halden", &proof, &VerifyOptions::default())
            .await;
        let error = refused.map(drop).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::RollbackDetected, "{error}");
        assert!(!yard.root().join("tenants/halden").exists());
    });
}

/// A region whose anchor log went together with its tenants.
#[test]
fn an_anchor_log_that_went_with_its_tenants_is_told_by_its_mark() {
    block_on(async {
        let yard = Yard::new();
        {
            let practice = yard.open().await;
            practice.create_tenant("halden", people()).await.unwrap();
            round(&practice).await;
        }
        lose(&yard, true);
        fs::remove_dir_all(yard.root().join("anchors")).unwrap();
        let told = round(&yard.open().await).await;
        assert!(!told.has_no_failure());
        assert_eq!(told.regions.len(), 1, "{told:?}");
        assert_eq!(told.regions[0].region, "eu");
        assert!(told.regions[0].text.is_some());
        assert_eq!(told.tenants.len(), 1, "{told:?}");
        assert_eq!(told.tenants[0].outcome, AnchorOutcome::Missing);
    });
}

#[test]
fn a_lost_mark_is_accepted_for_the_named_tenant_alone_and_recorded() {
    block_on(async {
        let yard = Yard::new();
        let size = {
            let practice = yard.open().await;
            practice.create_tenant("pryce", people()).await.unwrap();
            let tenant = practice.create_tenant("halden", people()).await.unwrap();
            round(&practice).await;
            tenant.ledger().size().await.unwrap()
        };
        for name in ["halden", "pryce", "anchor.eu"] {
            fs::remove_file(yard.root().join("marks").join(name)).unwrap();
        }
        let error = yard.open().await.tenant("halden").await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::RollbackDetected);
        let remedy = error.remedy_text().unwrap();
        assert!(remedy.contains("`accept_missing_mark`") && remedy.contains("`halden`"));

        let options = super::options().accept_missing_mark("halden");
        let practice = Practice::open(yard.root(), options).await.unwrap();
        let tenant = practice.tenant("halden").await.unwrap();
        assert_eq!(tenant.ledger().size().await.unwrap(), size + 1, "it is recorded");
        assert!(yard.root().join("marks/halden").exists());
        let error = practice.tenant("pryce").await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::RollbackDetected);
        drop((tenant, practice));

        // With the mark in place nothing is accepted, and the log opens without the option.
        let practice = yard.open().await;
        let tenant = practice.tenant("halden").await.unwrap();
        assert_eq!(tenant.ledger().size().await.unwrap(), size + 1);
        let told = round(&practice).await;
        let text = told.regions[0].text.as_deref().unwrap();
        assert!(text.contains("mark is missing"), "{text}");
        drop((tenant, practice));
        let options = super::options().accept_missing_mark("anchor/eu");
        let practice = Practice::open(yard.root(), options).await.unwrap();
        let told = round(&practice).await;
        assert_eq!(told.regions[0].text, None);
    });
}

#[test]
fn a_second_machine_gets_a_mark_of_its_own_when_that_is_said() {
    let Some(url) = database() else { return };
    block_on(async {
        let (first, second) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let at = |dir: &Path| -> PracticeOptions { options().folder(dir) };
        let here = Practice::open(&url, at(first.path())).await.unwrap();
        let tenant = here.create_tenant("halden", people()).await.unwrap();
        work(&tenant, 2).await;
        tenant.ledger().checkpoint().await.unwrap();

        drop(Practice::open(&url, at(second.path())).await.unwrap());
        let inner = |dir: &Path| fs::read_dir(dir).unwrap().next().unwrap().unwrap().path();
        fs::copy(
            inner(first.path()).join("keys/halden.key"),
            inner(second.path()).join("keys/halden.key"),
        )
        .unwrap();
        let there = Practice::open(&url, at(second.path())).await.unwrap();
        let error = there.tenant("halden").await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::RollbackDetected);
        let accepted = at(second.path()).accept_missing_mark("halden");
        let there = Practice::open(&url, accepted).await.unwrap();
        let theirs = there.tenant("halden").await.unwrap();
        assert!(inner(second.path()).join("marks/halden").exists());
        // Both work, and each keeps a mark of its own.
        work(&theirs, 1).await;
        work(&tenant, 1).await;
        let (ours, size) = (tenant.ledger(), theirs.ledger().size().await.unwrap());
        assert_eq!(ours.size().await.unwrap(), size);
        drop((theirs, there));
        let there = Practice::open(&url, at(second.path())).await.unwrap();
        drop(there.tenant("halden").await.unwrap());

        // A tenant that is not in the database any more, and whose mark is here.
        let mark = inner(second.path()).join("marks");
        fs::copy(mark.join("halden"), mark.join("pryce")).unwrap();
        assert_eq!(there.tenants().unwrap(), ["halden", "pryce"]);
        let error = there.tenant("pryce").await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::RollbackDetected);
        assert_eq!(detail(&error, "have"), Some(0));
    });
}
