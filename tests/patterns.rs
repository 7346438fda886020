//! The built-in patterns: what lies in the folder is what the program has, and the program finds its own examples.

use std::fs;
use std::path::Path;

use crate::util::Dir;
use crate::util::audit::Audit;

/// The folders of patterns of values, one a pack, sorted.
pub(crate) fn packs() -> Vec<String> {
    let patterns = Path::new(env!("CARGO_MANIFEST_DIR")).join("patterns");
    let dents = fs::read_dir(patterns).unwrap().map(Result::unwrap);
    let folders = dents.filter(|dent| dent.file_type().unwrap().is_dir());
    let names = folders.map(|dent| dent.file_name().into_string().unwrap());
    let mut packs: Vec<String> = names.filter(|name| name != "records").collect();
    packs.sort();
    packs
}

/// Names of the pattern files as the list has them, sorted.
fn files() -> Vec<String> {
    let patterns = Path::new(env!("CARGO_MANIFEST_DIR")).join("patterns");
    let mut paths = Vec::new();
    for pack in packs() {
        for dent in fs::read_dir(patterns.join(&pack)).unwrap() {
            let name = dent.unwrap().file_name().into_string().unwrap();
            let name = name.strip_suffix(".toml").expect("a pattern file");
            paths.push(format!("{pack}/{name}"));
        }
    }
    paths.sort();
    paths
}

#[test]
fn every_file_is_listed_once_and_sorted() {
    let files = files();
    assert!(files.len() >= 40, "{} files", files.len());
    let list = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/detect/builtin.rs");
    let list = fs::read_to_string(list).unwrap();
    let listed: Vec<&str> = list
        .lines()
        .filter_map(|line| line.strip_prefix("    \"")?.strip_suffix("\","))
        .collect();
    assert_eq!(listed, files);
}

#[test]
fn a_kind_lies_in_the_pack_of_its_country() {
    for file in files() {
        let (pack, _) = file.split_once('/').unwrap();
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("patterns/{file}.toml"));
        let pattern: toml::Table = fs::read_to_string(path).unwrap().parse().unwrap();
        let id = pattern["id"].as_str().unwrap();
        let country = id.split_once('.').map(|(country, _)| country);
        // What has no country in its id is of China or of none.
        let right = match country {
            Some("attr") => pack == "cn",
            Some(country) => pack == country,
            None => ["cn", "global"].contains(&pack),
        };
        assert!(right, "{id} lies in {pack}");
    }
}

#[test]
fn the_built_in_examples_hold() {
    let run = Dir::new().cmd(["patterns", "check"]).run();
    run.code(0);
}

#[test]
fn packs_are_listed_and_switched_one_by_one() {
    let dir = Dir::new();
    let list = dir.cmd(["patterns", "list", "-f", "json"]).run();
    list.code(0).calm();
    let all: Vec<serde_json::Value> = serde_json::from_str(&list.stdout()).unwrap();
    assert_eq!(all.len(), files().len());
    for pack in packs() {
        let args = ["patterns", "list", "-f", "json", "--packs", &pack];
        let list = dir.cmd(args).run();
        list.code(0).calm();
        let some: Vec<serde_json::Value> = serde_json::from_str(&list.stdout()).unwrap();
        let of_pack = all.iter().filter(|kind| kind["pack"] == *pack);
        assert!(some.iter().eq(of_pack), "{pack}");
    }
    dir.cmd(["patterns", "check", "--packs", "global"])
        .run()
        .code(0);
    dir.cmd(["patterns", "show", "cn.mobile", "--packs", "global"])
        .run()
        .code(2);
    dir.cmd(["scan", "--packs", "cn,gobal"])
        .run()
        .code(2)
        .err("did you mean `global`?");
}

#[test]
fn a_pack_that_is_off_counts_nothing_and_shows_in_the_hash() {
    let dir = Dir::new();
    let text = "手机号,邮箱\n13800010001,li@example.cn\n13800010002,wang@example.cn\n";
    dir.file("a.csv", text);
    let all = dir.audit(&["a.csv"], 0);
    let global = dir.audit(&["a.csv", "--packs", "global"], 0);
    let both = dir.audit(&["a.csv", "--packs", "global,cn"], 0);
    let kinds =
        |audit: &Audit| -> Vec<String> { audit.kinds.iter().map(|k| k.kind.clone()).collect() };
    assert_eq!(kinds(&all), ["cn.mobile", "email"]);
    assert_eq!(kinds(&both), kinds(&all));
    assert_eq!(kinds(&global), ["email"]);
    assert_ne!(all.tool.catalog, global.tool.catalog);
    assert_eq!(all.tool.catalog == both.tool.catalog, packs().len() == 2);
    // A user's own patterns are always on, and may take the place of one that is off.
    let mobile = Path::new(env!("CARGO_MANIFEST_DIR")).join("patterns/cn/mobile.toml");
    let args = ["a.csv", "--packs", "global", "--patterns"];
    let own = dir.audit(&[&args[..], &[mobile.to_str().unwrap()]].concat(), 0);
    assert_eq!(kinds(&own), ["cn.mobile", "email"]);
}

/// Counts identity records of a table with names and numbers: rows, items and persons.
#[track_caller]
fn identities(table: &str, kind: &str, want: (u64, u64, u64)) {
    let dir = Dir::new();
    dir.file("a.csv", table);
    let audit = dir.audit(&["a.csv"], 0);
    let identity = audit.categories.iter().find(|c| c.category == "identity");
    let got = identity.map(|c| (c.rows, c.items, c.persons));
    assert_eq!(got, Some(want), "{table}");
    assert_eq!(audit.matches(kind), want.0, "{table}");
}

#[test]
fn a_national_number_identifies_a_person() {
    identities(
        "姓名,香港身份证号码\n陈大文,C668668(9)\n李小明,Q8033370\n",
        "hk.id-card",
        (2, 2, 2),
    );
    // Two spellings are one person.
    identities(
        "full_name,CPF\nAna Souza,390.533.447-05\nAna Souza,39053344705\n",
        "br.cpf",
        (2, 1, 1),
    );
    identities(
        "이름,주민등록번호\n김철수,900101-1234568\n이영희,850615-2456783\n",
        "kr.rrn",
        (2, 2, 2),
    );
    identities(
        "full_name,SSN\nJohn Roe,536904399\nJane Roe,536904398\n",
        "us.ssn",
        (2, 2, 2),
    );
}
