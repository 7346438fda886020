//! The state of a long scan in a folder of its own: what was counted up to the last checkpoint, so that a scan that was
//! killed goes on from there.
//!
//! | file | holds |
//! | --- | --- |
//! | `lock` | nothing; held by the scan that is using the folder |
//! | `key` | the key of the scan, if the user gave none; readable by its owner alone |
//! | `plan` | JSON: program, catalog, what was asked for, and what the walk found |
//! | `part-N` | a tally of what was counted since the checkpoint before; N ascends |
//!
//! A checkpoint is one part, and is made by renaming it into its place: what is not renamed never was. Each part says which
//! parts hold, with it, everything up to then, which files they have finished, and how many batches of the files that were
//! being read. What a part does not name is left over and removed. Many parts of a level are folded into one of the next.
//!
//! A scan that goes on reads the files that the first walk found. Files that are done are not looked at again.

use std::fs::{self, File as FsFile, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use tempfile::NamedTempFile;

use super::counted::maker;
use super::part::File;
use super::round::{Progress, Round};
use crate::count::{Memory, RunKey, Tally, read_tally, write_tally};
use crate::detect::Catalog;
use crate::error::Error;
use crate::source::{Entry, WalkResult};

const LOCK: &str = "lock";
const KEY: &str = "key";
const PLAN: &str = "plan";
const PART: &str = "part-";
/// Of files that are being written.
const PENDING: &str = ".leakgauge-";

/// Version of the files of the folder.
const FORMAT: u32 = 2;

/// Options that are named when a scan is asked for others than its state.
const NAMED_MAX: usize = 3;

/// Parts of a level that are folded into one of the next.
const FAN_IN: usize = 16;

/// A checkpoint may take one part in so many of the time.
const SHARE_MAX: u32 = 10;

/// What a scan was asked for, as far as it decides what is counted. A scan goes on only if it is asked for the same.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Asked {
    /// The folder that relative paths begin at.
    pub folder: String,
    /// The paths as given.
    pub inputs: Vec<String>,
    /// The options that choose files and decide what is counted of them, in any fixed wording; what is not the same is quoted
    /// in an error.
    pub options: Vec<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Plan {
    format: u32,
    version: String,
    catalog: String,
    asked: Asked,
    started: String,
    walked: WalkResult,
}

/// What a part says beside its counts.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Enclosed {
    /// The parts that are valid, this one among them, with their levels.
    parts: Vec<(u64, u32)>,
    /// Time that the scan has taken so far.
    seconds: f64,
    /// The files finished in this part, by their positions.
    files: Vec<(usize, File)>,
    /// The files that were being read.
    progress: Vec<Progress>,
}

struct Part {
    number: u64,
    level: u32,
    tally: Tally,
    files: Vec<(usize, File)>,
}

/// A folder that holds the state of a scan, and is used by this scan alone.
pub struct State {
    folder: PathBuf,
    key: RunKey,
    /// Time between checkpoints, at least.
    every: Duration,
    started: String,
    /// The hash of the catalog.
    catalog: String,
    parts: Vec<Part>,
    next: u64,
    progress: Vec<Progress>,
    seconds: f64,
    last_took: Duration,
    /// Held until the state is dropped.
    _lock: FsFile,
}

