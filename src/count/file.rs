//! A tally as a file: so that parts of a scan, made at other times or on other machines, are joined as if they were one.
//!
//! Joined are tallies of one key, one program version and one catalog, with the numbers that one scan of everything would have
//! given. To whoever has not the key, a tally says which program and catalog made it, and about how much it holds.
//!
//! # Format 3
//!
//! Integers are unsigned, low byte first.
//!
//! | part | bytes | holds |
//! | --- | --- | --- |
//! | magic | 8 | `LGTALLY` and a zero |
//! | format | 4 | 3 |
//! | head length | 4 | at most 4,096 |
//! | head | as told | JSON: `version` of the program, hash of the `catalog`, `salt` (32 random bytes in hexadecimal digits) |
//! | sections | to the trailer | enciphered, in any order: runs, the enclosure, last the directory |
//! | trailer | 24 | section number, offset and length of the directory |
//! | checksum | 32 | BLAKE3 of everything before it |
//! | proof | 32 | keyed BLAKE3 of the checksum |
//!
//! *Sections* are enciphered with ChaCha20 (RFC 8439), from block 0 on, under the cipher key of the file; the nonce is the number
//! of the section in 8 bytes, then 4 zeros. The cipher key and the key of the proof are the first and the next 32 bytes of
//! BLAKE3 in its mode of key derivation (context `leakgauge 2026-11 tally file`) over the key and the salt. The proof tells
//! whether the reader's key is that of the file, and that nobody else has changed it.
//!
//! The *directory* is JSON: the counters of each kind by its id, with samples (masked, with their places) and where its
//! runs lie; the groups of records by what they support and tell of a person, with their number of records and where their runs lie; where
//! the run of persons by file and the enclosure lie. A *run* is an ascending sequence of fingerprints without duplicates, of 8 bytes (`numbers`, `numbered`) or
//! 16 (`texts`, `contents`, `persons`) or, if they were asked for, 32 (`by_file`: persons in files) or 40 (`places_of_numbers`, `places_of_texts`: values on
//! lines of files); `ends` holds for each sixty-fourth of the key space how many there are up to its end.
//! The *enclosure* is what the caller wants to have with the counts, and means nothing here.

use std::collections::BTreeMap;
use std::fs::File;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::distinct::Distinct;
use super::fingerprint::{RunKey, random_bytes};
use super::group::Group;
use super::merge::{Sequences, merge};
use super::places::Places;
use super::sample::{Sample, Samples};
use super::spill::Memory;
use super::store::{Fingerprint, RANGES, Run, RunPlace, Section, Store, Writer, read_exact_at};
use super::traits::{Traits, WrittenTraits};
use super::unions::read_bytes;
use super::{KindTally, NUMBERED, Tally, check_joinable};
use crate::category::{Category, CategorySet, Support};
use crate::error::Error;

const MAGIC: &[u8; 8] = b"LGTALLY\0";
const FORMAT: u32 = 3;
const HEAD_BYTES_MAX: usize = 4096;
/// Magic, format, length of the head.
const START_BYTES: usize = 16;
/// Number, offset and length of the directory.
const TRAILER_BYTES: usize = 24;
const HASH_BYTES: usize = 32;

/// Bytes that are hashed at a time when a file is checked.
const CHECK_BYTES: usize = 1 << 20;

/// Names of the numbers that identify persons, in the order of [`Identifies`](crate::detect::Identifies).
const NUMBERED_IDS: [&str; NUMBERED] = [
    "id-number",
    "permit",
    "phone",
    "financial-account",
    "email",
    "name",
    "address",
    "login",
    "vehicle",
    "device",
];

