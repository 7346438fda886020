//! The audit as a workbook: a sheet for each table, with filters and fixed heads, in the language of
//! the report.
//!
//! Text is always written as text, so no cell is a formula or a link, whatever its first character;
//! such cells also carry the mark that Excel sets for a leading apostrophe, so that they stay text
//! when somebody edits them or saves the sheet as CSV. A table of more than [`ROWS_MAX`] rows goes on
//! in the next sheet, and a text of more than [`CHARS_MAX`] characters is cut in its middle, with `…`
//! for what was cut out: the limits of the format (ECMA-376 as Excel reads it). Numbers past 2^53,
//! which a cell cannot hold exactly, are text.

use std::collections::BTreeSet;
use std::io::{self, Write};

use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Workbook, Worksheet, XlsxError};

use super::consequences;
use super::number::{bytes, seconds, thousands};
use super::sections::{apart, flips};
use super::summary::{self, Ranked};
use super::terminal::{Cut, neutralise, shorten};
use super::text::{distance, incomplete, instrument, level_headline, version};
use super::words::{self, Msg};
use super::{Lang, Options};
use crate::audit::Audit;
use crate::category::Reading;
use crate::law::Assessment;

/// Rows of a sheet below its head: Excel has 1,048,576 in all.
const ROWS_MAX: usize = 1_048_575;

/// Characters of a cell, of the 32,767 UTF-16 units that Excel allows: none is longer than two.
const CHARS_MAX: usize = 16_383;

/// The largest whole number up to which every one is exact in a cell.
const EXACT_MAX: u64 = 1 << 53;

/// The day on which workbooks without a start time were made: none of the times of a run, so that
/// the same audit gives the same bytes.
const NO_DAY: (u16, u8, u8) = (2000, 1, 1);

/// Writes the whole workbook.
pub(super) fn write(wtr: &mut dyn Write, audit: &Audit, options: &Options) -> io::Result<()> {
    let bytes = workbook(audit, options).map_err(io::Error::other)?;
    wtr.write_all(&bytes)
}

fn workbook(audit: &Audit, options: &Options) -> Result<Vec<u8>, XlsxError> {
    let mut book = Book::new(audit, options.lang)?;
    summary(&mut book, audit, options)?;
    levels(&mut book, audit, options)?;
    provisions(&mut book, audit, options)?;
    categories(&mut book, audit, options)?;
    kinds(&mut book, audit, options)?;
    files(&mut book, audit)?;
    file_kinds(&mut book, audit)?;
    steps(&mut book, audit, options)?;
    duties(&mut book, audit, options)?;
    skipped(&mut book, audit)?;
    book.workbook.save_to_buffer()
}

/// One cell.
#[derive(Clone, Debug, PartialEq)]
enum Cell {
    Text(String),
    Number(u64),
    Ratio(f64),
}

impl Cell {
    fn text(text: &str) -> Cell {
        Cell::Text(neutralise(text).into_owned())
    }
}

/// A workbook that is being written.
struct Book {
    workbook: Workbook,
    lang: Lang,
    head: Format,
    text: Format,
    guarded: Format,
    number: Format,
    ratio: Format,
}

impl Book {
    fn new(audit: &Audit, lang: Lang) -> Result<Book, XlsxError> {
        let mut workbook = Workbook::new();
        let made = ExcelDateTime::parse_from_str(&audit.started)
            .or_else(|_| ExcelDateTime::from_ymd(NO_DAY.0, NO_DAY.1, NO_DAY.2))?;
        let properties = DocProperties::new()
            .set_title(Msg::DocTitle.text(lang))
            .set_creation_datetime(&made);
        workbook.set_properties(&properties);
        Ok(Book {
            workbook,
            lang,
            head: Format::new().set_bold().set_text_wrap(),
            text: Format::new(),
            guarded: Format::new().set_quote_prefix(),
            number: Format::new().set_num_format("#,##0"),
            ratio: Format::new().set_num_format("0.00"),
        })
    }

    /// Adds a table: on as many sheets as it takes, none if it is empty. `widths` are those of the
    /// columns, in characters; the last one is that of all further columns.
    fn table(
        &mut self,
        title: Msg,
        heads: &[String],
        widths: &[f64],
        rows: &[Vec<Cell>],
    ) -> Result<(), XlsxError> {
        self.table_in(title, heads, widths, rows, ROWS_MAX)
    }

