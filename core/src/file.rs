//! Reading files that somebody else may have replaced: what is no regular file is refused, never waited for.

use std::fs::{File, Metadata, OpenOptions};
use std::io::Read;
use std::path::Path;

use crate::error::{Error, ErrorKind, Result};

/// Opens a regular file to read it. Links are followed.
pub(crate) fn open(path: &Path) -> Result<File> {
    check_regular(path)?;
    let mut options = OpenOptions::new();
    options.read(true);
    // A pipe may have come into its place meanwhile: opened like this it is not waited for, and then refused.
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, libc::O_NONBLOCK | libc::O_NOCTTY);
    let failed = |source| Error::io(source, path.display());
    let file = options.open(path).map_err(failed)?;
    check(&file.metadata().map_err(failed)?, path)?;
    Ok(file)
}

/// Reads a regular file of at most so many bytes.
pub(crate) fn read(path: &Path, most: u64) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    open(path)?
        .take(most.saturating_add(1))
        .read_to_end(&mut bytes)
        .map_err(|source| Error::io(source, path.display()))?;
    if bytes.len() as u64 <= most {
        return Ok(bytes);
    }
    Err(Error::new(
        ErrorKind::TooLarge,
        format!("the file has more than {most} bytes"),
    )
    .at(path.display().to_string()))
}

/// Refuses what is no regular file, without opening it: opening a pipe waits for its other end, and opening a device does
/// something.
pub(crate) fn check_regular(path: &Path) -> Result<()> {
    let found = std::fs::metadata(path).map_err(|source| Error::io(source, path.display()))?;
    check(&found, path)
}

fn check(found: &Metadata, path: &Path) -> Result<()> {
    if found.is_file() {
        return Ok(());
    }
    Err(Error::new(
        ErrorKind::InvalidInput,
        "not a regular file but a folder, a pipe or a device",
    )
    .at(path.display().to_string())
    .remedy("somebody put it there: restore the file"))
}
