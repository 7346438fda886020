//! Arguments: the command line as typed, checked as far as that goes without looking at the disk.
//!
//! The doc comments here are the help text. Parsing validates and converts; it opens nothing and does nothing. Names and
//! meaning of the options are those of the contract, the same for every command that has them.

mod baseline;
mod config;
mod values;

use std::path::PathBuf;

use clap::{ArgAction, Args, Parser, Subcommand, ValueEnum};
use leakgauge::category::{Category, Reading};
use leakgauge::count::Memory;
use leakgauge::detect::Pack;
use leakgauge::error::Error;
use leakgauge::law::{Action, Circumstances, Date, Moment, Rate, Yuan};
use leakgauge::report::{Format, Lang};
use leakgauge::source::Shard;

use super::config::Used;
pub(crate) use baseline::{Baseline, Now};
pub(crate) use config::{Config, Schema};
use values::{action, count, fact, format, lang, memory, number, pack, pair, reading, yes_or_no};

/// Most threads that can be asked for.
const THREADS_MAX: u64 = 1024;

/// The whole command line.
#[derive(Debug, Parser)]
#[command(
    name = "leakgauge",
    version,
    about = "Audits dumps and exports for personal data and says which legal thresholds the volume reaches",
    after_help = "Exit codes: 0 all read, level of --fail-on not reached; 1 level reached, more than --budget allows or --baseline knows; 2 bad \
                  arguments, patterns or output, no report; 3 something could not be read, the counts are lower bounds.",
    max_term_width = 100,
    infer_subcommands = false,
    disable_help_subcommand = true
)]
pub(crate) struct Arguments {
    #[command(flatten)]
    pub(crate) common: Common,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Options that every command takes.
#[derive(Debug, Args)]
#[command(next_help_heading = "Display")]
pub(crate) struct Common {
    /// Language of what is written; default: from the locale, else English
    #[arg(long, global = true, value_name = "LANG", value_parser = lang())]
    pub(crate) lang: Option<Lang>,
    /// When to use colours; `auto` is on a terminal only
    #[arg(long, global = true, value_name = "WHEN", value_enum, default_value_t = Color::Auto)]
    pub(crate) color: Color,
    /// Only signs of ASCII in the text report: for consoles that lack blocks and check marks
    #[arg(long, global = true)]
    pub(crate) ascii: bool,
    /// No progress bar
    #[arg(long, global = true)]
    pub(crate) no_progress: bool,
    /// Nothing on standard error but errors
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub(crate) quiet: bool,
    /// Say on standard error what is being done, file by file
    #[arg(short, long, global = true)]
    pub(crate) verbose: bool,
    #[command(flatten)]
    pub(crate) config: Config,
    /// The file that was used.
    #[arg(skip)]
    pub(crate) used: Option<Used>,
}

/// When to use colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    /// On a terminal, unless `NO_COLOR` is set.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Scan files and folders, count what the law counts, and assess the volume
    Scan(Scan),
    /// Assess counts without scanning
    Assess(Assess),
    /// Render a saved JSON audit in another format or language
    Report(Report),
    /// Join the tallies of scans of parts into the audit that one scan would give
    Merge(Merge),
    /// What was there before, which a CI job compares with: write it, or lower it
    #[command(subcommand)]
    Baseline(Baseline),
    /// Say of a line or record what was found and why, and what was nearly found
    Explain(Explain),
    /// The catalog: which kinds of personal data are found, and how
    #[command(subcommand)]
    Patterns(Patterns),
    /// The instruments: which thresholds are compared with, from which text
    #[command(subcommand)]
    Laws(Laws),
    /// What is read, how, and with which limits
    Formats,
    /// The JSON schema of a file: of the audit, or of the configuration
    Schema {
        /// The file
        #[arg(value_name = "FILE", value_enum)]
        what: Schema,
    },
    /// A script that completes this command line in a shell, for packagers
    Completions {
        /// The shell
        #[arg(value_name = "SHELL", value_enum)]
        shell: clap_complete::Shell,
    },
    /// The manual page of the program, or of one of its commands, as roff
    Man {
        /// The command: `scan`; default: the program with a list of its commands
        #[arg(value_name = "COMMAND")]
        command: Option<String>,
    },
    /// What this program starts itself with, to decode a container apart
    #[cfg(unix)]
    #[command(name = leakgauge::container::COMMAND, hide = true)]
    UnpackApart,
}

