//! Stores: files that hold sorted runs of fingerprints, enciphered. The only place where counting touches a disk.
//!
//! A lasting store is part of a tally as a file (`file`); there its key is made of that of the run. A temporary store is an unnamed file: it is gone when the process is, however that ends. What it holds are fingerprints,
//! enciphered (ChaCha20) under a key that is drawn for this one file and kept in memory alone, because a disk remembers what
//! is deleted. A run is a sequence of ascending fingerprints, low byte first; it is written once, from the front, and read
//! in ranges of the key space, so that several threads can merge different ranges at once. Nothing here knows what is counted.

use std::fs::File;
use std::io;
use std::sync::Arc;

use chacha20::ChaCha20;
use chacha20::cipher::{KeyIvInit, StreamCipher, StreamCipherSeek};
use serde::{Deserialize, Serialize};

use super::fingerprint::random_bytes;
use crate::error::Error;

/// A fingerprint that can be sorted, told apart by its high bits, and written.
pub(crate) trait Fingerprint: Copy + Ord + Send + Sync + Default + 'static {
    /// Its length when written.
    const BYTES: usize;
    /// The high 64 bits.
    fn high(self) -> u64;
    /// Appends it to the bytes, low byte first.
    fn put(self, bytes: &mut Vec<u8>);
    /// Reads what was put.
    fn get(bytes: &[u8]) -> Self;
}

impl Fingerprint for u64 {
    const BYTES: usize = 8;

    #[inline]
    fn high(self) -> u64 {
        self
    }

    fn put(self, bytes: &mut Vec<u8>) {
        bytes.extend_from_slice(&self.to_le_bytes());
    }

    fn get(bytes: &[u8]) -> u64 {
        u64::from_le_bytes(bytes.try_into().expect("it is as long as its type"))
    }
}

impl Fingerprint for u128 {
    const BYTES: usize = 16;

    #[inline]
    fn high(self) -> u64 {
        (self >> 64) as u64
    }

    fn put(self, bytes: &mut Vec<u8>) {
        bytes.extend_from_slice(&self.to_le_bytes());
    }

    fn get(bytes: &[u8]) -> u128 {
        u128::from_le_bytes(bytes.try_into().expect("it is as long as its type"))
    }
}

/// Ranges of the key space that can be read by themselves: the high six bits.
pub(crate) const RANGES: usize = 64;

/// The range that a fingerprint is in.
pub(super) fn range_of<F: Fingerprint>(key: F) -> usize {
    (key.high() >> 58) as usize
}

/// Bytes that are enciphered and written at a time.
const WRITE_BYTES: usize = 128 << 10;

/// A file of runs.
pub(super) struct Store {
    file: File,
    key: [u8; 32],
    /// The folder or the file, for the words of an error.
    place: String,
    is_temporary: bool,
}

impl Store {
    /// An empty store in the folder for temporary files, without a name.
    ///
    /// # Errors
    /// When no file can be made there.
    pub(super) fn temporary() -> Result<Store, Error> {
        let place = tempfile::env::temp_dir().display().to_string();
        let key = random_bytes()?;
        match tempfile::tempfile() {
            Ok(file) => Ok(Store {
                file,
                key,
                place,
                is_temporary: true,
            }),
            Err(e) => Err(Error::new(format!(
                "cannot make a temporary file for counting: {e}; {REMEDY}"
            ))
            .at(place)),
        }
    }

    /// A file that stays, under a key of its own. `place` is its name.
    pub(super) fn lasting(file: File, key: [u8; 32], place: &str) -> Store {
        Store {
            file,
            key,
            place: place.to_owned(),
            is_temporary: false,
        }
    }

    fn cipher(&self, number: u64) -> ChaCha20 {
        let mut nonce = [0; 12];
        nonce[..8].copy_from_slice(&number.to_le_bytes());
        ChaCha20::new(&self.key.into(), &nonce.into())
    }

    /// Reads and deciphers what follows so many bytes of the section with this number, which begins at `start`.
    fn read(&self, number: u64, start: u64, skipped: u64, bytes: &mut [u8]) -> Result<(), Error> {
        read_exact_at(&self.file, bytes, start + skipped).map_err(|e| self.cannot_read(&e))?;
        let mut cipher = self.cipher(number);
        cipher
            .try_seek(skipped)
            .and_then(|()| cipher.try_apply_keystream(bytes))
            .map_err(|_| self.cannot_read(&too_long()))
    }

