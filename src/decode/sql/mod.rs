//! SQL dumps: the rows of `INSERT`, `REPLACE` and `COPY` as records.
//!
//! Statements are read one by one and their rows one by one, so that a statement of gigabytes takes
//! no more memory than its longest row. Columns come from the statement or from the `CREATE TABLE`
//! before. Whatever else holds something that looks like data (other statements, comments, damaged
//! stretches) is a record of text, so that nothing is lost.

mod copy;
mod damage;
mod lex;
mod schema;
mod statement;
mod tuple;

#[cfg(test)]
mod tests;

use std::io;

use memchr::{memchr, memmem};

use self::lex::{comment_end, mark_end, skip_blank, skip_space, statement_end, word};
use self::schema::Schema;
use self::statement::{Statement, Target, statement};
use self::tuple::Reader;
use super::block::{
    Blocks, Bounds, Rows, Step, Steps, Stop, Trouble, Troubles, char_end, holds_data, next_batch,
};
use super::charset::Transcoder;
use super::{Decode, DecodeLimits, Problem};
use crate::record::{Batch, Table};

/// Decodes SQL dumps of MySQL, PostgreSQL, SQL Server and SQLite.
///
/// Each table name with a list of columns is a table. Where the dump comments a column (`COMMENT
/// '手机号'`), the comment stands behind the name, after U+001F: `phone\u{1f}手机号`. A table
/// without name and columns takes text.
pub struct SqlDecoder<'r> {
    blocks: Blocks<'r>,
    rows: Rows,
    troubles: Troubles,
    bounds: Bounds,
    schema: Schema,
    state: State,
    /// Where tuples go; what was last read of it stays for the statements of the same beginning.
    target: u32,
    /// The beginning of the last `INSERT`, up to its first tuple.
    beginning: Vec<u8>,
    /// Whether a backslash escapes in the strings of the file, and of the statement.
    backslash: bool,
    backslash_here: bool,
    delimiter: Vec<u8>,
    /// Whether rows were met: what comments say about the program that wrote the dump stands
    /// before.
    has_data: bool,
    /// Bytes from the position on that are known to hold no whole tuple from their beginning.
    damaged: usize,
    attempts: u32,
}

/// What comes next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// A statement, a comment, or nothing.
    Statement,
    /// A tuple; `due` says that there must be one.
    Tuples { due: bool },
    /// Assignments of an `INSERT … SET`.
    Assignments,
    /// A line of `COPY`, with this byte between fields.
    Copy { delimiter: u8 },
    /// A line of `COPY` that is text.
    CopyLines,
    /// A stretch of damage.
    Damage,
    /// Behind such a stretch, which ended with this byte, and perhaps with its line.
    Resume { last: u8, ends_line: bool },
}

