//! What can be read: files, folders, bytes in memory, and inventories that are there already.

use std::fs::{self, File};
use std::io::{self, Cursor, Read};
use std::path::{Path, PathBuf};

use crate::error::{Error, ErrorKind, Result};
use crate::estate::Inventory;
use crate::text::Plain;

/// The largest file of another tool. A `vcto.inventory/1` document is read as a stream, and bounded by
/// [`MAX_DOCUMENT`](crate::estate::bounds::MAX_DOCUMENT).
pub const MAX_FILE: u64 = 512 << 20;

/// The most files that are read from one folder.
pub const MAX_FILES: usize = 10_000;

/// How deep below a folder files are looked for: `dcim/devices.json` is one deep.
const MAX_DEPTH: usize = 2;

/// Something to read: a path, bytes, or an [`Inventory`].
///
/// ```
/// use vcto::source::{self, Input};
///
/// let overlay = Input::bytes("relations.csv", "from,to,kind\nERP,SQL A,depends_on\n");
/// let inventory = Input::bytes("crm.json", r#"{"format": "vcto.inventory/1", "source": {"name": "crm"}, "assets": [
///     {"id": "1", "kind": "business_application", "name": "ERP"}, {"id": "2", "kind": "database", "name": "SQL A"}]}"#);
/// let merged = source::read_all([inventory, overlay])?;
/// assert_eq!(merged.relations[0].from.as_str(), "1");
/// # Ok::<(), vcto::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Input(pub(super) What);

#[derive(Clone, Debug)]
pub(super) enum What {
    Bytes(Document),
    Inventory(Box<Inventory>),
    Path(PathBuf),
}

impl Input {
    /// The content of a file that is in memory. The name is used in messages and as the name of the source.
    pub fn bytes(name: impl Into<String>, bytes: impl Into<Vec<u8>>) -> Self {
        Self(What::Bytes(Document {
            name: name.into(),
            bytes: bytes.into(),
        }))
    }
}

impl From<Inventory> for Input {
    fn from(inventory: Inventory) -> Self {
        Self(What::Inventory(Box::new(inventory)))
    }
}

impl From<PathBuf> for Input {
    fn from(path: PathBuf) -> Self {
        Self(What::Path(path))
    }
}

impl From<&Path> for Input {
    fn from(path: &Path) -> Self {
        Self(What::Path(path.to_owned()))
    }
}

impl From<&PathBuf> for Input {
    fn from(path: &PathBuf) -> Self {
        Self(What::Path(path.clone()))
    }
}

impl From<&str> for Input {
    fn from(path: &str) -> Self {
        Self(What::Path(path.into()))
    }
}

impl From<String> for Input {
    fn from(path: String) -> Self {
        Self(What::Path(path.into()))
    }
}

/// The bytes of one file, and how it is called in messages.
#[derive(Clone)]
pub(crate) struct Document {
    pub(crate) name: String,
    pub(crate) bytes: Vec<u8>,
}

impl std::fmt::Debug for Document {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Document")
            .field("name", &self.name)
            .field("bytes", &self.bytes.len())
            .finish()
    }
}

/// What a path leads to.
#[derive(Debug)]
pub(super) enum Found {
    File(Opened),
    /// The files of a folder, by path.
    Folder {
        name: String,
        files: Vec<PathBuf>,
    },
}

/// A regular file of which the first bytes have been read.
#[derive(Debug)]
pub(super) struct Opened {
    pub(super) name: String,
    /// How large the file says that it is.
    pub(super) size: u64,
    place: String,
    head: Vec<u8>,
    rest: File,
}

/// So many bytes tell the format.
const HEAD: u64 = 64 << 10;

impl Opened {
    /// The first bytes.
    pub(super) fn head(&self) -> &[u8] {
        &self.head
    }

    /// The whole content as a stream.
    pub(super) fn stream(self) -> impl Read {
        Cursor::new(self.head).chain(self.rest)
    }

