//! The sieve: which cells hold nothing, and where to look in those that may hold something, by what they look like.
//!
//! Where a value could begin in a cell of no known kind depends on its outline alone: where its digits and letters are, and
//! which other signs stand between them. Cells of a column have few outlines (`2024-11-01 02:25:35`), so what the prefilter
//! said of one is kept and looked up for the next. The sieve knows no pattern: it repeats the prefilter's answers.

use crate::detect::prefilter::{Admission, Places, Token};

/// Longest cell whose outline is kept, in bytes.
const OUTLINE_BYTES_MAX: usize = 64;

/// Outlines that are kept; a power of two.
const SLOTS: usize = 1024;

/// Most places of a cell that is kept.
const TOKENS_MAX: usize = 3;

/// A cell with every digit as `0`, every letter as `a`, and every byte that is not ASCII as 0x80; zero behind its end.
type Outline = [u8; OUTLINE_BYTES_MAX];

/// What the prefilter said of an outline.
#[derive(Clone, Copy)]
struct Slot {
    outline: Outline,
    len: u8,
    n_tokens: u8,
    tokens: [Token; TOKENS_MAX],
}

/// The places where values could begin in one cell, relative to its start.
pub(super) struct CellPlaces<'a> {
    pub(super) tokens: &'a [Token],
    pub(super) ats: &'a [u32],
}

/// What the prefilter said of the outlines seen so far.
pub(super) struct Sieve {
    slots: Box<[Slot]>,
    /// For cells whose outline is not kept.
    places: Places,
}

impl Sieve {
    pub(super) fn new() -> Sieve {
        let empty = Slot {
            outline: [0; OUTLINE_BYTES_MAX],
            len: 0,
            n_tokens: 0,
            tokens: [Token::default(); TOKENS_MAX],
        };
        Sieve {
            slots: vec![empty; SLOTS].into_boxed_slice(),
            places: Places::default(),
        }
    }

    /// The places of the cell at `start..end` of `text`, which holds no full-width letters or digits. The same as the
    /// prefilter's for that cell alone.
    #[inline]
    pub(super) fn places(
        &mut self,
        text: &[u8],
        start: usize,
        end: usize,
        admission: &Admission,
    ) -> CellPlaces<'_> {
        let len = end - start;
        if len == 0 {
            return CellPlaces {
                tokens: &[],
                ats: &[],
            };
        }
        if len > OUTLINE_BYTES_MAX {
            self.places.find(&text[start..end], admission, false);
            return CellPlaces {
                tokens: &self.places.tokens,
                ats: &self.places.ats,
            };
        }
        let mut outline = [0; OUTLINE_BYTES_MAX];
        if len <= OUTLINE_BYTES_MAX / 2 {
            outline_of::<{ OUTLINE_BYTES_MAX / 2 }>(text, start, len, &mut outline);
        } else {
            outline_of::<OUTLINE_BYTES_MAX>(text, start, len, &mut outline);
        }
        let at = slot_of(&outline);
        for at in [at, at ^ 1] {
            let slot = &self.slots[at];
            if slot.outline == outline && usize::from(slot.len) == len {
                let slot = &self.slots[at];
                return CellPlaces {
                    tokens: &slot.tokens[..usize::from(slot.n_tokens)],
                    ats: &[],
                };
            }
        }
        self.ask(&text[start..end], outline, at, admission)
    }

    /// Asks the prefilter, and keeps its answer if it depends on nothing but the outline.
    #[inline(never)]
    fn ask(
        &mut self,
        cell: &[u8],
        outline: Outline,
        at: usize,
        admission: &Admission,
    ) -> CellPlaces<'_> {
        self.places.find(cell, admission, false);
        let Places { tokens, ats, .. } = &self.places;
        if ats.is_empty() && tokens.len() <= TOKENS_MAX && decides(&outline, cell.len(), admission)
        {
            let mut slot = Slot {
                outline,
                len: cell.len() as u8,
                n_tokens: tokens.len() as u8,
                tokens: [Token::default(); TOKENS_MAX],
            };
            slot.tokens[..tokens.len()].copy_from_slice(tokens);
            self.slots[at ^ 1] = self.slots[at];
            self.slots[at] = slot;
        }
        CellPlaces { tokens, ats }
    }
}

