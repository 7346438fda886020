//! Parts of documents as members: their lines as text, and each of their tables as a sheet.
//!
//! What has no line is no member. Which parts are handed over, and under which names, is not known here.

use std::io::Read;

use super::flow::{Family, Flow, Item, TABLES_DEPTH_MAX, Wanted};
use super::links::Links;
use super::package::{Package, Relation};
use super::xml::Xml;
use crate::container::{MemberWriter, Sink, Stop};
use crate::decode::Known;
use crate::error::Reason;

/// A document whose parts are gone through more than once.
pub(super) trait Parts {
    /// A part from its start.
    ///
    /// # Errors
    /// When it cannot be read.
    fn open(&mut self, part: usize) -> Result<Xml<impl Read + '_>, Reason>;

    /// To what a part refers.
    ///
    /// # Errors
    /// When the list cannot be read.
    fn relations(&mut self, part: usize) -> Result<Vec<Relation>, Reason>;

    /// The name of a part.
    fn name(&self, part: usize) -> &str;

    /// Says that a part was read.
    fn done(&mut self, part: usize);
}

/// Hands over lines as a member of text.
///
/// # Errors
/// Those of the sink.
pub(super) fn lines(name: &str, lines: Vec<String>, sink: &mut Sink) -> Result<(), Stop> {
    if lines.is_empty() {
        return Ok(());
    }
    let mut out = sink.begin(name.as_bytes(), Known::Text)?;
    for line in lines {
        write(&mut out, &line)?;
    }
    out.end(None)
}

fn write(out: &mut MemberWriter<'_>, line: &str) -> Result<(), Stop> {
    out.write(line.as_bytes())?;
    out.write(b"\n")
}

/// Hands over a part of an OOXML document, and marks it as read.
///
/// # Errors
/// Those of the sink.
pub(super) fn part(
    package: &mut Package,
    part: usize,
    name: &str,
    sink: &mut Sink,
) -> Result<(), Stop> {
    let names = (name, &*format!("{name} table"));
    parts(package, &[part], Family::OpenXml, names, sink)
}

/// Hands over the lines of some parts, one after the other, as the first name, their tables as the second with a number, and what
/// they link to and do not show. Marks them as read.
///
/// # Errors
/// Those of the sink.
pub(super) fn parts(
    package: &mut impl Parts,
    parts: &[usize],
    family: Family,
    (name, table): (&str, &str),
    sink: &mut Sink,
) -> Result<(), Stop> {
    parts_beside(
        &Links::default(),
        package,
        parts,
        family,
        (name, table),
        sink,
    )
}

/// The same for parts beside another, where that one shows or tells what it refers to: some programs give each part the list of the
/// whole document.
///
/// # Errors
/// Those of the sink.
pub(super) fn parts_beside(
    told: &Links,
    package: &mut impl Parts,
    parts: &[usize],
    family: Family,
    (name, table): (&str, &str),
    sink: &mut Sink,
) -> Result<(), Stop> {
    let mut read = all_lines(told, package, parts, family, name, sink)?;
    let mut n_tables = 0;
    for (&part, read) in parts.iter().zip(&mut read) {
        for depth in 1..=read.deepest.min(TABLES_DEPTH_MAX) {
            // What cannot be read was told with the lines.
            let Ok(mut xml) = package.open(part) else {
                break;
            };
            let mut flow = Flow::new(family, Wanted::Tables(depth));
            let next = || {
                let item = flow.next(&mut xml)?;
                read.links.shown_in(&item);
                Ok(item)
            };
            write_tables(next, (table, &mut n_tables), sink)?;
        }
    }
    let mut all = Links::default();
    read.into_iter().for_each(|read| all.merge(read.links));
    links(&format!("{name} links"), all, sink)
}

/// Hands over what is linked to and was not shown.
///
/// # Errors
/// Those of the sink.
pub(super) fn links(name: &str, links: Links, sink: &mut Sink) -> Result<(), Stop> {
    let mut out = Out::new(sink, name);
    let lost = links.lost();
    for line in links.into_lines() {
        out = out.line(&line)?;
    }
    out.end(lost)
}

/// What is known of a part once its lines were read.
struct PartRead {
    /// How deep tables stand in each other.
    deepest: usize,
    /// What it links to and no line has shown.
    links: Links,
    /// Whether some of that stands in its text.
    has_codes: bool,
}

/// What a part refers to. A list that cannot be read is told.
fn related(package: &mut impl Parts, part: usize, sink: &mut Sink) -> Result<Links, Stop> {
    match package.relations(part) {
        Ok(relations) => Ok(Links::of(&relations)),
        Err(reason) => {
            let name = format!("{} relations", package.name(part));
            sink.refuse(name.as_bytes(), reason)?;
            Ok(Links::default())
        }
    }
}

