//! Whether a text is rows with a delimiter, and which dialect they are in.
//!
//! Each delimiter is tried on the head; rows of a table have the same number of fields, lines of
//! prose and logs do not. What is in the cells matters only to tell lines that have commas in the
//! same places from rows.

use super::Dialect;
use super::header;
use super::outline::{Lines, Outline, first_row, outline_of, usual_width};
use crate::decode::csv::split::{Escaped, Shape, Split, split_record, unescape_fields};
use crate::record::Field;

/// Delimiters in the order in which they win a draw.
pub(super) const DELIMITERS: [u8; 5] = *b"\x01\t,|;";

/// Rows looked at.
pub(super) const ROWS_MAX: usize = 256;

/// Lines in front of the table at most: bills and statements have up to about 25.
pub(super) const PREAMBLE_ROWS_MAX: usize = 40;

/// The rows of the head under one delimiter.
pub(super) struct Trial {
    /// What is known without looking at the rows.
    dialect: Dialect,
    rows: Vec<Row>,
    /// Index of the first row of the table.
    first: usize,
    /// The number of fields most rows have.
    n_columns: usize,
    /// Of the rows from `first` on, those that have this number.
    n_regular: usize,
    /// Whether most delimiters in the text are followed by a space.
    is_spaced: bool,
}

/// A row that is neither blank nor a ruling.
pub(super) struct Row {
    /// Its cells, trimmed.
    pub(super) cells: Vec<String>,
    outline: Outline,
    /// The line it begins on, from 0.
    line: u32,
}

/// Tells the dialect, or that the text is no table. `whole` says that the text is all there is.
///
/// A table has two columns at least, and a text of one column is one only by its `ending`.
pub(super) fn detect(text: &[u8], whole: bool, ending: Option<&str>) -> Option<Dialect> {
    let by_name = match ending {
        Some("csv") => Some(b','),
        Some("tsv" | "tab") => Some(b'\t'),
        _ => None,
    };
    // one line that goes on behind the head is no row: it may be the whole file, and a row is kept in memory
    if !whole && by_name.is_none() && memchr::memchr(b'\n', text).is_none() {
        return None;
    }
    // a quote that does not close in the head may begin a long cell, or be damage: try the one, then the other
    let mut lines = Lines::new(text);
    best(text, &mut lines, whole, by_name.is_some())
        .or_else(|| match whole {
            true => None,
            false => best(text, &mut lines, true, by_name.is_some()),
        })
        .map(|trial| trial.dialect())
        .or_else(|| one_column(text, by_name?))
}

/// The dialect of a table whose first row is known to name the columns, as containers write it.
pub(super) fn of_table() -> Dialect {
    Dialect {
        has_header: true,
        ..written(b',')
    }
}

/// The dialect of rows as containers write them: only the lines before the table and its header are open.
pub(super) fn of_sheet(text: &[u8], whole: bool) -> Dialect {
    let dialect = written(b',');
    let trial = Trial::of_rows(rows(text, dialect, whole), dialect);
    trial.map_or(dialect, |trial| trial.dialect())
}

/// Rows with quotes where they are needed, and nothing known of a header.
fn written(delimiter: u8) -> Dialect {
    Dialect {
        delimiter,
        has_header: false,
        quotes: true,
        backslash: false,
        preamble_lines: 0,
    }
}

fn best(text: &[u8], lines: &mut Lines<'_>, is_last: bool, by_name: bool) -> Option<Trial> {
    // Most texts have few of the delimiters, and without its delimiter all rows are of one column.
    let may_be_table: Vec<(usize, u8)> = DELIMITERS
        .into_iter()
        .enumerate()
        .filter(|(_, d)| memchr::memchr(*d, text).is_some())
        .filter(|(i, _)| lines.may_be_table(*i, is_last, by_name))
        .collect();
    may_be_table
        .into_iter()
        .filter_map(|(_, d)| tried(text, d, lines.escapes(), is_last, by_name))
        .max_by(|a, b| a.rank().total_cmp(&b.rank()))
}

/// The rows under one delimiter, if they make a table.
pub(super) fn tried(
    text: &[u8],
    delimiter: u8,
    escapes: Escapes,
    is_last: bool,
    by_name: bool,
) -> Option<Trial> {
    Trial::new(text, delimiter, escapes, is_last).filter(|trial| trial.is_table(by_name))
}

