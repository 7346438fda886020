//! Byte classes: which bytes of a buffer are digits, letters, line feeds, or one of a few others, and where pairs of a set may
//! begin, as bit masks over 64 bytes at a time; and the search for the nearest of a few bytes.
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
    /// Spaces and tabulators.
    pub(crate) blank: u64,
    /// `\` and `%`, which begin escapes.
    pub(crate) escape: u64,
    /// 0xEF, the first byte of every full-width form in UTF-8.
    pub(crate) wide: u64,
    /// Bytes of 0x80 and above.
    pub(crate) high: u64,
    /// `\n`.
    pub(crate) line_end: u64,
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

/// Where the line feeds of a text are. Made for lines, which are short: over a distance `memchr` is faster.
pub(crate) fn line_feeds(text: &[u8]) -> LineFeeds<'_> {
    LineFeeds {
        text,
        at: 0,
        feeds: 0,
    }
}

/// See [`line_feeds`].
pub(crate) struct LineFeeds<'t> {
    text: &'t [u8],
    /// Where the block behind the one in hand begins.
    at: usize,
    /// What is left of the block in hand.
    feeds: u64,
}

impl Iterator for LineFeeds<'_> {
    type Item = usize;

    #[inline]
    fn next(&mut self) -> Option<usize> {
        while self.feeds == 0 {
            let rest = self.text.get(self.at..).filter(|rest| !rest.is_empty())?;
            let block = rest.get(..LANES).unwrap_or(rest);
            [self.feeds] = find_each(block, b"\n");
            self.at += LANES;
        }
        let feed = self.at - LANES + self.feeds.trailing_zeros() as usize;
        self.feeds &= self.feeds - 1;
        Some(feed)
    }
}

/// Which bytes of a block of at most 64 are ASCII letters or digits, and which are digits: two of its [`Classes`].
pub(crate) fn words_and_digits(block: &[u8]) -> (u64, u64) {
    #[cfg(target_arch = "x86_64")]
    if std::arch::is_x86_feature_detected!("avx2") {
        let mut short = [0; LANES];
        let block = match block.first_chunk() {
            Some(block) => block,
            None => {
                short[..block.len()].copy_from_slice(block);
                &short
            }
        };
        // SAFETY: the processor has AVX2, as just asked.
        return unsafe { avx2::words_and_digits(block) };
    }
    let Classes { word, digit, .. } = classes_of(block);
    (word, digit)
}

/// The places of the bytes that are no ASCII letters or digits, ascending.
pub(crate) fn signs(text: &[u8]) -> impl Iterator<Item = usize> {
    let bases = (0..).step_by(LANES);
    text.chunks(LANES).zip(bases).flat_map(|(block, base)| {
        let (word, _) = words_and_digits(block);
        let mut left = !word & u64::MAX >> (LANES - block.len());
        std::iter::from_fn(move || {
            let at = left.trailing_zeros() as usize;
            let is_any = left != 0;
            left &= left.wrapping_sub(1);
            is_any.then_some(base + at)
        })
    })
}

/// A set of pairs of bytes, for looking where some of them stand. A few pairs may be taken for members that are not.
pub(crate) struct Pairs {
    /// By the low half of a first byte, then by its high half: to which groups of pairs it may belong, as bits.
    first: [[u8; 16]; 2],
    /// The same of second bytes.
    second: [[u8; 16]; 2],
}

/// Groups of pairs with the same second bytes.
const PAIR_GROUPS: usize = 8;

