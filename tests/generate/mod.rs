//! A generator of synthetic dumps: six exports of the kinds that leaks consist of, with the truth about them.
//!
//! Nothing in a dump belongs to a real person: names are put together at random, numbers are drawn at random from whole
//! number spaces, e-mail addresses are at `example.com` and `example.org` (RFC 2606). The same rows, seed and number of
//! people give the same bytes on every machine. The truth is counted while writing (see [`truth`]); nothing here knows
//! the program that is measured with it.

mod gb18030;
mod log;
mod person;
mod rng;
mod tables;
mod truth;
mod vocabulary;
mod written;

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use serde_json::{Value, json};

use gb18030::Encoder;
pub(crate) use person::PEOPLE_MAX;
use person::Pool;
use rng::Rng;
use truth::Truth;
use written::Scribe;

/// One row in this many repeats the content of an earlier one.
const DUPLICATE_ONE_IN: u64 = 20;

/// Bytes after which an `INSERT` of the SQL dump ends, as `net_buffer_length` makes mysqldump do it.
const INSERT_BYTES: usize = 1 << 20;

const INSERT: &str = "INSERT INTO `accounts` VALUES ";
const NEXT_INSERT: &str = ";\nINSERT INTO `accounts` VALUES ";

const FAMILY_ROW: u64 = 0;
const FAMILY_DUPLICATE: u64 = 10;

/// What to generate.
#[derive(Clone, Copy)]
pub(crate) struct Options {
    /// Rows in each export.
    pub(crate) rows: u64,
    /// Another seed gives other people and other rows.
    pub(crate) seed: u64,
    /// Size of the pool that people are drawn from, from 1 to [`PEOPLE_MAX`].
    pub(crate) people: u64,
}

/// One export of a dump.
pub(crate) struct Export {
    /// Name of the file.
    pub(crate) name: &'static str,
    header: &'static str,
    footer: &'static str,
    row: fn(&mut Scribe<'_>, u64),
    shape: Shape,
}

#[derive(Clone, Copy, PartialEq)]
enum Shape {
    /// Rows may repeat.
    Rows,
    /// The same, in GB18030.
    RowsGb18030,
    /// Rows may repeat but for their number, and are joined to statements.
    Tuples,
    /// Lines that never repeat, because they begin with a time.
    Log,
}

/// The exports, in the order in which they are written.
pub(crate) const EXPORTS: [Export; 6] = [
    Export {
        name: "members.csv",
        header: tables::MEMBERS_HEADER,
        footer: "",
        row: tables::member,
        shape: Shape::Rows,
    },
    Export {
        name: "hotel.csv",
        header: tables::HOTEL_HEADER,
        footer: "",
        row: tables::guest,
        shape: Shape::RowsGb18030,
    },
    Export {
        name: "accounts.sql",
        header: tables::ACCOUNTS_HEADER,
        footer: tables::ACCOUNTS_FOOTER,
        row: tables::account,
        shape: Shape::Tuples,
    },
    Export {
        name: "calls.csv",
        header: tables::CALLS_HEADER,
        footer: "",
        row: tables::call,
        shape: Shape::Rows,
    },
    Export {
        name: "tracks.jsonl",
        header: "",
        footer: "",
        row: tables::track,
        shape: Shape::Rows,
    },
    Export {
        name: "app.log",
        header: "",
        footer: "",
        row: log::line,
        shape: Shape::Log,
    },
];

/// A dump in the making.
pub(crate) struct Dump {
    options: Options,
    pool: Pool,
    truth: Truth,
}

impl Dump {
    pub(crate) fn new(options: Options) -> Dump {
        Dump {
            options,
            pool: Pool::new(options.seed, options.people),
            truth: Truth::new(options.people),
        }
    }

    /// Writes one export. Its rows do not depend on which exports were written before.
    pub(crate) fn write(&mut self, index: usize, wtr: &mut dyn Write) -> io::Result<()> {
        let Options { rows, seed, .. } = self.options;
        let export = &EXPORTS[index];
        let family = index as u64;
        let mut encoder = Encoder::default();
        let mut statement_bytes = 0;
        self.truth.begin(export.name);
        let mut scribe = Scribe {
            pool: &self.pool,
            truth: &mut self.truth,
            rng: Rng::keyed(seed, FAMILY_ROW + family, 0),
            text: export.header.to_owned(),
        };
        for number in 0..rows {
            let source = match export.shape {
                Shape::Log => number,
                _ => source_row(seed, family, number),
            };
            scribe.rng = Rng::keyed(seed, FAMILY_ROW + family, source);
            if export.shape == Shape::Tuples {
                let is_full = statement_bytes >= INSERT_BYTES;
                scribe.push(match number {
                    0 => INSERT,
                    _ if is_full => NEXT_INSERT,
                    _ => ",",
                });
                statement_bytes = if is_full { 0 } else { statement_bytes };
            }
            (export.row)(&mut scribe, number);
            scribe.truth.row(source != number);
            statement_bytes += scribe.text.len();
            flush(&mut scribe.text, export.shape, &mut encoder, wtr)?;
        }
        if export.shape == Shape::Tuples && rows > 0 {
            scribe.push(";\n");
        }
        scribe.push(export.footer);
        flush(&mut scribe.text, export.shape, &mut encoder, wtr)
    }

    /// The truth about the exports written so far.
    pub(crate) fn truth(&self) -> Value {
        let Options { rows, seed, people } = self.options;
        let mut truth = self.truth.to_json();
        truth["generator"] = json!({"rows": rows, "seed": seed, "people": people});
        truth
    }
}

/// Writes the text out in the encoding of the export and empties it.
fn flush(
    text: &mut String,
    shape: Shape,
    encoder: &mut Encoder,
    wtr: &mut dyn Write,
) -> io::Result<()> {
    if shape == Shape::RowsGb18030 {
        wtr.write_all(encoder.encode(text))?;
    } else {
        wtr.write_all(text.as_bytes())?;
    }
    text.clear();
    Ok(())
}

/// The row whose content a row has: itself, or an earlier one.
fn source_row(seed: u64, family: u64, mut row: u64) -> u64 {
    loop {
        let mut rng = Rng::keyed(seed, FAMILY_DUPLICATE + family, row);
        if row == 0 || !rng.one_in(DUPLICATE_ONE_IN) {
            return row;
        }
        row = rng.below(row);
    }
}

/// Writes all exports into an existing folder and returns the truth about them.
pub(crate) fn write_folder(options: Options, folder: &Path) -> io::Result<Value> {
    let mut dump = Dump::new(options);
    for (index, export) in EXPORTS.iter().enumerate() {
        let file = File::create(folder.join(export.name))?;
        let mut wtr = BufWriter::with_capacity(1 << 20, file);
        dump.write(index, &mut wtr)?;
        wtr.flush()?;
    }
    Ok(dump.truth())
}
