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

fn end_of_string(text: &[u8], open: usize) -> Option<usize> {
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
