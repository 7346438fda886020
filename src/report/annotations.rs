//! The audit as workflow commands, which GitHub shows as annotations of a pull request:
//! `::error file=PATH,line=LINE,title=TITLE::MESSAGE`, one a line.
//!
//! GitHub shows ten annotations of each sort a step, so the verdict comes first, then the worst
//! files, then one line on how many more there are. A member of a container is told at the container,
//! which is what GitHub knows, by its whole path; any other file at the first line with a match. Commands are documented under "Workflow commands
//! for GitHub Actions"; `%`, line breaks, and in properties `:` and `,` are escaped as its toolkit
//! escapes them.

use std::io::{self, Write};

use super::Options;
use super::baseline;
use super::budget;
use super::checks::{self, Verdict};
use super::ignored;
use super::number::thousands;
use super::summary::{self, Outer, Ranked};
use super::terminal::neutralise;
use super::text::{self, headline_words, incomplete};
use super::words::{self, Msg};
use crate::audit::Audit;
use crate::law::Level;

/// Warnings of limits that guard nothing and of files; with that on gaps they are the ten that GitHub
/// shows.
const WARNINGS_MAX: usize = 9;

/// Limits, counts of the baseline, files with what is new and provisions named; GitHub shows ten errors, and the headline is one.
const CHECKS_MAX: usize = 9;

/// Writes one command a line.
pub(super) fn write(wtr: &mut dyn Write, audit: &Audit, options: &Options) -> io::Result<()> {
    let lang = options.lang;
    headline(wtr, audit, options)?;
    // Of the instrument that governs; what others reach is told by the reports to read.
    let governing = summary::governing(audit, options);
    let checks = governing.map_or_else(Vec::new, |g| checks::provisions(g, options));
    let limits = budget::exceeded(audit).map(|limit| {
        let message = budget::sentence(limit, lang);
        (limit.limit.clone(), message)
    });
    let reached = checks.into_iter().filter_map(|check| match check.verdict {
        Verdict::Failed(message) => Some((check.id, message)),
        Verdict::Passed | Verdict::Unknown(_) | Verdict::Skipped(_) => None,
    });
    let since = baseline::exceeded(audit).map(|check| {
        let message = baseline::sentence(check, lang);
        (check.check.clone(), message)
    });
    let outer = Outer::new(audit);
    let nowhere = |(id, message)| (None, id, message);
    let new_in = baseline::new_in(audit).iter().map(|new| {
        let place = Place::of(&new.path, new.first_line, &outer);
        let title = place.title(&new.path, &new.kind).to_owned();
        (Some(place), title, baseline::new_sentence(new, lang))
    });
    let counts = limits.chain(since).map(nowhere);
    let failed = counts.chain(new_in).chain(reached.map(nowhere));
    let failed: Vec<(Option<Place<'_>>, String, String)> = failed.collect();
    for (place, id, message) in failed.iter().take(CHECKS_MAX) {
        command(wtr, "error", place.as_ref(), id, message)?;
    }
    more(wtr, failed.len(), CHECKS_MAX, options)?;
    let idle = audit.budget.iter().filter(|l| budget::guards_nothing(l));
    let idle: Vec<_> = idle.collect();
    for limit in idle.iter().take(WARNINGS_MAX) {
        let message = budget::sentence(limit, lang);
        command(wtr, "warning", None, &limit.limit, &message)?;
    }
    more(wtr, idle.len(), WARNINGS_MAX, options)?;
    if let Some(sentence) = incomplete(audit, lang) {
        command(wtr, "warning", None, Msg::ColSkipped.text(lang), &sentence)?;
    }
    let expired = ignored::expired(audit, lang);
    if !expired.is_empty() {
        let title = Msg::ColIgnored.text(lang);
        command(wtr, "warning", None, title, &expired.join("\n"))?;
    }
    let files = summary::worst_files(audit);
    let n_told = idle.len() + usize::from(!expired.is_empty());
    let files_max = WARNINGS_MAX.saturating_sub(n_told);
    for ranked in files.iter().take(files_max) {
        let path = ranked.file.path.as_str();
        let lines = ranked.file.first_lines.values();
        let line = lines.copied().filter(|line| *line > 0);
        let place = Place::of(path, line.min(), &outer);
        let title = place.title(path, Msg::DocTitle.text(lang));
        let message = of_file(ranked, options);
        command(wtr, "warning", Some(&place), title, &message)?;
    }
    more(wtr, files.len(), files_max, options)
}

fn headline(wtr: &mut dyn Write, audit: &Audit, options: &Options) -> io::Result<()> {
    let lang = options.lang;
    let governing = summary::governing(audit, options);
    let mut sentences = vec![headline_words(audit, governing, lang).0];
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
    let rows = ranked.categories();
    if !rows.is_empty() {
        return Msg::RowsOf.with(lang, &[&words::counts(rows, lang)]);
    }
    let kinds = ranked.file.kinds.iter();
    let parts: Vec<String> = kinds
        .map(|(id, n)| format!("{id} {}", thousands(*n)))
        .collect();
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

/// Where an annotation is shown.
struct Place<'a> {
    path: &'a str,
    /// The first line with a match, if it is known.
    line: Option<u64>,
}

impl<'a> Place<'a> {
    /// Where a file is shown: a member at its container, whose lines are not its own.
    fn of(path: &'a str, line: Option<u64>, outer: &Outer<'_>) -> Place<'a> {
        let place = outer.of(path);
        Place {
            path: place,
            line: line.filter(|_| place == path),
        }
    }

    /// The title, or the whole path of a member.
    fn title<'t>(&self, path: &'t str, title: &'t str) -> &'t str {
        if self.path == path { title } else { path }
    }
}

