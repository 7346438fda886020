//! A workbook that is being written: tables become sheets, within the limits of the format (ECMA-376
//! as Excel reads it).
//!
//! A table of more than [`ROWS_MAX`] rows goes on in the next sheet, and a text of more than
//! [`CHARS_MAX`] characters is cut in its middle, with `…` for what was cut out. Numbers past 2^53,
//! which a cell cannot hold exactly, are text. This file knows no audit but the time of its start.

use std::borrow::Cow;

use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Workbook, Worksheet, XlsxError};

use super::super::Lang;
use super::super::csv::begins_formula;
use super::super::number::thousands;
use super::super::terminal::{neutralise, shorten_chars};
use super::super::words::Msg;
use crate::audit::Audit;

/// Rows of a sheet below its head: Excel has 1,048,576 in all.
const ROWS_MAX: usize = 1_048_575;

/// Characters of a cell, of the 32,767 UTF-16 units that Excel allows: none is longer than two.
pub(super) const CHARS_MAX: usize = 16_383;

/// The largest whole number up to which every one is exact in a cell.
const EXACT_MAX: u64 = 1 << 53;

/// The day on which workbooks without a start time were made: none of the times of a run, so that
/// the same audit gives the same bytes.
const NO_DAY: (u16, u8, u8) = (2000, 1, 1);

/// One cell.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Cell {
    /// Nothing.
    Empty,
    /// Text, harmless.
    Text(String),
    /// A whole number.
    Number(u64),
    /// How many times something is something else.
    Ratio(f64),
}

impl Cell {
    /// Text from anywhere.
    pub(super) fn text(text: &str) -> Cell {
        Cell::Text(neutralise(text).into_owned())
    }

    /// Yes or no.
    pub(super) fn yes_or_no(yes: bool, lang: Lang) -> Cell {
        Cell::text(if yes { Msg::Yes } else { Msg::No }.text(lang))
    }
}

/// A workbook that is being written.
pub(super) struct Book {
    workbook: Workbook,
    lang: Lang,
    head: Format,
    text: Format,
    guarded: Format,
    number: Format,
    ratio: Format,
}

impl Book {
    /// A workbook without sheets.
    pub(super) fn new(audit: &Audit, lang: Lang) -> Result<Book, XlsxError> {
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

    /// The bytes of the file.
    pub(super) fn save(mut self) -> Result<Vec<u8>, XlsxError> {
        self.workbook.save_to_buffer()
    }

    /// The language of its heads.
    pub(super) fn lang(&self) -> Lang {
        self.lang
    }

    /// Adds a table: on as many sheets as it takes, none if it is empty. `widths` are those of the
    /// columns, in characters; the last one is that of all further columns.
    pub(super) fn table(
        &mut self,
        title: Msg,
        heads: &[String],
        widths: &[f64],
        rows: impl IntoIterator<Item = Vec<Cell>>,
    ) -> Result<(), XlsxError> {
        self.table_in(title, heads, widths, rows, ROWS_MAX)
    }

    /// The same, with so many rows a sheet.
    fn table_in(
        &mut self,
        title: Msg,
        heads: &[String],
        widths: &[f64],
        rows: impl IntoIterator<Item = Vec<Cell>>,
        rows_max: usize,
    ) -> Result<(), XlsxError> {
        let mut rows = rows.into_iter().peekable();
        let mut n_sheets = 0;
        while rows.peek().is_some() {
            n_sheets += 1;
            let name = title.text(self.lang);
            let name = if n_sheets == 1 {
                name.to_owned()
            } else {
                format!("{name} {n_sheets}")
            };
            let mut sheet = Worksheet::new();
            sheet.set_name(name)?;
            for (at, head) in (0_u16..).zip(heads) {
                let head = neutralise(head);
                sheet.write_string_with_format(0, at, cut(&head), &self.head)?;
                let width = widths.get(usize::from(at)).or(widths.last());
                sheet.set_column_width(at, *width.unwrap_or(&12.0))?;
            }
            let mut last = 0;
            for row in rows.by_ref().take(rows_max) {
                last += 1;
                for (at, cell) in (0_u16..).zip(&row) {
                    self.cell(&mut sheet, last, at, cell)?;
                }
            }
            sheet.set_freeze_panes(1, 1)?;
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
            Cell::Empty => {}
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
                let text = cut(text);
                let format = if begins_formula(&text) {
                    &self.guarded
                } else {
                    &self.text
                };
                sheet.write_string_with_format(row, column, text, format)?;
            }
        }
        Ok(())
    }

    /// The heads of a table.
    pub(super) fn heads(&self, heads: &[Msg]) -> Vec<String> {
        let texts = heads.iter().map(|msg| msg.text(self.lang));
        texts.map(str::to_owned).collect()
    }
}

/// What a cell holds of a text.
fn cut(text: &str) -> Cow<'_, str> {
    shorten_chars(text, CHARS_MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture::plain;

    #[test]
    fn a_text_is_cut_to_what_a_cell_holds_whatever_its_characters() {
        const UNITS_MAX: usize = 32_767;
        // One, two and four bytes; one and two UTF-16 units; no, one and two columns of a terminal.
        for c in ["x", "é", "住", "𠮷", "e\u{301}"] {
            for n in [0, 1, CHARS_MAX - 1, CHARS_MAX, CHARS_MAX + 1, 200_000] {
                let text: String = c.chars().cycle().take(n).collect();
                let cut = cut(&text);
                assert!(cut.chars().count() <= CHARS_MAX, "{c} {n}");
                assert!(cut.encode_utf16().count() <= UNITS_MAX, "{c} {n}");
                assert_eq!(cut == text, n <= CHARS_MAX, "{c} {n}");
                assert_eq!(cut.contains('…'), n > CHARS_MAX, "{c} {n}");
            }
        }
        let path = format!("begin/{}/end.csv", "\u{301}".repeat(40_000));
        let cut = cut(&path);
        assert!(cut.starts_with("begin/\u{301}") && cut.ends_with("…/end.csv"));
    }

    #[test]
    fn a_table_that_is_too_long_goes_on_in_the_next_sheet() {
        let mut book = Book::new(&plain(), Lang::En).unwrap();
        let rows: Vec<Vec<Cell>> = (0..7).map(|n| vec![Cell::Number(n)]).collect();
        let heads = vec!["n".to_owned()];
        book.table_in(Msg::DocFiles, &heads, &[8.0], rows, 3)
            .unwrap();
        let names: Vec<String> = book
            .workbook
            .worksheets()
            .iter()
            .map(Worksheet::name)
            .collect();
        assert_eq!(names, ["Files", "Files 2", "Files 3"]);
    }
}
