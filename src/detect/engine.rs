//! The engine: the compiled catalog, and a worker's view of it that turns records into matches.
//!
//! A field is looked at in four ways: its labels (in prose), as a whole cell (in a column with a role), at each `@`, and at
//! each token that the start table lets through. What passes the anchored automaton, its neighbours and its validator is a
//! claim; overlapping claims are settled field by field. Nothing here allocates per record once the buffers have grown.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::record::{Batch, Field, Record, Span};

use super::automaton::{Automaton, CellAutomaton, Ends, LazyCache};
use super::claim::{self, Claim};
use super::fold::Folded;
use super::label::{self, Label, Labels};
use super::pattern::{Boundary, Compacting, Confidence, ConfidenceRule};
use super::prefilter::{Admission, Places, Token, WORD_DIGITS_MIN, is_ascii_lead};
use super::validate::{Compact, Validator, Verdict};
use super::vocabulary::{RoleId, RoleSet};
use super::{Key, KindId, KindSet, Match, Status};

/// What the engine needs to know of a kind.
#[derive(Clone)]
pub(crate) struct Kind {
    pub(crate) boundary: Boundary,
    pub(crate) compact: Compacting,
    pub(crate) validator: Option<Validator>,
    pub(crate) confidence: ConfidenceRule,
    pub(crate) precedence: u8,
    pub(crate) role: Option<RoleId>,
}

/// Which kind an expression of an automaton belongs to, and whether it is the form masked in the source.
#[derive(Clone, Copy)]
pub(crate) struct Form {
    pub(crate) kind: KindId,
    pub(crate) masked: bool,
}

/// Expressions that are tried together at the same places.
pub(crate) struct Group {
    pub(crate) automaton: Automaton,
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
    /// Kinds that a column of each role may hold.
    pub(crate) role_kinds: Vec<KindSet>,
    /// Roles that count as present when their cell is filled, rather than when it holds a valid value.
    pub(crate) filled_roles: RoleSet,
}

/// How a column is looked at. Decided once a table; see `classify`.
#[derive(Clone, Copy, Debug, Default)]
pub struct ColumnRule {
    /// The role of the column.
    pub role: Option<RoleId>,
    /// Kinds that the column announces: they need no further context, and checks that chance often passes count.
    pub kinds: KindSet,
    /// Whether values of other kinds are chance hits here unless they are of high confidence (order numbers).
    pub veto: bool,
    /// Whether cells are running text, in which labels announce values.
    pub prose: bool,
    /// Which of the engine's groups has the forms of cells of these kinds.
    pub(crate) cells: Option<usize>,
}

/// The rule of a column nothing is known of.
static NO_RULE: ColumnRule = ColumnRule {
    role: None,
    kinds: KindSet::EMPTY,
    veto: false,
    prose: false,
    cells: None,
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
}

/// A worker's view of a catalog. Cheap to clone; each worker has its own, because it holds buffers.
pub struct Detector {
    engine: Arc<Engine>,
    places: Places,
    cursor: Cursor,
    wide_places: Places,
    folded: Folded,
    scratch: Scratch,
}

/// Finds out what a column may hold, cell by cell, before its role is known.
pub struct Prober {
    detector: Detector,
    batch: Batch,
    found: Found,
}

impl Prober {
    pub(crate) fn new(detector: Detector) -> Prober {
        let field = Field {
            span: Span::default(),
            column: 0,
        };
        let record = Record {
            fields: 0..1,
            number: 1,
            line: 0,
            table: 0,
        };
        let batch = Batch {
            text: Vec::new(),
            fields: vec![field],
            records: vec![record],
        };
        Prober {
            detector,
            batch,
            found: Found::default(),
        }
    }