/// Writes the lines outside of tables, and returns what is known of each part then.
fn all_lines(
    told: &Links,
    package: &mut impl Parts,
    parts: &[usize],
    family: Family,
    name: &str,
    sink: &mut Sink,
) -> Result<Vec<PartRead>, Stop> {
    let mut all = Vec::new();
    for &part in parts {
        let mut links = match family {
            Family::OpenXml => related(package, part, sink)?,
            Family::OpenDocument => Links::default(),
        };
        links.forget(told);
        all.push(PartRead {
            deepest: 0,
            links,
            has_codes: false,
        });
    }
    let mut lost = None;
    let mut out = Out::new(sink, name);
    for (&part, read) in parts.iter().zip(&mut all) {
        package.done(part);
        let mut flow = Flow::new(family, Wanted::Lines);
        match package.open(part) {
            Ok(mut xml) => loop {
                match flow.next(&mut xml) {
                    Ok(Item::Line(line)) => {
                        read.links.shown(&line);
                        out = out.line(&line)?;
                    }
                    Ok(_) => break,
                    Err(reason) => {
                        lost.get_or_insert(reason);
                        break;
                    }
                }
            },
            Err(reason) => {
                lost.get_or_insert(reason);
            }
        }
        read.deepest = flow.deepest;
        let links = flow.codes.into_links();
        read.has_codes = !links.is_empty();
        read.links.merge(links);
    }
    out.end(lost)?;
    // What stood before a link may have shown where it leads.
    for (&part, read) in parts
        .iter()
        .zip(&mut all)
        .filter(|(_, read)| read.has_codes)
    {
        if let Ok(mut xml) = package.open(part) {
            let mut flow = Flow::new(family, Wanted::Lines);
            read.links.shown_by(|| flow.next(&mut xml));
        }
    }
    Ok(all)
}

/// A member that begins with its first line.
pub(in crate::container) enum Out<'s> {
    Unbegun(&'s mut Sink, &'s str),
    Begun(MemberWriter<'s>),
}

impl<'s> Out<'s> {
    pub(in crate::container) fn new(sink: &'s mut Sink, name: &'s str) -> Out<'s> {
        Out::Unbegun(sink, name)
    }

    /// Writes a line.
    ///
    /// # Errors
    /// Those of the sink.
    pub(in crate::container) fn line(self, line: &str) -> Result<Out<'s>, Stop> {
        let mut out = match self {
            Out::Unbegun(sink, name) => sink.begin(name.as_bytes(), Known::Text)?,
            Out::Begun(out) => out,
        };
        write(&mut out, line)?;
        Ok(Out::Begun(out))
    }

    /// Ends the member, if there is one; before its time if there is a reason.
    ///
    /// # Errors
    /// Those of the sink.
    pub(in crate::container) fn end(self, reason: Option<Reason>) -> Result<(), Stop> {
        match (self, reason) {
            (Out::Begun(out), reason) => out.end(reason),
            (Out::Unbegun(sink, name), Some(reason)) => sink.refuse(name.as_bytes(), reason),
            (Out::Unbegun(..), None) => Ok(()),
        }
    }
}

/// Writes the tables among the items of a document, each as a member with a number, and with what it lacks. What ends the items
/// between two tables was told with the lines.
///
/// # Errors
/// Those of the sink.
pub(super) fn write_tables(
    mut next: impl FnMut() -> Result<Item, Reason>,
    (name, n_tables): (&str, &mut usize),
    sink: &mut Sink,
) -> Result<(), Stop> {
    while let Ok(item) = next() {
        match item {
            Item::Table => {}
            Item::Over => break,
            _ => continue,
        }
        *n_tables += 1;
        let mut out = sink.begin(format!("{name} {n_tables}").as_bytes(), Known::Sheet)?;
        let ended = loop {
            match next() {
                Ok(Item::Row(cells)) => out.row(cells)?,
                Ok(Item::Line(_) | Item::Table) => {}
                Ok(Item::EndOfTable(lost)) => break Ok(lost),
                Ok(Item::Over) => break Ok(None),
                Err(reason) => break Err(reason),
            }
        };
        match ended {
            Ok(lost) => out.end(lost)?,
            Err(reason) => return out.end(Some(reason)),
        }
    }
    Ok(())
}

/// Writes the lines among the items of a document as one member.
///
/// # Errors
/// Those of the sink.
pub(super) fn write_lines(
    mut next: impl FnMut() -> Result<Item, Reason>,
    name: &str,
    sink: &mut Sink,
) -> Result<(), Stop> {
    let mut out = Out::new(sink, name);
    let ended = loop {
        match next() {
            Ok(Item::Line(line)) => out = out.line(&line)?,
            Ok(Item::Over) => break None,
            Ok(_) => {}
            Err(reason) => break Some(reason),
        }
    };
    out.end(ended)
}
