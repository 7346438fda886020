//! A worker: one thread with a detector, buffers and a tally of its own.
//!
//! What it shares with others is looked up in the queue; while a batch is processed it shares nothing that changes. It does
//! not know how many others there are.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Instant;

use serde::{Deserialize, Serialize};

use crate::audit::{FileAudit, Hit, IgnoredHere, RoundedColumn, Taken};
use crate::category::Category;
use crate::classify::Decision;
use crate::count::{Kept, Memory, RunKey, Tally};
use crate::detect::vocabulary::RoleSet;
use crate::detect::{Detector, Found, Match, Prober, Status};
use crate::error::{Error, Skipped};
use crate::record::{Batch, Record};
use crate::value::Value;

use super::file::{Lot, Outcome, PartRead, Reading};
use super::ignored::{self, Acting, InHand, Left};
use super::part::File;
use super::queue::{CommonFile, Queue, Task};
use super::table::{Eyes, View};
use super::{Shared, evidence};

/// The status of a match that an ignore rule has taken out of the counts.
const IGNORED: &str = "ignored";

/// A batch whose text has grown beyond this, for a long record, is not kept for the next file.
const KEPT_BYTES_MAX: usize = 16 << 20;

/// Counts of a file, or of the batches of it that one worker had.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FileCounts {
    records: u64,
    /// Valid matches of each kind.
    kinds: Vec<u64>,
    /// The first line with one of each kind; 0 where there is none, or the source has no lines.
    lines: Vec<u64>,
    /// Records that support each category under the default reading.
    rows: [u64; Category::ALL.len()],
    /// Where rounded values stand, in the order in which they were met.
    rounded: Vec<RoundedColumn>,
    /// What ignore rules have taken out, by their positions; shorter than their list where the last have taken nothing.
    #[serde(default)]
    ignored: Vec<Taken>,
}

/// One thread's state.
pub(super) struct Worker<'s> {
    shared: &'s Shared<'s>,
    detector: Detector,
    prober: Prober,
    found: Found,
    /// What ignore rules have taken out of the record in hand.
    taken: Vec<Match>,
    /// What records with a set of roles support, and the records of the file in hand that have it.
    decisions: Vec<Decided>,
    /// Positions in `decisions`.
    by_roles: HashMap<RoleSet, usize>,
    tally: Tally,
    /// Of the part in hand: a file, or a member of a container.
    counts: FileCounts,
    /// The number of the part in hand.
    part: u32,
    /// Counts of the parts before it.
    counted: Vec<(u32, FileCounts)>,
    /// The position of the common file that it takes part in and has not come to the end of.
    in_hand: Option<usize>,
}

/// What a set of roles supports, decided once.
struct Decided {
    roles: RoleSet,
    decision: Decision,
    /// Records of the file in hand.
    n_records: u64,
    /// Those of them that the observer knows of.
    n_told: u64,
}

impl Decided {
    /// Adds so many records to the categories that they support.
    fn add_rows(&self, n_records: u64, rows: &mut [u64; Category::ALL.len()]) {
        for category in Category::ALL {
            if self.decision.support.base.contains(category) {
                rows[category.index()] += n_records;
            }
        }
    }
}

/// The position of a file, and the number of a part of it.
pub(super) type PartKey = (usize, u32);

/// What a worker has done in a round.
pub(super) struct Work {
    /// Sealed.
    pub(super) tally: Tally,
    /// The files it read alone, by their positions.
    pub(super) files: Vec<(usize, File)>,
    /// What it has counted of the files it took part in, by their positions and the numbers of their parts.
    pub(super) parts: Vec<(PartKey, FileCounts)>,
}