impl State {
    /// Opens the folder, which is made if it is missing, for a scan under this key. If there is none, one is drawn and kept in
    /// the folder. A checkpoint is made about `every` so often, and never so often that it takes a tenth of the time.
    ///
    /// # Errors
    /// When the folder cannot be made or used, holds anything else, is in use, or its state was made with another kind of key.
    pub fn open(folder: &Path, key: Option<RunKey>, every: Duration) -> Result<State, Error> {
        let failed = |e: io::Error| Error::new("the state cannot be kept here").because(e);
        let state = make_folder(folder).map_err(failed).and_then(|()| {
            let names = names(folder).map_err(failed)?;
            if let Some(other) = names.iter().find(|name| !is_ours(name)) {
                return Err(Error::new(format!(
                    "holds `{other}`, which is no part of a state: name a new or empty folder"
                )));
            }
            let lock = lock(&folder.join(LOCK))?;
            for name in names.iter().filter(|name| name.starts_with(PENDING)) {
                fs::remove_file(folder.join(name)).map_err(failed)?;
            }
            let has_plan = names.iter().any(|name| name == PLAN);
            Ok(State {
                folder: folder.to_owned(),
                key: key_of(folder, key, has_plan)?,
                every,
                started: String::new(),
                catalog: String::new(),
                parts: Vec::new(),
                next: 0,
                progress: Vec::new(),
                seconds: 0.0,
                last_took: Duration::ZERO,
                _lock: lock,
            })
        });
        state.map_err(|e| e.at_path(folder))
    }

    /// The walk that the scan goes on with: the one that was saved, or a new one, which is saved. `started` is the time of day.
    ///
    /// # Errors
    /// When the state cannot be read or written, or is one of another program, catalog or command line; when a file that was
    /// being read has changed since; and those of `walk`.
    pub fn plan(
        &mut self,
        asked: &Asked,
        catalog: &Catalog,
        started: &str,
        walk: impl FnOnce() -> Result<WalkResult, Error>,
    ) -> Result<WalkResult, Error> {
        self.catalog = super::catalog_hash(catalog)?;
        let walked = match self.saved_plan()? {
            Some(plan) => {
                self.check(&plan, asked)?;
                self.started = plan.started;
                self.load(catalog)?;
                plan.walked.renewed()
            }
            None => {
                let plan = Plan {
                    format: FORMAT,
                    version: env!("CARGO_PKG_VERSION").to_owned(),
                    catalog: self.catalog.clone(),
                    asked: asked.clone(),
                    started: started.to_owned(),
                    walked: walk()?,
                };
                self.write(PLAN, |file| file.write_all(&to_json(&plan)?))?;
                started.clone_into(&mut self.started);
                plan.walked
            }
        };
        for progress in &self.progress {
            let entry = walked.entries.get(progress.index);
            if !entry.is_some_and(Entry::is_unchanged) {
                let path = entry.map_or("a file", |e| &e.display);
                return Err(self.error(format!(
                    "{path} has changed or vanished since the scan began to read it, so that the scan cannot go on: remove \
                     the folder and begin again"
                )));
            }
        }
        Ok(walked)
    }

    /// When the scan began: RFC 3339, UTC.
    pub fn started(&self) -> &str {
        &self.started
    }

    /// Whether something was counted before.
    pub fn goes_on(&self) -> bool {
        !self.parts.is_empty()
    }

    /// Removes the state, and its folder if nothing else is in it: when the report is written.
    ///
    /// # Errors
    /// When a file of it cannot be removed.
    pub fn remove(mut self) -> Result<(), Error> {
        self.parts.clear();
        let removed = names(&self.folder).and_then(|names| {
            // What cannot be used without the others goes last.
            let is_last = |name: &String| (name == KEY, name == LOCK);
            let mut names: Vec<String> = names.into_iter().filter(|n| is_ours(n)).collect();
            names.sort_by_key(is_last);
            names
                .iter()
                .try_for_each(|n| fs::remove_file(self.folder.join(n)))
        });
        removed.map_err(|e| self.error("the state cannot be removed").because(e))?;
        // Somebody else may have put something there meanwhile.
        let _ = fs::remove_dir(&self.folder);
        Ok(())
    }

    /// The stand-in of a secret that a scan needs: two are the same if their stand-ins are, which tell nothing to whoever has
    /// not the key.
    pub fn stand_in(&self, secret: &[u8]) -> String {
        let content = self.key.content(blake3::hash(secret).as_bytes());
        blake3::Hash::from(content).to_hex().to_string()
    }

    pub(super) fn key(&self) -> RunKey {
        self.key
    }

