//! Rows of a table from its cells: those that span columns leave the others empty, those that span rows stand in each of them
//! that has a cell of its own.
//!
//! A first row of `th` is the header. Where the header has groups (`th` over several columns), it is the last of up to three
//! rows of `th`, with what stands above where nothing stands below. A table whose every row is one `th` and as many `td` as
//! the others is written from top to bottom: the `th` become the header. Where the text of cells comes from is not known here.

use std::collections::{BTreeMap, VecDeque};

use super::weave::Item;
use super::{ROW_BYTES_MAX, VALUE_BYTES_MAX};
use crate::error::Reason;

/// Columns of a row.
const COLUMNS_MAX: usize = 16_384;

/// Cells that reach into the rows below at a time: each of these rows is held against all of them.
pub(super) const COVERS_MAX: usize = 1_000;

/// Columns and rows that a cell may span (HTML, 4.9.11).
const SPAN_COLUMNS_MAX: u32 = 1_000;
const SPAN_ROWS_MAX: u32 = 65_534;

/// Rows of `th` that make a header together.
const HEAD_ROWS_MAX: usize = 3;

/// Rows of a table that may be written from top to bottom.
const UPRIGHT_ROWS_MAX: usize = 256;

/// Bytes of a `th` that may be a header beside its values.
const UPRIGHT_HEAD_BYTES_MAX: usize = 60;

/// Digits of a number, and rows with numbers of one length, that speak for a list rather than for the properties of one thing.
const NUMBER_DIGITS_MIN: usize = 7;
const LIST_ROWS_MIN: usize = 3;

/// The table in hand.
#[derive(Default)]
pub(super) struct Grid {
    /// The row in hand, up to its last cell with text.
    row: Vec<String>,
    /// The column that comes next in it.
    column: usize,
    /// Whether a row was begun: one without a cell is one as well.
    is_open: bool,
    n_bytes: usize,
    n_cells: usize,
    n_heads: usize,
    /// Whether its first cell is a `th`.
    is_first_head: bool,
    /// Whether a cell of it spans columns.
    has_groups: bool,
    /// The cell in hand.
    cell: String,
    cell_bytes: usize,
    columns: u32,
    rows: u32,
    /// Cells that reach into the rows below, by their first column.
    covers: BTreeMap<usize, Cover>,
    covers_bytes: usize,
    /// Those that begin in the row in hand.
    new_covers: Vec<(usize, Cover)>,
    is_in_head: bool,
    stage: Stage,
    lost: Option<Reason>,
}

/// A cell that reaches into rows below.
struct Cover {
    text: String,
    n_columns: usize,
    n_left: u32,
}

/// What rows were so far.
#[derive(Default)]
enum Stage {
    #[default]
    Nothing,
    /// So many rows of `th` with groups, as one.
    Head(usize, Vec<String>),
    /// Rows of a `th` and as many `td`.
    Upright(Vec<Vec<String>>),
    Rows,
}

impl Grid {
    /// Begins or ends the head of the table, or another of its sections: no cell reaches out of it.
    pub(super) fn section(&mut self, is_head: bool) {
        self.is_in_head = is_head;
        self.covers.clear();
        self.covers_bytes = 0;
    }

    /// Begins a row.
    pub(super) fn begin_row(&mut self) {
        self.is_open = true;
    }

    pub(super) fn begin_cell(&mut self, is_head: bool, columns: Option<u32>, rows: Option<u32>) {
        self.is_first_head |= is_head && self.n_cells == 0;
        self.n_cells += 1;
        self.n_heads += usize::from(is_head || self.is_in_head);
        self.columns = columns.unwrap_or(1).clamp(1, SPAN_COLUMNS_MAX);
        self.rows = match rows {
            // Down to the end of the section.
            Some(0) => u32::MAX,
            Some(rows) => rows.min(SPAN_ROWS_MAX),
            None => 1,
        };
        self.cell_bytes = 0;
    }

