//! What the system does not let us read or write, tried as a user who may not: root may everything, so as root these tests
//! run in a child process under another user.
#![cfg(target_os = "linux")]

use std::fs::{self, File, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use pollster::block_on;
use vcto::ledger::VerifyOptions;
use vcto::practice::{Practice, PracticeOptions, TenantOptions};
use vcto::proof::verify_bundle;
use vcto::{Error, ErrorKind, source};

use crate::common::not_run;
use crate::gate::world::signers;

const CHILD: &str = "permissions::child_is_refused";

/// What it prints once it runs.
const BEGAN: &str = "the child began";

fn mode(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
}

/// A folder that everybody may enter, with things in it that nobody may read and one that nobody may write into.
fn forbidden() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    mode(dir.path(), 0o755);
    let at = |name: &str| dir.path().join(name);
    fs::write(at("inventory.json"), r#"{"format": "vcto.inventory/1"}"#).unwrap();
    block_on(Practice::open(at("practice"), PracticeOptions::default())).unwrap();
    for folder in ["estate", "proof", "full"] {
        fs::create_dir(at(folder)).unwrap();
    }
    fs::write(at("proof/checkpoint"), "").unwrap();
    for name in ["inventory.json", "practice", "estate", "proof"] {
        mode(&at(name), 0o000);
    }
    mode(&at("full"), 0o555);
    dir
}

/// Makes the folder one that can be removed again.
fn release(dir: &Path) {
    for name in ["practice", "estate", "proof", "full"] {
        mode(&dir.join(name), 0o755);
    }
}

fn assert_refused(error: &Error, place: &Path) {
    assert_eq!(error.kind(), ErrorKind::PermissionDenied, "{error}");
    assert!(error.to_string().contains(&*place.to_string_lossy()), "{error}");
}

fn refusals(dir: &Path) {
    let at = |name: &str| dir.join(name);
    for name in ["inventory.json", "estate"] {
        let error = source::read(at(name), None).unwrap_err();
        assert_refused(&error, &at(name));
        assert!(
            error.to_string().contains("let the user who runs this read it"),
            "{error}"
        );
    }
    for name in ["practice", "full"] {
        let error = block_on(Practice::open(at(name), PracticeOptions::default())).unwrap_err();
        assert_refused(&error, &at(name));
    }
    assert_refused(
        &verify_bundle(at("proof"), &VerifyOptions::default()).unwrap_err(),
        &at("proof"),
    );
    let error = block_on(async {
        let practice = Practice::in_memory(PracticeOptions::default());
        let people = TenantOptions::region("eu").approvers(signers(&["alice"]));
        let tenant = practice.create_tenant("halden", people).await.unwrap();
        tenant.prove(at("full/proof")).await.unwrap_err()
    });
    assert_refused(&error, &at("full"));
}

#[test]
fn what_may_not_be_read_or_written_is_refused_as_such_with_its_place() {
    let dir = forbidden();
    if File::open(dir.path().join("inventory.json")).is_err() {
        refusals(dir.path());
    } else {
        match as_nobody(dir.path()) {
            Some(output) => {
                let said = String::from_utf8_lossy(&output.stdout);
                assert!(output.status.success() && said.contains("1 passed"), "{said}");
            }
            None => not_run("runs as root, and neither setpriv nor su starts a process as nobody"),
        }
    }
    release(dir.path());
}

/// This test binary with the child below, as the user nobody. It is started through an open file: the way to it may be one
/// that nobody cannot go.
fn as_nobody(dir: &Path) -> Option<Output> {
    let run = format!("/proc/self/fd/0 --ignored --exact {CHILD} --nocapture");
    let exec = format!("exec {run}");
    let words: Vec<_> = run.split(' ').collect();
    let drop = ["--reuid=65534", "--regid=65534", "--clear-groups"];
    let ways: [(&str, Vec<&str>); 2] = [
        ("setpriv", [&drop, &words[..]].concat()),
        ("su", vec!["-s", "/bin/sh", "nobody", "-c", &exec]),
    ];
    ways.into_iter().find_map(|(program, arguments)| {
        let output = Command::new(program)
            .args(arguments)
            .env("VCTO_TEST_DIR", dir)
            .stdin(File::open(std::env::current_exe().unwrap()).unwrap())
            .output()
            .ok()?;
        String::from_utf8_lossy(&output.stdout)
            .contains(BEGAN)
            .then_some(output)
    })
}

#[test]
#[ignore = "a child process of another test"]
fn child_is_refused() {
    let Some(dir) = std::env::var_os("VCTO_TEST_DIR").map(PathBuf::from) else {
        return;
    };
    println!("{BEGAN}");
    assert!(
        File::open(dir.join("inventory.json")).is_err(),
        "this user may everything"
    );
    refusals(&dir);
}
