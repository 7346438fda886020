//! Whatever comes: sniffed, and decoded as what it is taken for.

#![no_main]

use leakgauge::decode::{Decode, DecodeLimits, Known, open_known};
use leakgauge_fuzz::records::{Options, Sips};

fn open<'b>(
    sips: Sips<'b>,
    options: Options,
    limits: &DecodeLimits,
) -> Option<Box<dyn Decode + Send + 'b>> {
    let way = options.way(12);
    let ending = [
        None,
        Some("csv"),
        Some("tsv"),
        Some("json"),
        Some("log"),
        Some("txt"),
        Some("eml"),
    ]
    .get(way)
    .copied()
    .flatten();
    let known = match way {
        8 => Known::Sheet,
        9 => Known::Table(Some("t".to_owned())),
        10 => Known::Objects,
        11 => Known::Text,
        _ => Known::Nothing,
    };
    let limits = DecodeLimits {
        head_bytes: 512,
        ..*limits
    };
    // Containers have targets of their own.
    open_known(Box::new(sips), &known, ending, &limits)
        .ok()?
        .records()
}

leakgauge_fuzz::records_target!(open);
