//! What a process does to the files of a log, seen from the kernel: `strace` tells it, or makes a call fail.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::common::not_run;

/// Something that was done to a file. Paths are relative to the folder that was watched.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Act {
    /// Unless it is there.
    Create {
        file: PathBuf,
    },
    Write {
        file: PathBuf,
        at: usize,
        bytes: Vec<u8>,
    },
    Truncate {
        file: PathBuf,
        length: usize,
    },
    Rename {
        from: PathBuf,
        to: PathBuf,
    },
    Remove {
        file: PathBuf,
    },
    /// Of a file, or of the names in a folder.
    Sync {
        file: PathBuf,
    },
}

/// Runs a role of a child under `strace` with further arguments, on the files of a log in `dir`. None, and a note that the
/// test was not run, where there is no `strace`.
pub fn run(role: &str, dir: &Path, arguments: &[&str]) -> Option<Output> {
    let log = dir.join("log");
    let mut command = Command::new("strace");
    command.args(["-f", "-y", "-qq", "-xx", "-s", "10000000", "-o"]);
    command.arg(dir.join("trace"));
    command.arg("-P").arg(dir).arg("-P").arg(&log);
    for name in [
        "ledger.db",
        "ledger.db.new",
        "ledger.db.new-journal",
        "ledger.db.new-wal",
        "ledger.db-wal",
        "ledger.lock",
        "ledger.turn",
        "high-water",
        "high-water.new",
    ] {
        command.arg("-P").arg(log.join(name));
    }
    command.arg("-P").arg(dir.join("acknowledged"));
    command.args(arguments).arg(std::env::current_exe().unwrap());
    command.args(["--ignored", "--exact", role, "--nocapture", "--test-threads=1"]);
    match command
        .env("VCTO_TEST_DIR", dir)
        .env("VCTO_TEST_NAME", "traced")
        .output()
    {
        Ok(output) => Some(output),
        Err(_) => {
            not_run("needs strace");
            None
        }
    }
}

/// The calls that change files or make changes last.
pub const CHANGING: &str = "trace=openat,write,pwrite64,ftruncate,fsync,fdatasync,rename,unlink";

/// What was done, out of the trace that [`run`] left with [`CHANGING`].
pub fn acts(dir: &Path) -> Vec<Act> {
    let trace = fs::read_to_string(dir.join("trace")).unwrap();
    let mut reader = TraceReader {
        root: dir.to_str().unwrap().to_owned(),
        places: HashMap::new(),
        unfinished: HashMap::new(),
        acts: Vec::new(),
    };
    trace.lines().for_each(|line| reader.line(line));
    reader.acts
}

struct TraceReader {
    root: String,
    /// How far a file that is written from its beginning on has come.
    places: HashMap<PathBuf, usize>,
    /// Calls that another thread interrupted, by thread.
    unfinished: HashMap<String, String>,
    acts: Vec<Act>,
}

impl TraceReader {
    fn line(&mut self, line: &str) {
        let (thread, call) = line.split_once(' ').unwrap();
        let call = call.trim_start();
        if let Some(begun) = call.strip_suffix("<unfinished ...>") {
            self.unfinished.insert(thread.to_owned(), begun.to_owned());
        } else if let Some((_, rest)) = call.split_once("resumed>").filter(|_| call.starts_with("<...")) {
            let begun = self.unfinished.remove(thread).unwrap();
            self.call(&format!("{begun}{rest}"));
        } else {
            self.call(call);
        }
    }

    /// `name(arguments) = result`
    fn call(&mut self, call: &str) {
        let Some((name, rest)) = call.split_once('(') else {
            return;
        };
        let Some((arguments, result)) = rest.rsplit_once(") = ") else {
            return;
        };
        if result.starts_with('-') || result.starts_with('?') {
            return;
        }
        let arguments: Vec<&str> = arguments.split(", ").collect();
        let act = match name {
            "openat" if arguments[2].contains("O_CREAT") => {
                let file = self.path(arguments[1]);
                self.places.insert(file.clone(), 0);
                Act::Create { file }
            }
            "write" => {
                let file = self.opened(arguments[0]);
                let bytes = unescaped(arguments[1]);
                let place = self.places.entry(file.clone()).or_default();
                let at = *place;
                *place += bytes.len();
                Act::Write { file, at, bytes }
            }
            "pwrite64" => Act::Write {
                file: self.opened(arguments[0]),
                bytes: unescaped(arguments[1]),
                at: arguments[3].parse().unwrap(),
            },
            "ftruncate" => Act::Truncate {
                file: self.opened(arguments[0]),
                length: arguments[1].parse().unwrap(),
            },
            "fsync" | "fdatasync" => Act::Sync {
                file: self.opened(arguments[0]),
            },
            "rename" => Act::Rename {
                from: self.path(arguments[0]),
                to: self.path(arguments[1]),
            },
            "unlink" => Act::Remove {
                file: self.path(arguments[0]),
            },
            _ => return,
        };
        self.acts.push(act);
    }

    /// A path in an argument, escaped.
    fn path(&self, argument: &str) -> PathBuf {
        self.relative(&String::from_utf8(unescaped(argument)).unwrap())
    }

    /// The path behind the number of an open file: `7</path>`.
    fn opened(&self, argument: &str) -> PathBuf {
        let path = argument.split_once('<').unwrap().1.strip_suffix('>').unwrap();
        let path = if path.starts_with("\\x") {
            String::from_utf8(unescaped(&format!("\"{path}\""))).unwrap()
        } else {
            path.to_owned()
        };
        self.relative(&path)
    }

    fn relative(&self, path: &str) -> PathBuf {
        let inside = path
            .strip_prefix(&self.root)
            .unwrap_or_else(|| panic!("{path} is not watched"));
        PathBuf::from(inside.trim_start_matches('/'))
    }
}

/// The bytes of `"\x12\x34"`.
fn unescaped(argument: &str) -> Vec<u8> {
    let text = argument.trim_matches('"');
    assert_eq!(text.len() % 4, 0, "{text:.80}");
    (0..text.len())
        .step_by(4)
        .map(|at| u8::from_str_radix(&text[at + 2..at + 4], 16).unwrap())
        .collect()
}
