//! The cells of one worksheet of an xlsx workbook (ECMA-376 part 1, 18.3), read in one go and handed over row by row.
//!
//! Nothing but the row in hand is kept, so that the size of a sheet does not matter. What stands around the cells (headers of
//! pages, lists that cells may be filled from) is collected as text. Which part of a document is a sheet is not known here.

use super::allowance::Allowance;
use super::grid::{Row, reference};
use super::links::Links;
use super::number::{self, Style};
use super::package::Part;
use super::strings::Strings;
use super::xml::{Node, Tag};
use crate::container::{MemberWriter, Stop};
use crate::error::Reason;

/// Bytes of the text of one cell. Spreadsheets allow 32,767 characters.
pub(super) const CELL_BYTES_MAX: usize = 4 << 20;

/// Bytes of the text around the cells.
const AROUND_BYTES_MAX: usize = 1 << 20;

/// What the cells of all sheets of a workbook refer to.
pub(super) struct Book {
    pub(super) strings: Strings,
    /// Styles by the numbers that cells have.
    pub(super) styles: Vec<Style>,
    pub(super) is_1904: bool,
    /// Addresses that the sheet links to and no cell has shown so far.
    pub(super) links: Links,
}

/// What came of a sheet beside its rows.
#[derive(Default)]
pub(super) struct Around {
    /// Text outside of the cells.
    pub(super) lines: Vec<String>,
    /// What was not read of the sheet.
    pub(super) reason: Option<Reason>,
}

/// Which text is being read.
#[derive(Clone, Copy, PartialEq)]
enum Within {
    Value,
    Formula,
    Inline,
    /// Text outside of the cells.
    Around,
    Nothing,
}

/// The cell in hand.
struct Cell {
    column: u32,
    kind: Kind,
    style: Style,
    value: String,
    formula: String,
    inline: String,
}

/// What a cell holds (18.18.11).
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Number,
    Shared,
    Text,
    Truth,
}

/// The state of reading.
struct Rows<'b> {
    book: &'b mut Book,
    row: Row,
    cell: Option<Cell>,
    next_column: u32,
    within: Within,
    is_in_data: bool,
    around: Around,
    room_around: Allowance,
}

/// Writes the rows of a sheet.
///
/// # Errors
/// Those of the writer. What cannot be read of the sheet is in the result.
pub(super) fn rows(
    xml: &mut Part<'_>,
    book: &mut Book,
    out: &mut MemberWriter<'_>,
) -> Result<Around, Stop> {
    let mut rows = Rows {
        book,
        row: Row::default(),
        cell: None,
        next_column: 0,
        within: Within::Nothing,
        is_in_data: false,
        around: Around::default(),
        room_around: Allowance::new(AROUND_BYTES_MAX, "text around the cells"),
    };
    loop {
        match xml.next() {
            Ok(Node::Start(tag)) => {
                let is_phonetic = tag.name() == "rPh";
                rows.start(&tag);
                if is_phonetic && let Err(reason) = xml.skip() {
                    rows.lose(reason);
                    break;
                }
            }
            Ok(Node::Text(text)) => rows.text(&text),
            Ok(Node::End(name)) => {
                if name == "row" {
                    rows.row.flush(1, out)?;
                    rows.next_column = 0;
                    if !out.is_wanted() {
                        return Ok(Around::default());
                    }
                } else {
                    rows.end(&name);
                }
            }
            Ok(Node::Aside(_) | Node::Other) => {}
            Ok(Node::Over) => break,
            Err(reason) => {
                rows.lose(reason);
                break;
            }
        }
    }
    rows.row.flush(1, out)?;
    let lost = rows.row.take_lost().or_else(|| xml.remark());
    lost.into_iter().for_each(|reason| rows.lose(reason));
    Ok(rows.around)
}

impl Rows<'_> {
    fn lose(&mut self, reason: Reason) {
        self.around.reason.get_or_insert(reason);
    }

    fn start(&mut self, tag: &Tag<'_>) {
        match tag.name() {
            "sheetData" => self.is_in_data = true,
            "c" | "cell" if self.is_in_data => self.begin(tag),
            "v" => self.within = Within::Value,
            "f" if self.cell.is_some() => self.within = Within::Formula,
            "is" => self.within = Within::Inline,
            _ if !self.is_in_data => self.within = Within::Around,
            _ => {}
        }
    }

    fn begin(&mut self, tag: &Tag<'_>) {
        let named = tag.attr("r").and_then(|r| reference(&r).0);
        let column = named.unwrap_or(self.next_column);
        self.next_column = column.saturating_add(1);
        let style = tag.number::<usize>("s").unwrap_or(0);
        let kind = match tag.attr("t").as_deref() {
            Some("s") => Kind::Shared,
            Some("b") => Kind::Truth,
            Some("str" | "inlineStr" | "e" | "d") => Kind::Text,
            _ => Kind::Number,
        };
        let style = self.book.styles.get(style);
        self.cell = Some(Cell {
            column,
            kind,
            style: style.copied().unwrap_or(Style::Plain),
            value: String::new(),
            formula: String::new(),
            inline: String::new(),
        });
    }

    fn text(&mut self, text: &str) {
        let Some(cell) = &mut self.cell else {
            if self.within == Within::Around && !text.trim().is_empty() {
                match self.room_around.take(text.len()) {
                    Ok(()) => self.around.lines.push(text.trim().to_owned()),
                    Err(reason) => self.lose(reason),
                }
            }
            return;
        };
        let place = match self.within {
            Within::Value => &mut cell.value,
            Within::Formula => &mut cell.formula,
            Within::Inline => &mut cell.inline,
            Within::Around | Within::Nothing => return,
        };
        if place.len() + text.len() > CELL_BYTES_MAX {
            let mib = CELL_BYTES_MAX >> 20;
            return self.lose(Reason::Limit(format!("a cell of more than {mib} MiB")));
        }
        place.push_str(text);
    }

    fn end(&mut self, name: &str) {
        match name {
            "sheetData" => self.is_in_data = false,
            "v" | "f" | "is" => self.within = Within::Nothing,
            "c" | "cell" => {
                if let Some(cell) = self.cell.take() {
                    let column = cell.column;
                    self.book.links.add_code(&cell.formula);
                    let shown = self.shown(cell);
                    self.book.links.shown(&shown);
                    self.row.put(column, shown);
                }
            }
            _ => {}
        }
    }

    /// What a person would read in a cell.
    fn shown(&mut self, cell: Cell) -> String {
        if !cell.inline.is_empty() {
            return cell.inline;
        }
        if cell.value.is_empty() {
            // A formula that no program has calculated yet.
            return match cell.formula.is_empty() {
                true => String::new(),
                false => format!("={}", cell.formula),
            };
        }
        match cell.kind {
            Kind::Number => number::shown(&cell.value, cell.style, self.book.is_1904).into_owned(),
            Kind::Text => cell.value,
            Kind::Truth => match cell.value.trim() {
                "0" => "FALSE".to_owned(),
                _ => "TRUE".to_owned(),
            },
            Kind::Shared => self.shared(cell.value.trim()),
        }
    }

    fn shared(&mut self, number: &str) -> String {
        // What is no number is that of no string.
        let number = number.parse().unwrap_or(usize::MAX);
        let shown = self.book.strings.shown(number);
        shown.unwrap_or_else(|reason| {
            self.lose(reason);
            String::new()
        })
    }
}
