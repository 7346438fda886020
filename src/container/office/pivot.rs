//! The copies that pivot tables keep of the rows they were made from (ECMA-376 part 1, 18.10): often of a sheet that was deleted.
//!
//! A definition names the columns and lists the values that repeat in each; the records are rows of such values or of their
//! numbers. The lists are kept in memory, the records are not. Pivot tables themselves show nothing that is not here or on a
//! sheet.

use super::allowance::Allowance;
use super::grid::{COLUMNS_MAX, Row};
use super::package::{self, Package};
use super::xml::{Node, Tag};
use crate::container::{MemberWriter, Sink, Stop};
use crate::decode::Known;
use crate::error::Reason;

/// Bytes of the names and the listed values of all columns of one cache, with what keeping them takes.
const LISTED_BYTES_MAX: usize = 64 << 20;

/// A column of a cache.
#[derive(Default)]
struct Column {
    name: String,
    listed: Vec<String>,
}

/// Hands over the rows of every cache.
///
/// # Errors
/// Those of the sink.
pub(super) fn walk(package: &mut Package, sink: &mut Sink) -> Result<(), Stop> {
    for part in package.of_type("pivotTable+xml") {
        package.done(part);
    }
    for part in package.of_type("pivotCacheDefinition+xml") {
        package.done(part);
        let name = package.name(part).to_owned();
        let columns = match columns(package, part) {
            Ok(columns) => columns,
            Err(reason) => {
                sink.refuse(name.as_bytes(), reason)?;
                continue;
            }
        };
        let relations = match package.relations(part) {
            Ok(relations) => relations,
            Err(reason) => {
                sink.refuse(format!("{name} relations").as_bytes(), reason)?;
                Vec::new()
            }
        };
        match package::first(&relations, "pivotCacheRecords") {
            Some(records) => {
                package.done(records);
                self::records(package, records, &columns, &name, sink)?;
            }
            None => listed(&columns, &name, sink)?,
        }
    }
    Ok(())
}

/// A cache without records still lists the values.
fn listed(columns: &[Column], name: &str, sink: &mut Sink) -> Result<(), Stop> {
    let n_rows = columns.iter().map(|c| c.listed.len()).max().unwrap_or(0);
    if n_rows == 0 {
        return Ok(());
    }
    let mut out = sink.begin(name.as_bytes(), Known::Sheet)?;
    out.row(columns.iter().map(|c| &c.name))?;
    for i in 0..n_rows {
        out.row(
            columns
                .iter()
                .map(|c| c.listed.get(i).map_or("", String::as_str)),
        )?;
    }
    out.end(None)
}

fn columns(package: &mut Package, part: usize) -> Result<Vec<Column>, Reason> {
    let mut xml = package.open(part)?;
    let mut columns = Vec::<Column>::new();
    let mut room = Allowance::new(LISTED_BYTES_MAX, "values that repeat");
    loop {
        match xml.next()? {
            Node::Start(tag) if tag.name() == "cacheField" => {
                if columns.len() >= COLUMNS_MAX as usize {
                    let reason = format!("more than {COLUMNS_MAX} columns");
                    return Err(Reason::Limit(reason));
                }
                let name = tag.attr("name").unwrap_or_default();
                room.take_entry(name.len())?;
                columns.push(Column {
                    name,
                    listed: Vec::new(),
                });
            }
            Node::Start(tag) => {
                if let (Some(column), Some(value)) = (columns.last_mut(), value(&tag)) {
                    room.take(value.len() + size_of::<String>())?;
                    column.listed.push(value);
                }
            }
            Node::Over => return Ok(columns),
            _ => {}
        }
    }
}

/// The value of an item: a text, a number, a date, a truth, or nothing.
fn value(tag: &Tag<'_>) -> Option<String> {
    match tag.name() {
        "s" | "n" | "b" | "e" => Some(tag.attr("v").unwrap_or_default()),
        "d" => Some(tag.attr("v").unwrap_or_default().replace('T', " ")),
        "m" => Some(String::new()),
        _ => None,
    }
}

fn records(
    package: &mut Package,
    part: usize,
    columns: &[Column],
    name: &str,
    sink: &mut Sink,
) -> Result<(), Stop> {
    let mut xml = match package.open(part) {
        Ok(xml) => xml,
        Err(reason) => return sink.refuse(name.as_bytes(), reason),
    };
    let mut out: MemberWriter<'_> = sink.begin(name.as_bytes(), Known::Sheet)?;
    out.row(columns.iter().map(|c| &c.name))?;
    let (mut row, mut at) = (Row::default(), 0);
    let ended = loop {
        match xml.next() {
            Ok(Node::Start(tag)) => {
                if tag.name() == "x" {
                    let column = columns.get(at as usize);
                    let number = tag.number::<usize>("v");
                    match number.and_then(|number| column?.listed.get(number)) {
                        Some(listed) => {
                            row.put(at, &**listed);
                        }
                        None => row.lose(Reason::Malformed(
                            "rows name values that are not there".to_owned(),
                        )),
                    }
                    at += 1;
                } else if let Some(cell) = value(&tag) {
                    row.put(at, cell);
                    at += 1;
                }
            }
            Ok(Node::End(name)) if name == "r" => {
                row.flush(1, &mut out)?;
                at = 0;
            }
            Ok(Node::Over) => break None,
            Ok(_) => {}
            Err(reason) => break Some(reason),
        }
    };
    row.flush(1, &mut out)?;
    out.end(ended.or_else(|| row.take_lost()))
}
