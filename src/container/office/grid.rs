//! Rows of a sheet from cells that have numbers of columns: gaps become empty cells, and blank rows nothing.
//!
//! A sheet may name any of 1,048,576 rows and 16,384 columns; what it does not fill takes no memory. What a cell holds is not
//! known here.

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
    /// Puts a text into a column. Empty ones are left out.
    pub(super) fn put(&mut self, column: u32, text: String) {
        if text.is_empty() {
            return;
        }
        if column >= COLUMNS_MAX {
            let reason = "a cell stands outside of the sheet".to_owned();
            self.lost.get_or_insert(Reason::Malformed(reason));
            return;
        }
        if self.n_bytes + text.len() > ROW_BYTES_MAX || self.cells.len() >= COLUMNS_MAX as usize {
            let mib = ROW_BYTES_MAX >> 20;
            let reason = format!("a row of more than {COLUMNS_MAX} cells or {mib} MiB");
            self.lost.get_or_insert(Reason::Limit(reason));
            return;
        }
        self.n_bytes += text.len();
        self.cells.push((column, text));
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
}
