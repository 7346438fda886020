//! The records of a workbook before 2007 (\[MS-XLS\]), and the strings that run over several of them.
//!
//! A record is two numbers, its kind and its length, and at most 8,224 bytes; what is longer goes on in records of their own.
//! What a record says is not known here.

use std::io::{self, Read};

use crate::container::reason_of;
use crate::decode::{decode_code_page, decode_utf16};
use crate::error::Reason;

/// Kind of a record that goes on with the one before.
const CONTINUE: u16 = 0x003C;

/// Bytes of a record, by a generous reading.
const RECORD_BYTES_MAX: usize = 32 << 10;

/// Records, one after the other.
pub(super) struct Records<R> {
    rdr: R,
    /// The head of the next record, if it was read before its time.
    ahead: Option<(u16, u16)>,
    pub(super) data: Vec<u8>,
}

impl<R: Read> Records<R> {
    pub(super) fn new(rdr: R) -> Records<R> {
        Records {
            rdr,
            ahead: None,
            data: Vec::new(),
        }
    }

    /// Reads the next record into `data` and returns its kind; `None` at the end.
    ///
    /// # Errors
    /// When the stream ends in the middle of one, or cannot be read.
    pub(super) fn next(&mut self) -> Result<Option<u16>, Reason> {
        let Some((kind, length)) = self.peek()? else {
            return Ok(None);
        };
        self.ahead = None;
        if usize::from(length) > RECORD_BYTES_MAX {
            let reason = "a record of the workbook is longer than records can be".to_owned();
            return Err(Reason::Damaged(reason));
        }
        self.data.resize(usize::from(length), 0);
        let read = self.rdr.read_exact(&mut self.data);
        read.map_err(|e| reason_of(&e))?;
        Ok(Some(kind))
    }

    /// Reads the next record if it goes on with the one before.
    ///
    /// # Errors
    /// As [`Records::next`].
    pub(super) fn go_on(&mut self) -> Result<bool, Reason> {
        match self.peek()? {
            Some((CONTINUE, _)) => Ok(self.next()?.is_some()),
            _ => Ok(false),
        }
    }

    fn peek(&mut self) -> Result<Option<(u16, u16)>, Reason> {
        if self.ahead.is_none() {
            let mut head = [0; 4];
            match self.rdr.read_exact(&mut head) {
                Ok(()) => {}
                Err(e) if e.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
                Err(e) => return Err(reason_of(&e)),
            }
            let [a, b, c, d] = head;
            self.ahead = Some((u16::from_le_bytes([a, b]), u16::from_le_bytes([c, d])));
        }
        Ok(self.ahead)
    }
}

/// A number at a place of a record; 0 where it ends before.
pub(super) fn u16_at(data: &[u8], at: usize) -> u16 {
    let bytes = data.get(at..at + 2).and_then(|b| b.try_into().ok());
    bytes.map_or(0, u16::from_le_bytes)
}

/// As [`u16_at`].
pub(super) fn u32_at(data: &[u8], at: usize) -> u32 {
    let bytes = data.get(at..at + 4).and_then(|b| b.try_into().ok());
    bytes.map_or(0, u32::from_le_bytes)
}

/// As [`u16_at`].
pub(super) fn f64_at(data: &[u8], at: usize) -> f64 {
    let bytes = data.get(at..at + 8).and_then(|b| b.try_into().ok());
    bytes.map_or(0.0, f64::from_le_bytes)
}

/// A number in 30 bits: whole or the upper part of a binary64, of which a hundredth may be meant (2.5.122).
pub(super) fn rk(bits: u32) -> f64 {
    let number = match bits & 2 {
        0 => f64::from_bits(u64::from(bits & !3) << 32),
        _ => f64::from((bits as i32) >> 2),
    };
    if bits & 1 == 1 {
        number / 100.0
    } else {
        number
    }
}

/// Characters of one or two bytes each.
pub(super) fn characters(bytes: &[u8], is_wide: bool) -> String {
    match is_wide {
        true => decode_utf16(bytes),
        // The upper halves of the characters are zero.
        false => bytes.iter().map(|b| char::from(*b)).collect(),
    }
}

/// A string whose length stands before it in one byte or two; in a code page before 1997, and with a byte of options after.
pub(super) fn string(data: &[u8], is_long: bool, code_page: Option<u16>) -> String {
    let (n, at) = match is_long {
        true => (usize::from(u16_at(data, 0)), 2),
        false => (usize::from(data.first().copied().unwrap_or(0)), 1),
    };
    let rest = data.get(at..).unwrap_or_default();
    if let Some(code_page) = code_page {
        return decode_code_page(&rest[..n.min(rest.len())], code_page);
    }
    let options = rest.first().copied().unwrap_or(0);
    let n_before = 1 + if options & 8 == 0 { 0 } else { 2 } + if options & 4 == 0 { 0 } else { 4 };
    let text = rest.get(n_before..).unwrap_or_default();
    let n_bytes = n << (options & 1);
    characters(&text[..n_bytes.min(text.len())], options & 1 == 1)
}

