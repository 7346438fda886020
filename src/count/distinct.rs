//! Distinct counting: sets of fingerprints that only grow, exact at any size.
//!
//! Fingerprints are appended to one of 256 partitions by their high byte, and a partition is sorted and cleared of
//! duplicates whenever it has doubled. So an insertion costs an append, memory stays below twice the distinct ones, and
//! sets of different workers are joined partition by partition, in parallel, without locks.

/// A fingerprint that can be partitioned.
pub(crate) trait Fingerprint: Copy + Ord + Send + Sync {
    /// The high byte.
    fn partition(self) -> usize;
}

impl Fingerprint for u64 {
    fn partition(self) -> usize {
        (self >> 56) as usize
    }
}

impl Fingerprint for u128 {
    fn partition(self) -> usize {
        (self >> 120) as usize
    }
}

/// How many partitions a set has.
pub(crate) const PARTITIONS: usize = 256;

/// A partition is not cleared of duplicates before it holds this many.
const COMPACT_MIN: usize = 1024;

/// A set of fingerprints.
pub(crate) struct Distinct<F> {
    /// Fingerprints on their way to their partitions, so that many go there at a time and the ends of
    /// the partitions stay in the cache.
    arrivals: Vec<F>,
    /// Empty until the first arrivals are sorted in, then [`PARTITIONS`] of them.
    partitions: Vec<Partition<F>>,
}

/// Arrivals that are sorted in together.
const ARRIVALS_MAX: usize = 4096;

struct Partition<F> {
    /// `sorted` fingerprints in ascending order without duplicates, then unsorted ones.
    keys: Vec<F>,
    sorted: usize,
}

impl<F> Default for Distinct<F> {
    fn default() -> Distinct<F> {
        Distinct {
            arrivals: Vec::new(),
            partitions: Vec::new(),
        }
    }
}

impl<F: Fingerprint> Distinct<F> {
    /// Adds a fingerprint.
    #[inline]
    pub(crate) fn insert(&mut self, key: F) {
        if self.arrivals.len() == ARRIVALS_MAX {
            self.sort_in();
        }
        self.arrivals.push(key);
    }

    #[cold]
    fn sort_in(&mut self) {
        if self.partitions.is_empty() {
            self.partitions.resize_with(PARTITIONS, || Partition {
                keys: Vec::new(),
                sorted: 0,
            });
        }
        for key in self.arrivals.drain(..) {
            let partition = &mut self.partitions[key.partition()];
            if partition.keys.len() == partition.keys.capacity() {
                partition.make_room();
            }
            partition.keys.push(key);
        }
    }

    /// Sorts what is unsorted, so that the set can be joined with others. Insertions may follow.
    pub(crate) fn seal(&mut self) {
        if self.arrivals.is_empty() && self.partitions.is_empty() {
            return;
        }
        self.sort_in();
        for partition in &mut self.partitions {
            partition.compact();
        }
    }

    fn keys(&self, partition: usize) -> &[F] {
        self.partitions.get(partition).map_or(&[], |p| {
            debug_assert_eq!(
                p.sorted,
                p.keys.len(),
                "the set is sealed before it is joined"
            );
            &p.keys
        })
    }
}

impl<F: Fingerprint> Partition<F> {
    /// Called when the memory is full: duplicates go first, and only what they did not free is grown.
    #[cold]
    fn make_room(&mut self) {
        if self.keys.len() >= COMPACT_MIN {
            self.compact();
        }
        if self.keys.len() * 4 >= self.keys.capacity() * 3 {
            self.keys.reserve_exact((self.keys.len() / 2).max(32));
        }
    }

    fn compact(&mut self) {
        if self.sorted < self.keys.len() {
            self.keys[self.sorted..].sort_unstable();
            if self.sorted > 0 {
                // The stable sort finds the two ascending runs and merges them.
                self.keys.sort();
            }
            self.keys.dedup();
            self.sorted = self.keys.len();
        }
    }
}

/// How many different fingerprints of one partition the sets hold together. The sets are sealed.
pub(crate) fn union_len<F: Fingerprint>(sets: &[&Distinct<F>], partition: usize) -> u64 {
    let slices: Vec<&[F]> = sets
        .iter()
        .map(|s| s.keys(partition))
        .filter(|k| !k.is_empty())
        .collect();
    match slices.as_slice() {
        [] => 0,
        [only] => only.len() as u64,
        [a, b] => merged_len(a, b),
        many => {
            let mut all: Vec<F> = many.concat();
            // Ascending runs one after the other: the stable sort merges them.
            all.sort();
            all.dedup();
            all.len() as u64
        }
    }
}

fn merged_len<F: Fingerprint>(a: &[F], b: &[F]) -> u64 {
    let (mut i, mut j, mut both) = (0, 0, 0);
    while i < a.len() && j < b.len() {
        let (x, y) = (a[i], b[j]);
        both += u64::from(x == y);
        i += usize::from(x <= y);
        j += usize::from(y <= x);
    }
    (a.len() + b.len()) as u64 - both
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    fn set(keys: &[u64]) -> Distinct<u64> {
        let mut set = Distinct::default();
        keys.iter().for_each(|k| set.insert(*k));
        set.seal();
        set
    }

    fn len(sets: &[&Distinct<u64>]) -> u64 {
        (0..PARTITIONS).map(|p| union_len(sets, p)).sum()
    }

    proptest! {
        #[test]
        fn counts_as_a_set_does(lists in proptest::collection::vec(
            proptest::collection::vec((0u64..300).prop_map(|n| n.wrapping_mul(0x9E37_79B9_7F4A_7C15)), 0..400), 0..5,
        )) {
            let sets: Vec<_> = lists.iter().map(|l| set(l)).collect();
            let all: BTreeSet<u64> = lists.iter().flatten().copied().collect();
            prop_assert_eq!(len(&sets.iter().collect::<Vec<_>>()), all.len() as u64);
        }
    }

    #[test]
    fn stays_exact_over_many_compactions() {
        let mut set = Distinct::default();
        for round in 0..7u64 {
            for n in 0..200_000u64 {
                set.insert((n + round * 1000).wrapping_mul(0x9E37_79B9_7F4A_7C15));
            }
        }
        set.seal();
        assert_eq!(len(&[&set]), 206_000);
        let held: usize = set.partitions.iter().map(|p| p.keys.capacity()).sum();
        assert!(
            held < 2 * 206_000 + PARTITIONS * COMPACT_MIN,
            "{held} places for 206,000"
        );
    }
}
