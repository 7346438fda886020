//! Workbooks as Excel 2003 writes them into XML: each sheet a table.
//!
//! Web applications still write such files, often with the ending of an older format. Cells name their column where some before
//! them are empty, and what they span. Comments of cells are lines of them.

use crate::container::Sink;
use crate::container::office::xml::{Node, Tag, Xml};
use crate::container::pump::Stop;
use crate::decode::Known;
use crate::error::Reason;
use std::io::Read;

/// Columns of a sheet.
const COLUMNS_MAX: usize = 16_384;

/// Bytes of the cells of a row.
const ROW_BYTES_MAX: usize = 16 << 20;

/// The elements by which such a document is known: the root, and a sheet.
pub(super) const SHEET: [&str; 2] = ["Workbook", "Worksheet"];

/// Hands over the sheets.
pub(super) fn walk<R: Read>(mut xml: Xml<R>, sink: &mut Sink) -> Result<(), Stop> {
    let mut number = 0;
    loop {
        let name = match xml.next()? {
            Node::Start(tag) if tag.name() == SHEET[1] => tag.attr("Name"),
            Node::Over => return xml.remark().map_or(Ok(()), |reason| Err(reason.into())),
            _ => continue,
        };
        number += 1;
        let name = name.unwrap_or_else(|| format!("sheet {number}"));
        sheet(&mut xml, &name, sink)?;
    }
}

/// Hands over the rows of a sheet, up to its end.
fn sheet<R: Read>(xml: &mut Xml<R>, name: &str, sink: &mut Sink) -> Result<(), Stop> {
    let mut out = sink.begin(name.as_bytes(), Known::Sheet)?;
    let mut row = Row::default();
    let mut is_data = false;
    let ended = loop {
        match xml.next() {
            Ok(Node::Start(tag)) => match tag.name() {
                "Row" => row = row.next(),
                "Cell" => row.begin_cell(&tag),
                "Data" => is_data = true,
                _ => {}
            },
            Ok(Node::Text(text)) if is_data => row.push(&text),
            Ok(Node::Text(_) | Node::Aside(_) | Node::Other) => {}
            Ok(Node::End(name)) => match &*name {
                "Data" => {
                    is_data = false;
                    row.end_line();
                }
                "Row" if row.cells.iter().any(|cell| !cell.trim().is_empty()) => {
                    out.row(row.cells.iter().map(|cell| cell.trim()))?;
                }
                name if name == SHEET[1] => break None,
                _ => {}
            },
            Ok(Node::Over) => break None,
            Err(reason) => break Some(reason),
        }
    };
    // What of it was read counts; why no more was is told of the document as well.
    let lost = ended.clone().or(row.lost);
    out.end(lost)?;
    ended.map_or(Ok(()), |reason| Err(reason.into()))
}

/// The row in hand.
#[derive(Default)]
struct Row {
    cells: Vec<String>,
    n_bytes: usize,
    /// Columns behind the last cell that it covers.
    n_covered: usize,
    /// Whether the cell in hand was left out.
    is_out: bool,
    lost: Option<Reason>,
}

impl Row {
    fn next(self) -> Row {
        Row {
            lost: self.lost,
            ..Row::default()
        }
    }

    fn begin_cell(&mut self, tag: &Tag<'_>) {
        let index = tag.number::<usize>("Index").and_then(|n| n.checked_sub(1));
        let next = self.cells.len().saturating_add(self.n_covered);
        let column = index.unwrap_or(next).max(self.cells.len());
        self.n_covered = tag.number("MergeAcross").unwrap_or(0);
        self.is_out = column >= COLUMNS_MAX;
        if self.is_out {
            return self.lose();
        }
        self.cells.resize(column + 1, String::new());
    }

    fn push(&mut self, text: &str) {
        if self.n_bytes + text.len() > ROW_BYTES_MAX {
            return self.lose();
        }
        if let Some(cell) = self.cells.last_mut().filter(|_| !self.is_out) {
            cell.push_str(text);
            self.n_bytes += text.len();
        }
    }

    fn end_line(&mut self) {
        if let Some(cell) = self.cells.last_mut().filter(|cell| !cell.is_empty()) {
            cell.push('\n');
        }
    }

    fn lose(&mut self) {
        let mib = ROW_BYTES_MAX >> 20;
        let reason = format!("a row of more than {COLUMNS_MAX} cells or {mib} MiB");
        self.lost.get_or_insert(Reason::Limit(reason));
    }
}
