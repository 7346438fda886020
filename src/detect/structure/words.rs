//! Han words, and tables of them: the names of places, and common words that look like names.
//!
//! `places.txt` holds names of administrative divisions in mainland China since 1980 (GB/T 2260), those of provinces and cities
//! also without their last character; `common_words.txt` words of two and three characters that begin with the character of a
//! surname. Both are sorted, one word a line. What is not in them is not known to be anything.

use std::sync::OnceLock;

use crate::bytes::begins_with_han;

/// A sorted list of words, one a line.
pub(super) struct Words {
    text: &'static str,
    lines: OnceLock<Vec<&'static [u8]>>,
}

pub(super) static PLACES: Words = Words::new(include_str!("places.txt"));
pub(super) static COMMON: Words = Words::new(include_str!("common_words.txt"));

impl Words {
    const fn new(text: &'static str) -> Words {
        Words {
            text,
            lines: OnceLock::new(),
        }
    }

    fn lines(&self) -> &[&'static [u8]] {
        self.lines
            .get_or_init(|| self.text.lines().map(str::as_bytes).collect())
    }

    /// Whether this is one of the words.
    pub(super) fn contains(&self, word: &[u8]) -> bool {
        self.lines().binary_search(&word).is_ok()
    }

    /// The length of the longest word that `text` begins with, in bytes.
    pub(super) fn longest_prefix(&self, text: &[u8]) -> Option<usize> {
        let lines = self.lines();
        let max = WORD_BYTES_MAX.min(han_run(text));
        (2 * HAN..=max)
            .rev()
            .step_by(HAN)
            .find(|len| lines.binary_search(&&text[..*len]).is_ok())
    }
}

/// Bytes of a Han character.
pub(super) const HAN: usize = 3;

/// Longest name of a place that is looked up: eleven characters, of an autonomous county.
const WORD_BYTES_MAX: usize = 12 * HAN;

/// Whether `text` ends with one.
pub(super) fn ends_with_han(text: &[u8]) -> bool {
    text.len() >= HAN && begins_with_han(&text[text.len() - HAN..])
}

/// Length in bytes of the Han characters that `text` begins with, as far as it matters.
pub(super) fn han_run(text: &[u8]) -> usize {
    let mut len = 0;
    while len < RUN_BYTES_MAX && begins_with_han(&text[len..]) {
        len += HAN;
    }
    len
}

/// The same for the Han characters that `text` ends with.
pub(super) fn han_run_back(text: &[u8]) -> usize {
    let mut len = 0;
    while len < RUN_BYTES_MAX && ends_with_han(&text[..text.len() - len]) {
        len += HAN;
    }
    len
}

/// Longest run of Han characters that is measured.
const RUN_BYTES_MAX: usize = 40 * HAN;

/// The longest of the words that `text` begins with.
pub(super) fn prefix<'a>(text: &[u8], words: &[&'a str]) -> Option<&'a str> {
    let fitting = words.iter().filter(|w| text.starts_with(w.as_bytes()));
    fitting.max_by_key(|w| w.len()).copied()
}

/// Whether `text` ends with one of the words.
pub(super) fn ends_with_any(text: &[u8], words: &[&str]) -> bool {
    words.iter().any(|w| text.ends_with(w.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_are_sorted_and_hold_what_they_should() {
        for words in [&PLACES, &COMMON] {
            assert!(words.lines().windows(2).all(|pair| pair[0] < pair[1]));
            assert!(words.lines().iter().all(|w| han_run(w) == w.len()));
        }
        assert!(PLACES.lines().len() > 4_000);
        assert!(PLACES.contains("深圳".as_bytes()) && PLACES.contains("海淀区".as_bytes()));
        assert_eq!(
            PLACES.longest_prefix("内蒙古自治区呼和浩特市".as_bytes()),
            Some("内蒙古自治区".len())
        );
        assert_eq!(PLACES.longest_prefix("我在".as_bytes()), None);
        assert!(COMMON.contains("谢谢".as_bytes()) && !COMMON.contains("谢娜".as_bytes()));
    }
}
