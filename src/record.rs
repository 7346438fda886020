//! Records: what a decoder hands to the rest of the program, many at a time.
//!
//! A [`Batch`] is one buffer of UTF-8 text with an index of records and fields into it, so that a
//! block of a file is scanned as a whole and no record or field costs an allocation. This file
//! knows nothing of formats, files or detection.

use std::ops::Range;

/// A half-open range of bytes in a batch's text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Span {
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// The range as indices.
    pub fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }

    /// Length in bytes.
    pub fn len(self) -> usize {
        (self.end - self.start) as usize
    }

    /// Whether no byte is covered.
    pub fn is_empty(self) -> bool {
        self.start == self.end
    }
}

/// One field of a record: a cell, a value of an object, or a whole line of text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field {
    /// Where its unescaped text lies in [`Batch::text`].
    pub span: Span,
    /// Index into [`Table::columns`] of the record's table; for a table without columns always 0.
    pub column: u32,
}

/// One record: a row, an object, a tuple of a statement, or a line of text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Its fields, as a range of indices into [`Batch::fields`], ascending by `span.start` and not
    /// overlapping.
    pub fields: Range<u32>,
    /// From 1, counting records of the file (a header is not a record).
    pub number: u64,
    /// The line it begins on, from 1; 0 where the source has no lines.
    pub line: u64,
    /// Index into the decoder's tables.
    pub table: u32,
}

/// What records with the same columns have in common: a CSV file, a table of a dump, a list in a
/// JSON document.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Table {
    /// The name the source gives it (`users`), or the JSON path of its list.
    pub name: Option<String>,
    /// Names of the columns: header cells, column names or JSON paths (`user.phone`). Empty for
    /// text, and for a table without a header the names are `""`. A decoder may append while it
    /// reads, never change.
    pub columns: Vec<String>,
    /// Whether the names come from the source.
    pub has_header: bool,
}

/// A block of records over one text buffer. Reused from block to block.
///
/// Invariants: every span lies inside `text`; fields of a record are ascending and disjoint;
/// records are in file order. Bytes of `text` outside every field (separators, quotes, keys) belong
/// to no record and are never evidence. Where unescaping made a field shorter, the bytes left over
/// behind it are NUL, so that nothing is found in them.
#[derive(Clone, Debug, Default)]
pub struct Batch {
    /// The text. UTF-8, except where the source itself was broken.
    pub text: Vec<u8>,
    /// All fields, record after record.
    pub fields: Vec<Field>,
    /// The records, in file order.
    pub records: Vec<Record>,
}

impl Batch {
    /// Empties the batch and keeps its memory.
    pub fn clear(&mut self) {
        self.text.clear();
        self.fields.clear();
        self.records.clear();
    }

    /// The fields of a record.
    pub fn fields_of(&self, record: &Record) -> &[Field] {
        &self.fields[record.fields.start as usize..record.fields.end as usize]
    }

    /// The text of a span.
    pub fn bytes(&self, span: Span) -> &[u8] {
        &self.text[span.range()]
    }
}
