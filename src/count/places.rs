//! Places of values: in which files, and on which line first, the values stand that were not known before.
//!
//! Asked for only by runs that compare values with those of a baseline. Then each kind keeps, beside its values, a set of the
//! lines on which they stand: the fingerprint of the value, the stand-in of the file (`by_file`), the line. Which of them were
//! not known is told by another stand-in (`known`), which is in another order: so the set is sorted anew by it, with the
//! new ones among them, in sets that spill like all others. No value is kept, and no path: whoever knows a file can ask for it.

use std::collections::BTreeMap;

use super::distinct::{Distinct, Set};
use super::fingerprint::RunKey;
use super::known::Maker;
use super::merge::{Sequences, merge};
use super::spill::{Budget, Memory};
use super::store::{Fingerprint, RANGES};
use super::unions::read_bytes;
use super::{Tally, by_file, check_joinable};
use crate::error::Error;

/// A value on a line of a file; also, with a file of zero, the news that it was not known before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Occurrence {
    /// The fingerprint of the value, in the high bits if it is a number; or its stand-in.
    pub(super) value: u128,
    /// The stand-in of the file.
    pub(super) file: u128,
    /// 0 where the source has no lines.
    pub(super) line: u64,
}

/// Sorts before all files, of which none has it but by a chance of 2⁻¹²⁸.
const NEWS: u128 = 0;

impl Fingerprint for Occurrence {
    const BYTES: usize = 40;

    #[inline]
    fn high(self) -> u64 {
        self.value.high()
    }

    fn put(self, bytes: &mut Vec<u8>) {
        self.value.put(bytes);
        self.file.put(bytes);
        self.line.put(bytes);
    }

    fn get(bytes: &[u8]) -> Occurrence {
        let (value, rest) = bytes.split_at(u128::BYTES);
        let (file, line) = rest.split_at(u128::BYTES);
        Occurrence {
            value: u128::get(value),
            file: u128::get(file),
            line: u64::get(line),
        }
    }
}

/// Where the values of a kind stand.
#[derive(Default)]
pub(super) struct Places {
    pub(super) numbers: Distinct<Occurrence>,
    pub(super) texts: Distinct<Occurrence>,
}

impl Places {
    #[inline]
    pub(super) fn number(&mut self, number: u64, file: u128, line: u64, held: &mut usize) {
        let value = u128::from(number) << 64;
        self.numbers.insert(Occurrence { value, file, line }, held);
    }

    #[inline]
    pub(super) fn text(&mut self, value: u128, file: u128, line: u64, held: &mut usize) {
        self.texts.insert(Occurrence { value, file, line }, held);
    }
}

/// What a file holds of a kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NewHere {
    /// Different values that were not known.
    pub new: u64,
    /// Different values, those among them.
    pub found: u64,
    /// The first line with a new one; none where the source has no lines.
    pub first_line: Option<u64>,
}

/// Values of a kind that were not known, on their way to their places.
pub struct News {
    set: Distinct<Occurrence>,
    budget: Budget,
    memory: Memory,
}

/// What files hold of a kind, by their stand-ins.
pub struct NewsByFile {
    key: super::fingerprint::Keyed,
    files: BTreeMap<u128, NewHere>,
}

impl News {
    /// An empty set in a share of the memory that tallies leave.
    pub fn beside(tallies: &[Tally], memory: Memory) -> News {
        let held = tallies.iter().map(|t| t.budget.held).sum();
        let memory = memory.third_beside(held);
        News {
            set: Distinct::default(),
            budget: Budget::new(memory),
            memory,
        }
    }

    /// Adds the stand-in of a value that was not known.
    ///
    /// # Errors
    /// When what memory does not hold cannot be written.
    pub fn insert(&mut self, stand_in: u128) -> Result<(), Error> {
        self.put(Occurrence {
            value: stand_in,
            file: NEWS,
            line: 0,
        })
    }