    /// Seconds that earlier runs have taken, up to their last checkpoint.
    pub(super) fn seconds(&self) -> f64 {
        self.seconds
    }

    /// The files that are done, by their positions.
    pub(super) fn files(&self) -> Vec<(usize, File)> {
        let files = self.parts.iter().flat_map(|part| &part.files);
        files.cloned().collect()
    }

    pub(super) fn progress(&self) -> &[Progress] {
        &self.progress
    }

    /// When the next checkpoint is due.
    pub(super) fn next_checkpoint(&self) -> Instant {
        Instant::now() + self.every.max(self.last_took.min(self.every) * SHARE_MAX)
    }

    /// Makes a checkpoint of what was counted since the last one.
    ///
    /// # Errors
    /// When it cannot be written: then the one before holds.
    pub(super) fn save(
        &mut self,
        round: Round,
        seconds: f64,
        catalog: &Catalog,
        memory: Memory,
    ) -> Result<(), Error> {
        let clock = Instant::now();
        let (mut tallies, mut files) = (round.tallies, round.files);
        let (folded, level) = self.take_folded();
        let folded: Vec<u64> = folded
            .into_iter()
            .map(|part| {
                tallies.push(part.tally);
                files.extend(part.files);
                part.number
            })
            .collect();
        let number = self.next;
        let mut parts: Vec<(u64, u32)> = self.parts.iter().map(|p| (p.number, p.level)).collect();
        parts.push((number, level));
        let enclosed = Enclosed {
            parts,
            seconds,
            files,
            progress: round.progress,
        };
        let text = to_json(&enclosed).map_err(|e| self.error("cannot be worded").because(e))?;
        let name = format!("{PART}{number}");
        let place = self.folder.join(&name).display().to_string();
        let hash = self.catalog.clone();
        let maker = maker(catalog, &hash);
        let key = self.key;
        self.write(&name, |file| {
            let file = file.try_clone()?;
            write_tally(file, &place, &maker, &key, &tallies, &text, memory)
                .map_err(io::Error::other)
        })?;
        // What they hold is in the new part; what they have spilled is given back.
        drop(tallies);
        self.parts.push(self.read_part(number, level, catalog)?.0);
        self.remove_parts(&folded)?;
        self.next = number + 1;
        self.progress = enclosed.progress;
        self.last_took = clock.elapsed();
        Ok(())
    }

    /// Everything that was counted.
    pub(super) fn take_counted(&mut self) -> (Vec<Tally>, Vec<(usize, File)>) {
        let (mut tallies, mut files) = (Vec::new(), Vec::new());
        for part in self.parts.drain(..) {
            tallies.push(part.tally);
            files.extend(part.files);
        }
        (tallies, files)
    }

    fn error(&self, message: impl Into<String>) -> Error {
        Error::new(message).at_path(&self.folder)
    }

    fn saved_plan(&self) -> Result<Option<Plan>, Error> {
        let text = match fs::read(self.folder.join(PLAN)) {
            Ok(text) => text,
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(e) => return Err(self.error("the state cannot be read").because(e)),
        };
        let damaged = "the state is damaged or of another version of the program: remove the folder and begin again";
        serde_json::from_slice(&text)
            .map(Some)
            .map_err(|_| self.error(damaged))
    }

    fn check(&self, plan: &Plan, asked: &Asked) -> Result<(), Error> {
        let is_same_program = plan.format == FORMAT && plan.version == env!("CARGO_PKG_VERSION");
        let other = [
            (is_same_program, "version of the program"),
            (plan.catalog == self.catalog, "catalog of patterns"),
            (plan.asked.folder == asked.folder, "folder to start in"),
            (plan.asked.inputs == asked.inputs, "list of paths"),
        ];
        let mut other = other.into_iter().filter(|(is_same, _)| !is_same);
        let what = match other.next() {
            Some((_, what)) => what.to_owned(),
            None if plan.asked.options == asked.options => return Ok(()),
            None => format!(
                "choice of files, or of what is counted of them ({})",
                difference(&plan.asked.options, &asked.options)
            ),
        };
        Err(self.error(format!(
            "holds the state of a scan with another {what}: go on with that one, or name another folder"
        )))
    }

