//! Counting: matches of records become a tally, and tallies become the numbers that the law counts.
//!
//! A [`Tally`] belongs to one worker; [`Totals`] joins any number of them, in any order, with the same result. Four numbers
//! are kept apart: matches and distinct values of a kind; rows, items and persons of a category. What a record supports is
//! kept as a whole ([`Support`]), so that each reading can put it into its own highest class afterwards. No value is kept,
//! only keyed fingerprints; nothing is sampled, capped or estimated.

mod by_file;
mod distinct;
mod file;
mod fingerprint;
mod group;
mod known;
mod merge;
mod order;
mod places;
mod sample;
mod sort;
mod spill;
mod store;
mod subject;
mod total;
mod track;
mod traits;
mod unions;

use std::ops::Range;

use crate::category::{Reading, Support};
use crate::detect::{Catalog, ColumnRule, Found, Identifies, Key, KindId, Match, Status};
use crate::error::Error;
use crate::record::{Batch, Record};
use crate::value::{Mask, Value};

use by_file::ByFile;
pub use by_file::{Kept, PersonsByFile};
use distinct::{Distinct, Set};
pub use file::{Maker, read_tally, write_tally};
use fingerprint::Keyed;
pub use fingerprint::RunKey;
use group::Groups;
pub use known::{Since, StandIns, compare};
use places::Places;
pub use places::{NewHere, News, NewsByFile};
use sample::{Place, Samples};
use spill::Budget;
pub use spill::Memory;
pub use subject::{Keys, keys_of};
use subject::{Scratch, Seen};
pub use total::{Parallel, Ranking, Totals, winner};
use track::TrackRoles;
pub use traits::Day;
use traits::Tells;

/// Kinds of numbers that identify a person.
const NUMBERED: usize = Identifies::Nothing as usize;

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
    /// What values of each kind tell of a person.
    tells: Vec<Tells>,
    /// The day on which ages are taken.
    ages_on: Option<Day>,
    track: TrackRoles,
}

impl Ladder {
    /// The ladder of a catalog. Ages of persons are those on the day `ages_on`; without it they stay unknown.
    pub fn new(catalog: &Catalog, ages_on: Option<Day>) -> Ladder {
        let vocabulary = catalog.vocabulary();
        Ladder {
            identifies: catalog.patterns().iter().map(|p| p.identifies).collect(),
            masks: catalog.patterns().iter().map(|p| p.mask).collect(),
            parties: vocabulary.roles().iter().map(|r| r.party).collect(),
            tells: catalog.patterns().iter().map(Tells::new).collect(),
            ages_on,
            track: TrackRoles::new(vocabulary),
        }
    }

    /// How values of a kind are masked.
    pub fn mask(&self, kind: KindId) -> Mask {
        self.masks[kind.index()]
    }
}

/// What one worker has counted.
pub struct Tally {
    key: Keyed,
    kinds: Vec<KindTally>,
    groups: Groups,
    by_file: ByFile,
    budget: Budget,
    /// Whether nothing was counted since the sets were sorted.
    is_sealed: bool,
    /// Memory to put texts together in.
    scratch: Scratch,
}

struct KindTally {
    matches: u64,
    masked: u64,
    test: u64,
    failed_checksum: u64,
    rounded: u64,
    numbers: Distinct<u64>,
    texts: Distinct<u128>,
    /// Where they stand, if that is asked for.
    places: Places,
    samples: Samples,
}

impl Tally {
    /// An empty tally for a catalog of `n_kinds` kinds, which spills to a temporary file what `memory` does not hold.
    pub fn new(key: RunKey, n_kinds: usize, memory: Memory) -> Tally {
        let kinds = (0..n_kinds).map(|_| KindTally::new()).collect();
        Tally {
            key: Keyed::new(&key),
            kinds,
            groups: Groups::default(),
            by_file: ByFile::default(),
            budget: Budget::new(memory),
            is_sealed: true,
            scratch: Scratch::default(),
        }
    }

    /// Starts on a batch; [`Tally::record`] follows for its records. The rules of its tables stay the same meanwhile.
    pub fn batch(&mut self) {
        self.scratch.order.forget();
    }

