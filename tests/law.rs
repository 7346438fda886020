//! The law as a user meets it: whatever is wrong with a statement, a law file or a saved audit is an error with exit 2
//! before anything is written; and changes of the data that change nothing in law change no total.
//!
//! Numbers of the law are tested where they are evaluated.

use std::collections::BTreeSet;

use proptest::prelude::*;

use crate::util::{Dir, people};

/// The converted total of a scan under the default reading.
#[track_caller]
fn weighted(dir: &Dir) -> u64 {
    let run = dir.cmd(["scan", ".", "-f", "json"]).run();
    let audit: serde_json::Value = serde_json::from_str(&run.code(0).stdout()).unwrap();
    let assessments = audit["assessments"].as_array().unwrap();
    let of_law = |a: &&serde_json::Value| {
        a["instrument"] == "cn.spc-spp-2017-10" && a["reading"] == "default"
    };
    let assessment = assessments.iter().find(of_law).unwrap();
    assessment["weighted"]["value"].as_u64().unwrap()
}

#[track_caller]
fn weighted_of(files: &[(&str, String)]) -> u64 {
    let dir = Dir::new();
    for (name, content) in files {
        dir.file(name, content);
    }
    weighted(&dir)
}

/// The head of a table and its rows.
fn rows(csv: &str) -> (&str, Vec<&str>) {
    let mut lines = csv.lines();
    (lines.next().unwrap(), lines.collect())
}

fn table(head: &str, rows: &[&str]) -> String {
    format!("{head}\n{}\n", rows.join("\n"))
}

#[test]
fn order_repetition_and_division_change_no_total() {
    let hotel = people::hotel_csv(0..240);
    let (head, lines) = rows(&hotel);
    let whole = weighted_of(&[("hotel.csv", hotel.clone())]);
    assert_eq!(whole, 2_400);
    let backwards: Vec<&str> = lines.iter().rev().copied().collect();
    let twice = [lines.clone(), backwards.clone()].concat();
    assert_eq!(weighted_of(&[("a.csv", table(head, &backwards))]), whole);
    assert_eq!(weighted_of(&[("a.csv", table(head, &twice))]), whole);
    for middle in [80, 120, 200] {
        let (first, second) = lines.split_at(middle);
        let parts = [
            ("a.csv", table(head, first)),
            ("b.csv", table(head, second)),
        ];
        assert_eq!(weighted_of(&parts), whole, "{middle}");
        // Rows that stand in both parts count once.
        let parts = [
            ("a.csv", table(head, first)),
            ("b.csv", table(head, &lines)),
        ];
        assert_eq!(weighted_of(&parts), whole, "{middle}");
    }
    // Disjoint persons add up.
    let others = people::hotel_csv(240..300);
    assert_eq!(weighted_of(&[("b.csv", others.clone())]), 600);
    assert_eq!(weighted_of(&[("a.csv", hotel), ("b.csv", others)]), 3_000);
}

proptest! {
    // Each case is a run of the program.
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn rows_in_any_order_of_any_repetition_in_any_files_count_once(
        picks in proptest::collection::vec(0usize..90, 30..200),
        borders in proptest::collection::vec(any::<proptest::sample::Index>(), 0..4),
    ) {
        let contacts = people::contacts_csv(0..90);
        let (head, lines) = rows(&contacts);
        let picked: Vec<&str> = picks.iter().map(|i| lines[*i]).collect();
        let mut borders: Vec<usize> = borders.iter().map(|b| b.index(picked.len())).collect();
        borders.extend([0, picked.len()]);
        borders.sort_unstable();
        borders.dedup();
        let names = ["a.csv", "b.csv", "c.csv", "d.csv", "e.csv"];
        let files: Vec<(&str, String)> = borders
            .windows(2)
            .zip(names)
            .map(|(ends, name)| (name, table(head, &picked[ends[0]..ends[1]])))
            .collect();
        let different: BTreeSet<usize> = picks.into_iter().collect();
        prop_assert_eq!(weighted_of(&files), different.len() as u64);
    }
}

#[test]
fn making_a_column_anonymous_never_raises_a_total() {
    let hotel = people::hotel_csv(0..200);
    let (head, lines) = rows(&hotel);
    let whole = weighted_of(&[("hotel.csv", hotel.clone())]);
    let masked = |columns: &[usize]| {
        let row = |line: &&str| {
            let cells = line.split(',').enumerate();
            let cells: Vec<&str> = cells
                .map(|(at, cell)| if columns.contains(&at) { "***" } else { cell })
                .collect();
            cells.join(",")
        };
        let lines: Vec<String> = lines.iter().map(row).collect();
        format!("{head}\n{}\n", lines.join("\n"))
    };
    for column in 0..head.split(',').count() {
        let after = weighted_of(&[("hotel.csv", masked(&[column]))]);
        assert!(after <= whole, "column {column}: {after} of {whole}");
    }
    // Nobody can be identified without name, number and telephone.
    assert_eq!(weighted_of(&[("hotel.csv", masked(&[0, 1, 2]))]), 0);
}