impl<'s> Worker<'s> {
    pub(super) fn new(shared: &'s Shared<'s>, key: RunKey, memory: Memory) -> Worker<'s> {
        let n_kinds = shared.catalog.patterns().len();
        Worker {
            shared,
            detector: shared.catalog.detector(),
            prober: shared.catalog.prober(),
            found: Found::default(),
            taken: Vec::new(),
            decisions: Vec::new(),
            by_roles: HashMap::new(),
            tally: Tally::new(key, n_kinds, memory),
            counts: FileCounts::new(n_kinds),
            part: 0,
            counted: Vec::new(),
            in_hand: None,
        }
    }

    /// Works until nothing is left to be taken, or until this moment has come and it has done something.
    ///
    /// # Errors
    /// When what the memory for counting does not hold could not be written.
    pub(super) fn run(&mut self, queue: &Queue<'s>, until: Option<Instant>) -> Result<Work, Error> {
        let mut batch = Batch::default();
        let (mut files, mut parts) = (Vec::new(), Vec::new());
        while let Some(task) = self.task(queue) {
            match task {
                Task::Whole(reading) => {
                    let index = reading.index;
                    files.push((index, self.whole(reading, &mut batch)));
                    self.shared.observer.file_done(index);
                }
                Task::Common(file) => {
                    let is_over = self.part(file, &mut batch, until);
                    self.in_hand = (!is_over).then_some(file.index);
                    let counted = self.counted.drain(..);
                    parts.extend(counted.map(|(part, counts)| ((file.index, part), counts)));
                }
            }
            if self.tally.has_failed() || is_due(until) {
                break;
            }
            if batch.text.capacity() > KEPT_BYTES_MAX {
                batch = Batch::default();
            }
        }
        self.tally.seal()?;
        Ok(Work {
            tally: self.tally.take(),
            files,
            parts,
        })
    }

    /// What to do next: to go on with the file in hand, so that no more files are open than workers, or something new.
    fn task<'q>(&mut self, queue: &'q Queue<'s>) -> Option<Task<'q, 's>> {
        if let Some(file) = self.in_hand.and_then(|index| queue.common_file(index)) {
            return Some(Task::Common(file));
        }
        let task = queue.take()?;
        if let Task::Common(file) = task {
            file.enter();
        }
        Some(task)
    }

    /// Reads a file to its end.
    fn whole(&mut self, mut reading: Reading<'s>, batch: &mut Batch) -> File {
        let mut is_whole = true;
        while let Some(lot) = self.next(&mut reading, batch) {
            is_whole &= self.lot(reading.index, batch, &lot);
            if self.tally.has_failed() {
                break;
            }
        }
        self.close_part();
        let counted = std::mem::take(&mut self.counted);
        let counts: BTreeMap<u32, FileCounts> = counted.into_iter().collect();
        reading.end(is_whole).result(&counts, self.shared)
    }

    /// Takes batches of a file until there are no more, which it says, or until this moment.
    fn part(&mut self, file: &CommonFile<'s>, batch: &mut Batch, until: Option<Instant>) -> bool {
        let mut is_over = true;
        while let Some(lot) = file.take(|reading| self.next(reading, batch)) {
            let is_whole = self.lot(file.index, batch, &lot);
            file.done(is_whole);
            if self.tally.has_failed() || is_due(until) {
                is_over = false;
                break;
            }
        }
        self.close_part();
        is_over
    }

    fn next(&mut self, reading: &mut Reading<'s>, batch: &mut Batch) -> Option<Lot> {
        let mut eyes = Eyes {
            catalog: self.shared.catalog,
            detector: &self.detector,
            prober: &mut self.prober,
            wants_grounds: false,
        };
        reading.next(self.shared, &mut eyes, batch)
    }

    /// Processes a batch. Says whether that came to its end: a panic costs the rest of the batch, and nothing of others, so
    /// that the result is the same whichever of them were processed before.
    fn lot(&mut self, index: usize, batch: &Batch, lot: &Lot) -> bool {
        if lot.part.number != self.part {
            self.close_part();
            self.part = lot.part.number;
        }
        let mut hits = Vec::new();
        let found = catch_unwind(AssertUnwindSafe(|| {
            self.batch(index, batch, lot, &mut hits);
        }));
        if found.is_err() {
            self.detector = self.shared.catalog.detector();
        }
        let observer = self.shared.observer;
        let told = catch_unwind(AssertUnwindSafe(|| {
            if observer.wants_rows() {
                self.tell_rows();
            }
            if observer.wants_hits() {
                observer.hits(index, lot.number, &hits);
            }
        }));
        found.is_ok() && told.is_ok()
    }

    fn batch<'v>(&mut self, index: usize, batch: &Batch, lot: &'v Lot, hits: &mut Vec<Hit<'v>>)
    where
        's: 'v,
    {
        let view = &*lot.view;
        self.detector.batch(batch, view.has_prose(batch));
        self.tally.batch();
        let kept = self.shared.kept;
        if kept != Kept::default() {
            let path = &self.shared.entries[index].display;
            self.tally.file(path, self.part, kept);
        }
        let wants_hits = self.shared.observer.wants_hits();
        let ignoring = ignored::on_path(self.shared.ignoring, &lot.part.path);
        self.taken.clear();
        let (mut last, mut next) = (0, 0);
        while let Some(record) = batch.records.get(next) {
            let rules = view.rules(record.table);
            if matches!(rules, [column] if column.is_mere_text()) {
                let n_quiet = self.detector.n_quiet(batch, next);
                if n_quiet > 0 {
                    self.counts.records += n_quiet as u64;
                    next += n_quiet;
                    continue;
                }
            }
            next += 1;
            self.detector.record(batch, record, rules, &mut self.found);
            self.counts.records += 1;
            if self.found.matches.is_empty() && self.found.roles.is_empty() {
                continue;
            }
            last = self.decide(last);
            if ignoring.is_empty() {
                self.decisions[last].n_records += 1;
                let decision = self.decisions[last].decision;
                self.count(index, batch, record, view, &decision);
            } else {
                self.count_rest(index, batch, record, view, last, &ignoring);
            }
            if wants_hits {
                self.hits(&lot.part.path, batch, record, view, hits);
            }
        }
    }

    /// Tells what was counted since the last time.
    fn tell_rows(&mut self) {
        let mut rows = [0; Category::ALL.len()];
        for decided in &mut self.decisions {
            let more =
                decided.n_records - std::mem::replace(&mut decided.n_told, decided.n_records);
            if more > 0 {
                decided.add_rows(more, &mut rows);
            }
        }
        if rows.iter().any(|n| *n > 0) {
            self.shared.observer.rows(&rows);
        }
    }

    /// The position of what the record in hand supports; it is mostly that of the record before, `last`.
    fn decide(&mut self, last: usize) -> usize {
        let roles = self.found.roles;
        if self.decisions.get(last).is_some_and(|d| d.roles == roles) {
            return last;
        }
        *self.by_roles.entry(roles).or_insert_with(|| {
            let decision = self.shared.rules.support(roles);
            self.decisions.push(Decided {
                roles,
                decision,
                n_records: 0,
                n_told: 0,
            });
            self.decisions.len() - 1
        })
    }

    /// Counts what ignore rules leave of a record, which is of the decision at this position.
    fn count_rest(
        &mut self,
        index: usize,
        batch: &Batch,
        record: &Record,
        view: &View,
        at: usize,
        ignoring: &[Acting<'_>],
    ) {
        let in_hand = InHand {
            rules: self.shared.rules,
            batch,
            record,
            columns: view.rules(record.table),
        };
        let decided = &mut self.decisions[at];
        let counts = &mut self.counts.ignored;
        let (found, taken) = (&mut self.found, &mut self.taken);
        match in_hand.take_out(ignoring, found, decided.decision, taken, counts) {
            Left::All => {
                decided.n_records += 1;
                let decision = decided.decision;
                self.count(index, batch, record, view, &decision);
            }
            Left::Some(decision) => {
                for (category, _) in decision.support.base.iter() {
                    self.counts.rows[category.index()] += 1;
                }
                self.count(index, batch, record, view, &decision);
            }
            Left::Nothing => {}
        }
    }

    fn count(
        &mut self,
        index: usize,
        batch: &Batch,
        record: &Record,
        view: &View,
        decision: &Decision,
    ) {
        for m in &self.found.matches {
            match m.status {
                Status::Valid => {
                    let kind = m.kind.index();
                    self.counts.kinds[kind] += 1;
                    self.counts.lines[kind] = first_of(self.counts.lines[kind], record.line);
                }
                Status::Rounded => {
                    let field = batch.fields_of(record)[m.field as usize];
                    let field = view.name(record.table, field.column);
                    let kind = &self.shared.catalog.pattern(m.kind).id;
                    self.counts.add_rounded(field, kind, 1);
                }
                _ => {}
            }
        }
        let Decision { support, parties } = *decision;
        self.tally.record(
            self.shared.ladder,
            (index, self.part),
            batch,
            record,
            view.rules(record.table),
            &self.found,
            support,
            parties,
        );
    }

    fn hits<'v>(
        &self,
        path: &'v str,
        batch: &Batch,
        record: &Record,
        view: &'v View,
        hits: &mut Vec<Hit<'v>>,
    ) where
        's: 'v,
    {
        let shared = self.shared;
        let fields = batch.fields_of(record);
        let mut push = |m: &Match, status: &'static str| {
            let field = fields[m.field as usize];
            hits.push(Hit {
                path,
                record: record.number,
                line: (record.line > 0).then_some(record.line),
                field: view.name(record.table, field.column).map(Cow::Borrowed),
                start: u64::from(m.span.start - field.span.start),
                end: u64::from(m.span.end - field.span.start),
                kind: &shared.catalog.pattern(m.kind).id,
                confidence: m.confidence.id(),
                status,
                masked: Value::new(batch.bytes(m.span)).mask(shared.ladder.mask(m.kind)),
            });
        };
        let counted = self.found.matches.iter().map(|m| (m, m.status.id()));
        if self.taken.is_empty() {
            counted.for_each(|(m, status)| push(m, status));
            return;
        }
        let taken = self.taken.iter().map(|m| (m, IGNORED));
        let mut matches: Vec<(&Match, &'static str)> = counted.chain(taken).collect();
        matches.sort_by_key(|(m, _)| (m.field, m.span.start, m.span.end));
        matches.iter().for_each(|(m, status)| push(m, status));
    }

    /// Puts what was counted of the part in hand to the others, with the categories that its records support.
    fn close_part(&mut self) {
        for decided in &mut self.decisions {
            let n_records = std::mem::take(&mut decided.n_records);
            decided.n_told = 0;
            if n_records > 0 {
                decided.add_rows(n_records, &mut self.counts.rows);
            }
        }
        if self.counts.records > 0 {
            let empty = FileCounts::new(self.counts.kinds.len());
            let counts = std::mem::replace(&mut self.counts, empty);
            self.counted.push((self.part, counts));
        }
        self.part = 0;
    }
}

