//! What can begin with a stretch of text of some outline: where its digits and letters are, and which signs stand between.
//!
//! Logs repeat themselves: each line has a time, a thread, a status at nearly the same place. Whether any pattern could match
//! there is found out once for an outline that is met often, and looked up after. An answer is about the outline alone, so it
//! is the same whoever asks; what is not known here is asked of the automaton.

use crate::bytes;

use super::Automaton;

/// Bytes of an outline.
const LEN: usize = 16;

/// Outlines that are kept; a power of two.
const SLOTS: usize = 512;

/// An outline that was met so often without another between them in its slot is held against the automaton.
const LEARNED_AFTER: u8 = 16;

/// Most outlines that are held against the automaton: where there are more, text does not repeat itself.
const LEARNED_MAX: u32 = 4096;

/// What is known of an outline.
#[derive(Clone, Copy)]
struct Slot {
    outline: [u64; LEN / 8],
    /// How often it was met, up to [`LEARNED_AFTER`]: then `pairs` is known.
    n_met: u8,
    /// The pairs of digits that a match may begin with, as bits; all or none if it does not begin with two digits.
    pairs: u128,
}

/// What is known of the outlines met so far.
#[derive(Default)]
pub(super) struct Outlines {
    /// Empty until room is made.
    slots: Vec<Slot>,
    n_learned: u32,
}

impl Outlines {
    /// Makes room for what will be met.
    pub(super) fn make_room(&mut self) {
        let slot = Slot {
            outline: [0; LEN / 8],
            n_met: 0,
            pairs: u128::MAX,
        };
        self.slots.resize(SLOTS, slot);
    }

    /// Whether a match may start at the first byte of `text`. No is certain.
    #[inline]
    pub(super) fn may_match(&mut self, text: &[u8], automaton: &Automaton) -> bool {
        if text.len() < LEN {
            return true;
        }
        let [low, high, ..] = bytes::outline(text, 0, LEN);
        let outline = [low, high];
        let slot = &mut self.slots[slot_of(outline)];
        if slot.outline != outline {
            *slot = Slot {
                outline,
                n_met: 1,
                pairs: u128::MAX,
            };
            return true;
        }
        if slot.n_met == LEARNED_AFTER {
            let pair = match text {
                [a @ b'0'..=b'9', b @ b'0'..=b'9', ..] => 10 * (a - b'0') + (b - b'0'),
                _ => 0,
            };
            return slot.pairs >> pair & 1 == 1;
        }
        slot.n_met += 1;
        if slot.n_met == LEARNED_AFTER && self.n_learned < LEARNED_MAX {
            self.n_learned += 1;
            let bytes: Vec<u8> = outline.iter().flat_map(|word| word.to_le_bytes()).collect();
            slot.pairs = automaton.pairs_that_may_match(&bytes, true);
        }
        true
    }
}

fn slot_of([low, high]: [u64; LEN / 8]) -> usize {
    let mixed = (low ^ high.rotate_left(29)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    (mixed >> (64 - SLOTS.trailing_zeros())) as usize
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_repeats_is_learned() {
        let automaton = Automaton::new(&["1[0-9]{10}", "[0-9]{4}(-[0-9]{4}){3}"]).unwrap();
        let mut outlines = Outlines::default();
        outlines.make_room();
        let line = b"2024-03-01 00:00:00";
        for _ in 0..LEARNED_AFTER {
            assert!(outlines.may_match(line, &automaton), "not yet known");
        }
        assert!(!outlines.may_match(line, &automaton));
        for _ in 0..2 * LEARNED_AFTER {
            assert!(outlines.may_match(b"13800138000 and more", &automaton));
            assert!(outlines.may_match(b"2024-0301-0000-0001", &automaton));
        }
        assert!(!outlines.may_match(b"23800138000 and more", &automaton));
    }

    proptest! {
        #[test]
        fn no_match_is_lost(texts in prop::collection::vec("[0-2a]{1,12}[ -]?[0-9a-b]{4,12}[ -:]{1,9}[0-9]{0,9}", 1..8)) {
            let automaton = Automaton::new(&["1[0-9]{10}", "[0-9]{4} [0-9]{4}", "a[0-9]{6,40}", "[a-b]{3}-[0-9]{3}"]).unwrap();
            let mut outlines = Outlines::default();
            outlines.make_room();
            for _ in 0..LEARNED_AFTER + 2 {
                for text in &texts {
                    let matches = automaton.matches(u8::MAX, text.as_bytes());
                    prop_assert!(outlines.may_match(text.as_bytes(), &automaton) || !matches, "{}", text);
                }
            }
        }
    }
}
