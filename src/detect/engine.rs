//! The engine: the compiled catalog, and a worker's view of it that turns records into matches.
//!
//! A cell of a column that announces its kinds is first asked for as a whole (`cell`), other cells are looked up by their
//! outline (`sieve`). What is left, and running text, is looked at more closely (`look`): its labels (in prose), each `@`,
//! and each token that the start table lets through. What passes the anchored automaton, its neighbours and its validator is a
//! claim; overlapping claims are settled field by field. Nothing here allocates per record once the buffers have grown.

mod cell;
mod look;
mod probe;
mod sieve;
mod speaking;
mod trace;
mod without;

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use crate::record::{Batch, Field, Record, Span};

use super::automaton::{Automaton, CellAutomaton, CellCache, Ends};
use super::claim::{self, Claim};
use super::fold::Folded;
use super::label::{Label, Labels};
use super::pattern::{Boundary, Compacting, ConfidenceRule};
use super::prefilter::{Admission, Places, Token};
use super::structure::Structures;
use super::validate::Validator;
use super::validate::chance::Chance;
use super::vocabulary::{RoleId, RoleSet, Vocabulary};
use super::{Key, Keys, KindId, KindSet, Match, Status};
use cell::{Ahead, Whole};
use look::Look;
pub use probe::{Candidate, Probe, Prober};
use sieve::{CellPlaces, Sieve};
use trace::Note;
pub use trace::{Announced, Considered, Edge, Neighbour, Outcome, Refusal};

/// What the engine needs to know of a kind.
#[derive(Clone)]
pub(crate) struct Kind {
    pub(crate) boundary: Boundary,
    pub(crate) compact: Compacting,
    pub(crate) validator: Option<Validator>,
    /// How often numbers that nobody issued pass.
    pub(crate) chance: Chance,
    pub(crate) confidence: ConfidenceRule,
    pub(crate) precedence: u8,
    pub(crate) role: Option<RoleId>,
    /// The role of a column of its own, which may be narrower than the role it plays.
    pub(crate) own_column: Option<RoleId>,
    /// Whether its values are somebody's, so that a name beside one is likely.
    pub(crate) personal: bool,
    /// What a value right behind one of this kind may be, to the end of the line.
    pub(crate) followed_by: Option<Label>,
}

/// Which kind an expression of an automaton belongs to, and how its values are written there.
#[derive(Clone, Copy)]
pub(crate) struct Form {
    pub(crate) kind: KindId,
    pub(crate) written: Written,
}

/// How a value is written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Written {
    /// In full.
    Plain,
    /// Masked in the source.
    Masked,
    /// In fewer digits than it has.
    Rounded,
}

/// Expressions that are tried together at the same places.
pub(crate) struct Group {
    pub(crate) automaton: Arc<Automaton>,
    pub(crate) forms: Vec<Form>,
}

/// Forms of whole cells, or of values behind a label, that are tried together.
pub(crate) struct CellGroup {
    pub(crate) automaton: CellAutomaton,
    pub(crate) forms: Vec<Form>,
}

/// Expressions that begin at a token, or a little before it.
pub(crate) struct TokenGroup {
    pub(crate) group: Group,
    /// At which tokens to look.
    pub(crate) admission: Admission,
    /// ASCII bytes and other characters that a match may begin with before its first token.
    pub(crate) leads: (usize, usize),
}

/// Expressions that hold an `@`.
pub(crate) struct AtGroup {
    pub(crate) group: Group,
    /// Bytes that may stand between the start of a match and its `@`.
    pub(crate) before: [bool; 256],
}

/// The compiled catalog. Immutable, shared by all workers.
pub(crate) struct Engine {
    pub(crate) kinds: Vec<Kind>,
    pub(crate) tokens: TokenGroup,
    pub(crate) ats: Option<AtGroup>,
    pub(crate) labels: Labels,
    /// Forms for whole cells and for values behind labels.
    pub(crate) cells: Vec<CellGroup>,
    /// Which of `cells` goes with the set of kinds that are possible at a place.
    pub(crate) cells_of: BTreeMap<KindSet, usize>,
    /// All forms of cells together, to find out what an unknown column may hold: one of `cells`.
    pub(crate) any_cell: Option<usize>,
    /// Kinds that are found by their structure.
    pub(crate) structures: Structures,
    /// Kinds that a column of each role may hold.
    pub(crate) role_kinds: Vec<KindSet>,
    /// By role: the one it plays in records.
    pub(crate) played: Vec<RoleId>,
    /// Roles that count as present when their cell is filled, rather than when it holds a valid value.
    pub(crate) filled_roles: RoleSet,
    /// Kinds that are numbers, and not order numbers themselves: other numbers may pass for them by chance.
    pub(crate) numbers: KindSet,
    /// Says which keys of running text are those of order numbers.
    pub(crate) vocabulary: Arc<Vocabulary>,
}

