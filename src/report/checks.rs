//! What an audit says as checks that pass or fail, for CI servers: one for each provision against
//! its number, one for whether everything was read, one for each limit of the budget, one for each count of the baseline, and
//! one that is skipped for each ignore rule.
//!
//! A reached number is a failure, because whoever lets a server watch a folder wants to hear of it;
//! whether the build fails is up to the exit code. Names are ids and the same in every language, so
//! that a server can follow a check from run to run; messages are in the language of the report.
//! This file knows no format.

use super::baseline;
use super::budget;
use super::consequences::leads_to;
use super::ignored;
use super::number::{ratio, thousands};
use super::summary;
use super::terminal::neutralise;
use super::text::{incomplete, instrument};
use super::words::{self, Msg};
use super::{Lang, Options};
use crate::audit::{Audit, BaselineCheck, LimitFound};
use crate::law::{Assessment, Outcome};

/// Files with new values that a failure names.
const NEW_IN_MAX: usize = 20;

/// Checks that belong together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Suite {
    /// Stable id: `cn.spc-spp-2017-10/default`.
    pub(super) id: String,
    /// Its checks, at least one.
    pub(super) checks: Vec<Check>,
}

/// One check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Check {
    /// Stable id, the only one of its suite: `5.1(4)/B/serious`.
    pub(super) id: String,
    /// How it ended.
    pub(super) verdict: Verdict,
}

/// How a check ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// The number is not reached, or the limit is kept.
    Passed,
    /// The number is reached, or the limit is exceeded: what it says.
    Failed(String),
    /// It cannot be told, because something was not read or is not there: what it says.
    Unknown(String),
    /// It was not counted, or has nothing to do any more: what it says.
    Skipped(String),
}

/// Every suite, that of the headline's instrument first.
pub(super) fn suites(audit: &Audit, options: &Options) -> Vec<Suite> {
    let reading = options.governing.id();
    let mut assessments: Vec<&Assessment> = audit
        .assessments
        .iter()
        .filter(|a| a.reading == reading && !a.provisions.is_empty())
        .collect();
    assessments.sort_by_key(|a| a.instrument != options.instrument);
    let mut suites: Vec<Suite> = assessments
        .into_iter()
        .map(|assessment| Suite {
            id: format!("{}/{}", assessment.instrument, assessment.reading),
            checks: provisions(assessment, options),
        })
        .collect();
    suites.push(completeness(audit, options.lang));
    suites.extend(limits(audit, options.lang));
    suites.extend(since(audit, options.lang));
    suites.extend(not_counted(audit, options.lang));
    suites
}

/// The ignore rules, if there are any. None of them fails by itself: what is not counted is told, not judged.
fn not_counted(audit: &Audit, lang: Lang) -> Option<Suite> {
    let checks = audit.ignored.iter().map(|found| {
        let said = ignored::rule(found, lang).text;
        Check {
            id: found.rule.clone(),
            // What is stated of a rule must not end its line.
            verdict: Verdict::Skipped(neutralise(&said).into_owned()),
        }
    });
    let checks: Vec<Check> = checks.collect();
    (!checks.is_empty()).then(|| Suite {
        id: "ignored".to_owned(),
        checks,
    })
}

/// The limits of the budget, if there is one.
fn limits(audit: &Audit, lang: Lang) -> Option<Suite> {
    let checks = audit.budget.iter().map(|limit| Check {
        id: limit.limit.clone(),
        verdict: match limit.exceeded {
            true => Verdict::Failed(said(limit, lang)),
            false if budget::guards_nothing(limit) => Verdict::Unknown(said(limit, lang)),
            false => Verdict::Passed,
        },
    });
    let checks: Vec<Check> = checks.collect();
    (!checks.is_empty()).then(|| Suite {
        id: "budget".to_owned(),
        checks,
    })
}

/// The sentence on a limit. What the budget states must not end its line.
fn said(limit: &LimitFound, lang: Lang) -> String {
    neutralise(&budget::sentence(limit, lang)).into_owned()
}

