//! Fa Shi [2017] No. 10, clause by clause: each number at n - 1, n, n + 1, each condition held and
//! not held.

use super::*;
use Level::{EspeciallySerious, None as Nothing, Serious};

#[track_caller]
fn check(counts: &[ReadingCount], circumstances: &Circumstances, want: Level) {
    let got = default(counts, circumstances);
    assert_eq!(got.level, want, "{:#?}", got.steps);
}

/// The outcome of a provision for a class (or none), by the provision it scales.
#[track_caller]
fn outcome<'a>(
    assessment: &'a Assessment,
    id: &str,
    base: Option<&str>,
    class: Option<&str>,
) -> &'a Outcome {
    let fits = |o: &&Outcome| {
        o.provision == id && o.base.as_deref() == base && o.class.as_deref() == class
    };
    let mut found = assessment.provisions.iter().filter(fits);
    found
        .next()
        .unwrap_or_else(|| panic!("{id} {base:?} {class:?} was not evaluated"))
}

/// n - 1 stays below, n and n + 1 reach.
#[track_caller]
fn check_number(
    n: u64,
    counts: fn(u64) -> Vec<ReadingCount>,
    c: &Circumstances,
    below: Level,
    at: Level,
) {
    check(&counts(n - 1), c, below);
    check(&counts(n), c, at);
    check(&counts(n + 1), c, at);
}

const A: fn(u64) -> Vec<ReadingCount> = |n| abc(n, 0, 0);
const B: fn(u64) -> Vec<ReadingCount> = |n| abc(0, n, 0);
const C: fn(u64) -> Vec<ReadingCount> = |n| abc(0, 0, n);

#[test]
fn art_5_1_3_to_5_every_class_at_its_number() {
    for (class, n) in [(A, 50), (B, 500), (C, 5_000)] {
        for circumstances in [ordinary(), provided()] {
            check_number(n, class, &circumstances, Nothing, Serious);
        }
    }
}

#[test]
fn art_5_2_3_every_class_at_ten_times_its_number() {
    for (class, n) in [(A, 500), (B, 5_000), (C, 50_000)] {
        for circumstances in [ordinary(), provided()] {
            check_number(n, class, &circumstances, Serious, EspeciallySerious);
        }
    }
}

#[test]
fn art_5_1_8_every_class_at_half_its_number_when_provided_from_duty() {
    let both = Circumstances {
        action: Some(Action::Both),
        ..duty()
    };
    for (class, n) in [(A, 25), (B, 250), (C, 2_500)] {
        for circumstances in [duty(), both.clone()] {
            check_number(n, class, &circumstances, Nothing, Serious);
            check_number(n * 10, class, &circumstances, Serious, EspeciallySerious);
        }
    }
}

#[test]
fn art_5_1_8_does_not_halve_what_was_only_obtained_nor_what_is_unknown() {
    for action in [None, Some(Action::Obtain)] {
        let circumstances = Circumstances {
            in_duty: Some(true),
            action,
            ..ordinary()
        };
        for (class, n) in [(A, 50), (B, 500), (C, 5_000)] {
            check_number(n, class, &circumstances, Nothing, Serious);
            check_number(n * 10, class, &circumstances, Serious, EspeciallySerious);
        }
    }
    let gains = Some("4999.99".parse().unwrap());
    check(
        &abc(0, 0, 0),
        &Circumstances {
            in_duty: Some(true),
            gains,
            ..ordinary()
        },
        Nothing,
    );
}

#[test]
fn art_5_1_6_mixed_classes_are_converted_by_proportion() {
    for (a, b, c, level) in [
        (49, 0, 0, Nothing),
        (49, 10, 0, Serious),
        (49, 9, 9, Nothing),
        (49, 9, 10, Serious),
        (25, 250, 0, Serious),
        (20, 200, 999, Nothing),
        (20, 200, 1_000, Serious),
        (0, 499, 10, Serious),
        (0, 499, 9, Nothing),
        (250, 2_500, 0, EspeciallySerious),
        (250, 2_499, 9, Serious),
        (250, 2_499, 10, EspeciallySerious),
        (499, 9, 9, Serious),
        (499, 9, 10, EspeciallySerious),
    ] {
        check(&abc(a, b, c), &ordinary(), level);
        let weighted = default(&abc(a, b, c), &ordinary()).weighted;
        assert_eq!(
            weighted,
            Weighted {
                value: 100 * a + 10 * b + c,
                serious: 5_000,
                especially_serious: 50_000
            }
        );
    }
}

