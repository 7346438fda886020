//! BSON as mongodump writes it: documents one after the other, or an archive of several collections.
//!
//! Read from start to end, so that a file inside an archive needs no room. A document that makes no sense costs itself alone, as
//! long as its length says where the next one begins; in an archive the next collection is looked for. That documents stand in
//! a file, and where their elements do, is told by `sniff`.

mod archive;
mod document;

use std::io::{self, BufRead, Cursor, Read};

use self::document::Outcome;
use super::{Form, Rows};
use crate::container::pump::{Job, Sink, Stop};
use crate::decode::sniff::bson::{LENGTH_BYTES, length_of_document};
use crate::error::Reason;

/// Documents and arrays inside each other: as deep as MongoDB keeps them ("Limits and Thresholds").
const DEPTH_MAX: usize = 100;

/// Name of the one member of a file of documents: the name of its collection is that of the file.
const MEMBER: &str = "documents";

pub(in crate::container) fn walk(job: Job, sink: &mut Sink) -> Result<(), Stop> {
    let mut rdr = job.source.into_reader(sink.n_read());
    if rdr.fill_buf()?.starts_with(archive::MAGIC) {
        rdr.consume(archive::MAGIC.len());
        return archive::walk(&mut rdr, sink);
    }
    let mut documents = Documents::new(&mut rdr);
    let mut rows = Rows::begin(sink, Some(MEMBER), Form::Objects, Vec::new())?;
    let mut trouble = Trouble::default();
    while rows.is_wanted() {
        match documents.next()? {
            Next::Document => trouble.show(&documents.bytes, &mut rows)?,
            Next::Cut(error) => {
                trouble.show_cut(&documents.bytes, &mut rows)?;
                error.map_or(Ok(()), Err)?;
                break;
            }
            Next::Mark | Next::Lost => {
                trouble.is_lost = true;
                break;
            }
            Next::Over => break,
        }
    }
    trouble.note(&mut rows, "of the file");
    rows.end()
}

/// What of the documents could not be read.
#[derive(Default)]
struct Trouble {
    n_damaged: u64,
    n_deep: u64,
    is_cut: bool,
    is_lost: bool,
}

impl Trouble {
    /// Writes a document, without its length, as a row.
    fn show(&mut self, bytes: &[u8], rows: &mut Rows<'_>) -> Result<(), Stop> {
        let mut outcome = Outcome::default();
        rows.object(|shown| {
            outcome = document::show(bytes, shown);
            outcome.has_elements || !outcome.is_damaged
        })?;
        self.n_damaged += u64::from(outcome.is_damaged);
        self.n_deep += u64::from(outcome.is_deep);
        Ok(())
    }

    /// The same for a document that is cut off: what is whole of it.
    fn show_cut(&mut self, bytes: &[u8], rows: &mut Rows<'_>) -> Result<(), Stop> {
        let n_damaged = self.n_damaged;
        self.show(bytes, rows)?;
        self.n_damaged = n_damaged;
        self.is_cut = true;
        Ok(())
    }

    /// Notes what is missing; `whose` names what has a rest behind a length that makes no sense.
    fn note(self, rows: &mut Rows<'_>, whose: &str) {
        let missing = &mut rows.missing;
        if self.is_cut {
            let what = "ends in the middle of a document".to_owned();
            missing.note(what, Reason::Truncated(String::new()));
        }
        if self.is_lost {
            let what =
                format!("the length of a document makes no sense, the rest {whose} is not read");
            missing.note(what, Reason::Damaged(String::new()));
        }
        if self.n_damaged > 0 {
            let what = format!(
                "{} documents are read in part or not at all",
                self.n_damaged
            );
            missing.note(what, Reason::Damaged(String::new()));
        }
        if self.n_deep > 0 {
            let what = format!(
                "{} documents are deeper than {DEPTH_MAX} levels",
                self.n_deep
            );
            missing.note(what, Reason::Limit(String::new()));
        }
    }
}

/// Documents one after the other.
struct Documents<'r> {
    rdr: &'r mut dyn Read,
    /// What was read ahead of `rdr`.
    ahead: Cursor<Vec<u8>>,
    /// The document that was read last, or what is there of it, without its length.
    bytes: Vec<u8>,
}

/// What comes next.
enum Next {
    Document,
    /// The bytes end in the middle of a document, with an error if they should not.
    Cut(Option<io::Error>),
    /// The mark that ends a block of an archive.
    Mark,
    /// What stands here is no length.
    Lost,
    /// The bytes end.
    Over,
}

impl<'r> Documents<'r> {
    fn new(rdr: &'r mut dyn Read) -> Documents<'r> {
        Documents {
            rdr,
            ahead: Cursor::default(),
            bytes: Vec::new(),
        }
    }

    /// Reads the next document.
    fn next(&mut self) -> io::Result<Next> {
        let failed = self.fill(LENGTH_BYTES);
        if self.bytes.len() < LENGTH_BYTES {
            let is_over = self.bytes.is_empty();
            self.bytes.clear();
            return match (failed, is_over) {
                (Some(error), _) => Err(error),
                (None, true) => Ok(Next::Over),
                (None, false) => Ok(Next::Cut(None)),
            };
        }
        if self.bytes == archive::MARK {
            return Ok(Next::Mark);
        }
        let Some(n) = length_of_document(&self.bytes) else {
            return Ok(Next::Lost);
        };
        let n = n - LENGTH_BYTES;
        let failed = self.fill(n);
        Ok(match self.bytes.len() < n {
            true => Next::Cut(failed),
            false => Next::Document,
        })
    }

    /// Reads so many bytes, or as many as there are, and returns why there are no more.
    fn fill(&mut self, n: usize) -> Option<io::Error> {
        self.bytes.clear();
        let rdr = Read::chain(&mut self.ahead, &mut *self.rdr);
        rdr.take(n as u64).read_to_end(&mut self.bytes).err()
    }

    /// Goes to the start of the next collection of an archive: to behind a mark that such a document follows. False if there is
    /// none.
    fn find_collection(&mut self) -> io::Result<bool> {
        // A mark, the length of the document, and its first key.
        const BYTES: usize = LENGTH_BYTES + LENGTH_BYTES + archive::FIRST_KEY.len();
        let mut last = [0; BYTES];
        let mut n = 0;
        let mut byte = [0];
        let mut rdr = Read::chain(&mut self.ahead, &mut *self.rdr);
        while rdr.read(&mut byte)? > 0 {
            last.rotate_left(1);
            if let Some(end) = last.last_mut() {
                *end = byte[0];
            }
            n += 1;
            let is_there = last.starts_with(archive::MARK) && last.ends_with(archive::FIRST_KEY);
            let (_, document) = last.split_at(LENGTH_BYTES);
            if n >= BYTES && is_there && length_of_document(document).is_some() {
                // Of what was ahead nothing is left: it was shorter.
                self.ahead = Cursor::new(document.to_vec());
                return Ok(true);
            }
        }
        Ok(false)
    }
}

#[cfg(test)]
mod tests;
