//! Leaves of a Parquet table: columns that hold values, a batch of records at a time.
//!
//! A value comes with two levels: how many of the lists and options around it are there (definition), and which list it goes on with
//! (repetition); at 0 a record begins.

use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};

use ::parquet::basic::{ConvertedType, LogicalType, TimeUnit, Type as Physical};
use ::parquet::column::reader::{ColumnReader, ColumnReaderImpl};
use ::parquet::data_type::{ByteArray, DataType, FixedLenByteArray, Int96};
use ::parquet::errors::ParquetError;
use ::parquet::schema::types::ColumnDescriptor;

use super::super::shown::{Kind, Shown};
use crate::error::Reason;

/// Records that are read at a time: so many at most are lost before an error.
const STEP_RECORDS: usize = 64;

/// A column that holds values.
pub(super) struct Leaf {
    kind: Kind,
    def_max: i16,
    rep_max: i16,
    reader: Option<ColumnReader>,
    values: Values,
    defs: Vec<i16>,
    reps: Vec<i16>,
    /// Levels in the batch.
    n_levels: usize,
    /// Where in the levels and values the next one stands.
    at: usize,
    value_at: usize,
    /// Where in the levels the record ends.
    end: usize,
    /// Why it could not be read further, the first time.
    pub(super) broken: Option<Reason>,
}

/// Values of a batch.
enum Values {
    Truth(Vec<bool>),
    Int32(Vec<i32>),
    Int64(Vec<i64>),
    Int96(Vec<Int96>),
    Float(Vec<f32>),
    Double(Vec<f64>),
    Bytes(Vec<ByteArray>),
    Fixed(Vec<FixedLenByteArray>),
}

impl Values {
    fn len(&self) -> usize {
        match self {
            Values::Truth(values) => values.len(),
            Values::Int32(values) => values.len(),
            Values::Int64(values) => values.len(),
            Values::Int96(values) => values.len(),
            Values::Float(values) => values.len(),
            Values::Double(values) => values.len(),
            Values::Bytes(values) => values.len(),
            Values::Fixed(values) => values.len(),
        }
    }

    fn truncate(&mut self, n: usize) {
        match self {
            Values::Truth(values) => values.truncate(n),
            Values::Int32(values) => values.truncate(n),
            Values::Int64(values) => values.truncate(n),
            Values::Int96(values) => values.truncate(n),
            Values::Float(values) => values.truncate(n),
            Values::Double(values) => values.truncate(n),
            Values::Bytes(values) => values.truncate(n),
            Values::Fixed(values) => values.truncate(n),
        }
    }
}

impl Leaf {
    pub(super) fn new(column: &ColumnDescriptor) -> Leaf {
        let values = match column.physical_type() {
            Physical::BOOLEAN => Values::Truth(Vec::new()),
            Physical::INT32 => Values::Int32(Vec::new()),
            Physical::INT64 => Values::Int64(Vec::new()),
            Physical::INT96 => Values::Int96(Vec::new()),
            Physical::FLOAT => Values::Float(Vec::new()),
            Physical::DOUBLE => Values::Double(Vec::new()),
            Physical::BYTE_ARRAY => Values::Bytes(Vec::new()),
            Physical::FIXED_LEN_BYTE_ARRAY => Values::Fixed(Vec::new()),
        };
        Leaf {
            kind: kind(column),
            def_max: column.max_def_level(),
            rep_max: column.max_rep_level(),
            reader: None,
            values,
            defs: Vec::new(),
            reps: Vec::new(),
            n_levels: 0,
            at: 0,
            value_at: 0,
            end: 0,
            broken: None,
        }
    }

    /// Goes on with the column's part of another group of rows.
    pub(super) fn open(&mut self, reader: Result<ColumnReader, Reason>) {
        self.reader = reader.map_err(|reason| self.break_by(reason)).ok();
    }

