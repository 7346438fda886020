//! Persons as the profiles of an audit keep them apart: by the categories their records support, their ages, the countries
//! of their identifiers.
//!
//! A number of persons is a sum over profiles, so it is exact where the records show what a law asks. What they do not show
//! is unknown: then a person counts at the upper bound and not at the lower one. An identifier of a country is taken as a
//! sign that the person lives there. Profiles are those of the default reading; what the strict one finds beyond is not in
//! them. This file compares nothing.

use std::collections::BTreeMap;

use super::counts::Bound;
use super::instrument::Scope;
use crate::audit::{Attributes, PersonProfile};
use crate::category::Category;
use crate::error::Error;

/// Whether something holds of a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Truth {
    No,
    Unknown,
    Yes,
}

impl Truth {
    pub(super) fn and(self, other: Truth) -> Truth {
        self.min(other)
    }

    pub(super) fn or(self, other: Truth) -> Truth {
        self.max(other)
    }

    pub(super) fn not(self) -> Truth {
        match self {
            Truth::No => Truth::Yes,
            Truth::Unknown => Truth::Unknown,
            Truth::Yes => Truth::No,
        }
    }
}

impl From<bool> for Truth {
    fn from(is: bool) -> Truth {
        if is { Truth::Yes } else { Truth::No }
    }
}

/// Categories of an instrument's classes: those that stand there in every form, and those that do in some.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Parts {
    certain: u32,
    possible: u32,
}

impl Parts {
    /// Adds a category; `full` and `bare` say in which form it is asked for.
    pub(super) fn add(&mut self, category: Category, full: bool, bare: bool) {
        let bit = 1 << category.index();
        if full && bare {
            self.certain |= bit;
        }
        if full || bare {
            self.possible |= bit;
        }
    }
}

/// Persons of whom the records show the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Group {
    categories: u32,
    /// Ages that the records show, as years at most: 13 of those under 14.
    ages: Vec<u64>,
    /// As ISO 3166-1 codes in lower case, but `uk`.
    countries: Vec<String>,
    persons: u64,
}

impl Group {
    /// Whether the records support one of these categories.
    pub(super) fn is_in(&self, parts: Parts) -> Truth {
        if self.categories & parts.certain != 0 {
            Truth::Yes
        } else if self.categories & parts.possible != 0 {
            Truth::Unknown
        } else {
            Truth::No
        }
    }

    /// Whether a record shows an age under so many years (14 or 18).
    pub(super) fn is_below(&self, years: u64) -> Truth {
        if self.ages.is_empty() {
            return Truth::Unknown;
        }
        self.ages.iter().any(|age| *age < years).into()
    }

    /// Whether an identifier is of a place, or of a country of which the place is a part.
    pub(super) fn lives_in(&self, place: &str) -> Truth {
        if self.countries.is_empty() {
            return Truth::Unknown;
        }
        let of = |country: &String| {
            if is_within(country, place) {
                Truth::Yes
            } else if is_within(place, country) {
                Truth::Unknown
            } else {
                Truth::No
            }
        };
        self.countries.iter().map(of).fold(Truth::No, Truth::or)
    }
}

/// Whether a code is that of a place or of a part of it: `us-ca` is within `us`.
pub(super) fn is_within(code: &str, place: &str) -> bool {
    let rest = code.strip_prefix(place);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
}

/// Everybody in an audit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct People {
    groups: Vec<Group>,
    /// Whether the country of anybody is known.
    is_located: bool,
}

impl People {
    /// `None` where the audit has no profiles.
    ///
    /// # Errors
    /// An unknown category.
    pub(super) fn new(profiles: &[PersonProfile]) -> Result<Option<People>, Error> {
        if profiles.is_empty() {
            return Ok(None);
        }
        let groups = profiles
            .iter()
            .map(understood)
            .collect::<Result<Vec<Group>, Error>>()?;
        Ok(Some(People {
            is_located: groups.iter().any(|g| !g.countries.is_empty()),
            groups,
        }))
    }

    /// Whether the country of anybody is known.
    pub(super) fn is_located(&self) -> bool {
        self.is_located
    }

    /// Persons of whom something holds.
    pub(super) fn count(&self, bound: Bound, holds: impl Fn(&Group) -> Truth) -> u64 {
        let least = match bound {
            Bound::Lower => Truth::Yes,
            Bound::Upper => Truth::Unknown,
        };
        let counted = self.groups.iter().filter(|group| holds(group) >= least);
        counted.fold(0, |n, group| n.saturating_add(group.persons))
    }

    /// Whether an instrument counts a person by where they live. Nobody is left out where nothing shows a country.
    pub(super) fn is_protected(&self, group: &Group, scope: &Scope) -> Truth {
        if !self.is_located {
            return Truth::Yes;
        }
        let places = scope.residence.iter().map(|place| group.lives_in(place));
        places.fold(Truth::No, Truth::or)
    }

