//! The audit as a workbook: a sheet for each table, with filters and fixed heads, in the language of
//! the report.
//!
//! Text is always written as text, so no cell is a formula or a link, whatever its first character;
//! such cells also carry the mark that Excel sets for a leading apostrophe, so that they stay text
//! when somebody edits them or saves the sheet as CSV. What a cell and a sheet can hold is known to
//! `book`; this file knows what stands in the sheets.

mod book;

use std::collections::BTreeSet;
use std::io::{self, Write};

use rust_xlsxwriter::XlsxError;

use super::number::{bytes, seconds};
use super::sections::{apart, flips};
use super::summary;
use super::text::{distance, headline_words, incomplete, instrument, version};
use super::words::{self, Msg};
use super::{Options, baseline, budget, consequences, ignored};
use crate::audit::Audit;
use crate::category::Reading;
use crate::law::Assessment;
use book::{Book, Cell};

/// Writes the whole workbook.
pub(super) fn write(wtr: &mut dyn Write, audit: &Audit, options: &Options) -> io::Result<()> {
    let bytes = workbook(audit, options).map_err(io::Error::other)?;
    wtr.write_all(&bytes)
}

fn workbook(audit: &Audit, options: &Options) -> Result<Vec<u8>, XlsxError> {
    let mut book = Book::new(audit, options.lang)?;
    summary(&mut book, audit, options)?;
    limits(&mut book, audit, options)?;
    since(&mut book, audit)?;
    new_in(&mut book, audit)?;
    not_counted(&mut book, audit)?;
    levels(&mut book, audit, options)?;
    provisions(&mut book, audit, options)?;
    categories(&mut book, audit, options)?;
    kinds(&mut book, audit, options)?;
    files(&mut book, audit)?;
    file_kinds(&mut book, audit)?;
    steps(&mut book, audit, options)?;
    duties(&mut book, audit, options)?;
    skipped(&mut book, audit)?;
    book.save()
}

fn summary(book: &mut Book, audit: &Audit, options: &Options) -> Result<(), XlsxError> {
    let lang = options.lang;
    let governing = summary::governing(audit, options);
    let (words, _) = headline_words(audit, governing, lang);
    let name = instrument(&options.instrument, options);
    let reading = words::reading(options.governing.id(), lang);
    let mut rows = Vec::new();
    let mut fact = |msg: Msg, cell: Cell| rows.push(vec![Cell::text(msg.text(lang)), cell]);
    fact(Msg::ColLevel, Cell::text(&words));
    for limit in budget::exceeded(audit) {
        let sentence = budget::sentence(limit, lang);
        fact(Msg::ColBudget, Cell::text(&sentence));
    }
    for check in baseline::exceeded(audit) {
        let sentence = baseline::sentence(check, lang);
        fact(Msg::ColBaseline, Cell::text(&sentence));
    }
    fact(Msg::ColInstrument, Cell::text(name));
    fact(Msg::ColReading, Cell::text(reading));
    for sentence in governing.map_or_else(Vec::new, |g| distance(audit, g, lang)) {
        fact(Msg::ColWeighted, Cell::text(&sentence));
    }
    if let Some(sentence) = governing.and_then(|g| flips(g, options)) {
        fact(Msg::ColFlips, Cell::text(&sentence));
    }
    let read = incomplete(audit, lang);
    let read = read.unwrap_or_else(|| Msg::DocNothingSkipped.text(lang).to_owned());
    fact(Msg::ColSkipped, Cell::text(&read));
    fact(Msg::ColPersons, Cell::Number(audit.persons));
    fact(Msg::ColItems, Cell::Number(summary::n_items(audit)));
    fact(Msg::ColFilesHead, Cell::Number(audit.stats.files));
    fact(Msg::ColRecords, Cell::Number(audit.stats.records));
    fact(Msg::ColBytes, Cell::text(&bytes(audit.stats.bytes)));
    fact(
        Msg::DocTime,
        Cell::text(&seconds(audit.stats.seconds, lang)),
    );
    fact(Msg::DocStarted, Cell::text(&audit.started));
    for input in &audit.inputs {
        fact(Msg::DocInputs, Cell::text(input));
    }
    if let Some(sentence) = apart(audit, options) {
        fact(Msg::DocKinds, Cell::text(&sentence));
    }
    for note in [
        Msg::NoteVolume,
        Msg::NoteItems,
        Msg::NoteLinking,
        Msg::NoteNames,
        Msg::NoteMasked,
    ] {
        fact(Msg::DocMethod, Cell::text(note.text(lang)));
    }
    fact(
        Msg::DocMethod,
        Cell::text(&version(audit, &audit.tool.catalog, lang)),
    );
    let heads = book.heads(&[Msg::XlsxWhat, Msg::XlsxResult]);
    book.table(Msg::XlsxSummary, &heads, &[24.0, 100.0], rows)
}

