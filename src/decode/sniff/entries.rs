//! Whether a text is made of records of names and values, a pair a line.
//!
//! Cards, directories and the output of clients say so in their first line. Of other texts nearly every line of the head must be a
//! pair, and what the decoder makes of the head must look like records: several, of more than one line, that begin alike. A list of
//! names with a number each is none, nor are sections of settings, which begin with a name each.

use std::io::Cursor;

use crate::decode::charset::{Encoding, Transcoder};
use crate::decode::entries::{EntryDecoder, Style, is_begin, is_between, is_pair};
use crate::decode::{Decode, DecodeLimits};
use crate::record::Batch;

/// Lines that are looked at before any is decoded, and how many of them may be no pair, one in so many.
const LINES_MAX: usize = 128;
const MISSES: usize = 10;

/// Fewest records, and fewest values of one that has no blank line behind it.
const RECORDS_MIN: usize = 2;
const VALUES_MIN: usize = 3;

/// Lines in which a client shows what it was asked, before what it answers.
const PROMPT_LINES: usize = 8;

/// Bytes of the head that are decoded.
const HEAD_BYTES: usize = 32 << 10;

/// Tells how the records are written, if there are any. `firsts` are the first lines of the text that are not blank.
pub(super) fn detect(firsts: &[&[u8]], text: &[u8]) -> Option<Style> {
    let first = firsts.iter().find(|line| line[0] != b'#')?;
    if is_begin(first, Style::Vcard) {
        return Some(Style::Vcard);
    }
    for style in [Style::Rows, Style::Expanded] {
        let mut heads = firsts.iter().take(PROMPT_LINES);
        if heads.any(|line| is_begin(line, style)) {
            return Some(style);
        }
    }
    let is_version = |line: &&[u8]| line.eq_ignore_ascii_case(b"version: 1");
    let of_entry = match is_version(first) {
        true => firsts.iter().skip_while(|line| line[0] == b'#').nth(1)?,
        false => first,
    };
    if starts_with_ignoring_case(of_entry, b"dn: ") || starts_with_ignoring_case(of_entry, b"dn:: ")
    {
        return Some(Style::Ldif);
    }
    // Most texts are no such thing, and show it in their first lines.
    let firsts = &firsts[..firsts.len().min(LINES_MAX)];
    let (mut n_misses, mut n_pairs, mut n_members, mut n_documents) = (0, 0, 0, 0);
    for line in firsts {
        let is_member = line.starts_with(b"- ");
        let inner = if is_member { &line[2..] } else { line };
        let is_document = *line == b"---";
        let is_pair = is_pair(inner);
        n_misses += usize::from(!is_pair && !is_member && !is_document && line[0] != b'#');
        if n_misses * MISSES > firsts.len() {
            return None;
        }
        n_pairs += usize::from(is_pair);
        n_members += usize::from(is_member && is_pair);
        n_documents += usize::from(is_document);
    }
    if n_pairs * 3 < firsts.len() {
        return None;
    }
    let head = &text[..text.len().min(HEAD_BYTES)];
    let by_document = n_documents >= RECORDS_MIN && n_members < n_documents;
    let styles = match n_members >= RECORDS_MIN || by_document {
        true => [Some(Style::Yaml { by_document }), None],
        false => [true, false].map(|by_blank| Some(Style::Forms { by_blank })),
    };
    styles
        .into_iter()
        .flatten()
        .find(|style| are_records(head, *style))
}

fn starts_with_ignoring_case(line: &[u8], start: &[u8]) -> bool {
    line.get(..start.len())
        .is_some_and(|begin| begin.eq_ignore_ascii_case(start))
}

/// Lines of a text that are not blank, and how often blank ones or rulings stand between them.
fn lines_and_gaps(text: &[u8], style: Style) -> (usize, usize) {
    let (mut n_lines, mut n_gaps, mut is_gap) = (0, 0, true);
    for line in text.split(|b| *b == b'\n') {
        let is_between = is_between(line, style);
        n_lines += usize::from(!is_between);
        n_gaps += usize::from(is_gap && !is_between);
        is_gap = is_between;
    }
    (n_lines, n_gaps)
}

