//! Totals: tallies joined, and each record put where a reading puts it.
//!
//! Joining is a union of sets and a sum of counters, so it does not matter how records were spread over tallies. Which class
//! a category belongs to is asked of the caller; this file knows no law. What is to be counted is asked first, as unions of
//! groups ([`Questions`]), and then counted together ([`unions`](super::unions)): each fingerprint is looked at once.

use std::collections::{BTreeMap, BTreeSet};

use crate::audit::{CategoryCount, KindCount, PersonProfile, ReadingCount};
use crate::category::{Category, CategorySet, Reading, Support};
use crate::detect::Catalog;
use crate::error::Error;

use super::distinct::Distinct;
use super::group::Group;
use super::sample::Samples;
use super::spill::Memory;
use super::store::Fingerprint;
use super::traits::{self, Profile};
use super::unions::{Asks, Mask, Union, count};
use super::{KindTally, NUMBERED, Tally, check_joinable};

/// Which class a category falls into under a reading: the rank, 0 for the highest class, or `None` where the reading leaves
/// such records out. The flag says that the record supports the category only in its bare form.
pub type Ranking<'a> = &'a dyn Fn(Category, bool, Reading) -> Option<u8>;

/// One part of some work, known by its number.
type Part<'a> = &'a (dyn Fn(usize) + Sync);

/// Work that can be divided: whoever owns the threads calls the function once with each number of `0..n`, in any order, so
/// many of them at a time.
pub struct Parallel<'a> {
    /// How many are called at the same time, at most.
    pub threads: usize,
    /// Calls a function with each of so many numbers.
    pub run: &'a (dyn Fn(usize, Part<'_>) + Sync),
}

/// The joined result of all workers.
pub struct Totals<'a> {
    tallies: &'a [Tally],
    /// Different values of each kind.
    pub(super) distinct: Vec<u64>,
    readings: Vec<ReadingCount>,
    /// Of each reading.
    persons: [u64; Reading::ALL.len()],
    profiles: BTreeMap<Profile, u64>,
}

/// Sets of groups whose unions are to be counted, each once. A group is a position in the list of supports.
#[derive(Default)]
struct Questions(Vec<BTreeSet<usize>>);

impl Questions {
    fn ask(&mut self, groups: impl Iterator<Item = usize>) -> usize {
        let groups = groups.collect();
        self.0.iter().position(|q| *q == groups).unwrap_or_else(|| {
            self.0.push(groups);
            self.0.len() - 1
        })
    }

    /// For each of so many groups the questions that it is part of.
    fn masks(&self, n_groups: usize) -> Vec<Mask> {
        let mut masks = vec![Mask::default(); n_groups];
        for (i, groups) in self.0.iter().enumerate() {
            groups.iter().for_each(|group| masks[*group].insert(i));
        }
        masks
    }
}

impl<'a> Totals<'a> {
    /// Joins tallies made under one key and one catalog. They are sealed.
    ///
    /// # Errors
    /// When what was spilled cannot be read back, and when the tallies are not sealed or not of one key.
    pub fn new(
        tallies: &'a [Tally],
        rank: Ranking<'_>,
        memory: Memory,
        parallel: &Parallel<'_>,
    ) -> Result<Totals<'a>, Error> {
        check_joinable(tallies, None)?;
        let plan = Plan::new(tallies, rank);
        let held = tallies.iter().map(|t| t.budget.held).sum();
        let free = memory.bytes().saturating_sub(held);
        let answers = plan.answers(tallies, free, parallel)?;
        let reading = |reading: Reading| ReadingCount {
            reading: reading.id().to_owned(),
            categories: plan
                .asked
                .iter()
                .filter(|asked| asked.reading == reading)
                .map(|asked| asked.answered(&answers))
                .collect(),
        };
        Ok(Totals {
            tallies,
            readings: Reading::ALL.map(reading).to_vec(),
            persons: plan.everybody.map(|question| answers.persons[question]),
            distinct: answers.distinct,
            profiles: answers.profiles,
        })
    }

    /// How many data subjects have the same categories and traits, over all records that the default reading counts.
    pub fn profiles(&self) -> Vec<PersonProfile> {
        traits::worded(&self.profiles)
    }

    /// Counts per kind, ordered by id; kinds that were not seen at all are left out. `files_with` gives for each kind the
    /// files with a match.
    pub fn kinds(&self, catalog: &Catalog, files_with: &[u64]) -> Vec<KindCount> {
        let mut counts = Vec::new();
        for (i, pattern) in catalog.patterns().iter().enumerate() {
            let sum = |field: fn(&KindTally) -> u64| {
                self.tallies.iter().map(|t| field(&t.kinds[i])).sum()
            };
            let mut count = KindCount {
                kind: pattern.id.clone(),
                matches: sum(|k| k.matches),
                masked: sum(|k| k.masked),
                test: sum(|k| k.test),
                failed_checksum: sum(|k| k.failed_checksum),
                rounded: sum(|k| k.rounded),
                files: files_with[i],
                ..KindCount::default()
            };
            if count.matches + count.apart() == 0 {
                continue;
            }
            count.distinct = self.distinct[i];
            let mut samples = Samples::default();
            for tally in self.tallies {
                samples.join(&tally.kinds[i].samples);
            }
            count.samples = samples.masked();
            counts.push(count);
        }
        counts
    }

    /// Counts per category under each reading, in the order of the table.
    pub fn readings(&self) -> &[ReadingCount] {
        &self.readings
    }

    /// Different data subjects over all records that a reading counts.
    pub fn persons(&self, reading: Reading) -> u64 {
        self.persons[reading as usize]
    }
}

