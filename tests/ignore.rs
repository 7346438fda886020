//! Ignore rules: what they take out is told and nowhere else, what is left counts as if the rest had never been there.

use serde_json::Value;

use crate::util::{Dir, people};

/// The last lines of a rule that is in force.
const SAID: &str = "owner = \"shop team\"\nreason = \"made-up customers\"\nexpires = 2999-12-31\n";

/// Ten guests in a folder and five contacts beside it.
fn shop() -> Dir {
    let dir = Dir::new();
    dir.file("data/hotel.csv", people::hotel_csv(0..10));
    dir.file("contacts.csv", people::contacts_csv(20..25));
    dir
}

fn rule(on: &str) -> String {
    format!("[[ignore]]\n{on}\n{SAID}")
}

/// The audit of both under these rules.
#[track_caller]
fn audit(dir: &Dir, rules: &str, more: &[&str]) -> Value {
    dir.file("leakgauge.toml", rules);
    scan(dir, &["data", "contacts.csv"], more)
}

#[track_caller]
fn scan(dir: &Dir, paths: &[&str], more: &[&str]) -> Value {
    let run = dir.cmd(["scan", "-f", "json"]).args(paths).args(more).run();
    serde_json::from_str(&run.code(0).stdout()).expect("an audit")
}

/// What was counted, without what tells of files and rules.
fn counted(audit: &Value) -> Value {
    let mut kinds = audit["kinds"].clone();
    for kind in kinds.as_array_mut().expect("a list") {
        kind["samples"] = Value::Null;
    }
    serde_json::json!([
        kinds,
        audit["categories"],
        audit["persons"],
        audit["profiles"],
        audit["readings"],
    ])
}

fn matches(audit: &Value, kind: &str) -> u64 {
    let kinds = audit["kinds"].as_array().expect("a list");
    let found = kinds.iter().find(|k| k["kind"] == kind);
    found.map_or(0, |k| k["matches"].as_u64().expect("a number"))
}

#[track_caller]
fn check_taken(found: &Value, state: &str, [files, records, matches, rows]: [u64; 4]) {
    let got = |key: &str| found[key].as_u64().expect("a number");
    assert_eq!(found["state"], state, "{found}");
    assert_eq!(
        ["files", "records", "matches", "rows"].map(got),
        [files, records, matches, rows],
        "{found}"
    );
}

#[test]
fn a_rule_on_paths_leaves_a_file_out_of_the_counts_and_tells_of_it() {
    let dir = shop();
    let all = audit(&dir, "", &[]);
    let without = scan(&dir, &["contacts.csv"], &[]);
    let of_hotel = &all["files"][1]["kinds"];
    assert_eq!(all["files"][1]["path"], "data/hotel.csv");
    let n_matches: u64 = of_hotel
        .as_object()
        .unwrap()
        .values()
        .map(|n| n.as_u64().unwrap())
        .sum();
    assert!(n_matches >= 20, "{of_hotel}");
    for path in ["data", "data/**", "*/hotel.csv", "hotel.csv"] {
        let left = audit(&dir, &rule(&format!("path = \"{path}\"")), &[]);
        assert_eq!(counted(&left), counted(&without), "{path}");
        check_taken(&left["ignored"][0], "used", [1, 10, n_matches, 10]);
        assert_eq!(left["ignored"][0]["rule"], format!("path {path}"));
        assert_eq!(left["ignored"][0]["expires"], "2999-12-31");
        // The file was read, and stands in the list.
        assert_eq!(left["stats"]["records"], all["stats"]["records"]);
        let file = &left["files"][1];
        assert_eq!(file["records"], 10);
        assert_eq!(file["kinds"], serde_json::json!({}));
        assert_eq!(file["categories"], serde_json::json!({}));
        let here = &file["ignored"][0];
        assert_eq!((&here["rule"], &here["rows"]), (&0.into(), &10.into()));
        assert_eq!(left["files"][0]["ignored"], Value::Null);
        assert_eq!(left["config"][0]["ignore"], 1);
    }
}

/// The text with the cells of a column blank, but for its head.
fn blank(csv: &str, column: usize, is_blank: impl Fn(&str) -> bool) -> String {
    let lines = csv.lines().enumerate().map(|(n, line)| {
        let cells = line.split(',').enumerate().map(|(i, cell)| {
            let goes = n > 0 && i == column && is_blank(cell);
            if goes { "" } else { cell }
        });
        cells.collect::<Vec<_>>().join(",") + "\n"
    });
    lines.collect()
}

