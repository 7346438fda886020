//! `quality`: measures detection over labelled cases and over free text, and prints precision, recall and F1.
//!
//! `cargo run --release --example quality -- [--cases DIR] [--tree DIR] [--misses] [--seed N]`. It prints Markdown.

#[path = "mod.rs"]
mod quality;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use leakgauge::detect::Catalog;
use quality::case::{self, Case, Outcome};
use quality::score::{Miss, Probe, Score, macro_f1};
use quality::text::{self, CHAT_LINES, SEED, SENTENCES, Source};
use quality::tree;

const USAGE: &str = "usage: quality [--cases DIR] [--tree DIR] [--misses] [--seed N]\n\
    \n  --cases DIR  also a folder of cases: DIR/*.jsonl\
    \n  --tree DIR   also a folder in which nobody's data should be, as source code\
    \n  --misses     list what was missed or found wrongly, by cause\
    \n  --seed N     another seed of the free text, other lines";

struct Options {
    cases: Option<PathBuf>,
    trees: Vec<PathBuf>,
    misses: bool,
    seed: u64,
}

#[allow(
    clippy::print_stderr,
    reason = "the command line of a development tool"
)]
fn main() -> ExitCode {
    match parse(std::env::args().skip(1)).and_then(|options| run(&options)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("quality: {message}");
            ExitCode::from(2)
        }
    }
}

fn parse(mut args: impl Iterator<Item = String>) -> Result<Options, String> {
    let mut options = Options {
        cases: None,
        trees: Vec::new(),
        misses: false,
        seed: SEED,
    };
    while let Some(arg) = args.next() {
        let mut next = || args.next().ok_or(format!("{arg} needs a value\n{USAGE}"));
        match arg.as_str() {
            "--cases" => options.cases = Some(next()?.into()),
            "--tree" => options.trees.push(next()?.into()),
            "--seed" => options.seed = next()?.parse().map_err(|e| format!("--seed: {e}"))?,
            "--misses" => options.misses = true,
            _ => return Err(USAGE.to_owned()),
        }
    }
    Ok(options)
}

fn run(options: &Options) -> Result<(), String> {
    let catalog = Catalog::builtin().map_err(|e| e.to_string())?;
    let mut probe = Probe::new(&catalog);
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/quality");
    for folder in [Some(&own), options.cases.as_ref()].into_iter().flatten() {
        for file in files(folder)? {
            let cases = case::read(&file)?;
            let name = file.file_name().unwrap_or_default().to_string_lossy();
            show_cases(&name, &mut probe, &cases, options.misses);
        }
    }
    for (name, source, n) in [
        ("sentences", Source::Sentences, SENTENCES),
        ("lines of chats", Source::Chat, CHAT_LINES),
    ] {
        let outcome = text::measure(&mut probe, text::lines(source, options.seed, n));
        show(&format!("free text: {n} {name}"), &outcome, options.misses);
        let micro = |without| text::micro(&outcome.scores, without).f1();
        say(&format!(
            "Micro F1 {:.4}, without names {:.4}.",
            micro(""),
            micro("cn.name")
        ));
    }
    options
        .trees
        .iter()
        .try_for_each(|folder| show_tree(&catalog, folder))
}

/// The files of cases in a folder, sorted.
fn files(folder: &Path) -> Result<Vec<PathBuf>, String> {
    let dents = std::fs::read_dir(folder).map_err(|e| format!("{}: {e}", folder.display()))?;
    let mut files: Vec<PathBuf> = dents.filter_map(|d| Some(d.ok()?.path())).collect();
    files.retain(|path| path.extension().is_some_and(|e| e == "jsonl"));
    files.sort();
    Ok(files)
}

