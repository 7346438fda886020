//! `leakgauge baseline`, and what `--baseline` asks of other commands.
//!
//! What a baseline holds and how it is compared is the business of the library. Here it is opened before anything is scanned,
//! and replaced whole when everything is counted: a run that could not read something changes none.

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use leakgauge::audit::{Audit, BaselineFound};
use leakgauge::baseline::{self, Accept, Baseline, Mode, Updated};
use leakgauge::count::RunKey;
use leakgauge::report::{Deed, write_deed};
use leakgauge::scan::{Counted, ScanOptions, count};
use leakgauge::source::{self, Globs, STDIN, WalkOptions};

use super::args::{self, Common};
use super::exit::ExitCode;
use super::output::Target;
use super::{parts, print, render, run, say};

/// Gaps that are named one by one.
const GAPS_MAX: usize = 10;

/// `leakgauge baseline`
pub(crate) fn run(command: &args::Baseline, common: &Common) -> Result<ExitCode> {
    match command {
        args::Baseline::Write { output, what } => write(output, what, common),
        args::Baseline::Update {
            file,
            accept_more,
            what,
        } => update(file, *accept_more, what, common),
    }
}

fn write(path: &Path, what: &args::Now, common: &Common) -> Result<ExitCode> {
    let name = path.display();
    if path.as_os_str() == STDIN {
        bail!("a baseline goes to a file, not to standard output");
    }
    if fs::symlink_metadata(path).is_ok() {
        bail!(
            "{name}: is there already; `leakgauge baseline update` lowers a baseline, and takes over what is more with \
             --accept-more. Remove it to write a new one"
        );
    }
    let key = parts::key(&what.key)?;
    let target = Target::open(path)?;
    let mode = match key {
        Some(_) => Mode::Fingerprints,
        None => Mode::Counts,
    };
    let leave_out = target.paths().map(Path::to_owned).into();
    with_counted(what, common, key, leave_out, |audit, counted| {
        let found = put(&target, |wtr| baseline::write(audit, counted, mode, wtr))?;
        finish(target)?;
        tell(&found, Deed::Write, common)?;
        Ok(ExitCode::of(false, tell_gaps(audit, common)))
    })
}

fn update(path: &Path, accept_more: bool, what: &args::Now, common: &Common) -> Result<ExitCode> {
    let key = parts::key(&what.key)?;
    let mut before = open(path, key.as_ref())?;
    if key.is_some() && before.mode() == Mode::Counts {
        bail!("{}: holds counts, which have no key", path.display());
    }
    let target = Target::open(path)?;
    let leave_out = target.paths().map(Path::to_owned).into();
    let (accept, deed) = match accept_more {
        true => (Accept::More, Deed::TakeOver),
        false => (Accept::Less, Deed::Lower),
    };
    with_counted(what, common, key, leave_out, |audit, counted| {
        if !tell_gaps(audit, common) {
            let found = before.compare(audit, counted)?;
            say(&format!(
                "{}: not changed, because not everything was read",
                path.display()
            ));
            return Ok(ExitCode::of(is_more(&found), false));
        }
        let Updated { found, kept } =
            put(&target, |wtr| before.update(audit, counted, accept, wtr))?;
        finish(target)?;
        tell(&found, deed, common)?;
        if !kept.is_empty() {
            say(&format!(
                "note: {}: kinds that this run does not look for stay as they were, and no rows are lowered beside them: {}",
                path.display(),
                kept.join(", ")
            ));
        }
        Ok(ExitCode::of(is_more(&found) && !accept_more, true))
    })
}

fn is_more(found: &BaselineFound) -> bool {
    found.checks.iter().any(|check| check.exceeded)
}

