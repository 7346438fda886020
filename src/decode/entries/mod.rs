//! Records of names and values, a pair a line: vCards, LDIF, the vertical output of database clients, YAML, and forms in text.
//!
//! What stands together is one record, whose columns are the names: in lines of text a person with a number and an address would be
//! three. A value may go on over lines. Lines that are no pair are values without a name, or records of text where no record is
//! around them. Whether a file is made of such records is told by `sniff::entries`.

mod line;

use std::collections::HashMap;
use std::io;

use super::block::{Blocks, Bounds, Rows, Step, Steps, Trouble, Troubles, holds_data, next_batch};
use super::charset::Transcoder;
use super::escape::Escape;
use super::text::{PIECE_BYTES_MAX, next_piece};
use super::{Decode, DecodeLimits, Problem};
use crate::record::{Batch, Table};
use line::{Line, Pair, line_of, pair_within};

/// How the records of a file are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// vCards (RFC 6350, and versions 2.1 and 3.0).
    Vcard,
    /// Entries of a directory (RFC 2849).
    Ldif,
    /// What `\G` of the MySQL client writes.
    Rows,
    /// What `\x` of psql writes.
    Expanded,
    /// Mappings in YAML: the members of lists, or whole documents one after the other.
    Yaml {
        /// Whether each document is a record.
        by_document: bool,
    },
    /// Names and values as forms have them: `姓名：张三`, or as sqlite3's line mode writes them: `name = Ann`. A record begins with
    /// the name that the one before it began with.
    Forms {
        /// Whether it ends with a blank line, too.
        by_blank: bool,
    },
}

/// Columns that are told apart; values of further names have none.
const COLUMNS_MAX: usize = 4_096;

/// Lines without a name that stand below each other in a record. More are a list of their own, each line something else.
const STRAYS_MAX: usize = 8;

/// Bytes of the names around a value; what lies deeper has the names up to there.
const PATH_BYTES_MAX: usize = 1_024;

/// The table of the records, and that of other lines.
const ENTRIES: u32 = 0;
const OTHER: u32 = 1;

/// The column of what has no name.
const UNNAMED: u32 = 0;

/// Decodes records of names and values.
pub struct EntryDecoder<'r> {
    blocks: Blocks<'r>,
    rows: Rows,
    style: Style,
    bounds: Bounds,
    piece_bytes_max: usize,
    columns: HashMap<Box<[u8]>, u32>,
    tables: [Table; 2],
    troubles: Troubles,
    /// Whether a line goes on where the last step ended.
    is_within_line: bool,
}

/// Whether a line, without the blanks around it, begins a record of a style that has such lines.
pub(super) fn is_begin(line: &[u8], style: Style) -> bool {
    line_of(line, style) == Line::Begin
}

/// Whether a line stands between records: nothing, or a ruling.
pub(super) fn is_between(line: &[u8], style: Style) -> bool {
    matches!(line_of(line, style), Line::Blank | Line::End)
}

/// Whether a line is a name with its value, or without one.
pub(super) fn is_pair(line: &[u8]) -> bool {
    line::pair(line, 0).is_some()
}

/// Whether parameters may say more than how a value is to be read: they hold data, or text in quotation marks (RFC 6350, section
/// 5: `LABEL`, `SORT-AS`), or of another script.
fn may_be_of_person(parameters: &[u8]) -> bool {
    parameters.iter().any(|b| *b == b'"' || *b >= 0x80) || holds_data(parameters)
}

/// The record in hand.
struct Open {
    /// Its first field, as an index into those of the batch.
    first: usize,
    /// Whether something of it was met.
    has_begun: bool,
    /// The column and the indentation of its first value.
    head: Option<(u32, usize)>,
    /// The column of a name that had no value on its line, for the lines below it.
    awaiting: Option<u32>,
    is_too_wide: bool,
    /// Where it ends so far.
    end: usize,
    /// The lines without a name that came last.
    strays: Option<Strays>,
    /// For YAML: the names around the place.
    path: Path,
    /// For YAML: how far the hyphen of its first line is indented, if there is one.
    member: Option<usize>,
}

