//! A strict JSON reader (RFC 8259) that pulls one value at a time out of a byte stream, in constant memory.
//!
//! It exists beside `serde_json` for what the inventory format promises: exact decimals, a JSON pointer in every error,
//! refusal of keys that stand twice, bounds on every text before it is in memory, and documents larger than memory. It
//! does not recurse.

mod number;
mod text;

use std::io::{self, Read};

use crate::error::{Error, ErrorKind, Result};
use crate::text::{pointer_to, quoted};

/// Bytes are taken from the input in blocks of this size.
const BLOCK: usize = 64 * 1024;

/// Reads values from a stream of JSON text.
pub(super) struct Lexer<'r> {
    input: &'r mut dyn Read,
    block: Box<[u8]>,
    /// The bytes not yet taken are `block[start..end]`.
    start: usize,
    end: usize,
    /// Bytes before the block.
    passed: u64,
    /// The line of the next byte, counted from 1.
    line: u64,
    /// Whether anything but white space has been seen.
    begun: bool,
    /// A text with escapes or across the border of two blocks is put together here.
    scratch: Vec<u8>,
}

/// What kind of value comes next.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Kind {
    Array,
    Boolean,
    Null,
    Number,
    Object,
    Text,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::Array => "a list",
            Self::Boolean => "true or false",
            Self::Null => "null",
            Self::Number => "a number",
            Self::Object => "an object",
            Self::Text => "a text",
        }
    }
}

/// How far an object with known keys has been read.
#[derive(Debug, Default)]
pub(super) struct Object {
    begun: bool,
    /// Bit i: the i-th known key has been seen.
    seen: u32,
}

/// How far a list has been read.
#[derive(Debug, Default)]
pub(super) struct List {
    begun: bool,
}

impl<'r> Lexer<'r> {
    /// A reader of UTF-8; a byte order mark is passed over.
    ///
    /// # Errors
    /// `invalid_input` for UTF-16 and UTF-32, and what reading the first bytes gives.
    pub(super) fn new(input: &'r mut dyn Read) -> Result<Self> {
        let mut lexer = Self {
            input,
            block: vec![0; BLOCK].into(),
            start: 0,
            end: 0,
            passed: 0,
            line: 1,
            begun: false,
            scratch: Vec::new(),
        };
        while lexer.end < 4 && lexer.read_more()? {}
        match lexer.rest() {
            [0xEF, 0xBB, 0xBF, ..] => lexer.start = 3,
            [0xFE, 0xFF, ..] | [0xFF, 0xFE, ..] | [0, ..] | [_, 0, ..] => {
                return Err(lexer
                    .fault("the text is UTF-16 or UTF-32, JSON is UTF-8")
                    .remedy("save the file with the encoding UTF-8"));
            }
            _ => {}
        }
        Ok(lexer)
    }

    /// The line of the next byte, counted from 1.
    pub(super) fn line(&self) -> u64 {
        self.line
    }

    /// Whether anything but white space is left.
    pub(super) fn has_more(&mut self) -> Result<bool> {
        Ok(self.next_byte()?.is_some())
    }

    /// The kind of the next value, which stays.
    pub(super) fn kind(&mut self) -> Result<Kind> {
        let Some(byte) = self.next_byte()? else {
            return Err(self.ended());
        };
        match byte {
            b'{' => Ok(Kind::Object),
            b'[' => Ok(Kind::Array),
            b'"' => Ok(Kind::Text),
            b't' | b'f' => Ok(Kind::Boolean),
            b'n' => Ok(Kind::Null),
            b'-' | b'0'..=b'9' => Ok(Kind::Number),
            b'N' | b'I' => Err(self.no_number()),
            other => Err(self.unexpected(other, "a value")),
        }
    }

    /// Takes `{`.
    pub(super) fn object(&mut self) -> Result<Object> {
        self.expect(Kind::Object)?;
        self.start += 1;
        Ok(Object::default())
    }

