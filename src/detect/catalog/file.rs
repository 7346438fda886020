//! A pattern file for messages: where in it a key stands, and what its parser may be quoted with.

use crate::detect::Pack;
use crate::error::Error;

/// A file of one pattern, as read.
#[derive(Clone)]
pub(super) struct File {
    /// As the user named it, or the folder it is built in from.
    pub(super) path: String,
    /// The pack it is part of; none for a file of the user's.
    pub(super) pack: Option<Pack>,
    text: String,
}

impl File {
    pub(super) fn new(pack: Option<Pack>, path: String, text: String) -> File {
        File { path, pack, text }
    }

    /// The file, and the line where the key is set; the first line if it is not.
    pub(super) fn place_of(&self, key: &str) -> String {
        let sets = |line: &str| {
            let rest = line.trim_start().strip_prefix(key);
            rest.is_some_and(|rest| rest.trim_start().starts_with('='))
        };
        self.place_where(0, sets)
    }

    /// The file, and the line where the example of this number (from 0) begins.
    pub(super) fn place_of_example(&self, sort: &str, n: usize) -> String {
        let head = format!("[[{sort}]]");
        self.place_where(n, |line| line.trim() == head)
    }

    /// The line on which this holds for the time after the `n`th.
    fn place_where(&self, n: usize, holds: impl Fn(&str) -> bool) -> String {
        let mut lines = self
            .text
            .lines()
            .enumerate()
            .filter(|(_, line)| holds(line));
        let line = lines.nth(n).map_or(1, |(i, _)| i + 1);
        format!("{}:{line}", self.path)
    }
}

/// What a parser says of a file, with its line.
pub(super) fn toml_error(path: &str, text: &str, error: &toml::de::Error) -> Error {
    let line = error.span().map_or(1, |span| {
        1 + text[..span.start.min(text.len())].matches('\n').count()
    });
    Error::new(without_data(error.message())).at(format!("{path}:{line}"))
}

/// A parser's message without what it quotes, unless that is a plain key: a data file given by mistake is not quoted back.
fn without_data(message: &str) -> String {
    let is_key = |quoted: &str| {
        quoted.len() <= 32
            && quoted
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b"_-.[]".contains(&b))
    };
    let mut quote = None;
    let mut out = String::new();
    for part in message.split_inclusive(['`', '"']) {
        let (text, end) = match part.chars().last() {
            Some(c @ ('`' | '"')) => (&part[..part.len() - 1], Some(c)),
            _ => (part, None),
        };
        out.push_str(if quote.is_none() || is_key(text) {
            text
        } else {
            "…"
        });
        out.extend(end);
        quote = if quote.is_none() { end } else { None };
    }
    out
}
