//! The severity score of an instrument that has one: base times ease of identification, plus what
//! aggravates. Integers in hundredths, so that a band begins exactly at its number.

use super::circumstances::Circumstances;
use super::counts::ClassCounts;
use super::understood::Instrument;

/// A score with what it is made of, in hundredths.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Scored {
    pub(super) base: u64,
    pub(super) ease: u64,
    pub(super) added: u64,
    /// `base × ease ÷ 100 + added`.
    pub(super) value: u64,
}

/// The score; `None` where the instrument has none. Nothing counted scores nothing.
pub(super) fn score(
    instrument: &Instrument,
    counts: &ClassCounts,
    stated: &Circumstances,
) -> Option<Scored> {
    let file = instrument.file();
    let written = file.score.as_ref()?;
    let present = counts.present().map(|class| &file.classes[class]);
    let Some(base) = present.filter_map(|class| class.score).max() else {
        return Some(Scored::default());
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
    Some(Scored {
        base,
        ease,
        added,
        value: (base.saturating_mul(ease) / 100).saturating_add(added),
    })
}
