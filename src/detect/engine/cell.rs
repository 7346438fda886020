//! Cells of columns that announce their kinds, when they are one value from end to end.
//!
//! That is what nearly all cells of such columns are, so this is the shortest way through the engine: one walk through the
//! automaton of the column's kinds, then the validator. A whole cell has no neighbours to judge, stands in context, and
//! leaves nothing to be settled. Whatever is not as simple is left to `look`, which comes to the same answer.
//!
//! A walk waits for the memory at each byte, so the cells of one column are walked through several at a time, some records
//! ahead of the one in hand, and validated right behind: what one cell of a column needs is at hand for the next.

use crate::detect::automaton::LANES;
use crate::detect::claim::pack;
use crate::detect::pattern::Confidence;
use crate::detect::validate::Compact;
use crate::detect::{Key, KindId, Match, Status};
use crate::record::{Batch, Field, Record, Span};

use super::look::{Judged, in_column, verdict};
use super::{CellGroup, ColumnRule, Detector, Engine, Found, Kind, NO_RULE, Scratch, bare};

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

/// Records whose cells are looked at together.
const RECORDS_AHEAD: usize = 32;

/// What a look ahead at a whole cell gave.
#[derive(Clone, Copy)]
enum Seen {
    /// There was no look.
    NotYet,
    Nothing,
    FailedChecksum,
    Value(Taken),
}

/// A cell that is a value of its column.
#[derive(Clone, Copy)]
struct Taken {
    kind: KindId,
    status: Status,
    confidence: Confidence,
    /// Whether the cell is its own bare text.
    is_bare: bool,
    normal: Normal,
}

/// The normalised form of a value.
#[derive(Clone, Copy)]
enum Normal {
    /// A packed number.
    Number(u64),
    /// The bare text as it stands.
    Bare,
    /// A part of [`Ahead::texts`].
    Kept(Span),
}

/// What looks at the cells of the next records gave.
#[derive(Default)]
pub(super) struct Ahead {
    /// The first field of the batch that `seen` speaks of.
    from: u32,
    /// For each field.
    seen: Vec<Seen>,
    /// The normalised texts of values that are written otherwise.
    texts: Vec<u8>,
}

impl Ahead {
    /// Forgets everything: the batch has changed.
    pub(super) fn clear(&mut self) {
        self.from = 0;
        self.seen.clear();
        self.texts.clear();
    }

    /// Whether the fields of a record lie beyond what was looked at.
    #[inline]
    pub(super) fn ends_before(&self, record: &Record) -> bool {
        record.fields.start >= self.from + self.seen.len() as u32
    }

    #[inline]
    fn at(&self, field: u32) -> &Seen {
        let seen = self.seen.get(field.wrapping_sub(self.from) as usize);
        seen.unwrap_or(&Seen::NotYet)
    }

    /// Looks at the cells of `record` and of those behind it that are of the same table.
    #[inline(never)]
    pub(super) fn look(
        &mut self,
        engine: &Engine,
        scratch: &mut Scratch,
        batch: &Batch,
        record: &Record,
        rules: &[ColumnRule],
    ) {
        self.from = record.fields.start;
        self.seen.clear();
        self.texts.clear();
        if rules.iter().all(|rule| rule.cells.is_none()) {
            self.seen.resize(record.fields.len(), Seen::NotYet);
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
        self.seen.resize((end - self.from) as usize, Seen::NotYet);
        let records = &batch.records[first..first + n_records];
        let n_fields = records.iter().map(|r| r.fields.len()).max().unwrap_or(0);
        for position in 0..n_fields {
            self.column(engine, scratch, batch, records, rules, position);
        }
    }

    /// Looks at the fields at one position of the records, as far as they are of one column.
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
        // The first speaks for the others: what is of another group is looked at when its turn comes.
        let Some(first) = first.filter(|f| !rule_of(f).prose) else {
            return;
        };
        let (column, rule) = (first.column, rule_of(first));
        let Some(cells) = rule.cells else {
            return;
        };
        let group = &engine.cells[cells];
        let automaton = &group.automaton;
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
                let sets = automaton.whole_sets(cache, &texts);
                for lane in 0..LANES {
                    let forms = automaton.set_of(cache, sets[lane]);
                    let value = (texts[lane], are_bare[lane]);
                    let seen = group.see(&engine.kinds, forms, value, rule, &mut self.texts);
                    self.seen[places[lane]] = seen;
                }
            }
        }
    }
}

