//! Binary workbooks (\[MS-XLSB\]): the parts of an xlsx workbook, with records in the place of XML.
//!
//! A record is its kind, its length and its bytes. Sheets are read row by row, like those of XML, also those that are on no list;
//! comments and links are text beside them. The copies that pivot tables and links to other workbooks keep are named and not
//! read. What records look like is not known outside of here.

use std::io::{BufReader, Read};

use super::allowance::Allowance;
use super::biff::{characters, f64_at, rk, u16_at, u32_at};
use super::grid::Row;
use super::links::Links;
use super::number::{self, Style};
use super::package::{self, Counted, Package};
use super::strings::Strings;
use super::text;
use super::xlsx::NAMES_BYTES_MAX;
use crate::container::{MemberWriter, Sink, Stop, reason_of};
use crate::decode::Known;
use crate::error::Reason;

/// Bytes of one record.
const RECORD_BYTES_MAX: u64 = 32 << 20;

/// Sheets, and formats of cells, of one workbook.
const LISTED_MAX: usize = 1 << 16;

/// Bytes of the comments of one sheet.
const NOTES_BYTES_MAX: usize = 16 << 20;

/// What the content types of parts begin with that hold records.
const KIND: &str = "application/vnd.ms-excel.";

/// What the sheets of a workbook share.
struct Book {
    strings: Strings,
    styles: Vec<Style>,
    is_1904: bool,
    /// Addresses that the sheet links to and no cell has shown so far.
    links: Links,
}

/// Records, one after the other.
struct Records<R> {
    rdr: BufReader<R>,
    data: Vec<u8>,
}

impl<R: Read> Records<R> {
    fn new(rdr: R) -> Records<R> {
        Records {
            rdr: BufReader::new(rdr),
            data: Vec::new(),
        }
    }

    /// Reads the next record and returns its kind; `None` at the end.
    fn next(&mut self) -> Result<Option<u32>, Reason> {
        let Some(first) = self.byte()? else {
            return Ok(None);
        };
        let mut kind = u32::from(first);
        if first & 0x80 != 0 {
            kind = u32::from(first & 0x7F) | u32::from(self.inner_byte()? & 0x7F) << 7;
        }
        let mut length = 0_u64;
        for i in 0..4 {
            let byte = self.inner_byte()?;
            length |= u64::from(byte & 0x7F) << (7 * i);
            if byte & 0x80 == 0 {
                break;
            }
        }
        if length > RECORD_BYTES_MAX {
            let mib = RECORD_BYTES_MAX >> 20;
            let reason = format!("a record of more than {mib} MiB");
            return Err(Reason::Limit(reason));
        }
        self.data.clear();
        let read = (&mut self.rdr).take(length).read_to_end(&mut self.data);
        read.map_err(|e| reason_of(&e))?;
        if (self.data.len() as u64) < length {
            return Err(cut());
        }
        Ok(Some(kind))
    }

    fn byte(&mut self) -> Result<Option<u8>, Reason> {
        let mut byte = [0];
        let n = self.rdr.read(&mut byte).map_err(|e| reason_of(&e))?;
        Ok((n > 0).then_some(byte[0]))
    }

    fn inner_byte(&mut self) -> Result<u8, Reason> {
        self.byte()?.ok_or_else(cut)
    }
}

fn cut() -> Reason {
    Reason::Truncated("ends in the middle of a record".to_owned())
}

fn open(package: &mut Package, part: usize) -> Result<Records<Counted<'_>>, Reason> {
    package.done(part);
    Ok(Records::new(package.bytes(part)?))
}

/// A string behind its length in characters, and the place behind it.
fn string(data: &[u8], at: usize) -> (String, usize) {
    let n = u32_at(data, at);
    if n == u32::MAX {
        return (String::new(), at + 4);
    }
    let rest = data.get(at + 4..).unwrap_or_default();
    let n = (n as usize).saturating_mul(2).min(rest.len());
    (characters(&rest[..n], true), at + 4 + n)
}

