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
}

/// What a worker has built of a [`CellAutomaton`] so far.
pub(crate) struct CellCache {
    states: Cache,
    table: Table,
}

/// States and transitions known so far. A state is the place where its row begins in `next`.
struct Table {
    /// `[row + class]`: the next state, or [`UNKNOWN`].
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

/// A transition that was not taken yet.
const UNKNOWN: u32 = u32::MAX;

/// A state was never the last one yet.
const UNASKED: u16 = u16::MAX;

/// The row of the state in which nothing can match any more: the first.
const DEAD: u32 = 0;

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
            .map_err(|e| Error::new("expression cannot be compiled").because(e))?;
        let mut classes = Box::new([0; 256]);
        for byte in 0..=255u8 {
            classes[usize::from(byte)] = lazy.byte_classes().get(byte);
        }
        let n_classes = classes.iter().max().map_or(1, |c| u32::from(*c) + 1);
        Ok(CellAutomaton {
            lazy,
            classes,
            stride: n_classes.next_power_of_two(),
        })
    }

    /// An empty cache for one worker.
    pub(crate) fn cache(&self) -> CellCache {
        let mut cache = CellCache {
            states: self.lazy.create_cache(),
            table: Table::new(),
        };
        cache.table.add(self, LazyStateID::default(), 0);
        cache.table.next.fill(DEAD);
        cache
    }

    /// Every expression that matches the whole of `text`, ascending; none of a text longer than [`REACH_BYTES_MAX`].
    pub(crate) fn whole<'c>(&self, cache: &'c mut CellCache, text: &[u8]) -> &'c [u16] {
        if text.len() > REACH_BYTES_MAX {
            return &[];
        }
        let mut state = self.start(cache);
        for &byte in text {
            let class = self.classes[usize::from(byte)];
            state = match cache.table.next[state as usize + usize::from(class)] {
                UNKNOWN => self.step(cache, state, byte),
                next => next,
            };
        }
        let set = self.at_end(cache, state);
        &cache.table.sets[usize::from(set)]
    }

    /// Appends every match that starts at the first byte of `text`: each expression with each of its ends.
    pub(crate) fn ends(&self, cache: &mut CellCache, text: &[u8], out: &mut Ends) {
        let mut state = self.start(cache);
        for (i, &byte) in text.iter().enumerate().take(REACH_BYTES_MAX) {
            let class = self.classes[usize::from(byte)];
            state = match cache.table.next[state as usize + usize::from(class)] {
                UNKNOWN => self.step(cache, state, byte),
                next => next,
            };
            let matched = cache.table.matched[(state / self.stride) as usize];
            if matched != 0 {
                let set = &cache.table.sets[usize::from(matched)];
                out.extend(set.iter().map(|pattern| (*pattern, i)));
            } else if state == DEAD {
                return;
            }
        }
        if text.len() <= REACH_BYTES_MAX {
            let set = self.at_end(cache, state);
            let set = &cache.table.sets[usize::from(set)];
            out.extend(set.iter().map(|pattern| (*pattern, text.len())));
        }
    }

    /// The state before the first byte: the second row.
    fn start(&self, cache: &mut CellCache) -> u32 {
        if cache.table.ids.len() == 1 {
            let config = start::Config::new().anchored(Anchored::Yes);
            match self.lazy.start_state(&mut cache.states, &config) {
                Ok(id) => cache.table.add(self, id, 0),
                // It only errs for unanchored starts and bytes to quit at, of which there are none.
                Err(_) => return DEAD,
            };
        }
        self.stride
    }

    /// Takes a transition for the first time.
    #[cold]
    #[inline(never)]
    fn step(&self, cache: &mut CellCache, state: u32, byte: u8) -> u32 {
        let row = (state / self.stride) as usize;
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
    fn at_end(&self, cache: &mut CellCache, state: u32) -> u16 {
        let row = (state / self.stride) as usize;
        if cache.table.at_end[row] == UNASKED {
            let from = cache.table.ids[row];
            let set = match self.lazy.next_eoi_state(&mut cache.states, from) {
                _ if state == DEAD => 0,
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

    /// Adds a row of unknown transitions. Returns its place.
    fn add(&mut self, automaton: &CellAutomaton, id: LazyStateID, matched: u16) -> u32 {
        let row = self.next.len() as u32;
        self.next
            .resize(self.next.len() + automaton.stride as usize, UNKNOWN);
        self.ids.push(id);
        self.rows.insert(id, row);
        self.matched.push(matched);
        self.at_end.push(UNASKED);
        row
    }
}

impl CellCache {
    /// Starts anew when the states have outgrown their memory. Asked between cells.
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
            "(1[0-9]{10}|[0-9]{4,12}|[京沪津][A-Z][0-9]{5}|[a-z@]{1,9}|.{0,6}){1,2}", 1..8,
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