#[test]
fn without_a_kind_a_record_is_what_its_other_values_make_it() {
    let patients: String = (0..12)
        .map(|n| {
            let illness = ["2型糖尿病", "正常", "高血压病"][n % 3];
            let n = n as u64;
            format!("{},{},{illness}\n", people::name(n), people::mobile(n))
        })
        .collect();
    let patients = format!("姓名,手机号,诊断\n{patients}");
    let hotel = people::hotel_csv(0..12);
    let contacts = people::contacts_csv(0..12);
    for (csv, kind, column, n) in [
        (&contacts, "cn.mobile", 1, 12),
        (&contacts, "email", 2, 12),
        (&hotel, "cn.resident-id", 1, 12),
        (&hotel, "cn.mobile", 2, 12),
        // A cell that holds no value of the kind still makes its record one of health.
        (&patients, "attr.diagnosis", 2, 8),
    ] {
        let dir = Dir::new();
        dir.file("whole/a.csv", csv);
        dir.file("blank/a.csv", blank(csv, column, |cell| cell != "正常"));
        let blank = scan(&dir, &["blank"], &[]);
        dir.file("leakgauge.toml", rule(&format!("kind = \"{kind}\"")));
        let left = scan(&dir, &["whole"], &[]);
        assert_eq!(counted(&left), counted(&blank), "{kind}");
        assert_eq!(left["files"][0]["kinds"], blank["files"][0]["kinds"]);
        let categories = &blank["files"][0]["categories"];
        assert_eq!(&left["files"][0]["categories"], categories, "{kind}");
        let found = &left["ignored"][0];
        assert_eq!(found["matches"], n, "{found}");
        assert_eq!(found["records"], n, "{found}");
    }
}

#[test]
fn a_rule_on_a_category_leaves_its_rows_to_the_others() {
    let dir = shop();
    let all = audit(&dir, "", &[]);
    assert_eq!(all["categories"][0]["category"], "lodging");
    let left = audit(&dir, &rule("category = \"lodging\""), &[]);
    let lists = left["readings"].as_array().unwrap();
    assert_eq!(lists.len(), 3);
    for reading in lists {
        let categories = reading["categories"].as_array().unwrap();
        assert!(!categories.is_empty());
        assert!(categories.iter().all(|c| c["category"] != "lodging"));
    }
    // Guests are persons with a number all the same, and their values are found.
    assert_eq!(left["kinds"], all["kinds"]);
    assert_eq!(left["persons"], all["persons"]);
    check_taken(&left["ignored"][0], "used", [1, 10, 0, 10]);
    let file = left["files"][1]["categories"].as_object().unwrap();
    assert!(
        !file.contains_key("lodging") && !file.is_empty(),
        "{file:?}"
    );
    // A kind in the rows of a category, and only there.
    let on = "kind = \"cn.mobile\"\ncategory = \"lodging\"";
    let left = audit(&dir, &rule(on), &[]);
    assert_eq!(matches(&all, "cn.mobile"), 15);
    assert_eq!(matches(&left, "cn.mobile"), 5);
    assert_eq!(left["ignored"][0]["matches"], 10);
}

#[test]
fn rules_act_in_their_order_each_on_what_is_left() {
    let dir = shop();
    let path = rule("path = \"data\"");
    let kind = rule("kind = \"cn.mobile\"");
    let nothing = rule("category = \"lodging\"");
    let first = audit(&dir, &format!("{path}{kind}{nothing}"), &[]);
    assert_eq!(first["ignored"][1]["matches"], 5);
    check_taken(&first["ignored"][2], "unused", [0; 4]);
    let then = audit(&dir, &format!("{kind}{path}{nothing}"), &[]);
    assert_eq!(then["ignored"][0]["matches"], 15);
    // The same is taken out, by other rules.
    assert_eq!(counted(&first), counted(&then));
    let sum = |audit: &Value| -> u64 {
        let rules = audit["ignored"].as_array().unwrap();
        rules.iter().map(|r| r["matches"].as_u64().unwrap()).sum()
    };
    assert_eq!(sum(&first), sum(&then));
}

#[test]
fn limits_and_levels_are_on_what_is_left() {
    let dir = shop();
    let limit = "[[limit]]\nkind = \"cn.mobile\"\nmax = 5\n";
    let left = audit(&dir, &format!("{limit}{}", rule("path = \"data\"")), &[]);
    assert_eq!(left["budget"][0]["found"], 5);
    dir.file("leakgauge.toml", rule("path = \"**\""));
    let any = ["scan", "data", "--fail-on", "any", "-f", "json"];
    dir.cmd(any).run().code(0);
    // What could not be read stays a gap, whatever a rule says of its path.
    let run = dir.cmd(any).args(["gone"]).run();
    run.code(3);
}

