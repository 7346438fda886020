//! Digests: BLAKE3 and SHA-256 of bytes, taken while they are read by whoever reads them anyway.
//!
//! They are there once the end was reached: half a file has none. A file that nobody has read from its start to its end, such as a
//! container with a directory, is read once more for them. What they prove is not known here.

use std::fmt::Write;
use std::io::{self, Read};
use std::sync::{Arc, OnceLock};

use sha2::{Digest, Sha256};

use super::{Entry, EntryKind};

/// Bytes read at a time where a file is read for its digests alone.
const BUFFER_BYTES: usize = 256 << 10;

/// What identifies some bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Digests {
    /// How many they are.
    pub size: u64,
    /// BLAKE3, in hexadecimal digits.
    pub blake3: String,
    /// SHA-256, in hexadecimal digits.
    pub sha256: String,
}

/// Where digests are put once all bytes have been read.
pub type Slot = Arc<OnceLock<Digests>>;

/// A reader that leaves digests behind when it has come to its end.
pub struct DigestingReader<R: Read> {
    rdr: R,
    /// Whether what nobody has read is read when the reader is dropped, unless reading has failed.
    drains: bool,
    blake3: Box<blake3::Hasher>,
    sha256: Sha256,
    size: u64,
    slot: Slot,
}

impl<R: Read> DigestingReader<R> {
    /// Reads from `rdr`, which stands at the first byte.
    pub fn new(rdr: R, slot: Slot) -> DigestingReader<R> {
        DigestingReader {
            rdr,
            drains: false,
            blake3: Box::default(),
            sha256: Sha256::new(),
            size: 0,
            slot,
        }
    }

    /// As [`DigestingReader::new`], for what cannot be read a second time: whoever has seen enough may drop it, and the rest is
    /// read then.
    pub fn to_the_end(rdr: R, slot: Slot) -> DigestingReader<R> {
        let mut reader = DigestingReader::new(rdr, slot);
        reader.drains = true;
        reader
    }

    fn digests(&self) -> Digests {
        Digests {
            size: self.size,
            blake3: self.blake3.finalize().to_hex().to_string(),
            sha256: hex(&self.sha256.clone().finalize()),
        }
    }
}

impl<R: Read> Read for DigestingReader<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let n = match self.rdr.read(buf) {
            Err(e) if e.kind() != io::ErrorKind::Interrupted => {
                self.drains = false;
                return Err(e);
            }
            read => read?,
        };
        if n > 0 {
            self.blake3.update(&buf[..n]);
            self.sha256.update(&buf[..n]);
            self.size += n as u64;
        } else if !buf.is_empty() {
            // Whoever comes second keeps what the first has found.
            self.slot.get_or_init(|| self.digests());
            self.drains = false;
        }
        Ok(n)
    }
}

impl<R: Read> Drop for DigestingReader<R> {
    fn drop(&mut self) {
        if self.drains {
            read_to_end(self);
        }
    }
}

/// Reads what is left. Says whether the end was reached.
fn read_to_end(rdr: &mut impl Read) -> bool {
    let mut buffer = vec![0; BUFFER_BYTES];
    loop {
        match rdr.read(&mut buffer) {
            Ok(0) => return true,
            Ok(_) => {}
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            Err(_) => return false,
        }
    }
}

/// Bytes as hexadecimal digits.
fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(2 * bytes.len());
    for byte in bytes {
        write!(text, "{byte:02x}").expect("writing to a string does not fail");
    }
    text
}

/// Prepares entries for their digests being taken while they are read.
pub fn expect_digests(entries: &mut [Entry]) {
    for entry in entries {
        entry.digests = Some(Slot::default());
    }
}

impl Entry {
    /// Where its digests are put, if they are expected.
    pub(crate) fn slot(&self) -> Option<Slot> {
        self.digests.clone()
    }

    /// The digests of the whole content, for which the file is read if nobody has read it to its end yet. None where they are not
    /// expected, of standard input that was not read to its end, of what cannot be read, and of a file that was read once
    /// more and has changed since the walk: its bytes are not those that were scanned.
    pub fn digests(&self) -> Option<Digests> {
        let slot = self.digests.as_ref()?;
        if slot.get().is_none() && self.kind == EntryKind::File {
            let is_read = read_to_end(&mut self.open().ok()?);
            if !is_read || !self.is_unchanged() {
                return None;
            }
        }
        slot.get().cloned()
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    /// Of `abc`: FIPS 180-2, appendix B.1, and the BLAKE3 of its reference implementation.
    const ABC: [&str; 2] = [
        "6437b3ac38465133ffb63b75273a8db548c558465d79db03fd359c6cd5bd9d85",
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
    ];

    fn entry(dir: &tempfile::TempDir, bytes: &[u8]) -> Entry {
        let path = dir.path().join("a");
        fs::write(&path, bytes).unwrap();
        let metadata = fs::metadata(&path).unwrap();
        Entry::file(path, "a".to_owned(), &metadata)
    }

    #[track_caller]
    fn check(digests: Option<Digests>, want: Option<(u64, [&str; 2])>) {
        let found = digests
            .as_ref()
            .map(|d| (d.size, [&d.blake3[..], &d.sha256]));
        assert_eq!(found, want);
    }

    #[test]
    fn digests_are_there_at_the_end_and_not_before() {
        let slot = Slot::default();
        let mut rdr = DigestingReader::new(&b"abc"[..], Arc::clone(&slot));
        for _ in 0..3 {
            assert_eq!(rdr.read(&mut [0; 1]).unwrap(), 1);
        }
        assert_eq!(rdr.read(&mut []).unwrap(), 0);
        check(slot.get().cloned(), None);
        assert_eq!(rdr.read(&mut [0; 9]).unwrap(), 0);
        check(slot.get().cloned(), Some((3, ABC)));
    }

    #[test]
    fn what_is_left_is_read_when_the_reader_is_dropped_if_that_is_wanted() {
        let slots = [Slot::default(), Slot::default()];
        let mut half = DigestingReader::new(&b"abc"[..], Arc::clone(&slots[0]));
        let mut whole = DigestingReader::to_the_end(&b"abc"[..], Arc::clone(&slots[1]));
        assert_eq!(half.read(&mut [0; 1]).unwrap(), 1);
        assert_eq!(whole.read(&mut [0; 1]).unwrap(), 1);
        drop((half, whole));
        check(slots[0].get().cloned(), None);
        check(slots[1].get().cloned(), Some((3, ABC)));
    }

    #[test]
    fn a_file_is_read_for_its_digests_only_if_it_has_not_been() {
        let dir = tempfile::tempdir().unwrap();
        let mut entries = [entry(&dir, b"abc")];
        check(entries[0].digests(), None);
        expect_digests(&mut entries);
        let [read] = &entries;
        io::copy(&mut read.open().unwrap(), &mut io::sink()).unwrap();
        fs::remove_file(&read.path).unwrap();
        check(read.digests(), Some((3, ABC)));
        let mut unread = [entry(&dir, b"abc")];
        expect_digests(&mut unread);
        check(unread[0].digests(), Some((3, ABC)));
    }

    #[test]
    fn a_file_that_has_changed_before_it_is_read_again_has_none() {
        let dir = tempfile::tempdir().unwrap();
        let mut entries = [entry(&dir, b"abc")];
        expect_digests(&mut entries);
        fs::write(&entries[0].path, "abcd").unwrap();
        check(entries[0].digests(), None);
        let mut stdin = [Entry::stdin()];
        expect_digests(&mut stdin);
        check(stdin[0].digests(), None);
    }
}
