//! Seeded numbers: the same on every machine, for every row by itself.
//!
//! Each row and each person has a stream of its own, keyed by what it is, so that nothing depends on the order in which
//! things are drawn. This file knows nothing of people or files.

/// A SplitMix64 stream (Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators, OOPSLA 2014).
pub(super) struct Rng {
    state: u64,
}

const GOLDEN_GAMMA: u64 = 0x9E37_79B9_7F4A_7C15;

fn mix(z: u64) -> u64 {
    let z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

impl Rng {
    /// The stream number `index` of a family of streams.
    pub(super) fn keyed(seed: u64, family: u64, index: u64) -> Rng {
        let family = mix(seed ^ mix(family.wrapping_mul(GOLDEN_GAMMA)));
        Rng {
            state: mix(family ^ mix(index.wrapping_add(GOLDEN_GAMMA))),
        }
    }

    pub(super) fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(GOLDEN_GAMMA);
        mix(self.state)
    }

    /// A number below `n`. The bias of the multiplication (below 2^-32 for the sizes used here) does not matter.
    pub(super) fn below(&mut self, n: u64) -> u64 {
        ((u128::from(self.next()) * u128::from(n)) >> 64) as u64
    }

    /// True once in `n` times.
    pub(super) fn one_in(&mut self, n: u64) -> bool {
        self.below(n) == 0
    }

    /// True `n` times in a hundred.
    pub(super) fn percent(&mut self, n: u64) -> bool {
        self.below(100) < n
    }

    pub(super) fn pick<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        &items[self.below(items.len() as u64) as usize]
    }
}

/// A permutation of the numbers below `size`: `x -> a x + b`, with `a` coprime to `size`.
///
/// It scatters serial numbers over a number space and never gives two of them the same place.
pub(super) struct Scatter {
    size: u64,
    factor: u64,
    offset: u64,
}

impl Scatter {
    pub(super) fn new(size: u64, rng: &mut Rng) -> Scatter {
        let mut factor = size / 2 + rng.below(size / 2);
        while gcd(factor, size) != 1 {
            factor += 1;
        }
        Scatter {
            size,
            factor,
            offset: rng.below(size),
        }
    }

    pub(super) fn place(&self, serial: u64) -> u64 {
        debug_assert!(serial < self.size);
        let place = u128::from(serial) * u128::from(self.factor) + u128::from(self.offset);
        (place % u128::from(self.size)) as u64
    }
}

fn gcd(a: u64, b: u64) -> u64 {
    if b == 0 { a } else { gcd(b, a % b) }
}