    /// Says which file the records that follow are of, by its path and the number of a part of it, and what is to be kept of
    /// it by itself. Nothing is until this is called.
    pub fn file(&mut self, path: &str, part: u32, kept: Kept) {
        self.by_file.enter(&self.key, (path, part), kept);
    }

    /// Counts one record. `file` is the position of its file in the order of paths, and the number of a part in it; `rules` are
    /// those of its table's columns; `support` and `parties` are what classification says of it: the categories, and whether
    /// it tells of one person or of two.
    #[expect(
        clippy::too_many_arguments,
        reason = "what is known of a record comes from as many rooms"
    )]
    pub fn record(
        &mut self,
        ladder: &Ladder,
        (file, part): (usize, u32),
        batch: &Batch,
        record: &Record,
        rules: &[ColumnRule],
        found: &Found,
        support: Support,
        parties: u8,
    ) {
        self.is_sealed = false;
        let mut seen = Seen::default();
        let base = batch.fields_of(record).first().map_or(0, |f| f.span.start);
        for m in &found.matches {
            if m.status == Status::Valid {
                let start = m.span.start - base;
                let place = Place {
                    file,
                    part,
                    record: record.number,
                    start,
                };
                self.value(ladder, place, batch, found, m);
                if let Some(file) = self.by_file.wants_places() {
                    self.place(file, record.line, found, m);
                }
                seen.add(ladder, m);
            } else {
                self.kinds[m.kind.index()].count_apart(m.status);
            }
        }
        if !support.is_empty() {
            let (key, scratch) = (&self.key, &mut self.scratch);
            let subjects = seen.subjects(key, found, parties, (batch, record, rules), scratch);
            if self.by_file.wants_persons() && !support.under(Reading::Default).is_empty() {
                self.by_file.add(&subjects, &mut self.budget.held);
            }
            if let Some(second) = subjects.second {
                let group = self.groups.of(support, subjects.traits[1]);
                group.person(second, &mut self.budget.held);
            }
            let group = self.groups.of(support, subjects.traits[0]);
            let held = &mut self.budget.held;
            group.rows += 1;
            group.person(subjects.first, held);
            if group.has_events {
                let (key, scratch) = (&self.key, &mut self.scratch);
                let point = group
                    .is_track
                    .then(|| ladder.track.point(batch, record, rules));
                let content = match point.flatten() {
                    Some(point) => subject::point_of(key, point, subjects.first),
                    None => subject::content_of(key, batch, record, rules, subjects.first, scratch),
                };
                group.contents.insert(content, held);
            }
        }
        if self.budget.is_exceeded() {
            self.relieve();
        }
    }

    #[inline]
    fn value(&mut self, ladder: &Ladder, place: Place, batch: &Batch, found: &Found, m: &Match) {
        let tally = &mut self.kinds[m.kind.index()];
        let held = &mut self.budget.held;
        tally.matches += 1;
        match &m.key {
            Key::Packed(number) => tally.numbers.insert(self.key.number(*number), held),
            Key::Text(range) => {
                let text = self.key.text(VALUE, text(found, range));
                tally.texts.insert(text, held);
            }
        }
        let value = Value::new(batch.bytes(m.span));
        tally
            .samples
            .look_at(place, value, ladder.masks[m.kind.index()]);
    }

    /// Keeps where a value stands.
    #[cold]
    fn place(&mut self, file: u128, line: u64, found: &Found, m: &Match) {
        let places = &mut self.kinds[m.kind.index()].places;
        let held = &mut self.budget.held;
        match &m.key {
            Key::Packed(number) => places.number(self.key.number(*number), file, line, held),
            Key::Text(range) => {
                let text = self.key.text(VALUE, text(found, range));
                places.text(text, file, line, held);
            }
        }
    }

    /// Whether the counts are lost, because what memory does not hold could not be written: there is no use in going on.
    pub fn has_failed(&self) -> bool {
        self.budget.has_failed()
    }

    /// Sorts all sets, so that totals can be made. Done by each worker for itself, when it has finished. It can go on
    /// counting, and be sealed again.
    ///
    /// # Errors
    /// When what memory does not hold could not be written, now or before.
    pub fn seal(&mut self) -> Result<(), Error> {
        let mut held = self.budget.held;
        self.sets().iter_mut().for_each(|set| set.seal(&mut held));
        self.budget.held = held;
        let (budget, mut sets) = self.budget_and_sets();
        budget.make_room_to_merge(&mut sets);
        budget.failure()?;
        self.is_sealed = true;
        Ok(())
    }

    /// Takes what was counted since the last time, and leaves an empty tally to go on with. Totals over all that were taken
    /// are those of one tally, so that a long scan can be written down in parts, each at the cost of what is new.
    #[must_use]
    pub fn take(&mut self) -> Tally {
        let empty = Tally {
            key: Keyed::new(&self.key.key),
            kinds: self.kinds.iter().map(|_| KindTally::new()).collect(),
            groups: Groups::default(),
            by_file: ByFile::default(),
            budget: self.budget.renewed(),
            is_sealed: true,
            scratch: Scratch::default(),
        };
        std::mem::replace(self, empty)
    }

    /// Gives the files other positions in the order of paths, as when tallies of several scans are joined. The order of the
    /// files of this tally must stay.
    pub fn renumber_files(&mut self, position: &dyn Fn(usize) -> usize) {
        for kind in &mut self.kinds {
            kind.samples.renumber(position);
        }
    }

    #[cold]
    fn relieve(&mut self) {
        let (budget, mut sets) = self.budget_and_sets();
        budget.relieve(&mut sets);
        if self.has_failed() {
            // The counts are lost, so that nothing is kept of them.
            let n_kinds = self.kinds.len();
            self.kinds = (0..n_kinds).map(|_| KindTally::new()).collect();
            self.groups = Groups::default();
            self.by_file.met = Distinct::default();
            self.budget.held = 0;
        }
    }

    fn sets(&mut self) -> Vec<&mut dyn Set> {
        self.budget_and_sets().1
    }

    fn budget_and_sets(&mut self) -> (&mut Budget, Vec<&mut dyn Set>) {
        let mut sets: Vec<&mut dyn Set> = Vec::new();
        for kind in &mut self.kinds {
            sets.push(&mut kind.numbers);
            sets.push(&mut kind.texts);
            sets.push(&mut kind.places.numbers);
            sets.push(&mut kind.places.texts);
        }
        for group in self.groups.iter_mut() {
            sets.push(&mut group.contents);
            sets.push(&mut group.persons);
            sets.extend(group.numbered.iter_mut().map(|set| set as &mut dyn Set));
        }
        sets.push(&mut self.by_file.met);
        (&mut self.budget, sets)
    }
}

