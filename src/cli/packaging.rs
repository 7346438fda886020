//! `leakgauge completions` and `leakgauge man`: what a package of the program carries besides it.
//!
//! Both are made from the arguments themselves, so that neither can be out of date. What is hidden from the help is left out:
//! the generators of completions would offer it.

use anyhow::{Result, bail};
use clap::{Command, CommandFactory};
use clap_complete::Shell;
use clap_mangen::Man;

use super::args::Arguments;
use super::exit::ExitCode;
use super::print;

/// `leakgauge completions SHELL`
pub(crate) fn completions(shell: Shell) -> Result<ExitCode> {
    let mut command = visible();
    let name = command.get_name().to_owned();
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut command, name, &mut script);
    print(&String::from_utf8(script)?)?;
    Ok(ExitCode::Success)
}

/// `leakgauge man [COMMAND]`
pub(crate) fn man(name: Option<&str>) -> Result<ExitCode> {
    let mut whole = visible();
    // Commands learn the options that all share, and their names with a hyphen.
    whole.build();
    let command = match name {
        None => &whole,
        Some(name) => match whole.find_subcommand(name) {
            Some(command) => command,
            None => {
                let names = whole.get_subcommands().map(Command::get_name);
                let near = leakgauge::suggest::nearest(name, names);
                bail!("no command `{name}`{near}")
            }
        },
    };
    let mut page = Vec::new();
    Man::new(command.clone())
        .source(concat!("leakgauge ", env!("CARGO_PKG_VERSION")))
        .render(&mut page)?;
    print(&String::from_utf8(page)?)?;
    Ok(ExitCode::Success)
}

/// The command line without what is hidden.
fn visible() -> Command {
    let whole = Arguments::command();
    let mut shown = without_hidden(&whole).disable_help_subcommand(true);
    if let Some(version) = whole.get_version() {
        shown = shown.version(version.to_owned());
    }
    shown
}

fn without_hidden(command: &Command) -> Command {
    let arguments = command.get_arguments().filter(|a| !a.is_hide_set());
    let commands = command.get_subcommands().filter(|c| !c.is_hide_set());
    let mut shown = Command::new(command.get_name().to_owned())
        .args(arguments.cloned())
        .subcommands(commands.map(without_hidden))
        .subcommand_required(command.is_subcommand_required_set());
    if let Some(about) = command.get_about() {
        shown = shown.about(about.clone());
    }
    if let Some(about) = command.get_long_about() {
        shown = shown.long_about(about.clone());
    }
    if let Some(after) = command.get_after_help() {
        shown = shown.after_help(after.clone());
    }
    shown
}
