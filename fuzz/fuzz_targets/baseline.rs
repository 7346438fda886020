//! Baselines, with a key and without.

#![no_main]

use std::io::Cursor;

use leakgauge::baseline::Baseline;
use leakgauge::count::RunKey;
use leakgauge_fuzz::guard;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    guard::start(guard::MEMORY);
    let key = RunKey::from_bytes([7; 32]);
    // A file may name the mark of our key.
    let text = String::from_utf8_lossy(data).replace("MARK", &key.mark());
    for key in [None, Some(&key)] {
        if let Ok(baseline) = Baseline::open(Cursor::new(text.as_bytes()), "a.json", key) {
            let mode = baseline.mode();
            let again = Baseline::open(Cursor::new(text.as_bytes()), "a.json", key);
            assert_eq!(again.expect("it was read before").mode(), mode);
        }
    }
});
