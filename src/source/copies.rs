//! Copies: which entries hold the same bytes as an earlier one.
//!
//! Only entries of the same size are compared at all, first by the hash of their head, then by the
//! hash of the whole. The head is hashed by whoever reads the file first, so that only files as large
//! as another and equal to it in their head are read twice. Names say nothing here; what a copy means
//! for counts is decided by `count`.

use std::collections::HashMap;
use std::fs::File;
use std::hash::Hash;
use std::io::{self, Read};
use std::sync::{Arc, OnceLock};

use super::{Entry, EntryKind};

/// Bytes at the start of a file that are compared before the rest is read.
const HEAD_BYTES: u64 = 64 << 10;

/// Bytes read at a time.
const BUFFER_BYTES: usize = 64 << 10;

/// For each entry the index of the first entry with the same content, if that is another one. Empty
/// files, standard input and what cannot be read are copies of nothing.
pub fn find_copies(entries: &[Entry]) -> Vec<Option<usize>> {
    let mut copies = vec![None; entries.len()];
    for group in groups(entries.iter().enumerate(), |(_, entry)| {
        (entry.kind == EntryKind::File && entry.size > 0).then_some(entry.size)
    }) {
        let group = without_links(&group, &mut copies);
        for group in groups(group.into_iter(), |(_, entry)| hash_of_head(entry).ok()) {
            if group[0].1.size <= HEAD_BYTES {
                name_copies(&group, &mut copies);
                continue;
            }
            for group in groups(group.into_iter(), |(_, entry)| hash(entry, u64::MAX).ok()) {
                name_copies(&group, &mut copies);
            }
        }
    }
    follow(&mut copies);
    copies
}

/// Prepares the entries of which others have the same size for their heads being hashed.
pub(super) fn expect_copies(entries: &mut [Entry]) {
    let mut n_of_size: HashMap<u64, usize> = HashMap::new();
    for entry in &*entries {
        *n_of_size.entry(entry.size).or_default() += 1;
    }
    for entry in entries {
        let has_twin = entry.size > 0 && n_of_size[&entry.size] > 1;
        if has_twin && entry.kind == EntryKind::File {
            entry.hashes.head = Some(Arc::default());
        }
    }
}

/// Prepares files that are read to their end for being hashed whole then, so that [`Entry::content`] costs no second reading.
pub fn expect_contents(entries: &mut [Entry]) {
    let files = entries
        .iter_mut()
        .filter(|e| e.kind == EntryKind::File && e.has_end());
    files.for_each(|entry| entry.hashes.whole = Some(Arc::default()));
}

impl Entry {
    /// The hash of the whole content, for which the file is read if nobody has hashed it before. None where `find_copies`
    /// would not compare: empty files, standard input, what cannot be read.
    pub fn content(&self) -> Option<blake3::Hash> {
        if self.kind != EntryKind::File || self.size == 0 {
            return None;
        }
        let known = self.hashes.whole.as_ref().and_then(|whole| whole.get());
        let digests = self.digests.as_ref().and_then(|slot| slot.get());
        let known = known
            .copied()
            .or_else(|| blake3::Hash::from_hex(&digests?.blake3).ok());
        known.or_else(|| hash(self, u64::MAX).ok())
    }
}

/// The hashes that are wanted of a file, each once someone has read so much of it.
#[derive(Clone, Debug, Default)]
pub(super) struct Hashes {
    /// Wanted if another entry has the same size.
    head: Option<Arc<OnceLock<blake3::Hash>>>,
    whole: Option<Arc<OnceLock<blake3::Hash>>>,
}

impl Hashes {
    /// Whether nothing is left to be hashed.
    pub(super) fn is_complete(&self) -> bool {
        let wanted = [&self.head, &self.whole].into_iter().flatten();
        wanted.into_iter().all(|hash| hash.get().is_some())
    }
}

/// A file that leaves hashes behind when it has been read.
pub(super) struct HashingReader {
    file: File,
    hasher: Box<blake3::Hasher>,
    /// Bytes of the head that are still to come.
    n_left: u64,
    hashes: Hashes,
}

