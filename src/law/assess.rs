//! From counts to assessments: one for each reading.
//!
//! The order of things is here; the arithmetic is in `evaluate`, the alternatives in `what_if`, the
//! words in `steps`.

use super::evaluate::{ClassCounts, Evaluation, Tally, evaluate};
use super::steps::{Account, steps};
use super::understood::Instrument;
use super::what_if::{flips, next, what_if};
use super::{Assessment, Circumstances};
use crate::audit::{CategoryCount, ReadingCount};
use crate::category::{Category, Reading};
use crate::error::Error;

/// What the counts reach under an instrument: one assessment a reading, in the order of
/// [`Reading::ALL`].
///
/// `counts` holds the counts of every reading, because a reading can move a record to another
/// category.
///
/// # Errors
/// Circumstances that contradict each other, or counts that lack a reading or name an unknown
/// category.
pub fn assess(
    instrument: &Instrument,
    counts: &[ReadingCount],
    circumstances: &Circumstances,
) -> Result<Vec<Assessment>, Error> {
    circumstances.check()?;
    let unit = instrument.unit();
    let tally = |reading| Tally::new(counts, reading, unit).map(|tally| (reading, tally));
    let tallies = Reading::ALL
        .into_iter()
        .map(tally)
        .collect::<Result<Vec<_>, Error>>()?;
    let parts: Vec<Part> = tallies
        .into_iter()
        .map(|(reading, tally)| Part::new(instrument, reading, tally, circumstances))
        .collect();
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
}

impl Part {
    fn new(
        instrument: &Instrument,
        reading: Reading,
        tally: Tally,
        circumstances: &Circumstances,
    ) -> Part {
        let counts = ClassCounts::new(instrument, &tally, |_| reading);
        let evaluation = evaluate(instrument, &counts, circumstances);
        Part {
            reading,
            tally,
            counts,
            evaluation,
        }
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
        } = self;
        let level = evaluation.level;
        // Records that change category between readings change its level without any class being
        // disputed.
        let moved = |other: &&Part| other.evaluation.level != level && other.tally != *tally;
        let account = Account {
            instrument,
            reading: *reading,
            tally,
            counts,
            circumstances,
            evaluation,
            moved: all
                .iter()
                .filter(moved)
                .map(|p| (p.reading, p.evaluation.level))
                .collect(),
        };
        Assessment {
            instrument: instrument.id().to_owned(),
            reading: reading.id().to_owned(),
            level,
            weighted: evaluation.weighted,
            provisions: evaluation.outcomes.clone(),
            flips: flips(instrument, tally, *reading, circumstances, level),
            next: next(instrument, evaluation),
            what_if: what_if(instrument, counts, circumstances, level),
            steps: steps(&account),
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
