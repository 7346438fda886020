//! The commands that end in a report: `scan`, `assess`, `report` and `merge`.
//!
//! Each reads as its sentence: take the arguments, open the outputs, do the work, write, decide the exit code. Whatever
//! can fail for another reason than the data fails before anything is scanned.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use leakgauge::audit::{Attributes, Audit, CategoryCount, IgnoreState, SCHEMA, Tool};
use leakgauge::budget::Budget;
use leakgauge::category::Reading;
use leakgauge::container::{Password, Unpacking};
use leakgauge::count::Kept;
use leakgauge::detect::Catalog;
use leakgauge::ignore::IgnoreRules;
use leakgauge::law;
use leakgauge::report::Format;
use leakgauge::scan::{Counted, ScanOptions, catalog_hash, count};
use leakgauge::source::{self, Globs, WalkOptions, WalkResult};

use super::args::{self, Common};
use super::baseline::Since;
use super::case::Case;
use super::config;
use super::exit::ExitCode;
use super::output::{self, Output};
use super::parts::{self, Parts};
use super::progress::Progress;
use super::render::{self, Render, language};
use super::running::Running;
use super::say;
use super::watch::{Outputs, Watch};

/// `leakgauge scan`
pub(crate) fn scan(args: &args::Scan, common: &Common) -> Result<ExitCode> {
    let law = Case::load(&args.law)?;
    let catalog = catalog(&args.counting.packs, &args.counting.patterns)?;
    let budget = budget(&args.limits, common, &catalog)?;
    let ignore = ignore(common, &catalog)?;
    let key = parts::key(&args.key)?;
    let mut since = Since::open(&args.limits, key.as_ref())?;
    let unpacking = unpacking(args.password_file.as_deref())?;
    let inputs = inputs(&args.paths);
    if !source::any_exists(&inputs) {
        bail!("{}: nothing there to scan", shown(&inputs).join(", "));
    }
    let globs = Globs::new(&args.walk.include, &args.walk.exclude)?;
    let outputs = output::open(&args.output)?;
    let mut parts = Parts::open(args, key, &inputs, &outputs)?;
    let mut written: Vec<PathBuf> = parts.paths(args);
    written.extend(outputs.iter().flat_map(Output::paths).map(Path::to_owned));
    refuse_to_overwrite_an_input(&inputs, &written)?;
    refuse_to_overwrite_an_input(since.path().as_slice(), &written)?;
    written.extend(since.path());
    let walk_options = WalkOptions {
        globs,
        max_depth: args.walk.max_depth,
        follow_links: args.walk.follow_links,
        leave_out: written,
    };
    let walk = || {
        let walked = source::walk(&inputs, &walk_options);
        match args.shard {
            Some(shard) => shard.of(walked),
            None => Ok(walked),
        }
    };
    let (shown, mut started) = (shown(&inputs), now());
    let found = match parts.state() {
        None => walk()?,
        Some(state) => {
            let asked = parts::asked(
                args,
                &shown,
                &ignore,
                law.act_date(),
                since.compares_values(),
                state,
            )?;
            let found = state.plan(&asked, &catalog, &started, walk)?;
            state.started().clone_into(&mut started);
            found
        }
    };
    let render = render(common, &catalog, &law, args.gate.reading)?;
    let (lines, outputs): (Vec<Output>, Vec<Output>) = outputs
        .into_iter()
        .partition(|output| output.format == Format::JsonLines);
    let has_text = has_text(&outputs);
    let running = Running::new(&law, args.gate.reading, language(common));
    let watch = watch(common, &found, Some(running), lines);
    let options = ScanOptions {
        threads: args.counting.threads,
        memory: args.counting.memory,
        tally: parts.tally_key(),
        evidence: !args.manifest.is_empty(),
        key,
        ages_on: law.ages_on(&started),
        ignoring: ignore.at(&started),
        kept: Kept {
            persons: args.persons_by_file,
            places: since.compares_values(),
        },
        unpacking,
        ..ScanOptions::default()
    };
    let counted = count(found, &catalog, &options, &watch, parts.state());
    watch.end();
    let mut counted = counted?;
    counted.describe(&shown, &started);
    let mut audit = law.audit(&counted)?;
    compare(&mut audit, budget.as_ref(), args.gate.reading);
    audit.manifests = parts.write_manifests(&mut counted)?;
    since.compare(&mut audit, &counted)?;
    record_config(&mut audit, common);
    parts.write_tally(&counted)?;
    match watch.finish() {
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => {}
        finished => finished.context("the matches cannot be written")?,
    }
    render.write(outputs, &audit)?;
    tell_gaps(common, &audit, has_text);
    tell_rules(common, &audit, has_text);
    if let Err(error) = parts.finish() {
        say(&format!("warning: {error:#}"));
    }
    // A share that was read is no failure, although its counts are not those of the whole.
    let is_read = audit.skipped.is_empty();
    let is_reached = law.is_reached(&args.gate, &audit) || is_exceeded(&audit);
    Ok(ExitCode::of(is_reached, is_read))
}

