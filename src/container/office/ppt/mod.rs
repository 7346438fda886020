//! Presentations of PowerPoint before 2007 (\[MS-PPT\]): the words of each slide and of its notes as lines, and tables as rows.
//!
//! A presentation is one stream of records, some of which hold others. Programs put what was changed behind what was there, so where the
//! parts of the newest version stand is told by lists, of which the last is read first; what older versions held is not read. The words of
//! a slide stand on its shapes, or in the outline of the presentation. Comments are lines of their slide. Objects that are embedded are
//! members; pictures are named and not read. How words look, and where they stand on a slide, is passed over.

mod page;
mod shapes;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::io::{BufReader, Read, Seek, SeekFrom};

use cfb::{CompoundFile, Stream};
use flate2::bufread::ZlibDecoder;

use self::page::Page;
use super::biff::u32_at;
use super::flow::TEXT_BYTES_MAX;
use super::links::Links;
use super::text;
use crate::container::{Sink, Stop, reason_of};
use crate::decode::decode_utf16;
use crate::error::Reason;

/// Records in one.
const RECORDS_MAX: usize = 1 << 20;

/// Versions of a presentation in one file, and parts of it.
const VERSIONS_MAX: usize = 4_096;
const PARTS_MAX: usize = 1 << 20;

/// Kinds of records.
mod kind {
    pub(super) const DOCUMENT: u16 = 1_000;
    pub(super) const DOCUMENT_ATOM: u16 = 1_001;
    pub(super) const SLIDE: u16 = 1_006;
    pub(super) const NOTES: u16 = 1_008;
    pub(super) const NOTES_ATOM: u16 = 1_009;
    pub(super) const PERSIST: u16 = 1_011;
    pub(super) const MASTER: u16 = 1_016;
    pub(super) const EXTERNALS: u16 = 1_033;
    pub(super) const TEXT_CHARS: u16 = 4_000;
    pub(super) const TEXT_BYTES: u16 = 4_008;
    pub(super) const STRING: u16 = 4_026;
    pub(super) const HANDOUT: u16 = 4_041;
    pub(super) const HYPERLINK: u16 = 4_055;
    pub(super) const HEADERS_FOOTERS: u16 = 4_057;
    pub(super) const LIST_WITH_TEXT: u16 = 4_080;
    pub(super) const USER_EDIT: u16 = 4_085;
    pub(super) const OBJECT: u16 = 4_113;
    pub(super) const BINARY_TAG: u16 = 5_002;
    pub(super) const BINARY_DATA: u16 = 5_003;
    pub(super) const PERSIST_DIRECTORY: u16 = 6_002;
    pub(super) const COMMENT: u16 = 12_000;
    pub(super) const GROUP: u16 = 0xF003;
    pub(super) const SHAPE: u16 = 0xF004;
    pub(super) const PROPERTIES: u16 = 0xF00B;
    pub(super) const ANCHOR: u16 = 0xF00F;
    pub(super) const MORE_PROPERTIES: u16 = 0xF122;
}

/// Hands over what is in the presentation of a folder.
///
/// # Errors
/// Those of the sink, and when the presentation is encrypted or cannot be read.
pub(in crate::container) fn walk<F: Read + Seek>(
    file: &mut CompoundFile<F>,
    path: &str,
    prefix: &str,
    sink: &mut Sink,
) -> Result<(), Stop> {
    let edit = current_edit(file, path)?;
    let stream = file.open_stream(format!("{path}PowerPoint Document"));
    let mut deck = Deck::new(stream.map_err(|e| reason_of(&e))?);
    let document = match edit.map(|edit| deck.document(edit)) {
        Some(Ok(document)) => Ok(document),
        Some(Err(reason)) => Err(reason),
        None => Err(damaged()),
    };
    match document {
        Ok(document) => deck.parts(document, prefix, sink)?,
        Err(Reason::Encrypted) => return Err(Reason::Encrypted.into()),
        Err(reason) => {
            // Whatever version it is of.
            let mut page = Page::default();
            deck.gather(0, deck.size, 0, false, &mut page);
            page.lose(reason);
            deck.write(&format!("{prefix}text"), page, sink)?;
        }
    }
    deck.objects(prefix, sink)?;
    text::links(&format!("{prefix}links"), deck.links, sink)?;
    pictures(file, path, prefix, sink)
}

fn damaged() -> Reason {
    Reason::Damaged("the lists of the parts of the presentation are wrong or cut off".to_owned())
}

