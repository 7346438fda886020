//! HTML as text: what a reader of a message sees, block by block on lines of their own, cells of a row with tabs between.
//!
//! No document is built and nothing is fetched; scripts, styles and comments are left out.

use std::borrow::Cow;

use quick_xml::escape::resolve_html5_entity;

/// Bytes of a reference to a character, with its signs: the longest name has 31 letters.
const ENTITY_BYTES_MAX: usize = 33;

/// The text of a document.
pub(super) fn to_text(html: &str) -> String {
    let mut text = String::with_capacity(html.len() / 2);
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        put_words(&mut text, &rest[..at]);
        rest = &rest[at..];
        rest = match rest.strip_prefix("<!--") {
            Some(comment) => comment.find("-->").map_or("", |end| &comment[end + 3..]),
            None => tag(rest, &mut text),
        };
    }
    put_words(&mut text, rest);
    let end = text.trim_end().len();
    text.truncate(end);
    text
}

/// Takes what begins with `<`, and returns what follows.
fn tag<'h>(html: &'h str, text: &mut String) -> &'h str {
    let inner = &html[1..];
    let is_end = inner.starts_with('/');
    let name = inner.trim_start_matches(['/', '!', '?']);
    let n = name.bytes().take_while(u8::is_ascii_alphanumeric).count();
    if n == 0 && !inner.starts_with(['/', '!', '?']) {
        text.push('<');
        return inner;
    }
    let name = name[..n].to_ascii_lowercase();
    let rest = behind_tag(inner);
    match name.as_str() {
        "script" | "style" | "template" if !is_end => behind_element(rest, &name),
        "td" | "th" if !is_end => {
            if !text.is_empty() && !text.ends_with('\n') {
                text.push('\t');
            }
            rest
        }
        "br" | "p" | "div" | "tr" | "table" | "li" | "ul" | "ol" | "hr" | "h1" | "h2" | "h3"
        | "h4" | "h5" | "h6" | "blockquote" | "pre" | "section" | "article" | "title" | "head"
        | "body" | "dt" | "dd" | "caption" | "option" | "center" => {
            if !text.is_empty() && !text.ends_with('\n') {
                text.push('\n');
            }
            rest
        }
        _ => rest,
    }
}

/// What follows a tag; a sign inside quotes does not end it.
fn behind_tag(inner: &str) -> &str {
    let mut quote = None;
    for (at, byte) in inner.bytes().enumerate() {
        match (quote, byte) {
            (None, b'>') => return &inner[at + 1..],
            (None, b'"' | b'\'') if inner[..at].trim_end().ends_with('=') => quote = Some(byte),
            (Some(open), _) if open == byte => quote = None,
            _ => {}
        }
    }
    ""
}

/// What follows the end of an element that holds no text.
fn behind_element<'h>(html: &'h str, name: &str) -> &'h str {
    let mut rest = html;
    while let Some(at) = rest.find("</") {
        rest = &rest[at + 2..];
        let is_it = rest
            .get(..name.len())
            .is_some_and(|found| found.eq_ignore_ascii_case(name));
        if is_it {
            return behind_tag(rest);
        }
    }
    ""
}

/// Words between tags, with one blank for several.
fn put_words(text: &mut String, words: &str) {
    let mut rest = words;
    while let Some(c) = rest.chars().next() {
        if c == '&'
            && let Some((decoded, n)) = entity(rest)
        {
            text.extend(decoded.chars().map(plain_blank));
            rest = &rest[n..];
            continue;
        }
        rest = &rest[c.len_utf8()..];
        if !c.is_ascii_whitespace() {
            text.push(plain_blank(c));
        } else if !text.is_empty() && !text.ends_with([' ', '\n', '\t']) {
            text.push(' ');
        }
    }
}

/// A blank for those that have another width or do not break a line.
fn plain_blank(c: char) -> char {
    match c {
        '\u{A0}' | '\u{2002}'..='\u{200A}' | '\u{202F}' => ' ',
        c => c,
    }
}

/// What is written by a number or a name, and how long that is.
fn entity(text: &str) -> Option<(Cow<'static, str>, usize)> {
    let end = text
        .bytes()
        .take(ENTITY_BYTES_MAX)
        .position(|b| b == b';')?;
    let name = text.get(1..end)?;
    let decoded = match name.strip_prefix('#') {
        Some(number) => {
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => number.parse().ok()?,
            };
            char::from_u32(code)?.to_string().into()
        }
        None => resolve_html5_entity(name)?.into(),
    };
    Some((decoded, end + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(html: &str, want: &str) {
        assert_eq!(to_text(html), want, "{html}");
    }

    #[test]
    fn text_is_what_a_reader_sees() {
        check(
            "<p>张&#x4E09;，<b>电话</b>：138&nbsp;0001</p>",
            "张三，电话：138 0001",
        );
        check(
            "<table><tr><td>姓名</td><td>手机</td></tr><tr><td>a</td><td>b</td></tr></table>",
            "姓名\t手机\na\tb",
        );
        check(
            "<style>p{a:b}</style>x<script>1<2</script>y<!-- z -->",
            "xy",
        );
        check("a &lt; b &amp; c &unknown; d", "a < b & c &unknown; d");
        check("&Aring;sa &euro;&#8364;&#x20AC; &rsquo;", "Åsa €€€ ’");
        check("&CounterClockwiseContourIntegral;", "∳");
        // Blanks of any make keep the parts of a number apart, as one would.
        check(
            "138&nbsp;0001&#160;1&ensp;2&emsp;3\u{A0}4\u{2009}5",
            "138 0001 1 2 3 4 5",
        );
        check(
            "&#xFFFFFFFF; &#x110000; &; &#; &",
            "&#xFFFFFFFF; &#x110000; &; &#; &",
        );
        check("1 < 2<br/>3", "1 < 2\n3");
        check("<a title=\"x>y\">link</a>", "link");
        check("it's <i>it's</i> <a href='#'>fine</a>", "it's it's fine");
        check("never closed <b", "never closed");
        check("<STYLE>a</Style>b", "b");
        check("", "");
    }
}