/// Cases by tier: the strict ones, on which a verdict is clear, then all.
fn show_cases(name: &str, probe: &mut Probe, cases: &[Case], misses: bool) {
    let is_tiered = cases.iter().any(|case| case.tier == "strict");
    if is_tiered {
        let strict = case::measure(probe, cases, &["strict"]);
        show(&format!("{name}, strict cases"), &strict, misses);
        show_core(probe, cases);
        let alarms = 100.0 * strict.n_alarms as f64 / strict.n_clean.max(1) as f64;
        say(&format!(
            "Lines that hold nothing: {} of {} ({alarms:.2} %) have a match of medium or high confidence, e-mail, IP and hardware \
             addresses aside.",
            strict.n_alarms, strict.n_clean
        ));
    }
    let all = case::measure(
        probe,
        cases,
        &["strict", "format", "checksum_only", "generated"],
    );
    show(&format!("{name}, all tiers"), &all, misses && !is_tiered);
}

/// The Chinese kinds of the goal: on strict cases, and on those of shape where there are no others.
fn show_core(probe: &mut Probe, cases: &[Case]) {
    let mut scores = BTreeMap::new();
    for tiers in [&["format"][..], &["strict"]] {
        let outcome = case::measure(probe, cases, tiers);
        for kind in case::CORE {
            let has = |c: &&Case| c.kind == kind && tiers.contains(&c.tier.as_str());
            if cases.iter().any(|c| has(&c)) {
                scores.extend(outcome.scores.get(kind).map(|score| (kind, *score)));
            }
        }
    }
    say(&format!(
        "Macro F1 over {} Chinese kinds, strict cases, or those of shape where a kind has no others: {:.4}.",
        scores.len(),
        macro_f1(scores.values())
    ));
}

fn show(title: &str, outcome: &Outcome, misses: bool) {
    say(&format!("\n## {title}\n"));
    say("| kind | right | false | missed | precision | recall | F1 |");
    say("| --- | ---: | ---: | ---: | ---: | ---: | ---: |");
    let mut sum = Score::default();
    for (kind, score) in &outcome.scores {
        row(kind, score);
        sum.add(score);
    }
    row("all (micro)", &sum);
    say(&format!(
        "\nMacro F1 {:.4}.",
        macro_f1(outcome.scores.values())
    ));
    if misses {
        show_misses(&outcome.misses);
    }
}

fn row(name: &str, score: &Score) {
    let Score {
        n_right,
        n_false,
        n_missed,
    } = score;
    let (precision, recall, f1) = (score.precision(), score.recall(), score.f1());
    say(&format!(
        "| {name} | {n_right} | {n_false} | {n_missed} | {precision:.3} | {recall:.3} | {f1:.3} |"
    ));
}

fn show_misses(misses: &[Miss]) {
    let mut by_cause: BTreeMap<(&str, &str), Vec<&str>> = BTreeMap::new();
    for miss in misses {
        let cause = miss.cause.split('`').next().unwrap_or_default();
        by_cause
            .entry((&miss.kind, cause))
            .or_default()
            .push(&miss.text);
    }
    say("\nMisses by kind and cause:\n");
    for ((kind, cause), texts) in by_cause {
        say(&format!("- {kind}: {cause} ({})", texts.len()));
        texts
            .iter()
            .take(8)
            .for_each(|text| say(&format!("  - {text:?}")));
    }
}

fn show_tree(catalog: &Catalog, folder: &Path) -> Result<(), String> {
    let alarms = tree::measure(catalog, folder)?;
    let megabytes = alarms.n_bytes as f64 / 1e6;
    let name = folder.file_name().unwrap_or_default().to_string_lossy();
    say(&format!(
        "\n## Tree `{name}`, {megabytes:.0} MB: values of high confidence\n"
    ));
    say("| kind | found | for 10 MB |");
    say("| --- | ---: | ---: |");
    let others = alarms.of_kind.keys().map(String::as_str);
    for kind in tree::KINDS
        .into_iter()
        .chain(others.filter(|k| !tree::KINDS.contains(k)))
    {
        let n = alarms.of_kind.get(kind).copied().unwrap_or_default();
        say(&format!(
            "| {kind} | {n} | {:.2} |",
            n as f64 * 10.0 / megabytes
        ));
    }
    say("");
    alarms
        .places
        .iter()
        .for_each(|(_, place)| say(&format!("- {place}")));
    Ok(())
}

#[allow(
    clippy::print_stdout,
    reason = "the command line of a development tool"
)]
fn say(line: &str) {
    println!("{line}");
}
