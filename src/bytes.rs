//! Byte classes: which bytes of a buffer are digits, letters, or one of a few others, as bit masks over 64 bytes at a time;
//! and the search for the nearest of a few bytes.
//!
//! This is the one file with `unsafe`: AVX2 where the processor has it, found out at run time, or SSE2, which every x86-64
//! has, with portable twins that the tests compare them to. It knows nothing of what the classes mean.

#![allow(
    unsafe_code,
    reason = "vector loads; each block states its invariant, and the portable twin is compared to it"
)]

use memchr::{memchr, memchr2, memchr3};

/// Bytes covered by one mask.
pub(crate) const LANES: usize = 64;

/// Classes of 64 bytes: bit `i` speaks of byte `i`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Classes {
    /// ASCII letters and digits.
    pub(crate) word: u64,
    /// ASCII digits.
    pub(crate) digit: u64,
    /// `@`.
    pub(crate) at: u64,
    /// `:` and `=`.
    pub(crate) colon: u64,
    /// 0xEF, the first byte of every full-width form in UTF-8.
    pub(crate) wide: u64,
    /// Bytes of 0x80 and above.
    pub(crate) high: u64,
}

/// Fills `out` with the classes of `text`, one entry for each 64 bytes begun. Bits past the end are zero.
pub(crate) fn classify(text: &[u8], out: &mut Vec<Classes>) {
    out.clear();
    out.reserve(text.len() / LANES + 1);
    #[cfg(target_arch = "x86_64")]
    if std::arch::is_x86_feature_detected!("avx2") {
        // SAFETY: the processor has AVX2, as just asked.
        unsafe { avx2::classify(text, out) };
        return;
    }
    classify_portable(text, out);
}

fn classify_portable(text: &[u8], out: &mut Vec<Classes>) {
    out.extend(text.chunks(LANES).map(classes_of));
}

/// The classes of at most 64 bytes, byte by byte.
fn classes_of(block: &[u8]) -> Classes {
    let mut classes = Classes::default();
    for (i, &byte) in block.iter().enumerate() {
        let bit = 1 << i;
        match byte {
            b'0'..=b'9' => {
                classes.digit |= bit;
                classes.word |= bit;
            }
            b'a'..=b'z' | b'A'..=b'Z' => classes.word |= bit,
            b'@' => classes.at |= bit,
            b':' | b'=' => classes.colon |= bit,
            0xEF => {
                classes.wide |= bit;
                classes.high |= bit;
            }
            0x80.. => classes.high |= bit,
            _ => {}
        }
    }
    classes
}

/// Bytes that [`find`] looks at in place, before it calls for a search that is faster over a distance.
#[cfg(target_arch = "x86_64")]
const NEAR: usize = 64;

/// The first place in `text` of one of three needles at most. Made for fields, whose ends are mostly near: there the call of
/// a search costs more than the search.
#[inline]
pub(crate) fn find<const N: usize>(needles: [u8; N], text: &[u8]) -> Option<usize> {
    const { assert!(N >= 1 && N <= 3, "one to three needles") };
    #[cfg(target_arch = "x86_64")]
    {
        let near = &text[..text.len().min(NEAR)];
        // SAFETY: SSE2 belongs to x86-64.
        let found = unsafe { sse2::find(needles, near) };
        if found.is_some() {
            return found;
        }
        let from = near.len() / sse2::LANES * sse2::LANES;
        find_far(needles, &text[from..]).map(|at| from + at)
    }
    #[cfg(not(target_arch = "x86_64"))]
    find_far(needles, text)
}

fn find_far<const N: usize>(needles: [u8; N], text: &[u8]) -> Option<usize> {
    match needles[..] {
        [a] => memchr(a, text),
        [a, b] => memchr2(a, b, text),
        [a, b, c] => memchr3(a, b, c, text),
        _ => None,
    }
}

#[cfg(target_arch = "x86_64")]
mod sse2 {
    use std::arch::x86_64::*;

    /// Bytes looked at at once.
    pub(super) const LANES: usize = 16;

    /// The first place of a needle in the whole blocks of `text`.
    #[inline]
    #[target_feature(enable = "sse2")]
    pub(super) fn find<const N: usize>(needles: [u8; N], text: &[u8]) -> Option<usize> {
        let (blocks, _) = text.as_chunks::<LANES>();
        for (i, block) in blocks.iter().enumerate() {
            // SAFETY: `block` holds 16 bytes, and unaligned loads are allowed.
            let bytes = unsafe { _mm_loadu_si128(block.as_ptr().cast()) };
            let mut hits = _mm_setzero_si128();
            for needle in needles {
                let equal = _mm_cmpeq_epi8(bytes, _mm_set1_epi8(needle as i8));
                hits = _mm_or_si128(hits, equal);
            }
            let hits = _mm_movemask_epi8(hits) as u32;
            if hits != 0 {
                return Some(i * LANES + hits.trailing_zeros() as usize);
            }
        }
        None
    }
}

