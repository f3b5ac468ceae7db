//! Milestones of a release, whether it is supported on a day, and the risk of that.

use jiff::civil::Date;

/// When something happens, as far as a table says.
///
/// A date is the last day that is covered: on it a release is supported, on the next day it is not.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub enum When {
    /// It has happened, on an unknown day.
    Ended,
    /// On this day.
    On(Date),
    /// Not yet, and no day is set.
    Open,
    /// The table does not say.
    #[default]
    Unknown,
}

impl When {
    /// Whether it lies behind on this day; `None` where that is not known.
    pub fn has_passed(self, as_of: Date) -> Option<bool> {
        match self {
            Self::Ended => Some(true),
            Self::On(day) => Some(day < as_of),
            Self::Open => Some(false),
            Self::Unknown => None,
        }
    }

    /// The day, where there is one.
    pub fn date(self) -> Option<Date> {
        match self {
            Self::On(day) => Some(day),
            _ => None,
        }
    }
}

/// The milestones of a release. Names are those of `OpenEoX`; `end_of_active_support` and `extended_support` are ours.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub struct Milestones {
    /// It could be had.
    pub general_availability: When,
    /// It can no longer be bought.
    pub end_of_sales: When,
    /// Last day of features and ordinary fixes.
    pub end_of_active_support: When,
    /// Last day of security fixes for everybody.
    pub end_of_security_support: When,
    /// Last day of security fixes for those who pay for an extension; unknown where none is offered.
    pub extended_support: When,
    /// Last day of any help by the maker.
    pub end_of_life: When,
}

/// Whether a release gets security fixes on a day.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Support {
    /// Not any more, for anybody.
    Ended {
        /// The last day of fixes for everybody, where known.
        on: Option<Date>,
    },
    /// Only for those who pay.
    Extended {
        /// The last day of fixes for everybody, where known.
        on: Option<Date>,
        /// The last day of the paid extension, where known.
        until: Option<Date>,
    },
    /// Yes.
    Supported {
        /// The last day, where one is set.
        until: Option<Date>,
    },
    /// The table does not say.
    Unknown,
}

impl Milestones {
    /// The end that counts: of security support, or of life where the table has only that.
    pub fn security_end(&self) -> When {
        match self.end_of_security_support {
            When::Unknown => self.end_of_life,
            end => end,
        }
    }

    /// Whether it gets security fixes on this day.
    pub fn support(&self, as_of: Date) -> Support {
        let end = self.security_end();
        match end.has_passed(as_of) {
            None => Support::Unknown,
            Some(false) => Support::Supported { until: end.date() },
            Some(true) if self.extended_support.has_passed(as_of) == Some(false) => Support::Extended {
                on: end.date(),
                until: self.extended_support.date(),
            },
            Some(true) => Support::Ended { on: end.date() },
        }
    }

    /// Lifecycle risk on this day, 0 to 100; `None` where the end of security support is not known.
    ///
    /// Each milestone ahead counts by its distance (up to 30 days 20, 90 days 10, 180 days 6, 360 days 4, 540 days 2) times
    /// its weight (active support 1, security support 3, paid extension 4); a passed one keeps the level that it had on its
    /// last day. The risk is the greatest of these, and 100 when security support has ended and no extension was bought
    /// (`extended`) or that has ended too. It never falls as time passes.
    ///
    /// After the lifecycle risk score of ServiceNow's application portfolio management, with its fall at each passed
    /// milestone repaired and active support weighted 1 instead of 2.
    pub fn risk(&self, as_of: Date, extended: bool) -> Option<u32> {
        let security = self.security_end();
        let ended = security.has_passed(as_of)?;
        let covered = extended && self.extended_support.has_passed(as_of) == Some(false);
        if ended && !covered {
            return Some(100);
        }
        let extension = if extended {
            level(self.extended_support, as_of) * 4
        } else {
            0
        };
        Some(
            (level(self.end_of_active_support, as_of))
                .max(level(security, as_of) * 3)
                .max(extension),
        )
    }
}

/// How near a milestone is: 0 far or unknown, 20 passed or within 30 days.
fn level(milestone: When, as_of: Date) -> u32 {
    match milestone {
        When::Ended => 20,
        When::Open | When::Unknown => 0,
        When::On(day) => match days_between(as_of, day) {
            ..=30 => 20,
            31..=90 => 10,
            91..=180 => 6,
            181..=360 => 4,
            361..=540 => 2,
            _ => 0,
        },
    }
}

/// Days from one day to another, negative when the other is earlier.
pub(crate) fn days_between(from: Date, to: Date) -> i64 {
    from.duration_until(to).as_hours() / 24
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    fn server_2016() -> Milestones {
        Milestones {
            end_of_active_support: When::On(day("2022-01-11")),
            end_of_security_support: When::On(day("2027-01-12")),
            extended_support: When::On(day("2030-01-12")),
            ..Milestones::default()
        }
    }

    #[test]
    fn the_last_day_is_supported_and_the_next_is_not() {
        let release = server_2016();
        assert!(matches!(
            release.support(day("2027-01-12")),
            Support::Supported { .. }
        ));
        assert!(matches!(
            release.support(day("2027-01-13")),
            Support::Extended { .. }
        ));
        assert!(matches!(
            release.support(day("2030-01-12")),
            Support::Extended { .. }
        ));
        assert!(matches!(
            release.support(day("2030-01-13")),
            Support::Ended { .. }
        ));
    }

    #[test]
    fn the_published_score_falls_to_nothing_where_ours_rises() {
        // 51 days before its end the published score gives 10 x 3; on the day after the end it gives 0.
        let release = server_2016();
        let risk = |text: &str, extended| release.risk(day(text), extended).unwrap();
        assert_eq!(risk("2026-11-22", false), 30);
        assert_eq!(risk("2027-01-12", false), 60);
        assert_eq!(risk("2027-01-13", false), 100);
        assert_eq!(risk("2027-01-13", true), 60);
        assert_eq!(risk("2030-01-12", true), 80);
        assert_eq!(risk("2030-01-13", true), 100);
    }

    fn when() -> impl Strategy<Value = When> {
        prop_oneof![
            Just(When::Ended),
            Just(When::Open),
            Just(When::Unknown),
            (0..4_000_i32).prop_map(|days| When::On(offset(days))),
        ]
    }

    fn offset(days: i32) -> Date {
        day("2020-01-01")
            .checked_add(jiff::Span::new().days(days))
            .unwrap()
    }

    proptest! {
        #[test]
        fn risk_never_falls_as_time_passes(
            active in when(), security in when(), extension in when(), life in when(), extended: bool,
            from in 0..4_500_i32, later in 0..400_i32,
        ) {
            let release = Milestones {
                end_of_active_support: active,
                end_of_security_support: security,
                extended_support: extension,
                end_of_life: life,
                ..Milestones::default()
            };
            let before = release.risk(offset(from), extended);
            let after = release.risk(offset(from + later), extended);
            prop_assert_eq!(before.is_some(), after.is_some());
            prop_assert!(before <= after, "{:?} then {:?}", before, after);
        }

        #[test]
        fn a_release_without_fixes_has_the_full_risk(security in when(), from in 0..4_500_i32) {
            let release = Milestones { end_of_security_support: security, ..Milestones::default() };
            let ended = matches!(release.support(offset(from)), Support::Ended { .. });
            prop_assert_eq!(release.risk(offset(from), true) == Some(100), ended);
        }
    }
}
