//! The words in records of a presentation: those of text boxes, those that are drawn, and those of cells of tables.

use std::io::{Read, Seek};

use super::super::biff::u32_at;
use super::super::flow::{TEXT_BYTES_MAX, too_long};
use super::page::{Anchor, Grid, Page};
use super::{Deck, Record, kind};
use crate::decode::decode_utf16;
use crate::error::Reason;

/// Records in each other.
pub(super) const DEPTH_MAX: usize = 64;

/// Bytes of the names of things beside the text.
const NAME_BYTES_MAX: u64 = 4 << 10;

/// Properties of shapes: words that are drawn, and that a group is a table.
const WORDS: u16 = 0x00C0;
const TABLE: u16 = 0x039F;

impl<F: Read + Seek> Deck<F> {
    /// Puts all words in a stretch of records on a page. Names are words only in some records.
    pub(super) fn gather(
        &mut self,
        from: u64,
        to: u64,
        depth: usize,
        names_count: bool,
        page: &mut Page,
    ) {
        if depth > DEPTH_MAX {
            let what = format!("records of a presentation more than {DEPTH_MAX} deep");
            return page.lose(Reason::Limit(what));
        }
        for record in self.records(from, to, page) {
            match record.kind {
                kind::TEXT_CHARS => self.words(record, true, page),
                kind::TEXT_BYTES => self.words(record, false, page),
                kind::STRING if names_count => self.words(record, true, page),
                kind::PROPERTIES | kind::MORE_PROPERTIES => {
                    let words = self.property(record, WORDS, page);
                    if let Some((_, Some(words))) = words {
                        page.put(&decode_utf16(&words));
                    }
                }
                kind::GROUP => self.group(record, depth, page),
                kind::BINARY_TAG => self.tagged(record, depth, page),
                kind::COMMENT | kind::HEADERS_FOOTERS => {
                    self.gather(record.from, record.to, depth + 1, true, page);
                }
                _ if record.holds_records => {
                    self.gather(record.from, record.to, depth + 1, false, page);
                }
                _ => {}
            }
        }
    }

    fn words(&mut self, record: Record, is_wide: bool, page: &mut Page) {
        if record.to - record.from > TEXT_BYTES_MAX as u64 {
            return page.lose(too_long());
        }
        match self.content(record, TEXT_BYTES_MAX as u64) {
            Ok(bytes) if is_wide => page.put(&decode_utf16(&bytes)),
            // Each byte is the lower one of a character whose upper one is zero.
            Ok(bytes) => page.put(&bytes.iter().copied().map(char::from).collect::<String>()),
            Err(reason) => page.lose(reason),
        }
    }

    /// What programs put there under a name: those of PowerPoint itself are records.
    fn tagged(&mut self, tag: Record, depth: usize, page: &mut Page) {
        let mut is_known = false;
        for record in self.records(tag.from, tag.to, page) {
            match record.kind {
                kind::STRING => {
                    let name = self.content(record, NAME_BYTES_MAX).unwrap_or_default();
                    is_known = decode_utf16(&name).starts_with("___PPT");
                }
                kind::BINARY_DATA if is_known => {
                    self.gather(record.from, record.to, depth + 1, false, page);
                }
                _ => {}
            }
        }
    }

    /// A group of shapes, which may be a table.
    fn group(&mut self, group: Record, depth: usize, page: &mut Page) {
        let shapes = self.records(group.from, group.to, page);
        let is_table = match shapes.first() {
            Some(first) if first.kind == kind::SHAPE => self.is_table(*first, page),
            _ => false,
        };
        if !is_table {
            return self.gather(group.from, group.to, depth + 1, false, page);
        }
        let mut grid = Grid::default();
        for shape in shapes.into_iter().skip(1) {
            if page.is_full() {
                page.lose(too_long());
                break;
            }
            let anchor = self.anchor(shape, page);
            let mut cell = Page::within(page);
            self.gather(shape.from, shape.to, depth + 1, false, &mut cell);
            page.take_rest(&mut cell);
            match anchor {
                Some(anchor) => grid.put(anchor, cell.into_cell()),
                None => page.put(&cell.into_cell()),
            }
        }
        page.put_table(grid);
    }

    /// Whether the shape of a group says that the group is a table.
    fn is_table(&mut self, shape: Record, page: &mut Page) -> bool {
        self.records(shape.from, shape.to, page)
            .into_iter()
            .filter(|record| matches!(record.kind, kind::PROPERTIES | kind::MORE_PROPERTIES))
            .any(|record| {
                let found = self.property(record, TABLE, page);
                found.is_some_and(|(value, _)| value & 1 == 1)
            })
    }

    /// Where a shape of a group stands.
    fn anchor(&mut self, shape: Record, page: &mut Page) -> Option<Anchor> {
        let mut records = self.records(shape.from, shape.to, page).into_iter();
        let anchor = records.find(|record| record.kind == kind::ANCHOR)?;
        let bytes = self.content(anchor, 16).ok()?;
        (bytes.len() == 16).then(|| Anchor {
            left: u32_at(&bytes, 0) as i32,
            top: u32_at(&bytes, 4) as i32,
        })
    }

    /// A property of a shape: its number, and what stands behind all of them if it is longer.
    fn property(
        &mut self,
        record: Record,
        wanted: u16,
        page: &mut Page,
    ) -> Option<(u32, Option<Vec<u8>>)> {
        const IS_LONG: u16 = 0x8000;
        let n = u64::from(record.instance);
        let list = match self.content(record, 6 * n) {
            Ok(list) => list,
            Err(reason) => {
                page.lose(reason);
                return None;
            }
        };
        let mut at = record.from + 6 * n;
        for entry in list.as_chunks::<6>().0 {
            let name = u16::from_le_bytes([entry[0], entry[1]]);
            let value = u32_at(entry, 2);
            let is_it = name & 0x3FFF == wanted;
            if name & IS_LONG == 0 {
                if is_it {
                    return Some((value, None));
                }
                continue;
            }
            let end = at.saturating_add(value.into()).min(record.to);
            if is_it {
                let n = end.saturating_sub(at);
                if n > TEXT_BYTES_MAX as u64 {
                    page.lose(too_long());
                    return None;
                }
                return match self.bytes(at, n) {
                    Ok(bytes) => Some((value, Some(bytes))),
                    Err(reason) => {
                        page.lose(reason);
                        None
                    }
                };
            }
            at = end;
        }
        None
    }
}
