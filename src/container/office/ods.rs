//! The sheets of an OpenDocument spreadsheet (ISO/IEC 26300 part 3, 9): one part with all of them, gone through twice.
//!
//! First each sheet is a member with its rows; then the comments, boxes and shapes on all of them are lines, and what tracked changes
//! took away. A cell is what its value says (a date is a date whatever the country), and its text where it is text. Rows and cells
//! that repeat are written as often as they are there, blank ones not at all.

use std::io::Read;

use super::flow::{TEXT_BYTES_MAX, too_long};
use super::grid::{ROWS_MAX, Row};
use super::links::Links;
use super::number::{self, Style};
use super::text::{self, Out, Parts};
use super::xml::{Node, Tag, Xml};
use crate::container::{MemberWriter, Sink, Stop};
use crate::decode::Known;
use crate::error::Reason;

/// Hands over the sheets, and what is written on them.
///
/// # Errors
/// Those of the sink.
pub(super) fn walk(package: &mut impl Parts, part: usize, sink: &mut Sink) -> Result<(), Stop> {
    package.done(part);
    let mut xml = match package.open(part) {
        Ok(xml) => xml,
        Err(reason) => return sink.refuse(b"content.xml", reason),
    };
    let mut links = Links::default();
    let ended = loop {
        match xml.next() {
            Ok(Node::Start(tag)) if tag.name() == "table" => {
                let name = tag.attr("name").unwrap_or_default();
                let mut out = sink.begin(name.as_bytes(), Known::Sheet)?;
                let ended = sheet(&mut xml, &mut links, &mut out)?;
                let is_over = ended.as_ref().is_some_and(|ended| ended.is_over);
                out.end(ended.map(|ended| ended.reason))?;
                if is_over {
                    break None;
                }
            }
            Ok(Node::Over) => break xml.remark(),
            Ok(_) => {}
            Err(reason) => break Some(reason),
        }
    };
    drop(xml);
    notes(package, part, &mut links, sink)?;
    text::links("links", links, sink)?;
    ended.map_or(Ok(()), |reason| Err(reason.into()))
}

/// Why a sheet ended, or was not read whole.
struct Ended {
    reason: Reason,
    /// Whether nothing can be read behind it.
    is_over: bool,
}

/// A cell while it is read.
#[derive(Default)]
struct Cell {
    n_times: u32,
    /// What its value says, if it is no text.
    value: Option<String>,
    text: String,
}

/// Writes the rows of a sheet, whose start was read, up to its end. What a cell links to is not told if it, or one behind it, shows
/// that.
fn sheet<R: Read>(
    xml: &mut Xml<R>,
    links: &mut Links,
    out: &mut MemberWriter<'_>,
) -> Result<Option<Ended>, Stop> {
    let (mut row, mut n_times, mut column) = (Row::default(), 1, 0);
    let (mut cell, mut depth, mut n_paragraphs) = (None::<Cell>, 1, 0);
    let mut lost = None;
    loop {
        let mut is_skipped = false;
        match xml.next() {
            Ok(Node::Start(tag)) => match tag.name() {
                // A sheet inside of a sheet: its cells are those of the cell around it.
                "table" => depth += 1,
                "table-row" if depth == 1 => {
                    n_times = tag.number::<u64>("number-rows-repeated").unwrap_or(1);
                    column = 0;
                }
                "table-cell" | "covered-table-cell" if depth == 1 => cell = Some(begun(&tag)),
                "p" | "h" => n_paragraphs += 1,
                "s" => put(&mut cell, " ", n_paragraphs, &mut lost),
                "tab" => put(&mut cell, "\t", n_paragraphs, &mut lost),
                "line-break" => put(&mut cell, "\n", n_paragraphs, &mut lost),
                "ruby-text" => is_skipped = true,
                "a" => links.add(&tag.attr("href").unwrap_or_default()),
                name => is_skipped = is_beside(name),
            },
            Ok(Node::Text(text)) => put(&mut cell, &text, n_paragraphs, &mut lost),
            Ok(Node::End(name)) => match &*name {
                "table" => {
                    depth -= 1;
                    if depth == 0 {
                        let reason = lost.or_else(|| row.take_lost());
                        let is_over = false;
                        return Ok(reason.map(|reason| Ended { reason, is_over }));
                    }
                }
                "table-row" if depth == 1 => {
                    row.flush(n_times.min(ROWS_MAX), out)?;
                }
                "table-cell" | "covered-table-cell" if depth == 1 => {
                    if let Some(cell) = cell.take() {
                        links.shown(&cell.text);
                        column = placed(&mut row, column, &cell);
                    }
                }
                "p" | "h" => {
                    n_paragraphs -= 1;
                    put(&mut cell, "\n", 1, &mut lost);
                }
                _ => {}
            },
            Ok(Node::Aside(_) | Node::Other) => {}
            Ok(Node::Over) => return Ok(None),
            Err(reason) => {
                row.flush(1, out)?;
                let is_over = true;
                return Ok(Some(Ended { reason, is_over }));
            }
        }
        if is_skipped && let Err(reason) = xml.skip() {
            row.flush(1, out)?;
            let is_over = true;
            return Ok(Some(Ended { reason, is_over }));
        }
    }
}

