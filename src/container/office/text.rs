//! Parts of documents as members: their lines as text, and each of their tables as a sheet.
//!
//! What has no line is no member. Which parts are handed over, and under which names, is not known here.

use super::flow::{Family, Flow, Item, TABLES_DEPTH_MAX, Wanted};
use super::package::Package;
use crate::container::{MemberWriter, Sink, Stop};
use crate::decode::Known;
use crate::error::Reason;

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

/// Hands over the lines of some parts, one after the other, as the first name, and their tables as the second with a number.
/// Marks them as read.
///
/// # Errors
/// Those of the sink.
pub(super) fn parts(
    package: &mut Package,
    parts: &[usize],
    family: Family,
    (name, table): (&str, &str),
    sink: &mut Sink,
) -> Result<(), Stop> {
    let deepest = all_lines(package, parts, family, name, sink)?;
    let mut n_tables = 0;
    for (&part, deepest) in parts.iter().zip(deepest) {
        for depth in 1..=deepest.min(TABLES_DEPTH_MAX) {
            tables(package, part, (family, depth), (table, &mut n_tables), sink)?;
        }
    }
    Ok(())
}

/// Writes the lines outside of tables, and returns for each part how deep tables stand in each other.
fn all_lines(
    package: &mut Package,
    parts: &[usize],
    family: Family,
    name: &str,
    sink: &mut Sink,
) -> Result<Vec<usize>, Stop> {
    let mut deepest = Vec::new();
    let mut lost = None;
    let mut out = Out::new(sink, name);
    for &part in parts {
        package.done(part);
        let mut flow = Flow::new(family, Wanted::Lines);
        match package.open(part) {
            Ok(mut xml) => loop {
                match flow.next(&mut xml) {
                    Ok(Item::Line(line)) => out = out.line(&line)?,
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
        deepest.push(flow.deepest);
    }
    out.end(lost)?;
    Ok(deepest)
}

/// A member that begins with its first line.
pub(super) enum Out<'s> {
    Unbegun(&'s mut Sink, &'s str),
    Begun(MemberWriter<'s>),
}

impl<'s> Out<'s> {
    pub(super) fn new(sink: &'s mut Sink, name: &'s str) -> Out<'s> {
        Out::Unbegun(sink, name)
    }

    /// Writes a line.
    ///
    /// # Errors
    /// Those of the sink.
    pub(super) fn line(self, line: &str) -> Result<Out<'s>, Stop> {
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
    pub(super) fn end(self, reason: Option<Reason>) -> Result<(), Stop> {
        match (self, reason) {
            (Out::Begun(out), reason) => out.end(reason),
            (Out::Unbegun(sink, name), Some(reason)) => sink.refuse(name.as_bytes(), reason),
            (Out::Unbegun(..), None) => Ok(()),
        }
    }
}

/// Writes the tables that stand so deep in each other.
fn tables(
    package: &mut Package,
    part: usize,
    (family, depth): (Family, usize),
    names: (&str, &mut usize),
    sink: &mut Sink,
) -> Result<(), Stop> {
    // What cannot be read was told with the lines.
    let Ok(mut xml) = package.open(part) else {
        return Ok(());
    };
    let mut flow = Flow::new(family, Wanted::Tables(depth));
    write_tables(|| flow.next(&mut xml), names, sink)
}

/// Writes the tables among the items of a document, each as a member with a number. What ends the items between two tables was
/// told with the lines.
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
                Ok(Item::EndOfTable | Item::Over) => break None,
                Err(reason) => break Some(reason),
            }
        };
        let is_over = ended.is_some();
        out.end(ended)?;
        if is_over {
            break;
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
