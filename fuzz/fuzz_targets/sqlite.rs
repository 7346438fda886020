//! SQLite: pages, trees, records, schema, with a write-ahead log whose checksums are made right.

#![no_main]

use leakgauge::decode::Container;
use leakgauge_fuzz::{container, guard, parts};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    guard::start(guard::MEMORY);
    match parts::database(data) {
        (file, Some(log)) => container::check_pair(Container::Sqlite, file, &log),
        (file, None) => container::check(Container::Sqlite, file),
    }
});
