//! Writing baselines: the same data gives the same bytes, and what changes is whole lines.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde::Serialize;

use super::{Counts, Mode, SCHEMA};
use crate::audit;
use crate::error::Error;

#[derive(Serialize)]
struct Written<'a> {
    schema: &'a str,
    mode: &'a str,
    tool: Tool<'a>,
    distinct: &'a BTreeMap<String, u64>,
    rows: &'a BTreeMap<String, u64>,
}

#[derive(Serialize)]
struct Tool<'a> {
    version: &'a str,
    catalog: &'a str,
}

fn failed(error: io::Error) -> Error {
    Error::new("the baseline cannot be written").because(error)
}

/// Writes a baseline of counts.
pub(super) fn counts(
    wtr: &mut dyn Write,
    tool: &audit::Tool,
    counts: &Counts,
) -> Result<(), Error> {
    let written = Written {
        schema: SCHEMA,
        mode: Mode::Counts.id(),
        tool: Tool {
            version: &tool.version,
            catalog: &tool.catalog,
        },
        distinct: &counts.distinct,
        rows: &counts.rows,
    };
    serde_json::to_writer_pretty(&mut *wtr, &written).map_err(|e| failed(e.into()))?;
    writeln!(wtr).and_then(|()| wtr.flush()).map_err(failed)
}

/// A baseline of fingerprints that is being written.
pub(super) struct Fingerprints<'w> {
    wtr: &'w mut dyn Write,
    /// The kind of the value before.
    kind: Option<String>,
}

impl<'w> Fingerprints<'w> {
    /// Writes all but the fingerprints. `mark` is that of the key.
    pub(super) fn begin(
        wtr: &'w mut dyn Write,
        tool: &audit::Tool,
        mark: &str,
    ) -> Result<Fingerprints<'w>, Error> {
        write!(
            wtr,
            "{{\n  \"schema\": {},\n  \"mode\": {},\n  \"tool\": {{\n    \"version\": {},\n    \"catalog\": {}\n  }},\n  \
             \"key\": {},\n  \"fingerprints\": {{",
            quoted(SCHEMA),
            quoted(Mode::Fingerprints.id()),
            quoted(&tool.version),
            quoted(&tool.catalog),
            quoted(mark),
        )
        .map_err(failed)?;
        Ok(Fingerprints { wtr, kind: None })
    }

    /// Writes a value. Those of a kind come together.
    pub(super) fn value(&mut self, kind: &str, stand_in: u128) -> Result<(), Error> {
        let before = match &self.kind {
            Some(before) if before == kind => ",".to_owned(),
            Some(_) => format!("\n    ],\n    {}: [", quoted(kind)),
            None => format!("\n    {}: [", quoted(kind)),
        };
        if self.kind.as_deref() != Some(kind) {
            self.kind = Some(kind.to_owned());
        }
        write!(self.wtr, "{before}\n      \"{stand_in:032x}\"").map_err(failed)
    }

    /// Writes the end.
    pub(super) fn end(self) -> Result<(), Error> {
        let end = match self.kind {
            Some(_) => "\n    ]\n  }\n}\n",
            None => "}\n}\n",
        };
        self.wtr.write_all(end.as_bytes()).map_err(failed)?;
        self.wtr.flush().map_err(failed)
    }
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