impl Pairs {
    /// The pairs of which `has` is true.
    pub(crate) fn new(has: impl Fn(u8, u8) -> bool) -> Pairs {
        let mut groups: Vec<(Vec<u8>, Vec<u8>)> = Vec::new();
        for first in 0..=u8::MAX {
            let seconds: Vec<u8> = (0..=u8::MAX).filter(|second| has(first, *second)).collect();
            if seconds.is_empty() {
                continue;
            }
            let known = groups.iter().position(|(_, known)| *known == seconds);
            match known {
                Some(at) => groups[at].0.push(first),
                None if groups.len() < PAIR_GROUPS => groups.push((vec![first], seconds)),
                // The last group takes what no other can.
                None => {
                    let (firsts, known) = &mut groups[PAIR_GROUPS - 1];
                    firsts.push(first);
                    known.extend(seconds);
                }
            }
        }
        let mut pairs = Pairs {
            first: [[0; 16]; 2],
            second: [[0; 16]; 2],
        };
        for (i, (firsts, seconds)) in groups.iter().enumerate() {
            for (bytes, [low, high]) in [(firsts, &mut pairs.first), (seconds, &mut pairs.second)] {
                for byte in bytes {
                    low[usize::from(byte & 0xF)] |= 1 << i;
                    high[usize::from(byte >> 4)] |= 1 << i;
                }
            }
        }
        pairs
    }

    /// Whether these two bytes may be a pair of the set: no false for one that is.
    fn may_hold(&self, first: u8, second: u8) -> bool {
        let groups = |[low, high]: &[[u8; 16]; 2], byte: u8| {
            low[usize::from(byte & 0xF)] & high[usize::from(byte >> 4)]
        };
        groups(&self.first, first) & groups(&self.second, second) != 0
    }

    /// Where a pair may begin in the 64 bytes of `text` from `start` on: bit `i` speaks of byte `start + i` and the one behind it.
    /// The last byte of the text may begin one.
    #[inline]
    pub(crate) fn find(&self, text: &[u8], start: usize) -> u64 {
        let rest = &text[start..];
        #[cfg(target_arch = "x86_64")]
        if let Some(window) = rest.first_chunk()
            && std::arch::is_x86_feature_detected!("avx2")
        {
            // SAFETY: the processor has AVX2, as just asked.
            return unsafe { avx2::find_pairs(window, self) };
        }
        self.find_portable(rest)
    }

