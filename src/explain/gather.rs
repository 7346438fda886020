//! Gathering: a file is read, the records that were asked for are picked, and its tables are described.
//!
//! Which records those are is decided by their numbers and lines alone. What is told of one is made in `record`.

use std::ops::ControlFlow;

use super::record::Teller;
use super::{
    Ask, ColumnShown, Explanation, HeaderShown, RECORDS_MAX, RecordShown, SCHEMA, TableShown,
    Totals, Which,
};
use crate::classify::Evidence;
use crate::detect::Found;
use crate::detect::vocabulary::By;
use crate::error::Error;
use crate::record::{Batch, Record};
use crate::scan::{self, Block};
use crate::source::Entry;

pub(super) fn explain(entry: &Entry, ask: &Ask<'_>) -> Result<Explanation, Error> {
    let mut gather = Gather {
        ask,
        teller: Teller::new(ask)?,
        found: Found::default(),
        tables: Vec::new(),
        totals: Totals::default(),
        asked: 0,
        records: Vec::new(),
        before: None,
        first: None,
        is_over: false,
        n_lines: 0,
    };
    let ended = scan::read(entry, ask.member, ask.catalog, |block| gather.block(&block))?;
    let within = gather.take_before();
    if gather.records.is_empty() && ended.reasons.is_empty() {
        gather.check()?;
    }
    let (format, encoding) = ended.identity.unwrap_or_default();
    let mut skipped: Vec<String> = ended.reasons.iter().map(ToString::to_string).collect();
    skipped.dedup();
    let file = ask.instrument.file();
    Ok(Explanation {
        schema: SCHEMA,
        path: match ask.member {
            Some(member) => format!("{}!/{member}", entry.display),
            None => entry.display.clone(),
        },
        format: format.to_owned(),
        encoding: encoding.to_owned(),
        revealed: ask.reveal,
        law: file.id.clone(),
        law_number: file.number.clone(),
        tables: gather.tables,
        totals: (ask.which == Which::First).then_some(gather.totals),
        within,
        asked: gather.asked,
        records: gather.records,
        skipped,
    })
}

/// What was gathered so far.
struct Gather<'a> {
    ask: &'a Ask<'a>,
    teller: Teller<'a>,
    found: Found,
    tables: Vec<TableShown>,
    totals: Totals,
    asked: u64,
    records: Vec<RecordShown>,
    /// The last record before the line that was asked for, and its table.
    before: Option<(RecordShown, TableShown, u64)>,
    /// The line of the first record, or the number of the last.
    first: Option<u64>,
    /// Whether a record behind those asked for was met.
    is_over: bool,
    /// The last line on which a record was met.
    n_lines: u64,
}

