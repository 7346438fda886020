//! The pages of a presentation before 2007 while they are read: lines, and tables by where their cells stand.

use std::collections::BTreeMap;

use super::super::flow::{TEXT_BYTES_MAX, too_long};
use super::super::links::Links;
use super::super::text::Out;
use crate::container::{Sink, Stop};
use crate::decode::Known;
use crate::error::Reason;

/// Cells on a page; programs allow tables of 75 rows and as many columns.
const CELLS_MAX: usize = 1 << 16;

/// Columns of a table. Cells of one with more stand in their rows one behind the other.
const COLUMNS_MAX: usize = 1_024;

/// Where a shape of a group begins.
#[derive(Clone, Copy)]
pub(super) struct Anchor {
    pub(super) left: i32,
    pub(super) top: i32,
}

/// The cells of a table by where they begin: from above, then from the left.
#[derive(Default)]
pub(super) struct Grid(BTreeMap<(i32, i32), String>);

impl Grid {
    /// Puts a cell where it stands. What stands at the same place is one cell.
    pub(super) fn put(&mut self, at: Anchor, text: String) {
        let cell = self.0.entry((at.top, at.left)).or_default();
        if !cell.is_empty() && !text.is_empty() {
            cell.push('\n');
        }
        cell.push_str(&text);
    }

    /// The rows. Cells that begin at the same place from the left are one column.
    fn rows(self) -> impl Iterator<Item = Vec<String>> {
        let mut columns: Vec<i32> = self.0.keys().map(|(_, left)| *left).collect();
        columns.sort_unstable();
        columns.dedup();
        if columns.len() > COLUMNS_MAX {
            columns.clear();
        }
        let mut cells = self.0.into_iter().peekable();
        std::iter::from_fn(move || {
            let ((top, _), _) = cells.peek()?;
            let (top, mut row) = (*top, Vec::new());
            while let Some(((_, left), text)) = cells.next_if(|((other, _), _)| *other == top) {
                let column = columns.partition_point(|other| *other < left);
                row.resize(column.max(row.len()), String::new());
                row.push(text);
            }
            Some(row)
        })
    }
}

/// What stands on a page, up to some bytes.
#[derive(Default)]
pub(super) struct Page {
    lines: Vec<String>,
    tables: Vec<Grid>,
    n_bytes: usize,
    n_cells: usize,
    lost: Option<Reason>,
}

impl Page {
    /// A page for a cell of a table on another, with the room that is left on that.
    pub(super) fn within(page: &Page) -> Page {
        Page {
            n_bytes: page.n_bytes,
            n_cells: page.n_cells + 1,
            ..Page::default()
        }
    }

    /// Whether no further cell is taken.
    pub(super) fn is_full(&self) -> bool {
        self.n_cells >= CELLS_MAX
    }

    /// Takes what a cell lost, and tables in it; counts what it holds.
    pub(super) fn take_rest(&mut self, cell: &mut Page) {
        self.n_bytes = cell.n_bytes;
        self.n_cells = cell.n_cells;
        self.tables.append(&mut cell.tables);
        cell.lost
            .take()
            .into_iter()
            .for_each(|lost| self.lose(lost));
    }

    /// All lines as the text of a cell.
    pub(super) fn into_cell(self) -> String {
        self.lines.join("\n")
    }

    /// Puts text on the page, whose paragraphs and lines are lines.
    pub(super) fn put(&mut self, text: &str) {
        if self.n_bytes + text.len() > TEXT_BYTES_MAX {
            return self.lose(too_long());
        }
        self.n_bytes += text.len();
        let lines = text.split(['\r', '\n', '\u{B}', '\0']).map(str::trim);
        let lines = lines.filter(|line| !line.is_empty());
        self.lines.extend(lines.map(str::to_owned));
    }

    pub(super) fn put_table(&mut self, grid: Grid) {
        self.tables.push(grid);
    }

    /// Says why something is missing.
    pub(super) fn lose(&mut self, reason: Reason) {
        self.lost.get_or_insert(reason);
    }

    /// Hands over the lines, and each table as a sheet.
    ///
    /// # Errors
    /// Those of the sink.
    pub(super) fn write(self, name: &str, links: &mut Links, sink: &mut Sink) -> Result<(), Stop> {
        let mut out = Out::new(sink, name);
        for line in &self.lines {
            links.shown(line);
            out = out.line(line)?;
        }
        out.end(self.lost)?;
        let tables = self.tables.into_iter().filter(|grid| !grid.0.is_empty());
        for (i, grid) in tables.enumerate() {
            let name = format!("{name} table {}", i + 1);
            let mut out = sink.begin(name.as_bytes(), Known::Sheet)?;
            for row in grid.rows() {
                row.iter().for_each(|cell| links.shown(cell));
                out.row(row)?;
            }
            out.end(None)?;
        }
        Ok(())
    }
}
