//! HTML: the lines of a page as text, and each of its tables as rows.
//!
//! A page is gone through once for its lines and once for the tables of each depth, so that nothing but a row is kept, however
//! large it is; once more for data in scripts (JSON), where there are such. No document is built and nothing is fetched. The tokenizer is that of the standard (`html5gum`); what its tokens
//! mean for text and tables is said in `weave`, how cells become rows in `grid`.

mod attribute;
mod grid;
mod role;
mod weave;

use std::cell::RefCell;
use std::io::{self, Read};
use std::rc::Rc;

use html5gum::{IoReader, Tokenizer};

use super::markup::{Utf8, encoding_of};
use super::office::text::Out;
use super::pump::{Job, Sink, Stop};
use super::reason_of;
use super::source::Seekable;
use crate::decode::{Encoding, Known};
use crate::error::Reason;
use weave::{Item, Weaver};

/// Tables in each other that are tables of their own. What lies deeper is text in the cells around it.
const TABLES_DEPTH_MAX: usize = 6;

/// Bytes of a line outside of tables. A longer one is taken in pieces, cut at blanks.
const LINE_BYTES_MAX: usize = 1 << 20;

/// Bytes of the cells of a row, with those that reach into it from rows above.
const ROW_BYTES_MAX: usize = 16 << 20;

/// Bytes of the value of an attribute.
const VALUE_BYTES_MAX: usize = 64 << 10;

/// Bytes of a script that holds data.
const DATA_BYTES_MAX: usize = 16 << 20;

/// Bytes of the name of a tag.
const NAME_BYTES_MAX: usize = 1 << 20;

/// What a page is gone through for.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Wanted {
    /// All text, rows of tables as lines.
    All,
    /// Text outside of tables.
    Lines,
    /// Tables so deep in each other, from 1.
    Tables(usize),
    /// Scripts that hold data.
    Data,
}

pub(super) fn walk(job: Job, sink: &mut Sink) -> Result<(), Stop> {
    // Of a page that is cut off what came before is read.
    let spool_bytes = job.unpacking.limits.spool_bytes;
    let (mut source, size, failed) = job.source.into_seekable_so_far(spool_bytes)?;
    sink.of_size(size);
    let encoding = encoding_of(&mut source)?;
    let (deepest, has_data) = lines(&mut source, encoding, sink)?;
    let mut n_tables = 0;
    for depth in 1..=deepest {
        source.rewind()?;
        tables(&mut source, (encoding, depth), &mut n_tables, sink)?;
    }
    if has_data {
        source.rewind()?;
        data(&mut source, encoding, sink)?;
    }
    failed.map_or(Ok(()), |error| Err(error.into()))
}

/// The text of a page, as a reader sees it: cells of a row have tabs between them.
pub(super) fn to_text(html: &str) -> String {
    let mut text = String::with_capacity(html.len() / 2);
    let mut page = Page::new(html.as_bytes(), Wanted::All);
    while let Ok(Item::Line(line)) = page.next() {
        if !text.is_empty() {
            text.push('\n');
        }
        text.push_str(&line);
    }
    text
}

/// Writes the lines, and returns how deep tables stand in each other, and whether scripts hold data.
fn lines(
    source: &mut Box<dyn Seekable>,
    encoding: Encoding,
    sink: &mut Sink,
) -> Result<(usize, bool), Stop> {
    let mut page = Page::new(Utf8::new(source, encoding), Wanted::Lines);
    let mut out = Out::new(sink, "text");
    let mut has_data = false;
    let (deepest, lost) = loop {
        match page.next() {
            Ok(Item::Line(line)) => out = out.line(&line)?,
            Ok(Item::Data(..)) => has_data = true,
            Ok(Item::Over(deepest, lost)) => break (deepest, lost),
            Ok(Item::Broken(deepest, reason)) => break (deepest, Some(reason)),
            Ok(_) => {}
            Err(reason) => break (0, Some(reason)),
        }
    };
    out.end(lost)?;
    Ok((deepest, has_data))
}

