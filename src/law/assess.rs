//! From counts to assessments: one for each reading.
//!
//! The order of things is here; the arithmetic is in `evaluate`, the alternatives in `what_if`, the
//! words in `steps`.

use std::sync::Arc;

use super::consequences::{filings, fines};
use super::counts::{Bound, ClassCounts, Counts, Tally, people};
use super::evaluate::{Evaluation, evaluate};
use super::items::Counting;
use super::people::People;
use super::steps::{Account, steps};
use super::understood::Instrument;
use super::what_if::{flips, next, what_if};
use super::{Assessment, BoundLevel, Circumstances};
use crate::audit::{CategoryCount, ReadingCount};
use crate::category::{Category, Reading};
use crate::error::Error;

/// What the counts reach under an instrument: one assessment a reading, in the order of
/// [`Reading::ALL`].
///
/// The level is that of the lower bound, what is left after de-duplication; `bounds` has both.
///
/// # Errors
/// Circumstances that contradict each other, or counts that lack a reading or name an unknown
/// category.
pub fn assess<'a>(
    instrument: &Instrument,
    counts: impl Into<Counts<'a>>,
    circumstances: &Circumstances,
) -> Result<Vec<Assessment>, Error> {
    circumstances.check()?;
    let counts = counts.into();
    let people = people(instrument, &counts, circumstances)?;
    let parts = Reading::ALL
        .into_iter()
        .map(|reading| Part::new(instrument, reading, &counts, people.as_ref(), circumstances))
        .collect::<Result<Vec<_>, Error>>()?;
    Ok(parts
        .iter()
        .map(|part| part.assessment(instrument, circumstances, &parts))
        .collect())
}

/// One reading with its counts and what they reach.
struct Part {
    reading: Reading,
    tally: Tally,
    counts: ClassCounts,
    evaluation: Evaluation,
    /// The same of the upper bound.
    above: Evaluation,
}

impl Part {
    fn new(
        instrument: &Instrument,
        reading: Reading,
        counts: &Counts<'_>,
        people: Option<&Arc<People>>,
        stated: &Circumstances,
    ) -> Result<Part, Error> {
        let at = |bound: Bound| -> Result<(Tally, ClassCounts, Evaluation), Error> {
            let counting = Counting {
                instrument,
                counts,
                reading,
                bound,
                stated,
            };
            let mut tally = Tally::new(&counting, people)?;
            let counts = ClassCounts::new(instrument, &tally, stated, |_| reading);
            tally.learn(instrument, &counts, stated);
            let evaluation = evaluate(instrument, &counts, stated);
            Ok((tally, counts, evaluation))
        };
        let (tally, counts, evaluation) = at(Bound::Lower)?;
        let (_, _, above) = at(Bound::Upper)?;
        Ok(Part {
            reading,
            tally,
            counts,
            evaluation,
            above,
        })
    }

    fn assessment(
        &self,
        instrument: &Instrument,
        circumstances: &Circumstances,
        all: &[Part],
    ) -> Assessment {
        let Part {
            reading,
            tally,
            counts,
            evaluation,
            above,
        } = self;
        let result = evaluation.result();
        // Records that change category between readings change its level without any class being
        // disputed.
        let moved = |other: &&Part| {
            other.evaluation.result() != result && !other.tally.counts_the_same_as(tally)
        };
        let account = Account {
            instrument,
            reading: *reading,
            tally,
            counts,
            circumstances,
            evaluation,
            above,
            moved: all
                .iter()
                .filter(moved)
                .map(|p| (p.reading, p.evaluation.result()))
                .collect(),
        };
        let bound = |id: &str, evaluation: &Evaluation| BoundLevel {
            bound: id.to_owned(),
            level: evaluation.level,
            outcome: instrument.named(evaluation.outcome),
            weighted: evaluation.weighted.value,
        };
        Assessment {
            instrument: instrument.id().to_owned(),
            reading: reading.id().to_owned(),
            level: result.level,
            outcome: instrument.named(result.outcome),
            weighted: evaluation.weighted,
            provisions: evaluation.outcomes.clone(),
            flips: flips(instrument, tally, *reading, circumstances, result),
            next: next(instrument, evaluation),
            what_if: what_if(instrument, counts, circumstances, evaluation),
            steps: steps(&account),
            bounds: vec![bound("items", evaluation), bound("rows", above)],
            filings: filings(instrument, tally, circumstances, evaluation),
            fines: fines(instrument, circumstances, evaluation),
            cap: evaluation.cap,
        }
    }
}

/// Counts given by hand, the same under each reading: `lodging=499`. A category that is named twice
/// is summed.
///
/// All items are taken as full ones, each of another person.
pub fn counts_from_pairs(pairs: &[(Category, u64)]) -> Vec<ReadingCount> {
    let count = |category: Category| {
        let given = pairs.iter().filter(|(c, _)| *c == category);
        let items = given.map(|(_, n)| *n).fold(0, u64::saturating_add);
        CategoryCount {
            category: category.id().to_owned(),
            rows: items,
            own_rows: Some(items),
            items,
            bare: 0,
            persons: items,
        }
    };
    let named = |c: &Category| pairs.iter().any(|(p, _)| p == c);
    let categories: Vec<_> = Category::ALL.into_iter().filter(named).map(count).collect();
    let same = |reading: Reading| ReadingCount {
        reading: reading.id().to_owned(),
        categories: categories.clone(),
    };
    Reading::ALL.into_iter().map(same).collect()
}
