//! `leakgauge explain`: why a record was detected, classified and counted as it was.
//!
//! What was meant by `FILE:LINE` is found out here, and whether values may be shown; the rest is the library's.

use std::ffi::OsStr;
use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use leakgauge::category::Reading;
use leakgauge::explain::{Ask, Explanation, Which, explain};
use leakgauge::law::laws;
use leakgauge::report::{self, Format};
use leakgauge::source::{self, Entry, WalkOptions};

use super::args::{self, Common};
use super::exit::ExitCode;
use super::output::{self, Output};
use super::render::Render;
use super::run::{self, catalog};
use super::say;

/// Runs the command.
pub(crate) fn run(args: &args::Explain, common: &Common) -> Result<ExitCode> {
    let instrument = laws::by_id(&args.law)?;
    let catalog = catalog(&args.packs, &args.patterns)?;
    let ignoring = run::ignore(common, &catalog)?.at(&run::now());
    let (path, which) = place(&args.place, args.record)?;
    let (path, member) = container(path);
    let outputs = outputs(args)?;
    let entry = match open(&path, &outputs)? {
        Ok(entry) => entry,
        Err(reason) => {
            say(&format!("error: {}: {reason}", path.display()));
            return Ok(ExitCode::Incomplete);
        }
    };
    let ask = Ask {
        catalog: &catalog,
        instrument: &instrument,
        member: member.as_deref(),
        which,
        ignoring: &ignoring,
        reveal: args.reveal,
    };
    let mut explanation = explain(&entry, &ask).with_context(|| entry.display.clone())?;
    let used = common.used.as_ref();
    explanation.config = used.and_then(|used| used.told(0, ignoring.found().len()));
    if explanation.format.is_empty() || is_empty_handed(&explanation) {
        for reason in &explanation.skipped {
            say(&format!("error: {}: {reason}", entry.display));
        }
        return Ok(ExitCode::Incomplete);
    }
    let laws = std::slice::from_ref(&instrument);
    let render = Render::new(common, &catalog, laws, instrument.id(), Reading::Default)?;
    for output in outputs {
        write(output, &explanation, &render)?;
    }
    Ok(ExitCode::of(false, explanation.is_complete()))
}

/// Whether a record was asked for and lies in what could not be read.
fn is_empty_handed(explanation: &Explanation) -> bool {
    explanation.totals.is_none() && explanation.records.is_empty()
}

/// The file and what of it is asked for. A file whose own name ends in `:` and digits comes before a line of another.
fn place(typed: &Path, record: Option<u64>) -> Result<(PathBuf, Which)> {
    if source::any_exists(&[typed.to_owned()]) {
        return Ok((typed.to_owned(), record.map_or(Which::First, Which::Record)));
    }
    match (split_line(typed.as_os_str()), record) {
        (None, record) => Ok((typed.to_owned(), record.map_or(Which::First, Which::Record))),
        (Some((path, _)), Some(_)) => bail!(
            "{}: a line and --record are two ways to ask for one thing; leave one out",
            path.display()
        ),
        (Some((path, 0)), None) => bail!("{}: lines are counted from 1", path.display()),
        (Some((path, line)), None) => Ok((path, Which::Line(line))),
    }
}

/// `outer.zip` and `inner.csv` of `outer.zip!/inner.csv`, unless there is a file of that name.
fn container(path: PathBuf) -> (PathBuf, Option<String>) {
    if let Some(text) = path.to_str()
        && !source::any_exists(std::slice::from_ref(&path))
        && let Some((outer, member)) = text.split_once("!/")
    {
        return (PathBuf::from(outer), Some(member.to_owned()));
    }
    (path, None)
}

