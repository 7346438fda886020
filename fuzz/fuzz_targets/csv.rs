//! Rows with a delimiter, in every dialect.

#![no_main]

use leakgauge::decode::charset::Transcoder;
use leakgauge::decode::csv::CsvDecoder;
use leakgauge::decode::sniff::Dialect;
use leakgauge::decode::{Decode, DecodeLimits};
use leakgauge_fuzz::records::{Options, Sips};

fn open<'b>(
    sips: Sips<'b>,
    options: Options,
    limits: &DecodeLimits,
) -> Option<Box<dyn Decode + Send + 'b>> {
    let text = Transcoder::new(Box::new(sips), options.encoding());
    let way = options.way(32);
    let dialect = Dialect {
        delimiter: [b',', b'\t', b';', b'|'][way & 3],
        has_header: way & 4 != 0,
        quotes: way & 8 == 0,
        backslash: way & 16 != 0,
        preamble_lines: u32::from(way == 31),
    };
    Some(Box::new(CsvDecoder::new(text, dialect, limits)))
}

leakgauge_fuzz::records_target!(open);
