//! Archives of mongodump (`--archive`): a header, what is known of each collection, and blocks of documents.
//!
//! A block begins with a document that names its collection and ends with a mark. Collections that are dumped at a time take turns,
//! so that one may have many blocks: each is a member, and those behind the first are numbered. The last document that names a
//! collection says that it is over. Header and descriptions of collections are no data, and checksums are not checked. The format
//! is described in `common/archive` of mongo-tools.

use std::collections::HashMap;
use std::io::Read;

use super::super::{Form, Rows};
use super::document::text;
use super::{Documents, MEMBER, Next, Trouble};
use crate::container::pump::{Sink, Stop};
use crate::container::sqlite::text_of_utf8;
use crate::decode::sniff::bson::{Element, Elements, LENGTH_BYTES, Next as Part, kind};
use crate::error::Reason;

/// What an archive begins with.
pub(super) const MAGIC: &[u8] = b"\x6D\xE2\x99\x81";

/// What a block ends with.
pub(super) const MARK: &[u8] = &[0xFF; LENGTH_BYTES];

/// The first key of a document that names a collection, with its type.
pub(super) const FIRST_KEY: &[u8] = b"\x02db\0";

/// Collections that have begun and are not over. A few are dumped at a time.
const COLLECTIONS_MAX: usize = 16_384;

/// Bytes of the name of a collection with that of its database. A database takes 255 at most.
const NAME_BYTES_MAX: usize = 512;

pub(super) fn walk(rdr: &mut dyn Read, sink: &mut Sink) -> Result<(), Stop> {
    sink.is("mongodump")?;
    let mut documents = Documents::new(rdr);
    let mut blocks = Blocks::default();
    let mut is_found = loop {
        match documents.next()? {
            Next::Document => {}
            Next::Mark => break true,
            other => break blocks.go_on(other, &mut documents, "its header")?,
        }
    };
    while is_found {
        is_found = match documents.next()? {
            Next::Document => {
                let heading = Heading::of(&documents.bytes);
                blocks.n_lost += u64::from(heading.is_none());
                blocks.read(heading.unwrap_or_default(), &mut documents, sink)?
            }
            Next::Over => break,
            // A block begins with a document.
            Next::Mark => {
                blocks.n_lost += 1;
                true
            }
            other => blocks.go_on(other, &mut documents, "a block")?,
        };
    }
    blocks.ended().map_or(Ok(()), |reason| Err(reason.into()))
}

fn truncated(what: &str) -> Stop {
    Reason::Truncated(format!("ends in the middle of {what}")).into()
}

/// What stands in front of a block.
#[derive(Default)]
struct Heading {
    /// Database and collection; nothing if they cannot be read.
    name: String,
    /// Whether the collection is over.
    is_last: bool,
}

impl Heading {
    fn of(bytes: &[u8]) -> Option<Heading> {
        let mut elements = Elements { rest: bytes };
        let (mut database, mut collection, mut is_last) = (None, None, false);
        while let Part::Element(element) = elements.next() {
            let Element { kind, key, value } = element;
            match (kind, key) {
                (kind::STRING, b"db") => database = Some(text(value)?),
                (kind::STRING, b"collection") => collection = Some(text(value)?),
                (kind::BOOL, b"EOF") => is_last = value == [1],
                _ => {}
            }
        }
        let collection = collection.filter(|name| !name.is_empty())?;
        // The log of operations belongs to no database.
        let name = match database? {
            b"" => collection.to_vec(),
            database => [database, b".", collection].concat(),
        };
        let is_short = name.len() <= NAME_BYTES_MAX;
        let name = text_of_utf8(&name).into_owned();
        is_short.then_some(Heading { name, is_last })
    }
}

/// What was met of the blocks.
#[derive(Default)]
struct Blocks {
    /// Collections that are not over, with the members that were made of each.
    open: HashMap<String, u64>,
    /// Places where something else stood than a block.
    n_lost: u64,
    /// Whether the archive ended inside a block, which is told there.
    is_cut: bool,
}

impl Blocks {
    /// Goes on behind what is no document where one should stand, in `what`. Returns whether a block follows.
    fn go_on(
        &mut self,
        next: Next,
        documents: &mut Documents<'_>,
        what: &str,
    ) -> Result<bool, Stop> {
        match next {
            Next::Cut(Some(error)) => return Err(error.into()),
            Next::Cut(None) | Next::Over if !documents.find_in_last()? => {
                return Err(truncated(what));
            }
            _ => {}
        }
        self.n_lost += 1;
        match next {
            Next::Lost => Ok(documents.find_in_last()? || documents.find_collection()?),
            _ => Ok(true),
        }
    }

    /// Reads the documents behind a heading. Returns whether another block follows.
    fn read(
        &mut self,
        heading: Heading,
        documents: &mut Documents<'_>,
        sink: &mut Sink,
    ) -> Result<bool, Stop> {
        let mut next = documents.next()?;
        let name = self.name_of(&heading, matches!(next, Next::Mark))?;
        if heading.is_last {
            self.open.remove(&heading.name);
        }
        if matches!(next, Next::Mark) {
            return Ok(true);
        }
        let mut rows = Rows::begin(sink, Some(&name), Form::Objects, Vec::new())?;
        let mut trouble = Trouble::default();
        let mut failed = None;
        let is_found = loop {
            match next {
                // What is not wanted is passed over, to the next block.
                Next::Document if !rows.is_wanted() => {}
                Next::Document => {
                    let n_damaged = trouble.n_damaged;
                    trouble.show(&documents.bytes, &mut rows)?;
                    if trouble.n_damaged > n_damaged && documents.find_in_last()? {
                        break true;
                    }
                }
                Next::Mark => break true,
                Next::Cut(None) if documents.find_in_last()? => {
                    trouble.n_damaged += 1;
                    break true;
                }
                Next::Cut(error) => {
                    trouble.show_cut(&documents.bytes, &mut rows)?;
                    failed = error;
                    break false;
                }
                Next::Over => {
                    trouble.is_cut = true;
                    break false;
                }
                Next::Lost => {
                    trouble.is_lost = true;
                    break documents.find_in_last()? || documents.find_collection()?;
                }
            }
            next = documents.next()?;
        };
        if let Some(error) = failed {
            return Err(error.into());
        }
        self.is_cut |= trouble.is_cut;
        trouble.note(&mut rows, "of the block");
        rows.end()?;
        Ok(is_found)
    }

    /// The name of the member that a block is, if it `is_empty` of none.
    fn name_of(&mut self, heading: &Heading, is_empty: bool) -> Result<String, Stop> {
        let is_known = self.open.contains_key(&heading.name);
        if !is_known && self.open.len() == COLLECTIONS_MAX {
            let what = format!("more than {COLLECTIONS_MAX} collections at a time");
            return Err(Reason::Limit(what).into());
        }
        let n_members = self.open.entry(heading.name.clone()).or_default();
        *n_members += u64::from(!is_empty);
        let name = match &*heading.name {
            "" => MEMBER,
            name => name,
        };
        Ok(match n_members {
            0 | 1 => name.to_owned(),
            n => format!("{name} {n}"),
        })
    }

    /// Why not all collections were read to their ends, if they were not and that is not told with a block.
    fn ended(mut self) -> Option<Reason> {
        self.open.remove("");
        if self.n_lost > 0 {
            let what = format!("{} blocks are read in part or not at all", self.n_lost);
            return Some(Reason::Damaged(what));
        }
        let n_open = self.open.len();
        let is_early = n_open > 0 && !self.is_cut;
        is_early.then(|| Reason::Truncated(format!("ends before {n_open} of its collections do")))
    }
}
