//! SQL dumps: the rows of `INSERT`, `REPLACE` and `COPY` as records.
//!
//! Statements are read one by one and their rows one by one, so that a statement of gigabytes takes no more memory than its
//! longest row. Columns come from the statement or from the `CREATE TABLE` before. Whatever else holds something that looks
//! like data (other statements, comments, damaged stretches) is a record of text, so that nothing is lost.

mod lex;
mod schema;
mod statement;
mod tuple;

#[cfg(test)]
mod tests;

use std::io;

use memchr::{memchr, memchr_iter, memchr2, memmem};

use self::lex::{
    STATEMENT_WORD_MAX, begins_statement, comment_end, line_end, skip_blank, skip_space,
    skip_within_line, statement_end, word,
};
use self::schema::Schema;
use self::statement::{Statement, Target, statement};
use self::tuple::{COLUMNS_MAX, Reader};
use super::block::{Blocks, Bounds, Rows, Step, Stop, Trouble, Troubles, char_end, holds_data};
use super::charset::Transcoder;
use super::escape::Escape;
use super::{Decode, DecodeLimits, Problem};
use crate::record::{Batch, Table};

/// Attempts to read a tuple inside a stretch that has failed, before all of it is taken as text. Keeps the time spent on
/// damage proportional to its length.
const ATTEMPTS_MAX: u32 = 16;

/// Decodes SQL dumps of MySQL, PostgreSQL, SQL Server and SQLite.
///
/// Each table name with a list of columns is a table. Where the dump comments a column (`COMMENT '手机号'`), the comment
/// stands behind the name, after U+001F: `phone\u{1f}手机号`. A table without name and columns takes text.
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
    /// Whether rows were met: what comments say about the program that wrote the dump stands before.
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
            [b'/', b'*', b'!', ..] => *at = lex::word_end(&batch.text, *at + 3),
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
                    Err(_) => *at = window,
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

    /// Reads a line of `COPY`; without a delimiter, as text.
    fn copy(&mut self, batch: &mut Batch, at: &mut usize, delimiter: Option<u8>) -> Step {
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

    fn note(&mut self, batch: &Batch, at: usize, trouble: Trouble) {
        let line = self.rows.line_at(&batch.text, at);
        self.troubles.note(trouble, line, &self.bounds);
    }

    /// Gives up what begins at `start` and broke off at `end`.
    fn break_off(&mut self, batch: &Batch, (start, end): (usize, usize), trouble: Trouble) -> Step {
        // Attempts inside a stretch that is named already are not trouble of their own.
        if self.damaged == 0 {
            self.note(batch, start, trouble);
        }
        self.damaged = self.damaged.max(end - start);
        self.state = State::Damage;
        Step::Went
    }

    /// Takes one stretch of damage as a record of text: up to the line's end, or to where the next tuple begins.
    fn damage(&mut self, batch: &mut Batch, at: &mut usize) -> Step {
        let start = *at;
        if start == batch.text.len() {
            if !self.blocks.ended() {
                return Step::More;
            }
            self.state = State::Statement;
            return Step::Went;
        }
        let window = batch.text.len().min(start + self.bounds.record);
        // One byte more must be there: it tells whether the stretch ends between characters.
        let is_full = batch.text.len() - start > self.bounds.record;
        let end = match stretch_end(&batch.text[..window], start) {
            Some(end) => end,
            None if is_full => char_end(&batch.text, start, window),
            None if self.blocks.ended() => window,
            None => return Step::More,
        };
        let stretch = batch.text[start..end].trim_ascii_end();
        let last = stretch.last().copied().unwrap_or(b'\n');
        let ends_line = batch.text[end - 1] == b'\n';
        let table = self.schema.text();
        self.rows.commit_text(batch, (start, end), table);
        self.damaged = self.damaged.saturating_sub(end - start);
        self.state = match ends_line || last == b',' {
            true => State::Resume { last, ends_line },
            false => State::Damage,
        };
        *at = end;
        Step::Went
    }

    /// Decides whether a tuple or a statement begins behind a stretch of damage that ended with `last`.
    fn resume(&mut self, batch: &Batch, at: &mut usize, last: u8, ends_line: bool) -> Step {
        let next = skip_space(&batch.text, *at);
        let rest = &batch.text[next..];
        if rest.len() <= STATEMENT_WORD_MAX && !self.blocks.ended() {
            return Step::More;
        }
        let may_try = self.damaged <= next - *at || self.attempts < ATTEMPTS_MAX;
        let begins_line = ends_line || memchr(b'\n', &batch.text[*at..next]).is_some();
        self.state = match rest.first() {
            None => State::Statement,
            Some(b'(') if may_try && last == b',' => State::Tuples { due: true },
            Some(_) if may_try && (last == b';' || begins_line && begins_statement(rest)) => {
                State::Statement
            }
            Some(_) => State::Damage,
        };
        self.attempts += u32::from(self.state != State::Damage);
        self.damaged = self.damaged.saturating_sub(next - *at);
        *at = next;
        Step::Went
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

/// The end of a stretch of damage: behind the next line break, or between `),` and `(`.
fn stretch_end(text: &[u8], start: usize) -> Option<usize> {
    let mut at = start;
    while let Some(n) = memchr2(b'\n', b')', &text[at..]) {
        at += n + 1;
        if text[at - 1] == b'\n' {
            return Some(at);
        }
        let comma = skip_within_line(text, at);
        let behind = skip_within_line(text, comma + 1);
        if text.get(comma) == Some(&b',') && text.get(behind) == Some(&b'(') {
            return Some(comma + 1);
        }
    }
    None
}

impl Decode for SqlDecoder<'_> {
    fn next_batch(&mut self, batch: &mut Batch) -> io::Result<bool> {
        self.blocks.begin(batch);
        let mut at = 0;
        self.rows.rebase(0);
        loop {
            let pending = batch.text.len() - at;
            self.blocks.fill(&mut batch.text, pending);
            while self.step(batch, &mut at) == Step::Went {}
            self.rows.line_at(&batch.text, at);
            if !batch.records.is_empty() {
                self.blocks.keep(&mut batch.text, at);
                return Ok(true);
            }
            if self.blocks.ended() {
                batch.clear();
                return self.blocks.end();
            }
            batch.text.drain(..at);
            at = 0;
            self.rows.rebase(0);
        }
    }

    fn tables(&self) -> &[Table] {
        self.schema.tables()
    }

    fn problems(&self) -> &[Problem] {
        self.troubles.as_slice()
    }
}
