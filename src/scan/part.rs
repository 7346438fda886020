//! What a scan knows beside its counts: the files, and what was not read. It is enclosed in tallies and joined with them.
//!
//! Joined parts are ordered as one walk would have ordered their files, and copies are found over all of them. Nothing here
//! counts.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde::{Deserialize, Serialize};

use crate::audit::{Evidence, FileAudit, IgnoreFound, IgnoredHere, RoundedColumn};
use crate::count::Day;
use crate::error::{Error, Skipped};
use crate::source::{self, Entry, ShardOf};

/// A scan of some files.
#[derive(Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Part {
    /// The paths as given.
    pub(super) inputs: Vec<String>,
    /// When the scan began: RFC 3339, UTC.
    pub(super) started: String,
    /// The day on which ages are taken.
    pub(super) ages_on: Option<Day>,
    /// Time it took.
    pub(super) seconds: f64,
    /// Every file that the walk found, in the order of paths.
    pub(super) files: Vec<File>,
    /// What the walk found and could not be read.
    pub(super) skipped: Vec<Skipped>,
    /// Which share of the walk it is, if not all.
    pub(super) shard: Option<ShardOf>,
    /// The ignore rules it was counted under; what they have taken out stands with the files.
    #[serde(default)]
    pub(super) ignored: Vec<IgnoreFound>,
    /// Whether the persons of each file were counted by themselves.
    #[serde(default)]
    pub(super) persons_by_file: bool,
    /// Whether places of values were kept.
    #[serde(default)]
    pub(super) places: bool,
}

/// What came of one file.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    /// As reported.
    pub(super) path: String,
    /// A keyed hash of its content, if tallies are to be joined.
    pub(super) content: Option<String>,
    /// What was read, by the numbers of the parts: the file, if it could be, and its members, if it is a container.
    pub(super) audits: Vec<(u32, FileAudit)>,
    /// Why it, or parts of it, could not be read.
    pub(super) skipped: Vec<Skipped>,
    /// Of the same parts, and of those of which nothing could be read, if a manifest is wanted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) evidence: Vec<Evidence>,
}

impl File {
    /// A file of which nothing is known yet.
    pub(super) fn new(entry: &Entry) -> File {
        File {
            path: entry.display.clone(),
            content: None,
            audits: Vec::new(),
            skipped: Vec::new(),
            evidence: Vec::new(),
        }
    }

    /// Adds what another shard has counted of the same file.
    fn add(&mut self, other: File) {
        self.content = self.content.take().or(other.content);
        // A gap that several shards have met is one.
        for gap in other.skipped {
            if !self.skipped.contains(&gap) {
                self.skipped.push(gap);
            }
        }
        for (number, audit) in other.audits {
            match self.audits.iter_mut().find(|known| known.0 == number) {
                Some((_, known)) => {
                    known.bytes += audit.bytes;
                    known.records += audit.records;
                    add_up(&mut known.kinds, audit.kinds);
                    keep_first(&mut known.first_lines, audit.first_lines);
                    add_up(&mut known.categories, audit.categories);
                    add_columns(&mut known.rounded, audit.rounded);
                    add_ignored(&mut known.ignored, &audit.ignored);
                }
                None => self.audits.push((number, audit)),
            }
        }
    }
}

fn add_up(sums: &mut BTreeMap<String, u64>, counts: BTreeMap<String, u64>) {
    for (id, n) in counts {
        *sums.entry(id).or_default() += n;
    }
}

fn keep_first(first: &mut BTreeMap<String, u64>, lines: BTreeMap<String, u64>) {
    for (id, line) in lines {
        let known = first.entry(id).or_insert(line);
        *known = line.min(*known);
    }
}

fn add_columns(sums: &mut Vec<RoundedColumn>, counts: Vec<RoundedColumn>) {
    for column in counts {
        let is_it = |c: &&mut RoundedColumn| (&c.field, &c.kind) == (&column.field, &column.kind);
        match sums.iter_mut().find(is_it) {
            Some(sum) => sum.values += column.values,
            None => sums.push(column),
        }
    }
    sums.sort();
}

fn add_ignored(sums: &mut Vec<IgnoredHere>, taken: &[IgnoredHere]) {
    for here in taken {
        match sums.iter_mut().find(|sum| sum.rule == here.rule) {
            Some(sum) => sum.taken.add(here.taken),
            None => sums.push(*here),
        }
    }
    sums.sort_by_key(|sum| sum.rule);
}

/// Parts as one, with the position that each file of each part has now.
pub(super) struct Joined {
    pub(super) part: Part,
    pub(super) positions: Vec<Vec<usize>>,
}

