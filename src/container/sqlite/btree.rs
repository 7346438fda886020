//! B-trees of a database: from a root page to the records of a table, in their order.
//!
//! Rows stand in the leaves of a table's tree; those of a table `WITHOUT ROWID` in every page of an index tree. What does not
//! fit on a page goes on in a chain of others. Since no page is taken twice, a walk ends whatever the pages say; a subtree that
//! cannot be read costs its own rows. What is in a record is not known here.

use super::pages::{Pages, damaged, u16_at, u32_at};
use crate::error::Reason;

/// Deepest tree. With pages of 512 bytes and two children each this is more than a file can hold.
const DEPTH_MAX: usize = 40;

/// A record of a table.
pub(super) struct Record {
    /// The key of the row; none in a table without one.
    pub(super) rowid: Option<i64>,
    /// What is stored, as far as it may be kept in memory.
    pub(super) payload: Vec<u8>,
    /// Whether the payload ends before its time: it is longer than is allowed, or its pages are missing.
    pub(super) cut: Option<Reason>,
    /// Page and number of the cell, to find the record again.
    pub(super) place: (u32, u16),
}

/// A walk through one tree.
pub(super) struct Tree {
    /// The pages from the root to the one in hand, with the next cell of each.
    path: Vec<Level>,
    /// Longest payload that is kept in memory.
    bytes_max: usize,
    /// Pages and cells that could not be read, and the reason of the first.
    pub(super) n_broken: u64,
    pub(super) broken: Option<Reason>,
}

struct Level {
    number: u32,
    page: Vec<u8>,
    /// Where the b-tree's header begins: behind that of the file on the first page.
    header: usize,
    make: Make,
    n_cells: u16,
    /// Twice the next cell, plus one where its child was taken already.
    step: u32,
}

/// What a page of a tree holds (file format, section 1.6).
#[derive(Clone, Copy, PartialEq, Eq)]
enum Make {
    IndexInterior,
    TableInterior,
    IndexLeaf,
    TableLeaf,
}

impl Tree {
    pub(super) fn new(pages: &mut Pages, root: u32, bytes_max: usize) -> Tree {
        let mut tree = Tree {
            path: Vec::new(),
            bytes_max,
            n_broken: 0,
            broken: None,
        };
        tree.descend(pages, root);
        tree
    }

    /// The next record; none at the end.
    pub(super) fn next(&mut self, pages: &mut Pages) -> Option<Record> {
        loop {
            let level = self.path.last_mut()?;
            let step = level.step;
            let cell = (step / 2) as u16;
            level.step += 1;
            if level.make.is_leaf() {
                level.step += 1;
                if cell >= level.n_cells {
                    self.path.pop();
                } else if let Some(record) = self.record(pages, cell) {
                    return Some(record);
                }
                continue;
            }
            if step % 2 == 0 {
                // the child to the left of the cell, or the right-most one
                match level.child(cell) {
                    Some(child) => self.descend(pages, child),
                    None => self.broken(damaged("a page of the database")),
                }
            } else if cell >= level.n_cells {
                self.path.pop();
            } else if level.make == Make::IndexInterior
                && let Some(record) = self.record(pages, cell)
            {
                return Some(record);
            }
        }
    }

    fn descend(&mut self, pages: &mut Pages, number: u32) {
        let level = match self.path.len() < DEPTH_MAX {
            true => pages.take(number).and_then(|page| Level::new(number, page)),
            false => Err(damaged("the depth of a tree")),
        };
        match level {
            Ok(level) => self.path.push(level),
            Err(reason) => self.broken(reason),
        }
    }

    fn record(&mut self, pages: &mut Pages, cell: u16) -> Option<Record> {
        let level = self.path.last()?;
        let record = level.record(pages, cell, self.bytes_max, Pages::take);
        if record.is_none() {
            self.broken(damaged("a row of the database"));
        }
        record
    }

    fn broken(&mut self, reason: Reason) {
        self.n_broken += 1;
        self.broken.get_or_insert(reason);
    }
}

/// A record that was met before.
pub(super) fn record_at(pages: &mut Pages, place: (u32, u16), bytes_max: usize) -> Option<Record> {
    let page = pages.read(place.0).ok()?;
    let level = Level::new(place.0, page).ok()?;
    level.record(pages, place.1, bytes_max, Pages::read)
}

impl Make {
    fn is_leaf(self) -> bool {
        matches!(self, Make::IndexLeaf | Make::TableLeaf)
    }

    fn is_table(self) -> bool {
        matches!(self, Make::TableInterior | Make::TableLeaf)
    }
}

