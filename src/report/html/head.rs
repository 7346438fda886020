//! The first screen: the verdict with its gauge, the four numbers that matter, and the level under
//! each law.

use super::super::baseline;
use super::super::budget;
use super::super::consequences;
use super::super::number::{bytes, thousands};
use super::super::summary::{self, has_volume};
use super::super::terminal::Mood as Tone;
use super::super::text::{distance, headline_words, incomplete, version};
use super::super::words::{self, Msg};
use super::assess;
use super::scale::{Percent, Scale};
use super::since;
use super::text::{Both, Drawn, Plain};
use super::view::Ctx;
use super::words::Html;
use crate::law::{Assessment, Level, Weighted};
use crate::report::Lang;

/// The gauge ends this many times below the lower and above the upper threshold, as that of the
/// terminal does, so that two audits can be compared by eye.
const REACH: f64 = 100.0;

/// How good or bad something is; names a class of the style sheet. Never the only sign: words say it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mood {
    Good,
    Warn,
    Bad,
}

impl Mood {
    /// The class of the style sheet.
    pub(super) fn class(self) -> &'static str {
        match self {
            Mood::Good => "good",
            Mood::Warn => "warn",
            Mood::Bad => "bad",
        }
    }

    /// A sign that needs no colour.
    pub(super) fn sign(self) -> &'static str {
        match self {
            Mood::Good => "✓",
            Mood::Warn => "!",
            Mood::Bad => "!!",
        }
    }
}

/// The verdict.
pub(super) struct Head {
    pub(super) mood: Mood,
    pub(super) words: Both,
    pub(super) under: Both,
    pub(super) sentences: Vec<Both>,
    /// How many limits of the budget are exceeded, if any is.
    pub(super) budget: Option<Both>,
    /// How many kinds and categories have more than before, if any has.
    pub(super) baseline: Option<Both>,
    pub(super) incomplete: Option<Both>,
    pub(super) gauge: Option<Gauge>,
    pub(super) persons: String,
    pub(super) items: String,
    pub(super) files: String,
    pub(super) files_note: Both,
    pub(super) skipped: Option<String>,
    /// Whether anything was read from files.
    pub(super) is_scan: bool,
    pub(super) inputs: Vec<Plain>,
    pub(super) started: Plain,
    pub(super) version: Both,
}

/// The weighted volume between its thresholds.
pub(super) struct Gauge {
    pub(super) value: Percent,
    /// The filled part of each zone: class of the style sheet, start, width.
    pub(super) fills: Vec<(&'static str, Percent, Percent)>,
    pub(super) value_text: Drawn,
    pub(super) serious: Percent,
    pub(super) serious_text: Drawn,
    pub(super) especially: Percent,
    pub(super) especially_text: Drawn,
    pub(super) caption: Both,
}

impl Gauge {
    /// Width of the zone between the thresholds.
    pub(super) fn warn_width(&self) -> Percent {
        Percent(self.especially.0 - self.serious.0)
    }

