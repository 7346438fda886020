//! What a document says of itself: who made it, for whom, and what a user added.
//!
//! Each property is a line, `creator: …`. Counts of pages and words are among them; which of them matter is not known here.

use std::io::Read;

use super::allowance::Allowance;
use super::package::Package;
use super::text;
use super::xml::{Node, Xml};
use crate::container::{Sink, Stop};
use crate::error::Reason;

/// Parts with properties, of OOXML and of OpenDocument.
const PARTS: &[&str] = &[
    "docProps/core.xml",
    "docProps/app.xml",
    "docProps/custom.xml",
    "meta.xml",
];

/// The element around the properties of OpenDocument.
const WITHIN: &str = "meta";

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
        let opened = package.open(part);
        let read = opened.and_then(|mut xml| read(&mut xml, &mut room, &mut lines));
        if let Err(reason) = read {
            sink.refuse(name.as_bytes(), reason)?;
        }
    }
    text::lines("properties", lines, sink)
}

/// Hands over the properties that stand in a document of one file as one member. What ends it early is told elsewhere.
///
/// # Errors
/// Those of the sink.
pub(super) fn walk_within<R: Read>(mut xml: Xml<R>, sink: &mut Sink) -> Result<(), Stop> {
    let mut lines = Vec::new();
    let mut room = Allowance::new(BYTES_MAX, "properties");
    // Elements around the place. In a paragraph an element of that name is something else.
    let mut depth = 0;
    let read = loop {
        match xml.next() {
            Ok(Node::Start(tag)) if depth == 1 && tag.name() == WITHIN => {
                break read(&mut xml, &mut room, &mut lines);
            }
            Ok(Node::Start(_)) => depth += 1,
            Ok(Node::End(_)) => depth -= 1,
            Ok(Node::Over) | Err(_) => break Ok(()),
            Ok(_) => {}
        }
    };
    text::lines("properties", lines, sink)?;
    match read {
        Err(reason @ Reason::Limit(_)) => sink.refuse(b"properties", reason),
        _ => Ok(()),
    }
}

/// Reads properties up to the end of the element around them.
fn read<R: Read>(
    xml: &mut Xml<R>,
    room: &mut Allowance,
    lines: &mut Vec<String>,
) -> Result<(), Reason> {
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
            Node::End(name) => {
                if name == WITHIN {
                    return Ok(());
                }
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
