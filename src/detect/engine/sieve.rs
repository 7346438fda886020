//! The sieve: which cells hold nothing, and where to look in those that may hold something, by what they look like.
//!
//! Where a value could begin in a cell of no known kind depends on its outline alone: where its digits and letters are, and
//! which other signs stand between them. Cells of a column have few outlines (`2024-11-01 02:25:35`), so what the prefilter
//! said of one is kept and looked up for the next. The sieve knows no pattern: it repeats the prefilter's answers.

use crate::bytes::{self, Outline};
use crate::detect::prefilter::{Places, Token, is_ascii_lead};

use super::TokenGroup;

/// Longest cell whose outline is kept, in bytes.
const OUTLINE_BYTES_MAX: usize = bytes::LANES;

/// Outlines that are kept; a power of two.
const SLOTS: usize = 512;

/// Columns whose last outline is remembered; a power of two.
const COLUMNS: usize = 32;

/// Most places of a cell that is kept.
const TOKENS_MAX: usize = 6;

/// An outline with places that was met so often is looked at more closely.
const REFINED_AFTER: u8 = 64;

/// The outline that a slot is for. Apart from what was said of it, so that a look touches one line of memory.
#[derive(Clone, Copy, Default)]
#[repr(align(128))]
struct Tag {
    outline: Outline,
    len: u8,
    n_tokens: u8,
}

/// What the prefilter said of an outline.
#[derive(Clone, Copy)]
struct Answer {
    /// How often it was met, up to [`REFINED_AFTER`].
    n_met: u8,
    tokens: [Token; TOKENS_MAX],
    /// For each token, the pairs of digits with which it is worth a look, as bits.
    pairs: [u128; TOKENS_MAX],
}

impl Answer {
    const NONE: Answer = Answer {
        n_met: 0,
        tokens: [Token::NONE; TOKENS_MAX],
        pairs: [u128::MAX; TOKENS_MAX],
    };
}

/// The places where values could begin in one cell, relative to its start.
pub(super) struct CellPlaces<'a> {
    pub(super) tokens: &'a [Token],
    pub(super) ats: &'a [u32],
}

/// What the prefilter said of the outlines seen so far.
pub(super) struct Sieve {
    tags: Box<[Tag]>,
    answers: Box<[Answer]>,
    /// By column, the slot of the cell before: the next one mostly looks the same.
    last: [u16; COLUMNS],
    /// For cells whose outline is not kept.
    places: Places,
    /// The tokens of the cell in hand that are worth a look.
    chosen: Vec<Token>,
}

impl Sieve {
    pub(super) fn new() -> Sieve {
        Sieve {
            tags: vec![Tag::default(); SLOTS].into_boxed_slice(),
            answers: vec![Answer::NONE; SLOTS].into_boxed_slice(),
            last: [0; COLUMNS],
            places: Places::default(),
            chosen: Vec::new(),
        }
    }

    /// The places of the cell of `column` at `start..end` of `text`, which holds no full-width letters or digits: those of the
    /// prefilter for that cell alone, perhaps without some at which no expression of the group could match.
    #[inline]
    pub(super) fn places(
        &mut self,
        text: &[u8],
        (start, end): (usize, usize),
        column: u32,
        group: &TokenGroup,
    ) -> CellPlaces<'_> {
        let len = end - start;
        if len == 0 {
            return CellPlaces {
                tokens: &[],
                ats: &[],
            };
        }
        if len > OUTLINE_BYTES_MAX {
            self.places.find(&text[start..end], &group.admission, false);
            return CellPlaces {
                tokens: &self.places.tokens,
                ats: &self.places.ats,
            };
        }
        let last = &mut self.last[column as usize % COLUMNS];
        let tag = &self.tags[usize::from(*last)];
        if usize::from(tag.len) != len || !bytes::has_outline(text, start, len, &tag.outline) {
            let outline = bytes::outline(text, start, len);
            let is_at = |at: &usize| {
                let tag = &self.tags[*at];
                usize::from(tag.len) == len && same(&tag.outline, &outline, len)
            };
            let at = slot_of(&outline, len);
            let Some(known) = [at, at ^ 1].into_iter().find(is_at) else {
                return self.ask(&text[start..end], outline, at, group);
            };
            *last = known as u16;
        }
        let at = usize::from(*last);
        self.chosen.clear();
        if self.tags[at].n_tokens > 0 {
            self.choose(&text[start..end], at, group);
        }
        CellPlaces {
            tokens: &self.chosen,
            ats: &[],
        }
    }

    /// Chooses the tokens of a known outline at which its own digits and letters may begin a match. Counts that the outline was
    /// met, and looks closer when that was often.
    #[inline]
    fn choose(&mut self, cell: &[u8], at: usize, group: &TokenGroup) {
        let (tag, answer) = (&mut self.tags[at], &mut self.answers[at]);
        if answer.n_met < REFINED_AFTER {
            answer.n_met += 1;
            if answer.n_met == REFINED_AFTER {
                refine(tag, answer, group);
            }
        }
        let tokens = answer.tokens.iter().zip(&answer.pairs);
        for (token, pairs) in tokens.take(usize::from(tag.n_tokens)) {
            let rest = &cell[token.start as usize..];
            let is_worth = match *pairs {
                u128::MAX => token.led || group.group.automaton.may_begin_any(rest),
                pairs => pairs >> pair_at(rest) & 1 == 1,
            };
            if is_worth {
                self.chosen.push(*token);
            }
        }
    }

    /// Asks the prefilter, and keeps its answer if it depends on nothing but the outline.
    #[inline(never)]
    fn ask(
        &mut self,
        cell: &[u8],
        outline: Outline,
        at: usize,
        group: &TokenGroup,
    ) -> CellPlaces<'_> {
        self.places.find(cell, &group.admission, false);
        let Places { tokens, ats, .. } = &self.places;
        if ats.is_empty() && tokens.len() <= TOKENS_MAX && decides(&outline, cell.len(), group) {
            self.tags[at ^ 1] = self.tags[at];
            self.answers[at ^ 1] = self.answers[at];
            self.tags[at] = Tag {
                outline,
                len: cell.len() as u8,
                n_tokens: tokens.len() as u8,
            };
            self.answers[at] = Answer::NONE;
            self.answers[at].tokens[..tokens.len()].copy_from_slice(tokens);
        }
        CellPlaces { tokens, ats }
    }
}

