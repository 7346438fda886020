//! Files that were compressed one by one; the first byte chooses how.

#![no_main]

use leakgauge::decode::Container;
use leakgauge_fuzz::{container, guard};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    guard::start(guard::MEMORY);
    if let Some((first, bytes)) = data.split_first() {
        let container = [
            Container::Gzip,
            Container::Bzip2,
            Container::Xz,
            Container::Zstd,
            Container::Lz4,
        ][usize::from(*first) % 5];
        container::check(container, bytes);
    }
});
