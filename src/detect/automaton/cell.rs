//! Expressions for whole cells and for values behind labels: a DFA that is built while it runs.
//!
//! Addresses and names have expressions whose whole DFA would be huge, of which a run sees little, and of the many sets of
//! forms a run uses few. So states are made when they are first met, by the lazy DFA of `regex-automata`, and are copied
//! into a plain table; from then on a byte costs one look-up. Each worker brings its own [`CellCache`].

use std::collections::HashMap;

use regex_automata::Anchored;
use regex_automata::MatchKind;
use regex_automata::hybrid::LazyStateID;
use regex_automata::hybrid::dfa::{Builder, Cache, Config, DFA};
use regex_automata::nfa::thompson;
use regex_automata::util::{start, syntax};

use crate::error::Error;

use super::{Ends, REACH_BYTES_MAX};

/// Many anchored expressions for cells. Immutable, shared by all workers.
pub(crate) struct CellAutomaton {
    lazy: DFA,
    /// The class of each byte; bytes of one class are told apart by no expression.
    classes: Box<[u8; 256]>,
    /// Places of a row of the table: a power of two.
    stride: u32,
    /// Its logarithm.
    shift: u32,
}

/// What a worker has built of a [`CellAutomaton`] so far.
pub(crate) struct CellCache {
    states: Cache,
    table: Table,
}

/// States and transitions known so far. A state is the place where its row begins in `next`.
struct Table {
    /// `[row + class]`: the next state.
    next: Vec<u32>,
    /// For each row, what stands for the state in the lazy DFA.
    ids: Vec<LazyStateID>,
    /// The same the other way round; asked only for transitions that are new.
    rows: HashMap<LazyStateID, u32>,
    /// For each row, which of `sets` matched before the byte that led here.
    matched: Vec<u16>,
    /// For each row, which of `sets` matches if the text ends here; [`UNASKED`] until that is asked.
    at_end: Vec<u16>,
    /// Sets of expressions, each ascending; the first is empty.
    sets: Vec<Vec<u16>>,
}

/// A state was never the last one yet.
const UNASKED: u16 = u16::MAX;

/// The row of the state in which nothing can match any more: the first.
const DEAD: u32 = 0;

/// Rows before that of the start: the dead one, and the one where transitions lead that were not taken yet. Both lead to
/// themselves, so that a walk needs no look at where it is before it has ended.
const ROWS_BEFORE_START: u32 = 2;

/// Cells that are walked through at a time: a step waits for the memory far longer than it computes.
pub(crate) const LANES: usize = 4;

/// Memory for the states of one automaton in one worker, in bytes. When it is full, building starts anew.
const STATES_BYTES_MAX: usize = 8 << 20;

/// Never reached: the states of the lazy DFA that a table of [`STATES_BYTES_MAX`] names, in bytes.
const LAZY_BYTES_MAX: usize = 512 << 20;

/// Largest automaton before it is made deterministic, in bytes.
const NFA_BYTES_MAX: usize = 32 << 20;

impl CellAutomaton {
    /// Compiles the expressions; a pattern's index is its position.
    pub(crate) fn new(expressions: &[&str]) -> Result<CellAutomaton, Error> {
        let lazy = Builder::new()
            .configure(
                Config::new()
                    .match_kind(MatchKind::All)
                    // Full long after the table is: states that the table names must stay valid.
                    .cache_capacity(LAZY_BYTES_MAX)
                    .skip_cache_capacity_check(true),
            )
            .syntax(syntax::Config::new().unicode(true).utf8(false))
            .thompson(
                thompson::Config::new()
                    .utf8(false)
                    .nfa_size_limit(Some(NFA_BYTES_MAX)),
            )
            .build_many(expressions)
            .map_err(|e| Error::new("the expression cannot be compiled: bound its repetitions and classes, or split the pattern").because(e))?;
        let mut classes = Box::new([0; 256]);
        for byte in 0..=255u8 {
            classes[usize::from(byte)] = lazy.byte_classes().get(byte);
        }
        let n_classes = classes.iter().max().map_or(1, |c| u32::from(*c) + 1);
        Ok(CellAutomaton {
            lazy,
            classes,
            stride: n_classes.next_power_of_two(),
            shift: n_classes.next_power_of_two().trailing_zeros(),
        })
    }