fn one_column(text: &[u8], delimiter: u8) -> Option<Dialect> {
    let dialect = written(delimiter);
    let trial = Trial::of_rows(rows(text, dialect, true), dialect)?;
    let has_header = header::is_header(&trial.rows, 1);
    (trial.n_columns == 1 && trial.n_regular * 10 >= trial.n_rows() * 9).then_some(Dialect {
        has_header,
        ..dialect
    })
}

/// Signs of a backslash as an escape that do not depend on the delimiter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Escapes {
    /// A cell is `\N`, which only MySQL and its kin write, between any delimiters.
    null: bool,
    /// There is `\"`.
    quote: bool,
}

impl Escapes {
    pub(super) fn of(text: &[u8]) -> Escapes {
        let is_edge =
            |b: Option<&u8>| b.is_none_or(|b| DELIMITERS.contains(b) || b"\r\n".contains(b));
        let mut nulls = memchr::memmem::find_iter(text, b"\\N");
        Escapes {
            null: nulls.any(|at| {
                let before = at.checked_sub(1).and_then(|i| text.get(i));
                is_edge(before) && is_edge(text.get(at + 2))
            }),
            quote: memchr::memmem::find(text, b"\\\"").is_some(),
        }
    }
}

/// What is known of a dialect without looking at the rows.
pub(super) fn dialect_of(text: &[u8], delimiter: u8, escapes: Escapes) -> Dialect {
    // unquoted formats hold single quotes as letters, so quotes must be seen to be believed there
    let quotes = match delimiter {
        b'\x01' | b'\t' => has_quoted_cell(text, delimiter),
        _ => true,
    };
    Dialect {
        delimiter,
        has_header: false,
        quotes,
        backslash: escapes.null || quotes && escapes.quote && escapes_quotes(text, delimiter),
        preamble_lines: 0,
    }
}

/// How records of a dialect are split while it is tried on a text.
pub(super) fn shape_of(dialect: &Dialect, text: &[u8]) -> Shape {
    Shape {
        delimiter: dialect.delimiter,
        quotes: dialect.quotes,
        backslash: dialect.backslash,
        columns: 0,
        record_bytes_max: text.len() + 1,
    }
}

/// Rows of another width that a table may have.
pub(super) fn tolerated(n_rows: usize, by_name: bool) -> usize {
    match by_name {
        true => n_rows / 2,
        false if n_rows >= 4 => (n_rows / 10).max(1),
        false => 0,
    }
}

impl Trial {
    fn new(text: &[u8], delimiter: u8, escapes: Escapes, is_last: bool) -> Option<Trial> {
        let dialect = dialect_of(text, delimiter, escapes);
        let mut trial = Trial::of_rows(rows(text, dialect, is_last), dialect)?;
        let delimiters = || memchr::memchr_iter(delimiter, text);
        let n_spaced = delimiters()
            .filter(|&at| text.get(at + 1) == Some(&b' '))
            .count();
        trial.is_spaced = n_spaced * 2 > delimiters().count();
        Some(trial)
    }

    fn of_rows(rows: Vec<Row>, dialect: Dialect) -> Option<Trial> {
        let outlines: Vec<Outline> = rows.iter().map(|row| row.outline).collect();
        let n_columns = usual_width(&outlines)?;
        let first = first_row(&outlines, n_columns)?;
        let is_regular = |row: &&Row| row.cells.len() == n_columns;
        let n_regular = rows[first..].iter().filter(is_regular).count();
        // a header may lack a name or have one to spare
        let is_odd_header = first > 0 && header::is_header(&rows[first - 1..], n_columns);
        Some(Trial {
            dialect,
            rows,
            first: first - usize::from(is_odd_header),
            n_columns,
            n_regular: n_regular + usize::from(is_odd_header),
            is_spaced: false,
        })
    }

    fn table(&self) -> &[Row] {
        &self.rows[self.first..]
    }

    fn n_rows(&self) -> usize {
        self.rows.len() - self.first
    }

