//! What flows through a document: paragraphs as lines, and tables as rows of cells, of OOXML (ECMA-376) and OpenDocument alike.
//!
//! The runs of a paragraph are joined, because programs cut one number into several. Deleted text is still in the file: what a
//! tracked change took away becomes a line of its own, with the rest of the word it was cut from. A part is gone through once
//! for its lines and once for the tables of each depth, so that nothing but a row is kept. Which parts a document has is not
//! known here.

use std::collections::VecDeque;
use std::io::Read;
use std::ops::Range;

use super::grid::{COLUMNS_MAX, Cells};
use super::links::Codes;
use super::xml::{Node, Tag, Xml};
use crate::error::Reason;

/// Tables in each other that are tables of their own. What lies deeper is text in the cells around it.
pub(super) const TABLES_DEPTH_MAX: usize = 6;

/// Bytes of one paragraph, of one cell, and of one row of a table.
pub(super) const TEXT_BYTES_MAX: usize = 16 << 20;

/// Bytes of a paragraph as it is and as it was before its changes, with those of the paragraphs around it.
const HELD_BYTES_MAX: usize = 2 * TEXT_BYTES_MAX;

/// Columns that one cell may span.
const SPAN_MAX: u32 = 1_024;

/// Stretches of text that are deleted in one paragraph.
const DELETED_MAX: usize = 1 << 16;

/// That a text is at its limits.
pub(super) fn too_long() -> Reason {
    let mib = TEXT_BYTES_MAX >> 20;
    Reason::Limit(format!(
        "more than {mib} MiB of text in a paragraph or a row of a table, or more than {COLUMNS_MAX} cells in a row"
    ))
}

/// The two families of documents.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Family {
    /// Text stands in runs alone; names as of WordprocessingML and DrawingML.
    OpenXml,
    /// Text stands in paragraphs.
    OpenDocument,
}

/// What a part is gone through for.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Wanted {
    /// Paragraphs outside of tables.
    Lines,
    /// Tables so deep in each other, from 1.
    Tables(usize),
}

/// What comes next.
pub(super) enum Item {
    Line(String),
    /// A table begins.
    Table,
    Row(Vec<String>),
    /// A table ends, and why not all of it was there.
    EndOfTable(Option<Reason>),
    Over,
}

/// Goes through a part.
pub(super) struct Flow {
    family: Family,
    wanted: Wanted,
    /// Tables around the place.
    depth: usize,
    /// The deepest table so far.
    pub(super) deepest: usize,
    /// Paragraphs that were begun; text boxes stand inside of them.
    paragraphs: Vec<Paragraph>,
    /// Bytes of all of these.
    n_held: usize,
    /// Elements in which text is text.
    n_text: usize,
    n_deleted: usize,
    n_inserted: usize,
    /// Elements in which text is the code of a field.
    n_code: usize,
    /// Codes of fields, and what elements link to; looked for with the lines, in tables too.
    pub(super) codes: Codes,
    cell: Option<String>,
    span: u32,
    cells: Cells,
    ready: VecDeque<Item>,
    /// What was not taken of the lines, or of the table in hand.
    lost: Option<Reason>,
}

/// A paragraph so far.
#[derive(Default)]
struct Paragraph {
    now: String,
    /// The text before the tracked changes, if there are any, and what of it is gone.
    before: Option<String>,
    gone: Vec<Range<usize>>,
    /// Tables around it.
    depth: usize,
}

impl Paragraph {
    fn n_bytes(&self) -> usize {
        let n_before = self.before.as_ref().map_or(0, String::len);
        self.now.len() + n_before + self.gone.len() * size_of::<Range<usize>>()
    }
}

/// What an element is.
#[derive(Clone, Copy, PartialEq)]
enum Role {
    Paragraph,
    Text,
    Put(&'static str),
    Spaces,
    Table,
    Row,
    Cell,
    Span,
    Deleted,
    Inserted,
    /// Text that is the code of a field; its marks; a field in one element.
    Code,
    Field,
    WholeField,
    /// What leads to somewhere.
    Link,
    /// What the document says of itself; in a paragraph, text that something is said of.
    Properties,
    Skipped,
    Other,
}

impl Role {
    fn of(family: Family, name: &str) -> Role {
        match family {
            Family::OpenXml => Role::open_xml(name),
            Family::OpenDocument => Role::open_document(name),
        }
    }

