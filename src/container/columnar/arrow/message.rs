//! Messages: what an Arrow file is made of, one behind the other.
//!
//! A message says in a table what it is and how long its body is, which follows it. A stream is messages from its start to its end; a file
//! has its name in front of them and at its end a footer, which says where they stand.

use std::rc::Rc;

use super::buffer::Data;
use super::flat::Flat;
use crate::container::pump::Stop;

/// Longest table of a message, and longest footer.
const METADATA_BYTES_MAX: u64 = 16 << 20;
const FOOTER_BYTES_MAX: u64 = 64 << 20;

/// What a file begins with, padded to eight bytes, and ends with.
const MAGIC: &[u8; 6] = b"ARROW1";
const HEAD_BYTES: u64 = 8;

/// Bytes behind the footer: its length, and the name again.
const TAIL_BYTES: u64 = 10;

/// Bytes of what a footer says of a message: where it stands, and how long its parts are.
const BLOCK_BYTES: usize = 24;

/// What stands before the length of a message; not in files of old.
const MARK: u32 = u32::MAX;

/// What a message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Is {
    Schema,
    Dictionary,
    Rows,
    /// A tensor, which is no table.
    Other,
}

/// A message.
pub(super) struct Message {
    pub(super) is: Is,
    /// Where it begins.
    pub(super) start: u64,
    /// Where its body stands, and how long it is.
    pub(super) body: (u64, u64),
    /// Whether the body goes on behind the end.
    pub(super) is_cut: bool,
    version: i16,
    bytes: Vec<u8>,
}

impl Message {
    fn read(bytes: Vec<u8>) -> Option<Message> {
        let table = Flat::root(&bytes)?;
        let is = match table.u8(1)? {
            1 => Is::Schema,
            2 => Is::Dictionary,
            3 => Is::Rows,
            4 | 5 => Is::Other,
            _ => return None,
        };
        table.table(2)?;
        let n_body = u64::try_from(table.i64(3).unwrap_or(0)).ok()?;
        Some(Message {
            is,
            start: 0,
            body: (0, n_body),
            is_cut: false,
            version: table.i16(0).unwrap_or(0),
            bytes,
        })
    }

    /// What it says.
    pub(super) fn table(&self) -> Option<Flat<'_>> {
        Flat::root(&self.bytes)?.table(2)
    }

    /// Whether it was written by versions that laid out buffers otherwise (before 0.8 of 2017).
    pub(super) fn is_too_old(&self) -> bool {
        self.version < 3
    }

    /// Whether unions have bits (before 1.0).
    pub(super) fn has_union_bits(&self) -> bool {
        self.version < 4
    }
}

/// What comes next.
pub(super) enum Next {
    Message(Message),
    /// The mark of the end, or the end.
    Over,
    /// The end, in the middle of a message.
    Cut,
    /// No message stands here.
    Lost,
}

/// Messages from some place on.
pub(super) struct Messages {
    pub(super) data: Rc<Data>,
    pub(super) at: u64,
    pub(super) end: u64,
    /// Where the footer says that messages stand, in order.
    places: Vec<u64>,
}

impl Messages {
    /// Goes on to the next message.
    pub(super) fn next(&mut self) -> Result<Next, Stop> {
        let start = self.at;
        if start >= self.end {
            return Ok(Next::Over);
        }
        let Some(mut n) = self.number()? else {
            return Ok(Next::Cut);
        };
        if n == MARK {
            let Some(behind) = self.number()? else {
                return Ok(Next::Cut);
            };
            n = behind;
        }
        let n = u64::from(n);
        if n == 0 {
            return Ok(Next::Over);
        }
        if n > METADATA_BYTES_MAX {
            return Ok(Next::Lost);
        }
        if self.end - self.at < n {
            return Ok(Next::Cut);
        }
        let mut bytes = vec![0; n as usize];
        self.data.read_at(self.at, &mut bytes)?;
        let Some(mut message) = Message::read(bytes) else {
            return Ok(Next::Lost);
        };
        let (body_at, n_body) = (self.at + n, message.body.1);
        message.start = start;
        message.body = (body_at, n_body);
        message.is_cut = n_body > self.end - body_at;
        self.at = body_at.saturating_add(n_body).min(self.end);
        Ok(Next::Message(message))
    }

