//! Dumps of SQL: statements, tuples, COPY.

#![no_main]

use leakgauge::decode::sql::SqlDecoder;

leakgauge_fuzz::decoder_target!(|text, options, limits| SqlDecoder::new(text, limits));
