//! `COPY … FROM stdin` of PostgreSQL: each line is a row, up to one that is `\.`.

use memchr::{memchr, memchr_iter};

use super::lex::{begins_statement, line_end};
use super::tuple::COLUMNS_MAX;
use super::{SqlDecoder, State};
use crate::decode::block::{Step, Trouble, char_end};
use crate::decode::escape::Escape;
use crate::record::Batch;

impl SqlDecoder<'_> {
    /// Reads a line of `COPY`; without a delimiter, as text.
    pub(super) fn copy(
        &mut self,
        batch: &mut Batch,
        at: &mut usize,
        delimiter: Option<u8>,
    ) -> Step {
        let start = *at;
        let (window, is_full) = self.window(batch, start);
        if start == batch.text.len() {
            if !self.blocks.ended() {
                return Step::More;
            }
            self.note(batch, start, Trouble::Truncated);
            self.state = State::Statement;
            return Step::Went;
        }
        let (end, next) = match copy_line_end(&batch.text[..window], start) {
            Some(next) => (next - 1, next),
            None if is_full => {
                self.note(batch, start, Trouble::TooLong);
                let end = char_end(&batch.text, start, window - 1);
                let table = self.schema.text();
                self.rows.commit_text(batch, (start, end), table);
                *at = end;
                return Step::Went;
            }
            None if !self.blocks.ended() => return Step::More,
            None => {
                if batch.text[start..].trim_ascii() != b"\\." {
                    self.note(batch, start, Trouble::Truncated);
                }
                self.state = State::Statement;
                (window, window)
            }
        };
        let line = &batch.text[start..end];
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let end = start + line.len();
        if line == b"\\." {
            self.state = State::Statement;
            *at = next;
            return Step::Went;
        }
        let Some(delimiter) = delimiter else {
            let table = self.schema.text();
            self.rows.commit_text(batch, (start, end), table);
            *at = next;
            return Step::Went;
        };
        let columns = self.schema.tables()[self.target as usize].columns.len();
        if columns > 1 && memchr(delimiter, line).is_none() && begins_statement(line) {
            self.note(batch, start, Trouble::Malformed);
            self.state = State::Statement;
            return Step::Went;
        }
        self.copy_row(batch, (start, end), delimiter);
        *at = next;
        Step::Went
    }

    fn copy_row(&mut self, batch: &mut Batch, (start, end): (usize, usize), delimiter: u8) {
        let first = batch.fields.len();
        let line = &batch.text[start..end];
        let has_escapes = memchr(b'\\', line).is_some();
        let ends = memchr_iter(delimiter, line).map(|n| start + n);
        let (mut from, mut column) = (start, 0);
        for to in ends.chain([end]) {
            let text = &batch.text[from..to];
            if text != b"\\N" {
                let escape = has_escapes && memchr(b'\\', text).is_some();
                let column = column.min(COLUMNS_MAX - 1) as u32;
                let escape = escape.then_some(Escape::Copy);
                self.rows
                    .push(&mut batch.fields, (from, to), column, escape);
            }
            from = to + 1;
            column += 1;
        }
        self.schema.widen(self.target, column);
        self.rows.commit(batch, (start, end), first, self.target);
    }
}

/// Behind the line break that ends a line of `COPY`; one behind a backslash is data.
fn copy_line_end(text: &[u8], start: usize) -> Option<usize> {
    let mut at = start;
    loop {
        let end = line_end(text, at)?;
        let line = &text[start..end - 1];
        let backslashes = line.iter().rev().take_while(|b| **b == b'\\').count();
        if backslashes % 2 == 0 {
            return Some(end);
        }
        at = end;
    }
}
