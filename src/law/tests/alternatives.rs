//! Readings, flips, the way to the next level, and circumstances that were not stated.

use super::*;
use Level::{EspeciallySerious, None as Nothing, Serious};

#[test]
fn readings_move_disputed_categories() {
    for (category, n, levels) in [
        (Category::Travel, 500, [Serious, Nothing, EspeciallySerious]),
        (
            Category::RealEstate,
            500,
            [Nothing, Nothing, EspeciallySerious],
        ),
        (
            Category::Vehicle,
            1_318,
            [Nothing, Nothing, EspeciallySerious],
        ),
        (
            Category::Identity,
            5_000,
            [Serious, Serious, EspeciallySerious],
        ),
        (Category::Special, 500, [Nothing, Nothing, Serious]),
        (Category::Device, 5_000, [Serious, Nothing, Serious]),
        (Category::Contact, 5_000, [Serious, Serious, Serious]),
        (Category::Lodging, 500, [Serious, Serious, Serious]),
    ] {
        let counts = counts_from_pairs(&[(category, n)]);
        let got = Reading::ALL.map(|r| under(&counts, &ordinary(), r).level);
        assert_eq!(got, levels, "{category}");
        let disputed = levels.iter().any(|l| *l != levels[0]);
        let flips = default(&counts, &ordinary()).flips;
        assert_eq!(
            flips.as_slice(),
            if disputed {
                vec![category.id()]
            } else {
                vec![]
            }
            .as_slice()
        );
    }
}

#[test]
fn bare_items_have_a_class_of_their_own() {
    let contacts = with_bare(&[(Category::Contact, 6_000, 1_001)]);
    assert_eq!(
        under(&contacts, &ordinary(), Reading::Default)
            .weighted
            .value,
        6_000
    );
    let lenient = under(&contacts, &ordinary(), Reading::Lenient);
    assert_eq!((lenient.weighted.value, lenient.level), (4_999, Nothing));
    assert_eq!(lenient.flips, ["contact"]);
    let cards = with_bare(&[(Category::Property, 50, 50)]);
    assert_eq!(under(&cards, &ordinary(), Reading::Default).level, Serious);
    assert_eq!(
        under(&cards, &ordinary(), Reading::Lenient).weighted.value,
        500
    );
    let half = with_bare(&[(Category::Property, 50, 20)]);
    assert_eq!(
        under(&half, &ordinary(), Reading::Lenient).weighted.value,
        3_200
    );
}

#[test]
fn flips_name_only_categories_that_tip_the_level_alone_in_table_order() {
    use Category::{Device, IdDocument, RealEstate, Travel, Vehicle};
    let flips = |pairs: &[(Category, u64)]| default(&counts_from_pairs(pairs), &ordinary()).flips;
    assert_eq!(
        flips(&[(Vehicle, 60), (RealEstate, 60), (Travel, 60)]),
        ["travel", "real-estate", "vehicle"]
    );
    // 30 each: together past 50 of class A, alone not.
    assert!(flips(&[(Vehicle, 30), (RealEstate, 10)]).is_empty());
    assert_eq!(
        flips(&[(IdDocument, 499), (Device, 10)]),
        ["id-document", "device"]
    );
    assert!(flips(&[]).is_empty());
}

#[test]
fn next_tells_what_is_missing_in_converted_units() {
    let next = |a, b, c, circumstances: &Circumstances| {
        default(&abc(a, b, c), circumstances)
            .next
            .map(|n| (n.level, n.needed, n.ratio))
    };
    assert_eq!(next(0, 499, 0, &ordinary()), Some((Serious, 10, 0.998)));
    assert_eq!(next(0, 0, 0, &ordinary()), Some((Serious, 5_000, 0.0)));
    assert_eq!(
        next(0, 500, 0, &ordinary()),
        Some((EspeciallySerious, 45_000, 0.1))
    );
    assert_eq!(
        next(0, 250, 0, &duty()),
        Some((EspeciallySerious, 22_500, 0.1))
    );
    assert_eq!(next(500, 0, 0, &ordinary()), None);
    assert_eq!(next(0, 0, 9_999, &business(None)), None);
    assert_eq!(
        next(1, 0, 9_999, &business(None)),
        Some((Serious, 4_900, 0.02))
    );
}

#[track_caller]
fn check_what_if(counts: &[ReadingCount], circumstances: &Circumstances, want: &[(&str, Level)]) {
    let got = default(counts, circumstances).what_if;
    let got: Vec<(&str, Level)> = got
        .iter()
        .map(|w| (w.circumstance.as_str(), w.level))
        .collect();
    assert_eq!(got, want);
}

