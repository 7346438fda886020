//! Spilling: the memory that counting may take, and what goes to a store when it is used up.
//!
//! Each worker has its share of the limit and a store of its own, so that nothing is locked. A worker whose share is used up
//! first has its sets give back what duplicates and steps of growth take, and spills if that is little. A spill writes the
//! larger sets, each as one run; small ones stay, since many short runs cost more than they free. Runs of a level are folded
//! into one of the next when there are [`FAN_IN`], so that a set is never in more than a few dozen pieces, however small the
//! limit, and each level is a file that is given back when it is folded. What fails is kept and told when the tally is sealed.

use super::distinct::{GROWTH, Set};
use super::store::{Store, Writer};
use crate::error::Error;

/// Most memory for counting that needs no disk, if nothing is said: 512 MiB.
const DEFAULT: u64 = 512 << 20;

/// Least memory that can be asked for.
const LEAST: u64 = 4 << 20;

/// Least memory of a worker.
const LEAST_SHARE: u64 = 256 << 10;

/// Runs of a level that are folded into one of the next.
const FAN_IN: usize = 16;

/// The memory for counting, over all workers, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Memory(u64);

impl Default for Memory {
    fn default() -> Memory {
        Memory(DEFAULT)
    }
}

impl Memory {
    /// So many bytes.
    ///
    /// # Errors
    /// When that is less than 4 MiB.
    pub fn new(bytes: u64) -> Result<Memory, Error> {
        if bytes < LEAST {
            return Err(Error::new(format!(
                "{bytes} bytes are too little memory to count in: at least {}M",
                LEAST >> 20
            )));
        }
        Ok(Memory(bytes))
    }

    /// Less than anybody may ask for.
    #[cfg(test)]
    pub(super) fn tiny(bytes: u64) -> Memory {
        Memory(bytes)
    }

    /// A third of what so many bytes leave of it, at least the least share.
    pub(super) fn third_beside(self, held: usize) -> Memory {
        let free = self.0.saturating_sub(held as u64);
        Memory((free / 3).max(LEAST_SHARE))
    }

    /// In bytes.
    pub fn bytes(self) -> usize {
        usize::try_from(self.0).unwrap_or(usize::MAX)
    }

    /// What each of so many workers may use.
    ///
    /// # Errors
    /// When that is less than 256 KiB.
    pub fn share(self, n_workers: usize) -> Result<Memory, Error> {
        let share = self.0 / n_workers.max(1) as u64;
        if share < LEAST_SHARE {
            let least = (LEAST_SHARE * n_workers as u64).div_ceil(1 << 20);
            return Err(Error::new(format!(
                "{} bytes are too little memory for {n_workers} threads: choose fewer with --threads, or --memory {least}M",
                self.0
            )));
        }
        Ok(Memory(share))
    }
}

/// Sets that would have room for less than one fingerprint more for so many are rather spilled.
const PER_ROOM_MAX: usize = 14;

/// A worker's share of the memory, and where it spills to.
pub(super) struct Budget {
    limit: usize,
    /// Bytes that the sets hold.
    pub(super) held: usize,
    /// The store of each level, once it is needed.
    levels: Vec<Level>,
    failed: Option<Error>,
}

struct Level {
    writer: Writer,
    n_spills: usize,
}

impl Budget {
    pub(super) fn new(share: Memory) -> Budget {
        Budget {
            limit: share.bytes(),
            held: 0,
            levels: Vec::new(),
            failed: None,
        }
    }

    /// An empty one of the same share.
    pub(super) fn renewed(&self) -> Budget {
        Budget {
            limit: self.limit,
            held: 0,
            levels: Vec::new(),
            failed: None,
        }
    }

    /// Whether the sets hold more than they may.
    #[inline]
    pub(super) fn is_exceeded(&self) -> bool {
        self.held > self.limit
    }

    /// Whether spilling has failed, so that there is no use in going on.
    pub(super) fn has_failed(&self) -> bool {
        self.failed.is_some()
    }

    /// The error, if spilling has failed.
    pub(super) fn failure(&mut self) -> Result<(), Error> {
        self.failed.take().map_or(Ok(()), Err)
    }

    /// Makes room: afterwards the sets hold less than the limit. A failure is kept.
    pub(super) fn relieve(&mut self, sets: &mut [&mut dyn Set]) {
        sets.iter_mut().for_each(|set| set.seal(&mut 0));
        let needed: usize = sets.iter().map(|set| set.needed()).sum();
        let enough = self.limit / 16 * 15;
        let per_room = needed.div_ceil(enough.saturating_sub(needed).max(1));
        if per_room <= PER_ROOM_MAX {
            let per_room = per_room.max(GROWTH);
            sets.iter_mut().for_each(|set| set.shrink(per_room));
        }
        self.held = sets.iter().map(|set| set.held()).sum();
        if self.held > enough {
            self.spill(sets);
        }
    }

    /// Makes room to merge in, if anything was spilled. A failure is kept.
    pub(super) fn make_room_to_merge(&mut self, sets: &mut [&mut dyn Set]) {
        if !self.levels.is_empty() && self.held > self.limit / 4 * 3 {
            self.spill(sets);
        }
    }

    fn spill(&mut self, sets: &mut [&mut dyn Set]) {
        if let Err(error) = self.write(sets) {
            self.failed = Some(error);
        }
    }

