//! Binary workbooks (\[MS-XLSB\]): the parts of an xlsx workbook, with records in the place of XML.
//!
//! A record is its kind, its length and its bytes. Sheets are read row by row, like those of XML; comments are text beside them.
//! What records look like is not known outside of here.

use std::io::{BufReader, Read};

use super::biff::{characters, f64_at, rk, u16_at, u32_at};
use super::grid::Row;
use super::number::{self, Style};
use super::package::{Counted, Package, Relation};
use super::strings::Strings;
use super::text;
use crate::container::{MemberWriter, Sink, Stop, reason_of};
use crate::decode::Known;
use crate::error::Reason;

/// Bytes of one record.
const RECORD_BYTES_MAX: u64 = 32 << 20;

/// Sheets, and formats of cells, of one workbook.
const LISTED_MAX: usize = 1 << 16;

/// Bytes of the comments of one sheet.
const NOTES_BYTES_MAX: usize = 16 << 20;

/// What the sheets of a workbook share.
struct Book {
    strings: Strings,
    styles: Vec<Style>,
    is_1904: bool,
}

/// Records, one after the other.
struct Records<'p> {
    rdr: BufReader<Counted<'p>>,
    data: Vec<u8>,
}

impl Records<'_> {
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

fn open(package: &mut Package, part: usize) -> Result<Records<'_>, Reason> {
    package.done(part);
    Ok(Records {
        rdr: BufReader::new(package.bytes(part)?),
        data: Vec::new(),
    })
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
    };
    let mut sheets = Vec::new();
    let ended = listed(package, main, &mut sheets, &mut book);
    if let Some(part) = to(&relations, "styles")
        && let Err(reason) = styles(package, part, &mut book.styles)
    {
        sink.refuse(package.name(part).as_bytes(), reason)?;
    }
    if let Some(part) = to(&relations, "sharedStrings")
        && let Err(reason) = strings(package, part, &mut book.strings)
    {
        book.strings.lose(reason.clone());
        sink.refuse(package.name(part).as_bytes(), reason)?;
    }
    for (id, name) in sheets {
        let relation = relations.iter().find(|r| r.id == id);
        match relation.and_then(|r| r.part) {
            Some(part) => sheet(package, part, &name, &mut book, sink)?,
            None => {
                let reason = Reason::Damaged("the sheet is not there".to_owned());
                sink.refuse(name.as_bytes(), reason)?;
            }
        }
    }
    ended.map_err(Stop::from)
}

/// The first part that is referred to as that.
fn to(relations: &[Relation], kind: &str) -> Option<usize> {
    relations.iter().find(|r| r.kind == kind)?.part
}

/// The sheets of a workbook: by whom they are referred to, and their names.
fn listed(
    package: &mut Package,
    main: usize,
    sheets: &mut Vec<(String, String)>,
    book: &mut Book,
) -> Result<(), Reason> {
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
                sheets.push((id, string(&records.data, at).0));
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
    let relations = package.relations(part)?;
    match open(package, part) {
        Ok(mut records) => {
            let mut out = sink.begin(name.as_bytes(), Known::Sheet)?;
            let ended = rows(&mut records, book, &mut out)?;
            out.end(ended)?;
        }
        Err(reason) => sink.refuse(name.as_bytes(), reason)?,
    }
    if let Some(part) = to(&relations, "comments") {
        let name = format!("{name} comments");
        match comments(package, part) {
            Ok(lines) => text::lines(&name, lines, sink)?,
            Err(reason) => sink.refuse(name.as_bytes(), reason)?,
        }
    }
    Ok(())
}

fn rows(
    records: &mut Records<'_>,
    book: &mut Book,
    out: &mut MemberWriter<'_>,
) -> Result<Option<Reason>, Stop> {
    let (mut row, mut lost) = (Row::default(), None);
    let ended = loop {
        let kind = match records.next() {
            Ok(Some(kind)) => kind,
            Ok(None) => break None,
            Err(reason) => break Some(reason),
        };
        // BrtRowHdr, BrtEndSheetData
        if matches!(kind, 0 | 146) {
            row.flush(1, out)?;
            continue;
        }
        if !(2..=11).contains(&kind) && kind != 62 {
            continue;
        }
        let data = &records.data;
        let style = u32_at(data, 4) & 0x00FF_FFFF;
        let style = book.styles.get(style as usize).copied();
        let style = style.unwrap_or(Style::Plain);
        let number = |number| number::of_float(number, style, book.is_1904);
        let text = match kind {
            // BrtCellRk, BrtCellReal, BrtFmlaNum
            2 => number(rk(u32_at(data, 8))),
            5 | 9 => number(f64_at(data, 8)),
            // BrtCellBool, BrtFmlaBool
            4 | 10 => if data.get(8) == Some(&1) {
                "TRUE"
            } else {
                "FALSE"
            }
            .to_owned(),
            // BrtCellSt, BrtFmlaString, BrtCellRString
            6 | 8 => string(data, 8).0,
            62 => string(data, 9).0,
            // BrtCellIsst
            7 => match book.strings.get(u32_at(data, 8) as usize) {
                Ok(Some(text)) => text,
                Ok(None) => {
                    let none = "cells name shared strings that are not there".to_owned();
                    let reason = book.strings.lost().cloned();
                    lost = lost.or(Some(reason.unwrap_or(Reason::Malformed(none))));
                    String::new()
                }
                Err(error) => {
                    lost = lost.or(Some(reason_of(&error)));
                    String::new()
                }
            },
            _ => String::new(),
        };
        row.put(u32_at(data, 0), text);
    };
    row.flush(1, out)?;
    Ok(ended.or(lost).or_else(|| row.take_lost()))
}

fn comments(package: &mut Package, part: usize) -> Result<Vec<String>, Reason> {
    let mut records = open(package, part)?;
    let (mut lines, mut n_bytes) = (Vec::new(), 0);
    while let Some(kind) = records.next()? {
        // BrtCommentText
        if kind == 637 {
            let (text, _) = string(&records.data, 1);
            n_bytes += text.len();
            if n_bytes > NOTES_BYTES_MAX {
                let mib = NOTES_BYTES_MAX >> 20;
                let reason = format!("more than {mib} MiB of comments on one sheet");
                return Err(Reason::Limit(reason));
            }
            let all = text.lines().map(str::trim).filter(|line| !line.is_empty());
            lines.extend(all.map(str::to_owned));
        }
    }
    Ok(lines)
}
