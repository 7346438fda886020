//! The configuration file: `leakgauge.toml` of this folder or one above, or the one that is named.
//!
//! Its keys are the long options of `scan`, its values the words that would stand on the command line. They are put there,
//! before what was typed, so that they are checked and understood by the same code; what was typed outranks them. Beside
//! options it holds the limits of a budget (`[[limit]]`) and ignore rules (`[[ignore]]`), which the library reads. A file that
//! is found by itself may write nowhere but below its folder, and is always told of: on standard error and in the audit.

mod file;
mod print;

use std::env;
use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use clap::error::ErrorKind;
use clap::parser::ValueSource;
use clap::{Arg, ArgAction, ArgMatches, Command, CommandFactory, FromArgMatches, ValueHint};
use leakgauge::audit::{Audit, ConfigUsed};
use leakgauge::source;

use super::args::Arguments;
use super::say;
use file::{File, Setting};
pub(crate) use file::{budget_text, option_args};

/// What the file is called where it is found by itself.
pub(crate) const NAME: &str = "leakgauge.toml";

/// The command whose options are the keys.
const COMMAND: &str = "scan";

/// The command that tells of ignore rules.
const EXPLAIN: &str = "explain";

/// Options that only `scan` takes from a file: another command that writes where a scan does would overwrite its report. One
/// of them that is typed outranks both.
const OF_SCAN: [&str; 2] = ["format", "output"];

/// Options that name what is written.
const WRITTEN: [&str; 3] = ["output", "tally", "resume"];

/// Why there are no arguments.
pub(crate) enum Refused {
    /// What was typed.
    Usage(clap::Error),
    /// The file.
    File(anyhow::Error),
}

/// What to do.
pub(crate) enum Settled {
    /// Run.
    Run(Box<Arguments>),
    /// Print this: the options in force.
    Print(String),
}

/// A file, and what of it is in force.
#[derive(Clone, Debug)]
pub(crate) struct Used {
    /// Its path, as seen from the folder that the program was started in.
    pub(crate) name: String,
    /// All of it.
    pub(crate) text: String,
    found: bool,
    options: Vec<String>,
    has_limits: bool,
    has_ignore: bool,
}

/// An option that was typed, and keeps one of the file from being in force.
type Dropped = (String, String);

/// The arguments that were typed, with those of the configuration file.
pub(crate) fn settle(typed: impl Iterator<Item = OsString>) -> Result<Settled, Refused> {
    let typed: Vec<OsString> = typed.collect();
    let strict = Arguments::command().try_get_matches_from(&typed);
    let lacks = |e: &clap::Error| e.kind() == ErrorKind::MissingRequiredArgument;
    let matches = match &strict {
        Ok(matches) => matches.clone(),
        // What is missing may stand in the file.
        Err(error) if lacks(error) => lenient(&typed).map_err(Refused::Usage)?,
        Err(_) => return Err(Refused::Usage(strict.expect_err("it was one"))),
    };
    let mut command = Arguments::command();
    command.build();
    let place = Place::of(&command, &matches);
    if place.command.is_hide_set() {
        let arguments = strict.and_then(|m| Arguments::from_arg_matches(&m));
        let run = |arguments| Settled::Run(Box::new(arguments));
        return arguments.map(run).map_err(Refused::Usage);
    }
    let read = |(path, found): (PathBuf, bool)| File::read(&path, found, &command);
    let file = look_for(place.matches).and_then(|path| path.map(read).transpose());
    let file = file.map_err(Refused::File)?;
    let (mut all, mut dropped) = (typed.clone(), Vec::new());
    let mut in_force = Vec::new();
    if let Some(file) = &file {
        let at = place.end(&typed);
        in_force = place.in_force(file, &mut dropped);
        let words = in_force.iter().flat_map(|(arg, s)| words_of(arg, s));
        all.splice(at..at, words.collect::<Vec<_>>());
    }
    let together = Arguments::command().try_get_matches_from(&all);
    let together = together.map_err(|error| match (&file, &strict) {
        (Some(file), Ok(_)) => Refused::File(anyhow::anyhow!(
            "{}: its options do not go together with those of the command line: {}",
            file.name,
            file::said_by_clap(&error)
        )),
        _ => Refused::Usage(error),
    })?;
    let mut arguments = Arguments::from_arg_matches(&together).map_err(Refused::Usage)?;
    if let Some(file) = &file {
        check_paths(file, &in_force).map_err(Refused::File)?;
        let used = place.used(file, &in_force, &mut dropped);
        tell(&used, &dropped, place.matches);
        arguments.common.used = Some(used);
    }
    if arguments.common.config.print_config {
        let file = file.as_ref().zip(arguments.common.used.as_ref());
        let set: Vec<&Setting> = in_force.iter().map(|(_, setting)| *setting).collect();
        let text = print::print(&Place::of(&command, &together), &set, file);
        return Ok(Settled::Print(text));
    }
    Ok(Settled::Run(Box::new(arguments)))
}

