//! The three commands that end in a report: `scan`, `assess` and `report`.
//!
//! Each reads as its sentence: take the arguments, open the outputs, do the work, write, decide the exit code. Whatever
//! can fail for another reason than the data fails before anything is scanned.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use leakgauge::audit::{Audit, ReadingCount, SCHEMA, Tool};
use leakgauge::category::Reading;
use leakgauge::detect::Catalog;
use leakgauge::law::{self, Assessment, Circumstances, Instrument, Level};
use leakgauge::report::Format;
use leakgauge::scan::{ScanOptions, catalog_hash, scan as scan_all};
use leakgauge::source::{self, Globs, WalkOptions, WalkResult};

use super::args::{self, Common, FailOn, Gate};
use super::exit::ExitCode;
use super::output::{self, Output};
use super::progress::Progress;
use super::render::{self, Render};
use super::say;
use super::watch::{Outputs, Watch};

/// `leakgauge scan`
pub(crate) fn scan(args: &args::Scan, common: &Common) -> Result<ExitCode> {
    let law = Law::load(&args.law)?;
    let catalog = Catalog::builtin()?.with_user_files(&args.patterns)?;
    let inputs = inputs(args);
    if !source::any_exists(&inputs) {
        bail!("{}: nothing there to scan", shown(&inputs).join(", "));
    }
    let globs = Globs::new(&args.walk.include, &args.walk.exclude)?;
    let outputs = output::open(&args.output)?;
    refuse_to_overwrite_an_input(&inputs, &outputs)?;
    let walked = source::walk(
        &inputs,
        &WalkOptions {
            globs,
            max_depth: args.walk.max_depth,
            follow_links: args.walk.follow_links,
            leave_out: outputs
                .iter()
                .flat_map(|output| output.paths().into_iter().map(Path::to_owned))
                .collect(),
        },
    );
    let found = match args.walk.shard {
        Some(shard) => shard.of(walked)?,
        None => walked,
    };
    let render = Render::new(common, &catalog, law.governing().id(), args.gate.reading)?;
    let (lines, outputs): (Vec<Output>, Vec<Output>) = outputs
        .into_iter()
        .partition(|output| output.format == Format::JsonLines);
    let has_text = outputs
        .iter()
        .any(|o| o.is_stdout() && o.format == Format::Text);
    let watch = watch(common, &found, lines);
    let options = ScanOptions {
        threads: args.threads,
        memory: args.memory,
        ..ScanOptions::default()
    };
    let started = now();
    let rank = |category, bare, reading| law.governing().rank(category, bare, reading);
    let scanned = scan_all(found, &shown(&inputs), &catalog, &rank, &options, &watch);
    watch.end();
    let mut audit = scanned?;
    audit.started = started;
    audit.assessments = law.assess(&audit.readings)?;
    match watch.finish() {
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => {}
        finished => finished.context("the matches cannot be written")?,
    }
    render.write(outputs, &audit)?;
    tell_gaps(common, &audit, has_text);
    // A share that was read is no failure, although its counts are not those of the whole.
    let is_read = audit.skipped.is_empty();
    Ok(ExitCode::of(is_reached(&args.gate, &audit), is_read))
}

/// `leakgauge assess`
pub(crate) fn assess(args: &args::Assess, common: &Common) -> Result<ExitCode> {
    let law = Law::load(&args.law)?;
    let catalog = Catalog::builtin()?;
    let mut audit = match &args.audit {
        Some(path) => read_audit(path)?,
        None => audit_of_counts(law::counts_from_pairs(&args.count), &catalog)?,
    };
    let outputs = open_for_audit(&args.output)?;
    audit.assessments = law.assess(&audit.readings)?;
    let render = Render::new(common, &catalog, law.governing().id(), args.gate.reading)?;
    render.write(outputs, &audit)?;
    Ok(ExitCode::of(is_reached(&args.gate, &audit), audit.complete))
}

/// `leakgauge report`
pub(crate) fn report(args: &args::Report, common: &Common) -> Result<ExitCode> {
    let audit = read_audit(&args.audit)?;
    let outputs = open_for_audit(&args.output)?;
    let instrument = audit.assessments.first().map(|a| a.instrument.as_str());
    let render = Render::new(
        common,
        &Catalog::builtin()?,
        instrument.unwrap_or_default(),
        args.reading,
    )?;
    render.write(outputs, &audit)?;
    Ok(ExitCode::Success)
}

/// The instruments to assess under, and what the user says of the case.
struct Law {
    /// At least one; the first governs.
    instruments: Vec<Instrument>,
    circumstances: Circumstances,
}