/// `leakgauge merge`
pub(crate) fn merge(args: &args::Merge, common: &Common) -> Result<ExitCode> {
    let law = Case::load(&args.law)?;
    let catalog = catalog(&args.counting.packs, &args.counting.patterns)?;
    let budget = budget(&args.limits, common, &catalog)?;
    let Some(key) = parts::key(&args.key)? else {
        bail!(
            "tallies cannot be read without their key: add --key-file FILE or --passphrase-file FILE"
        );
    };
    let mut since = Since::open(&args.limits, Some(&key))?;
    let tallies = parts::open_tallies(&args.tallies)?;
    let outputs = open_for_audit(&args.output)?;
    let written: Vec<PathBuf> = outputs
        .iter()
        .flat_map(Output::paths)
        .map(Path::to_owned)
        .collect();
    refuse_to_overwrite_an_input(&args.tallies, &written)?;
    refuse_to_overwrite_an_input(since.path().as_slice(), &written)?;
    let args::Counting {
        threads, memory, ..
    } = args.counting;
    let counted = Counted::from_tallies(tallies, key, &catalog, threads, memory)?;
    let mut audit = law.audit(&counted)?;
    compare(&mut audit, budget.as_ref(), args.gate.reading);
    since.compare(&mut audit, &counted)?;
    record_config(&mut audit, common);
    let render = render(common, &catalog, &law, args.gate.reading)?;
    let has_text = has_text(&outputs);
    render.write(outputs, &audit)?;
    tell_gaps(common, &audit, has_text);
    let is_reached = law.is_reached(&args.gate, &audit) || is_exceeded(&audit);
    Ok(ExitCode::of(is_reached, audit.complete))
}

/// `leakgauge assess`
pub(crate) fn assess(args: &args::Assess, common: &Common) -> Result<ExitCode> {
    let law = Case::load(&args.law)?;
    let catalog = Catalog::builtin()?;
    let mut audit = match &args.audit {
        Some(path) => read_audit(path)?,
        None => audit_of_counts(args, &catalog)?,
    };
    let outputs = open_for_audit(&args.output)?;
    law.assess(&mut audit)?;
    record_config(&mut audit, common);
    let render = render(common, &catalog, &law, args.gate.reading)?.with_steps();
    render.write(outputs, &audit)?;
    Ok(ExitCode::of(
        law.is_reached(&args.gate, &audit),
        audit.complete,
    ))
}

/// `leakgauge report`
pub(crate) fn report(args: &args::Report, common: &Common) -> Result<ExitCode> {
    let audit = read_audit(&args.audit)?;
    let outputs = open_for_audit(&args.output)?;
    let instrument = audit.assessments.first().map(|a| a.instrument.as_str());
    let known = law::laws::builtin()?;
    let render = Render::new(
        common,
        &Catalog::builtin()?,
        &known,
        instrument.unwrap_or_default(),
        args.reading,
    )?;
    render.write(outputs, &audit)?;
    Ok(ExitCode::Success)
}

/// The patterns that the user chose, and brings along. The examples of the latter have run.
pub(crate) fn catalog(packs: &args::Packs, own: &[PathBuf]) -> Result<Catalog> {
    let catalog = Catalog::of_packs(&packs.chosen(), own)?;
    catalog.expect_user_examples()?;
    Ok(catalog)
}

