//! Counts as an instrument sees them: units of each category, put into classes, between two bounds.
//!
//! The lower bound is what is left after de-duplication, the upper one the records before it. Of
//! persons in several categories a union is known only between bounds, unless the audit tells it.
//! Profiles of persons make a union exact, see `people`. This file compares nothing.

use std::sync::Arc;

use super::circumstances::Circumstances;
use super::instrument::{Scope, Unit};
use super::items::{Counting, own_rows, reduced};
use super::people::{Group, Parts, People, Truth, is_within};
use super::provision::Attribute;
use super::understood::{Instrument, Rule};
use crate::audit::{Attributes, Audit, PersonProfile, ReadingCount};
use crate::category::{Category, Reading};
use crate::error::Error;

/// Behind a country: that part of it in which most live.
pub(super) const ANY_PART: &str = "-*";

/// What an assessment starts from.
#[derive(Clone, Copy, Debug)]
pub struct Counts<'a> {
    /// Under each reading, because a reading can move a record to another category.
    pub readings: &'a [ReadingCount],
    /// Different persons over all categories, if known.
    pub persons: Option<u64>,
    /// What is stated of them.
    pub attributes: Option<&'a Attributes>,
    /// Persons by what their records show; not looked at where attributes are stated.
    pub profiles: &'a [PersonProfile],
}

impl<'a> From<&'a [ReadingCount]> for Counts<'a> {
    fn from(readings: &'a [ReadingCount]) -> Counts<'a> {
        Counts {
            readings,
            persons: None,
            attributes: None,
            profiles: &[],
        }
    }
}

impl<'a> From<&'a Vec<ReadingCount>> for Counts<'a> {
    fn from(readings: &'a Vec<ReadingCount>) -> Counts<'a> {
        readings.as_slice().into()
    }
}

impl<'a> From<&'a Audit> for Counts<'a> {
    fn from(audit: &'a Audit) -> Counts<'a> {
        let attributes = audit.attributes.as_ref();
        let total = attributes.map(|a| a.total).or(Some(audit.persons));
        Counts {
            readings: &audit.readings,
            persons: total.filter(|n| *n > 0),
            attributes,
            profiles: &audit.profiles,
        }
    }
}

/// Which end of what is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Bound {
    /// After de-duplication: no less.
    Lower,
    /// Before it: no more.
    Upper,
}

/// Units per category, in full and bare.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Tally {
    units: [[u64; 2]; Category::ALL.len()],
    bound: Bound,
    reading: Reading,
    unit: Unit,
    persons: Option<u64>,
    attributes: Option<Attributes>,
    people: Option<Arc<People>>,
    /// Items and records of all categories, whatever the unit.
    n_items: u64,
    n_rows: u64,
}

impl Tally {
    /// The counts of one reading in the unit of an instrument, less what the user takes out.
    ///
    /// # Errors
    /// No counts for the reading, an unknown category, more bare items than items.
    pub(super) fn new(
        counting: &Counting<'_>,
        people: Option<&Arc<People>>,
    ) -> Result<Tally, Error> {
        let Counting {
            instrument,
            counts,
            reading,
            bound,
            stated,
        } = *counting;
        let missing = || Error::new(format!("no counts for the reading `{}`", reading.id()));
        let found = counts
            .readings
            .iter()
            .find(|c| c.reading == reading.id())
            .ok_or_else(missing)?;
        let mut units = [[0u64; 2]; Category::ALL.len()];
        let (mut n_items, mut n_rows) = (0u64, 0u64);
        for count in &found.categories {
            let place = |e: Error| e.at(format!("counts of `{}`", reading.id()));
            let category = Category::from_id(&count.category).ok_or_else(|| {
                place(Error::new(
                    "unknown category; this version does not count it",
                ))
            })?;
            if count.bare > count.items {
                let message = format!("`{category}`: more bare items than items");
                return Err(place(Error::new(message)));
            }
            n_items = n_items.saturating_add(reduced(count.items, category, stated));
            n_rows = n_rows.saturating_add(own_rows(count));
            let sums = &mut units[category.index()];
            for (sum, n) in sums.iter_mut().zip(counting.units(category, count)) {
                *sum = sum.saturating_add(n);
            }
        }
        let touched = is_touched(stated);
        Ok(Tally {
            units,
            bound,
            reading,
            unit: instrument.unit(),
            people: people.cloned(),
            persons: counts.persons.filter(|_| !touched),
            attributes: counts.attributes.filter(|_| !touched).cloned(),
            n_items,
            n_rows,
        })
    }

