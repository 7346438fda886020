//! Alternatives: what another class of a category or another circumstance would make of the same
//! counts.
//!
//! Everything here evaluates again with one thing changed; nothing here has arithmetic of its own.

use super::counts::{ClassCounts, Tally};
use super::evaluate::{Evaluation, Result, evaluate, holds};
use super::instrument::Text;
use super::provision::Condition;
use super::understood::{Instrument, Rule};
use super::{Action, Basis, Circumstances, Level, Next, Outcome, WhatIf, Yuan};
use crate::category::{Category, Reading};
use crate::number::thousands;

/// Recipients past this number are not proposed: with enough of them any volume reaches anything.
const RECIPIENTS_PROPOSED_MAX: u32 = 10;

/// Ids of the categories whose class under another reading, all else unchanged, changes the level;
/// in the order of the table.
pub(super) fn flips(
    instrument: &Instrument,
    tally: &Tally,
    reading: Reading,
    circumstances: &Circumstances,
    result: Result,
) -> Vec<String> {
    let changes = |category: Category, other: Reading| {
        let reading_of = |c: Category| if c == category { other } else { reading };
        let counts = ClassCounts::new(instrument, tally, circumstances, reading_of);
        evaluate(instrument, &counts, circumstances).result() != result
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

/// How far it is to what lies above: by the converted total, and where there is none by the count
/// that is nearest to its number.
pub(super) fn next(instrument: &Instrument, evaluation: &Evaluation) -> Option<Next> {
    if instrument.has_outcomes() {
        return next_outcome(instrument, evaluation);
    }
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
    Some(Next {
        level,
        outcome: None,
        needed: threshold.saturating_sub(value),
        ratio: value as f64 / threshold as f64,
    })
}

fn next_outcome(instrument: &Instrument, evaluation: &Evaluation) -> Option<Next> {
    if evaluation.cap == Some(Level::None) {
        return None;
    }
    let rank = evaluation.result().rank();
    let above = |o: &&Outcome| {
        let at = instrument
            .file()
            .outcomes
            .iter()
            .position(|n| Some(&n.id) == o.outcome.as_ref());
        // What is past its upper end is another provision's.
        let is_below = o.count < o.threshold.saturating_add(u64::from(o.more_than));
        !o.reached && is_below && at.is_some_and(|at| at + 1 > rank)
    };
    let counted = |o: &&Outcome| matches!(o.basis, Basis::Class | Basis::Units);
    let nearest = evaluation.outcomes.iter().filter(above).filter(counted);
    // The first of equals stands first in the instrument.
    let nearest = nearest.reduce(|best, o| if o.ratio > best.ratio { o } else { best })?;
    let first = nearest
        .threshold
        .saturating_add(u64::from(nearest.more_than));
    Some(Next {
        level: nearest.level,
        outcome: nearest.outcome.clone(),
        needed: first.saturating_sub(nearest.count),
        ratio: nearest.ratio,
    })
}

/// The circumstances that were not stated and would change the level.
pub(super) fn what_if(
    instrument: &Instrument,
    counts: &ClassCounts,
    stated: &Circumstances,
    evaluation: &Evaluation,
) -> Vec<WhatIf> {
    let mut search = Search {
        instrument,
        counts,
        stated,
        result: evaluation.result(),
        found: Vec::new(),
    };
    search.provided();
    search.recipients();
    search.lawful_business();
    search.amounts(Basis::Gains);
    search.amounts(Basis::Profit);
    search.amounts(Basis::Loss);
    search.prior();
    search.facts();
    search.persons();
    search.found
}

struct Search<'a> {
    instrument: &'a Instrument,
    counts: &'a ClassCounts,
    stated: &'a Circumstances,
    result: Result,
    found: Vec<WhatIf>,
}

impl Search<'_> {
    fn result_of(&self, circumstances: &Circumstances) -> Result {
        evaluate(self.instrument, self.counts, circumstances).result()
    }

    /// Keeps a circumstance that changes the level, unless an earlier and weaker one leads to the
    /// same.
    fn keep(&mut self, circumstance: String, words: Text, changed: &Circumstances) -> bool {
        let result = self.result_of(changed);
        let changes = result != self.result;
        if changes {
            self.push(circumstance, &words, result);
        }
        changes
    }

    fn push(&mut self, circumstance: String, words: &Text, result: Result) {
        let name = self.instrument.result_words(result);
        let named = self.instrument.named(result.outcome);
        self.found.push(WhatIf {
            circumstance,
            level: result.level,
            outcome: named.map(|named| named.id),
            zh: format!("若{}：{}", words.zh, name.zh),
            en: format!("if {}: {}", words.en, name.en),
        });
    }

    /// Facts that provisions ask for, one at a time: what each would change by itself, stated where
    /// nothing was, and denied where it is only presumed.
    fn facts(&mut self) {
        for fact in &self.instrument.file().facts {
            if fact.silent || self.stated.facts.contains_key(&fact.id) {
                continue;
            }
            let mut changed = self.stated.clone();
            changed.facts.insert(fact.id.clone(), !fact.presumed);
            let (id, words) = if fact.presumed {
                let words = Text {
                    zh: format!("不存在“{}”的情形", fact.text.zh),
                    en: format!("it is not so that {}", fact.text.en),
                };
                (format!("{}=no", fact.id), words)
            } else {
                (fact.id.clone(), fact.text.clone())
            };
            self.keep(id, words, &changed);
        }
    }

    /// What a number of persons would reach of whom the data does not tell what the law asks.
    fn persons(&mut self) {
        let mut told: Vec<String> = Vec::new();
        let rules: Vec<&Rule> = self.instrument.rules().iter().collect();
        for rule in rules.iter().filter(|r| r.basis == Basis::Units) {
            let (id, unknown) = match (rule.attribute, &rule.residence) {
                (Some(attribute), _) => (
                    attribute.id().to_owned(),
                    self.counts
                        .with_attribute(attribute, &rule.classes, &rule.categories)
                        .is_none(),
                ),
                (None, Some(place)) => (place.clone(), self.counts.living_in(place).is_none()),
                (None, None) => continue,
            };
            let most = self.counts.at_most(self.instrument, rule, self.stated);
            let unknown = match (
                most,
                self.counts.among_people(self.instrument, rule, self.stated),
            ) {
                (Some(most), Some(least)) => {
                    let is_reached = |n| rule.comparison.is_reached(n, rule.threshold);
                    is_reached(most) && !is_reached(least)
                }
                _ => unknown,
            };
            let result = Result {
                level: rule.level,
                outcome: rule.outcome,
            };
            let is_open =
                super::evaluate::is_open(self.instrument, self.stated, &rule.when, &rule.unless);
            let first = rule.comparison.first(rule.threshold);
            let possible = self.counts.everybody() >= first;
            let id = format!("{id}>={first}");
            if !unknown || !is_open || !possible || result.rank() <= self.result.rank() {
                continue;
            }
            if !told.contains(&id) {
                let words = persons_words(rule, first);
                self.push(id.clone(), &words, result);
                told.push(id);
            }
        }
    }

    /// Passed on; obtained in duty; both. Nothing that contradicts what is stated.
    fn provided(&mut self) {
        if self.stated.lawful_business == Some(true) || self.stated.action == Some(Action::Obtain) {
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
            let enough = self.result_of(&changed);
            changed.in_duty = Some(true);
            if self.result_of(&changed) == enough {
                return;
            }
        }
        if self.stated.in_duty.is_none() {
            changed.in_duty = Some(true);
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
        let possible = self.stated.lawful_business != Some(true)
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
        if self.stated.lawful_business.is_some() || self.stated.is_provided() {
            return;
        }
        let mut changed = self.stated.clone();
        changed.lawful_business = Some(true);
        let words = Text {
            zh: "系为合法经营活动购买、收受且未再提供".to_owned(),
            en: "it was bought or received for lawful business and not passed on".to_owned(),
        };
        self.keep("lawful-business".to_owned(), words, &changed);
    }

    /// For an amount that is not stated: the smallest one for each level above the present one.
    fn amounts(&mut self, basis: Basis) {
        let stated = self.stated;
        let (id, zh, en, is_stated) = match basis {
            Basis::Gains => (
                "gains",
                "违法所得",
                "the illegal gains are",
                stated.gains.is_some(),
            ),
            Basis::Profit => ("profit", "获利", "the profit is", stated.profit.is_some()),
            Basis::Loss => (
                "loss",
                "经济损失",
                "the economic loss is",
                stated.loss.is_some(),
            ),
            _ => return,
        };
        if is_stated {
            return;
        }
        let rules = self.instrument.rules();
        let mut ranks: Vec<usize> = rules
            .iter()
            .filter(|r| r.basis == basis)
            .map(|r| r.rank)
            .collect();
        ranks.sort_unstable();
        ranks.dedup();
        // What is reached already cannot be the result of another amount and be kept.
        for rank in ranks {
            let Some((amount, changed)) = self.smallest_amount(basis, rank) else {
                continue;
            };
            let words = Text {
                zh: format!("{zh}达到 {} 元", thousands(amount)),
                en: format!("{en} {} yuan or more", thousands(amount)),
            };
            self.keep(format!("{id}>={amount}"), words, &changed);
        }
    }

    /// The smallest amount in whole yuan that reaches a result by itself under the stated
    /// circumstances.
    fn smallest_amount(&self, basis: Basis, rank: usize) -> Option<(u64, Circumstances)> {
        let rules = self.instrument.rules().iter();
        let rules = rules.filter(|r| r.basis == basis && r.rank == rank);
        let mut amounts: Vec<u64> = rules.map(|r| r.comparison.first(r.threshold)).collect();
        amounts.sort_unstable();
        amounts.into_iter().find_map(|amount| {
            let mut changed = self.stated.clone();
            let stated = match basis {
                Basis::Gains => &mut changed.gains,
                Basis::Loss => &mut changed.loss,
                _ => &mut changed.profit,
            };
            *stated = Some(Yuan::whole(amount));
            (self.result_of(&changed).rank() == rank).then_some((amount, changed))
        })
    }

    fn prior(&mut self) {
        if self.stated.prior.is_some() {
            return;
        }
        let mut changed = self.stated.clone();
        changed.prior = Some(true);
        let words = Text {
            zh: "曾因侵犯公民个人信息受过刑事处罚或者二年内受过行政处罚".to_owned(),
            en: "there was an earlier punishment for the same".to_owned(),
        };
        self.keep("prior".to_owned(), words, &changed);
    }
}

/// `1 or more of these persons are under 14`
fn persons_words(rule: &Rule, first: u64) -> Text {
    use super::provision::Attribute;
    let n = thousands(first);
    let (zh, en) = match rule.attribute {
        Some(Attribute::Sensitive) => ("涉及敏感个人信息", "have something sensitive in the data"),
        Some(Attribute::General) => ("仅涉及一般个人信息", "have nothing sensitive in the data"),
        Some(Attribute::MinorsUnder14) => ("不满十四周岁", "are under 14"),
        Some(Attribute::MinorsUnder18) => ("不满十八周岁", "are under 18"),
        None => {
            let place = rule.residence.as_deref().unwrap_or_default();
            return Text {
                zh: format!("其中居住于 {place} 的达 {n} 人"),
                en: format!("{n} or more of these persons live in `{place}`"),
            };
        }
    };
    Text {
        zh: format!("其中{zh}的达 {n} 人"),
        en: format!("{n} or more of these persons {en}"),
    }
}

/// Whether a scaled provision would hold if what is unknown about providing were known.
pub(super) fn waits_for_action(instrument: &Instrument, stated: &Circumstances) -> bool {
    stated.in_duty == Some(true)
        && holds(instrument, stated, &Condition::Provided) != Some(true)
        && instrument
            .rules()
            .iter()
            .any(|r| r.requires(&Condition::InDuty))
}
