//! The tables of the terminal summary, each with what it leaves out named.
//!
//! A section without rows is not shown. Long lists are cut at a named limit; the JSON audit has
//! everything.

use std::io;

use super::Options;
use super::baseline;
use super::budget;
use super::consequences;
use super::ignored;
use super::number::{ratio, thousands};
use super::summary::{self, Ranked};
use super::table::{Cell, Column, Fit, Table};
use super::terminal::{Cut, Page, Span, Style};
use super::text::instrument;
use super::words::{self, Msg};
use crate::audit::Audit;
use crate::law::{Assessment, Level, Outcome};

/// Longest lists of the summary.
const KINDS_MAX: usize = 12;
const FILES_MAX: usize = 10;
const SKIPPED_MAX: usize = 10;
const COPIES_MAX: usize = 3;
const ROUNDED_MAX: usize = 5;
const WHAT_IF_MAX: usize = 4;

/// Columns from which on a row has room for all samples of a kind.
const SAMPLES_FROM: usize = 96;

/// Writes every section that has something to say.
pub(super) fn write(
    page: &mut Page<'_>,
    audit: &Audit,
    governing: Option<&Assessment>,
    options: &Options,
) -> io::Result<()> {
    budget::section(page, audit, options)?;
    baseline::section(page, audit, options)?;
    ignored::section(page, audit, options)?;
    categories(page, audit, options)?;
    if let Some(assessment) = governing {
        provisions(page, assessment, options)?;
    }
    readings(page, audit, governing, options)?;
    consequences::bounds(page, audit, options)?;
    if let Some(assessment) = governing {
        consequences::steps(page, assessment, options)?;
        what_if(page, assessment, options)?;
        consequences::own(page, assessment, options.lang)?;
    }
    consequences::others(page, audit, options)?;
    kinds(page, audit, options)?;
    rounded(page, audit, options)?;
    files(page, audit, options)?;
    copies(page, audit, options)?;
    skipped(page, audit, options)
}

fn categories(page: &mut Page<'_>, audit: &Audit, options: &Options) -> io::Result<()> {
    if audit.categories.is_empty() {
        return Ok(());
    }
    let lang = options.lang;
    let class_of = |id: &str| options.classes.get(id).map_or("", String::as_str);
    let most = audit.categories.iter().map(|c| c.items).max().unwrap_or(0);
    let mut table = Table::new(vec![
        Column::text(Msg::ColCategories.text(lang), Fit::Shrink(12, Cut::End)).title(),
        Column::text(
            if options.classes.is_empty() {
                ""
            } else {
                Msg::ColClass.text(lang)
            },
            Fit::Natural,
        ),
        Column::number(Msg::ColItems.text(lang)),
        Column::number(Msg::ColRows.text(lang)),
        Column::number(Msg::ColPersons.text(lang)),
        Column::bar(),
    ]);
    for (at, count) in audit.categories.iter().enumerate() {
        // Without a class a category counts nowhere.
        let has_class = options.classes.is_empty() || !class_of(&count.category).is_empty();
        let share = if has_class && summary::is_counted_above(&audit.categories, at) {
            Cell::styled(Msg::CountedAbove.text(lang), Style::Dim)
        } else {
            Cell::Bar(count.items as f64 / most.max(1) as f64)
        };
        table.push(vec![
            Cell::plain(words::category(&count.category, lang)),
            Cell::styled(words::class(class_of(&count.category), options), Style::Dim),
            Cell::styled(&thousands(count.items), Style::Bold),
            Cell::plain(&thousands(count.rows)),
            Cell::plain(&thousands(count.persons)),
            share,
        ]);
    }
    page.blank()?;
    table.write(page)
}

/// The colour of a level.
fn style_of(level: Level) -> Style {
    match level {
        Level::None => Style::Good,
        Level::Serious => Style::Warn,
        Level::EspeciallySerious => Style::Bad,
    }
}

