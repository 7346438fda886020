//! XML: elements that repeat as records, everything else as the properties of the element around it.
//!
//! A document is gone through twice: first for its shape, which says what a record is, then for the records, so that nothing but
//! one is kept. A record is written as an object, whose members are named by the elements and attributes in it. Behind a place
//! where it is not well-formed all is text. Entities that a
//! document defines itself are not expanded, and told. Comments and instructions are lines, since what was taken out of a document
//! often stands in one. What an element is for is said by `shape`, what becomes of it by `object`. Workbooks of Excel 2003 have rows
//! instead (`workbook`), and documents of OpenDocument in one file are read as those in packages are (`office::flat`).

mod object;
mod shape;
mod workbook;

use std::io::{self, Read, Seek};

use super::markup::{Utf8, encoding_of};
use super::office::flat;
use super::office::text::Out;
use super::office::xml::{Node, Xml};
use super::pump::{Job, MemberWriter, Sink, Stop};
use super::source::Seekable;
use crate::decode::{Encoding, Known};
use crate::error::Reason;
use object::{Element, Own};
use shape::{PathId, Role, Shape};

/// Bytes of text that are handed over at a time.
const BLOCK_BYTES: usize = 64 << 10;

/// Instructions that say how a document is shown, and nothing else.
const OF_LOOKS: [&str; 2] = ["xml-stylesheet", "mso-application"];

/// Bytes of the texts of a record, or of the properties of one element. What is longer is taken in pieces.
const RECORD_BYTES_MAX: usize = 4 << 20;

pub(super) fn walk(job: Job, sink: &mut Sink) -> Result<(), Stop> {
    // Of a document that is cut off what came before is read.
    let spool_bytes = job.unpacking.limits.spool_bytes;
    let (mut source, size, failed) = job.source.into_seekable_so_far(spool_bytes)?;
    sink.of_size(size);
    let encoding = encoding_of(&mut source)?;
    read(&mut source, encoding, sink)?;
    failed.map_or(Ok(()), |error| Err(error.into()))
}

fn read(source: &mut Box<dyn Seekable>, encoding: Encoding, sink: &mut Sink) -> Result<(), Stop> {
    let survey = survey(source, encoding);
    source.rewind()?;
    let walked = match &survey.document {
        Some(kind) => flat::walk(kind, (source, encoding), sink),
        None if survey.shape.has(&workbook::SHEET) => {
            workbook::walk(Xml::new(Utf8::new(source, encoding)), sink)
        }
        None => records(source, (encoding, &survey.shape), sink),
    };
    if survey.has_asides && !matches!(walked, Err(Stop::Unread)) {
        asides(source, encoding, sink)?;
    }
    walked
}

/// Hands over the records, and what stands behind the place where they break off.
fn records(
    source: &mut Box<dyn Seekable>,
    (encoding, shape): (Encoding, &Shape),
    sink: &mut Sink,
) -> Result<(), Stop> {
    let out = sink.begin(b"records", Known::Objects)?;
    let broken = Records {
        shape,
        out,
        open: Vec::new(),
        own: Vec::new(),
        own_bytes: 0,
        n_bytes: 0,
        lost: None,
    }
    .read(source, encoding)?;
    match broken {
        Some(at) => rest(source, (encoding, at), sink),
        None => Ok(()),
    }
}

/// Hands over the lines of comments and instructions. What ends the document early was told with the records.
fn asides(source: &mut Box<dyn Seekable>, encoding: Encoding, sink: &mut Sink) -> Result<(), Stop> {
    source.rewind()?;
    let mut xml = Xml::new(Utf8::new(source, encoding));
    let mut out = Out::new(sink, "comments");
    loop {
        match xml.next() {
            Ok(Node::Aside(text)) if is_aside(&text) => {
                let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
                for line in lines {
                    out = out.line(line)?;
                }
            }
            Ok(Node::Over) | Err(_) => return out.end(None),
            Ok(_) => {}
        }
    }
}

