//! What the XML parts of a workbook have in common, and the two small ones: links between parts, and the list of sheets.

use std::borrow::Cow;
use std::io::BufRead;

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::not_a_workbook;
use super::package::{self, Package, Part};
use crate::error::{Error, Result};
use crate::text::quoted;

/// Deeper than any part of a workbook.
const MAX_DEPTH: usize = 64;

/// A stream of XML events that ends at the end of the part. Entities other than the five of XML are not resolved, and
/// document type declarations are passed over.
pub(super) struct Parser<R> {
    reader: Reader<R>,
    buffer: Vec<u8>,
    part: Part,
    name: String,
    depth: usize,
}

impl<R: BufRead> Parser<R> {
    pub(super) fn new(stream: R, part: Part, name: &str) -> Self {
        let mut reader = Reader::from_reader(stream);
        // Names of end tags are not compared: that would keep every open name in memory.
        reader.config_mut().check_end_names = false;
        Self {
            reader,
            buffer: Vec::new(),
            part,
            name: name.to_owned(),
            depth: 0,
        }
    }

    /// The next event; `None` at the end.
    pub(super) fn next(&mut self) -> Result<Option<Event<'_>>> {
        self.buffer.clear();
        let event = match self.reader.read_event_into(&mut self.buffer) {
            Ok(event) => event,
            Err(quick_xml::Error::Io(error)) => {
                let error = std::io::Error::new(error.kind(), error.to_string());
                return Err(package::broken(error, self.part, &self.name));
            }
            Err(error) => return Err(malformed(&error, &self.name)),
        };
        match &event {
            Event::Start(_) => self.depth += 1,
            Event::End(_) => self.depth = self.depth.saturating_sub(1),
            Event::Eof if self.depth > 0 => {
                return Err(not_a_workbook("a part ends too early").at(quoted(&self.name)));
            }
            Event::Eof => return Ok(None),
            _ => {}
        }
        if self.depth > MAX_DEPTH {
            return Err(not_a_workbook("a part is nested too deep").at(quoted(&self.name)));
        }
        Ok(Some(event))
    }
}

fn malformed(error: &quick_xml::Error, name: &str) -> Error {
    not_a_workbook("a part is no well-formed XML in UTF-8")
        .at(quoted(name))
        .with("xml", crate::text::Plain(&error.to_string()))
}

/// Appends what a text event says; other events say nothing. An unknown entity stays as it is written.
pub(super) fn push_text(text: &mut String, event: &Event<'_>) {
    match event {
        Event::CData(data) => text.push_str(&data.xml10_content()),
        Event::GeneralRef(entity) => match (&**entity, entity.resolve_char_ref()) {
            ("amp", _) => text.push('&'),
            ("apos", _) => text.push('\''),
            ("gt", _) => text.push('>'),
            ("lt", _) => text.push('<'),
            ("quot", _) => text.push('"'),
            (_, Ok(Some(character))) => text.push(character),
            (name, _) => {
                text.push('&');
                text.push_str(name);
                text.push(';');
            }
        },
        Event::Text(plain) => text.push_str(&plain.xml10_content()),
        _ => {}
    }
}

/// The value of an attribute by its local name.
pub(super) fn attribute<'t>(tag: &'t BytesStart<'_>, name: &str) -> Option<Cow<'t, str>> {
    let mut attributes = tag.attributes();
    // Checking for duplicates compares every pair.
    attributes.with_checks(false);
    attributes
        .filter_map(std::result::Result::ok)
        .find(|attribute| attribute.key.local_name().as_ref() == name)
        .and_then(|attribute| {
            attribute
                .normalized_value(quick_xml::XmlVersion::Implicit1_0)
                .ok()
                .map(|value| Cow::Owned(value.into_owned()))
        })
}

/// A link from one part to another.
pub(super) struct Relationship {
    pub(super) id: String,
    kind: String,
    /// The part, from the root of the package.
    pub(super) target: String,
}

impl Relationship {
    /// Whether it is of this kind, in the strict or the transitional dialect.
    pub(super) fn is(&self, kind: &str) -> bool {
        self.kind
            .rsplit_once("/relationships/")
            .is_some_and(|(_, last)| last == kind)
    }
}

/// The links of a part whose folder is `folder`. Links to the outside are left out.
pub(super) fn relationships(
    package: &mut Package<'_>,
    part: &str,
    folder: &str,
) -> Result<Vec<Relationship>> {
    let stream = package
        .part(part, Part::Other)?
        .ok_or_else(|| not_a_workbook("a part is missing").at(quoted(part)))?;
    let mut parser = Parser::new(stream, Part::Other, part);
    let mut links = Vec::new();
    while let Some(event) = parser.next()? {
        let (Event::Start(tag) | Event::Empty(tag)) = &event else {
            continue;
        };
        if tag.local_name().as_ref() != "Relationship"
            || attribute(tag, "TargetMode").is_some_and(|mode| mode == "External")
        {
            continue;
        }
        if let (Some(id), Some(kind), Some(target)) = (
            attribute(tag, "Id"),
            attribute(tag, "Type"),
            attribute(tag, "Target"),
        ) {
            links.push(Relationship {
                id: id.into_owned(),
                kind: kind.into_owned(),
                target: resolve(folder, &target),
            });
        }
    }
    Ok(links)
}

/// A target as a name from the root of the package.
fn resolve(folder: &str, target: &str) -> String {
    let (base, target) = match target.strip_prefix('/') {
        Some(absolute) => ("", absolute),
        None => (folder, target),
    };
    let mut parts: Vec<&str> = base.split('/').filter(|part| !part.is_empty()).collect();
    for part in target.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            other => parts.push(other),
        }
    }
    parts.join("/")
}

/// What the main part says.
pub(super) struct Contents {
    /// Name and link of each sheet.
    pub(super) sheets: Vec<(String, String)>,
    pub(super) epoch_1904: bool,
}

/// Reads the main part.
pub(super) fn workbook(package: &mut Package<'_>, part: &str) -> Result<Contents> {
    let stream = package
        .part(part, Part::Other)?
        .ok_or_else(|| not_a_workbook("a part is missing").at(quoted(part)))?;
    let mut parser = Parser::new(stream, Part::Other, part);
    let mut contents = Contents {
        sheets: Vec::new(),
        epoch_1904: false,
    };
    while let Some(event) = parser.next()? {
        let (Event::Start(tag) | Event::Empty(tag)) = &event else {
            continue;
        };
        match tag.local_name().as_ref() {
            "sheet" => {
                if let (Some(name), Some(id)) = (attribute(tag, "name"), attribute(tag, "id")) {
                    contents.sheets.push((name.into_owned(), id.into_owned()));
                }
            }
            "workbookPr" => {
                contents.epoch_1904 =
                    attribute(tag, "date1904").is_some_and(|value| matches!(&*value, "1" | "true"));
            }
            _ => {}
        }
    }
    Ok(contents)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_resolve_from_the_folder_or_the_root() {
        assert_eq!(resolve("xl", "worksheets/sheet1.xml"), "xl/worksheets/sheet1.xml");
        assert_eq!(
            resolve("xl", "/xl/worksheets/sheet1.xml"),
            "xl/worksheets/sheet1.xml"
        );
        assert_eq!(resolve("xl", "../../../a/./b.xml"), "a/b.xml");
    }
}
