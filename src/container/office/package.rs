//! The parts of a document that is a zip archive: by name, by content type, and by who refers to them.
//!
//! Content types and relationships are those of the Open Packaging Conventions (ECMA-376 part 2); OpenDocument and OFD use the
//! names alone. Every part that is opened counts against the limits of unpacking, also what of it leads to no member. What a
//! part says is not known here.

use std::collections::HashMap;
use std::io::{self, Read};

use super::allowance::Allowance;
use super::text::Parts;
use super::xml::{Node, Xml};
use crate::container::source::Full;
use crate::container::zip::{self, Archive};
use crate::container::{Broken, Limits, Sink, Stop, Unpacking};
use crate::error::Reason;

/// Bytes of all names of parts, of all content types, and of all relationships of one part.
const LISTED_BYTES_MAX: usize = 64 << 20;

/// A part while it is read as XML.
pub(super) type Part<'p> = Xml<Counted<'p>>;

/// A document and its parts.
pub(super) struct Package {
    archive: Archive,
    unpacking: Unpacking,
    /// Bytes of the document.
    n_in: u64,
    /// Bytes that came out of it.
    n_out: u64,
    /// Names of the parts, in their order.
    names: Vec<String>,
    /// Why there are more parts than names.
    lost: Option<Reason>,
    by_name: HashMap<String, usize>,
    /// Content types by names, and by endings of names.
    types: HashMap<String, String>,
    types_by_ending: HashMap<String, String>,
    /// Parts that were read, or need not be.
    is_done: Vec<bool>,
}

/// A reference from one part to another, or out of the document.
pub(super) struct Relation {
    pub(super) id: String,
    /// The last word of its type (`worksheet`).
    pub(super) kind: String,
    /// Where it leads.
    pub(super) target: String,
    /// The part it leads to, if that is in the document.
    pub(super) part: Option<usize>,
}

impl Package {
    /// A document of so many bytes.
    pub(super) fn new(archive: Archive, n_in: u64, unpacking: Unpacking) -> Package {
        let (names, lost) = names(archive.file_names_raw(), LISTED_BYTES_MAX);
        let keys = names.iter().enumerate().map(|(i, name)| (key(name), i));
        Package {
            by_name: keys.collect(),
            is_done: names.iter().map(|name| name.ends_with('/')).collect(),
            names,
            lost,
            archive,
            unpacking,
            n_in,
            n_out: 0,
            types: HashMap::new(),
            types_by_ending: HashMap::new(),
        }
    }

    /// Ends the reading of the document.
    ///
    /// # Errors
    /// When it has more parts than are known here.
    pub(super) fn end(self) -> Result<(), Reason> {
        self.lost.map_or(Ok(()), Err)
    }

    /// Limits in force.
    pub(super) fn limits(&self) -> &Limits {
        &self.unpacking.limits
    }

    /// The part of that name, whatever its case.
    pub(super) fn find(&self, name: &str) -> Option<usize> {
        self.by_name.get(&key(name)).copied()
    }

    /// The part of a name as it is seen from a folder.
    pub(super) fn find_from(&self, folder: &str, name: &str) -> Option<usize> {
        self.find(&resolved(folder, name))
    }

    /// The name of a part.
    pub(super) fn name(&self, part: usize) -> &str {
        self.names.get(part).map_or("", String::as_str)
    }

    /// All parts.
    pub(super) fn parts(&self) -> std::ops::Range<usize> {
        0..self.names.len()
    }

    /// Parts whose content type has that ending, by name and the numbers in it.
    pub(super) fn of_type(&self, ending: &str) -> Vec<usize> {
        let mut parts: Vec<usize> = self
            .parts()
            .filter(|part| self.content_type(*part).ends_with(ending))
            .collect();
        parts.sort_by_cached_key(|part| natural(self.name(*part)));
        parts
    }

    /// The content type of a part, empty if it has none.
    pub(super) fn content_type(&self, part: usize) -> &str {
        let name = key(self.name(part));
        let ending = name.rsplit('.').next().unwrap_or("");
        let told = self.types.get(&name);
        told.or_else(|| self.types_by_ending.get(ending))
            .map_or("", String::as_str)
    }

    /// Says that a part was read, or need not be.
    pub(super) fn done(&mut self, part: usize) {
        if let Some(is_done) = self.is_done.get_mut(part) {
            *is_done = true;
        }
    }

    /// Whether it was said of a part that it was read.
    pub(super) fn is_done(&self, part: usize) -> bool {
        self.is_done.get(part).copied().unwrap_or(true)
    }

