//! What a document says of itself: who made it, for whom, and what a user added.
//!
//! Each property is a line, `creator: …`. Counts of pages and words are among them; which of them matter is not known here.

use super::allowance::Allowance;
use super::package::Package;
use super::text;
use super::xml::Node;
use crate::container::{Sink, Stop};
use crate::error::Reason;

/// Parts with properties, of OOXML and of OpenDocument.
const PARTS: &[&str] = &[
    "docProps/core.xml",
    "docProps/app.xml",
    "docProps/custom.xml",
    "meta.xml",
];

/// Bytes of all properties of a document, with their names.
const BYTES_MAX: usize = 1 << 20;

/// Hands over the properties as one member.
///
/// # Errors
/// Those of the sink.
pub(super) fn walk(package: &mut Package, sink: &mut Sink) -> Result<(), Stop> {
    let mut lines = Vec::new();
    let mut room = Allowance::new(BYTES_MAX, "properties");
    for name in PARTS {
        let Some(part) = package.find(name).filter(|part| !package.is_done(*part)) else {
            continue;
        };
        package.done(part);
        if let Err(reason) = read(package, part, &mut room, &mut lines) {
            sink.refuse(name.as_bytes(), reason)?;
        }
    }
    text::lines("properties", lines, sink)
}

fn read(
    package: &mut Package,
    part: usize,
    room: &mut Allowance,
    lines: &mut Vec<String>,
) -> Result<(), Reason> {
    let mut xml = package.open(part)?;
    let (mut label, mut value) = (String::new(), String::new());
    loop {
        match xml.next()? {
            Node::Start(tag) => {
                // A property that a user added stands in an element that says of which type it is.
                match tag.name() {
                    "property" | "user-defined" => label = tag.attr("name").unwrap_or_default(),
                    name if !matches!(name, "lpwstr" | "lpstr" | "filetime" | "i4" | "bool") => {
                        label = name.to_owned();
                    }
                    _ => {}
                }
                value.clear();
            }
            Node::Text(text) => {
                room.take(text.len())?;
                value.push_str(&text);
            }
            Node::End(_) => {
                let text = value.split_whitespace().collect::<Vec<_>>().join(" ");
                if !text.is_empty() {
                    // One name may stand before many values.
                    room.take_entry(label.len())?;
                    lines.push(format!("{label}: {text}"));
                }
                value.clear();
            }
            Node::Aside(_) | Node::Other => {}
            Node::Over => return Ok(()),
        }
    }
}
