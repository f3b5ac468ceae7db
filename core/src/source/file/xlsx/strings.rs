//! The table of shared strings.

use quick_xml::events::Event;

use super::package::{Package, Part};
use super::xml::{self, Parser};
use crate::error::{Error, ErrorKind, Result};

/// More distinct strings than any export has. Each costs memory even when it is empty.
const MAX_STRINGS: usize = 4_000_000;

/// The strings that cells refer to by number, in one buffer.
#[derive(Debug, Default)]
pub(crate) struct Strings {
    text: String,
    ends: Vec<usize>,
}

impl Strings {
    /// The string with this number.
    pub(super) fn find(&self, number: usize) -> Option<&str> {
        let end = *self.ends.get(number)?;
        let start = match number.checked_sub(1) {
            Some(before) => *self.ends.get(before)?,
            None => 0,
        };
        self.text.get(start..end)
    }

    pub(super) fn read(package: &mut Package<'_>, part: &str) -> Result<Self> {
        let mut strings = Self::default();
        let Some(stream) = package.part(part, Part::Strings)? else {
            return Ok(strings);
        };
        let mut parser = Parser::new(stream, Part::Strings, part);
        // Phonetic readings (`rPh`) stand beside the text and are no part of it.
        let (mut inside, mut text, mut phonetic) = (false, false, false);
        while let Some(event) = parser.next()? {
            match event {
                Event::Start(tag) => match tag.local_name().as_ref() {
                    "si" => inside = true,
                    "t" => text = inside && !phonetic,
                    "rPh" => phonetic = true,
                    _ => {}
                },
                Event::End(tag) => match tag.local_name().as_ref() {
                    "si" => {
                        (inside, text, phonetic) = (false, false, false);
                        strings.end()?;
                    }
                    "t" => text = false,
                    "rPh" => phonetic = false,
                    _ => {}
                },
                Event::Empty(tag) if tag.local_name().as_ref() == "si" => strings.end()?,
                other if text => xml::push_text(&mut strings.text, &other),
                _ => {}
            }
        }
        Ok(strings)
    }

    fn end(&mut self) -> Result<()> {
        if self.ends.len() >= MAX_STRINGS {
            return Err(Error::new(
                ErrorKind::TooLarge,
                format!("the workbook has more than {MAX_STRINGS} shared strings"),
            ));
        }
        self.ends.push(self.text.len());
        Ok(())
    }
}
