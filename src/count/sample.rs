//! Samples: a few masked examples of a kind, the first ones by place, whichever worker found them.

use serde::{Deserialize, Serialize};

use crate::value::{Mask, Masked, Value};

/// Most masked samples kept of a kind.
const SAMPLES_MAX: usize = 3;

/// Where a value stands. The order is that of paths, records and text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Place {
    /// Position of the file in the order of paths.
    pub(super) file: usize,
    /// Number of the part of the file: 0, or that of a member if it is a container.
    pub(super) part: u32,
    /// Number of the record in its part.
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
}

impl Samples {
    /// Takes a value for a sample if it is one of the first by place that look different.
    #[inline]
    pub(super) fn look_at(&mut self, place: Place, value: Value<'_>, mask: Mask) {
        let is_later = self.kept.last().is_some_and(|s| s.place <= place);
        if self.kept.len() < SAMPLES_MAX || !is_later {
            self.consider(place, value, mask);
        }
    }

    fn consider(&mut self, place: Place, value: Value<'_>, mask: Mask) {
        // Names and passwords are nothing but stars, of which two or three lengths come up in a million.
        let is_known = |n| {
            let mut known = self.kept.iter().filter(|s| s.place <= place);
            known.any(|s| s.masked.is_stars(n))
        };
        if !self.kept.is_empty() && value.stars(mask).is_some_and(is_known) {
            return;
        }
        let masked = value.mask(mask);
        self.add(Sample { place, masked });
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
    use super::*;

    fn place(file: usize, record: u64) -> Place {
        Place {
            file,
            part: 0,
            record,
            start: 0,
        }
    }

    const KEEP_ALL_IT_MAY: Mask = Mask {
        keep_start: 9,
        ..Mask::ALL
    };

    #[test]
    fn the_first_by_place_are_kept_in_any_order_and_division() {
        for mask in [KEEP_ALL_IT_MAY, Mask::ALL] {
            let found: Vec<(Place, String)> = (0..20)
                .map(|i| (place(i % 5, i as u64), "0".repeat(i * 7 % 6) + "1234567"))
                .collect();
            let mut all = Samples::default();
            found
                .iter()
                .for_each(|(p, text)| all.look_at(*p, Value::new(text.as_bytes()), mask));
            assert_eq!(all.as_slice().len(), SAMPLES_MAX);
            for parts in 1..6 {
                let mut joined = Samples::default();
                for part in 0..parts {
                    let mut samples = Samples::default();
                    let of_part = found.iter().skip(part).step_by(parts);
                    of_part.rev().for_each(|(p, text)| {
                        samples.look_at(*p, Value::new(text.as_bytes()), mask);
                    });
                    samples.renumber(&|file| file * 2 + 1);
                    joined.join(&Samples::from_written(samples.as_slice().to_vec()));
                }
                joined.renumber(&|file| file / 2);
                assert_eq!(joined.as_slice(), all.as_slice(), "{parts} parts");
            }
        }
    }
}
