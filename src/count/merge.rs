//! Merging: sorted sequences, in memory or in a store, become one, in bounded memory.
//!
//! Two sequences are merged a piece of each at a time. Which of them the next fingerprint is of is random, so nothing branches on
//! it. More than two are merged two by two, and so is what comes of that. Beside the blocks of runs a sequence takes less than
//! 8 KiB. Short ones, of which there may be as many as records, are gathered and sorted instead, in no more memory than that.

use std::hint::select_unpredictable;

use super::store::{Fingerprint, RunReader};
use crate::error::Error;

/// Fingerprints of a sequence that are merged at a time, at most.
const PIECE: usize = 64;

/// Sequences with fewer fingerprints than these are gathered.
const SHORT: u64 = 128;

/// Sorted sequences that are to be merged.
pub(super) struct Sequences<'a, F> {
    long: Vec<Cursor<'a, F>>,
    /// The fingerprints of short ones, with the tags of these.
    gathered: Vec<(F, usize)>,
}

impl<F> Default for Sequences<'_, F> {
    fn default() -> Self {
        Sequences {
            long: Vec::new(),
            gathered: Vec::new(),
        }
    }
}

impl<'a, F: Fingerprint> Sequences<'a, F> {
    /// Adds a sequence in memory: slices that ascend one after the other. `tag` is what the caller knows it by.
    pub(super) fn add_slices(
        &mut self,
        tag: usize,
        slices: impl Iterator<Item = &'a [F]> + Clone + 'a,
    ) {
        let n: usize = slices.clone().map(<[F]>::len).sum();
        if (n as u64) < SHORT {
            let keys = slices.flatten();
            self.gathered.extend(keys.map(|key| (*key, tag)));
        } else {
            let block = Block::Memory(&[], Box::new(slices));
            self.long.push(Cursor::new(tag, block));
        }
    }

    /// Adds a run of a store, which is read in blocks of so many bytes.
    ///
    /// # Errors
    /// When it is short and cannot be read.
    pub(super) fn add_run(
        &mut self,
        tag: usize,
        mut run: RunReader<'a, F>,
        bytes: usize,
    ) -> Result<(), Error> {
        // A block lies in memory twice, as read and as fingerprints.
        let n_keys = (bytes / F::BYTES / 2).max(1);
        let mut keys = Vec::new();
        if run.n_left() < SHORT {
            run.fill(&mut keys, SHORT as usize)?;
            self.gathered.extend(keys.into_iter().map(|key| (key, tag)));
        } else {
            let block = Block::Store(keys, run, n_keys);
            self.long.push(Cursor::new(tag, block));
        }
        Ok(())
    }
}

/// A sorted sequence that is read from the front.
struct Cursor<'a, F> {
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
    Many(Box<Buffer<'a, F>>),
}

impl<F: Fingerprint> Merged<'_, F> {
    /// What is next, without taking it; nothing at the end.
    fn piece(&mut self) -> Result<Piece<'_, F>, Error> {
        match self {
            Merged::One(cursor) => cursor.piece(),
            Merged::Many(buffer) => buffer.piece(),
        }
    }

    /// Takes so many of what is next.
    fn take(&mut self, n: usize) {
        match self {
            Merged::One(cursor) => cursor.at += n,
            Merged::Many(buffer) => buffer.at += n,
        }
    }
}

/// Fingerprints that were merged, with their tags.
struct Buffer<'a, F> {
    keys: Vec<F>,
    tags: Vec<usize>,
    /// How many of them were taken.
    at: usize,
    /// How many there are; what is behind them is left over from before.
    end: usize,
    /// The two that more is merged of, unless both are at their ends.
    rest: Option<(Merged<'a, F>, Merged<'a, F>)>,
}

