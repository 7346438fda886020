//! Alternatives: what another class of a category or another circumstance would make of the same
//! counts.
//!
//! Everything here evaluates again with one thing changed; nothing here has arithmetic of its own.

use super::cite::{group, level as level_words};
use super::evaluate::{ClassCounts, Evaluation, Tally, evaluate};
use super::instrument::{Condition, Text};
use super::understood::Instrument;
use super::{Action, Basis, Circumstances, Level, Next, WhatIf, Yuan};
use crate::category::{Category, Reading};

/// Recipients past this number are not proposed: with enough of them any volume reaches anything.
const RECIPIENTS_PROPOSED_MAX: u32 = 10;

/// Ids of the categories whose class under another reading, all else unchanged, changes the level;
/// in the order of the table.
pub(super) fn flips(
    instrument: &Instrument,
    tally: &Tally,
    reading: Reading,
    circumstances: &Circumstances,
    level: Level,
) -> Vec<String> {
    let changes = |category: Category, other: Reading| {
        let reading_of = |c: Category| if c == category { other } else { reading };
        let counts = ClassCounts::new(instrument, tally, reading_of);
        evaluate(instrument, &counts, circumstances).level != level
    };
    Category::ALL
        .into_iter()
        .filter(|category| tally.total(*category) > 0)
        .filter(|category| {
            Reading::ALL
                .into_iter()
                .any(|other| changes(*category, other))
        })
        .map(|category| category.id().to_owned())
        .collect()
}

/// How far the converted total is from the level above the one reached.
pub(super) fn next(instrument: &Instrument, evaluation: &Evaluation) -> Option<Next> {
    let (level, threshold) = match evaluation.level {
        Level::None => (Level::Serious, evaluation.weighted.serious),
        Level::Serious => (
            Level::EspeciallySerious,
            evaluation.weighted.especially_serious,
        ),
        Level::EspeciallySerious => return None,
    };
    let capped = evaluation.cap.is_some_and(|cap| cap < level);
    if threshold == 0 || capped || evaluation.is_business_only {
        return None;
    }
    let value = evaluation.weighted.value;
    let needed = instrument
        .comparison()
        .first(threshold)
        .saturating_sub(value);
    Some(Next {
        level,
        needed,
        ratio: value as f64 / threshold as f64,
    })
}

/// The circumstances that were not stated and would change the level.
pub(super) fn what_if(
    instrument: &Instrument,
    counts: &ClassCounts,
    stated: &Circumstances,
    level: Level,
) -> Vec<WhatIf> {
    let mut search = Search {
        instrument,
        counts,
        stated,
        level,
        found: Vec::new(),
    };
    search.provided();
    search.recipients();
    search.lawful_business();
    search.amounts(Basis::Gains);
    search.amounts(Basis::Profit);
    search.prior();
    search.found
}

struct Search<'a> {
    instrument: &'a Instrument,
    counts: &'a ClassCounts,
    stated: &'a Circumstances,
    level: Level,
    found: Vec<WhatIf>,
}