    /// An empty cache for one worker.
    pub(crate) fn cache(&self) -> CellCache {
        let mut cache = CellCache {
            states: self.lazy.create_cache(),
            table: Table::new(),
        };
        let dead = LazyStateID::default();
        for row in 0..ROWS_BEFORE_START {
            cache.table.add(self, dead, 0);
            cache.table.next[(row * self.stride) as usize..].fill(row * self.stride);
        }
        cache.table.at_end.fill(0);
        cache
    }

    /// Every expression that matches the whole of `text`, ascending; none of a text longer than [`REACH_BYTES_MAX`].
    pub(crate) fn whole<'c>(&self, cache: &'c mut CellCache, text: &[u8]) -> &'c [u16] {
        let set = self.whole_set(cache, text);
        self.set_of(cache, set)
    }

    /// The expressions of a set that [`CellAutomaton::whole_sets`] gave for this cache.
    pub(crate) fn set_of<'c>(&self, cache: &'c CellCache, set: u16) -> &'c [u16] {
        &cache.table.sets[usize::from(set)]
    }

    /// For each text, the set of expressions that match the whole of it.
    pub(crate) fn whole_sets(&self, cache: &mut CellCache, texts: &[&[u8]; LANES]) -> [u16; LANES] {
        if texts.iter().any(|text| text.len() > REACH_BYTES_MAX) {
            return texts.map(|text| self.whole_set(cache, text));
        }
        let states = self.walk(cache, texts);
        let mut sets = [0; LANES];
        for (set, (state, text)) in sets.iter_mut().zip(states.into_iter().zip(texts)) {
            *set = self.set_behind(cache, state, text);
        }
        sets
    }

    /// The set of expressions that match the whole of a text.
    fn whole_set(&self, cache: &mut CellCache, text: &[u8]) -> u16 {
        if text.len() > REACH_BYTES_MAX {
            return 0;
        }
        let start = self.start(cache);
        let (next, classes) = (cache.table.next.as_slice(), &*self.classes);
        let step =
            |state: u32, byte: &u8| next[state as usize + usize::from(classes[usize::from(*byte)])];
        let state = text.iter().fold(start, step);
        self.set_behind(cache, state, text)
    }

    /// Walks through the texts side by side over known transitions. Returns the last states.
    #[inline]
    fn walk(&self, cache: &mut CellCache, texts: &[&[u8]; LANES]) -> [u32; LANES] {
        let start = self.start(cache);
        let (next, classes) = (cache.table.next.as_slice(), &*self.classes);
        let step = |state: &mut u32, byte: u8| {
            *state = next[*state as usize + usize::from(classes[usize::from(byte)])];
        };
        let shortest = texts.iter().map(|t| t.len()).min().unwrap_or(0);
        let [(a, a_rest), (b, b_rest), (c, c_rest), (d, d_rest)] =
            texts.map(|text| text.split_at(shortest));
        let [mut i, mut j, mut k, mut l] = [start; LANES];
        // Zipped, so that no place is checked twice.
        for (((a, b), c), d) in a.iter().zip(b).zip(c).zip(d) {
            step(&mut i, *a);
            step(&mut j, *b);
            step(&mut k, *c);
            step(&mut l, *d);
        }
        let rests = [
            (&mut i, a_rest),
            (&mut j, b_rest),
            (&mut k, c_rest),
            (&mut l, d_rest),
        ];
        for (state, rest) in rests {
            rest.iter().for_each(|byte| step(state, *byte));
        }
        [i, j, k, l]
    }

    /// The set of expressions that match a text after which a walk has come to `state`.
    #[inline]
    fn set_behind(&self, cache: &mut CellCache, state: u32, text: &[u8]) -> u16 {
        let state = match state == self.stride {
            true => self.slowly(cache, text),
            false => state,
        };
        let set = cache.table.at_end[(state >> self.shift) as usize];
        match set == UNASKED {
            true => self.at_end(cache, state),
            false => set,
        }
    }

    /// Walks through a text over transitions that may be new. Returns the last state.
    #[cold]
    #[inline(never)]
    fn slowly(&self, cache: &mut CellCache, text: &[u8]) -> u32 {
        let start = self.start(cache);
        text.iter()
            .fold(start, |state, byte| self.next(cache, state, *byte))
    }

    /// One step, over a transition that may be new.
    fn next(&self, cache: &mut CellCache, state: u32, byte: u8) -> u32 {
        let class = self.classes[usize::from(byte)];
        match cache.table.next[state as usize + usize::from(class)] {
            next if next == self.stride => self.step(cache, state, byte),
            next => next,
        }
    }

    /// Appends every match that starts at the first byte of `text`: each expression with each of its ends.
    pub(crate) fn ends(&self, cache: &mut CellCache, text: &[u8], out: &mut Ends) {
        let mut state = self.start(cache);
        for (i, &byte) in text.iter().enumerate().take(REACH_BYTES_MAX) {
            state = self.next(cache, state, byte);
            let matched = cache.table.matched[(state >> self.shift) as usize];
            if matched != 0 {
                let set = &cache.table.sets[usize::from(matched)];
                out.extend(set.iter().map(|pattern| (*pattern, i)));
            } else if state == DEAD {
                return;
            }
        }
        if text.len() <= REACH_BYTES_MAX {
            let set = self.set_behind(cache, state, text);
            let set = self.set_of(cache, set);
            out.extend(set.iter().map(|pattern| (*pattern, text.len())));
        }
    }

    /// The state before the first byte.
    fn start(&self, cache: &mut CellCache) -> u32 {
        if cache.table.ids.len() == ROWS_BEFORE_START as usize {
            let config = start::Config::new().anchored(Anchored::Yes);
            match self.lazy.start_state(&mut cache.states, &config) {
                Ok(id) => cache.table.add(self, id, 0),
                // It only errs for unanchored starts and bytes to quit at, of which there are none.
                Err(_) => return DEAD,
            };
        }
        ROWS_BEFORE_START * self.stride
    }

    /// Takes a transition for the first time.
    #[cold]
    #[inline(never)]
    fn step(&self, cache: &mut CellCache, state: u32, byte: u8) -> u32 {
        let row = (state >> self.shift) as usize;
        let from = cache.table.ids[row];
        let Ok(id) = self.lazy.next_state(&mut cache.states, from, byte) else {
            return DEAD;
        };
        if id.is_dead() || id.is_quit() {
            cache.table.next[state as usize + usize::from(self.classes[usize::from(byte)])] = DEAD;
            return DEAD;
        }
        let next = match cache.table.rows.get(&id) {
            Some(row) => *row,
            None => {
                let matched = self.set(cache, id);
                cache.table.add(self, id, matched)
            }
        };
        cache.table.next[state as usize + usize::from(self.classes[usize::from(byte)])] = next;
        next
    }

    /// Which set of expressions matches if the text ends in this state.
    #[cold]
    #[inline(never)]
    fn at_end(&self, cache: &mut CellCache, state: u32) -> u16 {
        let row = (state >> self.shift) as usize;
        if cache.table.at_end[row] == UNASKED {
            let from = cache.table.ids[row];
            let set = match self.lazy.next_eoi_state(&mut cache.states, from) {
                Ok(id) => self.set(cache, id),
                Err(_) => 0,
            };
            cache.table.at_end[row] = set;
        }
        cache.table.at_end[row]
    }

    /// The place in `sets` of the expressions that a state of the lazy DFA has matched.
    fn set(&self, cache: &mut CellCache, id: LazyStateID) -> u16 {
        let mut set = Vec::new();
        if id.is_match() {
            let n = self.lazy.match_len(&cache.states, id);
            set.extend((0..n).map(|i| {
                let pattern = self.lazy.match_pattern(&cache.states, id, i);
                pattern.as_u32() as u16
            }));
            set.sort_unstable();
        }
        let sets = &mut cache.table.sets;
        let at = sets.iter().position(|s| *s == set).unwrap_or_else(|| {
            sets.push(set);
            sets.len() - 1
        });
        at as u16
    }
}

