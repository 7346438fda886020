//! At which tokens it is worth starting an automaton: a table by make-up, length and the byte behind.
//!
//! The table is derived from the automaton's own transitions and holds no knowledge of numbers of its own.

use std::collections::HashMap;

use crate::bytes::Pairs;

use super::dense::StateId;
use super::{Automaton, Part};

/// What a token is made of.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum MakeUp {
    /// Digits alone.
    Digits,
    /// Letters alone.
    Letters,
    /// Both.
    Mixed,
}

impl MakeUp {
    /// The make-up of a token of so many bytes, so many of them digits.
    pub(crate) fn of(len: usize, n_digits: usize) -> MakeUp {
        match n_digits {
            0 => MakeUp::Letters,
            n if n == len => MakeUp::Digits,
            _ => MakeUp::Mixed,
        }
    }
}

/// Longest token the tables tell apart.
pub(crate) const TOKEN_MAX: usize = 40;

/// What the tables say of a token.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Start {
    /// No pattern matches from its start.
    No,
    /// Some pattern might.
    Yes,
    /// Only together with a token behind one more byte, whose length is one of these bits. Bit 0 says that it may begin with
    /// a letter.
    WithNext(u64),
}

/// What of a match stands before its first token.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lead {
    /// Nothing.
    None,
    /// Some ASCII bytes, as in `(+86)`.
    Ascii,
    /// Other characters, as in a plate's province.
    Other,
}

/// For tokens by make-up, length and the byte behind them: whether to start the automaton.
#[derive(Clone)]
pub(crate) struct StartTable {
    /// `[make-up][length][byte]`: 0 is no, 1 is yes, others point into `lengths`.
    entries: Vec<u8>,
    /// Sets of lengths of the next token.
    lengths: Vec<u64>,
}

impl StartTable {
    /// Explores the automaton, from the states in which a token can begin behind such a lead.
    pub(crate) fn new(automaton: &Automaton, lead: Lead) -> StartTable {
        StartTable::joined(&StartTable::of_parts(automaton, lead))
    }

    /// The same for each part of the automaton.
    pub(crate) fn of_parts(automaton: &Automaton, lead: Lead) -> Vec<StartTable> {
        let parts = automaton.0.iter();
        parts.map(|part| StartTable::of(part, lead)).collect()
    }

    /// What any of these tables lets in, of which there is one at least.
    pub(crate) fn joined(tables: &[StartTable]) -> StartTable {
        let (first, rest) = tables.split_first().expect("an automaton has a part");
        rest.iter().fold(first.clone(), StartTable::join)
    }

    /// What either table lets in.
    fn join(mut self, other: &StartTable) -> StartTable {
        for i in 0..self.entries.len() {
            let joined = match (
                self.start_of(self.entries[i]),
                other.start_of(other.entries[i]),
            ) {
                (Start::Yes, _) | (_, Start::Yes) => Start::Yes,
                (Start::No, start) | (start, Start::No) => start,
                (Start::WithNext(a), Start::WithNext(b)) => Start::WithNext(a | b),
            };
            self.entries[i] = self.entry(joined);
        }
        self
    }

    #[inline]
    fn start_of(&self, entry: u8) -> Start {
        match entry {
            0 => Start::No,
            1 => Start::Yes,
            i => Start::WithNext(self.lengths[usize::from(i)]),
        }
    }

    fn of(automaton: &Part, lead: Lead) -> StartTable {
        let from = automaton.states_at(lead);
        let mut table = StartTable {
            entries: vec![0; 3 * (TOKEN_MAX + 1) * 256],
            lengths: vec![0; 2],
        };
        let make_ups: [fn(u8) -> bool; 3] = [
            |b| b.is_ascii_digit(),
            |b| b.is_ascii_alphabetic(),
            |b| b.is_ascii_alphanumeric(),
        ];
        for (make_up, class) in make_ups.iter().enumerate() {
            let mut states = from.clone();
            for len in 1..=TOKEN_MAX {
                states = automaton.step(&states, class);
                let endless = len == TOKEN_MAX && !states.is_empty();
                // Bytes that no pattern tells apart have one entry; 0 stands for the end as well and has its own.
                let mut entries = [None; 256];
                for byte in (0..=255u8).filter(|b| !b.is_ascii_alphanumeric()) {
                    let class = match byte {
                        0 => 255,
                        _ => usize::from(automaton.dfa.class(byte)).min(254),
                    };
                    let entry = *entries[class].get_or_insert_with(|| {
                        let start = if endless {
                            Start::Yes
                        } else {
                            table.behind(automaton, &states, byte)
                        };
                        table.entry(start)
                    });
                    table.entries[(make_up * (TOKEN_MAX + 1) + len) * 256 + usize::from(byte)] =
                        entry;
                }
            }
        }
        table
    }