    /// Whether each category has the same units there, whatever the reading makes of them.
    pub(super) fn counts_the_same_as(&self, other: &Tally) -> bool {
        self.units == other.units
    }

    /// Units of a category, in full and bare together.
    pub(super) fn total(&self, category: Category) -> u64 {
        let [full, bare] = self.units[category.index()];
        full.saturating_add(bare)
    }

    /// Units of a category that a reading puts in a class; `None` is what it excludes.
    pub(super) fn in_class(
        &self,
        instrument: &Instrument,
        category: Category,
        reading: Reading,
        class: Option<u8>,
        stated: &Circumstances,
    ) -> u64 {
        let of = |bare: bool| match class_of(instrument, category, bare, reading, stated) == class {
            true => self.units[category.index()][usize::from(bare)],
            false => 0,
        };
        of(false).saturating_add(of(true))
    }

    /// Takes over what profiles tell of the persons that the instrument counts, for figures.
    pub(super) fn learn(
        &mut self,
        instrument: &Instrument,
        counts: &ClassCounts,
        stated: &Circumstances,
    ) {
        if let Some(known) = counts.known(instrument, stated) {
            self.attributes = Some(known);
        }
    }

    /// Items of all categories, whatever the unit.
    pub(super) fn n_items(&self) -> u64 {
        self.n_items
    }

    /// Records of all categories, before de-duplication.
    pub(super) fn n_rows(&self) -> u64 {
        self.n_rows
    }

    /// Different persons, if known.
    pub(super) fn persons(&self) -> Option<u64> {
        self.persons
    }

    /// What is known of them.
    pub(super) fn attributes(&self) -> Option<&Attributes> {
        self.attributes.as_ref()
    }
}

/// Whether the user takes something out, which profiles and numbers of persons do not know of.
fn is_touched(stated: &Circumstances) -> bool {
    !stated.less.is_empty() || !stated.deduct.is_empty()
}

/// Everybody in an audit, for an instrument that counts persons; `None` where profiles are not to be looked at.
///
/// # Errors
/// An unknown category.
pub(super) fn people(
    instrument: &Instrument,
    counts: &Counts<'_>,
    stated: &Circumstances,
) -> Result<Option<Arc<People>>, Error> {
    let is_apart =
        instrument.unit() == Unit::Person && counts.attributes.is_none() && !is_touched(stated);
    match is_apart {
        true => Ok(People::new(counts.profiles)?.map(Arc::new)),
        false => Ok(None),
    }
}

/// The position of the class of a category: the user's choice where there is one, else that of the reading; `None` is what it excludes.
pub fn class_of(
    instrument: &Instrument,
    category: Category,
    bare: bool,
    reading: Reading,
    stated: &Circumstances,
) -> Option<u8> {
    let chosen = |key: &str| {
        let id = stated.classes.get(key)?;
        instrument.class_by_id(id)
    };
    let bare_key = format!("{}.bare", category.id());
    let choice = match bare {
        true => chosen(&bare_key).or_else(|| chosen(category.id())),
        false => chosen(category.id()),
    };
    choice.unwrap_or_else(|| instrument.rank(category, bare, reading))
}

