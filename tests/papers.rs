//! The papers say what the code does: options, exit codes, set-up commands and the map of the code.
//!
//! Tables of README.md and ARCHITECTURE.md are compared with the program's own help, with the source, and with the table of
//! `tidy`. A failure prints what should stand there. Prose is not checked.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use crate::tidy::{ROOMS, root};
use crate::util::Dir;

/// Every way to call the program that has options of its own, with the name README uses for it.
const COMMANDS: &[(&str, &[&str])] = &[
    ("scan", &["scan"]),
    ("assess", &["assess"]),
    ("report", &["report"]),
    ("merge", &["merge"]),
    ("baseline", &["baseline", "write"]),
    ("baseline", &["baseline", "update"]),
    ("explain", &["explain"]),
    ("patterns", &["patterns", "list"]),
    ("laws", &["laws", "list"]),
    ("formats", &["formats"]),
    ("schema", &["schema"]),
    ("completions", &["completions"]),
    ("man", &["man"]),
];

fn paper(name: &str) -> String {
    fs::read_to_string(root().join(name)).unwrap_or_else(|e| panic!("{name}: {e}"))
}

/// The lines under a heading, up to the next one of the same or a higher rank.
#[track_caller]
fn section<'a>(text: &'a str, heading: &str) -> Vec<&'a str> {
    let rank = heading.chars().take_while(|c| *c == '#').count();
    let mut lines = text.lines().skip_while(|line| *line != heading);
    assert!(lines.next().is_some(), "there is no `{heading}`");
    let mut in_code = false;
    lines
        .take_while(|line| {
            in_code ^= line.starts_with("```");
            let hashes = line.chars().take_while(|c| *c == '#').count();
            in_code || hashes == 0 || hashes > rank
        })
        .collect()
}

/// The rows of the one table of a section, without its head.
fn table<'a>(lines: &[&'a str]) -> Vec<&'a str> {
    let rows = lines.iter().filter(|line| line.starts_with('|'));
    rows.skip(2).copied().collect()
}

#[track_caller]
fn compare(what: &str, got: &[&str], want: &[String]) {
    assert!(
        got == want,
        "{what} differs from the code; it should read\n\n{}\n",
        want.join("\n")
    );
}

/// The options of a help text: how each is written, and what is said of it.
fn options_of(help: &str) -> Vec<(String, String)> {
    let mut options: Vec<(String, String)> = Vec::new();
    let mut in_option = false;
    for line in help.lines() {
        let text = line.trim();
        if line.starts_with(' ') && text.starts_with('-') {
            let (signature, meaning) = text.split_once("  ").unwrap_or((text, ""));
            options.push((signature.to_owned(), meaning.trim().to_owned()));
            in_option = true;
        } else if !line.starts_with(' ') {
            in_option = false;
        } else if in_option {
            let (_, meaning) = options.last_mut().expect("one was begun");
            meaning.push(' ');
            meaning.push_str(text);
        }
    }
    for (_, meaning) in &mut options {
        *meaning = meaning.trim().to_owned();
    }
    options
}

#[test]
fn the_options_of_the_readme_are_those_of_the_program() {
    let dir = Dir::new();
    let mut order: Vec<(String, String)> = Vec::new();
    let mut commands: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for (name, args) in COMMANDS {
        let run = dir.cmd(args.iter().chain(&["-h"])).run();
        for (signature, meaning) in options_of(&run.code(0).stdout()) {
            let key = format!("{signature}|{meaning}");
            if !commands.contains_key(&key) {
                order.push((signature, meaning));
            }
            commands.entry(key).or_default().push(name);
        }
    }
    assert!(order.len() > 20, "the help text was not understood");
    let want: Vec<String> = order
        .into_iter()
        .map(|(signature, meaning)| {
            let names = &commands[&format!("{signature}|{meaning}")];
            let names = if names.len() == COMMANDS.len() {
                "all".to_owned()
            } else {
                let mut names = names.clone();
                names.dedup();
                names.join(", ")
            };
            format!("| `{signature}` | {names} | {meaning} |")
        })
        .collect();
    let readme = paper("README.md");
    let got = table(&section(&readme, "### Options"));
    compare("README.md, Options,", &got, &want);
}

#[test]
fn the_commands_of_the_readme_are_those_of_the_program() {
    let readme = paper("README.md");
    let rows = table(&section(&readme, "### Commands")).join("\n");
    let help = Dir::new().cmd(["-h"]).run().code(0).stdout();
    let commands: Vec<&str> = help
        .lines()
        .skip_while(|line| *line != "Commands:")
        .skip(1)
        .take_while(|line| !line.is_empty())
        .filter_map(|line| line.split_whitespace().next())
        .collect();
    let mut known: Vec<&str> = COMMANDS.iter().map(|(name, _)| *name).collect();
    known.dedup();
    assert_eq!(commands, known, "the table of this test is out of date");
    for command in commands {
        assert!(
            rows.contains(&format!("`leakgauge {command}")),
            "README.md lacks `leakgauge {command}`"
        );
    }
}

