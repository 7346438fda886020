//! What speaks for a value in running text besides a label and its sign: a word right before it, a form of address behind it, a
//! number of a person beside it, the levels of an address before a house number, an account before a password.
//!
//! Where to look is told by the places of the prefilter and by the claims that stand; how far a value reaches, by `structure`.

use std::ops::Range;

use crate::detect::label::value_start;
use crate::detect::structure::{self, TITLES};
use crate::detect::{KindId, Status};

use super::look::Look;
use super::{FieldPlaces, Form, Found, Written};

/// Most names that are taken from one list in a line.
const LIST_NAMES_MAX: usize = 64;

impl Look<'_> {
    /// Looks at a place among Han characters: behind a word that a value may follow without a sign, or before a form of
    /// address. Says whether that is what it is.
    pub(super) fn cue(&mut self, text: &[u8], at: usize, found: &mut Found) -> bool {
        if at == 0 || at >= text.len() || !matches!(text[at], 0xE4..=0xE9) {
            return false;
        }
        let person = self.engine.structures.person;
        if let Some(label) = self.engine.labels.glued_before(&text[..at]) {
            let start = at + value_start(&text[at..]);
            if self
                .engine
                .structures
                .address
                .is_some_and(|kind| label.kinds.contains(kind))
                && !structure::begins_with_place(&text[start..])
            {
                return true;
            }
            match person.filter(|kind| label.kinds.contains(*kind)) {
                None => self.label(text, start, label, found),
                Some(kind) => {
                    if let Some(end) = structure::person_from(text, start, &self.engine.labels) {
                        self.shaped(text, kind, start..end, found);
                    }
                }
            }
            return true;
        }
        let is_title = TITLES.iter().any(|t| text[at..].starts_with(t.as_bytes()));
        if let Some(kind) = person.filter(|_| is_title)
            && let Some(start) = structure::person_until(text, at)
        {
            self.shaped(text, kind, start..at, found);
        }
        is_title
    }

    /// Looks for what is known by its structure.
    pub(super) fn structures(&mut self, text: &[u8], places: &FieldPlaces<'_>, found: &mut Found) {
        if let Some(kind) = self.engine.structures.address {
            self.addresses(text, kind, places, found);
        }
        if let Some(kind) = self.engine.structures.person {
            self.persons(text, kind, places, found);
        }
    }

    fn addresses(
        &mut self,
        text: &[u8],
        kind: KindId,
        places: &FieldPlaces<'_>,
        found: &mut Found,
    ) {
        let mut taken = 0;
        for token in places.tokens.iter().filter(|t| t.house) {
            let start = token.start.max(places.base) - places.base;
            let number = start as usize..(token.end - places.base) as usize;
            if number.start < taken || number.end > text.len() {
                continue;
            }
            if let Some(range) = structure::address(text, number) {
                taken = range.end;
                self.shaped(text, kind, range, found);
            }
        }
    }

    /// Names beside the values that were claimed, behind a mention, and in lists.
    fn persons(&mut self, text: &[u8], kind: KindId, places: &FieldPlaces<'_>, found: &mut Found) {
        let labels = &self.engine.labels;
        for at in places.ats {
            let start = (at - places.base) as usize + 1;
            if let Some(end) = structure::person_from(text, start, labels) {
                self.shaped(text, kind, start..end, found);
            }
        }
        for i in 0..self.scratch.claims.len() {
            let claim = &self.scratch.claims[i];
            if !self.engine.kinds[claim.kind.index()].personal
                || claim.status == Status::FailedChecksum
            {
                continue;
            }
            let Range { start, end } = claim.range;
            let sides = [
                structure::person_before(text, start, labels),
                structure::person_behind(text, end),
            ];
            for range in sides.into_iter().flatten() {
                self.shaped(text, kind, range, found);
            }
        }
        let mut i = 0;
        let mut left = LIST_NAMES_MAX;
        while i < self.scratch.claims.len() && left > 0 {
            let claim = &self.scratch.claims[i];
            if claim.kind == kind
                && let Some(range) = structure::person_next(text, claim.range.end)
            {
                left -= 1;
                self.shaped(text, kind, range, found);
            }
            i += 1;
        }
    }

    /// Claims a value that was found by its structure, unless it is claimed already.
    fn shaped(&mut self, text: &[u8], kind: KindId, range: Range<usize>, found: &mut Found) {
        let overlaps = |r: &Range<usize>| r.start < range.end && range.start < r.end;
        let known = |c: &super::Claim| c.kind == kind && overlaps(&c.range);
        if range.is_empty() || self.scratch.claims.iter().any(known) {
            return;
        }
        let form = Form {
            kind,
            written: Written::Plain,
        };
        let judged = self.judge(text, range.clone(), form, true, found);
        if self.scratch.notes.is_some() {
            self.note(text, range, form, (false, None), judged.as_ref().err());
        }
        if let Ok(mut claim) = judged {
            let alone = self.engine.kinds[kind.index()].confidence.alone;
            claim.confidence = claim.confidence.min(alone);
            self.scratch.claims.push(claim);
        }
    }

    /// What stands right behind a value to the end of the line, as the password in `mail:password`.
    pub(super) fn followers(&mut self, text: &[u8], found: &mut Found) {
        for i in 0..self.scratch.claims.len() {
            let claim = &self.scratch.claims[i];
            let Some(label) = self.engine.kinds[claim.kind.index()].followed_by else {
                continue;
            };
            let begins_line = text[..claim.range.start]
                .iter()
                .all(u8::is_ascii_whitespace);
            let rest = &text[claim.range.end..];
            let sign = [&b"----"[..], b":", b"|", b";"]
                .into_iter()
                .find(|sign| rest.starts_with(sign));
            let value = rest[sign.map_or(0, <[u8]>::len)..].trim_ascii_end();
            let is_one = !value.iter().any(u8::is_ascii_whitespace) && !value.starts_with(b"/");
            if let Some(sign) = sign.filter(|_| begins_line && is_one) {
                let start = claim.range.end + sign.len();
                self.label(text, start, label, found);
            }
        }
    }
}