/// Hands over what is in a workbook.
///
/// # Errors
/// Those of the sink, and when the list of its sheets cannot be read.
pub(super) fn walk(package: &mut Package, main: usize, sink: &mut Sink) -> Result<(), Stop> {
    let relations = package.relations(main)?;
    let mut book = Book {
        strings: Strings::new(package.limits().strings_max),
        styles: Vec::new(),
        is_1904: false,
        links: Links::default(),
    };
    let mut sheets = Vec::new();
    let ended = listed(package, main, &mut sheets, &mut book);
    if let Some(part) = package::first(&relations, "styles")
        && let Err(reason) = styles(package, part, &mut book.styles)
    {
        sink.refuse(package.name(part).as_bytes(), reason)?;
    }
    if let Some(part) = package::first(&relations, "sharedStrings")
        && let Err(reason) = strings(package, part, &mut book.strings)
    {
        book.strings.lose(reason.clone());
        sink.refuse(package.name(part).as_bytes(), reason)?;
    }
    let parts = package::by_id(&relations);
    for (id, name) in sheets {
        match parts.get(&*id).copied().flatten() {
            Some(part) if !package.is_done(part) => {
                sheet(package, part, &name, &mut book, sink)?;
            }
            Some(_) => {}
            None => {
                let reason = Reason::Damaged("the sheet is not there".to_owned());
                sink.refuse(name.as_bytes(), reason)?;
            }
        }
    }
    // Those that a program left in the file and took off the list.
    for kind in ["worksheet", "macrosheet", "intlmacrosheet"] {
        for part in package.of_type(&format!("{KIND}{kind}")) {
            if !package.is_done(part) {
                let name = package.name(part).to_owned();
                sheet(package, part, &name, &mut book, sink)?;
            }
        }
    }
    unread(package, sink)?;
    ended.map_err(Stop::from)
}

/// Names the parts of records that are not read.
fn unread(package: &mut Package, sink: &mut Sink) -> Result<(), Stop> {
    for part in package.parts() {
        let Some(kind) = package.content_type(part).strip_prefix(KIND) else {
            continue;
        };
        // Whole workbooks have such types too, and so may whatever else ends in `.bin`.
        let is_other = kind.ends_with("xml") || kind.contains("macroEnabled");
        if package.is_done(part) || is_other || is_structure(kind) {
            continue;
        }
        let what = match kind {
            "pivotCacheDefinition" | "pivotCacheRecords" => "copy that pivot tables keep",
            "externalLink" => "copy of another workbook",
            _ => "part",
        };
        let reason = Reason::Unsupported(format!("{what} in a binary workbook"));
        package.done(part);
        sink.refuse(package.name(part).as_bytes(), reason)?;
    }
    Ok(())
}

/// Whether a part says only what the workbook looks like and how it is calculated, or shows what others say.
fn is_structure(kind: &str) -> bool {
    matches!(
        kind,
        "pivotTable"
            | "table"
            | "tableSingleCells"
            | "styles"
            | "theme"
            | "calcChain"
            | "sheetMetadata"
            | "binIndexWs"
            | "volDeps"
            | "slicer"
            | "slicerCache"
    )
}

/// The sheets of a workbook: by whom they are referred to, and their names.
fn listed(
    package: &mut Package,
    main: usize,
    sheets: &mut Vec<(String, String)>,
    book: &mut Book,
) -> Result<(), Reason> {
    let mut room = Allowance::new(NAMES_BYTES_MAX, "names of sheets");
    let mut records = open(package, main)?;
    while let Some(kind) = records.next()? {
        match kind {
            // BrtWbProp
            153 => book.is_1904 = u32_at(&records.data, 0) & 1 == 1,
            // BrtBundleSh
            156 if sheets.len() >= LISTED_MAX => {
                return Err(Reason::Limit(format!("more than {LISTED_MAX} sheets")));
            }
            156 => {
                let (id, at) = string(&records.data, 8);
                let name = string(&records.data, at).0;
                room.take(id.len() + name.len())?;
                sheets.push((id, name));
            }
            _ => {}
        }
    }
    Ok(())
}

fn styles(package: &mut Package, part: usize, styles: &mut Vec<Style>) -> Result<(), Reason> {
    let mut records = open(package, part)?;
    let (mut codes, mut is_in_cells) = (std::collections::HashMap::new(), false);
    while let Some(kind) = records.next()? {
        match kind {
            // BrtFmt
            44 if codes.len() < LISTED_MAX => {
                let code = string(&records.data, 2).0;
                codes.insert(u16_at(&records.data, 0), Style::of_code(&code));
            }
            // BrtBeginCellXFs, BrtEndCellXFs
            617 => is_in_cells = true,
            618 => is_in_cells = false,
            // BrtXF
            47 if is_in_cells && styles.len() < LISTED_MAX => {
                let id = u16_at(&records.data, 2);
                let code = codes.get(&id).copied();
                styles.push(code.unwrap_or_else(|| Style::of_number(id.into())));
            }
            _ => {}
        }
    }
    Ok(())
}