    fn find_portable(&self, rest: &[u8]) -> u64 {
        let bits = rest.iter().take(LANES).enumerate();
        bits.fold(0, |mask, (i, first)| {
            let second = rest.get(i + 1);
            mask | u64::from(second.is_none_or(|second| self.may_hold(*first, *second))) << i
        })
    }
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
            b'\n' => classes.line_end |= bit,
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

/// Whether UTF-8 text begins with a Han character of U+4000 to U+9FFF, which holds the unified block.
#[inline]
pub(crate) fn begins_with_han(text: &[u8]) -> bool {
    matches!(text, [0xE4..=0xE9, b, c, ..] if b & 0xC0 == 0x80 && c & 0xC0 == 0x80)
}

/// Whether every byte is an ASCII digit. True for no bytes.
#[inline]
pub(crate) fn all_digits(bytes: &[u8]) -> bool {
    let (words, rest) = bytes.as_chunks::<8>();
    words
        .iter()
        .all(|word| are_digits(u64::from_le_bytes(*word)))
        && match bytes.last_chunk::<8>() {
            // The last eight once more, instead of the rest one by one.
            Some(last) => are_digits(u64::from_le_bytes(*last)),
            None => rest.iter().all(u8::is_ascii_digit),
        }
}

/// Whether eight bytes are ASCII digits: their high halves are 3, also when 6 is added to their low ones.
#[inline]
fn are_digits(word: u64) -> bool {
    const HIGH: u64 = 0xF0F0_F0F0_F0F0_F0F0;
    const THREES: u64 = 0x3030_3030_3030_3030;
    (word & HIGH | (word.wrapping_add(0x0606_0606_0606_0606) & HIGH) >> 4) == THREES | THREES >> 4
}

/// The number that at most 16 ASCII digits write, the first of them the highest. Other bytes give nonsense.
#[inline]
pub(crate) fn number_of(digits: &[u8]) -> u64 {
    match (digits.first_chunk::<8>(), digits.last_chunk::<8>()) {
        (Some(first), Some(last)) => {
            // What is not among the last eight moves to the end of a word; nothing comes in before it.
            let n_before = digits.len().min(16) as u32 - 8;
            let before = u64::from_le_bytes(*first).checked_shl(64 - 8 * n_before);
            eight_digits(before.unwrap_or(0)) * 100_000_000
                + eight_digits(u64::from_le_bytes(*last))
        }
        _ => digits
            .iter()
            .fold(0, |number, digit| number * 10 + u64::from(digit & 0xF)),
    }
}

/// The number that eight digits write, the first in the lowest byte: neighbours are joined to pairs, pairs to fours, fours to eight.
#[inline]
fn eight_digits(digits: u64) -> u64 {
    let ones = digits & 0x0F0F_0F0F_0F0F_0F0F;
    let pairs = (ones * 10 + (ones >> 8)) & 0x00FF_00FF_00FF_00FF;
    let fours = (pairs * 100 + (pairs >> 16)) & 0x0000_FFFF_0000_FFFF;
    (fours * 10_000 + (fours >> 32)) & 0xFFFF_FFFF
}

/// The outline of at most [`LANES`] bytes, eight to a word, the first in the lowest byte of the first.
pub(crate) type Outline = [u64; LANES / 8];

/// The outline of the `len` bytes of `text` from `start`, at most [`LANES`]: every digit as `0`, every letter as `a`, every
/// byte of 0x80 and above as 0x80, others as they are, and zero behind the end.
#[inline]
pub(crate) fn outline(text: &[u8], start: usize, len: usize) -> Outline {
    with_window(text, start, len, |window| {
        #[cfg(target_arch = "x86_64")]
        if std::arch::is_x86_feature_detected!("avx2") {
            // SAFETY: the processor has AVX2, as just asked.
            return unsafe { avx2::outline(window, len) };
        }
        outline_portable(window, len)
    })
}

/// Whether [`outline`] would be this one of as many bytes.
#[inline]
pub(crate) fn has_outline(text: &[u8], start: usize, len: usize, outline: &Outline) -> bool {
    with_window(text, start, len, |window| {
        #[cfg(target_arch = "x86_64")]
        if std::arch::is_x86_feature_detected!("avx2") {
            // SAFETY: the processor has AVX2, as just asked.
            return unsafe { avx2::has_outline(window, len, outline) };
        }
        outline_portable(window, len) == *outline
    })
}

/// What `f` makes of the [`LANES`] bytes of `text` from `start`, of which `len` count.
#[inline]
fn with_window<T>(text: &[u8], start: usize, len: usize, f: impl FnOnce(&[u8; LANES]) -> T) -> T {
    match text[start..].first_chunk::<LANES>() {
        Some(window) => f(window),
        None => {
            let mut short = [0; LANES];
            short[..len].copy_from_slice(&text[start..start + len]);
            f(&short)
        }
    }
}

fn outline_portable(window: &[u8; LANES], len: usize) -> Outline {
    let mut outline = [0; LANES];
    for (sign, &byte) in outline.iter_mut().zip(window).take(len) {
        *sign = match byte {
            b'0'..=b'9' => b'0',
            b'a'..=b'z' | b'A'..=b'Z' => b'a',
            0x80.. => 0x80,
            other => other,
        };
    }
    let words = outline.as_chunks::<8>().0;
    std::array::from_fn(|i| u64::from_le_bytes(words[i]))
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
    use super::{Classes, LANES, Outline, Pairs, Survey, classes_of, survey_portable};
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

    /// The outline of 32 bytes, of which `len` count.
    #[inline]
    #[target_feature(enable = "avx2")]
    fn half_outline(bytes: __m256i, len: usize) -> __m256i {
        let places = _mm256_setr_epi8(
            0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23,
            24, 25, 26, 27, 28, 29, 30, 31,
        );
        let kept = _mm256_cmpgt_epi8(_mm256_set1_epi8(len.min(32) as i8), places);
        let digits = _mm256_blendv_epi8(
            bytes,
            _mm256_set1_epi8(b'0' as i8),
            in_range(bytes, b'0', 9),
        );
        let words = _mm256_blendv_epi8(digits, _mm256_set1_epi8(b'a' as i8), letters(bytes));
        // The highest bit of a byte is what makes it not ASCII.
        let plain = _mm256_blendv_epi8(words, _mm256_set1_epi8(0x80u8 as i8), bytes);
        _mm256_and_si256(plain, kept)
    }

    #[target_feature(enable = "avx2")]
    pub(super) fn outline(window: &[u8; LANES], len: usize) -> Outline {
        let mut outline = [0; LANES / 8];
        let low = half_outline(load::<0>(window), len);
        // SAFETY: `outline` is 64 bytes; unaligned stores are allowed, and this processor puts the first byte lowest.
        unsafe { _mm256_storeu_si256(outline.as_mut_ptr().cast(), low) };
        if len > 32 {
            let high = half_outline(load::<1>(window), len - 32);
            // SAFETY: the same, from the middle of the 64 bytes.
            unsafe { _mm256_storeu_si256(outline.as_mut_ptr().add(4).cast(), high) };
        }
        outline
    }

    #[target_feature(enable = "avx2")]
    pub(super) fn has_outline(window: &[u8; LANES], len: usize, outline: &Outline) -> bool {
        let half = |words: &[u64]| {
            let [a, b, c, d] = [0, 1, 2, 3].map(|i| words[i].cast_signed());
            _mm256_setr_epi64x(a, b, c, d)
        };
        let (low, high) = outline.split_at(outline.len() / 2);
        let differs = _mm256_xor_si256(half_outline(load::<0>(window), len), half(low));
        let differs = match len > 32 {
            true => {
                let differs_too =
                    _mm256_xor_si256(half_outline(load::<1>(window), len - 32), half(high));
                _mm256_or_si256(differs, differs_too)
            }
            false => differs,
        };
        _mm256_testz_si256(differs, differs) == 1
    }

    #[target_feature(enable = "avx2")]
    pub(super) fn find_each<const N: usize>(block: &[u8; LANES], needles: &[u8; N]) -> [u64; N] {
        let (a, b) = (load::<0>(block), load::<1>(block));
        needles.map(|needle| bits(equals(a, needle), equals(b, needle)))
    }

    #[target_feature(enable = "avx2")]
    pub(super) fn words_and_digits(block: &[u8; LANES]) -> (u64, u64) {
        let (a, b) = (load::<0>(block), load::<1>(block));
        let digit = bits(in_range(a, b'0', 9), in_range(b, b'0', 9));
        (digit | bits(letters(a), letters(b)), digit)
    }

    /// For each byte what two tables say of its halves, joined by "and".
    #[inline]
    #[target_feature(enable = "avx2")]
    fn by_halves(bytes: __m256i, [low, high]: &[[u8; 16]; 2]) -> __m256i {
        let half = _mm256_set1_epi8(0xF);
        let table = |entries: &[u8; 16]| {
            // SAFETY: `entries` holds 16 bytes; unaligned loads are allowed.
            let entries = unsafe { _mm_loadu_si128(entries.as_ptr().cast()) };
            _mm256_broadcastsi128_si256(entries)
        };
        let low = _mm256_shuffle_epi8(table(low), _mm256_and_si256(bytes, half));
        let high_half = _mm256_and_si256(_mm256_srli_epi16::<4>(bytes), half);
        _mm256_and_si256(low, _mm256_shuffle_epi8(table(high), high_half))
    }

    #[target_feature(enable = "avx2")]
    pub(super) fn find_pairs(window: &[u8; LANES + 1], pairs: &Pairs) -> u64 {
        let [firsts @ .., _] = window;
        let [_, seconds @ ..] = window;
        let none = |first, second| {
            let groups = _mm256_and_si256(
                by_halves(first, &pairs.first),
                by_halves(second, &pairs.second),
            );
            _mm256_cmpeq_epi8(groups, _mm256_setzero_si256())
        };
        !bits(
            none(load::<0>(firsts), load::<0>(seconds)),
            none(load::<1>(firsts), load::<1>(seconds)),
        )
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
                line_end: bits(equals(a, b'\n'), equals(b, b'\n')),
            };
        }
        if !rest.is_empty() {
            out.push(classes_of(rest));
        }
    }
}

#[cfg(test)]
mod tests;
