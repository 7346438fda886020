//! One evaluation: class counts and circumstances against every number of an instrument.
//!
//! This is the whole of the arithmetic. It does not know readings, words or alternatives; those
//! call it again with other counts or other circumstances.

use super::circumstances::{Action, Circumstances};
use super::counts::ClassCounts;
use super::provision::{Condition, RunningTotal};
use super::rules::WeightedTotal;
use super::score::score;
use super::understood::{Instrument, Rule};
use super::{Basis, Level, Outcome, Weighted, Words};

/// What the counts reach.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Evaluation {
    /// The level, not past `cap`.
    pub(super) level: Level,
    /// Position of the heaviest outcome, of an instrument that has outcomes.
    pub(super) outcome: Option<usize>,
    /// The highest level that the law of the stated dates knows, if lower than that of the numbers.
    pub(super) cap: Option<Level>,
    pub(super) weighted: Weighted,
    pub(super) outcomes: Vec<Outcome>,
    /// Per class what the ordinary provisions count: recipients multiplied, lawful business taken
    /// out.
    pub(super) ordinary: Vec<u64>,
    /// Whether lawful business leaves nothing to the ordinary provisions.
    pub(super) is_business_only: bool,
}

impl Evaluation {
    /// What two evaluations of one instrument are compared by.
    pub(super) fn result(&self) -> Result {
        Result {
            level: self.level,
            outcome: self.outcome,
        }
    }
}

/// A level, or an outcome with the level that stands for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Result {
    pub(super) level: Level,
    pub(super) outcome: Option<usize>,
}

impl Result {
    /// How heavy it is among the results of its instrument.
    pub(super) fn rank(self) -> usize {
        self.outcome.map_or(self.level as usize, |at| at + 1)
    }
}

/// Evaluates counts under circumstances that were checked.
pub(super) fn evaluate(
    instrument: &Instrument,
    counts: &ClassCounts,
    circumstances: &Circumstances,
) -> Evaluation {
    let scene = Scene::new(instrument, counts, circumstances);
    let mut outcomes = Vec::new();
    let mut weighted = scene.weighted();
    let mut reached = Result {
        level: Level::None,
        outcome: None,
    };
    let mut ranks = Vec::new();
    for rule in instrument
        .rules()
        .iter()
        .filter(|rule| scene.is_active(rule))
    {
        scene.note_total(rule, &mut weighted);
        if let Some(outcome) = scene.outcome(rule) {
            outcomes.push(outcome);
            ranks.push((rule.rank, rule.outcome));
        }
    }
    if circumstances.rules.weighted_total == WeightedTotal::Literal {
        take_back_totals(&mut outcomes);
    }
    for (outcome, (rank, position)) in outcomes.iter().zip(ranks) {
        if outcome.reached && rank > reached.rank() {
            reached = Result {
                level: outcome.level,
                outcome: position,
            };
        }
    }
    let cap = cap(instrument, circumstances);
    Evaluation {
        level: cap.map_or(reached.level, |cap| cap.min(reached.level)),
        outcome: reached.outcome.filter(|_| cap != Some(Level::None)),
        cap,
        weighted,
        outcomes,
        is_business_only: scene.carves && !scene.has_ordinary(),
        ordinary: scene.ordinary,
    }
}

/// Read literally, the converted total counts only where no class reaches a number of its own.
fn take_back_totals(outcomes: &mut [Outcome]) {
    let by_class = |o: &Outcome| o.reached && o.basis == Basis::Class;
    if outcomes.iter().any(by_class) {
        for outcome in outcomes.iter_mut().filter(|o| o.basis == Basis::Total) {
            outcome.reached = false;
        }
    }
}

/// The highest level that the law of the stated dates knows, where dates lower it.
fn cap(instrument: &Instrument, circumstances: &Circumstances) -> Option<Level> {
    let depends_on_act = !instrument.file().statutes.is_empty();
    let day = match circumstances.decision_date {
        None if !depends_on_act => circumstances.act_date,
        day => day,
    };
    if instrument.is_draft() || day.is_some_and(|day| !instrument.is_in_force(day)) {
        return Some(Level::None);
    }
    let highest = circumstances
        .act_date
        .and_then(|day| instrument.highest_on(day));
    highest.filter(|level| *level < Level::EspeciallySerious)
}

