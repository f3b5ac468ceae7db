//! A disk that loses power: every state in which the files of a log can lie after a crash, made from what a process really
//! did to them.
//!
//! A write lasts once its file was synced, a name once its folder was. Of what came later, any part may be there, and a
//! write may be torn at a sector of 512 bytes.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use pollster::block_on;
use vcto::ledger::{Condition, VerifyOptions};

use super::traced::{Act, CHANGING, acts, run};
use super::{Bench, note};

const SECTOR: usize = 512;

/// Writes three batches, the second of them signed, and notes beside the log what was acknowledged.
#[test]
#[ignore = "a child process of another test"]
fn child_writes_three_batches() {
    let Some(dir) = std::env::var_os("VCTO_TEST_DIR") else {
        return;
    };
    let dir = Path::new(&dir);
    let ledger = Bench::sqlite(dir).open().unwrap();
    let mut noted = String::new();
    for batch in 0..3u32 {
        let drafts = (0..4)
            .map(|n| note(batch * 4 + n).idempotent(format!("{batch}-{n}")))
            .collect();
        let receipts = block_on(ledger.append_all(drafts, Condition::Any)).unwrap();
        noted.push_str(&format!("{}\n", receipts[3].seq()));
        fs::write(dir.join("acknowledged"), &noted).unwrap();
        if batch == 1 {
            let checkpoint = block_on(ledger.checkpoint()).unwrap();
            noted.push_str(&format!("signed {}\n", checkpoint.size()));
            fs::write(dir.join("acknowledged"), &noted).unwrap();
        }
    }
}

/// The files of a folder, by their names.
pub type Files = BTreeMap<PathBuf, Vec<u8>>;

/// What a file is, whatever its name.
type Inode = usize;

/// What may be lost.
#[derive(Clone, Debug)]
enum Pending {
    Content {
        inode: Inode,
        at: usize,
        bytes: Vec<u8>,
    },
    Length {
        inode: Inode,
        length: usize,
    },
    /// A name that comes, and one that goes with that: a renaming is whole or nothing.
    Name {
        comes: Option<(PathBuf, Inode)>,
        goes: Option<PathBuf>,
    },
}

/// What lasts, and what was done since.
pub struct Disk {
    names: BTreeMap<PathBuf, Inode>,
    contents: Vec<Vec<u8>>,
    /// The names as the running process sees them.
    current: BTreeMap<PathBuf, Inode>,
    /// In the order in which it was done.
    pending: Vec<Pending>,
}

impl Disk {
    pub fn of(files: Files) -> Self {
        let names: BTreeMap<PathBuf, Inode> = files.keys().cloned().zip(0..).collect();
        Self {
            current: names.clone(),
            names,
            contents: files.into_values().collect(),
            pending: Vec::new(),
        }
    }

    pub fn act(&mut self, act: &Act) {
        match act {
            Act::Create { file } => {
                if !self.current.contains_key(file) {
                    self.contents.push(Vec::new());
                    self.name(Some((file.clone(), self.contents.len() - 1)), None);
                }
            }
            Act::Write { file, at, bytes } => self.pending.push(Pending::Content {
                inode: self.current[file],
                at: *at,
                bytes: bytes.clone(),
            }),
            Act::Truncate { file, length } => self.pending.push(Pending::Length {
                inode: self.current[file],
                length: *length,
            }),
            Act::Rename { from, to } => {
                let inode = self.current[from];
                self.name(Some((to.clone(), inode)), Some(from.clone()));
            }
            Act::Remove { file } => self.name(None, Some(file.clone())),
            Act::Sync { file } => self.sync(self.current.get(file).copied()),
        }
    }

    fn name(&mut self, comes: Option<(PathBuf, Inode)>, goes: Option<PathBuf>) {
        let name = Pending::Name { comes, goes };
        apply(&mut self.current, &mut [], &name);
        self.pending.push(name);
    }

    /// Makes what was done to a file last, or, without one, to the names.
    fn sync(&mut self, file: Option<Inode>) {
        for act in std::mem::take(&mut self.pending) {
            let lasts = match &act {
                Pending::Content { inode, .. } | Pending::Length { inode, .. } => Some(*inode) == file,
                Pending::Name { .. } => file.is_none(),
            };
            if lasts {
                apply(&mut self.names, &mut self.contents, &act);
            } else {
                self.pending.push(act);
            }
        }
    }

    /// The files as they lie when the chosen part of what may be lost arrived.
    fn state(&self, mut chosen: impl FnMut(usize, &Pending) -> Option<Pending>) -> Files {
        let (mut names, mut contents) = (self.names.clone(), self.contents.clone());
        for (at, act) in self.pending.iter().enumerate() {
            if let Some(act) = chosen(at, act) {
                apply(&mut names, &mut contents, &act);
            }
        }
        let files = names.into_iter();
        files
            .map(|(name, inode)| (name, contents[inode].clone()))
            .collect()
    }
}

