//! Outlines of rows: how many cells the first lines of a text have under each delimiter, without the cells.
//!
//! Most files are no tables, and most of those show it in their first lines. This file tells them for the price of counting
//! delimiters, with an answer that errs to one side alone: what it turns down is no table by the rules of `delimited`, which
//! judges the rest by their cells.

use std::cell::OnceCell;
use std::ops::Range;

use super::Dialect;
use super::delimited::{
    DELIMITERS, Escapes, PREAMBLE_ROWS_MAX, ROWS_MAX, cells, dialect_of, is_ruling, shape_of,
    tolerated,
};
use crate::bytes;
use crate::decode::csv::split::{Escaped, Split, split_record, trim};
use crate::record::{Field, Span};

/// What the shape of a table depends on of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Outline {
    /// Its cells.
    pub(super) width: usize,
    /// Whether more than a few of them are filled. The lines of a preamble that a spreadsheet has filled up with delimiters
    /// have one.
    pub(super) filled: bool,
}

impl Outline {
    /// The outline of a row of so many cells, so many of them filled.
    pub(super) fn new(width: usize, n_filled: usize) -> Outline {
        Outline {
            width,
            filled: width < 4 || n_filled * 4 > width,
        }
    }
}

/// The most frequent number of fields; of equals, the greater. Lines of a preamble have one field,
/// or one filled.
pub(super) fn usual_width(rows: &[Outline]) -> Option<usize> {
    let mut widths: Vec<usize> = rows
        .iter()
        .filter(|row| row.filled && row.width > 1)
        .map(|row| row.width)
        .collect();
    widths.sort_unstable();
    let groups = widths.chunk_by(|a, b| a == b);
    match groups.max_by_key(|group| (group.len(), group[0])) {
        Some(group) => Some(group[0]),
        None => rows.first().map(|row| row.width),
    }
}

/// Index of the first row of the table: the first one of the usual width of which as many as half
/// of the next few rows are, too.
pub(super) fn first_row(rows: &[Outline], width: usize) -> Option<usize> {
    let is_regular = |row: &Outline| row.width == width && row.filled;
    let is_followed = |at: usize| {
        let next = &rows[at + 1..rows.len().min(at + 5)];
        next.iter().filter(|row| is_regular(row)).count() * 2 >= next.len()
    };
    let mut regular = (0..rows.len().min(PREAMBLE_ROWS_MAX)).filter(|&at| is_regular(&rows[at]));
    let first = regular.clone().find(|&at| is_followed(at));
    first.or_else(|| regular.next())
}

/// Bytes that are looked for in lines: a line feed, a quote, a backslash, and the delimiters.
const MARKS: [u8; 3 + DELIMITERS.len()] = {
    let mut marks = [0; 3 + DELIMITERS.len()];
    (marks[0], marks[1], marks[2]) = (b'\n', b'"', b'\\');
    let mut i = 0;
    while i < DELIMITERS.len() {
        marks[3 + i] = DELIMITERS[i];
        i += 1;
    }
    marks
};

/// A line and what stands in it.
#[derive(Clone, Copy, Default)]
struct Line {
    start: usize,
    /// Where its line feed is, or the text's end.
    end: usize,
    has_quote: bool,
    has_backslash: bool,
    /// Whether there is an ASCII letter or digit.
    has_word: bool,
    /// Of each of [`DELIMITERS`].
    n_delimiters: [u32; DELIMITERS.len()],
}

impl Line {
    /// Counts in a part of the line, given where the marks are in it.
    fn add(&mut self, marks: &[u64; MARKS.len()], part: u64) {
        self.has_quote |= marks[1] & part != 0;
        self.has_backslash |= marks[2] & part != 0;
        for (n, mark) in self.n_delimiters.iter_mut().zip(&marks[3..]) {
            *n += (mark & part).count_ones();
        }
    }
}

/// The lines of a text, found as far as they are asked for.
struct Index<'t> {
    text: &'t [u8],
    lines: Vec<Line>,
    /// The line whose end has not been met yet.
    open: Line,
    /// Where the next block begins.
    at: usize,
}

