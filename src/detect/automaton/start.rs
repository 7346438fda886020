//! At which tokens it is worth starting an automaton: a table by make-up, length and the byte behind.
//!
//! The table is derived from the automaton's own transitions and holds no knowledge of numbers of its own.

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
