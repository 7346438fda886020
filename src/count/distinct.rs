//! Distinct counting: sets of fingerprints that only grow, exact at any size.
//!
//! Fingerprints are appended to one of 256 partitions by their high byte, and a partition that is full is sorted and cleared
//! of duplicates before it grows; while hardly any come, not before it has doubled. So an insertion costs an append, and memory
//! stays below two and a half times the distinct ones. A set can be told to give back what it does not need. One that
//! is told to spill writes itself to a store as one sorted run and is empty again; runs are folded into longer ones there.
//! A set whose sequences are all sorted (sealed) can be read in ranges, each as sequences that ascend. This file knows
//! neither files nor limits: who holds the sets decides when they spill.

use super::merge::{Sequences, merge};
use super::sort::Sorter;
use super::store::{Fingerprint, RANGES, Run, Writer, range_of};
use crate::error::Error;

/// How many partitions a set has.
const PARTITIONS: usize = 256;

/// The bits that tell the partition.
const PARTITION_BITS: u32 = 8;

/// A partition is not cleared of duplicates before it holds this many.
const COMPACT_MIN: usize = 1024;

/// A large partition grows by one place for so many, a small one by one for two. All grow nearly at once, so a larger step
/// would take the memory of many fingerprints before the first of them has come.
pub(super) const GROWTH: usize = 4;

/// Places of a large partition.
const LARGE: usize = 8192;

/// Arrivals that are sorted in together.
const ARRIVALS_MAX: usize = 4096;

/// A set of fingerprints.
pub(super) struct Distinct<F> {
    /// Fingerprints on their way to their partitions, so that many go there at a time and the ends of
    /// the partitions stay in the cache. All there is of a small set.
    arrivals: Vec<F>,
    /// Empty until the first arrivals are sorted in, then [`PARTITIONS`] of them.
    partitions: Vec<Partition<F>>,
    /// Memory to sort in.
    sorter: Sorter<F>,
    /// What was spilled. The same fingerprint may be in several.
    runs: Vec<Spilled>,
}

struct Partition<F> {
    /// `sorted` fingerprints in ascending order without duplicates, then unsorted ones.
    keys: Vec<F>,
    sorted: usize,
    /// Whether many of those sorted in last were there already.
    has_repeats: bool,
}

struct Spilled {
    run: Run,
    /// How often it was folded; none if it is part of a file that stays.
    level: Option<usize>,
}

impl<F> Default for Distinct<F> {
    fn default() -> Distinct<F> {
        Distinct {
            arrivals: Vec::new(),
            partitions: Vec::new(),
            sorter: Sorter::default(),
            runs: Vec::new(),
        }
    }
}

/// A set, whatever the length of its fingerprints.
pub(super) trait Set {
    /// Bytes of memory it holds.
    fn held(&self) -> usize;
    /// Sorts what is unsorted, so that the set can be read. Insertions may follow. `held` grows as for an insertion.
    fn seal(&mut self, held: &mut usize);
    /// Bytes of memory it would hold without room for more.
    fn needed(&self) -> usize;
    /// Gives memory back, and keeps room for one fingerprint more for so many that there are.
    fn shrink(&mut self, per_room: usize);
    /// Writes what is in memory as a run of level 0, and frees the memory.
    ///
    /// # Errors
    /// When the store cannot be written. Then the set is no longer what it was.
    fn spill(&mut self, writer: &mut Writer) -> Result<(), Error>;
    /// Writes the runs of a level as one of the next. Each is read in blocks of `read_bytes`.
    ///
    /// # Errors
    /// When the store cannot be read or written. Then the set is no longer what it was.
    fn fold(&mut self, level: usize, writer: &mut Writer, read_bytes: usize) -> Result<(), Error>;
}

