//! Delimited files: a row is a record, a cell a field.
//!
//! Rows are kept as they are: a row with cells to spare gets columns without a name, a short one
//! has fewer fields. Cells are trimmed of white space and of guards against spreadsheets. A blank
//! line, a row that repeats the header (as in exports that were pasted together), and a ruling between bars is no record.
//! How quotes are read is in `split`.
//!
//! Lines in front of the header (the preamble of a bill or statement), and the pieces of a row that
//! is longer than a record may be, are records of a second table without columns, as in text: they
//! have no cells.

pub(crate) mod split;

use std::io;

use super::block::{Blocks, Bounds, Rows, Step, Steps, Trouble, Troubles, next_batch};
use super::charset::{BOM_UTF8, Transcoder};
use super::sniff::{Dialect, is_ruling};
use super::text::{PIECE_BYTES_MAX, next_piece};
use super::{Decode, DecodeLimits, Problem};
use crate::record::{Batch, Table};
use split::{Escaped, Shape, Split, split_record, unescape_fields};

/// The table of rows.
const ROWS: u32 = 0;
/// The table of lines that are no rows. Appended when the first one is met.
const LINES: u32 = 1;

/// Decodes rows with a delimiter.
pub struct CsvDecoder<'r> {
    blocks: Blocks<'r>,
    rows: Rows,
    troubles: Troubles,
    bounds: Bounds,
    shape: Shape,
    piece_bytes_max: usize,
    tables: Vec<Table>,
    /// Fields of the current record to be unescaped.
    escaped: Vec<Escaped>,
    /// Lines of the preamble still to come.
    preamble_lines: u32,
    /// Whether the next row names the columns.
    expects_header: bool,
    /// Columns named by the header, at the begin of the table's columns.
    n_named: usize,
    /// Whether the text stands inside a row that is too long.
    in_long_row: bool,
}

impl<'r> CsvDecoder<'r> {
    /// Decodes the text of a file written in `dialect`.
    pub fn new(text: Transcoder<'r>, dialect: Dialect, limits: &DecodeLimits) -> CsvDecoder<'r> {
        let bounds = Bounds::of(limits);
        CsvDecoder {
            blocks: Blocks::new(text, limits),
            rows: Rows::new(),
            troubles: Troubles::default(),
            bounds,
            shape: Shape {
                delimiter: dialect.delimiter,
                quotes: dialect.quotes,
                backslash: dialect.backslash,
                columns: 0,
                record_bytes_max: bounds.record,
            },
            piece_bytes_max: PIECE_BYTES_MAX.min(bounds.record),
            tables: vec![Table {
                has_header: dialect.has_header,
                ..Table::default()
            }],
            escaped: Vec::new(),
            preamble_lines: dialect.preamble_lines,
            expects_header: dialect.has_header,
            n_named: 0,
            in_long_row: false,
        }
    }

    /// The same, of a table of that name.
    pub fn named(mut self, name: Option<String>) -> CsvDecoder<'r> {
        self.tables[ROWS as usize].name = name;
        self
    }

    /// Takes what begins at `start` and returns where the next thing begins; `None` when more text
    /// is needed.
    fn take(&mut self, batch: &mut Batch, start: usize) -> Option<usize> {
        if self.in_long_row || self.preamble_lines > 0 {
            return self.take_line(batch, start);
        }
        let mark = batch.text[start..].starts_with(BOM_UTF8);
        let start = start + if mark { BOM_UTF8.len() } else { 0 };
        if start == batch.text.len() {
            return self.blocks.ended().then_some(start);
        }
        let line = self.rows.line_at(&batch.text, start);
        let first = batch.fields.len();
        let split = split_record(
            &self.shape,
            &batch.text,
            start,
            self.blocks.ended(),
            &mut batch.fields,
            &mut self.escaped,
        );
        match split {
            Split::Record { next, lines } => {
                self.take_row(batch, first, line);
                self.rows.pass(next, lines);
                Some(next)
            }
            Split::More => None,
            Split::TooLong => {
                self.troubles.note(Trouble::RowTooLong, line, &self.bounds);
                self.in_long_row = true;
                self.take_line(batch, start)
            }
        }
    }

    /// A line of the preamble, or a piece of a row that is too long.
    fn take_line(&mut self, batch: &mut Batch, start: usize) -> Option<usize> {
        let is_last = self.blocks.ended();
        let piece = next_piece(&batch.text, start, is_last, self.piece_bytes_max)?;
        if piece.end > start {
            if self.tables.len() == LINES as usize {
                self.tables.push(Table::default());
            }
            self.rows.commit_line(batch, (start, piece.end), LINES);
        }
        self.rows.pass(piece.next, piece.ends_line.into());
        if piece.ends_line {
            self.in_long_row = false;
            self.preamble_lines = self.preamble_lines.saturating_sub(1);
        }
        Some(piece.next)
    }

    /// A row that begins on a line and whose fields begin at `first`: a record, the header, or
    /// nothing.
    fn take_row(&mut self, batch: &mut Batch, first: usize, line: u64) {
        unescape_fields(
            &mut batch.text,
            &mut batch.fields,
            &mut self.escaped,
            self.shape.backslash,
        );
        let n_fields = batch.fields.len() - first;
        if n_fields == 1 && batch.fields[first].span.is_empty() {
            batch.fields.truncate(first);
            return;
        }
        if self.expects_header {
            self.expects_header = false;
            self.n_named = n_fields;
            self.shape.columns = n_fields;
            let names = batch.fields[first..]
                .iter()
                .map(|f| String::from_utf8_lossy(batch.bytes(f.span)).into_owned());
            self.tables[ROWS as usize].columns = names.collect();
            batch.fields.truncate(first);
            return;
        }
        if self.repeats_header(batch, first) || self.is_ruling(batch, first) {
            batch.fields.truncate(first);
            return;
        }
        let columns = &mut self.tables[ROWS as usize].columns;
        if columns.len() < n_fields {
            columns.resize(n_fields, String::new());
        }
        if self.shape.columns == 0 {
            self.shape.columns = n_fields;
        }
        self.rows.push_record(batch, first, line, ROWS);
    }

    /// Only with bars between cells is a ruling drawn: elsewhere dashes are what somebody left out.
    fn is_ruling(&self, batch: &Batch, first: usize) -> bool {
        let cells = batch.fields[first..].iter().map(|f| batch.bytes(f.span));
        self.shape.delimiter == b'|' && is_ruling(cells)
    }

    fn repeats_header(&self, batch: &Batch, first: usize) -> bool {
        let names = &self.tables[ROWS as usize].columns[..self.n_named];
        let row = &batch.fields[first..];
        !names.is_empty()
            && row.len() == names.len()
            && row
                .iter()
                .zip(names)
                .all(|(f, name)| batch.bytes(f.span) == name.as_bytes())
    }
}

impl<'r> Steps<'r> for CsvDecoder<'r> {
    fn parts(&mut self) -> (&mut Blocks<'r>, &mut Rows) {
        (&mut self.blocks, &mut self.rows)
    }

    fn step(&mut self, batch: &mut Batch, at: &mut usize) -> Step {
        if *at == batch.text.len() {
            return Step::More;
        }
        let Some(next) = self.take(batch, *at) else {
            return Step::More;
        };
        *at = next;
        Step::Went
    }
}

impl Decode for CsvDecoder<'_> {
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
