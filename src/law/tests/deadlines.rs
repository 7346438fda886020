//! Deadlines as dates and times, where a law counts from the discovery and that is stated.

use super::abroad::stated;
use super::*;
use Category::Contact;

#[track_caller]
fn check_due(law: &str, facts: &[(&str, bool)], discovered: &str, duty: &str, due: Option<&str>) {
    let law = laws::by_id(law).unwrap();
    let stated = Circumstances {
        discovered: Some(discovered.parse().unwrap()),
        ..stated(facts)
    };
    let counts = counts_from_pairs(&[(Contact, 2_000_000)]);
    let got = assess(&law, &counts, &stated).unwrap().swap_remove(0);
    let filing = got.filings.iter().find(|f| f.provision == duty);
    let filing = filing.unwrap_or_else(|| panic!("{duty}: {:?}", got.filings));
    let told = filing.due.map(|due| due.to_string());
    assert_eq!(told.as_deref(), due, "{duty}");
    let by = filing.by.as_ref().unwrap();
    if let Some(due) = due {
        let due = due.replace('T', " ");
        assert!(by.en.contains(&due) && by.zh.contains(&due), "{by:?}");
    }
}

#[test]
fn deadlines_are_reckoned_from_the_discovery() {
    let without = |law: &str, facts: &[(&str, bool)], duty: &str| {
        let got = assess(
            &laws::by_id(law).unwrap(),
            &counts_from_pairs(&[(Contact, 2_000_000)]),
            &stated(facts),
        );
        let got = got.unwrap().swap_remove(0);
        let filing = got.filings.iter().find(|f| f.provision == duty);
        assert_eq!(filing.unwrap().due, None, "{law} {duty}");
    };
    // Hours run to the minute, over midnight; a day without a time begins at its beginning.
    for (discovered, due) in [
        ("2026-11-20T22:15", "2026-11-21T02:15"),
        ("2026-11-20", "2026-11-20T04:00"),
    ] {
        check_due("cn.incidents-2025", &[], discovered, "4/other", Some(due));
    }
    without("cn.incidents-2025", &[], "4/other");
    let infrastructure = [("critical-infrastructure", true)];
    check_due(
        "cn.incidents-2025",
        &infrastructure,
        "2026-11-20T22:15",
        "4/critical-infrastructure",
        Some("2026-11-20T23:15"),
    );
    // It runs from the end of the work on the incident, which is not stated.
    check_due("cn.incidents-2025", &[], "2026-11-20", "8", None);
    let moment = "2026-11-20T14:30";
    check_due("eu.gdpr", &[], moment, "33(1)", Some("2026-11-23T14:30"));
    // The day of the discovery is the first of thirty in Japan, and none of them in the United States.
    check_due("jp.appi", &[], moment, "規則8条2項", Some("2026-12-19"));
    check_due(
        "us.ftc-safeguards",
        &[("ftc-financial-institution", true)],
        moment,
        "314.4(j)(1)",
        Some("2026-12-20"),
    );
}
