//! SARIF logs: what code scanning asks of them, and that none is cut without a word.

use serde_json::Value as Json;

use super::super::fixture::{hostile, options, plain};
use super::*;

fn log(audit: &Audit, lang: Lang, max: usize) -> Json {
    let mut out = Vec::new();
    write_with(&mut out, audit, &options(lang, 80, false), max).unwrap();
    serde_json::from_slice(&out).unwrap()
}

fn results(log: &Json) -> &Vec<Json> {
    log["runs"][0]["results"].as_array().unwrap()
}

/// What the upload of GitHub refuses, or shows wrongly, if it is missing (About SARIF support).
#[track_caller]
fn check_for_code_scanning(log: &Json) {
    assert_eq!(log["version"], "2.1.0");
    let run = &log["runs"][0];
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    for result in results(log) {
        let rule = &rules[usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap()];
        assert_eq!(rule["id"], result["ruleId"]);
        assert!(!result["message"]["text"].as_str().unwrap().is_empty());
        assert!(["note", "warning", "error"].contains(&result["level"].as_str().unwrap()));
        assert!(result["occurrenceCount"].as_u64().unwrap() >= 1);
        let place = &result["locations"][0]["physicalLocation"];
        assert_eq!(place["region"]["startLine"], 1);
        let uri = place["artifactLocation"]["uri"].as_str().unwrap();
        assert!(!uri.is_empty() && uri.is_ascii(), "{uri}");
        assert!(
            !uri.contains(['<', '`', ' ', '\\', '|', '"', '#', '?']),
            "{uri}"
        );
        let hash = &result["partialFingerprints"]["primaryLocationLineHash"];
        assert_eq!(hash.as_str().unwrap().len(), 18);
    }
}

#[test]
fn every_file_and_kind_is_one_result_with_a_place_and_a_fingerprint() {
    for lang in [Lang::En, Lang::Zh] {
        for audit in [plain(), hostile()] {
            let log = log(&audit, lang, RESULTS_MAX);
            check_for_code_scanning(&log);
            let want: usize = audit.files.iter().map(|f| f.kinds.len()).sum();
            assert_eq!(results(&log).len(), want);
            let mut fingerprints: Vec<&str> = results(&log)
                .iter()
                .map(|r| {
                    r["partialFingerprints"]["leakgauge/fileAndKind/v1"]
                        .as_str()
                        .unwrap()
                })
                .collect();
            fingerprints.sort_unstable();
            fingerprints.dedup();
            assert_eq!(fingerprints.len(), want, "fingerprints tell results apart");
        }
    }
}

#[test]
fn what_goes_past_the_limit_is_told_with_its_sums() {
    let audit = hostile();
    let all = log(&audit, Lang::En, RESULTS_MAX);
    let cut = log(&audit, Lang::En, 3);
    check_for_code_scanning(&cut);
    assert_eq!(results(&cut)[..3], results(&all)[..3]);
    assert_eq!(results(&cut).len(), 4);
    let n_left = results(&all).len() - 3;
    let matches: u64 = results(&all)[3..]
        .iter()
        .map(|r| r["occurrenceCount"].as_u64().unwrap())
        .sum();
    let last = &results(&cut)[3];
    assert_eq!(last["ruleId"], MORE);
    assert_eq!(last["occurrenceCount"], matches);
    let text = last["message"]["text"].as_str().unwrap();
    assert!(
        text.starts_with(&format!("{n_left} more findings")),
        "{text}"
    );
}

#[test]
fn what_was_not_read_is_a_notification() {
    let log = log(&hostile(), Lang::En, RESULTS_MAX);
    let notifications = &log["runs"][0]["invocations"][0]["toolExecutionNotifications"];
    assert_eq!(
        notifications.as_array().unwrap().len(),
        1 + hostile().skipped.len()
    );
    assert_eq!(log["runs"][0]["properties"]["complete"], false);
}

#[test]
fn paths_become_uris_and_members_are_told_at_their_container() {
    for (path, want) in [
        ("a/b.csv", "a/b.csv"),
        ("./a b.csv", "a%20b.csv"),
        ("/data/住.csv", "file:///data/%E4%BD%8F.csv"),
        ("a#b?c%.csv", "a%23b%3Fc%25.csv"),
    ] {
        assert_eq!(uri(path), want);
    }
    let mut audit = plain();
    audit.files[0].path = "dump.zip".to_owned();
    audit.files[1].path = "odd!/name.csv".to_owned();
    let outer = Outer::new(&audit);
    let member = location("dump.zip!/a/b.csv", &outer, Some(7));
    assert_eq!(member.physical_location.artifact_location.uri, "dump.zip");
    assert_eq!(member.physical_location.region.start_line, 1);
    assert_eq!(
        member.logical_locations[0].fully_qualified_name,
        "dump.zip!/a/b.csv"
    );
    assert!(
        location("odd!/name.csv", &outer, Some(7))
            .logical_locations
            .is_empty()
    );
}

