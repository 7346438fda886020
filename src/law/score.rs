//! The severity score of an instrument that has one: base times ease of identification, plus what
//! aggravates. Integers in hundredths, so that a band begins exactly at its number.

use super::circumstances::Circumstances;
use super::counts::ClassCounts;
use super::understood::Instrument;

/// The score in hundredths; `None` where the instrument has none. Nothing counted scores nothing.
pub(super) fn score(
    instrument: &Instrument,
    counts: &ClassCounts,
    stated: &Circumstances,
) -> Option<u64> {
    let file = instrument.file();
    let written = file.score.as_ref()?;
    let present = file
        .classes
        .iter()
        .zip(&counts.sums)
        .filter(|(_, n)| **n > 0);
    let Some(base) = present.filter_map(|(class, _)| class.score).max() else {
        return Some(0);
    };
    let is_stated = |id: &str| stated.facts.get(id) == Some(&true);
    let factors = || written.factors.iter().filter(|f| is_stated(&f.fact));
    let shifted = factors().fold(i64::try_from(base).unwrap_or(i64::MAX), |sum, factor| {
        sum.saturating_add(factor.base)
    });
    let base = u64::try_from(shifted).unwrap_or(0);
    let base = base.clamp(written.base_min, written.base_max);
    let of_categories = counts.categories().filter_map(|c| written.ease.get(c.id()));
    let found = of_categories.copied().max().unwrap_or(written.ease_default);
    let ease = factors().filter_map(|f| f.ease).max().unwrap_or(found);
    let added = factors().fold(0u64, |sum, factor| sum.saturating_add(factor.add));
    Some((base.saturating_mul(ease) / 100).saturating_add(added))
}
