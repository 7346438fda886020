//! Decoders of records: whatever the bytes are, batches keep their promises, and do so for every size of reads and blocks.

use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use leakgauge::decode::{Decode, DecodeLimits, Encoding, Problem};
use leakgauge::record::{Batch, Record, Table};

/// Returns at most so many bytes a read, and counts them.
pub struct Sips<'a> {
    bytes: &'a [u8],
    size: usize,
    n_taken: Arc<AtomicUsize>,
}

impl<'a> Sips<'a> {
    pub fn new(bytes: &'a [u8], size: usize) -> Sips<'a> {
        Sips {
            bytes,
            size,
            n_taken: Arc::default(),
        }
    }
}

impl Read for Sips<'_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let n = self.size.min(buf.len());
        let n = self.bytes.read(&mut buf[..n])?;
        self.n_taken.fetch_add(n, Ordering::Relaxed);
        Ok(n)
    }
}

/// A batch, and how many bytes of the file had been taken when it was complete.
#[derive(Debug, PartialEq)]
struct Taken {
    text: Vec<u8>,
    fields: Vec<(u32, u32, u32)>,
    records: Vec<Record>,
    n_taken: usize,
}

/// A record as plain values.
#[derive(Debug, PartialEq)]
struct Row {
    number: u64,
    line: u64,
    table: u32,
    fields: Vec<(u32, Vec<u8>)>,
}

/// Everything that a decoder gave.
#[derive(Debug, PartialEq)]
pub struct Decoded {
    batches: Vec<Taken>,
    tables: Vec<Table>,
    pub problems: Vec<Problem>,
}

impl Decoded {
    /// The records without the borders of batches.
    fn rows(&self) -> Vec<Row> {
        let of_batch = |batch: &Taken| -> Vec<Row> {
            let fields = |record: &Record| {
                let fields = &batch.fields[range(record)];
                let text = |(start, end, column): &(u32, u32, u32)| {
                    (*column, batch.text[*start as usize..*end as usize].to_vec())
                };
                fields.iter().map(text).collect()
            };
            let row = |record: &Record| Row {
                number: record.number,
                line: record.line,
                table: record.table,
                fields: fields(record),
            };
            batch.records.iter().map(row).collect()
        };
        self.batches.iter().flat_map(of_batch).collect()
    }
}

fn range(record: &Record) -> std::ops::Range<usize> {
    record.fields.start as usize..record.fields.end as usize
}

/// How a target opens its decoder.
pub type Open<'o> =
    dyn for<'b> Fn(Sips<'b>, Options, &DecodeLimits) -> Option<Box<dyn Decode + Send + 'b>> + 'o;

/// What the first two bytes of an input choose.
#[derive(Clone, Copy)]
pub struct Options(u8, u8);

impl Options {
    /// The encoding of the file.
    pub fn encoding(self) -> Encoding {
        [
            Encoding::Utf8,
            Encoding::Gb18030,
            Encoding::Big5,
            Encoding::Utf16Le,
            Encoding::Utf16Be,
        ][usize::from(self.0 >> 5) % 5]
    }

    /// One of so many ways, whatever they are.
    pub fn way(self, n_ways: usize) -> usize {
        usize::from(self.0 & 0x1F) % n_ways
    }

    /// Bytes of a read.
    fn sip(self) -> usize {
        usize::from(self.1 & 7) + 1
    }

    fn block_bytes(self) -> usize {
        [1, 64, 1000, 1 << 16][usize::from(self.1 >> 3 & 3)]
    }

    fn limits(self) -> DecodeLimits {
        DecodeLimits {
            block_bytes: self.block_bytes(),
            record_bytes_max: [64 << 20, 2000, 200, 16][usize::from(self.1 >> 5 & 3)],
            depth_max: [16, 3][usize::from(self.1 >> 7)],
            ..DecodeLimits::default()
        }
    }
}

