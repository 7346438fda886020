//! The page in plain words, for a reader who never saw the program: what was found, what it means,
//! what to do next, and what it does not say. At most [`LINES_MAX`] sentences.

use super::super::consequences;
use super::super::number::thousands;
use super::super::summary;
use super::super::words;
use super::assess;
use super::text::{self, Both};
use super::view::Ctx;
use super::words::Html;
use crate::law::Level;

/// Most sentences of all four lists together.
#[cfg(test)]
pub(super) const LINES_MAX: usize = 15;

/// Categories named among what was found.
const CATEGORIES_MAX: usize = 3;

/// The four lists.
pub(super) struct PlainWords {
    pub(super) found: Vec<Both>,
    pub(super) means: Vec<Both>,
    pub(super) next: Vec<Both>,
    pub(super) not: Vec<Both>,
}

pub(super) fn plain_words(ctx: &Ctx<'_>) -> PlainWords {
    let persons = thousands(ctx.audit.persons);
    PlainWords {
        found: found(ctx),
        means: means(ctx),
        next: next(ctx),
        not: vec![
            Both::of(|lang| Html::NotGuilt.text(lang)),
            Both::of(|lang| Html::NotLeaked.text(lang)),
            Both::of(|lang| Html::NotReal.text(lang)),
            Both::of(|lang| Html::NotHuman.with(lang, &[&persons])),
        ],
    }
}

fn found(ctx: &Ctx<'_>) -> Vec<Both> {
    let audit = ctx.audit;
    let persons = thousands(audit.persons);
    let (n_found, n_files) = (ctx.n_found(), thousands(audit.stats.files));
    let items = summary::n_items(audit);
    if audit.inputs.is_empty() {
        return vec![Both::of(|lang| Html::FoundCounts.with(lang, &[&persons]))];
    }
    if items == 0 {
        return vec![Both::of(|lang| Html::FoundNothing.with(lang, &[&n_files]))];
    }
    let mut most: Vec<_> = audit.categories.iter().filter(|c| c.items > 0).collect();
    most.sort_by_key(|c| std::cmp::Reverse(c.items));
    vec![
        Both::of(|lang| Html::FoundPersons.with(lang, &[&persons, &n_found, &n_files])),
        Both::of(|lang| {
            let most = most.iter().take(CATEGORIES_MAX);
            let most = words::counts(most.map(|c| (c.category.as_str(), c.items)), lang);
            Html::FoundItems.with(lang, &[&thousands(items), &most])
        }),
    ]
}

fn means(ctx: &Ctx<'_>) -> Vec<Both> {
    let Some(assessment) = ctx.governing else {
        return vec![Both::of(|lang| Html::MeansNotAssessed.text(lang))];
    };
    let name = ctx.instrument(&assessment.instrument);
    let mut out = vec![Both::of(|lang| {
        let name = name.get(lang);
        match (&assessment.outcome, assessment.level) {
            (Some(_), _) => {
                let outcome =
                    consequences::reached(assessment.outcome.as_ref(), assessment.level, lang);
                Html::MeansOutcome.with(lang, &[name, outcome])
            }
            (None, Level::None) => Html::MeansBelow.with(lang, &[name]),
            (None, level) => {
                let [level, serious, especially] =
                    [level, Level::Serious, Level::EspeciallySerious]
                        .map(|l| words::level(l, lang));
                Html::MeansLevel.with(lang, &[name, level, serious, especially])
            }
        }
    })];
    out.push(Both::of(|lang| match assessment.flips.is_empty() {
        true => Html::MeansFirm.text(lang).to_owned(),
        false => Html::MeansFlips.with(lang, &[&disputed(&assessment.flips, lang)]),
    }));
    if !ctx.audit.complete {
        out.push(Both::of(|lang| Html::MeansPartial.text(lang)));
    }
    out
}

fn disputed(ids: &[String], lang: crate::report::Lang) -> String {
    let names = ids.iter().map(|id| words::category(id, lang).to_owned());
    words::list(&names.collect::<Vec<_>>(), lang)
}

fn next(ctx: &Ctx<'_>) -> Vec<Both> {
    let mut out = Vec::new();
    let n_skipped = ctx.audit.skipped.len() as u64;
    if n_skipped > 0 {
        out.push(Both::of(|lang| {
            Html::NextGaps.with(lang, &[&thousands(n_skipped)])
        }));
    }
    let duties = assess::duties(ctx);
    if let Some(first) = duties.first() {
        let n = thousands(duties.len() as u64);
        out.push(Both::of(|lang| {
            Html::NextDuties.with(lang, &[&n, &consequences::filing(first, lang)])
        }));
    }
    if let Some(worst) = ctx.worst.first() {
        let path = text::path(&worst.file.path);
        out.push(Both::of(|lang| Html::NextRestrict.with(lang, &[&path])));
        out.push(Both::of(|lang| Html::NextCheck.with(lang, &[&path])));
    }
    if let Some(assessment) = ctx.governing.filter(|g| !g.flips.is_empty()) {
        out.push(Both::of(|lang| {
            Html::NextLawyer.with(lang, &[&disputed(&assessment.flips, lang)])
        }));
    }
    out.push(Both::of(|lang| Html::NextKeep.text(lang)));
    out
}
