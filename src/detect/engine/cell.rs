//! Cells of columns that announce their kinds, when they are one value from end to end.
//!
//! That is what nearly all cells of such columns are, so this is the shortest way through the engine: one walk through the
//! automaton of the column's kinds, then the validator. A whole cell has no neighbours to judge, stands in context, and
//! leaves nothing to be settled. Whatever is not as simple is left to `look`, which comes to the same answer.
//!
//! A walk waits for the memory at each byte, so the cells of one column are walked through several at a time, some records
//! ahead of the one in hand.

use crate::detect::automaton::LANES;
use crate::detect::validate::Compact;
use crate::detect::{Match, Status};
use crate::record::{Batch, Field, Record, Span};

use super::look::{Judged, in_column, verdict};
use super::{ColumnRule, Detector, Engine, Found, NO_RULE, Scratch, bare};

/// What a look at a whole cell gave.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Whole {
    /// The cell is a value of its column.
    Value,
    /// It is none.
    Nothing,
    /// It would be one but for its checksum.
    FailedChecksum,
}

/// Records that are walked through together.
const RECORDS_AHEAD: usize = 32;

/// A cell that was not walked through ahead.
const NOT_WALKED: u32 = u32::MAX;

/// Marks a cell that is its own bare text. Behind it stands the set.
const IS_BARE: u32 = 1 << 31;

/// What walks through the cells of the next records gave.
#[derive(Default)]
pub(super) struct Ahead {
    /// The first field of the batch that `sets` speaks of.
    from: u32,
    /// For each field, which set of expressions matches it as a whole, with [`IS_BARE`] perhaps, or [`NOT_WALKED`].
    sets: Vec<u32>,
}

impl Ahead {
    /// Forgets everything: the batch has changed.
    pub(super) fn clear(&mut self) {
        self.from = 0;
        self.sets.clear();
    }

    /// Whether the fields of a record lie beyond what was walked through.
    #[inline]
    pub(super) fn ends_before(&self, record: &Record) -> bool {
        record.fields.start >= self.from + self.sets.len() as u32
    }

    /// The set, and whether the field is its own bare text.
    #[inline]
    fn set(&self, field: u32) -> Option<(u16, bool)> {
        let set = self.sets.get(field.wrapping_sub(self.from) as usize);
        let set = set.copied().filter(|set| *set != NOT_WALKED)?;
        Some((set as u16, set & IS_BARE != 0))
    }

    /// Walks through the cells of `record` and of those behind it that are of the same table.
    #[inline(never)]
    pub(super) fn walk(
        &mut self,
        engine: &Engine,
        scratch: &mut Scratch,
        batch: &Batch,
        record: &Record,
        rules: &[ColumnRule],
    ) {
        self.from = record.fields.start;
        self.sets.clear();
        if rules.iter().all(|rule| rule.cells.is_none()) {
            self.sets.resize(record.fields.len(), NOT_WALKED);
            return;
        }
        scratch.keep_small(engine);
        let first = batch
            .records
            .partition_point(|r| r.fields.start < record.fields.start);
        let next = batch.records[first..].iter().take(RECORDS_AHEAD);
        let same = next.take_while(|r| r.table == record.table);
        let n_records = same.clone().count();
        let end = same.map(|r| r.fields.end).max().unwrap_or(self.from);
        self.sets.resize((end - self.from) as usize, NOT_WALKED);
        let records = &batch.records[first..first + n_records];
        let n_fields = records.iter().map(|r| r.fields.len()).max().unwrap_or(0);
        for position in 0..n_fields {
            self.column(engine, scratch, batch, records, rules, position);
        }
    }