/// `scan`
#[derive(Debug, Args)]
pub(crate) struct Scan {
    /// Files and folders; `-` is standard input. Default: the current folder
    #[arg(value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) output: Output,
    #[command(flatten)]
    pub(crate) gate: Gate,
    #[command(flatten)]
    pub(crate) limits: Limits,
    #[command(flatten)]
    pub(crate) law: Law,
    #[command(flatten)]
    pub(crate) walk: Walk,
    /// Passwords for encrypted archives: a text file, one a line, tried in their order
    #[arg(long, value_name = "FILE", help_heading = "Walk")]
    pub(crate) password_file: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) counting: Counting,
    /// Also count the different persons of each file, by which reports then compare files and folders instead of by rows
    ///
    /// It takes memory and time for each person in each file. Of tallies that are to be joined all have to be made with it,
    /// or none
    #[arg(long, help_heading = "Detection")]
    pub(crate) persons_by_file: bool,
    /// Also write a list of all files and members with their digests (BLAKE3, SHA-256), times, formats and status: JSON Lines,
    /// or with the ending .sha256 what `sha256sum -c` checks; repeatable
    #[arg(
        long,
        value_name = "FILE",
        conflicts_with = "shard",
        help_heading = "Output"
    )]
    pub(crate) manifest: Vec<PathBuf>,
    /// Also write what was counted to this file, to be joined with that of other scans by `merge`; needs a key
    #[arg(long, value_name = "FILE", help_heading = "Parts")]
    pub(crate) tally: Option<PathBuf>,
    /// Scan only the I-th of N shares of the same size, as in `1/4`; a large file is cut. `merge` joins all N. For machines
    /// that have the same files under the same paths
    #[arg(
        long,
        value_name = "I/N",
        requires = "tally",
        conflicts_with_all = ["fail_on", "budget", "baseline"],
        help_heading = "Parts"
    )]
    pub(crate) shard: Option<Shard>,
    /// Keep the state of the scan in this folder, and go on from it if the same scan was cut short; removed at the end
    ///
    /// The folder is made if it is missing. The same command line, but for outputs, law, threads and memory, goes on after
    /// the last checkpoint, with the files that the first run has found; whatever changes counts has to be the same, also
    /// ignore rules, passwords and the day of the act. There is one a minute, or fewer where they take long. The state names paths and holds counts, masked samples and enciphered fingerprints; without a key file or
    /// passphrase their key is drawn and kept in the folder, readable by its owner alone. Not for standard input or JSON
    /// Lines
    #[arg(long, value_name = "DIR", help_heading = "Parts")]
    pub(crate) resume: Option<PathBuf>,
    /// Seconds between checkpoints
    #[arg(
        long,
        value_name = "SECONDS",
        default_value_t = 60,
        requires = "resume",
        hide = true
    )]
    pub(crate) checkpoint_seconds: u32,
    #[command(flatten)]
    pub(crate) key: Key,
}

/// How is counted.
#[derive(Debug, Args)]
#[command(next_help_heading = "Detection")]
pub(crate) struct Counting {
    /// Pattern file, or folder of them, to use besides the built-in ones; repeatable
    #[arg(long, value_name = "PATH")]
    pub(crate) patterns: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) packs: Packs,
    /// Threads; 0 is one for each processor
    #[arg(
        long,
        value_name = "N",
        default_value_t = 0,
        allow_negative_numbers = true,
        value_parser = clap::builder::RangedU64ValueParser::<usize>::new().range(0..=THREADS_MAX)
    )]
    pub(crate) threads: usize,
    /// Memory for counting, as in 64M or 2G; more is spilled to a temporary file (TMPDIR)
    #[arg(
        long,
        value_name = "SIZE",
        default_value = "512M",
        value_parser = memory
    )]
    pub(crate) memory: Memory,
}

