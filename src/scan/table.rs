//! The tables of one file: sampled until their columns are decided, then rules for the detector.
//!
//! A table is decided once, by its first records in the order of the file, and the decision holds for the whole file. A
//! batch that goes to a worker takes along how its tables are looked at, as a [`View`] that does not change any more. What
//! the columns mean is decided in `classify`; this file knows only when.

use std::sync::Arc;

use crate::classify::{Evidence, KeySampler, Profile, SAMPLE_ROWS, Sampler};
use crate::detect::validate::is_likely_name;
use crate::detect::{Catalog, ColumnRule, Detector, Prober};
use crate::record::{Batch, Table};

/// What is needed to look at a table: all workers' catalog, and some one worker's detector and prober.
pub(super) struct Eyes<'w> {
    pub(super) catalog: &'w Catalog,
    pub(super) detector: &'w Detector,
    pub(super) prober: &'w mut Prober,
    /// Whether somebody asks on what columns were decided.
    pub(super) wants_grounds: bool,
}

/// How the tables of a file are looked at, as of one batch. Shared by all batches between two changes.
#[derive(Default)]
pub(super) struct View {
    tables: Vec<Arc<TableRules>>,
}

/// How the columns of one table are looked at.
#[derive(Clone, Default)]
struct TableRules {
    columns: Vec<ColumnRule>,
    prose: bool,
    /// What columns are called in a match; empty for a table without columns.
    names: Vec<String>,
    /// On what each column was decided; of columns that appeared afterwards nothing is kept.
    grounds: Vec<Grounds>,
}

/// On what a column was decided.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Grounds {
    /// Where its role comes from.
    pub from: Evidence,
    /// How many filled cells were sampled.
    pub n_cells: u32,
    /// How many of them hold, or look like, what the role holds.
    pub n_agreeing: u32,
}

impl View {
    /// The rules of a table's columns.
    pub(super) fn rules(&self, table: u32) -> &[ColumnRule] {
        &self.tables[table as usize].columns
    }

    /// What a column is called in a match.
    pub(super) fn name(&self, table: u32, column: u32) -> Option<&str> {
        let names = &self.tables[table as usize].names;
        names.get(column as usize).map(String::as_str)
    }

    /// On what a column was decided: on its name alone if it appeared afterwards.
    pub(super) fn grounds(&self, table: u32, column: u32) -> Grounds {
        let rules = &self.tables[table as usize];
        let known = rules.grounds.get(column as usize).copied();
        known.unwrap_or_else(|| match rules.columns.get(column as usize) {
            Some(rule) if rule.role.is_some() => Grounds {
                from: Evidence::Header,
                ..Grounds::default()
            },
            _ => Grounds::default(),
        })
    }

    /// Whether a table of the batch has columns of running text.
    pub(super) fn has_prose(&self, batch: &Batch) -> bool {
        let mut seen = None;
        batch.records.iter().any(|r| {
            seen != Some(r.table) && {
                seen = Some(r.table);
                self.tables[r.table as usize].prose
            }
        })
    }
}

impl TableRules {
    fn push(&mut self, rule: ColumnRule) {
        self.prose |= rule.prose;
        self.columns.push(rule);
    }
}

/// The tables of a file, as far as it was read.
#[derive(Default)]
pub(super) struct Tables {
    states: Vec<TableState>,
    /// The view of the last batch; outdated once something is decided.
    view: Arc<View>,
    is_outdated: bool,
}

enum TableState {
    Sampling(Box<Sampler>),
    /// Running text, of which the keys are sampled.
    Reading(Box<KeySampler>),
    Decided(Arc<TableRules>),
}

impl Tables {
    /// Takes samples from a batch. Says whether all its tables are decided; the last one may need rows of the next batch,
    /// unless `enough` says that no more rows can be held.
    pub(super) fn sample(
        &mut self,
        batch: &Batch,
        sources: &[Table],
        eyes: &mut Eyes<'_>,
        enough: bool,
    ) -> bool {
        while self.states.len() < sources.len() {
            let table = &sources[self.states.len()];
            self.is_outdated = true;
            self.states.push(match table.columns.is_empty() {
                true => TableState::Reading(Box::default()),
                false => {
                    let sampler = Sampler::new(table, eyes.catalog.vocabulary());
                    TableState::Sampling(Box::new(sampler))
                }
            });
        }
        let mut last = None;
        let mut n_sampled = 0;
        for (i, record) in batch.records.iter().enumerate() {
            last = Some(record.table);
            if i < n_sampled {
                continue;
            }
            let sampler = match &mut self.states[record.table as usize] {
                TableState::Sampling(sampler) => sampler,
                TableState::Reading(sampler) => {
                    // Together with the records behind it that are of this text.
                    let next = &batch.records[i..];
                    let same = next.iter().take_while(|r| r.table == record.table);
                    let n_same = same.take(sampler.n_left()).count();
                    let end = next[n_same - 1].fields.end;
                    sampler.lines(batch, record.fields.start, end, eyes.prober);
                    n_sampled = i + n_same;
                    if sampler.is_full() {
                        self.decide(record.table as usize, eyes);
                    }
                    continue;
                }
                TableState::Decided(_) => continue,
            };
            for field in batch.fields_of(record) {
                let cell = batch.bytes(field.span);
                let probe = eyes.prober.cell(cell);
                sampler.cell(field.column, cell, &probe);
            }
            sampler.row();
            if sampler.rows() >= SAMPLE_ROWS {
                self.decide(record.table as usize, eyes);
            }
        }
        let is_last = |i: usize| !enough && last == Some(i as u32);
        let undecided = |s: &TableState| !matches!(s, TableState::Decided(_));
        for i in 0..self.states.len() {
            if undecided(&self.states[i])
                && !is_last(i)
                && batch.records.iter().any(|r| r.table as usize == i)
            {
                self.decide(i, eyes);
            }
        }
        last.is_none_or(|i| !undecided(&self.states[i as usize]))
    }

