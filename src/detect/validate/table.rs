//! Tables of fixed-width rows: data files that are embedded in the binary and searched as numbers.
//!
//! A data file beside this one is sorted, and each of its lines has the same length. At first use its rows are read as
//! big-endian numbers, so that a look-up is a binary search over integers. What the rows mean is not known here.

use std::sync::OnceLock;

/// Sorted rows of one width, at most 16 bytes, each ended by a line feed.
pub(super) struct Table {
    /// The file: a whole number of rows.
    rows: &'static [u8],
    /// Bytes of a row without its line feed.
    width: usize,
    /// The rows as numbers, ascending.
    keys: OnceLock<Vec<u128>>,
}

impl Table {
    /// A table over an embedded file whose lines hold `width` bytes each.
    pub(super) const fn new(rows: &'static [u8], width: usize) -> Table {
        assert!(width <= 16, "a row fits a number");
        Table {
            rows,
            width,
            keys: OnceLock::new(),
        }
    }

    /// Whether a row equals `key`, or, for a shorter key, begins with it.
    pub(super) fn contains(&self, key: &[u8]) -> bool {
        if key.len() > self.width {
            return false;
        }
        let keys = self.keys.get_or_init(|| {
            self.rows
                .chunks(self.width + 1)
                .map(|row| padded(&row[..self.width], 0))
                .collect()
        });
        let (low, high) = (padded(key, 0), padded(key, 0xFF));
        let at = keys.partition_point(|k| *k < low);
        keys.get(at).is_some_and(|k| *k <= high)
    }

    #[cfg(test)]
    fn len(&self) -> usize {
        self.rows.len() / (self.width + 1)
    }

    #[cfg(test)]
    fn row(&self, index: usize) -> &[u8] {
        let start = index * (self.width + 1);
        &self.rows[start..start + self.width]
    }

    #[cfg(test)]
    #[track_caller]
    pub(super) fn assert_sound(&self, rows_min: usize) {
        assert_eq!(self.rows.len() % (self.width + 1), 0, "rows of one width");
        assert!(self.len() >= rows_min, "{} rows", self.len());
        for index in 0..self.len() {
            assert_eq!(
                self.rows[(index + 1) * (self.width + 1) - 1],
                b'\n',
                "row {index} ends in a line feed"
            );
            assert!(
                index == 0 || self.row(index - 1) < self.row(index),
                "row {index} is in order"
            );
        }
    }
}

/// At most 16 bytes as a big-endian number, filled up with `fill`.
fn padded(bytes: &[u8], fill: u8) -> u128 {
    let mut whole = [fill; 16];
    whole[..bytes.len()].copy_from_slice(bytes);
    u128::from_be_bytes(whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    static FRUIT: Table = Table::new(b"apple\nmango\npeach\n", 5);

    #[test]
    fn finds_rows_and_beginnings() {
        FRUIT.assert_sound(3);
        for (key, want) in [
            ("apple", true),
            ("peach", true),
            ("man", true),
            ("", true),
            ("grape", false),
            ("apples", false),
            ("zzzzz", false),
            ("aaaaa", false),
        ] {
            assert_eq!(FRUIT.contains(key.as_bytes()), want, "{key}");
        }
        assert!(!Table::new(b"", 5).contains(b"apple"));
    }
}