/// How a column is looked at. Decided once a table; see `classify`.
#[derive(Clone, Debug, Default)]
pub struct ColumnRule {
    /// The role of the column.
    pub role: Option<RoleId>,
    /// Kinds that the column announces: they need no further context, and checks that chance often passes count.
    pub kinds: KindSet,
    /// Whether values of other kinds are chance hits here unless they are proven and of high confidence (order numbers).
    pub veto: bool,
    /// Kinds that pass here by chance alone. Announced ones fail as a whole, others are not there.
    pub chance: KindSet,
    /// Whether a spreadsheet rounded the column: a value that ends in zeros behind fifteen digits has lost its last ones.
    pub rounded: bool,
    /// Whether cells are running text, in which labels announce values.
    pub prose: bool,
    /// What the keys of running text say of the numbers behind them.
    pub keys: Option<Arc<Keys>>,
    /// Which of the engine's groups has the forms of cells of these kinds.
    pub(crate) cells: Option<usize>,
    /// Whether the role counts as present in a record when the cell is filled.
    pub(crate) by_filling: bool,
}

/// What a sample of cells told of the kinds of values found in it, measured against chance. See `classify`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Odds {
    /// Kinds that pass no more often than chance, where nothing announces them.
    pub chance: KindSet,
    /// Kinds that the column may announce and whose checks pass no more often than chance.
    pub failing: KindSet,
    /// Kinds that are there beyond chance.
    pub proven: KindSet,
    /// Whether only those count: the cells are mostly numbers of no kind, so that any further value is one by chance.
    pub only_proven: bool,
    /// Whether numbers of more than fifteen digits end in zeros behind these.
    pub rounded: bool,
}

impl ColumnRule {
    /// Whether nothing is known of the column but that it is running text: then a cell without any place has nothing in it.
    pub fn is_mere_text(&self) -> bool {
        self.prose && self.role.is_none() && self.kinds.is_empty()
    }
}

/// The rule of a column nothing is known of.
static NO_RULE: ColumnRule = ColumnRule {
    role: None,
    kinds: KindSet::EMPTY,
    veto: false,
    chance: KindSet::EMPTY,
    rounded: false,
    prose: false,
    keys: None,
    cells: None,
    by_filling: false,
};

/// What was found in one record.
#[derive(Debug, Default)]
pub struct Found {
    /// The matches, in the order of the text.
    pub matches: Vec<Match>,
    /// The roles that are present in the record.
    pub roles: RoleSet,
    /// The normalised texts that [`Key::Text`] points into.
    pub arena: Vec<u8>,
}

impl Found {
    fn clear(&mut self) {
        self.matches.clear();
        self.roles = RoleSet::default();
        self.arena.clear();
    }

    /// The key of a value in its compact form. Always in line, so that it is made where it stays: a copy of what was written
    /// in parts right before waits for them.
    #[inline(always)]
    fn key(&mut self, compact: &[u8]) -> Key {
        match claim::pack(compact) {
            Some(number) => Key::Packed(number),
            None => self.text_key(compact),
        }
    }

    /// The key of a value that is no number.
    fn text_key(&mut self, compact: &[u8]) -> Key {
        let at = self.arena.len() as u32;
        self.arena.extend_from_slice(compact);
        Key::Text(at..self.arena.len() as u32)
    }
}

/// A worker's view of a catalog. Cheap to clone; each worker has its own, because it holds buffers.
pub struct Detector {
    engine: Arc<Engine>,
    places: Places,
    cursor: Cursor,
    ahead: Ahead,
    sieve: Sieve,
    wide_places: Places,
    folded: Folded,
    scratch: Scratch,
}

/// Where the next field's places begin in the lists of the batch.
#[derive(Default)]
struct Cursor {
    token: usize,
    at: usize,
    separator: usize,
    wide: usize,
}