/// Notes with which digits the automaton may match at each token, whatever the other digits and letters are; drops those at
/// which it cannot.
#[cold]
fn refine(tag: &mut Tag, answer: &mut Answer, group: &TokenGroup) {
    let outline = signs(&tag.outline);
    let outline = &outline[..usize::from(tag.len)];
    let mut n_kept = 0;
    for i in 0..usize::from(tag.n_tokens) {
        let mut token = answer.tokens[i];
        let start = token.start as usize;
        token.led &= is_led(outline, start, group);
        let pairs = match (token.led, token.plain) {
            (true, _) => u128::MAX,
            (_, true) => {
                let automaton = &group.group.automaton;
                automaton.pairs_that_may_match(&outline[start..])
            }
            _ => 0,
        };
        if pairs != 0 {
            answer.tokens[n_kept] = token;
            answer.pairs[n_kept] = pairs;
            n_kept += 1;
        }
    }
    tag.n_tokens = n_kept as u8;
}

/// Whether something can match that begins before the token at `start`.
fn is_led(outline: &[u8], start: usize, group: &TokenGroup) -> bool {
    let may_match = |at| group.group.automaton.pairs_that_may_match(&outline[at..]) != 0;
    let signs = outline[..start].iter().rev().take(group.leads.0);
    let n_signs = signs.take_while(|b| is_ascii_lead(**b)).count();
    // Which character stands before it matters, and the outline does not say.
    outline[..start].last().is_some_and(|b| *b >= 0x80) || (start - n_signs..start).any(may_match)
}

/// The number of the two digits that a token begins with.
#[inline]
fn pair_at(token: &[u8]) -> u32 {
    match token {
        [tens, ones, ..] => u32::from(tens & 0xF) * 10 + u32::from(ones & 0xF),
        _ => 0,
    }
}

/// Whether two outlines of so many bytes are the same.
#[inline]
fn same(a: &Outline, b: &Outline, len: usize) -> bool {
    let low = (a[0] ^ b[0]) | (a[1] ^ b[1]) | (a[2] ^ b[2]) | (a[3] ^ b[3]);
    let high = (a[4] ^ b[4]) | (a[5] ^ b[5]) | (a[6] ^ b[6]) | (a[7] ^ b[7]);
    low == 0 && (len <= OUTLINE_BYTES_MAX / 2 || high == 0)
}

/// The slot of an outline: any mixture will do.
#[inline]
fn slot_of(outline: &Outline, len: usize) -> usize {
    let mix = |i: usize| {
        outline[i]
            ^ outline[i + 1].rotate_left(11)
            ^ outline[i + 2].rotate_left(23)
            ^ outline[i + 3].rotate_left(37)
    };
    let mut mixed = mix(0) ^ len as u64;
    if len > OUTLINE_BYTES_MAX / 2 {
        mixed ^= mix(4).rotate_left(51);
    }
    // The first digits of the golden ratio.
    (mixed.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> (64 - SLOTS.trailing_zeros())) as usize
}

/// The outline as bytes.
fn signs(outline: &Outline) -> [u8; OUTLINE_BYTES_MAX] {
    let mut signs = [0; OUTLINE_BYTES_MAX];
    for (word, bytes) in outline.iter().zip(signs.as_chunks_mut::<8>().0) {
        *bytes = word.to_le_bytes();
    }
    signs
}

