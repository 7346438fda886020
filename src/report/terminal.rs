//! What may reach a terminal: text made harmless, its width in columns, and colours.
//!
//! A leak chooses its own file names, and a name may hold escape sequences that write to the
//! clipboard, bidirectional controls that turn an extension around, or a line break that forges a
//! row. Here, and nowhere else, escapes are written: the only way to put text on a [`Page`] is a
//! [`Span`], and making one neutralises the text. This file knows no report.
//!
//! Block and box characters are of ambiguous width; they are counted as one column, as terminals do
//! unless set up for wide ambiguous characters.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::io::{self, Write};

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::Options;

/// Columns left free at both sides of a page.
pub(super) const MARGIN: usize = 2;

/// Most combining characters kept on one base character; a natural script needs two, a tower of
/// them covers other lines.
const COMBINING_MAX: usize = 2;

/// Whether a character may not be written as it is: controls (C0, DEL, C1), line and paragraph
/// separators, bidirectional controls, characters that cannot be seen, tags, variation selectors
/// and noncharacters.
pub(super) fn is_unsafe(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}'
            | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}'
            | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
        || (c as u32) & 0xfffe == 0xfffe
        || matches!(c, '\u{fdd0}'..='\u{fdef}')
}

/// The text with every unsafe character shown as an escape: `\n`, `\r`, `\t`, or `\u{202e}`.
/// Combining characters stay, as far as they have a base and there are no more than a script needs.
pub(super) fn neutralise(text: &str) -> Cow<'_, str> {
    if text.bytes().all(|b| matches!(b, b' '..=b'~')) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    // At the start there is no base: a combining character there would sit on what stands before
    // the text.
    let mut n_combining = COMBINING_MAX;
    for c in text.chars() {
        let combining = c.width() == Some(0);
        if is_unsafe(c) || (combining && n_combining == COMBINING_MAX) {
            push_escape(&mut out, c);
        } else {
            out.push(c);
            n_combining = if combining { n_combining + 1 } else { 0 };
        }
    }
    Cow::Owned(out)
}

/// Appends the escape of one character.
pub(super) fn push_escape(out: &mut String, c: char) {
    match c {
        '\n' => out.push_str("\\n"),
        '\r' => out.push_str("\\r"),
        '\t' => out.push_str("\\t"),
        _ => write!(out, "\\u{{{:x}}}", c as u32).expect("writing to a string cannot fail"),
    }
}

/// Columns that neutralised text takes.
pub(super) fn width(text: &str) -> usize {
    text.width()
}

/// Where a text that is too long is cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cut {
    /// At the end.
    End,
    /// In the middle, so that the end of a path, its file name, stays.
    Middle,
}

/// The text in at most `max` columns, with `…` for what was cut out.
pub(super) fn shorten(text: &str, max: usize, cut: Cut) -> String {
    if width(text) <= max {
        return text.to_owned();
    }
    if max == 0 {
        return String::new();
    }
    let tail_max = match cut {
        Cut::End => 0,
        Cut::Middle => (max - 1) * 2 / 3,
    };
    let tail = fitting(text.chars().rev(), tail_max);
    let head = fitting(text.chars(), max - 1 - tail.columns);
    // Cut before a combining character only together with its base, on both sides.
    let tail_start = text.len() - tail.bytes;
    let tail_text = text[tail_start..].trim_start_matches(|c: char| c.width() == Some(0));
    format!("{}…{}", &text[..head.bytes], tail_text)
}

/// The text in at most `max` characters, at least two, whatever their widths: of a longer one the first third and
/// the end, where the name of a file stands, with `…` between them.
pub(super) fn shorten_chars(text: &str, max: usize) -> Cow<'_, str> {
    if text.len() <= max || text.chars().count() <= max {
        return Cow::Borrowed(text);
    }
    let tail_chars = (max - 1) * 2 / 3;
    let head_chars = max - 1 - tail_chars;
    let tail = text.char_indices().rev().take(tail_chars).last();
    let tail = tail.map_or(text.len(), |(at, _)| at);
    let head = text.char_indices().nth(head_chars);
    let head = head.map_or(text.len(), |(at, _)| at);
    // A combining character stands behind its base or not at all.
    let tail = text[tail..].trim_start_matches(|c: char| c.width() == Some(0));
    Cow::Owned(format!("{}…{tail}", &text[..head]))
}

