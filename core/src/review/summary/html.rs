//! A summary as a fragment of HTML.

use std::fmt::Write;

use super::sections::Summary;
use crate::text::Html;

pub(super) fn render(summary: &Summary) -> String {
    // Writing to a string cannot fail.
    let mut out = String::from("<section class=\"vcto-review\">");
    let _ = write!(out, "<h3>{}</h3>", Html(&summary.title));
    for line in &summary.coverage {
        let _ = write!(out, "<p>{}</p>", Html(line));
    }
    for section in &summary.sections {
        let _ = write!(out, "<h4>{}</h4>", section.heading);
        if section.lines.is_empty() {
            let _ = write!(out, "<p>{}</p>", Html(&section.empty));
            continue;
        }
        out.push_str("<table><tbody>");
        for line in &section.lines {
            let _ = write!(
                out,
                "<tr><th scope=\"row\">{}</th><td>{}</td></tr>",
                Html(&line.mark),
                Html(&line.text)
            );
        }
        out.push_str("</tbody></table>");
        if section.more > 0 {
            let _ = write!(out, "<p>and {} more</p>", section.more);
        }
    }
    out.push_str("</section>");
    out
}