    /// Adds a paragraph to the cell in hand.
    pub(super) fn put(&mut self, text: &str) {
        if self.n_bytes + self.covers_bytes + self.cell_bytes + text.len() > ROW_BYTES_MAX {
            return self.lose();
        }
        if !self.cell.is_empty() {
            self.cell.push('\n');
        }
        self.cell.push_str(text);
        self.cell_bytes = self.cell.len();
    }

    pub(super) fn end_cell(&mut self) {
        let text = std::mem::take(&mut self.cell);
        self.cell_bytes = 0;
        self.fill();
        let (at, n_columns) = (self.column, self.columns as usize);
        if at + n_columns > COLUMNS_MAX {
            return self.lose();
        }
        self.has_groups |= n_columns > 1;
        if self.rows > 1 {
            self.cover(at, n_columns, &text);
        }
        self.put_at(at, text);
        self.column = at + n_columns;
    }

    /// Takes note of a cell that reaches into the rows below.
    fn cover(&mut self, at: usize, n_columns: usize, text: &str) {
        if self.covers.len() + self.new_covers.len() >= COVERS_MAX {
            let reason =
                format!("more than {COVERS_MAX} cells of a table that reach into the rows below");
            self.lost.get_or_insert(Reason::Limit(reason));
            return;
        }
        let cover = Cover {
            text: text.to_owned(),
            n_columns,
            n_left: self.rows - 1,
        };
        self.covers_bytes += text.len();
        self.new_covers.push((at, cover));
    }

    /// Puts a text into a column of the row. Columns without one are made when there is one behind them, so that what nobody
    /// sees costs nothing.
    fn put_at(&mut self, at: usize, text: String) {
        if text.is_empty() {
            return;
        }
        self.n_bytes += text.len() + 1 + at.saturating_sub(self.row.len());
        self.row.resize(at, String::new());
        self.row.push(text);
    }

    /// Takes over the cells from above that stand at the place.
    fn fill(&mut self) {
        while let Some(cover) = self.covers.get(&self.column) {
            let (text, n_columns) = (cover.text.clone(), cover.n_columns);
            self.put_at(self.column, text);
            self.column += n_columns;
        }
    }

    /// Takes over all cells from above that stand behind the place.
    fn fill_all(&mut self) {
        let behind = self.covers.range(self.column..);
        let behind: Vec<(usize, String)> = behind
            .filter(|(_, cover)| !cover.text.is_empty())
            .map(|(at, cover)| (*at, cover.text.clone()))
            .collect();
        for (at, text) in behind {
            self.put_at(at, text);
        }
    }

    /// Ends the row, and puts what is decided to what is ready.
    pub(super) fn end_row(&mut self, ready: &mut VecDeque<Item>) {
        if self.n_cells == 0 && !self.is_open {
            return;
        }
        self.fill_all();
        self.covers.retain(|_, cover| {
            cover.n_left -= 1;
            cover.n_left > 0
        });
        self.covers.extend(self.new_covers.drain(..));
        self.covers_bytes = self.covers.values().map(|cover| cover.text.len()).sum();
        let cells = std::mem::take(&mut self.row);
        // A row without a cell of its own says nothing that those above have not said.
        if !cells.is_empty() && self.n_cells > 0 {
            self.place(cells, ready);
        }
        (self.column, self.is_open) = (0, false);
        (self.n_bytes, self.n_cells, self.n_heads) = (0, 0, 0);
        (self.is_first_head, self.has_groups) = (false, false);
    }