    /// Rows that are as they should be, with the number of columns to settle a draw.
    fn rank(&self) -> f64 {
        let share = self.n_regular as f64 / self.n_rows() as f64;
        let n_columns = self.n_columns.min(100) as f64;
        let coverage = self.n_rows() as f64 / self.rows.len() as f64;
        share * 10.0 + coverage + n_columns / 10.0
    }

    fn is_table(&self, by_name: bool) -> bool {
        let (n_rows, n_irregular) = (self.n_rows(), self.n_rows() - self.n_regular);
        if self.n_columns < 2 || n_irregular > tolerated(n_rows, by_name) {
            return false;
        }
        if by_name || self.dialect.delimiter == b'\x01' {
            return true;
        }
        // lines of a program that end with a semicolon have one column
        let is_used = |i: &usize| {
            self.table()
                .iter()
                .any(|r| r.cells.get(*i).is_some_and(|c| !c.is_empty()))
        };
        if (0..self.n_columns).filter(is_used).count() < 2 {
            return false;
        }
        // a few lines with commas at the end of a text make no table, unless they begin with names
        if self.first > self.n_regular && (self.n_columns < 3 || !self.has_header()) {
            return false;
        }
        if n_rows == 1 {
            // one line alone: the names of columns, or a row with many
            return self.has_header() || (self.n_columns >= 4 && !self.is_prose());
        }
        !self.is_prose() && !self.is_labelled() && !self.is_log()
    }

    /// Sentences have many words between two delimiters, end with a full stop, or have a space
    /// behind the delimiters and nothing else that makes a table.
    fn is_prose(&self) -> bool {
        if self.dialect.delimiter == b'\t' {
            return false;
        }
        let cells = || self.table().iter().flat_map(|row| &row.cells);
        let n_cells = cells().count();
        let n_wordy = cells().filter(|c| is_wordy(c)).count();
        let n_ended = self.table().iter().filter(|row| ends_sentence(row)).count();
        n_wordy * 2 > n_cells
            || n_ended * 2 > self.n_rows()
            || (self.is_spaced && !header::is_table_of_data(self.table(), self.n_columns))
    }

    /// `name=…, phone=…`: a line with labels tells more as a whole than in cells.
    fn is_labelled(&self) -> bool {
        let cells = || {
            self.table()
                .iter()
                .flat_map(|row| &row.cells)
                .filter(|c| !c.is_empty())
        };
        let n_labelled = cells().filter(|c| is_labelled(c)).count();
        n_labelled * 2 > cells().count()
    }

    /// `12:00:00,123 INFO …`: the comma belongs to the time.
    fn is_log(&self) -> bool {
        let is_time = |row: &&Row| match &row.cells[..] {
            [time, rest, ..] => ends_with_seconds(time) && begins_with_millis(rest),
            _ => false,
        };
        self.dialect.delimiter == b','
            && self.table().iter().filter(is_time).count() * 2 > self.n_rows()
    }

    fn has_header(&self) -> bool {
        header::is_header(self.table(), self.n_columns)
    }

    fn dialect(&self) -> Dialect {
        Dialect {
            has_header: self.has_header(),
            preamble_lines: self.table().first().map_or(0, |row| row.line),
            ..self.dialect
        }
    }
}

/// The rows of a text that are neither blank nor a ruling, up to [`ROWS_MAX`]. `is_last` says that
/// nothing follows it.
fn rows(text: &[u8], dialect: Dialect, is_last: bool) -> Vec<Row> {
    let shape = shape_of(&dialect, text);
    let mut rows = Vec::new();
    let (mut fields, mut escaped): (Vec<Field>, Vec<Escaped>) = (Vec::new(), Vec::new());
    let (mut at, mut line) = (0, 0);
    while at < text.len() && rows.len() < ROWS_MAX {
        fields.clear();
        let split = split_record(&shape, text, at, is_last, &mut fields, &mut escaped);
        let Split::Record { next, lines } = split else {
            return rows;
        };
        let cells = cells(
            &text[at..next],
            at,
            &mut fields,
            &mut escaped,
            dialect.backslash,
        );
        if let Some(outline) = outline_of(cells.iter().map(String::as_bytes)) {
            rows.push(Row {
                cells,
                outline,
                line,
            });
        }
        line += lines as u32;
        at = next;
    }
    rows
}

