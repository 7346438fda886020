//! Automata: many anchored expressions as one byte DFA.
//!
//! An [`Automaton`] is asked at one place of a text which patterns match from exactly there. It never searches; at which tokens
//! it is worth starting says the [`StartTable`].

mod cell;
mod dense;
mod start;

use regex_automata::nfa::thompson;
use regex_automata::util::syntax;

use crate::error::Error;

use dense::{DEAD, Dfa, StateId};

pub(crate) use cell::{CellAutomaton, CellCache, LANES};
pub(crate) use start::{Lead, MakeUp, Start, StartTable, TOKEN_MAX, WordStarts};

/// Longest text an automaton looks at from one start. Longer values do not exist among identifiers; an address or a note
/// is cut there.
pub(crate) const REACH_BYTES_MAX: usize = 512;

/// Largest automaton, in bytes of its tables; a pattern that needs more is refused.
const DFA_BYTES_MAX: usize = 64 << 20;

/// Largest automaton on the way to it, before its states are joined.
const NFA_BYTES_MAX: usize = 64 << 20;

/// Expressions that can match more bytes than this are kept apart from the others: together they would have the states of one
/// times those of the other.
const SHORT_BYTES_MAX: usize = 40;

/// Most parts of an automaton.
pub(crate) const PARTS_MAX: usize = 2;

/// Many expressions, anchored: short ones as one DFA and long ones as another.
pub(crate) struct Automaton(Vec<Part>);

/// Some of the expressions as one anchored DFA.
struct Part {
    dfa: Dfa,
    /// Positions of its expressions among all.
    patterns: Vec<u16>,
    /// The pairs of first bytes with which it can match, as bits.
    pairs: Box<[u64; 1024]>,
    /// One byte for each class of bytes that no pattern tells apart, split further by what the table asks.
    representatives: Vec<u8>,
}

/// The ends of matches from one start: pattern and end, ascending by end within a pattern.
pub(crate) type Ends = Vec<(u16, usize)>;

impl Automaton {
    /// Compiles the expressions; a pattern's index is its position.
    pub(crate) fn new(expressions: &[&str]) -> Result<Automaton, Error> {
        let (mut short, mut long) = (Vec::new(), Vec::new());
        for (i, text) in (0..).zip(expressions) {
            match is_short(text) {
                true => short.push((i, *text)),
                false => long.push((i, *text)),
            }
        }
        // With no expression at all there is still an automaton, which matches nothing.
        let has_long = !long.is_empty();
        let parts = [short, long]
            .into_iter()
            .enumerate()
            .filter(|(i, part)| !part.is_empty() || *i == 0 && !has_long)
            .map(|(_, part)| part);
        let parts = parts.map(|part| Part::new(&part)).collect::<Result<_, _>>();
        parts.map(Automaton)
    }

    /// The parts, of those named by bits, that the first two bytes of `text` allow to match.
    #[inline]
    pub(crate) fn may_begin(&self, parts: u8, text: &[u8]) -> u8 {
        let may = |(i, part): (usize, &Part)| u8::from(part.may_begin(text)) << i;
        parts & self.0.iter().enumerate().map(may).sum::<u8>()
    }

    /// Whether the first two bytes of `text` allow any match.
    #[inline]
    pub(crate) fn may_begin_any(&self, text: &[u8]) -> bool {
        self.0.iter().any(|part| part.may_begin(text))
    }

    /// Whether a match of one of these parts starts at the first byte of `text`.
    #[inline]
    pub(crate) fn matches(&self, parts: u8, text: &[u8]) -> bool {
        let mut named = self
            .0
            .iter()
            .enumerate()
            .filter(|(i, _)| parts >> i & 1 == 1);
        named.any(|(_, part)| part.matches(text))
    }

    /// Appends every match that starts at the first byte of `text`: each pattern with each of its ends.
    pub(crate) fn ends(&self, text: &[u8], out: &mut Ends) {
        self.0.iter().for_each(|part| part.ends(text, out));
    }

    /// Whether some match could begin with the first of these signs and end among them or behind them; `None` is any digit.
    pub(crate) fn may_outlast(&self, signs: &[Option<u8>]) -> bool {
        self.0.iter().any(|part| part.may_outlast(signs))
    }

    /// Whether some match could begin with these bytes.
    pub(crate) fn can_begin_with(&self, bytes: &[u8]) -> bool {
        self.0.iter().any(|part| part.can_begin_with(bytes))
    }