fn provisions(page: &mut Page<'_>, assessment: &Assessment, options: &Options) -> io::Result<()> {
    let mut outcomes = summary::reached(assessment);
    outcomes.extend(summary::nearest(assessment));
    if outcomes.is_empty() {
        return Ok(());
    }
    let lang = options.lang;
    let mut table = Table::new(vec![
        Column::text(Msg::ColProvisions.text(lang), Fit::Natural).title(),
        Column::text(Msg::ColClass.text(lang), Fit::Natural).optional(),
        Column::text(Msg::ColLevel.text(lang), Fit::Shrink(8, Cut::End)),
        Column::number(Msg::ColCount.text(lang)),
        Column::number(Msg::ColThreshold.text(lang)),
        Column::number(Msg::ColRatio.text(lang)),
    ]);
    for outcome in outcomes {
        table.push(provision(outcome, options));
    }
    page.blank()?;
    table.write(page)
}

fn provision(outcome: &Outcome, options: &Options) -> Vec<Cell> {
    let (mark, style) = if outcome.reached {
        ("✓", style_of(outcome.level))
    } else {
        ("·", Style::Dim)
    };
    let times = ratio(outcome.count, outcome.threshold);
    let times = times.map_or_else(|| "–".to_owned(), |times| format!("×{times}"));
    vec![
        Cell::styled(&format!("{mark} {}", outcome.provision), style),
        Cell::styled(words::counted(outcome, options.lang), Style::Dim),
        Cell::styled(consequences::leads_to(outcome, options.lang), style),
        Cell::plain(&thousands(outcome.count)),
        Cell::plain(&thousands(outcome.threshold)),
        Cell::styled(&times, style),
    ]
}

fn readings(
    page: &mut Page<'_>,
    audit: &Audit,
    governing: Option<&Assessment>,
    options: &Options,
) -> io::Result<()> {
    let lang = options.lang;
    // Other instruments have a section of their own; without the one that governs, these are all
    // there is.
    let mut own = consequences::of_governing(audit, options);
    let several = own.is_empty();
    if several {
        own = audit.assessments.iter().collect();
    }
    if own.is_empty() {
        return Ok(());
    }
    let mut table = Table::new(vec![
        Column::text(Msg::ColReadings.text(lang), Fit::Natural).title(),
        Column::text(Msg::ColLevel.text(lang), Fit::Shrink(12, Cut::End)),
        Column::number(Msg::ColWeighted.text(lang)),
        Column::text(
            if several {
                Msg::ColInstrument.text(lang)
            } else {
                ""
            },
            Fit::Shrink(10, Cut::End),
        ),
    ]);
    for assessment in own {
        let is_governing = governing.is_some_and(|g| std::ptr::eq(g, assessment));
        let mark = if is_governing { "▸" } else { " " };
        let reading = words::reading(&assessment.reading, lang);
        let weighted = if summary::has_volume(&assessment.weighted) {
            thousands(assessment.weighted.value)
        } else {
            String::new()
        };
        let name = if several {
            instrument(&assessment.instrument, options)
        } else {
            ""
        };
        table.push(vec![
            Cell::plain(&format!("{mark} {reading}")),
            Cell::styled(
                consequences::reached(assessment.outcome.as_ref(), assessment.level, lang),
                style_of(assessment.level),
            ),
            Cell::plain(&weighted),
            Cell::styled(name, Style::Dim),
        ]);
    }
    page.blank()?;
    table.write(page)?;
    match governing.and_then(|g| flips(g, options)) {
        Some(sentence) => page.hanging("↳", &sentence, Style::Plain),
        None => Ok(()),
    }
}

/// Circumstances that were not stated and would change the level.
fn what_if(page: &mut Page<'_>, assessment: &Assessment, options: &Options) -> io::Result<()> {
    let all = &assessment.what_if;
    if all.is_empty() {
        return Ok(());
    }
    let lang = options.lang;
    page.blank()?;
    page.line(&[Span::new(Msg::WhatIf.text(lang), Style::Bold)])?;
    for one in all.iter().take(WHAT_IF_MAX) {
        let sentence = lang.choose(&one.en, &one.zh);
        page.hanging("·", sentence, Style::Plain)?;
    }
    more(page, all.len(), WHAT_IF_MAX, options)
}

/// The sentence on which categories move the level, if any does.
pub(super) fn flips(assessment: &Assessment, options: &Options) -> Option<String> {
    if assessment.flips.is_empty() {
        return None;
    }
    let names = assessment.flips.iter();
    let names: Vec<String> = names
        .map(|id| words::category(id, options.lang).to_owned())
        .collect();
    let names = words::list(&names, options.lang);
    Some(Msg::FlipsLevel.with(options.lang, &[&names]))
}

