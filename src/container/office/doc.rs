//! Texts of Word before 2007 (\[MS-DOC\]): their paragraphs as lines and their tables as rows.
//!
//! The characters lie in pieces, in the order of a list; what stands in notes, headers, comments and boxes comes behind the text
//! itself. Which paragraphs stand in tables is told by their properties, of which nothing else is read. Deleted text is in the
//! pieces like any other. Pictures in a line are named and not read; what floats over the text is neither, but for the words of
//! its boxes. Word 95 wrote in a code page, and is read where it kept the text in one piece.

use std::io::{Read, Seek, SeekFrom};

use cfb::{CompoundFile, Stream};

use super::biff::{u16_at, u32_at};
use super::flow::Item;
use super::links::Codes;
use super::story::Story;
use super::text;
use crate::container::{Sink, Stop, reason_of};
use crate::decode::{decode_code_page, decode_utf16};
use crate::error::Reason;

/// Bytes that are read at a time.
const BLOCK_BYTES: usize = 256 << 10;

/// Bytes of the lists of pieces and of paragraphs.
const LIST_BYTES_MAX: u64 = 64 << 20;

/// Paragraphs whose properties are kept.
const RANGES_MAX: usize = 4 << 20;

/// The first version with characters of Unicode, Word 97 (2.5.1).
const WORD_97: u16 = 0x00C1;

/// Where characters lie, and how they are written.
struct Piece {
    offset: u64,
    n_bytes: u64,
    /// The code page; UTF-16 if none.
    code_page: Option<u16>,
}

/// A stretch of the file that is part of a table.
struct Range {
    start: u32,
    end: u32,
    /// Whether it is the mark at the end of a row.
    ends_row: bool,
}

/// What the head of a file says.
struct Layout {
    pieces: Vec<Piece>,
    ranges: Vec<Range>,
}

/// Hands over what is in the text of a folder.
///
/// # Errors
/// Those of the sink, and when the text cannot be read.
pub(in crate::container) fn walk<F: Read + Seek>(
    file: &mut CompoundFile<F>,
    path: &str,
    prefix: &str,
    sink: &mut Sink,
) -> Result<(), Stop> {
    let layout = layout(file, path)?;
    let stream = |file: &mut CompoundFile<F>| {
        let opened = file.open_stream(format!("{path}WordDocument"));
        opened.map_err(|e| Stop::from(reason_of(&e)))
    };
    let mut text = Text::new(stream(file)?, &layout);
    text::write_lines(|| text.next(), &format!("{prefix}text"), sink)?;
    let n_pictures = text.n_pictures;
    let mut links = text.codes.into_links();
    if !links.is_empty() {
        // What stood before a link may have shown where it leads.
        let mut text = Text::new(stream(file)?, &layout);
        links.shown_by(|| text.next());
    }
    let mut text = Text::new(stream(file)?, &layout);
    let next = || {
        let item = text.next()?;
        links.shown_in(&item);
        Ok(item)
    };
    text::write_tables(next, (&format!("{prefix}table"), &mut 0), sink)?;
    text::links(&format!("{prefix}text links"), links, sink)?;
    for number in 1..=n_pictures {
        let reason = Reason::Unsupported("image in a document".to_owned());
        sink.refuse(format!("{prefix}picture {number}").as_bytes(), reason)?;
    }
    Ok(())
}

fn layout<F: Read + Seek>(file: &mut CompoundFile<F>, path: &str) -> Result<Layout, Reason> {
    let mut stream = open(file, &format!("{path}WordDocument"))?;
    let head = bytes(&mut stream, 0, 0x200)?;
    let flags = u16_at(&head, 0x0A);
    // fEncrypted
    if flags & 0x0100 != 0 {
        return Err(Reason::Encrypted);
    }
    if u16_at(&head, 2) < WORD_97 {
        return word_95(&head, flags);
    }
    let table = if flags & 0x0200 == 0 {
        "0Table"
    } else {
        "1Table"
    };
    let mut table = open(file, &format!("{path}{table}"))?;
    let clx = bytes(&mut table, u32_at(&head, 0x1A2), u32_at(&head, 0x1A6))?;
    let papx = bytes(&mut table, u32_at(&head, 0x102), u32_at(&head, 0x106))?;
    let pieces = pieces(&clx)?;
    drop(table);
    let mut stream = open(file, &format!("{path}WordDocument"))?;
    let long = open(file, &format!("{path}Data")).ok();
    let ranges = ranges(&mut stream, long, &papx)?;
    Ok(Layout { pieces, ranges })
}

