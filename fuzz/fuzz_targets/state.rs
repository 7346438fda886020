//! The folder of a scan that goes on: its plan, and a part with everything right that guards it.

#![no_main]

use std::fs;
use std::time::Duration;

use leakgauge::count::RunKey;
use leakgauge::error::Error;
use leakgauge::scan::{Asked, State};
use leakgauge_fuzz::{guard, parts, tally};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    guard::start(guard::MEMORY_APART);
    let Ok(folder) = tempfile::tempdir() else {
        return;
    };
    let parts = parts::parts(data);
    let plan = parts.iter().find(|(name, _)| name == "plan");
    if let Some((_, plan)) = plan {
        let plan = String::from_utf8_lossy(plan)
            .replace("CATALOG", &tally::CATALOG.1)
            .replace("VERSION", env!("LEAKGAUGE_VERSION"));
        fs::write(folder.path().join("plan"), plan).expect("the folder is ours");
        fs::write(folder.path().join("part-0"), tally::bytes(data)).expect("the folder is ours");
    }
    let key = RunKey::from_bytes(tally::KEY);
    let every = Duration::from_secs(60);
    let Ok(mut state) = State::open(folder.path(), Some(key), every) else {
        return;
    };
    let asked = Asked {
        folder: "/a".to_owned(),
        inputs: vec!["b".to_owned()],
        options: Vec::new(),
    };
    let walk = || Err(Error::new("nothing is walked here"));
    let _ = state.plan(&asked, &tally::CATALOG.0, "2026-11-22T00:00:00Z", walk);
    let _ = state.goes_on();
    let _ = state.remove();
});