/// Which of the built-in patterns are used.
#[derive(Debug, Args)]
pub(crate) struct Packs {
    /// Built-in patterns to use, by country: `cn,hk`; `global` is what knows no border. Default: all. See `patterns list`
    #[arg(long, value_name = "PACKS", value_delimiter = ',', value_parser = pack)]
    packs: Option<Vec<Pack>>,
}

impl Packs {
    /// The packs that were chosen, or all.
    pub(crate) fn chosen(&self) -> Vec<Pack> {
        self.packs.clone().unwrap_or_else(Pack::all)
    }
}

/// Under which key is counted.
#[derive(Debug, Args)]
#[command(next_help_heading = "Parts")]
pub(crate) struct Key {
    /// The key of tallies and baselines: 32 random bytes or more, as from `head -c 32 /dev/urandom`. Keep it secret
    #[arg(long, value_name = "FILE", conflicts_with = "passphrase_file")]
    pub(crate) key_file: Option<PathBuf>,
    /// The same from a passphrase, for machines that can share no file: a text file that holds it, 12 characters or more
    #[arg(long, value_name = "FILE")]
    pub(crate) passphrase_file: Option<PathBuf>,
}

/// `merge`
#[derive(Debug, Args)]
pub(crate) struct Merge {
    /// The tallies: what `scan --tally` wrote, all under the same key, of parts that share no path, or of all shards
    #[arg(value_name = "TALLY", required = true)]
    pub(crate) tallies: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) output: Output,
    #[command(flatten)]
    pub(crate) gate: Gate,
    #[command(flatten)]
    pub(crate) limits: Limits,
    #[command(flatten)]
    pub(crate) law: Law,
    #[command(flatten)]
    pub(crate) counting: Counting,
    #[command(flatten)]
    pub(crate) key: Key,
}

/// `assess`
#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("counts").required(true).args(["count", "audit"]))]
pub(crate) struct Assess {
    /// Items of a category, after de-duplication; repeatable
    #[arg(long, value_name = "CATEGORY=N", value_parser = count)]
    pub(crate) count: Vec<(Category, u64)>,
    /// Different persons behind the counts; default: every item is another person
    #[arg(long, value_name = "N", requires = "count")]
    pub(crate) persons: Option<u64>,
    /// Of these persons those who are `sensitive`, `under-14`, `under-18`, or live in `us-ca`; repeatable
    #[arg(long, value_name = "WHO=N", requires = "count", value_parser = number)]
    pub(crate) attribute: Vec<(String, u64)>,
    /// Take the counts of a saved JSON audit
    #[arg(long, value_name = "AUDIT.json")]
    pub(crate) audit: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) output: Output,
    #[command(flatten)]
    pub(crate) gate: Gate,
    #[command(flatten)]
    pub(crate) law: Law,
}

/// `report`
#[derive(Debug, Args)]
pub(crate) struct Report {
    /// The saved audit: what `scan -f json` wrote
    #[arg(value_name = "AUDIT.json")]
    pub(crate) audit: PathBuf,
    #[command(flatten)]
    pub(crate) output: Output,
    /// Reading of the disputed categories that makes the headline
    #[arg(long, value_name = "READING", value_parser = reading(), default_value = "default")]
    pub(crate) reading: Reading,
}

