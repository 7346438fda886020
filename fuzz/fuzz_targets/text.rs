//! Lines of text, in any encoding.

#![no_main]

use leakgauge::decode::text::TextDecoder;

leakgauge_fuzz::decoder_target!(|text, options, limits| TextDecoder::new(text, limits));
