//! The schemas: the committed files are those that the program derives, and real outputs and configurations fit them.
//!
//! The check knows the words of JSON Schema that the two files use, and stops at any other. It is stricter than the
//! standard: a member of an object that its schema does not name is wrong, so that nothing can be forgotten in a schema.

use std::fs;

use serde_json::Value;

use crate::tidy::root;
use crate::util::{Dir, people};

/// A schema with its definitions.
struct Schema(Value);

impl Schema {
    fn committed(name: &str) -> Schema {
        let path = root().join(format!("docs/schemas/{name}.schema.json"));
        let text = fs::read_to_string(&path).unwrap_or_else(|e| panic!("{name}: {e}"));
        Schema(serde_json::from_str(&text).expect("JSON"))
    }

    /// What is wrong with a value, each with its place.
    fn wrong(&self, value: &Value) -> Vec<String> {
        let mut wrong = Vec::new();
        self.check(&self.0, value, "", &mut wrong);
        wrong
    }

    fn check(&self, schema: &Value, value: &Value, place: &str, wrong: &mut Vec<String>) {
        let Value::Object(words) = schema else {
            assert_eq!(schema, &Value::Bool(true), "{place}: no schema");
            return;
        };
        let mut fail = |what: String| wrong.push(format!("{place}: {what}"));
        let mut inner = Vec::new();
        for (word, said) in words {
            match word.as_str() {
                "$schema" | "$defs" | "title" | "description" | "default" | "format" => {}
                "$ref" => {
                    let name = said.as_str().unwrap().strip_prefix("#/$defs/").unwrap();
                    inner.push((self.0["$defs"][name].clone(), value, place.to_owned()));
                }
                "type" => {
                    let types = match said {
                        Value::Array(types) => types.clone(),
                        one => vec![one.clone()],
                    };
                    if !types.iter().any(|t| is_of(value, t.as_str().unwrap())) {
                        fail(format!("{value} is not {said}"));
                    }
                }
                "enum" => {
                    if !said.as_array().unwrap().contains(value) {
                        fail(format!("{value} is none of {said}"));
                    }
                }
                "const" => {
                    if said != value {
                        fail(format!("{value} is not {said}"));
                    }
                }
                "minimum" => {
                    if value.as_f64().is_some_and(|n| n < said.as_f64().unwrap()) {
                        fail(format!("{value} is below {said}"));
                    }
                }
                "maximum" => {
                    if value.as_f64().is_some_and(|n| n > said.as_f64().unwrap()) {
                        fail(format!("{value} is above {said}"));
                    }
                }
                "pattern" => {
                    let pattern = regex::Regex::new(said.as_str().unwrap()).unwrap();
                    if value.as_str().is_some_and(|text| !pattern.is_match(text)) {
                        fail(format!("{value} does not match {said}"));
                    }
                }
                "required" => {
                    for name in said.as_array().unwrap() {
                        if value.get(name.as_str().unwrap()).is_none() {
                            fail(format!("lacks {name}"));
                        }
                    }
                }
                "anyOf" | "oneOf" => {
                    let fits = |one: &&Value| {
                        let mut wrong = Vec::new();
                        self.check(one, value, place, &mut wrong);
                        wrong.is_empty()
                    };
                    let n = said.as_array().unwrap().iter().filter(fits).count();
                    if n == 0 || word == "oneOf" && n > 1 {
                        fail(format!("{value} fits {n} of {said}"));
                    }
                }
                "items" => {
                    let items = value.as_array().into_iter().flatten().enumerate();
                    for (i, item) in items {
                        inner.push((said.clone(), item, format!("{place}/{i}")));
                    }
                }
                "properties" | "additionalProperties" => {}
                other => panic!("{place}: the check does not know `{other}`"),
            }
        }
        let is_object =
            words.contains_key("properties") || words.contains_key("additionalProperties");
        for (name, member) in value
            .as_object()
            .filter(|_| is_object)
            .into_iter()
            .flatten()
        {
            let place = format!("{place}/{name}");
            match (
                words.get("properties").and_then(|p| p.get(name)),
                words.get("additionalProperties"),
            ) {
                (Some(schema), _) => inner.push((schema.clone(), member, place)),
                (None, Some(schema)) if schema.is_object() => {
                    inner.push((schema.clone(), member, place));
                }
                _ => wrong.push(format!("{place}: the schema does not name it")),
            }
        }
        for (schema, value, place) in inner {
            self.check(&schema, value, &place, wrong);
        }
    }
}

