//! Parquet files.
//!
//! The library reads pages; which of them, and what becomes of their values, is said here. The footer is looked through before it
//! is handed over, since it says how much there is of everything. Groups of rows are read one after the other, their columns side
//! by side and a batch at a time, so that a page of each column is in memory. A column that cannot be read is empty from there on, and
//! told. Statistics, indexes and filters are not looked at: what is in them is in the columns.

mod footer;
mod leaf;
mod node;

use std::io::{self, BufReader, Read, SeekFrom};
use std::sync::{Arc, Mutex, PoisonError};

use ::parquet::errors::ParquetError;
use ::parquet::file::metadata::{ParquetMetaData, ParquetMetaDataReader};
use ::parquet::file::properties::ReaderProperties;
use ::parquet::file::reader::{ChunkReader, Length, RowGroupReader};
use ::parquet::file::serialized_reader::SerializedRowGroupReader;
use bytes::Bytes;

use self::footer::{FOOTER_BYTES_MAX, damaged};
use self::leaf::{Leaf, guarded};
use self::node::{Builder, Node};
use super::{Form, Missing, Rows};
use crate::container::pump::{Job, Sink, Stop};
use crate::container::source::Seekable;
use crate::error::Reason;

/// Most records of a batch.
const BATCH_ROWS_MAX: u64 = 1_024;

/// Bytes that the values of a batch should take.
const BATCH_BYTES: u64 = 8 << 20;

/// Most bytes that are read at once: a page, as it is stored.
const PAGE_BYTES_MAX: usize = 256 << 20;

/// Signature at the start and the end of a file.
const MAGIC: &[u8] = b"PAR1";

/// Signature at the end of a file whose footer is encrypted.
const MAGIC_ENCRYPTED: &[u8] = b"PARE";

/// Bytes behind the footer: its length, and the signature.
const TAIL_BYTES: u64 = 8;

pub(in crate::container) fn walk(job: Job, sink: &mut Sink) -> Result<(), Stop> {
    let limits = job.unpacking.limits;
    // The footer is at the end: nothing can be read of a stream that fails.
    let (file, size, failed) = job.source.into_places(limits.spool_bytes)?;
    if let Some(error) = failed {
        return Err(error.into());
    }
    sink.of_size(size);
    let file = Shared {
        file: Arc::new(Mutex::new(file)),
        size,
    };
    let (metadata, is_encrypted) = metadata(&file)?;
    let schema = metadata.file_metadata().schema_descr();
    let mut builder = Builder::default();
    let fields = schema.root_schema().get_fields();
    let nodes: Vec<Node> = fields.iter().map(|of| builder.column(of)).collect();
    let form = match nodes.iter().all(Node::is_value) {
        true => Form::Cells,
        false => Form::Objects,
    };
    let names = fields.iter().map(|of| of.name().to_owned()).collect();
    let mut leaves: Vec<Leaf> = schema.columns().iter().map(|of| Leaf::new(of)).collect();
    let mut rows = Rows::begin(sink, None, form, names)?;
    let file = Arc::new(file);
    let (mut n_rows, mut n_told) = (0_u64, 0_u64);
    for group in metadata.row_groups() {
        let n_rows_told = u64::try_from(group.num_rows()).unwrap_or(0);
        n_told = n_told.saturating_add(n_rows_told);
        let properties = Arc::new(ReaderProperties::builder().build());
        let reader =
            guarded(|| SerializedRowGroupReader::new(Arc::clone(&file), group, None, properties));
        for (i, leaf) in leaves.iter_mut().enumerate() {
            leaf.open(match &reader {
                Ok(reader) if i < group.num_columns() => guarded(|| reader.get_column_reader(i)),
                Ok(_) => Err(damaged()),
                Err(reason) => Err(reason.clone()),
            });
        }
        let row_bytes = u64::try_from(group.total_byte_size()).unwrap_or(0) / n_rows_told.max(1);
        let n_batch = (BATCH_BYTES / row_bytes.max(1)).clamp(1, BATCH_ROWS_MAX) as usize;
        loop {
            let counts = leaves.iter_mut().map(|leaf| leaf.fill(n_batch));
            let n = counts.max().unwrap_or(0);
            for _ in 0..n {
                leaves.iter_mut().for_each(Leaf::next_record);
                rows.row(|i, shown| {
                    nodes[i].show(&mut leaves, shown);
                    Ok::<_, Stop>(())
                })?;
            }
            n_rows += n as u64;
            if n == 0 || !rows.is_wanted() {
                break;
            }
        }
        if !rows.is_wanted() {
            break;
        }
    }
    if rows.is_wanted() {
        note(&mut rows.missing, &leaves, is_encrypted);
        if n_rows != n_told {
            let what = format!("{n_rows} rows were read, and the footer tells of {n_told}");
            rows.missing.note(what, damaged());
        }
    }
    rows.end()
}

