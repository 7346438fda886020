//! What tests of decoders share: readers that are slow or fail, records as plain values, and a
//! check of every promise that batches make.

use std::io::{self, Read};

use super::charset::{Encoding, Transcoder};
use super::{Decode, DecodeLimits, Problem, open};
use crate::record::{Batch, Record, Table};

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

/// Gives the bytes and then fails, as often as it is asked.
pub(crate) struct Fails<'a>(pub(crate) &'a [u8]);

impl Read for Fails<'_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        match self.0.is_empty() {
            true => Err(io::Error::other("the disk is gone")),
            false => self.0.read(buf),
        }
    }
}

/// The text of a reader in UTF-8.
pub(crate) fn utf8<'r>(rdr: impl Read + Send + 'r) -> Transcoder<'r> {
    Transcoder::new(Box::new(rdr), Encoding::Utf8)
}

/// Limits with a small block and small records.
pub(crate) fn limits(block_bytes: usize, record_bytes_max: usize) -> DecodeLimits {
    DecodeLimits {
        block_bytes,
        record_bytes_max,
        depth_max: 16,
        ..DecodeLimits::default()
    }
}

/// A record as plain values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) number: u64,
    pub(crate) line: u64,
    pub(crate) table: u32,
    /// The name of its table, empty without one.
    pub(crate) table_name: String,
    /// Name of the column, `TEXT` in a table without columns, and value.
    pub(crate) fields: Vec<(String, String)>,
    /// Whether all values are UTF-8, which escapes of SQL may break.
    pub(crate) is_utf8: bool,
}

impl Row {
    pub(crate) fn cells(&self) -> Vec<&str> {
        self.fields.iter().map(|(_, value)| &**value).collect()
    }
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
        self.rows.iter().map(Row::cells).collect()
    }

    /// The records as `table@line: column=value; column=value`, then the problems as `! line
    /// reason`, one a line.
    pub(crate) fn short(&self) -> String {
        let rows = self.rows.iter().map(|row| {
            let fields: Vec<String> = row.fields.iter().map(|(c, v)| format!("{c}={v}")).collect();
            format!("{}@{}: {}", row.table_name, row.line, fields.join("; "))
        });
        let problems = self.problems.iter();
        let problems = problems.map(|p| format!("! {} {}", p.line, p.reason));
        rows.chain(problems).collect::<Vec<_>>().join("\n")
    }

    /// Checks what lines and rows keep to, other than values of JSON and SQL: each has a field, so
    /// that their numbers have no gaps, each field has a column of its own, and all is UTF-8.
    #[track_caller]
    pub(crate) fn assert_tabular(&self) {
        for (i, row) in self.rows.iter().enumerate() {
            assert_eq!(row.number, i as u64 + 1, "records are counted from 1");
            assert!(row.is_utf8, "fields are UTF-8");
            let n_columns = self.tables[row.table as usize].columns.len();
            assert!(n_columns == 0 || row.fields.len() <= n_columns);
        }
    }
}

/// Reads a decoder that does not fail to its end.
#[track_caller]
pub(crate) fn drain(mut decoder: impl Decode) -> Decoded {
    let (decoded, error) = collect(&mut decoder);
    assert!(error.is_none(), "reading a slice cannot fail");
    decoded
}

/// Reads a decoder to its end, or the error it ends with, and checks the invariants of its batches
/// on the way.
#[track_caller]
pub(crate) fn collect(decoder: &mut dyn Decode) -> (Decoded, Option<io::Error>) {
    let mut batch = Batch::default();
    let mut rows = Vec::new();
    let error = loop {
        match decoder.next_batch(&mut batch) {
            Ok(true) => {
                assert!(!batch.records.is_empty(), "a batch has records");
                check_index(&batch);
                rows.extend(batch.records.iter().map(|r| row(decoder, &batch, r)));
            }
            Ok(false) => break None,
            Err(error) => break Some(error),
        }
    };
    let is_empty = |batch: &Batch| {
        batch.records.is_empty() && batch.fields.is_empty() && batch.text.is_empty()
    };
    assert!(is_empty(&batch), "the end is empty");
    assert!(
        matches!(decoder.next_batch(&mut batch), Ok(false)) && is_empty(&batch),
        "the end stays"
    );
    for pair in rows.windows(2) {
        assert!(pair[0].number < pair[1].number, "numbers ascend");
    }
    let decoded = Decoded {
        rows,
        tables: decoder.tables().to_vec(),
        problems: decoder.problems().to_vec(),
    };
    (decoded, error)
}

fn check_index(batch: &Batch) {
    let mut behind = 0;
    for field in &batch.fields {
        let span = field.span;
        assert!(span.start >= behind, "fields ascend through the batch");
        assert!(span.start <= span.end, "spans are ranges");
        behind = span.end;
    }
    assert!(behind as usize <= batch.text.len(), "spans lie in the text");
    let mut next = 0;
    for record in &batch.records {
        assert_eq!(
            record.fields.start, next,
            "records cover the fields in order"
        );
        next = record.fields.end;
    }
    assert_eq!(
        next as usize,
        batch.fields.len(),
        "every field has a record"
    );
}

fn row(decoder: &dyn Decode, batch: &Batch, record: &Record) -> Row {
    let table = &decoder.tables()[record.table as usize];
    let columns = &table.columns;
    let fields = batch.fields_of(record).iter().map(|f| {
        let name = match columns.is_empty() {
            true => "TEXT".to_owned(),
            false => columns[f.column as usize].clone(),
        };
        let value = String::from_utf8_lossy(batch.bytes(f.span));
        (name, value.into_owned())
    });
    Row {
        number: record.number,
        line: record.line,
        table: record.table,
        table_name: table.name.clone().unwrap_or_default(),
        fields: fields.collect(),
        is_utf8: batch
            .fields_of(record)
            .iter()
            .all(|f| str::from_utf8(batch.bytes(f.span)).is_ok()),
    }
}

/// Decodes with every size of read and block, which `decode` takes, checks that nothing depends on
/// them, and returns what was decoded.
#[track_caller]
pub(crate) fn all_ways(decode: impl Fn(usize, usize) -> Decoded) -> Decoded {
    let whole = decode(usize::MAX, 1 << 20);
    for read in [1, 7, 4096] {
        for block in [1, 64, 1000, 1 << 20] {
            let got = decode(read, block);
            assert_eq!(got, whole, "reads of {read}, blocks of {block}");
        }
    }
    whole
}

/// Opens bytes and decodes them all ways.
#[track_caller]
pub(crate) fn open_all_ways(bytes: &[u8], ending: Option<&str>) -> Decoded {
    all_ways(|size, block_bytes| {
        let limits = DecodeLimits {
            block_bytes,
            ..DecodeLimits::default()
        };
        let opened = open(Box::new(Sips { bytes, size }), ending, &limits).unwrap();
        let mut records = opened.records().unwrap();
        let (decoded, error) = collect(&mut *records);
        assert!(error.is_none());
        decoded.assert_tabular();
        decoded
    })
}
