//! Bytes to text: UTF-8, with or without a byte order mark. Anything else is refused with the way out.

use crate::error::{Error, ErrorKind, Result};

/// The text of a file without its byte order mark.
pub(super) fn text(bytes: &[u8]) -> Result<&str> {
    let bytes = without_mark(bytes)?;
    std::str::from_utf8(bytes).map_err(|error| {
        let before = bytes.get(..error.valid_up_to()).unwrap_or_default();
        let line = before.split(|byte| *byte == b'\n').count();
        Error::new(ErrorKind::InvalidInput, "the file is not UTF-8")
            .at(format!("line {line}"))
            .remedy("save it as UTF-8; spreadsheets call that \"CSV UTF-8\"")
    })
}

/// The bytes behind a UTF-8 byte order mark. UTF-16 and UTF-32 are told by their marks, or by the zeros between the first
/// characters.
pub(super) fn without_mark(bytes: &[u8]) -> Result<&[u8]> {
    if bytes.is_empty() {
        return Err(Error::new(ErrorKind::InvalidInput, "the file is empty"));
    }
    match bytes {
        [0xEF, 0xBB, 0xBF, rest @ ..] => Ok(rest),
        [0xFF, 0xFE, ..]
        | [0xFE, 0xFF, ..]
        | [0, _, 0, _, ..]
        | [_, 0, _, 0, ..]
        | [0, 0, 0xFE, 0xFF, ..] => Err(Error::new(
            ErrorKind::InvalidInput,
            "the file is UTF-16 or UTF-32, not UTF-8",
        )
        .remedy("save it as UTF-8")),
        other => Ok(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_is_dropped_and_other_encodings_are_refused() {
        assert_eq!(text(b"\xEF\xBB\xBFfrom,to").unwrap(), "from,to");
        let utf16: Vec<u8> = "{\"a\"".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = "{\"a\"".encode_utf16().flat_map(u16::to_be_bytes).collect();
        for refused in [
            &utf16[..],
            &big[..],
            b"\xFF\xFE{\0",
            b"\xFE\xFF\0{",
            b"",
            b"a\n\xFF",
        ] {
            assert_eq!(text(refused).unwrap_err().kind(), ErrorKind::InvalidInput);
        }
        assert_eq!(text(b"a\nb\n\xE9").unwrap_err().place(), Some("line 3"));
    }
}
