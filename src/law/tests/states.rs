//! The states of the U.S.: every number at its edge, whom it has told and by when, and the table of the papers.

use super::*;
use crate::audit::Attributes;
use crate::law::instrument::{Comparison, Confidence};
use crate::law::provision::Provision;

const PAPER: &str = include_str!("../../../docs/us-states.md");

fn states() -> Instrument {
    laws::by_id("us.states").unwrap()
}

/// The ids of what must be filed, where so many live in each place.
fn filed(living: &[(&str, u64)]) -> Vec<String> {
    let total = living.iter().map(|l| l.1).sum();
    let residence = living.iter().map(|(place, n)| ((*place).to_owned(), *n));
    let attributes = Attributes {
        total,
        residence: Some(residence.collect()),
        ..Attributes::default()
    };
    let readings = counts_from_pairs(&[(Category::Identity, total)]);
    let counts = Counts {
        readings: &readings,
        persons: Some(total),
        attributes: Some(&attributes),
        profiles: &[],
    };
    let got = assess(&states(), counts, &ordinary())
        .unwrap()
        .swap_remove(0);
    got.filings.into_iter().map(|f| f.provision).collect()
}

#[test]
fn each_state_has_its_own_authority_told_from_its_number_on() {
    let law = states();
    for provision in &law.file().provisions {
        let (id, place) = (&provision.id, provision.residence.as_deref().unwrap());
        let comparison = provision.comparison.unwrap();
        let first = comparison.first(provision.threshold.unwrap());
        assert_eq!(
            filed(&[(place, first)]),
            [id.as_str(), "residents"],
            "{place}"
        );
        assert_eq!(
            filed(&[(place, first + 1)]),
            [id.as_str(), "residents"],
            "{place}"
        );
        assert_eq!(
            filed(&[(place, first - 1), ("us-wy", 5_000)]),
            [""; 0],
            "{place}"
        );
    }
    // Several states, of which two have their number.
    let living = [("us-tx", 250), ("us-co", 499), ("us-wa", 501)];
    assert_eq!(
        filed(&living),
        [
            "Tex. Bus. & Com. Code § 521.053",
            "RCW § 19.255",
            "residents"
        ]
    );
}

#[test]
fn numbers_of_the_states_are_as_published() {
    let law = states();
    let number = |place: &str| {
        let mut provisions = law.file().provisions.iter();
        let of = |p: &&Provision| p.residence.as_deref() == Some(place);
        let provision = provisions.find(of).unwrap_or_else(|| panic!("{place}"));
        (provision.comparison.unwrap(), provision.threshold.unwrap())
    };
    for (n, places) in [
        (50, vec!["us-dc"]),
        (250, vec!["us-tx"]),
        (500, vec!["us-co", "us-fl", "us-ok", "us-ut"]),
        (
            1,
            vec![
                "us-ct", "us-in", "us-la", "us-ma", "us-md", "us-me", "us-mt", "us-nc", "us-ne",
                "us-nh", "us-nj", "us-ny", "us-va", "us-vt",
            ],
        ),
    ] {
        for place in places {
            assert_eq!(number(place), (Comparison::AtLeast, n), "{place}");
        }
    }
    for (n, places) in [
        (250, vec!["us-nd", "us-or", "us-sd"]),
        (
            500,
            vec!["us-de", "us-ia", "us-il", "us-pa", "us-ri", "us-wa"],
        ),
        (
            1_000,
            vec![
                "us-al", "us-ar", "us-az", "us-hi", "us-mo", "us-nm", "us-sc",
            ],
        ),
    ] {
        for place in places {
            assert_eq!(number(place), (Comparison::MoreThan, n), "{place}");
        }
    }
    assert_eq!(law.file().provisions.len(), 36);
    assert_eq!(
        law.file().number,
        "laws of 35 states and the District of Columbia"
    );
}

/// A number with its comparison in words.
fn number(comparison: Comparison, n: u64) -> String {
    let n = crate::number::thousands(n);
    match (comparison, n.as_str()) {
        (Comparison::AtLeast, "1") => "any".to_owned(),
        (Comparison::AtLeast, _) => format!("{n} or more"),
        (Comparison::MoreThan, _) => format!("more than {n}"),
    }
}

fn known(confidence: Confidence) -> &'static str {
    match confidence {
        Confidence::Text => "text",
        Confidence::Secondary => "secondary",
        Confidence::Inferred => "inferred",
        Confidence::Unconfirmed => "unconfirmed",
    }
}

/// The row of a provision with the duty that it brings about.
fn row(provision: &Provision, duty: &consequence::Duty, state: &str, residents: &str) -> String {
    let by = duty.by.as_ref().unwrap();
    let from = by.from.as_ref().map(|from| format!(" from {}", from.en));
    format!(
        "| {state} (`{}`) | {} | {} | {}{} | {residents} | {} | {} |",
        provision.residence.as_deref().unwrap(),
        number(provision.comparison.unwrap(), provision.threshold.unwrap()),
        duty.to.as_ref().unwrap().en,
        by.text.en,
        from.unwrap_or_default(),
        provision.id,
        known(provision.confidence),
    )
}

#[test]
fn the_table_of_the_papers_is_that_of_the_law_files() {
    let law = states();
    let mut want = Vec::new();
    for provision in &law.file().provisions {
        let mut duties = law.file().duties.iter();
        let duty = duties.find(|d| d.provisions == [provision.id.clone()]);
        let duty = duty.unwrap_or_else(|| panic!("{} has no duty", provision.id));
        let state = duty.what.en.split_once(':').unwrap().0;
        want.push(row(provision, duty, state, &duty.note.as_ref().unwrap().en));
    }
    let california = laws::by_id("us.ca-civ-1798-82").unwrap();
    let file = california.file();
    let provision = file
        .provisions
        .iter()
        .find(|p| p.id == "1798.82(f)")
        .unwrap();
    let mut provision = provision.clone();
    provision.comparison = provision.comparison.or(Some(file.comparison));
    provision.id.clone_from(&file.number);
    let duty = |id: &str| file.duties.iter().find(|d| d.id == id).unwrap();
    let residents = duty("1798.82(a)").by.as_ref().unwrap();
    let first = residents.text.en.split_once(',').unwrap().0;
    let from = &residents.from.as_ref().unwrap().en;
    let residents = format!("residents {first} from {from}");
    want.push(row(
        &provision,
        duty("1798.82(f)"),
        "California",
        &residents,
    ));
    let rows = PAPER.lines().filter(|line| line.starts_with('|'));
    let got: Vec<&str> = rows.skip(2).collect();
    assert!(
        got == want,
        "docs/us-states.md; it should read\n\n{}\n",
        want.join("\n")
    );
}

#[test]
fn a_duty_names_provisions_that_are_there() {
    let text = include_str!("../instruments/us.states.toml");
    let wrong = text.replacen("provisions = [\"C.R.S.", "provisions = [\"C.R.X.", 1);
    assert_ne!(text, wrong);
    let error = Instrument::from_toml(&wrong, "states.toml")
        .unwrap_err()
        .to_string();
    let want = "duty.C.R.S. § 6-1-716: provisions: no provision `C.R.X. § 6-1-716`";
    assert!(error.ends_with(want), "{error}");
    for zh in [false, true] {
        let told = states().describe(zh);
        assert!(told.contains(if zh {
            "仅当达到: "
        } else {
            "only where this is reached: "
        }));
    }
}