impl Index<'_> {
    fn get(&mut self, index: usize) -> Option<&Line> {
        while self.lines.len() <= index && self.at < self.text.len() {
            self.next_block();
        }
        self.lines.get(index)
    }

    fn next_block(&mut self) {
        let rest = &self.text[self.at..];
        let block = &rest[..rest.len().min(bytes::LANES)];
        let marks = bytes::find_each(block, &MARKS);
        let (mut feeds, mut left) = (marks[0], u64::MAX);
        while feeds != 0 {
            let feed = feeds.trailing_zeros();
            self.open.add(&marks, left & ((1 << feed) - 1));
            self.close_line(self.at + feed as usize);
            left = (u64::MAX << feed) << 1;
            feeds &= feeds - 1;
        }
        self.open.add(&marks, left);
        self.at += block.len();
        if self.at == self.text.len() && self.open.start < self.at {
            self.close_line(self.at);
        }
    }

    fn close_line(&mut self, end: usize) {
        let bytes = &self.text[self.open.start..end];
        let line = Line {
            end,
            has_word: bytes.iter().any(u8::is_ascii_alphanumeric),
            ..self.open
        };
        self.lines.push(line);
        self.open = Line {
            start: end + 1,
            ..Line::default()
        };
    }
}

/// The lines of a text, to be tried with one delimiter after the other.
pub(super) struct Lines<'t> {
    index: Index<'t>,
    /// Found out when a line depends on them.
    escapes: OnceCell<Escapes>,
    rows: Vec<Outline>,
}

impl<'t> Lines<'t> {
    pub(super) fn new(text: &'t [u8]) -> Lines<'t> {
        Lines {
            index: Index {
                text,
                lines: Vec::with_capacity(2 * PREAMBLE_ROWS_MAX),
                open: Line::default(),
                at: 0,
            },
            escapes: OnceCell::new(),
            rows: Vec::with_capacity(2 * PREAMBLE_ROWS_MAX),
        }
    }

    pub(super) fn escapes(&self) -> Escapes {
        *self.escapes.get_or_init(|| Escapes::of(self.index.text))
    }

    /// Whether the text may be a table with the delimiter of this index. `is_last` and `by_name` as in `delimited`.
    pub(super) fn may_be_table(&mut self, delimiter: usize, is_last: bool, by_name: bool) -> bool {
        let Lines {
            index,
            escapes,
            rows,
        } = self;
        let mut trial = Trial {
            text: index.text,
            delimiter,
            is_last,
            escapes,
            dialect: OnceCell::new(),
            fields: Vec::new(),
            escaped: Vec::new(),
        };
        let mut late = Late::default();
        let mut at = 0;
        rows.clear();
        while rows.len() < ROWS_MAX
            && let Some(line) = index.get(at)
            && let Some((row, next)) = trial.row(line)
        {
            at += 1;
            while next.is_some_and(|next| index.get(at).is_some_and(|line| line.start < next)) {
                at += 1;
            }
            let Some(row) = row else {
                continue;
            };
            if rows.len() >= PREAMBLE_ROWS_MAX && late.are_too_many(row.width, by_name) {
                return false;
            }
            rows.push(row);
            let is_wide = |row: &Outline| row.filled && row.width > 1;
            if rows.len() == PREAMBLE_ROWS_MAX && !rows.iter().any(is_wide) {
                return false;
            }
        }
        is_regular(rows, by_name)
    }
}

/// Rows so far down that the table has begun, if there is one.
#[derive(Default)]
struct Late {
    n_rows: usize,
    /// How many are of each width.
    of_width: Vec<(usize, usize)>,
}

impl Late {
    /// Whether too many rows, this one included, are of another width than whichever is the usual one.
    fn are_too_many(&mut self, width: usize, by_name: bool) -> bool {
        self.n_rows += 1;
        if width > 1 {
            match self.of_width.iter_mut().find(|(w, _)| *w == width) {
                Some((_, n)) => *n += 1,
                None => self.of_width.push((width, 1)),
            }
        }
        let n_usual = self.of_width.iter().map(|(_, n)| *n).max().unwrap_or(0);
        self.n_rows - n_usual > tolerated(ROWS_MAX, by_name)
    }
}

/// Whether as many of the rows are of one width as a table must have. A header of another width may come in addition, so one
/// row more is granted.
fn is_regular(rows: &[Outline], by_name: bool) -> bool {
    let Some(width) = usual_width(rows) else {
        return false;
    };
    let Some(first) = first_row(rows, width) else {
        return false;
    };
    let n_irregular = rows[first..].iter().filter(|r| r.width != width).count();
    width > 1 && n_irregular <= tolerated(rows.len() - first + 1, by_name)
}

/// Rows read with one delimiter.
struct Trial<'t> {
    text: &'t [u8],
    /// Its index.
    delimiter: usize,
    is_last: bool,
    escapes: &'t OnceCell<Escapes>,
    /// Found out when a line depends on it.
    dialect: OnceCell<Dialect>,
    fields: Vec<Field>,
    escaped: Vec<Escaped>,
}

