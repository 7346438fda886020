//! Groups: records sorted by what they support and what they tell of a person, with the sets of each sort.
//!
//! Few sorts come up in most data, but an export whose records have ever other fields has nearly as many as records: a group
//! is found in the same time however many there are. What the sets are counted for, this file does not know.

use std::collections::HashMap;

use crate::category::{Category, Support};

use super::NUMBERED;
use super::distinct::Distinct;
use super::subject::Subject;
use super::traits::Traits;

/// Records that support the same categories, and tell the same of the person they are about.
pub(super) struct Group {
    pub(super) support: Support,
    pub(super) traits: Traits,
    /// Whether a category of it counts events.
    pub(super) has_events: bool,
    /// Whether its records are points of a track and no other event.
    pub(super) is_track: bool,
    pub(super) rows: u64,
    /// Fingerprints of person and content; kept only where a category of the group counts events.
    pub(super) contents: Distinct<u128>,
    /// Persons with a number, by what kind of number it is.
    pub(super) numbered: [Distinct<u64>; NUMBERED],
    /// All other persons.
    pub(super) persons: Distinct<u128>,
}

/// Groups that are looked through before one is looked up: nearly all there are in most data.
const NEAR: usize = 32;

/// The groups of a tally, each once.
#[derive(Default)]
pub(super) struct Groups {
    all: Vec<Group>,
    places: HashMap<(Support, Traits), usize>,
    /// That of the record before: mostly that of the next.
    last: usize,
}

impl Groups {
    /// The group of a support and traits.
    #[inline]
    pub(super) fn of(&mut self, support: Support, traits: Traits) -> &mut Group {
        let is_it = |group: &Group| group.support == support && group.traits == traits;
        if !self.all.get(self.last).is_some_and(is_it) {
            let near = self.all.iter().take(NEAR).position(is_it);
            self.last = near.unwrap_or_else(|| self.place(support, traits));
        }
        &mut self.all[self.last]
    }

    /// Adds a group; false if there is one of its support and traits.
    pub(super) fn put(&mut self, group: Group) -> bool {
        let n = self.all.len();
        let place = self.place(group.support, group.traits);
        self.all[place] = group;
        place == n
    }

    fn place(&mut self, support: Support, traits: Traits) -> usize {
        let n = self.all.len();
        let place = *self.places.entry((support, traits)).or_insert(n);
        if place == n {
            self.all.push(Group::new(support, traits));
        }
        place
    }

    pub(super) fn iter(&self) -> std::slice::Iter<'_, Group> {
        self.all.iter()
    }

    pub(super) fn iter_mut(&mut self) -> std::slice::IterMut<'_, Group> {
        self.all.iter_mut()
    }
}

impl Group {
    pub(super) fn new(support: Support, traits: Traits) -> Group {
        let all = support.base.union(support.strict);
        Group {
            support,
            traits,
            has_events: all.iter().any(|(category, _)| category.is_event()),
            is_track: support.base.contains(Category::Whereabouts)
                && all.iter().filter(|(c, _)| c.is_event()).count() == 1,
            rows: 0,
            contents: Distinct::default(),
            numbered: Default::default(),
            persons: Distinct::default(),
        }
    }

    #[inline]
    pub(super) fn person(&mut self, person: Subject, held: &mut usize) {
        match person {
            Subject::Number(identifies, number) => {
                self.numbered[identifies as usize].insert(number, held);
            }
            Subject::Text(text) => self.persons.insert(text, held),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::category::CategorySet;

    /// All sets of seven categories, each with three sorts of persons.
    fn sorts() -> impl Iterator<Item = (Support, Traits)> {
        let traits = || ["cn", "de", "us"].map(Traits::country);
        (0..128u32).flat_map(move |bits| {
            let categories = Category::ALL.into_iter().enumerate();
            let chosen = categories.filter(move |(i, _)| *i < 7 && bits >> i & 1 == 1);
            let mut base = CategorySet::default();
            chosen.for_each(|(_, category)| base.insert(category));
            let support = Support { base, strict: base };
            traits().into_iter().map(move |traits| (support, traits))
        })
    }

    #[test]
    fn each_sort_of_records_has_one_group() {
        let mut groups = Groups::default();
        for round in 1..=3 {
            for (support, traits) in sorts() {
                let group = groups.of(support, traits);
                group.rows += 1;
                assert_eq!(
                    (group.support, group.traits, group.rows),
                    (support, traits, round)
                );
            }
        }
        assert_eq!(groups.iter().count(), 3 * 128);
        let (support, traits) = sorts().last().expect("there are some");
        assert!(!groups.put(Group::new(support, traits)), "it is there");
        assert!(Groups::default().put(Group::new(support, traits)));
    }
}
