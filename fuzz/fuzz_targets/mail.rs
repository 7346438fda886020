//! Messages and mailboxes; the first byte chooses.

#![no_main]

use leakgauge::decode::Container;
use leakgauge_fuzz::{container, guard};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    guard::start(guard::MEMORY);
    if let Some((first, bytes)) = data.split_first() {
        let container = [Container::Eml, Container::Mbox][usize::from(first & 1)];
        container::check(container, bytes);
    }
});
