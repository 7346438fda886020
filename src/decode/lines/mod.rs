//! Lines that have an inner make: lists of logins with passwords, and chats that were exported as text.
//!
//! Lists are a login, a sign, a password, and perhaps more a line (`a@example.com:secret`, `user----secret----…`); by that
//! convention the first two columns have names. A chat is a line with time, sender and account, and below it what was said:
//! a message is a record. Lines of another make are records of text. What is a login or a message is not known here.

mod head;

use std::io;

use memchr::memmem;

use super::block::{Blocks, Bounds, Rows, Step, Steps, next_batch};
use super::charset::Transcoder;
use super::text::{PIECE_BYTES_MAX, next_piece};
use super::{Decode, DecodeLimits, Problem};
use crate::record::{Batch, Table};

pub(super) use head::{Head, begins_with_time, head_of};

/// How the lines of a file are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Make {
    /// A login and a password with a colon between, which the password may hold as well.
    Colon,
    /// Login, password and whatever follows, with four hyphens between.
    Hyphens,
    /// Messages under lines with their time and sender.
    Chat,
}

/// Columns of a list; what goes beyond is part of the last one.
const COLUMNS: usize = 8;

/// The sign between the columns of a list.
const HYPHENS: &[u8] = b"----";

/// The table of what has the make, and that of other lines.
const MADE: u32 = 0;
const OTHER: u32 = 1;

/// Decodes lines of one make.
pub struct LineDecoder<'r> {
    blocks: Blocks<'r>,
    rows: Rows,
    make: Make,
    piece_bytes_max: usize,
    tables: [Table; 2],
}

impl<'r> LineDecoder<'r> {
    /// Decodes the text of a file whose lines are of a make.
    pub fn new(text: Transcoder<'r>, make: Make, limits: &DecodeLimits) -> LineDecoder<'r> {
        let mut columns = match make {
            Make::Colon => vec!["login", "password"],
            Make::Hyphens => vec!["login", "password", "", "", "", "", "", ""],
            Make::Chat => vec!["发送时间", "发送人", "QQ号", "消息内容"],
        };
        columns.truncate(COLUMNS);
        let made = Table {
            name: None,
            columns: columns.into_iter().map(str::to_owned).collect(),
            has_header: true,
        };
        LineDecoder {
            blocks: Blocks::new(text, limits),
            rows: Rows::new(),
            make,
            piece_bytes_max: PIECE_BYTES_MAX.min(Bounds::of(limits).record),
            tables: [made, Table::default()],
        }
    }

    /// Makes a record of a line of a list.
    fn list(&mut self, batch: &mut Batch, (start, end): (usize, usize)) {
        let sign: &[u8] = match self.make {
            Make::Colon => b":",
            _ => HYPHENS,
        };
        let n_max = self.tables[0].columns.len();
        let line = self.rows.line_at(&batch.text, start);
        let first = batch.fields.len();
        let mut from = start;
        for column in 0..n_max {
            let rest = &batch.text[from..end];
            let cut = match column + 1 < n_max {
                true => memmem::find(rest, sign),
                false => None,
            };
            let to = cut.map_or(end, |at| from + at);
            self.rows
                .push(&mut batch.fields, (from, to), column as u32, None);
            if cut.is_none() {
                break;
            }
            from = to + sign.len();
        }
        if batch.fields.len() < first + 2 {
            self.rows.roll_back(&mut batch.fields, first);
            self.rows.commit_line(batch, (start, end), OTHER);
        } else {
            self.rows.push_record(batch, first, line, MADE);
        }
    }

    /// Takes the message whose first line is `head`, at `start`, with all lines up to the next one. `None` when more text is
    /// needed.
    fn message(
        &mut self,
        batch: &mut Batch,
        start: usize,
        head: &Head,
        body: usize,
    ) -> Option<usize> {
        let is_last = self.blocks.ended();
        let (mut at, mut end) = (body, body);
        while at < batch.text.len() && at - body < self.piece_bytes_max {
            let piece = next_piece(&batch.text, at, is_last, self.piece_bytes_max)?;
            if head_of(&batch.text[at..piece.end]).is_some() {
                break;
            }
            if !batch.text[at..piece.end].trim_ascii().is_empty() {
                end = piece.end;
            }
            at = piece.next;
        }
        if at == batch.text.len() && !is_last {
            return None;
        }
        let line = self.rows.line_at(&batch.text, start);
        let first = batch.fields.len();
        let spans = [Some(head.time), Some(head.sender), head.account];
        for (column, span) in spans.into_iter().enumerate() {
            if let Some((from, to)) = span {
                let span = (start + from, start + to);
                self.rows.push(&mut batch.fields, span, column as u32, None);
            }
        }
        if end > body {
            self.rows.push(&mut batch.fields, (body, end), 3, None);
        }
        self.rows.push_record(batch, first, line, MADE);
        Some(at)
    }
}

impl<'r> Steps<'r> for LineDecoder<'r> {
    fn parts(&mut self) -> (&mut Blocks<'r>, &mut Rows) {
        (&mut self.blocks, &mut self.rows)
    }

    fn step(&mut self, batch: &mut Batch, at: &mut usize) -> Step {
        let (start, is_last) = (*at, self.blocks.ended());
        if start == batch.text.len() {
            return Step::More;
        }
        let Some(piece) = next_piece(&batch.text, start, is_last, self.piece_bytes_max) else {
            return Step::More;
        };
        let line = (start, piece.end);
        let is_whole = piece.ends_line || piece.next == batch.text.len();
        let head = match self.make {
            Make::Chat => head_of(&batch.text[start..piece.end]).filter(|_| is_whole),
            _ => None,
        };
        if let Some(head) = head {
            return match self.message(batch, start, &head, piece.next) {
                Some(next) => {
                    *at = next;
                    Step::Went
                }
                None => Step::More,
            };
        }
        if piece.end > start {
            match self.make == Make::Chat || !is_whole {
                true => self.rows.commit_line(batch, line, OTHER),
                false => self.list(batch, line),
            }
        }
        *at = piece.next;
        Step::Went
    }
}

impl Decode for LineDecoder<'_> {
    fn next_batch(&mut self, batch: &mut Batch) -> io::Result<bool> {
        next_batch(self, batch)
    }

    fn tables(&self) -> &[Table] {
        &self.tables
    }

    fn problems(&self) -> &[Problem] {
        &[]
    }
}

#[cfg(test)]
mod tests;
