//! Choices of counting, bounds, relief, fines, presumptions, and files that contradict themselves.

use super::*;
use crate::audit::Attributes;
use Level::{EspeciallySerious, None as Nothing, Serious};

fn stated(text: &str) -> Circumstances {
    Circumstances::from_toml(text, "case.toml").unwrap()
}

#[track_caller]
fn check(a: u64, b: u64, c: u64, text: &str, want: Level) {
    let got = default(&abc(a, b, c), &stated(text));
    assert_eq!(got.level, want, "{text}: {:#?}", got.steps);
}

#[test]
fn rules_of_counting_can_be_chosen_and_are_told() {
    check(60, 0, 45_000, "", EspeciallySerious);
    check(
        60,
        0,
        45_000,
        "rules = {weighted-total = 'literal'}",
        Serious,
    );
    check(
        20,
        200,
        1_000,
        "rules = {weighted-total = 'literal'}",
        Serious,
    );
    check(0, 0, 3_000, "action = 'provide'\nrecipients = 2", Serious);
    check(
        0,
        0,
        3_000,
        "action = 'provide'\nrecipients = 2\nrules = {recipients = 'once'}",
        Nothing,
    );
    check(0, 0, 9_000, "lawful-business = true", Nothing);
    check(
        0,
        0,
        9_000,
        "lawful-business = true\nrules = {lawful-business = 'together'}",
        Serious,
    );
    check(
        0,
        0,
        1,
        "lawful-business = true\nprofit = 50000\nrules = {lawful-business = 'together'}",
        Serious,
    );
    let got = default(&abc(0, 600, 0), &stated("classes = {lodging = 'C'}"));
    assert_eq!(got.level, Nothing);
    assert!(
        got.steps[0]
            .en
            .contains("by the user's choice `lodging` is in class C")
    );
    let mut rules = CountingRules::default();
    assert!(
        rules
            .choose("weighted", "x")
            .unwrap_err()
            .to_string()
            .contains("`weighted-total`")
    );
    assert!(
        rules
            .choose("recipients", "x")
            .unwrap_err()
            .to_string()
            .contains("`each` or `once`")
    );
}

#[test]
fn what_contradicts_itself_or_is_unknown_is_refused() {
    let refused = |text: &str, want: &str| {
        let error = Circumstances::from_toml(text, "case.toml")
            .unwrap_err()
            .to_string();
        assert!(error.contains(want), "{text}: {error}");
    };
    refused("lawful-business = true\naction = 'both'", "lawful-business");
    refused("lawful-business = false\nprofit = 5", "denied");
    refused("classes = {vehicel = 'A'}", "did you mean `vehicle`?");
    refused("less = {contakt = 5}", "did you mean `contact`?");
    refused("less = {contact = -5}", "line 1");
    refused("deduct = ['100%']", "below 100");
    refused("deduct = ['-1%']", "below 100");
    refused("deduct = ['4.555%']", "below 100");
    refused("rules = {weighted = 'literal'}", "weighted");
    let known = laws::builtin().unwrap();
    let unknown = |text: &str, want: &str| {
        let error = laws::check_stated(&stated(text), &known)
            .unwrap_err()
            .to_string();
        assert!(error.contains(want), "{text}: {error}");
    };
    unknown(
        "facts = {order-refuse = true}",
        "did you mean `order-refused`?",
    );
    unknown("classes = {vehicle = 'Z'}", "no law has such a class");
    assert!(laws::check_stated(&stated("facts = {order-refused = false}"), &known).is_ok());
}

#[test]
fn what_is_denied_is_not_proposed() {
    let ids = |text: &str| {
        let found = default(&abc(0, 300, 0), &stated(text)).what_if;
        found
            .into_iter()
            .map(|w| w.circumstance)
            .collect::<Vec<_>>()
    };
    let has = |text: &str, id: &str| ids(text).iter().any(|i| i == id);
    assert!(has("", "in-duty+provide") && has("", "prior"));
    assert!(!has("in-duty = false", "in-duty+provide"));
    assert!(!has("prior = false", "prior"));
    assert!(has("action = 'provide'", "downstream-crime"));
    assert!(!has(
        "action = 'provide'\nfacts = {downstream-crime = false}",
        "downstream-crime"
    ));
}