/// Who counts: tallies can be joined when this is the same.
pub struct Maker<'a> {
    /// Version of the program.
    pub version: &'a str,
    /// Hash of everything that decides a count.
    pub catalog: &'a str,
    /// Ids of the kinds, in the order of the catalog.
    pub kinds: Vec<&'a str>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Head {
    version: String,
    catalog: String,
    salt: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Directory {
    kinds: BTreeMap<String, KindEntry>,
    groups: Vec<GroupEntry>,
    by_file: Option<RunPlace>,
    enclosure: Section,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct KindEntry {
    matches: u64,
    masked: u64,
    test: u64,
    failed_checksum: u64,
    #[serde(default)]
    rounded: u64,
    samples: Vec<Sample>,
    numbers: Option<RunPlace>,
    texts: Option<RunPlace>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    places_of_numbers: Option<RunPlace>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    places_of_texts: Option<RunPlace>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct GroupEntry {
    base: SetEntry,
    strict: SetEntry,
    traits: WrittenTraits,
    rows: u64,
    contents: Option<RunPlace>,
    persons: Option<RunPlace>,
    numbered: BTreeMap<String, RunPlace>,
}

/// Ids of categories.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SetEntry {
    full: Vec<String>,
    bare: Vec<String>,
}

/// Writes sealed tallies as one to an empty file, whose name is `place`, with something enclosed. Their runs are merged in
/// about as much memory as `memory` leaves beside what they hold. The file is not synced.
///
/// # Errors
/// When the file cannot be written, when what was spilled cannot be read, and when the tallies are not sealed or of another key.
pub fn write_tally(
    file: File,
    place: &str,
    maker: &Maker<'_>,
    key: &RunKey,
    tallies: &[Tally],
    enclosed: &[u8],
    memory: Memory,
) -> Result<(), Error> {
    check_joinable(tallies, Some(key))?;
    if tallies.iter().any(|t| t.kinds.len() != maker.kinds.len()) {
        return Err(Error::new("tallies of different catalogs cannot be joined"));
    }
    let salt = random_bytes()?;
    let (cipher, prover) = key.of_file(&salt);
    let mut writer = Writer::hashing(Store::lasting(file, cipher, place));
    let head = to_json(&Head {
        version: maker.version.to_owned(),
        catalog: maker.catalog.to_owned(),
        salt: blake3::Hash::from_bytes(salt).to_hex().to_string(),
    })?;
    writer.plain(MAGIC)?;
    writer.plain(&FORMAT.to_le_bytes())?;
    writer.plain(&(head.len() as u32).to_le_bytes())?;
    writer.plain(&head)?;
    let held: usize = tallies.iter().map(|t| t.budget.held).sum();
    let mut joiner = Joiner {
        writer: &mut writer,
        free: memory.bytes().saturating_sub(held),
    };
    let (kinds, groups) = (joiner.kinds(maker, tallies)?, joiner.groups(tallies)?);
    let by_file = joiner.union(tallies.iter().map(|t| &t.by_file.met))?;
    let directory = to_json(&Directory {
        kinds,
        groups,
        by_file,
        enclosure: writer.section(enclosed)?,
    })?;
    let section = writer.section(&directory)?;
    for number in [section.number, section.start, section.len] {
        writer.plain(&number.to_le_bytes())?;
    }
    let checksum = writer.hash();
    writer.plain(checksum.as_bytes())?;
    writer.plain(blake3::keyed_hash(&prover, checksum.as_bytes()).as_bytes())
}

fn to_json(value: &impl Serialize) -> Result<Vec<u8>, Error> {
    serde_json::to_vec(value).map_err(|e| Error::new("the tally cannot be worded").because(e))
}

/// Joins the sets of tallies on their way to a file.
struct Joiner<'w> {
    writer: &'w mut Writer,
    /// Bytes of memory to merge in.
    free: usize,
}

impl Joiner<'_> {
    fn union<'a, F: Fingerprint>(
        &mut self,
        sets: impl Iterator<Item = &'a Distinct<F>>,
    ) -> Result<Option<RunPlace>, Error> {
        let sets: Vec<&Distinct<F>> = sets.collect();
        let bytes = read_bytes(self.free, sets.iter().map(|set| set.n_runs()).sum());
        let mut sequences = Sequences::default();
        for set in sets {
            set.add_to(&mut sequences, 0, (0, RANGES), bytes)?;
        }
        let mut run = self.writer.run();
        merge(sequences, |key: F, _| run.push(key))?;
        Ok(run.finish()?.map(|run| run.place()))
    }

    fn kinds(
        &mut self,
        maker: &Maker<'_>,
        tallies: &[Tally],
    ) -> Result<BTreeMap<String, KindEntry>, Error> {
        let mut entries = BTreeMap::new();
        for (i, id) in maker.kinds.iter().enumerate() {
            let kinds = || tallies.iter().map(|t| &t.kinds[i]);
            let sum = |field: fn(&KindTally) -> u64| kinds().map(field).sum();
            let mut samples = Samples::default();
            kinds().for_each(|k| samples.join(&k.samples));
            let entry = KindEntry {
                matches: sum(|k| k.matches),
                masked: sum(|k| k.masked),
                test: sum(|k| k.test),
                failed_checksum: sum(|k| k.failed_checksum),
                rounded: sum(|k| k.rounded),
                samples: samples.as_slice().to_vec(),
                numbers: self.union(kinds().map(|k| &k.numbers))?,
                texts: self.union(kinds().map(|k| &k.texts))?,
                places_of_numbers: self.union(kinds().map(|k| &k.places.numbers))?,
                places_of_texts: self.union(kinds().map(|k| &k.places.texts))?,
            };
            entries.insert((*id).to_owned(), entry);
        }
        Ok(entries)
    }

    fn groups(&mut self, tallies: &[Tally]) -> Result<Vec<GroupEntry>, Error> {
        let mut sorts: BTreeMap<(Support, Traits), Vec<&Group>> = BTreeMap::new();
        for group in tallies.iter().flat_map(|t| t.groups.iter()) {
            let same = sorts.entry((group.support, group.traits)).or_default();
            same.push(group);
        }
        let mut entries = Vec::new();
        for ((support, traits), groups) in sorts {
            let groups = || groups.iter().copied();
            let mut numbered = BTreeMap::new();
            for (i, id) in NUMBERED_IDS.into_iter().enumerate() {
                let run = self.union(groups().map(|g| &g.numbered[i]))?;
                numbered.extend(run.map(|run| (id.to_owned(), run)));
            }
            entries.push(GroupEntry {
                base: SetEntry::of(support.base),
                strict: SetEntry::of(support.strict),
                traits: WrittenTraits::of(traits),
                rows: groups().map(|g| g.rows).sum(),
                contents: self.union(groups().map(|g| &g.contents))?,
                persons: self.union(groups().map(|g| &g.persons))?,
                numbered,
            });
        }
        Ok(entries)
    }
}

