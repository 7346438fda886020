//! Laws outside mainland China: their numbers of persons, their conditions, the score of a severity, deadlines, and whom
//! they count by what an audit shows of persons.

use super::*;
use crate::audit::{Attributes, Audit, PersonProfile};
use Category::{
    Account, Address, Contact, Device, Health, Identity, Property, Special, Whereabouts,
};

/// What is counted: (category, persons).
type Counted<'a> = &'a [(Category, u64)];

pub(super) fn stated(facts: &[(&str, bool)]) -> Circumstances {
    let facts = facts.iter().map(|(id, is)| ((*id).to_owned(), *is));
    Circumstances {
        facts: facts.collect(),
        ..ordinary()
    }
}

/// All three readings of counts given by hand, with persons by place of residence.
fn by_hand(
    law: &str,
    facts: &[(&str, bool)],
    counted: Counted<'_>,
    living: &[(&str, u64)],
) -> Vec<Assessment> {
    let readings = counts_from_pairs(counted);
    let total = counted.iter().map(|c| c.1).sum();
    let residence = living.iter().map(|(place, n)| ((*place).to_owned(), *n));
    let attributes = Attributes {
        total,
        residence: Some(residence.collect()),
        ..Attributes::default()
    };
    let counts = Counts {
        readings: &readings,
        persons: Some(total),
        attributes: Some(&attributes).filter(|_| !living.is_empty()),
        profiles: &[],
    };
    assess(&laws::by_id(law).unwrap(), counts, &stated(facts)).unwrap()
}

fn outcome(assessment: &Assessment) -> &str {
    assessment.outcome.as_ref().map_or("", |named| &named.id)
}

/// The outcome under the default reading.
#[track_caller]
fn check(law: &str, facts: &[(&str, bool)], counted: Counted<'_>, want: &str) {
    let got = by_hand(law, facts, counted, &[]);
    assert_eq!(outcome(&got[0]), want, "{law} {facts:?} {counted:?}");
}

#[track_caller]
fn check_living(law: &str, facts: &[(&str, bool)], living: &[(&str, u64)], want: &str) {
    let n = living.iter().map(|l| l.1).sum();
    let counted: Counted<'_> = &[(Identity, n), (Health, n)];
    let got = by_hand(law, facts, counted, living);
    assert_eq!(outcome(&got[0]), want, "{law} {facts:?} {living:?}");
}

#[test]
fn japan_counts_more_than_a_thousand_and_any_of_three_sorts() {
    let law = "jp.appi";
    check(law, &[], &[(Contact, 999)], "");
    check(law, &[], &[(Contact, 1_000)], "");
    check(law, &[], &[(Contact, 1_001)], "report");
    check(law, &[], &[(Health, 1)], "report");
    check(law, &[], &[(Special, 1)], "report");
    check(law, &[], &[(Property, 1)], "report");
    check(law, &[], &[(Account, 1)], "");
    check(
        law,
        &[("wrongful-purpose", true)],
        &[(Contact, 1)],
        "report",
    );
    check(law, &[("wrongful-purpose", false)], &[(Contact, 1)], "");
    check(law, &[("encrypted", true)], &[(Health, 5_000)], "");
    check(law, &[("leaked", false)], &[(Health, 5_000)], "");
    assert_eq!(
        outcome(&by_hand(law, &[], &[(Account, 1)], &[])[2]),
        "report"
    );
}

#[test]
fn korea_counts_a_thousand_and_any_sensitive_or_unique_identifier() {
    let law = "kr.pipa";
    check(law, &[], &[(Contact, 1)], "notify-persons");
    check(law, &[], &[(Contact, 999)], "notify-persons");
    check(law, &[], &[(Contact, 1_000)], "report");
    check(law, &[], &[(Contact, 1_001)], "report");
    check(law, &[], &[(Identity, 1)], "report");
    check(law, &[], &[(Health, 1)], "report");
    check(
        law,
        &[("outside-intrusion", true)],
        &[(Contact, 1)],
        "report",
    );
    check(law, &[], &[(Contact, 10_000_000)], "report");
    let grave = [("gross-negligence", true)];
    check(law, &grave, &[(Contact, 9_999_999)], "report");
    check(law, &grave, &[(Contact, 10_000_000)], "report-10-million");
}

#[test]
fn singapore_counts_five_hundred_or_significant_harm() {
    let law = "sg.pdpa";
    check(law, &[], &[(Contact, 499)], "");
    check(law, &[], &[(Contact, 500)], "notify-commission");
    check(law, &[], &[(Contact, 501)], "notify-commission");
    check(law, &[], &[(Property, 1)], "notify-individuals");
    check(law, &[], &[(Account, 1)], "notify-individuals");
    check(law, &[("internal-only", true)], &[(Property, 900)], "");
    check(
        law,
        &[("significant-harm", true)],
        &[(Contact, 1)],
        "notify-individuals",
    );
}