/// Whether a circumstance holds; `None` where nothing was stated and nothing is presumed.
pub(super) fn holds(
    instrument: &Instrument,
    stated: &Circumstances,
    condition: &Condition,
) -> Option<bool> {
    match condition {
        Condition::InDuty => stated.in_duty,
        Condition::Provided => stated.action.map(Action::is_provided),
        Condition::LawfulBusiness => stated.lawful_business,
        Condition::Fact(id) => {
            let presumed = || instrument.fact(id).filter(|f| f.presumed).map(|_| true);
            stated.facts.get(id).copied().or_else(presumed)
        }
    }
}

/// Whether all of `when` hold and none of `unless`. What is unknown does not hold.
pub(super) fn is_open(
    instrument: &Instrument,
    stated: &Circumstances,
    when: &[Condition],
    unless: &[Condition],
) -> bool {
    let is_so = |condition: &Condition| holds(instrument, stated, condition) == Some(true);
    when.iter().all(is_so) && !unless.iter().any(is_so)
}

/// The counts as the provisions see them.
struct Scene<'a> {
    instrument: &'a Instrument,
    counts: &'a ClassCounts,
    circumstances: &'a Circumstances,
    /// Whether lawful business takes classes out.
    carves: bool,
    /// For how many recipients everything counts.
    times: u64,
    ordinary: Vec<u64>,
    /// Units that the provisions on lawful business count.
    business: u64,
}

