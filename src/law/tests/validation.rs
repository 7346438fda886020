//! Law files and counts that are wrong: each is refused with the file and the key.

use super::*;

/// Replaces the first occurrence and expects an error that names the file and contains `want`.
#[track_caller]
fn refused(from: &str, to: &str, want: &str) {
    assert!(FA_SHI_2017.contains(from), "`{from}` is not in the file");
    let text = FA_SHI_2017.replacen(from, to, 1);
    let error = Instrument::from_toml(&text, "my.toml")
        .unwrap_err()
        .to_string();
    assert!(error.starts_with("my.toml: "), "{error}");
    assert!(error.contains(want), "expected `{want}` in: {error}");
    assert!(!error.contains('\n'), "{error}");
}

#[test]
fn spelling_is_checked_with_the_line() {
    refused("unit = \"item\"", "unit = \"rows\"", "line 10: ");
    refused("weight = 100", "wieght = 100", "wieght");
    refused("weight = 100", "weight = -100", "line ");
    refused(
        "from = \"2017-06-01\"",
        "from = \"2017-06-31\"",
        "YYYY-MM-DD",
    );
    refused("[title]", "[title", "line ");
    refused("level = \"serious\"", "level = \"severe\"", "severe");
    refused("confidence = \"text\"", "confidence = \"sure\"", "sure");
}

#[test]
fn texts_and_dates_are_checked() {
    refused(
        "id = \"cn.spc-spp-2017-10\"",
        "id = \"CN 2017\"",
        "id: only lower-case",
    );
    refused(
        "number = \"法释〔2017〕10号\"",
        "number = \" \"",
        "number: must not",
    );
    refused(
        "from = \"2017-06-01\"",
        "from = \"2017-06-01\"\nto = \"2017-05-31\"",
        "in_force.to",
    );
    refused("to = \"2015-10-31\"", "to = \"2015-11-01\"", "statute[2]");
    refused("to = \"2015-10-31\"", "to = \"2009-02-27\"", "statute[1]");
}

#[test]
fn classes_are_checked() {
    refused("id = \"B\"", "id = \"A\"", "class.A.id: stands twice");
    refused(
        "weight = 10\n",
        "weight = 100\n",
        "class.B.weight: expected less",
    );
    refused("weight = 10\n", "weight = 0\n", "class.B.weight: must be");
    refused(
        "threshold = 500\n",
        "threshold = 50\n",
        "class.B.threshold: expected more",
    );
    refused(
        "threshold = 50\n",
        "threshold = 0\n",
        "class.A.threshold: must be",
    );
    refused(
        "threshold = 500\n",
        "threshold = 400\n",
        "class.B.weight: weight times threshold",
    );
    let extra = "[[class]]\nid = \"D\"\nweight = 5\nthreshold = 1000\n\
                 list = \"open\"\nname = {zh = \"丁\", en = \"d\"}\n\n";
    let third = "[[class]]\nid = \"C\"";
    refused(
        third,
        &format!("{extra}{third}"),
        "class.D: no category belongs to it",
    );
}

#[test]
fn categories_are_checked() {
    let lodging = "[categories.lodging]\ndefault = \"B\"\nlenient = \"B\"\nstrict = \"B\"\n";
    let with = |text: &str| format!("[categories.lodging]\n{text}");
    refused(
        "[categories.lodging]",
        "[categories.hotel]",
        "categories.hotel: no such category",
    );
    refused(
        lodging,
        &with("default = \"B\"\nlenient = \"B\"\n"),
        "categories.lodging: strict: this reading is missing",
    );
    refused(
        lodging,
        &with("default = \"B\"\nlenient = \"B\"\nstrict = \"Z\"\n"),
        "no class `Z`",
    );
    refused(
        lodging,
        &with("default = \"B\"\nlenient = \"C\"\nstrict = \"B\"\n"),
        "categories.lodging: why: ",
    );
    refused(
        lodging,
        &with("default = \"B\"\nlenient = \"A\"\nstrict = \"B\"\n"),
        "lenient: stands above",
    );
    refused(
        lodging,
        &with("default = \"B\"\nlenient = \"B\"\nstrict = \"C\"\n"),
        "strict: stands below",
    );
    refused(
        "lenient_bare = \"B\"",
        "lenient_bare = \"Z\"",
        "lenient_bare",
    );
    refused(
        "lenient_bare = \"excluded\"",
        "lenient_bare = \"B\"",
        "stands above",
    );
}