    /// Reads the last part and those that it names, and removes all others.
    fn load(&mut self, catalog: &Catalog) -> Result<(), Error> {
        let names = names(&self.folder).map_err(|e| self.error("cannot be listed").because(e))?;
        let numbers = names.iter().filter_map(|name| part_number(name));
        let mut numbers: Vec<u64> = numbers.collect();
        numbers.sort_unstable();
        let Some(last) = numbers.last().copied() else {
            return Ok(());
        };
        self.next = last + 1;
        let (newest, enclosed) = self.read_part(last, 0, catalog)?;
        self.seconds = enclosed.seconds;
        self.progress = enclosed.progress;
        let mut newest = Some(newest);
        for (number, level) in &enclosed.parts {
            let part = match newest.take_if(|part| part.number == *number) {
                Some(part) => Part {
                    level: *level,
                    ..part
                },
                None => self.read_part(*number, *level, catalog)?.0,
            };
            self.parts.push(part);
        }
        let is_valid = |n: &u64| enclosed.parts.iter().any(|(number, _)| number == n);
        numbers.retain(|n| !is_valid(n));
        self.remove_parts(&numbers)
    }

    fn read_part(
        &self,
        number: u64,
        level: u32,
        catalog: &Catalog,
    ) -> Result<(Part, Enclosed), Error> {
        let path = self.folder.join(format!("{PART}{number}"));
        let place = path.display().to_string();
        let file = FsFile::options().read(true).open(&path);
        let file = file.map_err(|e| Error::new("cannot be opened").at(&place).because(e))?;
        let maker = maker(catalog, &self.catalog);
        let (tally, enclosed) = read_tally(file, &place, &maker, &self.key, Memory::default())?;
        let mut enclosed: Enclosed = serde_json::from_slice(&enclosed)
            .map_err(|_| Error::new("is no part of a state").at(&place))?;
        let part = Part {
            number,
            level,
            tally,
            files: std::mem::take(&mut enclosed.files),
        };
        Ok((part, enclosed))
    }

    /// The parts that are folded into the next one, and the level of that.
    fn take_folded(&mut self) -> (Vec<Part>, u32) {
        let (mut folded, mut level) = (Vec::new(), 0);
        loop {
            let of_level = self.parts.iter().filter(|p| p.level == level).count();
            if of_level + 1 < FAN_IN {
                return (folded, level);
            }
            folded.extend(self.parts.extract_if(.., |p| p.level == level));
            level += 1;
        }
    }

    fn remove_parts(&self, numbers: &[u64]) -> Result<(), Error> {
        for number in numbers {
            let removed = fs::remove_file(self.folder.join(format!("{PART}{number}")));
            removed.map_err(|e| self.error("an old part cannot be removed").because(e))?;
        }
        Ok(())
    }

    /// Writes a file as a whole: afterwards it is there, also after a loss of power, or nothing is.
    fn write(
        &self,
        name: &str,
        content: impl FnOnce(&mut FsFile) -> io::Result<()>,
    ) -> Result<(), Error> {
        write_whole(&self.folder, name, content).map_err(|e| {
            self.error(
                "the state cannot be written, and the scan stops; what was saved before is kept: make room, and run the \
                 same command again",
            )
            .because(e)
        })
    }
}

