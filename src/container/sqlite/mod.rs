//! SQLite databases (version 3), read without the library that writes them.
//!
//! A file from a leak may be made to harm whoever opens it: views and triggers that never end, pages that lead in circles. Here
//! nothing of it is run. Only the trees of tables are walked, each page once, which also lets a database be read out of an
//! archive. Every table is a member, and what blobs hold that is known by its first bytes (images, archives, documents) are
//! members of it. A log (`-wal`) that lies beside the file is honoured. Not read: rows that were deleted and still stand in free
//! pages or rollback journals, the indexes of tables and the library's own `sqlite_` tables (what is in them is in the tables),
//! and virtual tables, whose content stands in tables of its own.

mod btree;
mod pages;
mod record;
mod schema;

pub(super) use self::record::{real, text_of_blob, text_of_utf8};

use std::borrow::Cow;
use std::io::Read;

use self::btree::{Record, Tree, record_at};
use self::pages::Pages;
use self::record::{Value, values};
use self::schema::Columns;
use super::pump::{Job, MemberWriter, Sink, Stop};
use super::source::Seekable;
use crate::decode::Known;
use crate::error::Reason;

/// Longest row that is kept in memory; of a longer one what stands in front is read.
const ROW_BYTES_MAX: usize = 64 << 20;

/// Most blobs of a table that are handed over as files.
const FILES_MAX: usize = 65_536;

/// A table, as the schema says.
struct Table {
    name: String,
    root: u32,
    columns: Option<Columns>,
}

pub(super) fn walk(job: Job, sink: &mut Sink) -> Result<(), Stop> {
    let limits = job.unpacking.limits;
    let (source, log) = job.source.take_beside();
    let (file, size) = source.into_seekable(limits.spool_bytes)?;
    let log_size = log.as_ref().and_then(|log| log.metadata().ok());
    sink.of_size(size + log_size.map_or(0, |log| log.len()));
    let mut pages = Pages::open(
        file,
        size,
        log.map(|log| Box::new(log) as Box<dyn Seekable>),
    )?;
    let (tables, trouble) = tables(&mut pages);
    for table in &tables {
        member(&mut pages, table, sink)?;
    }
    match trouble {
        Some(reason) => Err(reason.into()),
        None => Ok(()),
    }
}

/// A log is read with the database beside it; without one there is no telling what is in it.
pub(super) fn walk_log(job: Job, _: &mut Sink) -> Result<(), Stop> {
    let (_, database) = job.source.take_beside();
    let mut signature = [0; 16];
    match database.map(|mut database| database.read_exact(&mut signature)) {
        Some(Ok(())) if &signature == b"SQLite format 3\0" => Ok(()),
        _ => {
            let what = "write-ahead log of SQLite without its database".to_owned();
            Err(Reason::Unsupported(what).into())
        }
    }
}

/// The tables that the schema lists, and what of it cannot be read.
fn tables(pages: &mut Pages) -> (Vec<Table>, Option<Reason>) {
    let encoding = pages.encoding;
    let mut tree = Tree::new(pages, 1, ROW_BYTES_MAX);
    let mut tables = Vec::new();
    let mut trouble = pages.log_trouble.take();
    while let Some(record) = tree.next(pages) {
        let Some((row, true)) = values(&record.payload) else {
            trouble.get_or_insert_with(|| pages::damaged("the schema of the database"));
            continue;
        };
        // type, name, tbl_name, rootpage, sql; views and virtual tables have no root
        let [of, name, _, Value::Integer(root), sql, ..] = &row[..] else {
            continue;
        };
        let text_of = |value: &Value<'_>| value.shown(encoding).unwrap_or_default().into_owned();
        if text_of(of) != "table" || *root <= 0 {
            continue;
        }
        let name = text_of(name);
        // The library's own: names of tables, and statistics on values that stand in them.
        if name.starts_with("sqlite_") {
            continue;
        }
        tables.push(Table {
            name,
            root: u32::try_from(*root).unwrap_or(u32::MAX),
            columns: schema::columns(&text_of(sql)),
        });
    }
    (tables, trouble.or(tree.broken))
}

/// What of a table could not be read, counted.
#[derive(Default)]
struct Missing {
    n_rows: u64,
    row: Option<Reason>,
    n_blobs: u64,
    n_files_too_many: u64,
}

/// A blob that is a file: where its record stands, and which value of it.
struct File {
    place: (u32, u16),
    value: usize,
    name: String,
}

