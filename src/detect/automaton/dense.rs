//! A byte DFA of many anchored expressions, that says at each byte which of them have matched so far.
//!
//! Its states are the sets of NFA states that a text can lead to (the subset construction), without any order among them: every
//! match counts, none is preferred. A set is taken one step by the bytes it tells apart, not by each class of bytes of all
//! expressions, which is what makes it quick to build. The NFA is that of `regex-automata`; assertions about neighbours are not
//! known here.

use std::collections::HashMap;

use regex_automata::nfa::thompson::{NFA, State};
use regex_automata::util::primitives::StateID;

/// A state: where its row begins in each of the blocks of the table.
pub(super) type StateId = u32;

/// The state from which nothing matches any more.
pub(super) const DEAD: StateId = 0;

/// Classes of a block of the table: what they lead to from one state fills one line of memory.
const BLOCK_CLASSES: usize = 16;

/// The automaton. States that match follow the dead one, the others follow them.
///
/// Its table is not one row a state, but one block of short rows for some classes of bytes at a time, so that a walk over digits stays
/// in the block of the digits: a hundred kilobytes rather than millions.
pub(super) struct Dfa {
    /// The class of each byte: bytes of a class lead to the same states.
    classes: [u8; 256],
    /// Where the next state stands for each byte, behind where the row of the state begins.
    columns: [u32; 256],
    /// The next state, by block, state and class.
    table: Vec<StateId>,
    pub(super) start: StateId,
    /// The last state that matches.
    last_match: StateId,
    /// Expressions that match in each state that does, ascending.
    matches: Vec<Box<[u16]>>,
}

/// The automaton would need more memory than it may take.
#[derive(Debug)]
pub(super) struct TooLarge;

impl Dfa {
    /// Builds the automaton in so many bytes.
    pub(super) fn new(nfa: &NFA, bytes_max: usize) -> Result<Dfa, TooLarge> {
        Builder::new(nfa, bytes_max).build()
    }

    #[inline]
    pub(super) fn next(&self, state: StateId, byte: u8) -> StateId {
        self.table[(state + self.columns[usize::from(byte)]) as usize]
    }

    /// Whether the state is dead or matches.
    #[inline]
    pub(super) fn is_special(&self, state: StateId) -> bool {
        state <= self.last_match
    }

    #[inline]
    pub(super) fn is_match(&self, state: StateId) -> bool {
        state != DEAD && state <= self.last_match
    }

    /// The expressions that match in a state, by their positions, ascending.
    #[inline]
    pub(super) fn patterns(&self, state: StateId) -> &[u16] {
        match self.is_match(state) {
            true => &self.matches[state as usize / BLOCK_CLASSES - 1],
            false => &[],
        }
    }

    /// The class of a byte.
    pub(super) fn class(&self, byte: u8) -> u8 {
        self.classes[usize::from(byte)]
    }
}

/// The classes of bytes, numbered so that those that follow each other in a text stand in one block: digits with the signs
/// between them first, then letters, then the others.
fn classes(nfa: &NFA) -> [u8; 256] {
    let rank = |byte: &u8| match byte {
        b'0'..=b'9' => 0,
        b' ' | b'-' | b'.' | b':' | b'/' | b',' => 1,
        b'a'..=b'z' => 2,
        b'A'..=b'Z' => 3,
        0..=0x7F => 4,
        _ => 5,
    };
    let mut bytes: Vec<u8> = (0..=255).collect();
    bytes.sort_by_key(rank);
    let mut numbers: [Option<u8>; 256] = [None; 256];
    let mut n = 0;
    let mut classes = [0; 256];
    for byte in bytes {
        let number = &mut numbers[usize::from(nfa.byte_classes().get(byte))];
        classes[usize::from(byte)] = *number.get_or_insert_with(|| {
            n += 1;
            (n - 1) as u8
        });
    }
    classes
}

/// A set of NFA states on its way to be a state.
struct Builder<'n> {
    nfa: &'n NFA,
    bytes_max: usize,
    /// Of each NFA state those that it leads to without a byte and that take one, or match.
    closures: Vec<Box<[u32]>>,
    classes: [u8; 256],
    n_classes: usize,
    /// The sets met, by their contents, and their numbers.
    known: HashMap<Box<[u32]>, u32>,
    sets: Vec<Box<[u32]>>,
    /// The next set, by set and class.
    rows: Vec<u32>,
    /// Marks the NFA states that are in the set in hand, by the number of the set.
    marks: Vec<u32>,
    n_marked: u32,
}

