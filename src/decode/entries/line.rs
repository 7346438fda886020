//! What a line says in a file of names and values: a name with its value, the begin or the end of a record, more of the value before.
//!
//! A name is short, begins with a letter and holds no punctuation of sentences. Which names stand together is not known here.

use memchr::{memchr, memchr2_iter};

use super::Style;
use crate::bytes::begins_with_han;
use crate::decode::escape::Escape;

/// Longest name in bytes.
const NAME_BYTES_MAX: usize = 64;

/// Words of a name.
const NAME_WORDS_MAX: usize = 4;

/// The colon of Chinese text, and its blank.
const WIDE_COLON: &[u8] = "：".as_bytes();
const WIDE_BLANK: &[u8] = "\u{3000}".as_bytes();

/// The sign between name and value in the output of sqlite3's line mode.
const EQUALS: &[u8] = b" = ";

/// Signs that end a sentence or a part of one, which no name holds.
const STOPS: [&str; 9] = ["，", "。", "；", "！", "？", "、", "“", "”", "…"];

/// A name with its value. Ranges are half open, of bytes in the line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Pair {
    pub(super) name: (usize, usize),
    pub(super) value: (usize, usize),
    /// Bytes of blanks before it.
    pub(super) indent: usize,
    /// Whether a hyphen stands before it, as before the members of a list.
    pub(super) is_member: bool,
    /// How the value is written.
    pub(super) escape: Option<Escape>,
    /// What stands between the two: parameters of a property, options of an attribute.
    pub(super) beside: Option<(usize, usize)>,
}

impl Pair {
    fn new(name: (usize, usize), value: (usize, usize)) -> Pair {
        Pair {
            name,
            value,
            indent: 0,
            is_member: false,
            escape: None,
            beside: None,
        }
    }
}

/// What a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Line {
    Blank,
    /// A record begins behind it, or ends with it.
    Begin,
    End,
    Pair(Pair),
    /// More of the value before, if there is one.
    More,
    /// Anything else; where its text begins, and how far it is indented. Whether it is a member of a list.
    Other {
        at: usize,
        indent: usize,
        is_member: bool,
    },
}

/// What a line is, in a file of that style.
pub(super) fn line_of(line: &[u8], style: Style) -> Line {
    let text = line.trim_ascii();
    if text.is_empty() || text == WIDE_BLANK {
        return Line::Blank;
    }
    let indent = line.len() - line.trim_ascii_start().len();
    let other = Line::Other {
        at: indent,
        indent,
        is_member: false,
    };
    match style {
        Style::Vcard if text.eq_ignore_ascii_case(b"BEGIN:VCARD") => Line::Begin,
        Style::Vcard if text.eq_ignore_ascii_case(b"END:VCARD") => Line::End,
        Style::Vcard | Style::Ldif if indent > 0 => Line::More,
        Style::Vcard => property(line).map_or(Line::More, Line::Pair),
        Style::Ldif if text[0] == b'#' => other,
        Style::Ldif => attribute(line).map_or(other, Line::Pair),
        Style::Rows if is_row(text) => Line::Begin,
        Style::Rows if is_end_of_rows(text) => Line::End,
        Style::Rows => pair(line, 0).map_or(Line::More, Line::Pair),
        Style::Expanded if is_expanded(text) => Line::Begin,
        Style::Expanded if is_end_of_rows(text) => Line::End,
        Style::Expanded => column(line).map_or(Line::More, Line::Pair),
        Style::Yaml { .. } if matches!(text, b"---" | b"...") => Line::End,
        Style::Yaml { .. } if text[0] == b'#' => other,
        Style::Yaml { .. } => of_yaml(line, indent),
        Style::Forms { .. } if is_ruling(text) => Line::End,
        Style::Forms { .. } => pair(line, indent).map_or(other, Line::Pair),
    }
}

/// `*************************** 1. row ***************************`
fn is_row(text: &[u8]) -> bool {
    let inner = between(text, b'*', 8).map(<[u8]>::trim_ascii);
    inner.and_then(behind_number) == Some(b". row")
}

/// `-[ RECORD 1 ]--+-----`
fn is_expanded(text: &[u8]) -> bool {
    let rest = text.strip_prefix(b"-[ RECORD ").and_then(behind_number);
    rest.is_some_and(|rest| rest.starts_with(b" ]"))
}

/// `3 rows in set (0.00 sec)`, `(3 rows)`
fn is_end_of_rows(text: &[u8]) -> bool {
    let text = text.strip_prefix(b"(").unwrap_or(text);
    let ends = [&b" row in set"[..], b" rows in set", b" row)", b" rows)"];
    behind_number(text).is_some_and(|rest| ends.iter().any(|end| rest.starts_with(end)))
}

