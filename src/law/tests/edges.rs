//! What dates, places and upper ends change at their edges: the conclusion under an old statute, persons in one of several
//! places, numbers that are scaled with their upper end, deadlines that nothing can reckon.

use super::*;
use crate::audit::Attributes;
use Level::{EspeciallySerious, None as Nothing, Serious};

/// The last step that says what was reached, in both languages, with the level.
fn conclusion(counts: &[ReadingCount], stated: &str) -> (Level, Option<Level>, String, String) {
    let stated = Circumstances::from_toml(stated, "case.toml").unwrap();
    let got = default(counts, &stated);
    let says = |s: &&Step| s.en.starts_with("reached: ") || s.en.contains("no level follows");
    let step = got.steps.iter().rfind(says).unwrap();
    (got.level, got.cap, step.en.clone(), step.zh.clone())
}

#[test]
fn a_conclusion_names_what_was_reached_beyond_the_statute_of_the_act() {
    let dates = "act-date = 2012-04-01\ndecision-date = 2018-01-01\n";
    let grave = format!("{dates}facts = {{grave-harm = true}}");
    let (level, cap, en, zh) = conclusion(&abc(0, 0, 1), &grave);
    assert_eq!((level, cap), (Serious, Some(Serious)));
    assert_eq!(en, "reached: Art. 5 para. 2 (1) (serious)");
    assert_eq!(zh, "达到第五条第二款第一项规定的标准（情节严重）");
    // What reaches the level by itself is named alone.
    let (level, _, en, _) = conclusion(&abc(50, 0, 0), &grave);
    assert_eq!(level, Serious);
    assert_eq!(
        en,
        "reached: Art. 5 para. 1 (3), Art. 5 para. 1 (6) (serious)"
    );
    // The statute since November 2015 knows the level, and none of 2008 knows any.
    let since = "act-date = 2015-11-01\ndecision-date = 2018-01-01\nfacts = {grave-harm = true}";
    let (level, cap, en, _) = conclusion(&abc(0, 0, 1), since);
    assert_eq!((level, cap), (EspeciallySerious, None));
    assert_eq!(en, "reached: Art. 5 para. 2 (1) (especially serious)");
    let before = "act-date = 2009-02-27\ndecision-date = 2018-01-01\nfacts = {grave-harm = true}";
    let (level, cap, en, _) = conclusion(&abc(0, 0, 1), before);
    assert_eq!((level, cap), (Nothing, Some(Nothing)));
    assert_eq!(
        en,
        "the numbers do not apply, and no level follows from them"
    );
}

/// A law that counts the persons of two places, and halves a number with an upper end.
const PLACES: &str = r#"
id = "xx.places"
number = "X 2"
citation = "plain"
unit = "person"
comparison = "more-than"
title = {zh = "两地规则", en = "Rule of two places"}
issuer = {zh = "某机关", en = "An authority"}
in_force = {from = 2020-01-01, confidence = "unconfirmed"}
source = {name = "synthetic", confidence = "unconfirmed"}
scope = {residence = ["jp", "kr"], everybody = "established"}

[[class]]
id = "any"
list = "open"
name = {zh = "个人信息", en = "personal information"}

[categories]
contact = {all = "any", confidence = "unconfirmed", source = "1"}

[[outcome]]
id = "tell"
name = {zh = "通知", en = "tell"}

[[fact]]
id = "established"
text = {zh = "在当地设有机构", en = "there is an establishment"}

[[provision]]
id = "1"
quote = "more than 800 persons"
summary = {zh = "超过八百人。", en = "More than 800."}
counts = "units"
threshold = 800
outcome = "tell"
confidence = "unconfirmed"
"#;

/// The outcomes at both bounds, of so many persons living where it says.
#[track_caller]
fn check_living(
    law: &str,
    total: u64,
    living: &[(&str, u64)],
    stated: &Circumstances,
    want: [bool; 2],
) {
    let law = Instrument::from_toml(law, "places.toml").unwrap();
    let readings = counts_from_pairs(&[(Category::Contact, total)]);
    let residence = living.iter().map(|(place, n)| ((*place).to_owned(), *n));
    let attributes = Attributes {
        total,
        residence: Some(residence.collect()),
        ..Attributes::default()
    };
    let counts = Counts {
        readings: &readings,
        persons: Some(total),
        attributes: Some(&attributes),
        profiles: &[],
    };
    let got = assess(&law, counts, stated).unwrap().swap_remove(0);
    let reached = [0, 1].map(|bound| got.bounds[bound].outcome.is_some());
    assert_eq!(reached, want, "{total} {living:?}");
}