    /// What a section holds.
    ///
    /// # Errors
    /// When the file cannot be read, or is too short.
    pub(super) fn section(&self, section: &Section) -> Result<Vec<u8>, Error> {
        let n = usize::try_from(section.len).map_err(|_| self.cannot_read(&too_long()))?;
        let mut bytes = vec![0; n];
        self.read(section.number, section.start, 0, &mut bytes)?;
        Ok(bytes)
    }

    fn cannot_write(&self, error: &io::Error) -> Error {
        let message = if self.is_temporary {
            format!("cannot write fingerprints to a temporary file: {error}; {REMEDY}")
        } else {
            format!("cannot write the tally: {error}")
        };
        Error::new(message).at(&self.place)
    }

    fn cannot_read(&self, error: &io::Error) -> Error {
        Error::new(format!("cannot read the fingerprints back: {error}")).at(&self.place)
    }
}

/// What to do about a folder that is full.
const REMEDY: &str = "choose another folder with TMPDIR or raise --memory";

/// Where bytes lie in a store.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Section {
    /// Of its file: no two sections are enciphered alike.
    pub(super) number: u64,
    /// Offset of its first byte.
    pub(super) start: u64,
    /// Its bytes.
    pub(super) len: u64,
}

/// Where a run lies in a store, as it is written.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RunPlace {
    number: u64,
    start: u64,
    /// For each range the number of fingerprints up to its end.
    ends: Vec<u64>,
}

/// Where a run lies.
#[derive(Clone)]
pub(super) struct Run {
    store: Arc<Store>,
    /// Of its store: no two runs are enciphered alike.
    number: u64,
    /// Offset of its first byte.
    start: u64,
    /// For each range the number of fingerprints up to its end.
    ends: Box<[u64; RANGES]>,
}

impl Run {
    /// The run that was written at a place; none if there can be none, in a store of so many bytes.
    pub(super) fn at<F: Fingerprint>(
        store: &Arc<Store>,
        place: RunPlace,
        n_bytes: u64,
    ) -> Option<Run> {
        let ends: Box<[u64; RANGES]> = place.ends.into_boxed_slice().try_into().ok()?;
        let end = ends[RANGES - 1].checked_mul(F::BYTES as u64)?;
        let fits = end.checked_add(place.start)? <= n_bytes;
        (fits && ends.is_sorted()).then(|| Run {
            store: Arc::clone(store),
            number: place.number,
            start: place.start,
            ends,
        })
    }

    /// Where it lies.
    pub(super) fn place(&self) -> RunPlace {
        RunPlace {
            number: self.number,
            start: self.start,
            ends: self.ends.to_vec(),
        }
    }

    /// How many fingerprints it holds.
    pub(super) fn len(&self) -> u64 {
        self.ends[RANGES - 1]
    }

    /// A reader of some ranges, from one to before another.
    pub(super) fn read<F: Fingerprint>(&self, from: usize, to: usize) -> RunReader<'_, F> {
        let at = from.checked_sub(1).map_or(0, |before| self.ends[before]);
        let end = to.checked_sub(1).map_or(0, |last| self.ends[last]);
        RunReader {
            run: self,
            at,
            end: end.max(at),
            bytes: Vec::new(),
            keys: std::marker::PhantomData,
        }
    }
}

/// Reads a run block by block.
pub(super) struct RunReader<'a, F> {
    run: &'a Run,
    /// Fingerprints before the next one.
    at: u64,
    end: u64,
    bytes: Vec<u8>,
    keys: std::marker::PhantomData<F>,
}

impl<F: Fingerprint> RunReader<'_, F> {
    /// How many fingerprints are still to be read.
    pub(super) fn n_left(&self) -> u64 {
        self.end - self.at
    }

    /// Replaces `keys` by the next ones, at most `n_max`; by none at the end.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub(super) fn fill(&mut self, keys: &mut Vec<F>, n_max: usize) -> Result<(), Error> {
        keys.clear();
        let n = self.n_left().min(n_max as u64);
        if n == 0 {
            return Ok(());
        }
        self.bytes.resize(n as usize * F::BYTES, 0);
        let (run, skipped) = (self.run, self.at * F::BYTES as u64);
        run.store
            .read(run.number, run.start, skipped, &mut self.bytes)?;
        keys.extend(self.bytes.chunks_exact(F::BYTES).map(F::get));
        self.at += n;
        Ok(())
    }
}

