//! Tests of `vcto::practice` through the public API.

mod anchor;
mod anchor_server;
mod lost;
mod outside;
#[cfg(unix)]
mod replaced;
#[cfg(unix)]
mod rotation;
mod server;
mod webhook;
mod weekend;

use std::fs;
use std::path::Path;
use std::sync::Arc;

use pollster::block_on;
use vcto::ErrorKind;
use vcto::gate::{Level, Policy, ProcessArea};
use vcto::practice::{Practice, PracticeOptions, TenantOptions, Trigger};
use vcto::time::ManualClock;

use crate::gate::world::{START, estate_of, inventory, signers};

fn options() -> PracticeOptions {
    PracticeOptions::default().clock(Arc::new(ManualClock::new(START.parse().unwrap())))
}

fn people() -> TenantOptions {
    TenantOptions::region("eu").approvers(signers(&["alice", "bob"]))
}

async fn open(dir: &Path) -> Practice {
    Practice::open(dir, options()).await.unwrap()
}

#[test]
fn a_practice_begins_in_an_empty_folder_and_is_found_again() {
    block_on(async {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().join("made/for/it");
        let practice = open(&root).await;
        assert!(practice.tenants().unwrap().is_empty());
        practice.create_tenant("halden", people()).await.unwrap();
        practice.create_tenant("pryce", people()).await.unwrap();
        drop(practice);
        let again = open(&root).await;
        assert_eq!(again.tenants().unwrap(), ["halden", "pryce"]);
        let tenant = again.tenant("halden").await.unwrap();
        assert_eq!((tenant.name(), tenant.region()), ("halden", "eu"));
        let approvers = tenant.approvers().await.unwrap();
        let names: Vec<_> = approvers.iter().map(|entry| entry.approver.person()).collect();
        assert_eq!(names, ["alice", "bob"]);
    });
}

#[test]
fn a_folder_with_something_else_in_it_is_left_alone() {
    block_on(async {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("thesis.txt"), "mine").unwrap();
        let error = Practice::open(dir.path(), options()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
        let file = dir.path().join("thesis.txt");
        assert!(
            Practice::open(&file, options()).await.is_err(),
            "a file is no folder"
        );
        for broken in [
            "",
            "{}",
            r#"{"format":"vcto.practice/9","id":"","origin":"x"}"#,
            "[1",
        ] {
            let dir = tempfile::tempdir().unwrap();
            fs::write(dir.path().join("practice.json"), broken).unwrap();
            let error = Practice::open(dir.path(), options()).await.unwrap_err();
            assert!(
                matches!(error.kind(), ErrorKind::Corrupt | ErrorKind::Unsupported),
                "{error}"
            );
        }
    });
}

#[test]
fn opening_never_makes_a_tenant_and_names_near_ones() {
    block_on(async {
        let dir = tempfile::tempdir().unwrap();
        let practice = open(dir.path()).await;
        practice.create_tenant("halden", people()).await.unwrap();
        let error = practice.tenant("haldon").await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotFound);
        assert_eq!(error.remedy_text(), Some("did you mean `halden`?"));
        for name in ["", "../halden", "HALDEN", "halden/", "nul", "\u{0}"] {
            assert_eq!(
                practice.tenant(name).await.unwrap_err().kind(),
                ErrorKind::NotFound,
                "{name:?}"
            );
        }
        assert_eq!(practice.tenants().unwrap(), ["halden"]);
    });
}

#[test]
fn a_tenant_is_made_once_and_only_with_a_fit_name() {
    block_on(async {
        let dir = tempfile::tempdir().unwrap();
        let practice = open(dir.path()).await;
        practice.create_tenant("halden", people()).await.unwrap();
        let error = practice.create_tenant("halden", people()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Conflict);
        for name in ["", "..", "a/b", "UPPER", "con", "-a", "a b"] {
            let error = practice.create_tenant(name, people()).await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidInput, "{name:?}");
        }
        let error = practice
            .create_tenant("pryce", TenantOptions::region("eu").approvers("alice garbage"))
            .await
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
        let other_namespace = signers(&["alice"]).replace("alice ", "alice namespaces=\"git\" ");
        let error = practice
            .create_tenant("pryce", TenantOptions::region("eu").approvers(other_namespace))
            .await
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
        let twice = people().approvers(signers(&["alice"]));
        assert_eq!(
            practice.create_tenant("pryce", twice).await.unwrap_err().kind(),
            ErrorKind::InvalidInput
        );
        assert_eq!(practice.tenants().unwrap(), ["halden"]);
    });
}