/// Lines without a name below each other.
#[derive(Clone, Copy)]
struct Strays {
    n: usize,
    /// Where the first one begins, how many fields there were before it, and where the record ended.
    start: usize,
    n_fields: usize,
    end: usize,
}

/// Names around a place, each with how far it is indented.
#[derive(Default)]
struct Path {
    /// The names with dots between, and behind them the last one asked for.
    text: Vec<u8>,
    /// How far each is indented, and where it ends in the text.
    around: Vec<(usize, usize)>,
}

impl Path {
    /// A name that is indented so far, behind those around it.
    fn within(&mut self, indent: usize, name: &[u8]) -> &[u8] {
        while self
            .around
            .last()
            .is_some_and(|(outer, _)| *outer >= indent)
        {
            self.around.pop();
        }
        self.text
            .truncate(self.around.last().map_or(0, |(_, end)| *end));
        if !self.text.is_empty() {
            self.text.push(b'.');
        }
        self.text.extend_from_slice(name);
        &self.text
    }

    /// Says that the last name asked for, which is indented so far, is around what comes.
    fn enter(&mut self, indent: usize) {
        if self.text.len() <= PATH_BYTES_MAX {
            self.around.push((indent, self.text.len()));
        }
    }
}

/// What a line does to the record in hand.
enum Effect {
    /// It is taken.
    Taken,
    /// The record ends before it.
    Before,
    /// The record ends with it.
    With,
    /// The record ended before the lines without a name that came last.
    BeforeStrays(Strays),
}

