//! Traits: what a record shows of its data subject beside who it is: an age, a country, sorts of identifiers.
//!
//! Laws ask for them ("under fourteen years of age", "residents of the state"), so persons are kept apart by them and by the
//! categories that their records support: the [`profiles`](crate::audit::PersonProfile) of an audit. What no record shows is
//! unknown, never assumed. Ages are those on one day, which the caller names; where two records of a person differ, each holds.
//! A country is that whose authority or number plan issued an identifier: a hint at where the person lives, no proof of it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::audit::PersonProfile;
use crate::category::Category;
use crate::detect::{Identifies, Key, Match, Pattern};

/// A day of the calendar, as `YYYYMMDD`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Day(u32);

impl Day {
    /// The day that a text begins with: `2026-11-22`, also with a time behind it. None if it does not.
    pub fn of(text: &str) -> Option<Day> {
        let day = text.get(..10)?;
        let mut parts = day.split('-').map(|part| part.parse::<u32>().ok());
        let (year, month, day) = (parts.next()??, parts.next()??, parts.next()??);
        let is_day = (1..=12).contains(&month) && (1..=31).contains(&day);
        is_day.then_some(Day(year * 10_000 + month * 100 + day))
    }
}

impl std::fmt::Display for Day {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{:04}-{:02}-{:02}",
            self.0 / 10_000,
            self.0 / 100 % 100,
            self.0 % 100
        )
    }
}

/// Countries and regions that an identifier can be of, as ISO 3166-1 codes in lower case (but `uk`): those with kinds of their own.
const COUNTRIES: [&str; 34] = [
    "au", "be", "bg", "br", "ca", "cn", "cz", "de", "dk", "es", "fi", "fr", "hk", "ie", "il", "in",
    "it", "jp", "kr", "mo", "mx", "my", "nl", "no", "pl", "ro", "se", "sg", "th", "tr", "tw", "uk",
    "us", "za",
];

/// Sorts of identifiers that laws name.
const IDENTIFIERS: [(Identifies, &str); 3] = [
    (Identifies::IdNumber, "id-number"),
    (Identifies::Permit, "permit"),
    (Identifies::FinancialAccount, "financial-account"),
];

/// Ages in the order of their bits.
const AGES: [&str; 3] = ["under-14", "14-17", "adult"];

const AGES_AT: usize = COUNTRIES.len();
const IDENTIFIERS_AT: usize = AGES_AT + AGES.len();
/// How many bits traits have.
const BITS: usize = IDENTIFIERS_AT + IDENTIFIERS.len();

/// What is known of a person: a set of countries, ages and sorts of identifiers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Traits(u64);

impl Traits {
    pub(super) fn join(&mut self, other: Traits) {
        self.0 |= other.0;
    }

    fn with(bit: usize) -> Traits {
        Traits(1 << bit)
    }

    fn age(age: usize) -> Traits {
        Traits::with(AGES_AT + age)
    }

    pub(super) fn country(id: &str) -> Traits {
        let at = COUNTRIES.iter().position(|known| *known == id);
        at.map_or(Traits::default(), Traits::with)
    }

    /// Ids of what is in the set, of those at these bits.
    fn ids<'a>(self, from: usize, ids: impl Iterator<Item = &'a str>) -> Vec<String> {
        let is_in = |(i, _): &(usize, &str)| self.0 & 1 << (from + i) != 0;
        let ids = ids.enumerate().filter(is_in);
        ids.map(|(_, id)| id.to_owned()).collect()
    }

    fn countries(self) -> Vec<String> {
        self.ids(0, COUNTRIES.into_iter())
    }

    fn ages(self) -> Vec<String> {
        self.ids(AGES_AT, AGES.into_iter())
    }

    fn identifiers(self) -> Vec<String> {
        self.ids(IDENTIFIERS_AT, IDENTIFIERS.iter().map(|(_, id)| *id))
    }
}

/// What values of a kind tell of a person.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Tells {
    /// What each value tells.
    always: Traits,
    /// Position of the birth date, as `YYYYMMDD`, in the compact form.
    born: Option<u32>,
    /// Whether the first two digits 81, 82 and 83 are those of Hong Kong, Macao and Taiwan (residence permits for their
    /// residents, numbered like identity cards).
    has_regions: bool,
}

impl Tells {
    pub(super) fn new(pattern: &Pattern) -> Tells {
        let has_regions = pattern.born == Some(REGION_DIGITS) && pattern.id.starts_with("cn.");
        Tells {
            born: pattern.born,
            has_regions,
            ..Tells::of_kind(&pattern.id, pattern.identifies)
        }
    }

    /// What values of a kind tell by being of it.
    pub(super) fn of_kind(id: &str, identifies: Identifies) -> Tells {
        let mut always = match identifies {
            Identifies::IdNumber | Identifies::Permit | Identifies::Phone => {
                let (country, _) = id.split_once('.').unwrap_or_default();
                Traits::country(country)
            }
            _ => Traits::default(),
        };
        let sort = IDENTIFIERS.iter().position(|(sort, _)| *sort == identifies);
        always.join(sort.map_or(Traits::default(), |i| Traits::with(IDENTIFIERS_AT + i)));
        Tells {
            always,
            ..Tells::default()
        }
    }

