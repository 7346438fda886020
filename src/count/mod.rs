//! Counting: matches of records become a tally, and tallies become the numbers that the law counts.
//!
//! A [`Tally`] belongs to one worker; [`Totals`] joins any number of them, in any order, with the same result. Four numbers
//! are kept apart: matches and distinct values of a kind; rows, items and persons of a category. What a record supports is
//! kept as a whole ([`Support`]), so that each reading can put it into its own highest class afterwards. No value is kept,
//! only keyed fingerprints; nothing is sampled, capped or estimated.

mod distinct;
mod fingerprint;
mod subject;
mod total;

use crate::category::Support;
use crate::detect::{Catalog, Found, Identifies, Key, KindId, Status};
use crate::record::{Batch, Record};
use crate::value::{Mask, Masked, Value};

use distinct::Distinct;
pub use fingerprint::RunKey;
pub use total::{Parallel, Ranking, Totals};

/// Most masked samples kept of a kind.
const SAMPLES_MAX: usize = 3;

/// Matches of a kind that are looked at for samples in each batch: masked names are mostly alike, and
/// masking them all for a third one that differs costs more than it shows. By batch, not by file, because
/// the batches of a file come to several workers.
const SAMPLED_MAX: u32 = 64;

/// Domain of fingerprints of values.
const VALUE: u8 = 100;

/// What counting needs to know of kinds and roles.
pub struct Ladder {
    /// Whom a value of each kind identifies.
    identifies: Vec<Identifies>,
    /// How values of each kind are masked.
    masks: Vec<Mask>,
    /// The side of a communication each role stands on: 1 or 2.
    parties: Vec<u8>,
}

impl Ladder {
    /// The ladder of a catalog.
    pub fn new(catalog: &Catalog) -> Ladder {
        let vocabulary = catalog.vocabulary();
        Ladder {
            identifies: catalog.patterns().iter().map(|p| p.identifies).collect(),
            masks: catalog.patterns().iter().map(|p| p.mask).collect(),
            parties: vocabulary.roles().iter().map(|r| r.party).collect(),
        }
    }

    /// How values of a kind are masked.
    pub fn mask(&self, kind: KindId) -> Mask {
        self.masks[kind.index()]
    }
}

/// What one worker has counted.
pub struct Tally {
    key: RunKey,
    kinds: Vec<KindTally>,
    groups: Vec<(Support, Group)>,
}

struct KindTally {
    matches: u64,
    masked: u64,
    test: u64,
    failed_checksum: u64,
    numbers: Distinct<u64>,
    texts: Distinct<u128>,
    samples: Vec<Sample>,
    /// The batch in hand (its file and first record), and how many of its matches were looked at for samples.
    sampled: ((usize, u64), u32),
}

/// Records that support the same categories.
#[derive(Default)]
struct Group {
    rows: u64,
    /// Fingerprints of person and content; kept only where a category of the group counts events.
    contents: Distinct<u128>,
    persons: Distinct<u128>,
}

/// A masked example with its place; the first ones by place are shown, whichever worker found them.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Sample {
    file: usize,
    record: u64,
    start: u32,
    masked: Masked,
}

impl Tally {
    /// An empty tally for a catalog of `n_kinds` kinds.
    pub fn new(key: RunKey, n_kinds: usize) -> Tally {
        let kinds = (0..n_kinds).map(|_| KindTally::new()).collect();
        Tally {
            key,
            kinds,
            groups: Vec::new(),
        }
    }

    /// Counts one record. `file` is the position of its file in the order of paths; `support` and `parties` are what
    /// classification says of it: the categories, and whether it tells of one person or of two.
    #[expect(
        clippy::too_many_arguments,
        reason = "what is known of a record comes from as many rooms"
    )]
    pub fn record(
        &mut self,
        ladder: &Ladder,
        file: usize,
        batch: &Batch,
        record: &Record,
        found: &Found,
        support: Support,
        parties: u8,
    ) {
        let base = batch.fields_of(record).first().map_or(0, |f| f.span.start);
        let place = (file, batch.records.first().map_or(0, |r| r.number));
        for m in &found.matches {
            let tally = &mut self.kinds[m.kind.index()];
            match m.status {
                Status::Masked => tally.masked += 1,
                Status::Test => tally.test += 1,
                Status::FailedChecksum => tally.failed_checksum += 1,
                Status::Valid => {
                    tally.matches += 1;
                    match &m.key {
                        Key::Packed(number) => tally.numbers.insert(self.key.number(*number)),
                        Key::Text(range) => {
                            let text = &found.arena[range.start as usize..range.end as usize];
                            tally.texts.insert(self.key.text(VALUE, text));
                        }
                    }
                    tally.sample(place, record.number, m.span.start - base, || {
                        Value::new(batch.bytes(m.span)).mask(ladder.masks[m.kind.index()])
                    });
                }
            }
        }
        if support.is_empty() {
            return;
        }
        let subjects = subject::subjects(&self.key, ladder, batch, record, found, parties);
        // Few sets of categories come up, and mostly the same as in the record before.
        let at = self
            .groups
            .iter()
            .position(|(s, _)| *s == support)
            .unwrap_or_else(|| {
                self.groups.push((support, Group::default()));
                self.groups.len() - 1
            });
        let group = &mut self.groups[at].1;
        group.rows += 1;
        group.persons.insert(subjects.first);
        if let Some(second) = subjects.second {
            group.persons.insert(second);
        }
        let counts_events =
            |set: crate::category::CategorySet| set.iter().any(|(c, _)| c.is_event());
        if counts_events(support.base.union(support.strict)) {
            group
                .contents
                .insert(subject::content(&self.key, batch, record, subjects.first));
        }
    }

    /// Sorts all sets, so that totals can be made. Done by each worker for itself, when it has finished.
    pub fn seal(&mut self) {
        for kind in &mut self.kinds {
            kind.numbers.seal();
            kind.texts.seal();
        }
        for (_, group) in &mut self.groups {
            group.contents.seal();
            group.persons.seal();
        }
    }
}

impl KindTally {
    fn new() -> KindTally {
        KindTally {
            matches: 0,
            masked: 0,
            test: 0,
            failed_checksum: 0,
            numbers: Distinct::default(),
            texts: Distinct::default(),
            samples: Vec::new(),
            sampled: ((usize::MAX, 0), 0),
        }
    }

    fn sample(
        &mut self,
        batch: (usize, u64),
        record: u64,
        start: u32,
        mask: impl FnOnce() -> Masked,
    ) {
        if self.sampled.0 != batch {
            self.sampled = (batch, 0);
        }
        if self.sampled.1 == SAMPLED_MAX {
            return;
        }
        self.sampled.1 += 1;
        let file = batch.0;
        let place = (file, record, start);
        let later = |s: &Sample| (s.file, s.record, s.start) <= place;
        if self.samples.len() == SAMPLES_MAX && self.samples.last().is_some_and(later) {
            return;
        }
        let sample = Sample {
            file,
            record,
            start,
            masked: mask(),
        };
        add_sample(&mut self.samples, sample);
    }
}

/// Keeps the first samples by place, different ones only.
fn add_sample(samples: &mut Vec<Sample>, sample: Sample) {
    match samples.iter_mut().find(|s| s.masked == sample.masked) {
        Some(same) if *same <= sample => return,
        Some(same) => *same = sample,
        None => samples.push(sample),
    }
    samples.sort_unstable();
    samples.truncate(SAMPLES_MAX);
}