    /// The pairs of digits that a text of this outline could begin with to match from its start, as bits (`42` is bit 42);
    /// all bits of an outline that can match and does not begin with two digits, none of one that cannot. In an outline
    /// every `0` stands for any digit, every `a` for any letter, every byte that is not ASCII for any such byte, and others
    /// for themselves.
    pub(crate) fn pairs_that_may_match(&self, outline: &[u8]) -> u128 {
        let pairs = self.0.iter().map(|part| part.pairs_that_may_match(outline));
        pairs.fold(0, |all, pairs| all | pairs)
    }

    /// The bytes over which a match can be on its way to its first `byte`, but for matches that begin with a quotation mark:
    /// these may hold anything.
    pub(crate) fn bytes_before(&self, byte: u8) -> [bool; 256] {
        any_of(self.0.iter().map(|part| part.bytes_before(byte)))
    }

    /// The ASCII signs that can stand right before the first token of a match and belong to it.
    pub(crate) fn lead_bytes(&self) -> [bool; 256] {
        any_of(self.0.iter().map(Part::lead_bytes))
    }

    /// How far before a token a match may begin: `(ASCII bytes, other characters)`. `None` when some pattern may begin
    /// with a longer stretch of text that holds no ASCII letter or digit.
    pub(crate) fn leads(&self) -> Option<(usize, usize)> {
        self.0.iter().try_fold((0, 0), |most, part| {
            let leads = part.leads()?;
            Some((leads.0.max(most.0), leads.1.max(most.1)))
        })
    }
}

/// Whether an expression can match only little. One that cannot be read is told elsewhere.
fn is_short(expression: &str) -> bool {
    let parsed = regex_syntax::ParserBuilder::new()
        .utf8(false)
        .build()
        .parse(expression);
    let longest = parsed.ok().and_then(|hir| hir.properties().maximum_len());
    longest.is_some_and(|n| n <= SHORT_BYTES_MAX)
}

/// One byte for each class of bytes, split further into digits, letters, and bytes that are not ASCII.
fn representatives(dfa: &Dfa) -> Vec<u8> {
    let class = |b: u8| {
        let kind = (b.is_ascii_digit(), b.is_ascii_alphabetic(), b >= 0x80);
        (dfa.class(b), kind)
    };
    let is_first = |b: &u8| *b == 0 || class(*b) != class(*b - 1);
    (0..=255).filter(is_first).collect()
}

/// For each byte whether any set holds it.
fn any_of(sets: impl Iterator<Item = [bool; 256]>) -> [bool; 256] {
    sets.fold([false; 256], |mut all, set| {
        all.iter_mut().zip(set).for_each(|(a, b)| *a |= b);
        all
    })
}

impl Part {
    fn new(expressions: &[(u16, &str)]) -> Result<Part, Error> {
        let texts: Vec<&str> = expressions.iter().map(|(_, text)| *text).collect();
        let refusal = || {
            Error::new(
                "the expression cannot be compiled: bound its repetitions and classes, or split the pattern",
            )
        };
        let nfa = thompson::Compiler::new()
            .syntax(syntax::Config::new().unicode(true).utf8(false))
            .configure(
                thompson::Config::new()
                    .utf8(false)
                    .which_captures(thompson::WhichCaptures::None)
                    .nfa_size_limit(Some(NFA_BYTES_MAX)),
            )
            .build_many(&texts)
            .map_err(|e| refusal().because(e))?;
        let dfa = Dfa::new(&nfa, DFA_BYTES_MAX).map_err(|_| refusal())?;
        let mut part = Part {
            representatives: representatives(&dfa),
            dfa,
            patterns: expressions.iter().map(|(i, _)| *i).collect(),
            pairs: Box::new([0; 1024]),
        };
        part.mark_pairs();
        Ok(part)
    }

    /// Whether the first two bytes of a text allow a match.
    #[inline]
    fn may_begin(&self, text: &[u8]) -> bool {
        let [a, b, ..] = text else {
            return true;
        };
        let pair = usize::from(*a) << 8 | usize::from(*b);
        self.pairs[pair / 64] >> (pair % 64) & 1 == 1
    }

    /// Marks the pairs of bytes that some match begins with.
    fn mark_pairs(&mut self) {
        for a in 0..256 {
            let first = self.dfa.next(self.dfa.start, a as u8);
            if first == DEAD {
                continue;
            }
            for b in 0..256 {
                if self.dfa.is_match(first) || self.dfa.next(first, b as u8) != DEAD {
                    let pair = a << 8 | b;
                    self.pairs[pair / 64] |= 1 << (pair % 64);
                }
            }
        }
    }