    /// Reads the next so many records, and says how many there are. What came before an error is there.
    pub(super) fn fill(&mut self, n_records: usize) -> usize {
        self.defs.clear();
        self.reps.clear();
        self.values.truncate(0);
        (self.at, self.value_at, self.end) = (0, 0, 0);
        let mut n_left = n_records;
        while n_left > 0 {
            let n_before = (self.values.len(), self.defs.len(), self.reps.len());
            match guarded(|| self.read(n_left.min(STEP_RECORDS))) {
                Ok(0) => break,
                Ok(n) => n_left = n_left.saturating_sub(n),
                Err(reason) => {
                    // The library has made room for what it could not read.
                    self.values.truncate(n_before.0);
                    self.defs.truncate(n_before.1);
                    self.reps.truncate(n_before.2);
                    self.break_by(reason);
                }
            }
        }
        self.n_levels = match self.def_max {
            0 => self.values.len(),
            _ => self.defs.len(),
        };
        if self.rep_max == 0 {
            return self.n_levels;
        }
        self.n_levels = self.n_levels.min(self.reps.len());
        let reps = &self.reps[..self.n_levels];
        reps.iter().filter(|rep| **rep == 0).count()
    }

    fn read(&mut self, n_records: usize) -> Result<usize, ParquetError> {
        let defs = (self.def_max > 0).then_some(&mut self.defs);
        let reps = (self.rep_max > 0).then_some(&mut self.reps);
        match (&mut self.reader, &mut self.values) {
            (Some(ColumnReader::BoolColumnReader(rdr)), Values::Truth(values)) => {
                take(rdr, n_records, defs, reps, values)
            }
            (Some(ColumnReader::Int32ColumnReader(rdr)), Values::Int32(values)) => {
                take(rdr, n_records, defs, reps, values)
            }
            (Some(ColumnReader::Int64ColumnReader(rdr)), Values::Int64(values)) => {
                take(rdr, n_records, defs, reps, values)
            }
            (Some(ColumnReader::Int96ColumnReader(rdr)), Values::Int96(values)) => {
                take(rdr, n_records, defs, reps, values)
            }
            (Some(ColumnReader::FloatColumnReader(rdr)), Values::Float(values)) => {
                take(rdr, n_records, defs, reps, values)
            }
            (Some(ColumnReader::DoubleColumnReader(rdr)), Values::Double(values)) => {
                take(rdr, n_records, defs, reps, values)
            }
            (Some(ColumnReader::ByteArrayColumnReader(rdr)), Values::Bytes(values)) => {
                take(rdr, n_records, defs, reps, values)
            }
            (Some(ColumnReader::FixedLenByteArrayColumnReader(rdr)), Values::Fixed(values)) => {
                take(rdr, n_records, defs, reps, values)
            }
            _ => Ok(0),
        }
    }

    /// Goes to the next record, whatever was taken of the last one.
    pub(super) fn next_record(&mut self) {
        while self.at < self.end {
            self.pass();
        }
        if self.at == self.n_levels {
            return;
        }
        self.end = self.at + 1;
        if self.rep_max > 0 {
            while self.end < self.n_levels && self.reps[self.end] != 0 {
                self.end += 1;
            }
        }
    }

    /// The definition level that stands next in the record, if there is one.
    pub(super) fn def(&self) -> Option<i16> {
        (self.at < self.end).then(|| self.defs.get(self.at).copied().unwrap_or(0))
    }

    /// The repetition level that stands next in the record, if there is one.
    pub(super) fn rep(&self) -> Option<i16> {
        (self.at < self.end).then(|| self.reps.get(self.at).copied().unwrap_or(0))
    }

    /// Passes over what stands next in the record.
    pub(super) fn pass(&mut self) {
        if let Some(def) = self.def() {
            self.value_at += usize::from(def == self.def_max);
            self.at += 1;
        }
    }

    /// Shows the value that stands next in the record.
    pub(super) fn show(&mut self, shown: &mut Shown) {
        let at = self.value_at;
        let is_there = self.def() == Some(self.def_max) && at < self.values.len();
        self.pass();
        if !is_there {
            return shown.null();
        }
        match &self.values {
            Values::Truth(values) => shown.truth(values[at]),
            Values::Int32(values) => shown.integer(self.kind, i64::from(values[at])),
            Values::Int64(values) => shown.integer(self.kind, values[at]),
            Values::Int96(values) => match values[at].data() {
                [low, high, day] => {
                    shown.julian(*day, u64::from(*high) << 32 | u64::from(*low));
                }
                _ => shown.null(),
            },
            Values::Float(values) => shown.short_real(values[at]),
            Values::Double(values) => shown.real(values[at]),
            Values::Bytes(values) => shown.bytes(self.kind, values[at].data()),
            Values::Fixed(values) => shown.bytes(self.kind, values[at].data()),
        }
    }

