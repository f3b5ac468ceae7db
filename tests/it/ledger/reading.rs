//! Reading on: selections against a plain filter over everything, and cursors that neither lose nor skip an entry.

use jiff::{SignedDuration, Timestamp};
use pollster::block_on;
use proptest::prelude::*;
use serde_json::json;
use vcto::ErrorKind;
use vcto::ledger::{Cursor, Draft, Entry, EntryType, Ledger, MAX_PAGE, Selection, Storage};

use super::{Bench, NOTE, append, on_every_store};

const ORDER: EntryType = EntryType(0x8000);
const OCTETS: EntryType = EntryType(0x8001);

/// A log of `count` entries behind the genesis: three types, three subjects, now and then a second later than the one before.
fn filled(bench: &Bench, count: usize) -> Ledger {
    let ledger = bench.create();
    for at in 0..count {
        let draft = match at % 3 {
            0 => Draft::json(NOTE, &json!({"n": at, "of": {"deep": [format!("p-{}", at % 5)]}})).unwrap(),
            1 => Draft::json(ORDER, &json!({"proposal": format!("p-{}", at % 5)})).unwrap(),
            _ => Draft::octets(OCTETS, b"\"p-1\"".to_vec()),
        };
        block_on(ledger.append(draft)).unwrap();
        if at % 4 == 3 {
            bench.clock.advance(SignedDuration::from_secs(1));
        }
    }
    ledger
}

/// Everything that a selection finds, page by page.
fn all(ledger: &Ledger, selection: &Selection, limit: usize) -> Vec<Entry> {
    let (mut cursor, mut found) = (ledger.start(), Vec::new());
    loop {
        let page = block_on(ledger.read_on(selection, &cursor, limit)).unwrap();
        assert!(page.entries.len() <= limit);
        assert!(
            page.is_end || page.cursor.next_seq() > cursor.next_seq(),
            "it moves on"
        );
        found.extend(page.entries);
        // As a reader keeps it.
        cursor = page.cursor.to_string().parse().unwrap();
        if page.is_end {
            return found;
        }
    }
}

fn places(entries: &[Entry]) -> Vec<u64> {
    entries.iter().map(Entry::seq).collect()
}

#[test]
fn a_selection_finds_what_a_filter_over_everything_finds() {
    on_every_store(|bench| {
        let ledger = filled(bench, 40);
        let whole = block_on(ledger.entries(..)).unwrap();
        let start: Timestamp = whole[0].time();
        let at = |seconds| start + SignedDuration::from_secs(seconds);
        let text = |entry: &Entry| String::from_utf8(entry.payload().to_vec()).unwrap();
        let check = |selection: Selection, filter: &dyn Fn(&Entry) -> bool| {
            let expected: Vec<_> = whole.iter().filter(|entry| filter(entry)).cloned().collect();
            for limit in [1, 7, MAX_PAGE] {
                assert_eq!(all(&ledger, &selection, limit), expected, "{selection:?}");
            }
        };
        check(Selection::all(), &|_| true);
        check(Selection::all().types([ORDER]), &|entry| {
            entry.entry_type() == ORDER
        });
        check(Selection::all().types([]), &|_| false);
        check(Selection::all().range(5..=9), &|entry| {
            (5..=9).contains(&entry.seq())
        });
        check(Selection::all().range(39..), &|entry| entry.seq() >= 39);
        check(Selection::all().range(100..), &|_| false);
        for seconds in [-1, 0, 3, 4, 9, 10, 11, 400] {
            check(Selection::all().since(at(seconds)), &|entry| {
                entry.time() >= at(seconds)
            });
            check(Selection::all().until(at(seconds)), &|entry| {
                entry.time() < at(seconds)
            });
        }
        // The octets hold the same bytes, and are no JSON.
        check(Selection::all().subject("p-1"), &|entry| {
            entry.entry_type() != OCTETS && text(entry).contains("\"p-1\"")
        });
        check(
            Selection::all()
                .types([ORDER, OCTETS])
                .subject("p-2")
                .since(at(2))
                .until(at(8))
                .range(3..35),
            &|entry| {
                entry.entry_type() == ORDER
                    && text(entry).contains("\"p-2\"")
                    && (at(2)..at(8)).contains(&entry.time())
                    && (3..35).contains(&entry.seq())
            },
        );
    });
}

