//! Gathering: a file is read, the records that were asked for are picked, and its tables are described.
//!
//! Which records those are is decided by their numbers and lines alone. What is in a container is gathered member by member.
//! What is told of a record is made in `record`.

use std::ops::ControlFlow;

use super::record::{Teller, rule_shown};
use super::{
    Ask, ColumnShown, Explanation, HeaderShown, MEMBERS_MAX, RECORDS_MAX, RecordShown, SCHEMA,
    TableShown, Totals, Which,
};
use crate::classify::Evidence;
use crate::detect::Found;
use crate::detect::vocabulary::By;
use crate::error::{Error, Reason};
use crate::record::{Batch, Record};
use crate::scan::{self, Block, Ended};
use crate::source::Entry;

pub(super) fn explain(entry: &Entry, ask: &Ask<'_>) -> Result<Explanation, Error> {
    let path = scan::path_of(entry, ask.member);
    let mut members: Vec<Member<'_>> = Vec::new();
    let mut failed = None;
    let mut more_members = false;
    let ended = scan::read(entry, ask.member, ask.catalog, |block| {
        if members.last().is_none_or(|last| last.path != block.path()) {
            if members.len() == MEMBERS_MAX {
                more_members = true;
                return ControlFlow::Break(());
            }
            match Gather::new(ask, block.path()) {
                Ok(gather) => members.push(Member {
                    path: block.path().to_owned(),
                    is_made: block.is_made(),
                    gather,
                }),
                Err(error) => {
                    failed = Some(error);
                    return ControlFlow::Break(());
                }
            }
        }
        let Some(member) = members.last_mut() else {
            return ControlFlow::Break(());
        };
        if !member.gather.is_over {
            member.gather.block(&block);
        }
        // What is in a container may go on in its next member.
        match member.gather.is_over && member.path == path {
            true => ControlFlow::Break(()),
            false => ControlFlow::Continue(()),
        }
    })?;
    if let Some(error) = failed {
        return Err(error);
    }
    check_members(&members, &path, ask)?;
    let is_one = members.len() == 1;
    let mut told = Vec::new();
    for member in members {
        let Member { path, gather, .. } = member;
        told.push(gather.told(path, &ended, is_one)?);
    }
    match told.pop() {
        Some(only) if is_one => Ok(only),
        Some(last) => {
            told.push(last);
            Ok(whole(path, told, more_members, &ended, ask))
        }
        None => Gather::new(ask, &path)?.told(path, &ended, true),
    }
}

/// Something with records: the file, or what is in it.
struct Member<'a> {
    path: String,
    is_made: bool,
    gather: Gather<'a>,
}

/// Whether a line or a number can only be one of one thing.
fn check_members(members: &[Member<'_>], path: &str, ask: &Ask<'_>) -> Result<(), Error> {
    let asked = match ask.which {
        Which::First => return Ok(()),
        Which::Line(line) => format!("line {line}"),
        Which::Record(number) => format!("record {number}"),
    };
    let message = match members {
        [first, second, ..] => format!(
            "{asked} of which member? several hold records: ask for one of them, as {} or {}",
            first.path, second.path
        ),
        [only] if only.is_made && only.path != path && matches!(ask.which, Which::Line(_)) => {
            format!(
                "{asked} of the file is not known, only lines of what was made of it: ask with --record N, or for a line \
                 of {}",
                only.path
            )
        }
        _ => return Ok(()),
    };
    Err(Error::new(message))
}

/// A container whose members are told.
fn whole(
    path: String,
    members: Vec<Explanation>,
    more_members: bool,
    ended: &Ended,
    ask: &Ask<'_>,
) -> Explanation {
    let mut totals = Totals::default();
    for of_member in members.iter().filter_map(|member| member.totals) {
        totals.records += of_member.records;
        totals.with_matches += of_member.with_matches;
        totals.classified += of_member.classified;
    }
    let is_told = |path: &str| members.iter().any(|member| member.path == path);
    let skipped = reasons(ended, &path, |other| !is_told(other));
    let asked = members.iter().map(|member| member.asked).sum();
    Explanation {
        totals: Some(totals),
        asked,
        skipped,
        members,
        more_members,
        ..empty(path, ended, ask)
    }
}

/// Of a file or member what is known without its records.
fn empty(path: String, ended: &Ended, ask: &Ask<'_>) -> Explanation {
    let part = ended.parts.iter().find(|part| part.path == path);
    let (format, encoding) = part.and_then(|part| part.identity).unwrap_or_default();
    let file = ask.instrument.file();
    Explanation {
        schema: SCHEMA,
        expired: ask
            .ignoring
            .expired_on(&path)
            .map(|found| rule_shown(&found))
            .collect(),
        config: None,
        path,
        format: format.to_owned(),
        encoding: encoding.to_owned(),
        revealed: ask.reveal,
        law: file.id.clone(),
        law_number: file.number.clone(),
        tables: Vec::new(),
        totals: None,
        within: None,
        asked: 0,
        records: Vec::new(),
        skipped: Vec::new(),
        members: Vec::new(),
        more_members: false,
    }
}

/// Why parts could not be read: those of one path, and those of others for which that is asked, with their paths.
fn reasons(ended: &Ended, path: &str, with: impl Fn(&str) -> bool) -> Vec<String> {
    if ended.parts.is_empty() {
        return vec![Reason::NotFound.to_string()];
    }
    let mut all = Vec::new();
    for part in &ended.parts {
        let is_own = part.path == path;
        let mut reasons: Vec<String> = part.reasons.iter().map(ToString::to_string).collect();
        reasons.dedup();
        match is_own {
            true => all.append(&mut reasons),
            false if with(&part.path) => {
                all.extend(
                    reasons
                        .iter()
                        .map(|reason| format!("{}: {reason}", part.path)),
                );
            }
            false => {}
        }
    }
    all
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

impl<'a> Gather<'a> {
    fn new(ask: &'a Ask<'a>, path: &str) -> Result<Gather<'a>, Error> {
        Ok(Gather {
            ask,
            teller: Teller::new(ask, path)?,
            found: Found::default(),
            tables: Vec::new(),
            totals: Totals::default(),
            asked: 0,
            records: Vec::new(),
            before: None,
            first: None,
            is_over: false,
            n_lines: 0,
        })
    }

    /// What was gathered of the file or member of this path. `is_one` says that nothing else was: then it is told as well why
    /// other parts could not be read.
    fn told(mut self, path: String, ended: &Ended, is_one: bool) -> Result<Explanation, Error> {
        let within = self.take_before();
        let skipped = reasons(ended, &path, |_| is_one);
        if self.records.is_empty() && skipped.is_empty() {
            self.check()?;
        }
        Ok(Explanation {
            tables: self.tables,
            totals: (self.ask.which == Which::First).then_some(self.totals),
            within,
            asked: self.asked,
            records: self.records,
            skipped,
            ..empty(path, ended, self.ask)
        })
    }

    fn block(&mut self, block: &Block<'_>) {
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