impl HashingReader {
    pub(super) fn new(file: File, size: u64, hashes: Hashes) -> HashingReader {
        HashingReader {
            file,
            hasher: Box::default(),
            n_left: size.min(HEAD_BYTES),
            hashes,
        }
    }

    fn look_at(&mut self, bytes: &[u8]) {
        let n_of_head = self.n_left.min(bytes.len() as u64);
        let (head, rest) = bytes.split_at(n_of_head as usize);
        if !head.is_empty() {
            self.hasher.update(head);
            self.n_left -= n_of_head;
            if self.n_left == 0 {
                self.leave(|hashes| &hashes.head);
            }
        }
        if self.hashes.whole.is_some() {
            self.hasher.update(rest);
        }
    }

    fn leave(&self, which: impl Fn(&Hashes) -> &Option<Arc<OnceLock<blake3::Hash>>>) {
        if let Some(hash) = which(&self.hashes) {
            // Whoever comes second read the same.
            let _ = hash.set(self.hasher.finalize());
        }
    }
}

impl Read for HashingReader {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let n = self.file.read(buf)?;
        if n > 0 {
            self.look_at(&buf[..n]);
        } else if !buf.is_empty() {
            self.leave(|hashes| &hashes.whole);
        }
        Ok(n)
    }
}

/// The items with the same key, in groups of at least two, each in the order given. Items without a
/// key are dropped, and no key is computed for an item that stands alone: a key may cost the
/// reading of a file.
fn groups<T, K: Hash + Eq>(
    items: impl ExactSizeIterator<Item = T>,
    key: impl Fn(&T) -> Option<K>,
) -> Vec<Vec<T>> {
    let mut groups: HashMap<K, Vec<T>> = HashMap::new();
    if items.len() < 2 {
        return Vec::new();
    }
    for item in items {
        if let Some(key) = key(&item) {
            groups.entry(key).or_default().push(item);
        }
    }
    groups.into_values().filter(|g| g.len() > 1).collect()
}