/// What stands behind the digits that a text begins with, if it does.
fn behind_number(text: &[u8]) -> Option<&[u8]> {
    let n = text.iter().take_while(|b| b.is_ascii_digit()).count();
    (n > 0).then(|| &text[n..])
}

/// A line of one sign.
fn is_ruling(text: &[u8]) -> bool {
    let first = text[0];
    text.len() >= 3 && b"-=*_~#+".contains(&first) && text.iter().all(|b| *b == first)
}

/// What stands between a sign that is repeated at both ends, so often at least.
fn between(text: &[u8], sign: u8, n_min: usize) -> Option<&[u8]> {
    let n_before = text.iter().take_while(|b| **b == sign).count();
    let rest = &text[n_before..];
    let n_behind = rest.iter().rev().take_while(|b| **b == sign).count();
    (n_before >= n_min && n_behind >= n_min).then(|| &rest[..rest.len() - n_behind])
}

/// `name: value` or `name = value`, whose name begins at or behind `from`.
pub(super) fn pair(line: &[u8], from: usize) -> Option<Pair> {
    let text = &line[from..];
    let indent = text.len() - text.trim_ascii_start().len();
    let start = from + indent + blanks(&line[from + indent..]);
    let (end, behind) = name_end(line, start)?;
    let name = trimmed(line, (start, end));
    let is_spaced = line[name.0..name.1].contains(&b' ');
    let is_wide = behind - end > 1;
    let next = line.get(behind);
    let may_follow = is_wide
        || next.is_none_or(u8::is_ascii_whitespace)
        || !is_spaced && !matches!(next, Some(b'/' | b'\\' | b':'));
    (may_follow && name.0 < name.1).then(|| Pair {
        indent: start,
        ..Pair::new(name, trimmed(line, (behind, line.len())))
    })
}

/// The next pair within a value, as in `张三  电话：138…` or `张三，电话：138…`: where the value before it ends, and the pair.
pub(super) fn pair_within(line: &[u8], value: (usize, usize)) -> Option<(usize, Pair)> {
    let text = &line[value.0..value.1];
    let signs = memchr2_iter(b':', WIDE_COLON[0], text);
    for at in signs.filter(|at| text[*at] == b':' || text[*at..].starts_with(WIDE_COLON)) {
        let end = value.0 + at;
        let floor = end.saturating_sub(NAME_BYTES_MAX).max(value.0);
        let n = name_before(&line[floor..end]);
        let start = end - n;
        let gap = gap_before(&line[value.0..start]);
        if n > 0
            && gap > 0
            && let Some(pair) = pair(&line[..value.1], start)
            && pair.name == (start, end)
        {
            return Some((start - gap, pair));
        }
    }
    None
}

/// Bytes of the word at the end of a text.
fn name_before(text: &[u8]) -> usize {
    let mut n = 0;
    while n < text.len() {
        let rest = &text[..text.len() - n];
        match rest[rest.len() - 1] {
            b if b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.') => n += 1,
            // Of three bytes, as the characters of Chinese have them, but for its signs.
            b if b >= 0x80 && rest.len() >= 3 && begins_with_han(&rest[rest.len() - 3..]) => n += 3,
            _ => break,
        }
    }
    n
}

/// Bytes of the blanks and signs between two pairs at the end of a text.
fn gap_before(text: &[u8]) -> usize {
    let mut n = 0;
    loop {
        let rest = &text[..text.len() - n];
        n += match rest.last() {
            Some(b' ' | b'\t' | b',' | b';' | b'|') => 1,
            _ if rest.ends_with(WIDE_BLANK) => 3,
            _ if ["，", "；", "、", "。"]
                .iter()
                .any(|stop| rest.ends_with(stop.as_bytes())) =>
            {
                3
            }
            _ => return n,
        };
    }
}

/// Where a name that begins at `start` ends, with the blanks before the colon, or before an equals sign between blanks, and where
/// that sign does. `None` if what stands there may be no name.
fn name_end(line: &[u8], start: usize) -> Option<(usize, usize)> {
    let text = &line[start..line.len().min(start + NAME_BYTES_MAX + EQUALS.len())];
    let first = *text.first()?;
    if first < 0x80 && !first.is_ascii_alphabetic() && first != b'_' {
        return None;
    }
    let (mut at, mut n_words) = (0, 1);
    while let Some(byte) = text.get(at) {
        match byte {
            b':' => return Some((start + at, start + at + 1)),
            b' ' if text[at..].starts_with(EQUALS) => {
                return Some((start + at, start + at + EQUALS.len()));
            }
            b' ' => {
                n_words += usize::from(text.get(at + 1).is_some_and(|b| !matches!(b, b' ' | b':')));
                if n_words > NAME_WORDS_MAX {
                    return None;
                }
                at += 1;
            }
            b'_' | b'-' | b'.' | b'/' | b'(' | b')' | b'#' | b'&' => at += 1,
            0xE2 | 0xE3 | 0xEF => {
                let rest = &text[at..];
                if rest.starts_with(WIDE_COLON) {
                    return Some((start + at, start + at + WIDE_COLON.len()));
                }
                if STOPS.iter().any(|stop| rest.starts_with(stop.as_bytes())) {
                    return None;
                }
                at += 1;
            }
            b if b.is_ascii_alphanumeric() || *b >= 0x80 => at += 1,
            _ => return None,
        }
    }
    None
}

