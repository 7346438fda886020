//! Markup: HTML and XML, by the tags they begin with, and the encoding they declare.
//!
//! A page is told by its first tag, XML by its declaration. Without one, a text with tags is markup only where its name does not say
//! that it is something else: texts of people and programs hold tags as well.

use encoding_rs::Encoding as Standard;

use super::Container;
use crate::decode::charset::{BOM_UTF8, Encoding};

/// Bytes in which a declaration must stand.
const DECLARED_BYTES: usize = 8 << 10;

/// Bytes that are looked at to tell XML without a declaration.
const SURVEY_BYTES: usize = 64 << 10;

/// Endings of pages and of XML.
const HTML_ENDINGS: [&str; 7] = ["htm", "html", "mhtml", "shtml", "xht", "xhtml", "xls"];
const XML_ENDINGS: [&str; 16] = [
    "atom", "config", "fodp", "fods", "fodt", "gpx", "kml", "opml", "plist", "rdf", "rss", "svg",
    "wsdl", "xml", "xsd", "xsl",
];

/// Elements that a part of a page begins with.
const OF_PAGES: [&str; 28] = [
    "a",
    "article",
    "b",
    "blockquote",
    "br",
    "center",
    "div",
    "dl",
    "font",
    "form",
    "h1",
    "h2",
    "h3",
    "h4",
    "hr",
    "img",
    "link",
    "meta",
    "ol",
    "p",
    "pre",
    "script",
    "section",
    "span",
    "style",
    "table",
    "title",
    "ul",
];

/// Whether the text is markup.
pub(super) fn detect(text: &[u8], ending: Option<&str>) -> Option<Container> {
    let mut rest = text.trim_ascii_start();
    let mut is_xml = false;
    loop {
        let behind = |end: &[u8]| {
            let at = memchr::memmem::find(rest, end)?;
            Some(rest[at + end.len()..].trim_ascii_start())
        };
        rest = if starts(rest, b"<!doctype html") {
            return Some(Container::Html);
        } else if rest.starts_with(b"<!--") {
            behind(b"-->")?
        } else if starts(rest, b"<?xml") {
            is_xml = true;
            behind(b"?>")?
        } else if is_xml && rest.starts_with(b"<?") {
            behind(b"?>")?
        } else if starts(rest, b"<!doctype") {
            is_xml = true;
            let n = rest.iter().position(|b| matches!(b, b'[' | b'>'))?;
            let end: &[u8] = if rest[n] == b'[' { b"]>" } else { b">" };
            behind(end)?
        } else {
            break;
        };
    }
    let name = name(rest)?;
    let is_ending = |endings: &[&str]| ending.is_some_and(|ending| endings.contains(&ending));
    match &*name {
        "html" => Some(Container::Html),
        "body" | "head" if !is_xml => Some(Container::Html),
        _ if is_xml => Some(Container::Xml),
        name if OF_PAGES.contains(&name) && is_ending(&HTML_ENDINGS) => Some(Container::Html),
        _ if !is_ending(&XML_ENDINGS) && ending.is_some() || !is_closed(rest) => None,
        name if OF_PAGES.contains(&name) && ending.is_none() => Some(Container::Html),
        _ => Some(Container::Xml),
    }
}

fn starts(text: &[u8], with: &[u8]) -> bool {
    let head = text.get(..with.len());
    head.is_some_and(|head| head.eq_ignore_ascii_case(with))
}

/// The name of the tag that the text begins with, in small letters and without its prefix.
fn name(text: &[u8]) -> Option<String> {
    let rest = text.strip_prefix(b"<")?;
    let is_of_name = |b: &u8| b.is_ascii_alphanumeric() || b"_-.:".contains(b) || *b >= 0x80;
    let n = rest.iter().take_while(|b| is_of_name(b)).count();
    let starts_name = !rest.first()?.is_ascii_digit() && !matches!(rest[0], b'-' | b'.' | b':');
    let ends_name = matches!(rest.get(n)?, b'>' | b'/' | b' ' | b'\t' | b'\r' | b'\n');
    let name = std::str::from_utf8(&rest[..n]).ok()?.to_ascii_lowercase();
    let local = name.rsplit(':').next().unwrap_or_default();
    (n > 0 && starts_name && ends_name).then(|| local.to_owned())
}