    /// The whole content, up to [`MAX_FILE`].
    pub(super) fn document(self) -> Result<Document> {
        if self.size > MAX_FILE {
            return Err(too_large().at(self.place));
        }
        let mut bytes = self.head;
        bytes.reserve(
            usize::try_from(self.size)
                .unwrap_or_default()
                .saturating_sub(bytes.len()),
        );
        // The file may grow while it is read.
        let left = (MAX_FILE + 1).saturating_sub(bytes.len() as u64);
        let read = self.rest.take(left).read_to_end(&mut bytes);
        read.map_err(|error| Error::io(error, &self.place))?;
        if bytes.len() as u64 > MAX_FILE {
            return Err(too_large().at(self.place));
        }
        Ok(Document {
            name: self.name,
            bytes,
        })
    }
}

/// Opens a file, or lists the `.json` files of a folder.
pub(super) fn open(path: &Path) -> Result<Found> {
    let metadata = fs::metadata(path).map_err(|error| refused(error, path))?;
    if metadata.is_dir() {
        let files = list(path)?;
        let name = file_name(path);
        return Ok(Found::Folder { name, files });
    }
    file(path).map(Found::File)
}

/// Opens a regular file. Pipes and devices may never end.
pub(super) fn file(path: &Path) -> Result<Opened> {
    let place = shown(path);
    let failed = |error| refused(error, path);
    // Before it is opened: opening a pipe waits for its other end.
    let metadata = fs::metadata(path).map_err(failed)?;
    if !metadata.is_file() {
        return Err(Error::new(ErrorKind::InvalidInput, "not a regular file").at(place));
    }
    let mut rest = File::open(path).map_err(failed)?;
    let mut head = Vec::new();
    rest.by_ref().take(HEAD).read_to_end(&mut head).map_err(failed)?;
    Ok(Opened {
        name: file_name(path),
        size: metadata.len(),
        place,
        head,
        rest,
    })
}

/// What the operating system refused, with the way out where there is one.
fn refused(error: io::Error, path: &Path) -> Error {
    let error = Error::io(error, shown(path));
    match error.kind() {
        ErrorKind::NotFound => error.remedy("check the path"),
        ErrorKind::PermissionDenied => error.remedy("let the user who runs this read it"),
        _ => error,
    }
}

fn too_large() -> Error {
    Error::new(ErrorKind::TooLarge, "the file is too large").remedy(format!(
        "files of up to {MAX_FILE} bytes are read; split the export"
    ))
}

/// The `.json` files of a folder and of the folders in it, sorted.
fn list(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    let mut open = vec![(folder.to_owned(), 0)];
    while let Some((folder, depth)) = open.pop() {
        for entry in fs::read_dir(&folder).map_err(|error| refused(error, &folder))? {
            let entry = entry.map_err(|error| refused(error, &folder))?;
            let kind = entry.file_type().map_err(|error| refused(error, &entry.path()))?;
            let path = entry.path();
            let json = path
                .extension()
                .is_some_and(|end| end.eq_ignore_ascii_case("json"));
            if kind.is_dir() && depth < MAX_DEPTH {
                open.push((path, depth + 1));
            } else if kind.is_file() && json {
                files.push(path);
            }
            if files.len() + open.len() > MAX_FILES {
                return Err(Error::new(ErrorKind::TooLarge, "the folder holds too many files")
                    .at(shown(&folder))
                    .remedy(format!("at most {MAX_FILES} are read")));
            }
        }
    }
    files.sort_unstable();
    Ok(files)
}

fn file_name(path: &Path) -> String {
    path.file_name()
        .unwrap_or(path.as_os_str())
        .to_string_lossy()
        .into_owned()
}

fn shown(path: &Path) -> String {
    Plain(&path.to_string_lossy()).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    // As an integration test it would fail for root, who may read everything.
    #[test]
    fn denied_access_and_absence_have_their_kinds_and_remedies() {
        for (source, kind) in [
            (io::ErrorKind::PermissionDenied, ErrorKind::PermissionDenied),
            (io::ErrorKind::NotFound, ErrorKind::NotFound),
        ] {
            let error = refused(source.into(), Path::new("folder/a\u{202e}.json"));
            assert_eq!(error.kind(), kind);
            assert_eq!(error.place(), Some("folder/a\\u{202e}.json"));
            assert!(error.remedy_text().is_some());
        }
    }
}
