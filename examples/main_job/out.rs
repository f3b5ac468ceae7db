//! The folder of results. What an earlier run left there is replaced; what somebody else put there, or wrote into it since, is
//! not: then the run refuses, before it has changed anything.

use std::collections::BTreeMap;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use vcto::digest::Digest;

use crate::Result;

/// What a run leaves.
const NAMES: [&str; 9] = [
    "practice",
    "work-orders",
    "proof",
    "review.html",
    "questions.csv",
    "inferred.csv",
    "review.json",
    "budget.json",
    "budget.xlsx",
];
/// Says what a run left, by name and digest; empty while one runs.
const MARK: &str = ".main-job";

pub struct Out(PathBuf);

impl Out {
    /// Takes away what an earlier run left.
    pub fn prepare(dir: &Path) -> Result<Self> {
        let out = Self(dir.to_owned());
        let left = out.left()?;
        let there: Vec<&str> = NAMES.into_iter().filter(|name| dir.join(name).exists()).collect();
        for name in &there {
            // A run that did not come to its end left a mark without names: what is there is its own.
            let is_ours = match &left {
                Some(left) if left.is_empty() => true,
                Some(left) => left.get(*name) == Some(&digest(&dir.join(name))?),
                None => false,
            };
            if !is_ours {
                return Err(format!(
                    "{} is not as an earlier run left it, and would be replaced: move it away, or name another folder with --out",
                    dir.join(name).display()
                )
                .into());
            }
        }
        fs::create_dir_all(dir)?;
        fs::write(dir.join(MARK), "")?;
        for name in there {
            let path = dir.join(name);
            if path.is_dir() {
                fs::remove_dir_all(path)?
            } else {
                fs::remove_file(path)?
            }
        }
        Ok(out)
    }

    pub fn join(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// Remembers how everything was left. Called when nothing is open any more.
    pub fn finish(&self) -> Result<()> {
        let mut mark = String::new();
        for name in NAMES {
            if self.join(name).exists() {
                mark.push_str(&format!("{} {name}\n", digest(&self.join(name))?));
            }
        }
        Ok(fs::write(self.join(MARK), mark)?)
    }

    fn left(&self) -> Result<Option<BTreeMap<String, Digest>>> {
        let mark = match fs::read_to_string(self.join(MARK)) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            other => other?,
        };
        let lines = mark.lines().filter_map(|line| line.split_once(' '));
        let left = lines.map(|(digest, name)| Ok((name.to_owned(), digest.parse()?)));
        left.collect::<Result<_>>().map(Some)
    }
}

/// Of a file, or of all files of a folder and their names.
fn digest(path: &Path) -> Result<Digest> {
    let (mut open, mut files) = (vec![path.to_owned()], Vec::new());
    while let Some(path) = open.pop() {
        if path.is_dir() {
            for entry in fs::read_dir(&path)? {
                open.push(entry?.path());
            }
        } else {
            files.push(path);
        }
    }
    files.sort();
    let mut hasher = vcto::digest::Hasher::new("vcto example results v1");
    for file in files {
        hasher.field(file.strip_prefix(path)?.as_os_str().as_encoded_bytes());
        hasher.field(&fs::read(&file)?);
    }
    Ok(hasher.finish())
}
