//! Tables of fixed-width rows, searched as they lie in the binary.
//!
//! A data file beside this one is sorted, and each of its lines has the same length, so that a look-up is a binary search
//! over the embedded bytes: nothing is parsed at start and nothing is allocated. What the rows mean is not known here.

/// Sorted rows of one width, each ended by a line feed.
pub(super) struct Table {
    /// The file: a whole number of rows.
    rows: &'static [u8],
    /// Bytes of a row without its line feed.
    width: usize,
}

impl Table {
    /// A table over an embedded file whose lines hold `width` bytes each.
    pub(super) const fn new(rows: &'static [u8], width: usize) -> Table {
        Table { rows, width }
    }

    /// Whether a row equals `key`, or, for a shorter key, begins with it.
    pub(super) fn contains(&self, key: &[u8]) -> bool {
        if key.len() > self.width {
            return false;
        }
        let (mut low, mut high) = (0, self.len());
        while low < high {
            let middle = low + (high - low) / 2;
            match self.row(middle)[..key.len()].cmp(key) {
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Greater => high = middle,
                std::cmp::Ordering::Equal => return true,
            }
        }
        false
    }

    /// Number of rows.
    fn len(&self) -> usize {
        self.rows.len() / (self.width + 1)
    }

    /// Row `index`, without its line feed.
    fn row(&self, index: usize) -> &[u8] {
        let start = index * (self.width + 1);
        &self.rows[start..start + self.width]
    }

    /// Asserts what the search relies on: whole rows, line feeds in place, sorted and without duplicates.
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

#[cfg(test)]
mod tests {
    use super::*;

    const FRUIT: Table = Table::new(b"apple\nmango\npeach\n", 5);

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