#[test]
fn whoever_may_live_in_one_of_several_places_counts_once_at_the_upper_bound() {
    let check = |total, living: &[(&str, u64)], want| {
        check_living(PLACES, total, living, &ordinary(), want);
    };
    // 500 live nobody knows where: with the 200 they are 700, not 500 for each place.
    check(
        1_000,
        &[("jp", 100), ("kr", 100), ("us", 300)],
        [false, false],
    );
    check(
        1_000,
        &[("jp", 100), ("kr", 100), ("us", 200)],
        [false, false],
    );
    check(
        1_000,
        &[("jp", 100), ("kr", 100), ("us", 199)],
        [false, true],
    );
    check(
        1_000,
        &[("jp", 400), ("kr", 400), ("us", 200)],
        [false, false],
    );
    check(
        1_000,
        &[("jp", 401), ("kr", 400), ("us", 199)],
        [true, true],
    );
    check(1_000, &[("us", 1_000)], [false, false]);
    let established = Circumstances {
        facts: [("established".to_owned(), true)].into(),
        ..ordinary()
    };
    check_living(PLACES, 801, &[("us", 801)], &established, [true, true]);
    // Of a country it is not known in which part they live, so they may live in one that counts.
    let parts = PLACES.replace(r#"["jp", "kr"]"#, r#"["us-ca", "us-nv"]"#);
    let check = |living: &[(&str, u64)], want| {
        check_living(&parts, 1_000, living, &ordinary(), want);
    };
    check(
        &[("us", 500), ("us-ca", 100), ("us-tx", 200)],
        [false, false],
    );
    check(
        &[("us", 500), ("us-ca", 100), ("us-tx", 199)],
        [false, true],
    );
    check(&[("us-nv", 401), ("us-ca", 400), ("cn", 199)], [true, true]);
}

/// The number of `PLACES` with an upper end, a heavier one from there on, and both halved in duty.
fn halved(under: u64) -> String {
    let text = PLACES
        .replace(
            "scope = {residence = [\"jp\", \"kr\"], everybody = \"established\"}\n",
            "",
        )
        .replace("comparison = \"more-than\"\n", "")
        .replace(
            "threshold = 800",
            &format!("threshold = 800\nunder = {under}"),
        )
        .replace(
            "[[fact]]",
            "[[outcome]]\nid = \"publish\"\nname = {zh = \"公告\", en = \"publish\"}\n\n[[fact]]",
        );
    format!(
        "{text}\n[[provision]]\nid = \"2\"\nquote = \"2,000 persons\"\nsummary = {{zh = \"二千人以上。\", en = \"2,000.\"}}\n\
         counts = \"units\"\nthreshold = 2000\noutcome = \"publish\"\nconfidence = \"unconfirmed\"\n\n\
         [[provision]]\nid = \"3\"\nquote = \"half of it\"\nsummary = {{zh = \"减半。\", en = \"Half.\"}}\n\
         counts = \"scaled\"\nof = [\"1\"]\ndivide = 2\nwhen = [\"in-duty\"]\noutcome = \"tell\"\nconfidence = \"unconfirmed\"\n"
    )
}

#[test]
fn a_scaled_number_takes_its_upper_end_with_it() {
    let law = Instrument::from_toml(&halved(2_000), "halved.toml").unwrap();
    let rule = law.rules().iter().find(|rule| rule.base.is_some()).unwrap();
    assert_eq!((rule.threshold, rule.under), (400, Some(1_000)));
    for (n, is_reached) in [
        (399, false),
        (400, true),
        (401, true),
        (999, true),
        (1_000, false),
    ] {
        let readings = counts_from_pairs(&[(Category::Contact, n)]);
        let got = assess(&law, &readings, &duty()).unwrap().swap_remove(0);
        let scaled = got.provisions.iter().find(|o| o.provision == "3").unwrap();
        assert_eq!((scaled.count, scaled.reached), (n, is_reached), "{n}");
        // What is past the upper end is no distance to go.
        let next = got.next.map(|next| (next.outcome.unwrap(), next.needed));
        let want = match n {
            399 => ("tell".to_owned(), 1),
            _ => ("publish".to_owned(), 2_000 - n),
        };
        assert_eq!(next, Some(want), "{n}");
    }
    for under in [801, 1_999] {
        let error = Instrument::from_toml(&halved(under), "halved.toml").unwrap_err();
        let want = "provision.3: of: the number of `1` cannot be scaled to a whole one";
        assert!(error.to_string().contains(want), "{error}");
    }
}

#[test]
fn what_is_past_its_upper_end_is_not_said_to_be_below() {
    let text = PLACES
        .replace("comparison = \"more-than\"\n", "")
        .replace("threshold = 800", "threshold = 800\nunder = 2000");
    let law = Instrument::from_toml(&text, "places.toml").unwrap();
    for (n, want) in [
        (799, "in all: 799 persons < 800 persons (1)"),
        (800, "in all: 800 persons ≥ 800 persons (1)"),
        (1_999, "in all: 1,999 persons ≥ 800 persons (1)"),
        (
            2_000,
            "in all: 2,000 persons ≥ 800 persons (1); past the upper end of it",
        ),
    ] {
        let readings = counts_from_pairs(&[(Category::Contact, n)]);
        let got = assess(&law, &readings, &ordinary()).unwrap().swap_remove(0);
        assert_eq!(got.outcome.is_some(), (800..2_000).contains(&n), "{n}");
        assert!(got.steps.iter().any(|s| s.en == want), "{:#?}", got.steps);
    }
}

#[test]
fn a_last_day_needs_a_first_one() {
    let read = |to: &str| {
        let text = PLACES.replace(
            "{from = 2020-01-01, confidence",
            &format!("{{{to}, confidence"),
        );
        Instrument::from_toml(&text, "places.toml").map_err(|e| e.to_string())
    };
    let error = read("to = 2026-01-01").unwrap_err();
    let want = "in_force.to: needs `from`: what is not in force yet has no end";
    assert!(error.ends_with(want), "{error}");
    let error = read("from = 2020-01-02, to = 2020-01-01").unwrap_err();
    assert!(
        error.ends_with("in_force.to: lies before `from`"),
        "{error}"
    );
    assert!(read("from = 2020-01-01, to = 2020-01-01").is_ok());
}

#[test]
fn a_deadline_that_cannot_be_reckoned_is_refused() {
    let read = |by: &str| {
        let duty = format!(
            "{PLACES}\n[[duty]]\nid = \"4\"\nquote = \"q\"\nwhat = {{zh = \"甲\", en = \"a\"}}\non = [\"tell\"]\n\
             confidence = \"unconfirmed\"\nby = {{{by}, text = {{zh = \"及时\", en = \"soon\"}}}}\n"
        );
        Instrument::from_toml(&duty, "places.toml").map_err(|e| e.to_string())
    };
    for (by, want) in [
        ("n = 3", "by.unit: `n` and `unit` belong together"),
        ("unit = \"days\"", "by.unit: `n` and `unit` belong together"),
        ("n = 0, unit = \"days\"", "by.n: must be at least 1"),
        (
            "n = 0, unit = \"hours\", since = \"discovery\"",
            "by.n: must be at least 1",
        ),
        (
            "n = 72, unit = \"hours\", since = \"day-of-discovery\"",
            "by.since: counts the day itself: `unit` must be `days`",
        ),
        (
            "n = 30, unit = \"minutes\", since = \"discovery\"",
            "by.since: needs `n` with `unit` in hours or days: nothing else is reckoned",
        ),
        (
            "since = \"day-of-discovery\"",
            "by.since: needs `n` with `unit` in hours or days: nothing else is reckoned",
        ),
    ] {
        let error = read(by).unwrap_err();
        assert!(
            error.contains("duty.4") && error.ends_with(want),
            "{by}: {error}"
        );
    }
    // The day of the discovery is the first, so that one day ends on it.
    let law = read("n = 1, unit = \"days\", since = \"day-of-discovery\"").unwrap();
    let stated = Circumstances {
        discovered: Some("2026-11-20T23:59".parse().unwrap()),
        ..ordinary()
    };
    let readings = counts_from_pairs(&[(Category::Contact, 801)]);
    let got = assess(&law, &readings, &stated).unwrap().swap_remove(0);
    let due = got.filings[0].due.unwrap().to_string();
    assert_eq!(due, "2026-11-20");
}