#[test]
fn a_kept_cursor_finds_later_what_was_appended_meanwhile_and_nothing_twice() {
    on_every_store(|bench| {
        let ledger = filled(bench, 10);
        let page = block_on(ledger.read_on(&Selection::all(), &ledger.start(), 100)).unwrap();
        assert!(page.is_end);
        assert_eq!(page.entries.len(), 11);
        let kept = page.cursor.to_string();
        let again = block_on(ledger.read_on(&Selection::all(), &page.cursor, 100)).unwrap();
        assert!(again.entries.is_empty() && again.is_end);
        assert_eq!(again.cursor, page.cursor);
        append(&ledger, 300);
        drop(ledger);
        let ledger = bench.open().unwrap();
        let page = block_on(ledger.read_on(&Selection::all(), &kept.parse().unwrap(), 1_000)).unwrap();
        assert_eq!(places(&page.entries), (11..311).collect::<Vec<_>>());
    });
}

#[test]
fn a_reader_that_stops_anywhere_is_given_the_rest() {
    let ledger = filled(&Bench::new(Storage::memory()), 30);
    let selection = Selection::all().types([NOTE, ORDER]);
    let whole = all(&ledger, &selection, MAX_PAGE);
    for (done, entry) in whole.iter().enumerate() {
        let cursor = Cursor::after(entry);
        let page = block_on(ledger.read_on(&selection, &cursor, MAX_PAGE)).unwrap();
        assert_eq!(page.entries, whole[done + 1..]);
    }
}

#[test]
fn a_selection_that_finds_little_still_moves_on() {
    let ledger = Bench::new(Storage::memory()).create();
    append(&ledger, 9_000);
    block_on(ledger.append(Draft::json(ORDER, &"x").unwrap())).unwrap();
    let selection = Selection::all().types([ORDER]);
    let first = block_on(ledger.read_on(&selection, &ledger.start(), 10)).unwrap();
    assert!(
        first.entries.is_empty() && !first.is_end,
        "no question holds the reader for a whole log"
    );
    assert_eq!(places(&all(&ledger, &selection, 10)), [9_001]);
}

#[test]
fn a_cursor_of_another_or_a_rewritten_log_is_refused() {
    let ours = filled(&Bench::new(Storage::memory()), 10);
    let theirs = filled(&Bench::new(Storage::memory()), 10);
    let page = block_on(theirs.read_on(&Selection::all(), &theirs.start(), 5)).unwrap();
    let refused = |cursor: &Cursor, limit| {
        block_on(ours.read_on(&Selection::all(), cursor, limit))
            .unwrap_err()
            .kind()
    };
    assert_eq!(refused(&page.cursor, 5), ErrorKind::InvalidInput);
    assert_eq!(refused(&ours.start(), 0), ErrorKind::InvalidInput);
    assert_eq!(refused(&ours.start(), MAX_PAGE + 1), ErrorKind::InvalidInput);
    let text = block_on(ours.read_on(&Selection::all(), &ours.start(), 5))
        .unwrap()
        .cursor
        .to_string();
    // Entry 4 was another one when this cursor was given.
    let elsewhere = page.cursor.to_string();
    let hash = |text: &str| text.rsplit(' ').next().unwrap().to_owned();
    let rewritten: Cursor = text.replace(&hash(&text), &hash(&elsewhere)).parse().unwrap();
    assert_eq!(refused(&rewritten, 5), ErrorKind::RollbackDetected);
    // The log was longer when this cursor was given.
    let longer: Cursor = text.replace(" 5 ", " 500 ").parse().unwrap();
    assert_eq!(refused(&longer, 5), ErrorKind::RollbackDetected);
    assert!(block_on(ours.read_on(&Selection::all(), &text.parse().unwrap(), 5)).is_ok());
}

proptest! {
    #[test]
    fn any_text_is_a_cursor_or_refused(text in "\\PC{0,200}", next in any::<u64>()) {
        prop_assert!(text.parse::<Cursor>().is_err() || text.starts_with("vcto.cursor/1 "));
        let odd = format!("vcto.cursor/1 {} {next} {text}", "0".repeat(32));
        if let Ok(cursor) = odd.parse::<Cursor>() {
            prop_assert_eq!(cursor.to_string(), odd);
        }
    }
}
