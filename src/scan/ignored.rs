//! Ignore rules at work: what they take out of a record between its detection and its counting.
//!
//! The rules on a file act on each of its records in the order of their list, each on what those before it have left:
//!
//! | a rule on | takes out |
//! | --- | --- |
//! | a kind | values of the kind, as if they were not there: the record is what its other values make it |
//! | a kind and a category | the same, in records that support the category |
//! | a category | the category; the record stays one of the others that it supports, and its values stay matches |
//! | paths alone | the whole record, with all that was found in it |
//!
//! What is taken out is counted by rule and file and by nothing else. A record is taken as a whole by whoever has it, so that
//! the counts are the same for any number of workers.

use crate::audit::Taken;
use crate::category::{Category, CategorySet};
use crate::classify::{Decision, Rules};
use crate::detect::vocabulary::RoleSet;
use crate::detect::{Catalog, ColumnRule, Found, KindId, Match, Status};
use crate::ignore::{IgnoreRule, Ignoring};
use crate::record::{Batch, Record};

/// A rule in force.
#[derive(Clone, Copy)]
pub(super) struct Acting<'r> {
    /// Its position in the list of the audit.
    number: usize,
    rule: &'r IgnoreRule,
    takes: Takes,
}

#[derive(Clone, Copy)]
enum Takes {
    /// Values of a kind, in records that support the category if there is one.
    Values(KindId, Option<Category>),
    Category(Category),
    Records,
}

/// What is left of a record.
pub(super) enum Left {
    /// All of it.
    All,
    /// Less, which supports this.
    Some(Decision),
    Nothing,
}

/// What a rule takes out of one record.
#[derive(Clone, Debug)]
pub struct TakenOut {
    /// Its position in the list of the rules.
    pub rule: usize,
    /// How much.
    pub taken: Taken,
    /// The matches.
    pub matches: Vec<Match>,
}

/// What the rules that are in force take out of one record of a file, each by itself, and what the rest supports. For whoever
/// looks at a record rather than counts it.
pub(super) fn told(
    ignoring: &Ignoring,
    catalog: &Catalog,
    path: &str,
    in_hand: &InHand<'_>,
    found: &mut Found,
    decision: Decision,
) -> (Vec<TakenOut>, Decision) {
    let acting = on_path(&in_force(ignoring, catalog), path);
    let (mut taken, mut counts) = (Vec::new(), Vec::new());
    let left = in_hand.take_out(&acting, found, decision, &mut taken, &mut counts);
    let decision = match left {
        Left::All => decision,
        Left::Some(decision) => decision,
        Left::Nothing => {
            found.roles = RoleSet::default();
            Decision::default()
        }
    };
    // They were taken out by one rule after the other.
    let mut matches = taken.into_iter();
    let mut of_rule = |taken: &Taken| -> Vec<Match> {
        let n = usize::try_from(taken.matches + taken.apart).unwrap_or(usize::MAX);
        matches.by_ref().take(n).collect()
    };
    let told = counts.iter().enumerate().map(|(rule, taken)| TakenOut {
        rule,
        taken: *taken,
        matches: of_rule(taken),
    });
    let told = told.filter(|told| told.taken != Taken::default());
    (told.collect(), decision)
}

/// The rules that are in force, as the scan needs them. One on a kind that is not looked for can take nothing out.
pub(super) fn in_force<'r>(ignoring: &'r Ignoring, catalog: &Catalog) -> Vec<Acting<'r>> {
    let patterns = catalog.patterns();
    let acting = ignoring.in_force().filter_map(|(number, rule)| {
        let takes = match (rule.kind(), rule.category()) {
            (Some(id), category) => {
                let index = patterns.iter().position(|p| p.id == id)?;
                Takes::Values(KindId(u8::try_from(index).ok()?), category)
            }
            (None, Some(category)) => Takes::Category(category),
            (None, None) => Takes::Records,
        };
        Some(Acting {
            number,
            rule,
            takes,
        })
    });
    acting.collect()
}

/// Those that are on a file of this path.
pub(super) fn on_path<'r>(acting: &[Acting<'r>], path: &str) -> Vec<Acting<'r>> {
    let on_path = acting.iter().filter(|acting| acting.rule.is_on(path));
    on_path.copied().collect()
}

/// A record in hand.
pub(super) struct InHand<'a> {
    pub(super) rules: &'a Rules,
    pub(super) batch: &'a Batch,
    pub(super) record: &'a Record,
    pub(super) columns: &'a [ColumnRule],
}

impl InHand<'_> {
    /// Takes out what the rules are on. `decision` is what the record supports with all of it; the matches that were taken
    /// out end in `taken`, which is cleared first; `counts` are those of the rules in this file.
    pub(super) fn take_out(
        &self,
        acting: &[Acting<'_>],
        found: &mut Found,
        decision: Decision,
        taken: &mut Vec<Match>,
        counts: &mut Vec<Taken>,
    ) -> Left {
        taken.clear();
        let mut decision = decision;
        let mut out = CategorySet::EMPTY;
        let mut is_all = true;
        for acting in acting {
            let before = decision.support;
            let n_before = taken.len();
            match acting.takes {
                Takes::Values(kind, category) => {
                    // The strict reading sees whatever another sees.
                    if category.is_some_and(|c| !before.strict.contains(c)) {
                        continue;
                    }
                    found.take_out(kind, self.batch, self.record, self.columns, taken);
                    if taken.len() == n_before {
                        continue;
                    }
                    decision = self.rules.support(found.roles);
                    decision = self.rules.without(found.roles, decision, out);
                }
                Takes::Category(category) => {
                    if !before.strict.contains(category) {
                        continue;
                    }
                    out.insert(category);
                    decision = self.rules.without(found.roles, decision, out);
                }
                Takes::Records => {
                    if found.matches.is_empty() && before.is_empty() {
                        continue;
                    }
                    taken.append(&mut found.matches);
                    decision = Decision::default();
                }
            }
            is_all = false;
            if counts.len() <= acting.number {
                counts.resize(acting.number + 1, Taken::default());
            }
            let of_rule = &taken[n_before..];
            let valid = of_rule.iter().filter(|m| m.status == Status::Valid);
            let matches = valid.count() as u64;
            counts[acting.number].add(Taken {
                records: 1,
                matches,
                apart: of_rule.len() as u64 - matches,
                rows: u64::from(decision.support != before),
            });
            if matches!(acting.takes, Takes::Records) {
                return Left::Nothing;
            }
        }
        match is_all {
            true => Left::All,
            false => Left::Some(decision),
        }
    }
}