    /// A part as XML.
    ///
    /// # Errors
    /// When it cannot be read.
    pub(super) fn open(&mut self, part: usize) -> Result<Part<'_>, Reason> {
        Ok(Xml::new(self.bytes(part)?))
    }

    /// The bytes of a part.
    ///
    /// # Errors
    /// When it cannot be read.
    pub(super) fn bytes(&mut self, part: usize) -> Result<Counted<'_>, Reason> {
        let Package {
            archive,
            unpacking,
            n_in,
            n_out,
            ..
        } = self;
        let opened = zip::open(archive, part, unpacking)?;
        Ok(Counted {
            rdr: Full::new(opened),
            limits: unpacking.limits,
            n_in: *n_in,
            n_out,
        })
    }

    /// Hands a part over as a member, as it is.
    ///
    /// # Errors
    /// Those of the sink.
    pub(super) fn hand_over(&mut self, part: usize, sink: &mut Sink) -> Result<(), Stop> {
        self.done(part);
        let name = self.name(part).to_owned();
        match self.bytes(part) {
            Ok(mut rdr) => sink.member(name.as_bytes(), &mut rdr),
            Err(reason) => sink.refuse(name.as_bytes(), reason),
        }
    }

    /// Reads the content types of the parts.
    ///
    /// # Errors
    /// When they cannot be read; those that came before are known.
    pub(super) fn read_types(&mut self) -> Result<(), Reason> {
        let Some(part) = self.find("[Content_Types].xml") else {
            return Ok(());
        };
        self.done(part);
        let (mut types, mut by_ending) = (HashMap::new(), HashMap::new());
        let mut room = Allowance::new(LISTED_BYTES_MAX, "content types");
        let mut xml = self.open(part)?;
        let ended = loop {
            match xml.next() {
                Ok(Node::Start(tag)) => {
                    let names = tag.attr("PartName").or_else(|| tag.attr("Extension"));
                    let (Some(name), Some(kind)) = (names, tag.attr("ContentType")) else {
                        continue;
                    };
                    if let Err(reason) = room.take_entry(name.len() + kind.len()) {
                        break Err(reason);
                    }
                    match tag.name() {
                        "Override" => types.insert(key(&name), kind),
                        _ => by_ending.insert(name.to_lowercase(), kind),
                    };
                }
                Ok(Node::Over) => break Ok(()),
                Ok(_) => {}
                Err(reason) => break Err(reason),
            }
        };
        drop(xml);
        (self.types, self.types_by_ending) = (types, by_ending);
        ended
    }

    /// To what a part refers, in the order of its list.
    ///
    /// # Errors
    /// When the list cannot be read.
    pub(super) fn relations(&mut self, part: usize) -> Result<Vec<Relation>, Reason> {
        let name = self.name(part).to_owned();
        self.relations_by_name(&name)
    }

    /// To what the document as a whole refers.
    ///
    /// # Errors
    /// As [`Package::relations`].
    pub(super) fn relations_of_all(&mut self) -> Result<Vec<Relation>, Reason> {
        self.relations_by_name("")
    }

    fn relations_by_name(&mut self, name: &str) -> Result<Vec<Relation>, Reason> {
        let (folder, file) = name.rsplit_once('/').unwrap_or(("", name));
        let Some(list) = self.find(&format!("{folder}/_rels/{file}.rels")) else {
            return Ok(Vec::new());
        };
        self.done(list);
        let mut relations = Vec::new();
        let mut room = Allowance::new(LISTED_BYTES_MAX, "relationships of a part");
        let mut xml = self.open(list)?;
        loop {
            match xml.next()? {
                Node::Start(tag) if tag.name() == "Relationship" => {
                    let text = |name| tag.attr(name).unwrap_or_default();
                    let kind = text("Type");
                    let relation = Relation {
                        id: text("Id"),
                        kind: kind.rsplit('/').next().unwrap_or("").to_owned(),
                        part: None,
                        target: text("Target"),
                    };
                    let texts = [&relation.id, &relation.kind, &relation.target];
                    room.take_entry(texts.iter().map(|text| text.len()).sum())?;
                    relations.push((relation, text("TargetMode") == "External"));
                }
                Node::Over => break,
                _ => {}
            }
        }
        drop(xml);
        let led = relations.into_iter().map(|(relation, is_external)| {
            let name = resolved(folder, &relation.target);
            let part = if is_external { None } else { self.find(&name) };
            Relation { part, ..relation }
        });
        Ok(led.collect())
    }
}

impl Parts for Package {
    fn open(&mut self, part: usize) -> Result<Xml<impl Read + '_>, Reason> {
        Package::open(self, part)
    }

    fn relations(&mut self, part: usize) -> Result<Vec<Relation>, Reason> {
        Package::relations(self, part)
    }

    fn name(&self, part: usize) -> &str {
        Package::name(self, part)
    }

    fn done(&mut self, part: usize) {
        Package::done(self, part);
    }
}