    fn write(&mut self, sets: &mut [&mut dyn Set]) -> Result<(), Error> {
        let held: Vec<usize> = sets.iter().map(|set| set.held()).collect();
        let n = held.iter().filter(|h| **h > 0).count().max(1);
        let mean = held.iter().sum::<usize>() / n;
        let level = self.level(0)?;
        let mut freed = 0;
        for (set, held) in sets.iter_mut().zip(held) {
            // What is below half of the mean everywhere is less than half of all.
            if held > 0 && held >= mean / 2 {
                set.spill(&mut level.writer)?;
                freed += held;
            }
        }
        level.n_spills += 1;
        self.held -= freed.min(self.held);
        self.fold(sets)
    }

    fn fold(&mut self, sets: &mut [&mut dyn Set]) -> Result<(), Error> {
        let read_bytes = (self.limit / 4 / FAN_IN).clamp(4 << 10, 256 << 10);
        let mut at = 0;
        while self.levels.get(at).is_some_and(|l| l.n_spills == FAN_IN) {
            let next = self.level(at + 1)?;
            for set in sets.iter_mut() {
                set.fold(at, &mut next.writer, read_bytes)?;
            }
            next.n_spills += 1;
            // Its runs are gone, and with this the file.
            self.levels[at] = Level::new()?;
            at += 1;
        }
        Ok(())
    }

    fn level(&mut self, at: usize) -> Result<&mut Level, Error> {
        while self.levels.len() <= at {
            self.levels.push(Level::new()?);
        }
        Ok(&mut self.levels[at])
    }
}

impl Level {
    fn new() -> Result<Level, Error> {
        Ok(Level {
            writer: Writer::new(Store::temporary()?),
            n_spills: 0,
        })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::distinct::Distinct;
    use super::super::merge::{Sequences, merge};
    use super::super::store::RANGES;
    use super::*;

    fn spread(n: u64) -> u64 {
        n.wrapping_mul(0x9E37_79B9_7F4A_7C15)
    }

    #[test]
    fn too_little_memory_is_refused_with_the_remedy() {
        assert!(
            Memory::new(LEAST - 1)
                .unwrap_err()
                .to_string()
                .contains("at least 4M")
        );
        let least = Memory::new(LEAST).unwrap();
        assert_eq!(least.share(2).unwrap(), Memory(2 << 20));
        assert_eq!(least.share(16).unwrap(), Memory(LEAST_SHARE));
        let error = least.share(64).unwrap_err().to_string();
        assert!(
            error.contains("--memory 16M") && error.contains("--threads"),
            "{error}"
        );
        assert!(Memory::default().share(1024).is_ok());
    }

    #[test]
    fn sets_stay_within_the_limit_and_whole() {
        let mut budget = Budget::new(Memory(64 << 10));
        let (mut large, mut medium, mut small) = (
            Distinct::<u64>::default(),
            Distinct::<u128>::default(),
            Distinct::<u64>::default(),
        );
        let n_large = 400_000;
        let mut most_runs = 0;
        for n in 0..n_large {
            large.insert(spread(n), &mut budget.held);
            if n % 4 == 0 {
                medium.insert(u128::from(spread(n % 10_000)) << 64, &mut budget.held);
            }
            if n % 10_000 == 0 {
                small.insert(spread(n), &mut budget.held);
            }
            if budget.is_exceeded() {
                assert!(
                    budget.held < 160 << 10,
                    "one insertion takes a step of memory"
                );
                budget.relieve(&mut [&mut large, &mut medium, &mut small]);
                assert!(budget.held <= 80 << 10, "{} bytes are left", budget.held);
                assert_eq!(budget.held, large.held() + medium.held() + small.held());
                most_runs = most_runs.max(large.n_runs());
            }
        }
        budget.failure().unwrap();
        assert!(
            budget.levels.len() >= 2,
            "nothing was folded, nothing is tested"
        );
        assert!(most_runs < 3 * FAN_IN, "{most_runs} runs at a time");
        assert_eq!(small.n_runs(), 0, "a small set stays in memory");
        large.seal(&mut 0);
        medium.seal(&mut 0);
        let mut sequences = Sequences::default();
        large.add_to(&mut sequences, 0, (0, RANGES), 4096).unwrap();
        let mut keys = BTreeSet::new();
        merge(sequences, |key, _| {
            keys.insert(key);
            Ok(())
        })
        .unwrap();
        assert_eq!(keys, (0..n_large).map(spread).collect());
        let mut sequences = Sequences::default();
        medium.add_to(&mut sequences, 0, (0, RANGES), 4096).unwrap();
        let mut n = BTreeSet::new();
        merge(sequences, |key, _| {
            n.insert(key);
            Ok(())
        })
        .unwrap();
        assert_eq!(n.len(), 2_500);
    }

    /// Whether a worker with a share of 4 MiB spills, when it meets so many values many times over.
    fn spills(n_values: u64) -> bool {
        let mut budget = Budget::new(Memory(4 << 20));
        let mut set = Distinct::<u64>::default();
        for n in 0..4 * n_values {
            set.insert(spread(n * 7 % n_values), &mut budget.held);
            if budget.is_exceeded() {
                budget.relieve(&mut [&mut set]);
                assert_eq!(budget.held, set.held());
            }
        }
        set.seal(&mut 0);
        assert!(set.n_sequences() > 1 || set.len() == n_values);
        !budget.levels.is_empty()
    }

    #[test]
    fn what_nearly_fills_the_memory_stays_there_however_often_it_is_met() {
        let fits = (4 << 20) / size_of::<u64>() as u64;
        assert!(!spills(fits / 100 * 82));
        assert!(spills(fits));
    }
}