/// What is to be counted.
struct Plan {
    /// Those of all groups, in order.
    supports: Vec<Support>,
    /// For each of them the questions about persons that its groups are part of, and those about contents.
    of_persons: Vec<Mask>,
    of_contents: Vec<Mask>,
    asked: Vec<Asked>,
    /// All persons that a reading counts.
    everybody: [usize; Reading::ALL.len()],
}

/// What is asked of a category under a reading, as positions of questions.
struct Asked {
    reading: Reading,
    category: Category,
    rows: u64,
    own_rows: u64,
    persons: usize,
    /// Contents of events, persons of attributes: of all records, and of those that show the category in full.
    items: [(usize, usize); 2],
}

/// What was counted: by kind, and by question.
struct Answers {
    distinct: Vec<u64>,
    persons: Vec<u64>,
    contents: Vec<u64>,
    profiles: BTreeMap<Profile, u64>,
}

impl Plan {
    fn new(tallies: &[Tally], rank: Ranking<'_>) -> Plan {
        let groups = || tallies.iter().flat_map(|t| t.groups.iter());
        let mut rows_of: BTreeMap<Support, u64> = BTreeMap::new();
        for group in groups() {
            *rows_of.entry(group.support).or_default() += group.rows;
        }
        let (supports, rows): (Vec<Support>, Vec<u64>) = rows_of.into_iter().unzip();
        let (mut of_persons, mut of_contents) = (Questions::default(), Questions::default());
        let everybody = Reading::ALL.map(|reading| {
            let is_counted = |i: &usize| !supports[*i].under(reading).is_empty();
            of_persons.ask((0..supports.len()).filter(is_counted))
        });
        let mut asked = Vec::new();
        for reading in Reading::ALL {
            for category in Category::ALL {
                let won = Won::new(&supports, &rows, category, reading, rank);
                if won.rows > 0 {
                    asked.push(won.ask(reading, category, &mut of_persons, &mut of_contents));
                }
            }
        }
        Plan {
            of_persons: of_persons.masks(supports.len()),
            of_contents: of_contents.masks(supports.len()),
            supports,
            asked,
            everybody,
        }
    }

    /// The questions that a group is part of.
    fn mask(&self, masks: &[Mask], group: &Group) -> Mask {
        let place = self.supports.binary_search(&group.support);
        masks[place.expect("every support is in the list")]
    }

    /// What is asked of the persons of a group.
    fn asks(&self, group: &Group) -> Asks {
        let categories = group.support.base.iter().map(|(category, _)| category);
        Asks {
            mask: self.mask(&self.of_persons, group),
            profile: Profile::new(categories, group.traits),
        }
    }

