//! The trace: what was considered in a field, and why each candidate stands, was refused, or lost its place to another.
//!
//! For explanations. A record is looked at once more by the slow way (`look`, for every field), whose parts write down what
//! they decide while somebody asks; so nothing is decided here. What the prefilter never shows to the automaton, a value
//! inside a longer number or one that lacks its column or label, is looked for afterwards and put to the same judges.

use std::ops::Range;

use crate::detect::automaton::REACH_BYTES_MAX;
use crate::detect::claim::{self, Rank};
use crate::detect::fold::Folded;
use crate::detect::pattern::Confidence;
use crate::detect::validate::{Compact, Why};
use crate::detect::vocabulary::RoleId;
use crate::detect::{KindId, KindSet, Match, Status};
use crate::record::{Batch, Record, Span};

use super::look::{Look, verdict};
use super::{
    ColumnRule, Detector, Engine, FieldPlaces, Form, Found, NO_RULE, Scratch, Written, is_null,
    trim,
};

/// What stands right beside a candidate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Neighbour {
    /// A digit.
    Digit,
    /// A letter.
    Letter,
    /// An underscore.
    Underscore,
    /// A point that joins it to more.
    Point,
    /// A hyphen that joins it to more.
    Hyphen,
    /// Another sign.
    Other,
}

impl Neighbour {
    fn of(byte: Option<&u8>) -> Neighbour {
        match byte {
            Some(b'0'..=b'9') => Neighbour::Digit,
            Some(b'A'..=b'Z' | b'a'..=b'z') => Neighbour::Letter,
            Some(b'_') => Neighbour::Underscore,
            Some(b'.') => Neighbour::Point,
            Some(b'-') => Neighbour::Hyphen,
            _ => Neighbour::Other,
        }
    }

    /// What stands before a place.
    #[cold]
    pub(super) fn before(text: &[u8], at: usize) -> Neighbour {
        Neighbour::of(at.checked_sub(1).and_then(|i| text.get(i)))
    }

    /// What stands at a place.
    #[cold]
    pub(super) fn at(text: &[u8], at: usize) -> Neighbour {
        Neighbour::of(text.get(at))
    }

    /// The stable id.
    pub fn id(self) -> &'static str {
        match self {
            Neighbour::Digit => "digit",
            Neighbour::Letter => "letter",
            Neighbour::Underscore => "underscore",
            Neighbour::Point => "point",
            Neighbour::Hyphen => "hyphen",
            Neighbour::Other => "sign",
        }
    }
}

/// Why a candidate that its expression matched is no value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// What stands before it belongs to it.
    Before(Neighbour),
    /// What stands behind it belongs to it.
    Behind(Neighbour),
    /// It is a part of groups joined by colons that go on.
    Groups,
    /// Its validator refused it; [`Considered::why`] tells more.
    Invalid,
    /// Its column holds numbers of another sort, and it is not of high confidence.
    Vetoed,
    /// It would be one in a column of its kind or behind a label.
    NeedsContext,
}

/// What decided between two claims on one piece of text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Edge {
    /// The other has no failed check digit.
    Checksum,
    /// The other is longer.
    Length,
    /// The other's pattern has the higher precedence.
    Precedence,
    /// Nothing: the other's id or place comes first.
    Order,
}

/// What announces the kind of a candidate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Announced {
    /// Nothing.
    No,
    /// The role of its column.
    ByColumn,
    /// A label before it, and the role the label names.
    ByLabel(Option<RoleId>),
}

/// What became of a candidate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is this one of the record's matches.
    Stands(usize),
    /// It lost its place to this one.
    Lost(usize, Edge),
    /// It is none.
    Refused(Refusal),
}

/// A candidate of one kind at one place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Considered {
    /// What it would be.
    pub kind: KindId,
    /// Whether in the form that is masked in the source.
    pub masked: bool,
    /// Position of its field among the fields of the record.
    pub field: u32,
    /// Where it stands in the batch's text.
    pub span: Span,
    /// What announces its kind.
    pub announced: Announced,
    /// What its validator noted.
    pub why: Option<Why>,
    /// Steps that its validator moved the confidence, from -1 to 1.
    pub moved: i8,
    /// What became of it.
    pub outcome: Outcome,
}

