//! JSON: one document, or values one after the other.

#![no_main]

use leakgauge::decode::json::JsonDecoder;

leakgauge_fuzz::decoder_target!(|text, options, limits| JsonDecoder::new(
    text,
    options.way(2) == 1,
    limits
));