impl Search<'_> {
    fn level_of(&self, circumstances: &Circumstances) -> Level {
        evaluate(self.instrument, self.counts, circumstances).level
    }

    /// Keeps a circumstance that changes the level, unless an earlier and weaker one leads to the
    /// same.
    fn keep(&mut self, circumstance: String, words: Text, changed: &Circumstances) -> bool {
        let level = self.level_of(changed);
        let changes = level != self.level;
        if changes {
            let name = level_words(level);
            self.found.push(WhatIf {
                circumstance,
                level,
                zh: format!("若{}：{}", words.zh, name.zh),
                en: format!("if {}: {}", words.en, name.en),
            });
        }
        changes
    }

    /// Passed on; obtained in duty; both. Nothing that contradicts what is stated.
    fn provided(&mut self) {
        if self.stated.lawful_business || self.stated.action == Some(Action::Obtain) {
            return;
        }
        let given = Text {
            zh: "已出售或者提供给他人".to_owned(),
            en: "it was sold or provided".to_owned(),
        };
        let duty = Text {
            zh: "系在履行职责或者提供服务过程中获得，且已出售或者提供给他人".to_owned(),
            en: "it was obtained in duty or service and was sold or provided".to_owned(),
        };
        let mut changed = self.stated.clone();
        changed.action = self.stated.action.or(Some(Action::Provide));
        if self.stated.action.is_none() && self.keep("provide".to_owned(), given, &changed) {
            let enough = self.level_of(&changed);
            changed.in_duty = true;
            if self.level_of(&changed) == enough {
                return;
            }
        }
        if !self.stated.in_duty {
            changed.in_duty = true;
            let id = if self.stated.action.is_none() {
                "in-duty+provide"
            } else {
                "in-duty"
            };
            self.keep(id.to_owned(), duty, &changed);
        }
    }

    /// The smallest number of recipients that changes the level.
    fn recipients(&mut self) {
        let possible = !self.stated.lawful_business
            && self.stated.action != Some(Action::Obtain)
            && self.stated.recipients == 1;
        if !possible {
            return;
        }
        for recipients in 2..=RECIPIENTS_PROPOSED_MAX {
            let mut changed = self.stated.clone();
            changed.recipients = recipients;
            changed.action = self.stated.action.or(Some(Action::Provide));
            let words = Text {
                zh: format!("分别提供给 {recipients} 个以上单位或者个人"),
                en: format!("it was provided separately to {recipients} or more recipients"),
            };
            if self.keep(format!("recipients>={recipients}"), words, &changed) {
                return;
            }
        }
    }

    fn lawful_business(&mut self) {
        if self.stated.lawful_business || self.stated.is_provided() {
            return;
        }
        let mut changed = self.stated.clone();
        changed.lawful_business = true;
        let words = Text {
            zh: "系为合法经营活动购买、收受且未再提供".to_owned(),
            en: "it was bought or received for lawful business and not passed on".to_owned(),
        };
        self.keep("lawful-business".to_owned(), words, &changed);
    }

    /// For an amount that is not stated: the smallest one for each level above the present one.
    fn amounts(&mut self, basis: Basis) {
        let (id, zh, en, is_stated) = match basis {
            Basis::Gains => (
                "gains",
                "违法所得",
                "the illegal gains are",
                self.stated.gains.is_some(),
            ),
            Basis::Profit => (
                "profit",
                "获利",
                "the profit is",
                self.stated.profit.is_some(),
            ),
            _ => return,
        };
        if is_stated {
            return;
        }
        // A level that is reached already cannot be the result of another amount and be kept.
        for level in [Level::Serious, Level::EspeciallySerious] {
            let Some((amount, changed)) = self.smallest_amount(basis, level) else {
                continue;
            };
            let words = Text {
                zh: format!("{zh}达到 {} 元", group(amount)),
                en: format!("{en} {} yuan or more", group(amount)),
            };
            self.keep(format!("{id}>={amount}"), words, &changed);
        }
    }

    /// The smallest amount in whole yuan that reaches a level by itself under the stated
    /// circumstances.
    fn smallest_amount(&self, basis: Basis, level: Level) -> Option<(u64, Circumstances)> {
        let comparison = self.instrument.comparison();
        let rules = self
            .instrument
            .rules()
            .iter()
            .filter(|r| r.basis == basis && r.level == level);
        let mut amounts: Vec<u64> = rules.map(|rule| comparison.first(rule.threshold)).collect();
        amounts.sort_unstable();
        amounts.into_iter().find_map(|amount| {
            let mut changed = self.stated.clone();
            match basis {
                Basis::Gains => changed.gains = Some(Yuan::whole(amount)),
                _ => changed.profit = Some(Yuan::whole(amount)),
            }
            (self.level_of(&changed) == level).then_some((amount, changed))
        })
    }

    fn prior(&mut self) {
        if self.stated.prior {
            return;
        }
        let mut changed = self.stated.clone();
        changed.prior = true;
        let words = Text {
            zh: "曾因侵犯公民个人信息受过刑事处罚或者二年内受过行政处罚".to_owned(),
            en: "there was an earlier punishment for the same".to_owned(),
        };
        self.keep("prior".to_owned(), words, &changed);
    }
}

/// Whether a scaled provision would hold if what is unknown about providing were known.
pub(super) fn waits_for_action(instrument: &Instrument, stated: &Circumstances) -> bool {
    stated.in_duty
        && !stated.is_provided()
        && instrument
            .rules()
            .iter()
            .any(|r| r.requires(Condition::InDuty))
}
