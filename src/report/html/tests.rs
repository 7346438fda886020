//! Whole pages: nothing in them acts, both languages are there, elements are closed, and a reader who
//! never saw the program finds the four answers.

use super::super::fixture::{hostile, options, plain};
use super::super::terminal::is_unsafe;
use super::plain::{LINES_MAX, plain_words};
use super::view::Ctx;
use super::*;
use crate::audit::{FileAudit, LimitFound};
use crate::law::{Assessment, Level, Named};

fn page(audit: &Audit, lang: Lang) -> String {
    let mut out = Vec::new();
    write(&mut out, audit, &options(lang, 80, false)).unwrap();
    String::from_utf8(out).unwrap()
}

/// Elements that have no end.
const VOID: [&str; 6] = ["meta", "input", "rect", "line", "path", "circle"];

/// The names of the elements of a page, checked to be closed in turn.
#[track_caller]
fn elements(page: &str) -> Vec<String> {
    let mut open: Vec<String> = Vec::new();
    let mut all = Vec::new();
    let mut rest = page;
    while let Some(at) = rest.find('<') {
        rest = &rest[at + 1..];
        let end = rest.find('>').expect("a tag ends");
        let tag = &rest[..end];
        rest = &rest[end + 1..];
        if tag.starts_with('!') {
            continue;
        }
        let name: String = tag
            .trim_start_matches('/')
            .chars()
            .take_while(char::is_ascii_alphanumeric)
            .collect();
        if tag.starts_with('/') {
            assert_eq!(
                open.pop().as_deref(),
                Some(name.as_str()),
                "closed before {rest:.60}"
            );
            continue;
        }
        if name == "script" || name == "style" {
            let close = format!("</{name}>");
            rest = &rest[rest.find(&close).expect("it ends") + close.len()..];
        } else if !tag.ends_with('/') && !VOID.contains(&name.as_str()) {
            open.push(name.clone());
        }
        all.push(name);
    }
    assert_eq!(open, Vec::<String>::new());
    all
}

#[test]
fn no_name_acts_in_the_page() {
    for lang in [Lang::En, Lang::Zh] {
        let (peaceful, attacked) = (page(&plain(), lang), page(&hostile(), lang));
        let count = |page: &str, name: &str| elements(page).iter().filter(|e| *e == name).count();
        for name in ["script", "style", "meta", "form", "button"] {
            assert_eq!(count(&attacked, name), count(&peaceful, name), "{name}");
        }
        for name in ["img", "iframe", "object", "embed", "link", "base"] {
            assert_eq!(count(&attacked, name), 0, "{name}");
        }
        let bad: Vec<char> = attacked
            .chars()
            .filter(|c| is_unsafe(*c) && *c != '\n')
            .collect();
        assert_eq!(bad, []);
        assert!(attacked.contains("&lt;script&gt;alert(1)&lt;/script&gt;"));
        assert!(!attacked.contains("<script>alert"));
    }
}

#[test]
fn the_page_asks_no_network_and_its_policy_names_what_may_run() {
    let page = page(&plain(), Lang::En);
    for word in [
        "src=",
        "url(",
        "@import",
        "fetch(",
        "XMLHttpRequest",
        "http-equiv=\"refresh\"",
    ] {
        assert!(!page.contains(word), "{word}");
    }
    // No element has a style or a handler of its own: the policy would not let it act.
    let (body, _) = page
        .split_once("<script type=\"application/json\"")
        .unwrap();
    let (_, body) = body.split_once("</style>").unwrap();
    let attributes = [" style=", " onload=", " onclick=", " onerror="];
    assert!(attributes.iter().all(|attribute| !body.contains(attribute)));
    let between = |start: &str, end: &str| {
        let (_, rest) = page.split_once(start).unwrap();
        rest.split_once(end).unwrap().0.to_owned()
    };
    let policy = between("Content-Security-Policy\" content=\"", "\"");
    assert!(
        policy.starts_with("default-src &#39;none&#39;")
            || policy.starts_with("default-src &#x27;none"),
        "{policy}"
    );
    for text in [
        between("<style>", "</style>"),
        between("<script>", "</script>"),
    ] {
        assert!(policy.contains(&hash(&text)), "{policy}");
    }
}

#[test]
fn both_languages_are_there_and_the_root_says_which_is_shown() {
    for (lang, id) in [(Lang::En, "en"), (Lang::Zh, "zh")] {
        let page = page(&plain(), lang);
        assert!(page.contains(&format!("<html lang=\"{id}\">")));
        for msg in [Html::WhatNext, Html::CategoriesTitle, Html::DutiesTitle] {
            for lang in [Lang::En, Lang::Zh] {
                assert!(page.contains(msg.text(lang)), "{msg:?}");
            }
        }
    }
}

