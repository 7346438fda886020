//! Workbooks before 2007, of Excel 5 to 2003 (\[MS-XLS\]): their sheets as rows, and the text of their comments and headers.
//!
//! First what all sheets share is read, then each sheet at the place that is named for it, once for what its cells link to and once for
//! the cells, which may show that. Workbooks of Excel 4 and before are no OLE files and are not read.

use std::collections::{HashMap, HashSet};
use std::io::{BufReader, Read, Seek, SeekFrom};

use super::allowance::Allowance;
use super::biff::{Records, RunOn, f64_at, rk, string, u16_at, u32_at};
use super::grid::Row;
use super::links::Links;
use super::number::{self, Style};
use super::strings::Strings;
use super::text;
use crate::container::{MemberWriter, Sink, Stop, reason_of};
use crate::decode::{Known, decode_utf16};
use crate::error::Reason;

/// Sheets, and formats of cells, of one workbook.
const LISTED_MAX: usize = 1 << 16;

/// Bytes of the comments and headers of one sheet that are kept until its rows are over.
const NOTES_BYTES_MAX: usize = 16 << 20;

// Kinds of records (2.3.2).
const BOF: u16 = 0x0809;
const EOF: u16 = 0x000A;
const FILEPASS: u16 = 0x002F;
const HLINK: u16 = 0x01B8;

/// What stands before the address in a link that leads to one (2.3.7.6 of \[MS-OSHARED\]).
const URL_MONIKER: [u8; 16] = [
    0xE0, 0xC9, 0xEA, 0x79, 0xF9, 0xBA, 0xCE, 0x11, 0x8C, 0x82, 0x00, 0xAA, 0x00, 0x4B, 0xA9, 0x0B,
];

/// What the sheets of a workbook share.
struct Book {
    sheets: Vec<Listed>,
    /// Whether there are more sheets than are kept.
    has_more: bool,
    strings: Strings,
    styles: Vec<Style>,
    /// Formats by their numbers.
    codes: HashMap<u16, Style>,
    is_1904: bool,
    /// The code page of strings, before Excel 97.
    code_page: Option<u16>,
}

/// A sheet as the workbook lists it.
struct Listed {
    name: String,
    offset: u64,
}

/// Hands over the sheets of a workbook, with something before their names. Those past a limit are told at the end.
///
/// # Errors
/// Those of the sink, and when the workbook cannot be read.
pub(in crate::container) fn walk(
    mut stream: impl Read + Seek,
    prefix: &str,
    strings_max: usize,
    sink: &mut Sink,
) -> Result<(), Stop> {
    let mut book = Book {
        sheets: Vec::new(),
        has_more: false,
        strings: Strings::new(strings_max),
        styles: Vec::new(),
        codes: HashMap::new(),
        is_1904: false,
        code_page: None,
    };
    let read = shared(&mut Records::new(BufReader::new(&mut stream)), &mut book);
    if let Err(reason) = read {
        if book.sheets.is_empty() || reason == Reason::Encrypted {
            return Err(reason.into());
        }
        book.strings.lose(reason.clone());
        sink.refuse(format!("{prefix}shared strings").as_bytes(), reason)?;
    }
    let mut places = HashSet::new();
    for Listed { name, offset } in std::mem::take(&mut book.sheets) {
        let name = format!("{prefix}{name}");
        if !places.insert(offset) {
            let what = "it stands where another sheet stands, and was read there";
            sink.refuse(name.as_bytes(), Reason::Damaged(what.to_owned()))?;
            continue;
        }
        if let Err(error) = stream.seek(SeekFrom::Start(offset)) {
            sink.refuse(name.as_bytes(), reason_of(&error))?;
            continue;
        }
        let links = linked(&mut Records::new(BufReader::new(&mut stream)));
        if let Err(error) = stream.seek(SeekFrom::Start(offset)) {
            sink.refuse(name.as_bytes(), reason_of(&error))?;
            continue;
        }
        let mut records = Records::new(BufReader::new(&mut stream));
        let mut out = sink.begin(name.as_bytes(), Known::Sheet)?;
        let mut sheet = Sheet {
            book: &mut book,
            row: Row::default(),
            at: 0,
            pending: None,
            notes: Vec::new(),
            links,
            room: Allowance::new(NOTES_BYTES_MAX, "comments on one sheet"),
            lost: None,
        };
        let ended = sheet.rows(&mut records, &mut out)?;
        let (notes, links) = (sheet.notes, sheet.links);
        out.end(ended)?;
        text::lines(&format!("{name} comments"), notes, sink)?;
        text::links(&format!("{name} links"), links, sink)?;
    }
    match book.has_more {
        true => Err(Reason::Limit(format!("more than {LISTED_MAX} sheets")).into()),
        false => Ok(()),
    }
}

