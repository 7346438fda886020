//! JSON: one document, or values one after the other.

#![no_main]

use leakgauge::decode::charset::Transcoder;
use leakgauge::decode::json::JsonDecoder;
use leakgauge::decode::{Decode, DecodeLimits};
use leakgauge_fuzz::records::{Options, Sips};

fn open<'b>(
    sips: Sips<'b>,
    options: Options,
    limits: &DecodeLimits,
) -> Option<Box<dyn Decode + Send + 'b>> {
    let text = Transcoder::new(Box::new(sips), options.encoding());
    let is_lines = options.way(2) == 1;
    Some(Box::new(JsonDecoder::new(text, is_lines, limits)))
}

leakgauge_fuzz::records_target!(open);
