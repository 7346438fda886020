//! Sources: where bytes come from, and the one place that opens data files.
//!
//! [`walk`](walk()) turns what the user named into [`Entry`]s in a stable order and into
//! [`Skipped`]s for what cannot be read; [`Entry::open`] gives the bytes of one; [`find_copies`]
//! says which entries hold the same bytes. Nothing here knows what the bytes mean: formats belong
//! to `decode`.
//!
//! [`Skipped`]: crate::error::Skipped

mod copies;
mod digest;
mod display;
mod shard;
mod walk;

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{self, Read};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use serde::{Deserialize, Serialize};

use copies::{Hashes, HashingReader};

pub use copies::{expect_contents, find_copies};
pub use digest::{DigestingReader, Digests, Slot, expect_digests};
pub(crate) use display::compare;
pub use display::display;
pub use shard::{Shard, ShardOf};
pub use walk::{Globs, WalkOptions, WalkResult, any_exists, walk};

/// The argument that stands for standard input.
pub const STDIN: &str = "-";

/// All bytes of an entry, however many there turn out to be.
const WHOLE: Range<u64> = 0..u64::MAX;

/// What an entry is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EntryKind {
    /// Standard input, read once, of unknown size.
    Stdin,
    /// A regular file.
    File,
}

/// One thing to read. Saved and read back, it is the same entry, but for what was hashed of it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// The path to open. `-` for standard input.
    #[serde(with = "saved_path")]
    pub path: PathBuf,
    /// The path as reported: as given by the user, joined with `/` to the part below it. See
    /// [`display`](display()).
    pub display: String,
    /// Bytes at the time of the walk; 0 for standard input.
    pub size: u64,
    /// What it is.
    pub kind: EntryKind,
    /// Device and inode, where the system has them: hard links to one file share it.
    pub(crate) inode: Option<(u64, u64)>,
    /// The bytes of it that the scan answers for: all, or those of a [`Shard`].
    pub(crate) owned: Range<u64>,
    /// When it was last written to, at the time of the walk, where the system tells.
    modified: Option<SystemTime>,
    /// What is to be hashed when it is read.
    #[serde(skip)]
    hashes: Hashes,
    /// Where its digests are put, if they are wanted.
    #[serde(skip)]
    digests: Option<Slot>,
}

/// Paths that are no UTF-8 are saved as the system's own units.
mod saved_path {
    use std::ffi::OsString;
    use std::path::{Path, PathBuf};

    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    #[derive(Serialize, Deserialize)]
    #[serde(untagged)]
    enum Saved {
        Text(String),
        Raw(OsString),
    }

    pub(super) fn serialize<S: Serializer>(path: &Path, serializer: S) -> Result<S::Ok, S::Error> {
        let saved = match path.to_str() {
            Some(text) => Saved::Text(text.to_owned()),
            None => Saved::Raw(path.as_os_str().to_owned()),
        };
        saved.serialize(serializer)
    }

    pub(super) fn deserialize<'d, D: Deserializer<'d>>(from: D) -> Result<PathBuf, D::Error> {
        Ok(match Saved::deserialize(from)? {
            Saved::Text(text) => PathBuf::from(text),
            Saved::Raw(raw) => PathBuf::from(raw),
        })
    }
}

impl Entry {
    /// Standard input.
    pub fn stdin() -> Entry {
        Entry {
            path: PathBuf::from(STDIN),
            display: STDIN.to_owned(),
            size: 0,
            kind: EntryKind::Stdin,
            inode: None,
            owned: WHOLE,
            modified: None,
            hashes: Hashes::default(),
            digests: None,
        }
    }

    /// A file that has been looked at already.
    pub(crate) fn file(path: PathBuf, display: String, metadata: &fs::Metadata) -> Entry {
        Entry {
            path,
            display,
            size: metadata.len(),
            kind: EntryKind::File,
            inode: inode(metadata),
            owned: WHOLE,
            modified: metadata.modified().ok(),
            hashes: Hashes::default(),
            digests: None,
        }
    }

    /// Whether it is a file, rather than standard input.
    pub fn is_file(&self) -> bool {
        self.kind == EntryKind::File
    }