/// Whether a comment or an instruction may say something.
fn is_aside(text: &str) -> bool {
    let target = text.split_whitespace().next();
    target.is_some_and(|target| !OF_LOOKS.contains(&target))
}

/// Hands over what stands behind so many bytes, as text.
fn rest(
    source: &mut Box<dyn Seekable>,
    (encoding, at): (Encoding, u64),
    sink: &mut Sink,
) -> Result<(), Stop> {
    source.rewind()?;
    let mut text = Utf8::new(source, encoding);
    io::copy(&mut (&mut text).take(at), &mut io::sink())?;
    let mut block = vec![0; BLOCK_BYTES];
    let mut n = text.read(&mut block)?;
    if n == 0 {
        return Ok(());
    }
    // What was read before may have ended inside a character.
    let is_inside = |byte: &&u8| **byte & 0xC0 == 0x80;
    let n_inside = block[..n].iter().take(3).take_while(is_inside).count();
    block.copy_within(n_inside..n, 0);
    n -= n_inside;
    let mut out = sink.begin(b"rest", Known::Text)?;
    while n > 0 && out.is_wanted() {
        out.write(&block[..n])?;
        n = text.read(&mut block)?;
    }
    out.end(None)
}

/// What is known of a document once it was gone through for the first time.
#[derive(Default)]
struct Survey {
    shape: Shape,
    /// Whether there are comments or instructions.
    has_asides: bool,
    /// What kind of document of OpenDocument it is, if it is one.
    document: Option<String>,
}

/// Learns what is to be known, as far as the document can be read: what ends it early is told with the records.
fn survey(source: &mut Box<dyn Seekable>, encoding: Encoding) -> Survey {
    let mut xml = Xml::new(Utf8::new(source, encoding));
    let mut survey = Survey::default();
    let mut is_root = true;
    loop {
        match xml.next() {
            Ok(Node::Start(tag)) => {
                if std::mem::take(&mut is_root) && tag.name() == "document" {
                    let kind = tag.attr("mimetype").unwrap_or_default();
                    survey.document = kind.strip_prefix(flat::KIND).map(str::to_owned);
                }
                let names = tag.attrs().map(|(name, _)| name);
                survey.shape.start(tag.name(), names);
            }
            Ok(Node::Text(text)) => survey.shape.text(&text),
            Ok(Node::End(_)) => survey.shape.end(),
            Ok(Node::Aside(text)) => survey.has_asides |= is_aside(&text),
            Ok(Node::Other) => {}
            Ok(Node::Over) | Err(_) => break,
        }
    }
    survey.shape.decide();
    survey
}

/// The records on their way.
struct Records<'s> {
    shape: &'s Shape,
    out: MemberWriter<'s>,
    /// Elements around the place that are no part of a record: their paths, and where their own properties begin in `own`.
    open: Vec<(PathId, usize)>,
    /// Properties of those elements.
    own: Vec<Own>,
    /// Bytes of those, and of what is being read.
    own_bytes: usize,
    n_bytes: usize,
    lost: Option<Reason>,
}

