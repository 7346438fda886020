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
        if self.keys.len() < keys.len() {
            self.keys.resize(keys.len(), F::default());
        }
        let scratch = &mut self.keys[..keys.len()];
        distribute(
            keys,
            scratch,
            &mut self.counters,
            bits,
            digit(64 - known - 2 * bits),
        );
        distribute(
            scratch,
            keys,
            &mut self.counters,
            bits,
            digit(64 - known - bits),
        );
        put_in_order(keys)
    }

    /// Replaces two ascending sequences without duplicates, one after the other in `keys`, by their union.
    pub(super) fn join(&mut self, keys: &mut Vec<F>, first: usize, both: usize) {
        if self.keys.len() < both {
            self.keys.resize(both, F::default());
        }
        let n = union(&keys[..first], &keys[first..both], &mut self.keys);
        keys.clear();
        keys.extend_from_slice(&self.keys[..n]);
    }
}

/// Copies keys in the order of a digit of so many bits; those with the same one keep their order.
#[inline]
fn distribute<F: Fingerprint>(
    from: &[F],
    to: &mut [F],
    counters: &mut Vec<u32>,
    bits: u32,
    digit: impl Fn(F) -> usize,
) {
    counters.clear();
    counters.resize(1 << bits, 0);
    for key in from {
        counters[digit(*key)] += 1;
    }
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
        let mut at = n;
        while at > 0 && keys[at - 1] > key {
            at -= 1;
        }
        if at > 0 && keys[at - 1] == key {
            continue;
        }
        if at < n {
            keys.copy_within(at..n, at + 1);
        }
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

/// Writes the union of two ascending sequences without duplicates to the front of `out`, which is long enough for both, and
/// returns its length.
fn union<F: Fingerprint>(a: &[F], b: &[F], out: &mut [F]) -> usize {
    let (mut i, mut j, mut n) = (0, 0, 0);
    while i < a.len() && j < b.len() {
        let (x, y) = (a[i], b[j]);
        out[n] = x.min(y);
        n += 1;
        i += usize::from(x <= y);
        j += usize::from(y <= x);
    }
    for rest in [&a[i..], &b[j..]] {
        out[n..n + rest.len()].copy_from_slice(rest);
        n += rest.len();
    }
    n
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
