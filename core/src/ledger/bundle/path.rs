//! The names of tiles and entry bundles, as C2SP tlog-tiles writes them.

use std::fmt;
use std::str::FromStr;

use crate::error::{Error, ErrorKind, Result};
use crate::ledger::checkpoint::decimal;
use crate::ledger::tree::TILE_WIDTH;
use crate::text::quoted;

/// The longest name that an index below 2^63 can have is shorter than this.
const MAX_PATH: usize = 64;

/// The name of a tile of hashes, or of a bundle of entries, within a log's folder.
///
/// ```
/// use vcto::ledger::TilePath;
///
/// let path: TilePath = "tile/1/x001/x234/067.p/8".parse()?;
/// assert_eq!((path.level(), path.index(), path.width()), (Some(1), 1_234_067, 8));
/// # Ok::<(), vcto::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct TilePath {
    level: Option<u8>,
    index: u64,
    width: u16,
}

impl TilePath {
    /// The tile of this level and index that holds so many hashes, 1 to 256.
    pub(in crate::ledger) fn tile(level: u8, index: u64, width: usize) -> Self {
        Self {
            level: Some(level),
            index,
            width: u16::try_from(width).unwrap_or(u16::MAX),
        }
    }

    /// The bundle with this index that holds so many entries, 1 to 256.
    pub(in crate::ledger) fn entries(index: u64, width: usize) -> Self {
        Self {
            level: None,
            ..Self::tile(0, index, width)
        }
    }

    /// The level of a tile; `None` for a bundle of entries.
    pub fn level(&self) -> Option<u8> {
        self.level
    }

    /// The place in its level.
    pub fn index(&self) -> u64 {
        self.index
    }

    /// How many hashes or entries it holds, 1 to 256.
    pub fn width(&self) -> u16 {
        self.width
    }
}

impl fmt::Display for TilePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.level {
            Some(level) => write!(f, "tile/{level}/")?,
            None => f.write_str("tile/entries/")?,
        }
        let digits = self.index.to_string();
        let digits = format!("{}{digits}", "0".repeat((3 - digits.len() % 3) % 3));
        let groups = digits.len() / 3;
        for (at, group) in digits.as_bytes().chunks(3).enumerate() {
            let prefix = if at + 1 < groups { "x" } else { "" };
            let end = if at + 1 < groups { "/" } else { "" };
            write!(f, "{prefix}{}{end}", String::from_utf8_lossy(group))?;
        }
        if usize::from(self.width) < TILE_WIDTH {
            write!(f, ".p/{}", self.width)?;
        }
        Ok(())
    }
}

impl FromStr for TilePath {
    type Err = Error;

    /// Strict: each tile has one name.
    fn from_str(text: &str) -> Result<Self> {
        let wrong = || {
            Error::new(
                ErrorKind::InvalidInput,
                format!("{} is not the path of a tile", quoted(text)),
            )
            .during("ledger.tile_path")
        };
        parse(text)
            .filter(|path| path.to_string() == text)
            .ok_or_else(wrong)
    }
}

fn parse(text: &str) -> Option<TilePath> {
    if text.len() > MAX_PATH {
        return None;
    }
    let (level, rest) = text.strip_prefix("tile/")?.split_once('/')?;
    let level = match level {
        "entries" => None,
        level => Some(u8::try_from(decimal(level)?).ok().filter(|level| *level < 64)?),
    };
    let (number, width) = match rest.split_once(".p/") {
        None => (rest, TILE_WIDTH as u64),
        Some((number, width)) => (number, decimal(width)?),
    };
    let digits: String = number
        .split('/')
        .map(|group| group.strip_prefix('x').unwrap_or(group))
        .collect();
    let index = digits
        .bytes()
        .all(|digit| digit.is_ascii_digit())
        .then(|| digits.parse().ok())??;
    let width = u16::try_from(width)
        .ok()
        .filter(|width| (1..=256).contains(width))?;
    Some(TilePath { level, index, width })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_the_specification() {
        assert_eq!(
            TilePath::tile(0, 1_234_067, 256).to_string(),
            "tile/0/x001/x234/067"
        );
        assert_eq!(TilePath::tile(3, 0, 1).to_string(), "tile/3/000.p/1");
        assert_eq!(
            TilePath::entries(1_000, 255).to_string(),
            "tile/entries/x001/000.p/255"
        );
    }

    #[test]
    fn only_the_one_name_of_a_tile_is_read() {
        for index in [0, 7, 999, 1_000, 123_456_789, u64::MAX >> 1] {
            for path in [TilePath::tile(63, index, 256), TilePath::entries(index, 17)] {
                assert_eq!(path.to_string().parse::<TilePath>().unwrap(), path);
            }
        }
        for bad in [
            "",
            "tile",
            "tile/0",
            "tile/0/",
            "tile/0/0",
            "tile/0/0000",
            "tile/0/x000/000",
            "tile/00/000",
            "tile/64/000",
            "tile/0/000.p/0",
            "tile/0/000.p/256",
            "tile/0/000.p/01",
            "tile/0/000.p/",
            "tile/0/x001",
            "tile/0/001/000",
            "tile/0/+01",
            "tile/-1/000",
            "tile/0/../000",
            "/tile/0/000",
            "tile/0/000 ",
            "tile/0/x999/x999/x999/x999/x999/x999/x999",
        ] {
            assert!(bad.parse::<TilePath>().is_err(), "{bad}");
        }
    }
}
