//! Persons by file: how many different data subjects each file shows, counted only when it is asked for.
//!
//! One set holds a key for each person in each file: the stand-in of the person, moved on by that of the file, and the
//! stand-in of the file beside it. Whoever knows the file can tell the person back, so that two pairs have one key only if
//! persons or files have one stand-in, which is no more likely than it is anywhere in counting (see `fingerprint`); and the
//! high bits are spread, by which sets are cut into ranges. A file is known by its path and the number of a part, never by
//! its position, so that tallies of shards and of other machines, and those of a scan that went on, join as they are.
//!
//! What belongs to a folder cannot be told from this: a person in two of its files is one person.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use super::distinct::Distinct;
use super::fingerprint::{Keyed, RunKey};
use super::merge::{Sequences, merge};
use super::spill::Memory;
use super::store::{Fingerprint, RANGES};
use super::subject::{Subject, Subjects};
use super::total::Parallel;
use super::unions::{RANGE_LEN, read_bytes};
use super::{Tally, check_joinable};
use crate::error::Error;

/// Domain of the stand-ins of files.
const FILE: u8 = 203;

/// A person in a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Appearance {
    /// The stand-in of the person, moved on by that of the file.
    moved: u128,
    /// The stand-in of the file.
    file: u128,
}

impl Fingerprint for Appearance {
    const BYTES: usize = 32;

    #[inline]
    fn high(self) -> u64 {
        self.moved.high()
    }

    fn put(self, bytes: &mut Vec<u8>) {
        self.moved.put(bytes);
        self.file.put(bytes);
    }

    fn get(bytes: &[u8]) -> Appearance {
        let (moved, file) = bytes.split_at(u128::BYTES);
        Appearance {
            moved: u128::get(moved),
            file: u128::get(file),
        }
    }
}

/// What is kept by file, beside what is counted over all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Kept {
    /// Persons ([`PersonsByFile`]).
    pub persons: bool,
    /// Places of values ([`News`](super::News)).
    pub places: bool,
}

/// The file in hand, and the persons of files as one worker has met them.
#[derive(Default)]
pub(super) struct ByFile {
    file: u128,
    kept: Kept,
    pub(super) met: Distinct<Appearance>,
}

impl ByFile {
    /// Whether the persons of the file in hand are asked for.
    #[inline]
    pub(super) fn wants_persons(&self) -> bool {
        self.kept.persons
    }

    /// The stand-in of the file in hand, if places of its values are asked for.
    #[inline]
    pub(super) fn wants_places(&self) -> Option<u128> {
        self.kept.places.then_some(self.file)
    }

    /// The records that follow are of this file, of which this is kept.
    pub(super) fn enter(&mut self, key: &Keyed, (path, part): (&str, u32), kept: Kept) {
        self.file = stand_in(key, path, part);
        self.kept = kept;
    }

    /// Adds the persons of a record.
    pub(super) fn add(&mut self, subjects: &Subjects, held: &mut usize) {
        let file = self.file;
        for person in std::iter::once(subjects.first).chain(subjects.second) {
            let moved = spread(person).wrapping_add(file);
            self.met.insert(Appearance { moved, file }, held);
        }
    }
}

/// The stand-in of a part of a file, of which 0 is the file itself. The number has a length of its own, so that no path with
/// one reads as another.
pub(super) fn stand_in(key: &Keyed, path: &str, part: u32) -> u128 {
    let mut text = path.as_bytes().to_vec();
    text.extend_from_slice(&part.to_le_bytes());
    key.text(FILE, &text)
}

/// A number goes to the high bits, since those of a stand-in are spread. Numbers and texts fall together as seldom as texts.
fn spread(person: Subject) -> u128 {
    match person {
        Subject::Number(identifies, number) => u128::from(number) << 64 | (identifies as u128 + 1),
        Subject::Text(text) => text,
    }
}

/// How many persons each file shows, over joined tallies.
pub struct PersonsByFile {
    key: Keyed,
    persons: HashMap<u128, u64>,
}

impl PersonsByFile {
    /// Counts those of all files for which it was asked for. The tallies are sealed, and of this key.
    ///
    /// # Errors
    /// When what was spilled, or the files of tallies, cannot be read, and when the tallies are not sealed or of another key.
    pub fn of(
        tallies: &[Tally],
        key: &RunKey,
        memory: Memory,
        parallel: &Parallel<'_>,
    ) -> Result<PersonsByFile, Error> {
        check_joinable(tallies, Some(key))?;
        let held: usize = tallies.iter().map(|t| t.budget.held).sum();
        let free = memory.bytes().saturating_sub(held) / parallel.threads.max(1);
        let sets: Vec<&Distinct<Appearance>> = tallies.iter().map(|t| &t.by_file.met).collect();
        let read_bytes = read_bytes(free, sets.iter().map(|set| set.n_runs()).sum());
        let len: u64 = sets.iter().map(|set| set.len()).sum();
        let n_tasks = (len / RANGE_LEN).clamp(1, RANGES as u64) as usize;
        let outcome = Mutex::new((HashMap::new(), None));
        (parallel.run)(n_tasks, &|t| {
            let (from, to) = (t * RANGES / n_tasks, (t + 1) * RANGES / n_tasks);
            let counted = count(&sets, from, to, read_bytes);
            let mut outcome = outcome.lock().unwrap_or_else(PoisonError::into_inner);
            match counted {
                Ok(counted) => {
                    for (file, n) in counted {
                        *outcome.0.entry(file).or_default() += n;
                    }
                }
                Err(error) => outcome.1 = Some(error),
            }
        });
        match outcome.into_inner().unwrap_or_else(PoisonError::into_inner) {
            (_, Some(error)) => Err(error),
            (persons, None) => Ok(PersonsByFile {
                key: Keyed::new(key),
                persons,
            }),
        }
    }

