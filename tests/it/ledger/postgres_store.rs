//! The log in PostgreSQL: who may do what in the database.

use pollster::block_on;
use postgres::{Client, NoTls};
use vcto::ErrorKind;
use vcto::ledger::{Storage, VerifyOptions, verify_storage};

use super::{Bench, ORIGIN, append, note};
use crate::postgres::database;

/// As the owner of the tables.
fn owner(url: &str) -> Client {
    Client::connect(url, NoTls).unwrap()
}

fn refused(client: &mut Client, sql: &str) -> String {
    let error = client.batch_execute(sql).unwrap_err();
    error.as_db_error().unwrap().message().to_owned()
}

#[test]
fn the_role_of_the_application_inserts_and_reads_and_nothing_else() {
    let Some(url) = database() else { return };
    let dir = tempfile::tempdir().unwrap();
    append(&Bench::postgres(dir.path(), &url).create(), 3);
    let mut app = owner(&url);
    app.batch_execute("SET ROLE vcto_app").unwrap();
    for table in [
        "log",
        "wrapped_key",
        "entry",
        "payload",
        "tile",
        "checkpoint",
        "lease",
        "practice",
        "format",
    ] {
        for sql in [
            format!("DELETE FROM vcto.{table}"),
            format!("TRUNCATE vcto.{table}"),
            format!("DROP TABLE vcto.{table}"),
        ] {
            let why = refused(&mut app, &sql);
            assert!(
                why.contains("permission denied") || why.contains("must be owner"),
                "{sql}: {why}"
            );
        }
    }
    for sql in [
        "UPDATE vcto.entry SET header = header",
        "UPDATE vcto.lease SET fence = 1",
        "ALTER TABLE vcto.entry DISABLE TRIGGER ALL",
        "ALTER TABLE vcto.entry DISABLE ROW LEVEL SECURITY",
        "INSERT INTO vcto.lease VALUES ('', '', '', 1, now())",
    ] {
        let why = refused(&mut app, sql);
        assert!(
            why.contains("permission denied") || why.contains("must be owner"),
            "{sql}: {why}"
        );
    }
}

#[test]
fn the_owner_too_is_refused_changes_and_gaps_by_the_triggers() {
    let Some(url) = database() else { return };
    let dir = tempfile::tempdir().unwrap();
    append(&Bench::postgres(dir.path(), &url).create(), 3);
    let mut owner = owner(&url);
    for sql in [
        "UPDATE vcto.entry SET header = header",
        "DELETE FROM vcto.entry WHERE seq = 3",
        "TRUNCATE vcto.entry",
        "DELETE FROM vcto.checkpoint",
        "UPDATE vcto.tile SET id = id",
        "UPDATE vcto.log SET region = 'us'",
        "UPDATE vcto.payload SET ciphertext = ciphertext",
    ] {
        let why = refused(&mut owner, sql);
        assert!(why.contains("append only"), "{sql}: {why}");
    }
    for seqs in ["5", "4), (6", "-1"] {
        let sql = format!(
            "INSERT INTO vcto.entry SELECT l.log_id, s.seq, decode(repeat(lpad(to_hex(s.seq & 255), 2, '0'), 127), 'hex'), \
             decode(repeat('00', 32), 'hex') FROM vcto.log l, (VALUES ({seqs})) AS s(seq)"
        );
        let why = refused(&mut owner, &sql);
        assert!(
            why.contains("no gap") || why.contains("check constraint"),
            "{seqs}: {why}"
        );
    }
}

#[test]
fn a_session_sees_the_rows_of_its_log_only() {
    let Some(url) = database() else { return };
    let dir = tempfile::tempdir().unwrap();
    let bench = Bench::postgres(dir.path(), &url);
    let ledger = bench.create();
    append(&ledger, 3);
    let other = Bench {
        storage: Storage::postgres(&url, "example.org/other", dir.path().join("other")).unwrap(),
        ..Bench::sqlite(dir.path())
    };
    let made = block_on(vcto::ledger::Ledger::create(
        &other.storage,
        "example.org/other",
        "eu",
        other.options(),
    ));
    append(&made.unwrap(), 1);

    let mut app = owner(&url);
    let count = |app: &mut Client, table: &str| -> i64 {
        app.query_one(&format!("SELECT count(*) FROM vcto.{table}"), &[])
            .unwrap()
            .get(0)
    };
    assert_eq!(count(&mut app, "entry"), 6);
    app.batch_execute("SET ROLE vcto_app").unwrap();
    for table in ["log", "wrapped_key", "entry", "payload", "tile", "checkpoint"] {
        assert_eq!(count(&mut app, table), 0, "{table}");
    }
    let own = ledger.log_id().to_string();
    app.execute("SELECT set_config('vcto.log', $1, false)", &[&own])
        .unwrap();
    assert_eq!(count(&mut app, "entry"), 4);
    let into_the_other = "INSERT INTO vcto.payload VALUES (decode(repeat('00', 16), 'hex'), 9, '')";
    assert!(refused(&mut app, into_the_other).contains("row-level security"));
}

