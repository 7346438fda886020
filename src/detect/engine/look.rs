//! A look at one field: labels, the whole cell, each `@`, each admitted token; then claims.
//!
//! What passes an automaton is judged here by its neighbours and its validator. Which claims stand
//! in the end is settled in `claim`; where a field begins and which rule its column has is known in
//! the engine alone.

use crate::detect::automaton::REACH_BYTES_MAX;
use crate::detect::claim::{self, Claim};
use crate::detect::label::{self, Label};
use crate::detect::pattern::Confidence;
use crate::detect::prefilter::{Token, WORD_DIGITS_MIN, is_ascii_lead};
use crate::detect::validate::{Compact, Verdict, rounded};
use crate::detect::vocabulary::RoleId;
use crate::detect::{KindId, KindSet, Status, key};

use super::{
    ColumnRule, Engine, FieldPlaces, Form, Found, Kind, Neighbour, Refusal, Scratch, Written, bare,
    settle_into,
};

/// One look at one field.
pub(super) struct Look<'a> {
    pub(super) engine: &'a Engine,
    pub(super) rule: &'a ColumnRule,
    pub(super) scratch: &'a mut Scratch,
    /// Where a value may begin although a letter stands before it, because that ends a label.
    pub(super) behind_word: Option<usize>,
    /// Whether the cell may be a value of its column as a whole: that was not asked yet.
    pub(super) ask_cell: bool,
}

