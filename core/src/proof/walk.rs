//! Everything that lies in a folder, to any depth, without following a link.

use std::fs::{self, FileType};
use std::path::{Path, PathBuf};

use crate::error::{Error, ErrorKind, Result};

/// The most folders that wait to be read at once.
const MAX_FOLDERS: usize = 1_000_000;

/// What lies at a path.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Found {
    /// A folder with nothing in it.
    EmptyFolder,
    File,
    /// A link, a pipe, a device, a socket; or a name that is not UTF-8, which no proof has.
    Other,
}

/// Calls `visit` with each path below the folder, written with `/`, in no order. Folders that hold something are not named.
///
/// # Errors
/// `io` when a folder cannot be read, `too_large`.
pub(super) fn walk(dir: &Path, visit: &mut dyn FnMut(&str, Found)) -> Result<()> {
    let mut folders: Vec<(PathBuf, String)> = vec![(dir.to_owned(), String::new())];
    while let Some((folder, name)) = folders.pop() {
        let fail = |source| Error::io(source, folder.display());
        let mut is_empty = true;
        for entry in fs::read_dir(&folder).map_err(fail)? {
            let entry = entry.map_err(fail)?;
            is_empty = false;
            let file = entry.file_name();
            let separator = if name.is_empty() { "" } else { "/" };
            let path = format!("{name}{separator}{}", file.to_string_lossy());
            match kind(entry.file_type().map_err(fail)?) {
                _ if file.to_str().is_none() => visit(&path, Found::Other),
                None => folders.push((entry.path(), path)),
                Some(found) => visit(&path, found),
            }
        }
        if is_empty && !name.is_empty() {
            visit(&name, Found::EmptyFolder);
        }
        if folders.len() > MAX_FOLDERS {
            return Err(Error::new(
                ErrorKind::TooLarge,
                "a proof has at most 1,000,000 folders",
            ));
        }
    }
    Ok(())
}

/// None for a folder.
fn kind(of: FileType) -> Option<Found> {
    if of.is_dir() {
        return None;
    }
    Some(if of.is_file() { Found::File } else { Found::Other })
}