/// Audits that say different things: nothing, little, much, duties, gaps.
fn audits() -> Vec<(&'static str, Audit)> {
    let with = |level, outcome: Option<&str>, flips: &[&str]| {
        let mut audit = plain();
        audit.assessments.truncate(1);
        let governing = &mut audit.assessments[0];
        governing.level = level;
        governing.outcome = outcome.map(|id| Named {
            id: id.to_owned(),
            en: format!("{id} in English"),
            zh: format!("{id} 中文"),
        });
        governing.flips = flips.iter().map(|f| (*f).to_owned()).collect();
        audit
    };
    let mut unassessed = plain();
    unassessed.assessments = Vec::new();
    let counts = Audit {
        assessments: vec![Assessment {
            instrument: super::super::fixture::INSTRUMENT.to_owned(),
            reading: "default".to_owned(),
            ..Assessment::default()
        }],
        complete: true,
        persons: 7,
        ..Audit::default()
    };
    vec![
        ("none", with(Level::None, None, &[])),
        ("serious", with(Level::Serious, None, &["travel"])),
        ("especially", with(Level::EspeciallySerious, None, &[])),
        ("outcome", with(Level::None, Some("notify"), &[])),
        ("gaps", hostile()),
        ("unassessed", unassessed),
        ("counts", counts),
        ("empty", Audit::default()),
    ]
}

#[test]
fn a_reader_without_a_manual_finds_the_four_answers_in_fifteen_lines() {
    for (what, audit) in audits() {
        let options = options(Lang::En, 80, false);
        let words = plain_words(&Ctx::new(&audit, &options, Default::default()));
        let lists = [&words.found, &words.means, &words.next, &words.not];
        assert!(lists.iter().all(|list| !list.is_empty()), "{what}");
        let n_lines: usize = lists.iter().map(|list| list.len()).sum();
        assert!(n_lines <= LINES_MAX, "{what}: {n_lines} lines");
        for line in lists.into_iter().flatten() {
            for lang in [Lang::En, Lang::Zh] {
                let line = line.get(lang);
                assert!(
                    !line.is_empty() && !line.contains(['{', '}']) || what == "gaps",
                    "{what}: {line}"
                );
            }
        }
        elements(&page(&audit, Lang::Zh));
    }
}

#[test]
fn a_page_of_a_job_that_fails_says_so_and_is_not_green() {
    let limit = |limit: &str, exceeded, files| LimitFound {
        limit: limit.to_owned(),
        unit: "rows".to_owned(),
        max: 1_200,
        found: 1_300,
        exceeded,
        files,
        owner: Some("<b>shop".to_owned()),
        ..LimitFound::default()
    };
    let (_, mut audit) = audits().remove(0);
    let verdict = |page: &str| {
        let (_, rest) = page.split_once("<div class=\"verdict ").unwrap();
        rest.split_once('"').unwrap().0.to_owned()
    };
    let green = page(&audit, Lang::En);
    assert_eq!(verdict(&green), "good");
    assert!(!green.contains("href=\"#budget\""));
    audit.budget = vec![
        limit("kind a", false, None),
        limit("kind b in c", false, Some(0)),
    ];
    assert_eq!(
        verdict(&page(&audit, Lang::En)),
        "good",
        "no limit is exceeded"
    );
    audit.budget.push(limit("kind <i>", true, Some(2)));
    for lang in [Lang::En, Lang::Zh] {
        let page = page(&audit, lang);
        elements(&page);
        assert_eq!(verdict(&page), "warn");
        for part in [
            "Budget: 1 of 3 limits exceeded",
            "3 项中有 1 项超出",
            "<section id=\"budget\">",
            "kind &lt;i&gt;",
            "&lt;b&gt;shop",
            "1,300",
            "1,200",
        ] {
            assert!(page.contains(part), "{part}");
        }
        let (_, rows) = page.split_once("<section id=\"budget\">").unwrap();
        let pills: Vec<&str> = rows
            .split("<span class=\"pill ")
            .skip(1)
            .take(3)
            .map(|pill| pill.split_once('"').unwrap().0)
            .collect();
        assert_eq!(pills, ["good", "warn", "bad"]);
    }
}

#[test]
fn the_first_screen_and_the_plain_words_count_the_same_files() {
    let mut audit = plain();
    // Values that no record turns into anything the law counts.
    audit.files[0].categories.clear();
    audit.stats.files = 9;
    let page = page(&audit, Lang::En);
    assert!(page.contains(">3 with personal data · "));
    assert!(page.contains(" stands in 3 of the 9 files read."));
}

