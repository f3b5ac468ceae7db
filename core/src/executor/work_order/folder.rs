//! The two files of a work order: read within bounds, written whole or not at all.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use super::document::{MAX_BYTES, WorkOrder};
use crate::digest::Digest;
use crate::error::{Error, ErrorKind, Result};
use crate::gate::StepOutcome;

/// Digits of the key in a name: 80 bits.
const DIGITS: usize = 20;
/// The Markdown is a few times as long as the JSON at worst: everything escaped.
const MAX_MARKDOWN: usize = 16 * MAX_BYTES;

/// The name of an order's files: client, step and key, in lower-case letters, digits and `-` alone.
pub(super) fn name(tenant: &str, title: &str, key: &str) -> String {
    format!("{}-{}-{}", slug(tenant, 24), slug(title, 48), digits(key))
}

/// Whether this can be the name of the files of the order with this key.
pub(super) fn is_name_of(name: &str, key: &str) -> bool {
    name.len() <= 24 + 48 + DIGITS + 2
        && name
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
        && name
            .rsplit_once('-')
            .is_some_and(|(stem, end)| !stem.is_empty() && end == digits(key))
}

fn digits(key: &str) -> String {
    key.chars().take(DIGITS).collect()
}

fn slug(text: &str, most: usize) -> String {
    let mut slug = String::new();
    for c in text.chars() {
        if slug.len() >= most {
            break;
        }
        if c.is_ascii_alphanumeric() {
            slug.push(c.to_ascii_lowercase());
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
    }
    let slug = slug.trim_end_matches('-');
    if slug.is_empty() {
        "x".to_owned()
    } else {
        slug.to_owned()
    }
}

/// Where an order is, or will be.
pub(super) struct Files {
    folder: PathBuf,
    name: String,
    key: String,
}

/// What is there.
pub(super) struct Seen {
    pub(super) found: Found,
    pub(super) json: Option<Digest>,
    pub(super) markdown: Option<Digest>,
}

pub(super) enum Found {
    /// Neither file.
    Absent,
    /// Something that is not the order.
    Foreign,
    /// The order, and whether both files are as they were written.
    Order(Box<WorkOrder>, Touched),
}

#[derive(Clone, Copy, Eq, PartialEq)]
pub(super) enum Touched {
    /// The Markdown file is missing and the other is as it was written: a crash came between the two.
    Half,
    No,
    Yes,
}

impl Files {
    pub(super) fn new(folder: &Path, name: String, key: &str) -> Self {
        Self {
            folder: folder.to_owned(),
            name,
            key: key.to_owned(),
        }
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    pub(super) fn read(&self) -> Result<Seen> {
        let json = read_bounded(&self.path("json"), MAX_BYTES)?;
        let markdown = read_bounded(&self.path("md"), MAX_MARKDOWN)?;
        let found = match (&json, &markdown) {
            (Content::Absent, Content::Absent) => Found::Absent,
            (Content::Bytes(json), markdown) => self.understand(json, markdown),
            _ => Found::Foreign,
        };
        Ok(Seen {
            found,
            json: json.digest(),
            markdown: markdown.digest(),
        })
    }

    fn understand(&self, json: &[u8], markdown: &Content) -> Found {
        match WorkOrder::from_json(json) {
            Ok(order) if order.id() == self.key => {
                let markdown_fits = match markdown {
                    Content::Absent => Touched::Half,
                    Content::Bytes(bytes) if *bytes == order.to_markdown().into_bytes() => Touched::No,
                    _ => Touched::Yes,
                };
                let json_fits = order.to_json().is_ok_and(|bytes| bytes == json);
                let touched = if json_fits { markdown_fits } else { Touched::Yes };
                Found::Order(Box::new(order), touched)
            }
            _ => Found::Foreign,
        }
    }

    /// Writes both files. The JSON file is what counts: once it is in its place, the order stands.
    ///
    /// # Errors
    /// How the step ended: `NotDone` while nothing is in its place, `Unknown` when something may be.
    pub(super) fn write(&self, order: &WorkOrder) -> std::result::Result<(), StepOutcome> {
        let prepare = || -> Result<[Prepared; 2]> {
            fs::create_dir_all(&self.folder).map_err(|source| Error::io(source, self.folder.display()))?;
            Ok([
                Prepared::new(&self.path("json"), &order.to_json()?)?,
                Prepared::new(&self.path("md"), order.to_markdown().as_bytes())?,
            ])
        };
        let [json, markdown] = prepare().map_err(|error| StepOutcome::not_done(error.to_string()))?;
        json.place()
            .map_err(|error| StepOutcome::not_done(error.to_string()))?;
        markdown
            .place()
            .and_then(|()| sync_folder(&self.folder))
            .map_err(|error| StepOutcome::unknown(error.to_string()))
    }

    fn path(&self, extension: &str) -> PathBuf {
        self.folder.join(format!("{}.{extension}", self.name))
    }
}

enum Content {
    Absent,
    Bytes(Vec<u8>),
    /// A folder, a link, or too long to be ours.
    Strange,
}

impl Content {
    fn digest(&self) -> Option<Digest> {
        match self {
            Self::Bytes(bytes) => Some(Digest::of("vcto work order file v1", bytes)),
            Self::Absent | Self::Strange => None,
        }
    }
}

fn read_bounded(path: &Path, most: usize) -> Result<Content> {
    let failed = |source| Error::io(source, path.display()).during("work_order.observe");
    match fs::symlink_metadata(path) {
        Ok(meta) if meta.is_file() => {}
        Ok(_) => return Ok(Content::Strange),
        Err(source) if source.kind() == io::ErrorKind::NotFound => return Ok(Content::Absent),
        Err(source) => return Err(failed(source)),
    }
    let mut bytes = Vec::new();
    File::open(path)
        .and_then(|file| file.take(most as u64 + 1).read_to_end(&mut bytes))
        .map_err(failed)?;
    if bytes.len() > most {
        return Ok(Content::Strange);
    }
    Ok(Content::Bytes(bytes))
}

/// A file that is durable under a name of its own, to be moved to its place in one go; removed when it is not.
struct Prepared {
    temporary: PathBuf,
    place: PathBuf,
}

impl Prepared {
    fn new(place: &Path, bytes: &[u8]) -> Result<Self> {
        let failed = |source| Error::io(source, place.display()).during("work_order.write");
        let Some(name) = place.file_name() else {
            return Err(Error::new(ErrorKind::Internal, "a work order without a name"));
        };
        let mut hidden = std::ffi::OsString::from(".");
        hidden.push(name);
        hidden.push(".tmp");
        let prepared = Self {
            temporary: place.with_file_name(hidden),
            place: place.to_owned(),
        };
        // What a crash left behind; a link is removed, not followed.
        match fs::remove_file(&prepared.temporary) {
            Err(source) if source.kind() != io::ErrorKind::NotFound => return Err(failed(source)),
            _ => {}
        }
        let mut file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .open(&prepared.temporary)
            .map_err(failed)?;
        file.write_all(bytes)
            .and_then(|()| file.sync_all())
            .map_err(failed)?;
        Ok(prepared)
    }

    fn place(self) -> Result<()> {
        fs::rename(&self.temporary, &self.place)
            .map_err(|source| Error::io(source, self.place.display()).during("work_order.write"))
    }
}

impl Drop for Prepared {
    fn drop(&mut self) {
        // Gone already when it was moved.
        let _ = fs::remove_file(&self.temporary);
    }
}

/// Makes the new names durable where a folder can be synchronised.
fn sync_folder(folder: &Path) -> Result<()> {
    if cfg!(unix) {
        File::open(folder)
            .and_then(|folder| folder.sync_all())
            .map_err(|source| Error::io(source, folder.display()).during("work_order.write"))?;
    }
    Ok(())
}
