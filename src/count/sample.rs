//! Samples: a few masked examples of a kind, the first ones by place, whichever worker found them.

use serde::{Deserialize, Serialize};

use crate::value::Masked;

/// Most masked samples kept of a kind.
const SAMPLES_MAX: usize = 3;

/// Matches of a kind that are looked at for samples in each batch: masked names are mostly alike, and
/// masking them all for a third one that differs costs more than it shows. By batch, not by file, because
/// the batches of a file come to several workers.
const SAMPLED_MAX: u32 = 64;

/// Where a value stands. The order is that of paths, records and text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Place {
    /// Position of the file in the order of paths.
    pub(super) file: usize,
    /// Number of the record in its file.
    pub(super) record: u64,
    /// Byte in the record.
    pub(super) start: u32,
}

/// A masked example with its place.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Sample {
    place: Place,
    masked: Masked,
}

/// The samples of a kind.
#[derive(Clone, Default)]
pub(super) struct Samples {
    kept: Vec<Sample>,
    /// The batch in hand (its file and first record), and how many of its matches were looked at.
    looked_at: (Option<(usize, u64)>, u32),
}

impl Samples {
    /// Looks at a match of a batch that begins with record `first`; `mask` is asked only if it may be one of the samples.
    #[inline]
    pub(super) fn look_at(&mut self, first: u64, place: Place, mask: impl FnOnce() -> Masked) {
        let batch = Some((place.file, first));
        if self.looked_at.0 != batch {
            self.looked_at = (batch, 0);
        }
        if self.looked_at.1 < SAMPLED_MAX {
            self.looked_at.1 += 1;
            let is_earlier = |s: &Sample| place < s.place;
            if self.kept.len() < SAMPLES_MAX || self.kept.last().is_some_and(is_earlier) {
                let masked = mask();
                self.add(Sample { place, masked });
            }
        }
    }

    /// Keeps the first samples by place, different ones only.
    fn add(&mut self, sample: Sample) {
        match self.kept.iter_mut().find(|s| s.masked == sample.masked) {
            Some(same) if *same <= sample => return,
            Some(same) => *same = sample,
            None => self.kept.push(sample),
        }
        self.kept.sort_unstable();
        self.kept.truncate(SAMPLES_MAX);
    }

    /// Adds those of another tally.
    pub(super) fn join(&mut self, other: &Samples) {
        other.kept.iter().for_each(|s| self.add(s.clone()));
    }

    /// Gives the files other positions; their order must stay.
    pub(super) fn renumber(&mut self, position: &dyn Fn(usize) -> usize) {
        for sample in &mut self.kept {
            sample.place.file = position(sample.place.file);
        }
        self.kept.sort_unstable();
    }

    /// As they are written.
    pub(super) fn as_slice(&self) -> &[Sample] {
        &self.kept
    }

    /// Those that were written.
    pub(super) fn from_written(written: Vec<Sample>) -> Samples {
        let mut samples = Samples::default();
        written.into_iter().for_each(|s| samples.add(s));
        samples
    }

    /// What is shown, in the order of places.
    pub(super) fn masked(self) -> Vec<Masked> {
        self.kept.into_iter().map(|s| s.masked).collect()
    }
}

#[cfg(test)]
mod tests {
    use crate::value::{Mask, Value};

    use super::*;

    fn place(file: usize, record: u64) -> Place {
        Place {
            file,
            record,
            start: 0,
        }
    }

    fn masked(text: &str) -> Masked {
        let keep_all_it_may = Mask {
            keep_start: 9,
            ..Mask::ALL
        };
        Value::new(text.as_bytes()).mask(keep_all_it_may)
    }

    #[test]
    fn the_first_by_place_are_kept_in_any_order_and_division() {
        let found: Vec<(Place, Masked)> = (0..20)
            .map(|i| {
                (
                    place(i % 5, i as u64),
                    masked(&format!("{:09}", i * 7 % 6 * 100_000)),
                )
            })
            .collect();
        let mut all = Samples::default();
        found
            .iter()
            .for_each(|(p, m)| all.look_at(0, *p, || m.clone()));
        assert_eq!(all.as_slice().len(), SAMPLES_MAX);
        for parts in 1..6 {
            let mut joined = Samples::default();
            for part in 0..parts {
                let mut samples = Samples::default();
                let of_part = found.iter().skip(part).step_by(parts);
                of_part
                    .rev()
                    .for_each(|(p, m)| samples.look_at(0, *p, || m.clone()));
                samples.renumber(&|file| file * 2 + 1);
                joined.join(&Samples::from_written(samples.as_slice().to_vec()));
            }
            joined.renumber(&|file| file / 2);
            assert_eq!(joined.as_slice(), all.as_slice(), "{parts} parts");
        }
    }

    #[test]
    fn so_many_are_looked_at_in_a_batch() {
        let mut samples = Samples::default();
        let mut n = 0;
        for batch in 0..2 {
            for record in 0..100 {
                // Earlier and earlier, so that each might be one.
                let at = place(0, 1000 - 100 * batch - record);
                samples.look_at(batch, at, || {
                    n += 1;
                    masked(&format!("{record:09}"))
                });
            }
        }
        assert_eq!(n, 2 * SAMPLED_MAX);
    }
}
