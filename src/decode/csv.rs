//! Placeholder for the csv decoder.

use std::io;

use super::charset::Transcoder;
use super::{Decode, DecodeLimits, Problem};
use crate::record::{Batch, Table};

/// Decodes csv.
pub struct CsvDecoder<'r> {
    text: Transcoder<'r>,
    limits: DecodeLimits,
    tables: Vec<Table>,
    problems: Vec<Problem>,
}

impl<'r> CsvDecoder<'r> {
    /// Decodes the text of a file.
    pub fn new(
        text: Transcoder<'r>,
        dialect: super::sniff::Dialect,
        limits: &DecodeLimits,
    ) -> CsvDecoder<'r> {
        CsvDecoder {
            text,
            limits: *limits,
            tables: vec![Table::default()],
            problems: Vec::new(),
        }
    }
}

impl Decode for CsvDecoder<'_> {
    fn next_batch(&mut self, batch: &mut Batch) -> io::Result<bool> {
        batch.clear();
        self.text.fill(&mut batch.text, self.limits.block_bytes)
    }

    fn tables(&self) -> &[Table] {
        &self.tables
    }

    fn problems(&self) -> &[Problem] {
        &self.problems
    }
}
