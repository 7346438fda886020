//! Tables of fixed-width rows: data files that are embedded in the binary and searched as numbers.
//!
//! A data file beside this one is sorted, and each of its lines has the same length. At first use its rows are read as
//! big-endian numbers; whole rows are looked up by hash, beginnings of rows by binary search. What the rows mean is not known
//! here.

use std::sync::OnceLock;

/// Sorted rows of one width, at most 16 bytes, each ended by a line feed.
pub(super) struct Table {
    /// The file: a whole number of rows.
    rows: &'static [u8],
    /// Bytes of a row without its line feed.
    width: usize,
    keys: OnceLock<Keys>,
}

/// The rows as numbers.
struct Keys {
    ascending: Vec<u128>,
    /// The same by their hashes, at least half of the places empty (0, which is no row).
    hashed: Vec<u128>,
}

impl Keys {
    fn new(ascending: Vec<u128>) -> Keys {
        let mut hashed = vec![0; (2 * ascending.len() + 1).next_power_of_two()];
        for key in &ascending {
            let mut at = place(*key, hashed.len());
            while hashed[at] != 0 {
                at = (at + 1) % hashed.len();
            }
            hashed[at] = *key;
        }
        Keys { ascending, hashed }
    }

    /// Whether this is a whole row.
    fn holds(&self, key: u128) -> bool {
        let mut at = place(key, self.hashed.len());
        while self.hashed[at] != 0 {
            if self.hashed[at] == key {
                return true;
            }
            at = (at + 1) & (self.hashed.len() - 1);
        }
        false
    }
}

/// Where the search for a key begins among `n` places, a power of two.
fn place(key: u128, n: usize) -> usize {
    let folded = (key >> 64) as u64 ^ (key as u64).rotate_left(32);
    (folded.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32) as usize & (n - 1)
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
            let rows = self.rows.chunks(self.width + 1);
            Keys::new(rows.map(|row| padded(&row[..self.width], 0)).collect())
        });
        if key.len() == self.width {
            return keys.holds(padded(key, 0));
        }
        let keys = &keys.ascending;
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
            ("mangy", false),
            ("zzzzz", false),
            ("aaaaa", false),
        ] {
            assert_eq!(FRUIT.contains(key.as_bytes()), want, "{key}");
        }
        assert!(!Table::new(b"", 5).contains(b"apple"));
    }
}