impl<F: Fingerprint> Distinct<F> {
    /// Adds a fingerprint. `held` grows by the bytes of memory that it took.
    #[inline]
    pub(super) fn insert(&mut self, key: F, held: &mut usize) {
        if self.arrivals.len() == self.arrivals.capacity() {
            self.make_way(held);
        }
        self.arrivals.push(key);
    }

    #[cold]
    fn make_way(&mut self, held: &mut usize) {
        let n = self.arrivals.capacity();
        if n < ARRIVALS_MAX && self.partitions.is_empty() {
            self.arrivals.reserve_exact(n.max(32));
            *held += (self.arrivals.capacity() - n) * size_of::<F>();
        } else {
            self.sort_in(held);
        }
    }

    fn sort_in(&mut self, held: &mut usize) {
        if self.partitions.is_empty() {
            self.partitions.resize_with(PARTITIONS, || Partition {
                keys: Vec::new(),
                sorted: 0,
                has_repeats: false,
            });
            *held += PARTITIONS * size_of::<Partition<F>>();
        }
        for key in self.arrivals.drain(..) {
            let partition = &mut self.partitions[(key.high() >> (64 - PARTITION_BITS)) as usize];
            if partition.keys.len() == partition.keys.capacity() {
                partition.make_room(&mut self.sorter, held);
            }
            partition.keys.push(key);
        }
    }

    /// A set that is a run of a file.
    pub(super) fn from_run(run: Option<Run>) -> Distinct<F> {
        Distinct {
            runs: run
                .map(|run| Spilled { run, level: None })
                .into_iter()
                .collect(),
            ..Distinct::default()
        }
    }

    /// Fingerprints of its sequences together: at least as many as there are different ones, and exactly those if it is one
    /// sequence. The set is sealed.
    pub(super) fn len(&self) -> u64 {
        let in_memory: usize = self.partitions.iter().map(|p| p.keys.len()).sum();
        let in_runs: u64 = self.runs.iter().map(|s| s.run.len()).sum();
        (self.arrivals.len() + in_memory) as u64 + in_runs
    }

    /// How many sequences it is read as.
    pub(super) fn n_sequences(&self) -> usize {
        let in_memory = !self.arrivals.is_empty() || !self.partitions.is_empty();
        self.runs.len() + usize::from(in_memory)
    }

    /// How many of them are in a store.
    pub(super) fn n_runs(&self) -> usize {
        self.runs.len()
    }

    /// Bytes of memory, if each partition has so many places.
    fn bytes_with(&self, places: impl Fn(&Partition<F>) -> usize) -> usize {
        let keys: usize = self.partitions.iter().map(places).sum();
        let partitions = self.partitions.len() * size_of::<Partition<F>>();
        (self.arrivals.capacity() + keys) * size_of::<F>() + partitions
    }

    /// Adds its sequences in some ranges of the key space. Each run is read in blocks of `read_bytes`. The set is sealed.
    ///
    /// # Errors
    /// When a run cannot be read.
    pub(super) fn add_to<'a>(
        &'a self,
        sequences: &mut Sequences<'a, F>,
        tag: usize,
        (from, to): (usize, usize),
        read_bytes: usize,
    ) -> Result<(), Error> {
        if self.partitions.is_empty() {
            let place = |range| self.arrivals.partition_point(|k| range_of(*k) < range);
            let keys = &self.arrivals[place(from)..place(to)];
            sequences.add_slices(tag, std::iter::once(keys));
        } else {
            debug_assert!(self.arrivals.is_empty(), "the set is sealed");
            let per_range = PARTITIONS / RANGES;
            let partitions = &self.partitions[from * per_range..to * per_range];
            sequences.add_slices(tag, partitions.iter().map(|p| p.keys.as_slice()));
        }
        for Spilled { run, .. } in &self.runs {
            sequences.add_run(tag, run.read(from, to), read_bytes)?;
        }
        Ok(())
    }
}

impl<F: Fingerprint> Set for Distinct<F> {
    fn held(&self) -> usize {
        self.bytes_with(|partition| partition.keys.capacity())
    }