/// The text of Word 95, from one place to another, in the code page of its language.
fn word_95(head: &[u8], flags: u16) -> Result<Layout, Reason> {
    // fComplex
    if flags & 0x0004 != 0 {
        let what = "a text of Word 95 or before, saved in pieces";
        return Err(Reason::Unsupported(what.to_owned()));
    }
    let code_page = match u16_at(head, 6) & 0x03FF {
        0x04 if u16_at(head, 6) == 0x0404 => 950,
        0x04 => 936,
        0x11 => 932,
        0x12 => 949,
        0x19 => 1_251,
        _ => 1_252,
    };
    let (start, end) = (u32_at(head, 0x18), u32_at(head, 0x1C));
    let piece = Piece {
        offset: start.into(),
        n_bytes: end.saturating_sub(start).into(),
        code_page: Some(code_page),
    };
    Ok(Layout {
        pieces: vec![piece],
        ranges: Vec::new(),
    })
}

fn open<F: Read + Seek>(file: &mut CompoundFile<F>, path: &str) -> Result<Stream<F>, Reason> {
    let missing = || Reason::Damaged("a stream of the text is not there".to_owned());
    if !file.is_stream(path) {
        return Err(missing());
    }
    file.open_stream(path).map_err(|_| missing())
}

/// Bytes of a stream, which may be fewer than it is said to have.
fn bytes(stream: &mut (impl Read + Seek), offset: u32, length: u32) -> Result<Vec<u8>, Reason> {
    let size = stream.seek(SeekFrom::End(0)).map_err(|e| reason_of(&e))?;
    let mut bytes = Vec::new();
    let start = u64::from(offset).min(size);
    stream
        .seek(SeekFrom::Start(start))
        .map_err(|e| reason_of(&e))?;
    let read = stream
        .take(u64::from(length).min(LIST_BYTES_MAX))
        .read_to_end(&mut bytes);
    read.map_err(|e| reason_of(&e))?;
    Ok(bytes)
}

/// The pieces of a text by their list (2.9.38).
fn pieces(clx: &[u8]) -> Result<Vec<Piece>, Reason> {
    let broken = || Reason::Damaged("the list of the pieces of the text is wrong".to_owned());
    let mut rest = clx;
    // Before the list stand properties.
    while let [1, low, high, behind @ ..] = rest {
        let n = usize::from(u16::from_le_bytes([*low, *high]));
        rest = behind.get(n..).ok_or_else(broken)?;
    }
    let list = match rest {
        [2, _, _, _, _, list @ ..] => list,
        _ => return Err(broken()),
    };
    let list = &list[..list.len().min(u32_at(rest, 1) as usize)];
    let n = list.len().saturating_sub(4) / 12;
    let mut pieces = Vec::new();
    for i in 0..n {
        let n_chars = u32_at(list, 4 * i + 4).checked_sub(u32_at(list, 4 * i));
        let n_chars = u64::from(n_chars.ok_or_else(broken)?);
        let place = u32_at(list, 4 * (n + 1) + 8 * i + 2);
        let is_narrow = place & 0x4000_0000 != 0;
        let offset = u64::from(place & 0x3FFF_FFFF);
        pieces.push(Piece {
            offset: if is_narrow { offset / 2 } else { offset },
            n_bytes: if is_narrow { n_chars } else { 2 * n_chars },
            code_page: is_narrow.then_some(1_252),
        });
    }
    Ok(pieces)
}