    /// What a valid value tells. `today` is the day on which ages are taken; without it they stay unknown.
    #[inline]
    pub(super) fn of(&self, m: &Match, today: Option<Day>) -> Traits {
        match (self.born, &m.key) {
            (Some(born), Key::Packed(number)) => self.dated(born, *number, today),
            _ => self.always,
        }
    }

    fn dated(&self, born: u32, packed: u64, today: Option<Day>) -> Traits {
        let mut traits = self.always;
        let (number, n_digits) = unpacked(packed);
        if self.has_regions {
            match without_last(number, n_digits.saturating_sub(2)) {
                81 => traits = self.moved_to("hk"),
                82 => traits = self.moved_to("mo"),
                83 => traits = self.moved_to("tw"),
                _ => {}
            }
        }
        let behind = n_digits.checked_sub(born + DATE_DIGITS);
        if let (Some(behind), Some(today)) = (behind, today) {
            let born = (without_last(number, behind) % const { 10u64.pow(DATE_DIGITS) }) as u32;
            if let Some(age) = age(born, today) {
                traits.join(Traits::age(age));
            }
        }
        traits
    }

    fn moved_to(&self, country: &str) -> Traits {
        let own = Traits::country("cn").0;
        Traits(self.always.0 & !own | Traits::country(country).0)
    }
}

/// Digits of the region before the birth date of an identity number (GB 11643-1999).
const REGION_DIGITS: u32 = 6;

const DATE_DIGITS: u32 = 8;

/// A number without its last digits, so many. How many these are in identity numbers of 18 digits is written out: to divide by
/// what the compiler knows costs a fifth of any other division.
#[inline]
fn without_last(number: u64, n: u32) -> u64 {
    match n {
        3 => number / 1_000,
        4 => number / 10_000,
        15 => number / const { power(15) },
        16 => number / const { power(16) },
        n => number / power(n),
    }
}

/// Ten to this power, at most the nineteenth, which no more digits of a number reach.
#[inline]
const fn power(n: u32) -> u64 {
    const POWERS: [u64; 20] = {
        let mut powers = [1; 20];
        let mut n = 1;
        while n < powers.len() {
            powers[n] = 10 * powers[n - 1];
            n += 1;
        }
        powers
    };
    POWERS[n as usize]
}

/// The number of a packed key, and how many digits it has, without an `X` at its end.
fn unpacked(packed: u64) -> (u64, u32) {
    const E18: u64 = 10u64.pow(18);
    const WITH_X: u64 = 15 * E18;
    match packed {
        n if n >= WITH_X => (n - WITH_X, 17),
        n if n >= 2 * E18 => (n - 2 * E18, 19),
        0 => (0, 0),
        n => (n - power(n.ilog10()), n.ilog10()),
    }
}

/// Which of [`AGES`] someone born on a day has. On the day of the birthday itself the years are not yet full: courts begin to
/// count a year of age on the day after (Fa Shi [2006] No. 1, Art. 2). None for the unborn.
fn age(born: u32, today: Day) -> Option<usize> {
    let is_below = |years: u32| born + years * 10_000 >= today.0;
    match () {
        () if born > today.0 => None,
        () if is_below(14) => Some(0),
        () if is_below(18) => Some(1),
        () => Some(2),
    }
}

/// Categories of the records of a person, and what they tell, in one word.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Profile(u64);

const _: () = assert!(Category::ALL.len() + BITS <= 64, "a profile is one word");

impl Profile {
    pub(super) fn new(categories: impl Iterator<Item = Category>, traits: Traits) -> Profile {
        let categories = categories.fold(0, |set, category| set | 1 << category.index());
        Profile(categories | traits.0 << Category::ALL.len())
    }

    #[inline]
    pub(super) fn join(&mut self, other: Profile) {
        self.0 |= other.0;
    }

    fn has(self, category: Category) -> bool {
        self.0 & 1 << category.index() != 0
    }
}

/// Profiles for an audit, in the order of their categories, and so many persons of each. Persons without any category are
/// left out.
pub(super) fn worded(profiles: &BTreeMap<Profile, u64>) -> Vec<PersonProfile> {
    let all = || Category::ALL.into_iter();
    let counted = profiles
        .iter()
        .filter(|(profile, _)| all().any(|c| profile.has(c)));
    let mut worded: Vec<PersonProfile> = counted
        .map(|(profile, persons)| {
            let traits = Traits(profile.0 >> Category::ALL.len());
            let categories = all().filter(|category| profile.has(*category));
            PersonProfile {
                categories: categories.map(|c| c.id().to_owned()).collect(),
                ages: traits.ages(),
                countries: traits.countries(),
                identifiers: traits.identifiers(),
                persons: *persons,
            }
        })
        .collect();
    let position = |id: &String| Category::from_id(id).map(Category::index);
    worded.sort_by_cached_key(|p| {
        let categories: Vec<_> = p.categories.iter().map(position).collect();
        (
            categories,
            p.ages.clone(),
            p.countries.clone(),
            p.identifiers.clone(),
        )
    });
    worded
}