impl SetEntry {
    fn of(set: CategorySet) -> SetEntry {
        let ids = |is_bare: bool| {
            let those = set.iter().filter(move |(_, bare)| *bare == is_bare);
            those
                .map(|(category, _)| category.id().to_owned())
                .collect()
        };
        SetEntry {
            full: ids(false),
            bare: ids(true),
        }
    }

    /// None if an id is unknown.
    fn understood(&self) -> Option<CategorySet> {
        let mut set = CategorySet::EMPTY;
        for id in &self.full {
            set.insert(Category::from_id(id)?);
        }
        for id in &self.bare {
            set.insert_bare(Category::from_id(id)?);
        }
        Some(set)
    }
}

/// Reads a tally back from its file, whose name is `place`, with what was enclosed. The whole file is checked; its runs stay in
/// it and are read when they are merged, so that the file must not change until then. The tally is sealed, and more can be
/// counted with it, in so much memory.
///
/// # Errors
/// When the file cannot be read, is no tally, is damaged or cut off, or was made with another key, program or catalog.
pub fn read_tally(
    file: File,
    place: &str,
    maker: &Maker<'_>,
    key: &RunKey,
    memory: Memory,
) -> Result<(Tally, Vec<u8>), Error> {
    Reader::open(file, key)
        .and_then(|reader| reader.tally(place, maker, memory))
        .map_err(|e| e.at(place))
}

/// A file that is a whole tally of the key at hand.
struct Reader {
    file: File,
    key: RunKey,
    cipher: [u8; 32],
    head: Head,
    directory: Section,
    /// Where the sections end.
    end: u64,
}

fn cannot_read(error: std::io::Error) -> Error {
    Error::new("the tally cannot be read").because(error)
}

fn damaged() -> Error {
    Error::new("the tally is damaged or cut off: make or copy it again")
}

impl Reader {
    fn open(file: File, key: &RunKey) -> Result<Reader, Error> {
        let len = file.metadata().map_err(cannot_read)?.len();
        let head = read_head(&file, len)?;
        let salt = blake3::Hash::from_hex(&head.salt).map_err(|_| damaged())?;
        let (cipher, prover) = key.of_file(salt.as_bytes());
        let end_bytes = (TRAILER_BYTES + 2 * HASH_BYTES) as u64;
        let end = len.checked_sub(end_bytes).ok_or_else(damaged)?;
        let mut trailer = [0; TRAILER_BYTES + 2 * HASH_BYTES];
        read_exact_at(&file, &mut trailer, end).map_err(cannot_read)?;
        let (numbers, hashes) = trailer.split_at(TRAILER_BYTES);
        let (checksum, proof) = hashes.split_at(HASH_BYTES);
        if hash(&file, end + TRAILER_BYTES as u64)?.as_bytes() != checksum {
            return Err(damaged());
        }
        if blake3::keyed_hash(&prover, checksum).as_bytes() != proof {
            return Err(Error::new(
                "the tally was made with another key: all that is joined needs the same key file or passphrase",
            ));
        }
        let number = |i: usize| u64::get(&numbers[8 * i..8 * i + 8]);
        Ok(Reader {
            file,
            key: *key,
            cipher,
            head,
            directory: Section {
                number: number(0),
                start: number(1),
                len: number(2),
            },
            end,
        })
    }

