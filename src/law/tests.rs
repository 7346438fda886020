//! Tests of the law: by clause, by alternative, by property, by error, by wording.

mod abroad;
mod alternatives;
mod cases;
mod choices;
mod clauses;
mod counting;
mod deadlines;
mod edges;
mod properties;
mod states;
mod texts;
mod validation;
mod vectors;
mod wording;

use super::*;
use crate::audit::{CategoryCount, ReadingCount};
use crate::category::{Category, Reading};

/// The text of the built-in instrument under test.
const FA_SHI_2017: &str = include_str!("instruments/cn.spc-spp-2017-10.toml");

fn fa_shi() -> Instrument {
    laws::by_id("cn.spc-spp-2017-10").unwrap()
}

/// Counts of undisputed categories: credit (A), lodging (B), address (C).
fn abc(a: u64, b: u64, c: u64) -> Vec<ReadingCount> {
    use Category::{Address, Credit, Lodging};
    counts_from_pairs(&[(Credit, a), (Lodging, b), (Address, c)])
}

fn ordinary() -> Circumstances {
    Circumstances::default()
}

fn provided() -> Circumstances {
    Circumstances {
        action: Some(Action::Provide),
        ..ordinary()
    }
}

fn duty() -> Circumstances {
    Circumstances {
        in_duty: Some(true),
        ..provided()
    }
}

fn business(profit: Option<&str>) -> Circumstances {
    Circumstances {
        lawful_business: Some(true),
        action: Some(Action::Obtain),
        profit: profit.map(|p| p.parse().unwrap()),
        ..ordinary()
    }
}

/// The assessment under one reading.
#[track_caller]
fn under(counts: &[ReadingCount], circumstances: &Circumstances, reading: Reading) -> Assessment {
    let all = assess(&fa_shi(), counts, circumstances).unwrap();
    assert_eq!(all.len(), 3);
    all.into_iter().nth(reading as usize).unwrap()
}

#[track_caller]
fn default(counts: &[ReadingCount], circumstances: &Circumstances) -> Assessment {
    under(counts, circumstances, Reading::Default)
}

/// Counts with bare items: (category, items, of them bare), the same under each reading.
fn with_bare(counts: &[(Category, u64, u64)]) -> Vec<ReadingCount> {
    let category = |(category, items, bare): &(Category, u64, u64)| CategoryCount {
        own_rows: None,
        category: category.id().to_owned(),
        rows: *items,
        items: *items,
        bare: *bare,
        persons: *items,
    };
    let reading = |reading: Reading| ReadingCount {
        reading: reading.id().to_owned(),
        categories: counts.iter().map(category).collect(),
    };
    Reading::ALL.into_iter().map(reading).collect()
}
