//! Where the bytes of a container come from: a file on the disk, which can be read back and forth, or a stream, which cannot.

use std::fs::File;
#[cfg(unix)]
use std::io::Write;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Bytes that are read at a time.
const BLOCK_BYTES: usize = 256 << 10;

/// The bytes of a container.
pub enum Source {
    /// A file, from its start.
    File(File),
    /// A file, and the one that lies beside it and belongs to it.
    Pair(File, File),
    /// A stream, from its start.
    Stream(Box<dyn Read + Send>),
}

/// Bytes that can be read back and forth.
pub(super) trait Seekable: Read + Seek + Send {}

impl<T: Read + Seek + Send> Seekable for T {}

impl Source {
    /// One reading from start to end, in large blocks. `n_read` grows by the bytes that were taken.
    pub(super) fn into_reader(self, n_read: &Arc<AtomicU64>) -> BufReader<Box<dyn Read + Send>> {
        let rdr: Box<dyn Read + Send> = match self {
            Source::File(file) | Source::Pair(file, _) => Box::new(file),
            Source::Stream(rdr) => rdr,
        };
        let rdr = Full::new(Counting {
            rdr,
            n_read: Arc::clone(n_read),
        });
        BufReader::with_capacity(BLOCK_BYTES, Box::new(rdr))
    }

    /// The file that lies beside it, if there is one.
    pub(super) fn take_beside(self) -> (Source, Option<File>) {
        match self {
            Source::Pair(file, beside) => (Source::File(file), Some(beside)),
            other => (other, None),
        }
    }

    /// As a file for another process, with its size. A stream is read to its end for it: into memory, or past `spool_bytes` to an
    /// unnamed temporary file.
    ///
    /// # Errors
    /// As [`Source::into_seekable`].
    #[cfg(unix)]
    pub(super) fn into_file(self, spool_bytes: usize) -> io::Result<(File, u64)> {
        match self {
            Source::File(file) | Source::Pair(file, _) => sized(file),
            Source::Stream(mut rdr) => spooled(&mut rdr, spool_bytes),
        }
    }

    /// For reading back and forth, with its size. A stream is read to its end for it: into memory, or past `spool_bytes` to
    /// an unnamed temporary file.
    ///
    /// # Errors
    /// When the stream cannot be read, or the temporary file cannot be written.
    pub(super) fn into_seekable(self, spool_bytes: usize) -> io::Result<(Box<dyn Seekable>, u64)> {
        let (source, size, failed) = self.into_seekable_so_far(spool_bytes)?;
        failed.map_or(Ok((source, size)), Err)
    }

    /// As [`Source::into_seekable_so_far`], for whoever reads pieces at any place into buffers of their own.
    ///
    /// # Errors
    /// As [`Source::into_seekable_so_far`].
    pub(super) fn into_places(self, spool_bytes: usize) -> io::Result<SoFar> {
        match self {
            Source::File(file) | Source::Pair(file, _) => {
                let (file, size) = sized(file)?;
                Ok((Box::new(file), size, None))
            }
            Source::Stream(rdr) => {
                let (spool, size, failed) = spool(rdr, spool_bytes)?;
                Ok((Box::new(spool), size, failed))
            }
        }
    }

    /// As [`Source::into_seekable`], for formats that are read from the start: of a stream that fails what came before is there,
    /// with the error beside it.
    ///
    /// # Errors
    /// When a file cannot be read, or a spool not be read again.
    pub(super) fn into_seekable_so_far(self, spool_bytes: usize) -> io::Result<SoFar> {
        let (places, size, failed) = self.into_places(spool_bytes)?;
        let source = BufReader::with_capacity(BLOCK_BYTES, places);
        Ok((Box::new(source), size, failed))
    }
}

/// Bytes, how many there are, and why there are no more, if there should be.
pub(super) type SoFar = (Box<dyn Seekable>, u64, Option<io::Error>);

/// A stream, read to its end or as far as it goes: from its start again, with its size.
fn spool(
    mut rdr: Box<dyn Read + Send>,
    memory_bytes: usize,
) -> io::Result<(tempfile::SpooledTempFile, u64, Option<io::Error>)> {
    let mut spool = tempfile::SpooledTempFile::new(memory_bytes);
    let failed = io::copy(&mut rdr, &mut spool).err();
    let size = spool.seek(SeekFrom::End(0))?;
    spool.rewind()?;
    Ok((spool, size, failed))
}

/// A file from its start, with its size.
fn sized(mut file: File) -> io::Result<(File, u64)> {
    let size = file.seek(SeekFrom::End(0))?;
    file.rewind()?;
    Ok((file, size))
}

