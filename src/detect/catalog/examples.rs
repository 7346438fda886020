//! The examples of patterns, run through the real detector with everything loaded.
//!
//! An example is one line, or one cell of a column; what a whole table does is not tried here.

use crate::error::Error;
use crate::record::{Batch, Field, Record, Span};

use crate::detect::engine::{ColumnRule, Detector, Found};
use crate::detect::pattern::Example;
use crate::detect::{KindId, Match, Status};

use super::Catalog;

/// Fewest examples of each sort a pattern must carry.
const EXAMPLES_MIN: usize = 3;

impl Catalog {
    /// Runs every example through the real detector with all patterns loaded. Returns what is wrong, in the order of ids.
    pub fn check(&self) -> Vec<String> {
        let all = 0..self.patterns.len();
        all.flat_map(|i| self.check_one(i)).collect()
    }

    /// Runs the examples of the user's patterns, so that none is used that does not do what its author thinks.
    ///
    /// # Errors
    /// The first example that fails, with its file and line.
    pub fn expect_user_examples(&self) -> Result<(), Error> {
        let own = (0..self.patterns.len()).filter(|i| self.files[*i].pack.is_none());
        match own.flat_map(|i| self.check_one(i)).next() {
            None => Ok(()),
            Some(problem) => Err(Error::new(format!(
                "{problem}: correct the pattern or the example; `leakgauge patterns check FILE` names all that fail"
            ))),
        }
    }

    /// What is wrong with the examples of one pattern.
    fn check_one(&self, i: usize) -> Vec<String> {
        let (mut detector, mut problems) = (self.detector(), Vec::new());
        let (pattern, kind) = (&self.patterns[i], KindId(i as u8));
        let file = &self.files[i];
        let examples = [
            ("positive", &pattern.positive, true),
            ("negative", &pattern.negative, false),
        ];
        for (name, examples, expected) in examples {
            if examples.len() < EXAMPLES_MIN {
                problems.push(format!(
                    "{}: {} {name} examples, expected at least {EXAMPLES_MIN}",
                    file.path,
                    examples.len()
                ));
            }
            for (n, example) in examples.iter().enumerate() {
                let matches = self.probe(&mut detector, example);
                let verdict = match expected {
                    true => self.judge_positive(kind, example, &matches),
                    false => self.judge_negative(kind, &matches),
                };
                let place = || file.place_of_example(name, n);
                problems
                    .extend(verdict.map(|p| format!("{}: {name} example {}: {p}", place(), n + 1)));
            }
        }
        problems
    }

    /// The matches in an example: a line of text, or a cell of a column with a header.
    fn probe(&self, detector: &mut Detector, example: &Example) -> Vec<Match> {
        let text = example.text.clone().into_bytes();
        let span = Span {
            start: 0,
            end: text.len() as u32,
        };
        let batch = Batch {
            text,
            fields: vec![Field { span, column: 0 }],
            records: vec![Record {
                fields: 0..1,
                number: 1,
                line: 1,
                table: 0,
            }],
        };
        let rule = match &example.column {
            None => ColumnRule {
                prose: true,
                ..ColumnRule::default()
            },
            Some(header) => {
                let role = self.vocabulary.lookup(header).map(|l| l.role);
                let veto = role.is_some_and(|r| self.vocabulary.info(r).veto);
                detector.column_rule(role, veto, false)
            }
        };
        let mut found = Found::default();
        detector.batch(&batch, rule.prose);
        detector.record(&batch, &batch.records[0], &[rule], &mut found);
        found.matches
    }

    fn judge_positive(&self, kind: KindId, example: &Example, matches: &[Match]) -> Option<String> {
        let value = example.value.as_deref().unwrap_or(&example.text);
        let start = example.text.find(value)?;
        let status = example.status.as_deref().unwrap_or("valid");
        let here = |m: &&Match| {
            (m.span.start as usize) < start + value.len() && start < m.span.end as usize
        };
        let Some(found) = matches.iter().find(here) else {
            return Some(format!(
                "nothing is found where `{value}` was expected ({})",
                example.why
            ));
        };
        if found.kind != kind {
            return Some(format!(
                "`{value}` is found as {} ({})",
                self.pattern(found.kind).id,
                example.why
            ));
        }
        if found.span.range() != (start..start + value.len()) {
            let got = &example.text[found.span.range()];
            return Some(format!(
                "`{got}` is found where `{value}` was expected ({})",
                example.why
            ));
        }
        (found.status.id() != status).then(|| {
            format!(
                "`{value}` is {}, expected {status} ({})",
                found.status.id(),
                example.why
            )
        })
    }

    fn judge_negative(&self, kind: KindId, matches: &[Match]) -> Option<String> {
        let hit = matches
            .iter()
            .find(|m| m.kind == kind && m.status == Status::Valid)?;
        Some(format!(
            "bytes {}..{} are found, expected nothing of this kind",
            hit.span.start, hit.span.end
        ))
    }
}
