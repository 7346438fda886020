//! Files that were compressed one by one: gzip (RFC 1952), bzip2, xz, zstd (RFC 8878) and lz4 frames.
//!
//! Several compressed streams one after the other are one file, as each of the formats says.

use std::io::{self, BufRead, Read};

use flate2::bufread::GzDecoder;
use lz4_flex::frame::FrameDecoder;

use super::Broken;
use super::pump::{Job, Sink, Stop};
use super::source::Pieces;
use crate::decode::Container;
use crate::error::Reason;

/// Hands over the one member.
pub(super) fn walk(job: Job, sink: &mut Sink) -> Result<(), Stop> {
    let name = name_inside(&job.name);
    let window = job.unpacking.limits.window_bytes_max;
    let rdr = job.source.into_reader(sink.n_read());
    let mut inner: Box<dyn Read> = match job.container {
        Container::Bzip2 => Box::new(bzip2::bufread::MultiBzDecoder::new(rdr)),
        Container::Xz => {
            let kib = u32::try_from(window >> 10).unwrap_or(u32::MAX);
            Box::new(Pieces(lzma_rust2::XzReader::new_mem_limit(rdr, true, kib)))
        }
        Container::Zstd => {
            let mut decoder = zstd::Decoder::with_buffer(rdr)?;
            decoder.window_log_max(window.ilog2())?;
            Box::new(decoder)
        }
        Container::Lz4 => Box::new(Streams::<FrameDecoder<_>>::new(rdr)),
        _ => Box::new(Streams::<GzDecoder<_>>::new(rdr)),
    };
    sink.member(name.as_bytes(), &mut inner)
}

/// The name without the ending that says how it was compressed: `users.csv.gz` holds `users.csv`, and `dump.tgz` a `dump.tar`.
fn name_inside(name: &str) -> String {
    let file = name.rsplit('/').next().unwrap_or(name);
    let Some((stem, ending)) = file.rsplit_once('.').filter(|(stem, _)| !stem.is_empty()) else {
        return file.to_owned();
    };
    match ending.to_ascii_lowercase().as_str() {
        "gz" | "z" | "bz2" | "xz" | "zst" | "zstd" | "lz4" => stem.to_owned(),
        "tgz" | "tbz" | "tbz2" | "txz" | "tzst" => format!("{stem}.tar"),
        _ => file.to_owned(),
    }
}

/// A format in which a file may be several streams, one after the other.
trait Stream: Read + Sized {
    /// What it is read from.
    type Source: BufRead;
    /// The first byte of a stream.
    const FIRST: u8;
    fn begin(source: Self::Source) -> Self;
    fn end(self) -> Self::Source;
}

impl<R: BufRead> Stream for GzDecoder<R> {
    type Source = R;
    const FIRST: u8 = 0x1F;
    fn begin(source: R) -> Self {
        GzDecoder::new(source)
    }
    fn end(self) -> R {
        self.into_inner()
    }
}

impl<R: BufRead> Stream for FrameDecoder<R> {
    type Source = R;
    const FIRST: u8 = 0x04;
    fn begin(source: R) -> Self {
        FrameDecoder::new(source)
    }
    fn end(self) -> R {
        self.into_inner()
    }
}

/// All streams of a file. Zeros behind the last one are padding, as tapes and some tools write it; anything else there is told.
struct Streams<S: Stream> {
    current: Option<S>,
}

impl<S: Stream> Streams<S> {
    fn new(source: S::Source) -> Streams<S> {
        Streams {
            current: Some(S::begin(source)),
        }
    }

    /// Goes on to the next stream; false if there is none.
    fn advance(&mut self) -> io::Result<bool> {
        let Some(ended) = self.current.take() else {
            return Ok(false);
        };
        let mut source = ended.end();
        loop {
            let ahead = source.fill_buf()?;
            let n_zeros = ahead.iter().take_while(|b| **b == 0).count();
            if ahead.is_empty() {
                return Ok(false);
            }
            if n_zeros == 0 {
                break;
            }
            source.consume(n_zeros);
        }
        if source.fill_buf()?.first() != Some(&S::FIRST) {
            let reason = Reason::Damaged("something else follows the compressed data".to_owned());
            return Err(io::Error::other(Broken(reason)));
        }
        self.current = Some(S::begin(source));
        Ok(true)
    }
}

impl<S: Stream> Read for Streams<S> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        while let Some(current) = &mut self.current {
            let n = current.read(buf)?;
            if n > 0 || buf.is_empty() {
                return Ok(n);
            }
            if !self.advance()? {
                break;
            }
        }
        Ok(0)
    }
}
