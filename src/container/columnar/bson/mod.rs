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

/// Bytes of an archive that are read again for collections that begin inside of documents whose lengths are wrong. What is behind
/// further ones goes on with the next mark.
const AGAIN_BYTES_MAX: usize = 256 << 20;

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
    /// Its length, and the last bytes before that: all but one of those of a mark.
    length: Vec<u8>,
    before: Vec<u8>,
    /// Bytes that were given back to be read again.
    n_again: usize,
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
            length: Vec::new(),
            before: Vec::new(),
            n_again: 0,
        }
    }

    /// Reads the next document.
    fn next(&mut self) -> io::Result<Next> {
        let n_old = self.bytes.len().saturating_sub(LENGTH_BYTES - 1);
        self.before.clear();
        self.before.extend_from_slice(&self.bytes[n_old..]);
        let failed = self.fill(LENGTH_BYTES);
        self.length.clone_from(&self.bytes);
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
            self.bytes.clear();
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

    /// Goes to the start of the next collection of an archive, if it begins inside of the document that was read last, whose length
    /// then is wrong, or with a mark that it took a part of. If not, the place stays.
    fn find_in_last(&mut self) -> io::Result<bool> {
        if self.n_again > AGAIN_BYTES_MAX {
            return Ok(false);
        }
        let mut seen = [&*self.before, &self.length, &self.bytes].concat();
        let n_last = seen.len();
        if self.rest_ahead().len() < START_BYTES {
            let mut ahead = self.rest_ahead().to_vec();
            (&mut *self.rdr)
                .take(START_BYTES as u64)
                .read_to_end(&mut ahead)?;
            self.ahead = Cursor::new(ahead);
        }
        let behind = self.rest_ahead();
        seen.extend_from_slice(&behind[..behind.len().min(START_BYTES - 1)]);
        let Some(at) = seen.windows(START_BYTES).position(starts_collection) else {
            return Ok(false);
        };
        let start = at + LENGTH_BYTES;
        let ahead = match start.checked_sub(n_last) {
            Some(n_behind) => behind[n_behind..].to_vec(),
            None => [&seen[start..n_last], behind].concat(),
        };
        self.n_again += ahead.len();
        self.ahead = Cursor::new(ahead);
        self.bytes.clear();
        Ok(true)
    }

    /// What was read ahead and not taken.
    fn rest_ahead(&self) -> &[u8] {
        let position = usize::try_from(self.ahead.position()).unwrap_or(usize::MAX);
        self.ahead.get_ref().get(position..).unwrap_or_default()
    }

    /// Goes to the start of the next collection of an archive. False if there is none.
    fn find_collection(&mut self) -> io::Result<bool> {
        let mut last = [0; START_BYTES];
        let mut n = 0;
        let mut byte = [0];
        let mut rdr = Read::chain(&mut self.ahead, &mut *self.rdr);
        while rdr.read(&mut byte)? > 0 {
            last.rotate_left(1);
            if let Some(end) = last.last_mut() {
                *end = byte[0];
            }
            n += 1;
            if n >= START_BYTES && starts_collection(&last) {
                let ahead = [&last[LENGTH_BYTES..], self.rest_ahead()].concat();
                self.n_again += ahead.len();
                self.ahead = Cursor::new(ahead);
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// Bytes that tell where a collection starts: a mark, the length of the document that names it, and its first key.
const START_BYTES: usize = LENGTH_BYTES + LENGTH_BYTES + archive::FIRST_KEY.len();

fn starts_collection(bytes: &[u8]) -> bool {
    let document = bytes.strip_prefix(archive::MARK);
    document.is_some_and(|document| {
        document.ends_with(archive::FIRST_KEY) && length_of_document(document).is_some()
    })
}

#[cfg(test)]
mod tests;