/// Whether what stands in an element is no text of the cell around it, but of a comment, a box or a shape on the sheet, or of
/// what tracked changes took away.
fn is_beside(name: &str) -> bool {
    matches!(
        name,
        "annotation"
            | "shapes"
            | "frame"
            | "g"
            | "custom-shape"
            | "rect"
            | "circle"
            | "ellipse"
            | "line"
            | "polyline"
            | "polygon"
            | "regular-polygon"
            | "path"
            | "connector"
            | "measure"
            | "caption"
            | "scene"
            | "tracked-changes"
    )
}

/// A cell with what its attributes say.
fn begun(tag: &Tag<'_>) -> Cell {
    let number = |text: String, style| number::shown(&text, style, false).into_owned();
    let value = match tag.attr("value-type").as_deref() {
        Some("float" | "currency") => tag.attr("value").map(|text| number(text, Style::Plain)),
        Some("date") => tag
            .attr("date-value")
            .map(|text| text.replacen('T', " ", 1)),
        Some("time") => tag.attr("time-value").and_then(|text| time(&text)),
        Some("string") => tag.attr("string-value"),
        _ => None,
    };
    Cell {
        n_times: tag.number("number-columns-repeated").unwrap_or(1),
        value,
        text: String::new(),
    }
}

/// A duration (`PT14H30M00S`) as a clock shows it.
fn time(duration: &str) -> Option<String> {
    let rest = duration.strip_prefix("PT")?;
    let (hours, rest) = rest.split_once('H')?;
    let (minutes, rest) = rest.split_once('M')?;
    let seconds = rest.strip_suffix('S')?.split(['.', ',']).next()?;
    Some(format!("{hours:0>2}:{minutes:0>2}:{seconds:0>2}"))
}

fn put(cell: &mut Option<Cell>, text: &str, n_paragraphs: usize, lost: &mut Option<Reason>) {
    let Some(cell) = cell.as_mut().filter(|_| n_paragraphs > 0) else {
        return;
    };
    if cell.text.len() + text.len() > TEXT_BYTES_MAX {
        let mib = TEXT_BYTES_MAX >> 20;
        lost.get_or_insert(Reason::Limit(format!("a cell of more than {mib} MiB")));
        return;
    }
    cell.text.push_str(text);
}

/// Puts a cell into the row as often as it is there, and returns the column behind it.
fn placed(row: &mut Row, column: u32, cell: &Cell) -> u32 {
    let shown = match &cell.value {
        // A number with zeros before it is written as it was formatted.
        Some(value) if !is_padded(value, cell.text.trim()) => value,
        _ => &cell.text,
    };
    let shown = shown.trim_end();
    let behind = column.saturating_add(cell.n_times);
    if !shown.is_empty() {
        for column in column..behind {
            if !row.put(column, shown) {
                break;
            }
        }
    }
    behind
}

/// Whether a text is a number with zeros before it.
fn is_padded(number: &str, text: &str) -> bool {
    text.len() > number.len()
        && text.starts_with('0')
        && text.bytes().all(|b| b.is_ascii_digit())
        && text.trim_start_matches('0') == number.trim_start_matches('0')
}

/// Hands over what stands on all sheets and what was deleted of them as one member.
fn notes(
    package: &mut impl Parts,
    part: usize,
    links: &mut Links,
    sink: &mut Sink,
) -> Result<(), Stop> {
    let Ok(mut xml) = package.open(part) else {
        return Ok(());
    };
    let mut out = Out::new(sink, "comments");
    let (mut depth, mut line) = (0_usize, String::new());
    let (mut value, mut lost) = (None, None);
    loop {
        let mut is_skipped = false;
        match xml.next() {
            Ok(Node::Start(tag)) => match tag.name() {
                name if is_beside(name) => depth += 1,
                "creator" | "date" | "creator-initials" | "styles" | "automatic-styles"
                | "binary-data" | "ruby-text" => is_skipped = true,
                "change-track-table-cell" if depth > 0 => value = begun(&tag).value,
                "a" if depth > 0 => links.add(&tag.attr("href").unwrap_or_default()),
                "s" | "tab" if depth > 0 => add(&mut line, " ", &mut lost),
                _ => {}
            },
            Ok(Node::Text(text)) if depth > 0 => add(&mut line, &text, &mut lost),
            Ok(Node::End(name)) => {
                let name = &*name;
                let ends_line = matches!(name, "p" | "h" | "line-break" | "title" | "desc");
                if is_beside(name) {
                    depth -= 1;
                }
                if is_beside(name) || ends_line {
                    // Line ends in the file are spaces of the text.
                    let text = line.trim().replace(['\n', '\r'], " ");
                    line.clear();
                    if !text.is_empty() {
                        links.shown(&text);
                        out = out.line(&text)?;
                        // A cell that shows its value has said it.
                        value = None;
                    }
                } else if name == "change-track-table-cell"
                    && let Some(value) = value.take()
                {
                    out = out.line(&value)?;
                }
            }
            // What cannot be read was told with the sheets.
            Ok(Node::Over) | Err(_) => return out.end(lost),
            Ok(_) => {}
        }
        if is_skipped && xml.skip().is_err() {
            return out.end(lost);
        }
    }
}

/// Adds to the line in hand what there is room for.
fn add(line: &mut String, text: &str, lost: &mut Option<Reason>) {
    match line.len() + text.len() > TEXT_BYTES_MAX {
        true => {
            lost.get_or_insert_with(too_long);
        }
        false => line.push_str(text),
    }
}