    /// Categories that somebody's records support.
    pub(super) fn categories(&self) -> impl Iterator<Item = Category> {
        let all = self.groups.iter().fold(0, |all, g| all | g.categories);
        let is_in = move |c: &Category| all & 1 << c.index() != 0;
        Category::ALL.into_iter().filter(is_in)
    }

    /// What is known of those that an instrument counts: for the figures of a notification.
    pub(super) fn attributes(
        &self,
        bound: Bound,
        is_counted: impl Fn(&Group) -> Truth,
        is_sensitive: Option<impl Fn(&Group) -> Truth>,
    ) -> Attributes {
        let count = |holds: &dyn Fn(&Group) -> Truth| {
            self.count(bound, |group| is_counted(group).and(holds(group)))
        };
        let shown = |holds: &dyn Fn(&Group) -> Truth| {
            self.count(Bound::Lower, |group| is_counted(group).and(holds(group)))
        };
        let age_known = shown(&|group| (!group.ages.is_empty()).into());
        let aged = |years: u64| (age_known > 0).then(|| shown(&|group| group.is_below(years)));
        let mut residence = BTreeMap::new();
        for group in self.groups.iter().filter(|g| !g.countries.is_empty()) {
            if is_counted(group) == Truth::Yes {
                let n: &mut u64 = residence.entry(group.countries.join("+")).or_default();
                *n = n.saturating_add(group.persons);
            }
        }
        Attributes {
            total: count(&|_| Truth::Yes),
            sensitive: is_sensitive.map(|is| count(&is)),
            under_14: aged(14),
            under_18: aged(18),
            age_known: Some(age_known),
            residence: self.is_located.then_some(residence),
        }
    }
}

fn understood(profile: &PersonProfile) -> Result<Group, Error> {
    let mut categories = 0;
    for id in &profile.categories {
        let category = Category::from_id(id).ok_or_else(|| {
            Error::new("unknown category; this version does not count it").at("profiles")
        })?;
        categories |= 1 << category.index();
    }
    // An age that a newer version tells is no age known here.
    let ages = profile.ages.iter().filter_map(|age| match age.as_str() {
        "under-14" => Some(13),
        "14-17" => Some(17),
        "adult" => Some(u64::MAX),
        _ => None,
    });
    Ok(Group {
        categories,
        ages: ages.collect(),
        countries: profile.countries.clone(),
        persons: profile.persons,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn profile(categories: &[&str], ages: &[&str], countries: &[&str], n: u64) -> PersonProfile {
        let owned = |ids: &[&str]| ids.iter().map(|id| (*id).to_owned()).collect();
        PersonProfile {
            categories: owned(categories),
            ages: owned(ages),
            countries: owned(countries),
            identifiers: Vec::new(),
            persons: n,
        }
    }

    fn people() -> People {
        let all = [
            profile(&["health", "identity"], &["under-14"], &["jp"], 1),
            profile(&["identity"], &["14-17", "adult"], &["cn", "jp"], 20),
            profile(&["contact"], &[], &["us"], 300),
            profile(&["contact"], &["adult"], &[], 4_000),
        ];
        People::new(&all).unwrap().unwrap()
    }

    #[track_caller]
    fn check(holds: impl Fn(&Group) -> Truth, lower: u64, upper: u64) {
        let people = people();
        assert_eq!(people.count(Bound::Lower, &holds), lower, "no less");
        assert_eq!(people.count(Bound::Upper, &holds), upper, "no more");
    }

    #[test]
    fn what_no_record_shows_counts_at_the_upper_bound_alone() {
        check(|g| g.is_below(14), 1, 301);
        check(|g| g.is_below(18), 21, 321);
        check(|g| g.is_below(18).not(), 4_000, 4_300);
        check(|g| g.lives_in("jp"), 21, 4_021);
        check(|g| g.lives_in("us"), 300, 4_300);
        check(|g| g.lives_in("us-ca"), 0, 4_300);
        check(|g| g.lives_in("u"), 0, 4_000);
    }

    #[test]
    fn categories_are_joined_without_counting_anybody_twice() {
        let mut parts = Parts::default();
        parts.add(Category::Health, true, true);
        parts.add(Category::Identity, true, true);
        check(|g| g.is_in(parts), 21, 21);
        parts.add(Category::Contact, true, false);
        check(|g| g.is_in(parts), 21, 4_321);
    }

    #[test]
    fn an_audit_without_profiles_tells_nothing() {
        assert_eq!(People::new(&[]).unwrap(), None);
        assert!(People::new(&[profile(&["moods"], &[], &[], 1)]).is_err());
    }
}
