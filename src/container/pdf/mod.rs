//! PDF documents (ISO 32000): the text of their pages, the tables on them, what forms and comments hold, and attached files.
//!
//! `hayro-syntax` parses the objects and the page tree, repairs what is cut off, and opens documents that are encrypted without
//! a password; everything about text is done here. Tables that go on over pages are one member, all other text is another.
//! Pages of images alone have no text to read: they are counted and told. Not read: text that is drawn as curves, text of
//! fonts that do not tell it, and the properties of the document.

mod content;
mod font;
mod glyphs;
mod layout;
mod lines;
mod stream;

use std::collections::HashSet;
use std::io::Read;

use hayro_syntax::object::{Array, Dict, Name, Object, ObjectIdentifier, Stream};
use hayro_syntax::page::Page;
use hayro_syntax::{LoadPdfError, Pdf};

use self::content::{Char, Follower, Matrix, Shown};
use self::font::Fonts;
use self::layout::{Block, Gutter, Rules};
use super::pump::{Job, Sink, Stop};
use super::{Limits, Password};
use crate::decode::Known;
use crate::error::Reason;

/// Bytes of text that wait until no table is open.
const TEXT_BYTES_MAX: usize = 8 << 20;

/// Curves on a page without text from which on it may be drawn text.
const CURVES_MIN: u64 = 100;

/// Attached files, and comments of a page.
const FILES_MAX: usize = 10_000;

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
    let mut excess = None;
    for page in pdf.pages().iter() {
        document.page(page, sink)?;
        // Pages may all show the same, over and over.
        excess = limits.excess(document.n_bytes, size);
        if excess.is_some() {
            break;
        }
    }
    document.end(sink)?;
    if let Some(reason) = excess {
        return Err(reason.into());
    }
    files(&pdf, sink)?;
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
    missing: Missing,
}

struct Table {
    rows: Vec<Vec<String>>,
    gutters: Vec<Gutter>,
    n_bytes: usize,
}

/// What of the pages could not be read, counted.
#[derive(Default)]
struct Missing {
    n_pages: u64,
    n_without_text: u64,
    n_unknown: u64,
    n_broken: u64,
    broken: Option<Reason>,
}

