//! What the law says, for the page: each assessment with its steps and numbers, and the checklist of
//! duties over all of them.

use super::super::consequences;
use super::super::number::{ratio, thousands};
use super::super::words;
use super::head::{Mood, mood};
use super::text::{Both, Plain};
use super::view::Ctx;
use crate::law::{Assessment, Filing};

/// One instrument, step by step.
pub(super) struct Case {
    pub(super) anchor: usize,
    pub(super) name: Both,
    pub(super) id: Plain,
    pub(super) result: Both,
    pub(super) mood: Mood,
    pub(super) is_open: bool,
    pub(super) steps: Vec<(Plain, Both)>,
    pub(super) provisions: Vec<Provision>,
    pub(super) fines: Vec<Both>,
}

/// A number against its count.
pub(super) struct Provision {
    pub(super) article: Plain,
    pub(super) class: Both,
    pub(super) leads_to: Both,
    pub(super) count: String,
    pub(super) threshold: String,
    pub(super) times: String,
    pub(super) reached: bool,
}

pub(super) fn cases(ctx: &Ctx<'_>) -> Vec<Case> {
    let all = consequences::of_reading(ctx.audit, ctx.options());
    let all = all.into_iter().enumerate();
    all.map(|(anchor, assessment)| case(ctx, anchor, assessment))
        .collect()
}

fn case(ctx: &Ctx<'_>, anchor: usize, assessment: &Assessment) -> Case {
    let steps = assessment.steps.iter();
    Case {
        anchor,
        name: ctx.instrument(&assessment.instrument),
        id: Plain::new(&assessment.instrument),
        result: result(assessment),
        mood: mood(ctx, assessment),
        is_open: anchor == 0,
        steps: steps
            .map(|s| {
                (
                    Plain::new(&s.article),
                    Both::of(|lang| lang.choose(&s.en, &s.zh).to_owned()),
                )
            })
            .collect(),
        provisions: provisions(assessment),
        fines: assessment
            .fines
            .iter()
            .map(|fine| Both::of(|lang| lang.choose(&fine.en, &fine.zh).to_owned()))
            .collect(),
    }
}

/// What an assessment reaches, in words.
pub(super) fn result(assessment: &Assessment) -> Both {
    Both::of(|lang| {
        consequences::reached(assessment.outcome.as_ref(), assessment.level, lang).to_owned()
    })
}

fn provisions(assessment: &Assessment) -> Vec<Provision> {
    let outcomes = assessment.provisions.iter();
    outcomes
        .map(|outcome| Provision {
            article: Plain::new(&outcome.provision),
            class: Both::of(|lang| words::counted(outcome, lang)),
            leads_to: Both::of(|lang| consequences::leads_to(outcome, lang)),
            count: thousands(outcome.count),
            threshold: thousands(outcome.threshold),
            times: ratio(outcome.count, outcome.threshold)
                .map_or_else(|| "–".to_owned(), |x| format!("×{x}")),
            reached: outcome.reached,
        })
        .collect()
}

/// Everything that must be filed or done.
pub(super) struct Checklist {
    pub(super) groups: Vec<DutyGroup>,
    /// Whether some deadline is given in hours, so that a time of knowledge is worth asking for.
    pub(super) has_hours: bool,
}

/// The duties of one instrument.
pub(super) struct DutyGroup {
    pub(super) name: Both,
    pub(super) duties: Vec<Duty>,
}

/// One duty.
pub(super) struct Duty {
    pub(super) article: Plain,
    pub(super) what: Both,
    pub(super) to: Option<Both>,
    pub(super) by: Option<Both>,
    pub(super) hours: Option<u64>,
    pub(super) contents: Vec<Both>,
}

/// The duties of all instruments, those with the shortest time first, then in the order of the laws.
pub(super) fn duties<'a>(ctx: &Ctx<'a>) -> Vec<&'a Filing> {
    let all = consequences::of_reading(ctx.audit, ctx.options());
    let mut duties: Vec<&Filing> = all.iter().flat_map(|a| a.filings.iter()).collect();
    duties.sort_by_key(|filing| filing.hours.unwrap_or(u64::MAX));
    duties
}

pub(super) fn checklist(ctx: &Ctx<'_>) -> Checklist {
    let with_duties = consequences::of_reading(ctx.audit, ctx.options());
    let with_duties = with_duties.into_iter().filter(|a| !a.filings.is_empty());
    let groups: Vec<DutyGroup> = with_duties
        .map(|assessment| DutyGroup {
            name: ctx.instrument(&assessment.instrument),
            duties: assessment.filings.iter().map(duty).collect(),
        })
        .collect();
    let mut hours = groups.iter().flat_map(|group| &group.duties);
    Checklist {
        has_hours: hours.any(|duty| duty.hours.is_some()),
        groups,
    }
}

fn duty(filing: &Filing) -> Duty {
    let say =
        |words: &crate::law::Words| Both::of(|lang| consequences::say(words, lang).to_owned());
    Duty {
        article: Plain::new(&filing.provision),
        what: say(&filing.what),
        to: filing.to.as_ref().map(say),
        by: filing.by.as_ref().map(say),
        hours: filing.hours,
        contents: filing.contents.iter().map(say).collect(),
    }
}
