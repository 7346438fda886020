//! One file read by itself: the same records under the same rules of columns as in a scan.
//!
//! For whoever wants to look at records rather than count them. It goes through the same `file` and `table` as a worker does,
//! so decoding, sampling and decisions cannot differ. Nothing is detected or counted here.

use std::ops::ControlFlow;

use crate::classify::{Decision, Rules};
use crate::container::Unpacking;
use crate::count::{Kept, Ladder};
use crate::decode::DecodeLimits;
use crate::detect::{Catalog, ColumnRule, Found};
use crate::error::{Error, Reason};
use crate::ignore::Ignoring;
use crate::record::{Batch, Record, Table};
use crate::source::Entry;

use super::Shared;
use super::file::{PartRead, Reading};
use super::ignored::{self, InHand, TakenOut};
use super::table::{Eyes, Grounds, View, column_name};

/// Records of a file, in its order, and how their tables are looked at.
pub struct Block<'a> {
    /// The records.
    pub batch: &'a Batch,
    catalog: &'a Catalog,
    tables: &'a [Table],
    view: &'a View,
    part: &'a PartRead,
}

impl Block<'_> {
    /// The path of the file or member that they are in.
    pub fn path(&self) -> &str {
        &self.part.of.path
    }

    /// Whether its bytes were made by the walk through its container: its lines are not those of the file then.
    pub fn is_made(&self) -> bool {
        self.part.is_made
    }

    /// The rules of a table's columns.
    pub fn rules(&self, table: u32) -> &[ColumnRule] {
        self.view.rules(table)
    }

    /// Whether a table of the batch has columns of running text.
    pub fn has_prose(&self) -> bool {
        self.view.has_prose(self.batch)
    }

    /// On what a column was decided.
    pub fn grounds(&self, table: u32, column: u32) -> Grounds {
        self.view.grounds(table, column)
    }

    /// What a column may be called: its name, or `#` and its number where that could be a value.
    pub fn name(&self, table: u32, column: u32) -> Option<&str> {
        self.view.name(table, column)
    }

    /// What the source calls a table, unless that could be a value.
    pub fn table_name(&self, table: u32) -> Option<&str> {
        let name = self.tables[table as usize].name.as_deref()?;
        column_name(name, self.catalog)
    }

    /// What ignore rules take out of a record of the file of this path, and what they leave in `found`: what that supports, for
    /// a record that supported `decision`.
    pub fn take_out(
        &self,
        (ignoring, rules): (&Ignoring, &Rules),
        path: &str,
        record: &Record,
        found: &mut Found,
        decision: Decision,
    ) -> (Vec<TakenOut>, Decision) {
        let in_hand = InHand {
            rules,
            batch: self.batch,
            record,
            columns: self.rules(record.table),
        };
        ignored::told(ignoring, self.catalog, path, &in_hand, found, decision)
    }

    /// The header of a column as it stands in the source, to be looked up and not to be shown.
    pub fn header(&self, table: u32, column: u32) -> Option<&str> {
        let table = &self.tables[table as usize];
        let name = table.columns.get(column as usize)?;
        table.has_header.then_some(name.as_str())
    }
}

/// How the reading of a file ended.
#[derive(Clone, Debug)]
pub struct Ended {
    /// What was read: what was asked for, then what is in it, as far as it was met. None if it is not there.
    pub parts: Vec<PartEnded>,
}

/// How the reading of a file or member ended.
#[derive(Clone, Debug)]
pub struct PartEnded {
    /// Its path, as reported.
    pub path: String,
    /// Ids of its format and its encoding; none if nothing could be read.
    pub identity: Option<(&'static str, &'static str)>,
    /// Why it, or parts of it, could not be read. Empty if the visitor had seen enough before.
    pub reasons: Vec<Reason>,
}

/// Reads a file from its start until its end, or until the visitor has seen enough; of a container all that is in it, or the
/// `member` of that path in it, with what is in that: `inner.csv`, or `inner.zip!/inner.csv`.
///
/// # Errors
/// When the record rules do not go with the catalog's vocabulary. What goes wrong with the file is in the result.
pub fn read(
    entry: &Entry,
    member: Option<&str>,
    catalog: &Catalog,
    mut visit: impl FnMut(Block<'_>) -> ControlFlow<()>,
) -> Result<Ended, Error> {
    let rules = Rules::builtin(catalog.vocabulary())?;
    let (ladder, unpacking) = (Ladder::new(catalog, None), Unpacking::default());
    let shared = Shared {
        catalog,
        rules: &rules,
        ladder: &ladder,
        limits: DecodeLimits::default(),
        unpacking: &unpacking,
        ignoring: &[],
        observer: &(),
        wants_evidence: false,
        entries: &[],
        kept: Kept::default(),
    };
    let (detector, mut prober) = (catalog.detector(), catalog.prober());
    let mut eyes = Eyes {
        catalog,
        detector: &detector,
        prober: &mut prober,
        wants_grounds: true,
    };
    let wanted = path_of(entry, member);
    let mut reading = Reading::new(0, entry, 0);
    let mut batch = Batch::default();
    let (mut is_met, mut is_enough) = (false, false);
    while let Some(lot) = reading.next(&shared, &mut eyes, &mut batch) {
        if !is_within(&lot.part.path, &wanted) {
            // Parts come one after the other.
            if is_met {
                break;
            }
            continue;
        }
        is_met = true;
        let block = Block {
            batch: &batch,
            catalog,
            tables: reading.tables(),
            view: &lot.view,
            part: reading.in_hand(),
        };
        if visit(block).is_break() {
            is_enough = true;
            break;
        }
    }
    let parts = reading.end(true).parts.into_iter();
    let parts = parts.filter(|part| is_within(&part.of.path, &wanted));
    let parts = parts.map(|part| PartEnded {
        path: part.of.path.clone(),
        identity: part.identity.map(|i| (i.format, i.encoding)),
        reasons: match is_enough {
            true => Vec::new(),
            false => part.reasons,
        },
    });
    Ok(Ended {
        parts: parts.collect(),
    })
}

/// The path of a file, or of a member of it, as reported.
pub fn path_of(entry: &Entry, member: Option<&str>) -> String {
    match member {
        Some(member) => format!("{}!/{member}", entry.display),
        None => entry.display.clone(),
    }
}

/// Whether a path is that of a part, or of something in it.
fn is_within(path: &str, part: &str) -> bool {
    let rest = path.strip_prefix(part);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with("!/"))
}