/// The names of the parts up to so many bytes, and why not all of them.
fn names<'r>(
    raw: impl Iterator<Item = &'r [u8]>,
    n_bytes_max: usize,
) -> (Vec<String>, Option<Reason>) {
    let mut room = Allowance::new(n_bytes_max, "names of parts");
    let mut names = Vec::new();
    for raw in raw {
        let name = String::from_utf8_lossy(raw).replace('\\', "/");
        if let Err(reason) = room.take(name.len()) {
            return (names, Some(reason));
        }
        names.push(name);
    }
    (names, None)
}

/// The parts that are referred to, by how they are. Of two references of one id the first counts.
pub(super) fn by_id(relations: &[Relation]) -> HashMap<&str, Option<usize>> {
    let backwards = relations.iter().rev();
    backwards.map(|r| (r.id.as_str(), r.part)).collect()
}

/// The first part that is referred to as that.
pub(super) fn first(relations: &[Relation], kind: &str) -> Option<usize> {
    relations.iter().find(|r| r.kind == kind)?.part
}

/// The name of a part as others refer to it.
fn key(name: &str) -> String {
    name.trim_start_matches('/').to_lowercase()
}

/// A target as a name, seen from a folder.
fn resolved(folder: &str, target: &str) -> String {
    let path = match target.strip_prefix('/') {
        Some(absolute) => absolute.to_owned(),
        None => format!("{folder}/{target}"),
    };
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            name => parts.push(name),
        }
    }
    parts.join("/")
}

/// A name in which numbers are ordered by their values: `slide2` before `slide10`.
fn natural(name: &str) -> Vec<(String, u64)> {
    let mut pieces = Vec::new();
    let mut rest = name;
    while !rest.is_empty() {
        let n_text = rest
            .find(|c: char| c.is_ascii_digit())
            .unwrap_or(rest.len());
        let (text, behind) = rest.split_at(n_text);
        let n_digits = behind.bytes().take_while(u8::is_ascii_digit).count();
        let (digits, behind) = behind.split_at(n_digits);
        pieces.push((text.to_owned(), digits.parse().unwrap_or(u64::MAX)));
        rest = behind;
    }
    pieces
}

/// Reads a part and counts its bytes against the limits of the document.
pub(super) struct Counted<'p> {
    rdr: Full<Box<dyn Read + Send + 'p>>,
    limits: Limits,
    n_in: u64,
    n_out: &'p mut u64,
}

impl Read for Counted<'_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let n = self.rdr.read(buf)?;
        *self.n_out += n as u64;
        match self.limits.excess(*self.n_out, self.n_in) {
            Some(reason) => Err(io::Error::other(Broken(reason))),
            None => Ok(n),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_are_seen_from_the_folder_of_the_part() {
        for (folder, target, want) in [
            ("xl", "worksheets/sheet1.xml", "xl/worksheets/sheet1.xml"),
            ("xl/worksheets", "../comments1.xml", "xl/comments1.xml"),
            (
                "xl",
                "/xl/worksheets/sheet1.xml",
                "xl/worksheets/sheet1.xml",
            ),
            ("", "xl/workbook.xml", "xl/workbook.xml"),
            ("xl", "../../../a.xml", "a.xml"),
        ] {
            assert_eq!(resolved(folder, target), want);
        }
        let mut names = ["slide10.xml", "slide9.xml", "slide.xml", "a2b1"];
        names.sort_by_cached_key(|name| natural(name));
        assert_eq!(names, ["a2b1", "slide9.xml", "slide10.xml", "slide.xml"]);
    }

    #[test]
    fn names_past_the_limit_are_told() {
        let raw = [&b"a\\b.xml"[..], b"c.xml", b"d"];
        let check = |n_bytes_max, want: &[&str], is_whole: bool| {
            let (got, lost) = names(raw.iter().copied(), n_bytes_max);
            assert_eq!(got, want);
            assert_eq!(lost.is_none(), is_whole);
        };
        check(13, &["a/b.xml", "c.xml", "d"], true);
        check(12, &["a/b.xml", "c.xml"], false);
        check(11, &["a/b.xml"], false);
    }

    #[test]
    fn the_first_of_two_references_counts() {
        let relation = |id: &str, kind: &str, part| Relation {
            id: id.to_owned(),
            kind: kind.to_owned(),
            target: String::new(),
            part,
        };
        let relations = [
            relation("a", "styles", Some(1)),
            relation("b", "worksheet", None),
            relation("a", "worksheet", Some(2)),
            relation("b", "styles", Some(3)),
        ];
        let parts = by_id(&relations);
        assert_eq!((parts["a"], parts["b"], parts.len()), (Some(1), None, 2));
        assert_eq!(first(&relations, "styles"), Some(1));
        assert_eq!(first(&relations, "worksheet"), None);
        assert_eq!(first(&relations, "theme"), None);
    }
}