impl Part {
    /// Joins parts of different files, and all shards of one tree.
    ///
    /// # Errors
    /// When two of them hold the same path and are no shards of the same tree, when a shard is missing, and when they were not
    /// counted under the same ignore rules, or some with the persons of each file and some without: no one scan would have
    /// given their sum.
    pub(super) fn join(parts: Vec<Part>) -> Result<Joined, Error> {
        let shards: Vec<Option<ShardOf>> = parts.iter().map(|part| part.shard.clone()).collect();
        check_shards(&shards)?;
        let rules = |part: &Part| part.ignored.clone();
        let ignored = parts.first().map(rules).unwrap_or_default();
        if parts.iter().any(|part| part.ignored != ignored) {
            return Err(Error::new(
                "the tallies were not counted under the same ignore rules, or one of these expired between them: scan all \
                 parts with the same rules",
            ));
        }
        let persons_by_file = parts.first().is_some_and(|part| part.persons_by_file);
        if parts.iter().any(|p| p.persons_by_file != persons_by_file) {
            return Err(Error::new(
                "some of the tallies have the persons of each file, and some have not: scan all parts with the same \
                 `--persons-by-file`",
            ));
        }
        let mut joined = Part {
            ignored,
            persons_by_file,
            places: !parts.is_empty() && parts.iter().all(|part| part.places),
            ..Part::default()
        };
        let mut positions: Vec<Vec<usize>> = Vec::new();
        let mut files = Vec::new();
        for (n, part) in parts.into_iter().enumerate() {
            for input in part.inputs {
                if !joined.inputs.contains(&input) {
                    joined.inputs.push(input);
                }
            }
            if n == 0 || part.started < joined.started {
                joined.started = part.started;
            }
            joined.ages_on = joined.ages_on.into_iter().chain(part.ages_on).min();
            joined.seconds += part.seconds;
            joined.skipped.extend(part.skipped);
            positions.push(vec![0; part.files.len()]);
            let numbered = part.files.into_iter().enumerate();
            files.extend(numbered.map(|(i, file)| (n, i, file)));
        }
        // The same folder that cannot be listed is one gap, however many parts have met it.
        joined.skipped.sort();
        joined.skipped.dedup();
        files.sort_by(|a, b| source::compare(&a.2.path, &b.2.path));
        let mut last = None;
        for (n, i, mut file) in files {
            for (_, audit) in &mut file.audits {
                audit.copy_of = None;
            }
            match joined
                .files
                .last_mut()
                .filter(|known| known.path == file.path)
            {
                Some(known) if last.is_some_and(|last| are_of_one_tree(&shards, last, n)) => {
                    known.add(file);
                }
                Some(_) if last != Some(n) => return Err(stands_twice(&file.path)),
                _ => joined.files.push(file),
            }
            positions[n][i] = joined.files.len() - 1;
            last = Some(n);
        }
        Ok(Joined {
            part: joined,
            positions,
        })
    }

    /// The path of the first file of the same content, for each file that has one before it. Knows files by the hashes of
    /// their contents alone.
    pub(super) fn copies(&self) -> Vec<Option<&str>> {
        let mut first: HashMap<&str, &str> = HashMap::new();
        let known = self.files.iter().map(|file| {
            let content = file.content.as_deref()?;
            match first.get(content) {
                Some(path) => Some(*path),
                None => {
                    first.insert(content, &file.path);
                    None
                }
            }
        });
        known.collect()
    }
}

fn stands_twice(path: &str) -> Error {
    Error::new(
        "stands in two of the tallies: only parts that share no file can be joined, or the shards of one tree",
    )
    .at(path)
}

fn are_of_one_tree(shards: &[Option<ShardOf>], a: usize, b: usize) -> bool {
    match (&shards[a], &shards[b]) {
        (Some(x), Some(y)) => a != b && is_same_division(x, y),
        _ => false,
    }
}

fn is_same_division(a: &ShardOf, b: &ShardOf) -> bool {
    a.tree == b.tree && a.shard.count() == b.shard.count()
}

/// Refuses trees of which a shard is missing, or there twice.
fn check_shards(shards: &[Option<ShardOf>]) -> Result<(), Error> {
    for of in shards.iter().flatten() {
        let division = shards.iter().flatten().filter(|o| is_same_division(o, of));
        let numbers: Vec<u32> = division.map(|o| o.shard.number()).collect();
        let different: BTreeSet<u32> = numbers.iter().copied().collect();
        let count = of.shard.count();
        if different.len() < numbers.len() {
            return Err(Error::new(
                "a shard stands in two of the tallies: each can be joined once",
            ));
        }
        if let Some(missing) = (1..=count).find(|number| !different.contains(number)) {
            return Err(Error::new(format!(
                "shard {missing}/{count} is missing: the shards of a tree are joined all together, as long as the tree does \
                 not change from one to the next"
            )));
        }
    }
    Ok(())
}
