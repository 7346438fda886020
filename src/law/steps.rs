//! The way from the counts to the level, in words and arithmetic.
//!
//! Each step names the provision it applies. The wording says which numbers a volume reaches; it
//! never says what anyone has done.

use super::cite::{level as level_words, units, yuan};
use super::counts::{ClassCounts, Tally};
use super::date::Date;
use super::evaluate::{Evaluation, Result};
use super::instrument::{Class, Text, Unit};
use super::provision::{Condition, Counts, Provision};
use super::rules::WeightedTotal;
use super::understood::Instrument;
use super::what_if::waits_for_action;
use super::{Action, Basis, Circumstances, Level, Outcome, Step};
use crate::category::{Category, Reading};
use crate::number::thousands;

/// Everything that steps tell of.
pub(super) struct Account<'a> {
    pub(super) instrument: &'a Instrument,
    pub(super) reading: Reading,
    pub(super) tally: &'a Tally,
    pub(super) counts: &'a ClassCounts,
    pub(super) circumstances: &'a Circumstances,
    pub(super) evaluation: &'a Evaluation,
    /// The same of the upper bound.
    pub(super) above: &'a Evaluation,
    /// Readings with another level whose records also stand in other categories.
    pub(super) moved: Vec<(Reading, Result)>,
}

/// The steps in the order in which they were taken.
pub(super) fn steps(account: &Account<'_>) -> Vec<Step> {
    let mut steps = Vec::new();
    account.dates(&mut steps);
    account.choices(&mut steps);
    account.classes(&mut steps);
    account.scope(&mut steps);
    account.excluded(&mut steps);
    account.lawful_business(&mut steps);
    account.recipients(&mut steps);
    account.conversion(&mut steps);
    account.halving(&mut steps);
    account.amounts(&mut steps);
    account.prior(&mut steps);
    account.units(&mut steps);
    account.facts(&mut steps);
    account.literal_total(&mut steps);
    account.readings(&mut steps);
    account.bounds(&mut steps);
    account.conclusion(&mut steps);
    account.relief(&mut steps);
    account.penalties(&mut steps);
    steps
}

pub(super) fn step(article: &str, zh: String, en: String) -> Step {
    Step {
        article: article.to_owned(),
        zh,
        en,
    }
}

/// Categories with their counts: `lodging 499, health 2`.
fn list(parts: &[(Category, u64)]) -> Text {
    let join = |separator: &str, name: fn(Category) -> &'static str| {
        let words: Vec<String> = parts
            .iter()
            .map(|(c, n)| format!("{} {}", name(*c), thousands(*n)))
            .collect();
        words.join(separator)
    };
    Text {
        zh: join("、", Category::name_zh),
        en: join(", ", Category::name_en),
    }
}

/// A class in Chinese: `A 类` where its id is a letter, else its name.
fn class_words(class: &Class) -> String {
    match class.id.len() {
        1 => format!("{} 类", class.id),
        _ => class.name.zh.clone(),
    }
}

/// The statute of the day of the act does not know the heaviest level, or there was none yet.
fn bounded(day: Date, highest: Level) -> Step {
    if highest == Level::None {
        return step(
            "",
            format!("行为日期 {day} 时，刑法尚无相应规定；以下数量标准仅供参照"),
            format!(
                "on the act date {day} there was no such provision yet; the numbers are for comparison only"
            ),
        );
    }
    let name = level_words(highest);
    step(
        "",
        format!(
            "行为日期 {day} 的刑法规定最高一档为“{}”，结论不超过该档",
            name.zh
        ),
        format!(
            "the statute of the act date {day} knows no level above “{}”, and the result does not go past it",
            name.en
        ),
    )
}

