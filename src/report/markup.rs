//! Text as it may stand in XML and HTML: first harmless, then escaped, in elements and in quoted
//! attributes alike.
//!
//! What [`neutralise`] shows as escapes are also the characters that XML 1.0 forbids, so whatever
//! comes out is well formed. This file knows no element.

use std::fmt::{self, Write};

use super::terminal::neutralise;

/// Writes a text as markup that shows exactly this text.
pub(super) fn write_escaped<W: Write + ?Sized>(wtr: &mut W, text: &str) -> fmt::Result {
    let text = neutralise(text);
    let mut rest = text.as_ref();
    while let Some(at) = rest.find(['&', '<', '>', '"', '\'']) {
        wtr.write_str(&rest[..at])?;
        wtr.write_str(match rest.as_bytes()[at] {
            b'&' => "&amp;",
            b'<' => "&lt;",
            b'>' => "&gt;",
            b'"' => "&quot;",
            _ => "&#39;",
        })?;
        rest = &rest[at + 1..];
    }
    wtr.write_str(rest)
}

/// The same as a string.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    write_escaped(&mut out, text).expect("writing to a string cannot fail");
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_is_markup_and_none_is_lost() {
        for (text, want) in [
            ("a/b.csv", "a/b.csv"),
            ("住宿 & <b>", "住宿 &amp; &lt;b&gt;"),
            ("\" onload='x", "&quot; onload=&#39;x"),
            ("]]>", "]]&gt;"),
            ("a\n\u{1b}[2J\u{202e}\u{0}", "a\\n\\u{1b}[2J\\u{202e}\\u{0}"),
            ("\u{ffff}\u{fffe}", "\\u{ffff}\\u{fffe}"),
            ("&lt;", "&amp;lt;"),
        ] {
            assert_eq!(escaped(text), want);
        }
    }
}