#[test]
fn an_expired_rule_takes_nothing_out_and_is_told() {
    let dir = shop();
    let all = audit(&dir, "", &[]);
    let expired = rule("path = \"**\"").replace("2999-12-31", "2020-01-31");
    let left = audit(&dir, &expired, &[]);
    assert_eq!(counted(&left), counted(&all));
    check_taken(&left["ignored"][0], "expired", [0; 4]);
    // Its time zone is UTC, whatever the clock of the machine is set to.
    for zone in ["", "Nowhere/Nothing", ":/no/such/file"] {
        let args = ["scan", "data", "--fail-on", "any", "-f", "json"];
        let run = dir.cmd(args).env("TZ", zone).run();
        run.code(1)
            .err("warning: the ignore rule on path ** (until 2020-01-31) is expired");
    }
    let unused = rule("path = \"elsewhere\"");
    dir.file("leakgauge.toml", format!("{unused}{expired}"));
    let run = dir.cmd(["scan", "data", "-f", "json"]).run();
    run.code(0).err(
        "warning: the ignore rule on path elsewhere (until 2999-12-31) has taken nothing out\n",
    );
    for (format, parts) in [
        (
            "text",
            &[
                "Ignore rule expired: path **: since 2020-01-31 is over",
                "Ignore rule without use: path elsewhere",
            ][..],
        ),
        (
            "github",
            &["::warning title=Not counted%2C and configuration::Ignore rule expired: path **"],
        ),
    ] {
        let args = [
            "scan", "data", "--lang", "en", "--color", "never", "-f", format,
        ];
        let said = dir.cmd(args).env("COLUMNS", "200").run().code(0).stdout();
        for part in parts {
            assert!(said.contains(part), "{part}\n{said}");
        }
    }
}

#[test]
fn the_numbers_are_the_same_for_threads_parts_and_tallies() {
    let dir = shop();
    dir.file("data/more.csv", people::contacts_csv(0..3000));
    dir.file("key", (0..32).collect::<Vec<u8>>());
    let rules = format!(
        "{}{}{}",
        rule("kind = \"email\"\npath = \"data\""),
        rule("category = \"lodging\""),
        rule("path = \"contacts.csv\"")
    );
    let want = audit(&dir, &rules, &["--threads", "1"]);
    assert_eq!(want["ignored"][0]["matches"], 3000);
    let files = |audit: &Value| (audit["files"].clone(), audit["ignored"].clone());
    let got = audit(&dir, &rules, &["--threads", "4"]);
    assert_eq!((counted(&got), files(&got)), (counted(&want), files(&want)));
    let merge = ["merge", "a", "b", "--key-file", "key", "-f", "json"];
    for parts in [
        [
            &["data", "contacts.csv", "--shard", "1/2"][..],
            &["data", "contacts.csv", "--shard", "2/2"],
        ],
        [&["data"][..], &["contacts.csv"]],
    ] {
        for (name, part) in ["a", "b"].iter().zip(parts) {
            let scan = ["scan", "--key-file", "key", "--tally", name];
            dir.cmd(scan.iter().chain(part)).run().code(0);
        }
        let run = dir.cmd(merge).run();
        let got: Value = serde_json::from_str(&run.code(0).stdout()).unwrap();
        assert_eq!((counted(&got), files(&got)), (counted(&want), files(&want)));
    }
    // Parts under different rules have no sum that one scan would give.
    dir.file("leakgauge.toml", "");
    let scan = ["scan", "contacts.csv", "--key-file", "key", "--tally", "b"];
    dir.cmd(scan).run().code(0);
    let run = dir.cmd(merge).run();
    run.code(2)
        .silent()
        .err("the tallies were not counted under the same ignore rules");
}

#[test]
fn matches_that_are_taken_out_are_listed_as_ignored() {
    let dir = shop();
    let lines = |rules: &str| -> Vec<Value> {
        dir.file("leakgauge.toml", rules);
        let run = dir.cmd(["scan", "contacts.csv", "-f", "jsonl"]).run();
        let out = run.code(0).stdout();
        out.lines()
            .map(|l| serde_json::from_str(l).unwrap())
            .collect()
    };
    let all = lines("");
    let n = |lines: &[Value], status: &str| lines.iter().filter(|l| l["status"] == status).count();
    let n_all = n(&all, "valid");
    let some = lines(&rule("kind = \"cn.mobile\""));
    assert_eq!((n(&some, "ignored"), n(&some, "valid")), (5, n_all - 5));
    let whole = lines(&rule("path = \"contacts.csv\""));
    assert_eq!((n(&whole, "ignored"), n(&whole, "valid")), (n_all, 0));
    // The order is that of the places, whatever became of them.
    let places = |lines: &[Value]| -> Vec<(Value, Value, Value)> {
        let place = |l: &Value| (l["record"].clone(), l["field"].clone(), l["kind"].clone());
        lines.iter().map(place).collect()
    };
    assert_eq!(places(&some), places(&all));
    assert_eq!(places(&whole), places(&all));
}