/// Takes note of the columns that could not be read.
fn note(missing: &mut Missing, leaves: &[Leaf], is_encrypted: bool) {
    let broken: Vec<&Reason> = leaves
        .iter()
        .filter_map(|leaf| leaf.broken.as_ref())
        .collect();
    let Some(first) = broken.first() else {
        return;
    };
    let (n, n_columns) = (broken.len(), leaves.len());
    let (what, reason) = match is_encrypted {
        true => ("encrypted or damaged", Reason::Unsupported(String::new())),
        false => ("read in part or not at all", (*first).clone()),
    };
    missing.note(format!("{n} of {n_columns} columns are {what}"), reason);
}

/// The footer, and whether columns may be encrypted.
fn metadata(file: &Shared) -> Result<(ParquetMetaData, bool), Stop> {
    let cut = || Reason::Truncated("ends before its footer".to_owned());
    let tail_at = file.size.checked_sub(TAIL_BYTES).ok_or_else(cut)?;
    let mut tail = [0; TAIL_BYTES as usize];
    file.read_at(tail_at, &mut tail)?;
    match &tail[4..] {
        MAGIC => {}
        MAGIC_ENCRYPTED => return Err(Reason::Encrypted.into()),
        _ => return Err(cut().into()),
    }
    let n = u32::from_le_bytes([tail[0], tail[1], tail[2], tail[3]]) as usize;
    if n > FOOTER_BYTES_MAX {
        let most = FOOTER_BYTES_MAX >> 20;
        return Err(Reason::Limit(format!("a footer of more than {most} MiB")).into());
    }
    let start = tail_at.checked_sub(n as u64).ok_or_else(damaged)?;
    let mut bytes = vec![0; n];
    file.read_at(start, &mut bytes)?;
    let checked = footer::check(&bytes)?;
    let metadata = guarded(|| ParquetMetaDataReader::decode_metadata(&bytes));
    let metadata = metadata.map_err(|_| damaged())?;
    Ok((metadata, checked.is_encrypted))
}

/// A file that all columns read from.
struct Shared {
    file: Arc<Mutex<Box<dyn Seekable>>>,
    size: u64,
}

impl Shared {
    fn read_at(&self, at: u64, out: &mut [u8]) -> io::Result<()> {
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        file.seek(SeekFrom::Start(at))?;
        file.read_exact(out)
    }
}

impl Length for Shared {
    fn len(&self) -> u64 {
        self.size
    }
}

impl ChunkReader for Shared {
    type T = BufReader<Part>;

    fn get_read(&self, start: u64) -> Result<Self::T, ParquetError> {
        Ok(BufReader::new(Part {
            file: Arc::clone(&self.file),
            at: start,
        }))
    }

    fn get_bytes(&self, start: u64, length: usize) -> Result<Bytes, ParquetError> {
        let end = start.saturating_add(length as u64);
        if end > self.size || length > PAGE_BYTES_MAX {
            return Err(ParquetError::EOF(String::new()));
        }
        let mut bytes = vec![0; length];
        self.read_at(start, &mut bytes)?;
        Ok(bytes.into())
    }
}

/// A file from some place on.
struct Part {
    file: Arc<Mutex<Box<dyn Seekable>>>,
    at: u64,
}

impl Read for Part {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        file.seek(SeekFrom::Start(self.at))?;
        let n = file.read(buf)?;
        if n == 0 && !buf.is_empty() {
            // The library would pass over each of as many things as a page says there are.
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.at += n as u64;
        Ok(n)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reading_past_the_end_fails() {
        let file: Box<dyn Seekable> = Box::new(io::Cursor::new(b"abc".to_vec()));
        let mut part = Part {
            file: Arc::new(Mutex::new(file)),
            at: 1,
        };
        let mut read = Vec::new();
        let ended = part.read_to_end(&mut read).map_err(|error| error.kind());
        assert_eq!(
            (ended, &*read),
            (Err(io::ErrorKind::UnexpectedEof), &b"bc"[..])
        );
    }
}
