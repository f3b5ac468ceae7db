//! A practice hands the signing of its ledgers over to new keys: while they are open, and whatever is interrupted.

mod anchors;
mod interrupted;

use std::fs;
use std::path::Path;
use std::process::Command;

use jiff::SignedDuration;
use pollster::block_on;
use vcto::ErrorKind;
use vcto::ledger::{Authenticity, EntryType, Level, VerifierKey, VerifyOptions};
use vcto::practice::{AnchorOptions, AnchorRound, Practice, PracticeOptions, Tenant};
use vcto::proof::verify_bundle;

use super::anchor::{Yard, round, work};
use super::people;
use crate::postgres::database;

fn key_of(tenant: &Tenant) -> VerifierKey {
    tenant.ledger().verifier_key().clone()
}

async fn verified(tenant: &Tenant, key: &VerifierKey) {
    let options = VerifyOptions::default().key(key.clone());
    let report = tenant.verify(&options).await.unwrap();
    assert_eq!(report.problems, []);
    assert_eq!(report.authenticity, Authenticity::Ok);
    assert_eq!(report.signed_size, report.size);
}

/// What the stock script of a proof says.
fn script(proof: &Path) -> (bool, String) {
    let ran = Command::new("sh").arg(proof.join("verify.sh")).output().unwrap();
    let mut said = String::from_utf8(ran.stdout).unwrap();
    said.push_str(&String::from_utf8(ran.stderr).unwrap());
    (ran.status.success(), said)
}

/// Every log that grew, and a heartbeat.
async fn beat(yard: &Yard, practice: &Practice) -> AnchorRound {
    yard.clock.advance(SignedDuration::from_hours(2));
    practice
        .anchor(&AnchorOptions::default().heartbeat(SignedDuration::ZERO))
        .await
        .unwrap()
}

#[test]
fn a_tenant_that_is_open_here_and_elsewhere_goes_on_under_each_new_key() {
    block_on(async {
        let yard = Yard::new();
        let practice = yard.open().await;
        let tenant = practice.create_tenant("halden", people()).await.unwrap();
        // As another process has it.
        let elsewhere = yard.open().await;
        let there = elsewhere.tenant("halden").await.unwrap();
        let mut keys = vec![key_of(&tenant)];
        for generation in 1..=2 {
            let receipt = {
                let draft = vcto::ledger::Draft::json(EntryType::FIRST_FREE, &generation).unwrap();
                there.ledger().append(draft).await.unwrap()
            };
            let key = practice.rotate_tenant_key("halden").await.unwrap();
            assert_eq!(key_of(&tenant), key, "who has it open follows");
            assert!(!keys.contains(&key));
            keys.push(key);
            let file = yard.root().join(format!("keys/halden.key.{generation}"));
            assert!(file.exists());
            assert_eq!(there.level(&receipt).await.unwrap(), Level::Included);
            work(&there, 1).await;
            there.ledger().checkpoint().await.unwrap();
            assert_eq!(key_of(&there), keys[generation]);
            work(&tenant, 1).await;
            for key in &keys {
                verified(&tenant, key).await;
                verified(&there, key).await;
            }
        }
        let proof = yard.dir.path().join("proof");
        there.prove(&proof).await.unwrap();
        drop((tenant, there, practice, elsewhere));

        let practice = yard.open().await;
        let tenant = practice.tenant("halden").await.unwrap();
        assert_eq!(key_of(&tenant), keys[2]);
        for key in &keys {
            let report = verify_bundle(&proof, &VerifyOptions::default().key(key.clone())).unwrap();
            assert!(
                report.has_no_failure() && report.problems.is_empty(),
                "{report:?}"
            );
        }
        let (passed, said) = script(&proof);
        assert!(passed, "{said}");
        for line in [
            "key 1 of ledger/log.vkey has handed over",
            "key 2 of ledger/log.vkey",
        ] {
            assert!(said.contains(line), "{said}");
        }
        let listed = fs::read_to_string(proof.join("ledger/log.vkey")).unwrap();
        let lines: String = keys
            .iter()
            .fold(String::new(), |text, key| format!("{text}{key}\n"));
        assert_eq!(listed, lines);
        drop((tenant, practice));

        // Brought back on a machine that has the keys.
        for part in ["tenants/halden", "marks/halden"] {
            let path = yard.root().join(part);
            let _ = fs::remove_dir_all(&path).or_else(|_| fs::remove_file(&path));
        }
        let practice = yard.open().await;
        let options = VerifyOptions::default().key(keys[0].clone());
        let tenant = practice.import_tenant("halden", &proof, &options).await.unwrap();
        work(&tenant, 1).await;
        verified(&tenant, &keys[1]).await;
        assert_eq!(key_of(&tenant), keys[2]);
    });
}