#[cfg(target_arch = "x86_64")]
mod avx2 {
    use super::{Classes, LANES, classes_of};
    use std::arch::x86_64::*;

    /// 32 bytes of a block, from its start or from its middle.
    #[inline]
    #[target_feature(enable = "avx2")]
    fn load<const HALF: usize>(block: &[u8; LANES]) -> __m256i {
        const { assert!(HALF < 2, "a block has two halves") };
        // SAFETY: `block` holds 64 bytes and `HALF` is 0 or 1, so 32 bytes can be read from there;
        // unaligned loads are allowed.
        unsafe { _mm256_loadu_si256(block.as_ptr().add(32 * HALF).cast()) }
    }

    /// The lanes that are set, as bits.
    #[inline]
    #[target_feature(enable = "avx2")]
    fn bits(low: __m256i, high: __m256i) -> u64 {
        let (low, high) = (
            _mm256_movemask_epi8(low) as u32,
            _mm256_movemask_epi8(high) as u32,
        );
        u64::from(low) | u64::from(high) << 32
    }

    /// Bytes `b` with `b - from <= span`, unsigned.
    #[inline]
    #[target_feature(enable = "avx2")]
    fn in_range(bytes: __m256i, from: u8, span: u8) -> __m256i {
        let offset = _mm256_sub_epi8(bytes, _mm256_set1_epi8(from as i8));
        _mm256_cmpeq_epi8(
            _mm256_min_epu8(offset, _mm256_set1_epi8(span as i8)),
            offset,
        )
    }

    #[inline]
    #[target_feature(enable = "avx2")]
    fn equals(bytes: __m256i, byte: u8) -> __m256i {
        _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8(byte as i8))
    }

    #[inline]
    #[target_feature(enable = "avx2")]
    fn letters(bytes: __m256i) -> __m256i {
        in_range(_mm256_or_si256(bytes, _mm256_set1_epi8(0x20)), b'a', 25)
    }

    #[target_feature(enable = "avx2")]
    pub(super) fn classify(text: &[u8], out: &mut Vec<Classes>) {
        let (blocks, rest) = text.as_chunks::<LANES>();
        out.resize(blocks.len(), Classes::default());
        for (block, classes) in blocks.iter().zip(out.iter_mut()) {
            let (a, b) = (load::<0>(block), load::<1>(block));
            let digit = bits(in_range(a, b'0', 9), in_range(b, b'0', 9));
            *classes = Classes {
                word: digit | bits(letters(a), letters(b)),
                digit,
                at: bits(equals(a, b'@'), equals(b, b'@')),
                colon: bits(
                    _mm256_or_si256(equals(a, b':'), equals(a, b'=')),
                    _mm256_or_si256(equals(b, b':'), equals(b, b'=')),
                ),
                wide: bits(equals(a, 0xEF), equals(b, 0xEF)),
                high: bits(a, b),
            };
        }
        if !rest.is_empty() {
            out.push(classes_of(rest));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn fast_and_portable_agree(
            text in proptest::collection::vec(any::<u8>(), 0..400),
        ) {
            let (mut fast, mut slow) = (Vec::new(), Vec::new());
            classify(&text, &mut fast);
            classify_portable(&text, &mut slow);
            prop_assert_eq!(fast, slow);
        }

        #[test]
        fn the_nearest_needle_is_found(
            text in proptest::collection::vec(0u8..40, 0..200),
        ) {
            let first = |needles: &[u8]| text.iter().position(|b| needles.contains(b));
            prop_assert_eq!(find([0], &text), first(&[0]));
            prop_assert_eq!(find([1, 2], &text), first(&[1, 2]));
            prop_assert_eq!(find([3, 4, 5], &text), first(&[3, 4, 5]));
        }
    }

    #[test]
    fn a_needle_is_found_at_any_distance() {
        for at in 0..300 {
            let mut text = [b'.'; 300];
            text[at] = b'x';
            assert_eq!(find([b'x'], &text), Some(at));
            assert_eq!(find([b'y', b'x'], &text), Some(at));
            assert_eq!(find([b'y', b'z', b'x'], &text), Some(at));
            assert_eq!(find([b'y'], &text), None);
            assert_eq!(find([b'x'], &text[..at]), None);
        }
    }

    #[test]
    fn every_byte_is_in_its_classes() {
        for byte in 0..=255u8 {
            let mut out = Vec::new();
            classify(&[byte; 65], &mut out);
            let all = |yes: bool| if yes { u64::MAX } else { 0 };
            assert_eq!(out[0].digit, all(byte.is_ascii_digit()), "{byte}");
            assert_eq!(out[0].word, all(byte.is_ascii_alphanumeric()), "{byte}");
            assert_eq!(out[0].high, all(byte >= 0x80), "{byte}");
            assert_eq!(
                out[1].word,
                u64::from(byte.is_ascii_alphanumeric()),
                "{byte}"
            );
        }
    }
}
