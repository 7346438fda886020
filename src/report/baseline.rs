//! What has changed since a baseline, as reports and the commands that write baselines tell it.
//!
//! Numbers and verdicts are those of the audit. What is compared is named by ids, the same in every language.

use std::io::{self, Write};

use super::number::thousands;
use super::table::{Cell, Column, Fit, Table};
use super::terminal::{Cut, Page, Span, Style, neutralise};
use super::words::Msg;
use super::{Lang, Options};
use crate::audit::{Audit, BaselineCheck, BaselineFound, NewInFile};

/// Files with new values that are told of in the terminal summary.
const NEW_IN_MAX: usize = 10;

/// Kinds and categories of which there is more than before.
pub(super) fn exceeded(audit: &Audit) -> impl Iterator<Item = &BaselineCheck> {
    let checks = audit.baseline.iter().flat_map(|found| &found.checks);
    checks.filter(|check| check.exceeded)
}

/// `kind cn.mobile: 14 found, 12 before (values). New: 3. Gone: 1.`
pub(super) fn sentence(check: &BaselineCheck, lang: Lang) -> String {
    let (found, before) = (thousands(check.found), thousands(check.before));
    let mut text =
        Msg::BaselineFound.with(lang, &[&check.check, &found, &before, unit(check, lang)]);
    for (msg, n) in [
        (Msg::BaselineNew, check.new),
        (Msg::BaselineGone, check.gone),
    ] {
        if let Some(n) = n.filter(|n| *n > 0) {
            text.push_str(&msg.with(lang, &[&thousands(n)]));
        }
    }
    // A saved audit may say anything, and a check is one line.
    neutralise(&text).into_owned()
}

/// Where values stand that were not there before: nothing where that is not known.
pub(super) fn new_in(audit: &Audit) -> &[NewInFile] {
    let found = audit.baseline.as_ref();
    found.and_then(|f| f.new_in.as_deref()).unwrap_or_default()
}

/// `email: 3 of 6 different values were not there before. The first stands on line 2.`
pub(super) fn new_sentence(new: &NewInFile, lang: Lang) -> String {
    let (n, of) = (thousands(new.new), thousands(new.found));
    let mut text = Msg::BaselineNewIn.with(lang, &[&new.kind, &n, &of]);
    if let Some(line) = new.first_line {
        text.push_str(&Msg::BaselineNewFrom.with(lang, &[&line.to_string()]));
    }
    neutralise(&text).into_owned()
}

/// What is counted; an unknown unit stands for itself.
pub(super) fn unit(check: &BaselineCheck, lang: Lang) -> &str {
    match check.unit.as_str() {
        "values" => Msg::ColValues.text(lang),
        "rows" => Msg::ColRows.text(lang),
        other => other,
    }
}

/// Whether there is more, as much, or less.
pub(super) fn verdict(check: &BaselineCheck, lang: Lang) -> &'static str {
    match (check.exceeded, is_less(check)) {
        (true, _) => Msg::BaselineMore,
        (false, true) => Msg::BaselineLess,
        (false, false) => Msg::BaselineSame,
    }
    .text(lang)
}

/// Whether an update would lower it.
fn is_less(check: &BaselineCheck) -> bool {
    check.found < check.before || check.gone.is_some_and(|n| n > 0)
}

/// What to know of the comparison as a whole.
pub(super) fn notes(audit: &Audit, found: &BaselineFound, lang: Lang) -> Vec<String> {
    let mut notes = Vec::new();
    let n_kept = found.checks.iter().filter(|c| !c.exceeded).count();
    let counts = [n_kept, found.checks.len()].map(|n| thousands(n as u64));
    notes.push(Msg::BaselineOthers.with(lang, &[&counts[0], &counts[1]]));
    let is_more = found.checks.iter().any(|c| c.exceeded);
    if is_more && found.catalog != audit.tool.catalog {
        notes.push(Msg::BaselineOther.with(lang, &[&neutralise(&found.version)]));
    }
    // What was not read may be what is less.
    if audit.complete && found.checks.iter().any(is_less) {
        notes.push(Msg::BaselineLower.text(lang).to_owned());
    }
    notes
}

