//! Steps beside those of the founding arithmetic: what the user chose, what is presumed, units and
//! facts against their numbers, both bounds, what may lighten, what the statute provides.
//!
//! The order of all steps stands in `steps`.

use super::cite::{group, level as level_words, units};
use super::evaluate::{holds, is_open};
use super::instrument::Text;
use super::provision::Counts;
use super::steps::{Account, step};
use super::{Basis, Level, Outcome, Step};
use crate::category::Category;

impl Account<'_> {
    /// What the user decided otherwise than the instrument, and what is presumed.
    pub(super) fn choices(&self, steps: &mut Vec<Step>) {
        let stated = self.circumstances;
        for (key, class) in &stated.classes {
            if self.instrument.class_by_id(class).is_some() {
                steps.push(step(
                    "",
                    format!("按使用者的选择，{key} 归入 {class} 类"),
                    format!("by the user's choice `{key}` is in class {class}"),
                ));
            }
        }
        for (id, n) in &stated.less {
            let category = Category::from_id(id);
            let (zh, en) =
                category.map_or((id.as_str(), id.as_str()), |c| (c.name_zh(), c.name_en()));
            let n = group(*n);
            steps.push(step(
                "",
                format!("按使用者的说明，{zh}中扣除 {n}"),
                format!("as the user states, {n} of {en} do not count"),
            ));
        }
        for rate in &stated.deduct {
            steps.push(step(
                "",
                format!("按抽样结果，各项数量扣除 {rate}，向下取整"),
                format!("{rate} is taken off every count by a sample, rounded down"),
            ));
        }
        let facts = self.instrument.file().facts.iter();
        for fact in facts.filter(|f| f.presumed && !stated.facts.contains_key(&f.id)) {
            steps.push(step(
                "",
                format!("未作说明，推定：{}", fact.text.zh),
                format!("presumed, as nothing else is stated: {}", fact.text.en),
            ));
        }
    }

    /// Units, persons with an attribute, and scores against the heaviest number that they reach, or
    /// the first that they do not.
    pub(super) fn units(&self, steps: &mut Vec<Step>) {
        let mut told: Vec<&Outcome> = Vec::new();
        let outcomes = &self.evaluation.outcomes;
        let own_number = |o: &Outcome| {
            let classes = &self.instrument.file().classes;
            let class = classes.iter().find(|c| Some(&c.id) == o.class.as_ref());
            o.basis == Basis::Class && class.is_some_and(|c| c.threshold.is_none())
        };
        let same = |a: &Outcome, b: &Outcome| {
            (a.basis, &a.class, &a.attribute, &a.residence, a.count)
                == (b.basis, &b.class, &b.attribute, &b.residence, b.count)
        };
        for outcome in outcomes {
            let is_one =
                matches!(outcome.basis, Basis::Units | Basis::Score) || own_number(outcome);
            if !is_one || told.iter().any(|other| same(other, outcome)) {
                continue;
            }
            told.push(outcome);
            let alike = || outcomes.iter().filter(|o| same(o, outcome));
            let reached = alike().rfind(|o| o.reached);
            steps.push(self.compared(reached.unwrap_or(outcome)));
        }
    }

    fn compared(&self, outcome: &Outcome) -> Step {
        let cited = self.instrument.cite(&outcome.provision);
        let unit = self.instrument.unit();
        let (count, number) = match outcome.basis {
            Basis::Score => (hundredths(outcome.count), hundredths(outcome.threshold)),
            _ => (units(unit, outcome.count), units(unit, outcome.threshold)),
        };
        let who = match (&outcome.attribute, &outcome.residence, &outcome.class) {
            (Some(attribute), _, _) => attribute_words(attribute),
            (_, Some(place), _) => Text {
                zh: format!("居住于 {place} 的人"),
                en: format!("persons living in `{place}`"),
            },
            (_, _, Some(class)) => Text {
                zh: format!("{class} 类"),
                en: format!("class {class}"),
            },
            _ if outcome.basis == Basis::Score => Text {
                zh: "严重程度得分".to_owned(),
                en: "severity score".to_owned(),
            },
            _ => Text {
                zh: "合计".to_owned(),
                en: "in all".to_owned(),
            },
        };
        let sign = match (outcome.reached, outcome.more_than) {
            (true, false) => "≥",
            (true, true) => ">",
            (false, false) => "<",
            (false, true) => "≤",
        };
        step(
            &outcome.provision,
            format!(
                "{}：{} {sign} {}（{}）",
                who.zh, count.zh, number.zh, cited.zh
            ),
            format!(
                "{}: {} {sign} {} ({})",
                who.en, count.en, number.en, cited.en
            ),
        )
    }

    /// Provisions that need nothing but circumstances, where these hold.
    pub(super) fn facts(&self, steps: &mut Vec<Step>) {
        let outcomes = self.evaluation.outcomes.iter();
        for outcome in outcomes.filter(|o| o.basis == Basis::Fact && o.reached) {
            let cited = self.instrument.cite(&outcome.provision);
            steps.push(step(
                &outcome.provision,
                format!("按所述情形，不论数量（{}）", cited.zh),
                format!(
                    "in the circumstances stated, whatever the volume ({})",
                    cited.en
                ),
            ));
        }
    }

    /// What the records before de-duplication would reach, where that is more.
    pub(super) fn bounds(&self, steps: &mut Vec<Step>) {
        let above = self.above.result();
        if above == self.evaluation.result() {
            return;
        }
        let name = self.instrument.result_words(above);
        steps.push(step(
            "",
            format!(
                "以上按去重后的数量；若按未去重的记录（上限），结论为：{}",
                name.zh
            ),
            format!(
                "all this is after de-duplication; by the records before it, the upper bound: {}",
                name.en
            ),
        ));
    }

    /// Lighter treatment: said to be open where everything it needs is stated, and what it needs
    /// where some of it is unknown.
    pub(super) fn relief(&self, steps: &mut Vec<Step>) {
        let reached = self.evaluation.level;
        if reached == Level::None {
            return;
        }
        let provisions = self.instrument.file().provisions.iter();
        for provision in provisions.filter(|p| p.counts == Counts::Relief) {
            let cited = self.instrument.cite(&provision.id);
            let summary = &provision.summary;
            if provision.below.is_some_and(|below| reached >= below) {
                let name = level_words(reached);
                steps.push(step(
                    &provision.id,
                    format!("达到“{}”，不适用{}", name.zh, cited.zh),
                    format!("{} is not open at the level “{}”", cited.en, name.en),
                ));
                continue;
            }
            let answers = provision
                .when
                .iter()
                .map(|c| holds(self.instrument, self.circumstances, c));
            let denied = answers.clone().any(|answer| answer == Some(false));
            let open = is_open(
                self.instrument,
                self.circumstances,
                &provision.when,
                &provision.unless,
            );
            if denied {
                continue;
            }
            let (zh, en) = if open {
                ("按所述情形可以适用", "open in the circumstances stated")
            } else {
                (
                    "情形未全部说明，具备时可以适用",
                    "not all of it is stated; open if it holds",
                )
            };
            steps.push(step(
                &provision.id,
                format!("{}：{zh}——{}", cited.zh, summary.zh),
                format!("{}: {en} — {}", cited.en, summary.en),
            ));
        }
    }

    /// What the statute of the act date provides for the level that the volume reaches.
    pub(super) fn penalties(&self, steps: &mut Vec<Step>) {
        let level = self.evaluation.level;
        let Some(statute) = self.instrument.statute_on(self.circumstances.act_date) else {
            return;
        };
        for penalty in statute.penalties.iter().filter(|p| p.level == level) {
            steps.push(step(
                "",
                format!("{}对该档规定：{}", statute.name.zh, penalty.text.zh),
                format!(
                    "{} provides for this level: {}",
                    statute.name.en, penalty.text.en
                ),
            ));
        }
    }
}

fn hundredths(n: u64) -> Text {
    let text = format!("{}.{:02}", n / 100, n % 100);
    Text {
        zh: text.clone(),
        en: text,
    }
}

fn attribute_words(id: &str) -> Text {
    let (zh, en) = match id {
        "sensitive" => (
            "涉及敏感个人信息的人",
            "persons of whom something sensitive is known",
        ),
        "general" => (
            "仅涉及一般个人信息的人",
            "persons of whom nothing sensitive is known",
        ),
        "minors-under-14" => ("不满十四周岁的人", "persons under 14"),
        _ => ("不满十八周岁的人", "persons under 18"),
    };
    Text {
        zh: zh.to_owned(),
        en: en.to_owned(),
    }
}
