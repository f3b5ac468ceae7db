//! Writing the folder: complete or not at all.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::read::MAX_FILE;
use super::{ALLOWED_SIGNERS, FORMAT, INDEX, LEDGER, MANIFEST, OSCAL, SCRIPT, anchor, history, script};
use crate::error::{Error, ErrorKind, Result};
use crate::ledger::{Checkpoint, Sum, sum};
use crate::oscal::{self, history::History};
use crate::practice::Tenant;

/// What a proof holds.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Proved {
    /// Up to where the log is proved. Keep its [note](Checkpoint::note) elsewhere: whoever has it can tell later whether
    /// something was cut off.
    pub checkpoint: Checkpoint,
    /// How many signed statements there are.
    pub decisions: usize,
    /// Whether there are OSCAL documents: not without a recorded review.
    pub oscal: bool,
    /// Whether it leads to a checkpoint of the region's anchor log: not before the first
    /// [round](crate::practice::Practice::anchor).
    pub anchored: bool,
}

impl Tenant {
    /// Writes the proof of this tenant into a folder: the ledger as a bundle for stock transparency-log tools, every signed
    /// decision with its signature and the register of approvers, the OSCAL documents, a signed manifest, and `verify.sh`.
    /// The content of reviews and decisions is in it in the clear; the rest of the ledger stays sealed.
    ///
    /// The folder is new, empty, or an earlier proof, which is replaced when the new one is complete.
    ///
    /// # Errors
    /// `conflict` when the folder holds something else; `corrupt` at the first entry that is not what was written; `io`.
    pub async fn prove(&self, dir: impl AsRef<Path>) -> Result<Proved> {
        let dir = dir.as_ref();
        self.write_proof(dir)
            .await
            .map_err(|error| error.during("tenant.prove"))
    }

    async fn write_proof(&self, dir: &Path) -> Result<Proved> {
        let partial = prepare(dir)?;
        let checkpoint = self.ledger().export(partial.join(LEDGER)).await?;
        let history = history::history(self, &checkpoint).await?;
        let mut folder = Folder {
            dir: &partial,
            sums: BTreeMap::new(),
        };
        let decisions = folder.add_decisions(&history)?;
        let register = self.approvers().await?.allowed_signers()?;
        folder.add(ALLOWED_SIGNERS, register.to_string().as_bytes())?;
        folder.add(SCRIPT, script::TEXT.as_bytes())?;
        let anchor = self.anchor_proof().await?;
        if let Some(proof) = &anchor {
            for (path, bytes) in anchor::files(proof)? {
                folder.add(&path, &bytes)?;
            }
        }
        if !history.reviews.is_empty() {
            folder.add_documents(&history)?;
        }
        let sums = folder.sums.into_iter().collect();
        let manifest = self.ledger().sign_manifest(&checkpoint, FORMAT, sums).await?;
        write(&partial.join(MANIFEST), manifest.as_bytes())?;
        replace(&partial, dir)?;
        Ok(Proved {
            checkpoint,
            decisions,
            oscal: !history.reviews.is_empty(),
            anchored: anchor.is_some(),
        })
    }
}

/// The folder that is being written, and the SHA-256 of each of its files so far but those of the ledger.
struct Folder<'a> {
    dir: &'a Path,
    sums: BTreeMap<String, Sum>,
}

impl Folder<'_> {
    fn add(&mut self, path: &str, bytes: &[u8]) -> Result<()> {
        self.sums.insert(path.to_owned(), sum(bytes));
        write(&self.dir.join(path), bytes)
    }

    /// The signed texts with their signatures and their index. How many there are.
    fn add_decisions(&mut self, history: &History) -> Result<usize> {
        let statements = history::statements(history);
        let mut index = Vec::new();
        for (seq, (stamp, signature)) in &statements {
            let (text, armoured) = oscal::decision_paths(*seq);
            let time = stamp.time.strftime("%Y%m%d%H%M%SZ");
            index.push(format!("{text} {} {time}\n", signature.person));
            self.add(&text, &signature.text)?;
            self.add(&armoured, &signature.signature)?;
        }
        self.add(INDEX, index.concat().as_bytes())?;
        Ok(statements.len())
    }

    fn add_documents(&mut self, history: &History) -> Result<()> {
        let sums = oscal::documents(history, &mut Documents(self.dir.join(OSCAL)))?;
        let below = sums
            .into_iter()
            .map(|(path, sum)| (format!("{OSCAL}/{path}"), sum));
        self.sums.extend(below);
        Ok(())
    }
}

/// The folder of the documents.
struct Documents(PathBuf);

impl oscal::Files for Documents {
    fn write(&mut self, path: &str, content: &mut dyn FnMut(&mut dyn Write) -> io::Result<()>) -> Result<()> {
        let path = self.0.join(path);
        let written = path
            .parent()
            .map_or(Ok(()), fs::create_dir_all)
            .and_then(|()| File::create(&path))
            .and_then(|mut file| content(&mut file));
        written.map_err(|source| Error::io(source, path.display()))
    }
}

/// An empty folder beside the target, once it is clear that the target may be replaced.
fn prepare(dir: &Path) -> Result<PathBuf> {
    let holds_something = match fs::read_dir(dir) {
        Ok(mut entries) => entries.next().is_some(),
        Err(source) if source.kind() == std::io::ErrorKind::NotFound => false,
        Err(source) => return Err(Error::io(source, dir.display())),
    };
    let is_proof = crate::file::read(&dir.join(MANIFEST), MAX_FILE)
        .is_ok_and(|bytes| bytes.starts_with(FORMAT.as_bytes()));
    if holds_something && !is_proof {
        return Err(
            Error::new(ErrorKind::Conflict, "the folder holds something that is no proof")
                .at(dir.display().to_string())
                .remedy("name a new or empty folder"),
        );
    }
    let partial = beside(dir, "partial")?;
    remove(&partial)?;
    fs::create_dir_all(&partial).map_err(|source| Error::io(source, partial.display()))?;
    Ok(partial)
}

/// A sibling of the folder with this ending.
fn beside(dir: &Path, ending: &str) -> Result<PathBuf> {
    let Some(name) = dir.file_name() else {
        return Err(
            Error::new(ErrorKind::InvalidInput, "the folder has no name").at(dir.display().to_string())
        );
    };
    let mut sibling = std::ffi::OsString::from(".");
    sibling.push(name);
    sibling.push(".");
    sibling.push(ending);
    Ok(dir.with_file_name(sibling))
}

fn replace(partial: &Path, dir: &Path) -> Result<()> {
    let old = beside(dir, "old")?;
    remove(&old)?;
    match fs::rename(dir, &old) {
        Err(source) if source.kind() != std::io::ErrorKind::NotFound => {
            return Err(Error::io(source, dir.display()));
        }
        _ => {}
    }
    fs::rename(partial, dir).map_err(|source| Error::io(source, dir.display()))?;
    remove(&old)
}

fn remove(dir: &Path) -> Result<()> {
    match fs::remove_dir_all(dir) {
        Err(source) if source.kind() != std::io::ErrorKind::NotFound => Err(Error::io(source, dir.display())),
        _ => Ok(()),
    }
}

fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    let written = path
        .parent()
        .map_or(Ok(()), fs::create_dir_all)
        .and_then(|()| fs::write(path, bytes));
    written.map_err(|source| Error::io(source, path.display()))
}