/// The budget of a CI job, limit by limit.
fn limits(book: &mut Book, audit: &Audit, options: &Options) -> Result<(), XlsxError> {
    let lang = options.lang;
    let heads = book.heads(&[
        Msg::ColBudget,
        Msg::ColVerdict,
        Msg::ColFound,
        Msg::ColAllowed,
        Msg::ColUnit,
        Msg::ColFilesHead,
        Msg::ColOwner,
        Msg::ColReason,
    ]);
    let rows = audit.budget.iter().map(|limit| {
        vec![
            Cell::text(&limit.limit),
            Cell::text(budget::verdict(limit, lang)),
            Cell::Number(limit.found),
            Cell::Number(limit.max),
            Cell::text(budget::unit(limit, lang)),
            limit.files.map_or(Cell::Empty, Cell::Number),
            Cell::text(limit.owner.as_deref().unwrap_or_default()),
            Cell::text(limit.reason.as_deref().unwrap_or_default()),
        ]
    });
    book.table(
        Msg::ColBudget,
        &heads,
        &[50.0, 14.0, 12.0, 12.0, 12.0, 10.0, 20.0, 60.0],
        rows,
    )
}

/// What has changed since a baseline.
fn since(book: &mut Book, audit: &Audit) -> Result<(), XlsxError> {
    let lang = book.lang();
    let heads = book.heads(&[
        Msg::ColBaseline,
        Msg::ColVerdict,
        Msg::ColBefore,
        Msg::ColFound,
        Msg::ColNew,
        Msg::ColGone,
        Msg::ColUnit,
    ]);
    let checks = audit.baseline.iter().flat_map(|found| &found.checks);
    let rows = checks.map(|check| {
        vec![
            Cell::text(&check.check),
            Cell::text(baseline::verdict(check, lang)),
            Cell::Number(check.before),
            Cell::Number(check.found),
            check.new.map_or(Cell::Empty, Cell::Number),
            check.gone.map_or(Cell::Empty, Cell::Number),
            Cell::text(baseline::unit(check, lang)),
        ]
    });
    let widths = [40.0, 18.0, 12.0, 12.0, 12.0, 12.0, 12.0];
    book.table(Msg::ColBaseline, &heads, &widths, rows)
}

/// Every file with values that were not there before.
fn new_in(book: &mut Book, audit: &Audit) -> Result<(), XlsxError> {
    let heads = book.heads(&[
        Msg::ColPath,
        Msg::ColFirstLine,
        Msg::ColKind,
        Msg::ColNew,
        Msg::ColDifferent,
    ]);
    let rows = baseline::new_in(audit).iter().map(|new| {
        vec![
            Cell::text(&new.path),
            new.first_line.map_or(Cell::Empty, Cell::Number),
            Cell::text(&new.kind),
            Cell::Number(new.new),
            Cell::Number(new.found),
        ]
    });
    book.table(Msg::XlsxNewIn, &heads, &[60.0, 12.0, 24.0, 12.0], rows)
}

