//! Placeholder for the sql decoder.

use std::io;

use super::charset::Transcoder;
use super::{Decode, DecodeLimits, Problem};
use crate::record::{Batch, Table};

/// Decodes sql.
pub struct SqlDecoder<'r> {
    text: Transcoder<'r>,
    limits: DecodeLimits,
    tables: Vec<Table>,
    problems: Vec<Problem>,
}

impl<'r> SqlDecoder<'r> {
    /// Decodes the text of a file.
    pub fn new(text: Transcoder<'r>, limits: &DecodeLimits) -> SqlDecoder<'r> {
        SqlDecoder {
            text,
            limits: *limits,
            tables: vec![Table::default()],
            problems: Vec::new(),
        }
    }
}

impl Decode for SqlDecoder<'_> {
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
