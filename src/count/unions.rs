//! Unions: how many different fingerprints many sets hold together, for many choices of sets at once.
//!
//! The sets of a [`Union`] are merged, so that each different fingerprint comes up once with all the sets it is in, and is
//! counted for every question that asks for one of them. The key space is cut into ranges that are merged in parallel. Of
//! what was spilled a block of each run is in memory at a time. What the questions mean, this file does not know.

use std::sync::{Mutex, PoisonError};

use super::distinct::Distinct;
use super::merge::merge;
use super::store::{Fingerprint, RANGES};
use super::total::Parallel;
use crate::error::Error;

/// Most questions about one union. Three readings of 21 categories ask for three unions each, and each reading for one.
pub(super) const QUESTIONS_MAX: usize = 256;

/// A set of questions, by position.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Mask([u64; QUESTIONS_MAX / 64]);

impl Mask {
    pub(super) fn insert(&mut self, question: usize) {
        self.0[question / 64] |= 1 << (question % 64);
    }

    fn join(&mut self, other: &Mask) {
        self.0.iter_mut().zip(other.0).for_each(|(a, b)| *a |= b);
    }

    /// Adds a number to what the questions have counted so far.
    fn count(&self, n: u64, counts: &mut [u64]) {
        for (i, word) in self.0.iter().enumerate() {
            let mut rest = *word;
            while rest != 0 {
                counts[64 * i + rest.trailing_zeros() as usize] += n;
                rest &= rest - 1;
            }
        }
    }
}

/// Sets to be joined, each with the questions it is part of.
pub(super) struct Union<'a, F>(Vec<(&'a Distinct<F>, Mask)>);

impl<'a, F: Fingerprint> Union<'a, F> {
    /// The sets are sealed.
    pub(super) fn new(sets: impl Iterator<Item = (&'a Distinct<F>, Mask)>) -> Union<'a, F> {
        let is_asked =
            |(set, mask): &(&Distinct<F>, Mask)| set.n_sequences() > 0 && *mask != Mask::default();
        Union(sets.filter(is_asked).collect())
    }

    fn len(&self) -> u64 {
        self.0.iter().map(|(set, _)| set.len()).sum()
    }

    fn n_sequences(&self) -> usize {
        self.0.iter().map(|(set, _)| set.n_sequences()).sum()
    }

    fn n_runs(&self) -> usize {
        self.0.iter().map(|(set, _)| set.n_runs()).sum()
    }

    /// For each question the different fingerprints in some ranges.
    fn count(&self, from: usize, to: usize, read_bytes: usize) -> Result<Vec<u64>, Error> {
        let mut cursors = Vec::with_capacity(self.n_sequences());
        for (tag, (set, _)) in (0..).zip(&self.0) {
            set.cursors(tag, from, to, read_bytes, &mut cursors);
        }
        let mut patterns = Patterns::default();
        let (mut last, mut asked) = (None, Mask::default());
        merge(cursors, |key, tag| {
            if last != Some(key) {
                patterns.add(&asked);
                (last, asked) = (Some(key), Mask::default());
            }
            asked.join(&self.0[tag as usize].1);
            Ok(())
        })?;
        patterns.add(&asked);
        let mut counts = vec![0; QUESTIONS_MAX];
        for (mask, n) in &patterns.0 {
            mask.count(*n, &mut counts);
        }
        Ok(counts)
    }
}

/// How many fingerprints are asked for by which questions. Few such sets come up.
#[derive(Default)]
struct Patterns(Vec<(Mask, u64)>);

impl Patterns {
    #[inline]
    fn add(&mut self, mask: &Mask) {
        let Some(at) = self.0.iter().position(|(known, _)| known == mask) else {
            self.0.push((*mask, 1));
            return;
        };
        self.0[at].1 += 1;
        // The frequent ones come to the front.
        if at > 0 && self.0[at].1 > self.0[at - 1].1 {
            self.0.swap(at, at - 1);
        }
    }
}

/// Fingerprints that are merged in one go; more are cut into ranges.
const RANGE_LEN: u64 = 1 << 16;

/// For each union, and for each question about it, how many different fingerprints there are. Blocks of runs take about
/// `free` bytes of memory together.
///
/// # Errors
/// When a run cannot be read.
pub(super) fn count<F: Fingerprint>(
    unions: &[Union<'_, F>],
    free: usize,
    parallel: &Parallel<'_>,
) -> Result<Vec<Vec<u64>>, Error> {
    let mut counts = vec![vec![0; QUESTIONS_MAX]; unions.len()];
    let mut tasks = Vec::new();
    for (i, union) in unions.iter().enumerate() {
        match union.0.as_slice() {
            // A single sequence needs no reading.
            [(set, mask)] if set.n_sequences() == 1 => mask.count(set.len(), &mut counts[i]),
            _ => {
                let n = (union.len() / RANGE_LEN).clamp(1, RANGES as u64) as usize;
                tasks.extend((0..n).map(|t| (i, t * RANGES / n, (t + 1) * RANGES / n)));
            }
        }
    }
    let n_runs = unions.iter().map(Union::n_runs).max().unwrap_or(0).max(1);
    let read_bytes = read_bytes(free / parallel.threads.max(1), n_runs);
    let outcome = Mutex::new((counts, None));
    (parallel.run)(tasks.len(), &|t| {
        let (i, from, to) = tasks[t];
        let counted = unions[i].count(from, to, read_bytes);
        let mut outcome = outcome.lock().unwrap_or_else(PoisonError::into_inner);
        match counted {
            Ok(counted) => {
                let sums = &mut outcome.0[i];
                sums.iter_mut().zip(counted).for_each(|(a, b)| *a += b);
            }
            Err(error) => outcome.1 = Some(error),
        }
    });
    match outcome.into_inner().unwrap_or_else(PoisonError::into_inner) {
        (_, Some(error)) => Err(error),
        (counts, None) => Ok(counts),
    }
}

/// Bytes of each run that are read at a time, when so many are merged in so much memory.
pub(super) fn read_bytes(free: usize, n_runs: usize) -> usize {
    (free / n_runs.max(1)).clamp(READ_MIN, READ_MAX)
}

/// Bytes of a run that are read at a time, however little memory there is.
const READ_MIN: usize = 1 << 10;

/// And however much.
const READ_MAX: usize = 256 << 10;
