//! The tables of one file: sampled until their columns are decided, then rules for the detector.
//!
//! A table is decided once, by its first records, and the decision holds for the whole file. What the
//! columns mean is decided in `classify`; this file knows only when.

use crate::classify::{Profile, SAMPLE_ROWS, Sampler};
use crate::detect::vocabulary::Vocabulary;
use crate::detect::{ColumnRule, Detector};
use crate::record::{Batch, Table};

use super::Worker;

/// The tables of the file in hand, and how their columns are looked at.
#[derive(Default)]
pub(super) struct Tables {
    states: Vec<TableState>,
}

enum TableState {
    Sampling(Box<Sampler>),
    Decided(Vec<ColumnRule>),
}

impl Tables {
    /// Takes samples from a batch. Says whether all its tables are decided; the last one may need rows of the next batch,
    /// unless `enough` says that no more rows can be held.
    pub(super) fn sample(
        &mut self,
        batch: &Batch,
        sources: &[Table],
        worker: &mut Worker<'_>,
        enough: bool,
    ) -> bool {
        let vocabulary = worker.shared.catalog.vocabulary();
        while self.states.len() < sources.len() {
            let table = &sources[self.states.len()];
            self.states.push(match table.columns.is_empty() {
                true => TableState::Decided(rules_of(&Profile::text(), &worker.detector)),
                false => TableState::Sampling(Box::new(Sampler::new(table, vocabulary))),
            });
        }
        let mut last = None;
        for record in &batch.records {
            last = Some(record.table);
            let TableState::Sampling(sampler) = &mut self.states[record.table as usize] else {
                continue;
            };
            for field in batch.fields_of(record) {
                let cell = batch.bytes(field.span);
                let (sure, fits) = worker.prober.cell(cell);
                sampler.cell(field.column, cell, sure, fits);
            }
            sampler.row();
            if sampler.rows() >= SAMPLE_ROWS {
                self.decide(record.table as usize, worker);
            }
        }
        let is_last = |i: usize| !enough && last == Some(i as u32);
        let undecided = |s: &TableState| matches!(s, TableState::Sampling(_));
        for i in 0..self.states.len() {
            if undecided(&self.states[i])
                && !is_last(i)
                && batch.records.iter().any(|r| r.table as usize == i)
            {
                self.decide(i, worker);
            }
        }
        last.is_none_or(|i| !undecided(&self.states[i as usize]))
    }

    pub(super) fn decide_all(&mut self, worker: &Worker<'_>) {
        for i in 0..self.states.len() {
            self.decide(i, worker);
        }
    }

    fn decide(&mut self, table: usize, worker: &Worker<'_>) {
        if let TableState::Sampling(sampler) = &self.states[table] {
            let profile = sampler.decide(worker.shared.catalog.vocabulary());
            self.states[table] = TableState::Decided(rules_of(&profile, &worker.detector));
        }
    }

    /// Decides columns that appeared after their table was decided, by their names alone.
    pub(super) fn extend(
        &mut self,
        sources: &[Table],
        vocabulary: &Vocabulary,
        detector: &Detector,
    ) {
        for (state, table) in self.states.iter_mut().zip(sources) {
            if let TableState::Decided(rules) = state {
                for name in table.columns.iter().skip(rules.len()) {
                    let column = Profile::of_name(vocabulary, name);
                    rules.push(detector.column_rule(column.role, column.veto, column.prose));
                }
            }
        }
    }

    pub(super) fn rules(&self, table: u32) -> &[ColumnRule] {
        match &self.states[table as usize] {
            TableState::Decided(rules) => rules,
            TableState::Sampling(_) => &[],
        }
    }

    pub(super) fn has_prose(&self, batch: &Batch) -> bool {
        let mut seen = None;
        batch.records.iter().any(|r| {
            seen != Some(r.table) && {
                seen = Some(r.table);
                self.rules(r.table).iter().any(|c| c.prose)
            }
        })
    }
}

fn rules_of(profile: &Profile, detector: &Detector) -> Vec<ColumnRule> {
    let columns = profile.columns.iter();
    columns
        .map(|c| detector.column_rule(c.role, c.veto, c.prose))
        .collect()
}
