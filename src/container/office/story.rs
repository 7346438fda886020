//! Lines and tables from the marks that end paragraphs, cells and rows, as the texts before XML have them.
//!
//! Whoever reads a format says which text comes and which mark; here it becomes lines outside of tables and rows inside. A table
//! begins with its first cell and ends with the first paragraph outside. How marks are written is not known here.

use std::collections::VecDeque;

use super::flow::{Item, TEXT_BYTES_MAX, too_long};
use super::grid::Cells;
use crate::error::Reason;

/// A text so far.
#[derive(Default)]
pub(super) struct Story {
    /// The paragraph in hand.
    text: String,
    /// Whether more of it was pushed than is here.
    is_cut: bool,
    /// The paragraphs of the cell in hand that are over.
    cell: String,
    cells: Cells,
    is_in_table: bool,
    ready: VecDeque<Item>,
    /// What was not taken of the lines.
    lost: Option<Reason>,
    /// What was not taken of the table in hand.
    lost_of_table: Option<Reason>,
}

impl Story {
    /// Adds text to the paragraph in hand.
    pub(super) fn push(&mut self, text: &str) {
        match self.text.len() + text.len() > TEXT_BYTES_MAX {
            true => self.is_cut = true,
            false => self.text.push_str(text),
        }
    }

    /// Ends a paragraph, of a cell or outside of tables.
    pub(super) fn end_paragraph(&mut self, is_in_cell: bool) {
        if is_in_cell {
            return self.put();
        }
        // What is in hand is none of the table.
        let text = std::mem::take(&mut self.text);
        if std::mem::take(&mut self.is_cut) {
            self.lose(too_long());
        }
        self.end_table();
        let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
        self.ready
            .extend(lines.map(|line| Item::Line(line.to_owned())));
    }

    /// Puts the paragraph in hand into the cell in hand.
    fn put(&mut self) {
        if std::mem::take(&mut self.is_cut) {
            self.lose_of_table(too_long());
        }
        let text = std::mem::take(&mut self.text);
        for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
            if self.cell.len() + line.len() > TEXT_BYTES_MAX {
                return self.lose_of_table(too_long());
            }
            if !self.cell.is_empty() {
                self.cell.push('\n');
            }
            self.cell.push_str(line);
        }
    }

    /// Ends a cell.
    pub(super) fn end_cell(&mut self) {
        self.put();
        let cell = std::mem::take(&mut self.cell);
        if !self.cells.push(cell, 1) {
            self.lose_of_table(too_long());
        }
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
        self.ready.extend(self.cells.end().map(Item::Row));
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
            self.ready
                .push_back(Item::EndOfTable(self.lost_of_table.take()));
        }
    }

    /// Ends the whole text, with what was begun.
    pub(super) fn end(&mut self) {
        self.end_paragraph(false);
    }

    /// Ends the whole text before its time, with what was begun.
    pub(super) fn cut(&mut self, reason: Reason) {
        if self.has_cells() || !self.cell.is_empty() {
            self.put();
        }
        if self.is_in_table || self.has_cells() || !self.cell.is_empty() {
            self.lose_of_table(reason.clone());
        }
        self.end();
        self.lose(reason);
    }

    /// Puts in what was ready in another text.
    pub(super) fn insert(&mut self, item: Item) {
        // A table of a note would end the one around it.
        match item {
            Item::Row(cells) => self.ready.push_back(Item::Line(cells.join("\t"))),
            Item::Line(_) => self.ready.push_back(item),
            Item::EndOfTable(lost) => lost.into_iter().for_each(|reason| self.lose(reason)),
            Item::Table | Item::Over => {}
        }
    }

    /// Puts in another text, which is over.
    pub(super) fn insert_all(&mut self, mut other: Story) {
        other.end();
        while let Some(item) = other.take() {
            self.insert(item);
        }
        let lost = other.take_lost();
        lost.into_iter().for_each(|reason| self.lose(reason));
    }

    /// What is ready to be taken.
    pub(super) fn take(&mut self) -> Option<Item> {
        self.ready.pop_front()
    }

    /// What was not taken of the text.
    pub(super) fn take_lost(&mut self) -> Option<Reason> {
        self.lost.take().or_else(|| self.lost_of_table.take())
    }

    /// Says why lines are missing.
    pub(super) fn lose(&mut self, reason: Reason) {
        self.lost.get_or_insert(reason);
    }

    fn lose_of_table(&mut self, reason: Reason) {
        self.lost_of_table.get_or_insert(reason);
    }
}

#[cfg(test)]
mod tests {
    use super::super::grid::COLUMNS_MAX;
    use super::*;

    /// Everything that is ready, as one text, and what was not taken at its end.
    fn all(mut story: Story) -> String {
        let mut got = Vec::new();
        while let Some(item) = story.take() {
            got.push(match item {
                Item::Line(line) => line,
                Item::Table => "[".to_owned(),
                Item::Row(cells) => cells.join("|"),
                Item::EndOfTable(None) => "]".to_owned(),
                Item::EndOfTable(Some(reason)) => format!("]!{reason}"),
                Item::Over => "over".to_owned(),
            });
        }
        let lost = story.take_lost().map(|reason| format!("!{reason}"));
        got.join("/") + &lost.unwrap_or_default()
    }

    fn cell(story: &mut Story, text: &str) {
        story.push(text);
        story.end_cell();
    }

    #[test]
    fn tables_end_with_the_first_paragraph_outside() {
        let mut story = Story::default();
        story.push("before");
        story.end_paragraph(false);
        cell(&mut story, "a");
        story.push("b");
        story.end_paragraph(true);
        cell(&mut story, "c");
        story.end_row();
        cell(&mut story, "d");
        story.push("behind");
        story.end_paragraph(false);
        story.end();
        assert_eq!(all(story), "before/[/a|b\nc/d/]/behind");
    }

    #[test]
    fn a_text_that_is_cut_keeps_what_was_begun() {
        let reason = || Reason::Truncated("here".to_owned());
        let mut story = Story::default();
        story.push("last words");
        story.cut(reason());
        assert_eq!(all(story), "last words!truncated: here");
        let mut story = Story::default();
        cell(&mut story, "a");
        story.push("b");
        story.cut(reason());
        assert_eq!(all(story), "[/a|b/]!truncated: here!truncated: here");
    }

    #[test]
    fn a_table_in_a_note_ends_no_other_and_tells_what_it_lost() {
        let (mut story, mut note) = (Story::default(), Story::default());
        cell(&mut story, "a");
        story.end_row();
        for _ in 0..=COLUMNS_MAX {
            cell(&mut note, "x");
        }
        note.end_row();
        story.insert_all(note);
        cell(&mut story, "b");
        story.end_row();
        story.end();
        let line = ["x"; COLUMNS_MAX as usize].join("\t");
        assert_eq!(all(story), format!("[/a/{line}/b/]!{}", too_long()));
    }

    #[test]
    fn what_is_too_long_is_told_where_it_stands() {
        let half = "x".repeat(TEXT_BYTES_MAX / 2);
        let mut story = Story::default();
        for _ in 0..3 {
            cell(&mut story, &half);
        }
        story.end_row();
        story.push("z");
        story.end_paragraph(false);
        let told = format!("[/{half}|{half}/]!{}/z", too_long());
        assert!(all(story) == told);
        let mut story = Story::default();
        for _ in 0..3 {
            story.push(&half);
        }
        story.end_paragraph(false);
        cell(&mut story, "a");
        story.end();
        assert!(all(story) == format!("{half}{half}/[/a/]!{}", too_long()));
    }
}