    fn answers(
        &self,
        tallies: &[Tally],
        free: usize,
        parallel: &Parallel<'_>,
    ) -> Result<Answers, Error> {
        let groups = || tallies.iter().flat_map(|t| t.groups.iter());
        let mut numbers = kinds(tallies, |kind| &kind.numbers);
        let mut texts = kinds(tallies, |kind| &kind.texts);
        let n_kinds = numbers.len();
        for domain in 0..NUMBERED {
            let sets = groups().map(|g| (&g.numbered[domain], self.asks(g)));
            numbers.push(Union::new(sets));
        }
        let sets = groups().map(|g| (&g.persons, self.asks(g)));
        texts.push(Union::new(sets));
        let sets = groups().map(|g| (&g.contents, Asks::of(self.mask(&self.of_contents, g))));
        texts.push(Union::new(sets));

        let mut numbers = count(&numbers, free, parallel)?;
        let mut texts = count(&texts, free, parallel)?;
        let contents = texts.pop().expect("it was pushed last");
        let mut persons = texts.pop().expect("it was pushed before");
        for by_number in numbers.drain(n_kinds..) {
            persons.add(by_number);
        }
        let distinct = numbers.iter().zip(&texts);
        let distinct = distinct.map(|(n, t)| n.counts[0] + t.counts[0]);
        Ok(Answers {
            distinct: distinct.collect(),
            persons: persons.counts,
            contents: contents.counts,
            profiles: persons.profiles,
        })
    }
}

/// The groups whose records are items of a category under a reading.
struct Won {
    /// Records that support the category, whoever has won them.
    rows: u64,
    /// Those that the category has won.
    own_rows: u64,
    /// Position in the list of supports, and whether they show the category in its bare form only.
    groups: Vec<(usize, bool)>,
    /// For each support whether its records are events under this category.
    is_event: Vec<bool>,
}

impl Won {
    fn new(
        supports: &[Support],
        rows: &[u64],
        category: Category,
        reading: Reading,
        rank: Ranking<'_>,
    ) -> Won {
        let supporting = supports
            .iter()
            .zip(rows)
            .filter(|(s, _)| s.under(reading).contains(category));
        let won = supports.iter().enumerate().filter_map(|(i, s)| {
            let (winner, bare) = winner(s.under(reading), reading, rank)?;
            (winner == category).then_some((i, bare))
        });
        // What is an event under the default reading stays one when another reading lifts it into a category of
        // attributes: a thousand transfers of one account do not shrink to one item by being called property.
        let is_event = |s: &Support| {
            category.is_event()
                || winner(s.base, Reading::Default, rank).is_some_and(|(c, _)| c.is_event())
        };
        let groups: Vec<(usize, bool)> = won.collect();
        Won {
            rows: supporting.map(|(_, n)| *n).sum(),
            own_rows: groups.iter().map(|(i, _)| rows[*i]).sum(),
            groups,
            is_event: supports.iter().map(is_event).collect(),
        }
    }

    fn ask(
        &self,
        reading: Reading,
        category: Category,
        persons: &mut Questions,
        contents: &mut Questions,
    ) -> Asked {
        let mut items = |with_bare: bool| {
            let groups = || {
                let counted = self.groups.iter().filter(move |g| with_bare || !g.1);
                counted.map(|g| g.0)
            };
            (
                contents.ask(groups().filter(|i| self.is_event[*i])),
                persons.ask(groups().filter(|i| !self.is_event[*i])),
            )
        };
        Asked {
            reading,
            category,
            rows: self.rows,
            own_rows: self.own_rows,
            items: [items(true), items(false)],
            persons: persons.ask(self.groups.iter().map(|g| g.0)),
        }
    }
}

impl Asked {
    fn answered(&self, answers: &Answers) -> CategoryCount {
        let items = |(events, attributes): (usize, usize)| {
            answers.contents[events] + answers.persons[attributes]
        };
        let [all, full] = self.items.map(items);
        CategoryCount {
            category: self.category.id().to_owned(),
            rows: self.rows,
            own_rows: Some(self.own_rows),
            items: all,
            bare: all - full,
            persons: answers.persons[self.persons],
        }
    }
}
/// The category that a record is an item of: the highest class, then the first in the table.
pub fn winner(set: CategorySet, reading: Reading, rank: Ranking<'_>) -> Option<(Category, bool)> {
    set.iter()
        .filter_map(|(category, bare)| Some((rank(category, bare, reading)?, category, bare)))
        .min_by_key(|(rank, category, _)| (*rank, *category))
        .map(|(_, category, bare)| (category, bare))
}

/// For each kind its sets of all tallies, about which there is one question.
fn kinds<'a, F: Fingerprint>(
    tallies: &'a [Tally],
    set: impl Fn(&'a KindTally) -> &'a Distinct<F>,
) -> Vec<Union<'a, F>> {
    let n_kinds = tallies.first().map_or(0, |t| t.kinds.len());
    let mut mask = Mask::default();
    mask.insert(0);
    (0..n_kinds)
        .map(|k| Union::new(tallies.iter().map(|t| (set(&t.kinds[k]), Asks::of(mask)))))
        .collect()
}