fn command(
    wtr: &mut dyn Write,
    sort: &str,
    place: Option<&Place<'_>>,
    title: &str,
    message: &str,
) -> io::Result<()> {
    let title = property(title);
    let file = place.map(|place| {
        let line = place.line.map(|line| format!("line={line},"));
        format!("file={},{}", property(place.path), line.unwrap_or_default())
    });
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
    use super::super::fixture::{assessment, options, plain};
    use super::*;
    use crate::audit::{FileAudit, LimitFound};
    use crate::report::Lang;

    fn commands(audit: &Audit) -> Vec<String> {
        let mut out = Vec::new();
        write(&mut out, audit, &options(Lang::En, 80, false)).unwrap();
        let text = String::from_utf8(out).unwrap();
        text.lines().map(str::to_owned).collect()
    }

    #[test]
    fn only_the_numbers_of_the_law_that_governs_are_errors() {
        let mut other = assessment("default", [0, 900, 0], &[]);
        other.instrument = "other.law".to_owned();
        let mut audit = plain();
        audit.assessments.push(other);
        let reached = |audit: &Audit| {
            let all = commands(audit);
            all.iter().filter(|l| l.contains(" reaches: ")).count()
        };
        assert_eq!(reached(&audit), 2, "5.1(4) and 5.1(6)");
        audit.assessments[0].provisions.clear();
        assert_eq!(reached(&audit), 0, "not those of the other law");
    }

    #[test]
    fn a_member_is_told_at_its_container_and_a_file_at_its_first_line() {
        let file = |path: &str, is_member, rows| FileAudit {
            path: path.to_owned(),
            is_member,
            categories: [("contact".to_owned(), rows)].into(),
            first_lines: [("email".to_owned(), 9), ("cn.mobile".to_owned(), 4)].into(),
            ..FileAudit::default()
        };
        let mut audit = plain();
        audit.files = vec![
            file("odd!/a.zip", false, 0),
            file("odd!/a.zip!/in,1.csv", true, 7),
            file("odd!/b.csv", false, 6),
        ];
        let all = commands(&audit);
        let mut warnings = all.iter().filter(|l| l.contains("file="));
        let warning = warnings.next().unwrap();
        let want =
            "::warning file=odd!/a.zip,title=odd!/a.zip!/in%2C1.csv::rows by category: contact 7";
        assert_eq!(warning, want);
        let want = "::warning file=odd!/b.csv,line=4,title=Personal data audit::rows by category: contact 6";
        assert_eq!(warnings.next().unwrap(), want);
    }

    #[test]
    fn a_limit_that_guards_nothing_is_a_warning() {
        let mut audit = plain();
        audit.budget = vec![LimitFound {
            limit: "kind email in gone/**".to_owned(),
            unit: "matches".to_owned(),
            max: 3,
            files: Some(0),
            ..LimitFound::default()
        }];
        let want = "::warning title=kind email in gone/**::kind email in gone/**: 0 found, 3 allowed (matches). \
                    No file has such a path, so that the limit guards nothing.";
        assert!(commands(&audit).contains(&want.to_owned()));
    }

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