/// Units per class.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ClassCounts {
    /// In the order of the classes: sums over their categories.
    pub(super) sums: Vec<u64>,
    /// Class (`None`: excluded), category and units.
    parts: Vec<(Option<u8>, Category, u64)>,
    /// By category its class, in full and bare.
    places: Vec<[Option<u8>; 2]>,
    bound: Bound,
    reading: Reading,
    unit: Unit,
    persons: Option<u64>,
    attributes: Option<Attributes>,
    people: Option<Arc<People>>,
}

impl ClassCounts {
    /// Puts each category in its class under the reading that `reading_of` names for it.
    pub(super) fn new(
        instrument: &Instrument,
        tally: &Tally,
        stated: &Circumstances,
        reading_of: impl Fn(Category) -> Reading,
    ) -> ClassCounts {
        let mut sums = vec![0u64; instrument.file().classes.len()];
        let mut parts = Vec::new();
        let mut places = Vec::new();
        for category in Category::ALL {
            let class = |bare| class_of(instrument, category, bare, reading_of(category), stated);
            let of_category = [class(false), class(true)];
            places.push(of_category);
            for (class, n) in of_category.into_iter().zip(tally.units[category.index()]) {
                if let Some(class) = class {
                    let sum = &mut sums[usize::from(class)];
                    *sum = sum.saturating_add(n);
                }
                if n > 0 {
                    parts.push((class, category, n));
                }
            }
        }
        ClassCounts {
            sums,
            parts,
            places,
            bound: tally.bound,
            reading: tally.reading,
            unit: tally.unit,
            persons: tally.persons,
            attributes: tally.attributes.clone().filter(|_| tally.people.is_none()),
            people: tally.people.clone(),
        }
    }

    /// Units in any of these classes, and of these categories if some are named: a sum of items, the bound of a union of persons.
    pub(super) fn in_any(&self, classes: &[bool], categories: &[Category]) -> u64 {
        let is_in = |part: &(Option<u8>, Category, u64)| {
            part.0.is_some_and(|c| classes[usize::from(c)])
                && (categories.is_empty() || categories.contains(&part.1))
        };
        let sum = |within: bool| {
            let parts = self.parts.iter().filter(|p| is_in(p) == within);
            parts.fold(0u64, |sum, p| sum.saturating_add(p.2))
        };
        let within = sum(true);
        if self.unit != Unit::Person {
            return within;
        }
        if let Some(people) = &self.people
            && self.reading != Reading::Strict
        {
            let asked = self.asked(classes, categories);
            return people.count(self.bound, |group| group.is_in(asked));
        }
        match (self.bound, self.persons) {
            (Bound::Upper, total) => within.min(total.unwrap_or(u64::MAX)),
            (Bound::Lower, total) => {
                let parts = self.parts.iter().filter(|p| is_in(p));
                let largest = parts.map(|p| p.2).max().unwrap_or(0);
                // Whoever is in no other category is in one of these.
                let rest = total.map_or(0, |total| total.saturating_sub(sum(false)));
                largest.max(rest.min(within))
            }
        }
    }

    /// Persons with an attribute; `None` where that is unknown. `classes` stand in for an attribute
    /// that was not counted.
    pub(super) fn with_attribute(
        &self,
        attribute: Attribute,
        classes: &[bool],
        categories: &[Category],
    ) -> Option<u64> {
        let known = self.attributes.as_ref();
        let total = self.persons;
        let narrowed = !classes.iter().all(|c| *c) || !categories.is_empty();
        let instead = || narrowed.then(|| self.in_any(classes, categories));
        let aged = |n: Option<u64>| {
            let unknown = known.and_then(|a| Some(a.total.saturating_sub(a.age_known?)));
            let more = match self.bound {
                Bound::Lower => 0,
                Bound::Upper => unknown.unwrap_or(0),
            };
            n.map(|n| n.saturating_add(more))
        };
        match attribute {
            Attribute::Sensitive => known.and_then(|a| a.sensitive).or_else(instead),
            Attribute::General => {
                let exact = known.and_then(|a| Some(total?.saturating_sub(a.sensitive?)));
                exact.or_else(instead)
            }
            Attribute::MinorsUnder14 => aged(known.and_then(|a| a.under_14)),
            Attribute::MinorsUnder18 => aged(known.and_then(|a| a.under_18)),
        }
    }

