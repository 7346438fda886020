//! Documents: the structure around the records of one JSON document.
//!
//! The document is never held: its objects and arrays are open [`Frame`]s, and of what lies in them
//! the elements of arrays go out as records at once. The other values are the [`Rest`]: one record
//! of the root at the document's end, except that a value whose key is data (`{"13900000000":
//! {…}}`) is a record of its own with that key; and keys are data where their values are objects of one make
//! (`{"张伟": {"phone": …}, …}`).

use super::gap::Gap;
use super::names::{Key, NONE, NodeId};
use super::value::{Bare, balanced_end, bare_end, bare_kind, read_key, skip_space, string};
use super::{JsonDecoder, Mode, keyed, rows};
use crate::decode::block::{Step, Stop, Trouble, field, holds_data};
use crate::decode::escape::{Escape, unescape};
use crate::record::{Batch, Field, Record};

/// Bytes the rest may hold before it goes out early, as a record for itself: bounds memory where a
/// document is one object with millions of entries.
const REST_BYTES_MAX: usize = 1 << 20;

/// Values of a list that may belong to what is around it, as the numbers of one person do. In a longer one each is a record.
const LISTED_MAX: usize = 8;

/// Lists of strings in an object that are looked at as names of columns, and bytes of memory for each list.
const LISTS_MAX: usize = 8;
const LIST_BYTES_MAX: usize = 64 << 10;

/// An open container outside the records.
pub(super) struct Frame {
    node: NodeId,
    /// Values that were listed in it, so far as they were kept.
    n_listed: usize,
    /// The node of the last key, or [`NONE`].
    last: NodeId,
    is_object: bool,
    expect: Expect,
    /// Whether it was found out if its keys are data, or its elements rows under names.
    is_judged: bool,
    /// Of an array: the strings in it, or the names of the objects in it, as long as it holds nothing else.
    strings: Option<Vec<String>>,
    strings_bytes: usize,
    /// Of an object: such strings of arrays in it.
    lists: Vec<Vec<String>>,
    /// Where in the rest its own record begins, if it has one.
    mark: Option<usize>,
}

impl Frame {
    /// What the bracket opens.
    fn new(node: NodeId, bracket: u8, mark: Option<usize>) -> Frame {
        let is_object = bracket == b'{';
        Frame {
            node,
            n_listed: 0,
            last: NONE,
            is_object,
            expect: Expect::Item,
            is_judged: false,
            strings: (!is_object).then(Vec::new),
            strings_bytes: 0,
            lists: Vec::new(),
            mark,
        }
    }

    /// Adds what an element of an array is or is called, if it is a string.
    fn list(&mut self, string: Option<&[u8]>) {
        let string = string.and_then(|string| std::str::from_utf8(string).ok());
        self.strings_bytes += size_of::<String>() + string.map_or(0, str::len);
        match (string, &mut self.strings) {
            (Some(string), Some(strings)) if self.strings_bytes <= LIST_BYTES_MAX => {
                strings.push(string.trim().to_owned());
            }
            _ => self.strings = None,
        }
    }
}

/// What may come next in a frame.
#[derive(Clone, Copy)]
enum Expect {
    /// A key or an element, or the end.
    Item,
    /// The value of a key: its node, and where in the rest the record of a key that is data begins.
    Value(NodeId, Option<usize>),
    /// A comma, or the end.
    Comma,
}

/// A value of the rest.
struct Kept {
    field: Field,
    line: u64,
}

/// Values outside the records.
#[derive(Default)]
pub(super) struct Rest {
    /// Ascending; they lie in the text of the batch, plain, or between batches in `saved`.
    kept: Vec<Kept>,
    bytes: usize,
    saved: Vec<u8>,
    /// Where values are copied to that go out behind records that came in between.
    gap: Gap,
    /// Memory to copy them in.
    copies: Vec<u8>,
}

impl Rest {
    /// Copies the values out of a text that will go.
    pub(super) fn save(&mut self, text: &[u8]) {
        self.saved.clear();
        for kept in &mut self.kept {
            kept.field = copy(text, kept.field, &mut self.saved, 0);
        }
    }

    /// Puts the values in place of the first `used` bytes of a text; where the text behind them
    /// begins.
    pub(super) fn restore(&mut self, text: &mut Vec<u8>, used: usize) -> usize {
        self.gap.forget();
        text.splice(..used, self.saved.drain(..)).for_each(drop);
        self.kept
            .last()
            .map_or(0, |k| k.field.span.end as usize + 1)
    }
}