/// A candidate as it is written down while its field is looked at.
#[derive(Clone)]
pub(super) struct Note {
    form: Form,
    range: Range<usize>,
    announced: Announced,
    why: Option<Why>,
    moved: i8,
    /// None for a claim.
    refusal: Option<Refusal>,
    /// Whether its validator accepts it, without doubts.
    is_sound: bool,
    status: Status,
}

/// Longest part of a field that is searched for what the detector never looked at.
const NEAR_BYTES_MAX: usize = 4096;

/// Least precedence of a kind of which is told that it lacks a column or a label: what is known by its context alone, as a
/// postcode is, fits too much.
const NEAR_PRECEDENCE_MIN: u8 = 30;

/// Fewest digits of a number in running text that is worth a column or a label.
const NEAR_DIGITS_MIN: usize = 5;

impl Look<'_> {
    /// Writes down what was judged; the validator is asked once more for its reason.
    #[cold]
    pub(super) fn note(
        &mut self,
        text: &[u8],
        range: Range<usize>,
        form: Form,
        (in_context, label): (bool, Option<RoleId>),
        refusal: Option<&Refusal>,
    ) {
        let announced = match in_context {
            false => Announced::No,
            true if self.rule.kinds.contains(form.kind) => Announced::ByColumn,
            true => Announced::ByLabel(label),
        };
        let kind = &self.engine.kinds[form.kind.index()];
        let mut compact = Compact::new();
        let judged = verdict(
            kind,
            &text[range.clone()],
            form.written,
            in_context,
            &mut compact,
        );
        let base = match in_context {
            true => kind.confidence.context,
            false => kind.confidence.alone,
        };
        let moved = judged.as_ref().map_or(0, |j| steps(base, j.confidence));
        let note = Note {
            form,
            range,
            announced,
            why: compact.why(),
            moved,
            refusal: refusal.copied(),
            is_sound: moved >= 0 && judged.as_ref().is_some_and(|j| j.status == Status::Valid),
            status: judged.map_or(Status::Valid, |j| j.status),
        };
        self.scratch.notes.get_or_insert_default().push(note);
    }

    /// Writes down what would have been tried next had the first claim failed.
    #[cold]
    pub(super) fn note_rest(
        &mut self,
        text: &[u8],
        start: usize,
        forms: &[Form],
        ends: &[(u16, usize)],
        announced: Option<KindSet>,
    ) {
        let mut nowhere = Found::default();
        for (form, end) in ends {
            let form = forms[usize::from(*form)];
            let context = self.context(form.kind, start, announced);
            let range = start..start + end;
            let judged = self.judge(text, range.clone(), form, context.is_some(), &mut nowhere);
            let place = (context.is_some(), context.flatten());
            self.note(text, range, form, place, judged.as_ref().err());
        }
    }
}

fn steps(from: Confidence, to: Confidence) -> i8 {
    match to.cmp(&from) {
        std::cmp::Ordering::Less => -1,
        std::cmp::Ordering::Equal => 0,
        std::cmp::Ordering::Greater => 1,
    }
}

impl Detector {
    /// Finds in a record what [`Detector::record`] finds, and says what was considered, in the order of fields and places.
    /// Slow. [`Detector::batch`] has to be called again before the next [`Detector::record`].
    pub fn explain(
        &mut self,
        batch: &Batch,
        record: &Record,
        rules: &[ColumnRule],
        found: &mut Found,
    ) -> Vec<Considered> {
        found.clear();
        self.scratch.keep_small(&self.engine);
        let mut considered = Vec::new();
        for (i, field) in batch.fields_of(record).iter().enumerate() {
            let rule = rules.get(field.column as usize).unwrap_or(&NO_RULE);
            if rule.by_filling
                && let Some(role) = rule.role
                && !is_null(batch.bytes(field.span))
            {
                found.roles.insert(role);
            }
            let first = found.matches.len();
            self.scratch.notes = Some(Vec::new());
            self.slow_field(batch.bytes(field.span), field.span, i as u32, rule, found);
            let mut notes = self.scratch.notes.take().unwrap_or_default();
            let taken = Taken {
                engine: &self.engine,
                folded: &self.folded,
                start: field.span.start,
                field: i as u32,
                first,
                matches: &found.matches[first..],
            };
            let near = Near {
                engine: &self.engine,
                rule,
                text: &self.folded.text,
                taken: &taken,
            };
            near.find(&mut self.scratch, &mut notes);
            taken.settle(notes, &mut considered);
        }
        considered
    }

