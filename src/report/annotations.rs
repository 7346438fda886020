//! The audit as workflow commands, which GitHub shows as annotations of a pull request:
//! `::error file=PATH,title=TITLE::MESSAGE`, one a line.
//!
//! GitHub shows ten annotations of each sort a step, so the verdict comes first, then the worst
//! files, then one line on how many more there are. Commands are documented under "Workflow commands
//! for GitHub Actions"; `%`, line breaks, and in properties `:` and `,` are escaped as its toolkit
//! escapes them.

use std::io::{self, Write};

use super::Options;
use super::budget;
use super::checks::{Verdict, suites};
use super::number::thousands;
use super::summary::{self, Ranked};
use super::terminal::neutralise;
use super::text::{incomplete, level_headline};
use super::words::{self, Msg};
use super::{consequences, text};
use crate::audit::Audit;
use crate::law::Level;

/// Warnings of files; with that on gaps they are the ten that GitHub shows.
const FILES_MAX: usize = 9;

/// Limits and provisions named; GitHub shows ten errors, and the headline is one.
const CHECKS_MAX: usize = 9;

/// Writes one command a line.
pub(super) fn write(wtr: &mut dyn Write, audit: &Audit, options: &Options) -> io::Result<()> {
    let lang = options.lang;
    headline(wtr, audit, options)?;
    // Of the instrument that governs; what others reach is told by the reports to read.
    let governs = summary::governing(audit, options).is_some();
    let suite = suites(audit, options).into_iter().next();
    let checks = suite
        .filter(|_| governs)
        .map_or_else(Vec::new, |suite| suite.checks);
    let limits = budget::exceeded(audit).map(|limit| {
        let message = budget::sentence(limit, lang);
        (limit.limit.clone(), message)
    });
    let reached = checks.into_iter().filter_map(|check| match check.verdict {
        Verdict::Failed(message) => Some((check.id, message)),
        Verdict::Passed | Verdict::Unknown(_) => None,
    });
    let failed: Vec<(String, String)> = limits.chain(reached).collect();
    for (id, message) in failed.iter().take(CHECKS_MAX) {
        command(wtr, "error", None, id, message)?;
    }
    more(wtr, failed.len(), CHECKS_MAX, options)?;
    if let Some(sentence) = incomplete(audit, lang) {
        command(wtr, "warning", None, Msg::ColSkipped.text(lang), &sentence)?;
    }
    let files = summary::worst_files(audit);
    for ranked in files.iter().take(FILES_MAX) {
        let title = Msg::DocTitle.text(lang);
        command(
            wtr,
            "warning",
            Some(&ranked.file.path),
            title,
            &of_file(ranked, options),
        )?;
    }
    more(wtr, files.len(), FILES_MAX, options)
}

fn headline(wtr: &mut dyn Write, audit: &Audit, options: &Options) -> io::Result<()> {
    let lang = options.lang;
    let governing = summary::governing(audit, options);
    let (msg, _) = level_headline(audit, governing);
    let words = governing.and_then(|g| consequences::headline(audit, g, lang));
    let mut sentences = vec![words.unwrap_or_else(|| msg.text(lang).to_owned())];
    if let Some(assessment) = governing {
        sentences.extend(text::distance(audit, assessment, lang));
    }
    sentences.push(Msg::NoteVolume.text(lang).to_owned());
    let sort = match governing {
        Some(g) if g.level > Level::None => "error",
        Some(g) if !g.reaches_something() => "notice",
        _ => "warning",
    };
    let name = text::instrument(&options.instrument, options);
    command(wtr, sort, None, name, &sentences.join("\n"))
}

/// `lodging 300, contact 12 (rows)`, or what was matched where no record says more.
fn of_file(ranked: &Ranked<'_>, options: &Options) -> String {
    let lang = options.lang;
    let mut parts: Vec<String> = ranked
        .categories()
        .iter()
        .map(|(id, n)| format!("{} {}", words::category(id, lang), thousands(*n)))
        .collect();
    if !parts.is_empty() {
        let list = words::list(&parts, lang);
        return Msg::RowsOf.with(lang, &[&list]);
    }
    let kinds = ranked.file.kinds.iter();
    parts.extend(kinds.map(|(id, n)| format!("{id} {}", thousands(*n))));
    Msg::MatchesOf.with(lang, &[&words::list(&parts, lang)])
}

/// Says how much a list leaves out.
fn more(wtr: &mut dyn Write, n: usize, shown_max: usize, options: &Options) -> io::Result<()> {
    match n.checked_sub(shown_max) {
        None | Some(0) => Ok(()),
        Some(left) => {
            let left = thousands(left as u64);
            let sentence = Msg::More.with(options.lang, &[&left]);
            let title = Msg::DocTitle.text(options.lang);
            command(wtr, "notice", None, title, &sentence)
        }
    }
}

fn command(
    wtr: &mut dyn Write,
    sort: &str,
    path: Option<&str>,
    title: &str,
    message: &str,
) -> io::Result<()> {
    let title = property(title);
    let file = path.map(|path| format!("file={},", property(path)));
    let file = file.unwrap_or_default();
    let lines: Vec<String> = message.lines().map(data).collect();
    writeln!(wtr, "::{sort} {file}title={title}::{}", lines.join("%0A"))
}

/// A message, of one line.
fn data(text: &str) -> String {
    neutralise(text).replace('%', "%25")
}

/// The value of a property.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_ends_no_property_and_begins_no_command() {
        for (path, want) in [
            ("a,b:c%.csv", "a%2Cb%3Ac%25.csv"),
            ("x\n::error::y", "x\\n%3A%3Aerror%3A%3Ay"),
            ("\u{1b}[2J", "\\u{1b}[2J"),
        ] {
            assert_eq!(property(path), want);
        }
    }
}