#[test]
fn art_5_1_8_halves_the_converted_total_as_well() {
    check(&abc(12, 129, 9), &duty(), Nothing); // 2,499
    check(&abc(12, 129, 10), &duty(), Serious);
    check(&abc(124, 1_259, 9), &duty(), Serious); // 24,999
    check(&abc(124, 1_259, 10), &duty(), EspeciallySerious);
    let weighted = default(&abc(0, 0, 1), &duty()).weighted;
    assert_eq!(
        (weighted.serious, weighted.especially_serious),
        (2_500, 25_000)
    );
}

#[test]
fn art_5_1_7_gains_are_an_axis_of_their_own_exact_to_the_cent() {
    let with = |gains: &str, base: Circumstances| Circumstances {
        gains: Some(gains.parse().unwrap()),
        ..base
    };
    for (gains, plain, in_duty) in [
        ("0", Nothing, Nothing),
        ("2499.99", Nothing, Nothing),
        ("2500", Nothing, Serious),
        ("4999.99", Nothing, Serious),
        ("5000", Serious, Serious),
        ("5000.01", Serious, Serious),
        ("24999.99", Serious, Serious),
        ("25000", Serious, EspeciallySerious),
        ("49999.99", Serious, EspeciallySerious),
        ("50000", EspeciallySerious, EspeciallySerious),
        ("61429.01", EspeciallySerious, EspeciallySerious),
    ] {
        check(&abc(0, 0, 0), &with(gains, ordinary()), plain);
        check(&abc(0, 0, 0), &with(gains, duty()), in_duty);
    }
    // Not converted into items: almost one number on each axis stays below both.
    check(&abc(0, 0, 4_999), &with("4999.99", ordinary()), Nothing);
    let assessment = default(&abc(0, 0, 0), &with("4999.99", ordinary()));
    let gains = outcome(&assessment, "5.1(7)", None, None);
    assert_eq!(
        (gains.count, gains.threshold, gains.reached),
        (4_999, 5_000, false)
    );
    assert!(gains.ratio > 0.99999 && gains.ratio < 1.0);
}

#[test]
fn art_5_1_9_prior_reaches_serious_with_any_item_and_never_more() {
    let prior = Circumstances {
        prior: Some(true),
        ..ordinary()
    };
    check(&abc(0, 0, 0), &prior, Nothing);
    check(&abc(0, 0, 1), &prior, Serious);
    check(&abc(0, 0, 49_999), &prior, Serious);
    check(&abc(0, 0, 50_000), &prior, EspeciallySerious);
    let earned = Circumstances {
        gains: Some(Yuan::whole(1)),
        ..prior.clone()
    };
    check(&abc(0, 0, 0), &earned, Serious);
    // What a reading excludes is nothing to act on.
    let bare = with_bare(&[(Category::Contact, 10, 10)]);
    assert_eq!(under(&bare, &prior, Reading::Lenient).level, Nothing);
    assert_eq!(under(&bare, &prior, Reading::Default).level, Serious);
}

#[test]
fn art_6_lawful_business_measures_class_c_by_profit() {
    check(&abc(0, 0, 1_000_000), &business(None), Nothing);
    check(&abc(0, 0, 1_000_000), &business(Some("49999.99")), Nothing);
    check(&abc(0, 0, 1_000_000), &business(Some("50000")), Serious);
    check(&abc(0, 0, 1), &business(Some("50000")), Serious);
    // Only the serious level exists.
    check(&abc(0, 0, 1_000_000), &business(Some("500000")), Serious);
    // Without class C there is nothing that Art. 6 covers.
    check(&abc(0, 0, 0), &business(Some("50000")), Nothing);
    let prior = Circumstances {
        prior: Some(true),
        ..business(None)
    };
    check(&abc(0, 0, 1), &prior, Serious);
    let assessment = default(&abc(0, 0, 1), &prior);
    assert!(outcome(&assessment, "6.1(2)", None, None).reached);
    assert!(
        !assessment
            .provisions
            .iter()
            .any(|o| o.provision.starts_with("5.1(9)"))
    );
}