/// The stretches in tables, by the pages of properties of paragraphs that a list names (2.9.165, 2.9.175). Properties that are
/// too long for a page stand in a stream of their own.
fn ranges<F: Read + Seek>(
    stream: &mut Stream<F>,
    mut long: Option<Stream<F>>,
    list: &[u8],
) -> Result<Vec<Range>, Reason> {
    let mut ranges = Vec::new();
    let n_pages = list.len().saturating_sub(4) / 8;
    for i in 0..n_pages {
        let number = u32_at(list, 4 * (n_pages + 1) + 4 * i) & 0x003F_FFFF;
        let Some(offset) = number.checked_mul(512) else {
            continue;
        };
        let page = bytes(stream, offset, 512)?;
        let n = usize::from(page.get(511).copied().unwrap_or(0));
        for j in 0..n {
            let at = page.get(4 * (n + 1) + 13 * j).copied().unwrap_or(0);
            let mut marks = Marks::default();
            if let Some(list) = properties(&page, 2 * usize::from(at)) {
                marks.read(list);
            }
            if let (Some(offset), Some(long)) = (marks.long.take(), &mut long) {
                let length = u16_at(&bytes(long, offset, 2)?, 0);
                marks.read(&bytes(long, offset.saturating_add(2), length.into())?);
            }
            if marks.is_in_table || marks.ends_row {
                ranges.push(Range {
                    start: u32_at(&page, 4 * j),
                    end: u32_at(&page, 4 * j + 4),
                    ends_row: marks.ends_row,
                });
            }
        }
        if ranges.len() > RANGES_MAX {
            let reason = format!("more than {RANGES_MAX} paragraphs in tables");
            return Err(Reason::Limit(reason));
        }
    }
    ranges.sort_by_key(|range| range.start);
    Ok(ranges)
}

/// The properties at a place of a page, behind the number of a style.
fn properties(page: &[u8], at: usize) -> Option<&[u8]> {
    if at == 0 {
        return None;
    }
    let (n, at) = match page.get(at)? {
        0 => (2 * usize::from(*page.get(at + 1)?), at + 2),
        n => (2 * usize::from(*n) - 1, at + 1),
    };
    page.get(at..(at + n).min(page.len()))?.get(2..)
}

/// What properties say of a paragraph and tables.
#[derive(Default)]
struct Marks {
    is_in_table: bool,
    ends_row: bool,
    /// Where more properties stand in the stream of long ones.
    long: Option<u32>,
}

impl Marks {
    fn read(&mut self, mut rest: &[u8]) {
        while rest.len() > 2 {
            let kind = u16_at(rest, 0);
            match kind {
                0x2416 => self.is_in_table = rest[2] != 0,
                0x2417 => self.ends_row = rest[2] != 0,
                0x6645 | 0x6646 => self.long = Some(u32_at(rest, 2)),
                _ => {}
            }
            let n = match kind >> 13 {
                0 | 1 => 1,
                2 | 4 | 5 => 2,
                3 => 4,
                7 => 3,
                // Two kinds have lengths of their own (2.2.5.1).
                _ if kind == 0xD608 => usize::from(u16_at(rest, 2)) + 1,
                _ if kind == 0xC615 && rest[2] == 255 => return,
                _ => 1 + usize::from(rest[2]),
            };
            rest = rest.get(2 + n..).unwrap_or_default();
        }
    }
}

/// A text while it is read.
struct Text<'l, F: Read + Seek> {
    stream: Stream<F>,
    layout: &'l Layout,
    piece: usize,
    /// Bytes of the piece that were read.
    n_read: u64,
    /// Bytes that were read and not taken, and where they lie.
    block: Vec<u8>,
    block_start: u64,
    at: usize,
    story: Story,
    codes: Codes,
    n_pictures: usize,
    is_over: bool,
}