impl FileCounts {
    pub(super) fn new(n_kinds: usize) -> FileCounts {
        FileCounts {
            records: 0,
            kinds: vec![0; n_kinds],
            lines: vec![0; n_kinds],
            rows: [0; Category::ALL.len()],
            rounded: Vec::new(),
            ignored: Vec::new(),
        }
    }

    /// Counts rounded values of a column.
    fn add_rounded(&mut self, field: Option<&str>, kind: &str, values: u64) {
        let is_it = |r: &&mut RoundedColumn| r.field.as_deref() == field && r.kind == kind;
        match self.rounded.iter_mut().find(is_it) {
            Some(column) => column.values += values,
            None => self.rounded.push(RoundedColumn {
                field: field.map(str::to_owned),
                kind: kind.to_owned(),
                values,
            }),
        }
    }

    /// Adds another worker's part of the same file.
    pub(super) fn add(&mut self, other: &FileCounts) {
        self.records += other.records;
        let add = |to: &mut [u64], from: &[u64]| to.iter_mut().zip(from).for_each(|(a, b)| *a += b);
        add(&mut self.kinds, &other.kinds);
        add(&mut self.rows, &other.rows);
        for (line, other) in self.lines.iter_mut().zip(&other.lines) {
            *line = first_of(*line, *other);
        }
        for column in &other.rounded {
            self.add_rounded(column.field.as_deref(), &column.kind, column.values);
        }
        if self.ignored.len() < other.ignored.len() {
            self.ignored.resize(other.ignored.len(), Taken::default());
        }
        for (sum, taken) in self.ignored.iter_mut().zip(&other.ignored) {
            sum.add(*taken);
        }
    }
}