#[test]
fn what_is_in_no_class_has_its_own_colour_whatever_the_number_of_classes() {
    let audit = plain();
    let mut options = options(Lang::En, 80, false);
    for n in [1, 3, 4, 12] {
        // Every category but the contacts, so that some rows are in no class.
        let ids = ["property", "lodging", "travel", "vehicle", "address"];
        options.classes = (0..n)
            .map(|at| {
                let id = ids.get(at).map_or(format!("x{at}"), |id| (*id).to_owned());
                (id, format!("{at:02}"))
            })
            .collect();
        let mut out = Vec::new();
        write(&mut out, &audit, &options).unwrap();
        let page = String::from_utf8(out).unwrap();
        for class in ["tint c0", "tint none"] {
            assert!(page.contains(&format!("<tbody class=\"{class}")), "{n}");
            assert!(page.contains(&format!("<rect class=\"{class}")), "{n}");
            assert!(page.contains(&format!("<span class=\"key {class}")), "{n}");
        }
        assert!(!page.contains(&format!("tint c{n}")), "{n}");
    }
}

#[test]
fn a_page_of_a_hundred_thousand_files_stays_small_and_says_what_it_leaves_out() {
    let mut audit = plain();
    audit.files = (0..100_000_u64)
        .map(|n| FileAudit {
            path: format!(
                "/srv/exports/region-{:02}/branch-{:03}/customers_{n:06}.csv",
                n % 17,
                n % 400
            ),
            format: "csv".to_owned(),
            kinds: [("cn.mobile".to_owned(), n + 1)].into(),
            categories: [("contact".to_owned(), n + 1), ("identity".to_owned(), n)].into(),
            ..FileAudit::default()
        })
        .collect();
    audit.skipped = (0..20_000)
        .map(|n| {
            crate::error::Skipped::new(format!("/srv/{n}.7z"), &crate::error::Reason::Encrypted)
        })
        .collect();
    let page = page(&audit, Lang::En);
    assert!(page.len() < 3_000_000, "{} bytes", page.len());
    assert!(page.contains("worst of 100,000 files. The other "));
    assert!(page.contains("… and 19,800 more"));
}

#[test]
fn paths_without_end_neither_fill_the_page_nor_empty_its_table() {
    let mut audit = plain();
    let long = |n: usize| format!("{n}/{}/end-{n}.csv", "<".repeat(100_000));
    for n in 0..300 {
        let mut file = audit.files[1].clone();
        file.path = long(n);
        file.copy_of = Some(long(n + 1));
        audit.files.push(file);
        audit.skipped.push(crate::error::Skipped::new(
            long(n),
            &crate::error::Reason::NotFound,
        ));
    }
    let page = page(&audit, Lang::En);
    assert!(page.len() < 6_000_000, "{} bytes", page.len());
    assert!(page.contains("…") && page.contains("/end-7.csv</td>"));
    let (_, data) = page.split_once("id=\"data\">").unwrap();
    let data: serde_json::Value =
        serde_json::from_str(data.split_once("</script>").unwrap().0).unwrap();
    assert!(data["files"].as_array().unwrap().len() > 100);
}

#[test]
fn base64_is_that_of_the_rfc() {
    for (text, want) in [
        ("", ""),
        ("f", "Zg=="),
        ("fo", "Zm8="),
        ("foo", "Zm9v"),
        ("foobar", "Zm9vYmFy"),
    ] {
        assert_eq!(base64(text.as_bytes()), want);
    }
}

/// Three persons in each of two files of a folder, of whom one is in both, and one file beside it.
#[test]
fn a_folder_is_as_large_as_its_files_and_labelled_with_what_it_has_at_most() {
    let file = |path: &str, persons| FileAudit {
        path: path.to_owned(),
        persons: Some(persons),
        categories: [("contact".to_owned(), 9)].into(),
        ..FileAudit::default()
    };
    let audit = |persons| Audit {
        persons,
        files: vec![file("a/x.csv", 3), file("a/y.csv", 3), file("b.csv", 2)],
        ..plain()
    };
    for (all, folder) in [(20, "a · ≤6 · 2"), (5, "a · ≤5 · 2")] {
        let page = page(&audit(all), Lang::En);
        for title in [folder, "a/x.csv · 3 · 1", "b.csv · 2 · 1"] {
            assert!(page.contains(&format!("<title>{title}</title>")), "{title}");
        }
    }
}
