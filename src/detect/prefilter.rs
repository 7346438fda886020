//! The prefilter: one pass over a batch that lists the places where a value could begin.
//!
//! Places are tokens (maximal runs of ASCII letters and digits), `@`, separators behind labels, and full-width letters and
//! digits. Which tokens are worth a closer look is decided by tables derived from the patterns; this file only finds them.

use crate::bytes::{self, Classes};

use super::fold;

/// A maximal run of ASCII letters and digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Token {
    pub(crate) start: u32,
    pub(crate) end: u32,
    /// How many of its bytes are digits.
    pub(crate) n_digits: u32,
}

/// The places of a text, each list ascending.
#[derive(Default)]
pub(crate) struct Places {
    pub(crate) tokens: Vec<Token>,
    /// Positions of `@`.
    pub(crate) ats: Vec<u32>,
    /// Positions of `:`, `=`, `：`, and of blanks behind a character that is not ASCII.
    pub(crate) separators: Vec<u32>,
    /// Positions of full-width letters, digits, hyphens and plus signs.
    pub(crate) wides: Vec<u32>,
    classes: Vec<Classes>,
}

impl Places {
    /// Lists the places of `text`. Separators are listed only when asked for: they matter in prose alone.
    pub(crate) fn find(&mut self, text: &[u8], with_separators: bool) {
        self.tokens.clear();
        self.ats.clear();
        self.separators.clear();
        self.wides.clear();
        let mut classes = std::mem::take(&mut self.classes);
        bytes::classify(text, &mut classes);
        self.find_tokens(&classes);
        let mut previous_high = false;
        for (i, block) in classes.iter().enumerate() {
            let base = i * bytes::LANES;
            each_bit(block.at, |bit| self.ats.push((base + bit) as u32));
            if block.wide != 0 {
                self.find_wides(text, base, block.wide, with_separators);
            }
            if with_separators {
                let mut found = block.colon;
                each_bit(block.high << 1 | u64::from(previous_high), |bit| {
                    if matches!(text.get(base + bit), Some(b' ' | b'\t')) {
                        found |= 1 << bit;
                    }
                });
                each_bit(found, |bit| self.separators.push((base + bit) as u32));
                previous_high = block.high >> 63 == 1;
            }
        }
        if with_separators {
            self.separators.sort_unstable();
        }
        self.classes = classes;
    }

    fn find_wides(&mut self, text: &[u8], base: usize, wide: u64, with_separators: bool) {
        each_bit(wide, |bit| {
            let rest = &text[base + bit..];
            if fold::is_wide_word(rest) {
                self.wides.push((base + bit) as u32);
            } else if with_separators && rest.starts_with("：".as_bytes()) {
                self.separators.push((base + bit) as u32);
            }
        });
    }

    fn find_tokens(&mut self, classes: &[Classes]) {
        let mut open: Option<Token> = None;
        for (i, block) in classes.iter().enumerate() {
            let base = (i * bytes::LANES) as u32;
            let mut word = block.word;
            if let Some(token) = open.as_mut() {
                let run = (!word).trailing_zeros().min(64);
                token.end = base + run;
                token.n_digits += (block.digit & low_bits(run)).count_ones();
                if run == 64 {
                    continue;
                }
                self.tokens.push(*token);
                open = None;
                word &= !low_bits(run);
            }
            while word != 0 {
                let start = word.trailing_zeros();
                let run = (!(word >> start)).trailing_zeros().min(64 - start);
                let bits = low_bits(run) << start;
                let token = Token {
                    start: base + start,
                    end: base + start + run,
                    n_digits: (block.digit & bits).count_ones(),
                };
                if start + run == 64 {
                    open = Some(token);
                } else {
                    self.tokens.push(token);
                }
                word &= !bits;
            }
        }
        self.tokens.extend(open);
    }
}

/// A mask of the lowest `n` bits, `n` at most 64.
fn low_bits(n: u32) -> u64 {
    if n >= 64 { u64::MAX } else { (1 << n) - 1 }
}

#[inline]
fn each_bit(mut mask: u64, mut f: impl FnMut(usize)) {
    while mask != 0 {
        f(mask.trailing_zeros() as usize);
        mask &= mask - 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn slow_tokens(text: &[u8]) -> Vec<Token> {
        let mut tokens: Vec<Token> = Vec::new();
        for (i, byte) in text.iter().enumerate().filter(|(_, b)| b.is_ascii_alphanumeric()) {
            let i = i as u32;
            match tokens.last_mut() {
                Some(t) if t.end == i => t.end += 1,
                _ => tokens.push(Token { start: i, end: i + 1, n_digits: 0 }),
            }
            let last = tokens.last_mut().expect("one was just pushed or grown");
            last.n_digits += u32::from(byte.is_ascii_digit());
        }
        tokens
    }

    proptest! {
        #[test]
        fn tokens_are_those_of_a_plain_loop(text in "([a-z0-9]{0,90}[ ,@：手１]{0,3}){0,8}") {
            let mut places = Places::default();
            places.find(text.as_bytes(), true);
            prop_assert_eq!(&places.tokens, &slow_tokens(text.as_bytes()));
            let ats: Vec<u32> = text.bytes().enumerate().filter(|(_, b)| *b == b'@')
                .map(|(i, _)| i as u32).collect();
            prop_assert_eq!(&places.ats, &ats);
            let wides = text.match_indices('１').map(|(i, _)| i as u32).collect::<Vec<_>>();
            prop_assert_eq!(&places.wides, &wides);
        }
    }
}
