//! 7z archives, whose checksums are made right.

#![no_main]

use leakgauge::decode::Container;
use leakgauge_fuzz::{container, guard, parts};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    guard::start(guard::MEMORY_APART);
    container::check(Container::SevenZip, &parts::sign_7z(data));
});