fn kinds(page: &mut Page<'_>, audit: &Audit, options: &Options) -> io::Result<()> {
    let lang = options.lang;
    let kinds = summary::kinds_by_matches(audit);
    let apart = apart(audit, options);
    if kinds.is_empty() && apart.is_none() {
        return Ok(());
    }
    page.blank()?;
    if !kinds.is_empty() {
        let apart = summary::apart_columns(&kinds);
        let mut columns = vec![
            Column::text(Msg::ColKinds.text(lang), Fit::Shrink(14, Cut::End)).title(),
            Column::text("", Fit::Shrink(14, Cut::End)).expendable(),
            Column::number(Msg::ColMatches.text(lang)),
            Column::number(Msg::ColDistinct.text(lang)),
        ];
        columns.extend(apart.iter().map(|(m, _)| Column::number(m.text(lang))));
        let samples = Column::text(Msg::ColSample.text(lang), Fit::Shrink(16, Cut::End));
        columns.push(samples.optional());
        let mut table = Table::new(columns);
        let n_samples = if page.inner() < SAMPLES_FROM { 1 } else { 3 };
        for kind in kinds.iter().take(KINDS_MAX) {
            let samples: Vec<&str> = summary::telling_samples(kind).take(n_samples).collect();
            let name = options.names.get(&kind.kind).map_or("", |n| n.get(lang));
            let mut row = vec![
                Cell::plain(&kind.kind),
                Cell::styled(name, Style::Dim),
                Cell::plain(&thousands(kind.matches)),
                Cell::plain(&thousands(kind.distinct)),
            ];
            let apart = apart.iter().map(|(_, of)| thousands(of(kind)));
            row.extend(apart.map(|n| Cell::styled(&n, Style::Dim)));
            row.push(Cell::styled(&samples.join("  "), Style::Dim));
            table.push(row);
        }
        table.write(page)?;
        more(page, kinds.len(), KINDS_MAX, options)?;
    }
    match apart {
        Some(sentence) => page.paragraph(&sentence, Style::Dim),
        None => Ok(()),
    }
}

/// Where values stand that a spreadsheet rounded.
fn rounded(page: &mut Page<'_>, audit: &Audit, options: &Options) -> io::Result<()> {
    let columns = summary::rounded(audit);
    if columns.is_empty() {
        return Ok(());
    }
    let lang = options.lang;
    let mut table = Table::new(vec![
        Column::text(Msg::ColRoundedIn.text(lang), Fit::Shrink(20, Cut::Middle)).title(),
        Column::text(Msg::ColField.text(lang), Fit::Shrink(8, Cut::End)),
        Column::text(Msg::ColKindOf.text(lang), Fit::Shrink(10, Cut::End)),
        Column::number(Msg::ColValues.text(lang)),
    ]);
    for (path, column) in columns.iter().take(ROUNDED_MAX) {
        table.push(vec![
            Cell::plain(path),
            Cell::plain(column.field.as_deref().unwrap_or("–")),
            Cell::styled(&column.kind, Style::Dim),
            Cell::plain(&thousands(column.values)),
        ]);
    }
    page.blank()?;
    table.write(page)?;
    more(page, columns.len(), ROUNDED_MAX, options)?;
    page.paragraph(Msg::RoundedNote.text(lang), Style::Dim)
}

/// The sentence on values that were found and not counted.
pub(super) fn apart(audit: &Audit, options: &Options) -> Option<String> {
    let lang = options.lang;
    let msgs = [
        Msg::ApartMasked,
        Msg::ApartTest,
        Msg::ApartFailed,
        Msg::ApartRounded,
    ];
    let parts: Vec<String> = summary::counted_apart(audit)
        .into_iter()
        .zip(msgs)
        .filter(|(n, _)| *n > 0)
        .map(|(n, msg)| msg.with(lang, &[&thousands(n)]))
        .collect();
    if parts.is_empty() {
        return None;
    }
    Some(Msg::CountedApart.with(lang, &[&words::list(&parts, lang)]))
}

