//! Running the detector over single texts, and adding up what it got right.

use std::ops::Range;

use leakgauge::detect::{Catalog, Confidence, Detector, Found as Matches, Status};
use leakgauge::record::{Batch, Field, Record, Span};

/// A value that the detector knows: one that it counts, or a documented test number of the kind, which it counts apart.
pub(crate) struct Found {
    pub(crate) kind: String,
    pub(crate) range: Range<usize>,
    /// Whether its confidence is medium or high.
    pub(crate) telling: bool,
    /// Whether it is counted: a test number is known as one and never counted, so it is right where one is and false nowhere.
    pub(crate) counts: bool,
    status: Status,
}

/// Something that was not as expected, and why, as far as that can be told.
pub(crate) struct Miss {
    pub(crate) kind: String,
    pub(crate) cause: String,
    pub(crate) text: String,
}

/// Right, false and missed values.
#[derive(Clone, Copy, Default)]
pub(crate) struct Score {
    pub(crate) n_right: u64,
    pub(crate) n_false: u64,
    pub(crate) n_missed: u64,
}

impl Score {
    /// The share of what was found that is right; 1 if nothing was.
    pub(crate) fn precision(&self) -> f64 {
        share(self.n_right, self.n_false)
    }

    /// The share of what is there that was found; 1 if nothing is.
    pub(crate) fn recall(&self) -> f64 {
        share(self.n_right, self.n_missed)
    }

    /// The harmonic mean of both.
    pub(crate) fn f1(&self) -> f64 {
        share(2 * self.n_right, self.n_false + self.n_missed)
    }

    /// Both sums in one: for figures over several kinds.
    pub(crate) fn add(&mut self, other: &Score) {
        self.n_right += other.n_right;
        self.n_false += other.n_false;
        self.n_missed += other.n_missed;
    }
}

fn share(right: u64, wrong: u64) -> f64 {
    match right + wrong {
        0 => 1.0,
        all => right as f64 / all as f64,
    }
}

/// The mean of the F1 of these scores, each weighing the same.
pub(crate) fn macro_f1<'a>(scores: impl Iterator<Item = &'a Score>) -> f64 {
    let (n, sum) = scores.fold((0, 0.0), |(n, sum), s| (n + 1, sum + s.f1()));
    if n == 0 { 1.0 } else { sum / f64::from(n) }
}

/// The real detector, asked text by text.
pub(crate) struct Probe<'c> {
    catalog: &'c Catalog,
    detector: Detector,
}

impl<'c> Probe<'c> {
    pub(crate) fn new(catalog: &'c Catalog) -> Probe<'c> {
        Probe {
            catalog,
            detector: catalog.detector(),
        }
    }

    /// Whether the catalog has a kind of this id.
    pub(crate) fn knows(&self, kind: &str) -> bool {
        self.catalog.patterns().iter().any(|p| p.id == kind)
    }

    /// What counts in a text of one or more lines, as the program would read it from a text file.
    pub(crate) fn text(&mut self, text: &str) -> Vec<Found> {
        let mut found = self.all(text);
        found.retain(|m| matches!(m.status, Status::Valid | Status::Test));
        found
    }

    fn all(&mut self, text: &str) -> Vec<Found> {
        let mut batch = Batch {
            text: text.as_bytes().to_vec(),
            fields: Vec::new(),
            records: Vec::new(),
        };
        let mut start = 0;
        for (i, line) in text.split('\n').enumerate() {
            let end = start + line.len();
            batch.fields.push(Field {
                span: Span {
                    start: start as u32,
                    end: end as u32,
                },
                column: 0,
            });
            batch.records.push(Record {
                fields: i as u32..i as u32 + 1,
                number: i as u64 + 1,
                line: i as u64 + 1,
                table: 0,
            });
            start = end + 1;
        }
        let rules = [self.detector.column_rule(None, false, true)];
        let mut found = Matches::default();
        let mut all = Vec::new();
        self.detector.batch(&batch, true);
        for record in &batch.records {
            self.detector.record(&batch, record, &rules, &mut found);
            all.extend(found.matches.iter().map(|m| Found {
                kind: self.catalog.pattern(m.kind).id.clone(),
                range: m.span.range(),
                telling: m.confidence >= Confidence::Medium,
                counts: m.status == Status::Valid,
                status: m.status,
            }));
        }
        all
    }

    /// Why the value at this place was not found, as far as its neighbours tell.
    pub(crate) fn cause(&self, matches: &[Found], range: &Range<usize>) -> String {
        let touching = matches
            .iter()
            .find(|m| m.range.start < range.end && range.start < m.range.end);
        match touching {
            Some(m) if m.range == *range => format!("found as {}", m.kind),
            Some(m) => format!("{} found at another length", m.kind),
            None => "nothing found".to_owned(),
        }
    }
}
