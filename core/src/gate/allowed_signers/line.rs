//! One line of an `allowed_signers` text.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use super::super::sshsig::PublicKey;
use super::{AllowedSigner, invalid, too_large, unsupported};
use crate::error::{Error, Result};
use crate::text::quoted;

const MAX_LINE: usize = 8_192;

/// Reads `person [options] ssh-ed25519 KEY [comment]`.
pub(super) fn parse_line(line: &str) -> Result<AllowedSigner> {
    if line.len() > MAX_LINE {
        return Err(too_large("a line has at most 8,192 bytes"));
    }
    let (person, rest) = next_field(line)?;
    let person = match person.strip_prefix('"') {
        Some(inner) => inner.strip_suffix('"').unwrap_or(person),
        None => person,
    };
    let (second, after_second) = next_field(rest)?;
    let (options, key_type, rest) = if is_key_type(second) {
        (None, second, after_second)
    } else {
        let (key_type, rest) = next_field(after_second)?;
        (Some(second), key_type, rest)
    };
    let (key, comment) = next_field(rest)?;
    if key.is_empty() {
        return Err(invalid("a line is `person [options] ssh-ed25519 KEY [comment]`"));
    }
    let key: PublicKey = format!("{key_type} {key}").parse()?;
    let mut entry = AllowedSigner::new(person, key)?.with_comment(comment)?;
    if let Some(options) = options {
        entry = with_options(entry, options)?;
    }
    Ok(entry)
}

/// Cuts off the next field: up to a blank outside of double quotes, in which `\"` is a quote.
fn next_field(text: &str) -> Result<(&str, &str)> {
    let text = text.trim_start_matches([' ', '\t']);
    let mut quoted = false;
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            ' ' | '\t' if !quoted => return Ok(text.split_at_checked(at).unwrap_or((text, ""))),
            _ => {}
        }
    }
    if quoted {
        return Err(invalid("a quoted text does not end"));
    }
    Ok((text, ""))
}

fn is_key_type(field: &str) -> bool {
    ["ssh-", "ecdsa-", "sk-", "rsa-", "webauthn-"]
        .iter()
        .any(|prefix| field.starts_with(prefix))
}

fn with_options(mut entry: AllowedSigner, options: &str) -> Result<AllowedSigner> {
    let (mut after, mut before) = (None, None);
    let mut rest = Some(options);
    while let Some(text) = rest {
        let (option, others) = next_option(text);
        rest = others;
        let (name, value) = option.split_once('=').unwrap_or((option, ""));
        let time = match name.to_ascii_lowercase().as_str() {
            "cert-authority" => {
                return Err(unsupported("certificate authorities are not supported")
                    .remedy("list each person's own key on a line"));
            }
            "namespaces" if entry.namespaces.is_some() => return Err(twice(name)),
            "namespaces" => {
                entry = entry.with_namespaces(dequote(name, value)?.split(','))?;
                continue;
            }
            "valid-after" => &mut after,
            "valid-before" => &mut before,
            _ => {
                return Err(unsupported(format!(
                    "the option {} is not supported",
                    quoted(name)
                )));
            }
        };
        if time.replace(parse_time(name, dequote(name, value)?)?).is_some() {
            return Err(twice(name));
        }
    }
    entry.with_validity(after, before)
}

/// Cuts off the next option: up to a comma outside of double quotes.
fn next_option(text: &str) -> (&str, Option<&str>) {
    let mut quoted = false;
    for (at, c) in text.char_indices() {
        match c {
            '"' => quoted = !quoted,
            ',' if !quoted => {
                let (option, rest) = text.split_at_checked(at).unwrap_or((text, ""));
                return (option, rest.strip_prefix(','));
            }
            _ => {}
        }
    }
    (text, None)
}

fn dequote<'a>(name: &str, value: &'a str) -> Result<&'a str> {
    value
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'))
        .filter(|inner| !inner.contains(['"', '\\']))
        .ok_or_else(|| invalid(format!("the value of {} is not in double quotes", quoted(name))))
}

/// `YYYYMMDD`, `YYYYMMDDHHMM` or `YYYYMMDDHHMMSS`, then `Z`.
fn parse_time(name: &str, text: &str) -> Result<Timestamp> {
    let bad = || {
        invalid(format!("{} is not a time for {}", quoted(text), quoted(name)))
            .remedy("write it in UTC, as 20270131Z or 20270131235959Z")
    };
    let digits = text.strip_suffix('Z').ok_or_else(bad)?;
    if !digits.bytes().all(|digit| digit.is_ascii_digit()) {
        return Err(bad());
    }
    let padded = match digits.len() {
        8 => format!("{digits}000000"),
        12 => format!("{digits}00"),
        14 => digits.to_owned(),
        _ => return Err(bad()),
    };
    DateTime::strptime("%Y%m%d%H%M%S", &padded)
        .and_then(|time| TimeZone::UTC.to_timestamp(time))
        .map_err(|_| bad())
}

fn twice(name: &str) -> Error {
    invalid(format!("the option {} is given twice", quoted(name)))
}
