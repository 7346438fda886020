//! Files that are baselines, and files that are none.

use std::io::Cursor;

use proptest::prelude::*;

use super::*;
use crate::audit::{CategoryCount, KindCount, Tool};

fn key(byte: u8) -> RunKey {
    RunKey::from_bytes([byte; 32])
}

fn tool() -> Tool {
    Tool {
        name: "leakgauge".to_owned(),
        version: "0.1.0".to_owned(),
        catalog: "blake3:00ff".to_owned(),
    }
}

fn audit(kinds: &[(&str, u64)], categories: &[(&str, u64)]) -> Audit {
    let kind = |(id, distinct): &(&str, u64)| KindCount {
        kind: (*id).to_owned(),
        distinct: *distinct,
        ..KindCount::default()
    };
    let category = |(id, rows): &(&str, u64)| CategoryCount {
        category: (*id).to_owned(),
        rows: *rows,
        ..CategoryCount::default()
    };
    Audit {
        tool: tool(),
        kinds: kinds.iter().map(kind).collect(),
        categories: categories.iter().map(category).collect(),
        ..Audit::default()
    }
}

/// A baseline of counts.
fn counts(kinds: &[(&str, u64)], categories: &[(&str, u64)]) -> String {
    let mut bytes = Vec::new();
    let counts = Counts::of(&audit(kinds, categories));
    write::counts(&mut bytes, &tool(), &counts).unwrap();
    String::from_utf8(bytes).unwrap()
}

/// A baseline of fingerprints, under the first key.
fn values(kinds: &[(&str, &[u128])]) -> String {
    let mut bytes = Vec::new();
    let mut out = Fingerprints::begin(&mut bytes, &tool(), &key(1).mark()).unwrap();
    for (kind, values) in kinds {
        values.iter().for_each(|v| out.value(kind, *v).unwrap());
    }
    out.end().unwrap();
    String::from_utf8(bytes).unwrap()
}

fn open(text: &str, with: Option<&RunKey>) -> Result<Baseline<Cursor<Vec<u8>>>, Error> {
    Baseline::open(Cursor::new(text.as_bytes().to_vec()), "b.json", with)
}

#[track_caller]
fn check_refused(text: &str, with: Option<&RunKey>, want: &str) {
    let error = open(text, with).expect_err("refused").to_string();
    assert!(
        error.starts_with("b.json: ") && error.contains(want),
        "{error}"
    );
}

/// What a reading tells.
#[derive(Default)]
struct Told(Vec<(String, Vec<u128>)>);

impl Taker for Told {
    fn kind(&mut self, id: &str) -> Result<(), Error> {
        self.0.push((id.to_owned(), Vec::new()));
        Ok(())
    }

    fn value(&mut self, stand_in: u128) -> Result<(), Error> {
        self.0
            .last_mut()
            .expect("a kind has begun")
            .1
            .push(stand_in);
        Ok(())
    }

    fn kind_ends(&mut self) -> Result<(), Error> {
        Ok(())
    }
}

proptest! {
    #[test]
    fn fingerprints_are_read_as_they_were_written(
        kinds in proptest::collection::btree_map("[a-z]{1,9}", proptest::collection::vec(any::<u128>(), 1..40), 0..9),
    ) {
        let list: Vec<(&str, &[u128])> = kinds.iter().map(|(id, v)| (id.as_str(), v.as_slice())).collect();
        let mut told = Told::default();
        read(&mut values(&list).as_bytes(), Some(&key(1)), &mut told).unwrap();
        prop_assert_eq!(told.0, kinds.into_iter().collect::<Vec<_>>());
    }

    /// Whatever is cut off or put in, the file is refused and nothing panics.
    #[test]
    fn a_cut_file_is_refused(cut in 0usize..600, of_values in any::<bool>()) {
        let text = match of_values {
            true => values(&[("email", &[1, 2]), ("imei", &[3])]),
            false => counts(&[("email", 2)], &[("contact", 3)]),
        };
        // The last byte is a line feed.
        let cut = cut % (text.len() - 1);
        prop_assert!(open(&text[..cut], Some(&key(1))).is_err());
        let damaged = [&text[..cut], "\u{1}", &text[cut..]].concat();
        prop_assert!(open(&damaged, Some(&key(1))).is_err());
    }
}

#[test]
fn what_is_written_is_plain_to_read() {
    let want = "{\n  \"schema\": \"leakgauge.baseline/1\",\n  \"mode\": \"counts\",\n  \"tool\": {\n    \"version\": \"0.1.0\",\n    \
                \"catalog\": \"blake3:00ff\"\n  },\n  \"distinct\": {\n    \"email\": 2\n  },\n  \"rows\": {}\n}\n";
    assert_eq!(counts(&[("email", 2), ("imei", 0)], &[]), want);
    let mark = key(1).mark();
    let want = format!(
        "{{\n  \"schema\": \"leakgauge.baseline/1\",\n  \"mode\": \"fingerprints\",\n  \"tool\": {{\n    \"version\": \"0.1.0\",\n    \
         \"catalog\": \"blake3:00ff\"\n  }},\n  \"key\": \"{mark}\",\n  \"fingerprints\": {{\n    \"email\": [\n      \
         \"00000000000000000000000000000001\",\n      \"000000000000000000000000000000ff\"\n    ],\n    \"imei\": [\n      \
         \"ffffffffffffffffffffffffffffffff\"\n    ]\n  }}\n}}\n"
    );
    assert_eq!(
        values(&[("email", &[1, 255]), ("imei", &[u128::MAX])]),
        want
    );
    assert!(values(&[]).ends_with("\"fingerprints\": {}\n}\n"));
}