impl<'n> Builder<'n> {
    fn new(nfa: &'n NFA, bytes_max: usize) -> Builder<'n> {
        let n_states = nfa.states().len();
        let classes = classes(nfa);
        let n_classes = usize::from(*classes.iter().max().unwrap_or(&0)) + 1;
        let mut builder = Builder {
            nfa,
            bytes_max,
            closures: Vec::new(),
            classes,
            n_classes,
            known: HashMap::new(),
            sets: Vec::new(),
            rows: Vec::new(),
            marks: vec![0; n_states],
            n_marked: 0,
        };
        builder.closures = (0..n_states).map(|state| builder.closure(state)).collect();
        builder
    }

    /// What a state leads to without a byte.
    fn closure(&mut self, state: usize) -> Box<[u32]> {
        let nfa = self.nfa;
        self.n_marked += 1;
        let (mut found, mut open) = (Vec::new(), vec![state]);
        while let Some(state) = open.pop() {
            if std::mem::replace(&mut self.marks[state], self.n_marked) == self.n_marked {
                continue;
            }
            match &nfa.states()[state] {
                State::ByteRange { .. }
                | State::Sparse(_)
                | State::Dense(_)
                | State::Match { .. } => found.push(state as u32),
                State::Union { alternates } => {
                    open.extend(alternates.iter().map(StateID::as_usize));
                }
                State::BinaryUnion { alt1, alt2 } => {
                    open.extend([alt1.as_usize(), alt2.as_usize()]);
                }
                State::Capture { next, .. } => open.push(next.as_usize()),
                // Assertions are refused before.
                State::Look { .. } | State::Fail => {}
            }
        }
        found.sort_unstable();
        found.into()
    }

    fn build(mut self) -> Result<Dfa, TooLarge> {
        self.number(&[])?;
        let start = self.closures[self.nfa.start_anchored().as_usize()].clone();
        let start = self.number(&start)?;
        let mut at = 0;
        while at < self.sets.len() {
            self.step(at)?;
            at += 1;
        }
        Ok(self.finish(start))
    }

    /// The number of a set, which is new or known.
    fn number(&mut self, set: &[u32]) -> Result<u32, TooLarge> {
        if let Some(number) = self.known.get(set) {
            return Ok(*number);
        }
        let number = self.sets.len() as u32;
        let row_bytes = size_of::<StateId>() * self.n_classes.next_multiple_of(BLOCK_CLASSES);
        if (number as usize + 1) * row_bytes > self.bytes_max {
            return Err(TooLarge);
        }
        self.known.insert(set.into(), number);
        self.sets.push(set.into());
        Ok(number)
    }

    /// Finds where each byte leads from a set.
    fn step(&mut self, at: usize) -> Result<(), TooLarge> {
        let ranges = self.ranges(at);
        // Between two of these every byte leads to the same.
        let mut borders: Vec<u16> = ranges
            .iter()
            .flat_map(|(first, last, _)| [u16::from(*first), u16::from(*last) + 1])
            .chain([0, 256])
            .collect();
        borders.sort_unstable();
        borders.dedup();
        let row = self.rows.len();
        self.rows.resize(row + self.n_classes, 0);
        let mut met: Vec<(Vec<u32>, u32)> = Vec::new();
        for pair in borders.windows(2) {
            let (first, last) = (pair[0] as u8, (pair[1] - 1) as u8);
            let covers = |r: &&(u8, u8, u32)| r.0 <= first && last <= r.1;
            let mut targets: Vec<u32> = ranges.iter().filter(covers).map(|r| r.2).collect();
            if targets.is_empty() {
                continue;
            }
            targets.sort_unstable();
            targets.dedup();
            let next = match met.iter().find(|(known, _)| *known == targets) {
                Some((_, next)) => *next,
                None => {
                    let set = self.union(&targets);
                    let next = self.number(&set)?;
                    met.push((targets, next));
                    next
                }
            };
            for byte in first..=last {
                self.rows[row + usize::from(self.classes[usize::from(byte)])] = next;
            }
        }
        Ok(())
    }

    /// The ranges of bytes that the states of a set take, and where they lead.
    fn ranges(&self, at: usize) -> Vec<(u8, u8, u32)> {
        let mut ranges = Vec::new();
        for state in &self.sets[at] {
            match &self.nfa.states()[*state as usize] {
                State::ByteRange { trans } => {
                    ranges.push((trans.start, trans.end, trans.next.as_u32()));
                }
                State::Sparse(sparse) => ranges.extend(
                    sparse
                        .transitions
                        .iter()
                        .map(|t| (t.start, t.end, t.next.as_u32())),
                ),
                State::Dense(dense) => ranges.extend((0..=255).filter_map(|byte| {
                    let next = dense.matches_byte(byte)?;
                    Some((byte, byte, next.as_u32()))
                })),
                _ => {}
            }
        }
        ranges
    }

    /// All that these states lead to without a byte.
    fn union(&mut self, states: &[u32]) -> Vec<u32> {
        self.n_marked += 1;
        let mut set = Vec::new();
        for state in states {
            for reached in &self.closures[*state as usize] {
                let mark = &mut self.marks[*reached as usize];
                if std::mem::replace(mark, self.n_marked) != self.n_marked {
                    set.push(*reached);
                }
            }
        }
        set.sort_unstable();
        set
    }

    /// Puts the states in their order, with their rows one behind the other.
    fn finish(self, start: u32) -> Dfa {
        let n = self.sets.len();
        let matches: Vec<Box<[u16]>> = self.sets.iter().map(|set| self.patterns(set)).collect();
        let mut order: Vec<usize> = (0..n).collect();
        // The dead state is the first set, and the sort keeps what is equal in its order.
        order.sort_by_key(|i| match () {
            () if *i == 0 => 0,
            () if !matches[*i].is_empty() => 1,
            () => 2,
        });
        let mut ids = vec![0; n];
        for (place, set) in order.iter().enumerate() {
            ids[*set] = (place * BLOCK_CLASSES) as StateId;
        }
        let n_blocks = self.n_classes.div_ceil(BLOCK_CLASSES);
        let block = n * BLOCK_CLASSES;
        let mut table = vec![DEAD; n_blocks * block];
        for (place, set) in order.iter().enumerate() {
            let row = &self.rows[set * self.n_classes..(set + 1) * self.n_classes];
            for (i, part) in row.chunks(BLOCK_CLASSES).enumerate() {
                let begin = i * block + place * BLOCK_CLASSES;
                for (entry, next) in table[begin..].iter_mut().zip(part) {
                    *entry = ids[*next as usize];
                }
            }
        }
        let columns = self.classes.map(|class| {
            let class = usize::from(class);
            (class / BLOCK_CLASSES * block + class % BLOCK_CLASSES) as u32
        });
        let matches: Vec<Box<[u16]>> = order[1..]
            .iter()
            .map(|set| matches[*set].clone())
            .take_while(|patterns| !patterns.is_empty())
            .collect();
        Dfa {
            classes: self.classes,
            columns,
            table,
            start: ids[start as usize],
            last_match: (matches.len() * BLOCK_CLASSES) as StateId,
            matches,
        }
    }

    /// The expressions that a set matches, ascending.
    fn patterns(&self, set: &[u32]) -> Box<[u16]> {
        let matched = set
            .iter()
            .filter_map(|state| match &self.nfa.states()[*state as usize] {
                State::Match { pattern_id } => Some(pattern_id.as_usize() as u16),
                _ => None,
            });
        let mut patterns: Vec<u16> = matched.collect();
        patterns.sort_unstable();
        patterns.into()
    }
}

#[cfg(test)]
mod tests {
    use regex_automata::nfa::thompson;
    use regex_automata::util::syntax;