fn apply(names: &mut BTreeMap<PathBuf, Inode>, contents: &mut [Vec<u8>], act: &Pending) {
    match act {
        Pending::Content { inode, at, bytes } => {
            let content = &mut contents[*inode];
            content.resize(content.len().max(at + bytes.len()), 0);
            content[*at..at + bytes.len()].copy_from_slice(bytes);
        }
        Pending::Length { inode, length } => contents[*inode].resize(*length, 0),
        Pending::Name { comes, goes } => {
            if let Some(gone) = goes {
                names.remove(gone);
            }
            if let Some((name, inode)) = comes {
                names.insert(name.clone(), *inode);
            }
        }
    }
}

/// A write of which only the first sectors arrived.
fn torn(act: &Pending, sectors: usize) -> Option<Pending> {
    let Pending::Content { inode, at, bytes } = act else {
        return None;
    };
    // To the border of a sector of the disk, not of the write.
    let end = (at / SECTOR + sectors) * SECTOR;
    let kept = end
        .checked_sub(*at)
        .filter(|kept| (1..bytes.len()).contains(kept))?;
    Some(Pending::Content {
        inode: *inode,
        at: *at,
        bytes: bytes[..kept].to_vec(),
    })
}

/// Small and seeded.
pub struct Dice(pub u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        self.0 >> 33
    }
}

/// The states that are tried at one point of the run. Names arrive in their order, as file systems with a journal keep it;
/// contents in any.
pub fn states(disk: &Disk, dice: &mut Dice, subsets: usize) -> Vec<Files> {
    let last = disk.pending.len().saturating_sub(1);
    let mut all = vec![
        disk.state(|_, _| None),
        disk.state(|_, act| Some(act.clone())),
        // The last one alone: the disk reordered.
        disk.state(|at, act| (at == last).then(|| act.clone())),
    ];
    for sectors in [1, 3] {
        all.push(disk.state(|at, act| {
            if at == last {
                torn(act, sectors)
            } else {
                Some(act.clone())
            }
        }));
    }
    for _ in 0..subsets {
        let mut names_arrive = true;
        all.push(disk.state(|_, act| {
            let roll = dice.roll();
            if let Pending::Name { .. } = act {
                names_arrive &= !roll.is_multiple_of(3);
                return names_arrive.then(|| act.clone());
            }
            match roll % 3 {
                0 => None,
                1 => Some(act.clone()),
                _ => torn(act, 1 + usize::try_from(roll / 3 % 8).unwrap()).or_else(|| Some(act.clone())),
            }
        }));
    }
    all.dedup();
    all
}

/// The files of the log in this folder.
pub fn read(dir: &Path) -> Files {
    let mut files = Files::new();
    for entry in fs::read_dir(dir.join("log")).unwrap().map(Result::unwrap) {
        if entry.file_type().unwrap().is_file() {
            files.insert(
                Path::new("log").join(entry.file_name()),
                fs::read(entry.path()).unwrap(),
            );
        }
    }
    files
}

/// Puts the files of a log into a folder, and its key beside them.
pub fn place(dir: &Path, key: &[u8], files: &Files) {
    fs::create_dir(dir.join("log")).unwrap();
    let path = dir.join("key");
    fs::write(&path, key).unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    }
    for (name, content) in files {
        fs::write(dir.join(name), content).unwrap();
    }
}

/// What a process was told: the last entry that is durable, and the size that was signed on demand.
#[derive(Clone, Copy, Debug, Default)]
pub struct Told {
    pub entry: u64,
    pub signed: u64,
}

impl Told {
    fn of(noted: &str) -> Self {
        let mut told = Self::default();
        for line in noted.lines() {
            match line.strip_prefix("signed ") {
                Some(size) => told.signed = size.parse().unwrap(),
                None => told.entry = line.parse().unwrap(),
            }
        }
        told
    }
}

/// The high-water mark knows every size that was signed for somebody, and every checkpoint that is stored.
pub fn check_mark(dir: &Path, told: Told) -> Result<(), String> {
    let mark = fs::read_to_string(dir.join("log/high-water")).map_err(|error| error.to_string())?;
    let mark: u64 = mark
        .lines()
        .nth(1)
        .and_then(|size| size.parse().ok())
        .ok_or(mark.clone())?;
    let database = rusqlite::Connection::open(dir.join("log/ledger.db")).unwrap();
    let stored: u32 = database
        .query_row("SELECT max(size) FROM checkpoint", [], |row| row.get(0))
        .map_err(|error| error.to_string())?;
    if mark >= told.signed.max(u64::from(stored)) {
        return Ok(());
    }
    Err(format!(
        "the mark is of {mark}, {stored} is stored, {} was signed",
        told.signed
    ))
}