/// Where the list of the newest version stands, by the stream that tells it.
fn current_edit<F: Read + Seek>(
    file: &mut CompoundFile<F>,
    path: &str,
) -> Result<Option<u32>, Reason> {
    const ENCRYPTED: u32 = 0xF3D1_C4DF;
    let Ok(stream) = file.open_stream(format!("{path}Current User")) else {
        return Ok(None);
    };
    let mut head = Vec::new();
    let read = stream.take(20).read_to_end(&mut head);
    if read.is_err() || head.len() < 20 {
        return Ok(None);
    }
    match u32_at(&head, 12) {
        ENCRYPTED => Err(Reason::Encrypted),
        _ => Ok(Some(u32_at(&head, 16))),
    }
}

/// Names the pictures, which stand in a stream of their own.
fn pictures<F: Read + Seek>(
    file: &mut CompoundFile<F>,
    path: &str,
    prefix: &str,
    sink: &mut Sink,
) -> Result<(), Stop> {
    let Ok(stream) = file.open_stream(format!("{path}Pictures")) else {
        return Ok(());
    };
    let mut deck = Deck::new(stream);
    let (mut at, mut number) = (0, 0);
    while let Ok(Some(record)) = deck.record(at, deck.size) {
        number += 1;
        let reason = Reason::Unsupported("image in a document".to_owned());
        sink.refuse(format!("{prefix}picture {number}").as_bytes(), reason)?;
        at = record.to;
    }
    Ok(())
}

/// A record: what it is, and where what is in it stands.
#[derive(Clone, Copy)]
struct Record {
    kind: u16,
    instance: u16,
    holds_records: bool,
    from: u64,
    to: u64,
    /// Whether it goes on behind the end of what it stands in.
    is_cut: bool,
}

/// A slide, a page of notes or a master, as the outline lists it.
struct Listed {
    part: u32,
    slide: u32,
    /// Where its words in the outline stand.
    from: u64,
    to: u64,
}

/// What the document lists.
#[derive(Default)]
struct Lists {
    masters: Vec<Listed>,
    slides: Vec<Listed>,
    notes: Vec<Listed>,
    /// The masters of notes and of handouts.
    others: Vec<(&'static str, u32)>,
}

/// A presentation while it is read.
struct Deck<F: Read + Seek> {
    stream: Stream<F>,
    size: u64,
    /// Bytes that may still be looked at: parts may be named by many places.
    n_left: u64,
    /// Where the parts stand, by their numbers.
    parts: BTreeMap<u32, u32>,
    /// Places of parts that were read.
    done: HashSet<u64>,
    links: Links,
}

impl<F: Read + Seek> Deck<F> {
    fn new(stream: Stream<F>) -> Deck<F> {
        let size = stream.len();
        Deck {
            stream,
            size,
            n_left: size.saturating_mul(16).saturating_add(1 << 20),
            parts: BTreeMap::new(),
            done: HashSet::new(),
            links: Links::default(),
        }
    }

    /// Bytes of the stream, which are there.
    fn bytes(&mut self, from: u64, n: u64) -> Result<Vec<u8>, Reason> {
        self.n_left = self.n_left.checked_sub(n).ok_or_else(|| {
            Reason::Limit("parts of the presentation stand in each other too often".to_owned())
        })?;
        let mut bytes = vec![0; n as usize];
        let read = self.stream.seek(SeekFrom::Start(from));
        let read = read.and_then(|_| self.stream.read_exact(&mut bytes));
        read.map_err(|e| reason_of(&e))?;
        Ok(bytes)
    }

    /// The record at a place, if there is one before the end.
    fn record(&mut self, at: u64, end: u64) -> Result<Option<Record>, Reason> {
        let from = at + 8;
        let end = end.min(self.size);
        if from > end {
            return Ok(None);
        }
        let head = self.bytes(at, 8)?;
        let to = from + u64::from(u32_at(&head, 4));
        Ok(Some(Record {
            kind: u16::from_le_bytes([head[2], head[3]]),
            instance: u16::from_le_bytes([head[0], head[1]]) >> 4,
            holds_records: head[0] & 0x0F == 0x0F,
            from,
            to: to.min(end),
            is_cut: to > end,
        }))
    }

    /// What is in a record, up to so many bytes.
    fn content(&mut self, record: Record, most: u64) -> Result<Vec<u8>, Reason> {
        self.bytes(record.from, (record.to - record.from).min(most))
    }

    /// The records in a stretch, as far as they can be read; what ends them early is told on the page.
    fn records(&mut self, from: u64, to: u64, page: &mut Page) -> Vec<Record> {
        let (mut records, mut at) = (Vec::new(), from);
        loop {
            if records.len() == RECORDS_MAX {
                let what = format!("more than {RECORDS_MAX} records in one of a presentation");
                page.lose(Reason::Limit(what));
                return records;
            }
            match self.record(at, to) {
                Ok(Some(record)) => {
                    if record.is_cut {
                        let what = "a record of the presentation has no end".to_owned();
                        page.lose(Reason::Truncated(what));
                    }
                    at = record.to;
                    records.push(record);
                }
                Ok(None) => return records,
                Err(reason) => {
                    page.lose(reason);
                    return records;
                }
            }
        }
    }

