//! Reporting: an audit becomes bytes that a person, a spreadsheet or another program reads.
//!
//! Every format reads the same plain data and writes to the `io::Write` it is given. This module
//! opens no file that the caller named, knows no terminal and no locale, and holds no value of the
//! data under audit: samples arrive masked. Everything that comes from outside (paths, reasons,
//! names) is made harmless before it is written; see `terminal`.

mod annotations;
mod baseline;
mod budget;
mod checks;
mod consequences;
mod csv;
mod explain;
mod gauge;
mod html;
mod ignored;
mod json;
mod jsonl;
mod junit;
mod manifest;
mod markdown;
mod markup;
mod number;
mod ordered;
mod reasons;
mod running;
mod sarif;
mod sections;
mod summary;
mod table;
mod terminal;
mod text;
mod words;
mod xlsx;

#[cfg(test)]
mod fixture;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use crate::audit::Audit;
use crate::category::Reading;

pub use baseline::{Deed, write_deed};
pub use explain::{write_explanation, write_explanation_json};
pub use json::read;
pub use jsonl::write_hit;
pub use manifest::{ManifestForm, write_manifest};
pub use ordered::{HELD_BYTES_MAX, OrderedHits};
pub use running::running;

/// An output format.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Format {
    /// The summary for a terminal.
    #[default]
    Text,
    /// The whole audit, schema [`crate::audit::SCHEMA`].
    Json,
    /// Every match with its place, one a line. Written while scanning, by [`OrderedHits`].
    JsonLines,
    /// For a pull request or a file of the data-protection officer.
    Markdown,
    /// One number a row, for spreadsheets.
    Csv,
    /// One page for a browser and a printer, in both languages.
    Html,
    /// A workbook with a sheet for each table.
    Xlsx,
    /// Findings by file and kind, for code scanning (SARIF 2.1.0).
    Sarif,
    /// Thresholds as test cases, for CI servers.
    Junit,
    /// Workflow commands that GitHub shows beside the files of a pull request.
    Github,
}

impl Format {
    /// Every format, in the order of the help text.
    pub const ALL: [Format; 10] = [
        Format::Text,
        Format::Json,
        Format::JsonLines,
        Format::Markdown,
        Format::Html,
        Format::Csv,
        Format::Xlsx,
        Format::Sarif,
        Format::Junit,
        Format::Github,
    ];

    /// The stable id, as it is given on the command line.
    pub fn id(self) -> &'static str {
        match self {
            Format::Text => "text",
            Format::Json => "json",
            Format::JsonLines => "jsonl",
            Format::Markdown => "markdown",
            Format::Csv => "csv",
            Format::Html => "html",
            Format::Xlsx => "xlsx",
            Format::Sarif => "sarif",
            Format::Junit => "junit",
            Format::Github => "github",
        }
    }

    /// Whether it is made of bytes that are no text, which a terminal must not get.
    pub fn is_binary(self) -> bool {
        self == Format::Xlsx
    }

    /// The format with this id, if there is one.
    pub fn from_id(id: &str) -> Option<Format> {
        Format::ALL.into_iter().find(|f| f.id() == id)
    }

    /// The format that a file's name asks for by its ending, in any case: `txt`, `json`, `jsonl` or
    /// `ndjson`, `md` or `markdown`, `html` or `htm`, `csv`, `xlsx`, `sarif`, `xml` (JUnit).
    pub fn from_path_ending(path: &Path) -> Option<Format> {
        let ending = path.extension()?.to_str()?.to_ascii_lowercase();
        match ending.as_str() {
            "txt" | "text" => Some(Format::Text),
            "json" => Some(Format::Json),
            "jsonl" | "ndjson" => Some(Format::JsonLines),
            "md" | "markdown" => Some(Format::Markdown),
            "csv" => Some(Format::Csv),
            "html" | "htm" => Some(Format::Html),
            "xlsx" => Some(Format::Xlsx),
            "sarif" => Some(Format::Sarif),
            "xml" => Some(Format::Junit),
            _ => None,
        }
    }
}

/// The language of a report. Ids, paths and masked samples are the same in both.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Lang {
    /// English.
    #[default]
    En,
    /// Simplified Chinese.
    Zh,
}