impl<'a, F: Fingerprint> Buffer<'a, F> {
    fn of_two(first: Merged<'a, F>, second: Merged<'a, F>) -> Buffer<'a, F> {
        Buffer {
            keys: vec![F::default(); 2 * PIECE],
            tags: vec![0; 2 * PIECE],
            at: 0,
            end: 0,
            rest: Some((first, second)),
        }
    }

    fn of_gathered(mut gathered: Vec<(F, usize)>) -> Buffer<'a, F> {
        gathered.sort_unstable();
        let (keys, tags): (Vec<F>, Vec<usize>) = gathered.into_iter().unzip();
        Buffer {
            at: 0,
            end: keys.len(),
            keys,
            tags,
            rest: None,
        }
    }

    fn piece(&mut self) -> Result<Piece<'_, F>, Error> {
        if self.at == self.end
            && let Some((first, second)) = &mut self.rest
        {
            let (a, b) = (first.piece()?, second.piece()?);
            let (keys, tags) = (&mut self.keys[..2 * PIECE], &mut self.tags[..2 * PIECE]);
            let mut n = 0;
            let (i, j) = a.merge(&b, |key, tag| {
                (keys[n], tags[n]) = (key, tag);
                n += 1;
                Ok(())
            })?;
            first.take(i);
            second.take(j);
            (self.at, self.end) = (0, n);
            if n == 0 {
                // Nobody asks them again, and what they hold is needed elsewhere.
                self.rest = None;
                (self.keys, self.tags) = (Vec::new(), Vec::new());
            }
        }
        let rest = self.at..self.end;
        Ok(Piece::of(&self.keys[rest.clone()], &self.tags[rest]))
    }
}

/// Calls `each` with every fingerprint of every sequence, in ascending order, and the tag of the sequence it is of. Those that
/// are equal come one after the other, in any order.
///
/// # Errors
/// When a store cannot be read, and those of `each`.
#[inline]
pub(super) fn merge<F: Fingerprint>(
    sequences: Sequences<'_, F>,
    mut each: impl FnMut(F, usize) -> Result<(), Error>,
) -> Result<(), Error> {
    let (mut first, mut second) = halves(sequences);
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
fn halves<F: Fingerprint>(sequences: Sequences<'_, F>) -> (Merged<'_, F>, Merged<'_, F>) {
    let Sequences { long, gathered } = sequences;
    let mut all: Vec<Merged<'_, F>> = long.into_iter().map(Merged::One).collect();
    if !gathered.is_empty() {
        all.push(Merged::Many(Box::new(Buffer::of_gathered(gathered))));
    }
    while all.len() > 2 {
        let mut rest = all.into_iter();
        all = Vec::new();
        while let Some(first) = rest.next() {
            all.push(match rest.next() {
                Some(second) => Merged::Many(Box::new(Buffer::of_two(first, second))),
                None => first,
            });
        }
    }
    let mut all = all.into_iter();
    let mut next = || {
        let none = || Merged::Many(Box::new(Buffer::of_gathered(Vec::new())));
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
        let mut added = Sequences::default();
        for (tag, (keys, run)) in all.iter().zip(&runs).enumerate() {
            match run {
                Some(run) => added.add_run(tag, run.read(0, RANGES), 900).unwrap(),
                None => added.add_slices(tag, keys.chunks(100 + tag)),
            }
        }
        let mut merged = Vec::new();
        merge(added, |key, tag| {
            merged.push((key, tag));
            Ok(())
        })
        .unwrap();
        assert!(merged.is_sorted_by_key(|(key, _)| *key));
        merged.sort_unstable();
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
        let mut sequences = Sequences::default();
        (0..5).for_each(|tag| sequences.add_slices(tag, keys.chunks(7)));
        let merged = merge(sequences, |key, _| {
            n += 1;
            match key {
                700 => Err(Error::new("seven hundred")),
                _ => Ok(()),
            }
        });
        assert!(merged.unwrap_err().to_string().contains("seven hundred"));
        assert_eq!(n, 5 * 700 + 1);
    }

    /// As many sequences as records: each record of an export with ever other fields is of a group of its own.
    #[test]
    fn what_is_in_many_short_sequences_is_gathered() {
        let all: Vec<Vec<u64>> = (0..20_000u64)
            .map(|n| (0..n % 9).map(|i| (i * 20_000 + n) << 40).collect())
            .collect();
        let long: Vec<u64> = (0..SHORT).collect();
        let mut sequences = Sequences::default();
        for (tag, keys) in all.iter().chain([&long]).enumerate() {
            sequences.add_slices(tag, keys.chunks(2));
        }
        assert_eq!(sequences.long.len(), 1, "they take the memory of cursors");
        let mut merged = Vec::new();
        merge(sequences, |key, _| {
            merged.push(key);
            Ok(())
        })
        .unwrap();
        let mut want: Vec<u64> = all.into_iter().flatten().chain(long).collect();
        want.sort_unstable();
        assert!(merged == want);
    }
}