impl Document {
    fn page(&mut self, page: &Page<'_>, sink: &mut Sink) -> Result<(), Stop> {
        self.missing.n_pages += 1;
        let (shown, n_bytes) = shown(page, &mut self.fonts);
        self.n_bytes += n_bytes as u64;
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
        for line in comments(page) {
            self.line(&line);
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
        match &mut self.table {
            Some(table)
                if layout::goes_on(&table.gutters, &gutters) && table.n_bytes < TEXT_BYTES_MAX =>
            {
                // The header is repeated on every page.
                if rows.first() == table.rows.first() {
                    rows.remove(0);
                }
                table.rows.extend(rows);
                table.n_bytes += n_bytes;
            }
            _ => {
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
        let name = format!("table-{}", self.n_tables);
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
            n => format!("text-{n}"),
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

/// What a page shows, with the forms that are filled in on it, and how many bytes of instructions that took.
fn shown(page: &Page<'_>, fonts: &mut Fonts) -> (Shown, usize) {
    let mut follower = Follower::new(fonts);
    let mut content = Vec::new();
    let single = page.raw().get::<Stream<'_>>("Contents");
    let several = page.raw().get::<Array<'_>>("Contents");
    let streams = several.iter().flat_map(Array::iter::<Stream<'_>>);
    for stream in single.into_iter().chain(streams) {
        match stream::decoded(&stream) {
            Ok(bytes) if content.len() + bytes.len() <= stream::STREAM_BYTES_MAX => {
                content.extend_from_slice(&bytes);
                content.push(b'\n');
            }
            Ok(_) => {
                let reason = Reason::Limit("a page with too many instructions".to_owned());
                follower.shown.broken.get_or_insert(reason);
            }
            Err(reason) => {
                follower.shown.broken.get_or_insert(reason);
            }
        }
    }
    follower.follow(&content, page.resources(), Matrix::IDENTITY);
    for annotation in annotations(page) {
        let appearance = annotation.get::<Dict<'_>>("AP");
        if let Some(stream) = appearance.and_then(|ap| ap.get::<Stream<'_>>("N")) {
            let rect = annotation.get::<hayro_syntax::object::Rect>("Rect");
            let (x, y) = rect.map_or((0.0, 0.0), |rect| {
                (f64::from(rect.x0 as f32), f64::from(rect.y0 as f32))
            });
            follower.form(&stream, page.resources(), Matrix::shift(x, y));
        }
    }
    (follower.shown, follower.n_bytes)
}

fn annotations<'p>(page: &Page<'p>) -> Vec<Dict<'p>> {
    let all = page.raw().get::<Array<'p>>("Annots");
    let dicts = all.iter().flat_map(Array::iter::<Dict<'p>>);
    dicts.take(FILES_MAX).collect()
}

/// Comments of a page, and what stands in fields that have no appearance yet.
fn comments(page: &Page<'_>) -> Vec<String> {
    let mut lines = Vec::new();
    for annotation in annotations(page) {
        let has_appearance = annotation.contains_key("AP");
        let is_field = annotation
            .get::<Name<'_>>("Subtype")
            .is_some_and(|name| name.as_ref() == b"Widget");
        let key = match (is_field, has_appearance) {
            (true, true) => continue,
            (true, false) => "V",
            (false, _) => "Contents",
        };
        let text = annotation.get::<hayro_syntax::object::String<'_>>(key);
        let Some(text) = text.map(|text| text_string(text.as_bytes())) else {
            continue;
        };
        let name = annotation.get::<hayro_syntax::object::String<'_>>("T");
        let name = name
            .filter(|_| is_field)
            .map(|name| text_string(name.as_bytes()));
        lines.push(match name {
            Some(name) => format!("{name}: {text}"),
            None => text,
        });
    }
    lines
}

/// A text outside of pages (7.9.2.2): UTF-16 or UTF-8 with a mark, else a code page that is nearly Windows-1252.
fn text_string(bytes: &[u8]) -> String {
    match bytes {
        [0xFE, 0xFF, rest @ ..] => encoding_rs::UTF_16BE
            .decode_without_bom_handling(rest)
            .0
            .into_owned(),
        [0xFF, 0xFE, rest @ ..] => encoding_rs::UTF_16LE
            .decode_without_bom_handling(rest)
            .0
            .into_owned(),
        [0xEF, 0xBB, 0xBF, rest @ ..] => String::from_utf8_lossy(rest).into_owned(),
        _ => encoding_rs::WINDOWS_1252
            .decode_without_bom_handling(bytes)
            .0
            .into_owned(),
    }
}

/// Hands over the files that are attached to the document.
fn files(pdf: &Pdf, sink: &mut Sink) -> Result<(), Stop> {
    let Some(root) = pdf.xref().get::<Dict<'_>>(pdf.xref().root_id()) else {
        return Ok(());
    };
    let names = root.get::<Dict<'_>>("Names");
    let Some(tree) = names.and_then(|names| names.get::<Dict<'_>>("EmbeddedFiles")) else {
        return Ok(());
    };
    let mut seen: HashSet<ObjectIdentifier> = HashSet::new();
    let mut waiting = vec![tree];
    let mut n_files = 0;
    while let Some(node) = waiting.pop() {
        if node.obj_id().is_some_and(|id| !seen.insert(id)) || seen.len() > FILES_MAX {
            continue;
        }
        if let Some(kids) = node.get::<Array<'_>>("Kids") {
            waiting.extend(kids.iter::<Dict<'_>>().take(FILES_MAX));
        }
        let pairs = node.get::<Array<'_>>("Names");
        for file in pairs
            .iter()
            .flat_map(Array::iter::<Object<'_>>)
            .filter_map(Object::into_dict)
        {
            n_files += 1;
            if n_files > FILES_MAX {
                return Err(Reason::Limit(format!("more than {FILES_MAX} attached files")).into());
            }
            attached(&file, sink)?;
        }
    }
    Ok(())
}

fn attached(file: &Dict<'_>, sink: &mut Sink) -> Result<(), Stop> {
    let name = ["UF", "F"].iter().find_map(|key| {
        let name = file.get::<hayro_syntax::object::String<'_>>(key)?;
        Some(text_string(name.as_bytes()))
    });
    let name = name.unwrap_or_else(|| "attachment".to_owned());
    let embedded = file.get::<Dict<'_>>("EF");
    let of_key = |key: &str| embedded.as_ref()?.get::<Stream<'_>>(key);
    let stream = of_key("F").or_else(|| of_key("UF"));
    match stream.as_ref().map(stream::decoded) {
        Some(Ok(bytes)) => sink.member(name.as_bytes(), &mut &bytes[..]),
        Some(Err(reason)) => sink.refuse(name.as_bytes(), reason),
        None => Ok(()),
    }
}

impl Missing {
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
        if told.is_empty() {
            return None;
        }
        let told = told.join(", ");
        Some(match self.broken {
            Some(Reason::Limit(_)) => Reason::Limit(told),
            Some(Reason::Damaged(_)) => Reason::Damaged(told),
            _ => Reason::Unsupported(told),
        })
    }
}

#[cfg(test)]
mod tests;