    pub(super) fn decide_all(&mut self, eyes: &Eyes<'_>) {
        for i in 0..self.states.len() {
            self.decide(i, eyes);
        }
    }

    fn decide(&mut self, table: usize, eyes: &Eyes<'_>) {
        let (vocabulary, detector) = (eyes.catalog.vocabulary(), eyes.detector);
        let rules = match &self.states[table] {
            TableState::Sampling(sampler) => {
                let profile = sampler.decide(vocabulary);
                let mut rules = rules_of(&profile, detector);
                if eyes.wants_grounds {
                    rules.grounds = grounds_of(&profile, sampler, eyes.catalog);
                }
                rules
            }
            TableState::Reading(sampler) => {
                let keys = sampler.decide(vocabulary, |o, veto| detector.by_chance(o, veto));
                let mut rules = rules_of(&Profile::text(), detector);
                rules.columns[0].keys = Some(Arc::new(keys));
                rules
            }
            TableState::Decided(_) => return,
        };
        self.states[table] = TableState::Decided(Arc::new(rules));
        self.is_outdated = true;
    }

    /// How the tables are looked at from here on. Columns that appeared after their table was decided are decided here, by
    /// their names alone.
    pub(super) fn view(&mut self, sources: &[Table], eyes: &Eyes<'_>) -> Arc<View> {
        for (state, table) in self.states.iter_mut().zip(sources) {
            let TableState::Decided(rules) = state else {
                continue;
            };
            let n = table.columns.len();
            if rules.columns.len() < n || rules.names.len() < n {
                self.is_outdated = true;
                extend(Arc::make_mut(rules), table, eyes);
            }
        }
        if self.is_outdated {
            let rules = |state: &TableState| match state {
                TableState::Decided(rules) => Arc::clone(rules),
                _ => Arc::default(),
            };
            self.view = Arc::new(View {
                tables: self.states.iter().map(rules).collect(),
            });
            self.is_outdated = false;
        }
        Arc::clone(&self.view)
    }
}

fn rules_of(profile: &Profile, detector: &Detector) -> TableRules {
    let mut rules = TableRules::default();
    for column in &profile.columns {
        let rule = detector.column_rule(column.role, column.veto, column.prose);
        rules.push(detector.discounted(rule, &column.odds));
    }
    rules
}

fn grounds_of(profile: &Profile, sampler: &Sampler, catalog: &Catalog) -> Vec<Grounds> {
    let columns = profile.columns.iter().enumerate();
    columns
        .map(|(i, column)| {
            let (n_cells, n_agreeing) = match column.role {
                Some(role) => sampler.evidence(catalog.vocabulary(), i, role),
                None => (sampler.n_cells(i), 0),
            };
            Grounds {
                from: column.from,
                n_cells,
                n_agreeing,
            }
        })
        .collect()
}

fn extend(rules: &mut TableRules, table: &Table, eyes: &Eyes<'_>) {
    for name in table.columns.iter().skip(rules.columns.len()) {
        let column = Profile::of_name(eyes.catalog.vocabulary(), name);
        let rule = eyes
            .detector
            .column_rule(column.role, column.veto, column.prose);
        rules.push(eyes.detector.discounted(rule, &column.odds));
    }
    for (i, column) in table.columns.iter().enumerate().skip(rules.names.len()) {
        let name = column_name(column, eyes.catalog);
        rules
            .names
            .push(name.map_or_else(|| format!("#{}", i + 1), str::to_owned));
    }
}

/// A column's own name, without the comment that an SQL dump adds to it. A name that could itself be
/// a value is not shown: a table without a header may be taken for one with, and objects may be keyed
/// by numbers or by the names of persons.
pub(super) fn column_name<'n>(column: &'n str, catalog: &Catalog) -> Option<&'n str> {
    let name = column.split('\u{1f}').next().unwrap_or(column);
    let n_digits = name.bytes().filter(u8::is_ascii_digit).count();
    let is_person = |part: &str| {
        !part.is_ascii() && is_likely_name(part) && catalog.vocabulary().lookup(part).is_none()
    };
    let is_data = name.is_empty()
        || n_digits >= NAME_DIGITS_MAX
        || name.contains('@')
        || name.split(['.', '[']).any(is_person);
    (!is_data).then_some(name)
}

/// A column name with as many digits as the shortest telephone number is not shown.
const NAME_DIGITS_MAX: usize = 7;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_name_that_may_be_a_value_is_not_shown() {
        let catalog = Catalog::builtin().expect("the built-in catalog loads");
        for (column, want) in [
            ("phone", Some("phone")),
            ("姓名", Some("姓名")),
            ("user.contact[].phone", Some("user.contact[].phone")),
            ("lxfs\u{1f}联系方式", Some("lxfs")),
            ("address2", Some("address2")),
            ("13812345678", None),
            ("张伟.phone", None),
            ("a@example.com", None),
            ("", None),
        ] {
            assert_eq!(column_name(column, &catalog), want, "{column}");
        }
    }
}
