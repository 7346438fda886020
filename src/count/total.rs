//! Totals: tallies joined, and each record put where a reading puts it.
//!
//! Joining is a union of sets and a sum of counters, so it does not matter how records were spread over tallies. Which class
//! a category belongs to is asked of the caller; this file knows no law.

use std::collections::BTreeSet;

use crate::audit::{CategoryCount, KindCount, ReadingCount};
use crate::category::{Category, CategorySet, Reading, Support};
use crate::detect::Catalog;

use super::distinct::{self, Distinct, Fingerprint};
use super::{Group, Tally, add_sample};

/// Which class a category falls into under a reading: the rank, 0 for the highest class, or `None` where the reading leaves
/// such records out. The flag says that the record supports the category only in its bare form.
pub type Ranking<'a> = &'a dyn Fn(Category, bool, Reading) -> Option<u8>;

/// A sum over `0..n`, made in parallel by whoever owns the threads.
pub type Parallel<'a> = &'a (dyn Fn(usize, &(dyn Fn(usize) -> u64 + Sync)) -> u64 + Sync);

/// The joined result of all workers. The tallies are sealed.
pub struct Totals<'a> {
    tallies: &'a [Tally],
    parallel: Parallel<'a>,
}

impl<'a> Totals<'a> {
    /// Joins tallies made under one key and one catalog.
    pub fn new(tallies: &'a [Tally], parallel: Parallel<'a>) -> Totals<'a> {
        Totals { tallies, parallel }
    }

    /// Counts per kind, ordered by id; kinds that were not seen at all are left out. `files_with` gives for each kind the
    /// files with a match.
    pub fn kinds(&self, catalog: &Catalog, files_with: &[u64]) -> Vec<KindCount> {
        let mut counts = Vec::new();
        for (i, pattern) in catalog.patterns().iter().enumerate() {
            let sum = |field: fn(&super::KindTally) -> u64| {
                self.tallies.iter().map(|t| field(&t.kinds[i])).sum()
            };
            let mut count = KindCount {
                kind: pattern.id.clone(),
                matches: sum(|k| k.matches),
                masked: sum(|k| k.masked),
                test: sum(|k| k.test),
                failed_checksum: sum(|k| k.failed_checksum),
                files: files_with[i],
                ..KindCount::default()
            };
            if count.matches + count.masked + count.test + count.failed_checksum == 0 {
                continue;
            }
            let numbers: Vec<_> = self.tallies.iter().map(|t| &t.kinds[i].numbers).collect();
            let texts: Vec<_> = self.tallies.iter().map(|t| &t.kinds[i].texts).collect();
            count.distinct = self.union_len(&numbers) + self.union_len(&texts);
            let mut samples = Vec::new();
            for sample in self.tallies.iter().flat_map(|t| &t.kinds[i].samples) {
                add_sample(&mut samples, sample.clone());
            }
            count.samples = samples.into_iter().map(|s| s.masked).collect();
            counts.push(count);
        }
        counts
    }

    /// Counts per category under a reading, in the order of the table.
    pub fn reading(&self, reading: Reading, rank: Ranking<'_>) -> ReadingCount {
        let supports: BTreeSet<Support> = self
            .tallies
            .iter()
            .flat_map(|t| t.groups.iter().map(|(s, _)| *s))
            .collect();
        let mut categories = Vec::new();
        for category in Category::ALL {
            let in_set = |s: &&Support| s.under(reading).contains(category);
            let rows = supports
                .iter()
                .filter(in_set)
                .flat_map(|s| self.groups(*s))
                .map(|g| g.rows)
                .sum();
            if rows == 0 {
                continue;
            }
            let won: Vec<(Support, bool)> = supports
                .iter()
                .filter_map(|s| match winner(s.under(reading), reading, rank) {
                    Some((c, bare)) if c == category => Some((*s, bare)),
                    _ => None,
                })
                .collect();
            let persons = self.union_of(won.iter().map(|w| w.0), |g| &g.persons);
            // What is an event under the default reading stays one when another reading lifts it into a category of
            // attributes: a thousand transfers of one account do not shrink to one item by being called property.
            let is_event = |s: &Support| {
                category.is_event()
                    || winner(s.base, Reading::Default, rank).is_some_and(|(c, _)| c.is_event())
            };
            let items = |won: &[(Support, bool)]| {
                let (events, attributes): (Vec<Support>, Vec<Support>) =
                    won.iter().map(|w| w.0).partition(is_event);
                self.union_of(events.into_iter(), |g| &g.contents)
                    + self.union_of(attributes.into_iter(), |g| &g.persons)
            };
            let all = items(&won);
            let full: Vec<_> = won.iter().copied().filter(|w| !w.1).collect();
            let bare = if full.len() == won.len() {
                0
            } else {
                all - items(&full)
            };
            let id = category.id().to_owned();
            categories.push(CategoryCount {
                category: id,
                rows,
                items: all,
                bare,
                persons,
            });
        }
        ReadingCount {
            reading: reading.id().to_owned(),
            categories,
        }
    }

    /// Different data subjects over all records that a reading counts.
    pub fn persons(&self, reading: Reading) -> u64 {
        let supports = self
            .tallies
            .iter()
            .flat_map(|t| t.groups.iter().map(|(s, _)| *s));
        let counted: BTreeSet<Support> =
            supports.filter(|s| !s.under(reading).is_empty()).collect();
        self.union_of(counted.into_iter(), |g| &g.persons)
    }

    fn groups(&self, support: Support) -> impl Iterator<Item = &'a Group> {
        let groups = self.tallies.iter().flat_map(|t| &t.groups);
        groups.filter(move |(s, _)| *s == support).map(|(_, g)| g)
    }

    fn union_of(
        &self,
        supports: impl Iterator<Item = Support>,
        set: impl Fn(&'a Group) -> &'a Distinct<u128>,
    ) -> u64 {
        let sets: Vec<&Distinct<u128>> = supports.flat_map(|s| self.groups(s)).map(set).collect();
        self.union_len(&sets)
    }

    fn union_len<F: Fingerprint>(&self, sets: &[&Distinct<F>]) -> u64 {
        if sets.is_empty() {
            return 0;
        }
        (self.parallel)(distinct::PARTITIONS, &|p| distinct::union_len(sets, p))
    }
}

/// The category that a record is an item of: the highest class, then the first in the table.
fn winner(set: CategorySet, reading: Reading, rank: Ranking<'_>) -> Option<(Category, bool)> {
    set.iter()
        .filter_map(|(category, bare)| Some((rank(category, bare, reading)?, category, bare)))
        .min_by_key(|(rank, category, _)| (*rank, *category))
        .map(|(_, category, bare)| (category, bare))
}