impl<'a> Look<'a> {
    pub(super) fn new(
        engine: &'a Engine,
        rule: &'a ColumnRule,
        scratch: &'a mut Scratch,
        ask_cell: bool,
    ) -> Look<'a> {
        Look {
            engine,
            rule,
            scratch,
            behind_word: None,
            ask_cell,
        }
    }

    /// Looks, settles what overlaps, and adds what stands to `found`, for the field at position `index` of its record. `place`
    /// says where a byte of `text` stands in the batch.
    pub(super) fn find(
        mut self,
        text: &[u8],
        places: &FieldPlaces<'_>,
        index: u32,
        found: &mut Found,
        place: impl Fn(usize) -> u32,
    ) {
        self.run(text, places, found);
        let claims = &mut self.scratch.claims;
        settle_into(self.engine, self.rule, claims, index, found, place);
    }

    fn run(&mut self, text: &[u8], places: &FieldPlaces<'_>, found: &mut Found) {
        self.scratch.claims.clear();
        self.scratch.contexts.clear();
        if self.rule.prose {
            self.labels(text, places, found);
        }
        // A column that announces a kind, and a cell that is one from end to end: that is what it is.
        if self.ask_cell && self.cell(text, found) {
            return;
        }
        self.ats(text, places, found);
        self.tokens(text, places, found);
        if self.rule.prose {
            self.followers(text, found);
            self.structures(text, places, found);
        }
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
            if self.cue(text, at, found) {
                continue;
            }
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
            [.., c, b' ' | b'('] if c.is_ascii_alphabetic() || c >= 0x80 || b" .".contains(&c) => {
                if let Some(label) = self.engine.labels.before(&text[..start]) {
                    self.label(text, start, label, found);
                }
            }
            _ if text[start].is_ascii_alphabetic() => {
                // Letters of a hex id may spell a word (`cbc`): only one that announces a kind counts.
                if let Some((len, label)) = self.engine.labels.word_before_digits(&text[start..end])
                    && !label.kinds.is_empty()
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
    pub(super) fn label(&mut self, text: &[u8], start: usize, label: Label, found: &mut Found) {
        let empty = text[start..]
            .iter()
            .take(1)
            .all(|b| b.is_ascii_whitespace() || b",;|".contains(b));
        let contexts = &mut self.scratch.contexts;
        let place = contexts.partition_point(|(at, _)| *at < start);
        let known = contexts[place..]
            .iter()
            .take_while(|(at, _)| *at == start)
            .any(|(_, l)| *l == label);
        if empty || known {
            return;
        }
        contexts.insert(place, (start, label));
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
        let value = bare(text);
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
            let reach = at.saturating_sub(REACH_BYTES_MAX / 2);
            let run = text[reach..at]
                .iter()
                .rev()
                .take_while(|b| group.before[usize::from(**b)]);
            let mut start = match quoted_start(&text[..at]) {
                Some(quote) => quote,
                None => at - run.count(),
            };
            // `----` separates the fields of leaked lists; no address has two hyphens together.
            let joined = text[start..at].windows(2).rposition(|pair| pair == b"--");
            start += joined.map_or(0, |i| i + 2);
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
                    std::cmp::Reverse((kind, *form)),
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
            let judged = self.judge(text, start..start + end, form, context.is_some(), found);
            if self.scratch.notes.is_some() {
                let label = role.or(context.flatten());
                self.note(
                    text,
                    start..start + end,
                    form,
                    (context.is_some(), label),
                    judged.as_ref().err(),
                );
            }
            let Ok(mut claim) = judged else {
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
        if self.scratch.notes.is_some() {
            self.note_rest(text, start, forms, &ends, announced);
        }
        if !claimed && let Some(claim) = failed {
            self.scratch.claims.push(claim);
            claimed = true;
        }
        self.scratch.ends = ends;
        claimed
    }

    /// Whether a column or a label announces the kind at `start`, and the label's role.
    pub(super) fn context(
        &self,
        kind: KindId,
        start: usize,
        announced: Option<KindSet>,
    ) -> Option<Option<RoleId>> {
        if announced.is_some_and(|kinds| kinds.contains(kind)) || self.rule.kinds.contains(kind) {
            return Some(None);
        }
        // The labels are in the order of their places.
        let contexts = &self.scratch.contexts;
        let from = contexts.partition_point(|(at, _)| at + LABEL_REACH < start);
        contexts[from..]
            .iter()
            .take_while(|(at, _)| *at <= start)
            .find(|(_, label)| label.kinds.contains(kind))
            .map(|(_, label)| label.role)
    }

    /// Judges a candidate by its neighbours, its validator and its column.
    ///
    /// # Errors
    /// Why it is no claim.
    pub(super) fn judge(
        &mut self,
        text: &[u8],
        range: std::ops::Range<usize>,
        form: Form,
        in_context: bool,
        found: &mut Found,
    ) -> Result<Claim, Refusal> {
        let kind = &self.engine.kinds[form.kind.index()];
        if range.is_empty() {
            return Err(Refusal::Invalid);
        }
        if self.behind_word != Some(range.start)
            && !claim::begins_well(text, range.start, kind.boundary)
        {
            return Err(Refusal::Before(Neighbour::before(text, range.start)));
        }
        if !claim::ends_well(text, range.end, kind.boundary) {
            return Err(Refusal::Behind(Neighbour::at(text, range.end)));
        }
        if claim::is_part_of_colon_groups(text, &range) {
            return Err(Refusal::Groups);
        }
        let value = &text[range.clone()];
        let mut compact = Compact::new();
        let Judged {
            status,
            confidence,
            compacted,
        } = verdict(kind, value, form.written, in_context, &mut compact).ok_or(Refusal::Invalid)?;
        if !in_context
            && (!self.counts_alone(form.kind, confidence)
                || self.rule.prose && self.is_behind_foreign_key(text, range.start, form.kind))
        {
            return Err(Refusal::Vetoed);
        }
        let bytes = if compacted { compact.as_bytes() } else { value };
        let status = in_column(self.rule, form.kind, status, bytes);
        let key = found.key(bytes);
        Ok(Claim {
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

impl Look<'_> {
    /// Whether a value counts that nothing announces.
    fn counts_alone(&self, kind: KindId, confidence: Confidence) -> bool {
        let is_weak = self.rule.veto && confidence < Confidence::High;
        !is_weak && !self.rule.chance.contains(kind)
    }
}

impl Look<'_> {
    /// Whether a value stands behind the key of something else, and passes by chance there: what the sample says of the key,
    /// or for one it does not know, its name.
    fn is_behind_foreign_key(&mut self, text: &[u8], start: usize, kind: KindId) -> bool {
        if !self.engine.numbers.contains(kind) {
            return false;
        }
        let Some(key) = key::before(text, start) else {
            return false;
        };
        let mut lower = [0; key::KEY_BYTES_MAX];
        let lower = &mut lower[..key.len()];
        lower.copy_from_slice(key);
        lower.make_ascii_lowercase();
        let known = self.rule.keys.as_ref().and_then(|keys| keys.get(&*lower));
        match known {
            Some(chance) => chance.contains(kind),
            None => self.scratch.is_veto(self.engine, key),
        }
    }
}

/// What a validator makes of a value.
pub(super) struct Judged {
    pub(super) status: Status,
    pub(super) confidence: Confidence,
    /// Whether the compact form stands for the value; if not, the value itself does.
    pub(super) compacted: bool,
}

impl Judged {
    /// What stands for the value.
    #[inline]
    pub(super) fn bytes<'b>(&self, value: &'b [u8], compact: &'b Compact<'_>) -> &'b [u8] {
        match self.compacted {
            true => compact.as_bytes(),
            false => value,
        }
    }
}

/// Compacts a value and asks the validator of its kind. `None` if it is no value of that kind.
#[inline]
pub(super) fn verdict<'a>(
    kind: &Kind,
    value: &'a [u8],
    written: Written,
    in_context: bool,
    compact: &mut Compact<'a>,
) -> Option<Judged> {
    if written == Written::Rounded {
        return rounded_verdict(kind, value, in_context, compact);
    }
    let base = if in_context {
        kind.confidence.context
    } else {
        kind.confidence.alone
    };
    let compacted = claim::compact(value, kind.compact, compact);
    let (status, confidence) = match kind.validator {
        _ if written == Written::Masked => (Status::Masked, base),
        None => (Status::Valid, base),
        Some(_) if !compacted => return None,
        Some(validate) => match validate(compact, in_context) {
            Verdict::Valid => (Status::Valid, base),
            Verdict::Strong => (Status::Valid, raised(base)),
            Verdict::Weak => (Status::Valid, lowered(base)),
            Verdict::Test => (Status::Test, base),
            Verdict::FailedChecksum => (Status::FailedChecksum, Confidence::Low),
            Verdict::Rounded => (Status::Rounded, base),
            Verdict::Reject => return None,
        },
    };
    Some(Judged {
        status,
        confidence,
        compacted,
    })
}

/// What becomes of a value that a spreadsheet wrote in a form of its own. In context the form is enough; without, what is left
/// of the structure must hold. One whose digits are all there is a value like any other.
#[cold]
fn rounded_verdict<'a>(
    kind: &Kind,
    value: &[u8],
    in_context: bool,
    compact: &mut Compact<'a>,
) -> Option<Judged> {
    let is_whole = rounded::expand(value, compact)?;
    let verdict = kind.validator.map(|validate| validate(compact, in_context));
    let confidence = match in_context {
        true => kind.confidence.context,
        false => kind.confidence.alone,
    };
    let status = match verdict {
        Some(Verdict::Reject) if is_whole || !in_context => return None,
        Some(Verdict::Test) => Status::Test,
        Some(Verdict::FailedChecksum) if is_whole => Status::FailedChecksum,
        _ if is_whole => Status::Valid,
        _ => Status::Rounded,
    };
    Some(Judged {
        status,
        confidence,
        compacted: true,
    })
}

/// What the sample of a column adds to what is said of a value in it.
#[inline]
pub(super) fn in_column(rule: &ColumnRule, kind: KindId, status: Status, value: &[u8]) -> Status {
    match status {
        Status::Valid | Status::FailedChecksum
            if rule.rounded && rounded::has_lost_digits(value) =>
        {
            Status::Rounded
        }
        Status::Valid if rule.chance.contains(kind) => Status::FailedChecksum,
        status => status,
    }
}

/// How far behind the place a label announces a value may begin, for a prefix such as `+` or `(`.
const LABEL_REACH: usize = 4;

/// Where the local part of an address begins that is written in quotation marks: `"zhang san"@…`.
fn quoted_start(text: &[u8]) -> Option<usize> {
    let inside = text.strip_suffix(b"\"")?;
    let reach = inside.len().saturating_sub(QUOTED_BYTES_MAX);
    let quote = reach + inside[reach..].iter().rposition(|b| *b == b'"')?;
    let stands_free = quote == 0 || text[quote - 1].is_ascii_whitespace();
    stands_free.then_some(quote)
}

/// Longest local part in quotation marks (RFC 5321, 4.5.3.1.1), without them.
const QUOTED_BYTES_MAX: usize = 62;

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
