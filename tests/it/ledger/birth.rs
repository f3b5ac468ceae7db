//! A loss of power while a log is made.

use std::fs;
use std::path::{Path, PathBuf};

use pollster::block_on;

use super::disk::{Dice, Disk, Files, acknowledged, check_mark, place, states};
use super::traced::{Act, CHANGING, run};
use super::{Bench, append};

/// Makes a log, and notes that it is made.
#[test]
#[ignore = "a child process of another test"]
fn child_creates() {
    let Some(dir) = std::env::var_os("VCTO_TEST_DIR") else {
        return;
    };
    let dir = Path::new(&dir);
    let ledger = Bench::sqlite(dir).create();
    fs::write(dir.join("acknowledged"), "0\nsigned 1\n").unwrap();
    drop(ledger);
}

/// A log that was made is there; one that was not yet can be made again.
#[test]
fn after_a_loss_of_power_while_it_is_made_a_log_is_there_or_can_be_made_again() {
    let dir = tempfile::tempdir().unwrap();
    // Its key is there before.
    drop(Bench::sqlite(dir.path()));
    let key = fs::read(dir.path().join("key")).unwrap();
    let changing = ["-e", CHANGING];
    let Some(output) = run("ledger::birth::child_creates", dir.path(), &changing) else {
        return;
    };
    assert!(output.status.success(), "{output:?}");
    let acts = acknowledged(dir.path());
    // The folder of the log is a name too, in the folder around it.
    let synced = |place: &str| {
        acts.iter().any(|(act, _)| {
            *act == Act::Sync {
                file: PathBuf::from(place),
            }
        })
    };
    assert!(synced("") && synced("log"), "{acts:.0?}");
    let mut disk = Disk::of(Files::new());
    let mut dice = Dice(0x2026_1124);
    let (mut made, mut again) = (0, 0);
    assert!(acts.iter().any(|(_, told)| told.signed == 1));
    for (point, (act, told)) in acts.iter().enumerate() {
        disk.act(act);
        // What is written of the tables alone is all the same: there is no name yet.
        if matches!(act, Act::Write { .. }) && point % 16 != 0 {
            continue;
        }
        for files in states(&disk, &mut dice, 1) {
            let dir = tempfile::tempdir().unwrap();
            place(dir.path(), &key, &files);
            let bench = Bench::sqlite(dir.path());
            if let Ok(ledger) = bench.open() {
                made += 1;
                assert_eq!(block_on(ledger.size()).unwrap(), 1);
                check_mark(dir.path(), *told).unwrap();
            } else {
                again += 1;
                assert_eq!(told.signed, 0, "a log that was made is gone, after {act:.0?}");
                let error = bench.open().unwrap_err();
                assert_eq!(
                    error.kind(),
                    vcto::ErrorKind::NotFound,
                    "after {act:.0?}: {error}"
                );
                append(&bench.create(), 1);
            }
        }
    }
    assert!(made > 3 && again > 20, "{made} were made, {again} made again");
}
