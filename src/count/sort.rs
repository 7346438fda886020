//! Sorting fingerprints: keyed, so evenly spread, so that one look at some of their bits puts each nearly where it belongs.

use super::store::Fingerprint;

/// Fewer than these are sorted by comparing.
const SMALL: usize = 64;

/// Bits of a pass, at most: its counters fit the first-level cache.
const BITS_MAX: u32 = 11;

/// A key that stands farther from its place shows that keys are not spread.
const FAR: usize = 64;

/// Memory to sort in.
pub(super) struct Sorter<F> {
    keys: Vec<F>,
    counters: Vec<u32>,
}

impl<F> Default for Sorter<F> {
    fn default() -> Sorter<F> {
        Sorter {
            keys: Vec::new(),
            counters: Vec::new(),
        }
    }
}

impl<F: Fingerprint> Sorter<F> {
    /// Sorts fingerprints that share their `known` highest bits, and clears them of duplicates: the first `n` of them, which
    /// is returned, are then the different ones.
    ///
    /// Two passes distribute them by the bits after the known ones, so many that hardly two are alike there; what is left is
    /// to put those few in order. Any input is sorted, and where those bits are not random, by comparing.
    pub(super) fn sort_dedup(&mut self, keys: &mut [F], known: u32) -> usize {
        if keys.len() < SMALL {
            keys.sort_unstable();
            return dedup(keys);
        }
        let bits = (keys.len().ilog2().div_ceil(2) + 3).min(BITS_MAX);
        let digit = |shift: u32| move |key: F| (key.high() >> shift) as usize & ((1 << bits) - 1);
        let (low, high) = (digit(64 - known - 2 * bits), digit(64 - known - bits));
        if self.keys.len() < keys.len() {
            self.keys.resize(keys.len(), F::default());
        }
        let scratch = &mut self.keys[..keys.len()];
        self.counters.clear();
        self.counters.resize(2 << bits, 0);
        let (of_low, of_high) = self.counters.split_at_mut(1 << bits);
        for key in keys.iter() {
            of_low[low(*key)] += 1;
            of_high[high(*key)] += 1;
        }
        distribute(keys, scratch, of_low, low);
        distribute(scratch, keys, of_high, high);
        put_in_order(keys)
    }

    /// Replaces two ascending sequences without duplicates, one after the other in `keys`, by their union.
    pub(super) fn join(&mut self, keys: &mut Vec<F>, first: usize, both: usize) {
        if self.keys.len() < both {
            self.keys.resize(both, F::default());
        }
        let halves = union(&keys[..first], &keys[first..both], &mut self.keys);
        keys.clear();
        halves.iter().for_each(|half| keys.extend_from_slice(half));
    }
}

/// Copies keys in the order of a digit, of which each is counted; those with the same one keep their order.
#[inline]
fn distribute<F: Fingerprint>(
    from: &[F],
    to: &mut [F],
    counters: &mut [u32],
    digit: impl Fn(F) -> usize,
) {
    let mut start = 0;
    for counter in counters.iter_mut() {
        start += std::mem::replace(counter, start);
    }
    for key in from {
        let at = &mut counters[digit(*key)];
        to[*at as usize] = *key;
        *at += 1;
    }
}

/// Sorts keys that stand nearly where they belong, clears them of duplicates, and returns how many are left in front.
fn put_in_order<F: Fingerprint>(keys: &mut [F]) -> usize {
    let mut n = 0;
    for i in 0..keys.len() {
        let key = keys[i];
        if n == 0 || keys[n - 1] < key {
            keys[n] = key;
            n += 1;
            continue;
        }
        let mut at = n;
        while at > 0 && keys[at - 1] > key {
            at -= 1;
        }
        if at > 0 && keys[at - 1] == key {
            continue;
        }
        keys.copy_within(at..n, at + 1);
        keys[at] = key;
        n += 1;
        if n - at > FAR {
            keys.copy_within(i + 1.., n);
            let rest = keys.len() - (i + 1) + n;
            keys[..rest].sort_unstable();
            return dedup(&mut keys[..rest]);
        }
    }
    n
}

