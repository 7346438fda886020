//! Lines with an inner make: logins, chats.

#![no_main]

use leakgauge::decode::charset::Transcoder;
use leakgauge::decode::lines::{LineDecoder, Make};
use leakgauge::decode::{Decode, DecodeLimits};
use leakgauge_fuzz::records::{Options, Sips};

fn open<'b>(
    sips: Sips<'b>,
    options: Options,
    limits: &DecodeLimits,
) -> Option<Box<dyn Decode + Send + 'b>> {
    let text = Transcoder::new(Box::new(sips), options.encoding());
    let make = [Make::Colon, Make::Hyphens, Make::Chat][options.way(3)];
    Some(Box::new(LineDecoder::new(text, make, limits)))
}

leakgauge_fuzz::records_target!(open);
