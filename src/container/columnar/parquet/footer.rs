//! The footer of a Parquet file, looked through before the library builds anything of it.
//!
//! It is a structure of Thrift's compact protocol, in which lists say how long they are before their elements come. Here only lengths,
//! depths and numbers are held against what is there, so that a few bytes cannot ask for much memory.

use super::super::{COLUMNS_MAX, DEPTH_MAX};
use crate::error::Reason;

/// Longest footer.
pub(super) const FOOTER_BYTES_MAX: usize = 64 << 20;

/// Most structures of a footer: one for each column of each group of rows, and a few for each.
const STRUCTURES_MAX: usize = 1 << 21;

/// Structures inside each other that a footer has need of.
const NESTED_MAX: usize = 16;

/// Kinds of values.
mod kind {
    pub(super) const TRUE: u8 = 1;
    pub(super) const FALSE: u8 = 2;
    pub(super) const BYTE: u8 = 3;
    pub(super) const I16: u8 = 4;
    pub(super) const I32: u8 = 5;
    pub(super) const I64: u8 = 6;
    pub(super) const DOUBLE: u8 = 7;
    pub(super) const BINARY: u8 = 8;
    pub(super) const LIST: u8 = 9;
    pub(super) const SET: u8 = 10;
    pub(super) const MAP: u8 = 11;
    pub(super) const STRUCT: u8 = 12;
    pub(super) const UUID: u8 = 13;
}

/// What a footer must not have, or what stands in it.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Checked {
    /// Whether columns may be encrypted.
    pub(super) is_encrypted: bool,
}

/// Looks through a footer.
pub(super) fn check(bytes: &[u8]) -> Result<Checked, Reason> {
    let mut walk = Walk {
        bytes,
        at: 0,
        n_structures: 0,
        depths: Vec::new(),
        trouble: None,
    };
    let checked = walk.file();
    match (checked, walk.trouble) {
        (_, Some(reason)) => Err(reason),
        (None, None) => Err(damaged()),
        (Some(checked), None) => Ok(checked),
    }
}

/// The reason for a footer that makes no sense.
pub(super) fn damaged() -> Reason {
    Reason::Damaged("the footer of the file is wrong".to_owned())
}

struct Walk<'b> {
    bytes: &'b [u8],
    at: usize,
    n_structures: usize,
    /// For each group of the schema that is open: how many of its columns are still to come.
    depths: Vec<u64>,
    trouble: Option<Reason>,
}