    fn seal(&mut self, held: &mut usize) {
        if self.partitions.is_empty() {
            let n = self.sorter.sort_dedup(&mut self.arrivals, 0);
            self.arrivals.truncate(n);
        } else {
            self.sort_in(held);
            for partition in &mut self.partitions {
                partition.compact(&mut self.sorter);
            }
        }
        self.sorter = Sorter::default();
    }

    fn needed(&self) -> usize {
        self.bytes_with(|partition| partition.keys.len())
    }

    fn shrink(&mut self, per_room: usize) {
        for Partition { keys, .. } in &mut self.partitions {
            keys.shrink_to(keys.len() + keys.len() / per_room);
        }
    }

    fn spill(&mut self, writer: &mut Writer) -> Result<(), Error> {
        self.seal(&mut 0);
        let mut run = writer.run();
        let partitions = self.partitions.iter().flat_map(|p| &p.keys);
        for key in self.arrivals.iter().chain(partitions) {
            run.push(*key)?;
        }
        if let Some(run) = run.finish()? {
            self.runs.push(Spilled {
                run,
                level: Some(0),
            });
        }
        (self.arrivals, self.partitions) = (Vec::new(), Vec::new());
        Ok(())
    }

    fn fold(&mut self, level: usize, writer: &mut Writer, read_bytes: usize) -> Result<(), Error> {
        let mut sequences = Sequences::default();
        for spilled in self.runs.iter().filter(|s| s.level == Some(level)) {
            sequences.add_run(0, spilled.run.read(0, RANGES), read_bytes)?;
        }
        let mut run = writer.run();
        merge(sequences, |key: F, _| run.push(key))?;
        let run = run.finish()?;
        self.runs.retain(|s| s.level != Some(level));
        self.runs.extend(run.map(|run| Spilled {
            run,
            level: Some(level + 1),
        }));
        Ok(())
    }
}

impl<F: Fingerprint> Partition<F> {
    /// Called when the memory is full: duplicates go first, and only what they did not free is grown.
    #[cold]
    fn make_room(&mut self, sorter: &mut Sorter<F>, held: &mut usize) {
        let is_due = self.has_repeats || self.keys.len() >= 2 * self.sorted;
        if self.keys.len() >= COMPACT_MIN && is_due {
            self.compact(sorter);
        }
        if self.keys.len() * 4 >= self.keys.capacity() * 3 {
            let before = self.keys.capacity();
            let per_place = if before < LARGE { 2 } else { GROWTH };
            self.keys
                .reserve_exact((self.keys.len() / per_place).max(32));
            *held += (self.keys.capacity() - before) * size_of::<F>();
        }
    }