#[derive(Default)]
struct Scratch {
    claims: Vec<Claim>,
    ends: Ends,
    contexts: Vec<(usize, Label)>,
    /// One for each cell group of the engine, once it is used.
    caches: Vec<Option<CellCache>>,
    /// Keys of running text that were met, and whether they are those of order numbers.
    vetoes: HashMap<Box<[u8]>, bool>,
    /// What was considered, if somebody asks; see `trace`.
    notes: Option<Vec<Note>>,
}

/// Most keys that are remembered; then they are looked up anew.
const VETOES_MAX: usize = 4096;

impl Scratch {
    /// Whether a key of running text is that of an order number.
    fn is_veto(&mut self, engine: &Engine, key: &[u8]) -> bool {
        if let Some(is_veto) = self.vetoes.get(key) {
            return *is_veto;
        }
        if self.vetoes.len() == VETOES_MAX {
            self.vetoes.clear();
        }
        let is_veto = engine.vocabulary.is_veto(&String::from_utf8_lossy(key));
        self.vetoes.insert(key.into(), is_veto);
        is_veto
    }

    /// Starts caches anew that have grown too large. Sets of expressions found before mean nothing afterwards.
    fn keep_small(&mut self, engine: &Engine) {
        for (group, cache) in engine.cells.iter().zip(&mut self.caches) {
            if let Some(cache) = cache {
                cache.keep_small(&group.automaton);
            }
        }
    }

    /// Finds the ends of a cell group's forms from the first byte of `text`, or with `whole` only
    /// those at its end.
    fn cell_ends(&mut self, engine: &Engine, group: usize, text: &[u8], whole: bool) {
        self.ends.clear();
        let automaton = &engine.cells[group].automaton;
        let cache = self.caches[group].get_or_insert_with(|| automaton.cache());
        if whole {
            let patterns = automaton.whole(cache, text).iter();
            self.ends.extend(patterns.map(|p| (*p, text.len())));
        } else {
            automaton.ends(cache, text, &mut self.ends);
        }
    }
}

/// The places of one field; positions are those of the batch, `base` is where the field begins.
struct FieldPlaces<'a> {
    base: u32,
    tokens: &'a [Token],
    ats: &'a [u32],
    separators: &'a [u32],
}

impl Clone for Detector {
    fn clone(&self) -> Detector {
        Detector::new(Arc::clone(&self.engine))
    }
}

impl Detector {
    pub(crate) fn new(engine: Arc<Engine>) -> Detector {
        let mut scratch = Scratch::default();
        scratch.caches.resize_with(engine.cells.len(), || None);
        Detector {
            engine,
            places: Places::default(),
            cursor: Cursor::default(),
            ahead: Ahead::default(),
            sieve: Sieve::new(),
            wide_places: Places::default(),
            folded: Folded::default(),
            scratch,
        }
    }

    /// The rule for a column of this role. It has the kinds of that role and plays the role that this one plays.
    pub fn column_rule(&self, role: Option<RoleId>, veto: bool, prose: bool) -> ColumnRule {
        let kinds = role.map_or(KindSet::default(), |r| {
            self.engine.role_kinds[usize::from(r.0)]
        });
        let cells = self.engine.cells_of.get(&kinds).copied();
        let role = role.map(|r| self.engine.played[usize::from(r.0)]);
        ColumnRule {
            role,
            kinds,
            veto,
            chance: KindSet::EMPTY,
            rounded: false,
            prose,
            keys: None,
            cells,
            by_filling: role.is_some_and(|r| self.engine.filled_roles.contains(r)),
        }
    }

    /// The kinds that count for chance where nothing announces them. `is_veto` says that order numbers stand there.
    pub fn by_chance(&self, odds: &Odds, is_veto: bool) -> KindSet {
        match odds.only_proven || is_veto {
            true => odds.chance.union(self.engine.numbers.without(odds.proven)),
            false => odds.chance,
        }
    }

    /// The same rule for a column of which its sample told this.
    pub fn discounted(&self, rule: ColumnRule, odds: &Odds) -> ColumnRule {
        let alone = self.by_chance(odds, rule.veto).without(rule.kinds);
        ColumnRule {
            chance: alone.union(odds.failing.intersection(rule.kinds)),
            rounded: odds.rounded,
            ..rule
        }
    }