    fn put(&mut self, occurrence: Occurrence) -> Result<(), Error> {
        self.set.insert(occurrence, &mut self.budget.held);
        if self.budget.is_exceeded() {
            self.budget.relieve(&mut [&mut self.set]);
            self.budget.failure()?;
        }
        Ok(())
    }

    /// Finds them in sealed tallies of this key, which have kept places, by the position of the kind in the catalog and its id.
    ///
    /// # Errors
    /// When what was spilled cannot be read or written, and when the tallies are not sealed or of another key.
    pub fn by_file(
        mut self,
        tallies: &[Tally],
        key: &RunKey,
        (kind, id): (usize, &str),
    ) -> Result<NewsByFile, Error> {
        check_joinable(tallies, Some(key))?;
        let mut maker = Maker::new(key, id);
        let places = || tallies.iter().map(|t| &t.kinds[kind].places);
        self.add(places().map(|p| &p.numbers), &mut |value| {
            maker.stand_in((value >> 64) as u64)
        })?;
        self.add(places().map(|p| &p.texts), &mut |value| {
            maker.stand_in(value)
        })?;
        self.set.seal(&mut self.budget.held);
        self.budget.make_room_to_merge(&mut [&mut self.set]);
        self.budget.failure()?;
        Ok(NewsByFile {
            key: super::fingerprint::Keyed::new(key),
            files: self.counted()?,
        })
    }

    /// Adds what stands in sets, with the stand-in of each value for its fingerprint.
    fn add<'a>(
        &mut self,
        sets: impl Iterator<Item = &'a Distinct<Occurrence>>,
        stand_in: &mut dyn FnMut(u128) -> u128,
    ) -> Result<(), Error> {
        let sets: Vec<&Distinct<Occurrence>> = sets.filter(|set| set.n_sequences() > 0).collect();
        let n_runs = sets.iter().map(|set| set.n_runs()).sum();
        let bytes = read_bytes(self.memory.bytes(), n_runs);
        let mut sequences = Sequences::default();
        for set in sets {
            set.add_to(&mut sequences, 0, (0, RANGES), bytes)?;
        }
        let (mut last, mut value) = (None, 0);
        merge(sequences, |occurrence: Occurrence, _| {
            if last.replace(occurrence.value) != Some(occurrence.value) {
                value = stand_in(occurrence.value);
            }
            self.put(Occurrence {
                value,
                ..occurrence
            })
        })
    }

    /// For each file with new values what it holds.
    fn counted(&self) -> Result<BTreeMap<u128, NewHere>, Error> {
        let bytes = read_bytes(self.memory.bytes(), self.set.n_runs());
        let mut sequences = Sequences::default();
        self.set.add_to(&mut sequences, 0, (0, RANGES), bytes)?;
        let mut files: BTreeMap<u128, NewHere> = BTreeMap::new();
        // The value in hand, whether it is new, and the file of it that was counted last.
        let (mut value, mut is_new, mut last) = (None, false, NEWS);
        merge(sequences, |occurrence: Occurrence, _| {
            if value.replace(occurrence.value) != Some(occurrence.value) {
                (is_new, last) = (false, NEWS);
            }
            if occurrence.file == NEWS {
                is_new = true;
                return Ok(());
            }
            let here = files.entry(occurrence.file).or_default();
            if last != occurrence.file {
                last = occurrence.file;
                here.found += 1;
                here.new += u64::from(is_new);
            }
            let line = Some(occurrence.line).filter(|line| is_new && *line > 0);
            here.first_line = here.first_line.into_iter().chain(line).min();
            Ok(())
        })?;
        files.retain(|_, here| here.new > 0);
        Ok(files)
    }
}

impl NewsByFile {
    /// What a file holds, by its path and the number of a part of it; none if nothing in it is new.
    pub fn in_file(&self, path: &str, part: u32) -> Option<NewHere> {
        let file = by_file::stand_in(&self.key, path, part);
        self.files.get(&file).copied()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeSet, HashMap};

    use proptest::prelude::*;