/// The matches of a command line that may lack something.
fn lenient(typed: &[OsString]) -> Result<ArgMatches, clap::Error> {
    let command = Arguments::command().ignore_errors(true);
    command.try_get_matches_from(typed)
}

/// The file that is to be used, the one that was named or the first upwards from this folder, and whether it was found by
/// itself.
fn look_for(matches: &ArgMatches) -> Result<Option<(PathBuf, bool)>> {
    if matches.get_flag("no_config") {
        return Ok(None);
    }
    if let Some(path) = matches.get_one::<PathBuf>("config") {
        return Ok(Some((path.clone(), false)));
    }
    let folder = match env::current_dir() {
        Ok(folder) => folder,
        // It was removed, and so was whatever was in it.
        Err(e) if is_absent(&e) => return Ok(None),
        Err(e) => return Err(e).context("the path of the current folder is not known"),
    };
    let mut up = PathBuf::new();
    for folder in folder.ancestors() {
        let name = up.join(NAME);
        // A link that points nowhere was meant to be one, and is told of when it is opened.
        match fs::symlink_metadata(folder.join(NAME)) {
            Ok(_) => return Ok(Some((name, true))),
            Err(e) if is_absent(&e) => {}
            Err(e) => {
                let context = format!(
                    "{}: it cannot be told whether this configuration file is there; name one with --config, or use none \
                     with --no-config",
                    source::display(&name)
                );
                return Err(e).context(context);
            }
        }
        up.push("..");
    }
    Ok(None)
}

fn is_absent(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
    )
}

/// The command that was typed.
struct Place<'c> {
    command: &'c Command,
    matches: &'c ArgMatches,
    /// Its name, and those of the commands it belongs to.
    names: Vec<&'c str>,
}

impl<'c> Place<'c> {
    fn of(command: &'c Command, matches: &'c ArgMatches) -> Place<'c> {
        let (mut command, mut matches, mut names) = (command, matches, Vec::new());
        while let Some((name, inner)) = matches.subcommand() {
            let Some(next) = command.find_subcommand(name) else {
                break;
            };
            (command, matches) = (next, inner);
            names.push(name);
        }
        Place {
            command,
            matches,
            names,
        }
    }

    /// Behind which of the typed words its own options may stand.
    fn end(&self, typed: &[OsString]) -> usize {
        let names_it = |n: &usize| {
            let matches = lenient(&typed[..*n]).ok();
            matches.is_some_and(|m| {
                let mut names = Vec::new();
                let mut inner = &m;
                while let Some((name, next)) = inner.subcommand() {
                    names.push(name);
                    inner = next;
                }
                names == self.names
            })
        };
        (1..=typed.len()).find(names_it).unwrap_or(typed.len())
    }

    fn arg(&self, name: &str) -> Option<&'c Arg> {
        let mut args = self.command.get_arguments();
        args.find(|arg| arg.get_long() == Some(name))
    }

    /// Where its value comes from; none if it has none.
    fn source(&self, arg: &Arg) -> Option<ValueSource> {
        self.matches.value_source(arg.get_id().as_str())
    }

    fn is_typed(&self, arg: &Arg) -> bool {
        self.source(arg) == Some(ValueSource::CommandLine)
    }

    /// Whether ignore rules act in this command, or it tells of them.
    fn takes_ignore(&self) -> bool {
        matches!(self.names[..], [COMMAND | EXPLAIN])
    }

    /// The settings of the file that this command has and that were not typed. Those that do not go with something that was
    /// typed are dropped.
    fn in_force<'f>(
        &self,
        file: &'f File,
        dropped: &mut Vec<Dropped>,
    ) -> Vec<(&'c Arg, &'f Setting)> {
        let mut in_force = Vec::new();
        // Where a report goes, and how it is written, is one thing: a part of each would put one format under the name of
        // another.
        let mut reports = OF_SCAN.iter().filter_map(|key| self.arg(key));
        let takes_reports = self.names == [COMMAND] && !reports.any(|arg| self.is_typed(arg));
        for setting in &file.settings {
            let key = setting.key.as_str();
            let Some(arg) = self.arg(key) else { continue };
            // A list of nothing sets nothing.
            if setting.words.is_empty() {
                continue;
            }
            if self.is_typed(arg) || OF_SCAN.contains(&key) && !takes_reports {
                continue;
            }
            match self.in_conflict(arg) {
                Some(other) => dropped.push((format!("`{key}`"), other)),
                None => in_force.push((arg, setting)),
            }
        }
        in_force
    }

    /// What was typed and does not go with this option.
    fn in_conflict(&self, arg: &Arg) -> Option<String> {
        let conflicts = |a: &Arg, b: &Arg| {
            let others = self.command.get_arg_conflicts_with(a);
            others.iter().any(|other| other.get_id() == b.get_id())
        };
        let typed = self.command.get_arguments().filter(|a| self.is_typed(a));
        let mut others = typed.filter(|a| conflicts(a, arg) || conflicts(arg, a));
        Some(format!("--{}", others.next()?.get_long()?))
    }

    fn used(&self, file: &File, in_force: &[(&Arg, &Setting)], dropped: &mut Vec<Dropped>) -> Used {
        // Limits are what `--budget` names, if it is not typed.
        let mut budget = self.arg("budget").filter(|arg| !self.is_typed(arg));
        budget = budget.filter(|_| !file.limits.is_empty());
        if let Some(other) = budget.and_then(|arg| self.in_conflict(arg)) {
            dropped.push(("[[limit]]".to_owned(), other));
            budget = None;
        }
        Used {
            name: file.name.clone(),
            text: file.text.clone(),
            found: file.found,
            options: in_force.iter().map(|(_, s)| s.line()).collect(),
            has_limits: budget.is_some(),
            has_ignore: self.takes_ignore() && !file.ignore.is_empty(),
        }
    }
}