    fn open_xml(name: &str) -> Role {
        match name {
            // `text` is a comment of a spreadsheet, `v` a point of a chart.
            "p" | "text" | "v" => Role::Paragraph,
            "t" | "delText" => Role::Text,
            "tab" | "ptab" => Role::Put("\t"),
            "br" | "cr" => Role::Put("\n"),
            "noBreakHyphen" => Role::Put("-"),
            "tbl" => Role::Table,
            "tr" => Role::Row,
            "tc" => Role::Cell,
            "gridSpan" => Role::Span,
            "del" | "moveFrom" => Role::Deleted,
            "ins" | "moveTo" => Role::Inserted,
            "instrText" | "delInstrText" => Role::Code,
            "fldChar" => Role::Field,
            "fldSimple" => Role::WholeField,
            // What a program that knows no better would show, the same once more.
            "Fallback" => Role::Skipped,
            "pPr" | "rPr" | "tblPr" | "trPr" | "sectPr" | "rPh" => Role::Skipped,
            _ => Role::Other,
        }
    }

    fn open_document(name: &str) -> Role {
        match name {
            "p" | "h" | "title" | "desc" => Role::Paragraph,
            "tab" => Role::Put("\t"),
            "line-break" => Role::Put("\n"),
            "s" => Role::Spaces,
            "table" => Role::Table,
            "table-row" => Role::Row,
            "table-cell" | "covered-table-cell" => Role::Cell,
            "a" => Role::Link,
            "note-citation" | "ruby-text" | "change-info" | "creator" | "date"
            | "creator-initials" | "sender-initials" => Role::Skipped,
            // Of documents in one file: what becomes a member of its own.
            "binary-data" | "source-code" => Role::Skipped,
            "meta" => Role::Properties,
            _ => Role::Other,
        }
    }
}

impl Flow {
    pub(super) fn new(family: Family, wanted: Wanted) -> Flow {
        Flow {
            family,
            wanted,
            depth: 0,
            deepest: 0,
            paragraphs: Vec::new(),
            n_held: 0,
            n_text: 0,
            n_deleted: 0,
            n_inserted: 0,
            n_code: 0,
            codes: Codes::default(),
            cell: None,
            span: 1,
            cells: Cells::default(),
            ready: VecDeque::new(),
            lost: None,
        }
    }

    /// The next thing that is wanted of a part.
    ///
    /// # Errors
    /// When the part cannot be read further.
    pub(super) fn next<R: Read>(&mut self, xml: &mut Xml<R>) -> Result<Item, Reason> {
        loop {
            if let Some(item) = self.ready.pop_front() {
                return Ok(item);
            }
            let mut is_skipped = false;
            match xml.next()? {
                Node::Start(tag) => is_skipped = self.start(&tag),
                Node::Text(text) => self.text(&text),
                Node::End(name) => self.end(Role::of(self.family, &name), &name),
                Node::Aside(_) | Node::Other => {}
                Node::Over => {
                    let lost = self.lost.take().or_else(|| xml.remark());
                    return lost.map_or(Ok(Item::Over), Err);
                }
            }
            if is_skipped {
                xml.skip()?;
            }
        }
    }

    /// Begins an element. True if it is passed over.
    fn start(&mut self, tag: &Tag<'_>) -> bool {
        match Role::of(self.family, tag.name()) {
            Role::Paragraph => {
                let depth = self.depth;
                self.paragraphs.push(Paragraph {
                    depth,
                    ..Paragraph::default()
                });
                self.n_text += usize::from(is_direct(self.family, tag.name()));
            }
            Role::Text => self.n_text += 1,
            Role::Put(text) => self.push(text),
            Role::Spaces => {
                let n = tag.number::<usize>("c").unwrap_or(1).min(256);
                self.push(&" ".repeat(n));
            }
            Role::Table => {
                self.depth += 1;
                self.deepest = self.deepest.max(self.depth);
                if self.is_wanted_table() {
                    self.ready.push_back(Item::Table);
                }
            }
            Role::Cell if self.is_wanted_table() => {
                self.cell = Some(String::new());
                self.span = 1;
            }
            Role::Span => self.span = tag.number("val").unwrap_or(1).min(SPAN_MAX),
            Role::Deleted => self.n_deleted += 1,
            Role::Inserted => self.n_inserted += 1,
            Role::Code => self.n_code += 1,
            Role::Field | Role::WholeField | Role::Link if self.wanted == Wanted::Lines => {
                self.link(tag);
            }
            Role::Field | Role::WholeField | Role::Link => {}
            Role::Properties => return self.paragraphs.is_empty(),
            Role::Skipped => return true,
            Role::Row | Role::Cell | Role::Other => {}
        }
        false
    }