/// The budget that was named, or else that of the configuration, checked against what is looked for.
fn budget(limits: &args::Limits, common: &Common, catalog: &Catalog) -> Result<Option<Budget>> {
    let kinds = kinds(catalog);
    let Some(path) = &limits.budget else {
        let used = common.used.as_ref();
        let Some((used, text)) = used.and_then(|used| Some((used, used.limits()?))) else {
            return Ok(None);
        };
        return Ok(Budget::of_config(text, &used.name, &kinds)?);
    };
    let name = path.display().to_string();
    let text =
        config::budget_text(path).with_context(|| format!("{name}: the budget cannot be read"))?;
    Ok(Some(Budget::from_toml(&text, &name, &kinds)?))
}

/// The ignore rules of the configuration, checked against what is looked for.
pub(super) fn ignore(common: &Common, catalog: &Catalog) -> Result<IgnoreRules> {
    let used = common.used.as_ref();
    match used.and_then(|used| Some((used, used.ignore()?))) {
        Some((used, text)) => Ok(IgnoreRules::from_toml(text, &used.name, &kinds(catalog))?),
        None => Ok(IgnoreRules::default()),
    }
}

fn kinds(catalog: &Catalog) -> Vec<&str> {
    catalog.patterns().iter().map(|p| p.id.as_str()).collect()
}

/// Notes in the audit what a configuration file has set.
fn record_config(audit: &mut Audit, common: &Common) {
    if let Some(used) = &common.used {
        used.record(audit);
    }
}

/// Puts into the audit what it has of each limit.
fn compare(audit: &mut Audit, budget: Option<&Budget>, reading: Reading) {
    if let Some(budget) = budget {
        audit.budget = budget.compare(audit, reading);
    }
}

/// Whether a limit of the budget is exceeded, or there is more than in the baseline.
fn is_exceeded(audit: &Audit) -> bool {
    let mut since = audit.baseline.iter().flat_map(|found| &found.checks);
    audit.budget.iter().any(|limit| limit.exceeded) || since.any(|check| check.exceeded)
}

/// How the result of a case is rendered.
fn render(common: &Common, catalog: &Catalog, case: &Case, reading: Reading) -> Result<Render> {
    let governing = case.governing().id();
    Render::new(common, catalog, case.known(), governing, reading)
}

/// How containers are read: with the passwords of a file, one a line, and risky formats by a process of this program.
pub(super) fn unpacking(password_file: Option<&Path>) -> Result<Unpacking> {
    let program = env::current_exe().context("the path of this program is not known")?;
    let mut unpacking = Unpacking {
        program: Some(program.into()),
        ..Unpacking::default()
    };
    let Some(path) = password_file else {
        return Ok(unpacking);
    };
    let text = fs::read(path)
        .with_context(|| format!("{}: the passwords cannot be read", path.display()))?;
    let lines = text.split(|b| *b == b'\n');
    let lines = lines.map(|line| line.strip_suffix(b"\r").unwrap_or(line));
    let passwords = lines.filter(|line| !line.is_empty()).map(Password::new);
    unpacking.passwords = passwords.collect();
    Ok(unpacking)
}

/// The paths that were given, or the current folder.
pub(super) fn inputs(paths: &[PathBuf]) -> Vec<PathBuf> {
    if paths.is_empty() {
        vec![PathBuf::from(".")]
    } else {
        paths.to_vec()
    }
}

/// Paths as they are reported.
pub(super) fn shown(inputs: &[PathBuf]) -> Vec<String> {
    inputs.iter().map(|path| source::display(path)).collect()
}

/// A report must not take the place of the data it is about. Files inside a named folder are left out of the walk
/// instead: there it is the report of an earlier run.
pub(super) fn refuse_to_overwrite_an_input(inputs: &[PathBuf], outputs: &[PathBuf]) -> Result<()> {
    for input in inputs {
        let Ok(resolved) = fs::canonicalize(input) else {
            continue;
        };
        if outputs.contains(&resolved) {
            bail!(
                "{}: is both an input and an output; write the report elsewhere",
                input.display()
            );
        }
    }
    Ok(())
}