impl Table {
    fn new() -> Table {
        Table {
            next: Vec::new(),
            ids: Vec::new(),
            rows: HashMap::new(),
            matched: Vec::new(),
            at_end: Vec::new(),
            sets: vec![Vec::new()],
        }
    }

    /// Adds a row of transitions that were not taken yet. Returns its place.
    fn add(&mut self, automaton: &CellAutomaton, id: LazyStateID, matched: u16) -> u32 {
        let row = self.next.len() as u32;
        self.next.resize(
            self.next.len() + automaton.stride as usize,
            automaton.stride,
        );
        self.ids.push(id);
        self.rows.insert(id, row);
        self.matched.push(matched);
        self.at_end.push(UNASKED);
        row
    }
}

impl CellCache {
    /// Starts anew when the states have outgrown their memory. Asked between records.
    pub(crate) fn keep_small(&mut self, automaton: &CellAutomaton) {
        if self.table.next.len() * size_of::<u32>() > STATES_BYTES_MAX {
            *self = automaton.cache();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const EXPRESSIONS: [&str; 4] = [
        "1[0-9]{10}",
        "[0-9]{5,11}",
        "(?x) [京沪] [A-Z] [0-9]{5}",
        "[a-z]+(@[a-z]+)?",
    ];

    proptest! {
        #[test]
        fn agrees_with_the_whole_dfa(texts in proptest::collection::vec(
            "(1[0-9]{10}|[0-9]{4,12}|[京沪津][A-Z][0-9]{5}|[a-z@]{1,9}|.{0,6}){1,2}", 1..12,
        )) {
            let automaton = CellAutomaton::new(&EXPRESSIONS).expect("they compile");
            let dense = super::super::Automaton::new(&EXPRESSIONS).expect("they compile");
            let mut cache = automaton.cache();
            for text in texts.iter().map(String::as_bytes) {
                let (mut ends, mut want) = (Vec::new(), Vec::new());
                automaton.ends(&mut cache, text, &mut ends);
                dense.ends(text, &mut want);
                ends.sort_unstable();
                want.sort_unstable();
                prop_assert_eq!(&ends, &want);
                let at_end = want.iter().filter(|(_, end)| *end == text.len());
                let at_end: Vec<u16> = at_end.map(|(pattern, _)| *pattern).collect();
                prop_assert_eq!(automaton.whole(&mut cache, text), at_end);
            }
            for four in texts.windows(LANES) {
                let four: [&[u8]; LANES] = std::array::from_fn(|i| four[i].as_bytes());
                let sets = automaton.whole_sets(&mut cache, &four);
                for (text, set) in four.into_iter().zip(sets) {
                    let together = automaton.set_of(&cache, set).to_vec();
                    prop_assert_eq!(automaton.whole(&mut cache, text), together);
                }
            }
        }
    }

    #[test]
    fn an_empty_text_and_a_long_one_are_no_values() {
        let automaton = CellAutomaton::new(&["[0-9]+"]).expect("it compiles");
        let mut cache = automaton.cache();
        assert!(automaton.whole(&mut cache, b"").is_empty());
        assert_eq!(automaton.whole(&mut cache, &[b'1'; REACH_BYTES_MAX]), [0]);
        assert!(
            automaton
                .whole(&mut cache, &[b'1'; REACH_BYTES_MAX + 1])
                .is_empty()
        );
    }
}