impl Records<'_> {
    /// Reads all records. Returns where the document broke off, if it did.
    fn read(
        mut self,
        source: &mut Box<dyn Seekable>,
        encoding: Encoding,
    ) -> Result<Option<u64>, Stop> {
        let mut xml = Xml::new(Utf8::new(source, encoding));
        // The record, or the property, that is being read: elements in each other.
        let mut within: Vec<Element> = Vec::new();
        let mut broken = None;
        let ended = loop {
            match xml.next() {
                Ok(Node::Start(tag)) => {
                    let mut around = (self.around(), false);
                    if let Some(outer) = within.last_mut() {
                        outer.has_elements = true;
                        around = (outer.path, outer.is_mixed);
                    }
                    let path = self.shape.child(around.0, tag.name());
                    let is_mixed = around.1 || self.shape.is_mixed(path);
                    let element = Element::new(tag.name(), tag.attrs(), (path, is_mixed));
                    self.n_bytes += element.n_bytes();
                    if !within.is_empty() {
                        within.push(element);
                    } else {
                        self.start(element, &mut within);
                    }
                }
                Ok(Node::Text(text)) => {
                    self.n_bytes += text.len();
                    match within.last_mut() {
                        Some(element) => element.text.push_str(&text),
                        None => self.text(&text),
                    }
                }
                Ok(Node::End(_)) => self.end(&mut within)?,
                Ok(Node::Aside(_) | Node::Other) => {}
                Ok(Node::Over) => break xml.remark(),
                Err(reason) => {
                    broken = Some(xml.position());
                    break Some(reason);
                }
            }
            if self.n_bytes.max(self.own_bytes) > RECORD_BYTES_MAX {
                self.cut(&mut within)?;
            }
        };
        // What was begun when the document broke off is a record all the same.
        while !within.is_empty() || !self.open.is_empty() {
            self.end(&mut within)?;
        }
        self.out.end(ended.or(self.lost))?;
        Ok(broken)
    }

    /// Begins an element that is in no record.
    fn start(&mut self, element: Element, within: &mut Vec<Element>) {
        match self.shape.role(element.path) {
            Role::Record | Role::Property => within.push(element),
            Role::Frame => {
                self.n_bytes = 0;
                self.open.push((element.path, self.own.len()));
                for own in element.into_attributes() {
                    self.add(own);
                }
            }
        }
    }

    /// The place of the innermost element that is no part of a record.
    fn around(&self) -> PathId {
        self.open.last().map_or(PathId::ROOT, |(path, _)| *path)
    }

    /// Adds a property of the innermost of those elements.
    fn add(&mut self, own: Own) {
        self.own_bytes += own.n_bytes();
        self.own.push(own);
    }

    /// Text directly in an element that is no record.
    fn text(&mut self, text: &str) {
        let text = text.trim();
        if !text.is_empty() && !self.open.is_empty() {
            self.add(Own::text(text.to_owned()));
        }
    }

    /// Ends the innermost element.
    fn end(&mut self, within: &mut Vec<Element>) -> Result<(), Stop> {
        let Some(element) = within.pop() else {
            return self.end_frame();
        };
        if let Some(around) = within.last_mut() {
            around.take(element);
            return Ok(());
        }
        let path = element.path;
        self.n_bytes = 0;
        match self.shape.role(path) {
            Role::Property if !self.open.is_empty() => {
                self.add(element.into_own());
                Ok(())
            }
            _ => self.write(path, &element.into_object()),
        }
    }

    /// Ends an element that is no record: its properties are one.
    fn end_frame(&mut self) -> Result<(), Stop> {
        let Some((path, from)) = self.open.pop() else {
            return Ok(());
        };
        let own = self.own.split_off(from);
        self.own_bytes -= own.iter().map(Own::n_bytes).sum::<usize>();
        self.write(path, &object::joined(own))
    }

    fn write(&mut self, path: PathId, object: &object::Object) -> Result<(), Stop> {
        if object.is_empty() {
            return Ok(());
        }
        let mut line = Vec::new();
        object.write(self.shape.name(path), &mut line);
        line.push(b'\n');
        self.out.write(&line)
    }

    /// Writes what there is of a record that is too long, and goes on with it.
    fn cut(&mut self, within: &mut [Element]) -> Result<(), Stop> {
        let mib = RECORD_BYTES_MAX >> 20;
        let reason = format!("an element of more than {mib} MiB, which is taken in pieces");
        self.lost.get_or_insert(Reason::Limit(reason));
        // From the inside to the outside, so that all that was read is in the outermost one.
        for at in (0..within.len()).rev() {
            let so_far = within[at].take_so_far();
            match at.checked_sub(1) {
                Some(outer) => within[outer].take(so_far),
                None => self.write(so_far.path, &so_far.into_object())?,
            }
        }
        let own = std::mem::take(&mut self.own);
        self.open.iter_mut().for_each(|(_, from)| *from = 0);
        self.write(self.around(), &object::joined(own))?;
        (self.n_bytes, self.own_bytes) = (0, 0);
        Ok(())
    }
}

#[cfg(test)]
mod tests;