impl<'r> EntryDecoder<'r> {
    /// Decodes the text of a file whose records are written like that.
    pub fn new(text: Transcoder<'r>, style: Style, limits: &DecodeLimits) -> EntryDecoder<'r> {
        let bounds = Bounds::of(limits);
        let entries = Table {
            name: None,
            columns: vec![String::new()],
            has_header: true,
        };
        EntryDecoder {
            blocks: Blocks::new(text, limits),
            rows: Rows::new(),
            style,
            bounds,
            piece_bytes_max: PIECE_BYTES_MAX.min(bounds.record),
            columns: HashMap::new(),
            tables: [entries, Table::default()],
            troubles: Troubles::default(),
            is_within_line: false,
        }
    }

    /// The column of a name; that of what has none where there are too many.
    fn column(&mut self, name: &[u8]) -> u32 {
        if let Some(column) = self.columns.get(name) {
            return *column;
        }
        let columns = &mut self.tables[ENTRIES as usize].columns;
        if columns.len() >= COLUMNS_MAX {
            return UNNAMED;
        }
        let column = columns.len() as u32;
        let shown = String::from_utf8_lossy(name);
        columns.push(match self.style {
            Style::Ldif => shown.to_ascii_lowercase(),
            // That a name is an extension says nothing of what it names.
            Style::Vcard => {
                let lower = shown.to_ascii_lowercase();
                lower.strip_prefix("x-").unwrap_or(&lower).to_owned()
            }
            _ => shown.into_owned(),
        });
        self.columns.insert(name.into(), column);
        column
    }

    /// Takes what stands at `start`: a line outside of records, or a record. Returns where it ends, or `None` when more text is
    /// needed.
    fn take(&mut self, batch: &mut Batch, start: usize) -> Option<usize> {
        let mut open = Open {
            first: batch.fields.len(),
            has_begun: false,
            head: None,
            awaiting: None,
            is_too_wide: false,
            end: start,
            strays: None,
            path: Path::default(),
            member: None,
        };
        let is_last = self.blocks.ended();
        let (mut at, mut is_within) = (start, self.is_within_line);
        let (mut is_over, mut is_divided) = (is_last, false);
        while at < batch.text.len() {
            let piece = next_piece(&batch.text, at, is_last, self.piece_bytes_max)?;
            let span = (at, piece.end);
            let line = match is_within {
                true => Line::More,
                false => line_of(&batch.text[span.0..span.1], self.style),
            };
            is_divided = open.has_begun && piece.next - start > self.bounds.record;
            let effect = match is_divided {
                true => Effect::Before,
                false => self.line(batch, &mut open, line, span),
            };
            is_over |= !matches!(effect, Effect::Taken);
            match effect {
                Effect::Before => break,
                Effect::BeforeStrays(strays) => {
                    batch.fields.truncate(strays.n_fields);
                    (at, open.end, is_within) = (strays.start, strays.end, false);
                    break;
                }
                Effect::Taken | Effect::With => {}
            }
            if !matches!(line, Line::Blank) {
                open.end = piece.end;
            }
            is_within = !piece.ends_line;
            at = piece.next;
            if let Effect::With = effect {
                break;
            }
        }
        // The next line may belong to it.
        if !is_over {
            return None;
        }
        self.is_within_line = is_within;
        if open.has_begun {
            let line = self.rows.line_at(&batch.text, start);
            if is_divided {
                self.troubles.note(Trouble::Divided, line, &self.bounds);
            }
            if open.is_too_wide {
                self.troubles.note(Trouble::TooWide, line, &self.bounds);
            }
            self.rows
                .commit(batch, (start, open.end), open.first, ENTRIES);
        }
        Some(at)
    }

    /// Takes a line at `span` into the record in hand, where it belongs to it.
    fn line(
        &mut self,
        batch: &mut Batch,
        open: &mut Open,
        line: Line,
        span: (usize, usize),
    ) -> Effect {
        match line {
            Line::Blank if open.has_begun && !self.ends_by_blank() => Effect::Taken,
            Line::Blank => Effect::With,
            Line::Begin if open.has_begun => Effect::Before,
            Line::Begin => {
                open.has_begun = true;
                Effect::Taken
            }
            Line::End => Effect::With,
            Line::Pair(pair) => self.pair(batch, open, pair, span),
            Line::More if batch.fields.len() > open.first && open.awaiting.is_none() => {
                if let Some(field) = batch.fields.last_mut() {
                    field.span.end = span.1 as u32;
                }
                Effect::Taken
            }
            Line::More => self.other(batch, open, (0, 0, false), span),
            Line::Other {
                at,
                indent,
                is_member,
            } => self.other(batch, open, (at, indent, is_member), span),
        }
    }

    fn ends_by_blank(&self) -> bool {
        matches!(self.style, Style::Ldif | Style::Forms { by_blank: true })
    }

    /// Whether records have a line that begins them.
    fn has_begins(&self) -> bool {
        matches!(self.style, Style::Vcard | Style::Rows | Style::Expanded)
    }

    fn pair(
        &mut self,
        batch: &mut Batch,
        open: &mut Open,
        pair: Pair,
        span: (usize, usize),
    ) -> Effect {
        let name = &batch.text[span.0 + pair.name.0..span.0 + pair.name.1];
        // A number in the place of a name is no name.
        if (self.has_begins() && !open.has_begun) || holds_data(name) {
            return self.other(batch, open, (0, pair.indent, pair.is_member), span);
        }
        if open.has_begun && self.begins_another(open, &pair, name) {
            return Effect::Before;
        }
        let column = match self.style {
            Style::Yaml { .. } => self.column(open.path.within(pair.name.0, name)),
            _ => self.column(name),
        };
        if !open.has_begun {
            open.has_begun = true;
            open.member = pair.is_member.then_some(pair.indent);
        }
        if pair.value.0 == pair.value.1 && matches!(self.style, Style::Yaml { .. }) {
            open.path.enter(pair.name.0);
        }
        open.strays = None;
        if let Some((start, end)) = pair.beside {
            let (start, end) = (span.0 + start, span.0 + end);
            if may_be_of_person(&batch.text[start..end]) {
                let fields = &mut batch.fields;
                self.rows
                    .push(fields, (start, end), UNNAMED, Some(Escape::Folded));
            }
        }
        let (mut pair, mut column) = (pair, column);
        loop {
            let next = match self.style {
                Style::Forms { .. } => pair_within(&batch.text[span.0..span.1], pair.value),
                _ => None,
            };
            let (start, end) = (pair.value.0, next.map_or(pair.value.1, |(end, _)| end));
            open.is_too_wide |= column == UNNAMED;
            open.awaiting = (start == end).then_some(column);
            if start < end {
                open.head.get_or_insert((column, pair.indent));
                let value = (span.0 + start, span.0 + end);
                let fields = &mut batch.fields;
                self.rows.push(fields, value, column, pair.escape);
            }
            let Some((_, behind)) = next else {
                return Effect::Taken;
            };
            column = self.column(&batch.text[span.0 + behind.name.0..span.0 + behind.name.1]);
            pair = behind;
        }
    }

    /// Whether a pair is the first one of the next record.
    fn begins_another(&self, open: &Open, pair: &Pair, name: &[u8]) -> bool {
        match self.style {
            Style::Vcard | Style::Rows | Style::Expanded => false,
            Style::Ldif => name.eq_ignore_ascii_case(b"dn"),
            Style::Yaml { by_document: true } => false,
            Style::Yaml { .. } => match open.member {
                Some(indent) => pair.indent <= indent,
                None => pair.is_member,
            },
            Style::Forms { .. } => open.head.is_some_and(|(head, indent)| {
                pair.indent <= indent && self.columns.get(name) == Some(&head)
            }),
        }
    }

    /// Takes a line that is no pair; its text begins at `at` in it.
    fn other(
        &mut self,
        batch: &mut Batch,
        open: &mut Open,
        (at, indent, is_member): (usize, usize, bool),
        span: (usize, usize),
    ) -> Effect {
        let is_of_list = matches!(self.style, Style::Yaml { .. }) && is_member;
        let is_behind = is_of_list && open.member.is_some_and(|member| indent <= member);
        if open.has_begun && is_behind {
            return Effect::Before;
        }
        let text = &batch.text[span.0..span.1];
        let end = span.0 + text.trim_ascii_end().len();
        let start = end - text[at.min(text.len())..].trim_ascii().len();
        if !open.has_begun {
            if start < end {
                self.rows.commit_line(batch, (start, end), OTHER);
            }
            return Effect::With;
        }
        let strays = open.strays.get_or_insert(Strays {
            n: 0,
            start: span.0,
            n_fields: batch.fields.len(),
            end: open.end,
        });
        strays.n += 1;
        if strays.n > STRAYS_MAX && !self.has_begins() {
            return Effect::BeforeStrays(*strays);
        }
        if start < end {
            let column = open.awaiting.unwrap_or(UNNAMED);
            self.rows
                .push(&mut batch.fields, (start, end), column, None);
            if !is_of_list {
                open.awaiting = None;
            }
        }
        Effect::Taken
    }
}

impl<'r> Steps<'r> for EntryDecoder<'r> {
    fn parts(&mut self) -> (&mut Blocks<'r>, &mut Rows) {
        (&mut self.blocks, &mut self.rows)
    }

    fn step(&mut self, batch: &mut Batch, at: &mut usize) -> Step {
        if *at == batch.text.len() {
            return Step::More;
        }
        let first = batch.fields.len();
        match self.take(batch, *at) {
            Some(next) => {
                *at = next;
                Step::Went
            }
            None => {
                self.rows.roll_back(&mut batch.fields, first);
                Step::More
            }
        }
    }
}

impl Decode for EntryDecoder<'_> {
    fn next_batch(&mut self, batch: &mut Batch) -> io::Result<bool> {
        next_batch(self, batch)
    }

    fn tables(&self) -> &[Table] {
        &self.tables
    }

    fn problems(&self) -> &[Problem] {
        self.troubles.as_slice()
    }
}

#[cfg(test)]
mod tests;