#[test]
fn hipaa_counts_five_hundred_for_hhs_and_more_than_that_of_one_state_for_the_media() {
    let law = "us.hipaa";
    let covered = [("hipaa-covered", true)];
    check(law, &[], &[(Health, 10_000)], "");
    check(law, &covered, &[(Health, 1)], "hhs-yearly");
    check(law, &covered, &[(Health, 499)], "hhs-yearly");
    check(law, &covered, &[(Health, 500)], "hhs");
    check(law, &covered, &[(Health, 501)], "hhs");
    check(law, &covered, &[(Contact, 501)], "");
    check_living(law, &covered, &[("us-ca", 500)], "hhs");
    check_living(law, &covered, &[("us-ca", 501)], "media");
    check_living(law, &covered, &[("us-ca", 400), ("us-nv", 400)], "hhs");
    check_living(law, &covered, &[("us-ca", 400), ("us-nv", 501)], "media");
    check_living(law, &covered, &[("us", 5_000)], "hhs");
    let ids = |n: u64| -> Vec<String> {
        let got = by_hand(law, &covered, &[(Health, n)], &[]);
        got[0].filings.iter().map(|f| f.provision.clone()).collect()
    };
    assert_eq!(ids(499), ["164.404(b)", "164.408(c)"]);
    assert_eq!(ids(500), ["164.404(b)", "164.408(b)"]);
}

#[test]
fn states_count_their_own_residents_each_with_its_comparison() {
    let law = "us.ca-civ-1798-82";
    check_living(law, &[], &[("us-nv", 9_000)], "");
    check_living(law, &[], &[("us-ca", 1)], "residents");
    check_living(law, &[], &[("us-ca", 500)], "residents");
    check_living(law, &[], &[("us-ca", 501)], "attorney-general");
    check_living(law, &[("encrypted", true)], &[("us-ca", 501)], "");
    let more_than = [
        ("us-nd", 250),
        ("us-or", 250),
        ("us-sd", 250),
        ("us-de", 500),
        ("us-ia", 500),
        ("us-ri", 500),
        ("us-wa", 500),
        ("us-al", 1_000),
        ("us-az", 1_000),
        ("us-hi", 1_000),
        ("us-mo", 1_000),
        ("us-nm", 1_000),
        ("us-sc", 1_000),
    ];
    for (state, n) in more_than {
        check_living("us.states", &[], &[(state, n)], "");
        check_living("us.states", &[], &[(state, n + 1)], "regulator");
    }
    for (state, n) in [("us-tx", 250), ("us-co", 500), ("us-fl", 500), ("us-ny", 1)] {
        check_living("us.states", &[], &[(state, n - 1), ("us-wy", 5_000)], "");
        check_living("us.states", &[], &[(state, n)], "regulator");
    }
    let ftc = [("ftc-financial-institution", true)];
    check("us.ftc-safeguards", &ftc, &[(Contact, 499)], "");
    check("us.ftc-safeguards", &ftc, &[(Contact, 500)], "notify-ftc");
    check("us.ftc-safeguards", &[], &[(Contact, 500)], "");
}

#[test]
fn laws_without_a_number_ask_for_circumstances_that_stay_unknown() {
    for law in ["eu.gdpr", "uk.gdpr"] {
        check(law, &[], &[(Contact, 1)], "notify-authority");
        check(law, &[], &[(Health, 1)], "examine-high-risk");
        check(law, &[("risk-unlikely", true)], &[(Health, 1)], "document");
        check(
            law,
            &[("high-risk", true)],
            &[(Contact, 1)],
            "notify-persons",
        );
        check(
            law,
            &[("high-risk", true), ("encrypted", true)],
            &[(Contact, 1)],
            "notify-authority",
        );
        check(law, &[], &[(Contact, 0)], "");
    }
    check("br.lgpd", &[], &[(Contact, 1_000_000)], "");
    check(
        "br.lgpd",
        &[("large-scale", true)],
        &[(Contact, 1_000_000)],
        "communicate",
    );
    check("br.lgpd", &[], &[(Account, 1)], "communicate");
    check(
        "br.lgpd",
        &[("significant-effect", false)],
        &[(Account, 1)],
        "",
    );
    check("in.dpdp", &[], &[(Contact, 1)], "notify");
    check("hk.pdpo", &[], &[(Contact, 1)], "notify-advised");
    let got = by_hand("eu.gdpr", &[], &[(Contact, 1)], &[]);
    let ids: Vec<&str> = got[0]
        .what_if
        .iter()
        .map(|w| w.circumstance.as_str())
        .collect();
    assert!(
        ids.contains(&"high-risk") && ids.contains(&"risk-unlikely"),
        "{ids:?}"
    );
}