/// A stream as a file that another process can be given: one in memory, where the system has such, or else an unnamed one on the
/// disk.
#[cfg(unix)]
fn spooled(rdr: &mut dyn Read, memory_bytes: usize) -> io::Result<(File, u64)> {
    let mut first = Vec::new();
    rdr.take(memory_bytes as u64).read_to_end(&mut first)?;
    let is_whole = first.len() < memory_bytes;
    let mut file = match is_whole {
        true => in_memory()?,
        false => tempfile::tempfile()?,
    };
    file.write_all(&first)?;
    io::copy(rdr, &mut file)?;
    sized(file)
}

#[cfg(target_os = "linux")]
fn in_memory() -> io::Result<File> {
    let file = rustix::fs::memfd_create("container", rustix::fs::MemfdFlags::CLOEXEC)?;
    Ok(file.into())
}

#[cfg(all(unix, not(target_os = "linux")))]
fn in_memory() -> io::Result<File> {
    tempfile::tempfile()
}

/// Counts what is read.
struct Counting {
    rdr: Box<dyn Read + Send>,
    n_read: Arc<AtomicU64>,
}

impl Read for Counting {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let n = self.rdr.read(buf)?;
        self.n_read.fetch_add(n as u64, Ordering::Relaxed);
        Ok(n)
    }
}

/// A member that must be as long as was told. A decoder that comes to its end before may not say so.
pub(super) struct Whole<R> {
    rdr: R,
    left: u64,
}

impl<R: Read> Whole<R> {
    pub(super) fn new(rdr: R, n_bytes: u64) -> Whole<R> {
        Whole { rdr, left: n_bytes }
    }
}

impl<R: Read> Read for Whole<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let n = self.rdr.read(buf)?;
        if n == 0 && self.left > 0 && !buf.is_empty() {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.left = self.left.saturating_sub(n as u64);
        Ok(n)
    }
}

/// Fills what it is given as far as there is anything, so that what comes of it does not depend on the sizes of reads. What
/// came before an error is given first.
pub(super) struct Full<R> {
    rdr: R,
    failed: Option<io::Error>,
}

impl<R: Read> Full<R> {
    pub(super) fn new(rdr: R) -> Full<R> {
        Full { rdr, failed: None }
    }
}

impl<R: Read> Read for Full<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        if let Some(error) = self.failed.take() {
            return Err(error);
        }
        let mut n = 0;
        while n < buf.len() {
            match self.rdr.read(&mut buf[n..]) {
                Ok(0) => break,
                Ok(more) => n += more,
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                Err(e) if n > 0 => {
                    self.failed = Some(e);
                    break;
                }
                Err(e) => return Err(e),
            }
        }
        Ok(n)
    }
}

/// Asks for little at a time: a decoder of LZMA or PPMd that fails does not hand over what it had unpacked for the same call.
pub(super) struct Pieces<R>(pub(super) R);

/// Bytes that [`Pieces`] asks for, and that a failure costs at most.
const PIECE_BYTES: usize = 4 << 10;

impl<R: Read> Read for Pieces<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let n = buf.len().min(PIECE_BYTES);
        self.0.read(&mut buf[..n])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn streams_become_files_whatever_their_size() {
        for n in [0, 1, 99, 100, 101, 5_000] {
            let bytes = vec![7; n];
            let (mut file, size) = spooled(&mut &bytes[..], 100).unwrap();
            let mut read = Vec::new();
            file.read_to_end(&mut read).unwrap();
            assert!(read == bytes && size == n as u64, "{n}");
        }
    }

    /// Gives zeros and then an error.
    struct Fails(usize);

    impl Read for Fails {
        fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
            if self.0 == 0 {
                return Err(io::ErrorKind::InvalidData.into());
            }
            let n = buf.len().min(self.0);
            buf[..n].fill(0);
            self.0 -= n;
            Ok(n)
        }
    }

    #[test]
    fn what_came_before_an_error_is_there_for_those_who_ask_for_it() {
        for n in [0, 1, 99, 100, 101, 50_000] {
            let source = || Source::Stream(Box::new(Fails(n)));
            let error = source().into_seekable(100).err().expect("it fails");
            assert_eq!(error.kind(), io::ErrorKind::InvalidData, "{n}");
            let (mut source, size, failed) = source().into_seekable_so_far(100).unwrap();
            let mut read = Vec::new();
            source.read_to_end(&mut read).unwrap();
            assert!(read == vec![0; n] && size == n as u64, "{n}");
            let failed = failed.map(|error| error.kind());
            assert_eq!(failed, Some(io::ErrorKind::InvalidData), "{n}");
        }
    }

    #[test]
    fn a_member_that_ends_early_is_told() {
        for (n_told, is_whole) in [(0, true), (3, true), (2, true), (4, false)] {
            let mut read = Vec::new();
            let result = Whole::new(&b"abc"[..], n_told).read_to_end(&mut read);
            assert_eq!(result.is_ok(), is_whole, "{n_told}");
            assert_eq!(read, b"abc", "{n_told}");
        }
    }
}