    use super::*;

    fn nfa(expressions: &[&str]) -> NFA {
        thompson::Compiler::new()
            .syntax(syntax::Config::new().utf8(false))
            .configure(thompson::Config::new().utf8(false))
            .build_many(expressions)
            .unwrap()
    }

    /// Every match from the start of a text: pattern and end.
    fn found(expressions: &[&str], text: &[u8]) -> Vec<(u16, usize)> {
        let dfa = Dfa::new(&nfa(expressions), 1 << 20).unwrap();
        let (mut state, mut found) = (dfa.start, Vec::new());
        for (i, byte) in text.iter().enumerate() {
            state = dfa.next(state, *byte);
            found.extend(dfa.patterns(state).iter().map(|p| (*p, i + 1)));
        }
        found
    }

    #[test]
    fn finds_what_the_expressions_match_and_nothing_else() {
        let expressions = [
            "1[0-9]{2,4}",
            "[a-c]+(-[a-c])?",
            "(?u)[京沪][A-Z][0-9]{2}",
            "[0-9]{3}|[0-9]{5}",
            "1(?:2|3|45)*",
        ];
        let texts = [
            "12345x", "1", "10", "abc-a", "cab", "沪A12", "沪A1", "13213", "1452", "京", "--", "",
            "99999",
        ];
        for text in texts {
            let mut want = Vec::new();
            for (i, expression) in (0..).zip(expressions) {
                for end in 1..=text.len() {
                    let whole = regex::bytes::Regex::new(&format!("^(?:{expression})$")).unwrap();
                    if whole.is_match(&text.as_bytes()[..end]) {
                        want.push((i, end));
                    }
                }
            }
            let mut found = found(&expressions, text.as_bytes());
            found.sort_unstable();
            assert_eq!(found, want, "{text}");
        }
    }

    #[test]
    fn says_when_it_grows_too_large() {
        let nfa = nfa(&["[ab]*a[ab]{12}"]);
        assert!(Dfa::new(&nfa, 64 << 10).is_err());
        assert!(Dfa::new(&nfa, 1 << 20).is_ok());
    }
}
