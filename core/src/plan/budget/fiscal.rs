//! Fiscal years.

use jiff::ToSpan;
use jiff::civil::Date;
use serde::Serialize;

/// A client's fiscal year.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct FiscalYear {
    /// `FY2026`, or `FY2026/27` where it does not begin in January.
    pub label: String,
    /// Its first day.
    pub starts: Date,
    /// Its last day.
    pub ends: Date,
}

impl FiscalYear {
    /// So many years from the one that holds this day; the month is 1 to 12. Fewer where the calendar ends.
    pub(super) fn years(as_of: Date, month: u8, count: u32) -> Vec<Self> {
        let month = i8::try_from(month).unwrap_or(1);
        let first = as_of.year() - i16::from(as_of.month() < month);
        (0..count)
            .map_while(|more| Self::starting(first.checked_add(i16::try_from(more).ok()?)?, month))
            .collect()
    }

    fn starting(year: i16, month: i8) -> Option<Self> {
        let starts = Date::new(year, month, 1).ok()?;
        let ends = starts.checked_add(1.year()).ok()?.yesterday().ok()?;
        let label = if month == 1 {
            format!("FY{year}")
        } else {
            format!("FY{year}/{:02}", ends.year() % 100)
        };
        Some(Self { label, starts, ends })
    }

    pub(super) fn holds(&self, day: Date) -> bool {
        (self.starts..=self.ends).contains(&day)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_year_begins_on_the_first_of_its_month_and_is_named_by_both_calendar_years() {
        let of = |day: &str, month| {
            let years = FiscalYear::years(day.parse().unwrap(), month, 2);
            let shown: Vec<String> = years
                .iter()
                .map(|year| format!("{} {}..{}", year.label, year.starts, year.ends))
                .collect();
            shown.join(", ")
        };
        assert_eq!(
            of("2026-11-22", 1),
            "FY2026 2026-01-01..2026-12-31, FY2027 2027-01-01..2027-12-31"
        );
        assert_eq!(
            of("2026-03-31", 4),
            "FY2025/26 2025-04-01..2026-03-31, FY2026/27 2026-04-01..2027-03-31"
        );
        assert_eq!(
            of("2026-04-01", 4),
            "FY2026/27 2026-04-01..2027-03-31, FY2027/28 2027-04-01..2028-03-31"
        );
        assert_eq!(
            of("1999-12-31", 3),
            "FY1999/00 1999-03-01..2000-02-29, FY2000/01 2000-03-01..2001-02-28"
        );
    }
}