impl Trial<'_> {
    /// The row that begins with the line, and where the next one begins if that is not the next line; no outline for a blank
    /// row or a ruling. `None` when the text ends inside of it.
    #[inline]
    fn row(&mut self, line: &Line) -> Option<(Option<Outline>, Option<usize>)> {
        if line.end == self.text.len() && !self.is_last {
            return None;
        }
        if line.has_backslash && self.dialect().backslash
            || line.has_quote && self.begins_quoted(line)
        {
            return self.split(line.start);
        }
        // No sign but a delimiter matters, and a row with a word in it is neither blank nor a ruling.
        let n_delimiters = line.n_delimiters[self.delimiter] as usize;
        let bytes = &self.text[line.start..line.end];
        let row = match n_delimiters {
            0..=2 if line.has_word => Some(Outline::new(n_delimiters + 1, 1)),
            0 => {
                let cell = &bytes[trimmed(bytes)];
                let is_row = !cell.is_empty() && !is_ruling(std::iter::once(cell));
                is_row.then_some(Outline::new(1, 1))
            }
            3..=CELLS_COUNTED if line.has_word => {
                let cells = bytes.split(|b| *b == DELIMITERS[self.delimiter]);
                let n_filled = cells.filter(|cell| !trimmed(cell).is_empty()).count();
                Some(Outline::new(n_delimiters + 1, n_filled))
            }
            _ => return self.split(line.start),
        };
        Some((row, None))
    }

    /// Whether a quote stands where a cell may begin.
    fn begins_quoted(&self, line: &Line) -> bool {
        let delimiter = DELIMITERS[self.delimiter];
        let is_blank = |b: &u8| *b != delimiter && matches!(b, b' ' | b'\t' | b'\r');
        let bytes = &self.text[line.start..line.end];
        if line.n_delimiters[self.delimiter] == 0 {
            return bytes.iter().find(|b| !is_blank(b)) == Some(&b'"');
        }
        memchr::memchr_iter(b'"', bytes).any(|at| {
            let before = bytes[..at].iter().rfind(|b| !is_blank(b));
            before.is_none_or(|b| *b == delimiter)
        })
    }

    fn dialect(&self) -> Dialect {
        *self.dialect.get_or_init(|| {
            let escapes = *self.escapes.get_or_init(|| Escapes::of(self.text));
            dialect_of(self.text, DELIMITERS[self.delimiter], escapes)
        })
    }

    fn split(&mut self, start: usize) -> Option<(Option<Outline>, Option<usize>)> {
        let (text, dialect) = (self.text, self.dialect());
        let shape = shape_of(&dialect, text);
        self.fields.clear();
        let split = split_record(
            &shape,
            text,
            start,
            self.is_last,
            &mut self.fields,
            &mut self.escaped,
        );
        let Split::Record { next, .. } = split else {
            return None;
        };
        // A doubled quote beside a word does not matter; null and escapes do.
        let has_word = |f: &Field| text[f.span.range()].iter().any(u8::is_ascii_alphanumeric);
        let has_quote = |f: &Field| text[f.span.range()].contains(&b'"');
        if !dialect.backslash && self.fields.iter().all(|f| has_word(f) || !has_quote(f)) {
            self.escaped.clear();
        }
        if !self.escaped.is_empty() {
            let record = &text[start..next];
            let cells = cells(
                record,
                start,
                &mut self.fields,
                &mut self.escaped,
                dialect.backslash,
            );
            return Some((outline_of(cells.iter().map(String::as_bytes)), Some(next)));
        }
        let cells = self.fields.iter().map(|f| &text[f.span.range()]);
        Some((outline_of(cells), Some(next)))
    }
}

