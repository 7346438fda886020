//! Budgets of a CI job: how a limit that is kept or exceeded shows in exit codes and reports, and files that are refused.

use std::fs;

use serde_json::Value;

use crate::reports::text_of;
use crate::util::{Dir, people};

/// Ten guests in a folder and five contacts beside it.
fn shop() -> Dir {
    let dir = Dir::new();
    dir.file("data/hotel.csv", people::hotel_csv(0..10));
    dir.file("contacts.csv", people::contacts_csv(20..25));
    dir
}

/// Exit code and `budget` of a scan with one limit.
fn scan(dir: &Dir, limit: &str, more: &[&str]) -> (i32, Value) {
    dir.file("budget.toml", format!("[[limit]]\n{limit}\n"));
    let args = [
        "scan",
        "data",
        "contacts.csv",
        "-f",
        "json",
        "--budget",
        "budget.toml",
    ];
    let run = dir.cmd(args.iter().chain(more)).run();
    let audit: Value = serde_json::from_str(&run.stdout()).expect("an audit");
    let code = if audit["budget"][0]["exceeded"] == true {
        1
    } else if audit["complete"] == false {
        3
    } else {
        0
    };
    run.code(code);
    (code, audit["budget"][0].clone())
}

/// The exit code with a limit of one less than there is, of what there is, and of one more.
#[track_caller]
fn check(dir: &Dir, limit: &str, unit: &str, found: u64) {
    for (max, want) in [(found - 1, 1), (found, 0), (found + 1, 0)] {
        let (code, said) = scan(dir, &format!("{limit}\nmax = {max}"), &[]);
        assert_eq!(said["found"], found, "{limit}");
        assert_eq!((&said["max"], &said["unit"]), (&max.into(), &unit.into()));
        assert_eq!(code, want, "{limit}, {max}");
    }
}

#[test]
fn what_a_limit_names_is_allowed_and_one_more_is_not() {
    let dir = shop();
    check(&dir, "category = \"lodging\"", "items", 10);
    check(&dir, "kind = \"cn.mobile\"", "matches", 15);
    check(&dir, "persons = true", "persons", 15);
    check(&dir, "kind = \"cn.mobile\"\npath = \"data\"", "matches", 10);
    check(
        &dir,
        "kind = \"cn.mobile\"\npath = \"*.csv\"",
        "matches",
        15,
    );
    check(
        &dir,
        "category = \"contact\"\npath = \"contacts.csv\"",
        "rows",
        5,
    );
}

#[test]
fn an_exceeded_limit_outranks_a_gap_and_a_kept_one_does_not() {
    let dir = shop();
    assert_eq!(scan(&dir, "persons = true\nmax = 14", &["gone"]).0, 1);
    assert_eq!(scan(&dir, "persons = true\nmax = 15", &["gone"]).0, 3);
}

#[test]
fn every_report_for_people_and_servers_names_the_limit() {
    let dir = shop();
    dir.file(
        "budget.toml",
        "[[limit]]\nkind = \"cn.mobile\"\npath = \"data\"\nmax = 9\nowner = \"shop\"\nreason = \"made up\"\n\
         [[limit]]\npersons = true\nmax = 15\n[[limit]]\nkind = \"email\"\npath = \"none\"\nmax = 0\n",
    );
    for (format, parts) in [
        (
            "text",
            &[
                "✗ kind cn.mobile in data",
                "kind cn.mobile in data: 10 found, 9 allowed (matches). Owner: shop.",
                "no such file",
            ][..],
        ),
        (
            "markdown",
            &["| **exceeded** | `kind cn.mobile in data` | 10 | 9 | matches | shop | made up |"],
        ),
        (
            "junit",
            &[
                "<testsuite name=\"budget\" tests=\"3\" failures=\"1\" errors=\"1\"",
                "<testcase classname=\"budget\" name=\"persons\" time=\"0\"/>",
                "<failure message=\"kind cn.mobile in data: 10 found, 9 allowed (matches). Owner: shop. Reason: made up.\"",
            ],
        ),
        (
            "github",
            &[
                "::error title=kind cn.mobile in data::",
                "::warning title=kind email in none::kind email in none: 0 found, 0 allowed (matches). No file has such a path",
            ],
        ),
        (
            "html",
            &[
                "Budget: 1 of 3 limits exceeded",
                "<section id=\"budget\">",
                "kind cn.mobile in data</th><td class=\"n\">10</td><td class=\"n\">9</td>",
                "<td>shop</td><td>made up</td>",
            ],
        ),
        (
            "csv",
            &[
                "limit,,kind cn.mobile in data,exceeded,true\r\n",
                "limit,,kind cn.mobile in data,files,1\r\nlimit,,kind cn.mobile in data,owner,shop\r\n",
                "limit,,persons,found,15\r\nlimit,,persons,exceeded,false\r\nlimit,,kind email in none,unit,matches\r\n",
            ],
        ),
        (
            "sarif",
            &[
                "\"budget\": [",
                "\"limit\": \"kind cn.mobile in data\"",
                "\"owner\": \"shop\"",
            ],
        ),
        (
            "xlsx",
            &[
                "<sheet name=\"Budget\"",
                "<t>kind cn.mobile in data: 10 found, 9 allowed (matches). Owner: shop. Reason: made up.</t>",
                "<t>made up</t>",
            ],
        ),
    ] {
        let args = [
            "scan",
            "data",
            "contacts.csv",
            "--budget",
            "budget.toml",
            "--lang",
            "en",
            "-f",
        ];
        let report = format!("report.{format}");
        let output = [format, "-o", report.as_str()];
        dir.cmd(args.iter().chain(&output)).run().code(1).silent();
        let out = text_of(&fs::read(dir.path(&report)).expect("a report"));
        for part in parts {
            assert!(out.contains(part), "{format}: {part}\n{out}");
        }
    }
}

#[test]
fn a_bad_budget_stops_the_program_before_it_scans() {
    let dir = shop();
    #[track_caller]
    fn check(dir: &Dir, text: &str, want: &str) {
        dir.file("budget.toml", text);
        let args = ["scan", ".", "--budget", "budget.toml", "-o", "audit.json"];
        dir.cmd(args).run().code(2).silent().err(want);
        assert!(!dir.path("audit.json").exists());
    }
    check(&dir, "", "budget.toml: there is no [[limit]]");
    check(
        &dir,
        "[[limit]]\nmax = 1\nkind = \"cn.mobil\"\n",
        "budget.toml: line 3: no kind `cn.mobil` is looked for; did you mean `cn.mobile`?",
    );
    check(
        &dir,
        "[[limit]]\npersons = true\npath = \"data\"\nmax = 1\n",
        "budget.toml: line 3: persons cannot be limited by path",
    );
    let gone = dir.cmd(["scan", ".", "--budget", "gone.toml"]).run();
    gone.code(2)
        .silent()
        .err("gone.toml: the budget cannot be read");
    let share = [
        "scan",
        ".",
        "--budget",
        "budget.toml",
        "--shard",
        "1/2",
        "--tally",
        "t",
    ];
    dir.cmd(share).run().code(2).silent().err("--budget");
}