struct Fitting {
    bytes: usize,
    columns: usize,
}

fn fitting(chars: impl Iterator<Item = char>, max: usize) -> Fitting {
    let mut fit = Fitting {
        bytes: 0,
        columns: 0,
    };
    for c in chars {
        let columns = c.width().unwrap_or(0);
        if fit.columns + columns > max {
            break;
        }
        fit.columns += columns;
        fit.bytes += c.len_utf8();
    }
    fit
}

/// How a span is shown. Without colours all look the same, so no meaning rests on a style alone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Style {
    /// As it is.
    #[default]
    Plain,
    /// Headings.
    Bold,
    /// What is read last.
    Dim,
    /// No threshold reached.
    Good,
    /// The lower threshold, or a warning.
    Warn,
    /// The higher threshold.
    Bad,
    /// The same three, bold.
    Headline(Mood),
}

/// The three moods of a headline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mood {
    /// No threshold reached.
    Good,
    /// The lower one.
    Warn,
    /// The higher one.
    Bad,
}

impl Style {
    /// Parameters of the SGR sequence (ECMA-48, 8.3.117).
    fn sgr(self) -> &'static str {
        match self {
            Style::Plain => "",
            Style::Bold => "1",
            Style::Dim => "2",
            Style::Good => "32",
            Style::Warn => "33",
            Style::Bad => "31",
            Style::Headline(Mood::Good) => "1;32",
            Style::Headline(Mood::Warn) => "1;33",
            Style::Headline(Mood::Bad) => "1;31",
        }
    }
}

/// A piece of a line: harmless text in one style.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Span {
    text: String,
    style: Style,
}

impl Span {
    /// Neutralises the text.
    pub(super) fn new(text: &str, style: Style) -> Span {
        Span {
            text: neutralise(text).into_owned(),
            style,
        }
    }

    /// Text without style.
    pub(super) fn plain(text: &str) -> Span {
        Span::new(text, Style::Plain)
    }

    /// Columns it takes.
    pub(super) fn width(&self) -> usize {
        width(&self.text)
    }

    /// The harmless text.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// The same style on text made from this span's own.
    pub(super) fn with_text(&self, text: String) -> Span {
        Span {
            text,
            style: self.style,
        }
    }
}

/// The sign of ASCII for a sign that old consoles and their fonts lack, one column for one. Letters of other scripts have none.
fn ascii(c: char) -> char {
    match c {
        '█' | '▉' | '▊' | '▋' | '▌' => '#',
        '▍' | '▎' | '▏' | '│' => '|',
        '└' | '┘' => '+',
        '─' | '—' | '–' | '✗' => '-',
        '·' | '…' => '.',
        '✓' => '+',
        '☐' | '○' => 'o',
        '▸' | '↳' => '>',
        '×' => 'x',
        '“' | '”' => '"',
        other => other,
    }
}

/// A page of lines.
pub(super) struct Page<'w> {
    wtr: &'w mut dyn Write,
    color: bool,
    ascii: bool,
    columns: usize,
}