    fn end(&mut self, role: Role, name: &str) {
        match role {
            Role::Paragraph => {
                self.n_text -= usize::from(is_direct(self.family, name));
                if let Some(paragraph) = self.paragraphs.pop() {
                    self.put(paragraph);
                }
            }
            Role::Text => self.n_text -= 1,
            Role::Table => {
                if self.is_wanted_table() {
                    self.ready.push_back(Item::EndOfTable(self.lost.take()));
                }
                self.depth -= 1;
            }
            Role::Row if self.is_wanted_table() => {
                self.ready.extend(self.cells.end().map(Item::Row));
            }
            Role::Cell if self.is_wanted_table() => {
                let cell = self.cell.take().unwrap_or_default();
                if !self.cells.push(cell, self.span as usize) {
                    self.lose();
                }
            }
            Role::Deleted => self.n_deleted -= 1,
            Role::Inserted => self.n_inserted -= 1,
            Role::Code => self.n_code -= 1,
            _ => {}
        }
    }

    /// An element that marks a field, or leads to somewhere.
    fn link(&mut self, tag: &Tag<'_>) {
        let codes = &mut self.codes;
        match tag.name() {
            "fldChar" => match tag.attr("fldCharType").as_deref() {
                Some("begin") => codes.begin(),
                Some("separate") => codes.shows(),
                Some("end") => codes.end(),
                _ => {}
            },
            "fldSimple" => {
                let code = tag.attr("instr").unwrap_or_default();
                codes.links.add_code(&code);
            }
            _ => codes.links.add(&tag.attr("href").unwrap_or_default()),
        }
    }

    fn is_wanted_table(&self) -> bool {
        self.wanted == Wanted::Tables(self.depth)
    }

    /// Whether paragraphs with so many tables around them are wanted.
    fn is_wanted(&self, depth: usize) -> bool {
        match self.wanted {
            Wanted::Lines => depth == 0,
            Wanted::Tables(TABLES_DEPTH_MAX) => depth >= TABLES_DEPTH_MAX,
            Wanted::Tables(wanted) => depth == wanted,
        }
    }

    fn lose(&mut self) {
        self.lost.get_or_insert_with(too_long);
    }

    fn text(&mut self, text: &str) {
        if self.n_code > 0 && self.wanted == Wanted::Lines {
            self.codes.push(text);
        }
        if self.n_text > 0 {
            match self.family {
                Family::OpenXml => self.push(text),
                // Line ends in the file are spaces of the text.
                Family::OpenDocument => self.push(&text.replace(['\n', '\r'], " ")),
            }
        }
    }

    fn push(&mut self, text: &str) {
        let (is_deleted, is_inserted) = (self.n_deleted > 0, self.n_inserted > 0);
        let depth = self.paragraphs.last().map(|paragraph| paragraph.depth);
        if !depth.is_some_and(|depth| self.is_wanted(depth)) {
            return;
        }
        let Some(paragraph) = self.paragraphs.last_mut() else {
            return;
        };
        let n_before = paragraph.n_bytes();
        let begins = (is_deleted || is_inserted) && paragraph.before.is_none();
        let n_more = match paragraph.before {
            None if begins => paragraph.now.len() + 2 * text.len(),
            None => text.len(),
            Some(_) => 2 * text.len(),
        };
        if self.n_held + n_more > HELD_BYTES_MAX
            || paragraph.now.len() + text.len() > TEXT_BYTES_MAX
            || paragraph.gone.len() >= DELETED_MAX
        {
            return self.lose();
        }
        if begins {
            paragraph.before = Some(paragraph.now.clone());
        }
        if let Some(before) = paragraph
            .before
            .as_mut()
            .filter(|_| is_deleted || !is_inserted)
        {
            let start = before.len();
            before.push_str(text);
            if is_deleted {
                paragraph.gone.push(start..before.len());
            }
        }
        if !is_deleted {
            paragraph.now.push_str(text);
        }
        self.n_held += paragraph.n_bytes() - n_before;
    }

