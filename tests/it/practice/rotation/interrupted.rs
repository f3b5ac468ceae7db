//! A rotation that is interrupted at any call of the kernel.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use pollster::block_on;
use vcto::ledger::VerifyOptions;
use vcto::practice::{Practice, PracticeOptions};
use vcto::time::Entropy;

use super::super::anchor::{Yard, round, work};
use super::super::people;
use super::{beat, key_of};
use crate::common::not_run;
use crate::ledger::crash::say;

/// So that the names of the files under which new keys are written first are known: the first draw is all 7, the next all 8.
#[derive(Debug, Default)]
struct Counted(AtomicU8);

impl Entropy for Counted {
    fn fill(&self, bytes: &mut [u8]) -> vcto::Result<()> {
        bytes.fill(7 + self.0.fetch_add(1, Ordering::SeqCst));
        Ok(())
    }
}

/// What a rotation of both keys touches.
fn paths(root: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<_> = ["keys", "marks", "practice.json"]
        .map(|name| root.join(name))
        .to_vec();
    for (name, log) in [("halden", "tenants/halden"), ("anchor.eu", "anchors/eu")] {
        let key = format!("keys/{name}.key");
        paths.extend([&key, &format!("{key}.1")].map(|path| root.join(path)));
        for secret in [7, 8] {
            let part = blake3::derive_key("vcto key file part v1", &[secret; 32]);
            let part: String = part[..8]
                .iter()
                .fold(String::new(), |text, byte| format!("{text}{byte:02x}"));
            paths.push(root.join(format!("{key}.1.{part}")));
        }
        let mark = format!("marks/{name}");
        paths.extend([&mark, &format!("{mark}.new")].map(|path| root.join(path)));
        for file in ["", "ledger.db", "ledger.db-wal", "ledger.lock", "ledger.turn"] {
            paths.push(root.join(log).join(file));
        }
    }
    paths
}

const ROLE: &str = "practice::rotation::interrupted::child_rotates";

/// Rotates both keys; what fails is tried once more. Says what it was told.
#[test]
#[ignore = "a child process of another test"]
fn child_rotates() {
    let Some(dir) = std::env::var_os("VCTO_TEST_DIR") else {
        return;
    };
    let yard = Path::new(&dir);
    block_on(async {
        let entropy: Arc<Counted> = Arc::default();
        let options = || PracticeOptions::default().entropy(entropy.clone());
        let open = || Practice::open(yard.join("practice"), options());
        let Ok(practice) = (match open().await {
            Err(_) => open().await,
            opened => opened,
        }) else {
            return;
        };
        for _ in 0..2 {
            if let Ok(key) = practice.rotate_tenant_key("halden").await {
                say(&format!("tenant {key}"));
                break;
            }
        }
        for _ in 0..2 {
            if let Ok(key) = practice.rotate_anchor_key("eu").await {
                say(&format!("anchor {key}"));
                break;
            }
        }
    });
}

/// The practice opens, has every key that was acknowledged, and goes on.
async fn check(yard: &Yard, stdout: &str, place: &str) {
    let practice = yard.open().await;
    let tenant = practice
        .tenant("halden")
        .await
        .unwrap_or_else(|error| panic!("{place}: {error}"));
    let log = practice
        .anchor_log("eu")
        .await
        .unwrap_or_else(|error| panic!("{place}: {error}"));
    for (told, key) in [
        ("tenant ", key_of(&tenant)),
        ("anchor ", log.verifier_key().clone()),
    ] {
        let said = stdout
            .lines()
            .find_map(|line| line.strip_prefix("said ")?.strip_prefix(told));
        assert!(
            said.is_none_or(|said| said == key.to_string()),
            "{place}: {said:?}"
        );
    }
    work(&tenant, 1).await;
    practice.rotate_tenant_key("halden").await.unwrap();
    practice.rotate_anchor_key("eu").await.unwrap();
    let told = beat(yard, &practice).await;
    assert!(told.has_no_failure(), "{place}: {told:?}");
    for ledger in [tenant.ledger(), &log] {
        let report = ledger.verify(&VerifyOptions::default()).await.unwrap();
        assert!(
            report.has_no_failure() && report.problems.is_empty(),
            "{place}: {report:?}"
        );
    }
}

/// Each call of each kind from the first on, every `step`-th of them; how many were met.
fn meet(fault: &str, step: usize) -> Option<usize> {
    let template = Yard::new();
    block_on(async {
        let practice = template.open().await;
        practice.create_tenant("halden", people()).await.unwrap();
        round(&practice).await;
    });
    let mut met = 0;
    for call in [
        "fsync",
        "fdatasync",
        "linkat",
        "unlink",
        "rename",
        "pwrite64",
        "write",
        "openat",
    ] {
        for at in (1..).step_by(step) {
            let yard = Yard::new();
            template.copy_to(&yard);
            let trace = yard.dir.path().join("trace");
            let mut command = Command::new("strace");
            command.args(["-f", "-qq", "-o"]).arg(&trace);
            for path in paths(&yard.root()) {
                command.arg("-P").arg(path);
            }
            let (traced, inject) = (
                format!("trace={call}"),
                format!("inject={call}:{fault}:when={at}"),
            );
            command.args(["-e", &traced, "-e", &inject]);
            command.arg(std::env::current_exe().unwrap());
            command.args(["--ignored", "--exact", ROLE, "--nocapture", "--test-threads=1"]);
            let Ok(output) = command.env("VCTO_TEST_DIR", yard.dir.path()).output() else {
                not_run("needs strace");
                return None;
            };
            let place = format!("{call} {at}, {fault}");
            let is_killed = !output.status.success();
            let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
            assert!(!is_killed || fault.contains("KILL"), "{place}: {stderr}");
            block_on(check(&yard, &String::from_utf8_lossy(&output.stdout), &place));
            if !fs::read_to_string(&trace).unwrap().contains("INJECTED") && !is_killed {
                break;
            }
            met += 1;
        }
    }
    println!("{met} calls met {fault}");
    Some(met)
}

#[test]
fn a_call_that_fails_in_a_rotation_leaves_a_practice_that_opens_and_goes_on() {
    if let Some(met) = meet("error=EIO", 5) {
        assert!(met > 10, "only {met} calls were met");
    }
}

#[test]
fn a_kill_in_a_rotation_leaves_a_practice_that_opens_and_goes_on() {
    if let Some(met) = meet("signal=KILL", 5) {
        assert!(met > 10, "only {met} calls were met");
    }
}

#[test]
#[ignore = "minutes: every call; part of `make soak`"]
fn soak_every_call_of_a_rotation_fails_and_kills() {
    for fault in ["error=EIO", "error=ENOSPC", "signal=KILL"] {
        meet(fault, 1);
    }
}