    /// Opens the entry for one sequential reading.
    ///
    /// What was a regular file during the walk and has become a FIFO or a device since is refused,
    /// not opened, so that the scan cannot be made to wait for a writer that never comes.
    ///
    /// # Errors
    /// When the file has vanished, may not be read, or is no regular file any more
    /// ([`io::ErrorKind::InvalidInput`]).
    pub fn open(&self) -> io::Result<Box<dyn Read + Send>> {
        let rdr = self.open_plain()?;
        match self.digests.as_ref().filter(|slot| slot.get().is_none()) {
            Some(slot) => Ok(Box::new(DigestingReader::new(rdr, Slot::clone(slot)))),
            None => Ok(rdr),
        }
    }

    fn open_plain(&self) -> io::Result<Box<dyn Read + Send>> {
        match self.kind {
            EntryKind::Stdin => Ok(Box::new(io::stdin())),
            EntryKind::File => {
                let metadata = fs::metadata(&self.path)?;
                if !metadata.is_file() {
                    return Err(io::ErrorKind::InvalidInput.into());
                }
                let file = File::open(&self.path)?;
                if self.hashes.is_complete() {
                    return Ok(Box::new(file));
                }
                let hashes = self.hashes.clone();
                Ok(Box::new(HashingReader::new(file, self.size, hashes)))
            }
        }
    }

    /// Opens a file for reading back and forth; none for standard input.
    ///
    /// # Errors
    /// As [`Entry::open`].
    pub fn open_file(&self) -> io::Result<Option<File>> {
        match self.kind {
            EntryKind::Stdin => Ok(None),
            EntryKind::File => match fs::metadata(&self.path)?.is_file() {
                true => File::open(&self.path).map(Some),
                false => Err(io::ErrorKind::InvalidInput.into()),
            },
        }
    }

    /// Opens a regular file beside this one, whose name is this one's with `add` in the place of `drop` at its end. None if
    /// there is no such file.
    ///
    /// # Errors
    /// When it is there and cannot be opened.
    pub fn open_beside(&self, drop: &str, add: &str) -> io::Result<Option<File>> {
        let name = self.path.file_name();
        let Some(kept) = name.and_then(|name| without_ending(name, drop)) else {
            return Ok(None);
        };
        if self.kind != EntryKind::File {
            return Ok(None);
        }
        let mut name = kept.to_owned();
        name.push(add);
        let path = self.path.with_file_name(name);
        let opened = fs::symlink_metadata(&path).and_then(|metadata| match metadata.is_file() {
            true => File::open(&path).map(Some),
            false => Ok(None),
        });
        use io::ErrorKind::{InvalidFilename, NotFound};
        match opened {
            // A name may also be too long to have one beside it.
            Err(error) if matches!(error.kind(), NotFound | InvalidFilename) => Ok(None),
            opened => opened,
        }
    }

    /// When it was last written to, at the time of the walk, where the system tells.
    pub fn modified(&self) -> Option<SystemTime> {
        self.modified
    }

    /// Whether the file is still as large and as old as the walk found it. Standard input never is.
    pub fn is_unchanged(&self) -> bool {
        let metadata = fs::metadata(&self.path).ok();
        self.kind == EntryKind::File
            && metadata.is_some_and(|m| m.len() == self.size && m.modified().ok() == self.modified)
    }

    /// How many of the first so many bytes the scan answers for.
    pub(crate) fn n_owned(&self, n_bytes: u64) -> u64 {
        n_bytes.min(self.owned.end) - n_bytes.min(self.owned.start)
    }

    /// Whether the scan answers for its end.
    pub(crate) fn has_end(&self) -> bool {
        self.owned.end == WHOLE.end
    }

    /// Bytes that are read of it, at the size of the walk: from its start, because a decoder knows what it has seen.
    pub(crate) fn n_read(&self) -> u64 {
        self.size.min(self.owned.end)
    }

    /// The ending of the file name in lower case, without the dot; none for standard input.
    pub fn ending(&self) -> Option<String> {
        match self.kind {
            EntryKind::Stdin => None,
            EntryKind::File => ending(&self.path),
        }
    }
}

/// The ending of a file name in lower case, without the dot.
pub(crate) fn ending(path: &Path) -> Option<String> {
    path.extension()?.to_str().map(str::to_lowercase)
}