impl Lang {
    /// The stable id: `en`, `zh`.
    pub fn id(self) -> &'static str {
        match self {
            Lang::En => "en",
            Lang::Zh => "zh",
        }
    }

    /// The language with this id, if there is one.
    pub fn from_id(id: &str) -> Option<Lang> {
        [Lang::En, Lang::Zh].into_iter().find(|l| l.id() == id)
    }

    /// The one of two forms that is in this language.
    pub(crate) fn choose<'a>(self, en: &'a str, zh: &'a str) -> &'a str {
        match self {
            Lang::En => en,
            Lang::Zh => zh,
        }
    }
}

/// A name in both languages.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Name {
    /// English.
    pub en: String,
    /// Chinese.
    pub zh: String,
}

impl Name {
    /// A name from its two forms.
    pub fn new(en: impl Into<String>, zh: impl Into<String>) -> Name {
        Name {
            en: en.into(),
            zh: zh.into(),
        }
    }

    /// The form in a language.
    pub fn get(&self, lang: Lang) -> &str {
        lang.choose(&self.en, &self.zh)
    }
}

/// How a report is written. JSON, JSON Lines and CSV do not depend on any of it.
#[derive(Clone, Debug)]
pub struct Options {
    /// Language of headings and sentences.
    pub lang: Lang,
    /// Whether the terminal summary may use colours (SGR sequences).
    pub color: bool,
    /// Whether the terminal summary does without signs that old consoles lack: `#` for blocks, `+` for check marks. Letters stay.
    pub ascii: bool,
    /// Columns of the terminal; used between [`Options::WIDTH_MIN`] and [`Options::WIDTH_MAX`].
    pub width: usize,
    /// Names of kinds by id; a kind without one is shown by its id alone.
    pub names: BTreeMap<String, Name>,
    /// Short names of instruments by id; one without is shown by its id.
    pub instruments: BTreeMap<String, Name>,
    /// The class of each category (by id) under the governing instrument and reading, shown beside
    /// the category. A category without one is shown without.
    pub classes: BTreeMap<String, String>,
    /// A word or two for classes of the governing instrument by id; one without is shown by its id.
    pub class_names: BTreeMap<String, Name>,
    /// The reading whose level is the headline.
    pub governing: Reading,
    /// The instrument whose level is the headline.
    pub instrument: String,
    /// Whether the terminal summary tells every step from the counts to the level. Documents always
    /// do.
    pub steps: bool,
}

impl Options {
    /// The narrowest page; on a terminal narrower than this, lines wrap.
    pub const WIDTH_MIN: usize = 40;
    /// The widest page; on a wider terminal the rest stays empty, because long rows are hard to
    /// follow.
    pub const WIDTH_MAX: usize = 120;

    /// The columns to use.
    pub(crate) fn columns(&self) -> usize {
        self.width.clamp(Options::WIDTH_MIN, Options::WIDTH_MAX)
    }
}

impl Default for Options {
    fn default() -> Options {
        Options {
            lang: Lang::En,
            color: false,
            ascii: false,
            width: 80,
            names: BTreeMap::new(),
            instruments: BTreeMap::new(),
            classes: BTreeMap::new(),
            class_names: BTreeMap::new(),
            governing: Reading::Default,
            instrument: "cn.spc-spp-2017-10".to_owned(),
            steps: false,
        }
    }
}

/// Writes an audit in a format and flushes.
///
/// # Errors
/// When `wtr` fails; and with [`io::ErrorKind::InvalidInput`] for [`Format::JsonLines`], because an
/// audit holds counts and no places: matches are written while scanning, by [`OrderedHits`].
pub fn write(
    format: Format,
    wtr: &mut dyn Write,
    audit: &Audit,
    options: &Options,
) -> io::Result<()> {
    let mut wtr = BufWriter::new(wtr);
    match format {
        Format::Text => text::write(&mut wtr, audit, options)?,
        Format::Json => json::write(&mut wtr, audit)?,
        Format::JsonLines => {
            return Err(io::Error::new(
                io::ErrorKind::InvalidInput,
                "an audit holds no matches, only counts: run `scan` with `-f jsonl` on the files themselves",
            ));
        }
        Format::Markdown => markdown::write(&mut wtr, audit, options)?,
        Format::Csv => csv::write(&mut wtr, audit)?,
        Format::Html => html::write(&mut wtr, audit, options)?,
        Format::Xlsx => xlsx::write(&mut wtr, audit, options)?,
        Format::Sarif => sarif::write(&mut wtr, audit, options)?,
        Format::Junit => junit::write(&mut wtr, audit, options)?,
        Format::Github => annotations::write(&mut wtr, audit, options)?,
    }
    wtr.flush()
}