/// The ignore rules, with what they have taken out of all other sheets.
fn not_counted(book: &mut Book, audit: &Audit) -> Result<(), XlsxError> {
    let lang = book.lang();
    let heads = book.heads(&[
        Msg::ColRule,
        Msg::ColState,
        Msg::ColMatches,
        Msg::ColApart,
        Msg::ColRows,
        Msg::ColRecords,
        Msg::ColFilesHead,
        Msg::ColOwner,
        Msg::ColReason,
        Msg::ColExpires,
    ]);
    let rows = audit.ignored.iter().map(|found| {
        let taken = &found.taken;
        vec![
            Cell::text(&found.rule),
            Cell::text(ignored::state(found, lang)),
            Cell::Number(taken.matches),
            Cell::Number(taken.apart),
            Cell::Number(taken.rows),
            Cell::Number(taken.records),
            Cell::Number(found.files),
            Cell::text(&found.owner),
            Cell::text(&found.reason),
            Cell::text(&found.expires),
        ]
    });
    let widths = [50.0, 14.0, 12.0, 14.0, 12.0, 12.0, 10.0, 20.0, 60.0, 16.0];
    book.table(Msg::XlsxIgnored, &heads, &widths, rows)
}

fn levels(book: &mut Book, audit: &Audit, options: &Options) -> Result<(), XlsxError> {
    let lang = options.lang;
    let heads = book.heads(&[
        Msg::ColInstrument,
        Msg::ColReading,
        Msg::ColLevel,
        Msg::ColLower,
        Msg::ColUpper,
        Msg::ColWeighted,
        Msg::ColFlips,
    ]);
    let level = |a: &Assessment| {
        let flips = a
            .flips
            .iter()
            .map(|id| words::category(id, lang).to_owned());
        let bound = |at: usize| {
            let bound = a.bounds.get(at);
            bound.map_or(Cell::Empty, |b| Cell::text(consequences::bound(b, lang)))
        };
        vec![
            Cell::text(instrument(&a.instrument, options)),
            Cell::text(words::reading(&a.reading, lang)),
            Cell::text(consequences::reached(a.outcome.as_ref(), a.level, lang)),
            bound(0),
            bound(1),
            if summary::has_volume(&a.weighted) {
                Cell::Number(a.weighted.value)
            } else {
                Cell::Empty
            },
            Cell::text(&words::list(&flips.collect::<Vec<_>>(), lang)),
        ]
    };
    let rows = audit.assessments.iter().map(level);
    book.table(
        Msg::XlsxLevels,
        &heads,
        &[28.0, 12.0, 30.0, 30.0, 30.0, 14.0, 40.0],
        rows,
    )
}

fn provisions(book: &mut Book, audit: &Audit, options: &Options) -> Result<(), XlsxError> {
    let lang = options.lang;
    let heads = book.heads(&[
        Msg::ColInstrument,
        Msg::ColReading,
        Msg::ColProvision,
        Msg::ColClass,
        Msg::ColLevel,
        Msg::ColCount,
        Msg::ColThreshold,
        Msg::ColRatio,
        Msg::ColReached,
    ]);
    let all = audit.assessments.iter();
    let all = all.flat_map(|a| a.provisions.iter().map(move |outcome| (a, outcome)));
    let rows = all.map(|(assessment, outcome)| {
        vec![
            Cell::text(instrument(&assessment.instrument, options)),
            Cell::text(words::reading(&assessment.reading, lang)),
            Cell::text(&outcome.provision),
            Cell::text(words::counted(outcome, lang)),
            Cell::text(consequences::leads_to(outcome, lang)),
            Cell::Number(outcome.count),
            Cell::Number(outcome.threshold),
            Cell::Ratio(outcome.ratio),
            Cell::yes_or_no(outcome.reached, lang),
        ]
    });
    book.table(
        Msg::DocProvisions,
        &heads,
        &[28.0, 12.0, 12.0, 18.0, 24.0, 14.0, 14.0, 10.0, 10.0],
        rows,
    )
}

