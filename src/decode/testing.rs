//! What tests of decoders share: readers that are slow or fail, and records as plain text.

pub(crate) mod named;

use std::io::{self, Read};

use super::{Decode, DecodeLimits, Problem, open};
use crate::record::{Batch, Table};

/// Returns at most so many bytes a read.
pub(crate) struct Sips<'a> {
    pub(crate) bytes: &'a [u8],
    pub(crate) size: usize,
}

impl Read for Sips<'_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let n = self.size.min(buf.len());
        self.bytes.read(&mut buf[..n])
    }
}

/// Gives the bytes and then fails, once.
pub(crate) struct Fails<'a> {
    pub(crate) bytes: &'a [u8],
    pub(crate) failed: bool,
}

impl Read for Fails<'_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        if self.bytes.is_empty() && !self.failed {
            self.failed = true;
            return Err(io::Error::other("disk on fire"));
        }
        self.bytes.read(buf)
    }
}

/// A record as plain data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) number: u64,
    pub(crate) line: u64,
    pub(crate) table: u32,
    pub(crate) cells: Vec<String>,
}

/// Everything a decoder gave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Decoded {
    pub(crate) rows: Vec<Row>,
    pub(crate) tables: Vec<Table>,
    pub(crate) problems: Vec<Problem>,
}

impl Decoded {
    pub(crate) fn cells(&self) -> Vec<Vec<&str>> {
        self.rows
            .iter()
            .map(|row| row.cells.iter().map(String::as_str).collect())
            .collect()
    }
}

/// Reads a decoder to its end and checks the invariants of its batches on the way.
pub(crate) fn collect(decoder: &mut dyn Decode) -> (Decoded, Option<io::Error>) {
    let mut batch = Batch::default();
    let mut rows = Vec::new();
    let error = loop {
        match decoder.next_batch(&mut batch) {
            Ok(true) => {
                assert!(!batch.records.is_empty(), "a batch without records");
                add_rows(&batch, &mut rows);
            }
            Ok(false) => {
                assert!(
                    batch.records.is_empty() && batch.fields.is_empty() && batch.text.is_empty()
                );
                break None;
            }
            Err(error) => break Some(error),
        }
    };
    for (i, row) in rows.iter().enumerate() {
        assert_eq!(row.number, i as u64 + 1, "records are counted from 1");
    }
    for row in &rows {
        let n_columns = decoder.tables()[row.table as usize].columns.len();
        assert!(n_columns == 0 || row.cells.len() <= n_columns);
    }
    let decoded = Decoded {
        rows,
        tables: decoder.tables().to_vec(),
        problems: decoder.problems().to_vec(),
    };
    (decoded, error)
}

fn add_rows(batch: &Batch, rows: &mut Vec<Row>) {
    for record in &batch.records {
        let fields = batch.fields_of(record);
        for pair in fields.windows(2) {
            assert!(
                pair[0].span.end <= pair[1].span.start,
                "fields ascend and are disjoint"
            );
        }
        let cells = fields
            .iter()
            .map(|f| String::from_utf8(batch.bytes(f.span).to_vec()).expect("fields are UTF-8"));
        rows.push(Row {
            number: record.number,
            line: record.line,
            table: record.table,
            cells: cells.collect(),
        });
    }
}

/// Opens bytes with every size of read and block, checks that the records are the same, and returns them.
#[track_caller]
pub(crate) fn decode_all_ways(bytes: &[u8], ending: Option<&str>) -> Decoded {
    let mut first = None;
    for size in [1, 7, 4096] {
        for block_bytes in [64, 1000, 1 << 20] {
            let limits = DecodeLimits {
                block_bytes,
                ..DecodeLimits::default()
            };
            let mut opened = open(Box::new(Sips { bytes, size }), ending, &limits).unwrap();
            let (decoded, error) = collect(&mut *opened.records);
            assert!(error.is_none());
            match &first {
                None => first = Some(decoded),
                Some(first) => {
                    assert_eq!(*first, decoded, "reads of {size}, blocks of {block_bytes}");
                }
            }
        }
    }
    first.unwrap()
}