impl Account<'_> {
    fn dates(&self, steps: &mut Vec<Step>) {
        let file = self.instrument.file();
        let Some(from) = file.in_force.from else {
            steps.push(step(
                "",
                format!("{} 尚未施行；以下数量标准仅供参照", file.number),
                format!(
                    "{} is not in force; its numbers are for comparison only",
                    file.id
                ),
            ));
            return;
        };
        if let Some(day) = self.circumstances.decision_date
            && !self.instrument.is_in_force(day)
        {
            steps.push(step(
                "",
                format!(
                    "{} 自 {from} 起施行，裁判日期 {day} 不在施行期内；以下数量标准仅供参照",
                    file.number
                ),
                format!(
                    "{} is in force from {from}, not on the decision date {day}; its \
                     numbers are for comparison only",
                    file.id
                ),
            ));
        }
        let Some(day) = self.circumstances.act_date else {
            return;
        };
        if let Some(highest) = self
            .instrument
            .highest_on(day)
            .filter(|h| *h < Level::EspeciallySerious)
        {
            steps.push(bounded(day, highest));
        }
        if file.statutes.is_empty() {
            if self.circumstances.decision_date.is_none() && !self.instrument.is_in_force(day) {
                steps.push(step(
                    "",
                    format!(
                        "{} 自 {from} 起施行，行为日期 {day} 不在施行期内；以下数量标准仅供参照",
                        file.number
                    ),
                    format!(
                        "{} is in force from {from}, not on the act date {day}; its numbers \
                         are for comparison only",
                        file.id
                    ),
                ));
            }
        } else if day < from {
            steps.push(step(
                "",
                format!("行为早于 {from}，当时没有数量标准；施行后裁判的案件有适用本解释的先例"),
                format!(
                    "the act is before {from}, when there were no numbers; cases \
                     decided afterwards were judged by these"
                ),
            ));
        }
    }

    /// What each class counts, with the categories it is made of.
    fn classes(&self, steps: &mut Vec<Step>) {
        let file = self.instrument.file();
        for (position, class) in file.classes.iter().enumerate() {
            let parts = self.parts_in(u8::try_from(position).ok());
            if parts.is_empty() {
                continue;
            }
            let counts_it = |p: &&Provision| p.class.as_deref() == Some(class.id.as_str());
            let article = file
                .provisions
                .iter()
                .find(counts_it)
                .map_or("", |p| p.id.as_str());
            let counted = match file.unit {
                Unit::Person => {
                    let only: Vec<bool> = (0..file.classes.len()).map(|c| c == position).collect();
                    self.counts.in_any(&only, &[])
                }
                Unit::Item | Unit::CredentialSet => self.counts.sums[position],
            };
            let (list, sum) = (list(&parts), units(file.unit, counted));
            let Some(threshold) = class.threshold else {
                let at_least = match file.unit {
                    Unit::Person if parts.len() > 1 => ("不少于 ", "at least "),
                    _ => ("", ""),
                };
                steps.push(step(
                    article,
                    format!(
                        "{}（{}）共 {}{}",
                        class_words(class),
                        list.zh,
                        at_least.0,
                        sum.zh
                    ),
                    format!("class {} ({}): {}{}", class.id, list.en, at_least.1, sum.en),
                ));
                continue;
            };
            let (cited, number) = (self.instrument.cite(article), units(file.unit, threshold));
            steps.push(step(
                article,
                format!(
                    "{}（{}）共 {}；{}的标准为 {}",
                    class_words(class),
                    list.zh,
                    sum.zh,
                    cited.zh,
                    number.zh
                ),
                format!(
                    "class {} ({}): {}; the number of {} is {}",
                    class.id, list.en, sum.en, cited.en, number.en
                ),
            ));
        }
    }

    fn parts_in(&self, class: Option<u8>) -> Vec<(Category, u64)> {
        let of = |c| {
            self.tally
                .in_class(self.instrument, c, self.reading, class, self.circumstances)
        };
        Category::ALL
            .into_iter()
            .map(|c| (c, of(c)))
            .filter(|(_, n)| *n > 0)
            .collect()
    }

    fn excluded(&self, steps: &mut Vec<Step>) {
        let parts = self.parts_in(None);
        if !parts.is_empty() {
            let list = list(&parts);
            steps.push(step(
                "",
                format!("按此种理解不计入：{}", list.zh),
                format!("not counted under this reading: {}", list.en),
            ));
        }
    }

    fn lawful_business(&self, steps: &mut Vec<Step>) {
        let rule = self.instrument.file().rules.lawful_business.as_ref();
        let (Some(true), Some(rule)) = (self.circumstances.lawful_business, rule) else {
            return;
        };
        let needs_it = |p: &&Provision| p.when.contains(&Condition::LawfulBusiness);
        let provision = self.instrument.file().provisions.iter().find(needs_it);
        let article = provision.map_or("", |p| p.id.as_str());
        let classes = rule.classes.join("、");
        let cited = self.instrument.cite(article);
        steps.push(step(
            article,
            format!("为合法经营活动购买、收受且未再提供：{classes} 类信息不按条数标准，仅看获利和前科（{}）", cited.zh),
            format!(
                "bought or received for lawful business and not passed on: class \
                     {} is not measured by volume but by profit and earlier punishment ({})",
                rule.classes.join(", "), cited.en
            ),
        ));
    }

    fn recipients(&self, steps: &mut Vec<Step>) {
        let rules = &self.instrument.file().rules;
        let n = self.circumstances.recipients;
        if let Some(article) = rules.accumulate_recipients.as_ref().filter(|_| n > 1) {
            let cited = self.instrument.cite(article);
            steps.push(if self.circumstances.is_provided() {
                step(
                    article,
                    format!(
                        "分别提供给 {n} 个单位或者个人，条数累计计算：各类 × {n}（{}）",
                        cited.zh
                    ),
                    format!(
                        "provided separately to {n} recipients, counted for each: every \
                         class × {n} ({})",
                        cited.en
                    ),
                )
            } else {
                step(
                    article,
                    format!("未说明已出售或者提供，不按 {n} 个对象累计（{}）", cited.zh),
                    format!(
                        "not stated to have been sold or provided, so not multiplied by \
                         {n} recipients ({})",
                        cited.en
                    ),
                )
            });
        }
        let both = self.circumstances.action == Some(Action::Both);
        if let Some(article) = rules.count_once.as_ref().filter(|_| both) {
            let cited = self.instrument.cite(article);
            steps.push(step(
                article,
                format!("获取后又提供的，条数不重复计算（{}）", cited.zh),
                format!("obtained and then provided: counted once ({})", cited.en),
            ));
            steps.push(step(
                article,
                "哪些系获取、哪些系提供，数据未显示：内容相同的去重后计一次，内容不同的相加".to_owned(),
                "what was obtained and what was provided the data does not show: what is the same counts once after \
                 de-duplication, what differs is added"
                    .to_owned(),
            ));
        }
    }

    /// The converted total, term by term.
    fn conversion(&self, steps: &mut Vec<Step>) {
        let file = self.instrument.file();
        let Some(total) = file.provisions.iter().find(|p| p.counts == Counts::Total) else {
            return;
        };
        let terms: Vec<String> = file
            .classes
            .iter()
            .zip(&self.evaluation.ordinary)
            .map(|(class, n)| format!("{} × {}", class.weight.unwrap_or(0), thousands(*n)))
            .collect();
        let weighted = self.evaluation.weighted;
        let sum = format!("{} = {}", terms.join(" + "), thousands(weighted.value));
        let (serious, especially) = (
            thousands(weighted.serious),
            thousands(weighted.especially_serious),
        );
        let cited = self.instrument.cite(&total.id);
        if weighted.serious == 0 || weighted.especially_serious == 0 {
            let number = thousands(total.threshold.unwrap_or(0));
            steps.push(step(
                &total.id,
                format!("按比例合计：{sum}；标准为 {number}（{}）", cited.zh),
                format!(
                    "converted total: {sum}; the number is {number} ({})",
                    cited.en
                ),
            ));
            return;
        }
        steps.push(step(
            &total.id,
            format!("按比例合计：{sum}；标准为 {serious}（情节严重）、{especially}（情节特别严重）（{}）", cited.zh),
            format!("converted total: {sum}; the numbers are {serious} (serious) and \
                 {especially} (especially serious) ({})", cited.en),
        ));
    }

    fn halving(&self, steps: &mut Vec<Step>) {
        let halves = |p: &&Provision| {
            p.counts == Counts::Scaled && p.divide == Some(2) && p.when.contains(&Condition::InDuty)
        };
        let Some(provision) = self.instrument.file().provisions.iter().find(halves) else {
            return;
        };
        let cited = self.instrument.cite(&provision.id);
        if self.circumstances.in_duty == Some(true) && self.circumstances.is_provided() {
            steps.push(step(
                &provision.id,
                format!(
                    "在履行职责或者提供服务过程中获得并出售或者提供，标准减半（{}）",
                    cited.zh
                ),
                format!(
                    "obtained in duty or service and sold or provided: half of the numbers ({})",
                    cited.en
                ),
            ));
        } else if waits_for_action(self.instrument, self.circumstances) {
            steps.push(step(
                &provision.id,
                format!(
                    "仅在出售或者提供时减半；未说明已出售或者提供，标准不减半（{}）",
                    cited.zh
                ),
                format!(
                    "halved only for what was sold or provided, which is not stated: \
                     not halved ({})",
                    cited.en
                ),
            ));
        }
    }

    /// Gains and profit that were stated, against the heaviest number that they reach.
    fn amounts(&self, steps: &mut Vec<Step>) {
        let stated = &self.circumstances;
        let amounts = [
            (Basis::Gains, stated.gains, "违法所得", "illegal gains"),
            (Basis::Profit, stated.profit, "获利", "profit"),
            (Basis::Loss, stated.loss, "经济损失", "economic loss"),
        ];
        for (basis, amount, zh, en) in amounts {
            let Some(amount) = amount.map(yuan) else {
                continue;
            };
            let outcomes = || {
                self.evaluation
                    .outcomes
                    .iter()
                    .filter(move |o| o.basis == basis)
            };
            let heaviest = outcomes().filter(|o| o.reached).max_by_key(|o| o.level);
            steps.push(if let Some(outcome) = heaviest {
                let (cited, number) = (
                    self.instrument.cite(&outcome.provision),
                    thousands(outcome.threshold),
                );
                step(
                    &outcome.provision,
                    format!("{zh} {amount} 元，达到{}的 {number} 元标准", cited.zh),
                    format!("{en} of {amount} yuan reach {number} yuan of {}", cited.en),
                )
            } else if outcomes().next().is_some() {
                step(
                    "",
                    format!("{zh} {amount} 元，未达到数额标准"),
                    format!("{en} of {amount} yuan reach no amount"),
                )
            } else {
                step(
                    "",
                    format!("{zh} {amount} 元：在所述情形下没有适用的数额标准"),
                    format!("{en} of {amount} yuan: no amount applies in the stated circumstances"),
                )
            });
        }
    }

    fn prior(&self, steps: &mut Vec<Step>) {
        let prior = self
            .evaluation
            .outcomes
            .iter()
            .filter(|o| o.basis == Basis::Prior);
        for outcome in prior.filter(|o| o.reached) {
            let cited = self.instrument.cite(&outcome.provision);
            steps.push(step(
                &outcome.provision,
                format!("曾受处罚又实施，不论条数（{}）", cited.zh),
                format!(
                    "an earlier punishment is stated; the volume does not matter ({})",
                    cited.en
                ),
            ));
        }
    }

    /// Read literally, the total counts only where no class reaches its own number. Says so where
    /// that changes the level.
    fn literal_total(&self, steps: &mut Vec<Step>) {
        if self.circumstances.rules.weighted_total == WeightedTotal::Literal {
            return;
        }
        let reached = |basis: Basis| {
            let outcomes = self.evaluation.outcomes.iter();
            outcomes.filter(move |o| o.reached && o.basis == basis)
        };
        let without = |o: &&Outcome| o.reached && o.basis != Basis::Total;
        let level = self
            .evaluation
            .outcomes
            .iter()
            .filter(without)
            .map(|o| o.level)
            .max();
        let literal = level.unwrap_or_default();
        let first = reached(Basis::Total).find(|o| o.level > literal);
        let (Some(total), true) = (first, reached(Basis::Class).next().is_some()) else {
            return;
        };
        let name = level_words(self.evaluation.cap.map_or(literal, |cap| cap.min(literal)));
        let base = total.base.as_deref().unwrap_or(&total.provision);
        let cited = self.instrument.cite(base);
        steps.push(step(
            base,
            format!(
                "{}按字面以各类均未单独达标为前提；若采字面理解，结论为：{}",
                cited.zh, name.zh
            ),
            format!(
                "read literally, {} presupposes that no class reaches its own \
                 number; the level would then be: {}",
                cited.en, name.en
            ),
        ));
    }

    fn readings(&self, steps: &mut Vec<Step>) {
        for (reading, result) in &self.moved {
            let name = self.instrument.result_words(*result);
            let zh = match reading {
                Reading::Default => "通常理解",
                Reading::Lenient => "从宽理解",
                Reading::Strict => "从严理解",
            };
            steps.push(step(
                "",
                format!("按{zh}，部分记录归入其他类别，结论为：{}", name.zh),
                format!(
                    "under the {} reading records also belong to other categories, \
                     and the level is: {}",
                    reading.id(),
                    name.en
                ),
            ));
        }
    }

    fn conclusion(&self, steps: &mut Vec<Step>) {
        let level = self.evaluation.level;
        let name = self.instrument.result_words(self.evaluation.result());
        let outcome = self.instrument.named(self.evaluation.outcome);
        let outcome = outcome.map(|named| named.id);
        let reached = |is_meant: &dyn Fn(Level) -> bool| {
            let outcomes = self.evaluation.outcomes.iter();
            let meant = outcomes.filter(|o| o.reached && o.outcome == outcome && is_meant(o.level));
            let mut ids: Vec<&str> = Vec::new();
            for outcome in meant {
                if !ids.contains(&outcome.provision.as_str()) {
                    ids.push(&outcome.provision);
                }
            }
            ids
        };
        let mut ids = reached(&|of| of == level);
        // What is reached may be more than the statute of the act date knows.
        if ids.is_empty() && level > Level::None {
            ids = reached(&|of| of > level);
        }
        let Some(first) = ids.first() else {
            let (zh, en) = match self.evaluation.cap {
                Some(Level::None) => (
                    "上述数量标准不适用，不得出级别",
                    "the numbers do not apply, and no level follows from them",
                ),
                _ => (
                    "在所述情形下，未达到规定的标准",
                    "in the stated circumstances no number is reached",
                ),
            };
            steps.push(step("", zh.to_owned(), en.to_owned()));
            return;
        };
        let cited: Vec<Text> = ids.iter().map(|id| self.instrument.cite(id)).collect();
        let zh: Vec<&str> = cited.iter().map(|c| c.zh.as_str()).collect();
        let en: Vec<&str> = cited.iter().map(|c| c.en.as_str()).collect();
        steps.push(step(
            first,
            format!("达到{}规定的标准（{}）", zh.join("、"), name.zh),
            format!("reached: {} ({})", en.join(", "), name.en),
        ));
    }
}
