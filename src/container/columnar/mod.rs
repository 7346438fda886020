//! Column stores and row files of data platforms: Parquet, Arrow and Avro, each one table with named columns, and BSON.
//!
//! Where every column holds single values, the table is written as rows; where some hold lists, maps or records, each row is
//! written as a JSON object, so that values keep their paths; documents of BSON are such objects by themselves. How a value is
//! shown is the same for all and stands in [`shown`].

mod shown;

pub(super) mod arrow;
pub(super) mod avro;
pub(super) mod bson;
pub(super) mod parquet;

use self::shown::Shown;
use super::pump::{MemberWriter, Sink, Stop};
use crate::decode::Known;
use crate::error::Reason;

/// Most columns of a row, those inside others counted each. So many fields of a row are told apart.
const COLUMNS_MAX: usize = 16_384;

/// Records, lists and maps inside each other.
const DEPTH_MAX: usize = 64;

/// Longest row; what of it goes past that is left out.
const ROW_BYTES_MAX: usize = 32 << 20;

/// Name of the one member, where the file has none for its table.
const MEMBER: &str = "table";

/// How rows are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    /// Cells under a header.
    Cells,
    /// JSON objects.
    Objects,
}

/// The member that rows are written to.
struct Rows<'s> {
    writer: MemberWriter<'s>,
    form: Form,
    /// Names of the columns; as JSON strings where rows are objects.
    names: Vec<String>,
    shown: Shown,
    /// Where the cells of the row end in what is shown.
    ends: Vec<usize>,
    missing: Missing,
}

impl<'s> Rows<'s> {
    /// Begins the member, and names its columns.
    fn begin(
        sink: &'s mut Sink,
        table: Option<&str>,
        form: Form,
        names: Vec<String>,
    ) -> Result<Rows<'s>, Stop> {
        let known = match form {
            Form::Cells => Known::Table(table.map(str::to_owned)),
            Form::Objects => Known::Objects,
        };
        let mut writer = sink.begin(table.unwrap_or(MEMBER).as_bytes(), known)?;
        let names = match form {
            Form::Cells => {
                writer.row(&names)?;
                names
            }
            Form::Objects => names.iter().map(|name| shown::json(name)).collect(),
        };
        Ok(Rows {
            writer,
            form,
            names,
            shown: Shown::new(form),
            ends: Vec::new(),
            missing: Missing::default(),
        })
    }

    /// Writes a row, each column of which is shown by `cell`.
    fn row<E: From<Stop>>(
        &mut self,
        mut cell: impl FnMut(usize, &mut Shown) -> Result<(), E>,
    ) -> Result<(), E> {
        self.shown.clear();
        self.ends.clear();
        let shown = &mut self.shown;
        let mut show = |(i, name): (usize, &String)| {
            if self.form == Form::Objects {
                shown.raw(if i == 0 { "{" } else { "," });
                shown.raw(name);
                shown.raw(":");
            }
            cell(i, shown)?;
            self.ends.push(shown.text().len());
            Ok::<(), E>(())
        };
        let result = self.names.iter().enumerate().try_for_each(&mut show);
        self.count();
        if let Err(error) = result {
            // It was made all the same.
            let n_bytes = self.shown.text().len() as u64;
            self.writer.passed_over(n_bytes)?;
            return Err(error);
        }
        let text = self.shown.text();
        if self.form == Form::Objects {
            let open = if self.names.is_empty() { "{" } else { "" };
            for part in [open, text, "}\n"] {
                self.writer.write(part.as_bytes())?;
            }
        } else {
            let starts = std::iter::once(0).chain(self.ends.iter().copied());
            let cells = starts.zip(&self.ends).map(|(from, to)| &text[from..*to]);
            self.writer.row(cells)?;
        }
        Ok(())
    }

    /// Writes a row that is an object with names of its own, all of it shown by `object`; nothing if that says so.
    fn object(&mut self, object: impl FnOnce(&mut Shown) -> bool) -> Result<(), Stop> {
        self.shown.clear();
        let is_row = object(&mut self.shown);
        self.count();
        if is_row {
            self.writer.write(self.shown.text().as_bytes())?;
            self.writer.write(b"\n")?;
        }
        Ok(())
    }

    /// Counts what was left out of the row.
    fn count(&mut self) {
        self.missing.n_binary += std::mem::take(&mut self.shown.n_binary);
        self.missing.n_long += u64::from(std::mem::take(&mut self.shown.is_cut));
    }

    /// Counts bytes that were unpacked and hold no row.
    fn passed_over(&mut self, n: usize) -> Result<(), Stop> {
        self.writer.passed_over(n as u64)
    }

    /// Whether somebody reads it still.
    fn is_wanted(&self) -> bool {
        self.writer.is_wanted()
    }

    /// Ends the member, with all that is missing as one reason.
    fn end(self) -> Result<(), Stop> {
        self.writer.end(self.missing.reason())
    }
}

/// What of a table could not be read.
#[derive(Default)]
struct Missing {
    /// Why the rest was not read, each with how much that is.
    parts: Vec<(String, Reason)>,
    n_binary: u64,
    n_long: u64,
}

impl Missing {
    /// Takes note of something: how much it is, and what kind of reason there is for it.
    fn note(&mut self, what: String, reason: Reason) {
        self.parts.push((what, reason));
    }

    fn reason(mut self) -> Option<Reason> {
        if self.n_binary > 0 {
            let what = format!("{} values hold binary data", self.n_binary);
            self.note(what, Reason::Unsupported(String::new()));
        }
        if self.n_long > 0 {
            let most = ROW_BYTES_MAX >> 20;
            let what = format!("{} rows are longer than {most} MiB", self.n_long);
            self.note(what, Reason::Limit(String::new()));
        }
        let (told, reasons): (Vec<_>, Vec<_>) = self.parts.into_iter().unzip();
        let told = told.join(", ");
        Some(match reasons.into_iter().next()? {
            Reason::Truncated(_) => Reason::Truncated(told),
            Reason::Limit(_) => Reason::Limit(told),
            Reason::Unsupported(_) => Reason::Unsupported(told),
            _ => Reason::Damaged(told),
        })
    }
}

#[cfg(test)]
mod tests;