    /// Learns where the parts of the newest version stand, from the lists of all versions, and finds the document itself.
    fn document(&mut self, edit: u32) -> Result<Record, Reason> {
        let (mut edit, mut document) = (u64::from(edit), None);
        let mut seen = HashSet::new();
        while seen.len() < VERSIONS_MAX && seen.insert(edit) {
            let record = self.record(edit, self.size)?.ok_or_else(damaged)?;
            let atom = self.content(record, 32)?;
            if record.kind != kind::USER_EDIT || atom.len() < 28 {
                return Err(damaged());
            }
            if atom.len() >= 32 && document.is_none() {
                // Only encrypted ones name the list of their keys.
                return Err(Reason::Encrypted);
            }
            document = document.or(Some(u32_at(&atom, 16)));
            self.directory(u32_at(&atom, 12).into())?;
            match u32_at(&atom, 8) {
                0 => break,
                before => edit = before.into(),
            }
        }
        let document = self.part(document.ok_or_else(damaged)?)?;
        document
            .filter(|record| record.kind == kind::DOCUMENT)
            .ok_or_else(damaged)
    }

    /// Takes a list of where parts stand: those that are known already are newer.
    fn directory(&mut self, at: u64) -> Result<(), Reason> {
        let record = self.record(at, self.size)?.ok_or_else(damaged)?;
        if record.kind != kind::PERSIST_DIRECTORY {
            return Err(damaged());
        }
        let list = self.content(record, 4 * PARTS_MAX as u64)?;
        let mut numbers = list
            .as_chunks::<4>()
            .0
            .iter()
            .map(|n| u32::from_le_bytes(*n));
        while let Some(head) = numbers.next() {
            let (first, n) = (head & 0x000F_FFFF, head >> 20);
            for (i, place) in numbers.by_ref().take(n as usize).enumerate() {
                self.parts.entry(first + i as u32).or_insert(place);
            }
        }
        Ok(())
    }

    /// A part by its number.
    fn part(&mut self, number: u32) -> Result<Option<Record>, Reason> {
        match self.parts.get(&number).copied() {
            Some(at) => self.record(at.into(), self.size),
            None => Ok(None),
        }
    }

    /// Hands over all parts that the document lists, and then those that it does not.
    fn parts(&mut self, document: Record, prefix: &str, sink: &mut Sink) -> Result<(), Stop> {
        self.done.insert(document.from);
        let mut around = Page::default();
        let lists = self.lists(document, &mut around);
        let mut numbers = HashMap::new();
        for (i, slide) in lists.slides.iter().enumerate() {
            numbers.insert(slide.slide, i + 1);
            let mut page = Page::default();
            self.gather(slide.from, slide.to, 0, false, &mut page);
            self.gather_part(slide.part, &mut page);
            self.write(&format!("{prefix}slide {}", i + 1), page, sink)?;
        }
        for notes in &lists.notes {
            let mut page = Page::default();
            self.gather(notes.from, notes.to, 0, false, &mut page);
            let slide = self.gather_part(notes.part, &mut page);
            let name = match slide.and_then(|slide| numbers.get(&slide)) {
                Some(number) => format!("notes of slide {number}"),
                None => "notes".to_owned(),
            };
            self.write(&format!("{prefix}{name}"), page, sink)?;
        }
        let mut masters = Page::default();
        for master in &lists.masters {
            self.gather(master.from, master.to, 0, false, &mut masters);
            self.gather_part(master.part, &mut masters);
        }
        self.write(&format!("{prefix}masters"), masters, sink)?;
        for (name, part) in lists.others {
            let mut page = Page::default();
            self.gather_part(part, &mut page);
            self.write(&format!("{prefix}{name}"), page, sink)?;
        }
        self.write(&format!("{prefix}headers and footers"), around, sink)?;
        let mut rest = Page::default();
        let numbers: Vec<u32> = self.parts.keys().copied().collect();
        for number in numbers {
            let Ok(Some(record)) = self.part(number) else {
                continue;
            };
            let is_page = matches!(
                record.kind,
                kind::SLIDE | kind::NOTES | kind::MASTER | kind::HANDOUT
            );
            if is_page {
                self.gather_part(number, &mut rest);
            }
        }
        self.write(&format!("{prefix}pages on no list"), rest, sink)
    }

