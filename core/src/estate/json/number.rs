//! Numbers: exact, or refused.

use rust_decimal::Decimal;

use super::{Kind, Lexer};
use crate::error::{Error, Result};

/// No number of sense is written longer than this.
const MAX_LITERAL: usize = 128;

impl Lexer<'_> {
    /// Takes a number: a whole one from -2^63 to 2^64 - 1, or a decimal that [`Decimal`] holds without loss.
    pub(in crate::estate) fn number(&mut self) -> Result<Decimal> {
        self.expect(Kind::Number)?;
        let mut literal = [0; MAX_LITERAL];
        let mut length = 0;
        loop {
            if self.start == self.end && !self.read_more()? {
                break;
            }
            let Some(byte @ (b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E')) = self.rest().first().copied()
            else {
                break;
            };
            let Some(place) = literal.get_mut(length) else {
                return Err(self.inexact());
            };
            *place = byte;
            length += 1;
            self.start += 1;
        }
        if length == 1 && literal.first() == Some(&b'-') && self.rest().first() == Some(&b'I') {
            return Err(self.no_number());
        }
        match parse(literal.get(..length).unwrap_or_default()) {
            Ok(number) => Ok(number),
            Err(Refused::Grammar) => Err(self.fault("not a number as JSON writes them")),
            Err(Refused::Inexact) => Err(self.inexact()),
        }
    }

    /// Takes a whole number from 0 to `u32::MAX`.
    pub(in crate::estate) fn count(&mut self) -> Result<u32> {
        let number = self.number()?;
        if !number.is_integer() {
            return Err(self.fault("a fraction where a whole number belongs"));
        }
        u32::try_from(number)
            .map_err(|_| self.fault(&format!("{number} where a number from 0 to {} belongs", u32::MAX)))
    }

    pub(super) fn no_number(&self) -> Error {
        self.fault("NaN and infinity are no numbers in JSON")
            .remedy("write null for what is known to be unknown")
    }

    fn inexact(&self) -> Error {
        self.fault("the number cannot be kept exactly: whole numbers go from -2^63 to 2^64 - 1, decimals have 28 digits")
            .remedy("round it, or write it as a text")
    }
}

#[derive(Debug, Eq, PartialEq)]
enum Refused {
    Grammar,
    Inexact,
}

/// The value of a literal, without trailing zeros: `12.50`, `1.25e1` and `12.5` are the same number.
fn parse(literal: &[u8]) -> Result<Decimal, Refused> {
    let (negative, unsigned) = match literal {
        [b'-', rest @ ..] => (true, rest),
        _ => (false, literal),
    };
    let (whole, rest) = digits(unsigned);
    if whole.is_empty() || (whole.len() > 1 && whole.starts_with(b"0")) {
        return Err(Refused::Grammar);
    }
    let (fraction, rest) = match rest {
        [b'.', rest @ ..] => match digits(rest) {
            ([], _) => return Err(Refused::Grammar),
            (fraction, rest) => (fraction, rest),
        },
        _ => (&[] as &[u8], rest),
    };
    let exponent = match rest {
        [] => 0,
        [b'e' | b'E', rest @ ..] => exponent(rest)?,
        _ => return Err(Refused::Grammar),
    };
    let scale = i64::try_from(fraction.len()).map_err(|_| Refused::Inexact)? - exponent;
    exact(negative, whole.iter().chain(fraction), scale)
}

/// The digits at the front, and what follows them.
fn digits(text: &[u8]) -> (&[u8], &[u8]) {
    let length = text
        .iter()
        .position(|byte| !byte.is_ascii_digit())
        .unwrap_or(text.len());
    text.split_at_checked(length).unwrap_or((text, &[]))
}

fn exponent(text: &[u8]) -> Result<i64, Refused> {
    let (negative, text) = match text {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        _ => (false, text),
    };
    match digits(text) {
        ([], _) => Err(Refused::Grammar),
        (digits, []) => {
            let size = digits.iter().fold(0_i64, |value, digit| {
                value.saturating_mul(10).saturating_add(i64::from(digit - b'0'))
            });
            // Far beyond what can be kept; the bound keeps the sums that follow in range.
            let size = size.min(1_000_000);
            Ok(if negative { -size } else { size })
        }
        _ => Err(Refused::Grammar),
    }
}

/// digits * 10^-scale, when nothing is lost.
fn exact<'a>(
    negative: bool,
    digits: impl Iterator<Item = &'a u8>,
    mut scale: i64,
) -> Result<Decimal, Refused> {
    let mut mantissa = 0_i128;
    let mut zeros = 0_u32;
    for digit in digits {
        if *digit == b'0' {
            zeros += 1;
            continue;
        }
        let shift = if mantissa == 0 { 1 } else { zeros + 1 };
        zeros = 0;
        mantissa = shifted(mantissa, shift)
            .and_then(|value| value.checked_add(i128::from(digit - b'0')))
            .ok_or(Refused::Inexact)?;
    }
    if mantissa == 0 {
        return Ok(Decimal::ZERO);
    }
    scale -= i64::from(zeros);
    if scale < 0 {
        let shift = u32::try_from(-scale).map_err(|_| Refused::Inexact)?;
        mantissa = shifted(mantissa, shift).ok_or(Refused::Inexact)?;
        scale = 0;
    }
    if negative {
        mantissa = -mantissa;
    }
    if scale == 0 && !(i128::from(i64::MIN)..=i128::from(u64::MAX)).contains(&mantissa) {
        return Err(Refused::Inexact);
    }
    let scale = u32::try_from(scale).map_err(|_| Refused::Inexact)?;
    Decimal::try_from_i128_with_scale(mantissa, scale).map_err(|_| Refused::Inexact)
}

