//! The only text that a page takes: [`Plain`] and [`Both`], which write themselves as markup.
//!
//! A template escapes whatever it is given; these two are made harmless as well, so that a name
//! cannot turn a line around or hide in it. Both languages stand in the page, and the style sheet
//! shows the one that the root element names. This file knows no page.

use std::fmt;

use askama::filters::HtmlSafe;

use super::super::markup::write_escaped;
use crate::report::Lang;

/// Text that is the same in every language: paths, ids, numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Plain(String);

impl Plain {
    pub(super) fn new(text: impl Into<String>) -> Plain {
        Plain(text.into())
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Display for Plain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_escaped(f, &self.0)
    }
}

impl HtmlSafe for Plain {}

/// Text in both languages.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Both {
    en: String,
    zh: String,
}

impl Both {
    /// The text as a function of the language.
    pub(super) fn of<T: Into<String>>(text: impl Fn(Lang) -> T) -> Both {
        Both {
            en: text(Lang::En).into(),
            zh: text(Lang::Zh).into(),
        }
    }

    /// The text in one language.
    pub(super) fn get(&self, lang: Lang) -> &str {
        lang.choose(&self.en, &self.zh)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.en.is_empty() && self.zh.is_empty()
    }
}

impl fmt::Display for Both {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.en == self.zh {
            return write_escaped(f, &self.en);
        }
        f.write_str("<span lang=\"en\">")?;
        write_escaped(f, &self.en)?;
        f.write_str("</span><span lang=\"zh\">")?;
        write_escaped(f, &self.zh)?;
        f.write_str("</span>")
    }
}

impl HtmlSafe for Both {}

/// Text in both languages inside a drawing, where elements are `tspan`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Drawn(pub(super) Both);

impl fmt::Display for Drawn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let both = &self.0;
        if both.en == both.zh {
            return write_escaped(f, &both.en);
        }
        f.write_str("<tspan lang=\"en\">")?;
        write_escaped(f, &both.en)?;
        f.write_str("</tspan><tspan lang=\"zh\">")?;
        write_escaped(f, &both.zh)?;
        f.write_str("</tspan>")
    }
}

impl HtmlSafe for Drawn {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_writes_itself_as_markup_that_shows_it() {
        let attack = "<b onload=\"x\">\u{202e}";
        let shown = "&lt;b onload=&quot;x&quot;&gt;\\u{202e}";
        assert_eq!(Plain::new(attack).to_string(), shown);
        assert_eq!(Both::of(|_| attack).to_string(), shown);
        let both = Both::of(|lang| lang.choose("a", attack));
        let want = format!("<span lang=\"en\">a</span><span lang=\"zh\">{shown}</span>");
        assert_eq!(both.to_string(), want);
        assert_eq!(Drawn(both).to_string(), want.replace("span", "tspan"));
    }
}