    /// How many there are in a file, by its path and the number of a part of it.
    pub fn in_file(&self, path: &str, part: u32) -> u64 {
        let persons = self.persons.get(&stand_in(&self.key, path, part));
        persons.copied().unwrap_or(0)
    }
}

/// Different persons by file, in some ranges of the key space.
fn count(
    sets: &[&Distinct<Appearance>],
    from: usize,
    to: usize,
    read_bytes: usize,
) -> Result<HashMap<u128, u64>, Error> {
    let mut sequences = Sequences::default();
    for set in sets {
        set.add_to(&mut sequences, 0, (from, to), read_bytes)?;
    }
    let mut persons: HashMap<u128, u64> = HashMap::new();
    let mut last = None;
    merge(sequences, |met: Appearance, _| {
        if last.replace(met) != Some(met) {
            *persons.entry(met.file).or_default() += 1;
        }
        Ok(())
    })?;
    Ok(persons)
}

#[cfg(test)]
mod tests {
    use super::super::store::range_of;
    use super::*;
    use crate::detect::Identifies;

    fn keyed() -> Keyed {
        Keyed::new(&RunKey::from_bytes([3; 32]))
    }

    fn number(key: &Keyed, n: u64) -> Subjects {
        Subjects {
            first: Subject::Number(Identifies::Phone, key.number(n)),
            second: None,
            traits: Default::default(),
        }
    }

    /// The ranges that so many keys of a set fall into.
    fn ranges(by_file: &mut ByFile) -> [usize; RANGES] {
        let mut sequences = Sequences::default();
        super::super::distinct::Set::seal(&mut by_file.met, &mut 0);
        by_file
            .met
            .add_to(&mut sequences, 0, (0, RANGES), 4096)
            .unwrap();
        let mut n = [0; RANGES];
        merge(sequences, |met: Appearance, _| {
            n[range_of(met)] += 1;
            Ok(())
        })
        .unwrap();
        n
    }

    #[test]
    fn keys_are_spread_over_many_persons_of_a_file_and_many_files_of_a_person() {
        let key = keyed();
        let (mut persons, mut files) = (ByFile::default(), ByFile::default());
        persons.enter(&key, ("a.csv", 0), Kept::default());
        for n in 0..64_000 {
            persons.add(&number(&key, n), &mut 0);
            files.enter(&key, ("a.zip", n as u32), Kept::default());
            files.add(&number(&key, 7), &mut 0);
        }
        for by_file in [&mut persons, &mut files] {
            let n = ranges(by_file);
            assert!(n.iter().all(|n| (800..1_200).contains(n)), "{n:?}");
        }
    }

    #[test]
    fn a_key_is_read_as_it_was_put() {
        let met = Appearance {
            moved: 1 << 127 | 5,
            file: 3 << 64 | 9,
        };
        let mut bytes = Vec::new();
        met.put(&mut bytes);
        assert_eq!((bytes.len(), Appearance::get(&bytes)), (32, met));
    }

    #[test]
    fn files_are_known_by_path_and_part_under_a_key() {
        let key = keyed();
        let first = stand_in(&key, "a.zip", 1);
        assert_eq!(first, stand_in(&keyed(), "a.zip", 1));
        let other = Keyed::new(&RunKey::from_bytes([4; 32]));
        for other in [
            stand_in(&key, "a.zip", 0),
            stand_in(&key, "a.zip", 256),
            stand_in(&key, "a.zi", 1),
            stand_in(&other, "a.zip", 1),
        ] {
            assert_ne!(first, other);
        }
    }

    #[test]
    fn nothing_is_kept_that_was_not_asked_for() {
        let mut by_file = ByFile::default();
        let asked = |by_file: &ByFile| (by_file.wants_persons(), by_file.wants_places().is_some());
        assert_eq!(asked(&by_file), (false, false));
        for (persons, places) in [(true, false), (false, true), (false, false)] {
            by_file.enter(&keyed(), ("a.csv", 0), Kept { persons, places });
            assert_eq!(asked(&by_file), (persons, places));
        }
    }
}
