//! Text from outside: kept as it came, shown only escaped.

use std::fmt;

use serde::{Deserialize, Serialize};

mod cell;

pub use cell::Cell;
pub(crate) use cell::csv_line;

/// A value that came from a vendor, a file or a person outside, and must be escaped for the place where it is shown.
///
/// It has no `Display` on purpose. Bidirectional controls, control characters and line ends come out as `\u{..}`.
///
/// ```
/// use vcto::text::Untrusted;
///
/// let name = Untrusted::new("<b>\u{202e}gpj.exe</b>".to_owned());
/// assert_eq!(name.plain().to_string(), "<b>\\u{202e}gpj.exe</b>");
/// assert_eq!(name.html().to_string(), "&lt;b&gt;\\u{202e}gpj.exe&lt;/b&gt;");
/// ```
#[derive(Clone, Default, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(inline))]
#[serde(transparent)]
pub struct Untrusted<T>(T);

impl<T> Untrusted<T> {
    /// Marks a value as coming from outside.
    pub fn new(value: T) -> Self {
        Self(value)
    }

    /// The value as it came: to compare, hash or store, never to show.
    pub fn raw(&self) -> &T {
        &self.0
    }

    /// Gives up the mark.
    pub fn into_raw(self) -> T {
        self.0
    }
}

impl<T: AsRef<str>> Untrusted<T> {
    /// For a terminal, a log or an error message.
    pub fn plain(&self) -> Plain<'_> {
        Plain(self.0.as_ref())
    }

    /// For the text or a quoted attribute of an HTML page.
    pub fn html(&self) -> Html<'_> {
        Html(self.0.as_ref())
    }

    /// For a cell of a sheet: CSV or a workbook.
    pub fn cell(&self) -> Cell<'_> {
        Cell(self.0.as_ref())
    }

    /// For a line of Markdown, raw HTML included.
    pub fn markdown(&self) -> Markdown<'_> {
        Markdown(self.0.as_ref())
    }
}

impl<T: AsRef<str>> fmt::Debug for Untrusted<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{}\"", self.plain())
    }
}

impl From<&str> for Untrusted<String> {
    fn from(value: &str) -> Self {
        Self(value.to_owned())
    }
}

impl From<String> for Untrusted<String> {
    fn from(value: String) -> Self {
        Self(value)
    }
}

/// Shows a text with everything escaped that could move the cursor, reorder or end the line.
#[derive(Clone, Copy, Debug)]
pub struct Plain<'a>(pub &'a str);

impl fmt::Display for Plain<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        escape(self.0, f, |_| None)
    }
}

/// Shows a text for HTML: as [`Plain`], and `& < > " '` as entities.
#[derive(Clone, Copy, Debug)]
pub struct Html<'a>(pub &'a str);

impl fmt::Display for Html<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        escape(self.0, f, |c| match c {
            '&' => Some("&amp;"),
            '<' => Some("&lt;"),
            '>' => Some("&gt;"),
            '"' => Some("&quot;"),
            '\'' => Some("&#39;"),
            _ => None,
        })
    }
}

/// Shows a text for Markdown: as [`Plain`], with the active punctuation of Markdown escaped so that neither markup,
/// raw HTML nor a template insert survives.
#[derive(Clone, Copy, Debug)]
pub struct Markdown<'a>(pub &'a str);

impl fmt::Display for Markdown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        escape(self.0, f, |c| match c {
            '&' => Some("&amp;"),
            '<' => Some("&lt;"),
            '>' => Some("&gt;"),
            '\\' => Some("\\\\"),
            '`' => Some("\\`"),
            '*' => Some("\\*"),
            '_' => Some("\\_"),
            '[' => Some("\\["),
            ']' => Some("\\]"),
            '(' => Some("\\("),
            '{' => Some("\\{"),
            '}' => Some("\\}"),
            '#' => Some("\\#"),
            '|' => Some("\\|"),
            '~' => Some("\\~"),
            '!' => Some("\\!"),
            _ => None,
        })
    }
}

