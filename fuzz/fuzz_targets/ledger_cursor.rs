//! Cursors: texts in their one form, and pages of the log that they are of, never of another history.
#![no_main]

use std::sync::{Arc, LazyLock};

use libfuzzer_sys::fuzz_target;
use pollster::block_on;
use vcto::ledger::{Condition, Cursor, Draft, EntryType, Ledger, LedgerOptions, LocalKeyFile, Selection, Storage};
use vcto::time::{Entropy, ManualClock};

/// So that the log is the same in every run, and its cursors can be seeds.
#[derive(Debug)]
struct Sevens;

impl Entropy for Sevens {
    fn fill(&self, bytes: &mut [u8]) -> vcto::Result<()> {
        bytes.fill(7);
        Ok(())
    }
}

static LEDGER: LazyLock<(Ledger, Vec<String>)> = LazyLock::new(|| {
    let keys = Arc::new(LocalKeyFile::in_memory(&Sevens).expect("entropy"));
    let clock = Arc::new(ManualClock::new("2026-11-22T08:00:00Z".parse().expect("a time")));
    let options = LedgerOptions::new(keys.clone(), keys, clock, Arc::new(Sevens));
    block_on(async {
        let ledger = Ledger::create(&Storage::memory(), "example.org/halden", "eu", options).await.expect("created");
        let drafts = (0..5).map(|n: u8| Draft::octets(EntryType(0x8000), vec![n; 40])).collect();
        ledger.append_all(drafts, Condition::Any).await.expect("appended");
        let entries = ledger.entries(..).await.expect("read");
        let mut cursors = vec![ledger.start().to_string()];
        cursors.extend(entries.iter().map(|entry| Cursor::after(entry).to_string()));
        (ledger, cursors)
    })
});

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let Ok(cursor) = text.parse::<Cursor>() else { return };
    assert_eq!(cursor.to_string(), text, "a cursor has one form");
    let (ledger, cursors) = &*LEDGER;
    match block_on(ledger.read_on(&Selection::all(), &cursor, 3)) {
        Ok(page) => {
            let at = cursors.iter().position(|known| known == text).expect("only the log's own cursors are read on from");
            assert_eq!(page.entries.len(), 3.min(cursors.len() - 1 - at));
            assert_eq!(page.cursor.to_string(), cursors[at + page.entries.len()]);
        }
        Err(_) => assert!(!cursors.iter().any(|known| known == text)),
    }
});
