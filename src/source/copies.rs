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
            entry.head = Some(Arc::default());
        }
    }
}

/// A file that leaves the hash of its head behind when it has been read.
pub(super) struct HashingReader {
    file: File,
    hasher: Box<blake3::Hasher>,
    /// Bytes of the head that are still to come.
    n_left: u64,
    head: Arc<OnceLock<blake3::Hash>>,
}

impl HashingReader {
    pub(super) fn new(file: File, size: u64, head: Arc<OnceLock<blake3::Hash>>) -> HashingReader {
        HashingReader {
            file,
            hasher: Box::default(),
            n_left: size.min(HEAD_BYTES),
            head,
        }
    }
}

impl Read for HashingReader {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let n = self.file.read(buf)?;
        if self.n_left > 0 {
            let n_hashed = self.n_left.min(n as u64);
            self.hasher.update(&buf[..n_hashed as usize]);
            self.n_left -= n_hashed;
            if self.n_left == 0 {
                // Whoever comes second read the same.
                let _ = self.head.set(self.hasher.finalize());
            }
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
    match entry.head.as_ref().and_then(|head| head.get()) {
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
        assert!(entries[2].head.is_none(), "no other has its size");
        assert_eq!(find_copies(&entries), [None, Some(0), None]);
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
