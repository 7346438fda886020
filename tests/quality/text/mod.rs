//! Free Chinese text with its truth: sentences of notices, mails and notes, and lines of chats, from a seed.
//!
//! Nothing here belongs to a real person: names are put together at random, numbers drawn from whole number spaces, e-mail
//! addresses are at reserved names. Lines are written as people write them: glued to their labels or without any, with
//! full-width digits, emoji, traditional and simplified characters, and among numbers that are nobody's. Digits written out in Han
//! characters (一三八…) are not among them. The same seed gives the same lines on every machine.

mod chat;
mod sentences;
mod values;

use std::collections::BTreeMap;
use std::ops::Range;

use super::case::Outcome;
use super::score::{Miss, Probe, Score};
use values::Maker;

/// Sentences of the set.
pub(crate) const SENTENCES: u64 = 5_000;

/// Lines of chats of the set.
pub(crate) const CHAT_LINES: u64 = 3_000;

/// The seed that the published figures were made with.
pub(crate) const SEED: u64 = 20_261_122;

/// Kinds whose matches are scored: what a line holds of them is known, so any other match is false.
const SCORED: [&str; 13] = [
    "bank-card",
    "cn.address",
    "cn.landline",
    "cn.mobile",
    "cn.name",
    "cn.passport",
    "cn.resident-id",
    "cn.uscc",
    "cn.vehicle-plate",
    "email",
    "imei",
    "phone-intl",
    "vin",
];

/// A line, and what it holds.
#[derive(Default)]
pub(crate) struct Line {
    pub(crate) text: String,
    pub(crate) truth: Vec<(&'static str, Range<usize>)>,
}

/// Where a line is taken from.
#[derive(Clone, Copy)]
pub(crate) enum Source {
    Sentences,
    Chat,
}

/// The lines of a set, in order.
pub(crate) fn lines(source: Source, seed: u64, n: u64) -> impl Iterator<Item = Line> {
    let (family, templates): (u64, &[&str]) = match source {
        Source::Sentences => (1, &sentences::TEMPLATES),
        Source::Chat => (2, &chat::TEMPLATES),
    };
    (0..n).map(move |i| {
        let mut maker = Maker::new(seed, family, i);
        let template = maker.pick(templates);
        fill(template, &mut maker)
    })
}

/// Fills the slots of a template: `{phone}` by a value, `{phone~}` by a value in a rarer written form.
fn fill(template: &str, maker: &mut Maker) -> Line {
    let mut line = Line::default();
    let mut rest = template;
    while let Some(open) = rest.find('{') {
        line.text.push_str(&rest[..open]);
        let close = open + rest[open..].find('}').expect("a slot is closed");
        let (kind, value) = maker.slot(&rest[open + 1..close]);
        let start = line.text.len();
        line.text.push_str(&value);
        if !kind.is_empty() {
            line.truth.push((kind, start..line.text.len()));
        }
        rest = &rest[close + 1..];
    }
    line.text.push_str(rest);
    line
}

/// Looks at lines, and scores each kind: a match is right when it is of the kind and spans exactly what was written.
pub(crate) fn measure(probe: &mut Probe, lines: impl Iterator<Item = Line>) -> Outcome {
    let mut scores: BTreeMap<String, Score> = BTreeMap::new();
    let mut misses = Vec::new();
    for line in lines {
        let matches = probe.text(&line.text);
        for (kind, range) in &line.truth {
            let right = matches.iter().any(|m| m.kind == *kind && m.range == *range);
            let score = scores.entry((*kind).to_owned()).or_default();
            score.n_right += u64::from(right);
            score.n_missed += u64::from(!right);
            if !right {
                misses.push(Miss {
                    kind: (*kind).to_owned(),
                    cause: probe.cause(&matches, range),
                    text: line.text.clone(),
                });
            }
        }
        for m in matches
            .iter()
            .filter(|m| m.counts && SCORED.contains(&m.kind.as_str()))
        {
            let expected =
                |(kind, range): &(&str, Range<usize>)| m.kind == *kind && m.range == *range;
            if !line.truth.iter().any(expected) {
                scores.entry(m.kind.clone()).or_default().n_false += 1;
                misses.push(Miss {
                    kind: m.kind.clone(),
                    cause: format!("found `{}`, expected nothing", &line.text[m.range.clone()]),
                    text: line.text.clone(),
                });
            }
        }
    }
    Outcome {
        scores,
        misses,
        ..Outcome::default()
    }
}

/// The sum over all kinds, but for this one.
pub(crate) fn micro(scores: &BTreeMap<String, Score>, without: &str) -> Score {
    let mut sum = Score::default();
    let counted = scores.iter().filter(|(kind, _)| *kind != without);
    counted.for_each(|(_, score)| sum.add(score));
    sum
}