impl<'l, F: Read + Seek> Text<'l, F> {
    fn new(stream: Stream<F>, layout: &'l Layout) -> Text<'l, F> {
        Text {
            stream,
            layout,
            piece: 0,
            n_read: 0,
            block: Vec::new(),
            block_start: 0,
            at: 0,
            story: Story::default(),
            codes: Codes::default(),
            n_pictures: 0,
            is_over: false,
        }
    }

    fn next(&mut self) -> Result<Item, Reason> {
        loop {
            if let Some(item) = self.story.take() {
                return Ok(item);
            }
            if self.is_over {
                return self.story.take_lost().map_or(Ok(Item::Over), Err);
            }
            match self.step() {
                Ok(true) => {}
                Ok(false) => {
                    self.story.end();
                    self.is_over = true;
                }
                Err(reason) => self.cut(reason),
            }
        }
    }

    /// Ends the text before its time, with what was read of it.
    fn cut(&mut self, reason: Reason) {
        let all = std::mem::take(&mut self.block);
        if let Some(piece) = self.layout.pieces.get(self.piece) {
            self.put(all.get(self.at..).unwrap_or_default(), piece.code_page);
        }
        self.story.cut(reason);
        self.is_over = true;
    }

    /// Takes characters up to the next mark, and the mark. False at the end.
    fn step(&mut self) -> Result<bool, Reason> {
        let layout = self.layout;
        let Some(piece) = layout.pieces.get(self.piece) else {
            return Ok(false);
        };
        let width = if piece.code_page.is_some() { 1 } else { 2 };
        let is_mark = |unit: &[u8]| unit[0] < 0x20 && (width == 1 || unit[1] == 0);
        let mut units = self.block[self.at..].chunks_exact(width);
        match units.position(is_mark) {
            None => {
                if self.n_read < piece.n_bytes && self.fill(piece)? {
                    return Ok(true);
                }
                let all = std::mem::take(&mut self.block);
                self.put(&all[self.at..], piece.code_page);
                (self.at, self.n_read) = (0, 0);
                self.piece += 1;
            }
            Some(n) => {
                let rest = &self.block[self.at..];
                let text = rest[..n * width].to_vec();
                let mark = rest[n * width];
                let place = self.block_start + (self.at + n * width) as u64;
                self.at += (n + 1) * width;
                self.put(&text, piece.code_page);
                self.mark(mark, place);
            }
        }
        Ok(true)
    }

    /// Reads on in a piece. What was not taken stays, so that no character is cut. False where the file ends before the piece.
    fn fill(&mut self, piece: &Piece) -> Result<bool, Reason> {
        self.block.drain(..self.at);
        self.at = 0;
        let kept = self.block.len();
        self.block_start = piece.offset + self.n_read - kept as u64;
        let size = self.stream.len();
        let place = piece.offset + self.n_read;
        let n = (piece.n_bytes - self.n_read).min(BLOCK_BYTES.max(kept) as u64);
        let n = n.min(size.saturating_sub(place));
        if n == 0 {
            let reason = "the text ends before its pieces do".to_owned();
            self.story.lose(Reason::Truncated(reason));
            return Ok(false);
        }
        self.block.resize(kept + n as usize, 0);
        let read = self
            .stream
            .seek(SeekFrom::Start(place))
            .and_then(|_| self.stream.read_exact(&mut self.block[kept..]));
        if let Err(error) = read {
            self.block.truncate(kept);
            return Err(reason_of(&error));
        }
        self.n_read += n;
        Ok(true)
    }

    fn put(&mut self, bytes: &[u8], code_page: Option<u16>) {
        if bytes.is_empty() {
            return;
        }
        let text = match code_page {
            Some(code_page) => decode_code_page(bytes, code_page),
            None => decode_utf16(bytes),
        };
        match self.codes.is_in_code() {
            true => self.codes.push(&text),
            false => self.story.push(&text),
        }
    }

    /// A mark (2.8.26, 2.4.3), and where it lies in the file.
    fn mark(&mut self, mark: u8, place: u64) {
        match mark {
            0x07 => match self.of_table(place) {
                Some(true) => self.story.end_row(),
                // Without properties, an empty cell behind others ends the row.
                None if self.layout.ranges.is_empty()
                    && self.story.has_cells()
                    && self.story.is_blank() =>
                {
                    self.story.end_row();
                }
                _ => self.story.end_cell(),
            },
            0x0C..=0x0E => {
                let is_in_cell = self.of_table(place).is_some();
                self.story.end_paragraph(is_in_cell);
            }
            // One in the code of a field is data of a link.
            0x01 if !self.codes.is_in_code() => self.n_pictures += 1,
            0x09 => self.story.push("\t"),
            0x0B => self.story.push("\n"),
            0x1E => self.story.push("-"),
            0x13 => self.codes.begin(),
            0x14 => self.codes.shows(),
            0x15 => self.codes.end(),
            _ => {}
        }
    }

    /// Whether a place is in a table, and then, whether it ends a row.
    fn of_table(&self, place: u64) -> Option<bool> {
        let ranges = &self.layout.ranges;
        let behind = ranges.partition_point(|range| u64::from(range.start) <= place);
        let range = ranges.get(behind.checked_sub(1)?)?;
        (place < u64::from(range.end)).then_some(range.ends_row)
    }
}
