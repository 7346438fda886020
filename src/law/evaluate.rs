//! One evaluation: class counts and circumstances against every number of an instrument.
//!
//! This is the whole of the arithmetic. It does not know readings, words or alternatives; those
//! call it again with other counts or other circumstances.

use super::instrument::{Condition, Unit};
use super::understood::{Instrument, Rule};
use super::{Basis, Circumstances, Level, Outcome, Weighted};
use crate::audit::ReadingCount;
use crate::category::{Category, Reading};
use crate::error::Error;

/// Units per category, in full and bare.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Tally([[u64; 2]; Category::ALL.len()]);

impl Tally {
    /// The counts of one reading in the unit of an instrument.
    ///
    /// # Errors
    /// No counts for the reading, an unknown category, more bare items than items.
    pub(super) fn new(
        counts: &[ReadingCount],
        reading: Reading,
        unit: Unit,
    ) -> Result<Tally, Error> {
        let missing = || Error::new(format!("no counts for the reading `{}`", reading.id()));
        let found = counts
            .iter()
            .find(|c| c.reading == reading.id())
            .ok_or_else(missing)?;
        let mut tally = Tally([[0; 2]; Category::ALL.len()]);
        for count in &found.categories {
            let place = |e: Error| e.at(format!("counts of `{}`", reading.id()));
            let category = Category::from_id(&count.category).ok_or_else(|| {
                place(Error::new(
                    "unknown category; this version does not count it",
                ))
            })?;
            let total = match unit {
                Unit::Item | Unit::CredentialSet => count.items,
                Unit::Person => count.persons,
            };
            if count.bare > count.items {
                let message = format!("`{category}`: more bare items than items");
                return Err(place(Error::new(message)));
            }
            let bare = count.bare.min(total);
            let sums = &mut tally.0[category.index()];
            sums[0] = sums[0].saturating_add(total - bare);
            sums[1] = sums[1].saturating_add(bare);
        }
        Ok(tally)
    }

    /// Units of a category, in full and bare together.
    pub(super) fn total(&self, category: Category) -> u64 {
        let [full, bare] = self.0[category.index()];
        full.saturating_add(bare)
    }

    /// Units of a category that a reading puts in a class; `None` is what it excludes.
    pub(super) fn in_class(
        &self,
        instrument: &Instrument,
        category: Category,
        reading: Reading,
        class: Option<u8>,
    ) -> u64 {
        let of = |bare: bool| match instrument.rank(category, bare, reading) == class {
            true => self.0[category.index()][usize::from(bare)],
            false => 0,
        };
        of(false).saturating_add(of(true))
    }
}

/// Units per class, in the order of the classes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ClassCounts(pub(super) Vec<u64>);

impl ClassCounts {
    /// Puts each category in its class under the reading that `reading_of` names for it.
    pub(super) fn new(
        instrument: &Instrument,
        tally: &Tally,
        reading_of: impl Fn(Category) -> Reading,
    ) -> ClassCounts {
        let mut counts = vec![0u64; instrument.file().classes.len()];
        for category in Category::ALL {
            for (bare, n) in [false, true].into_iter().zip(tally.0[category.index()]) {
                if let Some(class) = instrument.rank(category, bare, reading_of(category)) {
                    let sum = &mut counts[usize::from(class)];
                    *sum = sum.saturating_add(n);
                }
            }
        }
        ClassCounts(counts)
    }
}

/// What the counts reach.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Evaluation {
    /// The level, not past `cap`.
    pub(super) level: Level,
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

/// Evaluates counts under circumstances that were checked.
pub(super) fn evaluate(
    instrument: &Instrument,
    counts: &ClassCounts,
    circumstances: &Circumstances,
) -> Evaluation {
    let scene = Scene::new(instrument, counts, circumstances);
    let mut outcomes = Vec::new();
    let mut weighted = scene.weighted();
    for rule in instrument
        .rules()
        .iter()
        .filter(|rule| scene.is_active(rule))
    {
        scene.note_total(rule, &mut weighted);
        outcomes.extend(scene.outcome(rule));
    }
    let reached = outcomes.iter().filter(|o| o.reached).map(|o| o.level).max();
    let cap = cap(instrument, circumstances);
    let level = reached.unwrap_or_default();
    Evaluation {
        level: cap.map_or(level, |cap| cap.min(level)),
        cap,
        weighted,
        outcomes,
        is_business_only: scene.is_business && !scene.has_ordinary(),
        ordinary: scene.ordinary,
    }
}