    /// Persons who live in a place or in a part of it; `None` where nobody's residence is known.
    pub(super) fn living_in(&self, place: &str) -> Option<u64> {
        let Some(country) = place.strip_suffix(ANY_PART) else {
            return self.living_in_any(&[place]);
        };
        let residence = self.attributes.as_ref()?.residence.as_ref()?;
        let parts = residence
            .iter()
            .filter(|(code, _)| code.len() > country.len() && is_within(code, country));
        Some(parts.map(|(_, n)| *n).max().unwrap_or(0))
    }

    /// The same for persons living in one of several places: whoever is not known to live elsewhere may live in one of them.
    fn living_in_any(&self, places: &[&str]) -> Option<u64> {
        let known = self.attributes.as_ref()?;
        let residence = known.residence.as_ref()?;
        let count = |is_meant: &dyn Fn(&str, &str) -> bool| {
            let meant = residence
                .iter()
                .filter(|(code, _)| places.iter().any(|place| is_meant(code, place)));
            meant.fold(0u64, |n, (_, more)| n.saturating_add(*more))
        };
        Some(match self.bound {
            Bound::Lower => count(&is_within),
            Bound::Upper => {
                let stated = residence
                    .values()
                    .fold(0u64, |n, more| n.saturating_add(*more));
                let maybe = count(&|code, place| is_within(code, place) || is_within(place, code));
                known.total.saturating_sub(stated.saturating_sub(maybe))
            }
        })
    }

    /// Persons that a rule counts, by the profiles of the audit; `None` where it has none.
    pub(super) fn among_people(
        &self,
        instrument: &Instrument,
        rule: &Rule,
        stated: &Circumstances,
    ) -> Option<u64> {
        self.at_bound(self.bound, instrument, rule, stated)
    }

    /// As many as [`Self::among_people`] can be.
    pub(super) fn at_most(
        &self,
        instrument: &Instrument,
        rule: &Rule,
        stated: &Circumstances,
    ) -> Option<u64> {
        self.at_bound(Bound::Upper, instrument, rule, stated)
    }

    fn at_bound(
        &self,
        bound: Bound,
        instrument: &Instrument,
        rule: &Rule,
        stated: &Circumstances,
    ) -> Option<u64> {
        let people = self.people.as_ref()?;
        let scope = scope(instrument, stated);
        if rule.attribute.is_none() && rule.residence.is_none() && scope.is_none() {
            return None;
        }
        let below = instrument.file().sensitive_below;
        let all = self.asked(&vec![true; self.sums.len()], &[]);
        let own = self.asked(&rule.classes, &rule.categories);
        let others: Vec<bool> = rule.classes.iter().map(|c| !c).collect();
        let others = self.asked(&others, &[]);
        Some(people.count(bound, |group| {
            let is_of_sort = match rule.attribute {
                None => group.is_in(own),
                Some(Attribute::Sensitive) => sensitive(group, own, below).and(group.is_in(all)),
                Some(Attribute::General) => {
                    group.is_in(all).and(sensitive(group, others, below).not())
                }
                Some(Attribute::MinorsUnder14) => group.is_in(own).and(group.is_below(14)),
                Some(Attribute::MinorsUnder18) => group.is_in(own).and(group.is_below(18)),
            };
            let lives_there = match &rule.residence {
                None => Truth::Yes,
                Some(place) => match place.strip_suffix(ANY_PART) {
                    None => group.lives_in(place),
                    // No identifier tells the part of a country.
                    Some(country) => group.lives_in(country).min(Truth::Unknown),
                },
            };
            let counts = scope.map_or(Truth::Yes, |scope| people.is_protected(group, scope));
            is_of_sort.and(lives_there).and(counts)
        }))
    }