/// Writes runs and other sections to a store, one after the other.
pub(super) struct Writer {
    store: Arc<Store>,
    /// Bytes written.
    at: u64,
    /// Sections written.
    number: u64,
    buffer: Vec<u8>,
    /// Of all bytes written, where it is asked for.
    hasher: Option<Box<blake3::Hasher>>,
}

impl Writer {
    pub(super) fn new(store: Store) -> Writer {
        Writer {
            store: Arc::new(store),
            at: 0,
            number: 0,
            buffer: Vec::new(),
            hasher: None,
        }
    }

    /// A writer that also hashes what it writes.
    pub(super) fn hashing(store: Store) -> Writer {
        Writer {
            hasher: Some(Box::default()),
            ..Writer::new(store)
        }
    }

    /// The hash of what was written so far.
    pub(super) fn hash(&self) -> blake3::Hash {
        let hasher = self.hasher.as_ref();
        hasher.map_or_else(|| blake3::hash(b""), |h| h.finalize())
    }

    /// Writes bytes as they are.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub(super) fn plain(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.buffer.extend_from_slice(bytes);
        self.write()
    }

    /// Writes bytes enciphered.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub(super) fn section(&mut self, bytes: &[u8]) -> Result<Section, Error> {
        let (number, start) = (self.number, self.at);
        self.number += 1;
        let mut cipher = self.store.cipher(number);
        for part in bytes.chunks(WRITE_BYTES) {
            self.buffer.extend_from_slice(part);
            self.flush(&mut cipher)?;
        }
        Ok(Section {
            number,
            start,
            len: bytes.len() as u64,
        })
    }

    /// Begins a run.
    pub(super) fn run<F: Fingerprint>(&mut self) -> RunWriter<'_, F> {
        let number = self.number;
        self.number += 1;
        RunWriter {
            cipher: self.store.cipher(number),
            number,
            start: self.at,
            ends: Box::new([0; RANGES]),
            n: 0,
            last: None,
            writer: self,
        }
    }

    fn flush(&mut self, cipher: &mut ChaCha20) -> Result<(), Error> {
        cipher
            .try_apply_keystream(&mut self.buffer)
            .map_err(|_| self.store.cannot_write(&too_long()))?;
        self.write()
    }

    /// Writes what is in the buffer.
    fn write(&mut self) -> Result<(), Error> {
        write_all_at(&self.store.file, &self.buffer, self.at)
            .map_err(|e| self.store.cannot_write(&e))?;
        if let Some(hasher) = &mut self.hasher {
            hasher.update(&self.buffer);
        }
        self.at += self.buffer.len() as u64;
        self.buffer.clear();
        Ok(())
    }
}

/// Past 256 GiB the cipher would repeat itself.
fn too_long() -> io::Error {
    io::Error::other("a run is longer than 256 GiB")
}

/// Writes one run.
pub(super) struct RunWriter<'w, F> {
    writer: &'w mut Writer,
    cipher: ChaCha20,
    number: u64,
    start: u64,
    ends: Box<[u64; RANGES]>,
    n: u64,
    last: Option<F>,
}

impl<F: Fingerprint> RunWriter<'_, F> {
    /// Adds a fingerprint, not smaller than the one before; the same one again is left out.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub(super) fn push(&mut self, key: F) -> Result<(), Error> {
        debug_assert!(self.last.is_none_or(|last| last <= key), "runs ascend");
        if self.last == Some(key) {
            return Ok(());
        }
        self.last = Some(key);
        self.n += 1;
        self.ends[range_of(key)] = self.n;
        key.put(&mut self.writer.buffer);
        if self.writer.buffer.len() >= WRITE_BYTES {
            self.writer.flush(&mut self.cipher)?;
        }
        Ok(())
    }

    /// The finished run; none if it is empty.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub(super) fn finish(mut self) -> Result<Option<Run>, Error> {
        self.writer.flush(&mut self.cipher)?;
        // A range without fingerprints ends where the one before it does.
        let mut end = 0;
        for range in self.ends.iter_mut() {
            end = end.max(*range);
            *range = end;
        }
        Ok((self.n > 0).then(|| Run {
            store: Arc::clone(&self.writer.store),
            number: self.number,
            start: self.start,
            ends: self.ends,
        }))
    }
}