impl<'a> Scene<'a> {
    fn new(
        instrument: &'a Instrument,
        counts: &'a ClassCounts,
        circumstances: &'a Circumstances,
    ) -> Scene<'a> {
        let rules = &instrument.file().rules;
        let is_business =
            circumstances.lawful_business == Some(true) && rules.lawful_business.is_some();
        let carves = is_business && circumstances.rules.business_is_apart();
        let accumulates = rules.accumulate_recipients.is_some()
            && circumstances.is_provided()
            && circumstances.rules.recipients_add_up();
        let times = if accumulates {
            u64::from(circumstances.recipients)
        } else {
            1
        };
        let mut business = 0u64;
        let mut ordinary = Vec::with_capacity(counts.sums.len());
        for (class, n) in counts.sums.iter().enumerate() {
            let is_carved = is_business && instrument.is_carved_out(class);
            business = business.saturating_add(if is_carved { *n } else { 0 });
            let taken = is_carved && carves;
            ordinary.push(if taken { 0 } else { n.saturating_mul(times) });
        }
        Scene {
            instrument,
            counts,
            circumstances,
            carves,
            times,
            ordinary,
            business,
        }
    }

    fn has_ordinary(&self) -> bool {
        self.ordinary.iter().any(|n| *n > 0)
    }

    fn weighted(&self) -> Weighted {
        let classes = &self.instrument.file().classes;
        let parts = classes
            .iter()
            .zip(&self.ordinary)
            .map(|(c, n)| c.weight.unwrap_or(0).saturating_mul(*n));
        Weighted {
            value: parts.fold(0, u64::saturating_add),
            ..Weighted::default()
        }
    }

    /// Whether a provision's circumstances hold and there is something for it to count.
    fn is_active(&self, rule: &Rule) -> bool {
        if !is_open(
            self.instrument,
            self.circumstances,
            &rule.when,
            &rule.unless,
        ) {
            return false;
        }
        if rule.requires(&Condition::LawfulBusiness) {
            return self.business > 0;
        }
        if !self.carves {
            return true;
        }
        match rule.basis {
            Basis::Class => !rule
                .class
                .is_some_and(|class| self.instrument.is_carved_out(class)),
            Basis::Total | Basis::Units => true,
            _ => self.has_ordinary(),
        }
    }

    /// Keeps the smallest number that a total is compared to, per level.
    fn note_total(&self, rule: &Rule, weighted: &mut Weighted) {
        let kept = match (rule.basis, rule.level) {
            (Basis::Total, Level::Serious) => &mut weighted.serious,
            (Basis::Total, Level::EspeciallySerious) => &mut weighted.especially_serious,
            _ => return,
        };
        if *kept == 0 || rule.threshold < *kept {
            *kept = rule.threshold;
        }
    }

    /// A provision against what it counts; `None` where that is unknown.
    fn outcome(&self, rule: &Rule) -> Option<Outcome> {
        // Amounts are compared in cents, so that a limit that must be exceeded is exceeded by one
        // cent.
        let (count, unit) = self.counted(rule)?;
        let threshold = rule.threshold.saturating_mul(unit);
        let reached = match rule.basis {
            Basis::Prior | Basis::Fact => count >= threshold,
            _ => {
                rule.comparison.is_reached(count, threshold)
                    && rule.under.is_none_or(|under| count < under)
            }
        };
        let file = self.instrument.file();
        let id = |index: usize| self.instrument.provision(index).id.clone();
        Some(Outcome {
            provision: id(rule.provision),
            base: rule.base.map(id),
            basis: rule.basis,
            class: rule.class.map(|class| file.classes[class].id.clone()),
            class_name: rule
                .class
                .and_then(|class| Some(file.classes[class].short.as_ref()?.into())),
            attribute: rule.attribute.map(|a| a.id().to_owned()),
            attribute_name: rule
                .attribute
                .and_then(|_| self.instrument.provision(rule.provision).who.as_ref())
                .map(Words::from),
            residence: rule.residence.clone(),
            level: rule.level,
            outcome: rule.outcome.map(|at| file.outcomes[at].id.clone()),
            outcome_name: rule.outcome.map(|at| (&file.outcomes[at].name).into()),
            count: count / unit,
            threshold: rule.threshold,
            more_than: rule.comparison.first(0) > 0,
            ratio: count as f64 / threshold.max(1) as f64,
            reached,
        })
    }

    /// What a rule counts, and the unit it is counted in: 100 for amounts of money.
    fn counted(&self, rule: &Rule) -> Option<(u64, u64)> {
        let stated = self.circumstances;
        Some(match rule.basis {
            Basis::Class => (self.more(rule, self.ordinary[rule.class?]), 1),
            Basis::Units => (self.more(rule, self.units(rule)?), 1),
            Basis::Total => (self.weighted().value, 1),
            Basis::Gains => (stated.gains?.cents(), 100),
            Basis::Profit => (stated.profit?.cents(), 100),
            Basis::Loss => (stated.loss?.cents(), 100),
            Basis::Score => (score(self.instrument, self.counts, stated)?.value, 1),
            Basis::Prior => (u64::from(self.repeats(rule)?), 1),
            // A circumstance of nothing reaches nothing.
            Basis::Fact => (u64::from(self.has_ordinary() || self.business > 0), 1),
        })
    }

    fn units(&self, rule: &Rule) -> Option<u64> {
        let by_profile = self
            .counts
            .among_people(self.instrument, rule, self.circumstances);
        if let Some(n) = by_profile {
            return Some(n.saturating_mul(self.times));
        }
        let n = match (&rule.attribute, &rule.residence) {
            (Some(attribute), _) => {
                self.counts
                    .with_attribute(*attribute, &rule.classes, &rule.categories)?
            }
            (None, Some(place)) => {
                let there = self.counts.living_in(place)?;
                there.min(self.counts.in_any(&rule.classes, &rule.categories))
            }
            (None, None) => self.counts.in_any(&rule.classes, &rule.categories),
        };
        let in_scope = self
            .counts
            .stated_in_scope(self.instrument, self.circumstances);
        let n = n.min(in_scope.unwrap_or(u64::MAX));
        Some(n.saturating_mul(self.times))
    }

    /// With the running total that a rule adds.
    fn more(&self, rule: &Rule, n: u64) -> u64 {
        let stated = self.circumstances;
        n.saturating_add(match rule.adds {
            Some(RunningTotal::Exported) => stated.exported,
            Some(RunningTotal::ExportedSensitive) => stated.exported_sensitive,
            None => 0,
        })
    }

    /// Whether one punished before acted again, which needs an act: something counted, or something
    /// earned. `None` where no earlier punishment is stated.
    fn repeats(&self, rule: &Rule) -> Option<bool> {
        let earned = self
            .circumstances
            .gains
            .is_some_and(|gains| gains.cents() > 0);
        let acted = match rule.requires(&Condition::LawfulBusiness) {
            true => self.business > 0,
            false => self.has_ordinary() || earned,
        };
        (self.circumstances.prior == Some(true)).then_some(acted)
    }
}
