//! Tuples: the values of one row become the fields of a record.
//!
//! A value is mostly one literal. Around it may stand casts, functions and operators; these are
//! passed over, and each string among them is a field of the same column. Knows values, not
//! statements.

use super::lex::{Quoted, is_word, name, skip_blank, string, word_end};
use crate::decode::block::{Rows, Stop};
use crate::decode::escape::Escape;
use crate::record::Field;

/// Columns kept apart per table; values further on go to the last.
pub(super) const COLUMNS_MAX: usize = 4096;

/// Reads one row.
pub(super) struct Reader<'a> {
    /// The text, up to the limit of a record.
    pub(super) text: &'a [u8],
    pub(super) at: usize,
    pub(super) fields: &'a mut Vec<Field>,
    pub(super) rows: &'a mut Rows,
    /// Whether a backslash escapes in strings without prefix.
    pub(super) backslash: bool,
    /// Values so far.
    pub(super) count: usize,
}

/// What was seen of a value so far.
struct Seen {
    depth: usize,
    /// Whether anything stood at its beginning.
    any: bool,
    /// Whether it has given a field.
    field: bool,
}

impl Reader<'_> {
    /// Reads the tuple whose parenthesis is at the position.
    pub(super) fn tuple(&mut self) -> Result<(), Stop> {
        self.at += 1;
        loop {
            match self.value(b')')? {
                b',' => self.at += 1,
                _ => {
                    self.at += 1;
                    return Ok(());
                }
            }
        }
    }

    /// Reads `a = 1, b = 'x';`, with the names.
    pub(super) fn assignments(&mut self, names: &mut Vec<String>) -> Result<(), Stop> {
        loop {
            self.at = skip_blank(self.text, self.at)?;
            let (name, end) = name(self.text, self.at)?;
            self.at = skip_blank(self.text, end)?;
            if self.text[self.at] != b'=' {
                return Err(Stop::Bad);
            }
            self.at += 1;
            names.push(name);
            let end = self.value(b';')?;
            if end == b';' {
                return Ok(());
            }
            self.at += 1;
        }
    }

    /// Reads a value up to a comma or `close`, which it returns and leaves.
    pub(super) fn value(&mut self, close: u8) -> Result<u8, Stop> {
        self.count += 1;
        let mut seen = Seen {
            depth: 0,
            any: false,
            field: false,
        };
        loop {
            self.at = skip_blank(self.text, self.at)?;
            let byte = self.text[self.at];
            match byte {
                b',' if seen.depth == 0 => return Ok(byte),
                _ if byte == close && seen.depth == 0 => return Ok(byte),
                b';' => return Err(Stop::Bad),
                b'(' | b'[' => seen.depth += 1,
                b')' | b']' => seen.depth = seen.depth.checked_sub(1).ok_or(Stop::Bad)?,
                b'\'' | b'"' => {
                    let escape = match self.backslash {
                        true => Escape::MySql(byte),
                        false => Escape::Doubled(byte),
                    };
                    self.string(&mut seen, escape, self.backslash)?;
                    continue;
                }
                b'-' | b'+' if !seen.any && self.is_number(self.at + 1) => {
                    self.bare(&mut seen)?;
                    continue;
                }
                _ if is_word(byte) => {
                    self.bare(&mut seen)?;
                    continue;
                }
                _ => {}
            }
            seen.any = true;
            self.at += 1;
        }
    }

    /// Reads a string with its quotes.
    fn string(&mut self, seen: &mut Seen, escape: Escape, backslash: bool) -> Result<(), Stop> {
        let Quoted {
            start,
            end,
            escaped,
            result,
        } = string(self.text, self.at, backslash);
        let escape = (escaped || escape == Escape::Hex).then_some(escape);
        self.push((start, end), escape);
        result?;
        self.at = end + 1;
        seen.any = true;
        seen.field = true;
        // `'O'Brien'`: a quote that was not escaped.
        match self.text.get(self.at) {
            Some(byte) if is_word(*byte) => Err(Stop::Bad),
            _ => Ok(()),
        }
    }

    /// Reads a word or a number, with the string it may be the prefix of.
    fn bare(&mut self, seen: &mut Seen) -> Result<(), Stop> {
        let start = self.at;
        let is_number = self.is_number(start) || matches!(self.text[start], b'-' | b'+');
        let end = match is_number {
            true => self.number_end(start),
            false => word_end(self.text, start),
        };
        let first = !std::mem::replace(&mut seen.any, true);
        self.at = end;
        let word = &self.text[start..end];
        let next = match skip_blank(self.text, end) {
            Ok(at) => self.text[at],
            Err(stop) => {
                // A cut literal is data; a cut word is not told from a function.
                if is_number && first {
                    self.push((start, end), None);
                }
                return Err(stop);
            }
        };
        if next == b'\'' && !is_number {
            return self.prefixed(seen, word.first().copied().unwrap_or(0), word.len());
        }
        if word.len() > 2 && (word.starts_with(b"0x") || word.starts_with(b"0X")) {
            self.push((start + 2, end), Some(Escape::Hex));
            seen.field = true;
            return Ok(());
        }
        let is_null =
            || word.eq_ignore_ascii_case(b"NULL") || word.eq_ignore_ascii_case(b"DEFAULT");
        let is_value = match seen.depth {
            0 if is_number => first,
            0 => first && matches!(next, b',' | b')' | b';') && !is_null(),
            _ => is_number && !seen.field,
        };
        if is_value {
            self.push((start, end), None);
            seen.field = true;
        }
        Ok(())
    }

    /// Reads a string behind its prefix: `N'…'`, `E'…'`, `X'…'`, `_utf8mb4 '…'`, `DATE '…'`.
    fn prefixed(&mut self, seen: &mut Seen, prefix: u8, len: usize) -> Result<(), Stop> {
        self.at = skip_blank(self.text, self.at)?;
        match (prefix.to_ascii_uppercase(), len) {
            (b'E', 1) => self.string(seen, Escape::CStyle, true),
            (b'X', 1) => self.string(seen, Escape::Hex, false),
            _ => {
                let escape = match self.backslash {
                    true => Escape::MySql(b'\''),
                    false => Escape::Doubled(b'\''),
                };
                self.string(seen, escape, self.backslash)
            }
        }
    }

    fn is_number(&self, at: usize) -> bool {
        self.text.get(at).is_some_and(u8::is_ascii_digit)
    }

    /// The end of a number: digits and letters (`0x1F`, `1e5`), a decimal point, a sign behind `e`.
    fn number_end(&self, start: usize) -> usize {
        let digits = self.text[start + 1..].iter();
        let n_digits = digits.take_while(|b| b.is_ascii_digit()).count();
        let mut end = start + 1 + n_digits;
        while let Some(byte) = self.text.get(end) {
            let is_exponent =
                matches!(self.text[end - 1], b'e' | b'E') && !self.text[start..end].contains(&b'x');
            match byte {
                b'.' => end += 1,
                b'+' | b'-' if is_exponent => end += 1,
                _ if is_word(*byte) => end += 1,
                _ => break,
            }
        }
        end
    }

    fn push(&mut self, span: (usize, usize), escape: Option<Escape>) {
        let column = self.count.clamp(1, COLUMNS_MAX) - 1;
        self.rows.push(self.fields, span, column as u32, escape);
    }
}