    /// Width of the zone past the upper threshold.
    pub(super) fn bad_width(&self) -> Percent {
        Percent(100.0 - self.especially.0)
    }
}

/// One instrument of the list of levels.
pub(super) struct Law {
    pub(super) anchor: usize,
    pub(super) name: Both,
    pub(super) mood: Mood,
    pub(super) result: Both,
    pub(super) others: Option<Both>,
    pub(super) duties: Option<Both>,
    pub(super) governs: bool,
}

/// How an assessment looks.
pub(super) fn mood(ctx: &Ctx<'_>, assessment: &Assessment) -> Mood {
    match (assessment.level, &assessment.outcome) {
        (Level::EspeciallySerious, _) => Mood::Bad,
        (Level::Serious, _) | (Level::None, Some(_)) => Mood::Warn,
        (Level::None, None) if ctx.audit.complete => Mood::Good,
        (Level::None, None) => Mood::Warn,
    }
}

/// What ignore rules have taken out, and which configuration was in force.
pub(super) fn ignored(ctx: &Ctx<'_>) -> Vec<Both> {
    let of = |lang| super::super::ignored::sentences(ctx.audit, lang);
    let (en, zh) = (of(Lang::En), of(Lang::Zh));
    let both = en.iter().zip(&zh);
    both.map(|(en, zh)| Both::of(|lang| lang.choose(&en.text, &zh.text)))
        .collect()
}

pub(super) fn head(ctx: &Ctx<'_>) -> Head {
    let audit = ctx.audit;
    let words = |lang| headline_words(audit, ctx.governing, lang);
    let stats = &audit.stats;
    let n_exceeded = budget::exceeded(audit).count();
    let n_more = baseline::exceeded(audit).count();
    let skipped = !audit.complete || !audit.skipped.is_empty();
    Head {
        mood: match words(Lang::En).1 {
            // A job that fails has no green page.
            Tone::Good if n_exceeded + n_more > 0 => Mood::Warn,
            Tone::Good => Mood::Good,
            Tone::Warn => Mood::Warn,
            Tone::Bad => Mood::Bad,
        },
        words: Both::of(|lang| words(lang).0),
        under: ctx.both(|options| {
            let name = super::super::text::instrument(&options.instrument, options);
            let reading = words::reading(options.governing.id(), options.lang);
            let msg = if ctx.governing.is_some() {
                Msg::Under
            } else {
                Msg::NotAssessed
            };
            msg.with(options.lang, &[name, reading])
        }),
        sentences: sentences(ctx),
        baseline: since::alarm(ctx),
        budget: (n_exceeded > 0).then(|| {
            let numbers = [n_exceeded, audit.budget.len()].map(|n| thousands(n as u64));
            Both::of(|lang| Html::BudgetAlarm.with(lang, &[&numbers[0], &numbers[1]]))
        }),
        incomplete: incomplete(audit, Lang::En)
            .map(|_| Both::of(|lang| incomplete(audit, lang).unwrap_or_default())),
        gauge: ctx
            .governing
            .filter(|g| has_volume(&g.weighted))
            .map(|g| gauge(&g.weighted)),
        persons: thousands(audit.persons),
        items: thousands(summary::n_items(audit)),
        files: thousands(stats.files),
        files_note: Both::of(|lang| {
            let numbers = [ctx.n_found(), thousands(stats.records), bytes(stats.bytes)];
            Html::FilesNote.with(lang, &[&numbers[0], &numbers[1], &numbers[2]])
        }),
        skipped: skipped.then(|| thousands(audit.skipped.len() as u64)),
        is_scan: !audit.inputs.is_empty(),
        inputs: audit.inputs.iter().map(Plain::new).collect(),
        started: Plain::new(audit.started.replace('T', " ").replace('Z', " UTC")),
        version: Both::of(|lang| version(audit, "", lang)),
    }
}

fn sentences(ctx: &Ctx<'_>) -> Vec<Both> {
    let Some(assessment) = ctx.governing else {
        return Vec::new();
    };
    let in_lang = |lang| distance(ctx.audit, assessment, lang);
    let n = in_lang(Lang::En).len();
    (0..n)
        .map(|at| Both::of(|lang| in_lang(lang).get(at).cloned().unwrap_or_default()))
        .collect()
}

fn gauge(weighted: &Weighted) -> Gauge {
    let scale = Scale::new(
        weighted.serious as f64 / REACH,
        weighted.especially_serious as f64 * REACH,
    );
    let value = thousands(weighted.value);
    let (serious, especially) = (
        thousands(weighted.serious),
        thousands(weighted.especially_serious),
    );
    let label = |number: &str, level: Level| {
        Drawn(Both::of(|lang| {
            format!("{number} {}", words::level(level, lang))
        }))
    };
    let (low, high) = (
        scale.at(weighted.serious),
        scale.at(weighted.especially_serious),
    );
    let end = scale.bar(
        weighted.value,
        &[weighted.serious, weighted.especially_serious],
    );
    let zones = [
        (Mood::Good, Percent(0.0), low),
        (Mood::Warn, low, high),
        (Mood::Bad, high, Percent(100.0)),
    ];
    let filled = zones.into_iter().filter(|(_, start, _)| start.0 < end.0);
    Gauge {
        value: end,
        fills: filled
            .map(|(mood, start, stop)| (mood.class(), start, Percent(stop.0.min(end.0) - start.0)))
            .collect(),
        value_text: Drawn(Both::of(|lang| Html::Volume.with(lang, &[&value]))),
        serious: low,
        serious_text: label(&serious, Level::Serious),
        especially: high,
        especially_text: label(&especially, Level::EspeciallySerious),
        caption: Both::of(|lang| Html::GaugeCaption.with(lang, &[&value, &serious, &especially])),
    }
}

pub(super) fn laws(ctx: &Ctx<'_>) -> Vec<Law> {
    let all = consequences::of_reading(ctx.audit, ctx.options());
    let all = all.into_iter().enumerate();
    all.map(|(anchor, assessment)| law(ctx, anchor, assessment))
        .collect()
}

fn law(ctx: &Ctx<'_>, anchor: usize, assessment: &Assessment) -> Law {
    let is_other = |a: &&Assessment| {
        let ends = |a: &Assessment| (a.level, a.outcome.as_ref().map(|o| o.id.clone()));
        a.instrument == assessment.instrument
            && a.reading != assessment.reading
            && ends(a) != ends(assessment)
    };
    let others: Vec<&Assessment> = ctx.audit.assessments.iter().filter(is_other).collect();
    let n_duties = assessment.filings.len() as u64;
    Law {
        anchor,
        name: ctx.instrument(&assessment.instrument),
        mood: mood(ctx, assessment),
        result: assess::result(assessment),
        others: (!others.is_empty()).then(|| {
            Both::of(|lang| {
                let others = others.iter().map(|a| {
                    let reached = consequences::reached(a.outcome.as_ref(), a.level, lang);
                    let colon = lang.choose(": ", "：");
                    format!("{}{colon}{reached}", words::reading(&a.reading, lang))
                });
                Html::OtherReadings.with(lang, &[&words::list(&others.collect::<Vec<_>>(), lang)])
            })
        }),
        duties: (n_duties > 0).then(|| {
            let msg = if n_duties == 1 {
                Html::DutyCount
            } else {
                Html::DutiesCount
            };
            Both::of(|lang| msg.with(lang, &[&thousands(n_duties)]))
        }),
        governs: ctx.governing.is_some_and(|g| std::ptr::eq(g, assessment)),
    }
}
