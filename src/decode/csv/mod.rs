//! Delimited files: a row is a record, a cell a field.
//!
//! Rows are kept as they are: a row with cells to spare gets columns without a name, a short one has fewer fields. Cells
//! are trimmed of white space and of guards against spreadsheets. A blank line, and a row that repeats the header (as in
//! exports that were pasted together), is no record. How quotes are read is in `split`.
//!
//! Lines in front of the header (the preamble of a bill or statement), and the pieces of a row that is longer than a
//! record may be, are records of a second table without columns, as in text: they have no cells.

pub(crate) mod split;

use std::io;

use super::charset::{BOM_UTF8, Transcoder};
use super::sniff::Dialect;
use super::text::{Blocks, PIECE_BYTES_MAX, next_piece, push_line};
use super::{Decode, DecodeLimits, Problem};
use crate::error::Reason;
use crate::record::{Batch, Record, Table};
use split::{Escaped, Shape, Split, split_record, unescape_fields};

/// The table of rows.
const ROWS: u32 = 0;
/// The table of lines that are no rows. Appended when the first one is met.
const LINES: u32 = 1;

/// Longest record that spans of 32 bits allow, with room for the block it stands in.
const RECORD_BYTES_LIMIT: usize = 1 << 30;

/// Decodes rows with a delimiter.
pub struct CsvDecoder<'r> {
    blocks: Blocks<'r>,
    shape: Shape,
    piece_bytes_max: usize,
    tables: Vec<Table>,
    problems: Vec<Problem>,
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
    /// Records handed out.
    number: u64,
    /// The line the next byte belongs to, from 1.
    line: u64,
}

impl<'r> CsvDecoder<'r> {
    /// Decodes the text of a file written in `dialect`.
    pub fn new(text: Transcoder<'r>, dialect: Dialect, limits: &DecodeLimits) -> CsvDecoder<'r> {
        let record_bytes_max = limits.record_bytes_max.clamp(16, RECORD_BYTES_LIMIT);
        CsvDecoder {
            blocks: Blocks::new(text, limits.block_bytes),
            shape: Shape {
                delimiter: dialect.delimiter,
                quotes: dialect.quotes,
                backslash: dialect.backslash,
                columns: 0,
                record_bytes_max,
            },
            piece_bytes_max: PIECE_BYTES_MAX.min(record_bytes_max),
            tables: vec![Table {
                has_header: dialect.has_header,
                ..Table::default()
            }],
            problems: Vec::new(),
            escaped: Vec::new(),
            preamble_lines: dialect.preamble_lines,
            expects_header: dialect.has_header,
            n_named: 0,
            in_long_row: false,
            number: 0,
            line: 1,
        }
    }

    /// Takes what begins at `start` and returns where the next thing begins; `None` when more text is needed.
    fn step(&mut self, batch: &mut Batch, start: usize) -> Option<usize> {
        if self.in_long_row || self.preamble_lines > 0 {
            return self.take_line(batch, start);
        }
        let mark = batch.text[start..].starts_with(BOM_UTF8);
        let start = start + if mark { BOM_UTF8.len() } else { 0 };
        if start == batch.text.len() {
            return self.blocks.is_last().then_some(start);
        }
        let first = batch.fields.len();
        let split = split_record(
            &self.shape,
            &batch.text,
            start,
            self.blocks.is_last(),
            &mut batch.fields,
            &mut self.escaped,
        );
        match split {
            Split::Record { next, lines } => {
                self.take_row(batch, first);
                self.line += lines;
                Some(next)
            }
            Split::More => None,
            Split::TooLong => {
                self.problem_too_long();
                self.in_long_row = true;
                self.take_line(batch, start)
            }
        }
    }

    /// A line of the preamble, or a piece of a row that is too long.
    fn take_line(&mut self, batch: &mut Batch, start: usize) -> Option<usize> {
        let is_last = self.blocks.is_last();
        let piece = next_piece(&batch.text, start, is_last, self.piece_bytes_max)?;
        if piece.end > start {
            if self.tables.len() == LINES as usize {
                self.tables.push(Table::default());
            }
            self.number += 1;
            push_line(batch, start..piece.end, self.number, self.line, LINES);
        }
        if piece.ends_line {
            self.line += 1;
            self.in_long_row = false;
            self.preamble_lines = self.preamble_lines.saturating_sub(1);
        }
        Some(piece.next)
    }

    /// A row whose fields begin at `first`: a record, the header, or nothing.
    fn take_row(&mut self, batch: &mut Batch, first: usize) {
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
        if self.repeats_header(batch, first) {
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
        self.number += 1;
        batch.records.push(Record {
            fields: first as u32..batch.fields.len() as u32,
            number: self.number,
            line: self.line,
            table: ROWS,
        });
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

    fn problem_too_long(&mut self) {
        let what = format!(
            "row longer than {} bytes, read as text",
            self.shape.record_bytes_max
        );
        let reason = Reason::Limit(what);
        if self.problems.is_empty() {
            let line = self.line;
            self.problems.push(Problem { reason, line });
        }
    }
}

impl Decode for CsvDecoder<'_> {
    fn next_batch(&mut self, batch: &mut Batch) -> io::Result<bool> {
        batch.clear();
        while batch.records.is_empty() {
            batch.text.clear();
            if !self.blocks.start(&mut batch.text)? {
                return Ok(false);
            }
            let mut at = 0;
            while at < batch.text.len() {
                match self.step(batch, at) {
                    Some(next) => at = next,
                    None if batch.records.is_empty() => self.blocks.more(&mut batch.text),
                    None => break,
                }
            }
            self.blocks.keep(&mut batch.text, at);
        }
        Ok(true)
    }

    fn tables(&self) -> &[Table] {
        &self.tables
    }

    fn problems(&self) -> &[Problem] {
        &self.problems
    }
}

#[cfg(test)]
mod tests;