/// Writes the outline of `len` bytes of `text` into the first `N` of `outline`.
#[inline]
fn outline_of<const N: usize>(text: &[u8], start: usize, len: usize, outline: &mut Outline) {
    let mut window = [0u8; N];
    match text[start..].first_chunk::<N>() {
        Some(chunk) => window = *chunk,
        None => window[..len].copy_from_slice(&text[start..start + len]),
    }
    // Written so that the compiler turns it into vector instructions.
    for i in 0..N {
        let byte = window[i];
        let digit = byte.wrapping_sub(b'0') < 10;
        let letter = (byte | 0x20).wrapping_sub(b'a') < 26;
        let kept = if byte >= 0x80 { 0x80 } else { byte };
        let kept = if letter { b'a' } else { kept };
        let kept = if digit { b'0' } else { kept };
        outline[i] = if (i as u8) < len as u8 { kept } else { 0 };
    }
}

/// The slot of an outline: any mixture will do.
#[inline]
fn slot_of(outline: &Outline) -> usize {
    let (words, _) = outline.as_chunks::<8>();
    let mut hash = 0u64;
    for (i, word) in words.iter().enumerate() {
        let word = u64::from_le_bytes(*word);
        hash = hash.wrapping_add(word.wrapping_mul(MIXERS[i]));
    }
    (hash >> (64 - SLOTS.trailing_zeros())) as usize
}

/// Odd numbers without structure (the first digits of the golden ratio, and what a linear generator makes of them).
const MIXERS: [u64; 8] = {
    let mut mixers = [0x9E37_79B9_7F4A_7C15; 8];
    let mut i = 1;
    while i < 8 {
        mixers[i] = u64::wrapping_mul(mixers[i - 1], 6_364_136_223_846_793_005) | 1;
        i += 1;
    }
    mixers
};

/// Whether the outline says all that the prefilter asks: no sign that begins an escape, and behind each token nothing but
/// ASCII, or a character of which it does not matter which.
fn decides(outline: &Outline, len: usize, admission: &Admission) -> bool {
    let outline = &outline[..len];
    let mut rest = outline;
    while let Some(at) = rest.iter().position(u8::is_ascii_alphanumeric) {
        rest = &rest[at..];
        let len = rest
            .iter()
            .position(|b| !b.is_ascii_alphanumeric())
            .unwrap_or(rest.len());
        let (token, behind) = rest.split_at(len);
        if behind.first().is_some_and(|b| *b >= 0x80) && !admission.same_before_any_high(token) {
            return false;
        }
        rest = behind;
    }
    !outline.iter().any(|b| matches!(b, b'\\' | b'%'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::automaton::{Automaton, StartTable};
    use proptest::prelude::*;

    fn admission() -> Admission {
        let patterns = [
            "1[0-9]{10}",
            "[0-9]{4}(-[0-9]{4}){3}",
            "[手][A-Z][0-9]{5}",
            "[A-Z][0-9]{8}",
            "第?[0-9]{6}号",
            "\\+[0-9]{7}",
        ];
        let automaton = Automaton::new(&patterns).expect("they compile");
        Admission::new(
            StartTable::new(&automaton, false),
            StartTable::new(&automaton, true),
        )
    }

    proptest! {
        /// Whatever was seen before, the sieve gives what the prefilter gives.
        #[test]
        fn repeats_the_prefilter(cells in proptest::collection::vec(
            "((1[0-9]{10}|[0-9]{4}(-[0-9]{4}){0,3}|[A-Z]?[0-9]{6,8}|[a-zA-Z0-9]{0,40})(号|手|室|[ ,@:+\\\\%-]){0,2}){0,4}",
            1..60,
        )) {
            let admission = admission();
            let mut sieve = Sieve::new();
            let text: String = cells.concat();
            let mut start = 0;
            for cell in &cells {
                let end = start + cell.len();
                let mut want = Places::default();
                want.find(cell.as_bytes(), &admission, false);
                let got = sieve.places(text.as_bytes(), start, end, &admission);
                prop_assert_eq!(got.tokens, &want.tokens[..], "{}", cell);
                prop_assert_eq!(got.ats, &want.ats[..], "{}", cell);
                start = end;
            }
        }
    }

    #[test]
    fn cells_of_one_outline_share_a_slot() {
        let admission = admission();
        let mut sieve = Sieve::new();
        let text = b"2024-11-01 02:25:35,1999-01-31 23:59:59,13812345678,13900000000";
        for (start, end, n) in [(0, 19, 0), (20, 39, 0), (40, 51, 1), (52, 63, 1)] {
            let places = sieve.places(text, start, end, &admission);
            assert_eq!(places.tokens.len(), n);
        }
        let n_used = sieve.slots.iter().filter(|s| s.len > 0).count();
        assert_eq!(n_used, 2);
    }
}