impl<'w> Page<'w> {
    /// A page as the options want it.
    pub(super) fn new(wtr: &'w mut dyn Write, options: &Options) -> Page<'w> {
        Page {
            wtr,
            color: options.color,
            ascii: options.ascii,
            columns: options.columns(),
        }
    }

    /// Columns between the margins.
    pub(super) fn inner(&self) -> usize {
        self.columns - 2 * MARGIN
    }

    /// An empty line.
    pub(super) fn blank(&mut self) -> io::Result<()> {
        self.wtr.write_all(b"\n")
    }

    /// One line inside the left margin, without spaces at its end.
    pub(super) fn line(&mut self, spans: &[Span]) -> io::Result<()> {
        let kept = spans
            .iter()
            .rposition(|s| !s.text.trim_end().is_empty())
            .map_or(0, |last| last + 1);
        if kept > 0 {
            write!(self.wtr, "{:MARGIN$}", "")?;
        }
        for (i, span) in spans[..kept].iter().enumerate() {
            let text = if i + 1 == kept {
                span.text.trim_end()
            } else {
                &span.text
            };
            self.paint(text, span.style)?;
        }
        self.blank()
    }

    /// A paragraph, wrapped at the page's width.
    pub(super) fn paragraph(&mut self, text: &str, style: Style) -> io::Result<()> {
        for line in wrap(&neutralise(text), self.inner()) {
            self.line(&[Span { text: line, style }])?;
        }
        Ok(())
    }

    /// Parts of one line, broken only between two of them if the line is too long.
    pub(super) fn joined(&mut self, parts: &[String], glue: &str, style: Style) -> io::Result<()> {
        let mut line = String::new();
        for part in parts {
            let part = neutralise(part);
            if !line.is_empty() && width(&line) + width(glue) + width(&part) > self.inner() {
                self.line(&[Span::new(&line, style)])?;
                line.clear();
            }
            if !line.is_empty() {
                line.push_str(glue);
            }
            line.push_str(&part);
        }
        self.line(&[Span::new(&line, style)])
    }

    /// A paragraph whose lines after the first are indented, under a first word such as `!`.
    pub(super) fn hanging(&mut self, first: &str, text: &str, style: Style) -> io::Result<()> {
        let indent = width(first) + 1;
        let lines = wrap(&neutralise(text), self.inner().saturating_sub(indent));
        for (i, line) in lines.into_iter().enumerate() {
            let lead = if i == 0 { first } else { "" };
            let lead = format!("{lead}{:1$}", "", indent - width(lead));
            self.line(&[Span::new(&lead, style), Span { text: line, style }])?;
        }
        Ok(())
    }

    fn paint(&mut self, text: &str, style: Style) -> io::Result<()> {
        let sgr = style.sgr();
        let text = match self.ascii && !text.is_ascii() {
            true => Cow::Owned(text.chars().map(ascii).collect()),
            false => Cow::Borrowed(text),
        };
        if self.color && !sgr.is_empty() {
            write!(self.wtr, "\x1b[{sgr}m{text}\x1b[0m")
        } else {
            self.wtr.write_all(text.as_bytes())
        }
    }
}

/// Breaks text into lines of at most `max` columns: at spaces, and between wide characters, but not
/// before closing punctuation or after opening punctuation. A word longer than a line is broken
/// anywhere.
pub(super) fn wrap(text: &str, max: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in words(text) {
        if !line.is_empty() && width(&line) + width(word.trim_end()) > max {
            lines.push(std::mem::take(&mut line).trim_end().to_owned());
        }
        let mut rest = word;
        while width(rest.trim_end()) > max {
            let fit = fitting(rest.chars(), max);
            if fit.bytes == 0 {
                break;
            }
            lines.push(rest[..fit.bytes].to_owned());
            rest = &rest[fit.bytes..];
        }
        line.push_str(rest);
    }
    if !line.trim_end().is_empty() || lines.is_empty() {
        lines.push(line.trim_end().to_owned());
    }
    lines
}

/// The pieces of a text that stay on one line, each with the spaces behind it.
fn words(text: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut start = 0;
    let mut before = None;
    for (at, c) in text.char_indices() {
        if before.is_some_and(|b| breaks_between(b, c)) {
            words.push(&text[start..at]);
            start = at;
        }
        before = Some(c);
    }
    words.push(&text[start..]);
    words
}

fn breaks_between(before: char, after: char) -> bool {
    let wide = |c: char| c.width() == Some(2);
    let closing = |c| "，。；：、！？）》”’…".contains(c);
    let opening = |c| "（《“‘".contains(c);
    if after == ' ' {
        return false;
    }
    before == ' '
        || ((wide(before) || wide(after)) && !closing(after) && !opening(before))
        || (closing(before) && wide(after) && !closing(after))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, want: &str) {
        assert_eq!(neutralise(text), want);
    }