#[test]
fn every_report_to_read_tells_of_rules_whatever_they_are_called() {
    let dir = shop();
    dir.file("<i>|.csv", people::contacts_csv(0..3));
    let hostile = "[[ignore]]\npath = \"<i>|.csv\"\nowner = \"<b onload=x>\\u001b[31m\\u202e\"\n\
                   reason = \"a\\n| b |\\n=1+1\"\nexpires = 2999-12-31\n";
    dir.file("leakgauge.toml", hostile);
    for (format, part) in [
        (
            "text",
            "Ignored: path <i>|.csv: 9 matches, 3 rows (files: 1)",
        ),
        ("markdown", "## Not counted, and configuration"),
        (
            "html",
            "Ignored: path &lt;i&gt;|.csv: 9 matches, 3 rows (files: 1)",
        ),
        ("json", "\"rule\": \"path <i>|.csv\""),
    ] {
        let args = [
            "scan", ".", "--lang", "en", "--color", "never", "-f", format,
        ];
        let said = dir.cmd(args).env("COLUMNS", "200").run().code(0).stdout();
        assert!(said.contains(part), "{format}: {part}\n{said}");
        for c in ['\u{1b}', '\u{202e}'] {
            assert!(!said.contains(c), "{format}");
        }
        if format != "json" && format != "text" {
            assert!(!said.contains("<b onload"), "{format}");
        }
    }
}

/// Ten guests of whom the phones are not counted, contacts that are not counted at all, and a rule that is over.
const THREE: &str = "[[ignore]]\nkind = \"cn.mobile\"\npath = \"data/**\"\nowner = \"shop team\"\nreason = \"made-up, =1+1\"\n\
                     expires = 2999-12-31\n\n[[ignore]]\npath = \"contacts.csv\"\nowner = \"shop team\"\nreason = \"made-up customers\"\n\
                     expires = 2999-12-31\n\n[[ignore]]\nkind = \"email\"\nowner = \"nobody\"\nreason = \"long ago\"\nexpires = 2020-01-31\n";

#[test]
fn every_table_and_server_is_told_of_rules_and_no_result_is_made_of_them() {
    let dir = shop();
    dir.file("leakgauge.toml", THREE);
    let report = |format: &str| {
        let args = ["scan", "data", "contacts.csv", "--lang", "en", "-f", format];
        dir.cmd(args).run().code(0).stdout()
    };
    let csv = report("csv");
    for line in [
        "ignore,,\"kind cn.mobile, path data/**\",state,used",
        "ignore,,\"kind cn.mobile, path data/**\",matches,10",
        "ignore,,\"kind cn.mobile, path data/**\",files,1",
        "ignore,,\"kind cn.mobile, path data/**\",reason,\"made-up, =1+1\"",
        "ignore,,path contacts.csv,records,5",
        "ignore,,path contacts.csv,rows,5",
        "ignore,,kind email,state,expired",
        "ignore,,kind email,expires,2020-01-31",
        "file-ignored,contacts.csv,path contacts.csv,matches,15",
        "file-ignored,data/hotel.csv,\"kind cn.mobile, path data/**\",matches,10",
    ] {
        assert!(csv.lines().any(|l| l == line), "{line}\n{csv}");
    }
    let junit = report("junit");
    for part in [
        "<testsuite name=\"ignored\" tests=\"3\" failures=\"0\" errors=\"0\" skipped=\"3\"",
        "name=\"path contacts.csv\" time=\"0\"><skipped message=\"Ignored: path contacts.csv: 15 matches, 5 rows (files: 1)",
        "name=\"kind email\" time=\"0\"><skipped message=\"Ignore rule expired: kind email",
    ] {
        assert!(junit.contains(part), "{part}\n{junit}");
    }
    let log: Value = serde_json::from_str(&report("sarif")).expect("a log");
    let run = &log["runs"][0];
    let results = run["results"].as_array().expect("results");
    let is_ignored = |r: &Value| {
        let uri = &r["locations"][0]["physicalLocation"]["artifactLocation"]["uri"];
        uri == "contacts.csv" || r["ruleId"] == "cn.mobile" || r.get("suppressions").is_some()
    };
    assert!(!results.is_empty() && !results.iter().any(is_ignored));
    let rules = run["properties"]["ignored"].as_array().expect("rules");
    assert_eq!(rules.len(), 3);
    check_taken(&rules[0], "used", [1, 10, 10, 10]);
    assert_eq!(rules[1]["reason"], "made-up customers");
    assert_eq!(rules[2]["state"], "expired");
    dir.cmd([
        "scan",
        "data",
        "contacts.csv",
        "--lang",
        "en",
        "-o",
        "a.xlsx",
    ])
    .run()
    .code(0);
    let bytes = std::fs::read(dir.path("a.xlsx")).expect("a workbook");
    let mut zip = zip::ZipArchive::new(std::io::Cursor::new(bytes)).expect("a workbook");
    let mut text = String::new();
    for name in ["xl/workbook.xml", "xl/sharedStrings.xml"] {
        let mut part = zip.by_name(name).expect("a part of it");
        std::io::Read::read_to_string(&mut part, &mut text).expect("UTF-8");
    }
    for part in [
        "name=\"Not counted\"",
        "kind cn.mobile, path data/**",
        "made-up customers",
        ">expired<",
        ">2020-01-31<",
    ] {
        assert!(text.contains(part), "{part}\n{text}");
    }
}