#[test]
fn provisions_are_checked() {
    refused(
        "id = \"5.1(4)\"",
        "id = \"5.1(3)\"",
        "provision.5.1(3): id: ",
    );
    refused(
        "quote = \"违法所得五千元以上的\"",
        "quote = \"\"",
        "provision.5.1(7): quote",
    );
    refused(
        "counts = \"gains\"\nthreshold = 5000",
        "counts = \"gains\"",
        "provision.5.1(7): threshold",
    );
    refused(
        "counts = \"gains\"\nthreshold = 5000",
        "counts = \"gains\"\nthreshold = 0",
        "at least 1",
    );
    refused(
        "counts = \"total\"\nthreshold = 5000",
        "counts = \"total\"\nthreshold = 4000",
        "provision `5.1(6)`",
    );
    refused(
        "class = \"B\"",
        "class = \"Z\"",
        "provision.5.1(4): class: no such class",
    );
    refused("class = \"B\"", "class = \"A\"", "exactly one provision");
    refused("divide = 2", "divide = 3", "whole one");
    refused("divide = 2", "divide = 0", "at least 1");
    refused("divide = 2\n", "", "provision.5.1(8): multiply");
    refused(
        "multiply = 10",
        "multiply = 18446744073709551615",
        "whole one",
    );
    refused(
        "of = [\"5.1(3)\",",
        "of = [\"5.1(10)\",",
        "`5.1(10)` is no provision above",
    );
    refused(
        "of = [\"5.1(3)\",",
        "of = [\"5.2(3)\",",
        "`5.2(3)` is no provision above",
    );
    refused(
        "of = [\"5.1(3)\", \"5.1(4)\", \"5.1(5)\", \"5.1(6)\", \"5.1(7)\"]",
        "of = [\"5.1(10)\"]",
        "is no provision above",
    );
    refused(
        "class = \"A\"\nlevel = \"serious\"",
        "class = \"A\"\nlevel = \"none\"",
        "provision.5.1(3): level",
    );
    refused(
        "class = \"A\"\nlevel = \"serious\"",
        "class = \"A\"",
        "provision.5.1(3): level",
    );
}

#[test]
fn rules_are_checked() {
    refused(
        "count_once = \"11.1\"",
        "count_once = \"11.9\"",
        "rules.count_once",
    );
    refused(
        "classes = [\"C\"]",
        "classes = [\"Z\"]",
        "rules.lawful_business.classes",
    );
}

#[test]
fn contradicting_circumstances_are_refused_before_assessing() {
    let zero = Circumstances {
        recipients: 0,
        ..ordinary()
    };
    let sold = Circumstances {
        lawful_business: Some(true),
        ..provided()
    };
    for circumstances in [zero, sold] {
        assert!(assess(&fa_shi(), &abc(1, 1, 1), &circumstances).is_err());
    }
}

#[test]
fn counts_that_cannot_be_are_refused() {
    let refused = |counts: &[ReadingCount], want: &str| {
        let error = assess(&fa_shi(), counts, &ordinary())
            .unwrap_err()
            .to_string();
        assert!(error.contains(want), "{error}");
    };
    refused(&[], "no counts for the reading `default`");
    refused(&abc(1, 1, 1)[..2], "no counts for the reading `strict`");
    refused(
        &with_bare(&[(Category::Contact, 1, 2)]),
        "`contact`: more bare items than items",
    );
    let mut unknown = abc(1, 1, 1);
    unknown[0].categories[0].category = "dreams".to_owned();
    refused(&unknown, "unknown category");
}

/// A later instrument needs no code: persons as the unit, an exclusive number, its own dates.
const PERSONS: &str = r#"
id = "xx.notice"
number = "X 1"
unit = "person"
comparison = "more-than"
title = {zh = "通知规则", en = "Notice rule"}
issuer = {zh = "某机关", en = "An authority"}
in_force = {from = 2020-01-01, to = 2029-12-31, confidence = "unconfirmed"}
source = {name = "synthetic", confidence = "unconfirmed"}

[[class]]
id = "any"
weight = 1
threshold = 500
list = "closed"
name = {zh = "健康信息", en = "health data"}

[categories.health]
default = "any"
lenient = "any"
strict = "any"
confidence = "unconfirmed"
source = "1"

[[provision]]
id = "1"
quote = "more than 500 residents"
summary = {zh = "超过五百人。", en = "More than 500."}
counts = "class"
class = "any"
level = "serious"
confidence = "unconfirmed"
"#;

#[test]
fn an_instrument_that_counts_persons_and_excludes_its_number_is_data_only() {
    let law = Instrument::from_toml(PERSONS, "notice.toml").unwrap();
    let level = |items: u64, persons: u64, c: &Circumstances| {
        let mut counts =
            counts_from_pairs(&[(Category::Health, items), (Category::Lodging, 10_000)]);
        for count in &mut counts {
            count
                .categories
                .iter_mut()
                .for_each(|c| c.persons = c.persons.min(persons));
        }
        assess(&law, &counts, c).unwrap()[0].level
    };
    assert_eq!(level(10_000, 500, &ordinary()), Level::None);
    assert_eq!(level(10_000, 501, &ordinary()), Level::Serious);
    // No rule on recipients, none on duty: they change nothing.
    assert_eq!(
        level(
            10_000,
            500,
            &Circumstances {
                recipients: 9,
                ..duty()
            }
        ),
        Level::None
    );
    let on = |day: &str| Circumstances {
        act_date: Some(day.parse().unwrap()),
        ..ordinary()
    };
    assert_eq!(level(10_000, 501, &on("2019-12-31")), Level::None);
    assert_eq!(level(10_000, 501, &on("2029-12-31")), Level::Serious);
    assert_eq!(level(10_000, 501, &on("2030-01-01")), Level::None);
    assert!(law.describe(false).contains("the number must be exceeded"));
}