impl CellGroup {
    /// What the first of these forms that holds makes of a bare cell, which each of them matches as a whole.
    #[inline(always)]
    fn judge<'a>(
        &self,
        kinds: &[Kind],
        forms: &[u16],
        value: &'a [u8],
        rule: &ColumnRule,
        compact: &mut Compact<'a>,
    ) -> Option<(KindId, Judged)> {
        for form in forms {
            let form = self.forms[usize::from(*form)];
            let kind = &kinds[form.kind.index()];
            if let Some(mut judged) = verdict(kind, value, form.written, true, compact) {
                let bytes = judged.bytes(value, compact);
                judged.status = in_column(rule, form.kind, judged.status, bytes);
                return Some((form.kind, judged));
            }
        }
        None
    }

    /// What is to be kept of a look at a bare cell, of which is said whether it is the whole cell; its normalised text, if it
    /// is another, in `texts`.
    #[inline]
    fn see(
        &self,
        kinds: &[Kind],
        forms: &[u16],
        (value, is_bare): (&[u8], bool),
        rule: &ColumnRule,
        texts: &mut Vec<u8>,
    ) -> Seen {
        let mut compact = Compact::new();
        let Some((kind, judged)) = self.judge(kinds, forms, value, rule, &mut compact) else {
            return Seen::Nothing;
        };
        if judged.status == Status::FailedChecksum {
            return Seen::FailedChecksum;
        }
        let bytes = judged.bytes(value, &compact);
        let normal = match pack(bytes) {
            Some(number) => Normal::Number(number),
            None if std::ptr::eq(bytes, value) => Normal::Bare,
            None => {
                let start = texts.len() as u32;
                texts.extend_from_slice(bytes);
                let end = texts.len() as u32;
                Normal::Kept(Span { start, end })
            }
        };
        Seen::Value(Taken {
            kind,
            status: judged.status,
            confidence: judged.confidence,
            is_bare,
            normal,
        })
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
        let seen = match *self.ahead.at(place) {
            Seen::NotYet => self.see_now(text, field, rule, cells),
            seen => seen,
        };
        let taken = match seen {
            Seen::Value(taken) => taken,
            Seen::FailedChecksum => return Whole::FailedChecksum,
            Seen::Nothing | Seen::NotYet => return Whole::Nothing,
        };
        let value = match taken.is_bare {
            true => &text[field.span.range()],
            false => value_of(text, field),
        };
        let key = match taken.normal {
            Normal::Number(number) => Key::Packed(number),
            Normal::Bare => found.text_key(value),
            Normal::Kept(span) => found.text_key(&self.ahead.texts[span.range()]),
        };
        if taken.status == Status::Valid
            && let Some(role) = rule.role
        {
            found.roles.insert(role);
        }
        let start = value.as_ptr() as usize - text.as_ptr() as usize;
        found.matches.push(Match {
            kind: taken.kind,
            field: index,
            span: Span {
                start: start as u32,
                end: (start + value.len()) as u32,
            },
            status: taken.status,
            confidence: taken.confidence,
            key,
            role: rule.role,
            column: rule.role,
        });
        Whole::Value
    }

    /// Looks at a cell that was not looked at ahead.
    #[inline(never)]
    fn see_now(&mut self, text: &[u8], field: Field, rule: &ColumnRule, cells: usize) -> Seen {
        let value = value_of(text, field);
        if value.is_empty() {
            return Seen::Nothing;
        }
        let group = &self.engine.cells[cells];
        let cache = self.scratch.caches[cells].get_or_insert_with(|| group.automaton.cache());
        let forms = group.automaton.whole(cache, value);
        let value = (value, value.len() == field.span.len());
        group.see(
            &self.engine.kinds,
            forms,
            value,
            rule,
            &mut self.ahead.texts,
        )
    }
}
