//! `generate-dump`: writes a synthetic dump and the truth about it into a folder.
//!
//! `cargo run --release --example generate-dump -- --rows N --seed S --people P OUTDIR`. All data is made up; see the
//! header of `mod.rs`.

#[path = "mod.rs"]
mod generate;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use generate::{Options, PEOPLE_MAX, write_folder};

const USAGE: &str = "usage: generate-dump [--rows N] [--seed S] [--people P] OUTDIR\n\
    \n  --rows N    rows in each of the six exports (1000)\
    \n  --seed S    another seed, another dump (1)\
    \n  --people P  size of the pool that people are drawn from (the number of rows)";

#[allow(
    clippy::print_stderr,
    reason = "the command line of a development tool"
)]
fn main() -> ExitCode {
    match parse(std::env::args().skip(1)).and_then(|(options, folder)| run(options, &folder)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("generate-dump: {message}");
            ExitCode::from(2)
        }
    }
}

fn parse(mut args: impl Iterator<Item = String>) -> Result<(Options, PathBuf), String> {
    let (mut rows, mut seed, mut people, mut folder) = (1000, 1, None, None);
    while let Some(arg) = args.next() {
        let mut number = || {
            let value = args
                .next()
                .ok_or(format!("{arg} needs a number\n{USAGE}"))?;
            value
                .parse::<u64>()
                .map_err(|e| format!("{arg} {value}: {e}\n{USAGE}"))
        };
        match arg.as_str() {
            "--rows" => rows = number()?,
            "--seed" => seed = number()?,
            "--people" => people = Some(number()?),
            _ if arg.starts_with('-') || folder.is_some() => return Err(USAGE.to_owned()),
            _ => folder = Some(PathBuf::from(arg)),
        }
    }
    let people = people.unwrap_or(rows.clamp(1, PEOPLE_MAX));
    if !(1..=PEOPLE_MAX).contains(&people) {
        return Err(format!("--people {people}: expected 1 to {PEOPLE_MAX}"));
    }
    let folder = folder.ok_or(USAGE)?;
    Ok((Options { rows, seed, people }, folder))
}

fn run(options: Options, folder: &Path) -> Result<(), String> {
    let failed = |e: std::io::Error| format!("{}: {e}", folder.display());
    fs::create_dir_all(folder).map_err(failed)?;
    let truth = write_folder(options, folder).map_err(failed)?;
    fs::write(folder.join("truth.json"), format!("{truth:#}\n")).map_err(failed)
}