    /// Decides what a row is.
    fn place(&mut self, cells: Vec<String>, ready: &mut VecDeque<Item>) {
        let is_head = self.n_heads == self.n_cells && self.n_cells > 1;
        let is_upright = self.is_first_head
            && self.n_heads == 1
            && self.n_cells > 1
            && !self.has_groups
            && self.covers.is_empty()
            && is_upright_head(&cells[0]);
        self.stage = match std::mem::take(&mut self.stage) {
            Stage::Nothing if is_head && self.has_groups => Stage::Head(1, cells),
            Stage::Nothing if is_head => {
                ready.push_back(Item::Head(cells));
                Stage::Rows
            }
            Stage::Nothing if is_upright => Stage::Upright(vec![cells]),
            Stage::Head(n, above) if is_head && n < HEAD_ROWS_MAX => {
                Stage::Head(n + 1, joined(above, cells))
            }
            Stage::Head(_, head) => {
                ready.push_back(Item::Head(head));
                ready.push_back(Item::Row(cells));
                Stage::Rows
            }
            Stage::Upright(mut rows) => {
                let is_new = rows.iter().all(|row| row[0] != cells[0]);
                let is_same = rows.len() < UPRIGHT_ROWS_MAX && self.n_cells >= rows[0].len();
                let n_bytes: usize = rows.iter().flatten().map(String::len).sum();
                rows.push(cells);
                if is_upright && is_new && is_same && n_bytes < VALUE_BYTES_MAX {
                    Stage::Upright(rows)
                } else {
                    ready.extend(rows.into_iter().map(Item::Row));
                    Stage::Rows
                }
            }
            Stage::Nothing | Stage::Rows => {
                ready.push_back(Item::Row(cells));
                Stage::Rows
            }
        };
    }

    /// Ends the table.
    pub(super) fn end(&mut self, ready: &mut VecDeque<Item>) {
        match std::mem::take(self) {
            Grid {
                stage: Stage::Head(_, head),
                lost,
                ..
            } => ready.extend([Item::Head(head), Item::EndOfTable(lost)]),
            Grid {
                stage: Stage::Upright(rows),
                lost,
                ..
            } if is_list(&rows) => {
                ready.extend(rows.into_iter().map(Item::Row));
                ready.push_back(Item::EndOfTable(lost));
            }
            Grid {
                stage: Stage::Upright(rows),
                lost,
                ..
            } => {
                ready.push_back(Item::Head(rows.iter().map(|row| row[0].clone()).collect()));
                let n_columns = rows.iter().map(Vec::len).max().unwrap_or(0);
                for column in 1..n_columns {
                    let cell = |row: &Vec<String>| row.get(column).cloned().unwrap_or_default();
                    ready.push_back(Item::Row(rows.iter().map(cell).collect()));
                }
                ready.push_back(Item::EndOfTable(lost));
            }
            Grid { lost, .. } => ready.push_back(Item::EndOfTable(lost)),
        }
    }

    fn lose(&mut self) {
        let mib = ROW_BYTES_MAX >> 20;
        let reason = format!("a row of a table of more than {COLUMNS_MAX} cells or {mib} MiB");
        self.lost.get_or_insert(Reason::Limit(reason));
    }
}

/// Two rows of a header as one: what stands below counts, and what stands above where nothing does.
fn joined(above: Vec<String>, below: Vec<String>) -> Vec<String> {
    let n = above.len().max(below.len());
    let (mut above, mut below) = (above.into_iter(), below.into_iter());
    let both = (0..n).map(|_| (above.next(), below.next()));
    both.map(|(above, below)| match below {
        Some(below) if !below.is_empty() => below,
        _ => above.unwrap_or_default(),
    })
    .collect()
}

/// Whether the rows are one sort of number each, behind a name: then the `th` are no header, but whose number it is.
fn is_list(rows: &[Vec<String>]) -> bool {
    let shape = |row: &Vec<String>| {
        let value = row.get(1)?;
        let n_digits = value.bytes().filter(u8::is_ascii_digit).count();
        (n_digits >= NUMBER_DIGITS_MIN).then_some((value.len(), n_digits))
    };
    let shapes: Vec<_> = rows.iter().filter_map(shape).collect();
    let n_alike = |shape| shapes.iter().filter(|other| **other == shape).count();
    shapes.iter().any(|shape| n_alike(*shape) >= LIST_ROWS_MIN)
}

/// Whether a `th` may be the name of what stands beside it, rather than a value.
fn is_upright_head(text: &str) -> bool {
    let n_digits = text.bytes().filter(u8::is_ascii_digit).count();
    !text.is_empty() && text.len() <= UPRIGHT_HEAD_BYTES_MAX && n_digits < 5 && !text.contains('@')
}