/// Appends a field's text and a separator to `out`, which begins at `base`; the field over there.
fn copy(text: &[u8], from: Field, out: &mut Vec<u8>, base: usize) -> Field {
    let start = base + out.len();
    out.extend_from_slice(&text[from.span.range()]);
    let moved = field(start, base + out.len(), from.column);
    out.push(b'\n');
    moved
}

impl JsonDecoder<'_> {
    /// Reads one token of the structure, or a record.
    pub(super) fn structure(&mut self, batch: &mut Batch, at: &mut usize) -> Step {
        *at = skip_space(&batch.text, *at);
        let Some(&byte) = batch.text.get(*at) else {
            return self.at_end(batch, at);
        };
        let Some(frame) = self.frames.last_mut() else {
            return self.top_level(batch, at, byte);
        };
        match (frame.expect, byte, frame.is_object) {
            (Expect::Comma, b',', _) => {
                frame.expect = Expect::Item;
                *at += 1;
                Step::Went
            }
            (Expect::Item | Expect::Comma, b'}', true)
            | (Expect::Item | Expect::Comma, b']', false) => {
                *at += 1;
                self.close(batch, at);
                Step::Went
            }
            (Expect::Item, b'"', true) => self.key(batch, at),
            (Expect::Item, _, false) => self.element(batch, at, byte),
            (Expect::Value(node, mark), _, _) => self.outer_value(batch, at, (node, mark)),
            _ => self.lose(batch, at),
        }
    }

    /// Says that the innermost array goes on with an element.
    pub(super) fn expect_element(&mut self) {
        if let Some(frame) = self.frames.last_mut() {
            frame.expect = Expect::Item;
        }
    }

    fn top_level(&mut self, batch: &mut Batch, at: &mut usize, byte: u8) -> Step {
        match byte {
            b',' => *at += 1,
            b']' | b'}' if self.lost => *at += 1,
            b'{' | b'[' if !self.lines && !self.lost => {
                *at += 1;
                let root = self.names.root(0);
                self.frames.push(Frame::new(root, byte, None));
            }
            b'[' if self.lines && !self.is_judged => return self.first_row(batch, at),
            _ => return self.record(batch, at, 0),
        }
        Step::Went
    }

    /// Looks whether the lists that follow are rows under names. What is no row with the names is left to be read.
    fn first_row(&mut self, batch: &Batch, at: &mut usize) -> Step {
        let (node, lists) = match &self.frames[..] {
            [] => (self.names.root(0), &[][..]),
            [frame] => (frame.node, &[][..]),
            [.., around, frame] => (frame.node, &*around.lists),
        };
        let is_all = self.blocks.ended();
        let Some(header) = rows::header(&batch.text[*at..], lists, is_all) else {
            return Step::More;
        };
        match self.frames.last_mut() {
            Some(frame) => frame.is_judged = true,
            None => self.is_judged = true,
        }
        if let Some(header) = header
            && self.names.set_header(node, header.names)
            && header.end > 0
        {
            *at += header.end;
            self.expect_comma();
        }
        Step::Went
    }

    fn element(&mut self, batch: &mut Batch, at: &mut usize, byte: u8) -> Step {
        let Some(frame) = self.frames.last() else {
            return Step::More;
        };
        if byte == b'[' && !frame.is_judged {
            return self.first_row(batch, at);
        }
        let (node, lists_strings) = (frame.node, frame.strings.is_some());
        let is_top = self.frames.len() == 1;
        if !is_top && !matches!(byte, b'{' | b'[') {
            let element = self.names.element(node, NONE, 0);
            let n_kept = self.rest.kept.len();
            let step = self.outer_value(batch, at, (element, None));
            if self.rest.kept.len() > n_kept {
                if lists_strings {
                    let kept = self.rest.kept.last().filter(|_| byte == b'"');
                    let string = kept.map(|kept| &batch.text[kept.field.span.range()]);
                    if let Some(frame) = self.frames.last_mut() {
                        frame.list(string);
                    }
                }
                self.listed(batch, at);
            }
            return step;
        }
        let table = self.names.list(node);
        let first = batch.fields.len();
        let step = self.record(batch, at, table);
        if step == Step::Went && self.mode == Mode::Structure {
            self.expect_comma();
            if lists_strings && !is_top {
                let columns = &self.names.tables()[table as usize].columns;
                let mut fields = batch.fields[first..].iter();
                let name = fields.find(|field| columns[field.column as usize] == "name");
                let name = name.map(|field| batch.bytes(field.span));
                if let Some(frame) = self.frames.last_mut() {
                    frame.list(name);
                }
            }
        }
        step
    }

    /// Counts the value that was kept last, of a list. Those of a long list are records.
    fn listed(&mut self, batch: &mut Batch, at: &mut usize) {
        let Some(frame) = self.frames.last_mut() else {
            return;
        };
        frame.n_listed += 1;
        let n_listed = frame.n_listed;
        if n_listed <= LISTED_MAX {
            return;
        }
        // The first ones wait since it was not known.
        let n_waiting = match n_listed {
            n if n == LISTED_MAX + 1 => n.min(self.rest.kept.len()),
            _ => 1,
        };
        for n in (1..=n_waiting).rev() {
            let first = self.rest.kept.len() - n;
            self.emit_some(batch, at, first..first + 1);
        }
    }

    fn expect_comma(&mut self) {
        if let Some(frame) = self.frames.last_mut() {
            frame.expect = Expect::Comma;
        }
    }

    fn key(&mut self, batch: &mut Batch, at: &mut usize) -> Step {
        let Some(frame) = self.frames.last_mut() else {
            return Step::More;
        };
        if !frame.is_judged {
            match keyed::is_keyed(&batch.text[*at..]) {
                None if !self.blocks.ended() => return Step::More,
                Some(true) => self.names.take_keys_as_data(frame.node),
                _ => {}
            }
            frame.is_judged = true;
        }
        let (place, start) = ((frame.node, frame.last), *at);
        let window = batch.text.len().min(start + self.bounds.record + 1);
        let read = read_key(&batch.text[..window], at, &mut self.names, place);
        let is_long = window - start > self.bounds.record;
        match read {
            Ok((_, Key::Name(node))) => {
                frame.last = node;
                frame.expect = Expect::Value(node, None);
            }
            Ok((quoted, Key::Data(node))) => {
                frame.expect = Expect::Value(node, Some(self.rest.kept.len()));
                let column = self.names.column(node);
                let span = (quoted.start, quoted.end);
                self.keep(batch, span, column, quoted.escaped);
            }
            Err((Stop::More, _)) if !self.blocks.ended() && !is_long => return Step::More,
            Err((Stop::More, Some(cut))) if self.blocks.ended() && !is_long => {
                *at = batch.text.len();
                if holds_data(&batch.text[cut.start..cut.end]) {
                    let column = self.names.column(place.0);
                    self.keep(batch, (cut.start, cut.end), column, cut.escaped);
                }
            }
            Err(_) => return self.lose(batch, at),
        }
        Step::Went
    }

    /// Reads a value outside the records: a scalar, or the beginning of a container.
    fn outer_value(
        &mut self,
        batch: &mut Batch,
        at: &mut usize,
        (node, mark): (NodeId, Option<usize>),
    ) -> Step {
        let start = *at;
        let byte = batch.text[start];
        let is_container = matches!(byte, b'{' | b'[');
        if is_container && self.frames.len() < self.bounds.depth {
            *at += 1;
            self.expect_comma();
            self.frames.push(Frame::new(node, byte, mark));
            return Step::Went;
        }
        let window = batch.text.len().min(start + self.bounds.record + 1);
        let text = &batch.text[..window];
        let (span, end, escaped, stop) = if is_container {
            let (end, stop) = balanced_end(text, start);
            ((start, end), end, false, stop)
        } else if byte == b'"' {
            let (quoted, whole) = string(text, start);
            let stop = if whole { Ok(()) } else { Err(Stop::More) };
            let end = (quoted.end + 1).min(window);
            ((quoted.start, quoted.end), end, quoted.escaped, stop)
        } else {
            let end = bare_end(text, start);
            let whole = end < window;
            let (end_of_value, stop) = match bare_kind(&text[start..end], whole) {
                Bare::Bad => (start, Err(Stop::Bad)),
                Bare::Null => (start, if whole { Ok(()) } else { Err(Stop::More) }),
                Bare::Scalar => (end, if whole { Ok(()) } else { Err(Stop::More) }),
            };
            ((start, end_of_value), end, false, stop)
        };
        let is_full = window - start > self.bounds.record;
        match stop {
            Err(Stop::Bad) => return self.lose(batch, at),
            Err(Stop::More) if is_full => return self.lose(batch, at),
            Err(Stop::More) if !self.blocks.ended() => return Step::More,
            _ => {}
        }
        *at = end;
        self.expect_comma();
        if span.1 > span.0 {
            let column = self.names.column(node);
            self.keep(batch, span, column, escaped);
        }
        self.note_limits(&batch.text, end, is_container);
        if let Some(mark) = mark {
            self.emit(batch, at, mark);
        } else if self.rest.bytes > REST_BYTES_MAX.min(self.bounds.record) {
            self.emit(batch, at, 0);
            for mark in self.frames.iter_mut().filter_map(|f| f.mark.as_mut()) {
                *mark = 0;
            }
        }
        Step::Went
    }

    /// Adds a value to the rest.
    fn keep(
        &mut self,
        batch: &mut Batch,
        (start, end): (usize, usize),
        column: u32,
        escaped: bool,
    ) {
        let line = self.rows.line_at(&batch.text, start);
        self.rows.line_at(&batch.text, end);
        let len = if escaped {
            unescape(&mut batch.text[start..end], Escape::Json)
        } else {
            end - start
        };
        let field = field(start, start + len, column);
        self.rest.bytes += len;
        self.rest.kept.push(Kept { field, line });
    }

    /// Closes the innermost frame; its own record goes out, and at the end of the document all of
    /// the rest.
    fn close(&mut self, batch: &mut Batch, at: &mut usize) {
        let mut mark = None;
        if let Some(frame) = self.frames.pop() {
            mark = frame.mark;
            if let (Some(around), Some(strings)) = (self.frames.last_mut(), frame.strings)
                && !strings.is_empty()
                && around.lists.len() < LISTS_MAX
            {
                around.lists.push(strings);
            }
        }
        if self.frames.is_empty() {
            self.emit(batch, at, 0);
        } else if let Some(mark) = mark {
            self.emit(batch, at, mark);
        }
    }

    /// Makes the rest from `mark` on a record. Where other records came in between, its values are
    /// copied to behind them, so that fields ascend through the batch.
    fn emit(&mut self, batch: &mut Batch, at: &mut usize, mark: usize) {
        let end = self.rest.kept.len();
        self.emit_some(batch, at, mark.min(end)..end);
    }

    /// As [`Self::emit`], for some of the rest.
    fn emit_some(&mut self, batch: &mut Batch, at: &mut usize, range: std::ops::Range<usize>) {
        let Some(oldest) = self.rest.kept[range.clone()].first() else {
            return;
        };
        let line = oldest.line;
        let behind = batch.fields.last().map_or(0, |f| f.span.end);
        let first = batch.fields.len();
        let gone = self.rest.kept[range.clone()]
            .iter()
            .map(|k| k.field.span.len());
        self.rest.bytes -= gone.sum::<usize>();
        if oldest.field.span.start >= behind {
            batch
                .fields
                .extend(self.rest.kept.drain(range).map(|k| k.field));
        } else {
            // Lines up to here are counted: the copies must not be.
            self.rows.line_at(&batch.text, *at);
            let n_bytes = self.rest.kept[range.clone()]
                .iter()
                .map(|k| k.field.span.len() + 1);
            let n_bytes = n_bytes.sum();
            let (room, shift) = self.rest.gap.open(&mut batch.text, at, n_bytes);
            shift.apply(batch.fields.iter_mut());
            shift.apply(self.rest.kept.iter_mut().map(|k| &mut k.field));
            let mut copies = std::mem::take(&mut self.rest.copies);
            for kept in self.rest.kept.drain(range) {
                let copied = copy(&batch.text, kept.field, &mut copies, room);
                batch.fields.push(copied);
            }
            batch.text[room..room + n_bytes].copy_from_slice(&copies);
            copies.clear();
            self.rest.copies = copies;
            self.rows.follow(*at);
        }
        let number = self.rows.next_number();
        batch.records.push(Record {
            fields: first as u32..batch.fields.len() as u32,
            number,
            line,
            table: 0,
        });
    }

    /// Gives the structure of the document up: what was read of the rest goes out, values that
    /// follow are records.
    fn lose(&mut self, batch: &mut Batch, at: &mut usize) -> Step {
        self.emit_all(batch, at);
        self.lost = true;
        let end = *at + 1;
        let first = batch.fields.len();
        self.break_off(batch, (*at, end), first, Trouble::Malformed)
    }

    fn emit_all(&mut self, batch: &mut Batch, at: &mut usize) {
        while let Some(frame) = self.frames.pop() {
            if let Some(mark) = frame.mark {
                self.emit(batch, at, mark);
            }
        }
        self.emit(batch, at, 0);
    }

    fn at_end(&mut self, batch: &mut Batch, at: &mut usize) -> Step {
        if !self.blocks.ended() || self.frames.is_empty() {
            return Step::More;
        }
        if !self.is_harmed {
            let line = self.rows.line_at(&batch.text, *at);
            self.troubles.note(Trouble::Truncated, line, &self.bounds);
        }
        self.emit_all(batch, at);
        Step::Went
    }
}