    /// The same, with so many rows a sheet.
    fn table_in(
        &mut self,
        title: Msg,
        heads: &[String],
        widths: &[f64],
        rows: &[Vec<Cell>],
        rows_max: usize,
    ) -> Result<(), XlsxError> {
        for (n, rows) in rows.chunks(rows_max).enumerate() {
            let name = title.text(self.lang);
            let name = if n == 0 {
                name.to_owned()
            } else {
                format!("{name} {}", n + 1)
            };
            let mut sheet = Worksheet::new();
            sheet.set_name(name)?;
            for (at, head) in (0_u16..).zip(heads) {
                sheet.write_string_with_format(0, at, head, &self.head)?;
                let width = widths.get(usize::from(at)).or(widths.last());
                sheet.set_column_width(at, *width.unwrap_or(&12.0))?;
            }
            for (line, row) in (1_u32..).zip(rows) {
                for (at, cell) in (0_u16..).zip(row) {
                    self.cell(&mut sheet, line, at, cell)?;
                }
            }
            sheet.set_freeze_panes(1, 1)?;
            let last = u32::try_from(rows.len()).unwrap_or(u32::MAX);
            let columns = u16::try_from(heads.len()).unwrap_or(u16::MAX);
            sheet.autofilter(0, 0, last, columns.saturating_sub(1))?;
            self.workbook.push_worksheet(sheet);
        }
        Ok(())
    }

    fn cell(
        &self,
        sheet: &mut Worksheet,
        row: u32,
        column: u16,
        cell: &Cell,
    ) -> Result<(), XlsxError> {
        match cell {
            Cell::Number(n) if *n <= EXACT_MAX => {
                sheet.write_number_with_format(row, column, *n as f64, &self.number)?;
            }
            Cell::Number(n) => {
                sheet.write_string_with_format(row, column, thousands(*n), &self.text)?;
            }
            Cell::Ratio(ratio) if ratio.is_finite() => {
                sheet.write_number_with_format(row, column, *ratio, &self.ratio)?;
            }
            Cell::Ratio(_) => {}
            Cell::Text(text) if text.is_empty() => {}
            Cell::Text(text) => {
                let text = shorten(text, CHARS_MAX, Cut::Middle);
                let format = if is_formula(&text) {
                    &self.guarded
                } else {
                    &self.text
                };
                sheet.write_string_with_format(row, column, text, format)?;
            }
        }
        Ok(())
    }

    fn heads(&self, heads: &[Msg]) -> Vec<String> {
        heads
            .iter()
            .map(|msg| msg.text(self.lang).to_owned())
            .collect()
    }

    fn yes_or_no(&self, yes: bool) -> Cell {
        Cell::text(if yes { Msg::Yes } else { Msg::No }.text(self.lang))
    }
}

/// Whether a spreadsheet would take the text for a formula if it were typed.
fn is_formula(text: &str) -> bool {
    text.starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠'])
}

