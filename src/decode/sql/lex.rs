//! Lexing: the words, names, strings and comments of SQL, as positions in a text.
//!
//! Every function takes a text and a position and says where something ends, or that the text ends
//! first. Knows the dialects' notations, not statements.

use memchr::{memchr, memmem};

use crate::bytes::find;
use crate::decode::block::Stop;

/// Beginnings of a line that no string is believed to hold: a string that reaches one lacks its
/// closing quote.
const NEVER_IN_STRING: [&[u8]; 5] = [
    b"INSERT INTO ",
    b"INSERT IGNORE INTO ",
    b"INSERT [",
    b"REPLACE INTO ",
    b"CREATE TABLE ",
];

/// Words that begin a statement where they begin a line.
const STATEMENTS: [&[u8]; 12] = [
    b"INSERT",
    b"REPLACE",
    b"COPY",
    b"CREATE",
    b"UPDATE",
    b"DELETE",
    b"ALTER",
    b"DROP",
    b"LOCK",
    b"UNLOCK",
    b"DELIMITER",
    b"GO",
];

/// Bytes that must be known behind a line break to tell whether a statement begins there.
pub(super) const STATEMENT_WORD_MAX: usize = 10;

/// Digits of a version in a mark: five, or six since MySQL 8.0.
const MARK_DIGITS_MAX: usize = 6;

/// A string without its quotes.
#[derive(Clone, Copy)]
pub(super) struct Quoted {
    pub(super) start: usize,
    pub(super) end: usize,
    /// Whether it holds escapes or doubled quotes.
    pub(super) escaped: bool,
    /// What stood at `end`: the quote, the end of the text, or a statement.
    pub(super) result: Result<(), Stop>,
}

/// The string whose opening quote is at `at`.
pub(super) fn string(text: &[u8], at: usize, backslash: bool) -> Quoted {
    let (quote, start) = (text[at], at + 1);
    let (mut end, mut escaped) = (start, false);
    let result = loop {
        let Some(skipped) = text
            .get(end..)
            .and_then(|rest| find([quote, b'\\', b'\n'], rest))
        else {
            end = text.len().max(start);
            break Err(Stop::More);
        };
        end += skipped;
        match text[end] {
            b'\n' if begins_with_any(&text[end + 1..], &NEVER_IN_STRING) => break Err(Stop::Bad),
            b'\n' => end += 1,
            b'\\' => {
                escaped |= backslash;
                end += 1 + usize::from(backslash);
            }
            _ if text.get(end + 1) == Some(&quote) => {
                escaped = true;
                end += 2;
            }
            _ => break Ok(()),
        }
    };
    Quoted {
        start,
        end,
        escaped,
        result,
    }
}

/// The first position from `at` on that is not white space.
pub(super) fn skip_space(text: &[u8], mut at: usize) -> usize {
    while text.get(at).is_some_and(u8::is_ascii_whitespace) {
        at += 1;
    }
    at
}

/// The first position from `at` on that is not white space within a line.
pub(super) fn skip_within_line(text: &[u8], mut at: usize) -> usize {
    while let Some(b' ' | b'\t' | b'\r') = text.get(at) {
        at += 1;
    }
    at
}

/// The first position from `at` on that is neither white space nor comment. The marks of `/*!40000
/// … */` are blank, what is between them is not.
#[inline]
pub(super) fn skip_blank(text: &[u8], at: usize) -> Result<usize, Stop> {
    match text.get(at) {
        Some(b'!'..) if !matches!(text[at], b'-' | b'/' | b'*' | b'#') => Ok(at),
        _ => skip_blanks(text, at),
    }
}

fn skip_blanks(text: &[u8], mut at: usize) -> Result<usize, Stop> {
    loop {
        at = skip_space(text, at);
        let rest = &text[at..];
        at = match rest {
            [] | [b'-' | b'/' | b'*'] => return Err(Stop::More),
            [b'*', b'/', ..] => at + 2,
            [b'/', b'*', b'!', ..] => mark_end(text, at).ok_or(Stop::More)?,
            [b'/', b'*', ..] | [b'-', b'-', ..] | [b'#', ..] => {
                comment_end(text, at).ok_or(Stop::More)?
            }
            _ => return Ok(at),
        };
    }
}

/// The end of the mark `/*!40101` at `at`, which says that what follows is for MySQL of some
/// version.
pub(super) fn mark_end(text: &[u8], at: usize) -> Option<usize> {
    let start = at + b"/*!".len();
    let digits = text.get(start..start + MARK_DIGITS_MAX + 1)?;
    let n = digits
        .iter()
        .take(MARK_DIGITS_MAX)
        .take_while(|b| b.is_ascii_digit())
        .count();
    Some(start + n)
}

