//! The zip file around a workbook: every size it claims is checked before anything is inflated, and again while it is.

use std::io::{self, BufReader, Cursor, Read};

use zip::ZipArchive;

use super::not_a_workbook;
use crate::error::{Error, ErrorKind, Result};
use crate::text::quoted;

/// More files than any workbook has.
const MAX_ENTRIES: usize = 4_096;

/// The largest sheet: about 20,000 virtual machines with 100 columns.
const MAX_SHEET: u64 = 256 << 20;

/// The largest table of shared strings.
const MAX_STRINGS: u64 = 64 << 20;

/// The largest other part: the list of sheets and the links between parts.
const MAX_OTHER: u64 = 4 << 20;

/// All parts together, as the zip file claims.
const MAX_TOTAL: u64 = 1 << 30;

/// Above this size a part may not claim to be compressed better than [`MAX_RATIO`].
const RATIO_FROM: u64 = 16 << 20;

/// Sheets of an export shrink by ten to sixty; a bomb by a thousand.
const MAX_RATIO: u64 = 250;

/// What a part is, and so how large it may be.
#[derive(Clone, Copy, Debug)]
pub(super) enum Part {
    /// The list of sheets, links between parts.
    Other,
    /// A worksheet.
    Sheet,
    /// The table of shared strings.
    Strings,
}

impl Part {
    fn bound(self) -> u64 {
        match self {
            Self::Other => MAX_OTHER,
            Self::Sheet => MAX_SHEET,
            Self::Strings => MAX_STRINGS,
        }
    }
}

/// The parts of a workbook.
pub(super) struct Package<'a> {
    zip: ZipArchive<Cursor<&'a [u8]>>,
}

impl<'a> Package<'a> {
    /// Reads the directory of the zip file and checks what it claims.
    pub(super) fn open(bytes: &'a [u8]) -> Result<Self> {
        // Before the directory is read at all: it costs far more memory than the 46 bytes an entry has in the file.
        let entries = directory_entries(bytes);
        if entries > MAX_ENTRIES {
            return Err(bomb(&format!("it has about {entries} entries"))
                .remedy(format!("at most {MAX_ENTRIES} are read")));
        }
        let mut zip = ZipArchive::new(Cursor::new(bytes)).map_err(|error| container(&error))?;
        let mut total = 0_u64;
        for index in 0..zip.len() {
            let entry = zip.by_index_raw(index).map_err(|error| container(&error))?;
            let (size, packed) = (entry.size(), entry.compressed_size());
            total = total.saturating_add(size);
            if size > RATIO_FROM && size / packed.max(1) > MAX_RATIO {
                let name = entry.name().unwrap_or_default().into_owned();
                return Err(bomb(&format!("it claims to inflate {packed} bytes to {size}")).at(quoted(&name)));
            }
        }
        if total > MAX_TOTAL {
            return Err(bomb(&format!("it claims {total} bytes"))
                .remedy(format!("workbooks of up to {MAX_TOTAL} bytes inflated are read")));
        }
        Ok(Self { zip })
    }

    /// A part as a stream that fails once it gives more than its bound; `None` where there is no such part.
    pub(super) fn part(&mut self, name: &str, part: Part) -> Result<Option<impl io::BufRead>> {
        let Some(index) = self.index(name) else {
            return Ok(None);
        };
        let entry = self.zip.by_index(index).map_err(|error| container(&error))?;
        if entry.size() > part.bound() {
            return Err(too_large(part).at(quoted(name)));
        }
        Ok(Some(BufReader::new(Bounded {
            inner: entry,
            left: part.bound(),
        })))
    }

    /// Parts are named without regard to case, with or without a leading slash.
    fn index(&self, name: &str) -> Option<usize> {
        if let Some(index) = self.zip.index_for_name(name) {
            return Some(index);
        }
        (0..self.zip.len()).find(|index| {
            self.zip
                .name_for_index(*index)
                .and_then(std::result::Result::ok)
                .is_some_and(|other| other.trim_start_matches('/').eq_ignore_ascii_case(name))
        })
    }
}

/// How often the signature of a directory entry occurs. By chance it does once in four gigabytes.
fn directory_entries(bytes: &[u8]) -> usize {
    bytes.windows(4).filter(|window| window == b"PK\x01\x02").count()
}

/// Passes on at most `left` bytes, then fails: the claimed size is not trusted.
struct Bounded<R> {
    inner: R,
    left: u64,
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.left = self.left.checked_sub(read as u64).ok_or_else(|| {
            io::Error::new(io::ErrorKind::FileTooLarge, "the part inflates beyond its bound")
        })?;
        Ok(read)
    }
}

/// The error of a stream of [`Package::part`].
pub(super) fn broken(error: io::Error, part: Part, name: &str) -> Error {
    if error.kind() == io::ErrorKind::FileTooLarge {
        too_large(part).at(quoted(name))
    } else {
        not_a_workbook("a part does not inflate")
            .at(quoted(name))
            .caused_by(error)
    }
}

fn too_large(part: Part) -> Error {
    bomb("a part inflates beyond its bound")
        .remedy(format!("this kind of part is read up to {} bytes", part.bound()))
}

fn bomb(why: &str) -> Error {
    Error::new(ErrorKind::TooLarge, format!("the workbook is refused: {why}"))
}

fn container(error: &zip::result::ZipError) -> Error {
    not_a_workbook("the zip file around it is damaged, encrypted or truncated")
        .with("zip", crate::text::Plain(&error.to_string()))
}