#[test]
fn no_duty_begins_before_a_law_is_in_force() {
    let readings = counts_from_pairs(&[(Contact, 5)]);
    let on = |day: &str| {
        let case = Circumstances {
            decision_date: Some(day.parse().unwrap()),
            ..ordinary()
        };
        let all = assess(&laws::by_id("in.dpdp").unwrap(), &readings, &case).unwrap();
        outcome(&all[0]).to_owned()
    };
    assert_eq!(
        (on("2027-05-12").as_str(), on("2027-05-13").as_str()),
        ("", "notify")
    );
}

/// The score of ENISA in hundredths and its band.
#[track_caller]
fn check_score(facts: &[&str], counted: Counted<'_>, score: u64, band: &str) {
    let facts: Vec<(&str, bool)> = facts.iter().map(|id| (*id, true)).collect();
    let got = by_hand("eu.enisa-2013", &facts, counted, &[]);
    let scored = got[0].provisions.iter().find(|p| p.basis == Basis::Score);
    assert_eq!(scored.unwrap().count, score, "{facts:?} {counted:?}");
    assert_eq!(outcome(&got[0]), band, "{facts:?} {counted:?}");
}

#[test]
fn enisa_scores_are_exact_at_every_edge_of_a_band() {
    check_score(&[], &[], 0, "");
    check_score(&[], &[(Device, 1)], 50, "low");
    check_score(&[], &[(Identity, 1)], 100, "low");
    check_score(
        &["recipients-unknown", "integrity-recoverable"],
        &[(Identity, 1)],
        175,
        "low",
    );
    check_score(
        &["recipients-unknown", "integrity-lost"],
        &[(Identity, 1)],
        200,
        "medium",
    );
    check_score(
        &["recipients-known", "malicious"],
        &[(Identity, 1), (Whereabouts, 1)],
        275,
        "medium",
    );
    check_score(
        &["recipients-unknown", "malicious"],
        &[(Identity, 1), (Whereabouts, 1)],
        300,
        "high",
    );
    check_score(&[], &[(Identity, 1), (Health, 1)], 400, "very-high");
    check_score(
        &["context-lowers"],
        &[(Identity, 1), (Health, 1)],
        300,
        "high",
    );
    check_score(
        &[
            "context-lowers",
            "recipients-unknown",
            "availability-temporary",
        ],
        &[(Identity, 1), (Health, 1)],
        375,
        "high",
    );
    check_score(
        &["context-lowers", "recipients-unknown", "availability-lost"],
        &[(Identity, 1), (Health, 1)],
        400,
        "very-high",
    );
    // The base stays within 1 and 4, whatever the context does.
    check_score(
        &["context-raises"],
        &[(Identity, 1), (Health, 1)],
        400,
        "very-high",
    );
    check_score(&["context-lowers"], &[(Identity, 1)], 100, "low");
    // The most sensitive class counts, and the best identifier.
    check_score(&[], &[(Address, 1), (Property, 1)], 225, "medium");
    check_score(
        &["identification-certain"],
        &[(Address, 1), (Property, 1)],
        300,
        "high",
    );
}

#[test]
fn enisa_flags_more_than_a_hundred_persons_beside_the_score() {
    for (n, is_flagged) in [(99, false), (100, false), (101, true)] {
        let got = by_hand("eu.enisa-2013", &[], &[(Contact, n)], &[]);
        let flag = got[0]
            .provisions
            .iter()
            .find(|p| p.provision == "over-100")
            .unwrap();
        assert_eq!((flag.reached, outcome(&got[0])), (is_flagged, "low"));
    }
}

/// The deadline of a duty in hours, under the circumstances that bring it about.
#[track_caller]
fn check_deadline(law: &str, facts: &[(&str, bool)], duty: &str, hours: Option<u64>) {
    let got = by_hand(law, facts, &[(Health, 2_000)], &[]);
    let filing = got[0].filings.iter().find(|f| f.provision == duty);
    let filing = filing.unwrap_or_else(|| panic!("{law} {duty} is not due"));
    assert_eq!(filing.hours, hours, "{law} {duty}");
}

