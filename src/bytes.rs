//! Byte classes: which bytes of a buffer are digits, letters, or one of a few others, as bit masks over 64 bytes at a time.
//!
//! This is the one file with `unsafe`: AVX2 where the processor has it, found out at run time, with a portable twin that
//! the tests compare it to. It knows nothing of what the classes mean.

#![allow(
    unsafe_code,
    reason = "AVX2 loads; each block states its invariant, and the portable twin is compared to it"
)]

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
    /// Spaces and tabulators.
    pub(crate) blank: u64,
    /// `\` and `%`, which begin escapes.
    pub(crate) escape: u64,
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

/// Where each of the needles stands in a block of at most 64 bytes: bit `i` of a mask speaks of byte `i`.
pub(crate) fn find_each<const N: usize>(block: &[u8], needles: &[u8; N]) -> [u64; N] {
    #[cfg(target_arch = "x86_64")]
    if let Ok(block) = block.try_into()
        && std::arch::is_x86_feature_detected!("avx2")
    {
        // SAFETY: the processor has AVX2, as just asked.
        return unsafe { avx2::find_each(block, needles) };
    }
    find_each_portable(block, needles)
}

fn find_each_portable<const N: usize>(block: &[u8], needles: &[u8; N]) -> [u64; N] {
    needles.map(|needle| {
        let bits = block.iter().take(LANES).enumerate();
        bits.fold(0, |mask, (i, b)| mask | u64::from(*b == needle) << i)
    })
}

/// What tells text from other data.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Survey {
    /// Control characters that no text uses: all but tabulators, line ends, backspace, escape and `\x01` to `\x03`, which
    /// separate fields.
    pub(crate) n_controls: usize,
    /// Whether there is a byte of 0x80 and above.
    pub(crate) has_high: bool,
}

/// Surveys a text.
pub(crate) fn survey(text: &[u8]) -> Survey {
    #[cfg(target_arch = "x86_64")]
    if std::arch::is_x86_feature_detected!("avx2") {
        // SAFETY: the processor has AVX2, as just asked.
        return unsafe { avx2::survey(text) };
    }
    survey_portable(text)
}

/// Written so that the compiler turns it into vector instructions, of whatever the caller is compiled for.
#[inline(always)]
fn survey_portable(text: &[u8]) -> Survey {
    let mut survey = Survey::default();
    // A count of so many fits into one byte.
    for block in text.chunks(248) {
        let (mut n_controls, mut high) = (0u8, 0u8);
        for &byte in block {
            let is_control = (byte == 0)
                | (byte.wrapping_sub(4) < 4)
                | (byte.wrapping_sub(0x0E) < 13)
                | (byte.wrapping_sub(0x1C) < 4)
                | (byte == 0x7F);
            n_controls += u8::from(is_control);
            high |= byte;
        }
        survey.n_controls += usize::from(n_controls);
        survey.has_high |= high >= 0x80;
    }
    survey
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
            b' ' | b'\t' => classes.blank |= bit,
            b'\\' | b'%' => classes.escape |= bit,
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

#[cfg(target_arch = "x86_64")]
mod avx2 {
    use super::{Classes, LANES, Survey, classes_of, survey_portable};
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
    fn either(bytes: __m256i, one: u8, other: u8) -> __m256i {
        _mm256_or_si256(equals(bytes, one), equals(bytes, other))
    }

    #[inline]
    #[target_feature(enable = "avx2")]
    fn letters(bytes: __m256i) -> __m256i {
        in_range(_mm256_or_si256(bytes, _mm256_set1_epi8(0x20)), b'a', 25)
    }

    #[target_feature(enable = "avx2")]
    pub(super) fn find_each<const N: usize>(block: &[u8; LANES], needles: &[u8; N]) -> [u64; N] {
        let (a, b) = (load::<0>(block), load::<1>(block));
        needles.map(|needle| bits(equals(a, needle), equals(b, needle)))
    }

    #[target_feature(enable = "avx2")]
    pub(super) fn survey(text: &[u8]) -> Survey {
        survey_portable(text)
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
                colon: bits(either(a, b':', b'='), either(b, b':', b'=')),
                blank: bits(either(a, b' ', b'\t'), either(b, b' ', b'\t')),
                escape: bits(either(a, b'\\', b'%'), either(b, b'\\', b'%')),
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
            prop_assert_eq!(survey(&text), survey_portable(&text));
            let needles = [b'\n', 0, text.first().copied().unwrap_or(7)];
            for block in text.chunks(LANES) {
                prop_assert_eq!(find_each(block, &needles), find_each_portable(block, &needles));
            }
        }
    }

    #[test]
    fn a_survey_counts_what_no_text_uses() {
        let all: Vec<u8> = (0..0x80).collect();
        let want =
            (0..0x80u8).filter(|b| matches!(b, 0 | 4..=7 | 0x0E..=0x1A | 0x1C..=0x1F | 0x7F));
        let n_controls = want.count();
        assert_eq!(
            survey(&all.repeat(9)),
            Survey {
                n_controls: 9 * n_controls,
                has_high: false
            }
        );
        assert!(survey(&[b'a', 0x80]).has_high);
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