/// value * 10^places.
fn shifted(value: i128, places: u32) -> Option<i128> {
    value.checked_mul(10_i128.checked_pow(places)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(literal: &str) -> Result<String, Refused> {
        parse(literal.as_bytes()).map(|number| number.to_string())
    }

    #[test]
    fn the_same_number_has_one_form() {
        for (literal, form) in [
            ("0", "0"),
            ("-0", "0"),
            ("-0.0e7", "0"),
            ("0e99999999999999999999", "0"),
            ("12.50", "12.5"),
            ("1.25e1", "12.5"),
            ("1250E-2", "12.5"),
            ("0.1", "0.1"),
            ("1e-28", "0.0000000000000000000000000001"),
            ("1e3", "1000"),
            ("18446744073709551615", "18446744073709551615"),
            ("-9223372036854775808", "-9223372036854775808"),
            ("15.530223846435547", "15.530223846435547"),
            ("100000000000000000000e-20", "1"),
            ("1.0000000000000000000000000000000000000000", "1"),
            ("7.9228162514264337593543950335", "7.9228162514264337593543950335"),
        ] {
            assert_eq!(shown(literal).as_deref(), Ok(form), "{literal}");
        }
    }

    #[test]
    fn what_would_lose_a_digit_is_refused() {
        for literal in [
            "18446744073709551616",
            "-9223372036854775809",
            "1e20",
            "1e400",
            "1e-29",
            "1e-400",
            "0.12345678901234567890123456789012345",
            "7.9228162514264337593543950336",
            "1e99999999999999999999",
        ] {
            assert_eq!(shown(literal), Err(Refused::Inexact), "{literal}");
        }
    }

    #[test]
    fn what_json_does_not_write_is_refused() {
        for literal in [
            "", "-", "01", "00", ".5", "1.", "1.e3", "1e", "1e+", "+1", "1-", "--1", "1.2.3", "1e5.0", "1ee5",
        ] {
            assert_eq!(shown(literal), Err(Refused::Grammar), "{literal}");
        }
    }
}