/// Refuses tallies that cannot be joined: not sealed, or not of one key.
fn check_joinable(tallies: &[Tally], key: Option<&RunKey>) -> Result<(), Error> {
    let keys = || tallies.iter().map(|t| &t.key.key).chain(key);
    if tallies.iter().any(|t| !t.is_sealed) {
        return Err(Error::new(
            "a tally that is still being counted cannot be joined",
        ));
    }
    if keys().zip(keys().skip(1)).any(|(a, b)| a != b) {
        return Err(Error::new("tallies of different keys cannot be joined"));
    }
    Ok(())
}

/// The normalised text of a key.
fn text<'f>(found: &'f Found, range: &Range<u32>) -> &'f [u8] {
    &found.arena[range.start as usize..range.end as usize]
}

impl KindTally {
    fn new() -> KindTally {
        KindTally {
            matches: 0,
            masked: 0,
            test: 0,
            failed_checksum: 0,
            rounded: 0,
            numbers: Distinct::default(),
            texts: Distinct::default(),
            places: Places::default(),
            samples: Samples::default(),
        }
    }

    #[inline]
    fn count_apart(&mut self, status: Status) {
        match status {
            Status::Masked => self.masked += 1,
            Status::Test => self.test += 1,
            Status::FailedChecksum => self.failed_checksum += 1,
            Status::Rounded => self.rounded += 1,
            Status::Valid => self.matches += 1,
        }
    }
}