/// Scans, and hands over what was counted with an audit that is not assessed.
fn with_counted(
    what: &args::Now,
    common: &Common,
    key: Option<RunKey>,
    leave_out: Vec<PathBuf>,
    then: impl FnOnce(&Audit, &Counted<'_>) -> Result<ExitCode>,
) -> Result<ExitCode> {
    let catalog = run::catalog(&what.counting.packs, &what.counting.patterns)?;
    let unpacking = run::unpacking(what.password_file.as_deref())?;
    let inputs = run::inputs(&what.paths);
    if !source::any_exists(&inputs) {
        bail!("{}: nothing there to scan", run::shown(&inputs).join(", "));
    }
    run::refuse_to_overwrite_an_input(&inputs, &leave_out)?;
    let found = source::walk(
        &inputs,
        &WalkOptions {
            globs: Globs::new(&what.walk.include, &what.walk.exclude)?,
            max_depth: what.walk.max_depth,
            follow_links: what.walk.follow_links,
            leave_out,
        },
    );
    let options = ScanOptions {
        threads: what.counting.threads,
        memory: what.counting.memory,
        key,
        unpacking,
        ..ScanOptions::default()
    };
    let watch = run::watch(common, &found, None, Vec::new());
    let counted = count(found, &catalog, &options, &watch, None);
    watch.end();
    let mut counted = counted?;
    counted.describe(&run::shown(&inputs), &run::now());
    // Values and rows do not depend on the classes of a law.
    let audit = counted.audit(&|_, _, _| None)?;
    then(&audit, &counted)
}

/// Writes to the file that is to take its place.
fn put<T>(
    target: &Target,
    write: impl FnOnce(&mut dyn Write) -> Result<T, leakgauge::error::Error>,
) -> Result<T> {
    let failed = || format!("{}: the baseline cannot be written", target.name());
    let mut wtr = BufWriter::new(target.file().with_context(failed)?);
    let found = write(&mut wtr).map_err(|e| e.at(target.name()))?;
    wtr.flush().with_context(failed)?;
    Ok(found)
}

fn finish(target: Target) -> Result<()> {
    let name = target.name();
    let finished = target.finish();
    finished.with_context(|| format!("{name}: the baseline cannot be written"))
}

/// Says what has become of the baseline, on standard output.
fn tell(found: &BaselineFound, deed: Deed, common: &Common) -> Result<()> {
    let mut text = Vec::new();
    write_deed(&mut text, found, deed, render::language(common))?;
    print(&String::from_utf8(text)?)
}

/// Names what was not read on standard error; whether that is nothing.
fn tell_gaps(audit: &Audit, common: &Common) -> bool {
    let gaps = &audit.skipped;
    if !common.quiet {
        for gap in gaps.iter().take(GAPS_MAX) {
            say(&format!("skipped: {}: {}", gap.path, gap.reason));
        }
        if gaps.len() > GAPS_MAX {
            say(&format!("skipped: {} more", gaps.len() - GAPS_MAX));
        }
    }
    gaps.is_empty()
}

fn open(path: &Path, key: Option<&RunKey>) -> Result<Baseline<File>> {
    let name = path.display().to_string();
    let failed = || format!("{name}: the baseline cannot be read");
    if !fs::metadata(path).with_context(failed)?.is_file() {
        bail!("{name}: is no regular file and so no baseline");
    }
    let file = File::open(path).with_context(failed)?;
    Ok(Baseline::open(file, &name, key)?)
}

/// The baseline of `--baseline`, if there is one.
pub(super) struct Since(Option<(Baseline<File>, PathBuf)>);

impl Since {
    /// Opens and checks it.
    pub(super) fn open(limits: &args::Limits, key: Option<&RunKey>) -> Result<Since> {
        let opened = limits.baseline.as_deref().map(|path| {
            let baseline = open(path, key)?;
            anyhow::Ok((baseline, path.to_owned()))
        });
        Ok(Since(opened.transpose()?))
    }

    /// Whether it is about values, so that their places are to be kept.
    pub(super) fn compares_values(&self) -> bool {
        let baseline = self.0.as_ref();
        baseline.is_some_and(|(baseline, _)| baseline.mode() == Mode::Fingerprints)
    }

    /// Its file, which is no data to scan.
    pub(super) fn path(&self) -> Option<PathBuf> {
        self.0.as_ref().map(|(_, path)| path.clone())
    }

    /// Puts into the audit what has changed since.
    pub(super) fn compare(&mut self, audit: &mut Audit, counted: &Counted<'_>) -> Result<()> {
        if let Some((baseline, _)) = &mut self.0 {
            audit.baseline = Some(baseline.compare(audit, counted)?);
        }
        Ok(())
    }
}
