//! A PostgreSQL server of the tests' own, for as long as they run. See `.ci/postgres`.

use std::io::{BufRead, BufReader, Write};
use std::process::{ChildStdin, ChildStdout, Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::common::not_run;

/// What makes databases: it ends with this process, which alone holds the other end.
enum Server {
    Unasked,
    Absent,
    Running(ChildStdin, BufReader<ChildStdout>),
}

static SERVER: Mutex<Server> = Mutex::new(Server::Unasked);
static DATABASES: AtomicUsize = AtomicUsize::new(0);

/// The URL of a new, empty database. Without PostgreSQL the test is not run as far as it needs one, and that is noted.
pub fn database() -> Option<String> {
    let name = format!("test_{}", DATABASES.fetch_add(1, Ordering::SeqCst));
    let mut server = SERVER.lock().unwrap();
    if matches!(*server, Server::Unasked) {
        *server = start();
    }
    let Server::Running(ask, answers) = &mut *server else {
        drop(server);
        not_run("needs PostgreSQL (on Debian: apt-get install postgresql)");
        return None;
    };
    // A server that did not start has closed its end.
    let mut url = String::new();
    if writeln!(ask, "{name}")
        .and_then(|()| answers.read_line(&mut url))
        .is_ok()
        && !url.is_empty()
    {
        return Some(url.trim().to_owned());
    }
    *server = Server::Absent;
    drop(server);
    database()
}

#[expect(
    clippy::zombie_processes,
    reason = "it ends with this process, whose end closes its input"
)]
fn start() -> Server {
    let mut script = Command::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.ci/postgres"));
    let script = script.stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = script.spawn().unwrap();
    Server::Running(
        child.stdin.take().unwrap(),
        BufReader::new(child.stdout.take().unwrap()),
    )
}
