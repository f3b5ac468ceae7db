//! What must not compile does not: each file of `tests/compile_fail` is compiled twice.
//!
//! With `--cfg fails` the compiler must report exactly what the file's `//~` marks say: the error code, or the message where
//! the compiler gives no code, on that line, and nothing else. Without it, the same file minus what is under
//! `#[cfg(fails)]`, plus what is under `#[cfg(not(fails))]`, must compile without an error: so the refusal is about the marked
//! line, and not about a typing error elsewhere.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use static_assertions::{assert_impl_all, assert_not_impl_any};
use vcto::gate::{
    Approval, Approved, Automatic, Decided, HumanOnly, InDoubt, Notify, Permit, Resumed, Routed, Settled,
    Staged, StepContext,
};

// What may lead to an execution has one source: a later `derive` of one of these breaks the build.
assert_not_impl_any!(Approved: Clone, Copy, Default, Serialize, DeserializeOwned);
assert_not_impl_any!(Staged<Automatic>: Clone, Copy, Default, Serialize, DeserializeOwned);
assert_not_impl_any!(Staged<Notify>: Clone, Copy, Default, Serialize, DeserializeOwned);
assert_not_impl_any!(Staged<Approval>: Clone, Copy, Default, Serialize, DeserializeOwned);
assert_not_impl_any!(Staged<HumanOnly>: Clone, Copy, Default, Serialize, DeserializeOwned);
assert_not_impl_any!(Routed: Clone, Copy, Default, Serialize, DeserializeOwned);
assert_not_impl_any!(Decided: Clone, Copy, Default, Serialize, DeserializeOwned);
assert_not_impl_any!(Resumed: Clone, Copy, Default, Serialize, DeserializeOwned);
assert_not_impl_any!(Settled: Clone, Copy, Default, Serialize, DeserializeOwned);
assert_not_impl_any!(InDoubt: Clone, Copy, Default, Serialize, DeserializeOwned);
assert_not_impl_any!(Permit<'static>: Clone, Copy, Default, Serialize, DeserializeOwned);
// What a permit carries can be looked at and kept, but not made.
assert_not_impl_any!(StepContext: Default, DeserializeOwned);
// They may be handed to another thread; that alone gives nobody a second one.
assert_impl_all!(Approved: Send, Sync);
assert_impl_all!(Routed: Send, Sync);

const CASES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/compile_fail");

#[test]
fn what_the_gate_forbids_does_not_compile_and_its_twin_does() {
    let compiler = Compiler::new();
    let mut cases: Vec<PathBuf> = std::fs::read_dir(CASES)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "rs"))
        .collect();
    cases.sort();
    assert!(cases.len() >= 48, "{} cases", cases.len());
    let failures = Mutex::new(Vec::new());
    let next = AtomicUsize::new(0);
    let workers = std::thread::available_parallelism().map_or(1, usize::from).min(4);
    std::thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                while let Some(case) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
                    if let Err(why) = compiler.check(case) {
                        let name = case.file_stem().unwrap().to_string_lossy();
                        failures.lock().unwrap().push(format!("{name}: {why}"));
                    }
                }
            });
        }
    });
    let failures = failures.into_inner().unwrap();
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn the_harness_itself_can_fail() {
    let compiler = Compiler::new();
    let folder = tempfile::tempdir().unwrap();
    let check = |source: &str| {
        let path = folder.path().join("case.rs");
        std::fs::write(&path, source).unwrap();
        compiler.check(&path)
    };
    let good = "pub fn f(a: String) { drop(a); #[cfg(fails)] drop(a); //~ E0382\n}";
    check(good).unwrap();
    for (bad, why) in [
        (good.replace("//~ E0382", ""), "no mark"),
        (good.replace("E0382", "E0308"), "another code"),
        (
            format!("\n{good}").replace("//~ E0382\n", "\n//~ E0382\n"),
            "another line",
        ),
        (good.replace("#[cfg(fails)]", ""), "the twin fails too"),
        (good.replace("#[cfg(fails)]", "#[cfg(never)]"), "it compiles"),
        (
            good.replace("pub fn", "pub fn g() -> u8 { () } pub fn"),
            "one error more",
        ),
    ] {
        assert!(check(&bad).is_err(), "{why}");
    }
}

#[test]
fn an_approval_is_made_in_one_place_and_given_by_the_gate_alone() {
    let mut made = BTreeSet::new();
    let mut given = BTreeSet::new();
    for path in sources(&PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/core/src"))) {
        let text = std::fs::read_to_string(&path).unwrap();
        let name = path
            .to_string_lossy()
            .split_once("core/src/")
            .unwrap()
            .1
            .replace('\\', "/");
        for line in text.lines().map(str::trim).filter(|line| !line.starts_with("//")) {
            let is_declaration = line.contains("struct Approved") || line.contains("impl Approved");
            if line.contains("Approved {") && !is_declaration && !line.contains("-> ") {
                made.insert(name.clone());
            }
            if line.contains("fn ") && line.contains("->") && names_type(line, "Approved") {
                given.insert(name.clone());
            }
        }
    }
    assert_eq!(made, BTreeSet::from(["gate/staged.rs".to_owned()]));
    assert!(given.iter().all(|name| name.starts_with("gate/")), "{given:?}");
    assert!(!given.is_empty());
}