/// Reads what stands before the first sheet.
fn shared<R: Read>(records: &mut Records<R>, book: &mut Book) -> Result<(), Reason> {
    let mut code_page = 1_252;
    while let Some(kind) = records.next()? {
        let data = &records.data[..];
        match kind {
            // 0x0600 is Excel 97 and later, with characters of Unicode.
            BOF if u16_at(data, 0) < 0x0600 => book.code_page = Some(code_page),
            FILEPASS => return Err(Reason::Encrypted),
            EOF => return Ok(()),
            0x0022 => book.is_1904 = u16_at(data, 0) == 1,
            0x0042 => {
                code_page = u16_at(data, 0);
                book.code_page = book.code_page.map(|_| code_page);
            }
            // BoundSheet8
            0x0085 if book.sheets.len() >= LISTED_MAX => book.has_more = true,
            0x0085 => {
                let name = string(data.get(6..).unwrap_or_default(), false, book.code_page);
                let offset = u64::from(u32_at(data, 0));
                // Charts and modules have no cells.
                if matches!(data.get(5), Some(0 | 1)) {
                    book.sheets.push(Listed { name, offset });
                }
            }
            // Format, of which the last of a number counts
            0x041E => {
                let code = data.get(2..).unwrap_or_default();
                let code = string(code, book.code_page.is_none(), book.code_page);
                book.codes.insert(u16_at(data, 0), Style::of_code(&code));
            }
            // XF
            0x00E0 if book.styles.len() < LISTED_MAX => {
                let id = u16_at(data, 2);
                let style = book.codes.get(&id).copied();
                book.styles
                    .push(style.unwrap_or_else(|| Style::of_number(id.into())));
            }
            // SST
            0x00FC => {
                let mut strings = RunOn::new(records, 8);
                while let Some(text) = strings.next()? {
                    if !book.strings.push(&text).map_err(|e| reason_of(&e))? {
                        let lost = book.strings.lost().cloned();
                        return lost.map_or(Ok(()), Err);
                    }
                }
            }
            _ => {}
        }
    }
    Err(Reason::Truncated(
        "the workbook ends before its sheets".to_owned(),
    ))
}

/// What a sheet links to. What ends it early is told with its rows.
fn linked<R: Read>(records: &mut Records<R>) -> Links {
    let (mut links, mut depth) = (Links::default(), 0_usize);
    while let Ok(Some(kind)) = records.next() {
        match kind {
            BOF => depth += 1,
            EOF if depth <= 1 => break,
            EOF => depth -= 1,
            HLINK if depth == 1 => {
                let data = &records.data[..];
                let Some(at) = memchr::memmem::find(data, &URL_MONIKER) else {
                    continue;
                };
                let at = at + URL_MONIKER.len();
                let n = (u32_at(data, at) as usize).min(data.len());
                let address = data.get(at + 4..).unwrap_or_default();
                let address = decode_utf16(&address[..n.min(address.len())]);
                links.add(address.split('\0').next().unwrap_or_default());
            }
            _ => {}
        }
    }
    links
}

/// A sheet while it is read.
struct Sheet<'b> {
    book: &'b mut Book,
    row: Row,
    /// The number of the row in hand.
    at: u16,
    /// Column of a formula whose text comes next.
    pending: Option<u16>,
    notes: Vec<String>,
    /// Addresses that cells link to and none has shown so far.
    links: Links,
    /// What `notes` may take still.
    room: Allowance,
    lost: Option<Reason>,
}