/// What options were there before and are not now, and the other way round.
fn difference(before: &[String], now: &[String]) -> String {
    let only = |these: &[String], others: &[String]| -> Vec<String> {
        let own = these.iter().filter(|option| !others.contains(option));
        own.cloned().collect()
    };
    let list = |options: &[String]| {
        let named: Vec<String> = options
            .iter()
            .take(NAMED_MAX)
            .map(|option| format!("`{option}`"))
            .collect();
        let left = options.len() - named.len();
        match left {
            0 => named.join(", "),
            n => format!("{} and {n} more", named.join(", ")),
        }
    };
    let (gone, new) = (only(before, now), only(now, before));
    match (gone.is_empty(), new.is_empty()) {
        (true, true) => "the same in another order".to_owned(),
        (false, true) => format!("begun with {}", list(&gone)),
        (true, false) => format!("begun without {}", list(&new)),
        (false, false) => format!("begun with {}, and without {}", list(&gone), list(&new)),
    }
}

fn to_json(value: &impl Serialize) -> io::Result<Vec<u8>> {
    serde_json::to_vec(value).map_err(io::Error::other)
}

fn write_whole(
    folder: &Path,
    name: &str,
    content: impl FnOnce(&mut FsFile) -> io::Result<()>,
) -> io::Result<()> {
    let mut file = tempfile::Builder::new()
        .prefix(PENDING)
        .tempfile_in(folder)?;
    content(file.as_file_mut())?;
    file.as_file().sync_all()?;
    NamedTempFile::persist(file, folder.join(name)).map_err(|e| e.error)?;
    sync_folder(folder)
}

/// Makes the names in a folder last.
#[cfg(unix)]
fn sync_folder(folder: &Path) -> io::Result<()> {
    FsFile::options().read(true).open(folder)?.sync_all()
}

/// Elsewhere folders cannot be synced.
#[cfg(not(unix))]
#[allow(clippy::unnecessary_wraps, reason = "the twin for Unix can fail")]
fn sync_folder(_: &Path) -> io::Result<()> {
    Ok(())
}

/// A folder for its owner alone.
fn make_folder(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

fn names(folder: &Path) -> io::Result<Vec<String>> {
    let names = fs::read_dir(folder)?;
    names
        .map(|dent| Ok(dent?.file_name().to_string_lossy().into_owned()))
        .collect()
}

fn is_ours(name: &str) -> bool {
    [LOCK, KEY, PLAN].contains(&name) || part_number(name).is_some() || name.starts_with(PENDING)
}

fn part_number(name: &str) -> Option<u64> {
    name.strip_prefix(PART)?.parse().ok()
}

fn lock(path: &Path) -> Result<FsFile, Error> {
    let file = FsFile::options().create(true).append(true).open(path);
    let file = file.map_err(|e| Error::new("the state cannot be kept here").because(e))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(Error::new("another scan is using it")),
        // Where there are no locks, the user has to see to it.
        Err(TryLockError::Error(_)) => Ok(file),
    }
}

/// The key of the scan: the user's, or that of the folder, which is drawn for a new scan.
fn key_of(folder: &Path, given: Option<RunKey>, has_plan: bool) -> Result<RunKey, Error> {
    let path = folder.join(KEY);
    let kept = match fs::read(&path) {
        Ok(text) => Some(text),
        Err(e) if e.kind() == io::ErrorKind::NotFound => None,
        Err(e) => return Err(Error::new("the key of the state cannot be read").because(e)),
    };
    match (given, kept) {
        (Some(given), None) => Ok(given),
        (Some(given), Some(_)) if !has_plan => {
            let removed = fs::remove_file(path);
            removed.map_err(|e| Error::new("an unused key cannot be removed").because(e))?;
            Ok(given)
        }
        (Some(_), Some(_)) => Err(Error::new(
            "holds the state of a scan that was begun without a key file or passphrase: go on without",
        )),
        (None, Some(kept)) => RunKey::from_file(&kept),
        (None, None) if has_plan => Err(Error::new(
            "holds the state of a scan that was begun with a key file or passphrase: give the same one",
        )),
        (None, None) => {
            let text = RunKey::new_file()?;
            let written = write_whole(folder, KEY, |file| file.write_all(text.as_bytes()));
            written.map_err(|e| Error::new("the state cannot be kept here").because(e))?;
            RunKey::from_file(text.as_bytes())
        }
    }
}
