//! Rows from cells: of a sheet, where cells have numbers of columns and gaps become empty ones, and of a table in a text, where
//! they stand one after the other. Blank rows are nothing.
//!
//! A sheet may name any of 1,048,576 rows and 16,384 columns; what it does not fill takes no memory. What a cell holds is not
//! known here.

use super::flow::TEXT_BYTES_MAX;
use crate::container::{MemberWriter, Stop};
use crate::error::Reason;

/// Columns of a sheet, A to XFD.
pub(super) const COLUMNS_MAX: u32 = 16_384;

/// Rows of a sheet.
pub(super) const ROWS_MAX: u64 = 1_048_576;

/// Bytes of one row.
const ROW_BYTES_MAX: usize = 32 << 20;

/// The cells of a row so far.
#[derive(Default)]
pub(super) struct Row {
    /// Column from 0, and text.
    cells: Vec<(u32, String)>,
    n_bytes: usize,
    /// What of the sheet was not taken.
    lost: Option<Reason>,
}

impl Row {
    /// Puts a text into a column. Empty ones are left out. False where it has no place, which is told at the end.
    pub(super) fn put(&mut self, column: u32, text: impl AsRef<str> + Into<String>) -> bool {
        let n = text.as_ref().len();
        if n == 0 {
            return true;
        }
        if column >= COLUMNS_MAX {
            let reason = "a cell stands outside of the sheet".to_owned();
            self.lose(Reason::Malformed(reason));
            return false;
        }
        if self.n_bytes + n > ROW_BYTES_MAX || self.cells.len() >= COLUMNS_MAX as usize {
            let mib = ROW_BYTES_MAX >> 20;
            let reason = format!("a row of more than {COLUMNS_MAX} cells or {mib} MiB");
            self.lose(Reason::Limit(reason));
            return false;
        }
        self.n_bytes += n;
        self.cells.push((column, text.into()));
        true
    }

    /// Says why a cell was not taken.
    pub(super) fn lose(&mut self, reason: Reason) {
        self.lost.get_or_insert(reason);
    }

    /// Writes the row, so many times, and begins the next.
    ///
    /// # Errors
    /// Those of the writer.
    pub(super) fn flush(&mut self, n_times: u64, out: &mut MemberWriter<'_>) -> Result<(), Stop> {
        self.n_bytes = 0;
        if self.cells.is_empty() {
            return Ok(());
        }
        // Programs write them in order; two of one column stand beside each other.
        self.cells.sort_by_key(|cell| cell.0);
        for _ in 0..n_times {
            let mut next = 0;
            let cells = self.cells.iter().flat_map(|(column, text)| {
                let n_gap = column.saturating_sub(next);
                next = (*column).max(next) + 1;
                std::iter::repeat_n("", n_gap as usize).chain([text.as_str()])
            });
            out.row(cells)?;
        }
        self.cells.clear();
        Ok(())
    }

    /// What was not taken of the rows.
    pub(super) fn take_lost(&mut self) -> Option<Reason> {
        self.lost.take()
    }
}

/// The cells of a row of a table so far, from left to right.
#[derive(Default)]
pub(super) struct Cells {
    cells: Vec<String>,
    n_bytes: usize,
}

impl Cells {
    /// Adds a cell that spans so many columns, of which those behind the first are empty. False where it has no place.
    pub(super) fn push(&mut self, cell: String, n_columns: usize) -> bool {
        let room = (COLUMNS_MAX as usize).saturating_sub(self.cells.len());
        if room == 0 || self.n_bytes + cell.len() > TEXT_BYTES_MAX {
            return false;
        }
        self.n_bytes += cell.len();
        self.cells.push(cell);
        let n_covered = n_columns.clamp(1, room) - 1;
        self.cells
            .extend(std::iter::repeat_n(String::new(), n_covered));
        true
    }

    /// Whether no cell was begun.
    pub(super) fn is_empty(&self) -> bool {
        self.cells.is_empty()
    }

    /// Ends the row and begins the next: the cells up to the last that is not empty, if there is one.
    pub(super) fn end(&mut self) -> Option<Vec<String>> {
        self.n_bytes = 0;
        let mut cells = std::mem::take(&mut self.cells);
        let n_used = cells.iter().rposition(|cell| !cell.is_empty())? + 1;
        cells.truncate(n_used);
        Some(cells)
    }
}

/// Column and row from 0 of a reference (`B12`; `B` and `12` as well).
pub(super) fn reference(text: &str) -> (Option<u32>, Option<u64>) {
    let text = text.trim_start_matches('$');
    let n_letters = text.bytes().take_while(u8::is_ascii_alphabetic).count();
    let (letters, digits) = text.split_at(n_letters);
    let column = (1..=3).contains(&n_letters).then(|| {
        let value = |b: u8| u32::from(b.to_ascii_uppercase() - b'A') + 1;
        letters.bytes().fold(0, |sum, b| sum * 26 + value(b)) - 1
    });
    let row = digits.trim_start_matches('$').parse::<u64>().ok();
    (column, row.and_then(|row| row.checked_sub(1)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_letters_and_a_number() {
        for (text, want) in [
            ("A1", (Some(0), Some(0))),
            ("Z10", (Some(25), Some(9))),
            ("AA2", (Some(26), Some(1))),
            ("XFD1048576", (Some(16_383), Some(1_048_575))),
            ("$B$3", (Some(1), Some(2))),
            ("C", (Some(2), None)),
            ("7", (None, Some(6))),
            ("ABCD1", (None, Some(0))),
            ("A0", (Some(0), None)),
            ("", (None, None)),
        ] {
            assert_eq!(reference(text), want, "{text}");
        }
    }

    #[test]
    fn cells_have_their_place_or_none() {
        let mut row = Row::default();
        assert!(row.put(0, "") && row.put(COLUMNS_MAX - 1, "a"));
        assert!(!row.put(COLUMNS_MAX, "a".to_owned()));
        let reason = row.take_lost().unwrap().to_string();
        assert_eq!(reason, "malformed: a cell stands outside of the sheet");
        let text = "x".repeat(ROW_BYTES_MAX / 2);
        assert!(row.put(0, &*text));
        assert!(!row.put(1, &*text));
        let reason = row.take_lost().unwrap().to_string();
        assert!(reason.starts_with("limit reached: a row"), "{reason}");
    }

    #[test]
    fn rows_of_tables_end_with_their_last_text() {
        let mut cells = Cells::default();
        assert_eq!(cells.end(), None);
        assert!(cells.push("a".to_owned(), 2) && cells.push(String::new(), 1));
        assert!(cells.push("b".to_owned(), 3));
        assert!(!cells.is_empty());
        assert_eq!(cells.end().unwrap(), ["a", "", "", "b"]);
        assert!(cells.is_empty() && cells.push(String::new(), 9));
        assert_eq!(cells.end(), None);
        // Not one cell more than a sheet has columns, however many are spanned.
        assert!(cells.push("a".to_owned(), usize::MAX));
        assert!(!cells.push("b".to_owned(), 1));
        assert_eq!(cells.end().unwrap(), ["a"]);
        // The bytes are those of one row.
        let half = "x".repeat(TEXT_BYTES_MAX / 2);
        for _ in 0..2 {
            assert!(cells.push(half.clone(), 1) && cells.push(half.clone(), 1));
            assert!(!cells.push("x".to_owned(), 1));
            assert_eq!(cells.end().map(|cells| cells.len()), Some(2));
        }
    }
}