/// Whether about as many elements end as begin.
fn is_closed(text: &[u8]) -> bool {
    let text = &text[..text.len().min(SURVEY_BYTES)];
    let (mut n_begun, mut n_ended) = (0, 0);
    for at in memchr::memchr_iter(b'<', text) {
        match text.get(at + 1) {
            Some(b'/') => n_ended += 1,
            Some(b) if b.is_ascii_alphabetic() || *b == b'_' || *b >= 0x80 => n_begun += 1,
            _ => {}
        }
    }
    let n_empty = memchr::memmem::find_iter(text, b"/>").count();
    n_ended + n_empty > 0 && (n_ended + n_empty) * 3 >= n_begun * 2
}

/// The encoding of markup: that of its byte order mark, that which it declares, or the one that its bytes speak for.
///
/// Pages are saved and converted by programs that leave the declaration as it was, so that what is UTF-8 is read as that, and
/// what is not is not. Declarations of Latin letters are believed unless the bytes are Chinese.
pub fn encoding(head: &[u8], whole: bool) -> Encoding {
    let guess = Encoding::detect(head, whole);
    let has_mark = head.starts_with(BOM_UTF8);
    if has_mark || matches!(guess, Encoding::Utf16Le | Encoding::Utf16Be) {
        return guess;
    }
    let Some(declared) = declared(&head[..head.len().min(DECLARED_BYTES)]) else {
        return guess;
    };
    let is_utf8 = match std::str::from_utf8(head) {
        Ok(_) => true,
        Err(error) => !whole && error.error_len().is_none(),
    };
    match declared {
        declared if head.is_ascii() => declared,
        _ if is_utf8 => Encoding::Utf8,
        Encoding::Utf8 => guess,
        Encoding::Declared(standard)
            if standard == encoding_rs::WINDOWS_1252 && guess != Encoding::Utf8 =>
        {
            guess
        }
        declared => declared,
    }
}

/// The encoding that a declaration of XML or a `meta` of HTML names.
fn declared(head: &[u8]) -> Option<Encoding> {
    let head = head.to_ascii_lowercase();
    let label = match starts(&head, b"<?xml") {
        true => {
            let end = memchr::memmem::find(&head, b"?>")?;
            value(&head[..end], b"encoding")
        }
        false => None,
    };
    let label = label.or_else(|| {
        memchr::memmem::find_iter(&head, b"<meta").find_map(|at| {
            let tag = &head[at..];
            let end = memchr::memchr(b'>', tag)?;
            value(&tag[..end], b"charset")
        })
    })?;
    let standard = Standard::for_label(label)?;
    Some(match standard {
        // What is read as ASCII up to here is not UTF-16.
        _ if standard == encoding_rs::UTF_8
            || standard == encoding_rs::UTF_16LE
            || standard == encoding_rs::UTF_16BE =>
        {
            Encoding::Utf8
        }
        _ if standard == encoding_rs::GBK || standard == encoding_rs::GB18030 => Encoding::Gb18030,
        _ if standard == encoding_rs::BIG5 => Encoding::Big5,
        _ if standard == encoding_rs::REPLACEMENT => return None,
        _ => Encoding::Declared(standard),
    })
}

