//! What flows through a document: paragraphs as lines, and tables as rows of cells, of OOXML (ECMA-376) and OpenDocument alike.
//!
//! The runs of a paragraph are joined, because programs cut one number into several. Deleted text is still in the file: what a
//! tracked change took away becomes a line of its own, with the rest of the word it was cut from. A part is gone through once
//! for its lines and once for the tables of each depth, so that nothing but a row is kept. Which parts a document has is not
//! known here.

use std::collections::VecDeque;
use std::ops::Range;

use super::xml::{Node, Tag, Xml};
use crate::error::Reason;
use std::io::Read;

/// Tables in each other that are tables of their own. What lies deeper is text in the cells around it.
pub(super) const TABLES_DEPTH_MAX: usize = 6;

/// Bytes of one paragraph or cell.
pub(super) const TEXT_BYTES_MAX: usize = 16 << 20;

/// Columns that one cell may span.
const SPAN_MAX: u32 = 1_024;

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
    /// A table ends.
    EndOfTable,
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
    /// Elements in which text is text.
    n_text: usize,
    n_deleted: usize,
    n_inserted: usize,
    cell: Option<String>,
    span: u32,
    cells: Vec<String>,
    ready: VecDeque<Item>,
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
            "note-citation" | "ruby-text" | "change-info" | "creator" | "date"
            | "creator-initials" | "sender-initials" => Role::Skipped,
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
            n_text: 0,
            n_deleted: 0,
            n_inserted: 0,
            cell: None,
            span: 1,
            cells: Vec::new(),
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
                Node::Other => {}
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
                    self.ready.push_back(Item::EndOfTable);
                }
                self.depth -= 1;
            }
            Role::Row if self.is_wanted_table() => {
                let mut cells = std::mem::take(&mut self.cells);
                let n_used = cells.iter().rposition(|cell| !cell.is_empty());
                cells.truncate(n_used.map_or(0, |last| last + 1));
                if !cells.is_empty() {
                    self.ready.push_back(Item::Row(cells));
                }
            }
            Role::Cell if self.is_wanted_table() => {
                let n_bytes: usize = self.cells.iter().map(|cell| cell.len() + 1).sum();
                let cell = self.cell.take().unwrap_or_default();
                if n_bytes + cell.len() > TEXT_BYTES_MAX {
                    return self.lose();
                }
                self.cells.push(cell);
                let n_covered = self.span.saturating_sub(1) as usize;
                self.cells
                    .extend(std::iter::repeat_n(String::new(), n_covered));
            }
            Role::Deleted => self.n_deleted -= 1,
            Role::Inserted => self.n_inserted -= 1,
            _ => {}
        }
    }

    fn is_wanted_table(&self) -> bool {
        self.wanted == Wanted::Tables(self.depth)
    }

    fn lose(&mut self) {
        let mib = TEXT_BYTES_MAX >> 20;
        let reason = Reason::Limit(format!(
            "a paragraph, or a row of a table, of more than {mib} MiB"
        ));
        self.lost.get_or_insert(reason);
    }

    fn text(&mut self, text: &str) {
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
        let Some(paragraph) = self.paragraphs.last_mut() else {
            return;
        };
        if paragraph.now.len() + text.len() > TEXT_BYTES_MAX || paragraph.gone.len() > 1 << 16 {
            return self.lose();
        }
        if (is_deleted || is_inserted) && paragraph.before.is_none() {
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
    }

    /// Puts a paragraph where it belongs, if it is wanted.
    fn put(&mut self, paragraph: Paragraph) {
        let is_wanted = match self.wanted {
            Wanted::Lines => paragraph.depth == 0,
            Wanted::Tables(TABLES_DEPTH_MAX) => paragraph.depth >= TABLES_DEPTH_MAX,
            Wanted::Tables(depth) => paragraph.depth == depth,
        };
        if !is_wanted {
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
                Ok(Item::EndOfTable) => got.push("]".to_owned()),
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
    }
}
