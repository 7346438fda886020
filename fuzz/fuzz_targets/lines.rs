//! Lines with an inner make: logins, chats.

#![no_main]

use leakgauge::decode::lines::{LineDecoder, Make};

const MAKES: [Make; 3] = [Make::Colon, Make::Hyphens, Make::Chat];

leakgauge_fuzz::decoder_target!(|text, options, limits| LineDecoder::new(
    text,
    MAKES[options.way(3)],
    limits
));