    /// Persons whom the instrument counts by where they live, as stated; `None` where it does not ask or nothing is stated.
    pub(super) fn stated_in_scope(
        &self,
        instrument: &Instrument,
        stated: &Circumstances,
    ) -> Option<u64> {
        let scope = scope(instrument, stated)?;
        let places: Vec<&str> = scope.residence.iter().map(String::as_str).collect();
        self.living_in_any(&places)
    }

    /// Whether some are left out for where they live.
    pub(super) fn is_narrowed(&self, instrument: &Instrument, stated: &Circumstances) -> bool {
        let located = self
            .people
            .as_ref()
            .is_some_and(|people| people.is_located());
        scope(instrument, stated).is_some()
            && (located || self.stated_in_scope(instrument, stated).is_some())
    }

    /// What is known of the persons that the instrument counts.
    fn known(&self, instrument: &Instrument, stated: &Circumstances) -> Option<Attributes> {
        let people = self.people.as_ref()?;
        let scope = scope(instrument, stated);
        let all = self.asked(&vec![true; self.sums.len()], &[]);
        let is_sensitive_rule = |r: &&Rule| r.attribute == Some(Attribute::Sensitive);
        let rule = instrument.rules().iter().find(is_sensitive_rule);
        let below = instrument.file().sensitive_below;
        let parts = rule.map(|rule| self.asked(&rule.classes, &rule.categories));
        Some(people.attributes(
            self.bound,
            |group| {
                let counts = scope.map_or(Truth::Yes, |scope| people.is_protected(group, scope));
                group.is_in(all).and(counts)
            },
            parts.map(|parts| move |group: &Group| sensitive(group, parts, below)),
        ))
    }

    /// The categories of some classes; of these only those in `categories`, if some are named.
    fn asked(&self, classes: &[bool], categories: &[Category]) -> Parts {
        let is_in = |class: Option<u8>| class.is_some_and(|c| classes[usize::from(c)]);
        let mut parts = Parts::default();
        for (category, [full, bare]) in Category::ALL.into_iter().zip(&self.places) {
            if categories.is_empty() || categories.contains(&category) {
                parts.add(category, is_in(*full), is_in(*bare));
            }
        }
        parts
    }

    /// Persons over all categories, as many as there can be.
    pub(super) fn everybody(&self) -> u64 {
        let sum = |n: u64, part: &(Option<u8>, Category, u64)| n.saturating_add(part.2);
        self.persons
            .unwrap_or_else(|| self.parts.iter().fold(0, sum))
    }

    /// Categories of which something was counted in some class, or which somebody's records support.
    pub(super) fn categories(&self) -> impl Iterator<Item = Category> {
        let supported = self.people.iter().flat_map(|people| people.categories());
        let won = self.parts.iter().filter(|p| p.0.is_some()).map(|p| p.1);
        won.chain(supported.filter(|c| self.places[c.index()][0].is_some()))
    }

    /// Position of the class of each of them, in full.
    pub(super) fn present(&self) -> impl Iterator<Item = usize> {
        let classes = self.categories().filter_map(|c| self.places[c.index()][0]);
        classes.map(usize::from)
    }
}

/// Whom the instrument counts by where they live, unless a stated fact makes it everybody.
fn scope<'a>(instrument: &'a Instrument, stated: &Circumstances) -> Option<&'a Scope> {
    let scope = instrument.file().scope.as_ref()?;
    let is_everybody = scope
        .everybody
        .as_ref()
        .is_some_and(|fact| stated.facts.get(fact) == Some(&true));
    (!is_everybody).then_some(scope)
}

/// Whether something sensitive is known of a person: a category, or that they are under an age. Whoever shows no age is not
/// taken for a minor, or everybody would be sensitive at the upper bound.
fn sensitive(group: &Group, parts: Parts, below: Option<u64>) -> Truth {
    let is_young = below.is_some_and(|years| group.is_below(years) == Truth::Yes);
    group.is_in(parts).or(is_young.into())
}