    /// Goes to the first place behind another where the footer says that a message stands, if there is one.
    pub(super) fn resume(&mut self, behind: u64) -> bool {
        let i = self.places.partition_point(|place| *place <= behind);
        match self.places.get(i) {
            Some(place) if *place < self.end => {
                self.at = *place;
                true
            }
            _ => false,
        }
    }

    /// Whether another stream begins behind the end of one.
    pub(super) fn begins_again(&mut self) -> Result<bool, Stop> {
        let at = self.at;
        let mark = self.number()?;
        self.at = at;
        Ok(mark == Some(MARK))
    }

    fn number(&mut self) -> Result<Option<u32>, Stop> {
        let mut bytes = [0; 4];
        if self.end.saturating_sub(self.at) < 4 {
            return Ok(None);
        }
        self.data.read_at(self.at, &mut bytes)?;
        self.at += 4;
        Ok(Some(u32::from_le_bytes(bytes)))
    }
}

/// What the footer of a file says.
pub(super) struct Footer {
    bytes: Vec<u8>,
    /// Batches of rows.
    pub(super) n_batches: u64,
}

impl Footer {
    /// The schema, as it stands there once more.
    pub(super) fn schema(&self) -> Option<Flat<'_>> {
        Flat::root(&self.bytes)?.table(1)
    }
}

/// How messages lie.
pub(super) enum Layout {
    Stream,
    /// A file, whose footer may not be there, or make no sense.
    File(Option<Footer>),
}

/// Where messages begin, and how they lie.
pub(super) fn layout(data: &Rc<Data>) -> Result<(Messages, Layout), Stop> {
    let mut messages = Messages {
        data: Rc::clone(data),
        at: 0,
        end: data.size,
        places: Vec::new(),
    };
    let mut head = [0; MAGIC.len()];
    let n = data.size.min(head.len() as u64) as usize;
    data.read_at(0, &mut head[..n])?;
    if head != *MAGIC {
        return Ok((messages, Layout::Stream));
    }
    messages.at = HEAD_BYTES.min(data.size);
    let mut tail = [0; TAIL_BYTES as usize];
    let tail_at = data.size.saturating_sub(TAIL_BYTES).max(messages.at);
    if data.size < tail_at + TAIL_BYTES {
        return Ok((messages, Layout::File(None)));
    }
    data.read_at(tail_at, &mut tail)?;
    let n = u64::from(u32::from_le_bytes([tail[0], tail[1], tail[2], tail[3]]));
    let start = tail_at.checked_sub(n).filter(|start| *start >= messages.at);
    let (true, Some(start)) = (tail.ends_with(MAGIC) && n <= FOOTER_BYTES_MAX, start) else {
        return Ok((messages, Layout::File(None)));
    };
    let mut bytes = vec![0; n as usize];
    data.read_at(start, &mut bytes)?;
    messages.end = start;
    let Some(footer) = footer(bytes, &mut messages.places) else {
        return Ok((messages, Layout::File(None)));
    };
    Ok((messages, Layout::File(Some(footer))))
}

fn footer(bytes: Vec<u8>, places: &mut Vec<u64>) -> Option<Footer> {
    let table = Flat::root(&bytes)?;
    table.table(1)?;
    let blocks = |field| table.list(field, BLOCK_BYTES);
    for blocks in [blocks(2), blocks(3)].into_iter().flatten() {
        let starts = (0..blocks.len()).filter_map(|i| u64::try_from(blocks.i64(i, 0)?).ok());
        places.extend(starts);
    }
    let n_batches = blocks(3).map_or(0, |blocks| blocks.len() as u64);
    places.sort_unstable();
    Some(Footer { bytes, n_batches })
}
