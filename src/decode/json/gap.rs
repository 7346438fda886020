//! A gap in the text of a batch, in which values are copied to behind what was read.
//!
//! To make room in the middle of a text, all that follows must move. So more room is made than is needed, and stays in front
//! of what was not read yet: to use it again, only what was read in between moves. Knows bytes and spans, not JSON.

use crate::record::Field;

/// Room between what was read and what was not. Its bytes are NUL, and no field lies in it.
#[derive(Default)]
pub(super) struct Gap {
    start: usize,
    /// Where reading went on.
    end: usize,
}

/// How far fields that begin at or behind a position have moved to the front.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Shift {
    pub(super) from: usize,
    pub(super) by: usize,
}

impl Gap {
    /// Forgets the gap: the text was moved, or is another.
    pub(super) fn forget(&mut self) {
        *self = Gap::default();
    }

    /// Makes room for `len` bytes at `at`, up to which the text was read, and moves `at` to where reading goes on. Returns
    /// where the room begins, and what of the text has moved.
    pub(super) fn open(
        &mut self,
        text: &mut Vec<u8>,
        at: &mut usize,
        len: usize,
    ) -> (usize, Shift) {
        let mut shift = Shift::default();
        if self.end - self.start >= len {
            let n_read = *at - self.end;
            shift = Shift {
                from: self.end,
                by: self.end - self.start,
            };
            text.copy_within(self.end..*at, self.start);
            self.start += n_read;
            let stale = self.start.max(self.end);
            text[stale..*at].fill(0);
            self.end = *at;
        } else {
            // As much again as has to move, so that it moves a few times at most.
            let room = len.max(text.len() - *at);
            text.splice(*at..*at, std::iter::repeat_n(0, room));
            self.start = *at;
            self.end = *at + room;
        }
        let room = self.start;
        self.start += len;
        *at = self.end;
        (room, shift)
    }
}

impl Shift {
    /// Moves the fields at the end of a list, which ascend, along.
    pub(super) fn apply<'f>(self, fields: impl DoubleEndedIterator<Item = &'f mut Field>) {
        let moved = |f: &&mut Field| f.span.start as usize >= self.from;
        for field in fields.rev().take_while(moved) {
            field.span.start -= self.by as u32;
            field.span.end -= self.by as u32;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decode::block::field;

    #[test]
    fn what_was_read_moves_and_what_was_not_stays() {
        let mut text = b"aabbccdd".to_vec();
        let mut gap = Gap::default();
        let mut at = 2;
        let (room, shift) = gap.open(&mut text, &mut at, 3);
        assert_eq!((room, at, shift.by), (2, 8, 0));
        assert_eq!(text, b"aa\0\0\0\0\0\0bbccdd");
        text[room..room + 3].copy_from_slice(b"XYZ");

        let mut fields = [field(0, 2, 0), field(2, 5, 0), field(8, 10, 0)];
        at = 10;
        let (room, shift) = gap.open(&mut text, &mut at, 1);
        shift.apply(fields.iter_mut());
        assert_eq!((room, at), (7, 10));
        assert_eq!(text, b"aaXYZbb\0\0\0ccdd");
        assert_eq!(&text[fields[2].span.range()], b"bb");
        assert_eq!(&text[fields[1].span.range()], b"XYZ");

        // More was read than there is room.
        at = 14;
        let (room, shift) = gap.open(&mut text, &mut at, 2);
        assert_eq!((room, at, shift), (12, 14, Shift { from: 10, by: 2 }));
        assert_eq!(text, b"aaXYZbb\0ccdd\0\0");

        let (room, _) = gap.open(&mut text, &mut at, 1);
        assert_eq!((room, at), (14, 15));
        assert_eq!(text, b"aaXYZbb\0ccdd\0\0\0");
    }
}