fn member(pages: &mut Pages, table: &Table, sink: &mut Sink) -> Result<(), Stop> {
    let mut missing = Missing::default();
    let mut files = Vec::new();
    let mut tree = Tree::new(pages, table.root, ROW_BYTES_MAX);
    let known = Known::Table(Some(table.name.clone()));
    let mut writer = sink.begin(table.name.as_bytes(), known)?;
    let mut has_header = false;
    while let Some(record) = tree.next(pages) {
        let Some((row, is_whole)) = values(&record.payload) else {
            missing.n_rows += 1;
            missing
                .row
                .get_or_insert(pages::damaged("a row of the database"));
            continue;
        };
        if !is_whole {
            missing.n_rows += 1;
            let cut = record.cut.clone();
            missing
                .row
                .get_or_insert(cut.unwrap_or_else(|| pages::damaged("a row of the database")));
        }
        let mut shown = Vec::with_capacity(row.len());
        for (i, value) in row.iter().enumerate() {
            let text = value.shown(pages.encoding);
            if let (None, Value::Blob(bytes)) = (&text, value) {
                blob_of(table, bytes, &record, i, &mut files, &mut missing);
            }
            shown.push(text.unwrap_or_default());
        }
        let cells = cells(table, shown, record.rowid);
        if !has_header {
            header(table, cells.len(), &mut writer)?;
            has_header = true;
        }
        writer.row(&cells)?;
        if !writer.is_wanted() {
            break;
        }
    }
    if !has_header {
        header(table, 0, &mut writer)?;
    }
    writer.end(missing.reason(&tree))?;
    files_of(pages, &files, sink)
}

fn header(table: &Table, n_cells: usize, writer: &mut MemberWriter<'_>) -> Result<(), Stop> {
    match &table.columns {
        Some(columns) => writer.row(&columns.names),
        None => writer.row(vec![""; n_cells]),
    }
}

/// The cells of a row in the order of the columns. Values behind the last column that is known follow it. Where none is known,
/// the key of the row stands in front: it may be the only place of a value.
fn cells<'p>(table: &Table, shown: Vec<Cow<'p, str>>, rowid: Option<i64>) -> Vec<Cow<'p, str>> {
    let rowid = rowid.map(|rowid| Cow::Owned(rowid.to_string()));
    let Some(columns) = &table.columns else {
        return rowid.into_iter().chain(shown).collect();
    };
    let mut cells = vec![Cow::Borrowed(""); columns.names.len()];
    for (i, text) in shown.into_iter().enumerate() {
        match columns.stored.get(i) {
            Some(at) => cells[*at] = text,
            None => cells.push(text),
        }
    }
    if let (Some(at), Some(rowid)) = (columns.rowid, rowid) {
        cells[at] = rowid;
    }
    cells
}

/// Takes note of a blob that is no text.
fn blob_of(
    table: &Table,
    bytes: &[u8],
    record: &Record,
    value: usize,
    files: &mut Vec<File>,
    missing: &mut Missing,
) {
    if !crate::decode::sniff::has_signature(bytes) {
        missing.n_blobs += 1;
        return;
    }
    if files.len() == FILES_MAX {
        missing.n_files_too_many += 1;
        return;
    }
    let column = table.columns.as_ref().and_then(|columns| {
        let at = *columns.stored.get(value)?;
        columns.names.get(at).cloned()
    });
    let column = column.unwrap_or_else(|| (value + 1).to_string());
    let row = match record.rowid {
        Some(rowid) => rowid.to_string(),
        None => (files.len() + 1).to_string(),
    };
    files.push(File {
        place: record.place,
        value,
        name: format!("{}/{row}/{column}", table.name),
    });
}

fn files_of(pages: &mut Pages, files: &[File], sink: &mut Sink) -> Result<(), Stop> {
    for file in files {
        let record = record_at(pages, file.place, ROW_BYTES_MAX);
        let bytes = record.as_ref().and_then(|record| {
            let (row, _) = values(&record.payload)?;
            match row.get(file.value)? {
                Value::Blob(bytes) => Some(*bytes),
                _ => None,
            }
        });
        match bytes {
            Some(mut bytes) => sink.member(file.name.as_bytes(), &mut bytes)?,
            None => sink.refuse(
                file.name.as_bytes(),
                pages::damaged("a row of the database"),
            )?,
        }
    }
    Ok(())
}

impl Missing {
    /// All of it as one reason.
    fn reason(self, tree: &Tree) -> Option<Reason> {
        let mut told = Vec::new();
        let mut first = None;
        if let Some(reason) = &tree.broken {
            told.push(format!(
                "{} pages or rows of the table cannot be read",
                tree.n_broken
            ));
            first = Some(reason.clone());
        }
        if let Some(reason) = self.row {
            told.push(format!(
                "{} rows are read in part or not at all",
                self.n_rows
            ));
            first.get_or_insert(reason);
        }
        if self.n_blobs > 0 {
            told.push(format!(
                "{} values hold binary data that is not known",
                self.n_blobs
            ));
            let unsupported = Reason::Unsupported(String::new());
            first.get_or_insert(unsupported);
        }
        if self.n_files_too_many > 0 {
            let n = self.n_files_too_many;
            told.push(format!("{n} more files than the {FILES_MAX} of a table"));
            first.get_or_insert(Reason::Limit(String::new()));
        }
        let told = told.join(", ");
        Some(match first? {
            Reason::Truncated(_) => Reason::Truncated(told),
            Reason::Limit(_) => Reason::Limit(told),
            Reason::Unsupported(_) => Reason::Unsupported(told),
            _ => Reason::Damaged(told),
        })
    }
}

#[cfg(test)]
mod tests;
