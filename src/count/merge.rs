//! Merging: sorted sequences, in memory or in a store, become one, in bounded memory.
//!
//! Two sequences are merged a piece of each at a time. Which of them the next fingerprint is of is random, so nothing branches on
//! it. More than two are merged two by two, and so is what comes of that. Beside the blocks of runs a sequence takes less than 8 KiB.

use std::hint::select_unpredictable;

use super::store::{Fingerprint, RunReader};
use crate::error::Error;

/// Fingerprints of a sequence that are merged at a time, at most.
const PIECE: usize = 64;

/// A sorted sequence that is read from the front.
pub(super) struct Cursor<'a, F> {
    block: Block<'a, F>,
    /// Fingerprints of the block that were taken.
    at: usize,
    /// What the caller knows it by, as often as a piece may have fingerprints.
    tags: Vec<usize>,
}

enum Block<'a, F> {
    /// All in memory: the slice in hand, and those that follow it.
    Memory(&'a [F], Box<dyn Iterator<Item = &'a [F]> + 'a>),
    /// In a store: what was read of it, and how much is read at a time.
    Store(Vec<F>, RunReader<'a, F>, usize),
}

impl<'a, F: Fingerprint> Cursor<'a, F> {
    /// Over slices that ascend one after the other.
    pub(super) fn in_memory(
        tag: usize,
        slices: impl Iterator<Item = &'a [F]> + 'a,
    ) -> Cursor<'a, F> {
        Cursor::new(tag, Block::Memory(&[], Box::new(slices)))
    }

    /// Over a run of a store, read in blocks of so many bytes.
    pub(super) fn in_store(tag: usize, reader: RunReader<'a, F>, bytes: usize) -> Cursor<'a, F> {
        // A block lies in memory twice, as read and as fingerprints.
        let n_keys = (bytes / F::BYTES / 2).max(1);
        Cursor::new(tag, Block::Store(Vec::new(), reader, n_keys))
    }

    fn new(tag: usize, block: Block<'a, F>) -> Cursor<'a, F> {
        Cursor {
            block,
            at: 0,
            tags: vec![tag; PIECE],
        }
    }

    fn n_left(&self) -> usize {
        match &self.block {
            Block::Memory(keys, _) => keys.len() - self.at,
            Block::Store(keys, ..) => keys.len() - self.at,
        }
    }

    fn next_block(&mut self) -> Result<(), Error> {
        match &mut self.block {
            Block::Memory(keys, more) => {
                *keys = more.find(|slice| !slice.is_empty()).unwrap_or(&[]);
            }
            Block::Store(keys, reader, n_keys) => reader.fill(keys, *n_keys)?,
        }
        self.at = 0;
        Ok(())
    }

    fn piece(&mut self) -> Result<Piece<'_, F>, Error> {
        if self.n_left() == 0 {
            self.next_block()?;
        }
        let keys = match &self.block {
            Block::Memory(keys, _) => keys,
            Block::Store(keys, ..) => &keys[..],
        };
        Ok(Piece::of(&keys[self.at..], &self.tags))
    }
}

/// What is next of a sequence: fingerprints, and the tag of each.
struct Piece<'s, F> {
    keys: &'s [F],
    tags: &'s [usize],
}

impl<'s, F: Fingerprint> Piece<'s, F> {
    fn of(keys: &'s [F], tags: &'s [usize]) -> Piece<'s, F> {
        let n = keys.len().min(tags.len()).min(PIECE);
        Piece {
            keys: &keys[..n],
            tags: &tags[..n],
        }
    }

    /// Merges two, until one of them is used up, and returns how many of each were.
    #[inline(always)]
    fn merge(
        &self,
        other: &Piece<'_, F>,
        mut each: impl FnMut(F, usize) -> Result<(), Error>,
    ) -> Result<(usize, usize), Error> {
        if self.keys.is_empty() || other.keys.is_empty() {
            for piece in [self, other] {
                for (key, tag) in piece.keys.iter().zip(piece.tags) {
                    each(*key, *tag)?;
                }
            }
            return Ok((self.keys.len(), other.keys.len()));
        }
        let pieces = [self, other];
        let (mut i, mut j) = (0, 0);
        while i < self.keys.len() && j < other.keys.len() {
            let is_other = other.keys[j] < self.keys[i];
            let at = select_unpredictable(is_other, j, i);
            let piece = pieces[usize::from(is_other)];
            each(piece.keys[at], piece.tags[at])?;
            i += usize::from(!is_other);
            j += usize::from(is_other);
        }
        Ok((i, j))
    }
}

/// A sequence, or what comes of several.
enum Merged<'a, F> {
    One(Cursor<'a, F>),
    Two(Box<Pair<'a, F>>),
}

impl<F: Fingerprint> Merged<'_, F> {
    /// What is next, without taking it; nothing at the end.
    fn piece(&mut self) -> Result<Piece<'_, F>, Error> {
        match self {
            Merged::One(cursor) => cursor.piece(),
            Merged::Two(pair) => pair.piece(),
        }
    }

    /// Takes so many of what is next.
    fn take(&mut self, n: usize) {
        match self {
            Merged::One(cursor) => cursor.at += n,
            Merged::Two(pair) => pair.at += n,
        }
    }
}

/// Two sequences, and what of them was merged.
struct Pair<'a, F> {
    first: Merged<'a, F>,
    second: Merged<'a, F>,
    keys: Vec<F>,
    tags: Vec<usize>,
    /// How many of what was merged were taken.
    at: usize,
}