    /// Looks at a field as a whole and at all of its places.
    fn slow_field(
        &mut self,
        text: &[u8],
        span: Span,
        index: u32,
        rule: &ColumnRule,
        found: &mut Found,
    ) {
        let admission = &self.engine.tokens.admission;
        self.wide_places.find(text, admission, rule.prose);
        if self.wide_places.wides.is_empty() {
            self.folded.keep(text);
        } else {
            self.folded.fold(text);
            self.wide_places
                .find(&self.folded.text, admission, rule.prose);
        }
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

/// What stands in a field, and how its places are those of the batch.
struct Taken<'a> {
    engine: &'a Engine,
    folded: &'a Folded,
    /// Where the field begins in the batch's text.
    start: u32,
    field: u32,
    /// Position of the first of `matches` among those of the record.
    first: usize,
    matches: &'a [Match],
}

impl Taken<'_> {
    fn span(&self, range: &Range<usize>) -> Span {
        Span {
            start: self.start + self.folded.source_offset(range.start),
            end: self.start + self.folded.source_offset(range.end),
        }
    }

    /// Whether a match stands on a byte of the range.
    fn meets(&self, range: &Range<usize>) -> bool {
        let span = self.span(range);
        self.matches.iter().any(|m| overlap(m.span, span))
    }

    /// Says of each note what became of it, once for each kind, place and reason. A claim that gave way to one that did not
    /// stand in the end is left out.
    fn settle(&self, notes: Vec<Note>, considered: &mut Vec<Considered>) {
        let from = considered.len();
        for note in notes {
            let span = self.span(&note.range);
            let outcome = match note.refusal {
                // What is no value by itself is not worth its neighbours.
                Some(Refusal::Before(_) | Refusal::Behind(_) | Refusal::Groups)
                    if !note.is_sound =>
                {
                    None
                }
                Some(refusal) => Some(Outcome::Refused(refusal)),
                None => self.outcome(&note, span),
            };
            let Some(outcome) = outcome else { continue };
            let new = Considered {
                kind: note.form.kind,
                masked: note.form.written == Written::Masked,
                field: self.field,
                span,
                announced: note.announced,
                why: note.why,
                moved: note.moved,
                outcome,
            };
            let same =
                |c: &Considered| (c.kind, c.span, c.outcome) == (new.kind, new.span, new.outcome);
            if !considered[from..].iter().any(same) {
                considered.push(new);
            }
        }
        considered[from..].sort_by_key(|c| (c.span.start, c.span.end, c.kind));
    }

    fn outcome(&self, note: &Note, span: Span) -> Option<Outcome> {
        let is_it = |m: &Match| (m.kind, m.span, m.status) == (note.form.kind, span, note.status);
        if let Some(at) = self.matches.iter().position(is_it) {
            return Some(Outcome::Stands(self.first + at));
        }
        let precedence = |kind: KindId| self.engine.kinds[kind.index()].precedence;
        let rank_of = |m: &Match| {
            let range = m.span.range();
            claim::rank(m.status, &range, precedence(m.kind), m.kind)
        };
        let own = claim::rank(
            note.status,
            &span.range(),
            precedence(note.form.kind),
            note.form.kind,
        );
        let winners = self.matches.iter().enumerate();
        let (at, winner) = winners
            .filter(|(_, m)| overlap(m.span, span))
            .min_by_key(|(_, m)| rank_of(m))?;
        Some(Outcome::Lost(self.first + at, edge(rank_of(winner), own)))
    }
}

/// What decided for the winner.
fn edge(winner: Rank, loser: Rank) -> Edge {
    if winner.0 != loser.0 {
        Edge::Checksum
    } else if winner.1 != loser.1 {
        Edge::Length
    } else if winner.2 != loser.2 {
        Edge::Precedence
    } else {
        Edge::Order
    }
}

fn overlap(a: Span, b: Span) -> bool {
    a.start < b.end && b.start < a.end
}

/// A search for what the detector had no reason to look at: values inside longer tokens, and values that lack a column.
struct Near<'a> {
    engine: &'a Engine,
    rule: &'a ColumnRule,
    text: &'a [u8],
    taken: &'a Taken<'a>,
}