    fn break_by(&mut self, reason: Reason) {
        self.reader = None;
        self.broken.get_or_insert(reason);
    }
}

fn take<T: DataType>(
    rdr: &mut ColumnReaderImpl<T>,
    n_records: usize,
    defs: Option<&mut Vec<i16>>,
    reps: Option<&mut Vec<i16>>,
    values: &mut Vec<T::T>,
) -> Result<usize, ParquetError> {
    let read = rdr.read_records(n_records, defs, reps, values);
    read.map(|(n_records, _, _)| n_records)
}

/// What the library makes of bytes; where it panics they are damaged.
pub(super) fn guarded<T>(work: impl FnOnce() -> Result<T, ParquetError>) -> Result<T, Reason> {
    match catch_unwind(AssertUnwindSafe(work)) {
        Ok(result) => result.map_err(|error| reason_of(&error)),
        Err(_) => Err(Reason::Damaged(String::new())),
    }
}

fn reason_of(error: &ParquetError) -> Reason {
    match error {
        ParquetError::NYI(_) => Reason::Unsupported(String::new()),
        ParquetError::EOF(_) => Reason::Truncated(String::new()),
        _ => Reason::Damaged(String::new()),
    }
}

/// Leaves of a part of the schema, of which some may be unreadable: what stands next in the first that has anything.
pub(super) fn def_of(leaves: &[Leaf], range: &Range<usize>) -> Option<i16> {
    leaves[range.clone()].iter().find_map(Leaf::def)
}

/// As [`def_of`], the repetition level.
pub(super) fn rep_of(leaves: &[Leaf], range: &Range<usize>) -> Option<i16> {
    leaves[range.clone()].iter().find_map(Leaf::rep)
}

/// What the values of a column stand for.
fn kind(column: &ColumnDescriptor) -> Kind {
    let units = |unit: &TimeUnit| match unit {
        TimeUnit::MILLIS => 1_000,
        TimeUnit::MICROS => 1_000_000,
        TimeUnit::NANOS => 1_000_000_000,
    };
    match column.logical_type_ref() {
        Some(LogicalType::String | LogicalType::Enum | LogicalType::Json) => return Kind::Text,
        Some(LogicalType::Decimal(decimal)) => return Kind::Decimal(decimal.scale),
        Some(LogicalType::Date) => return Kind::Days,
        Some(LogicalType::Time(time)) => return Kind::Clock(units(&time.unit)),
        Some(LogicalType::Timestamp(time)) => return Kind::Moment(units(&time.unit)),
        Some(LogicalType::Integer(integer)) => {
            return match integer.is_signed {
                true => Kind::Plain,
                false => Kind::Unsigned(integer.bit_width.unsigned_abs().into()),
            };
        }
        Some(LogicalType::Uuid) => return Kind::Uuid,
        Some(LogicalType::Float16) => return Kind::Half,
        _ => {}
    }
    match column.converted_type() {
        ConvertedType::UTF8 | ConvertedType::ENUM | ConvertedType::JSON => Kind::Text,
        ConvertedType::DECIMAL => Kind::Decimal(column.type_scale()),
        ConvertedType::DATE => Kind::Days,
        ConvertedType::TIME_MILLIS => Kind::Clock(1_000),
        ConvertedType::TIME_MICROS => Kind::Clock(1_000_000),
        ConvertedType::TIMESTAMP_MILLIS => Kind::Moment(1_000),
        ConvertedType::TIMESTAMP_MICROS => Kind::Moment(1_000_000),
        ConvertedType::UINT_8 => Kind::Unsigned(8),
        ConvertedType::UINT_16 => Kind::Unsigned(16),
        ConvertedType::UINT_32 => Kind::Unsigned(32),
        ConvertedType::UINT_64 => Kind::Unsigned(64),
        ConvertedType::INTERVAL => Kind::Span,
        _ => Kind::Plain,
    }
}