/// `FILE` and `LINE` of `FILE:LINE`.
fn split_line(typed: &OsStr) -> Option<(PathBuf, u64)> {
    let bytes = typed.as_encoded_bytes();
    let colon = bytes.iter().rposition(|b| *b == b':')?;
    let digits = std::str::from_utf8(&bytes[colon + 1..]).ok()?;
    let is_number = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    if !is_number || colon == 0 {
        return None;
    }
    // More digits than any file has lines: behind the end of all.
    let line = digits.parse().unwrap_or(u64::MAX);
    path_of(&bytes[..colon]).map(|path| (path, line))
}

#[cfg(unix)]
#[allow(
    clippy::unnecessary_wraps,
    reason = "the twin for other systems returns none"
)]
fn path_of(bytes: &[u8]) -> Option<PathBuf> {
    use std::os::unix::ffi::OsStrExt;
    Some(PathBuf::from(OsStr::from_bytes(bytes)))
}

#[cfg(not(unix))]
fn path_of(bytes: &[u8]) -> Option<PathBuf> {
    Some(PathBuf::from(std::str::from_utf8(bytes).ok()?))
}

/// The outputs, if they can hold what is asked for.
fn outputs(args: &args::Explain) -> Result<Vec<Output>> {
    let outputs = output::open(&args.output)?;
    if let Some(other) = outputs
        .iter()
        .find(|o| !matches!(o.format, Format::Text | Format::Json))
    {
        bail!(
            "{}: an explanation is `text` or `json`, not `{}`",
            other.name(),
            other.format.id()
        );
    }
    if args.reveal {
        let on_screen = outputs
            .iter()
            .all(|o| o.is_stdout() && o.format == Format::Text);
        if !on_screen || !io::stdout().is_terminal() {
            bail!(
                "--reveal shows values on a terminal only, so that they end up in no file; without it they are masked"
            );
        }
    }
    Ok(outputs)
}

/// The file as the walk of a scan finds it, or why it cannot be read.
fn open(path: &Path, outputs: &[Output]) -> Result<Result<Entry, String>> {
    let name = path.display();
    if !source::any_exists(&[path.to_owned()]) {
        bail!("{name}: no such file; ask as FILE or FILE:LINE");
    }
    if path.is_dir() {
        bail!("{name}: is a folder; name a file in it");
    }
    if let Ok(resolved) = path.canonicalize()
        && outputs
            .iter()
            .flat_map(Output::paths)
            .any(|o| o == resolved)
    {
        bail!("{name}: is both the input and an output; write elsewhere");
    }
    let mut walked = source::walk(&[path.to_owned()], &WalkOptions::default());
    Ok(match walked.entries.pop() {
        Some(entry) => Ok(entry),
        None => {
            let reason = walked.skipped.pop().map(|s| s.reason);
            Err(reason.unwrap_or_else(|| "cannot be read".to_owned()))
        }
    })
}

fn write(mut output: Output, explanation: &Explanation, render: &Render) -> Result<()> {
    let name = output.name();
    let to_stdout = output.is_stdout();
    let written = match output.format {
        Format::Json => report::write_explanation_json(&mut output, explanation),
        _ => {
            let options = render.options_for(&output);
            report::write_explanation(&mut output, explanation, &options)
        }
    };
    match written.and_then(|()| output.finish()) {
        Err(error) if to_stdout && error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        written => written.with_context(|| format!("{name}: cannot be written")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(typed: &str, want: Option<(&str, u64)>) {
        let got = split_line(OsStr::new(typed));
        let got = got.as_ref().map(|(p, n)| (p.to_str().unwrap(), *n));
        assert_eq!(got, want, "{typed}");
    }

    #[test]
    fn a_line_stands_behind_the_last_colon() {
        check("a.csv:12", Some(("a.csv", 12)));
        check("a:b:3", Some(("a:b", 3)));
        check("-:7", Some(("-", 7)));
        check("a.csv:99999999999999999999", Some(("a.csv", u64::MAX)));
        for typed in ["a.csv", "a.csv:", ":12", "a:-1", "a:1x", "a:+1", "C:\\a"] {
            check(typed, None);
        }
    }
}