#[test]
fn facts_without_numbers_decide_where_they_are_stated() {
    check(
        0,
        0,
        1,
        "action = 'provide'\nfacts = {downstream-crime = true}",
        Serious,
    );
    check(0, 0, 1, "facts = {downstream-crime = true}", Nothing);
    check(
        0,
        0,
        0,
        "action = 'provide'\nfacts = {downstream-crime = true}",
        Nothing,
    );
    check(0, 0, 1, "facts = {grave-harm = true}", EspeciallySerious);
    let used = stated("action = 'provide'\nfacts = {used-by-others = true}");
    let track = counts_from_pairs(&[(Category::Whereabouts, 1)]);
    assert_eq!(default(&track, &used).level, Serious);
    // Only whereabouts, not all of their class.
    check(
        1,
        0,
        0,
        "action = 'provide'\nfacts = {used-by-others = true}",
        Nothing,
    );
}

#[test]
fn relief_is_told_below_the_highest_level_alone() {
    let has = |a: u64, text: &str, part: &str| {
        let got = default(&abc(a, 0, 0), &stated(text));
        got.steps
            .iter()
            .any(|s| s.article == "10" && s.en.contains(part))
    };
    let all = "facts = {first-time = true, gains-returned = true, remorse = true}";
    assert!(has(50, all, "open in the circumstances stated"));
    assert!(has(50, "", "not all of it is stated"));
    assert!(has(500, all, "is not open"));
    assert!(!has(50, "facts = {first-time = false}", ""));
    assert!(!has(49, all, ""));
}

#[test]
fn fines_are_worked_out_from_what_is_stated() {
    let got = default(&abc(50, 0, 0), &stated("gains = 61429.01"));
    assert_eq!(got.fines[0].min.as_deref(), Some("61429.01"));
    assert_eq!(got.fines[0].max.as_deref(), Some("307145.05"));
    assert!(got.fines[0].zh.contains("一倍") || got.fines[0].zh.contains("1 倍"));
    let unknown = default(&abc(50, 0, 0), &ordinary());
    assert_eq!(
        (&unknown.fines[0].min, &unknown.fines[0].max),
        (&None, &None)
    );
    assert!(default(&abc(0, 0, 0), &ordinary()).fines.is_empty());
    let pipl = laws::by_id("cn.pipl-2021").unwrap();
    let serious = stated("turnover = 2000000000\nfacts = {pipl-serious = true}");
    let got = assess(&pipl, &abc(1, 0, 0), &serious)
        .unwrap()
        .swap_remove(0);
    assert!(got.fines[0].en.contains("up to 50,000,000 CNY or up to 5 % of the turnover of the year before (here 100,000,000)"), "{}", got.fines[0].en);
}

#[test]
fn both_bounds_are_told() {
    let mut counts = counts_from_pairs(&[(Category::Lodging, 499)]);
    for count in &mut counts {
        count.categories[0].rows = 700;
        count.categories[0].own_rows = Some(600);
    }
    let got = default(&counts, &ordinary());
    assert_eq!(got.level, Nothing);
    let bounds: Vec<_> = got
        .bounds
        .iter()
        .map(|b| (b.bound.as_str(), b.level, b.weighted))
        .collect();
    assert_eq!(
        bounds,
        [("items", Nothing, 4_990), ("rows", Serious, 6_000)]
    );
    assert!(
        got.steps
            .iter()
            .any(|s| s.en.contains("the upper bound: serious"))
    );
    for count in &mut counts {
        count.categories[0].own_rows = None;
    }
    assert_eq!(default(&counts, &ordinary()).bounds[1].weighted, 7_000);
}

#[test]
fn a_union_of_persons_lies_between_its_bounds() {
    let law = laws::by_id("cn.incidents-2025").unwrap();
    let readings = counts_from_pairs(&[(Category::Contact, 900_000), (Category::Lodging, 900_000)]);
    let outcomes = |persons: Option<u64>| {
        let counts = Counts {
            readings: &readings,
            persons,
            attributes: None,
            profiles: &[],
        };
        let got = assess(&law, counts, &ordinary()).unwrap().swap_remove(0);
        got.bounds
            .iter()
            .map(|b| b.outcome.is_some())
            .collect::<Vec<_>>()
    };
    // Unknown: at least 900,000, at most twice as many. Known: neither more nor less.
    assert_eq!(outcomes(None), [false, true]);
    assert_eq!(outcomes(Some(999_999)), [false, false]);
    assert_eq!(outcomes(Some(1_000_000)), [true, true]);
    assert_eq!(outcomes(Some(1_800_000)), [true, true]);
}