impl Sheet<'_> {
    /// Writes the rows up to the end of the sheet.
    fn rows<R: Read>(
        &mut self,
        records: &mut Records<R>,
        out: &mut MemberWriter<'_>,
    ) -> Result<Option<Reason>, Stop> {
        // Charts on a sheet are sheets inside of it.
        let mut depth = 0_usize;
        let ended = loop {
            match records.next() {
                Ok(Some(BOF)) => depth += 1,
                Ok(Some(EOF)) => {
                    depth = depth.saturating_sub(1);
                    if depth == 0 {
                        break None;
                    }
                }
                Ok(Some(kind)) if depth == 1 => {
                    if let Err(reason) = self.record(kind, records, out)? {
                        break Some(reason);
                    }
                }
                Ok(Some(_)) => {}
                Ok(None) => break Some(Reason::Truncated("the sheet has no end".to_owned())),
                Err(reason) => break Some(reason),
            }
        };
        self.row.flush(1, out)?;
        Ok(ended
            .or_else(|| self.lost.take())
            .or_else(|| self.row.take_lost()))
    }

    fn record<R: Read>(
        &mut self,
        kind: u16,
        records: &mut Records<R>,
        out: &mut MemberWriter<'_>,
    ) -> Result<Result<(), Reason>, Stop> {
        let is_cell = matches!(
            kind,
            0x0203 | 0x027E | 0x00BD | 0x00FD | 0x0204 | 0x00D6 | 0x0205 | 0x0006
        );
        let row = u16_at(&records.data, 0);
        if is_cell && row != self.at {
            self.row.flush(1, out)?;
            self.at = row;
        }
        if is_cell {
            self.cell(kind, &records.data);
            return Ok(Ok(()));
        }
        match kind {
            // String: the text that a formula gave
            0x0207 => {
                if let Some(column) = self.pending.take() {
                    match self.given(records) {
                        Ok(text) => self.put(column, text),
                        Err(reason) => self.lose(reason),
                    }
                }
            }
            // TxO: the text of a comment or box, in the record behind it
            0x01B6 => {
                let n = usize::from(u16_at(&records.data, 10));
                if n > 0 {
                    match self.boxed(n, records) {
                        Ok(text) => self.note(&text),
                        Err(reason) => return Ok(Err(reason)),
                    }
                }
            }
            // Header and Footer
            0x0014 | 0x0015 if !records.data.is_empty() => {
                let is_long = self.book.code_page.is_none();
                let text = string(&records.data, is_long, self.book.code_page);
                self.note(&text);
            }
            // Note, before Excel 97: the comment itself
            0x001C if self.book.code_page.is_some() => {
                let text = records.data.get(6..).unwrap_or_default();
                let code_page = self.book.code_page.unwrap_or(1_252);
                self.note(&crate::decode::decode_code_page(text, code_page));
            }
            _ => {}
        }
        Ok(Ok(()))
    }

    /// The text that a formula gave. It goes on in the records behind it if it is long.
    fn given<R: Read>(&self, records: &mut Records<R>) -> Result<String, Reason> {
        match self.book.code_page {
            Some(_) => Ok(string(&records.data, true, self.book.code_page)),
            None => Ok(RunOn::new(records, 0).next()?.unwrap_or_default()),
        }
    }

    fn boxed<R: Read>(&self, n: usize, records: &mut Records<R>) -> Result<String, Reason> {
        if !records.go_on()? {
            return Ok(String::new());
        }
        let is_wide = records.data.first().is_some_and(|options| options & 1 == 1);
        RunOn::new(records, 1).characters(n, is_wide)
    }

    fn lose(&mut self, reason: Reason) {
        self.lost.get_or_insert(reason);
    }

    fn put(&mut self, column: u16, text: String) {
        self.links.shown(&text);
        self.row.put(column.into(), text);
    }

    fn note(&mut self, text: &str) {
        self.links.shown(text);
        if let Err(reason) = self.room.take(text.len()) {
            return self.lose(reason);
        }
        let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
        self.notes.extend(lines.map(str::to_owned));
    }

    fn cell(&mut self, kind: u16, data: &[u8]) {
        let column = u16_at(data, 2);
        let put = |sheet: &mut Self, column: u16, style: u16, number: f64| {
            let style = sheet.book.styles.get(usize::from(style)).copied();
            let style = style.unwrap_or(Style::Plain);
            let text = number::of_float(number, style, sheet.book.is_1904);
            sheet.put(column, text);
        };
        self.pending = None;
        match kind {
            0x0203 => put(self, column, u16_at(data, 4), f64_at(data, 6)),
            0x027E => put(self, column, u16_at(data, 4), rk(u32_at(data, 6))),
            // MulRk: numbers of several columns, and behind them the last of these
            0x00BD => {
                let numbers = data
                    .get(4..data.len().saturating_sub(2))
                    .unwrap_or_default();
                for (i, number) in numbers.chunks_exact(6).enumerate() {
                    let column = column.saturating_add(i as u16);
                    put(self, column, u16_at(number, 0), rk(u32_at(number, 2)));
                }
            }
            // LabelSst
            0x00FD => {
                let number = u32_at(data, 6) as usize;
                match self.book.strings.shown(number) {
                    Ok(text) => self.put(column, text),
                    Err(reason) => self.lose(reason),
                }
            }
            // Label, RString
            0x0204 | 0x00D6 => {
                let text = data.get(6..).unwrap_or_default();
                let text = string(text, true, self.book.code_page);
                self.put(column, text);
            }
            // BoolErr: errors are nothing that was typed
            0x0205 if data.get(7) == Some(&0) => self.truth(column, data.get(6)),
            // Formula, with what it gave
            0x0006 => match data.get(6..14) {
                Some([0, .., 0xFF, 0xFF]) => self.pending = Some(column),
                Some([1, _, truth, .., 0xFF, 0xFF]) => self.truth(column, Some(truth)),
                Some([.., 0xFF, 0xFF]) | None => {}
                Some(_) => put(self, column, u16_at(data, 4), f64_at(data, 6)),
            },
            _ => {}
        }
    }

    fn truth(&mut self, column: u16, byte: Option<&u8>) {
        let text = if byte == Some(&1) { "TRUE" } else { "FALSE" };
        self.row.put(column.into(), text.to_owned());
    }
}