/// What must not be more than in the baseline, if there is one.
fn since(audit: &Audit, lang: Lang) -> Option<Suite> {
    let checks = audit.baseline.iter().flat_map(|b| &b.checks);
    let checks = checks.map(|check| Check {
        id: check.check.clone(),
        verdict: match check.exceeded {
            true => Verdict::Failed(more(audit, check, lang)),
            false => Verdict::Passed,
        },
    });
    let checks: Vec<Check> = checks.collect();
    (!checks.is_empty()).then(|| Suite {
        id: "baseline".to_owned(),
        checks,
    })
}

/// What is more than before, and below it the worst of the files that hold it.
fn more(audit: &Audit, check: &BaselineCheck, lang: Lang) -> String {
    let mut said = baseline::sentence(check, lang);
    let kind = check.check.strip_prefix("kind ");
    let all = baseline::new_in(audit).iter();
    let here: Vec<_> = all.filter(|new| kind == Some(&new.kind)).collect();
    for new in here.iter().take(NEW_IN_MAX) {
        let line = new.first_line.map(|line| format!(":{line}"));
        let place = format!("{}{}", new.path, line.unwrap_or_default());
        let sentence = baseline::new_sentence(new, lang);
        // A path must not end its line.
        said.push('\n');
        said.push_str(&neutralise(&format!("{place}: {sentence}")));
    }
    if let Some(left @ 1..) = here.len().checked_sub(NEW_IN_MAX) {
        said.push('\n');
        said.push_str(&Msg::More.with(lang, &[&thousands(left as u64)]));
    }
    said
}

/// The checks of one assessment.
pub(super) fn provisions(assessment: &Assessment, options: &Options) -> Vec<Check> {
    let mut checks: Vec<Check> = Vec::new();
    for outcome in &assessment.provisions {
        let mut id = outcome.provision.clone();
        let parts = [&outcome.base, &outcome.class, &outcome.attribute];
        for part in parts.into_iter().chain([&outcome.residence]).flatten() {
            id = format!("{id}/{part}");
        }
        let end = outcome.outcome.as_deref().unwrap_or(outcome.level.id());
        id = format!("{id}/{end}");
        // A law may compare the same count twice; servers join what has the same name.
        let n = checks
            .iter()
            .filter(|check| check.id == id || check.id.starts_with(&format!("{id}#")))
            .count();
        if n > 0 {
            id = format!("{id}#{}", n + 1);
        }
        let verdict = match outcome.reached {
            true => Verdict::Failed(message(assessment, outcome, options)),
            false => Verdict::Passed,
        };
        checks.push(Check { id, verdict });
    }
    checks
}

/// `Fa Shi [2017] No. 10, 5.1(4): 1,300 of 500 (×2.6); reached: serious`
fn message(assessment: &Assessment, outcome: &Outcome, options: &Options) -> String {
    let lang = options.lang;
    let name = instrument(&assessment.instrument, options);
    let times = ratio(outcome.count, outcome.threshold).unwrap_or_else(|| "–".to_owned());
    Msg::CheckReached.with(
        lang,
        &[
            name,
            &outcome.provision,
            &thousands(outcome.count),
            &thousands(outcome.threshold),
            &times,
            leads_to(outcome, lang),
        ],
    )
}

/// Whether everything was read.
fn completeness(audit: &Audit, lang: Lang) -> Suite {
    let verdict = match incomplete(audit, lang) {
        None => Verdict::Passed,
        Some(mut sentence) => {
            for group in summary::skipped_groups(audit) {
                let reason = words::reason(group.reason, lang);
                let line = format!("{reason}: {} ({})", thousands(group.n), group.first);
                // A path must not end its line.
                sentence.push('\n');
                sentence.push_str(&neutralise(&line));
            }
            Verdict::Unknown(sentence)
        }
    };
    Suite {
        id: "complete".to_owned(),
        checks: vec![Check {
            id: "everything-was-read".to_owned(),
            verdict,
        }],
    }
}
