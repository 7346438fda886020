//! Whether a text is JSON: one document, or a value a line.
//!
//! A check of the grammar as far as the head goes; values are not looked at.

use super::Format;

/// Tokens in good order after which a text is taken as JSON though an error follows.
const TOKENS_SURE: usize = 16;

/// Lines that are tried when the first one is no JSON.
const LINES_TRIED: usize = 50;

/// What a scan of one value found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Scan {
    /// It ends here.
    Complete(usize),
    /// The text ends inside it.
    Open,
    /// It is no JSON, after so many tokens that were.
    Wrong(usize),
}

/// Tells JSON and JSON Lines from anything else. The text may end inside a value.
pub(super) fn detect(text: &[u8], ending: Option<&str>) -> Option<Format> {
    let start = text.iter().position(|b| !b.is_ascii_whitespace())?;
    let by_name = match ending {
        Some("jsonl" | "ndjson") => Format::JsonLines,
        _ => Format::Json,
    };
    if !matches!(text[start], b'{' | b'[') {
        return (ending == Some("jsonl") && most_lines_are_json(text)).then_some(Format::JsonLines);
    }
    match scan_value(text, start) {
        Scan::Open => Some(by_name),
        Scan::Complete(end) => {
            let rest = text[end..].trim_ascii_start();
            match rest.first() {
                None => Some(by_name),
                // in `[1] a note` something else follows on the line
                Some(b'{' | b'[') if matches!(scan_value(rest, 0), Scan::Wrong(n) if n < 2) => {
                    most_lines_are_json(text).then_some(Format::JsonLines)
                }
                Some(b'{' | b'[') => Some(Format::JsonLines),
                // a list without brackets around it
                Some(b',') if text[start] == b'{' => Some(Format::JsonLines),
                Some(_) => most_lines_are_json(text).then_some(Format::JsonLines),
            }
        }
        Scan::Wrong(_) if most_lines_are_json(text) => Some(Format::JsonLines),
        Scan::Wrong(n_tokens) if n_tokens >= TOKENS_SURE => Some(Format::Json),
        Scan::Wrong(_) => None,
    }
}

/// Entries of a column that must be there to tell it, where no other column is.
const ENTRIES_SURE: usize = 3;

/// Whether a document is an object of columns, each an object of values by the numbers of their rows: `{"a": {"0": …, "1": …}, …}`.
/// Two columns begin with the same number, or the first one counts from 0 on. The text may end inside a value.
pub(super) fn is_of_columns(text: &[u8]) -> bool {
    let Some(mut at) = after(text, 0, b'{') else {
        return false;
    };
    let mut first: Option<&[u8]> = None;
    loop {
        let Some((_, behind)) = key(text, at) else {
            return false;
        };
        let Some(inner) = after(text, behind, b'{') else {
            return false;
        };
        let Some((row, _)) = key(text, inner) else {
            return false;
        };
        if row.is_empty() || !row.iter().all(u8::is_ascii_digit) {
            return false;
        }
        if let Some(first) = first {
            return row == first;
        }
        first = Some(row);
        match column_end(text, inner) {
            // A value of its own, or another column.
            (Some(end), n) => match after(text, end, b',') {
                Some(next) => at = next,
                None => return n >= 1,
            },
            (None, n) => return n >= ENTRIES_SURE,
        }
    }
}

/// Where the column that begins at `at` ends, if it does, and how many of its first entries are scalars by the numbers from 0 on.
/// What holds others is none.
fn column_end(text: &[u8], mut at: usize) -> (Option<usize>, usize) {
    let (mut n, mut counts) = (0, true);
    // Of a column that is cut off, all entries must be such.
    let cut = |n: usize, counts: bool| (None, if counts { n } else { 0 });
    loop {
        let Some((row, value)) = key(text, at) else {
            return cut(n, counts);
        };
        let start = value + spaces(text, value);
        if matches!(text.get(start), Some(b'{' | b'[')) {
            return (None, 0);
        }
        let Scan::Complete(end) = scan_value(text, start) else {
            return cut(n, counts);
        };
        counts &= std::str::from_utf8(row).is_ok_and(|row| row.parse() == Ok(n));
        n += usize::from(counts);
        if let Some(next) = after(text, end, b',') {
            at = next;
        } else {
            return (after(text, end, b'}'), n);
        }
    }
}

fn spaces(text: &[u8], at: usize) -> usize {
    let rest = text.get(at..).unwrap_or_default();
    rest.iter().take_while(|b| b.is_ascii_whitespace()).count()
}

/// Behind the sign that comes next, if it is that one.
fn after(text: &[u8], at: usize, sign: u8) -> Option<usize> {
    let at = at + spaces(text, at);
    (text.get(at) == Some(&sign)).then_some(at + 1)
}

/// The key at `at`, and where its value begins.
fn key(text: &[u8], at: usize) -> Option<(&[u8], usize)> {
    let at = at + spaces(text, at);
    if text.get(at) != Some(&b'"') {
        return None;
    }
    let end = end_of_string(text, at)?;
    Some((&text[at + 1..end - 1], after(text, end, b':')?))
}

