//! Unions: how many different fingerprints many sets hold together, for many choices of sets at once.
//!
//! The sets of a [`Union`] are merged, so that each different fingerprint comes up once with all the sets it is in, and is
//! counted for every question that asks for one of them. The key space is cut into ranges that are merged in parallel. Of
//! what was spilled a block of each run is in memory at a time. What the questions mean, this file does not know.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, PoisonError};

use super::distinct::Distinct;
use super::merge::merge;
use super::store::{Fingerprint, RANGES};
use super::total::Parallel;
use super::traits::Profile;
use crate::error::Error;

/// Most questions about one union. Three readings of 21 categories ask for three unions each, and each reading for one.
pub(super) const QUESTIONS_MAX: usize = 256;

/// A set of questions, by position.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
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

/// What is asked of the fingerprints of a set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Asks {
    /// The questions it is part of.
    pub(super) mask: Mask,
    /// What it tells of each; what all the sets of a fingerprint tell is joined.
    pub(super) profile: Profile,
}

impl Asks {
    /// Questions alone.
    pub(super) fn of(mask: Mask) -> Asks {
        Asks {
            mask,
            profile: Profile::default(),
        }
    }
}

/// What was counted over a union.
#[derive(Clone)]
pub(super) struct Counts {
    /// By question, the different fingerprints.
    pub(super) counts: Vec<u64>,
    /// Different fingerprints by what is told of them.
    pub(super) profiles: BTreeMap<Profile, u64>,
}

impl Counts {
    fn new() -> Counts {
        Counts {
            counts: vec![0; QUESTIONS_MAX],
            profiles: BTreeMap::new(),
        }
    }

    fn count(&mut self, asked: &Asks, n: u64) {
        asked.mask.count(n, &mut self.counts);
        if n > 0 && asked.profile != Profile::default() {
            *self.profiles.entry(asked.profile).or_default() += n;
        }
    }

    /// Adds what was counted over other fingerprints.
    pub(super) fn add(&mut self, other: Counts) {
        let sums = self.counts.iter_mut().zip(other.counts);
        sums.for_each(|(sum, n)| *sum += n);
        for (profile, n) in other.profiles {
            *self.profiles.entry(profile).or_default() += n;
        }
    }
}

/// Sets to be joined, each with what is asked of it.
pub(super) struct Union<'a, F>(Vec<(&'a Distinct<F>, Asks)>);

impl<'a, F: Fingerprint> Union<'a, F> {
    /// The sets are sealed.
    pub(super) fn new(sets: impl Iterator<Item = (&'a Distinct<F>, Asks)>) -> Union<'a, F> {
        let is_asked =
            |(set, asks): &(&Distinct<F>, Asks)| set.n_sequences() > 0 && *asks != Asks::default();
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
    fn count(&self, from: usize, to: usize, read_bytes: usize) -> Result<Counts, Error> {
        let mut cursors = Vec::with_capacity(self.n_sequences());
        for (tag, (set, _)) in (0..).zip(&self.0) {
            set.cursors(tag, from, to, read_bytes, &mut cursors);
        }
        let mut patterns = Patterns::default();
        let (mut last, mut asked) = (None, Asks::default());
        merge(cursors, |key, tag| {
            if last != Some(key) {
                patterns.add(&asked);
                (last, asked) = (Some(key), Asks::default());
            }
            let asks = &self.0[tag as usize].1;
            asked.mask.join(&asks.mask);
            asked.profile.join(asks.profile);
            Ok(())
        })?;
        patterns.add(&asked);
        Ok(patterns.counts())
    }
}

/// How many fingerprints are asked for by which questions, and told of alike. Few such sets come up, and some of them nearly
/// always.
#[derive(Default)]
struct Patterns {
    /// At most [`FREQUENT_MAX`], the frequent ones to the front.
    frequent: Vec<(Asks, u64)>,
    rest: HashMap<Asks, u64>,
}

/// Patterns that are looked through one by one.
const FREQUENT_MAX: usize = 16;

impl Patterns {
    #[inline]
    fn add(&mut self, asked: &Asks) {
        let frequent = &mut self.frequent;
        match frequent.iter().position(|(known, _)| known == asked) {
            Some(at) => {
                frequent[at].1 += 1;
                if at > 0 && frequent[at].1 > frequent[at - 1].1 {
                    frequent.swap(at, at - 1);
                }
            }
            None if frequent.len() < FREQUENT_MAX => frequent.push((*asked, 1)),
            None => *self.rest.entry(*asked).or_default() += 1,
        }
    }

    fn counts(self) -> Counts {
        let mut counts = Counts::new();
        for (asked, n) in self.frequent.into_iter().chain(self.rest) {
            counts.count(&asked, n);
        }
        counts
    }
}

/// Fingerprints that are merged in one go; more are cut into ranges.
pub(super) const RANGE_LEN: u64 = 1 << 16;

/// For each union, and for each question about it, how many different fingerprints there are. Blocks of runs take about
/// `free` bytes of memory together.
///
/// # Errors
/// When a run cannot be read.
pub(super) fn count<F: Fingerprint>(
    unions: &[Union<'_, F>],
    free: usize,
    parallel: &Parallel<'_>,
) -> Result<Vec<Counts>, Error> {
    let mut counts = vec![Counts::new(); unions.len()];
    let mut tasks = Vec::new();
    for (i, union) in unions.iter().enumerate() {
        match union.0.as_slice() {
            // A single sequence needs no reading.
            [(set, asks)] if set.n_sequences() == 1 => counts[i].count(asks, set.len()),
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
            Ok(counted) => outcome.0[i].add(counted),
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