impl<'r> SqlDecoder<'r> {
    /// Decodes the text of a file.
    pub fn new(text: Transcoder<'r>, limits: &DecodeLimits) -> SqlDecoder<'r> {
        SqlDecoder {
            blocks: Blocks::new(text, limits),
            rows: Rows::new(),
            troubles: Troubles::default(),
            bounds: Bounds::of(limits),
            schema: Schema::default(),
            state: State::Statement,
            target: 0,
            beginning: Vec::new(),
            backslash: true,
            backslash_here: true,
            delimiter: b";".to_vec(),
            has_data: false,
            damaged: 0,
            attempts: 0,
        }
    }

    /// What of the text a record that begins at `at` may take, and whether there is more behind it.
    fn window(&self, batch: &Batch, at: usize) -> (usize, bool) {
        let end = batch.text.len().min(at + self.bounds.record + 1);
        (end, end - at > self.bounds.record)
    }

    fn statement(&mut self, batch: &mut Batch, at: &mut usize) -> Step {
        *at = skip_space(&batch.text, *at);
        let rest = &batch.text[*at..];
        let is_cut = rest.len() <= self.beginning.len().max(2) && !self.blocks.ended();
        if rest.is_empty() || is_cut {
            return Step::More;
        }
        let is_same = !self.beginning.is_empty() && rest.starts_with(&self.beginning);
        if is_same && rest.get(self.beginning.len()) == Some(&b'(') {
            *at += self.beginning.len();
            self.state = State::Tuples { due: true };
            return Step::Went;
        }
        match rest {
            [b'/', b'*', b'!', ..] => match mark_end(&batch.text, *at) {
                Some(end) => *at = end,
                None if self.blocks.ended() => *at += b"/*!".len(),
                None => return Step::More,
            },
            [b'*', b'/', ..] => *at += 2,
            [b'/', b'*', ..] | [b'-', b'-', ..] | [b'#' | b'\\', ..] => {
                return self.comment(batch, at);
            }
            _ if rest.starts_with(&self.delimiter) => *at += self.delimiter.len(),
            [b';', ..] => *at += 1,
            _ => return self.begin(batch, at),
        }
        Step::Went
    }

    /// Passes over a comment, or a line for `psql`.
    fn comment(&mut self, batch: &mut Batch, at: &mut usize) -> Step {
        let start = *at;
        let (window, is_full) = self.window(batch, start);
        let end = match comment_end(&batch.text[..window], start) {
            Some(end) => end,
            None if is_full => return self.break_off(batch, (start, window), Trouble::TooLong),
            None if self.blocks.ended() => window,
            None => return Step::More,
        };
        self.hear(&batch.text[start..end]);
        self.text(batch, (start, end));
        *at = end;
        Step::Went
    }

    /// Takes from a comment which program wrote the dump, and so whether backslashes escape.
    fn hear(&mut self, comment: &[u8]) {
        let says = |what: &str| memmem::find(comment, what.as_bytes()).is_some();
        if self.has_data {
            return;
        }
        if ["MySQL", "MariaDB"].into_iter().any(says) {
            self.backslash = true;
        } else if ["PostgreSQL", "SQL Server", "SQLite", "Oracle"]
            .into_iter()
            .any(says)
        {
            self.backslash = false;
        }
    }

    /// Takes from a statement whether backslashes escape.
    fn obey(&mut self, statement: &[u8]) {
        let head = statement[..statement.len().min(200)].to_ascii_uppercase();
        let says = |what: &str| memmem::find(&head, what.as_bytes()).is_some();
        let is_setting = head.starts_with(b"SET") || head.starts_with(b"/*!");
        if is_setting && says("STANDARD_CONFORMING_STRINGS") {
            self.backslash = says("OFF");
            return;
        }
        let is_other = is_setting
            && ["NO_BACKSLASH_ESCAPES", "IDENTITY_INSERT", "ANSI_NULLS"]
                .into_iter()
                .any(says);
        let is_batch = head.starts_with(b"GO") && head.get(2).is_none_or(u8::is_ascii_whitespace);
        if is_other || is_batch || head.starts_with(b"PRAGMA") {
            self.backslash = false;
        }
    }

    /// Reads the beginning of a statement, or all of one that holds no rows.
    fn begin(&mut self, batch: &mut Batch, at: &mut usize) -> Step {
        let start = *at;
        let (window, is_full) = self.window(batch, start);
        match statement(&batch.text[..window], start, self.backslash) {
            Ok((statement @ (Statement::Create(..) | Statement::Comment(..)), end)) => {
                // Options follow, up to the delimiter.
                let text = &batch.text[..window];
                match statement_end(text, end, &self.delimiter, self.backslash) {
                    Ok(end) => *at = end,
                    Err(_) if !is_full && !self.blocks.ended() => return Step::More,
                    Err(_) => *at = char_end(&batch.text, start, window),
                }
                self.take(statement, &[]);
                Step::Went
            }
            Ok((statement, end)) => {
                *at = end;
                self.take(statement, &batch.text[start..end]);
                Step::Went
            }
            Err(Stop::More) if !is_full && !self.blocks.ended() => Step::More,
            Err(stop) => {
                if stop == Stop::More && !is_full && holds_rows(&batch.text[start..]) {
                    self.note(batch, start, Trouble::Truncated);
                }
                self.other(batch, at)
            }
        }
    }

    fn take(&mut self, statement: Statement, text: &[u8]) {
        self.beginning.clear();
        match statement {
            Statement::Values(target) => {
                self.aim(target);
                self.beginning.extend_from_slice(text);
                self.state = State::Tuples { due: true };
            }
            Statement::Assignments(target) => {
                self.aim(target);
                self.state = State::Assignments;
            }
            Statement::Copy(target, delimiter) => {
                self.aim(target);
                self.state = State::Copy { delimiter };
            }
            Statement::CopyLines => self.state = State::CopyLines,
            Statement::Create(table, columns) => self.schema.create(&table, columns),
            Statement::Comment(table, column) => self.schema.comment(&table, column),
            Statement::Delimiter(delimiter) => self.delimiter = delimiter,
        }
    }

    fn aim(&mut self, target: Target) {
        self.backslash_here = self.backslash && !target.is_bracketed;
        self.target = self.schema.table(target);
        self.has_data = true;
    }

    /// Passes over a statement without rows.
    fn other(&mut self, batch: &mut Batch, at: &mut usize) -> Step {
        let start = *at;
        let (window, is_full) = self.window(batch, start);
        let text = &batch.text[..window];
        let end = match statement_end(text, start, &self.delimiter, self.backslash) {
            Ok(end) => end,
            Err(_) if is_full => return self.break_off(batch, (start, window), Trouble::TooLong),
            Err(_) if !self.blocks.ended() => return Step::More,
            Err(is_open) => {
                if is_open {
                    self.note(batch, start, Trouble::Truncated);
                }
                window
            }
        };
        let statement = batch.text[start..end].trim_ascii();
        let statement = statement
            .strip_suffix(&self.delimiter[..])
            .unwrap_or(statement);
        self.obey(&batch.text[start..end]);
        let stretch = (start, start + statement.len());
        // Rows in a form that is not known may be names alone.
        let writes = [b"INSERT".as_slice(), b"REPLACE", b"UPDATE", b"MERGE"];
        let first = word(statement, 0);
        let is_write = writes.iter().any(|w| first.eq_ignore_ascii_case(w));
        if is_write && memchr(b'\'', statement).is_some() {
            let table = self.schema.text();
            self.rows.commit_text(batch, stretch, table);
        } else {
            self.text(batch, stretch);
        }
        *at = end;
        Step::Went
    }

    /// Makes a stretch a record of text if it looks like it holds data.
    fn text(&mut self, batch: &mut Batch, (start, end): (usize, usize)) {
        if holds_data(&batch.text[start..end]) {
            let table = self.schema.text();
            self.rows.commit_text(batch, (start, end), table);
        }
    }

    fn tuples(&mut self, batch: &mut Batch, at: &mut usize, due: bool) -> Step {
        let Ok(next) = skip_blank(&batch.text, *at) else {
            if !self.blocks.ended() {
                return Step::More;
            }
            if due {
                self.note(batch, *at, Trouble::Truncated);
            }
            // A comment without end may hold data all the same.
            self.state = State::Statement;
            return Step::Went;
        };
        *at = next;
        match batch.text[next] {
            b'(' => self.row(batch, at, State::Tuples { due: false }, |reader| {
                reader.tuple()
            }),
            b',' if !due => {
                *at += 1;
                self.state = State::Tuples { due: true };
                Step::Went
            }
            byte if !due && (byte == b';' || byte.is_ascii_alphabetic()) => {
                self.state = State::Statement;
                Step::Went
            }
            _ if !due && batch.text[next..].starts_with(&self.delimiter) => {
                self.state = State::Statement;
                Step::Went
            }
            _ if !due
                && self.delimiter.starts_with(&batch.text[next..])
                && !self.blocks.ended() =>
            {
                Step::More
            }
            _ => self.break_off(batch, (next, next + 1), Trouble::Malformed),
        }
    }

    /// Reads a row at the position; then comes `then`.
    fn row(
        &mut self,
        batch: &mut Batch,
        at: &mut usize,
        then: State,
        read: impl FnOnce(&mut Reader<'_>) -> Result<(), Stop>,
    ) -> Step {
        let (start, first) = (*at, batch.fields.len());
        let (window, is_full) = self.window(batch, start);
        let mut reader = Reader {
            text: &batch.text[..window],
            at: start,
            fields: &mut batch.fields,
            rows: &mut self.rows,
            backslash: self.backslash_here,
            count: 0,
        };
        let result = read(&mut reader);
        let (end, count) = (reader.at, reader.count);
        let trouble = match result {
            Ok(()) if end - start <= self.bounds.record => None,
            Err(Stop::Bad) => Some(Trouble::Malformed),
            _ if is_full => Some(Trouble::TooLong),
            _ if !self.blocks.ended() => {
                self.rows.roll_back(&mut batch.fields, first);
                return Step::More;
            }
            _ => {
                self.note(batch, start, Trouble::Truncated);
                None
            }
        };
        if let Some(trouble) = trouble {
            self.rows.roll_back(&mut batch.fields, first);
            return self.break_off(batch, (start, end), trouble);
        }
        // A cut row takes all there is.
        let end = if result.is_ok() { end } else { window };
        self.schema.widen(self.target, count);
        self.rows.commit(batch, (start, end), first, self.target);
        self.attempts = 0;
        self.damaged = 0;
        self.state = if result.is_ok() {
            then
        } else {
            State::Statement
        };
        *at = end;
        Step::Went
    }

    /// Reads `a = 1, b = 'x'` up to the statement's end.
    fn assignments(&mut self, batch: &mut Batch, at: &mut usize) -> Step {
        let (start, (window, is_full)) = (*at, self.window(batch, *at));
        // The columns first: the row's table must be known when it is committed.
        let (names, result) = assigned(&batch.text[start..window], self.backslash_here);
        if result == Err(Stop::More) && !is_full && !self.blocks.ended() {
            return Step::More;
        }
        let table = self.schema.tables()[self.target as usize].name.clone();
        self.target = self.schema.table(Target {
            table: table.unwrap_or_default(),
            columns: Some(names),
            is_bracketed: false,
        });
        self.row(batch, at, State::Statement, |reader| {
            reader.assignments(&mut Vec::new())
        })
    }

    fn note(&mut self, batch: &Batch, at: usize, trouble: Trouble) {
        let line = self.rows.line_at(&batch.text, at);
        self.troubles.note(trouble, line, &self.bounds);
    }
}

/// The names of `a = 1, b = 'x';`, and whether all of it is there.
fn assigned(text: &[u8], backslash: bool) -> (Vec<String>, Result<(), Stop>) {
    let (mut fields, mut rows, mut names) = (Vec::new(), Rows::new(), Vec::new());
    let mut reader = Reader {
        text,
        at: 0,
        fields: &mut fields,
        rows: &mut rows,
        backslash,
        count: 0,
    };
    let result = reader.assignments(&mut names);
    (names, result)
}

/// Whether the statement is one that brings rows, or is about to.
fn holds_rows(text: &[u8]) -> bool {
    let word = word(text, 0).to_ascii_uppercase();
    matches!(
        word.as_slice(),
        b"INSERT" | b"REPLACE" | b"COPY" | b"CREATE"
    )
}

impl<'r> Steps<'r> for SqlDecoder<'r> {
    fn parts(&mut self) -> (&mut Blocks<'r>, &mut Rows) {
        (&mut self.blocks, &mut self.rows)
    }

    fn step(&mut self, batch: &mut Batch, at: &mut usize) -> Step {
        match self.state {
            State::Statement => self.statement(batch, at),
            State::Tuples { due } => self.tuples(batch, at, due),
            State::Assignments => self.assignments(batch, at),
            State::Copy { delimiter } => self.copy(batch, at, Some(delimiter)),
            State::CopyLines => self.copy(batch, at, None),
            State::Damage => self.damage(batch, at),
            State::Resume { last, ends_line } => self.resume(batch, at, last, ends_line),
        }
    }
}

impl Decode for SqlDecoder<'_> {
    fn next_batch(&mut self, batch: &mut Batch) -> io::Result<bool> {
        next_batch(self, batch)
    }

    fn tables(&self) -> &[Table] {
        self.schema.tables()
    }

    fn problems(&self) -> &[Problem] {
        self.troubles.as_slice()
    }
}
