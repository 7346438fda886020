//! Fingerprints: keyed stand-ins for values, persons and contents, so that what is kept to count cannot be read back.
//!
//! Numbers are permuted, not hashed: two different numbers never fall together. Texts, persons and contents are 128-bit
//! SipHash-1-3 under the key of the run; among n of them the chance that any two fall together is about n²/2¹²⁹, for 10⁹
//! of them 1.5 · 10⁻²¹. The key is drawn anew for each run and is never written.

use std::hash::Hasher;

use siphasher::sip128::{Hasher128, SipHasher13};

use crate::error::Error;

/// The secret of a run.
#[derive(Clone, Copy)]
pub struct RunKey {
    sip: (u64, u64),
    /// Odd, so that multiplying by it can be undone.
    multiplier: u64,
    offset: u64,
}

impl RunKey {
    /// A key from the system's source of randomness.
    ///
    /// # Errors
    /// When the system has none.
    pub fn random() -> Result<RunKey, Error> {
        let mut bytes = [0u8; 32];
        getrandom::fill(&mut bytes).map_err(|e| {
            Error::new(format!(
                "the system gives no randomness for the key of the run: {e}"
            ))
        })?;
        Ok(RunKey::from_bytes(bytes))
    }

    /// The key made of these bytes.
    pub fn from_bytes(bytes: [u8; 32]) -> RunKey {
        let word = |i: usize| {
            let mut word = [0; 8];
            word.copy_from_slice(&bytes[8 * i..8 * i + 8]);
            u64::from_le_bytes(word)
        };
        RunKey {
            sip: (word(0), word(1)),
            multiplier: word(2) | 1,
            offset: word(3),
        }
    }

    /// The stand-in of a number. A bijection: different numbers have different stand-ins. Spreads evenly over the high bits.
    #[inline]
    pub fn number(&self, number: u64) -> u64 {
        let mut x = number.wrapping_add(self.offset);
        x ^= x >> 32;
        x = x.wrapping_mul(self.multiplier);
        x ^= x >> 29;
        x = x.wrapping_mul(0xBF58_476D_1CE4_E5B9);
        x ^= x >> 32;
        x.wrapping_mul(self.multiplier)
    }

    /// The stand-in of a text. `domain` keeps apart texts that mean different things.
    pub fn text(&self, domain: u8, text: &[u8]) -> u128 {
        let mut hasher = self.hasher(domain);
        hasher.write(text);
        hasher.finish128().as_u128()
    }

    /// A hasher for content that comes in pieces.
    pub(super) fn hasher(&self, domain: u8) -> SipHasher13 {
        let mut hasher = SipHasher13::new_with_keys(self.sip.0, self.sip.1);
        hasher.write_u8(domain);
        hasher
    }
}

impl std::fmt::Debug for RunKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("RunKey")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn multiplicative_inverse(a: u64) -> u64 {
        (0..6).fold(a, |x, _| {
            x.wrapping_mul(2u64.wrapping_sub(a.wrapping_mul(x)))
        })
    }

    proptest! {
        #[test]
        fn numbers_are_permuted(bytes in any::<[u8; 32]>(), number in any::<u64>()) {
            let key = RunKey::from_bytes(bytes);
            let undo = |m: u64| multiplicative_inverse(m);
            let mut x = key.number(number).wrapping_mul(undo(key.multiplier));
            x ^= x >> 32;
            x = x.wrapping_mul(undo(0xBF58_476D_1CE4_E5B9));
            x ^= (x >> 29) ^ (x >> 58);
            x = x.wrapping_mul(undo(key.multiplier));
            x ^= x >> 32;
            prop_assert_eq!(x.wrapping_sub(key.offset), number);
        }
    }

    #[test]
    fn the_key_shows_nothing_and_domains_differ() {
        let key = RunKey::from_bytes([7; 32]);
        assert_eq!(format!("{key:?}"), "RunKey");
        assert_ne!(key.text(1, b"a"), key.text(2, b"a"));
        assert_ne!(key.text(1, b"a"), RunKey::from_bytes([8; 32]).text(1, b"a"));
    }
}
