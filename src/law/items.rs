//! What one category counts under one reading: units in full and bare, at either end of what is known.
//!
//! An audit tells of a category how many records support it, how many of these are its own (no higher class has won them),
//! how many items are left of those, and how many persons stand behind them. Which of these numbers counts depends on the
//! unit of the instrument and on the rules of counting that were chosen. This file knows no classes.

use super::circumstances::{Circumstances, Rate};
use super::counts::{Bound, Counts};
use super::instrument::Unit;
use super::understood::Instrument;
use crate::audit::CategoryCount;
use crate::category::{Category, Reading};

/// Under what a category is counted.
#[derive(Clone, Copy)]
pub(super) struct Counting<'a> {
    pub(super) instrument: &'a Instrument,
    pub(super) counts: &'a Counts<'a>,
    pub(super) reading: Reading,
    pub(super) bound: Bound,
    pub(super) stated: &'a Circumstances,
}

impl Counting<'_> {
    /// Units of a category, in full and bare, less what the user takes out.
    pub(super) fn units(&self, category: Category, count: &CategoryCount) -> [u64; 2] {
        let total = self.total(category, count);
        let total = reduced(total, category, self.stated);
        let bare = count.bare.min(total);
        // Whether records beside the items are bare is not told: at the lower bound they are.
        let own = reduced(count.items, category, self.stated);
        let bare = match (self.instrument.unit(), self.bound) {
            (Unit::Item | Unit::CredentialSet, Bound::Lower) => {
                bare.saturating_add(total.saturating_sub(own)).min(total)
            }
            _ => bare,
        };
        [total - bare, bare]
    }

    fn total(&self, category: Category, count: &CategoryCount) -> u64 {
        let own_rows = own_rows(count);
        let rules = self.stated.rules;
        let unit = self.instrument.unit();
        if unit == Unit::Person {
            // A record that another category has won may be of further persons: two where it is a communication.
            let others = count.rows.saturating_sub(own_rows);
            let more = match self.bound {
                Bound::Lower => 0,
                Bound::Upper => others.saturating_mul(2),
            };
            return count.persons.saturating_add(more);
        }
        // A set of credentials is one whatever else stands in its record.
        let is_apart = unit == Unit::CredentialSet || rules.kinds_count_apart();
        let shown = match is_apart {
            true => self.persons_with(category).min(count.rows),
            false => 0,
        };
        if rules.tracks_are_persons() && self.instrument.counts_by_person(category) {
            return count.persons.max(shown);
        }
        let most = match is_apart {
            true => own_rows.max(count.rows),
            false => own_rows,
        };
        let as_seized = rules.counts_as_seized() && self.instrument.file().rules.bulk.is_some();
        match self.bound {
            Bound::Upper => most,
            Bound::Lower if as_seized => most,
            Bound::Lower => count.items.max(shown),
        }
    }

    /// Persons whose records support a category, whoever has won the items: no fewer records than these do. The lenient reading may see
    /// fewer than the profiles, which are those of the default one.
    fn persons_with(&self, category: Category) -> u64 {
        if self.reading == Reading::Lenient {
            return 0;
        }
        let has = |ids: &[String]| ids.iter().any(|id| id == category.id());
        let profiles = self.counts.profiles.iter();
        let with = profiles.filter(|profile| has(&profile.categories));
        with.fold(0, |n, profile| n.saturating_add(profile.persons))
    }
}

/// Records that are items of a category before de-duplication.
pub(super) fn own_rows(count: &CategoryCount) -> u64 {
    count.own_rows.unwrap_or(count.rows).max(count.items)
}

/// What is left of a count after proven exclusions and sampled rates.
pub(super) fn reduced(n: u64, category: Category, stated: &Circumstances) -> u64 {
    let less = stated.less.get(category.id()).copied().unwrap_or(0);
    let left = n.saturating_sub(less);
    stated
        .deduct
        .iter()
        .fold(left, |n, rate: &Rate| rate.off(n))
}
