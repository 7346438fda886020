//! Testing: reads a text through a decoder as plain values, and checks what every batch promises.

use std::io::{self, Read};

use crate::decode::charset::{Encoding, Transcoder};
use crate::decode::{Decode, DecodeLimits};
use crate::error::Reason;
use crate::record::Batch;

/// A record as plain values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) table: String,
    pub(crate) number: u64,
    pub(crate) line: u64,
    pub(crate) fields: Vec<(String, String)>,
}

/// All that a decoder gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Drained {
    pub(crate) rows: Vec<Row>,
    pub(crate) problems: Vec<(Reason, u64)>,
}

/// Gives at most `size` bytes at a time.
struct Slow<'a>(&'a [u8], usize);

impl Read for Slow<'_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let n = self.1.min(buf.len());
        self.0.read(&mut buf[..n])
    }
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

/// The text behind reads of a size.
pub(crate) fn reader(text: &[u8], read: usize) -> Transcoder<'_> {
    Transcoder::new(Box::new(Slow(text, read)), Encoding::Utf8)
}

/// The text, and then an error of the reader.
pub(crate) fn failing_reader(text: &[u8]) -> Transcoder<'_> {
    struct Fail;
    impl Read for Fail {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::other("the disk is gone"))
        }
    }
    Transcoder::new(Box::new(text.chain(Fail)), Encoding::Utf8)
}

/// Reads everything and checks the batches.
pub(crate) fn drain(mut decoder: impl Decode) -> Drained {
    let mut rows: Vec<Row> = Vec::new();
    let mut batch = Batch::default();
    while decoder
        .next_batch(&mut batch)
        .expect("reading a slice cannot fail")
    {
        assert!(!batch.records.is_empty(), "a batch has records");
        let mut behind = 0;
        for field in &batch.fields {
            assert!(
                field.span.start >= behind,
                "fields ascend through the batch"
            );
            assert!(field.span.start <= field.span.end, "spans are ranges");
            behind = field.span.end;
        }
        assert!(behind as usize <= batch.text.len(), "spans lie in the text");
        let mut next = 0;
        for record in &batch.records {
            assert_eq!(
                record.fields.start, next,
                "records cover the fields in order"
            );
            next = record.fields.end;
            let table = &decoder.tables()[record.table as usize];
            let fields = batch.fields_of(record).iter().map(|f| {
                let name = match table.columns.is_empty() {
                    true => "TEXT".to_owned(),
                    false => table.columns[f.column as usize].clone(),
                };
                (
                    name,
                    String::from_utf8_lossy(batch.bytes(f.span)).into_owned(),
                )
            });
            rows.push(Row {
                table: table.name.clone().unwrap_or_default(),
                number: record.number,
                line: record.line,
                fields: fields.collect(),
            });
        }
        assert_eq!(
            next as usize,
            batch.fields.len(),
            "every field has a record"
        );
    }
    assert!(
        batch.records.is_empty() && batch.text.is_empty(),
        "the end is empty"
    );
    assert!(
        !decoder.next_batch(&mut batch).expect("the end stays"),
        "the end stays"
    );
    for pair in rows.windows(2) {
        assert!(pair[0].number < pair[1].number, "numbers ascend");
    }
    let problems = decoder
        .problems()
        .iter()
        .map(|p| (p.reason.clone(), p.line));
    Drained {
        rows,
        problems: problems.collect(),
    }
}

/// Records in short: `table: column=value; column=value`, one a line.
pub(crate) fn short(read: &Drained) -> String {
    let lines = read.rows.iter().map(|row| {
        let fields: Vec<String> = row.fields.iter().map(|(c, v)| format!("{c}={v}")).collect();
        format!("{}@{}: {}", row.table, row.line, fields.join("; "))
    });
    lines.collect::<Vec<_>>().join("\n")
}