/// Hands over the scripts that hold data, each as a member of its own. What ends the page early was told with the lines.
fn data(source: &mut Box<dyn Seekable>, encoding: Encoding, sink: &mut Sink) -> Result<(), Stop> {
    let mut page = Page::new(Utf8::new(source, encoding), Wanted::Data);
    let mut number = 0;
    loop {
        match page.next() {
            Ok(Item::Data(bytes, lost)) => {
                number += 1;
                let mut out = sink.begin(format!("data {number}").as_bytes(), Known::Nothing)?;
                out.write(&bytes)?;
                out.end(lost)?;
            }
            Ok(Item::Over(..)) | Err(_) => return Ok(()),
            Ok(_) => {}
        }
    }
}

/// Writes the tables that stand so deep in each other. What ends the page early was told with the lines.
fn tables(
    source: &mut Box<dyn Seekable>,
    (encoding, depth): (Encoding, usize),
    n_tables: &mut u64,
    sink: &mut Sink,
) -> Result<(), Stop> {
    let mut page = Page::new(Utf8::new(source, encoding), Wanted::Tables(depth));
    loop {
        // A table without a row is none.
        let (first, known) = match page.next() {
            Ok(Item::Head(cells)) => (cells, Known::Table(None)),
            Ok(Item::Row(cells)) => (cells, Known::Sheet),
            Ok(Item::Over(..) | Item::Broken(..)) | Err(_) => return Ok(()),
            Ok(_) => continue,
        };
        *n_tables += 1;
        let mut out = sink.begin(format!("table {n_tables}").as_bytes(), known)?;
        out.row(first)?;
        let lost = loop {
            match page.next() {
                Ok(Item::Head(cells) | Item::Row(cells)) => out.row(cells)?,
                Ok(Item::EndOfTable(lost)) => break lost,
                Ok(Item::Line(_) | Item::Data(..)) => {}
                Ok(Item::Over(..)) => break None,
                Ok(Item::Broken(_, reason)) | Err(reason) => break Some(reason),
            }
        };
        out.end(lost)?;
    }
}

/// A page while it is read.
struct Page<R: Read> {
    tokenizer: Tokenizer<IoReader<Ending<R>>, Weaver>,
    failed: Rc<RefCell<Option<Reason>>>,
}

impl<R: Read> Page<R> {
    fn new(rdr: R, wanted: Wanted) -> Page<R> {
        let failed = Rc::default();
        let rdr = Ending {
            rdr,
            failed: Rc::clone(&failed),
        };
        Page {
            tokenizer: Tokenizer::new_with_emitter(IoReader::new(rdr), Weaver::new(wanted)),
            failed,
        }
    }

    /// The next thing that is wanted of the page.
    fn next(&mut self) -> Result<Item, Reason> {
        match self.tokenizer.next() {
            Some(Ok(Item::Over(deepest, lost))) => {
                let failed = self.failed.borrow_mut().take();
                Ok(Item::Over(deepest, failed.or(lost)))
            }
            Some(Ok(item)) => Ok(item),
            Some(Err(error)) => Err(reason_of(&error)),
            None => Ok(Item::Over(0, None)),
        }
    }
}

/// A page that cannot be read further ends there, so that lines and rows in hand are ended too. Why it does is kept beside.
struct Ending<R> {
    rdr: R,
    failed: Rc<RefCell<Option<Reason>>>,
}

impl<R: Read> Read for Ending<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        if self.failed.borrow().is_some() {
            return Ok(0);
        }
        match self.rdr.read(buf) {
            Err(error) if error.kind() != io::ErrorKind::Interrupted => {
                *self.failed.borrow_mut() = Some(reason_of(&error));
                Ok(0)
            }
            read => read,
        }
    }
}

#[cfg(test)]
mod tests;