/// The value of `name=value`, with or without quotes.
fn value<'t>(tag: &'t [u8], name: &[u8]) -> Option<&'t [u8]> {
    let at = memchr::memmem::find(tag, name)?;
    let rest = tag[at + name.len()..].trim_ascii_start();
    let rest = rest.strip_prefix(b"=")?.trim_ascii_start();
    let rest = match rest {
        [b'"' | b'\'', rest @ ..] => rest,
        rest => rest,
    };
    let is_end = |b: &u8| matches!(b, b'"' | b'\'' | b';' | b'/') || b.is_ascii_whitespace();
    let end = rest.iter().position(is_end).unwrap_or(rest.len());
    Some(&rest[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, ending: Option<&str>, want: Option<Container>) {
        assert_eq!(detect(text.as_bytes(), ending), want, "{text}");
    }

    #[test]
    fn pages_and_xml_are_told_by_their_first_tags() {
        let (html, xml) = (Some(Container::Html), Some(Container::Xml));
        check("\n<!DOCTYPE html>\nx", None, html);
        check("<!-- saved --><HTML lang=zh>", Some("txt"), html);
        check("<?xml version='1.0'?><html xmlns='x'>", Some("xml"), html);
        check("<div><p>x</p></div>", Some("html"), html);
        check("<table><tr><td>x</td></tr></table>", None, html);
        check("<table><tr><td>x</td></tr></table>", Some("xls"), html);
        check(
            "<?xml version='1.0'?>\n<!-- x --><a:rows/>",
            Some("txt"),
            xml,
        );
        check("<!DOCTYPE rows [<!ENTITY a 'b>'>]><rows/>", None, xml);
        check("<客人><姓名>x</姓名></客人>", None, xml);
        check("<table><row>x</row></table>", Some("xml"), xml);
        check("<rows><row a='b'/><row a='c'/>", None, xml);
    }

    #[test]
    fn texts_with_tags_are_texts() {
        check("<alice> hello\n<bob> hi\n", None, None);
        check("<34>Oct 11 22:14:15 host su: x", None, None);
        check("<div align=center>\n# A title\n</div>", Some("md"), None);
        check("<template><p>x</p></template>", Some("vue"), None);
        check("<?php echo 1 ?>", None, None);
        check("<rows><row>x</row></rows>", Some("txt"), None);
        check("<- see above", None, None);
        check("< html>", None, None);
        check("<!-- never closed", None, None);
        check("a <html>", None, None);
        check("", None, None);
    }

    #[track_caller]
    fn check_encoding(head: &[u8], want: Encoding) {
        let text = String::from_utf8_lossy(head);
        assert_eq!(encoding(head, true), want, "{text}");
    }

    #[test]
    fn encodings_are_declared_and_checked() {
        let gbk = encoding_rs::GBK.encode("住客登记表，姓名，手机").0;
        let page = |label: &str, text: &[u8]| {
            let head = format!("<meta http-equiv=x content='text/html; charset={label}'>");
            [head.as_bytes(), text].concat()
        };
        check_encoding(&page("gb2312", &gbk), Encoding::Gb18030);
        check_encoding(&page("gb2312", b"ascii"), Encoding::Gb18030);
        check_encoding(&page("utf-8", &gbk), Encoding::Gb18030);
        check_encoding(&page("iso-8859-1", &gbk), Encoding::Gb18030);
        check_encoding(&page("gb2312", "住客登记表".as_bytes()), Encoding::Utf8);
        let japanese = Encoding::Declared(encoding_rs::SHIFT_JIS);
        check_encoding(&page("shift_jis", b"\x93\x8C\x8B\x9E"), japanese);
        let western = Encoding::Declared(encoding_rs::WINDOWS_1252);
        check_encoding(&page("iso-8859-1", b"caf\xE9"), western);
        check_encoding(&page("nonsense", b"ascii"), Encoding::Utf8);
        check_encoding(b"<meta charset=big5>", Encoding::Big5);
        check_encoding(
            b"<?xml version=\"1.0\" encoding=\"GBK\"?><a/>",
            Encoding::Gb18030,
        );
        check_encoding(b"\xEF\xBB\xBF<meta charset=gbk>", Encoding::Utf8);
        check_encoding(b"\xFF\xFE<\0?\0x\0m\0l\0", Encoding::Utf16Le);
    }
}