    /// The roles of values that fill the cell without any context, and the roles of values that would fill it in a column
    /// of their own.
    pub fn cell(&mut self, cell: &[u8]) -> (RoleSet, RoleSet) {
        let (mut sure, mut fits) = (RoleSet::default(), RoleSet::default());
        let value = trim(cell);
        if value.is_empty() || value.len() > super::automaton::REACH_BYTES_MAX {
            return (sure, fits);
        }
        self.batch.text.clear();
        self.batch.text.extend_from_slice(value);
        self.batch.fields[0].span = Span {
            start: 0,
            end: value.len() as u32,
        };
        self.detector.batch(&self.batch, false);
        self.detector
            .record(&self.batch, &self.batch.records[0], &[], &mut self.found);
        let whole = |m: &&Match| m.status == Status::Valid && m.span.len() == value.len();
        let kinds = self.found.matches.iter().filter(whole).map(|m| m.kind);
        let engine = Arc::clone(&self.detector.engine);
        kinds
            .filter_map(|k| engine.kinds[k.index()].role)
            .for_each(|r| sure.insert(r));
        if let Some(any) = engine.any_cell {
            self.detector.scratch.cell_ends(&engine, any, value, true);
            let ends = std::mem::take(&mut self.detector.scratch.ends);
            for (form, _) in &ends {
                let form = engine.cells[any].forms[usize::from(*form)];
                let scratch = &mut self.detector.scratch;
                let mut look = Look {
                    engine: &engine,
                    rule: &ColumnRule::default(),
                    scratch,
                    behind_word: None,
                };
                let claim = look.judge(value, 0..value.len(), form, true, &mut self.found);
                if claim.is_some_and(|c| c.status == Status::Valid)
                    && let Some(role) = engine.kinds[form.kind.index()].role
                {
                    fits.insert(role);
                }
            }
        }
        (sure, fits.union(sure))
    }
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
    compact: Compact,
    /// One for each cell group of the engine, once it is used.
    caches: Vec<Option<LazyCache>>,
}

