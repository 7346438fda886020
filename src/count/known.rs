//! Known values: stand-ins that may be kept between runs, and which of them came and went since.
//!
//! Fingerprints must not be seen (see `fingerprint`), so what is kept is a keyed BLAKE3 of kind and fingerprint, of which 128
//! bits are taken. To whoever has not the key it says nothing, neither does its order, and the same number stands there
//! differently under two kinds; two values have the same one with a chance of 2⁻¹²⁸. Under one key it is the same in every run,
//! wherever the value stands. Sets of them spill like those of a tally. How they are written is not known here.

use super::distinct::{Distinct, Set};
use super::fingerprint::RunKey;
use super::merge::{Sequences, merge};
use super::spill::{Budget, Memory};
use super::store::{Fingerprint, RANGES};
use super::unions::read_bytes;
use super::{Tally, check_joinable};
use crate::error::Error;

/// A set of stand-ins of values, of any size. Past its memory it is in a temporary file.
pub struct StandIns {
    set: Distinct<u128>,
    budget: Budget,
    memory: Memory,
}

/// What became of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Since {
    /// It was known and is not there any more.
    Gone,
    /// It was known and is there.
    Kept,
    /// It was not known and is there.
    New,
}

impl StandIns {
    /// An empty set in so much memory.
    fn new(memory: Memory) -> StandIns {
        StandIns {
            set: Distinct::default(),
            budget: Budget::new(memory),
            memory,
        }
    }

    /// An empty set in a share of the memory that tallies leave of all: enough for two such sets, and to read them.
    pub fn beside(tallies: &[Tally], memory: Memory) -> StandIns {
        let held = tallies.iter().map(|t| t.budget.held).sum();
        StandIns::new(memory.third_beside(held))
    }

    /// The values of a kind in sealed tallies of this key, by the position of the kind in the catalog and its id.
    ///
    /// # Errors
    /// When what was spilled cannot be read or written, and when the tallies are not sealed or of another key.
    pub fn found(
        tallies: &[Tally],
        key: &RunKey,
        (kind, id): (usize, &str),
        memory: Memory,
    ) -> Result<StandIns, Error> {
        check_joinable(tallies, Some(key))?;
        let mut found = StandIns::beside(tallies, memory);
        let mut maker = Maker::new(key, id);
        found.add(tallies.iter().map(|t| &t.kinds[kind].numbers), &mut maker)?;
        found.add(tallies.iter().map(|t| &t.kinds[kind].texts), &mut maker)?;
        Ok(found)
    }

    /// Adds one.
    ///
    /// # Errors
    /// When what memory does not hold cannot be written.
    pub fn insert(&mut self, stand_in: u128) -> Result<(), Error> {
        self.set.insert(stand_in, &mut self.budget.held);
        if self.budget.is_exceeded() {
            self.budget.relieve(&mut [&mut self.set]);
            self.budget.failure()?;
        }
        Ok(())
    }

    fn add<'a, F: Fingerprint>(
        &mut self,
        sets: impl Iterator<Item = &'a Distinct<F>>,
        maker: &mut Maker,
    ) -> Result<(), Error> {
        let sets: Vec<&Distinct<F>> = sets.filter(|set| set.n_sequences() > 0).collect();
        let n_runs = sets.iter().map(|set| set.n_runs()).sum();
        let bytes = read_bytes(self.memory.bytes(), n_runs);
        let mut sequences = Sequences::default();
        for set in sets {
            set.add_to(&mut sequences, 0, (0, RANGES), bytes)?;
        }
        let mut last = None;
        merge(sequences, |fingerprint: F, _| {
            if last.replace(fingerprint) == Some(fingerprint) {
                return Ok(());
            }
            self.insert(maker.stand_in(fingerprint))
        })
    }

    fn seal(&mut self) -> Result<(), Error> {
        self.set.seal(&mut self.budget.held);
        self.budget.make_room_to_merge(&mut [&mut self.set]);
        self.budget.failure()
    }
}

/// Calls `each` once with every value that was known or is found, in ascending order of stand-ins.
///
/// # Errors
/// When what was spilled cannot be read or written, and those of `each`.
pub fn compare(
    mut known: StandIns,
    mut found: StandIns,
    mut each: impl FnMut(u128, Since) -> Result<(), Error>,
) -> Result<(), Error> {
    known.seal()?;
    found.seal()?;
    let n_runs = known.set.n_runs() + found.set.n_runs();
    let bytes = read_bytes(known.memory.bytes(), n_runs);
    let mut sequences = Sequences::default();
    for (tag, set) in [(0, &known.set), (1, &found.set)] {
        set.add_to(&mut sequences, tag, (0, RANGES), bytes)?;
    }
    let mut tell = |(stand_in, is_in): (u128, [bool; 2])| match is_in {
        [true, true] => each(stand_in, Since::Kept),
        [true, false] => each(stand_in, Since::Gone),
        [false, _] => each(stand_in, Since::New),
    };
    let mut last: Option<(u128, [bool; 2])> = None;
    merge(sequences, |stand_in, tag| {
        match &mut last {
            Some((same, is_in)) if *same == stand_in => is_in[tag] = true,
            _ => {
                let mut is_in = [false; 2];
                is_in[tag] = true;
                if let Some(before) = last.replace((stand_in, is_in)) {
                    tell(before)?;
                }
            }
        }
        Ok(())
    })?;
    last.map_or(Ok(()), tell)
}