    #[test]
    fn ordinary_names_stay() {
        for name in [
            "a/b c.csv",
            "导出/用户 表.xlsx",
            "Zürich.txt",
            "C:\\dump\\x.sql",
            "🏨.csv",
            "e\u{301}te\u{301}.log",
        ] {
            check(name, name);
        }
    }

    #[test]
    fn an_osc_52_clipboard_payload_is_shown() {
        check("\u{1b}]52;c;cm0=\u{7}", "\\u{1b}]52;c;cm0=\\u{7}");
        check("\u{9b}31m\u{9d}0;x\u{9c}", "\\u{9b}31m\\u{9d}0;x\\u{9c}");
    }

    #[test]
    fn line_breaks_cannot_forge_a_row() {
        check("a\nb\rc\td", "a\\nb\\rc\\td");
        check(
            "a\u{2028}b\u{2029}c\u{85}d\u{b}",
            "a\\u{2028}b\\u{2029}c\\u{85}d\\u{b}",
        );
    }

    #[test]
    fn bidi_and_invisible_characters_are_shown() {
        check("invoice\u{202e}fdp.exe", "invoice\\u{202e}fdp.exe");
        check(
            "a\u{200b}b\u{feff}\u{2066}\u{e0041}",
            "a\\u{200b}b\\u{feff}\\u{2066}\\u{e0041}",
        );
        check(
            "x\u{fe0f}\u{ad}\u{fffe}\u{7f}",
            "x\\u{fe0f}\\u{ad}\\u{fffe}\\u{7f}",
        );
    }

    #[test]
    fn towers_of_combining_characters_are_cut_down() {
        check("a\u{301}\u{302}\u{303}", "a\u{301}\u{302}\\u{303}");
        check("\u{301}a", "\\u{301}a");
    }

    #[test]
    fn no_unsafe_character_survives_anywhere() {
        for c in ('\0'..=char::MAX).filter(|c| is_unsafe(*c)) {
            let text = format!("a{c}b");
            assert!(!neutralise(&text).chars().any(is_unsafe), "{:x}", c as u32);
        }
    }

    #[test]
    fn shortening_keeps_to_its_columns() {
        let text = "very/long/path/to/住宿登记/hotel_checkin.csv";
        for max in 0..60 {
            for cut in [Cut::End, Cut::Middle] {
                let short = shorten(text, max, cut);
                assert!(width(&short) <= max, "{max} {cut:?} {short}");
            }
        }
        assert_eq!(shorten(text, 24, Cut::Middle), "very/lon…tel_checkin.csv");
        assert_eq!(shorten(text, 12, Cut::End), "very/long/p…");
        assert_eq!(shorten("住宿信息", 6, Cut::End), "住宿…");
    }

    #[test]
    fn shortening_by_characters_keeps_both_ends() {
        for (text, max, want) in [
            ("0123456789", 10, "0123456789"),
            ("0123456789a", 10, "012…56789a"),
            ("住宿登记", 4, "住宿登记"),
            ("住宿登记表", 4, "住…记表"),
            ("abcd", 2, "a…"),
            ("ab\u{301}\u{302}c", 4, "a…c"),
            ("", 2, ""),
        ] {
            assert_eq!(shorten_chars(text, max), want);
        }
    }

    #[test]
    fn wrapping_keeps_to_its_columns_and_loses_nothing() {
        let texts = [
            "Counts say which thresholds a volume reaches; they never say that anyone is guilty.",
            "本报告只说明数量达到哪些已公布的标准，不对任何人作有罪判断（默认 reading）。",
            "blake3:0123456789012345678901234567890123456789012345678901234567890123456789",
            "",
        ];
        for text in texts {
            for max in [20, 33, 60] {
                let lines = wrap(text, max);
                assert!(lines.iter().all(|l| width(l) <= max), "{lines:?}");
                let joined: String = lines.concat();
                assert_eq!(joined.replace(' ', ""), text.replace(' ', ""));
                assert!(
                    !lines.iter().any(|l| l.starts_with(['，', '。', '）'])),
                    "{lines:?}"
                );
            }
        }
    }
}