/// The end of the comment that begins at `at`, if it is in the text; of one up to the line's end,
/// behind the line break.
pub(super) fn comment_end(text: &[u8], at: usize) -> Option<usize> {
    if text[at..].starts_with(b"/*") {
        return memmem::find(&text[at + 2..], b"*/").map(|n| at + 2 + n + 2);
    }
    line_end(text, at)
}

/// Behind the next line break.
pub(super) fn line_end(text: &[u8], at: usize) -> Option<usize> {
    memchr(b'\n', &text[at..]).map(|n| at + n + 1)
}

/// Whether a byte belongs to a word: a letter of any script, a digit or `_`, `$`.
pub(super) fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$') || byte >= 0x80
}

/// The end of the word at `at`.
pub(super) fn word_end(text: &[u8], at: usize) -> usize {
    let n = text[at..].iter().take_while(|b| is_word(**b)).count();
    at + n
}

/// The word at `at`; empty when there is none.
pub(super) fn word(text: &[u8], at: usize) -> &[u8] {
    &text[at..word_end(text, at)]
}

/// A name, plain or quoted in the way of any dialect, and the position behind it.
pub(super) fn name(text: &[u8], at: usize) -> Result<(String, usize), Stop> {
    let close = match text.get(at).ok_or(Stop::More)? {
        b'`' => b'`',
        b'"' => b'"',
        b'[' => b']',
        b'\'' => b'\'',
        _ => {
            let end = word_end(text, at);
            return match end {
                _ if end == text.len() => Err(Stop::More),
                _ if end == at => Err(Stop::Bad),
                _ => Ok((String::from_utf8_lossy(&text[at..end]).into_owned(), end)),
            };
        }
    };
    let mut plain = Vec::new();
    let mut from = at + 1;
    loop {
        let end = from + memchr(close, &text[from..]).ok_or(Stop::More)?;
        plain.extend_from_slice(&text[from..end]);
        if text.get(end + 1) != Some(&close) {
            return Ok((String::from_utf8_lossy(&plain).into_owned(), end + 1));
        }
        plain.push(close);
        from = end + 2;
    }
}

/// Whether a statement begins at a position that begins a line.
pub(super) fn begins_statement(text: &[u8]) -> bool {
    let word = word(text, 0);
    STATEMENTS.iter().any(|s| word.eq_ignore_ascii_case(s))
}

fn begins_with_any(text: &[u8], words: &[&[u8]]) -> bool {
    words.iter().any(|w| {
        text.get(..w.len())
            .is_some_and(|t| t.eq_ignore_ascii_case(w))
    })
}

/// The end of the statement at `at`, behind its delimiter, or before a line that begins another;
/// else the end of the text and whether a quote or comment is open there.
pub(super) fn statement_end(
    text: &[u8],
    mut at: usize,
    delimiter: &[u8],
    backslash: bool,
) -> Result<usize, bool> {
    while let Some(byte) = text.get(at) {
        let rest = &text[at..];
        if rest.starts_with(delimiter) {
            return Ok(at + delimiter.len());
        }
        at = match byte {
            // A word that the text ends in may go on.
            b'\n' if word_end(text, at + 1) == text.len() => return Err(false),
            b'\n' if begins_statement(&text[at + 1..]) => return Ok(at + 1),
            b'\'' | b'"' | b'`' => {
                let quoted = string(text, at, backslash && *byte != b'`');
                match quoted.result {
                    Ok(()) => quoted.end + 1,
                    Err(Stop::Bad) => return Ok(quoted.end + 1),
                    Err(Stop::More) => return Err(true),
                }
            }
            b'/' if rest.starts_with(b"/*!") => at + 3,
            b'/' if rest.starts_with(b"/*") => comment_end(text, at).ok_or(true)?,
            // The line break stays, for what may begin behind it.
            b'-' if rest.starts_with(b"--") => line_end(text, at).ok_or(false)? - 1,
            b'$' => match dollar_tag(rest) {
                Some(tag) => {
                    let body = at + tag.len();
                    body + memmem::find(&text[body..], tag).ok_or(true)? + tag.len()
                }
                None => at + 1,
            },
            _ => at + 1,
        };
    }
    Err(false)
}

/// The tag `$name$` of a PostgreSQL dollar-quoted string.
fn dollar_tag(text: &[u8]) -> Option<&[u8]> {
    let end = 1 + memchr(b'$', text.get(1..)?)?;
    let is_name = text[1..end].iter().all(|b| is_word(*b) && *b != b'$');
    let is_parameter = text[1..].first().is_some_and(u8::is_ascii_digit);
    (is_name && !is_parameter).then_some(&text[..=end])
}
