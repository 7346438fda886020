//! Unions: how many different fingerprints many sets hold together, for many choices of sets at once.
//!
//! The sets of a [`Union`] are merged, so that each different fingerprint comes up once with all the sets it is in, and is
//! counted for every question that asks for one of them. The key space is cut into ranges that are merged in parallel. Of
//! what was spilled a block of each run is in memory at a time. What the questions mean, this file does not know.

use std::collections::{BTreeMap, HashMap};
use std::hint::select_unpredictable;
use std::sync::{Mutex, PoisonError};

use super::distinct::Distinct;
use super::merge::{Sequences, merge};
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

    fn joined(mut self, other: &Asks) -> Asks {
        self.mask.join(&other.mask);
        self.profile.join(other.profile);
        self
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
pub(super) struct Union<'a, F> {
    /// Each with its class: the position of what is asked of it.
    sets: Vec<(&'a Distinct<F>, usize)>,
    classes: Vec<Asks>,
}

impl<'a, F: Fingerprint> Union<'a, F> {
    /// The sets are sealed.
    pub(super) fn new(sets: impl Iterator<Item = (&'a Distinct<F>, Asks)>) -> Union<'a, F> {
        let is_asked =
            |(set, asks): &(&Distinct<F>, Asks)| set.n_sequences() > 0 && *asks != Asks::default();
        let mut classes: Vec<Asks> = Vec::new();
        let mut places: HashMap<Asks, usize> = HashMap::new();
        let mut class = |asks| {
            *places.entry(asks).or_insert_with(|| {
                classes.push(asks);
                classes.len() - 1
            })
        };
        let sets = sets.filter(is_asked);
        Union {
            sets: sets.map(|(set, asks)| (set, class(asks))).collect(),
            classes,
        }
    }

    fn len(&self) -> u64 {
        self.sets.iter().map(|(set, _)| set.len()).sum()
    }

    fn n_runs(&self) -> usize {
        self.sets.iter().map(|(set, _)| set.n_runs()).sum()
    }

    /// For each question the different fingerprints in some ranges.
    fn count(&self, from: usize, to: usize, read_bytes: usize) -> Result<Counts, Error> {
        let mut sequences = Sequences::default();
        for (set, class) in &self.sets {
            set.add_to(&mut sequences, *class, (from, to), read_bytes)?;
        }
        let mut counts = Counts::new();
        let mut last = None;
        if let [asks] = self.classes.as_slice() {
            let mut n = 0;
            merge(sequences, |key, _| {
                n += u64::from(last != Some(key));
                last = Some(key);
                Ok(())
            })?;
            counts.count(asks, n);
            return Ok(counts);
        }
        let mut patterns = Patterns::new(&self.classes);
        let mut pattern = NOTHING;
        merge(sequences, |key, class| {
            let is_other = last != Some(key);
            last = Some(key);
            patterns.found[pattern] += u64::from(is_other);
            pattern = patterns.join(select_unpredictable(is_other, NOTHING, pattern), class);
            Ok(())
        })?;
        patterns.found[pattern] += 1;
        patterns.add_to(&mut counts);
        Ok(counts)
    }
}

/// How many fingerprints are asked for by which questions, and told of alike.
///
/// Few such patterns come up. Each has a number, and what it becomes by another set is noted when that is first met, so that
/// a fingerprint costs a look at the notes for each set that it is in.
struct Patterns<'a> {
    /// What is asked by sets, each once.
    classes: &'a [Asks],
    /// Bits that tell a class.
    class_bits: u32,
    /// By pattern, what is asked.
    asked: Vec<Asks>,
    /// By pattern, the different fingerprints.
    found: Vec<u64>,
    /// By pattern and class, the pattern of both or [`UNMET`]; of the first patterns alone.
    joined: Vec<usize>,
    numbers: HashMap<Asks, usize>,
}

/// The pattern of a fingerprint that is in no set.
const NOTHING: usize = 0;

/// No pattern.
const UNMET: usize = usize::MAX;

/// Most notes of what patterns become.
const JOINED_MAX: usize = 1 << 14;

impl Patterns<'_> {
    fn new(classes: &[Asks]) -> Patterns<'_> {
        let mut patterns = Patterns {
            class_bits: classes.len().next_power_of_two().ilog2(),
            classes,
            asked: Vec::new(),
            found: Vec::new(),
            joined: Vec::new(),
            numbers: HashMap::new(),
        };
        patterns.number(Asks::default());
        patterns
    }

    /// The pattern of a fingerprint that is also in a set of a class.
    #[inline]
    fn join(&mut self, pattern: usize, class: usize) -> usize {
        match self.joined.get(pattern << self.class_bits | class) {
            Some(joined) if *joined != UNMET => *joined,
            _ => self.meet(pattern, class),
        }
    }

    #[cold]
    fn meet(&mut self, pattern: usize, class: usize) -> usize {
        let joined = self.number(self.asked[pattern].joined(&self.classes[class]));
        if let Some(note) = self.joined.get_mut(pattern << self.class_bits | class) {
            *note = joined;
        }
        joined
    }

    fn number(&mut self, asks: Asks) -> usize {
        let number = *self.numbers.entry(asks).or_insert(self.asked.len());
        if number == self.asked.len() {
            self.asked.push(asks);
            self.found.push(0);
            let n = self.asked.len() << self.class_bits;
            if n <= JOINED_MAX {
                self.joined.resize(n, UNMET);
            }
        }
        number
    }

    fn add_to(&self, counts: &mut Counts) {
        for (asked, n) in self.asked.iter().zip(&self.found) {
            counts.count(asked, *n);
        }
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
        match union.sets.as_slice() {
            // A single sequence needs no reading.
            [(set, class)] if set.n_sequences() == 1 => {
                counts[i].count(&union.classes[*class], set.len());
            }
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::distinct::Set;
    use super::super::store::{Store, Writer};
    use super::super::traits::Traits;
    use super::*;
    use crate::category::Category;

    /// The keys of a set, after how many of them it was spilled, and its class.
    type Part = (Vec<u64>, usize, usize);

    fn spread(n: u64) -> u64 {
        n.wrapping_mul(0x9E37_79B9_7F4A_7C15)
    }

    /// Each class asks questions of its own and one that others ask; some ask nothing, or tell nothing.
    fn asks(class: usize) -> Asks {
        let mut asks = Asks::default();
        if !class.is_multiple_of(5) {
            asks.mask.insert(class % QUESTIONS_MAX);
            asks.mask.insert(class * 7 % 11);
        }
        if !class.is_multiple_of(3) {
            let category = Category::ALL[class % Category::ALL.len()];
            asks.profile = Profile::new([category].into_iter(), Traits::default());
        }
        asks
    }

    /// What a map says.
    fn counted(parts: &[Part]) -> (Vec<u64>, BTreeMap<Profile, u64>) {
        let mut keys: BTreeMap<u64, Asks> = BTreeMap::new();
        for (part, _, class) in parts {
            for key in part {
                let asked = keys.entry(*key).or_default();
                *asked = asked.joined(&asks(*class));
            }
        }
        let (mut counts, mut profiles) = (vec![0; QUESTIONS_MAX], BTreeMap::new());
        for asked in keys.values() {
            for (question, count) in counts.iter_mut().enumerate() {
                *count += asked.mask.0[question / 64] >> (question % 64) & 1;
            }
            if asked.profile != Profile::default() {
                *profiles.entry(asked.profile).or_default() += 1;
            }
        }
        (counts, profiles)
    }

    #[track_caller]
    fn check<F: Fingerprint>(parts: &[Part], as_key: impl Fn(u64) -> F) {
        let mut writer = Writer::new(Store::temporary().unwrap());
        let set = |(keys, spilled, class): &Part| {
            let mut set = Distinct::default();
            for (n, key) in keys.iter().enumerate() {
                if n == *spilled && n > 0 {
                    set.spill(&mut writer).unwrap();
                }
                set.insert(as_key(spread(*key)), &mut 0);
            }
            set.seal(&mut 0);
            (set, asks(*class))
        };
        let sets: Vec<(Distinct<F>, Asks)> = parts.iter().map(set).collect();
        let unions = [Union::new(sets.iter().map(|(set, asks)| (set, *asks)))];
        let parallel = Parallel {
            threads: 1,
            run: &|n, part| (0..n).for_each(part),
        };
        let counts = count(&unions, 1 << 20, &parallel).unwrap();
        let (want, profiles) = counted(parts);
        assert_eq!(counts[0].counts, want);
        assert!(counts[0].profiles == profiles, "profiles differ");
    }

    fn part(n_classes: usize) -> impl Strategy<Value = Part> {
        let keys = proptest::collection::vec(0u64..2000, 0..2500);
        (keys, 0usize..4000, 0..n_classes)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(40))]
        #[test]
        fn counts_what_a_map_counts(
            parts in prop_oneof![
                proptest::collection::vec(part(2), 0..4),
                proptest::collection::vec(part(12), 0..12),
            ],
        ) {
            check(&parts, |key| key);
            check(&parts, |key| u128::from(key) << 64 | u128::from(key));
        }
    }

    #[test]
    fn more_patterns_than_are_noted_are_counted_all_the_same() {
        let n_classes = 200u64;
        let part = |class: u64| {
            let is_in = |key: &u64| spread(key * n_classes + class) >> 58 < 3;
            ((0..3000).filter(is_in).collect(), 100, class as usize)
        };
        let parts: Vec<Part> = (0..n_classes).map(part).collect();
        assert!(parts.len() * parts.len() > JOINED_MAX);
        check(&parts, |key| key);
    }
}