fn categories(book: &mut Book, audit: &Audit, options: &Options) -> Result<(), XlsxError> {
    let lang = options.lang;
    let heads = book.heads(&[
        Msg::ColReading,
        Msg::XlsxId,
        Msg::ColName,
        Msg::ColClass,
        Msg::ColItems,
        Msg::ColRows,
        Msg::ColPersons,
        Msg::ColBare,
    ]);
    let default = (Reading::Default.id(), &audit.categories);
    let others = audit.readings.iter().filter(|r| r.reading != default.0);
    let others = others.map(|r| (r.reading.as_str(), &r.categories));
    let mut rows = Vec::new();
    for (reading, categories) in std::iter::once(default).chain(others) {
        for count in categories {
            // Classes are known for the reading that governs.
            let class = options.classes.get(&count.category);
            let class = class.filter(|_| reading == options.governing.id());
            rows.push(vec![
                Cell::text(words::reading(reading, lang)),
                Cell::text(&count.category),
                Cell::text(words::category(&count.category, lang)),
                Cell::text(class.map_or("", |class| words::class(class, options))),
                Cell::Number(count.items),
                Cell::Number(count.rows),
                Cell::Number(count.persons),
                Cell::Number(count.bare),
            ]);
        }
    }
    book.table(
        Msg::DocCategories,
        &heads,
        &[12.0, 22.0, 30.0, 18.0, 12.0],
        rows,
    )
}

fn kinds(book: &mut Book, audit: &Audit, options: &Options) -> Result<(), XlsxError> {
    let lang = options.lang;
    let heads = book.heads(&[
        Msg::ColKind,
        Msg::ColName,
        Msg::ColMatches,
        Msg::ColDistinct,
        Msg::ColFilesHead,
        Msg::ColMasked,
        Msg::ColTest,
        Msg::ColFailed,
        Msg::ColRounded,
        Msg::ColSample,
    ]);
    let rows = summary::kinds_by_matches(audit).into_iter().map(|kind| {
        let name = options.names.get(&kind.kind);
        let mut row = vec![
            Cell::text(&kind.kind),
            Cell::text(name.map_or("", |name| name.get(lang))),
        ];
        let numbers = [
            kind.matches,
            kind.distinct,
            kind.files,
            kind.masked,
            kind.test,
            kind.failed_checksum,
            kind.rounded,
        ];
        row.extend(numbers.map(Cell::Number));
        let samples: Vec<&str> = summary::telling_samples(kind).collect();
        row.push(Cell::text(&samples.join("  ")));
        row
    });
    book.table(
        Msg::DocKinds,
        &heads,
        &[24.0, 30.0, 12.0, 12.0, 10.0, 10.0, 10.0, 10.0, 10.0, 60.0],
        rows,
    )
}

/// Every file, worst first, with a column for each category that any of them has.
fn files(book: &mut Book, audit: &Audit) -> Result<(), XlsxError> {
    let found: BTreeSet<&str> = audit
        .files
        .iter()
        .flat_map(|f| f.categories.keys())
        .map(String::as_str)
        .collect();
    let mut heads = book.heads(&[
        Msg::ColPath,
        Msg::ColFormat,
        Msg::ColEncoding,
        Msg::XlsxBytes,
        Msg::ColRecords,
        Msg::ColCopyOf,
        Msg::ColRows,
    ]);
    let has_persons = summary::has_persons(audit);
    if has_persons {
        heads.extend(book.heads(&[Msg::ColPersons]));
    }
    let names = found.iter().map(|id| words::category(id, book.lang()));
    heads.extend(names.map(str::to_owned));
    let rows = summary::all_files(audit).into_iter().map(|ranked| {
        let file = ranked.file;
        let mut row = vec![
            Cell::text(&file.path),
            Cell::text(&file.format),
            Cell::text(&file.encoding),
            Cell::Number(file.bytes),
            Cell::Number(file.records),
            Cell::text(file.copy_of.as_deref().unwrap_or_default()),
            Cell::Number(ranked.rows),
        ];
        if has_persons {
            row.push(file.persons.map_or(Cell::Empty, Cell::Number));
        }
        // Most files have few categories: what is not there takes no cell.
        let rows = found.iter().map(|id| file.categories.get(*id).copied());
        row.extend(rows.map(|n| n.map_or(Cell::Empty, Cell::Number)));
        row
    });
    book.table(
        Msg::DocFiles,
        &heads,
        &[60.0, 10.0, 12.0, 14.0, 12.0, 30.0, 12.0],
        rows,
    )
}