/// Strings that stand one after the other in a record and those that go on with it (2.5.293).
pub(super) struct RunOn<'r, R> {
    records: &'r mut Records<R>,
    at: usize,
}

impl<'r, R: Read> RunOn<'r, R> {
    /// Reads from a place of the record in hand.
    pub(super) fn new(records: &'r mut Records<R>, at: usize) -> RunOn<'r, R> {
        RunOn { records, at }
    }

    /// Whether there is a byte still.
    fn fill(&mut self) -> Result<bool, Reason> {
        while self.at >= self.records.data.len() {
            if !self.records.go_on()? {
                return Ok(false);
            }
            self.at = 0;
        }
        Ok(true)
    }

    fn byte(&mut self) -> Result<u8, Reason> {
        if !self.fill()? {
            return Err(cut());
        }
        self.at += 1;
        Ok(self.records.data[self.at - 1])
    }

    fn number<const N: usize>(&mut self) -> Result<[u8; N], Reason> {
        let mut bytes = [0; N];
        for byte in &mut bytes {
            *byte = self.byte()?;
        }
        Ok(bytes)
    }

    fn skip(&mut self, mut n: usize) -> Result<(), Reason> {
        while n > 0 {
            if !self.fill()? {
                return Err(cut());
            }
            let here = n.min(self.records.data.len() - self.at);
            self.at += here;
            n -= here;
        }
        Ok(())
    }

    /// The next string; `None` at the end.
    pub(super) fn next(&mut self) -> Result<Option<String>, Reason> {
        if !self.fill()? {
            return Ok(None);
        }
        let n = usize::from(u16::from_le_bytes(self.number()?));
        let options = self.byte()?;
        let n_runs = match options & 8 {
            0 => 0,
            _ => usize::from(u16::from_le_bytes(self.number()?)),
        };
        let n_more = match options & 4 {
            0 => 0,
            _ => u32::from_le_bytes(self.number()?) as usize,
        };
        let text = self.characters(n, options & 1 == 1)?;
        self.skip(n_runs * 4 + n_more)?;
        Ok(Some(text))
    }

    /// Characters; where they run over the end of a record, the next one begins with how wide they are.
    pub(super) fn characters(&mut self, mut n: usize, is_wide: bool) -> Result<String, Reason> {
        let (mut text, mut is_wide) = (String::new(), is_wide);
        while n > 0 {
            if self.at >= self.records.data.len() {
                if !self.fill()? {
                    return Err(cut());
                }
                is_wide = self.byte()? & 1 == 1;
            }
            let rest = &self.records.data[self.at..];
            let width = 1 + usize::from(is_wide);
            let here = n.min(rest.len() / width);
            if here == 0 {
                return Err(cut());
            }
            text.push_str(&characters(&rest[..here * width], is_wide));
            self.at += here * width;
            n -= here;
        }
        Ok(text)
    }
}

fn cut() -> Reason {
    Reason::Damaged("a string of the workbook ends before it should".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_numbers_are_written_small() {
        for (bits, want) in [
            (0x3FF0_0000, 1.0),
            (0x0000_04D2 << 2 | 2, 1234.0),
            (0x0000_04D2 << 2 | 3, 12.34),
        ] {
            assert_eq!(rk(bits), want);
        }
        assert_eq!(rk((-5_i32 as u32) << 2 | 2), -5.0);
    }

    #[test]
    fn strings_run_over_records() {
        // "abcd" with a change of width after two characters, then "x".
        let first = [4, 0, 0, b'a', b'b'];
        let second = [1, b'c', 0, b'd', 0, 1, 0, 0, b'x'];
        let mut bytes = vec![0xFC, 0, first.len() as u8, 0];
        bytes.extend_from_slice(&first);
        bytes.extend_from_slice(&[0x3C, 0, second.len() as u8, 0]);
        bytes.extend_from_slice(&second);
        let mut records = Records::new(&bytes[..]);
        assert_eq!(records.next().unwrap(), Some(0xFC));
        let mut strings = RunOn::new(&mut records, 0);
        assert_eq!(strings.next().unwrap().as_deref(), Some("abcd"));
        assert_eq!(strings.next().unwrap().as_deref(), Some("x"));
        assert_eq!(strings.next().unwrap(), None);
        let mut records = Records::new(&bytes[..9]);
        records.next().unwrap();
        assert!(RunOn::new(&mut records, 0).next().is_err());
    }
}
