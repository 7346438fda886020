//! PDF documents (ISO 32000): the text of their pages, the tables on them, what forms and comments hold, and attached files.
//!
//! `hayro-syntax` parses the objects and the page tree, repairs what is cut off, and opens documents that are encrypted without
//! a password; everything about text is done here. Tables that go on over pages are one member, all other text is another.
//! Pages of images alone have no text to read: they are counted and told, as are pages that are missing and what of a page is
//! damaged. Not read: text that is drawn as curves, text of fonts that do not tell it, and the properties of the document.

mod content;
mod fields;
mod files;
mod font;
mod glyphs;
mod layout;
mod lines;
mod lzw;
mod page;
mod program;
mod stream;

use std::io::Read;

use hayro_syntax::object::Dict;
use hayro_syntax::page::Page;
use hayro_syntax::{LoadPdfError, Pdf};

use self::content::{Char, Shown};
use self::fields::Fields;
use self::files::Files;
use self::font::Fonts;
use self::layout::{Block, Gutter, Rules};
use super::pump::{Job, Sink, Stop};
use super::{Limits, Password};
use crate::decode::Known;
use crate::error::Reason;

/// Bytes of lines, and of the rows of a table, from which on a member is written and another begins with the next ones.
const TEXT_BYTES_MAX: usize = 8 << 20;

/// Curves on a page without text from which on it may be drawn text.
const CURVES_MIN: u64 = 100;

pub(super) fn walk(job: Job, sink: &mut Sink) -> Result<(), Stop> {
    let limits = job.unpacking.limits;
    let bytes = whole(job.source.into_reader(sink.n_read()), &limits)?;
    if let Some(reason) = stream::bomb(&bytes, &stream::Bounds::default()) {
        return Err(reason.into());
    }
    let size = bytes.len() as u64;
    let is_cut_off = stream::is_cut_off(&bytes);
    let pdf = open(bytes, &job.unpacking.passwords)?;
    let mut document = Document::default();
    document.missing.of_catalog(&pdf);
    let mut excess = None;
    for page in pdf.pages().iter() {
        document.page(page, sink)?;
        // Pages may all show the same, over and over.
        excess = limits.excess(document.n_bytes, size);
        if excess.is_some() {
            break;
        }
    }
    if excess.is_none() {
        for line in document.fields.rest(&pdf) {
            document.line(&line);
        }
    }
    document.end(sink)?;
    if let Some(reason) = excess {
        return Err(reason.into());
    }
    document.files.of_document(&pdf, sink)?;
    document.missing.files = document.files.broken.or(document.fields.broken);
    match document.missing.reason() {
        Some(reason) => Err(reason.into()),
        None if is_cut_off => {
            let reason = "the document has no end; what is left of it was read";
            Err(Reason::Truncated(reason.to_owned()).into())
        }
        None => Ok(()),
    }
}

/// The document in memory, where its objects are looked up.
fn whole(rdr: impl Read, limits: &Limits) -> Result<Vec<u8>, Stop> {
    let most = limits.document_bytes_max;
    let mut bytes = Vec::new();
    rdr.take(most + 1).read_to_end(&mut bytes)?;
    match bytes.len() as u64 > most {
        true => {
            let mib = most >> 20;
            Err(Reason::Limit(format!("a document of more than {mib} MiB")).into())
        }
        false => Ok(bytes),
    }
}

fn open(bytes: Vec<u8>, passwords: &[Password]) -> Result<Pdf, Stop> {
    let bytes = std::sync::Arc::new(bytes);
    let passwords = passwords
        .iter()
        .filter_map(|p| std::str::from_utf8(p.bytes()).ok());
    for password in [""].into_iter().chain(passwords) {
        match Pdf::new_with_password(std::sync::Arc::clone(&bytes), password) {
            Ok(pdf) => return Ok(pdf),
            Err(LoadPdfError::Invalid) => {
                let reason = "the document has no pages, or is cut off before them";
                return Err(Reason::Damaged(reason.to_owned()).into());
            }
            Err(LoadPdfError::Decryption(_)) => {}
        }
    }
    Err(Reason::Encrypted.into())
}

/// What was met of a document so far.
#[derive(Default)]
struct Document {
    fonts: Fonts,
    /// Bytes of instructions that were followed.
    n_bytes: u64,
    /// Lines outside of tables that are not written yet.
    text: String,
    n_texts: usize,
    /// The table that the last page ended with: its rows wait for those of the next page.
    table: Option<Table>,
    n_tables: usize,
    files: Files,
    fields: Fields,
    missing: Missing,
}

struct Table {
    /// Never none.
    rows: Vec<Vec<String>>,
    gutters: Vec<Gutter>,
    n_bytes: usize,
}

/// What of the document could not be read, counted.
#[derive(Default)]
struct Missing {
    n_pages: u64,
    /// Pages that there ought to be.
    n_pages_told: u64,
    /// Whether a program of its own has to make the pages.
    is_made_later: bool,
    files: Option<Reason>,
    n_without_text: u64,
    n_unknown: u64,
    n_broken: u64,
    broken: Option<Reason>,
}

