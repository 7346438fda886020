//! JSON: documents and JSON Lines as records.
//!
//! In JSON Lines, and wherever values just follow one another, each value is a record. In a single
//! document the elements of every array outside a record are records; what else the enclosing
//! objects hold becomes a record of the root (see `document`). A record's nested values are
//! flattened: columns are named by paths, `user.phone`, `phones[]`; of rows in brackets, by what
//! stands above them. Damaged stretches are read as text, line by line. Knows nothing of bytes that are not UTF-8 text, nor of data.

mod document;
mod gap;
mod keyed;
mod names;
mod rows;
mod value;

#[cfg(test)]
mod tests;

use std::io;

use memchr::{memchr, memchr2};

use self::document::{Frame, Rest};
use self::names::Names;
use self::value::{Open, Reader, skip_space};
use super::block::{
    Blocks, Bounds, Rows, Step, Steps, Stop, Trouble, Troubles, char_end, next_batch,
};
use super::charset::Transcoder;
use super::{Decode, DecodeLimits, Problem};
use crate::record::{Batch, Table};

/// Text that is looked at to tell what an object or a list is made of.
const LOOK_BYTES: usize = 64 << 10;

/// Attempts to read a value inside a stretch that has failed, before all of it is taken as text.
/// Keeps the time spent on damage proportional to its length.
const ATTEMPTS_MAX: u32 = 16;

/// Decodes JSON.
///
/// Tables: the first is that of the root and has no name; each list of a document has its own,
/// named by its path (`data.list`). A table without columns takes what had to be read as text. Keys
/// that are data themselves (seven digits or more, an address) become fields, of a column named
/// `{key}`.
pub struct JsonDecoder<'r> {
    blocks: Blocks<'r>,
    rows: Rows,
    troubles: Troubles,
    bounds: Bounds,
    names: Names,
    /// Containers open inside the record being read; empty between records.
    stack: Vec<Open>,
    /// Whether values that stand alone are records, rather than documents to look into.
    lines: bool,
    /// Whether it was found out if they are rows under names.
    is_judged: bool,
    /// Whether the structure of a document was lost to damage, so that closing brackets close
    /// nothing.
    lost: bool,
    /// Containers open around the records.
    frames: Vec<Frame>,
    rest: Rest,
    mode: Mode,
    /// Bytes from the position on that are known to hold no whole value from their beginning.
    damaged: usize,
    attempts: u32,
    /// Whether something was damaged, so that open frames at the end say nothing.
    is_harmed: bool,
    text_table: Option<u32>,
}

/// What comes next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    /// A value, or the structure around it.
    Structure,
    /// A stretch of damage, up to the next place where a value may begin.
    Damage,
    /// Behind such a stretch: a value, or more damage.
    Resume,
}

