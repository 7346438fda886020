//! Values: pieces of personal data that cannot be shown by accident.
//!
//! A [`Value`] borrows the bytes of a match. It has no `Display` and no `Serialize`, and its
//! `Debug` shows a length only. The way out is [`Value::mask`]; [`Value::reveal`] is for a single command. This file does not know which
//! kinds exist; each pattern says how it is masked.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A raw value of the data under audit.
#[derive(Clone, Copy)]
pub struct Value<'a>(&'a [u8]);

/// A masked form of a value: safe to print, store and send.
#[derive(
    Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(transparent)]
pub struct Masked(String);

/// How many characters of a value stay visible.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mask {
    /// Characters shown at the start.
    #[serde(default)]
    pub keep_start: usize,
    /// Characters shown at the end.
    #[serde(default)]
    pub keep_end: usize,
    /// Show everything from this character on, such as `@`, after the first character and stars.
    #[serde(default)]
    pub keep_from: Option<char>,
}

impl Mask {
    /// Shows nothing but stars.
    pub const ALL: Mask = Mask {
        keep_start: 0,
        keep_end: 0,
        keep_from: None,
    };
}

impl Mask {
    /// How many characters of a value of `n_chars` are shown at its start and at its end, where [`Mask::keep_from`] says
    /// nothing else.
    fn visible(self, n_chars: usize) -> (usize, usize) {
        let visible_max = (n_chars * 2 / 3).min(n_chars.saturating_sub(4));
        let start = self.keep_start.min(visible_max);
        (start, self.keep_end.min(visible_max - start))
    }
}

impl<'a> Value<'a> {
    /// Wraps the bytes of a match.
    pub fn new(bytes: &'a [u8]) -> Value<'a> {
        Value(bytes)
    }

    /// The masked form: visible ends as the mask says, at least a third of the characters (and at
    /// least four, or all of a shorter value) hidden, each hidden character one star, at most 24 of
    /// them. Control characters are hidden always.
    pub fn mask(self, mask: Mask) -> Masked {
        let text = String::from_utf8_lossy(self.0);
        let chars: Vec<char> = text.chars().collect();
        let n = chars.len();
        let (start, end) = match mask
            .keep_from
            .and_then(|c| chars.iter().position(|x| *x == c))
        {
            Some(at) if at >= 1 => (mask.keep_start.min(at / 2), n - at),
            Some(_) => (0, 0),
            None => mask.visible(n),
        };
        let hidden = n - start - end;
        let clean = |c: &char| if c.is_control() { '*' } else { *c };
        let mut out: String = chars[..start].iter().map(clean).collect();
        out.extend(std::iter::repeat_n('*', hidden.min(STARS_MAX)));
        out.extend(chars[n - end..].iter().map(clean));
        Masked(out)
    }
}

/// Most stars of a masked value, so that long ones stay readable.
const STARS_MAX: usize = 24;

impl Value<'_> {
    /// The value itself, for the one who owns the data and asked to see it: `explain --reveal`, on a terminal and nowhere
    /// else.
    pub fn reveal(self) -> String {
        String::from_utf8_lossy(self.0).into_owned()
    }

    /// How many characters it has.
    pub fn n_chars(self) -> usize {
        String::from_utf8_lossy(self.0).chars().count()
    }

    /// How many stars the masked form consists of, if it shows nothing else.
    pub fn stars(self, mask: Mask) -> Option<usize> {
        // Text of a batch is UTF-8: every character has one byte that does not continue another.
        let n_chars = self.0.iter().filter(|b| **b & 0xC0 != 0x80).count();
        let shows_nothing = mask.keep_from.is_none() && mask.visible(n_chars) == (0, 0);
        shows_nothing.then_some(n_chars.min(STARS_MAX))
    }
}

impl fmt::Debug for Value<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Value({} bytes)", self.0.len())
    }
}

impl Masked {
    /// Whether this is so many stars.
    pub fn is_stars(&self, n: usize) -> bool {
        self.0.len() == n && self.0.bytes().all(|b| b == b'*')
    }

    /// The masked text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Masked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(value: &str, keep: (usize, usize), want: &str) {
        let mask = Mask {
            keep_start: keep.0,
            keep_end: keep.1,
            keep_from: None,
        };
        let value = Value::new(value.as_bytes());
        assert_eq!(value.mask(mask).as_str(), want);
        let stars = want.bytes().all(|b| b == b'*').then_some(want.len());
        assert_eq!(value.stars(mask), stars);
        assert!(stars.is_none_or(|n| value.mask(mask).is_stars(n)));
    }

    #[test]
    fn keeps_the_ends_and_hides_at_least_four() {
        check("13800001234", (3, 4), "138****1234");
        check("12345", (3, 4), "1****");
        check("ab", (1, 1), "**");
        check("", (1, 1), "");
        check("张伟", (1, 0), "**");
        check(&"长".repeat(40), (0, 0), &"*".repeat(24));
    }

    #[test]
    fn debug_shows_no_value() {
        assert_eq!(
            format!("{:?}", Value::new(b"13800001234")),
            "Value(11 bytes)"
        );
    }

    #[test]
    fn an_email_keeps_its_domain() {
        let mask = Mask {
            keep_start: 1,
            keep_end: 0,
            keep_from: Some('@'),
        };
        assert_eq!(
            Value::new(b"zhang@example.com").mask(mask).as_str(),
            "z****@example.com"
        );
        assert_eq!(
            Value::new(b"z@example.com").mask(mask).as_str(),
            "*@example.com"
        );
    }
}