/// The cells of one record, whose text begins at `start`.
pub(super) fn cells(
    record: &[u8],
    start: usize,
    fields: &mut [Field],
    escaped: &mut Vec<Escaped>,
    backslash: bool,
) -> Vec<String> {
    for field in &mut *fields {
        field.span.start -= start as u32;
        field.span.end -= start as u32;
    }
    let mut record = record.to_vec();
    unescape_fields(&mut record, fields, escaped, backslash);
    let cell = |f: &Field| String::from_utf8_lossy(&record[f.span.range()]).into_owned();
    fields.iter().map(cell).collect()
}

/// `+----+----+` or `|----|----|`, as consoles and Markdown draw them.
pub(in crate::decode) fn is_ruling<'c>(cells: impl Iterator<Item = &'c [u8]> + Clone) -> bool {
    let is_drawn = |cell: &[u8]| cell.iter().all(|b| b"+-=|:".contains(b));
    cells.clone().all(is_drawn) && cells.into_iter().any(|cell| cell.len() > 2)
}

fn has_quoted_cell(text: &[u8], delimiter: u8) -> bool {
    let is_edge = |b: Option<&u8>| b.is_some_and(|b| *b == delimiter || b"\r\n".contains(b));
    let mut quotes = memchr::memchr_iter(b'"', text);
    let opens = quotes
        .clone()
        .any(|at| at == 0 || is_edge(text.get(at - 1)));
    opens && quotes.any(|at| is_edge(text.get(at + 1)))
}

/// Whether quotes inside quotes are written `\"`: never doubled, and not the end of a path
/// (`"C:\dir\",`).
fn escapes_quotes(text: &[u8], delimiter: u8) -> bool {
    let follows = |pair: &[u8], ends: &[u8]| {
        memchr::memmem::find_iter(text, pair)
            .filter_map(|at| text.get(at + 2))
            .any(|b| *b != delimiter && !ends.contains(b))
    };
    follows(b"\\\"", b"\r\n\"") && has_quoted_cell(text, delimiter) && !is_doubled(text, delimiter)
}

/// Whether a quote is doubled inside of a cell.
fn is_doubled(text: &[u8], delimiter: u8) -> bool {
    let mut quotes = memchr::memchr_iter(b'"', text);
    quotes.any(|at| {
        text.get(at + 1) == Some(&b'"')
            && text
                .get(at + 2)
                .is_some_and(|b| *b != delimiter && !b"\r\n".contains(b))
    })
}

/// More than five words, with letters: part of a sentence rather than a value.
fn is_wordy(cell: &str) -> bool {
    cell.split(' ')
        .filter(|w| w.starts_with(char::is_alphabetic))
        .count()
        > 5
}

fn ends_sentence(row: &Row) -> bool {
    let last = row.cells.last().map_or("", String::as_str);
    last.ends_with(['.', '!', '?', '。', '！', '？'])
        && last.chars().any(|c| c == ' ' || !c.is_ascii())
}

/// A word, a colon or an equals sign, and a value: but no time of day and no address of a page.
fn is_labelled(cell: &str) -> bool {
    let Some((label, value)) = cell.split_once(['=', ':', '：']) else {
        return false;
    };
    let label = label.trim_matches(|c: char| c.is_whitespace() || "\"'{[(".contains(c));
    let n_chars = label.chars().count();
    (1..=24).contains(&n_chars)
        && !label.contains(|c: char| c.is_ascii_digit() || c == '@')
        && !value.starts_with("//")
        && !value.is_empty()
}

fn ends_with_seconds(cell: &str) -> bool {
    let tail = cell.as_bytes().rchunks(6).next().unwrap_or_default();
    matches!(
        tail,
        [
            b':',
            b'0'..=b'5',
            b'0'..=b'9',
            b':',
            b'0'..=b'6',
            b'0'..=b'9'
        ]
    )
}

fn begins_with_millis(cell: &str) -> bool {
    match cell.as_bytes() {
        [a, b, c, rest @ ..] => {
            [a, b, c].iter().all(|d| d.is_ascii_digit())
                && rest.first().is_some_and(|d| !d.is_ascii_alphanumeric())
        }
        _ => false,
    }
}
