//! The options in force as TOML, each with where it comes from.
//!
//! What is printed can be saved as a configuration file of this folder and gives the same options again. Options that are
//! not set stand there as comments, so that all keys can be seen.

use std::fmt::Write;

use clap::parser::ValueSource;
use clap::{Arg, ArgAction};
use leakgauge::source;

use super::file::{Entry, File, OUTSIDE, Setting, quoted};
use super::{NAME, Place, Used, is_path};

/// `set` are the settings of the file that are in force.
pub(super) fn print(place: &Place<'_>, set: &[&Setting], file: Option<(&File, &Used)>) -> String {
    let command = place.names.join(" ");
    let mut out =
        format!("# The options in force for `leakgauge {command}`, and where each comes from.\n");
    match file {
        Some((file, _)) => {
            let how = if file.found {
                "found by itself"
            } else {
                "named by --config"
            };
            let _ = writeln!(out, "# Configuration: {}, {how}.", source_of(file, None));
        }
        None => {
            let _ = writeln!(
                out,
                "# Configuration: none; a file {NAME} here or in a folder above would be used."
            );
        }
    }
    out.push('\n');
    let mut args: Vec<&Arg> = place.command.get_arguments().collect();
    args.retain(|arg| !arg.is_hide_set());
    for arg in args {
        let Some(key) = arg.get_long().filter(|key| !OUTSIDE.contains(key)) else {
            continue;
        };
        let of_file = set.iter().find(|setting| setting.key == key);
        let source = match (of_file.zip(file), place.source(arg)) {
            (Some((setting, (file, _))), _) => source_of(file, Some(setting.line_number)),
            (None, Some(ValueSource::DefaultValue)) => "default".to_owned(),
            (None, Some(_)) => "command line".to_owned(),
            (None, None) => {
                let _ = writeln!(out, "# {key} is not set");
                continue;
            }
        };
        let _ = writeln!(out, "{key} = {}  # {source}", value(place, arg));
    }
    if let Some((file, used)) = file {
        let limits = file.limits.iter().filter(|_| used.has_limits);
        let ignore = file.ignore.iter().filter(|_| used.has_ignore);
        limits.for_each(|entry| list(&mut out, "limit", entry, file));
        ignore.for_each(|entry| list(&mut out, "ignore", entry, file));
    }
    out
}

fn list(out: &mut String, name: &str, entry: &Entry, file: &File) {
    let source = source_of(file, Some(entry.line_number));
    let _ = writeln!(out, "\n[[{name}]]  # {source}");
    for line in &entry.lines {
        let _ = writeln!(out, "{line}");
    }
}

/// File and line, harmless in a comment whatever the file is called.
fn source_of(file: &File, line: Option<usize>) -> String {
    let name = quoted(&file.name);
    let name = &name[1..name.len() - 1];
    match line {
        Some(line) => format!("{name}:{line}"),
        None => name.to_owned(),
    }
}

fn value(place: &Place<'_>, arg: &Arg) -> String {
    let id = arg.get_id().as_str();
    if matches!(arg.get_action(), ArgAction::SetTrue) {
        return place.matches.get_flag(id).to_string();
    }
    let is_answer = arg.get_num_args().is_some_and(|n| n.min_values() == 0);
    let raw = place.matches.get_raw(id).into_iter().flatten();
    let values: Vec<String> = raw
        .map(|raw| source::display(raw.as_ref()))
        .map(|text| match (text.as_str(), text.parse::<i64>()) {
            ("yes", _) if is_answer => "true".to_owned(),
            ("no", _) if is_answer => "false".to_owned(),
            (_, Ok(number)) if !is_path(arg) && number.to_string() == text => text,
            _ => quoted(&text),
        })
        .collect();
    match (arg.get_action(), values.as_slice()) {
        (ArgAction::Append, _) => format!("[{}]", values.join(", ")),
        (_, values) => values.first().cloned().unwrap_or_else(|| quoted("")),
    }
}