#[test]
fn counts_are_compared_and_lowered_and_never_raised() {
    let before = Counts::of(&audit(
        &[("email", 5), ("imei", 2), ("vin", 4)],
        &[("contact", 9)],
    ));
    let now = Counts::of(&audit(
        &[("email", 6), ("imei", 1), ("jwt", 1)],
        &[("contact", 9)],
    ));
    let found: Vec<(String, u64, u64, bool)> = before
        .compare(&now)
        .into_iter()
        .map(|c| (c.check, c.before, c.found, c.exceeded))
        .collect();
    let want = [
        ("kind email", 5, 6, true),
        ("kind imei", 2, 1, false),
        ("kind jwt", 0, 1, true),
        ("kind vin", 4, 0, false),
        ("category contact", 9, 9, false),
    ];
    assert_eq!(found, want.map(|(c, b, f, e)| (c.to_owned(), b, f, e)));
    let lowered = before.lowered_to(&now);
    let want = Counts::of(&audit(&[("email", 5), ("imei", 1)], &[("contact", 9)]));
    assert_eq!(lowered, want);
    assert_eq!(
        lowered.lowered_to(&before),
        lowered,
        "what is lowered stays so"
    );
}

#[test]
fn a_file_that_is_no_baseline_is_refused_and_not_quoted() {
    let key = key(1);
    for text in ["", "{", "{\"schema\": \"leakgauge.baseline/1\""] {
        check_refused(text, None, "empty or cut off");
    }
    check_refused("name,phone\n", None, "is no baseline (line 1)");
    check_refused("[1]", None, "is no baseline");
    check_refused("\u{0}\u{1}", None, "is no baseline");
    check_refused("{\"mode\": 1}", None, "does not begin with `schema`");
    check_refused(
        "{\"schema\": \"leakgauge.audit/1\"}",
        None,
        "its `schema` is not",
    );
    check_refused(
        "{\"schema\": \"leakgauge.baseline/0\"}",
        None,
        "its `schema` is not",
    );
    check_refused(
        "{\"schema\": \"leakgauge.baseline/2\"}",
        None,
        "of a newer version (leakgauge.baseline/2)",
    );
    let good = counts(&[("email", 2)], &[]);
    for (from, to, want) in [
        ("\"counts\"", "\"sums\"", "its `mode` is unknown"),
        (
            "\"rows\": {}",
            "\"rows\": {},\n\"more\": 1",
            "unknown or there already",
        ),
        (
            "\"rows\": {}",
            "\"rows\": {}, \"rows\": {}",
            "unknown or there already",
        ),
        (",\n  \"rows\": {}", "", "it lacks `rows`"),
        (
            "\"version\": \"0.1.0\"",
            "\"version\": \"\\u001b[2J\"",
            "lacks `version`",
        ),
        ("\"email\": 2", "\"email\": 2, \"email\": 3", "there twice"),
        ("\"email\": 2", "\"a b\": 2", "one of its ids"),
        ("\"email\": 2", "\"email\": -2", "is no baseline (line "),
        ("\"email\": 2", "\"email\": 2.5", "is no baseline (line "),
        ("\"counts\"", "\"fingerprints\"", "there are no counts"),
    ] {
        assert!(good.contains(from), "{from}");
        check_refused(&good.replacen(from, to, 1), None, want);
    }
    check_refused(&format!("{good}{{}}"), None, "is no baseline (line ");
    let good = values(&[("email", &[1]), ("imei", &[2])]);
    for (from, to, want) in [
        ("\"imei\"", "\"aaa\"", "not in order"),
        ("\"imei\"", "\"email\"", "not in order"),
        ("0001\"", "001\"", "32 hexadecimal digits"),
        ("0001\"", "000G\"", "32 hexadecimal digits"),
        ("0001\"", "000F\"", "32 hexadecimal digits"),
        (
            "\"fingerprints\",",
            "\"counts\",",
            "there are no fingerprints",
        ),
    ] {
        assert!(good.contains(from), "{from}");
        check_refused(&good.replacen(from, to, 1), Some(&key), want);
    }
    // Another file may hold values, and none of them is told.
    for text in [
        "{\"schema\": 13800010001}",
        "{\"schema\": \"13800010001\"}",
        "{\"13800010001\": 1}",
        "{\"schema\": \"leakgauge.baseline/1\", \"13800010001\": 1}",
        "{\"schema\": \"leakgauge.baseline/1\", \"mode\": \"13800010001\"}",
        "\"13800010001\"",
        "13800010001",
    ] {
        let error = open(text, None).expect_err("refused").to_string();
        assert!(!error.contains("1380001"), "{error}");
    }
    let long = format!("{{\"{}", "a".repeat(1 << 20));
    check_refused(&long, None, "is no baseline (line 1)");
}

#[test]
fn fingerprints_want_the_key_that_they_were_made_with() {
    let text = values(&[("email", &[1])]);
    assert_eq!(
        open(&text, Some(&key(1))).unwrap().mode(),
        Mode::Fingerprints
    );
    check_refused(&text, Some(&key(2)), "made with another key");
    check_refused(&text, None, "cannot be compared without their key");
    let text = counts(&[("email", 1)], &[]);
    assert_eq!(open(&text, None).unwrap().mode(), Mode::Counts);
    assert_eq!(open(&text, Some(&key(2))).unwrap().mode(), Mode::Counts);
}