impl Outcome<'_> {
    /// What is written of the file, with what was counted in its parts.
    pub(super) fn result(self, counts: &BTreeMap<u32, FileCounts>, shared: &Shared<'_>) -> File {
        let mut file = File::new(self.entry);
        let none = FileCounts::new(shared.catalog.patterns().len());
        if shared.wants_evidence {
            let n_records = |part| counts.get(&part).map_or(0, |counts| counts.records);
            file.evidence = evidence::of_parts(&self.parts, n_records);
        }
        for part in self.parts {
            let skipped = part.reasons.iter();
            file.skipped
                .extend(skipped.map(|reason| Skipped::new(&part.of.path, reason)));
            let counts = counts.get(&part.of.number).unwrap_or(&none);
            let audit = part.audit(counts, shared);
            file.audits
                .extend(audit.map(|audit| (part.of.number, audit)));
        }
        file
    }
}

impl PartRead {
    /// None if nothing could be read.
    fn audit(&self, counts: &FileCounts, shared: &Shared<'_>) -> Option<FileAudit> {
        let identity = self.identity?;
        let patterns = shared.catalog.patterns();
        let kinds = patterns.iter().zip(&counts.kinds).filter(|(_, n)| **n > 0);
        let lines = patterns.iter().zip(&counts.lines).filter(|(_, n)| **n > 0);
        let rows = |c: &Category| counts.rows[c.index()];
        let categories = Category::ALL.into_iter().filter(|c| rows(c) > 0);
        let mut rounded = counts.rounded.clone();
        rounded.sort();
        let ignored = counts.ignored.iter().enumerate();
        let ignored = ignored.filter(|(_, taken)| taken.records > 0);
        Some(FileAudit {
            path: self.of.path.clone(),
            format: identity.format.to_owned(),
            encoding: identity.encoding.to_owned(),
            bytes: self.n_bytes,
            is_member: self.of.number > 0,
            records: counts.records,
            copy_of: None,
            persons: None,
            kinds: kinds.map(|(p, n)| (p.id.clone(), *n)).collect(),
            first_lines: lines.map(|(p, n)| (p.id.clone(), *n)).collect(),
            categories: categories.map(|c| (c.id().to_owned(), rows(&c))).collect(),
            rounded,
            ignored: ignored
                .map(|(rule, taken)| IgnoredHere {
                    rule,
                    taken: *taken,
                })
                .collect(),
        })
    }
}

/// The smaller one of two line numbers, of which 0 is none.
fn first_of(a: u64, b: u64) -> u64 {
    match (a, b) {
        (0, line) | (line, 0) => line,
        _ => a.min(b),
    }
}

/// Whether a moment has come.
fn is_due(until: Option<Instant>) -> bool {
    until.is_some_and(|until| Instant::now() >= until)
}