/// Exit 2, nothing on standard output, and an error with these words.
#[track_caller]
fn refused(dir: &Dir, args: &[&str], parts: &[&str]) {
    let run = dir.cmd(args).run();
    run.code(2).silent().err("leakgauge: error: ");
    for part in parts {
        run.err(part);
    }
}

#[test]
fn statements_that_cannot_hold_are_refused() {
    let dir = Dir::new();
    let one = ["assess", "--count", "lodging=1"];
    let with = |more: &[&str], parts: &[&str]| refused(&dir, &[&one, more].concat(), parts);
    let resale = ["--lawful-business", "--action", "provide"];
    with(&resale, &["lawful-business", "contradicts"]);
    with(&["--act-date", "2024-02-30"], &["act-date", "YYYY-MM-DD"]);
    with(&["--act-date", "2024-13-01"], &["act-date", "YYYY-MM-DD"]);
    let backwards = ["--act-date", "2018-01-02", "--decision-date", "2018-01-01"];
    with(&backwards, &["decision-date: lies before act-date"]);
    let known = ["--act-date", "2018-01-02", "--discovered", "2018-01-01"];
    with(&known, &["discovered: lies before act-date"]);
    for amount in ["--gains", "--profit", "--loss", "--turnover"] {
        with(&[&format!("{amount}=-1")], &[&amount[2..], "negative"]);
        with(&[amount, "much"], &[&amount[2..]]);
    }
    with(&["--recipients", "0"], &["recipients"]);
    with(&["--recipients=-2"], &["recipients"]);
    with(&["--deduct", "100%"], &["deduct", "below 100"]);
    with(&["--less", "contact=-5"], &["less"]);
    with(
        &["--rule", "weighted=literal"],
        &["no counting rule `weighted`", "record-kinds"],
    );
    with(
        &["--rule", "bulk=all"],
        &["`deduplicated` or `as-seized`, not `all`"],
    );
}

#[test]
fn what_nobody_knows_is_refused_with_the_nearest() {
    let dir = Dir::new();
    let one = ["assess", "--count", "lodging=1"];
    let with = |more: &[&str], part: &str| refused(&dir, &[&one, more].concat(), &[part]);
    with(
        &["--law", "cn.spc-spp-2017-01"],
        "did you mean `cn.spc-spp-2017-10`?",
    );
    with(
        &["--law", "moon"],
        "no law `moon`; `laws list` names them all",
    );
    with(&["--class", "vehicel=A"], "did you mean `vehicle`?");
    with(&["--class", "vehicle=Z"], "no law has such a class");
    with(&["--fact", "order-refuse"], "did you mean `order-refused`?");
    refused(
        &dir,
        &["assess", "--count", "lodgign=1"],
        &["did you mean `lodging`?"],
    );
    refused(
        &dir,
        &["laws", "show", "eu.gpdr"],
        &["did you mean `eu.gdpr`?"],
    );
}

#[test]
fn law_files_that_contradict_themselves_stop_the_program() {
    let dir = Dir::new();
    let manual = include_str!("../src/law/instruments/README.md");
    let small = manual.split("```toml\n").nth(1).unwrap();
    let small = small.split("```").next().unwrap();
    let check = |text: String, parts: &[&str]| {
        dir.file("acme.toml", text);
        let args = ["assess", "--count", "contact=1", "--laws", "acme.toml"];
        refused(&dir, &args, &[&["acme.toml: "], parts].concat());
    };
    let second = "[[provision]]\nid = \"7.3\"\nquote = \"q\"\nsummary = {zh = \"甲\", en = \"a\"}\ncounts = \"units\"\n\
                  threshold = 900\noutcome = \"worse\"\nconfidence = \"text\"\n\n[[outcome]]\nid = \"worse\"\n\
                  name = {zh = \"更重\", en = \"worse\"}\nlevel = \"serious\"\n";
    check(
        format!("{small}\n{second}"),
        &["line ", "overlaps with provision `7.2`"],
    );
    let empty = "[[class]]\nid = \"empty\"\nlist = \"open\"\nname = {zh = \"空\", en = \"empty\"}\n\n[categories]";
    check(
        small.replace("[categories]", empty),
        &["line ", "class.empty: no category belongs to it"],
    );
    check(
        small.replace("threshold = 1000", "treshold = 1000"),
        &["line ", "treshold"],
    );
    check(
        small.replace("from = 2026-01-01", "to = 2026-01-01"),
        &["in_force.to: needs `from`"],
    );
    dir.file("acme.toml", small);
    let args = ["assess", "--count", "contact=1", "--laws", "acme.toml"];
    dir.cmd(args).run().code(0);
}

