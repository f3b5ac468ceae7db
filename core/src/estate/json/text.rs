//! Texts: UTF-8, escapes, and a bound on the length.

use super::{Kind, Lexer};
use crate::error::{ErrorKind, Result};

/// No key of the format is longer.
pub(super) const MAX_KEY: usize = 64;

impl Lexer<'_> {
    /// Takes a text of at most `limit` bytes.
    ///
    /// # Errors
    /// `too_large` beyond the limit; `invalid_input` for a NUL character, half a surrogate pair and whatever is no JSON text.
    pub(in crate::estate) fn text(&mut self, limit: usize) -> Result<&str> {
        self.expect(Kind::Text)?;
        self.start += 1;
        let rest = self.rest();
        let plain = rest.iter().position(|byte| is_stop(*byte));
        if let Some(length) = plain
            && rest.get(length) == Some(&b'"')
            && length <= limit
        {
            let range = self.start..self.start + length;
            self.start = range.end + 1;
            return match std::str::from_utf8(self.block.get(range).unwrap_or_default()) {
                Ok(text) => Ok(text),
                Err(_) => Err(self.fault(NOT_UTF8)),
            };
        }
        self.pieces(limit)?;
        match std::str::from_utf8(&self.scratch) {
            Ok(text) => Ok(text),
            Err(_) => Err(self.fault(NOT_UTF8)),
        }
    }

    /// Puts a text together, up to and with its closing quotation mark.
    fn pieces(&mut self, limit: usize) -> Result<()> {
        self.scratch.clear();
        loop {
            let rest = self.block.get(self.start..self.end).unwrap_or_default();
            let length = rest.iter().position(|byte| is_stop(*byte)).unwrap_or(rest.len());
            let run = rest.get(..length).unwrap_or_default();
            if self.scratch.len() + run.len() > limit {
                return Err(self.too_long(limit));
            }
            self.scratch.extend_from_slice(run);
            self.start += length;
            match self.byte()? {
                Some(b'"') => return Ok(()),
                Some(b'\\') => self.escape()?,
                Some(byte) if byte < 0x20 => {
                    return Err(self
                        .unexpected(byte, "an escape of a control character")
                        .remedy("write control characters as \\u00.."));
                }
                // The first byte of a new block, which is none of the above.
                Some(byte) => self.scratch.push(byte),
                None => return Err(self.ended()),
            }
            if self.scratch.len() > limit {
                return Err(self.too_long(limit));
            }
        }
    }

    /// What follows a backslash.
    fn escape(&mut self) -> Result<()> {
        let plain = match self.byte()? {
            Some(b'"') => b'"',
            Some(b'\\') => b'\\',
            Some(b'/') => b'/',
            Some(b'b') => 0x08,
            Some(b'f') => 0x0c,
            Some(b'n') => b'\n',
            Some(b'r') => b'\r',
            Some(b't') => b'\t',
            Some(b'u') => return self.code_point(),
            Some(other) => return Err(self.unexpected(other, "an escape that JSON has")),
            None => return Err(self.ended()),
        };
        self.scratch.push(plain);
        Ok(())
    }

    fn code_point(&mut self) -> Result<()> {
        let first = self.four_digits()?;
        let code = match first {
            0xD800..0xDC00 => {
                if self.byte()? != Some(b'\\') || self.byte()? != Some(b'u') {
                    return Err(self.fault(LONE));
                }
                match self.four_digits()? {
                    second @ 0xDC00..0xE000 => 0x1_0000 + ((first - 0xD800) << 10) + (second - 0xDC00),
                    _ => return Err(self.fault(LONE)),
                }
            }
            0 => {
                return Err(self
                    .fault("a NUL character in a text")
                    .remedy("remove \\u0000 at the source"));
            }
            other => other,
        };
        match char::from_u32(code) {
            Some(character) => {
                let mut bytes = [0; 4];
                self.scratch
                    .extend_from_slice(character.encode_utf8(&mut bytes).as_bytes());
                Ok(())
            }
            None => Err(self.fault(LONE)),
        }
    }

    fn four_digits(&mut self) -> Result<u32> {
        let mut code = 0;
        for _ in 0..4 {
            let digit = match self.byte()? {
                Some(byte) => char::from(byte).to_digit(16),
                None => return Err(self.ended()),
            };
            match digit {
                Some(digit) => code = code << 4 | digit,
                None => return Err(self.fault("an escape \\u without four hexadecimal digits")),
            }
        }
        Ok(code)
    }

    fn too_long(&self, limit: usize) -> crate::Error {
        crate::Error::new(
            ErrorKind::TooLarge,
            format!("the text is longer than {limit} bytes"),
        )
        .with("line", self.line)
    }
}

const NOT_UTF8: &str = "the text is not UTF-8";
const LONE: &str = "half of a surrogate pair in a text";

/// The bytes that end a run of plain text.
fn is_stop(byte: u8) -> bool {
    byte == b'"' || byte == b'\\' || byte < 0x20
}
