//! Files of tallies: as they are, and with everything right that guards them, joined to an audit.

#![no_main]

use std::fs::File;
use std::io::Write;

use leakgauge::count::{Memory, RunKey};
use leakgauge::report::{self, Format, Options};
use leakgauge::scan::{Counted, TallyFile};
use leakgauge_fuzz::{guard, tally};
use libfuzzer_sys::fuzz_target;

fn join(file: File) {
    let files = vec![TallyFile {
        file,
        name: "a.tally".to_owned(),
    }];
    let key = RunKey::from_bytes(tally::KEY);
    let catalog = &tally::CATALOG.0;
    let Ok(counted) = Counted::from_tallies(files, key, catalog, 1, Memory::default()) else {
        return;
    };
    if let Ok(audit) = counted.audit(&|_, _, _| Some(0)) {
        let mut out = Vec::new();
        let written = report::write(Format::Json, &mut out, &audit, &Options::default());
        written.expect("a vector takes anything");
    }
}

fuzz_target!(|data: &[u8]| {
    guard::start(guard::MEMORY_APART);
    if let Ok(mut file) = tempfile::tempfile()
        && file.write_all(data).is_ok()
    {
        join(file);
    }
    if let Ok(file) = tally::file(data) {
        join(file);
    }
});
