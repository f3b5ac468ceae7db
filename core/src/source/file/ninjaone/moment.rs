//! Points in time: seconds since 1970 as a double, as the API says; milliseconds and ISO 8601, as other tools make of them.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use serde_json::Value;

/// 1990-01-01 and 2200-01-01 in seconds: outside of it nothing that an RMM records has happened, or ends.
const FIRST: f64 = 631_152_000.0;
const LAST: f64 = 7_258_118_400.0;

/// What a value says of time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Moment {
    At(Timestamp),
    /// It was written in milliseconds.
    InMilliseconds(Timestamp),
    /// Zero: it has not happened.
    Never,
    /// No time that can be.
    Absurd,
}

/// Reads a value.
pub(super) fn read(value: &Value) -> Moment {
    let number = match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => match text.trim().parse::<f64>() {
            Ok(number) => Some(number),
            Err(_) => return written(text.trim()),
        },
        _ => None,
    };
    let Some(number) = number else {
        return Moment::Absurd;
    };
    let plausible = |seconds: f64| (FIRST..LAST).contains(&seconds);
    if number == 0.0 {
        Moment::Never
    } else if plausible(number) {
        stamp(number).map_or(Moment::Absurd, Moment::At)
    } else if plausible(number / 1_000.0) {
        stamp(number / 1_000.0).map_or(Moment::Absurd, Moment::InMilliseconds)
    } else {
        Moment::Absurd
    }
}

/// A time, or a day, as text.
fn written(text: &str) -> Moment {
    let read: Option<Timestamp> = text.parse().ok().or_else(|| {
        let local: DateTime = text.parse().ok()?;
        TimeZone::UTC.to_timestamp(local).ok()
    });
    #[expect(
        clippy::cast_precision_loss,
        reason = "seconds of a time of jiff are below 2^53"
    )]
    let plausible = |at: &Timestamp| (FIRST..LAST).contains(&(at.as_second() as f64));
    read.filter(plausible).map_or(Moment::Absurd, Moment::At)
}

/// Whole seconds: what comes behind the point tells nothing here.
fn stamp(seconds: f64) -> Option<Timestamp> {
    #[expect(clippy::cast_possible_truncation, reason = "within FIRST and LAST")]
    let whole = seconds.floor() as i64;
    Timestamp::from_second(whole).ok()
}

/// The day in UTC.
pub(super) fn day(at: Timestamp) -> String {
    TimeZone::UTC.to_datetime(at).date().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(json: &str) -> Moment {
        read(&serde_json::from_str(json).unwrap())
    }

    // The seconds come from `date -u -d '2026-11-21T22:00:00Z' +%s`.
    #[test]
    fn seconds_milliseconds_and_text_name_the_same_time() {
        let expected: Timestamp = "2026-11-21T22:00:00Z".parse().unwrap();
        for json in [
            "1795298400",
            "1795298400.0",
            "1795298400.9",
            "1.7952984E9",
            "\"1795298400\"",
            "\"2026-11-21T22:00:00Z\"",
            "\"2026-11-21T22:00:00+00:00\"",
            "\"2026-11-21T22:00:00\"",
        ] {
            assert_eq!(at(json), Moment::At(expected), "{json}");
        }
        assert_eq!(at("1795298400123"), Moment::InMilliseconds(expected));
        assert_eq!(day(expected), "2026-11-21");
    }

    #[test]
    fn what_cannot_be_is_no_date() {
        for json in [
            "-1.797e308",
            "1.797e308",
            "-9007199254740991",
            "-1",
            "1",
            "253370764800", // year 9999
            "\"0000-00-00\"",
            "\"9999-12-31\"",
            "\"NaN\"",
            "\"inf\"",
            "\"soon\"",
            "\"\"",
            "true",
            "[]",
        ] {
            assert_eq!(at(json), Moment::Absurd, "{json}");
        }
        assert_eq!(at("0"), Moment::Never);
        assert_eq!(at("-0.0"), Moment::Never);
        assert_eq!(at("\"0\""), Moment::Never);
    }
}