#[test]
fn the_first_records_of_a_ledger_are_the_rules_of_its_tenant() {
    block_on(async {
        let dir = tempfile::tempdir().unwrap();
        let practice = open(dir.path()).await;
        let area = ProcessArea::new(
            "firewall-rules",
            "network",
            Level::L2,
            "a wrong rule stops the business",
        );
        let tenant = practice
            .create_tenant("halden", people().area(area))
            .await
            .unwrap();
        let entries = tenant.ledger().entries(..).await.unwrap();
        let types: Vec<u16> = entries.iter().map(|entry| entry.entry_type().0).collect();
        assert_eq!(types, [0x0001, 0x0100, 0x0101, 0x0102, 0x0103]);
        let areas: serde_json::Value = serde_json::from_slice(entries[3].payload()).unwrap();
        let names: Vec<_> = areas["record"]["areas"]
            .as_array()
            .unwrap()
            .iter()
            .map(|area| &area["name"])
            .collect();
        assert_eq!(names, ["architecture-review", "documentation", "firewall-rules"]);
    });
}

#[cfg(unix)]
#[test]
fn keys_are_private_and_the_mark_is_not_in_the_folder_of_the_database() {
    use std::os::unix::fs::PermissionsExt;
    block_on(async {
        let dir = tempfile::tempdir().unwrap();
        let practice = open(dir.path()).await;
        practice.create_tenant("halden", people()).await.unwrap();
        let mode = |path: &str| fs::metadata(dir.path().join(path)).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode("keys/halden.key"), 0o600);
        assert_eq!(mode("keys"), 0o700);
        assert!(dir.path().join("marks/halden").is_file());
        assert!(dir.path().join("tenants/halden").is_dir());
        let in_folder = fs::read_dir(dir.path().join("tenants/halden")).unwrap();
        assert!(
            in_folder
                .flatten()
                .all(|entry| !entry.file_name().to_string_lossy().contains("mark"))
        );
    });
}

#[test]
fn a_log_that_was_rolled_back_is_not_opened() {
    block_on(async {
        let dir = tempfile::tempdir().unwrap();
        let practice = open(dir.path()).await;
        drop(practice.create_tenant("halden", people()).await.unwrap());
        drop(practice);
        let ledger = dir.path().join("tenants/halden");
        let backup = dir.path().join("backup");
        fs::create_dir(&backup).unwrap();
        let copy = |from: &Path, to: &Path| {
            for entry in fs::read_dir(from).unwrap().flatten() {
                if entry.path().is_file() {
                    fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
                }
            }
        };
        copy(&ledger, &backup);
        let practice = open(dir.path()).await;
        let tenant = practice.tenant("halden").await.unwrap();
        let as_of = "2026-11-22".parse().unwrap();
        tenant
            .review(&estate_of(&inventory()), as_of, Trigger::Manual)
            .await
            .unwrap();
        drop((tenant, practice));
        fs::remove_dir_all(&ledger).unwrap();
        fs::create_dir(&ledger).unwrap();
        copy(&backup, &ledger);
        let practice = open(dir.path()).await;
        let error = practice.tenant("halden").await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::RollbackDetected);
    });
}

#[test]
fn a_tenant_with_another_policy_in_force_is_not_opened() {
    block_on(async {
        let dir = tempfile::tempdir().unwrap();
        let strict = Policy {
            approvals: 2,
            ..Policy::default()
        };
        let practice = Practice::open(dir.path(), options().policy(strict.clone()))
            .await
            .unwrap();
        practice.create_tenant("halden", people()).await.unwrap();
        let own = people().policy(Policy::default());
        assert_eq!(
            practice.create_tenant("pryce", own).await.unwrap_err().kind(),
            ErrorKind::InvalidInput
        );
        drop(practice);
        for (expected, opens) in [
            (Some(strict), true),
            (None, true),
            (Some(Policy::default()), false),
        ] {
            let options = match expected {
                Some(policy) => options().policy(policy),
                None => options(),
            };
            let practice = Practice::open(dir.path(), options).await.unwrap();
            let opened = practice.tenant("halden").await;
            assert_eq!(opened.is_ok(), opens);
            if let Err(error) = opened {
                assert_eq!(error.kind(), ErrorKind::Conflict);
            }
        }
    });
}