    /// Starts on a batch; [`Detector::record`] follows for its records, in order. `prose` says whether any column of it may
    /// be running text.
    pub fn batch(&mut self, batch: &Batch, prose: bool) {
        let admission = &self.engine.tokens.admission;
        match prose {
            true => self.places.find(&batch.text, admission, true),
            // Cells that are no running text are looked at one by one.
            false => self.places.find_wides(&batch.text),
        }
        self.cursor = Cursor::default();
        self.ahead.clear();
        self.scratch.keep_small(&self.engine);
    }

    /// How many of the batch's records from this one on are of its table and end before the next place where a value could
    /// begin. If the table has one column that is mere text, nothing is in them, and [`Detector::record`] need not be called.
    pub fn n_quiet(&self, batch: &Batch, from: usize) -> usize {
        let Cursor {
            token,
            at,
            separator,
            wide,
        } = self.cursor;
        let next = self.places.next([token, at, separator, wide]);
        let records = &batch.records[from..];
        let is_quiet = |r: &&Record| {
            let last = batch.fields_of(r).last();
            r.table == records[0].table && last.is_none_or(|field| field.span.end <= next)
        };
        records.iter().take_while(is_quiet).count()
    }

    /// Finds what is in a record of the batch. `rules` are those of its table's columns; a column past their end has none.
    /// `found` is cleared first.
    pub fn record(
        &mut self,
        batch: &Batch,
        record: &Record,
        rules: &[ColumnRule],
        found: &mut Found,
    ) {
        found.clear();
        if self.ahead.ends_before(record) {
            self.ahead
                .look(&self.engine, &mut self.scratch, batch, record, rules);
        }
        for (i, field) in batch.fields_of(record).iter().enumerate() {
            let rule = rules.get(field.column as usize).unwrap_or(&NO_RULE);
            let place = record.fields.start + i as u32;
            self.field(&batch.text, *field, (i as u32, place), rule, found);
        }
    }

    #[inline]
    fn field(
        &mut self,
        text: &[u8],
        field: Field,
        (index, place): (u32, u32),
        rule: &ColumnRule,
        found: &mut Found,
    ) {
        let Span { start, end } = field.span;
        let wides = take(
            &self.places.wides,
            &mut self.cursor.wide,
            |p| *p < start,
            |p| *p < end,
        );
        if rule.by_filling
            && let Some(role) = rule.role
            && !is_null(&text[field.span.range()])
        {
            found.roles.insert(role);
        }
        if !wides.is_empty() {
            self.wide(text, field.span, index, rule, found);
        } else if rule.prose {
            self.prose(text, field.span, index, rule, found);
        } else {
            let whole = match rule.cells {
                Some(cells) => self.whole_cell(text, field, (index, place), rule, cells, found),
                None => Whole::Nothing,
            };
            if whole != Whole::Value {
                self.pieces(text, field, index, rule, whole, found);
            }
        }
    }

    /// A cell that is no running text and not one value as a whole.
    fn pieces(
        &mut self,
        text: &[u8],
        Field { span, column }: Field,
        index: u32,
        rule: &ColumnRule,
        whole: Whole,
        found: &mut Found,
    ) {
        let (from, to) = (span.start as usize, span.end as usize);
        let CellPlaces { tokens, ats } =
            self.sieve
                .places(text, (from, to), column, &self.engine.tokens);
        if tokens.is_empty() && ats.is_empty() && whole == Whole::Nothing {
            return;
        }
        let places = FieldPlaces {
            base: 0,
            tokens,
            ats,
            separators: &[],
        };
        let look = Look::new(
            &self.engine,
            rule,
            &mut self.scratch,
            whole == Whole::FailedChecksum,
        );
        look.find(&text[from..to], &places, index, found, |at| {
            span.start + at as u32
        });
    }

