//! The budget of a CI job as reports tell it: a row for each limit, and a sentence for each that is exceeded or guards
//! nothing.
//!
//! Numbers and verdicts are those of the audit. Labels of limits are the same in every language, so that they can be found
//! in the file that they come from.

use std::io;

use super::number::thousands;
use super::table::{Cell, Column, Fit, Table};
use super::terminal::{Cut, Page, Style};
use super::words::Msg;
use super::{Lang, Options};
use crate::audit::{Audit, LimitFound};

/// The limits that are exceeded, in the order of the budget.
pub(super) fn exceeded(audit: &Audit) -> impl Iterator<Item = &LimitFound> {
    audit.budget.iter().filter(|limit| limit.exceeded)
}

/// Whether its path is that of no file, so that it is kept whatever there is; a path may be misspelt.
pub(super) fn guards_nothing(limit: &LimitFound) -> bool {
    !limit.exceeded && limit.files == Some(0)
}

/// `kind cn.mobile in exports/**: 12 found, 0 allowed (matches). Owner: shop. Reason: test data only.`
pub(super) fn sentence(limit: &LimitFound, lang: Lang) -> String {
    let (found, max) = (thousands(limit.found), thousands(limit.max));
    let mut text = Msg::BudgetFound.with(lang, &[&limit.limit, &found, &max, unit(limit, lang)]);
    if guards_nothing(limit) {
        text.push_str(Msg::BudgetGuardsNothing.text(lang));
    }
    for (msg, stated) in [
        (Msg::BudgetOwner, &limit.owner),
        (Msg::BudgetReason, &limit.reason),
    ] {
        if let Some(stated) = stated {
            text.push_str(&msg.with(lang, &[stated]));
        }
    }
    text
}

/// What is counted; an unknown unit stands for itself.
pub(super) fn unit(limit: &LimitFound, lang: Lang) -> &str {
    match limit.unit.as_str() {
        "items" => Msg::ColItems.text(lang),
        "rows" => Msg::ColRows.text(lang),
        "matches" => Msg::ColMatches.text(lang),
        "persons" => Msg::ColPersons.text(lang),
        other => other,
    }
}

/// Whether it is exceeded; and whether it is on anything at all.
pub(super) fn verdict(limit: &LimitFound, lang: Lang) -> &'static str {
    match limit.exceeded {
        true => Msg::BudgetExceeded,
        false if guards_nothing(limit) => Msg::BudgetNoFile,
        false => Msg::BudgetKept,
    }
    .text(lang)
}

/// The table of the terminal summary, and what is exceeded in words. Every limit is shown.
pub(super) fn section(page: &mut Page<'_>, audit: &Audit, options: &Options) -> io::Result<()> {
    if audit.budget.is_empty() {
        return Ok(());
    }
    let lang = options.lang;
    let mut table = Table::new(vec![
        Column::text(Msg::ColBudget.text(lang), Fit::Shrink(20, Cut::Middle)).title(),
        Column::number(Msg::ColFound.text(lang)),
        Column::number(Msg::ColAllowed.text(lang)),
        Column::text(Msg::ColUnit.text(lang), Fit::Natural).optional(),
        Column::text("", Fit::Natural),
    ]);
    for limit in &audit.budget {
        let (mark, style) = match limit.exceeded {
            true => ("✗", Style::Bad),
            false if guards_nothing(limit) => ("·", Style::Warn),
            false => ("·", Style::Plain),
        };
        table.push(vec![
            Cell::styled(&format!("{mark} {}", limit.limit), style),
            Cell::styled(&thousands(limit.found), style),
            Cell::plain(&thousands(limit.max)),
            Cell::styled(unit(limit, lang), Style::Dim),
            Cell::styled(verdict(limit, lang), style),
        ]);
    }
    page.blank()?;
    table.write(page)?;
    for limit in exceeded(audit) {
        page.hanging("!", &sentence(limit, lang), Style::Bad)?;
    }
    Ok(())
}