/// Traits as a tally file holds them.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WrittenTraits {
    ages: Vec<String>,
    countries: Vec<String>,
    identifiers: Vec<String>,
}

impl WrittenTraits {
    pub(super) fn of(traits: Traits) -> WrittenTraits {
        WrittenTraits {
            ages: traits.ages(),
            countries: traits.countries(),
            identifiers: traits.identifiers(),
        }
    }

    /// None if an id is unknown.
    pub(super) fn understood(&self) -> Option<Traits> {
        let mut traits = Traits::default();
        for id in &self.ages {
            let at = AGES.iter().position(|known| known == id)?;
            traits.join(Traits::age(at));
        }
        for id in &self.countries {
            let at = COUNTRIES.iter().position(|known| known == id)?;
            traits.join(Traits::with(at));
        }
        for id in &self.identifiers {
            let at = IDENTIFIERS.iter().position(|(_, known)| known == id)?;
            traits.join(Traits::with(IDENTIFIERS_AT + at));
        }
        Some(traits)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        Day::of(text).expect("a day")
    }

    #[track_caller]
    fn check_age(born: u32, today: &str, want: Option<&str>) {
        assert_eq!(
            age(born, day(today)).map(|age| AGES[age]),
            want,
            "{born} on {today}"
        );
    }

    #[test]
    fn ages_begin_on_the_day_after_the_birthday() {
        check_age(20121121, "2026-11-22", Some("14-17"));
        check_age(20121122, "2026-11-22", Some("under-14"));
        check_age(20121123, "2026-11-22", Some("under-14"));
        check_age(20081121, "2026-11-22", Some("adult"));
        check_age(20081122, "2026-11-22", Some("14-17"));
        check_age(20261122, "2026-11-22", Some("under-14"));
        check_age(20261123, "2026-11-22", None);
        check_age(20120229, "2026-02-28", Some("under-14"));
        check_age(20120229, "2026-03-01", Some("14-17"));
    }

    #[test]
    fn days_are_read_from_the_front() {
        assert_eq!(Day::of("2026-11-22T10:00:00Z"), Some(Day(20261122)));
        assert_eq!(Day::of("2026-13-22"), None);
        assert_eq!(Day::of("2026-1-2"), None);
        assert_eq!(Day::of("日本语文字列一二"), None);
        assert_eq!(day("2026-03-01").to_string(), "2026-03-01");
    }

    #[track_caller]
    fn check_tells(born: u32, packed: u64, ages: &[&str], countries: &[&str]) {
        let tells = Tells {
            always: Traits::country("cn"),
            born: Some(born),
            has_regions: born == REGION_DIGITS,
        };
        let traits = tells.dated(born, packed, Some(day("2026-11-22")));
        assert_eq!(traits.ages(), ages, "{packed}");
        assert_eq!(traits.countries(), countries, "{packed}");
    }

    #[test]
    fn numbers_tell_age_and_region() {
        const E18: u64 = 10u64.pow(18);
        check_tells(6, E18 + 110_101_201_503_074_610, &["under-14"], &["cn"]);
        check_tells(6, 15 * E18 + 44_030_519_850_610_009, &["adult"], &["cn"]);
        check_tells(6, E18 + 810_000_201_006_120_037, &["14-17"], &["hk"]);
        check_tells(6, E18 + 820_000_198_706_120_037, &["adult"], &["mo"]);
        check_tells(0, 10u64.pow(8) + 20_150_307, &["under-14"], &["cn"]);
        // A month tells no day.
        check_tells(0, 10u64.pow(6) + 201_503, &[], &["cn"]);
    }

    #[test]
    fn what_is_written_is_understood() {
        let mut traits = Traits::age(1);
        traits.join(Traits::country("kr"));
        traits.join(Traits::with(IDENTIFIERS_AT + 2));
        assert_eq!(WrittenTraits::of(traits).understood(), Some(traits));
        let unknown = WrittenTraits {
            ages: vec!["young".to_owned()],
            ..WrittenTraits::default()
        };
        assert_eq!(unknown.understood(), None);
    }

    #[test]
    fn profiles_are_sums_over_persons_of_a_sort() {
        let both = [Category::Lodging, Category::Identity].into_iter();
        let mut joined = Profile::new(both, Traits::age(0));
        joined.join(Profile::new(
            [Category::Contact].into_iter(),
            Traits::country("cn"),
        ));
        let counts = BTreeMap::from([
            (joined, 3),
            (Profile::new([].into_iter(), Traits::age(2)), 7),
        ]);
        let worded = worded(&counts);
        assert_eq!(worded.len(), 1, "a person of no category is not counted");
        assert_eq!(worded[0].categories, ["lodging", "identity", "contact"]);
        assert_eq!(
            (worded[0].persons, &worded[0].ages[..]),
            (3, &["under-14".to_owned()][..])
        );
    }
}