/// Whether the decoder makes records of a head: of more than one line, and four in five of them begin with the same name, have
/// several values, and, where nothing but that name tells them apart, the same names.
fn are_records(head: &[u8], style: Style) -> bool {
    let text = Transcoder::new(Box::new(Cursor::new(head)), Encoding::Utf8);
    let mut decoder = EntryDecoder::new(text, style, &DecodeLimits::default());
    let mut batch = Batch::default();
    let mut records: Vec<Vec<u32>> = Vec::new();
    let mut n_other = 0;
    while let Ok(true) = decoder.next_batch(&mut batch) {
        for record in &batch.records {
            match record.table {
                0 => {
                    let fields = batch.fields_of(record).iter();
                    records.push(fields.map(|field| field.column).collect());
                }
                _ => n_other += 1,
            }
        }
    }
    let n_values = |record: &Vec<u32>| record.iter().filter(|column| **column != 0).count();
    let is_by_name_alone = style == Style::Forms { by_blank: false };
    let n_min = if is_by_name_alone { VALUES_MIN } else { 2 };
    let Some(first) = records.iter().find(|record| n_values(record) >= n_min) else {
        return false;
    };
    let is_alike = |record: &Vec<u32>| match is_by_name_alone {
        true => record == first,
        false => record.first() == first.first() && n_values(record) >= n_min,
    };
    let (n_lines, n_gaps) = lines_and_gaps(head, style);
    let is_apart = style != Style::Forms { by_blank: true } || n_gaps * 2 > records.len();
    if !is_apart || n_lines * 2 < records.len() * 3 {
        return false;
    }
    let n_alike = records.iter().filter(|record| is_alike(record)).count();
    n_alike >= RECORDS_MIN && n_alike * 5 >= records.len() * 4 && n_other <= records.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decode::sniff::lines::firsts;

    #[track_caller]
    fn check(text: &str, want: Option<Style>) {
        assert_eq!(
            detect(&firsts(text.as_bytes()), text.as_bytes()),
            want,
            "{text}"
        );
    }

    #[test]
    fn by_the_first_line() {
        let entry = "dn: uid=a\ncn: Ann\n";
        for (text, want) in [
            ("BEGIN:VCARD\nFN:Ann\nEND:VCARD\n", Style::Vcard),
            (entry, Style::Ldif),
            (
                &format!("# extended LDIF\n\nversion: 1\n\n{entry}"),
                Style::Ldif,
            ),
            (
                "*************************** 1. row ***************************\nid: 1\n",
                Style::Rows,
            ),
            ("-[ RECORD 1 ]--\nid | 1\n", Style::Expanded),
            (
                "# psql\nExpanded display is on.\n-[ RECORD 1 ]--\nid | 1\n",
                Style::Expanded,
            ),
        ] {
            check(text, Some(want));
        }
    }

    #[test]
    fn by_what_repeats() {
        let form = "姓名：张三\n电话：13800000000\n\n";
        check(&form.repeat(2), Some(Style::Forms { by_blank: true }));
        let form = "姓名：张三\n电话：13800000000\n地址：北京\n";
        check(&form.repeat(2), Some(Style::Forms { by_blank: false }));
        let spread = form.replace('\n', "\n\n");
        check(&spread.repeat(2), Some(Style::Forms { by_blank: false }));
        let list = "  - name: Ann\n    phone: 138\n";
        let yaml = Style::Yaml { by_document: false };
        check(&format!("users:\n{}", list.repeat(2)), Some(yaml));
        let yaml = Style::Yaml { by_document: true };
        check(
            &"---\nname: Ann\nphones:\n  - 138\n  - 139\n".repeat(3),
            Some(yaml),
        );
    }

    #[test]
    fn others() {
        for text in [
            // One form may be anything; a list has a person a line; settings begin with a name each.
            "姓名：张三\n电话：13800000000\n",
            "张三：13800000000\n李四：13800000001\n王五：13800000002\n",
            "host: a\nport: 1\n\nuser: b\nmode: c\n\nlevel: d\nsize: 2\n",
            "姓名：张三\n\n姓名：李四\n\n姓名：王五\n",
            // A conversation.
            "甲：你好\n乙：你好\n甲：再见\n乙：再见\n甲：好\n",
            "甲：一\n乙：二\n丙：三\n甲：四\n甲：五\n丙：六\n甲：七\n乙：八\n甲：九\n",
            "a text\nof many: words\nand lines\n",
            "# only a comment\n",
            "",
        ] {
            check(text, None);
        }
    }
}