impl Near<'_> {
    fn find(&self, scratch: &mut Scratch, notes: &mut Vec<Note>) {
        let end = self.text.len().min(NEAR_BYTES_MAX);
        let mut at = 0;
        while at < end {
            let rest = &self.text[at..];
            let len = rest
                .iter()
                .take_while(|b| b.is_ascii_alphanumeric())
                .count();
            if len > 0 {
                self.inside(at..at + len, scratch, notes);
                if self.rule.prose {
                    self.out_of_context(at..at + len, scratch, notes);
                }
            }
            at += len.max(1);
        }
        if !self.rule.prose && self.text.len() <= NEAR_BYTES_MAX {
            let value = trim(self.text);
            let start = value.as_ptr() as usize - self.text.as_ptr() as usize;
            self.out_of_context(start..start + value.len(), scratch, notes);
        }
    }

    /// The value that begins in a token and would be one but for what stands beside it; of several the one that would have won.
    fn inside(&self, token: Range<usize>, scratch: &mut Scratch, notes: &mut Vec<Note>) {
        let group = &self.engine.tokens.group;
        let mut best: Option<(Rank, Note)> = None;
        for start in token {
            let mut ends = Vec::new();
            group.automaton.ends(&self.text[start..], &mut ends);
            for (form, len) in ends {
                let form = group.forms[usize::from(form)];
                let range = start..start + len;
                if self.taken.meets(&range) {
                    continue;
                }
                let mut look = Look::new(self.engine, self.rule, scratch, false);
                let in_context = self.rule.kinds.contains(form.kind);
                let judged = look.judge(
                    self.text,
                    range.clone(),
                    form,
                    in_context,
                    &mut Found::default(),
                );
                let (Err(refusal @ (Refusal::Before(_) | Refusal::Behind(_))), false) =
                    (judged, form.written != Written::Plain)
                else {
                    continue;
                };
                let Some(note) = self.sound(form, range, in_context, refusal) else {
                    continue;
                };
                let precedence = self.engine.kinds[form.kind.index()].precedence;
                let rank = claim::rank(note.status, &note.range, precedence, form.kind);
                if best.as_ref().is_none_or(|(other, _)| rank < *other) {
                    best = Some((rank, note));
                }
            }
        }
        notes.extend(best.map(|(_, note)| note));
    }

    /// What a whole cell or token would be in a column of its kind.
    fn out_of_context(&self, range: Range<usize>, scratch: &mut Scratch, notes: &mut Vec<Note>) {
        let value = &self.text[range.clone()];
        let n_digits = value.iter().filter(|b| b.is_ascii_digit()).count();
        let Some(any) = self.engine.any_cell else {
            return;
        };
        if value.is_empty()
            || value.len() > REACH_BYTES_MAX
            || self.rule.role.is_some()
            || self.rule.prose && n_digits < NEAR_DIGITS_MIN
            || self.taken.meets(&range)
        {
            return;
        }
        scratch.cell_ends(self.engine, any, value, true);
        for (form, _) in std::mem::take(&mut scratch.ends) {
            let form = self.engine.cells[any].forms[usize::from(form)];
            let kind = &self.engine.kinds[form.kind.index()];
            if form.written != Written::Plain || kind.precedence < NEAR_PRECEDENCE_MIN {
                continue;
            }
            notes.extend(self.sound(form, range.clone(), true, Refusal::NeedsContext));
        }
    }

    /// A note of a candidate whose value is sound by itself, without doubts.
    fn sound(
        &self,
        form: Form,
        range: Range<usize>,
        in_context: bool,
        refusal: Refusal,
    ) -> Option<Note> {
        let kind = &self.engine.kinds[form.kind.index()];
        let mut compact = Compact::new();
        let value = &self.text[range.clone()];
        let judged = verdict(kind, value, form.written, in_context, &mut compact)?;
        let base = match in_context {
            true => kind.confidence.context,
            false => kind.confidence.alone,
        };
        let moved = steps(base, judged.confidence);
        (judged.status == Status::Valid && moved >= 0).then(|| Note {
            form,
            range,
            announced: Announced::No,
            why: compact.why(),
            moved,
            refusal: Some(refusal),
            is_sound: true,
            status: judged.status,
        })
    }
}

#[cfg(test)]
mod tests;