#[test]
fn art_6_leaves_classes_a_and_b_to_art_5() {
    check_number(50, A, &business(None), Nothing, Serious);
    check_number(5_000, B, &business(None), Serious, EspeciallySerious);
    // Class C does not fill up the total.
    check(&abc(49, 0, 1_000_000), &business(None), Nothing);
    let prior = Circumstances {
        prior: Some(true),
        ..business(None)
    };
    let assessment = default(&abc(1, 0, 0), &prior);
    assert!(outcome(&assessment, "5.1(9)", None, None).reached);
}

#[test]
fn art_11_1_obtained_then_provided_is_counted_once() {
    let both = Circumstances {
        action: Some(Action::Both),
        ..ordinary()
    };
    check(&abc(0, 0, 3_000), &both, Nothing);
    check_number(5_000, C, &both, Nothing, Serious);
}

#[test]
fn art_11_2_recipients_accumulate_what_was_provided() {
    let two = |action| Circumstances {
        action,
        recipients: 2,
        ..ordinary()
    };
    for action in [Action::Provide, Action::Both] {
        check(&abc(0, 0, 3_000), &two(Some(action)), Serious);
        check(&abc(0, 0, 2_499), &two(Some(action)), Nothing);
        check(&abc(0, 0, 2_500), &two(Some(action)), Serious);
        assert_eq!(
            default(&abc(0, 0, 3_000), &two(Some(action)))
                .weighted
                .value,
            6_000
        );
    }
    for action in [None, Some(Action::Obtain)] {
        check(&abc(0, 0, 3_000), &two(action), Nothing);
    }
}

#[test]
fn criminal_law_99_the_number_itself_is_included() {
    let assessment = default(&abc(0, 500, 0), &ordinary());
    let lodging = outcome(&assessment, "5.1(4)", None, Some("B"));
    assert!(lodging.reached && lodging.count == lodging.threshold);
    assert_eq!(lodging.ratio, 1.0);
}

#[test]
fn literal_reading_of_item_6_is_noted_only_where_it_ends_differently() {
    let notes = |a, b, c| {
        let steps = default(&abc(a, b, c), &ordinary()).steps;
        steps
            .iter()
            .filter(|s| s.en.contains("read literally"))
            .count()
    };
    assert_eq!(notes(60, 0, 45_000), 1); // 51,000, no class at ten times its number
    check(&abc(60, 0, 45_000), &ordinary(), EspeciallySerious);
    assert_eq!(notes(25, 250, 0), 0); // no class at its number: both readings agree
    assert_eq!(notes(500, 0, 0), 0);
    assert_eq!(notes(60, 0, 0), 0);
}

#[test]
fn statute_before_2015_11_knows_no_especially_serious_level() {
    let on = |act: &str| Circumstances {
        act_date: Some(act.parse().unwrap()),
        ..ordinary()
    };
    check(&abc(0, 0, 50_000), &on("2012-04-01"), Serious);
    check(&abc(0, 0, 50_000), &on("2015-10-31"), Serious);
    check(&abc(0, 0, 50_000), &on("2015-11-01"), EspeciallySerious);
    check(&abc(0, 0, 50_000), &on("2016-05-01"), EspeciallySerious);
    check(&abc(0, 0, 50_000), &on("2009-02-27"), Nothing);
    check(&abc(0, 0, 50_000), &on("2009-02-28"), Serious);
    assert_eq!(
        default(&abc(0, 0, 50_000), &on("2012-04-01")).cap,
        Some(Serious)
    );
    assert_eq!(default(&abc(0, 0, 50_000), &on("2012-04-01")).next, None);
    assert_eq!(default(&abc(0, 0, 50_000), &on("2024-01-01")).cap, None);
}

#[test]
fn before_2009_02_28_there_was_no_provision_at_all() {
    let on = |day: &str| Circumstances {
        act_date: Some(day.parse().unwrap()),
        ..ordinary()
    };
    let first = |day: &str| {
        let got = default(&abc(0, 0, 60_000), &on(day));
        (got.level, got.steps[0].zh.clone())
    };
    let (level, step) = first("2009-02-27");
    assert_eq!(level, Level::None);
    assert!(step.contains("刑法尚无相应规定"), "{step}");
    let (level, step) = first("2009-02-28");
    assert_eq!(level, Serious);
    assert!(step.contains("最高一档为“情节严重”"), "{step}");
}