impl Law {
    fn load(args: &args::Law) -> Result<Law> {
        let mut instruments: Vec<Instrument> = Vec::new();
        for id in &args.law {
            let instrument = law::laws::by_id(id)?;
            if instruments
                .iter()
                .all(|known| known.id() != instrument.id())
            {
                instruments.push(instrument);
            }
        }
        let stated = match &args.circumstances {
            Some(path) => {
                let name = path.display().to_string();
                let text = fs::read_to_string(path)
                    .with_context(|| format!("{name}: the circumstances cannot be read"))?;
                Circumstances::from_toml(&text, &name)?
            }
            None => Circumstances::default(),
        };
        let circumstances = args.on_top_of(stated);
        circumstances.check()?;
        Ok(Law {
            instruments,
            circumstances,
        })
    }

    fn governing(&self) -> &Instrument {
        self.instruments.first().expect("the option has a default")
    }

    fn assess(&self, counts: &[ReadingCount]) -> Result<Vec<Assessment>> {
        let mut assessments = Vec::new();
        for instrument in &self.instruments {
            assessments.extend(law::assess(instrument, counts, &self.circumstances)?);
        }
        Ok(assessments)
    }
}

fn inputs(args: &args::Scan) -> Vec<PathBuf> {
    if args.paths.is_empty() {
        vec![PathBuf::from(".")]
    } else {
        args.paths.clone()
    }
}

fn shown(inputs: &[PathBuf]) -> Vec<String> {
    inputs.iter().map(|path| source::display(path)).collect()
}

/// A report must not take the place of the data it is about. Files inside a named folder are left out of the walk
/// instead: there it is the report of an earlier run.
fn refuse_to_overwrite_an_input(inputs: &[PathBuf], outputs: &[Output]) -> Result<()> {
    for input in inputs {
        let Ok(resolved) = fs::canonicalize(input) else {
            continue;
        };
        let is_output = |o: &Output| o.paths().iter().any(|path| **path == *resolved);
        if outputs.iter().any(is_output) {
            bail!(
                "{}: is both an input and an output; write the report elsewhere",
                input.display()
            );
        }
    }
    Ok(())
}

fn watch(common: &Common, found: &WalkResult, lines: Vec<Output>) -> Watch {
    let mut names = Vec::new();
    if common.verbose {
        for gap in &found.skipped {
            say(&format!("skipped: {}: {}", gap.path, gap.reason));
        }
        names = found.entries.iter().map(|e| e.display.clone()).collect();
    }
    let progress = Progress::new(!common.no_progress && !common.quiet);
    Watch::new(progress, Outputs(lines), names)
}

/// Says on standard error that the counts are lower bounds, unless the summary on the screen says so.
fn tell_gaps(common: &Common, audit: &Audit, has_text: bool) {
    if !audit.skipped.is_empty() && !common.quiet && !has_text {
        say(&format!(
            "warning: {} could not be read or only in part; all counts are lower bounds",
            match audit.skipped.len() {
                1 => "1 file or folder".to_owned(),
                n => format!("{n} files or folders"),
            }
        ));
    }
}

/// Whether what was found reaches the level that the user named, under the reading that governs.
fn is_reached(gate: &Gate, audit: &Audit) -> bool {
    let reading = gate.reading.id();
    let reaches = |level: Level| {
        audit
            .assessments
            .iter()
            .any(|a| a.reading == reading && a.level >= level)
    };
    match gate.fail_on {
        None => false,
        Some(FailOn::Any) => audit
            .readings
            .iter()
            .filter(|counts| counts.reading == reading)
            .flat_map(|counts| &counts.categories)
            .any(|category| category.items > 0),
        Some(FailOn::Serious) => reaches(Level::Serious),
        Some(FailOn::EspeciallySerious) => reaches(Level::EspeciallySerious),
    }
}

fn read_audit(path: &Path) -> Result<Audit> {
    let name = path.display();
    let text =
        fs::read_to_string(path).with_context(|| format!("{name}: the audit cannot be read"))?;
    leakgauge::report::read(&text).with_context(|| name.to_string())
}

/// The time in whole seconds: RFC 3339, UTC.
fn now() -> String {
    let now = jiff::Timestamp::now();
    jiff::Timestamp::from_second(now.as_second())
        .unwrap_or(now)
        .to_string()
}

/// An audit that holds nothing but counts.
fn audit_of_counts(readings: Vec<ReadingCount>, catalog: &Catalog) -> Result<Audit> {
    let default = readings
        .iter()
        .find(|counts| counts.reading == Reading::Default.id());
    Ok(Audit {
        schema: SCHEMA.to_owned(),
        tool: Tool {
            name: env!("CARGO_PKG_NAME").to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            catalog: catalog_hash(catalog)?,
        },
        started: now(),
        complete: true,
        categories: default
            .map(|counts| counts.categories.clone())
            .unwrap_or_default(),
        readings,
        ..Audit::default()
    })
}

fn open_for_audit(wanted: &args::Output) -> Result<Vec<Output>> {
    let outputs = output::open(wanted)?;
    if let Some(output) = outputs.iter().find(|o| !render::from_audit(o.format)) {
        bail!(
            "{}: an audit holds counts and no matches; `{}` is for `scan`",
            output.name(),
            output.format.id()
        );
    }
    Ok(outputs)
}