    /// Puts a paragraph where it belongs, if it is wanted.
    fn put(&mut self, paragraph: Paragraph) {
        self.n_held -= paragraph.n_bytes();
        if !self.is_wanted(paragraph.depth) {
            return;
        }
        let before = paragraph.before.as_deref().unwrap_or("");
        let gone = words(before, &paragraph.gone);
        let texts = std::iter::once(&*paragraph.now).chain(gone.iter().map(|r| &before[r.clone()]));
        for line in texts.flat_map(str::lines).map(str::trim) {
            if line.is_empty() {
                continue;
            }
            match (self.wanted, &mut self.cell) {
                (Wanted::Lines, _) => self.ready.push_back(Item::Line(line.to_owned())),
                (_, Some(cell)) if cell.len() + line.len() > TEXT_BYTES_MAX => return self.lose(),
                (_, Some(cell)) => {
                    if !cell.is_empty() {
                        cell.push('\n');
                    }
                    cell.push_str(line);
                }
                (_, None) => {}
            }
        }
    }
}

/// Whether text may stand in an element without a run around it.
fn is_direct(family: Family, name: &str) -> bool {
    family == Family::OpenDocument || name != "p"
}

/// Stretches of a text, widened to the words they are in, and joined where they meet.
fn words(text: &str, stretches: &[Range<usize>]) -> Vec<Range<usize>> {
    let is_of_word = |c: char| c.is_alphanumeric() || "@._-+".contains(c);
    let mut words: Vec<Range<usize>> = Vec::new();
    for stretch in stretches {
        // The rest of a long word is gone through once, however often it was changed.
        if words.last().is_some_and(|last| stretch.end <= last.end) {
            continue;
        }
        let floor = words.last().map_or(0, |last| last.end.min(stretch.start));
        let before = &text[floor..stretch.start];
        let start = floor + before.trim_end_matches(is_of_word).len();
        let behind = &text[stretch.end..];
        let end = text.len() - behind.trim_start_matches(is_of_word).len();
        match words.last_mut() {
            Some(last) if start <= last.end => last.end = last.end.max(end),
            _ => words.push(start..end),
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Everything that is wanted, as one text.
    fn all(family: Family, wanted: Wanted, text: &str) -> String {
        let mut xml = Xml::new(text.as_bytes());
        let (mut flow, mut got) = (Flow::new(family, wanted), Vec::new());
        loop {
            match flow.next(&mut xml) {
                Ok(Item::Line(line)) => got.push(line),
                Ok(Item::Table) => got.push("[".to_owned()),
                Ok(Item::Row(cells)) => got.push(cells.join("|")),
                Ok(Item::EndOfTable(None)) => got.push("]".to_owned()),
                Ok(Item::EndOfTable(Some(reason))) => got.push(format!("]!{reason}")),
                Ok(Item::Over) => return got.join("/"),
                Err(reason) => return format!("{}!{reason}", got.join("/")),
            }
        }
    }

    #[track_caller]
    fn lines(text: &str, want: &str) {
        assert_eq!(all(Family::OpenXml, Wanted::Lines, text), want);
    }

    #[test]
    fn runs_of_a_paragraph_are_joined() {
        lines(
            "<d><p><r><t>138</t></r> <r><t>1234&#53;</t><t>678</t></r></p> <p/></d>",
            "13812345678",
        );
        lines(
            "<p><pPr><tabs><tab/></tabs></pPr><t>a</t><tab/><t>b</t><br/><t>c</t></p>",
            "a\tb/c",
        );
        lines(
            "<p><t>a</t><box><p><t>inner</t></p></box><t>b</t></p>",
            "inner/ab",
        );
        lines(
            "<a><Choice><p><t>once</t></p></Choice><Fallback><p><t>once</t></p></Fallback></a>",
            "once",
        );
        lines("<p><t>Tom &amp; Ann</t></p>", "Tom & Ann");
        lines(
            "<p><t>&own;</t></p>",
            "!malformed: 1 references to entities of the document's own, which are not expanded",
        );
    }

    #[test]
    fn deleted_text_is_there_with_the_words_it_was_in() {
        lines(
            "<p><t>new </t><del><delText>gone for good</delText></del></p>",
            "new/gone for good",
        );
        lines(
            "<p><t>tel 138</t><del><delText>1234</delText></del><ins><t>9999</t></ins><t>5678 now</t></p>",
            "tel 13899995678 now/13812345678",
        );
        lines("<p><ins><t>all new</t></ins></p>", "all new");
    }

    #[test]
    fn a_word_that_was_changed_often_is_gone_through_once() {
        let text = format!("first {} last", "x".repeat(1 << 20));
        let places: Vec<usize> = (6..6 + (1 << 20)).step_by(32).collect();
        let stretches: Vec<Range<usize>> = places.iter().map(|at| *at..at + 1).collect();
        assert_eq!(stretches.len(), 1 << 15);
        let word = 6..6 + (1 << 20);
        assert_eq!(words(&text, &stretches), vec![word.clone()]);
        let more = [7..8, 9..10, word.end + 1..word.end + 3];
        assert_eq!(
            words(&text, &more),
            [word.clone(), word.end + 1..text.len()]
        );
    }

    #[test]
    fn what_is_too_long_is_told_where_it_stands() {
        let told = format!("!{}", too_long());
        let half = "x".repeat(TEXT_BYTES_MAX / 2);
        // A paragraph; what was deleted of it counts beside what is there.
        let long = |word: &str| format!("<t>{half}</t><{word}><t>{half}</t></{word}><t>y</t>");
        let text = format!("<d><p>{}</p><p><t>z</t></p></d>", long("r"));
        let whole = format!("{half}{half}/z{told}");
        assert!(all(Family::OpenXml, Wanted::Lines, &text) == whole);
        let boxes = format!(
            "<d>{}</d>",
            format!("<p>{}", long("del")).repeat(2) + "</p></p>"
        );
        assert!(all(Family::OpenXml, Wanted::Lines, &boxes).ends_with(&told));
        // A row: the table says it, and neither the lines nor the table behind.
        let cell = format!("<tc><p><t>{half}</t></p></tc>");
        let table = |cells: &str| format!("<tbl><tr>{cells}<tc><p><t>a</t></p></tc></tr></tbl>");
        let text = format!("<d>{}{}</d>", table(&cell.repeat(3)), table(""));
        assert_eq!(all(Family::OpenXml, Wanted::Lines, &text), "");
        let got = all(Family::OpenXml, Wanted::Tables(1), &text);
        assert!(got == format!("[/{half}|{half}/]{told}/[/a/]"));
        let cells = "<tc/>".repeat(COLUMNS_MAX as usize);
        let text = format!("<d><p><t>b</t></p>{}</d>", table(&cells));
        assert_eq!(all(Family::OpenXml, Wanted::Lines, &text), "b");
        assert_eq!(
            all(Family::OpenXml, Wanted::Tables(1), &text),
            format!("[/]{told}")
        );
    }

    #[test]
    fn tables_are_rows_at_each_depth() {
        let text = "<d><p><t>before</t></p><tbl><tr><tc><p><t>a</t></p><p><t>b</t></p></tc><tc><tcPr><gridSpan val='2'/></tcPr>\
                    <tbl><tr><tc><p><t>deep</t></p></tc></tr></tbl></tc><tc><p><t>c</t></p></tc></tr></tbl></d>";
        let check = |wanted, want| assert_eq!(all(Family::OpenXml, wanted, text), want);
        check(Wanted::Lines, "before");
        check(Wanted::Tables(1), "[/a\nb|||c/]");
        check(Wanted::Tables(2), "[/deep/]");
        check(Wanted::Tables(3), "");
    }

    #[test]
    fn open_document_has_text_in_paragraphs() {
        let text = "<d><h>Title</h><p>one<s c='2'/><span>two</span><annotation><creator>me</creator><p>note</p></annotation>\n<tab/>x</p>\
                    <table><table-row><table-cell><p>1</p></table-cell><covered-table-cell/><table-cell><p>3</p></table-cell>\
                    </table-row></table></d>";
        let check = |wanted, want| assert_eq!(all(Family::OpenDocument, wanted, text), want);
        check(Wanted::Lines, "Title/note/one  two \tx");
        check(Wanted::Tables(1), "[/1||3/]");
        // Text that something is said of, and what the document says of itself.
        let text = "<d><meta><title>t</title></meta><p>tel <text:meta>138</text:meta>0</p></d>";
        assert_eq!(all(Family::OpenDocument, Wanted::Lines, text), "tel 1380");
    }
}