/// Whether the outline says all that the prefilter asks: no sign that begins an escape, and behind each token nothing but
/// ASCII, or a character of which it does not matter which.
fn decides(outline: &Outline, len: usize, group: &TokenGroup) -> bool {
    let outline = signs(outline);
    let outline = &outline[..len];
    let mut rest = outline;
    while let Some(at) = rest.iter().position(u8::is_ascii_alphanumeric) {
        rest = &rest[at..];
        let len = rest
            .iter()
            .position(|b| !b.is_ascii_alphanumeric())
            .unwrap_or(rest.len());
        let (token, behind) = rest.split_at(len);
        if behind.first().is_some_and(|b| *b >= 0x80)
            && !group.admission.same_before_any_high(token)
        {
            return false;
        }
        rest = behind;
    }
    !outline.iter().any(|b| matches!(b, b'\\' | b'%'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    use crate::detect::automaton::Automaton;
    use crate::detect::engine::Group;
    use crate::detect::label::Labels;
    use crate::detect::prefilter::Admission;
    use proptest::prelude::*;

    fn group() -> TokenGroup {
        let patterns = [
            "1[0-9]{10}",
            "[0-9]{4}(-[0-9]{4}){3}",
            "[手][A-Z][0-9]{5}",
            "[A-Z][0-9]{8}",
            "第?[0-9]{6}号",
            "\\+[0-9]{7}",
        ];
        let automaton = Arc::new(Automaton::new(&patterns).expect("they compile"));
        let admission = Admission::new(&automaton, &Labels::default(), false);
        let leads = automaton.leads().expect("they are anchored");
        let group = Group {
            automaton,
            forms: Vec::new(),
        };
        TokenGroup {
            group,
            admission,
            leads,
        }
    }

    proptest! {
        /// Whatever was seen before, the sieve gives what the prefilter gives, and no less than what matches.
        #[test]
        fn repeats_the_prefilter(cells in proptest::collection::vec(
            "((1[0-9]{10}|[0-9]{4}(-[0-9]{4}){0,3}|[A-Z]?[0-9]{6,8}|[a-zA-Z0-9]{0,40})(号|手|室|[ ,@:+\\\\%-]){0,2}){0,4}",
            1..60,
        )) {
            let group = group();
            let mut sieve = Sieve::new();
            let text: String = cells.concat();
            for _ in 0..=REFINED_AFTER {
                let mut start = 0;
                for (n_seen, cell) in (0..).zip(&cells) {
                    let end = start + cell.len();
                    let mut want = Places::default();
                    want.find(cell.as_bytes(), &group.admission, false);
                    let got = sieve.places(text.as_bytes(), (start, end), n_seen, &group);
                    prop_assert_eq!(got.ats, &want.ats[..], "{}", cell);
                    let missing: Vec<&Token> =
                        want.tokens.iter().filter(|t| !got.tokens.contains(t)).collect();
                    let wanted = |t: &Token| want.tokens.iter().any(|w| (w.start, w.end) == (t.start, t.end));
                    prop_assert!(got.tokens.iter().all(wanted));
                    for token in missing {
                        let mut ends = Vec::new();
                        let rest = &cell.as_bytes()[token.start as usize..];
                        group.group.automaton.ends(rest, &mut ends);
                        prop_assert!(ends.is_empty(), "{} {:?}", cell, token);
                        let before = &cell.as_bytes()[..token.start as usize];
                        prop_assert!(!token.led || before.last().is_some_and(u8::is_ascii), "{}", cell);
                        for at in before.len().saturating_sub(group.leads.0)..before.len() {
                            group.group.automaton.ends(&cell.as_bytes()[at..], &mut ends);
                            let reaches = ends.iter().any(|(_, end)| at + end >= token.end as usize);
                            let all = before[at..].iter().all(|b| is_ascii_lead(*b));
                            prop_assert!(!reaches || !all, "{} {:?}", cell, token);
                        }
                    }
                    start = end;
                }
            }
        }
    }

    #[test]
    fn cells_of_one_outline_share_a_slot() {
        let group = group();
        let mut sieve = Sieve::new();
        let text = b"2024-11-01 02:25:35,1999-01-31 23:59:59,13812345678,13900000000";
        for (start, end, n) in [(0, 19, 0), (20, 39, 0), (40, 51, 1), (52, 63, 1)] {
            let places = sieve.places(text, (start, end), 0, &group);
            assert_eq!(places.tokens.len(), n);
        }
        let n_used = sieve.tags.iter().filter(|s| s.len > 0).count();
        assert_eq!(n_used, 2);
    }

    #[test]
    fn a_closer_look_drops_what_cannot_match() {
        let group = group();
        let mut sieve = Sieve::new();
        // Four digits and a hyphen may begin a number in groups, but not in a date.
        let text = b"2024-1101 2024-1101-0225-3500 13912345678 23912345678";
        let cells = [(0, 9, 0), (10, 29, 4), (30, 41, 1), (42, 53, 0)];
        for _ in 0..=REFINED_AFTER {
            for (start, end, _) in cells {
                sieve.places(text, (start, end), 0, &group);
            }
        }
        for (start, end, n) in cells {
            let places = sieve.places(text, (start, end), 0, &group);
            assert!(places.tokens.len() <= n, "{start}..{end}");
            assert_eq!(places.tokens.is_empty(), n == 0, "{start}..{end}");
        }
    }
}