/// The table of the terminal summary: what is more or less than before. The rest is told as a number.
pub(super) fn section(page: &mut Page<'_>, audit: &Audit, options: &Options) -> io::Result<()> {
    let Some(found) = &audit.baseline else {
        return Ok(());
    };
    let lang = options.lang;
    let mut columns = vec![
        Column::text(Msg::ColBaseline.text(lang), Fit::Shrink(20, Cut::Middle)).title(),
        Column::number(Msg::ColBefore.text(lang)),
        Column::number(Msg::ColFound.text(lang)),
        Column::text(Msg::ColUnit.text(lang), Fit::Natural).optional(),
        Column::text("", Fit::Natural),
    ];
    let has_new = found.checks.iter().any(|check| check.new.is_some());
    if has_new {
        columns.insert(3, Column::number(Msg::ColNew.text(lang)));
    }
    let mut table = Table::new(columns);
    let changed = |check: &&BaselineCheck| check.exceeded || is_less(check);
    for check in found.checks.iter().filter(changed) {
        let (mark, style) = match check.exceeded {
            true => ("✗", Style::Bad),
            false => ("·", Style::Plain),
        };
        let mut row = vec![
            Cell::styled(&format!("{mark} {}", check.check), style),
            Cell::plain(&thousands(check.before)),
            Cell::styled(&thousands(check.found), style),
            Cell::styled(unit(check, lang), Style::Dim),
            Cell::styled(verdict(check, lang), style),
        ];
        if has_new {
            let new = check.new.map(thousands).unwrap_or_default();
            row.insert(3, Cell::styled(&new, style));
        }
        table.push(row);
    }
    page.blank()?;
    match found.checks.iter().any(|check| changed(&check)) {
        true => table.write(page)?,
        false => page.line(&[Span::new(Msg::ColBaseline.text(lang), Style::Bold)])?,
    }
    for check in exceeded(audit) {
        page.hanging("!", &sentence(check, lang), Style::Bad)?;
    }
    places(page, audit, lang)?;
    for note in notes(audit, found, lang) {
        page.hanging("·", &note, Style::Dim)?;
    }
    Ok(())
}

/// The files with values that were not there before.
fn places(page: &mut Page<'_>, audit: &Audit, lang: Lang) -> io::Result<()> {
    let all = new_in(audit);
    if all.is_empty() {
        return Ok(());
    }
    let mut table = Table::new(vec![
        Column::text(Msg::ColNewIn.text(lang), Fit::Shrink(24, Cut::Middle)).title(),
        Column::text(Msg::ColKind.text(lang), Fit::Shrink(10, Cut::End)),
        Column::number(Msg::ColNew.text(lang)),
        Column::number(Msg::ColDifferent.text(lang)),
        Column::number(Msg::ColFirstLine.text(lang)),
    ]);
    for new in all.iter().take(NEW_IN_MAX) {
        table.push(vec![
            Cell::plain(&new.path),
            Cell::plain(&new.kind),
            Cell::styled(&thousands(new.new), Style::Bad),
            Cell::plain(&thousands(new.found)),
            Cell::plain(&new.first_line.map(|n| n.to_string()).unwrap_or_default()),
        ]);
    }
    page.blank()?;
    table.write(page)?;
    if let Some(left @ 1..) = all.len().checked_sub(NEW_IN_MAX) {
        let left = Msg::More.with(lang, &[&thousands(left as u64)]);
        page.paragraph(&left, Style::Dim)?;
    }
    page.blank()
}

/// What was done with a baseline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deed {
    /// It was written for the first time.
    Write,
    /// It was lowered to what is still there.
    Lower,
    /// It was lowered, and what is more was taken over.
    TakeOver,
}

/// Writes what has become of each kind and category of a baseline, one a line; those that stay are left out.
///
/// # Errors
/// When the writer fails.
pub fn write_deed(
    wtr: &mut dyn Write,
    found: &BaselineFound,
    deed: Deed,
    lang: Lang,
) -> io::Result<()> {
    for check in &found.checks {
        let mut said = Vec::new();
        if is_less(check) {
            said.push(Msg::BaselineLowered);
        }
        if check.exceeded {
            said.push(match deed {
                Deed::Write => Msg::BaselineWritten,
                Deed::Lower => Msg::BaselineNotTaken,
                Deed::TakeOver => Msg::BaselineTaken,
            });
        }
        if said.is_empty() {
            continue;
        }
        let said: Vec<&str> = said.into_iter().map(|msg| msg.text(lang)).collect();
        writeln!(wtr, "{} [{}]", sentence(check, lang), said.join(", "))?;
    }
    Ok(())
}
