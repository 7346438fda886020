//! Where the bytes of a container come from: a file on the disk, which can be read back and forth, or a stream, which cannot.

use std::fs::File;
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
            Source::File(mut file) | Source::Pair(mut file, _) => {
                let size = file.seek(SeekFrom::End(0))?;
                file.rewind()?;
                Ok((file, size))
            }
            Source::Stream(mut rdr) => super::apart::spool(&mut rdr, spool_bytes),
        }
    }

    /// For reading back and forth, with its size. A stream is read to its end for it: into memory, or past `spool_bytes` to
    /// an unnamed temporary file.
    ///
    /// # Errors
    /// When the stream cannot be read, or the temporary file cannot be written.
    pub(super) fn into_seekable(self, spool_bytes: usize) -> io::Result<(Box<dyn Seekable>, u64)> {
        match self {
            Source::File(mut file) | Source::Pair(mut file, _) => {
                let size = file.seek(SeekFrom::End(0))?;
                file.rewind()?;
                Ok((Box::new(BufReader::with_capacity(BLOCK_BYTES, file)), size))
            }
            Source::Stream(mut rdr) => {
                let mut spool = tempfile::SpooledTempFile::new(spool_bytes);
                let size = io::copy(&mut rdr, &mut spool)?;
                spool.rewind()?;
                Ok((Box::new(BufReader::new(spool)), size))
            }
        }
    }
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