#[test]
fn what_if_names_unknown_circumstances_that_change_the_level() {
    let gains = [
        ("gains>=5000", Serious),
        ("gains>=50000", EspeciallySerious),
    ];
    check_what_if(&abc(0, 0, 0), &ordinary(), &gains);
    check_what_if(
        &abc(0, 300, 0),
        &ordinary(),
        &[
            ("in-duty+provide", Serious),
            ("recipients>=2", Serious),
            gains[0],
            gains[1],
            ("prior", Serious),
        ],
    );
    check_what_if(
        &abc(0, 0, 30_000),
        &ordinary(),
        &[
            ("in-duty+provide", EspeciallySerious),
            ("recipients>=2", EspeciallySerious),
            ("lawful-business", Nothing),
            gains[1],
        ],
    );
    check_what_if(&abc(500, 0, 0), &ordinary(), &[]);
    check_what_if(&abc(0, 0, 50_000), &provided(), &[]);
    check_what_if(
        &abc(0, 0, 5_000),
        &Circumstances {
            gains: Some(Yuan::default()),
            ..provided()
        },
        &[("recipients>=10", EspeciallySerious)],
    );
}

#[test]
fn what_if_never_contradicts_what_is_stated() {
    let obtained = Circumstances {
        action: Some(Action::Obtain),
        gains: Some(Yuan::default()),
        ..ordinary()
    };
    check_what_if(&abc(0, 300, 0), &obtained, &[("prior", Serious)]);
    let in_duty = Circumstances {
        in_duty: Some(true),
        gains: Some(Yuan::default()),
        prior: Some(true),
        ..ordinary()
    };
    check_what_if(
        &abc(0, 2_500, 0),
        &in_duty,
        &[
            ("provide", EspeciallySerious),
            ("recipients>=2", EspeciallySerious),
        ],
    );
    let provided = Circumstances {
        gains: Some(Yuan::default()),
        prior: Some(true),
        ..provided()
    };
    check_what_if(
        &abc(0, 2_500, 0),
        &provided,
        &[
            ("in-duty", EspeciallySerious),
            ("recipients>=2", EspeciallySerious),
        ],
    );
    let three = Circumstances {
        recipients: 3,
        ..in_duty
    };
    check_what_if(&abc(0, 1_000, 0), &three, &[("provide", EspeciallySerious)]);
    check_what_if(
        &abc(0, 0, 9_999),
        &business(None),
        &[("profit>=50000", Serious), ("prior", Serious)],
    );
    // From duty the amounts are halved too.
    let known = Circumstances {
        prior: Some(true),
        ..duty()
    };
    check_what_if(
        &abc(0, 0, 1),
        &known,
        &[("gains>=25000", EspeciallySerious)],
    );
}

#[test]
fn counts_by_hand_are_summed_and_the_same_under_each_reading() {
    let counts = counts_from_pairs(&[
        (Category::Lodging, 400),
        (Category::Health, 1),
        (Category::Lodging, 99),
    ]);
    assert_eq!(counts.len(), 3);
    for count in &counts {
        let ids: Vec<_> = count
            .categories
            .iter()
            .map(|c| (c.category.as_str(), c.items))
            .collect();
        assert_eq!(ids, [("lodging", 499), ("health", 1)]);
    }
    assert_eq!(default(&counts, &ordinary()).level, Serious);
}

#[test]
fn records_that_move_between_readings_are_told_apart_from_disputed_classes() {
    let mut counts = counts_from_pairs(&[(Category::Transaction, 600)]);
    counts[Reading::Strict as usize].categories[0].category = "property".to_owned();
    let given = default(&counts, &ordinary());
    assert_eq!(given.level, Serious);
    assert!(given.flips.is_empty());
    assert!(
        given
            .steps
            .iter()
            .any(|s| s.en.starts_with("under the strict reading records"))
    );
    assert_eq!(
        under(&counts, &ordinary(), Reading::Strict).level,
        EspeciallySerious
    );
    // The same records under every reading: it is the class that is disputed, and nothing has moved.
    let disputed = default(&counts_from_pairs(&[(Category::Vehicle, 600)]), &ordinary());
    assert_eq!(disputed.flips, ["vehicle"]);
    assert!(
        !disputed
            .steps
            .iter()
            .any(|s| s.en.contains("also belong to other"))
    );
}

#[test]
fn rank_orders_classes_for_the_counter() {
    let law = fa_shi();
    for (category, bare, reading, want) in [
        (Category::Whereabouts, false, Reading::Default, Some(0)),
        (Category::Lodging, false, Reading::Default, Some(1)),
        (Category::Address, false, Reading::Default, Some(2)),
        (Category::Contact, true, Reading::Default, Some(2)),
        (Category::Contact, true, Reading::Lenient, None),
        (Category::Contact, false, Reading::Lenient, Some(2)),
        (Category::Property, true, Reading::Default, Some(0)),
        (Category::Property, true, Reading::Lenient, Some(1)),
        (Category::Property, true, Reading::Strict, Some(0)),
        (Category::Device, false, Reading::Lenient, None),
    ] {
        assert_eq!(
            law.rank(category, bare, reading),
            want,
            "{category} {bare} {reading:?}"
        );
    }
    for category in Category::ALL {
        assert!(
            law.rank(category, false, Reading::Default).is_some(),
            "{category} has no class"
        );
    }
}