/// What stands before an ending of a file name; none if it does not end so.
#[cfg(unix)]
fn without_ending<'n>(name: &'n OsStr, ending: &str) -> Option<&'n OsStr> {
    use std::os::unix::ffi::OsStrExt;
    let kept = name.as_bytes().strip_suffix(ending.as_bytes());
    kept.map(OsStr::from_bytes)
}

/// What stands before an ending of a file name; none if it does not end so. Of a name that is no Unicode, only nothing can be
/// taken away here.
#[cfg(not(unix))]
fn without_ending<'n>(name: &'n OsStr, ending: &str) -> Option<&'n OsStr> {
    match ending {
        "" => Some(name),
        _ => name.to_str()?.strip_suffix(ending).map(OsStr::new),
    }
}

/// Device and inode of a file.
#[cfg(unix)]
#[allow(
    clippy::unnecessary_wraps,
    reason = "the twin for other systems returns none"
)]
fn inode(metadata: &fs::Metadata) -> Option<(u64, u64)> {
    use std::os::unix::fs::MetadataExt;
    Some((metadata.dev(), metadata.ino()))
}

/// Device and inode of a file: not known here, so that copies are told by content alone.
#[cfg(not(unix))]
fn inode(_: &fs::Metadata) -> Option<(u64, u64)> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ending_is_lower_case_and_absent_for_standard_input() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("DUMP.SQL");
        fs::write(&path, "x").unwrap();
        let entry = Entry::file(
            path.clone(),
            "DUMP.SQL".into(),
            &fs::metadata(&path).unwrap(),
        );
        assert_eq!(entry.ending().as_deref(), Some("sql"));
        assert_eq!(Entry::stdin().ending(), None);
    }

    #[test]
    fn a_file_that_vanished_or_changed_its_nature_is_an_error_and_is_not_waited_for() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a");
        fs::write(&path, "x").unwrap();
        let entry = Entry::file(path.clone(), "a".into(), &fs::metadata(&path).unwrap());
        let mut text = String::new();
        entry.open().unwrap().read_to_string(&mut text).unwrap();
        assert_eq!(text, "x");
        fs::remove_file(&path).unwrap();
        let error = entry.open().err().unwrap();
        assert_eq!(error.kind(), io::ErrorKind::NotFound);
        fs::create_dir(&path).unwrap();
        let error = entry.open().err().unwrap();
        assert_eq!(error.kind(), io::ErrorKind::InvalidInput);
    }

    /// Whether a file of one name finds one of another beside it.
    #[track_caller]
    fn check_beside(name: &OsStr, other: &OsStr, drop: &str, add: &str, want: bool) {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join(name);
        fs::write(&path, "x").unwrap();
        fs::write(dir.path().join(other), "beside").unwrap();
        let metadata = fs::metadata(&path).unwrap();
        let entry = Entry::file(path, "x".into(), &metadata);
        let found = entry.open_beside(drop, add).unwrap();
        assert_eq!(found.is_some(), want, "{name:?} {other:?}");
    }

    #[test]
    fn a_file_beside_is_found_by_its_name() {
        let (db, log) = (OsStr::new("a.db"), OsStr::new("a.db-wal"));
        check_beside(db, log, "", "-wal", true);
        check_beside(log, db, "-wal", "", true);
        check_beside(db, OsStr::new("b.db-wal"), "", "-wal", false);
        check_beside(db, OsStr::new("b.db"), "-wal", "", false);
        assert!(Entry::stdin().open_beside("", "-wal").unwrap().is_none());
    }

    #[cfg(unix)]
    #[test]
    fn a_file_beside_is_found_whatever_its_name() {
        use std::os::unix::ffi::OsStrExt;
        let name = OsStr::from_bytes(b"\xD5\xC5.db");
        let log = OsStr::from_bytes(b"\xD5\xC5.db-wal");
        check_beside(name, log, "", "-wal", true);
        check_beside(log, name, "-wal", "", true);
        // No name may be longer than this one.
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a".repeat(255));
        fs::write(&path, "x").unwrap();
        let entry = Entry::file(path.clone(), "x".into(), &fs::metadata(&path).unwrap());
        assert!(entry.open_beside("", "-wal").unwrap().is_none());
    }
}
