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
    let member = location("dump.zip!/a/b.csv", true);
    assert_eq!(member.physical_location.artifact_location.uri, "dump.zip");
    assert_eq!(
        member.logical_locations[0].fully_qualified_name,
        "dump.zip!/a/b.csv"
    );
    assert!(
        location("odd!/name.csv", false)
            .logical_locations
            .is_empty()
    );
}