/// Decodes with reads of every size and with two sizes of blocks, and holds the results against each other.
pub fn check(data: &[u8], open: &Open<'_>) {
    let Some((&[first, second], bytes)) = data.split_first_chunk() else {
        return;
    };
    let options = Options(first, second);
    let limits = options.limits();
    let read = |size, limits: &DecodeLimits| {
        let sips = Sips::new(bytes, size);
        let n_taken = Arc::clone(&sips.n_taken);
        open(sips, options, limits).map(|mut decoder| drain(&mut *decoder, &n_taken))
    };
    let sipped = read(options.sip(), &limits);
    let whole = read(usize::MAX, &limits);
    assert_eq!(
        sipped, whole,
        "what was decoded depends on the sizes of reads"
    );
    let large = DecodeLimits {
        block_bytes: 1 << 16,
        ..limits
    };
    let at_once = read(usize::MAX, &large);
    let (Some(whole), Some(at_once)) = (whole, at_once) else {
        return;
    };
    assert_eq!(
        whole.tables, at_once.tables,
        "tables depend on the sizes of blocks"
    );
    assert_eq!(
        whole.problems, at_once.problems,
        "problems depend on the sizes of blocks"
    );
    assert!(
        whole.rows() == at_once.rows(),
        "records depend on the sizes of blocks"
    );
}

/// Reads a decoder to its end and checks each batch.
pub fn drain(decoder: &mut dyn Decode, n_taken: &AtomicUsize) -> Decoded {
    let mut batch = Batch::default();
    let mut batches = Vec::new();
    let mut number = 0;
    loop {
        let more = decoder.next_batch(&mut batch);
        if !more.expect("a slice can be read") {
            break;
        }
        check_batch(&batch, decoder.tables(), &mut number);
        let fields = batch.fields.iter();
        batches.push(Taken {
            text: batch.text.clone(),
            fields: fields
                .map(|field| (field.span.start, field.span.end, field.column))
                .collect(),
            records: batch.records.clone(),
            n_taken: n_taken.load(Ordering::Relaxed),
        });
    }
    check_end(decoder, &mut batch);
    Decoded {
        batches,
        tables: decoder.tables().to_vec(),
        problems: decoder.problems().to_vec(),
    }
}

/// The end is empty, and stays.
pub fn check_end(decoder: &mut dyn Decode, batch: &mut Batch) {
    for _ in 0..2 {
        assert!(batch.records.is_empty() && batch.fields.is_empty() && batch.text.is_empty());
        let more = decoder.next_batch(batch);
        assert!(!more.expect("the end cannot fail"), "the end stays");
    }
}

/// What [`Batch`] promises. `number` is that of the last record before it.
pub fn check_batch(batch: &Batch, tables: &[Table], number: &mut u64) {
    assert!(!batch.records.is_empty(), "a batch has records");
    let text = str::from_utf8(&batch.text).ok();
    let mut behind = 0;
    for field in &batch.fields {
        let span = field.span;
        assert!(
            behind <= span.start && span.start <= span.end,
            "fields ascend and do not overlap"
        );
        behind = span.end;
        assert!(behind as usize <= batch.text.len(), "spans lie in the text");
        if let Some(text) = text {
            let is_whole = [span.start, span.end]
                .iter()
                .all(|at| text.is_char_boundary(*at as usize));
            assert!(is_whole, "spans lie between characters");
        }
    }
    let mut next = 0;
    for record in &batch.records {
        assert_eq!(
            record.fields.start, next,
            "records cover the fields in order"
        );
        assert!(record.fields.start <= record.fields.end);
        next = record.fields.end;
        assert!(record.number > *number, "numbers ascend");
        *number = record.number;
        let table = tables.get(record.table as usize);
        let n_columns = table.expect("the table is known").columns.len();
        let fields = &batch.fields[range(record)];
        assert!(
            fields
                .iter()
                .all(|field| (field.column as usize) < n_columns.max(1)),
            "every field has a column"
        );
    }
    assert_eq!(
        next as usize,
        batch.fields.len(),
        "every field has a record"
    );
}
