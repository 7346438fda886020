//! Pattern files of the user's: read, compiled, and held against their examples.

#![no_main]

use std::io::Write;

use leakgauge::detect::Catalog;
use leakgauge_fuzz::guard;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    guard::start(guard::MEMORY_APART);
    let Ok(mut file) = tempfile::Builder::new().suffix(".toml").tempfile() else {
        return;
    };
    if file.write_all(data).is_err() {
        return;
    }
    if let Ok(catalog) = Catalog::of_packs(&[], &[file.path().to_owned()]) {
        let _ = catalog.expect_user_examples();
    }
});