/// `explain`
#[derive(Debug, Args)]
pub(crate) struct Explain {
    /// File, or file and line: `hotel.csv:12`; `-` is standard input, `a.zip!/b.csv` a member. Without a line: its columns and
    /// its first findings, or those of all members
    #[arg(value_name = "FILE[:LINE]")]
    pub(crate) place: PathBuf,
    /// The record with this number, counted from 1 without the header
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..), allow_negative_numbers = true)]
    pub(crate) record: Option<u64>,
    /// Show the values themselves, not masked; on a terminal only
    #[arg(long)]
    pub(crate) reveal: bool,
    #[command(flatten)]
    pub(crate) output: Output,
    /// Instrument whose classes are named. See `laws list`
    #[arg(
        long,
        value_name = "ID",
        default_value = "cn.spc-spp-2017-10",
        help_heading = "Law"
    )]
    pub(crate) law: String,
    /// Pattern file, or folder of them, to use besides the built-in ones; repeatable
    #[arg(long, value_name = "PATH", help_heading = "Detection")]
    pub(crate) patterns: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) packs: Packs,
}

/// `patterns`
#[derive(Debug, Subcommand)]
pub(crate) enum Patterns {
    /// List every kind
    List {
        #[command(flatten)]
        packs: Packs,
        /// Format
        #[arg(short, long, value_name = "FORMAT", value_enum, default_value_t = ListFormat::Text)]
        format: ListFormat,
    },
    /// Show all about one kind, with its examples
    Show {
        /// Id of the kind: `cn.mobile`
        #[arg(value_name = "ID")]
        id: String,
        #[command(flatten)]
        packs: Packs,
    },
    /// Run every example and counter-example through the real detector
    Check {
        /// Pattern file, or folder of them, to check together with the built-in ones
        #[arg(value_name = "PATH")]
        path: Option<PathBuf>,
        #[command(flatten)]
        packs: Packs,
    },
}

/// How a list is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ListFormat {
    /// A table.
    Text,
    /// An array with one object a kind.
    Json,
}

/// `laws`
#[derive(Debug, Subcommand)]
pub(crate) enum Laws {
    /// List every instrument
    List {
        /// Law file, or folder of them, to list with the built-in ones
        #[arg(long, value_name = "PATH")]
        laws: Vec<PathBuf>,
    },
    /// Show one instrument: citation, dates, provisions and thresholds
    Show {
        /// Id of the instrument: `cn.spc-spp-2017-10`
        #[arg(value_name = "ID")]
        id: String,
        /// Law file, or folder of them, to look in besides the built-in ones
        #[arg(long, value_name = "PATH")]
        laws: Vec<PathBuf>,
    },
}

/// Where the result goes.
#[derive(Debug, Args)]
#[command(next_help_heading = "Output")]
pub(crate) struct Output {
    /// Format; default: by the ending of the output file, else text
    #[arg(short, long, value_name = "FORMAT", value_parser = format())]
    pub(crate) format: Option<Format>,
    /// Write to this file instead of standard output; repeatable. `-` is standard output
    #[arg(short, long, value_name = "FILE", action = ArgAction::Append)]
    pub(crate) output: Vec<PathBuf>,
}

/// What makes the exit code 1.
#[derive(Debug, Args)]
#[command(next_help_heading = "Gate")]
pub(crate) struct Gate {
    /// Exit with 1 when the volume reaches this level; `any` is one item
    #[arg(long, value_name = "LEVEL", value_enum)]
    pub(crate) fail_on: Option<FailOn>,
    /// Reading of the disputed categories that governs headline and exit code; all three are reported
    #[arg(long, value_name = "READING", value_parser = reading(), default_value = "default")]
    pub(crate) reading: Reading,
}

/// How much is allowed.
#[derive(Debug, Args)]
#[command(next_help_heading = "Gate")]
pub(crate) struct Limits {
    /// Exit with 1 when there is more than the limits of this file allow
    ///
    /// The file holds `[[limit]]` entries, each with `max = N` and one of `category = "contact"`, `kind = "cn.mobile"`
    /// and `persons = true`; N is allowed, one more is not. With `path = "exports/**"` it is on the files whose paths as
    /// reported match, or that lie in what matches: rows of a category, or matches of a kind, copies too. `owner` and
    /// `reason` are repeated in the report
    #[arg(long, value_name = "FILE.toml")]
    pub(crate) budget: Option<PathBuf>,
    /// Exit with 1 when there is more than in this file, which `baseline write` has written
    ///
    /// With counts, more is a kind with more different values, or a category with more rows. With fingerprints, which need
    /// their key (--key-file or --passphrase-file), more is a value that is not among them, wherever it stands
    #[arg(long, value_name = "FILE.json")]
    pub(crate) baseline: Option<PathBuf>,
}