#[test]
fn the_script_of_a_proof_refuses_a_chain_of_keys_that_was_changed() {
    block_on(async {
        let yard = Yard::new();
        let practice = yard.open().await;
        let tenant = practice.create_tenant("halden", people()).await.unwrap();
        round(&practice).await;
        for _ in 0..2 {
            practice.rotate_tenant_key("halden").await.unwrap();
            practice.rotate_anchor_key("eu").await.unwrap();
            work(&tenant, 1).await;
            yard.clock.advance(SignedDuration::from_secs(1));
            round(&practice).await;
        }
        let proof = yard.dir.path().join("proof");
        tenant.prove(&proof).await.unwrap();
        let (passed, said) = script(&proof);
        assert!(passed, "{said}");
        assert!(
            said.contains("anchor/handover-2 is signed by the key before"),
            "{said}"
        );
        for keys in ["ledger/log.vkey", "anchor/log.vkey"] {
            let path = proof.join(keys);
            let good = fs::read_to_string(&path).unwrap();
            let lines: Vec<&str> = good.lines().collect();
            let [first, second, third] = lines.as_slice() else {
                panic!("{good}")
            };
            let mut changed = vec![
                vec![second, first, third],
                vec![second, third],
                vec![first, second, third, first],
            ];
            if keys == "ledger/log.vkey" {
                changed.push(vec![third]);
            }
            for bad in changed {
                let text = bad
                    .iter()
                    .fold(String::new(), |text, key| format!("{text}{key}\n"));
                fs::write(&path, text).unwrap();
                let (passed, said) = script(&proof);
                let told = said.lines().filter(|line| line.starts_with("FAILED"));
                // The manifest lists the sum of the keys too: that is not what is looked at here.
                let told = told.filter(|line| !line.contains("files differ from")).count();
                assert!(!passed && told > 0, "{keys}, {bad:?}: {said}");
                assert!(
                    !verify_bundle(&proof, &VerifyOptions::default())
                        .unwrap()
                        .has_no_failure()
                );
            }
            fs::write(&path, good).unwrap();
        }
        for number in 1..=2 {
            let path = proof.join(format!("anchor/handover-{number}"));
            let good = fs::read_to_string(&path).unwrap();
            for at in [2, 3, 6, 7] {
                let mut lines: Vec<String> = good.lines().map(str::to_owned).collect();
                let line = &mut lines[at];
                let middle = line.len() / 2;
                let changed = if line.as_bytes()[middle] == b'1' { "2" } else { "1" };
                line.replace_range(middle..=middle, changed);
                fs::write(&path, lines.join("\n") + "\n").unwrap();
                let (passed, said) = script(&proof);
                assert!(
                    !passed && said.contains(&format!("anchor/handover-{number} does not")),
                    "{at}: {said}"
                );
                assert!(
                    !verify_bundle(&proof, &VerifyOptions::default())
                        .unwrap()
                        .has_no_failure()
                );
            }
            fs::write(&path, good).unwrap();
        }
        assert!(script(&proof).0);
    });
}

#[test]
fn a_machine_without_the_new_key_is_told_which_file_it_lacks_and_goes_on_when_it_has_it() {
    block_on(async {
        let yard = Yard::new();
        let practice = yard.open().await;
        practice.create_tenant("halden", people()).await.unwrap();
        let elsewhere = yard.open().await;
        let there = elsewhere.tenant("halden").await.unwrap();
        practice.rotate_tenant_key("halden").await.unwrap();
        let key = yard.root().join("keys/halden.key.1");
        let aside = yard.dir.path().join("aside");
        fs::rename(&key, &aside).unwrap();
        let fresh = yard.open().await;
        for error in [
            there.ledger().checkpoint().await.unwrap_err(),
            fresh.tenant("halden").await.unwrap_err(),
            fresh.rotate_tenant_key("halden").await.unwrap_err(),
        ] {
            assert_eq!(error.kind(), ErrorKind::Unavailable, "{error}");
            assert!(error.place().unwrap().ends_with("keys/halden.key.1"), "{error}");
        }
        assert!(!key.exists(), "no other key is made in its place");
        fs::rename(&aside, &key).unwrap();
        work(&there, 1).await;
        assert_eq!(
            there.ledger().checkpoint().await.unwrap().size(),
            there.ledger().size().await.unwrap()
        );
        fresh.tenant("halden").await.unwrap();
    });
}

#[test]
fn a_key_that_an_interrupted_rotation_left_is_taken_and_names_never_meet() {
    block_on(async {
        let yard = Yard::new();
        let practice = yard.open().await;
        // A region of this name has the key file `anchor.1.key`.
        practice
            .create_tenant("anchor", vcto::practice::TenantOptions::region("1"))
            .await
            .unwrap();
        beat(&yard, &practice).await;
        let path = yard.root().join("keys/anchor.key.1");
        vcto::ledger::LocalKeyFile::create(&path, &vcto::time::SystemEntropy).unwrap();
        let left = fs::read(&path).unwrap();
        practice.rotate_tenant_key("anchor").await.unwrap();
        practice.rotate_anchor_key("1").await.unwrap();
        assert_eq!(fs::read(&path).unwrap(), left);
        assert!(yard.root().join("keys/anchor.1.key.1").exists());
        assert!(beat(&yard, &practice).await.has_no_failure());
        let missing = practice.rotate_tenant_key("anchro").await.unwrap_err();
        assert_eq!(missing.remedy_text(), Some("did you mean `anchor`?"));
        let missing = practice.rotate_anchor_key("eu").await.unwrap_err();
        assert_eq!(missing.kind(), ErrorKind::NotFound);
    });
}

#[test]
fn a_practice_in_memory_and_one_in_a_database_rotate_too() {
    let dir = tempfile::tempdir().unwrap();
    let options = PracticeOptions::default().origin("msp.example/vcto");
    let mut practices = vec![Practice::in_memory(options.clone())];
    if let Some(url) = database() {
        practices.push(block_on(Practice::open(&url, options.folder(dir.path()))).unwrap());
    }
    for practice in practices {
        block_on(async {
            let tenant = practice.create_tenant("halden", people()).await.unwrap();
            let first = key_of(&tenant);
            for _ in 0..2 {
                assert!(round(&practice).await.has_no_failure());
                practice.rotate_tenant_key("halden").await.unwrap();
                practice.rotate_anchor_key("eu").await.unwrap();
                work(&tenant, 1).await;
            }
            drop(tenant);
            let tenant = practice.tenant("halden").await.unwrap();
            assert!(round(&practice).await.has_no_failure());
            verified(&tenant, &first).await;
        });
    }
}