/// Who watches a scan: a bar with what was counted, the names of files, and outputs of single matches.
pub(super) fn watch<'a>(
    common: &Common,
    found: &WalkResult,
    running: Option<Running<'a>>,
    lines: Vec<Output>,
) -> Watch<'a> {
    let mut names = Vec::new();
    if common.verbose {
        for gap in &found.skipped {
            say(&format!("skipped: {}: {}", gap.path, gap.reason));
        }
        names = found.entries.iter().map(|e| e.display.clone()).collect();
    }
    let progress = Progress::new(!common.no_progress && !common.quiet, language(common));
    Watch::new(progress, running, Outputs(lines), names)
}

/// Whether the summary is on the screen.
fn has_text(outputs: &[Output]) -> bool {
    let mut outputs = outputs.iter();
    outputs.any(|o| o.is_stdout() && o.format == Format::Text)
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

/// Says on standard error which ignore rules are expired or of no use, unless the summary on the screen says so.
fn tell_rules(common: &Common, audit: &Audit, has_text: bool) {
    if common.quiet || has_text {
        return;
    }
    for found in &audit.ignored {
        let what = match found.state {
            IgnoreState::Used => continue,
            IgnoreState::Unused => "has taken nothing out",
            IgnoreState::Expired => "is expired, and what it stood for is counted again",
        };
        say(&format!(
            "warning: the ignore rule on {} (until {}) {what}",
            found.rule, found.expires
        ));
    }
}

fn read_audit(path: &Path) -> Result<Audit> {
    let name = path.display();
    let text =
        fs::read_to_string(path).with_context(|| format!("{name}: the audit cannot be read"))?;
    leakgauge::report::read(&text).with_context(|| name.to_string())
}

/// The time in whole seconds: RFC 3339, UTC.
pub(super) fn now() -> String {
    let now = jiff::Timestamp::now();
    jiff::Timestamp::from_second(now.as_second())
        .unwrap_or(now)
        .to_string()
}

/// An audit that holds nothing but counts.
fn audit_of_counts(args: &args::Assess, catalog: &Catalog) -> Result<Audit> {
    let readings = law::counts_from_pairs(&args.count);
    let default = readings
        .iter()
        .find(|counts| counts.reading == Reading::Default.id());
    let categories = default.map(|counts| counts.categories.clone());
    let categories = categories.unwrap_or_default();
    let items = |n: u64, count: &CategoryCount| n.saturating_add(count.items);
    let persons = args.persons.unwrap_or(categories.iter().fold(0, items));
    Ok(Audit {
        schema: SCHEMA.to_owned(),
        tool: Tool {
            name: env!("CARGO_PKG_NAME").to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            catalog: catalog_hash(catalog)?,
        },
        started: now(),
        complete: true,
        categories,
        persons,
        attributes: attributes(&args.attribute, persons)?,
        readings,
        ..Audit::default()
    })
}

/// Attributes of persons given by hand; `None` where none was given.
fn attributes(given: &[(String, u64)], total: u64) -> Result<Option<Attributes>> {
    if given.is_empty() {
        return Ok(None);
    }
    let mut attributes = Attributes {
        total,
        ..Attributes::default()
    };
    for (who, n) in given {
        let is_place = who.len() >= 2
            && who.as_bytes()[..2].iter().all(u8::is_ascii_lowercase)
            && matches!(who.as_bytes().get(2), None | Some(b'-'));
        match who.as_str() {
            "sensitive" => attributes.sensitive = Some(*n),
            "under-14" => attributes.under_14 = Some(*n),
            "under-18" => attributes.under_18 = Some(*n),
            place if is_place => {
                let places = attributes.residence.get_or_insert_default();
                places.insert(place.to_owned(), *n);
            }
            other => {
                bail!(
                    "no attribute `{other}`: there are `sensitive`, `under-14`, `under-18`, and places such as `us-ca`"
                )
            }
        }
        if *n > total {
            bail!(
                "attribute `{who}`: {n} is more than all {total} persons; state them with --persons"
            );
        }
    }
    Ok(Some(attributes))
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