/// The highest level that the law of the stated dates knows, where dates lower it.
fn cap(instrument: &Instrument, circumstances: &Circumstances) -> Option<Level> {
    let depends_on_act = !instrument.file().statutes.is_empty();
    let day = match circumstances.decision_date {
        None if !depends_on_act => circumstances.act_date,
        day => day,
    };
    if day.is_some_and(|day| !instrument.is_in_force(day)) {
        return Some(Level::None);
    }
    let highest = circumstances
        .act_date
        .and_then(|day| instrument.highest_on(day));
    highest.filter(|level| *level < Level::EspeciallySerious)
}

/// The counts as the provisions see them.
struct Scene<'a> {
    instrument: &'a Instrument,
    circumstances: &'a Circumstances,
    /// Whether lawful business takes classes out.
    is_business: bool,
    ordinary: Vec<u64>,
    /// Units that only the provisions on lawful business count.
    business: u64,
}

impl<'a> Scene<'a> {
    fn new(
        instrument: &'a Instrument,
        counts: &ClassCounts,
        circumstances: &'a Circumstances,
    ) -> Scene<'a> {
        let rules = &instrument.file().rules;
        let is_business = circumstances.lawful_business && rules.lawful_business.is_some();
        let accumulates = rules.accumulate_recipients.is_some() && circumstances.is_provided();
        let times = if accumulates {
            u64::from(circumstances.recipients)
        } else {
            1
        };
        let mut business = 0u64;
        let mut ordinary = Vec::with_capacity(counts.0.len());
        for (class, n) in counts.0.iter().enumerate() {
            let taken = is_business && instrument.is_carved_out(class);
            business = business.saturating_add(if taken { *n } else { 0 });
            ordinary.push(if taken { 0 } else { n.saturating_mul(times) });
        }
        Scene {
            instrument,
            circumstances,
            is_business,
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
            .map(|(c, n)| c.weight.saturating_mul(*n));
        Weighted {
            value: parts.fold(0, u64::saturating_add),
            ..Weighted::default()
        }
    }

    /// Whether a provision's circumstances hold and there is something for it to count.
    fn is_active(&self, rule: &Rule) -> bool {
        let holds = |condition: &Condition| match condition {
            Condition::InDuty => self.circumstances.in_duty,
            Condition::Provided => self.circumstances.is_provided(),
            Condition::LawfulBusiness => self.is_business,
        };
        if !rule.when.iter().all(holds) {
            return false;
        }
        if rule.requires(Condition::LawfulBusiness) {
            return self.business > 0;
        }
        if !self.is_business {
            return true;
        }
        match rule.basis {
            Basis::Class => !rule
                .class
                .is_some_and(|class| self.instrument.is_carved_out(class)),
            Basis::Total => true,
            Basis::Gains | Basis::Profit | Basis::Prior => self.has_ordinary(),
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
        let comparison = self.instrument.comparison();
        // Amounts are compared in cents, so that a limit that must be exceeded is exceeded by one
        // cent.
        let (count, threshold, unit) = match rule.basis {
            Basis::Class => (self.ordinary[rule.class?], rule.threshold, 1),
            Basis::Total => (self.weighted().value, rule.threshold, 1),
            Basis::Gains => (
                self.circumstances.gains?.cents(),
                rule.threshold.saturating_mul(100),
                100,
            ),
            Basis::Profit => (
                self.circumstances.profit?.cents(),
                rule.threshold.saturating_mul(100),
                100,
            ),
            Basis::Prior => (u64::from(self.repeats(rule)?), 1, 1),
        };
        let reached = match rule.basis {
            Basis::Prior => count >= threshold,
            _ => comparison.is_reached(count, threshold),
        };
        let id = |index: usize| self.instrument.provision(index).id.clone();
        Some(Outcome {
            provision: id(rule.provision),
            base: rule.base.map(id),
            basis: rule.basis,
            class: rule
                .class
                .map(|class| self.instrument.file().classes[class].id.clone()),
            level: rule.level,
            count: count / unit,
            threshold: rule.threshold,
            ratio: count as f64 / threshold as f64,
            reached,
        })
    }

    /// Whether one punished before acted again, which needs an act: something counted, or something
    /// earned. `None` where no earlier punishment is stated.
    fn repeats(&self, rule: &Rule) -> Option<bool> {
        let earned = self
            .circumstances
            .gains
            .is_some_and(|gains| gains.cents() > 0);
        let acted = match rule.requires(Condition::LawfulBusiness) {
            true => self.business > 0,
            false => self.has_ordinary() || earned,
        };
        self.circumstances.prior.then_some(acted)
    }
}