    fn matches(&self, text: &[u8]) -> bool {
        let mut state = self.dfa.start;
        for &byte in &text[..text.len().min(REACH_BYTES_MAX)] {
            state = self.dfa.next(state, byte);
            if self.dfa.is_special(state) {
                return state != DEAD;
            }
        }
        false
    }

    fn ends(&self, text: &[u8], out: &mut Ends) {
        if !self.may_begin(text) {
            return;
        }
        let mut state = self.dfa.start;
        for (i, &byte) in text[..text.len().min(REACH_BYTES_MAX)].iter().enumerate() {
            state = self.dfa.next(state, byte);
            if self.dfa.is_special(state) {
                if state == DEAD {
                    return;
                }
                let matched = self.dfa.patterns(state).iter();
                out.extend(matched.map(|p| (self.patterns[usize::from(*p)], i + 1)));
            }
        }
    }

    fn can_begin_with(&self, bytes: &[u8]) -> bool {
        let state = bytes
            .iter()
            .fold(self.dfa.start, |state, byte| self.dfa.next(state, *byte));
        state != DEAD
    }

    fn pairs_that_may_match(&self, outline: &[u8]) -> u128 {
        let Some(rest) = outline.strip_prefix(b"00") else {
            return match self.may_match(vec![self.dfa.start], outline) {
                true => u128::MAX,
                false => 0,
            };
        };
        let mut known: Vec<(StateId, bool)> = Vec::new();
        let mut pairs = 0;
        for (tens, ones) in (0..10u8).flat_map(|t| (0..10u8).map(move |o| (t, o))) {
            let first = self.dfa.next(self.dfa.start, b'0' + tens);
            let second = self.dfa.next(first, b'0' + ones);
            if self.dfa.is_match(first) {
                pairs |= 1 << (10 * tens + ones);
                continue;
            }
            let may = match known.iter().find(|(state, _)| *state == second) {
                Some((_, may)) => *may,
                None => {
                    let may = self.dfa.is_match(second)
                        || second != DEAD && self.may_match(vec![second], rest);
                    known.push((second, may));
                    may
                }
            };
            pairs |= u128::from(may) << (10 * tens + ones);
        }
        pairs
    }

    fn may_outlast(&self, signs: &[Option<u8>]) -> bool {
        let mut states = vec![self.dfa.start];
        for sign in signs {
            states = match sign {
                None => self.step(&states, |b| b.is_ascii_digit()),
                Some(byte) => self.step_over(&states, *byte),
            };
            states.sort_unstable();
            states.dedup();
            if states.is_empty() || states.iter().any(|s| self.dfa.is_match(*s)) {
                break;
            }
        }
        !states.is_empty()
    }

    /// Whether some text of this outline could come to a match from one of these states, none of which matches.
    fn may_match(&self, mut states: Vec<StateId>, outline: &[u8]) -> bool {
        for sign in outline {
            states = match sign {
                b'0' => self.step(&states, |b| b.is_ascii_digit()),
                b'a' => self.step(&states, |b| b.is_ascii_alphabetic()),
                0x80.. => self.step(&states, |b| b >= 0x80),
                sign => {
                    let next = states.iter().map(|s| self.dfa.next(*s, *sign));
                    next.filter(|s| *s != DEAD).collect()
                }
            };
            states.sort_unstable();
            states.dedup();
            if states.is_empty() {
                return false;
            }
            if states.iter().any(|s| self.dfa.is_match(*s)) {
                return true;
            }
        }
        false
    }

    /// The living states one step behind `states` over the bytes of `range`.
    fn step(&self, states: &[StateId], range: impl Fn(u8) -> bool) -> Vec<StateId> {
        let bytes: Vec<u8> = self
            .representatives
            .iter()
            .copied()
            .filter(|b| range(*b))
            .collect();
        let mut next: Vec<StateId> = Vec::new();
        for state in states {
            let mut last = DEAD;
            for byte in &bytes {
                let reached = self.dfa.next(*state, *byte);
                if reached != DEAD && reached != last {
                    next.push(reached);
                    last = reached;
                }
            }
        }
        next.sort_unstable();
        next.dedup();
        next
    }

    fn bytes_before(&self, byte: u8) -> [bool; 256] {
        let mut seen = vec![self.dfa.start];
        let mut open = vec![self.dfa.start];
        let mut bytes = [false; 256];
        while let Some(state) = open.pop() {
            let quote = |b: u8| state == self.dfa.start && b == b'"';
            for b in (0..=255u8).filter(|b| *b != byte && !quote(*b)) {
                let next = self.dfa.next(state, b);
                if next == DEAD {
                    continue;
                }
                bytes[usize::from(b)] = true;
                if let Err(at) = seen.binary_search(&next) {
                    seen.insert(at, next);
                    open.push(next);
                }
            }
        }
        bytes
    }