/// Opens the log in this state: what was acknowledged is there, nothing is missing, and it goes on. Otherwise what is wrong.
fn check(key: &[u8], files: &Files, told: Told) -> Result<(), String> {
    let acknowledged = told.entry;
    let dir = tempfile::tempdir().unwrap();
    place(dir.path(), key, files);
    check_mark(dir.path(), told)?;
    let text = |error: vcto::Error| error.to_string();
    let ledger = Bench::sqlite(dir.path()).open().map_err(text)?;
    let entries = block_on(ledger.entries(..)).map_err(text)?;
    let last = entries.last().map_or(0, vcto::ledger::Entry::seq);
    let report = block_on(ledger.verify(&VerifyOptions::default())).map_err(text)?;
    let draft = note(0).idempotent("0-0");
    let again = block_on(ledger.append_all(vec![draft], Condition::Any)).map_err(text)?;
    let holds = last + 1 == entries.len() as u64
        && last >= acknowledged
        // A batch of four is there whole or not at all.
        && last % 4 == 0
        && report.has_no_failure()
        && report.problems.is_empty()
        && again[0].seq() == 1
        && again[0].is_repeated() == (last >= 4);
    let state = format!("{last} is the last entry, {acknowledged} was acknowledged, {again:?}, {report:?}");
    if holds { Ok(()) } else { Err(state) }
}

/// What the process does to a new log, as the kernel saw it.
struct Run {
    key: Vec<u8>,
    before: Files,
    /// With what was acknowledged by then.
    acts: Vec<(Act, Told)>,
}

fn observed() -> Option<Run> {
    let dir = tempfile::tempdir().unwrap();
    drop(Bench::sqlite(dir.path()).create());
    let (before, key) = (read(dir.path()), fs::read(dir.path().join("key")).unwrap());
    let output = run(
        "ledger::disk::child_writes_three_batches",
        dir.path(),
        &["-e", CHANGING],
    )?;
    assert!(output.status.success(), "{output:?}");
    let seen = acknowledged(dir.path());
    assert_eq!(
        seen.last().map(|(_, told)| (told.entry, told.signed)),
        Some((12, 9))
    );
    assert!(seen.len() > 30, "only {} acts were seen", seen.len());
    Some(Run {
        key,
        before,
        acts: seen,
    })
}

/// What a process did to the log, each with what it had been told by then.
pub fn acknowledged(dir: &Path) -> Vec<(Act, Told)> {
    let mut told = Told::default();
    let mut seen = Vec::new();
    for act in acts(dir) {
        let (Act::Create { file }
        | Act::Write { file, .. }
        | Act::Truncate { file, .. }
        | Act::Remove { file }
        | Act::Sync { file }
        | Act::Rename { from: file, .. }) = &act;
        if file != Path::new("acknowledged") {
            seen.push((act, told));
        } else if let Act::Write { bytes, .. } = &act {
            told = Told::of(&String::from_utf8(bytes.clone()).unwrap());
        }
    }
    seen
}

fn lose_power(subsets: usize, step: usize) {
    let Some(run) = observed() else { return };
    let mut disk = Disk::of(run.before.clone());
    let mut dice = Dice(0x2026_1122);
    let mut tried = 0;
    for (point, (act, told)) in run.acts.iter().enumerate() {
        disk.act(act);
        if point % step != 0 {
            continue;
        }
        for files in states(&disk, &mut dice, subsets) {
            tried += 1;
            if let Err(why) = check(&run.key, &files, *told) {
                panic!("state {tried}, after act {point}, {act:.0?}: {why}");
            }
        }
    }
    println!("{tried} states after {} acts", run.acts.len());
}

/// The test above can fail.
#[test]
fn a_disk_that_does_not_sync_is_found_out() {
    let Some(run) = observed() else { return };
    let mut disk = Disk::of(run.before.clone());
    let mut dice = Dice(1);
    let mut lost = 0;
    for (act, told) in &run.acts {
        if !matches!(act, Act::Sync { .. }) {
            disk.act(act);
        }
        if told.entry == 12 {
            lost += states(&disk, &mut dice, 0)
                .iter()
                .filter(|files| check(&run.key, files, *told).is_err())
                .count();
            break;
        }
    }
    assert!(lost > 0);
}

#[test]
fn after_a_loss_of_power_every_acknowledged_entry_is_there() {
    lose_power(2, 3);
}

#[test]
#[ignore = "minutes: thousands of states; part of `make soak`"]
fn soak_a_loss_of_power_at_every_point() {
    lose_power(40, 1);
}
