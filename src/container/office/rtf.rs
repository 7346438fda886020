//! Rich Text Format, 1.9.1: text between control words, in groups, in the code page of its font.
//!
//! It is read from start to end three times: for the lines outside of tables, for the tables, and for objects that are
//! embedded. Notes, headers and text boxes are lines of their own, and what is said of the document (`\info`) as well. Pictures
//! are named and not read. Where a character stands on the page is not known here.

use std::io::{BufRead, BufReader, Read, Seek, SeekFrom, Write};

use super::flow::{Item, TEXT_BYTES_MAX};
use super::links::Codes;
use super::rtf_words::{Destination, Sign, code_page, destination, is_about, sign};
use super::story::Story;
use super::text;
use crate::container::pump::Job;
use crate::container::source::Seekable;
use crate::container::{Sink, Stop, reason_of};
use crate::decode::decode_code_page;
use crate::error::Reason;

/// Groups in each other.
const DEPTH_MAX: usize = 4_096;

/// Fonts of one document.
const FONTS_MAX: usize = 1 << 16;

/// Bytes that wait to be decoded, up to the next that can be no second half of a character; and up to any.
const BYTES_MAX: usize = 64 << 10;
const RUN_BYTES_MAX: usize = TEXT_BYTES_MAX;

/// Bytes that are read at a time.
const BLOCK_BYTES: usize = 256 << 10;

/// Bytes before an object in which its own signature is looked for.
const LABEL_BYTES: usize = 4 << 10;

/// Hands over what is in a document.
pub(in crate::container) fn walk(job: Job, sink: &mut Sink) -> Result<(), Stop> {
    // Of a document that is cut off what came before is read.
    let spool_bytes = job.unpacking.limits.spool_bytes;
    let (mut source, size, failed) = job.source.into_seekable_so_far(spool_bytes)?;
    sink.of_size(size);
    read(&mut source, spool_bytes, sink)?;
    failed.map_or(Ok(()), |error| Err(error.into()))
}

fn read(source: &mut Box<dyn Seekable>, spool_bytes: usize, sink: &mut Sink) -> Result<(), Stop> {
    let mut lines = Rtf::new(source)?;
    text::write_lines(|| lines.next(), "text", sink)?;
    let (n_pictures, has_objects) = (lines.n_pictures, lines.has_objects);
    let mut links = lines.codes.into_links();
    if !links.is_empty() {
        // What stood before a link may have shown where it leads.
        let mut lines = Rtf::new(source)?;
        links.shown_by(|| lines.next());
    }
    let mut tables = Rtf::new(source)?;
    let next = || {
        let item = tables.next()?;
        links.shown_in(&item);
        Ok(item)
    };
    text::write_tables(next, ("table", &mut 0), sink)?;
    text::links("text links", links, sink)?;
    for number in 1..=n_pictures {
        let reason = Reason::Unsupported("image in a document".to_owned());
        sink.refuse(format!("picture {number}").as_bytes(), reason)?;
    }
    if !has_objects {
        return Ok(());
    }
    let mut objects = Rtf::new(source)?;
    let mut number = 0;
    loop {
        objects.object = Some(tempfile::SpooledTempFile::new(spool_bytes));
        match objects.next_object() {
            Ok(Some(mut object)) => {
                number += 1;
                sink.member(format!("object {number}").as_bytes(), &mut object)?;
            }
            // What cannot be read was told with the lines.
            Ok(None) | Err(_) => return Ok(()),
        }
    }
}

/// What holds inside of a group.
#[derive(Clone)]
struct Group {
    destination: Destination,
    /// Characters behind `\u` for programs that do not know it.
    n_fallback: usize,
    code_page: Option<u16>,
    is_in_cell: bool,
    /// The font that is being described.
    font: Option<i32>,
}

/// A document while it is read.
struct Rtf<'r> {
    rdr: BufReader<&'r mut Box<dyn Seekable>>,
    groups: Vec<Group>,
    /// Whether the next control word is one that only some programs know.
    is_starred: bool,
    /// Text in the code page of its font.
    bytes: Vec<u8>,
    /// The first half of a character.
    half: Option<u16>,
    /// Characters to pass over.
    n_passed: usize,
    code_page: u16,
    fonts: std::collections::HashMap<i32, u16>,
    codes: Codes,
    story: Story,
    /// Text beside the text, and the depth at which it began.
    aside: Option<(usize, Story)>,
    object: Option<tempfile::SpooledTempFile>,
    /// The first digit of a byte of an object.
    nibble: Option<u8>,
    is_object_done: bool,
    n_pictures: usize,
    has_objects: bool,
    is_over: bool,
}