fn most_lines_are_json(text: &[u8]) -> bool {
    let lines = text.split(|&b| b == b'\n').map(<[u8]>::trim_ascii);
    let (mut n_lines, mut n_json) = (0, 0);
    for line in lines.filter(|line| !line.is_empty()).take(LINES_TRIED) {
        n_lines += 1;
        let is_json = line[0] == b'{' && scan_value(line, 0) == Scan::Complete(line.len());
        n_json += usize::from(is_json);
    }
    n_lines >= 2 && n_json * 3 >= n_lines * 2
}

/// What may come next.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Expect {
    Value,
    ValueOrEnd,
    KeyOrEnd,
    Key,
    Colon,
    CommaOrEnd,
}

/// Scans one value from `start`, without recursion.
fn scan_value(text: &[u8], start: usize) -> Scan {
    let mut open: Vec<u8> = Vec::new();
    let mut expect = Expect::Value;
    let mut at = start;
    let mut n_tokens = 0;
    loop {
        at += text[at..]
            .iter()
            .take_while(|b| b.is_ascii_whitespace())
            .count();
        let Some(&byte) = text.get(at) else {
            return Scan::Open;
        };
        let token_end = match (byte, expect) {
            (b'{' | b'[', Expect::Value | Expect::ValueOrEnd) => {
                open.push(byte);
                Some(at + 1)
            }
            (b'}', Expect::KeyOrEnd | Expect::CommaOrEnd) if open.last() == Some(&b'{') => {
                open.pop();
                Some(at + 1)
            }
            (b']', Expect::ValueOrEnd | Expect::CommaOrEnd) if open.last() == Some(&b'[') => {
                open.pop();
                Some(at + 1)
            }
            (b':', Expect::Colon) | (b',', Expect::CommaOrEnd) => Some(at + 1),
            (b'"', Expect::CommaOrEnd | Expect::Colon) => None,
            (b'"', _) => match end_of_string(text, at) {
                Some(end) => Some(end),
                None => return Scan::Open,
            },
            (_, Expect::Value | Expect::ValueOrEnd) => end_of_scalar(text, at),
            _ => None,
        };
        let Some(end) = token_end else {
            return Scan::Wrong(n_tokens);
        };
        n_tokens += 1;
        at = end;
        expect = match (byte, expect) {
            (b'{', _) => Expect::KeyOrEnd,
            (b'[', _) => Expect::ValueOrEnd,
            (b':', _) => Expect::Value,
            (b',', _) if open.last() == Some(&b'{') => Expect::Key,
            (b',', _) => Expect::Value,
            (_, Expect::Key | Expect::KeyOrEnd) if byte == b'"' => Expect::Colon,
            _ if open.is_empty() => return Scan::Complete(at),
            _ => Expect::CommaOrEnd,
        };
    }
}

/// Where a string that begins at `open` ends, behind its quotation mark.
pub(crate) fn end_of_string(text: &[u8], open: usize) -> Option<usize> {
    let mut at = open + 1;
    loop {
        let hit = at + memchr::memchr2(b'"', b'\\', text.get(at..)?)?;
        match text[hit] {
            b'"' => return Some(hit + 1),
            _ => at = hit + 2,
        }
    }
}

/// The end of a number or a word; a word cut by the text's end is taken for whole.
fn end_of_scalar(text: &[u8], start: usize) -> Option<usize> {
    let is_part = |b: &&u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.');
    let len = text[start..].iter().take_while(is_part).count();
    let token = &text[start..start + len];
    let is_word = [&b"true"[..], b"false", b"null", b"NaN"].contains(&token);
    let is_number = std::str::from_utf8(token).is_ok_and(|t| t.parse::<f64>().is_ok());
    let is_cut = start + len == text.len();
    (len > 0 && (is_word || is_number || is_cut)).then_some(start + len)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects_of_columns() {
        for (text, want) in [
            (r#"{"a":{"0":1,"1":"x"},"b":{"0":2,"1":3}}"#, true),
            (r#" {"a" : {"7":1,"9":"x"} , "b" : {"7":"#, true),
            (r#"{"a":{"0":1,"1":2,"2":3,"3":"#, true),
            (r#"{"a":{"0":1}}"#, true),
            (r#"{"a":{"0":1,"1":2"#, false),
            (r#"{"a":{"0":1,"1":2,"2":3,"x":4,"y":"#, false),
            (r#"{"a":{"2019":1,"2020":2},"b":{"2020":1}}"#, false),
            (r#"{"a":{"2019":1,"2020":2}}"#, false),
            (r#"{"a":{"0":{"x":1}},"b":{"0":{"x":1}}}"#, false),
            (r#"{"a":{"x":1},"b":{"x":2}}"#, false),
            (r#"{"a":{"0":1},"b":[1]}"#, false),
            (r#"[{"a":{"0":1}}]"#, false),
            ("{}", false),
        ] {
            assert_eq!(is_of_columns(text.as_bytes()), want, "{text}");
        }
    }
}