fn strings(package: &mut Package, part: usize, strings: &mut Strings) -> Result<(), Reason> {
    let mut records = open(package, part)?;
    while let Some(kind) = records.next()? {
        // BrtSSTItem
        if kind == 19 {
            let (text, _) = string(&records.data, 1);
            if !strings.push(&text).map_err(|e| reason_of(&e))? {
                return strings.lost().cloned().map_or(Ok(()), Err);
            }
        }
    }
    Ok(())
}

fn sheet(
    package: &mut Package,
    part: usize,
    name: &str,
    book: &mut Book,
    sink: &mut Sink,
) -> Result<(), Stop> {
    let relations = match package.relations(part) {
        Ok(relations) => relations,
        Err(reason) => {
            sink.refuse(format!("{name} relations").as_bytes(), reason)?;
            Vec::new()
        }
    };
    book.links = Links::of(&relations);
    match open(package, part) {
        Ok(mut records) => {
            let mut out = sink.begin(name.as_bytes(), Known::Sheet)?;
            let ended = rows(&mut records, book, &mut out)?;
            out.end(ended)?;
        }
        Err(reason) => sink.refuse(name.as_bytes(), reason)?,
    }
    let links = std::mem::take(&mut book.links).into_lines();
    text::lines(&format!("{name} text"), links, sink)?;
    if let Some(part) = package::first(&relations, "comments") {
        let name = format!("{name} comments");
        match comments(package, part) {
            Ok(lines) => text::lines(&name, lines, sink)?,
            Err(reason) => sink.refuse(name.as_bytes(), reason)?,
        }
    }
    Ok(())
}

fn rows<R: Read>(
    records: &mut Records<R>,
    book: &mut Book,
    out: &mut MemberWriter<'_>,
) -> Result<Option<Reason>, Stop> {
    let mut row = Row::default();
    // Of the cell that comes next, if it names no column.
    let mut column = 0;
    let ended = loop {
        let kind = match records.next() {
            Ok(Some(kind)) => kind,
            Ok(None) => break None,
            Err(reason) => break Some(reason),
        };
        match kind {
            // BrtRowHdr, BrtEndSheetData
            0 | 146 => {
                row.flush(1, out)?;
                column = 0;
                if !out.is_wanted() {
                    return Ok(None);
                }
            }
            1..=11 | 62 => {
                column = u32_at(&records.data, 0);
                let rest = records.data.get(4..).unwrap_or_default();
                cell(kind, column, rest, book, &mut row);
                column = column.saturating_add(1);
            }
            // BrtShortBlank to BrtShortIsst: as those from 1 to 7, in the column behind the last.
            12..=18 => {
                cell(kind - 11, column, &records.data, book, &mut row);
                column = column.saturating_add(1);
            }
            _ => {}
        }
    };
    row.flush(1, out)?;
    Ok(ended.or_else(|| row.take_lost()))
}

/// Puts a cell into the row: its style, and what its kind has behind that.
fn cell(kind: u32, column: u32, data: &[u8], book: &mut Book, row: &mut Row) {
    let style = u32_at(data, 0) & 0x00FF_FFFF;
    let style = book.styles.get(style as usize).copied();
    let style = style.unwrap_or(Style::Plain);
    let number = |number| number::of_float(number, style, book.is_1904);
    let text = match kind {
        // BrtCellRk, BrtCellReal, BrtFmlaNum
        2 => number(rk(u32_at(data, 4))),
        5 | 9 => number(f64_at(data, 4)),
        // BrtCellBool, BrtFmlaBool
        4 | 10 if data.get(4) == Some(&1) => "TRUE".to_owned(),
        4 | 10 => "FALSE".to_owned(),
        // BrtCellSt, BrtFmlaString, BrtCellRString
        6 | 8 => string(data, 4).0,
        62 => string(data, 5).0,
        // BrtCellIsst
        7 => match book.strings.shown(u32_at(data, 4) as usize) {
            Ok(text) => text,
            Err(reason) => return row.lose(reason),
        },
        // Blank ones and errors are nothing that was typed.
        _ => return,
    };
    book.links.shown(&text);
    row.put(column, text);
}

fn comments(package: &mut Package, part: usize) -> Result<Vec<String>, Reason> {
    let mut records = open(package, part)?;
    let mut lines = Vec::new();
    let mut room = Allowance::new(NOTES_BYTES_MAX, "comments on one sheet");
    while let Some(kind) = records.next()? {
        // BrtCommentText
        if kind == 637 {
            let (text, _) = string(&records.data, 1);
            room.take(text.len())?;
            let all = text.lines().map(str::trim).filter(|line| !line.is_empty());
            lines.extend(all.map(str::to_owned));
        }
    }
    Ok(lines)
}