/// A level that makes the exit code 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum FailOn {
    /// One item of any category.
    Any,
    /// The serious level (情节严重).
    Serious,
    /// The especially serious level (情节特别严重).
    EspeciallySerious,
}

/// What the volume is compared with, and what no file can show.
#[derive(Debug, Args)]
#[command(next_help_heading = "Law")]
pub(crate) struct Law {
    /// Instrument to assess under; repeatable, the first one governs. Default: cn.spc-spp-2017-10, and for information
    /// those that apply by date and volume. See `laws list`
    #[arg(long, value_name = "ID")]
    pub(crate) law: Vec<String>,
    /// Law file, or folder of them, to use besides the built-in ones, like a rule of your own; repeatable. See
    /// src/law/instruments/README.md
    #[arg(long, value_name = "PATH")]
    pub(crate) laws: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) stated: Stated,
}

/// What is stated of the case.
#[derive(Debug, Args)]
#[command(next_help_heading = "Circumstances")]
pub(crate) struct Stated {
    /// Circumstances from a TOML file; options on the command line outrank it
    #[arg(long, value_name = "FILE.toml")]
    pub(crate) circumstances: Option<PathBuf>,
    /// Obtained in duty or while providing a service; `=no` if it is known not to be so, like all that take it
    #[arg(long, value_name = "ANSWER", num_args = 0..=1, require_equals = true, default_missing_value = "yes",
          value_parser = yes_or_no())]
    pub(crate) in_duty: Option<bool>,
    /// What was done with the information
    #[arg(long, value_name = "ACTION", value_parser = action())]
    pub(crate) action: Option<Action>,
    /// Units or persons to whom the same information was provided separately
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..), allow_negative_numbers = true)]
    pub(crate) recipients: Option<u32>,
    /// Illegal gains
    #[arg(long, value_name = "YUAN", allow_negative_numbers = true)]
    pub(crate) gains: Option<Yuan>,
    /// Bought or received for lawful business, and not passed on
    #[arg(long, value_name = "ANSWER", num_args = 0..=1, require_equals = true, default_missing_value = "yes",
          value_parser = yes_or_no())]
    pub(crate) lawful_business: Option<bool>,
    /// Profit from using the information in lawful business
    #[arg(long, value_name = "YUAN", allow_negative_numbers = true)]
    pub(crate) profit: Option<Yuan>,
    /// Economic loss
    #[arg(long, value_name = "YUAN", allow_negative_numbers = true)]
    pub(crate) loss: Option<Yuan>,
    /// Turnover of the year before, for the ceilings of fines
    #[arg(long, value_name = "YUAN", allow_negative_numbers = true)]
    pub(crate) turnover: Option<Yuan>,
    /// Punished for the same before: a criminal penalty, or an administrative one within two years
    #[arg(long, value_name = "ANSWER", num_args = 0..=1, require_equals = true, default_missing_value = "yes",
          value_parser = yes_or_no())]
    pub(crate) prior: Option<bool>,
    /// Another used it for an offence, known beforehand (the fact `downstream-crime`)
    #[arg(long, value_name = "ANSWER", num_args = 0..=1, require_equals = true, default_missing_value = "yes",
          value_parser = yes_or_no())]
    pub(crate) downstream_crime: Option<bool>,
    /// It leaked after an order to correct was refused (the fact `order-refused`)
    #[arg(long, value_name = "ANSWER", num_args = 0..=1, require_equals = true, default_missing_value = "yes",
          value_parser = yes_or_no())]
    pub(crate) order_refused: Option<bool>,
    /// Persons exported since 1 January without sensitive information, before these
    #[arg(long, value_name = "N")]
    pub(crate) exported: Option<u64>,
    /// Persons exported since 1 January with sensitive information, before these
    #[arg(long, value_name = "N")]
    pub(crate) exported_sensitive: Option<u64>,
    /// Day of the (last) act
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub(crate) act_date: Option<Date>,
    /// Day of the decision
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub(crate) decision_date: Option<Date>,
    /// When the incident became known, on your own clock: deadlines are told as dates
    #[arg(long, value_name = "YYYY-MM-DD[THH:MM]")]
    pub(crate) discovered: Option<Moment>,
    /// A circumstance that a law asks for, as `laws show` names it; repeatable
    #[arg(long, value_name = "ID[=ANSWER]", value_parser = fact)]
    pub(crate) fact: Vec<(String, bool)>,
    /// Count otherwise where opinions differ, as in `weighted-total=literal`; repeatable. See `laws show`
    #[arg(long, value_name = "RULE=VALUE", value_parser = pair)]
    pub(crate) rule: Vec<(String, String)>,
    /// Put a category into a class whatever the reading says, as in `vehicle=A` or `contact.bare=excluded`; repeatable
    #[arg(long, value_name = "CATEGORY=CLASS", value_parser = pair)]
    pub(crate) class: Vec<(String, String)>,
    /// Items of a category that are shown not to count, as the public contacts of companies; repeatable
    #[arg(long, value_name = "CATEGORY=N", value_parser = count)]
    pub(crate) less: Vec<(Category, u64)>,
    /// A rate known from a sample, of duplicates for one, to take off every count; repeatable
    #[arg(long, value_name = "PERCENT%")]
    pub(crate) deduct: Vec<Rate>,
}