#[test]
fn a_database_whose_guards_were_taken_down_is_refused() {
    let Some(url) = database() else { return };
    let dir = tempfile::tempdir().unwrap();
    let bench = Bench::postgres(dir.path(), &url);
    append(&bench.create(), 1);
    let mut owner = owner(&url);
    for (down, up) in [
        (
            "ALTER TABLE vcto.entry DISABLE TRIGGER entry_append_only",
            "ALTER TABLE vcto.entry ENABLE TRIGGER entry_append_only",
        ),
        (
            "DROP TRIGGER tile_append_only ON vcto.tile",
            "CREATE TRIGGER tile_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON vcto.tile EXECUTE FUNCTION vcto.refuse()",
        ),
        (
            "ALTER TABLE vcto.payload DISABLE ROW LEVEL SECURITY",
            "ALTER TABLE vcto.payload ENABLE ROW LEVEL SECURITY",
        ),
        (
            "GRANT UPDATE ON vcto.entry TO vcto_app",
            "REVOKE UPDATE ON vcto.entry FROM vcto_app",
        ),
    ] {
        owner.batch_execute(down).unwrap();
        assert_eq!(bench.open().unwrap_err().kind(), ErrorKind::Corrupt, "{down}");
        owner.batch_execute(up).unwrap();
        assert!(bench.open().is_ok(), "{up}");
    }
    owner.batch_execute("UPDATE vcto.format SET version = 2").unwrap();
    assert_eq!(bench.open().unwrap_err().kind(), ErrorKind::Unsupported);
}

#[test]
fn rows_that_were_cut_off_are_missed_by_the_mark() {
    let Some(url) = database() else { return };
    let dir = tempfile::tempdir().unwrap();
    let bench = Bench::postgres(dir.path(), &url);
    append(&bench.create(), 5);
    owner(&url)
        .batch_execute(
            "ALTER TABLE vcto.entry DISABLE TRIGGER ALL; ALTER TABLE vcto.checkpoint DISABLE TRIGGER ALL;
             DELETE FROM vcto.entry WHERE seq > 2; DELETE FROM vcto.checkpoint WHERE size > 3;
             ALTER TABLE vcto.entry ENABLE TRIGGER ALL; ALTER TABLE vcto.checkpoint ENABLE TRIGGER ALL",
        )
        .unwrap();
    let refused = bench.open().unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::RollbackDetected);
    let details: Vec<_> = refused.context().collect();
    assert_eq!(details, [("have", "3"), ("expected", "6")]);
}

