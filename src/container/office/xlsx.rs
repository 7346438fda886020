//! Workbooks of the xlsx family (ECMA-376 part 1, 18): their sheets as rows, what is written on them, and what lies behind.
//!
//! Every sheet is a member, hidden ones too, in the order of the workbook. Comments, text boxes and links are text beside it. The
//! copies that a workbook keeps of what it was made from, for pivot tables and of other workbooks, are sheets as well. How a cell
//! is written is not known here but in `sheet`.

use super::allowance::Allowance;
use super::links::Links;
use super::number::Style;
use super::package::{self, Package};
use super::sheet::{Book, CELL_BYTES_MAX, rows};
use super::strings::Strings;
use super::text;
use super::xml::Node;
use crate::container::{Sink, Stop, reason_of};
use crate::decode::Known;
use crate::error::Reason;

/// Formats of cells of one workbook; spreadsheets allow 65,490.
const STYLES_MAX: usize = 1 << 16;

/// Sheets of one workbook.
const SHEETS_MAX: usize = 1 << 16;

/// Bytes of the names of all sheets.
pub(super) const NAMES_BYTES_MAX: usize = 16 << 20;

/// A sheet as the workbook lists it.
struct Listed {
    name: String,
    relation: String,
}

/// Hands over what is in a workbook.
///
/// # Errors
/// Those of the sink.
pub(super) fn walk(package: &mut Package, main: usize, sink: &mut Sink) -> Result<(), Stop> {
    package.done(main);
    let relations = package.relations(main)?;
    let (sheets, is_1904, ended) = listed(package, main);
    let mut book = Book {
        strings: Strings::new(package.limits().strings_max),
        styles: Vec::new(),
        is_1904,
        links: Links::default(),
    };
    if let Some(part) = package::first(&relations, "styles") {
        package.done(part);
        match styles(package, part) {
            Ok(styles) => book.styles = styles,
            Err(reason) => sink.refuse(package.name(part).as_bytes(), reason)?,
        }
    }
    if let Some(part) = package::first(&relations, "sharedStrings") {
        package.done(part);
        if let Err(reason) = read_strings(package, part, &mut book.strings) {
            book.strings.lose(reason.clone());
            sink.refuse(package.name(part).as_bytes(), reason)?;
        }
    }
    let parts = package::by_id(&relations);
    for listed in &sheets {
        match parts.get(&*listed.relation).copied().flatten() {
            Some(part) if !package.is_done(part) => {
                sheet(package, part, &listed.name, &mut book, sink)?;
            }
            Some(_) => {}
            None => {
                let reason = Reason::Damaged("the sheet is not there".to_owned());
                sink.refuse(listed.name.as_bytes(), reason)?;
            }
        }
    }
    // Those that a program left in the file and took off the list.
    for part in package.of_type("worksheet+xml") {
        if !package.is_done(part) {
            let name = package.name(part).to_owned();
            sheet(package, part, &name, &mut book, sink)?;
        }
    }
    for part in package.of_type("externalLink+xml") {
        package.done(part);
        let name = package.name(part).to_owned();
        write_rows(package, part, &name, &mut book, sink)?;
    }
    super::pivot::walk(package, sink)?;
    match ended {
        Some(reason) => Err(reason.into()),
        None => Ok(()),
    }
}

/// The sheets of a workbook, whether its days are counted from 1904, and why there may be more.
fn listed(package: &mut Package, main: usize) -> (Vec<Listed>, bool, Option<Reason>) {
    let (mut sheets, mut is_1904) = (Vec::<Listed>::new(), false);
    let mut room = Allowance::new(NAMES_BYTES_MAX, "names of sheets");
    let mut xml = match package.open(main) {
        Ok(xml) => xml,
        Err(reason) => return (sheets, false, Some(reason)),
    };
    loop {
        match xml.next() {
            Ok(Node::Start(tag)) => match tag.name() {
                "workbookPr" => {
                    let date1904 = tag.attr("date1904");
                    is_1904 = date1904.is_some_and(|text| text == "1" || text == "true");
                }
                "sheet" => {
                    if sheets.len() >= SHEETS_MAX {
                        let reason = Reason::Limit(format!("more than {SHEETS_MAX} sheets"));
                        return (sheets, is_1904, Some(reason));
                    }
                    let listed = Listed {
                        name: tag.attr("name").unwrap_or_default(),
                        relation: tag.prefixed("id").unwrap_or_default(),
                    };
                    if let Err(reason) = room.take(listed.name.len() + listed.relation.len()) {
                        return (sheets, is_1904, Some(reason));
                    }
                    sheets.push(listed);
                }
                _ => {}
            },
            Ok(Node::Over) => return (sheets, is_1904, None),
            Ok(_) => {}
            Err(reason) => return (sheets, is_1904, Some(reason)),
        }
    }
}