fn files(page: &mut Page<'_>, audit: &Audit, options: &Options) -> io::Result<()> {
    let lang = options.lang;
    let files = summary::worst_files(audit);
    if files.is_empty() {
        return Ok(());
    }
    let mut columns = vec![
        Column::text(Msg::ColWorst.text(lang), Fit::Shrink(24, Cut::Middle)).title(),
        Column::number(Msg::ColRows.text(lang)),
        Column::text(Msg::ColByCategory.text(lang), Fit::Shrink(16, Cut::End)),
        Column::text(Msg::ColFormat.text(lang), Fit::Shrink(6, Cut::End)).optional(),
        Column::text(Msg::ColEncoding.text(lang), Fit::Shrink(8, Cut::End)).optional(),
    ];
    // What files are ordered by stands first, and stands out.
    let has_persons = summary::has_persons(audit);
    if has_persons {
        columns.insert(1, Column::number(Msg::ColPersons.text(lang)));
    }
    let mut table = Table::new(columns);
    for ranked in files.iter().take(FILES_MAX) {
        let rows = match has_persons {
            true => Cell::plain(&thousands(ranked.rows)),
            false => Cell::styled(&thousands(ranked.rows), Style::Bold),
        };
        let mut row = vec![
            Cell::plain(&ranked.file.path),
            rows,
            Cell::plain(&top_category(ranked, options)),
            Cell::styled(&ranked.file.format, Style::Dim),
            Cell::styled(&ranked.file.encoding, Style::Dim),
        ];
        if has_persons {
            let persons = ranked.file.persons.map(thousands).unwrap_or_default();
            row.insert(1, Cell::styled(&persons, Style::Bold));
        }
        table.push(row);
    }
    page.blank()?;
    table.write(page)?;
    more(page, files.len(), FILES_MAX, options)
}

/// `lodging 500 +2`: the category with most rows, and how many others there are.
fn top_category(ranked: &Ranked<'_>, options: &Options) -> String {
    let categories = ranked.categories();
    let Some((id, n)) = categories.first() else {
        return "–".to_owned();
    };
    let name = words::category(id, options.lang);
    match categories.len() - 1 {
        0 => name.to_owned(),
        others => format!("{name} {} +{others}", thousands(*n)),
    }
}

fn copies(page: &mut Page<'_>, audit: &Audit, options: &Options) -> io::Result<()> {
    let copies = summary::copies(audit);
    if copies.is_empty() {
        return Ok(());
    }
    let lang = options.lang;
    let mut table = Table::new(vec![
        Column::text(Msg::ColCopies.text(lang), Fit::Shrink(16, Cut::Middle)).title(),
        Column::text(Msg::ColCopyOf.text(lang), Fit::Shrink(16, Cut::Middle)),
    ]);
    for (copy, original) in copies.iter().take(COPIES_MAX) {
        table.push(vec![Cell::plain(copy), Cell::plain(original)]);
    }
    page.blank()?;
    table.write(page)?;
    more(page, copies.len(), COPIES_MAX, options)?;
    page.paragraph(Msg::CopiesNote.text(lang), Style::Dim)
}

fn skipped(page: &mut Page<'_>, audit: &Audit, options: &Options) -> io::Result<()> {
    let groups = summary::skipped_groups(audit);
    if groups.is_empty() {
        return Ok(());
    }
    let lang = options.lang;
    let mut table = Table::new(vec![
        Column::text(Msg::ColSkipped.text(lang), Fit::Shrink(20, Cut::End)).title(),
        Column::number(Msg::ColEntries.text(lang)),
        Column::text(Msg::ColFirst.text(lang), Fit::Shrink(16, Cut::Middle)),
    ]);
    for group in groups.iter().take(SKIPPED_MAX) {
        table.push(vec![
            Cell::styled(&words::reason(group.reason, lang), Style::Warn),
            Cell::plain(&thousands(group.n)),
            Cell::styled(group.first, Style::Dim),
        ]);
    }
    page.blank()?;
    table.write(page)?;
    more(page, groups.len(), SKIPPED_MAX, options)
}

/// Says how much a list leaves out.
fn more(page: &mut Page<'_>, n: usize, shown_max: usize, options: &Options) -> io::Result<()> {
    match n.checked_sub(shown_max) {
        None | Some(0) => Ok(()),
        Some(left) => {
            let left = thousands(left as u64);
            page.paragraph(&Msg::More.with(options.lang, &[&left]), Style::Dim)
        }
    }
}
