//! The command line: what a user types becomes calls of the library, and what comes back goes where it was asked for.
//!
//! Belongs to the program, not to the library: here `crate` is the binary, and the library is named `leakgauge`. Only here
//! are the environment, the terminal and the process known, and only here is anything printed.

mod args;
mod baseline;
mod case;
mod catalog;
mod config;
mod exit;
mod explain;
mod formats;
mod laws;
mod output;
mod packaging;
mod parts;
mod progress;
mod render;
mod run;
mod running;
mod schema;
mod watch;

use std::env;
use std::io::{self, Write};
use std::panic;

use anyhow::Result;
use clap::error::ErrorKind;

use args::{Arguments, Command};
use config::{Refused, Settled};
use exit::ExitCode;

/// Runs the program and returns its exit code. Errors go to standard error as `leakgauge: error: ...`.
pub(crate) fn main() -> std::process::ExitCode {
    panic::set_hook(Box::new(say_panic));
    guarded().into()
}

fn guarded() -> ExitCode {
    let run = || match config::settle(env::args_os()) {
        Ok(Settled::Run(arguments)) => dispatch(&arguments),
        Ok(Settled::Print(text)) => print(&text).map(|()| ExitCode::Success),
        Err(Refused::Usage(error)) => Ok(usage(&error)),
        Err(Refused::File(error)) => Err(error),
    };
    match panic::catch_unwind(run) {
        Ok(Ok(code)) => code,
        Ok(Err(error)) if is_broken_pipe(&error) => ExitCode::Success,
        Ok(Err(error)) => {
            say(&format!("error: {error:#}"));
            ExitCode::Usage
        }
        // The hook has said where.
        Err(_) => ExitCode::Usage,
    }
}

fn dispatch(arguments: &Arguments) -> Result<ExitCode> {
    let common = &arguments.common;
    match &arguments.command {
        Command::Scan(args) => run::scan(args, common),
        Command::Assess(args) => run::assess(args, common),
        Command::Report(args) => run::report(args, common),
        Command::Merge(args) => run::merge(args, common),
        Command::Baseline(command) => baseline::run(command, common),
        Command::Explain(args) => explain::run(args, common),
        Command::Patterns(command) => catalog::run(command, common),
        Command::Laws(command) => laws::run(command, common),
        Command::Schema { what } => schema::run(*what),
        Command::Formats => formats::run(),
        Command::Completions { shell } => packaging::completions(*shell),
        Command::Man { command } => packaging::man(command.as_deref()),
        #[cfg(unix)]
        Command::UnpackApart => {
            leakgauge::container::serve()?;
            Ok(ExitCode::Success)
        }
    }
}

/// Help and version go to standard output and are no failure; what was mistyped goes to standard error, and so does the
/// help for a command line without a command.
fn usage(error: &clap::Error) -> ExitCode {
    if error.use_stderr() && error.kind() != ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
        say(error.render().to_string().trim_end());
        return ExitCode::Usage;
    }
    // Nobody reads the help any more: that is no failure.
    let _ = error.print();
    if error.use_stderr() {
        ExitCode::Usage
    } else {
        ExitCode::Success
    }
}

/// Writes a line to standard error, after the name of the program. Control characters, which a file name may hold, are
/// escaped; line feeds stay.
fn say(text: &str) {
    let mut line = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_control() && c != '\n' {
            line.extend(c.escape_unicode());
        } else {
            line.push(c);
        }
    }
    // There is nowhere left to complain to.
    let _ = writeln!(io::stderr(), "leakgauge: {line}");
}

/// Tells where a defect showed, never what was at hand: the message of a panic may quote the data.
fn say_panic(panic: &panic::PanicHookInfo<'_>) {
    let place = panic
        .location()
        .map_or_else(|| "an unknown place".to_owned(), ToString::to_string);
    say(&format!(
        "internal error at {place}; please report this line, it holds none of your data"
    ));
}

/// Whether the reader of standard output went away, as `head` does.
fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        cause
            .downcast_ref::<io::Error>()
            .is_some_and(|e| e.kind() == io::ErrorKind::BrokenPipe)
    })
}

/// Writes text to standard output.
fn print(text: &str) -> Result<()> {
    let mut stdout = io::stdout().lock();
    stdout.write_all(text.as_bytes())?;
    Ok(stdout.flush()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reader_that_went_away_is_known_through_any_context() {
        let broken = io::Error::from(io::ErrorKind::BrokenPipe);
        let other = io::Error::from(io::ErrorKind::StorageFull);
        assert!(is_broken_pipe(
            &anyhow::Error::new(broken).context("standard output")
        ));
        assert!(!is_broken_pipe(
            &anyhow::Error::new(other).context("standard output")
        ));
    }
}