fn file_kinds(book: &mut Book, audit: &Audit) -> Result<(), XlsxError> {
    let heads = book.heads(&[
        Msg::ColPath,
        Msg::ColKind,
        Msg::ColMatches,
        Msg::ColFirstLine,
    ]);
    let rows = summary::worst_files(audit).into_iter().flat_map(|ranked| {
        let kinds = ranked.file.kinds.iter();
        kinds.map(move |(kind, n)| {
            let line = ranked.file.first_lines.get(kind);
            vec![
                Cell::text(&ranked.file.path),
                Cell::text(kind),
                Cell::Number(*n),
                line.map_or(Cell::Empty, |line| Cell::Number(*line)),
            ]
        })
    });
    book.table(Msg::XlsxFileKinds, &heads, &[60.0, 24.0, 12.0], rows)
}

fn steps(book: &mut Book, audit: &Audit, options: &Options) -> Result<(), XlsxError> {
    let lang = options.lang;
    let heads = book.heads(&[Msg::ColInstrument, Msg::ColProvision, Msg::DocSteps]);
    let mut rows = Vec::new();
    for assessment in consequences::of_reading(audit, options) {
        for step in &assessment.steps {
            rows.push(vec![
                Cell::text(instrument(&assessment.instrument, options)),
                Cell::text(&step.article),
                Cell::text(lang.choose(&step.en, &step.zh)),
            ]);
        }
    }
    book.table(Msg::XlsxSteps, &heads, &[28.0, 12.0, 120.0], rows)
}

fn duties(book: &mut Book, audit: &Audit, options: &Options) -> Result<(), XlsxError> {
    let lang = options.lang;
    let heads = book.heads(&[
        Msg::ColInstrument,
        Msg::ColProvision,
        Msg::DocFilings,
        Msg::XlsxHours,
    ]);
    let mut rows = Vec::new();
    for assessment in consequences::of_reading(audit, options) {
        let name = instrument(&assessment.instrument, options);
        for filing in &assessment.filings {
            rows.push(vec![
                Cell::text(name),
                Cell::text(&filing.provision),
                Cell::text(&consequences::filing(filing, lang)),
                filing.hours.map_or(Cell::Empty, Cell::Number),
            ]);
            for content in &filing.contents {
                let content = consequences::say(content, lang);
                let content = format!("{}: {content}", Msg::DocContents.text(lang));
                rows.push(vec![
                    Cell::text(name),
                    Cell::text(&filing.provision),
                    Cell::text(&content),
                ]);
            }
        }
        for fine in &assessment.fines {
            rows.push(vec![
                Cell::text(name),
                Cell::text(&fine.provision),
                Cell::text(lang.choose(&fine.en, &fine.zh)),
            ]);
        }
    }
    book.table(Msg::XlsxDuties, &heads, &[28.0, 12.0, 120.0, 10.0], rows)
}

fn skipped(book: &mut Book, audit: &Audit) -> Result<(), XlsxError> {
    let heads = book.heads(&[Msg::ColPath, Msg::ColReason, Msg::Partial]);
    let lang = book.lang();
    let rows = audit.skipped.iter().map(|skipped| {
        vec![
            Cell::text(&skipped.path),
            Cell::text(&words::reason(&skipped.reason, lang)),
            Cell::yes_or_no(skipped.partial, lang),
        ]
    });
    book.table(Msg::DocSkipped, &heads, &[60.0, 60.0, 12.0], rows)
}

#[cfg(test)]
mod tests;