#[test]
fn deadlines_are_those_of_the_law() {
    check_deadline("eu.gdpr", &[], "33(1)", Some(72));
    check_deadline("eu.gdpr", &[("high-risk", true)], "34(2)", None);
    check_deadline("jp.appi", &[], "規則8条1項", Some(5 * 24));
    check_deadline("jp.appi", &[], "規則8条2項", Some(30 * 24));
    check_deadline(
        "jp.appi",
        &[("wrongful-purpose", true)],
        "規則8条2項/60",
        Some(60 * 24),
    );
    check_deadline("kr.pipa", &[], "시행령 40조", Some(72));
    check_deadline("sg.pdpa", &[], "26D(1)", Some(3 * 24));
    check_deadline(
        "us.hipaa",
        &[("hipaa-covered", true)],
        "164.408(b)",
        Some(60 * 24),
    );
    check_deadline("in.dpdp", &[], "rule 7(2)(b)", Some(72));
    check_deadline("br.lgpd", &[], "Res. 15/2024 Art. 6", None);
    check_deadline("hk.pdpo", &[], "Guidance", None);
    let wrongful = by_hand(
        "jp.appi",
        &[("wrongful-purpose", true)],
        &[(Health, 1)],
        &[],
    );
    assert!(
        wrongful[0]
            .filings
            .iter()
            .all(|f| f.provision != "規則8条2項")
    );
}

#[test]
fn a_ceiling_of_turnover_is_worked_out_and_unknown_without_it() {
    let ceiling = |turnover: Option<&str>| {
        let case = Circumstances {
            turnover: turnover.map(|t| t.parse().unwrap()),
            ..ordinary()
        };
        let readings = counts_from_pairs(&[(Contact, 5)]);
        let all = assess(&laws::by_id("eu.gdpr").unwrap(), &readings, &case).unwrap();
        all[0]
            .fines
            .iter()
            .map(|f| f.max.clone())
            .collect::<Vec<_>>()
    };
    let owned = |n: &str| Some(n.to_owned());
    assert_eq!(ceiling(None), [None, None]);
    assert_eq!(
        ceiling(Some("1000000")),
        [owned("10000000"), owned("20000000")]
    );
    assert_eq!(
        ceiling(Some("1000000000")),
        [owned("20000000"), owned("40000000")]
    );
}

/// (categories, ages, countries, how many).
type Persons<'a> = (&'a [Category], &'a [&'a str], &'a [&'a str], u64);