/// One step of a JSON pointer (RFC 6901), as the place of an error names it: escaped, and a long key shortened, since it is
/// for people.
///
/// ```
/// assert_eq!(vcto::text::pointer_to("a/b~c"), "/a~1b~0c");
/// ```
pub fn pointer_to(key: &str) -> String {
    let mut shown: String = key.chars().take(64).collect();
    if shown.len() < key.len() {
        shown.push_str("...");
    }
    format!("/{}", Plain(&shown.replace('~', "~0").replace('/', "~1")))
}

/// At most this many characters of a name from outside stand in a sentence or a cell of a table.
const NAME: usize = 80;

/// A name from outside for a sentence or a table: escaped as [`Plain`], cut where it is long.
pub(crate) fn short_name(text: &str) -> String {
    short(text, NAME)
}

/// A text from outside, escaped as [`Plain`]; of a longer one than this many characters the beginning, and a mark.
pub(crate) fn short(text: &str, most: usize) -> String {
    let mut shown = if text.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        text.get(..=most).unwrap_or(text).to_owned()
    } else {
        let beginning = text
            .char_indices()
            .nth(most + 1)
            .map_or(text.len(), |(end, _)| end);
        Plain(text.get(..beginning).unwrap_or(text)).to_string()
    };
    if let Some((end, _)) = shown.char_indices().nth(most) {
        shown.truncate(end);
        shown.push('…');
    }
    shown
}

/// At most this many bytes of a text from outside go into one message; the rest is counted.
const SHOWN: usize = 120;

/// A text from outside, quoted and shortened for an error message.
pub(crate) fn quoted(text: &str) -> String {
    let mut end = SHOWN.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let (shown, rest) = text.split_at_checked(end).unwrap_or((text, ""));
    if rest.is_empty() {
        format!("`{}`", Plain(shown))
    } else {
        format!("`{}`... and {} bytes more", Plain(shown), rest.len())
    }
}

fn escape(
    text: &str,
    f: &mut fmt::Formatter<'_>,
    special: impl Fn(char) -> Option<&'static str>,
) -> fmt::Result {
    use fmt::Write;
    for c in text.chars() {
        if is_unsafe_to_show(c) {
            write!(f, "\\u{{{:x}}}", u32::from(c))?;
        } else if let Some(entity) = special(c) {
            f.write_str(entity)?;
        } else {
            f.write_char(c)?;
        }
    }
    Ok(())
}

/// Control characters, line and paragraph separators, bidirectional controls, zero-width characters and tags.
pub(crate) fn is_unsafe_to_show(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{61c}' | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_active_survives_in_html_and_markdown() {
        let name = Untrusted::new("<script>alert(1)</script> {{ insert: x }} [a](b)\r\n\0");
        let html = name.html().to_string();
        assert!(!html.contains('<') && !html.contains('\n') && !html.contains('\0'));
        let markdown = name.markdown().to_string();
        assert!(
            !markdown.contains('<')
                && !markdown.contains("{{")
                && !markdown.contains("](")
                && !markdown.contains('\n')
        );
    }

    #[test]
    fn a_long_text_is_cut_between_characters_and_marked() {
        assert_eq!(
            (short("abc", 3), short("abcd", 3)),
            ("abc".to_owned(), "abc…".to_owned())
        );
        assert_eq!(short(&"é".repeat(10_000), 3), "ééé…");
        assert_eq!(short("\u{202e}", 80), "\\u{202e}");
        assert_eq!(short(&"\u{202e}".repeat(99), 8), "\\u{202e}…");
        assert_eq!(short("", 3), "");
    }

    #[test]
    fn a_long_name_is_shortened_on_a_character_border() {
        let long = "é".repeat(100_000);
        let shown = quoted(&long);
        assert!(shown.len() < 200 && shown.ends_with("bytes more"));
    }
}