/// Most delimiters of a line whose cells are counted here: more are left to the splitter, which knows a limit.
const CELLS_COUNTED: usize = 1024;

/// What is left of a cell without quotes and escapes.
fn trimmed(cell: &[u8]) -> Range<usize> {
    let whole = Span {
        start: 0,
        end: cell.len() as u32,
    };
    trim(cell, whole).range()
}

/// The outline of a row, unless it is blank or a ruling.
pub(super) fn outline_of<'c>(
    cells: impl ExactSizeIterator<Item = &'c [u8]> + Clone,
) -> Option<Outline> {
    let width = cells.len();
    let n_filled = cells.clone().filter(|c| !c.is_empty()).count();
    if width == 1 && n_filled == 0 || is_ruling(cells) {
        return None;
    }
    Some(Outline::new(width, n_filled))
}

#[cfg(test)]
mod tests {
    use super::super::delimited::tried;
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn lines_are_found_with_what_is_in_them(text in "[a,;\"\\\\\n\t]{0,300}") {
            let mut index = Lines::new(text.as_bytes()).index;
            for (i, line) in text.split_inclusive('\n').enumerate() {
                let found = index.get(i).expect("it is there");
                let line = line.strip_suffix('\n').unwrap_or(line);
                prop_assert_eq!(&text[found.start..found.end], line);
                prop_assert_eq!(found.has_quote, line.contains('"'));
                prop_assert_eq!(found.has_backslash, line.contains('\\'));
                for (n, d) in found.n_delimiters.into_iter().zip(DELIMITERS) {
                    prop_assert_eq!(n as usize, line.matches(char::from(d)).count());
                }
            }
            prop_assert!(index.get(text.split_inclusive('\n').count()).is_none());
        }

        #[test]
        fn what_is_turned_down_is_no_table(
            preamble in proptest::collection::vec("[a-c ,|\"']{0,8}\n", 0..3),
            rows in proptest::collection::vec(
                prop_oneof![
                    12 => "(a1|b|\"c;\"|\"c,\n\"| ),(x|\\\\N|''|2),(y|\"\"\"y\"|);?\n",
                    1 => "[a-c ,;|\"'=\\\\\t-]{0,12}\n",
                    1 => "(---|-+-|)\n",
                ],
                0..90,
            ),
            tail in "[a,;\"]{0,6}",
            is_last: bool,
            by_name: bool,
        ) {
            let text = preamble.concat() + &rows.concat() + &tail;
            let text = text.as_bytes();
            let mut lines = Lines::new(text);
            for (i, delimiter) in DELIMITERS.into_iter().enumerate() {
                if tried(text, delimiter, Escapes::of(text), is_last, by_name).is_some() {
                    prop_assert!(lines.may_be_table(i, is_last, by_name), "{delimiter}");
                }
            }
        }
    }

    #[test]
    fn source_code_is_turned_down() {
        let code = "fn main() {\n    let (a, b) = (1, 2);\n\n    call(a);\n}\n".repeat(60);
        let mut lines = Lines::new(code.as_bytes());
        for i in 0..DELIMITERS.len() {
            assert!(!lines.may_be_table(i, true, false), "{i}");
        }
        assert!(lines.index.lines.len() < 200, "by its first lines");
    }
}