    fn tally(
        self,
        place: &str,
        maker: &Maker<'_>,
        memory: Memory,
    ) -> Result<(Tally, Vec<u8>), Error> {
        if self.head.version != maker.version || self.head.catalog != maker.catalog {
            return Err(Error::new(format!(
                "the tally was made by leakgauge {} with the catalog {}, not by {} with {}: all that is joined must be \
                 counted alike",
                self.head.version, self.head.catalog, maker.version, maker.catalog
            )));
        }
        let end = self.end;
        let within = |section: &Section| {
            let ends = section.start.checked_add(section.len);
            ends.filter(|e| *e <= end).map(|_| ()).ok_or_else(damaged)
        };
        within(&self.directory)?;
        let store = Arc::new(Store::lasting(self.file, self.cipher, place));
        let directory = store.section(&self.directory)?;
        let directory: Directory = serde_json::from_slice(&directory).map_err(|_| damaged())?;
        within(&directory.enclosure)?;
        let enclosed = store.section(&directory.enclosure)?;
        let runs = Runs { store, end };
        let mut tally = Tally::new(self.key, maker.kinds.len(), memory);
        for (id, entry) in directory.kinds {
            let at = maker.kinds.iter().position(|k| *k == id);
            tally.kinds[at.ok_or_else(damaged)?] = runs.kind(entry)?;
        }
        for entry in directory.groups {
            if !tally.groups.put(runs.group(entry)?) {
                return Err(damaged());
            }
        }
        tally.by_file.met = runs.set(directory.by_file)?;
        tally.is_sealed = true;
        Ok((tally, enclosed))
    }
}

fn read_head(file: &File, len: u64) -> Result<Head, Error> {
    let mut start = [0; START_BYTES];
    if len < START_BYTES as u64 {
        return Err(Error::new("the file is no tally"));
    }
    read_exact_at(file, &mut start, 0).map_err(cannot_read)?;
    let number = |at: usize| u32::from_le_bytes(start[at..at + 4].try_into().expect("four bytes"));
    if &start[..8] != MAGIC {
        return Err(Error::new("the file is no tally"));
    }
    if number(8) != FORMAT {
        return Err(Error::new(format!(
            "the tally has format {}, and this program reads {FORMAT}",
            number(8)
        )));
    }
    let n = number(12) as usize;
    if n > HEAD_BYTES_MAX || (START_BYTES + n) as u64 > len {
        return Err(damaged());
    }
    let mut head = vec![0; n];
    read_exact_at(file, &mut head, START_BYTES as u64).map_err(cannot_read)?;
    serde_json::from_slice(&head).map_err(|_| damaged())
}

/// The hash of the first bytes of a file.
fn hash(file: &File, len: u64) -> Result<blake3::Hash, Error> {
    let mut hasher = blake3::Hasher::new();
    let mut bytes = vec![0; CHECK_BYTES];
    let mut at = 0;
    while at < len {
        let n = (len - at).min(CHECK_BYTES as u64) as usize;
        read_exact_at(file, &mut bytes[..n], at).map_err(cannot_read)?;
        hasher.update(&bytes[..n]);
        at += n as u64;
    }
    Ok(hasher.finalize())
}

/// The runs of a file.
struct Runs {
    store: Arc<Store>,
    end: u64,
}

impl Runs {
    fn set<F: Fingerprint>(&self, place: Option<RunPlace>) -> Result<Distinct<F>, Error> {
        let at = |place| Run::at::<F>(&self.store, place, self.end).ok_or_else(damaged);
        Ok(Distinct::from_run(place.map(at).transpose()?))
    }

    fn kind(&self, entry: KindEntry) -> Result<KindTally, Error> {
        Ok(KindTally {
            matches: entry.matches,
            masked: entry.masked,
            test: entry.test,
            failed_checksum: entry.failed_checksum,
            rounded: entry.rounded,
            numbers: self.set(entry.numbers)?,
            texts: self.set(entry.texts)?,
            places: Places {
                numbers: self.set(entry.places_of_numbers)?,
                texts: self.set(entry.places_of_texts)?,
            },
            samples: Samples::from_written(entry.samples),
        })
    }

    fn group(&self, entry: GroupEntry) -> Result<Group, Error> {
        let set = |entry: &SetEntry| entry.understood().ok_or_else(damaged);
        let support = Support {
            base: set(&entry.base)?,
            strict: set(&entry.strict)?,
        };
        let traits = entry.traits.understood().ok_or_else(damaged)?;
        let mut group = Group::new(support, traits);
        group.rows = entry.rows;
        group.contents = self.set(entry.contents)?;
        group.persons = self.set(entry.persons)?;
        for (id, place) in entry.numbered {
            let at = NUMBERED_IDS.iter().position(|known| *known == id);
            group.numbered[at.ok_or_else(damaged)?] = self.set(Some(place))?;
        }
        Ok(group)
    }
}

#[cfg(test)]
mod tests;