    /// What can become of `states` when `byte` follows.
    fn behind(&self, automaton: &Part, states: &[StateId], byte: u8) -> Start {
        let dfa = &automaton.dfa;
        let any_match = |states: &[StateId]| states.iter().any(|s| dfa.is_match(*s));
        if any_match(states) {
            return Start::Yes;
        }
        let mut open = automaton.step_over(states, byte);
        open.sort_unstable();
        open.dedup();
        if open.is_empty() {
            return Start::No;
        }
        let is_sign = |b: u8| !b.is_ascii_alphanumeric();
        if any_match(&open) || !automaton.step(&open, is_sign).is_empty() {
            return Start::Yes;
        }
        let with_letter = automaton.step(&open, |b| b.is_ascii_alphabetic());
        let mut lengths = u64::from(!with_letter.is_empty());
        for len in 1..64 {
            open = automaton.step(&open, |b| b.is_ascii_alphanumeric());
            if open.is_empty() {
                break;
            }
            let ends = any_match(&open) || !automaton.step(&open, is_sign).is_empty();
            lengths |= u64::from(ends) << len;
        }
        Start::WithNext(lengths)
    }

    fn entry(&mut self, start: Start) -> u8 {
        match start {
            Start::No => 0,
            Start::Yes => 1,
            Start::WithNext(set) => {
                let known = self.lengths.iter().skip(2).position(|s| *s == set);
                let at = known.map_or(self.lengths.len(), |i| i + 2);
                match u8::try_from(at) {
                    Ok(entry) => {
                        if known.is_none() {
                            self.lengths.push(set);
                        }
                        entry
                    }
                    // More sets than an entry can tell apart: look closer.
                    Err(_) => 1,
                }
            }
        }
    }

    /// Whether the automaton can match from the start of such a token. `next` is the byte behind it; 0 stands for the end
    /// of the text as well.
    #[inline]
    pub(crate) fn start(&self, make_up: MakeUp, len: usize, next: u8) -> Start {
        let row = make_up as usize * (TOKEN_MAX + 1) + len.min(TOKEN_MAX);
        self.start_of(self.entries[row * 256 + usize::from(next)])
    }
}

/// How tokens of letters alone begin at which a match may begin: by their first letter and the byte behind it, of which the
/// lowest six bits count, because these tell all letters apart.
pub(crate) struct WordStarts {
    /// A bit for each byte behind, by letter.
    seconds: Box<[u64; 64]>,
    /// The same for a look at many bytes at once, with a few more.
    pairs: Pairs,
}

impl WordStarts {
    /// Explores the automaton, for tokens of at most so many letters.
    pub(crate) fn new(automaton: &Automaton, len_max: usize) -> WordStarts {
        let mut seconds = Box::new([0; 64]);
        let mut members = vec![false; 1 << 16];
        let place = |first: u8, second: u8| usize::from(first) << 8 | usize::from(second);
        for part in &automaton.0 {
            let mut known = HashMap::new();
            for first in (0..=u8::MAX).filter(u8::is_ascii_alphabetic) {
                let begun = part.step_over(&[part.dfa.start], first);
                for second in (0..=u8::MAX).filter(|b| !b.is_ascii_digit()) {
                    let may_begin = begun.iter().any(|state| match part.dfa.is_match(*state) {
                        true => true,
                        false => part.step_over(&[*state], second).iter().any(|next| {
                            let goes_on = second.is_ascii_alphabetic();
                            let ends = |known: &mut HashMap<_, _>| {
                                *known
                                    .entry(*next)
                                    .or_insert_with(|| part.ends_as_word(*next, len_max))
                            };
                            !goes_on || ends(&mut known)
                        }),
                    });
                    seconds[usize::from(first & 63)] |= u64::from(may_begin) << (second & 63);
                    members[place(first, second)] |= may_begin;
                }
            }
        }
        WordStarts {
            seconds,
            pairs: Pairs::new(|first, second| members[place(first, second)]),
        }
    }

