//! What has changed since a baseline, for the page: kind by kind, and where it stands.

use super::super::baseline;
use super::super::number::thousands;
use super::counted::more;
use super::head::Mood;
use super::text::{Both, Plain};
use super::view::Ctx;
use super::words::Html;
use crate::audit::{BaselineCheck, BaselineFound};

/// Files with new values that are listed.
const NEW_IN_MAX: usize = 200;

/// The comparison.
pub(super) struct Since {
    pub(super) checks: Vec<CheckRow>,
    pub(super) notes: Vec<Both>,
    pub(super) new_in: Vec<NewRow>,
    pub(super) more: Option<Both>,
}

/// A kind or category.
pub(super) struct CheckRow {
    pub(super) mood: Mood,
    pub(super) verdict: Both,
    pub(super) check: Plain,
    pub(super) before: String,
    pub(super) found: String,
    pub(super) new: String,
    pub(super) gone: String,
    pub(super) unit: Both,
}

/// What a file holds of a kind that was not there before.
pub(super) struct NewRow {
    pub(super) path: Plain,
    pub(super) line: String,
    pub(super) kind: Plain,
    pub(super) new: String,
    pub(super) found: String,
}

pub(super) fn since(ctx: &Ctx<'_>) -> Option<Since> {
    let found = ctx.audit.baseline.as_ref()?;
    let all = baseline::new_in(ctx.audit);
    let shown = all.iter().take(NEW_IN_MAX).map(|new| NewRow {
        path: Plain::path(&new.path),
        line: new.first_line.map(|n| n.to_string()).unwrap_or_default(),
        kind: Plain::new(&new.kind),
        new: thousands(new.new),
        found: thousands(new.found),
    });
    Some(Since {
        checks: found.checks.iter().map(row).collect(),
        notes: notes(ctx, found),
        new_in: shown.collect(),
        more: more(all.len(), NEW_IN_MAX),
    })
}

fn row(check: &BaselineCheck) -> CheckRow {
    CheckRow {
        mood: match check.exceeded {
            true => Mood::Bad,
            false => Mood::Good,
        },
        verdict: Both::of(|lang| baseline::verdict(check, lang)),
        check: Plain::new(&check.check),
        before: thousands(check.before),
        found: thousands(check.found),
        new: check.new.map(thousands).unwrap_or_default(),
        gone: check.gone.map(thousands).unwrap_or_default(),
        unit: Both::of(|lang| baseline::unit(check, lang)),
    }
}

fn notes(ctx: &Ctx<'_>, found: &BaselineFound) -> Vec<Both> {
    let n = baseline::notes(ctx.audit, found, crate::report::Lang::En).len();
    let note = |at: usize| Both::of(|lang| baseline::notes(ctx.audit, found, lang).swap_remove(at));
    (0..n).map(note).collect()
}

/// How many kinds and categories have more than before, if any has.
pub(super) fn alarm(ctx: &Ctx<'_>) -> Option<Both> {
    let n_more = baseline::exceeded(ctx.audit).count();
    let checks = ctx.audit.baseline.iter().flat_map(|found| &found.checks);
    let numbers = [n_more, checks.count()].map(|n| thousands(n as u64));
    (n_more > 0)
        .then(|| Both::of(|lang| Html::BaselineAlarm.with(lang, &[&numbers[0], &numbers[1]])))
}
