//! The built-in patterns: what lies in the folder is what the program has, and the program finds its own examples.

use std::fs;
use std::path::Path;

use crate::util::Dir;

/// Folders whose files are patterns of values, one file a kind.
const FOLDERS: [&str; 2] = ["cn", "global"];

/// Paths of the pattern files, sorted.
fn files() -> Vec<String> {
    let patterns = Path::new(env!("CARGO_MANIFEST_DIR")).join("patterns");
    let mut paths = Vec::new();
    for folder in FOLDERS {
        for dent in fs::read_dir(patterns.join(folder)).unwrap() {
            let name = dent.unwrap().file_name().into_string().unwrap();
            paths.push(format!("patterns/{folder}/{name}"));
        }
    }
    paths.sort();
    paths
}

/// The literals of a Rust list that name a pattern file, in the order of the list.
fn literals(list: &str) -> Vec<&str> {
    list.split('"')
        .skip(1)
        .step_by(2)
        .map(|literal| literal.trim_start_matches("../"))
        .filter(|path| {
            FOLDERS
                .iter()
                .any(|f| path.starts_with(&format!("patterns/{f}/")))
        })
        .collect()
}

#[test]
fn every_file_is_listed_once_and_sorted() {
    let files = files();
    assert!(files.len() >= 40, "{} files", files.len());
    let list = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/detect/builtin.rs");
    let list = fs::read_to_string(list).unwrap();
    let literals = literals(&list);
    // Each entry is the path and the text at the same path.
    let (entries, rest) = literals.as_chunks::<2>();
    assert!(rest.is_empty(), "an entry without its text");
    assert!(
        entries.iter().all(|[path, text]| path == text),
        "an entry with the text of another file"
    );
    let listed: Vec<&str> = entries.iter().map(|[path, _]| *path).collect();
    assert_eq!(listed, files);
}

#[test]
fn the_built_in_examples_hold() {
    let run = Dir::new().cmd(["patterns", "check"]).run();
    run.code(0);
}
