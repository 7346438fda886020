//! Rows with a delimiter, in every dialect.

#![no_main]

use leakgauge::decode::csv::CsvDecoder;
use leakgauge::decode::sniff::Dialect;
use leakgauge_fuzz::records::Options;

fn dialect(options: Options) -> Dialect {
    let way = options.way(32);
    Dialect {
        delimiter: [b',', b'\t', b';', b'|'][way & 3],
        has_header: way & 4 != 0,
        quotes: way & 8 == 0,
        backslash: way & 16 != 0,
        preamble_lines: u32::from(way == 31),
    }
}

leakgauge_fuzz::decoder_target!(|text, options, limits| CsvDecoder::new(
    text,
    dialect(options),
    limits
));