    /// Whether a match may begin with a token of letters alone that begins so.
    #[inline]
    pub(crate) fn may_begin(&self, first: u8, second: u8) -> bool {
        self.seconds[usize::from(first & 63)] >> (second & 63) & 1 == 1
    }

    /// Where in the 64 bytes from `start` on such a token may begin, if a token begins there: a bit for each.
    #[inline]
    pub(crate) fn places(&self, text: &[u8], start: usize) -> u64 {
        self.pairs.find(text, start)
    }
}

impl Part {
    /// Whether a match is there, or still on its way, behind a token that ends with at most so many letters from this state on.
    fn ends_as_word(&self, state: StateId, n_letters_max: usize) -> bool {
        let mut states = vec![state];
        for _ in 0..=n_letters_max {
            let is_sign = |b: u8| !b.is_ascii_alphanumeric();
            if states.iter().any(|s| self.dfa.is_match(*s))
                || !self.step(&states, is_sign).is_empty()
            {
                return true;
            }
            states = self.step(&states, |b| b.is_ascii_alphabetic());
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_knows_lengths_and_followers() {
        let automaton = Automaton::new(&["1[0-9]{10}", "[0-9]{4}(-[0-9]{4}){3}"]).unwrap();
        let table = StartTable::new(&automaton, Lead::None);
        assert_eq!(table.start(MakeUp::Digits, 11, b','), Start::Yes);
        assert_eq!(table.start(MakeUp::Digits, 11, 0), Start::Yes);
        assert_eq!(table.start(MakeUp::Digits, 10, b','), Start::No);
        assert_eq!(table.start(MakeUp::Digits, 12, b','), Start::No);
        assert_eq!(
            table.start(MakeUp::Digits, 4, b'-'),
            Start::WithNext(1 << 4)
        );
        assert_eq!(table.start(MakeUp::Digits, 4, b','), Start::No);
        assert_eq!(table.start(MakeUp::Letters, 11, b','), Start::No);
        let automaton = Automaton::new(&["[0-9a-f]{2}(:[0-9a-f]{2}){3}"]).unwrap();
        let table = StartTable::new(&automaton, Lead::None);
        let next = Start::WithNext(1 << 2 | 1);
        assert_eq!(table.start(MakeUp::Mixed, 2, b':'), next);
    }

    #[test]
    fn words_begin_as_a_pattern_does_that_letters_end() {
        let patterns = [
            "[A-Z]{2}[0-9]{6}",
            "[XY]{2} [0-9]{4}",
            "P<[A-Z]{3}",
            "z-[0-9]",
            "q{25} ",
        ];
        let starts = WordStarts::new(&Automaton::new(&patterns).unwrap(), 20);
        for (first, second, want) in [
            (b'A', b'B', false), // a digit follows in the same token
            (b'X', b'Y', true),
            (b'X', b' ', false),
            (b'P', b'<', true),
            (b'P', b'A', false),
            (b'z', b'-', true),
            (b'q', b'q', false), // longer than words are
        ] {
            assert_eq!(starts.may_begin(first, second), want, "{first} {second}");
        }
    }

    #[test]
    fn leads_of_ascii_and_of_other_characters_are_told_apart() {
        let automaton = Automaton::new(&["[京沪][A-Z]{6}", "\\(?\\+86\\)?1[0-9]{10}"]).unwrap();
        let start = |lead, make_up, len| {
            StartTable::new(&automaton, lead).start(make_up, len, b' ') != Start::No
        };
        assert!(start(Lead::Other, MakeUp::Letters, 6));
        assert!(!start(Lead::Ascii, MakeUp::Letters, 6));
        assert!(start(Lead::Ascii, MakeUp::Digits, 13));
        assert!(!start(Lead::None, MakeUp::Digits, 13));
        let bytes = automaton.lead_bytes();
        let leads: Vec<u8> = (0..=255).filter(|b| bytes[usize::from(*b)]).collect();
        assert_eq!(leads, b"+");
    }
}