    /// A cell or a line of running text. Its places are those found for the batch.
    fn prose(&mut self, text: &[u8], span: Span, index: u32, rule: &ColumnRule, found: &mut Found) {
        let Span { start, end } = span;
        let places = &self.places;
        let tokens = take(
            &places.tokens,
            &mut self.cursor.token,
            |t| t.end <= start,
            |t| t.start < end,
        );
        let ats = take(
            &places.ats,
            &mut self.cursor.at,
            |p| *p < start,
            |p| *p < end,
        );
        let separators = take(
            &places.separators,
            &mut self.cursor.separator,
            |p| *p < start,
            |p| *p < end,
        );
        let places = FieldPlaces {
            base: start,
            tokens,
            ats,
            separators,
        };
        let look = Look::new(&self.engine, rule, &mut self.scratch, rule.cells.is_some());
        look.find(&text[span.range()], &places, index, found, |at| {
            start + at as u32
        });
    }

    /// A cell or a line with full-width letters or digits.
    #[cold]
    fn wide(&mut self, text: &[u8], span: Span, index: u32, rule: &ColumnRule, found: &mut Found) {
        self.folded.fold(&text[span.range()]);
        self.wide_places
            .find(&self.folded.text, &self.engine.tokens.admission, rule.prose);
        let places = FieldPlaces {
            base: 0,
            tokens: &self.wide_places.tokens,
            ats: &self.wide_places.ats,
            separators: &self.wide_places.separators,
        };
        let look = Look::new(&self.engine, rule, &mut self.scratch, rule.cells.is_some());
        let folded = &self.folded;
        let place = |at| span.start + folded.source_offset(at);
        look.find(&folded.text, &places, index, found, place);
    }
}

/// Advances `cursor` past what lies before a field, and returns what lies in it.
fn take<'a, T>(
    list: &'a [T],
    cursor: &mut usize,
    before: impl Fn(&T) -> bool,
    inside: impl Fn(&T) -> bool,
) -> &'a [T] {
    if *cursor == list.len() {
        return &[];
    }
    let mut from = *cursor;
    while from < list.len() && before(&list[from]) {
        from += 1;
    }
    let mut to = from;
    while to < list.len() && inside(&list[to]) {
        to += 1;
    }
    *cursor = to;
    &list[from..to]
}

/// Whether a cell says that there is nothing.
#[inline]
fn is_null(text: &[u8]) -> bool {
    if text.len() > 4 && text[0] > b' ' {
        return false;
    }
    matches!(
        trim(text),
        b"" | b"NULL" | b"null" | b"\\N" | b"-" | b"--" | b"N/A" | b"None" | b"nan"
    )
}

fn trim(text: &[u8]) -> &[u8] {
    let blank = |b: &u8| b.is_ascii_whitespace() || *b == 0;
    let start = text.iter().position(|b| !blank(b)).unwrap_or(text.len());
    let end = text
        .iter()
        .rposition(|b| !blank(b))
        .map_or(start, |i| i + 1);
    &text[start..end]
}

/// A cell without the blanks around it, and without what spreadsheets and data frames add to numbers: an apostrophe or a
/// formula (`="…"`) that keeps them from being rounded, and `.0` behind those that fit a float.
fn bare(text: &[u8]) -> &[u8] {
    let text = trim(text);
    match text {
        [b'=', b'"', inner @ .., b'"'] => trim(inner),
        [b'\'', inner @ .., b'\''] | [b'\'', inner @ ..] => trim(inner),
        [inner @ .., b'.', b'0'] if is_float_number(inner) => inner,
        _ => text,
    }
}

/// Whether a whole number is one of telephones or cards, and survives as a float.
fn is_float_number(number: &[u8]) -> bool {
    (10..=16).contains(&number.len()) && crate::bytes::all_digits(number)
}

/// Settles the claims of a field and adds what stands to `found`.
fn settle_into(
    engine: &Engine,
    rule: &ColumnRule,
    claims: &mut Vec<Claim>,
    field: u32,
    found: &mut Found,
    place: impl Fn(usize) -> u32,
) {
    claim::settle(claims);
    for claim in claims.drain(..) {
        let role = if rule.kinds.contains(claim.kind) {
            rule.role
        } else {
            claim.role.or(engine.kinds[claim.kind.index()].role)
        };
        if claim.status == Status::Valid
            && let Some(role) = role
        {
            found.roles.insert(role);
        }
        found.matches.push(Match {
            kind: claim.kind,
            field,
            span: Span {
                start: place(claim.range.start),
                end: place(claim.range.end),
            },
            status: claim.status,
            confidence: claim.confidence,
            key: claim.key,
            role,
            column: rule.role,
        });
    }
}

#[cfg(test)]
mod tests;