/// Makes the stand-ins of a kind.
pub(super) struct Maker {
    key: [u8; 32],
    /// The id of the kind and a zero, then what is told of a value.
    text: Vec<u8>,
    /// Length of what stays.
    kind: usize,
}

impl Maker {
    pub(super) fn new(key: &RunKey, id: &str) -> Maker {
        let mut text = id.as_bytes().to_vec();
        text.push(0);
        Maker {
            key: key.of_known_values().0,
            kind: text.len(),
            text,
        }
    }

    /// The length comes first: it keeps numbers and texts of a kind apart. The high byte is the first, so that the order of
    /// numbers is that of their digits.
    pub(super) fn stand_in<F: Fingerprint>(&mut self, fingerprint: F) -> u128 {
        self.text.truncate(self.kind);
        self.text.push(F::BYTES as u8);
        fingerprint.put(&mut self.text);
        let hash = blake3::keyed_hash(&self.key, &self.text);
        let (first, _) = hash.as_bytes().split_at(16);
        u128::from_be_bytes(first.try_into().expect("sixteen bytes"))
    }
}

impl RunKey {
    /// What shows that known values were kept under this key, and nothing else of it: 32 hexadecimal digits.
    pub fn mark(&self) -> String {
        format!("{:032x}", u128::from_be_bytes(self.of_known_values().1))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    fn key(byte: u8) -> RunKey {
        RunKey::from_bytes([byte; 32])
    }

    /// Spread as stand-ins are, by which sets are cut into ranges.
    fn spread(n: u32) -> u128 {
        u128::from(n).wrapping_mul(0x9E37_79B9_7F4A_7C15_F39C_C060_5CED_C835)
    }

    fn set(list: &[u32], memory: u64) -> StandIns {
        let mut set = StandIns::new(Memory::tiny(memory));
        list.iter().for_each(|n| set.insert(spread(*n)).unwrap());
        set
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]
        #[test]
        fn tells_what_sets_tell_in_any_memory(
            known in proptest::collection::vec(0u32..4_000, 0..6_000),
            found in proptest::collection::vec(0u32..4_000, 0..6_000),
            memory in prop_oneof![Just(8u64 << 10), Just(64 << 20)],
        ) {
            let mut told = Vec::new();
            compare(set(&known, memory), set(&found, memory), |stand_in, since| {
                told.push((stand_in, since));
                Ok(())
            }).unwrap();
            let known: BTreeSet<u128> = known.into_iter().map(spread).collect();
            let found: BTreeSet<u128> = found.into_iter().map(spread).collect();
            let want: Vec<(u128, Since)> = known.union(&found).map(|s| {
                let since = match (known.contains(s), found.contains(s)) {
                    (true, true) => Since::Kept,
                    (true, false) => Since::Gone,
                    _ => Since::New,
                };
                (*s, since)
            }).collect();
            prop_assert_eq!(told, want);
        }
    }

    #[test]
    fn a_stand_in_depends_on_key_kind_and_value_alone() {
        let make = |byte, id, n: u64| Maker::new(&key(byte), id).stand_in(n);
        let first = make(1, "email", 7);
        assert_eq!(first, make(1, "email", 7));
        let mut maker = Maker::new(&key(1), "email");
        maker.stand_in(8u64);
        assert_eq!(
            first,
            maker.stand_in(7u64),
            "nothing is left of the one before"
        );
        for other in [
            make(2, "email", 7),
            make(1, "emai", 7),
            make(1, "email", 8),
            Maker::new(&key(1), "email").stand_in(7u128),
        ] {
            assert_ne!(first, other);
        }
    }

    #[test]
    fn the_mark_tells_keys_apart_and_is_no_part_of_a_key() {
        assert_eq!(key(1).mark(), key(1).mark());
        assert_ne!(key(1).mark(), key(2).mark());
        assert_eq!(key(1).mark().len(), 32);
        let (secret, _) = key(1).of_known_values();
        assert!(!blake3::Hash::from(secret).to_hex().contains(&key(1).mark()));
    }
}
