//! The pages `docs/gate-tests.md` and `docs/ledger-tests.md` name tests that exist, and leave no number out.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// All text of a folder's files, and the files' names.
fn read(folder: &Path, text: &mut String, names: &mut BTreeSet<String>) {
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let ending = path.extension().and_then(|ending| ending.to_str());
            if path.is_dir() {
                folders.push(path);
            } else if matches!(ending, Some("rs" | "py" | "mjs")) {
                text.push_str(&fs::read_to_string(&path).unwrap());
                names.insert(path.file_stem().unwrap().to_string_lossy().into_owned());
            }
        }
    }
}

/// Reads a page of cases: every number up to `last` has a line, and every name is that of a test.
fn check(page: &str, last: u32) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let page = fs::read_to_string(root.join(page)).unwrap();
    let (mut text, mut cases) = (String::new(), BTreeSet::new());
    read(&root.join("tests/compile_fail"), &mut String::new(), &mut cases);
    for folder in [
        "tests/it",
        "core/src",
        "bindings-python/tests",
        "bindings-node/tests",
    ] {
        read(&root.join(folder), &mut text, &mut BTreeSet::new());
    }
    let mut numbers = BTreeSet::new();
    for row in page.lines().filter(|line| line.starts_with("| ")) {
        let inner = row.strip_prefix('|').and_then(|row| row.strip_suffix('|'));
        let cells: Vec<&str> = inner.unwrap().split('|').map(str::trim).collect();
        let number = cells[0].parse::<u32>().ok();
        let named: Vec<&str> = cells
            .get(2)
            .map_or("", |cell| cell)
            .split('`')
            .skip(1)
            .step_by(2)
            .collect();
        for name in &named {
            let rust = format!("fn {name}()");
            let python = format!("def {name}(");
            let node = format!("test('{name}'");
            let exists = cases.contains(*name) || [rust, python, node].iter().any(|form| text.contains(form));
            assert!(exists, "{name} is nowhere: {row}");
        }
        // Rows without a number only name tests.
        let Some(number) = number else { continue };
        numbers.insert(number);
        assert_eq!(cells.len(), 4, "{row}");
        // What is not tried says so.
        let excused = ["waits", "in part", "nothing"]
            .iter()
            .any(|word| cells[3].starts_with(word));
        assert!(!named.is_empty() || excused, "{row}");
    }
    assert_eq!(numbers, (1..=last).collect());
}

#[test]
fn the_page_of_the_gates_tests_names_tests_that_exist_and_every_number() {
    check("docs/gate-tests.md", 84);
}

#[test]
fn the_page_of_the_ledgers_tests_names_tests_that_exist_and_every_number() {
    check("docs/ledger-tests.md", 54);
}
