//! Values: pieces of personal data that cannot be shown by accident.
//!
//! A [`Value`] borrows the bytes of a match. It has no `Display` and no `Serialize`, and its
//! `Debug` shows a length only. The one way out is [`Value::mask`]. This file does not know which
//! kinds exist; each pattern says how it is masked.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A raw value of the data under audit.
#[derive(Clone, Copy)]
pub struct Value<'a>(&'a [u8]);

/// A masked form of a value: safe to print, store and send.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
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
        let visible_max = (n * 2 / 3).min(n.saturating_sub(4));
        let (start, end) = match mask
            .keep_from
            .and_then(|c| chars.iter().position(|x| *x == c))
        {
            Some(at) if at >= 1 => (mask.keep_start.min(at / 2), n - at),
            Some(_) => (0, 0),
            None => {
                let start = mask.keep_start.min(visible_max);
                (start, mask.keep_end.min(visible_max - start))
            }
        };
        let hidden = n - start - end;
        let clean = |c: &char| if c.is_control() { '*' } else { *c };
        let mut out: String = chars[..start].iter().map(clean).collect();
        out.extend(std::iter::repeat_n('*', hidden.min(24)));
        out.extend(chars[n - end..].iter().map(clean));
        Masked(out)
    }
}

impl fmt::Debug for Value<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Value({} bytes)", self.0.len())
    }
}

impl Masked {
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
        assert_eq!(Value::new(value.as_bytes()).mask(mask).as_str(), want);
    }

    #[test]
    fn keeps_the_ends_and_hides_at_least_four() {
        check("13800001234", (3, 4), "138****1234");
        check("12345", (3, 4), "1****");
        check("ab", (1, 1), "**");
        check("", (1, 1), "");
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