    /// The states in which a token can begin.
    fn states_at(&self, lead: Lead) -> Vec<StateId> {
        let mut all = Vec::new();
        let mut states = vec![self.dfa.start];
        let (steps, is_lead): (usize, fn(u8) -> bool) = match lead {
            Lead::None => return states,
            Lead::Ascii => (LEAD_ASCII_MAX, |b| b < 0x80 && !b.is_ascii_alphanumeric()),
            Lead::Other => (4 * LEAD_CHARS_MAX, |b| b >= 0x80),
        };
        for _ in 0..steps {
            states = self.step(&states, is_lead);
            all.extend_from_slice(&states);
        }
        all.sort_unstable();
        all.dedup();
        all
    }

    fn lead_bytes(&self) -> [bool; 256] {
        let mut bytes = [false; 256];
        let mut states = vec![self.dfa.start];
        for _ in 0..LEAD_ASCII_MAX {
            for byte in (0..0x80u8).filter(u8::is_ascii_punctuation) {
                let next = self.step_over(&states, byte);
                bytes[usize::from(byte)] |=
                    !self.step(&next, |b| b.is_ascii_alphanumeric()).is_empty();
            }
            states = self.step(&states, |b| b < 0x80 && !b.is_ascii_alphanumeric());
        }
        bytes
    }

    /// The living states behind `states` over one byte.
    fn step_over(&self, states: &[StateId], byte: u8) -> Vec<StateId> {
        let next = states.iter().map(|s| self.dfa.next(*s, byte));
        next.filter(|s| *s != DEAD).collect()
    }

    fn leads(&self) -> Option<(usize, usize)> {
        let ascii = self.lead_depth(|b| b < 0x80 && !b.is_ascii_alphanumeric(), LEAD_ASCII_MAX)?;
        let mut states = vec![self.dfa.start];
        for depth in 0..=LEAD_CHARS_MAX {
            states = self.step(&states, |b| b >= 0xC2);
            if states.is_empty() {
                return Some((ascii, depth));
            }
            let mut whole = Vec::new();
            for _ in 0..3 {
                states = self.step(&states, |b| (0x80..0xC0).contains(&b));
                whole.extend_from_slice(&states);
            }
            whole.sort_unstable();
            whole.dedup();
            states = whole;
        }
        None
    }

    fn lead_depth(&self, range: impl Fn(u8) -> bool + Copy, max: usize) -> Option<usize> {
        let mut states = vec![self.dfa.start];
        for depth in 0..=max {
            states = self.step(&states, range);
            if states.is_empty() {
                return Some(depth);
            }
        }
        None
    }
}

/// Most ASCII bytes before the first letter or digit of a value, as in `(+86)`.
const LEAD_ASCII_MAX: usize = 3;
/// Most other characters before it, as in a plate's province or `军字第`.
const LEAD_CHARS_MAX: usize = 8;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_every_pattern_and_every_end() {
        let automaton =
            Automaton::new(&["1[0-9]{10}", "[0-9]{5,11}", "(?x) [京沪] [A-Z] [0-9]{5}"]).unwrap();
        let mut ends = Vec::new();
        automaton.ends(b"13800138000,x", &mut ends);
        assert!(ends.contains(&(0, 11)) && ends.contains(&(1, 11)) && ends.contains(&(1, 5)));
        ends.clear();
        automaton.ends("沪A12345".as_bytes(), &mut ends);
        assert_eq!(ends, [(2, 9)]);
        for (text, want) in [
            ("13800138000", true),
            ("1380", false),
            ("12345", true),
            ("沪A1", false),
        ] {
            assert_eq!(automaton.matches(u8::MAX, text.as_bytes()), want, "{text}");
        }
    }

    #[test]
    fn leads_are_measured() {
        let leads = |e: &str| Automaton::new(&[e]).unwrap().leads();
        assert_eq!(leads("1[0-9]{10}"), Some((0, 0)));
        assert_eq!(leads("(\\(?\\+86\\)?)?1[0-9]{10}"), Some((2, 0)));
        assert_eq!(leads("[京沪][A-Z][0-9]{5}"), Some((0, 1)));
        assert_eq!(leads("军字第[0-9]{8}"), Some((0, 3)));
        assert_eq!(leads("[^0-9]*[0-9]{5}"), None);
    }
}
