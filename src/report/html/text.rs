//! The only text that a page takes: [`Plain`] and [`Both`], which write themselves as markup.
//!
//! A template escapes whatever it is given; these two are made harmless as well, so that a name
//! cannot turn a line around or hide in it. Both languages stand in the page, and the style sheet
//! shows the one that the root element names. This file knows no page.

use std::borrow::Cow;
use std::fmt;

use askama::filters::HtmlSafe;

use super::super::markup::write_escaped;
use super::super::terminal::shorten_chars;
use crate::report::Lang;

/// Most characters of a path, as long as a saved audit or a member of an archive may make it: hundreds of
/// them stand in the page.
const PATH_CHARS_MAX: usize = 1024;

/// A path as pages tell it: of a long one both ends.
pub(super) fn path(path: &str) -> Cow<'_, str> {
    shorten_chars(path, PATH_CHARS_MAX)
}

/// Text that is the same in every language: paths, ids, numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Plain(String);

impl Plain {
    pub(super) fn new(text: impl Into<String>) -> Plain {
        Plain(text.into())
    }

    /// A path.
    pub(super) fn path(text: &str) -> Plain {
        Plain::new(path(text))
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

impl Both {
    /// Writes each language in an element of this name, or once what is the same in both.
    fn write_in(&self, f: &mut fmt::Formatter<'_>, element: &str) -> fmt::Result {
        if self.en == self.zh {
            return write_escaped(f, &self.en);
        }
        for (lang, text) in [("en", &self.en), ("zh", &self.zh)] {
            write!(f, "<{element} lang=\"{lang}\">")?;
            write_escaped(f, text)?;
            write!(f, "</{element}>")?;
        }
        Ok(())
    }
}

impl fmt::Display for Both {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write_in(f, "span")
    }
}

impl HtmlSafe for Both {}

/// Text in both languages inside a drawing, where elements are `tspan`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Drawn(pub(super) Both);

impl fmt::Display for Drawn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.write_in(f, "tspan")
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