#[test]
fn a_changed_payload_is_found_without_keys() {
    let Some(url) = database() else { return };
    let dir = tempfile::tempdir().unwrap();
    let bench = Bench::postgres(dir.path(), &url);
    append(&bench.create(), 300);
    owner(&url)
        .batch_execute(
            "ALTER TABLE vcto.payload DISABLE TRIGGER ALL;
             UPDATE vcto.payload SET ciphertext = set_byte(ciphertext, 0, get_byte(ciphertext, 0) # 1) WHERE seq = 7;
             ALTER TABLE vcto.payload ENABLE TRIGGER ALL",
        )
        .unwrap();
    let report = verify_storage(&bench.storage, &VerifyOptions::default()).unwrap();
    assert_eq!(report.first_bad_index, Some(7));
}

#[test]
fn a_creation_that_was_cut_off_after_the_commit_is_completed_by_the_next_opening() {
    let Some(url) = database() else { return };
    let dir = tempfile::tempdir().unwrap();
    let bench = Bench::postgres(dir.path(), &url);
    drop(bench.create());
    let mark = dir.path().join("mark");
    // As it is between the commit and the renaming.
    std::fs::rename(&mark, dir.path().join("mark.unborn")).unwrap();
    append(&bench.open().unwrap(), 1);
    assert!(mark.exists());
    // The mark of another log is not taken for one.
    std::fs::remove_file(&mark).unwrap();
    std::fs::write(dir.path().join("mark.unborn"), "another").unwrap();
    assert_eq!(bench.open().unwrap_err().kind(), ErrorKind::RollbackDetected);
}

#[test]
fn a_log_is_made_once_and_one_that_is_gone_is_not_made_anew() {
    let Some(url) = database() else { return };
    let dir = tempfile::tempdir().unwrap();
    let bench = Bench::postgres(dir.path(), &url);
    assert_eq!(bench.open().unwrap_err().kind(), ErrorKind::NotFound);
    drop(bench.create());
    let again = || {
        block_on(vcto::ledger::Ledger::create(
            &bench.storage,
            ORIGIN,
            "eu",
            bench.options(),
        ))
    };
    assert_eq!(again().unwrap_err().kind(), ErrorKind::Conflict);
    owner(&url).batch_execute("DROP SCHEMA vcto CASCADE").unwrap();
    assert_eq!(again().unwrap_err().kind(), ErrorKind::RollbackDetected);
}

#[test]
fn what_is_said_of_a_failure_names_the_place_and_no_secret() {
    let Some(url) = database() else { return };
    let url = url.replace("postgres@", "nobody:tiger@");
    let dir = tempfile::tempdir().unwrap();
    let storage = Storage::postgres(&url, ORIGIN, dir.path().join("mark")).unwrap();
    let error = verify_storage(&storage, &VerifyOptions::default()).unwrap_err();
    let text = format!("{error} {error:?} {storage:?}");
    assert!(!text.contains("tiger") && text.contains("vcto-pg"), "{text}");
    assert_eq!(error.kind(), ErrorKind::PermissionDenied, "{text}");
}

#[test]
fn a_connection_that_the_server_cut_between_two_appends_is_made_anew() {
    let Some(url) = database() else { return };
    let dir = tempfile::tempdir().unwrap();
    let ledger = Bench::postgres(dir.path(), &url).create();
    append(&ledger, 2);
    owner(&url)
        .batch_execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = current_database()")
        .unwrap();
    assert_eq!(block_on(ledger.size()).unwrap(), 3);
    assert_eq!(block_on(ledger.append(note(3))).unwrap().seq(), 3);
    assert_eq!(block_on(ledger.entries(..)).unwrap().len(), 4);
}

/// Each machine keeps a mark of its own, and one that comes new has none: it says that it accepts that, and the log records it.
#[test]
fn another_machine_opens_the_log_with_a_mark_of_its_own() {
    let Some(url) = database() else { return };
    let dir = tempfile::tempdir().unwrap();
    let first = Bench::postgres(dir.path(), &url);
    let ledger = first.create();
    append(&ledger, 3);
    let receipt = block_on(ledger.append(note(9))).unwrap();
    let mark = dir.path().join("other mark");
    let second = Bench {
        storage: Storage::postgres(&url, ORIGIN, &mark).unwrap(),
        keys: first.keys.clone(),
        clock: first.clock.clone(),
    };
    let refused = second.open().unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::RollbackDetected);
    assert!(!mark.exists());
    // As the remedy says: compared first.
    let told = verify_storage(&second.storage, &VerifyOptions::default().seen_receipt(&receipt)).unwrap();
    assert!(told.has_no_failure(), "{told:?}");
    let options = second.options().accept_missing_mark(true);
    let there = block_on(vcto::ledger::Ledger::open(&second.storage, options)).unwrap();
    let last = block_on(there.entries(5..)).unwrap();
    assert_eq!(last[0].entry_type(), vcto::ledger::EntryType::MARK_REPLACED);
    // From here on both go on, each with its own.
    for n in 0..3 {
        assert_eq!(
            block_on(there.append(note(n))).unwrap().seq(),
            u64::from(n) * 2 + 6
        );
        assert_eq!(
            block_on(ledger.append(note(n))).unwrap().seq(),
            u64::from(n) * 2 + 7
        );
    }
    drop((there, ledger));
    for bench in [&first, &second] {
        append(&bench.open().unwrap(), 1);
    }
    assert_eq!(
        block_on(second.open().unwrap().entries(..))
            .unwrap()
            .iter()
            .filter(|entry| entry.entry_type() == vcto::ledger::EntryType::MARK_REPLACED)
            .count(),
        1
    );
}
