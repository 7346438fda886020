//! The arguments of `baseline write` and `baseline update`.
//!
//! As in all of `args`, the doc comments are the help text, and nothing is opened.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::{Counting, Key, Walk};

/// `baseline`
#[derive(Debug, Subcommand)]
pub(crate) enum Baseline {
    /// Write down what is there now. With a key as fingerprints of the values, without one as counts
    Write {
        /// The baseline; there must be none yet
        #[arg(short, long, value_name = "FILE.json", help_heading = "Output")]
        output: PathBuf,
        #[command(flatten)]
        what: Now,
    },
    /// Lower a baseline to what is left. It is never raised, but for --accept-more
    Update {
        /// The baseline
        #[arg(value_name = "FILE.json")]
        file: PathBuf,
        /// Also take over what is more than before, and tell what that is
        #[arg(long, help_heading = "Gate")]
        accept_more: bool,
        #[command(flatten)]
        what: Now,
    },
}

/// What a baseline is of.
#[derive(Debug, Args)]
pub(crate) struct Now {
    /// Files and folders; `-` is standard input. Default: the current folder
    #[arg(value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) walk: Walk,
    /// Passwords for encrypted archives: a text file, one a line, tried in their order
    #[arg(long, value_name = "FILE", help_heading = "Walk")]
    pub(crate) password_file: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) counting: Counting,
    #[command(flatten)]
    pub(crate) key: Key,
}
