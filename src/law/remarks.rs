//! Steps beside those of the founding arithmetic: what the user chose, what is presumed, units and
//! facts against their numbers, both bounds, what may lighten, what the statute provides.
//!
//! The order of all steps stands in `steps`.

use super::cite::{level as level_words, units};
use super::counts::ANY_PART;
use super::evaluate::{holds, is_open};
use super::instrument::{Text, Unit};
use super::provision::{Counts, Provision};
use super::rules::WeightedTotal;
use super::score::score;
use super::steps::{Account, step};
use super::{Basis, Level, Outcome, Step};
use crate::category::Category;
use crate::number::{hundredths, thousands};

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
            let n = thousands(*n);
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
        for words in self.rules_chosen() {
            steps.push(step("", words.zh, words.en));
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

    /// Rules of counting that the user chose otherwise and that matter to the instrument.
    fn rules_chosen(&self) -> Vec<Text> {
        let file = self.instrument.file();
        let (chosen, written) = (self.circumstances.rules, &file.rules);
        let has_total = file.provisions.iter().any(|p| p.counts == Counts::Total);
        let all = [
            (
                chosen.weighted_total == WeightedTotal::Literal && has_total,
                "比例合计只在各类均未单独达标时适用（weighted-total=literal）",
                "the converted total counts only where no class reaches its own number (weighted-total=literal)",
            ),
            (
                !chosen.business_is_apart() && written.lawful_business.is_some(),
                "为合法经营活动取得的信息与其他信息一并计数（lawful-business=together）",
                "what lawful business obtained counts with everything else (lawful-business=together)",
            ),
            (
                !chosen.recipients_add_up() && written.accumulate_recipients.is_some(),
                "向多个对象提供的同一信息只计一次（recipients=once）",
                "the same information counts once, however many recipients there are (recipients=once)",
            ),
            (
                chosen.kinds_count_apart() && file.unit == Unit::Item,
                "一条记录含多种信息的，每种各计一条（record-kinds=each）；未见判决采用。去重后各种的条数数据未显示，以人数为下限，以记录数为上限",
                "each kind of information in a record is an item of its own (record-kinds=each); no judgment is known that counts so. How many of \
                 a kind are left after de-duplication the data does not show: no fewer than its persons, no more than its records",
            ),
            (
                chosen.counts_as_seized() && written.bulk.is_some(),
                "按查获的记录直接认定，不先去重（bulk=as-seized）；经证明重复或者不真实的仍须扣除",
                "records count as they were found, before de-duplication (bulk=as-seized); what is shown to be duplicate or untrue must still be \
                 taken off",
            ),
            (
                chosen.tracks_are_persons() && !written.by_person.is_empty(),
                "轨迹按人计，一人计一条（tracks=persons）",
                "tracks count by person, one item each (tracks=persons)",
            ),
        ];
        let all = all.into_iter().filter(|(matters, _, _)| *matters);
        all.map(|(_, zh, en)| Text {
            zh: format!("按使用者的选择，{zh}"),
            en: format!("by the user's choice {en}"),
        })
        .collect()
    }

    /// Who counts, where an instrument asks where people live.
    pub(super) fn scope(&self, steps: &mut Vec<Step>) {
        let Some(scope) = &self.instrument.file().scope else {
            return;
        };
        if !self.counts.is_narrowed(self.instrument, self.circumstances) {
            return;
        }
        let stated = || {
            self.counts
                .stated_in_scope(self.instrument, self.circumstances)
        };
        let shown = self.tally.attributes().map(|known| known.total);
        let n = thousands(stated().or(shown).unwrap_or(0));
        let places = scope.residence.join(", ");
        steps.push(step(
            "",
            format!(
                "按居住地计：数据显示属于 {places} 的有 {n} 人；未显示居住地的人只计入上限，显示属于其他地方的人不计"
            ),
            format!(
                "counted by residence ({places}): {n} persons whom the data places there; those whom it places nowhere count \
                 at the upper bound only, those whom it places elsewhere do not"
            ),
        ));
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
                && self.classes_of(a) == self.classes_of(b)
                && self.categories_of(a) == self.categories_of(b)
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

    /// The classes that a provision names; none where it counts all.
    fn classes_of(&self, outcome: &Outcome) -> &[String] {
        let provision = self.provision_of(outcome);
        provision.map_or(&[], |p| p.classes.as_slice())
    }

    fn provision_of(&self, outcome: &Outcome) -> Option<&Provision> {
        let mut provisions = self.instrument.file().provisions.iter();
        provisions.find(|p| p.id == outcome.provision)
    }

    /// The categories that a provision names, in words; `None` where it counts all of its classes.
    fn categories_of(&self, outcome: &Outcome) -> Option<Text> {
        let ids = &self.provision_of(outcome)?.categories;
        let named = || ids.iter().filter_map(|id| Category::from_id(id));
        (!ids.is_empty()).then(|| Text {
            zh: named()
                .map(Category::name_zh)
                .collect::<Vec<_>>()
                .join("、"),
            en: named()
                .map(Category::name_en)
                .collect::<Vec<_>>()
                .join(", "),
        })
    }

    /// `3.00 × 0.75 + 0.50 = ` before a score.
    fn arithmetic(&self) -> String {
        match score(self.instrument, self.counts, self.circumstances) {
            Some(made) => format!(
                "{} × {} + {} = ",
                hundredths(made.base),
                hundredths(made.ease),
                hundredths(made.added)
            ),
            None => String::new(),
        }
    }

    fn compared(&self, outcome: &Outcome) -> Step {
        let cited = self.instrument.cite(&outcome.provision);
        let unit = self.instrument.unit();
        let (count, number) = match outcome.basis {
            Basis::Score => (score_words(outcome.count), score_words(outcome.threshold)),
            _ => (units(unit, outcome.count), units(unit, outcome.threshold)),
        };
        let categories = self.categories_of(outcome);
        let who = match (&outcome.attribute, &outcome.residence, &outcome.class) {
            (Some(attribute), _, _) => attribute_words(attribute),
            (_, Some(place), _) => living_words(place),
            (_, _, Some(class)) => Text {
                zh: format!("{class} 类"),
                en: format!("class {class}"),
            },
            _ if outcome.basis == Basis::Score => Text {
                zh: format!("严重程度得分：{}", self.arithmetic().trim_end()),
                en: format!("severity score: {}", self.arithmetic().trim_end()),
            },
            _ if categories.is_some() => categories.unwrap_or_default(),
            _ if !self.classes_of(outcome).is_empty() => {
                let classes = self.classes_of(outcome).join(", ");
                Text {
                    zh: format!("{classes} 类"),
                    en: format!("class {classes}"),
                }
            }
            _ => Text {
                zh: "合计".to_owned(),
                en: "in all".to_owned(),
            },
        };
        // A sum ends with its own sign.
        let colon = match outcome.basis {
            Basis::Score => (" ", ""),
            _ => ("：", ":"),
        };
        // By the number alone: what is past its upper end is not reached although it lies above.
        let first = outcome
            .threshold
            .saturating_add(u64::from(outcome.more_than));
        let is_above = outcome.count >= first;
        let sign = match (is_above, outcome.more_than) {
            (true, false) => "≥",
            (true, true) => ">",
            (false, false) => "<",
            (false, true) => "≤",
        };
        let past = match is_above && !outcome.reached {
            true => ("，已超出本条的上限", "; past the upper end of it"),
            false => ("", ""),
        };
        step(
            &outcome.provision,
            format!(
                "{}{}{} {sign} {}（{}）{}",
                who.zh, colon.0, count.zh, number.zh, cited.zh, past.0
            ),
            format!(
                "{}{} {} {sign} {} ({}){}",
                who.en, colon.1, count.en, number.en, cited.en, past.1
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

/// A score is the same in both languages.
fn score_words(n: u64) -> Text {
    Text {
        zh: hundredths(n),
        en: hundredths(n),
    }
}

fn living_words(place: &str) -> Text {
    match place.strip_suffix(ANY_PART) {
        Some(country) => Text {
            zh: format!("居住于 {country} 人数最多的一个地区的人"),
            en: format!("persons living in that part of `{country}` where most do"),
        },
        None => Text {
            zh: format!("居住于 {place} 的人"),
            en: format!("persons living in `{place}`"),
        },
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