/// A setting as words of the command line.
fn words_of(arg: &Arg, setting: &Setting) -> Vec<OsString> {
    let name = format!("--{}", setting.key);
    if matches!(arg.get_action(), ArgAction::SetTrue) {
        let is_set = setting.words.first().is_some_and(|word| word == "true");
        return is_set.then(|| name.into()).into_iter().collect();
    }
    let n_max = match arg.get_action() {
        ArgAction::Append => usize::MAX,
        // Of several the first governs.
        _ => 1,
    };
    let word = |value: &OsString| {
        let mut word = OsString::from(format!("{name}="));
        word.push(value);
        word
    };
    setting.words.iter().take(n_max).map(word).collect()
}

/// Whether an option names a path.
pub(super) fn is_path(arg: &Arg) -> bool {
    arg.get_value_hint() == ValueHint::AnyPath
}

/// Refuses paths that name nothing, and outputs of a file that was found by itself elsewhere than below its folder.
fn check_paths(file: &File, in_force: &[(&Arg, &Setting)]) -> Result<()> {
    for (_, setting) in in_force.iter().filter(|(arg, _)| is_path(arg)) {
        let (key, line, name) = (&setting.key, setting.line_number, &file.name);
        if WRITTEN.contains(&key.as_str()) {
            if file.found && !setting.lies_below(&file.folder) {
                bail!(
                    "{name}: line {line}: `{key}` does not lie below the folder of the file, which was found by itself; name \
                     the file with --config to write elsewhere"
                );
            }
            continue;
        }
        for path in setting.words.iter().map(Path::new) {
            let shown = source::display(path);
            let context = || format!("{name}: line {line}: `{key}`: {shown} cannot be read");
            fs::metadata(path).with_context(context)?;
        }
    }
    Ok(())
}

/// Says on standard error which file is used, and what of it is not in force. That a file was found by itself is always
/// said, unless it was typed that nothing shall be: the file cannot keep itself quiet.
fn tell(used: &Used, dropped: &[Dropped], typed: &ArgMatches) {
    let is_typed = |id: &str| typed.value_source(id) == Some(ValueSource::CommandLine);
    if is_typed("quiet") {
        return;
    }
    let parts = used.parts();
    if !parts.is_empty() && (used.found || is_typed("verbose")) {
        let how = match used.found {
            true => ", found by itself",
            false => "",
        };
        let parts = parts.join(", ");
        say(&format!(
            "note: configuration from {}{how}: {parts}",
            used.name
        ));
    }
    for (what, beside) in dropped {
        let name = &used.name;
        say(&format!(
            "note: {what} of {name} is not in force beside {beside}"
        ));
    }
}

impl Used {
    /// What of it is in force, in words.
    fn parts(&self) -> Vec<String> {
        let key = |line: &String| line.split(" = ").next().unwrap_or_default().to_owned();
        let mut parts: Vec<String> = self.options.iter().map(key).collect();
        if self.has_limits {
            parts.push("[[limit]]".to_owned());
        }
        if self.has_ignore {
            parts.push("[[ignore]]".to_owned());
        }
        parts
    }

    /// Its text, if limits of it are in force.
    pub(crate) fn limits(&self) -> Option<&str> {
        self.has_limits.then_some(&self.text)
    }

    /// Its text, if ignore rules of it are in force.
    pub(crate) fn ignore(&self) -> Option<&str> {
        self.has_ignore.then_some(&self.text)
    }

    /// Notes in an audit what of the file was in force.
    pub(crate) fn record(&self, audit: &mut Audit) {
        let used = self.told(audit.budget.len(), audit.ignored.len());
        if let Some(used) = used.filter(|used| !audit.config.contains(used)) {
            audit.config.push(used);
        }
    }

    /// What is told of it, with so many limits and ignore rules if they are its own; nothing if nothing of it is in force.
    pub(crate) fn told(&self, limits: usize, ignore: usize) -> Option<ConfigUsed> {
        let n = |is_there: bool, n: usize| if is_there { n as u64 } else { 0 };
        (!self.parts().is_empty()).then(|| ConfigUsed {
            file: self.name.clone(),
            found: self.found,
            options: self.options.clone(),
            limits: n(self.has_limits, limits),
            ignore: n(self.has_ignore, ignore),
        })
    }
}
