//! No two numbers of an instrument may contradict each other: of rules that count the same under the
//! same circumstances, the heavier result needs the larger number.

use super::Basis;
use super::instrument::InstrumentFile;
use super::understood::Rule;
use crate::error::Error;

/// Whether two rules look at the same quantity in the same case.
fn same(a: &Rule, b: &Rule) -> bool {
    a.basis == b.basis
        && a.class == b.class
        && (a.basis != Basis::Units || a.classes == b.classes)
        && a.categories == b.categories
        && a.attribute == b.attribute
        && a.residence == b.residence
        && a.adds == b.adds
        && a.when == b.when
        && a.unless == b.unless
}

pub(super) fn check_overlaps(file: &InstrumentFile, rules: &[Rule]) -> Result<(), Error> {
    let comparable = |r: &Rule| !matches!(r.basis, Basis::Prior | Basis::Fact);
    for (i, rule) in rules.iter().enumerate().filter(|(_, r)| comparable(r)) {
        let above = rules[..i].iter().find(|other| {
            same(rule, other)
                && rule.comparison.first(rule.threshold) <= other.comparison.first(other.threshold)
                && !(rule.rank == other.rank && rule.threshold != other.threshold)
        });
        // One provision may state several numbers for the same result; two with the same number are
        // one too many.
        if let Some(other) = above {
            let (own, others) = (
                &file.provisions[rule.provision],
                &file.provisions[other.provision],
            );
            let message = format!(
                "overlaps with provision `{}`: both count the same, and {} is not more than {}",
                others.id, rule.threshold, other.threshold
            );
            return Err(Error::new(message).at(format!("provision.{}.threshold", own.id)));
        }
    }
    Ok(())
}
