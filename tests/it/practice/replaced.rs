//! A file of the practice's folder replaced by something that is no file: refused at once, never waited for.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;
use std::sync::mpsc::channel;
use std::time::Duration;

use pollster::block_on;
use vcto::ErrorKind;
use vcto::ledger::LocalKeyFile;

use super::{open, options, people};

/// Longer than any test here takes on a slow machine; who waits for a pipe waits for ever.
const PATIENCE: Duration = Duration::from_secs(60);

/// What somebody may put in the place of a file.
#[derive(Clone, Copy, Debug)]
enum Thing {
    Pipe,
    LinkToPipe,
    Folder,
    Loop,
    Device,
}

const THINGS: [Thing; 5] = [
    Thing::Pipe,
    Thing::LinkToPipe,
    Thing::Folder,
    Thing::Loop,
    Thing::Device,
];

fn pipe(path: &Path) {
    let made = Command::new("mkfifo")
        .arg("-m")
        .arg("600")
        .arg(path)
        .status()
        .unwrap();
    assert!(made.success());
}

fn put(thing: Thing, path: &Path, aside: &Path) {
    match thing {
        Thing::Pipe => pipe(path),
        Thing::LinkToPipe => {
            let elsewhere = aside.join("pipe");
            if !elsewhere.exists() {
                pipe(&elsewhere);
            }
            symlink(elsewhere, path).unwrap();
        }
        Thing::Folder => fs::create_dir(path).unwrap(),
        Thing::Loop => symlink(path, path).unwrap(),
        Thing::Device => symlink("/dev/zero", path).unwrap(),
    }
}

fn take_away(path: &Path) {
    let found = fs::symlink_metadata(path);
    match found {
        Ok(found) if found.is_dir() => fs::remove_dir(path).unwrap(),
        Ok(_) => fs::remove_file(path).unwrap(),
        Err(_) => {}
    }
}

/// Does something on a thread of its own, and gives up when it does not come back.
fn in_time<T: Send + 'static>(what: &str, work: impl FnOnce() -> T + Send + 'static) -> T {
    let (done, waits) = channel();
    std::thread::spawn(move || {
        let _ = done.send(work());
    });
    waits
        .recv_timeout(PATIENCE)
        .unwrap_or_else(|_| panic!("{what}: it waits"))
}

/// Opens the practice and its tenant, and writes something; gives the kind of the error.
fn use_it(what: &str, root: &Path) -> Option<ErrorKind> {
    let root = root.to_owned();
    in_time(what, move || {
        block_on(async {
            let practice = super::Practice::open(&root, options()).await?;
            let tenant = practice.tenant("halden").await?;
            tenant.ledger().checkpoint().await?;
            let _ = tenant.ledger().try_lease("execution-x")?;
            vcto::Result::Ok(())
        })
        .err()
        .map(|error: vcto::Error| error.kind())
    })
}

#[test]
fn what_is_no_file_in_the_place_of_a_file_is_refused_and_never_waited_for() {
    let dir = tempfile::tempdir().unwrap();
    let (root, aside) = (dir.path().join("practice"), dir.path());
    block_on(async {
        let tenant = open(&root).await.create_tenant("halden", people()).await.unwrap();
        tenant.ledger().checkpoint().await.unwrap();
    });
    let read = [
        "practice.json",
        "keys/halden.key",
        "marks/halden",
        "tenants/halden/ledger.db",
        "tenants/halden/ledger.db-journal",
        "tenants/halden/ledger.db-shm",
        "tenants/halden/ledger.db-wal",
        "tenants/halden/ledger.lock",
        "tenants/halden/ledger.turn",
        "tenants/halden/leases/execution-x",
    ];
    for place in read {
        for thing in THINGS {
            let what = format!("{thing:?} at {place}");
            let path = root.join(place);
            let kept = aside.join("kept");
            let was_there = fs::rename(&path, &kept).is_ok();
            put(thing, &path, aside);
            let kind = use_it(&what, &root);
            // A loop is what the operating system says of it; all else is told apart before it is opened.
            let expected = match thing {
                Thing::Loop => ErrorKind::Io,
                _ => ErrorKind::InvalidInput,
            };
            assert_eq!(kind, Some(expected), "{what}");
            take_away(&path);
            if was_there {
                fs::rename(&kept, &path).unwrap();
            }
            assert_eq!(use_it(&what, &root), None, "{what}: restored, it opens");
        }
    }
}

#[test]
fn what_a_mark_is_prepared_in_is_replaced_and_not_opened() {
    let dir = tempfile::tempdir().unwrap();
    let (root, aside) = (dir.path().join("practice"), dir.path());
    block_on(async {
        drop(open(&root).await.create_tenant("halden", people()).await.unwrap());
    });
    let prepared = root.join("marks/halden.new");
    for thing in THINGS {
        put(thing, &prepared, aside);
        let what = format!("{thing:?}");
        let path = root.clone();
        // Something new must be signed, so that the mark is raised.
        let kind = in_time(&what, move || {
            block_on(async {
                let tenant = open(&path).await.tenant("halden").await?;
                let draft = vcto::ledger::Draft::new(vcto::ledger::EntryType::FIRST_FREE, Vec::new());
                tenant.ledger().append(draft).await?;
                tenant.ledger().checkpoint().await.map(drop)
            })
            .err()
            .map(|error: vcto::Error| error.kind())
        });
        match thing {
            Thing::Folder => assert_eq!(kind, Some(ErrorKind::Io), "{what}"),
            _ => assert_eq!(kind, None, "{what}"),
        }
        take_away(&prepared);
        assert_eq!(use_it(&what, &root), None, "{what}");
    }
}

#[test]
fn a_key_is_not_made_where_something_else_is() {
    for thing in THINGS {
        let dir = tempfile::tempdir().unwrap();
        let (root, aside) = (dir.path().join("practice"), dir.path());
        block_on(open(&root));
        let key = root.join("keys/halden.key");
        put(thing, &key, aside);
        let what = format!("{thing:?}");
        let path = root.clone();
        let kind = in_time(&what, move || {
            block_on(async { open(&path).await.create_tenant("halden", people()).await })
                .map(drop)
                .map_err(|error| error.kind())
        });
        assert!(kind.is_err(), "{what}: {kind:?}");
        take_away(&key);
        block_on(async { open(&root).await.create_tenant("halden", people()).await }).unwrap();
    }
}

#[test]
fn a_practice_file_that_never_ends_or_is_too_long_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("practice.json"), vec![b' '; 64 * 1024 + 1]).unwrap();
    assert_eq!(use_it("too long", dir.path()), Some(ErrorKind::TooLarge));
    fs::remove_file(dir.path().join("practice.json")).unwrap();
    symlink("/dev/zero", dir.path().join("practice.json")).unwrap();
    assert_eq!(use_it("endless", dir.path()), Some(ErrorKind::InvalidInput));
}

#[test]
fn a_key_file_may_be_a_link_to_a_file() {
    let dir = tempfile::tempdir().unwrap();
    let (real, link) = (dir.path().join("secret"), dir.path().join("halden.key"));
    LocalKeyFile::create(&real, &vcto::time::SystemEntropy).unwrap();
    symlink(&real, &link).unwrap();
    assert!(LocalKeyFile::open(&link).is_ok());
}