#[test]
fn art_13_no_numbers_before_2017_06() {
    let decided = |day: &str| Circumstances {
        decision_date: Some(day.parse().unwrap()),
        ..ordinary()
    };
    check(&abc(0, 0, 50_000), &decided("2017-05-31"), Nothing);
    check(
        &abc(0, 0, 50_000),
        &decided("2017-06-01"),
        EspeciallySerious,
    );
}

#[test]
fn provisions_come_in_the_order_of_the_instrument_serious_first() {
    let ids = |c: &Circumstances| -> Vec<String> {
        let outcomes = default(&abc(1, 1, 1), c).provisions;
        outcomes
            .iter()
            .map(|o| format!("{}{}", o.provision, o.class.as_deref().unwrap_or("")))
            .collect()
    };
    let plain = "5.1(3)A 5.1(4)B 5.1(5)C 5.1(6) 5.2(3)A 5.2(3)B 5.2(3)C 5.2(3)";
    assert_eq!(ids(&ordinary()).join(" "), plain);
    let full = Circumstances {
        gains: Some(Yuan::whole(1)),
        prior: Some(true),
        ..duty()
    };
    assert_eq!(
        ids(&full).join(" "),
        "5.1(3)A 5.1(4)B 5.1(5)C 5.1(6) 5.1(7) 5.1(8)A 5.1(8)B 5.1(8)C 5.1(8) 5.1(8) 5.1(9) \
         5.2(3)A 5.2(3)B 5.2(3)C 5.2(3) 5.2(3) 5.2(3)A 5.2(3)B 5.2(3)C 5.2(3) 5.2(3)"
    );
    let assessment = default(&abc(0, 250, 0), &duty());
    assert_eq!(
        outcome(&assessment, "5.1(8)", Some("5.1(4)"), Some("B")).threshold,
        250
    );
    assert_eq!(
        outcome(&assessment, "5.2(3)", Some("5.1(8)"), Some("B")).threshold,
        2_500
    );
    assert_eq!(
        outcome(&assessment, "5.2(3)", Some("5.1(4)"), Some("B")).threshold,
        5_000
    );
}

#[test]
fn guiding_case_193_identity_card_sets_turn_on_their_class() {
    let sets = counts_from_pairs(&[(Category::IdDocument, 10_000)]);
    let given = under(&sets, &ordinary(), Reading::Default);
    assert_eq!(
        (given.level, given.weighted.value),
        (EspeciallySerious, 100_000)
    );
    assert_eq!(given.flips, ["id-document"]);
    let lenient = under(&sets, &ordinary(), Reading::Lenient);
    assert_eq!((lenient.level, lenient.weighted.value), (Serious, 10_000));
    assert_eq!(lenient.flips, ["id-document"]);
}

#[test]
fn published_cases_by_their_counts() {
    check(
        &counts_from_pairs(&[(Category::Property, 650)]),
        &ordinary(),
        EspeciallySerious,
    );
    check(
        &counts_from_pairs(&[(Category::Credit, 100)]),
        &ordinary(),
        Serious,
    );
    check(
        &counts_from_pairs(&[(Category::Contact, 92_232)]),
        &ordinary(),
        EspeciallySerious,
    );
    for (tracks, level) in [
        (770, EspeciallySerious),
        (329, Serious),
        (100, Serious),
        (54, Serious),
    ] {
        check(
            &counts_from_pairs(&[(Category::Whereabouts, tracks)]),
            &ordinary(),
            level,
        );
    }
    // 12,441 items from duty: serious by volume if all are of class C; 1,396 of lodging among them
    // tip it.
    check(
        &counts_from_pairs(&[(Category::Identity, 12_441)]),
        &duty(),
        Serious,
    );
    let mixed = |lodging| {
        counts_from_pairs(&[
            (Category::Lodging, lodging),
            (Category::Vehicle, 12_441 - lodging),
        ])
    };
    check(&mixed(1_395), &duty(), Serious);
    check(&mixed(1_396), &duty(), EspeciallySerious);
    let gains = Some("61429.01".parse().unwrap());
    check(
        &mixed(0),
        &Circumstances { gains, ..duty() },
        EspeciallySerious,
    );
}