fn dedup<F: Fingerprint>(keys: &mut [F]) -> usize {
    let mut n = 0;
    for i in 0..keys.len() {
        if n == 0 || keys[n - 1] != keys[i] {
            keys[n] = keys[i];
            n += 1;
        }
    }
    n
}

/// Writes the union of two ascending sequences without duplicates into `out`, which is long enough for both, and returns
/// where: its lower half, and its upper half.
///
/// Each step waits for the one before, so the halves are joined side by side.
fn union<'o, F: Fingerprint>(a: &[F], b: &[F], out: &'o mut [F]) -> [&'o [F]; 2] {
    let middle = a.len() / 2;
    let at = a
        .get(middle)
        .map_or(0, |key| b.partition_point(|k| k < key));
    let (low_a, high_a) = a.split_at(middle);
    let (low_b, high_b) = b.split_at(at);
    let (low_out, high_out) = out.split_at_mut(middle + at);
    let (mut low, mut high) = (Step::default(), Step::default());
    while low.has_both(low_a, low_b) && high.has_both(high_a, high_b) {
        low.join(low_a, low_b, low_out);
        high.join(high_a, high_b, high_out);
    }
    let n_low = low.finish(low_a, low_b, low_out);
    let n_high = high.finish(high_a, high_b, high_out);
    [&low_out[..n_low], &high_out[..n_high]]
}

/// How far two sequences are joined.
#[derive(Default)]
struct Step {
    i: usize,
    j: usize,
    n: usize,
}

impl Step {
    #[inline(always)]
    fn has_both<F>(&self, a: &[F], b: &[F]) -> bool {
        self.i < a.len() && self.j < b.len()
    }

    #[inline(always)]
    fn join<F: Fingerprint>(&mut self, a: &[F], b: &[F], out: &mut [F]) {
        let (x, y) = (a[self.i], b[self.j]);
        out[self.n] = x.min(y);
        self.n += 1;
        self.i += usize::from(x <= y);
        self.j += usize::from(y <= x);
    }

    fn finish<F: Fingerprint>(mut self, a: &[F], b: &[F], out: &mut [F]) -> usize {
        while self.has_both(a, b) {
            self.join(a, b, out);
        }
        for rest in [&a[self.i..], &b[self.j..]] {
            out[self.n..self.n + rest.len()].copy_from_slice(rest);
            self.n += rest.len();
        }
        self.n
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check(keys: &[u64], known: u32) {
        let mut sorted = keys.to_vec();
        let n = Sorter::default().sort_dedup(&mut sorted, known);
        let want: Vec<u64> = keys
            .iter()
            .copied()
            .collect::<BTreeSet<_>>()
            .into_iter()
            .collect();
        assert!(
            sorted[..n] == want,
            "{} keys, {known} bits known",
            keys.len()
        );
    }

    #[test]
    fn random_repeated_and_hostile_keys_are_sorted() {
        let random = |n: u64| {
            (0..n)
                .map(|i| (i + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15))
                .collect::<Vec<_>>()
        };
        for n in [0, 1, 2, 63, 64, 65, 1000, 5000, 100_000] {
            check(&random(n), 0);
            let shared: Vec<u64> = random(n).iter().map(|k| k >> 8 | 0xAB << 56).collect();
            check(&shared, 8);
            check(
                &shared
                    .iter()
                    .map(|k| k & !0xFFF_FFFF_FFFF)
                    .collect::<Vec<_>>(),
                8,
            );
            check(&vec![7; n as usize], 8);
            check(&(0..n).rev().collect::<Vec<_>>(), 8);
        }
    }

    proptest! {
        #[test]
        fn a_union_is_what_a_set_says(
            a in proptest::collection::btree_set(0u64..200, 0..100),
            b in proptest::collection::btree_set(0u64..200, 0..100),
        ) {
            let mut keys: Vec<u64> = a.iter().chain(&b).copied().collect();
            keys.push(7); // not among them
            Sorter::default().join(&mut keys, a.len(), a.len() + b.len());
            prop_assert_eq!(keys, a.union(&b).copied().collect::<Vec<_>>());
        }
    }
}
