//! Tests of tallies as a whole: any division of records over tallies, spilled or not, through files or not, gives the
//! totals that plain sets of plain values give.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read, Seek, SeekFrom, Write};

use proptest::prelude::*;

use super::*;
use crate::audit::CategoryCount;
use crate::category::Reading;
use crate::count::track::TrackRoles;
use crate::count::{Day, Tells};
use crate::count::{Kept, Ladder, Parallel, PersonsByFile, Totals};
use crate::detect::vocabulary::RoleId;
use crate::detect::{Confidence, Found, Identifies, Key, KindId, Match, Status};
use crate::record::{Batch, Field, Record, Span};
use crate::value::Mask;

/// The kinds of the tests: the second phone stands in a column of the other party.
const KINDS: [(&str, Identifies); 6] = [
    ("id", Identifies::IdNumber),
    ("phone", Identifies::Phone),
    ("email", Identifies::Email),
    ("name", Identifies::Name),
    ("address", Identifies::Address),
    ("note", Identifies::Nothing),
];
const OTHER_PARTY: RoleId = RoleId(1);

fn ladder() -> Ladder {
    Ladder {
        identifies: KINDS.iter().map(|k| k.1).collect(),
        masks: vec![Mask::ALL; KINDS.len()],
        parties: vec![1, 2],
        tells: KINDS.iter().map(|k| Tells::of_kind(k.0, k.1)).collect(),
        ages_on: Day::of("2026-11-22"),
        track: TrackRoles::default(),
    }
}

fn maker() -> Maker<'static> {
    Maker {
        version: "1.2.3",
        catalog: "blake3:00",
        kinds: KINDS.iter().map(|k| k.0).collect(),
    }
}

fn key() -> RunKey {
    RunKey::from_bytes([5; 32])
}