/// The styles of cells by their numbers (18.8).
fn styles(package: &mut Package, part: usize) -> Result<Vec<Style>, Reason> {
    let mut xml = package.open(part)?;
    let (mut codes, mut styles) = (std::collections::HashMap::new(), Vec::new());
    let mut is_in_cells = false;
    loop {
        match xml.next()? {
            Node::Start(tag) => match tag.name() {
                "numFmt" if codes.len() < STYLES_MAX => {
                    let id = tag.number::<u32>("numFmtId").unwrap_or(0);
                    let code = tag.attr("formatCode").unwrap_or_default();
                    codes.insert(id, Style::of_code(&code));
                }
                "cellXfs" => is_in_cells = true,
                "xf" if is_in_cells && styles.len() < STYLES_MAX => {
                    let id = tag.number::<u32>("numFmtId").unwrap_or(0);
                    let style = codes.get(&id).copied();
                    styles.push(style.unwrap_or_else(|| Style::of_number(id)));
                }
                _ => {}
            },
            Node::End(name) if name == "cellXfs" => is_in_cells = false,
            Node::Over => return Ok(styles),
            _ => {}
        }
    }
}

/// Reads the shared strings (18.4): the runs of each joined, and nothing of how it is pronounced.
fn read_strings(package: &mut Package, part: usize, strings: &mut Strings) -> Result<(), Reason> {
    let mut xml = package.open(part)?;
    let (mut text, mut is_text, mut cut) = (String::new(), false, None);
    loop {
        let mut is_phonetic = false;
        match xml.next()? {
            Node::Start(tag) => match tag.name() {
                "si" => text.clear(),
                "t" => is_text = true,
                "rPh" => is_phonetic = true,
                _ => {}
            },
            Node::Text(piece) if is_text => {
                if text.len() + piece.len() <= CELL_BYTES_MAX {
                    text.push_str(&piece);
                } else {
                    let mib = CELL_BYTES_MAX >> 20;
                    cut = Some(Reason::Limit(format!("a string of more than {mib} MiB")));
                }
            }
            Node::End(name) => match &*name {
                "t" => is_text = false,
                "si" if !strings.push(&text).map_err(|e| reason_of(&e))? => {
                    let lost = strings.lost().cloned();
                    return lost.map_or(Ok(()), Err);
                }
                _ => {}
            },
            Node::Over => return cut.or_else(|| xml.remark()).map_or(Ok(()), Err),
            _ => {}
        }
        if is_phonetic {
            xml.skip()?;
        }
    }
}

/// A sheet and what is written on it.
fn sheet(
    package: &mut Package,
    part: usize,
    name: &str,
    book: &mut Book,
    sink: &mut Sink,
) -> Result<(), Stop> {
    package.done(part);
    let relations = match package.relations(part) {
        Ok(relations) => relations,
        Err(reason) => {
            sink.refuse(format!("{name} relations").as_bytes(), reason)?;
            Vec::new()
        }
    };
    book.links = Links::of(&relations);
    // A sheet of nothing but a chart has no cells.
    let mut lines = match package.content_type(part).ends_with("chartsheet+xml") {
        true => Vec::new(),
        false => write_rows(package, part, name, book, sink)?,
    };
    lines.extend(std::mem::take(&mut book.links).into_lines());
    text::lines(&format!("{name} text"), lines, sink)?;
    let has_comments = relations.iter().any(|r| r.kind == "comments");
    for relation in &relations {
        let Some(part) = relation.part.filter(|part| !package.is_done(*part)) else {
            continue;
        };
        match relation.kind.as_str() {
            // These hold the threads too, for programs that know none.
            "threadedComment" if has_comments => package.done(part),
            "comments" | "threadedComment" => {
                text::part(package, part, &format!("{name} comments"), sink)?;
            }
            "drawing" => text::part(package, part, &format!("{name} drawing"), sink)?,
            _ => {}
        }
    }
    Ok(())
}

/// Writes the rows of a part as a member, and returns the text around them.
fn write_rows(
    package: &mut Package,
    part: usize,
    name: &str,
    book: &mut Book,
    sink: &mut Sink,
) -> Result<Vec<String>, Stop> {
    let mut xml = match package.open(part) {
        Ok(xml) => xml,
        Err(reason) => {
            sink.refuse(name.as_bytes(), reason)?;
            return Ok(Vec::new());
        }
    };
    let mut out = sink.begin(name.as_bytes(), Known::Sheet)?;
    let around = rows(&mut xml, book, &mut out)?;
    out.end(around.reason)?;
    Ok(around.lines)
}