/// A property of a vCard (RFC 6350, section 3.3): `item1.TEL;TYPE=cell:138…`.
fn property(line: &[u8]) -> Option<Pair> {
    let mut is_quoted = false;
    let end = line.iter().position(|b| {
        is_quoted ^= *b == b'"';
        *b == b':' && !is_quoted
    })?;
    let head = &line[..end];
    let name_end = memchr(b';', head).unwrap_or(end);
    let start = memchr(b'.', &head[..name_end]).map_or(0, |at| at + 1);
    let name = &line[start..name_end];
    let is_known = |b: &u8| b.is_ascii_alphanumeric() || *b == b'-';
    if name.is_empty() || name.len() > NAME_BYTES_MAX || !name.iter().all(is_known) {
        return None;
    }
    let upper = head[name_end..].to_ascii_uppercase();
    let is_quoted_printable = memchr::memmem::find(&upper, b"QUOTED-PRINTABLE").is_some();
    Some(Pair {
        escape: Some(match is_quoted_printable {
            true => Escape::QuotedPrintable,
            false => Escape::Folded,
        }),
        beside: (name_end < end).then_some((name_end + 1, end)),
        ..Pair::new((start, name_end), (end + 1, line.len()))
    })
}

/// An attribute of LDIF (RFC 2849): `mail: …`, `cn;lang-zh:: 5byg5LiJ`, `jpegPhoto:< file:…`.
fn attribute(line: &[u8]) -> Option<Pair> {
    let end = memchr(b':', line)?;
    let name_end = memchr(b';', &line[..end]).unwrap_or(end);
    let name = &line[..name_end];
    let is_known = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_');
    if name.is_empty() || name.len() > NAME_BYTES_MAX || !name.iter().all(is_known) {
        return None;
    }
    let is_base64 = line.get(end + 1) == Some(&b':');
    let value = trimmed(line, (end + 1 + usize::from(is_base64), line.len()));
    Some(Pair {
        escape: Some(match is_base64 {
            true => Escape::Base64,
            false => Escape::Folded,
        }),
        beside: (name_end < end).then_some((name_end + 1, end)),
        ..Pair::new((0, name_end), value)
    })
}

/// A column of psql's expanded output: `name | value`.
fn column(line: &[u8]) -> Option<Pair> {
    let at = memchr(b'|', line)?;
    let name = trimmed(line, (0, at));
    let is_column = name.1 > name.0 && name.1 - name.0 <= NAME_BYTES_MAX;
    is_column.then(|| Pair::new(name, trimmed(line, (at + 1, line.len()))))
}

/// A line of YAML: a pair, or a member of a list, which may be one.
fn of_yaml(line: &[u8], indent: usize) -> Line {
    let text = &line[indent..];
    let is_member = text == b"-" || text.starts_with(b"- ");
    let at = match is_member {
        true => {
            let rest = &text[1..];
            indent + 1 + (rest.len() - rest.trim_ascii_start().len())
        }
        false => indent,
    };
    match pair(line, at) {
        Some(pair) => Line::Pair(unquoted(
            line,
            Pair {
                indent,
                is_member,
                ..pair
            },
        )),
        None => Line::Other {
            at: at.min(line.trim_ascii_end().len()),
            indent,
            is_member,
        },
    }
}

/// A pair whose value stands in quotation marks, without them.
fn unquoted(line: &[u8], pair: Pair) -> Pair {
    let (start, end) = pair.value;
    let escape = match &line[start..end] {
        [b'"', .., b'"'] => Escape::Json,
        [b'\'', .., b'\''] => Escape::Doubled(b'\''),
        _ => return pair,
    };
    if end - start < 2 {
        return pair;
    }
    Pair {
        value: (start + 1, end - 1),
        escape: Some(escape),
        ..pair
    }
}

