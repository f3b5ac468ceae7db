//! Where the files of an export go, and the hashes under which the documents refer to them.

use std::collections::BTreeMap;
use std::io::{self, BufWriter, Write};

use sha2::{Digest as _, Sha256};

use super::lexical::Line;
use super::model::{Hash, Rlink};
use crate::digest::hex;
use crate::error::Result;

/// How much of a file is held before it is hashed and passed on.
const BUFFER: usize = 64 * 1024;

/// Takes the files of an export, one after the other.
pub(crate) trait Files {
    /// Makes the file of this relative path, written with `/`, from what `content` writes.
    ///
    /// # Errors
    /// `io`, with the place.
    fn write(&mut self, path: &str, content: &mut dyn FnMut(&mut dyn Write) -> io::Result<()>) -> Result<()>;
}

/// The hashes of one file: SHA-256 for consumers, BLAKE3 as the ledger has it.
#[derive(Clone, Copy)]
pub(super) struct Sums {
    pub(super) sha256: [u8; 32],
    blake3: [u8; 32],
}

impl Sums {
    pub(super) fn of(bytes: &[u8]) -> Self {
        Self {
            sha256: Sha256::digest(bytes).into(),
            blake3: blake3::hash(bytes).into(),
        }
    }
}

/// Writes a file and hashes it on its way.
pub(super) fn write(
    files: &mut dyn Files,
    path: &str,
    mut content: impl FnMut(&mut dyn Write) -> io::Result<()>,
) -> Result<Sums> {
    let mut sums = Sums::of(&[]);
    files.write(path, &mut |target| {
        let mut hashed = BufWriter::with_capacity(
            BUFFER,
            Hashed {
                target,
                sha256: Sha256::new(),
                blake3: blake3::Hasher::new(),
            },
        );
        content(&mut hashed)?;
        let hashed = hashed.into_inner().map_err(io::IntoInnerError::into_error)?;
        sums = Sums {
            sha256: hashed.sha256.finalize().into(),
            blake3: hashed.blake3.finalize().into(),
        };
        Ok(())
    })?;
    Ok(sums)
}

struct Hashed<'w> {
    target: &'w mut dyn Write,
    sha256: Sha256,
    blake3: blake3::Hasher,
}

impl Write for Hashed<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.target.write_all(bytes)?;
        self.sha256.update(bytes);
        self.blake3.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.target.flush()
    }
}

/// The files that documents refer to, by relative path.
#[derive(Default)]
pub(super) struct SideFiles(BTreeMap<String, (&'static str, Sums)>);

impl SideFiles {
    /// Takes note of a file of this media type.
    pub(super) fn add(&mut self, path: String, media_type: &'static str, sums: Sums) {
        self.0.insert(path, (media_type, sums));
    }

    /// The link to a file that was added, with its hashes.
    pub(super) fn rlink(&self, path: &str) -> Option<Rlink> {
        let (media_type, sums) = self.0.get(path)?;
        let hash = |algorithm, bytes: &[u8; 32]| Hash {
            algorithm,
            value: Line::or_dash(&hex(bytes)),
        };
        Some(Rlink {
            href: path.to_owned(),
            media_type,
            hashes: vec![hash("SHA-256", &sums.sha256), hash("BLAKE3", &sums.blake3)],
        })
    }

    /// Path and SHA-256 of each, in the order of the paths.
    pub(super) fn into_sums(self) -> impl Iterator<Item = (String, [u8; 32])> {
        self.0.into_iter().map(|(path, (_, sums))| (path, sums.sha256))
    }
}

#[cfg(test)]
impl Files for BTreeMap<String, Vec<u8>> {
    fn write(&mut self, path: &str, content: &mut dyn FnMut(&mut dyn Write) -> io::Result<()>) -> Result<()> {
        let mut bytes = Vec::new();
        content(&mut bytes).map_err(|source| crate::Error::io(source, path))?;
        self.insert(path.to_owned(), bytes);
        Ok(())
    }
}