    /// Walks through the fields at one position of the records, as far as they are of one column.
    fn column(
        &mut self,
        engine: &Engine,
        scratch: &mut Scratch,
        batch: &Batch,
        records: &[Record],
        rules: &[ColumnRule],
        position: usize,
    ) {
        let rule_of = |field: &Field| rules.get(field.column as usize).unwrap_or(&NO_RULE);
        let first = records
            .iter()
            .find_map(|r| batch.fields_of(r).get(position));
        // The first speaks for the others: what is of another group is walked through when its turn comes.
        let first = first.filter(|f| !rule_of(f).prose);
        let Some((column, cells)) = first.and_then(|f| Some((f.column, rule_of(f).cells?))) else {
            return;
        };
        let automaton = &engine.cells[cells].automaton;
        let cache = scratch.caches[cells].get_or_insert_with(|| automaton.cache());
        let mut texts: [&[u8]; LANES] = [&[]; LANES];
        let mut places = [0; LANES];
        let mut are_bare = [false; LANES];
        let mut n = 0;
        for record in records {
            let field = batch.fields_of(record).get(position);
            let Some(field) = field.filter(|field| field.column == column) else {
                continue;
            };
            let value = value_of(&batch.text, *field);
            if value.is_empty() {
                continue;
            }
            texts[n] = value;
            are_bare[n] = value.len() == field.span.len();
            places[n] = record.fields.start as usize + position - self.from as usize;
            n += 1;
            if n == LANES {
                n = 0;
                let sets = automaton.whole_sets(cache, texts);
                for ((place, is_bare), set) in places.into_iter().zip(are_bare).zip(sets) {
                    self.sets[place] = u32::from(set) | if is_bare { IS_BARE } else { 0 };
                }
            }
        }
    }
}

/// The bare text of a cell.
#[inline]
fn value_of(text: &[u8], field: Field) -> &[u8] {
    let cell = &text[field.span.range()];
    match cell {
        [first, .., point, last]
            if *first > b'\'' && *first != b'=' && *point != b'.' && *last > b' ' =>
        {
            cell
        }
        _ => bare(cell),
    }
}

impl Detector {
    /// Takes a cell for a value of its column, if it is one whole; if not, `found` is as it was. `index` is its position
    /// among the fields of its record, `place` that among the fields of the batch.
    #[inline]
    pub(super) fn whole_cell(
        &mut self,
        text: &[u8],
        field: Field,
        (index, place): (u32, u32),
        rule: &ColumnRule,
        cells: usize,
        found: &mut Found,
    ) -> Whole {
        let walked = self.ahead.set(place);
        let value = match walked {
            Some((_, true)) => &text[field.span.range()],
            _ => value_of(text, field),
        };
        if value.is_empty() {
            return Whole::Nothing;
        }
        let engine = &*self.engine;
        let group = &engine.cells[cells];
        let scratch = &mut self.scratch;
        let cache = scratch.caches[cells].get_or_insert_with(|| group.automaton.cache());
        let patterns = match walked {
            Some((set, _)) => group.automaton.set_of(cache, set),
            None => group.automaton.whole(cache, value),
        };
        for pattern in patterns {
            let form = group.forms[usize::from(*pattern)];
            let kind = &engine.kinds[form.kind.index()];
            let mut compact = Compact::new();
            let Some(Judged {
                status,
                confidence,
                compacted,
            }) = verdict(kind, value, form.written, true, &mut compact)
            else {
                continue;
            };
            let bytes = if compacted { compact.as_bytes() } else { value };
            let status = in_column(rule, form.kind, status, bytes);
            if status == Status::FailedChecksum {
                // Another form may hold, or other values stand in the cell.
                return Whole::FailedChecksum;
            }
            let key = found.key(bytes);
            if status == Status::Valid
                && let Some(role) = rule.role
            {
                found.roles.insert(role);
            }
            let start = value.as_ptr() as usize - text.as_ptr() as usize;
            found.matches.push(Match {
                kind: form.kind,
                field: index,
                span: Span {
                    start: start as u32,
                    end: (start + value.len()) as u32,
                },
                status,
                confidence,
                key,
                role: rule.role,
                column: rule.role,
            });
            return Whole::Value;
        }
        Whole::Nothing
    }
}
