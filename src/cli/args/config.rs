//! Options on the configuration file, and the schemas of files. What the file does is not known here.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

/// Which configuration file is used.
#[derive(Debug, Args)]
#[command(next_help_heading = "Configuration")]
pub(crate) struct Config {
    /// Take options, limits and ignore rules from this file; default: the first `leakgauge.toml` in this folder or one above
    ///
    /// Its keys are the long options of `scan`, with `true` for those without a value and lists for those that are repeatable;
    /// paths in it begin at its folder, and what is typed outranks it. `[[limit]]` entries are a budget (see `--budget`),
    /// `[[ignore]]` entries take values (`kind`), rows (`category`) or files (`path`) out of the counts, each with `owner`,
    /// `reason` and `expires`. See README, Configuration
    #[arg(
        long,
        global = true,
        value_name = "FILE.toml",
        conflicts_with = "no_config"
    )]
    pub(crate) config: Option<PathBuf>,
    /// Use no configuration file
    #[arg(long, global = true)]
    pub(crate) no_config: bool,
    /// Print the options in force as TOML, with where each comes from, and do nothing else
    #[arg(long, global = true)]
    pub(crate) print_config: bool,
}

/// A file that has a schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Schema {
    /// The JSON audit, `scan -f json`.
    Audit,
    /// The configuration file, `leakgauge.toml`.
    Config,
}