impl Level {
    fn new(number: u32, page: Vec<u8>) -> Result<Level, Reason> {
        let header = if number == 1 { 100 } else { 0 };
        let make = match page[header] {
            2 => Make::IndexInterior,
            5 => Make::TableInterior,
            10 => Make::IndexLeaf,
            13 => Make::TableLeaf,
            _ => return Err(damaged("a page of the database")),
        };
        let n_cells = u16_at(&page, header + 3);
        let level = Level {
            number,
            header,
            make,
            n_cells,
            step: 0,
            page,
        };
        match level.pointers() + 2 * usize::from(n_cells) <= level.page.len() {
            true => Ok(level),
            false => Err(damaged("a page of the database")),
        }
    }

    fn pointers(&self) -> usize {
        self.header + if self.make.is_leaf() { 8 } else { 12 }
    }

    /// The bytes from a cell on.
    fn cell(&self, cell: u16) -> Option<&[u8]> {
        let pointer = self.pointers() + 2 * usize::from(cell);
        let at = usize::from(u16_at(&self.page, pointer));
        (at >= self.pointers()).then(|| self.page.get(at..))?
    }

    fn child(&self, cell: u16) -> Option<u32> {
        if cell >= self.n_cells {
            return Some(u32_at(&self.page, self.header + 8));
        }
        let bytes = self.cell(cell)?;
        (bytes.len() >= 4).then(|| u32_at(bytes, 0))
    }

    fn record(
        &self,
        pages: &mut Pages,
        cell: u16,
        bytes_max: usize,
        take: fn(&mut Pages, u32) -> Result<Vec<u8>, Reason>,
    ) -> Option<Record> {
        let mut bytes = self.cell(cell)?;
        if self.make == Make::IndexInterior {
            bytes = bytes.get(4..)?;
        }
        let (payload_len, n) = varint(bytes)?;
        bytes = &bytes[n..];
        let mut rowid = None;
        if self.make.is_table() {
            let (id, n) = varint(bytes)?;
            rowid = Some(id as i64);
            bytes = &bytes[n..];
        }
        let local_len = local_len(payload_len, pages.usable_bytes, self.make.is_table());
        let mut payload = bytes.get(..local_len)?.to_vec();
        let mut cut = None;
        if (local_len as u64) < payload_len {
            let rest = bytes.get(local_len..local_len + 4)?;
            cut = overflow(
                pages,
                u32_at(rest, 0),
                payload_len,
                bytes_max,
                &mut payload,
                take,
            );
        }
        Some(Record {
            rowid,
            payload,
            cut,
            place: (self.number, cell),
        })
    }
}

/// Appends what stands on the pages of a chain, up to so many bytes in all. A reason says what is missing.
fn overflow(
    pages: &mut Pages,
    first: u32,
    payload_len: u64,
    bytes_max: usize,
    payload: &mut Vec<u8>,
    take: fn(&mut Pages, u32) -> Result<Vec<u8>, Reason>,
) -> Option<Reason> {
    let mut next = first;
    while (payload.len() as u64) < payload_len {
        if payload.len() >= bytes_max {
            let mib = bytes_max >> 20;
            return Some(Reason::Limit(format!("a row longer than {mib} MiB")));
        }
        let page = match take(pages, next) {
            Ok(page) => page,
            Err(reason) => return Some(reason),
        };
        let missing = (payload_len - payload.len() as u64).min(pages.usable_bytes as u64 - 4);
        payload.extend_from_slice(&page[4..4 + missing as usize]);
        next = u32_at(&page, 0);
    }
    None
}

/// Bytes of a payload that stand on the page itself (file format, section 1.6).
fn local_len(payload_len: u64, usable: usize, is_table: bool) -> usize {
    let most = match is_table {
        true => usable - 35,
        false => (usable - 12) * 64 / 255 - 23,
    };
    if payload_len <= most as u64 {
        return payload_len as usize;
    }
    let least = (usable - 12) * 32 / 255 - 23;
    let k = least + ((payload_len - least as u64) % (usable as u64 - 4)) as usize;
    if k <= most { k } else { least }
}

/// A number of one to nine bytes, and how many they are.
pub(super) fn varint(bytes: &[u8]) -> Option<(u64, usize)> {
    let mut value = 0;
    for (i, byte) in bytes.iter().take(8).enumerate() {
        value = value << 7 | u64::from(byte & 0x7F);
        if byte & 0x80 == 0 {
            return Some((value, i + 1));
        }
    }
    Some((value << 8 | u64::from(*bytes.get(8)?), 9))
}
