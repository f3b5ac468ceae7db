//! What several test modules need.
#![allow(dead_code, reason = "each test module takes what it needs")]

use std::path::PathBuf;

/// A file or folder of the shared test data (`../shared`, or where `VCTO_SHARED` points).
///
/// Without the data the test is not run: that is noted under `target/not-run/` for `make test` to count and print, and
/// with `VCTO_SHARED_REQUIRED=1` it fails.
pub fn shared(path: &str) -> Option<PathBuf> {
    let root = std::env::var_os("VCTO_SHARED").map_or_else(
        || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../shared")),
        PathBuf::from,
    );
    if root.is_dir() {
        return Some(root.join(path));
    }
    assert!(
        std::env::var_os("VCTO_SHARED_REQUIRED").is_none(),
        "no shared test data in {}",
        root.display()
    );
    not_run("needs the shared data (../shared, or where VCTO_SHARED points)");
    None
}

/// Notes that this test cannot run, and why: `make test` prints it, and the check before a merge fails.
pub fn not_run(reason: &str) {
    let test = std::thread::current()
        .name()
        .unwrap_or("unnamed")
        .replace("::", ".");
    let notes = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/target/not-run"));
    std::fs::create_dir_all(&notes)
        .and_then(|()| std::fs::write(notes.join(test), reason))
        .expect("target/ is writable");
}