    fn compact(&mut self, sorter: &mut Sorter<F>) {
        let tail = &mut self.keys[self.sorted..];
        if tail.is_empty() {
            return;
        }
        let (n_sorted, n_arrived) = (self.sorted, tail.len());
        let n_tail = sorter.sort_dedup(tail, PARTITION_BITS);
        if self.sorted == 0 {
            self.keys.truncate(n_tail);
        } else {
            sorter.join(&mut self.keys, self.sorted, self.sorted + n_tail);
        }
        self.sorted = self.keys.len();
        self.has_repeats = (self.sorted - n_sorted) * 8 < n_arrived * 7;
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::super::store::Store;
    use super::*;

    const ODD: u64 = 0x9E37_79B9_7F4A_7C15;

    fn all<F: Fingerprint>(set: &Distinct<F>, from: usize, to: usize) -> Vec<F> {
        let mut sequences = Sequences::default();
        set.add_to(&mut sequences, 0, (from, to), 256).unwrap();
        let mut keys = Vec::new();
        merge(sequences, |key, _| {
            keys.push(key);
            Ok(())
        })
        .unwrap();
        keys
    }

    fn writer() -> Writer {
        Writer::new(Store::temporary().unwrap())
    }

    /// What is done to a set.
    #[derive(Clone, Debug)]
    enum Deed {
        Insert(Vec<u64>),
        Seal,
        Shrink(usize),
        Spill,
        Fold,
    }

    fn deed() -> impl Strategy<Value = Deed> {
        let key = prop_oneof![
            (0u64..3000).prop_map(|n| n.wrapping_mul(ODD)),
            0u64..50,
            (0u64..50).prop_map(|n| u64::MAX - n),
        ];
        prop_oneof![
            4 => proptest::collection::vec(key, 0..9000).prop_map(Deed::Insert),
            1 => Just(Deed::Seal),
            1 => (1usize..20).prop_map(Deed::Shrink),
            2 => Just(Deed::Spill),
            1 => Just(Deed::Fold),
        ]
    }

    #[track_caller]
    fn check<F: Fingerprint>(deeds: &[Deed], as_key: impl Fn(u64) -> F) {
        let mut set = Distinct::default();
        let (mut spills, mut folds) = (writer(), writer());
        let mut want = BTreeSet::new();
        let mut held = 0;
        for deed in deeds {
            match deed {
                Deed::Insert(keys) => {
                    for key in keys {
                        set.insert(as_key(*key), &mut held);
                        want.insert(as_key(*key));
                    }
                    assert_eq!(set.held(), held, "the memory is told as it is");
                }
                Deed::Seal => set.seal(&mut held),
                Deed::Shrink(per_room) => {
                    set.seal(&mut held);
                    set.shrink(*per_room);
                    assert!(set.needed() <= set.held() && set.held() <= held);
                    held = set.held();
                }
                Deed::Spill => {
                    set.spill(&mut spills).unwrap();
                    assert_eq!(set.held(), 0);
                    held = 0;
                }
                Deed::Fold => set.fold(0, &mut folds, 4096).unwrap(),
            }
        }
        set.seal(&mut held);
        for (from, to) in [(0, RANGES), (0, 1), (1, 40), (40, RANGES), (5, 5)] {
            let mut keys = all(&set, from, to);
            assert!(keys.is_sorted());
            keys.dedup();
            let in_range = |k: &&F| (from..to).contains(&range_of(**k));
            let want: Vec<F> = want.iter().filter(in_range).copied().collect();
            assert!(keys == want, "{} keys, not {}", keys.len(), want.len());
        }
        if set.n_sequences() <= 1 {
            assert_eq!(set.len(), want.len() as u64);
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(40))]
        #[test]
        fn holds_what_a_set_holds_whatever_is_done(deeds in proptest::collection::vec(deed(), 0..8)) {
            check(&deeds, |n| n);
            check(&deeds, |n| u128::from(n) << 64 | u128::from(n.wrapping_mul(ODD)));
            // The high bits are all the same: slow, and right.
            check(&deeds, u128::from);
        }
    }

    #[test]
    fn stays_exact_and_small_over_many_compactions() {
        let mut set = Distinct::default();
        let mut held = 0;
        for round in 0..7u64 {
            for n in 0..200_000u64 {
                set.insert((n + round * 1000).wrapping_mul(ODD), &mut held);
            }
        }
        set.seal(&mut held);
        assert_eq!(set.len(), 206_000);
        assert_eq!(all(&set, 0, RANGES).len(), 206_000);
        let places = held / 8;
        assert!(
            places < 2 * 206_000 + PARTITIONS * COMPACT_MIN,
            "{places} places for 206,000"
        );
    }

    #[test]
    fn few_values_take_little_memory() {
        let mut set = Distinct::default();
        let mut held = 0;
        for n in 0..1_000_000u64 {
            set.insert((n % 10).wrapping_mul(ODD), &mut held);
        }
        set.seal(&mut held);
        assert_eq!(set.len(), 10);
        assert!(held < 300 << 10, "{held} bytes for 10");
    }
}