    /// What the document lists; what it says itself goes to a page.
    fn lists(&mut self, document: Record, around: &mut Page) -> Lists {
        let mut lists = Lists::default();
        for record in self.records(document.from, document.to, around) {
            match (record.kind, record.instance) {
                (kind::DOCUMENT_ATOM, _) => match self.content(record, 32) {
                    Ok(atom) if atom.len() == 32 => {
                        let masters = [("notes master", 24), ("handout master", 28)];
                        let masters = masters.map(|(name, at)| (name, u32_at(&atom, at)));
                        lists.others.extend(masters.iter().filter(|of| of.1 != 0));
                    }
                    Ok(_) => {}
                    Err(reason) => around.lose(reason),
                },
                (kind::LIST_WITH_TEXT, 0) => lists.slides.extend(self.listed(record, around)),
                (kind::LIST_WITH_TEXT, 1) => lists.masters.extend(self.listed(record, around)),
                (kind::LIST_WITH_TEXT, _) => lists.notes.extend(self.listed(record, around)),
                (kind::HEADERS_FOOTERS, _) => {
                    self.gather(record.from, record.to, 0, true, around);
                }
                (kind::EXTERNALS, _) => self.hyperlinks(record, around),
                _ => {}
            }
        }
        lists
    }

    /// What a list of the outline names, each with the words behind it.
    fn listed(&mut self, list: Record, around: &mut Page) -> Vec<Listed> {
        let mut all: Vec<Listed> = Vec::new();
        for record in self.records(list.from, list.to, around) {
            if let Some(last) = all.last_mut() {
                last.to = record.to;
            }
            if record.kind != kind::PERSIST {
                continue;
            }
            if let Some(last) = all.last_mut() {
                last.to = record.from - 8;
            }
            match self.content(record, 16) {
                Ok(atom) if atom.len() == 16 => all.push(Listed {
                    part: u32_at(&atom, 0),
                    slide: u32_at(&atom, 12),
                    from: record.to,
                    to: record.to,
                }),
                Ok(_) => {}
                Err(reason) => around.lose(reason),
            }
        }
        all
    }

    /// Takes the targets of links.
    fn hyperlinks(&mut self, list: Record, around: &mut Page) {
        for link in self.records(list.from, list.to, around) {
            if link.kind != kind::HYPERLINK {
                continue;
            }
            for record in self.records(link.from, link.to, around) {
                // The first is what is shown, the second where it leads.
                if record.kind == kind::STRING
                    && record.instance == 1
                    && let Ok(target) = self.content(record, TEXT_BYTES_MAX as u64)
                {
                    self.links.add(&decode_utf16(&target));
                }
            }
        }
    }

    /// Puts the words of a part on a page, unless it was read; and says to which slide it belongs, if it is of notes.
    fn gather_part(&mut self, number: u32, page: &mut Page) -> Option<u32> {
        let record = match self.part(number) {
            Ok(Some(record)) => record,
            Ok(None) => {
                page.lose(damaged());
                return None;
            }
            Err(reason) => {
                page.lose(reason);
                return None;
            }
        };
        if !self.done.insert(record.from) {
            return None;
        }
        if record.is_cut {
            let what = "a part of the presentation has no end".to_owned();
            page.lose(Reason::Truncated(what));
        }
        self.gather(record.from, record.to, 0, false, page);
        if record.kind != kind::NOTES {
            return None;
        }
        let atom = self.record(record.from, record.to).ok()??;
        let content = self.content(atom, 4).ok()?;
        (atom.kind == kind::NOTES_ATOM && content.len() == 4).then(|| u32_at(&content, 0))
    }

    /// Hands over a page: its lines, and each of its tables.
    fn write(&mut self, name: &str, page: Page, sink: &mut Sink) -> Result<(), Stop> {
        page.write(name, &mut self.links, sink)
    }

    /// Hands over the objects that are embedded.
    fn objects(&mut self, prefix: &str, sink: &mut Sink) -> Result<(), Stop> {
        let numbers: Vec<u32> = self.parts.keys().copied().collect();
        let mut number = 0;
        for part in numbers {
            let Ok(Some(record)) = self.part(part) else {
                continue;
            };
            if record.kind != kind::OBJECT || !self.done.insert(record.from) {
                continue;
            }
            number += 1;
            let name = format!("{prefix}object {number}");
            // A packed one has its length before it.
            let is_packed = record.instance == 1;
            let from = record.from + if is_packed { 4 } else { 0 };
            let n = record.to.saturating_sub(from);
            self.stream
                .seek(SeekFrom::Start(from))
                .map_err(|e| reason_of(&e))?;
            let mut bytes = BufReader::new((&mut self.stream).take(n));
            match is_packed {
                true => sink.member(name.as_bytes(), &mut ZlibDecoder::new(bytes))?,
                false => sink.member(name.as_bytes(), &mut bytes)?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