/// An audit of some persons.
fn audit(groups: &[Persons<'_>]) -> Audit {
    let owned = |ids: &[&str]| ids.iter().map(|id| (*id).to_owned()).collect::<Vec<_>>();
    let profiles = groups
        .iter()
        .map(|(categories, ages, countries, n)| PersonProfile {
            categories: categories.iter().map(|c| c.id().to_owned()).collect(),
            ages: owned(ages),
            countries: owned(countries),
            identifiers: Vec::new(),
            persons: *n,
        });
    // The first category of each group has won the items.
    let pairs: Vec<_> = groups.iter().map(|g| (g.0[0], g.3)).collect();
    Audit {
        started: "2026-11-22T00:00:00Z".to_owned(),
        persons: groups.iter().map(|g| g.3).sum(),
        readings: counts_from_pairs(&pairs),
        profiles: profiles.collect(),
        ..Audit::default()
    }
}

#[track_caller]
fn check_audit(law: &str, facts: &[(&str, bool)], audit: &Audit, bounds: [&str; 2]) {
    let got = assess(&laws::by_id(law).unwrap(), audit, &stated(facts)).unwrap();
    let ids = got[0]
        .bounds
        .iter()
        .map(|b| b.outcome.as_ref().map_or("", |o| &o.id));
    assert_eq!(ids.collect::<Vec<_>>(), bounds, "{law} {facts:?}");
}

#[test]
fn a_law_counts_the_persons_of_its_country_as_far_as_records_show_them() {
    let contact: &[Category] = &[Contact];
    let few = audit(&[
        (contact, &[], &["jp"], 1_000),
        (contact, &[], &["cn"], 9_000),
    ]);
    check_audit("jp.appi", &[], &few, ["", ""]);
    check_audit(
        "jp.appi",
        &[("established-jp", true)],
        &few,
        ["report", "report"],
    );
    let more = audit(&[
        (contact, &[], &["jp", "cn"], 1_001),
        (contact, &[], &["cn"], 9_000),
    ]);
    check_audit("jp.appi", &[], &more, ["report", "report"]);
    let open = audit(&[(contact, &[], &["jp"], 1_000), (contact, &[], &[], 1)]);
    check_audit("jp.appi", &[], &open, ["", "report"]);
    // Where no record shows any country, everybody counts.
    let nowhere = audit(&[(contact, &[], &[], 1_001)]);
    check_audit("jp.appi", &[], &nowhere, ["report", "report"]);
}

#[test]
fn what_lost_the_item_still_counts_for_a_law_that_asks_for_persons() {
    let both: &[Category] = &[Property, Health];
    let all = audit(&[(both, &[], &["jp"], 1)]);
    check_audit("jp.appi", &[], &all, ["report", "report"]);
    let got = assess(
        &laws::by_id("br.lgpd").unwrap(),
        &all,
        &stated(&[("established-br", true)]),
    )
    .unwrap();
    let sensitive = got[0]
        .provisions
        .iter()
        .find(|p| p.attribute.as_deref() == Some("sensitive"));
    assert_eq!(sensitive.unwrap().count, 1);
}

#[test]
fn minors_are_sensitive_where_the_law_says_so() {
    let contact: &[Category] = &[Contact];
    let all = audit(&[
        (contact, &["under-14"], &["cn"], 9_999),
        (contact, &["adult"], &["cn"], 99_999),
        (contact, &[], &["cn"], 1),
    ]);
    let exported = |more: u64| {
        let case = Circumstances {
            exported_sensitive: more,
            ..stated(&[("export", true)])
        };
        let got = assess(&laws::by_id("cn.export-2024").unwrap(), &all, &case).unwrap();
        outcome(&got[0]).to_owned()
    };
    assert_eq!(exported(0), "standard-contract");
    assert_eq!(exported(1), "security-assessment");
    let got = assess(
        &laws::by_id("br.lgpd").unwrap(),
        &all,
        &stated(&[("established-br", true)]),
    )
    .unwrap();
    let minors = got[0]
        .provisions
        .iter()
        .find(|p| p.attribute.as_deref() == Some("minors-under-18"));
    assert_eq!(
        (minors.unwrap().count, outcome(&got[0])),
        (9_999, "communicate")
    );
}

#[test]
fn a_law_applies_where_its_residents_are_seen() {
    let contact: &[Category] = &[Contact];
    let applies = |countries: &[&str]| {
        let audit = audit(&[(contact, &[], countries, 1)]);
        let known = laws::builtin().unwrap();
        let found = known
            .iter()
            .filter(|law| has_reason(law, &audit, &ordinary()));
        found.map(|law| law.id().to_owned()).collect::<Vec<_>>()
    };
    assert!(applies(&[]).iter().all(|id| id.starts_with("cn.")));
    let seen = applies(&["de", "jp"]);
    for id in ["eu.gdpr", "eu.enisa-2013", "jp.appi"] {
        assert!(seen.iter().any(|s| s == id), "{id}: {seen:?}");
    }
    assert!(!seen.iter().any(|id| id == "kr.pipa"));
    // Not in force yet.
    assert!(!applies(&["in"]).iter().any(|id| id == "in.dpdp"));
}

#[test]
fn figures_of_a_notification_are_those_of_the_persons_counted() {
    let contact: &[Category] = &[Contact];
    let all = audit(&[
        (contact, &["14-17"], &["de"], 7),
        (contact, &["adult"], &["cn", "fr"], 5),
        (contact, &["adult"], &["cn"], 1_000),
    ]);
    let got = assess(&laws::by_id("eu.gdpr").unwrap(), &all, &ordinary()).unwrap();
    let filing = got[0]
        .filings
        .iter()
        .find(|f| f.provision == "33(1)")
        .unwrap();
    let first = &filing.contents[0].en;
    for figure in ["12 persons", "7 persons under 18", "cn+fr 5, de 7"] {
        assert!(first.contains(figure), "{figure}: {first}");
    }
}

#[test]
fn steps_show_how_a_score_is_made_and_which_class_is_counted() {
    let facts = [("context-lowers", true), ("recipients-unknown", true)];
    let got = by_hand("eu.enisa-2013", &facts, &[(Identity, 1), (Health, 1)], &[]);
    let steps: Vec<&str> = got[0].steps.iter().map(|s| s.en.as_str()).collect();
    let want = "severity score: 3.00 × 1.00 + 0.50 = 3.50 ≥ 3.00 (SE/high)";
    assert!(steps.contains(&want), "{steps:#?}");
    let got = by_hand("jp.appi", &[], &[(Property, 2)], &[]);
    let steps: Vec<&str> = got[0].steps.iter().map(|s| s.en.as_str()).collect();
    let want = "class property-risk: 2 persons ≥ 1 person (規則7条2号)";
    assert!(steps.contains(&want), "{steps:#?}");
}