/// Names hard links of one file as copies without reading them, and returns the entries that are
/// left.
fn without_links<'e>(
    group: &[(usize, &'e Entry)],
    copies: &mut [Option<usize>],
) -> Vec<(usize, &'e Entry)> {
    let mut seen = HashMap::new();
    let mut left = Vec::with_capacity(group.len());
    for &(index, entry) in group {
        match entry.inode.map(|inode| *seen.entry(inode).or_insert(index)) {
            Some(first) if first != index => copies[index] = Some(first),
            _ => left.push((index, entry)),
        }
    }
    left
}

/// Names all but the first of a group as copies of the first.
fn name_copies(group: &[(usize, &Entry)], copies: &mut [Option<usize>]) {
    for &(index, _) in &group[1..] {
        copies[index] = Some(group[0].0);
    }
}

/// A hard link of a copy is a copy of the first, not of the copy.
fn follow(copies: &mut [Option<usize>]) {
    for index in 0..copies.len() {
        if let Some(first) = copies[index].and_then(|first| copies[first]) {
            copies[index] = Some(first);
        }
    }
}

/// Hash of an entry's head.
fn hash_of_head(entry: &Entry) -> io::Result<blake3::Hash> {
    match entry.hashes.head.as_ref().and_then(|head| head.get()) {
        Some(hash) => Ok(*hash),
        None => hash(entry, HEAD_BYTES),
    }
}

/// Hash of the first bytes of an entry, at most `bytes_max` of them.
fn hash(entry: &Entry, bytes_max: u64) -> io::Result<blake3::Hash> {
    let mut rdr = entry.open()?.take(bytes_max);
    let mut hasher = blake3::Hasher::new();
    let mut buffer = vec![0; BUFFER_BYTES];
    loop {
        match rdr.read(&mut buffer) {
            Ok(0) => return Ok(hasher.finalize()),
            Ok(n) => {
                hasher.update(&buffer[..n]);
            }
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            Err(e) => return Err(e),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::PathBuf;

    use super::*;

    /// Entries for files of these names and contents, in this order.
    fn entries(dir: &tempfile::TempDir, files: &[(&str, &[u8])]) -> Vec<Entry> {
        files
            .iter()
            .map(|(name, bytes)| {
                let path: PathBuf = dir.path().join(name);
                fs::write(&path, bytes).unwrap();
                let metadata = fs::metadata(&path).unwrap();
                Entry::file(path, (*name).to_owned(), &metadata)
            })
            .collect()
    }

    #[test]
    fn the_first_of_the_same_content_is_named() {
        let dir = tempfile::tempdir().unwrap();
        let entries = entries(
            &dir,
            &[
                ("a", b"same"),
                ("b", b"else"),
                ("c", b"same"),
                ("d", b"longer"),
                ("e", b"same"),
                ("f", b""),
                ("g", b""),
            ],
        );
        assert_eq!(
            find_copies(&entries),
            [None, None, Some(0), None, Some(0), None, None]
        );
    }

    #[test]
    fn large_files_that_differ_behind_the_head_are_no_copies() {
        let dir = tempfile::tempdir().unwrap();
        let mut one = vec![b'x'; (HEAD_BYTES + 10) as usize];
        let two = one.clone();
        *one.last_mut().unwrap() = b'y';
        let entries = entries(&dir, &[("a", &one), ("b", &two), ("c", &two)]);
        assert_eq!(find_copies(&entries), [None, None, Some(1)]);
    }

    #[test]
    fn a_head_that_was_read_is_not_read_again() {
        let dir = tempfile::tempdir().unwrap();
        let mut entries = entries(&dir, &[("a", b"same"), ("b", b"same"), ("c", b"odd")]);
        expect_copies(&mut entries);
        for entry in &entries {
            let mut rdr = entry.open().unwrap();
            assert_eq!(rdr.read(&mut [0; 3]).unwrap(), 3);
            assert_eq!(rdr.read(&mut [0; 9]).unwrap(), (entry.size - 3) as usize);
            fs::remove_file(&entry.path).unwrap();
        }
        assert!(entries[2].hashes.head.is_none(), "no other has its size");
        assert_eq!(find_copies(&entries), [None, Some(0), None]);
    }

    #[test]
    fn a_content_is_hashed_while_it_is_read_or_afterwards() {
        let dir = tempfile::tempdir().unwrap();
        let long = vec![b'x'; (HEAD_BYTES + 10) as usize];
        let mut entries = entries(
            &dir,
            &[("a", &long), ("b", &long), ("c", b"odd"), ("d", b"")],
        );
        expect_copies(&mut entries);
        expect_contents(&mut entries);
        let want = [&long[..], &long, b"odd"].map(|bytes| Some(blake3::hash(bytes)));
        let (whole, half) = (&entries[0], &entries[1]);
        io::copy(&mut whole.open().unwrap(), &mut io::sink()).unwrap();
        io::copy(&mut half.open().unwrap().take(HEAD_BYTES), &mut io::sink()).unwrap();
        fs::remove_file(&whole.path).unwrap();
        let found: Vec<_> = entries.iter().map(Entry::content).collect();
        assert_eq!(found[..3], want);
        assert_eq!(found[3], None, "an empty file is a copy of nothing");
        assert_eq!(hash_of_head(whole).ok(), hash_of_head(half).ok());
        assert_eq!(Entry::stdin().content(), None);
    }

    #[cfg(unix)]
    #[test]
    fn hard_links_are_copies_of_the_first_of_their_content() {
        let dir = tempfile::tempdir().unwrap();
        let mut entries = entries(&dir, &[("a", b"same"), ("b", b"same")]);
        let link = dir.path().join("c");
        fs::hard_link(dir.path().join("b"), &link).unwrap();
        let metadata = fs::metadata(&link).unwrap();
        entries.push(Entry::file(link, "c".into(), &metadata));
        assert_eq!(find_copies(&entries), [None, Some(0), Some(0)]);
    }

    #[test]
    fn what_cannot_be_read_is_a_copy_of_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let mut entries = entries(&dir, &[("a", b"same"), ("b", b"same"), ("c", b"same")]);
        fs::remove_file(dir.path().join("a")).unwrap();
        entries.push(Entry::stdin());
        assert_eq!(find_copies(&entries), [None, None, Some(1), None]);
    }
}