#[test]
fn an_instrument_applies_when_it_is_in_force_and_has_a_reason() {
    let law = |applies: &str| {
        let text = SMALL.replace("unit =", &format!("{applies}\nunit ="));
        Instrument::from_toml(&text, "small.toml").unwrap()
    };
    let mut audit = crate::audit::Audit {
        started: "2026-01-05T08:00:00Z".to_owned(),
        ..Default::default()
    };
    let reason =
        |law: &Instrument, audit: &crate::audit::Audit| has_reason(law, audit, &ordinary());
    assert!(reason(&law("applies = {always = true}"), &audit));
    assert!(!reason(&law(""), &audit));
    let (kinds, residence) = (
        law("applies = {kinds = ['us.']}"),
        law("applies = {residence = ['us']}"),
    );
    assert!(!reason(&kinds, &audit) && !reason(&residence, &audit));
    audit.kinds = vec![crate::audit::KindCount {
        kind: "us.ssn".to_owned(),
        matches: 1,
        ..Default::default()
    }];
    assert!(reason(&kinds, &audit) && !reason(&residence, &audit));
    let lives = |code: &str| Attributes {
        total: 1,
        residence: Some([(code.to_owned(), 1)].into()),
        ..Attributes::default()
    };
    audit.attributes = Some(lives("us-ca"));
    assert!(reason(&residence, &audit));
    audit.attributes = Some(lives("usx"));
    assert!(!reason(&residence, &audit));
    audit.started = "2019-01-05T08:00:00Z".to_owned();
    assert!(!reason(&law("applies = {always = true}"), &audit));
}

/// A rule that an organisation gave itself, as the manual of law files has it.
const SMALL: &str = r#"
id = "acme.export"
number = "ACME data rule 7"
nature = "policy"
unit = "person"
comparison = "more-than"
title = {zh = "客户数据导出规则", en = "Rule on exports of customer data"}
issuer = {zh = "ACME 公司", en = "ACME"}
in_force = {from = 2026-01-01, confidence = "text"}
source = {name = "intranet, data rule 7", confidence = "text"}

[[class]]
id = "customer"
list = "closed"
name = {zh = "客户信息", en = "customer information"}

[categories]
contact = {all = "customer", confidence = "text", source = "7.1"}
identity = {all = "customer", confidence = "text", source = "7.1"}

[[outcome]]
id = "forbidden"
name = {zh = "禁止导出", en = "export is forbidden"}
level = "serious"

[[provision]]
id = "7.2"
quote = "No export may hold more than 1,000 customers."
summary = {zh = "超过一千名客户的，不得导出。", en = "No export of more than 1,000 customers."}
counts = "units"
threshold = 1000
outcome = "forbidden"
confidence = "text"
"#;

#[test]
fn the_small_file_of_the_manual_is_a_law_file() {
    let manual = include_str!("../instruments/README.md");
    let example = manual
        .split("```toml\n")
        .nth(1)
        .unwrap()
        .split("```")
        .next()
        .unwrap();
    let law = Instrument::from_toml(example, "README.md").unwrap();
    for (n, level) in [(1_000, Nothing), (1_001, Serious)] {
        let counts = counts_from_pairs(&[(Category::Contact, n), (Category::Health, 5_000)]);
        let got = assess(&law, &counts, &ordinary()).unwrap().swap_remove(0);
        assert_eq!(got.level, level, "{n}");
        assert_eq!(got.outcome.is_some(), level == Serious);
    }
}

#[test]
fn law_files_that_contradict_themselves_are_refused_with_file_and_line() {
    let refused = |from: &str, to: &str, want: &[&str]| {
        assert!(SMALL.contains(from), "{from}");
        let error = Instrument::from_toml(&SMALL.replacen(from, to, 1), "acme.toml")
            .unwrap_err()
            .to_string();
        assert!(error.starts_with("acme.toml: "), "{error}");
        for part in want {
            assert!(error.contains(part), "expected `{part}` in: {error}");
        }
    };
    let second = "[[provision]]\nid = \"7.3\"\nquote = \"q\"\nsummary = {zh = \"甲\", en = \"a\"}\ncounts = \"units\"\n\
                  threshold = 900\noutcome = \"worse\"\nconfidence = \"text\"\n\n[[outcome]]\nid = \"worse\"\n\
                  name = {zh = \"更重\", en = \"worse\"}\nlevel = \"serious\"\n\n[[provision]]\nid = \"7.2\"";
    refused(
        "[[provision]]\nid = \"7.2\"",
        second,
        &["line 31: provision.7.3.threshold: overlaps with provision `7.2`"],
    );
    let class = "[[class]]\nid = \"empty\"\nlist = \"open\"\nname = {zh = \"空\", en = \"empty\"}\n\n[categories]";
    refused(
        "[categories]",
        class,
        &["line 18: class.empty: no category belongs to it"],
    );
    refused(
        "outcome = \"forbidden\"",
        "outcome = \"forbiden\"",
        &["outcome.forbidden: no provision leads to it"],
    );
    refused(
        "threshold = 1000\n",
        "",
        &["provision.7.2: threshold: is missing"],
    );
    refused(
        "threshold = 1000",
        "threshold = 1000\nwhen = [\"moon\"]",
        &["no fact `moon`"],
    );
    refused(
        "contact = {all",
        "contakt = {all",
        &["line 18: categories.contakt: no such category"],
    );
    refused(
        "all = \"customer\"",
        "all = \"customer\", strict = \"customer\"",
        &["stands for every reading"],
    );
    refused(
        "counts = \"units\"",
        "counts = \"units\"\nattribute = \"sensitive\"\nresidence = \"us\"",
        &["residence"],
    );
    refused(
        "counts = \"units\"",
        "counts = \"score\"",
        &["the table `score` is missing"],
    );
    refused("level = \"serious\"", "level = \"severe\"", &["line "]);
}