impl Gather<'_> {
    fn block(&mut self, block: &Block<'_>) -> ControlFlow<()> {
        match self.ask.which {
            Which::First => self.all(block),
            Which::Line(line) => self.on_line(block, line),
            Which::Record(number) => {
                let records = &block.batch.records;
                self.totals.records += records.len() as u64;
                if let Some(record) = records.iter().find(|r| r.number == number) {
                    self.tell(block, record);
                    self.is_over = true;
                }
            }
        }
        match self.is_over {
            true => ControlFlow::Break(()),
            false => ControlFlow::Continue(()),
        }
    }

    /// Counts what is in all records, and tells of the first in which something is.
    fn all(&mut self, block: &Block<'_>) {
        let batch = block.batch;
        let mut detector =
            std::mem::take(&mut self.teller.spare).unwrap_or_else(|| self.ask.catalog.detector());
        detector.batch(batch, block.has_prose());
        let mut telling = Vec::new();
        for record in &batch.records {
            let rules = block.rules(record.table);
            self.table(block, record.table);
            self.totals.records += 1;
            detector.record(batch, record, rules, &mut self.found);
            if self.found.matches.is_empty() {
                continue;
            }
            self.totals.with_matches += 1;
            let decision = self.teller.rules.support(self.found.roles);
            self.totals.classified += u64::from(!decision.support.is_empty());
            if self.records.len() + telling.len() < RECORDS_MAX {
                telling.push(record);
            }
        }
        self.teller.spare = Some(detector);
        self.asked = self.totals.with_matches;
        for record in telling {
            self.records.push(self.teller.tell(block, record));
        }
        // Columns may have appeared since their table was described.
        for i in 0..self.tables.len() {
            self.describe_again(block, i);
        }
    }

    fn on_line(&mut self, block: &Block<'_>, line: u64) {
        let records = &block.batch.records;
        let before = records.partition_point(|r| r.line < line);
        let behind = records.partition_point(|r| r.line <= line);
        if self.first.is_none() {
            self.first = records.first().map(|r| r.line);
        }
        for record in &records[before..behind] {
            if self.records.len() < RECORDS_MAX {
                self.tell(block, record);
            } else {
                self.asked += 1;
            }
        }
        self.is_over = behind < records.len();
        if let Some(record) = records[..before].last()
            && self.records.is_empty()
        {
            let shown = self.teller.tell(block, record);
            let table = describe(block, record.table, self.ask);
            let last = record.line + n_line_feeds(block.batch, record);
            self.before = Some((shown, table, last));
        }
        self.n_lines = records.last().map_or(self.n_lines, |r| r.line);
    }

    fn tell(&mut self, block: &Block<'_>, record: &Record) {
        self.asked += 1;
        self.table(block, record.table);
        self.records.push(self.teller.tell(block, record));
    }

    /// Describes a table, unless it is.
    fn table(&mut self, block: &Block<'_>, table: u32) {
        if self.tables.iter().all(|t| t.number != table + 1) {
            self.tables.push(describe(block, table, self.ask));
        }
    }

    fn describe_again(&mut self, block: &Block<'_>, i: usize) {
        let table = self.tables[i].number - 1;
        let n_columns = block.rules(table).len();
        if !self.tables[i].columns.is_empty() && self.tables[i].columns.len() < n_columns {
            self.tables[i] = describe(block, table, self.ask);
        }
    }

    /// Takes the record before a line on which none begins, if the line is one of its own, or stands between two records.
    /// Says which line was asked for then.
    fn take_before(&mut self) -> Option<u64> {
        let Which::Line(line) = self.ask.which else {
            return None;
        };
        if !self.records.is_empty() {
            return None;
        }
        let (record, table, last) = self.before.take()?;
        if line > last && !self.is_over {
            return None;
        }
        self.asked = 1;
        self.tables.push(table);
        self.records.push(record);
        Some(line)
    }

    /// Why there is no record to tell of.
    fn check(&self) -> Result<(), Error> {
        let message = match self.ask.which {
            Which::First => return Ok(()),
            Which::Line(_) if self.first == Some(0) => {
                "the format has no lines: ask with --record N".to_owned()
            }
            Which::Line(_) | Which::Record(_)
                if self.first.is_none() && self.totals.records == 0 =>
            {
                "there is no record in the file".to_owned()
            }
            Which::Line(line) => match self.first {
                Some(first) if line < first => {
                    format!("line {line} holds no record: the first begins on line {first}")
                }
                _ => format!(
                    "line {line} is behind the end: the last record begins on line {}",
                    self.n_lines
                ),
            },
            Which::Record(number) => {
                format!(
                    "there is no record {number}: the last is {}",
                    self.totals.records
                )
            }
        };
        Err(Error::new(message))
    }
}

/// Line feeds inside a record.
fn n_line_feeds(batch: &Batch, record: &Record) -> u64 {
    let fields = batch.fields_of(record);
    let (Some(first), Some(last)) = (fields.first(), fields.last()) else {
        return 0;
    };
    let text = &batch.text[first.span.start as usize..last.span.end as usize];
    text.iter().filter(|b| **b == b'\n').count() as u64
}

fn describe(block: &Block<'_>, table: u32, ask: &Ask<'_>) -> TableShown {
    let vocabulary = ask.catalog.vocabulary();
    let role = |role| super::record::role_named(ask.catalog, role);
    let columns = block.rules(table).iter().zip(0..).filter_map(|(rule, i)| {
        let name = block.name(table, i)?;
        let grounds = block.grounds(table, i);
        let header = block.header(table, i).and_then(|h| vocabulary.lookup(h));
        Some(ColumnShown {
            name: name.to_owned(),
            role: rule.role.map(role),
            from: match grounds.from {
                Evidence::None => "none",
                Evidence::Header => "header",
                Evidence::Both => "both",
                Evidence::Cells => "cells",
            },
            header: header.map(|lookup| HeaderShown {
                role: role(lookup.role),
                weak: lookup.weak,
                by: match lookup.by {
                    By::Whole => "whole",
                    By::Path => "path",
                    By::Ending => "ending",
                    By::Comment => "comment",
                },
            }),
            cells: grounds.n_cells,
            agreeing: grounds.n_agreeing,
            veto: rule.veto,
            prose: rule.prose,
        })
    });
    TableShown {
        number: table + 1,
        name: block.table_name(table).map(str::to_owned),
        columns: columns.collect(),
    }
}
