//! Reading decimal digits from bytes. No number format is known here.

use crate::bytes::{all_digits, number_of};

/// Whether every byte is an ASCII digit. True for no bytes.
#[inline]
pub(super) fn all(bytes: &[u8]) -> bool {
    all_digits(bytes)
}

/// Whether all bytes are the same: `1111…`, a filler in columns that must not be empty.
#[inline]
pub(super) fn is_repeated(bytes: &[u8]) -> bool {
    // Nearly always the first two tell.
    bytes.windows(2).all(|w| w[0] == w[1])
}

/// The number that the digits write. At most nine of them; other bytes give `None`.
pub(super) fn number(bytes: &[u8]) -> Option<u32> {
    (!bytes.is_empty() && bytes.len() <= 9 && all(bytes)).then(|| number_of(bytes) as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_numbers_that_fit_and_nothing_else() {
        assert_eq!(number(b"0042"), Some(42));
        assert_eq!(number(b"999999999"), Some(999_999_999));
        assert_eq!(number(b"1000000000"), None);
        assert_eq!(number(b""), None);
        assert_eq!(number(b"4x"), None);
    }

    #[test]
    fn sees_fillers() {
        assert!(is_repeated(b"0000") && !is_repeated(b"0001"));
    }
}