/// A range without the blanks at both ends.
fn trimmed(line: &[u8], (start, end): (usize, usize)) -> (usize, usize) {
    let (mut start, mut end) = (start, end);
    loop {
        let text = &line[start..end];
        let n_before = text.len() - text.trim_ascii_start().len();
        let n_before = match n_before {
            0 => blanks(text),
            n => n,
        };
        let text = &text[n_before..];
        let n_behind = match text.len() - text.trim_ascii_end().len() {
            0 if text.ends_with(WIDE_BLANK) => WIDE_BLANK.len(),
            n => n,
        };
        start += n_before;
        end -= n_behind;
        if n_before + n_behind == 0 {
            return (start, end);
        }
    }
}

/// Bytes of wide blanks at the start.
fn blanks(text: &[u8]) -> usize {
    text.chunks_exact(WIDE_BLANK.len())
        .take_while(|c| *c == WIDE_BLANK)
        .count()
        * WIDE_BLANK.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    const FORMS: Style = Style::Forms { by_blank: true };
    const YAML: Style = Style::Yaml { by_document: false };

    /// `name=value` of a pair, or what else a line is.
    fn said(line: &str, style: Style) -> String {
        let text = |(start, end): (usize, usize)| &line[start..end];
        match line_of(line.as_bytes(), style) {
            Line::Pair(pair) => format!("{}={}", text(pair.name), text(pair.value)),
            Line::Other { at, .. } => format!("other {}", &line[at..]),
            other => format!("{other:?}").to_lowercase(),
        }
    }

    #[track_caller]
    fn check(style: Style, lines: &[(&str, &str)]) {
        for (line, want) in lines {
            assert_eq!(said(line, style), *want, "{line}");
        }
    }

    #[test]
    fn forms() {
        check(
            FORMS,
            &[
                ("姓名：张三", "姓名=张三"),
                ("　姓　名： 张三　", "姓　名=张三"),
                ("Full name: Ann Lee", "Full name=Ann Lee"),
                ("phone:138", "phone=138"),
                ("   phone = 138", "phone=138"),
                ("a=b", "other a=b"),
                ("  phone :", "phone="),
                ("http://example.com", "other http://example.com"),
                ("12:30 start", "other 12:30 start"),
                ("C:\\temp", "other C:\\temp"),
                ("std::string", "other std::string"),
                ("他说，今天：好", "other 他说，今天：好"),
                (
                    "one two three four five: x",
                    "other one two three four five: x",
                ),
                ("-----", "end"),
                ("　", "blank"),
            ],
        );
    }

    #[test]
    fn several_pairs_stand_on_one_line() {
        for (line, want) in [
            ("姓名：张三  电话：138", Some(("张三", "电话", "138"))),
            ("姓名：张三，电话：138", Some(("张三", "电话", "138"))),
            ("name: Ann; tel: 138", Some(("Ann", "tel", "138"))),
            ("时间：2024-01-01 12:30:00", None),
            ("备注：请打电话：138", None),
            ("网址：见 http://a.example", None),
        ] {
            let text = |(start, end): (usize, usize)| &line[start..end];
            let first = pair(line.as_bytes(), 0).expect("a pair");
            let next = pair_within(line.as_bytes(), first.value);
            let got =
                next.map(|(end, p)| (text((first.value.0, end)), text(p.name), text(p.value)));
            assert_eq!(got, want, "{line}");
        }
    }

    #[test]
    fn cards_and_entries_of_directories() {
        check(
            Style::Vcard,
            &[
                ("BEGIN:VCARD", "begin"),
                ("end:vcard", "end"),
                ("TEL;TYPE=CELL:138", "TEL=138"),
                ("item1.EMAIL;X=\"a:b\":a@example.com", "EMAIL=a@example.com"),
                (" more", "more"),
            ],
        );
        check(
            Style::Ldif,
            &[
                ("mail: a@example.com", "mail=a@example.com"),
                ("cn;lang-zh:: 5byg", "cn=5byg"),
                ("# comment", "other # comment"),
                ("-", "other -"),
            ],
        );
    }

    #[test]
    fn rows_of_clients() {
        check(
            Style::Rows,
            &[
                (
                    "*************************** 1. row ***************************",
                    "begin",
                ),
                ("  phone: 138", "phone=138"),
                ("3 rows in set (0.00 sec)", "end"),
                ("more of it", "more"),
            ],
        );
        check(
            Style::Expanded,
            &[
                ("-[ RECORD 12 ]---+----", "begin"),
                ("phone | 138", "phone=138"),
                ("(1 row)", "end"),
                ("      | second line", "more"),
            ],
        );
    }

    #[test]
    fn yaml() {
        check(
            YAML,
            &[
                ("- name: 'it''s'", "name=it''s"),
                ("  phone: \"138\"", "phone=138"),
                ("  - 138", "other 138"),
                ("-", "other "),
                ("# note", "other # note"),
                ("---", "end"),
            ],
        );
    }
}