impl Document {
    fn page(&mut self, page: &Page<'_>, sink: &mut Sink) -> Result<(), Stop> {
        self.missing.n_pages += 1;
        let read = page::read(page, &mut self.fonts, &mut self.fields);
        let shown = read.shown;
        self.n_bytes += read.n_bytes as u64;
        self.missing.add(&shown);
        let mut turns: Vec<Vec<Char>> = vec![Vec::new(); 4];
        for c in shown.chars {
            turns[usize::from(c.turn)].push(c);
        }
        for (turn, chars) in turns.into_iter().enumerate() {
            if chars.is_empty() {
                continue;
            }
            let rules = Rules::new(&shown.rules, turn as u8);
            for block in layout::blocks(&lines::lines(chars), &rules) {
                self.block(block, sink)?;
            }
        }
        for line in &read.lines {
            self.line(line);
        }
        for file in &read.files {
            self.files.attached(file, sink)?;
        }
        if self.text.len() > TEXT_BYTES_MAX {
            self.write_text(sink)?;
        }
        Ok(())
    }

    fn block(&mut self, block: Block, sink: &mut Sink) -> Result<(), Stop> {
        let (mut rows, gutters) = match block {
            Block::Text(line) => {
                self.line(&line);
                return Ok(());
            }
            Block::Table(rows, gutters) => (rows, gutters),
        };
        let n_bytes = rows
            .iter()
            .flatten()
            .map(|cell| cell.len() + 1)
            .sum::<usize>();
        let before = self.table.as_mut();
        let before = before.filter(|table| layout::goes_on(&table.gutters, &gutters));
        let has_header = before
            .as_ref()
            .is_some_and(|table| table.rows[0] == rows[0]);
        match before {
            Some(table) if table.n_bytes < TEXT_BYTES_MAX => {
                // The header is repeated on every page.
                if has_header {
                    rows.remove(0);
                }
                table.rows.extend(rows);
                table.n_bytes += n_bytes;
            }
            before => {
                // What goes on with a table in another member does so below the same header.
                if let (Some(table), false) = (before, has_header) {
                    rows.insert(0, table.rows[0].clone());
                }
                self.write_table(sink)?;
                self.table = Some(Table {
                    rows,
                    gutters,
                    n_bytes,
                });
            }
        }
        Ok(())
    }

    fn line(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
    }

    fn write_table(&mut self, sink: &mut Sink) -> Result<(), Stop> {
        let Some(table) = self.table.take() else {
            return Ok(());
        };
        self.n_tables += 1;
        let name = format!("table {}", self.n_tables);
        let mut writer = sink.begin(name.as_bytes(), Known::Sheet)?;
        for row in &table.rows {
            writer.row(row)?;
        }
        writer.end(None)
    }

    fn write_text(&mut self, sink: &mut Sink) -> Result<(), Stop> {
        if self.text.is_empty() {
            return Ok(());
        }
        self.n_texts += 1;
        let name = match self.n_texts {
            1 => "text".to_owned(),
            n => format!("text {n}"),
        };
        let mut writer = sink.begin(name.as_bytes(), Known::Text)?;
        writer.write(self.text.as_bytes())?;
        self.text.clear();
        writer.end(None)
    }

    fn end(&mut self, sink: &mut Sink) -> Result<(), Stop> {
        self.write_table(sink)?;
        self.write_text(sink)
    }
}

impl Missing {
    /// What the document says of itself: how many pages it has, and whether they are made only when they are shown.
    fn of_catalog(&mut self, pdf: &Pdf) {
        let Some(root) = pdf.xref().get::<Dict<'_>>(pdf.xref().root_id()) else {
            return;
        };
        self.is_made_later = root.get::<bool>("NeedsRendering") == Some(true);
        let pages = root.get::<Dict<'_>>("Pages");
        let n_pages = pages.and_then(|pages| pages.get::<i64>("Count"));
        self.n_pages_told = n_pages.map_or(0, |n| n.max(0) as u64);
    }

    fn add(&mut self, shown: &Shown) {
        let is_empty = shown.chars.is_empty() && shown.n_unknown == 0;
        self.n_without_text +=
            u64::from(is_empty && (shown.n_images > 0 || shown.n_curves >= CURVES_MIN));
        self.n_unknown += shown.n_unknown;
        if let Some(reason) = &shown.broken {
            self.n_broken += 1;
            self.broken.get_or_insert_with(|| reason.clone());
        }
    }

    /// All of it as one reason.
    fn reason(self) -> Option<Reason> {
        let n_pages = self.n_pages;
        let mut told = Vec::new();
        if n_pages < self.n_pages_told {
            let (n, all) = (self.n_pages_told - n_pages, self.n_pages_told);
            told.push(format!("{n} of {all} pages are missing"));
        }
        if self.is_made_later {
            told.push("the pages of the form (XFA) are made by another program".to_owned());
        }
        if self.n_without_text > 0 {
            let n = self.n_without_text;
            told.push(format!("{n} of {n_pages} pages show images and no text"));
        }
        if self.n_unknown > 0 {
            let n = self.n_unknown;
            told.push(format!(
                "{n} characters are of fonts that do not tell their text"
            ));
        }
        if let Some(reason) = &self.broken {
            let n = self.n_broken;
            told.push(format!("{n} of {n_pages} pages are read in part: {reason}"));
        }
        if let Some(Reason::Limit(what) | Reason::Damaged(what) | Reason::Unsupported(what)) =
            &self.files
        {
            told.push(what.clone());
        }
        if told.is_empty() {
            return None;
        }
        let told = told.join(", ");
        let is_damaged =
            [&self.broken, &self.files].map(|reason| matches!(reason, Some(Reason::Damaged(_))));
        Some(match self.broken.or(self.files) {
            Some(Reason::Limit(_)) => Reason::Limit(told),
            _ if is_damaged.contains(&true) || n_pages < self.n_pages_told => Reason::Damaged(told),
            _ => Reason::Unsupported(told),
        })
    }
}

#[cfg(test)]
mod tests;