/// Whether a type is named behind the arrow of a signature.
fn names_type(line: &str, name: &str) -> bool {
    let result = line.split_once("->").map_or("", |(_, result)| result);
    result
        .split(|c: char| !c.is_alphanumeric() && c != '_')
        .any(|word| word == name)
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut folders = vec![folder.to_owned()];
    let mut found = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                found.push(path);
            }
        }
    }
    found
}

/// Where this test's own build of the crates lies, as cargo tells it.
struct Compiler {
    rustc: PathBuf,
    externs: BTreeMap<String, PathBuf>,
    dependencies: BTreeSet<PathBuf>,
    out: tempfile::TempDir,
    run: AtomicUsize,
}

impl Compiler {
    fn new() -> Self {
        let cargo = PathBuf::from(std::env::var_os("CARGO").expect("run by cargo"));
        let built = Command::new(&cargo)
            .args([
                "test",
                "--no-run",
                "--test",
                "it",
                "--message-format=json",
                "--quiet",
            ])
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .output()
            .unwrap();
        assert!(
            built.status.success(),
            "{}",
            String::from_utf8_lossy(&built.stderr)
        );
        let mut externs = BTreeMap::new();
        let mut dependencies = BTreeSet::new();
        for line in String::from_utf8(built.stdout).unwrap().lines() {
            let message: Value = serde_json::from_str(line).unwrap();
            if message["reason"] != "compiler-artifact" {
                continue;
            }
            let name = message["target"]["name"].as_str().unwrap().replace('-', "_");
            for file in message["filenames"].as_array().unwrap() {
                let file = PathBuf::from(file.as_str().unwrap());
                let is_library = file.extension().is_some_and(|ending| {
                    ["rlib", "so", "dylib", "dll"]
                        .iter()
                        .any(|known| ending == *known)
                });
                if is_library {
                    dependencies.insert(file.parent().unwrap().to_owned());
                    if ["vcto", "async_trait", "serde"].contains(&name.as_str()) {
                        externs.insert(name.clone(), file);
                    }
                }
            }
        }
        assert_eq!(externs.len(), 3, "{externs:?}");
        let sibling = cargo.with_file_name("rustc");
        Self {
            rustc: if sibling.is_file() {
                sibling
            } else {
                "rustc".into()
            },
            externs,
            dependencies,
            out: tempfile::tempdir().unwrap(),
            run: AtomicUsize::new(0),
        }
    }

    fn check(&self, case: &Path) -> Result<(), String> {
        let source = std::fs::read_to_string(case).unwrap();
        let expected = marks(&source);
        if expected.is_empty() {
            return Err("no line is marked with `//~`".to_owned());
        }
        let found = self.errors(case, true);
        if found != expected {
            return Err(format!("expected {expected:?}, found {found:?}"));
        }
        let twin = self.errors(case, false);
        if !twin.is_empty() {
            return Err(format!("its twin does not compile: {twin:?}"));
        }
        Ok(())
    }

    /// The errors of one compilation: line, and code or message.
    fn errors(&self, case: &Path, fails: bool) -> BTreeSet<(u64, String)> {
        let out = self
            .out
            .path()
            .join(self.run.fetch_add(1, Ordering::Relaxed).to_string());
        let mut rustc = Command::new(&self.rustc);
        rustc
            .args([
                "--edition=2024",
                "--crate-type=lib",
                "--crate-name=case",
                "--emit=metadata",
            ])
            .args([
                "--error-format=json",
                "--check-cfg=cfg(fails)",
                "-Adead_code",
                "-o",
            ])
            .arg(out)
            .arg(case);
        for (name, file) in &self.externs {
            rustc.arg("--extern").arg(format!("{name}={}", file.display()));
        }
        for folder in &self.dependencies {
            rustc.arg("-L").arg(format!("dependency={}", folder.display()));
        }
        if fails {
            rustc.arg("--cfg=fails");
        }
        let output = rustc.output().unwrap();
        let errors: BTreeSet<_> = String::from_utf8(output.stderr)
            .unwrap()
            .lines()
            .filter_map(|line| error_of(&serde_json::from_str(line).unwrap()))
            .collect();
        assert_eq!(output.status.success(), errors.is_empty(), "{}", case.display());
        errors
    }
}

/// Line, and code or message, of a diagnostic that is an error and stands somewhere.
fn error_of(diagnostic: &Value) -> Option<(u64, String)> {
    if diagnostic["level"] != "error" {
        return None;
    }
    let primary = diagnostic["spans"]
        .as_array()?
        .iter()
        .find(|span| span["is_primary"] == true)?;
    let says = match diagnostic["code"]["code"].as_str() {
        Some(code) => code.to_owned(),
        None => without_names(diagnostic["message"].as_str()?),
    };
    Some((primary["line_start"].as_u64()?, says))
}

/// A message with the names in it left out: "type `_` is private".
fn without_names(message: &str) -> String {
    let parts = message.split('`').enumerate();
    let parts: Vec<&str> = parts
        .map(|(at, part)| if at % 2 == 0 { part } else { "_" })
        .collect();
    parts.join("`")
}

/// What stands behind `//~`: codes or messages, separated by ` + `.
fn marks(source: &str) -> BTreeSet<(u64, String)> {
    (1..)
        .zip(source.lines())
        .filter_map(|(at, line)| Some((at, line.split_once("//~ ")?.1)))
        .flat_map(|(at, marks)| marks.split(" + ").map(move |mark| (at, mark.trim().to_owned())))
        .collect()
}