impl<'r> JsonDecoder<'r> {
    /// Decodes the text of a file. `lines` says that each top-level value is a record.
    pub fn new(text: Transcoder<'r>, lines: bool, limits: &DecodeLimits) -> JsonDecoder<'r> {
        JsonDecoder {
            blocks: Blocks::new(text, limits),
            rows: Rows::new(),
            troubles: Troubles::default(),
            bounds: Bounds::of(limits),
            names: Names::new(),
            stack: Vec::new(),
            lines,
            is_judged: false,
            lost: false,
            frames: Vec::new(),
            rest: Rest::default(),
            mode: Mode::Structure,
            damaged: 0,
            attempts: 0,
            is_harmed: false,
            text_table: None,
        }
    }

    /// Reads the value at the position as a record of `table`.
    fn record(&mut self, batch: &mut Batch, at: &mut usize, table: u32) -> Step {
        let (start, first) = (*at, batch.fields.len());
        let window = batch.text.len().min(start + self.bounds.record + 1);
        let is_full = window - start > self.bounds.record;
        let is_all = self.blocks.ended() && !is_full;
        let root = self.names.root(table);
        let mut reader = Reader {
            text: &batch.text[..window],
            at: start,
            fields: &mut batch.fields,
            rows: &mut self.rows,
            names: &mut self.names,
            stack: &mut self.stack,
            bounds: self.bounds,
            is_all,
            too_deep: false,
        };
        let result = reader.value(root);
        let (end, too_deep) = (reader.at, reader.too_deep);
        match result {
            Ok(()) if end - start <= self.bounds.record => {}
            Err(Stop::Bad) => {
                return self.break_off(batch, (start, end), first, Trouble::Malformed);
            }
            _ if is_full => return self.break_off(batch, (start, end), first, Trouble::TooLong),
            _ if !self.blocks.ended() => {
                self.rows.roll_back(&mut batch.fields, first);
                return Step::More;
            }
            _ => {
                let line = self.rows.line_at(&batch.text, start);
                self.troubles.note(Trouble::Truncated, line, &self.bounds);
            }
        }
        // A cut record takes all there is.
        let end = if result.is_ok() { end } else { window };
        self.rows.commit(batch, (start, end), first, table);
        self.attempts = 0;
        self.damaged = 0;
        *at = end;
        self.note_limits(&batch.text, end, too_deep);
        Step::Went
    }

    fn note_limits(&mut self, text: &[u8], at: usize, too_deep: bool) {
        let too_wide = self.names.take_too_wide();
        for (met, trouble) in [(too_deep, Trouble::TooDeep), (too_wide, Trouble::TooWide)] {
            if met {
                let line = self.rows.line_at(text, at);
                self.troubles.note(trouble, line, &self.bounds);
            }
        }
    }

    /// Gives up the value at `start`, which broke off at `end`.
    fn break_off(
        &mut self,
        batch: &mut Batch,
        (start, end): (usize, usize),
        first: usize,
        trouble: Trouble,
    ) -> Step {
        self.rows.roll_back(&mut batch.fields, first);
        self.is_harmed = true;
        let line = self.rows.line_at(&batch.text, start);
        // Attempts inside a stretch that is named already are not trouble of their own.
        if self.damaged == 0 || self.lines {
            self.troubles.note(trouble, line, &self.bounds);
        }
        self.damaged = self.damaged.max(end - start);
        self.mode = Mode::Damage;
        Step::Went
    }

    /// Takes one stretch of damage as a record of text: up to the line's end, or to where the next
    /// element begins.
    fn damage(&mut self, batch: &mut Batch, at: &mut usize) -> Step {
        let start = *at;
        if start == batch.text.len() {
            if !self.blocks.ended() {
                return Step::More;
            }
            self.mode = Mode::Structure;
            return Step::Went;
        }
        let window = batch.text.len().min(start + self.bounds.record);
        // One byte more must be there: it tells whether the stretch ends between characters.
        let is_full = batch.text.len() - start > self.bounds.record;
        let within_line = !self.lines || self.lost;
        let end = match stretch_end(&batch.text[..window], start, within_line) {
            Some(end) => end,
            None if is_full => char_end(&batch.text, start, window),
            None if self.blocks.ended() => window,
            None => return Step::More,
        };
        let is_structure =
            |b: &u8| matches!(b, b'{' | b'}' | b'[' | b']' | b',' | b':') || *b <= b' ';
        if !batch.text[start..end].iter().all(is_structure) {
            let table = self.text_table();
            self.rows.commit_text(batch, (start, end), table);
        }
        self.damaged = self.damaged.saturating_sub(end - start);
        *at = end;
        self.mode = match batch.text.get(end - 1) {
            Some(b'\n' | b',') => Mode::Resume,
            _ => Mode::Damage,
        };
        Step::Went
    }

    /// Decides whether a value begins behind a stretch of damage.
    fn resume(&mut self, batch: &Batch, at: &mut usize) -> Step {
        let next = skip_space(&batch.text, *at);
        let Some(byte) = batch.text.get(next) else {
            if !self.blocks.ended() {
                return Step::More;
            }
            *at = next;
            self.mode = Mode::Structure;
            return Step::Went;
        };
        let may_try = self.damaged <= next - *at || self.attempts < ATTEMPTS_MAX;
        self.mode = match byte {
            b'{' | b'[' if may_try => {
                self.attempts += 1;
                self.expect_element();
                Mode::Structure
            }
            _ => Mode::Damage,
        };
        self.damaged = self.damaged.saturating_sub(next - *at);
        *at = next;
        Step::Went
    }

    fn text_table(&mut self) -> u32 {
        let names = &mut self.names;
        *self
            .text_table
            .get_or_insert_with(|| names.new_table(None, false))
    }
}

/// The end of a stretch of damage: behind the next line break, or, `within_line`, between `},` and
/// `{`.
fn stretch_end(text: &[u8], start: usize, within_line: bool) -> Option<usize> {
    if !within_line {
        return memchr(b'\n', &text[start..]).map(|n| start + n + 1);
    }
    let mut at = start;
    while let Some(n) = memchr2(b'\n', b'}', &text[at..]) {
        at += n + 1;
        if text[at - 1] == b'\n' {
            return Some(at);
        }
        // Not beyond the line, so that it does not matter how much behind it is there.
        let comma = skip_within_line(text, at);
        let behind = skip_within_line(text, comma + 1);
        if text.get(comma) == Some(&b',') && text.get(behind) == Some(&b'{') {
            return Some(comma + 1);
        }
    }
    None
}

fn skip_within_line(text: &[u8], mut at: usize) -> usize {
    while let Some(b' ' | b'\t' | b'\r') = text.get(at) {
        at += 1;
    }
    at
}

impl<'r> Steps<'r> for JsonDecoder<'r> {
    fn parts(&mut self) -> (&mut Blocks<'r>, &mut Rows) {
        (&mut self.blocks, &mut self.rows)
    }

    fn step(&mut self, batch: &mut Batch, at: &mut usize) -> Step {
        match self.mode {
            Mode::Structure => self.structure(batch, at),
            Mode::Damage => self.damage(batch, at),
            Mode::Resume => self.resume(batch, at),
        }
    }

    fn save(&mut self, text: &[u8]) {
        self.rest.save(text);
    }

    fn restore(&mut self, text: &mut Vec<u8>, used: usize) -> usize {
        self.rest.restore(text, used)
    }
}

impl Decode for JsonDecoder<'_> {
    fn next_batch(&mut self, batch: &mut Batch) -> io::Result<bool> {
        next_batch(self, batch)
    }

    fn tables(&self) -> &[Table] {
        self.names.tables()
    }

    fn problems(&self) -> &[Problem] {
        self.troubles.as_slice()
    }
}