#[cfg(unix)]
pub(super) fn read_exact_at(file: &File, bytes: &mut [u8], at: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, bytes, at)
}

#[cfg(unix)]
fn write_all_at(file: &File, bytes: &[u8], at: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::write_all_at(file, bytes, at)
}

#[cfg(windows)]
pub(super) fn read_exact_at(file: &File, mut bytes: &mut [u8], mut at: u64) -> io::Result<()> {
    while !bytes.is_empty() {
        match std::os::windows::fs::FileExt::seek_read(file, bytes, at)? {
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            n => (bytes, at) = (&mut bytes[n..], at + n as u64),
        }
    }
    Ok(())
}

#[cfg(windows)]
fn write_all_at(file: &File, mut bytes: &[u8], mut at: u64) -> io::Result<()> {
    while !bytes.is_empty() {
        match std::os::windows::fs::FileExt::seek_write(file, bytes, at)? {
            0 => return Err(io::ErrorKind::WriteZero.into()),
            n => (bytes, at) = (&bytes[n..], at + n as u64),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn written(keys: &[u64], writer: &mut Writer) -> Option<Run> {
        let mut run = writer.run();
        keys.iter().for_each(|k| run.push(*k).unwrap());
        run.finish().unwrap()
    }

    fn read(run: &Run, from: usize, to: usize, n_max: usize) -> Vec<u64> {
        let mut reader = run.read(from, to);
        let (mut all, mut block) = (Vec::new(), Vec::new());
        loop {
            reader.fill(&mut block, n_max).unwrap();
            if block.is_empty() {
                return all;
            }
            all.extend(&block);
        }
    }

    proptest! {
        #[test]
        fn a_run_reads_as_it_was_written(
            lists in proptest::collection::vec(proptest::collection::btree_set(any::<u64>(), 0..300), 1..4),
            (from, to) in (0..=RANGES, 0..=RANGES),
            n_max in 1usize..100,
        ) {
            let mut writer = Writer::new(Store::temporary().unwrap());
            let runs: Vec<_> = lists.iter().map(|l| written(&l.iter().copied().collect::<Vec<_>>(), &mut writer)).collect();
            for (list, run) in lists.iter().zip(runs) {
                let Some(run) = run else {
                    prop_assert!(list.is_empty());
                    continue;
                };
                prop_assert_eq!(run.len(), list.len() as u64);
                let want: Vec<u64> = list.iter().copied().filter(|k| (from..to).contains(&range_of(*k))).collect();
                prop_assert_eq!(read(&run, from, to, n_max), want);
            }
        }
    }

    #[test]
    fn a_long_run_is_written_in_blocks_and_shows_no_fingerprint() {
        let keys: Vec<u64> = (0..100_000).map(|n| n * 0x0000_A000_0000_1001).collect();
        let mut writer = Writer::new(Store::temporary().unwrap());
        let run = written(&keys, &mut writer).unwrap();
        assert_eq!(read(&run, 0, RANGES, 1000), keys);
        let mut bytes = vec![0; keys.len() * 8];
        read_exact_at(&run.store.file, &mut bytes, 0).unwrap();
        let shown = bytes
            .chunks(8)
            .filter(|b| keys.binary_search(&u64::get(b)).is_ok())
            .count();
        assert_eq!(shown, 0, "fingerprints can be read off the disk");
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn a_full_disk_is_an_error_with_a_remedy() {
        let file = File::options()
            .read(true)
            .write(true)
            .open("/dev/full")
            .unwrap();
        let store = Store {
            is_temporary: true,
            ..Store::lasting(file, [1; 32], "folder")
        };
        let mut writer = Writer::new(store);
        let mut run = writer.run();
        run.push(1u64).unwrap();
        let Err(error) = run.finish() else {
            panic!("a full disk was written to")
        };
        let text = error.to_string();
        for part in [
            "folder: cannot write",
            "No space left",
            "TMPDIR",
            "--memory",
        ] {
            assert!(text.contains(part), "{part}: {text}");
        }
    }
}
