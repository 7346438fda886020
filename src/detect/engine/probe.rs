//! The prober: what a single cell could be, before anything is known of its column.
//!
//! It asks the engine twice: what stands in the cell by itself, and what the whole cell would be in a column of its own.
//! What a column is follows from many cells, and is decided in `classify`.

use std::sync::Arc;

use crate::detect::automaton::REACH_BYTES_MAX;
use crate::detect::validate::chance::Chance;
use crate::detect::vocabulary::{RoleId, RoleSet};
use crate::detect::{KindId, Match, Status};
use crate::record::{Batch, Field, Record, Span};

use super::look::Look;
use super::{Detector, Engine, Form, Found, NO_RULE, bare};

/// What one cell could be.
#[derive(Clone, Debug, Default)]
pub struct Probe {
    /// Roles of values that fill the cell without any context.
    pub sure: RoleSet,
    /// Roles of values that fill it without context, or would in a column of their own.
    pub fits: RoleSet,
    /// Numbers that stand in the cell, as a whole or in part, without any context.
    pub alone: Vec<Candidate>,
    /// Values that fill the cell in a column of their own.
    pub announced: Vec<Candidate>,
    /// Values that would fill it there but for their check.
    pub failed: Vec<Candidate>,
    /// Whether a value stands in the cell that is counted apart: masked, rounded, a test number.
    pub is_apart: bool,
}

/// A value that may be one by chance.
#[derive(Clone, Copy, Debug)]
pub struct Candidate {
    /// What it would be.
    pub kind: KindId,
    /// The role of such values.
    pub role: Option<RoleId>,
    /// How often other numbers pass for such values.
    pub chance: Chance,
    /// Whether soft evidence speaks for it, too, or at least not against it.
    pub is_firm: bool,
    /// Whether it fills the cell.
    pub is_whole: bool,
}

/// Finds out what a column may hold, cell by cell, before its role is known.
pub struct Prober {
    detector: Detector,
    batch: Batch,
    found: Found,
}

impl Prober {
    pub(crate) fn new(detector: Detector) -> Prober {
        let field = Field {
            span: Span::default(),
            column: 0,
        };
        let record = Record {
            fields: 0..1,
            number: 1,
            line: 0,
            table: 0,
        };
        let batch = Batch {
            text: Vec::new(),
            fields: vec![field],
            records: vec![record],
        };
        Prober {
            detector,
            batch,
            found: Found::default(),
        }
    }

    /// What the cell could be.
    pub fn cell(&mut self, cell: &[u8]) -> Probe {
        let mut probe = Probe::default();
        let value = bare(cell);
        if value.is_empty() || value.len() > REACH_BYTES_MAX {
            return probe;
        }
        self.alone(value, &mut probe);
        self.announced(value, &mut probe);
        probe.fits = probe.fits.union(probe.sure);
        probe
    }

    fn alone(&mut self, value: &[u8], probe: &mut Probe) {
        self.batch.text.clear();
        self.batch.text.extend_from_slice(value);
        self.batch.fields[0].span = Span {
            start: 0,
            end: value.len() as u32,
        };
        self.detector.batch(&self.batch, false);
        self.detector
            .record(&self.batch, &self.batch.records[0], &[], &mut self.found);
        let engine = &self.detector.engine;
        for m in self.found.matches.iter().filter(|m| is_there(m)) {
            let kind = &engine.kinds[m.kind.index()];
            let is_whole = m.span.len() == value.len();
            if is_whole && let Some(role) = kind.role {
                probe.sure.insert(role);
            }
            probe.is_apart |= m.status == Status::Rounded;
            if m.status == Status::Valid && engine.numbers.contains(m.kind) {
                probe.alone.push(Candidate {
                    kind: m.kind,
                    role: kind.role,
                    chance: kind.chance,
                    is_firm: m.confidence >= kind.confidence.alone,
                    is_whole,
                });
            }
        }
    }

    fn announced(&mut self, value: &[u8], probe: &mut Probe) {
        let engine = Arc::clone(&self.detector.engine);
        let Some(any) = engine.any_cell else {
            return;
        };
        self.detector.scratch.cell_ends(&engine, any, value, true);
        let ends = std::mem::take(&mut self.detector.scratch.ends);
        for (form, _) in &ends {
            let form = engine.cells[any].forms[usize::from(*form)];
            let scratch = &mut self.detector.scratch;
            let mut look = Look::new(&engine, &NO_RULE, scratch, false);
            let claim = look.judge(value, 0..value.len(), form, true, &mut self.found);
            let kind = &engine.kinds[form.kind.index()];
            let candidate = Candidate {
                kind: form.kind,
                role: kind.own_column,
                chance: kind.chance,
                is_firm: true,
                is_whole: true,
            };
            match claim.map(|c| c.status) {
                Ok(Status::Valid) => {
                    if let Some(role) = kind.own_column {
                        probe.fits.insert(role);
                    }
                    probe.announced.push(candidate);
                }
                Ok(Status::FailedChecksum) => probe.failed.push(candidate),
                Ok(Status::Rounded) if self.stands_alone(&engine, form, value) => {
                    kind.role.iter().for_each(|r| probe.sure.insert(*r));
                    probe.is_apart = true;
                }
                Ok(Status::Rounded | Status::Masked | Status::Test) => probe.is_apart = true,
                Err(_) => {}
            }
        }
        self.detector.scratch.ends = ends;
    }
}

impl Prober {
    /// Whether what is left of a rounded value has the structure of its kind without any context.
    fn stands_alone(&mut self, engine: &Engine, form: Form, value: &[u8]) -> bool {
        let mut look = Look::new(engine, &NO_RULE, &mut self.detector.scratch, false);
        engine.kinds[form.kind.index()].validator.is_some()
            && look
                .judge(value, 0..value.len(), form, false, &mut self.found)
                .is_ok()
    }
}

/// Whether a match shows that values of its kind stand in the column. One that was rounded does so as well.
fn is_there(m: &Match) -> bool {
    matches!(m.status, Status::Valid | Status::Rounded)
}