    /// Takes the next key of an object whose keys are known, up to its value; `None` at the end of the object.
    pub(super) fn field<T: Copy>(
        &mut self,
        object: &mut Object,
        known: &[(&'static str, T)],
    ) -> Result<Option<(&'static str, T)>> {
        let mut found = None;
        let mut unknown = None;
        let more = self.entry(&mut object.begun, text::MAX_KEY, |key| {
            found = (0..).zip(known).find(|(_, (name, _))| *name == key);
            if found.is_none() {
                unknown = Some(key.to_owned());
            }
        })?;
        if more.is_none() {
            return Ok(None);
        }
        let Some((at, (name, field))) = found else {
            let names: Vec<_> = known.iter().map(|(name, _)| *name).collect();
            let unknown = unknown.unwrap_or_default();
            return Err(self
                .fault(&format!("the format has no key {} here", quoted(&unknown)))
                .remedy(format!("it has {}", names.join(", ")))
                .at(pointer_to(&unknown)));
        };
        if object.seen & (1 << at) != 0 {
            return Err(self
                .fault(&format!("the key `{name}` stands twice"))
                .at(pointer_to(name)));
        }
        object.seen |= 1 << at;
        Ok(Some((*name, *field)))
    }

    /// Takes the next key of an object with free keys, up to its value; `None` at the end of the object.
    pub(super) fn key<T>(
        &mut self,
        object: &mut Object,
        limit: usize,
        read: impl FnOnce(&str) -> T,
    ) -> Result<Option<T>> {
        self.entry(&mut object.begun, limit, read)
    }

    /// Takes `[`.
    pub(super) fn list(&mut self) -> Result<List> {
        self.expect(Kind::Array)?;
        self.start += 1;
        Ok(List::default())
    }

    /// Whether the list goes on: then its next value comes next, else it has ended.
    pub(super) fn item(&mut self, list: &mut List) -> Result<bool> {
        self.goes_on(&mut list.begun, b']')
    }

    /// Takes `true` or `false`.
    pub(super) fn boolean(&mut self) -> Result<bool> {
        self.expect(Kind::Boolean)?;
        let truth = self.rest().first() == Some(&b't');
        self.word(if truth { "true" } else { "false" })?;
        Ok(truth)
    }

    /// Takes `null`, when it comes next.
    pub(super) fn null(&mut self) -> Result<bool> {
        if self.kind()? != Kind::Null {
            return Ok(false);
        }
        self.word("null")?;
        Ok(true)
    }

    /// An error at the present place of the stream.
    pub(super) fn fault(&self, message: &str) -> Error {
        Error::new(ErrorKind::InvalidInput, message)
            .with("line", self.line)
            .with("byte", self.passed + self.start as u64)
    }

    /// Fails unless this kind of value comes next.
    pub(super) fn expect(&mut self, wanted: Kind) -> Result<()> {
        let kind = self.kind()?;
        if kind == wanted {
            return Ok(());
        }
        Err(self.fault(&format!("{} where {} belongs", kind.name(), wanted.name())))
    }

    /// Fails when something else than this many kinds of value comes next.
    pub(super) fn misplaced(&self, kind: Kind, wanted: &str) -> Error {
        self.fault(&format!("{} where {wanted} belongs", kind.name()))
    }

    fn entry<T>(
        &mut self,
        begun: &mut bool,
        limit: usize,
        read: impl FnOnce(&str) -> T,
    ) -> Result<Option<T>> {
        if !self.goes_on(begun, b'}')? {
            return Ok(None);
        }
        match self.next_byte()? {
            Some(b'"') => {}
            Some(other) => return Err(self.unexpected(other, "a key in quotation marks")),
            None => return Err(self.ended()),
        }
        let key = read(self.text(limit)?);
        match self.next_byte()? {
            Some(b':') => self.start += 1,
            Some(other) => return Err(self.unexpected(other, "a colon")),
            None => return Err(self.ended()),
        }
        Ok(Some(key))
    }

    /// Takes the comma between two values or the bracket behind the last one.
    fn goes_on(&mut self, begun: &mut bool, close: u8) -> Result<bool> {
        let first = !std::mem::replace(begun, true);
        match self.next_byte()? {
            Some(byte) if byte == close => {
                self.start += 1;
                Ok(false)
            }
            Some(_) if first => Ok(true),
            Some(b',') => {
                self.start += 1;
                match self.next_byte()? {
                    Some(byte) if byte == close => Err(self.unexpected(byte, "a value behind the comma")),
                    Some(_) => Ok(true),
                    None => Err(self.ended()),
                }
            }
            Some(other) => Err(self.unexpected(other, "a comma or the closing bracket")),
            None => Err(self.ended()),
        }
    }

    fn word(&mut self, word: &'static str) -> Result<()> {
        for wanted in word.bytes() {
            if self.byte()? != Some(wanted) {
                return Err(self.fault(&format!("a word that begins like `{word}` and is another")));
            }
        }
        Ok(())
    }

    /// The next byte behind white space, which is passed over; the byte stays.
    fn next_byte(&mut self) -> Result<Option<u8>> {
        loop {
            let mut lines = 0;
            let found = self.rest().iter().position(|byte| {
                lines += u64::from(*byte == b'\n');
                !matches!(byte, b' ' | b'\t' | b'\r' | b'\n')
            });
            self.line += lines;
            if let Some(blank) = found {
                self.start += blank;
                self.begun = true;
                return Ok(self.rest().first().copied());
            }
            self.start = self.end;
            if !self.read_more()? {
                return Ok(None);
            }
        }
    }

    /// Takes one byte, white space too.
    fn byte(&mut self) -> Result<Option<u8>> {
        if self.start == self.end && !self.read_more()? {
            return Ok(None);
        }
        let byte = self.rest().first().copied();
        self.start += 1;
        Ok(byte)
    }

    /// The bytes of the block that are not taken yet.
    fn rest(&self) -> &[u8] {
        self.block.get(self.start..self.end).unwrap_or_default()
    }

    /// Reads behind what is left in the block, which is empty or has been taken; `false` at the end of the input.
    fn read_more(&mut self) -> Result<bool> {
        if self.start == self.end {
            self.passed += self.end as u64;
            (self.start, self.end) = (0, 0);
        }
        let Some(free) = self.block.get_mut(self.end..) else {
            return Ok(false);
        };
        loop {
            match self.input.read(free) {
                Ok(count) => {
                    self.end += count;
                    return Ok(count > 0);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(Error::io(error, format_args!("line {}", self.line))),
            }
        }
    }

    fn ended(&self) -> Error {
        if !self.begun {
            return self.fault("the input is empty");
        }
        self.fault("the text ends before the document does")
            .remedy("it may have been cut off: fetch or export it again")
    }

    fn unexpected(&self, byte: u8, wanted: &str) -> Error {
        let found = if byte.is_ascii_graphic() {
            format!("`{}`", char::from(byte))
        } else {
            format!("the byte 0x{byte:02x}")
        };
        self.fault(&format!("{found} where {wanted} belongs"))
    }
}

impl std::fmt::Debug for Lexer<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Lexer")
            .field("line", &self.line)
            .finish_non_exhaustive()
    }
}

/// Puts a step of a JSON pointer before the place of an error.
pub(super) trait Under {
    /// For a key.
    fn under(self, key: &str) -> Self;
    /// For a position in a list.
    fn item(self, at: usize) -> Self;
}

impl Under for Error {
    fn under(self, key: &str) -> Self {
        let inner = self.place().unwrap_or_default().to_owned();
        self.at(pointer_to(key) + &inner)
    }

    fn item(self, at: usize) -> Self {
        let inner = self.place().unwrap_or_default().to_owned();
        self.at(format!("/{at}{inner}"))
    }
}

impl<T> Under for Result<T> {
    fn under(self, key: &str) -> Self {
        self.map_err(|error| error.under(key))
    }

    fn item(self, at: usize) -> Self {
        self.map_err(|error| error.item(at))
    }
}