impl<'r> Rtf<'r> {
    fn new(source: &'r mut Box<dyn Seekable>) -> Result<Rtf<'r>, Reason> {
        source.seek(SeekFrom::Start(0)).map_err(|e| reason_of(&e))?;
        Ok(Rtf {
            rdr: BufReader::with_capacity(BLOCK_BYTES, source),
            groups: Vec::new(),
            is_starred: false,
            bytes: Vec::new(),
            half: None,
            n_passed: 0,
            code_page: 1_252,
            fonts: std::collections::HashMap::new(),
            codes: Codes::default(),
            story: Story::default(),
            aside: None,
            object: None,
            nibble: None,
            is_object_done: false,
            n_pictures: 0,
            has_objects: false,
            is_over: false,
        })
    }

    fn next(&mut self) -> Result<Item, Reason> {
        loop {
            if let Some((_, aside)) = &mut self.aside {
                while let Some(item) = aside.take() {
                    self.story.insert(item);
                }
            }
            if let Some(item) = self.story.take() {
                return Ok(item);
            }
            if self.is_over {
                return self.story.take_lost().map_or(Ok(Item::Over), Err);
            }
            if let Err(reason) = self.step() {
                self.end(Some(reason));
            }
        }
    }

    /// Ends the text, before its time if there is a reason.
    fn end(&mut self, reason: Option<Reason>) {
        self.flush();
        if let Some((_, aside)) = self.aside.take() {
            self.story.insert_all(aside);
        }
        match reason {
            Some(reason) => self.story.cut(reason),
            None => self.story.end(),
        }
        self.is_over = true;
    }

    /// The next object, from its own first byte.
    fn next_object(&mut self) -> Result<Option<impl Read>, Reason> {
        while !self.is_over && !self.is_object_done {
            self.step()?;
            // The text was handed over before.
            let stories = [Some(&mut self.story), self.aside.as_mut().map(|a| &mut a.1)];
            for story in stories.into_iter().flatten() {
                while story.take().is_some() {}
            }
        }
        self.is_object_done = false;
        let Some(mut object) = self.object.take().filter(|_| !self.is_over) else {
            return Ok(None);
        };
        let mut label = vec![0; LABEL_BYTES];
        let read = object.rewind().and_then(|()| object.read(&mut label));
        label.truncate(read.map_err(|e| reason_of(&e))?);
        // An object of OLE 1 stands around one of OLE 2.
        let start = memchr::memmem::find(&label, b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1");
        let start = start.unwrap_or(0) as u64;
        object
            .seek(SeekFrom::Start(start))
            .map_err(|e| reason_of(&e))?;
        Ok(Some(object))
    }

    fn byte(&mut self) -> Result<Option<u8>, Reason> {
        let ahead = self.rdr.fill_buf().map_err(|e| reason_of(&e))?;
        let byte = ahead.first().copied();
        self.rdr.consume(usize::from(byte.is_some()));
        Ok(byte)
    }

    fn peek(&mut self) -> Result<Option<u8>, Reason> {
        let ahead = self.rdr.fill_buf().map_err(|e| reason_of(&e))?;
        Ok(ahead.first().copied())
    }

    fn step(&mut self) -> Result<(), Reason> {
        let Some(byte) = self.byte()? else {
            let is_whole = self.groups.is_empty();
            let cut = || Reason::Truncated("groups of the text are not closed".to_owned());
            self.end((!is_whole).then(cut));
            return Ok(());
        };
        match byte {
            b'{' => self.open(),
            b'}' => {
                self.close();
                Ok(())
            }
            b'\\' => self.control(),
            b'\r' | b'\n' => Ok(()),
            _ => self.plain(byte),
        }
    }

    fn open(&mut self) -> Result<(), Reason> {
        self.flush();
        if self.groups.len() >= DEPTH_MAX {
            let reason = format!("groups nested more than {DEPTH_MAX} levels deep");
            return Err(Reason::Limit(reason));
        }
        let group = self.groups.last().cloned();
        self.groups.push(group.unwrap_or(Group {
            destination: Destination::Body,
            n_fallback: 1,
            code_page: None,
            is_in_cell: false,
            font: None,
        }));
        self.is_starred = false;
        self.n_passed = 0;
        Ok(())
    }

    fn close(&mut self) {
        self.flush();
        let ended = self.groups.pop().map(|group| group.destination);
        let depth = self.groups.len();
        if ended != Some(self.in_destination()) {
            match ended {
                Some(Destination::Object) => self.is_object_done = true,
                Some(Destination::Code) => self.codes.end(),
                _ => {}
            }
        }
        if let Some((begun, _)) = &self.aside {
            if depth < *begun {
                // Its lines go where the text is.
                if let Some((_, story)) = self.aside.take() {
                    self.story.insert_all(story);
                }
            } else if self.in_destination() == Destination::About {
                self.story().end_paragraph(false);
            }
        }
        // A document ends with its outermost group; what follows is none of it.
        self.n_passed = 0;
    }

    fn in_destination(&self) -> Destination {
        self.groups
            .last()
            .map_or(Destination::Body, |g| g.destination)
    }

    fn story(&mut self) -> &mut Story {
        match &mut self.aside {
            Some((_, story)) => story,
            None => &mut self.story,
        }
    }

    /// A control word or symbol, behind its backslash.
    fn control(&mut self) -> Result<(), Reason> {
        let Some(first) = self.byte()? else {
            return Ok(());
        };
        if !first.is_ascii_alphabetic() {
            return self.symbol(first);
        }
        let mut word = vec![first];
        while let Some(byte) = self.peek()?.filter(u8::is_ascii_alphabetic) {
            self.byte()?;
            // No word is longer than 32 letters.
            if word.len() < 32 {
                word.push(byte);
            }
        }
        let number = self.number()?;
        if self.peek()? == Some(b' ') {
            self.byte()?;
        }
        let word = String::from_utf8(word).unwrap_or_default();
        self.word(&word, number)
    }

    fn number(&mut self) -> Result<Option<i32>, Reason> {
        let mut digits = String::new();
        while let Some(byte) = self.peek()? {
            let is_sign = byte == b'-' && digits.is_empty();
            if !is_sign && !byte.is_ascii_digit() {
                break;
            }
            self.byte()?;
            if digits.len() < 11 {
                digits.push(char::from(byte));
            }
        }
        Ok(digits.parse().ok())
    }

    fn symbol(&mut self, symbol: u8) -> Result<(), Reason> {
        match symbol {
            b'\'' => {
                let digit = |byte: Option<u8>| byte.and_then(|b| char::from(b).to_digit(16));
                let (high, low) = (digit(self.byte()?), digit(self.byte()?));
                let (Some(high), Some(low)) = (high, low) else {
                    return Ok(());
                };
                self.plain((high * 16 + low) as u8)?;
            }
            b'*' => self.is_starred = true,
            b'~' => self.put(" "),
            b'_' => self.put("-"),
            b'\r' | b'\n' => self.end_paragraph(),
            b'\\' | b'{' | b'}' => self.plain(symbol)?,
            _ => {}
        }
        Ok(())
    }

    fn word(&mut self, word: &str, number: Option<i32>) -> Result<(), Reason> {
        if word == "bin" {
            let n = number.map_or(0, |n| n.max(0) as u64);
            let is_of_object = self.in_destination() == Destination::Object;
            let mut bytes = (&mut self.rdr).take(n);
            let read = match self.object.as_mut().filter(|_| is_of_object) {
                Some(object) => std::io::copy(&mut bytes, object),
                None => std::io::copy(&mut bytes, &mut std::io::sink()),
            };
            read.map_err(|e| reason_of(&e))?;
            return Ok(());
        }
        if word != "u" && self.n_passed > 0 {
            self.n_passed -= 1;
            return Ok(());
        }
        self.flush();
        let is_starred = std::mem::take(&mut self.is_starred);
        if let Some(destination) = destination(word, is_starred) {
            self.enter(destination);
            return Ok(());
        }
        let Some(group) = self.groups.last_mut() else {
            return Ok(());
        };
        match (word, number) {
            ("ansicpg", Some(n)) => self.code_page = n as u16,
            ("uc", Some(n)) => group.n_fallback = n.clamp(0, 64) as usize,
            ("u", Some(n)) => {
                self.n_passed = group.n_fallback;
                self.unicode(n as u16);
            }
            ("f", Some(n)) if group.destination == Destination::Fonts => group.font = Some(n),
            ("fcharset" | "cpg", Some(n)) if group.destination == Destination::Fonts => {
                let font = group.font.unwrap_or(0);
                let page = if word == "cpg" {
                    Some(n as u16)
                } else {
                    code_page(n)
                };
                if let Some(page) = page.filter(|_| self.fonts.len() < FONTS_MAX) {
                    self.fonts.insert(font, page);
                }
            }
            ("f", Some(n)) => group.code_page = self.fonts.get(&n).copied(),
            ("plain", _) => group.code_page = None,
            ("pard", _) => group.is_in_cell = false,
            ("intbl", _) => group.is_in_cell = number != Some(0),
            _ if is_about(word) && group.destination == Destination::About => {
                self.put(&format!("{word}: "));
            }
            _ => self.sign(word),
        }
        Ok(())
    }

    fn sign(&mut self, word: &str) {
        let destination = self.in_destination();
        if !destination.is_text() {
            return;
        }
        match sign(word) {
            Some(Sign::Text(text)) => self.put(text),
            Some(Sign::Paragraph) => self.end_paragraph(),
            Some(Sign::Cell) => self.story().end_cell(),
            Some(Sign::Row) => self.story().end_row(),
            None => {}
        }
    }

    fn end_paragraph(&mut self) {
        if !self.in_destination().is_text() {
            return;
        }
        self.flush();
        let is_in_cell = self.groups.last().is_some_and(|group| group.is_in_cell);
        self.story().end_paragraph(is_in_cell);
    }

    fn enter(&mut self, destination: Destination) {
        let depth = self.groups.len();
        let Some(group) = self.groups.last_mut() else {
            return;
        };
        // What is in something that is passed over is passed over too.
        if group.destination == Destination::Skipped {
            return;
        }
        // And what is in a code is no text of its own.
        if group.destination == Destination::Code && destination != Destination::Code {
            group.destination = Destination::Skipped;
            return;
        }
        let was = std::mem::replace(&mut group.destination, destination);
        match destination {
            Destination::Code if was != Destination::Code => self.codes.begin(),
            Destination::Aside | Destination::About if self.aside.is_none() => {
                group.is_in_cell = false;
                self.aside = Some((depth, Story::default()));
            }
            Destination::Picture => self.n_pictures += 1,
            Destination::Object => self.has_objects = true,
            _ => {}
        }
        if destination == Destination::Picture {
            group.destination = Destination::Skipped;
        }
    }

    /// A byte of text, in the code page of its font.
    fn plain(&mut self, byte: u8) -> Result<(), Reason> {
        if self.n_passed > 0 {
            self.n_passed -= 1;
            return Ok(());
        }
        match self.in_destination() {
            Destination::Object => return self.hexadecimal(byte),
            Destination::Code => {}
            destination if destination.is_text() => {}
            _ => return Ok(()),
        }
        self.bytes.push(byte);
        let is_between = self.bytes.len() >= BYTES_MAX && byte < 0x40;
        if is_between || self.bytes.len() >= RUN_BYTES_MAX {
            self.flush();
        }
        Ok(())
    }

    fn hexadecimal(&mut self, byte: u8) -> Result<(), Reason> {
        let (Some(object), Some(digit)) = (&mut self.object, char::from(byte).to_digit(16)) else {
            return Ok(());
        };
        match self.nibble.take() {
            None => self.nibble = Some(digit as u8),
            Some(high) => {
                let written = object.write_all(&[high << 4 | digit as u8]);
                written.map_err(|e| reason_of(&e))?;
            }
        }
        Ok(())
    }

    /// A unit of UTF-16.
    fn unicode(&mut self, unit: u16) {
        let units = self.half.take().into_iter().chain([unit]);
        let text: String = char::decode_utf16(units)
            .map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER))
            .collect();
        if (0xD800..0xDC00).contains(&unit) {
            self.half = Some(unit);
            return;
        }
        self.put(&text);
    }

    fn put(&mut self, text: &str) {
        self.flush();
        match self.in_destination() {
            Destination::Code => self.codes.push(text),
            destination if destination.is_text() => self.story().push(text),
            _ => {}
        }
    }

    /// Decodes the bytes that wait.
    fn flush(&mut self) {
        if self.bytes.is_empty() {
            return;
        }
        let bytes = std::mem::take(&mut self.bytes);
        let page = self.groups.last().and_then(|group| group.code_page);
        let text = decode_code_page(&bytes, page.unwrap_or(self.code_page));
        match self.in_destination() {
            Destination::Code => self.codes.push(&text),
            _ => self.story().push(&text),
        }
    }
}