impl Scratch {
    /// Finds the ends of a cell group's forms from the first byte of `text`, or with `whole` only
    /// those at its end.
    fn cell_ends(&mut self, engine: &Engine, group: usize, text: &[u8], whole: bool) {
        self.ends.clear();
        if self.caches.len() < engine.cells.len() {
            self.caches.resize_with(engine.cells.len(), || None);
        }
        let automaton = &engine.cells[group].automaton;
        let cache = self.caches[group].get_or_insert_with(|| automaton.cache());
        match whole {
            true => automaton.whole(cache, text, &mut self.ends),
            false => automaton.ends(cache, text, &mut self.ends),
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
        Detector {
            engine,
            places: Places::default(),
            cursor: Cursor::default(),
            wide_places: Places::default(),
            folded: Folded::default(),
            scratch: Scratch::default(),
        }
    }

    /// The rule for a column of this role.
    pub fn column_rule(&self, role: Option<RoleId>, veto: bool, prose: bool) -> ColumnRule {
        let kinds = role.map_or(KindSet::default(), |r| {
            self.engine.role_kinds[usize::from(r.0)]
        });
        let cells = self.engine.cells_of.get(&kinds).copied();
        ColumnRule {
            role,
            kinds,
            veto,
            prose,
            cells,
        }
    }

    /// Starts on a batch; [`Detector::record`] follows for its records, in order. `prose` says whether any column of it may
    /// be running text.
    pub fn batch(&mut self, batch: &Batch, prose: bool) {
        self.places
            .find(&batch.text, &self.engine.tokens.admission, prose);
        self.cursor = Cursor::default();
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
        for (i, field) in batch.fields_of(record).iter().enumerate() {
            let rule = rules.get(field.column as usize).unwrap_or(&NO_RULE);
            self.field(batch, *field, i as u32, rule, found);
        }
    }

    fn field(
        &mut self,
        batch: &Batch,
        field: Field,
        index: u32,
        rule: &ColumnRule,
        found: &mut Found,
    ) {
        let Span { start, end } = field.span;
        let text = batch.bytes(field.span);
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
        let wides = take(
            &places.wides,
            &mut self.cursor.wide,
            |p| *p < start,
            |p| *p < end,
        );

        if let Some(role) = rule.role
            && self.engine.filled_roles.contains(role)
            && !is_null(text)
        {
            found.roles.insert(role);
        }
        if tokens.is_empty() && wides.is_empty() && rule.kinds.is_empty() && !rule.prose {
            return;
        }
        let looked_at = Look {
            engine: &self.engine,
            rule,
            scratch: &mut self.scratch,
            behind_word: None,
        };
        if wides.is_empty() {
            let places = FieldPlaces {
                base: start,
                tokens,
                ats,
                separators,
            };
            looked_at.run(text, &places, found);
            settle_into(
                &self.engine,
                rule,
                &mut self.scratch.claims,
                index,
                found,
                |at| start + at as u32,
            );
        } else {
            self.folded.fold(text);
            self.wide_places
                .find(&self.folded.text, &self.engine.tokens.admission, rule.prose);
            let places = FieldPlaces {
                base: 0,
                tokens: &self.wide_places.tokens,
                ats: &self.wide_places.ats,
                separators: &self.wide_places.separators,
            };
            looked_at.run(&self.folded.text, &places, found);
            let folded = &self.folded;
            settle_into(
                &self.engine,
                rule,
                &mut self.scratch.claims,
                index,
                found,
                |at| start + folded.source_offset(at),
            );
        }
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

/// One look at one field.
struct Look<'a> {
    engine: &'a Engine,
    rule: &'a ColumnRule,
    scratch: &'a mut Scratch,
    /// Where a value may begin although a letter stands before it, because that ends a label.
    behind_word: Option<usize>,
}

impl Look<'_> {
    fn run(mut self, text: &[u8], places: &FieldPlaces<'_>, found: &mut Found) {
        self.scratch.claims.clear();
        self.scratch.contexts.clear();
        if self.rule.prose {
            self.labels(text, places, found);
        }
        // A column that announces a kind, and a cell that is one from end to end: that is what it is.
        if self.rule.cells.is_some() && self.cell(text, found) {
            return;
        }
        self.ats(text, places, found);
        self.tokens(text, places, found);
    }

    /// Looks for labels before separators, and before tokens that follow a Han character directly.
    fn labels(&mut self, text: &[u8], places: &FieldPlaces<'_>, found: &mut Found) {
        let glued = places
            .tokens
            .iter()
            .map(|t| t.start.max(places.base))
            .filter(|start| {
                let at = (start - places.base) as usize;
                at > 0 && text[at - 1] >= 0x80
            });
        for at in places.separators.iter().copied().chain(glued) {
            let at = (at - places.base) as usize;
            if at > 0
                && !text[at - 1].is_ascii_digit()
                && let Some(label) = self.engine.labels.before(&text[..at])
            {
                self.label(text, at + label::value_start(&text[at..]), label, found);
            }
        }
        for token in places.tokens {
            self.word_label(text, token, places.base, found);
        }
    }

    /// A label right before a number, behind a blank or a bracket or in one token with it: `QQ 12345678`, `QQ12345678`,
    /// `护照(E12345678)`.
    fn word_label(&mut self, text: &[u8], token: &Token, base: u32, found: &mut Found) {
        let start = (token.start.max(base) - base) as usize;
        let end = (token.end - base) as usize;
        if token.n_digits < WORD_DIGITS_MIN || end > text.len() {
            return;
        }
        match text[..start] {
            [.., c, b' ' | b'('] if c.is_ascii_alphabetic() || c >= 0x80 || c == b' ' => {
                if let Some(label) = self.engine.labels.before(&text[..start]) {
                    self.label(text, start, label, found);
                }
            }
            _ if text[start].is_ascii_alphabetic() => {
                if let Some((len, label)) = self.engine.labels.word_before_digits(&text[start..end])
                {
                    self.behind_word = Some(start + len);
                    self.label(text, start + len, label, found);
                    self.behind_word = None;
                }
            }
            _ => {}
        }
    }

    /// A label whose value begins at `start`.
    fn label(&mut self, text: &[u8], start: usize, label: Label, found: &mut Found) {
        let empty = text[start..]
            .iter()
            .take(1)
            .all(|b| b.is_ascii_whitespace() || b",;|".contains(b));
        if empty
            || self
                .scratch
                .contexts
                .iter()
                .any(|(at, l)| *at == start && *l == label)
        {
            return;
        }
        self.scratch.contexts.push((start, label));
        if let Some(role) = label.role
            && self.engine.filled_roles.contains(role)
        {
            found.roles.insert(role);
        }
        if let Some(cells) = self.engine.cells_of.get(&label.kinds) {
            self.scratch
                .cell_ends(self.engine, *cells, &text[start..], false);
            let labels = &self.engine.labels;
            let ends = &mut self.scratch.ends;
            ends.retain(|(_, end)| labels.value_ends(text, start, start + end));
            let forms = &self.engine.cells[*cells].forms;
            self.claim(text, start, forms, label.role, Some(label.kinds), found);
        }
    }

    /// Looks at the field as one cell. Says whether it is a value of the column, whole.
    fn cell(&mut self, text: &[u8], found: &mut Found) -> bool {
        let Some(cells) = self.rule.cells else {
            return false;
        };
        let value = trim(text);
        if value.is_empty() {
            return false;
        }
        let start = value.as_ptr() as usize - text.as_ptr() as usize;
        self.scratch.cell_ends(self.engine, cells, value, true);
        let forms = &self.engine.cells[cells].forms;
        self.claim(
            text,
            start,
            forms,
            self.rule.role,
            Some(self.rule.kinds),
            found,
        ) && self
            .scratch
            .claims
            .last()
            .is_some_and(|c| c.status != Status::FailedChecksum)
    }

    fn ats(&mut self, text: &[u8], places: &FieldPlaces<'_>, found: &mut Found) {
        let Some(group) = &self.engine.ats else {
            return;
        };
        for at in places.ats {
            let at = (at - places.base) as usize;
            let reach = at.saturating_sub(super::automaton::REACH_BYTES_MAX / 2);
            let run = text[reach..at]
                .iter()
                .rev()
                .take_while(|b| group.before[usize::from(**b)]);
            let mut start = at - run.count();
            start += claim::escape_len(&text[..at], start);
            let from = start;
            while start < at {
                self.scratch.ends.clear();
                group
                    .group
                    .automaton
                    .ends(&text[start..], &mut self.scratch.ends);
                if self.claim(text, start, &group.group.forms, None, None, found) {
                    break;
                }
                start += 1;
                // Within a word, and behind the dots after one (`zhang..san@`), the same local part goes on.
                let next = (start..at).find(|i| {
                    let word = trim_end_dots(&text[from..*i]);
                    text[*i].is_ascii_alphanumeric()
                        && !word.last().is_some_and(u8::is_ascii_alphanumeric)
                });
                start = next.unwrap_or(at);
            }
        }
    }

    fn tokens(&mut self, text: &[u8], places: &FieldPlaces<'_>, found: &mut Found) {
        let group = &self.engine.tokens;
        let mut taken = 0;
        for token in places.tokens {
            let start = token.start.max(places.base) as usize - places.base as usize;
            if start < taken {
                continue;
            }
            let mut claimed = token.led && self.led(text, start, found);
            if !claimed && token.plain {
                self.scratch.ends.clear();
                group
                    .group
                    .automaton
                    .ends(&text[start..], &mut self.scratch.ends);
                claimed = !self.scratch.ends.is_empty()
                    && self.claim(text, start, &group.group.forms, None, None, found);
            }
            if claimed
                && let Some(last) = self.scratch.claims.last()
                && last.status != Status::FailedChecksum
            {
                taken = last.range.end;
            }
        }
    }

    /// Tries matches that begin before the token at `start`, from the farthest lead to the nearest.
    fn led(&mut self, text: &[u8], start: usize, found: &mut Found) -> bool {
        let group = &self.engine.tokens;
        let mut starts = [0usize; 12];
        let mut n = 0;
        let mut at = start;
        for _ in 0..group.leads.0 {
            if at == 0 || !is_ascii_lead(text[at - 1]) {
                break;
            }
            at -= 1;
            starts[n] = at;
            n += 1;
        }
        at = start;
        for _ in 0..group.leads.1 {
            let Some(lead) = text[..at].iter().rposition(|b| *b & 0xC0 != 0x80) else {
                break;
            };
            if text[lead] < 0x80 {
                break;
            }
            at = lead;
            starts[n] = at;
            n += 1;
        }
        starts[..n].iter().rev().any(|from| {
            if !group.group.automaton.can_begin_with(&text[*from..start]) {
                return false;
            }
            self.scratch.ends.clear();
            group
                .group
                .automaton
                .ends(&text[*from..], &mut self.scratch.ends);
            self.claim(text, *from, &group.group.forms, None, None, found)
        })
    }

    /// Judges the ends found from `start`, longest first, and claims the first value that holds. Without one, a value whose
    /// checksum fails is claimed as such. `announced` are kinds known to have context here. Says whether anything was claimed.
    fn claim(
        &mut self,
        text: &[u8],
        start: usize,
        forms: &[Form],
        role: Option<RoleId>,
        announced: Option<KindSet>,
        found: &mut Found,
    ) -> bool {
        if self.scratch.ends.is_empty() {
            return false;
        }
        let engine = self.engine;
        let mut ends = std::mem::take(&mut self.scratch.ends);
        let mut failed: Option<Claim> = None;
        let mut claimed = false;
        // The best claim is nearly always the first that is tried, so the ends are not sorted.
        while !ends.is_empty() {
            let rank = |(form, end): &(u16, usize)| {
                let kind = forms[usize::from(*form)].kind;
                (
                    *end,
                    engine.kinds[kind.index()].precedence,
                    std::cmp::Reverse(kind),
                )
            };
            let best = (1..ends.len()).fold(0, |b, i| {
                if rank(&ends[i]) > rank(&ends[b]) {
                    i
                } else {
                    b
                }
            });
            let (form, end) = ends.swap_remove(best);
            let form = forms[usize::from(form)];
            let context = self.context(form.kind, start, announced);
            let Some(mut claim) =
                self.judge(text, start..start + end, form, context.is_some(), found)
            else {
                continue;
            };
            claim.role = role.or(context.flatten());
            if claim.status != Status::FailedChecksum {
                self.scratch.claims.push(claim);
                claimed = true;
                break;
            }
            failed.get_or_insert(claim);
        }
        if !claimed && let Some(claim) = failed {
            self.scratch.claims.push(claim);
            claimed = true;
        }
        self.scratch.ends = ends;
        claimed
    }

    /// Whether a column or a label announces the kind at `start`, and the label's role.
    fn context(
        &self,
        kind: KindId,
        start: usize,
        announced: Option<KindSet>,
    ) -> Option<Option<RoleId>> {
        if announced.is_some_and(|kinds| kinds.contains(kind)) || self.rule.kinds.contains(kind) {
            return Some(None);
        }
        let beside = |(at, label): &&(usize, Label)| {
            *at <= start && start <= at + LABEL_REACH && label.kinds.contains(kind)
        };
        self.scratch
            .contexts
            .iter()
            .find(beside)
            .map(|(_, label)| label.role)
    }

    fn judge(
        &mut self,
        text: &[u8],
        range: std::ops::Range<usize>,
        form: Form,
        in_context: bool,
        found: &mut Found,
    ) -> Option<Claim> {
        let kind = &self.engine.kinds[form.kind.index()];
        if range.is_empty()
            || self.behind_word != Some(range.start)
                && !claim::begins_well(text, range.start, kind.boundary)
            || !claim::ends_well(text, range.end, kind.boundary)
            || claim::is_part_of_colon_groups(text, &range)
        {
            return None;
        }
        let base = if in_context {
            kind.confidence.context
        } else {
            kind.confidence.alone
        };
        let value = &text[range.clone()];
        let compacted = claim::compact(value, kind.compact, &mut self.scratch.compact);
        let (status, confidence) = match (form.masked, kind.validator) {
            (true, _) => (Status::Masked, base),
            (false, None) => (Status::Valid, base),
            (false, Some(_)) if !compacted => return None,
            (false, Some(validate)) => match validate(&mut self.scratch.compact, in_context) {
                Verdict::Valid => (Status::Valid, base),
                Verdict::Strong => (Status::Valid, raised(base)),
                Verdict::Weak => (Status::Valid, lowered(base)),
                Verdict::Test => (Status::Test, base),
                Verdict::FailedChecksum => (Status::FailedChecksum, Confidence::Low),
                Verdict::Reject => return None,
            },
        };
        if self.rule.veto && !in_context && confidence < Confidence::High {
            return None;
        }
        let bytes = if compacted {
            self.scratch.compact.as_bytes()
        } else {
            value
        };
        let key = match claim::pack(bytes) {
            Some(number) => Key::Packed(number),
            None => {
                let at = found.arena.len() as u32;
                found.arena.extend_from_slice(bytes);
                Key::Text(at..found.arena.len() as u32)
            }
        };
        Some(Claim {
            kind: form.kind,
            range,
            status,
            confidence,
            precedence: kind.precedence,
            key,
            role: None,
        })
    }
}

/// How far behind the place a label announces a value may begin, for a prefix such as `+` or `(`.
const LABEL_REACH: usize = 4;

fn trim_end_dots(text: &[u8]) -> &[u8] {
    let n_dots = text.iter().rev().take_while(|b| **b == b'.').count();
    &text[..text.len() - n_dots]
}

fn raised(confidence: Confidence) -> Confidence {
    match confidence {
        Confidence::Low => Confidence::Medium,
        Confidence::Medium | Confidence::High => Confidence::High,
    }
}

fn lowered(confidence: Confidence) -> Confidence {
    match confidence {
        Confidence::High => Confidence::Medium,
        Confidence::Medium | Confidence::Low => Confidence::Low,
    }
}

#[cfg(test)]
mod tests;