#[test]
fn what_is_not_in_force_yet_is_for_comparison_only() {
    let text = SMALL.replace("{from = 2026-01-01, confidence", "{confidence");
    let law = Instrument::from_toml(&text, "small.toml").unwrap();
    assert!(law.is_draft());
    let counts = counts_from_pairs(&[(Category::Contact, 5_000)]);
    for day in [None, Some("2030-01-01".parse().unwrap())] {
        let stated = Circumstances {
            decision_date: day,
            ..ordinary()
        };
        let got = assess(&law, &counts, &stated).unwrap().swap_remove(0);
        assert_eq!((got.level, &got.outcome), (Nothing, &None));
        assert!(got.provisions.iter().any(|o| o.reached));
        assert!(
            got.steps[0].en.contains("is not in force"),
            "{:?}",
            got.steps
        );
        assert!(got.steps[0].zh.contains("尚未施行"));
    }
    assert!(law.describe(true).contains("**尚未施行**"));
    assert!(law.describe(false).contains("**not in force**"));
    // It never applies by itself, whatever was found.
    let text = text.replace("unit =", "applies = {always = true}\nunit =");
    let law = Instrument::from_toml(&text, "small.toml").unwrap();
    let audit = crate::audit::Audit {
        started: "2030-01-05T08:00:00Z".to_owned(),
        ..Default::default()
    };
    assert!(!has_reason(&law, &audit, &ordinary()));
    let closed = text.replace("{confidence", "{to = 2026-01-01, confidence");
    let error = Instrument::from_toml(&closed, "small.toml").unwrap_err();
    assert!(error.to_string().contains("in_force.to"), "{error}");
}

#[test]
fn reports_have_the_names_of_outcomes_and_classes_in_their_language() {
    let law = laws::by_id("cn.incidents-2025").unwrap();
    let counts = counts_from_pairs(&[(Category::Contact, 2_000_000)]);
    let got = assess(&law, &counts, &ordinary()).unwrap().swap_remove(0);
    let named = got.provisions.iter().find(|o| o.reached).unwrap();
    let name = named.outcome_name.as_ref().unwrap();
    assert_eq!(name.zh, "较大网络安全事件");
    let steps: Vec<&str> = got.steps.iter().map(|s| s.zh.as_str()).collect();
    assert!(
        steps.iter().any(|s| s.starts_with("个人信息（")),
        "{steps:?}"
    );
    assert!(!steps.iter().any(|s| s.contains("personal")), "{steps:?}");
}

#[test]
fn only_hours_and_days_are_reckoned_from_a_discovery() {
    let duty = "\n[[duty]]\nid = \"7.3\"\nquote = \"q\"\nwhat = {zh = \"甲\", en = \"a\"}\non = [\"forbidden\"]\n\
                confidence = \"text\"\nby = {since = \"discovery\", BY text = {zh = \"及时\", en = \"soon\"}}\n";
    let read = |by: &str| {
        let text = format!("{SMALL}{}", duty.replace("BY", by));
        Instrument::from_toml(&text, "acme.toml").map_err(|e| e.to_string())
    };
    assert!(read("n = 3, unit = \"days\",").is_ok());
    for by in [
        "",
        "n = 3, unit = \"working-days\",",
        "n = 1, unit = \"months\",",
    ] {
        let error = read(by).unwrap_err();
        assert!(error.contains("duty.7.3: by.since"), "{error}");
    }
}