#[test]
fn an_explanation_says_which_rule_takes_what_out_and_what_is_left() {
    let dir = shop();
    dir.file("leakgauge.toml", THREE);
    let explain = |place: &str, more: &[&str]| {
        let args = ["explain", place, "--lang", "en", "--color", "never"];
        let run = dir.cmd(args.iter().chain(more)).env("COLUMNS", "160").run();
        run.code(0).stdout()
    };
    let json = |place: &str, more: &[&str]| -> Value {
        let text = explain(place, &[&["-f", "json"], more].concat());
        serde_json::from_str(&text).expect("an explanation")
    };
    let with = json("data/hotel.csv:2", &[]);
    assert_eq!(with["config"]["file"], "leakgauge.toml");
    assert_eq!(with["config"]["ignore"], 3);
    assert_eq!(with["expired"][0]["rule"], "kind email");
    let record = &with["records"][0];
    let label = "kind cn.mobile, path data/**";
    let ignored = &record["ignored"];
    assert_eq!(ignored.as_array().expect("rules").len(), 1, "{ignored}");
    assert_eq!(
        (
            &ignored[0]["rule"],
            &ignored[0]["matches"],
            &ignored[0]["changes"]
        ),
        (&label.into(), &1.into(), &true.into())
    );
    let fields = record["fields"].as_array().expect("fields");
    let of_kind = |kind: &str| {
        let mut matches = fields.iter().flat_map(|f| f["matches"].as_array().unwrap());
        let is_it = |m: &&Value| m["kind"]["id"] == kind;
        matches.find(is_it).expect("it is found")["ignored_by"].clone()
    };
    assert_eq!(of_kind("cn.mobile"), label);
    assert_eq!(of_kind("cn.resident-id"), Value::Null);
    // What is left is what the record is without the value.
    let without = json("data/hotel.csv:2", &["--no-config"]);
    assert!(without.get("config").is_none() && without.get("expired").is_none());
    assert!(without["records"][0].get("ignored").is_none());
    assert_eq!(record["categories"], without["records"][0]["categories"]);
    assert_eq!(record["persons"], without["records"][0]["persons"]);
    assert_eq!(record["counts"], without["records"][0]["counts"]);
    // A whole record is taken out by its path, and nothing is left of it.
    let record = &json("contacts.csv:3", &[])["records"][0];
    assert_eq!(record["ignored"][0]["rule"], "path contacts.csv");
    assert_eq!(record["ignored"][0]["changes"], true);
    assert!(!record["categories"].as_array().expect("a list").is_empty());
    assert_eq!(record["persons"], serde_json::json!([]));
    let counts = record["counts"].as_array().expect("readings");
    assert!(counts.iter().all(|c| c["category"].is_null()), "{counts:?}");
    // A terminal's lines are wrapped.
    let text = explain("contacts.csv:3", &[]);
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    for part in [
        "Configuration from leakgauge.toml, which was found by itself: ignore rules: 3.",
        "Ignore rule expired: kind email: since 2020-01-31 is over",
        "What is ignored",
        "Rule on path contacts.csv, in force until 2999-12-31: values taken out: 3; what the record is changes.",
        "made-up customers",
        "not counted: taken out by the ignore rule on path contacts.csv",
    ] {
        assert!(text.contains(part), "{part}\n{text}");
    }
}
