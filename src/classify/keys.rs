//! Keys of a text: whether the numbers behind each word (`orderId=`, `trace:`) are values, or pass their checks by chance.
//!
//! A text has no columns, but its keys are as good: the numbers behind one of them are weighed like the cells of a column, by
//! the rule of `odds`, from the first lines. Keys that the sample does not know are judged by their name alone, in `detect`.

use std::collections::BTreeMap;

use crate::detect::vocabulary::Vocabulary;
use crate::detect::{Keys, KindSet, Odds, Prober, key};
use crate::record::{Batch, Field, Span};

use super::SAMPLE_ROWS;
use super::odds::Numbers;

/// How many lines at the start of a text are sampled.
const SAMPLE_LINES: usize = 1024;
/// Most keys of a text that are weighed; those met later are judged by their name alone.
const KEYS_MAX: usize = 256;

/// Collects a sample of one text.
#[derive(Clone, Debug, Default)]
pub struct KeySampler {
    /// By key in small letters: what was found behind it, and how often it was met.
    keys: BTreeMap<Vec<u8>, (Numbers, usize)>,
    n_lines: usize,
}

impl KeySampler {
    /// Takes in the fields of a batch from `first` to `end`, each a line, as far as they are sampled.
    pub fn lines(&mut self, batch: &Batch, first: u32, end: u32, prober: &mut Prober) {
        let fields = &batch.fields[first as usize..end as usize];
        let fields = &fields[..fields.len().min(self.n_left())];
        self.n_lines += fields.len();
        // Lines that stand one behind the other are looked through together.
        let is_next = |a: &Field, b: &Field| match batch.text.get(a.span.end as usize) {
            Some(b'\r') => b.span.start == a.span.end + 2,
            Some(b'\n') => b.span.start == a.span.end + 1,
            _ => false,
        };
        for lines in fields.chunk_by(is_next) {
            let span = Span {
                start: lines[0].span.start,
                end: lines[lines.len() - 1].span.end,
            };
            key::each_number(batch.bytes(span), |key, number| {
                self.number(key, number, prober);
            });
        }
    }

    fn number(&mut self, key: &[u8], number: &[u8], prober: &mut Prober) {
        let key = key.to_ascii_lowercase();
        if !self.keys.contains_key(&key) && self.keys.len() == KEYS_MAX {
            return;
        }
        let (numbers, n_met) = self.keys.entry(key).or_default();
        if *n_met < SAMPLE_ROWS {
            *n_met += 1;
            numbers.add(number, &prober.cell(number));
        }
    }

    /// How many more lines are taken in.
    pub fn n_left(&self) -> usize {
        SAMPLE_LINES - self.n_lines
    }

    /// Whether more lines change nothing.
    pub fn is_full(&self) -> bool {
        self.n_left() == 0
    }

    /// For each key the kinds that pass by chance behind it. `by_chance` makes them of the odds, and of whether the key is that of
    /// an order number ([`crate::detect::Detector::by_chance`]).
    pub fn decide(
        &self,
        vocabulary: &Vocabulary,
        by_chance: impl Fn(&Odds, bool) -> KindSet,
    ) -> Keys {
        let judged = self.keys.iter().map(|(key, (numbers, _))| {
            let name = String::from_utf8_lossy(key);
            let is_veto = vocabulary.is_veto(&name);
            let chance = by_chance(&numbers.weigh(is_veto).odds, is_veto);
            (key.clone().into_boxed_slice(), chance)
        });
        judged.collect()
    }
}
