//! The strings that the cells of a workbook share: as many as are allowed, the first of them in memory and the rest in an unnamed
//! temporary file.
//!
//! Cells name a string by its number. They mostly do so in the order in which the strings stand, so that a block of the file
//! around the last one is kept. What a string means is not known here.

use std::io::{self, Read, Seek, SeekFrom, Write};

use crate::container::reason_of;
use crate::error::Reason;

/// Bytes of strings that are kept in memory.
const HEAD_BYTES: usize = 32 << 20;

/// Bytes of the file that are read at a time.
const BLOCK_BYTES: u64 = 64 << 10;

/// Shared strings of a workbook.
pub(super) struct Strings {
    /// Where each string ends, counted over all of them.
    ends: Vec<u32>,
    head: Vec<u8>,
    tail: Option<Tail>,
    most: usize,
    /// Why there may be more than are here.
    lost: Option<Reason>,
}

/// The strings that did not fit into memory.
struct Tail {
    file: tempfile::SpooledTempFile,
    unwritten: Vec<u8>,
    n_bytes: u64,
    /// A part of the file, and where it begins.
    block: Vec<u8>,
    block_start: u64,
}

impl Strings {
    /// No strings yet, and room for so many.
    pub(super) fn new(most: usize) -> Strings {
        Strings {
            ends: Vec::new(),
            head: Vec::new(),
            tail: None,
            most,
            lost: None,
        }
    }

    /// Adds the next string. False when there is no room for it.
    ///
    /// # Errors
    /// When the temporary file cannot be written.
    pub(super) fn push(&mut self, text: &str) -> io::Result<bool> {
        let start = self.ends.last().copied().unwrap_or(0);
        let end = u32::try_from(text.len())
            .ok()
            .and_then(|n| start.checked_add(n));
        let Some(end) = end.filter(|_| self.ends.len() < self.most) else {
            let most = self.most;
            let reason = format!("more than {most} strings, or 4 GiB of them, in one workbook");
            self.lost = Some(Reason::Limit(reason));
            return Ok(false);
        };
        match &mut self.tail {
            None if self.head.len() + text.len() <= HEAD_BYTES => {
                self.head.extend_from_slice(text.as_bytes());
            }
            tail => tail.get_or_insert_with(Tail::new).push(text)?,
        }
        self.ends.push(end);
        Ok(true)
    }

    /// Says why there are no more.
    pub(super) fn lose(&mut self, reason: Reason) {
        self.lost.get_or_insert(reason);
    }

    /// Why strings that cells name may be missing.
    pub(super) fn lost(&self) -> Option<&Reason> {
        self.lost.as_ref()
    }

    /// The string of that number as a cell shows it.
    ///
    /// # Errors
    /// When there is none, or it cannot be read.
    pub(super) fn shown(&mut self, number: usize) -> Result<String, Reason> {
        let found = self.get(number).map_err(|e| reason_of(&e))?;
        found.ok_or_else(|| {
            let none = "cells name shared strings that are not there".to_owned();
            self.lost.clone().unwrap_or(Reason::Malformed(none))
        })
    }

    /// The string of that number; `None` if there is none.
    ///
    /// # Errors
    /// When the temporary file cannot be read.
    fn get(&mut self, number: usize) -> io::Result<Option<String>> {
        let Some(end) = self.ends.get(number).copied() else {
            return Ok(None);
        };
        let start = match number {
            0 => 0,
            _ => self.ends[number - 1],
        };
        let bytes = match &mut self.tail {
            Some(tail) if start as usize >= self.head.len() => {
                let before = self.head.len() as u64;
                tail.get(u64::from(start) - before, u64::from(end) - before)?
            }
            _ => self.head[start as usize..end as usize].to_vec(),
        };
        Ok(Some(String::from_utf8_lossy(&bytes).into_owned()))
    }
}

impl Tail {
    fn new() -> Tail {
        Tail {
            file: tempfile::SpooledTempFile::new(0),
            unwritten: Vec::new(),
            n_bytes: 0,
            block: Vec::new(),
            block_start: 0,
        }
    }

    fn push(&mut self, text: &str) -> io::Result<()> {
        self.unwritten.extend_from_slice(text.as_bytes());
        self.n_bytes += text.len() as u64;
        if self.unwritten.len() as u64 >= BLOCK_BYTES {
            self.write_out()?;
        }
        Ok(())
    }

    fn write_out(&mut self) -> io::Result<()> {
        self.file.seek(SeekFrom::End(0))?;
        self.file.write_all(&self.unwritten)?;
        self.unwritten.clear();
        Ok(())
    }

    fn get(&mut self, start: u64, end: u64) -> io::Result<Vec<u8>> {
        if !self.unwritten.is_empty() {
            self.write_out()?;
        }
        let is_in_block =
            start >= self.block_start && end <= self.block_start + self.block.len() as u64;
        if !is_in_block {
            let n = (end - start).max(BLOCK_BYTES).min(self.n_bytes - start);
            self.file.seek(SeekFrom::Start(start))?;
            self.block.resize(n as usize, 0);
            self.file.read_exact(&mut self.block)?;
            self.block_start = start;
        }
        let at = (start - self.block_start) as usize;
        Ok(self.block[at..at + (end - start) as usize].to_vec())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_come_back_wherever_they_are_kept() {
        let mut strings = Strings::new(3_000_000);
        let text = |i: usize| format!("string {i} {}", "长".repeat(i % 40));
        // About 2.4 million bytes of every 40,000 strings: the file holds most of them.
        let n = 800_000;
        for i in 0..n {
            assert!(strings.push(&text(i)).unwrap());
        }
        assert!(strings.tail.is_some());
        for i in (0..n).step_by(9_973).chain([0, 1, n - 1, n / 2]) {
            assert_eq!(strings.get(i).unwrap(), Some(text(i)));
        }
        assert_eq!(strings.get(n).unwrap(), None);
        assert!(strings.lost().is_none());
    }

    #[test]
    fn there_is_room_for_so_many() {
        let mut strings = Strings::new(2);
        assert!(strings.push("a").unwrap() && strings.push("").unwrap());
        assert!(!strings.push("b").unwrap());
        assert_eq!(strings.get(1).unwrap(), Some(String::new()));
        assert_eq!(strings.shown(0).as_deref(), Ok("a"));
        assert_eq!(strings.shown(2).as_ref(), Err(strings.lost().unwrap()));
        let none = Strings::new(2).shown(usize::MAX).unwrap_err().to_string();
        assert_eq!(
            none,
            "malformed: cells name shared strings that are not there"
        );
        let reason = strings.lost().unwrap().to_string();
        assert!(
            reason.starts_with("limit reached: more than 2 strings"),
            "{reason}"
        );
    }
}