#[test]
fn the_exit_codes_of_the_readme_are_those_of_the_source() {
    let source = fs::read_to_string(root().join("src/cli/exit.rs")).unwrap();
    let mut meanings = BTreeMap::new();
    let mut comment = Vec::new();
    let variants = source
        .lines()
        .skip_while(|line| !line.contains("enum ExitCode"))
        .skip(1)
        .take_while(|line| *line != "}");
    for line in variants {
        match line.trim().strip_prefix("///") {
            Some(text) => comment.push(text.trim()),
            None => {
                let name = line.trim().trim_end_matches(',');
                meanings.insert(name, comment.join(" "));
                comment.clear();
            }
        }
    }
    let mut want: Vec<String> = source
        .lines()
        .filter_map(|line| {
            let (name, number) = line.trim().strip_prefix("ExitCode::")?.split_once(" => ")?;
            let number = number.strip_suffix(',')?.parse::<u8>().ok()?;
            Some(format!("| {number} | {} |", meanings.get(name)?))
        })
        .collect();
    want.sort();
    assert_eq!(want.len(), meanings.len(), "the source was not understood");
    let readme = paper("README.md");
    let got = table(&section(&readme, "### Exit codes"));
    compare("README.md, Exit codes,", &got, &want);
}

#[test]
fn the_readme_sets_up_with_two_commands() {
    let readme = paper("README.md");
    let lines = section(&readme, "## Set up");
    let mut commands = Vec::new();
    let mut in_code = false;
    for line in lines {
        if line.starts_with("```") {
            in_code = !in_code;
        } else if in_code && !line.is_empty() && !line.starts_with('#') {
            commands.push(line);
        }
    }
    let want = [
        "cargo run --release -- scan tests/data/sample",
        "cargo test",
    ];
    assert_eq!(commands, want);
}

#[test]
fn the_categories_of_the_readme_are_those_of_the_law() {
    // Class under the default, the lenient and the strict reading, as the file of the instrument has them.
    let path = "src/law/instruments/cn.spc-spp-2017-10.toml";
    let instrument: toml::Table = paper(path).parse().expect("the law file is TOML");
    let categories = instrument["categories"].as_table().expect("a table");
    let readme = paper("README.md");
    let rows = table(&section(&readme, "### Categories"));
    let ids: Vec<&str> = leakgauge::category::Category::ALL
        .iter()
        .map(|c| c.id())
        .collect();
    assert_eq!(rows.len(), ids.len());
    for (row, id) in rows.iter().zip(ids) {
        let cells: Vec<&str> = row.trim_matches('|').split('|').map(str::trim).collect();
        assert_eq!(cells[0], format!("`{id}`"), "{row}");
        let category = &categories[id];
        for (cell, reading) in cells[2..].iter().zip(["default", "lenient", "strict"]) {
            let class = |key: &str| category.get(key).and_then(toml::Value::as_str);
            let full = class(reading).expect("each reading has a class");
            let want = match class(&format!("{reading}_bare")) {
                Some(bare) if bare != full => format!("{full}, bare {bare}"),
                _ => full.to_owned(),
            };
            assert_eq!(*cell, want, "{id}, {reading}");
        }
    }
}

/// The modules of the source, as rooms and what lies directly in them.
fn modules() -> BTreeMap<String, BTreeSet<String>> {
    let stem = |path: &Path| path.file_stem().unwrap().to_str().unwrap().to_owned();
    let is_module = |path: &Path| {
        let has_source = path.is_dir() && path.join("mod.rs").is_file();
        let name = stem(path);
        let is_test = ["tests", "testing", "fixture", "pattern_files"].contains(&name.as_str());
        !is_test && (has_source || path.extension().is_some_and(|ending| ending == "rs"))
    };
    let list = |folder: &Path| -> Vec<_> {
        let dents = fs::read_dir(folder).into_iter().flatten();
        let paths = dents.map(|dent| dent.unwrap().path());
        paths.filter(|path| is_module(path)).collect()
    };
    let mut modules = BTreeMap::new();
    for path in list(&root().join("src")) {
        let inside = list(&path);
        let names = inside
            .iter()
            .map(|p| stem(p))
            .filter(|name| name != "mod")
            .collect();
        modules.insert(stem(&path), names);
    }
    modules.retain(|name, _| name != "lib" && name != "main");
    modules
}

