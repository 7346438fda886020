//! Merging: sorted sequences, in memory or in a store, become one, in bounded memory.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::collections::binary_heap::PeekMut;

use super::store::{Fingerprint, RunReader};
use crate::error::Error;

/// A sorted sequence that is read from the front.
pub(super) struct Cursor<'a, F> {
    block: Block<'a, F>,
    /// Fingerprints of the block that were taken.
    at: usize,
    /// What the caller knows it by.
    tag: u32,
}

enum Block<'a, F> {
    /// All in memory: the slice in hand, and those that follow it.
    Memory(&'a [F], Box<dyn Iterator<Item = &'a [F]> + 'a>),
    /// In a store: what was read of it, and how much is read at a time.
    Store(Vec<F>, RunReader<'a, F>, usize),
}

impl<'a, F: Fingerprint> Cursor<'a, F> {
    /// Over slices that ascend one after the other.
    pub(super) fn in_memory(tag: u32, slices: impl Iterator<Item = &'a [F]> + 'a) -> Cursor<'a, F> {
        Cursor {
            block: Block::Memory(&[], Box::new(slices)),
            at: 0,
            tag,
        }
    }

    /// Over a run of a store, read in blocks of so many bytes.
    pub(super) fn in_store(tag: u32, reader: RunReader<'a, F>, bytes: usize) -> Cursor<'a, F> {
        // A block lies in memory twice, as read and as fingerprints.
        let n_keys = (bytes / F::BYTES / 2).max(1);
        Cursor {
            block: Block::Store(Vec::new(), reader, n_keys),
            at: 0,
            tag,
        }
    }

    #[inline]
    fn next(&mut self) -> Result<Option<F>, Error> {
        let keys = match &self.block {
            Block::Memory(keys, _) => keys,
            Block::Store(keys, ..) => &keys[..],
        };
        if let Some(key) = keys.get(self.at) {
            self.at += 1;
            return Ok(Some(*key));
        }
        self.next_block()
    }

    #[cold]
    fn next_block(&mut self) -> Result<Option<F>, Error> {
        let first = match &mut self.block {
            Block::Memory(keys, more) => {
                *keys = more.find(|slice| !slice.is_empty()).unwrap_or(&[]);
                keys.first().copied()
            }
            Block::Store(keys, reader, n_keys) => {
                reader.fill(keys, *n_keys)?;
                keys.first().copied()
            }
        };
        self.at = usize::from(first.is_some());
        Ok(first)
    }
}

/// Calls `each` with every fingerprint of every sequence, in ascending order, and the tag of the sequence it is of.
///
/// # Errors
/// When a store cannot be read, and those of `each`.
pub(super) fn merge<F: Fingerprint>(
    mut cursors: Vec<Cursor<'_, F>>,
    mut each: impl FnMut(F, u32) -> Result<(), Error>,
) -> Result<(), Error> {
    let mut heap = BinaryHeap::with_capacity(cursors.len());
    for (i, cursor) in cursors.iter_mut().enumerate() {
        if let Some(key) = cursor.next()? {
            heap.push(Reverse((key, i)));
        }
    }
    while let Some(mut top) = heap.peek_mut() {
        let Reverse((key, i)) = *top;
        let cursor = &mut cursors[i];
        each(key, cursor.tag)?;
        match cursor.next()? {
            Some(next) => *top = Reverse((next, i)),
            None => drop(PeekMut::pop(top)),
        }
    }
    Ok(())
}