/// A row: kind, value and party of its cells, and what it supports.
#[derive(Clone, Debug)]
struct Row {
    cells: Vec<(usize, u32, u8)>,
    support: usize,
    parties: u8,
    /// The file and the part of it that it stands in.
    file: (&'static str, u32),
}

fn supports() -> Vec<Support> {
    let set = |full: &[Category], bare: &[Category]| {
        let mut set = CategorySet::EMPTY;
        full.iter().for_each(|c| set.insert(*c));
        bare.iter().for_each(|c| set.insert_bare(*c));
        set
    };
    let (contact, property) = (Category::Contact, Category::Property);
    let same = |set| Support {
        base: set,
        strict: set,
    };
    vec![
        Support::default(),
        same(set(&[contact], &[])),
        same(set(&[], &[contact])),
        same(set(&[Category::Lodging, contact], &[])),
        Support {
            base: set(&[Category::Transaction], &[]),
            strict: set(&[property, Category::Transaction], &[]),
        },
        same(set(&[contact], &[property])),
    ]
}

fn rank(category: Category, bare: bool, reading: Reading) -> Option<u8> {
    (!bare || reading != Reading::Lenient).then_some(category.index() as u8)
}

fn row() -> impl Strategy<Value = Row> {
    let cell = (0..KINDS.len(), 0u32..40, 1u8..3);
    (
        proptest::collection::vec(cell, 0..4),
        0..supports().len(),
        1u8..3,
        (prop_oneof![Just("a.csv"), Just("b.zip")], 0u32..3),
    )
        .prop_map(|(cells, support, parties, file)| Row {
            cells,
            support,
            parties,
            file,
        })
}

fn is_number(kind: usize) -> bool {
    kind < 2
}

fn count(tally: &mut Tally, number: u64, row: &Row) {
    let (mut batch, mut found) = (Batch::default(), Found::default());
    for (i, (kind, value, party)) in row.cells.iter().enumerate() {
        let start = batch.text.len() as u32;
        batch
            .text
            .extend_from_slice(format!(" {kind}:{value:09} ").as_bytes());
        let span = Span {
            start,
            end: batch.text.len() as u32,
        };
        let column = i as u32;
        batch.fields.push(Field { span, column });
        let key = if is_number(*kind) {
            Key::Packed(u64::from(*value))
        } else {
            let at = found.arena.len() as u32;
            found
                .arena
                .extend_from_slice(format!("{value:0>20}").as_bytes());
            Key::Text(at..found.arena.len() as u32)
        };
        found.matches.push(Match {
            kind: KindId(*kind as u8),
            field: column,
            span,
            status: Status::Valid,
            confidence: Confidence::High,
            key,
            role: None,
            column: (*party == 2).then_some(OTHER_PARTY),
        });
    }
    let record = Record {
        fields: 0..batch.fields.len() as u32,
        number,
        line: 0,
        table: 0,
    };
    batch.records.push(record.clone());
    let support = supports()[row.support];
    let kept = Kept {
        persons: true,
        places: row.file.1 > 0,
    };
    tally.file(row.file.0, row.file.1, kept);
    tally.record(
        &ladder(),
        (0, 0),
        &batch,
        &record,
        &[],
        &found,
        support,
        row.parties,
    );
}

/// What is counted: different values by kind, counts by reading and category, persons by reading.
struct Wanted {
    distinct: Vec<u64>,
    categories: BTreeMap<(Reading, Category), CategoryCount>,
    persons: Vec<u64>,
    profiles: BTreeMap<Told, u64>,
}

/// What is told of a person: categories, sorts of identifiers.
type Told = (BTreeSet<Category>, BTreeSet<&'static str>);

/// What is counted, by plain sets of plain values.
fn want(rows: &[Row]) -> Wanted {
    let distinct = |k: usize| {
        let cells = rows.iter().flat_map(|r| &r.cells).filter(|c| c.0 == k);
        cells.map(|c| c.1).collect::<BTreeSet<_>>().len() as u64
    };
    let (mut categories, mut persons) = (BTreeMap::new(), Vec::new());
    for reading in Reading::ALL {
        let sees = |r: &&Row, c| supports()[r.support].under(reading).contains(c);
        let winner = |set: CategorySet, reading| {
            let ranked = set
                .iter()
                .filter(|(c, bare)| rank(*c, *bare, reading).is_some());
            ranked.min_by_key(|(c, _)| *c)
        };
        let of = |r: &Row| winner(supports()[r.support].under(reading), reading);
        let is_event = |r: &Row, category: Category| {
            let default = winner(supports()[r.support].base, Reading::Default);
            category.is_event() || default.is_some_and(|(c, _)| c.is_event())
        };
        for category in Category::ALL {
            let n_rows = rows.iter().filter(|r| sees(r, category)).count() as u64;
            if n_rows == 0 {
                continue;
            }
            let won: Vec<&Row> = rows
                .iter()
                .filter(|r| of(r).is_some_and(|(c, _)| c == category))
                .collect();
            let items = |rows: &mut dyn Iterator<Item = &&Row>| {
                let (mut events, mut attributes) = (BTreeSet::new(), BTreeSet::new());
                for row in rows {
                    if is_event(row, category) {
                        events.insert((persons_of(row)[0].clone(), cells(row)));
                    } else {
                        attributes.extend(persons_of(row));
                    }
                }
                (events.len() + attributes.len()) as u64
            };
            let all = items(&mut won.iter());
            let full = items(&mut won.iter().filter(|r| of(r).is_some_and(|(_, bare)| !bare)));
            let people: BTreeSet<_> = won.iter().flat_map(|r| persons_of(r)).collect();
            categories.insert(
                (reading, category),
                CategoryCount {
                    own_rows: Some(won.len() as u64),
                    category: category.id().to_owned(),
                    rows: n_rows,
                    items: all,
                    bare: all - full,
                    persons: people.len() as u64,
                },
            );
        }
        let counted = rows
            .iter()
            .filter(|r| !supports()[r.support].under(reading).is_empty());
        let people: BTreeSet<_> = counted.flat_map(persons_of).collect();
        persons.push(people.len() as u64);
    }
    let mut told: BTreeMap<String, Told> = BTreeMap::new();
    for row in rows {
        for (i, person) in persons_of(row).into_iter().enumerate() {
            let told = told.entry(person).or_default();
            let base = supports()[row.support].base;
            told.0.extend(base.iter().map(|(category, _)| category));
            told.1
                .extend(side_told_of(row, i).contains(&0).then_some("id-number"));
        }
    }
    let mut profiles = BTreeMap::new();
    let counted = supported_persons(rows);
    for (person, told) in told {
        if counted.contains(&person) && !told.0.is_empty() {
            *profiles.entry(told).or_default() += 1;
        }
    }
    Wanted {
        distinct: (0..KINDS.len()).map(distinct).collect(),
        categories,
        persons,
        profiles,
    }
}

/// Persons of rows that support anything.
fn supported_persons(rows: &[Row]) -> BTreeSet<String> {
    let supported = rows.iter().filter(|r| !supports()[r.support].is_empty());
    supported.flat_map(persons_of).collect()
}

/// The kinds of values on the side that a person of a row stands on.
fn side_told_of(row: &Row, person: usize) -> Vec<usize> {
    let identifies = |party: u8| {
        let kinds: Vec<usize> = row
            .cells
            .iter()
            .filter(|c| c.2 == party)
            .map(|c| c.0)
            .collect();
        let has = |kind: &usize| kinds.contains(kind);
        [0, 1, 2].iter().any(has) || has(&3) && has(&4)
    };
    let party = if person == 1 || !identifies(1) && identifies(2) {
        2
    } else {
        1
    };
    let cells = row.cells.iter().filter(|c| c.2 == party);
    cells.map(|c| c.0).collect()
}

fn cells(row: &Row) -> Vec<(usize, u32)> {
    row.cells.iter().map(|c| (c.0, c.1)).collect()
}

fn persons_of(row: &Row) -> Vec<String> {
    let side = |party: u8| {
        let first = |kind: usize| row.cells.iter().find(|c| c.0 == kind && c.2 == party);
        for kind in 0..3 {
            if let Some((_, value, _)) = first(kind) {
                return Some(format!("{kind} {value}"));
            }
        }
        let (name, address) = (first(3)?, first(4)?);
        Some(format!("{} at {}", name.1, address.1))
    };
    match (side(1), side(2)) {
        (Some(first), Some(second)) if row.parties == 2 => vec![first, second],
        (Some(one), _) | (None, Some(one)) => vec![one],
        (None, None) => vec![format!("{:?}", cells(row))],
    }
}

#[track_caller]
fn check(rows: &[Row], tallies: &[Tally]) {
    let parallel = Parallel {
        threads: 1,
        run: &|n, f| (0..n).rev().for_each(f),
    };
    let totals = Totals::new(tallies, &rank, Memory::tiny(20_000), &parallel).unwrap();
    let want = want(rows);
    assert_eq!(totals.distinct, want.distinct);
    let mut profiles: BTreeMap<Told, u64> = BTreeMap::new();
    for profile in totals.profiles() {
        let categories = profile
            .categories
            .iter()
            .filter_map(|id| Category::from_id(id));
        let identifiers = profile.identifiers.iter().map(|id| match id.as_str() {
            "id-number" => "id-number",
            other => panic!("no row has {other}"),
        });
        let told = (categories.collect(), identifiers.collect());
        assert_eq!(profiles.insert(told, profile.persons), None, "each once");
    }
    assert_eq!(profiles, want.profiles);
    assert_eq!(
        profiles.values().sum::<u64>(),
        totals.persons(Reading::Default),
        "each person is in one profile"
    );
    check_files(rows, tallies, &parallel);
    for (reading, persons) in Reading::ALL.into_iter().zip(want.persons) {
        assert_eq!(totals.persons(reading), persons, "{reading:?}");
        let counts = totals.readings();
        let of = counts.iter().find(|c| c.reading == reading.id()).unwrap();
        let categories: Vec<_> = want
            .categories
            .iter()
            .filter(|((r, _), _)| *r == reading)
            .map(|(_, c)| c.clone())
            .collect();
        assert_eq!(of.categories, categories, "{reading:?}");
    }
}

/// Persons of each file are those of its rows that the default reading counts.
#[track_caller]
fn check_files(rows: &[Row], tallies: &[Tally], parallel: &Parallel<'_>) {
    let memory = Memory::tiny(20_000);
    let found = PersonsByFile::of(tallies, &key(), memory, parallel).unwrap();
    for path in ["a.csv", "b.zip", "c.csv"] {
        for part in 0..4 {
            let counted = rows.iter().filter(|r| {
                r.file == (path, part) && !supports()[r.support].under(Reading::Default).is_empty()
            });
            let persons: BTreeSet<String> = counted.flat_map(persons_of).collect();
            let n = found.in_file(path, part);
            assert_eq!(n, persons.len() as u64, "{path}, part {part}");
        }
    }
}

fn tally(memory: u64) -> Tally {
    Tally::new(key(), KINDS.len(), Memory::tiny(memory))
}

fn write(tallies: &[Tally], enclosed: &[u8]) -> File {
    let file = tempfile::tempfile().unwrap();
    let copy = file.try_clone().unwrap();
    write_tally(
        copy,
        "a.tally",
        &maker(),
        &key(),
        tallies,
        enclosed,
        Memory::tiny(9_000),
    )
    .unwrap();
    file
}

fn read(file: &File, key: &RunKey, maker: &Maker<'_>) -> Result<(Tally, Vec<u8>), Error> {
    read_tally(
        file.try_clone().unwrap(),
        "a.tally",
        maker,
        key,
        Memory::tiny(50_000),
    )
}

/// What is done with a tally after so many of its rows.
#[derive(Clone, Copy, Debug)]
enum Then {
    Nothing,
    ThroughAFile,
    Taken,
    WrittenDown,
}

fn then() -> impl Strategy<Value = Then> {
    prop_oneof![
        Just(Then::Nothing),
        Just(Then::ThroughAFile),
        Just(Then::Taken),
        Just(Then::WrittenDown),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn any_division_gives_the_totals_of_plain_sets(
        rows in proptest::collection::vec(row(), 0..400),
        plans in proptest::collection::vec((then(), prop_oneof![Just(2_000u64), Just(1 << 20)]), 1..5),
        joined in any::<bool>(),
    ) {
        let mut tallies = Vec::new();
        for (i, (then, memory)) in plans.iter().enumerate() {
            let mut tally = tally(*memory);
            let mine: Vec<&Row> = rows.iter().skip(i).step_by(plans.len()).collect();
            let half = mine.len() / 2;
            for (n, row) in mine.iter().enumerate() {
                if n == half {
                    tally.seal().unwrap();
                    match then {
                        Then::Nothing => {}
                        Then::Taken => tallies.push(tally.take()),
                        Then::ThroughAFile => {
                            tally = read(&write(&[tally], b""), &key(), &maker()).unwrap().0;
                        }
                        // Written while it goes on: the file is not used.
                        Then::WrittenDown => {
                            let own = std::slice::from_ref(&tally);
                            write(own, b"so far");
                        }
                    }
                }
                count(&mut tally, n as u64, row);
            }
            tally.seal().unwrap();
            tallies.push(tally);
        }
        check(&rows, &tallies);
        tallies.reverse();
        if joined {
            tallies = vec![read(&write(&tallies, b""), &key(), &maker()).unwrap().0];
        }
        check(&rows, &tallies);
    }
}

fn some() -> Vec<Tally> {
    let mut tallies = vec![tally(2_000), tally(1 << 20)];
    for n in 0..2_000u32 {
        let row = Row {
            cells: vec![(1, n % 700, 1), (2, n % 900, 1), (3, n, 2)],
            support: 3,
            parties: 1,
            file: ("a.csv", n % 3),
        };
        count(&mut tallies[n as usize % 2], u64::from(n), &row);
    }
    tallies.iter_mut().for_each(|t| t.seal().unwrap());
    tallies
}

#[test]
fn counters_samples_and_enclosure_come_back() {
    let tallies = some();
    let (mut back, enclosed) = read(&write(&tallies, b"files"), &key(), &maker()).unwrap();
    assert_eq!(enclosed, b"files");
    assert_eq!(back.kinds[1].matches, 2_000);
    let mut samples = Samples::default();
    tallies
        .iter()
        .for_each(|t| samples.join(&t.kinds[1].samples));
    assert_eq!(back.kinds[1].samples.as_slice(), samples.as_slice());
    back.renumber_files(&|file| file + 7);
    samples.renumber(&|file| file + 7);
    assert_eq!(back.kinds[1].samples.as_slice(), samples.as_slice());
}

#[test]
fn what_cannot_be_joined_is_refused_with_the_reason() {
    let file = write(&some(), b"");
    let refused = |file: &File, key: &RunKey, maker: &Maker<'_>, part: &str| {
        let error = read(file, key, maker)
            .err()
            .expect("it is refused")
            .to_string();
        assert!(
            error.starts_with("a.tally: ") && error.contains(part),
            "{error}"
        );
    };
    refused(&file, &RunKey::from_bytes([6; 32]), &maker(), "another key");
    let version = Maker {
        version: "1.2.4",
        ..maker()
    };
    refused(&file, &key(), &version, "made by leakgauge 1.2.3");
    let catalog = Maker {
        catalog: "blake3:01",
        ..maker()
    };
    refused(&file, &key(), &catalog, "catalog blake3:00");
    for (bytes, part) in [
        (&b""[..], "no tally"),
        (b"{\"schema\": \"leakgauge.audit/1\"}", "no tally"),
        (b"LGTALLY\0\x01\0\0\0\0\0\0\0", "format 1"),
        (b"LGTALLY\0\x02\0\0\0\0\0\0\0", "format 2"),
        (b"LGTALLY\0\x03\0\0\0\xFF\xFF\xFF\xFF", "damaged"),
    ] {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(bytes).unwrap();
        refused(&file, &key(), &maker(), part);
    }
    let mut open = tally(2_000);
    count(
        &mut open,
        0,
        &Row {
            cells: vec![(1, 1, 1)],
            support: 1,
            parties: 1,
            file: ("a.csv", 0),
        },
    );
    let out = tempfile::tempfile().unwrap();
    let memory = Memory::default();
    let write = |file, key: &RunKey, tallies: &[Tally]| {
        write_tally(file, "a.tally", &maker(), key, tallies, b"", memory)
            .unwrap_err()
            .to_string()
    };
    assert!(write(out.try_clone().unwrap(), &key(), &[open]).contains("still being counted"));
    let other = RunKey::from_bytes([6; 32]);
    assert!(write(out, &other, &[tally(2_000)]).contains("different keys"));
}

#[test]
fn a_damaged_file_is_refused_wherever_it_is_damaged() {
    let mut whole = Vec::new();
    let mut file = write(&some(), b"enclosed");
    file.seek(SeekFrom::Start(0)).unwrap();
    file.read_to_end(&mut whole).unwrap();
    let check = |bytes: &[u8]| {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(bytes).unwrap();
        read(&file, &key(), &maker()).err().map(|e| e.to_string())
    };
    assert_eq!(check(&whole), None);
    let places = (0..whole.len())
        .step_by(997)
        .chain(whole.len() - 100..whole.len());
    for at in (0..200).chain(places) {
        let mut bytes = whole.clone();
        bytes[at] ^= 0x10;
        let error = check(&bytes).unwrap_or_else(|| panic!("byte {at} does not matter"));
        let is_clear = ["no tally", "format", "damaged", "another key"]
            .iter()
            .any(|part| error.contains(part));
        assert!(is_clear, "byte {at}: {error}");
    }
    for len in (0..whole.len()).step_by(1009).chain([whole.len() - 1]) {
        assert!(check(&whole[..len]).is_some(), "{len} bytes are enough");
    }
    assert!(check(&[&whole[..], b"x"].concat()).is_some());
}

#[test]
fn a_file_shows_neither_values_nor_fingerprints() {
    let mut tallies = some();
    let mut file = write(&tallies, b"/home/somebody/members.csv");
    file.seek(SeekFrom::Start(0)).unwrap();
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes).unwrap();
    let keyed = crate::count::fingerprint::Keyed::new(&key());
    let shows = |needle: &[u8]| bytes.windows(needle.len()).any(|w| w == needle);
    assert!(shows(b"1.2.3"), "the head can be read");
    assert!(!shows(b"members") && !shows(b"phone") && !shows(b"lodging") && !shows(b"****"));
    for n in 0..700u64 {
        assert!(
            !shows(&keyed.number(n).to_le_bytes()),
            "the stand-in of {n}"
        );
    }
    tallies.clear();
}

#[test]
#[cfg(target_os = "linux")]
fn a_full_disk_is_an_error() {
    let full = File::options()
        .read(true)
        .write(true)
        .open("/dev/full")
        .unwrap();
    let error = write_tally(
        full,
        "a.tally",
        &maker(),
        &key(),
        &some(),
        b"",
        Memory::default(),
    );
    let error = error.unwrap_err().to_string();
    assert!(
        error.starts_with("a.tally: cannot write the tally") && error.contains("No space"),
        "{error}"
    );
    assert!(!error.contains("TMPDIR"), "{error}");
}
