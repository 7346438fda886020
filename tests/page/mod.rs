//! The page in a real browser: `check.mjs` does what a reader does, on pages in both languages, with the persons of files and
//! without, and on one of 100,000 files, which must open within two seconds.
//!
//! It takes node, its package `playwright-core` (in a folder that `NODE_PATH` names, or above this one) and a Chromium
//! (`CHROMIUM`, or on the path). Where one of them is missing, the test says so on standard error and has shown nothing;
//! with `LEAKGAUGE_BROWSER=required` it fails instead.

use std::env;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

use crate::tidy::root;
use crate::util::Dir;

/// Files of the page that has very many.
const FILES: usize = 100_000;

/// Names of the browser on the path.
const BROWSERS: [&str; 4] = [
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
];

fn on_path(name: &str) -> Option<PathBuf> {
    let folders = env::var_os("PATH")?;
    let mut paths = env::split_paths(&folders).map(|folder| folder.join(name));
    paths.find(|path| path.is_file())
}

/// The browser, or what is missing.
fn browser() -> Result<PathBuf, &'static str> {
    let node = on_path("node").ok_or("no `node` is on the path")?;
    let has_package = Command::new(node)
        .args(["-e", "require.resolve('playwright-core')"])
        .current_dir(root())
        .output()
        .is_ok_and(|output| output.status.success());
    if !has_package {
        return Err(
            "node has no `playwright-core` (npm install playwright-core; NODE_PATH=.../node_modules)",
        );
    }
    let named = env::var_os("CHROMIUM").map(PathBuf::from);
    let found = named.or_else(|| BROWSERS.iter().find_map(|name| on_path(name)));
    found.ok_or("no Chromium is on the path (CHROMIUM=...)")
}

/// The browser; without one, says that nothing was shown.
fn browser_or_say(test: &str) -> Option<PathBuf> {
    let missing = match browser() {
        Ok(browser) => return Some(browser),
        Err(missing) => missing,
    };
    let is_required = env::var_os("LEAKGAUGE_BROWSER").is_some_and(|v| v == "required");
    assert!(!is_required, "{test}: {missing}");
    // Not by a macro: what those write is seen only if a test fails.
    let _ = writeln!(std::io::stderr(), "page::{test}: NOT RUN: {missing}");
    None
}

#[track_caller]
fn check(browser: &Path, page: &Path) {
    let output = Command::new("node")
        .arg(root().join("tests/page/check.mjs"))
        .arg(page)
        .env("CHROMIUM", browser)
        .output()
        .expect("node was found");
    let said = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let (out, err) = (said(&output.stdout), said(&output.stderr));
    assert!(output.status.success(), "{}:\n{out}\n{err}", page.display());
    assert!(out.contains("the page holds: opened in"), "{out}");
}

#[test]
fn a_reader_of_either_language_can_use_the_page() {
    let Some(browser) = browser_or_say("a_reader_of_either_language_can_use_the_page") else {
        return;
    };
    let dir = Dir::new();
    let sample = root().join("tests/data/sample");
    let sample = sample.to_str().unwrap();
    for (lang, more, name) in [
        ("en", &[][..], "en.html"),
        ("zh", &["--persons-by-file"], "zh.html"),
    ] {
        let args = ["scan", sample, "--lang", lang, "-o", name];
        dir.cmd(args.iter().chain(more)).run().code(0);
        check(&browser, &dir.path(name));
    }
}

/// The audit of a scan, with its files again and again under other names.
fn with_many_files(dir: &Dir) -> Value {
    let sample = root().join("tests/data/sample");
    let args = [
        "scan",
        sample.to_str().unwrap(),
        "-f",
        "json",
        "--persons-by-file",
    ];
    let run = dir.cmd(args).run();
    let mut audit: Value = serde_json::from_str(&run.code(0).stdout()).expect("an audit");
    let files = audit["files"].as_array().unwrap().clone();
    let file = |n: usize| {
        let mut file = files[n % files.len()].clone();
        file["path"] = json!(format!("dump/shop-{}/{}/part-{n}.csv", n % 90, n % 7));
        file
    };
    audit["files"] = (0..FILES).map(file).collect();
    audit["stats"]["files"] = json!(FILES);
    audit
}

#[test]
fn a_page_of_very_many_files_opens_at_once() {
    let Some(browser) = browser_or_say("a_page_of_very_many_files_opens_at_once") else {
        return;
    };
    let dir = Dir::new();
    dir.file("audit.json", with_many_files(&dir).to_string());
    dir.cmd(["report", "audit.json", "-o", "many.html"])
        .run()
        .code(0);
    check(&browser, &dir.path("many.html"));
}
