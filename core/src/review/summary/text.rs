//! A summary for a terminal.

use std::fmt::Write;

use super::sections::Summary;
use crate::text::Plain;

/// Marks are padded to this width: the longest severity.
const WIDTH: usize = 13;

pub(super) fn render(summary: &Summary) -> String {
    // Writing to a string cannot fail.
    let mut out = String::new();
    let _ = writeln!(out, "{}", Plain(&summary.title));
    for line in &summary.coverage {
        let _ = writeln!(out, "{}", Plain(line));
    }
    for section in &summary.sections {
        let _ = writeln!(out, "\n{}", section.heading);
        if section.lines.is_empty() {
            let _ = writeln!(out, "  {}", section.empty);
        }
        for line in &section.lines {
            let _ = writeln!(out, "  {:<WIDTH$} {}", line.mark, Plain(&line.text));
        }
        if section.more > 0 {
            let _ = writeln!(out, "  {:<WIDTH$} and {} more", "", section.more);
        }
    }
    out
}
