//! Dictionaries: lists of values that stand beside the rows, which name them by their number.

use super::super::shown::Shown;
use super::array::Array;
use super::buffer::{Fail, Taken};
use super::schema::Schema;

/// Parts of all dictionaries, which may grow from one batch of rows to the next.
const PARTS_MAX: usize = 65_536;

/// The dictionaries of a table, by their place in its schema.
pub(super) struct Dictionaries {
    /// None for one that is not known yet, and while a value of it is shown.
    of: Vec<Option<Dictionary>>,
    n_parts: usize,
    /// Why something in the column that is shown could not be read, the first time.
    pub(super) failed: Option<Fail>,
}

#[derive(Default)]
struct Dictionary {
    /// Arrays, with the number of the first value of each, and the memory they take.
    parts: Vec<(u64, Array, Taken)>,
    n: u64,
}

impl Dictionaries {
    pub(super) fn new(schema: &Schema) -> Dictionaries {
        Dictionaries {
            of: schema.dictionaries.iter().map(|_| None).collect(),
            n_parts: 0,
            failed: None,
        }
    }

    pub(super) fn is_known(&self, slot: usize) -> bool {
        self.of[slot].is_some()
    }

    /// Forgets the values of a dictionary.
    pub(super) fn clear(&mut self, slot: usize) {
        if let Some(dictionary) = self.of[slot].take() {
            self.n_parts -= dictionary.parts.len();
        }
    }

    /// Puts values behind those that are known of a dictionary.
    ///
    /// # Errors
    /// When there are too many parts.
    pub(super) fn push(&mut self, slot: usize, array: Array, taken: Taken) -> Result<(), Fail> {
        if self.n_parts == PARTS_MAX {
            return Err(Fail::Limit);
        }
        self.n_parts += 1;
        let dictionary = self.of[slot].get_or_insert_default();
        let n = array.n;
        dictionary.parts.push((dictionary.n, array, taken));
        dictionary.n = dictionary.n.saturating_add(n);
        Ok(())
    }

    /// Shows a value.
    ///
    /// # Errors
    /// When it is not known. Nothing is shown then.
    pub(super) fn show(
        &mut self,
        slot: usize,
        i: u64,
        shown: &mut Shown,
        depth: usize,
    ) -> Result<(), Fail> {
        // It is away meanwhile: its own values name others alone.
        let mut dictionary = self.of[slot].take().ok_or(Fail::Damaged)?;
        let result = match i < dictionary.n {
            true => {
                let part = dictionary.parts.partition_point(|part| part.0 <= i) - 1;
                let (first, array, _) = &mut dictionary.parts[part];
                array.try_show(i - *first, shown, self, depth)
            }
            false => Err(Fail::Damaged),
        };
        self.of[slot] = Some(dictionary);
        result
    }
}
