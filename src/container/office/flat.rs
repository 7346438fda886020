//! OpenDocument in one XML file (ISO/IEC 26300 part 3, 2.2: `office:document`), as `.fods`, `.fodt`, `.fodp` and `.fodg` are.
//!
//! The same readers go through it as through the parts of a package, each for what it looks for. Images, objects and what else is
//! embedded stands in it as base64, and macros as they are; both become members. What the file is was told by its root.

use std::io::{Read, Seek};

use super::flow::{Family, Flow, Item, Wanted};
use super::package::Relation;
use super::text::{self, Parts};
use super::xml::{Node, Xml};
use super::{ods, properties};
use crate::container::markup::Utf8;
use crate::container::source::Seekable;
use crate::container::{Sink, Stop, reason_of};
use crate::decode::Encoding;
use crate::decode::transfer::{Decoded, Transfer};
use crate::error::Reason;

/// What the root says of every such file, before what it is.
pub(in crate::container) const KIND: &str = "application/vnd.oasis.opendocument.";

/// Bytes of one embedded thing, as it is written.
const EMBEDDED_BYTES_MAX: usize = 64 << 20;

/// A document that is its own and only part.
struct Flat<'s> {
    source: &'s mut Box<dyn Seekable>,
    encoding: Encoding,
}

impl Parts for Flat<'_> {
    fn open(&mut self, _part: usize) -> Result<Xml<impl Read + '_>, Reason> {
        self.source.rewind().map_err(|error| reason_of(&error))?;
        Ok(Xml::new(Utf8::new(self.source, self.encoding)))
    }

    fn relations(&mut self, _part: usize) -> Result<Vec<Relation>, Reason> {
        Ok(Vec::new())
    }

    fn name(&self, _part: usize) -> &str {
        "content"
    }

    fn done(&mut self, _part: usize) {}
}

/// Hands over what is in a document of that kind (`spreadsheet`, `text`).
///
/// # Errors
/// Those of the sink, and when the document ends early.
pub(in crate::container) fn walk(
    kind: &str,
    (source, encoding): (&mut Box<dyn Seekable>, Encoding),
    sink: &mut Sink,
) -> Result<(), Stop> {
    let mut flat = Flat { source, encoding };
    let walked = match kind.starts_with("spreadsheet") {
        true => spreadsheet(&mut flat, sink),
        false => {
            let names = ("text", "table");
            text::parts(&mut flat, &[0], Family::OpenDocument, names, sink)
        }
    };
    if matches!(walked, Err(Stop::Unread)) {
        return walked;
    }
    properties::walk_within(flat.open(0)?, sink)?;
    embedded(&mut flat, sink)?;
    walked
}

fn spreadsheet(flat: &mut Flat<'_>, sink: &mut Sink) -> Result<(), Stop> {
    let walked = ods::walk(flat, 0, sink);
    if matches!(walked, Err(Stop::Unread)) {
        return walked;
    }
    // What stands outside of the sheets is of the pages they are printed on.
    let mut xml = flat.open(0)?;
    let mut flow = Flow::new(Family::OpenDocument, Wanted::Lines);
    // What cannot be read was told with the sheets.
    let next = || Ok(flow.next(&mut xml).unwrap_or(Item::Over));
    text::write_lines(next, "headers and footers", sink)?;
    walked
}

/// Hands over what is embedded. What ends the document early was told before.
fn embedded(flat: &mut Flat<'_>, sink: &mut Sink) -> Result<(), Stop> {
    let mut xml = flat.open(0)?;
    let (mut n_objects, mut n_macros) = (0, 0);
    // Whether there is something already in each of the frames around the place: an image behind it is a picture of that.
    let mut frames: Vec<bool> = Vec::new();
    loop {
        let (name, transfer) = match xml.next() {
            Ok(Node::Start(tag)) => match tag.name() {
                "frame" => {
                    frames.push(false);
                    continue;
                }
                "image" if frames.last() == Some(&true) => {
                    if xml.skip().is_err() {
                        return Ok(());
                    }
                    continue;
                }
                "image" | "table" | "object" | "object-ole" | "plugin" | "text-box" => {
                    frames
                        .last_mut()
                        .into_iter()
                        .for_each(|is_full| *is_full = true);
                    continue;
                }
                "binary-data" => {
                    n_objects += 1;
                    (format!("object {n_objects}"), Transfer::Base64)
                }
                "source-code" => {
                    n_macros += 1;
                    (format!("macro {n_macros}"), Transfer::Plain)
                }
                _ => continue,
            },
            Ok(Node::End(name)) => {
                if name == "frame" {
                    frames.pop();
                }
                continue;
            }
            Ok(Node::Over) | Err(_) => return Ok(()),
            Ok(_) => continue,
        };
        let (mut written, mut is_cut) = (String::new(), false);
        loop {
            match xml.next() {
                Ok(Node::Text(text)) if written.len() + text.len() > EMBEDDED_BYTES_MAX => {
                    is_cut = true;
                }
                Ok(Node::Text(text)) => written.push_str(&text),
                Ok(Node::End(_) | Node::Over) | Err(_) => break,
                Ok(_) => {}
            }
        }
        let name = name.as_bytes();
        match is_cut {
            true => {
                let mib = EMBEDDED_BYTES_MAX >> 20;
                let reason = format!("more than {mib} MiB embedded in one place");
                sink.refuse(name, Reason::Limit(reason))?;
            }
            false => sink.member(name, &mut Decoded::new(written.as_bytes(), transfer))?,
        }
    }
}
