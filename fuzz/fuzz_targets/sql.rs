//! Dumps of SQL: statements, tuples, COPY.

#![no_main]

use leakgauge::decode::charset::Transcoder;
use leakgauge::decode::sql::SqlDecoder;
use leakgauge::decode::{Decode, DecodeLimits};
use leakgauge_fuzz::records::{Options, Sips};

fn open<'b>(
    sips: Sips<'b>,
    options: Options,
    limits: &DecodeLimits,
) -> Option<Box<dyn Decode + Send + 'b>> {
    let text = Transcoder::new(Box::new(sips), options.encoding());
    Some(Box::new(SqlDecoder::new(text, limits)))
}

leakgauge_fuzz::records_target!(open);