#[test]
fn the_folder_of_one_tenant_does_not_pass_for_another() {
    block_on(async {
        let dir = tempfile::tempdir().unwrap();
        let practice = open(dir.path()).await;
        practice.create_tenant("halden", people()).await.unwrap();
        practice.create_tenant("pryce", people()).await.unwrap();
        drop(practice);
        // Ledger, key and mark of one under the name of the other.
        for (folder, suffix) in [("keys", ".key"), ("marks", ""), ("tenants", "")] {
            let path = |name: &str| dir.path().join(folder).join(format!("{name}{suffix}"));
            fs::rename(path("halden"), path("swap")).unwrap();
            fs::rename(path("pryce"), path("halden")).unwrap();
            fs::rename(path("swap"), path("pryce")).unwrap();
        }
        let practice = open(dir.path()).await;
        assert_eq!(
            practice.tenant("halden").await.unwrap_err().kind(),
            ErrorKind::Conflict
        );
    });
}

#[test]
fn an_interrupted_creation_is_completed() {
    block_on(async {
        let dir = tempfile::tempdir().unwrap();
        let practice = open(dir.path()).await;
        // What a creation leaves that ended after the key, or after the empty log.
        drop(practice.create_tenant("halden", people()).await.unwrap());
        fs::remove_dir_all(dir.path().join("tenants/halden")).unwrap();
        fs::remove_file(dir.path().join("marks/halden")).unwrap();
        assert_eq!(
            practice.tenant("halden").await.unwrap_err().kind(),
            ErrorKind::NotFound
        );
        let tenant = practice.create_tenant("halden", people()).await.unwrap();
        assert_eq!(tenant.ledger().size().await.unwrap(), 5);
    });
}

#[test]
fn a_tenant_that_lost_its_key_is_not_gone_and_gets_no_other_key() {
    block_on(async {
        let dir = tempfile::tempdir().unwrap();
        let practice = open(dir.path()).await;
        drop(practice.create_tenant("halden", people()).await.unwrap());
        let (key, away) = (dir.path().join("keys/halden.key"), dir.path().join("away.key"));
        fs::rename(&key, &away).unwrap();
        assert_eq!(practice.tenants().unwrap(), ["halden"]);
        let error = practice.tenant("halden").await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unavailable, "{error}");
        let error = practice.create_tenant("halden", people()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unavailable, "{error}");
        assert!(!key.exists());
        fs::rename(&away, &key).unwrap();
        assert_eq!(
            practice
                .tenant("halden")
                .await
                .unwrap()
                .ledger()
                .size()
                .await
                .unwrap(),
            5
        );
    });
}

#[test]
fn a_practice_with_tenants_is_not_given_a_new_identity() {
    block_on(async {
        let dir = tempfile::tempdir().unwrap();
        drop(
            open(dir.path())
                .await
                .create_tenant("halden", people())
                .await
                .unwrap(),
        );
        let file = dir.path().join("practice.json");
        let identity = fs::read(&file).unwrap();
        fs::remove_file(&file).unwrap();
        let error = Practice::open(dir.path(), options()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Corrupt, "{error}");
        assert!(!file.exists());
        fs::write(&file, identity).unwrap();
        drop(open(dir.path()).await.tenant("halden").await.unwrap());
    });
}

#[test]
fn a_review_is_recorded_with_its_snapshot() {
    block_on(async {
        let dir = tempfile::tempdir().unwrap();
        let practice = open(dir.path()).await;
        let tenant = practice.create_tenant("halden", people()).await.unwrap();
        let estate = estate_of(&inventory());
        let as_of = "2026-11-22".parse().unwrap();
        let review = tenant.review(&estate, as_of, Trigger::Schedule).await.unwrap();
        let entries = tenant.ledger().entries(5..).await.unwrap();
        assert_eq!(entries[0].entry_type().0, 0x0200);
        assert_eq!(entries[0].payload(), estate.to_json().as_bytes());
        assert_eq!(entries[1].entry_type().0, 0x0201);
        let recorded: serde_json::Value = serde_json::from_slice(entries[1].payload()).unwrap();
        assert_eq!(recorded["trigger"], "schedule");
        assert_eq!(recorded["snapshot"], 5);
        assert_eq!(recorded["estate"], estate.digest().to_string());
        let document = String::from_utf8(entries[1].payload().to_vec()).unwrap();
        assert!(
            document.contains(&review.to_json()),
            "the document stands in it byte for byte"
        );
    });
}

#[test]
fn executors_are_registered_once_under_a_fit_name() {
    let practice = Practice::in_memory(options());
    practice.register(crate::gate::world::Lab::default()).unwrap();
    let error = practice.register(crate::gate::world::Lab::default()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Conflict);
}

#[test]
fn an_address_of_a_server_is_not_taken_for_a_folder() {
    let refused = pollster::block_on(Practice::open(
        "postgres://example.org/msp",
        PracticeOptions::default(),
    ));
    assert_eq!(refused.unwrap_err().kind(), ErrorKind::Unsupported);
}