impl Walk<'_> {
    /// The whole: the schema is looked at, all else passed over.
    fn file(&mut self) -> Option<Checked> {
        let mut checked = Checked::default();
        let mut id = 0;
        while let Some(of) = self.field(&mut id)? {
            match (id, of) {
                (2, kind::LIST) => self.schema()?,
                (8, kind::STRUCT) => {
                    checked.is_encrypted = true;
                    self.value(of, 0)?;
                }
                _ => self.value(of, 0)?,
            }
        }
        Some(checked)
    }

    fn schema(&mut self) -> Option<()> {
        let (n, of) = self.list()?;
        if of != kind::STRUCT {
            return None;
        }
        if n > 2 * COLUMNS_MAX {
            self.trouble = Some(Reason::Limit(format!("more than {COLUMNS_MAX} columns")));
            return None;
        }
        for _ in 0..n {
            let n_children = self.element()?;
            if let Some(left) = self.depths.last_mut() {
                *left -= 1;
            }
            if n_children > 0 {
                self.depths.push(n_children);
            }
            while self.depths.last() == Some(&0) {
                self.depths.pop();
            }
            if self.depths.len() > DEPTH_MAX {
                let what = format!("columns more than {DEPTH_MAX} deep in each other");
                self.trouble = Some(Reason::Limit(what));
                return None;
            }
        }
        // Every group must have got its columns.
        self.depths.is_empty().then_some(())
    }

    /// An element of the schema: how many there are in it.
    fn element(&mut self) -> Option<u64> {
        let (mut id, mut n_children) = (0, 0);
        while let Some(of) = self.field(&mut id)? {
            match (id, of) {
                (5, kind::I32) => n_children = u64::try_from(zigzag(self.varint()?)).ok()?,
                _ => self.value(of, 0)?,
            }
        }
        Some(n_children)
    }

    /// The next field of a structure, whose number comes to stand in `id`; an inner none where it ends.
    #[allow(
        clippy::option_option,
        reason = "two ways to have no field, told apart at once"
    )]
    fn field(&mut self, id: &mut i64) -> Option<Option<u8>> {
        let head = self.byte()?;
        if head == 0 {
            return Some(None);
        }
        match head >> 4 {
            0 => *id = zigzag(self.varint()?),
            delta => *id += i64::from(delta),
        }
        Some(Some(head & 0xF))
    }

    /// How many elements of what kind a list has: no more than there are bytes.
    fn list(&mut self) -> Option<(usize, u8)> {
        let head = self.byte()?;
        let n = match head >> 4 {
            15 => usize::try_from(self.varint()?).ok()?,
            n => usize::from(n),
        };
        self.holds(n)?;
        Some((n, head & 0xF))
    }

    /// Passes over a value.
    fn value(&mut self, of: u8, depth: usize) -> Option<()> {
        if depth > NESTED_MAX {
            return None;
        }
        match of {
            kind::TRUE | kind::FALSE => Some(()),
            kind::BYTE => self.skip(1),
            kind::I16 | kind::I32 | kind::I64 => self.varint().map(|_| ()),
            kind::DOUBLE => self.skip(8),
            kind::UUID => self.skip(16),
            kind::BINARY => {
                let n = usize::try_from(self.varint()?).ok()?;
                self.skip(n)
            }
            kind::LIST | kind::SET => {
                let (n, of) = self.list()?;
                (0..n).try_for_each(|_| self.element_of(of, depth + 1))
            }
            kind::MAP => {
                let n = usize::try_from(self.varint()?).ok()?;
                self.holds(n)?;
                if n == 0 {
                    return Some(());
                }
                let of = self.byte()?;
                (0..n).try_for_each(|_| {
                    self.element_of(of >> 4, depth + 1)?;
                    self.element_of(of & 0xF, depth + 1)
                })
            }
            kind::STRUCT => {
                self.n_structures += 1;
                if self.n_structures > STRUCTURES_MAX {
                    let what = format!("a footer of more than {STRUCTURES_MAX} parts");
                    self.trouble = Some(Reason::Limit(what));
                    return None;
                }
                let mut id = 0;
                while let Some(of) = self.field(&mut id)? {
                    self.value(of, depth + 1)?;
                }
                Some(())
            }
            _ => None,
        }
    }

    /// As [`Walk::value`] of an element of a list, where a truth value takes a byte.
    fn element_of(&mut self, of: u8, depth: usize) -> Option<()> {
        match of {
            kind::TRUE | kind::FALSE => self.skip(1),
            _ => self.value(of, depth),
        }
    }

    fn varint(&mut self) -> Option<u64> {
        let mut value = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7F) << shift;
            if byte < 0x80 {
                return Some(value);
            }
        }
        None
    }

    fn byte(&mut self) -> Option<u8> {
        let byte = *self.bytes.get(self.at)?;
        self.at += 1;
        Some(byte)
    }

    fn skip(&mut self, n: usize) -> Option<()> {
        self.holds(n)?;
        self.at += n;
        Some(())
    }

    fn holds(&self, n: usize) -> Option<()> {
        (n <= self.bytes.len() - self.at).then_some(())
    }
}

fn zigzag(value: u64) -> i64 {
    (value >> 1) as i64 ^ -((value & 1) as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_it(bytes: &[u8], want: Result<bool, &str>) {
        let got = check(bytes).map(|checked| checked.is_encrypted);
        match (got, want) {
            (Ok(got), Ok(want)) => assert_eq!(got, want),
            (Err(reason), Err(want)) => {
                let reason = reason.to_string();
                assert!(reason.contains(want), "{reason}");
            }
            (got, want) => panic!("{got:?} and not {want:?}"),
        }
    }

    /// A schema of so many elements, each in the one before it.
    fn nested(n: usize) -> Vec<u8> {
        // version = 2; schema = n elements, by a varint of two bytes
        let mut bytes = vec![0x15, 4, 0x19, 0xFC, n as u8 & 0x7F | 0x80, (n >> 7) as u8];
        for i in 0..n {
            // num_children = 1, but for the last
            if i + 1 < n {
                bytes.extend([0x55, 2]);
            }
            bytes.push(0);
        }
        bytes.push(0);
        bytes
    }

    #[test]
    fn lengths_that_lie_are_seen() {
        check_it(&[0], Ok(false));
        check_it(&[0x15, 4, 0], Ok(false));
        check_it(&[0x8C, 0, 0], Ok(true));
        check_it(&[], Err("footer of the file is wrong"));
        check_it(&[0x15], Err("wrong"));
        // a list of 2^28 structures, a text of 100 bytes, a map of 9 elements, an unknown kind
        check_it(&[0x49, 0xFC, 0x80, 0x80, 0x80, 0x80, 1, 0], Err("wrong"));
        check_it(&[0x68, 100, b'a', 0], Err("wrong"));
        check_it(&[0x6B, 9, 0x88, 0], Err("wrong"));
        check_it(&[0x6E, 0], Err("wrong"));
        // structures without an end
        check_it(&[0x4C; 100], Err("wrong"));
    }

    #[test]
    fn a_schema_is_only_so_deep_and_has_what_it_says() {
        check_it(&nested(DEPTH_MAX + 1), Ok(false));
        check_it(&nested(DEPTH_MAX + 2), Err("64 deep"));
        // a group that says it has two columns and has none
        check_it(&[0x29, 0x1C, 0x55, 4, 0, 0], Err("wrong"));
    }
}