impl<'a, F: Fingerprint> Pair<'a, F> {
    fn new(first: Merged<'a, F>, second: Merged<'a, F>) -> Pair<'a, F> {
        Pair {
            first,
            second,
            keys: Vec::new(),
            tags: Vec::new(),
            at: 0,
        }
    }

    fn piece(&mut self) -> Result<Piece<'_, F>, Error> {
        if self.at == self.keys.len() {
            self.keys.resize(2 * PIECE, F::default());
            self.tags.resize(2 * PIECE, 0);
            let (a, b) = (self.first.piece()?, self.second.piece()?);
            let (keys, tags) = (&mut self.keys[..2 * PIECE], &mut self.tags[..2 * PIECE]);
            let mut n = 0;
            let (i, j) = a.merge(&b, |key, tag| {
                (keys[n], tags[n]) = (key, tag);
                n += 1;
                Ok(())
            })?;
            self.first.take(i);
            self.second.take(j);
            self.keys.truncate(n);
            self.tags.truncate(n);
            self.at = 0;
        }
        Ok(Piece::of(&self.keys[self.at..], &self.tags[self.at..]))
    }
}

/// Calls `each` with every fingerprint of every sequence, in ascending order, and the tag of the sequence it is of. Of those
/// that are equal the ones of the sequence before come first.
///
/// # Errors
/// When a store cannot be read, and those of `each`.
#[inline]
pub(super) fn merge<F: Fingerprint>(
    cursors: Vec<Cursor<'_, F>>,
    mut each: impl FnMut(F, usize) -> Result<(), Error>,
) -> Result<(), Error> {
    let (mut first, mut second) = halves(cursors);
    loop {
        let (a, b) = (first.piece()?, second.piece()?);
        if a.keys.is_empty() && b.keys.is_empty() {
            return Ok(());
        }
        let (i, j) = a.merge(&b, &mut each)?;
        first.take(i);
        second.take(j);
    }
}

/// Sequences as two, of which each is merged of two as long as there are more.
fn halves<F: Fingerprint>(cursors: Vec<Cursor<'_, F>>) -> (Merged<'_, F>, Merged<'_, F>) {
    let mut all: Vec<Merged<'_, F>> = cursors.into_iter().map(Merged::One).collect();
    while all.len() > 2 {
        let mut rest = all.into_iter();
        all = Vec::new();
        while let Some(first) = rest.next() {
            all.push(match rest.next() {
                Some(second) => Merged::Two(Box::new(Pair::new(first, second))),
                None => first,
            });
        }
    }
    let mut all = all.into_iter();
    let mut next = || {
        let none = || Merged::One(Cursor::in_memory(0, std::iter::empty()));
        all.next().unwrap_or_else(none)
    };
    (next(), next())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::super::store::{RANGES, Run, Store, Writer};
    use super::*;

    /// A sequence, and whether it lies in a store.
    type Sequence = (BTreeSet<u64>, bool);

    /// Keys of which many are in several sequences, spread over all ranges.
    fn sequence() -> impl Strategy<Value = Sequence> {
        let key = (0u64..600).prop_map(|n| n << 54 | n);
        let keys = prop_oneof![
            proptest::collection::btree_set(key.clone(), 0..8),
            proptest::collection::btree_set(key, 0..400),
            (0u64..300).prop_map(|n| (0..n).collect()),
        ];
        (keys, any::<bool>())
    }

    fn written<F: Fingerprint>(keys: &[F], writer: &mut Writer) -> Option<Run> {
        let mut run = writer.run();
        keys.iter().for_each(|key| run.push(*key).unwrap());
        run.finish().unwrap()
    }

    #[track_caller]
    fn check<F: Fingerprint>(sequences: &[Sequence], as_key: impl Fn(u64) -> F) {
        let as_keys = |(keys, _): &Sequence| keys.iter().map(|n| as_key(*n)).collect();
        let all: Vec<Vec<F>> = sequences.iter().map(as_keys).collect();
        let mut writer = Writer::new(Store::temporary().unwrap());
        let runs = all.iter().zip(sequences);
        let runs: Vec<Option<Run>> = runs
            .map(|(keys, (_, is_stored))| is_stored.then(|| written(keys, &mut writer)).flatten())
            .collect();
        let cursors = all.iter().zip(&runs).enumerate();
        let cursors = cursors.map(|(tag, (keys, run))| match run {
            Some(run) => Cursor::in_store(tag, run.read(0, RANGES), 900),
            None => Cursor::in_memory(tag, keys.chunks(100 + tag)),
        });
        let mut merged = Vec::new();
        merge(cursors.collect(), |key, tag| {
            merged.push((key, tag));
            Ok(())
        })
        .unwrap();
        let keys = all.iter().enumerate();
        let mut want: Vec<(F, usize)> = keys
            .flat_map(|(tag, keys)| keys.iter().map(move |key| (*key, tag)))
            .collect();
        want.sort_unstable();
        assert!(merged == want, "{} sequences", sequences.len());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(60))]
        #[test]
        fn merges_whatever_the_sequences(
            sequences in prop_oneof![
                6 => proptest::collection::vec(sequence(), 0..6),
                1 => proptest::collection::vec(sequence(), 6..70),
            ],
        ) {
            check(&sequences, |n| n);
            check(&sequences, |n| u128::from(n) << 64 | u128::from(!n));
        }
    }

    #[test]
    fn what_fails_is_told_at_once() {
        let keys: Vec<u64> = (0..1000).collect();
        let mut n = 0;
        let cursors = (0..5).map(|tag| Cursor::in_memory(tag, keys.chunks(7)));
        let merged = merge(cursors.collect(), |key, _| {
            n += 1;
            match key {
                700 => Err(Error::new("seven hundred")),
                _ => Ok(()),
            }
        });
        assert!(merged.unwrap_err().to_string().contains("seven hundred"));
        assert_eq!(n, 5 * 700 + 1);
    }
}