fn summary(book: &mut Book, audit: &Audit, options: &Options) -> Result<(), XlsxError> {
    let lang = options.lang;
    let governing = summary::governing(audit, options);
    let (msg, _) = level_headline(audit, governing);
    let words = governing.and_then(|g| consequences::headline(audit, g, lang));
    let name = instrument(&options.instrument, options);
    let reading = words::reading(options.governing.id(), lang);
    let mut rows = Vec::new();
    let mut fact = |msg: Msg, cell: Cell| rows.push(vec![Cell::text(msg.text(lang)), cell]);
    fact(
        Msg::ColLevel,
        Cell::text(&words.unwrap_or_else(|| msg.text(lang).to_owned())),
    );
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
    book.table(Msg::XlsxSummary, &heads, &[24.0, 100.0], &rows)
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
            Cell::text(bound.map_or("", |bound| consequences::bound(bound, lang)))
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
                Cell::Text(String::new())
            },
            Cell::text(&words::list(&flips.collect::<Vec<_>>(), lang)),
        ]
    };
    let rows: Vec<_> = audit.assessments.iter().map(level).collect();
    book.table(
        Msg::XlsxLevels,
        &heads,
        &[28.0, 12.0, 30.0, 30.0, 30.0, 14.0, 40.0],
        &rows,
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
    let mut rows = Vec::new();
    for assessment in &audit.assessments {
        for outcome in &assessment.provisions {
            rows.push(vec![
                Cell::text(instrument(&assessment.instrument, options)),
                Cell::text(words::reading(&assessment.reading, lang)),
                Cell::text(&outcome.provision),
                Cell::text(outcome.class.as_deref().unwrap_or_default()),
                Cell::text(match &outcome.outcome {
                    Some(id) => id,
                    None => words::level(outcome.level, lang),
                }),
                Cell::Number(outcome.count),
                Cell::Number(outcome.threshold),
                Cell::Ratio(outcome.ratio),
                book.yes_or_no(outcome.reached),
            ]);
        }
    }
    book.table(
        Msg::DocProvisions,
        &heads,
        &[28.0, 12.0, 12.0, 8.0, 24.0, 14.0, 14.0, 10.0, 10.0],
        &rows,
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
                Cell::text(class.map_or("", String::as_str)),
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
        &[12.0, 22.0, 30.0, 8.0, 12.0],
        &rows,
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
    let mut rows = Vec::new();
    for kind in summary::kinds_by_matches(audit) {
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
        rows.push(row);
    }
    book.table(
        Msg::DocKinds,
        &heads,
        &[24.0, 30.0, 12.0, 12.0, 10.0, 10.0, 10.0, 10.0, 10.0, 60.0],
        &rows,
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
    let names = found.iter().map(|id| words::category(id, book.lang));
    heads.extend(names.map(|name| neutralise(name).into_owned()));
    let row = |ranked: &Ranked<'_>| {
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
        let rows = found.iter().map(|id| file.categories.get(*id).copied());
        row.extend(rows.map(|n| Cell::Number(n.unwrap_or(0))));
        row
    };
    let rows: Vec<_> = summary::all_files(audit).iter().map(row).collect();
    book.table(
        Msg::DocFiles,
        &heads,
        &[60.0, 10.0, 12.0, 14.0, 12.0, 30.0, 12.0],
        &rows,
    )
}

fn file_kinds(book: &mut Book, audit: &Audit) -> Result<(), XlsxError> {
    let heads = book.heads(&[Msg::ColPath, Msg::ColKind, Msg::ColMatches]);
    let mut rows = Vec::new();
    for ranked in summary::worst_files(audit) {
        for (kind, n) in &ranked.file.kinds {
            rows.push(vec![
                Cell::text(&ranked.file.path),
                Cell::text(kind),
                Cell::Number(*n),
            ]);
        }
    }
    book.table(Msg::XlsxFileKinds, &heads, &[60.0, 24.0, 12.0], &rows)
}

fn steps(book: &mut Book, audit: &Audit, options: &Options) -> Result<(), XlsxError> {
    let lang = options.lang;
    let heads = book.heads(&[Msg::ColInstrument, Msg::ColProvision, Msg::DocSteps]);
    let mut rows = Vec::new();
    for assessment in of_reading(audit, options) {
        for step in &assessment.steps {
            rows.push(vec![
                Cell::text(instrument(&assessment.instrument, options)),
                Cell::text(&step.article),
                Cell::text(lang.choose(&step.en, &step.zh)),
            ]);
        }
    }
    book.table(Msg::XlsxSteps, &heads, &[28.0, 12.0, 120.0], &rows)
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
    for assessment in of_reading(audit, options) {
        let name = instrument(&assessment.instrument, options);
        for filing in &assessment.filings {
            rows.push(vec![
                Cell::text(name),
                Cell::text(&filing.provision),
                Cell::text(&consequences::filing(filing, lang)),
                filing.hours.map_or(Cell::Text(String::new()), Cell::Number),
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
    book.table(Msg::XlsxDuties, &heads, &[28.0, 12.0, 120.0, 10.0], &rows)
}

/// The assessments of the reading that governs, the headline's instrument first.
fn of_reading<'a>(audit: &'a Audit, options: &Options) -> Vec<&'a Assessment> {
    let own = summary::governing(audit, options);
    let others = consequences::of_others(audit, options);
    own.into_iter().chain(others).collect()
}

fn skipped(book: &mut Book, audit: &Audit) -> Result<(), XlsxError> {
    let heads = book.heads(&[Msg::ColPath, Msg::ColReason, Msg::Partial]);
    let mut rows: Vec<Vec<Cell>> = Vec::new();
    for skipped in &audit.skipped {
        rows.push(vec![
            Cell::text(&skipped.path),
            Cell::text(&words::reason(&skipped.reason, book.lang)),
            book.yes_or_no(skipped.partial),
        ]);
    }
    book.table(Msg::DocSkipped, &heads, &[60.0, 60.0, 12.0], &rows)
}

#[cfg(test)]
mod tests;