    use super::super::fingerprint::Keyed;
    use super::super::known::{Since, StandIns, compare};
    use super::*;

    /// A value, whether it is a number, its file and its line.
    type Placed = (u32, bool, u32, u64);

    fn key() -> RunKey {
        RunKey::from_bytes([8; 32])
    }

    fn path(file: u32) -> String {
        format!("d/{file}.csv")
    }

    /// A tally of one kind that holds these.
    fn tally(placed: &[Placed], memory: u64) -> Tally {
        let keyed = Keyed::new(&key());
        let mut tally = Tally::new(key(), 1, Memory::tiny(memory));
        for (n, is_number, file, line) in placed {
            let file = by_file::stand_in(&keyed, &path(*file), 0);
            let (held, kind) = (&mut tally.budget.held, &mut tally.kinds[0]);
            if *is_number {
                let number = keyed.number(u64::from(*n));
                kind.numbers.insert(number, held);
                kind.places.number(number, file, *line, held);
            } else {
                let text = keyed.text(1, &n.to_le_bytes());
                kind.texts.insert(text, held);
                kind.places.text(text, file, *line, held);
            }
            if tally.budget.is_exceeded() {
                tally.relieve();
            }
        }
        tally.seal().unwrap();
        tally
    }

    fn placed() -> impl Strategy<Value = Vec<Placed>> {
        let one = (0u32..60, any::<bool>(), 0u32..5, 0u64..9);
        proptest::collection::vec(one, 0..600)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]
        #[test]
        fn new_values_are_told_by_file_as_plain_sets_tell_them(
            before in placed(),
            now in placed(),
            memory in prop_oneof![Just(3_000u64), Just(1 << 20)],
        ) {
            let half = now.len() / 2;
            let tallies = [tally(&now[..half], memory), tally(&now[half..], memory)];
            let old = [tally(&before, 1 << 20)];
            let memory = Memory::tiny(memory);
            let known = StandIns::found(&old, &key(), (0, "email"), memory).unwrap();
            let found = StandIns::found(&tallies, &key(), (0, "email"), memory).unwrap();
            let mut news = News::beside(&tallies, memory);
            compare(known, found, |stand_in, since| match since {
                Since::New => news.insert(stand_in),
                Since::Gone | Since::Kept => Ok(()),
            }).unwrap();
            let found = news.by_file(&tallies, &key(), (0, "email")).unwrap();
            let known: BTreeSet<(u32, bool)> = before.iter().map(|p| (p.0, p.1)).collect();
            for file in 0..6 {
                let here: Vec<&Placed> = now.iter().filter(|p| p.2 == file).collect();
                let mut first: HashMap<(u32, bool), u64> = HashMap::new();
                for (n, is_number, _, line) in &here {
                    let known = first.entry((*n, *is_number)).or_insert(*line);
                    *known = match (*known, *line) {
                        (0, line) | (line, 0) => line,
                        (a, b) => a.min(b),
                    };
                }
                let new: Vec<u64> = first
                    .iter()
                    .filter(|(value, _)| !known.contains(value))
                    .map(|(_, line)| *line)
                    .collect();
                let want = (!new.is_empty()).then(|| NewHere {
                    new: new.len() as u64,
                    found: first.len() as u64,
                    first_line: new.iter().copied().filter(|line| *line > 0).min(),
                });
                prop_assert_eq!(found.in_file(&path(file), 0), want);
                prop_assert_eq!(found.in_file(&path(file), 1), None);
            }
        }
    }

    #[test]
    fn an_occurrence_is_read_as_it_was_put() {
        let occurrence = Occurrence {
            value: 1 << 127 | 5,
            file: 3 << 64 | 9,
            line: 7 << 40,
        };
        let mut bytes = Vec::new();
        occurrence.put(&mut bytes);
        assert_eq!(
            (bytes.len(), Occurrence::get(&bytes)),
            (Occurrence::BYTES, occurrence)
        );
    }
}