impl Stated {
    /// The circumstances of the file with those of the command line on top.
    pub(crate) fn on_top_of(&self, file: Circumstances) -> Result<Circumstances, Error> {
        let mut joined = Circumstances {
            action: self.action.or(file.action),
            in_duty: self.in_duty.or(file.in_duty),
            recipients: self.recipients.unwrap_or(file.recipients),
            gains: self.gains.or(file.gains),
            lawful_business: self.lawful_business.or(file.lawful_business),
            profit: self.profit.or(file.profit),
            loss: self.loss.or(file.loss),
            turnover: self.turnover.or(file.turnover),
            prior: self.prior.or(file.prior),
            exported: self.exported.unwrap_or(file.exported),
            exported_sensitive: self.exported_sensitive.unwrap_or(file.exported_sensitive),
            act_date: self.act_date.or(file.act_date),
            decision_date: self.decision_date.or(file.decision_date),
            discovered: self.discovered.or(file.discovered),
            ..file
        };
        joined.facts.extend(self.fact.iter().cloned());
        let named = [
            ("downstream-crime", self.downstream_crime),
            ("order-refused", self.order_refused),
        ];
        for (id, answer) in named {
            if let Some(answer) = answer {
                joined.facts.insert(id.to_owned(), answer);
            }
        }
        for (rule, value) in &self.rule {
            joined.rules.choose(rule, value)?;
        }
        joined.classes.extend(self.class.iter().cloned());
        let less = self
            .less
            .iter()
            .map(|(category, n)| (category.id().to_owned(), *n));
        joined.less.extend(less);
        if !self.deduct.is_empty() {
            joined.deduct.clone_from(&self.deduct);
        }
        Ok(joined)
    }
}

/// Which files of a folder are read.
#[derive(Debug, Args)]
#[command(next_help_heading = "Files")]
pub(crate) struct Walk {
    /// Read only files that match; repeatable. Hidden and git-ignored files are always read
    #[arg(long, value_name = "GLOB")]
    pub(crate) include: Vec<String>,
    /// Leave out files and folders that match; repeatable. `name/` matches folders only
    #[arg(long, value_name = "GLOB")]
    pub(crate) exclude: Vec<String>,
    /// Levels below the named folders; 1 is the files directly in them
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub(crate) max_depth: Option<usize>,
    /// Follow symbolic links below the named folders
    #[arg(long)]
    pub(crate) follow_links: bool,
}

#[cfg(test)]
mod tests;