#[test]
fn the_map_of_the_code_names_every_module() {
    let architecture = paper("ARCHITECTURE.md");
    let map = section(&architecture, "## Code map").join("\n");
    let entries: BTreeMap<&str, &str> = map
        .split("\n- **`")
        .skip(1)
        .filter_map(|entry| entry.split_once("`**"))
        .collect();
    let modules = modules();
    assert!(modules.len() > 10, "the source was not found");
    let named: Vec<&str> = entries.keys().copied().collect();
    let there: Vec<&str> = modules.keys().map(String::as_str).collect();
    assert_eq!(named, there, "rooms of the map, rooms of the source");
    for (room, names) in &modules {
        let entry = entries[room.as_str()];
        for name in names {
            assert!(
                entry.contains(&format!("`{name}`")),
                "ARCHITECTURE.md, Code map: `{room}` lacks `{name}`"
            );
        }
    }
}

#[test]
fn the_table_of_imports_is_that_of_tidy() {
    let quoted = |names: &[&str]| {
        let names: Vec<String> = names.iter().map(|name| format!(" `{name}`")).collect();
        names.concat()
    };
    let want: Vec<String> = ROOMS
        .iter()
        .map(|(room, may)| format!("| `{room}` |{} |", quoted(may)))
        .collect();
    let architecture = paper("ARCHITECTURE.md");
    let got = table(&section(&architecture, "## Who may import whom"));
    compare("ARCHITECTURE.md, Who may import whom,", &got, &want);
}

#[test]
fn the_readme_of_patterns_names_every_validator_and_key() {
    let readme = paper("patterns/README.md");
    let used = |folder: &str| -> Vec<toml::Table> {
        let dents = fs::read_dir(root().join("patterns").join(folder)).unwrap();
        let texts = dents.map(|dent| fs::read_to_string(dent.unwrap().path()).unwrap());
        texts.map(|text| text.parse().unwrap()).collect()
    };
    let packs = crate::patterns::packs();
    for pattern in packs.iter().flat_map(|pack| used(pack)) {
        for key in pattern.keys() {
            assert!(
                readme.contains(&format!("`{key}`")) || readme.contains(&format!("`[[{key}]]`")),
                "patterns/README.md lacks the key `{key}`"
            );
        }
        if let Some(validator) = pattern.get("validator").and_then(toml::Value::as_str) {
            assert!(
                readme.contains(&format!("`{validator}`")),
                "patterns/README.md lacks the validator `{validator}`"
            );
        }
    }
    for file in used("records") {
        for rule in file
            .get("rule")
            .and_then(toml::Value::as_array)
            .into_iter()
            .flatten()
        {
            for key in rule.as_table().unwrap().keys() {
                assert!(
                    readme.contains(&format!("`{key}`")),
                    "patterns/README.md lacks the key `{key}` of rules"
                );
            }
        }
    }
    let columns: toml::Table = paper("patterns/columns.toml").parse().unwrap();
    for role in columns["role"].as_array().unwrap() {
        for key in role.as_table().unwrap().keys() {
            assert!(
                readme.contains(&format!("`{key}`")),
                "patterns/README.md lacks the key `{key}` of columns"
            );
        }
    }
}

#[test]
fn a_help_text_is_understood() {
    let help = "Usage: x\n\nOptions:\n  -f, --format <F>  How to\n                    write\n      --long\n          \
                Next line\n\nOther:\n  -q  Quiet\n";
    let want = [
        ("-f, --format <F>", "How to write"),
        ("--long", "Next line"),
        ("-q", "Quiet"),
    ];
    let got = options_of(help);
    assert_eq!(got.len(), want.len());
    for ((signature, meaning), want) in got.iter().zip(want) {
        assert_eq!((signature.as_str(), meaning.as_str()), want);
    }
}

#[test]
fn the_worked_example_is_what_the_program_says() {
    let text = paper("docs/officer-case.md");
    let dir = Dir::new();
    let mut command: Option<String> = None;
    let mut n_shown = 0;
    let mut blocks = text.split("```").skip(1).step_by(2);
    blocks.by_ref().for_each(|block| {
        let (sort, body) = block.split_once('\n').expect("a block has lines");
        match sort {
            "sh" => command = Some(body.trim().replace("\\\n", " ")),
            _ => {
                let line = command
                    .take()
                    .expect("a command stands before what it says");
                let args = line.split_whitespace().skip(1);
                let said = dir.cmd(args).run().code(0).stdout();
                let said: Vec<&str> = said.trim_matches('\n').lines().collect();
                let shown: Vec<&str> = body.trim_matches('\n').lines().collect();
                assert_eq!(said[..shown.len()], shown[..], "{line}");
                assert!(
                    said[shown.len()..].iter().any(|l| l.trim() == "───"),
                    "{line}"
                );
                n_shown += 1;
            }
        }
    });
    assert_eq!((n_shown, command), (6, None));
}