#[test]
fn members_that_were_not_read_or_not_listed_are_told_at_their_container_too() {
    let mut audit = plain();
    let mut member = audit.files[3].clone();
    audit.files[3].path = "big!/dump.zip".to_owned();
    member.path = "big!/dump.zip!/in.csv".to_owned();
    member.is_member = true;
    audit.files = vec![audit.files[3].clone(), member];
    audit.files[0].categories.clear();
    audit.files[0].kinds.clear();
    audit.complete = false;
    audit.skipped.push(crate::error::Skipped::new(
        "big!/dump.zip!/locked.zip",
        &crate::error::Reason::Encrypted,
    ));
    let log = log(&audit, Lang::En, 0);
    let run = &log["runs"][0];
    // The first is the sentence on the whole scan.
    let skipped = &run["invocations"][0]["toolExecutionNotifications"][1];
    let rest = &run["results"][0];
    for (what, path) in [
        (rest, "big!/dump.zip!/in.csv"),
        (skipped, "big!/dump.zip!/locked.zip"),
    ] {
        let place = &what["locations"][0];
        let uri = &place["physicalLocation"]["artifactLocation"]["uri"];
        assert_eq!(uri, "big%21/dump.zip");
        assert_eq!(place["logicalLocations"][0]["fullyQualifiedName"], path);
    }
}

#[test]
fn a_region_is_the_first_line_of_the_kind_where_it_is_known() {
    for (first, want) in [
        (None, 1),
        (Some(0), 1),
        (Some(1), 1),
        (Some(90_000), 90_000),
    ] {
        let mut audit = plain();
        audit.files.truncate(1);
        let lines = first.map(|line| ("cn.mobile".to_owned(), line));
        audit.files[0].first_lines = lines.into_iter().collect();
        // Of a kind that has no result.
        audit.files[0].first_lines.insert("email".to_owned(), 5);
        let log = log(&audit, Lang::En, 9);
        let [result] = results(&log).as_slice() else {
            panic!("{log}")
        };
        let region = &result["locations"][0]["physicalLocation"]["region"];
        assert_eq!(region["startLine"], want);
    }
}

#[test]
fn a_budget_stands_beside_the_verdict() {
    let mut audit = plain();
    assert!(log(&audit, Lang::En, 9)["runs"][0]["properties"]["budget"].is_null());
    audit.budget = vec![LimitFound {
        limit: "kind email in a\u{202e}".to_owned(),
        unit: "matches".to_owned(),
        max: 1,
        found: 2,
        exceeded: true,
        owner: Some("x\u{1b}[2J".to_owned()),
        ..LimitFound::default()
    }];
    let log = log(&audit, Lang::En, 9);
    let limit = &log["runs"][0]["properties"]["budget"][0];
    assert_eq!(limit["limit"], "kind email in a\\u{202e}");
    assert_eq!(limit["owner"], "x\\u{1b}[2J");
    assert_eq!((&limit["found"], &limit["max"]), (&2.into(), &1.into()));
    assert_eq!(limit["exceeded"], true);
}

#[test]
fn a_result_says_what_was_there_before_only_where_that_is_known() {
    let states = |audit: &Audit| -> Vec<Json> {
        let log = log(audit, Lang::En, RESULTS_MAX);
        let of_kind = results(&log).iter().filter(|r| r["ruleId"] == "cn.mobile");
        of_kind.map(|r| r["baselineState"].clone()).collect()
    };
    let mut audit = plain();
    audit.files.truncate(1);
    assert_eq!(states(&audit), [Json::Null], "without a baseline");
    let path = audit.files[0].path.clone();
    let with = |new_in| {
        let baseline = crate::audit::BaselineFound {
            new_in,
            ..crate::audit::BaselineFound::default()
        };
        Audit {
            baseline: Some(baseline),
            ..audit.clone()
        }
    };
    let new = |new, found| NewInFile {
        path: path.clone(),
        kind: "cn.mobile".to_owned(),
        new,
        found,
        first_line: None,
    };
    for (new_in, want) in [
        (None, Json::Null),
        (Some(vec![]), "unchanged".into()),
        (Some(vec![new(2, 5)]), "updated".into()),
        (Some(vec![new(5, 5)]), "new".into()),
    ] {
        let mut audit = with(new_in);
        assert_eq!(states(&audit), [want]);
        // Two members of one name: nobody knows which of them is meant.
        audit.files.push(audit.files[0].clone());
        assert_eq!(states(&audit), [Json::Null, Json::Null]);
    }
}
