//! Lines and tables from the marks that end paragraphs, cells and rows, as the texts before XML have them.
//!
//! Whoever reads a format says which text comes and which mark; here it becomes lines outside of tables and rows inside. A table
//! begins with its first cell and ends with the first paragraph outside. How marks are written is not known here.

use std::collections::VecDeque;

use super::flow::{Item, TEXT_BYTES_MAX};
use super::grid::COLUMNS_MAX;
use crate::error::Reason;

/// A text so far.
#[derive(Default)]
pub(super) struct Story {
    /// The paragraph in hand.
    text: String,
    /// The paragraphs of the cell in hand that are over.
    cell: String,
    cells: Vec<String>,
    n_bytes: usize,
    is_in_table: bool,
    ready: VecDeque<Item>,
    lost: Option<Reason>,
}

impl Story {
    /// Adds text to the paragraph in hand.
    pub(super) fn push(&mut self, text: &str) {
        if self.text.len() + text.len() > TEXT_BYTES_MAX {
            return self.lose();
        }
        self.text.push_str(text);
    }

    /// Ends a paragraph, of a cell or outside of tables.
    pub(super) fn end_paragraph(&mut self, is_in_cell: bool) {
        let text = std::mem::take(&mut self.text);
        if is_in_cell {
            return self.put(&text);
        }
        self.end_table();
        let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
        self.ready
            .extend(lines.map(|line| Item::Line(line.to_owned())));
    }

    fn put(&mut self, text: &str) {
        for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
            if self.cell.len() + line.len() > TEXT_BYTES_MAX {
                return self.lose();
            }
            if !self.cell.is_empty() {
                self.cell.push('\n');
            }
            self.cell.push_str(line);
        }
    }

    /// Ends a cell.
    pub(super) fn end_cell(&mut self) {
        let text = std::mem::take(&mut self.text);
        self.put(&text);
        let cell = std::mem::take(&mut self.cell);
        self.n_bytes += cell.len();
        if self.n_bytes > TEXT_BYTES_MAX || self.cells.len() >= COLUMNS_MAX as usize {
            return self.lose();
        }
        self.cells.push(cell);
    }

    /// Ends a row.
    pub(super) fn end_row(&mut self) {
        if !self.text.trim().is_empty() || !self.cell.is_empty() {
            self.end_cell();
        }
        if !self.is_in_table {
            self.is_in_table = true;
            self.ready.push_back(Item::Table);
        }
        let mut cells = std::mem::take(&mut self.cells);
        self.n_bytes = 0;
        let n_used = cells.iter().rposition(|cell| !cell.is_empty());
        cells.truncate(n_used.map_or(0, |last| last + 1));
        if !cells.is_empty() {
            self.ready.push_back(Item::Row(cells));
        }
    }

    /// Whether cells of a row were begun.
    pub(super) fn has_cells(&self) -> bool {
        !self.cells.is_empty()
    }

    /// Whether nothing stands in the cell in hand.
    pub(super) fn is_blank(&self) -> bool {
        self.text.is_empty() && self.cell.is_empty()
    }

    fn end_table(&mut self) {
        if self.has_cells() || !self.cell.is_empty() {
            self.end_row();
        }
        if self.is_in_table {
            self.is_in_table = false;
            self.ready.push_back(Item::EndOfTable);
        }
    }

    /// Ends the whole text, with what was begun.
    pub(super) fn end(&mut self) {
        self.end_paragraph(false);
    }

    /// Puts in what was ready in another text.
    pub(super) fn insert(&mut self, item: Item) {
        // A table of a note would end the one around it.
        match item {
            Item::Row(cells) => self.ready.push_back(Item::Line(cells.join("\t"))),
            Item::Line(_) => self.ready.push_back(item),
            Item::Table | Item::EndOfTable | Item::Over => {}
        }
    }

    /// What is ready to be taken.
    pub(super) fn take(&mut self) -> Option<Item> {
        self.ready.pop_front()
    }

    /// What was not taken of the text.
    pub(super) fn take_lost(&mut self) -> Option<Reason> {
        self.lost.take()
    }

    fn lose(&mut self) {
        let mib = TEXT_BYTES_MAX >> 20;
        let reason = format!("a paragraph, or a row of a table, of more than {mib} MiB");
        self.lost.get_or_insert(Reason::Limit(reason));
    }
}