#[test]
fn an_audit_of_a_newer_schema_is_refused() {
    let dir = Dir::new();
    let run = dir
        .cmd(["assess", "--count", "lodging=600", "-f", "json"])
        .run();
    let audit = run.code(0).stdout();
    dir.file("a.json", &audit);
    dir.cmd(["assess", "--audit", "a.json"]).run().code(0);
    let newer = audit.replacen("leakgauge.audit/1", "leakgauge.audit/2", 1);
    assert_ne!(newer, audit);
    dir.file("a.json", newer);
    for args in [&["assess", "--audit", "a.json"][..], &["report", "a.json"]] {
        refused(&dir, args, &["a.json", "leakgauge.audit/2"]);
    }
    dir.file("a.json", "{\"schema\": 1}");
    refused(&dir, &["assess", "--audit", "a.json"], &["a.json"]);
}

#[test]
fn rules_of_counting_are_chosen_on_the_command_line_and_told() {
    let dir = Dir::new();
    let hotel = people::hotel_csv(0..400);
    let (head, lines) = rows(&hotel);
    let repeated = [&lines[..], &lines[..200]].concat();
    dir.file("hotel.csv", table(head, &repeated));
    dir.cmd(["scan", ".", "-o", "a.json"]).run().code(0);
    let assess = |more: &[&str]| {
        let base = ["assess", "--audit", "a.json", "-f", "json"];
        let run = dir.cmd([&base, more].concat()).run();
        let audit = run.code(0).audit();
        (audit.level("default").to_owned(), run.stdout())
    };
    let (level, told) = assess(&[]);
    assert_eq!(level, "none");
    assert!(!told.contains("as-seized"));
    let (level, told) = assess(&["--rule", "bulk=as-seized"]);
    assert_eq!(level, "serious");
    assert!(told.contains("before de-duplication (bulk=as-seized)"));
}

/// A class or a group of persons stands in tables as the law's own letter, or in words of both languages.
#[test]
fn tables_name_classes_and_persons_in_words() {
    for law in leakgauge::law::laws::builtin().expect("they load") {
        let file = law.file();
        let check = |what: &str, text: Option<&leakgauge::law::instrument::Text>| {
            let text = text.unwrap_or_else(|| panic!("{}: {what} has no words", file.id));
            let is_short = |text: &str| (1..=26).contains(&text.chars().count());
            assert!(is_short(&text.en) && is_short(&text.zh), "{what}: {text:?}");
            assert!(
                text.en.is_ascii() && !text.zh.is_ascii(),
                "{what}: {text:?}"
            );
        };
        for class in &file.classes {
            let is_letter = class.id.len() == 1 && class.id.as_bytes()[0].is_ascii_uppercase();
            if !is_letter {
                check(&class.id, class.short.as_ref());
            }
        }
        for provision in &file.provisions {
            if provision.attribute.is_some() {
                check(&provision.id, provision.who.as_ref());
            }
        }
    }
}

#[test]
fn no_report_to_read_shows_the_id_of_a_class_of_persons() {
    let dir = Dir::new();
    let children = "姓名,身份证号,手机号\n王小明,110101201503074617,13800138111\n";
    dir.file("children.csv", children)
        .file("guests.csv", people::hotel_csv(0..5));
    let args = [
        "scan",
        "children.csv",
        "guests.csv",
        "--act-date",
        "2026-11-22",
    ];
    let laws = ["--law", "br.lgpd", "--law", "cn.pipl-2021", "-o", "a.json"];
    dir.cmd(args.iter().chain(&laws)).run().code(0);
    for (lang, words) in [
        ("en", ["persons under 18", "persons under 14", "other data"]),
        ("zh", ["不满十八周岁者", "不满十四周岁者", "其他数据"]),
    ] {
        let report = |format: &str| {
            let args = ["report", "a.json", "--lang", lang, "-f", format];
            dir.cmd(args).env("COLUMNS", "200").run().code(0).stdout()
        };
        let html = report("html");
        for word in words {
            assert!(html.contains(word), "{word}");
        }
        for id in ["minors-under-18", "minors-under-14", ">excluded<"] {
            assert!(!html.contains(id), "{id}");
        }
        for format in ["text", "markdown"] {
            let text = report(format);
            assert!(text.contains(words[2]), "{text}");
            // The summary has no table of provisions.
            assert!(format == "text" || text.contains(words[0]), "{text}");
            assert!(!text.contains("minors-under-18"), "{text}");
        }
    }
}