fn is_of(value: &Value, name: &str) -> bool {
    match name {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "string" => value.is_string(),
        "integer" => value.is_u64() || value.is_i64(),
        "number" => value.is_number(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        other => panic!("no type `{other}`"),
    }
}

#[track_caller]
fn check_fits(schema: &Schema, value: &Value, what: &str) {
    let wrong = schema.wrong(value);
    assert!(wrong.is_empty(), "{what}:\n{}", wrong.join("\n"));
}

#[test]
fn the_committed_schemas_are_those_of_the_program() {
    let dir = Dir::new();
    for name in ["audit", "config"] {
        let derived = dir.cmd(["schema", name]).run().code(0).stdout();
        let path = root().join(format!("docs/schemas/{name}.schema.json"));
        let committed = fs::read_to_string(&path).unwrap_or_default();
        assert!(
            committed.replace("\r\n", "\n") == derived,
            "docs/schemas/{name}.schema.json is out of date: write it anew with `leakgauge schema {name}`"
        );
    }
}

#[test]
fn audits_of_every_command_fit_the_schema() {
    let schema = Schema::committed("audit");
    let dir = Dir::new();
    dir.file("hotel.csv", people::hotel_csv(0..700));
    dir.file("copy.csv", people::hotel_csv(0..700));
    dir.file("contacts.csv", people::contacts_csv(20..25));
    dir.file(
        "rounded.csv",
        "姓名,身份证号\n王伟,1.10101E+17\n李芳,1.10102E+17\n",
    );
    dir.file("broken.zip", b"PK\x03\x04 and no more");
    dir.file(
        "leakgauge.toml",
        "lang = \"en\"\n[[limit]]\nkind = \"email\"\nmax = 0\npath = \"*.csv\"\nowner = \"o\"\nreason = \"r\"\n\
         [[ignore]]\npath = \"contacts.csv\"\nowner = \"o\"\nreason = \"r\"\nexpires = 2999-12-31\n\
         [[ignore]]\nkind = \"qq\"\nowner = \"o\"\nreason = \"r\"\nexpires = 2020-12-31\n",
    );
    let scan = ["scan", ".", "-f", "json"];
    let stated = [
        "--in-duty",
        "--action=both",
        "--recipients=2",
        "--gains=61429.01",
        "--turnover=1000000",
        "--act-date=2024-01-02",
        "--discovered=2024-01-02T10:30",
        "--deduct=4.5%",
        "--less=contact=1",
        "--class=vehicle=A",
        "--rule=weighted-total=literal",
    ];
    let laws: Vec<String> = {
        let list = dir.cmd(["laws", "list"]).run().code(0).stdout();
        let ids = list
            .lines()
            .filter_map(|line| line.split_whitespace().next());
        let is_id = |id: &&str| id.contains('.') && id.chars().all(|c| c.is_ascii_graphic());
        ids.filter(is_id).map(|id| format!("--law={id}")).collect()
    };
    assert!(laws.len() > 10, "{laws:?}");
    let laws: Vec<&str> = laws.iter().map(String::as_str).collect();
    let under_all: Vec<&str> = stated.iter().copied().chain(laws).collect();
    for (what, more) in [
        ("plain", &[][..]),
        ("stated", &stated),
        ("all laws", &under_all),
    ] {
        let run = dir.cmd(scan.iter().chain(more)).run();
        let audit: Value =
            serde_json::from_str(&run.stdout()).unwrap_or_else(|e| panic!("{what}: {e}\n{run}"));
        check_fits(&schema, &audit, what);
        assert_eq!(audit["ignored"].as_array().map(Vec::len), Some(2), "{what}");
        assert_eq!(audit["config"].as_array().map(Vec::len), Some(1), "{what}");
    }
    let args = [
        "assess",
        "--count",
        "lodging=600",
        "--attribute",
        "under-14=3",
        "-f",
        "json",
    ];
    let run = dir.cmd(args).run();
    let audit: Value = serde_json::from_str(&run.code(0).stdout()).unwrap();
    check_fits(&schema, &audit, "assess");
    // The check finds what is wrong.
    for (place, value) in [
        ("/persons", serde_json::json!(-1)),
        ("/persons", serde_json::json!("1")),
        ("/stats/more", serde_json::json!(1)),
        ("/assessments/0/level", serde_json::json!("high")),
        ("/tool", serde_json::json!({"name": "leakgauge"})),
    ] {
        let mut audit = audit.clone();
        let (parent, name) = place.rsplit_once('/').unwrap();
        let parent = audit.pointer_mut(parent).unwrap();
        parent[name] = value;
        assert!(!schema.wrong(&audit).is_empty(), "{place}");
    }
}

#[test]
fn configurations_fit_the_schema_or_are_refused_by_both() {
    let schema = Schema::committed("config");
    let dir = Dir::new();
    dir.file("contacts.csv", people::contacts_csv(0..3));
    let json = |text: &str| -> Value {
        // A date of TOML is a text of JSON, as tools that hold TOML to a schema have it.
        let date = regex::Regex::new("= ([0-9]{4}-[0-9]{2}-[0-9]{2})").unwrap();
        let text = date.replace_all(text, "= \"$1\"");
        let table: toml::Table = text.parse().unwrap();
        serde_json::to_value(table).unwrap()
    };
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let example = readme
        .split("```toml\n# leakgauge.toml")
        .nth(1)
        .expect("an example");
    let example = example.split("```").next().unwrap();
    for text in [
        example,
        "law = \"cn.spc-spp-2017-10\"\nexclude = \"*.bak\"\nthreads = 2\nmemory = \"64M\"\nin-duty = true\n",
        "",
    ] {
        check_fits(&schema, &json(text), text);
        dir.file("leakgauge.toml", text);
        let run = dir
            .cmd(["scan", "contacts.csv", "--fail-on", "especially-serious"])
            .run();
        assert!(!run.stderr().contains("error"), "{run}");
    }
    let rule = "owner = \"o\"\nreason = \"r\"\nexpires = 2999-12-31\n";
    for text in [
        "fail_on = \"any\"\n".to_owned(),
        "fail-on = \"high\"\n".to_owned(),
        "in-duty = \"perhaps\"\n".to_owned(),
        "output = 3\n".to_owned(),
        "threads = 1.5\n".to_owned(),
        "[[limit]]\nkind = \"email\"\n".to_owned(),
        "[[limit]]\nkind = \"email\"\nmax = -1\n".to_owned(),
        format!("[[ignore]]\nkinds = \"email\"\n{rule}"),
        format!("[[ignore]]\nkind = 1\n{rule}"),
        "[[ignore]]\nkind = \"email\"\nowner = \"o\"\nreason = \"r\"\n".to_owned(),
    ] {
        assert!(!schema.wrong(&json(&text)).is_empty(), "{text}");
        dir.file("leakgauge.toml", &text);
        dir.cmd(["scan", "contacts.csv"]).run().code(2).silent();
    }
}
